"""Two settings side by side: what was set, how it ends, what is decided, and whose strategies differ.

Both answers are those of the page (`standoff.explore.answer.selected`). Strategies are compared at every information
set that both games have, on and off the path of play; those that play reaches come first.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from standoff.errors import RequestError
from standoff.explore.answer import selected
from standoff.explore.exchange import Asked, posted
from standoff.explore.session import Session

if TYPE_CHECKING:
    from standoff.draw.labels import Names
    from standoff.game.model import Model
    from standoff.solve.solution import Equilibrium

SAME = 1e-6  # probabilities that differ by less are the same
MOST = 60  # information sets that are listed
SIDES = ("a", "b")


def comparison(model: Model, settings: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """Both answers, as JSON values; a side where nothing is certified has no equilibrium and says so."""
    from standoff.draw.labels import Names

    names = Names.of(model.game, model.scenario)
    solutions = {side: selected(model, dict(settings[side])) for side in SIDES}
    found = {side: one.first if one.equilibria else None for side, one in solutions.items()}
    told: dict[str, Any] = {
        "missing": [side for side in SIDES if found[side] is None],
        "parameters": _parameters(model, settings),
    }
    a, b = found["a"], found["b"]
    if a is None or b is None:
        return told
    differing = _strategies(a, b, names)
    return told | {
        "outcomes": [
            {"name": name, "label": names.outcome(name), "a": value, "b": b.outcomes()[name]}
            for name, value in a.outcomes().items()
        ],
        "payoffs": [
            {"name": name, "label": label, "a": float(a.play.payoffs[n]), "b": float(b.play.payoffs[n])}
            for n, (name, label) in enumerate(zip(model.game.actors, names.actors, strict=True))
        ],
        "decision": _decision(model, a, b, names),
        "strategies": differing[:MOST],
        "more": max(0, len(differing) - MOST),
    }


def _parameters(model: Model, settings: Mapping[str, Mapping[str, float]]) -> list[dict[str, Any]]:
    """The parameters that are set on one side at least, and those that follow from them, where the sides differ."""
    values = {side: model.values(settings[side]) for side in SIDES}
    base = model.values()
    return [
        {"name": name, "base": float(own), "a": float(values["a"][name]), "b": float(values["b"][name])}
        for name, own in base.items()
        if len({own, values["a"][name], values["b"][name]}) > 1
    ]


def _decision(model: Model, a: Equilibrium, b: Equilibrium, names: Names) -> list[dict[str, Any]]:
    """Probability of each option of the decision, given that it is reached; None where it is not."""
    move = model.game.decision
    if move is None:
        return []
    shares = {side: _options(one, move) for side, one in (("a", a), ("b", b))}
    options = list(dict.fromkeys([*shares["a"], *shares["b"]]))
    return [
        {"name": option, "label": names.option(move, option), **{side: shares[side].get(option) for side in SIDES}}
        for option in options
    ]


def _options(one: Equilibrium, move: str) -> dict[str, float]:
    totals: dict[str, float] = {}
    for entry in one.to_dict()["behaviour"]:
        if entry["move"] == move and entry["reach"]:
            for option, value in entry["probabilities"].items():
                totals[option] = totals.get(option, 0.0) + entry["reach"] * value
    whole = sum(totals.values())
    return {option: value / whole for option, value in totals.items()} if whole > 0 else {}


def _strategies(a: Equilibrium, b: Equilibrium, names: Names) -> list[dict[str, Any]]:
    """The information sets at which behaviour differs; those that play reaches first, in order of play."""
    sides = [_by_information(one) for one in (a, b)]
    rows = []
    for key in (key for key in sides[0] if key in sides[1]):
        first, second = sides[0][key], sides[1][key]
        moved = max(abs(first["probabilities"][o] - second["probabilities"][o]) for o in first["probabilities"])
        if moved < SAME:
            continue
        actor, move, seen = key
        rows.append(
            {
                "actor": names.actors[a.numeric.game.actors.index(actor)],
                "move": names.move(move),
                "knows": [f"{names.move(where)}: {names.option(where, option)}" for where, option in seen],
                "a": _played(first, move, names),
                "b": _played(second, move, names),
                "reached": [first["reach"] or 0.0, second["reach"] or 0.0],
            }
        )
    return sorted(rows, key=lambda row: max(row["reached"]) <= SAME)


def _by_information(one: Equilibrium) -> dict[tuple[str, str, tuple[tuple[str, str], ...]], dict[str, Any]]:
    """(actor, move, what it has seen) -> what it does; sets that are empty at these numbers are left out."""
    return {
        (entry["actor"], entry["move"], tuple(entry["information"].items())): entry
        for entry in one.to_dict()["behaviour"]
        if all(value is not None for value in entry["probabilities"].values())
    }


def _played(entry: Mapping[str, Any], move: str, names: Names) -> list[dict[str, Any]]:
    return [
        {"label": names.option(move, option), "value": value}
        for option, value in entry["probabilities"].items()
        if value > SAME
    ]


def _answer(asked: Asked, *, session: Session) -> dict[str, Any]:
    settings = {}
    for side in SIDES:
        given = asked.body.get(side)
        if not isinstance(given, dict):
            raise RequestError.of("a comparison needs two settings", "save two of them")
        settings[side] = session.settings(given, asked.loaded)
    return comparison(asked.loaded.model, settings)


def routes(session: Session) -> list[Route]:
    """The comparison of two settings."""
    return [posted(session, "/api/compare", partial(_answer, session=session))]
