"""Iterated best replies against closed forms, and batches against their draws one by one."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from families import FAMILIES
from standoff.game.batch import Batch, batch
from standoff.game.game import Floats
from standoff.game.model import open_model
from standoff.library import catalogue
from standoff.solve.iterate import Iterated, iterate
from standoff.solve.verify_batch import verify_batch
from standoff.study.sample import draw
from unit.solve.batches import judged, stacked
from unit.solve.build import Tree, build
from unit.solve.random_trees import FAMILIES as TREES

STEP, TIES = 2**34, 1024  # a loss of the whole payoff range costs STEP * TIES, a tie costs 1


def same(found: Iterated, column: int, other: Iterated, place: int) -> bool:
    """Bit for bit; what is not settled has no exponents to compare."""
    equal = bool(found.settled[column] == other.settled[place])
    equal &= np.array_equal(found.choice[:, column], other.choice[:, place])
    if found.settled[column]:
        equal &= np.array_equal(found.exponents[:, column], other.exponents[:, place])
    return equal


# --- closed forms ---------------------------------------------------------------------------------------------------


def options(payoffs: list[int]) -> Tree:
    return ("a", "choice", {f"o{number}": (payoff, 0) for number, payoff in enumerate(payoffs)})


def test_one_decision() -> None:
    """The best option; each other one costs what it falls short, as a share of the payoff range."""
    rng = np.random.default_rng(1)
    rows = [rng.permutation(20)[:4].tolist() for _ in range(200)]
    found = iterate(stacked([build(options(row), ("a", "b")).at({}) for row in rows]))
    assert found.settled.all()
    for column, row in enumerate(rows):
        best, spread = max(row), max(row) - min(row)
        assert found.choice[0, column] == row.index(best)
        costs = [round(Fraction(best - own, spread) * STEP) * TIES for own in row]
        np.testing.assert_allclose(found.exponents[:, column], costs, atol=TIES)


@pytest.mark.parametrize(
    ("payoffs", "settled"), [([1, 1], False), ([0, 0, 0], False), ([0, 2, 2], False), ([0, 0, 1], True), ([7], True)]
)
def test_a_tie_where_play_gets_to_is_left_open(payoffs: list[int], settled: bool) -> None:
    found = iterate(stacked([build(options(payoffs), ("a", "b")).at({})]))
    assert found.settled.tolist() == [settled]


def test_a_tie_off_the_path_costs_least() -> None:
    """`a` stops; `b`, never asked, is indifferent between two of three options and falls short by half at the third."""
    tree = ("a", "first", {"stop": (2, 0), "go": ("b", "second", {"x": (0, 2), "y": (0, 2), "z": (0, 1)})})
    found = iterate(stacked([build(tree, ("a", "b")).at({})]))
    assert found.settled.tolist() == [True]
    assert found.choice[:, 0].tolist() == [0, 0]
    assert found.exponents[:, 0].tolist() == [0, STEP * TIES, 0, 1, STEP * TIES // 2]


def square(row: Floats, column: Floats) -> Tree:
    """Both move at once: ``row[i, j]`` and ``column[i, j]`` are their payoffs in 64ths."""
    after = [
        ("c", "C", {f"j{j}": (Fraction(int(row[i, j]), 64), Fraction(int(column[i, j]), 64)) for j in range(2)})
        for i in range(2)
    ]
    return ("r", "R", {f"i{i}": after[i] for i in range(2)})


def coordination(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Both equilibria on the diagonal are strict, no two payoffs of an actor in a sum tie."""
    while True:
        row, column = rng.integers(0, 64, (2, 2)), rng.integers(0, 64, (2, 2))
        strict = row[0, 0] > row[1, 0] and row[1, 1] > row[0, 1]
        strict &= column[0, 0] > column[0, 1] and column[1, 1] > column[1, 0]
        if strict and row[0].sum() != row[1].sum() and column[:, 0].sum() != column[:, 1].sum():
            return row, column


def test_coordination_goes_by_the_last_movers_reply_to_uniform_play() -> None:
    """In a pass the first answers what the second did, and the second what the first does now: both end on its side."""
    rng = np.random.default_rng(2)
    games = [coordination(rng) for _ in range(200)]
    found = iterate(stacked([build(square(*game), ("r", "c")).at({}) for game in games]))
    assert found.settled.all()
    for number, (_, column) in enumerate(games):
        side = int(column[:, 1].sum() > column[:, 0].sum())
        assert found.choice[:, number].tolist() == [side, side]
    assert 20 < found.choice[0].sum() < 180


def test_start_profiles() -> None:
    """From any start in a coordination game both end on the side of the second; one start for all draws or one each."""
    rng = np.random.default_rng(3)
    given = stacked([build(square(*coordination(rng)), ("r", "c")).at({}) for _ in range(50)])
    for start in ([0, 0], [1, 1], [0, 1], [1, 0]):
        found = iterate(given, np.array(start, dtype=np.int8))
        assert found.settled.all()
        assert (found.choice == start[1]).all()
        assert verify_batch(given, found.behaviour(given.game), found.exponents).holds.all()
    own = rng.integers(0, 2, size=(2, 50)).astype(np.int8)
    found = iterate(given, own)
    assert found.settled.all()
    np.testing.assert_array_equal(found.choice, own[[1, 1]])


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_settled_stays(family: str) -> None:
    """A settled profile as the start is settled at once, with the same trembles; from others, what settles holds."""
    given = stacked([FAMILIES[family](seed).at({}) for seed in range(100)])
    found = iterate(given)
    again = iterate(given, found.choice)
    columns = np.flatnonzero(found.settled).tolist()
    assert all(same(found, column, again, column) for column in columns)
    start = np.random.default_rng(4).integers(0, 2, size=found.choice.shape).astype(np.int8)
    other = iterate(given, start)
    verdicts = verify_batch(given, other.behaviour(given.game), np.maximum(other.exponents, 0))
    assert verdicts.holds[other.settled].all()
    assert other.settled.sum() > 50


def test_matching_pennies_never_settle() -> None:
    row = np.array([[1, 0], [0, 1]])
    found = iterate(stacked([build(square(row, 1 - row), ("r", "c")).at({})]))
    assert not found.settled[0]


# --- one draw and many ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("family", TREES, ids=lambda family: family.__name__)
def test_a_draw_alone_or_in_a_batch(family: Callable[[int, bool], Tree], small: bool) -> None:
    given = stacked([build(family(seed, small)).at({}) for seed in range(80)])
    together = iterate(given)
    for column in range(len(given)):
        assert same(iterate(given.take(np.array([column]))), 0, together, column)


def test_the_order_of_draws() -> None:
    given = stacked([FAMILIES["two_sided"](seed).at({}) for seed in range(150)])
    order = np.random.default_rng(6).permutation(len(given))
    plain, shuffled = iterate(given), iterate(given.take(order))
    assert all(same(plain, int(column), shuffled, place) for place, column in enumerate(order))


def crowd(rng: np.random.Generator, types: int) -> Tree:
    """Many types send a message or stay out; the receiver does not see which. Its two replies tie before play."""
    weights = rng.integers(1, 9, size=types).tolist()
    up = [Fraction(int(tenths), 10) for tenths in rng.integers(0, 10, size=types)]
    down = list(up)
    for _ in range(6):  # moves that leave the expectation as it is
        one, other = rng.choice(types, 2, replace=False).tolist()
        moved = Fraction(int(rng.integers(1, 9)), 10)
        down[one] += moved / weights[one]
        down[other] -= moved / weights[other]
    branches = {}
    for number in range(types):
        mine = [Fraction(int(tenths), 10) for tenths in rng.integers(0, 10, size=2)]
        answers = {"u": (mine[0], up[number]), "d": (mine[1], down[number])}
        sender = ("s", f"s{number}", {"send": ("r", "R", answers), "out": (Fraction(1, 2), 0)})
        branches[f"t{number}"] = (Fraction(weights[number], sum(weights)), sender)
    return ("chance", branches)


@pytest.mark.parametrize(
    "types",
    [7, 12],
)
def test_a_draw_with_a_large_information_set_alone_or_in_a_batch(types: int) -> None:
    rng = np.random.default_rng(162)
    given = stacked([build(crowd(rng, types)).at({}) for _ in range(100)])
    together = iterate(given)
    assert all(same(iterate(given.take(np.array([column]))), 0, together, column) for column in range(len(given)))


def test_units_of_payoffs_do_not_matter() -> None:
    """All payoffs times a power of two: the same numbers after division, so the same answer bit for bit."""
    given = stacked([FAMILIES["deterrence"](seed).at({}) for seed in range(60)])
    large = Batch(given.game, given.draws, given.values, given.chance, given.payoffs * 2.0**40)
    plain, scaled = iterate(given), iterate(large)
    assert all(same(plain, column, scaled, column) for column in range(len(given)))


# --- what is left alone ---------------------------------------------------------------------------------------------


def test_draws_without_a_branch_of_chance_are_left() -> None:
    given = stacked([FAMILIES["signalling"](seed).at({}) for seed in range(20)])
    settled = iterate(given).settled
    chance = given.chance.copy()
    first = given.game.children(0)
    chance[first.start, ::2], chance[first.start + 1, ::2] = 0.0, 1.0
    found = iterate(Batch(given.game, given.draws, given.values, chance, given.payoffs))
    assert not found.settled[::2].any()
    np.testing.assert_array_equal(found.settled[1::2], settled[1::2])


def test_no_draws() -> None:
    given = stacked([FAMILIES["signalling"](0).at({})]).take(np.empty(0, dtype=np.int64))
    found = iterate(given)
    assert found.settled.shape == (0,)


@pytest.mark.parametrize("size", [128, 200])
def test_many_options(size: int) -> None:
    """An .efg file may have any number of options."""
    payoffs = [*range(size - 1), size]
    assert iterate(stacked([build(options(payoffs), ("a", "b")).at({})])).choice[0, 0] == size - 1


# --- library games --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", catalogue.names())
def test_what_settles_in_library_games_holds(name: str) -> None:
    model = open_model(catalogue.path(name))
    given = batch(model.game, draw(model.scenario, "sobol", 5, 0, 64), 64)
    found = iterate(given)
    behaviour, columns = found.behaviour(model.game), np.flatnonzero(found.settled)
    part = given.take(columns)
    assert verify_batch(part, behaviour[:, columns], found.exponents[:, columns]).holds.all()
    for column in columns[:2].tolist():
        assert judged(given.at(column), behaviour[:, column], found.exponents[:, column]).holds
