"""A region map: for two parameters, which classes of equilibria hold where, and on what that rests.

Axes: tables are ``[row, column]``, the row a cell of the second axis (y, lowest first) and the column a cell of the
first (x). Class indices point into `RegionMap.classes`; the same set of classes is stored once, in `RegionMap.sets`.

Every cell has a *source*:

=============  ====================================================================================================
conditions     all classes that hold at the centre, from derived conditions evaluated exactly
enumerated     all classes that hold at the centre, each certified by the verifier, all others excluded
filled         not looked at: the cells looked at around it agree, and it was given their classes
incomplete     classes found and certified at the centre; others may hold
selected       the class of the selected equilibrium at the centre, cut to what play reaches; others may hold
undefined      the game does not exist at the centre (a probability outside [0, 1], a payoff that is no number)
missing        not reached in the time given, or nothing was certified
=============  ====================================================================================================
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import numpy as np

from standoff.findings.region_axes import Axis
from standoff.findings.region_points import Supports
from standoff.game.game import Floats, Ints
from standoff.notebook import Displayed
from standoff.version import VERSION

SOURCES = ("conditions", "enumerated", "filled", "incomplete", "selected", "undefined", "missing")
EXHAUSTIVE = ("conditions", "enumerated")
UNKNOWN = -1
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class MapClass:
    """A class on the map. `share` is its part of the area; `scope` is ``game`` or (what play reaches) ``path``."""

    name: str
    about: str
    supports: Supports
    scope: str
    share: float
    conditions: tuple[str, ...] | None = None  # in the two parameters of the map; None where not derived
    named: bool = False  # the scenario gives the name; else it says what every type does

    def to_dict(self, colour: int) -> dict[str, object]:
        """The entry of ``map --json``."""
        return {
            "name": self.name,
            "about": self.about,
            "colour": colour,
            "share": self.share,
            "scope": self.scope,
            "supports": {name: list(options) for name, options in self.supports},
            "conditions": None if self.conditions is None else list(self.conditions),
        }


@dataclass(frozen=True)
class Boundary:
    """A line where one class begins or ends.

    `points` are (x, y) in the units of the axes, each within `within` (share of an axis) of the true line; `condition`
    is what becomes binding there, in the two parameters (empty where not known), `general` the same with all
    parameters as symbols. `certified`: at every point the verifier certified the class on one side, and on the other
    it was excluded exactly.
    """

    class_index: int
    points: tuple[tuple[float, float], ...]
    certified: bool
    within: float
    condition: str = ""
    general: str = ""

    def to_dict(self) -> dict[str, object]:
        """The entry of ``map --json``."""
        return {
            "class": self.class_index,
            "condition": self.condition or None,
            "general_condition": self.general or None,
            "certified": self.certified,
            "within": self.within,
            "points": [list(point) for point in self.points],
        }


@dataclass(frozen=True, eq=False)
class RegionMap(Displayed):
    """Which classes hold where; see the module's docstring for axes and sources."""

    title: str
    variant: str | None
    axes: tuple[Axis, Axis]
    classes: tuple[MapClass, ...]
    sets: tuple[tuple[int, ...], ...]  # sets of classes that hold together, the largest area first
    cell: Ints  # [row, column] index into sets, UNKNOWN where nothing is known
    source: Ints  # [row, column] index into SOURCES
    boundaries: tuple[Boundary, ...]
    method: str  # conditions | enumeration | selection
    complete: bool  # every cell is exhaustive and every boundary certified
    notes: tuple[str, ...] = ()
    fixed: Mapping[str, float] = field(default_factory=dict)  # parameters that are not axes
    failing: Mapping[str, float] = field(default_factory=dict)  # assumption of the scenario -> share where it fails
    outcomes: tuple[str, ...] = ()
    selected: Ints | None = None  # [row, column] index into classes of the selected equilibrium's class
    outcome: Floats | None = None  # [row, column, outcome] probability in the selected equilibrium, else NaN

    @property
    def everywhere(self) -> tuple[int, ...]:
        """Classes that hold in every cell of which anything is known."""
        held = [set(own) for number, own in enumerate(self.sets) if np.any(self.cell == number)]
        return tuple(sorted(set.intersection(*held))) if held else ()

    def share(self, number: int) -> float:
        """The part of the area where exactly this set of classes holds."""
        return float(np.mean(self.cell == number))

    def label(self, number: int) -> str:
        """A set of classes in words, without those that hold everywhere.

        A class alone has its full name; of several, those without a name of the scenario's are ``class 4`` (see `key`).
        """
        rest = [k for k in self.sets[number] if k not in self.everywhere]
        if len(rest) == 1:
            return self.classes[rest[0]].name
        if rest:
            return " + ".join(map(self.short, sorted(rest, key=lambda k: not self.classes[k].named)))
        return "no class" if not self.sets[number] else "nothing further" if len(self.sets) > 1 else "the same classes"

    def short(self, k: int) -> str:
        """The scenario's name of a class, else its number from 1."""
        return self.classes[k].name if self.classes[k].named else f"class {k + 1}"

    def key(self) -> tuple[int, ...]:
        """The classes that a label calls by their number."""
        mixed = [[k for k in own if k not in self.everywhere] for own in self.sets]
        return tuple(sorted({k for own in mixed if len(own) > 1 for k in own if not self.classes[k].named}))

    def to_dict(self) -> dict[str, Any]:
        """The object that ``standoff map --json`` prints."""
        return {
            "standoff": VERSION,
            "schema": 1,
            "title": self.title,
            "variant": self.variant,
            "method": self.method,
            "complete": self.complete,
            "notes": list(self.notes),
            "axes": [axis.to_dict() for axis in self.axes],
            "parameters": dict(self.fixed),
            "classes": [entry.to_dict(number) for number, entry in enumerate(self.classes)],
            "grid": [[self._classes(number) for number in row] for row in self.cell.tolist()],
            "sources": list(SOURCES),
            "source": self.source.tolist(),
            "boundaries": [boundary.to_dict() for boundary in self.boundaries],
            "assumptions_failing": dict(self.failing),
            "selected": None if self.selected is None else _or_null(self.selected.tolist()),
            "outcomes": list(self.outcomes) if self.outcome is not None else None,
            "outcome": None if self.outcome is None else [[_numbers(cell) for cell in row] for row in self.outcome],
        }

    def _classes(self, number: int) -> list[int] | None:
        return None if number == UNKNOWN else list(self.sets[number])

    def rows(self) -> Iterator[list[str | float]]:
        """The map as a table: a header, then one row per cell, columns first."""
        x, y = self.axes
        names = list(self.outcomes) if self.outcome is not None else []
        picked = ["selected"] if self.selected is not None else []
        yield [x.name, y.name, "classes", "source", *picked, *(f"P({name})" for name in names)]
        for row, high in enumerate(y.centres):
            for column, wide in enumerate(x.centres):
                number = int(self.cell[row, column])
                held = "" if number == UNKNOWN else " | ".join(self.classes[k].name for k in self.sets[number])
                line: list[str | float] = [float(wide), float(high), held, SOURCES[int(self.source[row, column])]]
                if self.selected is not None:
                    chosen = int(self.selected[row, column])
                    line.append("" if chosen == UNKNOWN else self.classes[chosen].name)
                if self.outcome is not None:
                    line += ["" if np.isnan(p) else p for p in self.outcome[row, column].tolist()]
                yield line

    def to_csv(self) -> str:
        """The table as CSV; text that a spreadsheet would take for a formula gets an apostrophe in front."""
        buffer = StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerows([_neutral(entry) for entry in row] for row in self.rows())
        return buffer.getvalue()


def _neutral(entry: str | float) -> str:
    if not isinstance(entry, str):
        return repr(float(entry))
    text = " ".join(entry.splitlines()) if entry.strip("\t") else entry
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _numbers(values: Floats) -> list[float | None]:
    return [None if np.isnan(value) else value for value in values.tolist()]


def _or_null(rows: list[list[int]]) -> list[list[int | None]]:
    return [[None if number == UNKNOWN else number for number in row] for row in rows]
