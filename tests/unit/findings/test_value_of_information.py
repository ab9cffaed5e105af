"""Value of information against the closed form of two options with normal payoffs, and by enumeration."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy.stats import norm

from standoff.errors import RequestError
from standoff.findings.value_of_information import value_of_information
from standoff.game.game import Floats


def loss(mean: float, deviation: float) -> float:
    """E[max(0, N(mean, deviation))] - max(0, mean): what knowing it is worth against a sure 0 (Raiffa & Schlaifer)."""
    score = mean / deviation
    return float(deviation * norm.pdf(score) + mean * norm.cdf(score) - max(0.0, mean))


@pytest.mark.parametrize("mean", [0.3, -0.5])
def test_two_options_with_normal_payoffs(mean: float) -> None:
    z = np.random.default_rng(1).normal(size=(20_000, 4))
    payoffs = np.column_stack([np.zeros(len(z)), mean + z[:, 0] + 0.6 * z[:, 1] + 0.1 * z[:, 2]])
    found = value_of_information({f"z{i}": z[:, i] for i in range(4)}, payoffs, ["stay", "go"], actor="the coalition")
    assert found.best == ("go" if mean > 0 else "stay")
    truth = loss(mean, math.sqrt(1 + 0.36 + 0.01))
    assert abs(found.perfect - truth) < 3 * found.perfect_error
    worths = {worth.name: worth for worth in found.worths}
    for name, weight in (("z0", 1.0), ("z1", 0.6), ("z2", 0.1)):
        # a rule that is constant within a class earns a little less than the best
        assert abs(worths[name].value - loss(mean, weight)) < 3 * worths[name].error + 0.003
    assert [worth.name for worth in found.worths[:2]] == ["z0", "z1"]
    assert worths["z0"].distinguishable
    assert not worths["z3"].distinguishable
    # the option changes where z0 is on the other side of -mean
    assert worths["z0"].changes == pytest.approx(norm.cdf(-abs(mean)), abs=0.04)
    assert "z0" in found.statement
    json.dumps(found.to_dict(), allow_nan=False)


def test_standard_errors_and_bias_over_many_small_samples() -> None:
    truth, found = loss(0.2, 1.0), []
    for seed in range(40):
        z = np.random.default_rng([2, seed]).normal(size=(600, 2))
        payoffs = np.column_stack([np.zeros(600), 0.2 + z.sum(axis=1)])
        (worth,) = (w for w in value_of_information({"z": z[:, 0]}, payoffs, ["a", "b"]).worths)
        found.append((worth.value, worth.error))
    values, errors = np.array(found).T
    assert values.mean() < truth + 3 * values.std() / math.sqrt(40)  # never above, but for chance
    assert values.mean() > 0.85 * truth
    assert 0.6 < errors.mean() / values.std() < 1.7


def test_noise_is_worth_nothing() -> None:
    above, values = 0, []
    for seed in range(20):
        rng = np.random.default_rng([3, seed])
        payoffs = rng.normal(size=(300, 3))
        found = value_of_information({f"x{i}": rng.random(300) for i in range(5)}, payoffs, ["a", "b", "c"], seed=seed)
        above += any(worth.distinguishable for worth in found.worths)
        assert found.perfect > 0.5
        values.append(np.mean([worth.value for worth in found.worths]))
    # a rule measured on the draws that it was learned from would seem to be worth 0.2
    assert np.mean(values) < 3 * np.std(values) / math.sqrt(20)
    assert above <= 4  # one in twenty is promised: five or more of twenty have a chance of 3 in 1,000


def test_a_discrete_parameter_that_decides_everything() -> None:
    x = np.repeat([0.0, 1.0, 2.0], 100)
    table = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 2.5]])
    found = value_of_information({"x": x}, table[x.astype(int)], ["a", "b"])
    # without knowledge: a earns 4/3, b 4.5/3; knowing x: (1 + 2 + 3) / 3
    assert found.best == "b"
    assert found.perfect == pytest.approx(0.5)
    assert found.worths[0].value == pytest.approx(0.5)
    assert found.worths[0].share == pytest.approx(1.0)
    assert found.worths[0].changes == pytest.approx(2 / 3)


def test_dependent_parameters_count_for_what_they_tell() -> None:
    z = np.random.default_rng(4).normal(size=(20_000, 2))
    sign = 0.8 * z[:, 0] + 0.6 * z[:, 1]  # correlation 0.8 with what matters, and no part in the payoffs
    found = value_of_information({"sign": sign}, np.column_stack([np.zeros(20_000), z[:, 0]]), ["stay", "go"])
    assert abs(found.worths[0].value - loss(0.0, 0.8)) < 3 * found.worths[0].error + 0.003


def test_payoffs_in_other_units_scale_the_values() -> None:
    z = np.random.default_rng(5).normal(size=(1000, 2))
    payoffs = np.column_stack([np.zeros(1000), z[:, 0]])
    one = value_of_information({"z": z[:, 0], "w": z[:, 1]}, payoffs, ["a", "b"], seed=0)
    other = value_of_information({"z": z[:, 0], "w": z[:, 1]}, 8 * payoffs + 16, ["a", "b"], seed=0)
    assert other.perfect == pytest.approx(8 * one.perfect)
    assert other.worths[0].value == pytest.approx(8 * one.worths[0].value)
    assert one == value_of_information({"z": z[:, 0], "w": z[:, 1]}, payoffs, ["a", "b"], seed=0)


def test_unknown_payoffs() -> None:
    x = np.linspace(0, 1, 300)
    payoffs = np.column_stack([np.full(300, 0.4), x, np.full(300, np.nan)])
    payoffs[::3, 1] = np.nan
    found = value_of_information({"x": x}, payoffs, ["a", "b", "c"])
    assert found.left_out == ("c",)
    assert found.options == ("a", "b")
    assert (found.draws, found.complete) == (300, 200)
    assert found.worths[0].name == "x"


@pytest.mark.parametrize(
    ("payoffs", "said"),
    [
        (np.full((200, 2), np.nan), "Fewer than two options"),
        (np.column_stack([np.zeros(200), np.full(200, np.nan)]), "Fewer than two options"),
        (np.r_[np.zeros((40, 2)), np.full((160, 2), np.nan)], "known at 40 of 200 draws"),
        (np.column_stack([np.ones(200), np.zeros(200)]), "a is the best option of the decision maker at every draw"),
        (np.zeros((200, 2)), "at every draw"),
    ],
)
def test_where_nothing_can_be_said_it_says_so(payoffs: Floats, said: str) -> None:
    found = value_of_information({"x": np.linspace(0, 1, 200), "same": np.ones(200)}, payoffs, ["a", "b"])
    assert said in found.statement
    assert found.worths == ()
    json.dumps(found.to_dict(), allow_nan=False)


def test_parameters_that_do_not_vary_leave_the_value_of_everything() -> None:
    payoffs = np.column_stack([np.zeros(200), np.linspace(-1, 1, 200)])
    found = value_of_information({"same": np.ones(200)}, payoffs, ["a", "b"])
    assert found.worths == ()
    assert found.perfect == pytest.approx(0.25, abs=0.01)
    with pytest.raises(RequestError, match="for 3 options"):
        value_of_information({}, payoffs, ["a", "b", "c"])
