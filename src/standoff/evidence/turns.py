"""Turns of a transcript: lines such as "ADM. ORR: We are prepared." Questions are no statements."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from standoff.evidence.records import Speaker
from standoff.evidence.roster import Roster, split_titles
from standoff.evidence.vocabulary import listed

_TURN = re.compile(
    r"\s*\**((?:[A-Z][\w.’'-]{0,24})(?: (?:[A-Z(][\w.’')-]{0,24}|of|the|for|de|van|von)){0,6})\**\s?:\**[ \t]+(?=\S)"
)
_QUESTION = re.compile(
    r"^(?:Q|Q\d+|QUESTION|REPORTER|JOURNALIST|CORRESPONDENT|MODERATOR|Question|Reporter|Journalist|"
    r"Correspondent|Moderator|"
    r"Host|HOST|INTERVIEWER|Interviewer)\b"
)
_ANSWER = re.compile(r"^(?:A|A\d+|ANSWER|Answer)$")
_LABELS = listed(
    """note source update correction background photo video related contact date place subject time location"""
)


@dataclass(frozen=True)
class Turn:
    """What one speaker says in one paragraph. `start` is where the words begin, after the name."""

    cue: str
    start: int
    end: int

    @property
    def question(self) -> bool:
        """Whether this is a question, of a reporter or a moderator."""
        return _QUESTION.match(self.cue) is not None

    @property
    def asker(self) -> str:
        """The outlet whose reporter asks: "Q (Halden Radio)"."""
        inside = re.search(r"\(([^()]{2,60})\)", self.cue)
        return inside.group(1) if inside else ""

    def speaker(self, roster: Roster) -> Speaker | None:
        """Who speaks; None for a question."""
        if self.question:
            return None
        if _ANSWER.match(self.cue):
            return roster.last_person()
        name = self.cue.title() if self.cue.isupper() else self.cue
        titles, rest = split_titles(name.split())
        plain = " ".join(word for word in rest if word != ".") or name
        full = roster.full_name(plain) if rest else roster.person_with_role(titles[-1].lower()) or plain
        role = " ".join(titles).lower() or roster.role(full)
        if rest:
            roster.give_role(full, role)
        return Speaker(self.cue, full, True, "person", role)


def turn_of(text: str, start: int, end: int) -> Turn | None:
    """The turn that a paragraph is; None where it is ordinary text."""
    match = _TURN.match(text, start, min(end, start + 240))
    if match is None or match.group(1).lower() in _LABELS:
        return None
    return Turn(match.group(1), match.end(), end)


def turns_of(text: str, paragraphs: tuple[tuple[int, int], ...]) -> list[Turn | None]:
    """For each paragraph the turn that it is: a name in capitals, a question's mark, or a name that comes twice."""
    found = [turn_of(text, start, end) for start, end in paragraphs]
    counts = Counter(turn.cue for turn in found if turn is not None)
    sure = [turn if turn and (counts[turn.cue] > 1 or turn.cue.isupper() or turn.question) else None for turn in found]
    return sure if sum(turn is not None for turn in sure) >= 2 else [None] * len(found)
