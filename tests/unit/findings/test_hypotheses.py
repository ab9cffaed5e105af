"""Statements against hypotheses, against Bayes' rule in exact fractions."""

import math
from fractions import Fraction

import pytest

from standoff import api
from standoff.errors import ScenarioError
from unit.findings.rests_on import RAIN, written

RATIOS = """\
hypotheses:
  sky:
    statements:
      S1: {wet: 3, dry: 1, reason: clouds}
      S2: {wet: 2, dry: 1, reason: wind}
      S3: {wet: 8, dry: 1, reason: wind again}
      S4: {wet: 1, dry: 1, reason: nothing}
"""
SAYERS = {"R": {"one": "", "unnamed x": "", "unnamed y": "", "two": ""}}


def table(tmp_path, ratios=RATIOS, supports=SAYERS, scenario=RAIN, **asked):
    (found,) = api.hypotheses(written(tmp_path, scenario, supports, extra=ratios), **asked).tables
    return found


def posterior(prior, *likelihoods):
    odds = Fraction(prior) / (1 - Fraction(prior)) * math.prod(map(Fraction, likelihoods))
    return float(odds / (1 + odds))


def test_the_posterior_counts_every_origin_once(tmp_path):
    found = table(tmp_path)
    assert found.prior == {"wet": pytest.approx(0.3), "dry": pytest.approx(0.7)}
    # x and y came unnamed through one paper: as one statement with ratio sqrt(2 * 8) = 4
    assert found.posterior["wet"] == pytest.approx(posterior("3/10", 3, 4, 1), abs=1e-12)
    assert math.fsum(found.posterior.values()) == pytest.approx(1)


def test_with_the_switch_every_speaker_counts(tmp_path):
    found = table(tmp_path, independent=True)
    assert found.posterior["wet"] == pytest.approx(posterior("3/10", 3, 2, 8, 1), abs=1e-12)


def test_two_statements_of_one_speaker_are_one_origin_all_the_same(tmp_path):
    supports = {"R": {"one": ""}, "Q": {"one": ""}}
    ratios = "hypotheses: {sky: {statements: {S1: {wet: 2, dry: 1, reason: r}, S2: {wet: 8, dry: 1, reason: r}}}}\n"
    scenario = RAIN.replace("claims: [R]", "claims: [R, Q]")
    found = table(tmp_path, ratios, supports, scenario, independent=True)
    assert found.posterior["wet"] == pytest.approx(posterior("3/10", 4), abs=1e-12)


def test_diagnosticity_and_order(tmp_path):
    found = table(tmp_path)
    assert [row.statement for row in found.rows] == ["S3", "S1", "S2", "S4"]
    assert [row.diagnosticity for row in found.rows] == pytest.approx([math.log10(8), math.log10(3), math.log10(2), 0])


def test_a_stated_prior_and_what_is_not_accepted(tmp_path):
    ratios = RATIOS.replace("    statements:", "    prior: {wet: 0.5, dry: 0.5}\n    statements:")
    supports = {"R": {**SAYERS["R"], "one": ", retracted: {by: himself}"}}
    found = table(tmp_path, ratios, supports)
    assert found.posterior["wet"] == pytest.approx(posterior("1/2", 4, 1), abs=1e-12)
    assert [row.statement for row in found.rows if not row.counts] == ["S1"]
    assert found.scenario == {"wet": pytest.approx(0.3), "dry": pytest.approx(0.7)}


def test_a_ratio_of_zero_rules_out(tmp_path):
    found = table(tmp_path, RATIOS.replace("wet: 3, dry: 1", "wet: 0, dry: 1"))
    assert found.posterior == {"wet": 0.0, "dry": 1.0}
    assert found.to_dict()["rows"][0]["diagnosticity"] is None
    both = RATIOS.replace("wet: 3, dry: 1", "wet: 0, dry: 1").replace("wet: 1, dry: 1", "wet: 1, dry: 0")
    gone = table(tmp_path, both)
    assert gone.posterior is None
    assert "rule out every hypothesis" in gone.why


def test_classes_have_no_prior_of_their_own(tmp_path):
    scenario = RAIN + "classes: {stays: {supports: {n: [in]}}, goes: {supports: {n: [out]}}}\n"
    ratios = "hypotheses: {classes: {statements: {S1: {stays: 2, goes: 1, reason: r}}}}\n"
    bare = table(tmp_path, ratios, SAYERS, scenario)
    assert (bare.prior, bare.posterior) == (None, None)
    stated = ratios.replace("classes: {st", "classes: {prior: {stays: 0.25, goes: 0.75}, st", 1)
    assert table(tmp_path, stated, SAYERS, scenario).posterior["stays"] == pytest.approx(posterior("1/4", 2))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  sky:", "  sku:", "`sku` is no chance move of the scenario; did you mean `sky`?"),
        ("wet: 3, dry: 1", "wet: 3, dri: 1", "there is no `dri`; did you mean `dry`?"),
        ("wet: 3, dry: 1", "wet: 3", "`S1` has no ratio for dry"),
    ],
)
def test_hypotheses_that_the_scenario_does_not_have(tmp_path, old, new, told):
    with pytest.raises(ScenarioError) as caught:
        table(tmp_path, RATIOS.replace(old, new))
    assert told in str(caught.value)
