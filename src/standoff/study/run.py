"""A study: the same game solved at many draws of what is uncertain.

The draws are cut into chunks (`standoff.study.chunk`), which worker processes answer. Every draw ends ``certified`` or
with a named status; see `standoff.study.answers` for what is known of each. Results do not depend on the number of
workers.
"""

from __future__ import annotations

import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from multiprocessing import active_children, get_context
from os import cpu_count

from standoff.errors import AnalysisError, RequestError
from standoff.game.game import Bools, Floats
from standoff.game.model import Model
from standoff.study.answers import METHODS, STATUSES, Answers, joined
from standoff.study.chunk import CHUNK, chunk, decision_options
from standoff.study.sample import draw

MOST_DRAWS = 10_000_000
Progress = Callable[[int, int, int], None]  # draws done, draws in all, certified


@dataclass(frozen=True, eq=False)
class Study:
    """A study's results: `answers` for its draws in order, with the values of the parameters at them."""

    draws: int
    seed: int
    sampler: str
    outcomes: tuple[str, ...]
    options: tuple[str, ...]
    answers: Answers
    parameters: dict[str, Floats]
    seconds: float
    variant: str | None = None
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def selected(self) -> Floats:
        """[draw, outcome] probability in the selected equilibrium."""
        return self.answers.selected

    @property
    def low(self) -> Floats:
        """[draw, outcome] smallest probability over the equilibria known at the draw."""
        return self.answers.low

    @property
    def high(self) -> Floats:
        """[draw, outcome] largest probability over the equilibria known at the draw."""
        return self.answers.high

    @property
    def decision(self) -> Floats:
        """[draw, option] probability of each option of the decision move, given that it is reached."""
        return self.answers.decision

    @property
    def gain(self) -> Floats:
        """[draw] largest gain from deviating, as a share of the payoff range."""
        return self.answers.gain

    @property
    def audit(self) -> Floats:
        """[draw] largest difference in an outcome where the draw was audited, else NaN."""
        return self.answers.audit

    @property
    def status(self) -> tuple[str, ...]:
        """[draw] ``certified``, or what failed."""
        return tuple(STATUSES[code] for code in self.answers.status.tolist())

    @property
    def method(self) -> tuple[str, ...]:
        """[draw] how the selected equilibrium was found."""
        return tuple(METHODS[code] for code in self.answers.method.tolist())

    @property
    def certified(self) -> Bools:
        """[draw] whether the draw's equilibrium is certified."""
        return self.answers.certified


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
    parts: list[Answers] = []
    certified = 0
    for part in _map(job, starts, workers):
        parts.append(part)
        certified += int(part.certified.sum())
        if progress is not None:
            progress(min(draws, len(parts) * CHUNK), draws, certified)
    return Study(
        draws=draws,
        seed=seed,
        sampler=sampler,
        outcomes=model.game.outcomes,
        options=decision_options(model),
        answers=joined(parts),
        parameters=draw(scenario, sampler, seed, 0, draws),
        seconds=time.perf_counter() - began,
        variant=scenario.variant,
        versions={name: version(name) for name in ("standoff", "numpy", "scipy")},
    )


def _map(job: Callable[[int], Answers], starts: range, workers: int) -> Iterator[Answers]:
    """The chunks in order; never more than a few per worker are waiting."""
    if workers == 1:
        yield from map(job, starts)
        return
    others = set(active_children())
    # an interrupt is for the parent alone: it ends the children, which would print a traceback each
    ignore = (signal.SIGINT, signal.SIG_IGN)
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=signal.signal, initargs=ignore)
    waiting: deque[Future[Answers]] = deque()
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
