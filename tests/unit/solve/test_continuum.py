"""Continua whose ends are known by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from families import game_of
from standoff.solve.solve import solve_numeric


def selected(spec, actors):
    answer = solve_numeric(game_of(spec, actors).at({}), "sequential")
    return next(equilibrium for equilibrium in answer.equilibria if equilibrium.selected)


def test_a_tie_of_one_actor_leaves_everything_open():
    found = selected(("p", 0, "d", [("a", ("t", [1])), ("b", ("t", [1])), ("c", ("t", [0]))]), ["x"])
    assert found.intervals == {0: (0.0, 1.0), 1: (0.0, 1.0)}
    (row,) = found.to_dict()["behaviour"]
    assert row["intervals"] == {"a": [0.0, 1.0], "b": [0.0, 1.0]}


def test_a_strict_mixture_is_pinned_down():
    """Matching pennies, the second mover not seeing the first."""
    second = {first: [(s, ("t", [w, -w])) for s, w in (("h", a), ("t", -a))] for first, a in (("h", 1), ("t", -1))}
    found = selected(("p", 0, "one", [(f, ("p", 1, "two", second[f])) for f in ("h", "t")]), ["x", "y"])
    assert found.assessment.behaviour == pytest.approx([0.5] * 4)
    assert found.intervals == {}
    assert all(row["intervals"] is None for row in found.to_dict()["behaviour"])


def test_an_idle_reply_is_free_as_far_as_it_deters():
    """Out is worth 1.2, in is worth 2 q, where y plays u with probability q and does not care: q <= 0.6 keeps x out."""
    reply = [("u", ("t", [2, 0])), ("d", ("t", [0, 0]))]
    game = game_of(("p", 0, "go", [("out", ("t", [1, 1])), ("in", ("p", 1, "reply", reply))]), ["x", "y"]).at({})
    tilt = np.array([[0.2, 0.0], [0.0, 0.0], [0.0, 0.0]])  # x's payoff from staying out, so that the path keeps it out
    tilted = replace(game, payoffs=game.payoffs + tilt)
    answer = solve_numeric(tilted, "sequential")
    found = next(equilibrium for equilibrium in answer.equilibria if equilibrium.selected)
    low, high = found.intervals[2]
    assert low == 0.0
    assert high == pytest.approx(0.6, abs=1e-3)  # 2 q <= 1.2
