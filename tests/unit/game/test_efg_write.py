"""Writing .efg files: games with parameters at given values, strings with quotes, probabilities that Gambit accepts."""

from __future__ import annotations

import dataclasses
import math
import re
from fractions import Fraction

import numpy as np
import pytest

from standoff.errors import RequestError, UndefinedError
from standoff.game.efg import parse_efg, write_efg
from standoff.game.game import CHANCE, DECISION, TERMINAL, Consideration, Game, InformationSet
from standoff.scenario.expression import ONE, Binary, Call, Expression, Number, Parameter

P, COST = Parameter("p"), Parameter("cost")


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def scenario_game(last: Expression = COST, chance: tuple[Expression, Expression] | None = None) -> Game:
    """Nature draws resolved (p) or bluffing; russia, seeing it, strikes or tolerates; four endings, two names.

    payoffs of russia: strike 1 - cost if resolved else -cost, tolerate 0; of us: `last` where russia strikes, else 1.
    """
    resolved, bluffing = chance or (P, Binary("-", ONE, P))
    expressions = (resolved, bluffing, Number(Fraction(0)), ONE, Binary("-", ONE, COST), Binary("-", P, P), last)
    t, zero, one, gain, free, loss = TERMINAL, 2, 3, 4, 5, 6
    return Game(
        title='a "strike"',
        actors=("russia", "us"),
        actor_labels=("Russia", "United States"),
        kind=ints(CHANCE, DECISION, DECISION, t, t, t, t),
        actor=ints(-1, 0, 0, -1, -1, -1, -1),
        infoset=ints(-1, 0, 1, -1, -1, -1, -1),
        parent=ints(-1, 0, 0, 1, 1, 2, 2),
        first_child=ints(1, 3, 5, -1, -1, -1, -1),
        n_children=ints(2, 2, 2, 0, 0, 0, 0),
        action=ints(-1, 0, 1, 0, 1, 0, 1),
        terminal=ints(-1, -1, -1, 0, 1, 2, 3),
        labels=("", "resolved", "bluffing", "strike", "tolerate", "strike", "tolerate"),
        infosets=tuple(
            InformationSet(0, "strike", ("strike", "tolerate"), (("resolve", kind),))
            for kind in ("resolved", "bluffing")
        ),
        expressions=expressions,
        origins=("resolve.resolved", "resolve.bluffing", "zero", "one", "gain", "free", "loss"),
        chance_expression=ints(-1, 0, 1, -1, -1, -1, -1),
        considerations=(Consideration(0, "war"), Consideration(1, "war"), Consideration(0, "nothing")),
        payoff_expression=np.array(
            [[gain, loss, zero], [free, one, zero], [zero, loss, zero], [zero, one, free]], dtype=np.int64
        ),
        outcomes=("war", "peace"),
        outcome=ints(0, 1, 0, 1),
        moves=("resolve", "strike"),
        move=ints(0, 1, 1, -1, -1, -1, -1),
    )


def test_a_game_with_parameters_is_written_at_their_values() -> None:
    text = write_efg(scenario_game(), {"p": Fraction(2, 3), "cost": Fraction(1, 4)})
    assert text == (
        'EFG 2 R "a \\"strike\\"" { "russia" "us" }\n""\n\n'
        'c "" 1 "resolve" { "resolved" 2/3 "bluffing" 1/3 } 0\n'
        'p "" 1 1 "strike[resolve=resolved]" { "strike" "tolerate" } 0\n'
        't "" 1 "war_1" { 3/4, 1/4 }\n'
        't "" 2 "peace" { 0, 1 }\n'
        'p "" 1 2 "strike[resolve=bluffing]" { "strike" "tolerate" } 0\n'
        't "" 3 "war_2" { 0, 1/4 }\n'
        't "" 2 "peace" { 0, 1 }\n'
    )


def test_what_has_no_exact_value_is_the_shortest_decimal_of_the_float() -> None:
    game = scenario_game(last=Call("exp", (COST,)))
    read = parse_efg(write_efg(game, {"p": Fraction(1, 2), "cost": Fraction(1, 3)}))
    assert read.exact({})[1][0] == [Fraction(2, 3), Fraction(repr(math.exp(1 / 3)))]
    numeric, original = read.at({}), game.at({"p": 0.5, "cost": 1 / 3})
    np.testing.assert_allclose(numeric.payoffs, original.payoffs, rtol=1e-15)


@pytest.mark.parametrize("p", [0.1, 1 / 3, 0.7, 1e-17, 1 - 1e-16, 0.0, 1.0])
def test_probabilities_given_as_floats_sum_to_exactly_one(p: float) -> None:
    text = write_efg(scenario_game(), {"p": p, "cost": 0.25})
    found = re.findall(r'"(?:resolved|bluffing)" (\S+)', text)
    assert sum(map(Fraction, found)) == 1
    assert [float(Fraction(number)) for number in found] == pytest.approx([p, 1 - p], rel=1e-15, abs=1e-15)
    assert parse_efg(text).n_nodes == 7


def test_three_rounded_probabilities_are_made_to_sum_to_one() -> None:
    third = Number(Fraction(333_333_333_333, 10**12))
    text = write_efg(scenario_game(chance=(third, Binary("+", third, third))), {"p": 1, "cost": 1})
    assert sum(map(Fraction, re.findall(r'"(?:resolved|bluffing)" (\S+)', text))) == 1


def test_a_parameter_without_a_value_is_asked_for() -> None:
    with pytest.raises(RequestError, match="'cost'"):
        write_efg(scenario_game(), {"p": Fraction(1, 2)})


def test_what_is_not_finite_is_named() -> None:
    with pytest.raises(UndefinedError, match="loss"):
        write_efg(scenario_game(last=Call("log", (COST,))), {"p": Fraction(1, 2), "cost": Fraction(-1)})


@pytest.mark.parametrize("p", [Fraction(-1, 10), Fraction(11, 10)])
def test_probabilities_out_of_bounds_are_named(p: Fraction) -> None:
    with pytest.raises(UndefinedError, match="probabilities of resolve"):
        write_efg(scenario_game(), {"p": p, "cost": Fraction(1)})


def test_probabilities_that_do_not_sum_to_one_are_named() -> None:
    with pytest.raises(UndefinedError, match="probabilities of resolve"):
        write_efg(scenario_game(chance=(P, P)), {"p": Fraction(1, 3), "cost": Fraction(1)})


def test_labels_are_tidied_and_titles_are_not() -> None:
    game = dataclasses.replace(
        scenario_game(), outcomes=(" all\nout\twar ", 'so "called" peace\\'), title="two\nlines", moves=("a  move", "b")
    )
    text = write_efg(game, {"p": Fraction(1, 2), "cost": Fraction(1)})
    assert 'EFG 2 R "two\nlines"' in text
    assert '"all out war" { 0, 1 }' in text  # both wars pay the same here, so they are one outcome
    assert 'c "" 1 "a move"' in text
    assert parse_efg(text).outcomes == ("all out war", 'so "called" peace\\')


def test_numbered_names_avoid_names_that_are_there() -> None:
    game = dataclasses.replace(scenario_game(), outcomes=("war", "war_1"))
    read = parse_efg(write_efg(game, {"p": Fraction(1, 2), "cost": Fraction(1, 4)}))
    assert read.outcomes == ("war_2", "war_1", "war_3")


def test_sizes_of_numbers_that_text_cannot_carry() -> None:
    huge = Number(Fraction(10**80 + 1, 3**90))
    read = parse_efg(write_efg(scenario_game(last=huge), {"p": Fraction(1, 2), "cost": Fraction(1)}))
    assert read.at({}).payoffs[0, 1] == float(huge.value)
