"""Levers: the smallest change of a number that somebody controls which flips the answer.

A *lever* is a parameter that the file gives to one or more actors (`lever:`). It starts from its base value and can be
moved within `between`, or else within the ends of its range (for a range without ends its quantiles at 1e-6 and
1 - 1e-6). Everything else stays at its base value, derived parameters follow, and everybody's play is found anew at
every point: opponents answer the move. Two answers can flip:

- ``outcome``: the most probable outcome of the selected equilibrium;
- ``option``: the option of the decision that is best as a commitment (`standoff.findings.options`).

Answers that are equally good (probabilities within 1e-6, payoffs within 1e-9 of the range) are all the answer there;
it flips where one of those at the base is no longer among them. On each side `points` equally spaced values up to the
limit are tried (every value of a discrete range), and between the last with the base's answer and the first with
another one the place is narrowed to `PRECISION` of the range. So the first flip on each side is found, unless the
answer changes and changes back between two of the values tried. Both ends of what is reported are certified; points
that are not, or that break an assumption which holds at the base, are passed over and counted (`unknown`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from standoff.errors import AnalysisError, RequestError
from standoff.findings.options import answers_at, commitments, decision_move
from standoff.game.game import Floats
from standoff.game.model import Model
from standoff.notebook import Displayed
from standoff.scenario.expression import evaluate
from standoff.scenario.problems import remedy
from standoff.scenario.scenario import ParameterDefinition, Scenario
from standoff.scenario.values import complete
from standoff.study.distributions import support

TARGETS = ("outcome", "option")
PRECISION = 1e-4  # of the range
INSIDE = 7  # values tried between two ends at a time
EQUAL_PROBABILITY, EQUAL_PAYOFF = 1e-6, 1e-9

Answer = frozenset[str]
Point = tuple[str, float]  # a lever and its value
Ask = Callable[[Sequence[Point]], list[Answer | None]]  # None where nothing is certified


@dataclass(frozen=True)
class Flip:
    """The answer is still the base's at `before` and is `to` at `at`, both certified; `change` is `at` less base."""

    before: float
    at: float
    change: float
    share: float  # of the distance between the limits
    to: tuple[str, ...]


@dataclass(frozen=True)
class Lever:
    """What moving one lever does to one answer: the first flip upwards and downwards, None where there is none."""

    parameter: str
    actors: tuple[str, ...]
    unit: str
    target: str
    base: float
    low: float
    high: float
    up: Flip | None
    down: Flip | None
    unknown: int

    @property
    def smallest(self) -> Flip | None:
        """The smaller of the two; upwards where they are equal."""
        flips = [flip for flip in (self.up, self.down) if flip is not None]
        return min(flips, key=lambda flip: flip.share) if flips else None

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        flips = {side: None if flip is None else vars(flip) | {"to": list(flip.to)} for side, flip in self._sides()}
        return {**vars(self), "actors": list(self.actors), **flips}

    def _sides(self) -> tuple[tuple[str, Flip | None], ...]:
        return ("up", self.up), ("down", self.down)


@dataclass(frozen=True)
class LeverTable(Displayed):
    """All levers, per target the smallest flip first. `answers` are the base's; `points` were tried on each side."""

    answers: dict[str, tuple[str, ...]]
    levers: tuple[Lever, ...]
    points: int

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        return {
            "answers": {target: list(answer) for target, answer in self.answers.items()},
            "levers": [lever.to_dict() for lever in self.levers],
            "points": self.points,
        }


def levers(
    model: Model,
    *,
    names: Sequence[str] | None = None,
    set: Mapping[str, float | str | Fraction] | None = None,
    targets: Sequence[str] | None = None,
    points: int = 12,
) -> LeverTable:
    """The lever table at the base values changed by `set`; of `names` instead of the file's levers where given.

    `targets` are both, or without a decision the outcome alone. Raises `RequestError` where there is no lever, a name
    is no parameter or cannot be moved, or ``option`` is asked of a scenario without a decision; `AnalysisError` where
    the base point is not certified.
    """
    scenario = model.scenario
    if scenario is None:
        raise RequestError.of("an .efg file has no levers", "write a scenario with `lever: ACTOR` at a parameter")
    base = {name: float(value) for name, value in model.values(set).items()}
    limits = {definition.name: _limits(definition) for definition in _asked(scenario, names)}
    for name, (low, high) in limits.items():
        if not low <= base[name] <= high:
            what = f"`{name}` is {base[name]:g}, outside its limits {low:g} to {high:g}"
            raise RequestError.of(what, "set it inside them")
    wanted = tuple(targets) if targets is not None else TARGETS if scenario.decision else TARGETS[:1]
    fixed = frozenset(set or {})
    found: list[Lever] = []
    answers: dict[str, tuple[str, ...]] = {}
    for target in wanted:
        ask = _asker(model, target, base, fixed)
        start = ask([(next(iter(limits)), base[next(iter(limits))])])[0]
        if start is None:
            raise AnalysisError(f"nothing is certified at the base values, so no {target} can flip; solve them first")
        answers[target] = tuple(sorted(start))
        flips, unknown = _flips(scenario, ask, start, base, limits, points)
        rows = [_lever(scenario, name, target, base[name], limits[name], flips, unknown[name]) for name in limits]
        found += sorted(rows, key=lambda row: row.smallest.share if row.smallest else np.inf)
    return LeverTable(answers, tuple(found), points)


def _asked(scenario: Scenario, names: Sequence[str] | None) -> list[ParameterDefinition]:
    known = {definition.name: definition for definition in scenario.parameters}
    if names is None:
        found = [definition for definition in scenario.parameters if definition.lever]
        if not found:
            raise RequestError.of(
                "no parameter of the scenario is a lever", "add `lever: ACTOR` to those that somebody controls"
            )
        return found
    for name in names:
        if name not in known:
            raise RequestError.of(f"there is no parameter `{name}`", remedy(name, list(known), "parameters"))
        if known[name].range is None and known[name].between is None:
            raise RequestError.of(f"`{name}` has no limits to be moved within", "give it a range, or `between`")
    if not names:
        raise RequestError.of("no lever is asked for", "name at least one parameter")
    return [known[name] for name in names]


def _limits(definition: ParameterDefinition) -> tuple[float, float]:
    if definition.between is not None:
        return float(definition.between[0]), float(definition.between[1])
    assert definition.range is not None
    return support(definition.range, definition.kind)


def _asker(model: Model, target: str, base: Mapping[str, float], fixed: frozenset[str]) -> Ask:
    """What tells the answer at any points; see the module's text for the two targets."""
    scenario = model.scenario
    assert scenario is not None
    if target == "outcome":
        judge, games = _likeliest(model), {"": model}
    elif target == "option":
        judge, games = _best_option(model, base), commitments(model)
    else:
        raise RequestError.of(f"`{target}` is no answer that levers flip", f"use one of {', '.join(TARGETS)}")

    def ask(points: Sequence[Point]) -> list[Answer | None]:
        if not points:
            return []
        values = _values(scenario, base, fixed, points)
        return [
            answer if allowed else None
            for answer, allowed in zip(judge(games, values), _allowed(scenario, base, values), strict=True)
        ]

    return ask


Judge = Callable[[Mapping[str, Model], Mapping[str, Floats]], list[Answer | None]]


def _likeliest(model: Model) -> Judge:
    def judge(games: Mapping[str, Model], values: Mapping[str, Floats]) -> list[Answer | None]:
        answers = answers_at(games[""], values)
        return [
            _leaders(model.game.outcomes, row, EQUAL_PROBABILITY) if sure else None
            for row, sure in zip(answers.selected, answers.certified.tolist(), strict=True)
        ]

    return judge


def _best_option(model: Model, base: Mapping[str, float]) -> Judge:
    actor = model.game.actors.index(decision_move(model.scenario).actor)
    slack = EQUAL_PAYOFF * float(model.game.at(base).payoff_range[actor])

    def judge(games: Mapping[str, Model], values: Mapping[str, Floats]) -> list[Answer | None]:
        answers = {option: answers_at(game, values) for option, game in games.items()}
        sure = np.all([found.certified for found in answers.values()], axis=0)
        payoffs = np.array([found.payoffs[:, actor] for found in answers.values()]).T
        return [
            _leaders(tuple(answers), row, slack) if known else None
            for row, known in zip(payoffs, sure.tolist(), strict=True)
        ]

    return judge


def _leaders(names: tuple[str, ...], row: Floats, slack: float) -> Answer:
    return frozenset(name for name, value in zip(names, row.tolist(), strict=True) if value >= row.max() - slack)


def _values(
    scenario: Scenario, base: Mapping[str, float], fixed: frozenset[str], points: Sequence[Point]
) -> dict[str, Floats]:
    """Parameters at the points: ``float64[point]`` each, formulas followed unless they are set."""
    columns = {
        definition.name: np.full(len(points), base[definition.name])
        for definition in scenario.parameters
        if definition.expression is None or definition.name in fixed
    }
    for number, (name, value) in enumerate(points):
        columns[name][number] = value
    return complete(scenario, columns)


def _allowed(scenario: Scenario, base: Mapping[str, float], values: Mapping[str, Floats]) -> list[bool]:
    """[point] whether the assumptions that hold at the base hold there too."""
    count = len(next(iter(values.values())))
    allowed = np.ones(count, dtype=bool)
    with np.errstate(all="ignore"):
        for assumption in scenario.assumptions:
            if evaluate(assumption, base) != 0:
                allowed &= np.broadcast_to(np.asarray(evaluate(assumption, values), dtype=float) != 0, (count,))
    return [bool(entry) for entry in allowed]


@dataclass
class _Side:
    """The search on one side of one lever: values from the base outwards, then the two ends of what holds the flip."""

    name: str
    step: int  # 1 upwards, -1 downwards
    tried: list[float]
    discrete: bool
    before: float
    at: float | None = None
    to: Answer = frozenset()
    stuck: bool = False


def _flips(
    scenario: Scenario,
    ask: Ask,
    start: Answer,
    base: Mapping[str, float],
    limits: Mapping[str, tuple[float, float]],
    points: int,
) -> tuple[list[_Side], dict[str, int]]:
    """Both sides of every lever, searched together so that many points are solved at once; unknown points per lever."""
    sides = [
        _Side(d.name, step, _outwards(d, base[d.name], limits[d.name], step, points), _is_discrete(d), base[d.name])
        for d in map(scenario.parameter, limits)
        for step in (1, -1)
    ]
    unknown = dict.fromkeys(limits, 0)
    active = sides
    while active:
        asked: list[Point] = [(side.name, value) for side in active for value in side.tried]
        answers = iter(ask(asked))
        for side in active:
            own = [next(answers) for _ in side.tried]
            unknown[side.name] += own.count(None)
            _narrow(side, start, own)
        active = [side for side in active if _refine(side, limits[side.name])]
    return sides, unknown


def _is_discrete(definition: ParameterDefinition) -> bool:
    return definition.between is None and definition.range is not None and definition.range.family == "discrete"


def _outwards(
    definition: ParameterDefinition, base: float, limits: tuple[float, float], step: int, points: int
) -> list[float]:
    end = limits[1] if step > 0 else limits[0]
    if definition.range is not None and _is_discrete(definition):
        return sorted((x for x in definition.range.arguments if (x - base) * step > 0), key=lambda x: x * step)
    if (end - base) * step <= 0:
        return []
    return [base + (end - base) * n / points for n in range(1, points)] + [end]


def _narrow(side: _Side, start: Answer, answers: Sequence[Answer | None]) -> None:
    """Move the ends: `before` to the last value with the base's answer, `at` to the first with another one."""
    side.stuck = True
    for value, answer in zip(side.tried, answers, strict=True):
        if answer is None:
            continue
        side.stuck = False
        if not start <= answer:
            side.at, side.to = value, answer
            return
        side.before = value


def _refine(side: _Side, limits: tuple[float, float]) -> bool:
    """Whether to look closer: sets the values to try next, between the two ends."""
    if side.at is None or side.discrete or side.stuck:
        return False
    if abs(side.at - side.before) <= PRECISION * (limits[1] - limits[0]):
        return False
    gap = (side.at - side.before) / (INSIDE + 1)
    between = dict.fromkeys(side.before + gap * n for n in range(1, INSIDE + 1))
    side.tried = [value for value in between if (value - side.before) * (side.at - value) > 0]
    return bool(side.tried)  # none where the two are next to each other among the floats


def _lever(
    scenario: Scenario,
    name: str,
    target: str,
    base: float,
    limits: tuple[float, float],
    sides: Sequence[_Side],
    unknown: int,
) -> Lever:
    definition = scenario.parameter(name)
    flips = {
        side.step: Flip(
            side.before, side.at, side.at - base, abs(side.at - base) / (limits[1] - limits[0]), tuple(sorted(side.to))
        )
        for side in sides
        if side.name == name and side.at is not None
    }
    return Lever(
        name,
        definition.lever,
        definition.unit,
        target,
        base,
        *limits,
        flips.get(1),
        flips.get(-1),
        unknown,
    )
