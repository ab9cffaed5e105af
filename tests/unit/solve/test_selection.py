"""Selection where it is easily got wrong: small stakes, rare types, chance that is zero, folds, nothing to decide."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from families import FAMILIES, game_of
from standoff.errors import RequestError, UndefinedError
from standoff.game.model import from_scenario
from standoff.scenario.load import loads
from standoff.solve.limit import snapshot
from standoff.solve.logit import at_precision
from standoff.solve.quantal import quantal_system
from standoff.solve.solve import solve_numeric
from standoff.solve.verify import verify


def selected(game):
    return next(found for found in solve_numeric(game, "sequential").equilibria if found.selected)


@pytest.mark.parametrize("stakes", [Fraction(1, 10), Fraction(1, 100), Fraction(1, 10_000)])
def test_small_stakes_are_followed_to_their_end(stakes):
    """After `in` the two coordinate; (h, h) is worth a little more, risk-dominates, and is where the path goes."""
    cells = {"hh": Fraction(101, 100), "hl": 0, "lh": 0, "ll": 1}
    second = {first: ("p", 1, "two", [(s, ("t", [stakes * cells[first + s]] * 2)) for s in "hl"]) for first in "hl"}
    coordination = ("p", 0, "one", [(first, second[first]) for first in "hl"])
    game = game_of(("p", 0, "go", [("in", coordination), ("out", ("t", [-1, 0]))]), ["x", "y"])
    found = selected(game.at({}))
    assert found.assessment.behaviour.tolist() == [1, 0, 1, 0, 1, 0]


@pytest.mark.parametrize("rare", [Fraction(1, 10**4), Fraction(1, 10**8), Fraction(1, 10**11)])
def test_rare_types_are_solved(rare):
    """Both types send the cheap message; the reply is best against the common type, beliefs are the prior."""
    types = []
    for name, p, match in (("common", 1 - rare, "u"), ("rare", rare, "d")):
        replies = {
            m: [(r, ("t", [(m == "cheap") * 1, (r == match) * 1])) for r in ("u", "d")] for m in ("cheap", "dear")
        }
        types.append((name, p, ("p", 0, name, [(m, ("p", 1, f"after {m}", replies[m])) for m in ("cheap", "dear")])))
    found = selected(game_of(("c", types), ["sender", "receiver"]).at({}))
    game = found.numeric.game
    cheap = next(number for number, infoset in enumerate(game.infosets) if infoset.move == "after cheap")
    assert found.assessment.beliefs[game.members[cheap]].tolist() == pytest.approx([float(1 - rare), float(rare)])
    assert found.assessment.behaviour[game.options(cheap)].tolist() == [1, 0]


ZERO = """
standoff: 1
title: A type that cannot be
actors: {s: Sender, r: Receiver}
parameters: {a: 0.2, b: 0.7, c: 0.1}
moves:
  type: {actor: nature, options: {one: a, two: b, three: c, never: rest}, seen_by: [s]}
  send: {actor: s, options: [quiet, loud]}
  reply: {actor: r, when: send.loud, options: [u, d]}
payoffs:
  s: send.quiet
  r: reply.u * (2 if type.never else -1)
outcomes: {u: reply.u, other: send.quiet or reply.d}
"""


def test_what_rounding_leaves_of_zero_is_no_type():
    """1 - 0.2 - 0.7 - 0.1 is 8e-17 in floats; nobody may believe in that type."""
    found = selected(from_scenario(loads(ZERO)).game.at({"a": 0.2, "b": 0.7, "c": 0.1}))
    void = [row for row in found.to_dict()["behaviour"] if row["void"]]
    assert [row["information"] for row in void] == [{"type": "never"}]
    (reply,) = (row for row in found.to_dict()["behaviour"] if row["move"] == "reply")
    assert reply["probabilities"] == {"u": 0.0, "d": 1.0}
    assert all("never" not in history for history in reply["beliefs"])


@pytest.mark.parametrize("precision", [float("inf"), float("nan"), 1e300, 0.0, -1.0])
def test_precisions_out_of_bounds_are_refused(precision):
    with pytest.raises(RequestError, match="out of bounds"):
        solve_numeric(FAMILIES["signalling"](1).at({}), "logit", precision=precision)


def test_payoffs_that_overflow_are_undefined():
    text = ZERO.replace(
        "  s: send.quiet", "  s: {x: 1e300 * 150000000 * send.quiet, y: 1e300 * 150000000 * send.quiet}"
    )
    with pytest.raises(UndefinedError, match="payoffs of s are too large"):
        from_scenario(loads(text)).game.at({"a": 0.2, "b": 0.7, "c": 0.1})


def test_a_mixed_profile_is_not_pure_and_three_actors_are_not_complete():
    """Matching pennies, and the same with a bystander who moves too."""
    cells = {"hh": [1, -1, 0], "ht": [-1, 1, 0], "th": [-1, 1, 0], "tt": [1, -1, 0]}
    second = {a: ("p", 1, "two", [(b, ("t", cells[a + b])) for b in "ht"]) for a in "ht"}
    pennies = ("p", 0, "one", [(a, second[a]) for a in "ht"])
    game = game_of(pennies, ["x", "y", "z"]).at({})
    found = selected(game)
    refused = verify(game, found.assessment, "pure")
    assert (refused.holds, refused.failed) == (False, "strategy")
    bystander = game_of(("p", 2, "three", [("go", pennies), ("stay", ("t", [0, 0, -1]))]), ["x", "y", "z"]).at({})
    answer = solve_numeric(bystander, "nash")
    assert (answer.equilibria, answer.complete) == ((), False)
    assert selected(bystander).certificate.holds


def test_a_snapshot_agrees_with_bayes():
    game = FAMILIES["deterrence"](4).at({})
    state = snapshot(quantal_system(game), at_precision(quantal_system(game), 3.0))
    for nodes in game.members:
        weight = game.game.path_sums(np.log(game.chance))[nodes] + np.log(state.likelihood[nodes])
        share = np.exp(weight - weight.max())
        np.testing.assert_allclose(state.beliefs[nodes], share / share.sum(), rtol=1e-9)
