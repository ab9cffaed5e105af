"""A region map as SVG text: areas by the set of classes that holds there, boundaries as lines, the base values marked.

An area has a colour and a hatch of its own and a letter that the legend below repeats, so that nothing rests on colour.
Cells are cut along the boundaries (`standoff.draw.region_areas`): what is drawn follows the bisected lines and not the
edges of cells. Same numbers, same text, byte for byte; colours, face and ids as in `standoff.draw.charts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from standoff.draw.chart_style import INK, MUTED, WIDTH, finish, save, settings
from standoff.draw.labels import LONGEST, clean, cut, number, wrap
from standoff.draw.region_areas import Loops, areas, room, widest
from standoff.draw.widths import text_width
from standoff.findings.region_axes import Axis
from standoff.findings.region_map import RegionMap
from standoff.findings.words import share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe & Ito (2008), told apart with any colour vision; drawn transparent, so that ink reads on them in any page
_COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#0072b2", "#d55e00", "#8c8c8c")
_HATCHES = ("", "//", "..", "\\\\", "--", "xx", "||", "oo")
_OPACITY = 0.42
MOST = 12  # areas with a colour of their own; what is left is drawn as one
LETTERS = "ABCDEFGHIJKL"
MOST_KEYS = 10  # classes without a name that are described below the legend
SIDE = 4.7  # inches of the map
LEFT, TOP, LINE, SIZE = 1.0, 0.15, 0.2, 9.5  # inches; font size in points
_TEXT = (WIDTH - 1.55) * 72  # width of the legend's text


@dataclass(frozen=True)
class _Entry:
    """A line of the legend: letter, sets of the map, words, share of the area, number of its look."""

    letter: str
    sets: tuple[int, ...]
    words: str
    share: float
    look: int | None


def region_chart(found: RegionMap, *, prefix: str = "regions") -> str:
    """The chart of a region map. Raises ValueError where nothing is known at any cell."""
    entries = legend_of(found)
    if not entries:
        raise ValueError("there is nothing to draw: no cell of the map is known")
    notes = _notes(found)
    lines = sum(len(wrap(entry.words, _TEXT, SIZE, 3)) for entry in entries) + sum(map(len, notes))
    bottom = 0.95 + LINE * lines + 0.1 * (len(entries) + len(notes))
    height = TOP + SIDE + bottom
    with settings():
        figure, axes = _canvas(found, height, bottom)
        for entry in entries:
            _draw_area(axes, found, entry)
        _draw_lines(axes, found)
        _mark_base(axes, found)
        _draw_legend(figure, entries, notes, height, bottom)
        text = save(figure)
    x, y = found.axes
    return finish(text, prefix, f"Where classes of equilibria hold over {x.name} and {y.name}", _description(found))


def legend_of(found: RegionMap) -> list[_Entry]:
    """One entry per set of classes, the largest area first; from the twelfth on one for all that is left."""
    numbers = [index for index in range(len(found.sets)) if found.share(index) > 0]
    own = numbers if len(numbers) <= MOST else numbers[: MOST - 1]
    entries = [
        _Entry(LETTERS[place], (index,), _shown(found.label(index)), found.share(index), place)
        for place, index in enumerate(own)
    ]
    rest = tuple(numbers[len(own) :])
    if rest:
        words = f"{len(rest)} further sets of classes"
        entries.append(_Entry(LETTERS[MOST - 1], rest, words, sum(map(found.share, rest)), None))
    return entries


def _shown(name: str) -> str:
    return clean(name.replace("_", " "))


def _notes(found: RegionMap) -> list[tuple[str, ...]]:
    texts = []
    if found.everywhere and len(found.sets) > 1:
        names = "; and ".join(_shown(found.classes[k].name) for k in found.everywhere)
        texts.append(f"Everywhere as well: {names}")
    for k in found.key()[:MOST_KEYS]:
        texts.append(f"{found.short(k)[0].upper()}{found.short(k)[1:]}: {_shown(found.classes[k].name)}")
    if len(found.key()) > MOST_KEYS:
        texts.append(f"The data list {len(found.key()) - MOST_KEYS} more classes by number.")
    if _base_inside(found):
        values = " and ".join(f"{axis.name} = {number(float(axis.base))}" for axis in found.axes)
        texts.append(f"Circle: the base values, {values}.")
    unknown = float(np.mean(found.cell < 0))
    if unknown:
        texts.append(f"White: nothing is known ({share(unknown)})")
    if found.method == "selection":
        texts.append("Only the selected equilibrium of each cell, by what play reaches; others may hold.")
    elif not found.complete:
        texts.append("Not every cell or boundary was looked at or certified; the data say which.")
    return [wrap(text, _TEXT + 20, SIZE, 4) for text in texts]


def _description(found: RegionMap) -> str:
    parts = "; ".join(f"{entry.letter}: {entry.words}, {share(entry.share)}" for entry in legend_of(found))
    spans = " and ".join(f"{axis.name} from {float(axis.low):g} to {float(axis.high):g}" for axis in found.axes)
    return clean(f"{spans}. Areas: {parts}.")


def _canvas(found: RegionMap, height: float, bottom: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height))
    side = SIDE + 0.9
    axes = figure.add_axes((LEFT / WIDTH, bottom / height, side / WIDTH, SIDE / height))
    x, y = found.axes
    axes.set_xlim(float(x.low), float(x.high))
    axes.set_ylim(float(y.low), float(y.high))
    axes.set_xlabel("\n".join(wrap(axis_label(x), side * 72, 10.0, 2)), color=INK)
    axes.set_ylabel("\n".join(wrap(axis_label(y), SIDE * 72, 10.0, 2)), color=INK)
    axes.tick_params(axis="both", color=MUTED, labelcolor=MUTED, length=3)
    axes.patch.set_visible(False)
    figure.patch.set_visible(False)
    for spine in axes.spines.values():
        spine.set_color(MUTED)
        spine.set_linewidth(0.8)
    return figure, axes


def axis_label(axis: Axis) -> str:
    """What stands at an axis: the name, the first sentence about it, and the unit unless it says so already."""
    about = clean(axis.about).split(". ")[0].split(": ")[0].rstrip(".")
    text = f"{axis.name}: {cut(about, 90)}" if about else axis.name
    unit = clean(axis.unit)
    return f"{text} ({cut(unit, 20)})" if unit and unit.casefold() not in about.casefold() else text


def _draw_area(axes: Axes, found: RegionMap, entry: _Entry) -> None:
    loops = areas(found, entry.sets)
    _fill(axes, loops, entry.look)
    spot = widest(found, entry.sets)
    wide, high = room(found, entry.sets, spot)
    label = f"{entry.letter}  {entry.words}"
    if len(label) > LONGEST or text_width(label, SIZE) > wide - 10 or high < 20:
        label = entry.letter
    axes.text(*spot, label, ha="center", va="center", color=INK, fontsize=SIZE, weight="bold", linespacing=1.2)


def _fill(axes: Axes, loops: Loops, look: int | None) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    vertices = [point for loop in loops for point in [*loop, loop[0]]]
    codes = [code for loop in loops for code in [Path.MOVETO, *[Path.LINETO] * (len(loop) - 1), Path.CLOSEPOLY]]
    axes.add_patch(PathPatch(Path(vertices, codes), **_look(look)))


def _look(look: int | None) -> dict[str, Any]:
    """Colour and hatch: different for each number up to 63."""
    if look is None:
        return {"facecolor": ("#bdbdbd", _OPACITY), "linewidth": 0}
    hatch = _HATCHES[(look + look // len(_HATCHES)) % len(_HATCHES)]
    own: dict[str, Any] = {"facecolor": (_COLOURS[look % len(_COLOURS)], _OPACITY), "linewidth": 0}
    return own | ({"hatch": hatch, "edgecolor": MUTED} if hatch else {})


def _draw_lines(axes: Axes, found: RegionMap) -> None:
    """Boundaries, each carried on straight from the frame of the lattice to the edge; else the edges of cells."""
    for boundary in found.boundaries:
        points = _carried_on(np.array(boundary.points), found.axes)
        style = "-" if boundary.certified else (0, (4, 2))
        axes.plot(*points.T, color=INK, linewidth=1.3, linestyle=style, solid_joinstyle="round")
    if not found.boundaries and len(found.sets) > 1:
        for index in range(len(found.sets)):
            for loop in areas(found, (index,)):
                axes.plot(*np.array([*loop, loop[0]]).T, color=INK, linewidth=0.7)


def _carried_on(points: np.ndarray, axes: tuple[Axis, Axis]) -> np.ndarray:
    """The line with ends that lie by the edge of the map moved onto it, along the line."""
    result = points.copy()
    for end, beside in ((0, 1), (-1, -2)):
        for axis, column in zip(axes, (0, 1), strict=True):
            for edge in (float(axis.low), float(axis.high)):
                away = abs(result[end, column] - edge)
                along = points[end] - points[beside]
                if 0 < away < 2e-3 * float(axis.span) and along[column] != 0:
                    result[end] = points[end] + along * (edge - points[end, column]) / along[column]
    return result


def _mark_base(axes: Axes, found: RegionMap) -> None:
    if _base_inside(found):
        spot = [float(axis.base) for axis in found.axes]
        axes.plot(*spot, marker="o", markersize=8, color=INK, markerfacecolor="none", linestyle="", clip_on=False)
        axes.plot(*spot, marker="o", markersize=2.5, color=INK, linestyle="", clip_on=False)


def _base_inside(found: RegionMap) -> bool:
    return all(axis.low <= axis.base <= axis.high for axis in found.axes)


def _draw_legend(
    figure: Figure, entries: Sequence[_Entry], notes: Sequence[tuple[str, ...]], height: float, bottom: float
) -> None:
    from matplotlib.patches import Rectangle

    top = bottom - 0.78
    for entry in entries:
        lines = wrap(entry.words, _TEXT, SIZE, 3)
        box = ((LEFT - 0.6) / WIDTH, (top - 0.13) / height)
        shape = Rectangle(box, 0.32 / WIDTH, 0.17 / height, transform=figure.transFigure, **_look(entry.look))
        figure.add_artist(shape)
        for text, at, align, weight in (
            (entry.letter, LEFT - 0.18, "left", "bold"),
            ("\n".join(lines), LEFT, "left", "normal"),
            (share(entry.share), WIDTH - 0.12, "right", "normal"),
        ):
            figure.text(
                at / WIDTH, top / height, text, ha=align, va="top", weight=weight, fontsize=SIZE, color=INK,
                linespacing=1.15,
            )  # fmt: skip
        top -= LINE * len(lines) + 0.1
    for note in notes:
        figure.text(
            (LEFT - 0.6) / WIDTH, top / height, "\n".join(note), ha="left", va="top", fontsize=SIZE, color=MUTED,
            linespacing=1.15,
        )  # fmt: skip
        top -= LINE * len(note) + 0.1
