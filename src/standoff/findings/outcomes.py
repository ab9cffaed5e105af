"""How the endings are distributed over the draws of a study, with bounds over the equilibria known at each draw.

Axes: ``[draw]``, ``[outcome]``, ``[option]``; all values are probabilities. At one draw `selected` is the outcome
distribution of the selected equilibrium, `low` and `high` the smallest and largest probability of each outcome over all
equilibria known to hold there (inner bounds: an equilibrium not found could lie outside).

Where no draw has a second equilibrium that is known, there are no such bounds (`StudySummary.bounded` is False).

Only certified draws count. The mean of `selected` is the probability of the outcome when the draw itself is uncertain;
the percentiles describe how much that probability differs between draws.

A study is read part by part and never held in memory. Nothing here depends on how it is cut into parts: sums are exact
sums of values rounded to 2^-40 (a mean is off by less than 5e-13), percentiles are order statistics of the values as
float32 (off by less than 3e-8; see `standoff.findings.quantiles`), all else is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from standoff.findings.quantiles import Single, UpperCounts, quantiles
from standoff.game.game import Floats
from standoff.study.answers import METHODS, STATUSES, Answers

MATERIAL = 0.02  # a difference in an outcome's probability that a reader should hear of (as in the audit of studies)
MOST_CLASSES = 10  # classes listed, most frequent first
UNIT = 2.0**-40  # of sums
SHARES = (0.05, 0.5, 0.95)


class StudyResult(Protocol):
    """What this module reads of a study, in memory or stored."""

    @property
    def draws(self) -> int: ...  # noqa: D102
    @property
    def seed(self) -> int: ...  # noqa: D102
    @property
    def sampler(self) -> str: ...  # noqa: D102
    @property
    def outcomes(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def options(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def seconds(self) -> float: ...  # noqa: D102
    @property
    def versions(self) -> Mapping[str, str]: ...  # noqa: D102
    def parts(self) -> Iterable[Answers]:
        """The answers, in blocks of consecutive draws of any size; may be asked for repeatedly."""

    def selections(self) -> Iterable[Floats]:
        """Of the certified draws in the same order, `selected` alone: ``float64[draw, outcome]`` in blocks."""


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
    """Draws that were solved a second way: how many, and at how many an outcome moved by more than `MATERIAL`.

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
class ClassShare:
    """A class of equilibria (equal supports at every information set) as a share of the certified draws.

    `name` is a number for the supports, in hexadecimal: the same in every study of the same game.
    """

    name: str
    share: float

    def to_dict(self) -> dict[str, Any]:
        """The entry of ``run --json``."""
        return {"class": self.name, "share": self.share}


@dataclass(frozen=True)
class StudySummary:
    """A study in numbers. `outcomes` and `decision` are empty when no draw was certified.

    `audit` is about draws solved once more, `branch` about draws whose logit path was followed although
    best replies settle. `decision` is the mean probability of each option of the decision move over the `decided`
    certified draws that reach it; `several` is the share of certified draws at which known equilibria differ by more
    than `MATERIAL` in some outcome; `classes` are the most frequent of the `class_count` classes that the selected
    equilibria belong to.
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
    branch: Audit
    versions: dict[str, str]
    classes: tuple[ClassShare, ...] = ()
    class_count: int = 0

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
            "classes": [entry.to_dict() for entry in self.classes],
            "class_count": self.class_count,
            "outcomes": {outcome.name: outcome.to_dict() for outcome in self.outcomes},
            "decision": self.decision,
            "several_equilibria": self.several if self.bounded else None,
            "audit": self.audit.to_dict(),
            "branch": self.branch.to_dict(),
        }


def summarise(study: StudyResult) -> StudySummary:
    """The summary of a study; see `StudySummary` for what counts. Goes through the study's parts twice."""
    tally = _Tally(len(study.outcomes), len(study.options))
    for part in study.parts():
        tally.add(part)
    again = (table.astype(np.float32) for table in study.selections())
    kinds = sorted(tally.kinds.items(), key=lambda item: (-item[1], item[0]))
    return StudySummary(
        draws=int(study.draws),
        certified=tally.certified,
        seed=int(study.seed),
        sampler=str(study.sampler),
        seconds=float(study.seconds),
        statuses={STATUSES[code]: count for code, count in tally.statuses.most_common()},
        methods={METHODS[code]: count for code, count in tally.methods.most_common()},
        outcomes=_summaries(study.outcomes, tally.sums, tally.upper, again, tally.certified),
        decision=dict(zip(study.options, _means(tally.decision, tally.decided), strict=True)) if tally.decided else {},
        decided=tally.decided,
        several=tally.several / tally.certified if tally.certified else 0.0,
        bounded=tally.bounded,
        audit=tally.audit.interval(),
        branch=tally.branch.interval(),
        versions={str(name): str(version) for name, version in study.versions.items()},
        classes=tuple(ClassShare(f"{kind:016x}", count / tally.certified) for kind, count in kinds[:MOST_CLASSES]),
        class_count=len(kinds),
    )


@dataclass
class _Repeated:
    """Draws that were solved a second way, and how many of them ended differently."""

    draws: int = 0
    disagreements: int = 0

    def add(self, differences: Floats) -> None:
        made = differences[np.isfinite(differences)]
        self.draws += len(made)
        self.disagreements += int(np.sum(made > MATERIAL))

    def interval(self) -> Audit:
        return Audit(self.draws, self.disagreements, *wilson(self.disagreements, self.draws))


@dataclass
class _Tally:
    """Counts, and sums in units of `UNIT`, over the parts seen so far."""

    outcomes: int
    options: int
    certified: int = 0
    decided: int = 0
    several: int = 0
    bounded: bool = False
    audit: _Repeated = field(default_factory=_Repeated)
    branch: _Repeated = field(default_factory=_Repeated)
    sums: list[list[int]] = field(init=False)  # of selected, low, high by outcome
    upper: UpperCounts = field(init=False)
    decision: list[int] = field(init=False)
    statuses: Counter[int] = field(default_factory=Counter)
    methods: Counter[int] = field(default_factory=Counter)
    kinds: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.sums = [[0] * self.outcomes for _ in range(3)]
        self.decision = [0] * self.options
        self.upper = UpperCounts(self.outcomes)

    def add(self, part: Answers) -> None:
        """Count a part in."""
        self.statuses.update(_counted(part.status))
        self.methods.update(_counted(part.method))
        self.audit.add(part.audit)
        self.branch.add(part.branch)
        certain = part.rows(part.certified)
        self.certified += len(certain)
        self.kinds.update(_counted(certain.kind))
        self.sums = [
            _added(sums, table)
            for sums, table in zip(self.sums, (certain.selected, certain.low, certain.high), strict=True)
        ]
        self.upper.add(certain.selected.astype(np.float32))
        spread = certain.high - certain.low
        self.several += int(np.sum(np.any(spread > MATERIAL, axis=1)))
        self.bounded = self.bounded or bool(np.any(spread > 0))
        if self.options:
            reached = certain.decision[~np.isnan(certain.decision).any(axis=1)]
            self.decided += len(reached)
            self.decision = _added(self.decision, reached)


def _counted(values: Any) -> dict[int, int]:
    found, counts = np.unique(values, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _added(sums: list[int], table: Floats) -> list[int]:
    """Column sums of probabilities, added to those so far: whole numbers of `UNIT`, so no order matters."""
    more = np.rint(table / UNIT).astype(np.int64).sum(axis=0)  # 2^23 rows of ones would still fit
    return [total + int(column) for total, column in zip(sums, more, strict=True)]


def _means(sums: list[int], count: int) -> list[float]:
    return [total / count * UNIT for total in sums]


def outcome_summaries(
    names: tuple[str, ...], selected: Floats, low: Floats, high: Floats
) -> tuple[OutcomeSummary, ...]:
    """One summary per outcome from ``float64[draw, outcome]`` tables of certified draws; empty for no draws."""
    sums = [_added([0] * len(names), table) for table in (selected, low, high)]
    upper = UpperCounts(len(names))
    upper.add(selected.astype(np.float32))
    return _summaries(names, sums, upper, [selected.astype(np.float32)], len(selected))


def _summaries(
    names: tuple[str, ...], sums: list[list[int]], upper: UpperCounts, tables: Iterable[Single], count: int
) -> tuple[OutcomeSummary, ...]:
    if not count:
        return ()
    means = [_means(column, count) for column in sums]
    ranks = quantiles(upper, tables, count, SHARES)
    rows = zip(*means, *ranks.T.tolist(), strict=True)
    return tuple(OutcomeSummary(name, *row) for name, row in zip(names, rows, strict=True))


def wilson(successes: int, trials: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson score interval of a share; (0, 1) for no trials."""
    if trials == 0:
        return 0.0, 1.0
    share = successes / trials
    scale = 1 + z**2 / trials
    middle = (share + z**2 / (2 * trials)) / scale
    half = z * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2)) / scale
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
