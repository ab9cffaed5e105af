"""Files are written whole or not at all, whatever stands under their names."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from standoff import files
from standoff.errors import AnalysisError, RequestError
from standoff.files import check_target, write_whole, writing


def test_a_text_is_written_as_it_is(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    write_whole(target, "\ufeffà\r\nb\n")
    assert target.read_bytes() == "\ufeffà\r\nb\n".encode()
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_new_file_has_the_permissions_of_any_new_file_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    other, target = tmp_path / "other", tmp_path / "a.txt"
    other.touch()
    write_whole(target, "new")
    assert target.stat().st_mode == other.stat().st_mode
    target.chmod(0o640)
    write_whole(target, "newer")
    assert target.stat().st_mode & 0o777 == 0o640
    assert target.read_text(encoding="utf-8") == "newer"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for target in (elsewhere / "old.txt", elsewhere / "new.txt"):
        link = tmp_path / f"to_{target.name}"
        link.symlink_to(target)
        if target.stem == "old":
            target.write_text("before", encoding="utf-8")
        write_whole(link, "after")
        assert link.is_symlink()
        assert target.read_text(encoding="utf-8") == "after"


def test_what_is_no_file_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    write_whole(pipe, "through it")
    reader.join(20)
    assert heard == ["through it"]
    assert pipe.is_fifo()


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="the system has no device that is always full")
def test_a_full_disk_is_no_mistake_of_the_request() -> None:
    with pytest.raises(AnalysisError, match=r"cannot write /dev/full: .*; make room, then give the same command again"):
        write_whole("/dev/full", "x" * 100_000)
    assert Path("/dev/full").is_char_device()


def test_a_place_that_cannot_be_is_said_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for target, why in (
        (tmp_path, "it is a folder"),
        (tmp_path / "none" / "a.txt", "there is no folder"),
        (tmp_path / "file" / "a.txt", "there is no folder"),
    ):
        with pytest.raises(RequestError, match=why):
            check_target(target)
        with pytest.raises(RequestError, match=why):
            write_whole(target, "")
    check_target(tmp_path / "new.txt")
    check_target(tmp_path / "file")
    assert os.listdir(tmp_path) == ["file"]


def test_no_permission_is_said_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.os, "access", lambda place, mode: Path(place) != tmp_path)  # root may write anywhere
    with pytest.raises(RequestError, match="no permission"):
        check_target(tmp_path / "a.txt")


@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "full"), OSError(errno.EIO, "broken"), KeyboardInterrupt()])
def test_what_fails_on_the_way_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old", encoding="utf-8")

    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr(files.os, "fsync", fail)
    wanted = {errno.ENOSPC: AnalysisError, errno.EIO: RequestError}.get(getattr(fault, "errno", None), type(fault))
    with pytest.raises(wanted):
        write_whole(target, "new")
    assert target.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_what_is_safe_all_the_same_is_said() -> None:
    with pytest.raises(AnalysisError, match="full; the rest is kept: make room"), writing("a", "the rest is kept: "):
        raise OSError(errno.ENOSPC, "full")
