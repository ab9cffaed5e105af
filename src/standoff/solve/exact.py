"""Linear programmes in exact arithmetic: small, and certain about ties.

The programme is

    minimise  objective . v   subject to   rows . v <= bounds,   v >= 0,

with fractions (or integers, or floats, which are fractions too). A condensed tableau ``x_basic + A x_nonbasic = b`` is
kept in integers over one common denominator and pivoted without fractions (Edmonds 1967; Bareiss 1968). Feasibility is
found by dual pivots at zero cost, the optimum by primal pivots; both choose the smallest index (Bland 1977), so neither
cycles.

Meant for tens of rows and columns: entries are Python integers of any length.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import TypeAlias

from standoff.errors import LimitError

Rational: TypeAlias = Fraction | int | float


@lru_cache(maxsize=100_000)
def fraction(number: float | Fraction) -> Fraction:
    """The fraction that a float stands for: the shortest one that rounds to it, else its binary value.

    0.1 becomes 1/10, the float next to 1/3 becomes 1/3.
    """
    exact = Fraction(number)
    short = exact.limit_denominator(1_000_000)
    return short if float(short) == number else exact


def minimise(
    objective: Sequence[Rational], rows: Sequence[Sequence[Rational]], bounds: Sequence[Rational]
) -> tuple[Fraction, ...] | None:
    """An optimal vertex v of the programme above, or None where nothing is feasible.

    Raises `LimitError` where the objective is unbounded below.
    """
    tableau = _Tableau(objective, rows, bounds)
    if not tableau.make_feasible():
        return None
    tableau.make_optimal()
    return tableau.solution()


def _integers(row: Sequence[Rational]) -> list[int]:
    """The row times the least positive number that makes it whole."""
    if all(type(entry) is int for entry in row):
        return [int(entry) for entry in row]
    exact = [Fraction(entry) for entry in row]
    scale = lcm(*(entry.denominator for entry in exact)) if exact else 1
    return [int(entry * scale) for entry in exact]


class _Tableau:
    """Rows 0..m-1: basic variables; row m: the objective. Last column: right-hand sides. Entries are over `scale`."""

    def __init__(
        self, objective: Sequence[Rational], rows: Sequence[Sequence[Rational]], bounds: Sequence[Rational]
    ) -> None:
        self.columns, self.height = len(objective), len(rows)
        self.entries = [_integers([*row, bound]) for row, bound in zip(rows, bounds, strict=True)]
        self.entries.append([*_integers(objective), 0])
        self.scale = 1
        self.nonbasic = list(range(self.columns))
        self.basic = list(range(self.columns, self.columns + self.height))

    def make_feasible(self) -> bool:
        while True:
            negative = [r for r in range(self.height) if self.entries[r][-1] < 0]
            if not negative:
                return True
            row = min(negative, key=lambda r: self.basic[r])
            entering = [s for s in range(self.columns) if self.entries[row][s] < 0]
            if not entering:
                return False
            self._pivot(row, min(entering, key=lambda s: self.nonbasic[s]))

    def make_optimal(self) -> None:
        while True:
            improving = [s for s in range(self.columns) if self.entries[-1][s] < 0]
            if not improving:
                return
            column = min(improving, key=lambda s: self.nonbasic[s])
            leaving = [r for r in range(self.height) if self.entries[r][column] > 0]
            if not leaving:
                raise LimitError("the linear programme is unbounded; bound its variables")
            self._pivot(
                min(leaving, key=lambda r: (Fraction(self.entries[r][-1], self.entries[r][column]), self.basic[r])),
                column,
            )

    def solution(self) -> tuple[Fraction, ...]:
        values = [Fraction(0)] * self.columns
        for row, variable in enumerate(self.basic):
            if variable < self.columns:
                values[variable] = Fraction(self.entries[row][-1], self.scale)
        return tuple(values)

    def _pivot(self, row: int, column: int) -> None:
        pivot, old, scale = self.entries[row][column], self.entries[row], self.scale
        for index, line in enumerate(self.entries):
            if index == row:
                continue
            factor = line[column]
            if factor or pivot != scale:
                self.entries[index] = [
                    (entry * pivot - factor * above) // scale for entry, above in zip(line, old, strict=True)
                ]
            self.entries[index][column] = -factor
        old[column] = scale
        self.scale = pivot
        if pivot < 0:
            self.scale = -pivot
            self.entries = [[-entry for entry in line] for line in self.entries]
        self.basic[row], self.nonbasic[column] = self.nonbasic[column], self.basic[row]
