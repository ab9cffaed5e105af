"""Off the path: the ways in which trembles can settle the beliefs that matter, each as constraints on weights.

A `Block` (`standoff.solve.classes.tree`) with several points asks something of the weights M of its monomials. Blocks
that share a free slot form a group. A `Choice` is one way to make a group's weights real: further constraints, a
polynomial per point of every block, and how trembles follow from a solution.

 - Where all blocks of a group have the same monomials and these are affinely independent, every weight M >= 0 that is
   not zero throughout is the limit of trembles: one choice, with a variable ``m:b`` per monomial.
 - Otherwise one choice per combination of belief supports that some exponents bring about
   (`standoff.solve.consistency`): weights M > 0 on the supports, variables ``m:b`` where independent, else products of
   coefficients ``k:s``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, reduce
from itertools import combinations

import numpy as np

from standoff.solve.classes.polynomial import ONE, ZERO, Constraint, Polynomial, total
from standoff.solve.classes.tree import Block
from standoff.solve.consistency import Exponents, Pattern, bits, exponents_for, make_pattern, without_common

Weights = tuple[Polynomial, ...]
Look = Callable[[], None]  # looks at the clock; raises when the time is over


@dataclass(frozen=True)
class Choice:
    """One way to weight the points of a group of blocks."""

    blocks: tuple[Block, ...]
    weights: tuple[Weights, ...]  # [block][point]; zero outside the belief's support
    domain: tuple[Constraint, ...]
    closed: bool  # weights of zero stand for smaller supports
    patterns: tuple[Pattern, ...] = ()
    anchored: bool = False  # a monomial of no slots, with weight 1, is among the monomials

    def constraints(self) -> list[Constraint]:
        """What optimality asks of the weights, and what the weights must be."""
        result = list(self.domain)
        for block, weights in zip(self.blocks, self.weights, strict=True):
            for relation, sums in block.rows:
                result.append(Constraint(total(m * g for m, g in zip(weights, sums, strict=True)), relation))
        return result

    def trembles(self, values: Mapping[str, Fraction]) -> tuple[Exponents, dict[int, float]]:
        """Exponents and log coefficients of the free slots, from a solution of the constraints."""
        patterns = self.patterns
        if self.closed:
            masks = self.blocks[0].masks
            size = {mask: values.get(f"m:{mask}", Fraction(1)) for mask in masks}
            inside = [mask for mask in masks if size[mask] > 0]
            pattern = make_pattern(inside, [mask for mask in masks if size[mask] == 0])
            patterns = () if pattern is None else (pattern,)
            logs = _logarithms({mask: size[mask] for mask in inside})
        else:
            own = {name: values.get(name, Fraction(1)) for constraint in self.domain for name in constraint.variables}
            sizes = {int(name[2:]): value for name, value in own.items() if name.startswith("m:")}
            logs = _logarithms({0: Fraction(1), **sizes} if self.anchored else sizes)
            logs |= {int(name[2:]): _log(value) for name, value in own.items() if name.startswith("k:")}
        exponents = exponents_for(patterns)
        if exponents is None:
            raise RuntimeError("a belief pattern found possible has no exponents; please report this game")
        return exponents, logs


def _reduced(block: Block, support: Sequence[int]) -> list[int]:
    return without_common([block.masks[j] for j in support])


def _log(value: Fraction) -> float:
    return math.log(value.numerator) - math.log(value.denominator)


def _logarithms(sizes: Mapping[int, Fraction]) -> dict[int, float]:
    """Log k of the slots whose products over each mask are the sizes, up to one common factor."""
    slots = bits(reduce(int.__or__, sizes, 0))
    if not slots or len(sizes) < 2:
        return dict.fromkeys(slots, 0.0)
    vectors = np.array([[mask >> slot & 1 for slot in slots] for mask in sizes], dtype=float)
    logs = np.array([_log(value) for value in sizes.values()])
    solved = np.linalg.lstsq(vectors[1:] - vectors[0], logs[1:] - logs[0], rcond=None)[0]
    return dict(zip(slots, solved.tolist(), strict=True))


@lru_cache(maxsize=10_000)
def independent(masks: tuple[int, ...]) -> bool:
    """Whether the monomials can take any positive values, up to a common factor."""
    slots = bits(reduce(int.__or__, masks, 0))
    if len(masks) < 2:
        return True
    vectors = np.array([[mask >> slot & 1 for slot in slots] for mask in masks], dtype=float)
    return int(np.linalg.matrix_rank(vectors[1:] - vectors[0])) == len(masks) - 1


def never() -> None:
    """A `Look` without a bound on time."""


def choices(group: tuple[Block, ...], look: Look = never) -> Iterator[Choice]:
    """The ways to weight a group's points. Few may work of very many: `look` is called for each that is tried."""
    masks = tuple(sorted(set(group[0].masks)))
    if all(tuple(sorted(set(block.masks))) == masks for block in group) and independent(masks):
        variables = {mask: Polynomial.variable(f"m:{mask}") for mask in masks}
        weights = tuple(tuple(variables[mask] for mask in block.masks) for block in group)
        whole = Constraint(total(variables.values()) - ONE, "=")
        domain = [Constraint(variable, ">=") for variable in variables.values()]
        yield Choice(group, weights, (*domain, whole), closed=True)
        return
    yield from _patterned(group, (), (), look)


def _patterned(
    group: tuple[Block, ...], supports: tuple[tuple[int, ...], ...], patterns: tuple[Pattern, ...], look: Look
) -> Iterator[Choice]:
    """One support per block, depth first, as long as some exponents bring all of them about."""
    if len(supports) == len(group):
        yield _open_choice(group, supports, patterns)
        return
    block = group[len(supports)]
    points = range(len(block.masks))
    for size in range(1, len(points) + 1):
        for support in combinations(points, size):
            look()
            outside = (block.masks[j] for j in points if j not in support)
            pattern = make_pattern((block.masks[j] for j in support), outside)
            if pattern is not None and exponents_for([*patterns, pattern]) is not None:
                yield from _patterned(group, (*supports, support), (*patterns, pattern), look)


def _open_choice(
    group: tuple[Block, ...], supports: tuple[tuple[int, ...], ...], patterns: tuple[Pattern, ...]
) -> Choice:
    reduced = [dict(zip(s, _reduced(block, s), strict=True)) for block, s in zip(group, supports, strict=True)]
    masks = tuple(sorted({mask for own in reduced for mask in own.values()}))
    if independent(masks):
        product = {mask: Polynomial.variable(f"m:{mask}") if mask else ONE for mask in masks}
        factors = [product[mask] for mask in masks if mask]
    else:
        product = {mask: Polynomial.of({tuple(sorted(f"k:{s}" for s in bits(mask))): Fraction(1)}) for mask in masks}
        factors = [Polynomial.variable(f"k:{s}") for s in bits(reduce(int.__or__, masks, 0))]
    weights = tuple(
        tuple(product[own[j]] if j in own else ZERO for j in range(len(block.masks)))
        for block, own in zip(group, reduced, strict=True)
    )
    return Choice(group, weights, tuple(Constraint(f, ">") for f in factors), False, patterns, 0 in masks)
