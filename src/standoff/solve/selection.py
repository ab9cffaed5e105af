"""The selected sequential equilibrium: follow the logit path until its limit can be told, and prove it.

A ladder of attempts, each only where the one before found nothing that was accepted:

1. the path with ordinary steps;
2. the path with fine steps (a fold or a near miss of two branches may have been jumped);
3. the path of the game with payoffs changed by a millionth of their range (a symmetric game may branch, which a generic
   neighbour does not), its limit polished on the game itself;
4. the path with each actor's payoffs in units of its own range (for scales that differ by many orders of magnitude).

Which rung answered is recorded: `Selection.method`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from standoff.game.game import NumericGame
from standoff.solve.assessment import Assessment
from standoff.solve.limit import Snapshot, decided, distance, limits, settled, snapshot
from standoff.solve.logit import FINE, PathError, PathPoint, Steps, follow
from standoff.solve.quantal import QuantalSystem, quantal_system

Accept = Callable[[Assessment], bool]

FIRST = 10.0  # precision from which limits are looked for
PATIENCE = 1e5  # precision from which limits are looked for although something is still undecided
LAST = 1e8  # precision at which the path is left
CLOSE = 5e-3  # how near its limit a point must be
CLOSE_AT_LAST = 0.05


@dataclass(frozen=True, eq=False)
class Selection:
    """The limit found, or None with the reason; how it was found, at which precision and after how many steps."""

    assessment: Assessment | None
    method: str
    precision: float
    steps: int
    reason: str = ""


def select(numeric: NumericGame, accept: Accept) -> Selection:
    """The limit of the logit path that `accept` (the verifier) confirms."""
    system = quantal_system(numeric)
    if len(system.slots) == 0:
        nothing = Assessment(np.zeros(0), np.full(numeric.game.n_nodes, np.nan))
        return Selection(nothing, "no decisions", 0.0, 0)
    with threadpool_limits(1):  # the matrices are small: several threads would only wait for each other
        for method, followed, steps in _ladder(numeric, system):
            found = _attempt(system, followed, steps, accept)
            if found.assessment is not None:
                return replace(found, method=method)
    return Selection(None, "logit path", found.precision, found.steps, found.reason)


def _ladder(numeric: NumericGame, system: QuantalSystem) -> Iterator[tuple[str, QuantalSystem, Steps]]:
    yield "logit path", system, Steps()
    yield "logit path, fine steps", system, FINE
    noise = np.random.default_rng(20_260).uniform(-1e-6, 1e-6, size=numeric.payoffs.shape)
    nearby = replace(numeric, payoffs=numeric.payoffs + noise * numeric.payoff_range.max())
    yield "logit path of a nearby game", quantal_system(nearby), Steps()
    yield "logit path, each actor on its own scale", quantal_system(numeric, own_scale=True), Steps()


def _attempt(system: QuantalSystem, followed: QuantalSystem, steps: Steps, accept: Accept) -> Selection:
    """Follow one path; limits are built and judged on `system`, whatever path was followed."""
    tried = 0.0
    point: PathPoint | None = None
    try:
        for point in follow(followed, steps):
            last = point.precision >= LAST
            if point.precision < FIRST or (point.precision < 3 * tried and not last):
                continue
            patient = last or (point.precision >= PATIENCE and point.precision > 8 * tried)
            if not (patient or decided(point)):
                continue
            state = snapshot(followed, point)
            if not (patient or settled(state)):
                continue
            tried = point.precision
            found = _accepted(system, state, accept, CLOSE_AT_LAST if last else CLOSE)
            if found is not None:
                return Selection(found, "", point.precision, point.steps)
            if last:
                break
    except PathError as error:
        return Selection(None, "", tried, point.steps if point else 0, str(error))
    assert point is not None
    return Selection(
        None, "", point.precision, point.steps, f"no limit of the logit path was confirmed up to precision {LAST:.0e}"
    )


def _accepted(system: QuantalSystem, state: Snapshot, accept: Accept, close: float) -> Assessment | None:
    for assessment in limits(system, state):
        if distance(state, assessment) <= close and accept(assessment):
            return assessment
    return None
