"""Whether nature's probabilities are probabilities wherever the ranges allow.

They are evaluated at the base values, with every uncertain parameter in turn at either end of its range, at `CORNERS`
random corners of all ranges, and at `DRAWS` draws: each must lie in [0, 1] and each move's must sum to one. The points
are fixed (seed 0), so the same file always gets the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from standoff.errors import Mark, Problem
from standoff.game.game import CHANCE, Floats
from standoff.game.model import Model
from standoff.scenario.expression import evaluate, parameters
from standoff.scenario.scenario import Scenario
from standoff.scenario.values import complete
from standoff.study.distributions import support
from standoff.study.sample import draw, uncertain

DRAWS = 1024
CORNERS = 64
ROUNDING = 1e-9


def chance_problems(model: Model) -> list[Problem]:
    """One problem per chance move whose probabilities fail somewhere; empty for an .efg (checked when read)."""
    game, scenario = model.game, model.scenario
    if scenario is None or game.move is None:
        return []
    nodes = np.flatnonzero(game.kind == CHANCE)
    branches = {int(node): [int(game.chance_expression[child]) for child in game.children(int(node))] for node in nodes}
    used = sorted({index for indices in branches.values() for index in indices})
    if not any(parameters(game.expressions[index]) for index in used):
        return []  # constants were checked when the tree was built
    points = _points(scenario)
    count = len(next(iter(points.values())))
    with np.errstate(all="ignore"):
        table = {index: np.full(count, evaluate(game.expressions[index], points), dtype=float) for index in used}
    problems: dict[str, Problem] = {}
    for node, indices in branches.items():
        move = game.moves[int(game.move[node])]
        if move not in problems:
            found = _first_fault(np.array([table[index] for index in indices]))
            if found is not None:
                point, what = found
                named = sorted({name for index in indices for name in parameters(game.expressions[index])})
                where = ", ".join(f"{name} = {points[name][point]:.6g}" for name in named)
                problems[move] = Problem(
                    _mark(scenario, move),
                    f"the probabilities of `{move}` {what} at {where}, which the ranges allow",
                    "narrow the ranges, or let one option take the `rest`",
                )
    return list(problems.values())


def _first_fault(probabilities: Floats) -> tuple[int, str] | None:
    """The first point at which the probabilities [branch, point] fail, and how."""
    with np.errstate(invalid="ignore"):
        sums = probabilities.sum(axis=0)
    low, high = probabilities.min(axis=0), probabilities.max(axis=0)
    bad = ~((np.abs(sums - 1) <= ROUNDING) & (low >= -ROUNDING) & (high <= 1 + ROUNDING))
    if not bad.any():
        return None
    point = int(np.argmax(bad))
    if not np.isfinite(sums[point]):
        return point, "are not numbers"
    if low[point] < -ROUNDING or high[point] > 1 + ROUNDING:
        outside = low[point] if low[point] < -ROUNDING else high[point]
        return point, f"include {outside:.6g}"
    return point, f"sum to {sums[point]:.9g}"


def _points(scenario: Scenario) -> Mapping[str, Floats]:
    """Every parameter's values at all points that are looked at."""
    definitions = uncertain(scenario)
    ends = {d.name: support(d.range, d.kind) for d in definitions if d.range is not None}
    base = {d.name: float(d.base) for d in definitions if d.base is not None}
    drawn = draw(scenario, "random", 0, 0, DRAWS)
    sides = np.random.default_rng(0).integers(0, 2, size=(CORNERS, len(definitions)))
    sampled = {}
    for column, definition in enumerate(definitions):
        name = definition.name
        alone = np.full(1 + 2 * len(definitions), base[name])
        alone[1 + 2 * column : 3 + 2 * column] = ends[name]
        corners = np.array(ends[name])[sides[:, column]]
        sampled[name] = np.concatenate([alone, corners, drawn[name]])
    if not sampled:
        return {name: np.array([float(value[0])]) for name, value in complete(scenario, {}).items()}
    return complete(scenario, sampled)


def _mark(scenario: Scenario, name: str) -> Mark:
    return next(move.mark for move in scenario.moves if move.name == name)
