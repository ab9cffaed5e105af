"""All pure-strategy sequential equilibria.

A profile is one option at every information set that is not void, on and off the path. Piece by piece
(`standoff.solve.subgames`) options are assigned from the last information set to the first, so that the value of every
option at every node is known when its turn comes. Branches are cut

 - where no belief over the information set's nodes justifies the option given what follows (a tie justifies), and
 - where earlier assignments have since excluded nodes, or settled the belief, and no remaining belief does.

What is left at the end is a profile that weak, set by set beliefs support; `standoff.solve.supports` then decides
whether *one* sequence of trembles supports all of them (Kreps & Wilson 1982), and gives the trembles.

`V(x, a)` is the payoff to the actor at node x from option a and the profile after it; the *gain* of b over the option
played is V(x, b) - V(x, a) as a share of the actor's payoff range. Gains up to 1e-9 are ties; all tied options count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from standoff.errors import ConceptError
from standoff.game.game import NumericGame
from standoff.solve.assessment import Assessment, assess
from standoff.solve.consistency import void_first
from standoff.solve.consistency_weights import Verdict
from standoff.solve.linked import linked
from standoff.solve.pure_state import State
from standoff.solve.subgames import Partial, Piece, combinations, pieces
from standoff.solve.supports import belief_range, decide

TIMEOUT = 2.0  # seconds for each nonlinear question about coefficients
Ranges = Mapping[int, tuple[tuple[float, float], ...]]


@dataclass(frozen=True, eq=False)
class PureCandidate:
    """A pure profile with beliefs that support it.

    `belief_ranges` maps each information set of two or more live nodes to (low, high) per live node, in the order of
    ``numeric.members``: the smallest closed interval that holds the node's weight in every belief system consistent
    with the profile under which the profile is sequentially rational. On the path the intervals are points. An
    information set is missing from `exact_ranges` where the interval may be too wide (nonlinear or unfinished search).
    """

    assessment: Assessment
    belief_ranges: Ranges
    exact_ranges: frozenset[int]


@dataclass(frozen=True, eq=False)
class PureResult:
    """What the search found. `complete` is False where a limit ended it.

    `undecided` counts profiles (of a subgame, if the game has proper ones) for which the existence of trembles stayed
    open; they are not among the candidates.
    """

    candidates: tuple[PureCandidate, ...]
    complete: bool
    undecided: int


@dataclass(frozen=True, eq=False)
class _Content:
    """A solution of one piece: options by information set, trembles and belief ranges."""

    options: Mapping[int, int]
    exponents: tuple[tuple[int, Fraction], ...]
    log_coefficients: tuple[tuple[int, float], ...]
    ranges: Ranges
    exact: frozenset[int]


def pure_sequential(
    numeric: NumericGame, *, limit: int = 100_000, max_results: int = 10_000, timeout: float = TIMEOUT
) -> PureResult:
    """All pure sequential equilibria, each with a supporting assessment and the ranges of supporting beliefs.

    `limit` bounds the assignments of one option tried, `max_results` the profiles returned, `timeout` (seconds) each
    nonlinear question. Raises `ConceptError` without perfect recall or an order of play.
    """
    game = numeric.game
    if not game.perfect_recall:
        raise ConceptError("sequential equilibrium needs perfect recall, which this game lacks; ask for concept nash")
    if not game.ordered:
        raise ConceptError("information sets of this game have no common order of play; ask for concept nash")
    search = _Search(numeric, limit, max_results, timeout)
    solved: dict[int, tuple[Partial[_Content], ...]] = {}
    for piece in pieces(numeric):
        solved[piece.root] = tuple(search.solve(piece, solved))
    candidates: list[PureCandidate] = []
    for partial in solved[0]:
        for contents in partial.expand():
            if len(candidates) == max_results:
                return PureResult(tuple(candidates), False, search.undecided)
            candidates.append(_candidate(numeric, contents))
    return PureResult(tuple(candidates), not search.stopped, search.undecided)


def _candidate(numeric: NumericGame, contents: tuple[_Content, ...]) -> PureCandidate:
    game = numeric.game
    exponents = [Fraction(1)] * game.n_slots
    logs = np.zeros(game.n_slots)
    ranges: dict[int, tuple[tuple[float, float], ...]] = {}
    for content in contents:
        for infoset, option in content.options.items():
            exponents[int(game.slot_start[infoset]) + option] = Fraction(0)
        for slot, exponent in content.exponents:
            exponents[slot] = exponent
        for slot, log in content.log_coefficients:
            logs[slot] = log
        ranges.update(content.ranges)
    void_first(numeric, exponents, Fraction(0), Fraction(1))
    exact = frozenset[int]().union(*(content.exact for content in contents))
    return PureCandidate(assess(numeric, exponents, logs), dict(sorted(ranges.items())), exact)


class _Search:
    """The depth-first search; counts steps and undecided profiles over all pieces."""

    def __init__(self, numeric: NumericGame, limit: int, max_results: int, timeout: float) -> None:
        self.numeric, self.limit, self.max_results, self.timeout = numeric, limit, max_results, timeout
        self.steps = self.undecided = 0
        self.stopped = False

    def solve(self, piece: Piece, solved: Mapping[int, tuple[Partial[_Content], ...]]) -> Iterator[Partial[_Content]]:
        """The solutions of a piece, for every combination of values of the subgames inside it."""
        found = 0
        for values, inner in combinations(piece, solved):
            state = State(self.numeric, piece, values)
            for _ in self._profiles(state):
                if found == self.max_results:
                    self.stopped = True
                    return
                content = self._content(state)
                if content is not None:
                    found += 1
                    yield Partial(content, state.value(piece.root), inner)

    def _profiles(self, state: State) -> Iterator[None]:
        """Stops at every complete assignment that passes the cuts; the state then holds it."""
        order = state.order
        if not order:
            yield None
            return
        pending = [iter(state.options(order[0]))]
        while pending:
            depth = len(pending) - 1
            option = next(pending[-1], None)
            if option is None:
                pending.pop()
                state.clear(order[depth])
                continue
            if self.steps >= self.limit:
                self.stopped = True
                return
            self.steps += 1
            if not state.assign(order[depth], option):
                continue
            if depth + 1 == len(order):
                yield None
            else:
                pending.append(iter(state.options(order[depth + 1])))

    def _content(self, state: State) -> _Content | None:
        """The profile with its trembles, if there are any that support it."""
        open_sets = dict(state.beliefs())
        contested = [belief for belief in open_sets.values() if belief.gains]
        trembles = decide(contested, self.timeout)
        if trembles.verdict is not Verdict.FOUND:
            self.undecided += trembles.verdict is Verdict.UNDECIDED
            return None
        ranges: dict[int, tuple[tuple[float, float], ...]] = {}
        exact: set[int] = set()
        for infoset in state.order:
            if self.numeric.members[infoset].size < 2:
                continue
            low: tuple[float, ...] = (1.0,)
            high = low
            belief = open_sets.get(infoset)
            if belief is None:
                exact.add(infoset)
            else:
                others = [other for other in contested if other.infoset != infoset]
                group = next(group for group in linked([belief, *others], lambda one: one.slots) if belief in group)
                result = belief_range(belief, tuple(other for other in group if other != belief), self.timeout)
                low, high = result.low, result.high
                if result.exact:
                    exact.add(infoset)
            ranges[infoset] = state.node_ranges(infoset, low, high)
        return _Content(state.profile(), trembles.exponents, trembles.log_coefficients, ranges, frozenset(exact))
