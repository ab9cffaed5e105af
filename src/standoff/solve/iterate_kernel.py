"""The passes of iterated best replies as straight-line code, one row of draws for each quantity of one game.

What `standoff.solve.iterate` describes, with the same sums in the same order, so the results are equal bit for bit.
What is spared: values that no information set asks for, costs that no belief depends on, beliefs that do not depend on
choices, and ties and exponents in all passes but the last.

The choice at an information set with n options is n - 1 rows, one for each option but the first: whether it is chosen.
Costs are whole numbers in float64, exact since no path has more than `LONGEST` branches. Only what the nodes of an
information set do not have in common counts for beliefs, so slots on the paths to all of them are left out.

Four functions. *prepare* takes payoffs and chances to the rows that the others start from; *opening* gives the best
replies to uniform play; *passing* one pass; *closing* one pass with exponents and ties.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from standoff.game.game import CHANCE, DECISION, TERMINAL, Game
from standoff.solve.straight_line import BOOL, FLOAT, Code, Lines, Operand, Row, compiled

LONGEST = 256  # branches of a path


@dataclass(frozen=True)
class Constants:
    """Of the rule of iteration; see `standoff.solve.iterate`."""

    tie: float
    same: float
    steps: float
    ties: float


@dataclass(frozen=True, eq=False)
class Kernel:
    """The compiled functions of a game.

    `prepare` takes the largest range of payoffs, payoffs of `endings`, and chances of `chances`. The first of its
    results is positive where all chances and their products are; the others are of the `kept` kinds, float rows first.
    The other functions take these and choices.
    """

    endings: tuple[tuple[int, int], ...]  # terminal and actor
    chances: tuple[int, ...]  # nodes after chance
    kept: tuple[str, ...]
    choices: tuple[tuple[int, int], ...]  # [row] information set and option
    opens: int  # passes after which many draws may have settled
    prepare: Code
    opening: Code
    passing: Code
    closing: Code  # gives choices, exponents of all slots, and whether options tie where play gets to


def kernel_of(game: Game, constants: Constants) -> Kernel:
    """The kernel of a game with perfect recall, an order of play and paths of at most `LONGEST` branches."""
    numbers = _Numbers(game)
    choices = tuple((h, option) for h, own in enumerate(game.infosets) for option in range(1, len(own.options)))
    passing, closing, opening = _Pass(game, numbers), _Pass(game, numbers), _Pass(game, numbers)
    given = [passing.lines.row(BOOL) for _ in choices]
    new, _, _ = passing.once(dict(zip(choices, given, strict=True)), constants, closing=False)
    numbers.lines.closed = True
    last = [closing.lines.row(BOOL) for _ in choices]
    final, exponents, tie = closing.once(dict(zip(choices, last, strict=True)), constants, closing=True)
    first = opening.replies_to_uniform_play()
    results = [new[own] for own in choices], [*(final[own] for own in choices), *exponents, tie]
    starts = [first[own] for own in choices]
    needed = passing.imports(results[0]) | closing.imports(results[1]) | opening.imports(starts)
    kept = [row for kind in (FLOAT, BOOL) for row in sorted(needed) if row.kind == kind]
    least = numbers.least()
    there = numbers.lines.read([least, *kept])
    endings = {own: row for own, row in numbers.payoffs.items() if row in there}
    return Kernel(
        endings=tuple(endings),
        chances=tuple(numbers.chance),
        kept=tuple(row.kind for row in kept),
        choices=choices,
        opens=min(max(_moves(game), 2), 5),
        prepare=compiled(numbers.lines, [numbers.spread, *endings.values(), *numbers.chance.values()], [least, *kept]),
        opening=compiled(opening.lines, opening.imported(kept), starts),
        passing=compiled(passing.lines, [*passing.imported(kept), *given], results[0]),
        closing=compiled(closing.lines, [*closing.imported(kept), *last], results[1]),
    )


class _Numbers:
    """What is computed once: utilities in units of the largest range, weights, all that choices do not matter for."""

    def __init__(self, game: Game) -> None:
        self.game, self.lines = game, Lines()
        self.spread = self.lines.row()
        self.payoffs = {
            (terminal, actor): self.lines.row()
            for terminal in range(len(game.outcome))
            for actor in range(len(game.actors))
        }
        self.chance = {n: self.lines.row() for n in range(1, game.n_nodes) if game.kind[game.parent[n]] == CHANCE}
        self.weights: list[Operand] = [1.0] * game.n_nodes
        self.settled = game.kind != DECISION  # [node] whether no decision comes at it or after it
        for node in range(1, game.n_nodes):
            above = self.weights[game.parent[node]]
            self.weights[node] = self.lines.product(above, self.chance[node]) if node in self.chance else above
        for node in range(game.n_nodes - 1, 0, -1):
            self.settled[game.parent[node]] &= self.settled[node]

    def utility(self, node: int, actor: int) -> Row:
        """Of an ending."""
        return self.lines.do("divide", self.payoffs[int(self.game.terminal[node]), actor], self.spread)

    def value(self, node: int, actor: int) -> Operand:
        """What an actor expects from a node on, after which chance alone moves."""
        if self.game.kind[node] == TERMINAL:
            return self.utility(node, actor)
        children = self.game.children(node)
        return self.lines.weighted(
            [self.chance[child] for child in children], [self.value(child, actor) for child in children]
        )

    def least(self) -> Operand:
        """Positive where all chances and their products are."""
        rows = dict.fromkeys([*self.chance.values(), *(own for own in self.weights if isinstance(own, Row))])
        return self.lines.all_of("minimum", list(rows)) if rows else 1.0

    def shares(self, nodes: list[int]) -> list[Operand]:
        """Of the nodes of an information set, by their weights alone."""
        weights = [self.weights[node] for node in nodes]
        total = self.lines.all_of("add", weights)
        return [self.lines.do("divide", weight, total) for weight in weights]


class _Pass:
    """One function that works on the numbers."""

    def __init__(self, game: Game, numbers: _Numbers) -> None:
        self.game, self.numbers, self.lines = game, numbers, Lines(before=numbers.lines)
        self.choice: dict[tuple[int, int], Row] | None = None  # none: everybody chooses every option alike
        self.values: dict[tuple[int, int], Operand] = {}

    def imports(self, results: Sequence[Operand]) -> set[Row]:
        """The rows of the numbers that some results depend on."""
        there = self.lines.there
        return {there[row] for row in self.lines.read(results) if row in there}

    def imported(self, kept: list[Row]) -> list[Row]:
        """The rows of this function for all rows that are kept."""
        here = self.lines.here
        return [here[own] if own in here else self.lines.row(own.kind) for own in kept]

    # --- values -------------------------------------------------------------------------------------------------------

    def value(self, node: int, actor: int) -> Operand:
        """What an actor expects from a node on."""
        key = node, actor
        if key not in self.values:
            self.values[key] = self._value(node, actor)
        return self.values[key]

    def _value(self, node: int, actor: int) -> Operand:
        game, lines = self.game, self.lines
        if self.numbers.settled[node]:
            return lines.take(self.numbers.value(node, actor))
        below = [self.value(child, actor) for child in game.children(node)]
        if game.kind[node] == CHANCE:
            return lines.weighted([lines.take(self.numbers.chance[child]) for child in game.children(node)], below)
        if self.choice is None:
            return lines.weighted([1.0 / len(below)] * len(below), below)
        result = below[0]
        for option, value in enumerate(below[1:], start=1):
            result = lines.either(self.choice[int(game.infoset[node]), option], value, result)
        return result

    def below(self, number: int) -> list[list[Operand]]:
        """[option][member] what the actor of an information set expects after its options."""
        game = self.game
        actor, nodes = game.infosets[number].actor, game.members[number].tolist()
        return [
            [self.value(int(game.first_child[node]) + option, actor) for node in nodes]
            for option in range(len(game.infosets[number].options))
        ]

    def best(self, replies: list[Operand]) -> tuple[Operand, dict[int, Row]]:
        """The largest of some rows, and for each but the first whether it is the first that is so large."""
        most, better = replies[0], []
        for reply in replies[1:]:
            better.append(self.lines.do("greater", reply, most))
            most = self.lines.do("maximum", most, reply)
        result: dict[int, Row] = {}
        later: Row | None = None
        for option, own in reversed(list(enumerate(better, start=1))):
            result[option] = own if later is None else self.lines.do("greater", own, later)
            later = own if later is None else self.lines.do("logical_or", own, later)
        return most, result

    # --- before the first pass ----------------------------------------------------------------------------------------

    def replies_to_uniform_play(self) -> dict[tuple[int, int], Row]:
        """The choices that are best against everybody choosing every option alike."""
        game = self.game
        reach: list[Operand] = [1.0] * game.n_nodes
        for node in range(1, game.n_nodes):
            parent = int(game.parent[node])
            own = self.numbers.chance.get(node)
            branch = 1.0 / int(game.n_children[parent]) if own is None else self.lines.take(own)
            reach[node] = self.lines.product(reach[parent], branch)
        result: dict[tuple[int, int], Row] = {}
        for number, nodes in enumerate(game.members):
            there = [reach[node] for node in nodes.tolist()]
            if there:
                first = self.best([self.lines.weighted(there, below) for below in self.below(number)])[1]
            else:
                first = {option: self._nowhere() for option in range(1, len(game.infosets[number].options))}
            result |= {(number, option): row for option, row in first.items()}
        return result

    def _nowhere(self) -> Row:
        return self.lines.do("less", 1.0, 0.0)

    # --- a pass -------------------------------------------------------------------------------------------------------

    def once(
        self, choice: dict[tuple[int, int], Row], constants: Constants, *, closing: bool
    ) -> tuple[dict[tuple[int, int], Row], list[Operand], Operand]:
        """The new choices; where `closing`, the exponents of all slots and whether options tie where play gets to."""
        game, self.choice = self.game, choice
        asked = _slots_asked_for(game)
        following: dict[tuple[int, int], Row] = {}
        cost: list[Operand] = [0.0] * game.n_slots
        near: dict[int, Row] = {}
        for number, nodes in enumerate(game.members):
            options, slots = len(game.infosets[number].options), game.options(number)
            if options == 1:
                continue
            current = [choice[number, option] for option in range(1, options)]
            priced = closing or not asked.isdisjoint(range(slots.start, slots.stop))
            step = _Choice(self.lines, constants, current, priced)
            if not nodes.size:
                step.new = current
            else:
                shares = self.beliefs(number, cost)
                replies = [self.lines.weighted(shares, below) for below in self.below(number)]
                if options == 2:
                    step.of_two(replies)
                else:
                    step.of_many(replies, *self.best(replies))
            following |= {(number, option): row for option, row in enumerate(step.new, start=1)}
            if step.costs:
                cost[slots], near[number] = step.costs, step.tied()
        return following, cost, self._tie(following, near) if closing else 0.0

    def beliefs(self, number: int, cost: list[Operand]) -> list[Operand]:
        """On the nodes of least cost, by their weights."""
        lines, nodes = self.lines, self.game.members[number].tolist()
        if len(nodes) == 1:
            return [1.0]
        spent = [self._sum([cost[slot] for slot in own]) for own in _own_slots(self.game, nodes)]
        if all(own == spent[0] for own in spent):
            return [lines.take(share) for share in self.numbers.shares(nodes)]
        if len(nodes) == 2:
            first, second = (lines.take(share) for share in self.numbers.shares(nodes))
            more = lines.do("subtract", spent[1], spent[0])  # a whole number: what is cheaper has it all
            return [self._within(lines.do("add", first, more)), self._within(lines.do("subtract", second, more))]
        least = lines.all_of("minimum", spent)
        cheapest = [lines.do("less_equal", own, least) for own in spent]
        weights = [
            lines.do("multiply", lines.take(self.numbers.weights[node]), own)
            for node, own in zip(nodes, cheapest, strict=True)
        ]
        total = lines.all_of("add", weights)
        return [lines.do("divide", weight, total) for weight in weights]

    def _within(self, row: Row) -> Row:
        return self.lines.do("minimum", self.lines.do("maximum", row, 0.0), 1.0)

    def _sum(self, operands: list[Operand]) -> Operand:
        rows = [operand for operand in operands if isinstance(operand, Row)]
        return self.lines.all_of("add", rows) if rows else 0.0

    def _tie(self, choice: dict[tuple[int, int], Row], near: dict[int, Row]) -> Row:
        """Whether another option is as good at an information set that play gets to."""
        game, lines = self.game, self.lines
        played: list[Row | None] = [None] * game.n_nodes  # none: everywhere
        for node in range(1, game.n_nodes):
            above, slot = played[int(game.parent[node])], int(game.slot[node])
            own = self._chosen(choice, int(game.slot_infoset[slot]), int(game.action[node])) if slot >= 0 else None
            played[node] = above if own is None else own if above is None else lines.do("logical_and", above, own)
        result = self._nowhere()
        for number, tied in near.items():
            there = [row for row in (played[node] for node in game.members[number].tolist()) if row is not None]
            if len(there) == game.members[number].size:
                tied = lines.do("logical_and", tied, lines.any_of(there))
            result = lines.do("logical_or", result, tied)
        return result

    def _chosen(self, choice: dict[tuple[int, int], Row], number: int, option: int) -> Row | None:
        """Whether an option is chosen; none where there is no other."""
        options = len(self.game.infosets[number].options)
        if options == 1 or option:
            return choice.get((number, option))
        return self.lines.do("logical_not", self.lines.any_of([choice[number, other] for other in range(1, options)]))


@dataclass
class _Choice:
    """What is chosen at an information set, and what the other options cost."""

    lines: Lines
    constants: Constants
    current: list[Row]  # [option], the first left out
    priced: bool
    new: list[Row] = field(default_factory=list)  # [option], the first left out
    costs: list[Operand] = field(default_factory=list)  # [option]
    near: list[Row] = field(default_factory=list)  # where an option is as good as the best; of two options, once

    def of_two(self, replies: list[Operand]) -> None:
        """By the sign of what the second gains over the first."""
        do, put, rule, current = self.lines.do, self.lines.put, self.constants, self.current[0]
        more = do("subtract", replies[1], replies[0])
        if not self.priced:
            kept = do("greater", current, do("less", more, -rule.same))
            self.new = [do("logical_or", do("greater", more, rule.same), kept)]
            return
        size = do("absolute", more)
        near = do("less_equal", size, rule.tie)
        new, cost = self.lines.fresh("greater", more, 0.0), self.lines.fresh("multiply", more, rule.steps)
        self.lines.overwrite(cost, "rint", cost)
        self.lines.overwrite(cost, "multiply", cost, rule.ties)
        same, first = self.lines.row(BOOL), self.lines.row(BOOL)
        self.lines.overwrite(same, "less_equal", size, rule.same, guard=near)
        put(new, current, same, near)
        put(cost, -1.0, near, near)
        self.lines.overwrite(first, "logical_and", near, new, guard=near)
        put(cost, 1.0, first, near)
        self.new, self.near = [new], [near]
        self.costs = [do("maximum", cost, 0.0)]
        self.costs.append(do("subtract", self.costs[0], cost))

    def of_many(self, replies: list[Operand], best: Operand, first: dict[int, Row]) -> None:
        """The first of the best, or the current one if it is as good."""
        do, rule = self.lines.do, self.constants
        losses = [do("subtract", best, reply) for reply in replies]
        held = [do("less_equal", loss, rule.same) for loss in losses]
        keep = do("logical_and", held[0], do("logical_not", self.lines.any_of(self.current)))
        for current, own in zip(self.current, held[1:], strict=True):
            keep = do("logical_or", keep, do("logical_and", current, own))
        for option, current in enumerate(self.current, start=1):
            self.new.append(do("logical_or", do("logical_and", keep, current), do("greater", first[option], keep)))
        if not self.priced:
            return
        chosen = [do("logical_not", self.lines.any_of(self.new)), *self.new]
        for loss, own in zip(losses, chosen, strict=True):
            cost = self.lines.fresh("multiply", loss, rule.steps)
            self.lines.overwrite(cost, "rint", cost)
            self.lines.overwrite(cost, "multiply", cost, rule.ties)
            self.lines.overwrite(cost, "multiply", cost, do("greater", loss, rule.tie))
            self.near.append(do("less_equal", loss, rule.tie))
            self.lines.overwrite(cost, "add", cost, do("greater", self.near[-1], own))
            self.costs.append(cost)

    def tied(self) -> Row:
        """Where two options are as good as the best."""
        if len(self.near) == 1:
            return self.near[0]
        some, two = self.near[0], self.lines.do("less", 1.0, 0.0)
        for own in self.near[1:]:
            two = self.lines.do("logical_or", two, self.lines.do("logical_and", some, own))
            some = self.lines.do("logical_or", some, own)
        return two


def _own_slots(game: Game, nodes: list[int]) -> list[list[int]]:
    """[member] the slots on its path, in order of play, that are not on the paths to all members."""
    paths = [[int(game.slot[step]) for step in game.path(node) if game.slot[step] >= 0] for node in nodes]
    everywhere = set(paths[0]).intersection(*paths[1:])
    return [[slot for slot in path if slot not in everywhere] for path in paths]


def _slots_asked_for(game: Game) -> set[int]:
    """The slots whose costs some belief depends on."""
    members = [nodes.tolist() for nodes in game.members if nodes.size > 1]
    return {slot for nodes in members for own in _own_slots(game, nodes) for slot in own}


def _moves(game: Game) -> int:
    """The largest number of decisions on a path."""
    return int(game.path_sums((game.slot >= 0).astype(np.int64)).max())
