"""Deciding about classes at given numbers: the `Judge` of `standoff.solve.classes.search` without parameters.

Polynomials in strategy probabilities are linear in the probabilities of each information set, so over all probabilities
they are largest and smallest where every set plays one option: `bounds` looks at these corners. A relaxed question
replaces every polynomial by its bound and is a linear programme in the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from standoff.game.game import Game
from standoff.solve.classes.decide import Answer, decide
from standoff.solve.classes.polynomial import Constraint, Polynomial
from standoff.solve.classes.tree import Block
from standoff.solve.exact import minimise

CORNER_SETS = 6  # information sets whose corners are looked at; polynomials over more have no bounds

Bounds = tuple[Fraction, Fraction] | None


class NumericJudge:
    """Decides exactly; `timeout` in seconds per nonlinear question."""

    def __init__(self, game: Game, timeout: float) -> None:
        self.timeout = timeout
        self._infoset = {f"p:{slot}": int(h) for slot, h in enumerate(game.slot_infoset)}
        self._bounds: dict[Polynomial, Bounds] = {}

    def bounds(self, polynomial: Polynomial) -> Bounds:
        """Least and largest value over all probabilities; None where there are too many sets to look."""
        if polynomial.is_constant:
            return polynomial.free_term, polynomial.free_term
        if polynomial not in self._bounds:
            self._bounds[polynomial] = self._corners(polynomial)
        return self._bounds[polynomial]

    def _corners(self, polynomial: Polynomial) -> Bounds:
        sets: dict[int, list[str]] = {}
        for name in polynomial.variables:
            sets.setdefault(self._infoset[name], []).append(name)
        if len(sets) > CORNER_SETS:
            return None
        at = [polynomial]
        for names in sets.values():
            nothing = dict.fromkeys(names, Fraction(0))
            corners = [nothing, *(nothing | {name: Fraction(1)} for name in names)]
            at = [p.at(corner) for p in at for corner in corners]
        return min(p.free_term for p in at), max(p.free_term for p in at)

    def surely(self, relation: str, polynomial: Polynomial) -> bool:
        """Whether the relation with zero holds whatever the probabilities are."""
        bounds = self.bounds(polynomial)
        return bounds is not None and bounds[0] >= 0 and (relation == ">=" or bounds[0] == bounds[1] == 0)

    def possible(self, blocks: Sequence[Block]) -> bool:
        """Whether weights exist that satisfy the rows with every polynomial at its most favourable."""
        masks = blocks[0].masks
        rows: list[tuple[Fraction, ...]] = []
        for block in blocks:
            place = {mask: j for j, mask in enumerate(block.masks)}
            for relation, sums in block.rows:
                found = [self.bounds(sums[place[mask]]) for mask in masks]
                if None in found:
                    continue
                rows.append(tuple(-high for _, high in filter(None, found)))
                if relation == "=":
                    rows.append(tuple(low for low, _ in filter(None, found)))
        return _justifiable(frozenset(rows), len(masks))

    def alike(self, sums: Sequence[Polynomial]) -> Polynomial | None:
        """The polynomial of which all are positive multiples, if there is one."""
        first = sums[0].normalised()
        return first if all(entry.normalised() == first for entry in sums[1:]) else None

    def decide(self, constraints: Sequence[Constraint]) -> Answer:
        """Whether the constraints have a solution, and one."""
        return decide(constraints, self.timeout)


@lru_cache(maxsize=50_000)
def _justifiable(rows: frozenset[tuple[Fraction, ...]], size: int) -> bool:
    """Whether weights >= 0, not all zero, make every row at most zero."""
    if any(min(row) > 0 for row in rows):
        return False
    if any(all(row[j] <= 0 for row in rows) for j in range(size)):
        return True
    listed = sorted(rows)
    return minimise([0] * size, [*listed, [-1] * size], [0] * len(listed) + [-1]) is not None
