"""``standoff review``: a person goes through what was proposed to a ledger, one statement at a time.

Every answer is saved at once (`standoff.evidence.ledger_edit` replaces the file as a whole), so that stopping at any
point loses nothing. Answers are lines of standard input; where that ends, the review ends.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass

from standoff.cli.output import say, tell, width, wrap
from standoff.cli.parser import suggest
from standoff.cli.read import page_bytes
from standoff.errors import InputError, RequestError
from standoff.evidence.ledger import load_ledger
from standoff.evidence.ledger_edit import propose, set_statement
from standoff.evidence.page import Page, read_page
from standoff.evidence.records import CHANNELS, MODES, POLARITIES, Ledger, Statement
from standoff.evidence.yaml_text import Value

CHOICES = {"a": "accept", "e": "edit", "r": "reject", "s": "skip", "+": "add", "q": "quit"}
PROMPT = "[a]ccept, [e]dit, [r]eject, [s]kip, [+] add one, [q]uit: "
SPEAKER = ("canonical", "named", "kind", "role")
FIELDS = (*SPEAKER, "chain", "channel", "mode", "polarity", "hedges", "cue", "note")
WORDS = {"channel": CHANNELS, "mode": MODES, "polarity": POLARITIES, "named": ("yes", "no")}
AROUND = 200  # code points shown before and after a content where the page is given


class _Ended(Exception):  # noqa: N818 (no error: the person is done)
    """Standard input has ended."""


@dataclass(frozen=True)
class _Desk:
    """The ledger's path, the page where it was given, and where answers come from."""

    path: str
    page: Page | None
    ask: Callable[[str], str]


def review(arguments: Namespace) -> int:
    """Walk through the statements that nobody has read yet."""
    ledger = load_ledger(arguments.ledger)
    page = read_page(page_bytes(arguments.page), arguments.page) if arguments.page else None
    if page is not None and page.sha256 not in [document.sha256 for document in ledger.documents]:
        raise RequestError.of(
            f"{arguments.page} is none of the ledger's documents",
            f"run `standoff read {arguments.page} -o {arguments.ledger}`",
        )
    waiting = [statement.id for statement in ledger.statements if statement.accepted is None]
    if not waiting:
        say("Nothing waits for review: every statement is accepted or rejected.")
    desk = _Desk(arguments.ledger, page, _asker(bool(waiting)))
    try:
        _walk(desk, waiting)
    except _Ended:
        tell("standard input has ended; what was answered is saved")
    _say_left(load_ledger(arguments.ledger))
    return 0


def _asker(needed: bool) -> Callable[[str], str]:
    """Asks on the terminal. Raises `RequestError` where nobody can answer the first question."""
    asked = False

    def ask(prompt: str) -> str:
        nonlocal asked
        stream = sys.stdin
        print(prompt, end="", flush=True)
        line = "" if stream is None or stream.closed else stream.readline()
        if not line and not asked and needed:
            print(flush=True)
            raise RequestError.of(
                "there is nobody to ask: standard input is closed",
                "run it in a terminal, or give answers through a pipe",
            )
        asked = True
        if not line:
            print(flush=True)
            raise _Ended
        return line.strip()

    return ask


def _walk(desk: _Desk, waiting: list[str]) -> None:
    for place, name in enumerate(waiting, 1):
        say()
        _show(load_ledger(desk.path), name, f"{place} of {len(waiting)}", desk.page)
        while True:
            choice = desk.ask(PROMPT).lower()
            choice = next((key for key, word in CHOICES.items() if choice in (key, word)), choice)
            if choice == "q":
                return
            if choice == "a":
                set_statement(desk.path, name, {"accepted": True})
            elif choice == "r":
                set_statement(desk.path, name, {"accepted": False})
            elif choice == "e":
                _edit(desk, name)
                _show(load_ledger(desk.path), name, f"{place} of {len(waiting)}", desk.page)
                continue
            elif choice == "+":
                _guarded(lambda: _add(desk))
                continue
            elif choice != "s":
                tell(f"{choice!r} is not one of {', '.join(CHOICES)}")
                continue
            break


def _show(ledger: Ledger, name: str, place: str, page: Page | None) -> None:
    statement, columns = ledger.by_id[name], width()
    speaker, at = statement.speaker, statement.at
    known = "named" if speaker.named else "unnamed"
    who = f"{speaker.canonical} ({', '.join(filter(None, (known, speaker.kind, speaker.role)))})"
    say(wrap(f"{name}, {place}, from {statement.document} at {at.start}-{at.end}", columns))
    say(wrap(f"who: {who}{' as ' + repr(speaker.text) if speaker.text else ''}", columns, indent="  ", hang="       "))
    if statement.cue:
        say(wrap(f"cue: {statement.cue}", columns, indent="  "))
    before, content, after = _context(ledger, statement, page)
    say(wrap(f"{before}>>>{content}<<<{after}", columns, indent="    "))
    say(wrap(f"through {' > '.join(statement.chain)}", columns, indent="  ", hang="    "))
    hedges = f"; hedged: {', '.join(statement.hedges)}" if statement.hedges else ""
    say(wrap(f"{statement.mode}, {statement.channel}, {statement.polarity}{hedges}", columns, indent="  "))
    if statement.note:
        say(wrap(f"note: {statement.note}", columns, indent="  "))


def _context(ledger: Ledger, statement: Statement, page: Page | None) -> tuple[str, str, str]:
    at = statement.at
    parts = (at.prefix, at.exact, at.suffix)
    if page is not None and ledger.document(statement.document).sha256 == page.sha256:
        text = page.text
        parts = (text[max(0, at.start - AROUND) : at.start], text[at.start : at.end], text[at.end : at.end + AROUND])
    before, content, after = (" ".join(part.split()) for part in parts)
    return f"{before} ", content, f" {after}"


def _edit(desk: _Desk, name: str) -> None:
    """Change fields until an empty answer."""
    while True:
        field = desk.ask(f"field ({', '.join(FIELDS)}; empty to go on): ").lower()
        if not field:
            return
        if field not in FIELDS:
            tell(f"there is no field {field!r}; {suggest(field, FIELDS, 'see the list')}")
            continue
        words = WORDS.get(field)
        value = desk.ask(f"{field}{' (' + ', '.join(words) + ')' if words else ''}: ")
        if words and value not in words:
            tell(f"{value!r} is not one of {', '.join(words)}; nothing is changed")
            continue
        _guarded(lambda field=field, value=value: set_statement(desk.path, name, _change(desk, name, field, value)))  # type: ignore[misc]


def _change(desk: _Desk, name: str, field: str, value: str) -> dict[str, Value]:
    """The keys of the ledger that a field's new value changes."""
    if field in SPEAKER:
        speaker = load_ledger(desk.path).by_id[name].speaker
        body: dict[str, Value] = {
            "text": speaker.text,
            "canonical": speaker.canonical,
            "named": speaker.named,
            "kind": speaker.kind,
            "role": speaker.role,
        }
        body[field] = value == "yes" if field == "named" else value
        return {"speaker": {key: own for key, own in body.items() if own != ""}}
    if field in ("chain", "hedges"):
        sign = ">" if field == "chain" else ","
        return {field: [part.strip() for part in value.split(sign) if part.strip()]}
    return {field: value}


def _guarded(step: Callable[[], None]) -> None:
    """Carry out a step that the person's own words may make impossible; then say why, and go on."""
    try:
        step()
    except InputError as error:
        tell(f"{error}; nothing is changed")


def _add(desk: _Desk) -> None:
    """Add a statement that was not proposed, found by its words on the page."""
    page = desk.page
    if page is None:
        raise RequestError.of(
            "the words cannot be looked up without the page", "start with `--page PAGE` to add statements"
        )
    words = desk.ask("the words reported, as they stand on the page: ")
    start = page.text.find(words) if words else -1
    if start < 0:
        raise RequestError.of("these words are not on the page", "copy them from it, within one line")
    printed = desk.ask("who said it, as printed: ")
    canonical = desk.ask("under which name (empty: as printed): ") or printed
    named = desk.ask("named (yes, no): ") == "yes"
    carriers = [name for name in (page.aggregator, page.outlet) if name]
    end = start + len(words)
    statement = {
        "id": "A1",
        "at": {
            "start": start,
            "end": end,
            "exact": words,
            "prefix": page.text[max(0, start - 32) : start],
            "suffix": page.text[end : end + 32],
        },
        "speaker": {"text": printed, "canonical": canonical, "named": named},
        "chain": [*carriers, canonical],
    }
    known = {own.id for own in load_ledger(desk.path).statements}
    if not propose(desk.path, {"document": {"sha256": page.sha256}, "statements": [statement]}):
        raise RequestError.of("a statement with these words is there already", "edit that one")
    (name,) = {own.id for own in load_ledger(desk.path).statements} - known
    set_statement(desk.path, name, {"accepted": True})
    say(f"added as {name}, accepted")


def _say_left(ledger: Ledger) -> None:
    waiting = sum(statement.accepted is None for statement in ledger.statements)
    accepted = sum(statement.accepted is True for statement in ledger.statements)
    say(f"{accepted} accepted, {len(ledger.statements) - accepted - waiting} rejected, {waiting} to be read.")
