"""Parameters at random under a scenario's assumptions, and what conditions and enumeration say of the classes there.

A draw is an exact point (name -> Fraction). Draws come from random walks that stay inside the assumptions: each walk
starts at the base values or at a model of one class's conditions found by z3, so that every class has draws around it,
and makes steps of all sizes, in one parameter or in all. Some draws are moved onto a threshold: a condition
``parameter relation bound`` of some class then holds with equality, exactly.

Three answers are compared: the classes whose derived conditions hold at the point (`said`), those that `all_classes`
certifies from floats (`certified`), and those that the same search finds in fractions (`exact_classes`), which decides
where the two differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import z3

from standoff.game.game import Game
from standoff.scenario.expression import Compare, Expression, Logical, Not, Parameter, evaluate
from standoff.scenario.scenario import Scenario
from standoff.scenario.values import base_values
from standoff.solve.classes.enumerate import ClassesResult, FoundClass, all_classes
from standoff.solve.classes.numeric import NumericJudge
from standoff.solve.classes.polynomial import Polynomial
from standoff.solve.classes.search import Search
from standoff.solve.classes.tree import PolynomialGame
from standoff.solve.conditions.derive import ClassConditions, ConditionsResult
from standoff.solve.conditions.judge import symbolic_form
from standoff.solve.conditions.symbols import Dictionary, Symbols, boolean

Point = dict[str, Fraction]
Supports = tuple[tuple[str, tuple[str, ...]], ...]  # information set and options, sorted

TIE = 1e-7  # how near to a threshold, as a share of the larger side (at least 1), counts as on it
STEPS, PROPOSALS = 6, 120  # a walk takes so many steps between two draws, if so many proposals suffice
DIGITS = 10**6
GRID = 50  # draws on a threshold are multiples of 1/50 in all other parameters


@dataclass(frozen=True)
class Draws:
    """Points away from thresholds (but for chance), and points moved onto one."""

    anywhere: tuple[Point, ...]
    on_threshold: tuple[Point, ...]


def drawn(scenario: Scenario, result: ConditionsResult, count: int, seed: int, *, share: float = 0.1) -> Draws:
    """`count` draws, about `share` of them on a threshold of some class."""
    rng = np.random.default_rng(seed)
    starts = [base_values(scenario, {}), *_starts(scenario, result)]
    wanted = round(share * count)
    anywhere: list[Point] = []
    while len(anywhere) < count - wanted:
        start = starts[len(anywhere) % len(starts)]
        walk = _walk(scenario, result.assumptions, start, rng)
        anywhere += [next(walk) for _ in range(min(4, count - wanted - len(anywhere)))]
    edges: list[Point] = []
    bounds = [c for entry in result.classes for condition in entry.conditions for c in _comparisons(condition)]
    bounds = [c for c in dict.fromkeys(bounds) if isinstance(c.left, Parameter)]
    for attempt in range(40 * wanted if bounds else 0):
        start = anywhere[int(rng.integers(len(anywhere)))]
        moved = _moved(scenario, result.assumptions, bounds[attempt % len(bounds)], start)
        edges += [] if moved is None else [moved]
        if len(edges) == wanted:
            break
    return Draws(tuple(anywhere), tuple(edges))


def _free(scenario: Scenario) -> list[str]:
    return [p.name for p in scenario.parameters if p.expression is None]


def _complete(scenario: Scenario, point: Mapping[str, Fraction]) -> Point:
    """The point with the parameters that are expressions of others."""
    result = dict(point)
    for parameter in scenario.parameters:
        if parameter.expression is not None:
            result[parameter.name] = Fraction(evaluate(parameter.expression, result))
    return result


def holds(conditions: Sequence[Expression], point: Mapping[str, Fraction]) -> bool:
    """Whether all conditions hold, in fractions."""
    return all(bool(evaluate(condition, point)) for condition in conditions)


def _walk(
    scenario: Scenario, assumptions: Sequence[Expression], start: Mapping[str, Fraction], rng: np.random.Generator
) -> Iterator[Point]:
    """Points of a random walk inside the assumptions; payoffs stay within three times the largest at base."""
    names = _free(scenario)
    sure = [p.kind == "probability" for p in scenario.parameters if p.expression is None]
    base = base_values(scenario, {})
    size = max([abs(float(base[n])) for n, unit in zip(names, sure, strict=True) if not unit], default=1.0)
    size = max(size, 1.0)
    spread = np.where(sure, 1.0, size)
    here = np.array([float(start[name]) for name in names])
    point = _complete(scenario, {name: Fraction(start[name]) for name in names})
    while True:
        taken = 0
        for _ in range(PROPOSALS):
            step = rng.normal(size=len(names)) * spread * 10 ** rng.uniform(-3, 0)
            if rng.uniform() < 0.5:
                step *= np.arange(len(names)) == rng.integers(len(names))
            values = {
                n: Fraction(round(DIGITS * v), DIGITS) for n, v in zip(names, (here + step).tolist(), strict=True)
            }
            proposed = _complete(scenario, values)
            if np.all(np.abs(here + step) <= 3 * spread) and holds(assumptions, proposed):
                here, point, taken = here + step, proposed, taken + 1
            if taken == STEPS:
                break
        yield point


def _starts(scenario: Scenario, result: ConditionsResult) -> Iterator[Point]:
    """For every class a point at which its conditions hold, with room to spare in all that z3 is told."""
    names = _free(scenario)
    words = Dictionary({p.name: p.expression for p in scenario.parameters if p.expression is not None})
    symbols = Symbols(z3)
    given = [boolean(z3, words, _strict(assumption), symbols) for assumption in result.assumptions]
    for entry in result.classes:
        solver = z3.SolverFor("QF_NRA", ctx=symbols.context)
        solver.set("timeout", 2_000)
        solver.add(*given, *(boolean(z3, words, _strict(own), symbols) for own in entry.conditions))
        solver.add(*(fact for atom in list(words.atoms) for fact in words.facts(z3, atom, symbols)))
        if solver.check() != z3.sat:
            continue
        model = solver.model()
        numbers = {name: model.eval(symbols[name], model_completion=True) for name in names}
        exact = {n: v if z3.is_rational_value(v) else v.approx(20) for n, v in numbers.items()}
        point = _complete(
            scenario, {n: Fraction(v.numerator_as_long(), v.denominator_as_long()) for n, v in exact.items()}
        )
        if holds(result.assumptions, point):
            yield point


def _strict(expression: Expression) -> Expression:
    match expression:
        case Compare("<=" | ">=" as symbol, left, right):
            return Compare(symbol[0], left, right)
        case Logical(symbol, left, right):
            return Logical(symbol, _strict(left), _strict(right))
    return expression


def _moved(
    scenario: Scenario, assumptions: Sequence[Expression], bound: Compare, start: Mapping[str, Fraction]
) -> Point | None:
    """The point with a condition's parameter at its bound, where the assumptions allow that."""
    assert isinstance(bound.left, Parameter)
    short = {name: Fraction(round(GRID * start[name]), GRID) for name in _free(scenario)}
    value = evaluate(bound.right, _complete(scenario, short))
    if not isinstance(value, Fraction) or value.denominator > 10_000:  # a division by zero; no float stands for it
        return None
    point = _complete(scenario, {**short, bound.left.name: value})
    return point if holds(assumptions, point) else None


def _comparisons(expression: Expression) -> Iterator[Compare]:
    match expression:
        case Compare():
            yield expression
        case Logical(_, left, right):
            yield from _comparisons(left)
            yield from _comparisons(right)
        case Not(operand):
            yield from _comparisons(operand)


def near_threshold(result: ConditionsResult, point: Mapping[str, Fraction]) -> bool:
    """Whether some comparison of some class's conditions, or of the assumptions, is within `TIE` of equality."""
    stated = dict.fromkeys([*result.assumptions, *(own for entry in result.classes for own in entry.conditions)])
    for c in (comparison for expression in stated for comparison in _comparisons(expression)):
        left, right = float(evaluate(c.left, point)), float(evaluate(c.right, point))
        if not abs(left - right) > TIE * max(1.0, abs(left), abs(right)):
            return True
    return False


def said(result: ConditionsResult, point: Mapping[str, Fraction]) -> dict[Supports, ClassConditions]:
    """The classes whose conditions hold at a point."""
    return {tuple(sorted(entry.supports.items())): entry for entry in result.classes if holds(entry.conditions, point)}


def certified(game: Game, point: Mapping[str, Fraction]) -> tuple[dict[Supports, FoundClass], ClassesResult]:
    """The classes that enumeration at numbers certifies."""
    numeric = game.at({name: float(value) for name, value in point.items()})
    found = all_classes(numeric, with_intervals=False)
    return {_named(game, entry.supports): entry for entry in found.classes}, found


def exact_classes(game: Game, scenario: Scenario, point: Mapping[str, Fraction]) -> set[Supports]:
    """The classes at a point by the same search, payoffs and chances in fractions throughout; all must be decided."""
    words = Dictionary({p.name: p.expression for p in scenario.parameters if p.expression is not None})
    form = symbolic_form(game, words)
    values = {**point, **{atom: Fraction(evaluate(part, point)) for atom, part in words.atoms.items()}}

    def at(polynomial: Polynomial) -> Polynomial:
        return Polynomial.constant(Fraction(polynomial.value(values)))

    fixed = PolynomialGame(
        game, tuple(at(p) for p in form.chance), tuple(tuple(at(u) for u in row) for row in form.payoffs), form.members
    )
    search = Search(fixed, NumericJudge(game, 10.0), limit=10**6, seconds=120.0)
    leaves = [leaf for leaf in search.leaves() if not leaf.impossible]
    assert not search.stopped
    assert not any(leaf.undecided for leaf in leaves)
    return {_named(game, leaf.supports) for leaf in leaves}


def _named(game: Game, supports: Mapping[int, Sequence[int]]) -> Supports:
    sets = game.infosets
    return tuple(sorted((sets[h].name, tuple(sets[h].options[o] for o in support)) for h, support in supports.items()))


def probability_gap(
    game: Game, entry: ClassConditions, found: FoundClass, point: Mapping[str, Fraction]
) -> float | None:
    """How far the class's stated mixed probabilities are from the certified equilibrium's; None where none is stated.

    Where two bounds are stated, the distance of the equilibrium's probability from the interval.
    """
    number = {own.name: h for h, own in enumerate(game.infosets)}
    gaps: list[float] = []
    for infoset, options in entry.probabilities.items():
        h = number[infoset]
        for option, probability in options.items():
            if probability is None:
                continue
            played = float(found.assessment.behaviour[game.options(h)][game.infosets[h].options.index(option)])
            low, high = probability if isinstance(probability, tuple) else (probability, probability)
            gaps.append(max(float(evaluate(low, point)) - played, played - float(evaluate(high, point)), 0.0))
    return max(gaps, default=None)
