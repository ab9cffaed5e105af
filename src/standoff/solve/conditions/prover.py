"""What follows from a scenario's assumptions: signs of polynomials, satisfiability and implication, by z3.

Strategic variables (`standoff.solve.classes.polynomial`) have their natural domain: probabilities on a support are
positive and sum to one, weights are at least zero, coefficients of trembles positive. Only assumptions that share
parameters with a question, directly or through others, are put to z3; the rest cannot change the answer as long as they
can be satisfied at all. Answers are True, False or None (not known in the time given). Points that satisfy the
assumptions are evaluated first: they show which signs do occur, so that z3 is asked only what is likely impossible.
Where many questions about the same constraints follow, `exemplify` finds a point for them; it may leave out parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from standoff.game.game import Game
from standoff.scenario.expression import Expression, Logical
from standoff.solve.classes.polynomial import ONE, Constraint, Polynomial, total
from standoff.solve.conditions.symbols import Dictionary, Symbols, boolean, z3_value

Point = Mapping[str, Fraction]
_ALLOWED = {"=": (0,), ">=": (0, 1), ">": (1,)}


class Prover:
    """Answers questions under assumptions; remembers its answers."""

    def __init__(
        self, game: Game, words: Dictionary, assumptions: Iterable[Expression], points: Sequence[Point], timeout: float
    ) -> None:
        import z3

        self.z3, self.words, self.timeout, self.points = z3, words, timeout, list(points)
        self.symbols = Symbols(z3)
        self._infoset = {f"p:{slot}": int(h) for slot, h in enumerate(game.slot_infoset)}
        self._facts: list[tuple[frozenset[str], Any]] = []
        for assumption in assumptions:
            for part in _conjuncts(assumption):
                self._add_fact(part)
        self._known_atoms: set[str] = set()
        self._exemplified: set[frozenset[Constraint]] = set()
        self._gathered: dict[tuple[int, frozenset[str]], list[Any]] = {}
        self._signs: dict[tuple[Polynomial, frozenset[Constraint]], frozenset[int]] = {}
        self._checked: dict[frozenset[Constraint], bool | None] = {}
        self._formulas: dict[Constraint, Any] = {}
        self._at_points: dict[Polynomial, list[int | None]] = {}
        self.questions = 0

    def _add_fact(self, assumption: Expression) -> None:
        formula = boolean(self.z3, self.words, assumption, self.symbols)
        self._facts.append((self._names(formula), formula))

    def _names(self, formula: Any) -> frozenset[str]:
        """The names of z3's constants in a formula."""
        names, pending = set(), [formula]
        while pending:
            part = pending.pop()
            if self.z3.is_const(part) and part.decl().kind() == self.z3.Z3_OP_UNINTERPRETED:
                names.add(str(part))
            pending.extend(part.children())
        return frozenset(names)

    def satisfiable(self, constraints: Iterable[Constraint]) -> bool | None:
        """Whether parameters and strategic variables can satisfy the constraints."""
        asked = frozenset(constraints)
        if any(constraint.verdict is False for constraint in asked):
            return False
        asked = frozenset(constraint for constraint in asked if constraint.verdict is None)
        if not asked:
            return True
        if asked not in self._checked:
            self._checked[asked] = self._shown(asked) or self._ask(asked)
        return self._checked[asked]

    def _shown(self, constraints: frozenset[Constraint]) -> bool:
        """Whether one of the points satisfies constraints that have no strategic variables."""
        if any(":" in name for constraint in constraints for name in constraint.variables):
            return False
        return bool(self._where(constraints))

    def exemplify(self, constraints: Iterable[Constraint]) -> None:
        """Adds a point at which constraints hold with room to spare, if there is none yet and z3 finds one in time."""
        strict = frozenset(Constraint(c.polynomial, ">" if c.relation == ">=" else c.relation) for c in constraints)
        asked = frozenset(c for c in strict if c.verdict is None)
        if not asked or asked in self._exemplified or self._where(asked):
            return
        self._exemplified.add(asked)
        solver = self._solver(asked)
        if solver.check() == self.z3.sat:
            model = solver.model()
            values = {str(symbol): model[symbol] for symbol in model.decls()}
            rational = {name: v for name, v in values.items() if ":" not in name and self.z3.is_rational_value(v)}
            self.points.append(
                {name: Fraction(v.numerator_as_long(), v.denominator_as_long()) for name, v in rational.items()}
            )

    def _ask(self, constraints: frozenset[Constraint]) -> bool | None:
        self.questions += 1
        answer = self._solver(constraints).check()
        return None if answer == self.z3.unknown else bool(answer == self.z3.sat)

    def _solver(self, constraints: frozenset[Constraint]) -> Any:
        names = set().union(*(constraint.variables for constraint in constraints))
        formulas = [self._formula(constraint) for constraint in constraints]
        formulas += [self._formula(constraint) for constraint in self.domain(names)]
        formulas += self._relevant(names)
        solver = self.z3.SolverFor("QF_NRA", ctx=self.symbols.context)
        solver.set("timeout", max(1, round(self.timeout * 1000)))
        solver.add(self.z3.And(formulas))
        return solver

    def _formula(self, constraint: Constraint) -> Any:
        if constraint not in self._formulas:
            left, relation = z3_value(constraint.polynomial, self.symbols), constraint.relation
            formula = left == 0 if relation == "=" else left >= 0 if relation == ">=" else left > 0
            self._formulas[constraint] = formula
        return self._formulas[constraint]

    def _relevant(self, names: set[str]) -> list[Any]:
        """Facts about the names, and about names in these facts, and so on."""
        for atom in self.words.atoms.keys() - self._known_atoms:
            self._known_atoms.add(atom)
            for formula in self.words.facts(self.z3, atom, self.symbols):
                self._facts.append((self._names(formula), formula))
        asked = frozenset(names)
        if (len(self._facts), asked) in self._gathered:
            return self._gathered[len(self._facts), asked]
        reached, facts, rest = set(names), [], list(self._facts)
        growing = True
        while growing:
            growing, later = False, []
            for own, formula in rest:
                if own & reached:
                    reached |= own
                    facts.append(formula)
                    growing = True
                else:
                    later.append((own, formula))
            rest = later
        self._gathered[len(self._facts), asked] = [self.z3.And(facts)] if facts else []
        return self._gathered[len(self._facts), asked]

    def domain(self, names: Iterable[str]) -> list[Constraint]:
        """The natural domain of strategic variables."""
        result: list[Constraint] = []
        by_set: dict[int, list[Polynomial]] = {}
        for name in sorted(names):
            variable = Polynomial.variable(name)
            if name.startswith("p:"):
                by_set.setdefault(self._infoset[name], []).append(variable)
            if ":" in name:
                result.append(Constraint(variable, ">=" if name.startswith("m:") else ">"))
        return result + [Constraint(ONE - total(own), ">") for own in by_set.values()]

    def domain_of(self, name: str, mixed: frozenset[str]) -> list[Constraint]:
        """The part of a strategic variable's natural domain that mentions it, with the probabilities of `mixed`."""
        together = [other for other in mixed if self._infoset[other] == self._infoset.get(name)]
        return [c for c in self.domain({name, *together}) if name in c.variables]

    def covers(self, conditions: Iterable[Constraint], cases: Iterable[Iterable[Constraint]]) -> bool:
        """Whether it is proven that one of the cases (each a conjunction) holds wherever the conditions do."""
        own, others = list(conditions), [list(case) for case in cases]
        names = {name for c in [*own, *(c for case in others for c in case)] for name in c.variables}
        solver = self.z3.SolverFor("QF_NRA", ctx=self.symbols.context)
        solver.set("timeout", max(1, round(self.timeout * 1000)))
        solver.add(*(self._formula(c) for c in own), *self._relevant(names))
        solver.add(*(self.z3.Not(self.z3.And(*(self._formula(c) for c in case))) for case in others if case))
        return not all(others) or bool(solver.check() == self.z3.unsat)

    def signs(self, polynomial: Polynomial, known: Iterable[Constraint] = ()) -> frozenset[int]:
        """The signs (-1, 0, 1) that a polynomial may have; one that is missing is proven impossible."""
        if polynomial.is_constant:
            value = polynomial.free_term
            return frozenset({(value > 0) - (value < 0)})
        asked = frozenset(c for c in known if c.verdict is None)
        key = (polynomial, asked)
        if key not in self._signs:
            self._signs[key] = self._find_signs(polynomial, asked)
        return self._signs[key]

    def _find_signs(self, polynomial: Polynomial, known: frozenset[Constraint]) -> frozenset[int]:
        if known:  # what is impossible without knowledge stays so
            possible = set(self.signs(polynomial))
            if len(possible) == 1:
                return frozenset(possible)
        else:
            possible = {-1, 0, 1}
        seen = set() if any(":" in n for n in polynomial.variables) else self._seen(polynomial, known)
        relations = {1: (polynomial, ">"), -1: (-polynomial, ">"), 0: (polynomial, "=")}
        for sign in (1, -1, 0):
            if sign in seen or sign not in possible or (sign == 0 and {1, -1} <= possible):
                continue
            if self.satisfiable([*known, Constraint(*relations[sign])]) is False:
                possible = possible - {sign}
        return frozenset(possible)

    def _seen(self, polynomial: Polynomial, known: frozenset[Constraint]) -> set[int]:
        """Signs that the polynomial has at points where what is known holds."""
        signs = self._point_signs(polynomial)
        return {sign for place in self._where(known) if (sign := signs[place]) is not None}

    def _where(self, constraints: Iterable[Constraint]) -> set[int]:
        """The points at which all constraints certainly hold."""
        places = set(range(len(self.points)))
        for constraint in constraints:
            signs, allowed = self._point_signs(constraint.polynomial), _ALLOWED[constraint.relation]
            places = {place for place in places if signs[place] in allowed}
            if not places:
                break
        return places

    def _point_signs(self, polynomial: Polynomial) -> list[int | None]:
        """[point] the polynomial's sign; None where a variable has no value."""
        signs = self._at_points.setdefault(polynomial, [])
        signs += (_sign(polynomial, point) for point in self.points[len(signs) :])
        return signs

    def implied(self, constraint: Constraint, known: Iterable[Constraint]) -> bool:
        """Whether the constraint is proven to follow from others and the assumptions."""
        opposite = {">=": [(-constraint.polynomial, ">")], ">": [(-constraint.polynomial, ">=")]}
        both = [(constraint.polynomial, ">"), (-constraint.polynomial, ">")]
        cases = opposite.get(constraint.relation, both)
        return all(self.satisfiable([*known, Constraint(*case)]) is False for case in cases)


def _conjuncts(expression: Expression) -> Iterable[Expression]:
    match expression:
        case Logical("and", left, right):
            yield from _conjuncts(left)
            yield from _conjuncts(right)
        case _:
            yield expression


def _sign(polynomial: Polynomial, point: Point) -> int | None:
    if not polynomial.variables <= point.keys():
        return None
    value = polynomial.value(point)
    return (value > 0) - (value < 0)
