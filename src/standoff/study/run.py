"""A study: the same game solved at many draws of what is uncertain.

Each draw is proposed a pure profile by best-response iteration (`standoff.study.iterate`); where the verifier does not
certify it, the draw's own logit path is followed (`standoff.solve.selection`, the rule of `solve`). Every draw ends
``certified`` or with a named status: ``uncertified`` (no rung of the ladder was confirmed), ``undefined`` (a payoff or
probability is not a number there). `Study.method` says which way answered; a regular subset of the iterated draws is
traced as well, and `Study.audit` holds how far their outcomes are apart.

The draws are cut into chunks; a chunk is a pure function of (model, seed, sampler, chunk number) computed with one
thread of linear algebra, so results do not depend on the number of workers.

Axes: ``selected[draw, outcome]`` probability of each outcome in the selected equilibrium, NaN where the draw is
not certified; ``decision[draw, option]`` probability of each option of the scenario's decision move, given that
the move is reached (NaN where it is not); `low` and `high` [draw, outcome] bound it over the equilibria known at
the draw, which so far is the selected one alone; ``audit[draw]`` largest difference in an outcome's probability
between the iterated and the traced equilibrium, NaN where none was made.
"""

from __future__ import annotations

import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from importlib.metadata import version
from multiprocessing import active_children, get_context
from os import cpu_count

import numpy as np
from threadpoolctl import threadpool_limits

from standoff.errors import AnalysisError, RequestError, UndefinedError
from standoff.game.game import Floats, Game, NumericGame
from standoff.game.model import Model
from standoff.game.play import play
from standoff.solve.assessment import Assessment, assess
from standoff.solve.consistency import witness_for_supports
from standoff.solve.selection import select
from standoff.solve.verify import verify
from standoff.study.iterate import iterate
from standoff.study.sample import draw

CHUNK = 256
MOST_DRAWS = 10_000_000
AUDIT = 40  # one draw in so many is traced even where the iteration has answered
Progress = Callable[[int, int, int], None]  # draws done, draws in all, certified


@dataclass(frozen=True, eq=False)
class Chunk:
    """The results of consecutive draws."""

    selected: Floats  # [draw, outcome]
    decision: Floats  # [draw, option]
    status: list[str]
    method: list[str]
    gain: Floats  # [draw] largest gain from deviating, as a share of the payoff range
    audit: Floats  # [draw]


@dataclass(frozen=True, eq=False)
class Study:
    """A study's results; see the module's docstring for axes."""

    draws: int
    seed: int
    sampler: str
    outcomes: tuple[str, ...]
    options: tuple[str, ...]
    selected: Floats
    decision: Floats
    status: tuple[str, ...]
    method: tuple[str, ...]
    gain: Floats
    audit: Floats
    parameters: dict[str, Floats]
    seconds: float
    variant: str | None = None
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def low(self) -> Floats:
        """[draw, outcome] smallest probability over the equilibria known at the draw."""
        return self.selected

    @property
    def high(self) -> Floats:
        """[draw, outcome] largest probability over the equilibria known at the draw."""
        return self.selected

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

    Raises `RequestError` for an .efg (nothing in it is uncertain), a number of draws or workers below one, or more than
    `MOST_DRAWS`; `AnalysisError` where a worker process dies.
    """
    scenario = model.scenario
    if scenario is None:
        raise RequestError.of("an .efg file has no ranges to draw from", "write a scenario, or use `standoff solve`")
    if draws > MOST_DRAWS:
        raise RequestError.of(
            f"{draws:,} draws are more than this version keeps in memory", f"give --draws up to {MOST_DRAWS:,}"
        )
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
    return Study(
        draws=draws,
        seed=seed,
        sampler=sampler,
        outcomes=model.game.outcomes,
        options=decision_options(model),
        selected=np.concatenate([part.selected for part in parts]),
        decision=np.concatenate([part.decision for part in parts]),
        status=tuple(status for part in parts for status in part.status),
        method=tuple(method for part in parts for method in part.method),
        gain=np.concatenate([part.gain for part in parts]),
        audit=np.concatenate([part.audit for part in parts]),
        parameters=draw(scenario, sampler, seed, 0, draws),
        seconds=time.perf_counter() - began,
        variant=scenario.variant,
        versions={name: version(name) for name in ("standoff", "numpy", "scipy")},
    )


def _map(job: Callable[[int], Chunk], starts: range, workers: int) -> Iterator[Chunk]:
    """The chunks in order; never more than a few per worker are waiting."""
    if workers == 1:
        yield from map(job, starts)
        return
    others = set(active_children())
    # an interrupt is for the parent alone: it ends the children, which would print a traceback each
    ignore = (signal.SIGINT, signal.SIG_IGN)
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=signal.signal, initargs=ignore)
    waiting: deque[Future[Chunk]] = deque()
    try:
        for start in starts:
            waiting.append(pool.submit(job, start))
            if len(waiting) > 4 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        raise AnalysisError(
            "a worker process of the study ended before its time; use workers=1, or, in a script, put the call under "
            "`if __name__ == '__main__':`"
        ) from error
    except BaseException:
        for child in set(active_children()) - others:
            child.terminate()  # what it is working on is lost either way
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def chunk(model: Model, seed: int, sampler: str, draws: int, start: int) -> Chunk:
    """Draws `start` to `start + CHUNK` (or to `draws`)."""
    assert model.scenario is not None
    count = min(CHUNK, draws - start)
    rows = model.game.evaluate(draw(model.scenario, sampler, seed, start, count), count)
    results = Chunk(
        selected=np.full((count, len(model.game.outcomes)), np.nan),
        decision=np.full((count, len(decision_options(model))), np.nan),
        status=["undefined"] * count,
        method=["none"] * count,
        gain=np.full(count, np.nan),
        audit=np.full(count, np.nan),
    )
    games: dict[int, NumericGame] = {}
    for number in range(count):
        try:
            games[number] = model.game.with_numbers(rows[number])
        except UndefinedError:
            continue  # the draw keeps its status
    with threadpool_limits(1):
        proposals = _proposals(model.game, games)
        for number, numeric in games.items():
            proposed = proposals.get(number)
            certificate = verify(numeric, proposed, "sequential") if proposed is not None else None
            if proposed is not None and certificate is not None and certificate.holds:
                _record(model, numeric, results, number, proposed, "iterated", certificate.gain)
                if (start + number) % AUDIT == 0:
                    results.audit[number] = _audit(numeric, results.selected[number])
            else:
                _trace(model, numeric, results, number)
    return results


def _proposals(game: Game, games: Mapping[int, NumericGame]) -> dict[int, Assessment]:
    """What the iteration proposes, with the witness of its beliefs; draws it leaves open are missing."""
    if not games or not game.infosets:
        return {}
    numbers = list(games)
    iterated = iterate(
        game,
        np.array([games[number].chance for number in numbers]),
        np.array([games[number].payoffs for number in numbers]),
    )
    witnesses: dict[bytes, tuple[Fraction, ...] | None] = {}  # classes recur from draw to draw
    proposals: dict[int, Assessment] = {}
    for row in np.flatnonzero(iterated.settled).tolist():
        choice, cheapest = iterated.choice[row], iterated.cheapest[row]
        key = choice.tobytes() + cheapest.tobytes()
        if key not in witnesses:
            support = np.zeros(game.n_slots, dtype=bool)
            support[game.slot_start[:-1] + choice] = True
            wanted = {
                infoset: frozenset(nodes[cheapest[nodes]].tolist())
                for infoset, nodes in enumerate(game.members)
                if len(nodes) > 1
            }
            witnesses[key] = witness_for_supports(games[numbers[row]], support, wanted)
        exponents = witnesses[key]
        if exponents is not None:
            proposals[numbers[row]] = assess(games[numbers[row]], exponents, np.zeros(game.n_slots))
    return proposals


def _trace(model: Model, numeric: NumericGame, results: Chunk, number: int) -> None:
    gains: list[float] = []

    def accept(assessment: Assessment) -> bool:
        certificate = verify(numeric, assessment, "sequential")
        gains.append(certificate.gain)
        return certificate.holds

    found = select(numeric, accept)
    if found.assessment is None:
        results.status[number], results.method[number] = "uncertified", found.method
    else:
        _record(model, numeric, results, number, found.assessment, found.method, gains[-1] if gains else 0.0)


def _audit(numeric: NumericGame, outcomes: Floats) -> float:
    """Largest difference in an outcome between the iterated answer and the one traced; NaN where tracing fails."""
    found = select(numeric, lambda assessment: verify(numeric, assessment, "sequential").holds)
    if found.assessment is None:
        return float("nan")
    return float(np.max(np.abs(play(numeric, found.assessment.behaviour).outcomes - outcomes)))


def _record(
    model: Model,
    numeric: NumericGame,
    results: Chunk,
    number: int,
    assessment: Assessment,
    method: str,
    gain: float,
) -> None:
    consequences = play(numeric, assessment.behaviour)
    results.selected[number] = consequences.outcomes
    results.decision[number] = _decision(model, consequences.reach)
    results.gain[number] = gain
    results.status[number], results.method[number] = "certified", method


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
