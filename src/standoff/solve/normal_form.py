"""The reduced normal form of a game, or of a piece of one.

Notation. A *reduced strategy* of an actor names an option at every own information set that its earlier options do not
rule out, and nowhere else; strategies that differ only at information sets they never reach are one (Kuhn 1953). With
imperfect recall the same holds: reduced strategies are exactly the classes of pure strategies that cannot be told apart
whatever the others do. A *leaf* is a live terminal, or the root of a subgame whose value is given.

Axes: ``reach[actor][strategy, leaf]`` is True where the actor's own options allow the leaf; ``chance[leaf]`` is the
product of chance probabilities on its path; ``payoffs[leaf, actor]``. The payoff of a profile is the sum over leaves of
chance * payoffs where every actor allows the leaf.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from standoff.game.game import TERMINAL, Bools, Floats, NumericGame
from standoff.solve.subgames import Value

Strategy: TypeAlias = tuple[tuple[int, int], ...]  # (information set, option), ascending
Choices: TypeAlias = frozenset[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class NormalForm:
    """The strategies of the actors that move, and the leaves; see the module's docstring."""

    actors: tuple[int, ...]
    strategies: tuple[tuple[Strategy, ...], ...]  # [moving actor]
    reach: tuple[Bools, ...]  # [moving actor][strategy, leaf]
    chance: Floats  # [leaf]
    payoffs: Floats  # [leaf, actor], actors of the game

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of strategies of each moving actor."""
        return tuple(len(strategies) for strategies in self.strategies)

    def table(self, actor: int) -> Floats:
        """Expected payoff of an actor for every profile: ``float64[strategy of first mover, of second, ...]``."""
        result = np.empty(self.shape)
        weights = self.chance * self.payoffs[:, actor]
        if not self.shape:
            return np.asarray(weights.sum())
        *outer, last = self.reach
        for combination in itertools.product(*(range(len(reach)) for reach in outer)):
            joint = weights
            for reach, strategy in zip(outer, combination, strict=True):
                joint = joint * reach[strategy]
            result[combination] = last @ joint
        return result


def normal_form(
    numeric: NumericGame, root: int, infosets: Sequence[int], values: Mapping[int, Value], limit: int
) -> NormalForm | None:
    """The reduced normal form below `root`, where nodes in `values` are leaves; None beyond `limit` profiles.

    `infosets` are the live information sets met on the way.
    """
    game = numeric.game
    leaves = _leaves(numeric, root, values)
    owner = {infoset: game.infosets[infoset].actor for infoset in infosets}
    movers = tuple(sorted(set(owner.values())))
    strategies = []
    size = 1
    for actor in movers:
        own = [infoset for infoset in infosets if owner[infoset] == actor]
        histories = {infoset: _histories(numeric, root, infoset, actor) for infoset in own}
        found = tuple(itertools.islice(reduced_strategies(numeric, histories), limit // size + 1))
        size *= len(found)
        if size > limit:
            return None
        strategies.append(found)
    reach = []
    for actor, own_strategies in zip(movers, strategies, strict=True):
        needed = [choices_on_path(numeric, root, leaf, actor) for leaf, _ in leaves]
        reach.append(np.array([[need <= set(s) for need in needed] for s in own_strategies], dtype=bool))
    payoffs = [
        values[leaf] if leaf in values else tuple(numeric.payoffs[game.terminal[leaf]].tolist()) for leaf, _ in leaves
    ]
    return NormalForm(
        movers,
        tuple(strategies),
        tuple(reach),
        np.array([p for _, p in leaves]),
        np.array(payoffs, dtype=float).reshape(len(leaves), len(game.actors)),
    )


def _leaves(numeric: NumericGame, root: int, values: Mapping[int, Value]) -> list[tuple[int, float]]:
    leaves, pending = [], [(root, 1.0)]
    while pending:
        node, probability = pending.pop()
        if node in values or numeric.game.kind[node] == TERMINAL:
            leaves.append((node, probability))
            continue
        for child in numeric.game.children(node):
            if numeric.live[child]:
                pending.append((child, probability * float(numeric.chance[child])))
    return sorted(leaves)


def choices_on_path(numeric: NumericGame, root: int, node: int, actor: int) -> Choices:
    """The actor's own choices on the way from `root` to a node."""
    game = numeric.game
    choices = []
    while node != root:
        parent = int(game.parent[node])
        if game.infoset[parent] >= 0 and game.infosets[int(game.infoset[parent])].actor == actor:
            choices.append((int(game.infoset[parent]), int(game.action[node])))
        node = parent
    return frozenset(choices)


def _histories(numeric: NumericGame, root: int, infoset: int, actor: int) -> frozenset[Choices]:
    """Own choices that lead to some live node of an information set; a node that would need two options is left out."""
    found = {choices_on_path(numeric, root, int(node), actor) for node in numeric.members[infoset]}
    return frozenset(choices for choices in found if len({own for own, _ in choices}) == len(choices))


def reduced_strategies(numeric: NumericGame, histories: Mapping[int, frozenset[Choices]]) -> Iterator[Strategy]:
    """One actor's reduced strategies; `histories` per own information set: sets of own choices that lead to it."""

    def extend(strategy: dict[int, int]) -> Iterator[Strategy]:
        made = set(strategy.items())
        for infoset in sorted(histories):
            if infoset not in strategy and any(history <= made for history in histories[infoset]):
                for option in range(len(numeric.game.infosets[infoset].options)):
                    yield from extend({**strategy, infoset: option})
                return
        yield tuple(sorted(strategy.items()))

    yield from extend({})


def value_of(form: NormalForm, profile: Sequence[int]) -> Value:
    """Expected payoff of every actor of the game."""
    allowed = np.ones(len(form.chance), dtype=bool)
    for reach, strategy in zip(form.reach, profile, strict=True):
        allowed &= reach[strategy]
    weights = form.chance[allowed]
    return tuple(math.fsum((weights * column).tolist()) for column in form.payoffs[allowed].T)


def pure_equilibria(form: NormalForm, ranges: Floats, tolerance: float) -> list[tuple[int, ...]]:
    """Profiles (a strategy number per moving actor) from which nobody gains more than `tolerance` of its range."""
    stable = np.ones(form.shape, dtype=bool)
    for axis, actor in enumerate(form.actors):
        table = form.table(actor)
        stable &= table >= table.max(axis=axis, keepdims=True) - tolerance * ranges[actor]
    return [tuple(profile) for profile in np.argwhere(stable).tolist()]
