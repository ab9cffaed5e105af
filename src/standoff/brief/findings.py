"""The findings in a brief: all its sections as plain values, and their gist for a reader who has two minutes.

`FindingsPage.short` has a sentence per section at most, each with the anchor of the section it comes from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from standoff.brief.cells import Labels, listed
from standoff.brief.decisions import (
    BesidePart,
    LeversPart,
    OptionsPart,
    baselines_part,
    levers_part,
    options_part,
    variants_part,
)
from standoff.brief.drivers import (
    ConditionsPart,
    DriversPart,
    InformationPart,
    conditions_parts,
    drivers_parts,
    information_part,
)
from standoff.draw.labels import Names
from standoff.findings.collect import base_study, collect, sample_of
from standoff.findings.collected import Findings, Missing
from standoff.findings.outcomes import summarise
from standoff.findings.side_by_side import variant_models
from standoff.game.model import Model
from standoff.study.run import Study


@dataclass(frozen=True)
class FindingsPage:
    """The sections, `missing` saying why there are no drivers and conditions; `computed` tells what it rests on."""

    short: tuple[tuple[str, str], ...]  # (sentence, anchor)
    missing: str
    read: str
    drivers: tuple[DriversPart, ...]
    conditions: tuple[ConditionsPart, ...]
    measure: str  # the index that parameters are ordered by
    options: OptionsPart
    levers: LeversPart
    information: InformationPart
    baselines: BesidePart
    variants: BesidePart
    computed: tuple[tuple[str, str], ...]


def brief_findings(model: Model, study: Study | None, tell: Callable[[str], None] | None = None) -> Findings:
    """The findings of a study in the words of the brief; without a study, those at the base values."""
    drawn = base_study(model) if study is None else study
    names = Names.of(model.game, model.scenario)
    return collect(
        sample_of(drawn, model),
        summarise(drawn),
        variants=lambda: variant_models(model, {}),
        called=lambda name: f"“{names.outcome(name)}”",
        tell=tell,
    )


def findings_page(found: Findings, model: Model, names: Names) -> FindingsPage:
    """The findings of a scenario's study as the page says them."""
    assert model.scenario is not None
    labels = Labels(names, model.scenario)
    missing = str(found.outcomes) if isinstance(found.outcomes, Missing) else ""
    drivers, conditions = drivers_parts(found, labels), conditions_parts(found, labels)
    if not missing and not drivers:
        missing = "No outcome has a mean of at least 5 %, so none was looked at."
    options, levers = options_part(found, labels), levers_part(found, labels)
    information = information_part(found, labels, beliefs=model.scenario.ranges == "beliefs")
    baselines = baselines_part(found, labels)
    return FindingsPage(
        short=_short(found, drivers, options, levers, information, baselines),
        missing=missing,
        read=f"{found.read:,} of {found.summary.draws:,}" if found.read < found.summary.draws else "",
        drivers=drivers,
        conditions=conditions,
        measure=_measure(found),
        options=options,
        levers=levers,
        information=information,
        baselines=baselines,
        variants=variants_part(found, labels),
        computed=_computed(found, labels),
    )


def _measure(found: Findings) -> str:
    if isinstance(found.outcomes, Missing) or not found.outcomes:
        return ""
    return found.outcomes[0].sensitivity.measure


def _short(
    found: Findings,
    drivers: tuple[DriversPart, ...],
    options: OptionsPart,
    levers: LeversPart,
    information: InformationPart,
    baselines: BesidePart,
) -> tuple[tuple[str, str], ...]:
    """The first sentence or two of each section that has something to say."""
    told = []
    if drivers and drivers[0].table:
        told.append((drivers[0].statement.partition(". ")[0].rstrip(".") + ".", "drivers"))
    first = () if isinstance(found.outcomes, Missing) else found.outcomes[:1]
    if any(one.discovery.restrictions and one.discovery.density > 0.5 for one in first):
        told.append((first[0].discovery.statement, "conditions"))
    if not isinstance(found.options, Missing) and options.table:
        told += [(text, "options") for text in options.statement]
    if levers.table:
        told.append((levers.statement[-1] if len(levers.statement) == 1 else levers.statement[1], "levers"))
    if information.table:
        told.append((information.statement.rpartition(". ")[2], "information"))
    if baselines.table:
        told.append((baselines.statement, "baselines"))
    return tuple(told)


def _computed(found: Findings, labels: Labels) -> tuple[tuple[str, str], ...]:
    """What was solved anew, at how many draws, and with which seeds."""
    rows = []
    if not isinstance(found.outcomes, Missing) and found.outcomes:
        first = found.outcomes[0].sensitivity
        looked = listed([f"“{labels.outcome(one.outcome)}”" for one in found.outcomes])
        rows.append(("Drivers and conditions", f"{looked}: {first.used:,} draws, seed {first.seed}"))
    if not isinstance(found.options, Missing):
        text = f"solved anew at {found.options.draws:,} draws, the first of the study"
        if not isinstance(found.rules, Missing):
            text += f"; rules resampled {found.rules.resamples:,} times, seed {found.rules.seed}"
        rows.append(("Options as commitments", text))
    if not isinstance(found.information, Missing):
        rows.append(("Value of information", f"the same draws, seed {found.information.seed}"))
    if not isinstance(found.levers, Missing):
        rows.append(("Levers", f"solved anew from the base values, {found.levers.points} values on each side"))
    if not isinstance(found.baselines, Missing):
        rows.append(("Simpler answers", f"{found.baselines.draws:,} draws, the first of the study"))
    if not isinstance(found.variants, Missing):
        variants = found.variants
        rows.append(("Variants", f"solved anew at {variants.variants[0].draws:,} draws, seed {variants.seed}"))
    return tuple(rows)
