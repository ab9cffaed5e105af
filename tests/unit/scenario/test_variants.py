"""Variants: the changed file is the file that a person would write by hand."""

from dataclasses import replace

import pytest

from standoff.errors import ScenarioError
from standoff.scenario.expression import Number, evaluate, specialise
from standoff.scenario.load import loads

TEXT = """\
standoff: 1
title: Variants
actors: {a: A, b: B}
parameters:
  p: {about: Resolve, range: "pert(0.2, 0.4, 0.7)", kind: probability, claims: [C], without: "uniform(0, 1)"}
  c: {range: "uniform(1, 3)", about: Cost}
  d: c + 1
correlate: [[p, c, 0.2]]
moves:
  type: {actor: nature, options: {hard: p, soft: rest}, seen_by: [b]}
  act: {actor: a, options: [go, wait, stay], label: Act}
  react: {actor: b, when: act.go or act.wait, options: [fight, fold]}
payoffs:
  a: {gain: react.fold, loss: -d * react.fight, idle: act.stay + 5 * react.fight * act.wait}
  b: react.fight * type.hard
outcomes: {war: react.fight, idle: act.stay}
decision: react
classes: {bold: {supports: {act: [go], "react[act=wait]": [fold]}}}
variants:
"""


def variant(body, name="v"):
    return loads(f"{TEXT}  {name}: {body}\n", variant=name)


def by_hand(*edits):
    text = TEXT
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return loads(text.replace("variants:\n", ""))


def alike(left, right):
    same = {"variants": (), "variant": None, "sha256": "", "path": ""}
    return replace(left, **same) == replace(right, **same)


PARAMETER = (
    '  p: {about: Resolve, range: "pert(0.2, 0.4, 0.7)", kind: probability, claims: [C], without: "uniform(0, 1)"}\n'
)


@pytest.mark.parametrize(
    ("body", "edits"),
    [
        (
            "{set: {p: 0.05}}",
            [(PARAMETER, "  p: {about: Resolve, value: 0.05, kind: probability}\n"), ("correlate: [[p, c, 0.2]]", "")],
        ),
        ("{set: {p: 'beta(2, 2)'}}", [(PARAMETER, '  p: {about: Resolve, range: "beta(2, 2)", kind: probability}\n')]),
        ("{set: {d: 2 * c - 1}}", [("d: c + 1", "d: 2 * c - 1")]),
        ("{set: {d: 'uniform(0, 9)'}}", [("d: c + 1", "d: 'uniform(0, 9)'")]),
        ("{parameters: {c: {base: 1.5}}}", [('"uniform(1, 3)"', '"uniform(1, 3)", base: 1.5')]),
        ("{set: {c: {range: 'uniform(2, 3)', unit: bn}}}", [('"uniform(1, 3)"', '"uniform(2, 3)", unit: bn')]),
        ("{moves: {type: {seen_by: everyone}}}", [("seen_by: [b]", "seen_by: everyone")]),
        ("{moves: {act: {options: [go, wait, stay, run]}}}", [("[go, wait, stay]", "[go, wait, stay, run]")]),
        ("{payoffs: {a: {gain: 2 * react.fold, extra: c}}}", [("gain: react.fold", "gain: 2 * react.fold"),
                                                               ("5 * react.fight * act.wait}",
                                                                "5 * react.fight * act.wait, extra: c}")]),
        ("{payoffs: {b: -react.fight}}", [("b: react.fight * type.hard", "b: -react.fight")]),
        ("{outcomes: {war: react.fight and act.go, soft: react.fold}}",
         [("{war: react.fight, idle: act.stay}", "{war: react.fight and act.go, idle: act.stay, soft: react.fold}")]),
    ],
)  # fmt: skip
def test_a_variant_is_the_file_edited_by_hand(body, edits):
    assert alike(variant(body), by_hand(*edits))


def test_a_dropped_option_is_gone_and_counts_nothing():
    scenario = variant("{drop: [act.wait]}")
    assert [option.name for option in scenario.moves[1].options] == ["go", "stay"]
    idle = scenario.considerations[2].expression
    assert evaluate(specialise(idle, {"act": "go", "react": "fight"}), {}) == 0
    assert scenario.classes[0].supports == {"act": ("go",)}


def test_a_dropped_move_is_gone_and_counts_nothing():
    scenario = variant("{drop: [react]}")
    assert [move.name for move in scenario.moves] == ["type", "act"]
    assert specialise(scenario.considerations[3].expression, {"type": "hard"}) == Number(0)
    assert scenario.decision is None
    assert any("dropped" in warning.message for warning in scenario.warnings)


def test_a_move_dropped_from_the_rounds():
    rounds = TEXT.replace("variants:\n", "rounds: {n: 2, moves: [act, react]}\nvariants:\n").replace(
        "decision: react\n", ""
    )
    text = rounds[: rounds.index("classes:")] + rounds[rounds.index("rounds:") :]
    scenario = loads(f"{text}  v: {{drop: [react]}}\n", variant="v")
    assert [move.name for move in scenario.moves] == ["type", "act@1", "act@2"]


def test_a_chance_option_is_dropped_and_the_rest_takes_its_share():
    scenario = variant("{drop: [type.hard]}")
    assert [(option.name, option.rest) for option in scenario.moves[0].options] == [("soft", True)]


@pytest.mark.parametrize(
    ("body", "message", "remedy"),
    [
        ("{set: {q: 1}}", "no parameter `q` to set", ""),
        ("{set: {p: 2}}", "variant `v`: parameter `p` is 2", "0 to 1"),
        ("{set: {d: e}}", "no parameter `e`", ""),
        ("{set: [p]}", "must be a mapping", ""),
        ("{moves: {atc: {when: true}}}", "no move `atc` to change", "`act`"),
        ("{moves: {act: [go]}}", "must be a mapping", ""),
        ("{moves: {act: {optoins: [go]}}}", "`optoins`", "`options`"),
        ("{drop: [atc]}", "no move `atc` to drop", "`act`"),
        ("{drop: [act.goo]}", "no option `goo` to drop", "`go`"),
        ("{drop: [act.go, act.wait, act.stay]}", "no option left", "drop the move"),
        ("{payoffs: {a: {gain: react.fld}}}", "no option `fld`", "`fold`"),
        ("{payoffs: {z: 1}}", "no actor `z`", "a, b"),
        ("{sett: {p: 1}}", "`sett` is not a key of a variant", "`set`"),
        ("3", "must be a mapping", "set"),
    ],
)
def test_mistakes_in_variants_are_found_without_choosing_them(body, message, remedy):
    with pytest.raises(ScenarioError) as caught:
        loads(f"{TEXT}  v: {body}\n")
    matching = [problem for problem in caught.value.problems if message in problem.message and remedy in problem.remedy]
    assert matching, [str(problem) for problem in caught.value.problems]
    assert matching[0].mark.line == 20


def test_the_base_file_is_not_changed_by_its_variants():
    assert alike(loads(f"{TEXT}  v: {{set: {{p: 0.05}}, drop: [react]}}\n"), by_hand())
