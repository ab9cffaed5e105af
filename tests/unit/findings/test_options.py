"""Options as commitments and as one-off deviations, against payoffs by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from standoff.errors import AnalysisError, RequestError
from standoff.findings.options import aligned, committed, compare_options, decision_move
from standoff.game.model import Model
from standoff.game.tree import build
from standoff.study.sample import draw
from unit.findings.standoffs import DETERRENCE, SIMULTANEOUS, model


def compared(text, draws=8, **options):
    subject = model(text)
    values = draw(subject.scenario, "sobol", 1, 0, draws)
    return values, compare_options(subject, values, **options)


def test_a_commitment_pays_what_it_pays_by_hand():
    values, found = compared(DETERRENCE, 16, deviate=0)
    p = values["p_firm"]
    assert found.certified.all()
    assert found.payoffs[:, 0] == pytest.approx(1 - 3 * p)
    assert found.payoffs[:, 1] == pytest.approx(np.zeros(16))
    assert found.outcomes[:, 0] == pytest.approx(np.column_stack([0 * p, 1 - p, p]))
    assert found.outcomes[:, 1].tolist() == [[1, 0, 0]] * 16
    assert np.all(found.taken == 1)
    assert found.deviations is None
    rules = found.robustness(resamples=20)
    assert rules.rule("domain").values["challenge"] == np.mean(p < 1 / 3)
    assert rules.rule("maximin").best == ("hold",)


def test_commitment_and_deviation_are_different_questions():
    values, found = compared(SIMULTANEOUS, 4, deviate=3)
    assert found.table == pytest.approx(np.column_stack([2 + values["bonus"], 3 + values["bonus"]]))
    assert found.robustness(resamples=0).agreed == ("down",)
    assert found.deviations.draws == 3
    assert found.deviations.losses == pytest.approx(np.array([[0.0, 1.0]] * 3), abs=1e-9)
    told = found.to_dict()
    json.dumps(told, allow_nan=False)
    assert told["deviations"]["options"]["down"] == {"draws": 3, "loss": pytest.approx(1.0)}
    assert found.free == pytest.approx(2 + values["bonus"])  # up and left
    assert told["options"]["down"]["gain"] == pytest.approx(1)
    assert told["options"]["up"]["gain"] == pytest.approx(0)
    assert told["options"]["down"]["outcomes"] == {"both": 0.0, "other": 1.0}


def test_a_deviation_counts_given_that_the_decision_is_reached():
    text = SIMULTANEOUS.replace("moves:\n", "moves:\n  gate: {actor: nature, options: {open: 0.25, shut: rest}, "
                                "seen_by: [row, column]}\n", 1)  # fmt: skip
    text = text.replace("seen_by: []}", "seen_by: [], when: gate.open}").replace(
        "[left, right]}", "[left, right], when: gate.open}"
    )
    _, found = compared(text, 2, deviate=2)
    assert found.deviations.reach == pytest.approx([0.25, 0.25])
    assert found.deviations.losses[:, 1] == pytest.approx([1.0, 1.0])


WHEN = """\
standoff: 1
title: An option that is not always there
actors: {host: Host, guest: Guest}
parameters: {p: 0.25}
moves:
  consent: {actor: nature, options: {grant: p, refuse: rest}, seen_by: everyone}
  posture:
    actor: guest
    options: {force: {when: consent.grant}, aid: {}, nothing: {when: consent.refuse}, never: {when: not consent.grant and not consent.refuse}}
payoffs: {guest: 8 * posture.force + 2 * posture.aid + 3 * posture.nothing, host: 0}
outcomes: {force: posture.force, aid: posture.aid, nothing: posture.nothing}
decision: posture
"""  # noqa: E501


def test_an_option_is_taken_where_it_is_there_and_elsewhere_the_actor_is_free():
    _, found = compared(WHEN, 1, deviate=0)
    assert found.impossible == ("never",)
    assert found.compared == ("force", "aid", "nothing")
    by_name = dict(zip(found.options, found.payoffs[0].tolist(), strict=True))
    assert by_name["force"] == pytest.approx(0.25 * 8 + 0.75 * 3)  # refused: nothing is better than aid
    assert by_name["aid"] == pytest.approx(2)
    assert by_name["nothing"] == pytest.approx(0.75 * 3 + 0.25 * 8)
    assert found.taken[0, :3] == pytest.approx([0.25, 1.0, 0.75])
    assert np.isnan(by_name["never"])


def test_the_committed_game_has_the_option_and_nothing_else_where_it_is_there():
    scenario = model(WHEN).scenario
    game = build(committed(scenario, "force"))
    offered = {infoset.information: infoset.options for infoset in game.infosets}
    assert offered == {(("consent", "grant"),): ("force",), (("consent", "refuse"),): ("aid", "nothing")}
    with pytest.raises(RequestError, match="no option `fly`"):
        committed(scenario, "fly")


def test_options_of_a_grid_keep_their_numbers():
    text = """\
standoff: 1
title: A dictator
actors: {a: A, b: B}
moves: {offer: {actor: a, options: {grid: [0, 1, 5]}}, reply: {actor: b, options: [thank, sulk]}}
payoffs: {a: 1 - offer.value ** 2, b: offer.value + 0.1 * reply.thank}
decision: offer
"""
    _, found = compared(text, 1, deviate=0)
    assert found.payoffs[0] == pytest.approx([1 - x**2 for x in (0, 0.25, 0.5, 0.75, 1)])


def test_one_option_only():
    _, found = compared(
        DETERRENCE.replace("[challenge, hold]", "[hold]").replace("demand.challenge", "not demand.hold"), 2
    )
    assert found.compared == ("hold",)
    assert found.robustness(resamples=10).agreed == ("hold",)


def test_nothing_certified_under_one_option_leaves_the_others_comparable():
    text = DETERRENCE.replace("-cost * reply.resist}", "-cost * reply.resist, odd: log(-cost) * demand.challenge}")
    _, found = compared(text, 3, deviate=2)
    assert found.uncertified == ("challenge",)
    assert found.compared == ("hold",)
    assert found.common.all()
    assert found.to_dict()["options"]["challenge"]["payoff"]["mean"] is None
    assert found.to_dict()["options"]["hold"]["gain"] is None
    assert not np.isfinite(found.deviations.losses).any()  # the game as it stands has no numbers


def test_nothing_certified_at_all_is_said():
    text = DETERRENCE.replace("-cost * reply.resist}", "-cost * reply.resist, odd: log(-cost) * resolve.firm}")
    _, found = compared(text, 2, deviate=0)
    assert found.compared == ()
    assert not found.common.any()
    with pytest.raises(AnalysisError, match="no draw is certified under every option of `demand`"):
        found.robustness()


def test_a_decision_is_needed():
    subject = model(DETERRENCE.replace("decision: demand\n", ""))
    with pytest.raises(RequestError, match=r"names no decision; add `decision:` with one of `demand`, `reply`"):
        compare_options(subject, draw(subject.scenario, "sobol", 1, 0, 2))
    with pytest.raises(RequestError, match="efg"):
        decision_move(Model(subject.game).scenario)


def test_draws_that_do_not_fit_a_chunk(monkeypatch):
    monkeypatch.setattr("standoff.findings.options.CHUNK", 3)
    values, found = compared(DETERRENCE, 8, deviate=0)
    assert found.payoffs[:, 0] == pytest.approx(1 - 3 * values["p_firm"])


def test_outcomes_are_matched_by_name():
    table = np.array([[0.25, 0.75]])
    assert aligned(table, ("b", "c"), ("a", "b", "c")).tolist() == [[0, 0.25, 0.75]]
    with pytest.raises(ValueError, match="not among"):
        aligned(table, ("b", "x"), ("a", "b"))
