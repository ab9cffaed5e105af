"""All pure subgame-perfect equilibria (Selten 1965), ties included.

Backward induction over pieces (`standoff.solve.subgames`): in each piece, with the subgames inside it replaced by their
values, the pure Nash equilibria of its reduced normal form. Where a piece is one decision node this is the textbook
backward induction. A profile states an option at every information set that is not void; at one that its actor's own
earlier options rule out inside the piece, every option completes an equilibrium, and all are listed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from standoff.errors import ConceptError
from standoff.game.game import Floats, NumericGame
from standoff.game.play import play
from standoff.solve.assessment import Assessment
from standoff.solve.normal_form import NormalForm, normal_form, pure_equilibria, value_of
from standoff.solve.pure import pure_sequential
from standoff.solve.subgames import Partial, combinations, pieces

TOLERANCE = 1e-9  # largest gain, as a share of the actor's payoff range, that counts as a tie
PROFILE_LIMIT = 1_000_000  # profiles of one piece's reduced normal form


@dataclass(frozen=True, eq=False)
class SubgameResult:
    """Pure subgame-perfect profiles. `complete` is False where a limit ended the search.

    Beliefs are Bayes' where the information set is reached and NaN elsewhere: the concept says nothing about them.
    There is no witness.
    """

    candidates: tuple[Assessment, ...]
    complete: bool


@dataclass(frozen=True, eq=False)
class _Content:
    options: Mapping[int, int]
    free: tuple[int, ...]  # information sets of the piece where every option will do


def subgame_perfect(numeric: NumericGame, *, limit: int = 10_000) -> SubgameResult:
    """All pure subgame-perfect equilibria, at most `limit` of them.

    Where a piece has more than a million profiles the answer is the pure sequential equilibria (each is subgame
    perfect) and not complete. Raises `ConceptError` without perfect recall.
    """
    if not numeric.game.perfect_recall:
        raise ConceptError("subgame perfection needs perfect recall, which this game lacks; ask for concept nash")
    solved: dict[int, tuple[Partial[_Content], ...]] = {}
    complete = True
    for piece in pieces(numeric):
        found: list[Partial[_Content]] = []
        for values, inner in combinations(piece, solved):
            if len(found) > limit:
                complete = False
                break
            form = normal_form(numeric, piece.root, piece.infosets, values, PROFILE_LIMIT)
            if form is None:
                return SubgameResult(sequential_instead(numeric, limit), False)
            for content, value in _equilibria(numeric, form, piece.infosets):
                found.append(Partial(content, value, inner))
        solved[piece.root] = tuple(found)
    profiles = (profile for partial in solved[0] for profile in _complete(numeric, partial))
    behaviours = [pure_behaviour(numeric, profile) for profile in itertools.islice(profiles, limit + 1)]
    complete = complete and len(behaviours) <= limit
    candidates = (Assessment(behaviour, bayes(numeric, behaviour)) for behaviour in behaviours[:limit])
    return SubgameResult(tuple(candidates), complete)


def sequential_instead(numeric: NumericGame, limit: int) -> tuple[Assessment, ...]:
    """Pure sequential equilibria as profiles without a claim of consistency, for games too large to list everything."""
    found = pure_sequential(numeric, max_results=limit).candidates
    return tuple(Assessment(own.assessment.behaviour, bayes(numeric, own.assessment.behaviour)) for own in found)


def _equilibria(
    numeric: NumericGame, form: NormalForm, infosets: tuple[int, ...]
) -> Iterator[tuple[_Content, tuple[float, ...]]]:
    for profile in pure_equilibria(form, numeric.payoff_range, TOLERANCE):
        options = dict(
            itertools.chain.from_iterable(
                strategies[number] for strategies, number in zip(form.strategies, profile, strict=True)
            )
        )
        free = tuple(infoset for infoset in infosets if infoset not in options)
        yield _Content(options, free), value_of(form, profile)


def _complete(numeric: NumericGame, partial: Partial[_Content]) -> Iterator[dict[int, int]]:
    for contents in partial.expand():
        fixed = {infoset: option for content in contents for infoset, option in content.options.items()}
        free = [infoset for content in contents for infoset in content.free]
        sizes = (range(len(numeric.game.infosets[infoset].options)) for infoset in free)
        for choice in itertools.product(*sizes):
            yield fixed | dict(zip(free, choice, strict=True))


def pure_behaviour(numeric: NumericGame, options: Mapping[int, int]) -> Floats:
    """[slot] probabilities of a pure profile; an information set without an option plays its first."""
    game = numeric.game
    behaviour = np.zeros(game.n_slots)
    for infoset in range(len(game.infosets)):
        behaviour[int(game.slot_start[infoset]) + options.get(infoset, 0)] = 1.0
    return behaviour


def bayes(numeric: NumericGame, behaviour: Floats) -> Floats:
    """[node] beliefs by Bayes' rule at information sets that are reached; NaN elsewhere."""
    beliefs = np.full(numeric.game.n_nodes, np.nan)
    reach = play(numeric, behaviour).reach
    for nodes in numeric.members:
        if nodes.size and reach[nodes].sum() > 0:
            beliefs[nodes] = reach[nodes] / reach[nodes].sum()
    return beliefs
