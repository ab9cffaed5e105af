"""What the passes of iterated best replies work on: the structure of a game and the numbers of many draws.

Information sets are put into *stages*: a set comes one stage after the latest set on any path to it. Sets of a stage
never follow one another, so those that are alike in size are treated together, as index arrays.

Axes: ``values[node * actors + actor, draw]``, everything else ``[..., draw]`` too.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from standoff.game.batch import Batch, chosen_draws
from standoff.game.game import Bools, Floats, Game, Ints


@dataclass(frozen=True, eq=False)
class Group:
    """Information sets that never follow one another, alike in size: [set] and [member, set] index arrays."""

    sets: Ints  # [set]
    nodes: tuple[Ints, ...]  # [member][set]
    above: tuple[Ints, ...]  # [member][set] the decision node before, n_nodes if none
    via: tuple[Ints, ...]  # [member][set] the slot chosen there, n_slots if none
    rows: tuple[tuple[Ints, ...], ...]  # [option][member][set] row in `values` of the child, to the set's actor
    slots: tuple[Ints, ...]  # [option][set]
    own: tuple[tuple[Ints, ...], ...]  # [member][set] slots on the path to this member and to no other


@dataclass(frozen=True, eq=False)
class Plan:
    """The structure of a game, arranged for the passes."""

    groups: tuple[Group, ...]
    families: tuple[tuple[Ints, tuple[Ints, ...]], ...]  # (parents of one level, [child][parent]), deepest first
    decided: Ints  # nodes after a decision
    infoset_above: Ints  # [decided]
    action: Ints  # [decided]


@lru_cache(maxsize=16)
def plan_of(game: Game) -> Plan:
    """The plan of a game with perfect recall and an order of play."""
    above, via = _predecessors(game)
    stage = np.zeros(len(game.infosets), dtype=np.int64)
    for h, nodes in enumerate(game.members):  # sets are numbered in an order of play
        before = [int(stage[game.infoset[above[node]]]) for node in nodes.tolist() if above[node] < game.n_nodes]
        stage[h] = max(before, default=-1) + 1
    shapes: dict[tuple[int, int, int], list[int]] = {}
    for h, nodes in enumerate(game.members):
        shapes.setdefault((int(stage[h]), len(nodes), len(game.infosets[h].options)), []).append(h)
    groups = [_group(game, sets, above, via) for (_, size, _), sets in sorted(shapes.items()) if size]
    decided = np.flatnonzero(game.slot >= 0)
    return Plan(tuple(groups), _families(game), decided, game.infoset[game.parent[decided]], game.action[decided])


def _families(game: Game) -> tuple[tuple[Ints, tuple[Ints, ...]], ...]:
    """Inner nodes of each level with their children, those with equally many together; the deepest level first."""
    result = []
    for level in game.levels[::-1]:
        inner = np.arange(level.start, level.stop)[game.n_children[level] > 0]
        for size in sorted(set(game.n_children[inner].tolist())):
            parents = inner[game.n_children[inner] == size]
            result.append((parents, tuple(game.first_child[parents] + child for child in range(size))))
    return tuple(result)


def _predecessors(game: Game) -> tuple[Ints, Ints]:
    """[node] the last decision node before it and the slot chosen there (n_nodes and n_slots where there is none)."""
    above = np.full(game.n_nodes, game.n_nodes, dtype=np.int64)
    via = np.full(game.n_nodes, game.n_slots, dtype=np.int64)
    for node in range(1, game.n_nodes):
        parent = int(game.parent[node])
        decision = game.slot[node] >= 0
        above[node] = parent if decision else above[parent]
        via[node] = game.slot[node] if decision else via[parent]
    return above, via


def _group(game: Game, sets: list[int], above: Ints, via: Ints) -> Group:
    members = np.stack([game.members[h] for h in sets], axis=1)  # [member, set]
    actor = np.array([game.infosets[h].actor for h in sets])
    options = len(game.infosets[sets[0]].options)
    actors = len(game.actors)
    return Group(
        sets=np.array(sets),
        nodes=tuple(members),
        above=tuple(above[members]),
        via=tuple(via[members]),
        rows=tuple(
            tuple((game.first_child[nodes] + option) * actors + actor for nodes in members) for option in range(options)
        ),
        slots=tuple(game.slot_start[sets] + option for option in range(options)),
        own=tuple(tuple(own) for own in zip(*(_own_slots(game, game.members[h].tolist()) for h in sets), strict=True)),
    )


def _own_slots(game: Game, nodes: list[int]) -> list[Ints]:
    """[member] the slots on its path that are on no other member's."""
    paths = [{int(game.slot[step]) for step in game.path(node) if game.slot[step] >= 0} for node in nodes]
    result = []
    for member, path in enumerate(paths):
        others = set().union(*(other for place, other in enumerate(paths) if place != member))
        result.append(np.array(sorted(path - others), dtype=np.int64))
    return result


@dataclass(frozen=True, eq=False)
class Numbers:
    """The draws still at work: utilities in one common unit per draw."""

    chance: Floats  # [node, draw]
    weight: Floats  # [node, draw] product of the chance probabilities on the path
    utilities: Floats  # [terminal, actor, draw]

    def take(self, columns: Bools | Ints) -> Numbers:
        """Some of the draws."""
        return Numbers(*(chosen_draws(getattr(self, entry.name), columns) for entry in fields(self)))


def numbers_of(given: Batch) -> Numbers:
    """The numbers of a batch; all actors' payoffs in units of the largest range of any actor."""
    game = given.game
    spread = (given.payoffs.max(axis=0) - given.payoffs.min(axis=0)).max(axis=0)
    utilities = given.payoffs / np.where(spread > 0, spread, 1.0)
    weight = given.chance.copy()
    for level in game.levels[1:]:
        weight[level] *= weight[game.parent[level]]
    return Numbers(given.chance, weight, utilities)


def values_of(game: Game, plan: Plan, numbers: Numbers, branch: Floats) -> Floats:
    """[node * actors + actor, draw] expected utilities where ``branch[node, draw]`` is the probability of a branch."""
    actors, draws = len(game.actors), branch.shape[1]
    values = np.empty((game.n_nodes, actors, draws))
    values[game.terminals] = numbers.utilities
    for parents, children in plan.families:
        total = values[children[0]] * branch[children[0], None, :]
        for nodes in children[1:]:
            total += values[nodes] * branch[nodes, None, :]
        values[parents] = total
    return values.reshape(game.n_nodes * actors, draws)
