"""Why two scenarios answer differently: the distributions of their outcomes, and which change of input accounts for it.

Both are solved at the same draws (`standoff.findings.shared_draws`). `distance(p, q)` is the total variation between
two mean distributions over outcomes, 0 to 1: the largest difference in the probability of any set of outcomes. For
each unit u of changed input (`standoff.findings.differences.units`), one at a time:

- *undone*: ``1 - distance(B without u, A) / distance(B, A)``: put back alone in B, how much of the difference goes;
- *made*: ``1 - distance(A with u, B) / distance(A, B)``: made alone in A, how much of it comes.

Both are at most 1; below 0 the swap leads further away. Where changes work together, no single one may undo or make
much, or one may undo everything without making anything. *Interaction* is the part of the difference that the changes
made one at a time do not add up to: ``distance(B - A, sum of (A with u) - A) / distance(B, A)``.

Every swap is solved anew. It tells which inputs the difference hangs on, not why the world is as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from standoff.errors import AnalysisError, RequestError, StandoffError
from standoff.findings.courses import courses
from standoff.findings.differences import Change, Unit, input_changes, put_back, reconciled, units
from standoff.findings.options import answers_at, commitments, leading
from standoff.findings.shared_draws import shared_draws
from standoff.game.game import Bools, Floats
from standoff.game.model import Model, from_scenario
from standoff.game.play import play
from standoff.notebook import Displayed
from standoff.scenario.scenario import Scenario
from standoff.solve.selection import select
from standoff.solve.verify import verify
from standoff.study.chunk import decision_options

HARDLY = 0.005  # a distance below which there is nothing to account for
MOST = 0.5  # a swap that undoes more than this undoes most of the difference


@dataclass(frozen=True)
class Answer:
    """What one side answers. `decision` is the mean probability of each option of the decision where it is reached.

    `path` (courses of play at the base values, chance taken out, as text with their probability) and `best` (the
    options that are best as commitments, at the base values) are empty where the base values are not certified or, for
    `best`, where there is no decision.
    """

    label: str
    outcomes: dict[str, float]
    decision: dict[str, float]
    draws: int
    certified: int
    path: tuple[tuple[str, float], ...] = ()
    best: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        path = [{"course": course, "probability": probability} for course, probability in self.path]
        return {**vars(self), "path": path, "best": list(self.best)}


@dataclass(frozen=True)
class OutcomeDifference:
    """One outcome on both sides, and the 95 % interval of the difference over draws (None for stored answers)."""

    name: str
    a: float
    b: float
    low: float | None = None
    high: float | None = None

    @property
    def difference(self) -> float:
        """B minus A."""
        return self.b - self.a

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        return {**vars(self), "difference": self.difference}


@dataclass(frozen=True)
class Swap:
    """What one unit of changed input undoes and makes; None where that scenario cannot be solved, `why` says why."""

    unit: Unit
    undone: float | None
    made: float | None
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        changes = [{"section": section, "name": name} for section, name in sorted(self.unit.keys)]
        return {"unit": self.unit.name, "changes": changes, "undone": self.undone, "made": self.made, "why": self.why}


@dataclass(frozen=True)
class Difference(Displayed):
    """Two answers compared; `changes` is None where the inputs are not known (studies stored without them)."""

    a: Answer
    b: Answer
    outcomes: tuple[OutcomeDifference, ...]
    distance: float
    common: int | None  # draws certified on both sides, over which outcomes are compared
    changes: tuple[Change, ...] | None = None
    swaps: tuple[Swap, ...] = ()
    interaction: float | None = None
    seed: int | None = None

    @property
    def main(self) -> Swap | None:
        """The swap that undoes most; None where none undoes more than half."""
        known = [swap for swap in self.swaps if swap.undone is not None and swap.undone > MOST]
        return max(known, key=lambda swap: swap.undone or 0.0) if known else None

    def to_dict(self) -> dict[str, Any]:
        """``standoff diff --json``."""
        return {
            "a": self.a.to_dict(),
            "b": self.b.to_dict(),
            "outcomes": {entry.name: entry.to_dict() for entry in self.outcomes},
            "distance": self.distance,
            "draws": self.common,
            "seed": self.seed,
            "inputs": None if self.changes is None else [change.to_dict() for change in self.changes],
            "swaps": [swap.to_dict() for swap in self.swaps],
            "main": self.main.unit.name if self.main else None,
            "interaction": self.interaction,
        }


def distance(p: Mapping[str, float], q: Mapping[str, float]) -> float:
    """Total variation between two distributions; an outcome that one does not have has probability 0."""
    return 0.5 * sum(abs(p.get(name, 0.0) - q.get(name, 0.0)) for name in {*p, *q})


def difference(
    a: Model, b: Model, *, labels: tuple[str, str] = ("A", "B"), draws: int = 64, seed: int = 1, most: int = 12
) -> Difference:
    """Two scenarios compared at the same draws, with what accounts for the difference.

    Raises `RequestError` for an .efg, `AnalysisError` where no draw is certified on both sides.
    """
    if a.scenario is None or b.scenario is None:
        raise RequestError.of("an .efg file has no inputs to compare", "compare scenarios, or stored studies")
    if draws < 1:
        raise RequestError.of(f"{draws} draws cannot be compared", "give at least one")
    first, second = reconciled(a.scenario, b.scenario)
    changes = input_changes(first, second)
    solver = _Solver(first, second, draws, seed)
    one, two = solver.solve(first, a), solver.solve(second, b)
    both = one.certified & two.certified
    if not both.any():
        raise AnalysisError("no draw is certified on both sides, so there is nothing to compare; take more draws")
    found = Difference(
        a=_answer(labels[0], a, one),
        b=_answer(labels[1], b, two),
        outcomes=_outcomes(one, two, both),
        distance=distance(one.means(both), two.means(both)),
        common=int(both.sum()),
        changes=changes,
        seed=seed,
    )
    swapped = units(first, second, changes, most=most)
    if found.distance < HARDLY or not swapped:
        return found
    if len(swapped) == 1:  # it is all the difference there is
        return replace(found, swaps=(Swap(swapped[0], 1.0, 1.0),), interaction=0.0)
    swaps, interaction = _attribute(solver, swapped, one, two, both)
    return replace(found, swaps=swaps, interaction=interaction)


@dataclass(frozen=True, eq=False)
class _Solved:
    """One scenario at all draws."""

    names: tuple[str, ...]
    selected: Floats  # [draw, outcome]
    decision: Floats  # [draw, option]
    options: tuple[str, ...]
    certified: Bools  # [draw]

    def means(self, kept: Bools) -> dict[str, float]:
        return dict(zip(self.names, self.selected[kept].mean(axis=0).tolist(), strict=True))


class _Solver:
    """Solves scenarios between two others at the draws that all of them share."""

    def __init__(self, a: Scenario, b: Scenario, draws: int, seed: int) -> None:
        self._ends, self._draws, self._seed = (a, b), draws, seed

    def solve(self, scenario: Scenario, model: Model | None = None) -> _Solved:
        *_, values = shared_draws([*self._ends, scenario], seed=self._seed, count=self._draws)
        model = model or from_scenario(scenario)
        answers = answers_at(model, values)
        options = decision_options(model)
        return _Solved(model.game.outcomes, answers.selected, answers.decision, options, answers.certified)

    def between(self, keys: frozenset[tuple[str, str]]) -> _Solved:
        """B with the inputs in `keys` as in A."""
        return self.solve(put_back(*self._ends, keys))


def _attribute(
    solver: _Solver, swapped: tuple[Unit, ...], one: _Solved, two: _Solved, both: Bools
) -> tuple[tuple[Swap, ...], float | None]:
    everything = frozenset().union(*(unit.keys for unit in swapped))
    swaps: list[Swap] = []
    sums: dict[str, float] = {}
    complete = True
    for unit in swapped:
        undone, why = _share(solver, unit.keys, one, both, two)
        made, why_not = _share(solver, everything - unit.keys, two, both, one, sums)
        swaps.append(Swap(unit, undone, made, why or why_not))
        complete = complete and made is not None
    swaps.sort(key=lambda swap: -(swap.undone if swap.undone is not None else -np.inf))
    if not complete:
        return tuple(swaps), None
    start, end = one.means(both), two.means(both)
    apart = {name: end.get(name, 0.0) - start.get(name, 0.0) for name in {*start, *end}}
    return tuple(swaps), distance(apart, sums) / distance(start, end)


def _share(
    solver: _Solver,
    keys: frozenset[tuple[str, str]],
    target: _Solved,
    both: Bools,
    origin: _Solved,
    sums: dict[str, float] | None = None,
) -> tuple[float | None, str]:
    """How much nearer to `target` the scenario with `keys` as in A is, and the reason where there is no telling.

    Compared over the draws that are certified there too; `sums` collects its distance from `target`'s other side.
    """
    try:
        between = solver.between(keys)
    except StandoffError as error:  # part of the finding: this input cannot be swapped by itself
        return None, str(error)
    kept = both & between.certified
    if not kept.any():
        return None, "no draw is certified with this change alone"
    mixed, wanted, started = between.means(kept), target.means(kept), origin.means(kept)
    if sums is not None:  # `origin` is A here
        for name in {*mixed, *started}:
            sums[name] = sums.get(name, 0.0) + mixed.get(name, 0.0) - started.get(name, 0.0)
    whole = distance(started, wanted)
    return (1 - distance(mixed, wanted) / whole, "") if whole > 0 else (None, "the ends agree at these draws")


def _outcomes(one: _Solved, two: _Solved, both: Bools) -> tuple[OutcomeDifference, ...]:
    found = []
    for name in dict.fromkeys([*one.names, *two.names]):
        first, second = _column(one, name, both), _column(two, name, both)
        gap = second - first
        half = 1.959964 * float(gap.std(ddof=1)) / np.sqrt(len(gap)) if len(gap) > 1 else float("nan")
        low, high = (float(gap.mean() - half), float(gap.mean() + half)) if np.isfinite(half) else (None, None)
        found.append(OutcomeDifference(name, float(first.mean()), float(second.mean()), low, high))
    return tuple(sorted(found, key=lambda entry: -abs(entry.difference)))


def _column(solved: _Solved, name: str, kept: Bools) -> Floats:
    if name not in solved.names:
        return np.zeros(int(kept.sum()))
    return np.asarray(solved.selected[kept, solved.names.index(name)])


def _answer(label: str, model: Model, solved: _Solved) -> Answer:
    reached = solved.decision[solved.certified & np.isfinite(solved.decision).all(axis=1)]
    decision = dict(zip(solved.options, reached.mean(axis=0).tolist(), strict=True)) if len(reached) else {}
    return Answer(
        label=label,
        outcomes=solved.means(solved.certified),
        decision=decision,
        draws=len(solved.certified),
        certified=int(solved.certified.sum()),
        path=_path(model),
        best=best_commitments(model),
    )


def _path(model: Model) -> tuple[tuple[str, float], ...]:
    """The courses of play of the selected equilibrium at the base values; none where it is not certified."""
    numeric = model.game.at({name: float(value) for name, value in model.values().items()})
    found = select(numeric, lambda candidate: verify(numeric, candidate, "sequential").holds)
    if found.assessment is None:
        return ()
    game = model.game
    return tuple(
        (
            ", ".join(f"{game.infosets[step.infoset].move}: {step.option}" for step in course.steps) or "nothing",
            course.probability,
        )
        for course in courses(game, play(numeric, found.assessment.behaviour))
    )


def best_commitments(model: Model) -> tuple[str, ...]:
    """The options of the decision that are best as commitments at the base values; none without a decision."""
    scenario = model.scenario
    if scenario is None or scenario.decision is None:
        return ()
    base = {name: np.array([float(value)]) for name, value in model.values().items()}
    actor = next(move.actor for move in scenario.moves if move.name == scenario.decision)
    number = model.game.actors.index(actor)
    answers = {option: answers_at(game, base) for option, game in commitments(model).items()}
    payoffs = {option: float(found.payoffs[0, number]) for option, found in answers.items() if found.certified[0]}
    size = float(model.game.at({name: float(value[0]) for name, value in base.items()}).payoff_range[number])
    return leading(payoffs, 1e-9 * size) if payoffs else ()
