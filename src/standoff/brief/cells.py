"""Tables of findings as plain values, for one macro of the template; and how parameters are named in them.

A cell is text, with a note in small type below it, or a link to a place in the page. Nothing here knows HTML; texts
from a scenario stay as they are, since the renderer cleans and escapes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from standoff.draw.labels import LABEL, Names, clean, cut
from standoff.findings.conditions import PLAIN
from standoff.findings.words import share
from standoff.scenario.scenario import ParameterDefinition, Scenario

SHOWN = 1e-3  # an outcome that is rarer everywhere is left out


@dataclass(frozen=True)
class Cell:
    """What stands in one cell; `link` is an anchor of the page, `strong` marks what the eye should find."""

    text: str
    note: str = ""
    link: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Head:
    """The head of a column; numbers stand at the right."""

    text: str
    number: bool = False


@dataclass(frozen=True)
class Table:
    """A table; the first cell of a row names it. `about` says what the table is, for those who hear the page."""

    about: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def worded(self) -> bool:
        """Some column beside the first holds words: on a narrow screen every row is set as a card of its own."""
        return any(not head.number for head in self.heads[1:])


def table(about: str, heads: Sequence[str], rows: Sequence[Sequence[Cell | str]], numbers: Sequence[int] = ()) -> Table:
    """A table from texts and cells; `numbers` are the columns that hold numbers."""
    made = tuple(tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in rows)
    return Table(about, tuple(Head(text, n in numbers) for n, text in enumerate(heads)), made)


@dataclass(frozen=True)
class Labels:
    """What everything is called. A parameter goes by its name with spaces and by what the file first says of it."""

    names: Names
    scenario: Scenario

    @cached_property
    def _definitions(self) -> dict[str, ParameterDefinition]:
        return {definition.name: definition for definition in self.scenario.parameters}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self._definitions, start=1)}

    def outcome(self, name: str) -> str:
        """What an outcome is called."""
        return self.names.outcome(name)

    def option(self, option: str) -> str:
        """What an option of the decision is called."""
        return self.names.option(self.scenario.decision or "", option)

    def actor(self, name: str) -> str:
        """What an actor is called."""
        return clean(self.scenario.label(name)) or name

    def parameter(self, name: str) -> str:
        """The name as words."""
        return name.replace("_", " ")

    def quoted(self, name: str) -> str:
        """The name as words, told from the sentence around it."""
        return f"‘{self.parameter(name)}’"

    def cell(self, name: str) -> Cell:
        """A parameter: its name, what it is, and the way to its row in the table of assumptions."""
        first, _, _ = clean(self._definitions[name].about).partition(". ")
        return Cell(self.parameter(name), cut(first.rstrip("."), LABEL), f"assumption-{self._places[name]}")

    def claims(self, name: str) -> tuple[str, ...]:
        """The claims that a parameter rests on."""
        return self._definitions[name].claims

    def unit(self, name: str) -> str:
        """The unit with a space before it; none for plain numbers."""
        unit = clean(self._definitions[name].unit)
        return f" {unit}" if unit and unit not in PLAIN else ""


def listed(parts: Sequence[str]) -> str:
    """Parts as ``a, b and c``."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + f" and {parts[-1]}" if parts else "none"


def ending_list(labels: Labels, outcomes: Mapping[str, float], most: int = 3) -> str:
    """The most probable endings with their shares."""
    ranked = sorted(outcomes.items(), key=lambda item: -item[1])[:most]
    return "; ".join(f"{share(value)} {labels.outcome(name)}" for name, value in ranked if value >= SHOWN) or "–"
