"""First-order and total Sobol' indices from a design of its own: the game is solved again at each of its points.

For d independent parameters and a base of N points (a power of two) the design has N (d + 2) points: two matrices A and
B of N points each, and for each parameter A with that parameter's column from B (Saltelli et al. 2010). *First order*
is the share of the variance of y that goes, on average, when the parameter becomes known; *total* is the share that
stays when all the others are known (Homma & Saltelli 1996; Jansen 1999). Total minus first order is the part in
interactions; a total near zero means that the parameter could be fixed anywhere. Design and estimators are SALib's.

The design is in probabilities: each parameter comes with its quantile function, as in `standoff.study.distributions`.
A base point at which any of its d + 2 solves gives no certified answer is left out whole, which is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from standoff.errors import RequestError
from standoff.findings.given import FEWEST, plain
from standoff.game.game import Floats

Quantile = Callable[[Floats], Floats]
Evaluate = Callable[[dict[str, Floats]], Floats]
REPLICATES = 200
_EDGE = 1e-12  # probabilities are kept this far from 0 and 1, as in studies


@dataclass(frozen=True)
class SobolIndex:
    """Indices of one parameter, each with the half width of its 95 % bootstrap interval."""

    name: str
    first: float
    first_error: float
    total: float
    total_error: float


@dataclass(frozen=True)
class SobolIndices:
    """Sobol' indices, largest total first; empty where `statement` says why.

    `base` points were asked for, `used` of them had certified answers throughout; `evaluations` solves were made.
    """

    outcome: str
    indices: tuple[SobolIndex, ...]
    base: int
    used: int
    evaluations: int
    seed: int
    statement: str
    assumptions: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            **plain(self),
            "method": "Saltelli design",
            "replicates": REPLICATES,
            "indices": [dict(vars(index)) for index in self.indices],
        }


def sobol_indices(
    quantiles: Mapping[str, Quantile],
    evaluate: Evaluate,
    *,
    base: int = 512,
    seed: int = 0,
    outcome: str = "the outcome",
) -> SobolIndices:
    """Sobol' indices of independent parameters, given as quantile functions on (0, 1).

    `evaluate` gets the values of all parameters, ``float64[point]`` by name, and answers ``float64[point]``, NaN where
    there is no certified answer. Raises `RequestError` unless `base` is a power of two and there is a parameter.
    """
    values = design(quantiles, base=base, seed=seed)
    return indices_of(list(quantiles), evaluate(values), base=base, seed=seed, outcome=outcome)


def check_base(base: int) -> None:
    """Raises `RequestError` unless a design of `base` points is balanced: a power of two."""
    if base < 2 or base & (base - 1):
        raise RequestError.of(f"a design of {base} base points is not balanced", "give a power of two, such as 512")


def design(quantiles: Mapping[str, Quantile], *, base: int, seed: int) -> dict[str, Floats]:
    """The values of all parameters at the N (d + 2) points, ``float64[point]`` by name. Raises as `sobol_indices`."""
    check_base(base)
    if not quantiles:
        raise RequestError.of("no parameter is uncertain", "give at least one parameter a range")
    points = _design(len(quantiles), base, seed)
    return {name: quantiles[name](points[:, d]) for d, name in enumerate(quantiles)}


def indices_of(names: Sequence[str], y: Floats, *, base: int, seed: int, outcome: str) -> SobolIndices:
    """The indices of the parameters `names` from the answers ``y[point]`` at the points of their `design`."""
    y, evaluations = np.asarray(y, dtype=float), base * (len(names) + 2)
    if y.shape != (evaluations,):
        raise RequestError.of(f"{y.size} answers came back for {evaluations} points", "answer one number per point")
    blocks = y.reshape(base, len(names) + 2)
    blocks = blocks[np.isfinite(blocks).all(axis=1)]
    obstacle = _obstacle(blocks, base)
    indices = () if obstacle else _indices(names, blocks.ravel(), seed)
    return SobolIndices(
        outcome=outcome,
        indices=indices,
        base=base,
        used=len(blocks),
        evaluations=evaluations,
        seed=seed,
        statement=obstacle or _statement(indices, outcome),
        assumptions=_assumptions(base, len(blocks)),
    )


def _design(dimensions: int, base: int, seed: int) -> Floats:
    """``float64[point, parameter]`` in (0, 1): for each base point A, then A with each column from B, then B."""
    from SALib.sample import sobol as design  # slow to import, and only this needs it

    problem = {
        "num_vars": dimensions,
        "names": [f"x{d}" for d in range(dimensions)],
        "bounds": [[0.0, 1.0]] * dimensions,
    }
    points = design.sample(problem, base, calc_second_order=False, seed=np.random.default_rng(seed))
    return np.asarray(np.clip(points, _EDGE, 1 - _EDGE))


def _obstacle(blocks: Floats, base: int) -> str | None:
    if len(blocks) < FEWEST:
        return (
            f"Only {len(blocks)} of {base} base points have certified answers throughout: at least {FEWEST} are needed."
        )
    if np.ptp(blocks) <= 1e-12:
        return f"The value is {blocks[0, 0]:.4g} at every point of the design: nothing drives it."
    return None


def _indices(names: Sequence[str], y: Floats, seed: int) -> tuple[SobolIndex, ...]:
    from SALib.analyze import sobol as estimators

    problem = {
        "num_vars": len(names),
        "names": [f"x{d}" for d in range(len(names))],
        "bounds": [[0.0, 1.0]] * len(names),
    }
    # the analysis takes a seed of 0 for none, and would then use numpy's global generator
    found = estimators.analyze(problem, y, calc_second_order=False, num_resamples=REPLICATES, seed=seed + 1)
    rows = zip(
        names,
        found["S1"].tolist(),
        found["S1_conf"].tolist(),
        found["ST"].tolist(),
        found["ST_conf"].tolist(),
        strict=True,
    )
    return tuple(sorted((SobolIndex(*row) for row in rows), key=lambda index: -index.total))


def _statement(indices: tuple[SobolIndex, ...], outcome: str) -> str:
    told = ", ".join(f"{index.name} ({index.total:.2f})" for index in indices[:3])
    alone = sum(index.first for index in indices)
    return (
        f"What drives {outcome} most, by total index: {told}. Alone, the parameters account for "
        f"{100 * min(max(alone, 0.0), 1.0):.0f} % of its variance; the rest is interaction."
    )


def _assumptions(base: int, used: int) -> tuple[str, ...]:
    left_out = f" ({base - used:,} of {base:,} are left out)" if used < base else ""
    return (
        "Parameters are independent and vary over their stated ranges.",
        f"Only base points with certified answers throughout count{left_out}.",
        "Importance is a share of variance; an outcome that is rare may need more base points.",
        "Intervals are from the bootstrap, which takes base points for random: they are spread more evenly, so that "
        "intervals are rather too wide.",
    )
