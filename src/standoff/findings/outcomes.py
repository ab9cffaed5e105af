"""How the endings are distributed over the draws of a study, with bounds over the equilibria known at each draw.

Axes: ``[draw]``, ``[outcome]``, ``[option]``; all values are probabilities. At one draw `selected` is the outcome
distribution of the selected equilibrium, `low` and `high` the smallest and largest probability of each outcome over all
equilibria known to hold there (inner bounds: an equilibrium not found could lie outside).

A study that seeks one equilibrium per draw has no such bounds (`StudySummary.bounded` is False).

Only certified draws count. The mean of `selected` is the probability of the outcome when the draw itself is uncertain;
the percentiles describe how much that probability differs between draws.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from standoff.game.game import Floats

CERTIFIED = "certified"
MATERIAL = 0.02  # a difference in an outcome's probability that a reader should hear of (as in the audit of studies)


class StudyResult(Protocol):
    """What this module reads of a study."""

    @property
    def draws(self) -> int: ...  # noqa: D102
    @property
    def seed(self) -> int: ...  # noqa: D102
    @property
    def sampler(self) -> str: ...  # noqa: D102
    @property
    def outcomes(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def selected(self) -> Floats: ...  # noqa: D102
    @property
    def low(self) -> Floats: ...  # noqa: D102
    @property
    def high(self) -> Floats: ...  # noqa: D102
    @property
    def options(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def decision(self) -> Floats: ...  # noqa: D102
    @property
    def status(self) -> Any: ...  # noqa: D102
    @property
    def method(self) -> Any: ...  # noqa: D102
    @property
    def audit(self) -> Floats: ...  # noqa: D102
    @property
    def seconds(self) -> float: ...  # noqa: D102
    @property
    def versions(self) -> Mapping[str, str]: ...  # noqa: D102


@dataclass(frozen=True)
class OutcomeSummary:
    """One outcome over the certified draws.

    `mean` of the selected probability; `low` and `high` are the means of the bounds over known equilibria; `q05`, `q50`
    and `q95` percentiles of the selected probability.
    """

    name: str
    mean: float
    low: float
    high: float
    q05: float
    q50: float
    q95: float

    def to_dict(self) -> dict[str, float]:
        """The entry of ``run --json``."""
        return {key: value for key, value in vars(self).items() if key != "name"}


@dataclass(frozen=True)
class Audit:
    """Draws answered by the iteration and traced as well: how many, and at how many an outcome moved by `MATERIAL`.

    `low` and `high` are the 95 % Wilson score interval of the share of disagreement (Wilson 1927).
    """

    draws: int
    disagreements: int
    low: float
    high: float

    def to_dict(self) -> dict[str, Any]:
        """The entry of ``run --json``."""
        share = self.disagreements / self.draws if self.draws else None
        return {**vars(self), "share": share}


@dataclass(frozen=True)
class StudySummary:
    """A study in numbers. `outcomes` and `decision` are empty when no draw was certified.

    `decision` is the mean probability of each option of the decision move over the `decided` certified draws that
    reach it; `several` is the share of certified draws at which known equilibria differ by more than `MATERIAL` in
    some outcome.
    """

    draws: int
    certified: int
    seed: int
    sampler: str
    seconds: float
    statuses: dict[str, int]
    methods: dict[str, int]
    outcomes: tuple[OutcomeSummary, ...]
    decision: dict[str, float]
    decided: int
    several: float
    bounded: bool
    audit: Audit
    versions: dict[str, str]

    @property
    def certified_share(self) -> float:
        """Certified draws as a share of all draws; 0 for a study of no draws."""
        return self.certified / self.draws if self.draws else 0.0

    def by_mean(self) -> tuple[OutcomeSummary, ...]:
        """The outcomes, most probable first; equal ones in the scenario's order."""
        return tuple(sorted(self.outcomes, key=lambda outcome: -outcome.mean))

    def to_dict(self) -> dict[str, Any]:
        """The part of ``run --json`` that this module computes."""
        return {
            "draws": self.draws,
            "seed": self.seed,
            "sampler": self.sampler,
            "seconds": self.seconds,
            "certified": self.certified_share,
            "statuses": self.statuses,
            "methods": self.methods,
            "outcomes": {outcome.name: outcome.to_dict() for outcome in self.outcomes},
            "decision": self.decision,
            "several_equilibria": self.several if self.bounded else None,
            "audit": self.audit.to_dict(),
        }


def summarise(study: StudyResult) -> StudySummary:
    """The summary of a study; see `StudySummary` for what counts."""
    statuses = [str(status) for status in study.status]
    certified = np.array([status == CERTIFIED for status in statuses], dtype=bool)
    selected, low, high = (np.asarray(table)[certified] for table in (study.selected, study.low, study.high))
    decision, decided = decision_shares(study.options, np.asarray(study.decision)[certified])
    return StudySummary(
        draws=int(study.draws),
        certified=int(certified.sum()),
        seed=int(study.seed),
        sampler=str(study.sampler),
        seconds=float(study.seconds),
        statuses=dict(Counter(statuses).most_common()),
        methods=dict(Counter(str(method) for method in study.method).most_common()),
        outcomes=outcome_summaries(study.outcomes, selected, low, high),
        decision=decision,
        decided=decided,
        several=float(np.mean(np.any(high - low > MATERIAL, axis=1))) if len(selected) else 0.0,
        bounded=bool(np.any(high > low)),
        audit=audit_summary(np.asarray(study.audit)),
        versions={str(name): str(version) for name, version in study.versions.items()},
    )


def outcome_summaries(
    names: tuple[str, ...], selected: Floats, low: Floats, high: Floats
) -> tuple[OutcomeSummary, ...]:
    """One summary per outcome from ``float64[draw, outcome]`` tables of certified draws; empty for no draws."""
    if not len(selected):
        return ()
    quantiles = np.quantile(selected, [0.05, 0.5, 0.95], axis=0)
    table = np.vstack([selected.mean(axis=0), low.mean(axis=0), high.mean(axis=0), quantiles]).T
    return tuple(OutcomeSummary(name, *row) for name, row in zip(names, table.tolist(), strict=True))


def audit_summary(differences: Floats) -> Audit:
    """The audit from the largest difference in an outcome at each audited draw (NaN at the others)."""
    made = differences[np.isfinite(differences)]
    count, bad = len(made), int(np.sum(made > MATERIAL))
    low, high = wilson(bad, count)
    return Audit(count, bad, low, high)


def wilson(successes: int, trials: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson score interval of a share; (0, 1) for no trials."""
    if trials == 0:
        return 0.0, 1.0
    share = successes / trials
    scale = 1 + z**2 / trials
    middle = (share + z**2 / (2 * trials)) / scale
    half = z * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2)) / scale
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def decision_shares(options: tuple[str, ...], decision: Floats) -> tuple[dict[str, float], int]:
    """Mean probability of each option over the draws that reach the move (the others are NaN), and how many do."""
    if not options:
        return {}, 0
    reached = decision[~np.isnan(decision).any(axis=1)]
    if not len(reached):
        return {}, 0
    return dict(zip(options, reached.mean(axis=0).tolist(), strict=True)), len(reached)
