"""The reports of the blocks `coalition` and `force`: at the base values and, where asked for, over draws.

The draws are those of a study with the same seed, so what a report says of unity is what the game of that study met.
What is set with `set` holds in all draws. What a block works out cannot be set in its own report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from standoff.credibility.force_report import ForceReport
from standoff.credibility.generation import Deployed
from standoff.errors import RequestError
from standoff.game.game import Floats
from standoff.notebook import Displayed
from standoff.scenario.coalition_values import coalition_outputs, coalition_report
from standoff.scenario.force_values import block_report, force_outputs, generated
from standoff.scenario.scenario import Scenario
from standoff.scenario.values import base_values
from standoff.study.sample import draw, with_settings

MOST_DRAWS = 1_000_000
SLACK = 1e-9
Settings = Mapping[str, float | str | Fraction]
Values = Mapping[str, Floats]


@dataclass(frozen=True)
class UnityAnswer(Displayed):
    """What the block `coalition` gives; `report` as `standoff.scenario.coalition_values.coalition_report` has it."""

    title: str
    variant: str | None
    parameters: Mapping[str, float]
    draws: int
    seed: int
    report: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """The object that ``standoff unity --json`` prints."""
        return {
            "title": self.title,
            "variant": self.variant,
            "parameters": dict(self.parameters),
            "draws": self.draws,
            "seed": self.seed,
            **self.report,
        }


@dataclass(frozen=True)
class Spread:
    """A number over draws, as far as it is defined: mean and quantiles (None where it never is)."""

    draws: int
    undefined: int
    mean: float | None
    q05: float | None
    q50: float | None
    q95: float | None

    @staticmethod
    def of(values: Floats) -> Spread:
        """Of ``float64[draw]``."""
        known = values[np.isfinite(values)]
        if not len(known):
            return Spread(len(values), len(values), None, None, None, None)
        low, middle, high = (float(q) for q in np.quantile(known, (0.05, 0.5, 0.95)))
        return Spread(len(values), len(values) - len(known), float(known.mean()), low, middle, high)


@dataclass(frozen=True)
class ForceSpread:
    """A force over draws; shares are of the draws that are defined.

    `outputs` has every parameter that the block works out, `takes_part` the share of draws in which a contributor does,
    `lost` what is lost without it, `held_by` in which share of draws the pools (with rotation) or an enabler set the
    size of the force (several where they meet), `enough` the share in which the requirement is met (None without one).
    """

    outputs: Mapping[str, Spread]
    takes_part: Mapping[str, float]
    lost: Mapping[str, Spread]
    held_by: Mapping[str, float]
    enough: float | None


@dataclass(frozen=True)
class ForceAnswer(Displayed):
    """What the block `force` gives at the base values and, where asked for, over draws."""

    title: str
    variant: str | None
    unit: str
    labels: Mapping[str, str]
    parameters: Mapping[str, float]
    draws: int
    seed: int
    report: ForceReport
    spread: ForceSpread | None = None

    def to_dict(self) -> dict[str, Any]:
        """The object that ``standoff force --json`` prints."""
        over = self.spread
        return {
            "title": self.title,
            "variant": self.variant,
            "unit": self.unit,
            "labels": dict(self.labels),
            "parameters": dict(self.parameters),
            "draws": self.draws,
            "seed": self.seed,
            "base": self.report.to_dict(),
            "over_draws": None
            if over is None
            else {
                "outputs": {name: vars(own) for name, own in over.outputs.items()},
                "takes_part": dict(over.takes_part),
                "lost": {name: vars(own) for name, own in over.lost.items()},
                "held_by": dict(over.held_by),
                "enough": over.enough,
            },
        }


def unity_of(scenario: Scenario | None, *, set: Settings | None = None, draws: int = 0, seed: int = 1) -> UnityAnswer:
    """The report of the block `coalition`, over `draws` draws too where these are more than 0.

    Raises `RequestError` without such a block, for what cannot be set, and for too many draws; `UndefinedError` where
    a willingness is not within [0, 1] at the base values.
    """
    block = scenario.coalition if scenario is not None else None
    if scenario is None or block is None:
        raise RequestError.of("the scenario has no block `coalition`", "add one; see docs/coalition.md")
    base, values = _values(scenario, set, draws, seed, coalition_outputs(block))
    report = coalition_report(block, base, values)
    return UnityAnswer(scenario.title, scenario.variant, base, draws, seed, report)


def force_of(scenario: Scenario | None, *, set: Settings | None = None, draws: int = 0, seed: int = 1) -> ForceAnswer:
    """The report of the block `force`, over `draws` draws too where these are more than 0. Raises as `unity_of`."""
    block = scenario.force if scenario is not None else None
    if scenario is None or block is None:
        raise RequestError.of("the scenario has no block `force`", "add one; see docs/force.md")
    outputs = tuple(force_outputs(block))
    base, values = _values(scenario, set, draws, seed, outputs)
    spread = None
    if values is not None:
        names = [own.name for own in block.contributors]
        spread = _spread(values, outputs, names, [need.name for need in block.needs], generated(block, values))
    return ForceAnswer(
        title=scenario.title,
        variant=scenario.variant,
        unit=block.unit,
        labels={own.name: own.label for own in block.contributors},
        parameters=base,
        draws=draws,
        seed=seed,
        report=block_report(block, base),
        spread=spread,
    )


def _values(
    scenario: Scenario, settings: Settings | None, draws: int, seed: int, own: tuple[str, ...]
) -> tuple[dict[str, float], Values | None]:
    """The base values, and those of the draws."""
    for name in settings or {}:
        if name in own:
            raise RequestError.of(f"`{name}` is what this report works out", "set what it is worked out from")
    if draws > MOST_DRAWS:
        raise RequestError.of(f"{draws:,} draws are too many", f"use at most {MOST_DRAWS:,}")
    base = {name: float(value) for name, value in base_values(scenario, settings).items()}
    if not draws:
        return base, None
    held = with_settings(scenario, {name: str(value) for name, value in (settings or {}).items()})
    return base, draw(held, "sobol", seed, 0, draws)


def _spread(
    values: Values, outputs: tuple[str, ...], names: list[str], enablers: list[str], found: Deployed
) -> ForceSpread:
    deployed = values["force.deployable"]
    known = np.isfinite(deployed)
    ceilings = np.column_stack([found.pools, found.ceilings])
    lowest = ceilings.min(axis=1, keepdims=True)
    holding = ceilings <= lowest + SLACK * np.maximum(1.0, np.abs(lowest))
    requirement = values.get("force.requirement")
    return ForceSpread(
        outputs={name: Spread.of(values[name]) for name in outputs},
        takes_part={name: _share(found.members[:, i], known) for i, name in enumerate(names)},
        lost={name: Spread.of(deployed - values[f"force.without.{name}"]) for name in names},
        held_by={name: _share(holding[:, k], known) for k, name in enumerate(("pools", *enablers))},
        enough=None if requirement is None else _share(deployed >= requirement - SLACK, known),
    )


def _share(truths: np.typing.NDArray[np.bool_], known: np.typing.NDArray[np.bool_]) -> float:
    return float(truths[known].mean()) if known.any() else 0.0
