"""The generated check of the verifier for many draws: against the arrays, exact fractions, and claims that are wrong.

The tests of `test_verify_batch` are run once more with every game compiled, however few its draws.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from families import FAMILIES
from standoff.game.batch import Batch, batch
from standoff.game.game import Floats, Game, Ints
from standoff.game.model import open_model
from standoff.library import catalogue
from standoff.solve import verify_kernel
from standoff.solve.iterate import iterate
from standoff.solve.verify_batch import LARGEST, SUM_TOLERANCE, Verdicts, verify_arrays, verify_batch
from standoff.study.sample import draw
from unit.solve.batches import judged, stacked
from unit.solve.build import build
from unit.solve.test_iterate_kernel import CONSENT, random_numbers, three_ways
from unit.solve.test_verify_batch import (  # noqa: F401
    exact_verdict,
    random_profiles,
    sixty_fourths,
    test_a_coefficient_that_is_none,
    test_a_deviation_off_the_path_counts_whole,
    test_a_draw_in_which_an_information_set_is_void_is_refused,
    test_a_draw_without_a_branch_of_chance_is_refused,
    test_a_share_too_small_to_matter_counts_as_played,
    test_a_tremble_at_an_option_in_use,
    test_a_wrong_order_of_beliefs,
    test_an_exponent_that_is_none,
    test_behaviour_that_is_no_distribution,
    test_behaviour_with_a_negative_share_that_sums_to_one,
    test_coefficients_whose_products_are_hardly_numbers,
    test_each_draw_has_a_verdict_of_its_own,
    test_games_without_recall_or_order_are_refused,
    test_library_games,
    test_proposals_and_proposals_with_one_thing_changed,
    test_random_profiles_of_random_games,
    test_reach_and_payoffs_are_those_of_exact_play,
    test_the_claim_that_is_broken_below_holds,
    test_the_largest_exponents_that_are_summed,
    test_verdicts_equal_those_in_exact_fractions,
    test_what_a_deviation_gains,
    test_what_a_deviation_gains_where_somebody_mixes,
)

DRAWS = 400
CLAIMS = 500  # games of which one thing in each claim is changed
TREES = {"two types, one option": (1, 2), "three options": (3, 2), "four types": (2, 4)}
module = sys.modules[verify_batch.__module__]


@pytest.fixture(autouse=True)
def _compile_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DRAWS", 0)


def assert_equal(found: Verdicts, expected: Verdicts) -> None:
    """Beliefs differ in the last digit: products are rounded otherwise than logarithms."""
    np.testing.assert_array_equal(found.holds, expected.holds)
    np.testing.assert_allclose(found.gain, expected.gain, rtol=0, atol=1e-13)
    np.testing.assert_array_equal(found.reach, expected.reach)
    np.testing.assert_array_equal(found.payoffs, expected.payoffs)


def numbers_of_many(name: str) -> Batch:
    """Random numbers of a family or a tree, draws of a library game or of the worked example."""
    if name in FAMILIES:
        return random_numbers(FAMILIES[name](0), DRAWS, 31)
    if name in TREES:
        return random_numbers(build(three_ways(*TREES[name]), ("s", "r")), DRAWS, 32)
    model = open_model(CONSENT if name == "worked example" else catalogue.path(name))
    if model.game.n_nodes > 400:
        pytest.skip("takes seconds to compile")
    return batch(model.game, draw(model.scenario, "random", 7, 0, 96), 96)


@pytest.mark.parametrize("name", [*FAMILIES, *TREES, *catalogue.names(), "worked example"])
def test_the_same_as_by_arrays(name: str) -> None:
    """Proposals, and random profiles with and without mixing and coefficients."""
    given = numbers_of_many(name)
    found = iterate(given)
    behaviour = found.behaviour(given.game)
    exponents = np.where(behaviour > 0, 0, np.maximum(found.exponents, 1))
    verdicts = verify_batch(given, behaviour, exponents)
    assert_equal(verdicts, verify_arrays(given, behaviour, exponents))
    assert verdicts.holds[found.settled].all()
    for mixing in (0.0, 0.4):
        profile = random_profiles(given.game, np.random.default_rng(33), len(given), mixing)
        assert_equal(verify_batch(given, *profile), verify_arrays(given, *profile))
        assert_equal(verify_batch(given, *profile[:2]), verify_arrays(given, *profile[:2]))


@pytest.mark.parametrize("size", [1, 7, 64])
def test_blocks_of_any_size(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mixed and pure; a draw without a branch of chance leaves its block to the arrays."""
    given = random_numbers(FAMILIES["deterrence"](0), 150, 34)
    chance = given.chance.copy()
    chance[1, 70] = 0.0
    given = Batch(given.game, given.draws, given.values, chance, given.payoffs)
    monkeypatch.setattr(module, "LEAST", size)
    monkeypatch.setattr(module, "MOST", size)
    for mixing in (0.0, 0.5):
        profile = random_profiles(given.game, np.random.default_rng(35), len(given), mixing)
        assert_equal(verify_batch(given, *profile), verify_arrays(given, *profile))
        verdicts = verify_batch(given, *profile[:2])
        assert_equal(verdicts, verify_arrays(given, *profile[:2]))
        assert np.isnan(verdicts.gain[70])


# --- exact fractions, and wrong claims --------------------------------------------------------------------------------


def wrong_choice(
    game: Game, behaviour: Floats, exponents: Ints, rng: np.random.Generator
) -> tuple[Floats, Ints, Floats]:
    """The other option at one information set of each draw."""
    behaviour, exponents = behaviour.copy(), exponents.copy()
    for column in range(behaviour.shape[1]):
        slots = np.arange(game.n_slots)[game.options(int(rng.integers(len(game.infosets))))]
        behaviour[slots, column], exponents[slots, column] = (
            behaviour[slots[::-1], column],
            exponents[slots[::-1], column],
        )
    return behaviour, exponents, np.ones_like(behaviour)


def wrong_exponents(
    game: Game, behaviour: Floats, exponents: Ints, rng: np.random.Generator
) -> tuple[Floats, Ints, Floats]:
    """Mistakes in another order: what was unlikely is likely."""
    most = exponents.max(axis=0)
    return behaviour, np.where(behaviour > 0, 0, most + 1 - exponents), np.ones_like(behaviour)


def wrong_coefficients(
    game: Game, behaviour: Floats, exponents: Ints, rng: np.random.Generator
) -> tuple[Floats, Ints, Floats]:
    """All mistakes equally costly, some a hundred times as likely as others."""
    weights = rng.choice([0.125, 1.0, 16.0], size=behaviour.shape)
    return behaviour, np.where(behaviour > 0, 0, 1), weights


@cache
def settled_games(levels: int) -> tuple[list[Game], Batch, Floats, Ints]:
    """Signalling games that iteration settles, as one batch, and what it proposes."""
    rng = np.random.default_rng([36, levels])
    games = [sixty_fourths(rng, levels) for _ in range(CLAIMS)]
    given = stacked([game.at({}) for game in games])
    found = iterate(given)
    columns = np.flatnonzero(found.settled)
    behaviour = found.behaviour(given.game)[:, columns]
    return [games[column] for column in columns], given.take(columns), behaviour, found.exponents[:, columns]


@pytest.mark.parametrize("change", [wrong_choice, wrong_exponents, wrong_coefficients])
@pytest.mark.parametrize("levels", [5, 65])
def test_claims_with_one_thing_wrong(
    levels: int, change: Callable[[Game, Floats, Ints, np.random.Generator], tuple[Floats, Ints, Floats]]
) -> None:
    """What exact fractions refuse is refused by the check and by the arrays."""
    games, given, behaviour, exponents = settled_games(levels)
    profile = change(given.game, behaviour, exponents, np.random.default_rng([41, levels]))
    verdicts = verify_batch(given, *profile)
    assert_equal(verdicts, verify_arrays(given, *profile))
    said = [exact_verdict(game, *(part[:, n] for part in profile))[0] for n, game in enumerate(games)]
    assert verdicts.holds.tolist() == said
    assert said.count(False) > CLAIMS // 50


def test_a_wrong_coefficient_alone() -> None:
    """Two types tremble alike; the receiver's answer is right unless type b is more than twice as likely as a."""
    answers = {"a": {"u": (0, 1), "d": (0, 0)}, "b": {"u": (0, 0), "d": (0, 0.5)}}
    types = {name: ("1/2", ("s", f"s{name}", {"in": ("r", "R", own), "out": (1, 0)})) for name, own in answers.items()}
    numeric = build(("chance", types), ("s", "r")).at({})
    behaviour = np.array([float(o in ("out", "u")) for own in numeric.game.infosets for o in own.options])[:, None]
    exponents = np.where(behaviour > 0, 0, 3)
    given = Batch.of(numeric)
    names = [(own.name, option) for own in numeric.game.infosets for option in own.options]
    for weight, holds in ((1.0, True), (1.9, True), (2.1, False), (10.0, False)):
        coefficients = np.ones_like(behaviour)
        coefficients[names.index(("sb", "in"))] = weight
        assert verify_batch(given, behaviour, exponents, coefficients).holds.tolist() == [holds]
        assert judged(numeric, behaviour[:, 0], exponents[:, 0], coefficients[:, 0]).holds is holds


# --- factors that products cannot hold --------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1e-140, 1e-60, 1e60, 1e140])
def test_extreme_coefficients(size: float) -> None:
    """Beyond the bounds the logarithms of the arrays are used, within them products agree with these."""
    given = random_numbers(FAMILIES["deterrence"](0), DRAWS, 37)
    behaviour, exponents, weights = random_profiles(given.game, np.random.default_rng(38), DRAWS, 0.0)
    weights[::2] *= size
    assert_equal(
        verify_batch(given, behaviour, exponents, weights), verify_arrays(given, behaviour, exponents, weights)
    )


def test_the_bounds_keep_products_in_range() -> None:
    for game in (FAMILIES["signalling"](0), FAMILIES["deterrence"](0), open_model(CONSENT).game):
        check = verify_kernel.check_of(game, mixed=True, largest=LARGEST, tolerance=SUM_TOLERANCE)
        low, high = check.factors
        steps = len(game.levels) - 1
        assert low**steps > 1e-300
        assert high**steps < 1e300


def test_names_in_the_code_are_our_own() -> None:
    tree = ("__import__('os')", "eval", {"exec": (1, 0), "g1 = 0": (0, 1)})
    game = build(tree, ("__import__('os')", "b"))
    for mixed in (False, True):
        check = verify_kernel.check_of(game, mixed=mixed, largest=LARGEST, tolerance=SUM_TOLERANCE)
        inner = check.function.__code__
        own = {"given", "work", "results"}
        assert all(name in own or (name[0] in "gwr" and name[1:].isdigit()) for name in inner.co_varnames)
        assert all(name in verify_kernel.NAMES or (name[0] == "c" and name[1:].isdigit()) for name in inner.co_names)
        assert check.function.__globals__["__builtins__"] == {}


def test_a_game_that_is_too_large_and_few_draws_are_for_the_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    game = FAMILIES["signalling"](0)
    given = random_numbers(game, DRAWS, 39)
    behaviour, exponents, weights = random_profiles(game, np.random.default_rng(40), DRAWS, 0.0)
    monkeypatch.setattr(module, "_check", lambda game, mixed: pytest.fail(f"compiled {mixed}"))
    monkeypatch.setattr(module, "NODES", game.n_nodes - 1)
    verify_batch(given, behaviour, exponents)
    monkeypatch.setattr(module, "NODES", game.n_nodes)
    monkeypatch.setattr(module, "DRAWS", (DRAWS + 0.5) / game.n_nodes)
    for _ in range(2):
        verify_batch(given, behaviour, exponents)
        verify_batch(given, behaviour, exponents, weights)
    monkeypatch.setattr(module, "DRAWS", DRAWS / game.n_nodes)
    with pytest.raises(pytest.fail.Exception, match="compiled False"):
        verify_batch(given, behaviour, exponents)
    with pytest.raises(pytest.fail.Exception, match="compiled True"):
        verify_batch(given, behaviour, exponents, weights)
