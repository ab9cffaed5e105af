"""The sections of a scenario file other than parameters and moves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from standoff.errors import Mark
from standoff.scenario import fields, keys
from standoff.scenario.expression import Expression
from standoff.scenario.parse import Parsed
from standoff.scenario.problems import Problems, remedy, short
from standoff.scenario.resolve import KnownMove, Names, Resolver, Use
from standoff.scenario.scenario import (
    NATURE,
    Actor,
    Consideration,
    Correlation,
    Move,
    NamedClass,
    Outcome,
    ParameterDefinition,
)
from standoff.scenario.source import Mapping, Node, Scalar

_INFORMATION_SET = re.compile(r"\s*([A-Za-z_]\w*(?:@\d+)?)\s*(?:\[(.*)\])?\s*\Z", re.ASCII)


def read_actors(node: Node | None, problems: Problems) -> tuple[Actor, ...]:
    """The players, in the order of the file."""
    if node is None:
        return ()
    table = fields.mapping(node, "`actors`", "write `name: label` lines", problems)
    if table is None:
        return ()
    if not table.entries:
        problems.error(table.mark, "`actors` is empty", "name at least one actor")
    found = []
    for name, _, content in fields.names_of(table, "an actor's name", problems):
        if isinstance(content, Mapping):
            given = fields.fields(content, keys.ACTOR, "an actor", problems)
            label = fields.text(given.get("label"), "`label`", problems)
            about = fields.text(given.get("about"), "`about`", problems)
        else:
            label, about = fields.text(content, f"the label of `{name}`", problems), ""
        found.append(Actor(name, label or name, about))
    return tuple(found)


def read_payoffs(
    node: Node | None, actors: Sequence[str], resolver: Resolver, problems: Problems
) -> tuple[Consideration, ...]:
    """The considerations of every actor, in the order of the file."""
    if node is None:
        return ()
    table = fields.mapping(node, "`payoffs`", "write `actor: {consideration: formula}`", problems)
    if table is None:
        return ()
    found = []
    for key, content in table.entries:
        if key.text not in actors:
            advice = remedy(key.text, list(actors), "actors")
            problems.error(key.mark, f"there is no actor `{short(key.text)}`", advice)
            continue
        for name, mark, formula in _considerations(key, content, problems):
            parsed = fields.formula(formula, f"consideration `{name}`", problems)
            expression = resolver.resolve(parsed, Use("a payoff", parameters=True, moves=True))
            if expression is not None:
                found.append(Consideration(key.text, name, expression, mark))
    for actor in actors:
        if table.get(actor) is None:
            problems.warn(table.mark, f"actor `{actor}` has no payoffs", f"add `{actor}:`; until then they are 0")
    return tuple(found)


def _considerations(key: Scalar, content: Node, problems: Problems) -> list[tuple[str, Mark, Node]]:
    if isinstance(content, Scalar):
        return [("total", key.mark, content)]
    what = f"the payoffs of `{key.text}`"
    table = fields.mapping(content, what, "write one formula, or `{consideration: formula}`", problems)
    return [] if table is None else fields.names_of(table, "a consideration's name", problems, reserved=False)


def read_outcomes(node: Node | None, resolver: Resolver, problems: Problems) -> tuple[Outcome, ...]:
    """The named endings, in the order in which they are tried."""
    if node is None:
        return ()
    table = fields.mapping(node, "`outcomes`", "write `name: condition` lines", problems)
    if table is None:
        return ()
    found = []
    for name, mark, content in fields.names_of(table, "an outcome's name", problems, reserved=False):
        label, condition = "", content
        if isinstance(content, Mapping):
            given = fields.fields(content, keys.OUTCOME, "an outcome", problems)
            label = fields.text(given.get("label"), "`label`", problems)
            fields.text(given.get("about"), "`about`", problems)
            if "when" not in given:
                problems.error(mark, f"outcome `{name}` has no `when`", "give the condition under which it holds")
                continue
            condition = given["when"]
        parsed = fields.formula(condition, f"outcome `{name}`", problems)
        expression = resolver.resolve(parsed, Use("an outcome", parameters=False, moves=True))
        if expression is not None:
            found.append(Outcome(name, expression, label or name, mark))
    return tuple(found)


def read_correlations(
    node: Node | None, parameters: Sequence[ParameterDefinition], names: Names, problems: Problems
) -> tuple[Correlation, ...]:
    """Rank correlations between uncertain parameters."""
    uncertain = {definition.name for definition in parameters if definition.range is not None}
    plain = {definition.name for definition in parameters} - uncertain
    found: dict[frozenset[str], Correlation] = {}
    advice = "write `- [first, second, 0.3]`"
    for item in fields.sequence(node, "`correlate`", advice, problems):
        parts = fields.sequence(item, "a correlation", advice, problems)
        if len(parts) != 3:
            if parts:
                problems.error(item.mark, f"a correlation has {len(parts)} entries", advice)
            continue
        pair = [fields.text(part, "a correlated parameter", problems) for part in parts[:2]]
        sound = True
        for name, part in zip(pair, parts, strict=False):
            if name not in names.parameters:
                problems.error(
                    part.mark, f"there is no parameter `{name}`", remedy(name, names.parameters, "parameters")
                )
            elif name in plain:
                problems.error(part.mark, f"parameter `{name}` has no range", "only ranges can be correlated")
            sound = sound and name in uncertain
        value = fields.number(parts[2], "a correlation coefficient", problems)
        if value is not None and not -1 < value < 1:
            what = f"a correlation coefficient of {float(value):g}"
            problems.error(parts[2].mark, what, "write a number between -1 and 1, without the ends")
        elif pair[0] == pair[1]:
            problems.error(item.mark, f"`{pair[0]}` is correlated with itself", "name two parameters")
        elif frozenset(pair) in found:
            problems.error(item.mark, f"`{pair[0]}` and `{pair[1]}` are correlated twice", "keep one of the two")
        elif value is not None and sound:
            found[frozenset(pair)] = Correlation(pair[0], pair[1], float(value), item.mark)
    return tuple(found.values())


def read_assumptions(node: Node | None, resolver: Resolver, problems: Problems) -> tuple[tuple[Expression, Mark], ...]:
    """Conditions on parameters, with their places."""
    found = []
    for item in fields.sequence(node, "`assume`", "write `[0 < a, a < b]`", problems):
        parsed: Parsed | None = fields.formula(item, "an assumption", problems)
        expression = resolver.resolve(parsed, Use("an assumption", parameters=True, moves=False))
        if expression is not None:
            found.append((expression, item.mark))
    return tuple(found)


def read_judgement(node: Node | None, outcomes: Sequence[str], problems: Problems) -> dict[str, float]:
    """The analyst's own probabilities of outcomes."""
    if node is None:
        return {}
    table = fields.mapping(node, "`judgement`", "write `outcome: probability` lines", problems)
    found: dict[str, float] = {}
    for key, content in table.entries if table else ():
        if key.text not in outcomes:
            advice = remedy(key.text, list(outcomes), "outcomes")
            problems.error(key.mark, f"there is no outcome `{short(key.text)}`", advice)
        value = fields.number(content, f"the probability of `{short(key.text)}`", problems)
        if value is not None and not 0 <= value <= 1:
            problems.error(content.mark, f"a probability of {float(value):g}", "write a number from 0 to 1")
        elif value is not None:
            found[key.text] = float(value)
    if table is not None and sum(found.values()) > 1 + 1e-9:
        what = f"the probabilities of `judgement` add up to {sum(found.values()):g}"
        problems.error(table.mark, what, "outcomes exclude each other: make them add up to 1 at most")
    return found


def read_classes(node: Node | None, names: Names, moves: Sequence[Move], problems: Problems) -> tuple[NamedClass, ...]:
    """Named classes of equilibria; supports that mention what a variant drops are left out."""
    if node is None:
        return ()
    table = fields.mapping(node, "`classes`", "write `name: {supports: {move: [option]}}`", problems)
    found = []
    for name, mark, content in fields.names_of(table, "a class's name", problems, reserved=False) if table else ():
        body = fields.mapping(content, f"class `{name}`", "write `{supports: {move: [option]}}`", problems)
        given = fields.fields(body, keys.CLASS, "a class", problems) if body else {}
        if body is not None and "supports" not in given:
            problems.error(mark, f"class `{name}` has no `supports`", "write `supports: {move: [option]}`")
        supports: dict[str, tuple[str, ...]] = {}
        listed = given.get("supports")
        entries = fields.mapping(listed, "`supports`", "write `{move: [option]}`", problems) if listed else None
        for key, options in entries.entries if entries else ():
            support = _support(key, options, names, moves, problems)
            if support is not None:
                supports[support[0]] = support[1]
        found.append(NamedClass(name, fields.text(given.get("about"), "`about`", problems), supports))
    return tuple(found)


def _support(
    key: Scalar, options: Node, names: Names, moves: Sequence[Move], problems: Problems
) -> tuple[str, tuple[str, ...]] | None:
    """One information set as ``move[seen=option, ...]`` (seen moves in order of play) and the options used there."""
    match = _INFORMATION_SET.match(key.text)
    if match is None:
        advice = 'write "move" or "move[seen=option, ...]", in quotes'
        problems.error(key.mark, f"`{short(key.text)}` is not an information set", advice)
        return None
    move = _played(match.group(1), names, key.mark, problems)
    used = fields.texts(options, f"the support of `{short(key.text)}`", problems)
    complete = move is not None and _has(move, used, options.mark, problems) and bool(used)
    seen: dict[str, str] = {}
    for part in (match.group(2) or "").split(",") if match.group(2) else ():
        name, _, option = (piece.strip() for piece in part.partition("="))
        known = _played(name, names, key.mark, problems)
        complete = known is not None and _has(known, (option,), key.mark, problems) and complete
        seen[name] = option
    if not complete:
        return None
    order = [played.name for played in moves]
    inside = ", ".join(f"{name}={seen[name]}" for name in sorted(seen, key=lambda name: _rank(name, order)))
    return (f"{match.group(1)}[{inside}]" if inside else match.group(1)), used


def _rank(name: str, order: list[str]) -> int:
    return order.index(name) if name in order else len(order)


def _played(name: str, names: Names, mark: Mark, problems: Problems) -> KnownMove | None:
    """The move that a name such as ``strike`` or ``strike@2`` means; None if there is none or a variant drops it."""
    plain, _, number = name.partition("@")
    move = names.moves.get(plain)
    if move is None:
        problems.error(mark, f"there is no move `{short(plain)}`", remedy(plain, list(names.moves), "moves"))
        return None
    if move.dropped or names.rounds is None:
        return None
    if move.in_rounds and number not in [str(k) for k in range(1, names.rounds + 1)]:
        problems.error(mark, f"`{name}` does not say of which round", f"write `{plain}@1` to `{plain}@{names.rounds}`")
        return None
    if number and not move.in_rounds:
        problems.error(mark, f"`{plain}` is not among the moves of `rounds`", "leave `@...` away")
        return None
    return move


def _has(move: KnownMove, options: Sequence[str], mark: Mark, problems: Problems) -> bool:
    """Whether the move has all these options (those it never had are noted, those a variant drops are not)."""
    if move.options is None:
        return False
    for option in options:
        if option not in move.options:
            advice = remedy(option, list(move.options), "its options")
            problems.error(mark, f"move `{move.name}` has no option `{short(option)}`", advice)
            return False
    return not set(options) & move.dropped_options


def read_decision(node: Node | None, names: Names, moves: Sequence[Move], problems: Problems) -> str | None:
    """The move that the reader cares about; None where there is none or a variant drops it."""
    if node is None:
        return None
    name = fields.text(node, "`decision`", problems)
    plain = name.partition("@")[0]
    if plain in names.moves and names.moves[plain].dropped:
        problems.warn(node.mark, f"the decision `{name}` is dropped", "read the results without a decision")
        return None
    if not name or _played(name, names, node.mark, problems) is None:
        return None
    if any(move.name == name and move.actor == NATURE for move in moves):
        problems.error(node.mark, f"the decision `{name}` is a chance move", "name the move of an actor")
    return name
