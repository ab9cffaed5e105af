"""The game: a finite extensive form in flat arrays, with payoffs and chance probabilities as expressions.

Notation. Nodes are numbered breadth first, the root is 0, the children of a node are consecutive. Information sets are
numbered in an order of play: on every path the numbers increase (`Game.ordered` is False for an .efg where no such
order exists). A *slot* is one option of one information set; the slots of information set h are
``slot_start[h] : slot_start[h + 1]``, in the order of its options. Axes: ``[node]``, ``[terminal]``, ``[infoset]``,
``[slot]``, ``[actor]``, ``[consideration]``, ``[expression]``, ``[draw]``.

Payoffs are in utility, one number per terminal and consideration; an actor's payoff is the sum over its considerations.
Chance probabilities belong to the branch *into* a node. Expressions mention parameters only and are shared:
``payoff_expression[terminal, consideration]`` and ``chance_expression[node]`` index `Game.expressions`.

`Game.at(values)` gives a `NumericGame`: the same structure with numbers, which is what solvers and the verifier take.
`Game.evaluate(values)` gives ``float64[draw, expression]`` for any number of draws at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from standoff.errors import UndefinedError
from standoff.scenario.expression import Expression, evaluate

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Choices: TypeAlias = NDArray[np.int16]  # options by number

DECISION, CHANCE, TERMINAL = 0, 1, 2
ROUNDING = 1e-12  # a chance probability this near 0 is 0


@dataclass(frozen=True)
class InformationSet:
    """What an actor knows when it moves.

    `information` maps each earlier move it has seen (or made) to the option chosen; empty for an .efg, where `move` is
    the information set's label.
    """

    actor: int
    move: str
    options: tuple[str, ...]
    information: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """``move`` or ``move[seen=option, ...]``; unique within a game."""
        seen = ", ".join(f"{move}={option}" for move, option in self.information)
        return f"{self.move}[{seen}]" if seen else self.move


@dataclass(frozen=True)
class Consideration:
    """A named part of an actor's payoff; `actor` is an index into `Game.actors`."""

    actor: int
    name: str


@dataclass(frozen=True)
class EfgNotes:
    """What an .efg file says that the arrays do not hold; kept so that writing it back loses nothing.

    Per node: its label, the number and label of its information set (0 and "" for terminals), and the outcome attached
    to it as (number, name, payoffs) or None.
    """

    comment: str
    node_label: tuple[str, ...]
    infoset_number: tuple[int, ...]
    infoset_label: tuple[str, ...]
    outcome: tuple[tuple[int, str, tuple[Fraction, ...]] | None, ...]


@dataclass(frozen=True, eq=False)
class Game:
    """The structure of a finite game; see the module's docstring for axes."""

    title: str
    actors: tuple[str, ...]
    actor_labels: tuple[str, ...]
    kind: Ints  # [node] DECISION, CHANCE or TERMINAL
    actor: Ints  # [node] -1 at chance and terminal nodes
    infoset: Ints  # [node] -1 at chance and terminal nodes
    parent: Ints  # [node] -1 at the root
    first_child: Ints  # [node] -1 at terminals
    n_children: Ints  # [node]
    action: Ints  # [node] which child of its parent; -1 at the root
    terminal: Ints  # [node] number of the terminal, -1 elsewhere
    labels: tuple[str, ...]  # [node] label of the branch into the node; "" at the root
    infosets: tuple[InformationSet, ...]
    expressions: tuple[Expression, ...]
    origins: tuple[str, ...]  # [expression] where it stands in the scenario, for messages
    chance_expression: Ints  # [node] -1 unless the parent is a chance node
    considerations: tuple[Consideration, ...]
    payoff_expression: Ints  # [terminal, consideration]
    outcomes: tuple[str, ...]
    outcome: Ints  # [terminal] index into outcomes
    decision: str | None = None
    ordered: bool = True  # information sets are numbered in an order of play
    perfect_recall: bool = True
    moves: tuple[str, ...] = ()  # [node-independent] names of moves in order of play, chance included; empty for .efg
    move: Ints | None = None  # [node] index into moves, -1 at terminals; None for .efg
    efg: EfgNotes | None = None

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.kind)

    @cached_property
    def terminals(self) -> Ints:
        """Node of each terminal, in terminal order."""
        nodes = np.flatnonzero(self.kind == TERMINAL)
        return nodes[np.argsort(self.terminal[nodes], kind="stable")]

    @cached_property
    def slot_start(self) -> Ints:
        """First slot of each information set; the last entry is the number of slots."""
        counts = [len(infoset.options) for infoset in self.infosets]
        return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)

    @property
    def n_slots(self) -> int:
        """Number of slots (options summed over information sets)."""
        return int(self.slot_start[-1])

    @cached_property
    def slot(self) -> Ints:
        """[node] slot of the branch into the node; -1 at the root and after chance."""
        result = np.full(self.n_nodes, -1, dtype=np.int64)
        has_parent = np.flatnonzero(self.parent >= 0)
        after = has_parent[self.infoset[self.parent[has_parent]] >= 0]
        result[after] = self.slot_start[self.infoset[self.parent[after]]] + self.action[after]
        return result

    @cached_property
    def slot_infoset(self) -> Ints:
        """[slot] information set of the slot."""
        return np.repeat(np.arange(len(self.infosets)), np.diff(self.slot_start))

    @cached_property
    def members(self) -> tuple[Ints, ...]:
        """[infoset] the nodes of each information set, ascending."""
        order = np.argsort(self.infoset, kind="stable")
        sorted_sets = self.infoset[order]
        bounds = np.searchsorted(sorted_sets, np.arange(len(self.infosets) + 1))
        return tuple(order[bounds[h] : bounds[h + 1]] for h in range(len(self.infosets)))

    @cached_property
    def levels(self) -> tuple[slice, ...]:
        """Nodes by number of branches from the root (0 first): consecutive, since nodes are numbered breadth first."""
        levels, start, stop = [], 0, 1
        while start < stop:
            levels.append(slice(start, stop))
            start, stop = stop, stop + int(self.n_children[start:stop].sum())
        return tuple(levels)

    @cached_property
    def depth(self) -> Ints:
        """[node] number of branches from the root."""
        return np.repeat(np.arange(len(self.levels)), [level.stop - level.start for level in self.levels])

    def path_sums(self, per_node: NDArray[Any]) -> NDArray[Any]:
        """[node] the sum along its path of a quantity per branch, given at the node that the branch leads to."""
        totals = per_node.copy()
        for level in self.levels[1:]:
            totals[level] += totals[self.parent[level]]
        return totals

    def options(self, infoset: int) -> slice:
        """The slots of an information set."""
        return slice(int(self.slot_start[infoset]), int(self.slot_start[infoset + 1]))

    def children(self, node: int) -> range:
        """The children of a node, in the order of its options."""
        first = int(self.first_child[node])
        return range(first, first + int(self.n_children[node]))

    def path(self, node: int) -> list[int]:
        """The nodes from the root (excluded) to `node` (included)."""
        nodes = []
        while node > 0:
            nodes.append(node)
            node = int(self.parent[node])
        return nodes[::-1]

    def history(self, node: int) -> str:
        """Labels of the branches from the root, joined by ``/``; a ``/`` in a label is ``~1``.

        An empty label, or one that a sibling has too, is the branch's number (from 1).
        """
        return "/".join(self._branch_label(step) for step in self.path(node))

    def _branch_label(self, node: int) -> str:
        label = self.labels[node]
        siblings = self.children(int(self.parent[node]))
        if not label or sum(self.labels[sibling] == label for sibling in siblings) > 1:
            return str(int(self.action[node]) + 1)
        return label.replace("/", "~1")

    def evaluate(self, values: Mapping[str, float | Floats], draws: int = 1) -> Floats:
        """All expressions at the parameter values: ``float64[draw, expression]`` (NaN and infinities are kept)."""
        columns = np.empty((draws, len(self.expressions)))
        with np.errstate(all="ignore"):
            for index, expression in enumerate(self.expressions):
                columns[:, index] = evaluate(expression, values)
        return columns

    def at(self, values: Mapping[str, float]) -> NumericGame:
        """The game with numbers in place.

        Raises `UndefinedError` naming the expression that is NaN or infinite, or the chance move whose probabilities do
        not sum to one or leave [0, 1].
        """
        return self.with_numbers(self.evaluate(values)[0])

    def with_numbers(self, row: Floats) -> NumericGame:
        """The game at one row of `evaluate`'s result: ``float64[expression]``."""
        bad = np.flatnonzero(~np.isfinite(row))
        if bad.size:
            names = sorted({self.origins[index] for index in bad})
            raise UndefinedError(f"not a finite number at these parameters: {', '.join(names)}")
        chance = np.where(self.chance_expression >= 0, row[self.chance_expression], 1.0)
        chance = np.where(np.abs(chance) <= ROUNDING, 0.0, chance)  # what is left of 1 - 0.2 - 0.7 - 0.1
        self._check_chance(chance)
        terms = row[self.payoff_expression]
        with np.errstate(over="ignore", invalid="ignore"):
            payoffs = self._sum_by_actor(terms)
            sizes = np.abs(payoffs).max(axis=0, initial=0.0) * 2
        if not np.all(np.isfinite(sizes)):
            actor = self.actors[int(np.argmin(np.isfinite(sizes)))]
            raise UndefinedError(f"the payoffs of {actor} are too large to compute with at these parameters")
        return NumericGame(self, chance, terms, payoffs)

    def _sum_by_actor(self, terms: Floats) -> Floats:
        owner = np.array([consideration.actor for consideration in self.considerations], dtype=np.int64)
        membership = (owner[:, None] == np.arange(len(self.actors))[None, :]).astype(float)
        return np.asarray(terms @ membership)

    def _check_chance(self, chance: Floats) -> None:
        for node in np.flatnonzero(self.kind == CHANCE):
            children = self.children(int(node))
            branch = chance[children.start : children.stop]
            if branch.min() < 0 or branch.max() > 1 + ROUNDING or abs(branch.sum() - 1) > 1e-9:
                origin = self.origins[int(self.chance_expression[children.start])]
                raise UndefinedError(
                    f"probabilities of {origin.rsplit('.', 1)[0]} are {', '.join(f'{p:.6g}' for p in branch)} "
                    f"(sum {branch.sum():.9g}) at these parameters"
                )

    def exact(self, values: Mapping[str, Fraction]) -> tuple[list[Fraction], list[list[Fraction]]]:
        """Chance probability per node and payoffs per terminal and actor as exact fractions.

        Raises TypeError where an expression uses exp, log or sqrt.
        """
        row = [evaluate(expression, values) for expression in self.expressions]
        if not all(isinstance(entry, Fraction) for entry in row):
            raise TypeError("exp, log and sqrt have no exact value")
        chance = [Fraction(1) if index < 0 else row[index] for index in self.chance_expression.tolist()]
        payoffs = [[Fraction(0)] * len(self.actors) for _ in range(len(self.outcome))]
        for terminal, indices in enumerate(self.payoff_expression.tolist()):
            for consideration, index in zip(self.considerations, indices, strict=True):
                payoffs[terminal][consideration.actor] += row[index]
        return chance, payoffs


@dataclass(frozen=True, eq=False)
class NumericGame:
    """A game at one set of parameter values."""

    game: Game
    chance: Floats  # [node] probability of the branch into the node; 1 unless the parent is a chance node
    terms: Floats  # [terminal, consideration]
    payoffs: Floats  # [terminal, actor]

    @cached_property
    def live(self) -> Bools:
        """[node] False at and below a chance branch of probability zero."""
        return np.asarray(self.game.path_sums((self.chance <= 0).astype(np.int64)) == 0)

    @cached_property
    def members(self) -> tuple[Ints, ...]:
        """[infoset] the live nodes of each information set; empty where the set is void at these numbers."""
        return tuple(nodes[self.live[nodes]] for nodes in self.game.members)

    @cached_property
    def payoff_range(self) -> Floats:
        """[actor] largest minus smallest payoff over live terminals."""
        live = self.payoffs[self.live[self.game.terminals]]
        return np.asarray(live.max(axis=0) - live.min(axis=0))
