"""Reliance on scenarios where what falls, what flips and by how much is known by construction."""

from itertools import combinations

import numpy as np
import pytest

from standoff import api
from standoff.errors import InputError, RequestError
from standoff.findings.reliance import reliance
from unit.findings.rests_on import BAR, GOING, RAIN, SPEAKERS, WEIGHTS, written

DRAWS = 16


@pytest.fixture(scope="module")
def going(tmp_path_factory):
    supports = {claim: dict.fromkeys(speakers, "") for claim, speakers in SPEAKERS.items()}
    return written(tmp_path_factory.mktemp("going"), GOING, supports)


@pytest.fixture(scope="module")
def found(going):
    return reliance(going, drop="claim == A", draws=DRAWS, seed=3)


def stands(lost):
    """The weights that are left, by hand: a claim falls when nobody who says so is left."""
    return sum(WEIGHTS[claim.lower()] for claim, speakers in SPEAKERS.items() if set(speakers) - set(lost))


def test_the_smallest_flipping_sets_are_those_of_brute_force(found):
    every = {name for speakers in SPEAKERS.values() for name in speakers}
    flipping = [set(lost) for size in range(4) for lost in combinations(sorted(every), size) if stands(lost) < BAR]
    smallest = [lost for lost in flipping if len(lost) == min(map(len, flipping))]
    assert smallest == [{"one", "two"}]  # unique, and no single origin does it
    result = found.smallest
    assert result.exact
    assert [set(loss.origins) for loss in result.sets] == smallest
    (loss,) = result.sets
    assert loss.flips == ("outcome", "best")
    assert loss.firm
    assert set(loss.parameters) == {"a", "b", "c"}
    assert (found.base.outcome.first, loss.answer.outcome.first) == (("went",), ("stayed",))
    assert (found.base.best.first, loss.answer.best.first) == (("go",), ("stay",))


def test_adding_one_at_a_time_finds_it_too_and_says_how(going):
    result = reliance(going, draws=DRAWS, exact=0).smallest
    assert not result.exact
    assert [set(loss.origins) for loss in result.sets] == [{"one", "two"}]


def test_with_many_origins_it_is_greedy_and_says_so(tmp_path):
    """Fourteen of equal weight, of which twelve are needed: any three flip it, and no two."""
    names = [f"v{n}" for n in range(14)]
    lines = [f'  {n}: {{range: "uniform(0.99, 1.01)", claims: [C_{n}], without: "uniform(0, 0.02)"}}' for n in names]
    scenario = GOING[: GOING.index("  a:")] + "\n".join(lines) + "\n" + GOING[GOING.index("  bare:") :]
    scenario = scenario.replace("(a + b + c + 0.4 * d - 1.6)", f"({' + '.join(names)} - 11.5)")
    model = written(tmp_path, scenario, {f"C_{n}": {f"speaker_{n}": ""} for n in names})
    result = reliance(model, draws=4).smallest
    assert not result.exact
    (loss,) = result.sets
    assert len(loss.origins) == 3
    assert 14 + 13 + 12 <= result.tried <= 14 + 13 + 12 + 3


def test_leaving_one_origin_out(found):
    assert {loss.origins[0]: (loss.claims, loss.parameters) for loss in found.left_out} == {
        "one": (("A",), ("a",)),  # B still stands by what two says
        "two": (("C",), ("c",)),
        "three": (("D",), ("d",)),
    }
    for loss in found.left_out:
        assert loss.flips == ()
        assert loss.distance == 0.0
        expected = (stands(loss.origins) - BAR) / 10  # ranges are centred on 1 and on 0
        assert loss.answer.best.means["go"] == pytest.approx(expected, abs=0.1)


def test_what_is_dropped_and_what_is_never_supported(found, going):
    assert (found.dropped.claims, found.dropped.parameters) == (("A",), ("a",))
    nothing = reliance(going, drop="unnamed", draws=DRAWS, search=False)
    assert (nothing.dropped.claims, nothing.dropped.parameters, nothing.dropped.moved) == ((), (), 0.0)
    assert nothing.smallest is None
    assert found.coverage.without == ("bare",)
    assert set(found.coverage.one_origin) == {"a", "c", "d"}


def test_the_answer_as_it_stands_is_that_of_a_study(found, going):
    study = api.run(going, draws=DRAWS, seed=3, workers=1)
    means = dict(zip(study.outcomes, study.selected.mean(axis=0).tolist(), strict=True))
    assert found.base.outcome.means == means


def test_everything_is_reproduced(found, going):
    assert reliance(going, drop="claim == A", draws=DRAWS, seed=3).to_dict() == found.to_dict()


def test_common_random_numbers_leave_no_noise_in_a_shift(tmp_path):
    model = written(tmp_path, RAIN, {"R": {"unnamed": ", channel: private"}})
    result = reliance(model, draws=64, search=False)
    assert result.dropped.claims == ("R",)
    wet, dry = result.dropped.outcomes
    assert wet.difference == pytest.approx(0.4, abs=1e-12)  # the range moves by 0.4, and each draw with it
    assert (wet.low, wet.high) == (pytest.approx(0.4, abs=1e-12), pytest.approx(0.4, abs=1e-12))
    assert dry.difference == pytest.approx(-0.4, abs=1e-12)
    assert wet.a == pytest.approx(0.3, abs=0.01)
    assert result.dropped.distance == pytest.approx(0.4, abs=1e-12)
    assert result.dropped.moved == 1.0
    assert result.dropped.flips == ("outcome",)
    assert result.base.best is None


def test_the_interval_is_that_of_paired_differences(tmp_path):
    scenario = RAIN.replace("uniform(0.6, 0.8)", "uniform(0.2, 0.8)")
    model = written(tmp_path, scenario, {"R": {"unnamed": ""}})
    wet = reliance(model, draws=64, search=False).dropped.outcomes[0]
    before = api.run(model, draws=64, seed=1, workers=1).selected[:, 0]
    change = (0.2 + (before - 0.2) * 3) - before  # the same quantile of a range three times as wide
    half = 1.959964 * change.std(ddof=1) / np.sqrt(64)
    assert (wet.low, wet.high) == (pytest.approx(change.mean() - half), pytest.approx(change.mean() + half))


def test_a_fixed_value_widens_and_leaves_other_draws_alone(tmp_path):
    scenario = RAIN.replace('range: "uniform(0.2, 0.4)"', "value: 0.3").replace(
        "payoffs: {p: n.in}", "payoffs: {p: n.in * x}"
    )
    scenario = scenario.replace("parameters:\n", 'parameters:\n  x: {range: "uniform(1, 2)"}\n')
    model = written(tmp_path, scenario, {"R": {"unnamed": ""}})
    result = reliance(model, draws=256, search=False)
    assert result.base.outcome.means["wet"] == pytest.approx(0.3, abs=1e-12)
    assert result.dropped.answer.outcome.means["wet"] == pytest.approx(0.7, abs=0.01)


def test_probabilities_that_fail_without_the_claims_are_an_error(tmp_path):
    scenario = RAIN.replace("{wet: rain, dry: rest}", "{wet: 2 * rain, dry: rest}")
    model = written(tmp_path, scenario, {"R": {"unnamed": ""}})
    with pytest.raises(InputError, match="`sky`"):
        reliance(model, draws=4)


def test_structure_that_rests_on_claims_is_named_and_kept(tmp_path):
    scenario = RAIN.replace("options: [in, out]}", "options: {in: {claims: [R]}, out: {}}, claims: [R]}")
    model = written(tmp_path, scenario, {"R": {"unnamed": ""}})
    assert reliance(model, draws=4, search=False).dropped.structure == ("move n", "option n.in")


def test_requests_that_cannot_be_met(going, tmp_path):
    with pytest.raises(RequestError, match="is not known in a condition"):
        reliance(going, drop="dubious", draws=4)
    with pytest.raises(RequestError, match="names no ledger"):
        reliance(api.load("library:consent_deployment"), draws=4)
    with pytest.raises(RequestError, match="0 draws tell nothing"):
        reliance(going, draws=0)
