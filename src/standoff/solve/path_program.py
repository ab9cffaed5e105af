"""What the equations of logit paths have in common at all draws of a game, as tables for compiled loops.

The equations are those of `standoff.solve.odds`: log-odds against each set's likeliest option are unknown, the replies
at explicit sets are filled in. An *entry* is a row and a terminal after it; a *cell* is a pair of rows on a common
path, in which the utility of the first has a slope in the log probability of the second; a *block* is a row and a set
that meet. All chance branches must be positive, so rows are the game's slots and all sets are live.

The Jacobian is sparse as the tree is: an information set meets those above and below it. With pivots on the diagonal,
those with the fewest neighbours first (Tinney and Walker 1967), hardly anything fills in, so the order is planned once.
Pivots that follow each other and meet the same others are taken together (Duff and Reid 1983): they and these others
are a *front*, a small full matrix in which they are eliminated.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from standoff.game.game import Bools, Game, Ints, NumericGame
from standoff.solve.odds import OddsSystem
from standoff.solve.quantal import quantal_system

Places: TypeAlias = NDArray[np.uint32]


class Program(NamedTuple):
    """The tables. A name that ends in ``_ptr`` says where the items of each owner begin in the table before it."""

    set_ptr: Ints  # [set + 1] first row of each set
    row_set: Ints  # [row]
    actor: Ints  # [row]
    explicit: Ints  # sets whose replies depend on the precision alone, last movers first
    member_ptr: Ints  # [set + 1] into decision nodes, which are in the order of `Game.members`
    above: Places  # rows on the paths to decision nodes
    above_ptr: Ints  # [node + 1]
    path: Places  # rows on the paths to terminals
    path_ptr: Ints  # [terminal + 1]
    path_entry: Places  # the entries of these rows and the terminal
    end: Places  # [entry] terminal; entries are ordered by row
    end_ptr: Ints  # [row + 1]
    node: Places  # [entry] the decision node at which the row is played on the way to the terminal
    cell: Places  # cells of an entry's row with every row on its path
    cell_ptr: Ints  # [entry + 1]
    column: Places  # [cell] second row; cells are ordered by their first
    column_ptr: Ints  # [row + 1]
    block_set: Ints  # [block] a set that is not explicit; blocks are ordered by row, which is not explicit either
    block_ptr: Ints  # [row + 1]
    block_cell: Places  # cells of a block's row with every option of its set, past the last where they do not meet
    block_cell_ptr: Ints  # [block + 1]
    unknown: Ints  # [set] its first unknown, -1 if explicit; unknowns are its options without the likeliest
    stored: Ints  # [unknown, unknown] place among the entries of the Jacobian that may differ from zero, -1 elsewhere
    pivot: Places  # unknowns in the order of elimination
    pivots: Ints  # [front] how many of them are eliminated in it
    front: Places  # unknowns of fronts: pivots, then those that are left and meet them
    front_ptr: Ints  # [front + 1]
    place: Places  # stored, of all pairs of a front's unknowns, row by row
    place_ptr: Ints  # [front + 1]


@lru_cache(maxsize=8)
def program_of(game: Game) -> Program:
    """The tables of a game."""
    nothing = np.zeros((len(game.outcome), len(game.actors)))
    odds = OddsSystem(quantal_system(NumericGame(game, np.ones(game.n_nodes), nothing, nothing)))
    system = odds.system
    rows, start = len(system.slots), np.append(system.start, len(system.slots))
    open_sets = np.unique(system.row_set[odds.implicit])
    paths = [_rows(game, node) for node in game.terminals.tolist()]
    above, above_ptr = _joined([_rows(game, node) for nodes in game.members for node in nodes.tolist()])
    path, path_ptr = _joined(paths)
    cells, column, column_ptr = _cells(paths, rows)
    blocks = _blocks(start, system.row_set, open_sets, cells, column, column_ptr)
    unknown = np.full(len(start) - 1, -1)
    sizes = np.diff(start)[open_sets] - 1
    unknown[open_sets] = np.cumsum(sizes) - sizes
    meets = _coupled(open_sets, sizes, system.row_set, blocks[0], blocks[1])
    stored, pivot, neighbours = _elimination(meets)
    pivots, fronts = _fronts(pivot, neighbours)
    front, front_ptr = _joined(fronts)
    place, place_ptr = _joined([stored[np.ix_(own, own)].ravel() for own in fronts])
    pairs = list(zip(system.entry_row.tolist(), system.entry_terminal.tolist(), strict=True))
    numbers = {pair: entry for entry, pair in enumerate(pairs)}
    on_path = [numbers[row, end] for end, own in enumerate(paths) for row in own.tolist()]
    entry_cells = [np.array([cells[row, other] for other in paths[end].tolist()], dtype=np.int64) for row, end in pairs]
    cell, cell_ptr = _joined(entry_cells)
    return Program(  # indices that loops read most are short and without a sign, which saves a look at the sign
        set_ptr=start,
        row_set=system.row_set,
        actor=np.array([infoset.actor for infoset in game.infosets], dtype=np.int64)[system.row_set],
        explicit=np.array([n for own in odds.layers for n in np.unique(system.row_set[own])], dtype=np.int64),
        member_ptr=np.cumsum([0, *map(len, game.members)]),
        above=_short(above),
        above_ptr=above_ptr,
        path=_short(path),
        path_ptr=path_ptr,
        path_entry=_short(np.array(on_path, dtype=np.int64)),
        end=_short(system.entry_terminal),
        end_ptr=np.searchsorted(system.entry_row, np.arange(rows + 1)),
        node=_short(_nodes(game, pairs)),
        cell=_short(cell),
        cell_ptr=cell_ptr,
        column=_short(column),
        column_ptr=column_ptr,
        block_set=blocks[0],
        block_ptr=blocks[1],
        block_cell=_short(blocks[2]),
        block_cell_ptr=blocks[3],
        unknown=unknown,
        stored=stored,
        pivot=_short(pivot),
        pivots=pivots,
        front=_short(front),
        front_ptr=front_ptr,
        place=_short(place),
        place_ptr=place_ptr,
    )


def _short(places: Ints) -> Places:
    return places.astype(np.uint32)


def _rows(game: Game, node: int) -> Ints:
    """Slots on the path to a node, those of chance left out."""
    slots = game.slot[game.path(node)]
    return np.asarray(slots[slots >= 0], dtype=np.int64)


def _nodes(game: Game, pairs: list[tuple[int, int]]) -> Ints:
    """[entry] the decision node at which a row is played on the way to a terminal, in the order of `Game.members`."""
    number = np.full(game.n_nodes, -1)
    number[np.concatenate(game.members)] = np.arange(sum(map(len, game.members)))
    played = [{int(game.slot[node]): node for node in game.path(end)} for end in game.terminals.tolist()]
    return number[[int(game.parent[played[end][row]]) for row, end in pairs]]


def _joined(items: list[Ints]) -> tuple[Ints, Ints]:
    """Tables one after the other, and where each begins."""
    return np.concatenate([np.zeros(0, dtype=np.int64), *items]), np.cumsum([0, *map(len, items)])


def _cells(paths: list[Ints], rows: int) -> tuple[dict[tuple[int, int], int], Ints, Ints]:
    """The number of each cell, their second rows, and where those of each first row begin."""
    pairs = sorted({(first, second) for path in paths for first in path.tolist() for second in path.tolist()})
    first = np.array([pair[0] for pair in pairs], dtype=np.int64)
    second = np.array([pair[1] for pair in pairs], dtype=np.int64)
    return {pair: n for n, pair in enumerate(pairs)}, second, np.searchsorted(first, np.arange(rows + 1))


def _blocks(
    start: Ints, row_set: Ints, open_sets: Ints, cells: dict[tuple[int, int], int], column: Ints, column_ptr: Ints
) -> tuple[Ints, Ints, Ints, Ints]:
    """Sets that meet each row, where those of each row begin, their cells, and where those of each block begin."""
    is_open = np.isin(np.arange(len(start) - 1), open_sets)
    sets: list[Ints] = []
    own: list[Ints] = []
    for row in range(len(row_set)):
        met = np.unique(row_set[column[column_ptr[row] : column_ptr[row + 1]]])
        met = met[is_open[met]] if is_open[row_set[row]] else met[:0]
        sets.append(met)
        for number in met.tolist():
            options = range(int(start[number]), int(start[number + 1]))
            own.append(np.array([cells.get((row, option), len(cells)) for option in options], dtype=np.int64))
    return *_joined(sets), *_joined(own)


def _coupled(open_sets: Ints, sizes: Ints, row_set: Ints, block_set: Ints, block_ptr: Ints) -> Bools:
    """[unknown, unknown] whose sets meet on some path."""
    number = np.full(int(row_set.max(initial=-1)) + 1, -1)
    number[open_sets] = np.arange(len(open_sets))
    meet = np.eye(len(open_sets), dtype=bool)
    owner = np.repeat(row_set, np.diff(block_ptr))
    meet[number[owner], number[block_set]] = True
    own = np.repeat(np.arange(len(open_sets)), sizes)
    return np.asarray(meet[np.ix_(own, own)])


def _elimination(meets: Bools) -> tuple[Ints, Ints, list[Ints]]:
    """Places of entries that may differ from zero, the order of pivots, and their neighbours among those left."""
    size = len(meets)
    filled = meets | meets.T
    left = np.ones(size, dtype=bool)
    order, neighbours = np.zeros(size, dtype=np.int64), []
    for place in range(size):
        degree = (filled & left).sum(axis=1)
        pivot = int(np.where(left, degree, size + 1).argmin())
        left[pivot] = False
        own = np.flatnonzero(filled[pivot] & left)
        filled[np.ix_(own, own)] = True
        order[place] = pivot
        neighbours.append(own)
    stored = np.full((size, size), -1)
    stored[filled] = np.arange(np.count_nonzero(filled))
    return stored, order, neighbours


def _fronts(pivot: Ints, neighbours: list[Ints]) -> tuple[Ints, list[Ints]]:
    """How many pivots each front eliminates, and its unknowns: these, and what is left that meets them."""
    size = len(pivot)
    joined = [
        bool(set(neighbours[at].tolist()) == {int(pivot[at + 1]), *neighbours[at + 1].tolist()})
        for at in range(size - 1)
    ]
    begins = [at for at in range(size) if at == 0 or not joined[at - 1]]
    ends = [*begins[1:], size] if size else []
    fronts = [np.append(pivot[begin:end], neighbours[end - 1]) for begin, end in zip(begins, ends, strict=True)]
    return np.array(ends, dtype=np.int64) - np.array(begins, dtype=np.int64), fronts
