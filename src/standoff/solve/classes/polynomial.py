"""Polynomials with exact coefficients and the constraints made of them: the one form that numbers, z3 and sympy share.

A *variable* is text. A scenario's parameter has its own name; the others are of three families, told apart by a colon,
which no parameter's name contains:

    ``p:s``   probability of slot s where the support holds two or more options (the last option of a support has what
              the others leave, and no variable),
    ``m:b``   weight of the nodes whose paths hold exactly the free slots of the bit mask b,
    ``k:s``   coefficient of the tremble of slot s.

A *monomial* is a sorted tuple of variables, each as often as its power. A `Polynomial` is a sorted tuple of monomials
with coefficients that are not zero, so equal polynomials are equal values. A `Constraint` compares one with zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import TypeAlias

Monomial: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Polynomial:
    """A sum of coefficients times monomials, sorted by monomial."""

    terms: tuple[tuple[Monomial, Fraction], ...] = ()

    @classmethod
    def of(cls, terms: Mapping[Monomial, Fraction]) -> Polynomial:
        """The polynomial with these terms; zero coefficients are dropped."""
        return cls(tuple(sorted((m, c) for m, c in terms.items() if c)))

    @classmethod
    def constant(cls, value: Fraction | int) -> Polynomial:
        """A number."""
        return cls((((), Fraction(value)),)) if value else ZERO

    @classmethod
    def variable(cls, name: str) -> Polynomial:
        """A variable."""
        return cls((((name,), Fraction(1)),))

    @cached_property
    def _hash(self) -> int:
        return hash(self.terms)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def variables(self) -> frozenset[str]:
        """The variables that occur."""
        return frozenset(name for monomial, _ in self.terms for name in monomial)

    @property
    def is_constant(self) -> bool:
        """Whether no variable occurs."""
        return not self.terms or (len(self.terms) == 1 and not self.terms[0][0])

    @property
    def free_term(self) -> Fraction:
        """The coefficient of the empty monomial (the value, for a constant)."""
        return self.terms[0][1] if self.terms and not self.terms[0][0] else Fraction(0)

    def __add__(self, other: Polynomial) -> Polynomial:
        if not other.terms:
            return self
        if not self.terms:
            return other
        return total((self, other))

    def __neg__(self) -> Polynomial:
        return Polynomial(tuple((m, -c) for m, c in self.terms))

    def __sub__(self, other: Polynomial) -> Polynomial:
        return self + -other

    def __mul__(self, other: Polynomial) -> Polynomial:
        if not self.terms or not other.terms:
            return ZERO
        if not self.terms[0][0] and len(self.terms) == 1:  # numbers are by far the most frequent factors
            return other.scaled(self.terms[0][1])
        if not other.terms[0][0] and len(other.terms) == 1:
            return self.scaled(other.terms[0][1])
        total: dict[Monomial, Fraction] = {}
        for first, a in self.terms:
            for second, b in other.terms:
                monomial = tuple(sorted(first + second)) if first and second else first or second
                total[monomial] = total[monomial] + a * b if monomial in total else a * b
        return Polynomial.of(total)

    def scaled(self, factor: Fraction) -> Polynomial:
        """The polynomial times a number."""
        if factor == 1:
            return self
        return Polynomial(tuple((m, c * factor) for m, c in self.terms)) if factor else ZERO

    def power(self, exponent: int) -> Polynomial:
        """A power with an exponent of at least 0."""
        result = ONE
        for _ in range(exponent):
            result = result * self
        return result

    def degree(self, name: str) -> int:
        """The highest power of a variable."""
        return max((monomial.count(name) for monomial, _ in self.terms), default=0)

    def coefficients(self, name: str) -> tuple[Polynomial, ...]:
        """[power] the coefficients when read as a polynomial in one variable."""
        parts: list[dict[Monomial, Fraction]] = [{} for _ in range(self.degree(name) + 1)]
        for monomial, coefficient in self.terms:
            rest = tuple(other for other in monomial if other != name)
            parts[len(monomial) - len(rest)][rest] = coefficient
        return tuple(Polynomial.of(part) for part in parts)

    def restricted(self, names: frozenset[str]) -> dict[Monomial, Polynomial]:
        """By monomial in the given variables, its coefficient in the others."""
        parts: dict[Monomial, dict[Monomial, Fraction]] = {}
        for monomial, coefficient in self.terms:
            own = tuple(name for name in monomial if name in names)
            rest = tuple(name for name in monomial if name not in names)
            parts.setdefault(own, {})[rest] = coefficient
        return {own: Polynomial.of(part) for own, part in parts.items()}

    @property
    def is_linear(self) -> bool:
        """Whether every monomial has at most one variable."""
        return all(len(monomial) <= 1 for monomial, _ in self.terms)

    def substitute(self, values: Mapping[str, Polynomial]) -> Polynomial:
        """The polynomial with polynomials in place of variables."""
        if not any(name in self.variables for name in values):
            return self
        total = ZERO
        for monomial, coefficient in self.terms:
            product = Polynomial.of({tuple(n for n in monomial if n not in values): coefficient})
            for name in monomial:
                if name in values:
                    product = product * values[name]
            total = total + product
        return total

    def at(self, values: Mapping[str, Fraction]) -> Polynomial:
        """The polynomial with numbers in place of some variables."""
        return self.substitute({name: Polynomial.constant(value) for name, value in values.items()})

    def value(self, values: Mapping[str, float | Fraction]) -> float | Fraction:
        """The number at values of all variables, in their arithmetic."""
        total: float | Fraction = Fraction(0)
        for monomial, coefficient in self.terms:
            product: float | Fraction = coefficient
            for name in monomial:
                product = product * values[name]
            total = total + product
        return total

    def normalised(self) -> Polynomial:
        """A positive multiple with whole coefficients that have no common divisor."""
        if not self.terms:
            return self
        scale = lcm(*(c.denominator for _, c in self.terms))
        whole = [int(c * scale) for _, c in self.terms]
        divisor = gcd(*whole)
        return Polynomial(tuple((m, Fraction(w // divisor)) for (m, _), w in zip(self.terms, whole, strict=True)))


ZERO = Polynomial()
ONE = Polynomial((((), Fraction(1)),))


def total(parts: Iterable[Polynomial]) -> Polynomial:
    """The sum of polynomials."""
    terms: dict[Monomial, Fraction] = {}
    for part in parts:
        for monomial, coefficient in part.terms:
            terms[monomial] = terms[monomial] + coefficient if monomial in terms else coefficient
    return Polynomial.of(terms)


@dataclass(frozen=True)
class Constraint:
    """``polynomial relation 0``, the relation one of ``= >= >``."""

    polynomial: Polynomial
    relation: str

    @property
    def variables(self) -> frozenset[str]:
        """The variables that occur."""
        return self.polynomial.variables

    @property
    def verdict(self) -> bool | None:
        """Whether it holds, where no variable occurs; else None."""
        if not self.polynomial.is_constant:
            return None
        value = self.polynomial.free_term
        return value == 0 if self.relation == "=" else value >= 0 if self.relation == ">=" else value > 0

    def mapped(self, change: Callable[[Polynomial], Polynomial]) -> Constraint:
        """The same relation of another polynomial."""
        return Constraint(change(self.polynomial), self.relation)


def normal(constraint: Constraint) -> Constraint:
    """An equivalent constraint in one form: whole coefficients, and an equality's first one positive."""
    polynomial = constraint.polynomial.normalised()
    if constraint.relation == "=" and polynomial.terms and polynomial.terms[0][1] < 0:
        polynomial = -polynomial
    return Constraint(polynomial, constraint.relation)


def components(constraints: Sequence[Constraint], ignored: frozenset[str] = frozenset()) -> list[list[Constraint]]:
    """The constraints in groups that share no variable (but those ignored); constants each alone."""
    groups: list[tuple[set[str], list[Constraint]]] = []
    for constraint in constraints:
        names, members = set(constraint.variables - ignored), [constraint]
        apart = []
        for other, theirs in groups:
            if other & names:
                names, members = names | other, theirs + members
            else:
                apart.append((other, theirs))
        groups = [*apart, (names, members)]
    return [members for _, members in groups]
