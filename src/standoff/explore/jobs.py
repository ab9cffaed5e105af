"""Studies and briefs started from the page: one background process at a time, its progress, and its end.

Stopping ends the process, so that nothing goes on computing; finished parts of a study stay, and the same study asked
for again goes on from there. Everything is written into one temporary folder, which goes when the explorer ends unless
the reader asked for a study to be kept.

States: ``idle``, ``running``, ``done``, ``stopped``, ``failed``.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from standoff.errors import Mark, Problem, RequestError
from standoff.explore.downloads import file_name
from standoff.explore.exchange import Asked, posted, reply
from standoff.explore.session import Session
from standoff.explore.task import BRIEF, KINDS, PAGE, STUDY, Task

if TYPE_CHECKING:
    from standoff.game.model import Model

MOST_DRAWS = {STUDY: 100_000, BRIEF: 4096}
FEWEST = {STUDY: 1, BRIEF: 0}
MOST_SEED = 2**32 - 1
REMEMBERED = 12  # reports of progress by which the rate is measured
PATIENCE = 5.0  # seconds for a process to end once told to
PREFIX = "standoff-explore-"

Clock = Callable[[], float]


def process(task: Task, pipe: Connection) -> None:
    """What the process does; only there is all imported that it needs."""
    from standoff.explore.work import work

    work(task, pipe)


@dataclass(eq=False)
class Job:
    """One task under way or over; `rest` is what it has told besides progress."""

    task: Task
    version: int
    state: str = "running"
    stage: str = "starting"
    done: int = 0
    certified: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    rest: dict[str, Any] = field(default_factory=dict)
    seen: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def hear(self, word: str, value: Any, now: float) -> None:
        """Take in what the process tells."""
        if word == "progress":
            self.done, _, self.certified = value
            self.seen.append((now, self.done))
        elif word == "stage":
            self.stage = value
            if not self.done:  # what came before was no solving
                self.seen.clear()
                self.seen.append((now, 0))
        elif word == "done":
            self.state = "done"
        elif word == "failed":
            self.state, self.problems = "failed", value
        else:
            self.rest[word] = value

    def view(self) -> dict[str, Any]:
        """What the page shows while it waits; `remaining` is in seconds, for the draws alone."""
        rate = self.rate
        left = self.task.draws - self.done
        return {
            "state": self.state,
            "stage": self.stage,
            "draws": self.task.draws,
            "seed": self.task.seed,
            "settings": dict(self.task.settings),
            "done": self.done,
            "certified": self.certified,
            "rate": rate,
            "remaining": left / rate if rate and left > 0 else None,
            "problems": self.problems,
            "of": self.version,
            "parts": sorted(self.rest),
        }

    @property
    def rate(self) -> float | None:
        """Draws per second over the last reports; None before there are two."""
        if len(self.seen) < 2:
            return None
        (began, first), (ended, last) = self.seen[0], self.seen[-1]
        return (last - first) / (ended - began) if ended > began and last > first else None


class Jobs:
    """The background process of a session and what its jobs have found: the last of each kind."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._process: BaseProcess | None = None
        self._listener: threading.Thread | None = None
        self._running: Job | None = None
        self._root: Path | None = None
        self._kept: set[Path] = set()

    def start(
        self, kind: str, model: Model, version: int, settings: Mapping[str, float], draws: int, seed: int, keep: bool
    ) -> Job:
        """Begin a task, or go on with it where it was stopped.

        Raises `RequestError` where another one is under way, and for numbers that cannot be.
        """
        _check(kind, model, draws, seed)
        with self._lock:
            if self._running is not None:
                raise RequestError.of(f"a {self._running.task.kind} is under way", "wait for it, or stop it first")
            folder = self._folder(kind, model, settings, draws, seed)
            if keep:
                self._kept.add(folder)
            job = Job(Task(kind, model, dict(settings), draws, seed, str(folder)), version)
            self._jobs[kind] = self._running = job
            if self._process is not None and self._process.is_alive():
                self._process.terminate()  # its work is done
            context = get_context("spawn")
            ours, theirs = context.Pipe(duplex=False)
            self._process = context.Process(target=process, args=(job.task, theirs), name=f"standoff {kind}")
            self._process.start()
            theirs.close()
            self._listener = threading.Thread(target=self._listen, args=(job, self._process, ours), daemon=True)
            self._listener.start()
            return job

    def _listen(self, job: Job, running: BaseProcess, pipe: Connection) -> None:
        """Take in what the process tells until it is over."""
        try:
            while True:
                word, value = pipe.recv()
                with self._lock:
                    job.hear(word, value, self._clock())
                    if job.state != "running" and self._running is job:
                        self._running = None  # what is left is the end of the process
        except (EOFError, OSError):
            pipe.close()  # the other end is closed: the process is over
        running.join()
        with self._lock:
            if job.state == "running":
                what = f"the background process of the {job.task.kind} ended before its time"
                job.state = "failed"
                job.problems = [Problem(Mark(), what, "start it again; a study goes on where it was").to_dict()]
            if self._running is job:
                self._running = None

    def stop(self, kind: str) -> None:
        """End the task, if it is under way; nothing of it goes on computing."""
        with self._lock:
            job, running, listener = self._running, self._process, self._listener
            if job is None or running is None or job.task.kind != kind:
                return
            if job.state == "running":
                job.state = "stopped"
        _end(running)
        if listener is not None:
            listener.join()

    def job(self, kind: str) -> Job | None:
        """The last job of a kind."""
        return self._jobs.get(kind)

    def wait(self) -> None:
        """Until nothing is under way."""
        listener = self._listener
        if listener is not None:
            listener.join()

    def view(self, kind: str) -> dict[str, Any]:
        """How the last job of a kind stands."""
        with self._lock:
            job = self._jobs.get(kind)
            if job is None:
                return {"state": "idle"}
            folder = Path(job.task.folder)
            return job.view() | {"kept": str(folder) if folder in self._kept else None}

    def result(self, kind: str, parts: tuple[str, ...]) -> dict[str, Any]:
        """What the last job of a kind has told so far."""
        with self._lock:
            job = self._jobs.get(kind)
            return {part: job.rest.get(part) if job else None for part in parts}

    def close(self) -> None:
        """Stop what is under way, and remove what nobody asked to keep."""
        for kind in KINDS:
            self.stop(kind)
        if self._process is not None:
            _end(self._process)
        root = self._root
        if root is None:
            return
        for folder in root.iterdir():
            if folder not in self._kept:
                shutil.rmtree(folder, ignore_errors=True)
        if not any(root.iterdir()):
            root.rmdir()
        self._root = None

    def _folder(self, kind: str, model: Model, settings: Mapping[str, float], draws: int, seed: int) -> Path:
        """The same for the same task, so that it goes on where it was."""
        if self._root is None:
            self._root = Path(tempfile.mkdtemp(prefix=PREFIX))
        assert model.scenario is not None or kind == BRIEF
        digest = model.scenario.sha256 if model.scenario is not None else model.game.title
        told = json.dumps([kind, digest, sorted(settings.items()), draws, seed])
        folder = self._root / f"{kind}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"
        folder.mkdir(exist_ok=True)
        return folder


def _end(running: BaseProcess) -> None:
    """End a process, if it is not over, and wait until it is."""
    running.terminate()
    running.join(PATIENCE)
    if running.is_alive():
        running.kill()
        running.join()


def _check(kind: str, model: Model, draws: int, seed: int) -> None:
    low, high = FEWEST[kind], MOST_DRAWS[kind]
    if not low <= draws <= high:
        more = "; `standoff run` takes more" if kind == STUDY else ""
        raise RequestError.of(f"a {kind} of {draws:,} draws is not made here", f"give {low} to {high:,}{more}")
    if not 0 <= seed <= MOST_SEED:
        raise RequestError.of(f"{seed} is no seed", f"give a whole number from 0 to {MOST_SEED:,}")
    if kind == STUDY and model.scenario is None:
        raise RequestError.of("an .efg file has no ranges to draw from", "explore a scenario")


def whole(body: Mapping[str, Any], key: str) -> int:
    """A whole number of a request. Raises `RequestError` for anything else."""
    value = body.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise RequestError.of(f"`{key}` is not a whole number", "write one such as 1000")
    return value


def routes(session: Session) -> list[Route]:
    """Start, look at, stop, and read a study; start, look at and stop a brief."""
    jobs = Jobs()
    session.at_close(jobs.close)

    def start(kind: str) -> Callable[[Asked], dict[str, Any]]:
        def answer(asked: Asked) -> dict[str, Any]:
            body, loaded = asked.body, asked.loaded
            keep = body.get("keep") is True
            draws, seed = whole(body, "draws"), whole(body, "seed")
            jobs.start(kind, loaded.model, loaded.version, asked.settings, draws, seed, keep)
            return jobs.view(kind)

        return answer

    def look(kind: str) -> Callable[[Request], Any]:
        async def handle(request: Request) -> Response:
            del request
            return reply(jobs.view(kind))

        return handle

    def end(kind: str) -> Callable[[Request], Response]:
        def handle(request: Request) -> Response:  # in a thread of its own, since it waits for the process to end
            del request
            jobs.stop(kind)
            return reply(jobs.view(kind))

        return handle

    async def result(request: Request) -> Response:
        del request
        return reply(jobs.result(STUDY, ("summary", "findings")))

    def file(request: Request) -> Response:
        del request
        job = jobs.job(BRIEF)
        if job is None or job.state != "done":
            return reply({"problems": [Problem(Mark(), "there is no brief yet", "make one first").to_dict()]}, 404)
        name = file_name(job.task.model.game.title, "brief", "html")
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        content = (Path(job.task.folder) / PAGE).read_bytes()
        return Response(content, media_type="text/html; charset=utf-8", headers=headers)

    own = [Route("/api/study/result", result, methods=["GET"]), Route("/api/brief/file", file, methods=["GET"])]
    for kind in KINDS:
        own.append(posted(session, f"/api/{kind}", start(kind)))
        own.append(Route(f"/api/{kind}/state", look(kind), methods=["GET"]))
        own.append(Route(f"/api/{kind}/stop", end(kind), methods=["POST"]))
    return own
