"""The evidence in a brief: the same numbers as the command prints, and every statement in the open."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from standoff import api
from standoff.cli import main
from standoff.findings.reliance_words import points
from standoff.findings.words import share
from unit.findings.rests_on import GOING, RAIN, SPEAKERS, written

SUPPORTS = {claim: dict.fromkeys(speakers, "") for claim, speakers in SPEAKERS.items()}
SUPPORTS["B"] = {"unnamed official": ", channel: private", "unnamed other": ""}
SUPPORTS["C"] = {"unnamed other": ""}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("brief")
    more = {**SUPPORTS, "A": {"unnamed official": ", channel: private, cue: <b>said</b>"}}
    written(path, GOING, more)
    return path


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    api.brief(folder / "scenario.yaml", folder / "out.html", draws=32, seed=5, workers=1)
    text = (folder / "out.html").read_text(encoding="utf-8")
    found = re.search(r'<section id="evidence">.*?</section>', text, flags=re.DOTALL)
    assert found is not None
    return found.group()


def words(page: str) -> str:
    bare = re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).replace("\u00a0", " ").split())


def test_the_sentence_has_the_numbers_of_the_command(
    folder: Path, page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reliance", str(folder / "scenario.yaml"), "--draws", "32", "--seed", "5", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    dropped = told["dropped"]
    assert dropped["claims"] == ["A", "B", "C"]  # nobody is named, and independence is not known
    assert dropped["flips"] == ["outcome", "best"]
    went = dropped["outcomes"]["went"]
    assert (went["a"], went["b"]) == (1.0, 0.0)
    sentence = words(page).partition(". ")[0]
    assert f"{share(went['b'])} instead of {share(went['a'])} ({points(went['difference'])} points" in sentence
    assert "the most likely ending is “stayed” instead of “went”" in sentence
    assert "the best option is “stay” instead of “go”" in sentence
    for name, entry in dropped["outcomes"].items():
        assert f"“{name}” from {share(entry['a'])} to {share(entry['b'])}" in words(page)
    for option, mean in dropped["answer"]["best"]["means"].items():
        assert f"{option} {told['base']['best']['means'][option]:.3g}".replace("-", "−") in words(page)
        assert f"{mean:.3g}".replace("-", "−") in words(page)
    for loss in told["leave_one_out"]:
        assert f"{share(loss['distance'])} {share(loss['moved'])}" in words(page)


def test_every_statement_and_claim_is_there(page: str) -> None:
    text = words(page)
    for name in ("S1", "S2", "S3", "S4", "S5"):
        assert f" {name} " in text
    assert "unnamed official (not named)" in text
    assert "T – none printed 5 aaaaaaaaaaaa first digits of its SHA-256" in text
    assert "1 of 5 numbers rest on no evidence at all: ‘bare’." in text
    assert "<svg" in page
    assert 'class="so-custody"' in page


def test_the_gist_and_the_contents_lead_there(folder: Path, page: str) -> None:
    text = (folder / "out.html").read_text(encoding="utf-8")
    assert page in text
    assert text.count('href="#evidence"') == 2
    assert "Reliance on evidence" in text


def test_without_draws_there_is_the_evidence_and_no_answer(folder: Path) -> None:
    api.brief(folder / "scenario.yaml", folder / "bare.html", draws=0)
    text = (folder / "bare.html").read_text(encoding="utf-8")
    assert '<section id="evidence">' in text
    assert "evidence-loss" not in text
    assert "name no source" not in text


def test_a_brief_says_why_there_is_no_answer_without_the_claims(tmp_path: Path) -> None:
    chance = RAIN.replace("{wet: rain, dry: rest}", "{wet: 1.5 * rain, dry: rest}").replace("0.6, 0.8", "0.6, 0.9")
    model = written(tmp_path, chance, {"R": {"unnamed": ""}})
    api.brief(model, tmp_path / "out.html", draws=4, workers=1)
    text = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "could not be computed" in text
    assert "the probabilities of `sky`" in text


def test_without_a_ledger_there_is_no_such_section(tmp_path: Path) -> None:
    api.brief("library:consent_deployment", tmp_path / "out.html", draws=0)
    assert 'id="evidence"' not in (tmp_path / "out.html").read_text(encoding="utf-8")


def test_texts_of_a_ledger_are_no_markup(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>"
    model = written(tmp_path, GOING, {**SUPPORTS, "A": {"one": f', note: "{hostile}", cue: "{hostile}"'}})
    text = (
        (tmp_path / "ledger.yaml")
        .read_text()
        .replace("text: A", f'text: "{hostile}"')
        .replace("[Paper", f'["{hostile}"')
    )
    (tmp_path / "ledger.yaml").write_text(text)
    api.brief(model, tmp_path / "out.html", draws=0)
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
