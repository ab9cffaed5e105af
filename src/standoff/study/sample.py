"""Draws of a scenario's uncertain parameters, chunk by chunk.

A chunk is a pure function of (scenario, seed, sampler, chunk number): scrambled Sobol' points by default (Owen
scrambling, `scipy.stats.qmc`), plain random numbers, or a Latin hypercube (`standoff.study.hypercube`). Rank
correlations stated by the scenario are imposed by a Gaussian copula: Pearson correlation 2 sin(pi rho / 6) between
normal scores gives Spearman rank correlation rho (Pearson 1907).

Sobol' and random points are sequences: more draws begin with the same ones. A Latin hypercube is made for a fixed
number of draws N; the sampler of a part of it is written ``lhs:N`` (see `sampler_for`).

Axes: ``u[draw, parameter]`` over the parameters that have a range, in file order; values ``float64[draw]`` by name.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from standoff.errors import Problem, RequestError, ScenarioError
from standoff.game.game import Floats
from standoff.scenario.scenario import ParameterDefinition, Range, Scenario
from standoff.scenario.values import base_values, complete
from standoff.study.distributions import quantile
from standoff.study.hypercube import latin_hypercube

if TYPE_CHECKING:
    from scipy.stats.qmc import Sobol

SAMPLERS = ("sobol", "random")  # sequences: the draws do not depend on how many there are
HYPERCUBE = "lhs"
CHOICES = (*SAMPLERS, HYPERCUBE)
BLOCK = 1024  # plain random draws come in blocks of this size, each with a generator of its own
EDGE = 1e-12  # probabilities are kept this far from 0 and 1

_sequences = threading.local()  # per thread: the last Sobol' sequences used, to go on from where they stand


def uncertain(scenario: Scenario) -> tuple[ParameterDefinition, ...]:
    """The parameters that have a range, in file order."""
    return tuple(definition for definition in scenario.parameters if definition.range is not None)


def sampler_for(sampler: str, draws: int) -> str:
    """The sampler of any part of a study of `draws` draws: the name itself, but ``lhs:N`` for a Latin hypercube.

    Raises `RequestError` for a name that is none of `CHOICES`.
    """
    if sampler not in CHOICES:
        raise RequestError.of(f"no sampler is called `{sampler}`", f"use one of {', '.join(CHOICES)}")
    return f"{HYPERCUBE}:{draws}" if sampler == HYPERCUBE else sampler


def uniforms(sampler: str, seed: int, dimensions: int, start: int, count: int) -> Floats:
    """Points number start to start + count: float64[draw, dimension] in (0, 1).

    ``lhs`` without a number is a Latin hypercube of `count` points, and then `start` must be 0.
    """
    name, _, size = sampler.partition(":")
    if name not in CHOICES or bool(size) > (name == HYPERCUBE):
        raise RequestError.of(f"no sampler is called `{sampler}`", f"use one of {', '.join(CHOICES)}")
    if dimensions == 0 or count == 0:
        return np.empty((count, dimensions))
    if name == "random":
        first, last = start // BLOCK, (start + count - 1) // BLOCK
        blocks = [
            np.random.default_rng([seed, number]).random((BLOCK, dimensions)) for number in range(first, last + 1)
        ]
        points = np.concatenate(blocks)[start - first * BLOCK :][:count]
    elif name == HYPERCUBE:
        points = latin_hypercube(int(size or start + count), seed, dimensions, start, count)
    else:
        sequence = _sequence_at(seed, dimensions, start)
        with warnings.catch_warnings():
            # the sequence is drawn in chunks: balance is a property of the whole, not of a call
            warnings.filterwarnings("ignore", message="The balance properties of Sobol", category=UserWarning)
            points = sequence.random(count)
    return np.clip(points, EDGE, 1 - EDGE)


def _sequence_at(seed: int, dimensions: int, start: int) -> Sobol:
    """The scrambled sequence, about to give point number `start`.

    Going forward takes time in proportion to the points passed over, so chunks that follow each other go on with the
    same sequence, even where each looks at the first draws as well: the one furthest on is kept, and the newest. What
    is given depends on the arguments alone.
    """
    from scipy.stats import qmc  # slow to import, and only studies need it

    kept: dict[tuple[int, int], list[Sobol]] = _sequences.__dict__.setdefault("kept", {})
    if (seed, dimensions) not in kept:
        kept.clear()
    ours = kept.setdefault((seed, dimensions), [])
    behind = [sequence for sequence in ours if sequence.num_generated <= start]
    if behind:
        sequence = max(behind, key=lambda one: one.num_generated)
    else:
        sequence = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
        ours[:] = [sequence, *sorted(ours, key=lambda one: one.num_generated)[-1:]]
    if start > sequence.num_generated:
        sequence.fast_forward(start - sequence.num_generated)
    return sequence


def with_settings(scenario: Scenario, settings: Mapping[str, str]) -> Scenario:
    """The scenario with parameters held at fixed values, in all draws.

    A range becomes a single value and keeps its place, so that all other parameters have the same draws as without
    settings. Raises `RequestError` for an unknown name or a value outside the parameter's kind.
    """
    if not settings:
        return scenario
    values = base_values(scenario, settings)
    fixed = tuple(_held(d, values[d.name]) if d.name in settings else d for d in scenario.parameters)
    return replace(scenario, parameters=fixed)


def _held(definition: ParameterDefinition, value: Fraction) -> ParameterDefinition:
    single = Range("discrete", (float(value),), text=f"discrete({float(value)!r})")
    return replace(definition, base=value, expression=None, range=None if definition.range is None else single)


def draw(scenario: Scenario, sampler: str, seed: int, start: int, count: int) -> dict[str, Floats]:
    """Values of every parameter, derived ones included, at draws start to start + count."""
    definitions = uncertain(scenario)
    u = uniforms(sampler, seed, len(definitions), start, count)
    factor = correlation_factor(scenario)
    if factor is not None:
        u = np.clip(ndtr(_mixed(ndtri(u), factor)), EDGE, 1 - EDGE)
    sampled = {
        definition.name: quantile(definition.range, definition.kind, u[:, column])
        for column, definition in enumerate(definitions)
        if definition.range is not None
    }
    return complete(scenario, sampled)


def _mixed(scores: Floats, factor: Floats) -> Floats:
    """``scores @ factor.T``, added up column by column: a matrix product may round by the number of rows."""
    mixed = np.zeros_like(scores)
    for column in range(scores.shape[1]):
        mixed += scores[:, column, None] * factor[:, column]
    return mixed


def correlation_factor(scenario: Scenario) -> Floats | None:
    """Lower Cholesky factor of the correlation of normal scores, None without correlations.

    Raises `ScenarioError` where the stated correlations contradict each other.
    """
    if not scenario.correlations:
        return None
    names = [definition.name for definition in uncertain(scenario)]
    matrix = np.eye(len(names))
    for pair in scenario.correlations:
        row, column = names.index(pair.first), names.index(pair.second)
        matrix[row, column] = matrix[column, row] = 2 * np.sin(np.pi * pair.coefficient / 6)
    try:
        return np.asarray(np.linalg.cholesky(matrix + 1e-12 * np.eye(len(names))), dtype=float)
    except np.linalg.LinAlgError:
        raise ScenarioError(
            [
                Problem(
                    scenario.correlations[0].mark,
                    "the correlations contradict each other (their matrix is not positive definite)",
                    "make them smaller, or state fewer of them",
                )
            ]
        ) from None
