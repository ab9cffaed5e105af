"""The sections of a brief that are read off the draws: what drives an outcome, where it flips, what to find out next.

Findings in, plain values out: sentences, drawings and tables. An index, a share or a payoff stands in a table with the
digits it deserves; the exact numbers are those of ``findings --json``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from standoff.brief.cells import Cell, Labels, Table, listed, table
from standoff.draw.findings_charts import box_chart, information_chart, partition_chart, sensitivity_chart
from standoff.draw.labels import number
from standoff.findings.collected import ClaimWorth, Findings, Missing, OutcomeFindings
from standoff.findings.discovery import Discovery
from standoff.findings.partition import WEAK, Partition
from standoff.findings.sensitivity import Driver, Sensitivity
from standoff.findings.value_of_information import ValueOfInformation, Worth
from standoff.findings.words import share

MOST = 12  # rows in the open; the others fold away


@dataclass(frozen=True)
class DriversPart:
    """What drives one outcome: those that stand out from noise in `table`, the others in `rest`."""

    outcome: str
    mean: str
    statement: str
    chart: str = ""
    table: Table | None = None
    rest: Table | None = None


@dataclass(frozen=True)
class ConditionsPart:
    """Where one outcome comes about: the box in words, what it is worth on other draws, the regions of the tree."""

    outcome: str
    mean: str
    statement: str
    held_out: str = ""
    chart: str = ""
    table: Table | None = None
    counted: bool = True
    regions: str = ""
    regions_chart: str = ""
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class InformationPart:
    """What it would be worth to know."""

    statement: str
    chart: str = ""
    table: Table | None = None
    rest: Table | None = None
    claims: Table | None = None


def drivers_parts(found: Findings, labels: Labels) -> tuple[DriversPart, ...]:
    """One part per outcome looked at."""
    if isinstance(found.outcomes, Missing):
        return ()
    return tuple(_drivers(one, n, labels) for n, one in enumerate(found.outcomes))


def _drivers(one: OutcomeFindings, n: int, labels: Labels) -> DriversPart:
    result = one.sensitivity
    label, mean = labels.outcome(one.outcome), share(one.mean)
    if not result.drivers:
        return DriversPart(label, mean, result.statement)
    strong = [d for d in result.drivers if getattr(d, result.measure).distinguishable]
    shown = strong[:MOST]
    others = [d for d in result.drivers if d not in shown]
    return DriversPart(
        outcome=label,
        mean=mean,
        statement=_drivers_said(strong, len(result.drivers), label, labels),
        chart=inline(sensitivity_chart(result, prefix=f"drivers-{n}")),
        table=_drivers_table(shown, result, label, labels) if shown else None,
        rest=_drivers_table(others, result, label, labels, ", the rest") if others else None,
    )


def _drivers_said(strong: list[Driver], count: int, label: str, labels: Labels) -> str:
    if not strong:
        return f"No single parameter can be told from noise as a driver of “{label}”."
    top = listed([labels.quoted(driver.name) for driver in strong[:3]])
    text = f"“{label}” hangs most on {top}."
    rest = count - len(strong)
    return text + (f" {rest} of {count} parameters cannot be told from noise." if rest else "")


def _drivers_table(drivers: list[Driver], result: Sensitivity, label: str, labels: Labels, which: str = "") -> Table:
    kind = "Delta" if result.measure == "delta" else "First order"
    rows = []
    for driver in drivers:
        index = getattr(driver, result.measure)
        rows.append(
            (
                labels.cell(driver.name),
                hundredths(index.value),
                f"{hundredths(index.low)} to {hundredths(index.high)}",
                share(driver.at_low),
                share(driver.at_high),
            )
        )
    heads = ("Parameter", kind, "95 % interval", "In its lowest fifth", "In its highest fifth")
    return table(f"What drives {label}{which}", heads, rows, (1, 2, 3, 4))


def hundredths(value: float) -> str:
    """An index with two digits; a minus sign only where something is left of the number."""
    text = f"{abs(value):.2f}"
    return f"−{text}" if value < 0 and float(text) else text


def conditions_parts(found: Findings, labels: Labels) -> tuple[ConditionsPart, ...]:
    """One part per outcome looked at."""
    if isinstance(found.outcomes, Missing):
        return ()
    return tuple(_conditions(one, n, labels) for n, one in enumerate(found.outcomes))


def _conditions(one: OutcomeFindings, n: int, labels: Labels) -> ConditionsPart:
    box, tree, label = one.discovery, one.partition, labels.outcome(one.outcome)
    return ConditionsPart(
        outcome=label,
        mean=share(one.mean),
        statement=box.statement,
        held_out=_held_out(box),
        chart=inline(box_chart(box, prefix=f"box-{n}")) if box.restrictions else "",
        table=_box_table(box, label, labels) if box.restrictions else None,
        counted=box.threshold is not None,
        regions=_regions_said(tree, box),
        regions_chart=inline(partition_chart(tree, prefix=f"regions-{n}")) if len(tree.leaves) > 1 else "",
        rules=tree.rules() if len(tree.leaves) > 1 else (),
    )


def _held_out(box: Discovery) -> str:
    if not box.restrictions or box.held_out_density is None or box.held_out_coverage is None:
        return ""
    inside = share(box.held_out_density) if box.threshold is not None else f"a mean of {box.held_out_density:.3g}"
    return (
        f"Found again on halves of the draws and measured on the other halves: {inside} inside, "
        f"{share(box.held_out_coverage)} covered."
    )


def _box_table(box: Discovery, label: str, labels: Labels) -> Table:
    rows = []
    for restriction in box.restrictions:
        one = restriction.condition
        limits = one.text.removeprefix(one.label).strip()
        chance = "< 0.001" if restriction.quasi_p < 0.001 else f"{restriction.quasi_p:.3f}"
        span = f"{number(one.smallest)} to {number(one.largest)}"
        again = share(restriction.reproduced_coverage)
        rows.append((labels.cell(one.name), limits, span, chance, again))
    heads = ("Parameter", "Limits", "Over all draws", "Could be chance", "Found again in halves")
    return table(f"Where {label} comes about", heads, rows, (2, 3, 4))


def _regions_said(tree: Partition, box: Discovery) -> str:
    if len(tree.leaves) <= 1:
        return "" if tree.statement == box.statement else tree.statement
    if tree.explained is None or tree.explained < WEAK:
        return (
            "The same draws cut into regions by a few questions. On draws that it was not fitted to, this explains "
            "little: take it as a description of these draws, not as a rule."
        )
    return (
        "The same draws cut into regions by a few questions, which together cover everything. On draws that it was not "
        f"fitted to, this explains {share(tree.explained)} of the variance."
    )


def information_part(found: Findings, labels: Labels, *, beliefs: bool) -> InformationPart:
    """What to find out next."""
    result = found.information
    if isinstance(result, Missing):
        return InformationPart(str(result))
    if not result.worths:
        best = result.best and f"“{labels.option(result.best)}” is the best commitment at every draw"
        return InformationPart(f"{best}: no knowledge could change the decision." if best else result.statement)
    strong = [worth for worth in result.worths if worth.distinguishable]
    others = [worth for worth in result.worths if worth not in strong[:MOST]]
    claims = [one for one in found.claims if one.strongest.distinguishable]
    return InformationPart(
        statement=_information_said(result, strong, labels, beliefs),
        chart=inline(information_chart(replace(result, actor=labels.actor(result.actor)), prefix="information")),
        table=_worth_table(strong[:MOST], labels) if strong else None,
        rest=_worth_table(others, labels, ", the rest") if others else None,
        claims=_claims_table(claims, labels) if claims else None,
    )


def _information_said(result: ValueOfInformation, strong: list[Worth], labels: Labels, beliefs: bool) -> str:
    over = "in expectation" if beliefs else f"on average over {result.complete:,} sampled cases"
    text = (
        f"Without more knowledge the commitment with the best mean is “{labels.option(result.best or '')}”. To know "
        f"everything before choosing would be worth {number(result.perfect)} in payoff {over}"
    )
    if not strong:
        return f"{text}; no single parameter is worth more than noise."
    top = [f"{labels.quoted(worth.name)} ({number(worth.value)})" for worth in strong[:3]]
    return f"{text}. Of single parameters it is worth most to know {listed(top)}."


def _worth_table(worths: list[Worth], labels: Labels, which: str = "") -> Table:
    rows = [
        (
            labels.cell(worth.name),
            f"{number(worth.value)} ± {number(1.96 * worth.error)}",
            number(worth.floor),
            share(worth.share),
            share(worth.changes),
            ", ".join(labels.claims(worth.name)) or "–",
        )
        for worth in worths
    ]
    heads = ("Parameter", "Worth, 95 %", "Noise", "Of knowing all", "Draws decided otherwise", "Claims")
    return table(f"What knowing a parameter is worth{which}", heads, rows, (1, 2, 3, 4))


def _claims_table(claims: list[ClaimWorth], labels: Labels) -> Table:
    rows = [
        (
            Cell(one.claim),
            f"{number(one.strongest.value)}",
            labels.parameter(one.strongest.name),
            listed([labels.parameter(name) for name in one.parameters]),
        )
        for one in claims
    ]
    heads = ("Claim", "Worth at least", "Through", "Parameters that rest on it")
    return table("What settling a claim is worth", heads, rows, (1,))


def inline(svg: str) -> str:
    """A drawing inside a page needs no namespace."""
    return svg.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)
