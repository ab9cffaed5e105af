"""Three thousand seeded games: what `sequential` selects is certified, and an exact checker agrees.

The exact checker (`unit.solve.exact_verifier`) takes the strategy and the trembles as fractions, computes the beliefs
that follow from them exactly, and measures what every deviation gains.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from families import FAMILIES
from threadpoolctl import threadpool_limits

from standoff.game.game import NumericGame
from standoff.solve.assessment import Assessment
from standoff.solve.solve import Answer, solve_numeric
from unit.solve import exact_verifier
from unit.solve.exact_verifier import Exact

CHUNK = 200  # games; one in two hundred may stay unsolved
GAMES = 1000
CHECKED = 20  # every so many games are rechecked exactly
PURE, MIXED = Fraction(1, 10**9), Fraction(1, 10**7)


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


@pytest.mark.parametrize("start", range(0, GAMES, CHUNK))
@pytest.mark.parametrize("family", FAMILIES)
def test_selected_equilibria_are_certified(family: str, start: int) -> None:
    unsolved = []
    with threadpool_limits(1):
        for seed in range(start, start + CHUNK):
            numeric = FAMILIES[family](seed).at({})
            answer = solve_numeric(numeric, "sequential", limit=1)
            assert all(found.certificate.holds and found.certificate.consistent for found in answer.equilibria)
            assert sum(found.selected for found in answer.equilibria) <= 1
            if not any(found.selected for found in answer.equilibria):
                unsolved.append(seed)
                assert_named(answer)
            if seed % CHECKED == 0:
                for found in answer.equilibria:
                    assert_sequential(numeric, found.assessment)
    assert len(unsolved) <= CHUNK // 200, unsolved


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
