"""What is said by nobody in particular: "reportedly", "is believed to", "widely regarded as", "by most accounts"."""

from __future__ import annotations

from standoff.evidence import contents
from standoff.evidence.lexicon import AUXILIARIES, BE, EVALUATED
from standoff.evidence.lexicon import HEARSAY as ADVERBS
from standoff.evidence.phrases import Span, Words, clause_start
from standoff.evidence.records import Speaker
from standoff.evidence.reports import Report

HEARD = Speaker("", "unspecified reports", False, "vague", "unspecified")
NOBODY = Speaker("", "unspecified", False, "vague", "unspecified")
_ACCOUNTS = tuple(("by", which, "accounts") for which in ("most", "all", "some"))
SIGNS = ADVERBS | EVALUATED | {"accounts"}


def hearsay(words: Words) -> list[Report]:
    """As in "reportedly", "is believed to", "widely regarded as", "by most accounts": said by nobody in particular."""
    for at in range(len(words) - 1):
        word = words[at]
        if word.quote >= 0:
            continue
        if at and word.low in ADVERBS:
            return _clause(words, at, (at, at + 1), HEARD)
        if word.low in EVALUATED and words[at - 1].low == "widely":
            return _clause(words, at, (at - 1, at + 1), NOBODY)
        if (
            word.low in EVALUATED
            and words[at + 1].low in ("to", "that", "on")
            and words[at - 1].low in BE | {"widely", "also"}
        ):
            if words[at + 1].low == "that" and words[at - 2].low != "it":
                continue
            return _clause(words, at, (at - 1, at + 1), NOBODY)
        if tuple(word.low for word in words[at : at + 3]) in _ACCOUNTS:
            start = at + 3 if at == 0 else contents.first_word(words)
            span = contents.tidy(words, start, contents.last_word(words))
            name = f"{words[at + 1].low} accounts"
            speaker = Speaker(name, name, False, "vague", "unspecified")
            return [Report(speaker, "accounts", (at, at + 3), _without_lead(words, span), at)] if span else []
    return []


def _clause(words: Words, at: int, cue: Span, speaker: Speaker) -> list[Report]:
    """The clause in which a cue stands."""
    start = max(clause_start(words, at), _after_comma(words, at))
    if words[start].low in AUXILIARIES:
        start = contents.first_word(words)
    span = contents.tidy(words, start, contents.right_end(words, at))
    return [Report(speaker, "hearsay", cue, span, at)] if span else []


def _without_lead(words: Words, span: Span) -> Span:
    """Without a short leading adverbial ("For now, ...")."""
    for at in range(span[0], min(span[0] + 4, span[1] - 1)):
        if words[at].text == "," and words[span[0]].low in ("for", "at", "in", "so", "as"):
            return at + 1, span[1]
    return span


def _after_comma(words: Words, at: int) -> int:
    for place in range(at - 1, 0, -1):
        if words[place].text == "," or words[place].quote >= 0:
            return place + 1
    return 0
