"""Draws of a scenario's uncertain parameters, chunk by chunk.

A chunk is a pure function of (scenario, seed, sampler, chunk number): scrambled Sobol' points by default (Owen
scrambling, `scipy.stats.qmc`), or plain random numbers. Rank correlations stated by the scenario are imposed by a
Gaussian copula: Pearson correlation 2 sin(pi rho / 6) between normal scores gives Spearman rank correlation rho
(Pearson 1907).

Axes: ``u[draw, parameter]`` over the parameters that have a range, in file order; values ``float64[draw]`` by name.
"""

from __future__ import annotations

import warnings

import numpy as np
from scipy.special import ndtr, ndtri

from standoff.errors import Problem, RequestError, ScenarioError
from standoff.game.game import Floats
from standoff.scenario.scenario import ParameterDefinition, Scenario
from standoff.scenario.values import complete
from standoff.study.distributions import quantile

SAMPLERS = ("sobol", "random")
BLOCK = 1024  # plain random draws come in blocks of this size, each with a generator of its own
EDGE = 1e-12  # probabilities are kept this far from 0 and 1


def uncertain(scenario: Scenario) -> tuple[ParameterDefinition, ...]:
    """The parameters that have a range, in file order."""
    return tuple(definition for definition in scenario.parameters if definition.range is not None)


def uniforms(sampler: str, seed: int, dimensions: int, start: int, count: int) -> Floats:
    """Points number start to start + count of the sequence: float64[draw, dimension] in (0, 1)."""
    if sampler not in SAMPLERS:
        raise RequestError.of(f"no sampler is called `{sampler}`", f"use one of {', '.join(SAMPLERS)}")
    if dimensions == 0:
        return np.empty((count, 0))
    if sampler == "random":
        first, last = start // BLOCK, (start + count - 1) // BLOCK
        blocks = [
            np.random.default_rng([seed, number]).random((BLOCK, dimensions)) for number in range(first, last + 1)
        ]
        points = np.concatenate(blocks)[start - first * BLOCK :][:count]
    else:
        from scipy.stats import qmc  # slow to import, and only studies need it

        sequence = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
        if start:
            sequence.fast_forward(start)
        with warnings.catch_warnings():
            # the sequence is drawn in chunks: balance is a property of the whole, not of a call
            warnings.filterwarnings("ignore", message="The balance properties of Sobol", category=UserWarning)
            points = sequence.random(count)
    return np.clip(points, EDGE, 1 - EDGE)


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
