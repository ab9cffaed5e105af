"""Why an outcome does not come about: what each of several switches contributes, alone and together.

A switch is a change that the file declares (`standoff.scenario.decomposition_block`): a supporter made willing, a force
made large enough, members made to agree, a veto taken away. With k switches N the game is solved anew under each of the
2^k combinations S of them, all at the same draws (`standoff.findings.shared_draws`), and v(S) is the mean probability
of the outcome over the draws that are certified under every combination. Then, for switch i,

- *first in*: v({i}) - v(no switch), what it brings alone;
- *last in*: v(N) - v(N without i), what is lost if it alone stays off;
- *Shapley value* (1953): the mean of v(S with i) - v(S) over all orders in which switches can be turned on, that is
  with the weight |S|! (k - 1 - |S|)! / k!. The values add up to v(N) - v(no switch), exactly.

Where switches work together first-in effects add up to less than the change, where each would do to more. 1 - v(N) is
what none of these switches explains. `low` and `high` of a combination are means of the bounds over the equilibria
known at each draw, the interval of a Shapley value is the 95 % interval of its mean over draws. A switch shows on what
the outcome hangs in the model; whether it stands for what it is called is for the analyst to say.

Axes: ``[combination]`` by bit mask, bit i for switch i; ``[draw]``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import factorial, sqrt
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from standoff.errors import AnalysisError, RequestError, ScenarioError
from standoff.findings.options import answers_at
from standoff.findings.shared_draws import columns, values_on
from standoff.game.game import Bools, Floats, Game
from standoff.game.model import Model, from_scenario
from standoff.notebook import Displayed
from standoff.scenario.decomposition_block import DecompositionBlock, Switch, wrong_outcome
from standoff.scenario.expression import Choice
from standoff.scenario.load import load_combined
from standoff.scenario.scenario import Outcome, Scenario
from standoff.study.chance import chance_problems
from standoff.study.sample import uniforms, with_settings

LARGEST = 1_000_000  # nodes of a game that was accepted once, and of its variants
MOST_DRAWS = 100_000
HARDLY = 1e-12  # a change of which no shares are told
_OTHER = "other"
Settings: TypeAlias = Mapping[str, "float | str | Fraction"]


@dataclass(frozen=True)
class Target:
    """What is to come about: some outcomes, or an option of the decision, chosen and (by `adoption`) agreed on."""

    name: str
    outcomes: tuple[str, ...] = ()
    option: tuple[str, str] | None = None
    adoption: str | None = None  # the parameter that has the probability that members adopt the option


@dataclass(frozen=True)
class Combination:
    """The outcome with some switches on."""

    on: tuple[str, ...]
    probability: float
    low: float
    high: float
    certified: int  # draws, before those that are not certified elsewhere are left out


@dataclass(frozen=True)
class Contribution:
    """What one switch contributes; `share` of the whole change, None where there is hardly any."""

    name: str
    label: str
    shapley: Fraction
    first_in: float
    last_in: float
    share: float | None
    low: float | None  # of the Shapley value's mean over draws
    high: float | None

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        return {**vars(self), "shapley": float(self.shapley)}


@dataclass(frozen=True)
class Decomposed:
    """One target: every combination, by bit mask, and every switch in the order of the file."""

    target: Target
    combinations: tuple[Combination, ...]
    contributions: tuple[Contribution, ...]

    @property
    def base(self) -> float:
        """The probability with no switch on."""
        return self.combinations[0].probability

    @property
    def full(self) -> float:
        """The probability with every switch on."""
        return self.combinations[-1].probability

    @property
    def joint(self) -> float:
        """The part of the change that first-in effects do not add up to; negative where they add up to more."""
        return self.full - self.base - sum(own.first_in for own in self.contributions)

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        return {
            "outcomes": list(self.target.outcomes),
            "option": None if self.target.option is None else ".".join(self.target.option),
            "adoption": self.target.adoption,
            "base": self.base,
            "full": self.full,
            "change": self.full - self.base,
            "joint": self.joint,
            "unexplained": 1.0 - self.full,
            "combinations": [{**vars(own), "on": list(own.on)} for own in self.combinations],
            "switches": {own.name: own.to_dict() for own in self.contributions},
        }


@dataclass(frozen=True)
class Decomposition(Displayed):
    """Every target at the same draws. `draws` is 0 where only the base values were looked at."""

    title: str
    variant: str | None
    switches: tuple[Switch, ...]
    draws: int
    common: int  # draws certified under every combination
    seed: int
    targets: tuple[Decomposed, ...]

    def to_dict(self) -> dict[str, Any]:
        """The object that ``standoff decompose --json`` prints."""
        return {
            "title": self.title,
            "variant": self.variant,
            "draws": self.draws,
            "common": self.common,
            "seed": self.seed,
            "switches": {own.name: _switch_dict(own) for own in self.switches},
            "targets": {own.target.name: own.to_dict() for own in self.targets},
        }


def _switch_dict(switch: Switch) -> dict[str, Any]:
    settings = {name: float(value) for name, value in switch.settings.items()}
    return {"label": switch.label, "about": switch.about, "set": settings, "variant": switch.variant}


def decompose(
    model: Model,
    *,
    outcomes: Sequence[str] = (),
    set: Settings | None = None,
    draws: int = 256,
    seed: int = 1,
    tell: Callable[[str], None] | None = None,
) -> Decomposition:
    """Solve the game under every combination of the switches that its file declares.

    `outcomes` replaces what the file names; `set` holds parameters in every combination. With no draws only the base
    values are looked at. `tell` is told what is being done. Raises `RequestError` where there is no such block, outcome
    or option, `ScenarioError` where a combination makes nature's probabilities fail, `AnalysisError` where no draw is
    certified in all of them.
    """
    scenario = model.scenario
    if scenario is None or scenario.decomposition is None:
        raise RequestError.of("the scenario has no block `decomposition`", "add one; see docs/decomposition.md")
    if draws > MOST_DRAWS:
        raise RequestError.of(f"{draws:,} draws are too many", f"use at most {MOST_DRAWS:,}")
    block = scenario.decomposition
    targets = _targets(scenario, tuple(outcomes) or block.outcomes)
    worlds = _Worlds(model, scenario, block, dict(set or {}))
    found = _solved(worlds, targets, draws, seed, tell)
    common = np.logical_and.reduce(found.certified, axis=0)
    if not common.any():
        names = [
            ", ".join(worlds.on(mask)) or "none" for mask in range(worlds.count) if not found.certified[mask].any()
        ]
        where = f" (none with these on: {'; '.join(names)})" if names else ""
        raise AnalysisError(f"no draw is certified under every combination of switches{where}; take more draws")
    return Decomposition(
        title=scenario.title,
        variant=scenario.variant,
        switches=block.switches,
        draws=draws,
        common=int(common.sum()),
        seed=seed,
        targets=tuple(_decomposed(worlds, target, number, found, common) for number, target in enumerate(targets)),
    )


def _targets(scenario: Scenario, named: tuple[str, ...]) -> tuple[Target, ...]:
    outcomes = tuple(outcome.name for outcome in scenario.outcomes)
    for name in named:
        wrong = wrong_outcome(name, named, outcomes, scenario.decision, scenario.moves)
        if wrong is not None:
            raise RequestError.of(*wrong)
    if named and named[0] in outcomes:
        return (Target(" or ".join(named), outcomes=named),)
    block = scenario.coalition
    if named:
        move, _, option = named[0].rpartition(".")
        agreed = f"unity.{move.partition('@')[0]}.{option}"
        has = any(definition.name == agreed for definition in scenario.parameters)
        return (Target(named[0], option=(move, option), adoption=agreed if has else None),)
    if scenario.decision is None or block is None or block.move != scenario.decision.partition("@")[0]:
        raise RequestError.of(
            "nothing is named that is to come about, and no coalition decides on the decision",
            "add `outcome:` to `decomposition`, or name an outcome with --outcome",
        )
    if not block.rules:
        raise RequestError.of("the members decide on no option that is there", "name an outcome with --outcome")
    return tuple(
        Target(
            f"{scenario.decision}.{option}", option=(scenario.decision, option), adoption=f"unity.{block.move}.{option}"
        )
        for option in block.rules
    )


class _Worlds:
    """The scenario under every combination of switches, by bit mask."""

    def __init__(self, model: Model, scenario: Scenario, block: DecompositionBlock, settings: dict[str, Any]) -> None:
        self.switches = block.switches
        self.count = 1 << len(self.switches)
        self._settings = {name: str(value) for name, value in settings.items()}
        for switch in self.switches:
            both = [name for name in switch.settings if name in settings]
            if both:
                raise RequestError.of(
                    f"`{both[0]}` is set, and switch `{switch.name}` sets it", "leave out the setting"
                )
        self._first = () if scenario.variant is None else tuple(scenario.variant.split("+"))
        self._path = scenario.path
        self._known: dict[tuple[str, ...], Model] = {(): model}
        self._games: dict[tuple[int, str], Game] = {}
        self.scenarios = tuple(self._scenario(mask) for mask in range(self.count))

    def on(self, mask: int) -> tuple[str, ...]:
        """The switches of a combination."""
        return tuple(switch.name for i, switch in enumerate(self.switches) if mask >> i & 1)

    def model(self, mask: int) -> Model:
        """The game of a combination, with what is set held. Raises `ScenarioError` where its chances fail."""
        model = replace(self._model(mask), scenario=self.scenarios[mask])
        problems = chance_problems(model)
        if problems:
            raise ScenarioError(problems)
        return model

    def about(self, model: Model, target: Target) -> Model:
        """The same game, its endings told apart only by whether the target came about."""
        key = (id(model.game), target.name)  # settings change no game, variants do; `_known` keeps these
        if key not in self._games:
            self._games[key] = _about(model, target)
        return replace(model, game=self._games[key])

    def _model(self, mask: int) -> Model:
        applied = tuple(
            switch.variant for i, switch in enumerate(self.switches) if mask >> i & 1 and switch.variant is not None
        )
        if applied not in self._known:
            if not Path(self._path).is_file():
                raise RequestError.of("a switch names a variant, and there is no file to read it from", "use `set:`")
            scenario = load_combined(self._path, (*self._first, *applied))
            self._known[applied] = from_scenario(scenario, max_nodes=LARGEST)
        return self._known[applied]

    def _scenario(self, mask: int) -> Scenario:
        scenario = self._model(mask).scenario
        assert scenario is not None
        settings = dict(self._settings)
        for i, switch in enumerate(self.switches):
            if mask >> i & 1:
                settings |= {name: str(value) for name, value in switch.settings.items()}
        own = {definition.name for definition in scenario.parameters}
        gone = [name for name in self._settings if name not in own]
        if gone and mask == 0:
            raise RequestError.of(f"there is no parameter `{gone[0]}`", "check the name")
        return with_settings(scenario, {name: value for name, value in settings.items() if name in own})


@dataclass(frozen=True, eq=False)
class _Solved:
    """Every combination at every draw."""

    selected: Floats  # [target, combination, draw]
    low: Floats  # [target, combination, draw]
    high: Floats  # [target, combination, draw]
    certified: Bools  # [combination, draw]


def _solved(
    worlds: _Worlds, targets: Sequence[Target], draws: int, seed: int, tell: Callable[[str], None] | None
) -> _Solved:
    column = columns(worlds.scenarios)
    points = uniforms("sobol", seed, len(column), 0, draws)
    tables = np.full((3, len(targets), worlds.count, max(draws, 1)), np.nan)
    certified = np.ones((worlds.count, max(draws, 1)), dtype=np.bool_)
    for mask in range(worlds.count):
        if tell is not None:
            tell(f"combination {mask + 1} of {worlds.count}")
        model = worlds.model(mask)
        values = (
            values_on(worlds.scenarios[mask], points, column, draws)
            if draws
            else {name: np.array([float(value)]) for name, value in model.values().items()}
        )
        for number, target in enumerate(targets):
            answers = answers_at(worlds.about(model, target), values)
            factor = values.get(target.adoption or "", np.ones(max(draws, 1)))
            certified[mask] &= answers.certified & np.isfinite(factor)
            for table, own in zip(tables, (answers.selected, answers.low, answers.high), strict=True):
                table[number, mask] = own[:, 0] * factor
    return _Solved(tables[0], tables[1], tables[2], certified)


def _about(model: Model, target: Target) -> Game:
    """The game with two endings: the target came about, or it did not."""
    scenario = model.scenario
    assert scenario is not None
    if target.option is not None:
        move, option = target.option
        offered = any(m.name == move and any(o.name == option for o in m.options) for m in scenario.moves)
        chosen = (Outcome(target.name, Choice(move, option)),) if offered else ()
        game = from_scenario(replace(scenario, outcomes=chosen), max_nodes=LARGEST).game
        names: tuple[str, ...] = (target.name,)
    else:
        game, names = model.game, target.outcomes
    inside = np.array([name in names for name in game.outcomes], dtype=np.bool_)
    number = np.where(inside[game.outcome], 0, 1)
    return replace(game, outcomes=(target.name, _OTHER), outcome=number)


def _decomposed(worlds: _Worlds, target: Target, number: int, found: _Solved, common: Bools) -> Decomposed:
    kept = found.selected[number][:, common]  # [combination, draw]
    means = kept.mean(axis=1)
    low, high = (table[number][:, common].mean(axis=1) for table in (found.low, found.high))
    combinations = tuple(
        Combination(worlds.on(mask), float(means[mask]), float(low[mask]), float(high[mask]),
                    int(found.certified[mask].sum()))
        for mask in range(worlds.count)
    )  # fmt: skip
    return Decomposed(target, combinations, _contributions(worlds.switches, kept, means))


def _contributions(switches: Sequence[Switch], kept: Floats, means: Floats) -> tuple[Contribution, ...]:
    exact = [Fraction(value) for value in means.tolist()]
    change = exact[-1] - exact[0]
    found = []
    for i, switch in enumerate(switches):
        weights = shapley_weights(len(switches), i)
        value = sum((weight * exact[mask] for mask, weight in enumerate(weights)), Fraction(0))
        spread = np.array([float(weight) for weight in weights]) @ kept
        half = 1.959964 * float(spread.std(ddof=1)) / sqrt(len(spread)) if len(spread) > 1 else None
        found.append(
            Contribution(
                name=switch.name,
                label=switch.label,
                shapley=value,
                first_in=float(exact[1 << i] - exact[0]),
                last_in=float(exact[-1] - exact[len(exact) - 1 - (1 << i)]),
                share=float(value / change) if abs(change) > HARDLY else None,
                low=None if half is None else float(value) - half,
                high=None if half is None else float(value) + half,
            )
        )
    return tuple(found)


def shapley_weights(k: int, i: int) -> tuple[Fraction, ...]:
    """[combination] the weight of each combination's value in the Shapley value of player i of k."""
    weights = []
    for mask in range(1 << k):
        inside = mask >> i & 1
        before = mask.bit_count() - inside
        weight = Fraction(factorial(before) * factorial(k - 1 - before), factorial(k))
        weights.append(weight if inside else -weight)
    return tuple(weights)
