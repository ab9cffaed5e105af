"""``standoff map``: which classes of equilibria hold over two parameters, as text, chart, table and JSON."""

from __future__ import annotations

import string
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from standoff import api
from standoff.cli.output import check_output, percent, say, say_json, table, tell, width, wrap
from standoff.errors import RequestError
from standoff.files import write_whole
from standoff.findings.region_axes import Axis
from standoff.findings.region_map import SOURCES, RegionMap

LETTERS = string.ascii_uppercase + string.ascii_lowercase
COLUMNS, ROWS = 48, 20  # of the map in the terminal, at most
NOTHING, OTHER, BASE = ".", "#", "*"
MOST_CONDITIONS = 24


def region_map(arguments: Namespace) -> int:
    """Make the map; 0 when classes were found at some cell."""
    targets = [target for target in (arguments.svg, arguments.csv) if target]
    for target in targets:
        check_output(arguments.file, target)
    if len(targets) == 2 and Path(targets[0]).absolute() == Path(targets[1]).absolute():
        raise RequestError.of(f"{targets[0]} would be chart and table at once", "give two different files")
    model = api.load(arguments.file, variant=arguments.variant, max_nodes=arguments.max_nodes)
    with _progress() as progress:
        found = api.regions(
            model,
            across=(arguments.x, arguments.y),
            set=dict(arguments.settings),
            resolution=arguments.resolution,
            method=arguments.method,
            selected=arguments.selected,
            seconds=arguments.seconds,
            progress=progress,
        )
    if arguments.csv:
        write_whole(arguments.csv, found.to_csv())
        tell(f"wrote {arguments.csv}")
    if arguments.svg and found.sets:
        from standoff.draw.regions import region_chart

        write_whole(arguments.svg, region_chart(found) + "\n")
        tell(f"wrote {arguments.svg}")
    elif arguments.svg:
        tell(f"{arguments.svg} was not written: no cell of the map is known")
    if arguments.json:
        say_json(found.to_dict())
    else:
        say(map_text(found, width()))
    return 0 if found.sets else 1


def map_text(found: RegionMap, columns: int) -> str:
    """The map for people: letters, what they stand for, and where classes begin."""
    heading = wrap(found.title or "Untitled game", columns)
    blocks = [heading, _picture(found, columns), _legend(found, columns)]
    if found.boundaries:
        blocks.append(_conditions(found, columns))
    blocks.append("\n".join(wrap(sentence, columns) for sentence in _claims(found)))
    return "\n\n".join(block for block in blocks if block)


def _letter(number: int) -> str:
    if number < 0:
        return NOTHING
    return LETTERS[number] if number < len(LETTERS) else OTHER


def _picture(found: RegionMap, columns: int) -> str:
    """The map in letters, the highest row first; every letter is the cell at its place."""
    x, y = found.axes
    marks = [f"{float(value):.4g}" for value in (y.high, y.low)]
    margin = max(map(len, marks)) + 1
    across, up = min(x.cells, COLUMNS, columns - margin - 3), min(y.cells, ROWS)
    picks = [int((place + 0.5) * x.cells / across) for place in range(across)]
    rows = [int((place + 0.5) * y.cells / up) for place in range(up)]
    base = (_place(x, across), _place(y, up))
    lines = []
    for place in reversed(range(up)):
        letters = [_letter(int(found.cell[rows[place], pick])) for pick in picks]
        if place == base[1] and base[0] is not None:
            letters[base[0]] = BASE
        mark = marks[0] if place == up - 1 else marks[1] if place == 0 else ""
        lines.append(f"{mark.rjust(margin)} |{''.join(letters)}|")
    low, high = f"{float(x.low):.4g}", f"{float(x.high):.4g}"
    lines.append(" " * (margin + 2) + low + high.rjust(across - len(low)))
    names = wrap(f"across: {x.name}, up: {y.name}, {BASE} is the base value", columns)
    return "\n".join([names, *lines])


def _place(axis: Axis, places: int) -> int | None:
    """Where the base value falls among so many places; None outside."""
    if not axis.low <= axis.base <= axis.high:
        return None
    return min(places - 1, int((axis.base - axis.low) / axis.span * places))


def _legend(found: RegionMap, columns: int) -> str:
    rows = [(_letter(n), percent(found.share(n)), found.label(n)) for n in range(min(len(found.sets), len(LETTERS)))]
    rest = sum(found.share(n) for n in range(len(LETTERS), len(found.sets)))
    if rest:
        rows.append((OTHER, percent(rest), f"{len(found.sets) - len(LETTERS)} further sets of classes"))
    unknown = float(np.mean(found.cell < 0))
    if unknown:
        rows.append((NOTHING, percent(unknown), "nothing is known"))
    text = "What holds, with its share of the area\n" + table(rows, columns, flexible=2)
    if found.everywhere and len(found.sets) > 1:
        listed = [wrap(found.classes[k].name, columns, "  - ", "    ") for k in found.everywhere]
        text += "\n" + "\n".join(["Everywhere as well:", *listed])
    key = [(found.short(k), found.classes[k].name) for k in found.key()]
    return text + (f"\n\nClasses without a name\n{table(key, columns, flexible=1)}" if key else "")


def _conditions(found: RegionMap, columns: int) -> str:
    """Every boundary's class and condition, each once."""
    said: dict[tuple[str, str], None] = {}
    for boundary in found.boundaries:
        reason = boundary.general or boundary.condition or "a line that was found by bisection"
        at = f" (here {boundary.condition})" if boundary.general and boundary.general != boundary.condition else ""
        k = boundary.class_index
        said.setdefault((found.short(k) if k in found.key() else found.classes[k].name, reason + at))
    rows = list(said)[:MOST_CONDITIONS]
    text = "Where a class begins or ends, and what binds there\n"
    text += "\n".join(wrap(f"{name}: {reason}", columns, "  ", "    ") for name, reason in rows)
    left = len(said) - len(rows)
    return text + (f"\n  and {left} more; --json has all" if left else "")


def _claims(found: RegionMap) -> Iterator[str]:
    """What the map rests on, in sentences."""
    counts = {name: int(np.sum(found.source == number)) for number, name in enumerate(SOURCES)}
    cells = found.cell.size
    told = {
        "conditions": "decided by derived conditions, exactly",
        "enumerated": "enumerated completely",
        "filled": "filled in between cells that agree",
        "incomplete": "enumerated, but other classes may hold",
        "selected": "only the selected equilibrium, by what play reaches",
        "undefined": "without a game (a probability or payoff does not exist there)",
        "missing": "missing",
    }
    parts = [f"{counts[name]:,} {text}" for name, text in told.items() if counts[name]]
    yield f"{cells:,} cells: {'; '.join(parts)}."
    if found.boundaries:
        sure = sum(boundary.certified for boundary in found.boundaries)
        yield f"{sure} of {len(found.boundaries)} boundary lines are certified at every point."
    for assumption, share in found.failing.items():
        yield f"The scenario assumes {assumption}, which fails on {percent(share)} of the area."
    for note in found.notes:
        yield f"{note[0].upper()}{note[1:]}."


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """A counter on standard error that overwrites itself; None for no watcher."""
    if not sys.stderr.isatty():
        yield None
        return
    shown = False

    def show(done: int, total: int) -> None:
        nonlocal shown
        shown = True
        print(f"\r{done:,} cells looked at, {total:,} in all", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        if shown:
            print(file=sys.stderr)
