"""Serving the explorer on this machine until it is interrupted."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from pathlib import Path

import uvicorn

from standoff.explore.app import application
from standoff.explore.entrance import Entrance
from standoff.explore.guard import Guard
from standoff.explore.kept import First, Kept, cache_folder
from standoff.explore.session import Session

SWITCH = 0.0005  # seconds until a thread that computes lets the one that serves go on


class Explorer:
    """A session, served at an entrance; what the page asks for first may have been kept."""

    def __init__(self, session: Session, entrance: Entrance | None = None, kept: Kept | None = None) -> None:
        self.session = session
        self.entrance = entrance or Entrance()
        app = application(session)
        config = uvicorn.Config(
            Guard(app if kept is None else First(app, session, kept), self.entrance.port, self.entrance.keys),
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
        """Where the page is."""
        return self.entrance.url

    def run(self) -> None:
        """Serve until interrupted or stopped."""
        sys.setswitchinterval(SWITCH)
        try:
            self._server.run(sockets=[self.entrance.socket])
        finally:
            self.entrance.socket.close()
            self.session.close()

    def stop(self) -> None:
        """End `run`, from another thread."""
        self._server.should_exit = True


def explore(
    path: str | Path,
    entrance: Entrance,
    *,
    variant: str | None = None,
    max_nodes: int | None = None,
    page: str | Path | None = None,
    cache: bool = True,
    tell: Callable[[str], None] | None = None,
) -> None:
    """Serve the explorer of a file. Raises KeyboardInterrupt when the person ends it.

    `cache` says whether its first answers are kept on disk for the next start, and told from there; `tell` hears of
    mistakes in the file.
    """
    folder = cache_folder() if cache else None
    kept = None if folder is None else Kept(folder, path, variant, max_nodes)
    Explorer(Session(path, variant=variant, max_nodes=max_nodes, page=page, tell=tell), entrance, kept).run()


class _Server(uvicorn.Server):
    """A server that has the file read once it serves and, before it ends, lets go of requests that wait for work."""

    def __init__(self, config: uvicorn.Config, session: Session) -> None:
        super().__init__(config)
        self._session = session

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve, and then read the file: the page is on its way to the browser meanwhile."""
        await super().startup(sockets)
        self._session.begin()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, once open requests have their answers."""
        self._session.stop_work()
        await super().shutdown(sockets)
