"""The verifier against an exact checker written differently, on random games: gains, consistency, residuals."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standoff.solve.verify import Certificate, verify
from unit.solve import claims, exact_verifier
from unit.solve.build import build
from unit.solve.claims import Claim, claim

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check(made: Claim, concept: str = "sequential", **more: float) -> Certificate:
    return verify(made.numeric, made.assessment(), concept, **more)


@few
@given(seeds)
def test_gains_agree_with_exact_fractions(seed: int) -> None:
    rng = random.Random(seed)
    game = claims.random_game(rng)
    made = claims.random_claim(rng, game)
    if rng.random() < 0.5:  # beliefs that nothing supports: gains are measured all the same
        made = replace(made, beliefs=scattered(rng, made))
    certificate, now = check(made), made.exact()
    if not now.sets():
        return
    one_shot = exact_verifier.one_shot_gains(now, made.beliefs)
    onward = exact_verifier.continuation_gains(now, made.beliefs)
    assert certificate.gain == pytest.approx(float(max(one_shot.values())), rel=1e-12, abs=1e-14)
    assert certificate.continuation_gain == pytest.approx(float(max(onward.values())), rel=1e-12, abs=1e-14)
    if max(one_shot.values()) > 0:
        where = [own.name for own in game.infosets].index(certificate.where)
        assert float(one_shot[where]) == pytest.approx(certificate.gain, rel=1e-12)


def scattered(rng: random.Random, made: Claim) -> list[Fraction | None]:
    now = made.exact()
    held: list[Fraction | None] = [None] * made.game.n_nodes
    for h in now.sets():
        weights = {node: Fraction(rng.randint(1, 5)) for node in now.members(h)}
        for node, weight in weights.items():
            held[node] = weight / sum(weights.values())
    return held


@few
@given(seeds)
def test_consistency_agrees_with_exact_fractions(seed: int) -> None:
    """A consistent claim, and the same with one entry of one part changed."""
    rng = random.Random(seed)
    made = claims.random_claim(rng, claims.random_game(rng))
    assert check(made).consistent
    used = [slot for slot in range(made.game.n_slots) if made.numeric.members[made.game.slot_infoset[slot]].size]
    for part, value in (("exponents", Fraction(rng.randint(-1, 3))), ("coefficients", Fraction(rng.randint(1, 9), 2))):
        if used:
            false = made.changed(**{part: {rng.choice(used): value}})
            broken = exact_verifier.broken(false.exact(), false.beliefs, false.exponents, false.coefficients)
            certificate = check(false)
            assert certificate.consistent == (broken == "")
            assert not broken or certificate.failed == broken, certificate.reason
    moved = replace(made, beliefs=scattered(rng, made))
    broken = exact_verifier.broken(moved.exact(), moved.beliefs, moved.exponents, moved.coefficients)
    assert check(moved).consistent == (broken == "")
    assert not broken or check(moved).failed == broken


@few
@given(seeds)
def test_verdicts_agree_near_equilibria(seed: int) -> None:
    rng = random.Random(seed)
    made = claims.improved(claims.random_claim(rng, claims.random_game(rng)))
    gains = exact_verifier.one_shot_gains(made.exact(), made.beliefs)
    certificate = check(made)
    assert certificate.holds == (max(gains.values(), default=0) == 0), certificate.reason
    assert certificate.failed in ("", "gain")
    if certificate.holds:  # a sequential equilibrium is subgame perfect and Nash
        assert check(made, "subgame").holds
        assert check(made, "nash").holds


@few
@given(seeds)
def test_ex_ante_gains_agree_with_all_plans(seed: int) -> None:
    rng = random.Random(seed)
    made = claims.random_claim(rng, claims.random_game(rng, rng.choice([2, 3, 3, 4])))
    now, actors = made.exact(), range(3)
    nash = max(exact_verifier.best_reply_gain(now, 0, actor) for actor in actors)
    assert check(made, "nash").gain == pytest.approx(float(nash), rel=1e-12, abs=1e-14)
    roots = exact_verifier.subgame_roots(now)
    subgame = max((exact_verifier.best_reply_gain(now, root, actor) for root in roots for actor in actors), default=0)
    assert check(made, "subgame").gain == pytest.approx(float(subgame), rel=1e-12, abs=1e-14)


@few
@given(seeds, st.floats(0, 5))
def test_logit_residual_agrees_with_bayes_rule(seed: int, precision: float) -> None:
    rng = random.Random(seed)
    game = claims.random_game(rng)
    weights = [[Fraction(rng.randint(1, 9)) for _ in own.options] for own in game.infosets]
    made = claim(
        "mixed",
        game,
        {
            own.name: dict(zip(own.options, [w / sum(ws) for w in ws], strict=True))
            for own, ws in zip(game.infosets, weights, strict=True)
        },
    )
    certificate = check(made, "logit", precision=precision)
    expected = exact_verifier.logit_residual(made.exact(), precision) if made.exact().sets() else 0.0
    assert certificate.gain == pytest.approx(expected, rel=1e-9, abs=1e-12)


@few
@given(seeds)
def test_recall_is_checked_and_not_believed(seed: int) -> None:
    """Two sets of one actor thrown together: whatever the game says of itself, the verifier sees the loss."""
    rng = random.Random(seed)
    second = {way: ("A", f"again{way}", {"l": (rng.randint(0, 3),), "r": (rng.randint(0, 3),)}) for way in "lr"}
    good = build(("A", "once", second))
    merged = build(("A", "once", {way: ("A", "again", tree[2]) for way, tree in second.items()}))
    assert check(claim("good", good, {"once": "l", "againl": "l", "againr": "l"})).failed in ("", "gain")
    lying = replace(merged, perfect_recall=True)
    assert check(claim("lying", lying, {"once": "l", "again": "l"})).failed == "concept"
    best = exact_verifier.best_reply_gain(claim("x", merged, {"once": "l", "again": "l"}).exact(), 0, 0)
    assert check(claim("x", merged, {"once": "l", "again": "l"}), "nash").gain == pytest.approx(float(best))
