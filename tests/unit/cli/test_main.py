"""The frame around every command: exit statuses, where messages go, and faults that nobody foresaw."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from standoff import __version__
from standoff.cli import answer, main
from standoff.errors import LimitError

SCENARIO = str(Path(__file__).resolve().parents[3] / "examples" / "consent" / "scenario.yaml")
LEDGER = SCENARIO.replace("scenario.yaml", "ledger.yaml")


def in_a_process(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "standoff", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=120,
        **options,
    )


def test_version_and_help(standoff):
    assert standoff("--version") == (0, f"standoff {__version__}\n", "")
    status, out, _ = standoff("--help")
    assert status == 0
    for command in ("check", "show", "solve", "verify", "run", "brief", "library", "export", "schema"):
        assert command in out
        assert standoff(command, "--help")[0] == 0


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_nobody_listens_and_nothing_fails(closed, tmp_path):
    target = tmp_path / "game.svg"
    call = f'"$0" -m standoff solve library:ultimatum --svg "$1" {closed}'
    run = subprocess.run(["sh", "-c", call, sys.executable, target], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0
    assert "fault" not in run.stdout + run.stderr
    assert "<svg" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "a command is missing; see `standoff --help`"),
        (["slove", "x"], "there is no command `slove`; did you mean `solve`?"),
        (["xyzzy"], "there is no command `xyzzy`; see `standoff --help`"),
        (["--verison"], "`--verison` is not understood here; did you mean `--version`?"),
        (["solve"], "the following arguments are required: FILE; see `standoff solve --help`"),
        (["solve", "library:no_such_game"], "the library has no game `no_such_game`"),
        (["solve", "library:ultimatun"], "did you mean `ultimatum`?"),
        (["solve", "no-such-file.yaml"], "no-such-file.yaml: there is no such file"),
        (["solve", "no-such-file.efg"], "no-such-file.efg: there is no such file"),
        (["solve", "a.yaml", "b.yaml"], "`b.yaml` is not understood here"),
        (["export", "library:ultimatum", "--to", "tikx"], "no format is called `tikx`; did you mean `tikz`?"),
        (["run", "library:ultimatum"], "--draws"),
        (["solve", "library:ultimatum", "--whole"], "--whole is about a drawing; give --svg OUT or --tikz OUT as well"),
        (["solve", "library:ultimatum", "--at", "x"], "--at is about a drawing; give --svg OUT or --tikz OUT as well"),
        (["solve", "library:ultimatum", "--svg", "/"], "cannot write /: it is a folder; give a file"),
        (["solve", LEDGER], "ledger.yaml:1:1: this is a ledger of evidence, not a scenario; give the scenario whose"),
        (["review", SCENARIO], "scenario.yaml:1:1: this is a scenario, not a ledger of evidence; give the file that"),
        (["explore", "/", "--no-open"], "/ is no file; give the path"),
        (["run", "library:ultimatum", "--draws", "-3"], "'-3' is not a whole number above zero"),
        (["run", "library:ultimatum", "--draws", "4", "--seed", "1.5"], "'1.5' is not a whole number from zero on"),
    ],
)
def test_mistakes_on_the_command_line_are_one_line_and_exit_with_2(standoff, arguments, says):
    status, out, err = standoff(*arguments)
    assert (status, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_options_are_not_guessed_from_their_beginnings(standoff, deterrence):
    status, _, err = standoff("solve", deterrence, "--conc", "nash")
    assert (status, err) == (2, "`--conc` is not understood here; did you mean `--concept`?\n")


def test_all_mistakes_of_a_file_are_told_at_once_with_their_places(standoff, deterrence):
    text = deterrence.read_text().replace("p_firm, soft", "p_frim, soft").replace("cost * reply.resist\nout", "x\nout")
    text = text.replace("actor: challenger, options", "actor: chalenger, options")
    deterrence.write_text(text)
    status, out, err = standoff("check", deterrence)
    lines = err.splitlines()
    assert (status, out) == (2, "")
    assert len(lines) >= 2
    assert all(line.startswith(f"{deterrence}:") for line in lines)
    assert any("did you mean `challenger`?" in line for line in lines)
    status, out, err = standoff("solve", deterrence, "--json")
    errors = json.loads(out)["errors"]
    assert (status, err) == (2, "")
    assert all(error["file"] == str(deterrence) and error["line"] > 1 and error["col"] > 0 for error in errors)


def test_a_fault_of_ours_is_one_line_with_advice_and_no_traceback(standoff, deterrence, monkeypatch):
    def broken(_):
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr(answer, "solve", broken)
    monkeypatch.delenv("STANDOFF_DEBUG", raising=False)
    status, out, err = standoff("solve", deterrence)
    assert (status, out) == (1, "")
    assert err.startswith("a fault in standoff itself, ZeroDivisionError: division by zero; please report it")
    assert err.count("\n") == 1
    assert standoff("solve", deterrence, "--json")[2] == ""
    monkeypatch.setenv("STANDOFF_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["solve", str(deterrence)])


def test_a_failed_analysis_exits_with_1(standoff, deterrence, monkeypatch):
    def limited(_):
        raise LimitError("too large; make it smaller")

    monkeypatch.setattr(answer, "solve", limited)
    assert standoff("solve", deterrence) == (1, "", "too large; make it smaller\n")
    status, out, _ = standoff("solve", deterrence, "--json")
    assert (status, json.loads(out)["errors"][0]["message"]) == (1, "too large; make it smaller")


def test_an_interruption_is_one_line_and_130(standoff, deterrence, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(answer, "solve", interrupted)
    assert standoff("solve", deterrence) == (130, "", "interrupted\n")


def test_the_program_runs_on_its_own(deterrence):
    done = in_a_process("solve", deterrence, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["title"] == "A deterrence game"


def test_a_reader_that_goes_away_is_no_fault(deterrence):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        command = [sys.executable, "-m", "standoff", "solve", str(deterrence)]
        done = subprocess.run(command, stdout=gone, stderr=subprocess.PIPE, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_terminal_that_cannot_show_a_letter_gets_a_substitute(deterrence):
    deterrence.write_text(deterrence.read_text().replace("A deterrence game", "Überfall am Fluß"), encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = in_a_process("solve", deterrence, env=environment)
    assert done.returncode == 0
    assert done.stdout.startswith("?berfall am Flu?\n")
