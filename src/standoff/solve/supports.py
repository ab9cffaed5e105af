"""Beliefs for a pure profile: which consistent beliefs make its options optimal, jointly over information sets.

Notation. At an information set the live nodes whose paths hold the same free slots form one *point*: their relative
weights are known whatever the trembles. Points that hold all free slots of another never have positive weight and are
left out. A `Belief` is what remains to be chosen at one information set: one positive weight per point of its support.

`decide` searches the supports at all given sets (`standoff.solve.consistency` for the exponents), then the coefficients
(`standoff.solve.consistency_weights`). Small supports are tried first: a belief on a single point needs no coefficient.
`belief_range` projects the closure of all supporting beliefs on each point. Supports and the coefficients that they
admit are taken one pattern at a time; within a pattern whose monomials are independent the projection is a linear
programme over weights >= 0, since the set of consistent assessments is closed (Kreps & Wilson 1982, Proposition 2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, reduce
from itertools import combinations, islice

from standoff.solve.consistency import Exponents, Pattern, exponents_for, make_pattern, without_common
from standoff.solve.consistency_weights import (
    BeliefConstraint,
    Programme,
    Verdict,
    Weights,
    independent,
    programme,
    weights_for_beliefs,
)
from standoff.solve.exact import fraction, minimise
from standoff.solve.linked import linked

TOLERANCE = 1e-9  # largest gain, as a share of the actor's payoff range, that counts as a tie
PATTERN_LIMIT = 5_000  # combinations of supports looked at before a question counts as undecided
SUPPORT_LIMIT = 4_095  # supports tried at one information set (all, up to 12 points)
_INNER = TOLERANCE / 2  # for weights, so that rounding them to floats does not leave the tolerance

Support = tuple[int, ...]


@dataclass(frozen=True)
class Belief:
    """An information set whose belief is not determined. `gains` holds one row per other option that can tempt."""

    infoset: int
    monomials: tuple[int, ...]  # [point] without their common part, none containing another
    known: tuple[float, ...]  # [point] > 0: weight apart from the free slots
    gains: tuple[tuple[float, ...], ...] = ()  # [row][point] as a share of the payoff range
    supports: tuple[Support, ...] | None = None  # supports allowed; None: all

    @property
    def slots(self) -> int:
        """The mask of the free slots that matter here."""
        return reduce(int.__or__, self.monomials, 0)

    @property
    def truncated(self) -> bool:
        """Whether there are more supports than are tried."""
        return self.supports is None and 2 ** len(self.monomials) - 1 > SUPPORT_LIMIT

    def constraint(self, support: Support) -> BeliefConstraint:
        """What optimality asks of the weights on a support."""
        return BeliefConstraint(
            tuple(self.monomials[j] for j in support),
            tuple(self.known[j] for j in support),
            tuple(tuple(row[j] - _INNER for j in support) for row in self.gains),
        )

    def pattern(self, support: Support) -> Pattern | None:
        """What the support asks of the exponents."""
        outside = (m for j, m in enumerate(self.monomials) if j not in support)
        return make_pattern((self.monomials[j] for j in support), outside)


@dataclass(frozen=True)
class Trembles:
    """The answer to `decide`: exponents and log coefficients of the free slots that matter."""

    verdict: Verdict
    exponents: tuple[tuple[int, Fraction], ...] = ()
    log_coefficients: tuple[tuple[int, float], ...] = ()


def justifiable(gains: Sequence[Sequence[float]]) -> bool:
    """Whether some belief over the points leaves no row of ``gains[row][point]`` above the tolerance."""
    points = list(zip(*gains, strict=True))
    if not points or any(all(gain <= TOLERANCE for gain in point) for point in points):
        return True
    if len(gains) == 1 or any(all(gain > TOLERANCE for gain in row) for row in gains):
        return False
    shifted = [[fraction(gain) - fraction(TOLERANCE) for gain in row] for row in gains]
    size = len(points)
    return minimise([0] * size, [*shifted, [-1] * size], [0] * len(gains) + [-1]) is not None


@lru_cache(maxsize=20_000)
def useful_supports(belief: Belief) -> tuple[Support, ...]:
    """Supports on which some positive weights justify the option, taken by itself; small ones first."""
    candidates = _subsets(len(belief.monomials)) if belief.supports is None else belief.supports
    return tuple(support for support in candidates if _positively_justified(belief, support))


@lru_cache(maxsize=64)
def _subsets(size: int) -> tuple[Support, ...]:
    every = (support for length in range(1, size + 1) for support in combinations(range(size), length))
    return tuple(islice(every, SUPPORT_LIMIT))


def _positively_justified(belief: Belief, support: Support) -> bool:
    if len(support) == 1:
        return all(row[support[0]] <= TOLERANCE for row in belief.gains)
    rows = [[fraction(row[j]) - fraction(_INNER) for j in support] for row in belief.gains]
    return minimise([1] * len(support), rows, [-sum(row, Fraction(0)) for row in rows]) is not None


def decide(beliefs: Sequence[Belief], timeout: float) -> Trembles:
    """Trembles under which all beliefs justify the options played, or why there are none."""
    exponents: list[tuple[int, Fraction]] = []
    logs: list[tuple[int, float]] = []
    undecided = False
    for group in linked(beliefs, lambda belief: belief.slots):
        answer = _decide_group(group, timeout)
        if answer.verdict is Verdict.IMPOSSIBLE:
            return answer
        undecided = undecided or answer.verdict is Verdict.UNDECIDED
        exponents += answer.exponents
        logs += answer.log_coefficients
    if undecided:
        return Trembles(Verdict.UNDECIDED)
    return Trembles(Verdict.FOUND, tuple(exponents), tuple(logs))


@lru_cache(maxsize=20_000)
def _decide_group(beliefs: tuple[Belief, ...], timeout: float) -> Trembles:
    undecided = any(belief.truncated for belief in beliefs)
    for looked_at, choice in enumerate(_choices(beliefs)):
        if looked_at >= PATTERN_LIMIT:
            return Trembles(Verdict.UNDECIDED)
        weights = _weights(beliefs, choice.supports, timeout)
        if weights.verdict is Verdict.FOUND:
            return Trembles(Verdict.FOUND, tuple(choice.exponents.items()), weights.log_coefficients)
        undecided = undecided or weights.verdict is Verdict.UNDECIDED
    return Trembles(Verdict.UNDECIDED if undecided else Verdict.IMPOSSIBLE)


def _weights(beliefs: Sequence[Belief], supports: Sequence[Support], timeout: float) -> Weights:
    return weights_for_beliefs(
        [belief.constraint(support) for belief, support in zip(beliefs, supports, strict=True) if len(support) > 1],
        timeout=timeout,
    )


@dataclass(frozen=True)
class _Choice:
    supports: tuple[Support, ...]
    exponents: Exponents


def _choices(beliefs: Sequence[Belief]) -> Iterator[_Choice]:
    """One support per information set that some exponents bring about together; depth first."""
    options = [useful_supports(belief) for belief in beliefs]
    order = sorted(range(len(beliefs)), key=lambda index: len(options[index]))

    def extend(depth: int, chosen: dict[int, Support], patterns: list[Pattern]) -> Iterator[_Choice]:
        exponents = exponents_for(patterns)
        if exponents is None:
            return
        if depth == len(order):
            yield _Choice(tuple(chosen[index] for index in range(len(order))), exponents)
            return
        index = order[depth]
        for support in options[index]:
            pattern = beliefs[index].pattern(support)
            if pattern is not None:
                yield from extend(depth + 1, chosen | {index: support}, [*patterns, pattern])

    yield from extend(0, {}, [])


@dataclass(frozen=True)
class Range:
    """[point] least and largest weight; `exact` is False where the true range may be narrower."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    exact: bool = True


@lru_cache(maxsize=20_000)
def belief_range(belief: Belief, others: tuple[Belief, ...], timeout: float) -> Range:
    """The closed range of each point's weight at `belief`, given that `others` (of its group) must be justified too."""
    points = range(len(belief.monomials))

    def verdict(supports: tuple[Support, ...]) -> Verdict:
        return _decide_group((replace(belief, supports=supports), *others), timeout).verdict

    subsets = _subsets(len(points))
    zero = [verdict(tuple(support for support in subsets if point not in support)) for point in points]
    one = [verdict(((point,),)) for point in points]
    inner = Range((1.0,) * len(points), (0.0,) * len(points))
    if Verdict.IMPOSSIBLE in zero or Verdict.IMPOSSIBLE in one:
        inner = _inner_range(belief, others, timeout)
    return Range(
        tuple(inner.low[j] if zero[j] is Verdict.IMPOSSIBLE else 0.0 for j in points),
        tuple(inner.high[j] if one[j] is Verdict.IMPOSSIBLE else 1.0 for j in points),
        inner.exact and not belief.truncated and Verdict.UNDECIDED not in (*zero, *one),
    )


def _inner_range(belief: Belief, others: tuple[Belief, ...], timeout: float) -> Range:
    """The range of each point's weight over the patterns in which it is positive; (1, 0) where there is none."""
    size = len(belief.monomials)
    low, high, exact = [1.0] * size, [0.0] * size, True
    beliefs = (belief, *others)
    for looked_at, choice in enumerate(_choices(beliefs)):
        if looked_at >= PATTERN_LIMIT:
            return Range((0.0,) * size, (1.0,) * size, exact=False)
        verdict = _weights(beliefs, choice.supports, timeout).verdict
        if verdict is Verdict.IMPOSSIBLE:
            continue
        if len(choice.supports[0]) == 1:
            point = choice.supports[0][0]
            low[point], high[point] = min(low[point], 1.0), 1.0
            continue
        constraints = [b.constraint(s) for b, s in zip(beliefs, choice.supports, strict=True) if len(s) > 1]
        problem = programme(constraints)
        exact = exact and verdict is Verdict.FOUND and independent(constraints)
        for place, point in enumerate(choice.supports[0]):
            least, most = _project(problem, constraints[0], place)
            low[point], high[point] = min(low[point], least), max(high[point], most)
    return Range(tuple(low), tuple(high), exact)


def _project(problem: Programme, constraint: BeliefConstraint, point: int) -> tuple[float, float]:
    """Least and largest weight of a point of one of the constraints, over weights >= 0 that satisfy all of them."""
    place = {mask: index for index, mask in enumerate(problem.monomials)}
    masks = without_common(constraint.monomials)
    total = [Fraction(0)] * len(place)
    for mask, weight in zip(masks, constraint.known, strict=True):
        total[place[mask]] = fraction(weight)
    target = [weight if index == place[masks[point]] else Fraction(0) for index, weight in enumerate(total)]
    rows = [*problem.rows, total, [-entry for entry in total]]
    bounds = [Fraction(0)] * len(problem.rows) + [Fraction(1), Fraction(-1)]

    def least(objective: list[Fraction]) -> Fraction:
        solution = minimise(objective, rows, bounds)
        if solution is None:
            raise RuntimeError("a pattern that has a solution has none on its closure; please report this game")
        return sum((a * b for a, b in zip(objective, solution, strict=True)), Fraction(0))

    return float(least(target)), -float(least([-entry for entry in target]))
