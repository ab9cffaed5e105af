"""Which play after an unexpected choice is settled whatever is believed, and what it is worth.

Notation. A slot is *unexpected* if its probability is zero at an information set on the path. A node's first slot of
probability zero on its path is its *entry*: the unexpected choice that it follows.

An information set is *settled* if it keeps to the equilibrium's play whatever anyone believes about the entry:

- it is on the path (what happens off the path does not bear on beliefs there); or
- at each of its live nodes the options played are at least as good as any other, whatever is replied where it is not
  settled; or
- its nodes follow one entry only, nothing unsettled lies between, and the options played are best given the
  equilibrium's beliefs there (which are then Bayes' rule after the entry).

The others are *open*. Values ``low`` and ``high`` ``[node, actor]`` bound what play from a node on is worth when open
sets may do anything and settled ones do as in the equilibrium; without open sets below they are equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from standoff.game.game import Bools, Floats, Ints, NumericGame
from standoff.game.play import Play
from standoff.solve.assessment import Assessment


@dataclass(frozen=True, eq=False)
class Continuation:
    """A game with an equilibrium's probabilities in place. `tolerance` is a share of an actor's payoff range."""

    numeric: NumericGame
    assessment: Assessment
    play: Play
    tolerance: float

    @cached_property
    def surprises(self) -> Ints:
        """[node] number of slots of probability zero on its path."""
        game = self.numeric.game
        zero = np.append(np.nan_to_num(self.assessment.behaviour) <= 0, False)
        return np.asarray(game.path_sums(zero[game.slot].astype(np.int64)))

    @cached_property
    def entry(self) -> Ints:
        """[node] its entry; -1 where nothing on its path is unexpected."""
        game = self.numeric.game
        result = np.full(game.n_nodes, -1, dtype=np.int64)
        for level in game.levels[1:]:
            above = game.parent[level]
            fresh = (self.surprises[above] == 0) & (self.surprises[level] == 1)
            result[level] = np.where(fresh, game.slot[level], result[above])
        return result

    @cached_property
    def expected(self) -> Bools:
        """[infoset] whether it is on the path."""
        return np.array([bool((self.surprises[nodes] == 0).any()) for nodes in self.numeric.members], dtype=bool)

    @cached_property
    def entries(self) -> tuple[frozenset[int], ...]:
        """[infoset] entries of the live nodes on whose path nothing else is unexpected."""
        return tuple(
            frozenset(self.entry[nodes[self.surprises[nodes] == 1]].tolist()) for nodes in self.numeric.members
        )

    def foreign(self, infoset: int) -> bool:
        """Whether a node may be believed in that follows several unexpected choices and none of its set's entries."""
        entries, game = self.entries[infoset], self.numeric.game
        for node in self.numeric.members[infoset][self.surprises[self.numeric.members[infoset]] > 1].tolist():
            if not any(int(game.slot[step]) in entries for step in game.path(node)):
                return True
        return False

    @cached_property
    def open(self) -> frozenset[int]:
        """The information sets that are not settled."""
        return self._bounds[0]

    @property
    def low(self) -> Floats:
        """[node, actor] the least that play from the node on may be worth; NaN at nodes that are not live."""
        return self._bounds[1]

    @property
    def high(self) -> Floats:
        """[node, actor] the most."""
        return self._bounds[2]

    @cached_property
    def varies(self) -> Bools:
        """[node] whether play can get from it (included) to an open set."""
        game = self.numeric.game
        is_open = np.zeros(len(game.infosets) + 1, dtype=bool)
        is_open[list(self.open)] = True
        result = is_open[game.infoset]
        for level in reversed(game.levels[1:]):
            above = game.parent[level]
            counts = (
                self.numeric.live[level]
                & result[level]
                & ((self.play.branch[level] > 0) | is_open[game.infoset[above]])
            )
            np.logical_or.at(result, above, counts)
        return np.asarray(result)

    @cached_property
    def _bounds(self) -> tuple[frozenset[int], Floats, Floats]:
        loose: frozenset[int] = frozenset()
        while True:
            unsettled, low, high = self._pass(loose)
            between = frozenset(
                infoset
                for infoset in range(len(self.numeric.members))
                if infoset not in unsettled and infoset not in loose and self._follows(infoset, unsettled)
            )
            if not between:
                return unsettled, low, high
            loose |= between

    def _follows(self, infoset: int, unsettled: frozenset[int]) -> bool:
        """Whether an open set lies between an information set off the path and its entry."""
        if self.expected[infoset] or not unsettled:
            return False
        game = self.numeric.game
        return any(
            int(game.infoset[game.parent[step]]) in unsettled
            for node in self.numeric.members[infoset].tolist()
            for step in game.path(node)
        )

    def _pass(self, loose: frozenset[int]) -> tuple[frozenset[int], Floats, Floats]:
        """Open sets and bounds when the sets in `loose` can be settled node by node only; last sets first."""
        numeric, game = self.numeric, self.numeric.game
        low = np.full((game.n_nodes, len(game.actors)), np.nan)
        low[game.terminals] = numeric.payoffs
        high = low.copy()
        unsettled: set[int] = set()

        def settle(node: int) -> None:
            """Fill in chance nodes, below which everything is known."""
            if np.isnan(low[node, 0]):
                alive = [child for child in game.children(node) if numeric.live[child]]
                for child in alive:
                    settle(child)
                low[node] = self.play.branch[alive] @ low[alive]
                high[node] = self.play.branch[alive] @ high[alive]

        for infoset in range(len(game.infosets) - 1, -1, -1):
            nodes = numeric.members[infoset]
            if not nodes.size:
                continue
            below = game.first_child[nodes][:, None] + np.arange(len(game.infosets[infoset].options))
            for child in below[np.isnan(low[below, 0])].tolist():
                settle(child)
            worst, best = low[below], high[below]  # [node, option, actor]
            if self._settled(infoset, worst, best, loose):
                share = self.assessment.behaviour[game.options(infoset)][None, :, None]
                low[nodes], high[nodes] = (share * worst).sum(axis=1), (share * best).sum(axis=1)
            else:
                unsettled.add(infoset)
                low[nodes], high[nodes] = worst.min(axis=1), best.max(axis=1)
        settle(0)
        return frozenset(unsettled), low, high

    def _settled(self, infoset: int, low: Floats, high: Floats, loose: frozenset[int]) -> bool:
        """Whether a set is settled, given bounds on its options: ``[node, option, actor]``."""
        if self.expected[infoset] or low.shape[1] == 1:
            return True
        actor = self.numeric.game.infosets[infoset].actor
        margin = self.tolerance * float(self.numeric.payoff_range[actor])
        played = self.assessment.behaviour[self.numeric.game.options(infoset)] > 0
        if _optimal(low[:, :, actor], high[:, :, actor], played, margin):
            return True
        if infoset in loose or len(self.entries[infoset]) != 1 or self.foreign(infoset):
            return False
        beliefs = self.assessment.beliefs[self.numeric.members[infoset]]
        return _optimal((beliefs @ low[:, :, actor])[None, :], (beliefs @ high[:, :, actor])[None, :], played, margin)


def _optimal(worst: Floats, best: Floats, played: Bools, margin: float) -> bool:
    """Whether at each node every option played is as good as any other whatever happens: ``[node, option]``."""
    for option in played.nonzero()[0].tolist():
        others = best.copy()
        others[:, option] = -np.inf
        if not (worst[:, option] >= others.max(axis=1) - margin).all():
            return False
    return True
