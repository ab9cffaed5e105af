"""Entry point: parse, carry out, and turn every failure into one line a person can act on and an exit status.

0 done; 1 the analysis failed, nothing was certified, or an unexpected fault; 2 the input is wrong; 130 interrupted;
141 the reader of our output went away. Faults that nobody foresaw print one line; with STANDOFF_DEBUG=1 in the
environment they print where they came from.
"""

from __future__ import annotations

import errno
import importlib
import io
import os
import sys
from argparse import Namespace
from collections.abc import Sequence

from standoff import __version__
from standoff.cli.output import say_json, tell
from standoff.cli.parser import parse
from standoff.errors import InputError, Mark, Problem, StandoffError

INTERRUPTED = 130
BROKEN_PIPE = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if sys.stdout is None or sys.stderr is None:  # closed by whoever started this: nobody reads what is said there
        nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (until the program ends)
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a letter is no reason to fail
    try:
        return _guarded(arguments)
    except BrokenPipeError:
        # Python flushes standard output once more at exit: let that go nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt:
        tell("interrupted")
        return INTERRUPTED


def _guarded(arguments: list[str]) -> int:
    as_json = "--json" in arguments
    try:
        status = _run(parse(arguments, f"standoff {__version__}"))
        sys.stdout.flush()
    except StandoffError as error:
        _report(_problems(error), as_json)
        sys.stdout.flush()
        return error.exit_status
    except SystemExit as leave:  # argparse leaves this way after --help and --version
        return int(leave.code or 0)
    except BrokenPipeError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            tell(f"cannot write standard output: {error.strerror}")
            return 1
        if os.environ.get("STANDOFF_DEBUG"):
            raise
        _report([_fault(error)], as_json)
        return 1
    return status


def _run(arguments: Namespace) -> int:
    module, _, function = arguments.call.partition(":")
    status: int = getattr(importlib.import_module(f"standoff.cli.{module}"), function)(arguments)
    return status


def _problems(error: StandoffError) -> list[Problem]:
    if isinstance(error, InputError):
        return list(error.problems)
    return [Problem(Mark(), str(error), "")]


def _fault(error: Exception) -> Problem:
    return Problem(
        Mark(),
        f"a fault in standoff itself, {type(error).__name__}: {' '.join(str(error).split()) or 'no message'}",
        "please report it with the file and the command; STANDOFF_DEBUG=1 shows where it happened",
    )


def _report(problems: list[Problem], as_json: bool) -> None:
    if as_json:
        say_json({"errors": [problem.to_dict() for problem in problems]})
    else:
        for problem in problems:
            tell(str(problem))
