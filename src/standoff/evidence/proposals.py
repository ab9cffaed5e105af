"""What was read from a page, as entries for a ledger: a document, and statements that nobody has accepted yet.

A reading is the object that ``standoff read --json`` prints. Nothing in it is trusted: texts are cut to what a ledger
takes, kinds that a ledger does not know become ``other``, ids that are taken get a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from standoff.errors import RequestError
from standoff.evidence import keys
from standoff.evidence.entries import LONGEST, MOST_LISTED
from standoff.evidence.records import ACTS, CHANNELS, MODES, POLARITIES, Dated, Ledger
from standoff.evidence.yaml_text import Value

Reading: TypeAlias = Mapping[str, Any]
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


def document_of(ledger: Ledger, reading: Reading) -> tuple[str, dict[str, Value] | None]:
    """The id of the reading's document, and its entry where the ledger does not have it yet (None where it has)."""
    given = reading.get("document")
    digest = str(given.get("sha256") or "").lower() if isinstance(given, Mapping) else ""
    if not isinstance(given, Mapping) or not _DIGEST.match(digest):
        raise RequestError.of("the reading names no document with a SHA-256", "give what `standoff read --json` prints")
    for document in ledger.documents:
        if document.sha256 == digest:
            return document.id, None
    outlet = _text(given.get("outlet")) or _text(given.get("title")) or "document"
    name = _free(_word(outlet), {document.id for document in ledger.documents})
    body: dict[str, Value] = {key: _text(given.get(key)) for key in ("title", "outlet", "aggregator", "url")}
    body = {key: value for key, value in body.items() if value}
    body["sha256"] = digest
    dates = [_dated(date) for date in _list(given.get("dates"))]
    if dates:
        body["dates"] = dates
    dropped = _list(reading.get("dropped"))
    lines: list[Value] = [
        {"line": int(line["line"]), "text": _text(line.get("text")), "why": _text(line.get("why"))}
        for line in dropped
        if isinstance(line, Mapping) and _whole(line.get("line")) and line["line"] > 0
    ]
    if lines:
        body["dropped"] = lines
    return name, body


def statements_of(ledger: Ledger, document: str, reading: Reading) -> dict[str, dict[str, Value]]:
    """Entries of the statements whose document and span the ledger does not have, by ids that are free."""
    known = {(s.document, s.at.start, s.at.end) for s in ledger.statements}
    taken = {statement.id for statement in ledger.statements}
    found: dict[str, dict[str, Value]] = {}
    for given in _list(reading.get("statements")):
        at = given.get("at") if isinstance(given, Mapping) else None
        if not isinstance(at, Mapping) or not _whole(at.get("start")) or not _whole(at.get("end")):
            raise RequestError.of("a statement of the reading has no span", "give what `standoff read --json` prints")
        span = (document, int(at["start"]), int(at["end"]))
        if span in known:
            continue
        known.add(span)
        name = _free(_word(str(given.get("id") or "S1")), taken)
        taken.add(name)
        found[name] = _statement(given, at, document)
    return found


def _statement(given: Mapping[str, Any], at: Mapping[str, Any], document: str) -> dict[str, Value]:
    span: dict[str, Value] = {"start": int(at["start"]), "end": int(at["end"])}
    span |= {key: _text(at.get(key)) for key in ("exact", "prefix", "suffix") if at.get(key)}
    body: dict[str, Value] = {"document": document, "at": span, "speaker": _speaker(given.get("speaker"))}
    body |= {key: listed for key in ("chain", "hedges") if (listed := [_text(x) for x in _list(given.get(key)) if x])}
    cue = given.get("cue")
    cue = _text(cue.get("text") if isinstance(cue, Mapping) else cue)
    if cue:
        body["cue"] = cue
    for key, words, otherwise in (
        ("mode", MODES, "paraphrase"),
        ("channel", CHANNELS, "unstated"),
        ("kind", ACTS, "other"),
        ("polarity", POLARITIES, "affirm"),
    ):
        value = given.get(key)
        if value is not None:
            body[key] = value if value in words else otherwise
    for key in ("event", "reported"):
        if given.get(key):
            body[key] = _dated(given[key])
    if given.get("note"):
        body["note"] = _text(given["note"])
    body["accepted"] = None
    assert set(body) <= set(keys.STATEMENT)
    return body


def _speaker(given: Any) -> dict[str, Value]:
    speaker = given if isinstance(given, Mapping) else {}
    printed = _text(speaker.get("text"))
    body: dict[str, Value] = {"text": printed} if printed else {}
    body["canonical"] = _text(speaker.get("canonical")) or printed or "somebody"
    body["named"] = speaker.get("named") is True
    return body | {key: _text(speaker[key]) for key in ("kind", "role") if speaker.get(key)}


def _dated(given: Any) -> Value:
    if isinstance(given, Mapping):
        dated = Dated.of(_text(given.get("text")))
        relative = given.get("relative")
        return {"text": dated.text, "relative": relative if isinstance(relative, bool) else dated.relative}
    dated = Dated.of(_text(given))
    return {"text": dated.text, "relative": dated.relative}


def _text(value: Any) -> str:
    """Text on one line, without what a file may not hold."""
    if value is None:
        return ""
    line = re.sub(r"[\r\n\t]+", " ", str(value)).strip()
    kept = "".join(character for character in line if character.isprintable() or character == "\u00a0")
    return kept if len(kept) <= LONGEST else kept[: LONGEST - 1] + "…"


def _list(value: Any) -> Sequence[Any]:
    return value[:MOST_LISTED] if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _word(text: str) -> str:
    """A text as an id."""
    word = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")[:40]
    return word if word and not word[0].isdigit() else f"S{word}" if word else "S1"


def _free(word: str, taken: set[str]) -> str:
    """The word, or the word with the first number that is not taken."""
    if word not in taken:
        return word
    stem = f"{word}_"
    return next(f"{stem}{number}" for number in range(2, len(taken) + 3) if f"{stem}{number}" not in taken)
