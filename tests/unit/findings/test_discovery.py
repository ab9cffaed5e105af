"""PRIM against boxes that were hidden, against another program's trajectories, and by hand; trees against the same."""

from __future__ import annotations

import csv
import json
import math
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from standoff.errors import RequestError
from standoff.findings.conditions import condition, rounded
from standoff.findings.discovery import discover, quasi_p
from standoff.findings.partition import partition
from standoff.findings.peeling import Limits, paste, peel, unlimited
from standoff.game.game import Floats
from unit.findings.hidden_boxes import BOX, CASES, cases, hidden_box

# Peeling trajectories of ema_workbench 2.5.3 (Prim, lenient1, alpha 0.05, least mass 0.05) on the draws of
# hidden_boxes.py, written by `EMA_PYTHON=... python benchmarks/discovery.py --write FILE`
TRAJECTORIES = Path(__file__).with_name("prim_trajectories.csv")


def parameters(x: Floats) -> dict[str, Floats]:
    return {f"x{i}": x[:, i] for i in range(x.shape[1])}


def test_a_box_hidden_in_twelve_dimensions_is_found() -> None:
    x, y = hidden_box(4000, 21)
    found = discover(parameters(x), y, outcome="war")
    assert {restriction.condition.name for restriction in found.restrictions} == {f"x{number}" for number in BOX}
    for restriction in found.restrictions:
        low, high = BOX[int(restriction.condition.name[1:])]
        assert (restriction.condition.low or 0.0) == pytest.approx(low, abs=0.04)
        assert (restriction.condition.high or 1.0) == pytest.approx(high, abs=0.04)
        assert restriction.quasi_p < 1e-6
        assert restriction.reproduced_coverage == 1.0
    inside = np.all([(x[:, n] >= low) & (x[:, n] <= high) for n, (low, high) in BOX.items()], axis=0)
    assert found.coverage == pytest.approx(y[inside].sum() / y.sum(), abs=0.03)
    assert found.density == pytest.approx(0.95, abs=0.05)
    assert found.held_out_density == pytest.approx(found.density, abs=0.08)
    assert all(
        part in found.statement
        for part in ("Where x2 is at least 0.", ", x7 is at most 0.", ", and x9 is at least 0.", "war")
    )


def test_peeling_follows_another_programs_trajectory() -> None:
    theirs = defaultdict(list)
    with TRAJECTORIES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            theirs[row["case"]].append((float(row["mass"]), float(row["mean"]), int(row["restricted"])))
    for name, x, z in cases():
        if name not in CASES:
            continue
        boxes = peel(x, z, alpha=0.05, least=0.05)
        assert len(boxes) == len(theirs[name])
        for box, (mass, mean, restricted) in zip(boxes, theirs[name], strict=True):
            inside = box.inside(x)
            assert inside.mean() == pytest.approx(mass, abs=1e-12)
            assert z[inside].mean() == pytest.approx(mean, abs=1e-12)
            assert box.restricted.sum() == restricted


def test_the_trajectory_starts_with_everything_and_only_gains() -> None:
    x, y = hidden_box(2000, 22)
    found = discover(parameters(x), y)
    first = found.trajectory[0]
    assert (first.coverage, first.mass, first.restricted, first.density) == (1.0, 1.0, 0, y.mean())
    assert (np.diff([step.density for step in found.trajectory]) > 0).all()
    peeled = [step for step in found.trajectory if not step.pasted]
    assert (np.diff([step.mass for step in peeled]) < 0).all()
    assert peeled[-1].mass >= 0.05
    for step in found.trajectory:
        assert step.coverage * y.mean() == pytest.approx(step.density * step.mass)


def test_discrete_parameters_are_peeled_by_value() -> None:
    rng = np.random.default_rng(23)
    x = np.column_stack([rng.integers(0, 5, 1500), rng.random(1500)]).astype(float)
    y = ((x[:, 0] >= 3) & (rng.random(1500) < 0.9)).astype(float)
    found = discover({"brigades": x[:, 0], "noise": x[:, 1]}, y, outcome="war", units={"brigades": "brigades"})
    (restriction,) = found.restrictions
    assert restriction.condition.values == (3.0, 4.0)
    assert restriction.condition.text == "brigades is 3 or 4 brigades"
    assert found.coverage == 1.0


def test_values_that_are_equal_are_taken_together() -> None:
    x = np.r_[np.zeros(60), np.linspace(0.5, 1, 140)][:, None]
    boxes = peel(x, (x[:, 0] > 0).astype(float), alpha=0.05, least=0.05)
    assert len(boxes) == 2
    assert boxes[1].low[0] == 0.25


def test_pasting_restores_what_peeling_took_too_much() -> None:
    x = np.linspace(0, 1, 1001)[:, None]
    z = (x[:, 0] >= 0.4).astype(float)
    narrow = Limits(np.array([0.7]), np.array([np.inf]))
    assert paste(x, z, narrow, alpha=0.05) == ()  # the density is 1 already
    z[x[:, 0] > 0.9] = 0
    wider = paste(x, z, narrow, alpha=0.05)
    assert wider[-1].low[0] == pytest.approx(0.4, abs=0.03)
    means = [z[box.inside(x)].mean() for box in (narrow, *wider)]
    assert (np.diff(means) > 0).all()


def test_quasi_p_against_the_binomial_in_fractions() -> None:
    x = np.array([[0.1], [0.2], [0.3], [0.6], [0.7], [0.8], [0.9], [0.95]])
    z = np.array([0, 1, 0, 1, 1, 0, 1, 1.0])
    box = Limits(np.array([0.5]), np.array([np.inf]))
    p = Fraction(5, 8)
    chance = sum(math.comb(5, k) * p**k * (1 - p) ** (5 - k) for k in (4, 5))
    assert quasi_p(x, z, box, 0) == pytest.approx(float(chance))
    assert quasi_p(x, np.zeros(8), box, 0) == 1.0


def test_restrictions_that_could_be_chance_are_lifted() -> None:
    lifted = 0
    for seed in range(8):
        rng = np.random.default_rng([24, seed])
        found = discover(parameters(rng.random((300, 6))), (rng.random(300) < 0.3).astype(float), most=6)
        assert all(restriction.quasi_p <= 0.05 for restriction in found.restrictions)
        assert (
            found.held_out_density is None or found.held_out_density < 0.5
        )  # the search fits noise: held out it shows
        lifted += len(found.lifted)
    assert lifted > 0


def test_a_box_can_be_chosen_by_its_number() -> None:
    x, y = hidden_box(1000, 25)
    found = discover(parameters(x), y, box=3)
    step = found.trajectory[3]
    assert (found.coverage, found.density, found.mass) == (step.coverage, step.density, step.mass)
    assert len(found.restrictions) == step.restricted
    assert found.lifted == ()
    with pytest.raises(RequestError, match="choose one from 0 to"):
        discover(parameters(x), y, box=1000)


def test_the_mean_can_be_sought_instead_of_cases() -> None:
    rng = np.random.default_rng(26)
    x = rng.random((2000, 4))
    y = np.where(x[:, 1] > 0.7, 0.45, 0.1) + 0.05 * rng.random(2000)
    assert "none of the 2,000" in discover(parameters(x), y, threshold=0.6).statement
    found = discover(parameters(x), y, threshold=None, outcome="war")
    (restriction,) = found.restrictions
    assert restriction.condition.low == pytest.approx(0.7, abs=0.02)
    assert found.objective == "mean"
    assert found.density == found.mean == pytest.approx(0.475, abs=0.01)
    assert "the mean of war is 0.47" in found.statement


def test_a_common_outcome_still_has_conditions() -> None:
    """With 80 % of the draws of interest, the whole space has the largest F-score; that is no answer."""
    rng = np.random.default_rng(27)
    x = rng.random((2000, 5))
    found = discover(parameters(x), (x[:, 4] < 0.8).astype(float))
    (restriction,) = found.restrictions
    assert restriction.condition.high == pytest.approx(0.8, abs=0.01)
    assert found.density > 0.99
    assert found.coverage > 0.97


def test_a_monotone_rescaling_of_a_parameter_changes_nothing_but_the_limits() -> None:
    x, y = hidden_box(1500, 28)
    plain, bent = discover(parameters(x), y), discover(parameters(np.exp(3 * x)), y)
    assert [(s.coverage, s.density) for s in plain.trajectory] == [(s.coverage, s.density) for s in bent.trajectory]


def test_the_same_seed_gives_the_same_finding() -> None:
    x, y = hidden_box(800, 29)
    assert discover(parameters(x), y, seed=0) == discover(parameters(x), y, seed=0)
    assert partition(parameters(x), y, seed=0) == partition(parameters(x), y, seed=0)


@pytest.mark.parametrize(
    ("y", "said"),
    [
        (np.full(200, np.nan), "None of the 200 draws is certified"),
        (np.full(200, 0.9), "The value is 0.9 at all 200"),
        (np.linspace(0, 0.4, 200), "reaches 0.5 in none of the 200"),
        (np.linspace(0.6, 1, 200), "reaches 0.5 in all of the 200"),
        (np.linspace(0, 1, 200) ** 10, "rests on 14 of the 200"),
        (1 - np.linspace(0, 1, 200) ** 10, "stays below 0.5 in only 14"),
        (np.r_[np.linspace(0, 1, 49), np.full(151, np.nan)], "49 certified draws are too few"),
    ],
)
def test_where_nothing_can_be_said_it_says_so(y: Floats, said: str) -> None:
    for find in (discover, partition):
        result = find({"x": np.linspace(0, 1, 200), "same": np.ones(200)}, y)
        assert said in result.statement
        json.dumps(result.to_dict(), allow_nan=False)
    found = discover({"x": np.linspace(0, 1, 200)}, y)
    assert found.restrictions == ()
    assert found.box is None


def test_a_mean_that_rests_on_a_few_draws_has_no_conditions() -> None:
    y = np.where(np.arange(300) < 12, 0.4, 0.0)
    found = discover({"x": np.linspace(0, 1, 300)}, y, threshold=None, outcome="war")
    assert "war rests on 12 of the 300" in found.statement


def test_boxes_in_which_most_draws_end_so_are_preferred() -> None:
    """Two slopes: the best Youden index is that of a wide box in which the outcome is the exception."""
    rng = np.random.default_rng(32)
    x = rng.random((4000, 2))
    y = (rng.random(4000) < 0.05 + 0.3 * (x[:, 0] > 0.3) + 0.5 * (x[:, 0] > 0.9)).astype(float)
    found = discover(parameters(x), y)
    json.dumps(found.to_dict(), allow_nan=False)
    assert found.density > 0.5
    assert "Even there" not in found.statement
    rare = discover(parameters(x), (rng.random(4000) < 0.05 + 0.3 * (x[:, 0] > 0.6)).astype(float))
    assert rare.restrictions[0].condition.low == pytest.approx(0.6, abs=0.03)
    assert "Even there it is not the rule" in rare.statement


def test_one_parameter_is_enough_and_uncertified_draws_are_left_out() -> None:
    x = np.linspace(0, 1, 400)
    y = np.where(np.arange(400) % 4 == 0, np.nan, (x > 0.5).astype(float))
    found = discover({"x": x, "same": np.ones(400)}, y)
    assert found.constant == ("same",)
    assert (found.draws, found.certified) == (400, 300)
    assert found.restrictions[0].condition.low == pytest.approx(0.5, abs=0.03)


def test_noise_has_no_conditions_or_they_do_not_hold_out() -> None:
    rng = np.random.default_rng(30)
    tree = partition(parameters(rng.random((500, 5))), (rng.random(500) < 0.4).astype(float))
    assert tree.explained is not None
    assert tree.explained < 0.1
    assert "do not rest on it" in tree.statement or len(tree.leaves) == 1


def test_a_tree_finds_the_steps_that_are_there() -> None:
    rng = np.random.default_rng(31)
    x = rng.random((2000, 3))
    y = np.where(x[:, 0] < 0.3, 0.0, np.where(x[:, 2] < 0.6, 0.2, 0.9))
    labels, units = {"x0": "cost of war"}, {"x0": "bn EUR"}
    for threshold, values in ((0.5, (1.0, 0.0)), (None, (0.9, 0.2, 0.0))):
        tree = partition(parameters(x), y, threshold=threshold, labels=labels, units=units)
        assert sum(leaf.share for leaf in tree.leaves) == pytest.approx(1)
        assert sorted({round(leaf.density, 9) for leaf in tree.leaves}, reverse=True) == list(values)
        assert sum(leaf.share * leaf.mean for leaf in tree.leaves) == pytest.approx(y.mean())
        best = {entry.name: entry for entry in tree.leaves[0].conditions}
        assert best["x0"].low == pytest.approx(0.3, abs=0.01)
        assert best["x2"].low == pytest.approx(0.6, abs=0.01)
        assert best["x0"].text == "cost of war at least 0.30 bn EUR"
        assert tree.explained is not None
        assert tree.explained > 0.95
        assert len(tree.rules()) == len(tree.leaves)
        json.dumps(tree.to_dict(), allow_nan=False)
    with pytest.raises(RequestError, match="depth"):
        partition(parameters(x), y, depth=4)


def test_thresholds_have_the_digits_that_their_range_deserves() -> None:
    assert [rounded(*pair) for pair in ((0.61234, 1.0), (9.87654, 40.0), (12345.6, 90_000.0), (0.0012345, 0.004))] == [
        "0.61",
        "9.9",
        "12,000",
        "0.00123",
    ]
    both = condition("x", np.linspace(0, 1, 50), 0.2, 0.7, unit="km")
    assert both.text == "x between 0.20 and 0.70 km"
    assert (both.smallest, both.largest) == (0.0, 1.0)
    assert not unlimited(3).restricted.any()
