"""Jobs for worker processes, which must be able to import them."""

from __future__ import annotations

import os

from standoff.errors import Mark, Problem, ScenarioError
from unit.study import made_up

MODEL = made_up.model()
LARGE = 1 << 17  # draws of which an answer does not fit into a pipe


def job(start, size=10):
    return made_up.chunk(MODEL, 5, "random", 1_000_000, start, size)


def large(start):
    return job(start, LARGE)


def failing(start):
    if start == 30:
        raise ValueError(f"no answer at {start}")
    return job(start)


def refusing(start):
    raise ScenarioError(
        [Problem(Mark("a.yaml", 3, 4), "it is wrong", "put it right"), Problem(Mark(), "so is this", "")]
    )


def dying(start):
    if start == 30:
        os._exit(7)
    return job(start)
