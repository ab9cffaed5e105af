"""Probabilities that an equilibrium does not pin down.

With ties an equilibrium is one point of a continuum, and its mixing probabilities mean nothing by themselves. For each
option of a mixed information set the probability is moved, the set's other options keeping their proportions and all
other play and trembles staying as they are, and the moved assessment is put to the verifier. What it accepts is an
interval around the point; beliefs follow from the trembles as always.

This describes the continuum along one probability at a time. Joint changes of several may reach further.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from standoff.game.game import NumericGame
from standoff.solve.assessment import Assessment, assess

Accept = Callable[[Assessment], bool]

NUDGE = 1e-3  # a probability is free if it can be moved by this much
MARGIN = 1e-6  # how near 0 and 1 it is moved
HALVINGS = 12


def free_intervals(numeric: NumericGame, assessment: Assessment, accept: Accept) -> Mapping[int, tuple[float, float]]:
    """(low, high) for every slot whose probability can be moved; slots that are pinned down are missing.

    Ends are exact to 2**-12 of the way to 0 or 1; an end within `MARGIN` of 0 or 1 is given as 0 or 1.
    """
    if assessment.witness is None:
        return {}
    game, behaviour = numeric.game, assessment.behaviour
    intervals: dict[int, tuple[float, float]] = {}
    for number, nodes in enumerate(numeric.members):
        slots = game.options(number)
        mixed = [s for s in range(slots.start, slots.stop) if 0 < behaviour[s] < 1]
        for slot in mixed if nodes.size else []:
            here = float(behaviour[slot])
            low = _reach(numeric, assessment, slot, here, MARGIN, accept)
            high = _reach(numeric, assessment, slot, here, 1 - MARGIN, accept)
            if high - low > NUDGE / 2:
                intervals[slot] = (0.0 if low <= MARGIN else low, 1.0 if high >= 1 - MARGIN else high)
    return intervals


def _reach(numeric: NumericGame, assessment: Assessment, slot: int, here: float, end: float, accept: Accept) -> float:
    """How far the probability can be moved from `here` towards `end`."""

    def holds(value: float) -> bool:
        return accept(_moved(numeric, assessment, slot, value))

    nudge = NUDGE * min(here, 1 - here)
    if not holds(here + (nudge if end > here else -nudge)):
        return here
    if holds(end):
        return end
    good, bad = here, end
    for _ in range(HALVINGS):
        middle = (good + bad) / 2
        good, bad = (middle, bad) if holds(middle) else (good, middle)
    return good


def _moved(numeric: NumericGame, assessment: Assessment, slot: int, value: float) -> Assessment:
    """The assessment with one probability set to `value` and its rivals scaled to fit."""
    assert assessment.witness is not None
    game = numeric.game
    slots = game.options(int(game.slot_infoset[slot]))
    own = np.arange(slots.start, slots.stop)
    behaviour = assessment.behaviour.copy()
    behaviour[own] *= (1 - value) / (1 - behaviour[slot])
    behaviour[slot] = value
    log_k = np.array(assessment.witness.log_coefficients)
    inside = own[behaviour[own] > 0]
    log_k[inside] = np.log(behaviour[inside])
    return assess(numeric, assessment.witness.exponents, log_k)
