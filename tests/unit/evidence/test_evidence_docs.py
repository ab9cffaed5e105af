"""The ledger on the page about evidence is one that is read, and uses every key that the page names."""

import re
from pathlib import Path

import pytest

from standoff.evidence import keys
from standoff.evidence.ledger import loads_ledger
from standoff.evidence.predicate import parse_predicate
from standoff.evidence.records import ACTS
from standoff.findings.reliance import DEFAULT, EXACT

PAGE = (Path(__file__).parents[3] / "docs" / "evidence.md").read_text(encoding="utf-8")
(LEDGER,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
ROWS = re.findall(r"^\| (`.+?) \|", PAGE.partition("### Conditions")[2], re.MULTILINE)


def test_the_ledger_of_the_page_is_read():
    ledger = loads_ledger(LEDGER)
    assert [date.relative for date in ledger.documents[0].dates] == [True, False]
    assert [statement.id for statement in ledger.statements if statement.counts] == ["S1"]
    assert not ledger.by_id["S2"].at.whole
    assert ledger.grade(ledger.by_id["S1"]).text == "B3"


def test_every_section_key_and_act_is_on_the_page():
    for names in (keys.TOP, keys.DOCUMENT, keys.STATEMENT, keys.CLAIM, keys.ORIGIN, keys.HYPOTHESES, keys.RETRACTED):
        for name in names:
            assert re.search(rf"\b{name}\b", PAGE), name
    assert all(f"`{act}`" in PAGE for act in ACTS)
    assert f"`{DEFAULT}`" in PAGE
    assert f"Up to {EXACT} origins" in PAGE


@pytest.mark.parametrize("text", [text for row in ROWS for text in re.findall(r"`(.+?)`", row)])
def test_every_condition_on_the_page_parses(text):
    parse_predicate(text)
