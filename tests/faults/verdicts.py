"""What the verifier must say of given assessments: false ones made from true ones, and hand-made edges.

`false_claims` breaks true claims in one way each, systematically; `edges` are cases where the right answer hangs on a
detail, in both directions. Each is a `Verdict`: the question and the answer.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from standoff.game.game import NumericGame
from standoff.solve.assessment import Assessment, Witness
from unit.solve import claims
from unit.solve.build import build, numeric
from unit.solve.claims import Claim, claim, known_claims

TILT = Fraction(10**6 + 1, 10**6)


@dataclass(frozen=True, eq=False)
class Verdict:
    """A question to the verifier, and the condition it must name ("" where the claim holds)."""

    name: str
    numeric: NumericGame
    assessment: Assessment
    failed: str
    concept: str = "sequential"
    numbers: dict[str, float] = field(default_factory=dict)  # tolerance, precision
    about: str = ""  # what the reason must mention


def of(
    made: Claim, what: str, failed: str, *, concept: str = "sequential", about: str = "", **numbers: float
) -> Verdict:
    name = f"{made.name}: {what}"
    return Verdict(name, made.numeric, made.assessment(), failed, concept, numbers, about)


def true_claims() -> list[Claim]:
    """The hand-made equilibria, and where they can be found the reference ones too."""
    reference = [made for made, _ in claims.reference_claims()] if claims.REFERENCE.exists() else []
    return known_claims() + reference


def false_claims() -> list[Verdict]:
    every = [false for made in true_claims() for breaking in BREAKS for false in breaking(made)]
    return every + informational() + weak_only()


# --- one fault at a time ----------------------------------------------------------------------------------------------


def breaks_strategy(made: Claim) -> Iterator[Verdict]:
    judged = made.assessment()
    for h, infoset in enumerate(made.game.infosets):
        slot = int(made.game.slot_start[h])
        for what, value in (("not a number", math.nan), ("negative", -0.1), ("too large", 1.5)):
            played = judged.behaviour.copy()
            played[slot] = value
            case = of(made, f"{infoset.name} {what}", "strategy", about=infoset.name)
            yield replace(case, assessment=replace(judged, behaviour=played))
        played = judged.behaviour.copy()
        played[int(np.argmax(played[made.game.options(h)])) + slot] -= 1e-6
        case = of(made, f"{infoset.name} sums to less than one", "strategy", about=infoset.name)
        yield replace(case, assessment=replace(judged, behaviour=played))


def breaks_beliefs(made: Claim) -> Iterator[Verdict]:
    judged = made.assessment()
    for infoset, nodes in zip(made.game.infosets, made.numeric.members, strict=True):
        most = int(nodes[np.argmax(judged.beliefs[nodes])])
        for what, value in (
            ("not a number", math.nan),
            ("sum to less than one", judged.beliefs[most] - 1e-6),
            ("negative", -judged.beliefs[most]),
            ("infinite", math.inf),
        ):
            held = judged.beliefs.copy()
            held[most] = value
            case = of(made, f"beliefs at {infoset.name} {what}", "beliefs", about=infoset.name)
            yield replace(case, assessment=replace(judged, beliefs=held))


def breaks_trembles(made: Claim) -> Iterator[Verdict]:
    yield replace(of(made, "no witness", "W1"), assessment=replace(made.assessment(), witness=None))
    for h, infoset in enumerate(made.game.infosets):
        for slot in range(made.game.options(h).start, made.game.options(h).stop):
            place = f"{infoset.name}.{infoset.options[slot - made.game.options(h).start]}"
            changes = {"exponent below zero": ("exponents", Fraction(-1))}
            if made.behaviour[slot] > 0:
                changes["used, but its exponent is positive"] = ("exponents", Fraction(1, 10**12))
                changes["coefficient is not the probability"] = ("coefficients", made.behaviour[slot] * TILT)
            else:
                changes["unused, but its exponent is zero"] = ("exponents", Fraction(0))
            for what, (part, value) in changes.items():
                yield of(made.changed(**{part: {slot: value}}), f"{place} {what}", "W1", about=infoset.name)


def breaks_supports(made: Claim) -> Iterator[Verdict]:
    for infoset, nodes in zip(made.game.infosets, made.numeric.members, strict=True):
        held = {int(node): made.beliefs[node] for node in nodes}
        believed = [node for node, belief in held.items() if belief]
        for node in set(held) - set(believed):
            share = {other: (belief or 0) * Fraction(999, 1000) for other, belief in held.items()}
            share[node] = Fraction(1, 1000)
            yield of(made.changed(beliefs=share), f"{made.game.history(node)} is believed too", "W2", about="W2")
        for node in believed if len(believed) > 1 else []:
            rest = 1 - (held[node] or 0)
            share = {other: (belief or 0) / rest for other, belief in held.items()}
            share[node] = Fraction(0)
            case = made.changed(beliefs=share)
            yield of(case, f"{made.game.history(node)} is not believed", "W2", about=infoset.name)


def breaks_ratios(made: Claim) -> Iterator[Verdict]:
    for infoset, nodes in zip(made.game.infosets, made.numeric.members, strict=True):
        held = {int(node): made.beliefs[node] for node in nodes if made.beliefs[node]}
        for node in held if len(held) > 1 else []:
            total = sum(held.values()) + held[node] * (TILT - 1)
            share = {other: belief * (TILT if other == node else 1) / total for other, belief in held.items()}
            name = f"belief in {made.game.history(node)} off by a millionth"
            yield of(made.changed(beliefs=share), name, "W3", about=infoset.name)


def breaks_optimality(made: Claim) -> Iterator[Verdict]:
    """Payoffs below an unused option raised, until it is better by a millionth of the range."""
    judged, game = made.assessment(), made.game
    behaviour = judged.behaviour
    values = expected(made.numeric, behaviour)
    for h, (infoset, nodes) in enumerate(zip(game.infosets, made.numeric.members, strict=True)):
        first, actor = int(game.first_child[nodes[0]]), infoset.actor
        assert first >= 0
        options = range(len(infoset.options))
        worth = [sum(judged.beliefs[x] * values[game.first_child[x] + b, actor] for x in nodes) for b in options]
        span = float(np.ptp(made.numeric.payoffs[:, actor]))
        for b in options if span else ():
            if behaviour[int(game.slot_start[h]) + b] == 0:
                below = under(made.numeric, [int(game.first_child[x]) + b for x in nodes])
                payoffs = made.numeric.payoffs.copy()
                payoffs[below, actor] += max(worth) - worth[b] + 1e-6 * span
                better = replace(made.numeric, payoffs=payoffs)
                case = of(
                    made, f"{infoset.options[b]} at {infoset.name} is better by a millionth", "gain", about="gains"
                )
                yield replace(case, numeric=better)


def under(now: NumericGame, roots: list[int]) -> list[int]:
    """Terminals below any of the nodes."""
    inside = set(roots)
    for node in range(1, now.game.n_nodes):
        if int(now.game.parent[node]) in inside:
            inside.add(node)
    return [int(now.game.terminal[node]) for node in inside if now.game.terminal[node] >= 0]


def expected(now: NumericGame, behaviour: np.ndarray) -> np.ndarray:
    """[node, actor] expected payoffs."""
    values = np.zeros((now.game.n_nodes, len(now.game.actors)))
    values[now.game.terminals] = now.payoffs
    for node in range(now.game.n_nodes - 1, 0, -1):
        slot = int(now.game.slot[node])
        values[now.game.parent[node]] += (behaviour[slot] if slot >= 0 else now.chance[node]) * values[node]
    return values


def breaks_the_witness(made: Claim) -> Iterator[Verdict]:
    """A witness that is fine in itself but implies other beliefs."""
    for slot, p in enumerate(made.behaviour):
        if p == 0:
            for part, value, failed in (
                ("exponents", made.exponents[slot] + 1, "W2"),
                ("coefficients", made.coefficients[slot] * 3, "W3"),
            ):
                other = made.changed(**{part: {slot: value}})
                if other.believing().beliefs != made.beliefs:
                    name = made.game.infosets[int(made.game.slot_infoset[slot])].name
                    yield of(other, f"{part} at {name} of another witness ({slot})", failed)


BREAKS = (
    breaks_strategy,
    breaks_beliefs,
    breaks_trembles,
    breaks_supports,
    breaks_ratios,
    breaks_optimality,
    breaks_the_witness,
)


# --- beliefs that nobody could hold -----------------------------------------------------------------------------------


def informational() -> list[Verdict]:
    """Signalling what one does not know; types of one actor that disagree; Bayes' rule broken by a tie."""
    found = []
    rumour = next(made for made in known_claims() if made.name == "rumour")
    for reports in ("sp", "ps", "pp"):
        way = "/".join("still" if report == "s" else "speak" for report in reports)
        for storm, failed in ((Fraction(1, 2), "W3"), (Fraction(1, 5), "W3"), (Fraction(0), "W2"), (Fraction(1), "W2")):
            held = {rumour.node(f"storm/{way}"): storm, rumour.node(f"calm/{way}"): 1 - storm}
            found.append(of(rumour.changed(beliefs=held), f"{reports} tells of the state ({storm})", failed))
    steadfast = next(made for made in known_claims() if made.name == "steadfast")
    sides = [(f"h{d}/challenge", f"s{d}/challenge", f"def_{d}") for d in "hs"]
    for tough, meek, name in sides:
        for belief, failed in ((Fraction(1), "W2"), (Fraction(1, 2), "W2")):
            held = {steadfast.node(tough): belief, steadfast.node(meek): 1 - belief}
            found.append(of(steadfast.changed(beliefs=held), f"{name} alone believes {belief} in hard", failed))
    pooled = steadfast.changed(exponents={steadfast.slot("first_h", "challenge"): Fraction(1)}).believing()
    for tough, meek, name in sides:
        held = {steadfast.node(tough): Fraction(1, 2), steadfast.node(meek): Fraction(1, 2)}
        found.append(of(pooled.changed(beliefs=held), f"{name} alone believes half in hard", "W3"))
    tie = claim("tie", claims.tie_game(), {"sA": "L", "sB": "R", "L": "u"})
    for belief in (Fraction(1, 2), Fraction(1, 10), Fraction(9, 10)):
        held = {tie.node("A/L"): 1 - belief, tie.node("B/L"): belief}
        found.append(of(tie.changed(beliefs=held), f"B's indifference is believed with {belief}", "W2"))
    found.append(of(tie, "best reply to half and half", "gain"))
    found.append(of(tie, "not even Nash", "ex-ante gain", concept="nash"))
    found.append(of(tie, "nor subgame perfect", "subgame gain", concept="subgame"))
    return found


def weak_only() -> list[Verdict]:
    """Beliefs listed in the reference cases for a weak perfect Bayesian equilibrium, under many witnesses."""
    found = []
    for made, listed in claims.reference_claims() if claims.REFERENCE.exists() else ():
        if "Steadfast" in made.name or "babbling" in made.name:
            unused = [slot for slot, p in enumerate(made.behaviour) if p == 0]
            for dear in [(), *((slot,) for slot in unused), *itertools.pairwise(unused)]:
                witness = made.changed(exponents={slot: made.exponents[slot] + 1 for slot in dear}, beliefs=listed)
                found.append(of(witness, f"listed beliefs, dear {dear}", "W2"))
    return found


# --- edges --------------------------------------------------------------------------------------------------------


def sure(now: NumericGame, chosen: list[float], held: dict[str, float] | None = None) -> Assessment:
    """A pure assessment with exponent 1 on what is not chosen; beliefs by history, 1 at singletons."""
    game = now.game
    beliefs = np.full(game.n_nodes, np.nan)
    for nodes in game.members:
        for node in nodes.tolist():
            beliefs[node] = (held or {}).get(game.history(node), 1.0 if len(nodes) == 1 else 0.0)
    return Assessment(
        np.array(chosen), beliefs, Witness(tuple(Fraction(int(p == 0)) for p in chosen), (0.0,) * len(chosen))
    )


def mixes(made: Claim) -> bool:
    """Whether some option is played with a probability between 0 and 1."""
    behaviour = made.assessment().behaviour
    return bool(np.any((behaviour > 0) & (behaviour < 1)))


def edges() -> list[Verdict]:
    accepted = [of(made, f"as {c}", "", concept=c) for made in known_claims() for c in ("subgame", "nash")]
    accepted += [of(made, "as pure", "strategy" if mixes(made) else "", concept="pure") for made in known_claims()]
    return accepted + numbers() + tiny() + pruned() + gains() + ex_ante() + replies() + refused()


def numbers() -> list[Verdict]:
    two = numeric(("A", "h", {"a": (10**6 + 1,), "b": (10**6,)}))
    good, other = sure(two, [1.0, 0.0]), sure(two, [0.0, 1.0])
    assert good.witness is not None
    logs, floating = good.witness.log_coefficients, (0.0, 1.0)
    cases = [
        Verdict("1e6 and a bit, all of the range", two, other, "gain", numbers={"tolerance": 0.4}),
        Verdict("a gain equal to the tolerance", two, other, "", numbers={"tolerance": 1.0}),
        Verdict("no gain, no tolerance", two, good, "", numbers={"tolerance": 0.0}),
        Verdict("no gain, no tolerance, ex ante", two, good, "", "nash", {"tolerance": 0.0}),
        Verdict("a tolerance that is no number", two, good, "gain", numbers={"tolerance": math.nan}),
        Verdict("float exponents", two, replace(good, witness=Witness(floating, logs)), "W1"),  # type: ignore[arg-type]
        Verdict(
            "infinite coefficient", two, replace(good, witness=Witness(good.witness.exponents, (0.0, math.inf))), "W1"
        ),
    ]
    for what, played in (("above one", [1 + 5e-10, 0.0]), ("below zero", [1.0, -5e-10])):
        cases.append(Verdict(f"probability {what}", two, replace(good, behaviour=np.array(played)), "strategy"))
    near = numeric(("A", "h", {"a": (1,), "b": (0,), "c": (Fraction(99999999, 10**8),)}))
    cases.append(Verdict("a gain of 1e-8, pure", near, sure(near, [0.0, 0.0, 1.0]), "gain"))
    mixed = Assessment(np.array([0.5, 0.0, 0.5]), sure(near, [1.0, 0, 0]).beliefs)
    half = (math.log(0.5), 0.0, math.log(0.5))
    witness = Witness((Fraction(0), Fraction(1), Fraction(0)), half)
    cases.append(Verdict("a gain of 1e-8, mixed", near, replace(mixed, witness=witness), ""))
    p = 1e-12
    rare = Witness((Fraction(0), Fraction(0)), (math.log1p(-p), math.log(p)))
    hidden = Assessment(np.array([1 - p, p]), good.beliefs, rare)
    return [*cases, Verdict("a bad option of probability 1e-12", two, hidden, "gain")]


def slips(first: str = "1/2") -> NumericGame:
    """Two states; A stays or slips in each; B sees a slip only and cannot do wrong."""
    below = ("B", "g", {"c": (0, 1), "d": (0, 1)})
    ways = {w: ("A", f"h{w}", {"stay": (0, 0), "slip": below}) for w in "xy"}
    return numeric(("chance", {"x": (first, ways["x"]), "y": (1 - Fraction(first), ways["y"])}), ("A", "B"))


def tiny() -> list[Verdict]:
    """Beliefs at the end of the floats, huge coefficients and exponents that differ in the 30th digit."""
    cases = []
    now = slips()
    y = 2 * [own.name for own in now.game.infosets].index("hy") + 1
    for odds, belief, failed in (
        (1e-300, 1e-300, ""),
        (1e-300, 1.001e-300, "W3"),
        (1e-322, 1.04e-322, ""),
        (1e-310, 2e-310, "W3"),
        (1e-310, 0.0, ""),
        (1e-300, 0.0, "W2"),
        (1e-300, -5e-324, "beliefs"),
    ):
        judged = sure(now, [1.0, 0.0] * 3, {"x/slip": 1.0, "y/slip": belief})
        logs = tuple(math.log(odds) if slot == y else 0.0 for slot in range(6))
        witness = Witness(tuple(Fraction(slot % 2) for slot in range(6)), logs)
        cases.append(Verdict(f"odds {odds}, belief {belief}", now, replace(judged, witness=witness), failed))
    for c, belief, failed in (
        (Fraction(1), 0.5, ""),
        (1 + Fraction(1, 10**30), 0.5, "W2"),
        (1 + Fraction(1, 10**30), 1.0, ""),
    ):
        judged = sure(now, [1.0, 0.0] * 3, {"x/slip": belief, "y/slip": 1 - belief})
        exponents = tuple(c if slot == y else Fraction(slot % 2) for slot in range(6))
        cases.append(Verdict(f"exponent {c}", now, replace(judged, witness=Witness(exponents, (0.0,) * 6)), failed))
    below = {w: ("B", "g", {"c": (0, 1), "d": (0, 1)}) for w in "xy"}
    go = ("chance", {"x": ("1/4", below["x"]), "y": ("3/4", below["y"])})
    late = numeric(("A", "h", {"stay": (0, 0), "go": go}), ("A", "B"))
    for size in (0.0, 1e17, -1e300):
        for belief, failed in ((0.25, ""), (0.5, "W3")):
            judged = sure(late, [1.0, 0.0, 1.0, 0.0], {"go/x": belief, "go/y": 1 - belief})
            witness = Witness(tuple(Fraction(slot % 2) for slot in range(4)), (0.0, size, 0.0, 0.0))
            cases.append(Verdict(f"go has {size}, belief {belief}", late, replace(judged, witness=witness), failed))
    judged = sure(late, [1.0, 0.0] * 2, {"go/x": 1 + 5e-10, "go/y": -5e-10})
    return [*cases, Verdict("a belief just below zero", late, judged, "beliefs")]


def pruned() -> list[Verdict]:
    """A state of probability 0, with a set of its own, under which both sets' probabilities are nonsense."""
    low = ("A", "only", {"u": ("B", "g", {"c": (0, 0), "d": (0, 50)}), "v": (9, 9)})
    high = ("B", "g", {"c": (1, 1), "d": (0, 0)})
    now = numeric(("chance", {"low": (0, low), "high": (1, high)}), ("A", "B"))
    names = [own.name for own in now.game.infosets]
    only, g = now.game.options(names.index("only")), now.game.options(names.index("g"))
    played, logs, exponents = np.full(4, np.nan), np.full(4, np.nan), [Fraction(-1)] * 4
    played[g], logs[g], exponents[g] = [1.0, 0.0], 0.0, [Fraction(0), Fraction(1)]
    held = np.full(now.game.n_nodes, np.nan)
    held[[node for node in range(now.game.n_nodes) if now.game.history(node) == "high"]] = 1.0
    good = Assessment(played, held, Witness(tuple(exponents), tuple(logs.tolist())))
    cases = [Verdict(f"void as {c}", now, good, "", c) for c in ("sequential", "nash", "subgame")]
    believed = held.copy()
    believed[[node for node in range(now.game.n_nodes) if now.game.history(node) == "low/u"]] = 0.5
    cases.append(Verdict("a belief where nothing is", now, replace(good, beliefs=believed), "beliefs"))
    bad = played.copy()
    bad[g] = [0.0, 1.0]
    exponents[g] = [Fraction(1), Fraction(0)]
    wrong = Assessment(bad, held, Witness(tuple(exponents), tuple(logs.tolist())))
    cases.append(Verdict("the range of what can happen", now, wrong, "gain", numbers={"tolerance": 0.9}))
    assert only.start != g.start
    return cases


def gains() -> list[Verdict]:
    """Deviations: in a row, hidden by beliefs that do not fit, and weighted by beliefs."""
    half = Fraction(1, 2)
    states = {
        w: ("1/2", ("B", "once", {"out": (half,), "in": ("B", "again", {"pass": (half,), "bet": (good,)})}))
        for w, good in (("x", 0), ("y", 1))
    }
    twice = numeric(("chance", states))
    held = {"x": 0.5 - 2e-10, "y": 0.5 + 2e-10, "x/in": 0.5, "y/in": 0.5}
    tilted = sure(twice, [1.0, 0.0] * 2, held)
    level = sure(twice, [1.0, 0.0] * 2, dict.fromkeys(held, 0.5))
    steps, tree = 10, (Fraction(9, 10**3),)
    for step in reversed(range(steps)):
        tree = ("A", f"h{step}", {"stop": (Fraction(step) * Fraction(9, 10**4),), "go": tree})
    long = numeric(("chance", {"game": ("1/2", tree), "top": ("1/4", (1,)), "bottom": ("1/4", (0,))}))
    row = sure(long, [1.0, 0.0] * steps)
    exits = {"stop": (3, 0), "go": ("B", "b", {"l": (0, 1), "r": ("A", "a2", {"l": (9, 0), "r": (0, 0)})})}
    checked = numeric(("A", "a1", exits), ("A", "B"))
    return [
        Verdict("beliefs that do not fit together", twice, tilted, "continuation", numbers={"tolerance": 1e-11}),
        Verdict("within the tolerance", twice, tilted, "", numbers={"tolerance": 1e-9}),
        Verdict("beliefs that fit", twice, level, "", numbers={"tolerance": 0.0}),
        Verdict("small gains in a row", long, row, "", numbers={"tolerance": 1e-3}),
        Verdict("larger gains in a row", long, row, "gain", numbers={"tolerance": 8e-4}),
        Verdict("what the other would not do", checked, sure(checked, [1.0, 0.0] * 3), ""),
    ]


def ex_ante() -> list[Verdict]:
    """Subgames: threats, and information sets that are in none."""
    entry = build(("E", "e", {"out": (0, 2), "in": ("I", "i", {"fight": (-1, -1), "yield": (1, 1)})}), ("E", "I"))
    threat = claim("threat", entry, {"e": "out", "i": "fight"})
    cases = [of(threat, "as nash", "", concept="nash"), of(threat, "as subgame", "subgame gain", concept="subgame")]
    lucky = claim("lucky", claims.horse(), {"h1": "D", "h2": "c", "h3": "L"})
    cases += [of(lucky, "as subgame", "", concept="subgame"), of(lucky, "as sequential", "gain")]
    third, fourth = {"L": (3, 3, 2), "R": (0, 0, 0)}, {"L": (4, 4, 0), "R": (0, 0, 1)}
    ways = {"C": ("B", "h2", {"d": ("C", "h3", fourth), "c": (1, 1, 1)}), "D": ("C", "h3", third)}
    mirrored = build(("A", "h1", ways), ("A", "B", "C"))
    cases.append(of(claim("mirror", mirrored, {"h1": "D", "h2": "c", "h3": "L"}), "subgame", "", concept="subgame"))
    far = ("C", "far", {"L": (4, 4, 0), "R": (0, 0, 1)})
    near = ("chance", {"one": ("1/2", ("C", "h3", third)), "two": ("1/2", ("C", "h3", fourth))})
    nested = build(("A", "h1", {"near": near, "far": far}), ("A", "B", "C"))
    cases.append(of(claim("nested", nested, {"h1": "near", "h3": "L", "far": "R"}), "subgame", "", concept="subgame"))
    return cases


def replies() -> list[Verdict]:
    """Logit replies, mild and so sharp that probabilities underflow."""
    even = numeric(("A", "h", {"a": (4,), "b": (2,)}))
    p = 1 / (1 + math.exp(-1.0))
    nothing = np.full(3, np.nan)
    cases = [
        Verdict("logit at a half", even, Assessment(np.array([p, 1 - p]), nothing), "", "logit", {"precision": 0.5}),
        Verdict(
            "logit at one", even, Assessment(np.array([p, 1 - p]), nothing), "residual", "logit", {"precision": 1.0}
        ),
    ]
    below = {"x": {"c": (0, 0), "d": (0, 1)}, "y": {"c": (0, 1), "d": (0, 0)}}
    stay = {"x": 3, "y": 2}
    ways = {w: ("1/2", ("A", f"h{w}", {"stay": (stay[w], 0), "go": ("B", "g", below[w])})) for w in "xy"}
    now = numeric(("chance", ways), ("A", "B"))
    for c, failed in ((1.0, ""), (0.5, "residual"), (0.0, "residual")):
        played = np.array([1.0, 0.0] * 3)
        played[now.game.options([own.name for own in now.game.infosets].index("g"))] = [c, 1 - c]
        judged = Assessment(played, np.full(now.game.n_nodes, np.nan))
        cases.append(Verdict(f"underflow, {c}", now, judged, failed, "logit", {"precision": 5000.0}))
    return cases


def refused() -> list[Verdict]:
    """Games to which a concept does not apply."""
    second = {way: ("A", "again", {"l": (int(way == "l"),), "r": (int(way == "r"),)}) for way in "lr"}
    forgets = build(("A", "once", second))
    half = {"l": "1/2", "r": "1/2"}
    same, mixed = {"once": "l", "again": "l"}, {"once": half, "again": half}
    lying = replace(forgets, perfect_recall=True)
    honest = replace(claims.horse(), perfect_recall=False)
    driver = build(("A", "x", {"exit": (0,), "on": ("A", "x", {"exit": (4,), "on": (1,)})}))
    cases = [
        of(claim("team", forgets, same), "as nash", "", concept="nash"),
        of(claim("team", forgets, mixed), "mixed as nash", "ex-ante gain", concept="nash"),
        of(claim("team", forgets, same), "as sequential", "concept"),
        of(claim("team", lying, same), "that says it remembers", "concept"),
        of(claim("horse", honest, {"h1": "C", "h2": "c", "h3": "R"}), "that says it forgets", "concept"),
        of(claim("driver", driver, {"x": "on"}), "as nash", "", concept="nash"),
        of(
            claim("horse", claims.horse(), {"h1": "C", "h2": "c", "h3": "R"}), "no such concept", "concept", concept="x"
        ),
        of(claim("team", lying, same), "logit without a precision", "concept", concept="logit"),
    ]
    one = ("A", "a", {"l": ("B", "b", {"l": (1, 1), "r": (0, 0)}), "r": (0, 0)})
    other = ("B", "b", {"l": ("A", "a", {"l": (1, 1), "r": (0, 0)}), "r": (0, 0)})
    circle = build(("chance", {"x": ("1/2", one), "y": ("1/2", other)}), ("A", "B"))
    both = claim("circle", circle, {"a": "l", "b": "l"})
    cases += [of(both, "as nash", "", concept="nash"), of(both, "as subgame", "concept", concept="subgame")]
    tree: object = (0,)
    for step in range(17):
        tree = ("A", f"s{step}", {"l": tree, "r": (0,)})
    again = {"x": ("A", "h", {"l": tree, "r": (0,)}), "y": ("A", "h", {"l": (0,), "r": (0,)})}
    many = build(("A", "g", again))
    choices = {own.name: own.options[0] for own in many.infosets}
    return [*cases, of(claim("many", many, choices), "too many strategies", "concept", concept="nash")]
