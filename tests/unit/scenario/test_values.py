"""Base values, overrides, draws completed by derived parameters."""

import math
from fractions import Fraction

import numpy as np
import pytest

from standoff.errors import RequestError, UndefinedError
from standoff.scenario.load import loads
from standoff.scenario.values import base_values, complete

SCENARIO = loads(
    """\
standoff: 1
title: Values
actors: {a: A}
parameters:
  p: {range: "pert(0.1, 0.3, 0.5)", kind: probability}
  x: 0.1
  q: {expression: 2 * p, kind: probability}
  ratio: x / (p - x)
  grown: exp(ratio)
moves:
  m: {actor: a, options: [l, r]}
payoffs: {a: m.l * grown + q}
"""
)


def test_base_values_are_exact_and_in_order():
    values = base_values(SCENARIO)
    assert list(values) == ["p", "x", "q", "ratio", "grown"]
    assert values["q"] == Fraction(3, 5)
    assert values["ratio"] == Fraction(1, 2)
    assert values["grown"] == Fraction(math.exp(0.5))


@pytest.mark.parametrize("given", [0.2, "0.2", "1/5", Fraction(1, 5), np.float64(0.2), " 2e-1 "])
def test_an_override_counts_as_the_decimal_it_is_written_as(given):
    values = base_values(SCENARIO, {"p": given})
    assert values["p"] == Fraction(1, 5)
    assert values["q"] == Fraction(2, 5)
    assert values["ratio"] == 1


def test_an_override_replaces_a_formula():
    values = base_values(SCENARIO, {"ratio": 0})
    assert values["ratio"] == 0
    assert values["grown"] == 1


@pytest.mark.parametrize(
    ("overrides", "message", "remedy"),
    [
        ({"pp": 1}, "no parameter `pp`", "`p`"),
        ({"unknown": 1}, "no parameter `unknown`", "parameters: p, x, q"),
        ({"p": 1.3}, "`p` cannot be 1.3", "from 0 to 1"),
        ({"q": -1}, "`q` cannot be -1", "from 0 to 1"),
        ({"x": "many"}, "`many` is not a value for `x`", "finite number"),
        ({"x": "1 +"}, "is not a value", "finite number"),
        ({"x": "m.l"}, "is not a value", "finite number"),
        ({"x": math.nan}, "is not a value", "finite number"),
        ({"x": math.inf}, "is not a value", "finite number"),
        ({"x": "1/0"}, "is not a value", "finite number"),
        ({"x": True}, "is not a value", "finite number"),
        ({"p": 0.6}, "`q` becomes 1.2", "from 0 to 1"),
    ],
)
def test_overrides_that_cannot_be(overrides, message, remedy):
    with pytest.raises(RequestError) as caught:
        base_values(SCENARIO, overrides)
    (problem,) = caught.value.problems
    assert message in problem.message
    assert remedy in problem.remedy


def test_all_wrong_overrides_are_named_at_once():
    with pytest.raises(RequestError) as caught:
        base_values(SCENARIO, {"pp": 1, "p": 2, "x": "?"})
    assert len(caught.value.problems) == 3


def test_a_derived_parameter_that_is_undefined():
    with pytest.raises(UndefinedError, match="`ratio` is not a finite number"):
        base_values(SCENARIO, {"p": 0.1})


def test_draws_are_completed_like_single_values():
    draws = np.array([0.15, 0.3, 0.45])
    values = complete(SCENARIO, {"p": draws})
    for index, draw in enumerate(draws):
        single = base_values(SCENARIO, {"p": float(draw)})
        for name, column in values.items():
            assert column.shape == (3,)
            assert column.dtype == np.float64
            assert column[index] == pytest.approx(float(single[name]), rel=1e-12)


def test_draws_keep_what_is_undefined_and_change_nothing():
    draws = np.array([0.1, 0.3])
    values = complete(SCENARIO, {"p": draws})
    assert np.isfinite(values["ratio"]).tolist() == [False, True]
    values["p"][0] = 9.0
    assert draws[0] == 0.1


def test_without_draws_there_is_one():
    assert complete(SCENARIO, {})["q"].tolist() == [0.6]


def test_draws_of_an_unknown_parameter():
    with pytest.raises(RequestError, match="no parameter `pq`"):
        complete(SCENARIO, {"pq": np.array([1.0])})


def test_draws_of_a_derived_parameter_replace_it():
    values = complete(SCENARIO, {"ratio": np.array([0.0, 1.0])})
    assert values["grown"] == pytest.approx([1.0, math.e])
