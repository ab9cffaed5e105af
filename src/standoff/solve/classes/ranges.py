"""Intervals of probabilities and beliefs over the closure of a class, at given numbers.

Probabilities are polynomials, beliefs ratios of polynomials N / D in the variables of a class's system. Equations that
are linear in a variable are solved first. Where what remains is linear, the least and largest ratio is a linear
programme after Charnes & Cooper (1962), hence exact. Otherwise the interval is narrowed by bisection with proofs that
nothing lies outside: an outer bound, wider than the truth by at most `WIDTH` per side, or by more where z3 did not
answer in time.
Off the path the ways to settle beliefs are taken together: the interval is the hull.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from standoff.game.game import TERMINAL
from standoff.solve.classes.beliefs import Choice
from standoff.solve.classes.decide import Nonlinear, decide, linear_rows, positives, tidy, without_factors
from standoff.solve.classes.polynomial import ONE, ZERO, Constraint, Polynomial, total
from standoff.solve.classes.search import Leaf, Part, TimeIsUpError
from standoff.solve.classes.tree import State
from standoff.solve.consistency_weights import Verdict
from standoff.solve.exact import minimise

WIDTH = Fraction(1, 10_000)
WAYS = 64  # ways to settle beliefs that intervals look at; more make them inexact


@dataclass(frozen=True)
class Interval:
    """A closed interval; `exact` is False where the true one may be narrower."""

    low: float
    high: float
    exact: bool = True


UNKNOWN = Interval(0.0, 1.0, exact=False)


@dataclass(frozen=True)
class Intervals:
    """Probabilities by slot in a support, beliefs by node of information sets of two or more live nodes, outcomes."""

    probabilities: Mapping[int, Interval] = field(default_factory=dict)
    beliefs: Mapping[int, Interval] = field(default_factory=dict)
    outcomes: Mapping[str, Interval] = field(default_factory=dict)


def intervals(state: State, leaf: Leaf, timeout: float, deadline: float) -> Intervals:
    """The intervals of a class that the search found, whose supports the state has.

    `timeout` (seconds) bounds each nonlinear question. After `deadline` (of the monotonic clock) nothing more is worked
    out: intervals of what varies, as far as it is not known by then, are from 0 to 1 and not exact.
    """
    hull = _Hull(leaf, timeout, deadline)
    probabilities = {slot: hull.interval(p, ONE) for slot, p in sorted(state.probability.items())}
    beliefs: dict[int, Interval] = {}
    for infoset in state.sets:
        if len(state.form.members[infoset]) > 1:
            beliefs.update(_beliefs(state, hull, infoset))
    outcomes = {name: hull.interval(p, ONE) for name, p in _outcomes(state).items()}
    return Intervals(probabilities, dict(sorted(beliefs.items())), outcomes)


def _outcomes(state: State) -> dict[str, Polynomial]:
    """The probability of each outcome; outcomes that no live ending has are left out."""
    game, form = state.game, state.form
    reach = [ZERO] * game.n_nodes
    reach[0] = ONE
    result: dict[str, Polynomial] = {}
    for node in range(game.n_nodes):
        for child in game.children(node):
            branch = (
                form.chance[child] if game.infoset[node] < 0 else state.probability.get(int(game.slot[child]), ZERO)
            )
            reach[child] = reach[node] * branch
        if game.kind[node] == TERMINAL and node in form.live:
            name = game.outcomes[int(game.outcome[game.terminal[node]])]
            result[name] = result.get(name, ZERO) + reach[node]
    return result


def _beliefs(state: State, hull: _Hull, infoset: int) -> Iterator[tuple[int, Interval]]:
    points = state.node_weights(infoset)
    weighty = {node for point in points for node, _ in point}
    for node in state.form.members[infoset]:
        if node not in weighty:
            yield node, Interval(0.0, 0.0)
    block = state.settled(infoset)
    alike = hull.contested(infoset, block.masks)
    loose = alike is None and any(other & block.slots for other in hull.slots)
    for place, point in enumerate(points):
        for node, weight in point:
            if len(points) > 1 and alike is not None:
                yield node, hull.belief(alike, block.masks, points, place, weight)
                continue
            share = hull.interval(weight, total(w for _, w in point))
            if len(points) > 1:
                share = Interval(0.0, share.high, share.exact and not loose)
            yield node, share


class _Hull:
    """The system of a class, part by part, asked for the range of ratios."""

    def __init__(self, leaf: Leaf, timeout: float, deadline: float) -> None:
        self.timeout, self.deadline = timeout, deadline
        self.parts = [part for part, _ in leaf.parts]
        self.values: dict[str, Fraction] = {}
        for _, solved in leaf.parts:
            self.values.update(solved.values)
        self.slots = [block.slots for part in self.parts for group in part.groups for block in group]
        self._known: dict[tuple[Polynomial, Polynomial], Interval] = {}
        self._closures: dict[tuple[Part, ...], list[_Closure] | None] = {}

    def contested(self, infoset: int, masks: Sequence[int]) -> int | None:
        """The information set, itself or one of the same monomials, whose weights the system mentions."""
        same = None
        for part in self.parts:
            for group in part.groups:
                for block in group:
                    if block.infoset == infoset:
                        return infoset
                    if set(block.masks) == set(masks):
                        same = block.infoset
        return same

    def interval(self, numerator: Polynomial, denominator: Polynomial) -> Interval:
        """The range of a ratio of polynomials in probabilities."""
        key = (numerator, denominator)
        if key not in self._known:
            parts = self._touched(numerator.variables | denominator.variables)
            closures = self._closed(parts)
            if closures is None:
                self._known[key] = UNKNOWN
            else:
                self._known[key] = self._range((closure, numerator, denominator) for closure in closures)
        return self._known[key]

    def belief(
        self,
        infoset: int,
        masks: Sequence[int],
        points: Sequence[Sequence[tuple[int, Polynomial]]],
        place: int,
        weight: Polynomial,
    ) -> Interval:
        """The range of a node's belief where monomials have weights, those of the information set `infoset`."""
        names = frozenset[str]().union(*(w.variables for point in points for _, w in point))
        parts = self._touched(names)
        own = next(p for p in self.parts if any(b.infoset == infoset for group in p.groups for b in group))
        closures = self._closed(parts if own in parts else (*parts, own))
        if closures is None:
            return UNKNOWN

        def ratios() -> Iterator[tuple[_Closure, Polynomial, Polynomial]]:
            for closure in closures:
                size = _weights_at(closure.chosen, infoset)
                shares = [size[m] * total(w for _, w in point) for m, point in zip(masks, points, strict=True)]
                yield closure, size[masks[place]] * weight, total(shares)

        return self._range(ratios())

    def _touched(self, names: frozenset[str]) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if names & _variables(part))

    def _look(self) -> None:
        if time.monotonic() > self.deadline:
            raise TimeIsUpError("the time given for intervals is over")

    def _closed(self, parts: tuple[Part, ...]) -> list[_Closure] | None:
        """The ways to settle the beliefs of some parts that have a solution; at most `WAYS` and one more.

        None where the time did not suffice.
        """
        if parts not in self._closures:
            try:
                self._closures[parts] = self._close(parts)
            except TimeIsUpError:
                self._closures[parts] = None
        return self._closures[parts]

    def _close(self, parts: tuple[Part, ...]) -> list[_Closure]:
        each = (tuple(itertools.islice(part.alternatives(self._look), WAYS + 1)) for part in parts)
        closures = []
        for way in itertools.islice(itertools.product(*each), WAYS + 1):
            if parts:
                self._look()
            closures.append(self._closure(parts, tuple(choice for chosen in way for choice in chosen)))
        return [closure for closure in closures if closure is not None]

    def _closure(self, parts: Sequence[Part], chosen: tuple[Choice, ...]) -> _Closure | None:
        system = [c for part in parts for c in part.direct] + [c for choice in chosen for c in choice.constraints()]
        answer = decide(system, self.timeout)
        if answer.verdict is Verdict.IMPOSSIBLE:
            return None
        rest, solved = _reduced(system)
        return _Closure(chosen, rest, solved, self.values | dict(answer.values), self.timeout)

    def _range(self, ratios: Iterator[tuple[_Closure, Polynomial, Polynomial]]) -> Interval:
        low, high, exact = Fraction(1), Fraction(0), True
        for count, (closure, numerator, denominator) in enumerate(ratios):
            if count == WAYS or (count and time.monotonic() > self.deadline):
                return UNKNOWN
            least, sure = closure.least(numerator, denominator, self.deadline)
            most, sure_too = closure.least(-numerator, denominator, self.deadline)
            low, high, exact = min(low, least), max(high, -most), exact and sure and sure_too
        return Interval(max(0.0, float(low)), min(1.0, float(high)), exact)


def _weights_at(chosen: Sequence[Choice], infoset: int) -> dict[int, Polynomial]:
    """By monomial, its weight at an information set under the ways chosen."""
    for choice in chosen:
        for block, weights in zip(choice.blocks, choice.weights, strict=True):
            if block.infoset == infoset:
                return dict(zip(block.masks, weights, strict=True))
    raise KeyError(infoset)


def _variables(part: Part) -> frozenset[str]:
    names = [constraint.variables for constraint in part.direct]
    names += [g.variables for group in part.groups for block in group for _, sums in block.rows for g in sums]
    return frozenset().union(*names)


@dataclass(frozen=True, eq=False)
class _Closure:
    """One way to settle beliefs: the system after solving equations, what was solved, and a solution."""

    chosen: tuple[Choice, ...]
    rest: Sequence[Constraint]
    solved: Sequence[tuple[str, Polynomial]]
    values: Mapping[str, Fraction]
    timeout: float

    @cached_property
    def nonlinear(self) -> Nonlinear:
        """The system over z3's symbols."""
        return Nonlinear(self.rest, self.timeout)

    def least(self, numerator: Polynomial, denominator: Polynomial, deadline: float) -> tuple[Fraction, bool]:
        """The least value of a ratio, or a bound below it; and whether it is exact."""
        top, bottom = numerator, denominator
        for name, expression in self.solved:
            top, bottom = top.substitute({name: expression}), bottom.substitute({name: expression})
        if not (top.variables | bottom.variables):
            return top.free_term / bottom.free_term, True
        if top.is_linear and bottom.is_linear and all(c.polynomial.is_linear for c in self.rest):
            names = sorted(set().union(top.variables, bottom.variables, *(c.variables for c in self.rest)))
            return _least_linear(self.rest, top, bottom, names), True
        point = {name: Fraction(1, 2) for name in (numerator.variables | denominator.variables)} | dict(self.values)
        start = Fraction(numerator.value(point)) / Fraction(denominator.value(point))
        return self._bisected(top, bottom, start, deadline), False

    def _bisected(self, top: Polynomial, bottom: Polynomial, start: Fraction, deadline: float) -> Fraction:
        """A bound that the ratio is proven not to be below; `start` is a value that it takes, up to rounding."""

        def outside(bound: Fraction) -> bool:
            if time.monotonic() > deadline:
                return False
            below = Constraint(bottom.scaled(bound) - top, ">=")
            return self.nonlinear.decide(below).verdict is Verdict.IMPOSSIBLE

        if outside(start - WIDTH):
            return start - WIDTH
        low, high = Fraction(-1) if start < 0 else Fraction(0), start
        if not outside(low + WIDTH):
            return low
        while high - low > WIDTH:
            middle = (low + high) / 2
            if outside(middle):
                low = middle
            else:
                high = middle
        return low


def _reduced(system: Sequence[Constraint]) -> tuple[list[Constraint], list[tuple[str, Polynomial]]]:
    """The system after solving equations for variables with constant coefficients, and what these are, in order."""
    rest = tidy(system) or []
    put: list[tuple[str, Polynomial]] = []
    while True:
        positive = positives(rest)
        divided = tidy([Constraint(without_factors(c.polynomial, positive), c.relation) for c in rest]) or []
        kept = [Constraint(Polynomial.variable(name), ">") for name in sorted(positive)]
        rest = list(dict.fromkeys([*divided, *kept]))
        found = next(filter(None, (_solved(c) for c in rest if c.relation == "=")), None)
        if found is None:
            return rest, put
        put.append(found)
        changed = [Constraint(c.polynomial.substitute(dict([found])), c.relation) for c in rest]
        rest = tidy([*changed, Constraint(found[1], ">=")]) or []


def _solved(constraint: Constraint) -> tuple[str, Polynomial] | None:
    for name in sorted(constraint.variables):
        parts = constraint.polynomial.coefficients(name)
        if len(parts) == 2 and parts[1].is_constant:
            return name, parts[0].scaled(-1 / parts[1].free_term)
    return None


def _least_linear(rest: Sequence[Constraint], top: Polynomial, bottom: Polynomial, names: Sequence[str]) -> Fraction:
    """Charnes & Cooper: with y = t v, minimise top(y, t) where the rows hold and bottom(y, t) = 1."""
    rows, bounds = linear_rows(rest, names, slack=False)
    homogeneous = [[*row, -bound] for row, bound in zip(rows, bounds, strict=True)]

    def flat(polynomial: Polynomial) -> list[Fraction]:
        terms = {monomial[0]: c for monomial, c in polynomial.terms if monomial}
        return [*(terms.get(name, Fraction(0)) for name in names), polynomial.free_term]

    unit = flat(bottom)
    solution = minimise(
        flat(top),
        [*homogeneous, unit, [-entry for entry in unit]],
        [Fraction(0)] * len(homogeneous) + [Fraction(1), Fraction(-1)],
    )
    if solution is None:
        raise RuntimeError("a class that holds has an empty closure; please report this game")
    return sum((a * b for a, b in zip(flat(top), solution, strict=True)), Fraction(0))
