"""The generated kernel of iterated best replies: bit for bit what the arrays give, and what the closed forms say.

The tests of `test_iterate` are run once more with every game compiled, however few its draws. What is common to both
ways, giving up draws whose profiles recur, is compared with passes that go on to the end.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from families import FAMILIES
from standoff.game.batch import Batch, batch
from standoff.game.game import Choices, Game
from standoff.game.model import open_model
from standoff.library import catalogue
from standoff.solve import iterate_kernel, iterate_rows, straight_line
from standoff.solve.iterate import (
    PASSES,
    SAME,
    STEPS,
    TIE,
    TIES,
    Iterated,
    _pass,
    _replies_to_uniform_play,
    iterate,
    iterate_arrays,
)
from standoff.solve.replies import numbers_of, plan_of
from standoff.study.sample import draw
from unit.solve.batches import stacked
from unit.solve.build import Tree, build
from unit.solve.random_trees import FAMILIES as TREES
from unit.solve.test_iterate import (  # noqa: F401
    crowd,
    test_a_draw_alone_or_in_a_batch,
    test_a_draw_with_a_large_information_set_alone_or_in_a_batch,
    test_a_tie_off_the_path_costs_least,
    test_a_tie_where_play_gets_to_is_left_open,
    test_coordination_goes_by_the_last_movers_reply_to_uniform_play,
    test_draws_without_a_branch_of_chance_are_left,
    test_many_options,
    test_matching_pennies_never_settle,
    test_no_draws,
    test_one_decision,
    test_start_profiles,
    test_the_order_of_draws,
    test_units_of_payoffs_do_not_matter,
    test_what_is_settled_stays,
)

CONSENT = Path(__file__).resolve().parents[3] / "examples" / "consent" / "scenario.yaml"
DRAWS = 400
module = sys.modules[iterate.__module__]


@pytest.fixture(autouse=True)
def _compile_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DRAWS", 0)


def assert_equal(found: Iterated, expected: Iterated) -> None:
    """Bit for bit; what is not settled has no exponents."""
    np.testing.assert_array_equal(found.settled, expected.settled)
    np.testing.assert_array_equal(found.choice, expected.choice)
    np.testing.assert_array_equal(found.exponents[:, found.settled], expected.exponents[:, found.settled])
    assert (found.choice.dtype, found.exponents.dtype) == (expected.choice.dtype, expected.exponents.dtype)


def random_numbers(game: Game, draws: int, seed: int, levels: int = 0) -> Batch:
    """A game at random chances and payoffs, these of few levels where `levels` is given."""
    rng = np.random.default_rng(seed)
    chance = np.ones((game.n_nodes, draws))
    for node in np.flatnonzero(game.kind == 1).tolist():
        children = game.children(node)
        shares = rng.uniform(size=(len(children), draws))
        chance[children.start : children.stop] = shares / shares.sum(axis=0)
    shape = (len(game.terminals), len(game.actors), draws)
    payoffs = rng.integers(0, levels, size=shape).astype(float) if levels else rng.normal(size=shape)
    return Batch(game, np.arange(draws), np.empty((0, draws)), chance, payoffs)


def random_start(game: Game, draws: int, seed: int) -> Choices:
    options = [len(own.options) for own in game.infosets]
    return (
        np.random.default_rng(seed).integers(0, np.array(options)[:, None], size=(len(options), draws)).astype(np.int16)
    )


# --- bit for bit ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("levels", [0, 2, 4])
@pytest.mark.parametrize("family", FAMILIES)
def test_families(family: str, levels: int) -> None:
    given = random_numbers(FAMILIES[family](0), DRAWS, 11, levels)
    assert_equal(iterate(given), iterate_arrays(given))
    start = random_start(given.game, DRAWS, 12)
    assert_equal(iterate(given, start), iterate_arrays(given, start))
    assert_equal(iterate(given, start[:, 0]), iterate_arrays(given, np.repeat(start[:, :1], DRAWS, axis=1)))


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("family", TREES, ids=lambda family: family.__name__)
def test_random_trees(family: Callable[[int, bool], Tree], small: bool) -> None:
    given = stacked([build(family(seed, small)).at({}) for seed in range(DRAWS)])
    assert_equal(iterate(given), iterate_arrays(given))


@pytest.mark.parametrize("noise", [1e-13, 3e-12, 1e-10, 1e-8])
@pytest.mark.parametrize("options", [2, 3])
def test_options_that_nearly_tie(options: int, noise: float) -> None:
    """Differences below and above what counts as the same, and as a tie."""
    given = random_numbers(build(three_ways(options, 2), ("s", "r")), DRAWS, 28, 2)
    payoffs = given.payoffs + noise * np.random.default_rng(29).normal(size=given.payoffs.shape)
    close = Batch(given.game, given.draws, given.values, given.chance, payoffs)
    assert_equal(iterate(close), iterate_arrays(close))
    start = random_start(given.game, DRAWS, 30)
    assert_equal(iterate(close, start), iterate_arrays(close, start))


def three_ways(options: int, types: int) -> Tree:
    """Types with some messages, an answer to each and a last word of the sender, all of `options` options."""
    ends = {f"e{number}": (number, 1) for number in range(options)}

    def branch(kind: int) -> Tree:
        answers = {
            f"m{m}": ("r", f"r{m}", {f"a{a}": ("s", f"l{kind}{m}{a}", ends) for a in range(options)})
            for m in range(options)
        }
        return ("s", f"s{kind}", answers)

    return ("chance", {f"t{kind}": (Fraction(1, types), branch(kind)) for kind in range(types)})


@pytest.mark.parametrize(
    ("options", "types", "levels"), [(1, 2, 0), (3, 1, 0), (3, 2, 3), (4, 2, 0), (3, 3, 0), (2, 4, 2)]
)
def test_many_options_and_members(options: int, types: int, levels: int) -> None:
    given = random_numbers(build(three_ways(options, types), ("s", "r")), DRAWS, 13, levels)
    assert_equal(iterate(given), iterate_arrays(given))
    start = random_start(given.game, DRAWS, 14)
    assert_equal(iterate(given, start), iterate_arrays(given, start))


@pytest.mark.parametrize("types", [3, 7])
def test_large_information_sets(types: int) -> None:
    rng = np.random.default_rng(15)
    given = stacked([build(crowd(rng, types)).at({}) for _ in range(DRAWS)])
    assert_equal(iterate(given), iterate_arrays(given))


@pytest.mark.parametrize("name", catalogue.names())
def test_library_games(name: str) -> None:
    model = open_model(catalogue.path(name))
    if model.game.n_nodes > 400:
        pytest.skip("takes seconds to compile")
    given = batch(model.game, draw(model.scenario, "sobol", 5, 0, 128), 128)
    assert_equal(iterate(given), iterate_arrays(given))
    start = random_start(given.game, len(given), 16)
    assert_equal(iterate(given, start), iterate_arrays(given, start))


def test_the_worked_example(monkeypatch: pytest.MonkeyPatch) -> None:
    model = open_model(CONSENT)
    given = batch(model.game, draw(model.scenario, "sobol", 6, 0, 700), 700)
    expected = iterate_arrays(given)
    assert_equal(iterate(given), expected)
    start = random_start(given.game, len(given), 17)
    assert_equal(iterate(given, start), iterate_arrays(given, start))
    for least, most in ((7, 100), (600, 600)):
        monkeypatch.setattr(iterate_rows, "NUMBERS", 0)
        monkeypatch.setattr(iterate_rows, "LEAST", least)
        monkeypatch.setattr(iterate_rows, "MOST", most)
        assert_equal(iterate(given), expected)


@pytest.mark.parametrize("size", [1, 3, 64])
def test_blocks_of_any_size(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    given = random_numbers(FAMILIES["signalling"](0), 300, 18)
    monkeypatch.setattr(iterate_rows, "LEAST", size)
    monkeypatch.setattr(iterate_rows, "MOST", size)
    assert_equal(iterate(given), iterate_arrays(given))


def test_draws_without_a_branch_of_chance() -> None:
    """They are left to the arrays; a product of chances may also come to zero without any of them being zero."""
    given = random_numbers(FAMILIES["deterrence"](0), DRAWS, 19)
    chance = given.chance.copy()
    chance[1, ::3] = 0.0
    some = Batch(given.game, given.draws, given.values, chance, given.payoffs)
    found, start = iterate(some), random_start(given.game, DRAWS, 20)
    assert not found.settled[::3].any()
    assert_equal(found, iterate_arrays(some))
    assert_equal(iterate(some, start), iterate_arrays(some, start))
    tree: Tree = ("s", "S", {"in": ("r", "R", {"u": (1, 1), "d": (0, 0)}), "out": (0, 1)})
    for _ in range(2):
        tree = ("chance", {"a": ("1/2", tree), "b": ("1/2", tree)})
    twice = random_numbers(build(tree, ("s", "r")), DRAWS, 21)
    tiny = Batch(
        twice.game, twice.draws, twice.values, np.where(twice.chance < 0.3, 1e-170, twice.chance), twice.payoffs
    )
    assert_equal(iterate(tiny), iterate_arrays(tiny))


def test_rows_that_are_not_contiguous() -> None:
    given = random_numbers(FAMILIES["two_sided"](0), DRAWS, 22)
    turned = Batch(
        given.game, given.draws, given.values, np.asfortranarray(given.chance), np.asfortranarray(given.payoffs)
    )
    assert_equal(iterate(turned), iterate(given))


def test_a_game_that_is_too_large_and_few_draws_are_for_the_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    game = FAMILIES["signalling"](0)
    monkeypatch.setattr(module, "_kernel", lambda game: pytest.fail("compiled"))
    monkeypatch.setattr(module, "NODES", game.n_nodes - 1)
    iterate(random_numbers(game, DRAWS, 23))
    monkeypatch.setattr(module, "NODES", game.n_nodes)
    monkeypatch.setattr(module, "DRAWS", DRAWS / game.n_nodes)
    for _ in range(2):
        iterate(random_numbers(game, DRAWS - 1, 24))
    with pytest.raises(pytest.fail.Exception, match="compiled"):
        iterate(random_numbers(game, DRAWS, 25))


# --- draws that are given up ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_a_draw_that_is_given_up_would_never_settle(family: str) -> None:
    """All passes, for all draws: those whose last pass changes nothing are those that settle, or tie."""
    given = random_numbers(FAMILIES[family](0), 4 * DRAWS, 26)
    game, plan, numbers = given.game, plan_of(given.game), numbers_of(given)
    current = _replies_to_uniform_play(game, plan, numbers)
    for _ in range(PASSES):
        before, (current, _, tie) = current, _pass(game, plan, numbers, current)
    settled = (before == current).all(axis=0) & ~tie
    assert 0 < settled.sum() < len(given)
    for found in (iterate(given), iterate_arrays(given)):
        np.testing.assert_array_equal(found.settled, settled)
        np.testing.assert_array_equal(found.choice[:, settled], current[:, settled])


# --- what is compiled -------------------------------------------------------------------------------------------------


def test_no_text_of_the_game_is_in_the_code() -> None:
    tree = ("__import__('os')", "eval", {"exec": (1, 0), "v1 = 0": (0, 1)})
    kernel = iterate_kernel.kernel_of(
        build(tree, ("__import__('os')", "b")), iterate_kernel.Constants(TIE, SAME, STEPS, TIES)
    )
    functions = {*straight_line.FUNCTIONS, *straight_line.TESTS, "where", "copyto", "count_nonzero"}
    for code in (kernel.prepare, kernel.opening, kernel.passing, kernel.closing):
        inner = code.function.__code__
        own = {"rows", "floats", "bools", "results"}
        assert all(name in own or (name[0] in "fibo" and name[1:].isdigit()) for name in inner.co_varnames)
        assert all(name in functions or (name[0] == "c" and name[1:].isdigit()) for name in inner.co_names)
        assert {constant for constant in inner.co_consts if isinstance(constant, str)} <= {"out", "where"}
        assert code.function.__globals__["__builtins__"] == {}


def test_lines_against_their_meaning() -> None:
    """Random code on three draws, evaluated line by line beside it; guarded lines and rows that are written over."""
    rng = np.random.default_rng(27)
    for _ in range(200):
        lines = straight_line.Lines()
        given = [lines.row(), lines.row(), lines.row(straight_line.BOOL)]
        values = [rng.integers(-3, 4, size=3).astype(float), rng.normal(size=3), rng.random(3) < rng.choice([0, 0.5])]
        floats, bools = dict(zip(given[:2], values[:2], strict=True)), {given[2]: values[2]}
        for _ in range(int(rng.integers(1, 25))):
            one, other = (list(floats)[int(rng.integers(len(floats)))] for _ in range(2))
            guard = list(bools)[int(rng.integers(len(bools)))]
            kind = int(rng.integers(6))
            if kind == 0:
                floats[lines.do("add", one, other)] = floats[one] + floats[other]
            elif kind == 1:
                floats[lines.do("maximum", one, 0.5)] = np.maximum(floats[one], 0.5)
            elif kind == 2:
                bools[lines.do("greater", one, other)] = floats[one] > floats[other]
            elif kind == 3 and one != other:
                floats[lines.either(guard, one, other)] = np.where(bools[guard], floats[one], floats[other])
            elif kind == 4:
                changed = lines.fresh("multiply", one, 2.0)
                lines.put(changed, -1.0, guard, guard)
                floats[changed] = np.where(bools[guard], -1.0, floats[one] * 2)
            else:
                changed = lines.fresh("subtract", one, other)
                lines.overwrite(changed, "rint", changed)
                floats[changed] = np.rint(floats[one] - floats[other])
        results = [*rng.permutation(len(floats))[:3].tolist()]
        wanted = [list(floats)[number] for number in results] + [list(bools)[-1], list(floats)[results[0]], 4.0]
        code = straight_line.compiled(lines, given, wanted)
        found = [np.empty(3, dtype=bool if isinstance(row, tuple) and row in bools else float) for row in wanted]
        code([value.copy() for value in values], straight_line.Memory.of([code], 3), found)
        for row, own in zip(wanted, found, strict=True):
            np.testing.assert_array_equal(own, bools.get(row, floats.get(row, 4.0)))


def test_a_line_of_earlier_rows_alone_is_recorded_there() -> None:
    earlier = straight_line.Lines()
    one, other = earlier.row(), earlier.row()
    later = straight_line.Lines(before=earlier)
    own = later.row()
    total = later.do("add", later.take(one), later.take(other))
    later.do("add", total, own)
    assert [line.function for line in earlier.lines] == ["add"]
    assert [line.operands for line in later.lines] == [(total, own)]
    earlier.closed = True
    later.do("subtract", later.take(one), later.take(other))
    assert len(earlier.lines) == 1
    assert later.do("add", later.take(one), later.take(other)) == total
