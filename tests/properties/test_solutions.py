"""Solutions do not depend on what says nothing: units of payoff, names, orders, dominated exits, how chance is told.

Each property compares the solver with itself on two games whose solutions correspond by a theorem; no number below is
an answer of the solver.
"""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from properties.answers import behaviour_by_name, numbers, pure_set, selected
from properties.shapes import Sample, affine, random_sample, relabelled, with_chance_in_two, with_exit
from standoff.solve.solution import Equilibrium
from standoff.solve.verify import verify

CLOSE = 1e-6  # on probabilities
many = settings(max_examples=40, deadline=None, derandomize=True, database=None)
some = settings(max_examples=25, deadline=None, derandomize=True, database=None)
samples = st.builds(random_sample, st.integers(0, 10**6), st.integers(0, 3), st.booleans())
generic = st.builds(random_sample, st.integers(0, 10**6), st.integers(0, 3), st.just(False))
seeds = st.integers(0, 2**32 - 1)
scales = st.tuples(st.integers(1, 9), st.integers(-6, 5)).map(lambda pair: pair[0] * Fraction(10) ** pair[1])


def assert_same_outcomes(one: Equilibrium, other: Equilibrium) -> None:
    assert other.outcomes() == pytest.approx(one.outcomes(), abs=CLOSE)


@many
@given(samples, scales, st.integers(-50, 50), seeds)
def test_pure_equilibria_survive_an_affine_change_of_one_actors_payoffs(
    sample: Sample, scale: Fraction, shift: int, seed: int
) -> None:
    actor = seed % len(sample.actors)
    ones, zeros = [Fraction(1)] * len(sample.actors), [Fraction(0)] * len(sample.actors)
    ones[actor], zeros[actor] = scale, scale * shift
    before = pure_set(numbers(sample))
    changed = numbers(Sample(affine(sample.tree, tuple(ones), tuple(zeros)), sample.actors))
    after = pure_set(changed)
    assert set(after) == set(before)
    for profile, equilibrium in before.items():
        assert verify(changed, equilibrium.assessment, "pure").holds
        assert_same_outcomes(equilibrium, after[profile])
        for h, pairs in (equilibrium.belief_ranges or {}).items():
            np.testing.assert_allclose((after[profile].belief_ranges or {})[h], pairs, atol=CLOSE)


@some
@given(generic, scales, st.lists(st.integers(-5, 5), min_size=3, max_size=3))
def test_the_selected_equilibrium_survives_a_common_scale_and_shifts(
    sample: Sample, scale: Fraction, shifts: list[int]
) -> None:
    count = len(sample.actors)
    moved = affine(sample.tree, (scale,) * count, tuple(1000 * scale * shift for shift in shifts[:count]))
    before, after = selected(numbers(sample)), selected(numbers(Sample(moved, sample.actors)))
    assert_same_outcomes(before, after)
    assert behaviour_by_name(after) == pytest.approx(behaviour_by_name(before), abs=CLOSE)


@many
@given(samples, seeds)
def test_pure_equilibria_follow_other_names_and_orders(sample: Sample, seed: int) -> None:
    renamed, naming = relabelled(sample, random.Random(seed))
    before, after = pure_set(numbers(sample)), pure_set(numbers(renamed))
    assert {naming.profile(profile) for profile in before} == set(after)
    for profile, equilibrium in before.items():
        twin = after[naming.profile(profile)]
        assert_same_outcomes(equilibrium, twin)
        worth = {naming.actor[actor]: payoff for actor, payoff in equilibrium.payoffs().items()}
        assert twin.payoffs() == pytest.approx(worth, abs=CLOSE)


@some
@given(generic, seeds)
def test_the_selected_equilibrium_follows_other_names_and_orders(sample: Sample, seed: int) -> None:
    renamed, _ = relabelled(sample, random.Random(seed))
    assert_same_outcomes(selected(numbers(sample)), selected(numbers(renamed)))


@many
@given(samples, seeds)
def test_an_exit_worse_than_everything_is_never_used(sample: Sample, seed: int) -> None:
    more, where = with_exit(sample, random.Random(seed))
    before, after = pure_set(numbers(sample)), pure_set(numbers(more))
    assert (where, "quit") not in {step for profile in after for step in profile}
    assert set(after) == set(before)
    for profile, equilibrium in before.items():
        kept = {name: p for name, p in after[profile].outcomes().items() if not name.startswith("quit")}
        assert kept == pytest.approx(equilibrium.outcomes(), abs=CLOSE)


@some
@given(generic, seeds)
def test_an_exit_worse_than_everything_is_not_selected(sample: Sample, seed: int) -> None:
    more, where = with_exit(sample, random.Random(seed))
    assert behaviour_by_name(selected(numbers(more)))[where, "quit"] == 0


@many
@given(samples, seeds)
def test_pure_equilibria_do_not_mind_how_chance_is_told(sample: Sample, seed: int) -> None:
    told = Sample(with_chance_in_two(sample.tree, random.Random(seed)), sample.actors)
    before, after = pure_set(numbers(sample)), pure_set(numbers(told))
    assert set(after) == set(before)
    for profile, equilibrium in before.items():
        assert_same_outcomes(equilibrium, after[profile])
        assert after[profile].payoffs() == pytest.approx(equilibrium.payoffs(), rel=1e-9, abs=1e-9)


@some
@given(generic, seeds)
def test_the_selected_equilibrium_does_not_mind_how_chance_is_told(sample: Sample, seed: int) -> None:
    told = Sample(with_chance_in_two(sample.tree, random.Random(seed)), sample.actors)
    before, after = selected(numbers(sample)), selected(numbers(told))
    assert_same_outcomes(before, after)
    assert behaviour_by_name(after) == pytest.approx(behaviour_by_name(before), abs=CLOSE)
