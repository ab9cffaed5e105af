"""Noun phrases around a verb, found by walking over words: who is said to speak.

Words are those of one sentence; positions are indices of words, ends not included. Words inside quotations are never
part of a phrase.
"""

from __future__ import annotations

from standoff.evidence.lexicon import (
    ADVERBS,
    AUXILIARIES,
    CLAUSE_OPENERS,
    LEADERS,
    PREPOSITIONS,
    SPEECH,
    TIMES,
    VERBS,
)
from standoff.evidence.names import DETERMINERS, OUTLET_NOUNS, PEOPLE, PRONOUNS
from standoff.evidence.vocabulary import listed
from standoff.evidence.words import Word

Words = tuple[Word, ...]
Span = tuple[int, int]

_JOINS = listed("of for in at from within to with on and ’s 's ’ & - by")
_POSTMODIFIERS = listed(
    """cited quoted interviewed speaking who whose whom involved based contacted reached named asked directly
    talking present seen earlier"""
)
_BREAKS = frozenset(";:—–()[]|•…!?")
LONGEST = 24  # words of a phrase


def is_break(word: Word) -> bool:
    """A mark that no phrase crosses."""
    return word.text in _BREAKS or word.quote >= 0


def is_verb(words: Words, at: int) -> bool:
    """Whether a word looks like a finite verb: an auxiliary, or a reporting verb that is not a noun here."""
    word = words[at]
    if word.low in AUXILIARIES and word.low not in ("’s", "'s"):
        return True
    if word.low in ("’s", "'s"):
        return False
    kind = VERBS.get(word.low, ("", ""))[1]
    if kind in ("past", "third") and not (at and words[at - 1].low in DETERMINERS):
        return word.text[0].islower()
    return False


def adverb(word: Word) -> bool:
    """Whether a word may stand inside a verb group."""
    return word.low in ADVERBS or (
        word.low.endswith("ly") and len(word.low) > 4 and word.text[0].islower() and word.low != "family"
    )


def group_start(words: Words, verb: int) -> int:
    """The first word of a verb group: adverbs and auxiliaries before the verb."""
    at = verb
    while at > 0:
        before = words[at - 1]
        if before.quote >= 0:
            break
        if (
            (before.low in AUXILIARIES and not (before.low in ("’s", "'s") and not _contracted(words, at - 1)))
            or (adverb(before) and at >= 2 and words[at - 2].text not in ",")
            or (adverb(before) and at == verb and before.low.endswith("ly"))
        ):
            at -= 1
        else:
            break
    while at < verb and adverb(words[at]) and at == 0:
        at += 1
    return at


def _contracted(words: Words, at: int) -> bool:
    """Whether ’s is short for a verb: after a pronoun only."""
    return at > 0 and words[at - 1].low in PRONOUNS


def clause_start(words: Words, end: int) -> int:
    """Where the clause begins that goes on to `end`: after a break, a quotation or a word that opens a clause."""
    at = end
    while at > 0:
        before = words[at - 1]
        if is_break(before):
            return at
        if before.low in CLAUSE_OPENERS and before.low not in (
            "who",
            "whose",
            "whom",
            "where",
            "as",
            "since",
            "before",
            "after",
            "until",
        ):
            if at == end:  # directly before the verb: a relative clause
                return at
            return at
        if before.low in ("as", "since", "before", "after", "until") and at - 1 == 0:
            return at
        if before.low in ("and", "or") and _joins_clauses(words, at - 1):
            return at
        at -= 1
        if end - at > 120:
            return at
    return 0


def _joins_clauses(words: Words, at: int) -> bool:
    """Whether *and* at `at` joins clauses: a verb stands before it in the same clause, or a comma right before it."""
    if at and words[at - 1].text == "," and words[at - 1].quote < 0:
        # "A, B and C said" has a list before it; a list needs an earlier comma without a verb
        return any(is_verb(words, place) for place in range(max(0, at - 30), at))
    for place in range(at - 1, max(-1, at - 30), -1):
        if is_break(words[place]):
            return False
        if is_verb(words, place):
            return True
    return False


def subject(words: Words, group: int) -> tuple[Span, Span] | None:
    """The subject before a verb group, and the apposition to it (empty where there is none)."""
    if group <= 0:
        return None
    end = group - 1 if words[group - 1].text == "," else group
    if end <= 0 or words[end - 1].quote >= 0:
        return None
    if end == group and words[group - 1].low in ("who", "that", "which"):
        return _antecedent(words, group - 1)
    start = clause_start(words, end)
    if start >= end:
        return None
    parts = _split(words, start, end)
    if end == group:
        return _of_last(words, parts)
    return _bracketed(words, parts)


def _split(words: Words, start: int, end: int) -> list[Span]:
    """The pieces between commas."""
    parts, first = [], start
    for at in range(start, end):
        if words[at].text == ",":
            if at > first:
                parts.append((first, at))
            first = at + 1
    if end > first:
        parts.append((first, end))
    return parts


def _of_last(words: Words, parts: list[Span]) -> tuple[Span, Span] | None:
    if not parts:
        return None
    start, end = parts[-1]
    if len(parts) > 1 and words[start].low in ("and", "or"):  # "A, B and C said", "A, B, and C said"
        start = parts[0][0] if not _adverbial(words, parts[0]) else start + 1
    span = trimmed(words, start, end)
    return (span, (0, 0)) if span else None


def _bracketed(words: Words, parts: list[Span]) -> tuple[Span, Span] | None:
    """As in "Vadim Orr, the foreign minister, said": the first piece that is no adverbial, and what follows."""
    for place, part in enumerate(parts):
        if _adverbial(words, part):
            continue
        span = trimmed(words, *part)
        if span is None:
            continue
        after = parts[place + 1] if place + 1 < len(parts) else (0, 0)
        if after != (0, 0) and (_adverbial(words, after) or words[after[0]].low in ("who", "which", "and", "but")):
            after = (0, 0)
        return span, after
    return None


def _adverbial(words: Words, part: Span) -> bool:
    first = words[part[0]]
    if first.low in PREPOSITIONS or first.low in LEADERS or adverb(first):
        return True
    if first.low.endswith("ing") and first.text[0].islower():
        return True
    return all(
        words[at].low in TIMES or words[at].low in ("the", "of", "a") or words[at].text.isdigit() for at in range(*part)
    )


def _antecedent(words: Words, relative: int) -> tuple[Span, Span] | None:
    """What a relative clause is about: the phrase right before it."""
    end = relative
    if end and words[end - 1].text == ",":
        end -= 1
    start = phrase_start(words, end)
    span = trimmed(words, start, end) if start < end else None
    return (span, (0, 0)) if span else None


def phrase_start(words: Words, end: int) -> int:
    """Where a noun phrase that ends at `end` begins."""
    at = end
    while at > 0 and end - at < LONGEST:
        before = words[at - 1]
        if is_break(before) or before.text in ",." or before.low in CLAUSE_OPENERS or is_verb(words, at - 1):
            break
        if before.low in PRONOUNS and before.low not in ("it",):
            break
        if before.low in DETERMINERS:
            at -= 1
            if not (at >= 2 and words[at - 1].low in ("of", "for", "in", "at", "from", "within")):
                break
            continue
        if before.low in PREPOSITIONS and before.low not in ("of", "for", "in", "at", "from", "within"):
            break
        if before.low == "and" and _joins_clauses(words, at - 1):
            break
        at -= 1
    while at < end and (words[at].low in PREPOSITIONS or words[at].low in ("and", "or") or adverb(words[at])):
        at += 1
    return at


def trimmed(words: Words, start: int, end: int) -> Span | None:
    """A phrase without leading adverbials and clauses that modify it. None where nothing is left."""
    while start < end and (words[start].low in LEADERS or adverb(words[start]) or words[start].text in ",-–•*"):
        start += 1
    if start < end and words[start].low in ("both", "even", "only"):
        start += words[start].low != "both"
    if start < end and _leads(words, start, end):
        inner = phrase_start(words, end)
        start = inner if inner > start else _past_time(words, start, end)
    for at in range(start + 1, end):
        if words[at].low in _POSTMODIFIERS or words[at].low in ("we", "i", "he", "she", "they"):
            end = at
            break
    if end - start > 1 and words[end - 1].low in ("there", "here"):
        end -= 1
    while end > start and (
        words[end - 1].text in ",.-–" or adverb(words[end - 1]) or words[end - 1].low in PREPOSITIONS
    ):
        end -= 1
    while (
        end - 1 > start
        and words[end - 1].low in TIMES
        and words[end - 2].low in ("on", "in", "last", "late", "early", "this")
    ):
        end -= 2
    if start >= end or end - start > LONGEST or not any(words[at].text[0].isalpha() for at in range(start, end)):
        return None
    if (
        words[start].low in PREPOSITIONS
        or words[start].low in AUXILIARIES
        or words[start].low in ("what", "which", "who")
    ):
        return None
    return start, end


def _leads(words: Words, start: int, end: int) -> bool:
    """Whether a preposition or a word of time leads a phrase; *about* before a number does not."""
    low = words[start].low
    counted = low in ("over", "about", "around") and words[min(start + 1, end - 1)].text[0].isdigit()
    return (low in PREPOSITIONS or low in ("last", "this", "earlier", "late")) and not counted


def _past_time(words: Words, start: int, end: int) -> int:
    """After a leading adverbial of time that no comma ends ("On Tuesday the minister")."""
    at = start + 1
    while at < end and (words[at].low in TIMES or words[at].text.isdigit()):
        at += 1
    return at if at < end and at > start + 1 else end


def following(words: Words, start: int) -> tuple[Span, Span] | None:
    """The noun phrase that begins at `start` or soon after it, and the apposition to it."""
    end = phrase_end(words, start)
    span = trimmed(words, start, end) if end > start else None
    if span is None:
        return None
    apposition = (0, 0)
    if end < len(words) and words[end].text == "," and end + 1 < len(words):
        after = phrase_end(words, end + 1)
        first = words[end + 1].low
        closed = after >= len(words) or words[after].text in ",.;!?" or words[after].quote >= 0
        if (
            closed
            and after > end + 1
            and (first in DETERMINERS or first in PEOPLE or words[min(end + 2, len(words) - 1)].low in PEOPLE)
        ):
            apposition = (end + 1, after)
    return span, apposition


def phrase_end(words: Words, start: int) -> int:
    """Where a noun phrase that begins at `start` ends."""
    at = start
    while at < len(words) and at - start < LONGEST:
        word = words[at]
        if is_break(word) or word.text in ",." or word.low in CLAUSE_OPENERS or word.low in _POSTMODIFIERS:
            break
        if is_verb(words, at) or (adverb(word) and at > start):
            break
        if (
            at > start
            and word.low.endswith("ed")
            and at + 1 < len(words)
            and words[at + 1].low in DETERMINERS | PREPOSITIONS
        ):
            break  # "Lower Vessia reserved its position"
        if at > start and word.low in PRONOUNS:
            break
        if word.low in ("by", "in") and at > start and words[at - 1].low in SPEECH:
            at += 1
            continue
        if at > start and word.low in PREPOSITIONS and word.low not in ("of", "for", "at", "from", "within"):
            if not (word.low == "in" and words[at - 1].low in OUTLET_NOUNS | PEOPLE):
                break
            if at + 1 < len(words) and words[at + 1].low in TIMES | {"a", "an", "comments", "remarks"}:
                break
        if (
            at > start
            and word.low in DETERMINERS
            and words[at - 1].low not in ("of", "for", "in", "at", "from", "within", "and", "by")
        ):
            break
        if (
            word.low in ("and", "or")
            and at + 1 < len(words)
            and (is_verb(words, at + 1) or words[at + 1].low in PRONOUNS)
        ):
            break
        if at > start and (word.low in TIMES and word.text[0].isupper()):
            break
        at += 1
    return at
