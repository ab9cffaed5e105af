"""The agent quantal response equations of a game, in logarithms (McKelvey & Palfrey 1998).

At precision lambda every information set h plays p(a) proportional to exp(lambda u(a)), where u(a) is the expected
payoff of its actor given that h is reached and a chosen. Everybody trembles, so with r(z) the probability of reaching
terminal z

    u(s) = E[payoff of s's actor | slot s is played] = sum over z after s of r(z) u(z) / sum over z after s of r(z)
    d u(s) / d log p(t) = E[u 1_t | s] - E[u | s] E[1_t | s]           (1_t: slot t lies on the path to z)

so the conditional weights r(z) / sum r give values and derivatives alike. They are a softmax of the sums of log
probabilities along paths: reach probabilities may underflow, beliefs do not. A slot and a terminal after it form an
*entry*; there are as many entries as the paths have slots, far fewer than slots times terminals.

In the limit where tremble s vanishes as k eps**c the same formulas hold with the softmax restricted to the terminals of
least cost after each slot (`allowed`, one truth value per entry). This is what the polishing of limits uses.

Axes: ``log_p[row]``, rows being the slots of information sets that are not void (`slots` maps them back to the game's);
``payoff[entry]`` of the slot's actor, divided by `scale`. Terminals behind chance branches of probability zero are left
out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from standoff.game.game import Bools, Floats, Ints, NumericGame


@dataclass(frozen=True, eq=False)
class QuantalSystem:
    """The equations of one numeric game; rows and columns of `slots` only."""

    numeric: NumericGame
    slots: Ints  # [row] slot of the game
    start: Ints  # [set] first row of each information set that is not void
    infosets: Ints  # [set] information set of the game
    entry_row: Ints  # [entry] ascending
    entry_terminal: Ints  # [entry]
    payoff: Floats  # [entry] payoff of the row's actor at the terminal, in units of `scale`
    log_chance: Floats  # [terminal]
    scale: Floats  # [row] utility per unit

    @cached_property
    def row_set(self) -> Ints:
        """[row] which set (index into `start`)."""
        return np.repeat(np.arange(len(self.start)), np.diff(np.append(self.start, len(self.slots))))

    @cached_property
    def row_start(self) -> Ints:
        """[row] its first entry."""
        return np.searchsorted(self.entry_row, np.arange(len(self.slots)))

    @cached_property
    def pairs(self) -> tuple[Ints, Ints]:
        """Every entry (s, z) joined with every row t on the path to z: the entry, and s * rows + t."""
        by_terminal = np.argsort(self.entry_terminal, kind="stable")
        start = np.searchsorted(self.entry_terminal[by_terminal], np.arange(len(self.log_chance) + 1))
        first, second = [], []
        for terminal in range(len(self.log_chance)):
            entries = by_terminal[start[terminal] : start[terminal + 1]]
            first.append(np.repeat(entries, len(entries)))
            second.append(np.tile(self.entry_row[entries], len(entries)))
        entry = np.concatenate(first)
        return entry, self.entry_row[entry] * len(self.slots) + np.concatenate(second)

    def weights(self, log_p: Floats, allowed: Bools | None = None) -> Floats:
        """[entry] probability of the terminal given that the slot is played."""
        reach = self.log_chance + np.bincount(
            self.entry_terminal, weights=log_p[self.entry_row], minlength=len(self.log_chance)
        )
        logs = reach[self.entry_terminal]
        if allowed is not None:
            logs = np.where(allowed, logs, -np.inf)
        weights = np.exp(logs - np.maximum.reduceat(logs, self.row_start)[self.entry_row])
        return np.asarray(weights / np.add.reduceat(weights, self.row_start)[self.entry_row])

    def utilities(self, log_p: Floats, allowed: Bools | None = None) -> Floats:
        """[row] expected payoff given that the slot is played."""
        return np.add.reduceat(self.weights(log_p, allowed) * self.payoff, self.row_start)

    def utilities_and_slopes(self, log_p: Floats, allowed: Bools | None = None) -> tuple[Floats, Floats]:
        """Expected payoffs, and their derivatives [row, row] with respect to every log probability."""
        weights = self.weights(log_p, allowed)
        utilities = np.add.reduceat(weights * self.payoff, self.row_start)
        entry, cell = self.pairs
        spread = weights * (self.payoff - utilities[self.entry_row])
        rows = len(self.slots)
        slopes = np.bincount(cell, weights=spread[entry], minlength=rows * rows)
        return utilities, np.asarray(slopes, dtype=float).reshape(rows, rows)

    def gaps(self, utilities: Floats) -> Floats:
        """[row] how much worse than the best option of its information set, >= 0."""
        return self.best(utilities)[self.row_set] - utilities

    def best(self, values: Floats) -> Floats:
        """[set] the largest of a quantity over the options of each information set."""
        return np.maximum.reduceat(values, self.start)

    def normalise(self, log_p: Floats) -> Floats:
        """Log probabilities shifted so that every information set's sum to one."""
        top = self.best(log_p)[self.row_set]
        total = np.add.reduceat(np.exp(log_p - top), self.start)
        return log_p - top - np.log(total)[self.row_set]

    def response(self, log_p: Floats, precision: float) -> Floats:
        """Log probabilities of the logit reply to `log_p` (precision per unit of `scale`)."""
        return self.normalise(precision * self.utilities(log_p))


def quantal_system(numeric: NumericGame, *, own_scale: bool = False) -> QuantalSystem:
    """Set up the equations; payoffs are divided by the largest payoff range, or each actor's by its own."""
    game = numeric.game
    alive = np.array([nodes.size > 0 for nodes in numeric.members], dtype=bool)
    slots = np.flatnonzero(alive[game.slot_infoset]) if game.n_slots else np.zeros(0, dtype=np.int64)
    terminals = game.terminals[numeric.live[game.terminals]]
    row = np.full(game.n_slots + 1, -1, dtype=np.int64)
    row[slots] = np.arange(len(slots))
    rows: list[int] = []
    columns: list[int] = []
    with np.errstate(divide="ignore"):
        log_chance = game.path_sums(np.log(numeric.chance))[terminals]
    for column, terminal in enumerate(terminals.tolist()):
        on_path = [int(row[game.slot[node]]) for node in game.path(terminal) if game.slot[node] >= 0]
        rows += on_path
        columns += [column] * len(on_path)
    entry_row, entry_terminal = np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)
    order = np.argsort(entry_row, kind="stable")
    entry_row, entry_terminal = entry_row[order], entry_terminal[order]
    ranges = numeric.payoff_range
    top = float(ranges.max(initial=0.0))
    unit = np.where(ranges > 0, ranges, 1.0) if own_scale else np.full(len(ranges), top if top > 0 else 1.0)
    owner = np.array([infoset.actor for infoset in game.infosets], dtype=np.int64)
    actor = owner[game.slot_infoset[slots]]
    lowest = numeric.payoffs[game.terminal[terminals]].min(axis=0)
    payoff = ((numeric.payoffs[game.terminal[terminals]] - lowest) / unit)[entry_terminal, actor[entry_row]]
    infosets = np.flatnonzero(alive)
    start = row[game.slot_start[infosets]]
    return QuantalSystem(numeric, slots, start, infosets, entry_row, entry_terminal, payoff, log_chance, unit[actor])
