"""Proper subgames: the game cut into pieces that can be solved one after the other, innermost first.

Notation. A live decision or chance node roots a *proper subgame* when every information set met below it lies wholly
below it (live nodes only). The *piece* of a subgame is what remains of it when the proper subgames inside it are
replaced by their values: its own information sets, and as leaves terminals and the roots of the subgames inside.

What is a sequential (or subgame-perfect) equilibrium inside a subgame does not depend on play outside it, and play
outside depends on it only through the value at its root. So each piece is solved once per combination of the inner
values, and full solutions are products of partial ones (Selten 1965; Kuhn 1953).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

import numpy as np

from standoff.game.game import CHANCE, DECISION, Ints, NumericGame

Value: TypeAlias = tuple[float, ...]  # [actor]
Content = TypeVar("Content")


@dataclass(frozen=True)
class Piece:
    """A subgame without the subgames inside it."""

    root: int
    infosets: tuple[int, ...]  # not void, ascending
    inner: tuple[int, ...]  # roots of the largest proper subgames inside, ascending


@dataclass(frozen=True, eq=False)
class Partial(Generic[Content]):
    """A solution of one piece: what it says, the value at its root, and the inner solutions that it fits."""

    content: Content
    value: Value
    inner: tuple[tuple[Partial[Content], ...], ...]  # per inner subgame, the solutions that have the value assumed

    def count(self) -> int:
        """How many full solutions this stands for."""
        total = 1
        for group in self.inner:
            total *= sum(partial.count() for partial in group)
        return total

    def expand(self) -> Iterator[tuple[Content, ...]]:
        """Full solutions: the contents of one partial solution per subgame."""
        choices = [_each(group) for group in self.inner]
        for combination in _product(choices):
            yield (self.content, *itertools.chain.from_iterable(combination))


def _each(group: Sequence[Partial[Content]]) -> Callable[[], Iterator[tuple[Content, ...]]]:
    return lambda: itertools.chain.from_iterable(partial.expand() for partial in group)


def _product(
    choices: Sequence[Callable[[], Iterator[tuple[Content, ...]]]],
) -> Iterator[tuple[tuple[Content, ...], ...]]:
    """The product of re-startable iterators, without keeping any of them in memory."""
    if not choices:
        yield ()
        return
    for head in choices[0]():
        for tail in _product(choices[1:]):
            yield (head, *tail)


def pieces(numeric: NumericGame) -> tuple[Piece, ...]:
    """The pieces of the game, inner ones before those around them; the last is the piece of the whole game."""
    game = numeric.game
    roots = _roots(numeric)
    owner = np.full(game.n_nodes, -1, dtype=np.int64)  # the smallest subgame that a node belongs to
    for node in range(game.n_nodes):
        owner[node] = node if node in roots else owner[game.parent[node]]
    own: dict[int, list[int]] = {root: [] for root in roots}
    inner: dict[int, list[int]] = {root: [] for root in roots}
    for infoset, nodes in enumerate(numeric.members):
        if nodes.size:
            own[int(owner[nodes[0]])].append(infoset)
    for root in sorted(roots):
        if root:
            inner[int(owner[game.parent[root]])].append(root)
    return tuple(Piece(root, tuple(own[root]), tuple(inner[root])) for root in sorted(roots, reverse=True))


def _roots(numeric: NumericGame) -> set[int]:
    """Roots of proper subgames that hold at least one decision, and the root of the game."""
    game = numeric.game
    live = numeric.live
    first, last = _preorder(numeric)
    low = np.array([first[nodes].min() if nodes.size else 0 for nodes in numeric.members], dtype=np.int64)
    high = np.array([first[nodes].max() if nodes.size else 0 for nodes in numeric.members], dtype=np.int64)
    lowest, highest = np.full(game.n_nodes, game.n_nodes), np.full(game.n_nodes, -1)
    roots = {0}
    for node in range(game.n_nodes - 1, -1, -1):
        if not live[node]:
            continue
        if game.kind[node] == DECISION:
            lowest[node] = min(lowest[node], low[game.infoset[node]])
            highest[node] = max(highest[node], high[game.infoset[node]])
        holds_decision = game.kind[node] in (DECISION, CHANCE) and lowest[node] < game.n_nodes
        if holds_decision and first[node] <= lowest[node] and highest[node] <= last[node]:
            roots.add(node)
        if node:
            parent = game.parent[node]
            lowest[parent] = min(lowest[parent], lowest[node])
            highest[parent] = max(highest[parent], highest[node])
    return roots


def _preorder(numeric: NumericGame) -> tuple[Ints, Ints]:
    """[node] number in preorder, and the largest number in the node's subtree."""
    game = numeric.game
    size = np.ones(game.n_nodes, dtype=np.int64)
    for node in range(game.n_nodes - 1, 0, -1):
        size[game.parent[node]] += size[node]
    first = np.zeros(game.n_nodes, dtype=np.int64)
    for node in range(game.n_nodes):
        position = first[node] + 1
        for child in game.children(node):
            first[child] = position
            position += size[child]
    return first, first + size - 1


def combinations(
    piece: Piece, solved: Mapping[int, tuple[Partial[Content], ...]]
) -> Iterator[tuple[dict[int, Value], tuple[tuple[Partial[Content], ...], ...]]]:
    """Per combination of inner values: the value at each inner root, and the inner solutions that have it."""
    grouped = [_by_value(solved[root]) for root in piece.inner]
    for choice in itertools.product(*grouped):
        values = {root: group[0].value for root, group in zip(piece.inner, choice, strict=True)}
        yield values, tuple(choice)


def _by_value(partials: Iterable[Partial[Content]]) -> list[tuple[Partial[Content], ...]]:
    groups: dict[Value, list[Partial[Content]]] = {}
    for partial in partials:
        groups.setdefault(partial.value, []).append(partial)
    return [tuple(group) for group in groups.values()]
