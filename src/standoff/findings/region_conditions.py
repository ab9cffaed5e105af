"""Which classes hold at points of a plane of two parameters, decided by derived conditions.

`reduced` puts the values of all other parameters into a game, so that two symbols x and y are left. Its conditions
(`standoff.solve.conditions`) are derived under ``x_low < x < x_high``, ``y_low < y < y_high`` and nothing else, knife
edges included, and decide every point of that rectangle, also where assumptions of the scenario fail.

`truth` evaluates a condition at many points: in floats with a bound on the rounding error of every operation (running
error analysis, Higham 2002, section 3.3), and in exact fractions wherever that bound does not settle a comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from standoff.game.game import Bools, Floats, Game
from standoff.scenario.expression import (
    Binary,
    Compare,
    Expression,
    Logical,
    Negate,
    Not,
    Number,
    Parameter,
    children,
    evaluate,
    parameters,
    replace_leaves,
)
from standoff.scenario.ranges import exactly
from standoff.scenario.scenario import ParameterDefinition, Scenario
from standoff.solve.exact import fraction

_UNIT = 2.0**-52  # twice the unit roundoff of float64, which covers the terms of second order
_HOLDS = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


def in_plane(scenario: Scenario, names: Sequence[str], fixed: Mapping[str, Fraction]) -> dict[str, Expression]:
    """[parameter] its value as an expression of the two parameters `names` alone; `fixed` holds what has been set."""
    result: dict[str, Expression] = {}
    for definition in scenario.parameters:
        if definition.name in names:
            result[definition.name] = Parameter(definition.name)
        elif definition.name in fixed or definition.expression is None:
            value = fixed.get(definition.name, definition.base)
            assert value is not None
            result[definition.name] = Number(value)
        else:
            result[definition.name] = substituted(definition.expression, result)
    return result


def substituted(expression: Expression, values: Mapping[str, Expression]) -> Expression:
    """The expression with expressions for its parameters, parts without parameters folded to numbers.

    A part that is not a finite number is left as it is; evaluating it later says where.
    """

    def leaf(part: Expression) -> Expression:
        return values.get(part.name, part) if isinstance(part, Parameter) else part

    return _folded(replace_leaves(expression, leaf))


def _folded(expression: Expression) -> Expression:
    if isinstance(expression, Number | Parameter):
        return expression
    if not parameters(expression):
        value = evaluate(expression, {})
        exact = value if isinstance(value, Fraction) else exactly(value)
        return expression if exact is None else Number(exact if isinstance(value, Fraction) else fraction(value))
    if isinstance(expression, Binary) and expression.operator == "**":
        return replace(expression, left=_folded(expression.left))
    match expression:
        case Negate(operand) | Not(operand):
            return replace(expression, operand=_folded(operand))
        case Binary(_, left, right) | Compare(_, left, right) | Logical(_, left, right):
            return replace(expression, left=_folded(left), right=_folded(right))
    return expression  # conditionals and calls stay whole: what is not chosen need not be a number


def reduced(
    game: Game, scenario: Scenario, plane: Mapping[str, Expression], box: Mapping[str, tuple[Fraction, Fraction]]
) -> tuple[Game, Scenario]:
    """Game and scenario in which the parameters of `box` (name -> low, high) are the only ones."""
    definitions = []
    for name, (low, high) in box.items():
        own = ParameterDefinition(name, kind="real", base=(low + high) / 2)
        definitions.append(own)
    assumptions = tuple(
        Compare("<", *pair)
        for name, (low, high) in box.items()
        for pair in ((Number(low), Parameter(name)), (Parameter(name), Number(high)))
    )
    expressions = tuple(substituted(expression, plane) for expression in game.expressions)
    small = replace(scenario, parameters=tuple(definitions), assumptions=assumptions, correlations=())
    return replace(game, expressions=expressions), small


def atoms(expression: Expression) -> Iterator[Compare]:
    """The comparisons that a condition is made of."""
    if isinstance(expression, Compare):
        yield expression
    elif isinstance(expression, Logical | Not):
        for part in children(expression):
            yield from atoms(part)


def truth(condition: Expression, names: Sequence[str], points: Sequence[tuple[Fraction, ...]]) -> Bools:
    """[point] whether the condition holds where the parameters `names` have the values of each point."""
    table = np.array([[float(value) for value in point] for point in points]).reshape(len(points), len(names))
    floats = {name: table[:, column] for column, name in enumerate(names)}
    return _truth(condition, names, points, floats)


def _truth(
    condition: Expression,
    names: Sequence[str],
    points: Sequence[tuple[Fraction, ...]],
    floats: Mapping[str, Floats],
) -> Bools:
    match condition:
        case Logical(symbol, left, right):
            first, second = _truth(left, names, points, floats), _truth(right, names, points, floats)
            return first & second if symbol == "and" else first | second
        case Not(operand):
            return ~_truth(operand, names, points, floats)
        case Compare(symbol, left, right):
            value, error = _running(Binary("-", left, right), floats)
            sure = np.broadcast_to(np.isfinite(value) & np.isfinite(error) & (np.abs(value) > error), len(points))
            result = np.array(np.broadcast_to(_HOLDS[symbol](value, 0.0), len(points)))
            for number in np.flatnonzero(~sure).tolist():
                result[number] = holds(condition, dict(zip(names, points[number], strict=True)))
            return result
    return np.array([holds(condition, dict(zip(names, point, strict=True))) for point in points], dtype=bool)


def holds(condition: Expression, values: Mapping[str, Fraction]) -> bool:
    """Whether a condition holds at one point, exactly where no exp, log or sqrt occurs in it."""
    return bool(evaluate(condition, values) != 0)


def _running(expression: Expression, values: Mapping[str, Floats]) -> tuple[Floats, Floats]:
    """Value and a bound on its error; the bound is infinite where no claim is made."""
    with np.errstate(all="ignore"):
        match expression:
            case Number(number):
                value = np.asarray(float(number))
                return value, np.abs(value) * _UNIT
            case Parameter(name):
                return values[name], np.abs(values[name]) * _UNIT
            case Negate(operand):
                value, error = _running(operand, values)
                return -value, error
            case Binary("**", left, Number(exponent)) if exponent > 0:
                base = _running(left, values)
                value, error = base
                for _ in range(int(exponent) - 1):
                    value, error = _product(value, error, *base)
                return value, error
            case Binary(symbol, left, right) if symbol != "**":
                return _combined(symbol, _running(left, values), _running(right, values))
    nothing = np.asarray(np.nan)
    return nothing, np.asarray(np.inf)


def _combined(symbol: str, left: tuple[Floats, Floats], right: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    (a, ea), (b, eb) = left, right
    if symbol == "*":
        return _product(a, ea, b, eb)
    if symbol == "/":
        value = a / b
        error = np.where(np.abs(b) > 2 * eb, (ea + np.abs(value) * eb) / (np.abs(b) - eb), np.inf)
        return value, np.asarray(error + np.abs(value) * _UNIT)
    value = a + b if symbol == "+" else a - b
    return value, np.asarray(ea + eb + np.abs(value) * _UNIT)


def _product(a: Floats, ea: Floats, b: Floats, eb: Floats) -> tuple[Floats, Floats]:
    value = a * b
    return value, np.asarray(np.abs(a) * eb + np.abs(b) * ea + ea * eb + np.abs(value) * _UNIT)
