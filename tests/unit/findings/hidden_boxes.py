"""Draws in which the conditions of an outcome are known, because they were put there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from standoff.game.game import Floats

CASES = ("box in 12 dimensions", "two of 6 add up", "mean, 5 dimensions")  # those in the fixture of trajectories
BOX = {2: (0.6, 1.0), 7: (0.0, 0.45), 9: (0.3, 1.0)}


def hidden_box(draws: int, seed: int, wrong: float = 0.05) -> tuple[Floats, Floats]:
    """``x[draw, 12]`` uniform and y, 1 inside BOX; a share `wrong` of the draws has the other value."""
    rng = np.random.default_rng(seed)
    x = rng.random((draws, 12))
    inside = np.ones(draws, dtype=bool)
    for number, (low, high) in BOX.items():
        inside &= (x[:, number] >= low) & (x[:, number] <= high)
    return x, np.where(rng.random(draws) < wrong, ~inside, inside).astype(float)


def cases() -> Iterator[tuple[str, Floats, Floats]]:
    """Name, x and z of each case of the comparison of trajectories, and a larger one."""
    yield CASES[0], *hidden_box(2000, 11)
    rng = np.random.default_rng(12)
    x = rng.random((1000, 6))
    yield CASES[1], x, (x[:, 0] + x[:, 3] + 0.2 * rng.random(1000) > 1.4).astype(float)
    x = rng.random((1500, 5))
    yield CASES[2], x, x[:, 1] * np.sqrt(x[:, 4]) * (0.5 + 0.5 * rng.random(1500))
    yield "larger box in 12 dimensions", *hidden_box(20_000, 13)
