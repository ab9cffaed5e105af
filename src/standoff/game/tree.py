"""Unroll a scenario's moves into a game tree.

A node is a position in the list of moves together with the history of choices so far. Moves are taken in order; one
whose `when` is false at a history is skipped. Information sets: two nodes of one actor at one move belong together
when the actor has seen the same choices (its own, and those whose `seen_by` names it). A move that was skipped is not
seen, so its silence can reveal what made it skip; `build_with_warnings` says where that happens.

Options whose own `when` is false are left out; what is left must be the same at all nodes of an information set. Chance
branches whose probability is the constant 0 are left out; one option may take the `rest`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from standoff.errors import LimitError, Mark, Problem, ScenarioError
from standoff.game.game import CHANCE, DECISION, TERMINAL, Consideration, Game, InformationSet, Ints
from standoff.scenario.expression import Binary, Expression, Number, moves, specialise
from standoff.scenario.scenario import NATURE, UNNAMED, Move, Option, Scenario

MAX_NODES = 20_000

Grid: TypeAlias = dict[tuple[str, str], Fraction]


@dataclass(frozen=True)
class _Branch:
    option: Option
    probability: Expression | None  # None unless nature moves


@dataclass
class _Node:
    kind: int
    history: dict[str, str]
    move: int  # index into the moves; len(moves) at terminals
    parent: int
    action: int
    label: str
    chance: int  # index of the expression of the branch into the node, or -1
    actor: int = -1
    infoset: int = -1
    first_child: int = -1
    n_children: int = 0


@dataclass
class _Expressions:
    """Distinct expressions and where each was first written."""

    index: dict[Expression, int] = field(default_factory=dict)
    origins: list[str] = field(default_factory=list)

    def add(self, expression: Expression, origin: str) -> int:
        number = self.index.setdefault(expression, len(self.origins))
        if number == len(self.origins):
            self.origins.append(origin)
        return number


class _Builder:
    """One pass over the histories, breadth first."""

    def __init__(self, scenario: Scenario, max_nodes: int) -> None:
        self.scenario = scenario
        self.max_nodes = max_nodes
        self.actors = {actor.name: number for number, actor in enumerate(scenario.actors)}
        self.grid: Grid = {
            (move.name, option.name): option.value
            for move in scenario.moves
            for option in move.options
            if option.value is not None
        }
        self.expressions = _Expressions()
        self.nodes: list[_Node] = []
        self.sets: dict[tuple[int, tuple[tuple[str, str], ...]], int] = {}
        self.set_keys: list[tuple[int, tuple[tuple[str, str], ...]]] = []
        self.set_options: list[tuple[str, ...]] = []
        self.seen = {move.name: self._observers(move) for move in scenario.moves}
        self.last_move_of = {move.actor: number for number, move in enumerate(scenario.moves)}
        self.silence: dict[tuple[int, str, tuple[tuple[str, str], ...]], set[bool]] = {}
        self.problems: dict[tuple[Mark, str], Problem] = {}

    def _observers(self, move: Move) -> frozenset[str]:
        names = self.actors.keys() if move.seen_by is None else move.seen_by
        return frozenset(names) | {move.actor}

    def expand(self) -> None:
        self._append(_Node(DECISION, {}, 0, -1, -1, "", -1))
        current = 0
        while current < len(self.nodes):
            self._visit(current)
            current += 1
        if self.problems:
            raise ScenarioError(sorted(self.problems.values(), key=lambda problem: problem.mark))

    def _append(self, node: _Node) -> None:
        if len(self.nodes) >= self.max_nodes:
            raise LimitError(
                f"the game has more than {self.max_nodes:,} nodes; use coarser grids, fewer rounds or more `when`, "
                "or raise the limit with --max-nodes"
            )
        self.nodes.append(node)

    def _visit(self, number: int) -> None:
        node = self.nodes[number]
        node.move = self._next_move(node.move, node.history)
        if node.move == len(self.scenario.moves):
            node.kind = TERMINAL
            return
        move = self.scenario.moves[node.move]
        branches = self._branches(move, node.history)
        if not branches:
            self._report(
                move.mark,
                f"move `{move.name}` has no option left after {_write_history(node.history)}",
                "let at least one option's `when` hold there, or give the move a `when` that skips it",
            )
            node.kind = TERMINAL
            return
        node.kind = CHANCE if move.actor == NATURE else DECISION
        if node.kind == DECISION:
            node.actor = self.actors[move.actor]
            node.infoset = self._information_set(node, move, tuple(branch.option.name for branch in branches))
        node.first_child, node.n_children = len(self.nodes), len(branches)
        for action, branch in enumerate(branches):
            history = {**node.history, move.name: branch.option.name}
            chance = -1
            if branch.probability is not None:
                chance = self.expressions.add(branch.probability, f"moves.{move.name}.{branch.option.name}")
            self._append(_Node(DECISION, history, node.move + 1, number, action, branch.option.name, chance))

    def _next_move(self, position: int, history: dict[str, str]) -> int:
        """The first move from `position` on that is played after this history."""
        while position < len(self.scenario.moves):
            move = self.scenario.moves[position]
            if move.when is None:
                return position
            played = _holds(move.when, history, self.grid)
            for actor in self.seen[move.name] - {NATURE}:
                if self.last_move_of.get(actor, -1) > position:
                    key = (position, actor, self._visible(actor, history))
                    self.silence.setdefault(key, set()).add(played)
            if played:
                return position
            position += 1
        return position

    def _visible(self, actor: str, history: dict[str, str]) -> tuple[tuple[str, str], ...]:
        return tuple((move, option) for move, option in history.items() if actor in self.seen[move])

    def _branches(self, move: Move, history: dict[str, str]) -> list[_Branch]:
        options = [option for option in move.options if option.when is None or _holds(option.when, history, self.grid)]
        if move.actor != NATURE:
            return [_Branch(option, None) for option in options]
        stated = [
            (option, specialise(option.probability, history, self.grid))
            for option in options
            if option.probability is not None
        ]
        rest: Expression = Number(Fraction(1))
        for _, probability in stated:
            rest = Binary("-", rest, probability)
        rest = specialise(rest, {})
        chosen = {option.name: probability for option, probability in stated}
        branches = [_Branch(option, rest if option.rest else chosen[option.name]) for option in options]
        self._check_constants(move, history, branches)
        return [branch for branch in branches if branch.probability != Number(Fraction(0))]

    def _check_constants(self, move: Move, history: dict[str, str], branches: list[_Branch]) -> None:
        values = [branch.probability.value for branch in branches if isinstance(branch.probability, Number)]
        where = _write_history(history)
        outside = [value for value in values if value < 0 or value > 1]
        if outside:
            self._report(
                move.mark,
                f"a probability of `{move.name}` is {float(outside[0]):.6g} after {where}",
                "keep every probability between 0 and 1",
            )
        elif len(values) == len(branches) and abs(sum(values, Fraction(-1))) > Fraction(1, 10**9):
            self._report(
                move.mark,
                f"the probabilities of `{move.name}` sum to {float(sum(values, Fraction(0))):.9g} after {where}",
                "make them sum to 1, or let one option take the `rest`",
            )

    def _information_set(self, node: _Node, move: Move, options: tuple[str, ...]) -> int:
        key = (node.move, self._visible(move.actor, node.history))
        number = self.sets.setdefault(key, len(self.sets))
        if number == len(self.set_keys):
            self.set_keys.append(key)
            self.set_options.append(options)
        elif self.set_options[number] != options:
            seen = ", ".join(f"{name}={option}" for name, option in key[1]) or "nothing"
            self._report(
                move.mark,
                f"`{move.name}` offers {', '.join(options)} at one history and "
                f"{', '.join(self.set_options[number])} at another that {move.actor} cannot tell apart "
                f"(it has seen {seen})",
                "let the options' `when` mention only moves that the actor sees",
            )
        return number

    def _report(self, mark: Mark, message: str, remedy: str) -> None:
        self.problems.setdefault((mark, remedy), Problem(mark, message, remedy))

    def warnings(self) -> Iterator[Problem]:
        """Moves whose silence tells an observer something it did not see."""
        told: set[tuple[int, str]] = set()
        for (position, actor, _), states in self.silence.items():
            if len(states) == 2 and (position, actor) not in told:
                told.add((position, actor))
                move = self.scenario.moves[position]
                yield Problem(
                    move.mark,
                    f"`{move.name}` is seen by {actor} but skipped or played depending on something {actor} has not "
                    "seen, so its silence reveals it",
                    "let its `when` mention only what every observer has seen, or leave it if that is meant",
                )


def build(scenario: Scenario, *, max_nodes: int = MAX_NODES) -> Game:
    """The game of a scenario.

    Raises `ScenarioError` where options differ within an information set, a move has no option left, or constant
    probabilities do not sum to one; `LimitError` beyond `max_nodes`.
    """
    game, _ = build_with_warnings(scenario, max_nodes=max_nodes)
    return game


def build_with_warnings(scenario: Scenario, *, max_nodes: int = MAX_NODES) -> tuple[Game, tuple[Problem, ...]]:
    """The game of a scenario, and what `standoff check` warns of: silences that reveal."""
    builder = _Builder(scenario, max_nodes)
    builder.expand()
    return _assemble(builder), tuple(builder.warnings())


def _assemble(builder: _Builder) -> Game:
    scenario, nodes = builder.scenario, builder.nodes
    # breadth first meets the sets of a late move early where moves were skipped: number them in move order instead
    order = sorted(range(len(builder.set_keys)), key=lambda number: (builder.set_keys[number][0], number))
    rank = {number: position for position, number in enumerate(order)}
    infosets = tuple(
        InformationSet(
            actor=builder.actors[scenario.moves[builder.set_keys[number][0]].actor],
            move=scenario.moves[builder.set_keys[number][0]].name,
            options=builder.set_options[number],
            information=builder.set_keys[number][1],
        )
        for number in order
    )
    terminals = [node for node in nodes if node.kind == TERMINAL]
    names, outcome = _outcomes(builder, terminals)
    payoff = _payoffs(builder, terminals)
    counter = iter(range(len(terminals)))
    return Game(
        title=scenario.title,
        actors=tuple(actor.name for actor in scenario.actors),
        actor_labels=tuple(actor.label for actor in scenario.actors),
        kind=_ints(node.kind for node in nodes),
        actor=_ints(node.actor for node in nodes),
        infoset=_ints(rank.get(node.infoset, -1) for node in nodes),
        parent=_ints(node.parent for node in nodes),
        first_child=_ints(node.first_child for node in nodes),
        n_children=_ints(node.n_children for node in nodes),
        action=_ints(node.action for node in nodes),
        terminal=_ints(next(counter) if node.kind == TERMINAL else -1 for node in nodes),
        labels=tuple(node.label for node in nodes),
        infosets=infosets,
        expressions=tuple(builder.expressions.index),
        origins=tuple(builder.expressions.origins),
        chance_expression=_ints(node.chance for node in nodes),
        considerations=tuple(Consideration(builder.actors[part.actor], part.name) for part in scenario.considerations),
        payoff_expression=payoff,
        outcomes=names,
        outcome=outcome,
        decision=scenario.decision,
        moves=tuple(move.name for move in scenario.moves),
        move=_ints(-1 if node.kind == TERMINAL else node.move for node in nodes),
    )


def _outcomes(builder: _Builder, terminals: list[_Node]) -> tuple[tuple[str, ...], Ints]:
    """Names of outcomes, and per terminal the first whose condition holds (one more name if some ending has none)."""
    names = [outcome.name for outcome in builder.scenario.outcomes]
    conditions = list(enumerate(outcome.condition for outcome in builder.scenario.outcomes))
    indices = [
        next((n for n, condition in conditions if _holds(condition, node.history, builder.grid)), len(names))
        for node in terminals
    ]
    if len(names) in indices:
        names.append(UNNAMED)
    return tuple(names), _ints(indices)


def _payoffs(builder: _Builder, terminals: list[_Node]) -> Ints:
    """[terminal, consideration] index of the expression; equal choices share one specialisation."""
    considerations = builder.scenario.considerations
    result = np.empty((len(terminals), len(considerations)), dtype=np.int64)
    for column, part in enumerate(considerations):
        relevant = sorted(moves(part.expression))
        known: dict[tuple[str | None, ...], int] = {}
        origin = f"payoffs.{part.actor}.{part.name}"
        for row, node in enumerate(terminals):
            key = tuple(node.history.get(move) for move in relevant)
            if key not in known:
                known[key] = builder.expressions.add(specialise(part.expression, node.history, builder.grid), origin)
            result[row, column] = known[key]
    return result


def _holds(condition: Expression, history: dict[str, str], grid: Grid) -> bool:
    decided = specialise(condition, history, grid)
    if not isinstance(decided, Number):
        raise TypeError("conditions on play mention choices only")
    return decided.value != 0


def _write_history(history: dict[str, str]) -> str:
    return ", ".join(f"{move}.{option}" for move, option in history.items()) or "the start"


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)
