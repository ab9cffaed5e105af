"""Chunks answered by processes: in order, whatever happens to a process."""

from __future__ import annotations

import multiprocessing
from contextlib import closing

import numpy as np
import pytest

from standoff.errors import AnalysisError, ScenarioError
from standoff.study.workers import answered, summoned
from unit.study.jobs import LARGE, dying, failing, job, large, refusing


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


def test_problems_of_a_file_arrive_as_they_were():
    with pytest.raises(ScenarioError) as raised:
        list(answered(refusing, [0, 10], 2))
    with pytest.raises(ScenarioError) as here:
        refusing(0)
    assert str(raised.value) == str(here.value)
    assert raised.value.problems == here.value.problems


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
