"""A game tree as SVG: one drawing for the command line, notebooks, the brief and the explorer.

The text stands by itself as a file and inside a page. Colours are CSS custom properties (``--so-ink``, ``--so-paper``,
``--so-actor-0`` ...) that a page may set, for dark mode too; without a page the fallbacks hold. Colour never stands
alone: an actor also has a shape and its letters, the equilibrium path is thick and solid, what is not played thin.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape as xml_escape

from standoff.draw.labels import clean
from standoff.draw.layout import layout
from standoff.draw.placed import LEADING, RADIUS, Join, Label, Layout, LegendItem, PlacedEdge, PlacedNode
from standoff.game.game import Game
from standoff.scenario.scenario import Scenario

if TYPE_CHECKING:
    from standoff.solve.solution import Equilibrium

# Okabe and Ito (2008), darkened until white letters on them keep a contrast of 4.5; a page gives lighter ones when dark
PALETTE = ("#0061a0", "#a94400", "#00705a", "#96407a", "#5b5300", "#4a4fa3")

_STYLE = """
.so-tree{font-family:system-ui,"Segoe UI","Helvetica Neue",Arial,sans-serif;background:var(--so-paper,#fff)}
.so-tree text{fill:var(--so-ink,#1b1b1b)}
.so-tree .so-quiet{fill:var(--so-muted,#595959)}
.so-tree .so-bold{font-weight:700}
.so-tree .so-edge{fill:none;stroke:var(--so-faint,#9a9a9a);stroke-width:.8}
.so-tree .so-chosen{stroke:var(--so-muted,#595959);stroke-width:1.7}
.so-tree .so-path{stroke:var(--so-ink,#1b1b1b)}
.so-tree .so-join{fill:none;stroke:var(--so-ink,#1b1b1b);stroke-width:1.1;stroke-dasharray:3 3}
.so-tree .so-dot{fill:var(--so-ink,#1b1b1b);stroke:var(--so-paper,#fff);stroke-width:1.2}
.so-tree .so-hollow{fill:var(--so-paper,#fff);stroke:var(--so-muted,#595959);stroke-width:1.2}
.so-tree .so-end{fill:var(--so-ink,#1b1b1b)}
.so-tree .so-end-off{fill:var(--so-faint,#9a9a9a)}
.so-tree .so-mark{fill:var(--so-on-actor,#fff);font-weight:700}
"""


def tree_svg(
    game: Game,
    equilibrium: Equilibrium | None = None,
    *,
    fold: str = "unreached",
    scenario: Scenario | None = None,
    prefix: str = "tree",
) -> str:
    """The tree as SVG text. `scenario` gives labels, `prefix` keeps ids apart where several drawings share a page.

    Raises ValueError for an unknown `fold` (``unreached`` or ``none``).
    """
    return render_svg(layout(game, equilibrium, fold=fold, scenario=scenario), prefix=prefix)


def render_svg(drawing: Layout, *, prefix: str = "tree") -> str:
    """A layout as SVG text."""
    width, height = f"{drawing.width:g}", f"{drawing.height:g}"
    title, description = f"{prefix}-title", f"{prefix}-desc"
    actors = "".join(f".so-tree .so-actor-{n}{{fill:var(--so-actor-{n},{PALETTE[n]})}}\n" for n in range(len(PALETTE)))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="so-tree" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="{title} {description}">',
        f'<title id="{title}">{escape(drawing.title)}</title>',
        f'<desc id="{description}">{escape(drawing.description)}</desc>',
        f"<style>{_STYLE}{actors}</style>",
    ]
    # thin lines first, so that the path lies on top where lines cross
    parts += [_edge(edge) for edge in sorted(drawing.edges, key=lambda edge: (edge.on_path, edge.chosen))]
    parts += [_join(join) for join in drawing.joins]
    parts += [_text(label) for edge in drawing.edges for label in edge.labels]
    parts += [_node(node, drawing) for node in drawing.nodes]
    parts += [_text(label) for label in drawing.heads]
    parts += [_legend(item, drawing) for item in drawing.legend]
    return "\n".join([*parts, "</svg>"])


def escape(text: str) -> str:
    """Text that may stand in an element or in a quoted attribute."""
    return xml_escape(clean(text), {'"': "&quot;", "'": "&#39;"})


def _edge(edge: PlacedEdge) -> str:
    (x0, y0), (x1, y1), (x2, _) = edge.start, edge.bend, edge.end
    middle = (x0 + x1) / 2
    kind, width = "so-edge", ""
    if edge.on_path:
        kind, width = "so-edge so-path", f' style="stroke-width:{path_width(edge.probability or 0.0):.2f}"'
    elif edge.chosen:
        kind = "so-edge so-chosen"
    curve = f"M{x0:.1f} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}H{x2:.1f}"
    return f'<path class="{kind}"{width} d="{curve}"/>'


def path_width(probability: float) -> float:
    """Width in px of a branch on the path: from 2.2 (rare) to 5 (certain), so always well above what is not played."""
    return 2.2 + 2.8 * probability


def _join(join: Join) -> str:
    lines = "".join(f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}" for (x0, y0), (x1, y1) in join.lines)
    dots = "".join(f'<circle class="so-dot" cx="{x:.1f}" cy="{y:.1f}" r="3.2"/>' for x, y in join.dots)
    return f'<path class="so-join" d="{lines}"/>{dots}'


def _text(label: Label) -> str:
    box, size = label.box, label.size
    x = box.right if label.anchor == "end" else box.left
    anchor = ' text-anchor="end"' if label.anchor == "end" else ""
    weight = {"ending": "so-bold", "head": "so-bold", "option": "", "legend": ""}.get(label.role, "so-quiet")
    lines = "".join(
        f'<tspan x="{x:.1f}" y="{box.top + size * 0.82 + number * (size + LEADING):.1f}">{escape(line)}</tspan>'
        for number, line in enumerate(label.lines)
    )
    tip = f"<title>{escape(label.full)}</title>" if label.full and " ".join(label.lines) != label.full else ""
    return f'<text class="{weight}" font-size="{size:g}"{anchor}>{tip}{lines}</text>'


def _node(node: PlacedNode, drawing: Layout) -> str:
    texts = "".join(_text(label) for label in node.labels)
    return f"<g><title>{escape(node.full)}</title>{_sign(node, drawing)}</g>{texts}"


def _sign(node: PlacedNode, drawing: Layout) -> str:
    if node.kind == "decision":
        return actor_sign(node.actor, drawing.names.letters[node.actor], node.x, node.y)
    if node.kind == "chance":
        return _chance(node.x, node.y)
    if node.kind == "stub":
        return _stub(node.x, node.y)
    kind = "so-end" if node.on_path else "so-end-off"
    return f'<rect class="{kind}" x="{node.x - 4:.1f}" y="{node.y - 4:.1f}" width="8" height="8"/>'


def _chance(x: float, y: float) -> str:
    return _polygon(4, 0.0, RADIUS)(x, y, "so-hollow")


def _stub(x: float, y: float) -> str:
    return f'<path class="so-hollow" d="M{x - 5:.1f} {y:.1f}L{x + 5:.1f} {y - 6:.1f}V{y + 6:.1f}Z"/>'


def actor_sign(actor: int, letters: str, x: float, y: float) -> str:
    """A decision node: the actor's shape in its colour, with its letters."""
    shape = SHAPES[actor % len(SHAPES)](x, y, f"so-actor-{actor % len(PALETTE)}")
    size = 11 if len(letters) == 1 else 9
    return (
        f'{shape}<text class="so-mark" x="{x:.1f}" y="{y + size * 0.36:.1f}" font-size="{size}" '
        f'text-anchor="middle">{escape(letters)}</text>'
    )


def _circle(x: float, y: float, kind: str) -> str:
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS:g}"/>'


def _square(x: float, y: float, kind: str) -> str:
    side = 2 * RADIUS - 2
    return f'<rect class="{kind}" x="{x - side / 2:.1f}" y="{y - side / 2:.1f}" width="{side:g}" height="{side:g}"/>'


def _polygon(corners: int, turn: float, radius: float) -> Callable[[float, float, str], str]:
    def draw(x: float, y: float, kind: str) -> str:
        points = " ".join(
            f"{x + radius * math.cos(turn + 2 * math.pi * n / corners):.1f},"
            f"{y + radius * math.sin(turn + 2 * math.pi * n / corners):.1f}"
            for n in range(corners)
        )
        return f'<polygon class="{kind}" points="{points}"/>'

    return draw


def _pill(x: float, y: float, kind: str) -> str:
    width, height = 2 * RADIUS, 2 * RADIUS - 5
    return (
        f'<rect class="{kind}" x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:g}" height="{height:g}" '
        f'rx="{height / 2:g}"/>'
    )


SHAPES: tuple[Callable[[float, float, str], str], ...] = (
    _circle,
    _square,
    _polygon(6, 0.0, RADIUS + 1),
    _polygon(5, -math.pi / 2, RADIUS + 1.5),
    _pill,
    _polygon(8, math.pi / 8, RADIUS + 0.5),
)


def _legend(item: LegendItem, drawing: Layout) -> str:
    x, y = item.x + RADIUS, item.y
    line = f'd="M{item.x:.1f} {y:.1f}H{item.x + 24:.1f}"'
    sign = {
        "chance": lambda: _chance(x, y),
        "path": lambda: f'<path class="so-edge so-path" style="stroke-width:4" {line}/>',
        "unplayed": lambda: f'<path class="so-edge" {line}/>',
        "choice": lambda: f'<path class="so-edge so-chosen" {line}/>',
        "join": lambda: f'<path class="so-join" {line}/>',
        "stub": lambda: _stub(x, y),
        "ending": lambda: f'<rect class="so-end" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>',
        "actor": lambda: actor_sign(item.actor, drawing.names.letters[item.actor], x, y),
    }[item.sample]()
    return sign + _text(item.label)
