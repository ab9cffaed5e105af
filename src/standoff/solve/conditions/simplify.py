"""Conditions made short: what others imply goes, cases that cover each other become one.

A class's conditions are a disjunction of cases, each a conjunction. All steps are proven by z3 under the assumptions;
where z3 does not answer in time a condition simply stays.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from standoff.solve.classes.polynomial import Constraint, normal
from standoff.solve.conditions.eliminate import Case, divided
from standoff.solve.conditions.prover import Prover

Conjunction = tuple[Constraint, ...]


def combined(parts: Sequence[Sequence[Case]], prover: Prover) -> list[Case]:
    """The cases of a class from those of its parts: one of each, where they can hold together."""
    result: dict[Case, None] = {}
    for choice in itertools.product(*parts):
        conditions = tuple(dict.fromkeys(c for case in choice for c in case.conditions))
        if prover.satisfiable(conditions) is not False:
            short = without_redundant(conditions, prover)
            result[Case(short, tuple(s for case in choice for s in case.solutions))] = None
    return list(result)


def without_redundant(conditions: Conjunction, prover: Prover) -> Conjunction:
    """The conditions that the others do not imply, without factors whose sign the others settle.

    Long ones are dropped first, equations last.
    """
    prover.exemplify(conditions)
    kept = list(conditions)
    for place, condition in enumerate(kept):
        others = [c for c in kept if c != condition]
        parts = divided(condition, others, prover)
        if len(parts) == 1 and parts[0].verdict is None:
            kept[place] = normal(parts[0])
    kept = list(dict.fromkeys(kept))
    for condition in sorted(kept, key=lambda c: (c.relation == "=", -len(c.polynomial.terms))):
        others = [c for c in kept if c != condition]
        if prover.implied(condition, others):
            kept = others
    return tuple(kept)


def merged(cases: Sequence[Case], prover: Prover) -> list[Case]:
    """Fewer and weaker cases with the same union."""
    result = list(cases)
    for place, case in enumerate(result):
        for condition in sorted(case.conditions, key=lambda c: (c.relation != "=", -len(c.polynomial.terms))):
            without = tuple(c for c in result[place].conditions if c != condition)
            if len(result) > 1 and prover.covers(without, [c.conditions for c in result]):
                result[place] = Case(without, result[place].solutions)
    for case in sorted(result, key=lambda c: -len(c.conditions)):
        others = [c for c in result if c is not case]
        if others and prover.covers(case.conditions, [c.conditions for c in others]):
            result = others
    return [Case(without_redundant(case.conditions, prover), case.solutions) for case in result]


def is_generic(case: Case, prover: Prover) -> bool:
    """Whether the conditions can hold with room to spare; if not, they hold on a knife edge only."""
    strict = [Constraint(c.polynomial, ">") for c in case.conditions if c.relation != "="]
    return all(c.relation != "=" for c in case.conditions) and prover.satisfiable(strict) is not False
