"""The ledger for the page: pieces of a source are its text, and what is said of a statement is what the ledger says."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus_scoring import REFERENCE
from standoff.evidence.ledger import load_ledger
from standoff.evidence.records import Span
from standoff.explore.sources import NO_PAGE, cut_at, ledger_view, saved_page, stands
from standoff.game.model import Model, open_model

CONSENT = Path(__file__).resolve().parents[3] / "examples" / "consent"
TEXT = (
    "Blitz. The envoy said that troops would not come. \u202eHe left. An official warned of war, of long war.\r\nEnd\n"
)
SCENARIO = """
standoff: 1
title: Small
ledger: ledger.yaml
actors: {a: Anna}
parameters:
  x: {base: 1, range: "uniform(0, 2)", claims: [C1], without: "uniform(-1, 3)"}
  y: {value: 1}
moves:
  pick: {actor: a, options: [left, right], claims: [C2]}
payoffs:
  a: {worth: x * pick.left + y * pick.right}
"""
LEDGER = """
ledger: 1
documents:
  page: {{title: A page, sha256: {digest}}}
statements:
  S1:
    document: page
    at: {{start: 22, end: 48, exact: "that troops would not come"}}
    speaker: {{text: The envoy, canonical: envoy of somewhere, named: false, kind: official}}
    chain: [Blitz, envoy of somewhere]
    channel: public
    accepted: true
    reliability: {{grade: C, reason: known}}
    credibility: {{grade: 3, reason: alone}}
  S2:
    document: page
    at: {{start: 34, end: 43, exact: would not}}
    speaker: {{text: The envoy, canonical: envoy of somewhere, named: false, kind: official}}
    accepted: null
  S3:
    document: page
    at: {{start: 60, end: 70, exact: never said}}
    speaker: {{text: An official, canonical: official, named: false, kind: official}}
    accepted: true
claims:
  C1: {{text: They would not come., supports: [S1, S2], contradicts: [S3]}}
  C2: {{text: Something else., supports: [S3]}}
"""


def project(folder: Path, digest: str) -> Model:
    (folder / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    (folder / "ledger.yaml").write_text(LEDGER.format(digest=digest), encoding="utf-8")
    return open_model(folder / "scenario.yaml")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "page.txt").write_bytes(TEXT.encode("utf-8"))
    return tmp_path / "page.txt"


@pytest.fixture
def model(tmp_path: Path, page: Path) -> Model:
    return project(tmp_path, hashlib.sha256(page.read_bytes()).hexdigest())


def test_the_pieces_are_the_text_with_every_statement_at_its_place(model: Model, page: Path) -> None:
    told = ledger_view(model, saved_page(page))["page"]
    assert told["document"] == "page"
    assert told["why"] == ""
    assert told["astray"] == ["S3"]  # its quote is not what stands there
    shown = "".join(piece["text"] for piece in told["pieces"])
    assert shown == TEXT.replace("\u202e", "\ufffd")
    of_first = "".join(piece["text"] for piece in told["pieces"] if "S1" in piece["statements"])
    assert of_first == "that troops would not come"
    both = [piece["text"] for piece in told["pieces"] if piece["statements"] == ["S1", "S2"]]
    assert both == ["would not"]


def test_spans_that_touch_and_lie_in_each_other() -> None:
    text = "abcdefgh"
    pieces = cut_at([("one", 1, 4), ("two", 2, 3), ("three", 4, 8)], text)
    covered = dict.fromkeys(("one", "two", "three"), "")
    for piece in pieces:
        for name in piece["statements"]:
            covered[name] += piece["text"]
    assert covered == {"one": "bcd", "two": "c", "three": "efgh"}
    assert "".join(piece["text"] for piece in pieces) == text


def test_without_the_page_it_says_so_and_keeps_the_quote(model: Model) -> None:
    told = ledger_view(model)
    assert told["page"]["pieces"] == []
    assert told["page"]["why"] == NO_PAGE
    assert told["ledger"]["statements"][0]["quote"]["exact"] == "that troops would not come"


def test_another_page_is_refused_by_its_digest(model: Model, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text(TEXT + "more\n", encoding="utf-8")
    told = ledger_view(model, saved_page(tmp_path / "other.txt"))["page"]
    assert told["pieces"] == []
    assert "not the page that the ledger was made from" in told["why"]
    assert hashlib.sha256((tmp_path / "other.txt").read_bytes()).hexdigest()[:12] in told["why"]


@pytest.mark.parametrize(("content", "what"), [(None, "cannot read"), (b"", "empty"), (b"%PDF-1.7 ...", "PDF")])
def test_a_page_that_cannot_be_read_is_no_reason_to_fail(
    model: Model, tmp_path: Path, content: bytes | None, what: str
) -> None:
    if content is not None:
        (tmp_path / "bad.txt").write_bytes(content)
    told = ledger_view(model, saved_page(tmp_path / "bad.txt"))
    assert told["page"]["pieces"] == []
    assert what in told["page"]["why"]
    assert len(told["ledger"]["statements"]) == 3


def test_a_folder_is_no_page(tmp_path: Path) -> None:
    assert "not a file" in saved_page(tmp_path).why


def test_what_is_said_of_a_statement(model: Model) -> None:
    told = ledger_view(model)["ledger"]
    first, second, third = told["statements"]
    assert first["who"] == "envoy of somewhere"
    assert (first["named"], first["counts"], first["status"]) == (False, True, "accepted")
    assert first["reliability"] == {"mark": "C", "meaning": "fairly reliable", "reason": "known"}
    assert first["credibility"]["meaning"] == "possibly true"
    assert (first["supports"], first["rests"]) == (["C1"], ["x"])
    assert second["status"] == "not read yet"
    assert (third["supports"], third["against"], third["rests"]) == (["C2"], ["C1"], ["move pick"])
    claim = told["claims"][0]
    assert (claim["supports"], claim["against"], claim["unnamed"]) == (["S1"], ["S3"], True)
    assert told["without"] == ["y"]


def test_a_scenario_without_a_ledger_says_so(tmp_path: Path) -> None:
    (tmp_path / "bare.yaml").write_text(SCENARIO.replace("ledger: ledger.yaml\n", ""), encoding="utf-8")
    told = ledger_view(open_model(tmp_path / "bare.yaml"))
    assert told["ledger"] is None
    assert "names no ledger" in told["why"]


def test_a_quote_that_is_cut_short_stands_where_it_begins() -> None:
    statement = load_ledger(CONSENT / "ledger.yaml").statements[0]
    for exact, expected in (("one two …", True), ("one two three", True), ("one tw", False), ("two …", False)):
        assert stands("x one\ntwo three", replace(statement, at=Span(2, 15, exact))) is expected
    assert not stands("short", replace(statement, at=Span(2, 15, "one")))


def test_every_statement_of_the_worked_example_stands_in_the_article() -> None:
    article = REFERENCE / "article.txt"
    if not article.is_file():
        pytest.skip("the reference article is not beside this checkout")
    told: dict[str, Any] = ledger_view(open_model(CONSENT / "scenario.yaml"), saved_page(article))
    assert told["page"]["astray"] == []
    assert "".join(piece["text"] for piece in told["page"]["pieces"]) == article.read_bytes().decode("utf-8")
    marked = {name for piece in told["page"]["pieces"] for name in piece["statements"]}
    assert marked == {one["id"] for one in told["ledger"]["statements"] if one["document"] == "article"}
