"""Solve a model for a solution concept. Every profile that is returned as an equilibrium has passed the verifier.

Concepts: ``sequential`` (the one that `standoff.solve.selection` selects, the limit of the logit path, and besides them
one equilibrium of every class in games small enough to find them all, else every pure sequential equilibrium found),
``pure`` (all pure sequential equilibria), ``subgame`` (all pure subgame-perfect equilibria), ``nash`` (all pure Nash
equilibria, and for two actors the extreme mixed ones), ``logit`` (the quantal response equilibrium at a precision).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from standoff.errors import ConceptError, RequestError
from standoff.game.game import NumericGame
from standoff.game.model import Model
from standoff.solve.assessment import Assessment
from standoff.solve.backward import subgame_perfect
from standoff.solve.classes.enumerate import FoundClass, all_classes
from standoff.solve.continuum import free_intervals
from standoff.solve.limit import snapshot
from standoff.solve.logit import PathError, at_precision
from standoff.solve.nash import extreme_nash, pure_nash
from standoff.solve.path_limit import path_limit
from standoff.solve.pure import pure_sequential
from standoff.solve.quantal import quantal_system
from standoff.solve.selection import ITERATION, select
from standoff.solve.solution import Equilibrium, Rejected, Solution
from standoff.solve.threads import one_thread
from standoff.solve.verify import verify

CONCEPTS = ("sequential", "pure", "subgame", "nash", "logit")
CLASSES_SLOTS = 30  # options over all information sets up to which every class is looked for
CLASSES_LIMIT = 50_000  # supports tried
CLASSES_SECONDS = 10.0
HIGHEST = 1e12  # precision per unit of the payoff range up to which `logit` is answered
FREE_NODES = 2_000  # nodes up to which it is tried how far probabilities can be moved
NO_GAIN = 1e-11  # what counts as equally good when probabilities are moved: no more than rounding
SAME = 1e-6  # profiles closer than this in every probability are one equilibrium


@dataclass(frozen=True, eq=False)
class Answer:
    """What one concept gave at one set of numbers."""

    method: str
    complete: bool
    equilibria: tuple[Equilibrium, ...]
    rejected: tuple[Rejected, ...] = ()


def solve(
    model: Model,
    *,
    concept: str = "sequential",
    set: Mapping[str, float | str | Fraction] | None = None,
    precision: float | None = None,
    limit: int | None = None,
) -> Solution:
    """Equilibria of a model at its base values, changed by `set`.

    `precision` (per unit of utility) is needed by ``logit`` and used by no other concept; `limit` bounds the search of
    the enumerating concepts, in steps. Raises `RequestError` for an unknown concept, parameter or a missing precision;
    `UndefinedError` where a payoff is not a number; `ConceptError` where the concept does not apply to the game.
    """
    if concept not in CONCEPTS:
        raise RequestError.of(f"no concept is called `{concept}`", f"use one of {', '.join(CONCEPTS)}")
    if (concept == "logit") != (precision is not None):
        raise RequestError.of(
            "the concept `logit` needs a precision"
            if precision is None
            else "only the concept `logit` has a precision",
            "give --precision L, the precision per unit of utility" if precision is None else "leave out --precision",
        )
    values = {name: float(value) for name, value in model.values(set).items()}
    numeric = model.game.at(values)
    answer = solve_numeric(numeric, concept, precision=precision, limit=limit)
    return Solution(
        game=model.game,
        concept=concept,
        method=answer.method,
        complete=answer.complete,
        equilibria=tuple(replace(found, class_name=_class_name(model, found)) for found in answer.equilibria),
        rejected=answer.rejected,
        scenario=model.scenario,
        values=values,
        precision=precision,
    )


def _class_name(model: Model, equilibrium: Equilibrium) -> str | None:
    """The first of the scenario's named classes whose supports are the equilibrium's."""
    game = model.game
    support = equilibrium.support()
    for named in model.scenario.classes if model.scenario else ():
        if all(
            {infoset.options[slot - int(game.slot_start[number])] for slot in support[number]} == {*options}
            for where, options in named.supports.items()
            for number, infoset in enumerate(game.infosets)
            if where in (infoset.name, infoset.move) and support[number]
        ):
            return named.name
    return None


def solve_numeric(
    numeric: NumericGame, concept: str = "sequential", *, precision: float | None = None, limit: int | None = None
) -> Answer:
    """The same for a game with numbers in place."""
    game = numeric.game
    if concept != "nash" and not (game.ordered and game.perfect_recall):
        raise ConceptError(
            f"`{concept}` needs a game of perfect recall whose information sets have an order of play; "
            "this one can be solved for `nash` only (--concept nash)"
        )
    if concept == "logit":
        return _logit(numeric, float(precision or 0.0))
    solvers: dict[str, Callable[[NumericGame, int | None], Answer]] = {
        "sequential": _sequential,
        "pure": _pure,
        "subgame": _subgame,
        "nash": _nash,
    }
    return solvers[concept](numeric, limit)


def _sequential(numeric: NumericGame, limit: int | None) -> Answer:
    def accept(assessment: Assessment) -> bool:
        return verify(numeric, assessment, "sequential").holds

    chosen = select(numeric, accept)
    limit_of_path = path_limit(numeric, accept) if chosen.method == ITERATION else chosen
    marked: list[Equilibrium] = []
    rejected: tuple[Rejected, ...] = ()
    for found in (chosen, limit_of_path):
        if found.assessment is None:
            rejected = (Rejected(found.method, "uncertified", found.reason),)
            continue
        certificate = verify(numeric, found.assessment, "sequential")
        marked.append(Equilibrium(numeric, found.assessment, certificate, found.method))
    if chosen.assessment is not None:
        marked[0] = replace(marked[0], selected=True)
    if limit_of_path.assessment is not None:
        marked[-1] = replace(marked[-1], principal=True)
    others = _classes(numeric, limit)
    if others is None:
        others = _pure(numeric, 2_000 if limit is None else limit)
        if numeric.game.n_nodes <= FREE_NODES:
            marked = [_freed(numeric, equilibrium) for equilibrium in marked]
        others = replace(others, complete=False)
    equilibria, complete = others.equilibria, others.complete
    for equilibrium in reversed(marked):
        equilibria, listed = _merged(equilibrium, equilibria)
        complete = complete and listed
    return Answer(f"{chosen.method}; {others.method}", complete, equilibria, (*rejected, *others.rejected))


def _freed(numeric: NumericGame, equilibrium: Equilibrium) -> Equilibrium:
    """With the probabilities that would do as well, all else as it is."""
    free = free_intervals(
        numeric, equilibrium.assessment, lambda moved: verify(numeric, moved, "sequential", tolerance=NO_GAIN).holds
    )
    return replace(equilibrium, intervals=free)


def _merged(marked: Equilibrium, others: tuple[Equilibrium, ...]) -> tuple[tuple[Equilibrium, ...], bool]:
    """A marked equilibrium first, in the place of the other of its class; and whether there was one."""
    own = marked.support()
    same = next((other for other in others if other.support() == own), None)
    if same is None:
        return (marked, *others), False
    marked = replace(
        marked,
        selected=marked.selected or same.selected,
        principal=marked.principal or same.principal,
        belief_ranges=same.belief_ranges or marked.belief_ranges,
        intervals=same.intervals or marked.intervals,
        outcome_intervals=same.outcome_intervals or marked.outcome_intervals,
    )
    return (marked, *(other for other in others if other is not same)), True


def _classes(numeric: NumericGame, limit: int | None) -> Answer | None:
    """One equilibrium of every class, or None where the game is too large to find them all."""
    if numeric.game.n_slots > CLASSES_SLOTS or limit == 0:
        return None
    result = all_classes(numeric, limit=CLASSES_LIMIT if limit is None else limit, seconds=CLASSES_SECONDS)
    if not result.complete:
        return None
    return Answer("every class of supports", True, tuple(_of_class(numeric, entry) for entry in result.classes))


def _of_class(numeric: NumericGame, entry: FoundClass) -> Equilibrium:
    ranges = entry.intervals
    beliefs = {
        number: tuple((ranges.beliefs[node].low, ranges.beliefs[node].high) for node in nodes.tolist())
        for number, nodes in enumerate(numeric.members)
        if nodes.size > 1 and all(node in ranges.beliefs for node in nodes.tolist())
    }
    wide = {slot: (span.low, span.high) for slot, span in ranges.probabilities.items() if span.high - span.low > SAME}
    outcomes = {name: (span.low, span.high) for name, span in ranges.outcomes.items()}
    return Equilibrium(
        numeric,
        entry.assessment,
        entry.certificate,
        "class of supports",
        belief_ranges=beliefs,
        intervals=wide,
        outcome_intervals=outcomes,
    )


def _pure(numeric: NumericGame, limit: int | None) -> Answer:
    result = pure_sequential(numeric) if limit is None else pure_sequential(numeric, limit=limit)
    found: list[Equilibrium] = []
    rejected: list[Rejected] = []
    for candidate in result.candidates:
        certificate = verify(numeric, candidate.assessment, "pure")
        if certificate.holds:
            found.append(
                Equilibrium(
                    numeric,
                    candidate.assessment,
                    certificate,
                    "pure enumeration",
                    belief_ranges=candidate.belief_ranges,
                )
            )
        else:
            rejected.append(Rejected("pure enumeration", certificate.status, certificate.reason))
    if result.undecided:
        rejected.append(
            Rejected(
                "pure enumeration",
                "timeout",
                f"consistency of beliefs was left undecided for {result.undecided} profiles",
            )
        )
    method = "pure enumeration" + ("" if result.complete else " (stopped at its limit)")
    return Answer(method, result.complete and not rejected, tuple(found), tuple(rejected))


def _subgame(numeric: NumericGame, limit: int | None) -> Answer:
    result = subgame_perfect(numeric) if limit is None else subgame_perfect(numeric, limit=limit)
    return _judged(numeric, "subgame", "backward induction", result.candidates, result.complete)


def _nash(numeric: NumericGame, limit: int | None) -> Answer:
    pure = pure_nash(numeric) if limit is None else pure_nash(numeric, limit=limit)
    candidates = list(pure.candidates)
    movers = {
        infoset.actor for infoset, nodes in zip(numeric.game.infosets, numeric.members, strict=True) if nodes.size
    }
    # for more than two actors mixed equilibria are not enumerated, so the list is not all there is
    method, complete = "reduced normal form, pure only", pure.complete and len(movers) < 2
    if len(movers) <= 2 and numeric.game.perfect_recall:
        extreme = extreme_nash(numeric) if limit is None else extreme_nash(numeric, limit=limit)
        known = [np.asarray(candidate.behaviour) for candidate in candidates]
        candidates += [
            candidate
            for candidate in extreme.candidates
            if not any(np.allclose(candidate.behaviour, other, atol=SAME) for other in known)
        ]
        method, complete = "reduced normal form, extreme equilibria", pure.complete and extreme.complete
    return _judged(numeric, "nash", method, candidates, complete)


def _logit(numeric: NumericGame, precision: float) -> Answer:
    system = quantal_system(numeric)
    scale = float(system.scale.max(initial=0.0)) or 1.0
    if not 0 < precision * scale <= HIGHEST:
        raise RequestError.of(
            f"a precision of {precision:g} is out of bounds",
            f"give --precision a number above 0 and up to {HIGHEST / scale:.3g}",
        )
    try:
        with one_thread():
            point = at_precision(system, precision * scale)
    except PathError as error:
        return Answer("logit path", False, (), (Rejected("logit path", "uncertified", str(error)),))
    state = snapshot(system, point.log_p)
    assessment = Assessment(state.behaviour, state.beliefs)
    return _judged(numeric, "logit", "logit path", [assessment], False, precision=precision, selected=True)


def _judged(
    numeric: NumericGame,
    concept: str,
    method: str,
    candidates: Iterable[Assessment],
    complete: bool,
    *,
    precision: float | None = None,
    selected: bool = False,
) -> Answer:
    """Only what the verifier confirms is an equilibrium; the rest is named."""
    found: list[Equilibrium] = []
    rejected: list[Rejected] = []
    for candidate in candidates:
        certificate = verify(numeric, candidate, concept, precision=precision)
        if certificate.holds:
            found.append(Equilibrium(numeric, candidate, certificate, method, selected=selected))
        else:
            rejected.append(Rejected(method, certificate.status, certificate.reason))
    return Answer(method, complete and not rejected, tuple(found), tuple(rejected))
