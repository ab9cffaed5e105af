"""The file being explored, as it stands on disk: read at the start and again whenever it or its ledger is saved.

Every reading has a version, counted from 1. A reading is `Loaded`, or `Broken` with the problems of the file; after a
mistake the last good reading stays available, and it is that one's version that the browser works with. Whether a file
has changed is asked of its size and time of change, and then of its content, so that saving it unchanged means nothing.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from standoff.errors import InputError, Mark, Problem, RequestError, StandoffError
from standoff.explore.lanes import Lane
from standoff.explore.memory import Memory

if TYPE_CHECKING:
    from standoff.game.model import Model

Stamp: TypeAlias = tuple[int, int, int] | None  # time of change, size and number of a file; None where there is none
MOST_SETTINGS = 200
LARGEST = 64_000_000  # bytes of a file that is looked into for changes; the reader refuses far smaller ones


@dataclass(frozen=True, eq=False)
class Loaded:
    """A file that could be read, and the base values of its parameters (derived ones included)."""

    version: int
    model: Model
    values: Mapping[str, float]
    text: str
    _memory: Memory = field(default_factory=Memory, repr=False)

    def values_at(self, settings: Mapping[str, float]) -> Mapping[str, float]:
        """The values of all parameters at settings. Raises `RequestError` for settings that the model does not take."""
        key = tuple(sorted(settings.items()))
        known: Mapping[str, float] | None = self._memory.get(key)
        if known is None:
            known = {name: float(value) for name, value in self.model.values(settings).items()}
            self._memory.keep(key, known)
        return known


@dataclass(frozen=True)
class Broken:
    """A file that could not be read, and why."""

    version: int
    problems: tuple[Problem, ...]


class Session:
    """One file, its readings, and the two threads that compute for its browsers: quick answers and long work.

    `page` is a saved page of a source, shown beside the ledger where its content is the one that the ledger names.
    `tell` hears of every mistake in the file, a line each, whenever it was read.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        variant: str | None = None,
        max_nodes: int | None = None,
        page: str | Path | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.path = Path(path)
        self.page = None if page is None else Path(page)
        self.lanes = {"quick": Lane("quick answers"), "long": Lane("long work")}
        self.current: Loaded | Broken | None = None
        self.last_good: Loaded | None = None
        self._variant = variant
        self._max_nodes = max_nodes
        self._tell = tell
        self._watched: tuple[Path, ...] = (self.path,)
        self._stamps: tuple[Stamp, ...] = ()
        self._contents: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self._rest_later = False
        self._closing: list[Callable[[], None]] = []
        self._told: tuple[tuple[Path, ...], tuple[str, ...]] | None = None
        self._checked: list[Callable[[tuple[Path, ...], tuple[str, ...]], None]] = []

    def told_of(self, watched: tuple[Path, ...], contained: tuple[str, ...]) -> None:
        """The page hears of files with these contents as version 1; whatever else is read first is version 2."""
        self._told = watched, contained

    def when_checked(self, hear: Callable[[tuple[Path, ...], tuple[str, ...]], None]) -> None:
        """Have the files and what they contained told, once all of the first reading was found right."""
        self._checked.append(hear)

    def begin(self) -> None:
        """Read the file for the first time, without waiting for it.

        What takes long is left for after the first answer: the ledger, the mistakes that only variants have, and
        whether chance has probabilities over all of the ranges. A file that fails there becomes broken a moment later.
        """
        self._rest_later = True
        self.lanes["quick"].submit(("", "begin"), 0, lambda _: self.look())

    def check_rest(self) -> None:
        """The rest of the first reading, which `begin` left out."""
        from standoff.scenario.load import load_scenario

        with self._lock:
            current = self.current
            if not isinstance(current, Loaded) or current.version > 1:
                return
            try:
                if current.model.scenario is not None and not self._variant:
                    load_scenario(self.path)
                problems = tuple(_further_problems(current.model))
            except InputError as error:
                problems = error.problems
            if problems:
                self._break(current.version + 1, problems)
            if problems or self.changed():
                return
            watched, contained = self._watched, self._contents
        for hear in self._checked:
            hear(watched, contained)

    @property
    def version(self) -> int:
        """The version of the newest reading; 0 before the first."""
        return 0 if self.current is None else self.current.version

    def changed(self) -> bool:
        """Whether there may be something new to read: cheap, no content is looked at."""
        return self.current is None or self._stamps != tuple(map(_stamp, self._watched))

    def look(self) -> Loaded | Broken:
        """The newest reading, made now if a file has changed since."""
        with self._lock:
            if self.current is not None and not self.changed():
                return self.current
            watched = self._watched
            stamps, found = tuple(map(_stamp, watched)), contents(watched)
            if self.current is None or found != self._contents:
                self._read()
            if self._watched != watched:  # a ledger came or went with this reading; the file is as it was before it
                ledgers = self._watched[1:]
                stamps, found = (stamps[0], *map(_stamp, ledgers)), (found[0], *contents(ledgers))
            self._stamps, self._contents = stamps, found
            assert self.current is not None
            return self.current

    def settings(self, given: Mapping[str, Any], loaded: Loaded) -> dict[str, float]:
        """Settings of a browser, checked. Raises `RequestError` in the words that ``--set`` has for a mistake."""
        if len(given) > MOST_SETTINGS:
            raise RequestError.of(f"more than {MOST_SETTINGS} settings", "set fewer parameters")
        for name, value in given.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise RequestError.of(
                    f"the value of `{name[:40]}` is not a number", "write a finite number, such as 0.25"
                )
        found = {name: float(value) for name, value in given.items()}
        loaded.values_at(found)
        return found

    def at_close(self, clean_up: Callable[[], None]) -> None:
        """Have something done when the explorer ends."""
        self._closing.append(clean_up)

    def stop_work(self) -> None:
        """Compute nothing more; whoever waits for an answer hears that there is none."""
        for lane in self.lanes.values():
            lane.close()

    def close(self) -> None:
        """End the threads and do what was asked for; the last asked first."""
        self.stop_work()
        while self._closing:
            self._closing.pop()()

    def _read(self) -> None:
        version = self.version + 1
        told = self._told if self.current is None else None
        if told is not None and contents(told[0]) != told[1]:
            version += 1
            told = None
        broken = version if told is None else version + 1  # the page has been told that version 1 is good
        try:
            loaded = self._load(version)
        except InputError as error:
            self._break(broken, error.problems)
        except StandoffError as error:
            self._break(broken, (Problem(Mark(str(self.path)), str(error), ""),))
        except Exception as error:
            self._break(broken, (fault(error),))  # shown, and not read again until the file is saved
        else:
            self.current = self.last_good = loaded

    def _break(self, version: int, problems: tuple[Problem, ...]) -> None:
        self.current = Broken(version, problems)
        if self._tell is not None:
            for problem in problems:
                self._tell(str(problem))

    def _load(self, version: int) -> Loaded:
        from standoff.game.model import open_model
        from standoff.game.tree import MAX_NODES

        whole = self.current is not None or not self._rest_later
        model = open_model(self.path, variant=self._variant, max_nodes=self._max_nodes or MAX_NODES, all_variants=whole)
        scenario = model.scenario
        if scenario is not None and scenario.ledger is not None:
            self._watched = (self.path, self.path.parent / scenario.ledger)
        else:
            self._watched = (self.path,)
        problems = _further_problems(model) if whole else []
        if problems:
            raise InputError(problems)
        values = {name: float(value) for name, value in model.values().items()}
        return Loaded(version, model, values, self.path.read_text(encoding="utf-8-sig", errors="replace"))


def _further_problems(model: Model) -> list[Problem]:
    """Of chance over the whole of the ranges, and of what is bound to the ledger."""
    from standoff.evidence.binding import binding_problems, ledger_of
    from standoff.study.chance import chance_problems

    problems = list(chance_problems(model))
    if model.scenario is not None and (ledger := ledger_of(model.scenario)) is not None:
        problems += binding_problems(model.scenario, ledger)
    return problems


def fault(error: Exception) -> Problem:
    """What is said about a failure that nobody foresaw. With STANDOFF_DEBUG its origin goes to standard error."""
    if os.environ.get("STANDOFF_DEBUG"):
        traceback.print_exception(error, file=sys.stderr)
    what = " ".join(str(error).split())[:500] or "no message"
    how = "please report it with the file; STANDOFF_DEBUG=1 shows where it happened"
    return Problem(Mark(), f"a fault in standoff itself, {type(error).__name__}: {what}", how)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def contents(paths: tuple[Path, ...]) -> tuple[str, ...]:
    """A digest of the content of each file; what is no file that can be read, or too large for one, has a mark."""
    return tuple(map(_content, paths))


def _content(path: Path) -> str:
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            return f"no file {_stamp(path)}"
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "unreadable"
