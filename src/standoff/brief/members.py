"""The section on unity: will the members agree, on whom does it hang, what does each defection do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from standoff.brief.cells import Cell, Labels, Table, listed, table
from standoff.brief.drivers import inline
from standoff.draw.labels import number
from standoff.draw.span_chart import Span, span_chart
from standoff.findings.pledges import UnityAnswer
from standoff.findings.reliance_words import points
from standoff.findings.words import share

SETS = 5  # smallest sets that are named
_COLUMNS = ("willing", "joins", "pivotal", "blocks")


@dataclass(frozen=True)
class OptionUnity:
    """One option that the members decide on."""

    option: str
    statement: tuple[str, ...]
    chart: str
    table: Table
    base: Table | None  # the same at the base values, where the other is over draws


@dataclass(frozen=True)
class UnityPart:
    """The section; `assumptions` are those of the model of unity, `about` the file's own words."""

    about: str
    draws: int
    options: tuple[OptionUnity, ...]
    assumptions: tuple[str, ...]
    short: tuple[str, str]
    computed: tuple[tuple[str, str], ...]


def unity_part(answer: UnityAnswer, labels: Labels) -> UnityPart:
    """The report of the block `coalition` as the page says it."""
    report = answer.report
    names = report["labels"]
    block = labels.scenario.coalition
    every = [
        _option(place, labels.names.option(report["move"], option), own, names, answer.draws)
        for place, (option, own) in enumerate(report["options"].items())
    ]
    first = every[0].statement[0] if every else ""
    return UnityPart(
        about=block.about if block is not None else "",
        draws=answer.draws,
        options=tuple(every),
        assumptions=tuple(report["assumptions"]),
        short=(first, "unity"),
        computed=(("Unity", _how(answer)),) if every else (),
    )


def _how(answer: UnityAnswer) -> str:
    exact = f"summed exactly over who of {len(answer.report['labels'])} members is willing"
    return f"{exact}, at {answer.draws:,} draws, seed {answer.seed}" if answer.draws else exact


def _option(place: int, option: str, own: Mapping[str, Any], names: Mapping[str, str], draws: int) -> OptionUnity:
    key = "mean" if draws else "base"
    return OptionUnity(
        option=option,
        statement=tuple(_said(option, own, names)),
        chart=_chart(place, option, own, names, key),
        table=_table(own, names, key),
        base=_table(own, names, "base") if draws else None,
    )


def _said(option: str, own: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    adopted = own["adopted"]
    told = [
        f"The members adopt “{option}” with probability {_share(adopted['base'])} at the base values{_over(adopted)}."
    ]
    vetoes = [names[name] for name in own["vetoes"]]
    most = [names[name] for name in own["most_pivotal"]]
    if vetoes:
        told.append(f"{_have(vetoes, 'has', 'each have')} a veto.")
    if most and most != vetoes:
        told.append(f"Most hangs on {listed(most)}.")
    sets = own["blocking_sets"]
    if sets and sets["smallest"] and not vetoes:
        shown = [listed([names[name] for name in one]) for one in sets["smallest"][:SETS]]
        more = f"; and {sets['count'] - len(shown)} more" if sets["count"] > len(shown) else ""
        told.append(f"Smallest sets that can stop it: {'; '.join(shown)}{more}.")
    told.append(_worst(own, names))
    if own["power"]["why_not"]:
        told.append(own["power"]["why_not"])
    return [text for text in told if text]


def _worst(own: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Who is likeliest to be the one that stops it, at the base values."""
    blocks = {name: entry["blocks"]["base"] for name, entry in own["members"].items()}
    known = {name: value for name, value in blocks.items() if value is not None}
    if not known or max(known.values()) <= 0:
        return ""
    highest = max(known.values())
    who = [names[name] for name, value in known.items() if value >= highest * (1 - 1e-9)]
    each = "" if len(who) == 1 else " each"
    return f"Likeliest to stop it by its unwillingness alone: {listed(who)} (probability {_share(highest)}{each})."


def _have(names: list[str], one: str, many: str) -> str:
    return f"{listed(names)} {one if len(names) == 1 else many}"


def _over(entry: Mapping[str, Any]) -> str:
    if entry.get("mean") is None:
        return ""
    spread = f"{_share(entry['q05'])} to {_share(entry['q95'])} in nine draws of ten"
    return f"; the mean over {entry['draws']:,} draws is {_share(entry['mean'])}, {spread}"


def _chart(place: int, option: str, own: Mapping[str, Any], names: Mapping[str, str], key: str) -> str:
    """The probability of adoption as it is, and without each member."""
    adopted = own["adopted"]
    rows = [Span("as it stands", 100 * adopted[key], _per(adopted, "q05"), _per(adopted, "q95"), _share(adopted[key]))]
    for name, entry in own["members"].items():
        left = entry["if_unwilling"]
        if left.get(key) is None:
            continue
        told = _share(left[key])
        rows.append(Span(f"without {names[name]}", 100 * left[key], _per(left, "q05"), _per(left, "q95"), told))
    title = f"Probability that the members adopt {option}, and the same without each member"
    return inline(span_chart(rows, title=title, unit=" %", prefix=f"unity-{place}"))


def _per(entry: Mapping[str, Any], key: str) -> float | None:
    value = entry.get(key)
    return None if value is None else 100 * float(value)


def _table(own: Mapping[str, Any], names: Mapping[str, str], key: str) -> Table:
    power = own["power"]["indices"]
    rows = []
    for name, entry in own["members"].items():
        cells = [_share(entry[column].get(key)) for column in _COLUMNS]
        loss = entry["defection"].get(key)
        index = [power["shapley_shubik"][name]] if power is not None else []
        rows.append((Cell(names[name]), *cells, "–" if loss is None else f"{points(loss)} points", *index))
    heads = ["Member", "Willing", "Joins", "Its word decides", "Stops it alone", "If it defects"]
    heads += ["Shapley-Shubik index"] if power is not None else []
    about = "Members over the draws" if key == "mean" else "Members at the base values"
    return table(about, heads, rows, range(1, len(heads)))


def _share(value: float | None) -> str:
    return "–" if value is None else share(value)


def amount(value: float) -> str:
    """A number of units for people: at most three digits, thousands with a comma."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else number(value)
