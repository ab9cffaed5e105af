"""What a brief says, checked on the values it gathers and on the page that comes out."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from standoff.brief.brief import brief_html, gather, write_brief
from standoff.errors import RequestError
from standoff.game.model import Model
from standoff.game.tree import build
from standoff.scenario.scenario import Option, VariantSummary
from standoff.solve.solution import Rejected, Solution
from unit.draw.crisis_case import VALUES, crisis, equilibrium, solution
from unit.findings.test_outcomes import Study


def case(**changes: object) -> tuple[Model, Solution]:
    scenario = crisis(**changes)
    game = build(scenario)
    return Model(game, scenario), solution(scenario, equilibrium(game))


def study_of(model: Model) -> Study:
    """Three certified draws in which the force is tolerated with probability 0.5, 0.7 and 0.9."""
    outcomes = model.game.outcomes
    table = np.zeros((4, len(outcomes)))
    table[:, outcomes.index("deterrence_holds")] = [0.5, 0.7, 0.0, 0.9]
    table[:, outcomes.index("direct_war")] = [0.5, 0.3, 1.0, 0.1]
    decision = np.tile([0.75, 0.25, 0.0, 0.0], (4, 1))
    options = ("force", "monitors", "aid", "guarantee")
    return Study(outcomes=outcomes, selected=table, low=table, high=table, options=options, decision=decision)


def test_the_first_sentence_tells_the_path_with_labels() -> None:
    model, found = case()
    first, _, _ = gather(model, found).answer
    assert "Coalition of the willing: no veto → Russia: refuse → Coalition of the willing: force" in first
    assert "“Force stays, tolerated” (70 %)" in first
    assert "“The force leaves under fire” (30 %)" in first


def test_ranges_that_are_bounds_give_no_likelihood_word() -> None:
    model, found = case()
    _, second, _ = gather(model, found, study=study_of(model)).answer
    assert "“Force stays, tolerated” in 70 % of sampled cases" in second
    assert "“force” in 75 % of sampled cases" in second
    assert "likely" not in second


def test_ranges_that_are_beliefs_give_the_word_with_the_number() -> None:
    model, found = case(ranges="beliefs")
    _, second, _ = gather(model, found, study=study_of(model)).answer
    assert "“Force stays, tolerated” likely (70 %)" in second
    assert "sampled cases" not in second


def test_without_a_study_the_answer_says_so() -> None:
    model, found = case()
    assert "not sampled" in gather(model, found).answer[1]


def test_an_exhaustive_search_and_a_partial_one_are_told_apart() -> None:
    model, found = case()
    assert "may be others" in gather(model, found).answer[2]
    assert "exhaustive" in gather(model, replace(found, complete=True)).answer[2]


def test_several_equilibria_are_counted_and_their_range_is_told() -> None:
    model, found = case()
    other = equilibrium(model.game, {**VALUES, "p_resolved": 0.8}, selected=False)
    both = replace(found, equilibria=(*found.equilibria, other))
    third = gather(model, both).answer[2]
    assert third.startswith("2 equilibria")
    assert "30 % to 60 %" in third or "40 % to 70 %" in third


def test_a_solution_without_an_equilibrium_still_makes_a_page() -> None:
    model, found = case()
    none = replace(found, equilibria=(), rejected=(Rejected("logit path", "near_tie", "two options tie"),))
    page = brief_html(model, none)
    assert "no profile was confirmed" in page
    assert "two options tie" in page
    assert 'id="strategies"' not in page


def test_a_game_without_a_scenario_makes_a_page() -> None:
    model, found = case()
    page = brief_html(Model(model.game), replace(found, scenario=None))
    assert 'id="assumptions"' not in page
    assert 'id="strategies"' in page


def test_payoff_parts_are_the_expected_terms_of_the_profile() -> None:
    model, found = case()
    rows = {row.actor: row for row in gather(model, found).payoffs}
    # a force always stands there: worth 5; tolerated with probability 0.7 it costs Russia 5
    assert {part.name: part.value for part in rows["Coalition of the willing"].parts}["security"] == "5"
    assert rows["Russia"].total == "−3.5"
    for row in rows.values():
        for part in row.parts:
            assert 0 <= part.start <= part.start + part.width <= 100 + 1e-9


def test_strategies_cover_every_information_set() -> None:
    model, found = case()
    brief = gather(model, found)
    rows = sum(len(entry.on_path) + len(entry.off_path) + entry.void for entry in brief.strategies)
    assert rows == len(model.game.infosets)
    (russia,) = (entry for entry in brief.strategies if entry.actor == "Russia")
    mixed = [row for row in russia.on_path if len(row.does) > 1]
    assert [row.does for row in mixed] == [(("strike", "75 %"), ("tolerate", "25 %"))]


def test_beliefs_name_what_the_actor_has_not_seen() -> None:
    model, found = case()
    (russia,) = (entry for entry in gather(model, found).strategies if entry.actor == "Russia")
    believes = dict(russia.on_path[0].believes)
    assert list(believes.values()) == ["35 %", "65 %"]
    assert all("commitment" in history and "resolve:" not in history for history in believes)


def test_void_sets_are_counted_apart() -> None:
    model, _ = case()
    certain = {**VALUES, "p_resolved": 1.0}
    found = solution(crisis(), equilibrium(model.game, certain), values=certain)
    russia = next(entry for entry in gather(model, found).strategies if entry.actor == "Russia")
    assert russia.void > 0


def test_assumptions_name_their_claims_or_the_lack_of_them() -> None:
    model, found = case()
    brief = gather(model, found)
    evidence = {row.name: row.evidence for row in brief.assumptions}
    assert evidence["p_resolved"] == "C1"
    assert evidence["war"] == "no evidence"
    assert brief.ungrounded == 4
    assert brief.given == sum(one.expression is None for one in crisis().parameters)


def test_variants_show_what_they_change_and_how_they_end() -> None:
    model, found = case()
    changed = {**VALUES, "p_resolved": 0.8}
    other = solution(crisis(), equilibrium(model.game, changed), values=changed)
    brief = gather(model, found, variants=[(VariantSummary("moscow_means_it", "It means it."), other)])
    written, row = brief.variants
    assert (written.name, written.changes) == ("as written", ())
    assert row.changes == ("p_resolved: 0.4 → 0.8",)
    assert row.outcomes == (("The force leaves under fire", "60 %", ""), ("Force stays, tolerated", "40 %", ""))


def test_writing_replaces_the_file_whole(tmp_path: Path) -> None:
    model, found = case()
    target = tmp_path / "brief.html"
    target.write_text("old")
    assert write_brief(target, model, found) == target
    assert target.read_text(encoding="utf-8") == brief_html(model, found)
    assert os.listdir(tmp_path) == ["brief.html"]


def test_a_brief_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    model, found = case()
    target = tmp_path / "brief.html"
    target.mkdir()
    with pytest.raises(RequestError, match=r"brief\.html: it is a folder"):
        write_brief(target, model, found)
    assert os.listdir(tmp_path) == ["brief.html"]


def test_the_same_input_gives_the_same_page() -> None:
    model, found = case()
    study = study_of(model)
    assert brief_html(model, found, study=study) == brief_html(model, found, study=study)


def test_option_notes_reach_the_table_of_moves() -> None:
    scenario = crisis()
    assert scenario.moves[0].options[1] == Option("bluffing", "bluffing", rest=True)
    model, found = case()
    options = gather(model, found).moves[0].options
    assert options == ("resolved (probability p_resolved)", "bluffing (the remaining probability)")
