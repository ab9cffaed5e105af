"""When does each class of sequential equilibria exist? Conditions on named parameters, derived and proven.

The classes are those of `standoff.solve.classes`; parameters stay symbols and the search is pruned by proofs under the
scenario's assumptions (`standoff.solve.conditions_judge`). For every class that is left, probabilities and off-path
beliefs are eliminated from its system (`standoff.solve.conditions_eliminate`), which leaves inequalities on parameters;
these are simplified (`standoff.solve.conditions_simplify`) and written in our own expression language.

A class whose conditions hold only on a knife edge (an equation between parameters) is listed apart. The list is
`complete` when no bound was reached and every class was excluded by proof or given conditions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from standoff.game.game import Game
from standoff.scenario.expression import Binary, Compare, Expression, Number, Parameter, write
from standoff.scenario.expression import parameters as parameters_of
from standoff.scenario.scenario import Scenario
from standoff.solve.classes_polynomial import Constraint
from standoff.solve.classes_search import Leaf, Search
from standoff.solve.classes_tree import PolynomialGame, State
from standoff.solve.conditions_eliminate import Case, Solution, Unsolved, eliminate
from standoff.solve.conditions_judge import SymbolicJudge, doubtful_chances, symbolic_form
from standoff.solve.conditions_points import points
from standoff.solve.conditions_prover import Prover
from standoff.solve.conditions_simplify import combined, is_generic, merged
from standoff.solve.conditions_words import Writer, described, joined, latex, name_of
from standoff.solve.symbols import Dictionary

LIMIT, SECONDS, TIMEOUT = 100_000, 300.0, 2.0


@dataclass(frozen=True)
class ClassConditions:
    """One class: supports (information set -> options by number), and when it exists.

    All of `conditions` hold together. `probabilities` maps information sets with mixed supports to an expression per
    option, or to a pair of bounds where the class is a continuum.
    """

    name: str
    supports: Mapping[str, tuple[str, ...]]
    conditions: tuple[Expression, ...]
    probabilities: Mapping[str, Mapping[str, str]]
    generic: bool

    def latex(self) -> str:
        """The conditions as one formula."""
        return " \\quad\\text{and}\\quad ".join(latex(condition) for condition in self.conditions) or "\\text{always}"

    def to_dict(self) -> dict[str, object]:
        """The entry of ``conditions --json``."""
        return {
            "name": self.name,
            "supports": {name: list(options) for name, options in self.supports.items()},
            "conditions": [write(condition) for condition in self.conditions],
            "probabilities": {name: dict(own) for name, own in self.probabilities.items()},
            "latex": self.latex(),
        }


@dataclass(frozen=True)
class ConditionsResult:
    """The classes that exist for some parameters, knife edges apart. `undecided` describes classes left open."""

    assumptions: tuple[Expression, ...]
    classes: tuple[ClassConditions, ...]
    knife_edges: tuple[ClassConditions, ...]
    complete: bool
    undecided: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """The object that ``standoff conditions --json`` prints."""
        return {
            "complete": self.complete,
            "assumptions": [write(assumption) for assumption in self.assumptions],
            "classes": [entry.to_dict() for entry in self.classes],
            "knife_edges": [entry.to_dict() for entry in self.knife_edges],
            "undecided": list(self.undecided),
        }


def conditions(
    game: Game,
    scenario: Scenario,
    *,
    solve_for: Sequence[str] = (),
    limit: int = LIMIT,
    seconds: float = SECONDS,
    timeout: float = TIMEOUT,
) -> ConditionsResult:
    """The conditions of every class of a scenario's game under the scenario's assumptions.

    Thresholds are solved for the first parameter of `solve_for` that a condition is linear in, then for probabilities,
    then for others. `limit` bounds the supports tried, `seconds` the search, `timeout` (seconds) each question put to
    z3. Raises `ConceptError` without perfect recall or an order of play.
    """
    definitions = {p.name: p.expression for p in scenario.parameters if p.expression is not None}
    words = Dictionary(definitions)
    form = symbolic_form(game, words)
    assumed = [*scenario.assumptions, *_of_kinds(scenario, form)]
    prover = Prover(game, words, assumed, points(scenario, assumed), timeout)
    doubtful = doubtful_chances(form, prover)
    if doubtful:
        assumed += [Compare(">", words.expression(branch), Number(_ZERO)) for branch in doubtful]
        prover = Prover(game, words, assumed, points(scenario, assumed), timeout)
    search = Search(form, SymbolicJudge(prover), limit=limit, seconds=seconds)
    writer = Writer(words, prover, _preferred(scenario, solve_for))
    leaves = [leaf for leaf in search.leaves() if not leaf.impossible]
    found: list[ClassConditions] = []
    undecided: list[str] = []
    for leaf in leaves:
        search.state.restore(leaf.supports)
        try:
            cases = _cases(leaf, search.state, prover)
        except Unsolved:
            undecided.append(described(game, dict(sorted(leaf.supports.items()))))
            continue
        if cases:
            found.append(_written(search.state, scenario, cases, writer))
    found.sort(key=lambda entry: entry.name)
    generic = tuple(entry for entry in found if entry.generic)
    edges = tuple(entry for entry in found if not entry.generic)
    return ConditionsResult(tuple(assumed), generic, edges, not search.stopped and not undecided, tuple(undecided))
