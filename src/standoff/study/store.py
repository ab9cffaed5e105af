"""A study on disk: a folder that a run fills part by part, and that can be read without holding it in memory.

    manifest.json      what the study is (`standoff.study.manifest`)
    parts/             one Parquet file per part (`standoff.study.parts`); those that are there are finished
    source/            the scenario and its ledger as they were read
    seconds.json       computing time so far
    lock               who is writing (`standoff.study.durable`)

Finished parts are all that a run needs to go on after it was interrupted. Each is checked before it is relied on: one
that is damaged is renamed ``.corrupt`` and computed again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from standoff.errors import AnalysisError, RequestError
from standoff.game.game import Floats
from standoff.game.model import Model
from standoff.notebook import Displayed
from standoff.scenario.load import load_scenario
from standoff.scenario.scenario import Scenario
from standoff.study.answers import Answers, joined
from standoff.study.durable import TEMPORARY, locked, write_durably, writing
from standoff.study.labelled import dataset
from standoff.study.manifest import ASIDE, FILE, Manifest, continued, read_manifest
from standoff.study.parts import DamagedPartError, Part, decode, decode_selected, encode
from standoff.study.sample import draw, sampler_for, with_settings

if TYPE_CHECKING:
    from xarray import Dataset

PARTS, SOURCE, SECONDS, LOCK, CORRUPT = "parts", "source", "seconds.json", "lock", ".corrupt"
SCENARIO = "scenario.yaml"
MOST_ROWS = 2_000_000  # draws given at once


def part_path(folder: Path, number: int) -> Path:
    """Where a part is."""
    return folder / PARTS / f"part-{number:06d}.parquet"


@dataclass(frozen=True, eq=False)
class Store:
    """A folder being written, under its lock. `told` gathers what a person should hear of damaged parts."""

    folder: Path
    manifest: Manifest
    told: list[str] = field(default_factory=list)

    def finished(self) -> Iterator[tuple[int, int | None]]:
        """Every part's number, with its certified draws where it is finished; damaged ones are set aside."""
        for number in range(self.manifest.parts):
            path = part_path(self.folder, number)
            yield number, self._certified(path, number) if path.exists() else None

    def _certified(self, path: Path, number: int) -> int | None:
        start, count = self.manifest.extent(number)
        try:
            part = decode(path, self.manifest.names, self.manifest.identity)
            if part.start != start or len(part.answers) > count:
                raise DamagedPartError(f"{path} holds other draws than its name says")
        except DamagedPartError as error:
            aside = path.with_name(path.name + CORRUPT)
            with writing(aside):
                path.replace(aside)
            self.told.append(f"{error}: it is now {aside.name}, and its draws are computed again")
            return None
        # fewer draws: the last part of a study that is being extended
        return int(part.answers.certified.sum()) if len(part.answers) == count else None

    def write(self, number: int, answers: Answers, parameters: Mapping[str, Floats]) -> None:
        """Store a part. Raises as `write_durably` does."""
        start, _ = self.manifest.extent(number)
        part = Part(start, answers, dict(parameters))
        content = encode(part, self.manifest.names, self.manifest.identity)
        write_durably(part_path(self.folder, number), content)

    def add_seconds(self, seconds: float) -> None:
        """Add to the computing time."""
        total = {"seconds": _seconds(self.folder) + seconds}
        with writing(self.folder / SECONDS):
            temporary = self.folder / (SECONDS + TEMPORARY)
            temporary.write_text(json.dumps(total), encoding="utf-8")
            temporary.replace(self.folder / SECONDS)


@contextmanager
def writable(folder: Path, wanted: Manifest, sources: Mapping[str, bytes], *, fresh: bool = False) -> Iterator[Store]:
    """The folder, locked and ready for the parts of the study `wanted`; begun, or gone on with.

    `fresh` deletes a study that is there. `sources` are kept beside the parts, by their names. Raises `RequestError`
    where the folder cannot be written, is being written by another run, or holds another study.
    """
    if folder.exists() and not folder.is_dir():
        raise RequestError.of(f"{folder} is a file, not a folder", "give a folder as --out")
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / LOCK):
        if fresh:
            _clear(folder)
        if (folder / FILE).exists():
            manifest = continued(read_manifest(folder), wanted, folder)
        elif any((folder / PARTS).glob("part-*.parquet")):
            raise RequestError.of(f"{folder} holds parts of a study but no {FILE}", ASIDE)
        else:
            manifest = wanted
        with writing(folder):
            (folder / PARTS).mkdir(exist_ok=True)
            for left_over in (folder / PARTS).glob(f"part-*{TEMPORARY}"):
                left_over.unlink()
        for name, content in sources.items():
            _keep(folder / SOURCE / name, content)
        _keep(folder / FILE, manifest.to_bytes())
        yield Store(folder, manifest)


def _keep(path: Path, content: bytes) -> None:
    if not path.is_file() or path.read_bytes() != content:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, content)


def _clear(folder: Path) -> None:
    """Delete a stored study; the manifest first, so that what is left never looks like one."""
    if (folder / FILE).exists() and not (folder / PARTS).is_dir():
        raise RequestError.of(f"{folder} has a {FILE} that is no study's", "give another --out")
    with writing(folder):
        for name in (FILE, SECONDS):
            (folder / name).unlink(missing_ok=True)
        for path in (folder / PARTS).glob("part-*.parquet*"):
            path.unlink()


def _seconds(folder: Path) -> float:
    try:
        return float(json.loads((folder / SECONDS).read_text(encoding="utf-8"))["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0.0  # the time is for information only


@dataclass(frozen=True, eq=False)
class StoredStudy(Displayed):
    """A finished study in a folder. Nothing is read until it is asked for, and then a part at a time."""

    folder: Path
    manifest: Manifest
    seconds: float
    model: Model | None = None  # the model it was run with, where that is at hand

    @property
    def draws(self) -> int:
        """Number of draws."""
        return self.manifest.draws

    @property
    def seed(self) -> int:
        """Seed of the draws."""
        return self.manifest.seed

    @property
    def sampler(self) -> str:
        """How they were drawn."""
        return self.manifest.sampler

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of the outcomes."""
        return self.manifest.outcomes

    @property
    def options(self) -> tuple[str, ...]:
        """Options of the decision move."""
        return self.manifest.options

    @property
    def actors(self) -> tuple[str, ...]:
        """Names of the actors."""
        return self.manifest.actors

    @property
    def variant(self) -> str | None:
        """The scenario's variant."""
        return self.manifest.variant

    @property
    def versions(self) -> dict[str, str]:
        """Versions of the programs that the numbers depend on."""
        return self.manifest.versions

    def parts(self) -> Iterator[Answers]:
        """The answers part by part, in the order of the draws. Raises `AnalysisError` where a part is damaged."""
        for number in range(self.manifest.parts):
            yield self._part(number).answers

    def selections(self) -> Iterator[Floats]:
        """``float64[draw, outcome]``: `selected` of the certified draws, part by part, without reading the rest."""
        for number in range(self.manifest.parts):
            yield decode_selected(part_path(self.folder, number), self.manifest.names)

    def rows(self, start: int = 0, count: int | None = None) -> Answers:
        """The answers of draws `start` to `start + count` (by default all, up to `MOST_ROWS`)."""
        return joined([part.answers for part in self._parts_at(*self._extent(start, count))])

    def parameters(self, start: int = 0, count: int | None = None) -> dict[str, Floats]:
        """The values of all parameters, ``float64[draw]``, at draws `start` to `start + count`.

        They are read where they were kept, else drawn again from the seed. Raises `RequestError` for draws that the
        study does not have, and where the scenario was not kept.
        """
        start, count = self._extent(start, count)
        if self.manifest.keep_parameters:
            parts = [part.parameters for part in self._parts_at(start, count)]
            return {name: np.concatenate([part[name] for part in parts]) for name in self.manifest.parameters}
        return draw(self.scenario, sampler_for(self.sampler, self.draws), self.seed, start, count)

    @property
    def scenario(self) -> Scenario:
        """The scenario, with what was set. Raises `RequestError` where it is not at hand."""
        if self.model is not None and self.model.scenario is not None:
            return self.model.scenario
        path = self.folder / SOURCE / SCENARIO
        if not path.is_file():
            raise RequestError.of(
                f"{self.folder} does not hold the scenario, which was not read from a file",
                "give the model: open_study(folder, model)",
            )
        scenario = load_scenario(path, variant=self.variant)
        if scenario.sha256 != self.manifest.scenario:
            raise RequestError.of(f"{path} is not the scenario that was run", ASIDE)
        return with_settings(scenario, self.manifest.settings)

    def to_xarray(self, start: int = 0, count: int | None = None) -> Dataset:
        """Draws `start` to `start + count` as a labelled dataset; needs the extra ``xarray``."""
        start, count = self._extent(start, count)
        attributes = {
            key: value for key, value in asdict(self.manifest).items() if isinstance(value, str | int | float)
        }
        drawn = self.parameters(start, count)
        return dataset(self.rows(start, count), self.manifest.names, drawn, attributes, start)

    def to_dict(self) -> dict[str, Any]:
        """The manifest, as plain values."""
        return asdict(self.manifest)

    def _extent(self, start: int, count: int | None) -> tuple[int, int]:
        count = self.draws - start if count is None else count
        if start < 0 or count < 1 or start + count > self.draws:
            raise RequestError.of(f"the study has the draws 0 to {self.draws - 1:,}", "ask for some of these")
        if count > MOST_ROWS:
            raise RequestError.of(
                f"{count:,} draws at once may be more than fits into memory",
                f"ask for up to {MOST_ROWS:,} with start and count, or go through `parts()`",
            )
        return start, count

    def _part(self, number: int) -> Part:
        try:
            part = decode(part_path(self.folder, number), self.manifest.names, self.manifest.identity)
            if (part.start, len(part.answers)) != self.manifest.extent(number):
                raise DamagedPartError(f"part {number} of {self.folder} holds other draws than its name says")
        except DamagedPartError as error:
            raise AnalysisError(f"{error}; give the `standoff run` command of this study again to repair it") from error
        return part

    def _parts_at(self, start: int, count: int) -> Iterator[Part]:
        """The parts that hold these draws, cut to them."""
        size = self.manifest.part
        for number in range(start // size, (start + count - 1) // size + 1):
            part = self._part(number)
            chosen = slice(max(0, start - part.start), start + count - part.start)
            kept = {name: values[chosen] for name, values in part.parameters.items()}
            yield Part(part.start + chosen.start, part.answers.rows(chosen), kept)


def open_study(folder: str | Path, model: Model | None = None) -> StoredStudy:
    """A study that ``standoff run --out`` has finished.

    `model` is needed for parameters only, and only where the scenario was not read from a file. Raises `RequestError`
    where the folder holds no study, or one that is not finished.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    missing = sum(not part_path(folder, number).is_file() for number in range(manifest.parts))
    if missing:
        raise RequestError.of(
            f"the study in {folder} is not finished: {missing:,} of {manifest.parts:,} parts are missing",
            "give its `standoff run` command again to go on with it",
        )
    return StoredStudy(folder, manifest, _seconds(folder), model)
