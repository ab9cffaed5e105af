"""A prover that keeps to a deadline and ends at once when a person interrupts it.

Every phase of a derivation (search, elimination, simplification, words, coexistence) asks the prover, so this is the
place where time is looked at: each question raises `OutOfTimeError` once the deadline is past, and z3 is given no
longer than what is left. z3 takes an interrupt from the keyboard for itself and answers "unknown"; that is turned back
into `KeyboardInterrupt`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from standoff.errors import LimitError
from standoff.game.game import Game
from standoff.scenario.expression import Expression
from standoff.solve.classes.polynomial import Constraint, Polynomial
from standoff.solve.conditions.prover import Point, Prover
from standoff.solve.conditions.symbols import Dictionary

Clock = Callable[[], float]
ALLOWED = {"=": (0,), ">=": (0, 1), ">": (1,)}  # signs
_INTERRUPTED = "interrupted from keyboard"  # z3's reason for "unknown"


class OutOfTimeError(LimitError):
    """The deadline of a derivation is past."""


class Watch:
    """A deadline on a clock (seconds), and someone who is told that work goes on."""

    def __init__(self, seconds: float, clock: Clock = time.monotonic, told: Callable[[], None] | None = None) -> None:
        self.clock, self.told = clock, told
        self.deadline = clock() + seconds

    @property
    def left(self) -> float:
        """Seconds left; negative when the deadline is past."""
        return self.deadline - self.clock()

    def look(self) -> None:
        """Raises `OutOfTimeError` when the deadline is past."""
        if self.told is not None:
            self.told()
        if self.left <= 0:
            raise OutOfTimeError("the time given is over; give more with --seconds")

    @contextmanager
    def within(self, share: float) -> Iterator[None]:
        """A deadline of its own for what is done inside: a share of the time that is left."""
        outer = self.deadline
        self.deadline = min(outer, self.clock() + share * max(0.0, self.left))
        try:
            yield
        finally:
            self.deadline = outer


class BoundedProver(Prover):
    """A `Prover` on a watch. All questions raise `OutOfTimeError` after the deadline, KeyboardInterrupt on Ctrl-C."""

    def __init__(
        self,
        game: Game,
        words: Dictionary,
        assumptions: Iterable[Expression],
        points: Sequence[Point],
        timeout: float,
        watch: Watch,
    ) -> None:
        super().__init__(game, words, assumptions, points, timeout)
        self.watch, self.given = watch, len(points)

    def satisfiable(self, constraints: Iterable[Constraint]) -> bool | None:
        """As `Prover.satisfiable`, on the watch."""
        self.watch.look()
        return super().satisfiable(constraints)

    def signs(self, polynomial: Polynomial, known: Iterable[Constraint] = ()) -> frozenset[int]:
        """As `Prover.signs`, on the watch."""
        self.watch.look()
        return super().signs(polynomial, known)

    def covers(self, conditions: Iterable[Constraint], cases: Iterable[Iterable[Constraint]]) -> bool:
        """As `Prover.covers`, on the watch."""
        own, others = list(conditions), [list(case) for case in cases]
        if not all(others):
            return True
        names = {name for c in [*own, *(c for case in others for c in case)] for name in c.variables}
        formulas = [*(self._formula(c) for c in own), *self._relevant(names)]
        return self._check([*formulas, *self._outside(others)])[0] is False

    def uncovered(self, cases: Iterable[Iterable[Constraint]]) -> tuple[bool | None, dict[str, Fraction]]:
        """Whether parameters under all assumptions satisfy none of the cases, and such a point where there is one.

        A value of the point that is irrational is rounded.
        """
        others = [list(case) for case in cases]
        if not all(others):
            return False, {}
        for place in range(self.given):
            if all(any(self._fails(c, place) for c in case) for case in others):
                return True, dict(self.points[place])
        names = {name for case in others for c in case for name in c.variables}
        self._relevant(names)  # so that what is known of atoms is among the facts
        answer, model = self._check([*(formula for _, formula in self._facts), *self._outside(others)])
        return answer, {} if model is None else self._point(model)

    def _fails(self, constraint: Constraint, place: int) -> bool:
        sign = self._point_signs(constraint.polynomial)[place]
        return sign is not None and sign not in ALLOWED[constraint.relation]

    def _outside(self, cases: Sequence[Sequence[Constraint]]) -> list[Any]:
        return [self.z3.Not(self.z3.And(*(self._formula(c) for c in case))) for case in cases]

    def _point(self, model: Any) -> dict[str, Fraction]:
        result = {}
        for name, symbol in self.symbols.items():
            if not name.startswith("~") and ":" not in name:
                value = model.eval(symbol, model_completion=True)
                value = value if self.z3.is_rational_value(value) else value.approx(20)
                result[name] = Fraction(value.numerator_as_long(), value.denominator_as_long())
        return result

    def _ask(self, constraints: frozenset[Constraint]) -> bool | None:
        self.questions += 1
        names: set[str] = set().union(*(constraint.variables for constraint in constraints))
        formulas = [self._formula(constraint) for constraint in [*constraints, *self.domain(names)]]
        return self._check([*formulas, *self._relevant(names)])[0]

    def _check(self, formulas: Sequence[Any]) -> tuple[bool | None, Any]:
        """z3's answer (None: not known in the time given) and its model where there is one."""
        solver = self._on_watch(self.z3.SolverFor("QF_NRA", ctx=self.symbols.context))
        solver.add(*formulas)
        answer = solver.check()
        found = answer == self.z3.sat
        return None if answer == self.z3.unknown else bool(found), solver.model() if found else None

    def _solver(self, constraints: frozenset[Constraint]) -> Any:
        return self._on_watch(super()._solver(constraints))

    def _on_watch(self, solver: Any) -> _Interruptible:
        self.watch.look()
        solver.set("timeout", max(1, round(min(self.timeout, self.watch.left) * 1000)))
        return _Interruptible(solver)


class _Interruptible:
    """A solver of z3 that does not keep an interrupt from the keyboard to itself."""

    def __init__(self, solver: Any) -> None:
        self.solver = solver

    def add(self, *formulas: Any) -> None:
        self.solver.add(*formulas)

    def model(self) -> Any:
        return self.solver.model()

    def check(self) -> Any:
        """Raises KeyboardInterrupt where that is why z3 has no answer."""
        answer = self.solver.check()
        if str(answer) == "unknown" and self.solver.reason_unknown() == _INTERRUPTED:
            raise KeyboardInterrupt
        return answer
