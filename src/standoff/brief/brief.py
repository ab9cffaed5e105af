"""The brief: one HTML file that a person reads, from disk, without scripts, on paper too.

`gather` collects what the page says as plain values, `render` fills the template. Texts of a scenario are untrusted:
control characters and direction overrides are taken out, and the template escapes what it prints; only our drawings go
in as markup, and they escape their texts themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from standoff.brief import tables
from standoff.brief.answer import answer, concept_name, course_text, ends_text
from standoff.brief.cells import Cell, Labels
from standoff.brief.credibility import CredibilityPage
from standoff.brief.drivers import inline
from standoff.brief.evidence import EvidencePart
from standoff.brief.findings import FindingsPage, findings_page
from standoff.draw.charts import outcome_chart
from standoff.draw.labels import Names, clean
from standoff.draw.layout import layout
from standoff.draw.tree import PALETTE, render_svg
from standoff.files import write_whole
from standoff.findings.collected import Findings
from standoff.findings.courses import courses
from standoff.findings.outcomes import Audit, StudyResult, StudySummary, summarise
from standoff.findings.words import share
from standoff.game.model import Model
from standoff.scenario.scenario import VariantSummary
from standoff.solve.solution import Solution
from standoff.version import VERSION

Variants = Sequence[tuple[VariantSummary, Solution]]

COURSES = 6  # courses of play to list
TALL = 0.96  # a drawing higher than this share of its width is larger on an upright page than on a broad one
# Actor colours on dark paper, light enough for dark letters; same order as `PALETTE`
DARK_PALETTE = ("#6db3e8", "#f0a06a", "#5cc9a7", "#dd94c4", "#d2c65a", "#a6abf0")


@dataclass(frozen=True)
class CourseRow:
    """A course of play in words, its probability and how it ends."""

    text: str
    probability: str
    ends: str


@dataclass(frozen=True)
class Brief:
    """What the page says. Empty texts and tuples stand for parts that this model or run does not have."""

    title: str
    about: str
    answer: tuple[str, ...]
    beliefs: bool  # the ranges are beliefs, so that shares carry likelihood words
    actors: tuple[str, ...]
    courses: tuple[CourseRow, ...]
    more_courses: int
    tree: str
    tree_tall: bool
    strategies: tuple[tables.ActorStrategy, ...]
    payoffs: tuple[tables.ActorPayoff, ...]
    outcomes: tuple[tables.OutcomeRow, ...]
    chart: str
    decision: str
    decisions: tuple[tuple[str, str], ...]
    decided: int
    variants: tuple[tables.VariantRow, ...]
    assumptions: tuple[tables.AssumptionRow, ...]
    given: int  # assumptions that do not follow from others
    ungrounded: int
    moves: tuple[tables.MoveRow, ...]
    computed: tuple[tuple[str, str], ...]
    rejected: tuple[tuple[str, str, str], ...]
    known: int
    complete: bool
    drawn: bool
    bounded: bool  # the study knows bounds over several equilibria at a draw
    findings: FindingsPage | None = None
    evidence: EvidencePart | None = None
    credibility: CredibilityPage | None = None
    named: tuple[Cell, ...] = ()  # the parameters that the gist names, and what they are


def gather(
    model: Model,
    solution: Solution,
    *,
    study: StudyResult | None = None,
    variants: Variants = (),
    findings: Findings | None = None,
    evidence: EvidencePart | None = None,
    credibility: CredibilityPage | None = None,
) -> Brief:
    """Everything the brief of a solution says, as plain values."""
    game, scenario = model.game, model.scenario
    names = Names.of(game, scenario)
    summary = summarise(study) if study is not None else None
    equilibrium = solution.first if solution.equilibria else None
    drawing = layout(game, equilibrium, scenario=scenario)
    found = courses(game, equilibrium.play) if equilibrium else ()
    ranges = scenario.ranges if scenario else "bounds"
    page = findings_page(findings, model, names) if findings is not None and scenario is not None else None
    assumed = tables.assumptions(scenario, solution.values) if scenario else ()
    return Brief(
        title=game.title or "Untitled game",
        about=scenario.about if scenario else "",
        answer=answer(solution, names, summary, ranges, game.decision),
        beliefs=ranges == "beliefs",
        actors=names.actors,
        courses=tuple(
            CourseRow(course_text(solution, names, one), share(one.probability), ends_text(names, one.outcomes, 4))
            for one in found[:COURSES]
        ),
        more_courses=max(0, len(found) - COURSES),
        tree=inline(render_svg(drawing, prefix="tree")),
        tree_tall=drawing.height > TALL * drawing.width,
        strategies=tables.strategies(equilibrium, names) if equilibrium else (),
        payoffs=tables.payoffs(equilibrium, names) if equilibrium else (),
        outcomes=tables.outcome_rows(solution, summary, names),
        chart=_chart(summary, names),
        decision=names.move(game.decision) if game.decision else "",
        decisions=_decisions(game.decision, summary, names),
        decided=summary.decided if summary else 0,
        variants=_variants(solution, [(VariantSummary("as written"), solution), *variants], names) if variants else (),
        assumptions=assumed,
        given=sum(not row.derived for row in assumed),
        ungrounded=sum(not row.grounded for row in assumed),
        moves=tables.move_rows(scenario, names) if scenario else (),
        computed=(
            *_computed(model, solution, summary),
            *(page.computed if page else ()),
            *(credibility.computed if credibility else ()),
            *(evidence.computed if evidence else ()),
        ),
        rejected=tuple((entry.method, entry.status.replace("_", " "), entry.reason) for entry in solution.rejected),
        known=len(solution.equilibria),
        complete=solution.complete,
        drawn=summary is not None,
        bounded=summary is not None and summary.bounded,
        findings=page,
        evidence=evidence,
        credibility=credibility,
        named=_named(page, credibility, evidence, Labels(names, scenario)) if page and scenario else (),
    )


@cache
def _environment() -> Environment:
    """Templates are compiled once."""
    return Environment(
        loader=PackageLoader("standoff.brief"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalise,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(brief: Brief) -> str:
    """The page."""
    colours = list(enumerate(zip(PALETTE, DARK_PALETTE, strict=True)))
    return (
        _environment()
        .get_template("brief.html")
        .render(
            brief=brief,
            tree=Markup(brief.tree),
            chart=Markup(brief.chart),
            colours=colours,
            version=VERSION,
            drawing=Markup,
        )
    )


def brief_html(
    model: Model,
    solution: Solution,
    *,
    study: StudyResult | None = None,
    variants: Variants = (),
    findings: Findings | None = None,
    evidence: EvidencePart | None = None,
    credibility: CredibilityPage | None = None,
) -> str:
    """The brief as one HTML document that needs nothing from outside.

    `study` adds what the draws say, `findings` what drives that, `variants` (each with its own solution) a comparison,
    `evidence` what it rests on, `credibility` what the game takes for granted.
    """
    return render(
        gather(
            model,
            solution,
            study=study,
            variants=variants,
            findings=findings,
            evidence=evidence,
            credibility=credibility,
        )
    )


def write_brief(
    path: str | Path,
    model: Model,
    solution: Solution,
    *,
    study: StudyResult | None = None,
    variants: Variants = (),
    findings: Findings | None = None,
    evidence: EvidencePart | None = None,
    credibility: CredibilityPage | None = None,
) -> Path:
    """Write the brief; a reader of `path` sees the old file or the whole new one.

    Raises `RequestError` where that cannot be done, `AnalysisError` where the disk is full.
    """
    target = Path(path)
    text = brief_html(
        model,
        solution,
        study=study,
        variants=variants,
        findings=findings,
        evidence=evidence,
        credibility=credibility,
    )
    write_whole(target, text)
    return target


def _finalise(value: Any) -> Any:
    """What the template prints: our markup as it is, text cleaned (and then escaped by the template)."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return re.sub(r"(?<=\d) (?=%)", "\u00a0", clean(value))  # a number and its sign stay on one line


def _named(
    page: FindingsPage, credibility: CredibilityPage | None, evidence: EvidencePart | None, labels: Labels
) -> tuple[Cell, ...]:
    """The parameters that the gist names, each with what it is."""
    sentences = [*page.short, *(credibility.short if credibility else ())]
    text = " ".join([*(sentence for sentence, _ in sentences), evidence.without if evidence else ""])
    places = {one.name: text.find(labels.quoted(one.name)) for one in labels.scenario.parameters}
    return tuple(labels.cell(name) for name in sorted(places, key=lambda name: places[name]) if places[name] >= 0)


def _chart(summary: StudySummary | None, names: Names) -> str:
    if summary is None or not summary.outcomes:
        return ""
    labels = {outcome.name: names.outcome(outcome.name) for outcome in summary.outcomes}
    return inline(outcome_chart(summary, names=labels, prefix="outcomes"))


def _decisions(decision: str | None, summary: StudySummary | None, names: Names) -> tuple[tuple[str, str], ...]:
    if decision is None or summary is None:
        return ()
    ranked = sorted(summary.decision.items(), key=lambda item: -item[1])
    return tuple((names.option(decision, option), share(value)) for option, value in ranked)


def _variants(base: Solution, variants: Variants, names: Names) -> tuple[tables.VariantRow, ...]:
    told = []
    for _, solution in variants:
        if not solution.equilibria:
            told.append("no profile was confirmed as an equilibrium")
            continue
        own = Names.of(solution.game, solution.scenario) if solution.scenario else names
        told.append(course_text(solution, own, courses(solution.game, solution.first.play)[0]))
    return tables.variant_rows(base, variants, told, names)


def _computed(model: Model, solution: Solution, summary: StudySummary | None) -> tuple[tuple[str, str], ...]:
    game = model.game
    rows = [
        ("Game", f"{game.n_nodes:,} nodes, {len(game.outcome):,} endings, {len(game.infosets):,} information sets"),
        ("Concept", concept_name(solution.concept)),
        ("Method", solution.method),
        ("Search", "exhaustive" if solution.complete else "not exhaustive: other equilibria may exist"),
    ]
    if solution.equilibria:
        certificate = solution.first.certificate
        rows.append(("Certificate", certificate.status + _consistent(certificate.consistent)))
        rows.append(
            (
                "Largest gain from deviating",
                f"{certificate.gain:.2g} of the payoff range (at most {certificate.tolerance:.0e})",
            )
        )
    if summary is not None:
        rows += [
            ("Draws", f"{summary.draws:,} ({summary.sampler}), seed {summary.seed}, {summary.seconds:.1f} s"),
            ("Certified draws", f"{summary.certified:,} ({share(summary.certified_share)})"),
            ("Status of draws", _counts(summary.statuses)),
            ("Methods of draws", _counts(summary.methods)),
            ("Solved once more, in smaller steps", _repeated(summary.audit)),
            ("Followed along the logit path", _repeated(summary.branch)),
        ]
    scenario = model.scenario
    if scenario is not None and scenario.sha256:
        rows.append(("Scenario file", f"SHA-256 {scenario.sha256}"))
    versions = dict(summary.versions) if summary else {}
    versions.setdefault("standoff", VERSION)
    rows.append(("Versions", ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))))
    return tuple(rows)


def _repeated(audit: Audit) -> str:
    if not audit.draws:
        return "none"
    return (
        f"{audit.draws:,} draws, of which {audit.disagreements:,} ended differently "
        f"(95 % interval {share(audit.low)} to {share(audit.high)})"
    )


def _consistent(consistent: bool | None) -> str:
    if consistent is None:
        return "; the concept makes no claim about beliefs off the path"
    return "; beliefs consistent" if consistent else "; beliefs not consistent"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items())
