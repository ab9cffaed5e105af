"""Equilibria carried over between draws, for those whose own logit paths are too long.

Where best replies go round in a circle, draws with the same circle and similar payoffs mostly have an equilibrium of
the same pattern at the end of their paths. A `Library` holds the patterns of draws whose paths were followed. Another
draw takes over the equilibrium of the nearest of them that the verifier confirms there; the audit of a study says how
often the draw's own path would have led elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from standoff.game.batch import Batch
from standoff.game.game import Bools, Floats, Ints
from standoff.solve.many_paths import Ends
from standoff.solve.pattern import Pattern, Proposed, solve_patterns
from standoff.solve.verify_batch import verify_batch

NEAREST, AT_ONCE = 16, 4  # neighbours that are tried, and how many of them before the others


@dataclass(frozen=True, eq=False)
class Library:
    """Draws whose equilibria are known, with what draws are compared by."""

    circles: tuple[bytes, ...]
    patterns: tuple[Pattern, ...]
    payoffs: Floats  # [draw, payoff] in units of `spread`
    spread: Floats  # [payoff]

    @staticmethod
    def of(given: Batch, ends: Ends, holds: Bools, own: Sequence[bytes]) -> Library:
        """From the draws of a batch that `holds` picks, at the ends of their paths; `own` are all draws' circles."""
        table = _payoffs(given)
        spread = table.std(axis=0) if len(table) else np.ones(table.shape[1])
        spread = np.where(spread > 1e-12 * np.abs(table).max(axis=0, initial=0.0), spread, 1.0)  # more than rounding
        known = np.flatnonzero(holds)
        patterns = ((column, ends.patterns[column]) for column in known.tolist())
        chosen = [(column, pattern) for column, pattern in patterns if pattern is not None]
        places = np.array([column for column, _ in chosen], dtype=np.int64)
        return Library(
            tuple(own[place] for place in places.tolist()),
            tuple(pattern for _, pattern in chosen),
            table[places] / spread,
            spread,
        )

    def nearest(self, given: Batch, own: Sequence[bytes]) -> list[list[int]]:
        """[draw] the nearest neighbours, those with the same circle first; of those with one pattern, the nearest."""
        table = _payoffs(given) / self.spread
        kinds = {circle: kind for kind, circle in enumerate(dict.fromkeys(self.circles))}
        theirs = np.array([kinds[circle] for circle in self.circles], dtype=np.int64)
        result = []
        for row, circle in zip(table, own, strict=True):
            alike = theirs == kinds.get(circle, -1)  # numpy's own comparison drops zeros at the end of bytes
            distance = ((self.payoffs - row) ** 2).sum(axis=1)
            order = np.lexsort((distance, ~alike))[:NEAREST].tolist()
            kept = {self.patterns[number].kind: number for number in reversed(order)}
            result.append([number for number in order if kept[self.patterns[number].kind] == number])
        return result


def _payoffs(given: Batch) -> Floats:
    """[draw, payoff] every actor's payoff at every ending."""
    return np.asarray(given.payoffs.reshape(given.payoffs.shape[0] * given.payoffs.shape[1], -1).T)


def carried(given: Batch, library: Library, own: Sequence[bytes]) -> tuple[Ints, Proposed]:
    """Draws at which a neighbour's pattern gives an equilibrium that the verifier confirms, with the nearest one's.

    `own` are their circles (`standoff.solve.iterate.circles`).
    """
    near = library.nearest(given, own)
    result = Proposed.nothing(given.game, len(given))
    for begin, end in ((0, AT_ONCE), (AT_ONCE, NEAREST)):
        tries = [(draw, own) for draw in np.flatnonzero(~result.settled).tolist() for own in near[draw][begin:end]]
        if tries:
            column = np.array([draw for draw, _ in tries])
            tried = given.take(column)
            found = solve_patterns(tried, [library.patterns[own] for _, own in tries])
            verdicts = verify_batch(tried, found.behaviour, found.exponents, found.coefficient)
            holds = np.flatnonzero(verdicts.holds & found.settled)
            draws, first = np.unique(column[holds], return_index=True)
            result.put(draws, found.take(holds[first]))
    places = np.flatnonzero(result.settled)
    return places, result.take(places)
