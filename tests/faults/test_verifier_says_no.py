"""Hundreds of false assessments, each one step away from a true one: all refused, and for the reason they are false."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest

from faults.verdicts import BREAKS, Verdict, edges, false_claims, known_claims, true_claims, under
from standoff.solve.verify import verify
from unit.solve import claims

FALSE = false_claims()


def judged(case: Verdict) -> str:
    certificate = verify(case.numeric, case.assessment, case.concept, **case.numbers)
    assert certificate.holds == (certificate.failed == "") == (certificate.reason == "")
    assert certificate.status == ("certified" if certificate.holds else "uncertified")
    assert case.about in certificate.reason
    return certificate.failed


def test_every_false_assessment_is_refused_for_its_own_reason() -> None:
    wrong = [(case.name, case.failed, got) for case in FALSE if (got := judged(case)) != case.failed]
    assert wrong == []


def test_the_edges_fall_on_the_right_side() -> None:
    wrong = [(case.name, case.failed, got) for case in edges() if (got := judged(case)) != case.failed]
    assert wrong == []


def test_what_is_broken_was_true() -> None:
    """A refusal says something only if the claim it started from holds."""
    for made in true_claims():
        assert verify(made.numeric, made.assessment(), "sequential").holds


def test_there_are_enough_of_each_kind() -> None:
    without_reference = [false for made in known_claims() for breaking in BREAKS for false in breaking(made)]
    assert len(without_reference) >= 200
    kinds = Counter(case.failed for case in FALSE)
    assert all(kinds[kind] >= 20 for kind in ("strategy", "beliefs", "W1", "W2", "W3", "gain")), kinds


def test_gains_of_a_millionth_are_found_on_and_off_the_path() -> None:
    """Among the cases with a gain of a millionth, some are where play goes and some where it never does."""
    places = Counter()
    for made in known_claims():
        now = made.exact()
        reached = {z for z in now.endings(0) if all(now.branch(int(made.game.parent[s]), s) for s in now.history(z))}
        numbers = {int(made.game.terminal[z]) for z in reached}
        for h in now.sets():
            places[bool(numbers & set(under(made.numeric, now.members(h))))] += 1
    assert places[True] >= 10
    assert places[False] >= 5
    assert sum("millionth" in case.name and case.failed == "gain" for case in FALSE) >= 20


@pytest.mark.skipif(not claims.REFERENCE.exists(), reason="the reference cases are not here")
@pytest.mark.parametrize(
    "name", ["udg-bluff-pub Steadfast", "udg-separating-pub Steadfast", "kydd-biased-pub babbling"]
)
def test_weak_perfect_bayesian_beliefs_need_a_witness_that_does_not_exist(name: str) -> None:
    """No witness with exponents 1 or 2 and coefficients 1, 2 or 5 on two options makes the listed beliefs hold."""
    made, listed = next(found for found in claims.reference_claims() if found[0].name.startswith(name))
    unused = [slot for slot, p in enumerate(made.behaviour) if p == 0]
    tried = made.changed(beliefs=listed)
    for first in unused:
        for second in unused:
            for factor in (2, 5):
                changed = tried.changed(
                    exponents={first: Fraction(1), second: Fraction(2)}, coefficients={first: Fraction(factor)}
                )
                certificate = verify(changed.numeric, changed.assessment(), "sequential")
                assert certificate.failed == "W2"
