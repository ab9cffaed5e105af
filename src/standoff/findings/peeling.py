"""PRIM's search for a box: peeling and pasting (Friedman & Fisher 1999), all candidates of a step at once.

A box is a pair of limits per parameter, ``low[parameter]`` and ``high[parameter]``, infinite where the parameter is not
restricted; a draw is inside where low <= x <= high for all. *Peeling* takes, step by step, the lowest or highest share
`alpha` of one parameter's values away. The candidate is chosen that gains most in the mean of z per draw given up
(``lenient1``, the choice usual in scenario discovery, which does not favour coarse parameters) or in the mean itself
(``original``). It ends where no candidate raises the mean or the box would fall below the least share of draws.
*Pasting* then moves limits outwards, by `alpha` of the box's draws, as long as that raises the mean.

Limits lie half-way between neighbouring values. Values that are equal are taken together; a parameter with few distinct
values (`DISCRETE`) is peeled one value at a time, from either end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from standoff.findings.given import DISCRETE
from standoff.game.game import Bools, Floats

OBJECTIVES = ("lenient1", "original")


@dataclass(frozen=True, eq=False)
class Limits:
    """A box: ``low[parameter]`` and ``high[parameter]``, infinite where it is open."""

    low: Floats
    high: Floats

    @property
    def restricted(self) -> Bools:
        """[parameter] whether the box limits it."""
        return np.isfinite(self.low) | np.isfinite(self.high)

    def inside(self, x: Floats) -> Bools:
        """[draw] whether the draw of ``x[draw, parameter]`` is in the box."""
        return np.asarray(((x >= self.low) & (x <= self.high)).all(axis=1))

    def without(self, number: int) -> Limits:
        """The box without its limits on one parameter."""
        low, high = self.low.copy(), self.high.copy()
        low[number], high[number] = -np.inf, np.inf
        return Limits(low, high)

    def moved(self, side: int, number: int, value: float) -> Limits:
        """The box with one limit replaced: `side` 0 is low, 1 is high."""
        low, high = self.low.copy(), self.high.copy()
        (low, high)[side][number] = value
        return Limits(low, high)


def unlimited(parameters: int) -> Limits:
    """The box that holds everything."""
    return Limits(np.full(parameters, -np.inf), np.full(parameters, np.inf))


def peel(x: Floats, z: Floats, *, alpha: float, least: float, objective: str = "lenient1") -> tuple[Limits, ...]:
    """The boxes of the peeling trajectory for ``x[draw, parameter]`` and ``z[draw]``, the whole space first.

    `alpha` is the share of the box's draws taken at a step, `least` the smallest share of all draws in a box.
    """
    fewest = least * len(z)
    columns = np.ascontiguousarray(x.T)
    few = np.array([len(np.unique(column)) <= DISCRETE for column in columns], dtype=bool)
    box, values = unlimited(len(columns)), z
    boxes = [box]
    while True:
        cuts = _cuts(columns, few, alpha)
        kept = np.stack([columns >= cuts[0][:, None], columns <= cuts[1][:, None]])  # [side, parameter, draw]
        size = kept.sum(axis=2)
        mean = np.divide(kept @ values, size, out=np.full(size.shape, -np.inf), where=size > 0)
        score = _scores(mean, size, values, objective)
        # of equal gains the one that restricts no further parameter, then the first parameter's, from above
        again = box.restricted
        best = max(np.ndindex(*score.shape), key=lambda at: (score[at], bool(again[at[1]]), -at[1], at[0]))
        if not score[best] > 0 or size[best] < fewest:
            return tuple(boxes)
        side, number = best
        box = box.moved(side, number, float(cuts[side][number]))
        boxes.append(box)
        columns, values = np.ascontiguousarray(columns[:, kept[best]]), values[kept[best]]


def _cuts(columns: Floats, few: Bools, alpha: float) -> tuple[Floats, Floats]:
    """Candidate limits, low and high, each [parameter]; infinite where nothing can be taken."""
    count = columns.shape[1]
    taken = min(int(np.floor((count - 1) * alpha)) + 1, count - 1)
    if taken < 1:
        return np.full(len(columns), np.inf), np.full(len(columns), -np.inf)
    part = np.partition(columns, sorted({0, taken - 1, taken, count - taken - 1, count - taken, count - 1}), axis=1)
    last_low = np.where(few, part[:, 0], part[:, taken - 1])  # the highest value that goes, from below
    last_high = np.where(few, part[:, -1], part[:, count - taken])
    next_low, next_high = part[:, taken].copy(), part[:, count - taken - 1].copy()
    for number in np.flatnonzero(few | (next_low <= last_low)):
        above = columns[number][columns[number] > last_low[number]]
        next_low[number] = above.min() if len(above) else np.inf
    for number in np.flatnonzero(few | (next_high >= last_high)):
        below = columns[number][columns[number] < last_high[number]]
        next_high[number] = below.max() if len(below) else -np.inf
    return _between(last_low, next_low), _between(last_high, next_high)


def _between(one: Floats, other: Floats) -> Floats:
    """Half-way between two values; where these are neighbours in floating point, the one that stays inside."""
    middle = one / 2 + other / 2
    return np.where(middle == one, other, middle)


def _scores(mean: Floats, size: Floats, values: Floats, objective: str) -> Floats:
    """[side, parameter] what a candidate gains; minus infinity where it takes nothing or everything."""
    gain = mean - values.mean()
    possible = (size > 0) & (size < len(values)) & (gain > 1e-12)
    return np.where(possible, gain / np.maximum(len(values) - size, 1) if objective == "lenient1" else gain, -np.inf)


def paste(x: Floats, z: Floats, box: Limits, *, alpha: float) -> tuple[Limits, ...]:
    """The boxes that pasting adds after `box`, none where no wider one has a higher mean."""
    boxes: list[Limits] = []
    while True:
        inside = box.inside(x)
        mean, size = float(z[inside].mean()), int(inside.sum())
        wider = [(_mean_of(x, z, candidate), candidate) for candidate in _pastes(x, box, size, alpha)]
        best = max(wider, key=lambda entry: entry[0], default=(mean, box))
        if best[0] <= mean + 1e-12:
            return tuple(boxes)
        box = best[1]
        boxes.append(box)


def _mean_of(x: Floats, z: Floats, box: Limits) -> float:
    return float(z[box.inside(x)].mean())


def _pastes(x: Floats, box: Limits, size: int, alpha: float) -> list[Limits]:
    """The box with one limit moved outwards past the nearest `alpha` of its size of draws, for each finite limit."""
    wider = []
    for number in np.flatnonzero(box.restricted):
        column = x[box.without(int(number)).inside(x), number]
        more = max(1, int(alpha * size))
        for side, beyond in ((0, column[column < box.low[number]]), (1, column[column > box.high[number]])):
            if not len(beyond):
                continue
            ordered = np.sort(beyond)[::-1] if side == 0 else np.sort(beyond)
            limit = ordered[min(more, len(ordered)) - 1]
            further = ordered[ordered < limit] if side == 0 else ordered[ordered > limit]
            open_end = -np.inf if side == 0 else np.inf
            value = float(_between(np.array(further[0]), np.array(limit))) if len(further) else open_end
            wider.append(box.moved(side, int(number), value))
    return wider
