"""A tidy left-to-right layout of a game tree: where everything stands, and nothing about how it is rendered.

Unit: px, origin at the top left, y downwards. Columns are the moves in order of play, so that all nodes of a move
stand below its name; endings and stubs stand in a last column of their own. Rows: leaves are stacked
with the room their texts need, a parent is centred on its children (Reingold and Tilford 1981, without interlocking of
subtrees: every leaf has a row to itself, and so a line may cross an empty column without crossing a text).

From left to right, a column has the node, a fan in which the branches spread, a run with the text of each branch, and
lanes for the dashed joins of the next column's information sets. Texts wrap to the widest column for which the drawing
is at most `WIDEST`. A drawing that would not fit a page is set *dense*: what stood below a text stands behind it.

What holds of every drawing, and is tested: no two branches cross; a join crosses a branch of another node only where
that passes its column between two of its members, once, on its level run, and at a right angle, and no upright line
between the fans of the column before and its own signs crosses fewer.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from standoff.draw.fold import NEGLIGIBLE, Shown
from standoff.draw.labels import Names, clean
from standoff.draw.legend import head_height, head_labels, legend_items
from standoff.draw.placed import (
    BESIDE,
    DENSE_GAP,
    FAN,
    FONT,
    LANE,
    LEADING,
    LEGEND,
    MARGIN,
    PAD,
    RADIUS,
    ROW_GAP,
    SMALL,
    UNDER,
    WIDEST,
    Box,
    Join,
    Label,
    Layout,
    PlacedEdge,
    PlacedNode,
    fits_page,
)
from standoff.draw.subject import Subject, Texts, branch_texts, describe, make_subject, reached, tell
from standoff.draw.widths import text_width
from standoff.game.game import CHANCE, Game, NumericGame
from standoff.scenario.scenario import Scenario

if TYPE_CHECKING:
    from standoff.solve.solution import Equilibrium

RUNS = (190.0, 170.0, 150.0, 130.0, 115.0, 100.0, 90.0, 80.0, 72.0, 64.0, 58.0, 52.0, 46.0)  # widths to try
SPACIOUS = 90.0  # the run where no width fits and the reader has to scroll anyway


@dataclass(frozen=True)
class _Widths:
    """Horizontal measures: node centres and joining lanes per column, and the right edge."""

    x: tuple[float, ...]
    lanes: tuple[int, ...]
    right: float
    names: float  # the widest name of an ending: behind it stand the payoffs of a dense drawing


def _name_width(text: Texts) -> float:
    return max((text_width(line, FONT, bold=True) for line in text.name), default=0.0)


def _ending_labels(text: Texts, left: float, y: float, names: float) -> tuple[Label, ...]:
    """The name (bold) and the payoffs right of an ending, below it or (dense) behind it, centred on its level."""
    if not text.name:
        return ()
    top, height = y - text.ending_height / 2, len(text.name) * (FONT + LEADING)
    name = Label("ending", text.name, text.name_full, Box(left, top, _name_width(text), height - LEADING))
    if not text.payoffs:
        return (name,)
    width = text_width(text.payoffs, SMALL)
    below = Box(left, top + height, width, SMALL)
    behind = Box(left + names + BESIDE + PAD, y - SMALL / 2, width, SMALL)
    return name, Label("payoffs", (text.payoffs,), text.payoffs, behind if text.dense else below, SMALL)


def layout(
    game: Game,
    equilibrium: Equilibrium | None = None,
    *,
    fold: str = "auto",
    open_nodes: Collection[int] = frozenset(),
    at: int = 0,
    scenario: Scenario | None = None,
    numeric: NumericGame | None = None,
) -> Layout:
    """The layout of a game below node `at`, with the equilibrium path where an equilibrium is given.

    `scenario` only gives labels, `numeric` the payoffs where there is no equilibrium. Raises ValueError for an unknown
    `fold` or node (see `standoff.draw.fold`).
    """
    subject = make_subject(
        game, equilibrium, fold, Names.of(game, scenario), open_nodes=open_nodes, at=at, numeric=numeric
    )
    texts, widths, rows = _fit(subject)
    positions = {node: (widths.x[subject.column[node]], rows[node]) for node in rows}
    joins, _ = _joins(subject, positions)
    nodes = tuple(_place_node(subject, shown, positions, texts, widths) for shown in subject.root.walk())
    edges = tuple(
        _place_edge(subject, shown, positions, texts, widths)
        for shown in subject.root.walk()
        if shown is not subject.root
    )
    bottom = max(rows[n] + texts[n].below for n in rows) + ROW_GAP
    legend, height = legend_items(subject, max(widths.right, LEGEND), bottom)
    right = max([widths.right, *(item.label.box.right + MARGIN for item in legend)])
    return Layout(
        title=clean(game.title) or "Game tree",
        description=describe(subject),
        width=math.ceil(right),
        height=math.ceil(height),
        names=subject.names,
        nodes=nodes,
        edges=edges,
        joins=joins,
        heads=head_labels(subject, widths.x),
        legend=legend,
    )


def _fit(subject: Subject) -> tuple[dict[int, Texts], _Widths, dict[int, float]]:
    """Texts, columns and rows: dense ones where these fit a page and the others do not."""
    lanes = _count_lanes(subject)
    usual = _set(subject, lanes, dense=False)
    if _fits(subject, *usual):
        return usual
    dense = _set(subject, lanes, dense=True)
    return dense if _fits(subject, *dense) else usual


def _set(subject: Subject, lanes: Sequence[int], dense: bool) -> tuple[dict[int, Texts], _Widths, dict[int, float]]:
    texts, widths = _wrapped(subject, lanes, dense)
    return texts, widths, _rows(subject, texts, head_height(subject, widths.x), DENSE_GAP if dense else ROW_GAP)


def _fits(subject: Subject, texts: Mapping[int, Texts], widths: _Widths, rows: Mapping[int, float]) -> bool:
    """Whether the drawing will fit a page, its legend included."""
    bottom = max(rows[node] + texts[node].below for node in rows) + ROW_GAP
    right = max(widths.right, LEGEND)
    return fits_page(right, legend_items(subject, right, bottom)[1])


def _wrapped(subject: Subject, lanes: Sequence[int], dense: bool) -> tuple[dict[int, Texts], _Widths]:
    """Texts wrapped to the widest runs for which the drawing is at most `WIDEST` wide, else to `SPACIOUS` ones."""
    for run in (*RUNS, SPACIOUS):
        texts = {shown.node: branch_texts(subject, shown, run, dense=dense) for shown in subject.root.walk()}
        widths = _columns(subject, texts, lanes)
        if widths.right <= WIDEST:
            break
    return texts, widths


def _columns(subject: Subject, texts: Mapping[int, Texts], lanes: Sequence[int]) -> _Widths:
    needed = [0.0] * subject.last
    for node in subject.shown:
        if node == subject.root.node:
            continue
        parent = subject.column[int(subject.game.parent[node])]
        text = texts[node]
        label = max((text_width(line, FONT) for line in text.option), default=0.0)
        under = text_width(text.probability, SMALL)
        if text.dense and text.probability:
            label, under = label + BESIDE + under, 0.0
        needed[parent] = max(needed[parent], label, under)
        if text.belief:  # stands before the node, which may be some columns on
            before = subject.column[node] - 1
            belief = text_width(text.belief, SMALL) + PAD
            needed[before] = max(needed[before], belief + (under if before == parent else 0.0))
    xs = [MARGIN + RADIUS]
    for column, run in enumerate(needed):
        xs.append(xs[-1] + 2 * RADIUS + FAN + run + 2 * PAD + lanes[column + 1] * LANE)
    names = max(map(_name_width, texts.values()))
    payoffs = max(text_width(text.payoffs, SMALL) for text in texts.values())
    ends = max(names, payoffs)
    if payoffs and any(text.dense for text in texts.values()):
        ends = names + BESIDE + PAD + payoffs
    return _Widths(tuple(xs), tuple(lanes), xs[-1] + RADIUS + PAD + ends + MARGIN, names)


def _rows(subject: Subject, texts: Mapping[int, Texts], top: float, gap: float) -> dict[int, float]:
    """The y of every shown node: leaves from the top down, parents centred, subtrees moved down where texts need it."""
    y: dict[int, float] = {}

    def place(shown: Shown, top: float) -> float:
        """Places a subtree at or below `top`; returns where the next may begin."""
        text = texts[shown.node]
        if not shown.children:
            y[shown.node] = top + text.above
            return y[shown.node] + text.below + gap
        bottom = top
        for child in shown.children:
            bottom = place(child, bottom)
        y[shown.node] = (y[shown.children[0].node] + y[shown.children[-1].node]) / 2
        short = top + text.above - y[shown.node]
        if short > 0:
            for entry in shown.walk():
                y[entry.node] += short
            bottom += short
        return max(bottom, y[shown.node] + text.below + gap)

    place(subject.root, top)
    return y


def _joins(subject: Subject, positions: Mapping[int, tuple[float, float]]) -> tuple[tuple[Join, ...], list[int]]:
    """Dashed joins, straight between neighbours of a column, else in a lane left of it; and the lanes per column.

    Members stand in one column but in an .efg without an order of play: there too the lines go straight.
    """
    lanes: list[list[list[tuple[float, float]]]] = [[] for _ in range(subject.last + 1)]
    found = []
    for infoset, nodes in subject.joined.items():
        ordered = sorted(nodes, key=lambda node: positions[node][1])
        actor = int(subject.game.actor[ordered[0]])
        if _neighbours(subject, ordered, positions):
            lines = tuple(
                ((positions[a][0], positions[a][1] + RADIUS), (positions[b][0], positions[b][1] - RADIUS))
                for a, b in itertools.pairwise(ordered)
            )
            found.append(Join(infoset, actor, tuple(ordered), lines, ()))
            continue
        column = subject.column[ordered[0]]
        span = (positions[ordered[0]][1], positions[ordered[-1]][1])
        lane = _free_lane(lanes[column], span)
        x = positions[ordered[0]][0] - RADIUS - LANE * (1 + lane)
        dots = tuple((x, positions[node][1]) for node in ordered)
        found.append(Join(infoset, actor, tuple(ordered), (((x, span[0]), (x, span[1])),), dots, lane))
    return tuple(found), [len(column) for column in lanes]


def _neighbours(subject: Subject, ordered: Sequence[int], positions: Mapping[int, tuple[float, float]]) -> bool:
    """Whether no other node of their column stands between the members (or they have no common column)."""
    columns = {subject.column[node] for node in ordered}
    if len(columns) > 1:
        return True
    low, high = positions[ordered[0]][1], positions[ordered[-1]][1]
    column = columns.pop()
    between = sum(1 for node in positions if subject.column[node] == column and low <= positions[node][1] <= high)
    return between == len(ordered)


def _free_lane(lanes: list[list[tuple[float, float]]], span: tuple[float, float]) -> int:
    """The first lane in which the span is free; a new one where none is."""
    for lane, taken in enumerate(lanes):
        if all(span[1] < low or high < span[0] for low, high in taken):
            taken.append(span)
            return lane
    lanes.append([span])
    return len(lanes) - 1


def _count_lanes(subject: Subject) -> list[int]:
    """Lanes per column. They depend on the order of rows only, so unit rows in unit columns do."""
    plain = Texts((), "", "", "")
    rows = _rows(subject, dict.fromkeys(subject.shown, plain), 0.0, ROW_GAP)
    return _joins(subject, {node: (0.0, y) for node, y in rows.items()})[1]


def _place_node(
    subject: Subject,
    shown: Shown,
    positions: Mapping[int, tuple[float, float]],
    texts: Mapping[int, Texts],
    widths: _Widths,
) -> PlacedNode:
    game, node = subject.game, shown.node
    x, y = positions[node]
    kind = "decision" if shown.children else "stub" if shown.folded else "ending"
    if shown.children and game.kind[node] == CHANCE:
        kind = "chance"
    text = texts[node]
    labels = _ending_labels(text, x + RADIUS + PAD, y, widths.names)
    on_path = reached(subject, node)
    actor = int(game.actor[node]) if kind == "decision" else -1
    infoset = int(game.infoset[node]) if kind == "decision" else -1
    opened = node in subject.opened
    full = tell(subject, shown)
    return PlacedNode(node, kind, actor, infoset, x, y, on_path, full, labels, shown.endings, opened)


def _place_edge(
    subject: Subject,
    shown: Shown,
    positions: Mapping[int, tuple[float, float]],
    texts: Mapping[int, Texts],
    widths: _Widths,
) -> PlacedEdge:
    node, parent = shown.node, int(subject.game.parent[shown.node])
    (x0, y0), (x1, y1) = positions[parent], positions[node]
    text = texts[node]
    bend = x0 + RADIUS + FAN
    height = len(text.option) * (FONT + LEADING)
    width = max((text_width(line, FONT) for line in text.option), default=0.0)
    labels = [Label("option", text.option, text.full, Box(bend + PAD, y1 - PAD - height, width, height))]
    if text.probability:
        width = text_width(text.probability, SMALL)
        place = Box(bend + PAD, y1 + UNDER, width, SMALL)
        if text.dense and text.option:
            place = Box(labels[0].box.right + BESIDE, y1 - PAD - LEADING - SMALL, width, SMALL)
        labels.append(Label("probability", (text.probability,), text.probability, place, SMALL))
    if text.belief:
        width = text_width(text.belief, SMALL)
        left = x1 - RADIUS - PAD - widths.lanes[subject.column[node]] * LANE - width
        labels.append(Label("belief", (text.belief,), text.belief, Box(left, y1 + UNDER, width, SMALL), SMALL, "end"))
    end = x1 - (RADIUS if shown.children else RADIUS / 2)
    probability = reach = None
    if subject.equilibrium is not None:
        play = subject.equilibrium.play
        probability, reach = float(play.branch[node]), float(play.reach[node])
    return PlacedEdge(
        parent,
        node,
        (x0 + RADIUS, y0),
        (bend, y1),
        (end, y1),
        probability,
        reach,
        reached(subject, node),
        probability is not None and probability > NEGLIGIBLE,
        tuple(labels),
    )
