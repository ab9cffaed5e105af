"""The classes of a region map: their names, numbers and conditions, and the tables that refer to them by number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from standoff.findings.region_fill import Cell, Held
from standoff.findings.region_map import UNKNOWN, MapClass
from standoff.findings.region_points import Selected, Supports
from standoff.game.game import Floats, Game, Ints
from standoff.game.model import Model
from standoff.scenario.expression import Compare, Expression, Number, write
from standoff.scenario.scenario import NamedClass, Scenario
from standoff.solve.conditions.derive import ConditionsResult, conditions
from standoff.solve.conditions.naming import described, name_of

GENERAL_SECONDS = 10.0  # for the general conditions of one class
_NAME = "class of the map"


@dataclass(frozen=True)
class Classes:
    """Classes in the order of the map, the widest first."""

    supports: tuple[Supports, ...]
    entries: tuple[MapClass, ...]

    def with_shares(self, sets: Sequence[tuple[int, ...]], cell: Ints) -> tuple[MapClass, ...]:
        """The classes with the part of the area that each covers."""
        shares = [
            float(np.mean(np.isin(cell, [place for place, own in enumerate(sets) if number in own])))
            for number in range(len(self.entries))
        ]
        return tuple(replace(entry, share=share) for entry, share in zip(self.entries, shares, strict=True))

    def extended(self, model: Model, chosen: Mapping[Cell, Selected]) -> Classes:
        """With the selected classes that are not among them (at cells where not all classes are known)."""
        new = {s.supports for s in chosen.values() if s.supports is not None} - {*self.supports}
        supports = (*self.supports, *sorted(new))
        return Classes(supports, (*self.entries, *_named(model, sorted(new), None, "game")))

    def selected(self, chosen: Mapping[Cell, Selected], shape: tuple[int, int], outcomes: int) -> tuple[Ints, Floats]:
        """[row, column] number of the selected class, and [row, column, outcome] its outcomes."""
        number = {supports: place for place, supports in enumerate(self.supports)}
        picked = np.full(shape, UNKNOWN, dtype=np.int64)
        outcome = np.full((*shape, outcomes), np.nan)
        for (column, row), found in chosen.items():
            if found.supports is not None:
                picked[row, column] = number[found.supports]
                outcome[row, column] = found.outcomes
        return picked, outcome


def numbered(
    model: Model,
    held: Mapping[Cell, Held],
    derived: Mapping[Supports, tuple[Expression, ...]] | None,
    scope: str = "game",
) -> Classes:
    """The classes of a table of cells, those of the largest area first, equal ones by name."""
    area = Counter(supports for own in held.values() for supports in own)
    entries = dict(zip(area, _named(model, list(area), derived, scope), strict=True))
    order = sorted(area, key=lambda supports: (-area[supports], entries[supports].name, supports))
    return Classes(tuple(order), tuple(entries[supports] for supports in order))


def _named(
    model: Model,
    listed: Sequence[Supports],
    derived: Mapping[Supports, tuple[Expression, ...]] | None,
    scope: str,
) -> list[MapClass]:
    scenario, game = model.scenario, model.game
    assert scenario is not None
    told = [_numbers(game, supports) for supports in listed]
    found = [name_of(game, own, scenario.classes) for own in told]
    twice = {entry.name for entry in found if entry is not None and found.count(entry) > 1}
    result = []
    for supports, own, entry in zip(listed, told, found, strict=True):
        words = described(game, own) or "no decision is reached"
        name, about = (words, "") if entry is None else (entry.name, entry.about)
        shown = f"{name} ({words})" if name in twice else name
        stated = None if derived is None or supports not in derived else tuple(write(c) for c in derived[supports])
        result.append(MapClass(shown, about, supports, scope, 0.0, stated, entry is not None))
    return result


def _numbers(game: Game, supports: Supports) -> dict[int, tuple[int, ...]]:
    own = dict(supports)
    return {
        h: tuple(infoset.options.index(option) for option in own[infoset.name])
        for h, infoset in enumerate(game.infosets)
        if infoset.name in own
    }


def tabled(
    held: Mapping[Cell, Held], classes: Classes, shape: tuple[int, int]
) -> tuple[tuple[tuple[int, ...], ...], Ints]:
    """The sets of classes that hold together, the largest area first, and [row, column] which one holds."""
    number = {supports: place for place, supports in enumerate(classes.supports)}
    own = {cell: tuple(sorted(number[supports] for supports in there)) for cell, there in held.items()}
    area = Counter(own.values())
    sets = tuple(sorted(area, key=lambda entry: (-area[entry], entry)))
    place = {entry: index for index, entry in enumerate(sets)}
    table = np.full(shape, UNKNOWN, dtype=np.int64)
    for (column, row), entry in own.items():
        table[row, column] = place[entry]
    return sets, table


def kinds_of(scenario: Scenario, plane: Mapping[str, Expression]) -> list[Expression]:
    """What the kinds of derived parameters ask of the two parameters: outside, the scenario has no values."""
    result: list[Expression] = []
    for definition in scenario.parameters:
        value = plane[definition.name]
        if definition.expression is None or isinstance(value, Number):
            continue
        if definition.kind != "real":
            least = ">" if definition.kind == "positive" else ">="
            result.append(Compare(least, value, Number(Fraction(0))))
        if definition.kind == "probability":
            result.append(Compare("<=", value, Number(Fraction(1))))
    return result


def general_conditions(
    model: Model,
    supports: Supports,
    fixed: Mapping[str, Fraction],
    known: ConditionsResult | None,
    seconds: float,
) -> tuple[Sequence[Expression], Sequence[Expression]]:
    """Conditions of one class with every parameter a symbol, and the assumptions they need; empty where not found."""
    scenario = model.scenario
    assert scenario is not None
    formulas = {definition.name for definition in scenario.parameters if definition.expression is not None}
    if formulas & fixed.keys():
        return (), ()  # a formula was overridden: the general conditions are those of another game
    if known is None:
        if seconds <= 0:
            return (), ()
        only = replace(scenario, classes=(NamedClass(_NAME, "", dict(supports)),))
        known = conditions(model.game, only, name=_NAME, seconds=min(seconds, GENERAL_SECONDS))
    for entry in known.classes:
        if tuple(entry.supports.items()) == supports:
            return entry.conditions, known.assumptions
    return (), ()
