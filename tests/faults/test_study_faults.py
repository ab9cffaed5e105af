"""Stored studies when something goes wrong: each fault is one clear message, and nothing finished is lost."""

from __future__ import annotations

import errno
import itertools
import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from standoff.cli import main
from standoff.errors import AnalysisError, RequestError
from standoff.game.model import from_scenario
from standoff.scenario.load import loads
from standoff.study import parts
from standoff.study import run as running
from standoff.study.durable import locked
from standoff.study.parts import DamagedPartError, Part, decode, encode
from standoff.study.run import run
from standoff.study.store import open_study, part_path
from unit.study import made_up
from unit.study.test_store import parts_of

DRAWS = 5 * made_up.CHUNK + 20
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def model(monkeypatch):
    monkeypatch.setattr(running, "CHUNK", made_up.CHUNK)
    monkeypatch.setattr(running, "chunk", made_up.chunk)
    return made_up.model()


@pytest.fixture
def whole(model, tmp_path):
    """The digests of an undisturbed study."""
    folder = tmp_path / "whole"
    run(model, draws=DRAWS, seed=4, out=folder, workers=1)
    return parts_of(folder)


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "made-up.yaml"
    path.write_text(made_up.TEXT)
    return path


def again(model, folder, **changes):
    told = []
    run(model, **{"draws": DRAWS, "seed": 4, "out": folder, "workers": 1, "tell": told.append, **changes})
    return told


def failing(original, code, at):
    """A system call that fails the `at`-th time."""
    calls = itertools.count(1)

    def call(*arguments):
        if next(calls) == at:
            raise OSError(code, os.strerror(code))
        return original(*arguments)

    return call


@pytest.mark.parametrize(("name", "at"), [("write", 3), ("fsync", 8), ("open", 7)])
def test_a_full_disk(model, whole, tmp_path, monkeypatch, name, at):
    folder = tmp_path / "full"
    with monkeypatch.context() as patch:
        patch.setattr(os, name, failing(getattr(os, name), errno.ENOSPC, at))
        with pytest.raises(AnalysisError, match=r"No space left on device; what was finished is kept: make room"):
            again(model, folder)
    kept = parts_of(folder)
    assert 1 <= len(kept) < len(whole)
    assert kept.items() <= whole.items()  # and no half-written file under any name
    assert again(model, folder) == []
    assert parts_of(folder) == whole


def test_a_full_disk_is_one_line_and_exit_status_1(model, scenario, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(os, "fsync", failing(os.fsync, errno.EDQUOT, 9))
    assert main(["run", str(scenario), "--draws", "300", "--workers", "1", "--out", str(tmp_path / "full")]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "what was finished is kept" in err


@pytest.mark.parametrize("make", ["proc", "file", "inside a file", "read-only"])
def test_a_folder_that_cannot_be_used(model, tmp_path, monkeypatch, make):
    target = {
        "proc": Path("/proc/standoff-study"),
        "file": tmp_path / "file",
        "inside a file": tmp_path / "file" / "inside",
        "read-only": tmp_path / "fresh",
    }[make]
    (tmp_path / "file").write_text("not ours")
    if make == "read-only":
        monkeypatch.setattr(os, "open", failing(os.open, errno.EROFS, 1))
    with pytest.raises(RequestError, match=r"cannot write|is a file, not a folder"):
        again(model, target)
    assert (tmp_path / "file").read_text() == "not ours"


def garbage(path):
    path.write_bytes(np.random.default_rng(0).bytes(5000))


def truncated(path):
    path.write_bytes(path.read_bytes()[:-100])


def empty(path):
    path.write_bytes(b"")


def flipped(path):
    """A number changed under an unchanged checksum."""
    part = decode(path, *SAME)
    digest = parts._digest
    with pytest.MonkeyPatch.context() as patch:
        correct = digest(parts._columns(part, SAME[0]))
        patch.setattr(parts, "_digest", lambda columns: correct)
        part.answers.payoffs[7, 0] += 1e-3
        path.write_bytes(encode(part, *SAME))


def too_short(path):
    part = decode(path, *SAME)
    path.write_bytes(encode(Part(part.start, part.answers.rows(slice(0, 10)), {}), *SAME))


def misplaced(path):
    path.write_bytes(part_path(path.parent.parent, 0).read_bytes())


def of_another_study(path):
    path.write_bytes(encode(decode(path, *SAME), SAME[0], "another"))


SAME = []


@pytest.mark.parametrize("damage", [garbage, truncated, empty, flipped, misplaced, of_another_study])
def test_a_damaged_part_is_set_aside_and_computed_again(model, whole, tmp_path, damage):
    folder = tmp_path / "whole"
    manifest = open_study(folder).manifest
    SAME[:] = [manifest.names, manifest.identity]
    path = part_path(folder, 3)
    damage(path)
    damaged = path.read_bytes()
    (told,) = again(model, folder)
    assert "part-000003.parquet" in told
    assert "it is now part-000003.parquet.corrupt" in told
    aside = path.with_name("part-000003.parquet.corrupt")
    assert aside.read_bytes() == damaged
    aside.unlink()
    assert parts_of(folder) == whole


def test_no_flipped_byte_goes_unnoticed(model, whole, tmp_path):
    """A part with any byte changed is damaged, or holds what it held (the byte said nothing)."""
    manifest = open_study(tmp_path / "whole").manifest
    path = part_path(tmp_path / "whole", 3)
    content, before = path.read_bytes(), decode(path, manifest.names, manifest.identity)
    noticed = 0
    for position in range(0, len(content), 31):
        path.write_bytes(content[:position] + bytes([content[position] ^ 0x20]) + content[position + 1 :])
        try:
            after = decode(path, manifest.names, manifest.identity)
        except DamagedPartError:
            noticed += 1
            continue
        assert after.start == before.start
        for name, values in vars(before.answers).items():
            np.testing.assert_array_equal(getattr(after.answers, name), values)
    assert noticed > 50


def test_a_part_with_too_few_draws_is_computed_again(model, whole, tmp_path):
    folder = tmp_path / "whole"
    manifest = open_study(folder).manifest
    SAME[:] = [manifest.names, manifest.identity]
    too_short(part_path(folder, 3))
    with pytest.raises(AnalysisError, match="holds other draws than its name says"):
        open_study(folder).rows()
    again(model, folder)
    assert parts_of(folder) == whole


@pytest.mark.parametrize(
    ("changes", "phrase"),
    [
        ({"seed": 5}, r"the seed differs \(seed 4, now 5\)"),
        ({"sampler": "random"}, r"the sampler differs \(sampler sobol, now random\)"),
        ({"settings": {"cut": "0.2"}}, r"what is --set differs"),
        ({"keep_parameters": True}, "whether parameters are kept differs"),
        ({"seed": 5, "sampler": "lhs"}, "the seed and the sampler differ"),
        ({"text": made_up.TEXT.replace("0.3", "0.4")}, "the scenario's text differs"),
        ({"version": "0.0.1"}, r"versions of the programs differs \(numpy [\d.]+, now 0.0.1"),
    ],
)
def test_another_study_is_not_mixed_with_the_one_there(model, whole, tmp_path, monkeypatch, changes, phrase):
    if "text" in changes:
        model = from_scenario(loads(changes.pop("text")))
    if "version" in changes:
        monkeypatch.setattr(running, "version", lambda name: changes["version"])
    folder = tmp_path / "whole"
    with pytest.raises(RequestError, match=phrase) as raised:
        again(model, folder, **{key: value for key, value in changes.items() if key != "version"})
    assert "give another --out, or --fresh" in str(raised.value)
    assert parts_of(folder) == whole


def test_fresh_begins_anew_and_touches_nothing_else(model, whole, tmp_path):
    folder = tmp_path / "whole"
    (folder / "mine.txt").write_text("mine")
    again(model, folder, seed=5, fresh=True, draws=100)
    assert len(parts_of(folder)) == 2
    assert open_study(folder).seed == 5
    assert (folder / "mine.txt").read_text() == "mine"


def test_fresh_does_not_delete_what_is_no_study(model, tmp_path):
    (tmp_path / "manifest.json").write_text('{"mine": 1}')
    with pytest.raises(RequestError, match=r"has a manifest\.json that is no study's; give another --out"):
        again(model, tmp_path, fresh=True)
    assert (tmp_path / "manifest.json").read_text() == '{"mine": 1}'


def test_two_runs_on_one_store(model, tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    with (
        locked(folder / "lock"),
        pytest.raises(RequestError, match=rf"another run writes to {folder} \(process {os.getpid()} on "),
    ):
        again(model, folder)
    assert not (folder / "manifest.json").exists()
    again(model, folder)  # the lock is gone with its holder, the file is not
    assert "process" in json.loads((folder / "lock").read_text())


@pytest.mark.parametrize(
    ("content", "phrase"),
    [
        (
            '{"standoff-study": 2, "new": 1}',
            r"written by a newer version of standoff \(format 2; this one reads up to 1\)",
        ),
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"standoff-study": 1}', "cannot be read"),
        (None, r"holds parts of a study but no manifest\.json"),
    ],
)
def test_a_manifest_that_cannot_be_used(model, whole, tmp_path, content, phrase):
    manifest = tmp_path / "whole" / "manifest.json"
    if content is None:
        manifest.unlink()
    else:
        manifest.write_text(content)
    with pytest.raises(RequestError, match=phrase):
        again(model, tmp_path / "whole")
    assert parts_of(tmp_path / "whole") == whole
    again(model, tmp_path / "whole", fresh=True)
    assert parts_of(tmp_path / "whole") == whole


def test_what_is_no_store_is_said_to_be_none(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    for folder, phrase in ((tmp_path, "holds no stored study"), (tmp_path / "file", "is not a folder")):
        assert main(["findings", str(folder)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert phrase in err


@pytest.mark.parametrize(("module", "extra"), [("distributed", "cluster"), ("xarray", "xarray")])
def test_a_missing_extra_is_named(model, monkeypatch, module, extra):
    study = run(model, draws=10, workers=1)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(RequestError, match=rf"pip install 'standoff\[{extra}\]'"):
        study.to_xarray() if module == "xarray" else run(model, draws=10, cluster="local:1")


KILL = """
import os, signal, sys
from pathlib import Path
from standoff.study import durable, run as running
from unit.study import made_up

place, at, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
calls = 0

def die(original):
    def call(*arguments):
        global calls
        calls += 1
        if calls == at:
            if place == "write":
                original(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments)
    return call

if place == "replace":
    Path.replace = die(Path.replace)
else:
    setattr(os, place, die(getattr(os, place)))
running.CHUNK, running.chunk = made_up.CHUNK, made_up.chunk
running.run(made_up.model(), draws=DRAWS, seed=4, out=folder, workers=1)
""".replace("DRAWS", str(DRAWS))


def environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])}


@pytest.mark.parametrize(("place", "at"), [("write", 1), ("write", 4), ("fsync", 9), ("replace", 5)])
def test_a_killed_run_goes_on_to_the_same_bytes(model, whole, tmp_path, place, at):
    folder = tmp_path / "killed"
    command = [sys.executable, "-c", KILL, place, str(at), str(folder)]
    ended = subprocess.run(command, env=environment(), capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    there = {name: digest for name, digest in parts_of(folder).items() if not name.endswith(".tmp")}
    assert there.items() <= whole.items()
    assert len(there) < len(whole)
    again(model, folder)  # the lock of the process that was killed is no obstacle
    assert parts_of(folder) == whole


INTERRUPT = """
import multiprocessing, os, signal, sys
from standoff.cli import main
from standoff.study import run as running
from standoff.study.store import Store
from unit.study import made_up

name, write = sys.argv.pop(1), Store.write

def interrupted(store, number, *rest):
    write(store, number, *rest)
    if number == 1:
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        os.kill(os.getpid(), getattr(signal, name))

Store.write = interrupted
running.CHUNK, running.chunk = made_up.CHUNK, made_up.chunk
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux to wait for processes that are not ours")
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGKILL", -signal.SIGKILL)])
def test_an_interrupt_keeps_what_is_finished_and_leaves_no_process(model, whole, scenario, tmp_path, name, status):
    folder = tmp_path / "interrupted"
    arguments = ["run", str(scenario), "--draws", str(DRAWS), "--seed", "4", "--workers", "2", "--out", str(folder)]
    out, err = tmp_path / "out", tmp_path / "err"  # files: a process left over would hold a pipe open
    with out.open("w") as stdout, err.open("w") as stderr:
        command = [sys.executable, "-c", INTERRUPT, name, *arguments]
        ended = subprocess.run(command, env=environment(), stdout=stdout, stderr=stderr, check=False)
    assert ended.returncode == status, err.read_text()
    workers = [int(word) for word in out.read_text().split()]
    assert len(workers) == 2
    assert all(gone(worker) for worker in workers)
    if name == "SIGINT":
        told = f"what was finished is kept in {folder}: give the same command again to go on\ninterrupted\n"
        assert err.read_text() == told
    finished = parts_of(folder)
    assert set(finished) == {"part-000000.parquet", "part-000001.parquet"}
    study = from_file(scenario)
    again(study, folder)
    run(study, draws=DRAWS, seed=4, out=tmp_path / "other", workers=1)
    assert parts_of(folder) == parts_of(tmp_path / "other")
    assert finished.items() <= parts_of(folder).items()


def from_file(path):
    from standoff.game.model import open_model

    return open_model(path)


def gone(process):
    """Whether a process ends within twenty seconds."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 20)[0])
    finally:
        os.close(descriptor)
