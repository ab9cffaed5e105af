"""A small language for saying which claims to set aside: ``unnamed and origins < 2``.

A condition is read against one claim's evidence: the statements that support it and count (accepted by a person, not
taken back). ``and``, ``or``, ``not`` and round brackets join

- words: ``named`` (some statement has a named speaker who is no outlet or narrator), ``unnamed`` (none has),
  ``unsupported`` (no statement counts), ``contradicted`` (some statement speaks against it), ``hedged`` (every
  statement is), ``graded`` (some statement has both grades);
- numbers: ``origins`` and ``statements`` with ``== != < <= > >=``;
- texts: ``channel``, ``mode``, ``kind``, ``polarity``, ``speaker``, ``carrier``, ``document``, ``origin`` and ``claim``
  with ``==`` (every statement has it, and there is one) and ``!=`` (no statement has it); a text of several words
  stands in quotes;
- ``grade worse than C3`` (no statement is judged C or better on one axis and 3 or better on the other; F and 6 judge
  nothing) and its opposite ``grade at least C3``.

Nothing else parses, and nothing is evaluated but this.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from standoff.errors import RequestError
from standoff.evidence.grades import any_at_least, read_pair
from standoff.evidence.origins import count_independent, origin_of, origins
from standoff.evidence.records import ACTS, CHANNELS, MODES, POLARITIES, Ledger, Statement
from standoff.scenario.problems import remedy, short

LONGEST = 1_000  # characters
DEEPEST = 50  # brackets and `not` within each other
_TOKEN = re.compile(r"\s*(?:(?P<sign>==|!=|<=|>=|<|>|\(|\))|(?P<quote>\"[^\"]*\"|'[^']*')|(?P<word>[^\s()<>=!\"']+))")
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
Test = Callable[["Evidence"], bool]


@dataclass(frozen=True)
class Evidence:
    """What stands behind one claim."""

    ledger: Ledger
    claim: str
    statements: tuple[Statement, ...]
    independent: bool = False

    @property
    def named(self) -> bool:
        """Whether somebody who is no carrier is named."""
        return any(statement.named for statement in self.statements)

    @property
    def origins(self) -> int:
        """Origins known to be independent; all others together are one."""
        return count_independent(origins(self.ledger, self.statements, independent=self.independent))

    def origin(self, statement: Statement) -> str:
        """The name of a statement's origin."""
        return origin_of(self.ledger, statement, independent=self.independent).name


_WORDS: dict[str, Test] = {
    "named": lambda e: e.named,
    "unnamed": lambda e: not e.named,
    "unsupported": lambda e: not e.statements,
    "contradicted": lambda e: bool(e.ledger.against(e.claim)),
    "hedged": lambda e: bool(e.statements) and all(statement.hedges for statement in e.statements),
    "graded": lambda e: any(None not in (p.reliability, p.credibility) for p in map(e.ledger.grade, e.statements)),
}
_NUMBERS: dict[str, Callable[[Evidence], int]] = {
    "origins": lambda e: e.origins,
    "statements": lambda e: len(e.statements),
}
_TEXTS: dict[str, Callable[[Evidence], tuple[str, ...]]] = {
    "channel": lambda e: tuple(statement.channel for statement in e.statements),
    "mode": lambda e: tuple(statement.mode for statement in e.statements),
    "kind": lambda e: tuple(statement.act for statement in e.statements),
    "polarity": lambda e: tuple(statement.polarity for statement in e.statements),
    "speaker": lambda e: tuple(statement.speaker.canonical for statement in e.statements),
    "carrier": lambda e: tuple(statement.carrier for statement in e.statements),
    "document": lambda e: tuple(statement.document for statement in e.statements),
    "origin": lambda e: tuple(e.origin(statement) for statement in e.statements),
    "claim": lambda e: (e.claim,),
}
_VALUES = {"channel": CHANNELS, "mode": MODES, "kind": ACTS, "polarity": POLARITIES}
_EVERY = (*_WORDS, *_NUMBERS, *_TEXTS, "grade")


@dataclass(frozen=True, eq=False)
class Predicate:
    """A condition on a claim's evidence, as written and as a test."""

    text: str
    test: Test

    def holds(self, ledger: Ledger, claim: str, *, independent: bool = False) -> bool:
        """Whether it holds for a claim of the ledger."""
        return self.test(Evidence(ledger, claim, ledger.support(claim), independent))


def parse_predicate(text: str) -> Predicate:
    """The condition that a text means. Raises `RequestError` saying where it stops making sense."""
    return Predicate(" ".join(text.split()), _Parser(text).parse())


class _Parser:
    """Recursive descent: or, and, not, brackets, a single condition."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise RequestError.of(f"the condition has {len(text):,} characters", f"at most {LONGEST:,} are read")
        self._tokens = _tokens(text)
        self._place = 0

    def parse(self) -> Test:
        if not self._tokens:
            raise RequestError.of("the condition is empty", "write one such as `unnamed and origins < 2`")
        test = self._either(0)
        if self._place < len(self._tokens):
            raise RequestError.of(
                f"`{short(self._peek())}` is not expected after `{self._before()}`", "join conditions by `and` or `or`"
            )
        return test

    def _peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _before(self) -> str:
        return short(" ".join(self._tokens[: self._place]))

    def _next(self, wanted: str) -> str:
        token = self._peek()
        if not token:
            raise RequestError.of(f"the condition ends after `{self._before()}`", f"{wanted} is missing")
        self._place += 1
        return token

    def _either(self, depth: int) -> Test:
        if depth > DEEPEST:
            raise RequestError.of(f"the condition is nested deeper than {DEEPEST}", "write it flatter")
        parts = [self._both(depth)]
        while self._peek() == "or":
            self._place += 1
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else lambda e: any(part(e) for part in parts)

    def _both(self, depth: int) -> Test:
        parts = [self._single(depth)]
        while self._peek() == "and":
            self._place += 1
            parts.append(self._single(depth))
        return parts[0] if len(parts) == 1 else lambda e: all(part(e) for part in parts)

    def _single(self, depth: int) -> Test:
        token = self._next("a condition")
        if token == "not":
            if depth >= DEEPEST:
                raise RequestError.of(f"the condition is nested deeper than {DEEPEST}", "write it flatter")
            inner = self._single(depth + 1)
            return lambda e: not inner(e)
        if token == "(":
            inside = self._either(depth + 1)
            if self._next("`)`") != ")":
                raise RequestError.of(f"`)` is missing after `{self._before()}`", "close the bracket")
            return inside
        if token in _WORDS:
            return _WORDS[token]
        if token in _NUMBERS:
            return self._number(token)
        if token in _TEXTS:
            return self._text(token)
        if token == "grade":
            return self._grade()
        raise RequestError.of(f"`{short(token)}` is not known in a condition", remedy(token, _EVERY, "conditions"))

    def _number(self, field: str) -> Test:
        sign, written = self._sign(field, tuple(_SIGNS)), self._next("a whole number")
        if not (written.isascii() and written.isdigit() and len(written) < 10):
            raise RequestError.of(f"`{field}` is compared with `{short(written)}`", "write a whole number")
        measure, compare, number = _NUMBERS[field], _SIGNS[sign], int(written)
        return lambda e: compare(measure(e), number)

    def _text(self, field: str) -> Test:
        sign, written = self._sign(field, ("==", "!=")), self._next("a word")
        value = written[1:-1] if written[0] in "\"'" else written
        allowed = _VALUES.get(field)
        if allowed is not None and value not in allowed:
            raise RequestError.of(f"`{field}` is never `{short(value)}`", remedy(value, allowed, "choose from"))
        read = _TEXTS[field]
        if sign == "!=":
            return lambda e: value not in read(e)
        return lambda e: bool(read(e)) and all(found == value for found in read(e))

    def _sign(self, field: str, allowed: tuple[str, ...]) -> str:
        sign = self._next(f"a comparison of `{field}`")
        if sign not in allowed:
            raise RequestError.of(f"`{short(sign)}` cannot follow `{field}`", f"write one of {' '.join(allowed)}")
        return sign

    def _grade(self) -> Test:
        words = (self._next("`worse than` or `at least`"), self._next("`worse than` or `at least`"))
        if words not in (("worse", "than"), ("at", "least")):
            raise RequestError.of(
                f"`grade {short(' '.join(words))}` is not understood",
                "write `grade worse than C3` or `grade at least C3`",
            )
        written = self._next("a grade")
        pair = read_pair(written)
        if pair is None:
            raise RequestError.of(
                f"`{short(written)}` is no grade to compare with",
                "write a letter A to E and a digit 1 to 5, such as C3",
            )
        worse = words[0] == "worse"
        return lambda e: any_at_least(map(e.ledger.grade, e.statements), *pair) is not worse


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            rest = text[place:].strip()
            advice = "close the quotes" if rest[0] in "\"'" else "compare with == != < <= > >="
            raise RequestError.of(f"`{short(rest)}` is not understood in a condition", advice)
        found.append(match.group().strip())
        place = match.end()
    return found
