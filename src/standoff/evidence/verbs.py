"""Reporting verbs in a sentence: which words are verbs here, with what group of auxiliaries, active or passive.

Many forms are nouns as well ("claims", "reports"), participles ("comments reported by") or infinitives ("declined to
say"): only those count that say that something was said. A negated verb or one after a modal reports nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from standoff.evidence.lexicon import (
    AS,
    AUXILIARIES,
    BE,
    HAVE,
    MODALS,
    NEGATIONS,
    NOUN_LIKE,
    OBJECT,
    SAY,
    TO,
    VERBS,
)
from standoff.evidence.names import DETERMINERS, PRONOUNS
from standoff.evidence.phrases import Words, group_start, phrase_start

MOST = 10  # verbs of a sentence that are looked at


@dataclass(frozen=True)
class Verb:
    """A verb at `at`, its group from `group`, what follows from `after`; its lemma with the particle, its form."""

    at: int
    group: int
    lemma: str
    after: int
    form: str
    passive: bool


def verbs_of(words: Words) -> list[Verb]:
    """The reporting verbs of a sentence, in order, at most `MOST`."""
    verbs = []
    for at, word in enumerate(words):
        if word.quote >= 0 or word.low not in VERBS or (word.text[0].isupper() and at > 0):
            continue
        lemma, form = VERBS[word.low]
        after = at + 1
        if after < len(words) and f"{lemma}_{words[after].low}" in OBJECT | TO | SAY:
            lemma, after = f"{lemma}_{words[after].low}", after + 1
        elif lemma == "make" and after < len(words) and words[after].low == "clear":
            lemma, after = "say", after + 1
        elif lemma == "leave" and "open" in [other.low for other in words[after : after + 8]]:
            lemma = "leave_open"
        if lemma not in SAY | AS | OBJECT | TO and not _puts(words, at, lemma):
            continue
        group = group_start(words, at)
        auxiliaries = {other.low for other in words[group:at]}
        if auxiliaries & NEGATIONS or auxiliaries & MODALS or "n’t" in auxiliaries:
            continue
        if group >= 2 and words[group - 1].low == "to" and words[group - 2].low == "used":
            group -= 2
        if (group and words[group - 1].low in ("to", "not", "n’t", "n't")) or (
            group == at and at and words[at - 1].low == "to"
        ):
            continue
        be, have = bool(auxiliaries & BE), bool(auxiliaries & HAVE)
        used = group < at and words[group].low == "used"
        if form == "base" and not used and not _base_is_verb(words, at, group):
            continue
        passive = form == "past" and be and not (have and "been" not in auxiliaries)
        if form == "past" and not be and not have and after < len(words) and words[after].low == "by":
            continue  # "comments reported by the Herald" says through whom, not what
        if (
            form in ("third", "base")
            and at
            and words[at - 1].low in DETERMINERS
            and words[at - 1].low not in ("some", "many", "others", "most", "few", "both", "all", "that", "another")
        ):
            continue
        if form == "third" and lemma in NOUN_LIKE and not _third_is_verb(words, at):
            continue
        verbs.append(Verb(at, group, lemma, after, form, passive))
        if len(verbs) == MOST:
            break
    return verbs


def _puts(words: Words, at: int, lemma: str) -> bool:
    """As in "as the minister put it"."""
    return lemma == "put" and at + 1 < len(words) and words[at + 1].low == "it"


def _base_is_verb(words: Words, at: int, group: int) -> bool:
    """A plural present ("officials argue") rather than a noun or an infinitive."""
    if group == 0 or words[at].text[0].isupper():
        return False
    if any(word.low in AUXILIARIES and word.low in ("do", "does", "did") for word in words[group:at]):
        return True
    before = words[_head_of(words, group)]
    plural = before.low in ("they", "we", "i", "who", "some", "many", "others", "that", "people", ",", "and") or (
        before.low.endswith("s") and not before.low.endswith(("ss", "’s", "'s"))
    )
    if not plural:
        return (
            any(word.low == "and" for word in words[max(0, group - 6) : group])
            and VERBS[words[at].low][0] not in NOUN_LIKE
        )
    return VERBS[words[at].low][0] not in NOUN_LIKE or _third_is_verb(words, at)


def _head_of(words: Words, group: int) -> int:
    """The head of the phrase before a verb: *Defenders* in "Defenders of the measure claim"."""
    start = phrase_start(words, group)
    for at in range(start + 1, group):
        if words[at].low in ("of", "in", "from", "at", "within"):
            return at - 1
    return group - 1


def _third_is_verb(words: Words, at: int) -> bool:
    """For forms that are nouns as well ("claims", "reports"): what follows is what follows a verb."""
    if at + 1 >= len(words):
        return True
    after = words[at + 1]
    if after.low == "that":
        return at == 0 or (words[at - 1].low not in DETERMINERS and words[at - 1].low not in ("’s", "'s", "of", "by"))
    if at and (words[at - 1].low in ("’s", "'s", "of", "by", "with", "from") or words[at - 1].text == ","):
        return False
    if after.quote >= 0 or after.low in PRONOUNS or after.low in DETERMINERS:
        return True
    return after.text in ".:," and at > 0 and (words[at - 1].text[0].isupper() or words[at - 1].low in PRONOUNS)
