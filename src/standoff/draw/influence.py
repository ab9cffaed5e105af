"""An influence diagram as SVG: what depends on what, in columns from left to right, a box for each thing.

A link goes from a column to one further right. Where it passes a column in between it has a lane of its own there, so
that no line ever runs through a box, and every text stands in its box. The order within a column is found by the
barycentre method (Sugiyama, Tagawa and Toda 1981): each box moves to the mean place of what it is linked to, to and
fro, and the order with fewest crossings is kept.

Unit: px, origin at the top left. Colours are attributes with custom properties of the page and fallbacks; there is no
style sheet inside. Kinds differ by the shape of their boxes and not by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from standoff.draw.labels import clean, wrap
from standoff.draw.tree import escape

SIZE, HEAD = 12.0, 11.0  # font sizes
WIDTH, GAP = 160.0, 48.0  # of a column, and between columns
PAD, LINE, SPACE = 7.0, 15.0, 7.0  # in a box, of a line of text, between boxes
LANE = 5.0  # height of a link that passes a column
TOP, MARGIN = 30.0, 10.0
MOST_LINES = 3
SWEEPS = 8
ROUND = {"parameter": 3.0, "formula": 3.0, "chance": 14.0, "consideration": 3.0, "payoff": 14.0, "outcome": 0.0}


@dataclass(frozen=True)
class Node:
    """A box: `column` counts from the left; `kind` is one of the keys of `ROUND`; `about` is read out."""

    id: str
    column: int
    kind: str
    label: str
    about: str = ""


@dataclass(frozen=True)
class Diagram:
    """Boxes, and links as pairs of their ids; every link goes to a column further right."""

    title: str
    columns: tuple[str, ...]
    nodes: tuple[Node, ...]
    links: tuple[tuple[str, str], ...]

    def part(self, kept: frozenset[str]) -> Diagram:
        """Some of the boxes, with the links between them; columns without a box are left out."""
        nodes = [node for node in self.nodes if node.id in kept]
        used = sorted({node.column for node in nodes})
        place = {column: number for number, column in enumerate(used)}
        return Diagram(
            self.title,
            tuple(self.columns[column] for column in used),
            tuple(Node(n.id, place[n.column], n.kind, n.label, n.about) for n in nodes),
            tuple((a, b) for a, b in self.links if a in kept and b in kept),
        )


@dataclass(frozen=True)
class PlacedBox:
    """A box at its place, its text in lines."""

    node: Node
    x: float
    y: float
    height: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class PlacedDiagram:
    """The drawing: boxes, and for each link the points it goes through (level inside columns, curved between)."""

    diagram: Diagram
    width: float
    height: float
    boxes: tuple[PlacedBox, ...]
    lines: Mapping[tuple[str, str], tuple[tuple[float, float], ...]]


@dataclass(eq=False)
class _Cell:
    """A box or a lane in a column."""

    key: str
    height: float
    before: list[_Cell] = field(default_factory=list)
    after: list[_Cell] = field(default_factory=list)
    place: float = 0.0
    y: float = 0.0

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def place(diagram: Diagram) -> PlacedDiagram:
    """Order and places. Raises ValueError for a link that does not go to the right, or to a box that is not there."""
    # payoffs are bold, and so is a box that is chosen: every text has the room for that
    texts = {node.id: wrap(clean(node.label), WIDTH - 2 * PAD, SIZE, MOST_LINES, bold=True) for node in diagram.nodes}
    columns: list[list[_Cell]] = [[] for _ in diagram.columns]
    cells: dict[str, _Cell] = {}
    for node in diagram.nodes:
        cells[node.id] = _Cell(node.id, LINE * len(texts[node.id]) + 2 * PAD)
        columns[node.column].append(cells[node.id])
    ways = _ways(diagram, cells, columns)
    _order(columns)
    height = max((_stacked(column) for column in columns), default=0.0)
    for column in columns:
        _settle(column, height)
    boxes = tuple(
        PlacedBox(node, _left(node.column), cells[node.id].y, cells[node.id].height, texts[node.id])
        for node in diagram.nodes
    )
    column_of = {node.id: node.column for node in diagram.nodes}
    lines = {}
    for (start, end), way in ways.items():
        points = [(_left(column_of[start]) + WIDTH, cells[start].middle)]
        for number, lane in enumerate(way, column_of[start] + 1):
            points += [(_left(number), lane.middle), (_left(number) + WIDTH, lane.middle)]
        lines[start, end] = (*points, (_left(column_of[end]), cells[end].middle))
    width = 2 * MARGIN + WIDTH * len(columns) + GAP * max(0, len(columns) - 1)
    return PlacedDiagram(diagram, width, TOP + height + MARGIN, boxes, lines)


def _left(column: int) -> float:
    return MARGIN + column * (WIDTH + GAP)


def _ways(
    diagram: Diagram, cells: Mapping[str, _Cell], columns: list[list[_Cell]]
) -> dict[tuple[str, str], list[_Cell]]:
    """The lanes of every link, tied to what comes before and after them. Links to one box share their lanes."""
    column_of = {node.id: node.column for node in diagram.nodes}
    lanes: dict[tuple[int, str], _Cell] = {}
    ways: dict[tuple[str, str], list[_Cell]] = {}
    for start, end in diagram.links:
        if start not in cells or end not in cells or column_of[start] >= column_of[end]:
            raise ValueError(f"a link from {start} to {end} does not go to a box further right")
        way, last = [], cells[start]
        for column in range(column_of[start] + 1, column_of[end]):
            if (column, end) not in lanes:
                lanes[column, end] = _Cell(end, LANE)
                columns[column].append(lanes[column, end])
            _tie(last, lanes[column, end])
            last = lanes[column, end]
            way.append(last)
        _tie(last, cells[end])
        ways[start, end] = way
    return ways


def _tie(first: _Cell, second: _Cell) -> None:
    if second not in first.after:
        first.after.append(second)
        second.before.append(first)


def _order(columns: list[list[_Cell]]) -> None:
    """Put every column into an order with few crossings."""
    for column in columns:
        _number(column)
    best, fewest = [list(column) for column in columns], _crossings(columns)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for column in columns if forward else reversed(columns):
            means = {id(cell): _mean(cell.before if forward else cell.after, cell.place) for cell in column}
            column.sort(key=lambda cell, means=means: (means[id(cell)], cell.place))  # type: ignore[misc]
            _number(column)
        count = _crossings(columns)
        if count < fewest:
            best, fewest = [list(column) for column in columns], count
    for column, order in zip(columns, best, strict=True):
        column[:] = order
        _number(column)


def _number(column: Sequence[_Cell]) -> None:
    for number, cell in enumerate(column):
        cell.place = (number + 0.5) / len(column)


def _mean(cells: Sequence[_Cell], otherwise: float) -> float:
    return sum(cell.place for cell in cells) / len(cells) if cells else otherwise


def _crossings(columns: Sequence[Sequence[_Cell]]) -> int:
    """Pairs of links between neighbouring columns that cross."""
    count = 0
    for column in columns:
        ends = [(cell.place, other.place) for cell in column for other in cell.after]
        ends.sort()
        seen: list[float] = []
        for _, end in ends:
            count += sum(other > end for other in seen)
            seen.append(end)
    return count


def _stacked(column: Sequence[_Cell]) -> float:
    return sum(cell.height for cell in column) + SPACE * max(0, len(column) - 1)


def _settle(column: list[_Cell], height: float) -> None:
    """Heights from the top, the free room spread evenly between."""
    room = height - _stacked(column)
    share = room / (len(column) + 1) if column else 0.0
    y = TOP + share
    for cell in column:
        cell.y = y
        y += cell.height + SPACE + share


def influence_svg(diagram: Diagram, *, chosen: str = "", prefix: str = "influence") -> str:
    """The drawing; `chosen` is the id of a box to mark. Boxes are buttons for a page: ``data-node`` has their id."""
    placed = place(diagram)
    linked = {end for link in diagram.links if chosen in link for end in link}
    described = f"{len(diagram.nodes)} boxes in columns: {', '.join(diagram.columns)}; {len(diagram.links)} links."
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="so-influence" width="{placed.width:g}" '
        f'height="{placed.height:g}" viewBox="0 0 {placed.width:g} {placed.height:g}" role="group" '
        f'aria-labelledby="{prefix}-title {prefix}-desc" '
        "font-family=\"system-ui,'Segoe UI','Helvetica Neue',Arial,sans-serif\">",
        f'<title id="{prefix}-title">{escape(diagram.title)}</title>',
        f'<desc id="{prefix}-desc">{escape(described)}</desc>',
    ]
    parts += [
        f'<text x="{_left(number):g}" y="{TOP - 14:g}" font-size="{HEAD:g}" fill="var(--so-muted,#595959)">'
        f"{escape(head)}</text>"
        for number, head in enumerate(diagram.columns)
    ]
    order = sorted(placed.lines, key=lambda link: chosen in link)  # those of the chosen box on top
    parts += [_line(placed.lines[link], chosen in link) for link in order]
    parts += [_box(box, box.node.id == chosen, box.node.id in linked) for box in placed.boxes]
    return "\n".join([*parts, "</svg>"])


def _line(points: Sequence[tuple[float, float]], strong: bool) -> str:
    (x, y), *rest = points
    path = f"M{x:.1f} {y:.1f}"
    for number, (right, level) in enumerate(rest):
        middle = (x + right) / 2
        curve = f"C{middle:.1f} {y:.1f} {middle:.1f} {level:.1f} {right:.1f} {level:.1f}"
        path += curve if number % 2 == 0 else f"H{right:.1f}"  # every second piece passes a column
        x, y = right, level
    colour = "var(--so-ink,#1b1b1b)" if strong else "var(--so-faint,#9a9a9a)"
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{2 if strong else 1}"/>'


def _box(box: PlacedBox, chosen: bool, linked: bool) -> str:
    node = box.node
    said = f"{node.kind} {clean(node.label)}" + (f": {clean(node.about)}" if node.about else "")
    frame = "var(--so-ink,#1b1b1b)" if chosen or linked else "var(--so-muted,#767676)"
    dash = ' stroke-dasharray="4 3"' if node.kind == "formula" else ""
    ink = "var(--so-ink,#1b1b1b)"
    weight = ' font-weight="700"' if chosen or node.kind == "payoff" else ""
    lines = "".join(
        f'<text x="{box.x + PAD:.1f}" y="{box.y + PAD + LINE * (n + 0.75):.1f}" font-size="{SIZE:g}" '
        f'fill="{ink}"{weight}>{escape(line)}</text>'
        for n, line in enumerate(box.lines)
    )
    return (
        f'<g class="so-box so-{node.kind}" data-node="{escape(node.id)}" tabindex="0" role="button" '
        f'aria-pressed="{"true" if chosen else "false"}" aria-label="{escape(said)}">'
        f"<title>{escape(said)}</title>"
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{WIDTH:g}" height="{box.height:g}" rx="{ROUND[node.kind]:g}" '
        f'fill="{"var(--so-panel,#f5f5f2)" if chosen or linked else "var(--so-paper,#fff)"}" stroke="{frame}" '
        f'stroke-width="{2.4 if chosen else 1.2}"{dash}/>{lines}</g>'
    )
