"""Chunks answered by processes: in order, whatever happens to a process."""

from __future__ import annotations

import multiprocessing
import os
from contextlib import closing

import numpy as np
import pytest

from standoff.errors import AnalysisError
from standoff.study.workers import answered, summoned
from unit.study import made_up

MODEL = made_up.model()
LARGE = 1 << 17  # draws of which an answer does not fit into a pipe


def job(start, size=10):
    return made_up.chunk(MODEL, 5, "random", 1_000_000, start, size)


def large(start):
    return job(start, LARGE)


def failing(start):
    if start == 30:
        raise ValueError(f"no answer at {start}")
    return job(start)


def dying(start):
    if start == 30:
        os._exit(7)
    return job(start)


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 2, 25])
def test_answers_come_in_order(workers, count):
    starts = range(0, 10 * count, 10)
    parts = list(answered(job, starts, workers))
    assert len(parts) == count
    for part, start in zip(parts, starts, strict=True):
        np.testing.assert_array_equal(part.selected, job(start).selected)
    assert multiprocessing.active_children() == []


def test_whoever_stops_listening_waits_for_no_answer():
    with closing(answered(large, range(8), 2)) as parts:
        assert len(next(parts).gain) == LARGE  # the next answers are on their way, and stop where the pipe is full
    assert multiprocessing.active_children() == []


def test_what_a_job_raises_is_raised_here_and_tells_where():
    with pytest.raises(ValueError, match="no answer at 30") as raised:
        list(answered(failing, range(0, 100, 10), 2))
    assert "in failing" in raised.value.__notes__[0]
    assert multiprocessing.active_children() == []


def test_a_process_that_dies_is_told_and_leaves_no_other():
    with pytest.raises(AnalysisError, match="ended before its time"):
        list(answered(dying, range(0, 100, 10), 2))
    assert multiprocessing.active_children() == []


def test_summoned_processes_are_those_that_answer_and_none_stays():
    with summoned(2):
        early = {child.pid for child in multiprocessing.active_children()}
        assert len(early) == 2
        parts = answered(job, range(0, 50, 10), 2)
        np.testing.assert_array_equal(next(parts).selected, job(0).selected)
        assert {child.pid for child in multiprocessing.active_children()} == early
        assert len(list(parts)) == 4
        assert multiprocessing.active_children() == []


def test_summoned_processes_end_where_nothing_is_asked_of_them():
    with pytest.raises(ZeroDivisionError), summoned(2):
        raise ZeroDivisionError
    assert multiprocessing.active_children() == []
