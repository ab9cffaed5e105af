"""What the page needs to know about a model once: its parameters as levers, grouped, and what things are called.

A lever runs over the range of its parameter, or where a file gives none over what its kind suggests around its base.
Parameters are grouped by what they enter: the probabilities of chance, the payoffs of one actor, those of several.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from standoff.explore.session import Loaded

if TYPE_CHECKING:
    from standoff.game.model import Model
    from standoff.scenario.scenario import ParameterDefinition, Scenario

STEPS = 200  # a lever has about as many
NO_NUMBER = {"chance": "What chance decides", "shared": "Several actors’ payoffs", "other": "Other numbers"}


def described(loaded: Loaded) -> dict[str, Any]:
    """The model as the page holds it."""
    from standoff.draw.labels import Names, clean

    model = loaded.model
    game, scenario = model.game, model.scenario
    names = Names.of(game, scenario)
    entered = _entered(scenario) if scenario else {}
    parameters = [_lever(one, loaded, entered) for one in scenario.parameters] if scenario else []
    used = {entry["group"] for entry in parameters}
    return {
        "title": clean(game.title) or "Untitled game",
        "about": clean(scenario.about) if scenario else "",
        "variant": scenario.variant if scenario else None,
        "scenario": scenario is not None,
        "ranges": scenario.ranges if scenario else "bounds",
        "actors": [{"name": name, "label": label} for name, label in zip(game.actors, names.actors, strict=True)],
        "outcomes": [{"name": name, "label": names.outcome(name)} for name in game.outcomes],
        "decision": game.decision,
        "parameters": parameters,
        "groups": [group for group in _groups(model, names.actors) if group["name"] in used],
        "warnings": [problem.to_dict() for problem in model.warnings],
        "ledger": bool(scenario and scenario.ledger),
        "size": f"{game.n_nodes:,} nodes, {len(game.outcome):,} endings, {len(game.infosets):,} information sets",
    }


def _groups(model: Model, labels: tuple[str, ...]) -> list[dict[str, str]]:
    actors = [
        {"name": f"actor:{name}", "label": f"{label}: payoffs"}
        for name, label in zip(model.game.actors, labels, strict=True)
    ]
    rows = [{"name": name, "label": label} for name, label in NO_NUMBER.items()]
    return [*rows[:2], *actors, *rows[2:]]


def _entered(scenario: Scenario) -> dict[str, set[str]]:
    """What every parameter enters, directly or through formulas: ``chance``, and the actors in whose payoffs it is."""
    from standoff.scenario.expression import parameters

    entered: dict[str, set[str]] = {definition.name: set() for definition in scenario.parameters}
    for move in scenario.moves:
        for option in move.options:
            for name in parameters(option.probability) if option.probability is not None else ():
                entered[name].add("chance")
    for consideration in scenario.considerations:
        for name in parameters(consideration.expression):
            entered[name].add(f"actor:{consideration.actor}")
    for definition in reversed(scenario.parameters):
        for name in parameters(definition.expression) if definition.expression is not None else ():
            entered[name] |= entered[definition.name]
    return entered


def _group(enters: set[str]) -> str:
    if "chance" in enters:
        return "chance"
    if len(enters) > 1:
        return "shared"
    return next(iter(enters), "other")


def _lever(definition: ParameterDefinition, loaded: Loaded, entered: dict[str, set[str]]) -> dict[str, Any]:
    from standoff.draw.labels import clean
    from standoff.scenario.expression import write

    base = loaded.values[definition.name]
    low, high = _ends(definition, base)
    return {
        "name": definition.name,
        "about": clean(definition.about),
        "kind": definition.kind,
        "unit": clean(definition.unit),
        "base": base,
        "low": low,
        "high": high,
        "step": _step(high - low),
        "values": _values(definition),
        "range": clean(definition.range.text) if definition.range is not None else "",
        "derived": definition.expression is not None,
        "formula": clean(write(definition.expression))[:400] if definition.expression is not None else "",
        "claims": list(definition.claims),
        "lever": list(definition.lever),
        "grounded": bool(definition.claims),
        "group": _group(entered.get(definition.name, set())),
    }


def _ends(definition: ParameterDefinition, base: float) -> tuple[float, float]:
    """Where the lever runs. The base lies inside."""
    if definition.range is not None and definition.range.family in ("uniform", "pert", "triangular"):
        low, high = definition.range.arguments[0], definition.range.arguments[-1]
    elif definition.range is not None:
        from standoff.study.distributions import support  # slow to load, and needed here for unbounded ranges only

        low, high = support(definition.range, definition.kind)
    elif definition.kind == "probability":
        low, high = 0.0, 1.0
    elif definition.kind == "real":
        reach = max(abs(base), 1.0)
        low, high = base - reach, base + reach
    else:
        low, high = (base / 10 if definition.kind == "positive" else 0.0), 2 * base or 1.0
    if definition.between is not None:
        low, high = min(low, float(definition.between[0])), max(high, float(definition.between[1]))
    return min(low, base), max(high, base)


def _values(definition: ParameterDefinition) -> list[float]:
    """The values of a discrete range, ascending; empty for any other."""
    if definition.range is None or definition.range.family != "discrete":
        return []
    return sorted(set(definition.range.arguments))


def _step(span: float) -> float:
    """1, 2 or 5 times a power of ten, so that values that a lever gives are short numbers."""
    if not span > 0:
        return 0.01
    power = 10.0 ** math.floor(math.log10(span / STEPS))
    return float(f"{next(power * m for m in (1, 2, 5, 10) if power * m * STEPS >= span * 0.999):.12g}")
