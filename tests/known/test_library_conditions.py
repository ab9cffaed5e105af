"""Conditions of library games, derived, against the conditions that the models are known by.

The reference conditions (`library_theorems`) are written from the models' closed forms and compared by z3 under the
assumptions of the scenario, as formulas and not as text. Where the reference for a model says something else, the
difference is shown at a point, in fractions. Besides, on random parameters (`library_draws`) the classes whose
conditions hold are exactly those that the enumeration at numbers certifies, with the probabilities that were stated;
benchmarks/conditions.py does the same for 2,000 draws of every game.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest
import z3

from known.library_draws import (
    Supports,
    certified,
    drawn,
    exact_classes,
    holds,
    near_threshold,
    probability_gap,
    said,
)
from known.library_pairs import derived, game_of, scenario_of
from known.library_theorems import NUMBERS, THEOREMS, Theorem
from standoff.errors import Mark
from standoff.scenario.expression import Expression, evaluate
from standoff.scenario.parse import parse_expression
from standoff.scenario.scenario import NamedClass
from standoff.scenario.values import base_values
from standoff.solve.classes.enumerate import all_classes
from standoff.solve.conditions.derive import ClassConditions, ConditionsResult, conditions
from standoff.solve.conditions.symbols import Dictionary, Symbols, boolean

SMALL = tuple(NUMBERS)  # games of which all classes are derived here; of the others, single classes
LARGE = tuple(theorem for theorem in THEOREMS if theorem.game not in NUMBERS and not theorem.given)


@cache
def derived_part(game: str, wanted: Supports) -> ConditionsResult:
    """The classes of a game with some supports."""
    scenario = replace(scenario_of(game), classes=(NamedClass("asked for", "", dict(wanted)),))
    return conditions(game_of(game), scenario, name="asked for")


def classes_of(theorem: Theorem) -> tuple[ConditionsResult, list[ClassConditions]]:
    """The classes that a theorem is about."""
    result = (
        derived(theorem.game)
        if theorem.game in NUMBERS
        else derived_part(theorem.game, tuple(sorted(theorem.supports.items())))
    )
    return result, [entry for entry in result.classes if matches(entry.supports, theorem)]


def matches(supports: object, theorem: Theorem) -> bool:
    """Whether a class plays what the theorem says."""
    own = {name: set(options) for name, options in dict(supports).items()}  # type: ignore[call-overload]
    assert theorem.supports.keys() <= own.keys()
    return all(own[name] == set(options) for name, options in theorem.supports.items())


def parsed(*texts: str) -> tuple[Expression, ...]:
    return tuple(parse_expression(text, Mark()) for text in texts)


def equivalent(found: list[ClassConditions], reference: str, assumptions: tuple[Expression, ...]) -> bool:
    """Whether z3 proves that no parameters under the assumptions satisfy one of the classes and not the reference.

    Nor the reference and none of the classes.
    """
    words, symbols = Dictionary(), Symbols(z3)
    true = z3.BoolVal(True, ctx=symbols.context)
    ours = [z3.And([true, *(boolean(z3, words, c, symbols) for c in entry.conditions)]) for entry in found]
    theirs = boolean(z3, words, parse_expression(reference, Mark()), symbols)
    given = [boolean(z3, words, assumption, symbols) for assumption in assumptions]
    given += [fact for atom in list(words.atoms) for fact in words.facts(z3, atom, symbols)]
    return all(
        _impossible([*given, *question], symbols)
        for question in ([z3.Not(theirs), z3.Or(ours)], [theirs, *(z3.Not(own) for own in ours)])
    )


def _impossible(formulas: list[z3.BoolRef], symbols: Symbols) -> bool:
    solver = z3.SolverFor("QF_NRA", ctx=symbols.context)
    solver.set("timeout", 30_000)
    solver.add(*formulas)
    return bool(solver.check() == z3.unsat)


@pytest.mark.parametrize("theorem", THEOREMS, ids=str)
def test_derived_conditions_are_equivalent_to_the_known_ones(theorem: Theorem) -> None:
    result, found = classes_of(theorem)
    assert found
    assert not result.undecided
    assert equivalent(found, theorem.condition, (*result.assumptions, *parsed(*theorem.given)))


@pytest.mark.parametrize("name", SMALL)
def test_all_classes_of_a_small_game_are_found(name: str) -> None:
    result = derived(name)
    assert result.complete
    assert len(result.classes) == NUMBERS[name]
    known = [theorem for theorem in THEOREMS if theorem.game == name]
    if name in ("rudimentary_deterrence", "unilateral_deterrence", "generalised_mutual_deterrence", "beer_quiche"):
        assert all(any(matches(entry.supports, theorem) for theorem in known) for entry in result.classes)


@pytest.mark.parametrize("name", [name for name in SMALL if scenario_of(name).classes])
def test_the_classes_that_a_file_names_are_those_of_the_theorems(name: str) -> None:
    named = {own.name for own in scenario_of(name).classes}
    by_name = {entry.name: entry for entry in derived(name).classes if entry.name in named}
    assert by_name.keys() == named
    for theorem in THEOREMS:
        if theorem.game == name and theorem.label in named:
            assert matches(by_name[theorem.label].supports, theorem)


@pytest.mark.parametrize("name", ["no_bluffing", "no_signal"])
def test_one_class_can_be_asked_for(name: str) -> None:
    result = conditions(game_of("sinking_costs"), scenario_of("sinking_costs"), name=name)
    (found,) = result.classes
    assert found.name == name
    assert not result.complete  # of the other classes nothing is said
    theorem = next(t for t in THEOREMS if (t.game, t.label) == ("sinking_costs", name))
    assert equivalent([found], theorem.condition, result.assumptions)


def test_equivalence_can_fail() -> None:
    result = derived("rudimentary_deterrence")
    attack = [entry for entry in result.classes if entry.name == "attack"]
    assert equivalent(attack, "pB <= (aDC - aSQ) / (aDC - aDD)", result.assumptions)
    for wrong in ("pB < (aDC - aSQ) / (aDC - aDD)", "pB <= (aDC - aSQ) / (aDC - aDD) + 1 / 100", "pB < 2"):
        assert not equivalent(attack, wrong, result.assumptions)


# --- where the reference says something else --------------------------------------------------------------------------


def at(game: str, **values: str) -> tuple[dict[str, Fraction], set[Supports]]:
    """The base values with changes, and the classes there, in fractions."""
    point = base_values(scenario_of(game), values)
    return point, exact_classes(game_of(game), scenario_of(game), point)


def exists(classes: set[Supports], theorem: Theorem) -> bool:
    return any(matches(supports, theorem) for supports in classes)


def theorem_of(game: str, label: str) -> Theorem:
    return next(theorem for theorem in THEOREMS if (theorem.game, theorem.label) == (game, label))


@pytest.mark.parametrize(("weak", "beta", "truthful", "reference"), [("1/4", "2", 0, 1), ("7/10", "1/2", 1, 0)])
def test_the_known_bias_is_for_even_odds(weak: str, beta: str, truthful: int, reference: int) -> None:
    theorem = theorem_of("mediator", "truthful")
    point, classes = at("mediator", weak=weak, beta=beta)
    bound = parsed("beta >= (1 - theta) * kappa / (theta * cH - (1 - theta) * cA - cL)")
    assert holds(bound, point) == bool(reference)
    assert exists(classes, theorem) == bool(truthful)
    assert holds(parsed(theorem.condition), point) == bool(truthful)


def test_a_grab_that_does_not_pay_deters_only_where_nobody_would_intervene() -> None:
    """The reference has A deterred by denial iff q W < kA; but a fight may suit A better than a grab."""
    changes = {"cG": "4", "qLarge": "1/20", "bLarge": "6", "cA": "1/2"}
    point, classes = at("tripwire", **changes)
    assert holds(parsed("qLarge * W < kA", "cG < (qLarge + sLarge - 1) * V + bLarge"), point)
    assert all(dict(own)["attack[station=large]"] == ("attack",) for own in classes)


def test_a_fight_that_is_taken_for_weakness_is_sequential_too() -> None:
    """Kreps and Wilson exclude it by monotone beliefs: for delta >= b the first entrant stays out in theirs."""
    _, classes = at("chain_store", delta="3/5")
    assert exists(classes, theorem_of("chain_store", "a fight is taken for weakness"))
    assert exists(classes, theorem_of("chain_store", "first stays out"))


def test_a_cheap_signal_is_used_to_bluff() -> None:
    """The reference's result (no bluffing) is for the cost that a continuum of types would choose."""
    _, classes = at("sinking_costs", m="1/50")
    yields = "reply[interest=middle, signal=send, challenge=challenge]"
    assert any("send" in dict(own)["signal[interest=middle]"] and dict(own)[yields] == ("yield",) for own in classes)
    _, classes = at("sinking_costs")
    assert not any("send" in dict(own)["signal[interest=middle]"] for own in classes)


def test_the_margin_below_an_offer_moves_the_known_threshold() -> None:
    point, classes = at("ultimatum", q="51/100")
    assert holds(parsed("q > (cH - cL) / (cH + cA)", "q < (cH - cL) / (cH + cA - margin)"), point)
    assert exists(classes, theorem_of("ultimatum", "risky"))


# --- at random parameters ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SMALL)
def test_on_random_parameters_the_conditions_give_what_enumeration_certifies(name: str) -> None:
    game, result = game_of(name), derived(name)
    draws = drawn(scenario_of(name), result, 10, 5, share=0.3)
    for point in (*draws.anywhere, *draws.on_threshold):
        ours, (theirs, whole) = said(result, point), certified(game, point)
        assert whole.complete
        if near_threshold(result, point):
            assert ours.keys() <= theirs.keys(), point
        else:
            assert ours.keys() == theirs.keys(), point
        for supports in ours.keys() & theirs.keys():
            assert (probability_gap(game, ours[supports], theirs[supports], point) or 0.0) < 1e-9


@pytest.mark.parametrize("theorem", LARGE, ids=str)
def test_on_random_parameters_a_class_of_a_large_game_exists_where_its_conditions_say(theorem: Theorem) -> None:
    result, found = classes_of(theorem)
    draws = drawn(scenario_of(theorem.game), result, 3, 7, share=0.0)
    for point in draws.anywhere:
        theirs, whole = certified(game_of(theorem.game), point)
        assert whole.complete
        wanted = {tuple(sorted(own.supports.items())) for own in found if holds(own.conditions, point)}
        assert wanted == {own for own in theirs if matches(own, theorem)}, point


def test_a_continuum_has_bounds() -> None:
    """Steadfast deterrence with a soft defender that mixes: pDef + (1 - pDef) y >= cH, and nothing else."""
    theorem, infoset = (
        theorem_of("unilateral_deterrence", "steadfast, mixing"),
        "respond[defender_type=soft, initiate=defect]",
    )
    (mixed,) = classes_of(theorem)[1]
    stated = mixed.probabilities[infoset]["defect"]
    assert isinstance(stated, tuple)
    (expected,) = parsed("max(0, ((cDC - cSQ) / (cDC - cDDp) - pDef) / (1 - pDef))")
    game = game_of("unilateral_deterrence")
    slot = next(game.options(h).start + 1 for h, own in enumerate(game.infosets) if own.name == infoset)
    for point in drawn(
        scenario_of("unilateral_deterrence"), derived("unilateral_deterrence"), 8, 7, share=0.0
    ).anywhere:
        assert evaluate(stated[0], point) == evaluate(expected, point)
        assert evaluate(stated[1], point) == 1
        found = all_classes(game.at({name: float(value) for name, value in point.items()}))
        named = {
            tuple(sorted((game.infosets[h].name, s) for h, s in own.supports.items())): own for own in found.classes
        }
        (own,) = [entry for key, entry in named.items() if dict(key)[infoset] == (0, 1) and _nobody_starts(dict(key))]
        interval = own.intervals.probabilities[slot]
        assert (interval.low, interval.high) == pytest.approx((float(evaluate(expected, point)), 1.0))


def _nobody_starts(supports: dict[str, tuple[int, ...]]) -> bool:
    return all(supports[f"initiate[challenger_type={kind}]"] == (0,) for kind in ("hard", "soft"))


def test_mixed_probabilities_are_those_of_the_closed_form() -> None:
    bluff = next(entry for entry in derived("unilateral_deterrence").classes if entry.name == "bluff")
    d_t = "(dCD - dDC) / (dCD - dDDm)"
    x, y = parsed(f"pCh * (1 - {d_t}) / ((1 - pCh) * {d_t})", "((cDC - cSQ) / (cDC - cCD) - pDef) / (1 - pDef)")
    attacks = bluff.probabilities["initiate[challenger_type=soft]"]["defect"]
    resists = bluff.probabilities["respond[defender_type=soft, initiate=defect]"]["defect"]
    assert isinstance(attacks, Expression)
    assert isinstance(resists, Expression)
    for point in drawn(scenario_of("unilateral_deterrence"), derived("unilateral_deterrence"), 12, 6).anywhere:
        assert evaluate(attacks, point) == evaluate(x, point)
        assert evaluate(resists, point) == evaluate(y, point)
