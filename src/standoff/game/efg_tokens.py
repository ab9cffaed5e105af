r"""The words of an .efg file: strings, numbers, braces, commas and bare words, each with its place.

A string stands in double quotes and may run over lines; in it ``\"`` is a quote, ``\\`` a backslash, and a backslash
before anything else is itself. A number is an integer, a decimal with or without an exponent, or a rational ``a/b``,
and is read as an exact fraction. Commas separate and mean nothing.

`Tokens` reads one token at a time, so that a file that is no .efg at all is refused at its first words, however large.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, NoReturn

from standoff.errors import EfgError, Mark, Problem

MAX_PROBLEMS = 50
MAX_NUMBER_LENGTH = 1_300  # characters
MAX_NUMBER_BITS = 2_048  # of numerator and of denominator: written as a/b such a number is within MAX_NUMBER_LENGTH
MAX_EXPONENT = 600
MAX_MAGNITUDE_BITS = 1_000  # 2**1000, about 1e301: sums of such numbers still are finite floats

# Every quantifier that could give back is possessive: no text makes this backtrack.
_TOKEN = re.compile(
    r"""\s*+(?:
      (?P<string> "(?:[^"\\]++|\\"|\\\\|\\)*+" )
    | (?P<number> [+-]?(?:\d++/\d++|(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?+)(?![\w./+-]) )
    | (?P<word> [A-Za-z_]\w*+ )
    | (?P<open> \{ )
    | (?P<close> \} )
    | (?P<comma> , )
    | (?P<unclosed> " )
    | (?P<other> [^\s{}",]++ )
    | (?P<end> \Z )
    )""",
    re.VERBOSE | re.ASCII,
)
_ESCAPE = re.compile(r'\\(["\\])')


class Token(NamedTuple):
    """One word: `kind` is a group of the pattern above; `start` counts characters from 0."""

    kind: str
    text: str
    start: int

    @property
    def shown(self) -> str:
        """How a message quotes it."""
        if self.kind == "end":
            return "the file ends"
        if self.kind == "unclosed":
            return "a quote opens that is never closed"
        text = self.text if len(self.text) <= 40 else f"{self.text[:37]}..."
        return "found " + " ".join((text if self.kind == "string" else f"'{text}'").split())


class Tokens:
    """The tokens of a text in turn, and the problems found in it so far."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.problems: list[Problem] = []
        self._many_lines: Token | None = None  # the last string taken that runs over lines
        self.next = self._at(0)

    def _at(self, position: int) -> Token:
        found = _TOKEN.match(self.text, position)
        if found is None or found.lastgroup is None:
            raise AssertionError("every character starts a token, and so does the end")
        return Token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup))

    def take(self) -> Token:
        """The next token; steps past it."""
        token = self.next
        if token.kind == "string" and "\n" in token.text:
            self._many_lines = token
        self.next = self._at(token.start + len(token.text))
        return token

    def skip_comma(self) -> None:
        """Steps past a comma if one is next."""
        if self.next.kind == "comma":
            self.take()

    def trust_strings(self) -> None:
        """Says that the strings so far may run over lines (a title and a comment do)."""
        self._many_lines = None

    def mark(self, start: int) -> Mark:
        """The line and column of a character."""
        line = self.text.count("\n", 0, start) + 1
        return Mark(self.path, line, start - self.text.rfind("\n", 0, start))

    def note(self, token: Token, message: str, remedy: str) -> None:
        """Records a mistake that reading can go on after; gives up after `MAX_PROBLEMS` of them."""
        self.problems.append(Problem(self.mark(token.start), message, remedy))
        if len(self.problems) >= MAX_PROBLEMS:
            raise EfgError(self.problems)

    def fail(self, token: Token, message: str, remedy: str) -> NoReturn:
        """Gives up: what comes next cannot be told any more."""
        if self._many_lines is not None:
            line = self.mark(self._many_lines.start).line
            remedy = f"{remedy} (the string that opens at line {line} runs over several lines: is its quote missing?)"
        raise EfgError([*self.problems, Problem(self.mark(token.start), message, remedy)])

    def expect(self, kind: str, wanted: str, remedy: str) -> Token:
        """The next token, which must be of this kind; `wanted` says what it is for."""
        if self.next.kind != kind:
            self.refuse(wanted, remedy)
        return self.take()

    def refuse(self, wanted: str, remedy: str) -> NoReturn:
        """Gives up because the next token is not what is wanted."""
        token = self.next
        if token.kind == "unclosed":
            self.fail(token, f"{wanted} expected, but the string that opens here is not closed", 'add the closing "')
        if token.kind == "end":
            self.fail(token, f"the file ends where {wanted} should come", f"the file seems cut off: {remedy}")
        if token.kind == "other" and any(digit in token.text for digit in "0123456789"):
            remedy = "write a number as 3, -0.25, 1e-3 or 2/3"
        self.fail(token, f"{wanted} expected, {token.shown}", remedy)

    def string(self, wanted: str, remedy: str) -> str:
        """The content of the string that must be next."""
        return unquote(self.expect("string", wanted, remedy).text)

    def number(self, wanted: str, remedy: str) -> Fraction:
        """The number that must be next; one out of bounds is noted and read as 0."""
        token = self.expect("number", wanted, remedy)
        try:
            return read_number(token.text)
        except ValueError as error:
            self.note(token, f"{wanted}: {error}", "write a number that a computer's floating point can hold")
            return Fraction(0)

    def integer(self, wanted: str, remedy: str) -> int:
        """The whole number that must be next."""
        token = self.next
        value = self.number(wanted, remedy)
        if value.denominator != 1:
            self.note(token, f"{wanted} must be a whole number, found {token.text}", remedy)
        return int(value)

    def strings(self, wanted: str, remedy: str, limit: int) -> list[str]:
        """A list ``{ "a" "b" }``; given up where it is longer than `limit`."""
        self.expect("open", f"'{{' before {wanted}", remedy)
        found: list[str] = []
        while self.next.kind != "close":
            if len(found) == limit:
                self.fail(self.next, f"{wanted} are more than {limit}", "that many cannot be read")
            found.append(self.string(f"{wanted} in quotes, or '}}',", remedy))
            self.skip_comma()
        self.take()
        return found


@lru_cache(maxsize=4096)
def read_number(text: str) -> Fraction:
    """The exact value of a number token; ValueError says why a number is refused."""
    if len(text) > MAX_NUMBER_LENGTH:
        raise ValueError(f"a number of {len(text)} characters is too long")
    mantissa, _, exponent = text.lower().partition("e")
    if exponent and (len(exponent) > 5 or abs(int(exponent)) > MAX_EXPONENT):
        raise ValueError(f"the exponent of {text[:40]} is out of range")
    _, slash, denominator = mantissa.partition("/")
    if slash and int(denominator) == 0:
        raise ValueError(f"{text[:40]} divides by zero")
    value = Fraction(text)
    above, below = value.numerator.bit_length(), value.denominator.bit_length()
    if max(above, below) > MAX_NUMBER_BITS or above - below > MAX_MAGNITUDE_BITS:
        raise ValueError(f"the number {text[:40]} is out of range")
    return value


def unquote(token: str) -> str:
    """The content of a string token."""
    return _ESCAPE.sub(r"\1", token[1:-1])


def quote(content: str) -> str:
    r"""A string token with this content.

    A backslash is doubled only where it must be (before a backslash, a quote or the end): Gambit 17.0 reads a single
    one as itself and a doubled one otherwise.
    """
    escaped = re.sub(r'\\(?=[\\"]|\Z)|"', lambda found: f"\\{found.group()}", content)
    return f'"{escaped}"'


def numbered(names: Sequence[str]) -> tuple[str, ...]:
    """The names with each empty or repeated one replaced by its number, from 1; all distinct."""
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    result = tuple(name if name and counts[name] == 1 else str(place) for place, name in enumerate(names, 1))
    return result if len(set(result)) == len(result) else tuple(str(place) for place in range(1, len(names) + 1))
