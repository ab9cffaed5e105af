"""What the page asks for first, kept from one start to the next, so that it is there before the game has been loaded.

About a file that was explored before, unchanged since, the first questions have the answers that they had then: which
reading there is, what the model is, what happens at the numbers of the file, and how trees look. They hang on the
contents of the file and of its ledger, the variant, the bound on nodes, and the files of this program and of what it
computes with; they are told again only while a digest of all of these is the same and the file has not been read yet.
The one equilibrium among them was certified when it was computed.

They lie in a folder of the person's own among the system's caches, one entry for each file that was explored, the
newest `MOST`. What is found there and is not as it was written counts as nothing, and so does a folder that others can
write to.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from standoff.explore.session import Session, contents

MOST = 40  # entries
LARGEST = 4_000_000  # bytes of one entry
JSON, CSS = b"application/json", b"text/css; charset=utf-8"
KINDS = {"/api/version": JSON, "/api/model": JSON, "/api/answer": JSON, "/static/tree.css": CSS}
PACKAGE = Path(__file__).parents[1]
WITH = ("numpy", "scipy", "yaml", "numba")  # what answers are computed with, beside this program


def cache_folder() -> Path | None:
    """Where the system wants what can be worked out again, for this program alone; None where nobody is at home."""
    told = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", "")
    if sys.platform != "darwin" and Path(told).is_absolute():
        return Path(told) / "standoff" / "explorer"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    places = {"win32": home / "AppData" / "Local", "darwin": home / "Library" / "Caches"}
    return places.get(sys.platform, home / ".cache") / "standoff" / "explorer"


class Kept:
    """The first answers about one file: `found` when the explorer was last started, if they still hold.

    `watched` are the files that they hang on and `contained` what these contain. `keep` writes those of this start.
    """

    def __init__(
        self, folder: Path, path: str | Path, variant: str | None = None, max_nodes: int | None = None
    ) -> None:
        self._path = Path(path)
        self._folder = folder
        self._program = [sys.version, *_own_files(), *_others()]
        asked = [str(path), str(self._path.absolute()), variant, max_nodes]
        self._entry = folder / f"{hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:40]}.json"
        self.found: dict[str, str] = {}
        self.watched: tuple[Path, ...] = (self._path,)
        self.contained: tuple[str, ...] = ()
        self._read()

    def keep(self, replies: Mapping[str, str], watched: tuple[Path, ...], contained: tuple[str, ...]) -> None:
        """Write an entry for files that contained this; where it cannot be written, the next start is slower."""
        names = [os.path.relpath(path, self._path.parent) for path in watched[1:]]
        entry = {"digest": self._digest(contained, replies), "watched": names, "replies": dict(replies)}
        content = json.dumps(entry).encode()
        if len(content) > LARGEST:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            self._write(content)
        except OSError as error:
            print(f"standoff: nothing is kept for the next start: {error}", file=sys.stderr)
            return
        self._evict()

    def _write(self, content: bytes) -> None:
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")  # several explorers may write at a time
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(name, self._entry)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _evict(self) -> None:
        """Forget the oldest; others may be doing the same."""
        ages = []
        for entry in self._folder.iterdir():
            with suppress(FileNotFoundError):
                ages.append((entry.stat().st_mtime_ns, entry))
        for _, entry in sorted(ages)[:-MOST]:
            with suppress(OSError):
                entry.unlink()

    def _read(self) -> None:
        try:
            if not _private(self._folder) or self._entry.stat().st_size > LARGEST:
                return
            entry = json.loads(self._entry.read_bytes())
            ledgers = [self._path.parent / name for name in map(str, entry["watched"]) if _beside(name)]
            watched = (self._path, *ledgers[:1])
            contained = contents(watched)
            replies = {name: str(entry["replies"][name]) for name in KINDS}
            holds = entry["digest"] == self._digest(contained, replies)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return  # there is none, or something else has written there
        if holds:
            self.found, self.watched, self.contained = replies, watched, contained

    def _digest(self, contained: tuple[str, ...], replies: Mapping[str, str]) -> str:
        """Of everything that the answers hang on, and of the answers."""
        whole = [self._entry.name, self._program, contained, dict(replies)]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


class First:
    """ASGI middleware: tells what was kept until the file has been read, and has what is told first kept."""

    def __init__(self, app: ASGIApp, session: Session, kept: Kept) -> None:
        self._app = app
        self._session = session
        self._kept = kept
        self._told: dict[str, str] = {}
        if kept.found:
            session.told_of(kept.watched, kept.contained)
        else:
            session.when_checked(self._keep)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what was kept, or let the application answer."""
        path = scope.get("path")
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
                    self._note(path, b"".join(parts).decode())
            await send(message)

        return write

    def _note(self, path: str, reply: str) -> None:
        if not reply.startswith('{"stale"'):  # what an overtaken question gets in place of an answer
            self._told[path] = reply

    def _keep(self, watched: tuple[Path, ...], contained: tuple[str, ...]) -> None:
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


def _private(folder: Path) -> bool:
    """Whether nobody else can write to a folder (where the system can say so)."""
    status = folder.stat()
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and status.st_mode & 0o022 == 0)


def _beside(name: str) -> bool:
    """Whether a ledger can have this name: one within the folder of its scenario."""
    return not Path(name).is_absolute() and ".." not in Path(name).parts


def _own_files() -> list[str]:
    """Name, size and time of change of every file of this program that has a part in an answer."""
    return [_mark(path, str(path.relative_to(PACKAGE))) for path in sorted(PACKAGE.rglob("*.py"))]


def _others() -> list[str]:
    """The same of what it computes with, without loading it; another release has other files."""
    specs = {name: find_spec(name) for name in WITH}
    return [_mark(Path(spec.origin), name) for name, spec in specs.items() if spec is not None and spec.origin]


def _mark(path: Path, name: str) -> str:
    try:
        status = path.stat()
    except OSError:
        return f"{name} gone"  # a link that leads nowhere, or a file that went as this was read
    return f"{name} {status.st_size} {status.st_mtime_ns}"
