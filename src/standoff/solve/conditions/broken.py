"""Long formulas in lines that fit a column: broken after relations, at signs of sums and at `and` and `or`.

Widths are estimates in points for the 10 pt type of LaTeX's article class, on the generous side. What stands inside a
fraction or inside brackets is broken in a box of its own (amsmath's ``gathered``).
"""

from __future__ import annotations

from collections.abc import Sequence

from standoff.scenario.expression import (
    Binary,
    Call,
    Compare,
    Expression,
    Logical,
    Negate,
    Number,
    Parameter,
    children,
)
from standoff.solve.conditions.latex import RELATIONS, chains, latex

WIDTH = 285.0  # of the lines of an enumeration in a page of 345 pt
_LETTER, _INDEX, _SIGN, _RELATION, _WORD, _BRACKETS = 5.9, 4.6, 12.5, 13.5, 32.0, 9.0


def extent(expression: Expression) -> float:
    """The estimated width of a formula in points."""
    match expression:
        case Number(value):
            return _LETTER * max(len(str(abs(value.numerator))), len(str(value.denominator))) + (8 if value < 0 else 0)
        case Parameter(name):
            head, _, tail = name.partition("_")
            if not tail and len(name) > 1 and not name[1].islower():
                head, tail = name[0], name[1:]
            return _LETTER * len(head) + _INDEX * len(tail) + 1
        case Binary("/", left, right):
            return max(extent(left), extent(right)) + 3
        case Binary(symbol, left, right):
            brackets = sum(_BRACKETS for side in (left, right) if symbol != "+" and _is_sum(side))
            between = {"+": _SIGN, "-": _SIGN, "*": 2.0}.get(symbol, 0.0)
            return extent(left) + extent(right) + between + brackets
        case Compare(_, left, right):
            return extent(left) + extent(right) + _RELATION
        case Logical(_, left, right):
            return extent(left) + extent(right) + _WORD
        case Call(function, arguments):
            return _LETTER * len(function) + _BRACKETS + sum(extent(a) + 5 for a in arguments)
    return _BRACKETS + sum(extent(part) + 5 for part in children(expression))


def _is_sum(expression: Expression) -> bool:
    return isinstance(expression, Binary) and expression.operator in "+-"


def lines(expression: Expression, width: float = WIDTH) -> list[str]:
    """The formula in one or more lines of mathematics."""
    if extent(expression) <= width:
        return [latex(expression)]
    match expression:
        case Logical("and", _, _):
            return _listed([_chain(chain, width) for chain in chains(expression)], r"\text{ and}")
        case Logical("or", _, _):
            return _listed([[_case(part, width)] for part in alternatives(expression)], r"\text{ or}")
        case Compare():
            return _chain([expression], width)
        case Binary("+" | "-", _, _):
            return _sum(expression, width)
        case Binary("*", _, _):
            return _product(expression, width)
        case Binary("/", left, right):
            return [rf"\frac{{{_box(lines(left, width - 3))}}}{{{_box(lines(right, width - 3))}}}"]
        case Negate(operand):
            return ["-" + _factor(operand, width - 10)]
        case Call("min" | "max" as function, arguments):
            inner = _listed([lines(argument, width - 45) for argument in arguments], ",")
            return [rf"\{function}\left({_box(inner)}\right)"]
    return [latex(expression)]


def _box(parts: Sequence[str]) -> str:
    rows = r"\\".join(parts)
    return parts[0] if len(parts) == 1 else rf"\begin{{gathered}}{rows}\end{{gathered}}"


def _listed(parts: Sequence[Sequence[str]], word: str) -> list[str]:
    """The lines of all parts, each but the last part followed by a word."""
    return [
        line + (word if number == len(part) - 1 and part is not parts[-1] else "")
        for part in parts
        for number, line in enumerate(part)
    ]


def alternatives(expression: Expression) -> list[Expression]:
    """The parts of a disjunction; an expression of another kind is its only part."""
    if isinstance(expression, Logical) and expression.operator == "or":
        return alternatives(expression.left) + alternatives(expression.right)
    return [expression]


def _case(expression: Expression, width: float) -> str:
    """A part of a disjunction, in brackets where it is a conjunction of several conditions."""
    several = isinstance(expression, Logical) and len(chains(expression)) > 1
    text = _box(lines(expression, width - (_WORD + _BRACKETS)))
    return rf"\left({text}\right)" if several else text


def _chain(chain: Sequence[Expression], width: float) -> list[str]:
    """``a < b < c``, in one line or with each relation at the beginning of a line."""
    if not all(isinstance(part, Compare) for part in chain):
        return lines(chain[0], width)
    comparisons = [part for part in chain if isinstance(part, Compare)]
    first = comparisons[0].left
    if extent(first) + sum(_RELATION + extent(c.right) for c in comparisons) <= width:
        return [latex(first) + "".join(f" {RELATIONS[c.operator]} {latex(c.right)}" for c in comparisons)]
    result = lines(first, width)
    for comparison in comparisons:
        start, *rest = lines(comparison.right, width - 2 * _RELATION)
        short = len(result) == 1 and extent(first) < width / 4 and not rest and comparison is comparisons[0]
        if short and extent(first) + _RELATION + extent(comparison.right) <= width:
            result = [f"{result[0]} {RELATIONS[comparison.operator]} {start}"]
        else:
            result += [f"{{}} {RELATIONS[comparison.operator]} {start}", *rest]
    return result


def _terms(expression: Expression, sign: str = "+") -> list[tuple[str, Expression]]:
    if isinstance(expression, Binary) and expression.operator in "+-":
        flipped = {"+": "-", "-": "+"}[sign]
        right = sign if expression.operator == "+" else flipped
        return [*_terms(expression.left, sign), (right, expression.right)]
    return [(sign, expression)]


def _sum(expression: Expression, width: float) -> list[str]:
    parts = []
    for number, (sign, term) in enumerate(_terms(expression)):
        text = _factor(term, width - _SIGN) if sign == "-" or _is_sum(term) else _box(lines(term, width - _SIGN))
        lead = "" if number == 0 and sign == "+" else f"{{}} {sign} " if number else f"{sign} "
        parts.append((lead + text, min(extent(term), width - _SIGN) + _SIGN))
    return _filled(parts, width)


def _product(expression: Expression, width: float) -> list[str]:
    factors: list[Expression] = []
    rest: Expression = expression
    while isinstance(rest, Binary) and rest.operator == "*":
        factors.insert(0, rest.right)
        rest = rest.left
    parts = [(_factor(f, width - _SIGN), min(extent(f) + _BRACKETS, width)) for f in [rest, *factors]]
    rows = _filled(parts, width, between=r" \, ")
    return [row if number == 0 else rf"{{}} \times {row}" for number, row in enumerate(rows)]


def _factor(expression: Expression, width: float) -> str:
    """A part of a product, in brackets where it is a sum."""
    text = _box(lines(expression, width - _BRACKETS))
    return rf"\left({text}\right)" if _is_sum(expression) or isinstance(expression, Negate) else text


def _filled(parts: Sequence[tuple[str, float]], width: float, between: str = " ") -> list[str]:
    """Parts put into lines as long as they fit."""
    rows: list[list[str]] = []
    used = 0.0
    for text, size in parts:
        if not rows or used + size > width:
            rows.append([])
            used = 0.0
        rows[-1].append(text)
        used += size
    return [between.join(row) for row in rows]
