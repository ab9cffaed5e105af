"""Mixed equilibria from what is known of them: which options mix, and which mistakes decide beliefs.

Far out on a logit path it can be told which options stay and which nodes of an information set do. That is a `Pattern`:
the options that mix and where, the choices elsewhere, the mistakes that decide beliefs off the path. The probabilities
(and the weights of such mistakes where beliefs off the path must balance) are found by Newton steps on the differences
in value, the least ones where there is a choice, while all other sets reply best; for many draws at once.

What comes out is a proposal; a verifier decides. Axes as in `standoff.solve.response`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache

import numpy as np

from standoff.game.batch import Batch, chosen_draws
from standoff.game.game import Bools, Choices, Floats, Game, Ints
from standoff.solve.replies import numbers_of, plan_of
from standoff.solve.response import Response, State, pure_state, respond

ROUNDS, NEWTON, SETTLING = 2, 3, 6  # rounds: Newton steps on the mixture, then passes of the others
NUDGE, TINY = 1e-3, 1e-4  # by which a probability and the logarithm of a coefficient are moved to see what follows
EDGE = 1e-9  # probabilities are kept this far from 0 and 1 while they are sought
INSIDE = 1e-6  # probabilities nearer 0 or 1 are not mixed
EQUAL = 1e-11  # differences in value below this are none
BLOCK = 256  # draws whose variables are moved in one go
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

    @property
    def kind(self) -> tuple[object, ...]:
        """What the pattern is without its numbers; patterns of one kind lead to the same equilibrium of a draw."""
        return self.sides, self.choice.tobytes(), self.cheap.tobytes(), self.free


@dataclass(frozen=True, eq=False)
class Proposed:
    """Proposed profiles; columns of draws that are not `settled` mean nothing."""

    behaviour: Floats  # [slot, draw]
    exponents: Ints  # [slot, draw]
    coefficient: Floats  # [slot, draw]
    settled: Bools  # [draw]

    @staticmethod
    def nothing(game: Game, draws: int) -> Proposed:
        """No proposal yet."""
        return Proposed(
            np.zeros((game.n_slots, draws)),
            np.ones((game.n_slots, draws), dtype=np.int64),
            np.ones((game.n_slots, draws)),
            np.zeros(draws, dtype=bool),
        )

    def take(self, columns: Ints | Bools) -> Proposed:
        """Some of the draws."""
        return Proposed(*(chosen_draws(getattr(self, entry.name), columns) for entry in fields(self)))

    def put(self, columns: Ints, other: Proposed) -> None:
        """Overwrite some of the draws."""
        for entry in fields(self):
            getattr(self, entry.name)[..., columns] = getattr(other, entry.name)


def patterns_of(given: Batch, behaviour: Floats, beliefs: Floats) -> list[Pattern | None]:
    """The patterns of equilibria, ``behaviour[slot, draw]`` and ``beliefs[node, draw]``.

    None where more than two options mix at a set. Beliefs are NaN where there are none.
    """
    game = given.game
    used, believed = np.ascontiguousarray((behaviour > 0).T), np.ascontiguousarray((beliefs > 0).T)
    choice = np.zeros((len(given), len(game.infosets)), dtype=np.int16)
    for number in range(len(game.infosets)):
        choice[:, number] = behaviour[game.options(number)].argmax(axis=0)
    return [
        _pattern(given, draw, behaviour[:, draw], beliefs[:, draw], choice[draw], used[draw], believed[draw])
        for draw in range(len(given))
    ]


def _pattern(
    given: Batch, draw: int, behaviour: Floats, beliefs: Floats, choice: Choices, used: Bools, believed: Bools
) -> Pattern | None:
    shape = _shape(given.game, used.tobytes(), believed.tobytes())
    if shape is None:
        return None
    coefficient = np.ones(given.game.n_slots + 1)
    for slot, node in shape.balanced:
        coefficient[slot] = beliefs[node] / given.chance[given.game.path(node), draw].prod()
    probability = behaviour[[first for _, first, _ in shape.sides]]
    return Pattern(shape.sides, probability, choice, shape.cheap, coefficient, shape.free)


@dataclass(frozen=True, eq=False)
class _Shape:
    """What the supports of strategies and beliefs alone say of a pattern."""

    sides: tuple[tuple[int, int, int], ...]
    cheap: Bools  # [slot + 1]
    free: tuple[int, ...]
    balanced: tuple[tuple[int, int], ...]  # a slot whose coefficient belongs to the belief at a node


@lru_cache(maxsize=4096)
def _shape(game: Game, used: bytes, believed: bytes) -> _Shape | None:
    support, beliefs = np.frombuffer(used, dtype=bool), np.frombuffer(believed, dtype=bool).tolist()
    reached = _reached(game, support).tolist()
    counts = np.add.reduceat(support, game.slot_start[:-1], dtype=np.int64)
    if counts.max() > 2:
        return None
    sides = []
    for number in np.flatnonzero(counts == 2).tolist():
        first, second = np.flatnonzero(support[game.options(number)]).tolist()
        sides.append((number, game.options(number).start + first, game.options(number).start + second))
    cheap = np.zeros(game.n_slots + 1, dtype=bool)
    balanced: list[tuple[int, int]] = []
    decided: set[int] = set()  # the first set at which a mistake matters decides what it costs
    for nodes, slots_of in _shared(game):
        if any(reached[node] for node in nodes):
            continue
        on = [member for member, node in enumerate(nodes) if beliefs[node]]
        fresh = [[slot for slot in slots if slot not in decided] for slots in slots_of]
        for member, slots in enumerate(fresh):
            cheap[slots] = member in on
            decided.update(slots)
        if len(on) > 1 and all(fresh[member] for member in on):
            balanced += [(fresh[member][0], nodes[member]) for member in on]
    cheap[:-1] &= ~support
    free = tuple(slot for slot in dict.fromkeys(slot for slot, _ in balanced) if cheap[slot])
    return _Shape(tuple(sides), cheap, free, tuple(balanced))


@lru_cache(maxsize=16)
def _shared(game: Game) -> tuple[tuple[list[int], list[list[int]]], ...]:
    """The nodes of each information set of several, and the slots of each node's path that are its own, in order."""
    return tuple(
        ([int(nodes[place]) for nodes in group.nodes], [slots[place].tolist() for slots in group.own])
        for group in plan_of(game).groups
        if len(group.nodes) > 1
        for place in range(len(group.sets))
    )


def _reached(game: Game, support: Bools) -> Bools:
    """[node] whether play comes there."""
    reached, played = np.ones(game.n_nodes, dtype=bool), np.append(support, True)  # last: chance, which has no slot
    for level in game.levels[1:]:
        reached[level] = reached[game.parent[level]] & played[game.slot[level]]
    return reached


def solve_patterns(given: Batch, patterns: Sequence[Pattern]) -> Proposed:
    """A pattern on each draw of a batch, ``patterns[draw]``."""
    result = Proposed.nothing(given.game, len(given))
    for begin in range(0, len(given), BLOCK):
        columns = np.arange(begin, min(begin + BLOCK, len(given)))
        _Work(given.take(columns), [patterns[n] for n in columns.tolist()]).into(result, columns)
    return result


class _Work:
    """A block of draws at work."""

    def __init__(self, given: Batch, patterns: Sequence[Pattern]) -> None:
        self.game = given.game
        self.plan = plan_of(given.game)
        self.numbers = numbers_of(given)
        choice = np.stack([pattern.choice for pattern in patterns], axis=1)
        cheap = np.stack([pattern.cheap for pattern in patterns], axis=1)
        coefficient = np.stack([pattern.coefficient for pattern in patterns], axis=1)
        self.mixture = _Mixture.of(given.game, patterns)
        self.state = self.mixture.into(replace(pure_state(self.game, choice, cheap), coefficient=coefficient))

    def into(self, result: Proposed, columns: Ints) -> None:
        """Work on the draws, and write those that settle at these columns of a result."""
        open_ = np.arange(len(columns))
        for _ in range(ROUNDS):
            self._newton(open_)
            response = self._respond(open_)
            mixture = self.mixture.take(open_)
            pivoted = mixture.pivoted(response)
            turned = np.any(pivoted.second != mixture.second, axis=0)
            if turned.any():
                self.mixture.put(open_[turned], pivoted.take(turned))
                self.state.put(open_[turned], pivoted.take(turned).into(self.state.take(open_[turned])))
                self._newton(open_[turned])
            open_ = open_[~self._settle(open_, result, columns)]
            if not open_.size:
                break

    def _respond(self, at: Ints, state: State | None = None, loose: Bools | None = None) -> Response:
        return respond(self.game, self.plan, self.numbers.take(at), state or self.state.take(at), loose)

    def _settle(self, at: Ints, result: Proposed, columns: Ints) -> Bools:
        """Passes in which the sets that do not mix reply; which draws come to rest at an equilibrium."""
        done, left = np.zeros(len(at), dtype=bool), np.arange(len(at))
        for _ in range(SETTLING):
            own, state, mixture = at[left], self.state.take(at[left]), self.mixture.take(at[left])
            response = self._respond(own, state, np.ones(state.choice.shape, dtype=bool))
            rest = response.agrees(state)
            good = rest & mixture.inside & mixture.best(response)
            good &= (np.abs(mixture.gaps(response)) <= EQUAL).all(axis=0)
            to = columns[own[good]]
            result.behaviour[:, to] = state.behaviour[:-1, good]
            result.exponents[:, to] = response.exponents[:, good]
            result.coefficient[:, to] = state.coefficient[:-1, good]
            result.settled[to] = True
            done[left[good]] = True
            moving = ~rest
            if not moving.any():
                break
            following = pure_state(
                self.game, chosen_draws(response.choice, moving), chosen_draws(response.cheap, moving)
            )
            held, coefficient = chosen_draws(state.held, moving), chosen_draws(state.coefficient, moving)
            following = replace(following, held=held, coefficient=coefficient)
            self.state.put(own[moving], mixture.take(moving).into(following))
            left = left[moving]
        return done

    def _newton(self, at: Ints) -> None:
        """Newton steps of least size on the gaps, all other choices as they are."""
        left = at
        for _ in range(NEWTON):
            mixture, state = self.mixture.take(left), self.state.take(left)
            gap = mixture.gaps(self._respond(left, state))
            moving = np.any(np.abs(gap) > EQUAL / 100, axis=0)
            if not moving.any():
                break
            left, mixture, state, gap = (
                left[moving],
                mixture.take(moving),
                state.take(moving),
                chosen_draws(gap, moving),
            )
            step = _least(self._slopes(left, mixture, state, gap), gap)
            mixture, state = mixture.stepped(state, step)
            self.mixture.put(left, mixture)
            self.state.put(left, state)

    def _slopes(self, at: Ints, mixture: _Mixture, state: State, gap: Floats) -> Floats:
        """[draw, side, variable] how the gaps change, all variables moved in one go."""
        real = mixture.variables
        variable, column = np.nonzero(real)
        nudge = mixture.nudges()[variable, column]
        step = np.zeros((len(real), len(column)))
        step[variable, np.arange(len(column))] = nudge
        part = mixture.take(column)
        moved, state = part.stepped(state.take(column), step)
        change = (moved.gaps(self._respond(at[column], state)) - chosen_draws(gap, column)) / nudge
        slopes = np.zeros((len(at), len(gap), len(real)))
        slopes[column, :, variable] = change.T
        return slopes


def _least(slopes: Floats, gap: Floats) -> Floats:
    """[variable, draw] the least step that closes the gaps, to first order."""
    return np.asarray(-(np.linalg.pinv(slopes, rcond=1e-9) @ gap.T[:, :, None])[:, :, 0].T)


@dataclass(frozen=True, eq=False)
class _Mixture:
    """Which options mix, by draw: two slots at each of some sets, the probability of the first; and free coefficients.

    Draws have differently many sides and free coefficients: those missing are of set -1 and slot ``n_slots``.
    """

    game: Game
    sets: Ints  # [side, draw]
    first: Ints  # [side, draw] slots
    second: Ints  # [side, draw]
    probability: Floats  # [side, draw]
    free: Ints  # [free, draw] slots

    @staticmethod
    def of(game: Game, patterns: Sequence[Pattern]) -> _Mixture:
        """The mixtures of patterns, one per draw."""
        draws = len(patterns)
        sides = max(len(pattern.sides) for pattern in patterns)
        frees = max(len(pattern.free) for pattern in patterns)
        sets, slots = np.full((sides, draws), -1), np.full((2, sides, draws), game.n_slots)
        probability, free = np.full((sides, draws), 0.5), np.full((frees, draws), game.n_slots)
        for column, pattern in enumerate(patterns):
            own = len(pattern.sides)
            if own:
                sets[:own, column], slots[0, :own, column], slots[1, :own, column] = zip(*pattern.sides, strict=True)
            probability[:own, column] = pattern.probability
            free[: len(pattern.free), column] = pattern.free
        return _Mixture(game, sets, slots[0], slots[1], probability, free)

    def take(self, columns: Ints | Bools) -> _Mixture:
        """Some of the draws."""
        first, second = chosen_draws(self.first, columns), chosen_draws(self.second, columns)
        sets, free = chosen_draws(self.sets, columns), chosen_draws(self.free, columns)
        probability = chosen_draws(self.probability, columns)
        return _Mixture(self.game, sets, first, second, probability, free)

    def put(self, columns: Ints, other: _Mixture) -> None:
        """Overwrite some of the draws."""
        for own, table in zip(self._tables, other._tables, strict=True):
            own[:, columns] = table

    @property
    def _tables(self) -> tuple[Ints, Ints, Ints, Floats, Ints]:
        return self.sets, self.first, self.second, self.probability, self.free

    @property
    def variables(self) -> Bools:
        """[side + free, draw] which there are."""
        return np.vstack([self.sets >= 0, self.free < self.game.n_slots])

    @property
    def inside(self) -> Bools:
        """[draw] whether all probabilities are away from 0 and 1."""
        return np.asarray(((self.probability > INSIDE) & (self.probability < 1 - INSIDE)).all(axis=0))

    def nudges(self) -> Floats:
        """[side + free, draw] by how much a variable is moved to see what follows."""
        sides = np.where(self.probability > 0.5, -NUDGE, NUDGE)
        return np.vstack([sides, np.full(self.free.shape, TINY)])

    def stepped(self, state: State, step: Floats) -> tuple[_Mixture, State]:
        """After a step ``[side + free, draw]``: probabilities move by it, coefficients by it in their logarithms."""
        sides = len(self.sets)
        probability = np.where(self.sets >= 0, np.clip(self.probability + step[:sides], EDGE, 1 - EDGE), 0.5)
        coefficient = state.coefficient.copy()
        everyone = np.arange(coefficient.shape[1])
        for slots, by in zip(self.free, step[sides:], strict=True):
            coefficient[slots, everyone] *= np.exp(np.clip(by, -5.0, 5.0))
        coefficient[-1] = 1.0
        moved = replace(self, probability=probability)
        return moved, moved.into(replace(state, coefficient=coefficient))

    def into(self, state: State) -> State:
        """The state with the mixture in its behaviour."""
        held, behaviour = state.held.copy(), state.behaviour.copy()
        everyone = np.arange(behaviour.shape[1])
        for number, first, second, probability in zip(
            self.sets, self.first, self.second, self.probability, strict=True
        ):
            real = np.flatnonzero(number >= 0)
            held[number[real], real] = True
            behaviour[self._options(number), everyone] = 0.0
            behaviour[first, everyone] = probability
            behaviour[second, everyone] = 1.0 - probability
        behaviour[-1] = 1.0
        return replace(state, held=held, behaviour=behaviour)

    def _options(self, number: Ints) -> Ints:
        """[option, draw] slots of a set that differs by draw; ``n_slots`` where there is none."""
        sizes = np.append(np.diff(self.game.slot_start), 0)[number]
        option = np.arange(int(sizes.max(initial=1)))[:, None]
        return np.where(option < sizes, self.game.slot_start[number] + option, self.game.n_slots)

    def gaps(self, response: Response) -> Floats:
        """[side, draw] the value of the first option over the second, times the weight of the beliefs."""
        everyone = np.arange(self.probability.shape[1])
        lead = np.vstack([response.lead, np.zeros(len(everyone))])
        return np.asarray(
            (lead[self.first, everyone] - lead[self.second, everyone]) * response.mass[self.sets, everyone]
        )

    def _leads(self, response: Response, side: int) -> tuple[Ints, Floats, Floats]:
        """Slots of a side's set and their values [option, draw], and the larger value of the two that mix [draw]."""
        everyone = np.arange(self.probability.shape[1])
        lead = np.vstack([response.lead, np.full(len(everyone), -np.inf)])
        slots = self._options(self.sets[side])
        mixed = np.maximum(lead[self.first[side], everyone], lead[self.second[side], everyone])
        return slots, lead[slots, everyone], mixed

    def best(self, response: Response) -> Bools:
        """[draw] whether no other option is better than those that mix."""
        good = np.ones(self.probability.shape[1], dtype=bool)
        for side, number in enumerate(self.sets):
            _, values, mixed = self._leads(response, side)
            good &= (number < 0) | (values.max(axis=0) <= mixed + BETTER)
        return good

    def pivoted(self, response: Response) -> _Mixture:
        """With the best option in the place of the second, where it is better than both."""
        second, everyone = self.second.copy(), np.arange(self.probability.shape[1])
        for side, number in enumerate(self.sets):
            slots, values, mixed = self._leads(response, side)
            better = (number >= 0) & (values.max(axis=0) > mixed + BETTER)
            second[side] = np.where(better, slots[values.argmax(axis=0), everyone], second[side])
        return replace(self, second=second)
