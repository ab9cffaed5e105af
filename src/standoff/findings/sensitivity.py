"""Which parameters drive an outcome: sensitivity from the draws that a study already has ("given data").

Notation: y the outcome at a draw (a probability), x one parameter, cut into K classes of equal size (one class per
value where it has few), n draws. For each parameter:

- *first order*, Var(E[y | x]) / Var(y): the share of the variance of y that would go, on average, if x were known
  (Pearson's correlation ratio; Sobol' 1993). Estimated from the means of the K classes with Kelley's (1935) correction
  for chance, which may make it slightly negative.
- *delta*, half the mean absolute difference between the distribution of y and that given x (Borgonovo 2007; given-data
  estimator after Plischke, Borgonovo & Smith 2013). Outcomes of a game have atoms, often at 0 and 1, so distributions
  are compared over classes of y in which an atom is a class of its own, not through a kernel density.
- *pawn*, the median over the classes of x of the Kolmogorov-Smirnov distance between the same two distributions
  (Pianosi & Wagener 2018).

Distances are taken over at most `X_CLASSES` classes of x and `Y_CLASSES` of y, which makes delta somewhat too small
where y follows x through many turns.

All three are valid for dependent parameters; a parameter then counts for what knowing it reveals about the others as
well. For independent ones the first-order indices add up to at most one, and the rest is interaction
(`standoff.findings.saltelli` measures it, with further solves). `delta` and `pawn` are distances, never negative, so
chance makes them too large: the bootstrap's estimate of that is subtracted (2 d - mean of replicates).

Intervals are 95 %, estimate ± 1.96 bootstrap standard errors, cut to [0, 1]. *Noise floor*: y is permuted against all
parameters together; the largest standardised index over the parameters, 95 % quantile over the permutations, is what
chance alone reaches anywhere (max-T, Westfall & Young 1993). An index below it is not distinguishable from noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import random_table, rankdata

from standoff.findings.given import DISCRETE, Classes, Given, classes, given, plain
from standoff.game.game import Floats
from standoff.notebook import Displayed

MOST_DRAWS = 20_000
REPLICATES = 200
PERMUTATIONS = 200
X_CLASSES, Y_CLASSES = 16, 12  # at most so many for the distances, which finer classes fill with noise
MEASURES = ("first", "delta", "pawn")
_Z = 1.959964


@dataclass(frozen=True)
class Index:
    """One index with its 95 % interval and noise floor; `distinguishable` where it lies above the floor."""

    value: float
    low: float
    high: float
    floor: float
    distinguishable: bool


@dataclass(frozen=True)
class Driver:
    """What one parameter does to the outcome.

    `at_low` and `at_high` are the mean outcome in its lowest and highest fifth (at its lowest and highest value where
    it has few); `rank_correlation` is Spearman's, whose sign is the direction where the effect is monotone.
    """

    name: str
    first: Index
    delta: Index
    pawn: Index
    at_low: float
    at_high: float
    rank_correlation: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "name": self.name,
            **{measure: dict(vars(getattr(self, measure))) for measure in MEASURES},
            "at_low": self.at_low,
            "at_high": self.at_high,
            "rank_correlation": self.rank_correlation,
        }


@dataclass(frozen=True)
class Sensitivity(Displayed):
    """The drivers of an outcome, strongest first by `measure`; empty where `statement` says why.

    `used` draws entered, a random subsample of the `certified` where those are more than `MOST_DRAWS`. `derived` has
    the indices of parameters that follow from others and are not sampled, apart from the drivers and against a noise
    floor of their own; what they reveal is a part of what the sampled ones do.
    """

    outcome: str
    drivers: tuple[Driver, ...]
    measure: str
    dependent: bool
    draws: int
    certified: int
    used: int
    seed: int
    classes: int
    constant: tuple[str, ...]
    statement: str
    assumptions: tuple[str, ...]
    derived: tuple[Driver, ...] = ()

    @property
    def first_order_sum(self) -> float | None:
        """Sum of the first-order indices; None for dependent parameters, where it has no meaning."""
        return None if self.dependent or not self.drivers else sum(driver.first.value for driver in self.drivers)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            **plain(self),
            "method": "given data: correlation ratio, delta, pawn",
            "replicates": REPLICATES,
            "permutations": PERMUTATIONS,
            "first_order_sum": self.first_order_sum,
            "drivers": [driver.to_dict() for driver in self.drivers],
            "derived": [driver.to_dict() for driver in self.derived],
        }


def sensitivity(
    parameters: Mapping[str, Floats],
    y: Floats,
    *,
    outcome: str = "the outcome",
    dependent: bool = False,
    seed: int = 0,
) -> Sensitivity:
    """The drivers of `y`, ``float64[draw]``, among the uncertain parameters, each ``float64[draw]``.

    `dependent` says that the parameters were drawn with correlations: they are then ordered by delta, else by the
    first-order index. The same seed gives the same result. Raises `RequestError` where lengths differ.
    """
    whole = given(parameters, y)
    rng = np.random.default_rng(seed)
    sample = whole.some(MOST_DRAWS, rng)
    count = _class_count(len(sample))
    measure = "delta" if dependent else "first"
    drivers = () if whole.obstacle else _drivers(sample, count, measure, rng)
    return Sensitivity(
        outcome=outcome,
        drivers=drivers,
        measure=measure,
        dependent=dependent,
        draws=whole.draws,
        certified=len(whole),
        used=len(sample),
        seed=seed,
        classes=count,
        constant=whole.constant,
        statement=whole.obstacle or _statement(drivers, measure, outcome),
        assumptions=_assumptions(whole, len(sample), dependent),
    )


def _class_count(draws: int) -> int:
    """Classes of a parameter: about the cube root of the draws (Plischke, Borgonovo & Smith 2013), 4 to 27."""
    return int(np.clip(round(draws ** (1 / 3)), 4, 27))


def outcome_classes(y: Floats, count: int) -> Classes:
    """[draw] classes of the outcome, ordered by it: a value that many draws share is one of its own."""
    _, inverse, size = np.unique(y, return_inverse=True, return_counts=True)
    heavy = size >= len(y) / count
    # light values between two heavy ones are cut into classes of about len(y) / count draws
    light_before = np.cumsum(np.where(heavy, 0, size)) - np.where(heavy, 0, size)
    piece = np.floor(light_before * count / len(y)).astype(np.int64)
    stretch = np.cumsum(heavy) * 2 + np.where(heavy, -1, 0)
    key = stretch * (count + 1) + np.where(heavy, 0, piece)
    return np.asarray(np.unique(key, return_inverse=True)[1][inverse], dtype=np.int64)


def correlation_ratio(own: Classes, y: Floats) -> float:
    """First-order index from the class of the parameter at each draw: Kelley's epsilon squared."""
    size, sums = np.bincount(own).astype(float), np.bincount(own, y).astype(float)
    return float(_epsilon_squared(size[None], sums[None], float(((y - y.mean()) ** 2).sum()))[0])


def _epsilon_squared(size: Floats, sums: Floats, total: Floats | float) -> Floats:
    """[replicate] from the size and the sum of y ``[replicate, class]`` and the total sum of squares."""
    n, groups = size.sum(axis=1), (size > 0).sum(axis=1)
    mean = np.divide(sums, size, out=np.zeros_like(sums), where=size > 0)
    between = (size * (mean - (sums.sum(axis=1) / n)[:, None]) ** 2).sum(axis=1)
    within = np.maximum(total - between, 0.0)
    chance = (groups - 1) * within / np.maximum(n - groups, 1)
    share = np.divide(between - chance, total, out=np.zeros_like(between), where=np.asarray(total) > 0)
    return np.asarray(share, dtype=float)


def distances(tables: Floats) -> tuple[Floats, Floats]:
    """Delta and PAWN, each [replicate], from counts ``[replicate, class of x, class of y]``."""
    size = tables.sum(axis=2)
    given_x = tables / np.maximum(size, 1)[:, :, None]
    difference = np.where(
        size[:, :, None] > 0, given_x - (tables.sum(axis=1) / size.sum(axis=1)[:, None])[:, None], 0.0
    )
    delta = 0.5 * (size * np.abs(difference).sum(axis=2)).sum(axis=1) / size.sum(axis=1)
    return delta, np.median(np.abs(np.cumsum(difference, axis=2)).max(axis=2), axis=1)


def _of_tables(fine: Floats, coarse: Floats, level: Floats) -> Floats:
    """[replicate, measure] from tables of counts, in which y is its class's mean `level`."""
    sums = fine @ level
    n = fine.sum(axis=(1, 2))
    squares = (fine.sum(axis=1) * level**2).sum(axis=1)
    first = _epsilon_squared(np.asarray(fine.sum(axis=2), dtype=float), sums, squares - sums.sum(axis=1) ** 2 / n)
    return np.column_stack([first, *distances(coarse)])


def _drivers(sample: Given, count: int, measure: str, rng: np.random.Generator) -> tuple[Driver, ...]:
    of_y = outcome_classes(sample.y, min(count, Y_CLASSES))
    level = np.bincount(of_y, sample.y) / np.bincount(of_y)
    estimates = [_estimate(column, sample.y, count, of_y, level, rng) for column in sample.x.T]
    floor = _noise_floor(np.stack([shuffled for *_, shuffled in estimates], axis=2))
    ranked = rankdata(sample.y)
    drivers = []
    for number, (name, (raw, bias, half, _)) in enumerate(zip(sample.names, estimates, strict=True)):
        cells = {key: _index(raw[row], bias[row], half[row], floor[row, number]) for row, key in enumerate(MEASURES)}
        column = sample.x[:, number]
        correlation = float(np.corrcoef(rankdata(column), ranked)[0, 1])
        effect: dict[str, Any] = {**cells, **_effect(column, sample.y)}
        drivers.append(Driver(name, **effect, rank_correlation=correlation))
    return tuple(sorted(drivers, key=lambda driver: -getattr(driver, measure).value))


def _estimate(
    column: Floats, y: Floats, count: int, of_y: Classes, level: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats]:
    """Raw indices, bias and half width, each [measure], and those of a permuted outcome ``[permutation, measure]``.

    Resampled and permuted are the tables of counts, which is the same as resampling and permuting draws.
    """
    bins = len(level)
    resampled, permuted = [], []
    for classes_of_x in (count, min(count, X_CLASSES)):
        own = classes(column, classes_of_x)
        table = np.bincount(own * bins + of_y, minlength=(int(own.max()) + 1) * bins).reshape(-1, bins)
        chances = table.ravel() / len(y)
        resampled.append(rng.multinomial(len(y), chances, REPLICATES).reshape(-1, *table.shape).astype(float))
        shuffle = random_table(table.sum(axis=1), table.sum(axis=0), seed=rng)
        permuted.append(shuffle.rvs(PERMUTATIONS).astype(float))
    raw = np.array(
        [correlation_ratio(classes(column, count), y), *(float(d[0]) for d in distances(table[None].astype(float)))]
    )
    replicates = _of_tables(resampled[0], resampled[1], level)
    bias = replicates.mean(axis=0) - raw
    bias[0] = 0.0  # corrected already
    return raw, bias, _Z * replicates.std(axis=0, ddof=1), _of_tables(permuted[0], permuted[1], level)


def _index(raw: float, bias: float, half: float, floor: float) -> Index:
    """An index less its bias; the floor is moved with it, so that the comparison is that of the raw numbers."""
    value = float(raw - bias)
    low, high = np.clip([value - half, value + half], 0.0, 1.0)
    return Index(min(value, 1.0), float(low), float(high), float(floor - bias), bool(raw > floor))


def _noise_floor(shuffled: Floats) -> Floats:
    """[measure, parameter] from ``[permutation, measure, parameter]``; see the module's docstring."""
    mean, deviation = shuffled.mean(axis=0), shuffled.std(axis=0, ddof=1)
    scores = np.divide(shuffled - mean, deviation, out=np.zeros_like(shuffled), where=deviation > 0)
    return np.asarray(mean + np.quantile(scores.max(axis=2), 0.95, axis=0)[:, None] * deviation)


def _effect(column: Floats, y: Floats) -> dict[str, float]:
    low, high = (column.min(), column.max())
    if len(np.unique(column)) > DISCRETE:
        low, high = np.quantile(column, [0.2, 0.8])
    return {"at_low": float(y[column <= low].mean()), "at_high": float(y[column >= high].mean())}


def _statement(drivers: tuple[Driver, ...], measure: str, outcome: str) -> str:
    above = [driver for driver in drivers if getattr(driver, measure).distinguishable]
    if not above:
        return f"No parameter can be told from noise as a driver of {outcome}."
    told = ", ".join(f"{driver.name} ({getattr(driver, measure).value:.2f})" for driver in above[:3])
    rest = len(drivers) - len(above)
    tail = f" {rest} of {len(drivers)} parameters cannot be told from noise." if rest else ""
    kind = "first-order index" if measure == "first" else "delta"
    return f"What drives {outcome} most, by {kind}: {told}.{tail}"


def _assumptions(whole: Given, used: int, dependent: bool) -> tuple[str, ...]:
    stated = [
        "The draws represent the parameters' stated ranges; only certified draws count"
        + (f" ({whole.undefined:,} of {whole.draws:,} are left out)." if whole.undefined else "."),
        "Parameters are dependent: an index includes what a parameter reveals about the others; indices do not add up."
        if dependent
        else "Parameters are independent: first-order indices add up to at most 1, the rest is interaction.",
    ]
    if used < len(whole):
        stated.append(f"Computed on a random subsample of {used:,} of {len(whole):,} certified draws.")
    return tuple(stated)
