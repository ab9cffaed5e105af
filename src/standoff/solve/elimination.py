"""Linear equations of one sparse shape at many draws: elimination in an order that is planned once.

The Jacobian of a game's equations is sparse as the tree is: an information set meets those above and below it. With
pivots on the diagonal, those with the fewest neighbours first (Tinney and Walker 1967), hardly anything fills in.
Pivots that do not meet are one *stage*, done together, for all draws. Pivots are not searched for: a vanishing one
gives values that are not finite, which the caller has to expect.

Axes: ``values[stored, draw]``, the entries that may differ from zero; ``right[unknown, side, draw]``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from standoff.game.game import Bools, Floats, Ints

FEW = 48  # draws below which the stages cost more than they save


@dataclass(frozen=True, eq=False)
class _Stage:
    """Pivots done together. A *factor* belongs to a pivot and a neighbour, a *product* to a pivot and two of them."""

    pivots: Ints  # unknowns
    diagonal: Ints  # [pivot] stored
    of: Ints  # [factor] pivot
    lower: Ints  # [factor] stored, in the neighbour's row
    upper: Ints  # [factor] stored, in the pivot's row
    neighbour: Ints  # [factor] unknown
    factor: Ints  # [product]
    beyond: Ints  # [product] stored, in the pivot's row
    targets: Ints  # stored, each once
    to_target: csr_array  # [target, product]
    touched: Ints  # neighbours, each once
    to_touched: csr_array  # [touched, factor]
    to_pivot: csr_array  # [pivot, factor]


class Elimination:
    """The plan for matrices that differ from zero only where `shape` or its transpose says so, and on the diagonal."""

    def __init__(self, shape: Bools) -> None:
        self.size = len(shape)
        filled = shape | shape.T | np.eye(self.size, dtype=bool)
        neighbours: dict[int, Ints] = {}
        left, level = np.ones(self.size, dtype=bool), np.zeros(self.size, dtype=np.int64)
        for _ in range(self.size):
            degree = (filled & left).sum(axis=1)
            pivot = int(np.where(left, degree, self.size + 1).argmin())
            left[pivot] = False
            own = np.flatnonzero(filled[pivot] & left)
            filled[np.ix_(own, own)] = True
            level[own] = np.maximum(level[own], level[pivot] + 1)
            neighbours[pivot] = own
        self.rows, self.columns = np.nonzero(filled)
        at = np.full((self.size, self.size), -1)
        at[self.rows, self.columns] = np.arange(len(self.rows))
        self.diagonal = np.diag(at).copy()
        self._stages = tuple(
            _stage(np.flatnonzero(level == number), neighbours, at) for number in range(int(level.max(initial=-1)) + 1)
        )

    def solve(self, values: Floats, right: Floats) -> tuple[Floats, Floats]:
        """Solutions ``[unknown, side, draw]`` and signs of determinants ``[draw]``; the arguments are used up."""
        sides, draws = right.shape[1:]
        if draws < FEW:
            return self._dense(values, right)
        with np.errstate(all="ignore"):
            for stage in self._stages:
                if not stage.of.size:
                    continue
                factor = values[stage.lower] / values[stage.diagonal][stage.of]
                values[stage.targets] -= stage.to_target @ (factor[stage.factor] * values[stage.beyond])
                change = (factor[:, None] * right[stage.pivots][stage.of]).reshape(len(factor), -1)
                right[stage.touched] -= (stage.to_touched @ change).reshape(-1, sides, draws)
            for stage in reversed(self._stages):
                own = right[stage.pivots]
                if stage.of.size:
                    known = (values[stage.upper][:, None] * right[stage.neighbour]).reshape(len(stage.of), -1)
                    own -= (stage.to_pivot @ known).reshape(-1, sides, draws)
                right[stage.pivots] = own / values[stage.diagonal][:, None]
            sign = np.sign(values[self.diagonal]).prod(axis=0)
        return right, sign

    def _dense(self, values: Floats, right: Floats) -> tuple[Floats, Floats]:
        """The same by full matrices with pivots searched for; NaN where one is singular or not finite."""
        matrix = np.zeros((values.shape[1], self.size, self.size))
        matrix[:, self.rows, self.columns] = values.T
        sides = right.transpose(2, 0, 1)
        bad = ~(np.isfinite(matrix).all(axis=(1, 2)) & np.isfinite(sides).all(axis=(1, 2)))
        matrix[bad] = np.eye(self.size)
        sign = np.linalg.slogdet(matrix)[0]
        bad |= sign == 0
        matrix[bad] = np.eye(self.size)
        solved = np.linalg.solve(matrix, sides)
        solved[bad] = np.nan
        return np.ascontiguousarray(solved.transpose(1, 2, 0)), sign


def _stage(pivots: Ints, neighbours: dict[int, Ints], at: Ints) -> _Stage:
    factors = [(place, int(other)) for place, k in enumerate(pivots.tolist()) for other in neighbours[k].tolist()]
    of, neighbour = np.array(factors, dtype=np.int64).reshape(-1, 2).T
    products = [
        (number, int(at[pivots[place], beyond]), int(at[other, beyond]))
        for number, (place, other) in enumerate(factors)
        for beyond in neighbours[int(pivots[place])].tolist()
    ]
    factor, beyond, target = np.array(products, dtype=np.int64).reshape(-1, 3).T
    targets, own = np.unique(target, return_inverse=True)
    touched, mine = np.unique(neighbour, return_inverse=True)
    return _Stage(
        pivots=pivots,
        diagonal=at[pivots, pivots],
        of=of,
        lower=at[neighbour, pivots[of]],
        upper=at[pivots[of], neighbour],
        neighbour=neighbour,
        factor=factor,
        beyond=beyond,
        targets=targets,
        to_target=_sums(own, len(targets)),
        touched=touched,
        to_touched=_sums(mine, len(touched)),
        to_pivot=_sums(of, len(pivots)),
    )


def _sums(group: Ints, groups: int) -> csr_array:
    """[group, item] adds up the items of each group."""
    return csr_array((np.ones(len(group)), (group, np.arange(len(group)))), shape=(groups, len(group)))
