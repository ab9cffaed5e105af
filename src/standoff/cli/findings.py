"""``standoff diff``, and the sections of findings as text: options, rules, levers, baselines, variants.

Each ``..._text`` takes a finding and the columns to write in and gives a section with its heading, for any command that
reports findings. Numbers are payoffs in the actor's own utility, or shares of draws.
"""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from standoff import api
from standoff.cli.output import number, percent, say, say_json, table, width, wrap
from standoff.errors import RequestError
from standoff.findings.attribution import Answer, Difference, Swap
from standoff.findings.baselines import Baselines
from standoff.findings.levers import PRECISION, Flip, Lever, LeverTable
from standoff.findings.options import Comparison
from standoff.findings.robustness import Robustness
from standoff.findings.side_by_side import SideBySide

SHOWN = 1e-3  # an outcome that is rarer everywhere is left out of a table
UNCHANGED = "base"  # names the file itself among variants
_AT = re.compile(r"(.+)@([A-Za-z_][A-Za-z0-9_]*)", re.DOTALL)


def diff(arguments: Namespace) -> int:
    """Compare two scenarios, variants or stored studies."""
    first, second = _sides(arguments)
    found = api.diff(
        first,
        second,
        draws=arguments.draws,
        seed=arguments.seed,
        max_nodes=arguments.max_nodes,
    )
    if arguments.json:
        say_json(found.to_dict())
    else:
        say(difference_text(found, width()))
    return 0


def _sides(arguments: Namespace) -> tuple[api.Side, api.Side]:
    """File and variant of both sides."""
    if arguments.variants:
        if arguments.second is not None:
            raise RequestError.of("two files and --variants", "give one file with --variants, or FILE@VARIANT twice")
        one, two = (None if name == UNCHANGED else name for name in arguments.variants)
        return (arguments.first, one), (arguments.first, two)
    if arguments.second is None:
        raise RequestError.of("one file and nothing to compare it with", "give a second file, or --variants A B")
    return side(arguments.first), side(arguments.second)


def side(text: str) -> api.Side:
    """A file, or a file and a variant written ``FILE@VARIANT`` (unless a file has that very name)."""
    match = _AT.fullmatch(text)
    if match is None or Path(text).exists():
        return text, None
    return match.group(1), None if match.group(2) == UNCHANGED else match.group(2)


def difference_text(found: Difference, columns: int) -> str:
    """The whole report of ``standoff diff``."""
    a, b = found.a, found.b
    blocks = [wrap(f"A: {a.label}", columns, hang="   ") + "\n" + wrap(f"B: {b.label}", columns, hang="   ")]
    if found.changes is None:
        blocks.append(wrap("The inputs were not kept with these studies, so only the answers are compared.", columns))
    elif not found.changes:
        blocks.append("The inputs are the same.")  # where studies differ all the same, their draws do
    else:
        rows = [("input", "A", "B")]
        rows += [(change.text, change.before or "-", change.after or "-") for change in found.changes]
        blocks.append("What differs in the inputs\n" + _two_sided(rows, columns))
    blocks.append("How it ends\n" + _outcome_rows(found, columns))
    over = f"{found.common:,} draws certified on both sides, seed {found.seed}" if found.common else "stored means"
    interval = "; the interval is of the difference over draws" if found.common else ""
    blocks.append(wrap(f"Over {over}{interval}. The distributions are {percent(found.distance)} apart.", columns))
    blocks += [text for text in (_base_text(a, b, columns), _why(found, columns)) if text]
    return "\n\n".join(blocks)


def _two_sided(rows: list[tuple[str, str, str]], columns: int) -> str:
    """Inputs with both sides under them where they are long."""
    if all(len(before) + len(after) < columns // 2 for _, before, after in rows):
        return table(rows, columns, flexible=2)
    lines = []
    for name, before, after in rows[1:]:
        lines += [wrap(name, columns, "  "), wrap(f"A: {before}", columns, "    ", "       ")]
        lines.append(wrap(f"B: {after}", columns, "    ", "       "))
    return "\n".join(lines)


def _outcome_rows(found: Difference, columns: int) -> str:
    rows = [("A", "B", "B - A", *(("95 % interval",) if found.common else ()), "ending")]
    for entry in found.outcomes:
        if max(entry.a, entry.b) < SHOWN:
            continue
        interval = "" if entry.low is None or entry.high is None else f"{_points(entry.low)} to {_points(entry.high)}"
        cells = (percent(entry.a), percent(entry.b), _points(entry.difference))
        rows.append((*cells, *((interval,) if found.common else ()), entry.name))
    return table(rows, columns, flexible=len(rows[0]) - 1)


def _points(difference: float) -> str:
    """A difference of probabilities in percentage points, with its sign."""
    rounded = round(100 * difference, 1)
    return "0" if rounded == 0 else f"{rounded:+.1f}".removesuffix(".0")


def _base_text(a: Answer, b: Answer, columns: int) -> str:
    """Path of play and best option at the base values."""
    lines = []
    if a.path or b.path:
        same = a.path == b.path
        for name, answer in (("A and B", a),) if same else (("A", a), ("B", b)):
            told = "; or ".join(
                course if probability > 1 - 1e-9 else f"{course} ({percent(probability)})"
                for course, probability in answer.path
            )
            lines.append(wrap(f"{name}: {told or 'not certified'}", columns, "  ", "     "))
    if a.best or b.best:
        best = " and ".join(a.best) or "none certified"
        other = " and ".join(b.best) or "none certified"
        told = best if set(a.best) == set(b.best) else f"A {best}; B {other}"
        lines.append(wrap(f"Best as a commitment: {told}", columns, "  ", "     "))
    return "At the base values\n" + "\n".join(lines) if lines else ""


def _why(found: Difference, columns: int) -> str:
    if not found.swaps:
        return ""
    if len(found.swaps) == 1:
        unit = found.swaps[0].unit
        told = (
            "One input accounts for all of it"
            if len(unit.changes) == 1
            else "These go together and account for all of it"
        )
        return wrap(f"{told}: {unit.name}.", columns)
    if all(swap.undone is None and swap.made is None for swap in found.swaps):
        return wrap("The changes cannot be taken apart: no scenario between the two can be solved.", columns)
    rows = [("undone", "made", "change")]
    rows += [(_share(swap.undone), _share(swap.made), _swap_name(swap)) for swap in found.swaps]
    main = found.main
    verdict = (
        "No change put back alone undoes most of it."
        if main is None
        else f"Put back alone, {main.unit.name} undoes {percent(min(main.undone or 0.0, 1.0))} of the difference."
    )
    if found.interaction is not None and found.interaction > 0.1:
        verdict += f" The changes work together: {percent(min(found.interaction, 1.0))} of the difference is more than "
        verdict += "what they make one at a time."
    note = "Undone: how much of the difference goes when the change is put back alone. Made: how much comes when it is "
    note += "the only change. A minus leads further away."
    return "What accounts for it\n" + table(rows, columns, flexible=2) + "\n" + wrap(f"{verdict} {note}", columns)


def _share(value: float | None) -> str:
    if value is None:
        return "-"
    return f"-{percent(-value)}" if value < -5e-4 else percent(max(value, 0.0))


def _swap_name(swap: Swap) -> str:
    return swap.unit.name + (f" (not alone: {swap.why})" if swap.why else "")


def options_text(found: Comparison, columns: int) -> str:
    """The options as commitments, and what deviating once costs."""
    heading = f"Options of {found.move}, each as a commitment that everyone knows"
    entries = found.to_dict()["options"]
    rows = [("payoff", "gain", "5 to 95 % of draws", "taken", "option")]
    ends = []
    for option in found.compared:
        entry = entries[option]
        payoff = entry["payoff"]
        rows.append(
            (
                number(payoff["mean"]),
                "-" if entry["gain"] is None else number(entry["gain"]),
                f"{number(payoff['q05'])} to {number(payoff['q95'])}",
                "-" if entry["taken"] is None else percent(entry["taken"]),
                option,
            )
        )
        ends.append(wrap(f"{option} ends in {_ends(entry['outcomes'])}.", columns, "  ", "    "))
    lines = [table(rows, columns, flexible=4), *ends] if found.compared else []
    notes = (
        f"Payoff of {found.actor}: mean, and spread over draws. Gain: against being bound to nothing. Taken: how often "
    )
    notes += "the option is what is done; where it is ruled out the actor is free among the others."
    notes += "".join(f" {option} is never available." for option in found.impossible)
    notes += "".join(f" Nothing is certified under {option}." for option in found.uncertified)
    if not found.common.all():
        notes += f" {int(found.common.sum()):,} of {found.draws:,} draws are certified under all options compared."
    return "\n".join([heading, *lines, wrap(notes, columns), *_deviation_lines(found, columns)])


def _deviation_lines(found: Comparison, columns: int) -> list[str]:
    if found.deviations is None:
        return []
    told = found.deviations.to_dict()
    parts = [
        f"{option} {number(max(entry['loss'], 0.0))} (over {entry['draws']})"
        for option, entry in told["options"].items()
        if entry["loss"] is not None
    ]
    if not parts:
        return []
    text = f"Doing it once, others playing on as in equilibrium, costs on average over {told['draws']} draws: "
    return [wrap(text + ", ".join(parts) + ".", columns)]


def _ends(outcomes: Mapping[str, float]) -> str:
    likely = sorted(outcomes.items(), key=lambda item: -round(item[1], 12))
    return ", ".join(f"{name} {percent(share)}" for name, share in likely[:3] if share >= SHOWN)


def robustness_text(found: Robustness, columns: int) -> str:
    """What every rule says, and where the rules disagree."""
    rows = [("rule", "best", "of resamples", "reads")]
    values = [("rule", *found.options)]
    for rule in found.rules:
        held = f"{percent(sum(rule.chosen[option] for option in rule.best))}" if rule.chosen else "-"
        rows.append((rule.title, " = ".join(rule.best), held, rule.says))
        cells = [percent(x) if rule.unit == "share" else number(x) for x in rule.values.values()]
        values.append((rule.title, *cells))
    lines = ["What decision rules say", table(rows, columns, flexible=len(rows[0]) - 1)]
    numbers = table(values, columns)
    if max(map(len, numbers.splitlines())) <= columns:
        lines += ["By option", numbers]
    if found.agreed:
        verdict = f"All rules agree on {' and '.join(found.agreed)}."
    else:
        verdict = "The rules disagree: "
        verdict += "; ".join(
            f"{option} by {', '.join(found.rule(name).title for name in names)}"
            for option, names in found.choices.items()
        )
        verdict += "."
    for option, better in found.dominated.items():
        verdict += f" {option} is never better than {better[0]} in any draw."
    near = [f"{rule.title} ({', '.join(rule.close)})" for rule in found.rules if rule.close]
    if near:
        verdict += f" Not told apart from the best with {found.draws:,} draws: {'; '.join(near)}."
    if found.resamples:
        verdict += (
            f" Of resamples: how often the best stays best over {found.resamples:,} resamples of the draws (seed "
        )
        verdict += f"{found.seed}); rules on the single worst or best draw hang on more than that shows."
    return "\n".join([*lines, wrap(verdict, columns)])


def levers_text(found: LeverTable, columns: int) -> str:
    """The smallest change of each lever that flips an answer."""
    blocks = []
    for target, answer in found.answers.items():
        name = "most probable ending" if target == "outcome" else "best option (as a commitment)"
        tied = " (tied; a flip is where one of them falls behind)" if len(answer) > 1 else ""
        own = [lever for lever in found.levers if lever.target == target]
        rows = [("flips at", "change", "share", "to", "lever")]
        rows += [_lever_row(lever, flip) for lever in own if (flip := lever.smallest) is not None]
        block = wrap(f"What would flip the {name}: {' = '.join(answer)} at the base values{tied}", columns)
        if len(rows) > 1:
            block += "\n" + table(rows, columns, flexible=4)
        still = [_lever_name(lever) for lever in own if lever.smallest is None]
        if still:
            block += "\n" + wrap(f"No flip (none within its range): {'; '.join(still)}.", columns, "  ", "    ")
        blocks.append(block)
    note = "Share: of the way between the lever's limits. Everyone's play is found anew; both sides of a flip are "
    note += f"certified. {found.points} values were tried on each side, so a flip and back between two is not seen."
    return "\n".join([*blocks, wrap(note, columns)])


def _lever_name(lever: Lever) -> str:
    who = f" ({', '.join(lever.actors)})" if lever.actors else ""
    name = f"{lever.parameter}{who}"
    return name + (f", {lever.unknown} points not certified" if lever.unknown else "")


def _lever_row(lever: Lever, flip: Flip) -> tuple[str, str, str, str, str]:
    name = f"{_lever_name(lever)}, {number(lever.low)} to {number(lever.high)}, now {number(lever.base)}"
    name += f" {lever.unit}" if lever.unit else ""
    other = lever.down if flip is lever.up else lever.up
    name += f"; the other way at {number(other.at)} to {' = '.join(other.to)}" if other else ""
    change = f"{'+' if flip.change > 0 else ''}{number(flip.change)}"
    return (_where(lever, flip), change, percent(flip.share), " = ".join(flip.to), name)


def _where(lever: Lever, flip: Flip) -> str:
    """Where a flip lies; both ends where what is between them is wide (a discrete range, or nothing certified)."""
    if abs(flip.at - flip.before) > 2 * PRECISION * (lever.high - lever.low):
        return f"between {number(flip.before)} and {number(flip.at)}"
    return number(flip.at)


def baselines_text(found: Baselines, means: Mapping[str, float], columns: int) -> str:
    """The baselines beside our answer `means` (outcome to mean probability)."""
    shown = [
        name
        for name in dict.fromkeys([*means, *(name for entry in found.baselines for name in entry.means)])
        if max(means.get(name, 0.0), *(entry.means.get(name, 0.0) for entry in found.baselines)) >= SHOWN
    ]
    shown.sort(key=lambda name: -means.get(name, 0.0))
    rows = [("answer", *(entry.name for entry in found.baselines), "ending")]
    rows += [
        (percent(means.get(name, 0.0)), *(percent(entry.means.get(name, 0.0)) for entry in found.baselines), name)
        for name in shown
    ]
    apart = found.distances(means)
    rows.append(("", *(f"{percent(apart[entry.name])} off" for entry in found.baselines), "(distance from the answer)"))
    says = "; ".join(f"{entry.name}: {entry.says}" for entry in found.baselines)
    note = f"{says}."
    note += f" {found.undefined:,} of {found.draws:,} draws are undefined." if found.undefined else ""
    return "Beside simpler answers\n" + table(rows, columns, flexible=len(rows[0]) - 1) + "\n" + wrap(note, columns)


def variants_text(found: SideBySide, columns: int) -> str:
    """Every variant's distribution at the same draws."""
    names = [name for name in found.outcomes if max(v.means.get(name, 0.0) for v in found.variants) >= SHOWN]
    rows = [("variant", "certified", "moved", "ends in")]
    for variant in found.variants:
        moved = "-" if variant.moved is None else percent(variant.moved)
        sure = percent(variant.certified / variant.draws) if variant.draws else "-"
        likely = sorted(((variant.means.get(name, 0.0), name) for name in names), key=lambda entry: -entry[0])
        ends = ", ".join(f"{name} {percent(share)}" for share, name in likely if share >= SHOWN)
        rows.append((variant.label, sure, moved, ends))
    note = (
        "The same draws for all. Moved: draws at which some ending's probability differs from the first by more than "
    )
    note += "2 points."
    return "Variants side by side\n" + table(rows, columns, flexible=3) + "\n" + wrap(note, columns)
