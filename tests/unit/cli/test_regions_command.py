import csv
import json
import os
from pathlib import Path

import pytest

from standoff import api
from standoff.cli import regions as command

AXES = ("--x", "p_firm", "--y", "cost:1.25:3.65")


def test_a_map_in_letters(standoff, deterrence, monkeypatch):
    """Challenge below p = prize / (prize + cost), hold above: two letters, and the condition by which they part."""
    monkeypatch.setenv("COLUMNS", "60")
    status, out, _ = standoff("map", deterrence, *AXES, "--resolution", 10)
    assert status == 0
    assert all(len(line) <= 60 for line in out.splitlines())
    picture = [line.split("|")[1] for line in out.splitlines() if line.count("|") == 2]
    assert len(picture) == 10
    letters = {row[0] for row in picture}, {row[-1] for row in picture}
    assert all(len(own) == 1 for own in letters)
    for place, row in enumerate(reversed(picture)):
        cost = 1.25 + 2.4 * (place + 0.5) / 10
        challenged = sum((column + 0.5) / 10 < 1 / (1 + cost) for column in range(10))
        others = row.replace("*", "")
        assert abs(others.count(row[0]) - challenged) <= ("*" in row)
    assert "p_firm <= prize / (cost + prize)" in " ".join(out.split())
    assert "100 decided by derived conditions, exactly" in out


def test_json_is_one_object(standoff, deterrence):
    status, out, _ = standoff("map", deterrence, *AXES, "--resolution", 4, "--set", "prize=1.1", "--json")
    told = json.loads(out)
    assert status == 0
    assert told["parameters"] == {"prize": 1.1}
    assert [axis["name"] for axis in told["axes"]] == ["p_firm", "cost"]
    assert len(told["grid"]) == 4


def test_files_are_written(standoff, deterrence, tmp_path):
    chart, sheet = tmp_path / "map.svg", tmp_path / "map.csv"
    status, _, talk = standoff("map", deterrence, *AXES, "--resolution", 4, "--svg", chart, "--csv", sheet)
    assert status == 0
    assert chart.read_text(encoding="utf-8").startswith("<svg")
    assert len(list(csv.reader(sheet.read_text(encoding="utf-8").splitlines()))) == 17
    assert f"wrote {chart}" in talk
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deterrence.yaml", "map.csv", "map.svg"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--x", "p_frim", "--y", "cost:0:1"), "did you mean `p_firm`"),
        (("--x", "p_firm:0.5", "--y", "cost:0:1"), "not of the form"),
        (("--x", "p_firm:1:0", "--y", "cost:0:1"), "smaller number first"),
        (("--x", "p_firm", "--y", "cost"), "say where it runs: cost:LOW:HIGH"),
        (("--x", "p_firm"), "--y"),
        ((*AXES, "--resolution", "401"), "from 2 to 400"),
        ((*AXES, "--seconds", "0"), "seconds"),
        ((*AXES, "--method", "guess"), "no method"),
        ((*AXES, "--set", "cost=2"), "set to a value as well"),
        ((*AXES, "--svg", "nowhere/map.svg"), "a folder that exists"),
        ((*AXES, "--svg", "same.out", "--csv", "same.out"), "two different files"),
    ],
)
def test_mistakes_are_input_errors(standoff, deterrence, monkeypatch, tmp_path, arguments, said):
    monkeypatch.chdir(tmp_path)
    status, out, talk = standoff("map", deterrence, *arguments)
    assert status == 2
    assert said in talk
    assert out == ""


def test_the_scenario_is_not_overwritten(standoff, deterrence):
    before = deterrence.read_text(encoding="utf-8")
    status, _, _ = standoff("map", deterrence, *AXES, "--csv", deterrence)
    assert status == 2
    assert deterrence.read_text(encoding="utf-8") == before


def test_an_interrupt_leaves_no_half_written_file(standoff, deterrence, tmp_path, monkeypatch):
    target = tmp_path / "map.csv"
    target.write_text("before", encoding="utf-8")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    status, _, talk = standoff("map", deterrence, *AXES, "--resolution", 3, "--csv", target)
    assert status == 130
    assert "interrupted" in talk
    assert target.read_text(encoding="utf-8") == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deterrence.yaml", "map.csv"]


def test_what_time_cuts_off_is_said(standoff, deterrence):
    status, out, _ = standoff("map", deterrence, *AXES, "--method", "enumeration", "--seconds", "0.000001")
    assert status == 1
    assert "1,600 missing" in out
    assert "ime ran out" in out


def test_a_label_cannot_steer_the_terminal(deterrence):
    found = api.regions(deterrence, across=("p_firm", ("cost", "0.6", 3)), resolution=3)
    assert "\x1b" not in command.map_text(found, 60)


def test_the_real_case_by_its_selected_equilibrium():
    case = Path(__file__).resolve().parents[3] / "examples" / "consent" / "scenario.yaml"
    found = api.regions(case, across=("p_resolved", "p_committed"), resolution=2, seconds=300)
    assert found.method == "selection"
    assert not found.complete
    assert (found.source == 4).all()
    assert all(entry.scope == "path" for entry in found.classes)
    text = command.map_text(found, 60)
    assert "only the selected equilibrium" in text
    assert all(len(line) <= 60 for line in text.splitlines())
