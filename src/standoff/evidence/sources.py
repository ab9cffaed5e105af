"""Attribution without a reporting verb: "according to", "in the view of", "the claim that", "reportedly".

Each function looks for one form in a sentence and gives reports as `standoff.evidence.reports` does. Where a form names
an outlet and the sentence also says who spoke, the outlet is a carrier: the report found by its verb goes through it.
"""

from __future__ import annotations

from collections.abc import Callable

from standoff.evidence import contents
from standoff.evidence.hearsay import SIGNS, hearsay
from standoff.evidence.lexicon import (
    ANAPHORS,
    AUXILIARIES,
    BE,
    NOUNS,
    PERSPECTIVE,
    TO_NOUNS,
)
from standoff.evidence.names import POSSESSIVES
from standoff.evidence.phrases import Span, Words, following, is_verb, phrase_start
from standoff.evidence.records import Speaker
from standoff.evidence.reports import Report, outlets
from standoff.evidence.roster import Roster
from standoff.evidence.speakers import Described, describe

MOST = 10  # places of a sentence at which a form is looked for
_NOUNS = NOUNS | TO_NOUNS | {"comments", "remarks"}


def find(words: Words, roster: Roster, found: list[Report]) -> list[Report]:
    """All reports of a sentence: those already found by their verbs, and those of the forms here."""
    reports, lows = list(found), {word.low for word in words}
    if "according" in lows:
        reports = _according(words, roster, reports)
    if reports and lows & _CITING:
        reports = _citing(words, roster, reports)
    for form, signs in _FORMS:
        for report in form(words, roster) if lows & signs else ():
            if not any(_overlap(report, other) for other in reports):
                reports.append(report)
                roster.spoke(report.speaker)
    if not reports and lows & SIGNS:
        reports += hearsay(words)
    return sorted(reports, key=lambda report: report.content)


def _overlap(one: Report, other: Report) -> bool:
    inside = one.content[0] < other.content[1] and other.content[0] < one.content[1]
    return inside or other.content[0] <= one.cue[0] < other.content[1]


def _lows(words: Words, at: int, count: int) -> tuple[str, ...]:
    return tuple(word.low for word in words[at : at + count])


def _according(words: Words, roster: Roster, reports: list[Report]) -> list[Report]:
    """As in "According to X, Y"; "Y, according to X"; "Y1, according to X, Y2"."""
    places = [at for at in range(len(words) - 2) if words[at].low == "according" and words[at].quote < 0]
    for at in places[:MOST]:
        if words[at + 1].low != "to":
            continue
        phrase = _source(words, at + 2, roster)
        if phrase is None:
            continue
        described, end = phrase
        via = _through(words, at + 2, end + 8, roster)
        clause = [
            report for report in reports if report.content[0] <= at <= report.content[1] + 1 or at == _first(words)
        ]
        outlet = described.speaker.kind == "outlet"
        if clause and (outlet or via):
            for report in clause:
                if report.speaker.kind != "outlet":
                    report.via = list(dict.fromkeys([*([described.speaker.canonical] if outlet else via), *report.via]))
            roster.spoke(described.speaker)
            continue
        span = _around(words, at, end)
        if span is None:
            continue
        reports = [report for report in reports if not (span[0] <= report.cue[0] < span[1])]
        reports.append(
            Report(
                described.speaker,
                "according",
                (at, at + 2),
                span,
                at,
                [name for name in via if name != described.speaker.canonical],
            )
        )
        roster.spoke(described.speaker)
    return reports


def _first(words: Words) -> int:
    return contents.first_word(words)


def _source(words: Words, start: int, roster: Roster) -> tuple[Described, int] | None:
    """The source that a phrase names, and where the phrase with all its modifiers ends."""
    phrase = following(words, start)
    if phrase is None:
        return None
    described = describe(words, phrase[0], phrase[1], roster)
    end = max(phrase[0][1], phrase[1][1])
    while end < len(words) and words[end].quote < 0 and words[end].text not in ",.;:":
        end += 1
    return (described, end) if described else None


def _through(words: Words, start: int, end: int, roster: Roster) -> list[str]:
    """Outlets in "cited by the Herald", "who spoke to the Herald", "told the Herald"."""
    for at in range(start, min(end, len(words) - 1)):
        if words[at].low in ("cited", "quoted", "interviewed", "reported") and words[at + 1].low == "by":
            return outlets(words, [(at + 2, min(at + 8, len(words)))], roster)
        if words[at].low in ("spoke", "speaking", "talked") and words[at + 1].low in ("to", "with"):
            return outlets(words, [(at + 2, min(at + 8, len(words)))], roster)
    return []


def _around(words: Words, at: int, end: int) -> Span | None:
    """The content around "according to X" that stands from `at` to `end`."""
    first = _first(words)
    if at <= first:
        start = end
        while start < len(words) and words[start].quote < 0 and words[start].text != ",":
            start += 1
        return contents.tidy(words, start, contents.right_end(words, start)) if start < len(words) else None
    start = _semicolon(words, first, at)
    if end < contents.last_word(words) and not any(is_verb(words, place) for place in range(start, at)):
        return contents.tidy(words, start, contents.right_end(words, end))
    return contents.tidy(words, start, at)


def _semicolon(words: Words, first: int, end: int) -> int:
    for at in range(end - 1, first, -1):
        if words[at].quote < 0 and words[at].text == ";":
            return at + 1
    return first


def _citing(words: Words, roster: Roster, reports: list[Report]) -> list[Report]:
    """As in "The Herald reported, citing two officials, that Y": the officials speak, through the Herald."""
    for at in [at for at in range(1, len(words) - 1) if words[at].low in _CITING and words[at].quote < 0][:MOST]:
        phrase = _source(words, at + 1, roster)
        near = [report for report in reports if report.speaker.kind == "outlet"]
        if phrase is None or not near or phrase[0].speaker.canonical == near[-1].speaker.canonical:
            continue
        report = near[-1]
        report.via = [*report.via, report.speaker.canonical]
        report.speaker = phrase[0].speaker
        roster.spoke(report.speaker)
    return reports


def _perspective(words: Words, roster: Roster) -> list[Report]:
    """As in "From Karsk’s perspective, Y"; "In the words of X, Y"; "In X’s view, Y". Only where a clause begins."""
    found = []
    for at in range(len(words) - 3):
        if (
            words[at].quote >= 0
            or words[at].low not in ("from", "in", "to", "by")
            or (at > _first(words) and words[at - 1].text not in ",;")
        ):
            continue
        for end in range(at + 2, min(at + 12, len(words))):
            if words[end].quote >= 0 or words[end].text in ",.;":
                break
            if words[end].low not in PERSPECTIVE and _lows(words, end, 3) != ("point", "of", "view"):
                continue
            speaker, stop = _holder(words, at, end, roster)
            while stop < len(words) and words[stop].quote < 0 and words[stop].text != ",":
                stop += 1
            if speaker is None or stop >= len(words) or words[stop].quote >= 0:
                break
            span = contents.tidy(words, stop, contents.right_end(words, stop + 1))
            if span is not None and at <= _first(words):
                found.append(Report(speaker, "perspective", (at, end + 1), span, at))
            break
    return found


def _holder(words: Words, at: int, noun: int, roster: Roster) -> tuple[Speaker | None, int]:
    """Whose perspective it is: before the noun with ’s or a possessive, or after it with *of*."""
    if noun > at + 1 and words[noun - 1].low in ("’s", "'s"):
        described = describe(words, (at + 1, noun - 1), (0, 0), roster)
        return (described.speaker if described else None), noun + 1
    if noun == at + 2 and words[at + 1].low in POSSESSIVES:
        return roster.pronoun(POSSESSIVES[words[at + 1].low]), noun + 1
    if noun + 1 < len(words) and words[noun + 1].low == "of" and words[at + 1].low == "the":
        phrase = following(words, noun + 2)
        described = describe(words, phrase[0], phrase[1], roster) if phrase else None
        return (described.speaker if described else None), (phrase[0][1] if phrase else noun + 1)
    return None, noun + 1


def _attributed(words: Words, roster: Roster) -> list[Report]:
    """As in "The disclosure, attributed to unnamed sources, ..."; "attributing the account to two diplomats"."""
    for at in range(1, len(words) - 3):
        if words[at].quote < 0 and words[at].low in ("attributing", "crediting"):
            to = next((place for place in range(at + 1, min(at + 8, len(words) - 1)) if words[place].low == "to"), 0)
            phrase = following(words, to + 1) if to else None
            described = describe(words, phrase[0], phrase[1], roster) if phrase else None
            span = contents.tidy(words, at + 1, to) if to else None
            if described is not None and span is not None:
                return [
                    Report(
                        described.speaker,
                        "attributed",
                        (at, at + 1),
                        span,
                        at,
                        [roster.last_outlet] if roster.last_outlet else [],
                    )
                ]
    for at in range(1, len(words) - 2):
        if words[at].quote >= 0 or words[at].low not in ("attributed", "credited") or words[at + 1].low != "to":
            continue
        phrase = following(words, at + 2)
        described = describe(words, phrase[0], phrase[1], roster) if phrase else None
        end = at
        while end > 0 and (words[end - 1].text == "," or words[end - 1].low in AUXILIARIES):
            end -= 1
        start = phrase_start(words, end)
        span = contents.tidy(words, start, end)
        if described is None or span is None:
            continue
        via = [roster.last_outlet] if words[span[1] - 1].low in ANAPHORS and roster.last_outlet else []
        return [Report(described.speaker, "attributed", (at, at + 2), span, at, via)]
    return []


def _noun(words: Words, roster: Roster) -> list[Report]:
    """As in "Karsk’s claim that Y", "a warning from the ministry that Y", "his position is that Y"."""
    found = []
    for at in [at for at in range(len(words) - 2) if words[at].low in _NOUNS and words[at].quote < 0][:MOST]:
        speaker = _owner(words, at, roster)
        stop = at + 1
        if speaker is None and words[stop].low in ("from", "by", "of") and words[at].low in NOUNS:
            phrase = following(words, stop + 1)
            described = describe(words, phrase[0], phrase[1], roster) if phrase else None
            if described is not None and described.able and phrase is not None:
                speaker, stop = described.speaker, phrase[0][1]
        if speaker is None or stop >= len(words) - 1:
            continue
        if words[stop].low in BE and words[stop + 1].low == "that":
            span = contents.tidy(words, stop + 2, contents.right_end(words, stop + 2))
        elif words[stop].low == "that" and words[at].low in NOUNS:
            span = contents.tidy(words, stop + 1, _clause_end(words, stop + 1))
        elif words[stop].text == ":" and words[stop + 1].quote >= 0:
            span = contents.tidy(words, stop + 1, contents.right_end(words, stop + 1))
        elif words[stop].low == "to" and words[at].low in TO_NOUNS and not is_verb(words, stop + 1):
            span = contents.tidy(words, stop, _clause_end(words, stop))
        else:
            continue
        if span is not None:
            found.append(Report(speaker, "noun", (at, at + 1), span, at))
    return found


def _owner(words: Words, noun: int, roster: Roster) -> Speaker | None:
    """Whose claim it is: "Karsk’s", "the ministry’s repeated", "his"."""
    for at in range(noun - 1, max(-1, noun - 4), -1):
        if words[at].low in ("’s", "'s") and at > 0:
            start = phrase_start(words, at)
            described = describe(words, (start, at), (0, 0), roster) if start < at else None
            return described.speaker if described and described.able else None
        if words[at].low in POSSESSIVES:
            return roster.pronoun(POSSESSIVES[words[at].low])
        if words[at].quote >= 0 or words[at].text in ",.;" or is_verb(words, at):
            return None
    return None


def _clause_end(words: Words, start: int) -> int:
    """Where a clause inside a noun phrase ends: before the sentence's verb ("the claim that A holds *has* ...")."""
    end = contents.right_end(words, start)
    seen = False
    for at in range(start + 1, end):
        word = words[at]
        if word.quote >= 0:
            continue
        if word.low in AUXILIARIES and word.low not in ("’s", "'s") and words[at - 1].low not in AUXILIARIES:
            if seen or _third_person_before(words, start, at):
                return at
            seen = True
    return end


def _third_person_before(words: Words, start: int, end: int) -> bool:
    """Whether the clause already has a verb: a word in -s after a singular noun and before an article."""
    for at in range(start + 1, end - 1):
        low = words[at].low
        if (
            low.endswith(("s", "ed"))
            and words[at].text[0].islower()
            and words[at + 1].low in ("a", "an", "the", "no", "to", "its", "their")
        ):
            return True
    return False


def _quoted_as(words: Words, roster: Roster) -> list[Report]:
    """As in "The Herald quoted a diplomat as saying Y"; "the minister was quoted as saying Y"."""
    for at in range(1, len(words) - 3):
        if words[at].quote >= 0 or words[at].low not in ("quoted", "cited", "reported"):
            continue
        saying = next(
            (
                place
                for place in range(at + 1, min(at + 16, len(words) - 1))
                if _lows(words, place, 2) == ("as", "saying")
            ),
            0,
        )
        if not saying:
            continue
        via: list[str] = []
        if saying == at + 1 or words[at + 1].low == "by":
            start = phrase_start(words, _before_auxiliaries(words, at))
            phrase = (start, _before_auxiliaries(words, at))
            via = outlets(words, [(at + 2, saying)], roster) if words[at + 1].low == "by" else []
        else:
            phrase = (at + 1, saying)
            carrier = phrase_start(words, _before_auxiliaries(words, at))
            via = outlets(words, [(carrier, at)], roster)
        described = describe(words, phrase, (0, 0), roster) if phrase[0] < phrase[1] else None
        begin = saying + 2 + (words[saying + 2].low == "that")
        span = contents.tidy(words, begin, contents.right_end(words, begin))
        if described is not None and span is not None:
            return [Report(described.speaker, "quoted", (at, saying + 2), span, at, via)]
    return []


def _before_auxiliaries(words: Words, at: int) -> int:
    while at > 0 and words[at - 1].low in AUXILIARIES:
        at -= 1
    return at


_CITING = frozenset(("citing", "quoting"))
_FORMS: tuple[tuple[Callable[[Words, Roster], list[Report]], frozenset[str]], ...] = (
    (_perspective, PERSPECTIVE | {"point"}),
    (_attributed, frozenset(("attributed", "credited", "attributing", "crediting"))),
    (_noun, _NOUNS),
    (_quoted_as, frozenset(("quoted", "cited", "reported"))),
)
