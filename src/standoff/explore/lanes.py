"""Where answers are computed: a thread with a queue, from which overtaken requests are dropped before they start.

A request belongs to a *key* (a tab of the browser and the kind of its request) and has a number; a newer number of the
same key overtakes it. What waits is bounded: at most one request per key, and `MOST` keys.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeAlias

MOST = 256
Key: TypeAlias = tuple[str, str]
Work: TypeAlias = Callable[[Callable[[], bool]], Any]


class Overtaken(Exception):  # noqa: N818 (nothing has failed)
    """A newer request of the same key came, or the reader asked to stop. Long work may raise it itself."""


class Lane:
    """One thread that does one thing at a time, in the order asked for."""

    def __init__(self, name: str) -> None:
        self._newest: OrderedDict[Key, int] = OrderedDict()
        self._waiting: OrderedDict[Key, tuple[int, Work, Future[Any]]] = OrderedDict()
        self._running: tuple[Key, Future[Any]] | None = None
        self._ready = threading.Condition()
        self._closed = False
        # a daemon: what it computes is bounded and nothing is lost when the program ends before it is done
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, key: Key, number: int, work: Work) -> Future[Any]:
        """Have `work(cancelled)` done; the future raises `Overtaken` where a newer request of the key came first."""
        future: Future[Any] = Future()
        with self._ready:
            if self._closed or not self._newer(key, number):
                future.set_exception(Overtaken())
                return future
            self._drop(key)
            self._waiting[key] = (number, work, future)
            while len(self._waiting) > MOST:
                self._drop(next(iter(self._waiting)))
            self._ready.notify()
        return future

    def overtake(self, key: Key, number: int) -> None:
        """Drop what waits under the key, and tell what runs under it that nobody waits for it any more.

        Whoever waits is released at once, also where the work goes on for a while.
        """
        with self._ready:
            if self._newer(key, number):
                self._drop(key)
                if self._running is not None and self._running[0] == key:
                    self._release()

    def close(self) -> None:
        """Take no more work, drop what waits, and tell what runs to stop."""
        with self._ready:
            self._closed = True
            for key in list(self._waiting):
                self._drop(key)
            if self._running is not None:
                self._release()
            self._ready.notify()

    def _newer(self, key: Key, number: int) -> bool:
        if number < self._newest.get(key, number):
            return False
        self._newest[key] = number
        self._newest.move_to_end(key)
        while len(self._newest) > MOST:
            self._newest.popitem(last=False)
        return True

    def _drop(self, key: Key) -> None:
        dropped = self._waiting.pop(key, None)
        if dropped is not None and dropped[2].set_running_or_notify_cancel():
            dropped[2].set_exception(Overtaken())

    def _release(self) -> None:
        """Give up what runs: its result will be dropped."""
        assert self._running is not None
        self._running[1].set_exception(Overtaken())
        self._running = None

    def _finish(self, future: Future[Any], result: Any, error: BaseException | None) -> None:
        with self._ready:
            if self._running is None or self._running[1] is not future:
                return
            self._running = None
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

    def _next(self) -> tuple[Key, int, Work, Future[Any]] | None:
        """What has waited longest, and somebody still waits for; None once the lane is closed."""
        with self._ready:
            while True:
                while not self._waiting and not self._closed:
                    self._ready.wait()
                if self._closed:
                    return None
                key, (number, work, future) = self._waiting.popitem(last=False)
                if future.set_running_or_notify_cancel():
                    self._running = key, future
                    return key, number, work, future

    def _work(self) -> None:
        while (taken := self._next()) is not None:
            key, number, work, future = taken

            def cancelled(key: Key = key, number: int = number) -> bool:
                return self._closed or self._newest.get(key, number) > number

            try:
                result = work(cancelled)
            except BaseException as error:
                self._finish(future, None, error)
            else:
                self._finish(future, result, None)
