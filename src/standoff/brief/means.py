"""The section on the force: what can be kept deployed, what holds it down, and what is left without each."""

from __future__ import annotations

from dataclasses import dataclass

from standoff.brief.cells import Cell, Table, listed, table
from standoff.brief.drivers import inline
from standoff.brief.members import amount
from standoff.draw.span_chart import Span, span_chart
from standoff.findings.pledges import ForceAnswer, ForceSpread, Spread
from standoff.findings.words import share
from standoff.scenario.force_values import output_without

FAMILIES = {
    "pools": "the pools, with rotation",
    "enablers": "the enablers",
    "conditions": "conditions on others",
    "pledges": "pledges that do not hold",
}
ABSENT = {"": "takes part", "pledge": "does not take part", "conditions": "waits for others"}


@dataclass(frozen=True)
class ForcePart:
    """The section; `sources` are those of the requirement."""

    unit: str
    draws: int
    statement: tuple[str, ...]
    chart: str
    contributors: Table
    enablers: Table | None
    outputs: Table | None
    sources: tuple[str, ...]
    short: tuple[str, str]
    computed: tuple[tuple[str, str], ...]


def force_part(answer: ForceAnswer) -> ForcePart:
    """The report of the block `force` as the page says it."""
    statement = _said(answer)
    how = "in closed form, and at the base values a second time by a mixed-integer programme"
    if answer.draws:
        how += f"; {answer.draws:,} draws, seed {answer.seed}"
    return ForcePart(
        unit=answer.unit,
        draws=answer.draws,
        statement=tuple(statement),
        chart=_chart(answer) if answer.spread is not None else "",
        contributors=_contributors(answer),
        enablers=_enablers(answer),
        outputs=_outputs(answer) if answer.spread is not None else None,
        sources=tuple(dict.fromkeys([*_asked(answer), *answer.report.sources])),
        short=(statement[0], "force"),
        computed=(("Force", how),),
    )


def _said(answer: ForceAnswer) -> list[str]:
    report, unit, over = answer.report, answer.unit, answer.spread
    first = f"{amount(report.deployed)} {unit} can be kept deployed at the base values"
    asked = report.requirement
    if asked is not None:
        part = "" if report.ratio is None else f" ({share(min(report.ratio, 1.0))})"
        first += f", of {amount(asked.number)} asked for{part}"
    told = [first + _mean(over, "force.deployable") + "."]
    if over is not None and over.enough is not None:
        told.append(f"It is enough for what is asked for in {share(over.enough)} of draws.")
    sets = [" with ".join(FAMILIES[name] for name in families) for families in report.binding]
    told.append(
        f"What holds it down at the base values: {', or '.join(sets)}."
        if sets
        else "At the base values relaxing no one kind of constraint would make it larger."
    )
    if over is not None:
        held = [f"{_called(name)} in {share(value)}" for name, value in over.held_by.items() if value]
        told.append(f"Over the draws its size is set by {listed(held)}.")
        told.append(_most_missed(answer, over))
    gains = [own for own in report.enablers if own.gain > 0]
    if report.enablers and not gains:
        told.append("At the base values one more of any enabler alone adds nothing.")
    for own in gains:
        told.append(f"At the base values {amount(report.step)} more of {_called(own.name)} adds {amount(own.gain)}.")
    return [text for text in told if text]


def _asked(answer: ForceAnswer) -> list[str]:
    asked = answer.report.requirement
    return [f"Asked for: {asked.source}"] if asked is not None and asked.source else []


def _called(name: str) -> str:
    return "the pools" if name == "pools" else name.replace("_", " ")


def _mean(over: ForceSpread | None, name: str) -> str:
    own = over.outputs[name] if over is not None else None
    if own is None or own.mean is None or own.q05 is None or own.q95 is None:
        return ""
    spread = f"{amount(own.q05)} to {amount(own.q95)} in nine draws of ten"
    return f"; the mean over {own.draws:,} draws is {amount(own.mean)}, {spread}"


def _most_missed(answer: ForceAnswer, over: ForceSpread) -> str:
    lost = {name: own.mean for name, own in over.lost.items() if own.mean is not None}
    if not lost or max(lost.values()) <= 0:
        return ""
    name = max(lost, key=lambda each: lost[each])
    left = over.outputs[output_without(name)]
    sends = next(own.deployed for own in answer.report.contributors if own.name == name)
    nobody = ", which sends nobody" if sends == 0 else ""
    mean, low, _, high = _cells(left)
    return (
        f"Most is lost without {answer.labels[name]}{nobody}: {amount(lost[name])} on average, so that {mean} is left, "
        f"{low} to {high} in nine draws of ten."
    )


def _chart(answer: ForceAnswer) -> str:
    assert answer.spread is not None
    outputs = answer.spread.outputs
    rows = [_span("as it stands", outputs["force.deployable"])]
    rows += [_span(f"without {label}", outputs[output_without(name)]) for name, label in answer.labels.items()]
    if "force.requirement" in outputs:
        rows.insert(0, _span("asked for", outputs["force.requirement"]))
    title = f"Force that can be kept deployed ({answer.unit}), and the same without each contributor"
    return inline(span_chart([row for row in rows if row is not None], title=title, prefix="force"))


def _span(label: str, own: Spread) -> Span | None:
    if own.mean is None or own.q05 is None or own.q95 is None:
        return None
    return Span(label, own.mean, own.q05, own.q95, f"{amount(own.mean)} ({amount(own.q05)} to {amount(own.q95)})")


def _contributors(answer: ForceAnswer) -> Table:
    over = answer.spread
    rows: list[tuple[Cell | str, ...]] = []
    for own in answer.report.contributors:
        cells = [amount(own.sustained), amount(own.deployed), amount(own.without)]
        if over is not None:
            mean, low, _, high = _cells(over.lost[own.name])
            cells += [share(over.takes_part[own.name]), mean, f"{low} to {high}"]
        rows.append((Cell(answer.labels[own.name], ABSENT[own.absent]), *cells))
    heads = ["Contributor", "Can sustain", "Sends", "Force without it"]
    if over is not None:
        heads += ["Takes part", "Lost without it, mean of draws", "5th to 95th percentile"]
    return table("Contributors", heads, rows, range(1, len(heads)))


def _enablers(answer: ForceAnswer) -> Table | None:
    report, over = answer.report, answer.spread
    if not report.enablers:
        return None
    rows: list[tuple[Cell | str, ...]] = []
    for own in report.enablers:
        ceiling = "any" if own.ceiling == float("inf") else amount(own.ceiling)
        cells = [amount(own.brought), amount(own.used), ceiling, amount(own.gain), amount(own.dual)]
        cells += [share(over.held_by[own.name])] if over is not None else []
        rows.append((Cell(_called(own.name)), *cells))
    heads = ["Enabler", "Brought", "Used", "Carries a force of", f"{amount(report.step)} more adds", "Dual value"]
    heads += ["Sets the size, share of draws"] if over is not None else []
    return table("Enablers", heads, rows, range(1, len(heads)))


def _outputs(answer: ForceAnswer) -> Table:
    assert answer.spread is not None
    rows = [(Cell(name.replace("_", " ")), *_cells(own)) for name, own in answer.spread.outputs.items()]
    heads = ("Worked out", "Mean", "5th percentile", "Median", "95th percentile")
    return table("What the block works out, over the draws", heads, rows, range(1, 5))


def _cells(own: Spread) -> tuple[str, str, str, str]:
    mean, low, middle, high = ("–" if q is None else amount(q) for q in (own.mean, own.q05, own.q50, own.q95))
    return mean, low, middle, high
