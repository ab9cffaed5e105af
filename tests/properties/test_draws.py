"""Draws: the same numbers however they are cut into chunks, with the bounds and rank correlations that the file states.

And the game at many draws at once is the game at each draw by itself.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from properties.scenario_texts import model_of, scenario_text
from standoff.errors import UndefinedError
from standoff.game.game import CHANCE, Floats, Game
from standoff.scenario.scenario import Scenario
from standoff.study.distributions import BOUNDS, support
from standoff.study.sample import SAMPLERS, draw, uncertain

DRAWS = 24
few = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
seeds = st.integers(0, 10**6)
samplers = st.sampled_from(SAMPLERS)


@few
@given(seeds, st.booleans())
def test_many_draws_at_once_are_each_draw_by_itself(tmp_path: Path, seed: int, wild: bool) -> None:
    model = model_of(tmp_path, scenario_text(seed, wild=wild))
    assert model.scenario is not None
    values = draw(model.scenario, "random", seed, 0, DRAWS)
    block = model.game.evaluate(values, DRAWS)
    for number in range(DRAWS):
        row = {name: float(column[number]) for name, column in values.items()}
        same_number(model.game.evaluate(row)[0], block[number])
        if np.isfinite(block[number]).all():
            numeric = model.game.at(row)
            same_number(numeric.payoffs, payoffs_of(model.game, block[number]))
            branches = model.game.chance_expression >= 0
            same_number(numeric.chance[branches], block[number][model.game.chance_expression[branches]])
        else:
            with pytest.raises(UndefinedError, match="not a finite number"):
                model.game.at(row)


def test_a_negated_falsehood_divides_alike_by_itself_and_in_an_array(tmp_path: Path) -> None:
    text = CORRELATED.replace("(u + n + l + b + t) * go.yes", "1 if 1 / (-(u > 5)) > 0 else 0")
    game = model_of(tmp_path, text).game
    alone, together = game.evaluate({"u": 0.5}), game.evaluate({"u": np.array([0.5])})
    np.testing.assert_array_equal(alone, together)


def same_number(scalar: Floats, batch: Floats) -> None:
    """Equal but for the last digits that exp and log of an array and of a number may not share."""
    np.testing.assert_allclose(scalar, batch, rtol=1e-9, atol=1e-11, equal_nan=True)


def payoffs_of(game: Game, row: Floats) -> Floats:
    """[terminal, actor] the sum of an actor's considerations, added one by one."""
    total = np.zeros((len(game.terminals), len(game.actors)))
    for terminal, column in itertools.product(range(len(game.terminals)), range(len(game.considerations))):
        actor = game.considerations[column].actor
        total[terminal, actor] += row[game.payoff_expression[terminal, column]]
    return total


def test_the_random_scenarios_use_every_operator_and_fail_now_and_then(tmp_path: Path) -> None:
    texts = [scenario_text(seed, wild=True) for seed in range(40)]
    for word in (
        "<=",
        "!=",
        "==",
        " and ",
        " or ",
        "not ",
        " if ",
        "**",
        "exp",
        "log",
        "sqrt",
        "abs",
        "min",
        "max",
        "/",
    ):
        assert any(word in text.split("payoffs:")[1] for text in texts), word
    defined = 0
    for text in texts:
        model = model_of(tmp_path, text)
        assert np.any(model.game.kind == CHANCE)
        assert model.scenario is not None
        block = model.game.evaluate(draw(model.scenario, "random", 0, 0, 4), 4)
        defined += bool(np.isfinite(block).all())
    assert 5 <= defined <= 35


def cut(scenario: Scenario, sampler: str, seed: int, sizes: list[int]) -> dict[str, Floats]:
    """The draws in chunks of these sizes, joined."""
    starts = itertools.accumulate(sizes, initial=0)
    parts = [draw(scenario, sampler, seed, start, size) for start, size in zip(starts, sizes, strict=False)]
    rows = [[np.broadcast_to(part[name], size) for part, size in zip(parts, sizes, strict=True)] for name in parts[0]]
    return {name: np.concatenate(row) for name, row in zip(parts[0], rows, strict=True)}


@few
@given(seeds, samplers, st.booleans(), st.lists(st.integers(1, 1500), min_size=1, max_size=4))
def test_draws_do_not_depend_on_how_they_are_cut(
    tmp_path: Path, seed: int, sampler: str, correlated: bool, sizes: list[int]
) -> None:
    scenario = model_of(tmp_path, scenario_text(seed, correlated=correlated)).scenario
    assert scenario is not None
    whole = draw(scenario, sampler, seed, 0, sum(sizes))
    for name, column in cut(scenario, sampler, seed, sizes).items():
        if correlated:  # see the test below for the last digit
            np.testing.assert_allclose(column, np.broadcast_to(whole[name], column.shape), rtol=1e-12, atol=1e-14)
        else:
            np.testing.assert_array_equal(column, np.broadcast_to(whole[name], column.shape))
    other = draw(scenario, sampler, seed + 1, 0, sum(sizes))
    assert any(np.any(other[definition.name] != whole[definition.name]) for definition in uncertain(scenario))


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_correlated_draws_one_by_one_are_the_same_to_the_last_digit(tmp_path: Path, sampler: str) -> None:
    scenario = correlated_scenario(tmp_path)
    whole = draw(scenario, sampler, 1, 0, 64)
    for name, column in cut(scenario, sampler, 1, [1] * 64).items():
        np.testing.assert_array_equal(column, whole[name])


@few
@given(seeds, samplers)
def test_draws_stay_within_bounds(tmp_path: Path, seed: int, sampler: str) -> None:
    scenario = model_of(tmp_path, scenario_text(seed, correlated=True)).scenario
    assert scenario is not None
    values = draw(scenario, sampler, seed, 0, 512)
    for definition in uncertain(scenario):
        assert definition.range is not None
        column, low, high = values[definition.name], *support(definition.range, definition.kind)
        if definition.range.family in ("normal", "lognormal"):  # `support` gives inner quantiles of these
            low, high = BOUNDS.get(definition.kind, (-np.inf, np.inf))
        assert np.all(np.isfinite(column))
        assert low <= column.min() <= column.max() <= high
    np.testing.assert_allclose(values["twice"], 2 * values["a"] + values["p"], rtol=1e-12)


CORRELATED = """\
standoff: 1
title: draws
actors: {one: One}
parameters:
  u: {range: "uniform(-1, 2)"}
  n: {range: "normal(3, 2)"}
  l: {range: "lognormal(0, 1)", kind: positive}
  b: {range: "beta(2, 5)", kind: probability}
  t: {range: "pert(0, 1, 5)"}
correlate:
  - [u, n, 0.7]
  - [n, l, -0.4]
  - [b, t, 0.3]
  - [u, t, -0.5]
moves:
  go: {actor: one, options: [yes, no]}
payoffs:
  one: {all: "(u + n + l + b + t) * go.yes"}
outcomes: {went: go.yes, stayed: go.no}
"""


def correlated_scenario(folder: Path, text: str = CORRELATED) -> Scenario:
    scenario = model_of(folder, text).scenario
    assert scenario is not None
    return scenario


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("seed", [0, 1])
def test_rank_correlations_are_as_stated(tmp_path: Path, sampler: str, seed: int) -> None:
    """20,000 draws: the standard error of Spearman's coefficient is below 0.0075, so 0.03 is four of them."""
    scenario = correlated_scenario(tmp_path)
    values = draw(scenario, sampler, seed, 0, 20_000)
    stated = {frozenset((pair.first, pair.second)): pair.coefficient for pair in scenario.correlations}
    for first, second in itertools.combinations("unlbt", 2):
        measured = spearmanr(values[first], values[second]).statistic
        assert measured == pytest.approx(stated.get(frozenset((first, second)), 0.0), abs=0.03)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_correlation_leaves_each_distribution_as_it_is(tmp_path: Path, sampler: str) -> None:
    together = draw(correlated_scenario(tmp_path), sampler, 5, 0, 20_000)
    head, tail = CORRELATED.split("correlate:")
    alone = draw(correlated_scenario(tmp_path, head + "moves:" + tail.split("moves:")[1]), sampler, 5, 0, 20_000)
    levels = np.linspace(0.02, 0.98, 25)
    for name in "unlbt":
        ours = np.quantile(together[name], levels)
        # the share below a level's quantile is that level, within four standard errors of a share of 20,000
        shares = np.searchsorted(np.sort(alone[name]), ours) / 20_000
        np.testing.assert_allclose(shares, levels, atol=4 * np.sqrt(2) * 0.5 / np.sqrt(20_000))
