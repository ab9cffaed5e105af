"""The ledger for the explorer: who said what through whom, what rests on it, and its place in the page it comes from.

A ledger keeps a short quote of each statement with the words around it; the page itself is no part of a project. With a
saved page (``standoff explore FILE --page PAGE``) whose SHA-256 is that of a document of the ledger, its text is shown
with every span marked. Spans count code points and scripts in a browser count otherwise, so the text is cut here: it is
given as *pieces*, each with the statements that cover it.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from standoff.draw.custody import custody_svg
from standoff.draw.labels import clean
from standoff.errors import InputError, RequestError
from standoff.evidence.binding import coverage, ledger_of
from standoff.evidence.grades import Grade
from standoff.evidence.origins import count_independent, origin_of, origins
from standoff.evidence.records import Claim, Document, Ledger, Statement
from standoff.game.model import Model
from standoff.scenario.scenario import Scenario

if TYPE_CHECKING:
    from standoff.evidence.page import Page

MOST_TEXT = 200_000  # code points of a page that are shown
NO_PAGE = (
    "The text of the source is not part of a project. To read statements in their place, save the page and start "
    "“standoff explore FILE --page PAGE”."
)
# Characters that reorder or hide text; one mark stands for each, so that places stay what they are
_HIDING = dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"), "\ufffd")


@dataclass(frozen=True)
class SavedPage:
    """A page that was given, or why it could not be read."""

    name: str
    page: Page | None
    why: str = ""


def saved_page(path: Path) -> SavedPage:
    """Read a saved page; what is wrong with it is kept as text, since everything else can be shown without it."""
    from standoff.evidence.page import read_page

    try:
        return SavedPage(path.name, read_page(_bytes_of(path), path.name))
    except InputError as error:
        return SavedPage(path.name, None, str(error))


def _bytes_of(path: Path) -> bytes:
    from standoff.evidence.decode import MAX_BYTES

    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise RequestError.of(f"{path.name} is not a file", "give a saved page (.html) or pasted text (.txt)")
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RequestError.of(f"cannot read {path.name}: {reason}", "give a file that can be read") from error


def ledger_view(model: Model, saved: SavedPage | None = None) -> dict[str, Any]:
    """Everything the panel shows, as JSON values; `ledger` is None, with `why`, where the scenario has none."""
    scenario = model.scenario
    ledger = ledger_of(scenario) if scenario is not None else None
    if scenario is None or ledger is None:
        why = "An .efg file has no ledger." if scenario is None else "This scenario names no ledger of evidence."
        return {"ledger": None, "why": why, "page": None}
    covered = coverage(scenario, ledger)
    bound = bound_by_claim(scenario)
    return {
        "ledger": {
            "title": clean(ledger.title),
            "about": clean(ledger.about),
            "documents": [_document(document) for document in ledger.documents],
            "statements": [statement_view(ledger, statement, bound) for statement in ledger.statements],
            "claims": [claim_view(ledger, claim, bound) for claim in ledger.claims],
            "without": list(covered.without),
            "unsupported": list(covered.unsupported),
            "unnamed": list(covered.unnamed),
            "one_origin": list(covered.one_origin),
            "custody": custody_svg(ledger, style=False) if any(one.counts for one in ledger.statements) else "",
        },
        "why": "",
        "page": _page(ledger, saved),
    }


def bound_by_claim(scenario: Scenario) -> dict[str, list[str]]:
    """Claim -> what rests on it: parameters by name, then moves and options."""
    found: dict[str, list[str]] = {}
    for definition in scenario.parameters:
        for claim in definition.claims:
            found.setdefault(claim, []).append(definition.name)
    for move in scenario.moves:
        named = [(claim, f"move {move.name}") for claim in (*move.claims, *move.seen_by_claims)]
        named += [(claim, f"option {move.name}.{option.name}") for option in move.options for claim in option.claims]
        for claim, what in named:
            found.setdefault(claim, []).append(what)
    return {claim: list(dict.fromkeys(names)) for claim, names in found.items()}


def _document(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "title": clean(document.title) or document.id,
        "outlet": clean(document.outlet),
        "aggregator": clean(document.aggregator),
        "sha256": document.sha256,
        "dates": [clean(date.text) + (" (relative)" if date.relative else "") for date in document.dates],
        "note": clean(document.note),
    }


def statement_view(ledger: Ledger, statement: Statement, bound: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """One statement: who, through whom, how graded, where it stands, and what rests on it."""
    speaker, at, grade = statement.speaker, statement.at, ledger.grade(statement)
    supports = [claim.id for claim in ledger.claims if statement.id in claim.supports]
    against = [claim.id for claim in ledger.claims if statement.id in claim.contradicts]
    rests = dict.fromkeys(name for claim in supports for name in bound.get(claim, ()))
    return {
        "id": statement.id,
        "document": statement.document,
        "who": clean(speaker.canonical),
        "printed": clean(speaker.text),
        "role": clean(speaker.role),
        "named": statement.named,
        "voice": speaker.carrier,
        "chain": [clean(name) for name in statement.chain] or [statement.document],
        "origin": clean(origin_of(ledger, statement).name),
        "channel": statement.channel,
        "mode": statement.mode,
        "act": statement.act,
        "cue": clean(statement.cue),
        "hedges": [clean(hedge) for hedge in statement.hedges],
        "negated": statement.polarity == "negate",
        "status": _status(statement),
        "counts": statement.counts,
        "reliability": _grade(grade.reliability),
        "credibility": _grade(grade.credibility),
        "quote": {"prefix": clean(at.prefix), "exact": clean(at.exact), "suffix": clean(at.suffix)},
        "start": at.start,
        "end": at.end,
        "note": clean(statement.note),
        "supports": supports,
        "against": against,
        "rests": list(rests),
    }


def _status(statement: Statement) -> str:
    if statement.retracted is not None:
        return f"taken back by {clean(statement.retracted.by)}"
    return {None: "not read yet", False: "rejected", True: "accepted"}[statement.accepted]


def _grade(grade: Grade | None) -> dict[str, str] | None:
    return None if grade is None else {"mark": grade.mark, "meaning": grade.meaning, "reason": clean(grade.reason)}


def claim_view(ledger: Ledger, claim: Claim, bound: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """One claim: its statements for and against that count, their origins, and what rests on it."""
    support = ledger.support(claim.id)
    return {
        "id": claim.id,
        "text": clean(claim.text),
        "note": clean(claim.note),
        "supports": [statement.id for statement in support],
        "against": [statement.id for statement in ledger.against(claim.id)],
        "origins": count_independent(origins(ledger, support)),
        "unnamed": bool(support) and not any(statement.named for statement in support),
        "rests": list(bound.get(claim.id, ())),
    }


def _page(ledger: Ledger, saved: SavedPage | None) -> dict[str, Any]:
    """The text of the page in pieces, or `why` there is none."""
    nothing: dict[str, Any] = {"document": None, "pieces": [], "astray": [], "why": NO_PAGE}
    if saved is None:
        return nothing
    page = saved.page
    if page is None:
        return nothing | {"why": saved.why}
    document = next((one for one in ledger.documents if one.sha256 and one.sha256 == page.sha256), None)
    if document is None:
        why = (
            f"{saved.name} is not the page that the ledger was made from: its SHA-256 begins with {page.sha256[:12]}, "
            f"and the ledger knows {', '.join(one.sha256[:12] for one in ledger.documents if one.sha256) or 'none'}."
        )
        return nothing | {"why": why}
    if len(page.text) > MOST_TEXT:
        why = f"The page has {len(page.text):,} characters; at most {MOST_TEXT:,} are shown."
        return nothing | {"document": document.id, "why": why}
    own = [statement for statement in ledger.statements if statement.document == document.id]
    astray = [statement.id for statement in own if not stands(page.text, statement)]
    pieces = cut_at([(s.id, s.at.start, s.at.end) for s in own if s.id not in astray], page.text)
    return {"document": document.id, "pieces": pieces, "astray": astray, "why": ""}


def stands(text: str, statement: Statement) -> bool:
    """Whether a statement's quote stands at its place in a text (its beginning, where the quote is cut short)."""
    at = statement.at
    if not 0 <= at.start < at.end <= len(text):
        return False
    here = " ".join(text[at.start : at.end].split())
    quote = " ".join(at.exact.rstrip("…").split())
    return here == quote if at.whole else here.startswith(quote)


def cut_at(spans: Sequence[tuple[str, int, int]], text: str) -> list[dict[str, Any]]:
    """The text in pieces that together are the whole text, each with the ids of the spans that cover it."""
    edges = sorted({0, len(text), *(edge for _, start, end in spans for edge in (start, end))})
    shown = text.translate(_HIDING)
    return [
        {"text": shown[left:right], "statements": [name for name, start, end in spans if start <= left < end]}
        for left, right in pairwise(edges)
    ]
