"""The findings of one study together, as values: what `standoff findings` and the brief say beyond its summary.

A finding that cannot be had is a `Missing`: why, and what to do about it. `standoff.findings.collect` finds them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from standoff.findings.baselines import Baselines
from standoff.findings.discovery import Discovery
from standoff.findings.levers import LeverTable
from standoff.findings.options import Comparison
from standoff.findings.outcomes import StudySummary
from standoff.findings.partition import Partition
from standoff.findings.robustness import Robustness
from standoff.findings.saltelli import SobolIndices
from standoff.findings.sensitivity import Sensitivity
from standoff.findings.side_by_side import SideBySide
from standoff.findings.value_of_information import ValueOfInformation, Worth
from standoff.notebook import Displayed

RESOLVED = 256
VARIED = 64  # draws of the variants, of which there may be many
DEVIATED = 16  # draws of one-off deviations, which are slow
SECONDS = 60.0


@dataclass(frozen=True)
class Missing:
    """A finding that there is not: why, and what to do."""

    why: str
    remedy: str

    def __str__(self) -> str:
        text = f"{self.why[:1].upper()}{self.why[1:]}"
        return f"{text}. To have it: {self.remedy}." if self.remedy else f"{text}."

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output in place of the finding."""
        return {"missing": self.why, "remedy": self.remedy}


@dataclass(frozen=True)
class OutcomeFindings:
    """What drives one outcome, and in which conditions it comes about; `mean` is its mean probability."""

    outcome: str
    mean: float
    sensitivity: Sensitivity
    discovery: Discovery
    partition: Partition


@dataclass(frozen=True)
class ClaimWorth:
    """What it is worth at least to settle a claim: the most that one of the parameters resting on it is worth.

    Together they may be worth more. `strongest` is that parameter.
    """

    claim: str
    parameters: tuple[str, ...]
    strongest: Worth

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"claim": self.claim, "parameters": list(self.parameters), "at_least": dict(vars(self.strongest))}


@dataclass(frozen=True)
class Sought:
    """How much is to be solved anew: draws for options and baselines, draws for variants, seconds for each."""

    draws: int = RESOLVED
    varied: int = VARIED
    deviated: int = DEVIATED
    seconds: float = SECONDS


@dataclass(frozen=True)
class Findings(Displayed):
    """Everything found in a study; `read` is the number of draws that drivers and conditions are read off."""

    summary: StudySummary
    read: int
    outcomes: tuple[OutcomeFindings, ...] | Missing
    options: Comparison | Missing
    rules: Robustness | Missing
    information: ValueOfInformation | Missing
    claims: tuple[ClaimWorth, ...]
    levers: LeverTable | Missing
    levers_left_out: tuple[str, ...]
    baselines: Baselines | Missing
    variants: SideBySide | Missing
    sought: Sought = field(default_factory=Sought)
    sobol: dict[str, SobolIndices] | Missing | None = None  # None where they were not asked for

    def to_dict(self) -> dict[str, Any]:
        """The object of ``findings --json``; an entry with the key ``missing`` says why it is not there."""
        return {**self.summary.to_dict(), **self.sections()}

    def sections(self) -> dict[str, Any]:
        """What findings add to the summary of the study."""
        return {
            **self._by_outcome(),
            "information": self._entry(self.information, claims=[claim.to_dict() for claim in self.claims]),
            "options": self._entry(self.options),
            "rules": self._entry(self.rules),
            "levers": self._entry(self.levers, left_out=list(self.levers_left_out)),
            "baselines": self._entry(self.baselines, distances=self.distances),
            "variants": self._entry(self.variants),
            **self._sobol(),
        }

    @property
    def means(self) -> dict[str, float]:
        """Outcome to mean probability over the certified draws of the study; empty where none is certified."""
        return {outcome.name: outcome.mean for outcome in self.summary.outcomes}

    @property
    def distances(self) -> dict[str, float]:
        """How far each baseline is from the answer (total variation); empty where either is missing."""
        if isinstance(self.baselines, Missing) or not self.means:
            return {}
        return self.baselines.distances(self.means)

    def _by_outcome(self) -> dict[str, Any]:
        kinds = ("sensitivity", "discovery", "partition")
        if isinstance(self.outcomes, Missing):
            return {kind: self.outcomes.to_dict() for kind in kinds}
        return {kind: {one.outcome: getattr(one, kind).to_dict() for one in self.outcomes} for kind in kinds}

    def _sobol(self) -> dict[str, Any]:
        if self.sobol is None:
            return {}
        if isinstance(self.sobol, Missing):
            return {"sobol": self.sobol.to_dict()}
        return {"sobol": {name: indices.to_dict() for name, indices in self.sobol.items()}}

    @staticmethod
    def _entry(found: Any, **more: Any) -> dict[str, Any]:
        return found.to_dict() if isinstance(found, Missing) else {**found.to_dict(), **more}


def nothing(summary: StudySummary, why: Missing, *, sobol: bool = False) -> Findings:
    """The findings of a study of which only the summary can be had; `sobol` says that these indices were asked for."""
    return Findings(summary, 0, why, why, why, why, (), why, (), why, why, sobol=why if sobol else None)
