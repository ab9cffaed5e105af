"""Expressions as polynomials, as sympy's and as z3's: all must have the value that `evaluate` gives."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
import z3

from standoff.errors import Mark
from standoff.scenario.expression import Choice, Number, Parameter, evaluate, write
from standoff.scenario.parse import parse_expression
from standoff.solve.classes.polynomial import Polynomial
from standoff.solve.conditions.symbols import Dictionary, Symbols, boolean, real, sympy_factors, to_sympy

POLYNOMIALS = [
    "a + 2 * b - c / 4",
    "(a - b) * (a + b) ** 2",
    "-(a * b) + 0.1 * c ** 3",
    "a * (b * (c - 1) + 2) - 3",
]
OTHERS = [
    "a / (b + c)",
    "(a - 1) / b ** 2 + c",
    "min(a, b, c) - max(a, 2)",
    "abs(a - b) * c",
    "a if b < c else b * c",
    "a * (b > 1) + (not c)",
    "b ** -2 * a",
]


def parse(text):
    return parse_expression(text, Mark())


def points(count=6):
    rng = np.random.default_rng(11)
    for _ in range(count):
        yield {name: Fraction(int(rng.integers(1, 40)), int(rng.integers(1, 9))) for name in "abc"}


@pytest.mark.parametrize("text", POLYNOMIALS + OTHERS)
def test_a_polynomial_with_its_atoms_has_the_value_of_the_expression(text):
    expression, words = parse(text), Dictionary()
    polynomial = words.polynomial(expression)
    back = words.expression(polynomial)
    for point in points():
        atoms = {name: evaluate(part, point) for name, part in words.atoms.items()}
        assert polynomial.value(point | atoms) == evaluate(expression, point)
        assert evaluate(back, point) == evaluate(expression, point)


@pytest.mark.parametrize("text", POLYNOMIALS)
def test_polynomials_need_no_atoms(text):
    words = Dictionary()
    words.polynomial(parse(text))
    assert not words.atoms


@pytest.mark.parametrize("text", POLYNOMIALS + OTHERS)
def test_z3_finds_the_value_and_no_other(text):
    """With the parameters fixed, z3 must find exactly one value; atoms are known by their facts alone."""
    expression, words = parse(text), Dictionary()
    symbols = Symbols(z3)
    value = real(words, expression, symbols)
    facts = [fact for name in list(words.atoms) for fact in words.facts(z3, name, symbols)]
    for point in points(3):
        solver = z3.Solver(ctx=symbols.context)
        solver.add(*facts, *(symbols[name] == symbols.number(number) for name, number in point.items()))
        expected = symbols.number(evaluate(expression, point))
        assert solver.check(value == expected) == z3.sat
        assert solver.check(value != expected) == z3.unsat


@pytest.mark.parametrize("text", ["0 < a < b", "a == 1 or not b >= c", "a * b > c and a != b"])
def test_z3_agrees_about_truth(text):
    expression, words, symbols = parse(text), Dictionary(), Symbols(z3)
    formula = boolean(z3, words, expression, symbols)
    for point in points():
        solver = z3.Solver(ctx=symbols.context)
        solver.add(*(symbols[name] == symbols.number(number) for name, number in point.items()))
        assert (solver.check(formula) == z3.sat) == bool(evaluate(expression, point))


@pytest.mark.parametrize("text", [*POLYNOMIALS, *OTHERS[:5], "exp(a) + log(b) - sqrt(c)"])
def test_sympy_agrees_about_values(text):
    expression = parse(text)
    value = to_sympy(expression)
    for point in points():
        exact = {sympy.Symbol(k, real=True): sympy.Rational(v.numerator, v.denominator) for k, v in point.items()}
        assert float(value.subs(exact)) == pytest.approx(float(evaluate(expression, point)), rel=1e-12)


def test_sympy_agrees_about_truth():
    value = to_sympy(parse("a < b and not c == 1"))
    a, b, c = (sympy.Symbol(name, real=True) for name in "abc")
    assert value.subs({a: 1, b: 2, c: 3}) is sympy.true
    assert value.subs({a: 1, b: 2, c: 1}) is sympy.false


def test_definitions_are_put_in_everywhere():
    words = Dictionary({"d": parse("a + b"), "e": parse("d * 2")})
    assert words.polynomial(parse("e - c")) == Dictionary().polynomial(parse("2 * a + 2 * b - c"))
    words.polynomial(parse("min(e, 1)"))
    assert [write(part) for part in words.atoms.values()] == ["min((a + b) * 2, 1)"]


def test_equal_parts_are_one_atom():
    words = Dictionary()
    assert words.polynomial(parse("min(a, b) - min(a, b)")) == Polynomial()
    assert len(words.atoms) == 1


def test_a_choice_of_a_move_has_no_polynomial():
    with pytest.raises(TypeError, match="outside a history"):
        Dictionary().polynomial(Choice("strike", "hold"))


@pytest.mark.parametrize("text", ["(a - b) ** 2 * (c + 3 * a)", "2 * a * b - 6 * b", "0.5 * a + 1"])
def test_factors_multiply_to_the_polynomial(text):
    polynomial = Dictionary().polynomial(parse(text))
    scale, factors = sympy_factors(polynomial)
    product = Polynomial.constant(scale)
    for factor, power in factors:
        product = product * factor.power(power)
    assert product == polynomial


def test_a_polynomial_is_written_with_positive_terms_first():
    words = Dictionary()
    assert write(words.expression(words.polynomial(parse("-b + a")))) == "a - b"
    assert words.expression(Polynomial()) == Number(Fraction(0))
    assert words.expression(Polynomial.variable("a")) == Parameter("a")
