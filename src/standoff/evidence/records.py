"""What a ledger of evidence holds: frozen values, no file access.

A *document* is a text that was read. A *statement* is what somebody is said to have said in it, with the chain of
carriers through which it came, outermost publisher first, speaker last. A *claim* is what the analyst makes of
statements, and what parameters of a scenario rest on. An *origin* is where statements come from in the end: a chain of
carriers is no corroboration, and one report seen twice is one origin (`standoff.evidence.origins`).

Spans count code points of the document's file, from 0, the end not included.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from standoff.errors import Mark, Problem
from standoff.evidence.grades import Grade, Pair

MODES = ("direct", "mixed", "paraphrase")
CHANNELS = ("public", "private", "unstated")
POLARITIES = ("affirm", "negate")
ACTS = (
    "statement",
    "assessment",
    "belief",
    "disclosure",
    "intent",
    "narration",
    "proposal",
    "refusal",
    "report",
    "stance",
    "threat",
    "warning",
    "other",
)
MOVES_FIRST = ("threat", "refusal")  # acts that are moves in the game before they are evidence of anything
NARRATOR = "narrator"
CARRIERS = ("outlet", NARRATOR)  # kinds of speaker that pass on or comment and are not a source themselves
CLASSES = "classes"  # the hypotheses that are classes of equilibria and not options of a chance move
_YEAR = re.compile(r"(?<!\d)[12]\d{3}(?!\d)")


@dataclass(frozen=True)
class Dated:
    """A date as printed. `relative` is True where it cannot be placed without knowing when the text was published."""

    text: str
    relative: bool

    @classmethod
    def of(cls, text: str) -> Dated:
        """A printed date: relative unless a year is in it."""
        return cls(text, _YEAR.search(text) is None)


@dataclass(frozen=True)
class Dropped:
    """A line of the file that is not part of the text, kept because it carries the chain or the date."""

    line: int
    text: str
    why: str


@dataclass(frozen=True)
class Document:
    """A text that was read: `aggregator` carried what `outlet` published."""

    id: str
    title: str = ""
    outlet: str = ""
    aggregator: str = ""
    url: str = ""
    sha256: str = ""
    dates: tuple[Dated, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    note: str = ""
    mark: Mark = field(default_factory=Mark, compare=False)


@dataclass(frozen=True)
class Source:
    """Somebody who speaks, under the canonical name that statements use, and how reliable."""

    id: str
    name: str
    role: str = ""
    reliability: Grade | None = None
    note: str = ""
    mark: Mark = field(default_factory=Mark, compare=False)


@dataclass(frozen=True)
class Span:
    """Where the content reported stands. `exact` may be its beginning only, and then ends in an ellipsis."""

    start: int
    end: int
    exact: str = ""
    prefix: str = ""
    suffix: str = ""

    @property
    def whole(self) -> bool:
        """Whether `exact` is all of the span."""
        return bool(self.exact) and not self.exact.endswith("…")


@dataclass(frozen=True)
class Speaker:
    """Who is said to have said it: as printed, and under the name that all statements of theirs share."""

    text: str
    canonical: str
    named: bool
    kind: str = ""
    role: str = ""

    @property
    def carrier(self) -> bool:
        """An outlet or narrator: it vouches for what it passes on, who told it is not said."""
        return self.kind in CARRIERS


@dataclass(frozen=True)
class Retraction:
    """That a statement was taken back."""

    by: str
    date: str = ""
    note: str = ""


@dataclass(frozen=True)
class Statement:
    """One reported statement. `accepted` is None until a person has read it; `act` is the kind of speech act."""

    id: str
    document: str
    at: Span
    speaker: Speaker
    chain: tuple[str, ...] = ()
    cue: str = ""
    mode: str = "paraphrase"
    channel: str = "unstated"
    act: str = "statement"
    hedges: tuple[str, ...] = ()
    polarity: str = "affirm"
    event: Dated | None = None
    reported: Dated | None = None
    accepted: bool | None = None
    retracted: Retraction | None = None
    source: str = ""
    grade: Pair = field(default_factory=Pair)
    note: str = ""
    mark: Mark = field(default_factory=Mark, compare=False)

    @property
    def counts(self) -> bool:
        """Whether it is evidence: read and accepted by a person, and not taken back."""
        return self.accepted is True and self.retracted is None

    @property
    def named(self) -> bool:
        """Whether a source is named: an outlet's or narrator's own voice names none."""
        return self.speaker.named and not self.speaker.carrier

    @property
    def carrier(self) -> str:
        """The carrier nearest to the speaker; the document where the chain names none."""
        if self.speaker.carrier:
            return self.speaker.canonical
        return self.chain[-2] if len(self.chain) > 1 else self.document


@dataclass(frozen=True)
class Claim:
    """What the analyst makes of statements: ids of those that support it and of those that speak against it."""

    id: str
    text: str
    supports: tuple[str, ...] = ()
    contradicts: tuple[str, ...] = ()
    note: str = ""
    mark: Mark = field(default_factory=Mark, compare=False)


@dataclass(frozen=True)
class OriginGroup:
    """Statements known to come from one origin; `independent` where it is known to owe nothing to the others."""

    id: str
    about: str
    statements: tuple[str, ...]
    independent: bool = False
    mark: Mark = field(default_factory=Mark, compare=False)


@dataclass(frozen=True)
class Ratios:
    """How likely a statement is under each hypothesis, up to a common factor: the analyst's own numbers."""

    statement: str
    values: Mapping[str, float]
    reason: str
    mark: Mark = field(default_factory=Mark, compare=False)


@dataclass(frozen=True)
class HypothesisSet:
    """Hypotheses that exclude each other: the options of a chance move, or (`move` is ``classes``) named classes.

    `prior` is empty where the scenario's own probabilities are the prior.
    """

    move: str
    ratios: tuple[Ratios, ...]
    prior: Mapping[str, float] = field(default_factory=dict)
    mark: Mark = field(default_factory=Mark, compare=False)


@dataclass(frozen=True)
class Ledger:
    """A checked ledger, everything in the order of the file."""

    title: str = ""
    about: str = ""
    documents: tuple[Document, ...] = ()
    sources: tuple[Source, ...] = ()
    statements: tuple[Statement, ...] = ()
    claims: tuple[Claim, ...] = ()
    origins: tuple[OriginGroup, ...] = ()
    hypotheses: tuple[HypothesisSet, ...] = ()
    warnings: tuple[Problem, ...] = field(default=(), compare=False)
    path: str = ""
    sha256: str = ""

    @cached_property
    def by_id(self) -> Mapping[str, Statement]:
        """The statements by id."""
        return {statement.id: statement for statement in self.statements}

    @cached_property
    def claim_by_id(self) -> Mapping[str, Claim]:
        """The claims by id."""
        return {claim.id: claim for claim in self.claims}

    def document(self, name: str) -> Document:
        """A document; KeyError where there is none."""
        for document in self.documents:
            if document.id == name:
                return document
        raise KeyError(name)

    def support(self, claim: str) -> tuple[Statement, ...]:
        """The statements that support a claim and count."""
        return tuple(self.by_id[name] for name in self.claim_by_id[claim].supports if self.by_id[name].counts)

    def against(self, claim: str) -> tuple[Statement, ...]:
        """The statements that speak against a claim and count."""
        return tuple(self.by_id[name] for name in self.claim_by_id[claim].contradicts if self.by_id[name].counts)

    def source_of(self, statement: Statement) -> Source | None:
        """The source that a statement names, or the one with the speaker's name."""
        for source in self.sources:
            if source.id == statement.source or (not statement.source and source.name == statement.speaker.canonical):
                return source
        return None

    def grade(self, statement: Statement) -> Pair:
        """Both axes: the statement's own reliability where it has one, else its source's; its credibility."""
        source = self.source_of(statement)
        reliability = statement.grade.reliability or (source.reliability if source else None)
        return Pair(reliability, statement.grade.credibility)
