"""Order of play and recall against textbook examples and brute force over all paths."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standoff.game.order import has_perfect_recall, order_of_play


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_the_absent_minded_driver_meets_his_set_twice() -> None:
    # Piccione and Rubinstein: exit or go on, twice, without knowing which exit it is
    parent, infoset = ints(-1, 0, 0, 1, 1), ints(0, 0, -1, -1, -1)
    assert order_of_play(parent, infoset) is None
    assert not has_perfect_recall(parent, ints(-1, 0, 1, 0, 1), ints(0, 0, -1, -1, -1), infoset)


def test_meeting_a_set_on_two_paths_leaves_an_order() -> None:
    parent, infoset = ints(-1, 0, 0, 1, 1, 2, 2), ints(-1, 0, 0, -1, -1, -1, -1)
    assert order_of_play(parent, infoset).tolist() == [0]


def test_two_players_who_move_in_either_order_have_no_order_of_play() -> None:
    # chance, then set 0 above set 1 on one side and below it on the other
    parent = ints(-1, 0, 0, 1, 2, 3, 4)
    infoset = ints(-1, 0, 1, 1, 0, -1, -1)
    actor = ints(-1, 0, 1, 1, 0, -1, -1)
    assert order_of_play(parent, infoset) is None
    assert has_perfect_recall(parent, ints(-1, 0, 1, 0, 0, 0, 0), actor, infoset)


def test_a_cycle_that_no_single_path_shows() -> None:
    # 0 above 1, 1 above 2, 2 above 0, each on a path of its own
    parent = ints(-1, 0, 0, 0, 1, 2, 3)
    assert order_of_play(parent, ints(-1, 0, 1, 2, 1, 2, 0)) is None
    assert order_of_play(parent, ints(-1, 0, 1, 2, 1, 2, 3)).tolist() == [0, 1, 2, 3]


def test_the_smallest_number_comes_first_among_those_that_may() -> None:
    # set 2 stands above 0; 1 is free
    parent, infoset = ints(-1, 0, 0, 1), ints(-1, 2, 1, 0)
    assert order_of_play(parent, infoset).tolist() == [1, 2, 0]


def test_chance_between_two_sets_does_not_hide_their_order() -> None:
    assert order_of_play(ints(-1, 0, 1, 2), ints(1, -1, 0, -1)).tolist() == [1, 0]


@pytest.mark.parametrize(("forgets", "expected"), [("own choice", False), ("other's choice", True)])
def test_forgetting_an_own_choice_is_imperfect_recall(forgets: str, expected: bool) -> None:
    # node 0 chooses left or right; then player 0 moves in one information set at both nodes
    first = 0 if forgets == "own choice" else 1
    parent, action = ints(-1, 0, 0, 1, 1, 2, 2), ints(-1, 0, 1, 0, 1, 0, 1)
    actor = ints(first, 0, 0, -1, -1, -1, -1)
    assert has_perfect_recall(parent, action, actor, ints(0, 1, 1, -1, -1, -1, -1)) is expected


def test_forgetting_what_one_knew_is_imperfect_recall() -> None:
    # chance; player 0 sees it and has one choice; later it no longer knows
    parent, action = ints(-1, 0, 0, 1, 2, 3, 4), ints(-1, 0, 1, 0, 0, 0, 0)
    actor = ints(-1, 0, 0, 0, 0, -1, -1)
    assert not has_perfect_recall(parent, action, actor, ints(-1, 0, 1, 2, 2, -1, -1))
    assert has_perfect_recall(parent, action, actor, ints(-1, 0, 1, 2, 3, -1, -1))


def test_a_game_without_decisions() -> None:
    assert order_of_play(ints(-1), ints(-1)).tolist() == []
    assert has_perfect_recall(ints(-1), ints(-1), ints(-1), ints(-1))


def test_a_path_of_many_thousand_nodes() -> None:
    n = 20_000
    parent, infoset = np.arange(-1, n - 1), np.arange(n)[::-1].copy()
    assert order_of_play(parent, infoset).tolist() == infoset.tolist()
    assert has_perfect_recall(parent, np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64), infoset)


@st.composite
def trees(draw):
    """A random tree, parents before children, with random information sets at its inner nodes."""
    size = draw(st.integers(1, 14))
    parent = [-1] + [draw(st.integers(0, node - 1)) for node in range(1, size)]
    action, count = [-1], [0] * size
    for up in parent[1:]:
        action.append(count[up])
        count[up] += 1
    raw = [draw(st.integers(-1, 4)) if count[node] else -1 for node in range(size)]
    numbers = {old: new for new, old in enumerate(sorted(set(raw) - {-1}))}
    infoset = [numbers.get(old, -1) for old in raw]
    owner = [draw(st.integers(0, 1)) for _ in numbers]
    actor = [owner[own] if own >= 0 else -1 for own in infoset]
    return ints(*parent), ints(*action), ints(*actor), ints(*infoset)


def ancestors(parent: np.ndarray, node: int) -> list[int]:
    """From the root down, the node itself excluded."""
    found = []
    while parent[node] >= 0:
        node = int(parent[node])
        found.append(node)
    return found[::-1]


@given(trees())
def test_against_brute_force(tree) -> None:
    parent, action, actor, infoset = tree
    nodes = range(len(parent))
    above = {(int(infoset[up]), int(infoset[node])) for node in nodes for up in ancestors(parent, node)}
    above = {(one, other) for one, other in above if one >= 0 and other >= 0}
    sets = range(int(infoset.max()) + 1)
    orders = [
        order
        for order in itertools.permutations(sets)
        if all(order.index(one) < order.index(other) for one, other in above)
    ]
    found = order_of_play(parent, infoset)
    assert (None if found is None else tuple(found.tolist())) == (orders[0] if orders else None)

    def experience(node: int) -> tuple[tuple[int, int], ...]:
        path = [*ancestors(parent, node), node]
        steps = itertools.pairwise(path)
        return tuple((int(infoset[up]), int(action[down])) for up, down in steps if actor[up] == actor[node])

    recalls = all(len({experience(node) for node in nodes if infoset[node] == own}) == 1 for own in sets)
    assert has_perfect_recall(parent, action, actor, infoset) is recalls
