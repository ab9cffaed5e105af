"""The library against the reference trees: same size, same answers, same pure sequential equilibria.

The trees of the cases are evaluated here from their JSON, with no code of the package. Listed equilibria must give the
listed payoffs and outcomes; beyond that, the two trees must agree at arbitrary mixed strategies, which tests every
branch and every payoff. `library_pairs` says what corresponds to what.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from known.library_pairs import PAIRS, REFERENCE, Pair, all_cases, case_of, game_of, scenario_of, values_of
from standoff.errors import RequestError
from standoff.game.efg import read_efg
from standoff.game.game import DECISION, TERMINAL, Game, NumericGame
from standoff.game.tree import build_with_warnings
from standoff.library import catalogue
from standoff.scenario.expression import evaluate
from standoff.scenario.load import load_scenario
from standoff.scenario.values import base_values
from standoff.solve.pure import pure_sequential

Strategy = Mapping[str, tuple[Fraction, ...]]  # information set -> probability of each option, in order
Value = Mapping[str, Fraction]


pairs = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.case)


# --- evaluation: the reference tree from its JSON, the library game from its arrays ----------------------------------


def _leaves(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "outcome" in tree:
        yield tree
    for branch in (*tree.get("branches", ()), *tree.get("actions", ())):
        yield from _leaves(branch["node"])


def _infosets(tree: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    found = {tree["infoset"]: tuple(action["label"] for action in tree["actions"])} if "actions" in tree else {}
    for branch in (*tree.get("branches", ()), *tree.get("actions", ())):
        found.update(_infosets(branch["node"]))
    return found


def _play_reference(tree: Mapping[str, Any], strategy: Strategy, reach: Fraction = Fraction(1)) -> list[Any]:
    """The leaves with the probability of each."""
    if "outcome" in tree:
        return [(reach, tree)]
    if "chance" in tree:
        steps = [(Fraction(branch["p"]), branch["node"]) for branch in tree["branches"]]
    else:
        steps = list(zip(strategy[tree["infoset"]], (action["node"] for action in tree["actions"]), strict=True))
    return [leaf for share, node in steps for leaf in _play_reference(node, strategy, reach * share)]


def _reference_value(case: Mapping[str, Any], strategy: Strategy) -> tuple[Value, Value]:
    outcomes: Counter[str] = Counter()
    payoffs = dict.fromkeys(case["players"], Fraction(0))
    for share, leaf in _play_reference(case["tree"], strategy):
        outcomes[leaf["outcome"]] += share
        for player, payoff in zip(case["players"], leaf["payoffs"], strict=True):
            payoffs[player] += share * Fraction(payoff)
    return _positive(outcomes), payoffs


def _library_value(game: Game, values: Value, strategy: Strategy) -> tuple[Value, Value]:
    chance, payoffs = game.exact(values)
    outcomes: Counter[str] = Counter()
    totals = dict.fromkeys(game.actors, Fraction(0))
    reach = _reach(game, chance, strategy)
    for terminal, node in enumerate(game.terminals.tolist()):
        outcomes[game.outcomes[game.outcome[terminal]]] += reach[node]
        for actor, payoff in zip(game.actors, payoffs[terminal], strict=True):
            totals[actor] += reach[node] * payoff
    return _positive(outcomes), totals


def _reach(game: Game, chance: list[Fraction], strategy: Strategy) -> list[Fraction]:
    reach = [Fraction(1)] * game.n_nodes
    for node in range(1, game.n_nodes):
        parent = int(game.parent[node])
        share = chance[node]
        if game.kind[parent] == DECISION:
            share = strategy[game.infosets[game.infoset[parent]].name][game.action[node]]
        reach[node] = reach[parent] * share
    return reach


def _positive(distribution: Mapping[str, Fraction]) -> Value:
    return {name: share for name, share in distribution.items() if share}


def _translate(value: tuple[Value, Value], pair: Pair) -> tuple[Value, Value]:
    outcomes, payoffs = value
    return (
        {pair.outcomes.get(name, name): share for name, share in outcomes.items()},
        {pair.players.get(name, name): payoff for name, payoff in payoffs.items()},
    )


# --- every file by itself --------------------------------------------------------------------------------------------

GAMES = pytest.mark.parametrize("name", sorted(path.stem for path in Path(catalogue.__file__).parent.glob("*.yaml")))


@GAMES
def test_loads_and_builds_without_warnings(name: str) -> None:
    scenario = scenario_of(name)
    game, warnings = build_with_warnings(scenario)
    assert scenario.warnings == ()
    assert warnings == ()
    assert game.ordered
    assert game.perfect_recall


@GAMES
def test_says_what_it_is(name: str) -> None:
    entry = catalogue.entry(name)
    assert entry.title
    assert len(entry.about.split()) > 40
    assert entry.sources
    assert sum(tag in catalogue.BASES for tag in entry.tags) == 1
    assert all(parameter.about for parameter in scenario_of(name).parameters)


@GAMES
def test_every_ending_is_named_and_every_outcome_occurs(name: str) -> None:
    game = game_of(name)
    assert set(game.outcomes) == {outcome.name for outcome in scenario_of(name).outcomes}
    assert set(game.outcome.tolist()) == set(range(len(game.outcomes)))


@GAMES
def test_base_values_satisfy_the_assumptions(name: str) -> None:
    scenario = scenario_of(name)
    values = base_values(scenario)
    assert scenario.assumptions
    for assumption in scenario.assumptions:
        assert evaluate(assumption, values) == 1


# --- the pairs -------------------------------------------------------------------------------------------------------


@pairs
def test_same_size_as_the_reference_tree(pair: Pair) -> None:
    tree, game = case_of(pair)["tree"], game_of(pair.game)
    assert len(game.terminals) == sum(1 for _ in _leaves(tree))
    reference = _infosets(tree)
    assert set(pair.infosets) == set(reference)
    options = {infoset.name: len(infoset.options) for infoset in game.infosets}
    assert {pair.infosets[label]: len(labels) for label, labels in reference.items()} == options


@pairs
def test_same_answers_at_the_listed_equilibria(pair: Pair) -> None:
    case, game = case_of(pair), game_of(pair.game)
    values = values_of(pair)
    labels = _infosets(case["tree"])
    for equilibrium in case["equilibria"]:
        strategy = {
            pair.infosets[infoset]: tuple(Fraction(choice[label]) for label in labels[infoset])
            for infoset, choice in equilibrium["strategies"].items()
        }
        listed = (
            {name: Fraction(share) for name, share in equilibrium["outcomes"].items()},
            {name: Fraction(payoff) for name, payoff in equilibrium["payoffs"].items()},
        )
        assert _library_value(game, values, strategy) == _translate(listed, pair)


@pairs
def test_same_answers_at_arbitrary_strategies(pair: Pair) -> None:
    # equal polynomials agree everywhere; different ones agree at a random point with probability near 0
    case, game = case_of(pair), game_of(pair.game)
    values = values_of(pair)
    generator = random.Random(1962)
    for _ in range(3):
        strategy = {}
        for infoset, labels in _infosets(case["tree"]).items():
            weights = [generator.randint(1, 97) for _ in labels]
            strategy[infoset] = tuple(Fraction(weight, sum(weights)) for weight in weights)
        ours = {pair.infosets[infoset]: probabilities for infoset, probabilities in strategy.items()}
        assert _library_value(game, values, ours) == _translate(_reference_value(case, strategy), pair)


def _pure_profiles(numeric: NumericGame, names: Mapping[str, str]) -> set[frozenset[tuple[str, int]]]:
    """All pure sequential equilibria as the number of the option chosen at each information set."""
    game = numeric.game
    result = pure_sequential(numeric)
    assert result.complete
    assert not result.undecided
    profiles = [candidate.assessment.behaviour for candidate in result.candidates]
    return {
        frozenset(
            (names.get(infoset.name, infoset.name), int(behaviour[game.options(number)].argmax()))
            for number, infoset in enumerate(game.infosets)
        )
        for behaviour in profiles
    }


@pairs
def test_same_pure_sequential_equilibria_as_the_efg(pair: Pair) -> None:
    # the trees come from different code, and some differ in shape: one joint chance move for both sides' types there
    values = {name: float(value) for name, value in values_of(pair).items()}
    reference = read_efg(REFERENCE / "efg" / f"{pair.case}.efg").at({})
    assert _pure_profiles(game_of(pair.game).at(values), {}) == _pure_profiles(reference, pair.infosets)


def test_every_reference_tree_has_a_pair() -> None:
    if not all_cases():
        pytest.skip("the reference cases are not beside this checkout")
    assert {pair.case for pair in PAIRS} == {case["id"] for case in all_cases().values() if case.get("tree")}


@pytest.mark.parametrize(
    ("name", "endings", "information_sets"),
    [
        # 2 types x 4 types x 7 endings; the Challenger at 3 nodes x 2 types, the Defender at 2 nodes x 4 types
        ("asymmetric_escalation", 56, 14),
        # as tying hands: 3 x 2 types x 2 signals x 3 endings; leader 3 x (1 + 2), Challenger 2 x 2
        ("sinking_costs", 36, 13),
        # 2 types x (1 + 2 levels x 3); State 1: 2 + 2 x 2, State 2: one per level
        ("mobilisation", 14, 8),
        ("stakes", 5, 3),
        ("seltens_horse", 5, 3),
    ],
)
def test_size_by_hand(name: str, endings: int, information_sets: int) -> None:
    game = game_of(name)
    assert int((game.kind == TERMINAL).sum()) == endings
    assert len(game.infosets) == information_sets


@pytest.mark.parametrize(
    ("name", "variant", "case"),
    [
        ("asymmetric_escalation_complete", None, "aeg-complete-H-HH-pub"),
        ("asymmetric_escalation_complete", "defender_tactically_soft", "aeg-complete-H-SH-pub"),
        ("asymmetric_escalation_complete", "all_soft", "aeg-complete-S-SS-pub"),
        ("three_party_extended_deterrence", None, "threeparty-both-pub"),
        ("three_party_extended_deterrence", "only_defender_reliable", "threeparty-def-reliable-pub"),
    ],
)
def test_a_variant_is_the_case_it_stands_for(name: str, variant: str | None, case: str) -> None:
    scenario = load_scenario(catalogue.path(name), variant=variant)
    assert not scenario.warnings
    assert base_values(scenario) == values_of(next(pair for pair in PAIRS if pair.case == case))


def test_every_variant_is_a_case() -> None:
    offered = {(name, variant.name) for name in catalogue.names() for variant in scenario_of(name).variants}
    assert offered == {
        ("asymmetric_escalation_complete", "defender_tactically_soft"),
        ("asymmetric_escalation_complete", "all_soft"),
        ("three_party_extended_deterrence", "only_defender_reliable"),
    }


# --- the catalogue ---------------------------------------------------------------------------------------------------


def test_catalogue_lists_what_is_there() -> None:
    assert catalogue.names() == tuple(entry.name for entry in catalogue.entries())
    assert {pair.game for pair in PAIRS} < set(catalogue.names())


def test_catalogue_suggests_a_name() -> None:
    with pytest.raises(RequestError, match="did you mean `unilateral_deterrence`"):
        catalogue.path("unilateral_deterence")
    with pytest.raises(RequestError, match="standoff library"):
        catalogue.path("zzz")
