"""Chunks of a study answered by a Dask cluster, given back in order. Needs the extra ``cluster``.

An address is ``local:N`` (N separate worker processes on this machine, reachable from it alone) or that of a scheduler,
such as ``tcp://10.0.0.5:8786``. Chunks are pure, so those of a worker that dies are computed again elsewhere, and the
answers are those of any other way to run the study. Workers must have the same versions of the programs as the caller.
A scheduler carries out what it is sent: use one only on a network that is trusted.
"""

from __future__ import annotations

import re
import socket
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from standoff.errors import AnalysisError, RequestError
from standoff.study.answers import Answers
from standoff.study.workers import AHEAD, Job

if TYPE_CHECKING:
    from distributed import Client

LOOPBACK = "127.0.0.1"
SCHEDULER = re.compile(r"(?:(?:tcp|tls|ws|wss|ucx)://)?(?P<host>\[[^]]+\]|[^/:]+):(?P<port>[0-9]{1,5})/?")
LOCAL = re.compile(r"local:([1-9][0-9]{0,3})")
REACH = 20  # seconds to wait for a scheduler to answer
TRIES = 20  # workers that may die over one chunk before the study stops


@contextmanager
def cluster(address: str) -> Iterator[Client]:
    """A client of the cluster at an address; a local cluster ends with the context.

    Raises `RequestError` where Dask is not installed or no scheduler answers, `AnalysisError` where local workers do
    not start.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise RequestError.of(
            "a cluster needs Dask, which is not installed", "install the extra: pip install 'standoff[cluster]'"
        ) from error
    local = LOCAL.fullmatch(address)
    if address.partition(":")[0] == "local" and not local:
        raise RequestError.of(f"`{address}` is no local cluster", "write local:N, with N worker processes")
    if not local:
        _check_reach(address)
    settings = {"distributed.scheduler.allowed-failures": TRIES, "distributed.worker.daemon": True}
    with dask.config.set(settings), ExitStack() as stack:
        try:
            reached = address
            if local:
                workers = LocalCluster(
                    n_workers=int(local[1]),
                    threads_per_worker=1,
                    processes=True,
                    host=LOOPBACK,
                    dashboard_address=f"{LOOPBACK}:0",  # any free port
                    worker_dashboard_address=f"{LOOPBACK}:0",
                )
                reached = stack.enter_context(workers).scheduler_address
            client = stack.enter_context(Client(reached, timeout=REACH, set_as_default=False))
        except (OSError, ValueError) as error:
            raise _unreached(address, error) from error
        except RuntimeError as error:  # what Dask raises where a worker process ends as soon as it began
            raise AnalysisError(
                f"the workers of `{address}` did not start ({' '.join(str(error).split())[:120]}); in a script, put "
                "the call under `if __name__ == '__main__':`"
            ) from error
        yield client


def _check_reach(address: str) -> None:
    """Raises `RequestError` where nothing listens; Dask's client would try for long and complain on its way out."""
    form = SCHEDULER.fullmatch(address)
    if form is None:
        raise RequestError.of(f"`{address}` is no cluster", "write local:N, or tcp://HOST:PORT of a scheduler")
    try:
        socket.create_connection((form["host"].strip("[]"), int(form["port"])), timeout=REACH).close()
    except (OSError, OverflowError) as error:
        raise _unreached(address, error) from error


def _unreached(address: str, error: Exception) -> RequestError:
    reason = " ".join(str(error).split())[:120]
    return RequestError.of(
        f"no Dask scheduler answers at `{address}` ({reason})", "start one there, or give --cluster local:N"
    )


def answered_by(
    client: Client, job: Job, starts: Iterable[int], versions: Mapping[str, str]
) -> Generator[Answers, None, None]:
    """The chunks that begin at `starts`, in order; a bounded number of them is on its way at any time.

    Raises `AnalysisError` where the cluster gives up a chunk or a worker has other versions than `versions`.
    """
    from distributed import Future
    from distributed.scheduler import KilledWorker

    shared = client.submit(_itself, job, pure=False)  # a task, not data: if its worker dies, it is computed again
    waiting: deque[Future] = deque()
    try:
        for start in starts:
            waiting.append(client.submit(_answer, shared, start, dict(versions), pure=False))
            if len(waiting) > AHEAD * max(1, sum(client.nthreads().values())):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except KilledWorker as error:
        raise AnalysisError(
            f"workers of the cluster died {TRIES} times over the same chunk; give them more memory"
        ) from error
    finally:
        client.cancel([shared, *waiting])


def _itself(job: Job) -> Job:
    return job


def _answer(job: Job, start: int, versions: Mapping[str, str]) -> Answers:
    """On a worker."""
    here = {name: version(name) for name in versions}
    if here != dict(versions):
        differing = ", ".join(
            f"{name} {here[name]} for {versions[name]}" for name in versions if here[name] != versions[name]
        )
        raise AnalysisError(f"a worker of the cluster has {differing}; install the same versions on all machines")
    return job(start)
