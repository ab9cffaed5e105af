"""Serving the explorer on this machine until it is interrupted."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from standoff.errors import RequestError
from standoff.explore.app import application
from standoff.explore.guard import Guard
from standoff.explore.session import Session

LOOPBACK = "127.0.0.1"


class Explorer:
    """A session, served. `url` has the token in it; `ended` is set by `stop`, from any thread."""

    def __init__(self, session: Session, port: int = 0) -> None:
        self.session = session
        self._socket = _listening(port)
        self.port: int = self._socket.getsockname()[1]
        self._guard = Guard(application(session), self.port)
        config = uvicorn.Config(
            self._guard,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            limit_concurrency=200,
        )
        self._server = _Server(config, session)

    @property
    def url(self) -> str:
        """Where the page is, for the person who started it."""
        return f"http://{LOOPBACK}:{self.port}/?token={self._guard.token}"

    def url_for_once(self) -> str:
        """The same with a token that can be used once, for a command line that others may see."""
        return f"http://{LOOPBACK}:{self.port}/?token={self._guard.token_for_once()}"

    def run(self) -> None:
        """Serve until interrupted or stopped. Connections are accepted from the start of this object on."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()
            self.session.close()

    def stop(self) -> None:
        """End `run`, from another thread."""
        self._server.should_exit = True


def explore(
    path: str | Path,
    *,
    variant: str | None = None,
    max_nodes: int | None = None,
    page: str | Path | None = None,
    port: int = 0,
    started: Callable[[Explorer], None],
) -> None:
    """Serve the explorer of a file; `started` is called once the page can be opened.

    Raises `RequestError` where the port cannot be had, KeyboardInterrupt when the person ends it.
    """
    session = Session(path, variant=variant, max_nodes=max_nodes, page=page)
    session.begin()
    explorer = Explorer(session, port)
    started(explorer)
    explorer.run()


class _Server(uvicorn.Server):
    """A server that, before it ends, lets go of requests that wait for work."""

    def __init__(self, config: uvicorn.Config, session: Session) -> None:
        super().__init__(config)
        self._session = session

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, once open requests have their answers."""
        self._session.stop_work()
        await super().shutdown(sockets)


def _listening(port: int) -> socket.socket:
    """A socket that listens on the port of the loopback interface; 0 takes one that is free."""
    # asyncio sends small packets at once only where the protocol is named
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOOPBACK, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            what = f"port {port} is taken by another program"
        else:
            what = f"port {port} cannot be used: {error.strerror or error}"
        raise RequestError.of(what, "give --port another number, or leave it out for a free one") from error
    return listening
