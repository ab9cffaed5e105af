"""Hostile and broken files through the command line: a line or several, an exit status, never a traceback."""

import json
import os
import pty
import random
import signal
import subprocess
import sys

import pytest

from standoff.cli import main

SCENARIO = """\
standoff: 1
title: Two actors
actors: {a: A, b: B}
moves:
  first: {actor: a, options: [in, out]}
  second: {actor: b, when: first.in, options: [fight, share]}
payoffs:
  a: {gain: 2 * second.share - 3 * second.fight}
  b: {gain: 1 - first.in + second.share * 0.5}
outcomes: {war: second.fight, peace: first.out or second.share}
"""


@pytest.fixture
def outcome(capsys, monkeypatch):
    """Run the command line on a file; the status, after checking what must always hold."""
    monkeypatch.delenv("STANDOFF_DEBUG", raising=False)

    def run(*arguments):
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert status in (0, 1, 2)
        assert "Traceback" not in captured.out + captured.err
        assert "fault in standoff" not in captured.out + captured.err
        if status == 2 and "--json" not in arguments:
            assert captured.err.strip()
        return status, captured.out, captured.err

    return run


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"\xff\xfe\x00\x01",
        b"standoff: 1",
        b"standoff: 2\n",
        b"- 1\n- 2\n",
        b"{" * 5000,
        b"a: " * 5000,
        b"a: &x [*x]\n",
        b"x: !!python/object/apply:os.system ['true']\n",
        b"standoff: 1\ntitle: |\n  " + b"x" * 100_000,
        b"standoff: 1\n" + b"k: v\n" * 5000,
        "standoff: 1\ntitle: \u202eevil\n".encode(),
        b"%YAML 9.9\n---\nstandoff: 1\n",
        b"standoff: 1\n---\nstandoff: 1\n",
    ],
    ids=range(15),
)
@pytest.mark.parametrize("suffix", [".yaml", ".efg"])
def test_files_that_are_no_games(outcome, tmp_path, content, suffix):
    path = write(tmp_path / f"game{suffix}", content)
    for command in (["check", path], ["solve", path], ["solve", path, "--json"], ["show", path]):
        status, out, _ = outcome(*command)
        assert status == 2
        if "--json" in command:
            assert json.loads(out)["errors"]


@pytest.mark.parametrize("seed", range(3))
def test_damaged_scenarios_are_accepted_or_refused_but_never_break_us(outcome, tmp_path, seed):
    chance = random.Random(seed)
    for _ in range(40):
        text = list(SCENARIO)
        for _ in range(chance.randint(1, 4)):
            where = chance.randrange(len(text))
            text[where] = chance.choice(["", "\n", ":", "{", "}", "-", "'", "%", "9", "é", "\t", "* ", text[where] * 2])
        outcome("check", write(tmp_path / "damaged.yaml", "".join(text)))


@pytest.mark.parametrize("length", [*range(0, len(SCENARIO), 37)])
def test_truncated_scenarios(outcome, tmp_path, length):
    outcome("check", write(tmp_path / "cut.yaml", SCENARIO[:length]))


def test_a_folder_a_pipe_and_a_closed_door(outcome, tmp_path):
    assert outcome("check", tmp_path)[0] == 2
    folder = tmp_path / "folder.efg"
    folder.mkdir()
    assert outcome("check", folder)[0] == 2
    assert outcome("check", "/dev/null")[0] == 2
    closed = write(tmp_path / "closed.yaml", SCENARIO)
    closed.chmod(0)
    assert outcome("check", closed)[0] in (0, 2)  # the superuser may read it


def test_names_of_files_that_look_like_something_else(outcome, tmp_path):
    assert outcome("check", "library:../../etc/passwd")[0] == 2
    assert outcome("check", "library:")[0] == 2
    assert outcome("check", "")[0] == 2
    assert outcome("check", "a\x00b")[0] == 2
    assert outcome("check", "x" * 5000)[0] == 2
    name = tmp_path / "line\nbreak \x1b[2J.yaml"
    status, _, err = outcome("check", write(name, "standoff: 1\n"))
    assert status == 2
    assert "\x1b" not in err


def test_labels_cannot_steer_the_terminal(outcome, tmp_path):
    text = 'EFG 2 R "\x1b[2Jtitle" { "\x1b]0;x\x07one" }\np "" 1 1 "" { "\x1b[31mred" "plain" } 0\n'
    text += 't "" 1 "\x1bwar" { 1 }\nt "" 2 "peace" { 2 }\n'
    path = write(tmp_path / "steer.efg", text)
    for command in ("solve", "show", "check"):
        _, out, err = outcome(command, path)
        assert "\x1b" not in out + err
        assert "\x07" not in out + err


def test_settings_that_are_no_numbers(outcome, tmp_path):
    text = SCENARIO.replace("moves:", "parameters: {p: 0.5}\nmoves:").replace("2 * sec", "p * sec")
    path = write(tmp_path / "p.yaml", text)
    for value in (
        "nan",
        "inf",
        "1e999",
        "1/0",
        "__import__('os')",
        "9**9**9**9",
        "p",
        "(" * 500,
        "1e-400",
        "é",
        "\x00",
    ):
        assert outcome("solve", path, "--set", f"p={value}")[0] in (0, 1, 2)
    assert outcome("solve", path, "--set", "p=1", "--set", "p=2")[0] == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_interrupting_a_study_leaves_one_line(tmp_path, workers):
    text = SCENARIO.replace("moves:", "parameters: {p: {range: 'uniform(1, 3)'}}\nmoves:").replace("2 * sec", "p * sec")
    path = write(tmp_path / "study.yaml", text)
    command = [sys.executable, "-m", "standoff", "run", str(path), "--draws", "100000", "--workers", str(workers)]
    terminal, inside = pty.openpty()  # progress is shown on a terminal only, and tells when the work has begun
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=inside, text=True, start_new_session=True)
    os.close(inside)
    try:
        shown = _read_until(terminal, " of 100,000 draws")
        os.killpg(process.pid, signal.SIGINT)  # what a terminal sends on Ctrl-C: to the workers too
        shown += _read_until(terminal, None)
        out, _ = process.communicate(timeout=60)
    finally:
        os.close(terminal)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    assert (process.returncode, out) == (130, "")
    assert shown.splitlines()[-1] == "interrupted"
    assert "Traceback" not in shown


def _read_until(terminal, text):
    """What the terminal shows up to and including `text`, or up to its end."""
    shown = ""
    while text is None or text not in shown:
        try:
            data = os.read(terminal, 4096)
        except OSError:  # how Linux says that nobody writes to the terminal any more
            data = b""
        if not data:
            assert text is None, shown
            break
        shown += data.decode(errors="replace")
    return shown
