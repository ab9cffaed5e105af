"""Where iterated best replies go round in circles: other beliefs off the path, and mixed replies.

A circle has one of two reasons. *Off the path*, a reply makes one type's mistake the cheaper, the belief that follows
calls for another reply, and that one makes another type's mistake the cheaper. Any order of mistakes is consistent with
a strategy (Kreps & Wilson 1982), so the present reply is kept if it is right against some node of its information set,
and the mistakes that lead to that node alone are made the cheapest of all. *On the path*, two sides mix, each so that
the other is indifferent. So, for draws that `standoff.solve.iterate` leaves open:

1. best replies go on, with beliefs that may shift at the sets that take part in the circle;
2. where they still go round, two options each are mixed at a set of the circle and at a later one that one of these
   options leads to: Newton steps on the differences between their values, which are linear in each probability by
   itself, all others replying best. A pair that calms the sets of its circle stays, and the next pair is looked for.

Each draw is treated by itself: its answer does not depend on which others are in the batch. What comes out is a
proposal, with the exponents of its trembles; a verifier decides.

Axes: ``behaviour[slot, draw]``, ``exponents[slot, draw]``, ``choice[infoset, draw]``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

import numpy as np

from standoff.game.batch import Batch
from standoff.game.game import Bools, Choices, Floats, Game, Ints
from standoff.solve.iterate import SAME, chosen, cost_of
from standoff.solve.replies import Group, Numbers, Plan, numbers_of, plan_of, values_of

WATCHED, SHIFTED, NEWTON = 10, 24, 12  # passes in which circles are looked at, beliefs may shift, mixtures are solved
MOST_TRIES = 40  # pairs tried for a draw
MOST_PAIRS = 4  # pairs that mix together
NUDGE = 0.05  # by which a probability is moved to see what follows
INSIDE = 1e-6  # probabilities nearer 0 or 1 are not mixed
EQUAL = 1e-11  # differences in value below this are none


@dataclass(frozen=True, eq=False)
class Proposed:
    """Proposed profiles; columns of draws that are not `settled` mean nothing."""

    behaviour: Floats  # [slot, draw]
    exponents: Ints  # [slot, draw] 0 where the behaviour is positive
    settled: Bools  # [draw]


@dataclass(frozen=True, eq=False)
class _State:
    """A profile: choices, but at `held` sets the mixture that stands in `behaviour`; and the cheapest mistakes."""

    choice: Choices  # [infoset, draw]
    held: Bools  # [infoset, draw]
    behaviour: Floats  # [slot + 1, draw]; the last row, for no slot, is 1
    cheap: Bools  # [slot + 1, draw]

    def take(self, columns: Ints | Bools) -> _State:
        return _State(
            self.choice[:, columns], self.held[:, columns], self.behaviour[:, columns], self.cheap[:, columns]
        )


@dataclass(frozen=True, eq=False)
class _Response:
    """What is best against a profile. `lead[slot]` is the option's value; `mass[infoset]` the weight of its beliefs."""

    choice: Choices
    exponents: Ints  # [slot, draw]
    cheap: Bools
    lead: Floats  # [slot, draw]
    mass: Floats  # [infoset, draw]


def complete(given: Batch, choice: Choices) -> Proposed:
    """Profiles for draws on which iterated best replies, last at ``choice[infoset, draw]``, do not settle."""
    game, draws = given.game, len(given)
    behaviour = np.zeros((game.n_slots, draws))
    exponents = np.ones((game.n_slots, draws), dtype=np.int64)
    settled = np.zeros(draws, dtype=bool)
    result = Proposed(behaviour, exponents, settled)
    if not draws:
        return result
    plan, numbers = plan_of(game), numbers_of(given)
    state = _pure(game, choice, np.zeros((game.n_slots + 1, draws), dtype=bool))
    state, late = _watch(game, plan, numbers, state, None)
    circling = (late != late[-1]).any(axis=0)
    state, response, stays = _shift(game, plan, numbers, state, circling)
    _keep(result, np.arange(draws), stays, state, response)
    open_ = np.flatnonzero(~stays)
    if open_.size:
        _mix(game, plan, numbers.take(open_), state.take(open_), circling[:, open_], result, open_)
    return result


def _keep(result: Proposed, columns: Ints, good: Bools, state: _State, response: _Response) -> None:
    result.behaviour[:, columns[good]] = state.behaviour[:-1, good]
    result.exponents[:, columns[good]] = response.exponents[:, good]
    result.settled[columns[good]] = True


def _pure(game: Game, choice: Choices, cheap: Bools) -> _State:
    behaviour = np.zeros((game.n_slots + 1, choice.shape[1]))
    behaviour[-1] = 1.0
    behaviour[game.slot_start[:-1][:, None] + choice, np.arange(choice.shape[1])] = 1.0
    return _State(choice, np.zeros(choice.shape, dtype=bool), behaviour, cheap)


def _watch(game: Game, plan: Plan, numbers: Numbers, state: _State, loose: Bools | None) -> tuple[_State, Ints]:
    """Some passes, and the choices in the later ones: ``int[pass, infoset, draw]``."""
    seen = [state.choice]
    for _ in range(WATCHED):
        response = _respond(game, plan, numbers, state, loose)
        state = _going_on(game, state, response)
        seen.append(state.choice)
    return state, np.stack(seen[WATCHED // 2 :])


def _going_on(game: Game, state: _State, response: _Response) -> _State:
    """The profile of the response, mixtures as they were."""
    following = _pure(game, response.choice, response.cheap)
    mixed = np.vstack([state.held[game.slot_infoset], np.zeros((1, state.held.shape[1]), dtype=bool)])
    np.copyto(following.behaviour, state.behaviour, where=mixed)
    return replace(following, held=state.held)


def _shift(game: Game, plan: Plan, numbers: Numbers, state: _State, circling: Bools) -> tuple[_State, _Response, Bools]:
    """Passes in which circling sets may keep their reply; the last state, what replies to it, and where they agree."""
    response = _respond(game, plan, numbers, state, circling)
    for _ in range(SHIFTED):
        stays = _agrees(state, response)
        if stays.all():
            break
        state = _pure(game, response.choice, response.cheap)
        response = _respond(game, plan, numbers, state, circling)
    return state, response, _agrees(state, response)


def _agrees(state: _State, response: _Response) -> Bools:
    return np.asarray(
        np.all(response.choice == state.choice, axis=0) & np.all(response.cheap == state.cheap, axis=0), dtype=bool
    )


def _respond(game: Game, plan: Plan, numbers: Numbers, state: _State, loose: Bools | None) -> _Response:
    """Best replies under the beliefs that the exponents of this pass imply; at `loose` sets beliefs may shift."""
    draws = state.choice.shape[1]
    branch = numbers.chance.copy()
    branch[plan.decided] = state.behaviour[game.slot[plan.decided]]
    values = values_of(game, plan, numbers, branch)
    cost = np.zeros((game.n_nodes + 1, draws), dtype=np.int64)
    weight = np.ones((game.n_nodes + 1, draws))
    before = np.vstack([numbers.weight, np.ones(draws)])
    exponents = np.zeros((game.n_slots + 1, draws), dtype=np.int64)
    used = np.where(state.behaviour > 0, state.behaviour, 1.0)
    lead, mass = np.zeros((game.n_slots, draws)), np.ones((len(game.infosets), draws))
    following, cheap = state.choice.copy(), state.cheap.copy()
    for group in plan.groups:
        spent = [cost[above] + exponents[via] for above, via in zip(group.above, group.via, strict=True)]
        shares = []
        for nodes, above, via, own in zip(group.nodes, group.above, group.via, spent, strict=True):
            cost[nodes] = own
            weight[nodes] = weight[above] * used[via] * numbers.weight[nodes] / before[above]
        least = np.min(spent, axis=0)
        shares = [np.where(own == least, weight[nodes], 0.0) for nodes, own in zip(group.nodes, spent, strict=True)]
        total = np.sum(shares, axis=0)
        mass[group.sets] = total
        replies = [
            np.sum([share * values[row] for share, row in zip(shares, rows, strict=True)], axis=0) / total
            for rows in group.rows
        ]
        best, current = np.max(replies, axis=0), state.choice[group.sets]
        new, _ = chosen(current, best, replies)
        held = state.held[group.sets]
        if loose is not None and len(spent) > 1:
            shiftable = loose[group.sets] & (least > 0) & (new != current) & ~held
            if shiftable.any():
                new = np.where(_shifted(group, values, current, shiftable, cheap), current, new)
        new = np.where(held, current, new)
        following[group.sets] = new
        for option, (slots, reply) in enumerate(zip(group.slots, replies, strict=True)):
            lead[slots] = reply
            unused = np.where(state.cheap[slots], 1, cost_of(np.maximum(best - reply, 0.0)))
            exponents[slots] = np.where(np.where(held, state.behaviour[slots] > 0, new == option), 0, unused)
    return _Response(following, exponents[:-1], cheap, lead, mass)


def _shifted(group: Group, values: Floats, current: Choices, wanted: Bools, cheap: Bools) -> Bools:
    """Where the current reply is right against one node ([set, draw]); the mistakes to that node alone become cheap."""
    done = np.zeros(wanted.shape, dtype=bool)
    for member in range(len(group.nodes)):
        worth = [values[rows[member]] for rows in group.rows]
        held = np.choose(current, worth)
        good = wanted & ~done & (held >= np.max(worth, axis=0) - SAME)
        for place in np.flatnonzero(good.any(axis=1)).tolist():
            slots = group.own[member][place]
            # where these mistakes are the cheapest already and the reply is wrong all the same, it has to change
            good[place] &= ~cheap[slots].all(axis=0)
            for other in range(len(group.nodes)):
                if other != member:
                    cheap[np.ix_(group.own[other][place], good[place])] = False
            cheap[np.ix_(slots, good[place])] = True
        done |= good
    return done


@lru_cache(maxsize=16)
def _leads_to(game: Game) -> dict[int, tuple[int, ...]]:
    """Slot -> the information sets of other actors that it leads to, nearest first."""
    found: dict[int, dict[int, None]] = {}
    for number, nodes in enumerate(game.members):
        for node in nodes.tolist():
            for step in game.path(node):
                slot = int(game.slot[step])
                if slot >= 0 and game.infosets[game.slot_infoset[slot]].actor != game.infosets[number].actor:
                    found.setdefault(slot, {})[number] = None
    return {slot: tuple(numbers) for slot, numbers in found.items()}


_Pair = tuple[tuple[int, int, int], tuple[int, int, int]]  # (set, option, other option) of two sets


def _mix(
    game: Game, plan: Plan, numbers: Numbers, state: _State, loose: Bools, result: Proposed, columns: Ints
) -> None:
    """Try pairs at the sets that still circle, draw by draw in the order of their list, and keep what holds."""
    state, late = _watch(game, plan, numbers, state, loose)
    draws = len(columns)
    pending = [_pairs(game, late[:, :, draw]) for draw in range(draws)]
    unrest = (late != late[-1]).any(axis=0).sum(axis=0)
    kept: list[list[_Pair]] = [[] for _ in range(draws)]
    turns = np.zeros(draws, dtype=np.int64)
    while True:
        ready = [draw for draw in range(draws) if pending[draw] and turns[draw] < MOST_TRIES]
        if not ready:
            return
        size = min(len(kept[draw]) for draw in ready)
        group = np.array([draw for draw in ready if len(kept[draw]) == size], dtype=np.int64)
        turns[group] += 1
        tried = [[*kept[draw], pending[draw].pop(0)] for draw in group.tolist()]
        sides = np.array([[side for pair in pairs for side in pair] for pairs in tried]).transpose(1, 2, 0)
        taken, mine = numbers.take(group), loose[:, group]
        final, response, calm, whole = _solved(game, plan, taken, state.take(group), mine, sides)
        _keep(result, columns[group], whole, final, response)
        after, later = _watch(game, plan, taken, final, mine)
        restless = (later != later[-1]).any(axis=0).sum(axis=0)
        for place, draw in enumerate(group.tolist()):
            if whole[place]:
                pending[draw] = []
            elif calm[place] and restless[place] <= unrest[draw] - 2 and len(kept[draw]) + 1 < MOST_PAIRS:
                kept[draw], unrest[draw] = tried[place], restless[place]
                pending[draw] = _pairs(game, later[:, :, place])
                for table, new in zip(
                    (state.choice, state.held, state.behaviour, state.cheap),
                    (after.choice, after.held, after.behaviour, after.cheap),
                    strict=True,
                ):
                    table[:, draw] = new[:, place]


def _pairs(game: Game, late: Ints) -> list[_Pair]:
    """Pairs of sets that change in ``late[pass, infoset]``, one leading to the other, with two options each."""
    circling = np.flatnonzero((late != late[-1]).any(axis=0)).tolist()
    visited = {number: list(dict.fromkeys(late[::-1, number].tolist())) for number in circling}
    leads = _leads_to(game)
    found: list[_Pair] = []
    for number in circling:
        for towards in visited[number]:
            for later in leads.get(int(game.slot_start[number]) + towards, ()):
                if later in visited:
                    found += [
                        ((number, towards, other), (later, first, second))
                        for other in visited[number]
                        if other != towards
                        for first, second in combinations(visited[later], 2)
                    ]
    return found


def _solved(
    game: Game, plan: Plan, numbers: Numbers, state: _State, loose: Bools, pairs: Ints
) -> tuple[_State, _Response, Bools, Bools]:
    """Newton steps on the mixtures at ``pairs[side, (set, option, other), draw]``, everything else replying best.

    Also returned: where the mixtures make indifferent ([draw]), and where the whole profile answers itself as well.
    """
    sides, everyone = len(pairs), np.arange(pairs.shape[2])
    held, choice = np.zeros_like(state.held), state.choice.copy()
    for number, option, _ in pairs:
        held[number, everyone] = True
        choice[number, everyone] = option
    first, second = (game.slot_start[pairs[:, 0]] + pairs[:, place] for place in (1, 2))  # [side, draw]
    probability = np.full(first.shape, 0.5)
    state = replace(state, held=held, choice=choice)

    def profile(own: _State, at: Floats) -> _State:
        made = replace(_pure(game, own.choice, own.cheap), held=held)
        for side in range(sides):
            made.behaviour[first[side], everyone] = at[side]
            made.behaviour[second[side], everyone] = 1.0 - at[side]
        return made

    def gaps(response: _Response) -> Floats:
        """[side, draw] the value of the option over the other one's, times the weight of the beliefs."""
        lead = response.lead[first, everyone] - response.lead[second, everyone]
        return np.asarray(lead * response.mass[pairs[:, 0], everyone])

    current = profile(state, probability)
    response = _respond(game, plan, numbers, current, loose)
    for _ in range(NEWTON):
        gap = gaps(response)
        if np.all(_agrees(current, response) & (np.abs(gap) <= EQUAL / 100).all(axis=0)):
            break
        slopes = np.empty((len(everyone), sides, sides))
        for side in range(sides):
            nudge = np.where(probability[side] > 0.5, -NUDGE, NUDGE)
            nudged = probability.copy()
            nudged[side] += nudge
            slopes[:, :, side] = ((gaps(_respond(game, plan, numbers, profile(current, nudged), None)) - gap) / nudge).T
        # the least step: a side on which nothing depends stays where it is
        step = -(np.linalg.pinv(slopes, rcond=1e-9) @ gap.T[:, :, None])[:, :, 0].T
        probability = np.clip(probability + np.clip(step, -0.4, 0.4), 1e-9, 1 - 1e-9)
        current = profile(replace(current, choice=response.choice, cheap=response.cheap), probability)
        response = _respond(game, plan, numbers, current, loose)
    inside = ((probability > INSIDE) & (probability < 1 - INSIDE)).all(axis=0)
    calm = (np.abs(gaps(response)) <= EQUAL).all(axis=0) & inside
    return current, response, np.asarray(calm), np.asarray(calm & _agrees(current, response))
