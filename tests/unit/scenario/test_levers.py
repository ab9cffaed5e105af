"""Parameters that somebody can move: `lever` and `between`."""

from fractions import Fraction

import pytest

from standoff.errors import ScenarioError
from standoff.scenario.load import loads

FILE = """\
standoff: 1
title: Levers
actors: {{a: A, b: B}}
parameters:
  x: {x}
moves: {{m: {{actor: a, options: [l, r]}}}}
payoffs: {{a: x * m.l, b: 0}}
"""


def test_who_moves_it_and_how_far():
    x = loads(FILE.format(x="{value: 2, lever: [a, b], between: [1/2, 4]}")).parameter("x")
    assert x.lever == ("a", "b")
    assert x.between == (Fraction(1, 2), Fraction(4))
    x = loads(FILE.format(x='{range: "uniform(0, 1)", lever: b}')).parameter("x")
    assert (x.lever, x.between) == (("b",), None)
    assert loads(FILE.format(x="2")).parameter("x").lever == ()


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ("{value: 2, lever: a}", "lever `x` has neither a range nor `between`; write `between: [lowest, highest]`"),
        ("{value: 2, lever: aa, between: [1, 3]}", "there is no actor `aa`"),
        ("{value: 2, lever: [], between: [1, 3]}", "`lever` names no actor"),
        ("{value: 2, between: [1, 3]}", "parameter `x` has `between` and no `lever`"),
        ("{value: 2, lever: a, between: [3, 1]}", "`between` is empty"),
        ("{value: 2, lever: a, between: [1]}", "`between` has 1 entries"),
        ("{value: 2, lever: a, between: 3}", "`between` must be a list"),
        ("{value: 2, lever: a, between: [1, y]}", "must be a number and mentions `y`"),
        ("{value: 5, lever: a, between: [1, 3]}", "the base 5 of `x` is outside `between`"),
        ("{value: 0.5, kind: probability, lever: a, between: [0, 2]}", "leaves its kind, probability"),
        ("{value: 2, lever: {a: b}, between: [1, 3]}", "`lever` must be a list"),
    ],
)
def test_mistakes(x, message):
    with pytest.raises(ScenarioError) as caught:
        loads(FILE.format(x=x))
    assert message in str(caught.value)
    assert "<text>:5:" in str(caught.value)


def test_a_formula_is_no_lever():
    with pytest.raises(ScenarioError, match="`y` is a formula and cannot be moved"):
        loads(FILE.format(x="1\n  y: {expression: 2 * x, lever: a}"))


def test_a_variant_that_sets_a_range_to_a_number_takes_its_lever_away():
    variants = 'variants: {fixed: {set: {x: 0.3}}, other: {set: {x: "uniform(0, 2)"}}}\n'
    text = FILE.format(x='{range: "uniform(0, 1)", lever: b}') + variants
    assert loads(text, variant="fixed").parameter("x").lever == ()
    assert loads(text, variant="other").parameter("x").lever == ("b",)
    bounded = FILE.format(x="{value: 0.5, lever: b, between: [0, 1]}") + variants
    assert loads(bounded, variant="fixed").parameter("x").lever == ("b",)
