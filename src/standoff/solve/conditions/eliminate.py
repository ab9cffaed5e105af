"""From a class's system to conditions on parameters: strategic variables solved for or eliminated, one at a time.

The question is for which parameters *some* probabilities and weights satisfy polynomial constraints. Each step keeps
that question's answer:

 - factors whose sign is proven are divided out; an equation with several factors left is a case per factor;
 - an equation A v + B = 0 with A proven to be not zero gives v = -B / A, put in everywhere (and the natural domain of
   v becomes a constraint);
 - without equations, v's lower bounds must lie below its upper ones (Fourier 1826; Motzkin 1936).

Where the sign of a coefficient is not proven there is a case for each sign. A variable that occurs in no linear way
ends the attempt: `UnsolvedError`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce

from standoff.errors import AnalysisError
from standoff.solve.classes.polynomial import Constraint, Polynomial, normal
from standoff.solve.conditions.prover import Prover
from standoff.solve.conditions.symbols import sympy_factors

CASES = 400  # cases looked at for one system
TERMS = 600  # terms of a polynomial beyond which elimination is given up


class UnsolvedError(AnalysisError):
    """Strategic variables could not be eliminated by the steps above."""


@dataclass(frozen=True)
class Solution:
    """What a strategic variable is: its value as a quotient, or bounds that it lies between (each a quotient)."""

    name: str
    value: tuple[Polynomial, Polynomial] | None = None
    lower: tuple[tuple[Polynomial, Polynomial], ...] = ()
    upper: tuple[tuple[Polynomial, Polynomial], ...] = ()


@dataclass(frozen=True)
class Case:
    """Conditions on parameters that hold together, and the strategic variables in the order they were eliminated."""

    conditions: tuple[Constraint, ...]
    solutions: tuple[Solution, ...] = ()


factors = lru_cache(maxsize=20_000)(sympy_factors)


def eliminate(system: Sequence[Constraint], mixed: frozenset[str], prover: Prover) -> list[Case]:
    """Cases one of which holds exactly where the system has a solution. Raises `UnsolvedError`.

    `mixed` names the probabilities that are variables of the class. Natural domains need not be in the system.
    """
    return _Elimination(mixed, prover).run(system)


class _Elimination:
    def __init__(self, mixed: frozenset[str], prover: Prover) -> None:
        self.mixed, self.prover, self.cases = mixed, prover, 0

    def run(self, system: Sequence[Constraint]) -> list[Case]:
        return list(dict.fromkeys(self._cases(list(system), ())))

    def _cases(self, system: list[Constraint], solutions: tuple[Solution, ...]) -> Iterator[Case]:
        self.cases += 1
        if self.cases > CASES:
            raise UnsolvedError("too many cases in the elimination of probabilities; ask for one class (--class)")
        simple = self._simplified(system)
        if simple is None:
            return
        split = next((c for c in simple if c.relation == "=" and len(_distinct(c.polynomial)) > 1), None)
        if split is not None:
            rest = [c for c in simple if c is not split]
            for factor in _distinct(split.polynomial):
                yield from self._cases([*rest, Constraint(factor, "=")], solutions)
            return
        if not any(strategic(c) for c in simple):
            if self.prover.satisfiable(simple) is not False:
                yield Case(tuple(simple), solutions)
            return
        solved = self._solve(simple, solutions)
        yield from self._project(simple, solutions) if solved is None else solved

    def _known(self, system: Sequence[Constraint]) -> list[Constraint]:
        return [c for c in system if not strategic(c)]

    def _simplified(self, system: list[Constraint]) -> list[Constraint] | None:
        """The system without what is proven to hold; None where a constraint is proven not to."""
        known = self._known(system)
        result: dict[Constraint, None] = {}
        for constraint in system:
            if len(constraint.polynomial.terms) > TERMS:
                raise UnsolvedError("an inequality has too many terms")
            own = [] if constraint in known else known
            for part in divided(constraint, own, self.prover):
                signs = self.prover.signs(part.polynomial, own)
                allowed = {"=": {0}, ">=": {0, 1}, ">": {1}}[part.relation]
                if not signs & allowed:
                    return None
                if not signs <= allowed:
                    result[normal(part)] = None
        return list(result)

    def _solve(self, system: list[Constraint], solutions: tuple[Solution, ...]) -> list[Case] | None:
        """The cases after solving an equation for a variable; None where no equation is linear in one."""
        known = self._known(system)
        options = []
        for equation in system:
            if equation.relation != "=":
                continue
            for name in strategic(equation):
                parts = equation.polynomial.coefficients(name)
                if len(parts) == 2:
                    sure = self.prover.signs(parts[1], known) in ({1}, {-1})
                    size = sum(c.polynomial.degree(name) for c in system) * len(parts[1].terms) + len(parts[0].terms)
                    options.append((not sure, size, name, equation, parts))
        if not options:
            return None
        unsure, _, name, equation, (b, a) = min(options, key=lambda option: option[:3])
        rest = [c for c in system if c is not equation]
        if unsure:
            return [
                *self._cases([*system, Constraint(a, ">")], solutions),
                *self._cases([*system, Constraint(-a, ">")], solutions),
                *self._cases([*rest, Constraint(a, "="), Constraint(b, "=")], solutions),
            ]
        if self.prover.signs(a, known) == {-1}:
            a, b = -a, -b
        rest += self.prover.domain_of(name, self.mixed - {s.name for s in solutions})
        changed = [Constraint(_put(c.polynomial, name, -b, a), c.relation) for c in rest]
        return list(self._cases(changed, (*solutions, Solution(name, (-b, a)))))

    def _project(self, system: list[Constraint], solutions: tuple[Solution, ...]) -> Iterator[Case]:
        """The cases after eliminating a variable that occurs in inequalities only."""
        names = sorted({name for c in system for name in strategic(c)})
        fitting = [n for n in names if all(c.polynomial.degree(n) < 2 for c in system)]
        if any(c.relation == "=" and strategic(c) for c in system) or not fitting:
            raise UnsolvedError("a probability occurs in no linear way")
        name = min(fitting, key=lambda n: (sum(n in c.variables for c in system), n))
        mine = [
            c
            for c in [*system, *self.prover.domain_of(name, self.mixed - {s.name for s in solutions})]
            if name in c.variables
        ]
        rest = [c for c in system if name not in c.variables]
        known = self._known(system)
        lower: list[tuple[Polynomial, Polynomial, str]] = []
        upper: list[tuple[Polynomial, Polynomial, str]] = []
        for constraint in dict.fromkeys(mine):
            b, a = constraint.polynomial.coefficients(name)
            signs = self.prover.signs(a, known)
            if len(signs) > 1:
                for sign in sorted(signs):
                    case = Constraint(-a if sign < 0 else a, "=" if sign == 0 else ">")
                    yield from self._cases([*system, case], solutions)
                return
            if signs == {1}:
                lower.append((-b, a, constraint.relation))
            elif signs == {-1}:
                upper.append((b, -a, constraint.relation))
            else:
                rest.append(Constraint(b, constraint.relation))
        for low, under, first in lower:
            for high, over, second in upper:
                relation = ">" if ">" in (first, second) else ">="
                rest.append(Constraint(high * under - low * over, relation))
        solution = Solution(name, None, tuple(x[:2] for x in lower), tuple(x[:2] for x in upper))
        yield from self._cases(rest, (*solutions, solution))


def strategic(constraint: Constraint) -> list[str]:
    """The variables of a constraint that are not parameters."""
    return sorted(name for name in constraint.variables if ":" in name)


def _distinct(polynomial: Polynomial) -> list[Polynomial]:
    return [] if polynomial.is_constant else [factor for factor, _ in factors(polynomial)[1]]


def _put(polynomial: Polynomial, name: str, top: Polynomial, bottom: Polynomial) -> Polynomial:
    """The polynomial with ``top / bottom`` for a variable, times the positive `bottom` as often as needed."""
    parts = polynomial.coefficients(name)
    degree = len(parts) - 1
    products = (part * top.power(i) * bottom.power(degree - i) for i, part in enumerate(parts))
    return reduce(lambda x, y: x + y, products)


def divided(constraint: Constraint, known: Sequence[Constraint], prover: Prover) -> list[Constraint]:
    """An equivalent of the constraint, given what is known, without factors of proven sign."""
    if constraint.verdict is not None:
        return [constraint]
    scale, parts = factors(constraint.polynomial)
    kept, separate = Polynomial.constant(1 if scale > 0 else -1), []
    for factor, power in parts:
        signs = prover.signs(factor, known)
        if len(signs) == 1 and 0 not in signs:
            kept = -kept if power % 2 and signs == {-1} else kept
        elif constraint.relation == "=":
            kept = kept * factor if 0 in signs else kept
        elif power % 2 == 0 and 0 not in signs:
            continue
        elif constraint.relation == ">" and signs <= {0, 1}:
            separate.append(Constraint(factor, ">"))
        else:
            kept = kept * factor.power(2 - power % 2)
    if not kept.is_constant or constraint.relation == "=" or kept.free_term < 0 or not separate:
        separate.append(Constraint(kept, constraint.relation))
    return separate
