"""Equilibria of library games worked out by hand, and the edges of the parameter regions where they hold.

Each record states an assessment: strategies, and for beliefs off the path the order of trembles (an unchosen option has
probability eps ** c, c = 1 unless said). It is checked here in exact fractions with eps = 1e-12: beliefs from Bayes'
rule on the trembled strategies, continuation values from the strategies themselves, and the largest gain of a one-shot
deviation at every information set. A gain counts as none up to 1e-6; all games have payoffs of order 1 to 50 and every
strict preference here is larger. Nothing of the package's solvers takes part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

import pytest

from standoff.game.game import CHANCE, DECISION, TERMINAL, Game
from standoff.game.tree import build
from standoff.library import catalogue
from standoff.scenario.load import load_scenario
from standoff.scenario.values import base_values

EPSILON = Fraction(1, 10**12)
NO_GAIN = Fraction(1, 10**6)

Mix = str | Mapping[str, Fraction]


@dataclass(frozen=True)
class Assessment:
    """A profile of a library game; information sets by name, choices by option (or a mixture of options)."""

    game: str
    label: str
    strategy: Mapping[str, Mix]
    outcomes: Mapping[str, Fraction]
    values: Mapping[str, str] = field(default_factory=dict)
    trembles: Mapping[tuple[str, str], int] = field(default_factory=dict)


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
    scenario = load_scenario(catalogue.path(assessment.game))
    return build(scenario), base_values(scenario, {**assessment.values, **values})


# --- the profiles ----------------------------------------------------------------------------------------------------


def share(text: str) -> Fraction:
    return Fraction(text)


def _escalation(initiate: str, respond: Mapping[str, str], escalate: str) -> dict[str, Mix]:
    """The Defender's type `XY` answers all-out conflict in kind iff Y is H; so does a Hard Challenger."""
    after, both = "initiate=defect", "initiate=defect, respond=defect"
    profile: dict[str, Mix] = {}
    for challenger in "HS":
        profile[f"initiate[challenger_type={challenger}]"] = initiate
        profile[f"escalate[challenger_type={challenger}, {both}]"] = escalate
        firm = "escalate" if challenger == "H" else "defect"
        profile[f"counter[challenger_type={challenger}, {after}, respond=escalate]"] = firm
    for defender, choice in respond.items():
        profile[f"respond[defender_type={defender}, {after}]"] = choice
        firm = "escalate" if defender.endswith("H") else "defect"
        profile[f"answer[defender_type={defender}, {both}, escalate=escalate]"] = firm
    return profile


LIMITED_RESPONSE = Assessment(
    "asymmetric_escalation",
    "limited response",
    _escalation("defect", {"HH": "defect", "HS": "defect", "SH": "cooperate", "SS": "cooperate"}, "defect"),
    {"DD": share("3/10"), "DC": share("7/10")},
)
NO_RESPONSE = Assessment(
    "asymmetric_escalation",
    "no response",
    _escalation("defect", dict.fromkeys(("HH", "HS", "SH", "SS"), "cooperate"), "escalate"),
    {"DC": share("1")},
    # a Defender who fights back is taken to be strategically Soft, so the Challenger would go on
    trembles={(f"respond[defender_type={t}, initiate=defect]", "defect"): 2 for t in ("HH", "SH")},
)
ESCALATORY_DETERRENCE = Assessment(
    "asymmetric_escalation",
    "escalatory deterrence",
    _escalation("cooperate", dict.fromkeys(("HH", "HS", "SH", "SS"), "escalate"), "escalate"),
    {"SQ": share("1")},
    trembles={
        ("initiate[challenger_type=H]", "defect"): 2,
        **{(f"respond[defender_type={t}, initiate=defect]", "defect"): 2 for t in ("HH", "SH")},
    },
)


def _signalling(signal: Mapping[str, str], meek_after_signal: str, fights: Mapping[str, str]) -> dict[str, Mix]:
    """`fights` names the types who fight after (no signal, signal): "none", "send" or "both"."""
    profile: dict[str, Mix] = {}
    for interest, choice in signal.items():
        profile[f"signal[interest={interest}]"] = choice
        for sent in ("none", "send"):
            fight = fights.get(interest) in (sent, "both")
            profile[f"reply[interest={interest}, signal={sent}, challenge=challenge]"] = "fight" if fight else "yield"
    for challenger in ("tough", "meek"):
        profile[f"challenge[challenger_type={challenger}, signal=none]"] = "challenge"
    profile["challenge[challenger_type=tough, signal=send]"] = "challenge"
    profile["challenge[challenger_type=meek, signal=send]"] = meek_after_signal
    return profile


TIED = Assessment(
    "tying_hands",
    "no bluffing",
    _signalling({"low": "none", "middle": "send", "high": "send"}, "hold", {"middle": "send", "high": "both"}),
    {"peace": share("2/5"), "war": share("4/15"), "yield": share("1/3")},
)
SUNK = Assessment(
    "sinking_costs",
    "no bluffing",
    _signalling({"low": "none", "middle": "none", "high": "send"}, "hold", {"high": "both"}),
    {"peace": share("1/5"), "war": share("2/15"), "yield": share("2/3")},
)
SUNK_NOBODY = Assessment(
    "sinking_costs",
    "nobody signals",
    _signalling(dict.fromkeys(("low", "middle", "high"), "none"), "challenge", {"high": "both"}),
    {"war": share("1/3"), "yield": share("2/3")},
    trembles={("signal[interest=middle]", "send"): 2, ("signal[interest=high]", "send"): 2},
)

# v2 / (v2 - w2) = 6 / 7.1; the bluffer's odds of mobilising bring the belief there, resisting makes her indifferent
BLUFFS = share("2/5") * share("11/10") / (share("3/5") * 6)
RESISTS = share("3/4")
MOBILISATION = Assessment(
    "mobilisation",
    "bluffing",
    {
        "mobilise[resolve=resolute]": "high",
        "mobilise[resolve=bluffer]": {"high": BLUFFS, "none": 1 - BLUFFS},
        "respond[mobilise=low]": "resist",
        "respond[mobilise=high]": {"resist": RESISTS, "concede": 1 - RESISTS},
        "follow[resolve=resolute, mobilise=low, respond=resist]": "attack",
        "follow[resolve=resolute, mobilise=high, respond=resist]": "attack",
        "follow[resolve=bluffer, mobilise=low, respond=resist]": "back_down",
        "follow[resolve=bluffer, mobilise=high, respond=resist]": "back_down",
    },
    {
        "SQ": share("3/5") * (1 - BLUFFS),
        "concession": (share("2/5") + share("3/5") * BLUFFS) / 4,
        "war": share("2/5") * RESISTS,
        "backs_down": share("3/5") * BLUFFS * RESISTS,
    },
)

LIMITED_STAKES = Assessment(
    "stakes",
    "a limited demand keeps the third party out",
    {"demand": "limited", "intervene[demand=limited]": "stay_out", "intervene[demand=total]": "intervene"},
    {"limited_bilateral": share("1")},
)

HORSE = Assessment(
    "seltens_horse",
    "across, across, right",
    {"first": "across", "second[first=across]": "across", "third": "right"},
    {"across": share("1")},
    trembles={("first", "down"): 2},
)
HORSE_NASH_ONLY = Assessment(
    "seltens_horse",
    "down, across, left: Nash but not sequential",
    {"first": "down", "second[first=across]": "across", "third": "left"},
    {"first_down_left": share("1")},
)

RADG_RESPOND = {
    "respond[defender_type=hard, initiate=defect]": "defect",
    "respond[defender_type=soft, initiate=defect]": "cooperate",
}
RADG_DETERRENCE = Assessment(
    "rudimentary_deterrence", "deterrence", {"initiate": "cooperate", **RADG_RESPOND}, {"SQ": share("1")}
)
UDG_SEPARATING = Assessment(
    "unilateral_deterrence",
    "separating",
    {
        "initiate[challenger_type=hard]": "defect",
        "initiate[challenger_type=soft]": "cooperate",
        **RADG_RESPOND,
        "follow[challenger_type=hard, initiate=defect, respond=defect]": "defect",
        "follow[challenger_type=soft, initiate=defect, respond=defect]": "cooperate",
    },
    {"SQ": share("1/2"), "DC": share("3/10"), "DD": share("1/5")},
)
ULTIMATUM_RISKY = Assessment(
    "ultimatum",
    "risky demand",
    {
        "demand": "risky",
        "reply[cost=low, demand=safe]": "accept",
        "reply[cost=low, demand=risky]": "fight",
        "reply[cost=low, demand=extreme]": "fight",
        "reply[cost=high, demand=safe]": "accept",
        "reply[cost=high, demand=risky]": "accept",
        "reply[cost=high, demand=extreme]": "fight",
    },
    {"war": share("3/10"), "deal_risky": share("7/10")},
)
VETO_ALWAYS = Assessment(
    "consent_deployment",
    "every type vetoes and the coalition holds",
    {
        "consent[resolve=resolute]": "veto",
        "consent[resolve=bluffer]": "veto",
        "deploy[consent=veto]": "hold",
        "strike[resolve=resolute, consent=veto, deploy=deploy]": "strike",
        "strike[resolve=bluffer, consent=veto, deploy=deploy]": "acquiesce",
        "reply[consent=veto, deploy=deploy, strike=strike]": "escalate",
    },
    {"no_deploy": share("1")},
    values={"pi": "3/5"},
)
TRUTHFUL_MEDIATOR = Assessment(
    "mediator",
    "truthful",
    {
        "message[signal=looks_weak]": "say_weak",
        "message[signal=looks_tough]": "say_tough",
        "demand[message=say_weak]": "high",
        "demand[message=say_tough]": "low",
    },
    {"deal_high": share("2/5"), "deal_low": share("1/2"), "war": share("1/10")},
)
TRIPWIRE = Assessment(
    "tripwire",
    "the small force deters by punishment",
    {
        "station": "trip",
        "attack[station=none]": "attack",
        "attack[station=trip]": "hold",
        "attack[station=large]": "hold",
        "reply[station=none, attack=attack]": "abandon",
        "reply[station=trip, attack=attack]": "intervene",
        "reply[station=large, attack=attack]": "abandon",
    },
    {"peace_trip": share("1")},
)

EQUILIBRIA = (
    *(LIMITED_RESPONSE, NO_RESPONSE, ESCALATORY_DETERRENCE, TIED, SUNK, SUNK_NOBODY, MOBILISATION, LIMITED_STAKES),
    *(HORSE, RADG_DETERRENCE, UDG_SEPARATING, ULTIMATUM_RISKY, VETO_ALWAYS, TRUTHFUL_MEDIATOR, TRIPWIRE),
)


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
    assert worth == [share("19/75"), share("2/25")]
    assert TIED.outcomes["war"] > SUNK.outcomes["war"]


def test_limited_response_needs_enough_strategically_hard_defenders() -> None:
    # pHH / (pHH + pHS) >= (cED - cDD) / (cED - cEEp) = 1/2, with pHH + pHS kept at 3/10
    for hard, gains in (("0.151", False), ("0.149", True)):
        values = {"pHH": hard, "pHS": str(Fraction("0.3") - Fraction(hard))}
        game, numbers = _at(replace(LIMITED_RESPONSE, values=values))
        assert (_largest_gain(game, numbers, LIMITED_RESPONSE)[0] > NO_GAIN) is gains
