"""Reports in a sentence: somebody, a verb of saying, and what was said.

`find` goes over the verbs outside quotations in order. For each it looks for the subject (before the verb, or after it:
"said the minister"), then for what is reported: after the verb, or before it where the verb closes the sentence
("..., the minister said"). Verbs without a subject of their own ("and advocated", ", adding that") have the one before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from standoff.evidence import contents
from standoff.evidence.lexicon import (
    AS,
    BE,
    CAUTIOUS,
    OBJECT,
    SAY,
    SPEECH,
    TO,
)
from standoff.evidence.names import DETERMINERS, OUTLET_NOUNS, PRONOUNS
from standoff.evidence.phrases import (
    Span,
    Words,
    adverb,
    clause_start,
    following,
    is_verb,
    subject,
)
from standoff.evidence.records import Speaker
from standoff.evidence.roster import Roster
from standoff.evidence.speakers import Described, describe
from standoff.evidence.verbs import Verb, verbs_of
from standoff.evidence.vocabulary import listed

_NEVER_INVERTED = listed("describe frame portray cast reject call support welcome")
_CARRYING = listed("reported cited quoted published carried obtained broadcast aired seen")
_ALWAYS = listed(
    """say tell argue claim insist add warn state declare announce note stress explain acknowledge allege contend
    assert maintain remark write caution deny"""
)


@dataclass
class Report:
    """A report: the speaker, the cue's words, the content's words, and outlets through which it came."""

    speaker: Speaker
    lemma: str
    cue: Span
    content: Span
    begins: int  # the first word of the attribution
    via: list[str] = field(default_factory=list)
    place: str = "right"  # where the content stands: right, left or both sides of the attribution
    told: list[Span] = field(default_factory=list)


def find(words: Words, roster: Roster) -> list[Report]:
    """The reports of a sentence, in the order of their verbs."""
    found: list[Report] = []
    for verb in verbs_of(words):
        report = _passive(words, verb, roster) if verb.passive else _active(words, verb, roster, found)
        if report is not None:
            found.append(report)
            roster.spoke(report.speaker)
    kept = _settled(words, found)
    for report in kept:
        _carried(words, kept, report, roster)
    return kept


def _carried(words: Words, reports: Sequence[Report], report: Report, roster: Roster) -> None:
    """Add the outlets of "in comments reported by the Herald", "speaking to the Herald" before the subject."""
    if report.via or report.speaker.kind == "outlet":
        return
    for at in range(report.begins - 2):
        if words[at].quote >= 0 or any(other.content[0] <= at < other.content[1] for other in reports):
            continue
        by = words[at].low in _CARRYING and words[at + 1].low == "by"
        to = words[at].low in SPEECH | {"speaking", "talking", "interview"} and words[at + 1].low in ("to", "with")
        if by or to:
            report.via += outlets(words, [(at + 2, report.begins)], roster)


def _active(words: Words, verb: Verb, roster: Roster, before: Sequence[Report]) -> Report | None:
    if verb.form == "ing":
        return _participle(words, verb, roster, before)
    described, begins, is_inverted = _speaker(words, verb, roster, before)
    if described is None:
        return None
    if not described.able and (verb.lemma in CAUTIOUS or verb.lemma not in _ALWAYS):
        return None
    content = _content(words, verb, begins, is_inverted)
    if content is None:
        return None
    span, place, told = content
    report = Report(described.speaker, verb.lemma, (verb.group, verb.after), span, begins, place=place, told=told)
    if described.via:
        report.via.append(described.via)
    report.via += outlets(words, told, roster)
    return report


def _speaker(words: Words, verb: Verb, roster: Roster, before: Sequence[Report]) -> tuple[Described | None, int, bool]:
    """The speaker, where the attribution begins, and whether the speaker stands after the verb."""
    previous = words[verb.group - 1] if verb.group else None
    if previous is not None and previous.low in ("and", "or", "but") and before:
        return Described(before[-1].speaker, True), verb.group, False
    if (
        previous is not None
        and previous.text == ","
        and before
        and verb.group >= 2
        and _shares(words, verb, before[-1])
    ):
        return Described(before[-1].speaker, True), verb.group, False
    phrase = subject(words, verb.group)
    if phrase is not None:
        described = describe(words, phrase[0], phrase[1], roster)
        if described is not None:
            via = _cited_by(words, phrase[0][1], verb.group, roster)
            return Described(described.speaker, described.able, via), phrase[0][0], False
        return None, 0, False
    if verb.lemma in SAY and verb.lemma not in _NEVER_INVERTED:
        after = contents.inverted(words, verb.at)
        if after is not None and (previous is None or previous.quote >= 0 or previous.text in ",—–"):
            described = describe(words, after[0], after[1], roster)
            if described is not None:
                return described, verb.group, True
    return None, 0, False


def _shares(words: Words, verb: Verb, previous: Report) -> bool:
    """A second verb after a comma with no subject of its own: "he said, adding"; not after a bracketed name."""
    return (
        words[verb.group - 1].text == "," and previous.cue[1] == verb.group - 1 and subject(words, verb.group) is None
    )


def _cited_by(words: Words, start: int, end: int, roster: Roster) -> str:
    """The outlet in "a source cited by the Herald warned"."""
    for at in range(start, end - 1):
        if words[at].low in ("cited", "quoted", "interviewed", "contacted", "reached") and words[at + 1].low == "by":
            found = outlets(words, [(at + 2, end)], roster)
            if found:
                return found[0]
    return ""


def outlets(words: Words, spans: Sequence[Span], roster: Roster) -> list[str]:
    """The outlets named in phrases."""
    found = []
    for start, end in spans:
        phrase = following(words, start) if start < end else None
        if phrase is None:
            continue
        span = (phrase[0][0], min(phrase[0][1], end))
        described = describe(words, span, (0, 0), roster) if span[0] < span[1] else None
        if described is not None and described.speaker.kind == "outlet" and described.speaker.named:
            found.append(described.speaker.canonical)
        elif words[span[0]].low == "state" and words[span[1] - 1].low in OUTLET_NOUNS | {"media"}:
            found.append(" ".join(word.low for word in words[span[0] : span[1]]))
    return found


def _participle(words: Words, verb: Verb, roster: Roster, before: Sequence[Report]) -> Report | None:
    """As in ", adding that ...": said by whoever spoke before, or by the subject of the sentence."""
    if (
        verb.group == 0
        or words[verb.group - 1].text != ","
        or verb.lemma not in SAY | {"call_for", "call_on", "describe"}
        or (verb.lemma in CAUTIOUS)
    ):
        if any(word.low in BE for word in words[verb.group : verb.at]):
            described, begins, _ = _speaker(words, verb, roster, before)
            content = _content(words, verb, begins, False) if described and described.able else None
            if described and content:
                return Report(described.speaker, verb.lemma, (verb.group, verb.after), content[0], begins)
        return None
    if before:
        speaker = before[-1].speaker
    else:
        phrase = following(words, contents.first_word(words))
        described = describe(words, phrase[0], phrase[1], roster) if phrase else None
        if described is None or not described.able:
            return None
        speaker = described.speaker
    content = _content(words, verb, verb.group, False)
    if content is None or content[1] != "right":
        return None
    return Report(speaker, verb.lemma, (verb.group, verb.after), content[0], verb.group, told=content[2])


def _passive(words: Words, verb: Verb, roster: Roster) -> Report | None:
    """As in "The plan was rejected by Karsk": the agent speaks, the subject is what is spoken of."""
    if verb.lemma not in OBJECT | AS:
        return None
    for at in range(verb.after, min(len(words) - 1, verb.after + 12)):
        if words[at].quote >= 0 or words[at].text in ",;:." or is_verb(words, at):
            return None
        if words[at].low == "by":
            phrase = following(words, at + 1)
            described = describe(words, phrase[0], phrase[1], roster) if phrase else None
            start = clause_start(words, verb.group)
            content = contents.tidy(words, start, verb.group)
            if described is None or not described.able or content is None or phrase is None:
                return None
            if phrase[0][1] < len(words) and words[phrase[0][1]].low == "as":
                content = (content[0], contents.right_end(words, phrase[0][1]))
            return Report(described.speaker, verb.lemma, (verb.group, at + 1), content, verb.group, place="left")
    return None


def _content(words: Words, verb: Verb, begins: int, is_inverted: bool) -> tuple[Span, str, list[Span]] | None:
    """What is reported, on which side of the attribution, and the phrases in between that say to whom and where."""
    after = verb.after
    if is_inverted:
        phrase = contents.inverted(words, verb.at)
        after = (phrase[1][1] if phrase and phrase[1] != (0, 0) else phrase[0][1]) if phrase else after
    before = contents.left(words, begins) if verb.form != "ing" else None
    base = verb.lemma
    if base in ("put", "say") and base == "put":
        after += 1
    if base in AS and not is_inverted:
        span = _as_content(words, after)
        if span is not None:
            return span, "right", []
    kind, start, told = contents.complement(words, after, base) if base in SAY | TO else ("clause", after, [])
    if before is not None and before[1] and kind in ("none", "clause"):
        resumed = _resumed(words, before[0], start)
        if resumed is not None:
            return resumed, "both", told
    if is_inverted and kind in ("that", "clause") and before is not None:
        kind = "none"
    if kind in ("that", "quote"):
        if before is not None and before[1] and kind == "quote":
            span = contents.tidy(words, before[0][0], contents.right_end(words, start))
            return (span, "both", told) if span else None
        if kind == "quote" or base in SAY:
            span = contents.tidy(words, start, contents.right_end(words, start))
            return (span, "right", told) if span else None
    if kind == "clause" and not is_inverted:
        span = _bare(words, base, start, told)
        if span is not None:
            return span, "right", told
    if before is not None and base in SAY | {"put"} and (kind == "none" or is_inverted or before[1]):
        return _before(words, before, start, told)
    return None


def _before(
    words: Words, before: tuple[Span, bool], start: int, told: list[Span]
) -> tuple[Span, str, list[Span]] | None:
    """Content before the attribution; on both sides where commas bracket it inside a clause."""
    span, quoted = before
    end = contents.last_word(words)
    if not quoted and start < end and words[start].text == "," and not any(is_verb(words, at) for at in range(*span)):
        whole = contents.tidy(words, span[0], contents.right_end(words, start + 1))
        return (whole, "both", told) if whole else None
    tidied = contents.tidy(words, *span)
    return (tidied, "left", told) if tidied else None


def _resumed(words: Words, quoted: Span, start: int) -> Span | None:
    """A quotation broken by its attribution: it ended with a comma and goes on after commas without a verb between."""
    if quoted[1] < 2 or (words[quoted[1] - 2].text != "," and words[quoted[1]].text != ","):
        return None
    for at in range(start, contents.last_word(words)):
        if words[at].quote >= 0:
            return contents.tidy(words, quoted[0], contents.right_end(words, at)) if words[at - 1].text == "," else None
        if is_verb(words, at) or words[at].text in ";:":
            return None
    return None


def _as_content(words: Words, start: int) -> Span | None:
    """As in "the mission as hypothetical": the object and what it is called."""
    end = contents.last_word(words)
    for at in range(start, min(end, start + 30)):
        if words[at].quote >= 0 or words[at].text in ";:":
            return None
        if words[at].low == "as":
            return contents.tidy(words, start, contents.right_end(words, start))
        if words[at].low == "that" or (is_verb(words, at) and at > start):
            return None
    return None


def _bare(words: Words, lemma: str, start: int, told: list[Span]) -> Span | None:
    """A clause without *that*, a noun phrase, or an infinitive, as far as the verb allows it."""
    end = contents.last_word(words)
    if start >= end or words[start].text in ",.;":
        return None
    stop = contents.right_end(words, start)
    verbs = any(is_verb(words, at) or words[at].low in ("are", "is") for at in range(start, stop))
    quoted = any(words[at].quote >= 0 for at in range(start, stop))
    infinitive = words[start].low == "to" or any(words[at].low == "to" for at in range(start, min(stop, start + 12)))
    allowed = (
        (lemma in SAY and (verbs or _clausal(words, start, stop)))
        or (lemma in TO and infinitive)
        or (lemma in OBJECT)
        or (lemma in SAY and quoted)
    )
    if not allowed or (lemma in ("tell", "ask", "brief", "inform") and not (verbs or infinitive)):
        return None
    if (
        lemma in ("tell", "ask", "warn", "assure", "remind", "inform")
        and told
        and lemma in TO
        and words[start].low == "to"
    ):
        start = told[0][0]
    if (
        words[start].low in ("in", "at", "on", "by", "with", "from", "after", "during", "to")
        and not quoted
        and not (words[start].low == "to" and lemma in TO)
    ):
        return None
    return contents.tidy(words, start, stop)


def _clausal(words: Words, start: int, stop: int) -> bool:
    """Whether words that follow a verb of saying look like a clause although no verb is recognised in them."""
    if words[start].low in PRONOUNS and stop - start >= 2:
        return True
    return stop - start >= 4 and (
        words[start].low in PRONOUNS or words[start].low in DETERMINERS or words[start].text[0].isupper()
    )


def _settled(words: Words, found: list[Report]) -> list[Report]:
    """Reports without those inside the content of another, contents cut where the next report begins.

    What an outlet reports that somebody said is the statement of that somebody, through the outlet.
    """
    kept: list[Report] = []
    for report in found:
        for other in [other for other in kept if report.place == "left" and _within(other, report)]:
            kept.remove(other)
            if report.speaker.kind == "outlet" and other.lemma in TO and words[other.content[0]].low == "to":
                other.via = [report.speaker.canonical, *report.via]
                kept.append(other)
            elif report.speaker.kind == "outlet":
                other.via = [report.speaker.canonical, *report.via, *other.via]
                kept.append(other)
                report = other
        if report in kept:
            continue
        outer = next((other for other in kept if _inside(words, report, other)), None)
        if outer is not None and outer.speaker.kind == "outlet":
            kept.remove(outer)
            report.via = [outer.speaker.canonical, *outer.via, *report.via]
            kept.append(report)
        elif outer is None:
            kept.append(report)
    for report, after in pairwise(kept):
        if report.content[0] < after.begins < report.content[1] and report.place == "right":
            cut = after.begins
            while cut > report.content[0] and (
                words[cut - 1].low in ("and", "but", ",", "while") or adverb(words[cut - 1])
            ):
                cut -= 1
            span = contents.tidy(words, report.content[0], cut)
            report.content = span or report.content
    return kept


def _within(inner: Report, outer: Report) -> bool:
    return outer.content[0] <= inner.cue[0] < outer.content[1]


def _inside(words: Words, inner: Report, outer: Report) -> bool:
    """Whether a report lies in the content of an earlier one, and is not joined to it by *and* or *but*."""
    if outer.place != "right" or not _within(inner, outer):
        return False
    at = inner.begins
    while at > outer.content[0] and (words[at - 1].text == "," or adverb(words[at - 1])):
        at -= 1
    joined = words[at - 1].low in ("and", "but", "while", "yet") or words[inner.begins - 1].low in (
        "and",
        "but",
        "while",
    )
    comma = words[inner.begins - 1].text == "," and inner.speaker == outer.speaker
    return not (joined or comma)
