"""Evaluation on floats, arrays and fractions; specialisation; the written form."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from standoff.errors import Mark
from standoff.scenario.expression import (
    Binary,
    Call,
    Choice,
    Compare,
    GridValue,
    Negate,
    Number,
    Parameter,
    evaluate,
    moves,
    parameters,
    replace_leaves,
    specialise,
    walk,
    write,
)
from standoff.scenario.parse import parse_expression
from unit.scenario.trees import GRID, HISTORIES, NAMES, grown, trees, values


def read(text):
    return parse_expression(text, Mark("t", 1, 1))


def same(left, right):
    return left == right or (left != left and right != right)


def test_fractions_stay_exact():
    assert evaluate(read("1/3 + a * 0.1 - max(a, 2) ** -2"), {"a": Fraction(7)}) == Fraction(1, 3) + Fraction(
        7, 10
    ) - Fraction(1, 49)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exp(1)", math.e),
        ("log(a)", math.log(2)),
        ("sqrt(a + a)", 2.0),
        ("abs(-a)", 2.0),
        ("min(a, 3, 1)", 1.0),
        ("a ** 6", 64.0),
        ("a ** -2", 0.25),
        ("not a", 0.0),
        ("not 0", 1.0),
        ("a and 0.5", 1.0),
        ("1 if a > 1 else 1 / 0", 1.0),
        ("log(0)", -math.inf),
        ("1 / 0", math.inf),
        ("-1 / 0", -math.inf),
        ("exp(1000)", math.inf),
        ("exp(-1e300)", 0.0),
        ("(1e300 * 1e300) * a", math.inf),
        ("1e300 * 1e300 * 0.5 > a", 1.0),
    ],
)
def test_values_by_hand_on_floats_and_arrays(text, expected):
    assert evaluate(read(text), {"a": 2.0}) == pytest.approx(expected, rel=1e-15)
    with np.errstate(all="ignore"):
        many = np.broadcast_to(evaluate(read(text), {"a": np.array([2.0, 2.0])}), 2).astype(float)
    assert many == pytest.approx([expected, expected], rel=1e-15)


@pytest.mark.parametrize("text", ["0 / 0", "log(-1)", "sqrt(-1)", "min(a, 0 / 0)", "0 / 0 + a", "(0 / 0) / 0"])
def test_undefined_is_nan_everywhere(text):
    assert math.isnan(evaluate(read(text), {"a": 2.0}))
    assert math.isnan(evaluate(read(text), {"a": Fraction(2)}))
    with np.errstate(all="ignore"):
        assert np.isnan(evaluate(read(text), {"a": np.array([2.0])})).all()


def test_a_float_equals_the_decimal_it_is_written_as():
    for value in (0.1, np.array([0.1]), Fraction(1, 10)):
        assert evaluate(read("a == 0.1"), {"a": value}) == 1
        assert evaluate(read("a > 0.1"), {"a": value}) == 0


def test_arrays_and_fractions_mix_in_functions():
    result = evaluate(read("min(a, 1/3) + max(1/2, a)"), {"a": np.array([0.0, 1.0])})
    assert result.dtype == np.float64
    assert result == pytest.approx([0.5, 1 / 3 + 1])


def test_an_unused_branch_spoils_nothing():
    draws = np.array([0.0, 2.0])
    with np.errstate(all="ignore"):
        assert evaluate(read("1 / a if a > 0 else 5"), {"a": draws}).tolist() == [5.0, 0.5]


def test_repeated_squaring_ends_in_floats_instead_of_memory():
    value = Fraction(3, 2)
    for _ in range(200):
        value = evaluate(read("a * a"), {"a": value})
    assert value == math.inf


exact = grown(st.sampled_from(NAMES).map(Parameter), st.sampled_from([-1, 0, 1, 2]), ("min", "max", "abs"))


@settings(deadline=None)
@given(exact, values)
def test_floats_arrays_and_fractions_agree_wherever_floats_are_exact(expression, numbers):
    """Where every part has an exact float, correctly rounded arithmetic has to give that float."""
    for part in walk(expression):
        value = evaluate(part, numbers)
        assume(isinstance(value, Fraction))
        assume(Fraction(float(value)) == value)
    expected = evaluate(expression, numbers)
    assert evaluate(expression, {name: float(value) for name, value in numbers.items()}) == expected
    draws = {name: np.array([float(value), 1.0]) for name, value in numbers.items()}
    with np.errstate(all="ignore"):
        result = np.broadcast_to(evaluate(expression, draws), 2)
    assert result[0] == float(expected)


smooth = grown(st.sampled_from(NAMES).map(Parameter), st.integers(-6, 6))


@settings(deadline=None)
@given(smooth, st.lists(st.sampled_from([-1.5, -0.75, 0.3, 1.1, 2.7]), min_size=3, max_size=3))
def test_arrays_are_evaluated_element_by_element(expression, numbers):
    """Draw by draw, an array gives what arrays of one draw give."""
    stacked = {name: np.array([value, 0.9, -value]) for name, value in zip(NAMES, numbers, strict=True)}
    with np.errstate(all="ignore"):
        together = np.broadcast_to(evaluate(expression, stacked), 3)
        for draw in range(3):
            alone = {name: column[draw : draw + 1] for name, column in stacked.items()}
            single = np.broadcast_to(evaluate(expression, alone), 1)[0]
            assert same(together[draw], single) or together[draw] == pytest.approx(single, rel=1e-9)


@settings(deadline=None)
@given(trees, values, st.sampled_from(HISTORIES))
def test_the_written_form_reads_back_to_the_same_value(expression, numbers, history):
    again = read(write(expression))
    first = evaluate(specialise(expression, history, GRID), numbers)
    assert same(evaluate(specialise(again, history, GRID), numbers), first)


def substituted(expression, history):
    """Choices put in without any simplification."""

    def leaf(part):
        if isinstance(part, Choice):
            return Number(Fraction(int(history.get(part.move) == part.option)))
        if isinstance(part, GridValue):
            return Number(GRID.get((part.move, history.get(part.move, "")), Fraction(0)))
        return part

    return replace_leaves(expression, leaf)


@settings(deadline=None)
@given(trees, values, st.sampled_from(HISTORIES))
def test_specialising_keeps_the_value_wherever_it_is_defined(expression, numbers, history):
    plain = substituted(expression, history)
    for part in walk(plain):
        assume(math.isfinite(as_float(evaluate(part, numbers))))
    folded = specialise(expression, history, GRID)
    assert not moves(folded)
    assert as_float(evaluate(folded, numbers)) == pytest.approx(as_float(evaluate(plain, numbers)), rel=1e-12)


def as_float(value):
    try:
        return float(value)
    except OverflowError:
        return math.inf


def test_a_term_that_does_not_apply_cannot_spoil_a_payoff():
    expression = read("m.x / (a - a) + 2 * m.y")
    assert specialise(expression, {"m": "y"}) == Number(Fraction(2))


def test_a_choice_has_no_value_outside_a_history():
    with pytest.raises(TypeError, match=r"m\.x"):
        evaluate(read("1 + m.x"), {})
    with pytest.raises(KeyError):
        evaluate(Parameter("absent"), {})


def test_names_that_occur():
    expression = read("a + m.x * min(b, g.value) if n@2.y else -a")
    assert parameters(expression) == {"a", "b"}
    assert moves(expression) == {"m", "g", "n@2"}


def test_walk_gives_each_part_once_in_the_order_of_the_text():
    expression = read("a + b * c_1")
    assert [write(part) for part in walk(expression)] == ["a + b * c_1", "a", "b * c_1", "b", "c_1"]


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Binary("-", Parameter("a"), Binary("-", Parameter("b"), Parameter("c"))), "a - (b - c)"),
        (Binary("**", Negate(Parameter("a")), Number(Fraction(2))), "(-a) ** 2"),
        (Negate(Binary("**", Parameter("a"), Number(Fraction(2)))), "-a ** 2"),
        (Compare("<", Compare("<", Parameter("a"), Parameter("b")), Parameter("c")), "(a < b) < c"),
        (Binary("*", Number(Fraction(1, 3)), Parameter("a")), "1 / 3 * a"),
        (Binary("/", Parameter("a"), Number(Fraction(1, 3))), "a / (1 / 3)"),
        (Number(Fraction("-0.05")), "-0.05"),
        (Number(Fraction("1e100")), "1e100"),
        (Number(Fraction("-1.25e-20")), "-1.25e-20"),
        (Number(Fraction(1234567890123456789)), "1234567890123456789"),
        (Call("min", (Parameter("a"), Number(Fraction(2)))), "min(a, 2)"),
        (Choice("offer@2", "accept"), "offer@2.accept"),
    ],
)
def test_brackets_only_where_needed(expression, text):
    assert write(expression) == text
    assert evaluate(read(text.replace("offer@2.accept", "1")), {"a": 1.0, "b": 2.0, "c": 4.0}) is not None
