"""Sequential outcomes against the complete list of extreme Nash equilibria of Gambit, another program.

Every sequential equilibrium is a Nash equilibrium, and the Nash equilibria of a two-actor game are mixtures of finitely
many extreme ones. So, for random games of two actors with private and imperfect information, on and off the path, with
and without ties:

 - the outcome (probability per ending) of every class that we certify is that of an extreme Nash equilibrium, or a
   mixture of the outcomes of extreme equilibria any two of whose strategies are in equilibrium together;
 - of every outcome of an extreme Nash equilibrium z3 proves (`known.nash_survivors`, which shares nothing with the
   solver) that no behaviour and beliefs off the path make it sequential, other than with the supports of our classes;
   where none of our classes has the outcome, that there are none at all;
 - no outcome of which z3 proves that is that of a class's certified representative.

40 games run with the tests; ``python benchmarks/growth.py --nash`` runs all 200.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from families import FAMILIES
from known.nash_survivors import Outcome, Tree, realised, survives
from standoff.game.efg import write_efg
from standoff.game.game import NumericGame
from standoff.solve.classes.enumerate import all_classes
from unit.solve import random_trees
from unit.solve.build import numeric
from unit.solve.test_nash import gambit_strategies

Mixture = dict[frozenset[tuple[int, int]], Fraction]


def entry(seed: int, integers: bool) -> Any:
    """Two types stay out or enter; once in, they choose again, unseen; the other sees only that someone entered."""
    rng = np.random.default_rng([11, seed])

    def end() -> tuple[Fraction, Fraction]:
        first, second = (int(x) for x in (rng.integers(0, 4, 2) if integers else rng.integers(0, 1000, 2)))
        return Fraction(first, 1 if integers else 1000), Fraction(second, 1 if integers else 1000)

    types = {}
    for name, p in (("A", "2/5"), ("B", "3/5")):
        inside = {own: ("R", "r", {reply: end() for reply in "xyz"[: 2 + seed % 2]}) for own in "lr"}
        out = (Fraction(int(rng.integers(1, 4))), Fraction(1)) if integers else end()
        types[name] = (p, ("S", f"s{name}", {"out": out, "in": ("S", f"t{name}", inside)}))
    return ("chance", types)


def guess(seed: int, integers: bool) -> Any:
    """A public choice of three, the first ends the game; then both move at once, and the first actor knows the odds."""
    rng = np.random.default_rng([12, seed])

    def end() -> tuple[Fraction, Fraction]:
        numbers = [int(x) for x in (rng.integers(0, 3, 2) if integers else rng.integers(0, 1000, 2))]
        return Fraction(numbers[0], 1 if integers else 1000), Fraction(numbers[1], 1 if integers else 1000)

    def at_once(own: str) -> Any:
        return ("S", f"s{own}", {mine: ("R", f"r{own}", {reply: end() for reply in "xy"}) for mine in "lr"})

    return ("S", "s", {"out": end(), "a": at_once("a"), "b": at_once("b")})


def of_tree(family: Callable[[int, bool], Any], integers: bool) -> Callable[[int], tuple[NumericGame, str]]:
    def game(seed: int) -> tuple[NumericGame, str]:
        tree = family(seed, integers)
        return numeric(tree, ("S", "R")), random_trees.efg_text(tree, ("S", "R"))

    return game


def of_family(name: str) -> Callable[[int], tuple[NumericGame, str]]:
    def game(seed: int) -> tuple[NumericGame, str]:
        own = FAMILIES[name](seed).at({})
        return own, write_efg(own.game)

    return game


GAMES: dict[str, tuple[Callable[[int], tuple[NumericGame, str]], int]] = {  # by name: the game of a seed, how many
    "signalling": (of_family("signalling"), 30),
    "deterrence": (of_family("deterrence"), 30),
    "two_sided": (of_family("two_sided"), 30),
    "signalling, ties": (of_tree(random_trees.signalling, True), 30),
    "two_sided, ties": (of_tree(random_trees.two_sided, True), 20),
    "entry": (of_tree(entry, False), 20),
    "entry, ties": (of_tree(entry, True), 20),
    "at once": (of_tree(guess, False), 10),
    "at once, ties": (of_tree(guess, True), 10),
}


@dataclass(frozen=True)
class Report:
    """What a game showed: distinct outcomes of extreme Nash equilibria, of our classes' representatives, and of these
    Nash outcomes the ones proven not to be sequential."""

    nash: int
    sequential: int
    lacking: int
    problems: tuple[str, ...]


def examined(name: str, seed: int) -> Report:
    """Runs the three comparisons on a game."""
    import pygambit

    game, text = GAMES[name][0](seed)
    theirs = pygambit.read_efg(io.StringIO(text))
    tree = Tree(game)
    strategies = [gambit_strategies(theirs, game, actor) for actor in game.game.actors]
    extreme = [
        mixtures(profile, strategies, game.game.actors)
        for profile in pygambit.nash.enummixed_solve(theirs, rational=True).equilibria
    ]
    outcomes = list(dict.fromkeys(realised(tree, pair) for pair in extreme))
    result = all_classes(game)
    problems = [] if result.complete and result.classes else ["our list is not complete, or empty"]
    own = [ending_odds(game, found.assessment.behaviour) for found in result.classes]
    together = [[realised(tree, pair) for pair in part] for part in components(extreme)]
    for odds in own:
        if not any(alike(odds, other) for other in outcomes) and not any(within(odds, part) for part in together):
            problems.append(f"not a Nash outcome: {odds}")
    supports = [found.supports for found in result.classes]
    lacking = 0
    for outcome in outcomes:
        fitting = [own for own in supports if fits(tree, own, outcome)]
        beyond = survives(tree, outcome, fitting)
        if beyond is not False:
            problems.append(f"z3 does not exclude (found: {beyond}) equilibria beyond our classes with {outcome}")
        none = survives(tree, outcome) is False if fitting else True
        if none and any(alike(odds, outcome) for odds in own):
            problems.append(f"z3 excludes an outcome that we certify: {outcome}")
        lacking += none
    distinct = sum(not any(alike(a, b) for b in own[:k]) for k, a in enumerate(own))
    return Report(len(outcomes), distinct, lacking, tuple(problems))


def mixtures(profile: Any, strategies: Sequence[dict[str, Any]], actors: Sequence[str]) -> tuple[Mixture, ...]:
    result = []
    for actor, own in zip(actors, strategies, strict=True):
        shares: Mixture = {}
        for label, choices in own.items():
            shares[choices] = shares.get(choices, Fraction(0)) + Fraction(str(profile[actor][label]))
        result.append({choices: share for choices, share in shares.items() if share})
    return tuple(result)


def components(extreme: Sequence[tuple[Mixture, ...]]) -> list[list[tuple[Mixture, ...]]]:
    """The largest sets A x B of extreme strategies any pair of which is an equilibrium (cliques; Winkels 1979)."""
    frozen = [tuple(frozenset(own.items()) for own in pair) for pair in extreme]
    partners: dict[Any, set[Any]] = {}
    for first, second in frozen:
        partners.setdefault(first, set()).add(second)
    closed = {frozenset(own) for own in partners.values()}
    while True:  # all intersections of the sets of partners
        more = {a & b for a, b in product(closed, closed)} - {frozenset()} - closed
        if not more or len(closed) > 400:
            break
        closed |= more
    cliques = [(frozenset(a for a, own in partners.items() if common <= own), common) for common in closed]
    return [[(dict(a), dict(b)) for a in firsts for b in seconds] for firsts, seconds in dict.fromkeys(cliques)]


def ending_odds(game: NumericGame, behaviour: Any) -> list[float]:
    """[terminal] probabilities under a behaviour strategy."""
    tree, share = game.game, np.ones(game.game.n_nodes)
    for node in range(1, tree.n_nodes):
        slot = tree.slot[node]
        share[node] = share[tree.parent[node]] * (behaviour[slot] if slot >= 0 else game.chance[node])
    return [float(x) for x in share[tree.terminals]]


def alike(first: Sequence[Any], second: Sequence[Any]) -> bool:
    return all(abs(float(a) - float(b)) < 1e-9 for a, b in zip(first, second, strict=True))


def within(point: Sequence[float], corners: Sequence[Outcome]) -> bool:
    """Whether a distribution is a mixture of others."""
    matrix = np.vstack([np.array(corners, dtype=float).T, np.ones(len(corners))])
    return bool(linprog(np.zeros(len(corners)), A_eq=matrix, b_eq=[*point, 1]).status == 0)


def fits(tree: Tree, supports: Mapping[int, tuple[int, ...]], outcome: Outcome) -> bool:
    """Whether the supports at the information sets that play passes are those of a class."""
    on_path = tree.on_path(outcome)
    return all(supports[h] == tuple(o for o, p in enumerate(odds) if p) for h, odds in on_path.items())


FIRST = {"two_sided, ties": 1}  # the one before takes a third of the time of all; the benchmark has it
SHORT = [
    (name, FIRST.get(name, 0) + place)
    for name in GAMES
    for place in range(5 if name.startswith(("signalling", "entry")) else 4)
]


@pytest.mark.parametrize(("name", "seed"), SHORT)
def test_sequential_outcomes_are_nash_and_the_nash_outcomes_we_lack_are_not_sequential(name: str, seed: int) -> None:
    pytest.importorskip("pygambit")
    assert examined(name, seed).problems == ()


def test_the_games_do_have_nash_outcomes_that_are_not_sequential() -> None:
    pytest.importorskip("pygambit")
    assert sum(examined("at once", seed).lacking for seed in range(4)) > 0
