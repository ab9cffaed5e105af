"""A ledger for other programs: JSON-LD, and a table of statements as CSV. Every statement is carried, counted or not.

JSON-LD 1.1 with a context of its own in the document, so that nothing is fetched to read it. Terms:

- PROV-O (W3C 2013): a document is a ``prov:Entity``, a carrier and a speaker a ``prov:Agent``; a statement is
  attributed to its speaker and derived from its document, a claim derived from what supports it.
- Web Annotation (W3C 2017): the place of a statement is a ``oa:SpecificResource`` with a position selector, and with a
  quote selector where the quote is whole.
- schema.org: titles, publishers, and ``schema:Claim`` for claims.
- what these do not have (chain, channel, grades, origins) stands under ``so:``, names of this project.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from standoff.evidence.grades import Grade
from standoff.evidence.origins import origin_of
from standoff.evidence.records import Claim, Dated, Document, Ledger, Ratios, Statement

NAMESPACE = "urn:standoff:ledger#"
CONTEXT: dict[str, Any] = {
    "prov": "http://www.w3.org/ns/prov#",
    "oa": "http://www.w3.org/ns/oa#",
    "schema": "https://schema.org/",
    "so": NAMESPACE,
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
COLUMNS = (
    "id",
    "document",
    "outlet",
    "aggregator",
    "start",
    "end",
    "exact",
    "speaker",
    "canonical",
    "named",
    "speaker_kind",
    "role",
    "chain",
    "origin",
    "cue",
    "mode",
    "channel",
    "kind",
    "hedges",
    "polarity",
    "event",
    "event_relative",
    "reported",
    "reported_relative",
    "accepted",
    "retracted_by",
    "retracted_date",
    "reliability",
    "reliability_reason",
    "credibility",
    "credibility_reason",
    "supports",
    "contradicts",
    "note",
)


def json_ld(ledger: Ledger) -> dict[str, Any]:
    """The ledger as one JSON-LD document; what is empty is left out."""
    agents = dict.fromkeys(name for statement in ledger.statements for name in statement.chain)
    agents |= dict.fromkeys(statement.speaker.canonical for statement in ledger.statements)
    agents |= dict.fromkeys(d for document in ledger.documents for d in (document.outlet, document.aggregator) if d)
    name = _Names(ledger.sha256[:16] or "ledger")
    graph = [_document(name, document) for document in ledger.documents]
    graph += [_agent(name, ledger, agent) for agent in agents]
    graph += [_statement(name, ledger, statement) for statement in ledger.statements]
    graph += [_claim(name, claim) for claim in ledger.claims]
    graph += [
        {
            "@id": name.of("origin", group.id),
            "@type": "so:Origin",
            "schema:description": group.about,
            "so:independent": group.independent,
            "so:statement": [name.link("statement", statement) for statement in group.statements],
        }
        for group in ledger.origins
    ]
    graph += [_likelihood(name, given.move, row) for given in ledger.hypotheses for row in given.ratios]
    made: dict[str, Any] = _full(
        {
            "@context": CONTEXT,
            "@id": f"urn:standoff:{name.ledger}",
            "@type": "so:Ledger",
            "schema:name": ledger.title,
            "schema:description": ledger.about,
            "so:sha256": ledger.sha256,
            "so:holds": graph,
        }
    )
    return made


@dataclass(frozen=True)
class _Names:
    """Identifiers that belong to one ledger, so that two ledgers read together do not run into one."""

    ledger: str

    def of(self, kind: str, name: str) -> str:
        return f"urn:standoff:{self.ledger}:{kind}:{quote(name, safe='')}"

    def link(self, kind: str, name: str) -> dict[str, str] | None:
        return {"@id": self.of(kind, name)} if name else None


def _likelihood(name: _Names, move: str, row: Ratios) -> dict[str, Any]:
    return {
        "@id": name.of("likelihood", f"{move}/{row.statement}"),
        "@type": "so:Likelihood",
        "so:move": move,
        "so:statement": name.link("statement", row.statement),
        "so:ratio": [
            {"so:hypothesis": option, "so:value": {"@value": repr(value), "@type": "xsd:double"}}
            for option, value in row.values.items()
        ],
        "so:reason": row.reason,
    }


def _full(value: Any) -> Any:
    """Without empty texts and lists, and without what is not there."""
    if isinstance(value, dict):
        made = {key: _full(inner) for key, inner in value.items()}
        return {key: inner for key, inner in made.items() if inner not in ("", None, [], {})}
    return [_full(inner) for inner in value] if isinstance(value, list | tuple) else value


def _document(name: _Names, document: Document) -> dict[str, Any]:
    return {
        "@id": name.of("document", document.id),
        "@type": ["prov:Entity", "schema:NewsArticle"],
        "schema:headline": document.title,
        "schema:publisher": name.link("agent", document.outlet),
        "so:aggregator": name.link("agent", document.aggregator),
        "schema:url": document.url,
        "so:sha256": document.sha256,
        "so:printedDate": [_dated(date) for date in document.dates],
        "so:dropped": [{"so:line": line.line, "so:text": line.text, "so:why": line.why} for line in document.dropped],
        "so:note": document.note,
    }


def _dated(date: Dated | None) -> dict[str, Any] | None:
    return None if date is None else {"so:text": date.text, "so:relative": date.relative}


def _agent(name: _Names, ledger: Ledger, agent: str) -> dict[str, Any]:
    source = next((source for source in ledger.sources if source.name == agent), None)
    made: dict[str, Any] = {"@id": name.of("agent", agent), "@type": "prov:Agent", "schema:name": agent}
    if source is not None:
        made |= {"so:role": source.role, "so:reliability": _grade(source.reliability), "so:note": source.note}
    return made


def _grade(grade: Grade | None) -> dict[str, Any] | None:
    return None if grade is None else {"so:grade": grade.mark, "so:meaning": grade.meaning, "so:reason": grade.reason}


def _statement(name: _Names, ledger: Ledger, statement: Statement) -> dict[str, Any]:
    at, speaker, grade = statement.at, statement.speaker, ledger.grade(statement)
    selectors: list[dict[str, Any]] = [
        {"@type": "oa:TextPositionSelector", "oa:start": at.start, "oa:end": at.end},
    ]
    if at.whole:
        quoted = {"oa:exact": at.exact, "oa:prefix": at.prefix, "oa:suffix": at.suffix}
        selectors.append({"@type": "oa:TextQuoteSelector", **quoted})
    document = name.link("document", statement.document)
    taken = statement.retracted
    return {
        "@id": name.of("statement", statement.id),
        "@type": ["oa:Annotation", "prov:Entity"],
        "oa:hasTarget": {"@type": "oa:SpecificResource", "oa:hasSource": document, "oa:hasSelector": selectors},
        "so:begins": "" if at.whole else at.exact,
        "prov:wasDerivedFrom": document,
        "prov:wasAttributedTo": name.link("agent", speaker.canonical),
        "so:speaker": {
            "so:text": speaker.text,
            "so:named": speaker.named,
            "so:kind": speaker.kind,
            "so:role": speaker.role,
        },
        "so:chain": {"@list": [name.link("agent", carrier) for carrier in statement.chain]},
        "so:origin": origin_of(ledger, statement).name,
        "so:cue": statement.cue,
        "so:mode": statement.mode,
        "so:channel": statement.channel,
        "so:kind": statement.act,
        "so:hedge": list(statement.hedges),
        "so:polarity": statement.polarity,
        "so:event": _dated(statement.event),
        "so:reported": _dated(statement.reported),
        "so:accepted": "unread" if statement.accepted is None else statement.accepted,
        "so:retracted": None if taken is None else {"so:by": taken.by, "so:date": taken.date, "so:note": taken.note},
        "so:reliability": _grade(grade.reliability),
        "so:credibility": _grade(grade.credibility),
        "so:note": statement.note,
    }


def _claim(name: _Names, claim: Claim) -> dict[str, Any]:
    return {
        "@id": name.of("claim", claim.id),
        "@type": ["schema:Claim", "prov:Entity"],
        "schema:text": claim.text,
        "prov:wasDerivedFrom": [name.link("statement", one) for one in claim.supports],
        "so:contradictedBy": [name.link("statement", one) for one in claim.contradicts],
        "so:note": claim.note,
    }


def ledger_csv(ledger: Ledger) -> str:
    """One row per statement. A cell that a spreadsheet could take for a formula begins with an apostrophe."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for statement in ledger.statements:
        row = _row(ledger, statement)
        writer.writerow([defused(row[column]) for column in COLUMNS])
    return stream.getvalue()


def defused(cell: str | int) -> str | int:
    """Text that no spreadsheet takes for a formula; numbers as they are."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_RISKY) else cell


def _row(ledger: Ledger, statement: Statement) -> dict[str, str | int]:
    at, speaker, retracted = statement.at, statement.speaker, statement.retracted
    document, grade = ledger.document(statement.document), ledger.grade(statement)
    return {
        "id": statement.id,
        "document": statement.document,
        "outlet": document.outlet,
        "aggregator": document.aggregator,
        "start": at.start,
        "end": at.end,
        "exact": at.exact,
        "speaker": speaker.text,
        "canonical": speaker.canonical,
        "named": _truth(speaker.named),
        "speaker_kind": speaker.kind,
        "role": speaker.role,
        "chain": " > ".join(statement.chain),
        "origin": origin_of(ledger, statement).name,
        "cue": statement.cue,
        "mode": statement.mode,
        "channel": statement.channel,
        "kind": statement.act,
        "hedges": "; ".join(statement.hedges),
        "polarity": statement.polarity,
        "event": statement.event.text if statement.event else "",
        "event_relative": _truth(statement.event.relative) if statement.event else "",
        "reported": statement.reported.text if statement.reported else "",
        "reported_relative": _truth(statement.reported.relative) if statement.reported else "",
        "accepted": _truth(statement.accepted),
        "retracted_by": retracted.by if retracted else "",
        "retracted_date": retracted.date if retracted else "",
        "reliability": grade.reliability.mark if grade.reliability else "",
        "reliability_reason": grade.reliability.reason if grade.reliability else "",
        "credibility": grade.credibility.mark if grade.credibility else "",
        "credibility_reason": grade.credibility.reason if grade.credibility else "",
        "supports": " ".join(claim.id for claim in ledger.claims if statement.id in claim.supports),
        "contradicts": " ".join(claim.id for claim in ledger.claims if statement.id in claim.contradicts),
        "note": statement.note,
    }


def _truth(value: bool | None) -> str:
    return "" if value is None else str(value).lower()
