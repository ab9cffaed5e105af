"""The logit paths of many draws of one game at once, in coarse steps, and the equilibria they lead to.

Steps are controlled as in `standoff.solve.logit`, each draw having its own; every draw makes one Newton step at a time,
whether it has just been predicted or is nearly there. Steps are coarse, and a path is left as soon as it can be told
what survives: that is a `Pattern`, whose probabilities are then solved for (`standoff.solve.pattern`). The result is
taken where the path is heading for it. What is not settled here is for the tracer of single games
(`standoff.solve.path_limit`), which takes its time. All chance branches must be positive.

Axes: ``log_p[row, draw]``, rows being slots.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np

from standoff.game.batch import Batch, chosen_draws
from standoff.game.game import Bools, Floats, Ints
from standoff.solve.assessment import Assessment
from standoff.solve.elimination import Elimination
from standoff.solve.limit import GONE, STAYS
from standoff.solve.logit import BACK, COARSE, START, Steps
from standoff.solve.path_equations import Equations, Unknowns, shape_of
from standoff.solve.path_limit import APPROACH, CLOSE, EXACT, FIRST, LAST, PATIENCE
from standoff.solve.pattern import Pattern, Proposed, pattern_of, solve_patterns

FAR = 3.0  # longest step where limits are looked for
IDLE = 8  # when one draw in so many has come to its end, others take their places
ENTERING = 6  # Newton steps to the first point
CORRECTIONS = 8  # Newton steps after a prediction
WIDEST = 2048  # draws whose paths are followed at a time
CELLS = 150_000  # numbers in the largest arrays of these draws
SURVIVES = 1e-3  # a probability above this, at the end of a path, is one that stays


def path_limits(given: Batch) -> tuple[Proposed, Ends]:
    """What the paths of the draws lead to: proposals, of which those not settled mean nothing, and their ends."""
    ends = _follow(given, COARSE)
    patterns = {column: ends.pattern(given, column) for column in np.flatnonzero(ends.told).tolist()}
    known = [(column, pattern) for column, pattern in patterns.items() if pattern is not None]
    result = Proposed.nothing(given.game, len(given))
    if known:
        at = np.array([column for column, _ in known])
        found = solve_patterns(given.take(at), [pattern for _, pattern in known])
        good = np.flatnonzero(found.settled & _heading(ends.take(at), found.behaviour))
        result.put(at[good], found.take(good))
    return result, ends


@dataclass(frozen=True, eq=False)
class Ends:
    """Log probabilities at the end of the paths and at an earlier point, by slot; nothing where not `told`."""

    early: Floats  # [slot, draw]
    late: Floats  # [slot, draw]
    told: Bools  # [draw]

    def pattern(self, given: Batch, column: int) -> Pattern | None:
        """The pattern that the path of a draw leads to, if it can be told."""
        if not self.told[column]:
            return None
        return pattern_of(given.take(np.array([column])), _surviving(given, column, self.late[:, column]))

    def take(self, columns: Ints) -> Ends:
        """Some of the draws."""
        return Ends(*(chosen_draws(getattr(self, entry.name), columns) for entry in fields(self)))


def _heading(ends: Ends, behaviour: Floats) -> Bools:
    """[draw] whether the path was going there, and not just passing by (see `standoff.solve.path_limit`)."""
    early, late = (np.abs(np.exp(log_p) - behaviour).max(axis=0) for log_p in (ends.early, ends.late))
    pure = ((behaviour == 0) | (behaviour == 1)).all(axis=0)
    return np.asarray((late <= CLOSE) & (pure | (late < EXACT) | (late <= early / APPROACH)))


def _surviving(given: Batch, column: int, log_p: Floats) -> Assessment:
    """The end of a path without what has vanished."""
    game = given.game
    behaviour = np.where(np.exp(log_p) > SURVIVES, np.exp(log_p), 0.0)
    behaviour /= np.add.reduceat(behaviour, game.slot_start[:-1])[game.slot_infoset]
    played = game.path_sums(np.append(log_p, 0.0)[game.slot])
    weight = played + game.path_sums(np.log(given.chance[:, column]))
    beliefs = np.full(game.n_nodes, np.nan)
    for nodes in game.members:
        stays = np.exp(played[nodes] - played[nodes].max()) > SURVIVES
        share = np.where(stays, np.exp(weight[nodes] - weight[nodes].max()), 0.0)
        beliefs[nodes] = share / share.sum()
    return Assessment(behaviour, beliefs)


# --- following --------------------------------------------------------------------------------------------------------

T = TypeVar("T", "_Points", "_Tries")


@dataclass(frozen=True, eq=False)
class _Points:
    """Where the paths of some draws are, and how they go on."""

    log_p: Floats  # [row, draw]; explicit rows are brought up to date when they are looked at
    log_precision: Floats  # [draw]
    tangent: Floats  # [row + 1, draw], last: direction of log precision
    orientation: Floats  # [draw] sign that stays the same along one branch; 0 before the first step
    step: Floats  # [draw] length to be tried next
    tries: Ints  # [draw] so far


@dataclass(frozen=True, eq=False)
class _Tries:
    """A step of each draw that is being made, in log-odds and log precision."""

    predicted: Floats  # [unknown + 1, draw]
    here: Floats  # [unknown + 1, draw]
    tangent: Floats  # [unknown + 1, draw]
    weight: Floats  # [unknown + 1, draw]
    count: Ints  # [draw] Newton steps so far


def _taken(table: T, columns: Ints | Bools) -> T:
    """Some of the draws."""
    return type(table)(*(chosen_draws(getattr(table, entry.name), columns) for entry in fields(table)))


def _put(table: T, columns: Ints, other: T) -> None:
    """Overwrite some of the draws."""
    for entry in fields(table):
        getattr(table, entry.name)[..., columns] = getattr(other, entry.name)


def _joined(table: T, other: T) -> T:
    """Draws and others after them."""
    pairs = ((getattr(table, entry.name), getattr(other, entry.name)) for entry in fields(table))
    return type(table)(*(np.concatenate(pair, axis=-1) for pair in pairs))


class _Runs:
    """The draws at work."""

    def __init__(self, given: Batch, first: Ints, steps: Steps) -> None:
        self.given, self.steps = given, steps
        self.shape = shape_of(given.game)
        self.draw = first
        self.alive = np.ones(len(first), dtype=bool)
        self.equations = Equations.of(given.take(first))
        self.points = _enter(self.equations, len(first), steps)
        self.unknowns = self.equations.unknowns(self.points.log_p)
        self.tries = _predict(self.unknowns, self.points)

    def renew(self, fresh: Ints) -> None:
        """Leave out the draws that have come to their end, and begin with others."""
        on = np.flatnonzero(self.alive)
        self.draw, self.alive, self.equations = self.draw[on], self.alive[on], self.equations.take(on)
        self.points, self.unknowns, self.tries = _taken(self.points, on), self.unknowns.take(on), _taken(self.tries, on)
        if fresh.size:
            other = _Runs(self.given, fresh, self.steps)
            self.draw = np.concatenate([self.draw, fresh])
            self.alive = np.concatenate([self.alive, other.alive])
            self.equations = self.equations.join(other.equations)
            self.points, self.tries = _joined(self.points, other.points), _joined(self.tries, other.tries)
            self.unknowns = self.unknowns.join(other.unknowns)

    def newton(self) -> tuple[Bools, Bools]:
        """One Newton step of each draw; which steps of paths were made, and which were tried in vain."""
        steps, points, tries = self.steps, self.points, self.tries
        precision = np.exp(np.minimum(tries.here[-1], 60.0))
        log_p = self.equations.with_odds(points.log_p, self.unknowns, tries.here[:-1])
        log_p = self.equations.fill(log_p, precision)
        residual, jacobian, by_precision = self.equations.equations(log_p, self.unknowns, precision)
        plane = tries.weight**2 * tries.tangent
        off = (plane * (tries.here - tries.predicted)).sum(axis=0)
        change, ahead, sign = _solve(self.shape.elimination, jacobian, residual, by_precision, plane, off)
        size = np.abs(change * tries.weight).max(axis=0)
        tries.here[:] += change
        tries.count[:] += 1
        fine = size <= 4 * steps.correction  # not where it is NaN
        close = fine & (size < steps.close)
        vain = ~fine | (~close & (tries.count >= CORRECTIONS))
        distance = np.abs((tries.here - tries.predicted) * tries.weight).max(axis=0)
        cosine = (plane * ahead).sum(axis=0) / np.sqrt(((tries.weight * ahead) ** 2).sum(axis=0))
        other = (sign * points.orientation < 0) & (points.step > steps.smallest**0.5)
        made = close & (distance <= steps.correction) & (cosine >= steps.turn) & ~other
        made &= tries.here[-1] >= np.log(START) - BACK
        vain |= close & ~made
        ease = np.maximum(distance / steps.correction, (1 - cosine) / (1 - steps.turn))
        self._advance(np.flatnonzero(made), ahead, sign, ease)
        points.step[vain] /= 2
        points.tries[made | vain] += 1
        return made, vain

    def _advance(self, made: Ints, ahead: Floats, sign: Floats, ease: Floats) -> None:
        """Put the new points in their places."""
        points, here = self.points, chosen_draws(self.tries.here, made)
        unknowns, ahead = self.unknowns.take(made), chosen_draws(ahead, made)
        log_p = self.equations.with_odds(chosen_draws(points.log_p, made), unknowns, here[:-1])
        points.log_p[:, made] = log_p
        points.log_precision[made] = here[-1]
        points.orientation[made] = sign[made]
        points.tangent[:-1, made] = self.equations.direction(log_p, unknowns, ahead[:-1])
        points.tangent[-1, made] = ahead[-1]
        ease = ease[made]
        longer = points.step[made] * np.where(ease < 0.1, 2.0, np.where(ease < 0.4, 1.3, 0.9))
        points.step[made] = np.minimum(np.where(here[-1] < np.log(FIRST), self.steps.largest, FAR), longer)

    def predict(self, at: Ints) -> None:
        """Begin the next steps of some draws."""
        points = _taken(self.points, at)
        unknowns = self.equations.unknowns(points.log_p)
        self.unknowns.put(at, unknowns)
        _put(self.tries, at, _predict(unknowns, points))

    def tell(self, made: Bools, early: Floats, ends: Ends) -> None:
        """Record the ends that can be told; `early[draw]` is where something was decided first."""
        points = self.points
        far = np.flatnonzero(made & self.alive & (points.log_precision >= np.log(FIRST)))
        if far.size:
            at, draw = points.log_precision[far], self.draw[far]
            log_p = self.equations.take(far).fill(chosen_draws(points.log_p, far), np.exp(at))
            decided = ((log_p < np.log(GONE)) | (log_p > np.log(STAYS))).all(axis=0) | (at >= np.log(PATIENCE))
            vague = (log_p > np.log(SURVIVES)) & (log_p < np.log1p(-SURVIVES))
            first = decided & np.isnan(early[draw])
            early[draw[first]] = at[first]
            ends.early[:, draw[first]] = chosen_draws(log_p, first)
            done = decided & (~vague.any(axis=0) | (at >= early[draw] + np.log(10)))
            ends.late[:, draw[done]] = chosen_draws(log_p, done)
            ends.told[draw[done]] = True
            self.alive[far[done | (at >= np.log(LAST))]] = False
        self.alive &= (points.tries < self.steps.most) & (points.step > self.steps.smallest)


def _follow(given: Batch, steps: Steps) -> Ends:
    """Follow the paths of all draws, as many at a time as is good for the caches."""
    game, draws, shape = given.game, len(given), shape_of(given.game)
    ends = Ends(np.zeros((game.n_slots, draws)), np.zeros((game.n_slots, draws)), np.zeros(draws, dtype=bool))
    most = int(np.clip(CELLS // max(len(shape.elimination.rows), len(shape.entries.row)), 1, WIDEST))
    waiting, early = min(most, draws), np.full(draws, np.nan)
    runs = _Runs(given, np.arange(waiting), steps)
    with np.errstate(all="ignore"):  # steps that lead nowhere
        while runs.draw.size:
            made, vain = runs.newton()
            runs.tell(made, early, ends)
            idle = int(np.count_nonzero(~runs.alive))
            again = np.flatnonzero((made | vain) & runs.alive)
            if again.size:
                runs.predict(again)
            if idle * IDLE >= len(runs.draw):
                fresh = np.arange(waiting, min(draws, waiting + most - len(runs.draw) + idle))
                waiting += len(fresh)
                runs.renew(fresh)
    return ends


def _enter(equations: Equations, draws: int, steps: Steps) -> _Points:
    """The points at the precision START, from uniform play."""
    shape = equations.shape
    precision = np.full(draws, START)
    log_p = equations.fill(equations.normalise(np.zeros((shape.rows, draws))), precision)
    unknowns = equations.unknowns(log_p)
    for _ in range(ENTERING):
        residual, jacobian, _ = equations.equations(log_p, unknowns, precision)
        change, _ = shape.elimination.solve(jacobian, -residual[:, None])
        log_p = equations.with_odds(log_p, unknowns, unknowns.over(log_p) + change[:, 0])
        log_p = equations.fill(log_p, precision)
    tangent = np.zeros((shape.rows + 1, draws))
    tangent[-1] = 1.0
    return _Points(
        log_p, np.log(precision), tangent, np.zeros(draws), np.full(draws, steps.first), np.zeros(draws, np.int64)
    )


def _predict(unknowns: Unknowns, points: _Points) -> _Tries:
    """Steps along the tangents, of the lengths to be tried next."""
    odds = unknowns.over(points.log_p)
    here = np.vstack([odds, points.log_precision])
    tangent = np.vstack([unknowns.over(points.tangent[:-1]), points.tangent[-1]])
    weight = np.vstack([1.0 / (1.0 + np.abs(odds)), np.ones(len(points.step))])
    tangent = tangent / np.sqrt(((weight * tangent) ** 2).sum(axis=0))
    predicted = here + points.step * tangent
    return _Tries(predicted, predicted.copy(), tangent, weight, np.zeros(len(points.step), dtype=np.int64))


def _solve(
    plan: Elimination, jacobian: Floats, residual: Floats, by_precision: Floats, plane: Floats, off: Floats
) -> tuple[Floats, Floats, Floats]:
    """The Newton step back to the path and the plane, the direction of the path, and the sign of the determinant."""
    solved, sign = plan.solve(jacobian, np.stack([residual, by_precision], axis=1))
    back, along = solved[:, 0], solved[:, 1]
    bordered = plane[-1] - (plane[:-1] * along).sum(axis=0)
    rise = ((plane[:-1] * back).sum(axis=0) - off) / bordered
    step = np.vstack([-back - along * rise, rise])
    return step, np.vstack([-along, np.ones(len(off))]) / bordered, sign * np.sign(bordered)
