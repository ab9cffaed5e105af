"""Dates as a page prints them. None is computed: a relative one ("yesterday") has no anchor and is marked as such."""

from __future__ import annotations

import re

from standoff.evidence.records import Dated

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_TIME = r"(?:,? ?(?:at )?\d{1,2}[:.]\d{2}(?: ?[ap]\.?m\.?)?(?: ?(?:GMT|UTC|CET|CEST|BST|EST|EDT|ET))?)?"
_FULL = re.compile(
    rf"\b(?:{_DAY},? )?(?:\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},?(?: \d{{4}})?|{_MONTH} \d{{1,2}}(?:st|nd|rd|"
    rf"th)?(?:, ?\d{{4}})?"
    rf"|{_MONTH} \d{{4}}|\d{{4}}-\d{{2}}-\d{{2}}(?:T\d{{2}}:\d{{2}}\S{{0,12}})?|"
    rf"\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}){_TIME}\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:(?:about |over |almost )?(?:\d{1,3}|an?|one|two|three|few|several)\s?(?:s|secs?|seconds?|m|mins?|"
    r"minutes?|h|hrs?|hours?|"
    rf"d|days?|w|weeks?|months?|years?) ago|yesterday|today|just now|last (?:week|month|night|{_DAY})|{_DAY})\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^\W{0,4}(?:(?:first )?(?:published|posted|updated|last updated|last modified|modified|date|issued|released?)"
    r"(?: on| at)?\s?:?\s?)+",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"^\W{0,3}\d{1,2}[:.]\d{2}(?: ?[ap]\.?m\.?)?(?: ?[A-Z]{2,4})?\W{0,3}$", re.IGNORECASE)
_SIGN = re.compile(r"\d|day\b|\bago\b|\bnow\b|\blast\b", re.IGNORECASE)
_MOST = 20
_LONGEST_LINE = 120


def is_date_line(line: str) -> bool:
    """Whether a line holds nothing but dates, times, and words such as "updated"."""
    if len(line) > 2 * _LONGEST_LINE:
        return False
    text = " ".join(line.split())
    if not text or len(text) > _LONGEST_LINE or not _SIGN.search(text):
        return False
    if _CLOCK.match(text):
        return True
    if not (_FULL.search(text) or _RELATIVE.search(text)):
        return False
    rest = _LABEL.sub("", text)
    for pattern in (_FULL, _RELATIVE):
        rest = pattern.sub("", rest)
    rest = re.sub(
        r"\b(?:updated|published|posted|last|at|on|min read|local time|share)\b|\d{1,2}[:.]\d{2}", "", rest, flags=re.I
    )
    return sum(char.isalpha() for char in rest) <= 4


def dates_in(line: str) -> list[Dated]:
    """The dates of a line as printed, in order."""
    text = line[:_LONGEST_LINE]
    full = [(match.start(), match.end(), match.group()) for match in _FULL.finditer(text)]
    found = [(start, Dated.of(" ".join(shown.split()))) for start, _, shown in full]
    for match in _RELATIVE.finditer(text):
        if not any(start <= match.start() < end for start, end, _ in full):
            found.append((match.start(), Dated(" ".join(match.group().split()), True)))
    return [dated for _, dated in sorted(found, key=lambda pair: pair[0])]


def distinct(dates: list[Dated]) -> tuple[Dated, ...]:
    """Without repetitions, the first ones kept."""
    seen: dict[str, Dated] = {}
    for dated in dates:
        seen.setdefault(dated.text.casefold(), dated)
    return tuple(seen.values())[:_MOST]
