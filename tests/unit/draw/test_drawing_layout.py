"""Geometry of drawings: nothing overlaps, nothing is lost, parents are centred."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from standoff.draw.fold import continuation_payoffs, shown_tree
from standoff.draw.labels import LONGEST, Names, clean, cut, wrap
from standoff.draw.layout import layout
from standoff.draw.placed import WIDEST, Box, Layout
from standoff.draw.widths import text_width
from standoff.game.game import TERMINAL, Game
from standoff.game.tree import build
from standoff.scenario.scenario import Scenario
from unit.draw.crisis_case import VALUES, crisis, equilibrium
from unit.draw.geometry import collisions, overlap


def scenarios() -> dict[str, Scenario]:
    plain = crisis()
    long = "A label that goes on for much longer than any drawing has room for " * 3
    wordy = replace(
        plain,
        moves=tuple(
            replace(move, label=long, options=tuple(replace(o, label=long + o.name) for o in move.options))
            for move in plain.moves
        ),
        outcomes=tuple(replace(outcome, label=long) for outcome in plain.outcomes),
        actors=tuple(replace(actor, label=f"{long}{actor.name}") for actor in plain.actors),
    )
    return {"plain": plain, "wordy": wordy}


CASES = [
    pytest.param(name, fold, with_equilibrium, id=f"{name}-{fold}-{'play' if with_equilibrium else 'bare'}")
    for name in ("plain", "wordy")
    for fold in ("unreached", "none")
    for with_equilibrium in (True, False)
]


def draw(name: str, fold: str, with_equilibrium: bool) -> tuple[Game, Layout]:
    scenario = scenarios()[name]
    game = build(scenario)
    return game, layout(game, equilibrium(game) if with_equilibrium else None, fold=fold, scenario=scenario)


def test_the_sweep_agrees_with_all_pairs() -> None:
    rng = np.random.default_rng(1)
    boxes = [Box(*row) for row in rng.uniform([0, 0, 1, 1], [50, 50, 20, 20], (60, 4)).tolist()]
    assert collisions(boxes) == sum(overlap(a, b) for a, b in combinations(boxes, 2)) > 0


@pytest.mark.parametrize(("name", "fold", "play"), CASES)
def test_no_two_texts_overlap(name: str, fold: str, play: bool) -> None:
    _, drawing = draw(name, fold, play)
    assert collisions([label.box for label in drawing.labels()]) == 0


@pytest.mark.parametrize(("name", "fold", "play"), CASES)
def test_no_text_covers_a_node(name: str, fold: str, play: bool) -> None:
    _, drawing = draw(name, fold, play)
    signs = [Box(node.x - 8, node.y - 8, 16, 16) for node in drawing.nodes]
    assert collisions(signs) == 0
    assert collisions(signs + [label.box for label in drawing.labels()]) == 0


@pytest.mark.parametrize(("name", "fold", "play"), CASES)
def test_every_line_fits_its_box_and_every_box_the_page(name: str, fold: str, play: bool) -> None:
    _, drawing = draw(name, fold, play)
    for label in drawing.labels():
        assert (
            max(text_width(line, label.size, bold=label.role in ("ending", "head")) for line in label.lines)
            <= label.box.width + 1e-9
        )
        assert label.box.left >= 0
        assert label.box.top >= 0
        assert label.box.bottom <= drawing.height
        assert label.box.right <= drawing.width


def test_the_legend_of_a_small_tree_fits_too() -> None:
    scenario = crisis(moves=crisis().moves[2:4], outcomes=(), considerations=crisis().considerations[:1])
    game = build(scenario)
    drawing = layout(game, equilibrium(game), scenario=scenario)
    assert max(node.x for node in drawing.nodes) < 300
    assert all(label.box.right <= drawing.width for label in drawing.labels())


@pytest.mark.parametrize("name", ["plain", "wordy"])
def test_the_path_of_two_hundred_endings_fits_a_page_width(name: str) -> None:
    game, drawing = draw(name, "unreached", True)
    assert len(game.outcome) > 200
    assert drawing.width <= WIDEST


def test_parents_stand_in_the_middle_of_their_children_and_left_of_them() -> None:
    _, drawing = draw("plain", "none", True)
    place = {node.node: node for node in drawing.nodes}
    children: dict[int, list[int]] = {}
    for edge in drawing.edges:
        children.setdefault(edge.parent, []).append(edge.child)
    for parent, below in children.items():
        ys = [place[child].y for child in below]
        assert place[parent].y == pytest.approx((min(ys) + max(ys)) / 2)
        assert all(place[child].x > place[parent].x for child in below)


def test_unfolded_drawings_show_every_node_once() -> None:
    game, drawing = draw("plain", "none", True)
    assert sorted(node.node for node in drawing.nodes) == list(range(game.n_nodes))


def test_folding_keeps_all_that_is_reached_and_every_option_next_to_it() -> None:
    game = build(crisis())
    play = equilibrium(game).play
    shown = {entry.node for entry in shown_tree(game, play, "unreached").walk()}
    reached = set(np.flatnonzero(play.reach > 0).tolist())
    expected = reached | {child for node in reached for child in game.children(node)}
    assert shown == expected


def test_stubs_and_endings_together_count_every_ending() -> None:
    game = build(crisis())
    root = shown_tree(game, equilibrium(game).play, "unreached")
    leaves = [entry for entry in root.walk() if not entry.children]
    assert sum(entry.endings for entry in leaves) == root.endings == int((game.kind == TERMINAL).sum())


def test_what_stubs_are_worth_is_the_payoff_of_the_profile_at_the_root() -> None:
    game = build(crisis())
    found = equilibrium(game)
    worth = continuation_payoffs(found.numeric, found.play)
    np.testing.assert_allclose(worth[0], found.play.payoffs)
    # a resolved Russia that strikes makes the coalition withdraw: worth of the force, no war
    strike = next(n for n in range(game.n_nodes) if game.history(n) == "resolved/committed/no_veto/refuse/force/strike")
    np.testing.assert_allclose(worth[strike], [VALUES["security"], 0, 0, VALUES["security"]])


def test_information_sets_join_exactly_their_shown_nodes() -> None:
    game, drawing = draw("plain", "unreached", True)
    inner = {node.node for node in drawing.nodes if node.kind == "decision"}
    expected = {}
    for number, members in enumerate(game.members):
        nodes = set(members.tolist()) & inner
        if len(nodes) > 1:
            expected[number] = nodes
    assert {join.infoset: set(join.nodes) for join in drawing.joins} == expected
    assert expected


def test_beliefs_stand_at_joined_nodes_only_and_sum_to_one() -> None:
    _, drawing = draw("plain", "unreached", True)
    joined = {node for join in drawing.joins for node in join.nodes}
    believed = {edge.child for edge in drawing.edges if any(label.role == "belief" for label in edge.labels)}
    assert believed == joined - {0}


def test_an_unknown_fold_is_refused() -> None:
    with pytest.raises(ValueError, match="unreached"):
        layout(build(crisis()), fold="some")


def test_labels_are_cut_but_kept_in_full() -> None:
    _, drawing = draw("wordy", "unreached", True)
    options = [label for edge in drawing.edges for label in edge.labels if label.role == "option"]
    assert all(sum(map(len, label.lines)) <= LONGEST for label in options)
    assert all(len(label.full) > LONGEST for label in options)


def test_cleaning_leaves_what_xml_and_eyes_can_take() -> None:
    assert clean("a\x00b\u202ec\ud800d\n e\ufffff") == "a bcd ef"
    assert cut("x" * 40) == "x" * 27 + "…"
    assert wrap("one two three", text_width("one two", 11.0), 11.0) == ("one two", "three")


def test_letters_tell_actors_apart() -> None:
    game = build(crisis())
    same = replace(game, actor_labels=("Ally", "Ally", "Ally", "Ally"))
    for letters in (Names.of(game).letters, Names.of(same).letters):
        assert len(set(letters)) == 4
