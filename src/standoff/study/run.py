"""A study: the same game solved at many draws of what is uncertain.

The draws are cut into chunks (`standoff.study.chunk`), which worker processes or a cluster answer. Every draw ends
``certified`` or with a named status; see `standoff.study.answers` for what is known of each. Results do not depend on
where and in how many processes the chunks are answered. A study is kept in memory, or in a folder
(`standoff.study.store`), where it may be far larger than memory and goes on where it was interrupted.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, partial
from importlib.metadata import version
from os import cpu_count
from pathlib import Path
from platform import python_version
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from standoff.errors import RequestError, ScenarioError
from standoff.game.game import Bools, Choices, Floats
from standoff.game.model import Model
from standoff.notebook import Displayed
from standoff.scenario.scenario import Scenario
from standoff.study.answers import METHODS, STATUSES, Answers, joined
from standoff.study.chance import chance_problems
from standoff.study.chunk import CHUNK, PILOT, chunk, decision_options, pilot
from standoff.study.cluster import answered_by, cluster
from standoff.study.labelled import dataset
from standoff.study.manifest import Manifest, part_size
from standoff.study.parts import Names
from standoff.study.sample import draw, sampler_for, with_settings
from standoff.study.store import SCENARIO, Store, StoredStudy, open_study, writable
from standoff.study.workers import Job, answered

if TYPE_CHECKING:
    from xarray import Dataset

SMALLEST = 512  # draws in a chunk, unless the study has fewer
PILOTED = 16_384  # draws from which a pilot is worth its time
MOST_DRAWS = 1_000_000  # in memory
MOST_STORED = 1_000_000_000  # the Sobol' sequence has 2^30 points
BLOCK = 65_536  # draws that `Study.parts` gives at once

Progress: TypeAlias = Callable[[int, int, int], None]  # draws done, draws in all, certified
Settings: TypeAlias = Mapping[str, float | str | Fraction]


@dataclass(frozen=True, eq=False)
class Study(Displayed):
    """A study's results in memory: `answers` for its draws in order; `values` gives the parameters at them."""

    draws: int
    seed: int
    sampler: str
    outcomes: tuple[str, ...]
    options: tuple[str, ...]
    answers: Answers
    values: Callable[[], dict[str, Floats]]
    seconds: float
    variant: str | None = None
    versions: dict[str, str] = field(default_factory=dict)
    actors: tuple[str, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)

    @cached_property
    def parameters(self) -> dict[str, Floats]:
        """``float64[draw]`` of every parameter, drawn when first asked for."""
        return self.values()

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
        """[draw] largest difference in an outcome where the draw was solved once more, else NaN."""
        return self.answers.audit

    @property
    def branch(self) -> Floats:
        """[draw] largest difference in an outcome where its logit path was followed, else NaN."""
        return self.answers.branch

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

    def parts(self) -> Iterator[Answers]:
        """The answers in blocks, in the order of the draws."""
        for start in range(0, self.draws, BLOCK):
            yield self.answers.rows(slice(start, start + BLOCK))

    def selections(self) -> Iterator[Floats]:
        """``float64[draw, outcome]``: `selected` of the certified draws, in one block."""
        yield self.selected[self.certified]

    def to_xarray(self) -> Dataset:
        """The study as a labelled dataset; needs the extra ``xarray``."""
        names = Names(self.outcomes, self.options, self.actors)
        attributes: dict[str, Any] = {"draws": self.draws, "seed": self.seed, "sampler": self.sampler}
        return dataset(self.answers, names, self.parameters, attributes)


@overload
def run(
    model: Model,
    *,
    draws: int,
    seed: int = ...,
    sampler: str = ...,
    settings: Settings | None = ...,
    out: None = ...,
    workers: int | None = ...,
    cluster: str | None = ...,
    progress: Progress | None = ...,
) -> Study: ...
@overload
def run(
    model: Model,
    *,
    draws: int,
    seed: int = ...,
    sampler: str = ...,
    settings: Settings | None = ...,
    out: str | Path | None,
    workers: int | None = ...,
    cluster: str | None = ...,
    keep_parameters: bool = ...,
    fresh: bool = ...,
    progress: Progress | None = ...,
    tell: Callable[[str], None] | None = ...,
) -> Study | StoredStudy: ...
def run(
    model: Model,
    *,
    draws: int,
    seed: int = 0,
    sampler: str = "sobol",
    settings: Settings | None = None,
    out: str | Path | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    keep_parameters: bool = False,
    fresh: bool = False,
    progress: Progress | None = None,
    tell: Callable[[str], None] | None = None,
) -> Study | StoredStudy:
    """Solve a scenario's game at `draws` draws, on `workers` processes (all cores by default) or a Dask `cluster`.

    `settings` hold parameters at fixed values. With `out`, the study is written into that folder, and a call that was
    interrupted goes on where it stopped; `fresh` deletes what is there, and `tell` is told of damaged parts.

    Raises `RequestError` for an .efg (nothing in it is uncertain), a number of draws or workers below one, more than
    `MOST_DRAWS` in memory or `MOST_STORED` in a folder, and a folder that cannot be used; `ScenarioError` where
    `settings` make nature's probabilities fail; `AnalysisError` where worker processes die or the disk is full.
    """
    scenario = model.scenario
    if scenario is None:
        raise RequestError.of("an .efg file has no ranges to draw from", "write a scenario, or use `standoff solve`")
    _check_size(draws, workers, stored=out is not None)
    held = {name: str(value) for name, value in (settings or {}).items()}
    model = _with_settings(model, scenario, held)
    manifest = _manifest(model, held, draws=draws, seed=seed, sampler=sampler, keep_parameters=keep_parameters)
    if out is None:
        return _in_memory(model, manifest, workers, cluster, progress)
    with writable(Path(out), manifest, _sources(scenario), fresh=fresh) as store:
        _fill(store, model, workers, cluster, progress, tell)
    return open_study(out, model)


def _check_size(draws: int, workers: int | None, *, stored: bool) -> None:
    if draws < 1 or (workers is not None and workers < 1):
        raise RequestError.of("a study needs at least one draw and one worker", "give --draws and --workers above 0")
    if draws > MOST_STORED:
        raise RequestError.of(f"{draws:,} draws are too many", f"give --draws up to {MOST_STORED:,}")
    if draws > MOST_DRAWS and not stored:
        raise RequestError.of(
            f"{draws:,} draws are more than are kept in memory ({MOST_DRAWS:,})",
            f"give --out DIR to write them into a folder (up to {MOST_STORED:,})",
        )


def _with_settings(model: Model, scenario: Scenario, settings: Mapping[str, str]) -> Model:
    if not settings:
        return model
    model = replace(model, scenario=with_settings(scenario, settings))
    problems = chance_problems(model)
    if problems:
        raise ScenarioError(problems)
    return model


def _manifest(
    model: Model, settings: dict[str, str], *, draws: int, seed: int, sampler: str, keep_parameters: bool
) -> Manifest:
    scenario, game = model.scenario, model.game
    assert scenario is not None
    parameters = tuple(definition.name for definition in scenario.parameters)
    names = Names(game.outcomes, decision_options(model), game.actors, parameters if keep_parameters else ())
    ledger = _ledger(scenario)
    size = chunk_size(draws)
    return Manifest(
        title=scenario.title,
        scenario=scenario.sha256,
        variant=scenario.variant,
        settings=settings,
        seed=seed,
        sampler=sampler,
        draws=draws,
        chunk=size,
        part=part_size(draws, size, names),
        pilot=PILOT if draws >= PILOTED else 0,
        outcomes=names.outcomes,
        options=names.options,
        actors=names.actors,
        parameters=parameters,
        keep_parameters=keep_parameters,
        versions={name: version(name) for name in ("standoff", "numpy", "scipy")},
        decision=scenario.decision,
        ledger=scenario.ledger,
        ledger_digest=hashlib.sha256(ledger).hexdigest() if ledger is not None else None,
        also={"pyarrow": version("pyarrow"), "python": python_version()},
    )


def _sources(scenario: Scenario) -> dict[str, bytes]:
    """The files of the scenario as they were read, by the names they are kept under; none for one given as text."""
    path = Path(scenario.path)
    if not path.is_file():
        return {}
    content, ledger = path.read_bytes(), _ledger(scenario)
    if hashlib.sha256(content).hexdigest() != scenario.sha256:
        raise RequestError.of(f"{path} was changed after it was read", "give the command again")
    kept = {SCENARIO: content}
    if ledger is not None and scenario.ledger is not None and scenario.ledger != SCENARIO:
        kept[scenario.ledger] = ledger
    return kept


def _ledger(scenario: Scenario) -> bytes | None:
    path = Path(scenario.path)
    if scenario.ledger is None or not path.is_file():
        return None
    return (path.parent / scenario.ledger).read_bytes()


def chunk_size(draws: int) -> int:
    """Draws per chunk: a power of two, so many that several processes find work in a small study too."""
    return min(CHUNK, max(SMALLEST, 1 << (max(1, draws // 8).bit_length() - 1)))


@dataclass(frozen=True, eq=False)
class _Chunks:
    """What answers the chunk that begins at a draw, by a function like `chunk`.

    Every process solves the pilot for itself, while it would wait for one that did it for all.
    """

    model: Model
    manifest: Manifest
    answer: Callable[..., Answers]

    def __call__(self, start: int) -> Answers:
        seed, draws, size = self.manifest.seed, self.manifest.draws, self.manifest.chunk
        return self.answer(self.model, seed, self._sampler, draws, start, size=size, starts=self._starts)

    @property
    def _sampler(self) -> str:
        return sampler_for(self.manifest.sampler, self.manifest.draws)

    @cached_property
    def _starts(self) -> Choices | None:
        """[profile, infoset] from which other equilibria are looked for."""
        assert self.model.scenario is not None
        count = self.manifest.pilot
        values = draw(self.model.scenario, self._sampler, self.manifest.seed, 0, count)
        return pilot(self.model, values, count, self.manifest.draws)


@contextmanager
def _answers(
    job: Job, starts: list[int] | range, versions: Mapping[str, str], workers: int | None, address: str | None
) -> Iterator[Iterator[Answers]]:
    """The chunks that begin at `starts`, in order, from wherever they are to be answered."""
    if address is not None and starts:
        with cluster(address) as client, closing(answered_by(client, job, starts, versions)) as chunks:
            yield chunks
    else:
        with closing(answered(job, starts, max(1, min(workers or cpu_count() or 1, len(starts))))) as chunks:
            yield chunks


def _in_memory(
    model: Model, manifest: Manifest, workers: int | None, address: str | None, progress: Progress | None
) -> Study:
    assert model.scenario is not None
    began, certified = time.perf_counter(), 0
    draws, sampler = manifest.draws, sampler_for(manifest.sampler, manifest.draws)
    parts: list[Answers] = []
    job = _Chunks(model, manifest, chunk)
    with _answers(job, range(0, draws, manifest.chunk), manifest.versions, workers, address) as chunks:
        for part in chunks:
            parts.append(part)
            certified += int(part.certified.sum())
            if progress is not None:
                progress(min(draws, len(parts) * manifest.chunk), draws, certified)
    return Study(
        draws=draws,
        seed=manifest.seed,
        sampler=manifest.sampler,
        outcomes=manifest.outcomes,
        options=manifest.options,
        answers=joined(parts),
        values=partial(draw, model.scenario, sampler, manifest.seed, 0, draws),
        seconds=time.perf_counter() - began,
        variant=manifest.variant,
        versions=manifest.versions,
        actors=manifest.actors,
        settings=manifest.settings,
    )


def _fill(
    store: Store,
    model: Model,
    workers: int | None,
    address: str | None,
    progress: Progress | None,
    tell: Callable[[str], None] | None,
) -> None:
    """Compute and store the parts that are missing."""
    manifest, missing, done, certified = store.manifest, [], 0, 0
    for number, known in store.finished():
        if known is None:
            missing.append(number)
        else:
            done, certified = done + manifest.extent(number)[1], certified + known
            if progress is not None:
                progress(done, manifest.draws, certified)
    if tell is not None:
        for text in store.told:
            tell(text)
    starts = [start for number in missing for start in _starts(manifest, number)]
    began = time.perf_counter()
    if not starts:
        return
    job = _Chunks(model, manifest, chunk)
    with _answers(job, starts, manifest.versions, workers, address) as chunks:
        for number in missing:
            pieces: list[Answers] = []
            for _ in _starts(manifest, number):
                pieces.append(next(chunks))
                done, certified = done + len(pieces[-1]), certified + int(pieces[-1].certified.sum())
                if progress is not None:
                    progress(done, manifest.draws, certified)
            store.write(number, joined(pieces), _kept(model, manifest, number))
            began, elapsed = time.perf_counter(), time.perf_counter() - began
            store.add_seconds(elapsed)


def _starts(manifest: Manifest, number: int) -> range:
    """First draws of the chunks of a part."""
    start, count = manifest.extent(number)
    return range(start, start + count, manifest.chunk)


def _kept(model: Model, manifest: Manifest, number: int) -> dict[str, Floats]:
    if not manifest.keep_parameters or model.scenario is None:
        return {}
    start, count = manifest.extent(number)
    return draw(model.scenario, sampler_for(manifest.sampler, manifest.draws), manifest.seed, start, count)
