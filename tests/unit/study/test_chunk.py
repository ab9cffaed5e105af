"""What becomes of draws whose paths lead nowhere: solved by themselves, or left with a named status."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

from families import FAMILIES
from standoff.game.batch import Batch
from standoff.game.model import Model
from standoff.solve.many_paths import Ends, Rung
from standoff.solve.path_limit import path_limit
from standoff.solve.pattern import Proposed
from standoff.solve.verify import verify
from standoff.study import chunk
from standoff.study.answers import CERTIFIED, TRACED, UNCERTIFIED

many_paths = import_module("standoff.solve.many_paths")  # `standoff.solve` is a function as well
MIXED = 0  # a seed of the family whose best replies go round in a circle


def nowhere(given: Batch, rungs: tuple[Rung, ...] = ()) -> tuple[Proposed, Ends]:
    """Paths of which none can be told."""
    return Proposed.nothing(given.game, len(given)), Ends.nothing(given.game, len(given))


@pytest.mark.parametrize("large", [False, True])
def test_a_draw_is_solved_by_itself_unless_the_game_is_large(monkeypatch: pytest.MonkeyPatch, large: bool) -> None:
    model = Model(FAMILIES["signalling"](MIXED))
    whole = chunk.answer_draws(model, {}, 1)
    assert whole.method.tolist() == [TRACED]
    monkeypatch.setattr(many_paths, "path_limits", nowhere)
    monkeypatch.setattr(chunk, "ALONE", model.game.n_slots - large)
    answers = chunk.answer_draws(model, {}, 1)
    assert answers.status.tolist() == [UNCERTIFIED if large else CERTIFIED]
    if large:
        assert np.isnan(answers.selected).all()
        return
    numeric = model.game.at({})
    limit = path_limit(numeric, lambda own: verify(numeric, own, "sequential").holds)
    assert limit.assessment is not None
    np.testing.assert_allclose(answers.selected, whole.selected, atol=1e-9)


def test_an_audit_that_finds_no_end_counts_as_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a game too large to be solved by itself: nothing is known, so nothing is confirmed."""
    model = Model(FAMILIES["signalling"](MIXED))
    every = chunk.Repeats(audit=1, branch=0)
    assert chunk.answer_draws(model, {}, 1, repeats=every).audit[0] < 1e-6
    found = many_paths.path_limits
    monkeypatch.setattr(many_paths, "path_limits", lambda given, rungs=(): nowhere(given) if rungs else found(given))
    monkeypatch.setattr(chunk, "ALONE", 0)
    answers = chunk.answer_draws(model, {}, 1, repeats=every)
    assert answers.status.tolist() == [CERTIFIED]
    assert answers.audit[0] > 0.02
