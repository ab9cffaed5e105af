"""``standoff read``: the statements on a saved page, printed, as JSON, or proposed to a ledger."""

from __future__ import annotations

import stat
from argparse import Namespace
from pathlib import Path

from standoff.cli.output import check_output, say, say_json, tell, width, wrap
from standoff.errors import RequestError
from standoff.evidence.decode import MAX_BYTES
from standoff.evidence.read import Reading
from standoff.evidence.read import read as read_bytes
from standoff.evidence.statements import Statement
from standoff.files import write_whole

LONGEST_SHOWN = 400


def read(arguments: Namespace) -> int:
    """Read a page. With a ledger, what is new is added to it and nothing in it is changed."""
    for target in filter(None, (arguments.output, arguments.text)):
        check_output(arguments.page, target)
    reading = read_bytes(page_bytes(arguments.page), arguments.page)
    if arguments.text:
        write_whole(arguments.text, reading.page.text)
        tell(f"wrote {arguments.text}, the text in which the spans count")
    if arguments.output:
        from standoff.evidence.ledger_edit import propose  # only here: a ledger is not always asked for

        added = propose(arguments.output, reading.proposals())
        old = len(reading.statements) - added
        already = f"; {old} stood there already" if old else ""
        tell(f"{_count(added, 'new proposal')} in {arguments.output}{already}; `standoff review` goes through them")
    if arguments.json:
        say_json(reading.to_dict())
    else:
        _say(reading)
    return 0


def page_bytes(path: str) -> bytes:
    """The bytes of a page. Raises `RequestError` where it is no file that can be read."""
    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):
            raise RequestError.of(f"{path} is not a file", "give a saved page (.html) or pasted text (.txt)")
        with Path(path).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise RequestError.of(f"there is no file {path}", "check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RequestError.of(f"cannot read {path}: {reason}", "give a file that can be read") from error


def _say(reading: Reading) -> None:
    page, columns = reading.page, width()
    say(wrap(page.title or "Untitled page", columns))
    carried = [f"published by {page.outlet}" if page.outlet else "the page names no publisher"]
    carried += [f"carried by {page.aggregator}"] if page.aggregator else []
    dates = [f"{date.text}{' (no anchor)' if date.relative else ''}" for date in page.dates]
    carried += [f"dated {', '.join(dates)}" if dates else "no date"]
    say(wrap(f"{'; '.join(carried)}.", columns))
    say(wrap(f"{_count(len(page.dropped), 'line')} dropped; read as {page.encoding}; SHA-256 {page.sha256}.", columns))
    for statement in reading.statements:
        say()
        for line in statement_lines(statement, columns):
            say(line)
    say()
    say(f"{_count(len(reading.statements), 'statement')} proposed, none of them checked by a person.")


def statement_lines(statement: Statement, columns: int) -> list[str]:
    """A statement for people: who, through whom, and what."""
    speaker = statement.speaker
    name = speaker.canonical + ("" if speaker.text in ("", speaker.canonical) else f" ({speaker.text})")
    known = "named" if speaker.named else "unnamed"
    head = f"{statement.id}  {name}, {known} {speaker.kind}; {statement.mode}, {statement.channel}"
    content = " ".join(statement.at.exact.split())
    shown = content if len(content) <= LONGEST_SHOWN else f"{content[:LONGEST_SHOWN]} ..."
    what = f"{statement.cue}: {shown}" if statement.cue else shown
    lines = [wrap(head, columns, hang="     "), wrap(what, columns, indent="     ")]
    notes = [f"through {' > '.join(statement.chain)}"] if len(statement.chain) > 1 else []
    notes += ["denied or refused"] if statement.polarity == "negate" else []
    notes += [f"hedged: {', '.join(statement.hedges)}"] if statement.hedges else []
    if notes:
        lines.append(wrap(f"[{'; '.join(notes)}]", columns, indent="     "))
    return lines


def _count(size: int, noun: str) -> str:
    return f"{size:,} {noun}{'' if size == 1 else 's'}"
