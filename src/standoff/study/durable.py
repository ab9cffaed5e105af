"""Files that are there in full or not at all, and a folder that one run at a time may write to.

A file is written under a temporary name in its own folder, brought to the disk (fsync) and renamed. The lock is the
kernel's (flock): it ends with the process that holds it, however that ends, so a run that was killed leaves none.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from standoff import files
from standoff.errors import RequestError

TEMPORARY = ".tmp"


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that it is complete whenever it is there; an older one is replaced.

    Raises `AnalysisError` where the disk is full, `RequestError` where the folder cannot be written to.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    with writing(path):
        try:
            _write(temporary, content)
            temporary.replace(path)
            _sync_folder(path.parent)
        except BaseException:
            with suppress(OSError):  # the first failure is the one to tell
                temporary.unlink(missing_ok=True)
            raise


def writing(path: Path) -> AbstractContextManager[None]:
    """Turn the system's refusals to write into errors that say what to do, and that what was finished is kept."""
    return files.writing(path, "what was finished is kept: ")


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # folders cannot be opened there
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, which says who holds it; it stays behind, unlocked.

    Raises `RequestError` where another process holds it.
    """
    try:
        import fcntl
    except ImportError as error:
        raise RequestError.of(
            "a stored study needs a system with POSIX file locks (Linux, macOS)", "leave out --out, or run it there"
        ) from error
    with writing(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RequestError.of(
                f"another run writes to {path.parent} ({_holder(path)})", "wait until it ends, or give another --out"
            ) from error
        with writing(path):
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps({"process": os.getpid(), "host": socket.gethostname()}).encode(), 0)
        yield
    finally:
        os.close(descriptor)  # and with it the lock


def _holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        return f"process {int(holder['process'])} on {holder['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it has not yet said which process it is"
