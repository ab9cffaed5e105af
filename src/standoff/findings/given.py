"""What findings are drawn from: the values of uncertain parameters and an outcome, draw by draw, made fit for analysis.

Axes: ``x[draw, parameter]``, ``y[draw]``. `y` is usually the probability of an outcome in the selected equilibrium, NaN
where a draw is not certified; such draws are left out and counted. A parameter that never varies is set aside by name.
Where nothing can be said (no draws, too few, the same outcome everywhere), `obstacle` says so in a sentence, and the
results built on it carry that sentence instead of numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.errors import RequestError
from standoff.game.game import Floats

Classes = NDArray[np.int64]

FEWEST = 50  # certified draws below which no finding is stated
CASES = 20  # draws with an outcome, and without it, below which no conditions are sought
DISCRETE = 7  # a parameter with at most this many distinct values is handled value by value


@dataclass(frozen=True, eq=False)
class Given:
    """A sample to draw findings from: `draws` were handed in, `undefined` of them had no certified outcome."""

    names: tuple[str, ...]  # of the parameters that vary
    x: Floats  # [draw, parameter]
    y: Floats  # [draw]
    constant: tuple[str, ...]  # names of the parameters that do not vary
    draws: int
    undefined: int

    def __len__(self) -> int:
        return len(self.y)

    @property
    def obstacle(self) -> str | None:
        """Why nothing can be said about this sample, or None."""
        if not len(self):
            return f"None of the {self.draws:,} draws is certified: there is nothing to analyse."
        if len(self) < FEWEST:
            return f"{len(self)} certified draws are too few for a finding (at least {FEWEST} are needed)."
        if np.ptp(self.y) <= 1e-12:
            return f"The value is {self.y[0]:.4g} at all {len(self):,} certified draws: nothing drives it."
        if not self.names:
            return "No parameter varies: nothing can drive the outcome."
        return None

    def some(self, most: int, rng: np.random.Generator) -> Given:
        """At most `most` of the draws, chosen at random without replacement, in their order."""
        if len(self) <= most:
            return self
        kept = np.sort(rng.choice(len(self), size=most, replace=False))
        return Given(self.names, self.x[kept], self.y[kept], self.constant, self.draws, self.undefined)


def plain(result: object) -> dict[str, Any]:
    """The fields of a result for JSON, which has no NaN: null instead; tuples are lists."""
    entries = {key: list(value) if isinstance(value, tuple) else value for key, value in vars(result).items()}
    return {
        key: None if isinstance(value, float) and not np.isfinite(value) else value for key, value in entries.items()
    }


def given(parameters: Mapping[str, Floats], y: Floats) -> Given:
    """The sample of the parameters (each ``float64[draw]``) and the outcome ``float64[draw]``.

    Draws at which `y` or a parameter is not finite are left out. Raises `RequestError` where the lengths differ.
    """
    y = np.asarray(y, dtype=float)
    if y.ndim != 1:
        raise RequestError.of("the outcome must be one number per draw", "choose one column of the study's table")
    columns = {name: np.asarray(values, dtype=float) for name, values in parameters.items()}
    for name, values in columns.items():
        if values.shape != y.shape:
            raise RequestError.of(
                f"`{name}` has {values.size} values for {y.size} draws", "give parameters and outcome of the same draws"
            )
    table = np.column_stack(list(columns.values())) if columns else np.empty((len(y), 0))
    finite = np.isfinite(y) & np.isfinite(table).all(axis=1)
    x = table[finite]
    varies = np.ptp(x, axis=0) > 0 if len(x) else np.zeros(x.shape[1], dtype=bool)
    names = list(columns)
    return Given(
        names=tuple(name for name, varying in zip(names, varies, strict=True) if varying),
        x=x[:, varies],
        y=y[finite],
        constant=tuple(name for name, varying in zip(names, varies, strict=True) if not varying),
        draws=len(y),
        undefined=int(len(y) - finite.sum()),
    )


def too_rare(z: Floats, outcome: str, threshold: float | None) -> str | None:
    """Why no conditions can be found for ``z[draw]``, or None.

    z is 1 where `outcome` reaches the threshold, else 0; without a threshold, the outcome itself. Its effective number
    of cases is (sum of z)^2 / sum of z^2, which is the number of ones where z is 0 or 1.
    """
    if threshold is not None and z.min() == z.max():
        how = "all" if z[0] else "none"
        return f"{outcome} reaches {threshold:g} in {how} of the {len(z):,} certified draws: no condition decides it."
    if z.min() < 0:
        return f"{outcome} has negative values, of which no share can lie in a box: give a threshold."
    cases = float(z.sum() ** 2 / (z**2).sum())
    if cases < CASES - 1e-9:
        return (
            f"{outcome} rests on {cases:.0f} of the {len(z):,} certified draws: too few (below {CASES}) for conditions."
        )
    if threshold is not None and len(z) - cases < CASES:
        missing = len(z) - cases
        return (
            f"{outcome} stays below {threshold:g} in only {missing:.0f} draws: too few (below {CASES}) for conditions."
        )
    return None


def classes(values: Floats, count: int) -> Classes:
    """[draw] the class of each value, from 0: one class per value where there are few, else `count` of equal size.

    Equal values always share a class, so that classes may be fewer, and of unequal size, where values repeat.
    """
    distinct, inverse = np.unique(values, return_inverse=True)
    if len(distinct) <= max(DISCRETE, 2) or len(distinct) <= count:
        return np.asarray(inverse, dtype=np.int64)
    size = np.bincount(inverse)
    middle = np.cumsum(size) - (size + 1) / 2  # mean rank of the draws that share a value, from 0
    coarse = np.minimum((middle * count / len(values)).astype(np.int64), count - 1)
    return np.asarray(np.unique(coarse, return_inverse=True)[1][inverse], dtype=np.int64)
