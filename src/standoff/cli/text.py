"""What `standoff solve` prints for people: what happens, with which probability, why, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterator

from standoff.cli.names import Names
from standoff.cli.output import number, percent, scientific, table, wrap
from standoff.cli.story import story
from standoff.solve.solution import Equilibrium, Refined, Solution
from standoff.solve.verify import Certificate

NARROW = 70  # below this many columns the strategies are a list instead of a table
SAME = 5e-4  # probabilities closer than this look the same in print
_ALL = {
    "pure": "all there are in pure strategies",
    "subgame": "all there are in pure strategies",
    "nash": "all pure and all extreme mixed ones",
}
ROUNDING = 12  # decimals beyond which a number is rounding
_PROFILES = {"nash": "Nash equilibrium", "subgame": "subgame-perfect equilibrium", "logit": "quantal response"}


def solution_text(solution: Solution, columns: int, *, every: bool = False) -> str:
    """The whole answer; with `every`, each equilibrium in full instead of one line."""
    names = Names(solution.game)
    blocks = [_heading(solution, columns)]
    if solution.equilibria:
        shown = solution.equilibria if every else (solution.first,)
        for equilibrium in shown:
            blocks += _equilibrium(solution, equilibrium, names, columns, numbered=len(shown) > 1)
        if not every and len(solution.equilibria) > 1:
            blocks.append(_others(solution, columns))
        blocks.append(_spread(solution, columns))
        blocks.append(_refinements(solution, columns))
    blocks.append(_rejected(solution, columns))
    return "\n\n".join(block for block in blocks if block)


def certificate_text(certificate: Certificate) -> str:
    """A certificate in one line."""
    measure = "distance from the logit reply" if certificate.concept == "logit" else "gain from deviating"
    unit = "" if certificate.concept == "logit" else " of the payoff range"
    gain = round(certificate.gain, ROUNDING)
    size = "" if math.isnan(gain) else f"largest {measure} {scientific(gain)}{unit}"
    if not certificate.holds:
        parts = [f"not certified: {certificate.reason}", size]
    elif certificate.consistent is None:
        parts = [f"certified: {size}"]
    else:
        parts = [f"certified: {size}, on and off the path", "beliefs consistent (W1-W3)"]
    return "; ".join([part for part in parts if part] + [f"tolerance {scientific(certificate.tolerance)}"])


def profile_name(solution: Solution) -> str:
    """What the concept calls what it finds."""
    return _PROFILES.get(solution.concept, "sequential equilibrium")


def _heading(solution: Solution, columns: int) -> str:
    variant = f", variant {solution.scenario.variant}" if solution.scenario and solution.scenario.variant else ""
    count = len(solution.equilibria)
    plural = profile_name(solution) if count == 1 else profile_name(solution).replace("equilibrium", "equilibria")
    extent = _ALL.get(solution.concept, "that is all there are") if solution.complete else "there may be more"
    if solution.concept == "logit":
        extent = f"at precision {number(solution.precision or 0.0)}"
    found = f"{count} {plural} found, {extent}"
    if not count:
        found = f"no {plural} found"
        if solution.concept in ("pure", "subgame"):
            found += " in pure strategies" + ("" if solution.complete else " within the limit")
            found += "; `--concept sequential` looks for mixed ones too"
    lines = [wrap(f"{solution.game.title or 'Untitled game'}{variant}", columns)]
    lines.append(wrap(f"Concept {solution.concept}: {found} (method: {solution.method}).", columns))
    return "\n".join(lines)


def _equilibrium(
    solution: Solution, equilibrium: Equilibrium, names: Names, columns: int, *, numbered: bool
) -> Iterator[str]:
    if numbered:
        position = solution.equilibria.index(equilibrium) + 1
        chosen = ", selected" if equilibrium.selected else ""
        yield f"== Equilibrium {position} of {len(solution.equilibria)}{chosen} =="
    if equilibrium.class_name:
        yield wrap(f"Class: {equilibrium.class_name}", columns)
    yield "What happens\n" + story(equilibrium, names, columns)
    yield "How it ends\n" + _outcomes(equilibrium, columns)
    yield "What it is worth\n" + _payoffs(equilibrium, names, columns)
    yield wrap(_capitalised(certificate_text(equilibrium.certificate)) + ".", columns, hang="  ")
    yield _strategies(equilibrium, names, columns)


def _outcomes(equilibrium: Equilibrium, columns: int) -> str:
    likely = sorted(equilibrium.outcomes().items(), key=lambda item: -round(item[1], ROUNDING))
    shown = [(percent(probability), name) for name, probability in likely if probability > 1e-9]
    return table(shown, columns, flexible=1)


def _strategies(equilibrium: Equilibrium, names: Names, columns: int) -> str:
    numeric = equilibrium.numeric
    alive = [number for number, nodes in enumerate(numeric.members) if nodes.size]
    reached = [number for number in alive if equilibrium.infoset_reach(number) > 1e-9]
    others = [number for number in alive if number not in set(reached)]
    blocks = []
    for title, sets in (("Who does what", reached), ("Off the path: what would be done if play got there", others)):
        if sets:
            blocks.append(f"{wrap(title, columns)}\n{_strategy_rows(equilibrium, names, sets, columns)}")
    void = len(numeric.game.infosets) - len(alive)
    if void:
        blocks.append(wrap(f"{void} information sets cannot be reached at these numbers and are left out.", columns))
    return "\n\n".join(blocks)


def _strategy_rows(equilibrium: Equilibrium, names: Names, sets: list[int], columns: int) -> str:
    game = equilibrium.numeric.game
    rows = []
    for infoset in sets:
        entry = game.infosets[infoset]
        who = f"{names.actor(entry.actor)}, {entry.move}"
        believes = _beliefs(equilibrium, names, infoset)
        knows = names.choices(entry.information) or "nothing yet"
        if game.move is None:
            many = len(equilibrium.numeric.members[infoset])
            knows = "where it is" if many == 1 else f"it is at one of {many} nodes"
        if believes:
            knows = f"{knows}; believes {', '.join(believes)}"
        rows.append((who, knows, _does(equilibrium, infoset), percent(equilibrium.infoset_reach(infoset))))
    if columns >= NARROW and max(len(who) + len(does) for who, _, does, _ in rows) < columns - 30:
        return table([("actor, move", "knows", "does", "reached"), *rows], columns, flexible=1)
    return "\n".join(
        wrap(f"{who}: {does}. Knows {knows}. Reached {reach}.", columns, "  ", "    ")
        for who, knows, does, reach in rows
    )


def _does(equilibrium: Equilibrium, infoset: int) -> str:
    game = equilibrium.numeric.game
    slots = game.options(infoset)
    mixed = []
    for option, slot in zip(game.infosets[infoset].options, range(slots.start, slots.stop), strict=True):
        probability = float(equilibrium.assessment.behaviour[slot])
        if probability > 1e-9:
            text = option if probability > 1 - 1e-9 else f"{option} {percent(probability)}"
            if slot in equilibrium.intervals:
                low, high = equilibrium.intervals[slot]
                text += f" (any from {percent(low)} to {percent(high)} would do)"
            mixed.append(text)
    return ", ".join(mixed)


def _beliefs(equilibrium: Equilibrium, names: Names, infoset: int) -> list[str]:
    """Beliefs of an information set of several nodes, likeliest first; what is believed impossible is left out."""
    nodes = equilibrium.numeric.members[infoset].tolist()
    beliefs = equilibrium.assessment.beliefs
    if len(nodes) < 2 or any(math.isnan(beliefs[node]) for node in nodes):
        return []
    ranges = (equilibrium.belief_ranges or {}).get(infoset)
    told = []
    for position, node in sorted(enumerate(nodes), key=lambda item: -beliefs[item[1]]):
        low, high = ranges[position] if ranges else (beliefs[node], beliefs[node])
        between = f" (any of {percent(low)} to {percent(high)})" if high - low > SAME else ""
        if beliefs[node] > 1e-9 or between:
            told.append(f"{names.unseen(node)} {percent(float(beliefs[node]))}{between}")
    return told


def _payoffs(equilibrium: Equilibrium, names: Names, columns: int) -> str:
    parts, totals = equilibrium.considerations(), equilibrium.payoffs()
    lines = []
    for index, actor in enumerate(equilibrium.numeric.game.actors):
        sizes = sorted(parts[actor].items(), key=lambda item: -abs(item[1]))
        terms = [(value, name) for name, value in sizes if abs(value) > 1e-12]
        text = f"{names.actor(index)} {number(totals[actor])}"
        if terms and not (len(terms) == 1 and len(sizes) == 1):
            text += " = " + _sum(terms)
        lines.append(wrap(text, columns, "  ", "    "))
    return "\n".join(lines)


def _sum(terms: list[tuple[float, str]]) -> str:
    first, *rest = terms
    text = f"{number(first[0])} {first[1]}"
    for value, name in rest:
        text += f" {'-' if value < 0 else '+'} {number(abs(value))} {name}"
    return text


def _others(solution: Solution, columns: int) -> str:
    """The other equilibria, those that read the same on one line."""
    alike: dict[str, list[int]] = {}
    for position, equilibrium in enumerate(solution.equilibria, start=1):
        if equilibrium is not solution.first:
            alike.setdefault(_difference(solution.first, equilibrium), []).append(position)
    lines = [wrap("Other equilibria (--all prints them in full)", columns)]
    for difference, positions in alike.items():
        numbers = ", ".join(f"{position}" for position in positions)
        lines.append(wrap(f"{numbers}. {difference}", columns, "  ", "     "))
    return "\n".join(lines)


def _difference(first: Equilibrium, other: Equilibrium) -> str:
    """How another equilibrium ends differently from the first one shown."""
    base, outcomes = first.outcomes(), other.outcomes()
    moved = [name for name in outcomes if abs(outcomes[name] - base[name]) > SAME]
    moved.sort(key=lambda name: -abs(outcomes[name] - base[name]))
    changes = [f"{name} {percent(outcomes[name])} instead of {percent(base[name])}" for name in moved]
    name = f", {other.class_name}" if other.class_name else ""
    return f"{other.kind}{name}: {'; '.join(changes) or 'the same endings; different off the path'}"


def _spread(solution: Solution, columns: int) -> str:
    wide = [(name, low, high) for name, (low, high) in solution.outcome_range().items() if high - low > SAME]
    if not wide:
        return ""
    parts = [f"{name} {percent(low)} to {percent(high)}" for name, low, high in wide]
    return wrap(f"Over all of them: {'; '.join(parts)}.", columns, hang="  ")


def _refinements(solution: Solution, columns: int) -> str:
    """Per filter which equilibria survive, why the others do not, and what is left of the range of outcomes."""
    lines = []
    whole = solution.outcome_range()
    for name, left in solution.refined().items():
        verdicts: dict[tuple[bool | None, str], list[str]] = {}
        for position, entry in enumerate(solution.refinements, start=1):
            reason = entry[name].reason if not entry[name].survives else ""
            verdicts.setdefault((entry[name].survives, reason), []).append(f"{position}")
        lines.append(wrap(f"{name}: {_survivors(left, len(solution.equilibria))}", columns, "  ", "    "))
        for (survives, reason), positions in verdicts.items():
            if not survives and (name != "logit" or survives is None):
                verb = "" if survives is None else " fails" if len(positions) == 1 else " fail"
                lines.append(wrap(f"{', '.join(positions)}{verb}: {reason}.", columns, "    ", "      "))
        if (left.survivors or left.unknown) and left.outcome_range != whole:
            spans = ((outcome, low, high) for outcome, (low, high) in left.outcome_range.items() if high > SAME)
            parts = (f"{outcome} {_span(low, high)}" for outcome, low, high in spans)
            lines.append(wrap(f"leaves {'; '.join(parts)}.", columns, "    ", "      "))
    return "\n".join(["Refinements", *lines]) if lines else ""


def _survivors(left: Refined, count: int) -> str:
    if not left.survivors:
        return "none is known to survive" if left.unknown else "none survives"
    if len(left.survivors) == count:
        return "all survive" if count > 1 else "it survives"
    verb = "survives" if len(left.survivors) == 1 else "survive"
    return f"{', '.join(f'{position + 1}' for position in left.survivors)} {verb}"


def _span(low: float, high: float) -> str:
    return percent(low) if high - low <= SAME else f"{percent(low)} to {percent(high)}"


def _rejected(solution: Solution, columns: int) -> str:
    lines = [f"Not an answer ({entry.status}, {entry.method}): {entry.reason}" for entry in solution.rejected]
    return "\n".join(wrap(line, columns, hang="  ") for line in lines)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
