"""Deciding about classes under assumptions on parameters: the `Judge` of `standoff.solve.classes.search` with symbols.

An option is dropped only where z3 proves that no parameters, beliefs and continuation that fit the assumptions justify
it; what is not decided in time stays in the search, so nothing is lost but time.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from standoff.errors import ConceptError
from standoff.game.game import CHANCE, Game
from standoff.solve.classes.decide import IMPOSSIBLE, UNDECIDED, Answer
from standoff.solve.classes.polynomial import ONE, Constraint, Polynomial, total
from standoff.solve.classes.tree import Block, PolynomialGame
from standoff.solve.conditions.eliminate import factors
from standoff.solve.conditions.prover import Prover
from standoff.solve.conditions.symbols import Dictionary
from standoff.solve.consistency_weights import Verdict


def symbolic_form(game: Game, words: Dictionary) -> PolynomialGame:
    """The game with parameters as variables. Raises `ConceptError` without perfect recall or an order of play."""
    if not (game.perfect_recall and game.ordered):
        raise ConceptError("conditions need perfect recall and an order of play; this game lacks one of them")
    values = [words.polynomial(expression) for expression in game.expressions]
    chance = tuple(values[index] if index >= 0 else ONE for index in game.chance_expression.tolist())
    payoffs = []
    for indices in game.payoff_expression.tolist():
        parts: list[list[Polynomial]] = [[] for _ in game.actors]
        for consideration, index in zip(game.considerations, indices, strict=True):
            parts[consideration.actor].append(values[index])
        payoffs.append(tuple(total(own) for own in parts))
    return PolynomialGame(game, chance, tuple(payoffs), tuple(tuple(nodes.tolist()) for nodes in game.members))


def doubtful_chances(form: PolynomialGame, prover: Prover) -> list[Polynomial]:
    """Chance probabilities that the assumptions do not make positive."""
    game = form.game
    branches = (
        form.chance[child] for node in range(game.n_nodes) if game.kind[node] == CHANCE for child in game.children(node)
    )
    return [branch for branch in dict.fromkeys(branches) if prover.signs(branch) != {1}]


class SymbolicJudge:
    """Decides by proof. Where knife edges do not count, equations between parameters alone are held impossible."""

    def __init__(self, prover: Prover, *, knife_edges: bool) -> None:
        self.prover, self.knife_edges = prover, knife_edges
        self._reduced: dict[Polynomial, Polynomial] = {}

    def _on_edge(self, relation: str, polynomial: Polynomial) -> bool:
        if self.knife_edges or relation != "=" or any(":" in name for name in polynomial.variables):
            return False
        return self.prover.signs(polynomial) != {0}

    def alike(self, sums: Sequence[Polynomial]) -> Polynomial | None:
        """What is left of all of them when factors of proven sign are divided out, if that is the same."""
        first = self._without_sure_factors(sums[0])
        return first if all(self._without_sure_factors(entry) == first for entry in sums[1:]) else None

    def _without_sure_factors(self, polynomial: Polynomial) -> Polynomial:
        if polynomial not in self._reduced:
            scale, parts = factors(polynomial)
            result = Polynomial.constant(1 if scale > 0 else -1 if scale < 0 else 0)
            for factor, power in parts:
                signs = self.prover.signs(factor)
                if len(signs) == 1 and 0 not in signs:
                    result = result.scaled(Fraction(next(iter(signs)) ** power))
                else:
                    result = result * factor.power(power)
            self._reduced[polynomial] = result
        return self._reduced[polynomial]

    def surely(self, relation: str, polynomial: Polynomial) -> bool:
        """Whether the relation with zero is proven, whatever the probabilities are."""
        return self.prover.signs(polynomial) <= ({0} if relation == "=" else {0, 1})

    def possible(self, blocks: Sequence[Block]) -> bool:
        """False only where no weights, parameters and probabilities satisfy the rows together."""
        rows = [(relation, sums, block.masks) for block in blocks for relation, sums in block.rows]
        for relation, sums, _ in rows:
            signs = frozenset[int]().union(*(self.prover.signs(entry) for entry in sums))
            if signs == {-1} or (relation == "=" and signs == {1}):
                return False
            if len(sums) == 1 and self._on_edge(relation, sums[0]):
                return False
        if len(rows) < 2:
            return True
        masks = blocks[0].masks
        weight = {mask: ONE if len(masks) == 1 else Polynomial.variable(f"m:{mask}") for mask in masks}
        system = [
            Constraint(total(weight[m] * entry for m, entry in zip(own, sums, strict=True)), relation)
            for relation, sums, own in rows
        ]
        if len(masks) > 1:
            system.append(Constraint(total(weight.values()) - Polynomial.constant(Fraction(1)), "="))
        return self.prover.satisfiable(system) is not False

    def decide(self, constraints: Sequence[Constraint]) -> Answer:
        """Whether some parameters and strategic variables satisfy the constraints; no values are given."""
        if any(self._on_edge(constraint.relation, constraint.polynomial) for constraint in constraints):
            return IMPOSSIBLE
        answer = self.prover.satisfiable(constraints)
        return IMPOSSIBLE if answer is False else UNDECIDED if answer is None else Answer(Verdict.FOUND)
