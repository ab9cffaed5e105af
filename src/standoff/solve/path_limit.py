"""The limit of the logit path: follow the path until its limit can be told, and prove it.

A ladder of attempts, each only where the one before found nothing that was accepted:

1. the path with coarse steps;
2. the path with ordinary steps, then with fine ones (a fold or a near miss of two branches may have been jumped);
3. the path of the game with payoffs changed by a millionth of their range (a symmetric game may branch, which a generic
   neighbour does not), its limit polished on the game itself;
4. the path with each actor's payoffs in units of its own range (for scales that differ by many orders of magnitude).

Which rung answered is recorded: `Found.method`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from standoff.game.game import Floats, NumericGame
from standoff.solve.assessment import Assessment, assess
from standoff.solve.consistency import void_first
from standoff.solve.found import Accept, Found
from standoff.solve.limit import Snapshot, decided, distance, limits, settled, snapshot
from standoff.solve.logit import COARSE, FINE, PathError, PathPoint, Steps, follow
from standoff.solve.quantal import QuantalSystem, quantal_system
from standoff.solve.threads import one_thread

FIRST = 1e4  # precision from which limits are looked for: folds that lead elsewhere have been seen up to 3e3
PATIENCE = 1e5  # precision from which limits are looked for although something is still undecided
LAST = 1e8  # precision at which the path is left
CLOSE = 5e-3  # how near its limit a point must be
CLOSE_AT_LAST = 0.05
EXACT = 1e-6  # a point this near its limit needs no second look
APPROACH = 3.0  # by how much the distance to a mixed limit must fall while the precision grows tenfold


def path_limit(numeric: NumericGame, accept: Accept, *, coarse: bool = True, fine: bool = True) -> Found:
    """The limit of the logit path that `accept` (the verifier) confirms; `coarse` and `fine` allow such steps."""
    system = quantal_system(numeric)
    if len(system.slots) == 0:
        return _nothing_to_decide(numeric, accept)
    with one_thread():
        for method, followed, steps in _ladder(numeric, system):
            if (steps is COARSE and not coarse) or (steps is FINE and not fine):
                continue
            found = _attempt(system, followed, steps, accept)
            if found.assessment is not None:
                return replace(found, method=method)
    return Found(None, "logit path", found.precision, found.steps, found.reason)


def _nothing_to_decide(numeric: NumericGame, accept: Accept) -> Found:
    """No information set can come up: there is one assessment, and it claims nothing."""
    slots = numeric.game.n_slots
    exponents = void_first(numeric, [Fraction(0)] * slots, Fraction(0), Fraction(1))
    assessment = assess(numeric, exponents, np.zeros(slots))
    if not accept(assessment):
        return Found(None, "no decisions", 0.0, 0, "the verifier did not accept a game without decisions")
    return Found(assessment, "no decisions", 0.0, 0)


def _ladder(numeric: NumericGame, system: QuantalSystem) -> Iterator[tuple[str, QuantalSystem, Steps]]:
    yield "logit path", system, COARSE
    yield "logit path, ordinary steps", system, Steps()
    yield "logit path, fine steps", system, FINE
    noise = nudges(numeric.payoffs.shape) * numeric.payoff_range.max()
    nearby = replace(numeric, payoffs=numeric.payoffs + noise)
    yield "logit path of a nearby game", quantal_system(nearby), Steps()
    yield "logit path, each actor on its own scale", quantal_system(numeric, own_scale=True), Steps()


def nudges(shape: tuple[int, ...]) -> Floats:
    """What is added to payoffs for a nearby game, always the same, in units of the largest payoff range."""
    return np.random.default_rng(20_260).uniform(-1e-6, 1e-6, size=shape)


@dataclass(frozen=True, eq=False)
class _Sighting:
    """A mixed assessment that a point of the path was near, to be looked at again further out."""

    support: bytes
    precision: float
    distance: float


def _attempt(system: QuantalSystem, followed: QuantalSystem, steps: Steps, accept: Accept) -> Found:
    """Follow one path; limits are built and judged on `system`, whatever path was followed."""
    tried = 0.0
    point: PathPoint | None = None
    sighting: _Sighting | None = None
    try:
        for point in follow(followed, steps):
            last = point.precision >= LAST
            if point.precision < FIRST or (point.precision < 3 * tried and not last):
                continue
            patient = last or (point.precision >= PATIENCE and point.precision > 8 * tried)
            if not (patient or decided(point)):
                continue
            state = snapshot(followed, point.log_p)
            if not (patient or settled(state)):
                continue
            tried = point.precision
            found = _accepted(system, state, accept, CLOSE_AT_LAST if last else CLOSE)
            if found is not None:
                seen = _Sighting((found.behaviour > 0).tobytes(), point.precision, distance(state, found))
                if last or _is_limit(found, seen, sighting):
                    return Found(found, "", point.precision, point.steps)
                if sighting is None or sighting.support != seen.support:
                    sighting = seen
            if last:
                break
    except PathError as error:
        return Found(None, "", tried, point.steps if point else 0, str(error))
    assert point is not None
    return Found(
        None, "", point.precision, point.steps, f"no limit of the logit path was confirmed up to precision {LAST:.0e}"
    )


def _is_limit(found: Assessment, seen: _Sighting, before: _Sighting | None) -> bool:
    """Whether the path is going there, and not just passing by.

    Where little is at stake play is still near uniform at a precision at which all else is decided, and may be near
    some mixed equilibrium by chance. A true limit is approached as 1 / precision. Strict pure play does not look so.
    """
    if np.all((found.behaviour == 0) | (found.behaviour == 1)) or seen.distance < EXACT:
        return True
    return (
        before is not None
        and before.support == seen.support
        and seen.precision >= 10 * before.precision
        and seen.distance <= before.distance / APPROACH
    )


def _accepted(system: QuantalSystem, state: Snapshot, accept: Accept, close: float) -> Assessment | None:
    for assessment in limits(system, state):
        if distance(state, assessment) <= close and accept(assessment):
            return assessment
    return None
