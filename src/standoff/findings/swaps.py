"""A scenario solved with some parameters on their wider range `without`, at the same draws every time.

Draws are common random numbers: a parameter takes the same column of the sequence whatever its range is, so that a
difference between two answers is not one between draws (`standoff.findings.shared_draws`). The tree does not depend on
ranges and is built once.

Axes: ``[draw]``, ``[draw, outcome]``, ``[draw, option]``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from standoff.errors import RequestError, ScenarioError
from standoff.findings.options import Values, answers_at, commitments, decision_move
from standoff.findings.shared_draws import shared_draws
from standoff.game.game import Bools, Floats, Ints
from standoff.game.model import Model
from standoff.scenario.ranges import ExactRange, base_of
from standoff.scenario.scenario import ParameterDefinition, Scenario
from standoff.study.chance import chance_problems
from standoff.study.chunk import decision_options


def on_wider_ranges(scenario: Scenario, names: frozenset[str]) -> Scenario:
    """The scenario with the named parameters on their range `without`.

    Raises `RequestError` for a parameter that has none.
    """
    bare = [d.name for d in scenario.parameters if d.name in names and d.without is None]
    if bare:
        raise RequestError.of(f"parameter `{bare[0]}` has no `without`", "say what range holds without its claims")
    swapped = tuple(_swapped(d) if d.name in names else d for d in scenario.parameters)
    return replace(scenario, parameters=swapped)


def _swapped(definition: ParameterDefinition) -> ParameterDefinition:
    wider = definition.without
    assert wider is not None
    arguments = tuple(Fraction(repr(number)) for number in wider.arguments)
    exact = ExactRange(wider.family, arguments, tuple(Fraction(repr(weight)) for weight in wider.weights), wider.text)
    return replace(definition, range=wider, base=base_of(exact, definition.kind), expression=None)


@dataclass(frozen=True, eq=False)
class Solved:
    """The answers with some parameters on their wider range; `payoffs` of the decision's actor, bound to each option.

    `payoffs` is NaN where a draw is not certified under the option, and empty without a decision.
    """

    swapped: tuple[str, ...]
    outcomes: tuple[str, ...]
    options: tuple[str, ...]  # of the decision, those that are available somewhere
    selected: Floats  # [draw, outcome]
    kinds: Ints  # [draw] class of the selected equilibrium
    certified: Bools  # [draw]
    chosen: Floats  # [draw, option] probability given that the decision is reached, NaN where it is not
    payoffs: Floats  # [draw, option]


class Solver:
    """Solves a model with any parameters swapped; each set once."""

    def __init__(self, model: Model, *, draws: int, seed: int) -> None:
        if model.scenario is None:
            raise RequestError.of("an .efg file has no claims to rest on", "write a scenario with a ledger")
        if draws < 1:
            raise RequestError.of(f"{draws} draws tell nothing", "give at least one")
        self._model, self._scenario = model, model.scenario
        self._draws, self._seed = draws, seed
        every = frozenset(d.name for d in self._scenario.parameters if d.claims and d.without is not None)
        self._widest = on_wider_ranges(self._scenario, every)
        self._known: dict[frozenset[str], Solved] = {}
        self._games = commitments(model) if self._scenario.decision is not None else {}

    def values(self, names: frozenset[str]) -> Values:
        """Every parameter at the draws, the named ones on their wider range.

        Raises `ScenarioError` where nature's probabilities then fail.
        """
        scenario = on_wider_ranges(self._scenario, names)
        problems = chance_problems(replace(self._model, scenario=scenario)) if names else []
        if problems:
            raise ScenarioError(problems)
        *_, values = shared_draws([self._scenario, self._widest, scenario], seed=self._seed, count=self._draws)
        return values

    def solve(self, names: frozenset[str]) -> Solved:
        """The answers with the named parameters on their wider range."""
        if names not in self._known:
            self._known[names] = self._solve(names)
        return self._known[names]

    def _solve(self, names: frozenset[str]) -> Solved:
        model, values = self._model, self.values(names)
        answers = answers_at(model, values)
        options, every = tuple(self._games), decision_options(model)
        payoffs = np.full((self._draws, len(options)), np.nan)
        if options:
            actor = model.game.actors.index(decision_move(self._scenario).actor)
            for n, game in enumerate(self._games.values()):
                bound = answers_at(game, values)
                payoffs[:, n] = np.where(bound.certified, bound.payoffs[:, actor], np.nan)
        return Solved(
            swapped=tuple(d.name for d in self._scenario.parameters if d.name in names),
            outcomes=model.game.outcomes,
            options=options,
            selected=answers.selected,
            kinds=answers.kind,
            certified=answers.certified,
            chosen=answers.decision[:, [every.index(option) for option in options]],
            payoffs=payoffs,
        )
