r"""A game tree as a TikZ document that compiles by itself, on a page of its own size, from the same layout as the SVG.

Units: 1 px of the layout is 0.75 bp, and y points down. Texts keep their places; only the face differs. pdfTeX sets
Latin letters and the signs that drawings use; for any other character it sets an empty box, and the document says so.
LuaLaTeX and XeLaTeX set what their font has. In a paper, take the ``tikzpicture`` with the packages and colours that
stand above it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from standoff.draw.labels import clean
from standoff.draw.layout import layout
from standoff.draw.placed import LEADING, RADIUS, Join, Label, Layout, LegendItem, PlacedEdge, PlacedNode
from standoff.draw.tree import PALETTE, path_width
from standoff.draw.widths import text_width
from standoff.game.game import Game, NumericGame
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
    "'": r"\textquotesingle{}",
    "-": r"{-}",
    ",": r"{,}",
    "?": r"{?}",
    "!": r"{!}",
    "\u00a0": "~",
    "→": r"\ensuremath{\rightarrow}",
    "−": r"\ensuremath{-}",
    "μ": r"\ensuremath{\mu}",
    "…": r"\ldots{}",
    "·": r"\ensuremath{\cdot}",
}

_EXTENDED = frozenset("ĂăĄąĆćČčĎďĘęĚěĞğĹĺĽľŁłŃńŇňŐőŔŕŘřŚśŞşŠšŢţŤťŮůŰűŸŹźŻżŽžŒœ–—‘’“”€")  # of T1 and textcomp

_SHAPES = (
    "circle",
    "rectangle",
    "regular polygon, regular polygon sides=6",
    "regular polygon, regular polygon sides=5",
    "rounded rectangle",
    "regular polygon, regular polygon sides=8",
)

_DASHES = (
    "dash pattern=on 2.3bp off 2.3bp",
    "dash pattern=on 5bp off 2.3bp",
    "dash pattern=on 1.2bp off 1.9bp",
    "dash pattern=on 5bp off 1.9bp on 1.2bp off 1.9bp",
)

_HEAD = r"""\documentclass{article}
\usepackage{iftex}
\ifpdftex\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\usepackage{textcomp}\else\usepackage{fontspec}\fi
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage{tikz}
\usetikzlibrary{shapes.geometric,shapes.misc}
\renewcommand{\familydefault}{\sfdefault}
"""
_BORDER = 4.0  # bp around the drawing


def tree_tikz(
    game: Game,
    equilibrium: Equilibrium | None = None,
    *,
    fold: str = "auto",
    open_nodes: Collection[int] = frozenset(),
    at: int = 0,
    scenario: Scenario | None = None,
    numeric: NumericGame | None = None,
) -> str:
    """The tree as a LaTeX document. Arguments and errors are those of `standoff.draw.layout.layout`."""
    return render_tikz(
        layout(game, equilibrium, fold=fold, open_nodes=open_nodes, at=at, scenario=scenario, numeric=numeric)
    )


def render_tikz(drawing: Layout) -> str:
    """A layout as a LaTeX document."""
    lines = [f"% {_comment(drawing.title)}", f"% {_comment(drawing.description)}", _HEAD, _page(drawing)]
    lines += _unset(drawing)
    lines += [
        rf"\definecolor{{actor{number}}}{{HTML}}{{{colour[1:].upper()}}}" for number, colour in enumerate(PALETTE)
    ]
    lines += [
        r"\begin{document}\noindent%",
        r"\begin{tikzpicture}[x=0.75bp,y=-0.75bp,",
        r"  unplayed/.style={draw=black!40,line width=0.6bp}, chosen/.style={draw=black!65,line width=1.05bp},",
        r"  played/.style={draw=black}, informed/.style={draw=black,line width=0.8bp},",
        r"  sign/.style={inner sep=0pt,outer sep=0pt,minimum size=13bp,text=white},",
        r"  hollow/.style={draw=black!65,fill=white,line width=0.9bp}]",
    ]
    lines += [rf"\path[use as bounding box] (0,0) rectangle ({drawing.width:g},{drawing.height:g});"]
    lines += [_edge(edge) for edge in sorted(drawing.edges, key=lambda edge: (edge.on_path, edge.chosen))]
    lines += [line for join in drawing.joins for line in _join(join)]
    lines += [_sign(node, drawing) for node in drawing.nodes]
    lines += [line for item in drawing.legend for line in _legend(item, drawing)]
    lines += [line for label in drawing.labels() for line in _text(label)]
    return "\n".join([*lines, r"\end{tikzpicture}", r"\end{document}", ""])


def _page(drawing: Layout) -> str:
    width, height = (0.75 * side + 2 * _BORDER for side in (drawing.width, drawing.height))
    return (
        rf"\usepackage[paperwidth={width:.1f}bp,paperheight={height + 1:.1f}bp,margin={_BORDER:g}bp]{{geometry}}"
        "\n\\pagestyle{empty}"
    )


def _unset(drawing: Layout) -> list[str]:
    """What pdfTeX is to do with characters that it has no letter for: nothing for marks, a box for the others."""
    texts = [*(line for label in drawing.labels() for line in label.lines), *drawing.names.letters]
    unknown = sorted({character for text in texts for character in clean(text) if not _known(character)})
    if not unknown:
        return []
    marks = [character for character in unknown if text_width(character, 1.0) == 0]
    lines = [r"\ifpdftex % these need LuaLaTeX or XeLaTeX, and a font that has them (\setsansfont)"]
    for character in unknown:
        shown = "" if character in marks else r"{\fboxsep0pt\fbox{\rule{0.5em}{0pt}\rule{0pt}{1.2ex}}}"
        lines.append(rf"\DeclareUnicodeCharacter{{{ord(character):04X}}}{{{shown}}}")
    return [*lines, r"\fi"]


def _known(character: str) -> bool:
    """Whether pdfTeX has a letter for it: ASCII, Latin-1, most of Latin Extended-A, and what `escape` writes out."""
    code = ord(character)
    return character in _SPECIAL or code < 0x80 or 0xA1 <= code <= 0xFF or character in _EXTENDED


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
        style = f"played,line width={0.75 * path_width(edge.reach or 0.0):.2f}bp"
    curve = (
        f"({x0:.1f},{y0:.1f}) .. controls ({middle:.1f},{y0:.1f}) and ({middle:.1f},{y1:.1f}) .. ({x1:.1f},{y1:.1f})"
    )
    return rf"\draw[{style}] {curve} -- ({x2:.1f},{y1:.1f});"


def _join(join: Join) -> list[str]:
    dash = _DASHES[max(join.lane, 0) % len(_DASHES)]
    lines = [
        rf"\draw[informed,{dash}] ({x0:.1f},{y0:.1f}) -- ({x1:.1f},{y1:.1f});" for (x0, y0), (x1, y1) in join.lines
    ]
    return lines + [
        rf"\filldraw[draw=white,line width=0.9bp] ({x:.1f},{y:.1f}) circle[radius=2.2bp];" for x, y in join.dots
    ]


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
    letters = drawing.names.letters[actor]
    size = min(8.0, 9.5 / text_width(letters, 1.0, bold=True))
    font = rf"font=\bfseries\fontsize{{{size:.1f}}}{{{size:.1f}}}\selectfont"
    return rf"\node[sign,{shape},fill={fill},{font}] at ({x:.1f},{y:.1f}) {{{escape(letters)}}};"


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
    style = {
        "path": "played,line width=3bp",
        "unplayed": "unplayed",
        "choice": "chosen",
        "join": f"informed,{_DASHES[0]}",
    }[item.sample]
    return [rf"\draw[{style}] ({item.x:.1f},{y:.1f}) -- ({item.x + 24:.1f},{y:.1f});"]
