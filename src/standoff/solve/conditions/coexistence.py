"""Which classes exist together, and where none does.

For two classes with conditions C and D (each a disjunction of cases) the question is whether some parameters under the
assumptions satisfy both. `together` is

    yes        they do, with room to spare (all inequalities strict),
    boundary   they do, but only where some inequality is an equation,
    no         it is proven that they do not,
    undecided  z3 did not answer in the time given.

A *gap* is an open set of parameters under the assumptions at which no class of a list exists. Every finite game has a
sequential equilibrium (Kreps & Wilson 1982), so a complete list has none: its classes' closures cover everything, which
z3 checks by looking for a point at which every class has a condition that fails strictly.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from standoff.scenario.expression import Expression, write
from standoff.solve.classes.polynomial import Constraint
from standoff.solve.conditions.bounded import BoundedProver, OutOfTimeError
from standoff.solve.conditions.eliminate import Case
from standoff.solve.conditions.simplify import combined, is_generic, merged
from standoff.solve.conditions.words import Writer, joined

YES, BOUNDARY, NO, UNDECIDED = "yes", "boundary", "no", "undecided"

Cases = tuple[tuple[Constraint, ...], ...]


class Conditioned(Protocol):
    """A class of a list: its name, its conditions as cases and as written."""

    @property
    def name(self) -> str:
        """What the class is called."""

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases, one of which must hold."""

    @property
    def conditions(self) -> tuple[Expression, ...]:
        """The same as written."""


@dataclass(frozen=True)
class Pair:
    """Two classes, whether they exist together, and if so the joint conditions (None: not worked out)."""

    first: str
    second: str
    together: str
    conditions: tuple[Expression, ...] | None = None

    def to_dict(self) -> dict[str, object]:
        """An entry of ``coexistence`` in ``conditions --json``."""
        joint = None if self.conditions is None else [write(condition) for condition in self.conditions]
        return {"classes": [self.first, self.second], "together": self.together, "conditions": joint}


@dataclass(frozen=True)
class Gaps:
    """Whether no class of the list exists somewhere (None: not known), and a point where that is so."""

    exist: bool | None = None
    point: Mapping[str, Fraction] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        """The entry ``gaps`` of ``conditions --json``."""
        example = {name: str(value) for name, value in sorted(self.point.items())}
        return {"exist": self.exist, "example": example or None}


def coexistence(classes: Sequence[Conditioned], prover: BoundedProver, writer: Writer) -> tuple[Pair, ...]:
    """All pairs of classes. When time runs out the rest stays undecided, and joint conditions are left out."""
    known = {entry.name: _conditions(entry) for entry in classes}
    distinct = list(dict.fromkeys(known.values()))
    verdicts: dict[tuple[Cases, Cases], str] = {}
    joint: dict[tuple[Cases, Cases], tuple[Expression, ...]] = {}
    written = {known[entry.name]: entry.conditions for entry in classes}
    try:
        for first, second in itertools.combinations_with_replacement(distinct, 2):
            verdicts[first, second] = verdicts[second, first] = verdict(first, second, prover)
        for first, second in itertools.combinations_with_replacement(distinct, 2):
            if verdicts[first, second] == YES:
                joint[first, second] = joint[second, first] = _joint(first, second, written, writer)
    except OutOfTimeError:
        pass  # what is missing is marked so in the pairs
    pairs = []
    for one, other in itertools.combinations(classes, 2):
        key = known[one.name], known[other.name]
        pairs.append(Pair(one.name, other.name, verdicts.get(key, UNDECIDED), joint.get(key)))
    return tuple(pairs)


def _conditions(entry: Conditioned) -> Cases:
    return tuple(case.conditions for case in entry.cases)


def verdict(first: Cases, second: Cases, prover: BoundedProver) -> str:
    """Whether one of the cases of each can hold together."""
    unsure = touching = False
    for a, b in itertools.product(first, second):
        conditions = [*a, *b]
        strict = prover.satisfiable(
            [Constraint(c.polynomial, ">" if c.relation == ">=" else c.relation) for c in conditions]
        )
        if strict is True:
            return YES
        closed = prover.satisfiable(conditions)
        unsure = unsure or strict is None or closed is None
        touching = touching or closed is True
    return UNDECIDED if unsure else BOUNDARY if touching else NO


def _joint(
    first: Cases, second: Cases, written: Mapping[Cases, tuple[Expression, ...]], writer: Writer
) -> tuple[Expression, ...]:
    if first == second or () in second:
        return written[first]
    if () in first:
        return written[second]
    prover = writer.prover
    cases = combined([[Case(c) for c in first], [Case(c) for c in second]], prover)
    cases = merged([case for case in cases if is_generic(case, prover)], prover)
    return tuple(joined([[writer.condition(c, case.conditions) for c in case.conditions] for case in cases]))


def gaps(classes: Sequence[Conditioned], prover: BoundedProver) -> Gaps:
    """Where no class exists, boundaries apart."""
    closures = [[Constraint(c.polynomial, ">=") for c in case] for entry in classes for case in _conditions(entry)]
    try:
        answer, point = prover.uncovered(closures)
    except OutOfTimeError:
        return Gaps()
    return Gaps(answer, point if answer else {})
