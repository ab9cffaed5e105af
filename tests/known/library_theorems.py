"""When classes of equilibria of the library's games exist, written by hand from the closed forms of the models.

A `Theorem` says of all classes of a game that play given options at given information sets (whatever they do at the
others) where at least one of them exists. Closed inequalities: on a threshold both neighbours exist. The conditions
were worked out from the trees by hand; where the literature or the reference states less or more, the comment says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Supports = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Theorem:
    """`condition` holds exactly where a class with `supports` exists, given the scenario's assumptions and `given`."""

    game: str
    label: str
    supports: Supports
    condition: str
    given: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return f"{self.game}-{self.label}"


def _both(move: str, first: str, second: str) -> dict[str, tuple[str, ...]]:
    """Supports at the information sets of a Hard and a Soft type, options separated by blanks."""
    names = {"initiate": "challenger_type=#", "respond": "defender_type=#, initiate=defect"}
    names |= {"first_A": "type_A=#", "first_B": "type_B=#"}
    return {
        f"{move}[{names[move].replace('#', kind)}]": tuple(options.split())
        for kind, options in (("hard", first), ("soft", second))
    }


# --- deterrence with incomplete information ---------------------------------------------------------------------------

C_HARD, C_SOFT, D_T = "(cDC - cSQ) / (cDC - cDDp)", "(cDC - cSQ) / (cDC - cCD)", "(dCD - dDC) / (dCD - dDDm)"
ALPHA, BETA = "(aDC - aSQ) / (aDC - aDDp)", "(bCD - bSQ) / (bCD - bDDp)"
ALPHA_SOFT, BETA_SOFT = "(aDC - aSQ) / (aDC - aDDm)", "(bCD - bSQ) / (bCD - bDDm)"
ALPHA_SEP = "(aDC - aSQ) / ((aDC - aSQ) + (aCD - aDDm))"
BETA_SEP = "(bCD - bSQ) / ((bCD - bSQ) + (bDC - bDDm))"
A_STAR = "(aDC - aSQ) / (aDC - aDD)"

RUDIMENTARY = [
    Theorem("rudimentary_deterrence", "deterrence", {"initiate": ("cooperate",)}, f"pB >= {A_STAR}"),
    Theorem("rudimentary_deterrence", "attack", {"initiate": ("defect",)}, f"pB <= {A_STAR}"),
]


def _unilateral(label: str, initiate: tuple[str, str], respond: tuple[str, str], condition: str) -> Theorem:
    supports = {**_both("initiate", *initiate), **_both("respond", *respond)}
    return Theorem("unilateral_deterrence", label, supports, condition)


UNILATERAL = [
    _unilateral("certain_deterrence", ("cooperate", "cooperate"), ("defect", "cooperate"), f"pDef >= {C_HARD}"),
    _unilateral("separating", ("defect", "cooperate"), ("defect", "cooperate"), f"{C_SOFT} <= pDef <= {C_HARD}"),
    _unilateral("attack", ("defect", "defect"), ("defect", "cooperate"), f"pDef <= {C_SOFT} and pCh >= {D_T}"),
    _unilateral(
        "bluff", ("defect", "cooperate defect"), ("defect", "cooperate defect"), f"pDef < {C_SOFT} and pCh < {D_T}"
    ),
    _unilateral("steadfast_deterrence", ("cooperate", "cooperate"), ("defect", "defect"), "true"),
    _unilateral("steadfast, mixing", ("cooperate", "cooperate"), ("defect", "cooperate defect"), "true"),
]


def _mutual(label: str, first: tuple[str, str], second: tuple[str, str], condition: str) -> Theorem:
    supports = {**_both("first_A", *first), **_both("first_B", *second)}
    return Theorem("generalised_mutual_deterrence", label, supports, condition)


ATTACKS, BLUFFS = ("defect", "defect"), ("defect", "cooperate defect")
MUTUAL = [
    _mutual("deterrence", ("cooperate", "cooperate"), ("cooperate", "cooperate"), f"pB >= {ALPHA} and pA >= {BETA}"),
    _mutual("separating", ("defect", "cooperate"), ("defect", "cooperate"), f"pB >= {ALPHA_SEP} and pA >= {BETA_SEP}"),
    _mutual("bluff", BLUFFS, BLUFFS, f"pB < {ALPHA_SEP} and pA < {BETA_SEP}"),
    _mutual(
        "hybrid",
        ("cooperate defect", "cooperate"),
        ("cooperate defect", "cooperate"),
        f"pB > {ALPHA} and pA > {BETA}",
    ),
    # The reference says `A attacks [1, 1; yH, 0], yH free, iff pB <= alphaSep`; class by class:
    _mutual("A attacks, hard resists", ATTACKS, ("defect", "cooperate"), f"pB <= {ALPHA_SEP}"),
    _mutual("A attacks, hard mixes", ATTACKS, ("cooperate defect", "cooperate"), f"pB < {ALPHA_SEP}"),
    _mutual("A attacks, hard waits", ATTACKS, ("cooperate", "cooperate"), f"pB <= {ALPHA_SOFT}"),
    _mutual("B attacks, hard resists", ("defect", "cooperate"), ATTACKS, f"pA <= {BETA_SEP}"),
    _mutual("B attacks, hard mixes", ("cooperate defect", "cooperate"), ATTACKS, f"pA < {BETA_SEP}"),
    _mutual("B attacks, hard waits", ("cooperate", "cooperate"), ATTACKS, f"pA <= {BETA_SOFT}"),
    Theorem("generalised_mutual_deterrence", "A attacks", _both("first_A", *ATTACKS), f"pB <= {ALPHA_SEP}"),
    Theorem("generalised_mutual_deterrence", "B attacks", _both("first_B", *ATTACKS), f"pA <= {BETA_SEP}"),
]

# --- consent, signals, reputation -------------------------------------------------------------------------------------

R_STAR = "(E_forced - E_none) / (E_forced - E_war)"
_DEPLOY = "deploy[consent=veto]"


def _consent(label: str, resolute: str, bluffer: str, deploy: str, condition: str) -> Theorem:
    rows = {"consent[resolve=resolute]": resolute, "consent[resolve=bluffer]": bluffer, _DEPLOY: deploy}
    return Theorem("consent_deployment", label, {n: tuple(o.split()) for n, o in rows.items()}, condition)


CONSENT = [
    _consent("semi_separating", "veto", "consent veto", "hold deploy", f"E_war >= E_wd and pi < {R_STAR}"),
    # All veto and the coalition holds: because the rival is likely to be resolute, or because the coalition would run.
    _consent("all veto", "veto", "veto", "hold", f"E_wd >= E_war or pi >= {R_STAR}"),
    _consent("consent_pool", "consent", "consent", "deploy", "E_war >= E_wd"),
    _consent("consent_pool, mixing", "consent", "consent", "hold deploy", "E_war >= E_wd"),
]


def _meals(label: str, weak: str, strong: str, beer: str, quiche: str, condition: str) -> Theorem:
    rows = {"meal[strength=weak]": weak, "meal[strength=strong]": strong}
    rows |= {"reply[meal=beer]": beer, "reply[meal=quiche]": quiche}
    return Theorem("beer_quiche", label, {n: tuple(o.split()) for n, o in rows.items()}, condition)


P_DUEL = "rd / (rd + rn)"
MEALS = [
    _meals("pool_beer", "beer", "beer", "no_duel", "duel", f"pS >= {P_DUEL}"),
    _meals("pool_quiche", "quiche", "quiche", "duel", "no_duel", f"pS >= {P_DUEL}"),
    _meals("pool_beer, mixing", "beer", "beer", "no_duel", "duel no_duel", f"pS >= {P_DUEL}"),
    _meals("pool_quiche, mixing", "quiche", "quiche", "duel no_duel", "no_duel", f"pS >= {P_DUEL}"),
    _meals("semi-separating", "beer quiche", "beer", "duel no_duel", "duel", f"pS < {P_DUEL}"),
]

_WEAK_REPLY, _AFTER_FIGHT = "reply2[strength=weak, entry2=enter]", "entry1[entry2=enter, reply2=fight]"
CHAIN_STORE = [
    # Kreps and Wilson: the first entrant stays out iff delta >= b ** 2. Of two there are no others below b.
    Theorem("chain_store", "first stays out", {"entry2": ("stay_out",)}, "delta >= b ** 2"),
    Theorem(
        "chain_store", "reputation", {"entry2": ("enter",), _WEAK_REPLY: ("fight", "acquiesce")}, "delta <= b ** 2"
    ),
    Theorem(
        "chain_store",
        "first stays out, weak mixes",
        {"entry2": ("stay_out",), _WEAK_REPLY: ("fight", "acquiesce")},
        "b ** 2 <= delta < b",
    ),
    Theorem("chain_store", "weak fights for sure", {_WEAK_REPLY: ("fight",)}, "delta >= b"),
    # Not among theirs, who let no fight be taken for weakness: both types let the first in and a fight would invite.
    Theorem("chain_store", "a fight is taken for weakness", {_WEAK_REPLY: ("acquiesce",)}, "delta >= b"),
]

# --- mediation: P1 demands the high share iff P(weak | message) is at least (cL + cA) / (cH + cA) ---------------------

WEAK_SAYS = "weak * theta / (weak * theta + (1 - weak) * (1 - theta)) >= (cL + cA) / (cH + cA)"
TOUGH_SAYS = "weak * (1 - theta) / (weak * (1 - theta) + (1 - weak) * theta) <= (cL + cA) / (cH + cA)"
# Given what each signal says of the weak party, the mediator must rather see the high demand after looks_weak and
# rather not after looks_tough.
_GAINS = "beta * ({w} * (cH - cL) - (1 - {w}) * (cA + cL)) {sign} kappa * (1 - {w})"
_P_WEAK = "(weak * theta / (weak * theta + (1 - weak) * (1 - theta)))"
_P_TOUGH = "(weak * (1 - theta) / (weak * (1 - theta) + (1 - weak) * theta))"
TRUTHFUL = " and ".join(
    [WEAK_SAYS, TOUGH_SAYS, _GAINS.format(w=_P_WEAK, sign=">="), _GAINS.format(w=_P_TOUGH, sign="<=")]
)
_WIDE = "theta * cH - (1 - theta) * cA - cL"
BIAS = f"beta >= (1 - theta) * kappa / ({_WIDE})"


def _mediation(label: str, says: str, demands: str, condition: str, given: tuple[str, ...] = ()) -> Theorem:
    weak, tough = says.split() if says else ("", "")
    rows = {"message[signal=looks_weak]": weak, "message[signal=looks_tough]": tough}
    rows |= dict(zip(("demand[message=say_weak]", "demand[message=say_tough]"), demands.split(), strict=True))
    return Theorem("mediator", label, {n: (o,) for n, o in rows.items() if o}, condition, given)


MEDIATION = [
    _mediation("truthful", "say_weak say_tough", "high low", TRUTHFUL),
    _mediation("truthful in the other language", "say_tough say_weak", "low high", TRUTHFUL),
    # The reference's bound on the bias is for even odds and messages that move the demand.
    _mediation(
        "truthful at even odds",
        "say_weak say_tough",
        "high low",
        f"{TOUGH_SAYS} and {BIAS}",
        ("weak == 1 / 2", f"{_WIDE} > 0"),
    ),
    _mediation("never believed, low", "", "low low", "weak <= (cA + cL) / (cA + cH)"),
    _mediation("never believed, high", "", "high high", "weak >= (cA + cL) / (cA + cH)"),
]

# --- costly signals: v fights where p v - cD is at least what yielding gives, -m after tying hands and 0 otherwise ----

TIED = "p * vL - cD <= -m and p * vM - cD >= -m and p * vM - cD <= 0 and p * vH - cD >= 0"
SUNK = "p * vM - cD <= 0 and p * vH - cD >= 0"
V_HAT = "(pi * cD / (1 - pi + pi * p))"
_PESSIMISM = "(qL + qM) * vC + (1 - qL - qM) * wC_meek >= 0"  # the meek challenge whoever yields without the signal


def _signals(
    game: str, label: str, signal: str, meek: str, replies: str, condition: str, given: tuple[str, ...] = ()
) -> Theorem:
    """`replies` of low, middle and high: after no signal, then after the signal."""
    rows = {
        f"signal[interest={kind}]": own for kind, own in zip(("low", "middle", "high"), signal.split(), strict=True)
    }
    for sent, own in zip(("none", "send"), meek.split(), strict=True):
        rows[f"challenge[challenger_type=tough, signal={sent}]"] = "challenge"
        rows[f"challenge[challenger_type=meek, signal={sent}]"] = own
    places = [(kind, sent) for sent in ("none", "send") for kind in ("low", "middle", "high")]
    for (kind, sent), own in zip(places, replies.split(), strict=True):
        rows[f"reply[interest={kind}, signal={sent}, challenge=challenge]"] = own
    return Theorem(game, label, {name: (own,) for name, own in rows.items()}, condition, given)


_TIES = ("tying_hands", "none send send", "challenge hold", "yield yield fight yield fight fight")
_SINKS = ("sinking_costs", "none none send", "challenge hold", "yield yield fight yield yield fight")
# With the meek deterred by the signal, v gains by it (1 - pi) v + pi (p v - cD) if it stands by it.
SIGNALS = [
    _signals(
        _TIES[0],
        "no_bluffing",
        *_TIES[1:],
        f"{TIED} and (1 - pi) * vM + pi * (p * vM - cD) >= 0 and (1 - pi) * vL <= pi * m",
    ),
    # The reference's m and v^, found for a continuum of types: m = cD - p v^ separates iff v^ separates the types.
    _signals(
        _TIES[0],
        "no_bluffing at the m of a continuum",
        *_TIES[1:],
        f"vL <= {V_HAT} and {V_HAT} <= vM and p * vM <= cD and p * vH >= cD",
        (f"m == cD - p * {V_HAT}",),
    ),
    _signals(
        _TIES[0],
        "no_signal",
        "none none none",
        "challenge challenge",
        "yield yield fight yield fight fight",
        f"{TIED} and {_PESSIMISM}",
    ),
    _signals(
        _SINKS[0],
        "no_bluffing",
        *_SINKS[1:],
        f"{SUNK} and (1 - pi) * vH + pi * (p * vH - cD) - m >= p * vH - cD and (1 - pi) * vM <= m",
    ),
    _signals(
        _SINKS[0],
        "no_bluffing at the m of a continuum",
        *_SINKS[1:],
        "vM <= cD / p and cD / p <= vH",
        ("m == (1 - pi) * cD / p",),
    ),
    _signals(
        _SINKS[0],
        "no_signal",
        "none none none",
        "challenge challenge",
        "yield yield fight yield yield fight",
        f"{SUNK} and {_PESSIMISM}",
    ),
]

# --- forces: loss after an attack min((1 - s) V + cG, q V + b); the guarantor commits iff cG <= (q + s - 1) V + b -----

_COMMITS = {
    f: f"cG {{}} (q{f} + s{f} - 1) * V{b}" for f, b in (("None", ""), ("Trip", " + bTrip"), ("Large", " + bLarge"))
}
_LOSS = {"None": "q{0} * V", "Trip": "q{0} * V + bTrip + kTrip", "Large": "q{0} * V + bLarge + kLarge"}
_PEACE = {"None": "0", "Trip": "kTrip", "Large": "kLarge"}


def _attacked(force: str, least: str) -> str:
    """The force is attacked, which costs the guarantor at least that much."""
    fought = f"{_COMMITS[force].format('<=')} and (1 - s{force}) * W >= cA"
    fought += f" and (1 - s{force}) * V + cG + {_PEACE[force]} >= {least}"
    taken = f"{_COMMITS[force].format('>=')} and q{force} * W >= kA and {_LOSS[force].format(force)} >= {least}"
    return f"(({fought}) or ({taken}))"


PUNISHED = "{} and (1 - sTrip) * W <= cA".format(_COMMITS["Trip"].format("<="))
DENIED = "{} and qLarge * W <= kA".format(_COMMITS["Large"].format(">="))
_COSTLY = ("0 < kTrip", "kTrip < kLarge")  # else stationing for nothing is an equilibrium on a knife edge


def _force(label: str, force: str, attack: str, reply: str, condition: str) -> Theorem:
    rows = {"station": force, f"attack[station={force}]": attack, f"reply[station={force}, attack=attack]": reply}
    return Theorem("tripwire", label, {n: (o,) for n, o in rows.items()}, condition, _COSTLY)


FORCES = [
    _force("punishment", "trip", "hold", "intervene", f"{PUNISHED} and {_attacked('None', 'kTrip')}"),
    _force(
        "denial",
        "large",
        "hold",
        "abandon",
        f"{DENIED} and {_attacked('None', 'kLarge')} and {_attacked('Trip', 'kLarge')}",
    ),
    # No force where none is needed: the territory is safe as it is.
    _force(
        "none, by commitment", "none", "hold", "intervene", "cG <= (qNone + sNone - 1) * V and (1 - sNone) * W <= cA"
    ),
    _force("none, by nature", "none", "hold", "abandon", "cG >= (qNone + sNone - 1) * V and qNone * W <= kA"),
]

# --- coercion, stakes, bargaining, complete information ---------------------------------------------------------------

R_ATTACK = "v2 / (v2 - ((1 - pH) * v2 - c2))"
_HIGH = "(mH / v1B * v1R + (1 - mH / v1B) * (pH * v1R - c1) - mH)"
COERCION = [
    Theorem(
        "mobilisation",
        "bluffing",
        {
            "mobilise[resolve=resolute]": ("high",),
            "mobilise[resolve=bluffer]": ("none", "high"),
            "respond[mobilise=low]": ("resist",),
            "respond[mobilise=high]": ("concede", "resist"),
            "follow[resolve=resolute, mobilise=low, respond=resist]": ("attack",),
            "follow[resolve=resolute, mobilise=high, respond=resist]": ("attack",),
            "follow[resolve=bluffer, mobilise=low, respond=resist]": ("back_down",),
            "follow[resolve=bluffer, mobilise=high, respond=resist]": ("back_down",),
        },
        f"(1 - pH) * v2 < c2 and q < {R_ATTACK} and pL * v1R >= c1 and pH * v1B <= c1"
        f" and {_HIGH} >= 0 and {_HIGH} >= pL * v1R - c1 - mL",
    )
]

_LIMITED = {"demand": ("limited",), "intervene[demand=limited]": ("stay_out",)}
_LIMITS = "pB * {} - cB >= max(0, pM - cM)"
STAKES = [
    Theorem(
        "stakes",
        "limited demand",
        {**_LIMITED, "intervene[demand=total]": ("intervene",)},
        f"xL * vD * gain <= k and vD * gain >= k and {_LIMITS.format('xL')}",
    ),
    # The reference lets the aggressor choose any share: at the largest that keeps the third party out they agree.
    Theorem("stakes", "limited at xbar", _LIMITED, _LIMITS.format("(k / (vD * gain))"), ("xL == k / (vD * gain)",)),
]
BARGAINING = [
    # The reference has no margin: q < (cH - cL) / (cH + cA).
    Theorem("ultimatum", "risky", {"demand": ("risky",)}, "q * (cH + cA - margin) <= cH - cL"),
    Theorem("ultimatum", "safe", {"demand": ("safe",)}, "q * (cH + cA - margin) >= cH - cL"),
]

THREE_PARTY = [
    Theorem(
        "three_party_extended_deterrence",
        "both reliable",
        {"attack": ("status_quo",)},
        "defProM >= defProB and proDefM >= proDefB",
    ),
    Theorem(
        "three_party_extended_deterrence",
        "the defender is attacked",
        {"attack": ("defender",)},
        "proDefM <= proDefB and (defProM >= defProB or chDefB >= chProB)",
    ),
    Theorem(
        "three_party_extended_deterrence",
        "the protege is attacked",
        {"attack": ("protege",)},
        "defProM <= defProB and (proDefM >= proDefB or chDefB <= chProB)",
    ),
]
_RUNG3 = "rung3[rung1=escalate, risk1=safe, rung2=escalate, risk2=safe]"
LADDER = [
    Theorem(
        "brinkmanship",
        "state 1 escalates",
        {"rung1": ("escalate",)},
        "r1 <= v / (v + d1) and (r3 <= v / (v + d1) or r2 >= v / (v + d2))",
    ),
    Theorem("brinkmanship", "the last rung", {_RUNG3: ("escalate",)}, "r3 <= v / (v + d1)"),
]
TEXTBOOK = [
    Theorem("centipede4", "take at once", {"leg1": ("take",)}, "growth * small <= large"),
    Theorem("centipede4", "pass", {"leg1": ("pass",)}, "growth * small >= large"),
    Theorem("seltens_horse", "across", {"first": ("across",), "second[first=across]": ("across",)}, "true"),
]
ESCALATION = [
    Theorem(
        "asymmetric_escalation_complete",
        "status quo",
        {"initiate": ("cooperate",)},
        "cEE <= cDE or (dDD >= dDC and dEE >= dED)",
    ),
    Theorem(
        "asymmetric_escalation_complete",
        "concession",
        {"initiate": ("defect",), "respond[initiate=defect]": ("cooperate",)},
        "cEE >= cDE and (dDD <= dDC or dEE <= dED)",
    ),
]

THEOREMS = (
    *(*RUDIMENTARY, *UNILATERAL, *MUTUAL, *CONSENT, *MEALS, *CHAIN_STORE, *MEDIATION, *SIGNALS, *FORCES),
    *(*COERCION, *STAKES, *BARGAINING, *THREE_PARTY, *LADDER, *TEXTBOOK, *ESCALATION),
)
# Classes that exist on more than a knife edge, by game: those of which all classes are derived in the tests.
NUMBERS = {
    "rudimentary_deterrence": 2,
    "unilateral_deterrence": 6,
    "generalised_mutual_deterrence": 10,
    "consent_deployment": 5,
    "beer_quiche": 5,
    "chain_store": 6,
    "mediator": 24,
    "stakes": 7,
    "ultimatum": 2,
    "three_party_extended_deterrence": 5,
    "brinkmanship": 5,
    "centipede4": 2,
    "seltens_horse": 2,
    "asymmetric_escalation_complete": 5,
}
