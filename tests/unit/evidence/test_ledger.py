"""Reading a ledger: what its keys mean, and every mistake with its place."""

import pytest

from standoff.errors import LedgerError
from standoff.evidence.ledger import load_ledger, loads_ledger
from unit.evidence.a_ledger import DIGEST, TEXT


def line_of(beginning):
    """The number of the first line of the text that begins so."""
    return next(n for n, line in enumerate(TEXT.split("\n"), start=1) if line.startswith(beginning))


@pytest.fixture(scope="module")
def ledger():
    return loads_ledger(TEXT)


def test_documents_and_their_dates(ledger):
    (paper,) = ledger.documents
    assert (paper.id, paper.outlet, paper.aggregator, paper.sha256) == ("paper", "The Paper", "Gatherer", DIGEST)
    assert [(date.text, date.relative) for date in paper.dates] == [
        ("yesterday", True),
        ("12 March 2025", False),
        ("nearly four years on", True),
    ]
    assert [(line.line, line.why) for line in paper.dropped] == [(1, "navigation")]


def test_statements(ledger):
    first = ledger.by_id["S1"]
    assert (first.at.start, first.at.end, first.at.exact, first.at.prefix) == (
        10,
        31,
        "we would strike them",
        "He said",
    )
    assert (first.mode, first.channel, first.act, first.polarity) == ("direct", "public", "threat", "affirm")
    assert first.speaker.named
    assert first.carrier == "The Paper"
    assert (first.mark.line, first.mark.col) == (line_of("  S1:"), 3)
    assert [statement.accepted for statement in ledger.statements] == [True, True, None, True]
    assert [statement.counts for statement in ledger.statements] == [True, True, False, False]
    assert ledger.by_id["S4"].retracted.date == "2025-03-14"


def test_grades_come_from_the_source_and_from_the_statement(ledger):
    grades = {statement.id: ledger.grade(statement).text for statement in ledger.statements}
    assert grades == {"S1": "B4", "S2": "-2", "S3": "", "S4": ""}
    assert ledger.grade(ledger.by_id["S1"]).reliability.meaning == "usually reliable"


def test_only_statements_that_count_support_a_claim(ledger):
    assert [statement.id for statement in ledger.support("C1")] == ["S1"]
    assert [statement.id for statement in ledger.against("C1")] == ["S2"]
    assert [statement.id for statement in ledger.support("C2")] == ["S2"]


def mistakes(text):
    with pytest.raises(LedgerError) as caught:
        loads_ledger(text, path="l.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("ledger: 1\n", "", "l.yaml:2:1: the file has no `ledger`; begin the file with `ledger: 1`"),
        ("ledger: 1\n", "ledger: 2\n", "l.yaml:2:9: the file is of version 2; this program reads version 1: write"),
        ("sources:", "surces:", "`surces` is not a key of a ledger; did you mean `sources`?"),
        (
            "kind: threat",
            "kind: threath",
            f"l.yaml:{line_of('    kind:')}:11: `kind` of statement `S1` cannot be `threath`; did you mean `thre",
        ),
        ("supports: [S1]", "supports: [S9]", "there is no statement `S9`; statements: S1, S2, S3, S4"),
        (
            "grade: B,",
            "grade: 2,",
            "the reliability of source `minister` cannot be `2`; this is the other axis; A compl",
        ),
        ("reason: fits the rest", "reason: ''", "the credibility of statement `S2` gives no reason; say in a sentence"),
        (", reason: fits the rest", "", "the credibility of statement `S2` has no `reason`; add `reason:` (why)"),
        ("start: 40, end: 70", "start: 70, end: 40", "`at` of statement `S2` ends at 40, before its start 70"),
        ("accepted: null", "accepted: maybe", "must be true, false or null, not `maybe`; write `null` until a person"),
        ("named: false, kind", "kind", "the speaker of statement `S2` has no `named`; add `named:`"),
        (DIGEST, "abc", "`sha256` of document `paper` is no SHA-256; write its 64 hexadecimal digits"),
        ("contradicts: [S2]", "contradicts: [S1]", "statement `S1` both supports and contradicts claim `C1`"),
        ("document: paper\n    at: {start: 95", "document: papper\n    at: {start: 95", "did you mean `paper`?"),
        (
            "claims:\n",
            "origins:\n  x: {statements: [S2]}\n  y: {statements: [S2]}\nclaims:\n",
            "stands in the origins `x`",
        ),
        (
            "ledger: 1\n",
            "ledger: 1\nhypotheses: {h: {statements: {S1: {a: 2, b: 1}}}}\n",
            "gives no reason; add `reason:`",
        ),
        (
            "ledger: 1\n",
            "ledger: 1\nhypotheses: {h: {prior: {a: 0.9}, statements: {}}}\n",
            "adds up to 0.9; make it add",
        ),
        (
            "ledger: 1\n",
            "ledger: 1\nhypotheses: {h: {statements: {S1: {a: -1, reason: r}}}}\n",
            "is -1; write 0 to 1e+06",
        ),
        ("title: A small ledger", "title: &a x", "`&a` is a YAML anchor; remove it"),
        ("  S2:", "  S1:", "`S1` is given twice"),
        ("  S1:", "  1st:", "`1st` cannot be the id of a statement"),
        ("cue: said", f"cue: {'x' * 2001}", "`cue` of statement `S1` has 2,001 characters; keep it below 2,000"),
        ("- {line: 1,", "- {line: 0,", "`line` is `0`; write a whole number from 1"),
    ],
)
def test_mistakes_say_where_and_what_to_do(old, new, told):
    assert old in TEXT
    found = mistakes(TEXT.replace(old, new, 1))
    assert any(told in line for line in found), found


def test_all_mistakes_at_once_in_the_order_of_the_file():
    text = (
        TEXT.replace("sources:", "surces:")
        .replace("kind: threat", "kind: x")
        .replace("supports: [S1]", "supports: [Q]")
    )
    found = mistakes(text)
    places = [line_of(beginning) for beginning in ("sources:", "    kind:", "  C1:")]
    assert [int(line.split(":")[1]) for line in found] == places


def test_an_empty_file_and_a_list(tmp_path):
    assert "begin with `ledger: 1`" in mistakes("")[0]
    assert "a ledger is a mapping" in mistakes("- 1\n")[0]
    assert "is not UTF-8" in load_error(tmp_path, b"ledger: \xff\n")
    assert "there is no such file" in load_error(tmp_path, None)


def load_error(folder, content):
    path = folder / "l.yaml"
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LedgerError) as caught:
        load_ledger(path)
    return str(caught.value)


def test_thousands_of_mistakes_are_given_up_on_in_time():
    found = mistakes("ledger: 1\nstatements:\n" + "".join(f"  S{n}: {{wrong: 1}}\n" for n in range(900)))
    assert len(found) <= 101
