"""A batch is the game at every draw by itself: equal numbers, and the same draws undefined."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from standoff.errors import UndefinedError
from standoff.game.batch import Batch, batch
from standoff.game.game import Game, NumericGame
from standoff.game.model import Model, from_scenario, open_model
from standoff.library import catalogue
from standoff.scenario.load import loads
from standoff.study.sample import draw

DRAWS = 24
CASE = Path(__file__).parents[3] / "examples" / "consent" / "scenario.yaml"

RISKY = """
standoff: 1
title: Numbers that may fail
actors: {a: A, b: B}
parameters:
  p: {range: uniform(-2, 2)}
  q: {range: uniform(-2, 2)}
  x: {range: uniform(-2, 2)}
  big: {range: uniform(0, 1)}
moves:
  luck: {actor: nature, options: {one: p, two: q, three: rest}, seen_by: [a]}
  act: {actor: a, options: [go, stay]}
  reply: {actor: b, when: act.go, options: [yes, no]}
payoffs:
  a: {first: log(x) * act.go, second: big * reply.yes, third: big * luck.one}
  b: 1 / (x - 1) * reply.no
outcomes: {gone: act.go, stayed: act.stay}
"""

STATED = """
standoff: 1
title: Two odds
actors: {a: A}
parameters:
  p: {range: uniform(0, 1), base: 0.5}
  q: {range: uniform(0, 1), base: 0.5}
moves:
  luck: {actor: nature, options: {one: p, two: q}, seen_by: [a]}
  act: {actor: a, options: [go, stay]}
payoffs:
  a: act.go * luck.one
outcomes: {gone: act.go, stayed: act.stay}
"""


def alone(game: Game, values: dict[str, object], number: int) -> NumericGame | None:
    """The game at one draw, None where it is undefined."""
    row = {
        name: float(np.broadcast_to(value, (number + 1,) if np.size(value) == 1 else np.shape(value))[number])
        for name, value in values.items()
    }
    try:
        return game.at(row)
    except UndefinedError:
        return None


def assert_equal(found: Batch, game: Game, values: dict[str, object], draws: int) -> list[NumericGame]:
    """The batch holds what each draw by itself gives; the games of its draws."""
    games = [alone(game, values, number) for number in range(draws)]
    defined = [number for number, numeric in enumerate(games) if numeric is not None]
    assert found.draws.tolist() == defined
    assert len(found) == len(defined)
    assert found.chance.shape == (game.n_nodes, len(defined))
    assert found.payoffs.shape == (len(game.outcome), len(game.actors), len(defined))
    for column, number in enumerate(defined):
        numeric = games[number]
        scale = np.abs(numeric.terms).sum(axis=1).max(initial=1e-300)  # terms of both signs may cancel
        np.testing.assert_allclose(found.chance[:, column], numeric.chance, rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(found.chance[:, column] <= 0, numeric.chance <= 0)
        np.testing.assert_allclose(found.payoffs[..., column], numeric.payoffs, rtol=1e-12, atol=1e-12 * scale)
        assert found.pruned[column] == (not numeric.live.all())
    return [games[number] for number in defined]


def drawn(model: Model, draws: int) -> dict[str, object]:
    return dict(draw(model.scenario, "random", 11, 0, draws))


@pytest.mark.parametrize("name", [*catalogue.names(), "consent"])
def test_a_batch_is_every_draw_by_itself(name: str) -> None:
    model = open_model(CASE if name == "consent" else catalogue.path(name))
    values = drawn(model, DRAWS)
    found = batch(model.game, values, DRAWS)
    assert_equal(found, model.game, values, DRAWS)
    again = batch(model.game, {key: np.broadcast_to(value, DRAWS)[:1] for key, value in values.items()}, 1)
    assert len(again) == 1
    np.testing.assert_allclose(again.payoffs[..., 0], found.payoffs[..., 0], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(again.chance[:, 0], found.chance[:, 0], rtol=1e-12, atol=1e-12)


def risky(rows: list[tuple[float, float, float, float]]) -> tuple[Game, dict[str, object]]:
    table = np.array(rows, dtype=float).reshape(-1, 4)
    return from_scenario(loads(RISKY)).game, dict(zip("pqx", table.T[:3], strict=True)) | {"big": table[:, 3]}


UNDEFINED = {
    "a logarithm of less than nothing": (0.5, 0.25, -1.0, 0.0),
    "a logarithm of nothing": (0.5, 0.25, 0.0, 0.0),
    "a division by nothing": (0.5, 0.25, 1.0, 0.0),
    "a negative probability": (-0.5, 0.25, 0.5, 0.0),
    "what is left is negative": (0.75, 0.5, 0.5, 0.0),
    "a probability above one": (1.5, -0.5, 0.5, 0.0),
    "a payoff whose double is infinite": (0.5, 0.25, 0.5, 6e307),
    "a sum that is infinite": (0.5, 0.25, 0.5, 1.7e308),
    "no number": (0.5, 0.25, float("nan"), 0.0),
    "an infinite parameter": (0.5, 0.25, 0.5, float("inf")),
}
DEFINED = {
    "ordinary": (0.5, 0.25, 0.5, 1.0),
    "certain": (1.0, 0.0, 0.5, 1.0),
    "nothing left": (0.75, 0.25, 0.5, 1.0),
    "nothing left but rounding": (0.7, 0.3, 0.5, 1.0),
    "next to nothing": (1e-12, 0.5, 0.5, 1.0),
    "a little more than next to nothing": (2e-12, 0.5, 0.5, 1.0),
    "rounded below nothing": (-1e-13, 0.5, 0.5, 1.0),
    "large": (0.5, 0.25, 0.5, 4e307),
}


@pytest.mark.parametrize("name", UNDEFINED)
def test_a_draw_that_is_undefined_is_left_out(name: str) -> None:
    game, values = risky([UNDEFINED[name], DEFINED["ordinary"]])
    found = batch(game, values, 2)
    assert found.draws.tolist() == [1]
    assert_equal(found, game, values, 2)


@pytest.mark.parametrize("name", DEFINED)
def test_a_draw_that_is_defined_is_kept(name: str) -> None:
    game, values = risky([DEFINED[name]])
    found = batch(game, values, 1)
    assert found.draws.tolist() == [0]
    (numeric,) = assert_equal(found, game, values, 1)
    assert bool(found.pruned[0]) == (0 in numeric.chance)


def test_the_draws_left_are_those_that_are_defined_alone() -> None:
    rng = np.random.default_rng(5)
    rows = [tuple(row) for row in rng.uniform(-0.3, 1.3, size=(400, 4))]
    game, values = risky([*UNDEFINED.values(), *rows, *DEFINED.values()])
    found = batch(game, values, len(values["p"]))
    games = assert_equal(found, game, values, len(values["p"]))
    assert 50 < len(games) < 350


@pytest.mark.parametrize(
    ("p", "q", "defined"),
    [
        (0.5, 0.5, True),
        (0.5, 0.5 + 5e-10, True),
        (0.5, 0.5 - 5e-10, True),
        (0.5, 0.5 + 2e-9, False),
        (0.5, 0.4, False),
        (1 + 5e-13, 0.0, True),
        (1 + 5e-10, 0.0, False),
        (1 + 5e-10, -5e-10, False),
        (1.0, -5e-13, True),
    ],
)
def test_probabilities_that_are_all_stated(p: float, q: float, defined: bool) -> None:
    game = from_scenario(loads(STATED)).game
    values = {"p": np.array([p, 0.25]), "q": np.array([q, 0.75])}
    found = batch(game, values, 2)
    assert found.draws.tolist() == ([0, 1] if defined else [1])
    assert_equal(found, game, values, 2)


def test_no_draw_is_defined() -> None:
    game, values = risky(list(UNDEFINED.values()))
    found = batch(game, values, len(UNDEFINED))
    assert len(found) == 0
    assert found.pruned.shape == (0,)


def test_a_number_for_all_draws() -> None:
    game, values = risky([(0.5, 0.25, x, 1.0) for x in (0.25, 0.5, 1.0, 1.5)])
    mixed = {**values, "p": 0.5, "q": np.float64(0.25), "big": 1}
    found = batch(game, mixed, 4)
    assert_equal(found, game, mixed, 4)
    assert found.draws.tolist() == [0, 1, 3]
    np.testing.assert_array_equal(found.payoffs, batch(game, values, 4).payoffs)


def test_only_numbers_for_all_draws() -> None:
    game, _ = risky([])
    found = batch(game, {"p": 0.5, "q": 0.25, "x": 0.5, "big": 2.0}, 3)
    assert found.draws.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(found.payoffs[..., 0], found.payoffs[..., 2])


def test_parts_of_a_batch() -> None:
    game, values = risky([DEFINED["ordinary"], UNDEFINED["no number"], DEFINED["certain"], DEFINED["large"]])
    found = batch(game, values, 4)
    part = found.take(np.array([2, 1]))
    assert part.draws.tolist() == [3, 2]
    np.testing.assert_array_equal(part.payoffs, found.payoffs[..., [2, 1]])
    np.testing.assert_array_equal(part.chance, found.chance[:, [2, 1]])
    np.testing.assert_array_equal(found.take(found.pruned).draws, [2])
    numeric = part.at(0)
    np.testing.assert_array_equal(numeric.payoffs, alone(game, values, 3).payoffs)


def test_one_game_as_a_batch() -> None:
    game, values = risky([DEFINED["certain"]])
    numeric = alone(game, values, 0)
    found = Batch.of(numeric)
    assert len(found) == 1
    assert found.pruned.tolist() == [True]
    np.testing.assert_array_equal(found.chance[:, 0], numeric.chance)
    np.testing.assert_array_equal(found.payoffs[..., 0], numeric.payoffs)
