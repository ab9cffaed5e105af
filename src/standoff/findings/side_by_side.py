"""Variants side by side: how the endings are distributed in each, at the same draws.

The first scenario is the one that the others are compared with. ``moved`` is the share of draws, of those certified in
both, at which some outcome's probability differs from the first by more than `MATERIAL`: a mean can stay where it is
while single cases move both ways. Outcomes that a scenario does not have have probability 0 there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from standoff.errors import RequestError, ScenarioError
from standoff.findings.options import answers_at
from standoff.findings.outcomes import MATERIAL, OutcomeSummary, outcome_summaries
from standoff.findings.shared_draws import shared_draws
from standoff.game.game import Floats
from standoff.game.model import Model, open_model
from standoff.notebook import Displayed
from standoff.study.answers import Answers
from standoff.study.chance import chance_problems
from standoff.study.sample import with_settings

LARGEST = 1_000_000  # nodes of a game that was accepted once, and of its variants


@dataclass(frozen=True)
class Variant:
    """One scenario's distribution over its certified draws; `moved` is None for the first, or over no common draws."""

    label: str
    outcomes: tuple[OutcomeSummary, ...]
    draws: int
    certified: int
    moved: float | None

    @property
    def means(self) -> dict[str, float]:
        """Outcome to mean probability."""
        return {outcome.name: outcome.mean for outcome in self.outcomes}

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        outcomes = {outcome.name: outcome.to_dict() for outcome in self.outcomes}
        return {**vars(self), "outcomes": outcomes}


@dataclass(frozen=True)
class SideBySide(Displayed):
    """All variants at the same draws."""

    variants: tuple[Variant, ...]
    seed: int

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Every outcome that some variant has."""
        return tuple(dict.fromkeys(outcome.name for variant in self.variants for outcome in variant.outcomes))

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        return {"seed": self.seed, "variants": [variant.to_dict() for variant in self.variants]}


def variant_models(model: Model, settings: Mapping[str, str]) -> dict[str, Model]:
    """The scenario as it stands and its variants, by label, with the same `settings`; alone where it is a variant.

    Raises as `open_model` does, and `ScenarioError` where a variant's chance probabilities fail.
    """
    scenario = model.scenario
    models = {"base" if scenario is None or scenario.variant is None else scenario.variant: model}
    if scenario is None or scenario.variant is not None or not scenario.path:
        return models
    for variant in scenario.variants:
        other = open_model(scenario.path, variant=variant.name, max_nodes=LARGEST)
        problems = chance_problems(other)
        if problems:
            raise ScenarioError(problems)
        assert other.scenario is not None
        own = {definition.name for definition in other.scenario.parameters}
        held = {name: value for name, value in settings.items() if name in own}
        models[variant.name] = replace(other, scenario=with_settings(other.scenario, held))
    return models


def side_by_side(models: Mapping[str, Model], *, draws: int, seed: int = 1) -> SideBySide:
    """Solve every model at the same draws; labels are the keys. Raises `RequestError` for an .efg among them."""
    scenarios = [model.scenario for model in models.values() if model.scenario is not None]
    if len(scenarios) < len(models):
        raise RequestError.of("an .efg file has neither variants nor draws", "compare scenarios")
    tables = shared_draws(scenarios, seed=seed, count=draws)
    solved = [answers_at(model, values) for model, values in zip(models.values(), tables, strict=True)]
    names = [model.game.outcomes for model in models.values()]
    return SideBySide(
        tuple(
            _variant(label, own, answers, None if n == 0 else _moved(names[0], solved[0], own, answers))
            for n, (label, own, answers) in enumerate(zip(models, names, solved, strict=True))
        ),
        seed,
    )


def _variant(label: str, names: tuple[str, ...], answers: Answers, moved: float | None) -> Variant:
    kept = answers.certified
    table = answers.selected[kept]
    return Variant(label, outcome_summaries(names, table, table, table), len(answers), int(kept.sum()), moved)


def _moved(names: tuple[str, ...], first: Answers, own: tuple[str, ...], answers: Answers) -> float | None:
    both = first.certified & answers.certified
    if not both.any():
        return None
    every = tuple(dict.fromkeys([*names, *own]))
    gap = _spread(names, first.selected[both], every) - _spread(own, answers.selected[both], every)
    return float(np.mean(np.abs(gap).max(axis=1) > MATERIAL))


def _spread(names: tuple[str, ...], table: Floats, every: tuple[str, ...]) -> Floats:
    spread = np.zeros((len(table), len(every)))
    spread[:, [every.index(name) for name in names]] = table
    return spread
