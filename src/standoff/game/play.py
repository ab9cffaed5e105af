"""What a behaviour strategy leads to: how often nodes are reached, how the game ends, what it is worth to whom.

Axes as in `standoff.game.game`; `behaviour` is ``float64[slot]``, probabilities of options at their information sets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from standoff.game.game import Floats, NumericGame


@dataclass(frozen=True, eq=False)
class Play:
    """The consequences of a behaviour strategy."""

    branch: Floats  # [node] probability of the branch into the node; 1 at the root
    reach: Floats  # [node] probability that play passes through the node
    outcomes: Floats  # [outcome] probability of each named outcome
    payoffs: Floats  # [actor] expected payoff, utility
    terms: Floats  # [consideration] expected payoff by consideration; sums to `payoffs` by actor


def play(numeric: NumericGame, behaviour: Floats) -> Play:
    """Expected consequences of `behaviour` (void information sets may hold NaN: nothing reaches them)."""
    game = numeric.game
    decided = np.where(game.slot >= 0, np.nan_to_num(behaviour)[game.slot] if game.n_slots else 1.0, 1.0)
    branch = numeric.chance * decided
    reach = branch.copy()
    for level in game.levels[1:]:
        reach[level] *= reach[game.parent[level]]
    ends = reach[game.terminals]
    outcomes = np.asarray(np.bincount(game.outcome, weights=ends, minlength=len(game.outcomes)), dtype=float)
    return Play(branch, reach, outcomes, ends @ numeric.payoffs, ends @ numeric.terms)
