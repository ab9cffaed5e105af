"""The chain of custody as a drawing: every carrier once, every speaker with its statements, hostile names as text."""

import re
import xml.etree.ElementTree as ET

import pytest

from standoff.draw.custody import custody_svg
from standoff.evidence.ledger import loads_ledger
from standoff.evidence.yaml_text import scalar
from unit.draw.test_drawing_output import HOSTILE
from unit.evidence.a_ledger import TEXT

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg):
    """What stands in the drawing, without the longer texts that a pointer brings up."""
    found = []
    for node in ET.fromstring(svg).iter(f"{SVG}text"):
        tips = "".join(tip.text or "" for tip in node.findall(f"{SVG}title"))
        found.append("".join(node.itertext()).removeprefix(tips))
    return found


def test_carriers_are_drawn_once_and_speakers_with_their_statements_and_claims():
    svg = custody_svg(loads_ledger(TEXT))
    found = texts(svg)
    assert found.count("Gatherer") == found.count("The Paper") == 1
    assert "The Minister" in found
    assert "S1, public → C1" in found
    assert "S2, private → C2" in found
    assert not any("S3" in text or "S4" in text for text in found)  # not read, and taken back
    assert len(ET.fromstring(svg).findall(f".//{SVG}rect")) == 2
    lines = [path.get("class") for path in ET.fromstring(svg).iter(f"{SVG}path")]
    assert sorted(lines) == ["so-way", "so-way", "so-way so-unnamed"]


def test_the_description_tells_the_same_in_words():
    (told,) = ET.fromstring(custody_svg(loads_ledger(TEXT))).findall(f"{SVG}desc")
    assert "The Minister (named) through Gatherer, The Paper: S1, public → C1." in told.text
    assert "official (not named) through Gatherer, The Paper: S2, private → C2." in told.text


def test_only_some_statements_and_none():
    ledger = loads_ledger(TEXT)
    assert not any("S2" in text for text in texts(custody_svg(ledger, only={"S1"})))
    with pytest.raises(ValueError, match="no accepted statement"):
        custody_svg(ledger, only={"S3"})


def test_an_outlet_and_a_narrator_speak_for_themselves():
    ledger = loads_ledger(TEXT.replace("    retracted: {by: The Paper", "    # {by: The Paper"))
    assert "no source named" in texts(custody_svg(ledger))
    narrated = loads_ledger(
        TEXT.replace("    retracted: {by: The Paper", "    # {by: The Paper").replace("kind: outlet", "kind: narrator")
    )
    assert "in its own voice" in texts(custody_svg(narrated))


@pytest.mark.parametrize("name", [name for name in HOSTILE if name.strip() and name.isprintable()])
def test_hostile_names_stay_text(name):
    written = scalar(name[:2000])  # a ledger takes no longer ones
    text = TEXT.replace("canonical: The Minister", f"canonical: {written}").replace("[Gatherer", f"[{written}")
    svg = custody_svg(loads_ledger(text))
    assert not re.search(r"<(script|img|a|foreignObject)\b", svg)
    ET.fromstring(svg)


def test_many_speakers_are_cut_and_counted():
    more = "".join(
        f"  X{n}: {{document: paper, at: {{start: {n}, end: {n + 1}}}, speaker: {{canonical: p{n}, named: true}},"
        f" chain: [Q, p{n}], accepted: true}}\n"
        for n in range(60)
    )
    found = texts(custody_svg(loads_ledger(TEXT.replace("claims:\n", more + "\nclaims:\n"))))
    assert "and 22 more speakers" in found  # 2 of the ledger and 60, of which 40 are drawn
