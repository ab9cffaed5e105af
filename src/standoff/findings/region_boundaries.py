"""The lines where classes begin and end: contours on the lattice of cell centres, their points bisected.

Between two neighbouring centres of which one has a class and the other has not, the class begins or ends: the place is
bisected until both sides are within a tolerance. In every square of four centres such places are joined (marching
squares, Lorensen & Cline 1987 in the plane; a saddle is settled by asking in the middle), and the pieces into lines. A
frame of further lattice points just inside the edges of the map carries lines to the edges. Where conditions are
known, a line is cut where another condition becomes binding, at the point where both bind.

Lattice places are (column, row) with columns -1 to n: -1 and n are the frame.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias

from standoff.findings.region_axes import Axis
from standoff.findings.region_fill import Cell, Held
from standoff.findings.region_points import Supports

Spot: TypeAlias = tuple[Fraction, Fraction]  # (x, y)
Decide: TypeAlias = Callable[[Spot], bool | None]  # whether the class holds there; None where that is not known
Edge: TypeAlias = tuple[Cell, Cell]

FRAME = Fraction(1, 1000)  # distance of the frame from the edge of the map, as a share of the axis


@dataclass(frozen=True)
class Crossing:
    """Where a class begins: a spot with the class and one without, `within` (share of the axis) apart."""

    inside: Spot
    outside: Spot
    within: Fraction
    settled: bool  # both sides were decided, down to the tolerance

    @property
    def middle(self) -> Spot:
        """The middle of the two."""
        return tuple((a + b) / 2 for a, b in zip(self.inside, self.outside, strict=True))  # type: ignore[return-value]


@dataclass(frozen=True, eq=False)
class Lattice:
    """The lattice of a map and what holds at its cell centres."""

    axes: tuple[Axis, Axis]
    held: Mapping[Cell, Held]

    def spot(self, place: Cell) -> Spot:
        """The parameters at a place of the lattice."""
        x, y = (self._value(axis, number) for axis, number in zip(self.axes, place, strict=True))
        return x, y

    @staticmethod
    def _value(axis: Axis, number: int) -> Fraction:
        if number < 0:
            return axis.low + FRAME * axis.span
        return axis.centre(number) if number < axis.cells else axis.high - FRAME * axis.span

    def inner(self, place: Cell) -> bool:
        """Whether the place is the centre of a cell."""
        return all(0 <= number < axis.cells for axis, number in zip(self.axes, place, strict=True))


def contour(
    lattice: Lattice, supports: Supports, decide: Decide | None, tolerance: Fraction, hurry: Callable[[], bool]
) -> list[list[Crossing]]:
    """The lines of one class, each a list of crossings in order. Without `decide`, or once `hurry` says so, crossings
    lie midway between two centres and are not settled.
    """
    states = _states(lattice, supports, decide)
    crossings: dict[Edge, Crossing] = {}
    pieces: list[tuple[Edge, Edge]] = []
    columns, rows = (axis.cells for axis in lattice.axes)
    for j in range(-1, rows):
        for i in range(-1, columns):
            corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
            signs = [states.get(corner) for corner in corners]
            if None in signs or len(set(signs)) < 2:
                continue
            crossed = [
                _edge(a, b) for a, b in zip(corners, [*corners[1:], corners[0]], strict=True) if states[a] != states[b]
            ]
            for edge in crossed:
                if edge not in crossings:
                    asked = None if decide is None or hurry() else decide
                    crossings[edge] = _crossing(lattice, edge, states, asked, tolerance, _guess(edge, crossings))
            pieces += _joined(lattice, corners, signs, crossed, decide)
    return [[crossings[edge] for edge in line] for line in _lines(pieces)]


def _edge(a: Cell, b: Cell) -> Edge:
    return (a, b) if a <= b else (b, a)


def _states(lattice: Lattice, supports: Supports, decide: Decide | None) -> dict[Cell, bool]:
    """Whether the class holds, at centres and where needed on the frame beside them."""
    states = {cell: supports in held for cell, held in lattice.held.items()}
    columns, rows = (axis.cells for axis in lattice.axes)
    sides = [[((i, j), (i, out)) for i in range(columns)] for j, out in ((0, -1), (rows - 1, rows))]
    sides += [[((i, j), (out, j)) for j in range(rows)] for i, out in ((0, -1), (columns - 1, columns))]
    frame: dict[Cell, bool] = {}
    for side in sides:
        for (first, outer), (second, next_outer) in pairwise(side):
            if decide is None or first not in states or second not in states or states[first] == states[second]:
                continue
            for place in (outer, next_outer):
                answer = frame[place] if place in frame else decide(lattice.spot(place))
                if answer is not None:
                    frame[place] = answer
    return states | frame


def _guess(edge: Edge, crossings: Mapping[Edge, Crossing]) -> Crossing | None:
    """The crossing of a parallel edge beside this one, if it is known."""
    (a, b) = edge
    step = (0, 1) if a[1] == b[1] else (1, 0)
    for sign in (-1, 1):
        beside = tuple((p[0] + sign * step[0], p[1] + sign * step[1]) for p in edge)
        found = crossings.get((beside[0], beside[1]))
        if found is not None and found.settled:
            return found
    return None


def _crossing(
    lattice: Lattice,
    edge: Edge,
    states: Mapping[Cell, bool],
    decide: Decide | None,
    tolerance: Fraction,
    guess: Crossing | None,
) -> Crossing:
    """Bisection, begun around the neighbour's crossing where there is one."""
    a, b = edge if states[edge[0]] else (edge[1], edge[0])
    inside, outside = lattice.spot(a), lattice.spot(b)
    along = 0 if inside[0] != outside[0] else 1
    span = lattice.axes[along].span

    def put(value: Fraction) -> Spot:
        return (value, inside[1]) if along == 0 else (inside[0], value)

    low, high = inside[along], outside[along]  # the class holds at low; high may be the smaller number
    if decide is None:
        return Crossing(inside, outside, abs(high - low) / span, False)
    trials: list[Fraction] = []
    if guess is not None and abs(high - low) > 4 * tolerance * span:
        centre, step = guess.middle[along], (1 if high > low else -1) * tolerance * span * Fraction(2, 5)
        trials = [value for value in (centre - step, centre + step) if min(low, high) < value < max(low, high)]
    while abs(high - low) > tolerance * span:
        value = trials.pop(0) if trials else (low + high) / 2
        if not min(low, high) < value < max(low, high):
            continue
        answer = decide(put(value))
        if answer is None:
            return Crossing(put(low), put(high), abs(high - low) / span, False)
        low, high = (value, high) if answer else (low, value)
    return Crossing(put(low), put(high), abs(high - low) / span, True)


def _joined(
    lattice: Lattice,
    corners: Sequence[Cell],
    signs: Sequence[bool | None],
    crossed: Sequence[Edge],
    decide: Decide | None,
) -> list[tuple[Edge, Edge]]:
    if len(crossed) == 2:
        return [(crossed[0], crossed[1])]
    # a saddle: the middle belongs to one of the two diagonals
    spots = [lattice.spot(corner) for corner in (corners[0], corners[2])]
    middle = (sum(spot[0] for spot in spots) / 2, sum(spot[1] for spot in spots) / 2)
    answer = decide((Fraction(middle[0]), Fraction(middle[1]))) if decide is not None else None
    first = bool(signs[0]) == bool(answer)  # the middle is like corners 0 and 2: cut off corners 1 and 3
    order = ((0, 1), (2, 3)) if first else ((3, 0), (1, 2))
    return [(crossed[a], crossed[b]) for a, b in order]


def _lines(pieces: Sequence[tuple[Edge, Edge]]) -> list[list[Edge]]:
    """Pieces joined end to end, open lines first; a closed line repeats its first edge at its end."""
    beside: dict[Edge, list[Edge]] = {}
    for a, b in pieces:
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    lines: list[list[Edge]] = []
    unused = {frozenset(piece) for piece in pieces}
    for start in [*sorted(e for e, near in beside.items() if len(near) == 1), *sorted(beside)]:
        line = [start]
        while True:
            following = next((n for n in beside[line[-1]] if frozenset((line[-1], n)) in unused), None)
            if following is None:
                break
            unused.remove(frozenset((line[-1], following)))
            line.append(following)
        if len(line) > 1:
            lines.append(line)
    return lines
