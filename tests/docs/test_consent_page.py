"""The page of the worked example is true: what it says of its blocks, and what its command prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from standoff import api
from standoff.cli import main
from standoff.cli.output import number, percent

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "examples" / "consent" / "scenario.yaml"
PAGE = (FILE.parent / "README.md").read_text(encoding="utf-8")


def test_its_command_prints_what_it_shows(monkeypatch, capsys):
    """Pieces between lines ``...`` follow each other in the output, in this order."""
    ((command, shown),) = re.findall(r"^```console\n\$ (.*?)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "92")
    assert main(shlex.split(command)[1:]) == 0
    printed, place = capsys.readouterr().out, 0
    for piece in shown.split("...\n"):
        found = printed.find(piece, place)
        assert found >= 0, piece
        place = found + len(piece)


def test_what_it_says_of_unity_and_the_force():
    adopted = api.unity(FILE, draws=2048).report["options"]["force"]["adopted"]
    spread = f"{percent(adopted['mean'])} ({percent(adopted['q05'])} to {percent(adopted['q95'])})"
    assert f"| the members adopt the force | {percent(adopted['base'])} | {spread} |" in PAGE
    force = api.force(FILE, draws=2048)
    over = force.spread.outputs
    both = over["force.deployable"], over["force.without.us"]
    kept, without = (f"{own.mean:.1f} ({own.q05:.1f} to {own.q95:.1f})" for own in both)
    assert (
        f"| {number(force.report.deployed)} of 20 asked for | {kept} of {over['force.requirement'].mean:.1f} |" in PAGE
    )
    (us,) = (own.without for own in force.report.contributors if own.name == "us")
    assert f"| the same without American enablers | {us:.1f} | {without} |" in PAGE
    assert f"set the size of the force in {100 * force.spread.held_by['pools']:.0f} % of" in PAGE


def test_what_it_says_of_the_answer_with_all_of_the_force():
    def ends(**settings):
        found = api.solve(FILE, **settings)
        shares = found.first.play.outcomes.tolist()
        return {name for name, share in zip(found.game.outcomes, shares, strict=True) if share > 1e-9}

    assert ends() == {"aid_only"}
    assert ends(set={"force.ratio": 1}) == {"bought_deployment"}
