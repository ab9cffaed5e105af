"""``reliance``, ``hypotheses`` and exports of a ledger, from the command line."""

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest

from unit.findings.rests_on import GOING, RAIN, SPEAKERS, written


@pytest.fixture
def folder(tmp_path):
    written(tmp_path, GOING, {claim: dict.fromkeys(speakers, "") for claim, speakers in SPEAKERS.items()})
    return tmp_path


def test_the_report_says_what_falls_and_what_flips(standoff, folder, monkeypatch):
    monkeypatch.setenv("COLUMNS", "90")
    status, out, _ = standoff("reliance", folder / "scenario.yaml", "--draws", "16", "--drop", "origins < 2")
    assert status == 0
    text = " ".join(out.split())
    assert out.index("on no evidence: bare") < out.index("Without claims for which `origins < 2` holds")
    assert "On their wider range: a, c, d." in text
    assert "It takes the loss of 2 origins to flip the answer (the smallest such set)." in text
    assert "Without one and two: the most likely ending is “stayed” instead of “went”" in text
    assert "the best option is “stay” instead of “go”" in text
    assert max(map(len, out.splitlines())) <= 90


def test_json_is_one_object_and_the_chart_a_file(standoff, folder):
    chart = folder / "loss.svg"
    status, out, _ = standoff("reliance", folder / "scenario.yaml", "--draws", "16", "--json", "--svg", chart)
    found = json.loads(out)
    assert status == 0
    assert json.loads(standoff("reliance", folder / "scenario.yaml", "--draws", "16", "--json", "--no-search")[1]) == {
        **found,
        "smallest": None,
    }
    assert (found["drop"], found["draws"], found["seed"]) == ("unnamed and origins < 2", 16, 1)
    assert found["smallest"]["sets"][0]["origins"] == ["one", "two"]
    assert ET.fromstring(chart.read_text()).tag.endswith("svg")


def test_a_condition_that_makes_no_sense_is_bad_input(standoff, folder):
    status, out, err = standoff("reliance", folder / "scenario.yaml", "--drop", "unamed")
    assert (status, out) == (2, "")
    assert err == "`unamed` is not known in a condition; did you mean `unnamed`?\n"
    status, out, _ = standoff("reliance", folder / "scenario.yaml", "--drop", "", "--json")
    assert status == 2
    assert json.loads(out)["errors"][0]["message"] == "the condition is empty"


def test_a_scenario_without_a_ledger_is_told_so(standoff, deterrence):
    for command in ("reliance", "hypotheses"):
        status, _, err = standoff(command, deterrence)
        assert status == 2
        assert "ledger" in err


def test_hypotheses(standoff, tmp_path):
    ratios = "hypotheses: {sky: {statements: {S1: {wet: 7, dry: 3, reason: clouds}}}}\n"
    written(tmp_path, RAIN, {"R": {"one": ""}}, extra=ratios)
    status, out, _ = standoff("hypotheses", tmp_path / "scenario.yaml")
    assert status == 0
    assert "prior      30 %  70 %" in out
    assert "posterior  50 %  50 %" in out  # 3 to 7 against 7 to 3
    assert "clouds" in out
    status, out, _ = standoff("hypotheses", tmp_path / "scenario.yaml", "--json")
    assert json.loads(out)["hypotheses"][0]["posterior"]["wet"] == pytest.approx(0.5)


def test_a_ledger_is_exported(standoff, folder):
    status, out, _ = standoff("export", folder / "ledger.yaml", "--to", "csv")
    assert status == 0
    assert len(list(csv.DictReader(io.StringIO(out)))) == 5
    status, out, _ = standoff("export", folder / "ledger.yaml", "--to", "jsonld")
    assert (status, json.loads(out)["@type"]) == (0, "so:Ledger")


def test_exports_that_cannot_be(standoff, folder):
    assert standoff("export", folder / "ledger.yaml", "--to", "csv", "--set", "a=1")[0] == 2
    status, _, err = standoff("export", folder / "scenario.yaml", "--to", "csv")
    assert status == 2
    assert "scenario.yaml:1:1: this is a scenario, not a ledger of evidence; give the file that" in err
    status, _, err = standoff("export", folder / "ledger.yaml", "--to", "jsonl")
    assert (status, err) == (2, "no format is called `jsonl`; did you mean `jsonld`?\n")
