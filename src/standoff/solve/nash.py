"""Nash equilibria: all pure ones of any game, and all extreme mixed ones where at most two actors move.

Both work on the reduced normal form (`standoff.solve.normal_form`). A reduced strategy leaves open what happens at
information sets that the actor's own earlier options rule out; these are the same equilibrium whatever is put there,
and the first option is.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from standoff.errors import ConceptError, LimitError
from standoff.game.game import Floats, NumericGame
from standoff.solve.assessment import Assessment
from standoff.solve.backward import TOLERANCE, bayes, pure_behaviour, sequential_instead
from standoff.solve.exact import fraction
from standoff.solve.extreme import Budget, Mixture, extreme_equilibria
from standoff.solve.normal_form import NormalForm, Strategy, choices_on_path, normal_form, pure_equilibria


@dataclass(frozen=True, eq=False)
class NashResult:
    """Behaviour strategies of Nash equilibria; `complete` is False where a limit ended the search.

    Beliefs are Bayes' where an information set is reached and NaN elsewhere (NaN throughout without perfect recall).
    """

    candidates: tuple[Assessment, ...]
    complete: bool


@dataclass(frozen=True, eq=False)
class ExtremeResult:
    """Extreme equilibria. `mixtures` are the exact mixed strategies of the (up to two) movers over `strategies`.

    `candidates` are realisation equivalent behaviour strategies; mixtures that amount to the same behaviour give one.
    """

    candidates: tuple[Assessment, ...]
    complete: bool
    strategies: tuple[tuple[Strategy, ...], ...] = ()
    mixtures: tuple[tuple[Mixture, ...], ...] = ()


def pure_nash(numeric: NumericGame, *, limit: int = 1_000_000, max_results: int = 10_000) -> NashResult:
    """All pure Nash equilibria over reduced strategies.

    Beyond `limit` profiles the answer is the pure sequential equilibria, where recall and order of play allow them, and
    not complete.
    """
    form = _whole(numeric, limit)
    if form is None:
        orderly = numeric.game.perfect_recall and numeric.game.ordered
        return NashResult(sequential_instead(numeric, max_results) if orderly else (), False)
    profiles = pure_equilibria(form, numeric.payoff_range, TOLERANCE)
    behaviours = []
    for profile in profiles[:max_results]:
        chosen = (strategies[number] for strategies, number in zip(form.strategies, profile, strict=True))
        behaviours.append(pure_behaviour(numeric, dict(itertools.chain.from_iterable(chosen))))
    return NashResult(tuple(_assessment(numeric, own) for own in behaviours), len(profiles) <= max_results)


def extreme_nash(numeric: NumericGame, *, limit: int = 400_000) -> ExtremeResult:
    """All extreme equilibria of the reduced normal form where at most two actors move.

    `limit` bounds profiles, and steps of the vertex enumeration; beyond it nothing is returned and `complete` is False.
    Raises `ConceptError` for three or more moving actors, and without perfect recall (no behaviour strategy need then
    do what a mixed strategy does).
    """
    movers = {numeric.game.infosets[h].actor for h, nodes in enumerate(numeric.members) if nodes.size}
    if len(movers) > 2:
        raise ConceptError("extreme equilibria are for two actors; this game has more (its pure ones can be listed)")
    if not numeric.game.perfect_recall:
        raise ConceptError("without perfect recall mixed strategies have no equivalent behaviour strategy")
    form = _whole(numeric, limit)
    if form is None:
        return ExtremeResult((), False)
    try:
        pairs = extreme_equilibria(*_matrices(form), Budget(limit))
    except LimitError:
        return ExtremeResult((), False, form.strategies)  # `complete` says it
    mixtures = tuple(pair[: len(form.actors)] for pair in pairs)
    behaviours = {tuple(_kuhn(numeric, form, mixture).tolist()): None for mixture in mixtures}
    candidates = tuple(_assessment(numeric, np.array(behaviour)) for behaviour in behaviours)
    return ExtremeResult(candidates, True, form.strategies, mixtures)


def _whole(numeric: NumericGame, limit: int) -> NormalForm | None:
    infosets = [infoset for infoset, nodes in enumerate(numeric.members) if nodes.size]
    return normal_form(numeric, 0, infosets, {}, limit)


def _assessment(numeric: NumericGame, behaviour: Floats) -> Assessment:
    if not numeric.game.perfect_recall:
        return Assessment(behaviour, np.full(numeric.game.n_nodes, np.nan))
    return Assessment(behaviour, bayes(numeric, behaviour))


def _matrices(form: NormalForm) -> tuple[list[list[Fraction]], list[list[Fraction]]]:
    """Exact payoffs of both movers; a mover that is missing has one strategy and payoff 0."""
    reach = [own.astype(int).astype(object) for own in form.reach]
    reach += [np.ones((1, len(form.chance)), dtype=object)] * (2 - len(reach))
    chance = np.array([fraction(p) for p in form.chance.tolist()], dtype=object)
    tables = []
    for position in range(2):
        weights = chance * 0
        if position < len(form.actors):
            weights = chance * np.array(
                [fraction(u) for u in form.payoffs[:, form.actors[position]].tolist()], dtype=object
            )
        tables.append([[Fraction(entry) for entry in row] for row in ((reach[0] * weights) @ reach[1].T).tolist()])
    return tables[0], tables[1]


def _kuhn(numeric: NumericGame, form: NormalForm, mixtures: Sequence[Mixture]) -> Floats:
    """The realisation equivalent behaviour strategy (Kuhn 1953); the first option where an own set is never reached."""
    game = numeric.game
    behaviour = pure_behaviour(numeric, {})
    for actor, strategies, mixture in zip(form.actors, form.strategies, mixtures, strict=True):
        for infoset, nodes in enumerate(numeric.members):
            if nodes.size == 0 or game.infosets[infoset].actor != actor:
                continue
            before = choices_on_path(numeric, 0, int(nodes[0]), actor)
            weights = [Fraction(0)] * len(game.infosets[infoset].options)
            for strategy, share in zip(strategies, mixture, strict=True):
                if share and before <= set(strategy):
                    weights[dict(strategy)[infoset]] += share
            total = sum(weights, Fraction(0))
            if total:
                behaviour[game.options(infoset)] = [float(weight / total) for weight in weights]
    return behaviour
