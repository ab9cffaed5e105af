"""Best-response iteration proposes, the verifier decides: what it proposes where it settles is an equilibrium.

The games of a family share one tree, so all its seeds are draws of one batch. The tie example of the design's section
on studies is the case in which iteration without care stops at a profile that is not even Nash.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np
import pytest

from families import FAMILIES
from standoff.game.game import Game, NumericGame
from standoff.solve.assessment import assess
from standoff.solve.consistency import witness_for_supports
from standoff.solve.verify import Certificate, verify
from standoff.study.iterate import Iterated, iterate
from unit.solve import exact_verifier
from unit.solve.build import Tree, build
from unit.solve.random_trees import FAMILIES as TREES

DRAWS = 250
FLOOR = 0.7  # of draws settle in each family: games whose equilibria mix never do
TIED_FLOOR = 0.3  # fewer where payoffs tie: a tie that play reaches is left to the tracer


def confirm(numeric: NumericGame, proposed: Iterated, draw: int) -> Certificate | None:
    """The verdict on one draw's proposal with the belief supports `cheapest`; None where no trembles give these."""
    game = numeric.game
    support = np.zeros(game.n_slots, dtype=bool)
    support[game.slot_start[:-1] + proposed.choice[draw]] = True
    beliefs = {
        h: frozenset(node for node in nodes.tolist() if proposed.cheapest[draw, node])
        for h, nodes in enumerate(game.members)
    }
    exponents = witness_for_supports(numeric, support, beliefs)
    if exponents is None:
        return None
    return verify(numeric, assess(numeric, exponents, np.zeros(game.n_slots)), "sequential")


@pytest.mark.parametrize("family", FAMILIES)
def test_settled_proposals_are_confirmed(family: str) -> None:
    make: Callable[[int], Game] = FAMILIES[family]
    games = [make(10_000 + seed).at({}) for seed in range(DRAWS)]
    proposed = iterate(
        games[0].game, np.stack([game.chance for game in games]), np.stack([game.payoffs for game in games])
    )
    settled = np.flatnonzero(proposed.settled).tolist()
    verdicts = [confirm(games[draw], proposed, draw) for draw in settled]
    confirmed = [verdict for verdict in verdicts if verdict is not None and verdict.holds]
    print(f"{family}: {len(settled)} of {DRAWS} settled, {len(confirmed)} of these confirmed")
    assert len(settled) >= FLOOR * DRAWS
    assert len(confirmed) > 0.99 * len(settled)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_proposal_does_not_depend_on_the_other_draws(family: str) -> None:
    games = [FAMILIES[family](seed).at({}) for seed in range(40)]
    chance, payoffs = (np.stack([getattr(game, part) for game in games]) for part in ("chance", "payoffs"))
    together = iterate(games[0].game, chance, payoffs)
    for draw in range(len(games)):
        alone = iterate(games[draw].game, chance[[draw]], payoffs[[draw]])
        assert alone.settled[0] == together.settled[draw]
        if alone.settled[0]:
            np.testing.assert_array_equal(alone.choice[0], together.choice[draw])
            np.testing.assert_array_equal(alone.cheapest[0], together.cheapest[draw])


@pytest.mark.parametrize("family", TREES, ids=lambda family: family.__name__)
def test_settled_proposals_are_confirmed_where_ties_abound(family: Callable[[int, bool], Tree]) -> None:
    """Payoffs of four levels only: an option that ties is a tremble of a lower order, not part of the strategy."""
    games = [build(family(seed, True)).at({}) for seed in range(DRAWS)]
    proposed = iterate(
        games[0].game, np.stack([game.chance for game in games]), np.stack([game.payoffs for game in games])
    )
    settled = np.flatnonzero(proposed.settled).tolist()
    verdicts = [confirm(games[draw], proposed, draw) for draw in settled]
    confirmed = [verdict for verdict in verdicts if verdict is not None and verdict.holds]
    print(f"{family.__name__} with ties: {len(settled)} of {DRAWS} settled, {len(confirmed)} of these confirmed")
    assert len(settled) >= TIED_FLOOR * DRAWS
    assert len(confirmed) > 0.99 * len(settled)


# --- the tie ----------------------------------------------------------------------------------------------------------


def tie_game(order: Mapping[str, str]) -> Game:
    """Types A, B at 1/2; message L is answered by u or d, R ends the game. `order` gives the order of each pair."""
    answers = {"A": {"u": (2, 2), "d": (2, 3)}, "B": {"u": (1, 3), "d": (0, 0)}}
    silence = {"A": (0, 0), "B": (1, 0)}

    def sender(name: str) -> Tree:
        ways = {"L": ("r", "L", {answer: answers[name][answer] for answer in order["answers"]}), "R": silence[name]}
        return ("s", f"s{name}", {message: ways[message] for message in order["messages"]})

    return build(("chance", {name: (Fraction(1, 2), sender(name)) for name in order["types"]}), ("s", "r"))


def is_nash(game: Game, chosen: Mapping[str, str]) -> bool:
    """By exact fractions: no actor gains ex ante from another whole strategy."""
    behaviour = [Fraction(int(chosen[own.name] == option)) for own in game.infosets for option in own.options]
    now = exact_verifier.Exact.of(game, behaviour)
    for actor in range(len(game.actors)):
        plans = now.plans(now.sets(actor))
        if max(now.value(0, actor, plan) for plan in plans) > now.value(0, actor):
            return False
    return True


@pytest.mark.parametrize("types", ["AB", "BA"])
@pytest.mark.parametrize("messages", ["LR", "RL"])
@pytest.mark.parametrize("answers", ["ud", "du"])
def test_the_tie_example_is_not_certified_at_a_profile_that_is_not_nash(
    types: str, messages: str, answers: str
) -> None:
    game = tie_game({"types": types, "messages": messages, "answers": answers})
    numeric = game.at({})
    proposed = iterate(game, numeric.chance[None], numeric.payoffs[None])
    verdict = confirm(numeric, proposed, 0)
    chosen = {own.name: own.options[option] for own, option in zip(game.infosets, proposed.choice[0], strict=True)}
    if proposed.settled[0] and verdict is not None and verdict.holds:
        assert is_nash(game, chosen)
    # the profile that misleads: A sends L, B is silent, and the receiver answers L as if B might have sent it
    misled = {"sA": "L", "sB": "R", "L": "u"}
    assert not is_nash(game, misled)
    wrong = Iterated(
        np.array([[own.options.index(misled[own.name]) for own in game.infosets]]),
        np.ones((1, game.n_nodes), dtype=bool),
        np.array([True]),
    )
    assert confirm(numeric, wrong, 0) is None
    only_a = np.array([[game.history(node) in ("A", "B", "A/L") for node in range(game.n_nodes)]])
    honest = confirm(numeric, Iterated(wrong.choice, only_a, wrong.settled), 0)
    assert honest is not None
    assert honest.failed == "gain"
