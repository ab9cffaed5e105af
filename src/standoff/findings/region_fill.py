"""Filling the cells of a region map: three ways, each a table of what holds and how that is known.

Cells are (column, row) pairs; see `standoff.findings.region_map` for what the sources claim.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from standoff.findings.region_axes import Axis
from standoff.findings.region_conditions import atoms, truth
from standoff.findings.region_points import Place, Point, Selected, Supports
from standoff.game.game import Bools
from standoff.scenario.expression import Compare, Expression

Cell: TypeAlias = tuple[int, int]
Held: TypeAlias = frozenset[Supports]
Progress: TypeAlias = Callable[[int, int], None]  # cells looked at, cells in all

BLOCKS = 8  # blocks along an axis to begin with


@dataclass(eq=False)
class Filled:
    """What is known so far: `held` per cell, `source` per cell; cells in neither are missing. `notes` says why."""

    held: dict[Cell, Held] = field(default_factory=dict)
    source: dict[Cell, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def put(self, cell: Cell, point: Point) -> None:
        """Note what an enumeration found."""
        if point.undefined:
            self.source[cell] = "undefined"
            return
        self.held[cell] = frozenset(point.classes)
        self.source[cell] = "enumerated" if point.complete else "incomplete"


@dataclass(frozen=True, eq=False)
class Clock:
    """A deadline. Cells that it cuts off are missing, never guessed."""

    deadline: float

    @property
    def left(self) -> float:
        """Seconds until the deadline, not below zero."""
        return max(0.0, self.deadline - time.monotonic())


def value_at(axes: tuple[Axis, Axis], cell: Cell) -> dict[str, Fraction]:
    """The parameters at the centre of a cell."""
    return {axis.name: axis.centre(number) for axis, number in zip(axes, cell, strict=True)}


def by_conditions(
    axes: tuple[Axis, Axis],
    conditions: Mapping[Supports, Sequence[Expression]],
    valid: Sequence[Expression],
    place: Place,
    clock: Clock,
) -> Filled:
    """All cells by exact conditions.

    Cells at which one of `valid` fails (the conditions were derived under them), or which lie exactly on the edge of a
    condition (where classes may hold that hold nowhere else), are enumerated at their numbers.
    """
    names = [axis.name for axis in axes]
    xs, ys = axes[0].centres, axes[1].centres
    cells = [(i, j) for j in range(len(ys)) for i in range(len(xs))]
    points = [(xs[i], ys[j]) for i, j in cells]
    others = np.zeros(len(cells), dtype=bool)
    for condition in valid:
        others |= ~truth(condition, names, points)
    told: list[tuple[Supports, Bools]] = []
    edges = {atom for own in conditions.values() for condition in own for atom in atoms(condition)}
    for atom in sorted(edges, key=repr):
        others |= truth(Compare("==", atom.left, atom.right), names, points)
    for supports, own in conditions.items():
        result = np.ones(len(cells), dtype=bool)
        for condition in own:
            result &= truth(condition, names, points)
        told.append((supports, result))
    filled = Filled()
    for number, cell in enumerate(cells):
        if not others[number]:
            filled.held[cell] = frozenset(supports for supports, result in told if result[number])
            filled.source[cell] = "conditions"
    for number in np.flatnonzero(others).tolist():
        if not clock.left:
            filled.notes.append("time ran out before all cells on the edge of a condition were enumerated")
            break
        filled.put(cells[number], place.enumerate(value_at(axes, cells[number]), clock.left))
    return filled


def by_enumeration(axes: tuple[Axis, Axis], place: Place, clock: Clock, progress: Progress | None = None) -> Filled:
    """Blocks first: where the corners and the middle of a block agree it is filled, else it is cut into four.

    Then every filled cell beside one that differs is looked at, until none is left.
    """
    filled = Filled()
    total = axes[0].cells * axes[1].cells

    def look(cell: Cell) -> Held | None:
        if cell not in filled.source and clock.left:
            filled.put(cell, place.enumerate(value_at(axes, cell), clock.left))
            if progress is not None:
                progress(len(filled.source), total)
        return filled.held.get(cell)

    guessed: dict[Cell, Held] = {}
    pending = list(_blocks(axes[0].cells, axes[1].cells))
    for left, bottom, right, top in pending:  # grows while it is gone through: coarse blocks first
        seen = [look(cell) for cell in _probes(left, bottom, right, top)]
        first = seen[0]
        if first is not None and all(held == first for held in seen):
            guessed |= {(i, j): first for i in range(left, right + 1) for j in range(bottom, top + 1)}
        elif right - left > 1 or top - bottom > 1:
            pending += _quarters(left, bottom, right, top)
    _check_neighbours(filled, guessed, look)
    for cell, held in guessed.items():
        if cell not in filled.source:
            filled.held[cell], filled.source[cell] = held, "filled"
    if not clock.left and len(filled.source) < total:
        filled.notes.append(f"time ran out before {total - len(filled.source):,} of {total:,} cells were looked at")
    return filled


def _check_neighbours(filled: Filled, guessed: Mapping[Cell, Held], look: Callable[[Cell], Held | None]) -> None:
    """Look at filled cells whose neighbour differs, until all agree or time is up."""

    def known(cell: Cell) -> Held | None:
        return filled.held.get(cell, guessed.get(cell))

    pending = [cell for cell in sorted(guessed) if cell not in filled.source]
    while pending:
        doubtful = []
        for cell in pending:
            around = [known(beside) for beside in _beside(cell)]
            if any(held is not None and held != guessed[cell] for held in around):
                doubtful.append(cell)
        changed = [cell for cell in doubtful if look(cell) is not None and filled.held[cell] != guessed[cell]]
        around_changed = {beside for cell in changed for beside in _beside(cell)}
        pending = sorted(cell for cell in around_changed if cell in guessed and cell not in filled.source)


def _beside(cell: Cell) -> tuple[Cell, ...]:
    i, j = cell
    return (i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)


def _blocks(columns: int, rows: int) -> Iterator[tuple[int, int, int, int]]:
    for bottom, top in _cuts(rows):
        for left, right in _cuts(columns):
            yield left, bottom, right, top


def _cuts(cells: int) -> list[tuple[int, int]]:
    marks = sorted({round(part * (cells - 1) / BLOCKS) for part in range(BLOCKS + 1)})
    return list(pairwise(marks))


def _probes(left: int, bottom: int, right: int, top: int) -> list[Cell]:
    corners = [(left, bottom), (right, bottom), (left, top), (right, top)]
    middle = ((left + right) // 2, (bottom + top) // 2)
    return [*corners, middle]


def _quarters(left: int, bottom: int, right: int, top: int) -> list[tuple[int, int, int, int]]:
    middle, centre = (left + right) // 2, (bottom + top) // 2
    across = [(left, middle), (middle, right)] if right - left > 1 else [(left, right)]
    up = [(bottom, centre), (centre, top)] if top - bottom > 1 else [(bottom, top)]
    return [(x[0], y[0], x[1], y[1]) for y in up for x in across]


def by_selection(
    axes: tuple[Axis, Axis], place: Place, clock: Clock, *, full: bool, progress: Progress | None = None
) -> dict[Cell, Selected]:
    """The selected equilibrium of every cell, coarse cells first, until time is up."""
    result: dict[Cell, Selected] = {}
    total = axes[0].cells * axes[1].cells
    for cell in _coarse_first(axes[0].cells, axes[1].cells):
        if not clock.left:
            break
        result[cell] = place.select(value_at(axes, cell), full=full)
        if progress is not None:
            progress(len(result), total)
    return result


def _coarse_first(columns: int, rows: int) -> Iterator[Cell]:
    """All cells: those on every 16th line, then on every 8th, and so on."""
    done: set[Cell] = set()
    for step in (16, 8, 4, 2, 1):
        for j in range(0, rows, step):
            for i in range(0, columns, step):
                if (i, j) not in done:
                    done.add((i, j))
                    yield i, j
