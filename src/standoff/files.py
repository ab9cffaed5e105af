"""Files that are written: whole or not at all, and refused before the work where it can be seen then.

A file is written under a temporary name in its own folder, brought to the disk (fsync) and renamed. A link stays what
it is: the file that it leads to is written. What is no file (a device, a pipe) is written to as it is.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from standoff.errors import AnalysisError, RequestError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def check_target(target: str | Path) -> None:
    """Raises `RequestError` where nothing can be written under this name: a folder, or in none that can be used."""
    path = Path(target).resolve()
    if path.is_dir():
        raise RequestError.of(f"cannot write {target}: it is a folder", "give a file")
    if not path.parent.is_dir():
        raise RequestError.of(
            f"cannot write {target}: there is no folder {path.parent}", "give a file in a folder that exists"
        )
    place = path if path.exists() and not path.is_file() else path.parent
    if not os.access(place, os.W_OK):
        raise RequestError.of(f"cannot write {target}: no permission", "give a file in a folder that can be written to")


def write_whole(target: str | Path, text: str) -> None:
    """Write a text as UTF-8. A file that was there keeps its permissions.

    Raises `RequestError` where that cannot be done, `AnalysisError` where the disk is full.
    """
    check_target(target)
    path = Path(target).resolve()
    with writing(target):
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
            return
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else _new_mode())
            os.replace(name, path)
        except BaseException:  # an interrupt as well: nothing half written stays
            with suppress(OSError):  # the first failure is the one to tell
                os.unlink(name)
            raise


@contextmanager
def writing(target: str | Path, kept: str = "") -> Iterator[None]:
    """Turn the system's refusals to write into errors that say what to do; `kept` says what is safe all the same."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in FULL:
            text = f"cannot write {target}: {reason}; {kept}make room, then give the same command again"
            raise AnalysisError(text) from error
        raise RequestError.of(f"cannot write {target}: {reason}", "give a place that can be written to") from error


def _new_mode() -> int:
    """What other programs let a new file have; `mkstemp` lets its owner alone read."""
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
