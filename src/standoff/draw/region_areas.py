"""The areas of a region map as outlines: cells cut along the boundaries, traced into loops.

Every cell is divided into small squares. A small square has the classes of its cell, except that a class changes with
every boundary of it that lies between the cell's centre and the small square (crossing number). The squares of an area
are outlined by loops, outer ones and holes alike, for an even-odd or nonzero fill. Tables are ``[row, column]``, lowest
row first; points are in the units of the axes.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from standoff.findings.region_map import UNKNOWN, RegionMap
from standoff.game.game import Bools, Floats, Ints

Loops: TypeAlias = list[list[tuple[float, float]]]
FINE = 320  # small squares along an axis, about
SIDE = (5.6 * 72, 4.7 * 72)  # px of the map, for the room that a label has
NEAR_BASE = (22.0, 90.0)  # px up and across from the mark of the base values, where no label is wanted
HIGH_ENOUGH = 60.0  # px to every side: beyond, one place for a label is as good as another


@lru_cache(maxsize=4)
def divided(found: RegionMap) -> Ints:
    """[row, column] of small squares: which set of classes holds, UNKNOWN where none is known (or none fits)."""
    cells = found.axes[0].cells
    parts = 1 if not found.boundaries else max(2, 2 * (FINE // (2 * cells)))  # even: no square on a centre line
    if parts == 1:
        return found.cell
    table = np.repeat(np.repeat(found.cell, parts, axis=0), parts, axis=1)
    changed = {k: _crossed(found, k, parts) for k in sorted({boundary.class_index for boundary in found.boundaries})}
    place = {frozenset(own): number for number, own in enumerate(found.sets)}
    moved = np.any(list(changed.values()), axis=0) & (table != UNKNOWN)
    for row, column in np.argwhere(moved).tolist():
        own = set(found.sets[table[row, column]]) ^ {k for k, flips in changed.items() if flips[row, column]}
        table[row, column] = place.get(frozenset(own), table[row, column])
    return table


def _crossed(found: RegionMap, number: int, parts: int) -> Bools:
    """[row, column] whether an odd number of the class's lines lies between a small square and its cell's centre."""
    cells = np.array([axis.cells for axis in found.axes])
    low = np.array([float(axis.low) for axis in found.axes])
    span = np.array([float(axis.span) for axis in found.axes])
    odd = np.zeros((int(cells[1]) * parts, int(cells[0]) * parts), dtype=bool)
    for boundary in found.boundaries:
        if boundary.class_index != number:
            continue
        line = (np.array(boundary.points) - low) / span * cells  # in cells
        for a, b in pairwise(line):
            first = np.clip(np.floor(np.minimum(a, b)).astype(int) - 1, 0, cells - 1)
            last = np.clip(np.floor(np.maximum(a, b)).astype(int) + 1, 0, cells - 1)
            xs, ys = (np.arange(first[k] * parts, (last[k] + 1) * parts) for k in (0, 1))
            x, y = np.meshgrid((xs + 0.5) / parts, (ys + 0.5) / parts)
            odd[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1] ^= _between(a, b, np.floor(x) + 0.5, np.floor(y) + 0.5, x, y)
    return odd


def _between(a: Floats, b: Floats, cx: Floats, cy: Floats, x: Floats, y: Floats) -> Bools:
    """Whether the segment from a to b separates each centre from each point by crossing between them."""

    def side(px: Floats, py: Floats) -> Floats:
        return np.asarray((b[0] - a[0]) * (py - a[1]) - (b[1] - a[1]) * (px - a[0]))

    def across(p: Floats) -> Floats:
        return np.asarray((x - cx) * (p[1] - cy) - (y - cy) * (p[0] - cx))

    apart = (side(cx, cy) > 0) != (side(x, y) > 0)
    crossing = (across(a) > 0) != (across(b) > 0)
    return np.asarray(apart & crossing)


def areas(found: RegionMap, sets: tuple[int, ...]) -> Loops:
    """The outline of the area where one of these sets of classes holds."""
    inside = np.isin(divided(found), sets)
    rows, columns = inside.shape
    x, y = found.axes
    across = np.linspace(float(x.low), float(x.high), columns + 1).tolist()
    up = np.linspace(float(y.low), float(y.high), rows + 1).tolist()
    return [[(across[i], up[j]) for i, j in loop] for loop in _loops(inside)]


def _loops(inside: Bools) -> list[list[tuple[int, int]]]:
    """Loops along the sides of squares with the area to the left, corners only."""
    padded = np.pad(inside, 1)
    starts: dict[tuple[int, int], list[tuple[int, int]]] = {}
    here = padded[1:-1, 1:-1]
    for beside, begin, end in (
        (padded[:-2, 1:-1], (0, 0), (1, 0)),
        (padded[1:-1, 2:], (1, 0), (1, 1)),
        (padded[2:, 1:-1], (1, 1), (0, 1)),
        (padded[1:-1, :-2], (0, 1), (0, 0)),
    ):
        for row, column in np.argwhere(here & ~beside).tolist():
            starts.setdefault((column + begin[0], row + begin[1]), []).append((column + end[0], row + end[1]))
    loops = []
    for start in sorted(starts):
        while starts.get(start):
            loop, at = [start], starts[start].pop()
            while at != start:
                loop.append(at)
                at = starts[at].pop()
            loops.append(_corners(loop))
    return loops


def _corners(loop: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept = []
    for number, (x, y) in enumerate(loop):
        before, after = loop[number - 1], loop[(number + 1) % len(loop)]
        if (before[0] - x, before[1] - y) != (x - after[0], y - after[1]):
            kept.append((x, y))
    return kept


def widest(found: RegionMap, sets: tuple[int, ...]) -> tuple[float, float]:
    """The point of an area farthest from what is not in it and from the base values; of equal ones the middle one."""
    from scipy.ndimage import distance_transform_edt

    inside = np.pad(np.isin(divided(found), sets), 1)
    rows, columns = (size - 2 for size in inside.shape)
    scale = np.array([SIDE[1] / rows, SIDE[0] / columns])
    clear = distance_transform_edt(inside, sampling=scale)[1:-1, 1:-1]
    base = [float((axis.base - axis.low) / axis.span) for axis in reversed(found.axes)]
    down, across = np.meshgrid(np.arange(rows) + 0.5, np.arange(columns) + 0.5, indexing="ij")
    away = np.hypot(
        (down - base[0] * rows) * scale[0] / NEAR_BASE[0], (across - base[1] * columns) * scale[1] / NEAR_BASE[1]
    )
    clear = np.minimum(clear, HIGH_ENOUGH) * np.clip(away, 0.05, 1.0)
    best = np.argwhere(clear >= clear.max() - 1e-9)
    middle = best.mean(axis=0)
    row, column = best[np.argmin((((best - middle) * scale) ** 2).sum(axis=1))].tolist()
    x, y = found.axes
    return (
        float(x.low) + float(x.span) * (column + 0.5) / columns,
        float(y.low) + float(y.span) * (row + 0.5) / rows,
    )


def room(found: RegionMap, sets: tuple[int, ...], spot: tuple[float, float]) -> tuple[float, float]:
    """Width and height in px of the area through a point: how far it goes to both sides alike."""
    inside = np.isin(divided(found), sets)
    rows, columns = inside.shape
    x, y = found.axes
    column = min(columns - 1, int((spot[0] - float(x.low)) / float(x.span) * columns))
    row = min(rows - 1, int((spot[1] - float(y.low)) / float(y.span) * rows))
    upright = inside[:, column]
    high = 2 * _reach(upright, row) * SIDE[1] / rows
    near = max(1, round(22.0 * rows / SIDE[1]))  # rows that the text needs above and below
    band = np.asarray(inside[max(0, row - near) : row + near + 1].all(axis=0))
    wide = 2 * _reach(band, column) * SIDE[0] / columns
    return wide, high


def _reach(line: Bools, place: int) -> int:
    """How many squares from `place` on are inside, to the nearer side."""
    after = np.flatnonzero(~np.append(line[place:], False))[0]
    before = np.flatnonzero(~np.append(line[place::-1], False))[0]
    return int(min(after, before))
