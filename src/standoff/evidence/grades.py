"""The Admiralty scale: how reliable a source is (A to F), and how credible one piece of information (1 to 6).

The two axes are graded apart, because a reliable source can pass on something false and an unreliable one something
true (NATO AJP-2.1, *Allied Joint Doctrine for Intelligence Procedures*; UK JDP 2-00). ``F`` and ``6`` say that it
*cannot be judged*, which is no verdict: they are not worse than ``E`` and ``5``, they are missing knowledge.

A grade is an ordinal judgement. It is never turned into a probability here, and nothing is multiplied by it: only
likelihood ratios that the analyst states move a probability (`standoff.findings.hypotheses`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

RELIABILITY = {
    "A": "completely reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "reliability cannot be judged",
}
CREDIBILITY = {
    "1": "confirmed by other sources",
    "2": "probably true",
    "3": "possibly true",
    "4": "doubtful",
    "5": "improbable",
    "6": "truth cannot be judged",
}
NOT_JUDGED = ("F", "6")
_PAIR = re.compile(r"([A-Fa-f])([1-6])\Z")


@dataclass(frozen=True)
class Grade:
    """A letter of one axis or a digit of the other, and why."""

    mark: str
    reason: str

    @property
    def meaning(self) -> str:
        """What the mark stands for."""
        return RELIABILITY.get(self.mark) or CREDIBILITY[self.mark]


@dataclass(frozen=True)
class Pair:
    """Both axes of one statement; None where one has not been graded."""

    reliability: Grade | None = None
    credibility: Grade | None = None

    @property
    def text(self) -> str:
        """``C3``; ``-`` for an axis that was not graded, and empty where neither was."""
        if self.reliability is None and self.credibility is None:
            return ""
        return (
            f"{self.reliability.mark if self.reliability else '-'}{self.credibility.mark if self.credibility else '-'}"
        )

    def at_least(self, letter: str, digit: str) -> bool:
        """Whether both axes were judged, and each is as good as the mark given or better."""
        if self.reliability is None or self.credibility is None:
            return False
        own = (self.reliability.mark, self.credibility.mark)
        if own[0] in NOT_JUDGED or own[1] in NOT_JUDGED:
            return False
        return own[0] <= letter and own[1] <= digit


def read_pair(text: str) -> tuple[str, str] | None:
    """``C3`` as its letter and digit; None for text that is no grade, and for one that judges nothing (F, 6)."""
    match = _PAIR.match(text)
    if match is None or match.group(1).upper() == "F" or match.group(2) == "6":
        return None
    return match.group(1).upper(), match.group(2)


def any_at_least(pairs: Iterable[Pair], letter: str, digit: str) -> bool:
    """Whether one of the statements is graded as good as the marks on both axes."""
    return any(pair.at_least(letter, digit) for pair in pairs)
