"""The section on why an outcome stays away: what each switch contributes, and how a reader can repeat it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from standoff.brief.cells import Cell, Labels, Table, listed, table
from standoff.brief.drivers import inline
from standoff.draw.span_chart import Span, span_chart
from standoff.findings.decomposition import Combination, Contribution, Decomposed, Decomposition
from standoff.findings.reliance_words import points
from standoff.findings.words import share
from standoff.scenario.decomposition_block import Switch

APART = 0.005  # switches that do less together than this beyond each alone do not work together


@dataclass(frozen=True)
class TargetAbsence:
    """One outcome that is to come about."""

    what: str
    statement: tuple[str, ...]
    chart: str
    table: Table
    combinations: Table


@dataclass(frozen=True)
class AbsencePart:
    """The section; `repeat` has (what it repeats, command)."""

    about: str
    draws: int
    switches: Table
    targets: tuple[TargetAbsence, ...]
    adopted: bool  # what is to come about counts as far as the members adopt it
    repeat: tuple[tuple[str, str], ...]
    short: tuple[str, str]
    computed: tuple[tuple[str, str], ...]


def absence_part(found: Decomposition, labels: Labels, file: str) -> AbsencePart:
    """The decomposition as the page says it; `file` is what the commands call the scenario."""
    block = labels.scenario.decomposition
    targets = tuple(_target(place, own, labels) for place, own in enumerate(found.targets))
    common = "" if found.common == found.draws else f", {found.common:,} of them certified under every combination"
    count = 1 << len(found.switches)
    return AbsencePart(
        about=block.about if block is not None else "",
        draws=found.draws,
        switches=_switches(found.switches),
        targets=targets,
        adopted=any(own.target.adoption for own in found.targets),
        repeat=_repeat(found, file),
        short=(" ".join(targets[0].statement[:2]) if targets else "", "absence"),
        computed=(("Why it stays away", f"{count} combinations at {found.draws:,} draws, seed {found.seed}{common}"),),
    )


def _target(place: int, own: Decomposed, labels: Labels) -> TargetAbsence:
    what = _what(own, labels)
    return TargetAbsence(
        what=what,
        statement=tuple(_said(own, what)),
        chart=_chart(place, own, what),
        table=_contributions(own),
        combinations=_combinations(own),
    )


def _what(own: Decomposed, labels: Labels) -> str:
    target = own.target
    if target.option is None:
        return " or ".join(f"“{labels.outcome(name)}”" for name in target.outcomes)
    chosen = f"“{labels.names.option(*target.option)}” is chosen"
    return f"{chosen} and agreed on" if target.adoption else chosen


def _said(own: Decomposed, what: str) -> list[str]:
    change = own.full - own.base
    told = [
        f"{what[0].upper()}{what[1:]} with probability {share(own.base)} as it stands, and {share(own.full)} if every "
        "switch is on."
    ]
    if all(one.share is not None for one in own.contributions):
        ranked = sorted(own.contributions, key=lambda one: -(one.share or 0.0))
        parts = [f"{_percent(one.share or 0.0)} from “{one.label}”" for one in ranked]
        told.append(f"Of the change of {points(change).removeprefix('+')} points, {listed(parts)}.")
    if own.joint > APART:
        told.append(f"Together the switches do {_size(own.joint)} points more than each does alone.")
    if own.joint < -APART:
        told.append(f"Each alone, the switches add up to {_size(-own.joint)} points more than together.")
    if 1 - own.full > APART:
        told.append(f"The other {share(1 - own.full)} none of the switches explains.")
    return told


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %".replace("-", "−")


def _size(value: float) -> str:
    return points(value).removeprefix("+")


def _chart(place: int, own: Decomposed, what: str) -> str:
    rows = [
        Span(
            one.label,
            100 * float(one.shapley),
            None if one.low is None else 100 * one.low,
            None if one.high is None else 100 * one.high,
            f"{points(float(one.shapley))} points",
        )
        for one in own.contributions
    ]
    title = f"What each switch adds to the probability that {what}"
    return inline(span_chart(rows, title=title, prefix=f"absence-{place}"))


def _contributions(own: Decomposed) -> Table:
    rows = [_contribution(one) for one in own.contributions]
    change = own.full - own.base
    rows.append((Cell("All of them", strong=True), f"{points(change)} points", "", "100 %", "", ""))
    heads = ("Switch", "Contributes", "95 % interval", "Share of the change", "First alone", "Last of all")
    return table("What each switch contributes", heads, rows, range(1, 6))


def _contribution(one: Contribution) -> tuple[Cell | str, ...]:
    interval = "–" if one.low is None or one.high is None else f"{points(one.low)} to {points(one.high)}"
    part = "–" if one.share is None else _percent(one.share)
    first, last = (f"{points(value)} points" for value in (one.first_in, one.last_in))
    return (Cell(one.label), f"{points(float(one.shapley))} points", interval, part, first, last)


def _combinations(own: Decomposed) -> Table:
    names = {one.name: one.label for one in own.contributions}
    rows = [_combination(one, names) for one in own.combinations]
    return table("Every combination of switches", ("On", "Probability", "Over known equilibria"), rows, (1, 2))


def _combination(one: Combination, names: dict[str, str]) -> tuple[Cell | str, ...]:
    on = listed([names[name] for name in one.on]) if one.on else "none"
    return (Cell(on), share(one.probability), f"{share(one.low)} to {share(one.high)}")


def _switches(switches: tuple[Switch, ...]) -> Table:
    rows = []
    for switch in switches:
        sets = [f"{name} = {float(value):g}" for name, value in switch.settings.items()]
        sets += [f"variant {switch.variant}"] if switch.variant else []
        rows.append((Cell(switch.label), ", ".join(sets), switch.about or "–"))
    return table("The switches", ("Switch", "What it sets", "Why it stands for that"), rows)


def _repeat(found: Decomposition, file: str) -> tuple[tuple[str, str], ...]:
    where = shlex.quote(file)
    tail = f" --draws {found.draws} --seed {found.seed}"
    told = [("all of it", f"standoff decompose {where}{tail}")]
    for switch in found.switches:
        sets = "".join(f" --set {name}={float(value):g}" for name, value in switch.settings.items())
        variant = f" --variant {switch.variant}" if switch.variant else ""
        told.append((f"“{switch.label}” alone", f"standoff run {where}{variant}{sets}{tail}"))
    return tuple(told)
