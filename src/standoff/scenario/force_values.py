"""The numbers of a `force` block: derived parameters for many draws, and the report at given numbers.

Outputs, in units of the pools, ``float64[draw]``:

    force.deployable              the largest force that can be kept deployed
    force.without.<contributor>   the same without that contributor (and whoever does not take part without it)
    force.requirement             troops asked for, divided by `troops_per_unit`
    force.shortfall               max(0, requirement - deployable)
    force.ratio                   deployable / requirement

The last three exist where the block states a requirement. A draw with a number outside its domain (not finite,
negative, a rotation factor below 1, `troops_per_unit` of 0) has no defined result: NaN. So has the ratio to a
requirement of 0. A draw's result depends on the numbers of that draw alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from standoff.credibility.generation import Contributor, Deployed, ForceDraws, ForceProblem, deployable, without
from standoff.credibility.membership import numbered
from standoff.credibility.requirement import (
    Requirement,
    along_line,
    among_population,
    by_analogy,
    by_zones,
    line_force,
    over_area,
    population_force,
)
from standoff.errors import RequestError
from standoff.scenario.expression import Expression, evaluate, parameters
from standoff.scenario.force_block import ForceBlock, ZoneBlock
from standoff.scenario.problems import Problems

if TYPE_CHECKING:
    from standoff.credibility.force_report import ForceReport

Floats: TypeAlias = NDArray[np.float64]
IN = 0.5  # a contributor takes part where `takes_part` is greater


def force_outputs(block: ForceBlock) -> dict[str, str]:
    """The names of the derived parameters, each with a line on what it is."""
    found = {"force.deployable": f"Largest force that can be kept deployed ({block.unit})"}
    if block.requirement:
        found["force.requirement"] = f"Force that is asked for ({block.unit})"
        found["force.shortfall"] = f"What is missing to the force that is asked for ({block.unit})"
        found["force.ratio"] = "Largest force that can be kept deployed, as a share of the force that is asked for"
    for own in block.contributors:
        found[output_without(own.name)] = f"Largest force without {own.label} ({block.unit})"
    return found


def output_without(contributor: str) -> str:
    """The name of the force without a contributor."""
    return f"force.without.{contributor}"


def force_values(block: ForceBlock, values: Mapping[str, Floats]) -> dict[str, Floats]:
    """Every output of `force_outputs` for the draws of `values`, ``float64[draw]`` by parameter.

    Raises `KeyError` for a parameter that the block mentions and `values` lacks.
    """
    generated = _Generated(block, values)
    deployed = generated.force()
    found = {"force.deployable": deployed}
    if block.requirement:
        required = required_values(block, values)
        with np.errstate(all="ignore"):
            found["force.requirement"] = required
            found["force.shortfall"] = np.maximum(0.0, required - deployed)
            found["force.ratio"] = np.where(required > 0, deployed / required, np.nan)
    for i, own in enumerate(block.contributors):
        found[output_without(own.name)] = generated.force(i)
    return found


def generated(block: ForceBlock, values: Mapping[str, Floats]) -> Deployed:
    """The largest force of every draw, who takes part in it and what holds it down."""
    return _Generated(block, values).deployed


def required_values(block: ForceBlock, values: Mapping[str, Floats]) -> Floats:
    """[draw] the force that is asked for, in units of the pools."""
    table = _Table(values)
    return np.array(np.broadcast_to(_required(block, table), (table.n,)))


class _Generated:
    """The numbers of a block at the draws of `values`."""

    def __init__(self, block: ForceBlock, values: Mapping[str, Floats]) -> None:
        table = _Table(values)
        takes_part = table.columns([own.takes_part for own in block.contributors])
        self._n = table.n
        self._draws = _draws(block, table, takes_part > IN)
        self._known = np.isfinite(takes_part).all(axis=1)

    @property
    def deployed(self) -> Deployed:
        """Everything that there is to know of the largest force."""
        return deployable(self._draws)

    def force(self, lost: int | None = None) -> Floats:
        """[draw] the largest force, without contributor number `lost` where one is named."""
        found = deployable(self._draws) if lost is None else without(self._draws, lost)
        return np.where(self._known, np.broadcast_to(found.deployed, (self._n,)), np.nan)


@lru_cache(maxsize=16)
def _at_one_point(block: ForceBlock, given: tuple[tuple[str, float], ...]) -> _Generated:
    """The numbers of a block at one draw: every parameter that the block works out asks for the same."""
    return _Generated(block, {name: np.array([value]) for name, value in given})


@dataclass(frozen=True, eq=False)
class Generation:
    """How the largest force is worked out, without contributor number `lost` where one is named."""

    block: ForceBlock
    lost: int | None = None

    def __call__(self, values: Mapping[str, Floats]) -> Floats:
        """``float64[draw]``; NaN where a number is outside its domain."""
        if all(np.size(draws) == 1 for draws in values.values()):
            given = tuple((name, float(np.ravel(draws)[0])) for name, draws in values.items())
            return _at_one_point(self.block, given).force(self.lost)
        return _Generated(self.block, values).force(self.lost)

    def why(self, values: Mapping[str, float]) -> str:
        """Which number is outside its domain."""
        return _told(lambda: force_problem(self.block, values))

    @property
    def parameters(self) -> frozenset[str]:
        """The parameters that it depends on."""
        return frozenset(name for expression in self.block.generating() for name in parameters(expression))

    @property
    def says(self) -> str:
        """The same text for the same function."""
        order = [(own.name, own.only_if, tuple(own.brings)) for own in self.block.contributors]
        needs = [need.name for need in self.block.needs]
        return repr((self.lost, self.block.whole, order, needs, tuple(self.block.generating())))


@dataclass(frozen=True, eq=False)
class Asked:
    """How the force that is asked for is worked out."""

    block: ForceBlock

    def __call__(self, values: Mapping[str, Floats]) -> Floats:
        """``float64[draw]``; NaN where a number is outside its domain."""
        return required_values(self.block, values)

    def why(self, values: Mapping[str, float]) -> str:
        """Which number is outside its domain."""
        return _told(lambda: required_force(self.block, values))

    @property
    def parameters(self) -> frozenset[str]:
        """The parameters that it depends on."""
        return frozenset(name for expression in self.block.asking() for name in parameters(expression))

    @property
    def says(self) -> str:
        """The same text for the same function."""
        return repr(([zone.rule for zone in self.block.requirement], tuple(self.block.asking())))


def _told(problem: Callable[[], object]) -> str:
    """What the error of working out the numbers says."""
    try:
        problem()
    except RequestError as error:
        return "; ".join(f"{own.message} ({own.remedy})" for own in error.problems)
    return "a number is not finite"


class _Table:
    """Expressions as arrays: ``[1]`` where nothing varies, else ``[draw]``."""

    def __init__(self, values: Mapping[str, Floats]) -> None:
        self._values = values
        (self.n,) = np.broadcast_shapes((1,), *(np.shape(draws) for draws in values.values()))

    def __call__(self, expression: Expression) -> Floats:
        with np.errstate(all="ignore"):
            value = evaluate(expression, self._values)
        return np.atleast_1d(np.asarray(_float(value) if isinstance(value, Fraction) else value, dtype=np.float64))

    def columns(self, expressions: list[Expression]) -> Floats:
        """[draw, expression]"""
        arrays = [self(expression) for expression in expressions]
        longest = max((len(array) for array in arrays), default=1)
        empty = np.empty((longest, 0))
        return np.column_stack([np.broadcast_to(array, (longest,)) for array in arrays]) if arrays else empty


def _draws(block: ForceBlock, table: _Table, available: NDArray[np.bool_]) -> ForceDraws:
    m, enablers = len(block.contributors), [need.name for need in block.needs]
    zero = np.zeros(1)
    brought = [
        [table(own.brings[name]) if name in own.brings else zero for name in enablers] for own in block.contributors
    ]
    longest = max((len(array) for row in brought for array in row), default=1)  # 1 where the same in all draws
    brings = np.zeros((longest, m, len(enablers)))
    for i, row in enumerate(brought):
        for k, array in enumerate(row):
            brings[:, i, k] = array
    return ForceDraws(
        conditions=numbered([own.name for own in block.contributors], [own.only_if for own in block.contributors]),
        pools=table.columns([own.pool for own in block.contributors]),
        rotation=table(block.rotation),
        available=available,
        brings=brings,
        needs=table.columns([need.per_unit for need in block.needs]),
        fixed=table.columns([need.fixed for need in block.needs]),
        whole=block.whole,
    )


def _required(block: ForceBlock, table: _Table) -> Floats:
    total: Floats = np.zeros(1)
    for zone in block.requirement:
        amount, over = table(zone.amount), table(zone.over)
        part = population_force(amount, over) if zone.rule == "per_thousand" else line_force(amount, over)
        total = total + np.where((amount >= 0) & (over >= 0), part, np.nan)
    troops = table(block.troops_per_unit)
    with np.errstate(all="ignore"):
        required = np.where(troops > 0, total / troops, np.nan)
    return np.where(np.isfinite(required), required, np.nan)


# --- at given numbers -------------------------------------------------------------------------------------------------


def force_problem(block: ForceBlock, values: Mapping[str, Fraction | float]) -> ForceProblem:
    """The block at given values of the parameters. Raises `RequestError` for numbers outside their domain."""
    for own in block.contributors:
        if not np.isfinite(_at(own.takes_part, values)):
            raise RequestError.of(f"`takes_part` of `{own.name}` is not a finite number", "check its formula")
    return ForceProblem(
        contributors=tuple(
            Contributor(
                name=own.name,
                pool=_at(own.pool, values),
                brings={name: _at(amount, values) for name, amount in own.brings.items()},
                takes_part=_at(own.takes_part, values) > IN,
                only_if=own.only_if,
            )
            for own in block.contributors
        ),
        rotation=_at(block.rotation, values),
        needs={need.name: _at(need.per_unit, values) for need in block.needs},
        fixed={need.name: _at(need.fixed, values) for need in block.needs},
        whole=block.whole,
    )


def required_force(block: ForceBlock, values: Mapping[str, Fraction | float]) -> Requirement | None:
    """The requirement in units of the pools; None where the block has none. Raises as `force_problem` does."""
    if not block.requirement:
        return None
    zones = [_zone(zone, block.requirement_source, values) for zone in block.requirement]
    found = zones[0] if len(zones) == 1 else by_zones(zones, block.requirement_source)
    troops = _at(block.troops_per_unit, values)
    if not troops > 0:
        raise RequestError.of(f"`troops_per_unit` is {troops:g}", "give a number greater than 0")
    if troops == 1:
        return found
    rule = f"{found.rule}, {troops:g} troops to a unit ({block.unit})"
    return Requirement(found.number / troops, rule, found.source, found.parts)


def _zone(zone: ZoneBlock, source: str, values: Mapping[str, Fraction | float]) -> Requirement:
    amount, over = _at(zone.amount, values), _at(zone.over, values)
    named = zone.source or source
    if zone.rule == "analogy":
        return by_analogy(amount, named)
    rules = {"per_km": along_line, "per_km2": over_area, "per_thousand": among_population}
    return rules[zone.rule](amount, over, named)


def block_report(
    block: ForceBlock, values: Mapping[str, Fraction | float], *, step: float = 1.0, check: bool = True
) -> ForceReport:
    """The report of `standoff.credibility.force_report` at given values, with the sources that the block names."""
    from standoff.credibility.force_report import force_report  # loads scipy, and only reports need it

    sources = tuple(f"{own.label}: {own.source}" for own in block.contributors if own.source)
    problem, required = force_problem(block, values), required_force(block, values)
    return force_report(problem, required, sources=sources, step=step, check=check)


def check_force(block: ForceBlock, values: Mapping[str, Fraction | float], problems: Problems) -> None:
    """Note what is outside its domain at these values (the base values), at the place of the block."""
    try:
        force_problem(block, values)
        required_force(block, values)
    except RequestError as error:
        for problem in error.problems:
            problems.error(block.mark, f"at the base values, {problem.message}", problem.remedy)


def _at(expression: Expression, values: Mapping[str, Fraction | float]) -> float:
    return _float(evaluate(expression, values))


def _float(value: Fraction | float) -> float:
    """The nearest float; infinite where floats end, which is outside every domain here."""
    try:
        return float(value)
    except OverflowError:
        return math.inf
