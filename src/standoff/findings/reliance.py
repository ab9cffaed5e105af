"""What the answer rests on: how it changes when claims of the ledger are set aside, and which origins would flip it.

A claim that is set aside takes its parameters to their wider range `without` (`standoff.evidence.binding` says which),
and the game is solved again at the same draws (`standoff.findings.swaps`). Three questions:

- *drop*: the claims for which a condition holds (`standoff.evidence.predicate`), all at once;
- *leave one out*: every origin of statements in turn (`standoff.evidence.origins`);
- *smallest set*: the fewest origins whose loss together flips the answer.

The *answer* is the most likely outcome (largest mean over the certified draws) and the best option of the decision
(largest mean payoff of its actor when everybody knows that it is bound to the option). It *flips* where one of the two
changes; ties count as no change while one of those that were best still is. A lead is *firm* where it is larger than
1.96 of its standard errors over draws; a flip is firm where the leads before and after it are.

Sets of origins are tried by size, all of them up to `EXACT` origins, so that the smallest is the smallest and all of
its size are named. Beyond that origins are added one by one, each time the one that moves the distribution most, and
then taken out again where the flip holds without; that set need not be the smallest, and says so.

Structure that rests on claims (moves, options, who sees what) has no range to widen: it is named and kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from standoff.errors import AnalysisError, RequestError
from standoff.evidence.binding import (
    Coverage,
    affected,
    affected_structure,
    coverage,
    fallen_claims,
    ledger_of,
    support_of,
)
from standoff.evidence.origins import origins
from standoff.evidence.predicate import parse_predicate
from standoff.evidence.records import Ledger
from standoff.findings.attribution import OutcomeDifference, distance
from standoff.findings.options import leading
from standoff.findings.outcomes import MATERIAL
from standoff.findings.swaps import Solved, Solver
from standoff.game.game import Floats
from standoff.game.model import Model
from standoff.notebook import Displayed
from standoff.scenario.scenario import Scenario

DEFAULT = "unnamed and origins < 2"
DRAWS = 256
EXACT = 12  # origins up to which every set is tried
TIE = 1e-9  # means closer than this are tied
Z = 1.959964
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Lead:
    """Who is first, by how much, and the standard error of that over draws; `first` are several where they tie.

    `lead` and `error` are None where there is no second, or too few draws to tell.
    """

    first: tuple[str, ...]
    means: dict[str, float]
    lead: float | None
    error: float | None

    @property
    def firm(self) -> bool:
        """Whether one is first by more than draws could explain."""
        if len(self.first) != 1:
            return False
        return self.lead is None or (self.error is not None and self.lead > Z * self.error)

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        return {**vars(self), "first": list(self.first), "firm": self.firm}


@dataclass(frozen=True)
class Answer:
    """The answer with some parameters on their wider range. `best` is None without a decision or certified draws.

    `decision` is how often each option is chosen where the decision is reached; `common_class` is the class of
    equilibria that is selected most often, and its share of the certified draws.
    """

    outcome: Lead
    best: Lead | None
    decision: dict[str, float]
    certified: int
    common_class: tuple[str, float]

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        return {
            "outcomes": self.outcome.means,
            "most_likely": self.outcome.to_dict(),
            "best": self.best.to_dict() if self.best else None,
            "decision": self.decision,
            "certified": self.certified,
            "class": {"name": self.common_class[0], "share": self.common_class[1]},
        }


@dataclass(frozen=True)
class Loss:
    """What losing some claims does.

    `origins` are those lost (empty where a condition set claims aside), `claims` those that fall, `parameters` those
    on their wider range, `structure` what rests on the claims and is kept. Over the `common` draws certified before
    and after: `outcomes` with 95 % intervals of the difference, their `distance`, the share of draws that `moved` by
    more than 2 points in some outcome and the share that are `reclassified`.
    """

    origins: tuple[str, ...]
    claims: tuple[str, ...]
    parameters: tuple[str, ...]
    structure: tuple[str, ...]
    answer: Answer
    outcomes: tuple[OutcomeDifference, ...]
    distance: float
    common: int
    moved: float
    reclassified: float
    flips: tuple[str, ...]  # "outcome", "best"
    firm: bool

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        lists = ("origins", "claims", "parameters", "structure", "flips")
        return {
            **{name: list(getattr(self, name)) for name in lists},
            "answer": self.answer.to_dict(),
            "outcomes": {entry.name: entry.to_dict() for entry in self.outcomes},
            **{name: getattr(self, name) for name in ("distance", "common", "moved", "reclassified", "firm")},
        }


@dataclass(frozen=True)
class Smallest:
    """The smallest sets of origins whose loss flips the answer; none where `sets` is empty.

    `exact`: every set up to that size (or every set at all) was tried. `tried` counts the sets looked at.
    """

    sets: tuple[Loss, ...]
    exact: bool
    tried: int

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        return {"exact": self.exact, "tried": self.tried, "sets": [loss.to_dict() for loss in self.sets]}


@dataclass(frozen=True)
class Reliance(Displayed):
    """What the answer rests on; `to_dict` is the JSON of ``standoff reliance``."""

    title: str
    condition: str
    independent: bool
    draws: int
    seed: int
    coverage: Coverage
    base: Answer
    dropped: Loss
    left_out: tuple[Loss, ...]
    smallest: Smallest | None  # None where it was not asked for

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "title": self.title,
            "drop": self.condition,
            "independent": self.independent,
            "draws": self.draws,
            "seed": self.seed,
            "coverage": self.coverage.to_dict(),
            "base": self.base.to_dict(),
            "dropped": self.dropped.to_dict(),
            "leave_one_out": [loss.to_dict() for loss in self.left_out],
            "smallest": self.smallest.to_dict() if self.smallest else None,
        }


def reliance(
    model: Model,
    *,
    drop: str = DEFAULT,
    draws: int = DRAWS,
    seed: int = 1,
    independent: bool = False,
    exact: int = EXACT,
    search: bool = True,
    tell: Tell | None = None,
) -> Reliance:
    """How the answer changes without claims; see the module's docstring. `search` asks for the smallest sets.

    Raises `RequestError` for an .efg, a scenario without a ledger and a condition that makes no sense, `LedgerError`,
    `AnalysisError` where no draw is certified.
    """
    condition = parse_predicate(drop)
    scenario = model.scenario
    if scenario is None:
        raise RequestError.of("an .efg file has no claims to rest on", "write a scenario with a ledger")
    ledger = ledger_of(scenario)
    if ledger is None:
        raise RequestError.of("the scenario names no ledger", "add `ledger: FILE`, beside the scenario's file")
    solver = Solver(model, draws=draws, seed=seed)
    study = _Reliance(scenario, ledger, solver, independent, tell or (lambda _: None))
    away = frozenset(c.id for c in ledger.claims if condition.holds(ledger, c.id, independent=independent))
    return Reliance(
        title=scenario.title,
        condition=condition.text,
        independent=independent,
        draws=draws,
        seed=seed,
        coverage=coverage(scenario, ledger, independent=independent),
        base=study.answer,
        dropped=study.loss(away, ()),
        left_out=study.left_out(),
        smallest=study.smallest(exact) if search else None,
    )


class _Reliance:
    """The losses of one scenario, all compared with the answer as it stands."""

    def __init__(self, scenario: Scenario, ledger: Ledger, solver: Solver, independent: bool, tell: Tell) -> None:
        self._scenario, self._ledger, self._solver = scenario, ledger, solver
        self._independent, self._tell = independent, tell
        tell("the answer as it stands")
        self._base = solver.solve(frozenset())
        self.answer = answer_of(self._base)
        found = (s for d in scenario.parameters for s in support_of(d, ledger))
        self.origins = tuple(origin.name for origin in origins(ledger, found, independent=independent))

    def loss(self, fallen: frozenset[str], lost: tuple[str, ...]) -> Loss:
        """What losing these claims does."""
        scenario, ledger, before = self._scenario, self._ledger, self._base
        names = affected(scenario, ledger, fallen)
        after = self._solver.solve(frozenset(names))
        answer = answer_of(after)
        both = before.certified & after.certified
        if not both.any():
            raise AnalysisError("no draw is certified before and after the loss; take more draws")
        flips = _flips(self.answer, answer)
        gap = np.abs(after.selected[both] - before.selected[both]).max(axis=1)
        differences = _differences(before, after)
        return Loss(
            origins=lost,
            claims=tuple(claim.id for claim in ledger.claims if claim.id in fallen),
            parameters=names,
            structure=affected_structure(scenario, ledger, fallen),
            answer=answer,
            outcomes=differences,
            distance=distance({d.name: d.a for d in differences}, {d.name: d.b for d in differences}),
            common=int(both.sum()),
            moved=float(np.mean(gap > MATERIAL)),
            reclassified=float(np.mean(before.kinds[both] != after.kinds[both])),
            flips=flips,
            firm=bool(flips) and _firm(self.answer, answer, flips),
        )

    def without(self, lost: tuple[str, ...]) -> Loss:
        """What losing these origins does."""
        return self.loss(fallen_claims(self._ledger, lost, independent=self._independent), lost)

    def left_out(self) -> tuple[Loss, ...]:
        """Every origin in turn, the one that moves the distribution most first."""
        found = []
        for name in self.origins:
            self._tell(f"without {name}")
            found.append(self.without((name,)))
        return tuple(sorted(found, key=lambda loss: -loss.distance))

    def smallest(self, exact: int) -> Smallest:
        """The smallest sets of origins that flip the answer."""
        return self._every() if len(self.origins) <= exact else self._greedy()

    def _every(self) -> Smallest:
        tried = 0
        for size in range(1, len(self.origins) + 1):
            self._tell(f"sets of {size} of {len(self.origins)} origins")
            found = []
            for lost in combinations(self.origins, size):
                tried += 1
                loss = self.without(lost)
                if loss.flips:
                    found.append(loss)
            if found:
                return Smallest(tuple(found), True, tried)
        return Smallest((), True, tried)

    def _greedy(self) -> Smallest:
        tried = 0
        lost: tuple[str, ...] = ()
        best: Loss | None = None
        while len(lost) < len(self.origins):
            self._tell(f"sets of {len(lost) + 1} of {len(self.origins)} origins, one added at a time")
            candidates = [self.without((*lost, name)) for name in self.origins if name not in lost]
            tried += len(candidates)
            best = max(candidates, key=lambda loss: (bool(loss.flips), loss.distance))
            lost = best.origins
            if best.flips:
                break
        if best is None or not best.flips:
            return Smallest((), False, tried)
        for name in best.origins:
            rest = tuple(other for other in best.origins if other != name)
            if rest:
                tried += 1
                fewer = self.without(rest)
                best = fewer if fewer.flips else best
        return Smallest((best,), False, tried)


def answer_of(solved: Solved) -> Answer:
    """The answer in numbers. Raises `AnalysisError` where no draw is certified."""
    sure = solved.certified
    if not sure.any():
        raise AnalysisError("no draw is certified, so there is no answer to rest on anything; take more draws")
    reached = sure & np.isfinite(solved.chosen).all(axis=1)
    shares = solved.chosen[reached].mean(axis=0).tolist() if solved.options and reached.any() else []
    kinds = sorted(Counter(solved.kinds[sure].tolist()).items(), key=lambda item: (-item[1], item[0]))
    bound = np.isfinite(solved.payoffs).all(axis=1) if solved.options else np.zeros(0, dtype=bool)
    return Answer(
        outcome=_lead(solved.outcomes, solved.selected[sure]),
        best=_lead(solved.options, solved.payoffs[bound]) if bound.any() else None,
        decision=dict(zip(solved.options, shares, strict=False)),
        certified=int(sure.sum()),
        common_class=(f"{kinds[0][0]:016x}", kinds[0][1] / int(sure.sum())),
    )


def _lead(names: tuple[str, ...], table: Floats) -> Lead:
    """Who has the largest mean of the columns ``[draw, name]``, and how far ahead of the next."""
    means = dict(zip(names, table.mean(axis=0).tolist(), strict=True))
    first = leading(means, TIE)
    others = [n for n, name in enumerate(names) if name not in first]
    if not others or len(table) < 2:
        return Lead(first, means, None, None)
    top = names.index(first[0])
    second = max(others, key=lambda n: means[names[n]])
    gap = table[:, top] - table[:, second]
    return Lead(first, means, float(gap.mean()), float(gap.std(ddof=1) / np.sqrt(len(gap))))


def _differences(before: Solved, after: Solved) -> tuple[OutcomeDifference, ...]:
    both = before.certified & after.certified
    found = []
    for n, name in enumerate(before.outcomes):
        a, b = before.selected[both, n], after.selected[both, n]
        change = float((b - a).mean())
        half = float(Z * (b - a).std(ddof=1) / np.sqrt(len(a))) if len(a) > 1 else None
        low, high = (None, None) if half is None else (change - half, change + half)
        found.append(OutcomeDifference(name, float(a.mean()), float(b.mean()), low, high))
    return tuple(found)


def _flips(before: Answer, after: Answer) -> tuple[str, ...]:
    found = []
    if not set(before.outcome.first) & set(after.outcome.first):
        found.append("outcome")
    if before.best and after.best and not set(before.best.first) & set(after.best.first):
        found.append("best")
    return tuple(found)


def _firm(before: Answer, after: Answer, flips: tuple[str, ...]) -> bool:
    sides = {"outcome": (before.outcome, after.outcome), "best": (before.best, after.best)}
    return any(all(side is not None and side.firm for side in sides[what]) for what in flips)
