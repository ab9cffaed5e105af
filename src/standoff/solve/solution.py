"""What `solve` answers: equilibria with their certificates, and the JSON that every command shares.

An `Equilibrium` is an assessment that the verifier has passed; `Solution.rejected` tells what was found but did not
pass. Nothing else is called an equilibrium.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from standoff.game.game import Game, NumericGame
from standoff.game.play import Play, play
from standoff.notebook import Displayed
from standoff.scenario.scenario import Scenario
from standoff.solve.assessment import Assessment
from standoff.solve.verify import Certificate
from standoff.version import VERSION

if TYPE_CHECKING:  # refinements are for those who ask for them, and an answer is sooner there without
    from standoff.solve.refinements.refine import Refinement, Subject

SCHEMA = 1
REFINED = ("sequential", "pure")  # concepts whose equilibria are put through refinements


@dataclass(frozen=True, eq=False)
class Equilibrium(Displayed):
    """A certified profile.

    `belief_ranges` maps an information set to (low, high) per live node; `intervals` maps a slot to the probabilities
    that would do as well (over the whole class where all classes were found, else with everything else as it is; slots
    that are pinned down are missing); `outcome_intervals` the range of outcomes over the class, where it is known.
    `principal` says that the logit path from uniform play leads to it.
    """

    numeric: NumericGame
    assessment: Assessment
    certificate: Certificate
    method: str
    selected: bool = False
    principal: bool = False
    class_name: str | None = None
    belief_ranges: Mapping[int, tuple[tuple[float, float], ...]] | None = None
    intervals: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    outcome_intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @cached_property
    def play(self) -> Play:
        """Reach probabilities, outcome distribution and payoffs of the profile."""
        return play(self.numeric, self.assessment.behaviour)

    @cached_property
    def kind(self) -> str:
        """``pure`` or ``mixed`` (void information sets do not count)."""
        game = self.numeric.game
        alive = np.array([nodes.size > 0 for nodes in self.numeric.members], dtype=bool)
        probabilities = self.assessment.behaviour[alive[game.slot_infoset]]
        return "pure" if np.all((probabilities == 0) | (probabilities == 1)) else "mixed"

    def support(self) -> tuple[frozenset[int], ...]:
        """Slots played with positive probability per information set; empty for void ones. This is its class."""
        game, behaviour = self.numeric.game, self.assessment.behaviour
        result = []
        for number, nodes in enumerate(self.numeric.members):
            slots = game.options(number)
            played = [slot for slot in range(slots.start, slots.stop) if behaviour[slot] > 0]
            result.append(frozenset(played if nodes.size else ()))
        return tuple(result)

    def outcomes(self) -> dict[str, float]:
        """Probability of each named outcome."""
        return dict(zip(self.numeric.game.outcomes, self.play.outcomes.tolist(), strict=True))

    def payoffs(self) -> dict[str, float]:
        """Expected payoff of each actor, in utility."""
        return dict(zip(self.numeric.game.actors, self.play.payoffs.tolist(), strict=True))

    def considerations(self) -> dict[str, dict[str, float]]:
        """Expected payoff by actor and consideration; the parts of an actor sum to its payoff."""
        game = self.numeric.game
        parts: dict[str, dict[str, float]] = {actor: {} for actor in game.actors}
        for part, value in zip(game.considerations, self.play.terms.tolist(), strict=True):
            parts[game.actors[part.actor]][part.name] = value
        return parts

    @property
    def subject(self) -> Subject:
        """What refinements look at."""
        from standoff.solve.refinements.refine import Subject

        free = frozenset(self.intervals)
        return Subject(self.numeric, self.assessment, self.play, self.certificate.tolerance, free)

    def infoset_reach(self, infoset: int) -> float:
        """Probability that play passes through the information set."""
        return float(self.play.reach[self.numeric.members[infoset]].sum())

    def to_dict(self) -> dict[str, Any]:
        """The entry of ``solve --json``."""
        game = self.numeric.game
        return {
            "selected": self.selected,
            "kind": self.kind,
            "status": self.certificate.status,
            "class": self.class_name,
            "method": self.method,
            "behaviour": [self._infoset(number) for number in range(len(game.infosets))],
            "outcomes": self.outcomes(),
            "payoffs": self.payoffs(),
            "considerations": self.considerations(),
            "certificate": self.certificate.to_dict(),
        }

    def _infoset(self, number: int) -> dict[str, Any]:
        game, assessment = self.numeric.game, self.assessment
        infoset = game.infosets[number]
        slots = game.options(number)
        nodes = self.numeric.members[number].tolist()
        histories = [game.history(node) for node in nodes]
        ranges = (self.belief_ranges or {}).get(number)
        free = {slot: self.intervals[slot] for slot in range(slots.start, slots.stop) if slot in self.intervals}
        witness = None
        if assessment.witness is not None:
            witness = {
                option: [_exponent(assessment.witness.exponents[slot]), _coefficient(assessment, slot)]
                for option, slot in zip(infoset.options, range(slots.start, slots.stop), strict=True)
            }
        return {
            "actor": game.actors[infoset.actor],
            "move": infoset.move,
            "information": dict(infoset.information),
            "void": not nodes,
            "probabilities": dict(zip(infoset.options, _numbers(assessment.behaviour[slots]), strict=True)),
            "intervals": {infoset.options[slot - slots.start]: list(pair) for slot, pair in free.items()} or None,
            "reach": self.infoset_reach(number),
            "beliefs": dict(zip(histories, _numbers(assessment.beliefs[nodes]), strict=True)),
            "belief_ranges": None
            if ranges is None
            else {history: list(pair) for history, pair in zip(histories, ranges, strict=True)},
            "witness": witness,
        }


@dataclass(frozen=True)
class Refined:
    """What a filter leaves: survivors and those it cannot judge, by position, and the range of outcomes over both."""

    survivors: tuple[int, ...]
    unknown: tuple[int, ...]
    outcome_range: Mapping[str, tuple[float, float]]

    def to_dict(self) -> dict[str, Any]:
        """The entry of ``solve --json``; positions count from 0."""
        return {
            "equilibria": list(self.survivors),
            "unknown": list(self.unknown),
            "outcome_range": {name: list(pair) for name, pair in self.outcome_range.items()},
        }


@dataclass(frozen=True)
class Rejected:
    """A profile that a solver offered and the verifier did not pass, or that no solver reached."""

    method: str
    status: str  # near_tie | uncertified | undefined | timeout
    reason: str


@dataclass(frozen=True, eq=False)
class Solution(Displayed):
    """All that was found for one concept at one set of numbers. The first equilibrium is the selected one, if any."""

    game: Game
    concept: str
    method: str
    complete: bool
    equilibria: tuple[Equilibrium, ...]
    rejected: tuple[Rejected, ...] = ()
    scenario: Scenario | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    precision: float | None = None

    @property
    def selected(self) -> Equilibrium | None:
        """The equilibrium that the concept's selection rule picks, if it has one."""
        return next((equilibrium for equilibrium in self.equilibria if equilibrium.selected), None)

    @property
    def first(self) -> Equilibrium:
        """The selected equilibrium, else the first. Raises IndexError when there is none."""
        return self.selected or self.equilibria[0]

    @cached_property
    def refinements(self) -> tuple[Mapping[str, Refinement], ...]:
        """Per equilibrium the verdicts of ``intuitive``, ``d1`` and ``logit``; empty unless sequential or pure."""
        if self.concept not in REFINED:
            return ()
        from standoff.solve.refinements.refine import refine

        judged = refine([equilibrium.subject for equilibrium in self.equilibria])
        pairs = zip(self.equilibria, judged, strict=True)
        return tuple({**verdicts, "logit": self._logit(equilibrium)} for equilibrium, verdicts in pairs)

    def _logit(self, equilibrium: Equilibrium) -> Refinement:
        from standoff.solve.refinements.refine import Refinement

        principal = next((other for other in self.equilibria if other.principal), None)
        if principal is None:
            why = "the logit path is followed for the concept sequential only"
            if self.concept == "sequential":
                why = "the logit path did not end in a certified equilibrium"
            return Refinement("logit", None, why)
        if equilibrium.principal:
            return Refinement("logit", True, "the logit path ends in it")
        return Refinement("logit", False, f"the logit path ends in equilibrium {self._position(principal) + 1}")

    def _position(self, equilibrium: Equilibrium) -> int:
        return next(place for place, other in enumerate(self.equilibria) if other is equilibrium)

    def refined(self) -> dict[str, Refined]:
        """By filter, which equilibria are left and what they lead to."""
        names = dict.fromkeys(name for verdicts in self.refinements for name in verdicts)
        result = {}
        for name in names:
            verdicts = [verdicts[name].survives for verdicts in self.refinements]
            survivors = tuple(place for place, survives in enumerate(verdicts) if survives)
            unknown = tuple(place for place, survives in enumerate(verdicts) if survives is None)
            left = [self.equilibria[place] for place in sorted((*survivors, *unknown))]
            result[name] = Refined(survivors, unknown, self.outcome_range(left))
        return result

    def outcome_range(self, among: Sequence[Equilibrium] | None = None) -> dict[str, tuple[float, float]]:
        """Smallest and largest probability of each outcome over the equilibria found (or some) and their classes."""
        ranges: dict[str, tuple[float, float]] = {}
        for equilibrium in self.equilibria if among is None else among:
            for name, value in equilibrium.outcomes().items():
                least, most = equilibrium.outcome_intervals.get(name, (value, value))
                low, high = ranges.get(name, (value, value))
                ranges[name] = min(low, least, value), max(high, most, value)
        return ranges

    def to_dict(self) -> dict[str, Any]:
        """The object that ``standoff solve --json`` prints."""
        equilibria = [equilibrium.to_dict() for equilibrium in self.equilibria]
        for entry, verdicts in zip(equilibria, self.refinements, strict=False):
            entry["refinements"] = {name: verdict.to_dict() for name, verdict in verdicts.items()}
        refined = {"refined": {name: left.to_dict() for name, left in self.refined().items()}}
        return {
            "standoff": VERSION,
            "schema": SCHEMA,
            "title": self.game.title,
            "variant": self.scenario.variant if self.scenario else None,
            "concept": self.concept,
            "precision": self.precision,
            "method": self.method,
            "complete": self.complete,
            "parameters": {name: _number(value) for name, value in self.values.items()},
            "equilibria": equilibria,
            "rejected": [vars(entry) for entry in self.rejected],
            "outcome_range": {name: list(pair) for name, pair in self.outcome_range().items()},
            **(refined if self.concept in REFINED else {}),
        }


def _number(value: float) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None


def _numbers(values: Any) -> list[float | None]:
    return [_number(value) for value in values]


def _exponent(value: Any) -> int | str:
    """An exact exponent: an integer as such, another fraction as text such as ``3/2``."""
    return int(value) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def _coefficient(assessment: Assessment, slot: int) -> float | dict[str, float]:
    """The coefficient k where it is a float in range, else its logarithm."""
    assert assessment.witness is not None
    log_k = assessment.witness.log_coefficients[slot]
    if -700 < log_k < 700:
        return math.exp(log_k)
    return {"log": log_k}
