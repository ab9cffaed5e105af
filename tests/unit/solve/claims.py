"""Exact assessments with their witnesses, and random games, for tests of the verifier.

A `Claim` is built from strategies and trembles alone: its beliefs are those that `exact_verifier.implied_beliefs` works
out in fractions. `changed` gives a false claim by replacing any part of it.
"""

from __future__ import annotations

import itertools
import json
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from standoff.game.game import Game, NumericGame
from standoff.solve.assessment import Assessment, Witness
from unit.solve import exact_verifier as exact
from unit.solve.build import Tree, behaviour, build, floats

REFERENCE = Path(__file__).resolve().parents[4] / "shared" / "reference"


@dataclass(frozen=True, eq=False)
class Claim:
    """An assessment in exact numbers."""

    name: str
    numeric: NumericGame
    behaviour: list[Fraction]
    beliefs: list[Fraction | None]
    exponents: list[Fraction]
    coefficients: list[Fraction]

    @property
    def game(self) -> Game:
        return self.numeric.game

    def exact(self) -> exact.Exact:
        return exact.Exact.of(self.game, self.behaviour)

    def assessment(self) -> Assessment:
        logs = tuple(math.log(k.numerator) - math.log(k.denominator) for k in self.coefficients)
        return Assessment(floats(self.behaviour), floats(self.beliefs), Witness(tuple(self.exponents), logs))

    def slot(self, infoset: str, option: str) -> int:
        names = [own.name for own in self.game.infosets]
        h = names.index(infoset)
        return int(self.game.slot_start[h]) + self.game.infosets[h].options.index(option)

    def node(self, history: str) -> int:
        return next(node for node in range(self.game.n_nodes) if self.game.history(node) == history)

    def changed(self, **parts: Mapping[int, Any]) -> Claim:
        """The claim with single entries of `behaviour`, `beliefs`, `exponents` or `coefficients` replaced."""
        new = {}
        for part, entries in parts.items():
            new[part] = [entries.get(index, value) for index, value in enumerate(getattr(self, part))]
        return replace(self, **new)

    def believing(self) -> Claim:
        """The claim with the beliefs that its witness implies."""
        return replace(self, beliefs=exact.implied_beliefs(self.exact(), self.exponents, self.coefficients))


def claim(
    name: str,
    game: Game,
    choices: Mapping[str, Any],
    trembles: Mapping[tuple[str, str], tuple[Any, Any]] | None = None,
) -> Claim:
    """A consistent claim; `trembles` gives (exponent, coefficient) of options not used, left out: (1, 1)."""
    played = behaviour(game, choices)
    exponents = [Fraction(int(p == 0)) for p in played]
    coefficients = [p if p else Fraction(1) for p in played]
    made = Claim(name, game.at({}), played, [], exponents, coefficients)
    for (infoset, option), (c, k) in (trembles or {}).items():
        exponents[made.slot(infoset, option)] = Fraction(c)
        coefficients[made.slot(infoset, option)] = Fraction(k)
    return made.believing()


def horse() -> Game:
    """Selten (1975)."""
    third = {"L": (3, 3, 2), "R": (0, 0, 0)}
    fourth = {"L": (4, 4, 0), "R": (0, 0, 1)}
    second = {"c": (1, 1, 1), "d": ("C", "h3", fourth)}
    return build(("A", "h1", {"D": ("C", "h3", third), "C": ("B", "h2", second)}), ("A", "B", "C"))


def beer_quiche(surly: Fraction = Fraction(9, 10)) -> Game:
    """Cho and Kreps (1987)."""

    def sender(name: str, breakfast: str, duel: int) -> Tree:
        def receiver(meal: str) -> Tree:
            liked = int(meal == breakfast)
            return ("R", meal, {"duel": (liked, duel), "no": (2 + liked, 1 - duel)})

        return ("S", name, {"beer": receiver("beer"), "quiche": receiver("quiche")})

    types = {"surly": (surly, sender("surly", "beer", 0)), "weak": (1 - surly, sender("weak", "quiche", 1))}
    return build(("chance", types), ("S", "R"))


def tie_game() -> Game:
    """The signalling game of the design's section on studies: type B is indifferent between R and L if u follows."""
    left_a = ("r", "L", {"u": (2, 2), "d": (2, 3)})
    left_b = ("r", "L", {"u": (1, 3), "d": (0, 0)})
    types = {
        "A": ("1/2", ("s", "sA", {"L": left_a, "R": (0, 0)})),
        "B": ("1/2", ("s", "sB", {"L": left_b, "R": (1, 0)})),
    }
    return build(("chance", types), ("s", "r"))


def rumour() -> Game:
    """Three actors: nature's state is seen by nobody; X may report, Y may report, Z sees only the reports and acts.

    What Y does says nothing about the state, so Z's belief about it stays 1/4 whatever happens.
    """

    def act(state: str, reports: str) -> Tree:
        right = {"storm": "close", "calm": "open"}[state]
        return ("Z", f"Z{reports}", {way: (0, 0, int(way == right)) for way in ("open", "close")})

    def second(state: str, first: str) -> Tree:
        return ("Y", f"Y{first}", {"still": act(state, first + "s"), "speak": act(state, first + "p")})

    def opening(state: str) -> Tree:
        return ("X", "X", {"still": second(state, "s"), "speak": second(state, "p")})

    return build(("chance", {"storm": ("1/4", opening("storm")), "calm": ("3/4", opening("calm"))}), ("X", "Y", "Z"))


def two_types() -> Game:
    """A deterrence game with private types on both sides; a challenger that was resisted has the last word."""

    def last(challenger: str, defender: str) -> Tree:
        war = (2 if challenger == "h" else 0, 2 if defender == "h" else 0)
        return ("Ch", f"last_{challenger}", {"back": (1, 3), "press": war})

    def reply(challenger: str, defender: str) -> Tree:
        return ("Def", f"def_{defender}", {"yield": (4, 1), "resist": last(challenger, defender)})

    def first(challenger: str, defender: str) -> Tree:
        return ("Ch", f"first_{challenger}", {"hold": (3, 4), "challenge": reply(challenger, defender)})

    priors = {"h": Fraction(2, 5), "s": Fraction(3, 5)}
    deal = {c + d: (priors[c] * priors[d], first(c, d)) for c in "hs" for d in "hs"}
    return build(("chance", deal), ("Ch", "Def"))


def known_claims() -> list[Claim]:
    """Sequential equilibria, each worked out by hand."""
    press = {"last_h": "press", "last_s": "back", "def_h": "resist"}
    steadfast = {**press, "first_h": "hold", "first_s": "hold", "def_s": "resist"}
    return [
        claim("horse", horse(), {"h1": "C", "h2": "c", "h3": "R"}, {("h1", "D"): (1, "1/4")}),
        claim(
            "pool beer",
            beer_quiche(),
            {"surly": "beer", "weak": "beer", "beer": "no", "quiche": "duel"},
            {("surly", "quiche"): (2, 1)},
        ),
        claim(
            "pool quiche",
            beer_quiche(),
            {"surly": "quiche", "weak": "quiche", "quiche": "no", "beer": "duel"},
            {("surly", "beer"): (1, "1/20"), ("weak", "beer"): (1, 1)},
        ),
        claim(
            "partial bluff",  # P(weak | beer) = 1/2: weak drinks beer with chance 1/3 where surly is 1/4
            beer_quiche(Fraction(1, 4)),
            {
                "surly": "beer",
                "weak": {"beer": "1/3", "quiche": "2/3"},
                "beer": {"duel": "1/2", "no": "1/2"},
                "quiche": "duel",
            },
        ),
        claim("tie, separated", tie_game(), {"sA": "L", "sB": "R", "L": "d"}),
        claim("rumour", rumour(), rumour_choices()),
        claim("steadfast", two_types(), steadfast, {("first_h", "challenge"): (2, 1)}),
    ]


def rumour_choices() -> dict[str, str]:
    sets = {"X": "still", "Ys": "still", "Yp": "still"}
    return sets | {f"Z{first}{second}": "open" for first in "sp" for second in "sp"}


def reference_claims() -> Iterator[tuple[Claim, dict[int, Fraction | None]]]:
    """Every listed equilibrium of the reference cases, with a witness found by search; and the beliefs it lists."""
    for case in json.loads((REFERENCE / "cases.json").read_text())["cases"]:
        if "tree" not in case:
            continue
        game = build(nested(case["tree"]), case["players"])
        for listed in case["equilibria"]:
            wanted = {}
            for held in listed["beliefs"].values():
                wanted |= {node: Fraction(held[f"/{game.history(node)}"]) for node in nodes_of(game, held)}
            base = claim(f"{case['id']} {listed['name']}", game, listed["strategies"])
            yield next(sequential_ways(base)), wanted


def nodes_of(game: Game, held: Mapping[str, Any]) -> list[int]:
    return [node for node in range(game.n_nodes) if f"/{game.history(node)}" in held]


def nested(tree: Mapping[str, Any]) -> Tree:
    """A tree of cases.json as a nested tuple."""
    if "outcome" in tree:
        return (tree["outcome"], tuple(tree["payoffs"]))
    if "chance" in tree:
        return ("chance", {branch["label"]: (branch["p"], nested(branch["node"])) for branch in tree["branches"]})
    return (tree["player"], tree["infoset"], {way["label"]: nested(way["node"]) for way in tree["actions"]})


def sequential_ways(base: Claim) -> Iterator[Claim]:
    """The claim with exponents 1 and 2 on unused options such that no information set has a gain."""
    unused = [slot for slot, p in enumerate(base.behaviour) if p == 0]
    for dear in itertools.chain.from_iterable(itertools.combinations(unused, size) for size in range(4)):
        tried = base.changed(exponents={slot: Fraction(2) for slot in dear}).believing()
        if max(exact.one_shot_gains(tried.exact(), tried.beliefs).values()) == 0:
            yield tried


def random_game(rng: random.Random, moves: int = 4) -> Game:
    """A game of perfect recall: moves in order, each seen by some, some skipped after what everybody saw."""
    seen_by = [set(rng.sample("XYZ", rng.randint(0, 3))) for _ in range(moves)]
    actor = [rng.choice("XYZ" if index else ["nature"] * 3 + list("XYZ")) for index in range(moves)]
    if moves > 3:
        actor[rng.randrange(1, moves)] = "nature"
    options = [rng.choice([1, 2, 2, 2, 3]) for _ in range(moves)]
    skips = [rng.random() < 0.25 for _ in range(moves)]

    def shares(count: int) -> list[Fraction]:
        weights = [rng.choice([0, 1, 2, 3]) for _ in range(count - 1)] + [rng.randint(1, 3)]
        return [Fraction(weight, sum(weights)) for weight in weights]

    def play(index: int, history: tuple[tuple[int, int], ...]) -> Tree:
        if index == moves:
            return tuple(rng.randint(0, 4) for _ in range(3))
        if skips[index] and history and history[-1][1] == 0 and seen_by[history[-1][0]] == {"X", "Y", "Z"}:
            return play(index + 1, history)
        ways = {str(way): play(index + 1, (*history, (index, way))) for way in range(options[index])}
        if actor[index] == "nature":
            odds = shares(options[index])
            return ("chance", {label: (p, below) for p, (label, below) in zip(odds, ways.items(), strict=True)})
        known = [f"{m}.{way}" for m, way in history if actor[index] in seen_by[m] | {actor[m]}]
        return (actor[index], f"{index}:{','.join(known)}", ways)

    return build(play(0, ()), ("X", "Y", "Z"))


def random_claim(rng: random.Random, game: Game) -> Claim:
    """Any strategy with some witness for it, and the beliefs that follow."""
    choices, trembles = {}, {}
    for infoset in game.infosets:
        ways = infoset.options
        weights = [rng.choice([0, 0, 1, 2, 5]) for _ in ways]
        weights[rng.randrange(len(ways))] += 1
        choices[infoset.name] = {way: Fraction(w, sum(weights)) for way, w in zip(ways, weights, strict=True)}
        for way, w in zip(ways, weights, strict=True):
            if w == 0:
                trembles[infoset.name, way] = (Fraction(rng.randint(1, 4), 2), Fraction(rng.randint(1, 6), 3))
    return claim("random", game, choices, trembles)


def improved(base: Claim, rounds: int = 12) -> Claim:
    """Towards an equilibrium: everyone to a best option, again and again; the trembles stay where they are."""
    for _ in range(rounds):
        now = base.exact()
        choices, moved = list(base.behaviour), False
        for h in now.sets():
            values = exact.option_values(now, base.beliefs, h)
            start = int(base.game.slot_start[h])
            used = [values[b] for b in range(len(values)) if choices[start + b] > 0]
            if min(used) < max(values):
                moved = True
                for b in range(len(values)):
                    choices[start + b] = Fraction(int(b == values.index(max(values))))
        if not moved:
            return base
        exponents = [Fraction(0) if p else max(c, Fraction(1)) for p, c in zip(choices, base.exponents, strict=True)]
        coefficients = [p or k for p, k in zip(choices, base.coefficients, strict=True)]
        base = replace(base, behaviour=choices, exponents=exponents, coefficients=coefficients).believing()
    return base
