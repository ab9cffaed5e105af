"""Extreme equilibria of a two-actor game in strategic form, exactly.

Notation. A and B are the payoffs of the first and second actor, integers or fractions, made positive by a constant. The
best-reply polytopes are

    P = {x >= 0 : x B <= 1},      Q = {y >= 0 : A y <= 1}.

A pair of vertices other than 0 is an equilibrium (after scaling to sum one) when every strategy is unplayed or a best
reply; these are the *extreme* equilibria, and every equilibrium is a convex combination within one of their maximal
products (Mangasarian 1964; Avis, Rosenberg, Savani & von Stengel 2010). Vertices of P are enumerated by the double
description method (Motzkin et al. 1953; Fukuda & Prodon 1996), then, for each, the vertices of the face of Q that
answers it. Everything is in integers: degenerate games, which extensive games are, need no perturbation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import TypeAlias

from standoff.errors import LimitError

Matrix: TypeAlias = Sequence[Sequence[Fraction | int]]
Mixture: TypeAlias = tuple[Fraction, ...]


@dataclass(frozen=True)
class _Ray:
    entries: tuple[int, ...]
    tight: int  # mask of the inequalities that hold with equality


@dataclass
class Budget:
    """Counts down pairs of rays examined; raises `LimitError` at zero."""

    left: int

    def spend(self, steps: int) -> None:
        """Takes steps off the budget."""
        self.left -= steps
        if self.left < 0:
            raise LimitError("too many vertices; raise the limit or ask for pure equilibria")


def extreme_equilibria(first: Matrix, second: Matrix, budget: Budget) -> list[tuple[Mixture, Mixture]]:
    """All extreme equilibria of the bimatrix game ``first[row][column], second[row][column]``, each once."""
    if len(first) > len(first[0]):
        flipped = extreme_equilibria(_transpose(second), _transpose(first), budget)
        return [(x, y) for y, x in flipped]
    a, b = _positive(first), _positive(_transpose(second))
    found = []
    columns = range(len(b))
    for x, tight in _vertices(b, range(len(a)), frozenset(), budget):
        if not any(x):
            continue
        replies = [j for j in columns if j in tight]
        played = frozenset(i for i, share in enumerate(x) if share)
        for y, _ in _vertices(a, replies, played, budget):
            found.append((_mixture(x), _mixture(y)))
    return found


def _transpose(matrix: Matrix) -> list[list[Fraction | int]]:
    return [list(column) for column in zip(*matrix, strict=True)]


def _positive(matrix: Matrix) -> list[list[int]]:
    """The matrix in positive integers: best replies do not change with scale and shift."""
    scale = lcm(*(Fraction(entry).denominator for row in matrix for entry in row))
    whole = [[int(entry * scale) for entry in row] for row in matrix]
    shift = 1 - min(min(row) for row in whole)
    return [[entry + shift for entry in row] for row in whole]


def _mixture(weights: Sequence[int]) -> Mixture:
    total = sum(weights)
    return tuple(Fraction(weight, total) for weight in weights)


def _vertices(
    matrix: Sequence[Sequence[int]], support: Sequence[int], equal: frozenset[int], budget: Budget
) -> list[tuple[tuple[int, ...], frozenset[int]]]:
    """Vertices v of {v >= 0, matrix v <= 1, row . v = 1 for rows in `equal`, v = 0 off `support`}.

    Each as integers up to a common factor, with the set of rows that hold with equality. The zero vertex is all 0.
    """
    size = len(support) + 1  # homogeneous: the last coordinate is the right-hand side
    rays = [
        _Ray(tuple(int(i == j) for j in range(size)), sum(1 << j for j in range(size) if j != i)) for i in range(size)
    ]
    order = sorted(range(len(matrix)), key=lambda row: row not in equal)
    for row in order:
        normal = [-matrix[row][j] for j in support] + [1]
        rays = _cut(rays, normal, 1 << (size + row), row in equal, budget)
    result = []
    width = len(matrix[0])
    for ray in rays:
        full = [0] * width
        for column, entry in zip(support, ray.entries, strict=False):
            full[column] = entry
        result.append((tuple(full), frozenset(row for row in range(len(matrix)) if ray.tight >> (size + row) & 1)))
    return result


def _cut(rays: list[_Ray], normal: Sequence[int], bit: int, equality: bool, budget: Budget) -> list[_Ray]:
    """The extreme rays after one more inequality ``normal . z >= 0`` (or equation)."""
    values = [sum(n * z for n, z in zip(normal, ray.entries, strict=True)) for ray in rays]
    kept = [_Ray(ray.entries, ray.tight | bit) for ray, value in zip(rays, values, strict=True) if value == 0]
    above = [(ray, value) for ray, value in zip(rays, values, strict=True) if value > 0]
    below = [(ray, value) for ray, value in zip(rays, values, strict=True) if value < 0]
    size = len(normal)
    made = []
    for high, up in above:
        budget.spend(len(below) * (1 + len(rays) // 64))
        for low, down in below:
            common = high.tight & low.tight
            if common.bit_count() < size - 2 or not _adjacent(rays, high, low, common):
                continue
            entries = [up * z - down * w for z, w in zip(low.entries, high.entries, strict=True)]
            divisor = gcd(*entries)
            made.append(_Ray(tuple(entry // divisor for entry in entries), common | bit))
    return kept + made + ([] if equality else [ray for ray, _ in above])


def _adjacent(rays: Sequence[_Ray], first: _Ray, second: _Ray, common: int) -> bool:
    return not any(ray.tight & common == common and ray is not first and ray is not second for ray in rays)
