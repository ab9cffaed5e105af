"""What the page asks for first, kept from one start to the next, so that it is there before the game has been loaded.

About a file that was explored before, unchanged since, the first questions have the answers that they had then: which
reading there is, what the model is, what happens at the numbers of the file, and how trees look. They hang on the
contents of the file and of its ledger, the variant, the bound on nodes and this program's own files, and are told again
only while a digest of all of these is the same and the file has not been read yet. The one equilibrium among them was
certified when it was computed.

They lie in a folder of the person's own among the system's caches, one entry for each file that was explored, the
newest `MOST`. What is found there and is not as it was written counts as nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from standoff.errors import StandoffError
from standoff.explore.session import Session, contents
from standoff.version import VERSION

MOST = 40  # entries
LARGEST = 4_000_000  # bytes of one entry
JSON, CSS = b"application/json", b"text/css; charset=utf-8"
KINDS = {"/api/version": JSON, "/api/model": JSON, "/api/answer": JSON, "/static/tree.css": CSS}
PACKAGE = Path(__file__).parents[1]


def cache_folder() -> Path:
    """Where the system wants what can be worked out again, for this program alone."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "standoff" / "explorer"


class Kept:
    """The first answers about one file: `found` when the explorer was last started, if they still hold.

    `keep` writes those of this start.
    """

    def __init__(
        self, folder: Path, path: str | Path, variant: str | None = None, max_nodes: int | None = None
    ) -> None:
        self._path = Path(path)
        self._folder = folder
        self._asked = json.dumps([VERSION, sys.version, variant, max_nodes, *_own_files()])
        name = hashlib.sha256(json.dumps([str(self._path.absolute()), variant, max_nodes]).encode()).hexdigest()
        self._entry = folder / f"{name[:40]}.json"
        self.found: dict[str, str] = {}
        self.watched: tuple[Path, ...] = (self._path,)
        self._read()

    def keep(self, replies: Mapping[str, str], watched: tuple[Path, ...], contained: str) -> None:
        """Write an entry for files that contained this; where it cannot be written, the next start is slower."""
        names = [os.path.relpath(path, self._path.parent) for path in watched[1:]]
        entry = {"digest": self._digest(contained, replies), "watched": names, "replies": dict(replies)}
        content = json.dumps(entry).encode()
        if len(content) > LARGEST:
            return
        from standoff.study.durable import write_durably

        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(self._entry, content)
            entries = sorted(self._folder.glob("*.json"), key=lambda one: one.stat().st_mtime)
            for old in entries[:-MOST]:
                old.unlink(missing_ok=True)
        except (OSError, StandoffError) as error:
            print(f"standoff: nothing is kept for the next start: {error}", file=sys.stderr)

    def _read(self) -> None:
        try:
            if self._entry.stat().st_size > LARGEST:
                return
            entry = json.loads(self._entry.read_bytes())
            watched = (self._path, *(self._path.parent / str(name) for name in entry["watched"]))
            replies = {name: str(entry["replies"][name]) for name in KINDS}
            holds = entry["digest"] == self._digest(contents(watched), replies)
        except (OSError, ValueError, KeyError, TypeError):
            return  # there is none, or something else has written there
        if holds:
            self.found, self.watched = replies, watched

    def _digest(self, contained: str, replies: Mapping[str, str]) -> str:
        """Of everything that the answers hang on, and of the answers."""
        return hashlib.sha256(json.dumps([self._asked, contained, dict(replies)], sort_keys=True).encode()).hexdigest()


class First:
    """ASGI middleware: tells what was kept until the file has been read, and has what is told first kept."""

    def __init__(self, app: ASGIApp, session: Session, kept: Kept) -> None:
        self._app = app
        self._session = session
        self._kept = kept
        self._told: dict[str, str] = {}
        if kept.found:
            session.told_of(kept.watched, contents(kept.watched))
        else:
            session.when_checked(self._keep)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what was kept, or let the application answer."""
        path = scope["path"]
        if self._session.version > 1 or path not in KINDS or (self._session.version and self._kept.found):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "POST":
            body = await _whole(receive)
            receive = _again(body, receive)
            first = _as_in_the_file(body)
        else:
            first = scope["method"] == "GET"
        if not first:
            await self._app(scope, receive, send)
        elif self._kept.found and self._session.version == 0:
            await _send(send, self._kept.found[path].encode(), KINDS[path])
        else:
            await self._app(scope, receive, self._listening(path, send))

    def _listening(self, path: str, send: Send) -> Send:
        parts: list[bytes] = []
        good = False

        async def write(message: Message) -> None:
            nonlocal good
            if message["type"] == "http.response.start":
                good = message["status"] == 200
            elif good:
                parts.append(message.get("body", b""))
                if not message.get("more_body", False) and self._session.version == 1:
                    self._told[path] = b"".join(parts).decode()
            await send(message)

        return write

    def _keep(self, watched: tuple[Path, ...], contained: str) -> None:
        if self._told.keys() == KINDS.keys():
            self._kept.keep(self._told, watched, contained)


def _as_in_the_file(body: bytes) -> bool:
    """Whether this asks about the selected equilibrium at the numbers of the first reading, with nothing opened."""
    try:
        asked: Any = json.loads(body)
    except (ValueError, RecursionError):
        return False
    if not isinstance(asked, dict) or asked.keys() != {"equilibrium", "open", "client", "seq", "version", "settings"}:
        return False
    return (asked["equilibrium"], asked["open"], asked["version"], asked["settings"]) == (0, [], 1, {})


async def _whole(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more, and then whatever comes after it."""
    given = False

    async def read() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return read


async def _send(send: Send, content: bytes, kind: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _own_files() -> list[str]:
    """Name, size and time of change of every file of this program that has a part in an answer."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        stat = path.stat()
        found.append(f"{path.relative_to(PACKAGE)} {stat.st_size} {stat.st_mtime_ns}")
    return found
