"""Random expression trees and random values for them."""

from fractions import Fraction

from hypothesis import strategies as st

from standoff.scenario.expression import (
    Binary,
    Call,
    Choice,
    Compare,
    Conditional,
    GridValue,
    Logical,
    Negate,
    Not,
    Number,
    Parameter,
)

NAMES = ("a", "b", "c_1")
HISTORIES = ({}, {"m": "x"}, {"m": "y", "n@2": "x"}, {"n@2": "y", "g": "0.5"})
GRID = {("g", "0.5"): Fraction(1, 2)}

numbers = st.one_of(
    st.integers(-4, 20).map(Fraction),
    st.fractions(min_value=-3, max_value=3, max_denominator=12),
    st.sampled_from([Fraction(1, 1000), Fraction("1e20"), Fraction("1.25e-9")]),
).map(Number)
parameters = st.sampled_from(NAMES).map(Parameter)
choices = st.one_of(
    st.builds(Choice, st.sampled_from(["m", "n@2"]), st.sampled_from(["x", "y"])), st.just(GridValue("g"))
)


def grown(leaves, exponents, functions=("min", "max", "abs", "exp", "log", "sqrt")):
    """Trees over the given leaves."""

    def extend(inner):
        calls = [
            st.builds(Call, st.just(name), st.lists(inner, min_size=2, max_size=3).map(tuple))
            if name in ("min", "max")
            else st.builds(Call, st.just(name), st.tuples(inner))
            for name in functions
        ]
        powers = st.builds(Binary, st.just("**"), inner, exponents.map(lambda n: Number(Fraction(n))))
        return st.one_of(
            st.builds(Negate, inner),
            st.builds(Not, inner),
            st.builds(Binary, st.sampled_from("+-*/"), inner, inner),
            powers,
            st.builds(Compare, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), inner, inner),
            st.builds(Logical, st.sampled_from(["and", "or"]), inner, inner),
            st.builds(Conditional, inner, inner, inner),
            *calls,
        )

    return st.recursive(leaves, extend, max_leaves=14)


trees = grown(st.one_of(numbers, parameters, choices), st.integers(-6, 6))
values = st.fixed_dictionaries(dict.fromkeys(NAMES, st.fractions(min_value=-4, max_value=4, max_denominator=8)))
