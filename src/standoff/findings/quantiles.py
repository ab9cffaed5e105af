"""Exact order statistics of more numbers than fit into memory, in two passes over them.

Values are float32, probabilities in [0, 1]; the bits of such a number, read as a whole number, are in its order. The
first pass counts values by their upper 16 bits, which says in which of 65,536 bins the wanted rank lies; the second
counts the lower 16 bits in those bins. Counts do not depend on the order of the values, nor on how they are cut up.

Axes: tables are ``[draw, column]``. The quantile at p is that of linear interpolation between order statistics, at
rank p (n - 1) counted from 0 (type 7 of Hyndman & Fan 1996, the default of numpy).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from standoff.game.game import Floats

BINS = 1 << 16

Single: TypeAlias = NDArray[np.float32]
Counts: TypeAlias = NDArray[np.int64]


class UpperCounts:
    """The first pass: how many values of each column have which upper bits."""

    def __init__(self, columns: int) -> None:
        self.counts: Counts = np.zeros((columns, BINS), dtype=np.int64)

    def add(self, table: Single) -> None:
        """Count a table in."""
        for counts, bits in zip(self.counts, _bits(table), strict=True):
            _count(counts, bits >> 16)


def quantiles(first: UpperCounts, tables: Iterable[Single], count: int, at: Sequence[float]) -> Floats:
    """``float64[column, p]``: quantiles at the shares `at` of each column, `count` rows in all.

    `first` has counted all rows, `tables` gives them once more. Values must be in [0, 1], `count` at least 1.
    """
    columns = len(first.counts)
    ranks = np.array([[math.floor(p * (count - 1)), math.ceil(p * (count - 1))] for p in at])
    bins, below = zip(*(_located(counts, ranks.ravel()) for counts in first.counts), strict=True)
    lower: list[dict[int, Counts]] = [{int(b): np.zeros(BINS, dtype=np.int64) for b in set(found)} for found in bins]
    for table in tables:
        for column, bits in enumerate(_bits(table)):
            high = bits >> 16
            for wanted, counts in lower[column].items():
                _count(counts, bits[high == wanted] & (BINS - 1))
    result = np.empty((columns, len(at)))
    for column in range(columns):
        found = [
            (int(b) << 16) | int(_located(lower[column][int(b)], np.array([rank - before]))[0][0])
            for b, rank, before in zip(bins[column], ranks.ravel(), below[column], strict=True)
        ]
        pairs = np.array(found, dtype=np.uint32).view(np.float32).astype(float).reshape(-1, 2)
        fractions = np.array([p * (count - 1) for p in at]) - ranks[:, 0]
        result[column] = pairs[:, 0] + fractions * (pairs[:, 1] - pairs[:, 0])
    return result


def _bits(table: Single) -> Iterable[NDArray[np.int64]]:
    """Each column's bits as whole numbers (negative zero counts as zero)."""
    return (np.ascontiguousarray(np.abs(column)).view(np.uint32).astype(np.int64) for column in table.T)


def _count(counts: Counts, values: NDArray[np.int64]) -> None:
    """Add how often each value occurs."""
    found = np.bincount(values)
    counts[: len(found)] += found


def _located(counts: Counts, ranks: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The bin that holds each rank, and how many values lie in the bins before it."""
    total = np.cumsum(counts)
    found = np.searchsorted(total, ranks, side="right")
    return found, total[found] - counts[found]
