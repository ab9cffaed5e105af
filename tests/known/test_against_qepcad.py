"""Complete lists of equilibria against QEPCAD (Brown 2003), which eliminates quantifiers over the reals.

A game is given here once more, as nested tuples, and the definition of sequential equilibrium is written out from it
as a formula in real variables: at every information set no other mixture does better, given beliefs; beliefs are those
of Bayes' rule where play passes, and limits of trembles elsewhere. QEPCAD, started as a process of its own, removes the
quantifiers and then decides, as a closed sentence, that the set it found equals ours. Nothing of `standoff.solve` takes
part in the formula.

All games have two options per information set; a variable is the probability of the first. Beliefs matter at
information sets of two nodes only, and there the first node's is one variable, shared by information sets that tell
the same two histories apart (independent types: the same for all types of who believes). Trembles do not restrict it
where both nodes have weight zero: `test_trembles_leave_the_belief_open` decides that for Selten's horse.
"""

from __future__ import annotations

import itertools
import operator
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pytest
import sympy

from known.library_pairs import game_of, scenario_of
from standoff.scenario.expression import Compare, Expression, Logical
from standoff.scenario.values import base_values
from standoff.solve.classes.enumerate import all_classes
from standoff.solve.conditions.derive import ClassConditions, conditions
from standoff.solve.conditions.symbols import to_sympy

QEPCAD = shutil.which("qepcad")
pytestmark = pytest.mark.skipif(QEPCAD is None, reason="qepcad is not installed")
SECONDS = 15
TRUTH = {"=": operator.eq, "/=": operator.ne, ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
RELATIONS = {">=": ">=", ">": ">", "<=": "<=", "<": "<", "==": "=", "!=": "/="}

Formula = str
ALWAYS, NEVER = "0 = 0", "0 = 1"
Tree = Any  # {player: payoff} | ("nature", [(probability, tree), ...]) | (player, information set, first, second)


# --- QEPCAD -----------------------------------------------------------------------------------------------------------


def qepcad(free: Sequence[str], bound: Sequence[tuple[str, str]], matrix: Formula) -> Formula:
    """A formula in the free variables equivalent to the quantified one: `ALWAYS` or `NEVER` where it is either."""
    names = ",".join([*free, *(name for _, name in bound)])
    prefix = "".join(f"({quantifier} {name})" for quantifier, name in bound)
    text = f"[]\n({names})\n{len(free)}\n{prefix}[{matrix}].\nfinish\n".replace("_", "")  # names have no underscore
    done = subprocess.run(
        [QEPCAD or "", "+N2000000"], input=text, capture_output=True, text=True, timeout=SECONDS, check=True
    )
    _, found, rest = done.stdout.partition("An equivalent quantifier-free formula:")
    assert found, f"{text}\n{done.stdout[-800:]}"
    answer = " ".join(rest.partition("=====")[0].split())
    return {"TRUE": ALWAYS, "FALSE": NEVER}.get(answer, answer)


def always(names: Sequence[str], matrix: Formula) -> bool:
    """Whether QEPCAD decides that a formula holds for all real values."""
    return qepcad([], [("A", name) for name in names], matrix) == ALWAYS


def compared(left: Any, relation: str, right: Any = 0) -> Formula:
    """A comparison of rational functions as one of polynomials: n / d has the sign of n d."""
    top, bottom = sympy.fraction(sympy.together(sympy.sympify(left) - sympy.sympify(right)))
    side = sympy.expand(top if relation in ("=", "/=") else top * bottom)
    if side.is_number:
        return ALWAYS if TRUTH[relation](side, 0) else NEVER
    terms = sympy.Poly(side, *sorted(side.free_symbols, key=str)).terms()
    names = [str(symbol) for symbol in sorted(side.free_symbols, key=str)]
    lcm = sympy.ilcm(1, *(sympy.Rational(c).q for _, c in terms))
    written = []
    for powers, c in terms:
        factors = [f"{name}^{power}" for name, power in zip(names, powers, strict=True) if power]
        written.append(" ".join([f"({int(c * lcm)})", *factors]))
    return f"{' + '.join(written)} {relation} 0"


def both(parts: Sequence[Formula]) -> Formula:
    if NEVER in parts:
        return NEVER
    return "[" + " /\\ ".join(parts) + "]" if parts else ALWAYS


def either(parts: Sequence[Formula]) -> Formula:
    return "[" + " \\/ ".join(parts) + "]" if parts else NEVER


def S(name: str) -> Any:  # noqa: N802  (short, since formulas are made of it)
    """The real variable of a name."""
    return sympy.Symbol(name, real=True)


def put(expression: Any, values: Mapping[str, Any]) -> Any:
    return sympy.sympify(expression).subs({S(name): value for name, value in values.items()})


# --- the definition ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """A game: its tree, and for information sets of two nodes what weighs each (what both share left out)."""

    library: str
    tree: Tree
    play: Mapping[str, tuple[str, str, str]]  # variable -> information set of the library's game, its two options
    weights: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)  # infoset -> weights of its nodes, in order
    belief: Mapping[str, str] = field(default_factory=dict)  # information set -> variable of the first node's belief
    sure: Mapping[str, int] = field(default_factory=dict)  # probabilities that dominance settles, see the tests


def value(tree: Tree, actor: str) -> Any:
    """Expected payoff; the variable of an information set has the set's name."""
    if isinstance(tree, dict):
        return tree[actor]
    if tree[0] == "nature":
        return sum(p * value(below, actor) for p, below in tree[1])
    q = S(tree[1])
    return q * value(tree[2], actor) + (1 - q) * value(tree[3], actor)


def decisions(tree: Tree) -> Iterator[Tree]:
    if isinstance(tree, dict):
        return
    if tree[0] == "nature":
        for _, below in tree[1]:
            yield from decisions(below)
        return
    yield tree
    yield from decisions(tree[2])
    yield from decisions(tree[3])


def rational(game: Written, at: Mapping[str, Any]) -> tuple[list[Formula], list[str]]:
    """That no deviation pays with the values `at` put in, and the beliefs that are variables there.

    A mixture q does as well as any other iff it does as well as either option alone: q g >= 0 >= (1 - q) g, g being
    what the first option has over the second. Where nodes have weight, g is weighed by that (times a positive number).
    """
    nodes: dict[str, list[Tree]] = {}
    for node in decisions(game.tree):
        nodes.setdefault(node[1], []).append(node)
    formulas, beliefs = [], []
    for name, members in nodes.items():
        gaps = [put(value(own[2], own[0]) - value(own[3], own[0]), at) for own in members]
        weights = [sympy.Integer(1)] * len(members)
        if name in game.weights:
            weights = [put(w, at) for w in game.weights[name]]
            if all(w == 0 for w in weights):
                belief = S(game.belief[name])
                weights = [belief, 1 - belief]
                beliefs.append(str(belief))
                formulas += [compared(belief, ">="), compared(belief, "<=", 1)]
        elif len(members) > 1:
            assert all(sympy.expand(gap - gaps[0]) == 0 for gap in gaps), "this information set needs beliefs"
            weights = [sympy.Integer(1)] + [sympy.Integer(0)] * (len(members) - 1)
        gain = sum(w * gap for w, gap in zip(weights, gaps, strict=True))
        q = put(S(name), at)
        formulas += [compared(q * gain, ">="), compared((1 - q) * gain, "<=")]
    return list(dict.fromkeys(f for f in formulas if f != ALWAYS)), list(dict.fromkeys(beliefs))


def of_pattern(game: Written, pattern: Mapping[str, int | None], numbers: Mapping[str, Any]) -> tuple[Formula, Any]:
    """The system of a pattern (None: both options have positive probability) and its strategic variables."""
    pure = {name: sympy.Integer(p) for name, p in pattern.items() if p is not None}
    mixed = [name for name, p in pattern.items() if p is None]
    formulas, beliefs = rational(game, {**numbers, **pure})
    inside = [compared(S(name), relation, bound) for name in mixed for relation, bound in ((">", 0), ("<", 1))]
    return both([*inside, *formulas]), [*mixed, *beliefs]


def patterns(game: Written) -> Iterator[dict[str, int | None]]:
    loose = [name for name in game.play if name not in game.sure]
    for own in itertools.product((1, 0, None), repeat=len(loose)):
        yield {**game.sure, **dict(zip(loose, own, strict=True))}


# --- the games --------------------------------------------------------------------------------------------------------


def rudimentary() -> Written:
    def type_of(name: str, conflict: str) -> Tree:
        reply = ("B", name, {"A": S("aDC"), "B": S("bDC")}, {"A": S("aDD"), "B": S(conflict)})
        return ("A", "x", {"A": S("aSQ"), "B": S("bSQ")}, reply)

    tree = ("nature", [(S("pB"), type_of("yh", "bDDp")), (1 - S("pB"), type_of("ys", "bDDm"))])
    options = ("cooperate", "defect")
    play = {
        "x": ("initiate", *options),
        "yh": ("respond[defender_type=hard, initiate=defect]", *options),
        "ys": ("respond[defender_type=soft, initiate=defect]", *options),
    }
    # The challenger knows nothing of the type, so its nodes have the prior's weight.
    return Written("rudimentary_deterrence", tree, play, {"x": (S("pB"), 1 - S("pB"))})


def horse() -> Written:
    def left_or_right(payoff: str, left: Any, right: Any) -> Tree:
        return ("P3", "z", {"P1": S(payoff), "P2": S(payoff), "P3": left}, {"P1": 0, "P2": 0, "P3": right})

    across = {player: S("across") for player in ("P1", "P2", "P3")}
    second = ("P2", "y", across, left_or_right("high_left", 0, S("match_second")))
    tree = ("P1", "x", second, left_or_right("low_left", S("match_first"), 0))
    play = {
        "x": ("first", "across", "down"),
        "y": ("second[first=across]", "across", "down"),
        "z": ("third", "left", "right"),
    }
    x, y = S("x"), S("y")
    return Written("seltens_horse", tree, play, {"z": (x * (1 - y), 1 - x)}, {"z": "m"})


def beer_quiche() -> Written:
    def sender(name: str, strong: bool) -> Tree:
        def receiver(own: str, liked: bool) -> Tree:
            taste = S("breakfast") if liked else 0
            duel = {"S": taste, "R": 0 if strong else S("rd")}
            return ("R", own, duel, {"S": taste + S("peace"), "R": S("rn") if strong else 0})

        return ("S", name, receiver("rb", strong), receiver("rq", not strong))

    p, b, w = S("pS"), S("xs"), S("xw")
    tree = ("nature", [(p, sender("xs", True)), (1 - p, sender("xw", False))])
    play = {
        "xs": ("meal[strength=strong]", "beer", "quiche"),
        "xw": ("meal[strength=weak]", "beer", "quiche"),
        "rb": ("reply[meal=beer]", "duel", "no_duel"),
        "rq": ("reply[meal=quiche]", "duel", "no_duel"),
    }
    weights = {"rb": (p * b, (1 - p) * w), "rq": (p * (1 - b), (1 - p) * (1 - w))}
    return Written("beer_quiche", tree, play, weights, {"rb": "mb", "rq": "mq"})


def unilateral() -> Written:
    """A Hard Defender resists and the last mover does as its type says, each better whatever else is done."""

    def types(challenger: str, defender: str) -> Tree:
        sign = {"h": "p", "s": "m"}
        conflict = {"C": S("cDD" + sign[challenger]), "D": S("dDD" + sign[defender])}
        last = ("C", "z" + challenger, {"C": S("cCD"), "D": S("dCD")}, conflict)
        reply = ("D", "y" + defender, {"C": S("cDC"), "D": S("dDC")}, last)
        return ("C", "x" + challenger, {"C": S("cSQ"), "D": S("dSQ")}, reply)

    p, d = S("pCh"), S("pDef")
    odds = {"hh": p * d, "sh": (1 - p) * d, "hs": p * (1 - d), "ss": (1 - p) * (1 - d)}
    tree = ("nature", [(odds[c + e], types(c, e)) for e in "hs" for c in "hs"])
    names, options = {"h": "hard", "s": "soft"}, ("cooperate", "defect")
    play = {}
    for t in "hs":
        play["x" + t] = (f"initiate[challenger_type={names[t]}]", *options)
        play["y" + t] = (f"respond[defender_type={names[t]}, initiate=defect]", *options)
        play["z" + t] = (f"follow[challenger_type={names[t]}, initiate=defect, respond=defect]", *options)
    defects = (p * (1 - S("xh")), (1 - p) * (1 - S("xs")))  # the same for both types of the defender
    weights = {"yh": defects, "ys": defects, "xh": (d, 1 - d), "xs": (d, 1 - d)}
    sure = {"yh": 0, "zh": 0, "zs": 1}
    return Written("unilateral_deterrence", tree, play, weights, {"yh": "r", "ys": "r"}, sure)


# --- ours, as formulas ------------------------------------------------------------------------------------------------


def condition(expression: Expression, numbers: Mapping[str, Any]) -> Formula:
    """A condition of ours (comparisons, joined by and / or) with numbers put in."""
    match expression:
        case Logical(word, left, right):
            parts = [condition(left, numbers), condition(right, numbers)]
            return both(parts) if word == "and" else either(parts)
        case Compare(symbol, left, right):
            for own, other, turned in ((left, right, symbol), (right, left, TURNED[symbol])):
                if isinstance(own, Compare):  # a < b < c
                    return both([condition(own, numbers), condition(Compare(turned, own.right, other), numbers)])
            return compared(put(to_sympy(left), numbers), RELATIONS[symbol], put(to_sympy(right), numbers))
    raise TypeError(expression)


TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def exact(name: str, free: Sequence[str]) -> dict[str, Any]:
    """A library game's base values, as fractions, but for the parameters that stay free."""
    base = base_values(scenario_of(name), {})
    return {key: sympy.Rational(Fraction(v).limit_denominator(10**6)) for key, v in base.items() if key not in free}


def supports(game: Written, entry: ClassConditions) -> tuple[int | None, ...]:
    """A class of ours as a pattern."""
    result = []
    for infoset, first, second in game.play.values():
        own = entry.supports[infoset]
        result.append(None if set(own) == {first, second} else int(own == (first,)))
    return tuple(result)


# --- for which parameters does each class exist? ----------------------------------------------------------------------

FREE = [
    (rudimentary, ["pB", "aSQ"], 3),
    (horse, ["across", "match_first"], 2),
    (beer_quiche, ["pS", "rd"], 5),
    (unilateral, ["pDef", "pCh"], 6),
    (unilateral, ["pDef", "cSQ"], 6),
]


@pytest.mark.parametrize(("written", "free", "least"), FREE, ids=lambda value: getattr(value, "__name__", None))
def test_a_class_exists_exactly_where_qepcad_says(written: Any, free: list[str], least: int) -> None:
    """For every pattern of supports: QEPCAD eliminates strategies and beliefs; then it decides that the set of
    parameters left is ours (empty for a pattern that we do not list), knife edges included."""
    game: Written = written()
    numbers = exact(game.library, free)
    scenario = scenario_of(game.library)
    result = conditions(game_of(game.library), scenario, knife_edges=True)
    assert result.complete
    ours = {supports(game, entry): entry for entry in (*result.classes, *result.knife_edges)}
    assumed = both([condition(own, numbers) for own in scenario.assumptions])
    found = 0
    for pattern in patterns(game):
        matrix, bound = of_pattern(game, pattern, numbers)
        theirs = NEVER
        if matrix != NEVER:
            theirs = qepcad(free, [("E", name) for name in bound], f"{assumed} /\\ {matrix}")
        entry = ours.pop(tuple(pattern[name] for name in game.play), None)
        if entry is None:
            assert theirs == NEVER or always(free, f"~[{assumed} /\\ [{theirs}]]"), pattern
            continue
        stated = both([condition(own, numbers) for own in entry.conditions])
        assert always(free, f"{assumed} ==> [[{theirs}] <==> {stated}]"), (pattern, theirs, stated)
        found += theirs != NEVER
    assert not ours
    assert found >= least


# --- which strategies are equilibria at given numbers? ----------------------------------------------------------------


def definition(game: Written, numbers: Mapping[str, Any], free: Sequence[str]) -> tuple[Formula, list[str]]:
    """Sequential equilibrium in the strategy variables `free` and beliefs: no cases, and Bayes as an equation."""
    fixed = {**numbers, **game.sure}
    nodes: dict[str, list[Tree]] = {}
    for node in decisions(game.tree):
        nodes.setdefault(node[1], []).append(node)
    formulas = [compared(S(name), relation, bound) for name in free for relation, bound in ((">=", 0), ("<=", 1))]
    beliefs = list(dict.fromkeys(game.belief.values()))
    formulas += [compared(S(name), relation, bound) for name in beliefs for relation, bound in ((">=", 0), ("<=", 1))]
    for name, members in nodes.items():
        gaps = [put(value(own[2], own[0]) - value(own[3], own[0]), fixed) for own in members]
        weights = [put(w, fixed) for w in game.weights.get(name, (1, 0))]
        if name in game.belief:
            belief = S(game.belief[name])
            formulas.append(compared(belief * sum(weights), "=", weights[0]))
            weights = [belief, 1 - belief]
        gain = sum(w * gap for w, gap in zip(weights, gaps, strict=False))
        q = put(S(name), fixed)
        formulas += [compared(q * gain, ">="), compared((1 - q) * gain, "<=")]
    return both([f for f in dict.fromkeys(formulas) if f != ALWAYS]), beliefs


def enumerated(game: Written, numbers: Mapping[str, Any], free: Sequence[str]) -> Formula:
    """The union of our classes. In each at most one probability varies, so intervals say all."""
    own = game_of(game.library)
    result = all_classes(own.at({name: float(number) for name, number in numbers.items()}))
    assert result.complete
    infosets = {infoset.name: h for h, infoset in enumerate(own.infosets)}
    classes = []
    for found in result.classes:
        parts, varying = [], 0
        for name, (infoset, first, _) in game.play.items():
            h = infosets[infoset]
            option = own.infosets[h].options.index(first)
            interval = found.intervals.probabilities.get(int(own.slot_start[h]) + option)
            if name not in free:
                assert found.supports[h] == ((option,) if game.sure[name] else (1 - option,))
            elif interval is None or len(found.supports[h]) == 1:
                parts.append(compared(S(name), "=", int(interval is not None)))
            else:
                low, high = (
                    sympy.Rational(Fraction(end).limit_denominator(10**6)) for end in (interval.low, interval.high)
                )
                assert interval.exact
                varying += low != high
                parts += [compared(S(name), ">=", low), compared(S(name), "<=", high)]
                parts += [compared(S(name), ">"), compared(S(name), "<", 1)]
        assert varying <= 1
        classes.append(both(parts))
    return either(classes)


POINTS = [
    (rudimentary, {}),
    (rudimentary, {"pB": "1/3"}),  # a knife edge: any mixture of the challenger
    (horse, {}),
    (beer_quiche, {}),
    (beer_quiche, {"pS": "3/10"}),
    (unilateral, {}),
    (unilateral, {"pDef": "1/5", "pCh": "1/4"}),
    (unilateral, {"pDef": "1/3", "pCh": "3/4"}),
]


@pytest.mark.parametrize(("written", "changes"), POINTS, ids=lambda value: getattr(value, "__name__", None))
def test_the_equilibria_at_numbers_are_those_of_the_definition(written: Any, changes: dict[str, str]) -> None:
    game: Written = written()
    numbers = exact(game.library, []) | {name: sympy.Rational(text) for name, text in changes.items()}
    free = [name for name in game.play if name not in game.sure]
    matrix, beliefs = definition(game, numbers, free)
    theirs = qepcad(free, [("E", name) for name in beliefs], matrix)
    assert always(free, f"[{theirs}] <==> {enumerated(game, numbers, free)}"), theirs


def test_trembles_leave_the_belief_open() -> None:
    """Selten's horse: the first node (second player down) has weight x (1 - y), the other 1 - x; where both vanish,
    every belief strictly between 0 and 1 is that of full mixtures at any distance e; 0 and 1 are limits of these."""
    near = "0 < x /\\ x < 1 /\\ 0 < y /\\ y < 1 /\\ 1 - x < e /\\ 1 - y < e /\\ m (x (1 - y) + 1 - x) = x (1 - y)"
    assert qepcad(["m"], [("A", "e"), ("E", "x"), ("E", "y")], f"e > 0 ==> [{near}]") in INSIDE


INSIDE = ("m > 0 /\\ m - 1 < 0", "m - 1 < 0 /\\ m > 0")  # the closed interval are the limits of these


def test_a_wrong_list_is_seen() -> None:
    """The comparison can fail: without the mixture at the knife edge the sets differ."""
    game = rudimentary()
    numbers = exact(game.library, []) | {"pB": sympy.Rational(1, 3)}
    free = list(game.play)
    matrix, _ = definition(game, numbers, free)
    theirs = qepcad(free, [], matrix)
    ours = enumerated(game, numbers, free)
    assert always(free, f"[{theirs}] <==> {ours}")
    assert not always(free, f"[{theirs}] <==> [{ours} /\\ [x = 0 \\/ x = 1]]")
