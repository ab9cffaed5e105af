"""A partly assigned class of equilibria: values and beliefs as polynomials in what the supports leave open.

Notation as in `standoff.solve.classes.polynomial`. A class assigns a *support* (options played with positive
probability) to every information set; sets are assigned from the last to the first. V(x, a) is the payoff to the actor
at node x from option a and the continuation: a polynomial in the probabilities at later sets, and in parameters where
these are symbols. At an information set with support S, `a` its first option, the *rows* are

    sum over x of mu(x) (V(x, a) - V(x, b))   = 0 for the other b in S,   >= 0 for b outside S.

A slot is *sure* (alone in its support), *mixed*, *free* (outside the support of an assigned set) or not yet assigned.
Nodes that differ only by chance and sure slots have known relative weights. A node whose path has all the slots (free
or not yet assigned) of another's, and a free one more, never has weight.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce

from standoff.game.game import TERMINAL, Game, NumericGame
from standoff.solve.classes.polynomial import ONE, Constraint, Polynomial, total
from standoff.solve.consistency import bits

SNAP = 1e-12  # a float this close (relative to 1 or itself) to a fraction of denominator up to a million stands for it


def snapped(number: float) -> Fraction:
    """The fraction that a float stands for: a short one within rounding error, else its binary value."""
    exact = Fraction(number)
    short = exact.limit_denominator(1_000_000)
    return short if abs(float(short) - number) <= SNAP * max(1.0, abs(number)) else exact


@dataclass(frozen=True, eq=False)
class PolynomialGame:
    """A game whose payoffs and chance probabilities are polynomials in its parameters."""

    game: Game
    chance: tuple[Polynomial, ...]  # [node] of the branch into the node; 1 unless the parent is a chance node
    payoffs: tuple[tuple[Polynomial, ...], ...]  # [terminal][actor]
    members: tuple[tuple[int, ...], ...]  # [infoset] its live nodes

    @cached_property
    def live(self) -> frozenset[int]:
        """Nodes that are not below a chance branch of probability zero."""
        alive = {0}
        for node in range(1, self.game.n_nodes):
            if int(self.game.parent[node]) in alive and self.chance[node].terms:
                alive.add(node)
        return frozenset(alive)


def numeric_form(numeric: NumericGame) -> PolynomialGame:
    """The game at numbers; chance probabilities are made to sum to one exactly."""
    game = numeric.game
    chance = [ONE] * game.n_nodes
    for node in range(game.n_nodes):
        children = game.children(node)
        if game.infoset[node] < 0 and game.kind[node] != TERMINAL and numeric.live[node]:
            odds = [max(Fraction(0), snapped(float(numeric.chance[child]))) for child in children]
            for child, weight in zip(children, odds, strict=True):
                chance[child] = Polynomial.constant(weight / sum(odds))
    payoffs = tuple(tuple(Polynomial.constant(snapped(u)) for u in row) for row in numeric.payoffs.tolist())
    return PolynomialGame(game, tuple(chance), payoffs, tuple(tuple(nodes.tolist()) for nodes in numeric.members))


@dataclass(frozen=True)
class Row:
    """One condition of optimality at an information set: by node, what the support's first option has over another."""

    relation: str  # = or >=
    gaps: tuple[Polynomial, ...]  # [node] V(x, first) - V(x, other)


@dataclass(frozen=True)
class Cell:
    """Nodes of an information set with the same slots on their paths, the part common to all nodes left out."""

    path: int  # mask of slots
    nodes: tuple[tuple[int, tuple[Polynomial, ...]], ...]  # position within the set, factors of chance


@dataclass(frozen=True)
class Block:
    """What an information set asks of beliefs: per monomial of free slots a weight, times these polynomials."""

    infoset: int
    masks: tuple[int, ...]  # [point] monomials, none containing another, without their common part
    rows: tuple[tuple[str, tuple[Polynomial, ...]], ...]  # relation and [point] polynomial

    @cached_property
    def slots(self) -> int:
        """The mask of the free slots that matter here."""
        return reduce(int.__or__, self.masks, 0)


class State:
    """The supports assigned so far and what follows. Not frozen: the search assigns and clears in place."""

    def __init__(self, form: PolynomialGame) -> None:
        self.form, self.game = form, form.game
        self.sets = tuple(h for h, nodes in enumerate(form.members) if nodes)
        self.support: dict[int, tuple[int, ...]] = {}
        self.probability: dict[int, Polynomial] = {}  # of the slots in supports
        self.mixed = self.free = self.assigned = 0
        self.rows: dict[int, tuple[Row, ...]] = {}
        self._options: dict[int, tuple[tuple[Polynomial, ...], ...]] = {}  # [infoset][node][option]
        self._values: dict[int, tuple[Polynomial, ...]] = {}
        self._settled: dict[int, Block] = {}
        # [infoset, paths by point] weights that come from chance alone
        self._chances: dict[tuple[int, tuple[tuple[int, ...], ...]], list[list[tuple[int, Polynomial]]]] = {}
        self.cells = {h: self._cells(h) for h in self.sets}
        self.first = {h: self._first(h) for h in self.sets}  # settled once this set is assigned
        self.affected = {h: self._affected(h) for h in self.sets}
        self._settles = {h: [later for later in self.sets if self.first[later] == h] for h in self.sets}

    def _cells(self, infoset: int) -> tuple[Cell, ...]:
        """Cells with chance factors after the last node that all paths share."""
        paths = [self.game.path(node) for node in self.form.members[infoset]]
        shared = 0
        while len(paths) > 1 and all(len(p) > shared and p[shared] == paths[0][shared] for p in paths):
            shared += 1
        merged: dict[int, list[tuple[int, tuple[Polynomial, ...]]]] = {}
        masks = [sum(1 << int(self.game.slot[n]) for n in path if self.game.slot[n] >= 0) for path in paths]
        common = reduce(int.__and__, masks)
        for position, (path, mask) in enumerate(zip(paths, masks, strict=True)):
            factors = tuple(self.form.chance[n] for n in path[shared:] if self.form.chance[n] != ONE)
            merged.setdefault(mask & ~common, []).append((position, factors))
        return tuple(Cell(mask, tuple(nodes)) for mask, nodes in merged.items())

    def _first(self, infoset: int) -> int:
        sets = (int(self.game.slot_infoset[s]) for cell in self.cells[infoset] for s in bits(cell.path))
        return min(sets, default=infoset)

    def _affected(self, infoset: int) -> tuple[int, ...]:
        mask = self._slots(infoset)
        return tuple(h for h in self.sets if h > infoset and any(cell.path & mask for cell in self.cells[h]))

    def _slots(self, infoset: int) -> int:
        slots = self.game.options(infoset)
        return (1 << int(slots.stop)) - (1 << int(slots.start))

    def value(self, node: int) -> tuple[Polynomial, ...]:
        """[actor] expected payoffs from a node under the supports assigned below it."""
        known = self._values.get(node)
        if known is not None:
            return known
        game = self.game
        if game.kind[node] == TERMINAL:
            return self.form.payoffs[int(game.terminal[node])]
        infoset = int(game.infoset[node])
        if infoset < 0:
            parts = [
                (self.form.chance[child], self.value(child)) for child in game.children(node) if child in self.form.live
            ]
        else:
            start, first = int(game.slot_start[infoset]), int(game.first_child[node])
            parts = [(self.probability[start + o], self.value(first + o)) for o in self.support[infoset]]
        return tuple(total(p * value[i] for p, value in parts) for i in range(len(game.actors)))

    def open(self, infoset: int) -> None:
        """Works out the values of an information set's options; all later sets are assigned."""
        actor = self.game.infosets[infoset].actor
        self._options[infoset] = tuple(
            tuple(self.value(child)[actor] for child in self.game.children(node)) for node in self.form.members[infoset]
        )

    def assign(self, infoset: int, support: Sequence[int]) -> None:
        """Gives an information set, opened before, its support."""
        self.clear(infoset)
        start, every = int(self.game.slot_start[infoset]), self._slots(infoset)
        played = [start + option for option in support]
        inside = sum(1 << slot for slot in played)
        self.support[infoset] = tuple(support)
        self.assigned |= every
        self.free |= every & ~inside
        if len(played) == 1:
            self.probability[played[0]] = ONE
        else:
            self.mixed |= inside
            names = [Polynomial.variable(f"p:{slot}") for slot in played[:-1]]
            self.probability.update(zip(played, [*names, ONE - total(names)], strict=True))
        options = self._options[infoset]
        others = [o for o in range(len(self.game.infosets[infoset].options)) if o != support[0]]
        self.rows[infoset] = tuple(
            Row("=" if other in support else ">=", tuple(v[support[0]] - v[other] for v in options)) for other in others
        )
        for node in self.form.members[infoset]:
            self._values.pop(node, None)
            self._values[node] = self.value(node)

    def restore(self, supports: Mapping[int, Sequence[int]]) -> None:
        """Assigns all supports at once."""
        for infoset in self.sets[::-1]:
            self.clear(infoset)
        for infoset in self.sets[::-1]:
            self.open(infoset)
            self.assign(infoset, supports[infoset])

    def clear(self, infoset: int) -> None:
        """Takes back the support of an information set."""
        every = self._slots(infoset)
        for later in self._settles[infoset]:
            self._settled.pop(later, None)
        for slot in bits(every):
            self.probability.pop(slot, None)
        self.support.pop(infoset, None)
        self.rows.pop(infoset, None)
        self.mixed, self.free, self.assigned = self.mixed & ~every, self.free & ~every, self.assigned & ~every
        for node in self.form.members[infoset]:
            self._values.pop(node, None)

    def domain(self, infoset: int) -> list[Constraint]:
        """That the probabilities on a support are positive."""
        support, start = self.support[infoset], int(self.game.slot_start[infoset])
        if len(support) == 1:
            return []
        return [Constraint(self.probability[start + option], ">") for option in support]

    def relaxed(self, infoset: int) -> Block:
        """What can be said before all slots on the paths are assigned: `masks` of the slots that are not sure.

        Every weight of at least zero per mask is allowed, so a solution may be impossible after all.
        """
        unsure = ~self.assigned | self.free | self.mixed
        merged: dict[int, list[Cell]] = {}
        for cell in self.cells[infoset]:
            merged.setdefault(cell.path & unsure, []).append(cell)
        points = {mask: cells for mask, cells in merged.items() if not any(self._excludes(o, mask) for o in merged)}
        return self._block(infoset, points, 0)

    def _excludes(self, other: int, mask: int) -> bool:
        """Whether nodes with the slots `other` left make those with `mask` left infinitely less likely."""
        uncertain = ~self.mixed
        small, large = other & uncertain, mask & uncertain
        return small != large and small & large == small and bool(large & ~small & self.free)

    def settled(self, infoset: int) -> Block:
        """The same with all slots on the paths assigned: masks of free slots; probabilities are in the polynomials."""
        if infoset not in self._settled:
            self._settled[infoset] = self._block(infoset, self._settled_points(infoset), self.mixed)
        return self._settled[infoset]

    def _settled_points(self, infoset: int) -> dict[int, list[Cell]]:
        merged: dict[int, list[Cell]] = {}
        for cell in self.cells[infoset]:
            merged.setdefault(cell.path & self.free, []).append(cell)
        return {mask: c for mask, c in merged.items() if not any(o != mask and o & mask == o for o in merged)}

    def _block(self, infoset: int, points: Mapping[int, Sequence[Cell]], mixed: int) -> Block:
        entries = self._entries(infoset, points, mixed)
        common = reduce(int.__and__, points)
        rows = []
        for row in self.rows[infoset]:
            sums = (total(weight * row.gaps[position] for position, weight in point) for point in entries)
            rows.append((row.relation, tuple(sums)))
        return Block(infoset, tuple(mask & ~common for mask in points), tuple(rows))

    def _entries(
        self, infoset: int, points: Mapping[int, Sequence[Cell]], mixed: int
    ) -> list[list[tuple[int, Polynomial]]]:
        """By point, position and weight of its nodes: chance and probabilities on the path, less what all share."""
        cells = [cell for group in points.values() for cell in group]
        varying = mixed & ~reduce(int.__and__, (cell.path for cell in cells))
        key = (infoset, tuple(tuple(cell.path for cell in group) for group in points.values()))
        if not varying and key in self._chances:
            return self._chances[key]
        shared = reduce(lambda a, b: a & b, (Counter(factors) for cell in cells for _, factors in cell.nodes))
        result: list[list[tuple[int, Polynomial]]] = []
        for group in points.values():
            result.append([])
            for cell in group:
                played = reduce(lambda x, slot: x * self.probability[slot], bits(cell.path & varying), ONE)
                for position, factors in cell.nodes:
                    own = Counter(factors) - shared
                    result[-1].append((position, reduce(lambda x, y: x * y, own.elements(), played)))
        if not varying:
            self._chances[key] = result
        return result

    def node_weights(self, infoset: int) -> tuple[tuple[tuple[int, Polynomial], ...], ...]:
        """By point of `settled`, its nodes and their weights; nodes that never have weight are left out."""
        members = self.form.members[infoset]
        entries = self._entries(infoset, self._settled_points(infoset), self.mixed)
        return tuple(tuple((members[position], weight) for position, weight in point) for point in entries)
