"""Queues of work: what is overtaken is not computed, and what runs can see that nobody waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from standoff.explore.lanes import MOST, Lane, Overtaken

WAIT = 20  # seconds until a test that hangs fails


@pytest.fixture
def lane() -> Iterator[Lane]:
    lane = Lane("test")
    yield lane
    lane.close()


class Blocked:
    """Work that goes on until it is let go, and remembers whether it was told to stop."""

    def __init__(self) -> None:
        self.begun, self.go, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.cancelled: bool | None = None

    def __call__(self, cancelled: Callable[[], bool]) -> str:
        self.begun.set()
        assert self.go.wait(WAIT)
        self.cancelled = cancelled()
        self.ended.set()
        return "done"


def outcome(future: Future[Any]) -> Any:
    return future.result(WAIT)


def test_overtaken_work_is_never_begun(lane: Lane) -> None:
    blocked, ran = Blocked(), []
    first = lane.submit(("other", "a"), 1, blocked)
    assert blocked.begun.wait(WAIT)
    waiting = [lane.submit(("tab", "a"), number, lambda _, n=number: ran.append(n)) for number in range(1, 6)]
    blocked.go.set()
    outcome(waiting[-1])
    assert outcome(first) == "done"
    assert ran == [5]
    for future in waiting[:-1]:
        with pytest.raises(Overtaken):
            outcome(future)


def test_kinds_and_tabs_do_not_overtake_each_other(lane: Lane) -> None:
    futures = [lane.submit((tab, kind), 1, lambda _, t=tab, k=kind: t + k) for tab in "ab" for kind in "xyz"]
    assert [outcome(future) for future in futures] == ["ax", "ay", "az", "bx", "by", "bz"]


def test_an_older_number_that_comes_late_is_dropped(lane: Lane) -> None:
    assert outcome(lane.submit(("tab", "a"), 7, lambda _: "new")) == "new"
    with pytest.raises(Overtaken):
        outcome(lane.submit(("tab", "a"), 6, lambda _: "old"))


@pytest.mark.parametrize("how", ["newer", "cancel", "close"])
def test_what_runs_is_told_that_nobody_waits(lane: Lane, how: str) -> None:
    blocked = Blocked()
    future = lane.submit(("tab", "a"), 1, blocked)
    assert blocked.begun.wait(WAIT)
    if how == "newer":
        lane.submit(("tab", "a"), 2, lambda _: None)
    elif how == "cancel":
        lane.overtake(("tab", "a"), 2)
    else:
        lane.close()
    if how != "newer":
        with pytest.raises(Overtaken):  # at once, while the work still runs
            outcome(future)
    blocked.go.set()
    assert blocked.ended.wait(WAIT)
    assert blocked.cancelled is True


def test_what_nobody_overtakes_is_not_told_so(lane: Lane) -> None:
    blocked = Blocked()
    future = lane.submit(("tab", "a"), 1, blocked)
    lane.submit(("tab", "b"), 2, lambda _: None)
    lane.submit(("other", "a"), 2, lambda _: None)
    blocked.go.set()
    outcome(future)
    assert blocked.cancelled is False


def test_failures_reach_those_who_wait_and_the_lane_goes_on(lane: Lane) -> None:
    def fail(_: Callable[[], bool]) -> None:
        raise ZeroDivisionError("here")

    with pytest.raises(ZeroDivisionError, match="here"):
        outcome(lane.submit(("tab", "a"), 1, fail))
    assert outcome(lane.submit(("tab", "a"), 2, lambda _: 3)) == 3


def test_a_lane_outlives_those_who_leave(lane: Lane) -> None:
    blocked, ran = Blocked(), []
    first = lane.submit(("first", ""), 1, blocked)
    assert blocked.begun.wait(WAIT)
    waiting = [lane.submit((f"tab {number}", ""), 1, lambda _: ran.append(1)) for number in range(3)]
    assert not first.cancel()  # it runs
    assert all(future.cancel() for future in waiting)
    lane.overtake(("tab 1", ""), 2)
    blocked.go.set()
    assert outcome(lane.submit(("last", ""), 1, lambda _: "ran")) == "ran"
    assert ran == []


def test_what_waits_is_bounded(lane: Lane) -> None:
    blocked = Blocked()
    lane.submit(("first", ""), 1, blocked)
    assert blocked.begun.wait(WAIT)
    futures = [lane.submit((f"tab {number}", ""), 1, lambda _: "ran") for number in range(MOST + 40)]
    blocked.go.set()
    assert outcome(futures[-1]) == "ran"
    dropped = [future for future in futures if isinstance(future.exception(WAIT), Overtaken)]
    assert len(dropped) == 40


def test_a_closed_lane_takes_no_work() -> None:
    lane = Lane("test")
    lane.close()
    with pytest.raises(Overtaken):
        outcome(lane.submit(("tab", "a"), 1, lambda _: 1))
