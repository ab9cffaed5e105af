"""``standoff conditions``: for which parameters each class of equilibria exists."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from standoff import api
from standoff.cli.conditions_text import conditions_text
from standoff.cli.output import emit, say, say_json, width
from standoff.errors import RequestError

EVERY = 0.2  # seconds between two progress lines


def conditions(arguments: Namespace) -> int:
    """Derive conditions; 0 when something was proven: a class with its conditions, or that there is none."""
    if arguments.json and arguments.latex:
        raise RequestError.of("--json and --latex exclude each other", "the JSON has the LaTeX of each class")
    model = api.load(arguments.file, variant=arguments.variant, max_nodes=arguments.max_nodes)
    with _progress() as progress:
        result = api.conditions(
            model,
            name=arguments.name,
            solve_for=arguments.solve_for,
            seconds=arguments.seconds,
            knife_edges=arguments.knife_edges,
            progress=progress,
        )
    if arguments.json:
        say_json(result.to_dict())
    elif arguments.latex:
        emit(result.proposition())
    else:
        say(conditions_text(result, width()))
    return 0 if result.classes or result.knife_edges or not (result.missing or result.undecided) else 1


@contextmanager
def _progress() -> Iterator[Callable[[str, int], None] | None]:
    """A line on standard error that overwrites itself, cleared whatever happens; None for no watcher."""
    if not sys.stderr.isatty():
        yield None
        return
    started = last = time.monotonic()
    longest = 0

    def show(phase: str, found: int) -> None:
        nonlocal last, longest
        now = time.monotonic()
        if now - last < EVERY:
            return
        last = now
        plural = "class" if found == 1 else "classes"
        text = f"{now - started:.0f} s: {phase}; {found} {plural} so far"
        longest = max(longest, len(text))
        print(f"\r{text.ljust(longest)}", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        if longest:
            print(f"\r{' ' * longest}\r", end="", file=sys.stderr, flush=True)
