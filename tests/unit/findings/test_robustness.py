"""Decision rules on tables worked out by hand, and the bootstrap against binomial probabilities."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest

from standoff.findings.robustness import Settings, regret, robustness

# Four acts in four states on which four rules choose four acts (Milnor 1954, "Games against nature"); rows are draws.
MILNOR = np.array([[2, 1, 0, 1], [2, 1, 4, 3], [0, 1, 0, 0], [1, 1, 0, 0]], dtype=float)
ACTS = ("a1", "a2", "a3", "a4")

SMALL = np.array([[8, 4, 6], [0, 4, 2], [9, 4, 5], [3, 4, 3]], dtype=float)
OPTIONS = ("a", "b", "c")


def verdict(rule, table=SMALL, options=OPTIONS, **settings):
    found = robustness(options, table, settings=Settings(**settings), resamples=0).rule(rule)
    return found.best, tuple(found.values.values())


def test_milnors_four_rules_choose_four_acts():
    found = robustness(ACTS, MILNOR, resamples=0)
    chosen = {rule.name: rule.best for rule in found.rules}
    assert chosen["laplace"] == ("a1",)
    assert chosen["maximin"] == ("a2",)
    assert chosen["hurwicz"] == ("a3",)
    assert chosen["minimax regret"] == ("a4",)
    assert found.agreed == ()
    assert set(found.choices) == set(ACTS)


@pytest.mark.parametrize(
    ("rule", "settings", "best", "values"),
    [
        ("maximin", {}, ("b",), (0, 4, 2)),
        ("low percentile", {}, ("b",), (0.45, 4, 2.15)),  # 0.05 * 3 = 0.15 of the way from the first to the second
        ("low percentile", {"low_percentile": 0.5}, ("a",), (5.5, 4, 4)),
        ("hurwicz", {}, ("a",), (4.5, 4, 4)),
        ("hurwicz", {"optimism": 0.25}, ("b",), (2.25, 4, 3)),
        ("laplace", {}, ("a",), (5, 4, 4)),
        ("minimax regret", {}, ("a", "c"), (4, 5, 4)),  # a tie, named
        ("percentile regret", {}, ("a",), (3.1, 4.7, 3.4)),  # 0.9 * 3 = 2.7
        ("domain", {}, ("a", "b"), (0.5, 0.5, 0)),
        ("domain", {"tolerance": 1.0}, ("a",), (0.75, 0.5, 0.25)),
    ],
)
def test_every_rule_on_a_table_by_hand(rule, settings, best, values):
    assert verdict(rule, **settings)[0] == best
    assert verdict(rule, **settings)[1] == pytest.approx(values, abs=1e-12)


def test_regret_by_hand():
    assert regret(SMALL).tolist() == [[0, 4, 2], [4, 0, 2], [0, 5, 4], [1, 0, 1]]


def test_ties_within_a_draw_count_for_every_option():
    _, shares = verdict("domain", np.array([[1.0, 1.0], [2.0, 0.0]]), ("a", "b"))
    assert shares == (1.0, 0.5)


def test_the_best_that_does_not_depend_on_the_rule():
    found = robustness(("a", "b"), np.array([[2.0, 1.0], [3.0, 3.0]]), resamples=0)
    assert found.agreed == ("a",)
    assert found.dominated == {"b": ("a",)}


def test_equal_options_tie_everywhere_and_neither_dominates():
    found = robustness(("a", "b"), np.array([[2.0, 2.0], [3.0, 3.0]]), resamples=50)
    assert robustness(("a", "b"), np.array([[2.0, 2.0], [5.0, 5.0 + 1e-12]]), resamples=0).dominated == {}
    assert found.agreed == ("a", "b")
    assert found.dominated == {}
    assert all(rule.chosen == {"a": 0.5, "b": 0.5} and not rule.close for rule in found.rules)


def test_one_option_is_best_by_every_rule():
    found = robustness(("only",), np.array([[1.0], [-2.0]]), resamples=20)
    assert found.agreed == ("only",)
    assert found.rule("minimax regret").values == {"only": 0.0}


def test_payoffs_in_other_units_change_no_choice_and_scale_the_criteria():
    table = np.random.default_rng(3).normal(size=(40, 3))
    one, other = (robustness(OPTIONS, x, resamples=100, seed=5) for x in (table, 1000 * table - 7))
    for rule, scaled in zip(one.rules, other.rules, strict=True):
        assert rule.best == scaled.best
        assert rule.chosen == scaled.chosen
        if rule.unit == "utility":
            shift = 0 if "regret" in rule.name else -7
            expected = [1000 * value + shift for value in rule.values.values()]
            assert list(scaled.values.values()) == pytest.approx(expected)


def test_resamples_follow_the_binomial_distribution():
    # the mean of `a` is best unless the first draw, which alone favours it, is never resampled: 1 - (2/3)^3
    found = robustness(("a", "b"), np.array([[3.0, 0.0], [0.0, 1.0], [0.0, 1.0]]), resamples=20_000, seed=11)
    exact = float(1 - Fraction(2, 3) ** 3)
    assert found.rule("laplace").chosen["a"] == pytest.approx(exact, abs=5 * np.sqrt(exact * (1 - exact) / 20_000))
    assert found.rule("laplace").close == ("b",)


def test_intervals_are_those_of_the_mean():
    table = np.random.default_rng(1).normal([0.0, 3.0], 1.0, size=(400, 2))
    rule = robustness(("a", "b"), table, resamples=2000).rule("laplace")
    half = 1.96 * table.std(axis=0, ddof=1) / 20
    for n, option in enumerate(("a", "b")):
        low, high = rule.intervals[option]
        assert low == pytest.approx(table[:, n].mean() - half[n], abs=0.02)
        assert high == pytest.approx(table[:, n].mean() + half[n], abs=0.02)
    assert rule.close == ()
    assert rule.chosen == {"a": 0.0, "b": 1.0}


def test_resampling_keeps_options_of_a_draw_together():
    """`b` is `a` less one in every draw: the difference has no spread, however much the payoffs have."""
    a = np.random.default_rng(2).normal(0, 100, size=60)
    rule = robustness(("a", "b"), np.column_stack([a, a - 1]), resamples=500).rule("laplace")
    assert rule.chosen == {"a": 1.0, "b": 0.0}
    assert rule.close == ()


def test_the_seed_decides_the_resamples():
    one, same, other = (robustness(OPTIONS, SMALL, resamples=200, seed=seed).to_dict() for seed in (1, 1, 2))
    assert one == same
    assert one["rules"] != other["rules"]
    json.dumps(one, allow_nan=False)


@pytest.mark.parametrize("table", [np.empty((0, 3)), SMALL[:, :2], SMALL[0], np.where(SMALL == 0, np.nan, SMALL)])
def test_tables_that_cannot_be_judged(table):
    with pytest.raises(ValueError, match=r"table|finite"):
        robustness(OPTIONS, table)


@pytest.mark.parametrize("settings", [{"optimism": 1.5}, {"low_percentile": -0.1}, {"tolerance": -1.0}])
def test_settings_out_of_bounds(settings):
    with pytest.raises(ValueError, match="must be"):
        Settings(**settings)
