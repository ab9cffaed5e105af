"""All sequential equilibria of a game at given numbers, class by class.

A *class* is a support at every information set that is not void: the set of options played with positive probability,
on and off the path. Within a class, probabilities and beliefs solve a system of polynomial equations and inequalities
(`standoff.solve.classes.polynomial`): indifference inside supports, no gain outside, beliefs by Bayes' rule on the path
and as limits of trembles off it (Kreps & Wilson 1982). `all_classes` goes through the supports
(`standoff.solve.classes.search`) and decides each system exactly. Payoffs and probabilities count as the short
fractions that they are within rounding error of, so ties are ties.

Every class comes with a *representative*, an assessment with its witness, which the verifier has accepted, and with the
*intervals* of its probabilities and beliefs over the closure of the class: one point where the class is an isolated
equilibrium, proper intervals where it is a continuum.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from standoff.errors import ConceptError
from standoff.game.game import NumericGame
from standoff.solve.assessment import Assessment, assess
from standoff.solve.classes.numeric import NumericJudge
from standoff.solve.classes.ranges import Intervals, intervals
from standoff.solve.classes.search import Leaf, Search
from standoff.solve.classes.tree import State, numeric_form
from standoff.solve.consistency import void_first
from standoff.solve.verify import Certificate, verify

LIMIT = 200_000  # assignments of a support tried
SECONDS = 60.0
TIMEOUT = 2.0  # seconds for each nonlinear question


@dataclass(frozen=True, eq=False)
class FoundClass:
    """A class that holds: its supports, an equilibrium in it, and what varies over it."""

    supports: Mapping[int, tuple[int, ...]]  # information set -> options by number
    assessment: Assessment
    certificate: Certificate
    intervals: Intervals

    @property
    def pure(self) -> bool:
        """Whether every support is one option."""
        return all(len(support) == 1 for support in self.supports.values())


@dataclass(frozen=True, eq=False)
class ClassesResult:
    """What was found. `complete`: every combination of supports was found or excluded by proof.

    `undecided` counts classes of which neither could be shown in the time given; `reason` says why a list is not
    complete.
    """

    classes: tuple[FoundClass, ...]
    complete: bool
    undecided: int
    reason: str = ""


def all_classes(
    numeric: NumericGame,
    *,
    limit: int = LIMIT,
    seconds: float = SECONDS,
    timeout: float = TIMEOUT,
    with_intervals: bool = True,
) -> ClassesResult:
    """Every class of sequential equilibria of a game, in the order of its supports.

    `limit` bounds the supports tried, `seconds` the search (and as long again for intervals, which are wider where it
    runs out) and `timeout` each nonlinear question (seconds); a bound on the search that is reached makes the result
    incomplete. Intervals cost more than the rest; where `with_intervals` is false they are left empty. Raises
    `ConceptError` without perfect recall or order of play.
    """
    game = numeric.game
    if not game.perfect_recall:
        raise ConceptError("sequential equilibrium needs perfect recall, which this game lacks; ask for concept nash")
    if not game.ordered:
        raise ConceptError("information sets of this game have no common order of play; ask for concept nash")
    search = Search(numeric_form(numeric), NumericJudge(game, timeout), limit=limit, seconds=seconds)
    leaves = [leaf for leaf in search.leaves() if not leaf.impossible]
    deadline = time.monotonic() + seconds
    found: list[FoundClass] = []
    for leaf in leaves:
        search.state.restore(leaf.supports)
        if not leaf.undecided:
            assessment = representative(numeric, search.state, leaf)
            certificate = verify(numeric, assessment, "sequential")
            if certificate.holds:
                ranges = Intervals()
                if with_intervals:
                    ranges = intervals(search.state, leaf, timeout, deadline)
                found.append(FoundClass(dict(sorted(leaf.supports.items())), assessment, certificate, ranges))
    found.sort(key=lambda entry: tuple(entry.supports.items()))
    undecided = len(leaves) - len(found)
    reasons = []
    if search.stopped:
        tried = search.steps >= limit
        reasons.append(
            f"the search stopped after {limit} supports" if tried else f"the search stopped after {seconds:g} s"
        )
    if undecided:
        reasons.append(f"{undecided} classes could not be decided in the time given")
    return ClassesResult(tuple(found), not reasons, undecided, "; ".join(reasons))


def representative(numeric: NumericGame, state: State, leaf: Leaf) -> Assessment:
    """The assessment of a solution."""
    game = numeric.game
    exponents = [Fraction(1)] * game.n_slots
    logs = np.zeros(game.n_slots)
    values: dict[str, Fraction] = {}
    for _, solved in leaf.parts:
        values.update(solved.values)
    for slot, probability in state.probability.items():
        free = {name: Fraction(1, 2) for name in probability.variables if name not in values}
        exponents[slot] = Fraction(0)
        logs[slot] = float(np.log(float(probability.value(values | free))))
    for _, solved in leaf.parts:
        for choice in solved.choices:
            costs, coefficients = choice.trembles(solved.values)
            for slot, cost in costs.items():
                exponents[slot] = cost
            for slot, log in coefficients.items():
                logs[slot] = log
    return assess(numeric, void_first(numeric, exponents, Fraction(0), Fraction(1)), logs)
