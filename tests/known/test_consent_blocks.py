"""What the blocks of the real case work out, against small computations of another kind.

Unity by enumerating who is willing, the force by a linear programme for every set of contributors, the decomposition
by the sums that its parts must have. The numbers of the blocks are read off the file's parameters, written out anew.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from standoff import api
from standoff.findings.decomposition import Decomposition
from standoff.game.model import Model
from standoff.scenario.values import base_values
from standoff.study.sample import draw

FILE = Path(__file__).resolve().parents[2] / "examples" / "consent" / "scenario.yaml"
UNITY = "unity.posture.force"
LEADS = ("willing_uk", "willing_france")
OTHERS = ("willing_ready",) * 2 + ("willing_reserved",) * 2 + ("willing_refusing",) * 3
CONTRIBUTORS = ("uk", "france", "estonia", "others", "stocks", "us")
ENABLERS = ("eu_intelligence", "eu_lift", "eu_air_defence")


@pytest.fixture(scope="module")
def model() -> Model:
    return api.load(FILE)


@pytest.fixture(scope="module")
def values(model: Model) -> dict[str, list[float]]:
    """The base values, then 24 draws."""
    assert model.scenario is not None
    drawn = draw(model.scenario, "random", 7, 0, 24)
    base = {name: float(value) for name, value in base_values(model.scenario).items()}
    return {name: [value, *drawn[name].tolist()] for name, value in base.items()}


@pytest.fixture(scope="module")
def parts(model: Model) -> Decomposition:
    return api.decompose(model, draws=32, seed=3)


def _agreed(willing: dict[str, float]) -> float:
    """The two leads and two others: over all 2^9 sets of willing members."""
    names = (*LEADS, *OTHERS)
    total = 0.0
    for joins in product((0, 1), repeat=len(names)):
        if all(joins[:2]) and sum(joins) >= 4:
            total += prod(willing[name] if own else 1 - willing[name] for name, own in zip(names, joins, strict=True))
    return total


def _largest(at: dict[str, float], present: tuple[int, ...]) -> float:
    """The largest force with these contributors, as a linear programme over what each keeps deployed."""
    pools = [at["pool_uk"], at["pool_france"], 0.15 * at["rotation_factor"], at["pool_others"], 0.0, 0.0]
    caps = [own * pool / at["rotation_factor"] for own, pool in zip(present, pools, strict=True)]
    brought = [present[4] * at[name] + present[5] * 30 * at["us_supply"] for name in ENABLERS]
    found = linprog([-1.0] * 6, A_ub=np.ones((3, 6)), b_ub=brought, bounds=[(0, cap) for cap in caps])
    assert found.success
    return float(-found.fun)


def _at(values: dict[str, list[float]], row: int) -> dict[str, float]:
    return {name: column[row] for name, column in values.items()}


def test_unity_is_the_sum_over_who_is_willing(values: dict[str, list[float]]) -> None:
    for row in range(len(values[UNITY])):
        at = _at(values, row)
        assert at[UNITY] == pytest.approx(_agreed(at), abs=1e-12)


def test_unity_at_the_base_values_in_fractions(values: dict[str, list[float]]) -> None:
    others = [Fraction(p) for p in ("0.75", "0.75", "0.3", "0.3", "0.08", "0.08", "0.08")]
    none = prod(1 - p for p in others)
    one = sum(none * p / (1 - p) for p in others)
    assert values[UNITY][0] == pytest.approx(float(Fraction("0.85") ** 2 * (1 - none - one)), abs=1e-15)


def test_the_force_is_the_best_over_all_sets_of_contributors(values: dict[str, list[float]]) -> None:
    for row in range(12):
        at = _at(values, row)
        best = {present: _largest(at, present) for present in product((0, 1), repeat=6)}
        assert at["force.deployable"] == pytest.approx(max(best.values()), abs=1e-9)
        assert at["force.ratio"] == pytest.approx(max(best.values()) / (at["force_asked"] / 1000), abs=1e-9)
        for number, name in enumerate(CONTRIBUTORS):
            without = max(force for present, force in best.items() if not present[number])
            assert at[f"force.without.{name}"] == pytest.approx(without, abs=1e-9), name


def test_the_force_at_the_base_values_by_hand(values: dict[str, list[float]]) -> None:
    at = _at(values, 0)
    assert at["force.deployable"] == pytest.approx(24 / 4 + 24 / 4 + 0.15 + 16 / 4)  # enablers would carry 23
    assert at["force.without.us"] == pytest.approx(8)  # European air defence
    assert at["strength"] == pytest.approx(0.5 + 0.5 * 16.15 / 20)


def test_the_parts_of_the_decomposition_add_up_to_the_change(parts: Decomposition) -> None:
    (target,) = parts.targets
    assert target.target.adoption == UNITY
    assert {own.name for own in target.contributions} == {"willingness", "capability", "unity", "veto"}
    change = Fraction(target.combinations[-1].probability) - Fraction(target.combinations[0].probability)
    assert sum(own.shapley for own in target.contributions) == change
    assert sum(own.share or 0.0 for own in target.contributions) == pytest.approx(1)


@pytest.mark.parametrize(
    ("mask", "settings", "variant"),
    [
        (0, {}, None),
        (5, {"cost_force": 0, "casualties": 0, UNITY: 1}, None),
        (10, {"force.ratio": 1}, "no_strike"),
    ],
)
def test_a_combination_is_what_a_study_with_these_settings_gives(
    parts: Decomposition, mask: int, settings: dict[str, float], variant: str | None
) -> None:
    """The chance that the force is chosen, of a study, times the chance that it is adopted, of its draws."""
    study = api.run(api.load(FILE, variant=variant), draws=32, seed=3, set=settings, workers=1)
    chosen = study.decision[:, study.options.index("force")]
    expected = float(np.mean(chosen * study.parameters[UNITY]))
    assert parts.targets[0].combinations[mask].probability == pytest.approx(expected, abs=1e-12)
