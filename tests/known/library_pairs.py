"""Which game of the library each reference case is, and how the case's names read there.

A `Pair` maps a case of ``shared/reference/cases.json`` to a game: information sets, outcomes and players by name, and
the parameters that the case sets. Options correspond by position.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from standoff.game.game import Game
from standoff.game.tree import build
from standoff.library import catalogue
from standoff.scenario.load import load_scenario
from standoff.scenario.scenario import Scenario
from standoff.scenario.values import base_values
from standoff.solve.conditions.derive import ConditionsResult, conditions

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference"


@cache
def scenario_of(name: str) -> Scenario:
    """A library game's scenario."""
    return load_scenario(catalogue.path(name))


@cache
def game_of(name: str) -> Game:
    """A library game, built."""
    return build(scenario_of(name))


@cache
def derived(name: str) -> ConditionsResult:
    """The conditions of all classes of a library game; one derivation serves all tests that run in one process."""
    return conditions(game_of(name), scenario_of(name))


@cache
def all_cases() -> dict[str, Any]:
    """The reference cases by id; none where the reference is not beside the checkout."""
    if not (REFERENCE / "cases.json").is_file():
        return {}
    cases = json.loads((REFERENCE / "cases.json").read_text(encoding="utf-8"))["cases"]
    return {case["id"]: case for case in cases}


def case_of(pair: Pair) -> dict[str, Any]:
    """The pair's reference case; skips the test where there is no reference."""
    if not all_cases():
        pytest.skip("the reference cases are not beside this checkout")
    return all_cases()[pair.case]


def values_of(pair: Pair) -> dict[str, Fraction]:
    """The library game's parameter values that the case means; an unknown name is an error of `base_values`."""
    stated = case_of(pair)["parameters"].items()
    named = {name: str(value) for name, value in stated if name not in pair.elsewhere}
    return base_values(scenario_of(pair.game), {**named, **pair.values})


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
