"""The library against the reference trees and against equilibria worked out by hand.

For every reference case that has a tree, a `Pair` says which game of the library it is, how its information sets,
outcomes and players are called there, and which parameters the case sets. The trees of the cases are evaluated here
from their JSON, with no code of the package. Listed equilibria must give the listed payoffs and outcomes; beyond that,
the two trees must agree at arbitrary mixed strategies, which tests every branch and every payoff.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from standoff.errors import RequestError
from standoff.game.game import DECISION, TERMINAL, Game
from standoff.game.tree import build_with_warnings
from standoff.library import catalogue
from standoff.scenario.expression import evaluate
from standoff.scenario.load import load_scenario
from standoff.scenario.scenario import Scenario
from standoff.scenario.values import base_values

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference"

Strategy = Mapping[str, tuple[Fraction, ...]]  # information set -> probability of each option, in order
Value = Mapping[str, Fraction]


@cache
def _scenario(name: str) -> Scenario:
    return load_scenario(catalogue.path(name))


@cache
def _game(name: str) -> Game:
    return build_with_warnings(_scenario(name))[0]


@cache
def _cases() -> dict[str, Any]:
    if not (REFERENCE / "cases.json").is_file():
        return {}
    cases = json.loads((REFERENCE / "cases.json").read_text(encoding="utf-8"))["cases"]
    return {case["id"]: case for case in cases}


# --- the correspondence with the reference cases ---------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """A reference case and the game of the library that it is. Names left out are the same on both sides."""

    case: str
    game: str
    infosets: Mapping[str, str]
    outcomes: Mapping[str, str] = field(default_factory=dict)
    players: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)  # what the case states in another form
    elsewhere: frozenset[str] = frozenset()  # the case's parameters that `values` or the base values stand for


def _typed(pattern: str, template: str, letters: Mapping[str, str]) -> dict[str, str]:
    """``_typed("Ch1#", "initiate[type=#]", {"H": "hard"})`` is ``{"Ch1H": "initiate[type=hard]"}``."""
    return {pattern.replace("#", letter): template.replace("#", word) for letter, word in letters.items()}


HARD_SOFT = {"H": "hard", "S": "soft"}
CHALLENGER_DEFENDER = {"Ch": "challenger", "Def": "defender"}

RADG = {"A": "initiate", **_typed("B#", "respond[defender_type=#, initiate=defect]", HARD_SOFT)}
RADG_PLAYERS = {"A": "challenger", "B": "defender"}

UDG = {
    **_typed("Ch1#", "initiate[challenger_type=#]", HARD_SOFT),
    **_typed("Def#", "respond[defender_type=#, initiate=defect]", HARD_SOFT),
    **_typed("Ch2#", "follow[challenger_type=#, initiate=defect, respond=defect]", HARD_SOFT),
}

GMDG = {
    **_typed("A1#", "first_A[type_A=#]", HARD_SOFT),
    **_typed("B1#", "first_B[type_B=#]", HARD_SOFT),
    **_typed("A2#", "second_A[type_A=#, first_A=cooperate]", HARD_SOFT),
    **_typed("B2#", "second_B[type_B=#, first_B=cooperate]", HARD_SOFT),
}


def _escalation(challenger: str, defender: str) -> dict[str, str]:
    return {
        f"Ch1{challenger}": "initiate",
        f"Def1{defender}": "respond[initiate=defect]",
        f"Ch3a{challenger}": "escalate[initiate=defect, respond=defect]",
        f"Def4{defender}": "answer[initiate=defect, respond=defect, escalate=escalate]",
        f"Ch3b{challenger}": "counter[initiate=defect, respond=escalate]",
    }


ESCALATION_TYPES = frozenset({"cEEm", "cEEp", "dEEm", "dEEp", "dDDm", "dDDp", "Ch", "Def"})

THREE_PARTY = {
    "Ch1": "attack",
    "Pro_resist_Pro": "resist_protege[attack=protege]",
    "Def_support_Pro": "support_protege[attack=protege, resist_protege=resist]",
    "Def_resist_Def": "resist_defender[attack=defender]",
    "Pro_support_Def": "support_defender[attack=defender, resist_defender=resist]",
}
THREE_PARTY_PLAYERS = {"Ch": "challenger", "Def": "defender", "Pro": "protege"}
THREE_PARTY_VECTORS = frozenset({"SQ", "ProC", "ProB", "ProM", "DefC", "DefB", "DefM"})

DEMANDS = {"59/100": "safe", "79/100": "risky", "95/100": "extreme"}

BEFORE_RUNG_3 = "rung1=escalate, risk1=safe, rung2=escalate, risk2=safe"

INTERESTS = {"L": "low", "M": "middle", "Hh": "high"}
TYING_HANDS = {
    **_typed("Def1_#", "signal[interest=#]", INTERESTS),
    **_typed("Def2_#@none", "reply[interest=#, signal=none, challenge=challenge]", INTERESTS),
    **_typed("Def2_#@m", "reply[interest=#, signal=send, challenge=challenge]", INTERESTS),
    **_typed("Ch#@none", "challenge[challenger_type=#, signal=none]", {"T": "tough", "M": "meek"}),
    **_typed("Ch#@m", "challenge[challenger_type=#, signal=send]", {"T": "tough", "M": "meek"}),
}

FORCES = {"none": "none", "trip": "trip", "large": "large"}

MONOPOLIST = {"T": "tough", "W": "weak"}
CHAIN_STORE = {
    "E2": "entry2",
    "E1@out": "entry1[entry2=stay_out]",
    "E1@fight": "entry1[entry2=enter, reply2=fight]",
    "E1@acq": "entry1[entry2=enter, reply2=acquiesce]",
    **_typed("M2#", "reply2[strength=#, entry2=enter]", MONOPOLIST),
    **_typed("M1#@out", "reply1[strength=#, entry2=stay_out, entry1=enter]", MONOPOLIST),
    **_typed("M1#@fight", "reply1[strength=#, entry2=enter, reply2=fight, entry1=enter]", MONOPOLIST),
    **_typed("M1#@acq", "reply1[strength=#, entry2=enter, reply2=acquiesce, entry1=enter]", MONOPOLIST),
}
CHAIN_STORE_OUTCOMES = {
    f"{first}|{second}": f"{first}_{second}" for first in ("out", "fight", "acq") for second in ("out", "fight", "acq")
}

PAIRS = (
    Pair("radg-deter-pub", "rudimentary_deterrence", RADG, players=RADG_PLAYERS),
    Pair("radg-attack-pub", "rudimentary_deterrence", RADG, players=RADG_PLAYERS),
    Pair("udg-separating-pub", "unilateral_deterrence", UDG, players=CHALLENGER_DEFENDER),
    Pair("udg-bluff-pub", "unilateral_deterrence", UDG, players=CHALLENGER_DEFENDER),
    Pair("gmdg-three-pub", "generalised_mutual_deterrence", GMDG),
    *(
        Pair(
            f"aeg-complete-{challenger}-{defender}-pub",
            "asymmetric_escalation_complete",
            _escalation(challenger, defender),
            players=CHALLENGER_DEFENDER,
            values={"cEE": values[0], "dDD": values[1], "dEE": values[2]},
            elsewhere=ESCALATION_TYPES,
        )
        for challenger, defender, values in (("H", "HH", "252"), ("H", "SH", "232"), ("S", "SS", "030"))
    ),
    *(
        Pair(
            case,
            "three_party_extended_deterrence",
            THREE_PARTY,
            players=THREE_PARTY_PLAYERS,
            values={"proDefM": protege},
            elsewhere=THREE_PARTY_VECTORS,
        )
        for case, protege in (("threeparty-both-pub", "3"), ("threeparty-def-reliable-pub", "1"))
    ),
    Pair(
        "ultimatum-risky-pub",
        "ultimatum",
        {
            "A": "demand",
            **{f"BL@{x}": f"reply[cost=low, demand={word}]" for x, word in DEMANDS.items()},
            **{f"BH@{x}": f"reply[cost=high, demand={word}]" for x, word in DEMANDS.items()},
        },
        outcomes={f"deal@{x}": f"deal_{word}" for x, word in DEMANDS.items()},
        elsewhere=frozenset({"offers"}),
    ),
    Pair(
        "beerquiche-09-pub",
        "beer_quiche",
        {
            **_typed("S#", "meal[strength=#]", {"S": "strong", "W": "weak"}),
            **_typed("R#", "reply[meal=#]", {"Beer": "beer", "Quiche": "quiche"}),
        },
    ),
    Pair(
        "centipede4-pub",
        "centipede4",
        {
            "n1": "leg1",
            "n2": "leg2[leg1=pass]",
            "n3": "leg3[leg1=pass, leg2=pass]",
            "n4": "leg4[leg1=pass, leg2=pass, leg3=pass]",
        },
        elsewhere=frozenset({"payoffs"}),
    ),
    Pair("kw2-mix-pub", "chain_store", CHAIN_STORE, outcomes=CHAIN_STORE_OUTCOMES),
    Pair(
        "fearon97-tie-pub",
        "tying_hands",
        TYING_HANDS,
        players={"Def": "defender", "Ch": "challenger"},
        values={"vL": "1/10", "vM": "2/5", "vH": "4/5", "qL": "1/3", "qM": "1/3"},
        elsewhere=frozenset({"types", "mode"}),
    ),
    Pair(
        "tripwire-works-pub",
        "tripwire",
        {
            "G1": "station",
            **_typed("A@#", "attack[station=#]", FORCES),
            **_typed("G2@#", "reply[station=#, attack=attack]", FORCES),
        },
        outcomes={f"{ending}@{force}": f"{ending}_{force}" for ending in ("peace", "war", "fait") for force in FORCES},
        players={"G": "guarantor", "A": "adversary"},
        elsewhere=frozenset({"force"}),
    ),
    Pair(
        "consent-semisep-pub",
        "consent_deployment",
        {
            **_typed("R1#", "consent[resolve=#]", {"R": "resolute", "B": "bluffer"}),
            **_typed("R2#", "strike[resolve=#, consent=veto, deploy=deploy]", {"R": "resolute", "B": "bluffer"}),
            "E1": "deploy[consent=veto]",
            "E2": "reply[consent=veto, deploy=deploy, strike=strike]",
        },
    ),
    Pair(
        "kydd-biased-pub",
        "mediator",
        {
            **_typed("M@s#", "message[signal=looks_#]", {"W": "weak", "T": "tough"}),
            **_typed("P1@say#", "demand[message=say_#]", {"Weak": "weak", "Tough": "tough"}),
        },
    ),
    Pair(
        "brink-win-pub",
        "brinkmanship",
        {"n1": "rung1", "n2": "rung2[rung1=escalate, risk1=safe]", "n3": f"rung3[{BEFORE_RUNG_3}]"},
        values={"r1": "1/20", "r2": "3/10", "r3": "1/10"},
        elsewhere=frozenset({"risks"}),
    ),
)

pairs = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.case)


def _case(pair: Pair) -> dict[str, Any]:
    if not _cases():
        pytest.skip("the reference cases are not beside this checkout")
    return _cases()[pair.case]


def _pair_values(pair: Pair, case: Mapping[str, Any]) -> dict[str, Fraction]:
    named = {name: str(value) for name, value in case["parameters"].items() if name not in pair.elsewhere}
    return base_values(_scenario(pair.game), {**named, **pair.values})


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
    scenario = _scenario(name)
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
    assert entry.basis in catalogue.BASES
    assert all(parameter.about for parameter in _scenario(name).parameters)


@GAMES
def test_every_ending_is_named_and_every_outcome_occurs(name: str) -> None:
    game = _game(name)
    assert set(game.outcomes) == {outcome.name for outcome in _scenario(name).outcomes}
    assert set(game.outcome.tolist()) == set(range(len(game.outcomes)))


@GAMES
def test_base_values_satisfy_the_assumptions(name: str) -> None:
    scenario = _scenario(name)
    values = base_values(scenario)
    assert scenario.assumptions
    for assumption in scenario.assumptions:
        assert evaluate(assumption, values) == 1


# --- the pairs -------------------------------------------------------------------------------------------------------


@pairs
def test_same_size_as_the_reference_tree(pair: Pair) -> None:
    tree, game = _case(pair)["tree"], _game(pair.game)
    assert len(game.terminals) == sum(1 for _ in _leaves(tree))
    reference = _infosets(tree)
    assert set(pair.infosets) == set(reference)
    options = {infoset.name: len(infoset.options) for infoset in game.infosets}
    assert {pair.infosets[label]: len(labels) for label, labels in reference.items()} == options


@pairs
def test_same_answers_at_the_listed_equilibria(pair: Pair) -> None:
    case, game = _case(pair), _game(pair.game)
    values = _pair_values(pair, case)
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
    case, game = _case(pair), _game(pair.game)
    values = _pair_values(pair, case)
    generator = random.Random(1962)
    for _ in range(3):
        strategy = {}
        for infoset, labels in _infosets(case["tree"]).items():
            weights = [generator.randint(1, 97) for _ in labels]
            strategy[infoset] = tuple(Fraction(weight, sum(weights)) for weight in weights)
        ours = {pair.infosets[infoset]: probabilities for infoset, probabilities in strategy.items()}
        assert _library_value(game, values, ours) == _translate(_reference_value(case, strategy), pair)


def test_every_reference_tree_has_a_pair() -> None:
    if not _cases():
        pytest.skip("the reference cases are not beside this checkout")
    assert {pair.case for pair in PAIRS} == {case["id"] for case in _cases().values() if case.get("tree")}


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
    game = _game(name)
    assert int((game.kind == TERMINAL).sum()) == endings
    assert len(game.infosets) == information_sets


# --- the catalogue ---------------------------------------------------------------------------------------------------


def test_catalogue_lists_what_is_there() -> None:
    assert catalogue.names() == tuple(entry.name for entry in catalogue.entries())
    assert {pair.game for pair in PAIRS} < set(catalogue.names())


def test_catalogue_suggests_a_name() -> None:
    with pytest.raises(RequestError, match="did you mean `unilateral_deterrence`"):
        catalogue.path("unilateral_deterence")
    with pytest.raises(RequestError, match="standoff library"):
        catalogue.path("zzz")
