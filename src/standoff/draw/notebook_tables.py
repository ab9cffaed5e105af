"""Results that notebooks show as tables: one function per kind of result, by the name of its class.

A part is a table or a sentence. Numbers are utilities or probabilities, as the result has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from standoff.draw.labels import Names, clean, number
from standoff.draw.tables import ChartTable, called
from standoff.findings.words import share

if TYPE_CHECKING:
    from standoff.findings.attribution import Difference
    from standoff.findings.baselines import Baselines
    from standoff.findings.decomposition import Decomposition
    from standoff.findings.hypotheses import Hypotheses
    from standoff.findings.levers import Flip, LeverTable
    from standoff.findings.options import Comparison
    from standoff.findings.pledges import ForceAnswer, UnityAnswer
    from standoff.findings.reliance import Reliance
    from standoff.findings.side_by_side import SideBySide
    from standoff.solve.solution_file import Verification

Parts = Iterator[ChartTable | str]
LISTED = 20  # sources whose loss is listed


def outcomes_of(found: Mapping[str, float], ranges: Mapping[str, tuple[float, float]], names: Names) -> ChartTable:
    """How it ends, most probable first; with the range over the equilibria found."""
    ordered = sorted(found, key=lambda name: -found[name])
    if not ranges:
        rows = tuple((names.outcome(name), share(found[name])) for name in ordered)
        return ChartTable("How it ends", ("Outcome", "Probability"), rows)
    wide = tuple(
        (names.outcome(name), share(found[name]), " to ".join(share(end) for end in ranges[name])) for name in ordered
    )
    return ChartTable("How it ends", ("Outcome", "Probability", "Over all equilibria found"), wide)


def _maybe(value: float | None, told: Callable[[float], str] = number) -> str:
    return "–" if value is None else told(value)


def _change(value: float) -> str:
    return f"{100 * value:+.1f}".replace("-", "−")


def _levers(found: LeverTable) -> Parts:
    rows = tuple(
        (called(one.parameter, None), called(one.target, None), number(one.base), _flip(one.up), _flip(one.down))
        for one in found.levers
    )
    head = ("Lever", "Answer", "Base", "Upwards", "Downwards")
    yield ChartTable("The smallest change that flips an answer", head, rows)


def _flip(flip: Flip | None) -> str:
    return "no flip" if flip is None else f"at {number(flip.at)}: {clean(', '.join(flip.to))}"


def _baselines(found: Baselines) -> Parts:
    outcomes = list(dict.fromkeys(row.name for one in found.baselines for row in one.outcomes))
    rows = tuple((clean(one.name), *(share(one.means.get(name, 0.0)) for name in outcomes)) for one in found.baselines)
    yield ChartTable("Simpler answers", ("Baseline", *(called(name, None) for name in outcomes)), rows)


def _variants(found: SideBySide) -> Parts:
    rows = tuple(
        (clean(one.label), *(share(one.means.get(name, 0.0)) for name in found.outcomes)) for one in found.variants
    )
    yield ChartTable("Variants at the same draws", ("Variant", *(called(name, None) for name in found.outcomes)), rows)


def _comparison(found: Comparison) -> Parts:
    entries = found.to_dict()["options"]
    rows = []
    for option in found.compared:
        entry = entries[option]
        payoff = entry["payoff"]
        span = f"{_maybe(payoff['q05'])} to {_maybe(payoff['q95'])}"
        gain, taken = _maybe(entry["gain"]), _maybe(entry["taken"], share)
        rows.append((clean(entry["label"]), _maybe(payoff["mean"]), span, gain, taken))
    head = ("Option", "Mean payoff", "5 % to 95 % of draws", "Gain over being free", "Taken")
    yield ChartTable(f"Options of {called(found.move, None)} as commitments", head, tuple(rows))


def _reliance(found: Reliance) -> Parts:
    rows = tuple(
        (
            clean(", ".join(loss.origins)) or "–",
            ", ".join(loss.claims) or "none",
            share(min(loss.distance, 1.0)),
            ", ".join(loss.flips) or "nothing",
        )
        for loss in found.left_out[:LISTED]
    )
    head = ("Without", "Claims set aside", "Distribution moves by", "Flips")
    yield ChartTable("Each source left out", head, rows)


def _decomposition(found: Decomposition) -> Parts:
    for one in found.targets:
        rows = tuple(
            (
                clean(own.label) or called(own.name, None),
                _change(float(own.shapley)),
                f"{_change(own.low)} to {_change(own.high)}" if own.low is not None and own.high is not None else "–",
                _change(own.first_in),
                _change(own.last_in),
            )
            for own in one.contributions
        )
        caption = f"{called(one.target.name, None)}: from {share(one.base)} to {share(one.full)}, in points"
        yield ChartTable(caption, ("Switch", "Shapley value", "95 % interval", "First in", "Last in"), rows)


def _unity(found: UnityAnswer) -> Parts:
    labels = found.report.get("labels", {})
    for option, entry in found.report["options"].items():
        rows = tuple(
            (
                clean(labels.get(member) or member),
                *(_maybe(own[key]["base"], share) for key in ("willing", "joins", "pivotal")),
            )
            for member, own in entry["members"].items()
        )
        adopted = _maybe(entry["adopted"]["base"], share)
        caption = f"{called(option, None)}: adopted with probability {adopted} at the base values"
        yield ChartTable(caption, ("Member", "Willing", "Joins", "Pivotal"), rows)


def _force(found: ForceAnswer) -> Parts:
    report, unit = found.report, clean(found.unit)
    wanted = "" if report.requirement is None else f" of {number(report.requirement.number)} required"
    yield f"Deployed at the base values: {number(report.deployed)} {unit}{wanted}."
    rows = tuple(
        (
            clean(found.labels.get(line.name) or line.name),
            "yes" if line.takes_part else f"no ({clean(line.absent)})",
            *(number(value) for value in (line.sustained, line.deployed, line.without)),
        )
        for line in report.contributors
    )
    head = ("Contributor", "Takes part", "Could sustain", "Deployed", "Force without it")
    yield ChartTable(f"Contributors ({unit})" if unit else "Contributors", head, rows)
    lines = tuple(
        (called(line.name, None), *(number(value) for value in (line.brought, line.used, line.ceiling)))
        for line in report.enablers
    )
    if lines:
        yield ChartTable("Enablers", ("Enabler", "Brought", "Used", "Largest force it supports"), lines)


def _hypotheses(found: Hypotheses) -> Parts:
    for one in found.tables:
        rows = [
            (row.statement, *(number(row.ratios[name]) for name in one.hypotheses), "yes" if row.counts else row.reason)
            for row in one.rows
        ]
        for title, chances in (("Prior", one.prior), ("Posterior", one.posterior)):
            if chances is not None:
                rows.append((title, *(share(chances[name]) for name in one.hypotheses), ""))
        head = ("Statement", *(called(name, None) for name in one.hypotheses), "Counts")
        yield ChartTable(f"Likelihood ratios: {called(one.move, None)}", head, tuple(rows))
        if one.why:
            yield one.why


def _difference(found: Difference) -> Parts:
    rows = tuple(
        (called(row.name, None), share(row.a), share(row.b), _change(row.difference)) for row in found.outcomes
    )
    head = ("Outcome", clean(found.a.label), clean(found.b.label), "Change in points")
    yield ChartTable(f"Two answers, {share(min(found.distance, 1.0))} apart", head, rows)


def _verification(found: Verification) -> Parts:
    rows = tuple(
        (str(place), one.status, f"{one.gain:.2g}", clean(one.reason) or "–")
        for place, one in enumerate(found.certificates, start=1)
    )
    head = ("Equilibrium", "Status", "Largest gain", "Reason")
    yield ChartTable(f"{clean(found.path)}: {found.concept}, checked again", head, rows)


TABLES: Mapping[str, Callable[[Any], Parts]] = {
    "LeverTable": _levers,
    "Baselines": _baselines,
    "SideBySide": _variants,
    "Comparison": _comparison,
    "Reliance": _reliance,
    "Decomposition": _decomposition,
    "UnityAnswer": _unity,
    "ForceAnswer": _force,
    "Hypotheses": _hypotheses,
    "Difference": _difference,
    "Verification": _verification,
}
