"""Equilibria carried over from draws whose logit paths were followed to draws like them.

Where best replies go round in a circle, draws with the same circle and similar payoffs mostly have an equilibrium of
the same pattern at the end of their paths. A `Library` holds the patterns of a pilot's draws. Another draw takes over
an equilibrium where several of its nearest neighbours with the same circle lead to the same outcomes; a verifier has
the last word, and the audit of a study says how often the draw's own path would have led elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from standoff.game.batch import Batch, chosen_draws, outcomes_of
from standoff.game.game import Bools, Floats, Ints
from standoff.solve.iterate import circles
from standoff.solve.many_paths import Ends
from standoff.solve.pattern import Pattern, Proposed, solve_patterns
from standoff.solve.verify_batch import Verdicts, verify_batch

NEAREST, NEEDED = 3, 2  # neighbours that are tried, and how many equilibria there must be, all with the same outcomes
FARTHEST = 16  # neighbours that are tried where anyone will do
SAME = 0.02  # outcomes that differ by less are the same here, as in the audit


@dataclass(frozen=True, eq=False)
class Library:
    """Draws whose equilibria are known, with what draws are compared by."""

    circles: tuple[bytes, ...]
    patterns: tuple[Pattern, ...]
    payoffs: Floats  # [draw, payoff] in units of `spread`
    spread: Floats  # [payoff]

    @staticmethod
    def of(given: Batch, ends: Ends, holds: Bools) -> Library:
        """From the draws of a batch that `holds` picks, at the ends of their paths."""
        table = _payoffs(given)
        spread = table.std(axis=0) if len(table) else np.ones(table.shape[1])
        spread = np.where(spread > 1e-12 * np.abs(table).max(axis=0, initial=0.0), spread, 1.0)  # more than rounding
        known = np.flatnonzero(holds)
        patterns = [ends.pattern(given, column) for column in known.tolist()]
        chosen = [(column, pattern) for column, pattern in zip(known.tolist(), patterns, strict=True) if pattern]
        places = np.array([column for column, _ in chosen], dtype=np.int64)
        return Library(
            tuple(circles(given.take(places))),
            tuple(pattern for _, pattern in chosen),
            table[places] / spread,
            spread,
        )

    def nearest(self, given: Batch, *, anyone: bool) -> list[list[int]]:
        """[draw] the nearest neighbours with the same circle, nearest first; with `anyone` others too, after them."""
        table = _payoffs(given) / self.spread
        kinds = {circle: kind for kind, circle in enumerate(dict.fromkeys(self.circles))}
        own = np.array([kinds[circle] for circle in self.circles], dtype=np.int64)
        result = []
        for row, circle in zip(table, circles(given), strict=True):
            alike = own == kinds.get(circle, -1)  # numpy's own comparison drops zeros at the end of bytes
            candidates = np.arange(len(own)) if anyone else np.flatnonzero(alike)
            distance = ((self.payoffs[candidates] - row) ** 2).sum(axis=1)
            order = np.lexsort((distance, ~alike[candidates]))
            result.append(candidates[order[: FARTHEST if anyone else NEAREST]].tolist())
        return result


def _payoffs(given: Batch) -> Floats:
    """[draw, payoff] every actor's payoff at every ending."""
    return np.asarray(given.payoffs.reshape(given.payoffs.shape[0] * given.payoffs.shape[1], -1).T)


def carried(given: Batch, library: Library, *, anyone: bool = False) -> tuple[Ints, Proposed, Verdicts]:
    """Draws at which neighbours agree (or `anyone` has an equilibrium), with the nearest one's and its verdict."""
    near = library.nearest(given, anyone=anyone)
    column = np.array([place for place, own in enumerate(near) for _ in own], dtype=np.int64)
    tried = given.take(column)
    found = solve_patterns(tried, [library.patterns[number] for own in near for number in own])
    verdicts = verify_batch(tried, found.behaviour, found.exponents, found.coefficient)
    holds = verdicts.holds & found.settled
    ends = outcomes_of(given.game, verdicts.reach)
    draws, chosen = [], []
    for draw in np.unique(column[holds]).tolist():
        own = np.flatnonzero((column == draw) & holds)
        agreed = len(own) >= NEEDED and np.abs(ends[:, own] - ends[:, own[:1]]).max() <= SAME
        if agreed or anyone:
            draws.append(draw)
            chosen.append(int(own[0]))
    at = np.array(chosen, dtype=np.int64)
    kept = Verdicts(
        verdicts.holds[at],
        verdicts.gain[at],
        chosen_draws(verdicts.reach, at),
        chosen_draws(verdicts.payoffs, at),
    )
    return np.array(draws, dtype=np.int64), found.take(at), kept
