"""Who appears in a text: full names by last name, outlets, capitals that the text itself introduces, who spoke last.

The roster is filled from the whole text before anything is extracted (a text may say "Orr" before "Vadim Orr" only in
its headline), and then follows the speakers in order, so that "he", "the source" and "the minister" can be resolved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from standoff.evidence.lexicon import CLAUSE_OPENERS, LEADERS, PREPOSITIONS, VERBS
from standoff.evidence.names import (
    DEMONYMS,
    DETERMINERS,
    MEN,
    MONTHS_AND_DAYS,
    ORGANISATION_WORDS,
    OUTLET_ENDINGS,
    OUTLET_NOUNS,
    OUTLET_WORDS,
    OUTLETS,
    PARTICLES,
    PEOPLE,
    PRONOUNS,
    SEATS,
    TITLES,
    WOMEN,
)
from standoff.evidence.records import Speaker
from standoff.evidence.vocabulary import listed
from standoff.evidence.words import Sentence, Word

_BEFORE_TITLES = listed(
    """former acting then-president foreign prime defence defense interior finance deputy vice senior chief retired
    national security first interim outgoing incoming energy trade justice state under permanent special economy
    transport fleet naval military press party the"""
)
_OF_STATES = listed(
    """envoy ambassador government navy army president minister ministry capital parliament coast border armed
    forces air foreign defence defense prime cabinet military territory leadership"""
)
_NO_NAMES = listed("""according whether how why is are does do did can will would should there here please yes""")
_PARTIES = frozenset(("person", "unnamed-individual", "office", "organisation", "state-metonym"))
_ADJECTIVES = ("ian", "an", "ese", "ish", "i", "n")
_MOST = 5_000  # names that are kept


class Roster:
    """What a text says about who is who. Filled by `note`, then told of each speaker by `spoke`."""

    def __init__(self, carriers: Iterable[str] = ()) -> None:
        self.outlets: set[str] = {bare(name) for name in carriers if name}
        self.seats: dict[str, str] = {}
        self.issuer: Speaker | None = None
        self.last_outlet = ""
        self._full: dict[str, str] = {}
        self._names: set[str] = set()  # the values of `_full`
        self._roles: dict[str, str] = {}
        self._people: set[str] = set()
        self._places: set[str] = set()
        self._sexes: dict[str, str] = {}
        self._organisations: dict[str, str] = {}
        self._short = {name.split()[-1]: name for name in self.outlets if " " in name}
        self._stems: set[str] = set()
        self._inside: set[str] = set()
        self._adjectives_of: dict[str, str] = {}
        self._salient: list[Speaker] = []

    def note(self, sentence: Sentence) -> None:
        """Take in the names of a sentence."""
        words = sentence.words
        for start, end in runs(words):
            names = [word.text for word in words[start:end]]
            if (start or end - start > 1) and len(self._inside) < _MOST:
                self._inside.update(names)
            before = words[start - 1].low if start else ""
            after = words[end].low if end < len(words) else ""
            if before in ("in", "from", "near", "at", "to", "outside", "across", "into", "throughout", "around"):
                self._places.add(" ".join(names))
            if after in OUTLET_NOUNS or before in OUTLET_NOUNS or self._called_outlet(words, end):
                self._add_outlet(" ".join(names))
                continue
            if self.is_outlet(" ".join(names)):
                self._add_outlet(" ".join(names))
                continue
            self._owner(words, end, names)
            if len(names) > 1 and names[-1] in ORGANISATION_WORDS and len(self._organisations) < _MOST:
                self._organisations.setdefault(names[-1].lower(), " ".join(names))
            self._capital(words, start, end, names)
            self._person(words, start, names)

    def is_outlet(self, name: str) -> bool:
        """Whether a name is that of a newspaper, agency or broadcaster."""
        plain = bare(name)
        words = plain.split()
        if plain in self.outlets or plain in OUTLETS or plain in self._short:
            return True
        if plain in self._people or not words:
            return False
        single = len(words) == 1 and len(plain) > 6 and plain.lower().endswith(OUTLET_ENDINGS)
        return single or (len(words) > 1 and words[-1] in OUTLET_WORDS) or (words[0] in ("Radio", "TV", "Daily"))

    def outlet(self, name: str) -> str:
        """The whole name of an outlet that is called by the last word of it ("the Courier")."""
        return self._short.get(bare(name), name)

    def organisation(self, head: str) -> str:
        """The organisation that the text names and then calls "the ministry", "the mission"; "" where there is none."""
        return self._organisations.get(head, "")

    def country(self, name: str) -> str:
        """The country whose government a seat or country stands for; "" for other names."""
        plain = bare(name)
        known = self.seats.get(plain) or SEATS.get(plain, "")
        if not known and plain in self._adjectives_of:
            known = self.of_adjective(self._adjectives_of[plain])
        return known or (plain if self._is_country(plain) else "")

    def is_place(self, name: str) -> bool:
        """Whether the text uses a name as a place and never as a person's."""
        return name in self._places and name not in self._people

    def full_name(self, name: str) -> str:
        """The full name of somebody called by the last name."""
        return self._full.get(name, name)

    def role(self, name: str) -> str:
        """The role in which the text introduces somebody."""
        return self._roles.get(name, "")

    def known(self, name: str) -> bool:
        """Whether a word that begins a sentence with a capital is a name elsewhere."""
        return name in self._inside or name in self._people or bool(self.country(name)) or self.is_outlet(name)

    def give_role(self, name: str, role: str) -> None:
        """Note the role of somebody, the first one said."""
        if role and len(self._roles) < _MOST:
            self._roles.setdefault(name, role)

    def spoke(self, speaker: Speaker) -> None:
        """Somebody spoke: the one whom the next pronoun may mean."""
        if speaker.kind == "outlet" and speaker.named:
            self.last_outlet = speaker.canonical
        if speaker.kind != "vague":
            self._salient.append(speaker)
            del self._salient[:-40]

    def mention(self, words: tuple[Word, ...]) -> None:
        """Note the people whom a sentence names outside quotations; a pronoun likeliest means the first."""
        named: list[Speaker] = []
        for start, end in runs(words):
            if words[start].quote >= 0:
                continue
            _, name = split_titles([word.text for word in words[start:end]])
            plain = " ".join(name)
            full = self.full_name(plain)
            possessive = end < len(words) and words[end].low in ("’s", "'s")
            if (
                name
                and not self.is_place(plain)
                and (full != plain or plain in self._names or plain in self._people)
                and not possessive
            ):
                named.append(Speaker(plain, full, True, "person", self.role(full)))
        self._salient += reversed(named)
        del self._salient[:-40]

    def pronoun(self, kind: str) -> Speaker | None:
        """Whom a pronoun means: ``man``, ``woman``, ``many``, ``thing``, ``we``; ``body`` for "the company"."""
        if kind == "we":
            return self.issuer
        for speaker in reversed(self._salient):
            if kind in ("man", "woman") and speaker.kind in ("person", "unnamed-individual", "office"):
                other = "woman" if kind == "man" else "man"
                if self._sexes.get(speaker.canonical) != other:
                    self._sexes.setdefault(speaker.canonical, kind)
                    return speaker
            elif (
                (kind == "many" and speaker.kind in ("unnamed-group", "organisation", "state-metonym", "state"))
                or (kind == "someone" and speaker.kind in ("unnamed-individual", "office"))
                or (kind == "body" and speaker.kind == "organisation")
                or (kind == "thing" and speaker.kind in ("organisation", "state-metonym", "state", "outlet"))
            ):
                return speaker
        return None

    def recent(self, place: int) -> Speaker | None:
        """The last distinct person (1) or the one before (2): "the latter", "the former"."""
        found: list[Speaker] = []
        for speaker in reversed(self._salient):
            if speaker.kind in _PARTIES and speaker.canonical not in [other.canonical for other in found]:
                found.append(speaker)
        return found[place - 1] if len(found) >= place else None

    def last_person(self) -> Speaker | None:
        """The person named last; for the answers of an interview."""
        return next((speaker for speaker in reversed(self._salient) if speaker.kind == "person"), None)

    def with_head(self, head: str) -> Speaker | None:
        """The last speaker whom a phrase such as "the source" or "the minister" may mean."""
        for speaker in reversed(self._salient):
            if (
                speaker.canonical.lower().split()[-1:] == [head]
                or head in speaker.role.lower().replace("-", " ").split()
            ):
                return speaker
        return None

    def person_with_role(self, head: str) -> str:
        """A person whom the text introduces in a role; "" where it is none or more than one."""
        found = {name for name, role in self._roles.items() if head in role.lower().split()}
        return found.pop() if len(found) == 1 else ""

    def _add_outlet(self, name: str) -> None:
        if len(self.outlets) < _MOST:
            self.outlets.add(bare(name))
            if " " in bare(name):
                self._short.setdefault(bare(name).split()[-1], name)

    def _owner(self, words: tuple[Word, ...], end: int, names: list[str]) -> None:
        """Signs that a name is a country's: "Lanteria’s envoy", and adjectives made from it ("Lanterian")."""
        owns = end + 1 < len(words) and words[end].low in ("’s", "'s")
        if owns and any(word.low in _OF_STATES for word in words[end + 1 : end + 4]):
            self._places.add(" ".join(names))
        if end < len(words) and words[end].low in _OF_STATES | {
            "coast",
            "state",
            "official",
            "officials",
            "delegation",
        }:
            self._places.add(" ".join(names))
        for name in names:
            for ending in _ADJECTIVES:
                if name.endswith(ending) and len(name) > len(ending) + 3 and len(self._stems) < _MOST:
                    self._stems.add(name.removesuffix(ending))

    def of_adjective(self, adjective: str) -> str:
        """The country that an adjective belongs to ("Tarsian"), by the names in the text."""
        if adjective in DEMONYMS:
            return DEMONYMS[adjective]
        for ending in _ADJECTIVES:
            stem = adjective.removesuffix(ending)
            for tail in ("", "a", "ia", "e", "y", "o", "land"):
                if stem != adjective and stem + tail != adjective and len(stem) > 3 and stem + tail in self._inside:
                    return stem + tail
        return adjective

    def _is_country(self, name: str) -> bool:
        if name in self._people or name in self._names or not name or name in self.outlets:
            return False
        derived = any(
            name.removesuffix(ending) in self._stems
            for ending in ("", "a", "ia", "e", "y", "o")
            if name.endswith(ending)
        )
        shaped = name.endswith(("ia", "land", "stan", "aria")) and len(name) > 4
        return (derived or shaped or self.is_place(name)) and len(name.split()) <= 2

    def _called_outlet(self, words: tuple[Word, ...], end: int) -> bool:
        """As in "Northern Echo, a newspaper"."""
        if end + 2 < len(words) and words[end].text == "," and words[end + 1].low in ("a", "an", "the"):
            return any(word.low in OUTLET_NOUNS and word.low != "agency" for word in words[end + 2 : end + 6]) or (
                "news" in [word.low for word in words[end + 2 : end + 5]]
            )
        return False

    def _capital(self, words: tuple[Word, ...], start: int, end: int, names: list[str]) -> None:
        """As in "Karsk, the capital of Vareth"; "the Varethi capital, Karsk"; "Vareth’s capital, Karsk"."""
        name = " ".join(names)
        after = [word.low for word in words[end : end + 4]]
        if after[:4] == [",", "the", "capital", "of"] and end + 4 < len(words):
            self.seats[name] = words[end + 4].text
        if after[:2] == [",", "the"] and after[3:4] == ["capital"]:
            self._adjectives_of[name] = words[end + 2].text
        before = [word.text for word in words[max(0, start - 4) : start]]
        if before[-2:] == ["capital", ","] or before[-1:] == ["capital"]:
            owner = before[: before.index("capital")]
            if len(owner) >= 2 and owner[-1] in ("’s", "'s") and owner[-2][0].isupper():
                self.seats[name] = owner[-2]
            elif owner and owner[-1][0].isupper():
                self._adjectives_of[name] = owner[-1]

    def _person(self, words: tuple[Word, ...], start: int, names: list[str]) -> None:
        titles, name = split_titles(names)
        if not name or any(word in ORGANISATION_WORDS for word in name):
            return
        joined = " ".join(name)
        if joined in SEATS or joined in OUTLETS or name[-1] in OUTLET_WORDS or self.is_outlet(joined):
            return
        lower_title = start > 0 and words[start - 1].low in TITLES
        if len(name) >= 2 and len(self._full) < _MOST:
            self._names.add(self._full.setdefault(name[-1], joined))
        if titles or lower_title:
            self._people.update((joined, name[-1]))
            last = (titles[-1] if titles else words[start - 1].text).lower()
            if last in MEN or last in WOMEN:
                self._sexes.setdefault(self.full_name(name[-1]), "man" if last in MEN else "woman")
            self.give_role(self.full_name(name[-1]), " ".join(titles) if titles else words[start - 1].text)


def bare(name: str) -> str:
    """A name without its article."""
    return name[4:] if name[:4].lower() == "the " else name


def runs(words: tuple[Word, ...]) -> Iterator[tuple[int, int]]:
    """Runs of capitalised words (particles such as *de* inside), as index spans."""
    at = 0
    while at < len(words):
        if not capital(words, at):
            at += 1
            continue
        start = at
        while at < len(words) and (
            capital(words, at)
            or (words[at].low in PARTICLES and at + 1 < len(words) and capital(words, at + 1))
            or (
                words[at].text == "."
                and len(words[at - 1].text) <= 4
                and at + 1 < len(words)
                and capital(words, at + 1)
            )
        ):
            at += 1
        if at > start:
            yield start, at


def capital(words: tuple[Word, ...], at: int) -> bool:
    """Whether a word is (part of) a name: capitalised, and no common word that merely begins a sentence."""
    word = words[at]
    if not word.text[0].isupper() or word.text in MONTHS_AND_DAYS:
        return False
    if word.low in CLAUSE_OPENERS or word.low in _NO_NAMES or (at == 0 and word.low in VERBS):
        return False
    if word.low in DETERMINERS or word.low in PREPOSITIONS or word.low in LEADERS or word.low in PRONOUNS:
        return False
    if at == 0 or words[at - 1].text in "“‘\"'.:":
        common = word.low in PEOPLE and word.low not in TITLES
        return not common
    return True


def split_titles(names: list[str]) -> tuple[list[str], list[str]]:
    """Titles and the name itself: (["French", "President"], ["Emmanuel", "Macron"])."""
    last = -1
    for place, name in enumerate(names):
        if name.lower().rstrip(".") in TITLES:
            last = place
    if last < 0:
        place = 0
        while place < len(names) - 1 and (names[place] in DEMONYMS or names[place].lower() in _BEFORE_TITLES):
            place += 1
        return names[:place], names[place:]
    return names[: last + 1], [name for name in names[last + 1 :] if name != "."]
