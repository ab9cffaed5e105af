"""The agent quantal response equations of a game, in logarithms (McKelvey & Palfrey 1998).

At precision lambda every information set h plays p(a) proportional to exp(lambda u(a)), where u(a) is the expected
payoff of its actor given that h is reached and a chosen. Everybody trembles, so with r(z) the probability of reaching
terminal z

    u(s) = E[payoff of s's actor | slot s is played] = sum over z after s of r(z) u(z) / sum over z after s of r(z)
    d u(s) / d log p(t) = E[u 1_t | s] - E[u | s] E[1_t | s]           (1_t: slot t lies on the path to z)

so one matrix of conditional weights ``weights[slot, terminal]`` gives values and derivatives. It is a softmax of the
sums of log probabilities along paths: reach probabilities may underflow, beliefs do not.

In the limit where tremble s vanishes as k eps**c the same formulas hold with the softmax restricted to the terminals of
least cost after each slot; `QuantalSystem.restrict` says which those are. This is what the polishing of limits uses.

Axes: ``log_p[slot]``, ``payoff[slot, terminal]`` (of the slot's actor, divided by `scale`). Slots of void information
sets and terminals behind chance branches of probability zero are left out; `slots` maps rows back to the game's.
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
    on_path: Bools  # [row, terminal] the slot lies on the path to the terminal
    log_chance: Floats  # [terminal]
    payoff: Floats  # [row, terminal] payoff of the slot's actor in units of `scale`
    scale: Floats  # [row] utility per unit

    @cached_property
    def row_set(self) -> Ints:
        """[row] which set (index into `start`)."""
        return np.repeat(np.arange(len(self.start)), np.diff(np.append(self.start, len(self.slots))))

    @cached_property
    def incidence(self) -> Floats:
        """`on_path` as numbers, for products."""
        return self.on_path.astype(float)

    def weights(self, log_p: Floats, allowed: Bools | None = None) -> Floats:
        """[row, terminal] probability of each terminal given that the slot is played."""
        reach = log_p @ self.incidence + self.log_chance
        logs = np.where(self.on_path if allowed is None else allowed, reach, -np.inf)
        logs -= logs.max(axis=1, keepdims=True)
        weights = np.exp(logs)
        weights /= weights.sum(axis=1, keepdims=True)
        return weights

    def utilities(self, log_p: Floats, allowed: Bools | None = None) -> Floats:
        """[row] expected payoff given that the slot is played."""
        return np.asarray((self.weights(log_p, allowed) * self.payoff).sum(axis=1))

    def utilities_and_slopes(self, log_p: Floats, allowed: Bools | None = None) -> tuple[Floats, Floats]:
        """Expected payoffs, and their derivatives [row, row] with respect to every log probability."""
        weights = self.weights(log_p, allowed)
        weighted = weights * self.payoff
        utilities = weighted.sum(axis=1)
        weighted -= utilities[:, None] * weights
        return utilities, weighted @ self.incidence.T

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
    on_path = np.zeros((len(slots), len(terminals)), dtype=bool)
    log_chance = np.zeros(len(terminals))
    for column, terminal in enumerate(terminals.tolist()):
        for node in game.path(terminal):
            log_chance[column] += np.log(numeric.chance[node])
            if game.slot[node] >= 0:
                on_path[row[game.slot[node]], column] = True
    ranges = numeric.payoff_range
    top = float(ranges.max(initial=0.0))
    unit = np.where(ranges > 0, ranges, 1.0) if own_scale else np.full(len(ranges), top if top > 0 else 1.0)
    owner = np.array([infoset.actor for infoset in game.infosets], dtype=np.int64)
    actor = owner[game.slot_infoset[slots]]
    middle = numeric.payoffs[numeric.live[game.terminals]].min(axis=0)
    payoff = ((numeric.payoffs[game.terminal[terminals]] - middle) / unit).T[actor]
    infosets = np.flatnonzero(alive)
    return QuantalSystem(
        numeric, slots, row[game.slot_start[infosets]], infosets, on_path, log_chance, payoff, unit[actor]
    )
