"""Statements reported on a page: who says what, through whom, how directly, how publicly, how firmly.

Rules on words, no statistical model: the same page gives the same statements everywhere. The page is gone through in
order, sentence by sentence; `standoff.evidence.reports` and `standoff.evidence.sources` find what is attributed, and
here each finding becomes a statement with its chain, mode, channel, hedges and polarity. What is found is a proposal
for a person to accept, edit or reject.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from standoff.errors import LimitError
from standoff.evidence import reports as by_verb
from standoff.evidence import sources
from standoff.evidence.contents import first_word
from standoff.evidence.lexicon import ACTS_OF, BELIEFS, HEDGE_WORDS, NEGATIONS, NOT_ONLY, REFUSALS
from standoff.evidence.names import PRIVATE_PEOPLE, PRIVATE_ROLES, PRONOUNS, SPEAKING_PUBLICLY
from standoff.evidence.page import Page
from standoff.evidence.phrases import Words, following
from standoff.evidence.records import Span, Speaker
from standoff.evidence.reports import Report
from standoff.evidence.roster import Roster, bare
from standoff.evidence.speakers import describe
from standoff.evidence.turns import Turn, turns_of
from standoff.evidence.words import Quotation, Sentence, Word, sentences

MOST = 2_000
MOST_WORDS = 500_000
MOST_SENTENCES = 25_000
_ABOUT = frozenset(("person", "unnamed-individual", "office", "organisation", "state-metonym"))
_AROUND = 32  # code points of context kept on either side
_PRIVATE = re.compile(
    r"\b(?:privately|in private|behind closed doors|closed session|closed-door|confidential(?:ly)?|off the record"
    r"|(?:on|under|requested|asked for) (?:the )?(?:condition of )?anonymity|not authori[sz]ed to"
    r"|asked (?:that|not)\b.{0,30}\b(?:names?|ranks?|named|identity|identified)"
    r"|(?:not|declined) to be (?:named|identified))\b",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    r"\b(?:publicly|in public|in a statement|news conference|press conference|in a speech|on television"
    r"|told (?:reporters|parliament|lawmakers|journalists)|in an interview|briefing|wrote (?:on|in)|communiqu)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Statement:
    """A proposed statement. `at` counts code points of `Page.text`; `chain` is outermost first, the speaker last."""

    id: str
    at: Span
    speaker: Speaker
    chain: tuple[str, ...]
    cue: str
    mode: str
    channel: str
    hedges: tuple[str, ...]
    polarity: str
    act: str = "statement"

    def to_dict(self) -> dict[str, object]:
        """The JSON form of ``standoff read --json``."""
        return {
            "id": self.id,
            "at": {"start": self.at.start, "end": self.at.end, "exact": self.at.exact},
            "speaker": {
                "text": self.speaker.text,
                "canonical": self.speaker.canonical,
                "named": self.speaker.named,
                "kind": self.speaker.kind,
                "role": self.speaker.role,
            },
            "chain": list(self.chain),
            "cue": self.cue,
            "mode": self.mode,
            "channel": self.channel,
            "hedges": list(self.hedges),
            "polarity": self.polarity,
            "accepted": None,
        }


def extract(page: Page) -> tuple[Statement, ...]:
    """The statements of a page in the order of the text. Raises `LimitError` where there are more than `MOST`."""
    return tuple(_Extractor(page).statements())


class _Extractor:
    """One pass over a page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._text = page.text
        self._roster = Roster((page.outlet, page.aggregator))
        self._carriers = tuple(name for name in (page.aggregator, page.outlet) if name)
        self._found: list[Statement] = []
        self._hidden: set[str] = set()  # unnamed people who spoke on condition of not being named
        self._open: Statement | None = None  # whose quotation the last paragraph left open
        self._last: tuple[Speaker, tuple[str, ...], str] | None = None

    def statements(self) -> list[Statement]:
        page, text = self._page, self._text
        paragraphs, size, count = [], 0, 0
        for span in page.paragraphs:
            paragraphs.append(sentences(text, *span))
            size += sum(len(sentence.words) for sentence in paragraphs[-1])
            count += len(paragraphs[-1])
            if size > MOST_WORDS or count > MOST_SENTENCES:
                most = f"{MOST_WORDS:,} words and marks or {MOST_SENTENCES:,} sentences"
                raise LimitError(f"the page has more than {most}; cut it into parts")
        turns = turns_of(text, page.paragraphs)
        for line in (page.title, *(dropped.text for dropped in page.dropped[:50] if dropped.why == "head of the page")):
            for sentence in sentences(line, 0, len(line)):
                self._roster.note(sentence)
        for paragraph in paragraphs:
            for sentence in paragraph:
                self._roster.note(sentence)
        for paragraph, turn in zip(paragraphs, turns, strict=True):
            if turn is not None:
                self._turn(turn)
                continue
            for place, sentence in enumerate(paragraph):
                self._sentence(sentence, place == 0)
        numbered = sorted(self._found, key=lambda statement: (statement.at.start, statement.at.end))
        return [replace(statement, id=f"S{number:02d}") for number, statement in enumerate(numbered, 1)]

    def _turn(self, turn: Turn) -> None:
        """A speaker's turn in a transcript, and what is reported in it of others; of a question only the latter."""
        speaker = turn.speaker(self._roster)
        via = [speaker.canonical] if speaker else [turn.asker] if turn.asker else []
        if speaker is not None:
            content = self._text[turn.start : turn.end]
            chain = (*self._carriers, speaker.canonical)
            self._add(
                turn.start,
                turn.end,
                speaker,
                chain,
                turn.cue,
                "direct",
                "public",
                _hedges_of(content),
                _negated_text(content),
            )
        for sentence in sentences(self._text, turn.start, turn.end):
            for report in sources.find(sentence.words, self._roster, by_verb.find(sentence.words, self._roster)):
                if report.speaker.text.lower() in ("i", "we", "") or (
                    speaker and report.speaker.canonical == speaker.canonical
                ):
                    continue
                report.via = [*via, *report.via]
                self._report(sentence, report)

    def _sentence(self, sentence: Sentence, first: bool) -> None:
        words = sentence.words
        lead = sentence.quotations[0] if sentence.quotations else None
        if first and self._open is not None and lead is not None and lead.opens:
            self._continued(lead)
            if not lead.closed:
                return
        elif first:
            self._open = None
        self._roster.mention(words)
        self._subject(words)
        found = sources.find(words, self._roster, by_verb.find(words, self._roster))
        if not found:
            self._alone(sentence)
        for report in found:
            self._report(sentence, report)

    def _subject(self, words: Words) -> None:
        """Note who a sentence is about although nothing is reported: the next "he" may mean them."""
        phrase = following(words, first_word(words))
        if phrase is None or words[phrase[0][0]].low in PRONOUNS:
            return
        described = describe(words, phrase[0], phrase[1], self._roster)
        if described is not None and described.able and described.speaker.kind in _ABOUT:
            self._roster.spoke(described.speaker)
            if described.speaker.kind == "unnamed-individual":
                shown = self._text[words[0].start : words[-1].end]
                if _PRIVATE.search(shown):
                    self._hidden.add(described.speaker.canonical)

    def _continued(self, quotation: Quotation) -> None:
        """A quotation that the paragraph before left open goes on here."""
        opened = self._open
        if opened is None:
            return
        self._add(
            quotation.start,
            quotation.end,
            opened.speaker,
            opened.chain,
            "",
            "direct",
            opened.channel,
            _hedges_of(self._text[quotation.start : quotation.end]),
            opened.polarity,
        )
        if quotation.closed:
            self._open = None

    def _alone(self, sentence: Sentence) -> None:
        """A sentence that is nothing but a quotation: whoever spoke last goes on."""
        words = sentence.words
        if self._last is None or words[0].quote < 0 or any(word.quote < 0 and word.text.isalnum() for word in words):
            return
        speaker, chain, channel = self._last
        start, end = words[0].start, words[-1].end
        if len(words) < 5 or any(
            statement.at.start <= start and end <= statement.at.end for statement in self._found[-3:]
        ):
            return
        self._add(start, end, speaker, chain, "", "direct", channel, _hedges(words), _polarity(words, ""))
        self._leave_open(sentence, end)

    def _report(self, sentence: Sentence, report: Report) -> None:
        words = sentence.words[report.content[0] : report.content[1]]
        start, end = words[0].start, words[-1].end
        cue = self._text[sentence.words[report.cue[0]].start : sentence.words[report.cue[1] - 1].end]
        channel = self._channel(sentence, report)
        chain = self._chain(report)
        mode = _mode(words, report)
        polarity = _polarity(words, report.lemma)
        self._add(start, end, report.speaker, chain, cue, mode, channel, _hedges(words), polarity, _act(report))
        if report.speaker.kind != "vague":
            self._last = (report.speaker, chain, channel)
        self._leave_open(sentence, end)

    def _leave_open(self, sentence: Sentence, end: int) -> None:
        last = sentence.quotations[-1] if sentence.quotations else None
        self._open = self._found[-1] if last is not None and not last.closed and end >= last.start else None

    def _chain(self, report: Report) -> tuple[str, ...]:
        via, speaker = list(report.via), report.speaker
        if not via and _is_source(speaker) and self._roster.last_outlet:
            via = [self._roster.last_outlet]
        via = [name for name in via if bare(name) not in {bare(carrier) for carrier in self._carriers}]
        if report.via or speaker.kind == "outlet":
            self._roster.last_outlet = [*report.via, *([speaker.canonical] if speaker.kind == "outlet" else [])][-1]
        last = [] if speaker.kind == "vague" else [speaker.canonical]
        chain = [*self._carriers, *via, *last]
        return tuple(
            name for at, name in enumerate(chain) if bare(name) not in {bare(other) for other in chain[at + 1 :]}
        )

    def _channel(self, sentence: Sentence, report: Report) -> str:
        shown = self._text[sentence.start : sentence.end]
        hidden = not report.speaker.named and report.speaker.kind == "unnamed-individual"
        if _PRIVATE.search(shown):
            if hidden:
                self._hidden.add(report.speaker.canonical)
            return "private"
        if hidden and report.speaker.canonical in self._hidden:
            return "private"
        if _PUBLIC.search(shown):
            return "public"
        speaker = report.speaker
        if _is_source(speaker) or (not speaker.named and _knows(speaker)):
            return "private"
        if report.lemma in BELIEFS or report.lemma in ("perspective", "hearsay", "accounts"):
            return "unstated"
        if speaker.named or speaker.kind in ("person", "outlet", "organisation", "state", "state-metonym"):
            return "public"
        return "public" if _last_word(speaker) in SPEAKING_PUBLICLY else "unstated"

    def _add(
        self,
        start: int,
        end: int,
        speaker: Speaker,
        chain: tuple[str, ...],
        cue: str,
        mode: str,
        channel: str,
        hedges: tuple[str, ...],
        polarity: str,
        act: str = "statement",
    ) -> None:
        if len(self._found) >= MOST:
            raise LimitError(f"more than {MOST:,} statements were found; cut the page into parts")
        text = self._text
        at = Span(start, end, text[start:end], text[max(0, start - _AROUND) : start], text[end : end + _AROUND])
        self._found.append(
            Statement("", at, speaker, chain, " ".join(cue.split()), mode, channel, hedges, polarity, act)
        )


def _act(report: Report) -> str:
    """The speech act, where the verb tells."""
    if report.lemma in REFUSALS:
        return "refusal"
    if report.speaker.kind in ("outlet", "vague"):
        return "report"
    return ACTS_OF.get(report.lemma, "belief" if report.lemma in BELIEFS | {"perspective"} else "statement")


def _is_source(speaker: Speaker) -> bool:
    words = set(speaker.canonical.lower().split())
    return not speaker.named and bool(words & PRIVATE_PEOPLE)


def _knows(speaker: Speaker) -> bool:
    """As in "People familiar with the planning"."""
    words = speaker.canonical.lower().split()
    return bool(set(words) & PRIVATE_ROLES) and bool(set(words) & {"familiar", "close", "briefed", "knowledge"})


def _last_word(speaker: Speaker) -> str:
    words = speaker.canonical.lower().split()
    for word in words:
        if word in SPEAKING_PUBLICLY:
            return word
    return words[-1] if words else ""


def _mode(words: Words, report: Report) -> str:
    """Direct where everything but the attribution is quoted, mixed where something is, else a paraphrase."""
    quoted = [word for word in words if word.quote >= 0]
    if not quoted:
        return "paraphrase"
    if report.place == "both":
        return "direct" if words[0].quote >= 0 and words[-1].quote >= 0 else "mixed"
    return "mixed" if any(word.quote < 0 and word.text.isalnum() for word in words) else "direct"


def _hedges(words: tuple[Word, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.low for word in words if word.low in HEDGE_WORDS))


def _hedges_of(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in re.findall(r"[a-z]+", text.lower()) if word in HEDGE_WORDS))


def _polarity(words: tuple[Word, ...], lemma: str) -> str:
    return "negate" if lemma in REFUSALS or _negated(words) else "affirm"


def _negated(words: tuple[Word, ...]) -> bool:
    """Whether the main clause of a content is negated; "not only" and the like do not count."""
    for at, word in enumerate(words):
        if word.low in ("that", "which", "who", "because", "if") and at > 0:
            return False
        negative = word.low in NEGATIONS or word.low in ("’t", "'t") or (word.low == "no" and at < 3)
        if negative and not (at + 1 < len(words) and words[at + 1].low in NOT_ONLY):
            return True
    return False


def _negated_text(text: str) -> str:
    first = re.split(r"[.!?]", text, maxsplit=1)[0]
    found = sentences(first, 0, len(first))
    return "negate" if found and _negated(found[0].words) else "affirm"
