"""A file opened: a scenario (YAML) or a Gambit game (.efg), as the game to analyse and the values it stands at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from standoff.errors import Mark, Problem, RequestError, ScenarioError
from standoff.game.game import Game
from standoff.game.tree import MAX_NODES, build_with_warnings
from standoff.notebook import Displayed
from standoff.scenario.load import load_scenario
from standoff.scenario.scenario import Scenario
from standoff.scenario.values import base_values


@dataclass(frozen=True, eq=False)
class Model(Displayed):
    """A game and, unless it was read from an .efg, the scenario it was built from."""

    game: Game
    scenario: Scenario | None = None
    warnings: tuple[Problem, ...] = ()

    def values(self, overrides: Mapping[str, float | str | Fraction] | None = None) -> dict[str, Fraction]:
        """Base values of all parameters, derived ones included, after `overrides`.

        Raises `RequestError` for an unknown name (an .efg has no parameters at all) or a value outside its kind.
        """
        if self.scenario is not None:
            return base_values(self.scenario, overrides or {})
        if overrides:
            raise RequestError.of(
                f"an .efg file has no parameter `{next(iter(overrides))}`", "leave out the setting, or write a scenario"
            )
        return {}


def from_scenario(scenario: Scenario, *, max_nodes: int = MAX_NODES) -> Model:
    """The model of a loaded scenario. Raises `ScenarioError` where it describes a graph only."""
    if scenario.graph is not None and not scenario.moves and not scenario.considerations:
        what = "this file describes a graph only: it has no `moves` and no `payoffs`"
        raise ScenarioError(
            [Problem(Mark(scenario.path), what, "use `standoff graph FILE`, or add moves in order of play and payoffs")]
        )
    game, warnings = build_with_warnings(scenario, max_nodes=max_nodes)
    return Model(game, scenario, scenario.warnings + warnings)


def open_model(
    path: str | Path, *, variant: str | None = None, max_nodes: int = MAX_NODES, all_variants: bool = True
) -> Model:
    """Read a file; names ending in ``.efg`` are Gambit's format, all others scenarios.

    `all_variants` is that of `load_scenario`.

    Raises `ScenarioError`, `EfgError` or `RequestError` (a variant asked of an .efg), `LimitError` beyond `max_nodes`.
    """
    if str(path).lower().endswith(".efg"):
        if variant is not None:
            raise RequestError.of(f"an .efg file has no variant `{variant}`", "leave out --variant")
        from standoff.game.efg import read_efg

        return Model(read_efg(path, max_nodes=max_nodes))
    return from_scenario(load_scenario(path, variant=variant, all_variants=all_variants), max_nodes=max_nodes)
