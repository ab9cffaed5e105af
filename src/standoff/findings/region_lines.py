"""Boundaries of a region map with their reasons: which condition becomes binding, and what certifies each point.

A contour (`standoff.findings.region_boundaries`) is cut into runs along which the same comparisons of the class's
conditions change their truth. Where two runs meet, both comparisons bind: that corner is found by Newton's method and
kept if the class, on the two sides of a neighbourhood of the size of the tolerance, holds and does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby

import numpy as np

from standoff.findings.region_axes import Axis
from standoff.findings.region_boundaries import Crossing, Decide, Lattice, Spot, contour
from standoff.findings.region_conditions import atoms, holds
from standoff.findings.region_map import Boundary
from standoff.findings.region_points import Supports
from standoff.scenario.expression import Compare, Expression, evaluate, write
from standoff.solve.exact import fraction

STEPS = 20  # of Newton's method
_SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))

Binding = tuple[Compare, ...]


@dataclass(frozen=True, eq=False)
class Reasons:
    """A class's conditions in the two parameters, and with all parameters as symbols (empty where not derived).

    `values` completes a point to all parameters, for the general conditions; it raises nothing.
    """

    conditions: Sequence[Expression] = ()
    general: Sequence[Expression] = ()
    assumptions: Sequence[Expression] = ()
    values: Callable[[Mapping[str, Fraction]], Mapping[str, Fraction]] = field(default=dict)

    def binding(self, inside: Mapping[str, Fraction], outside: Mapping[str, Fraction]) -> Binding:
        """The comparisons that hold on one side and fail on the other."""
        return _changing(self.conditions, inside, outside)

    def binding_general(self, inside: Mapping[str, Fraction], outside: Mapping[str, Fraction]) -> Binding:
        """The same among the general conditions; none where their assumptions fail."""
        if not self.general:
            return ()
        within, beyond = self.values(inside), self.values(outside)
        if not all(holds(assumption, values) for assumption in self.assumptions for values in (within, beyond)):
            return ()
        return _changing(self.general, within, beyond)


def _changing(
    conditions: Sequence[Expression], inside: Mapping[str, Fraction], outside: Mapping[str, Fraction]
) -> Binding:
    found = dict.fromkeys(atom for condition in conditions for atom in atoms(condition))
    return tuple(atom for atom in found if holds(atom, inside) and not holds(atom, outside))


@dataclass(frozen=True, eq=False)
class Judges:
    """Who decides about one class at a spot: `decide` exactly, `certify` with a certificate of the verifier."""

    decide: Decide
    certify: Decide


def boundaries_of(
    lattice: Lattice,
    number: int,
    supports: Supports,
    judges: Judges,
    reasons: Reasons,
    tolerance: Fraction,
    hurry: Callable[[], bool],
) -> list[Boundary]:
    """The boundaries of one class (`number` is its index on the map)."""
    names = [axis.name for axis in lattice.axes]
    result = []
    for line in contour(lattice, supports, judges.decide, tolerance, hurry):
        marked = [(crossing, _bound(reasons, names, crossing)) for crossing in line]
        runs = [(key, [crossing for crossing, _ in group]) for key, group in groupby(marked, lambda entry: entry[1])]
        result += _with_corners(lattice, number, runs, judges, reasons, tolerance, hurry)
    return result


def _bound(reasons: Reasons, names: Sequence[str], crossing: Crossing) -> Binding:
    inside, outside = (dict(zip(names, spot, strict=True)) for spot in (crossing.inside, crossing.outside))
    return reasons.binding(inside, outside)


def _with_corners(
    lattice: Lattice,
    number: int,
    runs: Sequence[tuple[Binding, list[Crossing]]],
    judges: Judges,
    reasons: Reasons,
    tolerance: Fraction,
    hurry: Callable[[], bool],
) -> list[Boundary]:
    names = [axis.name for axis in lattice.axes]
    points: list[list[Spot]] = [[crossing.middle for crossing in run] for _, run in runs]
    sure = [all(_certified(crossing, judges, hurry) for crossing in run) for _, run in runs]
    for first in range(len(runs) - 1):
        second = first + 1
        corner = _corner(lattice, runs[first][0], runs[second][0], points[first][-1], points[second][0])
        if corner is not None and _turns(lattice.axes, corner, judges, tolerance):
            points[first].append(corner)
            points[second].insert(0, corner)
        else:  # the chord across the last square; its ends are on the line
            points[first].append(points[second][0])
    result = []
    for (binding, run), own, certified in zip(runs, points, sure, strict=True):
        if len(own) < 2:
            continue
        sides = [dict(zip(names, spot, strict=True)) for spot in (run[0].inside, run[0].outside)]
        general = reasons.binding_general(sides[0], sides[1])
        result.append(
            Boundary(
                class_index=number,
                points=tuple((float(x), float(y)) for x, y in own),
                certified=certified,
                within=float(max(crossing.within for crossing in run)),
                condition=_text(binding),
                general=_text(general),
            )
        )
    return result


def _text(binding: Binding) -> str:
    return " and ".join(write(atom) for atom in binding)


def _certified(crossing: Crossing, judges: Judges, hurry: Callable[[], bool]) -> bool:
    """The class certified on one side, excluded on the other."""
    if not crossing.settled or hurry():
        return False
    return judges.certify(crossing.inside) is True and judges.decide(crossing.outside) is False


def _corner(lattice: Lattice, first: Binding, second: Binding, a: Spot, b: Spot) -> Spot | None:
    """Where the first comparison of each run binds, if that is in the squares between the two spots."""
    if not first or not second:
        return None
    names = [axis.name for axis in lattice.axes]
    pair = [first[0], second[0]]
    if pair[0] == pair[1]:
        pair = [first[-1], second[-1]]
    spans = np.array([float(axis.span) / axis.cells for axis in lattice.axes])
    middle = np.array([float(p + q) / 2 for p, q in zip(a, b, strict=True)])
    spot = middle.copy()
    for _ in range(STEPS):
        value = _gaps(pair, names, spot)
        slopes = np.column_stack(
            [(_gaps(pair, names, spot + step) - value) / step.sum() for step in np.diag(spans * 1e-6)]
        )
        if not np.all(np.isfinite(slopes)) or abs(np.linalg.det(slopes)) < 1e-14:
            return None
        change = np.linalg.solve(slopes, value)
        spot = spot - change
        if np.all(np.abs(change) < spans * 1e-13):
            break
    if not np.all(np.isfinite(spot)) or np.any(np.abs(spot - middle) > 1.01 * spans):
        return None
    return fraction(float(spot[0])), fraction(float(spot[1]))


def _gaps(pair: Sequence[Compare], names: Sequence[str], spot: np.ndarray) -> np.ndarray:
    values = dict(zip(names, spot.tolist(), strict=True))
    return np.array([float(evaluate(atom.left, values)) - float(evaluate(atom.right, values)) for atom in pair])


def _turns(axes: tuple[Axis, Axis], corner: Spot, judges: Judges, tolerance: Fraction) -> bool:
    """Whether the class holds (with a certificate) and fails at points around, as near as the tolerance."""
    dx, dy = (axis.span * tolerance for axis in axes)
    around = [(corner[0] + i * dx, corner[1] + j * dy) for i, j in _SIDES]
    answers = [(spot, judges.decide(spot)) for spot in around]
    inside = next((spot for spot, answer in answers if answer is True), None)
    return inside is not None and any(answer is False for _, answer in answers) and bool(judges.certify(inside))
