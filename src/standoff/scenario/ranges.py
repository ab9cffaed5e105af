"""Uncertain quantities as text: ``pert(0.3, 0.6, 0.9)`` to a checked family with exact arguments, and its base value.

Families: uniform(low, high), normal(mean, sd), lognormal(log-mean, log-sd), beta(a, b), pert(low, mode, high),
triangular(low, mode, high), discrete(value, ...) with equal weights, discrete(value, ..., p=[weight, ...]). Arguments
are numbers or constant formulas such as ``log(10)``.

A range has to fit the *kind* of its parameter: values of a bounded family must lie in it (probability [0, 1], positive
(0, inf), nonnegative [0, inf)); a normal or lognormal range is cut off where its kind ends, and then its median is that
of what is left. The base value is the mode (pert, triangular, discrete; of equal weights the first) or the median.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from standoff.errors import Mark, ScenarioError
from standoff.scenario.expression import evaluate, moves, parameters
from standoff.scenario.parse import parse
from standoff.scenario.problems import Problems, closest, fail, remedy, short
from standoff.scenario.scenario import Range

KINDS = {
    "probability": "a number from 0 to 1",
    "positive": "a number greater than 0",
    "nonnegative": "a number of at least 0",
    "real": "any number",
}
FORMS = {
    "uniform": "uniform(low, high)",
    "normal": "normal(mean, sd)",
    "lognormal": "lognormal(log-mean, log-sd)",
    "beta": "beta(a, b)",
    "pert": "pert(low, mode, high)",
    "triangular": "triangular(low, mode, high)",
    "discrete": "discrete(value, value, ..., p=[weight, weight, ...])",
}
_HEAD = re.compile(r"\s*([A-Za-z_]\w*)\s*\(")
_WEIGHTS = re.compile(r"\s*p\s*=\s*\[(.*)\]\s*\Z", re.DOTALL)
_LEAST_SHARE = 1e-3  # of a normal or lognormal range that must lie within the kind


@dataclass(frozen=True)
class ExactRange:
    """A range with the numbers exactly as written; `range` has them as floats, weights adding up to 1."""

    family: str
    arguments: tuple[Fraction, ...]
    weights: tuple[Fraction, ...]
    text: str

    @property
    def range(self) -> Range:
        """The range as the scenario holds it."""
        total = sum(self.weights, Fraction(0))
        weights = tuple(float(weight / total) for weight in self.weights)
        return Range(self.family, tuple(float(number) for number in self.arguments), weights, self.text)


def looks_like_range(text: str) -> bool:
    """Whether text begins like a range (perhaps misspelt) and not like an expression."""
    head = _HEAD.match(text)
    if head is None:
        return False
    name = head.group(1)
    return name in FORMS or (closest(name, ["min", "max", "exp", "log", "sqrt", "abs"]) is None and bool(_near(name)))


def _near(name: str) -> str | None:
    return closest(name, FORMS)


def fits(value: Fraction | float, kind: str) -> bool:
    """Whether a number is of a kind (see `KINDS`)."""
    if kind == "probability":
        return 0 <= value <= 1
    if kind == "positive":
        return value > 0
    return value >= 0 if kind == "nonnegative" else True


def read_range(text: str, place: Callable[[int], Mark], kind: str, problems: Problems) -> ExactRange | None:
    """The range that `text` means; None after noting what is wrong with it."""
    head = _HEAD.match(text)
    if head is None or not text.rstrip().endswith(")"):
        advice = "write one such as pert(0.1, 0.2, 0.4) or uniform(0, 1)"
        problems.error(place(0), f"`{short(text)}` is not a range", advice)
        return None
    family = head.group(1)
    if family not in FORMS:
        problems.error(
            place(head.start(1)), f"there is no range `{short(family)}`", remedy(family, list(FORMS), "ranges")
        )
        return None
    inside = text.rstrip()[:-1]
    weights: tuple[Fraction, ...] = ()
    arguments: list[Fraction | None] = []
    try:
        for piece, offset in _split(inside, head.end()):
            given = _WEIGHTS.match(piece)
            if given and family == "discrete":
                numbers = [_constant(*part, place) for part in _split(piece[: given.end(1)], given.start(1), offset)]
                weights = tuple(number for number in numbers if number is not None)
            else:
                _refuse_keyword(piece, place(offset))
                arguments.append(_constant(piece, offset, place))
    except ScenarioError as error:
        problems.absorb(error)
        return None
    if None in arguments:
        problems.error(place(0), "an argument of this range is not a finite number", f"write {FORMS[family]}")
        return None
    exact = ExactRange(family, tuple(number for number in arguments if number is not None), weights, text.strip())
    wrong = _wrong_arguments(exact) or _outside_kind(exact, kind)
    if wrong:
        problems.error(place(0), *wrong)
        return None
    return exact


def _refuse_keyword(piece: str, mark: Mark) -> None:
    keyword = re.match(r"\s*([A-Za-z_]\w*)\s*=(?!=)", piece)
    if keyword:
        message = f"`{keyword.group(1)}=` inside a range"
        fail(mark, message, "arguments go by their order; only discrete(...) takes `p=[...]`")


def _split(text: str, start: int, offset: int = 0) -> list[tuple[str, int]]:
    """The pieces of text[start:] between commas outside brackets, with their offsets (plus `offset`)."""
    pieces, depth, begin = [], 0, start
    for index in range(start, len(text)):
        depth += (text[index] in "([") - (text[index] in ")]")
        if text[index] == "," and depth == 0:
            pieces.append((text[begin:index], begin + offset))
            begin = index + 1
    pieces.append((text[begin:], begin + offset))
    return pieces


def _constant(text: str, offset: int, place: Callable[[int], Mark]) -> Fraction | None:
    """A constant formula's value; None where it is not finite. Raises `ScenarioError` where it is none."""
    parsed = parse(text, lambda at: place(at + offset))
    if parameters(parsed.expression) or moves(parsed.expression):
        name = parsed.references[0]
        fail(
            parsed.place(name.offset),
            f"a range mentions `{name.text}`",
            "write numbers; a formula of parameters is no range",
        )
    return exactly(evaluate(parsed.expression, {}))


def exactly(value: Fraction | float) -> Fraction | None:
    """A finite number as a fraction, None for NaN, infinity and what no float can hold."""
    try:
        return Fraction(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _wrong_arguments(given: ExactRange) -> tuple[str, str] | None:
    """Message and remedy where number or order of the arguments are wrong."""
    form, arguments = FORMS[given.family], given.arguments
    if given.family == "discrete":
        return _wrong_weights(given)
    wanted = form.count(",") + 1
    if len(arguments) != wanted:
        return f"{given.family} takes {wanted} numbers and has {len(arguments)}", f"write {form}"
    if given.family in ("normal", "lognormal"):
        if arguments[1] <= 0:
            return f"the standard deviation of {given.family} must be greater than 0", f"write {form}"
        if given.family == "lognormal" and abs(arguments[0]) + 10 * arguments[1] > 600:
            return "lognormal takes the mean and sd of the logarithm; these are too large", f"write {form}"
        return None
    if given.family == "beta":
        return None if min(arguments) > 0 else ("both numbers of beta must be greater than 0", f"write {form}")
    if list(arguments) != sorted(arguments):
        ordered = ", ".join(_decimal(number) for number in sorted(arguments))
        return f"the numbers of {given.family} are out of order", f"write {form}, here {given.family}({ordered})"
    if arguments[0] == arguments[-1]:
        return f"{given.family} from a number to itself", "write that number alone, or widen the range"
    return None


def _wrong_weights(given: ExactRange) -> tuple[str, str] | None:
    values, weights = given.arguments, given.weights
    if not values:
        return "discrete names no value", "write such as discrete(1, 2, p=[0.3, 0.7])"
    if len(set(values)) < len(values):
        return "discrete names a value twice", "give each value once; weights go into p=[...]"
    if weights and len(weights) != len(values):
        return f"{len(values)} values and {len(weights)} weights", "give one weight per value in p=[...]"
    if weights and (min(weights) < 0 or sum(weights) <= 0):
        return "weights must be at least 0 and not all 0", "write such as discrete(1, 2, p=[0.3, 0.7])"
    return None


def _decimal(number: Fraction) -> str:
    return f"{float(number):g}"


def _outside_kind(given: ExactRange, kind: str) -> tuple[str, str] | None:
    """Message and remedy where the range does not fit the kind."""
    if given.family in ("normal", "lognormal"):
        below, above = _tails(given, kind)
        if above - below < _LEAST_SHARE:
            return f"almost nothing of this range is {KINDS[kind]}", "move the range or change `kind`"
        return None
    if given.family == "beta":
        return None
    bad = [number for number in given.arguments if not fits(number, kind)]
    if bad:
        what = f"the range reaches {_decimal(bad[-1] if bad[-1] > 1 else bad[0])}, but the kind is {kind}"
        return what, f"a {kind} parameter is {KINDS[kind]}: change the range or the kind"
    return None


def _normal_cdf(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _tails(given: ExactRange, kind: str) -> tuple[float, float]:
    """The normal distribution function at the ends of the kind (of the logarithm for a lognormal range)."""
    mean, sd = (float(number) for number in given.arguments)
    if given.family == "lognormal":
        return 0.0, _normal_cdf((0.0 - mean) / sd) if kind == "probability" else 1.0
    below = 0.0 if kind == "real" else _normal_cdf((0.0 - mean) / sd)
    return below, _normal_cdf((1.0 - mean) / sd) if kind == "probability" else 1.0


def base_of(given: ExactRange, kind: str) -> Fraction:
    """The mode (pert, triangular, discrete) or median of a range, exactly where that has a closed form."""
    arguments = given.arguments
    if given.family in ("pert", "triangular"):
        return arguments[1]
    if given.family == "discrete":
        weights = given.weights or (Fraction(1),) * len(arguments)
        return arguments[weights.index(max(weights))]
    if given.family == "uniform":
        return (arguments[0] + arguments[1]) / 2
    if given.family == "beta":
        return _beta_median(arguments[0], arguments[1])
    below, above = _tails(given, kind)
    centre = arguments[0]
    if (below, above) != (0.0, 1.0):
        from statistics import NormalDist

        centre += arguments[1] * Fraction(NormalDist().inv_cdf((below + above) / 2))
    return centre if given.family == "normal" else Fraction(math.exp(centre))


def _beta_median(a: Fraction, b: Fraction) -> Fraction:
    if a == b:
        return Fraction(1, 2)
    if a == 1:
        return Fraction(-math.expm1(-math.log(2) / float(b)))
    if b == 1:
        return Fraction(2.0 ** (-1.0 / float(a)))
    from scipy.special import betaincinv  # imported here because scipy takes long to start and most files need none

    return Fraction(float(betaincinv(float(a), float(b), 0.5)))
