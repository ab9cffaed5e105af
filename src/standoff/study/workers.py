"""Chunks of a study answered by processes of this machine, given back in order.

One worker is this process. Others are fresh processes (spawned) that are sent the model once; they leave interrupts to
the parent and end with it even if it is killed.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.connection import wait
from typing import TypeAlias

from standoff.errors import AnalysisError
from standoff.study.answers import Answers

AHEAD = 4  # chunks per worker that may be waiting or under way

Job: TypeAlias = Callable[[int], Answers]  # the answers of the chunk that begins at a draw

_job: list[Job] = []  # in a worker process: what it was started for


def answered(job: Job, starts: Iterable[int], workers: int) -> Generator[Answers, None, None]:
    """The chunks that begin at `starts`, in order.

    Raises `AnalysisError` where a worker process dies.
    """
    if workers == 1:
        yield from map(job, starts)
        return
    others = set(active_children())
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin, initargs=(job,))
    waiting: deque[Future[Answers]] = deque()
    try:
        for start in starts:
            waiting.append(pool.submit(_answer, start))
            if len(waiting) > AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        raise AnalysisError(
            "a worker process of the study ended before its time (killed, perhaps for want of memory); use workers=1, "
            "or, in a script, put the call under `if __name__ == '__main__':`"
        ) from error
    except BaseException:
        for child in set(active_children()) - others:
            child.terminate()  # what it is working on is lost either way
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(job: Job) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its children, which would print a traceback each
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _job[:] = [job]


def _answer(start: int) -> Answers:
    return _job[0](start)


def _end_with_parent() -> None:
    """A parent that was killed cannot end its children: they would wait for work forever."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
