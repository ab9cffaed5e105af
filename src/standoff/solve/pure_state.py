"""A partly assigned pure profile of one piece of a game: values, gains, and what is left of each belief.

Notation as in `standoff.solve.pure` and `standoff.solve.supports`. Information sets are assigned from the last to the
first. The live nodes of an information set whose paths use the same slots form a *class*: only chance separates them,
so their relative weights are known from the start. As assignments proceed, slots chosen drop out of a class's path and
classes that remain with the same slots merge into one point; a class whose remaining slots contain another's, and among
the rest one that is not chosen, can no longer have weight.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from standoff.game.game import TERMINAL, NumericGame
from standoff.solve.consistency import without_common
from standoff.solve.subgames import Piece, Value
from standoff.solve.supports import TOLERANCE, Belief, justifiable

Gains = tuple[tuple[float, ...], ...]  # [class][option]: gain over the option assigned


@dataclass(frozen=True)
class _Class:
    """Nodes with the same slots on their paths."""

    path: int  # mask of slots
    weight: float  # chance probability of the class, relative to the likeliest of its information set
    nodes: tuple[tuple[int, float], ...]  # node and its share of the class


@dataclass(frozen=True)
class _Point:
    """Classes that cannot be told apart by trembles any more."""

    free: int  # mask of slots on the path that are not chosen
    weight: float
    gains: tuple[float, ...]  # [option]
    members: tuple[int, ...]  # classes


class State:
    """The assignment, and everything that follows from it. Not frozen: the search assigns and clears in place."""

    def __init__(self, numeric: NumericGame, piece: Piece, inner_values: Mapping[int, Value]) -> None:
        self.numeric, self.game = numeric, numeric.game
        self.order = piece.infosets[::-1]
        self.values: dict[int, Value] = dict(inner_values)
        self.option: dict[int, int] = {}
        self.gains: dict[int, Gains] = {}
        self.chosen = self.assigned = 0
        paths = self._paths(piece)
        self.classes = {infoset: self._classes(infoset, paths) for infoset in piece.infosets}
        self.affected = {infoset: self._affected(infoset, piece.infosets) for infoset in piece.infosets}

    def _paths(self, piece: Piece) -> dict[int, tuple[int, float]]:
        """Per node of the piece: the mask of slots from the piece's root, and the log of the chance probability."""
        game, paths = self.game, {piece.root: (0, 0.0)}
        pending = [piece.root]
        while pending:
            node = pending.pop()
            mask, log = paths[node]
            for child in game.children(node):
                if self.numeric.live[child]:
                    slot = int(game.slot[child])
                    paths[child] = (mask | (1 << slot if slot >= 0 else 0), log + math.log(self.numeric.chance[child]))
                    if child not in self.values:
                        pending.append(child)
        return paths

    def _classes(self, infoset: int, paths: Mapping[int, tuple[int, float]]) -> tuple[_Class, ...]:
        nodes = self.numeric.members[infoset].tolist()
        top = max(paths[node][1] for node in nodes)
        by_path: dict[int, list[tuple[int, float]]] = {}
        for node in nodes:
            mask, log = paths[node]
            by_path.setdefault(mask, []).append((node, math.exp(log - top)))
        result = []
        for mask, entries in by_path.items():
            total = math.fsum(weight for _, weight in entries)
            result.append(_Class(mask, total, tuple((node, weight / total) for node, weight in entries)))
        return tuple(result)

    def _affected(self, infoset: int, infosets: Sequence[int]) -> tuple[int, ...]:
        """Later information sets whose beliefs depend on what is chosen at this one."""
        slots = self.game.options(infoset)
        mask = (1 << slots.stop) - (1 << slots.start)
        return tuple(
            later
            for later in infosets
            if later > infoset
            and any(path & mask for path in without_common([entry.path for entry in self.classes[later]]))
        )

    def options(self, infoset: int) -> range:
        """The options of an information set."""
        return range(len(self.game.infosets[infoset].options))

    def profile(self) -> dict[int, int]:
        """The options assigned."""
        return dict(self.option)

    def value(self, node: int) -> Value:
        """Expected payoffs from a node under the options assigned below it."""
        known = self.values.get(node)
        if known is not None:
            return known
        game = self.game
        if game.kind[node] == TERMINAL:
            result: Value = tuple(self.numeric.payoffs[game.terminal[node]].tolist())
            self.values[node] = result
            return result
        if game.infoset[node] >= 0:
            return self.value(int(game.first_child[node]) + self.option[int(game.infoset[node])])
        chance = self.numeric.chance
        parts = [(float(chance[child]), self.value(child)) for child in game.children(node) if chance[child] > 0]
        return tuple(math.fsum(p * value[i] for p, value in parts) for i in range(len(game.actors)))

    def clear(self, infoset: int) -> None:
        """Takes back the option of an information set."""
        slots = self.game.options(infoset)
        mask = (1 << slots.stop) - (1 << slots.start)
        self.assigned &= ~mask
        self.chosen &= ~mask
        self.option.pop(infoset, None)
        self.gains.pop(infoset, None)
        for node in self.numeric.members[infoset].tolist():
            self.values.pop(node, None)

    def assign(self, infoset: int, option: int) -> bool:
        """Assigns an option; False where no belief can justify it or an option assigned before."""
        self.clear(infoset)
        slots = self.game.options(infoset)
        self.gains[infoset] = self._gains(infoset, option)
        if not self._justified(infoset):
            return False
        self.option[infoset] = option
        self.assigned |= (1 << slots.stop) - (1 << slots.start)
        self.chosen |= 1 << (slots.start + option)
        for node in self.numeric.members[infoset].tolist():
            self.values[node] = self.value(int(self.game.first_child[node]) + option)
        return all(self._justified(later) for later in self.affected[infoset])

    def _gains(self, infoset: int, option: int) -> Gains:
        actor = self.game.infosets[infoset].actor
        scale = float(self.numeric.payoff_range[actor]) or 1.0
        result = []
        for entry in self.classes[infoset]:
            totals = np.zeros(len(self.options(infoset)))
            for node, share in entry.nodes:
                totals += share * np.array([self.value(child)[actor] for child in self.game.children(node)])
            result.append(tuple(((totals - totals[option]) / scale).tolist()))
        return tuple(result)

    def points(self, infoset: int) -> tuple[_Point, ...]:
        """What is left of the information set's belief: points that may still have weight."""
        gains = self.gains[infoset]
        merged: dict[int, list[int]] = {}
        for index, entry in enumerate(self.classes[infoset]):
            merged.setdefault(entry.path & ~self.chosen, []).append(index)
        result = []
        for free, members in merged.items():
            if any(self._excludes(other, free) for other in merged):
                continue
            weights = [self.classes[infoset][index].weight for index in members]
            total = math.fsum(weights)
            average = tuple(
                math.fsum(w * gains[index][b] for w, index in zip(weights, members, strict=True)) / total
                for b in range(len(gains[0]))
            )
            result.append(_Point(free, total, average, tuple(members)))
        return tuple(result)

    def _excludes(self, other: int, free: int) -> bool:
        """Whether a node with the slots `other` left makes one with `free` left infinitely less likely."""
        return other != free and other & free == other and bool(free & ~other & self.assigned)

    def _justified(self, infoset: int) -> bool:
        points = self.points(infoset)
        rivals = [row for row in zip(*(point.gains for point in points), strict=True) if max(row) > TOLERANCE]
        return justifiable(rivals)

    def beliefs(self) -> Iterator[tuple[int, Belief]]:
        """With all options assigned: the information sets whose beliefs trembles must settle."""
        for infoset in self.order:
            if len(self.classes[infoset]) < 2:
                continue
            points = self.points(infoset)
            if len(points) < 2:
                continue
            rows = zip(*(point.gains for point in points), strict=True)
            yield (
                infoset,
                Belief(
                    infoset,
                    tuple(without_common([point.free for point in points])),
                    tuple(point.weight for point in points),
                    tuple(row for row in rows if max(row) > TOLERANCE),
                ),
            )

    def node_ranges(self, infoset: int, low: Sequence[float], high: Sequence[float]) -> tuple[tuple[float, float], ...]:
        """Ranges of points carried over to the live nodes, in the order of ``numeric.members``."""
        ranges = dict.fromkeys(self.numeric.members[infoset].tolist(), (0.0, 0.0))
        for point, least, most in zip(self.points(infoset), low, high, strict=True):
            for index in point.members:
                entry = self.classes[infoset][index]
                for node, share in entry.nodes:
                    part = share * entry.weight / point.weight
                    ranges[node] = (least * part, most * part)
        return tuple(ranges.values())
