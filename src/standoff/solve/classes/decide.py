"""Whether constraints in strategy probabilities and weights, at numbers, have a solution: exactly, with one if so.

All variables are at least zero. In turn: constants are compared; equations that are linear in a variable with a
constant coefficient are solved for it; factors known to be positive are divided out; what falls apart is decided apart.
Linear systems go to a linear programme in fractions whose objective is the least slack of the strict inequalities; a
nonlinear rest goes to z3's nonlinear real arithmetic (Jovanovic & de Moura 2012) with a time bound. Each step keeps
equivalence, so `IMPOSSIBLE` is a proof; only z3 can leave a question `UNDECIDED`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from standoff.solve.classes.polynomial import Constraint, Polynomial, components, normal
from standoff.solve.consistency_weights import Verdict
from standoff.solve.exact import minimise

_DIGITS = 40  # decimals of an algebraic number that z3 gives


@dataclass(frozen=True)
class Answer:
    """A verdict and, where found, a value for every variable; `exact` is False where a value is a rounded root."""

    verdict: Verdict
    values: Mapping[str, Fraction] = field(default_factory=dict)
    exact: bool = True


IMPOSSIBLE, UNDECIDED = Answer(Verdict.IMPOSSIBLE), Answer(Verdict.UNDECIDED)


def decide(constraints: Sequence[Constraint], timeout: float) -> Answer:
    """Decides a system; `timeout` (seconds) bounds each nonlinear question."""
    simple = tidy(constraints)
    if simple is None:
        return IMPOSSIBLE
    values: dict[str, Fraction] = {}
    exact, undecided = True, False
    for group in components(simple):
        answer = _decide_component(group, timeout)
        if answer.verdict is Verdict.IMPOSSIBLE:
            return answer
        undecided = undecided or answer.verdict is Verdict.UNDECIDED
        exact = exact and answer.exact
        values.update(answer.values)
    return UNDECIDED if undecided else Answer(Verdict.FOUND, values, exact)


def tidy(constraints: Sequence[Constraint]) -> list[Constraint] | None:
    """The constraints in normal form, each once, without those that always hold; None where one never does."""
    result: dict[Constraint, None] = {}
    for constraint in constraints:
        verdict = constraint.verdict
        if verdict is False:
            return None
        if verdict is None:
            result[normal(constraint)] = None
    return list(result)


def _decide_component(group: list[Constraint], timeout: float) -> Answer:
    if all(constraint.polynomial.is_linear for constraint in group):
        return linear(group)
    positive = positives(group)
    divided = tidy([constraint.mapped(lambda p: without_factors(p, positive)) for constraint in group])
    if divided is None:
        return IMPOSSIBLE
    divided = list(
        dict.fromkeys([*divided, *(Constraint(Polynomial.variable(name), ">") for name in sorted(positive))])
    )
    if set(divided) != set(group):
        return decide(divided, timeout)
    solved = _eliminate(group)
    if solved is None:
        return _nonlinear(group, timeout)
    name, expression, rest = solved
    answer = decide(rest, timeout)
    if answer.verdict is not Verdict.FOUND:
        return answer
    values = {v: Fraction(1, 2) for v in expression.variables} | dict(answer.values)
    return Answer(Verdict.FOUND, {**values, name: Fraction(expression.value(values))}, answer.exact)


def _eliminate(group: Sequence[Constraint]) -> tuple[str, Polynomial, list[Constraint]] | None:
    """A variable, what an equation says it is, and the other constraints with that put in."""
    for constraint in group:
        if constraint.relation != "=":
            continue
        for name in sorted(constraint.variables):
            parts = constraint.polynomial.coefficients(name)
            if len(parts) == 2 and parts[1].is_constant:
                expression = parts[0].scaled(-1 / parts[1].free_term)
                values = {name: expression}
                rest = [Constraint(c.polynomial.substitute(values), c.relation) for c in group if c is not constraint]
                return name, expression, [*rest, Constraint(expression, ">=")]
    return None


def positives(group: Sequence[Constraint]) -> frozenset[str]:
    """Variables that a constraint says are above zero."""
    alone = (c.polynomial.terms[0] for c in group if c.relation == ">" and len(c.polynomial.terms) == 1)
    return frozenset(monomial[0] for monomial, coefficient in alone if len(monomial) == 1 and coefficient > 0)


def without_factors(polynomial: Polynomial, names: frozenset[str]) -> Polynomial:
    """The polynomial divided by each of the variables as often as every monomial has it."""
    for name in sorted(polynomial.variables & names):
        least = min(monomial.count(name) for monomial, _ in polynomial.terms)
        for _ in range(least):
            polynomial = Polynomial.of({_without(monomial, name): c for monomial, c in polynomial.terms})
    return polynomial


def _without(monomial: tuple[str, ...], name: str) -> tuple[str, ...]:
    place = monomial.index(name)
    return monomial[:place] + monomial[place + 1 :]


def linear(group: Sequence[Constraint]) -> Answer:
    """Decides a linear system; the solution has the largest least slack (at most 1) of the strict inequalities."""
    names = sorted(set().union(*(constraint.variables for constraint in group)))
    rows, bounds = linear_rows(group, names, slack=True)
    rows.append([Fraction(0)] * len(names) + [Fraction(1)])
    bounds.append(Fraction(1))
    solution = minimise([0] * len(names) + [-1], rows, bounds)
    if solution is None or solution[-1] <= 0:
        return IMPOSSIBLE
    return Answer(Verdict.FOUND, dict(zip(names, solution, strict=False)))


def linear_rows(
    group: Sequence[Constraint], names: Sequence[str], *, slack: bool
) -> tuple[list[list[Fraction]], list[Fraction]]:
    """``rows . v <= bounds`` over the named variables; with `slack`, a last column: by how much strict rows hold."""
    rows: list[list[Fraction]] = []
    bounds: list[Fraction] = []
    for constraint in group:
        terms = {monomial[0]: c for monomial, c in constraint.polynomial.terms if monomial}
        row = [-terms.get(name, Fraction(0)) for name in names]
        tail = [Fraction(constraint.relation == ">")] if slack else []
        rows.append([*row, *tail])
        bounds.append(constraint.polynomial.free_term)
        if constraint.relation == "=":
            rows.append([-entry for entry in row] + [Fraction(0)] * slack)
            bounds.append(-constraint.polynomial.free_term)
    return rows, bounds


def _nonlinear(group: Sequence[Constraint], timeout: float) -> Answer:
    return Nonlinear(group, timeout).decide()


class Nonlinear:
    """A system over z3's symbols, asked as it is or with one constraint more on the same variables."""

    def __init__(self, group: Sequence[Constraint], timeout: float) -> None:
        import z3  # slow to import, and most systems never need it

        self.z3, self.timeout, self.context = z3, timeout, z3.Context()
        names = sorted(set().union(*(constraint.variables for constraint in group)))
        self.symbols = {name: z3.Real(name, self.context) for name in names}
        self.base = [symbol >= 0 for symbol in self.symbols.values()]
        self.base += [z3_constraint(z3, constraint, self.symbols, self.context) for constraint in group]

    def decide(self, *more: Constraint) -> Answer:
        """Whether the system, with some constraints more, has a solution."""
        z3 = self.z3
        solver = z3.SolverFor("QF_NRA", ctx=self.context)
        solver.set("timeout", max(1, round(self.timeout * 1000)))
        solver.add(*self.base, *(z3_constraint(z3, constraint, self.symbols, self.context) for constraint in more))
        answer = solver.check()
        if answer == z3.unsat:
            return IMPOSSIBLE
        if answer != z3.sat:
            return UNDECIDED
        model = solver.model()
        numbers = {name: model.eval(symbol, model_completion=True) for name, symbol in self.symbols.items()}
        exact = all(z3.is_rational_value(number) for number in numbers.values())
        return Answer(Verdict.FOUND, {name: _fraction(z3, number) for name, number in numbers.items()}, exact)


def z3_polynomial(z3: Any, polynomial: Polynomial, symbols: Mapping[str, Any], context: Any) -> Any:
    """The polynomial over z3's symbols."""
    terms = [z3.RealVal(0, ctx=context)]
    for monomial, coefficient in polynomial.terms:
        term = z3.Q(coefficient.numerator, coefficient.denominator, ctx=context)
        for name in monomial:
            term = term * symbols[name]
        terms.append(term)
    return z3.Sum(terms)


def z3_constraint(z3: Any, constraint: Constraint, symbols: Mapping[str, Any], context: Any) -> Any:
    """The constraint over z3's symbols."""
    left = z3_polynomial(z3, constraint.polynomial, symbols, context)
    return left == 0 if constraint.relation == "=" else left >= 0 if constraint.relation == ">=" else left > 0


def _fraction(z3: Any, number: Any) -> Fraction:
    exact = number if z3.is_rational_value(number) else number.approx(_DIGITS)
    return Fraction(exact.numerator_as_long(), exact.denominator_as_long())
