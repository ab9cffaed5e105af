"""Flips of answers whose thresholds are known in closed form."""

from __future__ import annotations

import json

import pytest

from standoff.errors import AnalysisError, RequestError
from standoff.findings.levers import PRECISION, levers
from standoff.game.model import Model
from unit.findings.standoffs import DETERRENCE, model

# One actor goes where `height` is positive; x is its only number.
ALONE = """\
standoff: 1
title: One actor
actors: {{a: A}}
parameters: {{x: {{range: "uniform(0, 1)", base: 0.2, lever: a}}}}
{more}moves: {{go: {{actor: a, options: [left, right]}}}}
payoffs: {{a: go.right * ({height})}}
outcomes: {{left: go.left, right: go.right}}
decision: go
"""


def alone(height, more=""):
    return model(ALONE.format(height=height, more=more))


def lever(found, name, target="outcome"):
    return next(entry for entry in found.levers if (entry.parameter, entry.target) == (name, target))


def test_the_threshold_of_deterrence_is_found_from_the_base():
    found = levers(model(DETERRENCE), points=6)
    assert found.answers == {"outcome": ("fait_accompli",), "option": ("challenge",)}
    for target, to in (("outcome", "status_quo"), ("option", "hold")):
        firm = lever(found, "p_firm", target)
        assert firm.actors == ("defender",)
        assert (firm.low, firm.high, firm.base) == (0, 1, 0.3)
        assert firm.down is None
        assert firm.up.before < 1 / 3 <= firm.up.at <= 1 / 3 + PRECISION
        assert firm.up.to == (to,)
        assert firm.up.change == pytest.approx(1 / 3 - 0.3, abs=PRECISION)
        assert firm.up.share == pytest.approx(firm.up.change)
        assert firm.smallest == firm.up
        assert firm.unknown == 0


def test_both_sides_and_units():
    """Worth less than 6/7 the prize is left alone; worth more than 2 even the soft defender resists."""
    prize = lever(levers(model(DETERRENCE), names=["prize"], targets=["outcome"], points=6), "prize")
    assert prize.down.at == pytest.approx(6 / 7, abs=2.8 * PRECISION)
    assert prize.up.at == pytest.approx(2, abs=2.8 * PRECISION)
    assert prize.down.share == pytest.approx((1 - 6 / 7) / 2.8, abs=PRECISION)
    assert prize.smallest == prize.down
    assert prize.unit == "utility"
    assert prize.up.to == prize.down.to == ("status_quo",)


def test_the_smallest_flip_comes_first_and_none_comes_last():
    found = levers(alone("x - 0.5"), targets=["outcome"], points=3)
    json.dumps(found.to_dict(), allow_nan=False)
    table = levers(model(DETERRENCE), targets=["outcome"], points=6)
    assert [entry.parameter for entry in table.levers] == ["p_firm", "prize"]
    assert found.levers[0].to_dict()["up"]["to"] == ["right"]


def test_none_within_its_range():
    found = levers(alone("x - 1.5"), points=4)
    assert all(entry.smallest is None for entry in found.levers)
    assert {entry.target for entry in found.levers} == {"outcome", "option"}


def test_of_several_flips_the_first_from_the_base():
    flip = lever(levers(alone("0.1 - abs(x - 0.6)"), points=10), "x").up
    assert flip.at == pytest.approx(0.5, abs=PRECISION)
    assert flip.before < 0.5


def test_a_tie_at_the_base_flips_where_one_falls_behind():
    tied = levers(alone("max(0, x - 0.5)"), targets=["option"], points=5)
    assert tied.answers == {"option": ("left", "right")}
    assert tied.levers[0].down is None
    assert tied.levers[0].up.to == ("right",)
    assert tied.levers[0].up.at == pytest.approx(0.5, abs=PRECISION)
    edge = levers(alone("x - 0.5"), set={"x": "1/2"}, targets=["option"], points=5).levers[0]
    assert (edge.up.to, edge.down.to) == (("right",), ("left",))
    assert edge.up.change <= PRECISION
    assert edge.down.change >= -PRECISION


def test_values_of_a_discrete_range_are_tried_as_they_are():
    text = ALONE.format(height="x - 0.5", more="").replace("uniform(0, 1)", "discrete(0, 0.2, 0.4, 0.9, 1)")
    flip = lever(levers(model(text)), "x").up
    assert (flip.before, flip.at) == (0.4, 0.9)


def test_points_without_numbers_are_passed_over_and_counted():
    found = lever(levers(alone("sqrt(0.5 - x) * 0.001 - 1"), targets=["outcome"], points=8), "x")
    assert found.up is None
    assert found.unknown == 5  # 0.6, 0.7, ... 1: a tenth from 0.2 on


def test_a_flip_behind_a_gap_is_told_with_its_two_certified_ends():
    found = lever(levers(alone("(x - 0.5) / max(abs(x - 0.5) - 0.05, 0)"), targets=["outcome"], points=8), "x")
    assert found.up.before == pytest.approx(0.45, abs=0.02)
    assert found.up.at == pytest.approx(0.55, abs=0.02)
    assert found.up.before <= 0.45
    assert found.up.at >= 0.55 - 1e-12
    assert found.unknown > 0


def test_a_range_finer_than_floats_comes_to_an_end():
    text = ALONE.format(height="x - 100000000000000050", more="").replace(
        'range: "uniform(0, 1)", base: 0.2',
        'range: "uniform(100000000000000000, 100000000000000100)", base: 100000000000000000',
    )
    flip = lever(levers(model(text), targets=["outcome"], points=2), "x").up
    assert flip.before < 1e17 + 60
    assert flip.at > 1e17 + 40


def test_assumptions_that_hold_at_the_base_bound_the_search():
    assert lever(levers(alone("x - 0.5"), points=4), "x").up is not None
    bounded = levers(alone("x - 0.5", "assume: [x < 0.45]\n"), points=4)
    assert lever(bounded, "x").up is None
    assert lever(bounded, "x").unknown > 0


def test_the_base_may_be_moved():
    found = levers(alone("x - 0.5"), set={"x": "0.8"}, targets=["outcome"], points=4)
    assert found.answers == {"outcome": ("right",)}
    assert found.levers[0].down.at == pytest.approx(0.5, abs=PRECISION)


def test_formulas_follow_a_lever_unless_they_are_set():
    text = ALONE.format(height="y - 0.5", more="").replace("lever: a}}", "lever: a}, y: 2 * x}", 1)
    assert lever(levers(model(text), points=4), "x").up.at == pytest.approx(0.25, abs=PRECISION)
    assert lever(levers(model(text), set={"y": 0}, points=4), "x").up is None


def test_a_lever_need_not_be_uncertain():
    text = ALONE.format(height="x - 0.5", more="").replace(
        '{range: "uniform(0, 1)", base: 0.2, lever: a}', "{value: 0.2, lever: a, between: [0, 0.4]}"
    )
    assert lever(levers(model(text), points=4), "x").smallest is None


@pytest.mark.parametrize(
    ("names", "message"),
    [(["y"], "there is no parameter `y`"), (["z"], "`z` has no limits"), ([], "no lever is asked for")],
)
def test_names_that_cannot_be_moved(names, message):
    text = ALONE.format(height="x - z", more="").replace("lever: a}}", "lever: a}, z: 1}", 1)
    with pytest.raises(RequestError, match=message):
        levers(model(text), names=names)


def test_what_is_missing_is_said():
    with pytest.raises(RequestError, match="no parameter of the scenario is a lever; add `lever: ACTOR`"):
        levers(model(ALONE.format(height="x", more="").replace(", lever: a", "")))
    with pytest.raises(RequestError, match="efg"):
        levers(Model(alone("x").game))
    with pytest.raises(RequestError, match="outside its limits"):
        levers(alone("x"), set={"x": 3})
    with pytest.raises(RequestError, match="no answer that levers flip"):
        levers(alone("x"), targets=["mood"])
    with pytest.raises(RequestError, match="names no decision"):
        levers(model(ALONE.format(height="x", more="").replace("decision: go\n", "")), targets=["option"])
    with pytest.raises(AnalysisError, match="nothing is certified at the base values"):
        levers(alone("log(x - 0.5)"))


def test_without_a_decision_only_the_outcome_can_flip():
    found = levers(model(ALONE.format(height="x - 0.5", more="").replace("decision: go\n", "")), points=4)
    assert list(found.answers) == ["outcome"]
