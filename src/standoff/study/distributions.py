"""Quantile functions of the ranges a scenario can state, truncated to the parameter's kind.

``quantile(range, kind, u)`` maps probabilities u in (0, 1), any shape, to values of the same shape. Families (see
`standoff.scenario.scenario.Range`): uniform, normal, lognormal (mean and deviation of the logarithm), beta, triangular,
discrete, and PERT: the beta distribution on [low, high] with a = 1 + 4 (mode - low) / (high - low) and
b = 1 + 4 (high - mode) / (high - low) (Malcolm, Roseboom, Clark & Fazar 1959; shape 4).

Kinds cut a family that reaches beyond them: probability to [0, 1], positive and nonnegative to [0, infinity). The cut
is by conditioning (the distribution given that the value is allowed), not by moving values to the bound.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import betainc, betaincinv, betaln, ndtr, ndtri

from standoff.game.game import Bools, Floats
from standoff.scenario.scenario import Range

CELLS, NEAR = 1024, 1e-12  # of the table of quantiles of a beta distribution, and how far off it may be in a cell
BOUNDS = {"probability": (0.0, 1.0), "positive": (0.0, np.inf), "nonnegative": (0.0, np.inf)}


def quantile(stated: Range, kind: str, u: Floats) -> Floats:
    """Values of the range at probabilities `u`, cut to the kind."""
    low, high = BOUNDS.get(kind, (-np.inf, np.inf))
    first, last = _cumulative(stated, low), _cumulative(stated, high)
    if first > 0 or last < 1:
        u = first + np.asarray(u) * (last - first)
    return np.clip(_quantile(stated, np.asarray(u, dtype=float)), low, high)


def support(stated: Range, kind: str) -> tuple[float, float]:
    """Smallest and largest value; for unbounded families the quantiles at 1e-6 and 1 - 1e-6."""
    if stated.family == "discrete":
        return min(stated.arguments), max(stated.arguments)
    ends = (0.0, 1.0) if stated.family in ("uniform", "pert", "triangular", "beta") else (1e-6, 1 - 1e-6)
    low, high = quantile(stated, kind, np.array(ends))
    return float(low), float(high)


def _pert(low: float, mode: float, high: float) -> tuple[float, float]:
    return 1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)


def _beta_quantile(a: float, b: float, u: Floats) -> Floats:
    """Quantiles of the beta distribution: by polynomials where these are near enough, elsewhere directly.

    Right to 1e-11 (absolute), at a small part of the cost of the inverse. A value does not depend on which others are
    asked for.
    """
    coefficients, near = _beta_table(a, b)
    cell = np.clip((u * CELLS).astype(np.int64), 0, CELLS - 1)
    along = u * CELLS - cell
    result: Floats = coefficients[-1][cell]
    for own in coefficients[-2::-1]:
        result *= along
        result += own[cell]
    direct = ~near[cell]
    result[direct] = betaincinv(a, b, u[direct])
    return result


@lru_cache(maxsize=256)
def _beta_table(a: float, b: float) -> tuple[Floats, Bools]:
    """[power, cell] polynomials with the value, slope and curvature of the quantile at both ends of each cell.

    And [cell] whether the polynomial is near enough: it is farthest off in the middle of its cell.
    """
    x = betaincinv(a, b, np.linspace(0, 1, CELLS + 1))
    with np.errstate(all="ignore"):  # at 0 and 1, whose cells are not near
        slope = np.exp(betaln(a, b) - (a - 1) * np.log(x) - (b - 1) * np.log1p(-x)) / CELLS
        bend = -((a - 1) / x - (b - 1) / (1 - x)) * slope**2
        rise = x[1:] - x[:-1] - slope[:-1] - bend[:-1] / 2
        turn, twist = slope[1:] - slope[:-1] - bend[:-1], bend[1:] - bend[:-1]
        high = (10 * rise - 4 * turn + twist / 2, -15 * rise + 7 * turn - twist, 6 * rise - 3 * turn + twist / 2)
        coefficients = np.array([x[:-1], slope[:-1], bend[:-1] / 2, *high])
        middle = (coefficients * 0.5 ** np.arange(6)[:, None]).sum(axis=0)
        off = np.abs(middle - betaincinv(a, b, (np.arange(CELLS) + 0.5) / CELLS))
    near = off < NEAR
    return np.where(near, coefficients, 0.0), near


def _quantile(stated: Range, u: Floats) -> Floats:
    a = stated.arguments
    match stated.family:
        case "uniform":
            return a[0] + (a[1] - a[0]) * u
        case "normal":
            return np.asarray(a[0] + a[1] * ndtri(u))
        case "lognormal":
            return np.asarray(np.exp(a[0] + a[1] * ndtri(u)))
        case "beta":
            return _beta_quantile(a[0], a[1], u)
        case "pert":
            if a[2] == a[0]:
                return np.full(u.shape, a[0])
            return a[0] + (a[2] - a[0]) * _beta_quantile(*_pert(*a), u)
        case "triangular":
            return _triangular(a[0], a[1], a[2], u)
        case "discrete":
            edges = np.cumsum(_weights(stated))[:-1]
            return np.asarray(a)[np.searchsorted(edges, u, side="right")]
    raise ValueError(f"no distribution is called {stated.family}")


def _triangular(low: float, mode: float, high: float, u: Floats) -> Floats:
    if high == low:
        return np.full(u.shape, low)
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - u) * (high - low) * (high - mode))
    return np.where(u < (mode - low) / (high - low), rising, falling)


def _weights(stated: Range) -> Floats:
    weights = np.asarray(stated.weights or np.ones(len(stated.arguments)), dtype=float)
    return np.asarray(weights / weights.sum())


def _cumulative(stated: Range, x: float) -> float:
    """Probability of a value at most x; for discrete ranges (checked against their kind when loaded) 0 or 1."""
    if np.isinf(x):
        return 0.0 if x < 0 else 1.0
    a = stated.arguments
    match stated.family:
        case "uniform":
            return float(np.clip((x - a[0]) / (a[1] - a[0]), 0, 1)) if a[1] > a[0] else float(x >= a[0])
        case "normal":
            return float(ndtr((x - a[0]) / a[1]))
        case "lognormal":
            return float(ndtr((np.log(x) - a[0]) / a[1])) if x > 0 else 0.0
        case "beta":
            return float(betainc(a[0], a[1], np.clip(x, 0, 1)))
        case "pert" if a[2] > a[0]:
            return float(betainc(*_pert(*a), np.clip((x - a[0]) / (a[2] - a[0]), 0, 1)))
        case "triangular" if a[2] > a[0]:
            low, mode, high = a
            if x <= mode:
                return max(0.0, x - low) ** 2 / ((high - low) * (mode - low)) if mode > low else 0.0
            return 1 - max(0.0, high - x) ** 2 / ((high - low) * (high - mode))
    return 1.0 if x > 0 else 0.0
