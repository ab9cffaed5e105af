"""The condition language over a claim's evidence, against what the small ledger says by hand."""

import pytest

from standoff.errors import RequestError
from standoff.evidence.ledger import loads_ledger
from standoff.evidence.predicate import parse_predicate
from unit.evidence.a_ledger import TEXT

# C1 rests on S1 (the minister, named, public threat, B4), C2 on S2 alone (an official, private, hedged, no letter): S3
# has not been read, S4 was taken back. C3 rests on nothing, C4 on two named speakers, C5 on two who are not named.
MORE = """\
  C3: {text: nothing, supports: [S3]}
  C4: {text: two who are named, supports: [S1, S5]}
  C5: {text: two who are not named, supports: [S2, S6]}
"""
STATEMENTS = """\
  S5:
    document: paper
    at: {start: 100, end: 101}
    speaker: {text: a rival, canonical: The Rival, named: true, kind: person}
    chain: [Gatherer, The Paper, The Rival]
    channel: private
    accepted: true
  S6:
    document: paper
    at: {start: 102, end: 103}
    speaker: {text: a diplomat, canonical: diplomat, named: false}
    chain: [Other, diplomat]
    channel: private
    accepted: true

claims:
"""


@pytest.fixture(scope="module")
def ledger():
    return loads_ledger(TEXT.replace("claims:\n", STATEMENTS) + MORE)


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("named", "C1 C4"),
        ("unnamed", "C2 C3 C5"),
        ("unsupported", "C3"),
        ("contradicted", "C1"),
        ("hedged", "C2"),
        ("graded", "C1 C4"),
        ("origins < 2", "C1 C2 C3 C5"),
        ("origins == 0", "C3"),
        ("origins >= 2", "C4"),
        ("statements > 1", "C4 C5"),
        ("unnamed and origins < 2", "C2 C3 C5"),
        ("channel == private", "C2 C5"),
        ("channel != private", "C1 C3"),
        ("not channel == private", "C1 C3 C4"),
        ("kind == threat", "C1"),
        ("mode == direct or hedged", "C1 C2"),
        ("named and mode == direct or hedged", "C1 C2"),
        ("named and (mode == direct or hedged)", "C1"),
        ("speaker == 'The Minister'", "C1"),
        ('carrier != "The Paper"', "C3"),
        ("claim == C4", "C4"),
        ("grade at least B4", "C1 C4"),
        ("grade worse than B3", "C1 C2 C3 C4 C5"),
        ("grade worse than C4", "C2 C3 C5"),
        ("not not named", "C1 C4"),
        ("origin == 'unnamed through The Paper'", "C2"),
    ],
)
def test_which_claims_a_condition_holds_for(ledger, text, claims):
    found = [claim.id for claim in ledger.claims if parse_predicate(text).holds(ledger, claim.id)]
    assert found == claims.split()


def test_independence_is_not_assumed_unless_asked_for(ledger):
    two = parse_predicate("origins == 2")
    assert not two.holds(ledger, "C5")
    assert two.holds(ledger, "C5", independent=True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the condition is empty"),
        ("unamed", "`unamed` is not known in a condition; did you mean `unnamed`?"),
        ("origins < two", "`origins` is compared with `two`; write a whole number"),
        ("origins", "the condition ends after `origins`; a comparison of `origins` is missing"),
        ("channel < private", "`<` cannot follow `channel`; write one of == !="),
        ("channel == privat", "`channel` is never `privat`; did you mean `private`?"),
        ("named unnamed", "`unnamed` is not expected after `named`; join conditions by `and` or `or`"),
        ("(named", "the condition ends after `( named`; `)` is missing"),
        ("grade worse than F6", "`F6` is no grade to compare with"),
        ("grade below C3", "`grade below C3` is not understood; write `grade worse than C3`"),
        ("named; import os", "`named;` is not known in a condition"),
        ("speaker == 'open", "close the quotes"),
        ("a == b", "`a` is not known"),
        ("origins = 2", "`= 2` is not understood in a condition; compare with =="),
        ("not " * 60 + "named", "the condition is nested deeper than 50"),
        ("(" * 60 + "named" + ")" * 60, "the condition is nested deeper than 50"),
        ("x" * 1001, "the condition has 1,001 characters"),
    ],
)
def test_what_makes_no_sense_is_refused(text, told):
    with pytest.raises(RequestError) as caught:
        parse_predicate(text)
    assert told in str(caught.value)
