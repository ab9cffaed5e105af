"""Which Nash outcomes of a two-actor game a sequential equilibrium can have: decided by z3, apart from our solver.

An outcome is a probability per ending. It fixes behaviour wherever play passes; behaviour q elsewhere and beliefs are
unknown reals. What is demanded of them follows from sequential equilibrium, so `unsat` is a proof that there is none:

 - at every information set an option with q > 0 is best, beliefs and the continuation given;
 - with perfect recall a belief at node n is proportional to c(n) R(n), where c is the chance on the path and R(n) the
   limit, up to scale, of what the opponent's trembling strategy gives to its moves on the path, its *sequence*;
 - where the opponent's strategy reaches the set, R is the product of q over the sequence;
 - anywhere, two sequences that differ in the last option only, a or b of one set, have R(a) q(b) = R(b) q(a);
 - sets of one actor whose nodes have the same sequences have the same R.

The demands are necessary, and sufficient where no sequence of the opponent has more than one trembling move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any

import z3

from standoff.game.game import NumericGame

Sequence_ = tuple[tuple[int, int], ...]  # (information set, option) of the opponent on a path
Outcome = tuple[Fraction, ...]  # [terminal]


def fraction(number: float) -> Fraction:
    """The short fraction that a float of the random games stands for."""
    short = Fraction(number).limit_denominator(10**7)
    assert abs(float(short) - number) < 1e-12
    return short


@dataclass(frozen=True, eq=False)
class Tree:
    """A game's tree with exact numbers, read from its arrays."""

    numeric: NumericGame

    @cached_property
    def chance(self) -> list[Fraction]:
        return [fraction(float(p)) if p == p else Fraction(1) for p in self.numeric.chance]

    @cached_property
    def members(self) -> list[list[int]]:
        return [nodes.tolist() for nodes in self.numeric.members]

    def steps(self, node: int) -> list[tuple[int, int]]:
        """(parent, child) along the path from the root."""
        game, result = self.numeric.game, []
        while game.parent[node] >= 0:
            result.append((int(game.parent[node]), node))
            node = int(game.parent[node])
        return result[::-1]

    def luck(self, node: int) -> Fraction:
        """The product of chance probabilities on the path."""
        game = self.numeric.game
        return prod((self.chance[c] for p, c in self.steps(node) if game.infoset[p] < 0), start=Fraction(1))

    def sequence(self, node: int, actor: int) -> Sequence_:
        """What an actor did on the path."""
        game = self.numeric.game
        return tuple(
            (int(game.infoset[p]), int(game.action[c]))
            for p, c in self.steps(node)
            if game.infoset[p] >= 0 and game.actor[p] == actor
        )

    def below(self, outcome: Outcome) -> list[Fraction]:
        """[node] the probability that play passes through it."""
        game = self.numeric.game
        result = [Fraction(0)] * game.n_nodes
        for number, node in enumerate(game.terminals.tolist()):
            result[node] = outcome[number]
        for node in range(game.n_nodes - 1, 0, -1):
            result[int(game.parent[node])] += result[node]
        return result

    def on_path(self, outcome: Outcome) -> dict[int, list[Fraction]]:
        """What is played at the information sets that play passes through."""
        reach, game = self.below(outcome), self.numeric.game
        result = {}
        for h, nodes in enumerate(self.members):
            through = sum(reach[node] for node in nodes)
            if through:
                children = [game.children(node) for node in nodes]
                result[h] = [sum(reach[own[o]] for own in children) / through for o in range(len(children[0]))]
        return result


def real(number: Fraction) -> Any:
    return z3.Q(number.numerator, number.denominator)


class Question:
    """The demands on an outcome, as z3's formulas."""

    def __init__(self, tree: Tree, outcome: Outcome) -> None:
        self.tree, self.game = tree, tree.numeric.game
        self.q: dict[tuple[int, int], Any] = {}
        self.demands: list[Any] = []
        self.shared: dict[tuple[int, frozenset[Sequence_]], dict[Sequence_, Any]] = {}
        played = tree.on_path(outcome)
        for h, own in enumerate(self.game.infosets):
            known = played.get(h)
            for o in range(len(own.options)):
                self.q[h, o] = z3.Real(f"q{h}_{o}") if known is None else real(known[o])
            if known is None:
                mine = [self.q[h, o] for o in range(len(own.options))]
                self.demands += [*(p >= 0 for p in mine), z3.Sum(mine) == 1]
        self.values: dict[int, list[Any]] = {}
        for h in range(len(self.game.infosets)):
            self.demands += self.optimality(h)

    def value(self, node: int, actor: int) -> Any:
        """The actor's expected payoff from a node."""
        game = self.game
        if game.terminal[node] >= 0:
            return real(fraction(float(self.tree.numeric.payoffs[game.terminal[node], actor])))
        children, h = game.children(node), int(game.infoset[node])
        weights = [real(self.tree.chance[c]) if h < 0 else self.q[h, o] for o, c in enumerate(children)]
        return z3.Sum([w * self.value(c, actor) for w, c in zip(weights, children, strict=True)])

    def product(self, sequence: Sequence_) -> Any:
        return z3.simplify(z3.Product([z3.RealVal(1), *(self.q[step] for step in sequence)]))

    def weights(self, h: int) -> dict[Sequence_, Any]:
        """R by the opponent's sequence, with what is demanded of it."""
        other = 1 - self.game.infosets[h].actor
        sequences = list(dict.fromkeys(self.tree.sequence(node, other) for node in self.tree.members[h]))
        if len(sequences) == 1:
            return {sequences[0]: z3.RealVal(1)}
        key = (other, frozenset(sequences))
        if key in self.shared:
            return self.shared[key]
        r = {own: z3.Real(f"R{h}_{number}") for number, own in enumerate(sequences)}
        self.shared[key] = r
        self.demands += [*(w >= 0 for w in r.values()), z3.Sum(list(r.values())) == 1]
        bayes = {own: self.product(own) for own in sequences}
        reached = z3.Sum(list(bayes.values()))
        self.demands += [r[own] * reached == bayes[own] for own in sequences]
        for first in sequences:
            for second in sequences:
                if first and second and first[:-1] == second[:-1] and first[-1][0] == second[-1][0]:
                    self.demands.append(r[first] * self.q[second[-1]] == r[second] * self.q[first[-1]])
        return r

    def optimality(self, h: int) -> list[Any]:
        actor, tree = self.game.infosets[h].actor, self.tree
        weights, other = self.weights(h), 1 - self.game.infosets[h].actor
        nodes = [node for node in tree.members[h] if tree.luck(node)]
        options = range(len(self.game.infosets[h].options))
        worth = [
            z3.Sum(
                [
                    real(tree.luck(n)) * weights[tree.sequence(n, other)] * self.value(self.game.children(n)[o], actor)
                    for n in nodes
                ]
            )
            for o in options
        ]
        return [
            z3.Or(self.q[h, o] == 0, *([z3.And([worth[o] >= worth[b] for b in options if b != o])])) for o in options
        ]


def survives(
    tree: Tree, outcome: Outcome, besides: Sequence[Mapping[int, tuple[int, ...]]] = (), seconds: float = 10
) -> bool | None:
    """Whether a sequential equilibrium has the outcome and other supports (by information set) than those `besides`.

    False: proven that there is none. True: the demands can be met. None: not decided in `seconds`.
    """
    question = Question(tree, outcome)
    solver = z3.Solver()
    solver.set("timeout", round(seconds * 1000))
    solver.add(*question.demands)
    for supports in besides:
        solver.add(z3.Or([(p == 0) if o in supports[h] else (p != 0) for (h, o), p in question.q.items()]))
    answer = solver.check()
    return None if answer == z3.unknown else bool(answer == z3.sat)


def realised(tree: Tree, mixture: Sequence[Mapping[frozenset[tuple[int, int]], Fraction]]) -> Outcome:
    """The outcome of one mixture of reduced strategies (sets of information set and option) per actor."""
    game, result = tree.numeric.game, []
    for node in game.terminals.tolist():
        total = tree.luck(node)
        for actor, strategies in enumerate(mixture):
            own = set(tree.sequence(node, actor))
            total *= sum((share for choices, share in strategies.items() if own <= choices), start=Fraction(0))
        result.append(total)
    return tuple(result)
