"""Six hundred seeded games: what `sequential` selects is certified, and an exact checker agrees.

The exact checker (`unit.solve.exact_verifier`) takes the strategy and the trembles as fractions, computes the beliefs
that follow from them exactly, and measures what every deviation gains.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from families import FAMILIES
from known.fine_trace import Batch, Stride, equations, trace
from standoff.game.game import NumericGame
from standoff.game.play import play
from standoff.solve.assessment import Assessment
from standoff.solve.solve import Answer, solve_numeric
from unit.solve import exact_verifier
from unit.solve.exact_verifier import Exact

GAMES = 200  # per family; one of them may stay unsolved. Of a thousand: benchmarks/accuracy.py
TRACED = 100  # games per family, of which one may differ
STRIDE = Stride(largest=0.1, change=0.15)  # a third as fine as in benchmarks/accuracy.py
CHECKED = 20  # every so many games are rechecked exactly
PURE, MIXED = Fraction(1, 10**9), Fraction(1, 10**7)


@cache
def solved(family: str, seed: int) -> tuple[NumericGame, Answer]:
    """A game and what `sequential` selects in it."""
    numeric = FAMILIES[family](seed).at({})
    return numeric, solve_numeric(numeric, "sequential", limit=1)


def in_fractions(numeric: NumericGame, assessment: Assessment) -> tuple[list[Fraction], list[Fraction]]:
    """Strategy and coefficients exactly, the likeliest option of each set making up the sum of one."""
    game, witness = numeric.game, assessment.witness
    assert witness is not None
    behaviour = [Fraction(float(p)) for p in assessment.behaviour]
    for infoset in range(len(game.infosets)):
        own = range(*game.options(infoset).indices(game.n_slots))
        top = max(own, key=behaviour.__getitem__)
        behaviour[top] = 1 - sum(behaviour[slot] for slot in own if slot != top)
    with localcontext() as context:
        context.prec = 40
        trembles = [Fraction(Decimal(log_k).exp()) for log_k in witness.log_coefficients]
    return behaviour, [k if p == 0 else p for p, k in zip(behaviour, trembles, strict=True)]


def assert_sequential(numeric: NumericGame, assessment: Assessment) -> None:
    """Consistent by its trembles, and no deviation gains anywhere, in exact arithmetic."""
    behaviour, coefficients = in_fractions(numeric, assessment)
    assert assessment.witness is not None
    exponents = assessment.witness.exponents
    exact = Exact.of(numeric.game, behaviour)
    beliefs = exact_verifier.implied_beliefs(exact, exponents, coefficients)
    assert exact_verifier.broken(exact, beliefs, exponents, coefficients) == ""
    held = np.array([np.nan if belief is None else float(belief) for belief in beliefs])
    np.testing.assert_allclose(assessment.beliefs, held, rtol=1e-8, atol=1e-12)
    tolerance = PURE if all(p in (0, 1) for p in behaviour) else MIXED
    assert max(exact_verifier.one_shot_gains(exact, beliefs).values()) <= tolerance
    assert max(exact_verifier.continuation_gains(exact, beliefs).values()) <= tolerance


def assert_named(answer: Answer) -> None:
    """What was not solved says so, and why."""
    assert answer.rejected
    for entry in answer.rejected:
        assert entry.status in ("near_tie", "uncertified", "undefined", "timeout")
        assert entry.reason


@pytest.mark.parametrize("family", FAMILIES)
def test_selected_equilibria_are_certified(family: str) -> None:
    unsolved = []
    with threadpool_limits(1):
        for seed in range(GAMES):
            numeric, answer = solved(family, seed)
            assert all(found.certificate.holds and found.certificate.consistent for found in answer.equilibria)
            assert sum(found.selected for found in answer.equilibria) <= 1
            if not any(found.selected for found in answer.equilibria):
                unsolved.append(seed)
                assert_named(answer)
            if seed % CHECKED == 0:
                for found in answer.equilibria:
                    assert_sequential(numeric, found.assessment)
    assert len(unsolved) <= 1, unsolved


@pytest.mark.parametrize("family", FAMILIES)
def test_the_class_agrees_with_a_trace_in_small_steps(family: str) -> None:
    """The support at every information set, on and off the path; one game may differ."""
    differ = []
    with threadpool_limits(1):
        games = [solved(family, seed)[0] for seed in range(TRACED)]
        for seed, (numeric, end) in enumerate(zip(games, trace(games, stride=STRIDE), strict=True)):
            (found,) = [own for own in solved(family, seed)[1].equilibria if own.principal]
            assert end.p is not None
            seen, used = end.supports(), found.assessment.behaviour > 0
            if None in seen:  # nearby outcomes are all that can be told
                alike = np.abs(play(numeric, end.p).outcomes - found.play.outcomes).max() < 0.01
            else:
                alike = seen == tuple(used.tolist())
            if not alike:
                differ.append(seed)
    assert len(differ) <= 1, differ


@pytest.mark.parametrize("family", FAMILIES)
def test_the_second_trace_solves_its_equations(family: str) -> None:
    """Its Jacobian against differences, and where it lands against the definition with sums over endings."""
    game = FAMILIES[family](4).at({})
    batch, who = Batch((game,)), np.array([0])
    point = np.random.default_rng(3).normal(size=(1, len(batch.columns) + 1))
    _, jacobian, _ = equations(batch, who, point)
    for column, bump in enumerate(1e-6 * np.eye(point.shape[1])):
        apart = equations(batch, who, point + bump)[0] - equations(batch, who, point - bump)[0]
        np.testing.assert_allclose(jacobian[0, :, column], apart[0] / 2e-6, atol=1e-8)
    (end,) = trace([game], 7.0)
    assert end.p is not None
    assert end.precision == pytest.approx(7.0, rel=1e-12)
    exact = Exact.of(game.game, [Fraction(float(p)) for p in end.p])
    assert exact_verifier.logit_residual(exact, 7.0 / float(game.payoff_range.max())) < 1e-12


@pytest.mark.parametrize("family", FAMILIES)
def test_every_equilibrium_listed_is_exact(family: str) -> None:
    """The pure ones found besides the selected one, too."""
    with threadpool_limits(1):
        for seed in range(2000, 2015):
            numeric = FAMILIES[family](seed).at({})
            answer = solve_numeric(numeric, "sequential")
            assert answer.equilibria
            for found in answer.equilibria:
                assert_sequential(numeric, found.assessment)


def test_the_exact_check_can_fail() -> None:
    numeric = FAMILIES["signalling"](0).at({})
    found = solve_numeric(numeric, "sequential", limit=1).equilibria[0].assessment
    spoiled = found.behaviour.copy()
    mixed = np.flatnonzero((spoiled > 0) & (spoiled < 1))
    first = mixed[0]
    spoiled[first] += 1e-3
    spoiled[first + (1 if first % 2 == 0 else -1)] -= 1e-3
    with pytest.raises(AssertionError):
        assert_sequential(numeric, Assessment(spoiled, found.beliefs, found.witness))
