"""The parts of a drawing with their places: what a layout hands to a renderer.

Unit: px, origin at the top left, y downwards. Every text has a box that is wide enough for it, and so a test can check
by geometry alone that no two texts of a drawing collide.
"""

from __future__ import annotations

from dataclasses import dataclass

from standoff.draw.labels import Names

WIDEST = 1100.0
FONT, SMALL = 11.0, 10.0
LEADING = 2.0  # between lines of one text
RADIUS = 9.0
FAN = 18.0
LANE = 6.0
ROW_GAP, DENSE_GAP = 7.0, 3.0
BESIDE = 6.0  # from a text to one that stands behind it
PAD = 4.0
MARGIN = 7.0
UNDER = 6.0  # from the level of a branch to the text below it; the path is up to 5 wide
LEGEND = 480.0  # width to which the legend of a small tree wraps
ENDING = 190.0  # width to which the name of an ending wraps
PAGE = (1308.0, 897.0)  # px of an A4 sheet, margins of 10 mm, printed so that the smallest text has 6 pt


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: its left and upper edge, its width and height."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Label:
    """A text in its box. `role`: option, probability, belief, ending, payoffs, head, owner or legend."""

    role: str
    lines: tuple[str, ...]
    full: str
    box: Box
    size: float = FONT
    anchor: str = "start"  # start | end


@dataclass(frozen=True, slots=True)
class PlacedNode:
    """A node of the drawing. `kind`: decision, chance, ending or stub; `actor` is -1 except at decisions."""

    node: int
    kind: str
    actor: int
    infoset: int
    x: float
    y: float
    on_path: bool
    full: str
    labels: tuple[Label, ...] = ()
    endings: int = 1  # at or below it
    opened: bool = False  # its stub was opened by the reader


@dataclass(frozen=True, slots=True)
class PlacedEdge:
    """A branch: from the parent (`start`) through `bend` along a level run to the child (`end`).

    `probability` and `reach` (of the whole way to the child) are None without an equilibrium; `on_path` says that play
    goes along it, `chosen` that the strategy (or chance) would take it if play came there.
    """

    parent: int
    child: int
    start: tuple[float, float]
    bend: tuple[float, float]
    end: tuple[float, float]
    probability: float | None
    reach: float | None
    on_path: bool
    chosen: bool
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """Two or more shown nodes of one information set: `lines` to dash, `dots` where a lane meets a member's branch.

    `lane` counts the lanes of a column from 0, from right to left; -1 where the line goes straight from sign to sign.
    """

    infoset: int
    actor: int
    nodes: tuple[int, ...]
    lines: tuple[tuple[tuple[float, float], tuple[float, float]], ...]
    dots: tuple[tuple[float, float], ...]
    lane: int = -1


@dataclass(frozen=True, slots=True)
class LegendItem:
    """One entry of the legend: a `sample` (actor, chance, path, choice, unplayed, join, ending, stub) and its text."""

    sample: str
    actor: int
    x: float
    y: float
    label: Label


@dataclass(frozen=True, slots=True)
class Layout:
    """A drawing, ready for any renderer."""

    title: str
    description: str
    width: float
    height: float
    names: Names
    nodes: tuple[PlacedNode, ...]
    edges: tuple[PlacedEdge, ...]
    joins: tuple[Join, ...]
    heads: tuple[Label, ...]
    legend: tuple[LegendItem, ...]

    def fits_page(self) -> bool:
        """Whether it fits an A4 sheet, upright or across, with no text below 6 pt."""
        return fits_page(self.width, self.height)

    def labels(self) -> tuple[Label, ...]:
        """Every text of the drawing."""
        return (
            *(label for node in self.nodes for label in node.labels),
            *(label for edge in self.edges for label in edge.labels),
            *self.heads,
            *(item.label for item in self.legend),
        )


def fits_page(width: float, height: float) -> bool:
    """Whether a drawing of this size fits an A4 sheet, upright or across, with no text below 6 pt."""
    return max(width, height) <= PAGE[0] and min(width, height) <= PAGE[1]
