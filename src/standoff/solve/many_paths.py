"""The logit paths of many draws of one game, and the equilibria they lead to.

Each path is followed by compiled code (`standoff.solve.path_kernel`), the same way whatever other draws there are, and
left as soon as it can be told what survives: that is a `Pattern`, whose probabilities are then solved for
(`standoff.solve.pattern`). The result is taken where the path is heading for it. What is not settled here is for the
tracer of single games (`standoff.solve.path_limit`), which looks for limits in more ways. All chance branches must be
positive.

Axes: ``log_p[row, draw]``, rows being slots.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace

import numpy as np

from standoff.game.batch import Batch, chosen_draws
from standoff.game.game import Bools, Floats, Game, Ints, NumericGame
from standoff.solve.assessment import whole_exponents
from standoff.solve.limit import distance, limits, snapshot
from standoff.solve.logit import COARSE, FINE, Steps
from standoff.solve.path_equations import Numbers
from standoff.solve.path_kernel import SURVIVES, Ways, follow, room
from standoff.solve.path_limit import APPROACH, CLOSE, EXACT, nudges
from standoff.solve.path_program import program_of
from standoff.solve.pattern import Pattern, Proposed, patterns_of, solve_patterns
from standoff.solve.quantal import quantal_system
from standoff.solve.verify import verify
from standoff.solve.verify_batch import verify_batch

BELIEVED = 1e-6  # a node is, if play there is more likely than this beside its likeliest neighbour


@dataclass(frozen=True)
class Rung:
    """One way to follow a path: its steps, of the game or of one nearby, payoffs in one unit or in each actor's own."""

    steps: Steps
    nearby: bool = False
    own_scale: bool = False


COARSELY = (Rung(COARSE),)
LONG = replace(Steps(), most=10_000)  # compiled steps cost little, and paths of large games are long
WITH_CARE = (Rung(LONG), Rung(FINE), Rung(Steps(), nearby=True), Rung(Steps(), own_scale=True))


def path_limits(given: Batch, rungs: tuple[Rung, ...] = COARSELY) -> tuple[Proposed, Ends]:
    """What the paths of the draws lead to, and their ends; what is not settled means nothing.

    The ladder is that of `standoff.solve.path_limit`: a rung is tried where the verifier confirmed nothing before it. A
    path of the game itself that comes to an end at which nothing is confirmed is not given up for another path: it is
    for the tracer of single games, which follows it further.
    """
    result, ends = Proposed.nothing(given.game, len(given)), Ends.nothing(given.game, len(given))
    for rung in rungs:
        other = rung.nearby or rung.own_scale
        left = np.flatnonzero(~result.settled & ~(ends.told & other))
        if left.size:
            found, own = _attempt(given.take(left), rung)
            result.put(left, found)
            ends.put(left, own)
    return result, ends


def _attempt(given: Batch, rung: Rung) -> tuple[Proposed, Ends]:
    ends = _followed(given, rung)
    known = [(column, pattern) for column, pattern in enumerate(ends.patterns) if pattern is not None]
    result = Proposed.nothing(given.game, len(given))
    if known:
        at = np.array([column for column, _ in known])
        part = given.take(at)
        found = solve_patterns(part, [pattern for _, pattern in known])
        holds = verify_batch(part, found.behaviour, found.exponents, found.coefficient).holds
        good = np.flatnonzero(found.settled & holds & _heading(ends.take(at), found.behaviour))
        result.put(at[good], found.take(good))
    for column in np.flatnonzero(ends.told & ~result.settled).tolist():
        _polish(given, ends, column, result)
    return result, ends


def _polish(given: Batch, ends: Ends, column: int, result: Proposed) -> None:
    """Look for the limit at the end of one path in all the ways of `standoff.solve.limit`, as no pattern led to it."""
    payoffs = given.payoffs[..., column]
    numeric = NumericGame(given.game, given.chance[:, column], payoffs, payoffs)
    system, at = quantal_system(numeric), np.array([column])
    state = snapshot(system, ends.late[:, column])
    for found in limits(system, state):
        exponents = whole_exponents(found)
        if exponents is None or distance(state, found) > CLOSE or not verify(numeric, found, "sequential").holds:
            continue
        if _heading(ends.take(at), found.behaviour[:, None])[0]:
            assert found.witness is not None
            result.behaviour[:, column], result.exponents[:, column] = found.behaviour, exponents
            result.coefficient[:, column] = np.exp(found.witness.log_coefficients)
            result.settled[column] = True
        return


@dataclass(frozen=True, eq=False)
class Ends:
    """Log probabilities at the end of the paths and at an earlier point, by slot; nothing where not `told`."""

    early: Floats  # [slot, draw]
    late: Floats  # [slot, draw]
    told: Bools  # [draw]
    patterns: list[Pattern | None]  # [draw] to which the paths lead; None where it cannot be told

    @staticmethod
    def nothing(game: Game, draws: int) -> Ends:
        """No end yet."""
        none = np.zeros((game.n_slots, draws))
        return Ends(none, none.copy(), np.zeros(draws, dtype=bool), [None] * draws)

    def take(self, columns: Ints) -> Ends:
        """Some of the draws."""
        early, late = chosen_draws(self.early, columns), chosen_draws(self.late, columns)
        return Ends(early, late, self.told[columns], [self.patterns[column] for column in columns.tolist()])

    def put(self, columns: Ints, other: Ends) -> None:
        """Overwrite some of the draws."""
        self.early[:, columns], self.late[:, columns], self.told[columns] = other.early, other.late, other.told
        for column, pattern in zip(columns.tolist(), other.patterns, strict=True):
            self.patterns[column] = pattern


def _followed(given: Batch, rung: Rung) -> Ends:
    """The ends of the paths."""
    game, program, ways = given.game, program_of(given.game), Ways(*astuple(rung.steps))
    payoff = _by_draw(_scaled(given, rung))
    log_chance = np.log(given.chance)
    for level in game.levels[1:]:
        log_chance[level] += log_chance[game.parent[level]]
    at_end, at_node = _by_draw(log_chance[game.terminals]), _by_draw(log_chance[np.concatenate(game.members)])
    early, late = np.zeros((len(given), game.n_slots)), np.zeros((len(given), game.n_slots))
    told = np.zeros(len(given), dtype=bool)
    space = room(program)
    for draw in range(len(given)):
        after = np.exp(at_end[draw][program.end] - at_node[draw][program.node])
        numbers = Numbers(payoff[draw], at_end[draw], at_node[draw], after)
        told[draw] = follow(program, numbers, ways, space, early[draw], late[draw])
    patterns: list[Pattern | None] = [None] * len(given)
    known = np.flatnonzero(told)
    if known.size:
        part = given.take(known)
        for draw, pattern in zip(known.tolist(), patterns_of(part, *_surviving(part, late[known])), strict=True):
            patterns[draw] = pattern
    return Ends(_by_draw(early), _by_draw(late), told, patterns)


def _scaled(given: Batch, rung: Rung) -> Floats:
    """[terminal, actor, draw] payoffs in units of the largest range of the draw, or of each actor's own."""
    payoffs = given.payoffs
    if rung.nearby:
        payoffs = payoffs + nudges(payoffs.shape[:2])[:, :, None] * np.ptp(payoffs, axis=0).max(axis=0)
    spread = np.ptp(payoffs, axis=0)
    unit = spread if rung.own_scale else np.broadcast_to(spread.max(axis=0), spread.shape)
    return np.asarray((payoffs - payoffs.min(axis=0)) / np.where(unit > 0, unit, 1.0))


def _by_draw(table: Floats) -> Floats:
    """With the draws along the first axis instead of the last, or the other way round for tables; contiguous."""
    return np.ascontiguousarray(np.moveaxis(table, -1, 0) if table.ndim > 2 else table.T)


def _heading(ends: Ends, behaviour: Floats) -> Bools:
    """[draw] whether the path was going there, and not just passing by (see `standoff.solve.path_limit`)."""
    early, late = (np.abs(np.exp(log_p) - behaviour).max(axis=0) for log_p in (ends.early, ends.late))
    pure = ((behaviour == 0) | (behaviour == 1)).all(axis=0)
    return np.asarray((late <= CLOSE) & (pure | (late < EXACT) | (late <= early / APPROACH)))


def _surviving(given: Batch, late: Floats) -> tuple[Floats, Floats]:
    """[slot, draw] behaviour and [node, draw] beliefs at the ends of paths, without what has vanished."""
    game, log_p = given.game, _by_draw(late)
    behaviour = np.where(np.exp(log_p) > SURVIVES, np.exp(log_p), 0.0)
    behaviour /= np.add.reduceat(behaviour, game.slot_start[:-1])[game.slot_infoset]
    played = game.path_sums(np.vstack([log_p, np.zeros(len(given))])[game.slot])
    weight = played + game.path_sums(np.log(given.chance))
    nodes, size = np.concatenate(game.members), [len(own) for own in game.members]
    first = np.cumsum([0, *size[:-1]])
    played, weight = (
        table[nodes] - np.repeat(np.maximum.reduceat(table[nodes], first), size, axis=0) for table in (played, weight)
    )
    share = np.where(played > np.log(BELIEVED), np.exp(weight), 0.0)
    beliefs = np.full((game.n_nodes, len(given)), np.nan)
    beliefs[nodes] = share / np.repeat(np.add.reduceat(share, first), size, axis=0)
    return behaviour, beliefs
