"""Changes of inputs between scenarios, the scenarios between them, and what accounts for a difference."""

from __future__ import annotations

import json

import numpy as np
import pytest

from standoff.errors import AnalysisError, RequestError
from standoff.findings.attribution import difference, distance
from standoff.findings.differences import input_changes, put_back, reconciled, units
from standoff.findings.shared_draws import shared_draws
from standoff.findings.side_by_side import side_by_side
from standoff.findings.stored import read_stored, stored_difference
from standoff.game.model import Model, from_scenario
from standoff.scenario.load import loads
from standoff.scenario.variants import MAX_VARIANTS
from standoff.study.chunk import answer_draws
from standoff.study.sample import draw
from unit.findings.standoffs import DETERRENCE, model

# War needs both a crisis and a mistake: its probability is p * q whatever anybody does.
CHANCES = """\
standoff: 1
title: Two chances
actors: {{a: A}}
parameters: {{p: {p}, q: {q}}}
moves:
  crisis: {{actor: nature, options: {{yes: p, no_: rest}}, seen_by: []}}
  mistake: {{actor: nature, options: {{yes: q, no_: rest}}, seen_by: []}}
  watch: {{actor: a, options: [look, sleep]}}
payoffs: {{a: watch.look}}
outcomes: {{war: crisis.yes and mistake.yes, peace: true}}
decision: watch
"""

VARIED = (
    DETERRENCE
    + """\
variants:
  silent: {drop: [reply]}
  firm: {set: {p_firm: 0.9}}
  rich: {parameters: {fee: 0.4}, payoffs: {challenger: {fee: -fee * demand.challenge}}}
  blind: {moves: {resolve: {seen_by: []}}}
"""
)


def changes(variant):
    a, b = reconciled(loads(VARIED), loads(VARIED, variant=variant))
    return a, b, input_changes(a, b)


def test_the_same_file_has_no_changes():
    assert input_changes(loads(DETERRENCE), loads(DETERRENCE)) == ()
    relabelled = DETERRENCE.replace("Challenger", "Somebody").replace("A deterrence game", "Another title")
    assert input_changes(loads(DETERRENCE), loads(relabelled)) == ()


def test_a_parameter_a_consideration_and_an_observer():
    *_, firm = changes("firm")
    assert [(c.section, c.name, c.matters) for c in firm] == [("parameter", "p_firm", True)]
    assert "uniform(0, 1)" in firm[0].before
    assert firm[0].after == "0.9"
    *_, rich = changes("rich")
    assert [(c.section, c.name, c.before) for c in rich] == [
        ("parameter", "fee", None),
        ("payoff", "challenger.fee", None),
    ]
    *_, blind = changes("blind")
    assert [(c.before, c.after) for c in blind] == [("seen by defender", "seen by nobody else")]


def test_a_dropped_move_is_one_change_although_its_choices_are_gone_from_every_expression():
    a, b, found = changes("silent")
    assert [(c.section, c.name, c.after) for c in found] == [("move", "reply", None)]
    values = draw(a, "sobol", 1, 0, 4)
    back = from_scenario(put_back(a, b, frozenset({("move", "reply")})))
    original = from_scenario(loads(VARIED))
    one, other = (answer_draws(subject, values, 4) for subject in (back, original))
    assert one.selected == pytest.approx(other.selected)


def test_what_does_not_matter_is_told_and_not_swapped():
    other = DETERRENCE.replace("decision: demand", "decision: reply").replace("unit: utility", "unit: euros")
    found = input_changes(loads(DETERRENCE), loads(other))
    assert [(c.section, c.matters) for c in found] == [("parameter", False), ("decision", False)]
    assert units(loads(DETERRENCE), loads(other), found) == ()


def test_order_correlations_and_outcomes_are_inputs():
    text = DETERRENCE.replace("lever: [challenger]", "base: 1, lever: [challenger]").replace(
        "kind: positive, value: 1, unit: utility, base: 1", 'kind: positive, range: "uniform(0.5, 2)", base: 1'
    )
    other = (text + "correlate: [[p_firm, prize, 0.5]]\n").replace(
        "{status_quo: demand.hold, fait_accompli: reply.yield, war: reply.resist}",
        "{war: reply.resist, status_quo: demand.hold, fait_accompli: not reply.resist}",
    )
    found = input_changes(loads(text), loads(other))
    assert [(c.section, c.name) for c in found] == [
        ("correlations", "correlations"), ("outcome", "fait_accompli"), ("order", "outcomes")
    ]  # fmt: skip
    a, b = loads(text), loads(other)
    everything = frozenset((c.section, c.name) for c in found)
    assert input_changes(a, put_back(a, b, everything)) == ()
    assert input_changes(put_back(a, b, frozenset()), b) == ()


def test_a_new_parameter_goes_with_what_mentions_it():
    a, b, found = changes("rich")
    (only,) = units(a, b, found)
    assert only.keys == {("parameter", "fee"), ("payoff", "challenger.fee")}
    with pytest.raises(RequestError, match="mentions parameter `fee`"):
        put_back(a, b, frozenset({("parameter", "fee")}))


def test_a_move_goes_with_the_options_it_depends_on():
    text = DETERRENCE.replace("[challenge, hold]", "[challenge, hold, bargain]").replace(
        "payoffs:", "  offer: {actor: defender, when: demand.bargain, options: [share, refuse]}\npayoffs:"
    )
    text += "variants: {no_talks: {drop: [demand.bargain, offer]}}\n"
    a, b = reconciled(loads(text), loads(text, variant="no_talks"))
    (only,) = units(a, b, input_changes(a, b))
    assert only.keys == {("move", "demand"), ("move", "offer")}


def test_formulas_stand_behind_what_they_mention():
    a = DETERRENCE.replace("cost: {kind: positive, value: 2}", "cost: {kind: positive, value: 2}\n  z: 2 * cost")
    b = DETERRENCE.replace("  p_firm:", "  z: 4\n  p_firm:")
    between = put_back(loads(a), loads(b), frozenset({("parameter", "z")}))
    names = [definition.name for definition in between.parameters]
    assert names.index("z") > names.index("cost")


def test_many_changes_are_taken_by_section():
    a, b = loads(CHANCES.format(p=0.1, q=0.1)), loads(CHANCES.format(p=0.2, q=0.2))
    (unit,) = units(a, b, input_changes(a, b), most=1)
    assert unit.name == "all 2 changes of parameters"
    assert MAX_VARIANTS > 1


def test_two_chances_that_multiply():
    """p q goes from 0.1 to 0.4. Undoing either leaves 0.2; making either gives 0.2, so a third is both together."""
    found = difference(model(CHANCES.format(p=0.2, q=0.5)), model(CHANCES.format(p=0.4, q=1)), draws=2)
    assert found.distance == pytest.approx(0.3)
    assert {swap.unit.name for swap in found.swaps} == {"parameter p", "parameter q"}
    for swap in found.swaps:
        assert swap.undone == pytest.approx(2 / 3)
        assert swap.made == pytest.approx(1 / 3)
    assert found.interaction == pytest.approx(1 / 3)
    assert found.main is not None
    assert found.outcomes[0].difference == pytest.approx(0.3)
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_change_that_works_alone_and_one_that_does_nothing():
    a = CHANCES.format(p=0.2, q=0.5)
    b = CHANCES.format(p=0.6, q=0.5).replace("payoffs: {a: watch.look}", "payoffs: {a: 2 * watch.look}")
    found = difference(model(a), model(b), draws=1)
    shares = {swap.unit.name: (swap.undone, swap.made) for swap in found.swaps}
    assert shares["parameter p"] == pytest.approx((1, 1))
    assert shares["payoff a.total"] == pytest.approx((0, 0))
    assert found.main.unit.name == "parameter p"
    assert found.interaction == pytest.approx(0, abs=1e-12)


def test_the_answer_tells_path_and_best_option_at_the_base():
    found = difference(model(DETERRENCE), model(VARIED, "firm"), draws=8)
    assert found.a.path == (("demand: challenge, reply: yield", pytest.approx(0.7)),
                            ("demand: challenge, reply: resist", pytest.approx(0.3)))  # fmt: skip
    assert found.b.path == (("demand: hold", pytest.approx(1.0)),)
    assert (found.a.best, found.b.best) == (("challenge",), ("hold",))
    assert found.swaps[0].undone == 1
    p = draw(loads(DETERRENCE), "sobol", 1, 0, 8)["p_firm"]
    by_name = {entry.name: entry for entry in found.outcomes}
    assert by_name["war"].a == pytest.approx(np.mean(np.where(p < 1 / 3, p, 0)), abs=1e-6)
    assert by_name["war"].b == 0
    gap = -np.where(p < 1 / 3, p, 0)
    half = 1.959964 * gap.std(ddof=1) / np.sqrt(8)
    assert by_name["war"].low == pytest.approx(gap.mean() - half)


def test_answers_that_hardly_differ_need_no_reason():
    found = difference(model(DETERRENCE), model(DETERRENCE.replace("value: 2", "value: 2.000001")), draws=4)
    assert found.changes
    assert found.swaps == ()


def test_a_swap_that_cannot_be_solved_says_why():
    a = CHANCES.format(p=0.9, q=0.5).replace("rest}, seen_by: []}\n  mistake", "1 - p}, seen_by: []}\n  mistake")
    b = a.replace("p: 0.9", "p: 3").replace("{yes: p, no_: 1 - p}", "{yes: p / 10, no_: 1 - p / 10}")
    found = difference(model(a), model(b), draws=1)
    swaps = {swap.unit.name: swap for swap in found.swaps}
    assert swaps["move crisis"].undone is None  # p = 3 as a probability
    assert swaps["parameter p"].made is None
    assert swaps["parameter p"].undone == pytest.approx(1 - (0.45 - 0.045) / (0.45 - 0.15))
    assert all("no draw is certified" in swap.why for swap in found.swaps)
    assert found.interaction is None


def test_what_cannot_be_compared():
    with pytest.raises(RequestError, match="efg"):
        difference(Model(model(DETERRENCE).game), model(DETERRENCE))
    with pytest.raises(RequestError, match="0 draws"):
        difference(model(DETERRENCE), model(DETERRENCE), draws=0)
    nothing = DETERRENCE.replace("-cost * reply.resist}", "log(-cost) * reply.resist}")
    with pytest.raises(AnalysisError, match="no draw is certified on both sides"):
        difference(model(DETERRENCE), model(nothing), draws=2)


def test_distance_is_half_the_absolute_differences():
    assert distance({"a": 0.5, "b": 0.5}, {"a": 0.2, "c": 0.8}) == pytest.approx(0.8)


def test_draws_are_shared_by_name_wherever_a_parameter_stands():
    a = loads(DETERRENCE)
    b = loads(DETERRENCE.replace("  p_firm:", '  extra: {range: "normal(0, 1)"}\n  p_firm:'))
    first, second = shared_draws([a, b], seed=3, count=16)
    assert np.array_equal(first["p_firm"], second["p_firm"])
    alone, again = shared_draws([a, loads(VARIED, variant="firm")], seed=3, count=16)
    own = draw(a, "sobol", 3, 0, 16)
    assert all(np.array_equal(alone[name], own[name]) for name in own)
    assert np.all(again["p_firm"] == 0.9)


def test_correlated_draws_are_those_of_the_study():
    text = DETERRENCE.replace("prize: {kind: positive, value: 1,", 'prize: {kind: positive, range: "uniform(0.5, 2)",')
    scenario = loads(text + "correlate: [[p_firm, prize, -0.6]]\n")
    (shared,) = shared_draws([scenario], seed=2, count=32)
    own = draw(scenario, "sobol", 2, 0, 32)
    assert all(np.array_equal(shared[name], own[name]) for name in own)


def test_variants_side_by_side_at_the_same_draws():
    models = {"base": model(VARIED), "firm": model(VARIED, "firm"), "rich": model(VARIED, "rich")}
    found = side_by_side(models, draws=16, seed=1)
    p = draw(loads(VARIED), "sobol", 1, 0, 16)["p_firm"]
    war = [variant.means["war"] for variant in found.variants]
    # (1 - p) - 2 p - 0.4 > 0 for p < 0.2
    expected = [np.mean(np.where(p < bound, p, 0)) for bound in (1 / 3, 0, 0.2)]
    assert war == pytest.approx(expected, abs=1e-6)
    assert [variant.moved for variant in found.variants] == [
        None, pytest.approx(np.mean(p < 1 / 3)), pytest.approx(np.mean((p < 1 / 3) & (p >= 0.2)))
    ]  # fmt: skip
    json.dumps(found.to_dict(), allow_nan=False)
    nearby = DETERRENCE.replace('base: 0.3, range: "uniform(0, 1)", lever: defender', "value: 0.1")
    moved = side_by_side({"base": model(VARIED), "nearby": model(nearby)}, draws=64).variants[1].moved
    p = draw(loads(VARIED), "sobol", 1, 0, 64)["p_firm"]
    assert moved == np.mean(np.abs(p - 0.1) > 0.02)  # there the challenger comes at 0.1, and war is as likely as p
    assert moved < 1
    with pytest.raises(RequestError, match="efg"):
        side_by_side({"x": Model(model(DETERRENCE).game)}, draws=1)


SUMMARY = {"draws": 10, "seed": 3, "certified": 0.9, "outcomes": {"war": {"mean": 0.25}, "peace": {"mean": 0.75}},
           "decision": {"go": 1.0}}  # fmt: skip


def stored(path, **changed):
    path.mkdir()
    (path / "study.json").write_text(json.dumps({**SUMMARY, **changed}), encoding="utf-8")
    return path


def test_stored_studies_are_compared_by_their_answers(tmp_path):
    one = read_stored(stored(tmp_path / "one"))
    two = read_stored(stored(tmp_path / "two", outcomes={"war": {"mean": 0.5}, "truce": {"mean": 0.5}}))
    found = stored_difference(one, two, ("one", "two"))
    assert (one.draws, one.certified, one.seed) == (10, 9, 3)
    assert found.changes is None
    assert found.distance == pytest.approx(0.75)
    assert [(row.name, row.difference) for row in found.outcomes] == [("peace", -0.75), ("truce", 0.5), ("war", 0.25)]
    json.dumps(found.to_dict(), allow_nan=False)


def test_inputs_that_were_kept_are_compared_with_what_was_set(tmp_path):
    folders = [stored(tmp_path / name) for name in ("one", "two", "three")]
    for folder, manifest in zip(folders, ({}, {"variant": "firm"}, {"settings": {"cost": "5/2"}}), strict=True):
        (folder / "source").mkdir()
        (folder / "source" / "scenario.yaml").write_text(VARIED, encoding="utf-8")
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    one, two, three = (read_stored(folder) for folder in folders)
    firm, dear = (stored_difference(one, other, ("one", "other")).changes for other in (two, three))
    assert [(change.section, change.name, change.after) for change in firm] == [("parameter", "p_firm", "0.9")]
    assert [(change.section, change.name) for change in dear] == [("parameter", "cost")]
    (folders[0] / "manifest.json").write_text(json.dumps({"settings": [1]}), encoding="utf-8")
    with pytest.raises(RequestError, match="not the manifest of a study"):
        read_stored(folders[0])


def test_a_summary_may_be_wrapped_or_stand_alone(tmp_path):
    folder = tmp_path / "wrapped"
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"seed": 3}), encoding="utf-8")
    (folder / "result.json").write_text(json.dumps({"summary": SUMMARY}), encoding="utf-8")
    assert read_stored(folder).outcomes == {"war": 0.25, "peace": 0.75}
    assert read_stored(folder / "result.json").decision == {"go": 1.0}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "holds no summary"),
        (json.dumps({**SUMMARY, "outcomes": {"war": {"mean": 7}}}), "no probability for outcome `war`"),
        (json.dumps({**SUMMARY, "outcomes": {"war": {"mean": float("nan")}}}), "no probability for outcome `war`"),
        (json.dumps({**SUMMARY, "draws": "many"}), "does not say how many draws"),
        (json.dumps({**SUMMARY, "decision": {"go": None}}), "no probability for option `go`"),
    ],
)
def test_summaries_that_are_none(tmp_path, content, message):
    path = tmp_path / "study.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RequestError, match=message):
        read_stored(path)


def test_a_directory_without_a_study(tmp_path):
    with pytest.raises(RequestError, match="holds no summary"):
        read_stored(tmp_path)
    with pytest.raises(RequestError, match="cannot be read"):
        read_stored(tmp_path / "nothing.json")
