"""From a noun phrase to a speaker: as printed, under one name, named or not, of which kind and role.

Kinds: ``person``, ``state-metonym`` (a capital or country for its government), ``state``, ``organisation``, ``outlet``,
``unnamed-individual``, ``unnamed-group``, ``vague`` (nobody in particular). An organisation is named; a spokesman of it
is not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from standoff.evidence.lexicon import SPEECH
from standoff.evidence.names import (
    DEMONYMS,
    DETERMINERS,
    INSTITUTIONS,
    OFFICES,
    ORGANISATION_WORDS,
    OUTLET_NOUNS,
    PARTICLES,
    PEOPLE,
    PLURAL_PEOPLE,
    POSSESSIVES,
    PRONOUNS,
    TITLES,
)
from standoff.evidence.phrases import Span, Words
from standoff.evidence.records import Speaker
from standoff.evidence.roster import Roster, capital, split_titles
from standoff.evidence.vocabulary import listed

_OF = listed("of for in at from within to with on")
_STRIPPED = listed("a an the one this that these those his her their its our another same")
_INSIDE = frozenset(("of", "for", "and", "the", "on"))
_BODIES_AGAIN = frozenset(["company", "firm", "organisation", "organization", "group", "body"])
_GOVERNMENTS = frozenset(["government", "authorities", "administration", "leadership", "presidency"])


@dataclass(frozen=True)
class Described:
    """A speaker, and whether the phrase is one for somebody who can speak (else only clear verbs of saying count)."""

    speaker: Speaker
    able: bool
    via: str = ""


def describe(words: Words, span: Span, apposition: Span, roster: Roster) -> Described | None:
    """Who a phrase stands for; None where nobody can be meant."""
    start, end = span
    shown = _text(words, start, end)
    if end - start == 1 and words[start].low in PRONOUNS:
        return _pronoun(words[start].low, shown, roster)
    if words[start].low in POSSESSIVES and words[end - 1].low in SPEECH:
        found = roster.pronoun(POSSESSIVES[words[start].low])
        return Described(replace(found, text=shown), True) if found else None
    if shown.lower() in ("the former", "the latter"):
        recent = roster.recent(1 if shown.lower() == "the latter" else 2)
        return Described(replace(recent, text=shown), True) if recent else None
    owned = _speech(words, start, end, roster)
    if owned is not None:
        return owned
    first = start
    while first < end - 1 and words[first].low in _STRIPPED:
        first += 1
    head = _head(words, first, end)
    if capital(words, head) and not _common(words, first, head, roster):
        return _named(words, first, end, head, shown, apposition, roster)
    named = _proper(words, apposition, roster)
    if named is not None and words[head].low not in OUTLET_NOUNS:
        roster.give_role(named.canonical, _text(words, first, end))
        return Described(replace(named, text=shown, role=_text(words, first, end)), True)
    return _unnamed(words, start, first, end, head, shown, roster)


def _proper(words: Words, apposition: Span, roster: Roster) -> Speaker | None:
    """Whom an apposition names: "a ministry spokesman, Ferro Aldan"; None where it is a common phrase."""
    start, end = apposition
    while start < end and words[start].low in DETERMINERS:
        start += 1
    if (
        start >= end
        or not capital(words, start)
        or not all(
            capital(words, at) or words[at].low in PARTICLES | _INSIDE or words[at].text == "."
            for at in range(start, end)
        )
    ):
        return None
    described = describe(words, (start, end), (0, 0), roster)
    return described.speaker if described is not None and described.speaker.named else None


def _common(words: Words, first: int, head: int, roster: Roster) -> bool:
    """Whether a capital is only that of a sentence's first word: "Defenders of the measure"."""
    if head != first:
        return False
    begins = head == 0 or words[head - 1].text in "“‘\"'.:" or words[head - 1].quote >= 0
    low = words[head].low
    return (begins and (low in PEOPLE and low not in TITLES)) or (
        begins
        and low.endswith("s")
        and not roster.known(words[head].text)
        and not (head + 1 < len(words) and capital(words, head + 1))
    )


def _text(words: Words, start: int, end: int) -> str:
    parts: list[str] = []
    for at in range(start, end):
        if at > start and words[at].start > words[at - 1].end:
            parts.append(" ")
        parts.append(words[at].text)
    return "".join(parts)


def _pronoun(low: str, shown: str, roster: Roster) -> Described | None:
    found = roster.pronoun(PRONOUNS[low])
    if found is not None:
        return Described(replace(found, text=shown), True)
    if low in ("he", "she", "they"):
        kind = "unnamed-group" if low == "they" else "unnamed-individual"
        return Described(Speaker(shown, low, False, kind, ""), low != "they")
    return None


def _head(words: Words, first: int, end: int) -> int:
    """The last word before a preposition: *head* in "the head of the navy"."""
    for at in range(first + 1, end):
        if words[at].low in _OF and not (capital(words, at - 1) and at + 1 < end and capital(words, at + 1)):
            return at - 1
        if words[at].low == "of" and words[at - 1].text not in ORGANISATION_WORDS and words[at - 1].low in PEOPLE:
            return at - 1
    return end - 1


def _speech(words: Words, start: int, end: int, roster: Roster) -> Described | None:
    """As in "The ministry’s statement", "a report by the Herald": whoever made it."""
    head = next((at for at in range(start, end) if words[at].low in SPEECH), -1)
    if head < 0 or words[head].text[0].isupper():
        return None
    shown = _text(words, start, end)
    if words[start].low in POSSESSIVES:
        found = roster.pronoun(POSSESSIVES[words[start].low])
        return Described(replace(found, text=shown), True) if found else None
    for at in range(start + 1, head):
        if words[at].low in ("’s", "'s") and at > start:
            owner = describe(words, (start, at), (0, 0), roster)
            return Described(replace(owner.speaker, text=shown), True) if owner else None
    if head + 2 < end and words[head + 1].low in ("by", "from", "in", "of"):
        return describe(words, (head + 2, end), (0, 0), roster)
    for at in range(start, head):
        if capital(words, at) and words[at].low not in PEOPLE:
            return describe(words, (start, head), (0, 0), roster)
    return None


def _named(
    words: Words, first: int, end: int, head: int, shown: str, apposition: Span, roster: Roster
) -> Described | None:
    run = head
    while run > first and (capital(words, run - 1) or words[run - 1].low in PARTICLES or words[run - 1].text == "."):
        run -= 1
    stop = head + 1
    names = [word.text for word in words[run:stop]]
    whole = _text(words, first, end)
    name = _text(words, run, stop)
    definite = words[first - 1].low == "the" if first else False
    if roster.is_outlet(name):
        whole_name = roster.outlet(name)
        article = "The " if definite and not whole_name.startswith("The ") else ""
        return Described(Speaker(shown, article + whole_name, True, "outlet", "outlet"), True)
    if roster.country(name):
        return Described(Speaker(shown, f"Government of {roster.country(name)}", True, "state-metonym", "state"), True)
    if names[-1] in DEMONYMS and len(names) == 1:
        return None
    if any(word in ORGANISATION_WORDS for word in names) and not _titled(names):
        return Described(Speaker(shown, whole, True, "organisation", "organisation"), True)
    titles, rest = split_titles(names)
    if not rest:  # "the Foreign Minister"
        known = roster.person_with_role(names[-1].lower())
        if known:
            return Described(Speaker(shown, known, True, "person", roster.role(known)), True)
        named = _proper(words, apposition, roster)
        if named is not None:
            return Described(replace(named, text=shown, role=whole), True)
        office = names[-1].lower() in OFFICES
        kind = "office" if office else "unnamed-individual"
        return Described(Speaker(shown, whole, office, kind, whole.lower()), True)
    lower = [word.text for word in words[first:run]]
    if not titles and lower and definite and lower[-1].lower() not in TITLES:
        return Described(Speaker(shown, whole, True, "organisation", "organisation"), lower[-1].lower() in PEOPLE)
    plain = " ".join(rest)
    alone = len(rest) == 1 and not titles and not lower
    if alone and roster.is_place(plain):
        return Described(Speaker(shown, plain, True, "state-metonym", "state"), True)
    if alone and definite and roster.full_name(plain) == plain:
        return Described(Speaker(shown, plain, True, "organisation", "organisation"), True)
    full = roster.full_name(plain) if len(rest) == 1 else plain
    role = " ".join([*lower, *titles]) or _text(words, *apposition) or roster.role(full)
    roster.give_role(full, role)
    return Described(Speaker(shown, full, True, "person", role.removeprefix("the ").removeprefix("a ")), True)


def _titled(names: list[str]) -> bool:
    """Whether a name begins or goes on with a title and ends with a name ("Navy Secretary Ilse Marr")."""
    titles, rest = split_titles(names)
    return (
        bool(titles and rest)
        and any(name.lower().rstrip(".") in TITLES for name in titles)
        and not any(name in ORGANISATION_WORDS for name in rest)
    )


def _unnamed(words: Words, start: int, first: int, end: int, head: int, shown: str, roster: Roster) -> Described | None:
    low = words[head].low
    definite = words[start].low in ("the", "this", "that", "these", "those")
    whole = _text(words, first, end)
    if low in OUTLET_NOUNS:
        return _outlet(words, first, head, shown, definite, roster)
    adjective = words[first].text
    owner = roster.country(_text(words, first, first + 1))
    country = DEMONYMS.get(adjective) or owner
    if low in _GOVERNMENTS and country and head - first <= 2:
        return Described(Speaker(shown, f"Government of {country}", True, "state", "government"), True)
    plural = low in PLURAL_PEOPLE or (low.endswith("s") and not low.endswith("ss"))
    alone = end - first == 1
    if low == "them" or _text(words, start, end).lower() in ("one of them", "two of them", "some of them"):
        group = roster.pronoun("many")
        return (
            Described(Speaker(shown, f"one of {group.canonical}", False, "unnamed-individual", ""), True)
            if group
            else None
        )
    if low in INSTITUTIONS and not plural:
        known_name = roster.organisation(low) if alone and definite else ""
        again = roster.with_head(low) if alone and definite and not known_name else None
        if again is None and alone and definite and low in _BODIES_AGAIN:
            again = roster.pronoun("body")
        if again is not None and again.kind != "outlet":
            return Described(replace(again, text=shown), True)
        if words[start].low == "its" and start == first - 1:
            holder = _holder_of(words, start, roster)
            if holder and holder.endswith(whole):
                return Described(Speaker(shown, holder, True, "organisation", "organisation"), True)
            if holder:
                return Described(Speaker(shown, f"{holder} {whole}", True, "organisation", "organisation"), True)
        specific = definite or words[start].low in POSSESSIVES or (start == first and words[start].text[0].isupper())
        if specific or any(words[at].low in ("’s", "'s") for at in range(first, head)):
            return Described(Speaker(shown, known_name or whole, True, "organisation", "organisation"), True)
    if low in OFFICES and not plural and low not in ("deputy",):
        owned = any(words[at].low in ("’s", "'s") for at in range(start, head))
        if (definite and not alone) or owned or words[start].low in POSSESSIVES:
            return Described(Speaker(shown, whole, True, "office", whole), True)
    if definite and alone:
        known = roster.with_head(low)
        known = known if known is None or known.kind != "outlet" else None
        name = roster.person_with_role(low) if known is None and not plural else ""
        if known is not None:
            return Described(replace(known, text=shown), True)
        if name:
            return Described(Speaker(shown, name, True, "person", roster.role(name)), True)
    if low in ("source", "person", "man", "woman") and definite and alone:
        someone = roster.pronoun("someone")
        if someone is not None:
            return Described(replace(someone, text=shown), True)
    if definite and alone and low in OFFICES:
        return Described(Speaker(shown, whole, True, "office", whole), True)
    able = low in PEOPLE or low.endswith(("people", "men", "women"))
    kind = "unnamed-group" if plural else "unnamed-individual"
    begins = first == 0 or words[first - 1].text in "“‘\"'.:" or words[first - 1].quote >= 0
    if begins and words[first].text not in DEMONYMS and not roster.known(words[first].text):
        whole = whole[0].lower() + whole[1:]
    return Described(Speaker(shown, whole, False, kind, whole), able)


def _holder_of(words: Words, start: int, roster: Roster) -> str:
    """Whose "its" is: a country or body named before in the sentence, else the last that spoke."""
    for at in range(start - 1, -1, -1):
        name, last = words[at].text, at + 1 >= start or not capital(words, at + 1)
        if not (last and capital(words, at) and words[at].quote < 0):
            continue
        if roster.is_place(name) or roster.country(name) == name:
            return name
    found = roster.pronoun("thing")
    return found.canonical.removeprefix("Government of ") if found and found.kind != "outlet" else ""


def _outlet(words: Words, first: int, head: int, shown: str, definite: bool, roster: Roster) -> Described | None:
    for at in range(head - 1, first - 1, -1):
        if capital(words, at):
            run = at
            while run > first and capital(words, run - 1):
                run -= 1
            if words[run].text in DEMONYMS:
                break
            spoken = words[head].low in ("radio", "television", "tv", "agency") or words[at + 1].low in (
                "state",
                "’s",
                "'s",
            )
            if at + 1 < head and spoken:
                whole = _text(words, first, head + 1)
                return Described(Speaker(shown, whole, True, "outlet", words[head].low), True)
            return Described(Speaker(shown, _text(words, run, at + 1), True, "outlet", words[head].low), True)
    if definite and roster.last_outlet:
        return Described(Speaker(shown, roster.last_outlet, True, "outlet", words[head].low), True)
    whole = _text(words, first, head + 1)
    plural = words[head].low.endswith("s")
    return Described(Speaker(shown, whole, False, "unnamed-group" if plural else "unnamed-individual", whole), True)
