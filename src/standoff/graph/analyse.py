"""The graph model of a file, analysed: from its block ``graph:``, else from its game with moves in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from standoff.errors import LimitError, RequestError
from standoff.game.batch import Batch, batch
from standoff.game.game import Floats
from standoff.game.model import Model
from standoff.graph.coalitions import coalitions as all_coalitions
from standoff.graph.comparison import compare, left_out
from standoff.graph.draws import count_shares
from standoff.graph.endings import Endings, endings
from standoff.graph.levels import of_payoffs
from standoff.graph.listed import from_block, stated_payoffs
from standoff.graph.model import GraphModel
from standoff.graph.reach import KINDS, reach
from standoff.graph.result import GraphResult
from standoff.graph.stability import NOTIONS, check_notions, stability
from standoff.scenario.scenario import Scenario
from standoff.scenario.values import base_values
from standoff.solve.threads import one_thread
from standoff.study.sample import draw, with_settings

MOST_DRAWS = 1_000_000
MOST_WORK = 1_000_000_000  # moves times draws
Settings = Mapping[str, float | str | Fraction]


def analyse(
    source: Model | Scenario,
    *,
    set: Settings | None = None,
    draws: int = 0,
    seed: int = 1,
    notions: Sequence[str] = NOTIONS,
    coalitions: bool = False,
) -> GraphResult:
    """Stability in the graph of a scenario at its base values changed by `set`, and over `draws` draws.

    A `Scenario` must have a block ``graph:``; a `Model` without one is taken by its endings. Raises `RequestError` for
    an .efg, an unknown notion or too many draws, `LimitError` for too much work; see also `from_block` and `endings`.
    """
    if isinstance(source, Model) and source.scenario is not None and source.scenario.graph is not None:
        source = source.scenario
    asked = check_notions(notions)
    if draws > MOST_DRAWS:
        raise RequestError.of(f"{draws:,} draws are too many", f"use at most {MOST_DRAWS:,}")
    with one_thread():
        result = _of_block(source, set, asked) if isinstance(source, Scenario) else _of_game(source, set, asked)
        if coalitions:
            result = replace(result, coalitions=all_coalitions(result.model.moves, result.model.levels, asked))
        if result.model.states and result.model.status_quo is not None:
            result = _with_reach(result, result.model.status_quo)
        if draws:
            _check_work(result.model, draws)
            shares = count_shares(result.model.moves, _payoffs_at(source, set, seed), draws, asked)
            result = replace(result, shares=shares, seed=seed)
    return result


def _of_block(scenario: Scenario, settings: Settings | None, notions: tuple[str, ...]) -> GraphResult:
    values = {name: float(value) for name, value in base_values(scenario, settings).items()}
    model = from_block(scenario, values)
    stable = stability(model.moves, model.levels, notions)
    return GraphResult(model, "block", stable, values=values, variant=scenario.variant)


def _of_game(source: Model, settings: Settings | None, notions: tuple[str, ...]) -> GraphResult:
    found, scenario = _endings(source)
    values = {name: float(value) for name, value in source.values(settings).items()}
    numeric = source.game.at(values)
    payoffs = found.payoffs(Batch.of(numeric))
    model = GraphModel(
        title=scenario.title,
        actors=source.game.actors,
        actor_labels=source.game.actor_labels,
        moves=found.arcs(),
        levels=np.stack([of_payoffs(payoffs[:, actor])[:, 0] for actor in range(len(source.game.actors))]),
        states=found.states,
        left_out=left_out(scenario),
    )
    stable = stability(model.moves, model.levels, notions)
    comparison = compare(numeric, found, model, stable)
    if comparison.ends:
        model = replace(model, status_quo=comparison.ends[0].state)
    return GraphResult(
        model,
        "game",
        stable,
        payoffs=payoffs[:, :, 0],
        comparison=comparison,
        values=values,
        variant=scenario.variant,
    )


def _endings(source: Model) -> tuple[Endings, Scenario]:
    if source.scenario is None:
        raise RequestError.of(
            "an .efg file does not say which choices belong to one move, so it has no graph",
            "write the conflict as a scenario",
        )
    return endings(source.game, source.scenario), source.scenario


def _with_reach(result: GraphResult, start: int) -> GraphResult:
    model = result.model
    kinds = KINDS if result.coalitions is not None else KINDS[:2]
    ways = tuple(reach(model.moves, model.levels, start, kind, result.coalitions or ()) for kind in kinds)
    return replace(result, reaches=ways)


def _check_work(model: GraphModel, draws: int) -> None:
    """Raises `LimitError` where draws times moves are too many."""
    arcs = sum(
        len(model.moves.reachable(actor, n)) for actor in range(len(model.actors)) for n in range(len(model.states))
    )
    if arcs * draws > MOST_WORK:
        raise LimitError(
            f"{draws:,} draws of a graph with {arcs:,} moves are too much work; use at most {MOST_WORK // arcs:,} draws"
        )


def _payoffs_at(source: Model | Scenario, settings: Settings | None, seed: int) -> Callable[[int, int], Floats]:
    """``float64[actor, state, draw]`` of the defined draws among some."""
    scenario = source if isinstance(source, Scenario) else source.scenario
    if scenario is None:
        raise ValueError("draws are made of a scenario's parameters")
    held = with_settings(scenario, {name: str(value) for name, value in (settings or {}).items()})
    found = None if isinstance(source, Scenario) else _endings(source)[0]

    def of_draws(start: int, count: int) -> Floats:
        values = draw(held, "sobol", seed, start, count)
        if found is None:
            payoffs = stated_payoffs(held, values, count)
            return payoffs[:, :, np.isfinite(payoffs).all(axis=(0, 1))]
        return np.moveaxis(found.payoffs(batch(found.game, values, count)), 1, 0)

    return of_draws
