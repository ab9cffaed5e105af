"""Iterated best replies by a game's compiled kernel: blocks of draws, a few passes at a time.

All draws go through a first stretch of passes, the last of which gives exponents. Those whose choices still change are
collected and go on together, stretch by stretch, until they fit into one block. Draws that settle in a later stretch
get their exponents from one more pass, which changes nothing else.

Draws in which a product of chances is zero are left to the arrays of `standoff.solve.iterate`: they are `odd`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from standoff.game.batch import Batch
from standoff.game.game import Bools, Choices, Ints
from standoff.solve.iterate_kernel import Kernel
from standoff.solve.straight_line import BOOL, FLOAT, Memory, Rows

NUMBERS = 2**22  # that a block has in all its rows
LEAST, MOST = 1024, 8192  # draws of a block
ENDS = (3, 4, 6, 8, 12)  # passes after which draws that go on are collected


@dataclass(frozen=True)
class Rule:
    """How many passes there are, and after which of them profiles are remembered, to be compared with later ones.

    A pass depends on nothing but the profile before it, so one that comes back goes round for ever: it is given up.
    """

    passes: int
    saved: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Found:
    """What iteration came to, as in `standoff.solve.iterate.Iterated`; columns of odd draws mean nothing."""

    choice: Choices  # [infoset, draw]
    exponents: Ints  # [slot, draw]
    settled: Bools  # [draw]
    odd: Bools  # [draw]


def iterated(kernel: Kernel, given: Batch, start: Choices | None, rule: Rule) -> Found:
    """Propose a pure profile for every draw; `start` is ``[infoset, draw]``."""
    work = _Work(kernel, given, rule)
    if start is not None:
        for row, (number, option) in zip(work.chosen, kernel.choices, strict=True):
            np.equal(start[number], option, out=row)
    late = [np.empty(0, dtype=np.int64)]
    with np.errstate(all="ignore"):  # odd draws
        columns, done = _opening(work, kernel.opens, from_start=start is not None), kernel.opens
        for end in (*(end for end in ENDS if end > done), rule.passes):
            if done == rule.passes or not columns.size:
                break
            last = rule.passes if len(columns) <= work.size else end
            settled, columns = _stretch(work, columns, done, last)
            late.append(settled)
            done = last
        _close(work, np.sort(np.concatenate(late)))
    choice = np.zeros((len(given.game.infosets), len(given)), dtype=np.int16)
    for row, (number, option) in zip(work.chosen, kernel.choices, strict=True):
        choice[number] += row if option == 1 else row * np.int16(option)
    return Found(choice, work.exponents, work.settled, work.odd)


class _Work:
    """The answers so far and the memory that all blocks use."""

    def __init__(self, kernel: Kernel, given: Batch, rule: Rule) -> None:
        draws, slots, choices = len(given), given.game.n_slots, len(kernel.choices)
        self.kernel, self.rule, self.draws = kernel, rule, draws
        spread = np.empty(draws)
        payoffs = [given.payoffs[terminal, actor] for terminal, actor in kernel.endings]
        self.rows: Rows = [spread, *payoffs, *(given.chance[node] for node in kernel.chances)]
        self.chosen = np.zeros((choices, draws), dtype=bool)
        self.saved = np.zeros((choices, draws), dtype=bool)
        self.exponents = np.zeros((slots, draws), dtype=np.int64)
        self.settled, self.odd = np.zeros(draws, dtype=bool), np.zeros(draws, dtype=bool)
        codes = (kernel.prepare, kernel.opening, kernel.passing, kernel.closing)
        wanted = NUMBERS // (len(self.rows) + len(kernel.kept) + slots + max(code.floats for code in codes))
        size = self.size = max(1, min(draws, max(LEAST, min(MOST, wanted))))
        for begin in range(0, draws, size):
            part = given.payoffs[:, :, begin : begin + size]
            spread[begin : begin + size] = (part.max(axis=0) - part.min(axis=0)).max(axis=0)
        spread[spread <= 0] = 1.0
        self.memory = Memory.of(codes, size)
        self.gathered = np.empty((len(self.rows), size))
        self.floats = np.empty((1 + kernel.kept.count(FLOAT), size))
        self.bools = np.empty((kernel.kept.count(BOOL), size), dtype=bool)
        self.profiles = np.empty((3, choices, size), dtype=bool)
        self.costs, self.tie = np.empty((slots, size)), np.empty(size, dtype=bool)


class _Block:
    """Some of the draws, with their numbers and profiles."""

    def __init__(self, work: _Work, place: slice | Ints, length: int) -> None:
        self.work, self.place = work, place
        if isinstance(place, slice):
            rows: Rows = [row[place] for row in work.rows]
        else:
            rows = list(work.gathered[:, :length])
            for row, own in zip(work.rows, rows, strict=True):
                row.take(place, out=own, mode="clip")
        self.memory = work.memory if length == work.size else work.memory.first(length)
        self.numbers: Rows = [*work.floats[:, :length], *work.bools[:, :length]]
        work.kernel.prepare(rows, self.memory, self.numbers)
        self.before, self.after, self.saved = work.profiles[:, :, :length]
        self.costs, self.tie = work.costs[:, :length], work.tie[:length]

    def step(self) -> None:
        """One pass."""
        self.before, self.after = self.after, self.before
        self.work.kernel.passing([*self.numbers[1:], *self.before], self.memory, list(self.after))

    def close(self) -> None:
        """One pass with exponents and ties."""
        self.before, self.after = self.after, self.before
        results = [*self.after, *self.costs, self.tie]
        self.work.kernel.closing([*self.numbers[1:], *self.before], self.memory, results)


def _opening(work: _Work, last: int, *, from_start: bool) -> Ints:
    """The first passes, for all draws; those that go on. `from_start`: from the profiles that are there already."""
    left = [np.empty(0, dtype=np.int64)]
    for begin in range(0, work.draws, work.size):
        place = slice(begin, min(begin + work.size, work.draws))
        block = _Block(work, place, place.stop - begin)
        if from_start:
            _gather(work.chosen, place, block.after)
        else:
            work.kernel.opening(block.numbers[1:], block.memory, list(block.after))
        settled, changing = _passes(block, 0, last, closing=True)
        work.odd[place] = block.numbers[0] <= 0
        work.exponents[:, place] = block.costs
        work.settled[place] = settled & ~block.tie
        left.append(begin + np.flatnonzero(changing & ~work.odd[place]))
    return np.concatenate(left)


def _stretch(work: _Work, columns: Ints, first: int, last: int) -> tuple[Ints, Ints]:
    """The passes after the first up to the last, for some draws: those left to be closed, and those that go on."""
    done, left = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for begin in range(0, len(columns), work.size):
        own = columns[begin : begin + work.size]
        block = _Block(work, own, len(own))
        _gather(work.chosen, own, block.after)
        _gather(work.saved, own, block.saved)
        settled, changing = _passes(block, first, last, closing=False)
        if last == work.rule.passes:
            block.close()
            _record(work, block, own, settled)
        else:
            done.append(own[settled])
        left.append(own[changing])
    return np.concatenate(done), np.concatenate(left)


def _record(work: _Work, block: _Block, columns: Ints, settled: Bools) -> None:
    """The exponents of a block's draws that have settled, and whether there are ties where play gets to."""
    places = np.flatnonzero(settled)
    draws = columns[places]
    for row, cost in zip(work.exponents, block.costs, strict=True):
        row[draws] = cost[places]
    work.settled[draws] = ~block.tie[places]


def _passes(block: _Block, first: int, last: int, *, closing: bool) -> tuple[Bools, Bools]:
    """Which draws of a block settle, and which go on; the others are given up. Profiles are recorded."""
    work, rule = block.work, block.work.rule
    open_ = np.ones(block.before.shape[1], dtype=bool)  # not given up
    given_up: list[tuple[Ints, Bools]] = []
    changing = open_
    for number in range(first + 1, last + 1):
        if closing and number == last:
            block.close()
        else:
            block.step()
        changing = _differ(block.before, block.after) & open_
        if number > rule.saved[0] + 1 and changing.any():
            recurring = np.flatnonzero(changing & ~_differ(block.saved, block.after))
            if recurring.size:
                given_up.append((recurring, block.after[:, recurring]))
                open_[recurring] = changing[recurring] = False
        if number in rule.saved:
            block.saved[:] = block.after
        if not closing and not changing.any():
            break
    settled = open_ & ~changing
    for columns, profile in given_up:
        block.after[:, columns] = profile
    _scatter(work.saved, block.place, block.saved)
    _scatter(work.chosen, block.place, block.after)
    return settled, changing


def _close(work: _Work, columns: Ints) -> None:
    """What `_record` says, for draws that have settled."""
    for begin in range(0, len(columns), work.size):
        own = columns[begin : begin + work.size]
        block = _Block(work, own, len(own))
        _gather(work.chosen, own, block.after)
        block.close()
        _record(work, block, own, np.ones(len(own), dtype=bool))


def _differ(one: Bools, other: Bools) -> Bools:
    """[draw] whether two profiles differ anywhere."""
    return np.asarray((one != other).any(axis=0))


def _gather(table: Bools, place: slice | Ints, into: Bools) -> None:
    for row, own in zip(table, into, strict=True):
        own[:] = row[place]


def _scatter(table: Bools, place: slice | Ints, rows: Bools) -> None:
    for row, own in zip(table, rows, strict=True):
        row[place] = own
