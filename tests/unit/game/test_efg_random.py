"""Random trees, written here as text: reading gives the tree back, and writing what was read loses nothing."""

from __future__ import annotations

import dataclasses
import io
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from efg_trees import Node, Tree, compare_with_gambit, text_of, trees
from standoff.game.efg import parse_efg, write_efg
from standoff.game.game import DECISION, TERMINAL, Game


def check_same(game: Game, at: int, node: Node, tree: Tree, sums: tuple[Fraction, ...], rows, chance) -> None:
    """Compares the game below node `at` with the tree below `node`, payoffs above adding to `sums`."""
    assert game.kind[at] == node.kind
    assert game.efg is not None
    assert game.efg.node_label[at] == node.label
    assert game.efg.infoset_number[at] == node.number
    assert game.efg.infoset_label[at] == tree.set_labels.get((node.player, node.number), "")
    if node.outcome:
        name, payoffs = tree.outcomes[node.outcome]
        assert game.efg.outcome[at] == (node.outcome, name, payoffs)
        sums = tuple(one + other for one, other in zip(sums, payoffs, strict=True))
    else:
        name = ""
        assert game.efg.outcome[at] is None
    if node.kind == TERMINAL:
        assert tuple(rows[int(game.terminal[at])]) == sums
        assert game.outcomes[int(game.outcome[int(game.terminal[at])])] == (name or "(unnamed)")
    if node.kind == DECISION:
        infoset = game.infosets[int(game.infoset[at])]
        assert game.actor[at] == node.player - 1 == infoset.actor
        assert len(infoset.options) == len(set(infoset.options)) == len(node.branches)
    assert len(game.children(at)) == len(node.children)
    for place, (below, child) in enumerate(zip(game.children(at), node.children, strict=True)):
        assert game.labels[below] == node.branches[place]
        assert chance[below] == (node.probabilities[place] if node.probabilities else 1)
        check_same(game, below, child, tree, sums, rows, chance)


def same(one: Game, other: Game) -> bool:
    for field in dataclasses.fields(Game):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if isinstance(left, np.ndarray):
            assert left.dtype == right.dtype == np.int64
            np.testing.assert_array_equal(left, right, err_msg=field.name)
        else:
            assert left == right, field.name
    return True


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(trees())
def test_reading_gives_the_tree_and_writing_loses_nothing(tree: Tree) -> None:
    game = parse_efg(text_of(tree))
    assert (game.title, game.actor_labels) == (tree.title, tuple(tree.players))
    chance, rows = game.exact({})
    check_same(game, 0, tree.root, tree, (Fraction(0),) * len(tree.players), rows, chance)
    groups = {}
    for node in np.flatnonzero(game.kind == DECISION).tolist():
        groups.setdefault((int(game.actor[node]), game.efg.infoset_number[node]), set()).add(int(game.infoset[node]))
    assert sorted(map(list, groups.values())) == [[number] for number in range(len(game.infosets))]
    if game.ordered:
        for node in range(1, game.n_nodes):
            path = [int(game.infoset[step]) for step in [0, *game.path(node)] if game.infoset[step] >= 0]
            assert path == sorted(set(path))

    written = write_efg(game)
    again = parse_efg(written)
    assert same(game, again)
    assert write_efg(again) == written


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(trees(labels=st.sampled_from(["", "a", "b", "SQ", "x/y", "two words", "Pö", "1"]), node_labels=st.just("")))
def test_pygambit_agrees_on_random_trees(tree: Tree) -> None:
    pygambit = pytest.importorskip("pygambit")
    # pygambit wants labels of information sets, and of nodes, that are distinct
    tree = dataclasses.replace(tree, set_labels={key: f"set {number}" for number, key in enumerate(tree.set_labels)})
    text = text_of(tree)
    game = parse_efg(text)
    compare_with_gambit(game, pygambit.read_efg(io.BytesIO(text.encode())))
    compare_with_gambit(game, pygambit.read_efg(io.BytesIO(write_efg(game).encode())))
