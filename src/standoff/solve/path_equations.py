"""The equations of logit paths at many draws of one game.

They are those of `standoff.solve.odds`, written for arrays with the draws along the last axis: log-odds against each
set's likeliest option are unknown, explicit sets are filled in. What is the same at all draws is a `Shape`, taken from
the equations of a single game. The weight of a terminal given that a row is played is the product of the probabilities
after it and the belief of its node, so no sum over terminals is needed to normalise it. All chance branches must be
positive.

Axes: ``log_p[row, draw]``, rows being slots; ``[cell, draw]`` for pairs of rows on a common path.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.sparse import csr_array

from standoff.game.batch import Batch, chosen_draws
from standoff.game.game import Bools, Floats, Game, Ints, NumericGame
from standoff.solve.elimination import Elimination
from standoff.solve.odds import OddsSystem
from standoff.solve.quantal import quantal_system


@dataclass(frozen=True, eq=False)
class _Entries:
    """Rows with the terminals after them: entry by entry, a conditional probability of a terminal given a row."""

    row: Ints  # [entry]
    end: Ints  # [entry] index into the terminals of `on_path`
    terminals: Ints  # [end]
    on_path: csr_array  # [end, row]
    to_row: csr_array  # [row, entry]

    @staticmethod
    def of(row: Ints, terminal: Ints, all_rows: Ints, all_terminals: Ints, rows: int) -> _Entries:
        """Some entries; `all_rows` and `all_terminals` say which rows lie on the path to which terminal."""
        terminals, end = np.unique(terminal, return_inverse=True)
        inside = np.isin(all_terminals, terminals)
        ends = np.searchsorted(terminals, all_terminals[inside])
        return _Entries(
            row,
            end,
            terminals,
            _sparse(ends, all_rows[inside], (len(terminals), rows)),
            _sparse(row, np.arange(len(row)), (rows, len(row))),
        )


@dataclass(frozen=True, eq=False)
class Shape:
    """What the equations of all draws have in common. Implicit rows are numbered by their place in `implicit`."""

    rows: int
    row_set: Ints  # [row]
    options: Ints  # [set, option] rows; `rows` where there is none
    members: Ints  # [set, member] into the rows of `above`; one more where there is none
    above: csr_array  # [decision node, row] rows on its path
    nodes: Ints  # decision nodes
    entries: _Entries
    actor: Ints  # [row]
    layers: tuple[tuple[Ints, _Entries], ...]  # rows of explicit sets, with their entries
    unknown_set: Ints  # [unknown]
    unknown_option: Ints  # [unknown] counted without the reference
    place: Ints  # [row] in the implicit rows, -1 if explicit
    open: Ints  # implicit rows
    to_cell: csr_array  # [cell, entry]; a cell is a pair of rows on a common path
    cell_column: Ints  # [cell]
    by_row: csr_array  # [row, cell]
    sums: csr_array  # [(row, set), cell] over the options of a set
    wide: tuple[Ints, Ints, Ints]  # [pair of an implicit row and an implicit option]: its cell, sum, option
    pair: Ints  # [implicit row, implicit row] index into `wide`, or one more than there are
    elimination: Elimination  # of the Jacobian


@lru_cache(maxsize=8)
def shape_of(game: Game) -> Shape:
    """The shape of the equations, which is the same at all draws without pruned branches."""
    nothing = np.zeros((len(game.outcome), len(game.actors)))
    odds = OddsSystem(quantal_system(NumericGame(game, np.ones(game.n_nodes), nothing, nothing)))
    system = odds.system
    rows = len(system.slots)
    sizes = np.diff(np.append(system.start, rows))
    owner = np.array([infoset.actor for infoset in game.infosets])
    nodes = np.concatenate(game.members)
    place = np.full(rows, -1)
    place[odds.implicit] = np.arange(np.count_nonzero(odds.implicit))
    open_sets = np.unique(system.row_set[odds.implicit])
    unknown_set = np.repeat(open_sets, sizes[open_sets] - 1)
    entry, pair = system.pairs
    cells, own = np.unique(pair, return_inverse=True)
    by_row = _sparse(cells // rows, np.arange(len(cells)), (rows, len(cells)))
    sums, wide, pairs = _wide(system.row_set, _table(system.start, sizes, rows), place, cells // rows, cells % rows)
    return Shape(
        rows=rows,
        row_set=system.row_set,
        options=_table(system.start, sizes, rows),
        members=_table(np.cumsum([0, *map(len, game.members)])[:-1], np.array([*map(len, game.members)]), len(nodes)),
        above=_above(game, nodes),
        nodes=nodes,
        entries=_Entries.of(system.entry_row, system.entry_terminal, system.entry_row, system.entry_terminal, rows),
        actor=owner[system.row_set],
        layers=tuple(_layer(odds, own_rows) for own_rows in odds.layers),
        unknown_set=unknown_set,
        unknown_option=np.concatenate([np.arange(size - 1) for size in sizes[open_sets]] or [np.zeros(0, np.int64)]),
        place=place,
        open=np.flatnonzero(odds.implicit),
        to_cell=_sparse(own, entry, (len(cells), len(system.entry_row))),
        cell_column=cells % rows,
        by_row=by_row,
        sums=sums,
        wide=wide,
        pair=pairs,
        elimination=Elimination(_coupled(pairs, len(wide[0]), place, system.row_set, unknown_set)),
    )


def _coupled(pairs: Ints, most: int, place: Ints, row_set: Ints, unknown_set: Ints) -> Bools:
    """[unknown, unknown] whose sets meet on some path."""
    sets = int(row_set.max(initial=0)) + 1
    own = row_set[np.flatnonzero(place >= 0)]
    meet = np.zeros((sets, sets), dtype=bool)
    first, second = np.nonzero(pairs < most)
    meet[own[first], own[second]] = True
    return np.asarray(meet[np.ix_(unknown_set, unknown_set)])


def _table(start: Ints, sizes: Ints, none: int) -> Ints:
    """[group, position] consecutive numbers from `start`, padded with `none`."""
    position = np.arange(int(sizes.max()))
    return np.where(position < sizes[:, None], start[:, None] + position, none)


def _above(game: Game, nodes: Ints) -> csr_array:
    steps = [(n, int(game.slot[step])) for n, node in enumerate(nodes.tolist()) for step in game.path(node)]
    pairs = np.array([(n, slot) for n, slot in steps if slot >= 0], dtype=np.int64).reshape(-1, 2)
    return _sparse(pairs[:, 0], pairs[:, 1], (len(nodes), game.n_slots))


def _layer(odds: OddsSystem, rows: Ints) -> tuple[Ints, _Entries]:
    system = odds.system
    own = np.isin(system.entry_row, rows)
    terminal = system.entry_terminal
    return rows, _Entries.of(system.entry_row[own], terminal[own], system.entry_row, terminal, len(system.slots))


def _wide(
    row_set: Ints, options: Ints, place: Ints, cell_row: Ints, cell_column: Ints
) -> tuple[csr_array, tuple[Ints, Ints, Ints], Ints]:
    """From derivatives in log probabilities to those in log-odds, which every option of a set takes part in."""
    inside = np.flatnonzero((place[cell_row] >= 0) & (place[cell_column] >= 0))
    sets, width = len(options), int((place >= 0).sum())
    key, own = np.unique(cell_row[inside] * sets + row_set[cell_column[inside]], return_inverse=True)
    sums = _sparse(own, inside, (len(key), len(cell_row)))
    at = {pair: n for n, pair in enumerate(zip(cell_row.tolist(), cell_column.tolist(), strict=True))}
    wide: list[tuple[int, int, int, int]] = []
    for number, (row, group) in enumerate(zip((key // sets).tolist(), (key % sets).tolist(), strict=True)):
        for option in options[group].tolist():
            if option < len(row_set):
                square = int(place[row]) * width + int(place[option])
                wide.append((at.get((row, option), len(cell_row)), number, option, square))
    table = np.array(wide, dtype=np.int64).reshape(-1, 4)
    pairs = np.full(width * width, len(table))
    pairs[table[:, 3]] = np.arange(len(table))
    return sums, (table[:, 0], table[:, 1], table[:, 2]), pairs.reshape(width, width)


def _sparse(row: Ints, column: Ints, shape: tuple[int, int]) -> csr_array:
    return csr_array((np.ones(len(row)), (row, column)), shape=shape)


@dataclass(frozen=True, eq=False)
class Unknowns:
    """Which log-odds are sought at each draw: of every option against the likeliest of its set."""

    shape: Shape
    rows: Ints  # [unknown, draw]
    against: Ints  # [unknown, draw]
    own: Ints  # [stored, draw] where the derivative of an option stands among the pairs
    rival: Ints  # [stored, draw] and that of its rival

    @staticmethod
    def of(shape: Shape, rows: Ints, against: Ints) -> Unknowns:
        """From the rows sought and the likeliest ones of their sets."""
        first, second, plan = shape.place[rows], shape.place[against], shape.elimination
        column = first[plan.columns]
        own, rival = shape.pair[first[plan.rows], column], shape.pair[second[plan.rows], column]
        return Unknowns(shape, rows, against, own, rival)

    def take(self, columns: Ints | Bools) -> Unknowns:
        """Some of the draws."""
        tables = (chosen_draws(table, columns) for table in self._tables)
        return Unknowns(self.shape, *tables)

    def put(self, columns: Ints, other: Unknowns) -> None:
        """Overwrite some of the draws."""
        for own, table in zip(self._tables, other._tables, strict=True):
            own[:, columns] = table

    def join(self, other: Unknowns) -> Unknowns:
        """These draws and others after them."""
        pairs = zip(self._tables, other._tables, strict=True)
        return Unknowns(self.shape, *(np.concatenate(pair, axis=1) for pair in pairs))

    @property
    def _tables(self) -> tuple[Ints, Ints, Ints, Ints]:
        return self.rows, self.against, self.own, self.rival

    def over(self, values: Floats) -> Floats:
        """[unknown, draw] the value of an option over that of the likeliest."""
        everyone = np.arange(values.shape[1])
        return np.asarray(values[self.rows, everyone] - values[self.against, everyone])

    def jacobian(self, odds: Floats, precision: Floats) -> Floats:
        """[stored, draw] from derivatives ``[pair, draw]`` of utilities in log-odds, of which the last are zero."""
        everyone = np.arange(len(precision))
        result = (odds[self.rival, everyone] - odds[self.own, everyone]) * precision
        result[self.shape.elimination.diagonal] += 1.0
        return np.asarray(result)


# --- the equations ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Equations:
    """The equations of some draws, in units of the largest payoff range of each."""

    shape: Shape
    payoff: Floats  # [terminal, actor, draw]
    log_chance: Floats  # [terminal, draw]
    log_prior: Floats  # [decision node, draw]

    @staticmethod
    def of(given: Batch) -> Equations:
        """Those of a batch."""
        game, shape = given.game, shape_of(given.game)
        spread = (given.payoffs.max(axis=0) - given.payoffs.min(axis=0)).max(axis=0)
        payoff = (given.payoffs - given.payoffs.min(axis=0)) / np.where(spread > 0, spread, 1.0)
        log_chance = np.log(given.chance)
        for level in game.levels[1:]:
            log_chance[level] += log_chance[game.parent[level]]
        return Equations(shape, payoff, log_chance[game.terminals], log_chance[shape.nodes])

    def take(self, columns: Ints | Bools) -> Equations:
        """Some of the draws."""
        return Equations(
            self.shape,
            chosen_draws(self.payoff, columns),
            chosen_draws(self.log_chance, columns),
            chosen_draws(self.log_prior, columns),
        )

    def join(self, other: Equations) -> Equations:
        """These draws and others after them."""
        return Equations(
            self.shape,
            np.concatenate([self.payoff, other.payoff], axis=2),
            np.concatenate([self.log_chance, other.log_chance], axis=1),
            np.concatenate([self.log_prior, other.log_prior], axis=1),
        )

    def normalise(self, log_p: Floats) -> Floats:
        """Log probabilities shifted so that those of a set sum to one."""
        return log_p - _log_sum(log_p, self.shape.options)[self.shape.row_set]

    def reached(self, log_p: Floats) -> Floats:
        """[set, draw] logarithm of the probability that play passes through, chance included."""
        return _log_sum(self.shape.above @ log_p + self.log_prior, self.shape.members)

    def weights(self, log_p: Floats, reached: Floats, entries: _Entries) -> Floats:
        """[entry, draw] probability of the terminal given that the row is played."""
        ends = entries.on_path @ log_p + self.log_chance[entries.terminals]
        given = log_p + reached[self.shape.row_set]
        return np.asarray(np.exp(ends[entries.end] - given[entries.row]))

    def utilities(self, weights: Floats, entries: _Entries) -> Floats:
        """[row, draw] expected payoffs, zero for rows without entries."""
        payoff = self.payoff[entries.terminals[entries.end], self.shape.actor[entries.row]]
        return np.asarray(entries.to_row @ (weights * payoff))

    def fill(self, log_p: Floats, precision: Floats) -> Floats:
        """With the explicit sets' replies put in."""
        for rows, entries in self.shape.layers:
            utilities = self.utilities(self.weights(log_p, self.reached(log_p), entries), entries)
            log_p[rows] = self.normalise(precision * utilities)[rows]
        return log_p

    def with_odds(self, log_p: Floats, unknowns: Unknowns, odds: Floats) -> Floats:
        """Log probabilities from log-odds of the unknowns, explicit sets as they are."""
        raw = np.where((self.shape.place >= 0)[:, None], 0.0, log_p)
        raw[unknowns.rows, np.arange(raw.shape[1])] = odds
        return self.normalise(raw)

    def reference(self, log_p: Floats) -> Ints:
        """[set, draw] row of the likeliest option (the first of equals)."""
        padded = np.vstack([log_p, np.full(log_p.shape[1], -np.inf)])
        best = self.shape.options[:, 0][:, None] + np.zeros(log_p.shape[1], dtype=np.int64)
        most = padded[self.shape.options[:, 0]]
        for rows in self.shape.options.T[1:]:
            better = padded[rows] > most
            most = np.maximum(most, padded[rows])
            best = np.where(better, rows[:, None], best)
        return best

    def unknowns(self, log_p: Floats) -> Unknowns:
        """The log-odds against the likeliest options."""
        shape = self.shape
        against = self.reference(log_p)[shape.unknown_set]
        rows = shape.options[shape.unknown_set, shape.unknown_option][:, None]
        return Unknowns.of(shape, rows + (rows >= against), against)

    def equations(self, log_p: Floats, unknowns: Unknowns, precision: Floats) -> tuple[Floats, Floats, Floats]:
        """Residual ``[unknown, draw]``, Jacobian ``[stored, draw]``, derivative in log precision."""
        shape = self.shape
        weights = self.weights(log_p, self.reached(log_p), shape.entries)
        payoff = self.payoff[shape.entries.terminals[shape.entries.end], shape.actor[shape.entries.row]]
        utilities = shape.entries.to_row @ (weights * payoff)
        slopes = shape.to_cell @ (weights * (payoff - utilities[shape.entries.row]))
        probability = np.exp(log_p)
        drift = self._drift(utilities, slopes, probability, precision)
        moved = shape.by_row @ (slopes * drift[shape.cell_column])
        gain = precision * unknowns.over(utilities)
        by_precision = -gain - precision * unknowns.over(moved)
        cell, total, option = shape.wide
        odds = np.zeros((len(cell) + 1, len(precision)))
        odds[:-1] = np.vstack([slopes, np.zeros(len(precision))])[cell]
        odds[:-1] -= probability[option] * (shape.sums @ slopes)[total]
        return unknowns.over(log_p) - gain, unknowns.jacobian(odds, precision), by_precision

    def _drift(self, utilities: Floats, slopes: Floats, probability: Floats, precision: Floats) -> Floats:
        """[row, draw] d log p / d log precision on explicit rows, zero on the others."""
        drift = np.zeros_like(utilities)
        for rows, _ in self.shape.layers:
            onward = self.shape.by_row @ (slopes * drift[self.shape.cell_column])
            change = np.zeros_like(utilities)
            change[rows] = (precision * (utilities + onward))[rows]
            drift[rows] = (change - self._mean(probability * change))[rows]
        return drift

    def _mean(self, weighted: Floats) -> Floats:
        """[row, draw] sums over the row's set."""
        padded = np.vstack([weighted, np.zeros(weighted.shape[1])])
        total = padded[self.shape.options[:, 0]]
        for rows in self.shape.options.T[1:]:
            total = total + padded[rows]
        return np.asarray(total[self.shape.row_set])

    def direction(self, log_p: Floats, unknowns: Unknowns, odds: Floats) -> Floats:
        """[row, draw] change of log probabilities for a change of the log-odds; zero on explicit rows."""
        raw = np.zeros_like(log_p)
        raw[unknowns.rows, np.arange(log_p.shape[1])] = odds
        return np.where((self.shape.place >= 0)[:, None], raw - self._mean(np.exp(log_p) * raw), 0.0)


def _log_sum(logs: Floats, table: Ints) -> Floats:
    """[group, draw] logarithm of the sum over the rows of each group."""
    padded = np.vstack([logs, np.full(logs.shape[1], -np.inf)])
    rows = [padded[column] for column in table.T]
    most = rows[0]
    for row in rows[1:]:
        most = np.maximum(most, row)
    total = np.exp(rows[0] - most)
    for row in rows[1:]:
        total += np.exp(row - most)
    return np.asarray(most + np.log(total))
