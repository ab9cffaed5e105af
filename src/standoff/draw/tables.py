"""The numbers of every chart as a table, for those who cannot see it: plain values, and HTML without styles.

One function per chart, named after it: `outcome_table` has what `outcome_chart` draws, all of it, also what the chart
leaves out for lack of room. Texts are cleaned and escaped; numbers are those of the chart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from standoff.draw.labels import clean, number
from standoff.draw.regions import legend_of
from standoff.draw.robustness_chart import told
from standoff.draw.tree import escape
from standoff.evidence.records import Ledger
from standoff.findings.discovery import Discovery
from standoff.findings.outcomes import OutcomeSummary, StudySummary
from standoff.findings.partition import Partition
from standoff.findings.region_map import RegionMap
from standoff.findings.reliance import Loss
from standoff.findings.robustness import Robustness
from standoff.findings.sensitivity import Sensitivity
from standoff.findings.value_of_information import ValueOfInformation
from standoff.findings.words import share

Names = Mapping[str, str]


@dataclass(frozen=True)
class ChartTable:
    """A table: what it shows, its columns, and rows as wide as these; the first cell of a row names it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def to_html(self) -> str:
        """The table as HTML, with scopes for those who have it read out."""
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in self.head)
        rows = "".join(
            f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
            for row in self.rows
        )
        caption = f"<caption>{escape(self.caption)}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def called(name: str, names: Names | None) -> str:
    """What something is called: its label, or its name with spaces."""
    return clean((names or {}).get(name, name.replace("_", " ")))


def outcome_table(outcomes: Sequence[OutcomeSummary] | StudySummary, *, names: Names | None = None) -> ChartTable:
    """Mean, bounds over equilibria and percentiles of every outcome."""
    rows = outcomes.by_mean() if isinstance(outcomes, StudySummary) else sorted(outcomes, key=lambda row: -row.mean)
    return ChartTable(
        "Probability of each outcome, over the certified draws",
        ("Outcome", "Mean", "Bounds over equilibria", "5th percentile", "Median", "95th percentile"),
        tuple(
            (
                called(row.name, names),
                share(row.mean),
                f"{share(row.low)} to {share(row.high)}",
                *(share(value) for value in (row.q05, row.q50, row.q95)),
            )
            for row in rows
        ),
    )


def sensitivity_table(result: Sensitivity, *, names: Names | None = None) -> ChartTable:
    """The index of every parameter with its interval and noise floor."""
    rows = []
    for driver in result.drivers:
        index = getattr(driver, result.measure)
        rows.append(
            (
                called(driver.name, names),
                f"{max(index.value, 0.0):.2f}",
                f"{index.low:.2f} to {index.high:.2f}",
                f"{max(index.floor, 0.0):.2f}",
                "yes" if index.distinguishable else "no",
                f"{driver.at_low:.3g}",
                f"{driver.at_high:.3g}",
            )
        )
    head = ("Parameter", f"Index ({result.measure})", "95 % interval", "Chance reaches", "Told apart from chance")
    caption = f"What drives {called(result.outcome, names)}"
    return ChartTable(caption, (*head, "In its lowest fifth", "In its highest fifth"), tuple(rows))


def information_table(result: ValueOfInformation, *, names: Names | None = None) -> ChartTable:
    """What knowing each parameter is worth."""
    rows = tuple(
        (
            called(worth.name, names),
            f"{max(worth.value, 0.0):.3g}",
            f"{worth.error:.2g}",
            f"{worth.floor:.2g}",
            "yes" if worth.distinguishable else "no",
            share(min(max(worth.share, 0.0), 1.0)),
        )
        for worth in result.worths
    )
    head = ("Parameter", "Gain", "Standard error", "Chance reaches", "Told apart from chance", "Of perfect knowledge")
    return ChartTable(f"What knowing a parameter is worth to {called(result.actor, names)}", head, rows)


def box_table(result: Discovery, *, names: Names | None = None) -> ChartTable:
    """The limits of the box, and how it does."""
    rows = [
        (
            called(one.condition.name, names),
            one.condition.text.removeprefix(one.condition.label).strip(),
            f"{number(one.condition.smallest)} to {number(one.condition.largest)}",
            f"{one.quasi_p:.3f}",
        )
        for one in result.restrictions
    ]
    inside = share(result.density) if result.threshold is not None else f"{result.mean:.3g}"
    rows.append(("the box", f"{inside} inside", f"{share(result.coverage)} of all such draws", ""))
    caption = f"Where {called(result.outcome, names)} comes about"
    return ChartTable(caption, ("Parameter", "Limits", "Over all draws", "Could be chance"), tuple(rows))


def partition_table(result: Partition, *, names: Names | None = None) -> ChartTable:
    """Every region: how it is bounded, how often it ends so, and its share of the draws."""
    counted = result.threshold is not None
    rows = tuple(
        (clean(leaf.where), share(leaf.density) if counted else f"{leaf.mean:.3g}", share(leaf.share))
        for leaf in result.leaves
    )
    head = ("Region", "Share of such draws" if counted else "Mean", "Of all draws")
    return ChartTable(f"Regions by {called(result.outcome, names)}", head, rows)


def robustness_table(found: Robustness, *, names: Names | None = None) -> ChartTable:
    """The criterion of every rule for every option; the rule's choice is marked, and what is not told apart from it."""
    rows = []
    for rule in found.rules:
        cells = []
        for option in found.options:
            mark = " (best)" if option in rule.best else " (not told apart)" if option in rule.close else ""
            cells.append(f"{told(rule, rule.values[option])}{mark}")
        rows.append((clean(rule.title), *cells))
    head = ("Rule", *(called(option, names) for option in found.options))
    return ChartTable("Options under decision rules", head, tuple(rows))


def loss_table(loss: Loss, *, names: Names | None = None) -> ChartTable:
    """Every outcome before and after the claims are set aside."""
    rows = []
    for row in sorted(loss.outcomes, key=lambda row: -row.a):
        known = row.low is not None and row.high is not None
        interval = f"{100 * (row.low or 0):+.1f} to {100 * (row.high or 0):+.1f}" if known else "not known"
        change = f"{100 * row.difference:+.1f}"
        rows.append((called(row.name, names), share(row.a), share(row.b), *(minus(x) for x in (change, interval))))
    head = ("Outcome", "Before", "After", "Change in points", "95 % interval")
    return ChartTable("Outcomes before and after claims are set aside", head, tuple(rows))


def minus(text: str) -> str:
    """The text with true minus signs."""
    return text.replace("-", "−")


def region_table(found: RegionMap) -> ChartTable:
    """Every area of the map: its letter, the classes that hold there, its share."""
    rows = tuple((entry.letter, entry.words, share(entry.share)) for entry in legend_of(found))
    x, y = found.axes
    return ChartTable(f"Where classes of equilibria hold over {clean(x.name)} and {clean(y.name)}", HEAD_OF_MAP, rows)


HEAD_OF_MAP = ("Area", "Classes of equilibria", "Share of the map")


def custody_table(ledger: Ledger) -> ChartTable:
    """Every statement that counts: who spoke, through whom it came, and what it supports."""
    rows = []
    for statement in ledger.statements:
        if not statement.counts:
            continue
        supports = ", ".join(claim.id for claim in ledger.claims if statement.id in claim.supports)
        rows.append(
            (
                statement.id,
                clean(statement.speaker.canonical),
                "yes" if statement.named else "no",
                " → ".join(clean(carrier) for carrier in statement.chain) or clean(statement.document),
                statement.channel,
                supports or "none",
            )
        )
    head = ("Statement", "Speaker", "Named", "Through", "Channel", "Claims")
    return ChartTable("Through whom the statements came", head, tuple(rows))
