"""Best replies to a profile that may mix, for many draws at once, with beliefs that can be told to shift.

Off the path any order of mistakes is consistent with a strategy (Kreps & Wilson 1982). A tremble costs what its option
falls short of the best one (`standoff.solve.iterate`), unless it is marked `cheap`: then it costs the least there is.
At sets that may shift, the present reply is kept if it is right against some node, and the mistakes that lead to that
node alone become cheap. A mistake's coefficient weighs nodes of equal cost.

Axes: ``[infoset, draw]`` and ``[slot, draw]``; tables over slots have one row more, for no slot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.game.batch import chosen_draws
from standoff.game.game import Bools, Choices, Floats, Game, Ints
from standoff.solve.iterate import SAME, chosen, cost_of
from standoff.solve.replies import Group, Numbers, Plan, values_of


@dataclass(frozen=True, eq=False)
class State:
    """A profile: choices, but at `held` sets the mixture that stands in `behaviour`; and what is told of mistakes."""

    choice: Choices  # [infoset, draw]
    held: Bools  # [infoset, draw]
    behaviour: Floats  # [slot + 1, draw]; the last row is 1
    cheap: Bools  # [slot + 1, draw]
    coefficient: Floats  # [slot + 1, draw] of trembles

    def take(self, columns: Ints | Bools) -> State:
        """Some of the draws."""
        return State(*(chosen_draws(getattr(self, entry.name), columns) for entry in fields(self)))

    def put(self, columns: Ints, other: State) -> None:
        """Overwrite some of the draws."""
        for entry in fields(self):
            getattr(self, entry.name)[:, columns] = getattr(other, entry.name)


@dataclass(frozen=True, eq=False)
class Response:
    """What is best against a profile. `lead[slot]` is the option's value; `mass[infoset]` the weight of its beliefs."""

    choice: Choices
    exponents: Ints  # [slot, draw]
    cheap: Bools  # [slot + 1, draw]
    lead: Floats  # [slot, draw]
    mass: Floats  # [infoset, draw]

    def agrees(self, state: State) -> Bools:
        """[draw] where nothing would change."""
        same = np.all(self.choice == state.choice, axis=0) & np.all(self.cheap == state.cheap, axis=0)
        return np.asarray(same, dtype=bool)


def pure_state(game: Game, choice: Choices, cheap: Bools | None = None) -> State:
    """The state of a pure profile."""
    draws = choice.shape[1]
    behaviour = np.zeros((game.n_slots + 1, draws))
    behaviour[-1] = 1.0
    behaviour[game.slot_start[:-1][:, None] + choice, np.arange(draws)] = 1.0
    nothing = np.zeros((game.n_slots + 1, draws), dtype=bool)
    return State(
        choice,
        np.zeros(choice.shape, dtype=bool),
        behaviour,
        nothing if cheap is None else cheap,
        np.ones((game.n_slots + 1, draws)),
    )


def respond(game: Game, plan: Plan, numbers: Numbers, state: State, loose: Bools | None) -> Response:
    """Best replies under the beliefs that the exponents of this pass imply; beliefs may shift at `loose` sets."""
    draws = state.choice.shape[1]
    branch = numbers.chance.copy()
    branch[plan.decided] = state.behaviour[game.slot[plan.decided]]
    values = values_of(game, plan, numbers, branch)
    cost = np.zeros((game.n_nodes + 1, draws), dtype=np.int64)
    weight = np.ones((game.n_nodes + 1, draws))
    before = np.vstack([numbers.weight, np.ones(draws)])
    exponents = np.zeros((game.n_slots + 1, draws), dtype=np.int64)
    used = np.where(state.behaviour > 0, state.behaviour, state.coefficient)
    lead, mass = np.zeros((game.n_slots, draws)), np.ones((len(game.infosets), draws))
    following, cheap = state.choice.copy(), state.cheap.copy()
    for group in plan.groups:
        spent = [cost[above] + exponents[via] for above, via in zip(group.above, group.via, strict=True)]
        for nodes, above, via, own in zip(group.nodes, group.above, group.via, spent, strict=True):
            cost[nodes] = own
            weight[nodes] = weight[above] * used[via] * numbers.weight[nodes] / before[above]
        least = _fold(np.minimum, spent)
        shares = [np.where(own == least, weight[nodes], 0.0) for nodes, own in zip(group.nodes, spent, strict=True)]
        total = _fold(np.add, shares)
        mass[group.sets] = total
        replies = [
            _fold(np.add, [share * values[row] for share, row in zip(shares, rows, strict=True)]) / total
            for rows in group.rows
        ]
        best, current = _fold(np.maximum, replies), state.choice[group.sets]
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
    return Response(following, exponents[:-1], cheap, lead, mass)


def _fold(join: np.ufunc, tables: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """The tables joined one after the other: a reduction's order may depend on their shape."""
    result = tables[0]
    for table in tables[1:]:
        result = join(result, table)
    return result


def _shifted(group: Group, values: Floats, current: Choices, wanted: Bools, cheap: Bools) -> Bools:
    """Where the current reply is right against one node ([set, draw]); the mistakes to that node alone become cheap."""
    done = np.zeros(wanted.shape, dtype=bool)
    for member in range(len(group.nodes)):
        worth = [values[rows[member]] for rows in group.rows]
        kept = worth[0]
        for option, value in enumerate(worth[1:], start=1):
            kept = np.where(current == option, value, kept)
        good = wanted & ~done & (kept >= _fold(np.maximum, worth) - SAME)
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
