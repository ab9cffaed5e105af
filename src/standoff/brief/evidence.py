"""The evidence in a brief: what a reader who believes nothing wants to see, as plain values.

Through whom the statements came, how they are graded on both axes and why, which claims rest on what, and what happens
to the answer without the sources that are not named: the numbers of ``standoff reliance`` at the same draws and seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from standoff.brief.cells import Cell, Labels, Table, listed, table
from standoff.brief.drivers import inline
from standoff.draw.custody import custody_svg
from standoff.draw.labels import Names, number
from standoff.draw.loss_chart import loss_chart
from standoff.errors import StandoffError
from standoff.evidence.binding import Coverage, coverage, ledger_of
from standoff.evidence.grades import CREDIBILITY, RELIABILITY
from standoff.evidence.origins import count_independent, origin_of, origins
from standoff.evidence.records import Claim, Ledger, Statement
from standoff.findings.reliance import DRAWS, Loss, Reliance, reliance
from standoff.findings.reliance_words import changes, dropped_sentence, every_ending, flip_text, interval, points
from standoff.findings.words import share
from standoff.game.model import Model
from standoff.scenario.checks import claims_of
from standoff.scenario.scenario import Scenario


@dataclass(frozen=True)
class EvidencePart:
    """The section's parts, in the order of the page; empty texts and None stand for what there is not."""

    rests: tuple[str, ...]  # sentences on what parameters rest on, those without evidence first
    without: str  # the sentence on what happens without the sources that are not named
    every: str  # the same of every ending
    missing: str  # why there is no such sentence
    kept: str
    chart: str
    endings: Table | None
    options: Table | None
    origins: Table | None
    flips: tuple[str, ...]
    custody: str
    documents: Table
    claims: Table
    statements: Table
    grades: Table | None
    computed: tuple[tuple[str, str], ...]
    draws: int = 0  # at which the answer was solved anew
    idle: tuple[str, ...] = ()  # origins whose loss changes no number


def brief_evidence(
    model: Model, draws: int, seed: int, tell: Callable[[str], None] | None = None
) -> EvidencePart | None:
    """What the answer rests on, solved anew at the first draws; None without a ledger."""
    scenario = model.scenario
    ledger = ledger_of(scenario) if scenario is not None else None
    if scenario is None or ledger is None:
        return None
    found, missing = None, ""
    try:
        found = reliance(model, draws=min(draws, DRAWS), seed=seed, search=False, tell=tell) if draws else None
    except StandoffError as error:  # the rest of the brief can be had all the same, and the section says why not
        missing = str(error)
    return evidence_part(ledger, model, found, coverage(scenario, ledger), missing=missing)


def evidence_part(
    ledger: Ledger, model: Model, found: Reliance | None, coverage: Coverage, *, missing: str = ""
) -> EvidencePart:
    """The section of a scenario with a ledger; without `found`, nothing about the answer (`missing` says why)."""
    assert model.scenario is not None
    labels = Labels(Names.of(model.game, model.scenario), model.scenario)
    counted = any(statement.counts for statement in ledger.statements)
    loss = found.dropped if found else None
    return EvidencePart(
        rests=_rests(coverage, labels),
        without=dropped_sentence(found, labels.outcome, labels.option) if found else "",
        every=every_ending(found, labels.outcome, labels.option) if found else "",
        missing=missing,
        kept=", ".join(loss.structure) if loss else "",
        chart=_chart(loss, model, labels) if loss and loss.parameters else "",
        endings=_endings(loss, labels) if loss and loss.parameters else None,
        options=_options(found, labels) if found and loss and loss.parameters else None,
        origins=_origins(found, labels) if found and any(one.parameters for one in found.left_out) else None,
        flips=tuple(
            f"Without {one.origins[0]} {changes(found.base, one, labels.outcome, labels.option)}."
            for one in found.left_out
            if one.flips
        )
        if found
        else (),
        custody=inline(custody_svg(ledger)) if counted else "",
        documents=_documents(ledger),
        claims=_claims(ledger, model.scenario),
        statements=_statements(ledger),
        grades=_grades(ledger),
        computed=_computed(ledger, found),
        draws=found.draws if found else 0,
        idle=_idle(found) if found else (),
    )


def _rests(found: Coverage, labels: Labels) -> tuple[str, ...]:
    every = len(found.without) + len(found.unsupported) + len(found.supported)
    rows = (
        ("no evidence at all", found.without),
        ("claims that no accepted statement supports", found.unsupported),
        ("a single origin", found.one_origin),
        ("sources of which none is named", found.unnamed),
    )
    return tuple(
        f"{len(names)} of {every} numbers rest on {what}: {listed([labels.quoted(name) for name in names])}."
        for what, names in rows
        if names
    )


def _chart(loss: Loss, model: Model, labels: Labels) -> str:
    names = {name: labels.outcome(name) for name in model.game.outcomes}
    return inline(loss_chart(loss, names=names, prefix="evidence-loss"))


def _endings(loss: Loss, labels: Labels) -> Table:
    rows = [
        (labels.outcome(row.name), share(row.a), share(row.b), points(row.difference), interval(row))
        for row in sorted(loss.outcomes, key=lambda row: -row.a)
    ]
    heads = ("Ending", "As it stands", "Without", "Points", "95 % interval")
    return table("Endings as the file stands and without the claims", heads, rows, (1, 2, 3, 4))


def _options(found: Reliance, labels: Labels) -> Table | None:
    before, after = found.base.best, found.dropped.answer.best
    if before is None or after is None:
        return None
    rows = [
        (
            Cell(labels.option(option), strong=option in after.first),
            Cell(number(mean), strong=option in before.first),
            Cell(number(after.means[option]), strong=option in after.first),
        )
        for option, mean in before.means.items()
    ]
    heads = ("Option as a commitment", "Payoff as it stands", "Without")
    return table("Options as the file stands and without the claims", heads, rows, (1, 2))


def _origins(found: Reliance, labels: Labels) -> Table:
    rows = [
        (
            Cell(loss.origins[0], ", ".join(loss.claims)),
            listed([labels.quoted(name) for name in loss.parameters]),
            share(loss.distance),
            share(loss.moved),
            flip_text(loss),
        )
        for loss in found.left_out
        if loss.parameters
    ]
    heads = ("Without this origin", "Numbers on their wider range", "Distributions apart", "Cases moved", "Flips")
    return table("What losing each origin does", heads, rows, (2, 3))


def _idle(found: Reliance) -> tuple[str, ...]:
    """The origins whose loss changes no number."""
    return tuple(loss.origins[0] for loss in found.left_out if not loss.parameters)


def _documents(ledger: Ledger) -> Table:
    rows = []
    for document in ledger.documents:
        own = sum(statement.document == document.id for statement in ledger.statements)
        through = f"carried by {document.aggregator}" if document.aggregator else ""
        dates = "; ".join(f"“{date.text}”{' (relative)' if date.relative else ''}" for date in document.dates)
        rows.append(
            (
                Cell(document.title or document.id, document.note),
                Cell(document.outlet or "–", through),
                dates or "none printed",
                str(own),
                Cell(document.sha256[:12] or "–", "first digits of its SHA-256" if document.sha256 else ""),
            )
        )
    heads = ("Document", "Published by", "Dates as printed", "Statements", "File that was read")
    return table("Documents", heads, rows, (3,))


def _claims(ledger: Ledger, scenario: Scenario) -> Table:
    bound: dict[str, list[str]] = {}
    for definition in scenario.parameters:
        for claim in definition.claims:
            bound.setdefault(claim, []).append(definition.name.replace("_", " "))
    used = {claim for claim, _ in claims_of(scenario)}
    rows = [_claim(ledger, claim, bound.get(claim.id, []), claim.id in used) for claim in ledger.claims]
    heads = ("Claim", "What it says", "For", "Against", "Independent origins", "Numbers that rest on it")
    return table("Claims", heads, rows, (4,))


def _claim(ledger: Ledger, claim: Claim, parameters: list[str], used: bool) -> tuple[Cell | str, ...]:
    support = ledger.support(claim.id)
    named = any(statement.named for statement in support)
    who = "nobody is named" if support and not named else ""
    return (
        Cell(claim.id),
        Cell(claim.text, claim.note),
        Cell(", ".join(statement.id for statement in support) or "nothing accepted", who),
        ", ".join(statement.id for statement in ledger.against(claim.id)) or "–",
        str(count_independent(origins(ledger, support))),
        ", ".join(parameters) or ("structure only" if used else "nothing"),
    )


def _statements(ledger: Ledger) -> Table:
    rows = [_statement(ledger, statement) for statement in ledger.statements]
    heads = ("Statement", "Who", "Through", "What, in short", "Channel", "Reliability", "Credibility")
    return table("Statements", heads, rows)


def _statement(ledger: Ledger, statement: Statement) -> tuple[Cell | str, ...]:
    at, speaker, grade = statement.at, statement.speaker, ledger.grade(statement)
    who = speaker.canonical if statement.named or speaker.carrier else f"{speaker.canonical} (not named)"
    status = {None: "not read yet", False: "rejected", True: ""}[statement.accepted]
    if statement.retracted:
        status = f"taken back by {statement.retracted.by}"
    place = f"characters {at.start:,} to {at.end:,}" if at.end else "place not kept"
    where = f"{statement.document}, {place}"
    hedged = f"; hedged: {', '.join(statement.hedges)}" if statement.hedges else ""
    return (
        Cell(statement.id, status),
        Cell(who, speaker.role),
        Cell(" → ".join(statement.chain) or statement.document, origin_of(ledger, statement).name),
        Cell(at.exact or "–", f"{statement.act}, {statement.mode}{hedged}; {where}"),
        statement.channel,
        Cell(grade.reliability.mark, grade.reliability.reason) if grade.reliability else "–",
        Cell(grade.credibility.mark, grade.credibility.reason) if grade.credibility else "–",
    )


def _grades(ledger: Ledger) -> Table | None:
    """What the marks that occur mean."""
    pairs = [ledger.grade(statement) for statement in ledger.statements]
    used = {grade.mark for pair in pairs for grade in (pair.reliability, pair.credibility) if grade is not None}
    rows = [(mark, "reliability of the source", meaning) for mark, meaning in RELIABILITY.items() if mark in used]
    rows += [(mark, "credibility of the information", text) for mark, text in CREDIBILITY.items() if mark in used]
    return table("What the grades mean", ("Grade", "Axis", "Meaning"), rows) if rows else None


def _computed(ledger: Ledger, found: Reliance | None) -> tuple[tuple[str, str], ...]:
    rows = [("Ledger", f"SHA-256 {ledger.sha256}")]
    if found:
        rows.append(("Reliance on evidence", f"solved anew at {found.draws:,} draws, seed {found.seed}"))
    return tuple(rows)
