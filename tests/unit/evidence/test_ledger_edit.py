"""Editing a ledger as text: every line that a person wrote stays, byte for byte; the change is what reading finds."""

import difflib
import os

import pytest

from standoff.errors import LedgerError, RequestError
from standoff.evidence.ledger import load_ledger
from standoff.evidence.ledger_edit import propose, set_statement
from unit.evidence.a_ledger import DIGEST, TEXT


def reading(*spans, digest=DIGEST):
    return {
        "document": {"title": "Talks: and “threats”", "outlet": "The Paper", "dates": ["yesterday"], "sha256": digest},
        "dropped": [{"line": 3, "text": "menu # open", "why": "navigation"}],
        "statements": [
            {
                "id": f"S{n}",
                "at": {"start": start, "end": end, "exact": "“no: never” - #1, they {say}\nso"},
                "speaker": {"text": "Moscow", "canonical": "Government: of Russia", "named": True, "kind": "state"},
                "chain": ["Gatherer", "The Paper", "Government of Russia"],
                "cue": {"text": "said", "span": [1, 5]},
                "mode": "mixed",
                "channel": "public-report",
                "hedges": ["no"],
                "polarity": "negate",
                "accepted": None,
            }
            for n, (start, end) in enumerate(spans, start=1)
        ],
    }


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "ledger.yaml"
    path.write_bytes(TEXT.encode())
    return path


def removed(before, after):
    """Lines of `before` that are not in `after` in the same order."""
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line.startswith("- ")]


def test_proposals_are_added_and_nothing_else_changes(path):
    assert propose(path, reading((10, 31), (200, 240), (300, 310), (300, 310))) == 2  # the first span is known
    after = path.read_text()
    assert removed(TEXT, after) == []
    assert after.startswith(TEXT[: TEXT.index("claims:") - 1])
    ledger = load_ledger(path)
    new = [statement for statement in ledger.statements if statement.at.start >= 200]
    assert [(s.document, s.at.start, s.at.end, s.accepted, s.channel) for s in new] == [
        ("paper", 200, 240, None, "unstated"),
        ("paper", 300, 310, None, "unstated"),
    ]
    assert new[0].at.exact == "“no: never” - #1, they {say} so"
    assert new[0].speaker.canonical == "Government: of Russia"
    assert (new[0].hedges, new[0].cue) == (("no",), "said")
    assert len({statement.id for statement in ledger.statements}) == 6


def test_proposing_twice_adds_nothing(path):
    assert propose(path, reading((200, 240))) == 1
    once = path.read_bytes()
    assert propose(path, reading((200, 240))) == 0
    assert path.read_bytes() == once


def test_another_document_becomes_one_of_its_own(path):
    assert propose(path, reading((10, 31), digest="b" * 64)) == 1
    ledger = load_ledger(path)
    assert [document.id for document in ledger.documents] == ["paper", "The_Paper"]
    assert ledger.documents[1].title == "Talks: and “threats”"
    assert [(line.line, line.text) for line in ledger.documents[1].dropped] == [(3, "menu # open")]
    assert ledger.statements[-1].document == "The_Paper"
    assert removed(TEXT, path.read_text()) == []


def test_a_ledger_is_begun_where_there_is_none(tmp_path):
    path = tmp_path / "new.yaml"
    assert propose(path, reading((1, 2), (3, 4))) == 2
    assert [statement.id for statement in load_ledger(path).statements] == ["S1", "S2"]
    assert os.listdir(tmp_path) == ["new.yaml"]


@pytest.mark.parametrize("section", ["statements:", "statements: {}", "statements: null  # none yet", ""])
def test_a_section_without_entries_is_filled(tmp_path, section):
    path = tmp_path / "l.yaml"
    path.write_text(f"ledger: 1\n{section}\nclaims: {{}}\n# the end")
    assert propose(path, reading((1, 2))) == 1
    assert len(load_ledger(path).statements) == 1
    assert "# the end" in path.read_text()
    assert "# none yet" in path.read_text() or "none yet" not in section


def test_line_ends_and_byte_order_mark_stay(tmp_path):
    path = tmp_path / "l.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    propose(path, reading((200, 240)))
    set_statement(path, "S3", {"accepted": False, "note": "hearsay"})
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf# Written")
    assert content.count(b"\n") == content.count(b"\r\n")
    assert load_ledger(path).by_id["S3"].note == "hearsay"


@pytest.mark.parametrize(
    ("name", "changes", "gone"),
    [
        ("S3", {"accepted": True}, ["-     accepted: null"]),
        ("S1", {"accepted": False}, ["-     accepted: true  # read twice"]),
        ("S2", {"note": "a: b # c", "accepted": False}, ["-     accepted: true"]),
        ("S2", {"hedges": ["probably", "in the end"]}, ["-     hedges: [probably]"]),
        ("S4", {"retracted": None}, ['-     retracted: {by: The Paper, date: "2025-03-14"}']),
        ("S3", {"credibility": {"grade": 3, "reason": "plausible: no more"}}, []),
        ("S1", {"at": {"start": 10, "end": 12, "exact": "we"}}, ["-     at: {start: 10"]),
    ],
)
def test_keys_of_a_statement_are_set_in_place(path, name, changes, gone):
    set_statement(path, name, changes)
    after = path.read_text()
    lost = removed(TEXT, after)
    assert len(lost) == len(gone)
    assert all(line.startswith(begin) for line, begin in zip(lost, gone, strict=True))
    for comment in ("# Written by hand", "# the one that was read", "# read twice", "# a note of a person"):
        assert comment in after
    statement = load_ledger(path).by_id[name]
    for key, value in changes.items():
        found = {
            "at": lambda s: {"start": s.at.start, "end": s.at.end, "exact": s.at.exact},
            "hedges": lambda s: list(s.hedges),
            "credibility": lambda s: {"grade": int(s.grade.credibility.mark), "reason": s.grade.credibility.reason},
        }.get(key, lambda s, key=key: getattr(s, key))(statement)
        assert found == value


def test_a_statement_in_one_line_and_a_block_of_text(tmp_path):
    path = tmp_path / "l.yaml"
    text = (
        "ledger: 1\ndocuments: {d: {title: T}}\nstatements:\n"
        "  A: {document: d, at: {start: 1, end: 2}, speaker: {text: x, named: true}, accepted: null}\n"
        "  B:\n    document: d\n    note: >-\n      several\n      lines\n\n    at: {start: 3, end: 4}\n"
        "    speaker:\n      text: y\n      named: false\n"
    )
    path.write_text(text)
    set_statement(path, "A", {"accepted": True, "cue": "said, so"})
    set_statement(path, "B", {"note": "one", "accepted": True})
    ledger = load_ledger(path)
    assert (ledger.by_id["A"].accepted, ledger.by_id["A"].cue) == (True, "said, so")
    assert (ledger.by_id["B"].accepted, ledger.by_id["B"].note, ledger.by_id["B"].speaker.text) == (True, "one", "y")
    with pytest.raises(LedgerError, match="one entry a line"):
        set_statement(path, "A", {"speaker": {"text": "z", "named": True}})


def test_a_change_that_would_be_a_mistake_is_not_written(path):
    for name, changes, error in (
        ("S1", {"accepted": "maybe"}, LedgerError),
        ("S1", {"document": "other"}, LedgerError),
        ("S9", {"accepted": True}, RequestError),
        ("S1", {"acepted": True}, RequestError),
    ):
        with pytest.raises(error):
            set_statement(path, name, changes)
        assert path.read_text() == TEXT
        assert os.listdir(path.parent) == ["ledger.yaml"]


def test_a_reading_without_a_document_is_refused(path):
    with pytest.raises(RequestError, match="SHA-256"):
        propose(path, {"statements": []})
    with pytest.raises(RequestError, match="no span"):
        propose(path, {**reading(), "statements": [{"id": "S1"}]})


def test_the_mode_of_the_file_stays(path):
    path.chmod(0o640)
    set_statement(path, "S3", {"accepted": True})
    assert path.stat().st_mode & 0o777 == 0o640
