"""Consistency of beliefs, second half: coefficients of trembles under which given options are optimal.

Once the supports of beliefs are settled (`standoff.solve.consistency`), the belief at an information set is

    mu(x)  proportional to  a(x) * M(x),      M(x) = product of k over the monomial of x,

where a(x) collects what is known (chance, probabilities on the strategy's support) and the k > 0 of the free slots are
at choice. Optimality of the options played is linear in mu: sum over x of mu(x) g(x) <= 0 for each row of gains g (gain
of another option less the tolerance). Since only ratios matter, sum of a(x) M(x) g(x) <= 0 with M > 0.

Information sets that share no free slot are decided apart. In a group the monomials (each set's without their common
part) are independent quantities where their exponent vectors are affinely independent: M is any positive vector then,
and the question is a linear programme, solved in fractions. Otherwise (products such as k1*l1, k1*l2, k2*l1, k2*l2 that
tie beliefs together) it goes to z3's nonlinear real arithmetic; where that does not answer in time it is `UNDECIDED`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np

from standoff.solve.consistency import bits, without_common
from standoff.solve.exact import fraction, minimise
from standoff.solve.linked import linked


class Verdict(Enum):
    """What is known about the existence of coefficients."""

    FOUND = "found"
    IMPOSSIBLE = "impossible"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class BeliefConstraint:
    """At one information set, over the nodes in the support of its belief: what makes the options played optimal."""

    monomials: tuple[int, ...]  # [node] mask of free slots; equal for nodes whose relative weight is known
    known: tuple[float, ...]  # [node] a(x) > 0
    gains: tuple[tuple[float, ...], ...]  # [row][node]; every row's expected gain must be <= 0


@dataclass(frozen=True)
class Weights:
    """The answer: log k per free slot where found (a slot not mentioned is unconstrained)."""

    verdict: Verdict
    log_coefficients: tuple[tuple[int, float], ...] = ()


def weights_for_beliefs(constraints: Sequence[BeliefConstraint], *, timeout: float = 2.0) -> Weights:
    """Coefficients under which all constraints hold; `timeout` in seconds bounds each nonlinear question."""
    found: list[tuple[int, float]] = []
    undecided = False
    for group in _groups(constraints):
        weights = _group_weights(group, timeout)
        if weights.verdict is Verdict.IMPOSSIBLE:
            return weights
        undecided = undecided or weights.verdict is Verdict.UNDECIDED
        found += weights.log_coefficients
    return Weights(Verdict.UNDECIDED) if undecided else Weights(Verdict.FOUND, tuple(found))


@dataclass(frozen=True)
class Programme:
    """A group of constraints over its distinct monomials: rows . M <= 0."""

    monomials: tuple[int, ...]
    rows: tuple[tuple[Fraction, ...], ...]

    @property
    def independent(self) -> bool:
        """Whether M is any positive vector up to a common factor."""
        slots = bits(reduce(int.__or__, self.monomials, 0))
        if len(self.monomials) < 2:
            return True
        vectors = np.array([[mask >> slot & 1 for slot in slots] for mask in self.monomials], dtype=float)
        return int(np.linalg.matrix_rank(vectors[1:] - vectors[0])) == len(self.monomials) - 1


def programme(constraints: Sequence[BeliefConstraint]) -> Programme:
    """The constraints over distinct monomials, each information set's divided by their common part."""
    reduced = [without_common(constraint.monomials) for constraint in constraints]
    distinct = tuple(sorted({mask for masks in reduced for mask in masks}))
    place = {mask: index for index, mask in enumerate(distinct)}
    rows = []
    for constraint, masks in zip(constraints, reduced, strict=True):
        for gains in constraint.gains:
            row = [Fraction(0)] * len(distinct)
            for mask, known, gain in zip(masks, constraint.known, gains, strict=True):
                row[place[mask]] += fraction(known) * fraction(gain)
            rows.append(tuple(row))
    return Programme(distinct, tuple(dict.fromkeys(rows)))


def _groups(constraints: Sequence[BeliefConstraint]) -> list[tuple[BeliefConstraint, ...]]:
    return linked(constraints, lambda constraint: reduce(int.__or__, without_common(constraint.monomials), 0))


def independent(constraints: Sequence[BeliefConstraint]) -> bool:
    """Whether the constraints' monomials can be any positive numbers, up to a factor per group that shares no slot."""
    return all(programme(group).independent for group in _groups(constraints))


def _group_weights(constraints: Sequence[BeliefConstraint], timeout: float) -> Weights:
    problem = programme(constraints)
    size = len(problem.monomials)
    # M = 1 + v: any positive solution can be scaled up to this
    solution = minimise([1] * size, problem.rows, [-sum(row, Fraction(0)) for row in problem.rows])
    if solution is None:
        return Weights(Verdict.IMPOSSIBLE)
    values = [1 + v for v in solution]
    if problem.independent:
        return Weights(Verdict.FOUND, _logarithms(problem.monomials, values))
    if all(sum(row, Fraction(0)) <= 0 for row in problem.rows):
        return Weights(Verdict.FOUND)  # all k equal to 1
    return _nonlinear(problem, timeout)


def _logarithms(monomials: Sequence[int], values: Sequence[Fraction]) -> tuple[tuple[int, float], ...]:
    """Log k whose products are the values, up to one common factor."""
    slots = bits(reduce(int.__or__, monomials, 0))
    if not slots:
        return ()
    vectors = np.array([[mask >> slot & 1 for slot in slots] for mask in monomials], dtype=float)
    logs = np.array([math.log(value.numerator) - math.log(value.denominator) for value in values])
    solved = np.linalg.lstsq(vectors[1:] - vectors[0], logs[1:] - logs[0], rcond=None)[0]
    return tuple(zip(slots, solved.tolist(), strict=True))


def _nonlinear(problem: Programme, timeout: float) -> Weights:
    import z3  # slow to import, and most games never need it

    context = z3.Context()
    slots = bits(reduce(int.__or__, problem.monomials, 0))
    k = {slot: z3.Real(f"k{slot}", context) for slot in slots}
    solver = z3.SolverFor("QF_NRA", ctx=context)
    solver.set("timeout", max(1, round(timeout * 1000)))
    solver.add(*[variable > 0 for variable in k.values()])
    products = [
        reduce(lambda x, y: x * y, [k[slot] for slot in bits(m)], _real(z3, 1, context)) for m in problem.monomials
    ]
    for row in problem.rows:
        terms = [_real(z3, entry, context) * product for entry, product in zip(row, products, strict=True) if entry]
        if terms:
            solver.add(z3.Sum(terms) <= 0)
    answer = solver.check()
    if answer == z3.unsat:
        return Weights(Verdict.IMPOSSIBLE)
    if answer != z3.sat:
        return Weights(Verdict.UNDECIDED)
    model = solver.model()
    return Weights(
        Verdict.FOUND, tuple((slot, _logarithm(z3, model.eval(k[slot], model_completion=True))) for slot in slots)
    )


def _real(z3: Any, value: Fraction | int, context: Any) -> Any:
    exact = Fraction(value)
    return z3.Q(exact.numerator, exact.denominator, ctx=context)


def _logarithm(z3: Any, value: Any) -> float:
    """The logarithm of a positive number of z3's, rational or algebraic."""
    number = value if z3.is_rational_value(value) else value.approx(40)
    return math.log(number.numerator_as_long()) - math.log(number.denominator_as_long())
