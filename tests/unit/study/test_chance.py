"""Probabilities that fail somewhere in the ranges are found, with the move's place; others are left alone."""

from __future__ import annotations

import pytest

from standoff.game.model import from_scenario
from standoff.scenario.load import loads
from standoff.study.chance import chance_problems

TEXT = """standoff: 1
title: Weather
actors: {{a: A}}
parameters:
  p: {{range: {p}, base: 0.3}}
  q: {{range: {q}, base: 0.4}}
moves:
  sky:
    actor: nature
    options: {options}
    seen_by: []
  act: {{actor: a, options: [go, stay]}}
payoffs:
  a: act.go * sky.sun
"""


def problems(options: str, p: str = "uniform(0, 0.6)", q: str = "uniform(0, 0.4)"):
    return chance_problems(from_scenario(loads(TEXT.format(options=options, p=p, q=q))))


@pytest.mark.parametrize(
    ("options", "p", "phrase"),
    [
        ("{sun: p, rain: 1 - q}", "uniform(0.3, 0.4)", "sum to 0.9 at p = 0.3, q = 0.4"),
        ("{sun: p, rain: q, fog: rest}", "uniform(0, 0.9)", "include -0.3 at p = 0.9, q = 0.4"),
        ("{sun: p, rain: q, fog: rest}", "uniform(0, 0.601)", "include -0.001 at p = 0.601, q = 0.4"),
        ("{sun: 2 * p, rain: 1 - 2 * p}", "uniform(0, 0.6)", "include -0.2 at p = 0.6"),
        ("{sun: log(p), rain: 1 - log(p)}", "uniform(0.3, 0.4)", "include -1.20397 at p = 0.3"),
        ("{sun: p / (p - p), rain: rest}", "uniform(0.3, 0.4)", "are not numbers at p = 0.3"),
    ],
)
def test_a_fault_is_told_with_its_numbers(options, p, phrase):
    (problem,) = problems(options, p)
    assert phrase in problem.message
    assert (problem.mark.line, problem.mark.col) == (8, 3)
    assert problem.remedy


@pytest.mark.parametrize("options", ["{sun: p, rain: q, fog: rest}", "{sun: p, rain: 1 - p}", "{sun: 0.2, rain: 0.8}"])
def test_probabilities_that_always_hold_pass(options):
    assert problems(options) == []
