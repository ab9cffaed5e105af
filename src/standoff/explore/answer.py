"""The quick answer: what happens at the settings of the sliders, and every equilibrium where that is asked for.

The answer at some settings is the equilibrium that ``standoff solve --set`` marks as selected there, found by the same
rule and passed by the same verifier, with its tree, its outcomes, strategies and payoffs. The search for every
equilibrium is the one of ``standoff solve`` as well; it takes longer, so it is asked for by itself, and what it found
is kept for the settings that were looked at last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from standoff.errors import RequestError
from standoff.explore.exchange import Asked, fetched, posted
from standoff.explore.memory import Memory
from standoff.explore.session import Loaded, Session

if TYPE_CHECKING:
    from standoff.draw.labels import Names
    from standoff.game.model import Model
    from standoff.solve.solution import Equilibrium, Solution

COURSES = 6
OPEN = 200  # folded parts of a tree that can be opened
MOST_EQUILIBRIA = 200  # entries that a page lists


def routes(session: Session) -> list[Route]:
    """What the model is, the answer at settings, and all equilibria at settings."""
    from standoff.explore.levers import described

    solutions, answers = Memory(), Memory()
    warm: list[Loaded] = []

    def at_rest(asked: Asked) -> dict[str, Any]:
        told = strategies(asked, solutions=solutions, answers=answers)
        if not warm:
            warm.append(asked.loaded)
            session.lanes["long"].submit(("", "warm"), 0, lambda _: warm_up(session, asked.loaded))
        return told

    return [
        fetched(session, "/api/model", described),
        posted(session, "/api/answer", partial(answer, solutions=solutions, answers=answers)),
        posted(session, "/api/strategies", at_rest),
        posted(session, "/api/equilibria", partial(equilibria, solutions=solutions), lane="long"),
    ]


def answer(asked: Asked, *, solutions: Memory, answers: Memory) -> dict[str, Any]:
    """The answer at settings: of the selected equilibrium, or of another one of those that were listed."""
    place, opened = _place(asked.body), _opened(asked.body)
    settings = _key(asked.loaded, asked.settings)
    known = answers.get((settings, place, opened))
    if known is not None:
        return dict(known)
    solution = _solution(asked, place, solutions, answers)
    if solution is None:
        return {"needs": "equilibria"}
    chosen = solution.equilibria[place] if place or solution.equilibria else None
    told = _told(asked.loaded, solution, chosen, opened)
    told["base"] = _base_outcomes(asked.loaded, answers)
    answers.keep((settings, place, opened), told)
    return dict(told)


def strategies(asked: Asked, *, solutions: Memory, answers: Memory) -> dict[str, Any]:
    """Who does what at every information set: asked for when a slider rests, for it is more than an answer."""
    from standoff.brief import tables
    from standoff.draw.labels import Names

    place = _place(asked.body)
    solution = _solution(asked, place, solutions, answers)
    if solution is None:
        return {"needs": "equilibria"}
    if not solution.equilibria:
        return {"strategies": []}
    names = Names.of(solution.game, asked.loaded.model.scenario)
    told = tables.strategies(solution.equilibria[place], names)
    plain = [
        {**vars(one), "on_path": list(map(vars, one.on_path)), "off_path": list(map(vars, one.off_path))}
        for one in told
    ]
    return {"strategies": plain}


def warm_up(session: Session, loaded: Loaded) -> None:
    """Once the page is there: what `Session.begin` left out, and a logit path, which is slow the first time."""
    from standoff.solve.path_limit import path_limit
    from standoff.solve.verify import verify

    session.check_rest()
    if loaded.model.game.ordered and loaded.model.game.perfect_recall:
        numeric = loaded.model.game.at(dict(loaded.values))
        path_limit(numeric, lambda assessment: verify(numeric, assessment, "sequential").holds)


def _solution(asked: Asked, place: int, solutions: Memory, answers: Memory) -> Solution | None:
    """A solution that has the equilibrium; None where all of them are to be found first."""
    key = _key(asked.loaded, asked.settings)
    if place:
        listed: Solution | None = solutions.get(key)
        if listed is not None and place >= len(listed.equilibria):
            raise RequestError.of(
                f"there is no equilibrium {place + 1} at these numbers, only {len(listed.equilibria)}", "choose another"
            )
        return listed
    solution: Solution | None = answers.get(key)
    if solution is None:
        solution = selected(asked.loaded.model, asked.settings, asked.loaded.values_at(asked.settings))
        answers.keep(key, solution)
    return solution


def selected(model: Model, settings: dict[str, float], values: Mapping[str, float] | None = None) -> Solution:
    """The equilibrium that is selected at settings, alone; none where no profile passes the verifier.

    `values` are those of all parameters at the settings, where they have been worked out.
    """
    from standoff.solve.assessment import Assessment
    from standoff.solve.selection import select
    from standoff.solve.solution import Equilibrium, Rejected, Solution
    from standoff.solve.verify import Certificate, verify

    if values is None:
        values = {name: float(value) for name, value in model.values(settings).items()}
    numeric = model.game.at(values)
    whole = partial(Solution, game=model.game, concept="sequential", complete=False)
    if not (model.game.ordered and model.game.perfect_recall):
        why = "it has no order of play with perfect recall; `standoff solve --concept nash` looks at it as a whole"
        return whole(method="none", equilibria=(), rejected=(Rejected("none", "unsolved", why),), values=values)
    passed: list[tuple[Assessment, Certificate]] = []

    def accept(assessment: Assessment) -> bool:
        certificate = verify(numeric, assessment, "sequential")
        if certificate.holds:
            passed.append((assessment, certificate))
        return certificate.holds

    found = select(numeric, accept)
    kept = next((pair for pair in passed if pair[0] is found.assessment), None)
    whole = partial(whole, method=found.method, scenario=model.scenario, values=values)
    if kept is None:
        return whole(equilibria=(), rejected=(Rejected(found.method, "uncertified", found.reason),))
    return whole(equilibria=(Equilibrium(numeric, *kept, found.method, selected=True),))


def equilibria(asked: Asked, *, solutions: Memory) -> dict[str, Any]:
    """Every equilibrium that ``standoff solve`` lists at the settings, each in a line."""
    from standoff.brief.answer import course_text, ends_text
    from standoff.draw.labels import Names
    from standoff.findings.courses import courses
    from standoff.solve.solve import solve

    key = _key(asked.loaded, asked.settings)
    model = asked.loaded.model
    solution: Solution | None = solutions.get(key)
    if solution is None:
        solution = solve(model, set=asked.settings)
        solutions.keep(key, solution)
    names = Names.of(model.game, model.scenario)
    rows = []
    for one, verdicts in zip(solution.equilibria[:MOST_EQUILIBRIA], solution.refinements, strict=False):
        found = courses(model.game, one.play)
        rows.append(
            {
                "selected": one.selected,
                "kind": one.kind,
                "class": one.class_name,
                "course": course_text(solution, names, found[0]) if found else "nobody moves",
                "ends": ends_text(names, one.outcomes()),
                "refinements": {name: verdict.to_dict() for name, verdict in verdicts.items()},
            }
        )
    return {
        "equilibria": rows,
        "count": len(solution.equilibria),
        "complete": solution.complete,
        "method": solution.method,
        "rejected": [asdict(entry) for entry in solution.rejected],
    }


def _told(loaded: Loaded, solution: Solution, chosen: Equilibrium | None, opened: frozenset[int]) -> dict[str, Any]:
    from standoff.draw.labels import Names
    from standoff.draw.tree import tree_svg

    model = loaded.model
    names = Names.of(model.game, model.scenario)
    tree = tree_svg(
        model.game, chosen, scenario=model.scenario, open_nodes=opened, style=False, interactive=True, prefix="tree"
    )
    told: dict[str, Any] = {
        "tree": tree,
        "values": {name: solution.values[name] for name in derived_names(model)},
        "method": solution.method,
        "solved": chosen is not None,
    }
    if chosen is None:
        reason = "; ".join(f"{entry.status}: {entry.reason}" for entry in solution.rejected)
        told["sentence"] = f"No equilibrium was confirmed at these numbers ({reason})."
        told["outcomes"] = [{"name": name, "label": names.outcome(name)} for name in model.game.outcomes]
        return told
    return {**told, **_of_equilibrium(solution, chosen, names)}


def _of_equilibrium(solution: Solution, chosen: Equilibrium, names: Names) -> dict[str, Any]:
    from standoff.brief import tables
    from standoff.brief.answer import course_text, ends_text
    from standoff.findings.courses import courses
    from standoff.findings.words import share

    found = courses(solution.game, chosen.play)
    certificate = chosen.certificate
    ends = ends_text(names, chosen.outcomes())
    play = course_text(solution, names, found[0]) if found else "nobody moves"
    if len(found) > 1:
        play += f" ({share(found[0].probability)}; other courses are listed below)"
    return {
        "sentence": f"It ends in {ends}.",
        "play": play,
        "kind": chosen.kind,
        "outcomes": [
            {"name": name, "label": names.outcome(name), "value": value, "text": share(min(max(value, 0.0), 1.0))}
            for name, value in chosen.outcomes().items()
        ],
        "courses": [
            {
                "text": course_text(solution, names, one),
                "probability": share(one.probability),
                "ends": ends_text(names, one.outcomes, 4),
            }
            for one in found[:COURSES]
        ],
        "more": max(0, len(found) - COURSES),
        "payoffs": [{**vars(one), "parts": list(map(vars, one.parts))} for one in tables.payoffs(chosen, names)],
        "certificate": {
            "status": certificate.status,
            "gain": f"{certificate.gain:.2g}",
            "tolerance": f"{certificate.tolerance:.0e}",
            "method": chosen.method,
        },
    }


def derived_names(model: Model) -> list[str]:
    """Parameters that follow from others, whose values change with the settings."""
    definitions = model.scenario.parameters if model.scenario else ()
    return [definition.name for definition in definitions if definition.expression is not None]


def _base_outcomes(loaded: Loaded, answers: Memory) -> dict[str, float]:
    """Probability of each outcome at the numbers of the file, to compare with."""
    key = ("base", loaded.version)
    known: dict[str, float] | None = answers.get(key)
    if known is None:
        solution = selected(loaded.model, {}, loaded.values)
        known = solution.first.outcomes() if solution.equilibria else {}
        answers.keep(key, known)
    return known


def _key(loaded: Loaded, settings: dict[str, float]) -> tuple[Any, ...]:
    return loaded.version, tuple(sorted(settings.items()))


def _place(body: dict[str, Any]) -> int:
    """Which of the listed equilibria is asked about, counted from 0, the selected one."""
    place = body.get("equilibrium", 0)
    if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place < MOST_EQUILIBRIA:
        raise RequestError.of(
            "`equilibrium` is not the number of one", f"give a number from 0 to {MOST_EQUILIBRIA - 1}"
        )
    return place


def _opened(body: dict[str, Any]) -> frozenset[int]:
    """Nodes whose folded parts are drawn."""
    nodes = body.get("open", [])
    if not isinstance(nodes, list) or len(nodes) > OPEN:
        raise RequestError.of("`open` is not a short list of nodes", f"open at most {OPEN} parts of the tree")
    if any(isinstance(node, bool) or not isinstance(node, int) or not 0 <= node < 2**31 for node in nodes):
        raise RequestError.of("`open` has something that is no node", "give numbers of nodes")
    return frozenset(nodes)
