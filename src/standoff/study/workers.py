"""Chunks of a study answered by processes of this machine, given back in order.

One worker is this process. Others are fresh processes (spawned), each at its own end of a pipe: it is sent what to do
once, and then the first draw of one chunk after another. Nothing is shared between them, so that one can be ended at
any moment, in the middle of an answer too, and nobody waits for the rest of it. They never hear of Ctrl-C, which this
process answers for them, and end with it even if it is killed.
"""

from __future__ import annotations

import os
import signal
import threading
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context, parent_process, resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any, NoReturn, TypeAlias

from standoff.errors import AnalysisError
from standoff.study.answers import Answers

AHEAD = 4  # chunks per worker that may be answered before their turn, or under way

NEEDED = ("scipy.stats", "standoff.solve.many_paths", "standoff.study.chunk")  # slow to load

Job: TypeAlias = Callable[[int], Answers]  # the answers of the chunk that begins at a draw


_early: list[_Worker] = []  # those that were summoned and are not at work yet


def answered(job: Job, starts: Iterable[int], workers: int) -> Generator[Answers, None, None]:
    """The chunks that begin at `starts`, in order.

    Raises `AnalysisError` where a worker process dies, and what `job` raises.
    """
    if workers == 1:
        yield from map(job, starts)
        return
    crew = [_early.pop() for _ in range(min(workers, len(_early)))]
    try:
        _enlist(crew, workers - len(crew))
        for worker in crew:
            worker.send(job)
        yield from _in_order(crew, starts)
    finally:
        _dismiss(crew)


@contextmanager
def summoned(workers: int) -> Iterator[None]:
    """Processes for `answered` to use: they load what they need while this one still reads the game."""
    try:
        _enlist(_early, workers)
        yield
    finally:
        _dismiss(_early)


def _enlist(crew: list[_Worker], count: int) -> None:
    if count > 0:
        with _undisturbed():
            crew.extend(_Worker() for _ in range(count))


def _dismiss(crew: list[_Worker]) -> None:
    for worker in crew:
        worker.end()  # what it is working on is lost
    while crew:
        crew.pop().join()


def _in_order(crew: list[_Worker], starts: Iterable[int]) -> Iterator[Answers]:
    to_do, places = enumerate(starts), {worker.pipe: worker for worker in crew}
    idle, busy, early = crew[::-1], dict[Connection, int](), dict[int, Answers]()
    turn = 0
    while True:
        while idle and len(busy) + len(early) < AHEAD * len(crew) and (task := next(to_do, None)) is not None:
            worker = idle.pop()
            busy[worker.pipe], start = task
            worker.send(start)
        if not busy:
            return
        for pipe in wait(list(busy)):
            worker = places[pipe]  # type: ignore[index]  # what was waited for is given back
            early[busy.pop(worker.pipe)] = worker.receive()
            idle.append(worker)
        while turn in early:
            yield early.pop(turn)
            turn += 1


class _Worker:
    """A process, and this process's end of the pipe to it."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()  # so that its end is the end of the pipe

    def send(self, what: Any) -> None:
        try:
            self.pipe.send(what)
        except OSError:
            self._died()

    def receive(self) -> Answers:
        try:
            answer = self.pipe.recv()
        except (EOFError, OSError):
            self._died()
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Answers)
        return answer

    def _died(self) -> NoReturn:
        raise AnalysisError(
            "a worker process of the study ended before its time (killed, perhaps for want of memory); use workers=1, "
            "or, in a script, put the call under `if __name__ == '__main__':`"
        )

    def end(self) -> None:
        self._process.terminate()

    def join(self) -> None:
        self._process.join()
        self.pipe.close()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C waits until what is begun here has been done, and processes that are started here never hear of it."""
    pressed: list[int] = []
    before = None
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is not None:
        before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        with _deaf():
            yield
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)
        for number in pressed:
            signal.raise_signal(number)


@contextmanager
def _deaf() -> Iterator[None]:
    """Without SIGINT in this thread, and in processes it starts, from their first instruction on."""
    if not hasattr(signal, "pthread_sigmask"):  # no POSIX: workers are deaf once they run
        yield
        return
    resource_tracker.ensure_running()  # starting it later would let signals through again
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _work(pipe: Connection) -> None:
    """In a worker: answer chunks until the other end of the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for module in NEEDED:
        import_module(module)
    try:
        job = pipe.recv()
    except EOFError:
        return
    while True:
        try:
            start = pipe.recv()
        except EOFError:
            return
        try:
            answer = job(start)
        except Exception as error:
            error.add_note("in a worker process:\n" + "".join(traceback.format_tb(error.__traceback__)))
            answer = error
        pipe.send(answer)


def _end_with_parent() -> None:
    """A parent that was killed cannot end its children, and what they are working on may take long."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
