"""A game at many draws at once: the numbers of `standoff.game.game.NumericGame`, with the draws along the last axis.

Axes: ``chance[node, draw]``, ``payoffs[terminal, actor, draw]`` in utility. Every row is contiguous, so that one step
of a computation is one pass over a row for all draws.

`Batch.draws` holds the numbers of the draws that are defined; the others (a payoff that is not finite, probabilities
that do not sum to one) are left out. They are those for which `Game.with_numbers` raises `UndefinedError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from standoff.game.game import CHANCE, ROUNDING, Bools, Floats, Game, Ints, NumericGame
from standoff.scenario.expression import Number, evaluate

Entry = TypeVar("Entry", bound=np.generic)

SUM_TOLERANCE = 1e-9  # how far probabilities may sum from one


@dataclass(frozen=True, eq=False)
class Batch:
    """The numbers of the draws that are defined, ``values[expression, draw]`` among them."""

    game: Game
    draws: Ints  # [draw] ascending
    values: Floats  # [expression, draw]
    chance: Floats  # [node, draw] probability of the branch into the node; 1 unless the parent is a chance node
    payoffs: Floats  # [terminal, actor, draw]
    among: int = 0  # how many draws these are some of: the more, the more work on their game in advance pays

    @staticmethod
    def of(numeric: NumericGame) -> Batch:
        """One game at its numbers, as a batch of one draw (without the values of expressions)."""
        return Batch(
            numeric.game,
            np.zeros(1, dtype=np.int64),
            np.empty((0, 1)),
            numeric.chance[:, None],
            numeric.payoffs[:, :, None],
        )

    def __len__(self) -> int:
        return len(self.draws)

    @cached_property
    def pruned(self) -> Bools:
        """[draw] whether some chance branch has probability zero."""
        return np.asarray(np.any(self.chance <= 0, axis=0))

    def take(self, columns: Ints | Bools) -> Batch:
        """Some of the draws, by position."""
        return Batch(
            self.game,
            self.draws[columns],
            chosen_draws(self.values, columns),
            chosen_draws(self.chance, columns),
            chosen_draws(self.payoffs, columns),
            self.among,
        )

    def between(self, begin: int, end: int) -> Batch:
        """Consecutive draws, by position; their numbers are not copied."""
        own = slice(begin, end)
        values, chance, payoffs = self.values[:, own], self.chance[:, own], self.payoffs[..., own]
        return Batch(self.game, self.draws[own], values, chance, payoffs, self.among)

    def at(self, column: int) -> NumericGame:
        """One draw by itself."""
        return self.game.with_numbers(self.values[:, column])


def outcomes_of(game: Game, reach: Floats) -> Floats:
    """[outcome, draw] probability of each named outcome, from ``reach[node, draw]``."""
    result = np.zeros((len(game.outcomes), reach.shape[1]))
    for terminal, node in enumerate(game.terminals.tolist()):
        result[game.outcome[terminal]] += reach[node]
    return result


def chosen_draws(table: NDArray[Entry], columns: Ints | Bools) -> NDArray[Entry]:
    """Some of the draws of a table whose last axis they are; rows stay contiguous, which indexing would not keep."""
    places = np.flatnonzero(columns) if columns.dtype == np.bool_ else columns
    return np.take(table, places, axis=-1)


def batch(game: Game, values: Mapping[str, float | Floats], draws: int, among: int = 0) -> Batch:
    """The game at `draws` values of its parameters (``float64[draw]`` each, or a number for all), `among` so many."""
    table = np.empty((len(game.expressions), draws))
    with np.errstate(all="ignore"):
        for index, expression in enumerate(game.expressions):
            table[index] = evaluate(expression, values)
        chance = _chance(game, table)
        payoffs = _payoffs(game, table)
        defined = np.isfinite(table).all(axis=0) & np.isfinite(2 * np.abs(payoffs)).all(axis=(0, 1))
        defined &= _sound(game, chance)
    whole = Batch(game, np.arange(draws), table, chance, payoffs, among)
    return whole if defined.all() else whole.take(np.flatnonzero(defined))


def _chance(game: Game, table: Floats) -> Floats:
    chance = np.ones((game.n_nodes, table.shape[1]))
    given = np.flatnonzero(game.chance_expression >= 0)
    rows = table[game.chance_expression[given]]
    chance[given] = np.where(np.abs(rows) <= ROUNDING, 0.0, rows)  # what is left of 1 - 0.2 - 0.7 - 0.1
    return chance


def _sound(game: Game, chance: Floats) -> Bools:
    """[draw] whether all probabilities lie in [0, 1] and sum to one."""
    sound = np.ones(chance.shape[1], dtype=bool)
    for node in np.flatnonzero(game.kind == CHANCE).tolist():
        children = game.children(node)
        branches = chance[children.start : children.stop]
        sound &= (branches >= 0).all(axis=0) & (branches <= 1 + ROUNDING).all(axis=0)
        sound &= np.abs(branches.sum(axis=0) - 1) <= SUM_TOLERANCE
    return sound


@lru_cache(maxsize=16)
def _entries(game: Game) -> tuple[tuple[int, Ints, Ints], ...]:
    """Per consideration: its actor, the terminals where it is not nought, and their expressions."""
    nought = np.array([isinstance(e, Number) and e.value == 0 for e in game.expressions], dtype=bool)
    result = []
    for column, consideration in enumerate(game.considerations):
        indices = game.payoff_expression[:, column]
        terminals = np.flatnonzero(~nought[indices])
        if terminals.size:
            result.append((consideration.actor, terminals, indices[terminals]))
    return tuple(result)


def _payoffs(game: Game, table: Floats) -> Floats:
    payoffs = np.zeros((len(game.outcome), len(game.actors), table.shape[1]))
    for actor, terminals, indices in _entries(game):
        payoffs[terminals, actor] += table[indices]
    return payoffs
