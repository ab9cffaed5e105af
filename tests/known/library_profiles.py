"""Profiles of library games worked out by hand: strategies, the order of trembles off the path, and what they lead to.

An unchosen option trembles with probability eps ** c, c = 1 unless `trembles` says otherwise. `class_name` is the name
that the game's file gives to the class of the profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

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
    class_name: str | None = None


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
    {"DD": Fraction("3/10"), "DC": Fraction("7/10")},
    class_name="limited_response",
)
NO_RESPONSE = Assessment(
    "asymmetric_escalation",
    "no response",
    _escalation("defect", dict.fromkeys(("HH", "HS", "SH", "SS"), "cooperate"), "escalate"),
    {"DC": Fraction("1")},
    # a Defender who fights back is taken to be strategically Soft, so the Challenger would go on
    trembles={(f"respond[defender_type={t}, initiate=defect]", "defect"): 2 for t in ("HH", "SH")},
    class_name="no_response",
)
ESCALATORY_DETERRENCE = Assessment(
    "asymmetric_escalation",
    "escalatory deterrence",
    _escalation("cooperate", dict.fromkeys(("HH", "HS", "SH", "SS"), "escalate"), "escalate"),
    {"SQ": Fraction("1")},
    trembles={
        ("initiate[challenger_type=H]", "defect"): 2,
        **{(f"respond[defender_type={t}, initiate=defect]", "defect"): 2 for t in ("HH", "SH")},
    },
    class_name="escalatory_deterrence",
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
    {"peace": Fraction("2/5"), "war": Fraction("4/15"), "yield": Fraction("1/3")},
    class_name="no_bluffing",
)
SUNK = Assessment(
    "sinking_costs",
    "no bluffing",
    _signalling({"low": "none", "middle": "none", "high": "send"}, "hold", {"high": "both"}),
    {"peace": Fraction("1/5"), "war": Fraction("2/15"), "yield": Fraction("2/3")},
    class_name="no_bluffing",
)
SUNK_NOBODY = Assessment(
    "sinking_costs",
    "nobody signals",
    _signalling(dict.fromkeys(("low", "middle", "high"), "none"), "challenge", {"high": "both"}),
    {"war": Fraction("1/3"), "yield": Fraction("2/3")},
    trembles={("signal[interest=middle]", "send"): 2, ("signal[interest=high]", "send"): 2},
    class_name="no_signal",
)
TIED_NOBODY = Assessment(
    "tying_hands",
    "nobody signals",
    # off the path the middle type would fight, because yielding costs her m more
    _signalling(dict.fromkeys(("low", "middle", "high"), "none"), "challenge", {"middle": "send", "high": "both"}),
    {"war": Fraction("1/3"), "yield": Fraction("2/3")},
    trembles={("signal[interest=middle]", "send"): 2, ("signal[interest=high]", "send"): 2},
    class_name="no_signal",
)

# v2 / (v2 - w2) = 6 / 7.1; the bluffer's odds of mobilising bring the belief there, resisting makes her indifferent
BLUFFS = Fraction("2/5") * Fraction("11/10") / (Fraction("3/5") * 6)
RESISTS = Fraction("3/4")
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
        "SQ": Fraction("3/5") * (1 - BLUFFS),
        "concession": (Fraction("2/5") + Fraction("3/5") * BLUFFS) / 4,
        "war": Fraction("2/5") * RESISTS,
        "backs_down": Fraction("3/5") * BLUFFS * RESISTS,
    },
    class_name="bluffing",
)

LIMITED_STAKES = Assessment(
    "stakes",
    "a limited demand keeps the third party out",
    {"demand": "limited", "intervene[demand=limited]": "stay_out", "intervene[demand=total]": "intervene"},
    {"limited_bilateral": Fraction("1")},
)

HORSE = Assessment(
    "seltens_horse",
    "across, across, right",
    {"first": "across", "second[first=across]": "across", "third": "right"},
    {"across": Fraction("1")},
    trembles={("first", "down"): 2},
)
HORSE_NASH_ONLY = Assessment(
    "seltens_horse",
    "down, across, left: Nash but not sequential",
    {"first": "down", "second[first=across]": "across", "third": "left"},
    {"first_down_left": Fraction("1")},
)

RADG_RESPOND = {
    "respond[defender_type=hard, initiate=defect]": "defect",
    "respond[defender_type=soft, initiate=defect]": "cooperate",
}
RADG_DETERRENCE = Assessment(
    "rudimentary_deterrence",
    "deterrence",
    {"initiate": "cooperate", **RADG_RESPOND},
    {"SQ": Fraction("1")},
    class_name="deterrence",
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
    {"SQ": Fraction("1/2"), "DC": Fraction("3/10"), "DD": Fraction("1/5")},
    class_name="separating",
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
    {"war": Fraction("3/10"), "deal_risky": Fraction("7/10")},
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
    {"no_deploy": Fraction("1")},
    values={"pi": "3/5"},
    class_name="veto_respected",
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
    {"deal_high": Fraction("2/5"), "deal_low": Fraction("1/2"), "war": Fraction("1/10")},
    class_name="truthful",
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
    {"peace_trip": Fraction("1")},
)

UDG_CERTAIN_DETERRENCE = replace(
    UDG_SEPARATING,
    label="certain deterrence",
    strategy={**UDG_SEPARATING.strategy, "initiate[challenger_type=hard]": "cooperate"},
    outcomes={"SQ": Fraction(1)},
    values={"pDef": "0.6", "pCh": "0.7"},
    class_name="certain_deterrence",
)
UDG_ATTACK = replace(
    UDG_SEPARATING,
    label="attack",
    strategy={**UDG_SEPARATING.strategy, "initiate[challenger_type=soft]": "defect"},
    outcomes={"DC": Fraction("0.7"), "DD": Fraction("0.3") * Fraction("0.7"), "CD": Fraction("0.3") * Fraction("0.3")},
    values={"pDef": "0.3", "pCh": "0.7"},
    class_name="attack",
)

# at pA = pB = 1/5 a Soft side defects with probability (alphaSep - 1/5) / (4/5), alphaSep = 1/3
SOFT_DEFECTS = Fraction(1, 6)
DEFECTS = Fraction(1, 5) + Fraction(4, 5) * SOFT_DEFECTS
GMDG_BLUFF = Assessment(
    "generalised_mutual_deterrence",
    "bluff",
    {
        **{f"first_{side}[type_{side}=hard]": "defect" for side in "AB"},
        **{f"first_{side}[type_{side}=soft]": {"defect": SOFT_DEFECTS, "cooperate": 1 - SOFT_DEFECTS} for side in "AB"},
        **{f"second_{side}[type_{side}=hard, first_{side}=cooperate]": "defect" for side in "AB"},
        **{f"second_{side}[type_{side}=soft, first_{side}=cooperate]": "cooperate" for side in "AB"},
    },
    {
        # whoever does not defect is Soft and gives way
        "SQ": (1 - DEFECTS) ** 2,
        "DC": DEFECTS * (1 - DEFECTS),
        "CD": DEFECTS * (1 - DEFECTS),
        "DD": DEFECTS**2,
    },
    values={"pA": "1/5", "pB": "1/5"},
    class_name="bluff",
)

EQUILIBRIA = (
    LIMITED_RESPONSE,
    NO_RESPONSE,
    ESCALATORY_DETERRENCE,
    TIED,
    TIED_NOBODY,
    SUNK,
    SUNK_NOBODY,
    MOBILISATION,
    LIMITED_STAKES,
    HORSE,
    RADG_DETERRENCE,
    UDG_CERTAIN_DETERRENCE,
    UDG_SEPARATING,
    UDG_ATTACK,
    GMDG_BLUFF,
    ULTIMATUM_RISKY,
    VETO_ALWAYS,
    TRUTHFUL_MEDIATOR,
    TRIPWIRE,
)
