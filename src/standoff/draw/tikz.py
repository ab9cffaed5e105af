r"""A game tree as a TikZ document that compiles by itself (class ``standalone``), from the same layout as the SVG.

Units: 1 px of the layout is 0.75 bp, and y points down. Texts keep their places; only the face differs. Characters
beyond Latin need LuaLaTeX or XeLaTeX.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from standoff.draw.labels import clean
from standoff.draw.layout import layout
from standoff.draw.placed import LEADING, RADIUS, Join, Label, Layout, LegendItem, PlacedEdge, PlacedNode
from standoff.draw.tree import PALETTE, path_width
from standoff.game.game import Game
from standoff.scenario.scenario import Scenario

if TYPE_CHECKING:
    from standoff.solve.solution import Equilibrium

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "−": r"\ensuremath{-}",
    "μ": r"\ensuremath{\mu}",
    "…": r"\ldots{}",
    "·": r"\ensuremath{\cdot}",
}

_SHAPES = (
    "circle",
    "rectangle",
    "regular polygon, regular polygon sides=6",
    "regular polygon, regular polygon sides=5",
    "rounded rectangle",
    "regular polygon, regular polygon sides=8",
)

_HEAD = r"""\documentclass[tikz,border=4bp]{standalone}
\usepackage{iftex}
\ifpdftex\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\usepackage{textcomp}\else\usepackage{fontspec}\fi
\usetikzlibrary{shapes.geometric,shapes.misc}
\renewcommand{\familydefault}{\sfdefault}
"""


def tree_tikz(
    game: Game, equilibrium: Equilibrium | None = None, *, fold: str = "unreached", scenario: Scenario | None = None
) -> str:
    """The tree as a LaTeX document. Raises ValueError for an unknown `fold` (``unreached`` or ``none``)."""
    return render_tikz(layout(game, equilibrium, fold=fold, scenario=scenario))


def render_tikz(drawing: Layout) -> str:
    """A layout as a LaTeX document."""
    lines = [f"% {_comment(drawing.title)}", f"% {_comment(drawing.description)}", _HEAD]
    lines += [
        rf"\definecolor{{actor{number}}}{{HTML}}{{{colour[1:].upper()}}}" for number, colour in enumerate(PALETTE)
    ]
    lines += [
        r"\begin{document}",
        r"\begin{tikzpicture}[x=0.75bp,y=-0.75bp,",
        r"  unplayed/.style={draw=black!40,line width=0.6bp}, chosen/.style={draw=black!65,line width=1.3bp},",
        r"  played/.style={draw=black}, informed/.style={draw=black,dashed,line width=0.8bp},",
        r"  sign/.style={inner sep=0pt,outer sep=0pt,minimum size=13bp,text=white,",
        r"    font=\bfseries\fontsize{8}{8}\selectfont},",
        r"  hollow/.style={draw=black!65,fill=white,line width=0.9bp}]",
    ]
    lines += [_edge(edge) for edge in sorted(drawing.edges, key=lambda edge: (edge.on_path, edge.chosen))]
    lines += [line for join in drawing.joins for line in _join(join)]
    lines += [_sign(node, drawing) for node in drawing.nodes]
    lines += [line for item in drawing.legend for line in _legend(item, drawing)]
    lines += [line for label in drawing.labels() for line in _text(label)]
    return "\n".join([*lines, r"\end{tikzpicture}", r"\end{document}", ""])


def escape(text: str) -> str:
    """Text that TeX sets as it reads."""
    return "".join(_SPECIAL.get(character, character) for character in clean(text))


def _comment(text: str) -> str:
    return clean(text)  # one line, and so it cannot leave the comment


def _edge(edge: PlacedEdge) -> str:
    (x0, y0), (x1, y1), (x2, _) = edge.start, edge.bend, edge.end
    middle = (x0 + x1) / 2
    style = "chosen" if edge.chosen else "unplayed"
    if edge.on_path:
        style = f"played,line width={0.75 * path_width(edge.probability or 0.0):.2f}bp"
    curve = (
        f"({x0:.1f},{y0:.1f}) .. controls ({middle:.1f},{y0:.1f}) and ({middle:.1f},{y1:.1f}) .. ({x1:.1f},{y1:.1f})"
    )
    return rf"\draw[{style}] {curve} -- ({x2:.1f},{y1:.1f});"


def _join(join: Join) -> list[str]:
    lines = [rf"\draw[informed] ({x0:.1f},{y0:.1f}) -- ({x1:.1f},{y1:.1f});" for (x0, y0), (x1, y1) in join.lines]
    return lines + [rf"\fill ({x:.1f},{y:.1f}) circle[radius=1.5bp];" for x, y in join.dots]


def _text(label: Label) -> list[str]:
    box = label.box
    x, anchor = (box.right, "base east") if label.anchor == "end" else (box.left, "base west")
    weight = r"\bfseries" if label.role in ("ending", "head") else ""
    size = 0.75 * label.size * 0.92  # TeX's sans is a little wider at the same size than the boxes allow for
    font = rf"font={weight}\fontsize{{{size:.1f}}}{{{size:.1f}}}\selectfont"
    return [
        rf"\node[inner sep=0pt,anchor={anchor},{font}] at "
        rf"({x:.1f},{box.top + label.size * 0.82 + number * (label.size + LEADING):.1f}) {{{escape(line)}}};"
        for number, line in enumerate(label.lines)
    ]


def _sign(node: PlacedNode, drawing: Layout) -> str:
    if node.kind == "decision":
        return _actor(node.actor, node.x, node.y, drawing)
    if node.kind == "chance":
        return _chance(node.x, node.y)
    if node.kind == "stub":
        return _stub(node.x, node.y)
    shade = "black" if node.on_path else "black!40"
    return rf"\fill[{shade}] ({node.x - 4:.1f},{node.y - 4:.1f}) rectangle ({node.x + 4:.1f},{node.y + 4:.1f});"


def _actor(actor: int, x: float, y: float, drawing: Layout) -> str:
    shape, fill = _SHAPES[actor % len(_SHAPES)], f"actor{actor % len(PALETTE)}"
    return rf"\node[sign,{shape},fill={fill}] at ({x:.1f},{y:.1f}) {{{escape(drawing.names.letters[actor])}}};"


def _chance(x: float, y: float) -> str:
    r = RADIUS
    corners = f"({x - r:.1f},{y:.1f}) -- ({x:.1f},{y - r:.1f}) -- ({x + r:.1f},{y:.1f}) -- ({x:.1f},{y + r:.1f})"
    return rf"\draw[hollow] {corners} -- cycle;"


def _stub(x: float, y: float) -> str:
    return rf"\draw[hollow] ({x - 5:.1f},{y:.1f}) -- ({x + 5:.1f},{y - 6:.1f}) -- ({x + 5:.1f},{y + 6:.1f}) -- cycle;"


def _legend(item: LegendItem, drawing: Layout) -> list[str]:
    x, y = item.x + RADIUS, item.y
    if item.sample == "actor":
        return [_actor(item.actor, x, y, drawing)]
    if item.sample == "chance":
        return [_chance(x, y)]
    if item.sample == "stub":
        return [_stub(x, y)]
    if item.sample == "ending":
        return [rf"\fill ({x - 4:.1f},{y - 4:.1f}) rectangle ({x + 4:.1f},{y + 4:.1f});"]
    style = {"path": "played,line width=3bp", "unplayed": "unplayed", "choice": "chosen", "join": "informed"}[
        item.sample
    ]
    return [rf"\draw[{style}] ({item.x:.1f},{y:.1f}) -- ({item.x + 24:.1f},{y:.1f});"]
