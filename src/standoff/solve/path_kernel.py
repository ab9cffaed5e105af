"""The logit path of one draw, followed by compiled code.

`standoff.solve.logit` says what is done and why; this does the same with the equations of
`standoff.solve.path_equations`. A path is left as soon as it can be told what survives.

Axes: ``log_p[row]``; steps in log-odds ``[unknown + 1]``, the last being log precision.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from standoff.game.game import Floats, Ints
from standoff.solve.compiled import compiled, inner
from standoff.solve.limit import GONE, STAYS
from standoff.solve.logit import BACK, START
from standoff.solve.path_equations import (
    Linear,
    Numbers,
    eliminate,
    fill,
    linearise,
    list_terms,
    normalise,
    odds_of,
    prefer,
    put_odds,
)
from standoff.solve.path_limit import FIRST, LAST, PATIENCE
from standoff.solve.path_program import Program

FAR = 3.0  # longest step where limits are looked for
CLOSE, CORRECTIONS = 1e-4, 8  # as `Steps.close` and `Steps.corrections`, where limits are looked for
ENTERING = 4  # Newton steps to the first point
SURVIVES = 1e-3  # a probability above this, at the end of a path, is one that stays

_LOG_FIRST, _LOG_LAST, _LOG_PATIENCE, _LOG_START = np.log(FIRST), np.log(LAST), np.log(PATIENCE), np.log(START)
_LOG_GONE, _LOG_STAYS = np.log(GONE), np.log(STAYS)
_LOG_SURVIVES, _LOG_CERTAIN, _LOG_TEN = np.log(SURVIVES), np.log1p(-SURVIVES), np.log(10.0)


class Walk(NamedTuple):
    """A step that is being made, in log-odds and, last, log precision."""

    here: Floats  # [unknown + 1]
    predicted: Floats
    direction: Floats  # the tangent where the step began
    weight: Floats  # scales of coordinates
    plane: Floats  # the direction in these scales, twice
    ahead: Floats  # the tangent here


class Room(NamedTuple):
    """What a path is followed in; nothing in it outlives the path."""

    linear: Linear
    walk: Walk
    log_p: Floats  # [row]
    trial: Floats  # [row]
    tangent: Floats  # [row]
    reference: Ints  # [set] row of the likeliest option


def room(p: Program) -> Room:
    """Room for the paths of a game."""
    unknowns, rows, options = len(p.pivot), len(p.row_set), np.diff(p.set_ptr)
    sizes = np.diff(p.front_ptr)
    places = p.block_cell_ptr[p.block_ptr[1:]] - p.block_cell_ptr[p.block_ptr[:-1]]
    terms = int((np.maximum(1, options - 1)[p.row_set] * places).sum())
    linear = Linear(
        residual=np.zeros(unknowns),
        jacobian=np.zeros(int(p.stored.max(initial=-1)) + 1),
        by_precision=np.zeros(unknowns),
        solved=np.zeros((unknowns, 2)),
        value=np.zeros(rows),
        slope=np.zeros(len(p.column) + 1),
        drift=np.zeros(rows),
        probability=np.zeros(rows),
        onward=np.zeros(rows),
        rise=np.zeros(len(p.block_cell)),
        target=np.zeros(terms, dtype=np.int64),
        source=np.zeros(terms, dtype=np.int64),
        sign=np.zeros(terms),
        terms=np.zeros(1, dtype=np.int64),
        weight=np.zeros(len(p.end)),
        belief=np.zeros(len(p.above_ptr) - 1),
        work=np.zeros(int((sizes * (sizes + 2)).max(initial=0))),
    )
    walk = Walk(*(np.zeros(unknowns + 1) for _ in Walk._fields))
    reference = np.zeros(len(p.set_ptr) - 1, dtype=np.int64)
    return Room(linear, walk, np.zeros(rows), np.zeros(rows), np.zeros(rows), reference)


@inner
def enter(p: Program, n: Numbers, here: Floats, log_p: Floats, reference: Ints, linear: Linear) -> None:
    """The point at the precision START, from uniform play."""
    for row in range(len(log_p)):
        log_p[row] = 0.0
    for number in range(len(reference)):
        normalise(log_p, p.set_ptr[number], p.set_ptr[number + 1])
    fill(p, n, log_p, START, linear.value)
    prefer(p.set_ptr, log_p, reference)
    list_terms(p, reference, linear)
    odds_of(p.set_ptr, p.unknown, log_p, reference, here)
    for _ in range(ENTERING):
        linearise(p, n, START, log_p, reference, linear)
        eliminate(p, linear)
        for unknown in range(len(linear.solved)):
            here[unknown] -= linear.solved[unknown, 0]
        put_odds(p.set_ptr, p.unknown, here, reference, log_p)
        fill(p, n, log_p, START, linear.value)


class Ways(NamedTuple):
    """How steps are made: as `standoff.solve.logit.Steps`, numbers of which nothing else is known."""

    first: float
    smallest: float
    largest: float
    correction: float
    turn: float
    close: float
    corrections: int
    most: int


@inner
def aim(walk: Walk, step: float) -> None:
    """Begin a step of some length along the tangent."""
    here, direction, weight = walk.here, walk.direction, walk.weight
    last, total = len(here) - 1, 0.0
    for place in range(len(here)):
        weight[place] = 1.0 / (1.0 + abs(here[place])) if place < last else 1.0
        total += (weight[place] * direction[place]) ** 2
    for place in range(len(here)):
        direction[place] /= np.sqrt(total)
        here[place] += step * direction[place]
        walk.predicted[place] = here[place]
        walk.plane[place] = weight[place] ** 2 * direction[place]


@inner
def correct(linear: Linear, walk: Walk) -> tuple[float, float]:
    """Go back to the path and the plane; how far in scaled coordinates (NaN is possible), and a factor of the sign."""
    here, plane, ahead, solved = walk.here, walk.plane, walk.ahead, linear.solved
    last = len(here) - 1
    bordered, off = plane[last], plane[last] * (here[last] - walk.predicted[last])
    for place in range(last):
        bordered -= plane[place] * solved[place, 1]
        off += plane[place] * (here[place] - walk.predicted[place] - solved[place, 0])
    rise = -off / bordered
    size = abs(rise)
    here[last] += rise
    ahead[last] = 1.0 / bordered
    for place in range(last):
        change = -solved[place, 0] - solved[place, 1] * rise
        here[place] += change
        ahead[place] = -solved[place, 1] / bordered
        if not abs(change * walk.weight[place]) <= size:
            size = abs(change * walk.weight[place])
    return size, np.sign(bordered)


@inner
def judge(walk: Walk) -> tuple[float, float]:
    """How far the step has come from where it was predicted, and the cosine of the turn."""
    distance, inner, square = 0.0, 0.0, 0.0
    for place in range(len(walk.here)):
        distance = max(distance, abs((walk.here[place] - walk.predicted[place]) * walk.weight[place]))
        inner += walk.plane[place] * walk.ahead[place]
        square += (walk.weight[place] * walk.ahead[place]) ** 2
    return distance, inner / np.sqrt(square)


@inner
def undecided(log_p: Floats) -> tuple[bool, bool]:
    """Whether something neither clearly stays nor is clearly gone, and whether it is not even near it."""
    unclear, vague = False, False
    for own in log_p:
        unclear = unclear or not (own < _LOG_GONE or own > _LOG_STAYS)
        vague = vague or (own > _LOG_SURVIVES and own < _LOG_CERTAIN)
    return unclear, vague


@inner
def turn_rows(set_ptr: Ints, unknown: Ints, odds: Floats, reference: Ints, log_p: Floats, tangent: Floats) -> None:
    """Change of log probabilities for a change of the log-odds; zero on explicit rows."""
    for number in range(len(reference)):
        place = unknown[number]
        if place >= 0:
            mean = 0.0
            for row in range(set_ptr[number], set_ptr[number + 1]):
                tangent[row] = 0.0
                if row != reference[number]:
                    tangent[row] = odds[place]
                    mean += np.exp(log_p[row]) * odds[place]
                    place += 1
            for row in range(set_ptr[number], set_ptr[number + 1]):
                tangent[row] -= mean


@compiled
def follow(p: Program, n: Numbers, ways: Ways, room: Room, early: Floats, late: Floats) -> bool:
    """Follow a path until it can be told what survives; log probabilities there, and where something first could be."""
    linear, walk, log_p, trial, reference = room.linear, room.walk, room.log_p, room.trial, room.reference
    set_ptr, unknown, tangent, last = p.set_ptr, p.unknown, room.tangent, len(p.pivot)
    enter(p, n, walk.here, log_p, reference, linear)
    for row in range(len(tangent)):
        tangent[row] = 0.0
    log_precision, onward, orientation, step, first = _LOG_START, 1.0, 0.0, ways.first, np.nan
    steps = 0
    while steps < ways.most:
        if prefer(set_ptr, log_p, reference):
            list_terms(p, reference, linear)
        odds_of(set_ptr, unknown, log_p, reference, walk.here)
        odds_of(set_ptr, unknown, tangent, reference, walk.direction)
        walk.here[last], walk.direction[last] = log_precision, onward
        aim(walk, step)
        close, sign, far = False, 0.0, log_precision >= _LOG_FIRST
        for _ in range(CORRECTIONS if far else ways.corrections):
            precision = np.exp(min(walk.here[last], 60.0))
            copy(log_p, trial)
            put_odds(set_ptr, unknown, walk.here, reference, trial)
            fill(p, n, trial, precision, linear.value)
            linearise(p, n, precision, trial, reference, linear)
            sign = eliminate(p, linear)
            size, factor = correct(linear, walk)
            sign *= factor
            if not size <= 4 * ways.correction:  # NaN too
                break
            if size < (min(CLOSE, ways.close) if far else ways.close):
                close = True
                break
        distance, cosine = judge(walk)
        made = close and distance <= ways.correction
        made = made and (cosine >= ways.turn or steps == 0)  # the first direction is a guess
        made = made and not (sign * orientation < 0 and step > np.sqrt(ways.smallest))
        if not (made and walk.here[last] >= _LOG_START - BACK):
            step /= 2
            if step <= ways.smallest:
                return False
            continue
        steps += 1
        log_precision, onward, orientation = walk.here[last], walk.ahead[last], sign
        put_odds(set_ptr, unknown, walk.here, reference, log_p)
        fill(p, n, log_p, np.exp(log_precision), linear.value)
        turn_rows(set_ptr, unknown, walk.ahead, reference, log_p, tangent)
        ease = max(distance / ways.correction, (1 - cosine) / (1 - ways.turn))
        longest = ways.largest if log_precision < _LOG_FIRST else FAR
        step = min(longest, step * (2.0 if ease < 0.1 else 1.3 if ease < 0.4 else 0.9))
        if log_precision >= _LOG_FIRST:
            unclear, vague = undecided(log_p)
            if not unclear or log_precision >= _LOG_PATIENCE:
                if np.isnan(first):
                    first = log_precision
                    copy(log_p, early)
                if not vague or log_precision >= first + _LOG_TEN:
                    copy(log_p, late)
                    return True
            if log_precision >= _LOG_LAST:
                return False
    return False


@inner
def copy(values: Floats, result: Floats) -> None:
    """Write some numbers in the place of others."""
    for place in range(len(values)):
        result[place] = values[place]
