"""Consistency of beliefs, first half: exponents of trembles that put each belief on a given set of nodes.

Notation. A *free slot* is a slot outside the strategy's support; it trembles with k * eps**c, c >= 1 (any positive
bound would do: the conditions are homogeneous). The *monomial* of a node is the set of free slots on its path, kept as
a bit mask over slots. C(x), the sum of c over the monomial of x, is the order of the probability with which x is
reached, and a belief is supported exactly on the nodes of least C (design section 4, W2). That is a linear system

    C(x) = C(y) inside the support,      C(z) >= C(x) + 1 outside it,      c >= 1,

of which only what two paths do not share remains; a node whose monomial properly contains another's never has least C.
Small systems are solved in fractions, large ones by HiGHS, rounded and checked in fractions (and solved in fractions
if the rounding fails): the answer is exact either way.

Kreps & Wilson (1982), Lemmas A1-A2; Perea, Jansen & Peters (1997) for beliefs as limits of ratios of monomials.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from standoff.game.game import Bools, Floats, NumericGame
from standoff.solve.assessment import path_costs, path_weights
from standoff.solve.exact import minimise
from standoff.solve.linked import linked

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Exponents: TypeAlias = dict[int, Fraction]  # free slot -> exponent; a slot not mentioned may have any exponent >= 1

_EXACT_CELLS = 3_000  # rows x columns up to which the programme is solved in fractions straight away


@dataclass(frozen=True)
class Pattern:
    """At one information set: the monomials inside the belief's support, and those outside."""

    inside: tuple[int, ...]
    outside: tuple[int, ...]

    @property
    def slots(self) -> int:
        """The mask of all slots that matter here."""
        return reduce(int.__or__, self.inside + self.outside, 0)


def bits(mask: int) -> list[int]:
    """The slots of a mask, ascending."""
    slots = []
    while mask:
        low = mask & -mask
        slots.append(low.bit_length() - 1)
        mask ^= low
    return slots


def undominated(monomials: Iterable[int]) -> list[int]:
    """The distinct monomials that contain no other of the list properly, ascending."""
    distinct = sorted(set(monomials))
    return [m for m in distinct if not any(other != m and other & m == other for other in distinct)]


def without_common(monomials: Sequence[int]) -> list[int]:
    """The monomials divided by their greatest common divisor."""
    common = reduce(int.__and__, monomials)
    return [monomial & ~common for monomial in monomials]


def make_pattern(inside: Iterable[int], outside: Iterable[int]) -> Pattern | None:
    """The pattern without repetitions and without what holds anyway; None where no exponents can bring it about."""
    within, beyond = sorted(set(inside)), sorted(set(outside))
    cheapest = undominated(within + beyond)
    if not set(within) <= set(cheapest) or set(within) & set(beyond):
        return None
    # a node that contains another costs at least 1 more than it, so its own inequality says nothing new
    beyond = [m for m in beyond if m in cheapest]
    reduced = without_common(within + beyond)
    return Pattern(tuple(reduced[: len(within)]), tuple(reduced[len(within) :]))


def exponents_for(patterns: Iterable[Pattern]) -> Exponents | None:
    """Exponents of least sum that bring about all patterns at once; None where there are none.

    Patterns that share no slot are solved apart from each other.
    """
    result: Exponents = {}
    for group in linked(sorted(set(patterns), key=lambda p: (p.inside, p.outside)), lambda pattern: pattern.slots):
        solved = _solve_group(group)
        if solved is None:
            return None
        result.update(zip(bits(reduce(int.__or__, (p.slots for p in group), 0)), solved, strict=True))
    return result


@lru_cache(maxsize=100_000)
def _solve_group(patterns: tuple[Pattern, ...]) -> tuple[Fraction, ...] | None:
    slots = bits(reduce(int.__or__, (p.slots for p in patterns), 0))
    column = {slot: index for index, slot in enumerate(slots)}
    equal, less = _differences(patterns)
    rows = [_row(high, low, column) for high, low in less]  # C(high) - C(low) >= 1
    ties = [_row(first, second, column) for first, second in equal]
    if (len(rows) + 2 * len(ties)) * len(slots) > _EXACT_CELLS:
        rounded = _solve_large(rows, ties, len(slots))
        if rounded is None or _holds(rounded, rows, ties):
            return rounded
    return _solve_exactly(rows, ties, len(slots))


def _differences(patterns: Sequence[Pattern]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Pairs of monomials of equal cost, and pairs (dearer, cheaper); what the two share is left out."""
    equal, less = [], []
    for pattern in patterns:
        first = pattern.inside[0]
        equal += [(m & ~first, first & ~m) for m in pattern.inside[1:]]
        less += [(m & ~first, first & ~m) for m in pattern.outside]
    return list(dict.fromkeys(equal)), list(dict.fromkeys(less))


def _row(plus: int, minus: int, column: Mapping[int, int]) -> dict[int, int]:
    return {column[s]: 1 for s in bits(plus)} | {column[s]: -1 for s in bits(minus)}


def _solve_exactly(
    rows: Sequence[Mapping[int, int]], ties: Sequence[Mapping[int, int]], size: int
) -> tuple[Fraction, ...] | None:
    """In fractions, with c = 1 + v: -row . v <= sum(row) - 1 and, for ties, both signs of tie . v <= -sum(tie)."""
    matrix = [[-row.get(j, 0) for j in range(size)] for row in rows]
    bounds = [sum(row.values()) - 1 for row in rows]
    for tie in ties:
        dense = [tie.get(j, 0) for j in range(size)]
        matrix += [dense, [-entry for entry in dense]]
        bounds += [-sum(tie.values()), sum(tie.values())]
    solution = minimise([1] * size, matrix, bounds)
    return None if solution is None else tuple(1 + v for v in solution)


def _solve_large(
    rows: Sequence[Mapping[int, int]], ties: Sequence[Mapping[int, int]], size: int
) -> tuple[Fraction, ...] | None:
    """By HiGHS, each exponent rounded to the nearest fraction of small denominator."""
    # seldom needed and slow to load: the explorer's first answer does not wait for it
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    def sparse(lines: Sequence[Mapping[int, int]], sign: int) -> csr_array | None:
        entries = [(i, j, sign * value) for i, line in enumerate(lines) for j, value in line.items()]
        if not entries:
            return None
        where, columns, values = zip(*entries, strict=True)
        return csr_array((np.array(values, dtype=float), (where, columns)), shape=(len(lines), size))

    result = linprog(
        np.ones(size),
        A_ub=sparse(rows, -1),
        b_ub=-np.ones(len(rows)) if rows else None,
        A_eq=sparse(ties, 1),
        b_eq=np.zeros(len(ties)) if ties else None,
        bounds=(1, None),
        method="highs-ds",
    )
    if result.status == 2:  # infeasible; the coefficients are -1, 0, 1, so the verdict is not a matter of rounding
        return None
    if result.x is None:
        return (Fraction(0),) * size  # no verdict: fails the check, so the programme is solved in fractions
    return tuple(Fraction(float(value)).limit_denominator(1_000) for value in result.x)


def _holds(c: Sequence[Fraction], rows: Sequence[Mapping[int, int]], ties: Sequence[Mapping[int, int]]) -> bool:
    def dot(line: Mapping[int, int]) -> Fraction:
        return sum((value * c[j] for j, value in line.items()), Fraction(0))

    return min(c) >= 1 and all(dot(row) >= 1 for row in rows) and all(dot(tie) == 0 for tie in ties)


def monomials(numeric: NumericGame, support: Bools) -> list[int]:
    """[node] the mask of free slots on each node's path; `support` is bool[slot], the strategy's support."""
    game = numeric.game
    masks = [0] * game.n_nodes
    parents, slots = game.parent.tolist(), game.slot.tolist()
    for node in range(1, game.n_nodes):
        slot = slots[node]
        masks[node] = masks[parents[node]] | (1 << slot if slot >= 0 and not support[slot] else 0)
    return masks


def witness_for_supports(
    numeric: NumericGame, support: Bools, belief_support: Mapping[int, frozenset[int]]
) -> tuple[Fraction, ...] | None:
    """Exponents per slot that prove belief supports consistent, or None where no trembles give them.

    `support` (bool[slot]) is the strategy's support: there c = 0, elsewhere c >= 1. At each information set listed in
    `belief_support` the live nodes of least path cost are exactly the given ones; sets not listed are unconstrained.
    In void information sets the first option has exponent 0 and the others 1. Needs perfect recall.
    """
    game = numeric.game
    masks = monomials(numeric, support)
    patterns = []
    for infoset, wanted in belief_support.items():
        live = {int(node) for node in numeric.members[infoset]}
        if not live:
            continue
        if not wanted or not wanted <= live:
            return None
        pattern = make_pattern((masks[x] for x in wanted), (masks[z] for z in live - wanted))
        if pattern is None:
            return None
        patterns.append(pattern)
    solved = exponents_for(patterns)
    if solved is None:
        return None
    exponents = [
        Fraction(0) if inside else solved.get(slot, Fraction(1)) for slot, inside in enumerate(support.tolist())
    ]
    return tuple(void_first(numeric, exponents, Fraction(0), Fraction(1))) if game.n_slots else ()


def void_first(numeric: NumericGame, per_slot: list[Fraction], first: Fraction, other: Fraction) -> list[Fraction]:
    """The list per slot with `first` at the first option of every void set and `other` at its other options."""
    for infoset, nodes in enumerate(numeric.members):
        if nodes.size == 0:
            slots = numeric.game.options(infoset)
            per_slot[slots] = [first] + [other] * (slots.stop - slots.start - 1)
    return per_slot


def log_coefficients_for(
    numeric: NumericGame, exponents: Sequence[Fraction], behaviour: Floats, target_beliefs: Floats
) -> Floats:
    """Log k per slot for which W3 gives the target beliefs as nearly as possible (least squares on log ratios).

    `behaviour` (float64[slot]) fixes log k where the exponent is 0; `target_beliefs` (float64[node]) are read at the
    live nodes of least cost of every information set and must be positive there. Each equation compares a node with the
    likeliest one of its set and has weight mu(x) (at least 1e-6): an absolute error in a belief is that much larger in
    its logarithm. Exact where the targets are consistent with the exponents.
    """
    game = numeric.game
    fixed = np.array([c == 0 for c in exponents], dtype=bool)
    log_k = np.where(fixed, np.log(np.where(fixed, behaviour, 1.0)), 0.0)
    cost, known = path_costs(numeric, exponents), path_weights(numeric, log_k)
    masks = monomials(numeric, fixed)
    rows: list[Floats] = []
    right: list[float] = []
    for nodes in numeric.members:
        if nodes.size < 2:
            continue
        least = min(cost[node] for node in nodes)
        cheapest = [int(node) for node in nodes if cost[node] == least]
        best = max(cheapest, key=lambda node: float(target_beliefs[node]))
        for node in cheapest:
            if masks[node] == masks[best]:
                continue
            weight = max(float(target_beliefs[node]), 1e-6)
            row = np.zeros(game.n_slots)
            row[bits(masks[node] & ~masks[best])] = weight
            row[bits(masks[best] & ~masks[node])] = -weight
            ratio = np.log(target_beliefs[node]) - np.log(target_beliefs[best])
            rows.append(row)
            right.append(weight * (ratio - known[node] + known[best]))
    if rows:
        log_k = log_k + np.linalg.lstsq(np.array(rows), np.array(right), rcond=None)[0]
    return np.asarray(log_k)
