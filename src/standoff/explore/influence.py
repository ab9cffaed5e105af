"""What depends on what in a scenario, for the diagram: parameter, formula or chance, consideration, payoff, outcome.

A link says that the file's own text names one thing in the definition of another:

- parameter → formula, chance move or consideration: it stands in the formula, a probability, the payoff's part;
- formula → the same, further right; a formula of formulas is linked to the parameters at the bottom of both;
- chance move → consideration or outcome whose text names it;
- consideration → payoff of its actor;
- payoff of an actor → outcome whose condition names a move of that actor.

A link is no statement about size, and what works only through strategies (a signal that is named in no payoff) has no
link at all. Ids are ``p:name``, ``n:move`` (chance), ``c:actor.name``, ``a:actor`` and ``o:name``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from standoff.draw.influence import Diagram, Node, influence_svg
from standoff.draw.labels import Names, clean
from standoff.errors import RequestError
from standoff.evidence.binding import ledger_of
from standoff.evidence.records import Ledger
from standoff.explore.sources import bound_by_claim, claim_view, statement_view
from standoff.game.model import Model
from standoff.scenario.expression import Expression, moves, parameters, write
from standoff.scenario.expression_nodes import Computed
from standoff.scenario.scenario import NATURE, Move, ParameterDefinition, Scenario

COLUMNS = ("Numbers", "Formulas and chance", "Considerations", "Payoffs", "Outcomes")
LONGEST = 600  # characters of a formula that are shown
MOST_BOXES = 40  # a diagram with more boxes than this is shown one actor at a time


def diagram_of(scenario: Scenario) -> Diagram:
    """The whole diagram."""
    names = _names(scenario)
    nodes = [
        Node(f"p:{d.name}", 0 if d.expression is None else 1, _kind(d), d.name.replace("_", " "), _first(d.about))
        for d in scenario.parameters
    ]
    chance = [move for move in scenario.moves if move.actor == NATURE]
    nodes += [Node(f"n:{m.name}", 1, "chance", clean(m.label) or m.name, _first(m.about)) for m in chance]
    for part in scenario.considerations:
        said = f"{names[part.actor]}: {part.name.replace('_', ' ')}"
        nodes.append(Node(f"c:{part.actor}.{part.name}", 2, "consideration", said))
    nodes += [Node(f"a:{actor.name}", 3, "payoff", names[actor.name], "payoff") for actor in scenario.actors]
    nodes += [Node(f"o:{o.name}", 4, "outcome", clean(o.label) or o.name.replace("_", " ")) for o in scenario.outcomes]
    linked = dict.fromkeys(_links(scenario, chance))
    return Diagram(f"What depends on what in {clean(scenario.title)}", COLUMNS, tuple(nodes), tuple(linked))


def _names(scenario: Scenario) -> dict[str, str]:
    return {actor.name: clean(actor.label) or actor.name for actor in scenario.actors}


def _kind(definition: ParameterDefinition) -> str:
    return "parameter" if definition.expression is None else "formula"


def _first(about: str) -> str:
    return clean(about).partition(". ")[0].rstrip(".")


def _links(scenario: Scenario, chance: list[Move]) -> list[tuple[str, str]]:
    defined = {d.name: d for d in scenario.parameters}
    hidden = {move.name for move in chance}
    actor_of = {move.name: move.actor for move in scenario.moves}
    found: list[tuple[str, str]] = []
    for definition in scenario.parameters:
        if definition.expression is not None:
            found += [(f"p:{name}", f"p:{definition.name}") for name in _bottom(definition.expression, defined)]
    for move in chance:
        own = [o.probability for o in move.options if o.probability is not None]
        direct = {name: None for text in own for name in sorted(parameters(text))}
        for name in direct:  # a formula stands in the same column: what it is made of is linked in its place
            stated = defined[name].expression
            bottom = [name] if stated is None else _bottom(stated, defined)
            found += [(f"p:{one}", f"n:{move.name}") for one in bottom]
    for part in scenario.considerations:
        target = f"c:{part.actor}.{part.name}"
        found += [(f"p:{name}", target) for name in sorted(parameters(part.expression))]
        found += [(f"n:{move}", target) for move in sorted(moves(part.expression) & hidden)]
        found.append((target, f"a:{part.actor}"))
    for outcome in scenario.outcomes:
        named = sorted(moves(outcome.condition))
        found += [(f"n:{move}", f"o:{outcome.name}") for move in named if move in hidden]
        found += [(f"a:{actor_of[move]}", f"o:{outcome.name}") for move in named if actor_of[move] != NATURE]
    return found


def _bottom(expression: Expression, defined: Mapping[str, ParameterDefinition]) -> list[str]:
    """The parameters that are no formulas, of which a formula is made in the end."""
    reached: dict[str, None] = {}
    pending = sorted(parameters(expression))
    while pending:
        name = pending.pop(0)
        inner = defined[name].expression
        if inner is None:
            reached[name] = None
        else:
            pending += [one for one in sorted(parameters(inner)) if one not in pending]
    return list(reached)


def around(diagram: Diagram, focus: str) -> Diagram:
    """What leads to a box and what it leads to; for an actor, without what other actors alone care about.

    Raises `RequestError` for an id that is not in the diagram.
    """
    if focus not in {node.id for node in diagram.nodes}:
        raise RequestError.of("the diagram has no such box", "choose another, or show everything")
    kept = _reached(diagram, focus, 0) | _reached(diagram, focus, 1)
    return diagram.part(frozenset(kept))


def _reached(diagram: Diagram, start: str, end: int) -> set[str]:
    """Boxes reached along links from `start`: backwards for `end` 0, forwards for 1."""
    reached, pending = {start}, [start]
    while pending:
        here = pending.pop()
        following = {link[end] for link in diagram.links if link[1 - end] == here} - reached
        reached |= following
        pending += sorted(following)
    return reached


def details(model: Model) -> dict[str, Any]:
    """Every box with its definition, range, and evidence; `focus` is what to show first."""
    scenario = model.scenario
    if scenario is None:
        return {"nodes": {}, "focus": "", "claims": {}, "statements": {}}
    diagram = diagram_of(scenario)
    ledger = ledger_of(scenario)
    before: dict[str, list[str]] = {node.id: [] for node in diagram.nodes}
    after: dict[str, list[str]] = {node.id: [] for node in diagram.nodes}
    for start, end in diagram.links:
        after[start].append(end)
        before[end].append(start)
    texts = _texts(model, scenario)
    nodes = {
        node.id: {
            "id": node.id,
            "kind": node.kind,
            "label": node.label,
            "from": before[node.id],
            "to": after[node.id],
            **texts[node.id],
        }
        for node in diagram.nodes
    }
    claims, statements = _evidence(scenario, ledger)
    first = f"a:{scenario.actors[0].name}" if len(diagram.nodes) > MOST_BOXES and scenario.actors else ""
    return {"nodes": nodes, "focus": first, "claims": claims, "statements": statements}


def _evidence(scenario: Scenario, ledger: Ledger | None) -> tuple[dict[str, Any], dict[str, Any]]:
    if ledger is None:
        return {}, {}
    bound = bound_by_claim(scenario)
    used = [claim for claim in ledger.claims if claim.id in bound]
    ids = dict.fromkeys(name for claim in used for name in (*claim.supports, *claim.contradicts))
    return (
        {claim.id: claim_view(ledger, claim, bound) for claim in used},
        {name: statement_view(ledger, ledger.by_id[name], bound) for name in ids},
    )


def _texts(model: Model, scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Id -> what is said of a box, besides its links."""
    names = Names.of(model.game, scenario)
    base = model.values()
    found: dict[str, dict[str, Any]] = {}
    for d in scenario.parameters:
        found[f"p:{d.name}"] = _entry(
            name=d.name,
            about=d.about,
            formula=_formula(d.expression) if d.expression is not None else "",
            unit=d.unit,
            range=d.range.text if d.range else "",
            base=float(base[d.name]),
            claims=d.claims,
        )
    for move in scenario.moves:
        if move.actor == NATURE:
            odds = (f"{o.name}: {_formula(o.probability) if o.probability else 'what is left'}" for o in move.options)
            found[f"n:{move.name}"] = _entry(
                name=move.name, about=move.about, formula="; ".join(odds), claims=move.claims
            )
    for part in scenario.considerations:
        found[f"c:{part.actor}.{part.name}"] = _entry(name=part.name, formula=_formula(part.expression))
    for actor in scenario.actors:
        parts = [part.name.replace("_", " ") for part in scenario.considerations if part.actor == actor.name]
        found[f"a:{actor.name}"] = _entry(name=actor.name, about=actor.about, formula=f"sum of {', '.join(parts)}")
    for outcome in scenario.outcomes:
        found[f"o:{outcome.name}"] = _entry(
            name=outcome.name, about=names.outcome(outcome.name), formula=_formula(outcome.condition)
        )
    return found


def _entry(
    *,
    name: str,
    about: str = "",
    formula: str = "",
    unit: str = "",
    range: str = "",
    base: float | None = None,
    claims: tuple[str, ...] = (),
) -> dict[str, Any]:
    return {
        "name": name,
        "about": clean(about),
        "formula": formula,
        "unit": clean(unit),
        "range": clean(range),
        "base": base,
        "claims": list(claims),
    }


def _formula(expression: Expression) -> str:
    if isinstance(expression, Computed):
        return f"worked out from {', '.join(expression.names)}"
    text = write(expression)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def drawn(scenario: Scenario | None, focus: object, chosen: object) -> str:
    """The drawing, around a box if that is asked for. Raises `RequestError` for an .efg."""
    if scenario is None:
        raise RequestError.of("an .efg file has numbers and no formulas", "explore a scenario")
    whole = diagram_of(scenario)
    shown = around(whole, focus) if isinstance(focus, str) and focus else whole
    return influence_svg(shown, chosen=chosen if isinstance(chosen, str) else "")
