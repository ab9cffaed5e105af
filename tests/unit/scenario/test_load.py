"""A whole file, section by section; warnings; the scope of names."""

import subprocess
import sys
from fractions import Fraction

import pytest

from standoff.errors import RequestError, ScenarioError
from standoff.scenario import Scenario, load_scenario, loads
from standoff.scenario.expression import Choice, Logical, write

FULL = """\
standoff: 1
title: Everything
about: A file that uses every section
ledger: ledger.yaml
ranges: beliefs
actors:
  a: Side A
  b: {label: Side B, about: The other one}
parameters:
  p: {about: Resolve, range: "pert(0.2, 0.4, 0.7)", kind: probability, claims: [C1], without: "uniform(0, 1)"}
  cost: {range: lognormal(2.3, 0.4), unit: bn, base: 9.5}
  total: cost * 2
correlate: [[p, cost, -0.3]]
assume: [0 < p < 1, max(cost, 1) > 0]
moves:
  type: {actor: nature, options: {hard: p, soft: rest}, seen_by: [b], claims: [C2]}
  act:
    actor: a
    label: What A does
    about: The first step
    options:
      go: {label: Go in, about: With force, reversible: false, claims: [C3]}
      stay:
    seen_by: {actors: [b], claims: [C4]}
  share: {actor: a, when: act.go, options: {grid: [0, 1, 4]}, seen_by: []}
  react:
    actor: b
    when: act.go and share.value < 1
    options: [{fight: {when: type.hard or share.value > 0.5}}, fold]
payoffs:
  a: {gain: react.fold * share.value, loss: -total * react.fight}
  b: react.fight * type.hard
outcomes:
  war: react.fight
  gone: {when: react.fold, label: B folds, about: Without a fight}
decision: act
classes:
  pooling: {about: Same for both, supports: {act: [go], "react[act=go, type=soft]": [fold]}}
judgement: {war: 0.25}
sources: [One, Two]
tags: [test]
variants: {cheap: {about: Less, set: {cost: 1}}}
"""


@pytest.fixture
def full(tmp_path):
    (tmp_path / "ledger.yaml").write_text("{}")
    path = tmp_path / "full.yaml"
    path.write_text(FULL)
    return load_scenario(path)


def test_the_plain_sections(full):
    assert (full.title, full.ranges, full.ledger, full.decision) == ("Everything", "beliefs", "ledger.yaml", "act")
    assert [(actor.name, actor.label, actor.about) for actor in full.actors] == [
        ("a", "Side A", ""),
        ("b", "Side B", "The other one"),
    ]
    assert (full.sources, full.tags, full.judgement) == (("One", "Two"), ("test",), {"war": 0.25})
    assert [(variant.name, variant.about) for variant in full.variants] == [("cheap", "Less")]
    assert full.warnings == ()
    assert len(full.sha256) == 64


def test_parameters(full):
    p, cost, total = full.parameters
    assert (p.base, p.kind, p.claims, p.about) == (Fraction(2, 5), "probability", ("C1",), "Resolve")
    assert p.range.arguments == (0.2, 0.4, 0.7)
    assert p.without.family == "uniform"
    assert (cost.base, cost.unit, cost.range.text) == (Fraction(19, 2), "bn", "lognormal(2.3, 0.4)")
    assert (total.base, total.range, write(total.expression)) == (None, None, "cost * 2")
    (correlation,) = full.correlations
    assert (correlation.first, correlation.second, correlation.coefficient) == ("p", "cost", -0.3)
    assert [write(assumption) for assumption in full.assumptions] == ["0 < p and p < 1", "max(cost, 1) > 0"]


def test_moves(full):
    kind, act, share, react = full.moves
    assert (kind.actor, kind.seen_by, kind.claims) == ("nature", ("b",), ("C2",))
    assert [(option.name, option.rest) for option in kind.options] == [("hard", False), ("soft", True)]
    assert (act.label, act.about, act.seen_by, act.seen_by_claims) == ("What A does", "The first step", ("b",), ("C4",))
    go, stay = act.options
    assert (go.label, go.about, go.reversible, go.claims) == ("Go in", "With force", False, ("C3",))
    assert (stay.label, stay.reversible, stay.probability) == ("stay", True, None)
    assert share.when == Choice("act", "go")
    assert share.seen_by == ()
    assert react.seen_by is None
    assert write(react.options[0].when) == "type.hard or share.value > 0.5"


def test_grid_values_are_exact_and_equally_spaced(full):
    options = full.moves[2].options
    assert [option.value for option in options] == [0, Fraction(1, 3), Fraction(2, 3), 1]
    assert [option.name for option in options] == ["0", "0.333333", "0.666667", "1"]


def test_names_of_fine_grids_tell_the_options_apart():
    text = FULL.replace("grid: [0, 1, 4]", "grid: [-1e-7, 1e-7, 4]").replace("ledger: ledger.yaml\n", "")
    names = [option.name for option in loads(text).moves[2].options]
    assert names == ["-0.0000001", "-0.00000003", "0.00000003", "0.0000001"]


def test_payoffs_outcomes_and_classes(full):
    assert [(part.actor, part.name) for part in full.considerations] == [("a", "gain"), ("a", "loss"), ("b", "total")]
    assert [(outcome.name, outcome.label) for outcome in full.outcomes] == [("war", "war"), ("gone", "B folds")]
    (pooling,) = full.classes
    assert pooling.supports == {"act": ("go",), "react[type=soft, act=go]": ("fold",)}  # seen moves in order of play


def test_marks_point_into_the_file(full):
    assert (full.moves[1].mark.line, full.moves[1].mark.col) == (17, 3)
    assert full.moves[1].mark.file.endswith("full.yaml")


def minimal(**sections):
    given = {
        "actors": "{a: A, b: B}",
        "moves": "{m: {actor: a, options: [l, r]}, n: {actor: b, options: [u, d]}}",
        "payoffs": "{a: m.l, b: n.u}",
    } | sections
    return "standoff: 1\ntitle: T\n" + "".join(f"{key}: {value}\n" for key, value in given.items())


def warnings(**sections):
    return [(problem.message, problem.remedy) for problem in loads(minimal(**sections)).warnings]


def errors(**sections):
    with pytest.raises(ScenarioError) as caught:
        loads(minimal(**sections))
    return [problem.message for problem in caught.value.problems]


def test_a_small_file_needs_no_more():
    assert isinstance(loads(minimal()), Scenario)
    assert warnings() == []


@pytest.mark.parametrize(
    ("sections", "phrase"),
    [
        ({"parameters": "{x: 1}"}, "`x` is not used"),
        ({"parameters": "{x: 1, y: x}"}, "`x` is not used"),
        ({"payoffs": "{a: m.l}"}, "`b` has no payoffs"),
        (
            {"parameters": '{x: {value: 1, claims: [C], without: "uniform(0, 1)"}}', "payoffs": "{a: x, b: 0}"},
            "there is no ledger",
        ),
        ({"parameters": '{x: {value: 1, without: "uniform(0, 1)"}}', "payoffs": "{a: x, b: 0}"}, "no `claims`"),
        ({"parameters": "{x: 1}", "payoffs": "{a: x, b: 0}", "assume": "[x > 2]"}, "`x > 2` fails at the base"),
    ],
)
def test_warnings(sections, phrase):
    assert any(phrase in message for message, _ in warnings(**sections))


@pytest.mark.parametrize("value", ["{value: 1, claims: [C]}", "{expression: 2 * y, claims: [C]}"])
def test_what_rests_on_claims_says_what_holds_without_them(value):
    found = errors(parameters=f"{{y: 1, x: {value}}}", payoffs="{a: x + y, b: 0}")
    assert found == ["parameter `x` rests on claims and has no `without`"]


def test_a_parameter_used_only_through_another_is_used():
    assert warnings(parameters="{x: 1, y: x + 1}", payoffs="{a: y, b: 0}") == []


def test_countries_and_switches_are_text():
    scenario = loads(
        minimal(
            actors="{NO: NO, on_: on}",
            moves="{m: {actor: NO, options: [yes, no, off]}}",
            payoffs="{NO: m.yes, on_: m.off}",
        )
    )
    assert scenario.actors[0].label == "NO"
    assert [option.name for option in scenario.moves[0].options] == ["yes", "no", "off"]


def test_quoted_and_unquoted_formulas_are_the_same():
    assert (
        loads(minimal(payoffs="{a: 'm.l + 1', b: 0}")).considerations
        == loads(minimal(payoffs="{a: m.l + 1, b: 0}")).considerations
    )


@pytest.mark.parametrize(
    ("sections", "phrase"),
    [
        ({"moves": "{m: {actor: a, options: [l]}, n: {actor: b, when: n.u, options: [u, d]}}"}, "not decided before"),
        ({"moves": "{m: {actor: a, options: [{l: {when: n.u}}, r]}, n: {actor: b, options: [u, d]}}"}, "not decided"),
        (
            {"moves": "{m: {actor: nature, options: {l: n.u, r: rest}, seen_by: []}, n: {actor: b, options: [u, d]}}"},
            "a probability mentions `n.u`",
        ),
        ({"assume": "[m.l]", "parameters": "{x: 1}"}, "mentions the choice `m.l`"),
        ({"payoffs": "{a: m@2.l, b: 0}"}, "not among the moves of `rounds`"),
        ({"decision": "x"}, "no move `x`"),
        ({"moves": "{m: {actor: nature, options: {l: 0.5, r: rest}, seen_by: []}}", "payoffs": "{a: 0, b: 0}",
          "decision": "m"}, "is a chance move"),
        ({"correlate": "[[x, y, 0.9], [y, z, 0.9], [x, z, -0.9]]",
          "parameters": "{x: 'uniform(0, 1)', y: 'uniform(0, 1)', z: 'uniform(0, 1)'}"}, "contradict each other"),
        ({"outcomes": "{o: m.l, q: n.u}", "judgement": "{o: 0.7, q: 0.7}"}, "add up to 1.4"),
        ({"parameters": "{x: {about: only}}"}, "no value"),
        ({"actors": "{}"}, "empty"),
        ({"moves": "{m: {actor: a, options: []}}"}, "no options"),
        ({"moves": "{m: {actor: a, options: {grid: [0, 1, 100]}}}"}, "count of a grid"),
        ({"moves": "{m: {actor: a, options: {grid: [1, 0, 3]}}}"}, "below its high end"),
        ({"moves": "{m: {actor: a, options: {grid: [0, 1]}}}"}, "2 entries"),
    ],
)  # fmt: skip
def test_rules_of_meaning(sections, phrase):
    found = errors(**sections)
    assert any(phrase in message for message in found), found


def test_chance_constants_may_stand_beside_rest_or_conditions():
    moves = "{m: {actor: nature, options: {l: 1/3, r: 1/3, s: 1/3}, seen_by: []}, n: {actor: b, options: [u, d]}}"
    assert loads(minimal(moves=moves))
    moves = (
        "{n: {actor: b, options: [u, d]}, m: {actor: nature, options: {l: 0.7 if n.u else 0.2, r: rest}, seen_by: []}}"
    )
    assert loads(minimal(moves=moves))


def test_a_broken_move_causes_no_second_mistake():
    found = errors(moves="{m: {actor: a, options: [l, r, and]}, n: {actor: b, when: m.l, options: [u, d]}}")
    assert len(found) == 1


def test_an_unknown_variant_is_a_mistaken_request():
    with pytest.raises(RequestError, match="did you mean `cheap`"):
        loads(FULL, variant="cheep")


def test_unreadable_text_is_reported_with_its_name():
    with pytest.raises(ScenarioError, match=r"^memory:1:1: the file is empty"):
        loads("", path="memory")


def test_loading_needs_no_scipy():
    code = "import sys, standoff.scenario.load, standoff.scenario.values\nassert 'scipy' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_conjunctions_keep_their_order(full):
    assert isinstance(full.moves[3].when, Logical)
