"""`standoff findings`: a study whose answer is known in closed form, and studies in which something is missing.

In `deterrence` (see conftest) the challenger demands exactly where p_firm < 1/3, whatever else is uncertain.
"""

from __future__ import annotations

import json

import pytest

SECTIONS = (
    "sensitivity",
    "discovery",
    "partition",
    "information",
    "options",
    "rules",
    "levers",
    "baselines",
    "variants",
)
IDLE = '  idle: {about: Changes nothing, range: "uniform(0, 1)"}\n'
MORE = """\
variants:
  firm: {set: {p_firm: 0.9}}
"""


@pytest.fixture
def uncertain(deterrence):
    """One parameter that decides everything and is a lever, one that nothing depends on, and a variant."""
    text = deterrence.read_text(encoding="utf-8")
    bound = 'range: "uniform(0, 1)", lever: defender, claims: [C1], without: "uniform(0, 1)"}\n'
    text = text.replace('range: "uniform(0, 1)"}\n', bound + IDLE)
    text = text.replace("    territory: -prize * reply.yield\n", "    territory: -prize * reply.yield + 0 * idle\n")
    deterrence.write_text(text + MORE, encoding="utf-8")
    return deterrence


def study(standoff, file, folder, draws=256, *arguments):
    status, _, _ = standoff("run", file, "--draws", draws, "--workers", "1", "--out", folder, *arguments)
    assert status in (0, 1)
    return folder


def said(standoff, folder, *arguments):
    status, out, err = standoff("findings", folder, "--json", *arguments)
    assert (status, err) == (0, "")
    return json.loads(out)


def test_every_section_says_what_the_closed_form_says(standoff, uncertain, tmp_path):
    found = said(standoff, study(standoff, uncertain, tmp_path / "s"))
    assert set(SECTIONS) < set(found)
    drivers = found["sensitivity"]["status_quo"]["drivers"]
    assert [driver["name"] for driver in drivers] == ["p_firm", "idle"]
    assert drivers[0]["first"]["distinguishable"]
    assert not drivers[1]["first"]["distinguishable"]
    (limit,) = found["discovery"]["status_quo"]["restrictions"]
    assert (limit["name"], limit["high"]) == ("p_firm", None)
    assert limit["low"] == pytest.approx(1 / 3, abs=0.02)
    assert found["partition"]["status_quo"]["leaves"][0]["density"] == 1
    # bound to challenge the challenger gets 1 - 3 p, bound to hold 0; free, the larger: 1/6 on average
    options = found["options"]["options"]
    assert options["challenge"]["payoff"]["mean"] == pytest.approx(-0.5, abs=0.02)
    assert options["hold"]["payoff"]["mean"] == 0
    assert found["options"]["free"]["mean"] == pytest.approx(1 / 6, abs=0.01)
    assert found["information"]["perfect"] == pytest.approx(1 / 6, abs=0.01)
    assert found["information"]["worths"][0]["name"] == "p_firm"
    (claim,) = found["information"]["claims"]
    assert (claim["claim"], claim["parameters"]) == ("C1", ["p_firm"])
    # hold is best by every rule: worst -2 against 0, regret 2 against 1, best in a third of draws against two thirds
    assert found["rules"]["agreed"] == ["hold"]
    flips = {lever["target"]: lever for lever in found["levers"]["levers"]}
    assert flips["option"]["up"]["at"] == pytest.approx(1 / 3, abs=1e-3)
    assert set(found["baselines"]["distances"]) == {"uniform", "one level"}
    base, firm = found["variants"]["variants"]
    assert firm["outcomes"]["status_quo"]["mean"] == 1
    assert base["draws"] == 64


def test_the_text_fits_80_columns_and_names_every_section(standoff, uncertain, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    folder = study(standoff, uncertain, tmp_path / "s")
    status, out, _ = standoff("findings", folder)
    assert status == 0
    assert max(map(len, out.splitlines())) <= 80
    headings = (
        "What drives status_quo",
        "Where status_quo comes about",
        "Options of demand",
        "What decision rules say",
        "What would flip",
        "What to find out first",
        "Beside simpler answers",
        "Variants side by side",
    )
    places = [out.index(heading) for heading in headings]
    assert places == sorted(places)
    assert "By claim, at least: C1" in out


def test_an_outcome_can_be_asked_for(standoff, uncertain, tmp_path):
    folder = study(standoff, uncertain, tmp_path / "s", 64)
    assert list(said(standoff, folder, "--outcome", "war")["sensitivity"]) == ["war"]
    status, out, err = standoff("findings", folder, "--outcome", "wra")
    assert (status, out) == (2, "")
    assert "there is no outcome `wra`; did you mean `war`?" in err


def test_settings_of_the_study_hold_in_everything_solved_anew(standoff, uncertain, tmp_path):
    """Held at 0.2 the challenger always comes, also in the options and in the variants."""
    found = said(standoff, study(standoff, uncertain, tmp_path / "s", 64, "--set", "p_firm=0.2"))
    assert found["options"]["options"]["challenge"]["payoff"]["mean"] == pytest.approx(0.4)
    assert "sensitivity" in found
    for variant in found["variants"]["variants"]:  # the setting goes before what the variant sets
        assert variant["outcomes"]["war"]["mean"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        (("decision: demand\n", ""), {"options": "names no decision", "information": "names no decision"}),
        (('range: "uniform(0, 1)"}', "value: 0.3}"), {"sensitivity": "no parameter of the scenario has a range"}),
        (("", ""), {"levers": "no parameter of the scenario is a lever", "variants": "has no variants"}),
    ],
)
def test_what_is_missing_says_why_and_what_to_do(standoff, deterrence, tmp_path, change, missing):
    text = deterrence.read_text(encoding="utf-8").replace(", base: 0.3", "") if "value" in change[1] else None
    text = text or deterrence.read_text(encoding="utf-8")
    deterrence.write_text(text.replace(*change), encoding="utf-8")
    folder = study(standoff, deterrence, tmp_path / "s", 60)
    found = said(standoff, folder)
    printed = " ".join(standoff("findings", folder)[1].split())
    for section, why in missing.items():
        assert why in found[section]["missing"]
        assert found[section]["remedy"]
        assert found[section]["remedy"].split(",")[0] in printed


def test_few_draws_are_said_to_be_too_few(standoff, uncertain, tmp_path):
    folder = study(standoff, uncertain, tmp_path / "s", 8)
    found = said(standoff, folder)
    assert "fewer than 50" in found["sensitivity"]["missing"]
    assert "at least 50 are needed" in found["information"]["statement"]
    assert found["options"]["draws"] == 8


def test_a_study_in_which_nothing_is_certified_still_has_findings(standoff, deterrence, tmp_path):
    """A payoff that is not a number at any draw: nothing can be solved, and every section says so."""
    text = deterrence.read_text(encoding="utf-8")
    deterrence.write_text(
        text.replace("    war: -cost * reply.resist", "    war: -cost * reply.resist * log(0 - p_firm)")
    )
    folder = study(standoff, deterrence, tmp_path / "s", 8)
    status, out, _ = standoff("findings", folder)
    assert status == 1
    assert "0 of 8 draws are certified" in " ".join(out.split())
    status, out, _ = standoff("findings", folder, "--json")
    assert (status, json.loads(out)["certified"]) == (1, 0.0)
