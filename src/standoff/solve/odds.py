"""The quantal response equations in as few unknowns as the game allows.

Two reductions, both exact. Where every node of an information set has the same slots on its path (or the set is one
node), and whatever moves below it are of the same kind, its actor's reply depends on the precision alone: such
*explicit* sets are filled in layer by layer, last movers first. In the others the unknowns are log-odds
x(a) = log p(a) - log p(b) against the likeliest option b (the *reference*), one fewer than there are options:

    x(a) - lambda (u(a) - u(b)) = 0,      d log p(c) / d x(a) = [c = a] - p(a)      (a, c in one set)

Axes: ``[row]`` slots as in `standoff.solve.quantal`, ``[unknown]`` rows of implicit sets that are not the reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from standoff.game.game import Bools, Floats, Ints
from standoff.solve.quantal import QuantalSystem


@dataclass(frozen=True, eq=False)
class OddsSystem:
    """A quantal system with its explicit sets found."""

    system: QuantalSystem

    @cached_property
    def layers(self) -> tuple[Ints, ...]:
        """Rows of explicit information sets, by how many explicit moves lie below."""
        system = self.system
        below = self._below
        candidate = self._independent_sets
        level = np.full(len(system.start), -1)
        for number in range(len(system.start) - 1, -1, -1):
            if candidate[number]:
                following = np.flatnonzero(below[number])
                if np.all(level[following] >= 0):
                    level[number] = 1 + level[following].max(initial=-1)
        return tuple(np.flatnonzero(level[system.row_set] == depth) for depth in range(int(level.max(initial=-1)) + 1))

    @cached_property
    def implicit(self) -> Bools:
        """[row] whether the slot's set is not explicit."""
        explicit = np.zeros(len(self.system.slots), dtype=bool)
        for rows in self.layers:
            explicit[rows] = True
        return ~explicit

    @cached_property
    def _below(self) -> Bools:
        """[set, set] whether the second lies below the first on some path (sets are in order of play)."""
        system = self.system
        count = len(system.start)
        below = np.zeros((count, count), dtype=bool)
        entry, cell = system.pairs
        first = system.row_set[system.entry_row[entry]]
        second = system.row_set[cell % len(system.slots)]
        below[first, second] = first < second
        return below

    @cached_property
    def _independent_sets(self) -> Bools:
        """[set] whether beliefs cannot depend on play: all live nodes have the same slots on their paths."""
        numeric, game = self.system.numeric, self.system.numeric.game
        result = []
        for infoset in self.system.infosets.tolist():
            paths = {frozenset(game.slot[game.path(int(x))].tolist()) - {-1} for x in numeric.members[infoset]}
            result.append(len(paths) == 1)
        return np.array(result, dtype=bool)

    def reference(self, log_p: Floats) -> Ints:
        """[set] row of the likeliest option (the first of equals)."""
        system = self.system
        top = system.best(log_p)[system.row_set]
        return np.minimum.reduceat(np.where(log_p == top, np.arange(len(log_p)), len(log_p)), system.start)

    def unknowns(self, reference: Ints) -> Ints:
        """[unknown] rows of implicit sets without the references."""
        free = self.implicit.copy()
        free[reference] = False
        return np.flatnonzero(free)

    def fill(self, log_p: Floats, precision: float) -> Floats:
        """Log probabilities with the explicit sets' replies at the precision put in."""
        log_p = log_p.copy()
        for rows in self.layers:
            log_p[rows] = self.system.normalise(precision * self.system.utilities(log_p))[rows]
        return log_p

    def with_odds(self, log_p: Floats, unknowns: Ints, odds: Floats, precision: float) -> Floats:
        """Log probabilities from log-odds of the unknowns (the references' are 0), explicit sets filled in."""
        raw = np.where(self.implicit, 0.0, log_p)
        raw[unknowns] = odds
        return self.fill(self.system.normalise(raw), precision)

    def log_direction(self, log_p: Floats, unknowns: Ints, odds: Floats) -> Floats:
        """[row] change of log probabilities for a change of the log-odds; zero on explicit rows."""
        raw = np.zeros(len(log_p))
        raw[unknowns] = odds
        mean = np.add.reduceat(np.exp(log_p) * raw, self.system.start)[self.system.row_set]
        return np.where(self.implicit, raw - mean, 0.0)

    def equations(
        self, log_p: Floats, reference: Ints, unknowns: Ints, precision: float
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Residual, Jacobian in the odds, derivative in log precision, and the drift of explicit sets.

        `log_p` is filled. The drift [row] is d log p / d log precision on explicit rows, zero on the others.
        """
        system = self.system
        utilities, slopes = system.utilities_and_slopes(log_p)
        probability = np.exp(log_p)
        drift = self._drift(utilities, slopes, probability, precision)
        sets = system.row_set[unknowns]
        against = reference[sets]
        contrast = slopes[unknowns] - slopes[against]
        by_set = np.add.reduceat(contrast, system.start, axis=1)
        jacobian = -precision * (contrast[:, unknowns] - by_set[:, sets] * probability[unknowns])
        jacobian[np.arange(len(unknowns)), np.arange(len(unknowns))] += 1.0
        gain = precision * (utilities[unknowns] - utilities[against])
        residual = log_p[unknowns] - log_p[against] - gain
        return residual, jacobian, -gain - precision * (contrast @ drift), drift

    def _drift(self, utilities: Floats, slopes: Floats, probability: Floats, precision: float) -> Floats:
        system = self.system
        drift = np.zeros(len(utilities))
        for rows in self.layers:
            change = np.zeros(len(utilities))
            change[rows] = precision * (utilities[rows] + slopes[rows] @ drift)
            mean = np.add.reduceat(probability * change, system.start)[system.row_set]
            drift[rows] = (change - mean)[rows]
        return drift
