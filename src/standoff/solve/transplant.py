"""From the mixed equilibrium of one draw to those of its neighbours.

Where best replies find nothing, the logit path does, at a thousand times the cost. Its equilibria mix at a few
information sets, and which ones recurs from draw to draw. A `Pattern` is what another draw needs of one: the options
that mix and where, the choices elsewhere, the mistakes that decide beliefs off the path. On another draw the
probabilities (and the weights of such mistakes where beliefs off the path must balance) are found by Newton steps on
the differences in value, the least ones where there is a choice, while all other sets reply best.

What comes out is a proposal; a verifier decides. Axes as in `standoff.solve.response`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from standoff.game.batch import Batch
from standoff.game.game import Bools, Choices, Floats, Game, Ints
from standoff.solve.assessment import Assessment
from standoff.solve.replies import Numbers, Plan, numbers_of, plan_of
from standoff.solve.response import Response, State, pure_state, respond

ROUNDS, NEWTON, SETTLING = 2, 3, 6  # rounds: Newton steps on the mixture, then passes of the others
NUDGE, TINY = 0.05, 1e-4  # by which a probability and the logarithm of a coefficient are moved to see what follows
EDGE = 1e-9  # probabilities are kept this far from 0 and 1 while they are sought
INSIDE = 1e-6  # probabilities nearer 0 or 1 are not mixed
EQUAL = 1e-11  # differences in value below this are none
BETTER = 1e-7  # what an option that is not mixed must be better by to be mixed instead


@dataclass(frozen=True, eq=False)
class Pattern:
    """What recurs of an equilibrium. Each side is (information set, slot, other slot) of two options that mix."""

    sides: tuple[tuple[int, int, int], ...]
    probability: Floats  # [side] of the first slot
    choice: Choices  # [infoset]
    cheap: Bools  # [slot + 1]
    coefficient: Floats  # [slot + 1]
    free: tuple[int, ...]  # slots whose coefficients may change


@dataclass(frozen=True, eq=False)
class Transplanted:
    """Proposed profiles; columns of draws that are not `settled` mean nothing."""

    behaviour: Floats  # [slot, draw]
    exponents: Ints  # [slot, draw]
    coefficient: Floats  # [slot, draw]
    settled: Bools  # [draw]


def pattern_of(given: Batch, assessment: Assessment) -> Pattern | None:
    """The pattern of an equilibrium of the only draw of a batch; None where more than two options mix at a set."""
    game = given.game
    behaviour = np.nan_to_num(assessment.behaviour)
    sides, probability = [], []
    choice = np.zeros((len(game.infosets), 1), dtype=np.int16)
    for number in range(len(game.infosets)):
        slots = game.options(number)
        used = slots.start + np.flatnonzero(behaviour[slots] > 0)
        if len(used) > 2:
            return None
        choice[number] = int(behaviour[slots].argmax())
        if len(used) == 2:
            sides.append((number, int(used[0]), int(used[1])))
            probability.append(float(behaviour[used[0]]))
    cheap, coefficient, free = _mistakes(given, assessment, pure_state(game, choice), sides, np.array(probability))
    return Pattern(tuple(sides), np.array(probability), choice[:, 0], cheap, coefficient, free)


def _mistakes(
    given: Batch, assessment: Assessment, state: State, sides: Sequence[tuple[int, int, int]], probability: Floats
) -> tuple[Bools, Floats, tuple[int, ...]]:
    """The mistakes that must be cheap for the equilibrium's beliefs, their coefficients, and which of these balance."""
    game, plan = given.game, plan_of(given.game)
    cheap, coefficient = np.zeros(game.n_slots + 1, dtype=bool), np.ones(game.n_slots + 1)
    free: dict[int, None] = {}
    decided: set[int] = set()  # the first set at which a mistake matters decides what it costs
    mixture = _Mixture.of(sides, probability[:, None], ())
    state = mixture.into(game, state)
    off = {number for number in range(len(game.infosets)) if not _reached(game, number, state.behaviour[:, 0])}
    for group in plan.groups:
        for place, number in enumerate(group.sets.tolist()):
            nodes = [int(nodes[place]) for nodes in group.nodes]
            if len(nodes) < 2 or number not in off:
                continue
            beliefs = assessment.beliefs[nodes]
            believed = [member for member in range(len(nodes)) if beliefs[member] > 0]
            fresh = [[slot for slot in group.own[m][place].tolist() if slot not in decided] for m in range(len(nodes))]
            for member, slots in enumerate(fresh):
                cheap[slots] = member in believed
                decided.update(slots)
            if len(believed) > 1 and all(fresh[member] for member in believed):
                free.update(dict.fromkeys(fresh[member][0] for member in believed))
                prior = np.array([given.chance[game.path(nodes[member]), 0].prod() for member in believed])
                for member, ratio in zip(believed, beliefs[believed] / prior, strict=True):
                    coefficient[fresh[member][0]] = ratio
    cheap[:-1] &= state.behaviour[:-1, 0] == 0
    return cheap, coefficient, tuple(slot for slot in free if cheap[slot])


def _reached(game: Game, number: int, behaviour: Floats) -> bool:
    return any(
        all(game.slot[step] < 0 or behaviour[game.slot[step]] > 0 for step in game.path(node))
        for node in game.members[number].tolist()
    )


def transplant(given: Batch, pattern: Pattern) -> Transplanted:
    """The pattern on every draw of a batch."""
    game, draws = given.game, len(given)
    plan, numbers = plan_of(game), numbers_of(given)
    choice = np.repeat(pattern.choice[:, None], draws, axis=1)
    state = replace(
        pure_state(game, choice, np.repeat(pattern.cheap[:, None], draws, axis=1)),
        coefficient=np.repeat(pattern.coefficient[:, None], draws, axis=1),
    )
    mixture = _Mixture.of(pattern.sides, np.repeat(pattern.probability[:, None], draws, axis=1), pattern.free)
    result = Transplanted(
        np.zeros((game.n_slots, draws)),
        np.ones((game.n_slots, draws), dtype=np.int64),
        np.ones((game.n_slots, draws)),
        np.zeros(draws, dtype=bool),
    )
    columns = np.arange(draws)
    for _ in range(ROUNDS):
        mixture, state, response = _round(game, plan, numbers, mixture.into(game, state), mixture)
        good = response.agrees(state) & mixture.inside & mixture.best(game, response)
        if pattern.sides:
            good &= (np.abs(mixture.gaps(response)) <= EQUAL).all(axis=0)
        result.behaviour[:, columns[good]] = state.behaviour[:-1, good]
        result.exponents[:, columns[good]] = response.exponents[:, good]
        result.coefficient[:, columns[good]] = state.coefficient[:-1, good]
        result.settled[columns[good]] = True
        rest = np.flatnonzero(~good)
        if not rest.size:
            break
        columns, numbers, state, mixture = columns[rest], numbers.take(rest), state.take(rest), mixture.take(rest)
    return result


def _round(
    game: Game, plan: Plan, numbers: Numbers, state: State, mixture: _Mixture
) -> tuple[_Mixture, State, Response]:
    """Newton steps on the mixture, then passes in which the others reply; and what replies to the last state."""
    loose = np.ones(state.choice.shape, dtype=bool)
    mixture, state = _newton(game, plan, numbers, state, mixture)
    pivoted = mixture.pivoted(game, respond(game, plan, numbers, state, None))
    if np.any(pivoted.second != mixture.second):
        mixture, state = _newton(game, plan, numbers, pivoted.into(game, state), pivoted)
    for _ in range(SETTLING):
        response = respond(game, plan, numbers, state, loose)
        if response.agrees(state).all():
            break
        following = pure_state(game, response.choice, response.cheap)
        state = mixture.into(game, replace(following, held=state.held, coefficient=state.coefficient))
    return mixture, state, respond(game, plan, numbers, state, loose)


@dataclass(frozen=True, eq=False)
class _Mixture:
    """Two slots at each of some sets, which may differ by draw, the probability of the first, and free coefficients."""

    sets: Ints  # [side]
    first: Ints  # [side, draw] slots
    second: Ints  # [side, draw]
    probability: Floats  # [side, draw]
    free: Ints  # [variable] slots

    @staticmethod
    def of(sides: Sequence[tuple[int, int, int]], probability: Floats, free: Sequence[int]) -> _Mixture:
        table = np.array(sides, dtype=np.int64).reshape(-1, 3)
        wide = np.ones((1, probability.shape[1]), dtype=np.int64)
        return _Mixture(
            table[:, 0], table[:, [1]] * wide, table[:, [2]] * wide, probability, np.array(free, dtype=np.int64)
        )

    def take(self, columns: Ints) -> _Mixture:
        """Some of the draws."""
        return replace(
            self,
            first=self.first[:, columns],
            second=self.second[:, columns],
            probability=self.probability[:, columns],
        )

    @property
    def inside(self) -> Bools:
        """[draw] whether all probabilities are away from 0 and 1."""
        return np.asarray(((self.probability > INSIDE) & (self.probability < 1 - INSIDE)).all(axis=0))

    def into(self, game: Game, state: State) -> State:
        """The state with the mixture in its behaviour."""
        held, behaviour = state.held.copy(), state.behaviour.copy()
        held[self.sets] = True
        everyone = np.arange(behaviour.shape[1])
        for side, number in enumerate(self.sets.tolist()):
            behaviour[game.options(number)] = 0.0
            behaviour[self.first[side], everyone] = self.probability[side]
            behaviour[self.second[side], everyone] = 1.0 - self.probability[side]
        return replace(state, held=held, behaviour=behaviour)

    def gaps(self, response: Response) -> Floats:
        """[side, draw] the value of the first option over the second, times the weight of the beliefs."""
        everyone = np.arange(self.probability.shape[1])
        lead = response.lead[self.first, everyone] - response.lead[self.second, everyone]
        return np.asarray(lead * response.mass[self.sets])

    def best(self, game: Game, response: Response) -> Bools:
        """[draw] whether no other option is better than those that mix."""
        good, everyone = np.ones(self.probability.shape[1], dtype=bool), np.arange(self.probability.shape[1])
        for side, number in enumerate(self.sets.tolist()):
            mixed = np.maximum(response.lead[self.first[side], everyone], response.lead[self.second[side], everyone])
            good &= response.lead[game.options(number)].max(axis=0) <= mixed + BETTER
        return good

    def pivoted(self, game: Game, response: Response) -> _Mixture:
        """With the best option in the place of the second, where it is better than both."""
        second, everyone = self.second.copy(), np.arange(self.probability.shape[1])
        for side, number in enumerate(self.sets.tolist()):
            lead = response.lead[game.options(number)]
            best = int(game.slot_start[number]) + lead.argmax(axis=0)
            mixed = np.maximum(response.lead[self.first[side], everyone], response.lead[second[side], everyone])
            second[side] = np.where(lead.max(axis=0) > mixed + BETTER, best, second[side])
        return replace(self, second=second)


def _newton(game: Game, plan: Plan, numbers: Numbers, state: State, mixture: _Mixture) -> tuple[_Mixture, State]:
    """Newton steps of least size on the gaps, all other choices as they are; coefficients move by their logarithms."""
    sides, draws = mixture.probability.shape
    variables = sides + len(mixture.free)
    for _ in range(NEWTON if sides else 0):
        gap = mixture.gaps(respond(game, plan, numbers, state, None))
        if np.all(np.abs(gap) <= EQUAL / 100):
            break
        slopes = np.empty((draws, sides, variables))
        for variable in range(variables):
            nudge = np.full(draws, TINY)
            if variable < sides:
                nudge = np.where(mixture.probability[variable] > 0.5, -NUDGE, NUDGE)
            moved = _moved(game, mixture, state, variable, nudge)
            slopes[:, :, variable] = ((mixture.gaps(respond(game, plan, numbers, moved, None)) - gap) / nudge).T
        step = -(np.linalg.pinv(slopes, rcond=1e-9) @ gap.T[:, :, None])[:, :, 0].T
        probability = np.clip(mixture.probability + step[:sides], EDGE, 1 - EDGE)
        coefficient = state.coefficient.copy()
        coefficient[mixture.free] *= np.exp(np.clip(step[sides:], -5.0, 5.0))
        mixture = replace(mixture, probability=probability)
        state = mixture.into(game, replace(state, coefficient=coefficient))
    return mixture, state


def _moved(game: Game, mixture: _Mixture, state: State, variable: int, nudge: Floats) -> State:
    sides = len(mixture.probability)
    if variable < sides:
        probability = mixture.probability.copy()
        probability[variable] += nudge
        return replace(mixture, probability=probability).into(game, state)
    coefficient = state.coefficient.copy()
    coefficient[mixture.free[variable - sides]] *= np.exp(nudge)
    return replace(state, coefficient=coefficient)
