"""Iterated best replies with proportionate trembles, for many draws at once: what a study tries first.

From the best replies to uniform play, again and again:

1. values bottom-up under the current pure profile;
2. in order of play, at every information set: the cost of a node is the sum of the losses on its path, a loss being
   what an option falls short of the best one; beliefs sit on the nodes of least cost, weighted by chance; under these
   beliefs each option has its loss, and the best one is the new choice (the current one if it is among the best);
3. stop where no choice changes.

Where the choices repeat, trembles eps**loss make the beliefs consistent: costlier mistakes are rarer, as in a quantal
response of growing precision (McKelvey & Palfrey 1998) and in proper equilibrium (Myerson 1978). Losses are whole
numbers here, in units of the payoff range / 2**34 / 1024; an unused option that is as good as the best costs one unit,
which no number of such ties on a path raises to a loss. So the costs are themselves the exponents of a witness.

Information sets are gone through in their order, each knowing the new choices before it: of two moves that do not see
each other the later one replies to the earlier one's.

A tie between options where play gets to is not for this rule to break, nor does it find mixed equilibria: `settled` is
False there, as for draws still changing after `PASSES`. A settled draw is a proposal: a verifier decides.

Axes: ``choice[infoset, draw]``, ``exponents[slot, draw]``, ``values[node * actors + actor, draw]``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from standoff.game.batch import Batch
from standoff.game.game import Bools, Choices, Floats, Game, Ints
from standoff.solve.iterate_kernel import LONGEST, Constants, Kernel, kernel_of
from standoff.solve.iterate_rows import Rule, iterated
from standoff.solve.replies import Group, Numbers, Plan, numbers_of, plan_of, values_of

PASSES = 16
TIE = 1e-9  # of the payoff range: losses below it are none
SAME = 1e-12  # an option this close to the best is kept
STEPS, TIES = 2.0**34, 1024  # steps of loss in the payoff range, and ties that make less than a step
ROUND = 12  # passes in which a circle closes
SAVED = (1, 4, 8)  # passes whose profiles are remembered: one that comes back later goes round for ever
NODES, DRAWS = 1000, 12  # largest game that is compiled, and draws per node that pay for it
THIN = 0.6  # share of draws still at work below which the others are left out of the arrays


@dataclass(frozen=True, eq=False)
class Iterated:
    """Proposed pure profiles; columns of unsettled draws hold the last pass."""

    choice: Choices  # [infoset, draw] index of the option
    exponents: Ints  # [slot, draw] of trembles: 0 for the choice, positive elsewhere
    settled: Bools  # [draw]

    def behaviour(self, game: Game) -> Floats:
        """[slot, draw] the profiles as probabilities."""
        return profile_behaviour(game, self.choice)


def profile_behaviour(game: Game, choice: Choices) -> Floats:
    """[slot, draw] pure profiles as probabilities."""
    result = np.empty((game.n_slots, choice.shape[1]))
    for slot, number in enumerate(game.slot_infoset.tolist()):
        np.copyto(result[slot], choice[number] == slot - game.slot_start[number])
    return result


def iterate(given: Batch, start: Choices | None = None) -> Iterated:
    """Propose a pure profile for every draw; from `start` ([infoset] or [infoset, draw]) if that is given."""
    game, draws = given.game, len(given)
    if start is not None:
        start = np.broadcast_to(start.reshape(len(game.infosets), -1), (len(game.infosets), draws)).astype(np.int16)
    kernel = _kernel(game) if _pays(game, max(draws, given.among)) else None
    if kernel is None:
        return iterate_arrays(given, start)
    found = iterated(kernel, given, start, Rule(PASSES, SAVED))
    odd = np.flatnonzero(found.odd)
    if odd.size:
        arrays = iterate_arrays(given.take(odd), None if start is None else start[:, odd])
        found.choice[:, odd], found.exponents[:, odd] = arrays.choice, arrays.exponents
        found.settled[odd] = arrays.settled
    return Iterated(found.choice, found.exponents, found.settled)


def iterate_arrays(given: Batch, start: Choices | None = None) -> Iterated:
    """The same by arrays of many information sets at once, `start` being ``[infoset, draw]``."""
    game, draws = given.game, len(given)
    plan, numbers = plan_of(game), numbers_of(given)
    current = _replies_to_uniform_play(game, plan, numbers) if start is None else start
    choice, exponents = current.copy(), np.zeros((game.n_slots, draws), dtype=np.int64)
    settled, tied = np.zeros(draws, dtype=bool), np.zeros(draws, dtype=bool)
    active, working = np.arange(draws), np.ones(draws, dtype=bool)
    saved = current
    for number in range(1, PASSES + 1):
        if not working.any():
            break
        if working.mean() < THIN:
            active, numbers = active[working], numbers.take(working)
            current, saved = current[:, working], saved[:, working]
            working = np.ones(len(active), dtype=bool)
        following, costs, tie = _pass(game, plan, numbers, current)
        done = working & np.all(following == current, axis=0)
        choice[:, active[working]] = following[:, working]
        exponents[:, active[done]] = costs[:, done]
        settled[active[done]], tied[active[done]] = True, tie[done]
        working &= ~done
        if number > SAVED[0] + 1:
            working &= np.any(following != saved, axis=0)
        if number in SAVED:
            saved = following
        current = following
    return Iterated(choice, exponents, settled & ~tied & ~given.pruned)


def circles(given: Batch) -> list[bytes]:
    """[draw] the information sets at which choices still change after all passes, as bits; for draws left unsettled."""
    plan, numbers = plan_of(given.game), numbers_of(given)
    current = _replies_to_uniform_play(given.game, plan, numbers)
    for _ in range(PASSES):
        current, _, _ = _pass(given.game, plan, numbers, current)
    first, moved = current, np.zeros(current.shape, dtype=bool)
    for _ in range(ROUND):
        current, _, _ = _pass(given.game, plan, numbers, current)
        moved |= current != first
    return [row.tobytes() for row in np.packbits(moved, axis=0).T]


def _pays(game: Game, draws: int) -> bool:
    """Whether many draws of a small game are asked for, so that compiling a kernel pays."""
    fit = game.n_nodes <= NODES and len(game.levels) <= LONGEST and bool(game.infosets)
    return fit and draws >= DRAWS * game.n_nodes


@lru_cache(maxsize=16)
def _kernel(game: Game) -> Kernel:
    return kernel_of(game, Constants(TIE, SAME, STEPS, TIES))


def _replies_to_uniform_play(game: Game, plan: Plan, numbers: Numbers) -> Choices:
    """[infoset, draw] the best replies to everybody choosing every option alike."""
    branch = numbers.chance.copy()
    branch[plan.decided] = (1.0 / np.diff(game.slot_start))[plan.infoset_above][:, None]
    reach = branch.copy()
    for level in game.levels[1:]:
        reach[level] *= reach[game.parent[level]]
    values = values_of(game, plan, numbers, branch)
    choice = np.zeros((len(game.infosets), branch.shape[1]), dtype=np.int16)
    for group in plan.groups:
        weights = [reach[nodes] for nodes in group.nodes]
        best = np.zeros((len(group.sets), branch.shape[1]), dtype=np.int16)
        most: Floats | None = None
        for option, rows in enumerate(group.rows):
            reply = weights[0] * values[rows[0]]
            for weight, own in zip(weights[1:], rows[1:], strict=True):  # in order: sums must not depend on the batch
                reply += weight * values[own]
            if most is None:
                most = reply
            else:
                best[reply > most] = option
                most = np.maximum(most, reply)
        choice[group.sets] = best
    return choice


def _pass(game: Game, plan: Plan, numbers: Numbers, choice: Choices) -> tuple[Choices, Ints, Bools]:
    """One pass: the new choices, the exponents of trembles, and whether options tie where play gets to ([draw])."""
    draws = choice.shape[1]
    branch = numbers.chance.copy()
    branch[plan.decided] = choice[plan.infoset_above] == plan.action[:, None]
    values = values_of(game, plan, numbers, branch)
    cost = np.zeros((game.n_nodes + 1, draws), dtype=np.int64)
    exponents = np.zeros((game.n_slots + 1, draws), dtype=np.int64)
    following = choice.copy()
    tie = np.zeros(draws, dtype=bool)
    for group in plan.groups:
        own = [cost[above] + exponents[via] for above, via in zip(group.above, group.via, strict=True)]
        for nodes, spent in zip(group.nodes, own, strict=True):
            cost[nodes] = spent
        least = own[0]
        for spent in own[1:]:
            least = np.minimum(least, spent)
        replies = _replies(group, numbers, values, own, least)
        best = replies[0]
        for reply in replies[1:]:
            best = np.maximum(best, reply)
        current = choice[group.sets]
        new, others = chosen(current, best, replies)
        following[group.sets] = new
        for option, (slots, reply) in enumerate(zip(group.slots, replies, strict=True)):
            loss = best - reply
            exponents[slots] = np.where(new == option, 0, cost_of(loss))
        tie |= (others & (least == 0)).any(axis=0)
    return following, exponents[:-1], tie


def _replies(group: Group, numbers: Numbers, values: Floats, own: list[Ints], least: Ints) -> list[Floats]:
    """[option][set, draw] expected utility under beliefs on the nodes of least cost, weighted by chance."""
    if len(own) == 1:
        return [values[rows[0]] for rows in group.rows]
    weights = [
        np.where(spent == least, numbers.weight[nodes], 0.0) for nodes, spent in zip(group.nodes, own, strict=True)
    ]
    total = weights[0]
    for weight in weights[1:]:
        total = total + weight
    total = np.where(total > 0, total, 1.0)
    shares = [weight / total for weight in weights]
    result = []
    for rows in group.rows:
        reply = shares[0] * values[rows[0]]
        for share, row in zip(shares[1:], rows[1:], strict=True):
            reply += share * values[row]
        result.append(reply)
    return result


def chosen(current: Choices, best: Floats, replies: list[Floats]) -> tuple[Choices, Bools]:
    """The new choices [set, draw], and whether another option is as good."""
    new = np.zeros_like(current)
    held, most = replies[0], replies[0]
    count = (best - replies[0] <= TIE).astype(np.int16)
    for option, reply in enumerate(replies[1:], start=1):
        np.copyto(new, option, where=reply > most)
        most = np.maximum(most, reply)
        held = np.where(current == option, reply, held)
        count += best - reply <= TIE
    return np.where(best - held <= SAME, current, new), count > 1


def cost_of(loss: Floats) -> Ints:
    """The exponent of an unused option's tremble, from what it falls short of the best."""
    return np.where(loss <= TIE, 1, np.rint(loss * STEPS).astype(np.int64) * TIES)
