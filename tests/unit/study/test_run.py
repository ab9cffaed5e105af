"""Studies against closed forms, and against themselves on other numbers of workers."""

from __future__ import annotations

import numpy as np
import pytest

from families import signalling
from standoff.errors import RequestError, ScenarioError
from standoff.game.model import Model, from_scenario
from standoff.library import catalogue
from standoff.scenario.load import load_scenario, loads
from standoff.study.chunk import CHUNK, Repeats
from standoff.study.run import run
from standoff.study.sample import draw

ONE_DECISION = """
standoff: 1
title: One decision
actors: {a: A}
parameters:
  x: {range: uniform(0, 1)}
  cut: 0.3
moves:
  act: {actor: a, options: [go, stay]}
payoffs:
  a: x * act.go + cut * act.stay
outcomes: {gone: act.go, stayed: act.stay}
decision: act
"""

SIGNAL = """
standoff: 1
title: Entry deterrence with types
actors: {e: Entrant, i: Incumbent}
parameters:
  p: {kind: probability, range: uniform(0, 1)}
  loss: {range: uniform(0.5, 2)}
moves:
  type: {actor: nature, options: {tough: p, weak: rest}, seen_by: [i]}
  enter: {actor: e, options: [enter, out]}
  reply: {actor: i, when: enter.enter, options: [fight, yield]}
payoffs:
  e: reply.yield - loss * reply.fight
  i: 2 * enter.out + reply.fight * (1 if type.tough else -1)
outcomes: {fought: reply.fight, shared: reply.yield, kept: enter.out}
decision: enter
"""


def model(text: str) -> Model:
    return from_scenario(loads(text))


def test_the_share_of_a_choice_is_the_share_of_draws_that_favour_it():
    study = run(model(ONE_DECISION), draws=512, seed=3, workers=1)
    assert study.certified.all()
    go = study.parameters["x"] > 0.3
    np.testing.assert_array_equal(study.selected[:, 0], go)
    np.testing.assert_array_equal(study.decision, np.column_stack([go, ~go]))
    assert go.mean() == pytest.approx(0.7, abs=1 / 256)  # scrambled Sobol' points fill the interval evenly


def test_each_draw_has_the_equilibrium_of_the_closed_form():
    """The entrant stays out exactly where p * loss exceeds 1 - p (tough fights, weak yields)."""
    study = run(model(SIGNAL), draws=256, seed=1, workers=1)
    p, loss = study.parameters["p"], study.parameters["loss"]
    out = p * loss > 1 - p
    assert study.certified.all()
    np.testing.assert_allclose(study.selected, np.column_stack([~out * p, ~out * (1 - p), out]), atol=1e-9)
    audited = np.flatnonzero(np.isfinite(study.audit))
    assert audited.tolist() == np.flatnonzero(Repeats.of(256).audited(np.arange(256))).tolist()
    assert audited.size
    assert np.max(study.audit[audited]) < 1e-9
    followed = np.flatnonzero(np.isfinite(study.branch))
    assert followed.tolist() == np.flatnonzero(Repeats.of(256).followed(np.arange(256))).tolist()
    assert np.max(study.branch[followed], initial=0.0) < 1e-9


def test_results_do_not_depend_on_workers_and_do_on_the_seed():
    game = from_scenario(load_scenario(catalogue.path("unilateral_deterrence")))
    alone, two = (run(game, draws=CHUNK + 300, seed=5, workers=workers) for workers in (1, 2))
    for name in ("selected", "low", "high", "decision", "gain", "audit", "branch"):
        assert getattr(alone, name).tobytes() == getattr(two, name).tobytes()
    assert (alone.status, alone.method) == (two.status, two.method)
    other = run(game, draws=10, seed=6, workers=1)
    assert any(other.parameters[name].tobytes() != values[:10].tobytes() for name, values in alone.parameters.items())


def test_a_draw_without_a_number_is_undefined_and_the_others_are_not():
    text = ONE_DECISION.replace("x * act.go", "log(x - 0.5) * act.go").replace("range: uniform(0, 1)", RANGE)
    study = run(model(text), draws=256, seed=2, workers=1)
    undefined = np.array([status == "undefined" for status in study.status])
    np.testing.assert_array_equal(undefined, study.parameters["x"] <= 0.5)
    assert undefined.any()
    assert np.isnan(study.selected[undefined]).all()
    assert study.certified[~undefined].all()


RANGE = "range: uniform(0.4, 1), base: 0.9"


def test_what_cannot_be_studied_is_refused():
    with pytest.raises(RequestError, match="no ranges"):
        run(Model(signalling(0)), draws=10)
    with pytest.raises(RequestError, match="at least one draw"):
        run(model(ONE_DECISION), draws=0)
    with pytest.raises(RequestError, match="no sampler is called `halton`"):
        run(model(ONE_DECISION), draws=10, sampler="halton", workers=1)


def test_contradicting_correlations_are_an_error_at_their_place():
    text = ONE_DECISION.replace("  cut: 0.3", "  y: {range: uniform(0, 1)}\n  z: {range: uniform(0, 1)}\n  cut: 0.3")
    text += "correlate:\n  - [x, y, 0.95]\n  - [y, z, 0.95]\n  - [x, z, -0.95]\n"
    with pytest.raises(ScenarioError, match="contradict each other"):
        draw(loads(text), "sobol", 0, 0, 10)
