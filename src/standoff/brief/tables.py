"""The tables of a brief as plain values: strategies, payoffs, outcomes, variants, assumptions, moves.

Everything is text or a number ready to print; nothing here knows HTML. Texts from a scenario are left as they are:
cleaning and escaping belong to the renderer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from standoff.draw.labels import Names, number
from standoff.findings.words import share
from standoff.game.game import Game
from standoff.scenario.expression import write
from standoff.scenario.scenario import NATURE, Option, ParameterDefinition, Range, Scenario, VariantSummary
from standoff.solve.solution import Equilibrium, Solution

if TYPE_CHECKING:
    from standoff.findings.outcomes import StudySummary

NO_EVIDENCE = "no evidence"


@dataclass(frozen=True)
class InformationRow:
    """What an actor does at one information set."""

    move: str
    knows: tuple[tuple[str, str], ...]
    does: tuple[tuple[str, str], ...]  # (option, share), chosen ones only
    believes: tuple[tuple[str, str], ...]  # (what it did not see, share); empty for a single history
    reach: str
    on_path: bool


@dataclass(frozen=True)
class ActorStrategy:
    """The strategy of one actor, by information set in order of play; `void` sets cannot come up at these numbers."""

    actor: str
    on_path: tuple[InformationRow, ...]
    off_path: tuple[InformationRow, ...]
    void: int


@dataclass(frozen=True)
class PayoffPart:
    """One consideration: its expected value, and a bar from `start` to `start + width` in per cent of the scale."""

    name: str
    value: str
    start: float
    width: float
    negative: bool


@dataclass(frozen=True)
class ActorPayoff:
    """An actor's expected payoff and what it is made of; `zero` is where 0 lies on the scale, in per cent."""

    actor: str
    total: str
    parts: tuple[PayoffPart, ...]
    zero: float


@dataclass(frozen=True)
class OutcomeRow:
    """One outcome at the base values and over the draws."""

    name: str
    base: str
    known: str  # range over the equilibria known at the base values
    mean: str = ""
    bounds: str = ""
    quantiles: tuple[str, str, str] = ("", "", "")


@dataclass(frozen=True)
class VariantRow:
    """One variant: what it changes and how it ends."""

    name: str
    about: str
    changes: tuple[str, ...]
    course: str
    outcomes: tuple[tuple[str, str, str], ...]  # (possible outcome, share, range over known equilibria or "")
    equilibria: int


@dataclass(frozen=True)
class AssumptionRow:
    """One parameter."""

    name: str
    base: str
    range: str
    kind: str
    unit: str
    about: str
    evidence: str
    grounded: bool
    derived: bool = False  # it follows from others


@dataclass(frozen=True)
class MoveRow:
    """One move."""

    name: str
    actor: str
    options: tuple[str, ...]
    when: str
    seen_by: str
    about: str
    evidence: str


def strategies(equilibrium: Equilibrium, names: Names) -> tuple[ActorStrategy, ...]:
    """The strategy of each actor that moves."""
    game = equilibrium.numeric.game
    result = []
    for actor, label in enumerate(names.actors):
        own = [number for number, infoset in enumerate(game.infosets) if infoset.actor == actor]
        alive = [number for number in own if equilibrium.numeric.members[number].size]
        rows = [_information_row(equilibrium, number, names) for number in alive]
        if own:
            on_path = tuple(row for row in rows if row.on_path)
            off_path = tuple(row for row in rows if not row.on_path)
            result.append(ActorStrategy(label, on_path, off_path, len(own) - len(alive)))
    return tuple(result)


def _information_row(equilibrium: Equilibrium, number: int, names: Names) -> InformationRow:
    game, assessment = equilibrium.numeric.game, equilibrium.assessment
    infoset, slots = game.infosets[number], game.options(number)
    chosen = [
        (names.option(infoset.move, option) or f"option {place + 1}", _probability(equilibrium, slots.start + place))
        for place, option in enumerate(infoset.options)
        if assessment.behaviour[slots.start + place] > 1e-9
    ]
    reach = min(equilibrium.infoset_reach(number), 1.0)
    return InformationRow(
        move=names.move(infoset.move),
        knows=tuple((names.move(move), names.option(move, option)) for move, option in infoset.information),
        does=tuple(chosen),
        believes=_beliefs(equilibrium, number, names),
        reach=share(reach),
        on_path=reach > 1e-9,
    )


def _probability(equilibrium: Equilibrium, slot: int) -> str:
    """A chosen option's probability, with the interval where others would do as well."""
    text = share(float(equilibrium.assessment.behaviour[slot]))
    if slot in equilibrium.intervals:
        text += f" ({_span(*equilibrium.intervals[slot])} would do as well)"
    return text


def _beliefs(equilibrium: Equilibrium, number: int, names: Names) -> tuple[tuple[str, str], ...]:
    nodes = equilibrium.numeric.members[number].tolist()
    if len(nodes) < 2:
        return ()
    ranges = (equilibrium.belief_ranges or {}).get(number)
    rows = []
    for place, node in enumerate(nodes):
        belief = float(equilibrium.assessment.beliefs[node])
        text = "not defined" if math.isnan(belief) else share(min(max(belief, 0.0), 1.0))
        if ranges is not None and ranges[place][1] - ranges[place][0] > 1e-9:
            text += f" ({_span(*ranges[place])} also support it)"
        rows.append((_unseen(equilibrium.numeric.game, node, number, names), text))
    return tuple(rows)


def _unseen(game: Game, node: int, number: int, names: Names) -> str:
    """What led to a node and its actor did not see."""
    if game.move is None:
        return game.history(node)
    seen = {move for move, _ in game.infosets[number].information}
    steps = [
        f"{names.move(game.moves[int(game.move[game.parent[step]])])}: {names.branch(game, step)}"
        for step in game.path(node)
        if game.moves[int(game.move[game.parent[step]])] not in seen
    ]
    return ", ".join(steps)


def payoffs(equilibrium: Equilibrium, names: Names) -> tuple[ActorPayoff, ...]:
    """Expected payoffs by consideration, each actor on a scale of its own."""
    totals, result = equilibrium.payoffs(), []
    for (actor, parts), label in zip(equilibrium.considerations().items(), names.actors, strict=True):
        low = min(0.0, *parts.values(), totals[actor])
        high = max(0.0, *parts.values(), totals[actor])
        span = (high - low) or 1.0
        rows = tuple(
            PayoffPart(
                name=name.replace("_", " "),
                value=number(value),
                start=100 * (min(value, 0.0) - low) / span,
                width=100 * abs(value) / span,
                negative=value < 0,
            )
            for name, value in parts.items()
        )
        result.append(ActorPayoff(label, number(totals[actor]), rows, -100 * low / span))
    return tuple(result)


def outcome_rows(solution: Solution, summary: StudySummary | None, names: Names) -> tuple[OutcomeRow, ...]:
    """One row per outcome, ordered by the study's mean, else by the probability at the base values."""
    base = solution.first.outcomes() if solution.equilibria else {}
    known = solution.outcome_range()
    drawn = {outcome.name: outcome for outcome in summary.outcomes} if summary else {}
    order = sorted(
        solution.game.outcomes,
        key=lambda name: (-drawn[name].mean if name in drawn else 0.0, -base.get(name, 0.0)),
    )
    rows = []
    for name in order:
        outcome = drawn.get(name)
        rows.append(
            OutcomeRow(
                name=names.outcome(name),
                base=share(base[name]) if name in base else "",
                known=_span(*known[name]) if name in known else "",
                mean=share(outcome.mean) if outcome else "",
                bounds=_span(outcome.low, outcome.high) if outcome and summary and summary.bounded else "",
                quantiles=(share(outcome.q05), share(outcome.q50), share(outcome.q95)) if outcome else ("", "", ""),
            )
        )
    return tuple(rows)


def _span(low: float, high: float) -> str:
    first, last = share(low), share(high)
    return first if first == last else f"{first} to {last}"


def variant_rows(
    base: Solution, variants: Sequence[tuple[VariantSummary, Solution]], courses: Sequence[str], names: Names
) -> tuple[VariantRow, ...]:
    """One row per variant; `courses` tells each variant's play."""
    rows = []
    for (variant, solution), course in zip(variants, courses, strict=True):
        values = solution.first.outcomes() if solution.equilibria else {}
        known = solution.outcome_range()
        own = Names.of(solution.game, solution.scenario) if solution.scenario else names
        ranked = sorted(known.items(), key=lambda item: -values[item[0]])
        ends = tuple(
            (own.outcome(name), share(values[name]), _span(low, high) if high - low > 1e-9 else "")
            for name, (low, high) in ranked
            if high > 1e-9
        )
        rows.append(
            VariantRow(
                name=variant.name.replace("_", " "),
                about=variant.about,
                changes=_changes(base, solution),
                course=course,
                outcomes=ends,
                equilibria=len(solution.equilibria),
            )
        )
    return tuple(rows)


def _changes(base: Solution, variant: Solution) -> tuple[str, ...]:
    """What a variant changes: values of parameters, and moves taken out, added or given other options."""
    changes = []
    for name, value in variant.values.items():
        if name not in base.values:
            changes.append(f"{name} = {number(float(value))} (new)")
        elif abs(float(value) - float(base.values[name])) > 1e-12:
            changes.append(f"{name}: {number(float(base.values[name]))} → {number(float(value))}")
    changes += [f"{name} removed" for name in base.values if name not in variant.values]
    changes += [f"move {name} removed" for name in base.game.moves if name not in variant.game.moves]
    changes += [f"move {name} added" for name in variant.game.moves if name not in base.game.moves]
    endings = len(base.game.outcome), len(variant.game.outcome)
    if endings[0] != endings[1]:
        changes.append(f"{endings[0]} → {endings[1]} endings")
    return tuple(changes)


def assumptions(scenario: Scenario, values: Mapping[str, float]) -> tuple[AssumptionRow, ...]:
    """Every parameter with the value used."""
    return tuple(_assumption(definition, values) for definition in scenario.parameters)


def _assumption(definition: ParameterDefinition, values: Mapping[str, float]) -> AssumptionRow:
    base = number(float(values[definition.name])) if definition.name in values else ""
    if not base and definition.base is not None:
        base = number(float(definition.base))
    derived = definition.expression is not None
    span = f"= {write(definition.expression)}" if definition.expression is not None else range_text(definition.range)
    grounded = bool(definition.claims) or derived
    evidence = ", ".join(definition.claims) or ("follows from its parts" if derived else NO_EVIDENCE)
    return AssumptionRow(
        name=definition.name,
        base=base,
        range=span or "fixed",
        kind=definition.kind,
        unit=definition.unit,
        about=definition.about,
        evidence=evidence,
        grounded=grounded,
        derived=derived,
    )


def range_text(span: Range | None) -> str:
    """A range as written, or in the notation of scenario files; "" for none."""
    if span is None:
        return ""
    if span.text:
        return span.text
    arguments = [number(value) for value in span.arguments]
    if span.weights:
        arguments.append(f"p=[{', '.join(number(weight) for weight in span.weights)}]")
    return f"{span.family}({', '.join(arguments)})"


def move_rows(scenario: Scenario, names: Names) -> tuple[MoveRow, ...]:
    """Every move in order of play."""
    rows = []
    for move in scenario.moves:
        claims = [*move.claims, *(claim for option in move.options for claim in option.claims)]
        seen = "everyone"
        if move.seen_by is not None:
            seen = ", ".join(scenario.label(actor) for actor in move.seen_by) or "nobody else"
        rows.append(
            MoveRow(
                name=names.move(move.name),
                actor="chance" if move.actor == NATURE else scenario.label(move.actor),
                options=tuple(_option_text(names.option(move.name, option.name), option) for option in move.options),
                when="" if move.when is None else write(move.when),
                seen_by=seen,
                about=move.about,
                evidence=", ".join(dict.fromkeys(claims)) or NO_EVIDENCE,
            )
        )
    return tuple(rows)


def _option_text(label: str, option: Option) -> str:
    notes = []
    if option.probability is not None:
        notes.append(f"probability {write(option.probability)}")
    if option.rest:
        notes.append("the remaining probability")
    if option.when is not None:
        notes.append(f"only if {write(option.when)}")
    return f"{label} ({'; '.join(notes)})" if notes else label
