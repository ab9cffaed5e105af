"""A second verifier, for tests: recursive over nodes, exact fractions, definitions taken literally and brute force.

Written from the definitions, not from `standoff.solve.verify`: histories are lists of branches, deviations are tried
one whole strategy at a time. Only for small games. Probabilities, beliefs and coefficients are fractions.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from standoff.game.game import CHANCE, TERMINAL, Game

Choice = Mapping[int, int]  # infoset -> option, for the actor that deviates


@dataclass(frozen=True)
class Exact:
    """A game and a strategy, exactly."""

    game: Game
    chance: Sequence[Fraction]
    payoffs: Sequence[Sequence[Fraction]]
    behaviour: Sequence[Fraction]

    @classmethod
    def of(cls, game: Game, behaviour: Sequence[Fraction]) -> Exact:
        chance, payoffs = game.exact({})
        return cls(game, chance, payoffs, behaviour)

    def history(self, node: int) -> list[int]:
        return [] if node == 0 else [*self.history(int(self.game.parent[node])), node]

    def exists(self, node: int) -> bool:
        return all(self.chance[step] > 0 for step in self.history(node))

    def members(self, infoset: int) -> list[int]:
        return [node for node in range(self.game.n_nodes) if self.game.infoset[node] == infoset and self.exists(node)]

    def sets(self, actor: int | None = None) -> list[int]:
        every = range(len(self.game.infosets))
        return [h for h in every if self.members(h) and actor in (None, self.game.infosets[h].actor)]

    def span(self, actor: int) -> Fraction:
        there = [self.payoffs[self.game.terminal[z]][actor] for z in self.endings(0)]
        return max(there) - min(there)

    def endings(self, node: int) -> Iterator[int]:
        if self.game.kind[node] == TERMINAL and self.exists(node):
            yield node
        for child in self.game.children(node) if self.game.kind[node] != TERMINAL else ():
            yield from self.endings(child)

    def branch(self, node: int, child: int) -> Fraction:
        if self.game.kind[node] == CHANCE:
            return self.chance[child] if self.chance[child] > 0 else Fraction(0)
        return self.behaviour[self.game.slot_start[self.game.infoset[node]] + self.game.action[child]]

    def value(self, node: int, actor: int, plan: Choice | None = None) -> Fraction:
        """Expected payoff from a node on; `plan` overrides the strategy at the information sets it names."""
        if self.game.kind[node] == TERMINAL:
            return self.payoffs[self.game.terminal[node]][actor]
        infoset = int(self.game.infoset[node])
        if plan is not None and infoset in plan:
            return self.value(self.game.children(node)[plan[infoset]], actor, plan)
        total = Fraction(0)
        for child in self.game.children(node):
            share = self.branch(node, child)
            total += share * self.value(child, actor, plan) if share else 0
        return total

    def plans(self, infosets: Sequence[int]) -> Iterator[Choice]:
        counts = [range(len(self.game.infosets[h].options)) for h in infosets]
        for choice in itertools.product(*counts):
            yield dict(zip(infosets, choice, strict=True))

    def later(self, node: int, actor: int) -> set[int]:
        """The actor's information sets at or below a node."""
        own = {int(self.game.infoset[node])} if self.game.actor[node] == actor else set()
        for child in self.game.children(node) if self.game.kind[node] != TERMINAL else ():
            own |= self.later(child, actor) if self.exists(child) else set()
        return own


def share(gain: Fraction, span: Fraction) -> Fraction:
    return gain / span if span else Fraction(0)


def option_values(exact: Exact, beliefs: Sequence[Fraction | None], infoset: int) -> list[Fraction]:
    actor, nodes = exact.game.infosets[infoset].actor, exact.members(infoset)
    options = range(len(exact.game.infosets[infoset].options))
    return [sum(beliefs[x] * exact.value(exact.game.children(x)[b], actor) for x in nodes) for b in options]


def one_shot_gains(exact: Exact, beliefs: Sequence[Fraction | None]) -> dict[int, Fraction]:
    """Per information set: the best option's value minus the worst used option's, as a share of the range."""
    gains = {}
    for h in exact.sets():
        values = option_values(exact, beliefs, h)
        start = int(exact.game.slot_start[h])
        used = [value for b, value in enumerate(values) if exact.behaviour[start + b] > 0]
        gains[h] = share(max(values) - min(used), exact.span(exact.game.infosets[h].actor))
    return gains


def continuation_gains(exact: Exact, beliefs: Sequence[Fraction | None]) -> dict[int, Fraction]:
    """Per information set: the best of all plans for the actor's sets from there on, minus what the strategy gets."""
    gains = {}
    for h in exact.sets():
        actor, nodes = exact.game.infosets[h].actor, exact.members(h)
        later = sorted(set().union(*(exact.later(x, actor) for x in nodes)))
        now = sum(beliefs[x] * exact.value(x, actor) for x in nodes)
        best = max(sum(beliefs[x] * exact.value(x, actor, plan) for x in nodes) for plan in exact.plans(later))
        gains[h] = share(best - now, exact.span(actor))
    return gains


def broken(
    exact: Exact, beliefs: Sequence[Fraction | None], exponents: Sequence[Fraction], coefficients: Sequence[Fraction]
) -> str:
    """The first of W1, W2, W3 that fails; "" if none."""
    game = exact.game
    for h in exact.sets():
        for slot in range(game.slot_start[h], game.slot_start[h + 1]):
            c, k, p = exponents[slot], coefficients[slot], exact.behaviour[slot]
            if c < 0 or (c == 0) != (p > 0) or k <= 0 or (c == 0 and k != p):
                return "W1"

    def cost(node: int) -> Fraction:
        return sum((exponents[game.slot[step]] for step in exact.history(node) if game.slot[step] >= 0), Fraction(0))

    def weight(node: int) -> Fraction:
        steps = exact.history(node)
        return math.prod((coefficients[game.slot[s]] if game.slot[s] >= 0 else exact.chance[s] for s in steps), start=1)

    for h in exact.sets():
        nodes = exact.members(h)
        if {x for x in nodes if beliefs[x] > 0} != {x for x in nodes if cost(x) == min(map(cost, nodes))}:
            return "W2"
    for h in exact.sets():
        believed = [x for x in exact.members(h) if beliefs[x] > 0]
        if any(beliefs[x] * weight(y) != beliefs[y] * weight(x) for x, y in itertools.combinations(believed, 2)):
            return "W3"
    return ""


def implied_beliefs(
    exact: Exact, exponents: Sequence[Fraction], coefficients: Sequence[Fraction]
) -> list[Fraction | None]:
    """Limits of Bayes' rule along trembles k * eps**c, by the leading terms of polynomials in eps."""
    game = exact.game
    result: list[Fraction | None] = [None] * game.n_nodes
    for h in exact.sets():
        leading = {}
        for x in exact.members(h):
            steps = exact.history(x)
            slots = [int(game.slot[step]) for step in steps if game.slot[step] >= 0]
            chances = [exact.chance[step] for step in steps if game.slot[step] < 0]
            order = sum((exponents[slot] for slot in slots), Fraction(0))
            leading[x] = (order, math.prod(chances, start=Fraction(1)) * math.prod(coefficients[s] for s in slots))
        least = min(order for order, _ in leading.values())
        total = sum(weight for order, weight in leading.values() if order == least)
        for x, (order, weight) in leading.items():
            result[x] = weight / total if order == least else Fraction(0)
    return result


def best_reply_gain(exact: Exact, root: int, actor: int) -> Fraction:
    """The best plan for all the actor's sets from a node on, minus what the strategy gets, as a share of the range."""
    own = sorted(exact.later(root, actor))
    best = max(exact.value(root, actor, plan) for plan in exact.plans(own))
    return share(best - exact.value(root, actor), exact.span(actor))


def subgame_roots(exact: Exact) -> list[int]:
    """Nodes that exist, not endings, below which every information set lies wholly."""

    def below(node: int) -> set[int]:
        kids = exact.game.children(node) if exact.game.kind[node] != TERMINAL else ()
        return {node}.union(*(below(child) for child in kids if exact.exists(child)))

    roots = []
    for node in range(exact.game.n_nodes):
        if exact.exists(node) and exact.game.kind[node] != TERMINAL:
            inside = below(node)
            touched = {int(exact.game.infoset[x]) for x in inside if exact.game.infoset[x] >= 0}
            if all(set(exact.members(h)) <= inside for h in touched):
                roots.append(node)
    return roots


def logit_residual(exact: Exact, precision: float) -> float:
    """Largest total variation distance from the logit reply, beliefs by Bayes' rule from a fully mixed strategy."""
    worst = 0.0
    for h in exact.sets():
        nodes = exact.members(h)
        reach = {x: Fraction(1) for x in nodes}
        for x in nodes:
            above = 0
            for step in exact.history(x):
                reach[x] *= exact.branch(above, step)
                above = step
        held = {x: reach[x] / sum(reach.values()) for x in nodes}
        values = option_values(exact, [held.get(x) for x in range(exact.game.n_nodes)], h)
        weights = [math.exp(precision * float(value - max(values))) for value in values]
        start = int(exact.game.slot_start[h])
        own = [float(exact.behaviour[start + b]) for b in range(len(values))]
        worst = max(worst, sum(abs(w / sum(weights) - p) for w, p in zip(weights, own, strict=True)) / 2)
    return worst
