"""The chart of a region map: what is drawn where, what it says, and that it is safe and always the same."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from xml.etree import ElementTree

import numpy as np
import pytest

from standoff.draw.region_areas import areas, divided
from standoff.draw.regions import LETTERS, MOST, axis_label, legend_of, region_chart
from standoff.findings.region_axes import Axis
from standoff.findings.region_map import SOURCES, Boundary, MapClass, RegionMap

F = Fraction


def made(
    cells: int, cell: np.ndarray, sets: tuple, names: list[str], boundaries: tuple[Boundary, ...] = ()
) -> RegionMap:
    axes = (
        Axis("p", "Probability of war. More text.", "", F(0), F(1), F(1, 4), cells),
        Axis("c", "Cost of war", "billions", F(0), F(10), F(3), cells),
    )
    classes = tuple(MapClass(name, "", (), "game", 0.0) for name in names)
    source = np.full(cell.shape, SOURCES.index("conditions"))
    return RegionMap("Title", None, axes, classes, sets, cell, source, boundaries, "conditions", True)


def halves(names: list[str]) -> RegionMap:
    """Class 0 above the diagonal c = 10 p and class 1 below it; class 2 everywhere."""
    cells = 10
    cell = np.array([[0 if row > column else 1 for column in range(cells)] for row in range(cells)])
    line = tuple((k / 20, k / 2) for k in range(21))
    both = tuple(Boundary(k, line, True, 1e-9, "c >= 10 * p") for k in (0, 1))
    return made(cells, cell, ((0, 2), (1, 2)), names, both)


def area_of(loops) -> float:
    total = 0.0
    for loop in loops:
        for (a, b), (c, d) in zip(loop, [*loop[1:], loop[0]], strict=True):
            total += (a * d - b * c) / 2
    return total


def test_cells_are_cut_along_the_boundary() -> None:
    """The diagonal cuts cells in half: the areas are half the map each, which whole cells are not."""
    found = halves(["war", "peace", "always"])
    table = divided(found)
    rows, columns = table.shape
    ys, xs = (np.arange(n) + 0.5 for n in (rows, columns))
    above = (ys[:, None] / rows) > (xs[None, :] / columns)
    off_line = np.abs(ys[:, None] / rows - xs[None, :] / columns) > 1.5 / rows
    assert np.array_equal(table[off_line] == 0, above[off_line])
    assert area_of(areas(found, (0,))) == pytest.approx(5, rel=0.01)
    assert area_of(areas(found, (1,))) == pytest.approx(5, rel=0.01)


def test_an_area_with_a_hole_has_two_loops() -> None:
    cell = np.zeros((5, 5), dtype=int)
    cell[2, 2] = 1
    found = made(5, cell, ((0,), (1,)), ["outer", "inner"])
    loops = areas(found, (0,))
    assert len(loops) == 2
    assert area_of(loops) == pytest.approx(10 * 24 / 25)
    assert area_of(areas(found, (1,))) == pytest.approx(10 / 25)


def test_the_chart_says_what_it_shows() -> None:
    text = region_chart(halves(["war", "peace", "always_there"]))
    root = ElementTree.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert "p" in root.find(f"{space}title").text
    described = root.find(f"{space}desc").text
    assert "war" in described
    assert "peace" in described
    words = " ".join("".join(node.itertext()) for node in root.iter(f"{space}text"))
    for wanted in ("war", "peace", "Everywhere as well: always there", "Cost of war (billions)", "Circle"):
        assert wanted in words, wanted
    assert "url(#regions-" in text  # a hatch, so that colour is not all


def test_areas_differ_in_more_than_colour() -> None:
    cell = np.arange(16).reshape(4, 4) % 11
    found = made(4, cell, tuple((k,) for k in range(11)), [f"class {k}" for k in range(11)])
    entries = legend_of(found)
    assert [entry.letter for entry in entries] == list(LETTERS[:11])
    text = region_chart(found)
    assert len(re.findall(r"<pattern ", text)) >= 7
    ElementTree.fromstring(text)


def test_many_areas_share_the_last_entry() -> None:
    cell = np.arange(25).reshape(5, 5)
    found = made(5, cell, tuple((k,) for k in range(25)), [f"class {k}" for k in range(25)])
    entries = legend_of(found)
    assert len(entries) == MOST
    assert sum(entry.share for entry in entries) == pytest.approx(1)
    assert "further sets of classes" in region_chart(found)


def test_the_same_map_gives_the_same_text() -> None:
    assert region_chart(halves(["a", "b", "c"])) == region_chart(halves(["a", "b", "c"]))


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "]]><x>",
        "$\\frac{1}{2}$",
        "a" * 500,
        "\u202eabc\x00\x1b[31m",
        '" onload="x',
        "意思",
        "&amp;",
        "",
    ],
)
def test_hostile_names_stay_text(name: str) -> None:
    found = halves([name, "peace", name])
    axes = (replace(found.axes[0], about=name, unit=name), found.axes[1])
    text = region_chart(replace(found, axes=axes))
    root = ElementTree.fromstring(text)
    tags = {node.tag.rpartition("}")[2] for node in root.iter()}
    assert "script" not in tags
    assert "x" not in tags
    assert not any("onload" in node.attrib for node in root.iter())
    assert "\u202e" not in text


def test_classes_without_a_name_are_numbered_where_several_hold() -> None:
    found = halves(["meal: both types beer; reply: no duel", "peace", "always"])
    found = replace(found, sets=((0, 1), (1, 2)))
    assert found.everywhere == (1,)
    found = replace(found, sets=((0, 1, 2), (1,)))
    assert found.label(0) == "class 1 + class 3"
    assert found.key() == (0, 2)
    assert "Class 1: meal: both types beer" in region_chart(found)


def test_nothing_to_draw_is_said() -> None:
    found = made(2, np.full((2, 2), -1), (), [])
    with pytest.raises(ValueError, match="nothing to draw"):
        region_chart(found)


def test_without_boundaries_cells_are_outlined() -> None:
    found = replace(halves(["a", "b", "c"]), boundaries=(), method="selection", complete=False)
    text = region_chart(found)
    assert "Only the selected equilibrium" in text
    assert divided(found).shape == (10, 10)


def test_axis_labels_are_short() -> None:
    found = halves(["a", "b", "c"])
    assert axis_label(found.axes[0]) == "p: Probability of war"
    assert axis_label(replace(found.axes[0], about="", unit="share")) == "p (share)"
    assert len(axis_label(replace(found.axes[0], about="x" * 1000))) < 120
