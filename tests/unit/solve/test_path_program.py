"""The tables of a game against its tree, path by path, and the order of elimination against elimination by sets."""

from __future__ import annotations

from itertools import combinations, pairwise, product

import numpy as np
import pytest

from standoff.game.game import Bools, Game, Ints
from standoff.solve.path_program import Program, _elimination, _fronts, program_of
from unit.solve.path_games import GAMES, entries_of, game_named, nodes_of_sets, played_at, slots_above


def items(table: Ints, ptr: Ints) -> list[list[int]]:
    """The items of each owner."""
    assert (ptr[0], ptr[-1]) == (0, len(table))
    return [table[begin:end].tolist() for begin, end in pairwise(ptr.tolist())]


def paths_of(game: Game) -> list[list[int]]:
    return [slots_above(game, node) for node in game.terminals.tolist()]


def cells_of(game: Game) -> list[tuple[int, int]]:
    """Pairs of slots on a common path, in order."""
    return sorted({pair for path in paths_of(game) for pair in product(path, repeat=2)})


def open_sets(game: Game) -> set[int]:
    """Sets whose replies do not depend on the precision alone.

    Such a set has nodes with different moves above them, or lies above one that is open.
    """
    above = [[slots_above(game, node) for node in nodes.tolist()] for nodes in game.members]
    result = {number for number, own in enumerate(above) if len({frozenset(slots) for slots in own}) > 1}
    while True:
        over = {int(game.slot_infoset[slot]) for number in result for slots in above[number] for slot in slots}
        if over <= result:
            return result
        result |= over


@pytest.mark.parametrize("name", GAMES)
def test_sets_and_paths(name: str) -> None:
    game = game_named(name)
    p = program_of(game)
    assert p.set_ptr.tolist() == game.slot_start.tolist()
    assert p.row_set.tolist() == game.slot_infoset.tolist()
    assert p.actor.tolist() == [game.infosets[number].actor for number in game.slot_infoset.tolist()]
    assert p.member_ptr.tolist() == np.cumsum([0, *map(len, game.members)]).tolist()
    assert items(p.above, p.above_ptr) == [slots_above(game, node) for node in nodes_of_sets(game)]
    assert items(p.path, p.path_ptr) == paths_of(game)


@pytest.mark.parametrize("name", GAMES)
def test_entries(name: str) -> None:
    """A slot with every ending after it, and where on the way to it the slot is played."""
    game = game_named(name)
    p, entries, nodes = program_of(game), entries_of(game), nodes_of_sets(game)
    after = items(p.end, p.end_ptr)
    assert [(slot, end) for slot, own in enumerate(after) for end in own] == entries
    assert [nodes[number] for number in p.node] == [played_at(game, slot, game.terminals[end]) for slot, end in entries]
    on_path = items(p.path_entry, p.path_ptr)
    found = [[entries[entry] for entry in own] for own in on_path]
    assert found == [[(slot, end) for slot in path] for end, path in enumerate(paths_of(game))]


@pytest.mark.parametrize("name", GAMES)
def test_cells(name: str) -> None:
    """Every pair of slots on a common path, once, and those of each entry."""
    game = game_named(name)
    p, cells, paths = program_of(game), cells_of(game), paths_of(game)
    assert [(row, other) for row, own in enumerate(items(p.column, p.column_ptr)) for other in own] == cells
    for (slot, end), own in zip(entries_of(game), items(p.cell, p.cell_ptr), strict=True):
        assert [cells[cell] for cell in own] == [(slot, other) for other in paths[end]]


@pytest.mark.parametrize("name", GAMES)
def test_explicit_sets_come_after_those_below_them(name: str) -> None:
    game = game_named(name)
    order = program_of(game).explicit.tolist()
    assert sorted(order) == sorted(set(range(len(game.infosets))) - open_sets(game))
    place = {number: at for at, number in enumerate(order)}
    for path in paths_of(game):
        for first, second in combinations(path, 2):
            sets = int(game.slot_infoset[first]), int(game.slot_infoset[second])
            if sets[0] in place:
                assert place[sets[1]] < place[sets[0]]


@pytest.mark.parametrize("name", GAMES)
def test_blocks(name: str) -> None:
    """A slot of an open set and every open set that it meets, option by option."""
    game = game_named(name)
    p, cells, free = program_of(game), cells_of(game), open_sets(game)
    sets, own_cells = items(p.block_set, p.block_ptr), iter(items(p.block_cell, p.block_cell_ptr))
    for slot, own in enumerate(sets):
        met = sorted({int(game.slot_infoset[other]) for first, other in cells if first == slot} & free)
        assert own == (met if int(game.slot_infoset[slot]) in free else [])
        for number in own:
            options = range(game.slot_start[number], game.slot_start[number + 1])
            expected = [cells.index((slot, other)) if (slot, other) in cells else len(cells) for other in options]
            assert next(own_cells) == expected
    assert next(own_cells, None) is None


@pytest.mark.parametrize("name", GAMES)
def test_unknowns(name: str) -> None:
    """One fewer than there are options at each open set; those of sets on a common path may meet."""
    game = game_named(name)
    p, free = program_of(game), sorted(open_sets(game))
    counted, owner = 0, []
    for number in range(len(game.infosets)):
        if number not in free:
            assert p.unknown[number] == -1
            continue
        assert p.unknown[number] == counted
        fewer = len(game.infosets[number].options) - 1
        owner += [number] * fewer
        counted += fewer
    assert p.stored.shape == (counted, counted)
    meet = {(int(game.slot_infoset[a]), int(game.slot_infoset[b])) for a, b in cells_of(game)}
    for row, column in product(range(counted), repeat=2):
        if (owner[row], owner[column]) in meet:
            assert p.stored[row, column] >= 0


# --- elimination ------------------------------------------------------------------------------------------------------


def check_plan(meets: Bools, stored: Ints, pivots: list[int], neighbours: list[list[int]]) -> None:
    """All that elimination in this order ever writes to is stored, once."""
    size = len(meets)
    assert sorted(pivots) == list(range(size))
    assert sorted(stored[stored >= 0].tolist()) == list(range(np.count_nonzero(stored >= 0)))
    around = {own: {other for other in range(size) if meets[own, other] or meets[other, own]} for own in range(size)}
    written = {(row, column) for row in range(size) for column in around[row] | {row}}
    for place, pivot in enumerate(pivots):
        later = around[pivot] & set(pivots[place + 1 :])
        assert neighbours[place] == sorted(later)
        assert all(stored[pair] >= 0 for pair in product([pivot, *later], repeat=2))
        for own in later:
            around[own] |= later
        written |= set(product(later, repeat=2))
    assert {(row, column) for row, column in np.argwhere(stored >= 0).tolist()} == written


@pytest.mark.parametrize("name", GAMES)
def test_order_of_elimination_is_complete(name: str) -> None:
    p = program_of(game_named(name))
    fronts = items(p.front, p.front_ptr)
    pivots = [own for front, count in zip(fronts, p.pivots.tolist(), strict=True) for own in front[:count]]
    assert pivots == p.pivot.tolist()
    # taken one by one: a pivot meets those after it in its front
    neighbours = [
        sorted(front[place + 1 :])
        for front, count in zip(fronts, p.pivots.tolist(), strict=True)
        for place in range(count)
    ]
    check_plan(meeting(p), p.stored, pivots, neighbours)
    assert items(p.place, p.place_ptr) == [[p.stored[pair] for pair in product(front, repeat=2)] for front in fronts]


def meeting(p: Program) -> Bools:
    """[unknown, unknown] whose sets have slots that meet."""
    sets = [number for number in range(len(p.unknown)) if p.unknown[number] >= 0]
    owner = [number for number in sets for _ in range(p.set_ptr[number + 1] - p.set_ptr[number] - 1)]
    met = {(int(p.row_set[row]), number) for row, own in enumerate(items(p.block_set, p.block_ptr)) for number in own}
    return np.array([[(a, b) in met or a == b for b in owner] for a in owner], dtype=bool).reshape((len(owner),) * 2)


@pytest.mark.parametrize("size", [0, 1, 2, 5, 12, 25])
@pytest.mark.parametrize("density", [0.0, 0.1, 0.4, 1.0])
def test_any_shape_can_be_eliminated(size: int, density: float) -> None:
    """Not symmetric; what is given is not changed."""
    meets = np.random.default_rng([size, int(10 * density)]).random((size, size)) < density
    np.fill_diagonal(meets, True)
    before = meets.copy()
    stored, pivots, neighbours = _elimination(meets)
    np.testing.assert_array_equal(meets, before)
    check_plan(meets, stored, pivots.tolist(), [own.tolist() for own in neighbours])


@pytest.mark.parametrize(("sizes", "fronts"), [([4, 4], [8]), ([1, 1, 1], [3]), ([], [])])
def test_what_meets_everything_is_one_front(sizes: list[int], fronts: list[int]) -> None:
    meets = np.ones((sum(sizes), sum(sizes)), dtype=bool)
    _, pivot, neighbours = _elimination(meets)
    pivots, members = _fronts(pivot, neighbours)
    assert pivots.tolist() == fronts
    assert [sorted(own.tolist()) for own in members] == [list(range(size)) for size in fronts]


def test_what_does_not_meet_is_in_fronts_of_its_own() -> None:
    """Two sets that meet a third, but not each other: each goes first, with the third left over."""
    meets = np.eye(6, dtype=bool)
    meets[:2, :2] = meets[2:4, 2:4] = meets[4:, :] = meets[:, 4:] = True
    _, pivot, neighbours = _elimination(meets)
    pivots, members = _fronts(pivot, neighbours)
    assert pivots.tolist() == [2, 4]  # the third meets only what is left of one of them, and joins it
    assert [own.tolist() for own in members] == [[0, 1, 4, 5], [2, 3, 4, 5]]


def test_a_tree_does_not_fill_in() -> None:
    """Leaves first: no entry beyond those of the tree and the diagonal, in whatever order its nodes are numbered."""
    rng = np.random.default_rng(4)
    for size in (2, 7, 30):
        shape = np.eye(size, dtype=bool)
        for own in range(1, size):
            shape[own, int(rng.integers(own))] = True
        order = rng.permutation(size)
        stored, _, _ = _elimination(shape[np.ix_(order, order)])
        assert np.count_nonzero(stored >= 0) == size + 2 * (size - 1)


def test_tables_are_made_once() -> None:
    game = game_named("lotteries")
    assert program_of(game) is program_of(game)
