"""The page on graphs is true: its files are read, and its commands print what it shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import standoff
from standoff.cli import main
from standoff.graph.analyse import analyse
from standoff.scenario.load import loads

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "graph.md").read_text(encoding="utf-8")
FILES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
CONSOLE = re.findall(r"^```console\n\$ (.*?)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("text", FILES, ids=range(len(FILES)))
def test_its_files_are_read(text):
    assert len(FILES) >= 2
    assert analyse(loads(text)).model.states


def test_elmira_on_the_page_is_the_example():
    assert FILES[0] == (ROOT / "examples" / "graph" / "elmira.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("command", "shown"), CONSOLE, ids=range(len(CONSOLE)))
def test_its_commands_print_what_it_shows(command, shown, monkeypatch, capsys):
    """Pieces between lines ``...`` follow each other in the output, in this order."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "92")
    assert main(shlex.split(command)[1:]) == 0
    printed, place = capsys.readouterr().out, 0
    for piece in shown.split("...\n"):
        found = printed.find(piece, place)
        assert found >= 0, f"`{command}` does not print, or not in this order:\n{piece}"
        place = found + len(piece)


def test_what_the_page_says_of_the_worked_example():
    answer = standoff.graph(ROOT / "examples" / "consent" / "scenario.yaml", draws=1024).to_dict()
    end = answer["comparison"]["ends"][0]
    assert (end["state"], end["share"]) == ("consent_first/refuse/aid/hold", 1.0)
    assert end["notions"] == ["GMR", "SMR", "SEQ", "SSEQ"]
    assert answer["equilibria"]["R"] == []
    shares = answer["draws"]["equilibrium"]["SSEQ"]
    bought = "no_veto/grant_for_concession/accept/force/hold"
    assert max(shares, key=shares.get) == bought
    assert (round(shares[bought], 2), round(shares[end["state"]], 2)) == (0.95, 0.25)
    assert bought in answer["comparison"]["graph_only"]["SSEQ"]
    assert list(end["gains"]) == ["coalition"]
    payoffs = {state["id"]: state["payoffs"]["ukraine"] for state in answer["states"]}
    assert payoffs["no_veto/grant_for_concession/reject/aid/hold"] > payoffs[bought]
    labels = {state["id"]: state["label"] for state in answer["states"]}
    assert "resumed_war" in {labels[state] for state in answer["comparison"]["graph_only"]["SSEQ"]}
