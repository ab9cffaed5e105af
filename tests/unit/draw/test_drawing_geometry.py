"""Geometry of the drawing as a reader sees it: library games, the real case, games in Gambit's format, random trees.

No two branches cross, no line runs through a text or a sign, no texts overlap, all is within the frame, and joins cross
branches only where these must pass between two of their members.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from properties.shapes import random_sample
from standoff.api import load, solve
from standoff.draw.fold import WHOLE
from standoff.draw.layout import layout
from standoff.draw.placed import MARGIN, RADIUS, SMALL, Box, Layout
from standoff.draw.subject import efg_columns
from standoff.draw.tree import render_svg
from standoff.game.efg import parse_efg
from standoff.game.efg_write import write_efg
from standoff.game.model import Model
from standoff.game.tree import build
from standoff.library.catalogue import names
from standoff.solve.solution import Equilibrium
from unit.draw.crisis_case import crisis, equilibrium
from unit.draw.geometry import branches, collisions, cross, extent, joins, meets, overlap
from unit.solve.build import build as build_tree

REAL = Path(__file__).resolve().parents[3] / "examples" / "consent" / "scenario.yaml"
WAYS = ("bare", "auto", "unreached", "none")
TOO_TALL = {"asymmetric_escalation"}  # 56 endings: whole it does not fit a page, folded it does
"""Library games of which the whole tree needs more than a page."""


@functools.cache
def solved(name: str) -> tuple[Model, Equilibrium | None]:
    model = load(REAL if name == "consent" else f"library:{name}")
    found = solve(model).equilibria
    return model, found[0] if found else None


@functools.cache
def drawing_of(name: str, way: str) -> tuple[Layout, ElementTree.Element]:
    model, found = solved(name)
    fold = "none" if way == "bare" else way
    numeric = model.game.at(model.values())
    drawing = layout(model.game, None if way == "bare" else found, fold=fold, scenario=model.scenario, numeric=numeric)
    return drawing, ElementTree.fromstring(render_svg(drawing))


def check(drawing: Layout, root: ElementTree.Element, *, joined: bool = True) -> None:
    """Every demand on a drawing but that of its size."""
    lines = branches(root)
    extents = [extent(line.points) for line in lines]
    crossed = [(lines[i].child, lines[j].child) for i, j in near(extents) if cross(lines[i].points, lines[j].points)]
    assert crossed == []
    labels = [label.box for label in drawing.labels()]
    signs = [Box(node.x - RADIUS + 1, node.y - RADIUS + 1, 2 * RADIUS - 2, 2 * RADIUS - 2) for node in drawing.nodes]
    assert collisions([*labels, *signs]) == 0
    frame = Box(0, 0, drawing.width, drawing.height)
    assert (float(root.get("width") or 0), float(root.get("height") or 0)) == (drawing.width, drawing.height)
    assert all(inside(box, frame) for box in (*labels, *signs, *extents))
    assert min(label.size for label in drawing.labels()) >= SMALL
    for line, around in zip(lines, extents, strict=True):
        wide = Box(around.left - 3, around.top - 3, around.width + 6, around.height + 6)
        assert not any(meets(line.points, line.width, box) for box in labels if overlap(box, wide))
        strangers = [s for s, node in zip(signs, drawing.nodes, strict=True) if not touches(line, node.x, node.y)]
        assert not any(meets(line.points, line.width, sign) for sign in strangers if overlap(sign, wide))
    if joined:
        check_joins(drawing, root, labels)


def near(extents: list[Box]) -> Iterator[tuple[int, int]]:
    """Pairs of lines whose extents overlap; level ones are given a little height."""
    table = np.array([(box.left, box.top - 0.1, box.right, box.bottom + 0.1) for box in extents]).reshape(-1, 4)
    left, top, right, bottom = table.T
    apart = (left[:, None] >= right) | (left >= right[:, None]) | (top[:, None] >= bottom) | (top >= bottom[:, None])
    for i, j in np.argwhere(~apart).tolist():
        if i < j:
            yield i, j


def touches(line, x: float, y: float) -> bool:  # type: ignore[no-untyped-def]
    """Whether a sign stands at an end of the line."""
    ends = line.points[[0, -1]]
    return bool((np.hypot(ends[:, 0] - x, ends[:, 1] - y) < RADIUS + 1).any())


def inside(box: Box, frame: Box) -> bool:
    return box.left >= 0 and box.top >= 0 and box.right <= frame.right and box.bottom <= frame.bottom


def check_joins(drawing: Layout, root: ElementTree.Element, labels: list[Box]) -> None:
    lines = branches(root)
    tracks = [extent(np.vstack(pieces)) for pieces in joins(root)]
    wide = [Box(box.left - 1, box.top, box.width + 2, box.height) for box in tracks]
    assert collisions(wide) == 0, "two information sets on one track"
    for join, pieces in zip(drawing.joins, joins(root), strict=True):
        members = {node.node: node for node in drawing.nodes if node.node in join.nodes}
        own = [line for line in lines if line.child in members]
        others = [node for node in drawing.nodes if node.node not in members]
        for piece in pieces:
            assert piece[0, 0] == piece[1, 0], "upright"
            assert not any(meets(piece, 1.1, box) for box in labels)
            assert not any(meets(piece, 1.1, Box(n.x - 8, n.y - 8, 16, 16)) for n in others)
        ends = [y for piece in pieces for y in piece[:, 1]]
        middle = sorted(node.y for node in members.values())
        assert min(ends) == pytest.approx(middle[0], abs=RADIUS + 0.1)
        assert max(ends) == pytest.approx(middle[-1], abs=RADIUS + 0.1)
        x = pieces[0][0, 0]
        for line in lines:
            met = sum(cross(line.points, piece) for piece in pieces)
            if line not in own:
                y = line.points[-1, 1]
                must = line.points[0, 0] < x < line.points[-1, 0] and middle[0] < y < middle[-1]
                assert met == int(must), "once, and only where the branch passes between two members"
                assert not met or x > line.level, "on its level run"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", [*names(), "consent"])
def test_nothing_crosses_or_covers_anything(name: str, way: str) -> None:
    check(*drawing_of(name, way))


@pytest.mark.parametrize("name", names())
def test_every_library_game_fits_a_page(name: str) -> None:
    """An A4 sheet with margins of 10 mm, upright or across, and no text below 6 pt."""
    for way in WAYS if name not in TOO_TALL else ("auto", "unreached"):
        drawing, _ = drawing_of(name, way)
        assert drawing.fits_page(), (way, drawing.width, drawing.height)
    if name in TOO_TALL:
        assert not drawing_of(name, "none")[0].fits_page()


def test_the_real_case_fits_a_page_across_when_folded() -> None:
    model, _ = solved("consent")
    assert len(model.game.outcome) > 150
    drawing, _ = drawing_of("consent", "auto")
    points = min((297 - 20) / 25.4 * 72 / drawing.width, (210 - 20) / 25.4 * 72 / drawing.height)
    assert points * SMALL >= 6


def test_small_trees_are_drawn_whole_and_large_ones_folded() -> None:
    for name in [*names(), "consent"]:
        model, found = solved(name)
        if found is None:
            continue
        drawing, _ = drawing_of(name, "auto")
        small = len(model.game.outcome) <= WHOLE
        assert (len(drawing.nodes) == model.game.n_nodes) == small, name


@pytest.mark.parametrize("seed", range(24))
def test_random_trees_and_random_play(seed: int) -> None:
    sample = random_sample(seed, seed % 4, small=bool(seed % 3))
    game = build_tree(sample.tree, sample.actors)
    rng = random.Random(seed)
    chosen = {h: rng.randrange(len(infoset.options)) for h, infoset in enumerate(game.infosets)}

    def choose(infoset):  # type: ignore[no-untyped-def]
        best = chosen[game.infosets.index(infoset)]
        return {option: float(number == best) for number, option in enumerate(infoset.options)}

    found = equilibrium(game, {}, choose)
    nodes = frozenset(rng.sample(range(game.n_nodes), min(3, game.n_nodes)))
    at = rng.randrange(game.n_nodes)
    for options in ({"fold": "none"}, {"fold": "unreached"}, {"fold": "unreached", "open_nodes": nodes}, {"at": at}):
        drawing = layout(game, found, **options)  # type: ignore[arg-type]
        check(drawing, ElementTree.fromstring(render_svg(drawing)))


def test_every_stub_of_the_real_case_can_be_opened() -> None:
    model, found = solved("consent")
    closed = layout(model.game, found, scenario=model.scenario)
    for stub in [node for node in closed.nodes if node.kind == "stub"]:
        drawing = layout(model.game, found, open_nodes={stub.node}, scenario=model.scenario)
        (now,) = [node for node in drawing.nodes if node.node == stub.node]
        assert now.opened
        assert now.kind in ("decision", "chance")
        assert {node.node for node in closed.nodes} < {node.node for node in drawing.nodes}
        check(drawing, ElementTree.fromstring(render_svg(drawing)))
        below = layout(model.game, found, at=stub.node, scenario=model.scenario)
        check(below, ElementTree.fromstring(render_svg(below)))


def test_all_stubs_opened_again_and_again_show_the_whole_tree() -> None:
    game = build(crisis())
    found = equilibrium(game)
    opened: set[int] = set()
    while True:
        drawing = layout(game, found, fold="unreached", open_nodes=opened)
        stubs = {node.node for node in drawing.nodes if node.kind == "stub"}
        if not stubs:
            break
        opened |= stubs
    assert {node.node for node in drawing.nodes} == set(range(game.n_nodes))


@pytest.mark.parametrize("name", ["asymmetric_escalation", "mediator", "seltens_horse", "sinking_costs"])
def test_games_in_gambits_format_keep_information_sets_in_one_column(name: str) -> None:
    model, _ = solved(name)
    game = parse_efg(write_efg(model.game, model.values()))
    columns = efg_columns(game)
    assert all(len(set(columns[nodes].tolist())) == 1 for nodes in game.members)
    assert all(columns[node] > columns[game.parent[node]] for node in range(1, game.n_nodes))
    drawing = layout(game)
    check(drawing, ElementTree.fromstring(render_svg(drawing)))


def test_the_measures_see_what_they_should() -> None:
    up, down = np.array([[0.0, 0.0], [10.0, 10.0]]), np.array([[0.0, 10.0], [10.0, 0.0]])
    assert cross(up, down) == 1
    assert cross(up, up + np.array([0, 1])) == 0
    assert cross(up, np.array([[10.0, 10.0], [20.0, 0.0]])) == 0
    assert meets(up, 1.0, Box(4, 4, 2, 2))
    assert not meets(up, 1.0, Box(6, 1, 2, 2))
    assert meets(up, 8.0, Box(6, 1, 2, 2))
    assert extent(up) == Box(0, 0, 10, 10)
    assert all(i < j for i, j in near([Box(0, 0, 1, 1), Box(0, 0, 1, 1)]))
    assert list(combinations(range(2), 2)) == list(near([Box(0, 0, 1, 1), Box(0, 0, 1, 1)]))
    assert MARGIN > 0
