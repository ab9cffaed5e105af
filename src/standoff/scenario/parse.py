"""Text to expression: a tokenizer and a precedence parser for the grammar in `standoff.scenario.expression`.

`parse_expression` gives the tree; `parse` also gives the names that occur with their places, which `resolve` needs to
say where a name is wrong. The first mistake in a text raises `ScenarioError` with one problem at its exact column.

Bounds: brackets, function calls, prefix operators and `else` branches nest at most `MAX_DEPTH` deep; a text has at most
`MAX_NODES` nodes, counted as often as they will be evaluated (in ``a < b < c`` the middle counts twice); a chain such
as ``a + b + ...`` makes a tree of at most `MAX_HEIGHT` levels. So no text can exhaust the stack or the memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import NoReturn

from standoff.errors import Mark, ScenarioError
from standoff.scenario.expression import (
    FUNCTIONS,
    ONE,
    ZERO,
    Binary,
    Call,
    Choice,
    Compare,
    Conditional,
    Expression,
    GridValue,
    Logical,
    Negate,
    Not,
    Number,
    Parameter,
    children,
)
from standoff.scenario.problems import fail, remedy, short
from standoff.scenario.words import FOREIGN_FUNCTIONS, FOREIGN_SYMBOLS, FOREIGN_WORDS

MAX_DEPTH = 50
MAX_NODES = 10_000
MAX_HEIGHT = 200
MAX_EXPONENT = 6
_MAX_DIGITS = 310
_MAX_POWER_OF_TEN = 300
_MAX_NAME = 130  # a move and an option, or `unity`, a move and an option

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<name>(?:unity|force)\.[A-Za-z_][A-Za-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*
        | [A-Za-z_][A-Za-z0-9_]*(?:@\d+)?(?:\.(?:[A-Za-z_][A-Za-z0-9_]*|-?\d+(?:\.\d+)?))?)
    | (?P<symbol>\*\*|<=|>=|==|!=|&&|\|\||<>|=<|=>|//|[-+*/<>(),])
    | (?P<other>\S)
    )""",
    re.VERBOSE,
)
_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_LEVELS = {"or": 1, "and": 2, "+": 5, "-": 5, "*": 6, "/": 6} | dict.fromkeys(_COMPARISONS, 4)
_NEGATION, _SIGN = 3, 7


@dataclass(frozen=True)
class Token:
    """A piece of the text: `kind` is number, name, symbol, other or end."""

    kind: str
    text: str
    offset: int


@dataclass(frozen=True)
class Reference:
    """A name that occurs: a parameter (`option` None) or a choice, and where it begins in the text.

    Of a name with two dots, `option` is what stands behind the first.
    """

    name: str
    option: str | None
    round: int | None
    offset: int

    @property
    def text(self) -> str:
        """The name as written."""
        qualified = self.name if self.round is None else f"{self.name}@{self.round}"
        return qualified if self.option is None else f"{qualified}.{self.option}"


@dataclass(frozen=True)
class Parsed:
    """An expression whose names are not resolved yet, and these names in the order of the text.

    `place` gives the mark of the character at an offset; it is asked only where something is wrong.
    """

    expression: Expression
    references: tuple[Reference, ...]
    place: Callable[[int], Mark]

    @property
    def mark(self) -> Mark:
        """Where the expression begins."""
        return self.place(0)


def parse_expression(text: str, mark: Mark) -> Expression:
    """The expression that `text`, which stands at `mark`, means; names are not checked.

    Raises `ScenarioError` with the column of the first mistake.
    """
    return parse(text, lambda offset: Mark(mark.file, mark.line, mark.col + offset)).expression


def parse(text: str, place: Callable[[int], Mark]) -> Parsed:
    """As `parse_expression`, with the names that occur; `place` gives the mark of the character at an offset."""
    try:
        expression, references = _known(text)
    except ScenarioError:
        expression, references = _read(text, place)  # says where it stands in the file
    return Parsed(expression, references, place)


def _read(text: str, place: Callable[[int], Mark]) -> tuple[Expression, tuple[Reference, ...]]:
    parser = _Parser(text, place)
    expression = parser.whole()
    if height(expression) > MAX_HEIGHT:
        message = f"a chain of more than {MAX_HEIGHT} operations"
        fail(place(0), message, "split it into named parts (parameters or considerations)")
    return expression, tuple(parser.references)


@lru_cache(maxsize=1024)
def _known(text: str) -> tuple[Expression, tuple[Reference, ...]]:
    """The same for a text that may have been read before: variants of a file repeat nearly all of it."""
    return _read(text, lambda offset: Mark(col=offset + 1))


def height(expression: Expression) -> int:
    """Number of levels of the tree."""
    level, levels = [expression], 0
    while level:
        levels += 1
        level = [part for parent in level for part in children(parent)]
    return levels


def size(expression: Expression, most: int = MAX_NODES) -> int:
    """Number of nodes, counted up to one more than `most`."""
    pending, count = [expression], 0
    while pending and count <= most:
        count += 1
        pending.extend(children(pending.pop()))
    return count


def _tokens(text: str) -> list[Token]:
    tokens, position = [], 0
    while match := _TOKEN.match(text, position):
        kind = match.lastgroup or "other"
        tokens.append(Token(kind, match.group(kind), match.start(kind)))
        position = match.end()
    tokens.append(Token("end", "", len(text.rstrip())))
    return tokens


@dataclass
class _Parser:
    """Precedence climbing over the tokens of one text."""

    text: str
    place: Callable[[int], Mark]
    references: list[Reference] = field(default_factory=list)
    position: int = 0
    depth: int = 0
    nodes: int = 0

    def __post_init__(self) -> None:
        self.tokens = _tokens(self.text)

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def whole(self) -> Expression:
        if self.token.kind == "end":
            self._fail(self.token, "there is no expression here", "write a number, a name or a formula")
        expression = self._expression()
        if self.token.kind != "end":
            self._unexpected(self.token)
        return expression

    def _expression(self) -> Expression:
        value = self._climb(1)
        if not self._accept("if"):
            return value
        condition = self._climb(1)
        if not self._accept("else"):
            self._fail(self.token, "an `if` without `else`", "write `x if condition else y`")
        return self._node(Conditional(condition, value, self._nested(self._expression)))

    def _climb(self, lowest: int) -> Expression:
        """Operators of level `lowest` and tighter."""
        left = self._prefixed(lowest)
        while (level := _LEVELS.get(self.token.text, 0)) >= lowest and level:
            if level == _LEVELS["<"]:
                left = self._comparisons(left)
                continue
            operator = self._advance().text
            right = self._climb(level + 1)
            left = self._node(
                Logical(operator, left, right) if operator in ("and", "or") else Binary(operator, left, right)
            )
        return left

    def _comparisons(self, first: Expression) -> Expression:
        """One comparison, or a chain ``a < b < c``, which means ``a < b and b < c``."""
        chain: Expression | None = None
        while self.token.text in _COMPARISONS:
            if chain is not None:
                self._count(size(first) + 1)
            operator = self._advance().text
            second = self._climb(_LEVELS["<"] + 1)
            link = self._node(Compare(operator, first, second))
            chain = link if chain is None else Logical("and", chain, link)
            first = second
        assert chain is not None
        return chain

    def _prefixed(self, lowest: int) -> Expression:
        token = self.token
        if token.text == "not":
            if lowest > _NEGATION:
                self._fail(token, "`not` inside a formula", "put it in brackets: `(not ...)`")
            self._advance()
            return self._node(Not(self._nested(lambda: self._climb(_NEGATION))))
        if token.text in ("-", "+"):
            self._advance()
            operand = self._nested(lambda: self._prefixed(_SIGN))
            return self._node(Negate(operand)) if token.text == "-" else operand
        return self._power(self._atom())

    def _power(self, base: Expression) -> Expression:
        if not self._accept("**"):
            return base
        sign = -1 if self._accept("-") else 1
        token = self._advance()
        if token.kind != "number" or not token.text.isdigit() or len(token.text) > 3 or int(token.text) > MAX_EXPONENT:
            what = f"the exponent must be a whole number from -{MAX_EXPONENT} to {MAX_EXPONENT}"
            self._fail(token, what, "write it as digits; for other powers use `exp(y * log(x))`")
        if self.token.text == "**":
            self._fail(self.token, "a power of a power", "write brackets, such as `(x ** 2) ** 3`")
        self._count(1)
        return self._node(Binary("**", base, Number(Fraction(sign * int(token.text)))))

    def _atom(self) -> Expression:
        token = self._advance()
        if token.kind == "number":
            return self._number(token)
        if token.text == "(":
            inside = self._nested(self._expression)
            self._close(token)
            return inside
        if token.kind != "name" or token.text in ("and", "or", "if", "else"):
            self._unexpected(token)
        return self._call(token) if self.token.text == "(" else self._name(token)

    def _number(self, token: Token) -> Expression:
        if self.token.text == "%":
            as_fraction = number_value(token.text)
            decimal = "" if as_fraction is None else f" `{float(as_fraction / 100):g}`"
            self._fail(self.token, "a percent sign", f"write the number itself{decimal}")
        if self.token.kind == "name" and self.token.offset == token.offset + len(token.text):
            if self.token.text.startswith("_"):
                self._fail(self.token, "`_` inside a number", "write the digits without separators")
            self._fail(self.token, "a number runs into a name", f"write `{token.text} * {self.token.text}`")
        value = number_value(token.text)
        if value is None:
            what = f"the number `{short(token.text, 20)}` is too long or too large"
            self._fail(token, what, f"use at most {_MAX_DIGITS} digits and sizes up to 1e{_MAX_POWER_OF_TEN}")
        return self._node(Number(value))

    def _call(self, token: Token) -> Expression:
        if token.text not in FUNCTIONS:
            self._unknown_function(token)
        opening = self._advance()
        arguments: list[Expression] = []
        if self.token.text != ")":
            arguments.append(self._nested(self._expression))
            while self._accept(","):
                arguments.append(self._nested(self._expression))
        self._close(opening)
        if token.text in ("min", "max") and len(arguments) < 2:
            self._fail(token, f"`{token.text}` needs two or more arguments", f"write `{token.text}(a, b)`")
        if token.text not in ("min", "max") and len(arguments) != 1:
            self._fail(token, f"`{token.text}` takes one argument", f"write `{token.text}(x)`")
        return self._node(Call(token.text, tuple(arguments)))

    def _unknown_function(self, token: Token) -> NoReturn:
        if token.text in ("belief", "beliefs"):
            what = "payoffs that depend on beliefs (psychological games) are not supported"
            self._fail(token, what, "let payoffs depend on choices and parameters only")
        if token.text in FOREIGN_FUNCTIONS:
            self._fail(token, f"there is no function `{token.text}`", FOREIGN_FUNCTIONS[token.text])
        self._fail(token, f"there is no function `{short(token.text)}`", remedy(token.text, FUNCTIONS, "functions"))

    def _name(self, token: Token) -> Expression:
        if len(token.text) > _MAX_NAME:
            self._fail(token, f"a name of {len(token.text)} characters", "use shorter names")
        if token.text in FUNCTIONS:
            self._fail(token, f"the function `{token.text}` without its arguments", f"write `{token.text}(...)`")
        if token.text in ("true", "false"):
            return self._node(ONE if token.text == "true" else ZERO)
        if token.text in FOREIGN_WORDS:
            self._fail(token, f"`{token.text}` is not a word of this language", FOREIGN_WORDS[token.text])
        head, _, option = token.text.partition(".")
        name, _, number = head.partition("@")
        if len(number) > 3:
            self._fail(token, f"`{short(token.text)}`: there is no such round", "rounds are counted from 1")
        if number and not option:
            self._fail(token, f"`{head}` names no option", f"write `{head}.<option>`")
        self.references.append(Reference(name, option or None, int(number) if number else None, token.offset))
        if not option:
            return self._node(Parameter(name))
        return self._node(GridValue(head) if option == "value" else Choice(head, option))

    def _nested(self, inner: Callable[[], Expression]) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self._fail(self.token, f"nested more than {MAX_DEPTH} deep", "split it with derived parameters")
        result = inner()
        self.depth -= 1
        return result

    def _node(self, expression: Expression) -> Expression:
        self._count(1)
        return expression

    def _count(self, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            what = f"the expression has more than {MAX_NODES:,} parts"
            self._fail(self.token, what, "split it with derived parameters")

    def _advance(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.position += 1
        return token

    def _accept(self, text: str) -> bool:
        if self.token.text != text:
            return False
        self.position += 1
        return True

    def _close(self, opening: Token) -> None:
        if self._accept(")"):
            return
        if self.token.kind == "end":
            self._fail(opening, "`(` is opened and never closed", "add `)`")
        self._unexpected(self.token)

    def _unexpected(self, token: Token) -> NoReturn:
        """Fail at a token that cannot stand where it stands, with the likeliest reason."""
        if token.kind == "end":
            self._fail(token, "the expression ends too early", "complete it or remove the last operator")
        if token.text in FOREIGN_SYMBOLS:
            self._fail(token, f"`{token.text}` is not an operator here", FOREIGN_SYMBOLS[token.text])
        if token.text in FOREIGN_WORDS:
            self._fail(token, f"`{token.text}` is not a word of this language", FOREIGN_WORDS[token.text])
        if token.text == "if":
            self._fail(token, "`if` stands before its value", "write `x if condition else y`")
        if token.text in ("and", "or", "not", "else"):
            self._fail(token, f"`{token.text}` cannot stand here", "check that something stands on both sides of it")
        if token.kind in ("name", "number") or token.text == "(":
            what = f"an operator is missing before `{short(token.text)}`"
            self._fail(token, what, "write one, such as `*` or `and`; names have no spaces")
        if token.kind == "other":
            self._fail(token, f"`{token.text}` has no meaning here", "remove it; names are letters, digits and `_`")
        self._fail(token, f"`{token.text}` cannot stand here", "remove it, or add what is missing before it")

    def _fail(self, token: Token, message: str, todo: str) -> NoReturn:
        fail(self.place(token.offset), message, todo)


def number_value(text: str) -> Fraction | None:
    """A decimal number exactly, None where it has too many digits or is too large or small to be a float."""
    mantissa, _, exponent = text.lower().partition("e")
    if len(mantissa) > _MAX_DIGITS or len(exponent) > 5 or abs(int(exponent or "0")) > _MAX_POWER_OF_TEN:
        return None
    value = Fraction(text)
    if value and not Fraction(1, 10**_MAX_POWER_OF_TEN) <= abs(value) <= 10**_MAX_POWER_OF_TEN:
        return None
    return value
