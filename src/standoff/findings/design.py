"""Sobol' indices of a scenario's outcomes: a design of its own (`standoff.findings.saltelli`), solved as a study is.

The answers at the points of the design are those of a study's engine: each is certified, or its base point is left out.
Points are solved in chunks of `CHUNK`, on all cores, and results do not depend on the number of processes.

The indices split the variance of an outcome among *independent* parameters. Where the scenario states correlations they
are refused: a design that changes one parameter and keeps the others has no meaning there, while the given-data indices
of `standoff.findings.sensitivity` hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial
from os import cpu_count

import numpy as np

from standoff.errors import RequestError
from standoff.findings.saltelli import Quantile, SobolIndices, check_base, design, indices_of
from standoff.game.game import Floats
from standoff.game.model import Model
from standoff.scenario.scenario import Scenario
from standoff.scenario.values import complete
from standoff.study.answers import Answers, joined
from standoff.study.chunk import answer_draws
from standoff.study.distributions import quantile, support
from standoff.study.sample import uncertain
from standoff.study.workers import answered

CHUNK = 2048  # points that are solved together
MOST_SOLVES = 500_000


def check_design(scenario: Scenario, base: int) -> None:
    """Raises `RequestError` where a design of `base` points cannot be made, or would say nothing, for a scenario."""
    check_base(base)
    if scenario.correlations:
        pair = scenario.correlations[0]
        raise RequestError.of(
            f"Sobol' indices are for independent parameters, and `{pair.first}` and `{pair.second}` are correlated",
            "leave out --sobol: the first-order and delta indices that are given without it hold for dependent ones",
        )
    varying = len(_quantiles(scenario))
    if not varying:
        raise RequestError.of(
            "no parameter of the scenario varies, so nothing can drive the outcomes", "give a `range:`"
        )
    solves = base * (varying + 2)
    if solves > MOST_SOLVES:
        raise RequestError.of(
            f"{base:,} base points of {varying} parameters are {solves:,} solves, and {MOST_SOLVES:,} is the limit",
            "give --sobol a smaller power of two, or hold parameters with --set when the study is run",
        )


def solved_indices(
    model: Model,
    outcomes: Sequence[str],
    *,
    base: int,
    seed: int,
    workers: int | None = None,
    called: Callable[[str], str] = str,
) -> dict[str, SobolIndices]:
    """The indices of each outcome, by its name, all from one design. Raises as `check_design` and `answered` do."""
    scenario = model.scenario
    assert scenario is not None
    check_design(scenario, base)
    quantiles = _quantiles(scenario)
    solved = _solved(model, design(quantiles, base=base, seed=seed), workers)
    columns = [model.game.outcomes.index(name) for name in outcomes]
    y = np.where(solved.certified[:, None], solved.selected[:, columns], np.nan)
    return {
        name: indices_of(list(quantiles), y[:, n], base=base, seed=seed, outcome=called(name))
        for n, name in enumerate(outcomes)
    }


def _quantiles(scenario: Scenario) -> dict[str, Quantile]:
    """The parameters that vary, those held with --set left out; by name, each a function of its probability."""
    return {
        one.name: partial(quantile, one.range, one.kind)
        for one in uncertain(scenario)
        if one.range is not None and len(set(support(one.range, one.kind))) > 1
    }


def _solved(model: Model, varied: Mapping[str, Floats], workers: int | None) -> Answers:
    """The answers at all points, in order."""
    assert model.scenario is not None
    count = len(next(iter(varied.values())))
    starts = range(0, count, CHUNK)
    values = complete(model.scenario, varied)
    with closing(
        answered(partial(_chunk, model, values), starts, min(workers or cpu_count() or 1, len(starts)))
    ) as parts:
        return joined(list(parts))


def _chunk(model: Model, values: Mapping[str, Floats], start: int) -> Answers:
    part = {name: column[start : start + CHUNK] for name, column in values.items()}
    count, among = len(next(iter(part.values()))), len(next(iter(values.values())))
    return answer_draws(model, part, count, among=among)
