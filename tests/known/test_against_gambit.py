"""The logit path and the pure Nash sets against Gambit, another program, on the random families.

Gambit gets each game as the text of an .efg. Its precision is per unit of raw payoff and its path that of the agent
form, as ours is. Where the path folds and crosses a precision several times, the first crossing is compared.
"""

from __future__ import annotations

import io
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from families import FAMILIES
from standoff.game.efg import write_efg
from standoff.game.game import Floats, Game, NumericGame
from standoff.solve.nash import pure_nash
from standoff.solve.solve import solve_numeric
from unit.solve.enumeration import options_played
from unit.solve.test_nash import gambit_mixtures, gambit_strategies

CHUNKS = {"signalling": 7, "deterrence": 7, "two_sided": 6}  # of ten games: 200 in all
SLICES = [(family, 10 * chunk) for family, chunks in CHUNKS.items() for chunk in range(chunks)]
TRACED = [(family, start) for family, start in SLICES if start < 30]  # the paths of 90 of them


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


@pytest.mark.parametrize(("family", "start"), TRACED)
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


FOLDS = [("signalling", 23, 12.0), ("signalling", 169, 22.0), ("signalling", 245, 60.0), ("deterrence", 243, 95.0)]
FOLDS += [("deterrence", 364, 50.0), ("two_sided", 269, 45.0), ("two_sided", 323, 14.0), ("two_sided", 384, 22.0)]
TIPS = [("signalling", 23, 15.473), ("signalling", 245, 83.734), ("two_sided", 222, 5.181), ("two_sided", 307, 8.46)]


@pytest.mark.parametrize(("family", "seed", "precision"), [*FOLDS, *TIPS])
def test_the_first_crossing_counts_where_the_path_folds(family: str, seed: int, precision: float) -> None:
    """Between one fold and the next the path crosses a precision again; play there differs by up to one."""
    pygambit = pytest.importorskip("pygambit")
    numeric = FAMILIES[family](seed).at({})
    theirs = handed_over(pygambit, write_efg(numeric.game))
    seen: list[float] = []

    def watch(event: Any) -> None:
        if isinstance(event, pygambit.LogitPathEvent):
            seen.append(event.qre.lam)

    pygambit.nash.logit_solve(theirs, event_callback=watch)
    assert sum((before - precision) * (after - precision) <= 0 for before, after in pairwise(seen)) >= 2
    (ours,) = solve_numeric(numeric, "logit", precision=precision).equilibria
    expected = first_crossing(pygambit, theirs, numeric.game, precision)
    tolerance = 1e-6 if (family, seed, precision) in FOLDS else 0.01  # near a tip Gambit is off by up to 0.006
    np.testing.assert_allclose(ours.assessment.behaviour, expected, rtol=0, atol=tolerance)


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
