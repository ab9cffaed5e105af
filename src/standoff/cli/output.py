"""How words, numbers and tables reach the terminal. Results go to standard output, talk goes to standard error.

`width` asks the terminal; where there is none (a pipe, a file) it is 100 columns, and nothing is coloured anywhere.
"""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from standoff.errors import RequestError
from standoff.files import check_target

NARROWEST, WIDEST = 40, 140

_TIE = "\u00a0"  # not a place to break a line for textwrap

# What could steer a terminal or reorder a line, in a label of a file from elsewhere: shown as a replacement character
_STEERING = dict.fromkeys((*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd")
_STEERING[ord("\n")] = "\n"


def width() -> int:
    """Columns to write in."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size(fallback=(100, 24)).columns))


def say(text: str = "") -> None:
    """A result, to standard output."""
    print(_visible(text))


def emit(text: str) -> None:
    """The content of a file as it is, to standard output."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def tell(text: str) -> None:
    """Talk (progress, warnings, mistakes), to standard error."""
    print(_visible(text), file=sys.stderr)


def say_json(value: dict[str, Any]) -> None:
    """One JSON object, to standard output; ASCII only, so no terminal's encoding can spoil it."""
    print(json.dumps(value, indent=2, allow_nan=False))


def check_output(source: str, target: str | Path) -> None:
    """Raises `RequestError` where an output cannot be written, or would overwrite the file that is read."""
    check_target(target)
    if Path(target).exists() and Path(source).exists() and Path(target).samefile(source):
        raise RequestError.of(f"{target} is the file to be read", "write to another file")


def _tied(text: str) -> str:
    """The text with numbers tied to their units, so that no line begins with a per cent sign."""
    return text.replace(" %", _TIE + "%")


def _untied(text: str) -> str:
    return text.replace(_TIE, " ")


def _visible(text: str) -> str:
    return text.translate(_STEERING)


def percent(probability: float) -> str:
    """A probability for people: ``60 %``, ``33.3 %``, ``<0.1 %``; 0 % and 100 % only where it is that to 1e-9."""
    share = 100 * probability
    if share < 1e-7:
        return "0 %"
    if share > 100 - 1e-7:
        return "100 %"
    if share < 0.1:
        return "<0.1 %"
    if share > 99.9:
        return ">99.9 %"
    return f"{share:.1f}".removesuffix(".0") + " %"


def number(value: float) -> str:
    """A payoff for people: four significant digits, rounding noise around zero shown as 0."""
    return f"{0.0 if abs(value) < 1e-12 else value:.4g}"


def scientific(value: float) -> str:
    """A tiny number for people: ``3e-12``, and 0 as such."""
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{value:.0e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def wrap(text: str, columns: int, indent: str = "", hang: str | None = None) -> str:
    """`text` as a paragraph; `hang` is the indent of the lines after the first (default: the same)."""
    lines = textwrap.wrap(
        _tied(text),
        width=max(columns, NARROWEST),
        initial_indent=indent,
        subsequent_indent=indent if hang is None else hang,
        break_on_hyphens=False,
    )
    return _untied("\n".join(lines))


def table(rows: Sequence[Sequence[str]], columns: int, indent: str = "  ", flexible: int | None = None) -> str:
    """Rows as columns; the `flexible` column is wrapped to what the others leave, but never below 12."""
    if not rows:
        return ""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    if flexible is not None:
        others = sum(size for n, size in enumerate(widths) if n != flexible) + 2 * (len(widths) - 1) + len(indent)
        widths[flexible] = min(widths[flexible], max(12, columns - others))
    lines = []
    for row in rows:
        cells = [
            textwrap.wrap(_tied(cell), size, break_on_hyphens=False) if n == flexible and cell else [cell]
            for n, (cell, size) in enumerate(zip(row, widths, strict=True))
        ]
        for line in range(max(len(cell) for cell in cells)):
            parts = [
                (cell[line] if line < len(cell) else "").ljust(size) for cell, size in zip(cells, widths, strict=True)
            ]
            lines.append((indent + "  ".join(parts)).rstrip())
    return _untied("\n".join(lines))
