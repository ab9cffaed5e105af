"""Plain values as YAML text that our own reader reads back as the same values.

Text is written plain where that is safe beyond doubt, else in double quotes with JSON's escapes, which YAML shares.
(The three private-use characters that the reader needs for itself cannot be held by a file; reading refuses them.)
Mappings of an entry are written one key a line; what is inside them, in one line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "str | int | float | bool | Sequence[Value] | Mapping[str, Value] | None"

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./()+-]*[A-Za-z0-9_.)]|[A-Za-z]")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def scalar(value: str | int | float | bool | None) -> str:
    """One value in a line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS and "(" not in value and "  " not in value:
        return value
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPED)


# what JSON leaves as it is, and a reader of YAML takes for a line break or refuses
_ESCAPED = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF)}


def inline(value: Value) -> str:
    """A value in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key(name)}: {inline(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(inline(inner) for inner in value) + "]"
    return scalar(value)


def key(name: str) -> str:
    """A key."""
    return name if _KEY.match(name) else json.dumps(name, ensure_ascii=False).translate(_ESCAPED)


def entry(name: str, body: Mapping[str, Value], indent: int, step: int = 2) -> list[str]:
    """An entry of a section as lines: its id, then one line per key."""
    inner = " " * (indent + step)
    lines = [f"{' ' * indent}{key(name)}:"]
    for part, value in body.items():
        long = isinstance(value, Sequence) and not isinstance(value, str) and any(isinstance(v, Mapping) for v in value)
        if long and isinstance(value, Sequence):
            lines.append(f"{inner}{key(part)}:")
            lines += [f"{inner}{' ' * step}- {inline(item)}" for item in value]
        else:
            lines.append(f"{inner}{key(part)}: {inline(value)}")
    return lines
