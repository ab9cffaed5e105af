"""Equilibria of library games worked out by hand, and the edges of the parameter regions where they hold.

The profiles of `library_profiles` are checked in exact fractions with trembles of eps = 1e-12: beliefs from Bayes' rule
on the trembled strategies, continuation values from the strategies themselves, and the largest gain of a one-shot
deviation at every information set. A gain counts as none up to 1e-6; all games have payoffs of order 1 to 50 and every
strict preference here is larger. Nothing of the package's solvers takes part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from known.library_pairs import PAIRS, case_of, game_of, scenario_of
from known.library_profiles import (
    EQUILIBRIA,
    HORSE_NASH_ONLY,
    LIMITED_RESPONSE,
    LIMITED_STAKES,
    NO_RESPONSE,
    RADG_DETERRENCE,
    SUNK,
    TIED,
    TRIPWIRE,
    TRUTHFUL_MEDIATOR,
    UDG_SEPARATING,
    ULTIMATUM_RISKY,
    VETO_ALWAYS,
    Assessment,
)
from standoff.game.game import CHANCE, DECISION, TERMINAL, Game
from standoff.library import catalogue
from standoff.scenario.values import base_values

EPSILON = Fraction(1, 10**12)
NO_GAIN = Fraction(1, 10**6)


def _probabilities(game: Game, assessment: Assessment) -> list[list[Fraction]]:
    """[infoset][option]"""
    assert set(assessment.strategy) == {infoset.name for infoset in game.infosets}
    rows = []
    for infoset in game.infosets:
        choice = assessment.strategy[infoset.name]
        mixture = {choice: Fraction(1)} if isinstance(choice, str) else choice
        assert set(mixture) <= set(infoset.options)
        assert sum(mixture.values()) == 1
        rows.append([mixture.get(option, Fraction(0)) for option in infoset.options])
    return rows


def _trembled(game: Game, assessment: Assessment, rows: list[list[Fraction]]) -> list[list[Fraction]]:
    result = []
    for infoset, row in zip(game.infosets, rows, strict=True):
        exponents = [assessment.trembles.get((infoset.name, option), 1) for option in infoset.options]
        mistakes = [Fraction(0) if p else EPSILON**c for p, c in zip(row, exponents, strict=True)]
        result.append([p * (1 - sum(mistakes)) + mistake for p, mistake in zip(row, mistakes, strict=True)])
    return result


def _largest_gain(game: Game, values: Mapping[str, Fraction], assessment: Assessment) -> tuple[Fraction, str]:
    chance, payoffs = game.exact(values)
    rows = _probabilities(game, assessment)
    trembled = _trembled(game, assessment, rows)
    reach = [Fraction(1)] * game.n_nodes
    for node in range(1, game.n_nodes):
        parent = int(game.parent[node])
        share = chance[node] if game.kind[parent] == CHANCE else trembled[game.infoset[parent]][game.action[node]]
        reach[node] = reach[parent] * share
    continuation = _continuation(game, chance, payoffs, rows)
    worst = (Fraction(0), "")
    for number, infoset in enumerate(game.infosets):
        nodes = game.members[number].tolist()
        total = sum(reach[node] for node in nodes)
        worth = [
            sum(reach[node] / total * continuation[game.children(node)[option]][infoset.actor] for node in nodes)
            for option in range(len(infoset.options))
        ]
        current = sum(p * value for p, value in zip(rows[number], worth, strict=True))
        worst = max(worst, (max(worth) - current, infoset.name))
    return worst


def _continuation(
    game: Game, chance: list[Fraction], payoffs: list[list[Fraction]], rows: list[list[Fraction]]
) -> list[list[Fraction]]:
    """[node][actor] expected payoff when everyone goes on with the profile."""
    result: list[list[Fraction]] = [[] for _ in range(game.n_nodes)]
    for node in range(game.n_nodes - 1, -1, -1):
        if game.kind[node] == TERMINAL:
            result[node] = payoffs[game.terminal[node]]
            continue
        weights = (
            rows[game.infoset[node]]
            if game.kind[node] == DECISION
            else [chance[child] for child in game.children(node)]
        )
        parts = list(zip(weights, game.children(node), strict=True))
        result[node] = [sum(w * result[child][actor] for w, child in parts) for actor in range(len(game.actors))]
    return result


def _outcomes(game: Game, values: Mapping[str, Fraction], assessment: Assessment) -> dict[str, Fraction]:
    chance, _ = game.exact(values)
    rows = _probabilities(game, assessment)
    result: dict[str, Fraction] = {}
    for terminal, leaf in enumerate(game.terminals.tolist()):
        probability = Fraction(1)
        for node in game.path(leaf):
            parent = int(game.parent[node])
            decided = game.kind[parent] == DECISION
            probability *= rows[game.infoset[parent]][game.action[node]] if decided else chance[node]
        if probability:
            name = game.outcomes[game.outcome[terminal]]
            result[name] = result.get(name, Fraction(0)) + probability
    return result


def _at(assessment: Assessment, **values: str) -> tuple[Game, dict[str, Fraction]]:
    overrides = {**assessment.values, **values}
    return game_of(assessment.game), base_values(scenario_of(assessment.game), overrides)


def _name(value: object) -> str:
    return f"{value.game}: {value.label}" if isinstance(value, Assessment) else str(value)


@pytest.mark.parametrize("assessment", EQUILIBRIA, ids=_name)
def test_nobody_gains_at_any_information_set(assessment: Assessment) -> None:
    game, values = _at(assessment)
    gain, where = _largest_gain(game, values, assessment)
    assert gain < NO_GAIN, where
    assert _outcomes(game, values, assessment) == assessment.outcomes


def test_the_check_rejects_a_profile_that_is_only_nash() -> None:
    game, values = _at(HORSE_NASH_ONLY)
    gain, where = _largest_gain(game, values, HORSE_NASH_ONLY)
    # going down instead of across gives player 2 high_left instead of across
    assert (gain, where) == (3, "second[first=across]")


@pytest.mark.parametrize(
    ("assessment", "parameter", "holds", "fails"),
    [
        # each edge is a closed form in models.md; the values are just inside and just outside
        (RADG_DETERRENCE, "pB", "0.334", "0.333"),  # aStar = 1/3
        (UDG_SEPARATING, "pDef", "0.334", "0.333"),  # cS = 1/3
        (UDG_SEPARATING, "pDef", "0.499", "0.501"),  # cH = 1/2
        (ULTIMATUM_RISKY, "q", "0.512", "0.513"),  # (0.79 - 0.59) / (0.79 - 0.40) = 0.51282
        (VETO_ALWAYS, "pi", "0.501", "0.499"),  # rStar = 1/2
        (TRUTHFUL_MEDIATOR, "beta", "1.001", "0.999"),  # betaStar = 1
        (TRIPWIRE, "cG", "6.999", "7.001"),  # (q + s - 1) V + b = 7
        (LIMITED_STAKES, "xL", "0.599", "0.601"),  # xBar = k / (vD gain) = 0.6
        (LIMITED_RESPONSE, "pCh", "0.501", "0.499"),  # (dDE - dDC) / (dDE - dEEp) = 1/2
        (NO_RESPONSE, "pCh", "0.501", "0.499"),
        (SUNK, "m", "0.301", "0.239"),  # the middle type would send when (1 - pi) vM = 0.24 > m
        (SUNK, "m", "0.389", "0.391"),  # the high type stops at (1 - pi) (vH - (p vH - cD)) = 0.39
    ],
    ids=_name,
)
def test_edges_of_the_region(assessment: Assessment, parameter: str, holds: str, fails: str) -> None:
    game, inside = _at(assessment, **{parameter: holds})
    assert _largest_gain(game, inside, assessment)[0] < NO_GAIN
    game, outside = _at(assessment, **{parameter: fails})
    assert _largest_gain(game, outside, assessment)[0] > NO_GAIN


def test_tying_hands_means_more_war_and_more_gain_than_sinking_costs() -> None:
    # the two results that the source's abstract states
    worth = []
    for assessment in (TIED, SUNK):
        game, values = _at(assessment)
        chance, payoffs = game.exact(values)
        worth.append(_continuation(game, chance, payoffs, _probabilities(game, assessment))[0][0])
    assert worth == [Fraction("19/75"), Fraction("2/25")]
    assert TIED.outcomes["war"] > SUNK.outcomes["war"]


def test_limited_response_needs_enough_strategically_hard_defenders() -> None:
    # pHH / (pHH + pHS) >= (cED - cDD) / (cED - cEEp) = 1/2, with pHH + pHS kept at 3/10
    for hard, gains in (("0.151", False), ("0.149", True)):
        values = {"pHH": hard, "pHS": str(Fraction("0.3") - Fraction(hard))}
        game, numbers = _at(replace(LIMITED_RESPONSE, values=values))
        assert (_largest_gain(game, numbers, LIMITED_RESPONSE)[0] > NO_GAIN) is gains


# --- the classes that the files name ---------------------------------------------------------------------------------

# what a reference case calls a listed equilibrium, and the class that it is
LISTED = {
    ("radg-deter-pub", "Deterrence"): "deterrence",
    ("radg-attack-pub", "Attack"): "attack",
    ("udg-separating-pub", "Separating"): "separating",
    ("udg-separating-pub", "Steadfast deterrence"): "steadfast_deterrence",
    ("udg-bluff-pub", "Bluff"): "bluff",
    ("gmdg-three-pub", "Deterrence"): "deterrence",
    ("gmdg-three-pub", "Separating"): "separating",
    ("gmdg-three-pub", "Hybrid 1/3"): "hybrid",
    ("fearon97-tie-pub", "no-bluff"): "no_bluffing",
    ("consent-semisep-pub", "Semi-separating"): "semi_separating",
    ("consent-semisep-pub", "Pool on consent"): "consent_pool",
    ("kydd-biased-pub", "truthful"): "truthful",
    ("beerquiche-09-pub", "Pool Beer"): "pool_beer",
    ("beerquiche-09-pub", "Pool Quiche"): "pool_quiche",
    ("kw2-mix-pub", "K-W"): "reputation",
}


def _supports(game: str, class_name: str) -> Mapping[str, tuple[str, ...]]:
    return next(named.supports for named in scenario_of(game).classes if named.name == class_name)


@pytest.mark.parametrize("assessment", [a for a in EQUILIBRIA if a.class_name], ids=_name)
def test_a_named_class_is_the_support_of_its_profile(assessment: Assessment) -> None:
    game = game_of(assessment.game)
    rows = _probabilities(game, assessment)
    assert _supports(assessment.game, str(assessment.class_name)) == {
        infoset.name: tuple(option for option, p in zip(infoset.options, row, strict=True) if p)
        for infoset, row in zip(game.infosets, rows, strict=True)
    }


@pytest.mark.parametrize(("listed", "class_name"), LISTED.items(), ids=str)
def test_a_named_class_is_the_support_of_a_listed_equilibrium(listed: tuple[str, str], class_name: str) -> None:
    pair = next(pair for pair in PAIRS if pair.case == listed[0])
    options = {infoset.name: infoset.options for infoset in game_of(pair.game).infosets}
    strategies = next(entry for entry in case_of(pair)["equilibria"] if entry["name"] == listed[1])["strategies"]
    assert _supports(pair.game, class_name) == {
        pair.infosets[infoset]: tuple(
            option for option, p in zip(options[pair.infosets[infoset]], choice.values(), strict=True) if Fraction(p)
        )
        for infoset, choice in strategies.items()
    }


def test_every_named_class_is_checked() -> None:
    games = {pair.case: pair.game for pair in PAIRS}
    checked = {(games[case], name) for (case, _), name in LISTED.items()}
    checked |= {(assessment.game, assessment.class_name) for assessment in EQUILIBRIA}
    named = {(game, entry.name) for game in catalogue.names() for entry in scenario_of(game).classes}
    assert named <= checked
