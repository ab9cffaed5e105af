"""Games in Gambit's .efg format: reading one into a `Game`, and writing any `Game` as one.

What the arrays of a `Game` cannot hold goes into its `EfgNotes` (labels of nodes, numbers of information sets, outcomes
at inner nodes), so that reading what was written gives the same game and the same notes. Numbers are exact fractions.

Payoffs: a terminal's payoff is the sum of the outcomes on the path to it, its own included. Information sets are
renumbered in an order of play where there is one (`standoff.game.order`), ties by first occurrence in the file; where
there is none they stay in the order of first occurrence and `Game.ordered` is False.

Names: a player without a name, or with one that another has too, is called by its number, and so is such an action. An
information set is called by its label, ``P<player>:<number>`` without one; labels that several sets share get
``:<number>`` appended, and ``:P<player>:<number>`` where that is still not unique.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from standoff.errors import EfgError, Mark, Problem
from standoff.game.efg_nodes import EfgFile, EfgNode, EfgOutcome, EfgSet, read_nodes
from standoff.game.efg_tokens import numbered
from standoff.game.efg_write import write_efg
from standoff.game.game import DECISION, TERMINAL, Consideration, EfgNotes, Game, InformationSet, Ints
from standoff.game.order import has_perfect_recall, order_of_play
from standoff.scenario.expression import Expression, Number
from standoff.scenario.scenario import UNNAMED

__all__ = ["MAX_BYTES", "MAX_NODES", "parse_efg", "read_efg", "write_efg"]

MAX_BYTES = 8 * 2**20
MAX_NODES = 20_000
MAX_SUM_BITS = 4_096  # of numerator or denominator of a payoff summed along a path
MAX_NAMED = 3  # outcomes of a path that a message names


def read_efg(path: str | Path, max_nodes: int = MAX_NODES) -> Game:
    """Reads a file. Raises `EfgError` with every mistake found and its place."""
    place = Path(path)
    try:
        if not place.is_file():
            what = "this is not a regular file" if place.exists() else "there is no such file"
            raise EfgError([Problem(Mark(str(path)), what, "give the path of an .efg file")])
        with place.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        problem = Problem(Mark(str(path)), f"cannot be read: {error.strerror}", "check the path and its permissions")
        raise EfgError([problem]) from error
    _check_size(len(content), str(path))
    return parse_efg(_text_of(content, str(path)), str(path), max_nodes)


def parse_efg(text: str, path: str = "<text>", max_nodes: int = MAX_NODES) -> Game:
    """Reads the text of a file; `path` is for messages. Raises `EfgError` with every mistake found and its place."""
    _check_size(len(text), path)
    return _Assembly.of(read_nodes(text, path, max_nodes), path).game()


def _text_of(content: bytes, path: str) -> str:
    """The text of a file's bytes; `EfgError` where they are not text."""
    remedy = "give a text file in UTF-8, as Gambit writes it"
    zero = content.find(b"\0")
    if zero >= 0:
        line = content.count(b"\n", 0, zero) + 1
        raise EfgError([Problem(Mark(path, line, 1), "this is a binary file, not an .efg", remedy)])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{content[error.start]:02x} is not text in UTF-8"
        raise EfgError([Problem(Mark(path, line, 1), message, remedy)]) from error


def _check_size(size: int, path: str) -> None:
    if size > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 2**20} MiB"
        raise EfgError([Problem(Mark(path), message, "a game of the size that can be solved is far smaller")])


@dataclass(frozen=True)
class _Assembly:
    """A file's nodes on their way into arrays: ``nodes`` breadth first, ``parent[node]`` and ``first_child[node]`` too.

    ``sets`` are the information sets of players in the order of first occurrence in the file, ``infoset[node]`` indexes
    them; ``total[node]`` indexes the distinct sums of outcomes along a path.
    """

    file: EfgFile
    path: str
    nodes: tuple[EfgNode, ...]
    parent: Ints
    first_child: Ints
    sets: tuple[EfgSet, ...]
    infoset: Ints
    total: Ints
    totals: tuple[_Total, ...]

    @classmethod
    def of(cls, file: EfgFile, path: str) -> _Assembly:
        """Renumbers a file's nodes and adds up the outcomes along paths."""
        order, parent, first_child = _breadth_first(file.nodes)
        sets: dict[tuple[int, int], int] = {}
        declared: list[EfgSet] = []
        for node in file.nodes:
            if node.kind == DECISION and node.infoset is not None:
                key = (node.infoset.player, node.infoset.number)
                if sets.setdefault(key, len(sets)) == len(declared):
                    declared.append(node.infoset)
        nodes = tuple(file.nodes[place] for place in order)
        infoset = [
            sets[node.infoset.player, node.infoset.number] if node.kind == DECISION and node.infoset else -1
            for node in nodes
        ]
        total, totals = _add_along_paths(nodes, parent, len(file.players), path)
        return cls(
            file,
            path,
            nodes,
            _ints(parent),
            _ints(first_child),
            tuple(declared),
            _ints(infoset),
            _ints(total),
            totals,
        )

    def game(self) -> Game:
        """The game, its information sets in an order of play."""
        nodes = self.nodes
        actors = numbered(self.file.players)
        kind = _ints([node.kind for node in nodes])
        action = _ints([node.branch for node in nodes])
        actor = _ints([node.infoset.player - 1 if node.kind == DECISION and node.infoset else -1 for node in nodes])
        order = order_of_play(self.parent, self.infoset)
        places = np.arange(len(self.sets)) if order is None else order
        rank = np.append(np.argsort(places), -1)  # the last entry serves nodes without an information set
        terminals = np.flatnonzero(kind == TERMINAL)
        outcomes = self._outcome_names()
        number_of = {name: number for number, name in enumerate(outcomes)}
        expressions, origins, payoff_expression, chance_expression = self._expressions(actors, terminals)
        terminal = np.full(len(nodes), -1, dtype=np.int64)
        terminal[terminals] = np.arange(len(terminals))
        return Game(
            title=self.file.title,
            actors=actors,
            actor_labels=self.file.players,
            kind=kind,
            actor=actor,
            infoset=rank[self.infoset].astype(np.int64),
            parent=self.parent,
            first_child=self.first_child,
            n_children=_ints([len(node.infoset.branches) if node.infoset else 0 for node in nodes]),
            action=action,
            terminal=terminal,
            labels=self._branch_labels(),
            infosets=self._information_sets(places),
            expressions=expressions,
            origins=origins,
            chance_expression=chance_expression,
            considerations=tuple(Consideration(number, "total") for number in range(len(actors))),
            payoff_expression=payoff_expression,
            outcomes=outcomes,
            outcome=_ints([number_of[_outcome_name(nodes[node])] for node in terminals.tolist()]),
            ordered=order is not None,
            perfect_recall=has_perfect_recall(self.parent, action, actor, self.infoset),
            efg=self._notes(),
        )

    def _branch_labels(self) -> tuple[str, ...]:
        labels = [""]
        for up, node in zip(self.parent[1:].tolist(), self.nodes[1:], strict=True):
            above = self.nodes[up].infoset
            labels.append(above.branches[node.branch] if above else "")
        return tuple(labels)

    def _information_sets(self, places: Ints) -> tuple[InformationSet, ...]:
        sets = [self.sets[place] for place in places.tolist()]
        return tuple(
            InformationSet(infoset.player - 1, name, numbered(infoset.branches))
            for infoset, name in zip(sets, set_names(sets), strict=True)
        )

    def _outcome_names(self) -> tuple[str, ...]:
        """Names of the terminals' outcomes in the order of the file."""
        return tuple(dict.fromkeys(_outcome_name(node) for node in self.file.nodes if node.kind == TERMINAL))

    def _expressions(
        self, actors: tuple[str, ...], terminals: Ints
    ) -> tuple[tuple[Expression, ...], tuple[str, ...], Ints, Ints]:
        """Expressions, their origins, ``payoff_expression[terminal, actor]`` and ``chance_expression[node]``."""
        expressions: list[Expression] = []
        origins: list[str] = []
        start: dict[tuple[str, int], int] = {}  # first expression of a sum of outcomes or of a chance move
        chance = np.full(len(self.nodes), -1, dtype=np.int64)
        for node, up in enumerate(self.parent.tolist()):
            above = self.nodes[up].infoset if up >= 0 else None
            if above is None or above.player:
                continue
            key = ("chance", above.number)
            if key not in start:
                start[key] = len(expressions)
                expressions.extend(Number(value) for value in above.probabilities)
                head = f'chance {above.number} "{above.label}"'
                origins.extend(f"{head}.{branch}" for branch in numbered(above.branches))
            chance[node] = start[key] + self.nodes[node].branch
        payoffs = np.zeros((len(terminals), len(actors)), dtype=np.int64)
        for row, number in enumerate(self.total[terminals].tolist()):
            key = ("total", number)
            if key not in start:
                start[key] = len(expressions)
                expressions.extend(Number(value) for value in self.totals[number].payoffs)
                origins.extend(f"{self.totals[number].origin} payoff of {actor}" for actor in actors)
            payoffs[row] = start[key] + np.arange(len(actors))
        return tuple(expressions), tuple(origins), payoffs, chance

    def _notes(self) -> EfgNotes:
        sets = [node.infoset for node in self.nodes]
        return EfgNotes(
            comment=self.file.comment,
            node_label=tuple(node.label for node in self.nodes),
            infoset_number=tuple(infoset.number if infoset else 0 for infoset in sets),
            infoset_label=tuple(infoset.label if infoset else "" for infoset in sets),
            outcome=tuple(
                (node.outcome.number, node.outcome.name, node.outcome.payoffs) if node.outcome else None
                for node in self.nodes
            ),
        )


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _outcome_name(node: EfgNode) -> str:
    return node.outcome.name if node.outcome and node.outcome.name else UNNAMED


def _breadth_first(nodes: tuple[EfgNode, ...]) -> tuple[list[int], list[int], list[int]]:
    """Places in the file in breadth-first order; then per node, in that order, its parent and its first child."""
    children: list[list[int]] = [[] for _ in nodes]
    for place, node in enumerate(nodes):
        if node.parent >= 0:
            children[node.parent].append(place)
    order, parent, first_child = [0], [-1], []
    for number in range(len(nodes)):
        below = children[order[number]]
        first_child.append(len(order) if below else -1)
        order.extend(below)
        parent.extend(number for _ in below)
    return order, parent, first_child


@dataclass(frozen=True)
class _Total:
    """The sum of the outcomes met on a path: payoff per player, number of outcomes, and the first few as text."""

    payoffs: tuple[Fraction, ...]
    count: int = 0
    named: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """``outcome 3 "SQ"``, ``outcomes 1 "fee" + 3 "SQ"``; at most a few of them."""
        more = [f"{self.count - MAX_NAMED} more"] if self.count > MAX_NAMED else []
        head = "outcomes" if self.count > 1 else "outcome" if self.count else "no outcome,"
        return " ".join([head, " + ".join([*self.named, *more])]).strip()

    def plus(self, outcome: EfgOutcome) -> _Total:
        """With one outcome more."""
        payoffs = tuple(one + other for one, other in zip(self.payoffs, outcome.payoffs, strict=True))
        named = (*self.named, f'{outcome.number} "{outcome.name}"')[:MAX_NAMED]
        return _Total(payoffs, self.count + 1, named)


def _add_along_paths(
    nodes: tuple[EfgNode, ...], parent: list[int], n_players: int, path: str
) -> tuple[list[int], tuple[_Total, ...]]:
    """Per node, which sum of outcomes is reached there; and the distinct sums."""
    totals = [_Total((Fraction(0),) * n_players)]
    known: dict[tuple[int, int], int] = {}  # (sum above, outcome number) -> sum
    at: list[int] = []
    for node, up in zip(nodes, parent, strict=True):
        here = at[up] if up >= 0 else 0
        if node.outcome is not None:
            key = (here, node.outcome.number)
            if key not in known:
                known[key] = len(totals)
                totals.append(totals[here].plus(node.outcome))
                _check_bits(totals[-1], path)
            here = known[key]
        at.append(here)
    return at, tuple(totals)


def _check_bits(total: _Total, path: str) -> None:
    for payoff in total.payoffs:
        if max(payoff.numerator.bit_length(), payoff.denominator.bit_length()) > MAX_SUM_BITS:
            message = f"the sum of {total.origin} has a numerator or denominator beyond {MAX_SUM_BITS} bits"
            raise EfgError([Problem(Mark(path), message, "write the payoffs with fewer digits")])


def set_names(sets: Sequence[EfgSet]) -> tuple[str, ...]:
    """A distinct name for each information set of players; see the module's docstring."""
    places = [f"P{infoset.player}:{infoset.number}" for infoset in sets]
    choices = [
        (infoset.label, f"{infoset.label}:{infoset.number}", f"{infoset.label}:{place}") if infoset.label else (place,)
        for infoset, place in zip(sets, places, strict=True)
    ]
    level = [0] * len(sets)
    names: list[str] = []
    for _ in range(3):
        names = [own[min(at, len(own) - 1)] for own, at in zip(choices, level, strict=True)]
        counts = Counter(names)
        level = [at + (counts[name] > 1) for at, name in zip(level, names, strict=True)]
    # A label may look like another set's name; the longest names differ, as each ends with its own player and number.
    return tuple(names) if len(set(names)) == len(names) else tuple(own[-1] for own in choices)
