"""The equations of many draws against those of single games, and against sums over endings one by one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from families import FAMILIES
from standoff.game.batch import Batch
from standoff.game.game import CHANCE, Floats, Game, NumericGame
from standoff.game.model import open_model
from standoff.game.play import play
from standoff.library.catalogue import path
from standoff.solve.odds import OddsSystem
from standoff.solve.path_equations import Equations, Unknowns, shape_of
from standoff.solve.quantal import quantal_system
from unit.solve.build import build
from unit.solve.random_trees import FAMILIES as TREES

DRAWS = 4
LIBRARY = ("beer_quiche", "seltens_horse", "three_party_extended_deterrence")


def perfect_information() -> Game:
    """Moves that are all seen: nothing is unknown but the precision."""
    late = {"stop": (2, 1), "go": (0, 3), "wait": (1, 1)}
    return build(("a", "A", {"in": ("b", "B", late), "out": (1, 0)}))


GAMES: dict[str, Callable[[], Game]] = {
    **{name: (lambda make=make: make(1)) for name, make in FAMILIES.items()},  # type: ignore[misc]
    **{f"{make.__name__} of trees": (lambda make=make: build(make(1))) for make in TREES},  # type: ignore[misc]
    **{name: (lambda name=name: open_model(path(name)).game) for name in LIBRARY},  # type: ignore[misc]
    "perfect information": perfect_information,
}


@cache
def game_of_name(name: str) -> Game:
    return GAMES[name]()


def numbers(game: Game, rng: np.random.Generator, draws: int = DRAWS) -> Batch:
    """Random payoffs and chance on the tree of a game; payoff ranges differ by draw and actor."""
    chance = np.ones((game.n_nodes, draws))
    for node in np.flatnonzero(game.kind == CHANCE).tolist():
        children = game.children(node)
        chance[children.start : children.stop] = rng.dirichlet(np.ones(len(children)), size=draws).T
    spread = 10.0 ** rng.uniform(-2, 2, size=(len(game.actors), draws))
    payoffs = rng.normal(size=(len(game.outcome), len(game.actors), draws)) * spread - 3.0
    return Batch(game, np.arange(draws), np.empty((0, draws)), chance, payoffs)


def single(given: Batch, column: int) -> NumericGame:
    payoffs = given.payoffs[..., column]
    return NumericGame(given.game, given.chance[:, column], payoffs, payoffs)


def profiles(equations: Equations, rng: np.random.Generator, draws: int, size: float = 2.0) -> Floats:
    """[row, draw] log probabilities of profiles that are `size` away from uniform play."""
    return equations.normalise(size * rng.normal(size=(equations.shape.rows, draws)))


def dense(unknowns: Unknowns, jacobian: Floats) -> Floats:
    """[draw, unknown, unknown]"""
    plan = unknowns.shape.elimination
    result = np.zeros((jacobian.shape[1], plan.size, plan.size))
    result[:, plan.rows, plan.columns] = jacobian.T
    return result


@pytest.mark.parametrize("size", [0.5, 3.0, 30.0])
@pytest.mark.parametrize("name", GAMES)
def test_equations_are_those_of_single_games(name: str, size: float) -> None:
    game, rng = game_of_name(name), np.random.default_rng(11)
    given = numbers(game, rng)
    equations = Equations.of(given)
    precision = np.array([0.3, 2.0, 9.0, 40.0])
    log_p = equations.fill(profiles(equations, rng, DRAWS, size), precision)
    unknowns = equations.unknowns(log_p)
    residual, jacobian, by_precision = equations.equations(log_p, unknowns, precision)
    matrices = dense(unknowns, jacobian)
    for column in range(DRAWS):
        odds = OddsSystem(quantal_system(single(given, column)))
        own, at = log_p[:, column], float(precision[column])
        reference = odds.reference(own)
        rows = odds.unknowns(reference)
        np.testing.assert_allclose(odds.fill(own, at), own, atol=1e-9)
        np.testing.assert_array_equal(equations.reference(log_p)[:, column], reference)
        np.testing.assert_array_equal(unknowns.rows[:, column], rows)
        expected = odds.equations(own, reference, rows, at)
        for found, known in zip(
            (residual[:, column], matrices[column], by_precision[:, column]), expected[:3], strict=True
        ):
            np.testing.assert_allclose(found, known, rtol=1e-8, atol=1e-9)
        moved = rng.normal(size=len(rows))
        raised = np.repeat(moved[:, None], DRAWS, axis=1)
        np.testing.assert_allclose(
            equations.direction(log_p, unknowns, raised)[:, column], odds.log_direction(own, rows, moved), atol=1e-10
        )
        again = equations.fill(equations.with_odds(log_p, unknowns, raised), precision)[:, column]
        np.testing.assert_allclose(again, odds.with_odds(own, rows, moved, at), atol=1e-9)


@pytest.mark.parametrize("name", GAMES)
def test_derivatives_are_differences(name: str) -> None:
    """Of the residual, explicit sets following: in each log-odds and in the logarithm of the precision."""
    game, rng = game_of_name(name), np.random.default_rng(12)
    equations = Equations.of(numbers(game, rng))
    precision = np.full(DRAWS, 3.0)
    log_p = equations.fill(profiles(equations, rng, DRAWS), precision)
    unknowns = equations.unknowns(log_p)
    here = unknowns.over(log_p)

    def residual(odds: Floats, log_precision: float) -> Floats:
        at = np.full(DRAWS, np.exp(log_precision))
        there = equations.fill(equations.with_odds(log_p, unknowns, odds), at)
        return equations.equations(there, unknowns, at)[0]

    _, jacobian, by_precision = equations.equations(log_p, unknowns, precision)
    matrices, tiny, level = dense(unknowns, jacobian), 1e-5, float(np.log(3.0))
    np.testing.assert_allclose(
        (residual(here, level + tiny) - residual(here, level - tiny)) / (2 * tiny), by_precision, atol=1e-6
    )
    for number in range(len(here)):
        bump = np.zeros_like(here)
        bump[number] = tiny
        change = (residual(here + bump, level) - residual(here - bump, level)) / (2 * tiny)
        np.testing.assert_allclose(change, matrices[:, :, number].T, atol=1e-6)


def brute_force(numeric: NumericGame, behaviour: Floats) -> Floats:
    """[slot] expected payoff given that the slot is played, ending by ending."""
    game, reach = numeric.game, play(numeric, behaviour).reach
    total, mass = np.zeros(game.n_slots), np.zeros(game.n_slots)
    for terminal in game.terminals.tolist():
        for node in game.path(terminal):
            slot = int(game.slot[node])
            if slot >= 0:
                actor = game.infosets[game.slot_infoset[slot]].actor
                total[slot] += reach[terminal] * numeric.payoffs[game.terminal[terminal], actor]
                mass[slot] += reach[terminal]
    return np.asarray(total / mass)


@pytest.mark.parametrize("name", GAMES)
def test_utilities_are_conditional_expectations(name: str) -> None:
    game, rng = game_of_name(name), np.random.default_rng(13)
    given = numbers(game, rng)
    equations, entries = Equations.of(given), shape_of(game).entries
    log_p = profiles(equations, rng, DRAWS, 0.7)
    reached = equations.reached(log_p)
    weights = equations.weights(log_p, reached, entries)
    np.testing.assert_allclose(entries.to_row @ weights, 1.0, rtol=1e-10)
    utilities = equations.utilities(weights, entries)
    for column in range(DRAWS):
        numeric, behaviour = single(given, column), np.exp(log_p[:, column])
        payoffs = numeric.payoffs
        spread = float((payoffs.max(axis=0) - payoffs.min(axis=0)).max())
        lowest = payoffs.min(axis=0)[shape_of(game).actor]
        expected = (brute_force(numeric, behaviour) - lowest) / spread
        np.testing.assert_allclose(utilities[:, column], expected, rtol=1e-8, atol=1e-9)
        reach = play(numeric, behaviour).reach
        through = [reach[nodes].sum() for nodes in game.members]
        np.testing.assert_allclose(np.exp(reached[:, column]), through, rtol=1e-9)


@pytest.mark.parametrize("name", GAMES)
def test_probabilities_of_a_set_sum_to_one(name: str) -> None:
    """Also where log probabilities are far beyond what floats can hold the exponentials of."""
    game, rng = game_of_name(name), np.random.default_rng(14)
    equations = Equations.of(numbers(game, rng))
    raw = rng.uniform(-1e4, 1e4, size=(game.n_slots, DRAWS))
    log_p = equations.normalise(raw)
    np.testing.assert_allclose(np.add.reduceat(np.exp(log_p), game.slot_start[:-1]), 1.0, rtol=1e-12)
    for number in range(len(game.infosets)):
        slots = game.options(number)
        np.testing.assert_allclose(np.diff(log_p[slots], axis=0), np.diff(raw[slots], axis=0), rtol=0, atol=1e-11 * 1e4)


@pytest.mark.parametrize("name", GAMES)
def test_draws_do_not_know_of_each_other(name: str) -> None:
    """Bit for bit: some columns, in another order and one of them twice, and all of them in two parts joined."""
    game, rng = game_of_name(name), np.random.default_rng(15)
    given = numbers(game, rng)
    equations, precision = Equations.of(given), np.array([0.5, 4.0, 20.0, 100.0])
    start = profiles(equations, rng, DRAWS)
    log_p = equations.fill(start.copy(), precision)
    unknowns = equations.unknowns(log_p)
    whole = equations.equations(log_p, unknowns, precision)
    chosen = np.array([3, 0, 0])
    small = Equations.of(given.take(chosen))
    part = small.fill(np.ascontiguousarray(start[:, chosen]), precision[chosen])
    np.testing.assert_array_equal(part, log_p[:, chosen])
    for own in (small, equations.take(chosen)):
        found = own.equations(part, unknowns.take(chosen), precision[chosen])
        for table, known in zip(found, whole, strict=True):
            np.testing.assert_array_equal(table, known[:, chosen])
    first, second = np.array([0, 1]), np.array([2, 3])
    joined = equations.take(first).join(equations.take(second))
    both = unknowns.take(first).join(unknowns.take(second))
    for table, known in zip(joined.equations(log_p, both, precision), whole, strict=True):
        np.testing.assert_array_equal(table, known)


def test_unknowns_are_overwritten_where_told() -> None:
    game, rng = game_of_name("two_sided"), np.random.default_rng(16)
    equations = Equations.of(numbers(game, rng))
    before = equations.unknowns(profiles(equations, rng, DRAWS))
    after = equations.unknowns(profiles(equations, rng, DRAWS))
    assert (before.against != after.against).any()
    kept = before.take(np.arange(DRAWS))
    kept.put(np.array([1, 3]), after.take(np.array([1, 3])))
    for table in ("rows", "against", "own", "rival"):
        mixed = getattr(kept, table)
        np.testing.assert_array_equal(mixed[:, [1, 3]], getattr(after, table)[:, [1, 3]])
        np.testing.assert_array_equal(mixed[:, [0, 2]], getattr(before, table)[:, [0, 2]])


def test_perfect_information_leaves_nothing_unknown() -> None:
    """Every set replies to those after it: the later move is a softmax of its payoffs in units of the range."""
    game = game_of_name("perfect information")
    numeric = game.at({})
    equations = Equations.of(Batch.of(numeric))
    log_p = equations.fill(equations.normalise(np.zeros((game.n_slots, 1))), np.array([6.0]))
    assert shape_of(game).elimination.size == 0
    last = np.exp(6.0 * np.array([1, 3, 1]) / 3)
    last /= last.sum()
    values = 6.0 * np.array([last @ [2, 0, 1], 1.0]) / 3
    first = np.exp(values) / np.exp(values).sum()
    np.testing.assert_allclose(np.exp(log_p[:, 0]), [*first, *last], rtol=1e-12)


def test_a_set_reached_with_next_to_no_probability_keeps_its_beliefs() -> None:
    """Probabilities of e**-2000 along the path: beliefs and values are as at any other set."""
    game, rng = game_of_name("signalling"), np.random.default_rng(17)
    given = numbers(game, rng)
    equations, entries = Equations.of(given), shape_of(game).entries
    raw = np.zeros((game.n_slots, DRAWS))
    sends = [slot for slot in range(game.n_slots) if game.infosets[game.slot_infoset[slot]].actor == 0]
    raw[sends[0]] = raw[sends[2]] = -2000.0
    log_p = equations.normalise(raw)
    found = equations.utilities(equations.weights(log_p, equations.reached(log_p), entries), entries)
    even = equations.normalise(np.zeros_like(raw))
    expected = equations.utilities(equations.weights(even, equations.reached(even), entries), entries)
    replies = [slot for slot in range(game.n_slots) if slot not in sends]
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[replies], expected[replies], rtol=1e-9)
