"""The Asymmetric Escalation Game with private information on both sides (Zagare & Kilgour), for tests.

The challenger is strategically Hard or Soft (H, S); the defender's type is tactical and strategic (HH, HS, SH, SS).
Tree as in the literature: Ch C -> SQ, D -> Def: C -> DC, D -> Ch (D -> DD, E -> Def: D -> ED, E -> EE),
E -> Ch (D -> DE, E -> EE).
"""

from __future__ import annotations

CHALLENGER = {"SQ": 9, "DC": 11, "DD": 5, "ED": 7, "DE": 2}
DEFENDER = {"SQ": 10, "DC": 5, "ED": 2, "DE": 8}
CH_EE = {"H": 3, "S": 0}
DEF_DD = {"H": 7, "S": 4}
DEF_EE = {"H": 3, "S": 0}

# The same ranking as small whole numbers: challenger, defender, EE by type, DD by type, EE by strategic type.
LADDER = (
    {"DE": 1, "DD": 3, "ED": 4, "SQ": 5, "DC": 6},
    {"ED": 1, "DC": 4, "DE": 6, "SQ": 7},
    {"S": 0, "H": 2},
    {"S": 3, "H": 5},
    {"S": 0, "H": 2},
)


def tree(p_challenger, p_defender, challenger=None, defender=None, ch_ee=None, def_dd=None, def_ee=None):
    """`p_challenger` is P(H); `p_defender` maps HH, HS, SH, SS to probabilities."""
    ch, de = challenger or CHALLENGER, defender or DEFENDER
    ch_ee, def_dd, def_ee = ch_ee or CH_EE, def_dd or DEF_DD, def_ee or DEF_EE
    types = {}
    for c, p in (("H", p_challenger), ("S", 1 - p_challenger)):
        for d, q in p_defender.items():
            war = (ch_ee[c], def_ee[d[1]])

            def end(name):
                return (name, (ch[name], de[name]))

            limited = ("DD", (ch["DD"], def_dd[d[0]]))
            last = ("Def", f"D4{d}", {"D": end("ED"), "E": ("EE", war)})
            defied = ("Ch", f"C3a{c}", {"D": limited, "E": last})
            escalated = ("Ch", f"C3b{c}", {"D": end("DE"), "E": ("EE", war)})
            respond = ("Def", f"D2{d}", {"C": end("DC"), "D": defied, "E": escalated})
            types[c + d] = (p * q, ("Ch", f"C1{c}", {"C": end("SQ"), "D": respond}))
    return ("chance", types)
