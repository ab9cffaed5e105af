"""Games without a sequential equilibrium in pure strategies: the solver must mix, at times where play never comes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from families import FAMILIES
from known.test_random_families import assert_sequential
from standoff.game.game import NumericGame
from standoff.solve.pure import pure_sequential
from standoff.solve.solution import Equilibrium
from standoff.solve.solve import solve_numeric
from unit.solve.build import numeric
from unit.solve.enumeration import profiles, weakly_rational

Payoffs = tuple[int, int]
SEEDS = {"signalling": 500, "deterrence": 400, "two_sided": 300}
AT_LEAST = {"signalling": 25, "deterrence": 15, "two_sided": 25}  # games that must mix
OFF_PATH = {"signalling": 5, "deterrence": 2, "two_sided": 2}  # that mix off the path


def selected(game: NumericGame) -> Equilibrium | None:
    return next((found for found in solve_numeric(game, "sequential", limit=1).equilibria if found.selected), None)


def mixes_off_the_path(game: NumericGame, equilibrium: Equilibrium) -> bool:
    """Whether some information set that is never reached mixes."""
    for infoset in range(len(game.game.infosets)):
        own = equilibrium.assessment.behaviour[game.game.options(infoset)]
        if equilibrium.infoset_reach(infoset) == 0 and np.any((own > 0) & (own < 1)):
            return True
    return False


def without_pure(family: str) -> list[int]:
    result = []
    for seed in range(SEEDS[family]):
        found = pure_sequential(FAMILIES[family](seed).at({}))
        if found.complete and not found.candidates and not found.undecided:
            result.append(seed)
    return result


@pytest.mark.parametrize("family", FAMILIES)
def test_random_games_without_a_pure_equilibrium(family: str) -> None:
    with threadpool_limits(1):
        seeds = without_pure(family)
        assert len(seeds) >= AT_LEAST[family]
        unsolved, off_path = [], 0
        for number, seed in enumerate(seeds):
            game = FAMILIES[family](seed).at({})
            equilibrium = selected(game)
            if equilibrium is None:
                unsolved.append(seed)
                continue
            assert equilibrium.kind == "mixed"
            off_path += mixes_off_the_path(game, equilibrium)
            if number % 4 == 0:
                assert_sequential(game, equilibrium.assessment)
    assert len(unsolved) <= len(seeds) // 100, unsolved
    assert off_path >= OFF_PATH[family]


def outside_option(bold_share: Fraction, bold: int, meek: int) -> NumericGame:
    """Two types stay out for 1 or come in unseen.

    `upper` is the right reply to the meek and `lower` to the bold, but the bold gains (2) from `upper` only and the
    meek from `lower` only; else they lose `bold` and `meek`. Were the reply pure, one type would come in, and the reply
    would be wrong. With q the probability of `upper`, the bold stays out while 2 q - bold (1 - q) <= 1, the meek while
    2 (1 - q) - meek q <= 1: in between both do, and the reply, to an entry that never comes, must mix.
    """

    def sender(kind: str, upper: Payoffs, lower: Payoffs) -> Any:
        return ("S", f"s_{kind}", {"out": (1, 0), "in": ("R", "reply", {"upper": upper, "lower": lower})})

    types = {
        "bold": (bold_share, sender("bold", (2, 0), (-bold, 1))),
        "meek": (1 - bold_share, sender("meek", (-meek, 1), (2, 0))),
    }
    return numeric(("chance", types), ("S", "R"))


def pennies_with_an_exit() -> NumericGame:
    """No private information: leave for 1, or match pennies for 2 or -2 against one who does not see the side."""

    def guess(left: int) -> Any:
        return ("two", "guess", {"l": (left, -left), "r": (-left, left)})

    return numeric(("one", "start", {"leave": (1, 0), "L": guess(2), "R": guess(-2)}), ("one", "two"))


@pytest.mark.parametrize(
    ("share", "bold", "meek"), [(Fraction(1, 2), 2, 2), (Fraction(1, 5), 1, 3), (Fraction(9, 10), 5, 1)]
)
def test_an_entry_that_never_comes_meets_a_mixed_reply(share: Fraction, bold: int, meek: int) -> None:
    game = outside_option(share, bold, meek)
    assert not any(weakly_rational(game, profile) for profile in profiles(game))
    found = selected(game)
    assert found is not None
    assert_sequential(game, found.assessment)
    assert found.payoffs() == {"S": 1.0, "R": 0.0}
    reply = dict(zip(("upper", "lower"), found.assessment.behaviour[slots_of(game, "reply")], strict=True))
    assert 1 / (2 + meek) - 1e-7 <= reply["upper"] <= (1 + bold) / (2 + bold) + 1e-7
    assert found.infoset_reach(number_of(game, "reply")) == 0
    beliefs = found.assessment.beliefs[game.members[number_of(game, "reply")]]
    np.testing.assert_allclose(beliefs, 0.5, atol=1e-7)  # whoever mixes is indifferent


def test_pennies_with_an_exit() -> None:
    game = pennies_with_an_exit()
    assert not any(weakly_rational(game, profile) for profile in profiles(game))
    found = selected(game)
    assert found is not None
    assert_sequential(game, found.assessment)
    behaviour = found.assessment.behaviour
    leave, guess = behaviour[slots_of(game, "start")], behaviour[slots_of(game, "guess")]
    assert leave.tolist() == [1, 0, 0]
    assert 1 / 4 - 1e-7 <= guess[0] <= 3 / 4 + 1e-7


def number_of(game: NumericGame, name: str) -> int:
    return [infoset.name for infoset in game.game.infosets].index(name)


def slots_of(game: NumericGame, name: str) -> slice:
    return game.game.options(number_of(game, name))
