"""Single values of a ledger out of nodes: spans, speakers, grades, dates. Each notes what is wrong and goes on."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf

from standoff.evidence import keys
from standoff.evidence.grades import CREDIBILITY, RELIABILITY, Grade
from standoff.evidence.records import Dated, Dropped, Retraction, Span, Speaker
from standoff.scenario import fields
from standoff.scenario.problems import Problems, remedy
from standoff.scenario.source import Mapping, Node, Scalar

LONGEST = 2_000  # characters of any text
FURTHEST = 1 << 40  # a span's end
MOST_LISTED = 500  # entries of a list
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_OPEN = "write `null` until a person has read it, then `true` or `false`"


def body(
    node: Node, known: MappingOf[str, str], what: str, problems: Problems, required: tuple[str, ...] = ()
) -> dict[str, Node]:
    """The keys of an entry that is a mapping; unknown and missing ones are noted."""
    table = fields.mapping(node, what, f"write `{{{', '.join(list(known)[:2])}, ...}}`", problems)
    if table is None:
        return {}
    found = fields.fields(table, known, what, problems)
    for name in required:
        if name not in found:
            problems.error(
                table.mark, f"{what} has no `{name}`", f"add `{name}:` ({known[name][0].lower()}{known[name][1:]})"
            )
    return found


def text(node: Node | None, what: str, problems: Problems) -> str:
    """The node as text of bounded length; empty where there is none or nothing in it."""
    if node is None or (isinstance(node, Scalar) and (node.empty or (not node.text and not node.plain))):
        return ""
    found = fields.text(node, what, problems)
    if len(found) > LONGEST:
        problems.error(node.mark, f"{what} has {len(found):,} characters", f"keep it below {LONGEST:,}: quote shortly")
        return ""
    return found


def texts(node: Node | None, what: str, problems: Problems) -> tuple[str, ...]:
    """A list of texts; the same one may stand in it twice."""
    items = (
        () if isinstance(node, Scalar) and node.empty else fields.sequence(node, what, "write `[one, two]`", problems)
    )
    if node is not None and len(items) > MOST_LISTED:
        problems.error(node.mark, f"{what} has {len(items):,} entries", f"give at most {MOST_LISTED}")
        return ()
    return tuple(found for item in items if (found := text(item, f"an entry of {what}", problems)))


def truth(node: Node | None, what: str, problems: Problems) -> bool | None:
    """``true``, ``false`` or nothing."""
    if node is None or (isinstance(node, Scalar) and node.empty):
        return None
    if isinstance(node, Scalar) and node.plain and node.text.lower() in ("true", "false"):
        return node.text.lower() == "true"
    problems.error(node.mark, f"{what} must be true, false or null, not {fields.describe(node)}", _OPEN)
    return None


def span(node: Node | None, what: str, problems: Problems) -> Span:
    """``{start, end, exact, prefix, suffix}``."""
    if node is None:
        return Span(0, 0)
    given = body(node, keys.AT, what, problems, ("start", "end"))
    ends = [
        fields.integer(given[name], f"`{name}` of {what}", 0, FURTHEST, problems) if name in given else None
        for name in ("start", "end")
    ]
    start, end = ends
    if start is None or end is None:
        return Span(0, 0)
    if end < start:
        problems.error(node.mark, f"{what} ends at {end}, before its start {start}", "write the start first")
    quote, before, after = (
        text(given.get(key), f"`{key}` of {what}", problems) for key in ("exact", "prefix", "suffix")
    )
    return Span(start, end, quote, before, after)


def speaker(node: Node | None, what: str, problems: Problems) -> Speaker:
    """``{text, canonical, named, kind, role}``; the canonical name is the text where it is left out."""
    if node is None:
        return Speaker("", "", False)
    given = body(node, keys.SPEAKER, what, problems, ("named",))
    printed = text(given.get("text"), f"`text` of {what}", problems)
    canonical = text(given.get("canonical"), f"`canonical` of {what}", problems) or printed
    if given and not canonical:
        problems.error(node.mark, f"{what} has neither `text` nor `canonical`", "say who speaks")
    named = truth(given.get("named"), f"`named` of {what}", problems)
    if "named" in given and named is None:
        problems.error(given["named"].mark, f"`named` of {what} is empty", "write `true` or `false`")
    kind = text(given.get("kind"), f"`kind` of {what}", problems)
    return Speaker(printed, canonical, bool(named), kind, text(given.get("role"), f"`role` of {what}", problems))


def grade(node: Node | None, what: str, marks: MappingOf[str, str], problems: Problems) -> Grade | None:
    """``{grade, reason}`` on one of the axes; a grade without a reason is a mistake."""
    if node is None or (isinstance(node, Scalar) and node.empty):
        return None
    scale = f"{min(marks)} to {max(marks)}"
    if not isinstance(node, Mapping):
        problems.error(node.mark, f"{what} is {fields.describe(node)}", f"write `{{grade: {scale}, reason: why}}`")
        return None
    given = body(node, keys.GRADE, what, problems, ("grade", "reason"))
    mark = text(given.get("grade"), f"`grade` of {what}", problems).upper()
    reason = text(given.get("reason"), f"`reason` of {what}", problems)
    if "reason" in given and not reason:
        problems.error(given["reason"].mark, f"{what} gives no reason", "say in a sentence why")
    if "grade" in given and mark not in marks:
        other = CREDIBILITY if marks is RELIABILITY else RELIABILITY
        meant = "; this is the other axis" if mark in other else ""
        listed = ", ".join(f"{key} {meaning}" for key, meaning in marks.items())
        problems.error(given["grade"].mark, f"{what} cannot be {fields.describe(given['grade'])}{meant}", listed)
        return None
    return Grade(mark, reason) if mark else None


def dated(node: Node | None, what: str, problems: Problems) -> Dated | None:
    """A date as printed: a text, or ``{text, relative}`` where a person says which it is."""
    if node is None or (isinstance(node, Scalar) and node.empty):
        return None
    if not isinstance(node, Mapping):
        printed = text(node, what, problems)
        return Dated.of(printed) if printed else None
    given = body(node, keys.DATED, what, problems, ("text",))
    printed = text(given.get("text"), f"`text` of {what}", problems)
    relative = truth(given.get("relative"), f"`relative` of {what}", problems)
    return Dated.of(printed) if relative is None else Dated(printed, relative)


def dates(node: Node | None, what: str, problems: Problems) -> tuple[Dated, ...]:
    """A list of dates as printed."""
    items = fields.sequence(node, what, "write a list of texts", problems)
    return tuple(found for item in items if (found := dated(item, f"an entry of {what}", problems)) is not None)


def dropped(node: Node | None, what: str, problems: Problems) -> tuple[Dropped, ...]:
    """The lines that were dropped."""
    found = []
    for item in fields.sequence(node, what, "write a list of `{line, text, why}`", problems):
        given = body(item, keys.DROPPED, f"an entry of {what}", problems, ("line",))
        number = fields.integer(given["line"], "`line`", 1, FURTHEST, problems) if "line" in given else None
        printed, why = text(given.get("text"), "`text`", problems), text(given.get("why"), "`why`", problems)
        if number is not None:
            found.append(Dropped(number, printed, why))
    return tuple(found)


def retraction(node: Node | None, what: str, problems: Problems) -> Retraction | None:
    """``{by, date, note}``."""
    if node is None or (isinstance(node, Scalar) and node.empty):
        return None
    given = body(node, keys.RETRACTED, what, problems, ("by",))
    by, date, note = (text(given.get(key), f"`{key}` of {what}", problems) for key in ("by", "date", "note"))
    return Retraction(by, date, note) if given else None


def sha256(node: Node | None, what: str, problems: Problems) -> str:
    """A digest in hexadecimal."""
    found = text(node, what, problems).lower()
    if found and node is not None and _SHA256.match(found) is None:
        problems.error(
            node.mark, f"{what} is no SHA-256", "write its 64 hexadecimal digits, as `sha256sum FILE` prints them"
        )
        return ""
    return found


def known(name: str, names: tuple[str, ...], node: Node, noun: str, problems: Problems) -> bool:
    """Whether a name is there; noted where it is not. `noun` is such as "statement"."""
    if name in names:
        return True
    problems.error(node.mark, f"there is no {noun} `{name[:60]}`", remedy(name, names, f"{noun}s"))
    return False
