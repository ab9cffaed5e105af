"""The courses of play of a profile: what the actors do in turn, chance taken out, most probable first.

A course is a sequence of choices by actors. Paths that differ only in chance moves are one course whose probability is
their sum, so that a pure equilibrium in which nobody's choice depends on chance has exactly one.
"""

from __future__ import annotations

from dataclasses import dataclass

from standoff.game.game import DECISION, Game
from standoff.game.play import Play


@dataclass(frozen=True)
class Step:
    """One choice on a course: `actor` is an index into `Game.actors`, `infoset` one of the sets it is made at."""

    actor: int
    infoset: int
    option: str


@dataclass(frozen=True)
class Course:
    """A course of play, its probability and how it ends (probability of each outcome given the course)."""

    steps: tuple[Step, ...]
    probability: float
    outcomes: dict[str, float]


def courses(game: Game, play: Play, *, negligible: float = 1e-9) -> tuple[Course, ...]:
    """All courses of probability above `negligible`, most probable first; the negligible ones are left out."""
    found: dict[tuple[tuple[str, str], ...], tuple[tuple[Step, ...], dict[str, float]]] = {}
    for terminal, node in enumerate(game.terminals.tolist()):
        reach = float(play.reach[node])
        if reach <= negligible:
            continue
        steps = _steps(game, node)
        key = tuple((game.infosets[step.infoset].move, step.option) for step in steps)
        _, ends = found.setdefault(key, (steps, {}))
        outcome = game.outcomes[int(game.outcome[terminal])]
        ends[outcome] = ends.get(outcome, 0.0) + reach
    result = [_course(steps, ends) for steps, ends in found.values()]
    return tuple(sorted(result, key=lambda course: -course.probability))


def _course(steps: tuple[Step, ...], ends: dict[str, float]) -> Course:
    total = sum(ends.values())
    shares = {name: value / total for name, value in sorted(ends.items(), key=lambda item: -item[1])}
    return Course(steps, total, shares)


def _steps(game: Game, node: int) -> tuple[Step, ...]:
    steps = []
    for child in game.path(node):
        parent = int(game.parent[child])
        if game.kind[parent] == DECISION:
            infoset = int(game.infoset[parent])
            option = game.infosets[infoset].options[int(game.action[child])]
            steps.append(Step(int(game.actor[parent]), infoset, option))
    return tuple(steps)
