"""A study: the same game solved at many draws of what is uncertain.

Each draw is solved by following its own logit path (`standoff.solve.selection`), the rule that `solve` uses, and
verified; it ends ``certified`` or with a named status (``uncertified``, ``undefined``). The draws are cut into
chunks; a chunk is a pure function of (model, seed, sampler, chunk number) computed with one thread of linear algebra,
so results do not depend on the number of workers.

Axes: ``selected[draw, outcome]`` probability of each outcome in the selected equilibrium, NaN where the draw is not
certified; ``decision[draw, option]`` probability of each option of the scenario's decision move, given that the move is
reached (NaN where it is not); `low` and `high` are bounds over the equilibria known at the draw.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from multiprocessing import get_context
from os import cpu_count

import numpy as np
from threadpoolctl import threadpool_limits

from standoff.errors import RequestError, UndefinedError
from standoff.game.game import Floats
from standoff.game.model import Model
from standoff.game.play import play
from standoff.solve.assessment import Assessment
from standoff.solve.selection import select
from standoff.solve.verify import verify
from standoff.study.sample import draw

CHUNK = 64
Progress = Callable[[int, int, int], None]  # draws done, draws in all, certified


@dataclass(frozen=True, eq=False)
class Chunk:
    """The results of consecutive draws."""

    selected: Floats  # [draw, outcome]
    decision: Floats  # [draw, option]
    status: tuple[str, ...]
    method: tuple[str, ...]
    gain: Floats  # [draw] largest gain from deviating, as a share of the payoff range


@dataclass(frozen=True, eq=False)
class Study:
    """A study's results; see the module's docstring for axes."""

    draws: int
    seed: int
    sampler: str
    outcomes: tuple[str, ...]
    options: tuple[str, ...]
    selected: Floats
    low: Floats
    high: Floats
    decision: Floats
    status: tuple[str, ...]
    method: tuple[str, ...]
    gain: Floats
    parameters: dict[str, Floats]
    seconds: float
    variant: str | None = None
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def certified(self) -> np.ndarray:
        """[draw] whether the draw's equilibrium is certified."""
        return np.array([status == "certified" for status in self.status], dtype=bool)


def run(
    model: Model,
    *,
    draws: int,
    seed: int = 0,
    sampler: str = "sobol",
    workers: int | None = None,
    progress: Progress | None = None,
) -> Study:
    """Solve a scenario's game at `draws` draws, on `workers` processes (all cores by default).

    Raises `RequestError` for an .efg (nothing in it is uncertain) or a number of draws or workers below one.
    """
    scenario = model.scenario
    if scenario is None:
        raise RequestError.of("an .efg file has no ranges to draw from", "write a scenario, or use `standoff solve`")
    if draws < 1 or (workers is not None and workers < 1):
        raise RequestError.of("a study needs at least one draw and one worker", "give --draws and --workers above 0")
    began = time.perf_counter()
    starts = range(0, draws, CHUNK)
    workers = min(workers or cpu_count() or 1, len(starts))
    job = partial(chunk, model, seed, sampler, draws)
    parts: list[Chunk] = []
    certified = 0
    for part in _map(job, starts, workers):
        parts.append(part)
        certified += part.status.count("certified")
        if progress is not None:
            progress(min(draws, len(parts) * CHUNK), draws, certified)
    selected = np.concatenate([part.selected for part in parts])
    return Study(
        draws=draws,
        seed=seed,
        sampler=sampler,
        outcomes=model.game.outcomes,
        options=decision_options(model),
        selected=selected,
        low=selected,
        high=selected,
        decision=np.concatenate([part.decision for part in parts]),
        status=tuple(status for part in parts for status in part.status),
        method=tuple(method for part in parts for method in part.method),
        gain=np.concatenate([part.gain for part in parts]),
        parameters=draw(scenario, sampler, seed, 0, draws),
        seconds=time.perf_counter() - began,
        variant=scenario.variant,
        versions={name: version(name) for name in ("standoff", "numpy", "scipy")},
    )


def _map(job: Callable[[int], Chunk], starts: range, workers: int) -> Iterator[Chunk]:
    if workers == 1:
        yield from map(job, starts)
        return
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        yield from pool.map(job, starts)
    finally:
        pool.shutdown(cancel_futures=True)


def chunk(model: Model, seed: int, sampler: str, draws: int, start: int) -> Chunk:
    """Draws `start` to `start + CHUNK` (or to `draws`)."""
    assert model.scenario is not None
    count = min(CHUNK, draws - start)
    values = draw(model.scenario, sampler, seed, start, count)
    rows = model.game.evaluate(values, count)
    results = Chunk(
        np.full((count, len(model.game.outcomes)), np.nan),
        np.full((count, len(decision_options(model))), np.nan),
        (),
        (),
        np.full(count, np.nan),
    )
    statuses, methods = [], []
    with threadpool_limits(1):
        for number in range(count):
            status, method = _solve(model, rows[number], results, number)
            statuses.append(status)
            methods.append(method)
    return Chunk(results.selected, results.decision, tuple(statuses), tuple(methods), results.gain)


def _solve(model: Model, row: Floats, results: Chunk, number: int) -> tuple[str, str]:
    """Solve one draw into its row of `results`; its status and method."""
    try:
        numeric = model.game.with_numbers(row)
    except UndefinedError:
        return "undefined", "none"
    gains: list[float] = []

    def accept(assessment: Assessment) -> bool:
        certificate = verify(numeric, assessment, "sequential")
        gains.append(certificate.gain)
        return certificate.holds

    found = select(numeric, accept)
    if found.assessment is None:
        return "uncertified", found.method
    consequences = play(numeric, found.assessment.behaviour)
    results.selected[number] = consequences.outcomes
    results.decision[number] = _decision(model, consequences.reach)
    results.gain[number] = gains[-1] if gains else 0.0
    return "certified", found.method


def decision_options(model: Model) -> tuple[str, ...]:
    """Names of the options of the scenario's decision move, in file order; empty where it names none."""
    scenario = model.scenario
    if scenario is None or scenario.decision is None:
        return ()
    return next(tuple(o.name for o in move.options) for move in scenario.moves if move.name == scenario.decision)


def _decision(model: Model, reach: Floats) -> Floats:
    """[option] probability of each option given that the decision move is reached."""
    game, options = model.game, decision_options(model)
    if not options or game.move is None:
        return np.empty(0)
    totals = np.zeros(len(options))
    for node in np.flatnonzero(game.move == game.moves.index(str(game.decision))).tolist():
        for child in game.children(node):
            totals[options.index(game.labels[child])] += reach[child]
    whole = totals.sum()
    return totals / whole if whole > 0 else np.full(len(options), np.nan)
