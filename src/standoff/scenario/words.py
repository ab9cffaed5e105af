"""Words that names may not be, and what to write instead of the words and signs of other languages."""

from __future__ import annotations

import re

from standoff.scenario.expression import FUNCTIONS

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z", re.ASCII)
RESERVED = frozenset(
    {"and", "or", "not", "if", "else", "true", "false", "null", "value", "rest", "nature", "everyone", "belief"}
    | set(FUNCTIONS)
)

FOREIGN_WORDS = {
    "AND": "write `and`",
    "OR": "write `or`",
    "NOT": "write `not`",
    "IF": "write `x if condition else y`",
    "then": "write `x if condition else y`",
    "elif": "write `x if a else y if b else z`",
    "True": "write `true`",
    "False": "write `false`",
    "TRUE": "write `true`",
    "FALSE": "write `false`",
    "None": "write a number",
    "null": "write a number",
    "is": "write `==`",
    "xor": "write `!=` between two conditions",
    "percent": "write the number itself, such as 0.3 for 30 percent",
    "inf": "write a finite number",
    "nan": "write a finite number",
    "rest": "`rest` stands alone, as the whole probability of one chance option",
    "nature": "name a move and its option, such as `move.option`",
    "value": "write `move.value`",
}
FOREIGN_FUNCTIONS = {
    "ln": "write `log` for the natural logarithm",
    "log10": "write `log(x) / log(10)`",
    "log2": "write `log(x) / log(2)`",
    "pow": "write `x ** 2`, or `exp(y * log(x))`",
    "sum": "write the terms with `+`",
    "fabs": "write `abs`",
    "expit": "write `1 / (1 + exp(-x))`",
    "logistic": "write `1 / (1 + exp(-x))`",
    "iff": "write `x if condition else y`",
    "ifelse": "write `x if condition else y`",
    "minimum": "write `min`",
    "maximum": "write `max`",
}
FOREIGN_SYMBOLS = {
    "^": "write `**` for a power",
    "=": "write `==` to compare",
    "&&": "write `and`",
    "&": "write `and`",
    "||": "write `or`",
    "|": "write `or`",
    "!": "write `not`",
    "~": "write `not`",
    "<>": "write `!=`",
    "=<": "write `<=`",
    "=>": "write `>=`",
    "//": "write `/`",
    "%": "write the number itself, such as 0.3 for 30 percent",
    "?": "write `x if condition else y`",
    ":": "write `x if condition else y`",
    ",": "a comma separates arguments of a function; the decimal sign is a point",
    "−": "write `-` (this is another kind of minus sign)",
    "–": "write `-` (this is a dash)",
    "×": "write `*`",
    "·": "write `*`",
    "÷": "write `/`",
    "≤": "write `<=`",
    "≥": "write `>=`",
    "≠": "write `!=`",
    "²": "write `** 2`",
    "³": "write `** 3`",
    ".": "write `move.option` without spaces, with one point",
    "@": "write `move@2.option` for round 2",
    "[": "write round brackets",
    "]": "write round brackets",
    "{": "write round brackets",
    "}": "write round brackets",
}
