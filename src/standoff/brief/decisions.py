"""The sections of a brief that are solved anew: options compared, levers, simpler answers, variants at the same draws.

Findings in, plain values out; payoffs are in the utility of the decision's actor, shares are of draws.
"""

from __future__ import annotations

from dataclasses import dataclass

from standoff.brief.cells import SHOWN, Cell, Labels, Table, ending_list, listed, table
from standoff.brief.drivers import inline
from standoff.draw.labels import number
from standoff.draw.robustness_chart import robustness_chart
from standoff.findings.collected import Findings, Missing
from standoff.findings.levers import PRECISION, Flip, Lever, LeverTable
from standoff.findings.options import Comparison
from standoff.findings.robustness import Robustness, Rule
from standoff.findings.words import share

COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven")

SIMPLER = {"uniform": "choosing at random", "one level": "the best reply to that", "judgement": "the stated judgement"}


@dataclass(frozen=True)
class OptionsPart:
    """The options as commitments, and what decision rules say of them."""

    statement: tuple[str, ...]
    draws: int = 0
    deviated: int = 0
    table: Table | None = None
    rules: Table | None = None
    chart: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeversPart:
    """What would flip the answers at the base values."""

    statement: tuple[str, ...]
    table: Table | None = None
    points: int = 0
    still: str = ""


@dataclass(frozen=True)
class BesidePart:
    """The answer beside simpler ones, or variants beside the file as it stands."""

    statement: str
    table: Table | None = None
    notes: tuple[str, ...] = ()


def options_part(found: Findings, labels: Labels) -> OptionsPart:
    """The options compared."""
    options, rules = found.options, found.rules
    if isinstance(options, Missing):
        return OptionsPart((str(options),))
    if not options.compared:
        return OptionsPart((f"Nothing is certified under any option at {options.draws:,} draws.",))
    said = [*_rules_said(rules, labels), _commitment_said(options, labels)]
    return OptionsPart(
        statement=tuple(text for text in said if text),
        draws=options.draws,
        deviated=options.deviations.draws if options.deviations else 0,
        table=_options_table(options, labels),
        rules=None if isinstance(rules, Missing) else _rules_table(rules, labels),
        chart="" if isinstance(rules, Missing) else _rules_chart(rules, labels),
        notes=_options_notes(options, rules, labels),
    )


def _rules_said(rules: Robustness | Missing, labels: Labels) -> list[str]:
    """Where the decision rules agree and where they do not."""
    if isinstance(rules, Missing):
        return [str(rules)]
    if len(rules.options) < 2:
        return ["Only one option can be compared, so the rules have nothing to decide."]
    if rules.agreed:
        best = listed([f"“{labels.option(option)}”" for option in rules.agreed])
        return [f"All {len(rules.rules)} decision rules agree on {best}."]
    parts = []
    for option, names in sorted(rules.choices.items(), key=lambda item: -len(item[1])):
        verb = "chooses" if len(names) == 1 else "choose"
        titles = listed([rules.rule(name).title for name in names])
        parts.append(f"{COUNTS[len(names)]} ({titles}) {verb} “{labels.option(option)}”")
    return [f"The {len(rules.rules)} decision rules disagree: {'; '.join(parts)}."]


def _commitment_said(options: Comparison, labels: Labels) -> str:
    """What it is worth to be bound, against being free."""
    entries, free = options.to_dict()["options"], options.to_dict()["free"]
    gains = {option: entries[option]["gain"] for option in options.compared if entries[option]["gain"] is not None}
    if free["mean"] is None or not gains:
        return ""
    best = max(gains, key=lambda option: gains[option])
    text = f"Bound to nothing, {labels.actor(options.actor)} gets {number(free['mean'])} on average. "
    if gains[best] > 0:
        return text + f"To be known to be bound to “{labels.option(best)}” is worth {number(gains[best])} more."
    return text + (
        f"Every commitment is worth less than that on average; the one that costs least is “{labels.option(best)}” "
        f"({number(gains[best])})."
    )


def _options_table(options: Comparison, labels: Labels) -> Table:
    entries = options.to_dict()["options"]
    losses = options.deviations.to_dict()["options"] if options.deviations else {}
    rows: list[tuple[Cell | str, ...]] = []
    for option in sorted(options.compared, key=lambda name: -entries[name]["payoff"]["mean"]):
        entry = entries[option]
        payoff, loss = entry["payoff"], losses.get(option, {}).get("loss")
        rows.append(
            (
                labels.option(option),
                number(payoff["mean"]),
                "–" if entry["gain"] is None else number(entry["gain"]),
                f"{number(payoff['q05'])} to {number(payoff['q95'])}",
                "–" if loss is None else number(max(loss, 0.0)),
                "–" if entry["taken"] is None else share(entry["taken"]),
                ending_list(labels, entry["outcomes"]),
            )
        )
    heads = ("Option", "Mean payoff", "Against being free", "5 to 95 % of draws", "Doing it once costs", "Taken")
    return table("Options as commitments", (*heads, "Ends in"), rows, (1, 2, 3, 4, 5))


def _options_notes(options: Comparison, rules: Robustness | Missing, labels: Labels) -> tuple[str, ...]:
    notes = [f"“{labels.option(option)}” is never available." for option in options.impossible]
    notes += [f"Nothing is certified under “{labels.option(option)}”." for option in options.uncertified]
    if not options.common.all():
        notes.append(f"The rules read the {int(options.common.sum()):,} draws certified under all options compared.")
    if isinstance(rules, Missing):
        return tuple(notes)
    for option, better in rules.dominated.items():
        notes.append(f"“{labels.option(option)}” is never better than “{labels.option(better[0])}” in any draw.")
    near = [
        f"{rule.title} ({listed([labels.option(option) for option in rule.close])})"
        for rule in rules.rules
        if rule.close
    ]
    if near:
        notes.append(f"Not told apart from the best with these draws: {'; '.join(near)}.")
    return tuple(notes)


def _rules_chart(rules: Robustness, labels: Labels) -> str:
    if len(rules.options) < 2:
        return ""
    return inline(robustness_chart(rules, names={option: labels.option(option) for option in rules.options}))


def _rules_table(rules: Robustness, labels: Labels) -> Table:
    rows: list[tuple[Cell | str, ...]] = [
        (
            Cell(rule.title, rule.says),
            *(Cell(_criterion(rule, option), strong=option in rule.best) for option in rules.options),
            f"{share(min(sum(rule.chosen[option] for option in rule.best), 1.0))}" if rule.chosen else "–",
        )
        for rule in rules.rules
    ]
    heads = ("Rule", *(labels.option(option) for option in rules.options), "Best stays best")
    return table("What decision rules say", heads, rows, tuple(range(1, len(heads))))


def _criterion(rule: Rule, option: str) -> str:
    return share(rule.values[option]) if rule.unit == "share" else number(rule.values[option])


def levers_part(found: Findings, labels: Labels) -> LeversPart:
    """What the actors can change."""
    levers = found.levers
    if isinstance(levers, Missing):
        return LeversPart((str(levers),))
    said = [_answer_said(levers, target, labels) for target in levers.answers]
    if found.levers_left_out:
        left = listed([labels.parameter(name) for name in found.levers_left_out])
        said.append(f"Left out, to keep within the time allowed: {left}.")
    names = list(dict.fromkeys(lever.parameter for lever in levers.levers))
    flipping = [n for n in names if any(one.smallest for one in levers.levers if one.parameter == n)]
    flipping.sort(
        key=lambda name: min(one.smallest.share for one in levers.levers if one.parameter == name and one.smallest)
    )
    still = [name for name in names if name not in flipping]
    return LeversPart(
        statement=tuple(said),
        table=_levers_table(levers, flipping, labels) if flipping else None,
        points=levers.points,
        still=listed([labels.quoted(name) for name in still]) if still else "",
    )


def _answer_said(levers: LeverTable, target: str, labels: Labels) -> str:
    """What the answer is at the base values, and the smallest change that flips it."""
    answer = levers.answers[target]
    called = labels.outcome if target == "outcome" else labels.option
    what = "the most probable ending" if target == "outcome" else "the best commitment"
    named = listed([f"“{called(name)}”" for name in answer])
    stands = f"{named} tie as {what}" if len(answer) > 1 else f"{what} is {named}"
    text = f"At the base values {stands}. "
    flips = [(lever.smallest, lever) for lever in levers.levers if lever.target == target and lever.smallest]
    if not flips:
        return text + "No lever changes that within its range."
    flip, lever = min(flips, key=lambda pair: pair[0].share)
    who = listed([labels.actor(name) for name in lever.actors])
    to = listed([f"“{called(name)}”" for name in flip.to])
    by = f" ({who})" if lever.actors else ""
    return text + (
        f"The smallest change that does away with that: {labels.quoted(lever.parameter)}{by} from {number(lever.base)} "
        f"to {_where(lever, flip)}; then it is {to}."
    )


def _levers_table(levers: LeverTable, names: list[str], labels: Labels) -> Table:
    rows: list[tuple[Cell | str, ...]] = []
    for name in names:
        own = {lever.target: lever for lever in levers.levers if lever.parameter == name}
        any_ = next(iter(own.values()))
        rows.append(
            (
                labels.cell(name),
                listed([labels.actor(actor) for actor in any_.actors]),
                f"{number(any_.base)}{labels.unit(name)}",
                f"{number(any_.low)} to {number(any_.high)}",
                *(_flip_cell(own.get(target), labels) for target in levers.answers),
            )
        )
    targets = {"outcome": "Flips the most probable ending", "option": "Flips the best commitment"}
    heads = ("Lever", "Who", "Now", "Can be", *(targets[target] for target in levers.answers))
    return table("What would flip the answer", heads, rows, (3,))


def _flip_cell(lever: Lever | None, labels: Labels) -> Cell:
    if lever is None or lever.smallest is None:
        unknown = lever.unknown if lever else 0
        return Cell("no", f"{unknown} values not certified" if unknown else "")
    called = labels.outcome if lever.target == "outcome" else labels.option
    texts = []
    for flip in sorted((f for f in (lever.up, lever.down) if f), key=lambda flip: flip.share):
        change = f"{'+' if flip.change > 0 else ''}{number(flip.change)}"
        texts.append(f"at {_where(lever, flip)} ({change}) to {listed([called(name) for name in flip.to])}")
    return Cell("; ".join(texts))


def _where(lever: Lever, flip: Flip) -> str:
    """Where a flip lies; both ends where what is between them is wide."""
    if abs(flip.at - flip.before) > 2 * PRECISION * (lever.high - lever.low):
        return f"between {number(flip.before)} and {number(flip.at)}"
    return number(flip.at)


def baselines_part(found: Findings, labels: Labels) -> BesidePart:
    """The answer beside simpler ones."""
    simpler, means = found.baselines, found.means
    if isinstance(simpler, Missing):
        return BesidePart(str(simpler))
    if not simpler.draws - simpler.undefined:
        return BesidePart("The game is undefined at every draw, so there is nothing simpler to compare with.")
    every = dict.fromkeys([*means, *(name for one in simpler.baselines for name in one.means)])
    top = {name: max(means.get(name, 0.0), *(one.means.get(name, 0.0) for one in simpler.baselines)) for name in every}
    shown = sorted((name for name in every if top[name] >= SHOWN), key=lambda name: -means.get(name, 0.0))
    rows: list[tuple[Cell | str, ...]] = [
        (
            labels.outcome(name),
            *([share(means.get(name, 0.0))] if means else []),
            *(share(one.means.get(name, 0.0)) for one in simpler.baselines),
        )
        for name in shown
    ]
    apart = found.distances
    if apart:
        rows.append(
            (Cell("distance from the answer", strong=True), "", *(share(apart[b.name]) for b in simpler.baselines))
        )
    heads = ("Ending", *(["The answer"] if means else []), *(one.name.capitalize() for one in simpler.baselines))
    says = "; ".join(f"{one.name}: {one.says}" for one in simpler.baselines)
    notes = [f"{says[:1].upper()}{says[1:]}. None of these is an equilibrium."]
    if simpler.undefined:
        notes.append(f"{simpler.undefined:,} of {simpler.draws:,} draws are undefined and left out.")
    return BesidePart(
        _baselines_said(apart), table("Simpler answers", heads, rows, tuple(range(1, len(heads)))), tuple(notes)
    )


def _baselines_said(apart: dict[str, float]) -> str:
    if not apart:
        return "No draw of the study is certified, so there is no answer to hold them against."
    near = min(apart, key=lambda name: apart[name])
    told = listed([f"{share(value)} from {SIMPLER.get(name, name)}" for name, value in apart.items()])
    verdict = "so the answer is not much more than that" if apart[near] < 0.1 else "so strategy matters here"
    return f"The distribution of endings differs by {told}, {verdict}."


def variants_part(found: Findings, labels: Labels) -> BesidePart:
    """Variants at the same draws."""
    beside = found.variants
    if isinstance(beside, Missing):
        return BesidePart(str(beside))
    rows = [
        (
            "as written" if n == 0 else one.label.replace("_", " "),
            share(one.certified / one.draws),
            "–" if one.moved is None else share(one.moved),
            ending_list(labels, one.means, 4),
        )
        for n, one in enumerate(beside.variants)
    ]
    heads = ("Reading", "Certified", "Cases moved", "Ends in, mean over the draws")
    moved = [one for one in beside.variants if one.moved is not None]
    said = ""
    if moved:
        most = max(moved, key=lambda one: one.moved or 0.0)
        said = f"The reading that moves most cases is “{most.label.replace('_', ' ')}” ({share(most.moved or 0.0)})."
    return BesidePart(
        said, table("Variants at the same draws", heads, rows, (1, 2)), (f"{beside.variants[0].draws:,}",)
    )
