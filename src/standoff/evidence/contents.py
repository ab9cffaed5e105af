"""Where the content of a report begins and ends, around the verb that reports it.

All positions are indices of words of one sentence; a content is a pair (first word, word after the last). It ends with
its sentence, or before the narrator takes over: ", but ...", ", according to ...", ", reflecting doubts".
"""

from __future__ import annotations

from standoff.evidence.lexicon import ADDRESSED, COMMENTS, CONTRASTS, LEADERS, OCCASIONS, PREPOSITIONS, TIMES
from standoff.evidence.names import MONTHS_AND_DAYS, PRONOUNS
from standoff.evidence.phrases import Span, Words, adverb, following, is_verb, phrase_end

_FINAL = frozenset(".!?…")
_MARKS = frozenset(",;:.—–-")
_OPENING, _CLOSING = frozenset("“\"«„‘'"), frozenset("”\"»’'")
_FAR = 18  # words between a verb and its "that"
_ATTRIBUTED = (("according", "to"), ("citing",), ("as", "reported"), ("as", "cited"), ("quoting",), ("in", "comments"))
_ATTRIBUTING = frozenset(form[0] for form in _ATTRIBUTED)
_STOPS = frozenset(["outright", "altogether", "entirely", "again", "separately"])


def last_word(words: Words) -> int:
    """The index after the last word that is not the sentence's own full stop."""
    end = len(words)
    while end > 0 and ((words[end - 1].text in _FINAL and words[end - 1].quote < 0) or words[end - 1].text in ")]"):
        end -= 1
    return end


def first_word(words: Words) -> int:
    """The index of the first word after what only connects the sentence to the one before."""
    at = 0
    while at < len(words) and words[at].text in ("-", "–", "—", "•", "*", "·", ","):
        at += 1
    if at + 1 < len(words) and words[at].low in LEADERS and words[at + 1].text == ",":
        return at + 2
    if at + 1 < len(words) and words[at].low in ("but", "and", "yet", "so"):
        return at + 1
    return at


def right_end(words: Words, start: int) -> int:
    """Where a content that begins at `start` ends."""
    end = last_word(words)
    quoted = False
    for at in range(start, end):
        word = words[at]
        if word.quote >= 0:
            quoted = True
            continue
        if at == start or at + 1 >= end:
            continue
        following_word = words[at + 1]
        if word.text == ";":
            return at
        if word.text in ",—–" or (words[at - 1].quote >= 0 and at > start):
            mark = word.text in ",—–"
            low = following_word.low if mark else word.low
            if low in CONTRASTS or low in COMMENTS:
                return at
            if quoted and words[at - 1].quote >= 0 and low.endswith("ing") and len(low) > 4:
                return at
            if _attributed(words, at + 1 if mark else at):
                return at
        elif _attributed(words, at) and word.low in ("according", "citing"):
            return at
    return end


def _attributed(words: Words, at: int) -> bool:
    return words[at].low in _ATTRIBUTING and any(
        tuple(word.low for word in words[at : at + len(form)]) == form for form in _ATTRIBUTED
    )


def tidy(words: Words, start: int, end: int) -> Span | None:
    """A content without marks and adverbials around it; None where nothing is left."""
    while start < end and words[start].quote < 0 and words[start].text in ",;:.—–-":
        start += 1
    while start < end and words[end - 1].quote < 0 and (words[end - 1].text in _MARKS or words[end - 1].low in _STOPS):
        end -= 1
    return (start, end) if start < end else None


def complement(words: Words, at: int, lemma: str) -> tuple[str, int, list[Span]]:
    """What follows a verb: ("that", "quote", "clause", "none"), where it begins, and who was told or where it was said.

    "told the Herald in an interview on Monday that ..." gives "that" with the spans of "the Herald" and of "an
    interview".
    """
    told: list[Span] = []
    end = last_word(words)
    at = _past_adverbs(words, at, end)
    if lemma in ADDRESSED and at < end and words[at].low != "that" and not _opens(words, at):
        phrase = _addressee(words, at)
        if phrase is not None:
            told.append(phrase)
            at = phrase[1]
    at = _past_occasions(words, at, end, told)
    if at >= end:
        return "none", at, told
    if words[at].low == "that" and at + 1 < end:
        return "that", at + 1, told
    if words[at].text == "," and at + 2 < end and words[at + 1].low in ("citing", "quoting"):
        at = next((place for place in range(at + 2, end) if words[place].text == ","), at)
    if words[at].text in ",:" and at + 1 < end:
        if words[at + 1].low == "that" and words[at].text == ",":
            return "that", at + 2, told
        after = _past_occasions(words, at + 1, end, told) if words[at].text == "," else at + 1
        if after < end and words[after].text == "," and after > at + 1:
            after += 1
        if after < end and words[after].low == "that" and after > at + 1:
            return "that", after + 1, told
        if after < end and _opens(words, after):
            return "quote", after, told
        return ("clause", at + 1, told) if words[at].text == ":" else ("none", at, told)
    if _opens(words, at):
        return "quote", at, told
    distant = _distant_that(words, at, end)
    if distant:
        return "that", distant, told
    return "clause", at, told


def _opens(words: Words, at: int) -> bool:
    return words[at].quote >= 0 and (at == 0 or words[at - 1].quote != words[at].quote)


def _past_adverbs(words: Words, at: int, end: int) -> int:
    while at < end and words[at].quote < 0 and adverb(words[at]) and words[at].low != "not":
        at += 1
    return at


def _addressee(words: Words, at: int) -> Span | None:
    if words[at].low in PRONOUNS or words[at].low in ("him", "them", "us", "me", "her"):
        return at, at + 1
    end = phrase_end(words, at)
    return (at, end) if end > at else None


def _past_occasions(words: Words, at: int, end: int, told: list[Span]) -> int:
    """Over "on Tuesday", "in an interview with the Herald", "at a news conference in Port Kellan late on Monday"."""
    occasion = False
    for _ in range(6):
        if at >= end or words[at].quote >= 0:
            return at
        low = words[at].low
        if low in TIMES or words[at].text in MONTHS_AND_DAYS:
            at += 1
            while at < end and (words[at].low in TIMES or words[at].text.isdigit()):
                at += 1
            continue
        if low not in PREPOSITIONS:
            return at
        stop = _prepositional(words, at, end, occasion)
        if stop == at:
            return at
        if any(words[place].low in OCCASIONS for place in range(at, stop)):
            occasion = True
        told.append((at + 1, stop))
        at = stop
    return at


def _prepositional(words: Words, at: int, end: int, occasion: bool) -> int:
    """The end of a prepositional phrase of time or occasion; `at` where it is something else."""
    stop = at + 1
    while stop < end and stop - at < 8 and words[stop].quote < 0:
        word = words[stop]
        if word.text in ",.;:" or word.low == "that" or word.low in PREPOSITIONS or is_verb(words, stop):
            break
        if stop > at + 1 and word.low in PRONOUNS:
            break
        stop += 1
        if word.low in OCCASIONS and not (stop < end and words[stop].low in OCCASIONS):
            break
    inside = words[at + 1 : stop]
    if any(
        word.low in TIMES or word.low in OCCASIONS or (word.text.isdigit() and len(word.text) == 4) for word in inside
    ):
        return stop
    place = (
        words[at].low in ("in", "at", "with", "to", "from", "on", "near") and inside and inside[-1].text[0].isupper()
    )
    joined = stop < end and (words[stop].low in ("that", "on") or words[stop].text in ",:.")
    return stop if place and (occasion or joined) else at


def _distant_that(words: Words, at: int, end: int) -> int:
    """The word after a "that" some words on, where only an addressee or adverbials stand between; else 0."""
    if words[at].low not in PREPOSITIONS and not words[at].text[0].isupper() and words[at].low not in ("reporters",):
        return 0
    for place in range(at, min(end - 1, at + _FAR)):
        if words[place].quote >= 0 or words[place].text in ";:" or is_verb(words, place):
            return 0
        if words[place].low == "that":
            return place + 1
    return 0


def left(words: Words, attribution: int) -> tuple[Span, bool] | None:
    """The content before an attribution that begins at `attribution`, and whether it ends with a quotation.

    None where no comma, quotation or dash separates them.
    """
    end = attribution
    while end > 0 and words[end - 1].quote < 0 and words[end - 1].text in ",—–-":
        end -= 1
    if end == 0:
        return None
    quoted = words[end - 1].quote >= 0
    if end == attribution and not quoted:
        return None
    start = first_word(words)
    for at in range(end - 1, start, -1):
        if words[at].quote < 0 and words[at].text in ";":
            start = at + 1
            break
    if start >= end:
        return None
    if quoted:
        start = _quoted_start(words, start, end)
    return (start, end), quoted


def _quoted_start(words: Words, start: int, end: int) -> int:
    """Where content begins that ends with a quotation: at the quotation where a colon or full stop precedes it."""
    first = end - 1
    while first > start and words[first - 1].quote == words[end - 1].quote:
        first -= 1
    if first > start and words[first - 1].text in ":.":
        return first
    return start


def inverted(words: Words, verb: int) -> tuple[Span, Span] | None:
    """The speaker after a verb: "said the minister", "said Vadim Orr, the foreign minister"."""
    at = verb + 1
    if at >= len(words) or words[at].quote >= 0 or words[at].text in ",.;:" or words[at].low in PREPOSITIONS:
        return None
    if words[at].low in TIMES or words[at].text in MONTHS_AND_DAYS or words[at].low == "that":
        return None
    return following(words, at)
