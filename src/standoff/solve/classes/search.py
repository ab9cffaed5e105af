"""The search for classes: supports from the last information set to the first, cut where nothing can come of them.

At each information set the supports tried are those whose options some belief and some continuation justify together;
a set of options fails if a part of it does. Every assignment is checked in two ways (`Judge` decides, at numbers or
under assumptions about parameters):

 - *relaxed*: where paths are not settled yet, any weights of the nodes that may still be reached, the same for all
   information sets that tell the same nodes apart;
 - *exactly*: where all slots on the paths of an information set are assigned (subgames first of all), the polynomial
   system itself, part by part as far as parts share no variable. Off the path every way in which trembles can settle
   the beliefs is tried (`standoff.solve.classes.beliefs`).

What is left at the end is a class that holds, with a solution, or one that stays undecided.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from standoff.errors import LimitError
from standoff.solve.classes.beliefs import Choice, Look, choices, never
from standoff.solve.classes.decide import Answer, tidy
from standoff.solve.classes.polynomial import Constraint, Polynomial
from standoff.solve.classes.tree import Block, PolynomialGame, State
from standoff.solve.consistency_weights import Verdict
from standoff.solve.linked import linked

CHOICE_LIMIT = 2_000  # ways to settle beliefs tried for one part of a system


class TimeIsUpError(LimitError):
    """The deadline of a search is past."""


class Judge(Protocol):
    """Who decides about polynomials."""

    def possible(self, blocks: Sequence[Block]) -> bool:
        """False only where no weights >= 0 (the same for all blocks, not all zero) satisfy the rows."""

    def surely(self, relation: str, polynomial: Polynomial) -> bool:
        """True only where the relation with zero holds whatever the probabilities are."""

    def alike(self, sums: Sequence[Polynomial]) -> Polynomial | None:
        """A polynomial of which all those given are certainly positive multiples, if there is one."""

    def decide(self, constraints: Sequence[Constraint]) -> Answer:
        """Whether the constraints have a solution."""


@dataclass(frozen=True)
class Part:
    """A part of a class's system: constraints without beliefs, and the groups of beliefs that share variables."""

    direct: tuple[Constraint, ...]
    groups: tuple[tuple[Block, ...], ...]

    def alternatives(self, look: Look = never) -> Iterator[tuple[Choice, ...]]:
        """The ways to settle the beliefs, worked out as they are asked for."""
        return _combined(self.groups, look)

    def system(self, chosen: Sequence[Choice]) -> list[Constraint]:
        """The constraints under one of them."""
        return [*self.direct, *(c for choice in chosen for c in choice.constraints())]


@dataclass(frozen=True)
class Solved:
    """What is known about a part: a verdict and, where found, the first way that works with a solution."""

    verdict: Verdict
    choices: tuple[Choice, ...] = ()
    values: Mapping[str, Fraction] = field(default_factory=dict)
    exact: bool = True


@dataclass(frozen=True)
class Leaf:
    """A complete assignment that passed: supports, and the parts of its system with their solutions."""

    supports: Mapping[int, tuple[int, ...]]
    parts: tuple[tuple[Part, Solved], ...]

    @property
    def impossible(self) -> bool:
        """Whether any part has no solution."""
        return any(solved.verdict is Verdict.IMPOSSIBLE for _, solved in self.parts)

    @property
    def undecided(self) -> bool:
        """Whether any part stayed open."""
        return any(solved.verdict is Verdict.UNDECIDED for _, solved in self.parts)


class Search:
    """Depth-first search over supports; `stopped` says that a bound ended it.

    `wanted` maps information sets to the only support to be tried there.
    """

    def __init__(
        self,
        form: PolynomialGame,
        judge: Judge,
        *,
        limit: int,
        seconds: float,
        wanted: Mapping[int, tuple[int, ...]] | None = None,
    ) -> None:
        self.state, self.judge, self.limit = State(form), judge, limit
        self.deadline = time.monotonic() + seconds
        self.steps, self.stopped = 0, False
        self.wanted = wanted or {}
        self.order = self.state.sets[::-1]
        self._solved: dict[tuple[frozenset[Constraint], frozenset[tuple[Block, ...]]], Solved] = {}

    def leaves(self, depth: int = 0) -> Iterator[Leaf]:
        """All complete assignments that pass; the state holds each while it is yielded."""
        if depth == len(self.order):
            yield Leaf(dict(self.state.support), tuple(self._judged(self.state.sets)))
            return
        infoset = self.order[depth]
        self.state.open(infoset)
        for _ in self._supports(infoset):
            if self.stopped:
                break
            if self._consistent(infoset, depth):
                yield from self.leaves(depth + 1)
        self.state.clear(infoset)

    def _supports(self, infoset: int) -> Iterator[tuple[int, ...]]:
        """Supports that some belief and continuation justify, small ones first; each is assigned when yielded."""
        options = range(len(self.state.game.infosets[infoset].options))
        passed: set[tuple[int, ...]] = set()
        if infoset in self.wanted:
            self.state.assign(infoset, self.wanted[infoset])
            if self._relaxed(infoset):
                yield self.wanted[infoset]
            return
        for size in range(1, len(options) + 1):
            for support in itertools.combinations(options, size):
                if size > 1 and any(part not in passed for part in itertools.combinations(support, size - 1)):
                    continue
                if self.steps >= self.limit or time.monotonic() > self.deadline:
                    self.stopped = True
                    return
                self.steps += 1
                self.state.assign(infoset, support)
                if self._relaxed(infoset):
                    passed.add(support)
                    yield support

    def _relaxed(self, infoset: int) -> bool:
        """Whether an information set's own options can be justified together, with those that share its beliefs."""
        block = self.state.relaxed(infoset)
        if len(block.masks) == 1:
            return self.judge.possible([block])
        same = frozenset(block.masks)
        others = (
            self.state.relaxed(other)
            for other in self.state.support
            if other != infoset
            and {c.path for c in self.state.cells[other]} == {c.path for c in self.state.cells[infoset]}
        )
        return self.judge.possible([block, *(other for other in others if frozenset(other.masks) == same)])

    def _consistent(self, infoset: int, depth: int) -> bool:
        """Whether later sets can still be justified, and what is settled by now has a solution."""
        state = self.state
        if not all(self._relaxed(later) for later in state.affected[infoset] if state.first[later] < infoset):
            return False
        settled = [h for h in self.order[: depth + 1] if state.first[h] >= infoset]
        if not any(state.first[h] == infoset for h in settled):
            return True
        return all(solved.verdict is not Verdict.IMPOSSIBLE for _, solved in self._judged(settled))

    def _judged(self, sets: Sequence[int]) -> Iterator[tuple[Part, Solved]]:
        """The parts of the system of some settled sets, and what is known about each; stops at an impossible one."""
        direct: list[Constraint] = []
        contested: list[Block] = []
        for infoset in sets:
            direct += self.state.domain(infoset)
            block = self.state.settled(infoset)
            rows = tuple(row for row in block.rows if not all(self.judge.surely(row[0], g) for g in row[1]))
            alike = [self.judge.alike(sums) for _, sums in rows]
            direct += [Constraint(a, row[0]) for a, row in zip(alike, rows, strict=True) if a is not None]
            rows = tuple(row for a, row in zip(alike, rows, strict=True) if a is None)
            if rows:
                contested.append(Block(infoset, block.masks, rows))
        simple = tidy(direct)
        if simple is None:
            yield Part(tuple(direct), ()), Solved(Verdict.IMPOSSIBLE)
            return
        for part in _parts(simple, linked(contested, lambda block: block.slots)):
            solved = self._solve(part)
            yield part, solved
            if solved.verdict is Verdict.IMPOSSIBLE:
                return

    def _solve(self, part: Part) -> Solved:
        key = (frozenset(part.direct), frozenset(part.groups))
        known = self._solved.get(key)
        if known is None:
            known = self._solved[key] = self._solve_afresh(part)
        return known

    def _solve_afresh(self, part: Part) -> Solved:
        undecided = False
        try:
            for count, chosen in enumerate(part.alternatives(self._look)):
                self._look()
                if count >= CHOICE_LIMIT:
                    return Solved(Verdict.UNDECIDED)
                answer = self.judge.decide(part.system(chosen))
                if answer.verdict is Verdict.FOUND:
                    return Solved(Verdict.FOUND, chosen, answer.values, answer.exact)
                undecided = undecided or answer.verdict is Verdict.UNDECIDED
        except TimeIsUpError:
            self.stopped = True
            return Solved(Verdict.UNDECIDED)
        return Solved(Verdict.UNDECIDED if undecided else Verdict.IMPOSSIBLE)

    def _look(self) -> None:
        if time.monotonic() > self.deadline:
            raise TimeIsUpError("the time given for the search is over")


def _combined(own: Sequence[tuple[Block, ...]], look: Look) -> Iterator[tuple[Choice, ...]]:
    """One choice per group, the last group's varying fastest."""
    if not own:
        yield ()
        return
    for first in choices(own[0], look):
        for others in _combined(own[1:], look):
            yield (first, *others)


def strategic(polynomial: Polynomial) -> frozenset[str]:
    """The variables that are not parameters."""
    return frozenset(name for name in polynomial.variables if ":" in name)


def _parts(direct: Sequence[Constraint], beliefs: Sequence[tuple[Block, ...]]) -> list[Part]:
    """The system cut where no probability or weight is shared."""
    entries: list[tuple[set[str], list[Constraint], list[tuple[Block, ...]]]] = []

    def join(names: set[str], constraints: list[Constraint], blocks: list[tuple[Block, ...]]) -> None:
        apart = []
        for entry in entries:
            if entry[0] & names:
                names, constraints, blocks = names | entry[0], entry[1] + constraints, entry[2] + blocks
            else:
                apart.append(entry)
        entries[:] = [*apart, (names, constraints, blocks)]

    for constraint in direct:
        join(set(strategic(constraint.polynomial)), [constraint], [])
    for group in beliefs:
        names = {name for block in group for _, sums in block.rows for g in sums for name in strategic(g)}
        join(names | {f"group:{group[0].infoset}"}, [], [group])
    return [Part(tuple(constraints), tuple(blocks)) for _, constraints, blocks in entries]
