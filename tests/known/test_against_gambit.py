"""The logit path and the pure Nash sets against Gambit, another program, on the random families.

Gambit gets each game as the text of an .efg. Its precision is per unit of raw payoff and its path that of the agent
form, as ours is. Where the path folds and crosses a precision several times, the first crossing is compared.
"""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from families import FAMILIES
from threadpoolctl import threadpool_limits

from standoff.game.efg import write_efg
from standoff.game.game import Floats, Game, NumericGame
from standoff.solve.nash import pure_nash
from standoff.solve.solve import solve_numeric
from unit.solve.enumeration import options_played
from unit.solve.test_nash import gambit_mixtures, gambit_strategies

CHUNKS = {"signalling": 7, "deterrence": 7, "two_sided": 6}  # of ten games: 200 in all
SLICES = [(family, 10 * chunk) for family, chunks in CHUNKS.items() for chunk in range(chunks)]


def handed_over(pygambit: Any, text: str) -> Any:
    """Gambit's game of an .efg text."""
    return pygambit.read_efg(io.StringIO(text))


def behaviour_of(pygambit: Any, profile: Any, game: Game) -> Floats:
    """[slot] probabilities of a behaviour profile of Gambit's, found by the path to a node of each information set."""
    result = np.zeros(game.n_slots)
    for number, nodes in enumerate(game.members):
        own = profile[pygambit.H.path(*(game.labels[step] for step in game.path(int(nodes[0]))))]
        result[game.options(number)] = [float(own[option]) for option in game.infosets[number].options]
    return result


def first_crossing(pygambit: Any, theirs: Any, game: Game, precision: float) -> Floats:
    found = pygambit.qre.logit_solve_lambda(theirs, precision)
    assert found[0].lam == pytest.approx(precision, rel=1e-7)
    return behaviour_of(pygambit, found[0].profile, game)


@pytest.mark.parametrize(("family", "start"), SLICES)
def test_logit_equals_gambits(family: str, start: int) -> None:
    pygambit = pytest.importorskip("pygambit")
    with threadpool_limits(1):
        for seed in range(start, start + 10):
            numeric = FAMILIES[family](seed).at({})
            theirs = handed_over(pygambit, write_efg(numeric.game))
            for precision in (0.5, 2.0, 10.0):
                (ours,) = solve_numeric(numeric, "logit", precision=precision).equilibria
                expected = first_crossing(pygambit, theirs, numeric.game, precision)
                np.testing.assert_allclose(ours.assessment.behaviour, expected, rtol=0, atol=1e-6, err_msg=f"{seed}")


@pytest.mark.parametrize(("family", "start"), SLICES)
def test_pure_nash_sets_equal_gambits(family: str, start: int) -> None:
    pygambit = pytest.importorskip("pygambit")
    for seed in range(start, start + 10):
        numeric = FAMILIES[family](seed).at({})
        theirs = handed_over(pygambit, write_efg(numeric.game))
        strategies = {actor: gambit_strategies(theirs, numeric, actor) for actor in numeric.game.actors}
        answer = pygambit.nash.enumpure_solve(theirs).equilibria
        expected = gambit_mixtures(answer, strategies, numeric.game.actors)
        result = pure_nash(numeric)
        assert result.complete
        assert len(result.candidates) == len(expected)
        assert {reduced(numeric, candidate.behaviour, strategies) for candidate in result.candidates} == expected


def reduced(
    numeric: NumericGame, behaviour: Floats, strategies: dict[str, dict[str, frozenset[Any]]]
) -> tuple[Any, ...]:
    """A pure behaviour as the one reduced strategy of each actor that it contains."""
    played = set(options_played(numeric, behaviour).items())
    result = []
    for actor in numeric.game.actors:
        (own,) = [choices for choices in strategies[actor].values() if choices <= played]
        result.append(frozenset({(own, Fraction(1))}))
    return tuple(result)
