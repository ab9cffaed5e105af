"""Reading expressions: precedence against Python's own grammar, places of mistakes, bounds."""

from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from standoff.errors import Mark, ScenarioError
from standoff.scenario.expression import Choice, GridValue, Number, Parameter, evaluate, write
from standoff.scenario.parse import MAX_DEPTH, MAX_HEIGHT, height, parse_expression, size
from unit.scenario.trees import trees

AT = Mark("file.yaml", 7, 11)


def read(text):
    return parse_expression(text, AT)


def problem(text):
    with pytest.raises(ScenarioError) as caught:
        read(text)
    (found,) = caught.value.problems
    return found


# Python gives these the same meaning, once a truth value counts as 0 or 1.
ALIKE = [
    "1 + 2 * 3 ** 2",
    "-2 ** 2",
    "2 ** -1",
    "2 - 3 - 4",
    "8 / 4 / 2",
    "-a * b",
    "a - -b",
    "+a",
    "not a == b",
    "not a or b > 0 and c == 3",
    "(a or b) and c",
    "1 < 2 < 3",
    "3 > 2 > 2",
    "a < b == c",
    "a if b > c else b if c else 7",
    "(a if b else c) + 1",
    "a + 1 if a else b",
    "1 if a and not b else 2",
    "min(a, b, c) * max(1, a)",
    "abs(a - b)",
    "2 * (a + b) - c / (a - 5)",
    "0.5 + .25 + 1. + 1e2 + 1.5E-1",
    "not not a",
]


@pytest.mark.parametrize("text", ALIKE)
@pytest.mark.parametrize("numbers", [(1, 2, 3), (0, -1, 3), (2, 0, 0)])
def test_precedence_is_that_of_python(text, numbers):
    given_values = dict(zip("abc", map(Fraction, numbers), strict=True))
    names = {"min": min, "max": max, "abs": abs} | {name: float(value) for name, value in given_values.items()}
    expected = eval(text, {"__builtins__": {}}, names)
    if text.startswith(("not", "(a or b)")):
        expected = bool(expected)
    assert float(evaluate(read(text), given_values)) == pytest.approx(float(expected), rel=1e-12)


@settings(deadline=None)
@given(trees)
@example(read("a if (b if c else a) else b"))
@example(read("(not a) + 1"))
@example(read("(a < b) == (b < c)"))
def test_writing_and_reading_settle_at_once(expression):
    text = write(read(write(expression)))
    assert write(read(text)) == text


def test_numbers_are_exact():
    assert read("0.1") == Number(Fraction(1, 10))
    assert read("12345678901234567890.5") == Number(Fraction(24691357802469135781, 2))
    assert read("1e-300") == Number(Fraction(1, 10**300))
    assert read("true") == Number(Fraction(1))


def test_choices_and_rounds():
    assert read("strike.strike") == Choice("strike", "strike")
    assert read("strike@12.strike") == Choice("strike@12", "strike")
    assert read("offer.value") == GridValue("offer")
    assert read("offer@2.value") == GridValue("offer@2")
    assert read("offer.0.25") == Choice("offer", "0.25")
    assert read("offer.-1") == Choice("offer", "-1")
    assert read("ifx") == Parameter("ifx")


# text: (offset of the mistake, phrase of the message, phrase of the remedy)
MISTAKES = {
    "": (0, "no expression", "number"),
    "   ": (0, "no expression", "number"),
    "a +": (3, "ends too early", "complete"),
    "a + * b": (4, "`*` cannot stand here", "missing"),
    "a b": (2, "operator is missing before `b`", "`*`"),
    "2a": (1, "runs into a name", "2 * a"),
    "1_000": (1, "`_`", "separators"),
    "1,000": (1, "`,`", "decimal"),
    "30 %": (3, "percent", "0.3"),
    "5 percent": (2, "percent", "0.3"),
    "a ^ 2": (2, "`^`", "**"),
    "a = b": (2, "`=`", "=="),
    "a && b": (2, "`&&`", "and"),
    "a || b": (2, "`||`", "or"),
    "!a": (0, "`!`", "not"),
    "a <> b": (2, "`<>`", "!="),
    "a => b": (2, "`=>`", ">="),
    "a // b": (2, "`//`", "/"),
    "a ? b : c": (2, "`?`", "if condition else"),
    "if a then b else c": (0, "`if`", "x if condition else y"),
    "a if b": (6, "without `else`", "x if condition else y"),
    "a AND b": (2, "`AND`", "and"),
    "True": (0, "`True`", "true"),
    "ln(a)": (0, "no function `ln`", "log"),
    "pow(a, 2)": (0, "no function `pow`", "**"),
    "squrt(a)": (0, "no function `squrt`", "`sqrt`"),
    "frobnicate(a)": (0, "no function", "functions: min"),
    "exp": (0, "without its arguments", "exp(...)"),
    "exp()": (0, "one argument", "exp(x)"),
    "exp(a, b)": (0, "one argument", "exp(x)"),
    "min(a)": (0, "two or more", "min(a, b)"),
    "min(a, )": (7, "`)` cannot stand here", "missing"),
    "belief(a)": (0, "psychological", "choices"),
    "(a": (0, "never closed", "add `)`"),
    "a)": (1, "`)`", "remove"),
    "a ** b": (5, "exponent", "exp(y * log(x))"),
    "a ** 7": (5, "-6 to 6", "digits"),
    "a ** 1.5": (5, "exponent", "digits"),
    "a ** 2 ** 2": (7, "power of a power", "brackets"),
    "a * not b": (4, "`not` inside", "brackets"),
    "a.b.c": (3, "`.`", "one point"),
    "a . b": (2, "`.`", "spaces"),
    "a@2": (0, "names no option", "a@2.<option>"),
    "a@99999.b": (0, "no such round", "from 1"),
    "a − b": (2, "`−`", "minus"),
    "a ≤ b": (2, "`≤`", "<="),
    "a # b": (2, "`#` has no meaning", "remove"),
    "and a": (0, "`and` cannot stand here", "both sides"),
    "rest": (0, "`rest`", "stands alone"),
    "'a'": (0, "`'`", "remove"),
    "naïve": (2, "`ï`", "letters"),
    "1e999": (0, "too long or too large", "1e300"),
    "9" * 311: (0, "too long or too large", "310 digits"),
    "x" * 500: (0, "500 characters", "shorter"),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_found_at_its_column(text):
    offset, message, remedy = MISTAKES[text]
    found = problem(text)
    assert found.mark == Mark("file.yaml", 7, 11 + offset)
    assert message in found.message
    assert remedy in found.remedy


def test_nesting_up_to_the_bound():
    assert read("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH) == Parameter("a")
    assert "more than 50 deep" in problem("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1)).message


def test_chains_up_to_the_bound():
    assert height(read("a" + " + a" * (MAX_HEIGHT - 1))) == MAX_HEIGHT
    assert "more than 200 operations" in problem("a" + " + a" * MAX_HEIGHT).message


def test_the_middle_of_a_chain_of_comparisons_counts_twice():
    assert size(read("a < b < c")) == 7  # (a < b) and (b < c)
    # each level compares its middle twice: s(n) = 2 s(n - 1) + 5, from s(1) = 7
    assert [size(read("0 < (" * n + "0 < a < 1" + ") < 1" * n)) for n in range(3)] == [7, 19, 43]


@settings(deadline=None)
@given(st.text(alphabet="abm.x()+-*/<>=!&|^%@,0123456789 if else not and or min", max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        expression = read(text)
    except ScenarioError as error:
        (found,) = error.problems
        assert found.message
        assert found.remedy
        assert 11 <= found.mark.col <= 11 + len(text)
    else:
        assert write(read(write(expression))) == write(expression)
