"""What benchmarks print and write: tables in Markdown, the machine, and the marked parts of docs/performance.md.

A marked part of the page stands between the comments ``<!-- NAME -->`` and ``<!-- /NAME -->``, each on a line of its
own; `put` replaces what is between them, so that numbers in the page are those that a script printed.
"""

from __future__ import annotations

import platform
import resource
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from os import cpu_count
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def put(name: str, text: str) -> None:
    """Replace a marked part of the page."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"{PAGE} has no part marked {begin.strip()} ... {end}")
    PAGE.write_text(f"{before}{begin}\n{text}\n\n{end}{after}", encoding="utf-8")


def machine(*packages: str) -> str:
    """Processor, cores, system and versions, in one line."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", *packages))
    return f"{processor()}, {cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {versions}"


def processor() -> str:
    """The model of the processor, as the system calls it."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def cpu_seconds() -> float:
    """Processor time so far of this process and of those of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def children_seconds() -> float:
    """Processor time of the children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def short(value: float, digits: int = 2) -> str:
    """A number with so many digits that count, thousands separated."""
    if value == 0:
        return "0"
    exponent = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    if exponent >= digits:
        return f"{round(value, digits - exponent):,.0f}"
    return f"{value:.{digits}g}"


def percent(share: float) -> str:
    """A share in per cent: with as many nines as it has, and never rounded up to all."""
    if share in (0.0, 1.0):
        return f"{100 * share:.0f} %"
    for digits in range(1, 5):
        text = f"{100 * share:.{digits}f}"
        if float(text) not in (0.0, 100.0):
            return f"{text} %"
    return "< 100 %" if share > 0.5 else "> 0 %"
