"""What the answer rests on, in sentences for the command line and the brief; numbers are those of the JSON, rounded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from standoff.findings.attribution import OutcomeDifference
from standoff.findings.reliance import DEFAULT, Answer, Lead, Loss, Reliance
from standoff.findings.words import share

Label = Callable[[str], str]


def points(difference: float) -> str:
    """A difference of probabilities in percentage points with its sign; 0 where it rounds to that."""
    rounded = round(100 * difference, 1)
    return "0" if rounded == 0 else f"{rounded:+.1f}".removesuffix(".0").replace("-", "−")


def interval(entry: OutcomeDifference) -> str:
    """The 95 % interval of a difference in points; empty where there is none."""
    return "" if entry.low is None or entry.high is None else f"{points(entry.low)} to {points(entry.high)}"


def listed(parts: Sequence[str]) -> str:
    """Parts as ``a, b and c``."""
    return ", ".join(parts[:-1]) + f" and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def dropped_sentence(found: Reliance, outcome: Label, option: Label) -> str:
    """What happens without the claims that were set aside, in one sentence with its numbers."""
    loss = found.dropped
    if not loss.claims:
        return f"No claim is set aside: for none does “{found.condition}” hold."
    many = f"the {len(loss.claims)} claims" if len(loss.claims) > 1 else "the claim"
    verb = "name" if len(loss.claims) > 1 else "names"
    rest = "rest" if len(loss.claims) > 1 else "rests"
    what = (
        f"that {verb} no source and {rest} on one origin or none"
        if found.condition == DEFAULT
        else (f"for which “{found.condition}” holds")
    )
    head = f"Without {many} {what} ({listed(loss.claims)})"
    if not loss.parameters:
        return f"{head} nothing changes: no parameter rests on them alone."
    return f"{head}, {changes(found.base, loss, outcome, option)}."


def every_ending(found: Reliance, outcome: Label, option: Label) -> str:
    """What the claims' loss does to the probability of every ending and to the best option, in one sentence."""
    loss = found.dropped
    if not loss.parameters:
        return ""
    rows = sorted(loss.outcomes, key=lambda entry: -entry.a)
    ends = listed([f"“{outcome(entry.name)}” from {share(entry.a)} to {share(entry.b)}" for entry in rows])
    best = ""
    if found.base.best and loss.answer.best:
        best = f"; {_first('the best option', found.base.best, loss.answer.best, option)}"
    return f"Ending by ending: {ends}{best.rstrip(',')}."


def changes(base: Answer, loss: Loss, outcome: Label, option: Label) -> str:
    """How the most likely ending and the best option change with a loss."""
    rows = {entry.name: entry for entry in loss.outcomes}
    first = rows[base.outcome.first[0]]
    told = f"{share(first.b)} instead of {share(first.a)} ({points(first.difference)} points"
    told += f", 95 % interval {interval(first)})" if interval(first) else ")"
    stays = set(base.outcome.first) & set(loss.answer.outcome.first)
    text = _first("the most likely ending", base.outcome, loss.answer.outcome, outcome)
    text += f" with {told}{_close(loss.answer.outcome)}" if stays else f", which comes to {told},"
    if base.best and loss.answer.best:
        text += f" and {_first('the best option', base.best, loss.answer.best, option)}"
        text += _close(loss.answer.best) if "best" not in loss.flips else ""
    return text.rstrip(",")


def _close(lead: Lead) -> str:
    """That somebody is first by no more than draws explain; nothing where it is by more, or several tie."""
    return ", ahead by less than draws can tell," if len(lead.first) == 1 and not lead.firm else ""


def _first(what: str, before: Lead, after: Lead, label: Label) -> str:
    if set(before.first) & set(after.first):
        return f"{what} stays {quoted(before.first, label)}"
    return f"{what} is {quoted(after.first, label)} instead of {quoted(before.first, label)}"


def quoted(names: Sequence[str], label: Label) -> str:
    """Names as labels in quotes."""
    return listed([f"“{label(name)}”" for name in names])


def flip_text(loss: Loss) -> str:
    """What a loss flips, and whether by more than draws explain."""
    names = {"outcome": "the most likely ending", "best": "the best option"}
    if not loss.flips:
        return "nothing"
    return listed([names[what] for what in loss.flips]) + ("" if loss.firm else " (too close to tell)")


def smallest_sentences(found: Reliance, outcome: Label, option: Label) -> tuple[str, ...]:
    """The smallest sets of origins that flip the answer, or that there is none."""
    result = found.smallest
    if result is None:
        return ()
    if not result.sets:
        how = (
            "every set was tried" if result.exact else "origins were lost one after the other, not in every combination"
        )
        return (f"No set of origins was found whose loss flips the answer ({how}).",)
    size = len(result.sets[0].origins)
    what = (
        "One origin flips the answer by itself"
        if size == 1
        else f"It takes the loss of {size} origins to flip the answer"
    )
    kind = "the smallest such set" if result.exact else "found by adding one at a time; a smaller set may exist"
    said = [f"{what} ({kind if len(result.sets) == 1 else 'the smallest such sets'})."]
    for loss in result.sets:
        said.append(f"Without {listed(loss.origins)}: {changes(found.base, loss, outcome, option)}.")
    return tuple(said)
