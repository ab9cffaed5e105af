"""The answer in three sentences: what happens at the base values, what the draws say, how firm that is.

A likelihood word appears only where the scenario's ranges are beliefs (see `standoff.findings.words`); probabilities
within the model at its base values are numbers only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from standoff.draw.labels import Names
from standoff.findings.courses import Course, courses
from standoff.findings.words import phrase, share
from standoff.solve.solution import Solution

if TYPE_CHECKING:
    from standoff.findings.outcomes import StudySummary

CONCEPTS = {
    "sequential": "sequential equilibrium",
    "pure": "pure-strategy sequential equilibrium",
    "subgame": "subgame-perfect equilibrium",
    "nash": "Nash equilibrium",
    "logit": "logit quantal response profile",
}


def answer(
    solution: Solution, names: Names, summary: StudySummary | None, ranges: str, decision: str | None
) -> tuple[str, ...]:
    """The three sentences. `decision` names the move that the reader cares about."""
    return (
        _what_happens(solution, names),
        _what_draws_say(names, summary, ranges, decision),
        _how_firm(solution, names, summary),
    )


def concept_name(concept: str) -> str:
    """What the literature calls the concept."""
    return CONCEPTS.get(concept, concept)


def course_text(solution: Solution, names: Names, course: Course) -> str:
    """A course as ``Actor: option → Actor: option``."""
    infosets = solution.game.infosets
    steps = [
        f"{names.actors[step.actor]}: {names.option(infosets[step.infoset].move, step.option)}" for step in course.steps
    ]
    return " → ".join(steps) or "nobody moves"


def ends_text(names: Names, outcomes: dict[str, float], most: int = 3) -> str:
    """Outcomes with their probabilities (none where one is certain), most probable first, the rest summed up."""
    ranked = sorted(outcomes.items(), key=lambda item: -round(item[1], 12))
    if ranked and ranked[0][1] > 1 - 1e-9:
        return f"“{names.outcome(ranked[0][0])}”"
    shown = [f"“{names.outcome(name)}” ({share(value)})" for name, value in ranked[:most] if value > 1e-9]
    rest = sum(value for _, value in ranked[most:])
    if rest > 1e-9:
        shown.append(f"other endings ({share(rest)})")
    return listed(shown)


def listed(parts: list[str]) -> str:
    """Parts as ``a, b and c``."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + f" and {parts[-1]}" if parts else "nothing"


def _what_happens(solution: Solution, names: Names) -> str:
    kind = concept_name(solution.concept)
    if not solution.equilibria:
        reasons = listed(sorted({entry.status.replace("_", " ") for entry in solution.rejected}) or ["none found"])
        return (
            f"At the base values no profile was confirmed as a {kind} ({reasons}), so there is no path of play to show."
        )
    which = "selected " if solution.selected else "first " if len(solution.equilibria) > 1 else ""
    found = courses(solution.game, solution.first.play)
    lead = f"At the base values play runs: {course_text(solution, names, found[0])}"
    if len(found) == 1:
        return f"{lead}. It ends in {ends_text(names, found[0].outcomes)} (the {which}{kind})."
    return (
        f"{lead} with probability {share(found[0].probability)} (other courses are listed below), and overall it "
        f"ends in {ends_text(names, solution.first.outcomes())} (the {which}{kind})."
    )


def _what_draws_say(names: Names, summary: StudySummary | None, ranges: str, decision: str | None) -> str:
    if summary is None:
        return "The ranges of the assumptions were not sampled, so this holds at the base values only."
    if not summary.outcomes:
        return f"None of {summary.draws:,} draws from the ranges was certified, so they say nothing about how it ends."
    top = [outcome for outcome in summary.by_mean() if outcome.mean > 1e-9][:2]
    ends = listed([f"“{names.outcome(outcome.name)}” {phrase(outcome.mean, ranges)}" for outcome in top])
    text = f"Over {summary.certified:,} certified draws from the ranges, it ends in {ends}"
    if decision and summary.decision:
        option, value = max(summary.decision.items(), key=lambda item: item[1])
        text += (
            f", and where “{names.move(decision)}” is reached the choice is “{names.option(decision, option)}” "
            f"{phrase(value, ranges)}"
        )
    return text + "."


def _how_firm(solution: Solution, names: Names, summary: StudySummary | None) -> str:
    count = len(solution.equilibria)
    known = {0: "No equilibrium is known", 1: "One equilibrium is known"}.get(count, f"{count} equilibria are known")
    search = "and the search was exhaustive" if solution.complete else "and there may be others"
    text = f"{known} at the base values {search}" if count else f"{known} at the base values"
    spread = {name: high - low for name, (low, high) in solution.outcome_range().items()}
    if count > 1:
        name = max(spread, key=lambda key: spread[key])
        low, high = solution.outcome_range()[name]
        text += (
            f"; between them “{names.outcome(name)}” has probability {share(low)} to {share(high)}"
            if spread[name] > 1e-9
            else "; all of them lead to the same outcomes"
        )
    if summary is not None:
        text += f"; {share(summary.certified_share)} of the draws were certified"
        if summary.outcomes:
            text += (
                f", and at {share(summary.several)} of these the known equilibria differ in how it ends"
                if summary.bounded
                else ", and no other equilibrium was found at any of them, which does not say that there is none"
            )
    return text + "."
