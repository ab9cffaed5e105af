"""The region map of two parameters: which classes of equilibria hold where, all other parameters fixed.

Three ways, in the order in which they are tried:

- ``conditions``: the conditions of every class in the two parameters are derived (`region_conditions`) and evaluated
  exactly at every cell; boundaries are where one of them becomes binding. For each set of classes one cell is
  enumerated at its numbers as well, and the map is made the next way if the two differ.
- ``enumeration``: every class is searched for at the cells themselves, blocks of cells that agree are filled.
- ``selection``: in games too large for either, the class of the selected equilibrium, cut to what play reaches.

What each cell rests on, and so what is claimed for it, is in `RegionMap.source` (`standoff.findings.region_map`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

import numpy as np

from standoff.errors import ConceptError, RequestError
from standoff.findings.region_axes import Axis, Named, axes_of
from standoff.findings.region_boundaries import Decide, Lattice, Spot
from standoff.findings.region_classes import Classes, general_conditions, kinds_of, numbered, tabled
from standoff.findings.region_conditions import holds, in_plane, reduced, substituted, truth
from standoff.findings.region_fill import (
    Cell,
    Clock,
    Filled,
    Progress,
    by_conditions,
    by_enumeration,
    by_selection,
    value_at,
)
from standoff.findings.region_lines import Judges, Reasons, boundaries_of
from standoff.findings.region_map import EXHAUSTIVE, SOURCES, Boundary, RegionMap
from standoff.findings.region_points import Place, Selected, Supports
from standoff.game.model import Model
from standoff.scenario.expression import Expression, Number, write
from standoff.solve.conditions.derive import ConditionsResult, conditions
from standoff.solve.solve import CLASSES_SLOTS

METHODS = ("auto", "conditions", "enumeration", "selection")
CELLS, CELLS_SELECTED = 40, 8  # along each axis, unless said
SECONDS = 60.0
EXACT, NUMERIC = Fraction(1, 10**9), Fraction(1, 10**6)  # tolerance of boundaries, as a share of the axis
DERIVING = 0.25  # share of the time for deriving conditions


@dataclass(frozen=True, eq=False)
class _Request:
    """What is asked: a model, its plane, what is set, and until when."""

    model: Model
    axes: tuple[Axis, Axis]
    set: Mapping[str, Fraction]
    place: Place
    clock: Clock
    known: ConditionsResult | None
    progress: Progress | None


def regions(
    model: Model,
    *,
    across: Sequence[Named],
    set: Mapping[str, float | str | Fraction] | None = None,
    resolution: int | None = None,
    method: str = "auto",
    selected: bool = False,
    known: ConditionsResult | None = None,
    seconds: float = SECONDS,
    progress: Progress | None = None,
) -> RegionMap:
    """The map of the classes that hold over two parameters of a scenario.

    `across` names them, each as a name or as (name, low, high); without bounds the scenario's range counts, or 0 to 1
    for a probability. `resolution` is the number of cells along each axis. With `selected` the selected equilibrium
    of each cell is found as well. `known` are general conditions already derived, for the text of boundaries.
    `seconds` bounds the whole; what it cuts off is missing from the map, which then says so in `notes`.

    Raises `RequestError` for axes, settings, a method or a resolution that cannot be; `ConceptError` for a game
    without perfect recall or an order of play.
    """
    if method not in METHODS:
        raise RequestError.of(f"no method is called `{method}`", f"use one of {', '.join(METHODS)}")
    if not seconds > 0:
        raise RequestError.of(f"{seconds:g} seconds are no time to work in", "give --seconds a number above 0")
    if not (model.game.perfect_recall and model.game.ordered):
        raise ConceptError("a map of classes needs perfect recall and an order of play; this game lacks one of them")
    small = model.game.n_slots <= CLASSES_SLOTS
    if method in ("conditions", "enumeration") and not small:
        raise RequestError.of(
            f"this game is too large to find every class ({model.game.n_slots} options, at most {CLASSES_SLOTS})",
            "use the method `selection`",
        )
    by_path = method == "selection" or not small
    given = dict(set or {})
    axes = axes_of(model, across, given, resolution or (CELLS_SELECTED if by_path else CELLS))
    base = model.values(given)
    axes = (replace(axes[0], base=base[axes[0].name]), replace(axes[1], base=base[axes[1].name]))
    fixed = {name: base[name] for name in given}
    clock = Clock(time.monotonic() + seconds)
    request = _Request(model, axes, fixed, Place(model, fixed), clock, known, progress)
    if by_path:
        return _selection(request)
    return _exhaustive(request, method, selected)


def _plane(request: _Request) -> dict[str, Expression]:
    assert request.model.scenario is not None
    return in_plane(request.model.scenario, [axis.name for axis in request.axes], request.set)


def _exhaustive(request: _Request, method: str, selected: bool) -> RegionMap:
    """All classes at every cell, by conditions or by enumeration."""
    notes: list[str] = []
    derived: dict[Supports, tuple[Expression, ...]] | None = None
    filled = Filled()
    if method != "enumeration":
        derived, valid = _derived(request, notes)
        if derived is not None:
            filled = by_conditions(request.axes, derived, valid, request.place, request.clock)
            if not _agrees(request, filled):
                notes.append("conditions and enumeration differ at a cell, so conditions were not used")
                derived = None
    if derived is None:
        filled = by_enumeration(request.axes, request.place, request.clock, request.progress)
    classes = numbered(request.model, filled.held, derived)
    boundaries = _boundaries(request, filled, classes, derived, notes)
    chosen = None
    if selected:
        chosen = by_selection(request.axes, request.place, request.clock, full=True, progress=request.progress)
        classes = classes.extended(request.model, chosen)
    way = "enumeration" if derived is None else "conditions"
    return _result(request, way, filled, classes, boundaries, chosen, [*filled.notes, *notes])


def _selection(request: _Request) -> RegionMap:
    """The selected class at every cell."""
    chosen = by_selection(request.axes, request.place, request.clock, full=False, progress=request.progress)
    filled = Filled()
    for cell, found in chosen.items():
        if found.supports is not None:
            filled.held[cell], filled.source[cell] = frozenset([found.supports]), "selected"
    total = request.axes[0].cells * request.axes[1].cells
    notes = ["only the selected equilibrium was sought; others may hold"]
    if len(chosen) < total:
        notes.append(f"time ran out before {total - len(chosen):,} of {total:,} cells were looked at")
    failed = {found.reason for found in chosen.values() if found.supports is None}
    notes += [f"nothing was certified at some cells: {reason}" for reason in sorted(failed)[:3]]
    classes = numbered(request.model, filled.held, None, scope="path")
    return _result(request, "selection", filled, classes, [], chosen, notes)


def _derived(
    request: _Request, notes: list[str]
) -> tuple[dict[Supports, tuple[Expression, ...]] | None, list[Expression]]:
    """The conditions of every class in the two parameters, and what they were derived under; None if incomplete."""
    scenario, plane = request.model.scenario, _plane(request)
    assert scenario is not None
    box = {axis.name: (axis.low, axis.high) for axis in request.axes}
    game, small = reduced(request.model.game, scenario, plane, box)
    found = conditions(game, small, seconds=max(0.1, request.clock.left * DERIVING))
    if not found.complete:
        notes.append("conditions in the two parameters were not derived completely, so cells were enumerated")
        return None, []
    valid = [entry for entry in found.assumptions if entry not in small.assumptions]
    valid += kinds_of(scenario, plane)
    return {tuple(entry.supports.items()): entry.conditions for entry in found.classes}, valid


def _agrees(request: _Request, filled: Filled) -> bool:
    """Whether enumeration finds the same at one cell of every set of classes (the middle one, in order)."""
    by_set: dict[frozenset[Supports], list[Cell]] = {}
    for cell, source in filled.source.items():
        if source == "conditions":
            by_set.setdefault(filled.held[cell], []).append(cell)
    for held, cells in by_set.items():
        point = request.place.enumerate(value_at(request.axes, cells[len(cells) // 2]), request.clock.left)
        if point.complete and frozenset(point.classes) != held:
            return False
    return True


def _boundaries(
    request: _Request,
    filled: Filled,
    classes: Classes,
    derived: Mapping[Supports, tuple[Expression, ...]] | None,
    notes: list[str],
) -> list[Boundary]:
    """The boundaries of every class, with reasons where conditions are known."""
    lattice = Lattice(request.axes, filled.held)
    names = [axis.name for axis in request.axes]
    found: list[Boundary] = []
    for number, supports in enumerate(classes.supports):
        if derived is not None and supports not in derived:
            continue  # holds only where an equation does
        if all((supports in held) == (supports in next(iter(filled.held.values()))) for held in filled.held.values()):
            continue  # everywhere

        certify: Decide = partial(_certify, request, names, supports)
        decide, reasons = certify, Reasons()
        if derived is not None:
            stated = derived[supports]
            decide = partial(_all_hold, names, stated)
            general = general_conditions(request.model, supports, request.set, request.known, request.clock.left)
            reasons = Reasons(stated, *general, values=partial(_values, request))
        tolerance = NUMERIC if derived is None else EXACT
        judges = Judges(decide, certify)
        found += boundaries_of(lattice, number, supports, judges, reasons, tolerance, lambda: not request.clock.left)
    unsure = sum(not boundary.certified for boundary in found)
    if unsure:
        notes.append(f"{unsure} of {len(found)} boundaries are not certified at every point")
    return found


def _certify(request: _Request, names: Sequence[str], supports: Supports, spot: Spot) -> bool | None:
    return request.place.verdict(dict(zip(names, spot, strict=True)), supports)


def _all_hold(names: Sequence[str], stated: Sequence[Expression], spot: Spot) -> bool | None:
    values = dict(zip(names, spot, strict=True))
    return all(holds(condition, values) for condition in stated)


def _values(request: _Request, point: Mapping[str, Fraction]) -> Mapping[str, Fraction]:
    return request.model.values({**request.set, **point})


def _result(
    request: _Request,
    method: str,
    filled: Filled,
    classes: Classes,
    boundaries: Sequence[Boundary],
    chosen: Mapping[Cell, Selected] | None,
    notes: Sequence[str],
) -> RegionMap:
    model, axes = request.model, request.axes
    scenario = model.scenario
    assert scenario is not None
    shape = (axes[1].cells, axes[0].cells)
    sets, cell = tabled(filled.held, classes, shape)
    source = np.full(shape, SOURCES.index("missing"), dtype=np.int64)
    for (column, row), how in filled.source.items():
        source[row, column] = SOURCES.index(how)
    picked, outcome = (None, None) if chosen is None else classes.selected(chosen, shape, len(model.game.outcomes))
    exhaustive = bool(np.isin(source, [SOURCES.index(how) for how in EXHAUSTIVE]).all())
    if chosen is not None and method != "selection" and len(chosen) < cell.size:
        notes = [*notes, f"time ran out before the selected equilibrium of {cell.size - len(chosen):,} cells was found"]
        exhaustive = False
    plane = _plane(request)
    values = model.values(request.set)
    return RegionMap(
        title=model.game.title,
        variant=scenario.variant,
        axes=axes,
        classes=classes.with_shares(sets, cell),
        sets=sets,
        cell=cell,
        source=source,
        boundaries=tuple(boundaries),
        method=method,
        complete=exhaustive and all(boundary.certified for boundary in boundaries),
        notes=tuple(notes),
        fixed={name: float(values[name]) for name, own in plane.items() if isinstance(own, Number)},
        failing=_failing(scenario.assumptions, plane, axes),
        outcomes=model.game.outcomes,
        selected=picked,
        outcome=outcome,
    )


def _failing(
    assumptions: Sequence[Expression], plane: Mapping[str, Expression], axes: tuple[Axis, Axis]
) -> dict[str, float]:
    """The scenario's assumptions that fail somewhere on the map, with the share of the area where they do."""
    points = [(x, y) for y in axes[1].centres for x in axes[0].centres]
    names = [axis.name for axis in axes]
    shares = {}
    for assumption in assumptions:
        fails = float(np.mean(~truth(substituted(assumption, plane), names, points)))
        if fails:
            shares[write(assumption)] = fails
    return shares
