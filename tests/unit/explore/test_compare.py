"""Two settings side by side are two answers of ``standoff solve --set``."""

from __future__ import annotations

import json

import pytest

from standoff import api
from standoff.explore.compare import comparison
from standoff.game.model import Model, open_model
from standoff.library.catalogue import path as library_path


@pytest.fixture(scope="module")
def model() -> Model:
    return open_model(library_path("consent_deployment"))


def test_outcomes_and_payoffs_are_those_of_two_solutions(model: Model) -> None:
    settings = {"a": {"pi": 0.1}, "b": {"pi": 0.7, "E_war": -2.0}}
    told = comparison(model, settings)
    for side, given in settings.items():
        expected = next(one for one in api.solve(model, set=given).equilibria if one.selected).to_dict()
        assert {row["name"]: row[side] for row in told["outcomes"]} == pytest.approx(expected["outcomes"])
        assert {row["name"]: row[side] for row in told["payoffs"]} == pytest.approx(expected["payoffs"])
    assert [(row["name"], row["base"], row["a"], row["b"]) for row in told["parameters"]] == [
        ("E_war", -5.0, -5.0, -2.0),
        ("pi", 0.2, 0.1, 0.7),
    ]
    json.dumps(told, allow_nan=False)


def test_strategies_that_differ_are_listed_and_no_others(model: Model) -> None:
    settings = {"a": {"pi": 0.1}, "b": {"pi": 0.7}}
    told = comparison(model, settings)
    behaviour = {}
    for side, given in settings.items():
        one = next(one for one in api.solve(model, set=given).equilibria if one.selected).to_dict()
        behaviour[side] = {
            (entry["actor"], entry["move"], tuple(entry["information"].items())): entry["probabilities"]
            for entry in one["behaviour"]
        }
    differing = [key for key, own in behaviour["a"].items() if own != pytest.approx(behaviour["b"][key], abs=1e-6)]
    assert differing
    assert len(told["strategies"]) == len(differing)
    reached = [max(row["reached"]) > 1e-6 for row in told["strategies"]]
    assert reached == sorted(reached, reverse=True)


def test_the_same_on_both_sides_differs_in_nothing(model: Model) -> None:
    told = comparison(model, {"a": {"pi": 0.3}, "b": {"pi": 0.3}})
    assert told["strategies"] == []
    assert [row["name"] for row in told["parameters"]] == ["pi"]
    assert all(row["a"] == row["b"] for row in told["outcomes"])


def test_the_decision_is_given_that_it_is_reached(model: Model) -> None:
    told = comparison(model, {"a": {"pi": 0.1}, "b": {"pi": 0.1}})
    shares = {row["name"]: row["a"] for row in told["decision"]}
    assert sum(shares.values()) == pytest.approx(1)
    study = api.run(model, draws=1, seed=1, set={"pi": 0.1}, workers=1)
    assert [shares[option] for option in study.options] == pytest.approx(study.decision[0].tolist(), abs=1e-6)
