"""How far a study is, on standard error: a bar, the rate, the time that remains and the certified share.

The line overwrites itself, at most ten times a second; where nobody watches (no terminal) there is none. The rate is
that of the last half minute or so, and counts only draws computed now, not those a stored study had already.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from standoff.cli.output import percent

BAR = 24
OFTEN = 0.1  # seconds between two lines
WINDOW = 30.0  # seconds that the rate is taken over

Show = Callable[[int, int, int], None]


@contextmanager
def progress(clock: Callable[[], float] = time.monotonic) -> Iterator[Show | None]:
    """What a study may call with (draws done, draws in all, certified); None for no watcher. Ends its line."""
    if not sys.stderr.isatty():
        yield None
        return
    seen: deque[tuple[float, int]] = deque()
    shown = 0.0
    drawn = False

    def show(done: int, total: int, certified: int) -> None:
        nonlocal shown, drawn
        now = clock()
        if seen and done < total and now - shown < OFTEN:
            return
        seen.append((now, done))
        while now - seen[0][0] > WINDOW and len(seen) > 2:
            seen.popleft()
        shown, drawn = now, True
        elapsed, made = now - seen[0][0], done - seen[0][1]
        line = progress_line(done, total, certified, made / elapsed if elapsed > 0 else None)
        columns = shutil.get_terminal_size(fallback=(100, 24)).columns - 1
        print(f"\r{line[:columns]:<{columns}}", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        if drawn:
            print(file=sys.stderr)


def progress_line(done: int, total: int, certified: int, rate: float | None) -> str:
    """The line; `rate` in draws per second, where it is known."""
    filled = BAR * done // total
    parts = [f"[{'#' * filled}{'.' * (BAR - filled)}] {done:,} of {total:,} draws"]
    if rate:
        parts.append(f"{rate:,.0f} a second" if rate >= 10 else f"{rate:.2g} a second")
        if done < total:
            parts.append(f"{duration((total - done) / rate)} left")
    if done:
        parts.append(f"{percent(certified / done)} certified")
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """A time for people: ``45 s``, ``12 min``, ``3 h 20 min``."""
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60:,} h {minutes % 60} min"
