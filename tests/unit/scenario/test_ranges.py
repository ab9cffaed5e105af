"""Ranges: reading, checks, and base values against scipy's distributions."""

from fractions import Fraction

import pytest
from scipy import stats

from standoff.errors import Mark
from standoff.scenario.problems import Problems
from standoff.scenario.ranges import base_of, looks_like_range, read_range


def place(offset):
    return Mark("t", 1, 1 + offset)


def base(text, kind="real"):
    problems = Problems()
    given = read_range(text, place, kind, problems)
    assert problems.errors == []
    return base_of(given, kind)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("uniform(0.1, 0.4)", Fraction(1, 4)),
        ("pert(0.30, 0.60, 0.90)", Fraction(3, 5)),
        ("triangular(-1, 1/3, 4)", Fraction(1, 3)),
        ("discrete(1, 2, 5, p=[0.2, 0.5, 0.3])", Fraction(2)),
        ("discrete(7, 5)", Fraction(7)),
        ("normal(-2.5, 3)", Fraction(-5, 2)),
        ("beta(3, 3)", Fraction(1, 2)),
    ],
)
def test_exact_base_values(text, expected):
    assert base(text) == expected


@pytest.mark.parametrize(
    ("text", "kind", "law"),
    [
        ("lognormal(2.3, 0.4)", "real", stats.lognorm(0.4, scale=2.718281828459045**2.3)),
        ("lognormal(log(10), 0.4)", "positive", stats.lognorm(0.4, scale=10)),
        ("beta(2, 5)", "real", stats.beta(2, 5)),
        ("beta(1, 5)", "probability", stats.beta(1, 5)),
        ("beta(0.5, 1)", "probability", stats.beta(0.5, 1)),
        ("normal(0.9, 0.5)", "probability", stats.truncnorm(-0.9 / 0.5, 0.1 / 0.5, loc=0.9, scale=0.5)),
        ("normal(1, 2)", "positive", stats.truncnorm(-0.5, float("inf"), loc=1, scale=2)),
        ("normal(-1, 2)", "nonnegative", stats.truncnorm(0.5, float("inf"), loc=-1, scale=2)),
    ],
)
def test_medians_are_those_of_the_distribution(text, kind, law):
    assert float(base(text, kind)) == pytest.approx(float(law.median()), rel=1e-9)


def test_a_lognormal_probability_is_cut_at_one():
    log_median = stats.truncnorm(-float("inf"), 0.5, loc=-1, scale=2).median()
    assert float(base("lognormal(-1, 2)", "probability")) == pytest.approx(2.718281828459045**log_median, rel=1e-9)


def test_the_range_keeps_what_was_written():
    given = read_range(" discrete(1, 2.5, p = [1, 3]) ", place, "real", Problems()).range
    assert given.family == "discrete"
    assert given.arguments == (1.0, 2.5)
    assert given.weights == (0.25, 0.75)
    assert given.text == "discrete(1, 2.5, p = [1, 3])"


# text: (kind, column, phrase of the message, phrase of the remedy)
MISTAKES = {
    "unifrom(0, 1)": ("real", 1, "no range `unifrom`", "`uniform`"),
    "0.3": ("real", 1, "is not a range", "pert("),
    "uniform(0, 1": ("real", 1, "is not a range", "pert("),
    "uniform(0)": ("real", 1, "takes 2 numbers and has 1", "uniform(low, high)"),
    "uniform()": ("real", 9, "no expression", "number"),
    "uniform(1, 0)": ("real", 1, "out of order", "uniform(0, 1)"),
    "uniform(1, 1)": ("real", 1, "to itself", "that number"),
    "pert(0.2, 0.9, 0.5)": ("real", 1, "out of order", "pert(0.2, 0.5, 0.9)"),
    "normal(0, 0)": ("real", 1, "standard deviation", "normal(mean, sd)"),
    "normal(0, -1)": ("real", 1, "standard deviation", "normal(mean, sd)"),
    "normal(9, 0.1)": ("probability", 1, "almost nothing", "kind"),
    "lognormal(1000, 1)": ("real", 1, "logarithm", "lognormal"),
    "beta(0, 1)": ("real", 1, "greater than 0", "beta(a, b)"),
    "uniform(-0.1, 1)": ("probability", 1, "reaches -0.1", "from 0 to 1"),
    "uniform(0, 1)": ("positive", 1, "reaches 0", "greater than 0"),
    "triangular(-1, 0, 1)": ("nonnegative", 1, "reaches -1", "at least 0"),
    "discrete(0, 1, 2)": ("probability", 1, "reaches 2", "from 0 to 1"),
    "discrete(1, 1)": ("real", 1, "twice", "once"),
    "discrete(p=[1])": ("real", 1, "no value", "discrete(1, 2"),
    "discrete(1, 2, p=[1])": ("real", 1, "2 values and 1 weights", "p=[...]"),
    "discrete(1, 2, p=[-1, 2])": ("real", 1, "at least 0", "p=["),
    "discrete(1, 2, p=[0, 0])": ("real", 1, "not all 0", "p=["),
    "discrete(1, 2, q=[1, 1])": ("real", 15, "`q=`", "order"),
    "discrete(1, 2, p=[0.5, x])": ("real", 24, "mentions `x`", "numbers"),
    "uniform(0, 1 +)": ("real", 15, "ends too early", "complete"),
    "uniform(0, 1/0)": ("real", 1, "finite", "uniform(low, high)"),
    "uniform(0, 1e999)": ("real", 12, "too large", "1e300"),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes(text):
    kind, column, message, remedy = MISTAKES[text]
    problems = Problems()
    assert read_range(text, place, kind, problems) is None
    (found,) = problems.errors
    assert found.mark.col == column
    assert message in found.message
    assert remedy in found.remedy


@pytest.mark.parametrize("text", ["pert(1, 2, 3)", " uniform (0, 1)", "prt(1, 2, 3)", "Normal(0, 1)"])
def test_text_that_looks_like_a_range(text):
    assert looks_like_range(text)


@pytest.mark.parametrize("text", ["min(1, 2)", "mn(1, 2)", "a + beta", "0.3", "log(2)", "foo(1)", ""])
def test_text_that_does_not(text):
    assert not looks_like_range(text)
