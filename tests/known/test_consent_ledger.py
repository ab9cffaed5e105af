"""The ledger of the worked example: what the article's statements are, and what the scenario makes of them.

The article itself is not kept here. What is checked against it was annotated by hand and independently of the ledger:
the digest, and the span of every statement (code points of the file as read).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from standoff.cli.checks import examine
from standoff.evidence.binding import binding_problems, binding_warnings, coverage
from standoff.evidence.ledger import load_ledger
from standoff.evidence.origins import count_independent, origins
from standoff.evidence.predicate import parse_predicate
from standoff.evidence.records import Ledger, Statement
from standoff.game.model import open_model
from standoff.scenario.load import load_scenario
from standoff.scenario.scenario import Scenario

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "consent"
DIGEST = "294e919bdd722079920c9a1eabe33b6234c8780e15f18abd033d93b56c2623d4"

# The 20 attributed statements: where the content stands, whether its speaker is named, and the channel
ANNOTATED = {
    "S01": (200, 295, True, "unstated"),
    "S02": (459, 473, False, "private"),
    "S03": (901, 1022, False, "public"),
    "S04": (1064, 1072, True, "public"),
    "S05": (1146, 1225, True, "public"),
    "S06": (1254, 1367, True, "public"),
    "S07": (1396, 1528, True, "unstated"),
    "S08": (1622, 1695, False, "private"),
    "S09": (1819, 1926, False, "public"),
    "S10": (2059, 2105, False, "private"),
    "S11": (2581, 2649, True, "public"),
    "S12": (2697, 2762, True, "public"),
    "S13": (3905, 3945, True, "public"),
    "S14": (4531, 4647, False, "unstated"),
    "S15": (4704, 4794, False, "private"),
    "S16": (4843, 4886, False, "unstated"),
    "S17": (5318, 5369, True, "public"),
    "S18": (5384, 5481, True, "public"),
    "S19": (5548, 5636, False, "unstated"),
    "S20": (6886, 6932, False, "public"),
}
THREATS = {"S05": "threat", "S09": "threat", "S04": "refusal"}
LONGEST = 12  # words of a quote
# what rests on figures and declarations that somebody by name stands for
PUBLIC = {"force_asked", "willing_uk", "willing_france", "willing_ready", "willing_refusing"}


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return load_ledger(FOLDER / "ledger.yaml")


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(FOLDER / "scenario.yaml")


def _article(ledger: Ledger) -> list[Statement]:
    """The statements of the article; the others are public figures, from excerpts."""
    return [statement for statement in ledger.statements if statement.document == "article"]


def test_every_attributed_statement_is_in_it(ledger: Ledger) -> None:
    found = {s.id: (s.at.start, s.at.end, s.speaker.named, s.channel) for s in _article(ledger)}
    assert {name: found[name] for name in ANNOTATED} == ANNOTATED
    assert {s.id: s.act for s in _article(ledger) if s.act in ("threat", "refusal")} == THREATS
    (article,) = (document for document in ledger.documents if document.id == "article")
    assert (article.sha256, article.aggregator, article.outlet) == (DIGEST, "QOSHE", "Blitz")
    assert [(date.text, date.relative) for date in article.dates] == [("yesterday", True)]


def test_the_chain_runs_through_one_aggregator_and_one_outlet(ledger: Ledger) -> None:
    assert all(statement.chain[:2] == ("QOSHE", "Blitz") for statement in _article(ledger))
    private = [statement for statement in _article(ledger) if statement.channel == "private"]
    assert {statement.chain[2] for statement in private} == {"The Telegraph"}
    assert not any(statement.named for statement in private)
    assert count_independent(origins(ledger, private)) == 1


def test_public_figures_say_where_they_were_seen_and_that_no_file_is_kept(ledger: Ledger) -> None:
    figures = [statement for statement in ledger.statements if statement.document != "article"]
    documents = {document.id: document for document in ledger.documents}
    assert len(figures) == 19
    for statement in figures:
        document = documents[statement.document]
        assert (statement.at.start, statement.at.end, document.sha256) == (0, 0, "")
        assert document.url.startswith("https://")
        assert "Read as an excerpt" in document.note
        assert statement.chain[0] in (document.outlet, document.aggregator)
        # somebody who is not named is never more than possibly right
        if not statement.named:
            credibility = ledger.grade(statement).credibility
            assert credibility is not None
            assert credibility.mark == "3", statement.id


def test_retellings_of_one_article_are_one_origin(ledger: Ledger) -> None:
    by_claim = {claim.id: count_independent(origins(ledger, ledger.support(claim.id))) for claim in ledger.claims}
    # unnamed speakers of several papers are not known to be several; a head of government is one, an institute is one
    assert {name: by_claim[name] for name in ("C4", "C15", "C16", "C17", "C18")} == dict.fromkeys(
        ("C4", "C15", "C16", "C17", "C18"), 1
    )
    assert {name: by_claim[name] for name in ("C11", "C12", "C13", "C14")} == {"C11": 2, "C12": 2, "C13": 2, "C14": 2}
    times = {s.id for s in ledger.statements if "The Times" in s.chain}
    (origin,) = (origin for origin in ledger.origins if origin.id == "times")
    assert times <= set(origin.statements)


def test_quotes_are_short_and_no_longer_than_their_spans(ledger: Ledger) -> None:
    for statement in ledger.statements:
        at = statement.at
        assert at.exact, statement.id
        assert len(at.exact.split()) <= LONGEST, statement.id
        if statement.document != "article":
            continue
        if at.whole:
            assert len(at.exact) == at.end - at.start, statement.id
        else:
            assert len(at.exact) < at.end - at.start, statement.id
    text = (FOLDER / "ledger.yaml").read_text(encoding="utf-8")
    assert max(len(line) for line in text.splitlines()) < 240


def test_every_statement_is_graded_on_both_axes_with_a_reason(ledger: Ledger) -> None:
    for statement in ledger.statements:
        grade = ledger.grade(statement)
        assert grade.reliability is not None, statement.id
        assert grade.credibility is not None, statement.id
        assert len(grade.reliability.reason) > 5
        assert len(grade.credibility.reason) > 5
        assert statement.accepted is True


def test_the_scenario_and_the_ledger_fit(ledger: Ledger, scenario: Scenario) -> None:
    assert binding_problems(scenario, ledger) == []
    assert binding_warnings(scenario, ledger) == []
    model = open_model(FOLDER / "scenario.yaml")
    found = examine(model)
    assert (found.errors, found.warnings) == ((), ())


def test_claims_are_those_of_the_readme(ledger: Ledger) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (C\d+) \| (.+?) \|", readme, flags=re.MULTILINE)
    assert {claim.id: claim.text for claim in ledger.claims} == {
        name: f"{text[0].upper()}{text[1:]}." for name, text in rows
    }


def test_what_is_left_without_unnamed_single_origins_is_what_was_said_in_public(ledger: Ledger) -> None:
    condition = parse_predicate("unnamed and origins < 2")
    left = [claim.id for claim in ledger.claims if not condition.holds(ledger, claim.id)]
    assert left == ["C1", "C5", "C8", "C11", "C12", "C13", "C14"]
    public = [statement for claim in left for statement in ledger.support(claim) if statement.channel == "public"]
    assert {statement.speaker.canonical for statement in public} == {
        "Vladimir Putin",
        "unnamed Russian officials",
        "Emmanuel Macron",
        "Western leaders",
        "Government of Russia",
        "Geneva Centre for Security Policy",
        "Keir Starmer",
        "Euromaidan Press",
        "Kristen Michal",
        "Ulf Kristersson",
        "Giorgia Meloni",
    }


def test_a_public_line_is_a_second_origin_only_where_somebody_is_named(ledger: Ledger, scenario: Scenario) -> None:
    found = coverage(scenario, ledger)
    assert len(found.supported) == 27
    assert len(found.without) == 33
    # C5: a president by name, leaders without; the others: somebody by name, and others who are not or who are carriers
    assert set(found.supported) - set(found.one_origin) == {"audience", *PUBLIC}
    assert set(found.unnamed) == {d.name for d in scenario.parameters if d.claims} - {
        "p_resolved",
        "audience",
        "consent_share",
        "monitors_share",
        "reversal",
        *PUBLIC,
    }
