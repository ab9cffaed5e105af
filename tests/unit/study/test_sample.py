"""Draws against closed forms: strata of a Latin hypercube, distributions (Kolmogorov distance), rank correlations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from standoff.errors import RequestError
from standoff.scenario.load import loads
from standoff.study.hypercube import permuted
from standoff.study.sample import CHOICES, draw, sampler_for, uniforms, with_settings


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 16, 97, 1000, 4097])
@pytest.mark.parametrize("seed", [0, 1])
def test_every_stratum_of_a_hypercube_holds_one_point_in_every_dimension(size, seed):
    points = uniforms("lhs", seed, 5, 0, size)
    assert ((points > 0) & (points < 1)).all()
    for column in points.T:
        assert sorted(np.floor(column * size).astype(int)) == list(range(size))


def test_a_part_of_a_hypercube_is_that_part_of_the_whole():
    whole = uniforms("lhs", 3, 4, 0, 5000)
    for start, count in ((0, 1), (1, 1023), (1000, 100), (1023, 2), (4999, 1)):
        np.testing.assert_array_equal(uniforms("lhs:5000", 3, 4, start, count), whole[start : start + count])
    assert not np.array_equal(uniforms("lhs", 4, 4, 0, 5000), whole)


def test_permutations_look_like_shuffles():
    """Over keys, where 0 goes is uniform, and so is the order of two neighbours; fixed points are one on average."""
    size, keys = 12, np.random.default_rng(0).integers(0, 2**64, size=(3000, 8), dtype=np.uint64)
    numbers = np.arange(size, dtype=np.uint64)
    moved = np.array([permuted(numbers, size, key) for key in keys]).astype(int)
    for place in (0, 5, 11):
        assert stats.chisquare(np.bincount(moved[:, place], minlength=size)).pvalue > 1e-3
    assert (moved == numbers.astype(int)).sum(axis=1).mean() == pytest.approx(1, abs=4 / np.sqrt(3000))
    pairs = np.bincount(moved[:, 0] * size + moved[:, 1], minlength=size**2).reshape(size, size)
    off = pairs[~np.eye(size, dtype=bool)]
    assert np.trace(pairs) == 0
    assert stats.chisquare(off).pvalue > 1e-3


def test_dimensions_and_neighbours_are_not_correlated():
    points = uniforms("lhs", 0, 8, 0, 20_000)
    columns = np.column_stack([points[:-1], points[1:, :1]])
    correlations = np.corrcoef(columns.T) - np.eye(9)
    assert np.abs(correlations).max() < 4.5 / np.sqrt(20_000)


def test_a_sobol_sequence_can_be_entered_anywhere_and_in_any_order():
    whole = uniforms("sobol", 7, 6, 0, 4096)
    for start, count in ((0, 10), (100, 50), (150, 1), (3000, 1096), (5, 20), (0, 4096)):
        np.testing.assert_array_equal(uniforms("sobol", 7, 6, start, count), whole[start : start + count])
        uniforms("sobol", 8, 6, 17, 3)  # another one in between
    independent = stats.qmc.Sobol(6, scramble=True, rng=np.random.default_rng(7)).random(4096)
    np.testing.assert_allclose(whole, independent, atol=1e-12)


MIXED = """standoff: 1
title: every way to be uncertain
actors: {a: A}
parameters:
  few: {range: "discrete(1, 2, 5, p=[0.2, 0.5, 0.3])"}
  pert: {range: "pert(0.1, 0.3, 0.9)", kind: probability}
  cut: {range: "normal(0.2, 0.5)", kind: probability}
  half: {range: "normal(-0.2, 0.5)", kind: nonnegative}
  long: {range: "lognormal(0.5, 0.8)", kind: positive}
correlate:
  - [few, pert, 0.4]
  - [pert, cut, -0.6]
  - [cut, long, 0.5]
moves:
  go: {actor: a, options: [yes, no]}
payoffs:
  a: {all: "(few + pert + cut + half + long) * go.yes"}
outcomes: {went: go.yes, stayed: go.no}
"""
EXACT = {
    "pert": stats.beta(2, 4, loc=0.1, scale=0.8),
    "cut": stats.truncnorm(-0.4, 1.6, loc=0.2, scale=0.5),
    "half": stats.truncnorm(0.4, np.inf, loc=-0.2, scale=0.5),
    "long": stats.lognorm(0.8, scale=np.exp(0.5)),
}
COUNT = 16_384


@pytest.mark.parametrize("sampler", CHOICES)
def test_draws_have_the_distributions_and_rank_correlations_of_the_file(sampler):
    values = draw(loads(MIXED), sampler, 11, 0, COUNT)
    # the Kolmogorov distance of that many independent draws exceeds this once in a thousand times
    limit = stats.kstwo(COUNT).isf(1e-3)
    for name, exact in EXACT.items():
        assert stats.kstest(values[name], exact.cdf).statistic < limit, name
    for value, share in ((1, 0.2), (2, 0.5), (5, 0.3)):
        assert np.mean(values["few"] == value) == pytest.approx(share, abs=3.3 * np.sqrt(share * (1 - share) / COUNT))
    stated = {("pert", "cut"): -0.6, ("cut", "long"): 0.5, ("pert", "half"): 0.0, ("half", "long"): 0.0}
    for (first, second), coefficient in stated.items():
        measured = stats.spearmanr(values[first], values[second]).statistic
        assert measured == pytest.approx(coefficient, abs=3.3 / np.sqrt(COUNT))


def test_a_hypercube_without_correlations_is_even_in_every_parameter():
    """The Kolmogorov distance of a stratified sample is at most one stratum, far below that of random draws."""
    head, tail = MIXED.split("correlate:")
    values = draw(loads(head + "moves:" + tail.split("moves:")[1]), "lhs", 5, 0, 1000)
    for name, exact in EXACT.items():
        assert stats.kstest(values[name], exact.cdf).statistic <= 1 / 1000 + 1e-9
    for value, share in ((1, 0.2), (2, 0.5), (5, 0.3)):
        assert np.sum(values["few"] == value) == pytest.approx(1000 * share, abs=1)


def test_a_held_parameter_keeps_its_place():
    scenario = loads(MIXED)
    free, held = draw(scenario, "sobol", 1, 0, 64), draw(with_settings(scenario, {"cut": "1/2"}), "sobol", 1, 0, 64)
    assert set(held["cut"]) == {0.5}
    for name in ("few", "pert", "half", "long"):
        np.testing.assert_array_equal(held[name], free[name])


@pytest.mark.parametrize("sampler", ["halton", "sobol:5", "random:2", "", "lhs-5"])
def test_what_is_no_sampler(sampler):
    with pytest.raises(RequestError, match="no sampler is called"):
        uniforms(sampler, 0, 1, 0, 1)
    with pytest.raises(RequestError, match="use one of sobol, random, lhs"):
        sampler_for(sampler, 5)
