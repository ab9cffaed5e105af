"""Sensitivity against closed forms: Ishigami's function, Sobol's g-function, a linear model of dependent normals."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy.stats import norm

from standoff.errors import RequestError
from standoff.findings.given import classes, given
from standoff.findings.saltelli import sobol_indices
from standoff.findings.sensitivity import correlation_ratio, distances, outcome_classes, sensitivity
from standoff.game.game import Floats

A, B = 7.0, 0.1
# Variances of Ishigami's function by part (Homma & Saltelli 1996)
V1 = 0.5 * (1 + B * math.pi**4 / 5) ** 2
V2 = A**2 / 8
V13 = B**2 * math.pi**8 * (1 / 18 - 1 / 50)
ISHIGAMI_FIRST = {"x1": V1 / (V1 + V2 + V13), "x2": V2 / (V1 + V2 + V13), "x3": 0.0}
ISHIGAMI_TOTAL = {"x1": (V1 + V13) / (V1 + V2 + V13), "x2": ISHIGAMI_FIRST["x2"], "x3": V13 / (V1 + V2 + V13)}
WEIGHTS = (0.0, 1.0, 4.5, 9.0, 99.0)


def ishigami(values: dict[str, Floats]) -> Floats:
    return np.sin(values["x1"]) + A * np.sin(values["x2"]) ** 2 + B * values["x3"] ** 4 * np.sin(values["x1"])


def g_function(values: dict[str, Floats]) -> Floats:
    parts = [(np.abs(4 * values[f"x{i}"] - 2) + a) / (1 + a) for i, a in enumerate(WEIGHTS)]
    return np.asarray(np.prod(parts, axis=0))


def g_indices() -> tuple[list[float], list[float]]:
    """First and total indices of the g-function from the variances of its factors (Saltelli & Sobol' 1995)."""
    part = [1 / (3 * (1 + a) ** 2) for a in WEIGHTS]
    whole = math.prod(1 + v for v in part) - 1
    return [v / whole for v in part], [v * math.prod(1 + w for w in part) / (1 + v) / whole for v in part]


def drawn(count: int, low: float, high: float, seed: int, *names: str) -> dict[str, Floats]:
    rng = np.random.default_rng(seed)
    return {name: rng.uniform(low, high, count) for name in names}


def test_first_order_indices_of_ishigamis_function_from_given_draws() -> None:
    values = drawn(16_000, -math.pi, math.pi, 1, "x1", "x2", "x3", "dummy")
    result = sensitivity(values, ishigami(values))
    found = {driver.name: driver.first for driver in result.drivers}
    for name, truth in ISHIGAMI_FIRST.items():
        # classes of finite width lose a little of a function that turns often: 0.015 beside three standard errors
        error = (found[name].high - found[name].low) / 3.92
        assert abs(found[name].value - truth) < 3 * error + 0.015
    assert [driver.name for driver in result.drivers[:2]] == ["x2", "x1"]
    assert not found["dummy"].distinguishable
    # x3 acts through its interaction alone: no first order, but the distribution moves
    third = next(driver for driver in result.drivers if driver.name == "x3")
    assert not third.first.distinguishable
    assert third.delta.distinguishable
    dummy = next(driver for driver in result.drivers if driver.name == "dummy")
    assert not dummy.delta.distinguishable
    assert not dummy.pawn.distinguishable


def test_first_order_indices_of_the_g_function_from_given_draws() -> None:
    values = drawn(16_000, 0, 1, 2, *(f"x{i}" for i in range(5)))
    found = {driver.name: driver.first for driver in sensitivity(values, g_function(values)).drivers}
    for number, truth in enumerate(g_indices()[0]):
        index = found[f"x{number}"]
        assert abs(index.value - truth) < 3 * (index.high - index.low) / 3.92 + 0.01


@pytest.mark.parametrize("case", ["ishigami", "g"])
def test_first_and_total_indices_from_a_saltelli_design(case: str) -> None:
    if case == "ishigami":
        quantiles = {name: (lambda u: math.pi * (2 * u - 1)) for name in ("x1", "x2", "x3")}
        first, total = list(ISHIGAMI_FIRST.values()), list(ISHIGAMI_TOTAL.values())
        result = sobol_indices(quantiles, ishigami, base=1024, seed=0)
    else:
        first, total = g_indices()
        result = sobol_indices({f"x{i}": (lambda u: u) for i in range(5)}, g_function, base=1024, seed=0)
    found = {index.name: index for index in result.indices}
    for name, one, all_ in zip(sorted(found), first, total, strict=True):
        assert abs(found[name].first - one) < 1.6 * found[name].first_error + 1e-3
        assert abs(found[name].total - all_) < 1.6 * found[name].total_error + 1e-3
    json.dumps(result.to_dict(), allow_nan=False)
    assert result.evaluations == 1024 * (len(found) + 2)


def test_a_design_without_certified_answers_at_some_points_loses_their_base_points() -> None:
    def holes(values: dict[str, Floats]) -> Floats:
        y = values["x"] + values["z"]
        return np.where(np.arange(len(y)) % 40 == 0, np.nan, y)

    quantiles = {"x": (lambda u: u), "z": (lambda u: u)}
    result = sobol_indices(quantiles, holes, base=256, seed=3)
    assert result.used == 256 - 26  # every tenth base point, of four solves each, has a hole
    assert {index.name: round(index.first, 1) for index in result.indices} == {"x": 0.5, "z": 0.5}
    assert sobol_indices(quantiles, lambda v: np.full_like(v["x"], np.nan), base=64).indices == ()
    assert "nothing drives it" in sobol_indices(quantiles, lambda v: np.ones_like(v["x"]), base=64).statement
    with pytest.raises(RequestError, match="power of two"):
        sobol_indices(quantiles, holes, base=100)


def normal_delta(correlation: float) -> float:
    """Delta of two normals with the correlation, by integration over both."""
    z, y = np.linspace(-6, 6, 601), np.linspace(-7, 7, 2801)
    deviation = math.sqrt(1 - correlation**2)
    apart = np.abs(norm.pdf(y) - norm.pdf((y - correlation * z[:, None]) / deviation) / deviation)
    return float(0.5 * np.trapezoid(norm.pdf(z) * np.trapezoid(apart, y, axis=1), z))


def test_a_linear_model_of_dependent_normals() -> None:
    weights, rng = np.array([1.0, 0.5, 0.0]), np.random.default_rng(4)
    covariance = np.array([[1.0, 0.5, 0.6], [0.5, 1.0, 0.0], [0.6, 0.0, 1.0]])
    x = rng.normal(size=(20_000, 3)) @ np.linalg.cholesky(covariance).T
    variance = weights @ covariance @ weights
    correlations = covariance @ weights / math.sqrt(variance)
    result = sensitivity({f"x{i}": x[:, i] for i in range(3)}, x @ weights, dependent=True)
    json.dumps(result.to_dict(), allow_nan=False)
    assert result.measure == "delta"
    assert result.first_order_sum is None
    for driver in result.drivers:
        correlation = correlations[int(driver.name[1])]
        assert driver.first.value == pytest.approx(correlation**2, abs=0.02)
        assert driver.delta.value == pytest.approx(normal_delta(correlation), abs=0.02)
        spearman = 6 / math.pi * math.asin(correlation / 2)
        assert driver.rank_correlation == pytest.approx(spearman, abs=0.02)
        assert driver.delta.distinguishable  # x2 too: it has no weight, but tells about x0


def test_distances_of_a_small_table_by_hand() -> None:
    delta, pawn = distances(np.array([[[4.0, 0.0], [1.0, 3.0], [1.0, 1.0]]]))
    # y is 6/10 and 4/10; given x: (1, 0), (1/4, 3/4), (1/2, 1/2), with shares 4/10, 4/10, 2/10
    assert delta[0] == pytest.approx(0.4 * 0.4 + 0.4 * 0.35 + 0.2 * 0.1)
    assert pawn[0] == pytest.approx(0.35)


def test_an_outcome_of_two_values_has_the_delta_of_its_shares() -> None:
    rng = np.random.default_rng(5)
    x = rng.integers(0, 3, 20_000).astype(float)
    chances = np.array([0.1, 0.3, 0.8])
    y = (rng.random(20_000) < chances[x.astype(int)]).astype(float)
    driver = sensitivity({"x": x}, y).drivers[0]
    assert driver.delta.value == pytest.approx(np.abs(chances - chances.mean()).mean(), abs=0.01)
    assert driver.first.value == pytest.approx(chances.var() / (chances.mean() * (1 - chances.mean())), abs=0.02)
    assert (driver.at_low, driver.at_high) == (y[x == 0].mean(), y[x == 2].mean())


def test_first_order_indices_of_noise_are_zero_on_average() -> None:
    """Without the correction for chance they would be (6 - 1) / (60 - 1) = 0.085."""
    rng = np.random.default_rng(10)
    found = [correlation_ratio(rng.permutation(np.arange(60) % 6), rng.normal(size=60)) for _ in range(400)]
    assert abs(np.mean(found)) < 3 * np.std(found) / 20


def test_the_noise_floor_keeps_its_promise() -> None:
    """At most about one sample of pure noise in twenty may have any parameter above it: six of 30 is 3 in 1,000."""
    above = 0
    for seed in range(30):
        rng = np.random.default_rng([6, seed])
        values = {f"x{i}": rng.random(300) for i in range(8)}
        result = sensitivity(values, (rng.random(300) < 0.3).astype(float), seed=seed)
        above += any(driver.first.distinguishable for driver in result.drivers)
    assert above <= 5


def test_intervals_cover_the_truth() -> None:
    """Of 40 samples 95 % intervals must cover the index 1/2 of one of two equal parts at least 33 times."""
    covered = 0
    for seed in range(40):
        rng = np.random.default_rng([7, seed])
        x = rng.normal(size=(800, 2))
        found = {
            driver.name: driver.first for driver in sensitivity({"a": x[:, 0], "b": x[:, 1]}, x.sum(axis=1)).drivers
        }
        # nine classes of a normal keep 95 % of its variance
        covered += found["a"].low - 0.015 <= 0.5 <= found["a"].high + 0.015
    assert covered >= 33


def test_the_same_seed_gives_the_same_result_and_zero_is_a_seed() -> None:
    values = drawn(400, 0, 1, 8, "x1", "x2", "x3")
    y = ishigami(values)
    assert sensitivity(values, y, seed=0) == sensitivity(values, y, seed=0)
    assert sensitivity(values, y, seed=0) != sensitivity(values, y, seed=1)


def test_at_most_so_many_draws_are_used() -> None:
    values = drawn(21_000, 0, 1, 9, "x1")
    result = sensitivity(values, values["x1"])
    assert (result.draws, result.used) == (21_000, 20_000)
    assert "random subsample of 20,000" in result.assumptions[-1]


@pytest.mark.parametrize(
    ("y", "said"),
    [
        (np.full(200, np.nan), "None of the 200 draws is certified"),
        (np.full(200, 0.25), "The value is 0.25 at all 200"),
        (np.r_[np.linspace(0, 1, 49), np.full(151, np.nan)], "49 certified draws are too few"),
    ],
)
def test_where_nothing_can_be_said_it_says_so(y: Floats, said: str) -> None:
    result = sensitivity({"x": np.linspace(0, 1, 200), "same": np.ones(200)}, y)
    assert result.drivers == ()
    assert said in result.statement
    json.dumps(result.to_dict(), allow_nan=False)


def test_a_constant_parameter_is_set_aside_and_uncertified_draws_are_counted() -> None:
    x = np.linspace(0, 1, 400)
    y = np.where(np.arange(400) % 4 == 0, np.nan, x)
    result = sensitivity({"x": x, "same": np.ones(400)}, y)
    assert result.constant == ("same",)
    assert [driver.name for driver in result.drivers] == ["x"]
    assert result.certified == 300
    assert "100 of 400 are left out" in result.assumptions[0]
    assert sensitivity({"same": np.ones(400)}, x).statement == "No parameter varies: nothing can drive the outcome."


def test_lengths_must_agree() -> None:
    with pytest.raises(RequestError, match="`x` has 3 values for 2 draws"):
        given({"x": np.ones(3)}, np.ones(2))


def test_classes_keep_equal_values_together() -> None:
    values = np.r_[np.zeros(50), np.linspace(0.1, 1, 50)]
    found = classes(values, 10)
    assert len(set(found[:50].tolist())) == 1
    assert found.max() == len(set(found.tolist())) - 1
    assert (np.diff(found) >= 0).all()
    ends = outcome_classes(np.r_[np.zeros(40), np.linspace(0.2, 0.8, 20), np.ones(40)], 10)
    assert [len(set(part.tolist())) for part in np.split(ends, [40, 60])] == [1, 2, 1]
