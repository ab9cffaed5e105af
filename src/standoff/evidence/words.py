"""Words, quotations and sentences of a paragraph, each with its place in the page's text.

A quotation is a span from an opening to a closing mark: curly or straight double marks, guillemets, low-high marks, and
curly or straight single marks where they cannot be apostrophes. A quotation that a paragraph opens and does not close
runs to its end (in the convention of print it goes on in the next paragraph, which opens with a mark again). Marks of
another kind inside a quotation are part of it.

A sentence ends at ``.``, ``!``, ``?`` or ``…`` before white space and a capital letter, digit or opening mark, but not
inside a quotation, not after an abbreviation, and not where a reporting clause follows a quoted question. No sentence
is longer than `LONGEST` words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from standoff.evidence.lexicon import VERBS
from standoff.evidence.vocabulary import listed

LONGEST = 250
MOST_QUOTED = 2_000  # quotations of a paragraph
_WORD = re.compile(
    r"(?:[^\W\d_]\.){2,6}|[’'](?:s|t|re|ve|ll|d|m)\b|[^\W_]+(?:[-–\u2010\u2011/&](?!(?:an|the|even|such|would|which|"
    r"but|whether|particularly|or)\b)[^\W_]+)*|\S"
)
_CLOSING = {"“": "”", '"': '"', "«": "»", "„": "“”", "‘": "’", "'": "'", "‟": "”"}
_SINGLE = frozenset("‘'")
_ABBREVIATIONS = listed(
    """mr mrs ms dr st gen sen rep lt col capt maj adm gov sgt prof no jan feb mar apr jun jul aug sep sept oct nov
    dec vs etc inc ltd co corp fig approx cmdr brig cpl hon rev jr sr dept u.s u.k e.g i.e a.m p.m op km mt ft
    art para"""
)
_FINAL = frozenset(".!?…")
_AFTER = frozenset("”\"’'»)]")
_REPORTING = 8  # words after a quoted question within which a reporting verb keeps the sentence going


class Word(NamedTuple):
    """A word or mark; `quote` is the index of the quotation it stands in or that it opens or closes, else -1."""

    text: str
    low: str
    start: int
    end: int
    quote: int


@dataclass(frozen=True)
class Quotation:
    """A quotation with its marks. `closed` is False where the paragraph ends first; `opens` where it begins one."""

    start: int
    end: int
    closed: bool
    opens: bool


@dataclass(frozen=True)
class Sentence:
    """A sentence: its words and the quotations of its paragraph."""

    words: tuple[Word, ...]
    quotations: tuple[Quotation, ...]
    start: int
    end: int


def sentences(text: str, start: int, end: int) -> list[Sentence]:
    """The sentences of the paragraph ``text[start:end]``."""
    quotations = find_quotations(text, start, end)
    words = _words(text, start, end, quotations)
    found, first = [], 0
    for at in range(len(words)):
        stop = _sentence_stop(words, at, quotations, first)
        if stop:
            found.append(_sentence(words[first:stop], quotations))
            first = stop
    if first < len(words):
        found.append(_sentence(words[first:], quotations))
    return found


def find_quotations(text: str, start: int, end: int) -> tuple[Quotation, ...]:
    """The quotations of a paragraph, outermost only, in order."""
    found: list[Quotation] = []
    at, single_done, double_done = start, False, False
    first = re.compile(r"\s*").match(text, start, end)
    begin = first.end() if first else start
    while at < end and len(found) < MOST_QUOTED:
        char = text[at]
        if char not in _CLOSING or (char in _SINGLE and (single_done or not _opens(text, at, start, end))):
            at += 1
            continue
        if char in _SINGLE:
            close = _single_close(text, at, end)
            single_done = close < 0
        else:
            close = -1 if double_done else _double_close(text, at, end)
            double_done = double_done or close < 0
        if close >= 0:
            found.append(Quotation(at, close + 1, True, at == begin))
            at = close + 1
        elif char not in _SINGLE and char not in "»" and (char != '"' or at == begin):
            found.append(Quotation(at, end, False, at == begin))
            return tuple(found)
        elif char in _SINGLE and at == begin:
            found.append(Quotation(at, end, False, True))
            return tuple(found)
        else:
            at += 1
    return tuple(found)


def _opens(text: str, at: int, start: int, end: int) -> bool:
    """Whether a single mark opens a quotation: after white space or an opening mark, before a letter."""
    before = text[at - 1] if at > start else " "
    after = text[at + 1] if at + 1 < end else " "
    return (before.isspace() or before in '([—–“"') and (after.isalnum() or after in "…[.")


def _double_close(text: str, at: int, end: int) -> int:
    closing = _CLOSING[text[at]]
    places = [place for place in (text.find(mark, at + 1, end) for mark in closing) if place >= 0]
    return min(places, default=-1)


def _single_close(text: str, at: int, end: int) -> int:
    """The closing mark: after punctuation for sure, else the last candidate before the next opening mark."""
    mark, place, best = _CLOSING[text[at]], at + 1, -1
    for _ in range(200):
        place = text.find(mark, place, end)
        if place < 0:
            break
        after = text[place + 1] if place + 1 < end else " "
        if not after.isalnum():
            if text[place - 1] in ".,!?…;:" or not text[place - 1].isalnum() or text[place - 1] not in "sS":
                return place
            best = best if best >= 0 else place
            if not (after == " " and place + 2 < end and text[place + 2].islower()):
                return best
        elif text[place - 1].isspace():
            return best
        place += 1
    return best


def _words(text: str, start: int, end: int, quotations: tuple[Quotation, ...]) -> list[Word]:
    words, index = [], 0
    for match in _WORD.finditer(text, start, end):
        begin, stop = match.span()
        while index < len(quotations) and quotations[index].end <= begin:
            index += 1
        quoted = index < len(quotations) and quotations[index].start <= begin
        shown = match.group()
        words.append(Word(shown, shown.lower(), begin, stop, index if quoted else -1))
    return words


def _sentence(words: list[Word], quotations: tuple[Quotation, ...]) -> Sentence:
    return Sentence(tuple(words), quotations, words[0].start, words[-1].end)


def _sentence_stop(words: list[Word], at: int, quotations: tuple[Quotation, ...], first: int) -> int:
    """The index after the sentence that ends with the mark at `at`; 0 where none ends there."""
    if at + 1 - first >= LONGEST:
        return at + 1
    word = words[at]
    if word.text not in _FINAL:
        return (
            at + 1 if word.low in ("u.s.", "p.m.", "a.m.") and _begins(words, at + 1) and _pronoun(words, at + 1) else 0
        )
    if word.text == "." and at and words[at - 1].end == word.start and _abbreviates(words[at - 1]):
        return 0
    stop = at + 1
    while stop < len(words) and words[stop].text in _AFTER and words[stop].start == words[stop - 1].end:
        stop += 1
    if stop < len(words) and words[stop].start == words[stop - 1].end:
        return 0
    if word.quote >= 0 and quotations[word.quote].closed and words[stop - 1].end < quotations[word.quote].end:
        return 0
    if not _begins(words, stop):
        return 0
    if stop > at + 1 and word.text in "!?…" and _reports(words, stop):
        return 0
    return stop


def _begins(words: list[Word], at: int) -> bool:
    if at >= len(words):
        return True
    shown = words[at].text
    return shown[0].isupper() or shown[0].isdigit() or not shown[0].isalnum() or not shown[0].islower()


def _pronoun(words: list[Word], at: int) -> bool:
    return at < len(words) and words[at].low in ("he", "she", "they", "it", "the", "in", "but", "a")


def _abbreviates(word: Word) -> bool:
    return word.low in _ABBREVIATIONS or (len(word.text) == 1 and word.text.isupper() and word.text != "I")


def _reports(words: list[Word], stop: int) -> bool:
    for word in words[stop : stop + _REPORTING]:
        if word.text in _FINAL or word.quote >= 0:
            return False
        if word.low in VERBS and VERBS[word.low][1] in ("past", "third"):
            return True
    return False
