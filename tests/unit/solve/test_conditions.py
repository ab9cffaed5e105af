"""Derivation of conditions, step by step: proofs of signs, elimination, simplification, words."""

import itertools
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from known.library_pairs import derived, game_of, scenario_of
from standoff.errors import ConceptError, Mark, RequestError
from standoff.scenario.expression import evaluate, write
from standoff.scenario.parse import parse_expression
from standoff.scenario.scenario import NamedClass
from standoff.solve.classes.decide import decide
from standoff.solve.classes.polynomial import ONE, Constraint, Polynomial
from standoff.solve.conditions.bounded import BoundedProver, Watch
from standoff.solve.conditions.derive import _paths, conditions
from standoff.solve.conditions.eliminate import UnsolvedError, eliminate
from standoff.solve.conditions.judge import symbolic_form
from standoff.solve.conditions.latex import latex
from standoff.solve.conditions.naming import described, name_of, place
from standoff.solve.conditions.prover import Prover
from standoff.solve.conditions.simplify import merged, without_redundant
from standoff.solve.conditions.symbols import Dictionary
from standoff.solve.conditions.words import Writer, intervals, said, told_probabilities
from standoff.solve.consistency_weights import Verdict
from unit.solve.build import build

A, B, P, Q = (Polynomial.variable(name) for name in ("a", "b", "p:0", "p:2"))
ASSUMED = ("0 < a < 1", "b > 0")


def parse(text):
    return parse_expression(text, Mark())


def prover(*assumptions):
    """A prover over a game whose slots 0, 1 and 2, 3 are two information sets."""
    return Prover(game_of("beer_quiche"), Dictionary(), [parse(text) for text in assumptions], [], 5.0)


def number(value):
    return Polynomial.constant(Fraction(value))


def test_signs_follow_from_assumptions():
    own = prover(*ASSUMED)
    assert own.signs(A) == {1}
    assert own.signs(A - ONE) == {-1}
    assert own.signs(A - B) == {-1, 0, 1}
    assert own.signs(A * (ONE - P)) == {1}  # a probability on a support lies strictly between 0 and 1
    assert own.signs(B - A, [Constraint(B - ONE, ">=")]) == {1}
    assert own.signs(number(0)) == {0}


def test_satisfiable_and_implied():
    own = prover(*ASSUMED)
    assert own.satisfiable([Constraint(A - B, ">")]) is True
    assert own.satisfiable([Constraint(A - B, ">"), Constraint(B - ONE, ">=")]) is False
    assert own.implied(Constraint(ONE - A, ">="), [])
    assert not own.implied(Constraint(B - A, ">="), [])


def test_points_only_show_what_is_possible():
    """A point outside the assumptions would be wrong; one inside changes no verdict."""
    points = [{"a": Fraction(1, 2), "b": Fraction(3)}]
    own = Prover(game_of("beer_quiche"), Dictionary(), [parse(text) for text in ASSUMED], points, 5.0)
    assert own.signs(A - B) == {-1, 0, 1}
    assert own.satisfiable([Constraint(A - B, "=")]) is True


def random_system(seed):
    rng = np.random.default_rng([13, seed])

    def coefficient():
        a, b, c = (int(x) for x in rng.integers(-3, 4, 3))
        return A.scaled(Fraction(a)) + B.scaled(Fraction(b)) + number(c)

    system = []
    for _ in range(int(rng.integers(2, 4))):
        polynomial = coefficient() + coefficient() * P + number(int(rng.integers(-3, 4))) * Q
        system.append(Constraint(polynomial, ("=", ">=", ">")[int(rng.integers(0, 3))]))
    return system, rng


@pytest.mark.parametrize("seed", range(40))
def test_elimination_keeps_the_question(seed):
    """At every parameter point, a case holds exactly if the system has a solution there."""
    system, rng = random_system(seed)
    own = prover(*ASSUMED)
    cases = merged(eliminate(system, frozenset({"p:0", "p:2"}), own), own)
    domain = [Constraint(P, ">"), Constraint(ONE - P, ">"), Constraint(Q, ">"), Constraint(ONE - Q, ">")]
    for _ in range(25):
        point = {"a": Fraction(int(rng.integers(1, 12)), 12), "b": Fraction(int(rng.integers(1, 25)), 6)}
        if point["a"] == 1:
            continue
        solvable = decide([Constraint(c.polynomial.at(point), c.relation) for c in [*system, *domain]], 5.0)
        assert solvable.verdict is not Verdict.UNDECIDED
        holds = any(
            all(Constraint(c.polynomial.at(point), c.relation).verdict for c in case.conditions) for case in cases
        )
        assert holds == (solvable.verdict is Verdict.FOUND), point


def test_a_quadratic_is_given_up_by_name():
    with pytest.raises(UnsolvedError, match="no linear way"):
        eliminate([Constraint(P * P + A * P - B, "=")], frozenset({"p:0"}), prover(*ASSUMED))


def test_redundant_conditions_go():
    own = prover(*ASSUMED)
    long, short = Constraint(B - A + ONE, ">="), Constraint(B - A, ">=")
    assert without_redundant((long, short), own) == (short,)
    assert without_redundant((Constraint(ONE - A, ">"),), own) == ()


def test_thresholds_are_solved_for_the_parameter_asked_for():
    own = prover("0 < a < 1", "b > 0")
    condition = Constraint(A * B - B + A, ">=")  # a >= b / (b + 1), and b <= a / (1 - a)
    assert write(Writer(own.words, own, ["a"]).condition(condition, [])) == "a >= b / (b + 1)"
    assert write(Writer(own.words, own, ["b"]).condition(condition, [])) == "b <= a / (1 - a)"
    assert write(Writer(own.words, own, []).condition(condition, [])) == "a + a * b >= b"


def test_solve_for_chooses_the_parameter():
    result = conditions(game_of("rudimentary_deterrence"), scenario_of("rudimentary_deterrence"), solve_for=["aSQ"])
    by_name = {entry.name: [write(condition) for condition in entry.conditions] for entry in result.classes}
    assert [text.split(" ")[0] for text in by_name["attack"]] == ["aSQ"]
    for value in (Fraction(19, 10), Fraction(21, 10)):
        point = {"aDC": Fraction(3), "aDD": Fraction(0), "pB": Fraction(1, 3), "aSQ": value}
        assert bool(evaluate(parse(by_name["attack"][0]), point)) == (value <= 2)


def test_knife_edges_are_listed_on_request():
    """At pB = (aDC - aSQ) / (aDC - aDD) the challenger may mix."""
    game, scenario = game_of("rudimentary_deterrence"), scenario_of("rudimentary_deterrence")
    assert conditions(game, scenario).knife_edges == ()
    (edge,) = conditions(game, scenario, knife_edges=True).knife_edges
    assert edge.supports["initiate"] == ("cooperate", "defect")
    (condition,) = edge.conditions
    point = {"aDC": Fraction(3), "aSQ": Fraction(2), "aDD": Fraction(0), "pB": Fraction(1, 3)}
    assert evaluate(condition, point)
    assert not evaluate(condition, point | {"pB": Fraction(1, 2)})


def test_a_bound_that_is_reached_is_said():
    assert not conditions(game_of("beer_quiche"), scenario_of("beer_quiche"), limit=3).complete


def test_an_unknown_class_is_refused():
    with pytest.raises(RequestError, match="no class is called `attak`"):
        conditions(game_of("rudimentary_deterrence"), scenario_of("rudimentary_deterrence"), name="attak")


def test_imperfect_recall_is_refused():
    forgetful = ("one", "again", {"l": (1, 0), "r": (0, 1)})
    game = build(("one", "first", {"a": forgetful, "b": forgetful}), ("one", "two"))
    with pytest.raises(ConceptError, match="perfect recall"):
        symbolic_form(game, Dictionary())


def test_names_come_from_the_scenario_whatever_the_spacing():
    game = game_of("rudimentary_deterrence")
    names = [one.name for one in game.infosets]
    supports = dict.fromkeys(range(len(names)), (0,))
    wanted = {name.replace(", ", ","): (game.infosets[h].options[0],) for h, name in enumerate(names)}
    assert name_of(game, supports, [NamedClass("first", "", wanted)]).name == "first"
    assert name_of(game, supports | {0: (1,)}, [NamedClass("first", "", wanted)]) is None


def test_classes_without_a_name_are_described_by_what_types_do():
    game = game_of("rudimentary_deterrence")
    assert described(game, {0: (0, 1), 1: (1,), 2: (0,)}) == (
        "initiate: cooperate or defect; respond: hard defect, soft cooperate"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pDef >= (c_dc - theta) / 2", r"p_{\mathrm{Def}} \geq \frac{c_{\mathrm{dc}} - \theta}{2}"),
        ("a < b < c", "a < b < c"),
        ("b < c and a < b", "a < b < c"),
        ("a * (b - c) ** 2 <= 1 / 3", r"a \, \left(b - c\right)^{2} \leq \frac{1}{3}"),
        ("a - (b - c) == -breakfast", r"a - \left(b - c\right) = -\mathit{breakfast}"),
        ("a > 0 or b > 0", r"a > 0 \text{ or } b > 0"),
        ("max(a, 0) != sqrt(b)", r"\max\left(a, 0\right) \neq \sqrt{b}"),
    ],
)
def test_latex_keeps_the_order_and_writes_indices(text, expected):
    assert latex(parse(text)) == expected


def test_the_json_form_parses_back():
    result = derived("beer_quiche").to_dict()
    assert result["complete"] is True
    for entry in result["classes"]:
        for text in entry["conditions"]:
            assert write(parse(text)) == text
        for own in entry["probabilities"].values():
            for value in own.values():
                assert all(write(parse(text)) == text for text in ([value] if isinstance(value, str) else value))


def test_the_proposition_lists_every_class_with_its_condition():
    text = derived("rudimentary_deterrence").proposition()
    threshold = r"\frac{a_{\mathrm{DC}} - a_{\mathrm{SQ}}}{a_{\mathrm{DC}} - a_{\mathrm{DD}}}"
    attack, deterrence = text.split("\\item ")[1:]
    assert r"In each of them, \emph{respond}: hard defect, soft cooperate." in text
    assert attack.startswith(r"\emph{Attack.} \emph{Initiate}: defect.")
    assert "It exists if and only if\n\\begin{gather*}\n" + rf"p_{{\mathrm{{B}}}} \leq {threshold}." in attack
    assert rf"p_{{\mathrm{{B}}}} \geq {threshold}." in deterrence
    assert "except on a set of parameters of measure zero, no others" in text


def told_of(name, **supports):
    """The description of a class of a library game, of the information sets at places whose words are given."""
    game = game_of(name)
    chosen = {str(place(game, h)): h for h in range(len(game.infosets))}
    own = {chosen[where.replace("_", " ")]: options for where, options in supports.items()}
    return described(game, dict(sorted(own.items())))


def test_types_that_do_the_same_stand_together():
    assert told_of("unilateral_deterrence", hard_at_initiate=(0,), soft_at_initiate=(0,)) == (
        "initiate: both types cooperate"
    )
    assert told_of("unilateral_deterrence", hard_at_initiate=(1,)) == "initiate: hard defect"
    assert told_of("sinking_costs", low_at_signal=(0,), middle_at_signal=(0,), high_at_signal=(0,)).startswith(
        "signal: all types "
    )


def test_what_is_done_after_what_is_said():
    game = game_of("beer_quiche")
    by_name = {own.name: h for h, own in enumerate(game.infosets)}
    beer, quiche = by_name["reply[meal=beer]"], by_name["reply[meal=quiche]"]
    assert described(game, {beer: (1,), quiche: (0, 1)}) == "reply: no_duel after beer, duel or no_duel after quiche"
    assert described(game, {beer: (0,), quiche: (0,)}) == "reply: duel"
    assert described(game, {beer: (0,)}) == "reply: duel after beer"


@pytest.mark.parametrize("name", ["beer_quiche", "unilateral_deterrence", "consent_deployment"])
def test_every_class_has_a_description_of_its_own(name):
    game = game_of(name)
    options = [
        [s for size in (1, 2) for s in itertools.combinations(range(len(own.options)), size)] for own in game.infosets
    ]
    every = [described(game, dict(enumerate(supports))) for supports in itertools.product(*options)]
    assert len(set(every)) == len(every)


def test_classes_with_one_path_of_play_stand_together():
    """Both types cooperate in certain and in steadfast deterrence; what a defender would do is off the path."""
    result = derived("unilateral_deterrence")
    together = [{e.name for e in path.classes if e.named} for path in result.paths if len(path.classes) > 1]
    assert together == [{"certain_deterrence", "steadfast_deterrence"}]
    (path,) = (path for path in result.paths if len(path.classes) > 1)
    assert (path.path, path.conditions) == ("initiate: both types cooperate", ())


def test_the_union_of_conditions_over_a_path_is_simplified():
    """deterrence and attack as if on one path: together everywhere."""
    game, scenario = game_of("rudimentary_deterrence"), scenario_of("rudimentary_deterrence")
    result = conditions(game, scenario)
    own = BoundedProver(game, Dictionary(), result.assumptions, [], 5.0, Watch(60.0))
    alike = [replace(entry, path="one") for entry in result.classes]
    (path,) = _paths(alike, own, Writer(own.words, own, []))
    assert path.conditions == ()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("aSq", "there is no parameter `aSq`; did you mean `aSQ`?"),
        ("zzz", "there is no parameter `zzz`; parameters: aSQ"),
    ],
)
def test_an_unknown_parameter_is_refused(name, message):
    with pytest.raises(RequestError) as refused:
        conditions(game_of("rudimentary_deterrence"), scenario_of("rudimentary_deterrence"), solve_for=[name])
    assert str(refused.value).startswith(message)


def test_two_bounds_of_a_parameter_are_one_chain():
    told = [said(c) for c in intervals([parse("p <= b"), parse("q > 0"), parse("p > a + 1"), parse("p <= c")])]
    assert told == ["a + 1 < p <= b", "q > 0", "p <= c"]
    assert [said(c) for c in intervals([parse("p <= b"), parse("p <= c")])] == ["p <= b", "p <= c"]


def test_of_two_probabilities_the_shorter_is_told():
    long, short = parse("1 - a / (a + b)"), parse("a / (a + b)")
    assert told_probabilities({"x": long, "y": short}) == [("y", short)]
    assert told_probabilities({"x": None, "y": long}) == [("y", long)]
    assert len(told_probabilities({"x": long, "y": short, "z": short})) == 3


def test_a_condition_that_is_not_solved_for_the_parameter_is_marked():
    game, scenario = game_of("rudimentary_deterrence"), scenario_of("rudimentary_deterrence")
    result = conditions(game, scenario, solve_for=["aSQ"])
    assert all(result.unsolved(entry.conditions) == () for entry in result.classes)
    assert result.unsolved([parse("aSQ ** 2 >= pB")]) == (parse("aSQ ** 2 >= pB"),)
    assert result.unsolved([parse("pB >= aDD"), parse("aSQ >= aSQ * pB")]) == (parse("aSQ >= aSQ * pB"),)
