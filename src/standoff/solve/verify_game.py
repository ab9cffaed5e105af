"""The game as the verifier sees it: what exists at these numbers, and how it plays out under a strategy.

Notation and axes as in `standoff.game.game`. Nodes at and below a chance branch of probability 0 do not exist; an
information set without a node is *void*. Utilities are shares of an actor's payoff range over the endings that exist: 0
its worst, 1 its best (all 0 where the range is 0). Every walk over the tree is a loop: games may be 10,000 moves deep.
Part of the verifier (`standoff.solve.verify`), so nothing here is shared with a solver.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from standoff.errors import UndefinedError
from standoff.game.game import TERMINAL, Bools, Floats, Game, NumericGame


@dataclass(frozen=True)
class Fault:
    """A condition that does not hold, and the sentence about it."""

    failed: str
    reason: str


@dataclass(frozen=True)
class LiveGame:
    """The part of the game that exists at these numbers."""

    game: Game
    nodes: list[int]  # ascending, so parents come first
    parent: list[int]
    slot: list[int]
    owner: list[int]  # [node] actor who moves there; -1 at chance and terminal nodes
    live: Bools  # [node]
    members: list[list[int]]  # [infoset] empty where void
    counts: Bools  # [slot] whether its information set is not void
    chance: list[float]  # [node]
    utility: Floats  # [node, actor] share of the payoff range at terminals; 0 elsewhere
    span: Floats  # [actor] payoff range, raw


@dataclass(frozen=True)
class Play:
    """The game under a behaviour strategy, normalised against rounding."""

    probability: Floats  # [slot] 0 in void sets
    branch: list[float]  # [node] probability of the branch into it, by chance or by its actor
    values: Floats  # [node, actor] expected utility from there on


def live_game(numeric: NumericGame) -> LiveGame:
    """The game at these numbers; raises `UndefinedError` where one of them is not finite."""
    game = numeric.game
    if not (np.isfinite(numeric.payoffs).all() and np.isfinite(numeric.chance).all()):
        raise UndefinedError(
            "a payoff or probability of the game is not a finite number; verify it at other parameters"
        )
    parent, chance = game.parent.tolist(), numeric.chance.tolist()
    live = [True] + [False] * (game.n_nodes - 1)
    for node in range(1, game.n_nodes):
        live[node] = live[parent[node]] and chance[node] > 0
    nodes = [node for node in range(game.n_nodes) if live[node]]
    infoset = game.infoset.tolist()
    members: list[list[int]] = [[] for _ in game.infosets]
    for node in nodes:
        if infoset[node] >= 0:
            members[infoset[node]].append(node)
    counts = np.array([len(own) > 0 for own in members], dtype=bool)[game.slot_infoset]
    alive = np.array(live, dtype=bool)
    utility, span = _utility(numeric, alive)
    return LiveGame(
        game, nodes, parent, game.slot.tolist(), game.actor.tolist(), alive, members, counts, chance, utility, span
    )


def _utility(numeric: NumericGame, live: Bools) -> tuple[Floats, Floats]:
    """Shares of the payoff range per node and actor, and the ranges; powers of two keep extreme payoffs exact."""
    game = numeric.game
    there = live[game.terminals]
    payoffs = numeric.payoffs[there]
    exponent = np.frexp(np.abs(payoffs).max(axis=0))[1]
    scaled = np.ldexp(payoffs, -exponent)
    low = scaled.min(axis=0)
    span = scaled.max(axis=0) - low
    utility = np.zeros((game.n_nodes, len(game.actors)))
    utility[game.terminals[there]] = np.divide(scaled - low, span, out=np.zeros_like(scaled), where=span > 0)
    with np.errstate(over="ignore"):
        return utility, np.ldexp(span, exponent)


def play_out(tree: LiveGame, behaviour: Floats) -> Play:
    """The values that follow from a strategy."""
    game = tree.game
    probability = np.where(tree.counts, behaviour, 0.0)
    total = np.bincount(game.slot_infoset, weights=probability, minlength=len(game.infosets))[game.slot_infoset]
    probability = np.divide(probability, total, out=np.zeros_like(probability), where=total > 0)
    by_chance = [0.0] * game.n_nodes  # what the live branches of a chance node sum to
    for node in tree.nodes[1:]:
        by_chance[tree.parent[node]] += tree.chance[node]
    choice = probability.tolist()
    branch = [0.0] * game.n_nodes
    for node in tree.nodes[1:]:
        slot = tree.slot[node]
        branch[node] = choice[slot] if slot >= 0 else tree.chance[node] / by_chance[tree.parent[node]]
    values = np.zeros_like(tree.utility)
    for actor in range(len(game.actors)):
        value = tree.utility[:, actor].tolist()
        for node in reversed(tree.nodes[1:]):
            value[tree.parent[node]] += branch[node] * value[node]
        values[:, actor] = value
    return Play(probability, branch, values)


def own_sets(tree: LiveGame, actor: int) -> list[int]:
    """The actor's sets that are not void, by their first node: with perfect recall, in an order of its play."""
    own = [h for h, nodes in enumerate(tree.members) if nodes and tree.owner[nodes[0]] == actor]
    return sorted(own, key=lambda h: tree.members[h][0])


def last_choices(tree: LiveGame, actor: int) -> list[int]:
    """[node] the slot the actor chose last on the way to it; -1 if none."""
    last = [-1] * tree.game.n_nodes
    for node in tree.nodes[1:]:
        above = tree.parent[node]
        last[node] = tree.slot[node] if tree.owner[above] == actor else last[above]
    return last


def has_recall(tree: LiveGame, actor: int) -> bool:
    """Whether the actor's last choice is the same at every node of each of its sets."""
    last = last_choices(tree, actor)
    return all(
        last[node] == last[nodes[0]] for h in own_sets(tree, actor) for nodes in [tree.members[h]] for node in nodes
    )


def subgame_roots(tree: LiveGame) -> list[int]:
    """Nodes whose subtree contains every information set that it touches, ascending; the root is one."""
    n = tree.game.n_nodes
    size, entry, free = [0] * n, [0] * n, [1] * n
    for node in reversed(tree.nodes):
        size[node] += 1
        if node:
            size[tree.parent[node]] += size[node]
    for node in tree.nodes[1:]:  # numbers by depth first: a subtree is entry[x] : entry[x] + size[x]
        above = tree.parent[node]
        entry[node], free[above] = free[above], free[above] + size[node]
        free[node] = entry[node] + 1
    low, high = list(entry), list(entry)
    for nodes in tree.members:
        entries = [entry[node] for node in nodes]
        for node in nodes:
            low[node], high[node] = min(entries), max(entries)
    for node in reversed(tree.nodes[1:]):
        above = tree.parent[node]
        low[above], high[above] = min(low[above], low[node]), max(high[above], high[node])
    inner = [node for node in tree.nodes if tree.game.kind[node] != TERMINAL]
    return [node for node in inner if low[node] >= entry[node] and high[node] < entry[node] + size[node]]


def last_moves(tree: LiveGame) -> tuple[list[int], list[float]]:
    """[node] the node that the last actor's choice led to (0 if none), and the log probability of chance since."""
    entered, since = [0] * tree.game.n_nodes, [0.0] * tree.game.n_nodes
    for node in tree.nodes[1:]:
        above = tree.parent[node]
        if tree.slot[node] >= 0:
            entered[node] = node
        else:
            entered[node], since[node] = entered[above], since[above] + math.log(tree.chance[node])
    return entered, since
