"""Which classes exist together and where none does, against conditions evaluated at points; deadlines; interrupts."""

import itertools
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from known.library_pairs import derived, game_of, scenario_of
from standoff.scenario.expression import evaluate
from standoff.solve.classes.polynomial import Constraint, Polynomial
from standoff.solve.conditions.bounded import BoundedProver, OutOfTimeError, Watch, _Interruptible
from standoff.solve.conditions.coexistence import BOUNDARY, NO, UNDECIDED, YES, coexistence, gaps, verdict
from standoff.solve.conditions.derive import conditions
from standoff.solve.conditions.symbols import Dictionary
from standoff.solve.conditions.words import Writer

X, Y = Polynomial.variable("x"), Polynomial.variable("y")
ORDERS = (
    ("cDDm", "cCD", "cDDp", "cSQ", "cDC"),
    ("dDDm", "dDC", "dDDp", "dCD"),
    ("aDD", "aSQ", "aDC"),
    ("bDDm", "bDC", "bDDp", "bSQ"),
)
GAMES = ("rudimentary_deterrence", "unilateral_deterrence")


def prover(name="beer_quiche", assumptions=(), points=(), watch=None):
    return BoundedProver(game_of(name), Dictionary(), assumptions, points, 5.0, watch or Watch(60.0))


def draws(name, count):
    """Parameters that satisfy the assumptions: sorted utilities between the names that the assumptions order."""
    rng = np.random.default_rng(3)
    scenario, result = scenario_of(name), []
    while len(result) < count:
        point = {p.name: Fraction(int(rng.integers(1, 100)), 20) for p in scenario.parameters}
        point |= {
            p.name: Fraction(int(rng.integers(1, 40)), 40) for p in scenario.parameters if p.kind == "probability"
        }
        for low_to_high in (
            ("cDDm", "cCD", "cDDp", "cSQ", "cDC"),
            ("dDDm", "dDC", "dDDp", "dCD"),
            ("aDD", "aSQ", "aDC"),
        ):
            if set(low_to_high) <= point.keys():
                point.update(zip(low_to_high, sorted(point[n] for n in low_to_high), strict=True))
        if all(evaluate(assumption, point) for assumption in derived(name).assumptions):
            result.append(point)
    return result


def holds(expressions, point):
    return all(evaluate(condition, point) for condition in expressions)


@pytest.mark.parametrize("name", GAMES)
def test_pairs_are_together_where_both_conditions_hold(name):
    result = derived(name)
    own = {entry.name: entry.conditions for entry in result.classes}
    count = len(result.classes)
    assert len(result.coexistence) == count * (count - 1) // 2
    seen = set()
    for point in draws(name, 150):
        for pair in result.coexistence:
            both = holds(own[pair.first], point) and holds(own[pair.second], point)
            if pair.together == NO:
                assert not both
            if pair.together == YES:
                assert holds(pair.conditions, point) == both
            if both:
                seen.add((pair.first, pair.second))
    assert {(p.first, p.second) for p in result.coexistence if p.together == YES} <= seen


def test_unilateral_deterrence_has_the_known_coexistence():
    """Attack, bluff and separating share no open set of pDef and pCh; steadfast deterrence goes with everything."""
    pairs = {frozenset((p.first, p.second)): p.together for p in derived("unilateral_deterrence").coexistence}
    known = {
        ("attack", "bluff"): NO,
        ("attack", "separating"): BOUNDARY,
        ("bluff", "separating"): NO,
        ("certain_deterrence", "separating"): BOUNDARY,
        ("attack", "certain_deterrence"): NO,
        ("bluff", "certain_deterrence"): NO,
        **{(one, "steadfast_deterrence"): YES for one in ("attack", "bluff", "separating", "certain_deterrence")},
    }
    assert {pair: pairs[frozenset(pair)] for pair in known} == known


@pytest.mark.parametrize("name", GAMES)
def test_a_complete_list_has_no_gaps(name):
    assert derived(name).complete
    assert derived(name).gaps.exist is False


@pytest.mark.parametrize("with_points", [True, False])
def test_a_list_that_lacks_a_class_has_a_gap_with_an_example(with_points):
    result = derived("rudimentary_deterrence")
    (attack,) = (entry for entry in result.classes if entry.name == "attack")
    points = draws("rudimentary_deterrence", 20) if with_points else ()
    found = gaps([attack], prover("rudimentary_deterrence", result.assumptions, points))
    assert found.exist is True
    assert holds(result.assumptions, found.point)
    assert not holds(attack.conditions, found.point)
    assert gaps(result.classes, prover("rudimentary_deterrence", result.assumptions, points)).exist is False


def test_no_class_at_all_leaves_a_gap():
    assert gaps([], prover("rudimentary_deterrence", derived("rudimentary_deterrence").assumptions)).exist is True


def test_verdicts_of_conditions():
    own, one = prover(), Polynomial.constant(1)
    low, high, strict = ((Constraint(p, r),) for p, r in ((one - X, ">="), (X - one, ">="), (X - one, ">")))
    assert verdict((low,), (high,), own) == BOUNDARY
    assert verdict((low,), (strict,), own) == NO
    assert verdict((low,), ((Constraint(Y, ">"),),), own) == YES
    assert verdict((low,), (strict, high), own) == BOUNDARY  # a disjunction
    assert verdict((low,), (strict, (Constraint(X, ">"),)), own) == YES


class Ticking:
    """A clock that goes on by a second whenever it is looked at."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1.0
        return self.now


def test_without_time_pairs_and_gaps_stay_open():
    classes = derived("rudimentary_deterrence").classes
    late = prover("rudimentary_deterrence", watch=Watch(0.0, Ticking()))
    (pair,) = coexistence(classes, late, Writer(late.words, late, []))
    assert pair.together == UNDECIDED
    assert pair.conditions is None
    assert gaps([replace(classes[0])], late).exist is None


def test_every_question_looks_at_the_watch():
    late = prover(watch=Watch(0.0, Ticking()))
    asked = Constraint(X, ">")
    for question in (
        lambda: late.satisfiable([asked]),
        lambda: late.signs(X),
        lambda: late.implied(asked, []),
        lambda: late.covers([asked], [[Constraint(Y, ">")]]),
        lambda: late.exemplify([asked]),
        lambda: late.uncovered([[asked]]),
    ):
        with pytest.raises(OutOfTimeError, match="--seconds"):
            question()


def test_a_share_of_the_time_ends_before_the_time_does():
    now = 0.0
    watch = Watch(100.0, lambda: now)
    with watch.within(0.25):
        assert watch.left == 25
        with watch.within(1.0):
            assert watch.left == 25
        now = 30.0
        with pytest.raises(OutOfTimeError):
            watch.look()
    watch.look()
    assert watch.left == 70


@pytest.mark.parametrize("seconds", [5, 40, 150, 400, 1000, 100_000])
def test_whenever_time_runs_out_what_is_said_is_true(seconds):
    """The clock goes by how often it is looked at, so every phase is cut somewhere; a class that is given is right."""
    name = "rudimentary_deterrence"
    whole = {tuple(sorted(e.supports.items())): e for e in derived(name).classes}
    cut = conditions(game_of(name), scenario_of(name), seconds=seconds, clock=Ticking())
    assert cut.complete == (len(cut.classes) == len(whole) and not cut.missing and not cut.undecided)
    assert cut.complete or cut.missing or cut.undecided
    for entry, point in itertools.product(cut.classes, draws(name, 20)):
        reference = whole[tuple(sorted(entry.supports.items()))]
        assert holds(entry.conditions, point) == holds(reference.conditions, point)
    if seconds == 5:
        assert cut.classes == ()
        assert cut.gaps.exist is None
    if seconds == 100_000:
        assert cut.complete


class Interrupted:
    """A solver that someone interrupts, as z3 tells it."""

    def check(self):
        return "unknown"

    def reason_unknown(self):
        return "interrupted from keyboard"


def test_an_interrupt_that_z3_took_comes_through():
    with pytest.raises(KeyboardInterrupt):
        _Interruptible(Interrupted()).check()
