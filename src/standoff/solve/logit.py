"""The logit path: quantal response equilibria from uniform play (precision 0) towards a sequential equilibrium.

The path is the connected branch of solutions (log p, lambda) of

    log p(a) - log p(b) = lambda (u(a) - u(b)),   sum of p over an information set = 1

that starts at uniform play (McKelvey & Palfrey 1998). It is followed in arclength (Turocy 2005, 2010) with t = log
lambda as the homotopy parameter, so that it turns around folds: predict along the tangent, correct by Newton steps
orthogonal to it, and adapt the step to how far the corrector had to go and how much the tangent turned. The sign of
the determinant of the bordered Jacobian is the same all along a branch and changes where a step has jumped to a
neighbouring branch that runs the other way; such a step is refused. Coordinates are scaled by 1 / (1 + |log p|): far
out on the path the log probabilities of unused options run away linearly, and only what still changes in relative
terms should count.

Payoffs are in units of the largest payoff range of any actor, so the path does not depend on a common change of
scale; it does depend on one actor's scale relative to another's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from standoff.errors import AnalysisError
from standoff.game.game import Floats
from standoff.solve.odds import OddsSystem
from standoff.solve.quantal import QuantalSystem


class PathError(AnalysisError):
    """The path could not be followed further with the steps allowed."""


@dataclass(frozen=True)
class Steps:
    """How the path is followed: sizes are in scaled arclength."""

    first: float = 0.05
    smallest: float = 1e-7
    largest: float = 2.0
    correction: float = 0.05  # largest accepted distance between predicted and corrected point
    turn: float = 0.97  # smallest accepted cosine between successive tangents
    close: float = 1e-4  # a Newton step below this is the last: it leaves an error of about its square
    corrections: int = 8  # Newton steps
    most: int = 2_000  # steps


COARSE = Steps(first=0.5, largest=8.0, correction=1.0, turn=0.5, close=0.1, corrections=3, most=150)
FINE = Steps(first=0.01, largest=0.2, correction=0.01, turn=0.99, most=4_000)


@dataclass(frozen=True, eq=False)
class PathPoint:
    """A quantal response equilibrium on the path: log probabilities [row] at precision lambda (per unit of payoff)."""

    log_p: Floats
    precision: float
    steps: int
    tangent: Floats  # [row + 1], last entry: direction of log lambda
    length: float = 0.0  # of the step that led here
    orientation: float = 0.0  # sign of the determinant that stays the same along one branch; 0 before the first step


BACK = 5.0  # by which the logarithm of the precision may fall below that at the start
START = 0.1  # precision at which the path is entered from uniform play


def follow(system: QuantalSystem, steps: Steps | None = None) -> Iterator[PathPoint]:
    """The points of the path in order, without end: the caller stops. Raises `PathError` where it cannot go on."""
    steps = steps or Steps()
    odds = OddsSystem(system)
    point = _enter(odds)
    step = steps.first
    while True:
        yield point
        if point.steps >= steps.most:
            raise PathError(f"the logit path took more than {steps.most} steps (precision {point.precision:.3g})")
        while True:
            moved = _step(odds, point, step, steps)
            if moved is not None:
                break
            step /= 2
            if step < steps.smallest:
                raise PathError(f"the logit path could not be continued at precision {point.precision:.6g}")
        following, ease = moved
        step = min(steps.largest, step * (2.0 if ease < 0.1 else 1.3 if ease < 0.4 else 0.9))
        point = following


def at_precision(system: QuantalSystem, precision: float, steps: Steps | None = None) -> PathPoint:
    """The first point of the path at a precision (per unit of scaled payoff), even if the path turns just beyond it."""
    steps = steps or Steps()
    odds = OddsSystem(system)
    previous: PathPoint | None = None
    if precision <= START:
        return _settle(odds, _enter(odds), precision)
    for point in follow(system, steps):
        if previous is not None:
            if point.precision >= precision:
                return _settle(
                    odds, _earliest(odds, previous, point, steps, lambda at: at.precision >= precision), precision
                )
            if previous.tangent[-1] > 0 > point.tangent[-1]:
                turn = _earliest(odds, previous, point, steps, lambda at: at.tangent[-1] <= 0)
                if turn.precision >= precision:
                    return _settle(
                        odds, _earliest(odds, previous, turn, steps, lambda at: at.precision >= precision), precision
                    )
        previous = point
    raise PathError("the logit path ended")


def _earliest(
    odds: OddsSystem, start: PathPoint, end: PathPoint, steps: Steps, reached: Callable[[PathPoint], bool]
) -> PathPoint:
    """The first point between two neighbours on the path at which `reached` holds, by halving the step."""
    low, high = 0.0, end.length
    for _ in range(40):
        middle = (low + high) / 2
        moved = _step(odds, start, middle, steps)
        if moved is not None and not reached(moved[0]):
            low = middle
        else:
            high = middle
            end = moved[0] if moved is not None else end
    return end


def _enter(odds: OddsSystem) -> PathPoint:
    """The path's point at the precision START, from uniform play."""
    system = odds.system
    uniform = system.normalise(np.zeros(len(system.slots)))
    direction = np.zeros(len(uniform) + 1)
    direction[-1] = 1.0
    return _settle(odds, PathPoint(uniform, START, 0, direction), START)


def _settle(odds: OddsSystem, point: PathPoint, precision: float) -> PathPoint:
    """Newton at a fixed precision from a nearby point."""
    reference = odds.reference(point.log_p)
    unknowns = odds.unknowns(reference)
    log_p = odds.fill(point.log_p, precision)
    against = reference[odds.system.row_set[unknowns]]
    size = 0.0
    for _ in range(60):
        residual, jacobian, _, _ = odds.equations(log_p, reference, unknowns, precision)
        change = np.linalg.solve(jacobian, -residual)
        current = log_p[unknowns] - log_p[against] + change
        log_p = odds.with_odds(log_p, unknowns, current, precision)
        size = float(np.max(np.abs(change) / (1 + np.abs(current)), initial=0.0))
        if size < 1e-13:
            break
    if not size < 1e-9:
        raise PathError(f"no quantal response found near the path at precision {precision:.6g}")
    return replace(point, log_p=log_p, precision=precision)


def _step(odds: OddsSystem, point: PathPoint, step: float, steps: Steps) -> tuple[PathPoint, float] | None:
    """One predictor-corrector step; None if it has to be shorter. Also how hard it was (0 easy, 1 at the limit)."""
    reference = odds.reference(point.log_p)
    unknowns = odds.unknowns(reference)
    against = reference[odds.system.row_set[unknowns]]
    n = len(unknowns)
    here = np.append(point.log_p[unknowns] - point.log_p[against], np.log(point.precision))
    tangent = np.append(point.tangent[unknowns] - point.tangent[against], point.tangent[-1])
    weight = np.append(1.0 / (1.0 + np.abs(here[:-1])), 1.0)
    tangent /= np.linalg.norm(weight * tangent)
    predicted = here + step * tangent
    plane = weight**2 * tangent
    current, log_p = predicted, point.log_p
    right = np.zeros((n + 1, 2))
    right[n, 1] = 1.0  # the second column gives the tangent at the new point
    for _ in range(steps.corrections):
        precision = float(np.exp(min(current[-1], 60.0)))
        log_p = odds.with_odds(log_p, unknowns, current[:-1], precision)
        residual, jacobian, by_precision, drift = odds.equations(log_p, reference, unknowns, precision)
        bordered = np.block([[jacobian, by_precision[:, None]], [plane[None, :]]])
        right[:n, 0] = -residual
        right[n, 0] = -plane @ (current - predicted)
        solved, orientation = _solve(bordered, right)
        change, ahead = solved.T
        size = np.max(np.abs(change) * weight)
        if not size <= 4 * steps.correction:  # NaN too
            return None
        current = current + change
        if size < steps.close:
            break
    else:
        return None
    if current[-1] < np.log(START) - BACK:
        return None
    distance = np.max(np.abs(current - predicted) * weight)
    cosine = float((weight * tangent) @ (weight * ahead) / np.linalg.norm(weight * ahead))
    turned = cosine < steps.turn and point.steps > 0  # the first direction is a guess
    if not distance <= steps.correction or turned:
        return None
    if orientation * point.orientation < 0 and step > steps.smallest**0.5:
        return None  # a neighbouring branch that runs the other way; or a branching point, which a short step may pass
    ease = max(distance / steps.correction, (1 - cosine) / (1 - steps.turn))
    precision = float(np.exp(current[-1]))
    log_p = odds.with_odds(log_p, unknowns, current[:-1], precision)
    onward = odds.log_direction(log_p, unknowns, ahead[:-1]) + drift * ahead[-1]
    return PathPoint(log_p, precision, point.steps + 1, np.append(onward, ahead[-1]), step, orientation), ease


def _solve(matrix: Floats, right: Floats) -> tuple[Floats, float]:
    """Solve with rows brought to a common size, and the sign of the determinant; NaN and 0 where singular."""
    from scipy.linalg.lapack import dgetrf, dgetrs  # slow to load, and most games never get here

    size = np.abs(matrix).max(axis=1)
    size[size == 0] = 1.0
    factors, pivots, singular = dgetrf(matrix / size[:, None])
    if singular:
        return np.full(right.shape, np.nan), 0.0
    solved, _ = dgetrs(factors, pivots, right / size[:, None])
    swaps = np.count_nonzero(pivots != np.arange(len(pivots)))
    negative = np.count_nonzero(np.diag(factors) < 0)
    return solved, -1.0 if (swaps + negative) % 2 else 1.0
