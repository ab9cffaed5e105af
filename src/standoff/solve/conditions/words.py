"""Conditions in words: thresholds in our own expression language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING

from standoff.scenario.expression import Binary, Compare, Expression, Logical, Negate, Number, Parameter, write
from standoff.solve.classes.polynomial import ONE, Constraint, Polynomial
from standoff.solve.conditions.eliminate import factors
from standoff.solve.conditions.latex import chains
from standoff.solve.conditions.prover import Prover
from standoff.solve.conditions.symbols import Dictionary

if TYPE_CHECKING:
    from standoff.solve.conditions.probabilities import Probability

_FLIPPED = {">=": "<=", ">": "<", "=": "=="}
_STRAIGHT = {">=": ">=", ">": ">", "=": "=="}


class Writer:
    """Writes polynomial conditions; `known` conditions and the prover's assumptions decide signs."""

    def __init__(self, words: Dictionary, prover: Prover, preferred: Sequence[str]) -> None:
        self.words, self.prover, self.preferred = words, prover, preferred

    def condition(self, constraint: Constraint, known: Iterable[Constraint]) -> Expression:
        """The condition solved for the first preferred parameter for which that can be done, else as a comparison."""
        others = [c for c in known if c != constraint]
        for name in self.preferred:
            parts = constraint.polynomial.coefficients(name)
            if len(parts) != 2:
                continue
            signs = self.prover.signs(parts[1], others)
            if signs == {1} or signs == {-1}:
                bound = self.quotient(-parts[0], parts[1], others)
                symbols = _STRAIGHT if signs == {1} else _FLIPPED
                return Compare(symbols[constraint.relation], Parameter(name), bound)
        if len(factors(constraint.polynomial)[1]) > 1:
            product = self.quotient(constraint.polynomial, ONE, others)
            return Compare(_STRAIGHT[constraint.relation], product, Number(Fraction(0)))
        positive = Polynomial(tuple(t for t in constraint.polynomial.terms if t[1] > 0))
        negative = Polynomial(tuple((m, -c) for m, c in constraint.polynomial.terms if c < 0))
        left, right = self.words.expression(positive), self.words.expression(negative)
        return Compare(_STRAIGHT[constraint.relation], left, right)

    def quotient(self, top: Polynomial, bottom: Polynomial, known: Iterable[Constraint] = ()) -> Expression:
        """``top / bottom`` with common factors cancelled and, as far as signs are known, positive factors."""
        if not top.terms:
            return Number(Fraction(0))
        scale, powers = self._positive(*_ratio(top, bottom), known)
        upper: list[Expression] = []
        lower: list[Expression] = []
        for factor, power in powers.items():
            base = self.words.expression(factor)
            size = abs(power)
            part = base if size == 1 else Binary("**", base, Number(Fraction(size)))
            (upper if power > 0 else lower).append(part)
        if abs(scale.numerator) != 1 or not upper:
            upper.insert(0, Number(Fraction(abs(scale.numerator))))
        if scale.denominator != 1:
            lower.insert(0, Number(Fraction(scale.denominator)))
        result = reduce(lambda a, b: Binary("*", a, b), upper)
        if lower:
            result = Binary("/", result, reduce(lambda a, b: Binary("*", a, b), lower))
        return Negate(result) if scale < 0 else result

    def _positive(
        self, scale: Fraction, powers: Mapping[Polynomial, int], known: Iterable[Constraint]
    ) -> tuple[Fraction, dict[Polynomial, int]]:
        """The same product with factors positive where their sign is known, and no minus in front where it is not."""
        result: dict[Polynomial, int] = {}
        for factor, power in powers.items():
            if power and self.prover.signs(factor, known) == {-1}:
                scale = -scale if power % 2 else scale
                result[-factor] = power
            elif power:
                result[factor] = power
        open_to_change = [f for f, power in result.items() if power % 2 and len(self.prover.signs(f, known)) > 1]
        if scale < 0 and open_to_change:
            return -scale, {-f if f == open_to_change[0] else f: power for f, power in result.items()}
        return scale, result


def _ratio(top: Polynomial, bottom: Polynomial) -> tuple[Fraction, dict[Polynomial, int]]:
    first, upper = factors(top)
    second, lower = factors(bottom)
    powers: dict[Polynomial, int] = {}
    for factor, power in upper:
        powers[factor] = powers.get(factor, 0) + power
    for factor, power in lower:
        powers[factor] = powers.get(factor, 0) - power
    return first / second, powers


def joined(cases: Sequence[Sequence[Expression]]) -> list[Expression]:
    """Conditions that all hold together: those of the only case, or one disjunction of cases."""
    if len(cases) == 1:
        return list(cases[0])
    if not all(cases):
        return []
    parts = (reduce(lambda a, b: Logical("and", a, b), case) for case in cases)
    return [reduce(lambda a, b: Logical("or", a, b), parts)]


def intervals(conditions: Sequence[Expression]) -> list[Expression]:
    """The conditions, an upper and a lower bound of the same parameter put together: ``low <= p and p <= high``."""
    rest = list(conditions)
    result: list[Expression] = []
    while rest:
        first = rest.pop(0)
        other = next((c for c in rest if _bounds_from_other_side(first, c)), None)
        if other is None or not isinstance(first, Compare) or not isinstance(other, Compare):
            result.append(first)
            continue
        rest.remove(other)
        low, high = (other, first) if first.operator in ("<", "<=") else (first, other)
        result.append(Logical("and", Compare(_MIRRORED[low.operator], low.right, low.left), high))
    return result


_MIRRORED = {">": "<", ">=": "<="}


def _bounds_from_other_side(first: Expression, second: Expression) -> bool:
    if not (isinstance(first, Compare) and isinstance(second, Compare)):
        return False
    if not isinstance(first.left, Parameter) or first.left != second.left:
        return False
    return {first.operator[0], second.operator[0]} == {"<", ">"}


def said(condition: Expression) -> str:
    """A condition as a line of text; ``a < b and b < c`` is one chain."""
    parts = []
    for chain in chains(condition):
        first = chain[0]
        if isinstance(first, Compare) and len(chain) > 1:
            relations = (f" {c.operator} {write(c.right)}" for c in chain if isinstance(c, Compare))
            parts.append(write(first.left) + "".join(relations))
        else:
            parts.append(write(first))
    return " and ".join(parts)


def told_probabilities(mixed: Mapping[str, Probability]) -> list[tuple[str, Probability]]:
    """The probabilities worth telling: of two options the shorter one says both."""
    if len(mixed) != 2:
        return list(mixed.items())
    return [min(mixed.items(), key=lambda item: (item[1] is None, _length(item[1])))]


def _length(probability: Probability) -> int:
    bounds = probability if isinstance(probability, tuple) else (probability,)
    return sum(0 if bound is None else len(write(bound)) for bound in bounds)
