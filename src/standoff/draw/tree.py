"""A game tree as SVG: one drawing for the command line, notebooks, the brief and the explorer.

The text stands by itself as a file and inside a page. Colours are CSS custom properties (``--so-ink``, ``--so-paper``,
``--so-actor-0`` ...) that a page may set, for dark mode too; without a page the fallbacks hold. Colour never stands
alone: an actor also has a shape and its letters, the equilibrium path is thick and solid, what is not played thin.

For a page that redraws and opens stubs: signs carry ``data-node`` (the game's node number) and ``data-kind``, stubs
``data-endings``, opened nodes ``data-open``, branches ``data-child``. `tree_css` is the style sheet, for a page that
allows none within the drawing; there are no ``style`` attributes.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from standoff.draw.fold import find_node
from standoff.draw.labels import clean
from standoff.draw.layout import layout
from standoff.draw.placed import LEADING, RADIUS, Join, Label, Layout, LegendItem, PlacedEdge, PlacedNode
from standoff.draw.widths import text_width
from standoff.game.game import Game, NumericGame
from standoff.scenario.scenario import Scenario

if TYPE_CHECKING:
    from standoff.solve.solution import Equilibrium

# Okabe and Ito (2008), darkened until white letters on them keep a contrast of 4.5; a page gives lighter ones when dark
__all__ = ["PALETTE", "escape", "find_node", "path_width", "render_svg", "tree_css", "tree_svg"]

PALETTE = ("#0061a0", "#a94400", "#00705a", "#96407a", "#5b5300", "#4a4fa3")

_STYLE = """
.so-tree{font-family:system-ui,"Segoe UI","Helvetica Neue",Arial,sans-serif;background:var(--so-paper,#fff)}
.so-tree text{fill:var(--so-ink,#1b1b1b)}
.so-tree .so-quiet{fill:var(--so-muted,#595959)}
.so-tree .so-bold{font-weight:700}
.so-tree .so-edge{fill:none;stroke:var(--so-faint,#9a9a9a)}
.so-tree .so-chosen{stroke:var(--so-muted,#595959)}
.so-tree .so-path{stroke:var(--so-ink,#1b1b1b)}
.so-tree .so-join{fill:none;stroke:var(--so-ink,#1b1b1b)}
.so-tree .so-dot{fill:var(--so-ink,#1b1b1b);stroke:var(--so-paper,#fff);stroke-width:1.2}
.so-tree .so-hollow{fill:var(--so-paper,#fff);stroke:var(--so-muted,#595959);stroke-width:1.2}
.so-tree .so-end{fill:var(--so-ink,#1b1b1b)}
.so-tree .so-end-off{fill:var(--so-faint,#9a9a9a)}
.so-tree .so-mark{fill:var(--so-on-actor,#fff);font-weight:700}
.so-tree .so-button{cursor:pointer}
.so-tree .so-button:focus-visible{outline:2px solid var(--so-link,#00568f);outline-offset:2px}
"""
THIN, CHOSEN = 0.8, 1.4  # px: what is not played, and what would be if play came there
DASHES = ("3 3", "7 3", "1.5 2.5", "7 2.5 1.5 2.5")  # of joins side by side in lanes


def tree_svg(
    game: Game,
    equilibrium: Equilibrium | None = None,
    *,
    fold: str = "auto",
    open_nodes: Collection[int] = frozenset(),
    at: int = 0,
    scenario: Scenario | None = None,
    numeric: NumericGame | None = None,
    prefix: str = "tree",
    style: bool = True,
    interactive: bool = False,
) -> str:
    """The tree below node `at` as SVG text. `scenario` gives labels, `numeric` payoffs where there is no equilibrium.

    `fold` and `open_nodes` say what is shown (`standoff.draw.fold`), and the others are those of `render_svg`. Raises
    ValueError for an unknown `fold` or node.
    """
    drawing = layout(game, equilibrium, fold=fold, open_nodes=open_nodes, at=at, scenario=scenario, numeric=numeric)
    return render_svg(drawing, prefix=prefix, style=style, interactive=interactive)


def tree_css() -> str:
    """The style sheet of drawings; every rule is about ``.so-tree``."""
    actors = "".join(f".so-tree .so-actor-{n}{{fill:var(--so-actor-{n},{PALETTE[n]})}}\n" for n in range(len(PALETTE)))
    return f"{_STYLE}{actors}"


def render_svg(drawing: Layout, *, prefix: str = "tree", style: bool = True, interactive: bool = False) -> str:
    """A layout as SVG text.

    `prefix` keeps ids apart where several drawings share a page; without `style` the page brings `tree_css`;
    `interactive` makes buttons, for the page's script to answer, of stubs and of nodes that were opened.
    """
    width, height = f"{drawing.width:g}", f"{drawing.height:g}"
    title, description = f"{prefix}-title", f"{prefix}-desc"
    role = "group" if interactive else "img"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="so-tree" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="{role}" aria-labelledby="{title} {description}">',
        f'<title id="{title}">{escape(drawing.title)}</title>',
        f'<desc id="{description}">{escape(drawing.description)}</desc>',
        *([f"<style>{tree_css()}</style>"] if style else []),
    ]
    # thin lines first, so that the path lies on top where lines cross
    parts += [_edge(edge) for edge in sorted(drawing.edges, key=lambda edge: (edge.on_path, edge.chosen))]
    parts += [_join(join) for join in drawing.joins]
    parts += [_text(label) for edge in drawing.edges for label in edge.labels]
    parts += [_node(node, drawing, interactive) for node in drawing.nodes]
    parts += [_text(label) for label in drawing.heads]
    parts += [_legend(item, drawing) for item in drawing.legend]
    return "\n".join([*parts, "</svg>"])


def escape(text: str) -> str:
    """Text that may stand in an element or in a quoted attribute."""
    return html.escape(clean(text))


def _edge(edge: PlacedEdge) -> str:
    (x0, y0), (x1, y1), (x2, _) = edge.start, edge.bend, edge.end
    middle = (x0 + x1) / 2
    kind, width = "so-edge", THIN
    if edge.on_path:
        kind, width = "so-edge so-path", path_width(edge.reach or 0.0)
    elif edge.chosen:
        kind, width = "so-edge so-chosen", CHOSEN
    curve = f"M{x0:.1f} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}H{x2:.1f}"
    return f'<path class="{kind}" stroke-width="{width:.2f}" data-child="{edge.child}" d="{curve}"/>'


def path_width(reach: float) -> float:
    """Width in px of a branch that is reached: from 2.6 (rarely) to 5.4 (always), well above what is not played."""
    return 2.6 + 2.8 * min(max(reach, 0.0), 1.0)


def _join(join: Join) -> str:
    lines = "".join(f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}" for (x0, y0), (x1, y1) in join.lines)
    dots = "".join(f'<circle class="so-dot" cx="{x:.1f}" cy="{y:.1f}" r="3.2"/>' for x, y in join.dots)
    dash = DASHES[max(join.lane, 0) % len(DASHES)]
    return f'<path class="so-join" stroke-width="1.1" stroke-dasharray="{dash}" d="{lines}"/>{dots}'


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


def _node(node: PlacedNode, drawing: Layout, interactive: bool) -> str:
    texts = "".join(_text(label) for label in node.labels)
    kind, data = "so-node", f'data-node="{node.node}" data-kind="{node.kind}"'
    told = escape(node.full)
    if node.kind == "stub":
        data += f' data-endings="{node.endings}"'
    if node.opened:
        data += ' data-open="1"'
    if interactive and (node.opened or node.kind == "stub"):
        kind += " so-button"
        data += f' role="button" tabindex="0" aria-label="{told}; {"close" if node.opened else "open"}"'
        if node.kind == "stub":  # its text is a part of what one can click on
            return f'<g class="{kind}" {data}><title>{told}</title>{_sign(node, drawing)}{texts}</g>'
    return f'<g class="{kind}" {data}><title>{told}</title>{_sign(node, drawing)}</g>{texts}'


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
    size = min(11.0, (2 * RADIUS - 2) / text_width(letters, 1.0, bold=True))
    return (
        f'{shape}<text class="so-mark" x="{x:.1f}" y="{y + size * 0.36:.1f}" font-size="{size:.1f}" '
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
        "path": lambda: f'<path class="so-edge so-path" stroke-width="4" {line}/>',
        "unplayed": lambda: f'<path class="so-edge" stroke-width="{THIN:g}" {line}/>',
        "choice": lambda: f'<path class="so-edge so-chosen" stroke-width="{CHOSEN:g}" {line}/>',
        "join": lambda: f'<path class="so-join" stroke-width="1.1" stroke-dasharray="{DASHES[0]}" {line}/>',
        "stub": lambda: _stub(x, y),
        "ending": lambda: f'<rect class="so-end" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>',
        "actor": lambda: actor_sign(item.actor, drawing.names.letters[item.actor], x, y),
    }[item.sample]()
    return sign + _text(item.label)
