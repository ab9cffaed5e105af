"""What a class's mixed strategies are: expressions of parameters, or bounds where the class is a continuum.

A probability is an `Expression` where the elimination solved for it, a pair of expressions where it may lie anywhere
between two bounds, and None where it depends on other probabilities or differs between the cases of the class.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias

from standoff.scenario.expression import Call, Expression, write
from standoff.solve.classes.polynomial import ONE, Constraint, Polynomial, total
from standoff.solve.classes.tree import State
from standoff.solve.conditions.eliminate import Case
from standoff.solve.conditions.words import Writer

Probability: TypeAlias = Expression | tuple[Expression, Expression] | None
Quotient: TypeAlias = tuple[Polynomial, Polynomial]


def shown(probability: Probability) -> object:
    """The JSON form: text, a list of two texts, or None."""
    if isinstance(probability, tuple):
        return [write(bound) for bound in probability]
    return None if probability is None else write(probability)


def probabilities(state: State, slots: Sequence[int], cases: Sequence[Case], writer: Writer) -> list[Probability]:
    """The probability of each slot, where it is the same in all cases."""
    result: list[Probability] = []
    for slot in slots:
        own = list(dict.fromkeys(_probability(state.probability[slot], case, writer) for case in cases))
        result.append(own[0] if len(own) == 1 else None)
    return result


def _probability(probability: Polynomial, case: Case, writer: Writer) -> Probability:
    top, bottom = probability, ONE
    for solution in case.solutions:
        if solution.name not in top.variables | bottom.variables:
            continue
        if solution.value is not None:
            top, bottom = _put(top, bottom, solution.name, solution.value)
        elif top.degree(solution.name) == 1 and solution.name not in bottom.variables:
            ends = [_put(top, bottom, solution.name, end) for end in (*solution.lower, *solution.upper)]
            if any(":" in name for n, d in ends for name in n.variables | d.variables):
                return None
            first, second = ends[: len(solution.lower)], ends[len(solution.lower) :]
            rising = writer.prover.signs(top.coefficients(solution.name)[1], case.conditions) == {1}
            low, high = (first, second) if rising else (second, first)
            return _extreme(low, 1, case, writer), _extreme(high, -1, case, writer)
    if any(":" in name for name in top.variables | bottom.variables):
        return None
    return writer.quotient(top, bottom, case.conditions)


def _put(top: Polynomial, bottom: Polynomial, name: str, value: Quotient) -> Quotient:
    """A quotient with a quotient in place of a variable; the denominators are positive."""
    degree = max(top.degree(name), bottom.degree(name))

    def changed(polynomial: Polynomial) -> Polynomial:
        parts = polynomial.coefficients(name)
        return total(part * value[0].power(i) * value[1].power(degree - i) for i, part in enumerate(parts))

    return changed(top), changed(bottom)


def _extreme(ends: Sequence[Quotient], sign: int, case: Case, writer: Writer) -> Expression:
    """The largest (sign 1) or smallest (-1) of some quotients with positive denominators, as far as can be proven."""
    kept = list(dict.fromkeys(ends))
    for end in tuple(kept):
        others = [other for other in kept if other != end]
        gaps = ((other[0] * end[1] - end[0] * other[1]).scaled(Fraction(sign)) for other in others)
        if any(writer.prover.implied(Constraint(gap, ">="), case.conditions) for gap in gaps):
            kept = others
    parts = tuple(writer.quotient(n, d, case.conditions) for n, d in kept)
    return parts[0] if len(parts) == 1 else Call("max" if sign > 0 else "min", parts)
