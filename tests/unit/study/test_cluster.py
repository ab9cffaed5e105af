"""A study on a real Dask cluster of separate processes, one of which is killed on the way."""

from __future__ import annotations

import multiprocessing
import os
import signal

import pytest

from standoff.errors import RequestError
from standoff.study.cluster import cluster
from standoff.study.run import run
from unit.study import made_up
from unit.study.test_store import parts_of

pytest.importorskip("distributed")
DRAWS = 40 * made_up.CHUNK


@pytest.mark.filterwarnings("default")  # what Dask says of itself is not ours to judge
def test_a_killed_worker_loses_nothing(made_up_study, tmp_path):
    killed = []

    def kill(done, total, certified):
        if not killed:
            killed.append(multiprocessing.active_children()[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    run(made_up_study, draws=DRAWS, seed=4, out=tmp_path / "cluster", cluster="local:2", progress=kill)
    run(made_up_study, draws=DRAWS, seed=4, out=tmp_path / "alone", workers=1)
    assert killed
    assert parts_of(tmp_path / "cluster") == parts_of(tmp_path / "alone")
    assert len(parts_of(tmp_path / "alone")) == 40


@pytest.mark.filterwarnings("default")
def test_an_address_where_nobody_answers(monkeypatch):
    monkeypatch.setattr("standoff.study.cluster.REACH", 0.2)
    with (
        pytest.raises(RequestError, match=r"no Dask scheduler answers at `tcp://127.0.0.1:9`"),
        cluster("tcp://127.0.0.1:9"),
    ):
        pass
    for address in ("local:0", "foo", "http://127.0.0.1:9", "tcp://127.0.0.1"):
        with pytest.raises(RequestError, match="write local:N"), cluster(address):
            pass
    with pytest.raises(RequestError, match="no Dask scheduler answers"), cluster("127.0.0.1:99999"):
        pass
