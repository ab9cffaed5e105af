"""The sections on what the game takes for granted: the numbers of the commands, only where the file has the blocks."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from standoff import api
from standoff.brief.members import amount
from standoff.cli import main
from standoff.findings.reliance_words import points
from standoff.findings.words import share

KEYS = Path(__file__).resolve().parents[3] / "examples" / "decomposition" / "keys.yaml"
DRAWS = ["--draws", "32", "--seed", "5", "--json"]
SECTIONS = ("unity", "force", "absence", "order")
WAITING = """\
standoff: 1
title: Two who wait, and <b>one</b> who does not
actors: {side: Side, other: Other}
parameters: {w: 0.5}
moves:
  send: {actor: side, options: [go, stay]}
payoffs: {side: send.go, other: 0}
outcomes: {went: send.go, stayed: send.stay}
decision: send
coalition:
  move: send
  about: <i>made up</i>
  members:
    a: {label: "<script>A</script>", supports: {go: w}}
    b: {supports: {go: w}, joins_if: a}
    c: {supports: {go: 0.25}}
  rule: majority
"""


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("brief") / "out.html"
    api.brief(KEYS, out, draws=32, seed=5, workers=1)
    return out.read_text(encoding="utf-8")


def section(text: str, name: str) -> str:
    found = re.search(rf'<section id="{name}">.*?</section>', text, flags=re.DOTALL)
    assert found is not None, name
    return found.group()


def words(text: str, name: str) -> str:
    bare = re.sub(r"<svg.*?</svg>", "", section(text, name), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).replace("\u00a0", " ").split())


def told(capsys: pytest.CaptureFixture[str], command: str, *more: str) -> Any:
    assert main([command, str(KEYS), *more, *DRAWS]) == 0
    return json.loads(capsys.readouterr().out)


def test_unity_has_the_numbers_of_the_command(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = words(text, "unity")
    own = told(capsys, "unity")["options"]["force"]
    adopted = own["adopted"]
    assert f"with probability {share(adopted['base'])} at the base values" in page
    assert f"the mean over 32 draws is {share(adopted['mean'])}" in page
    assert f"{share(adopted['q05'])} to {share(adopted['q95'])} in nine draws of ten" in page
    assert own["vetoes"] == ["north", "south"]
    assert "north and south each have a veto." in page
    for name, entry in own["members"].items():
        cells = [share(entry[column]["mean"]) for column in ("willing", "joins", "pivotal", "blocks")]
        assert f"{name} {' '.join(cells)} {points(entry['defection']['mean'])} points" in page
    assert own["power"]["why_not"] in page  # all members have a veto, so power indices say nothing


def test_the_force_has_the_numbers_of_the_command(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = words(text, "force")
    found = told(capsys, "force")
    base, over = found["base"], found["over_draws"]
    deployed = over["outputs"]["force.deployable"]
    assert f"{amount(base['deployed'])} battalion can be kept deployed at the base values" in page
    assert f"the mean over 32 draws is {amount(deployed['mean'])}" in page
    assert f"enough for what is asked for in {share(over['enough'])} of draws" in page
    for line in base["contributors"]:
        lost = over["lost"][line["name"]]
        cells = [amount(line["sustained"]), amount(line["deployed"]), amount(line["without"]), "100 %"]
        assert f"takes part {' '.join(cells)} {amount(lost['mean'])} {amount(lost['q05'])} to" in page
    for name, own in over["outputs"].items():
        assert f"{name} {amount(own['mean'])} {amount(own['q05'])}" in page


def test_the_decomposition_has_the_numbers_of_the_command(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = words(text, "absence")
    (own,) = told(capsys, "decompose")["targets"].values()
    assert f"probability {share(own['base'])} as it stands, and {share(own['full'])} if every" in page
    assert sum(entry["shapley"] for entry in own["switches"].values()) == pytest.approx(own["change"])
    for entry in own["switches"].values():
        contributes = f"{points(entry['shapley'])} points {points(entry['low'])} to {points(entry['high'])}"
        assert f"{entry['label']} {contributes} {100 * entry['share']:.0f} %".replace("-", "−") in page
        assert f"{points(entry['first_in'])} points {points(entry['last_in'])} points" in page
    assert f"All of them {points(own['change'])} points 100 %" in page
    for entry in own["combinations"]:
        assert f"{share(entry['probability'])} {share(entry['low'])} to {share(entry['high'])}" in page
    assert "standoff decompose keys.yaml --draws 32 --seed 5" in page
    assert "standoff run keys.yaml --set force.ratio=1 --draws 32 --seed 5" in page


def test_the_graph_has_the_numbers_of_the_command(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = words(text, "order")
    found = told(capsys, "graph")
    assert f"{found['count']} states" in page
    for end in found["comparison"]["ends"]:
        assert f"with {share(end['share'])} in:" in page
        for notion, held in found["draws"]["equilibrium"].items():
            assert share(held[end["state"]]) in page, notion
    for notion, states in found["comparison"]["graph_only"].items():
        if states:
            assert re.search(rf"{notion}: the graph has ({len(states)}|one) stable state", page), notion
    for sentence in found["left_out"]:
        assert sentence in page


def test_the_gist_and_the_contents_lead_there(text: str) -> None:
    for name in SECTIONS:
        assert text.count(f'href="#{name}"') >= 1, name
    assert text.count('href="#absence"') == 2
    assert "Without an order of moves</dt>" in text
    assert "Why it stays away</dt>" in text


def test_a_file_with_one_block_has_its_section_and_texts_are_no_markup(tmp_path: Path) -> None:
    (tmp_path / "waiting.yaml").write_text(WAITING, encoding="utf-8")
    api.brief(tmp_path / "waiting.yaml", tmp_path / "out.html", draws=0)
    text = (tmp_path / "out.html").read_text(encoding="utf-8")
    page = words(text, "unity")
    # a and b together, 1/4, or a and c without b, 1/16: b joins only with a, and c needs one of them
    assert f"with probability {share(0.3125)} at the base values." in page
    assert "<script" not in text
    assert "<i>made up" not in text
    assert 'id="force"' not in text
    assert 'id="absence"' not in text


def test_a_section_that_cannot_be_had_says_why(tmp_path: Path) -> None:
    chance = WAITING.replace("{w: 0.5}", "{w: 0.5, rain: 0.4, cost: uniform(0, 1)}").replace(
        "moves:\n", "moves:\n  sky: {actor: nature, seen_by: everyone, options: {wet: rain, dry: rest}}\n"
    )
    switches = "decomposition: {outcome: went, switches: {flood: {set: {rain: 2}}}}\n"
    (tmp_path / "waiting.yaml").write_text(chance + switches, encoding="utf-8")
    api.brief(tmp_path / "waiting.yaml", tmp_path / "out.html", draws=4, workers=1)
    text = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert 'id="unity"' in text
    assert 'id="absence"' not in text
    assert "The decomposition could not be computed" in text
    assert "the probabilities of `sky`" in text


def test_without_blocks_there_are_no_such_sections(tmp_path: Path) -> None:
    api.brief("library:consent_deployment", tmp_path / "out.html", draws=0)
    text = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert not any(f'id="{name}"' in text for name in SECTIONS)
