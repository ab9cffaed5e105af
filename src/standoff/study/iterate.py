"""Best-response iteration with the beliefs of the logit limit, for many draws at once.

Where the logit path ends in pure strategies, unused options die off as exp(-lambda gap): beliefs settle on the nodes
whose paths cost least in gaps, weighted by chance. So, from the best replies to uniform play:

1. values V bottom-up under the current pure profile;
2. in order of play, at every information set: a node's cost is the sum of the gaps on its path; beliefs on the nodes of
   least cost; each option's gap to the best one under these beliefs; the best option is the new choice (the current one
   if it is among the best);
3. stop where no choice changes.

Costs are pairs compared lexicographically: (gap, 0) for an unused option, (0, 1) for one whose gap is within `TIE` of
zero, (0, 0) for the chosen one. Nodes whose costs differ by less than `NEAR` but not by rounding alone are too close to
call, and so is a tie between options at a set that play reaches: `Iterated.settled` is False for such a draw, and for
one still changing after `PASSES`. A settled draw is a
proposal; the witness and the verifier decide.

Axes: ``chance[draw, node]``, ``payoffs[draw, terminal, actor]`` in one common unit, ``choice[draw, infoset]``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from standoff.game.game import Bools, Floats, Game, Ints

PASSES = 16
TIE = 1e-9  # of the payoff range
SAME = 1e-12  # costs closer than this are equal but for rounding
NEAR = 1e-6


@dataclass(frozen=True, eq=False)
class Iterated:
    """Proposed pure profiles; rows of unsettled draws mean nothing."""

    choice: Ints  # [draw, infoset] index of the option
    cheapest: Bools  # [draw, node] the node is in the support of its information set's belief
    settled: Bools  # [draw]


@dataclass(frozen=True, eq=False)
class _Batch:
    """The game's structure arranged for the iteration, and the numbers of the draws."""

    game: Game
    chance: Floats
    payoffs: Floats

    @cached_property
    def path_slots(self) -> tuple[Ints, ...]:
        """[infoset] slots on the path to each member, padded with the number of slots (whose cost is 0)."""
        game, result = self.game, []
        for nodes in game.members:
            paths = [[int(game.slot[step]) for step in game.path(int(x)) if game.slot[step] >= 0] for x in nodes]
            longest = max(map(len, paths), default=0)
            result.append(
                np.array([path + [game.n_slots] * (longest - len(path)) for path in paths], dtype=np.int64).reshape(
                    len(paths), longest
                )
            )
        return tuple(result)

    @cached_property
    def path_chance(self) -> Floats:
        """[draw, node] product of the chance probabilities on the path."""
        product = self.chance.copy()
        for level in self.game.levels[1:]:
            product[:, level] *= product[:, self.game.parent[level]]
        return product

    def values(self, branch: Floats) -> Floats:
        """[draw, node, actor] expected payoffs where ``branch[draw, node]`` is the probability of each branch."""
        game = self.game
        values = np.zeros((len(branch), game.n_nodes, len(game.actors)))
        values[:, game.terminals] = self.payoffs
        for level in game.levels[:0:-1]:
            nodes = np.arange(level.start, level.stop)
            parents = game.parent[level]
            starts = np.flatnonzero(np.diff(parents, prepend=-1))
            weighted = branch[:, nodes, None] * values[:, nodes]
            values[:, parents[starts]] += np.add.reduceat(weighted, starts, axis=1)
        return values

    def branch(self, choice: Ints) -> Floats:
        """[draw, node] probabilities of branches when every information set plays its choice."""
        game = self.game
        above = np.maximum(game.parent, 0)
        decided = game.slot >= 0
        played = choice[:, np.maximum(game.infoset[above], 0)] == game.action
        return np.where(decided, played, self.chance)

    def replies(self, values: Floats, infoset: int, beliefs: Floats) -> Floats:
        """[draw, option] expected payoff of the set's actor, given beliefs[draw, member]."""
        game = self.game
        first = game.first_child[game.members[infoset]]
        options = len(game.infosets[infoset].options)
        after = values[:, first[:, None] + np.arange(options)[None, :], game.infosets[infoset].actor]
        return np.asarray((beliefs[:, :, None] * after).sum(axis=1))


def iterate(game: Game, chance: Floats, payoffs: Floats) -> Iterated:
    """Propose a pure profile for every draw."""
    scale = np.ptp(payoffs, axis=1).max(axis=1)
    batch = _Batch(game, chance, payoffs / np.where(scale > 0, scale, 1.0)[:, None, None])
    draws = len(chance)
    choice = _start(batch)
    settled = np.zeros(draws, dtype=bool)
    cheapest = np.zeros((draws, game.n_nodes), dtype=bool)
    pruned = np.any(chance <= 0, axis=1)
    for _ in range(PASSES):
        active = np.flatnonzero(~settled)
        if active.size == 0:
            break
        part = _Batch(game, batch.chance[active], batch.payoffs[active])
        part.__dict__["path_slots"] = batch.path_slots  # the same for every draw
        following, support, clear = _pass(part, choice[active])
        stays = np.all(following == choice[active], axis=1)
        cheapest[active[stays]] = support[stays]
        settled[active[stays]] = True
        # too close to call: leave the draw to the tracer, and do not iterate on it further
        pruned[active[stays & ~clear]] = True
        choice[active] = following
    return Iterated(choice, cheapest, settled & ~pruned)


def _start(batch: _Batch) -> Ints:
    """Best replies to uniform play."""
    game = batch.game
    uniform = 1.0 / np.diff(game.slot_start)[game.slot_infoset]
    branch = np.where(game.slot >= 0, np.append(uniform, 1.0)[game.slot], batch.chance)
    reach = branch.copy()
    for level in game.levels[1:]:
        reach[:, level] *= reach[:, game.parent[level]]
    values = batch.values(branch)
    choice = np.empty((len(branch), len(game.infosets)), dtype=np.int64)
    for infoset, nodes in enumerate(game.members):
        total = reach[:, nodes].sum(axis=1, keepdims=True)
        beliefs = reach[:, nodes] / np.where(total > 0, total, 1.0)
        choice[:, infoset] = batch.replies(values, infoset, beliefs).argmax(axis=1)
    return choice


def _pass(batch: _Batch, choice: Ints) -> tuple[Ints, Bools, Bools]:
    """One pass: the new choices, the support of beliefs [draw, node], and whether every comparison was clear [draw]."""
    game, draws = batch.game, len(choice)
    values = batch.values(batch.branch(choice))
    gap = np.zeros((draws, game.n_slots + 1))
    ties = np.zeros((draws, game.n_slots + 1))
    support = np.zeros((draws, game.n_nodes), dtype=bool)
    clear = np.ones(draws, dtype=bool)
    following = choice.copy()
    everyone = np.arange(draws)
    for infoset, nodes in enumerate(game.members):
        slots = game.options(infoset)
        cost = gap[:, batch.path_slots[infoset]].sum(axis=2)
        excess = cost - cost.min(axis=1, keepdims=True)
        clear &= ~np.any((excess > SAME) & (excess < NEAR), axis=1)
        count = np.where(excess <= SAME, ties[:, batch.path_slots[infoset]].sum(axis=2), np.inf)
        least = count == count.min(axis=1, keepdims=True)
        support[:, nodes] = least
        weight = np.where(least, batch.path_chance[:, nodes], 0.0)
        total = weight.sum(axis=1, keepdims=True)
        replies = batch.replies(values, infoset, weight / np.where(total > 0, total, 1.0))
        short = replies.max(axis=1, keepdims=True) - replies
        keep = short[everyone, choice[:, infoset]] <= SAME
        following[:, infoset] = np.where(keep, choice[:, infoset], short.argmin(axis=1))
        tied = short <= TIE
        # a tie where play gets to is decided by the path, not by which option comes first
        reached = np.any(least & (cost <= SAME) & (count == 0), axis=1)
        clear &= ~(reached & (tied.sum(axis=1) > 1))
        clear &= ~np.any((short > TIE) & (short < NEAR), axis=1)
        gap[:, slots] = np.where(tied, 0.0, short)
        ties[:, slots] = tied
        ties[everyone, slots.start + following[:, infoset]] = 0.0
    return following, support, clear
