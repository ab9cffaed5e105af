"""What `standoff check` says beyond what reading a file finds: endings without a name, and whether the game is defined
at its own base values. (Unused parameters and assumptions that fail are warnings of the scenario itself.) With a ledger
beside the scenario: what is doubtful about the evidence, and what the parameters rest on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from standoff.errors import Mark, Problem, UndefinedError
from standoff.evidence.binding import Coverage, binding_warnings, coverage, ledger_of
from standoff.findings.swaps import on_wider_ranges
from standoff.game.game import CHANCE, Game
from standoff.game.model import Model
from standoff.scenario.scenario import UNNAMED
from standoff.study.chance import chance_problems

MOST_NAMED = 3


@dataclass(frozen=True)
class Findings:
    """Mistakes and warnings, in the order of the checks; `evidence` is None without a ledger."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    evidence: Coverage | None = None

    def to_dict(self, model: Model) -> dict[str, Any]:
        """The object that ``standoff check --json`` prints."""
        game, scenario = model.game, model.scenario
        return {
            "title": game.title,
            "variant": scenario.variant if scenario else None,
            "valid": not self.errors,
            "errors": [problem.to_dict() for problem in self.errors],
            "warnings": [problem.to_dict() for problem in self.warnings],
            "sizes": {
                "actors": len(game.actors),
                "nodes": game.n_nodes,
                "endings": len(game.outcome),
                "information_sets": len(game.infosets),
                "chance_moves": int((game.kind == CHANCE).sum()),
                "parameters": len(scenario.parameters) if scenario else 0,
            },
            "evidence": self.evidence.to_dict() if self.evidence else None,
        }


def examine(model: Model) -> Findings:
    """Everything that can be said without solving."""
    file = Mark(model.scenario.path if model.scenario else "")
    scenario = model.scenario
    ledger = ledger_of(scenario) if scenario is not None else None
    doubts, rests = [], None
    if scenario is not None and ledger is not None:
        doubts, rests = binding_warnings(scenario, ledger), coverage(scenario, ledger)
    warnings = (*model.warnings, *_unnamed_endings(model, file), *doubts)
    return Findings((*_undefined_at_base(model, file), *_undefined_without_claims(model)), warnings, rests)


def sizes_text(game: Game) -> str:
    """Nodes, endings, information sets and actors in one sentence."""
    decisions, chances = len(game.actor[game.actor >= 0]), int((game.kind == CHANCE).sum())
    shared = sum(nodes.size > 1 for nodes in game.members)
    sets = _count(len(game.infosets), "information set")
    return (
        f"{_count(game.n_nodes, 'node')}: {_count(decisions, 'decision')} in {sets}"
        f" ({shared} with several nodes), {_count(chances, 'chance move')}, {_count(len(game.outcome), 'ending')};"
        f" actors {', '.join(game.actors)}."
    )


def _unnamed_endings(model: Model, file: Mark) -> list[Problem]:
    game = model.game
    if UNNAMED not in game.outcomes or model.scenario is None or not model.scenario.outcomes:
        return []
    unnamed = game.terminals[np.flatnonzero(game.outcome == game.outcomes.index(UNNAMED))]
    examples = "; ".join(game.history(int(node)) for node in unnamed[:MOST_NAMED])
    more = ", ..." if unnamed.size > MOST_NAMED else ""
    message = f"{unnamed.size} of {len(game.outcome)} endings have no name under `outcomes`: {examples}{more}"
    return [Problem(file, message, "add outcomes whose conditions hold there")]


def _undefined_at_base(model: Model, file: Mark) -> list[Problem]:
    try:
        model.game.at({name: float(value) for name, value in model.values().items()})
    except UndefinedError as error:
        return [Problem(file, f"at the base values: {error}", "change the base values or the expression named")]
    return []


def _undefined_without_claims(model: Model) -> list[Problem]:
    """Chance probabilities that fail where parameters are on the range that holds without their claims."""
    scenario = model.scenario
    if scenario is None:
        return []
    bound = frozenset(d.name for d in scenario.parameters if d.claims and d.without is not None)
    found = chance_problems(replace(model, scenario=on_wider_ranges(scenario, bound))) if bound else []
    return [Problem(problem.mark, f"without claims, {problem.message}", problem.remedy) for problem in found]


def _count(size: int, noun: str) -> str:
    return f"{size:,} {noun}{'' if size == 1 else 's'}"
