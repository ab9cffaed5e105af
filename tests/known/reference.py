"""The reference cases as games to solve: each through its .efg file and through the library's scenario file.

A `Source` is a game with the names of the case on it. Strategies and beliefs of a case are put into the arrays of the
game, and read back from them, by those names. Options correspond by position, information sets by `library_pairs`;
decision nodes correspond by what was decided before them and what can happen after them, because the two files do not
draw nature's moves alike.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

from known.library_pairs import PAIRS, REFERENCE, Pair, all_cases, game_of, values_of
from standoff.game.efg import read_efg
from standoff.game.game import CHANCE, DECISION, TERMINAL, Floats, NumericGame
from standoff.game.play import play
from standoff.solve.assessment import Assessment, assess
from standoff.solve.solve import Answer, solve_numeric
from standoff.solve.verify import verify

FILES = ("efg", "library")
Strategy = Mapping[str, Mapping[str, str]]  # information set -> option -> probability, in the case's names
Shares = tuple[tuple[str, float], ...]  # outcome -> probability, rounded, by name
Step = tuple[str, int]  # information set and number of the option
Place = tuple[str, tuple[Step, ...], frozenset[Any]]  # information set, decisions before, what may come after
DIGITS = 5  # the .efg file of the tying-hands case writes thirds as decimals of six digits


@dataclass(frozen=True, eq=False)
class Source:
    """A case's game as one file gives it. `infoset` and `outcome` lead from the game's names to the case's."""

    case: Mapping[str, Any]
    numeric: NumericGame
    infoset: Mapping[str, str]
    outcome: Mapping[str, str]

    @property
    def numbers(self) -> dict[str, int]:
        """Number of each information set by the case's name."""
        return {self.infoset[own.name]: h for h, own in enumerate(self.numeric.game.infosets)}

    def behaviour(self, strategy: Strategy) -> Floats:
        """[slot] the probabilities of a listed strategy."""
        game = self.numeric.game
        result = np.full(game.n_slots, np.nan)
        for name, own in strategy.items():
            result[game.options(self.numbers[name])] = [float(Fraction(p)) for p in own.values()]
        assert not np.isnan(result).any()
        return result

    def outcomes(self, behaviour: Floats) -> Shares:
        """Probability of each of the case's outcomes that can happen."""
        game, shares = self.numeric.game, Counter[str]()
        for name, share in zip(game.outcomes, play(self.numeric, behaviour).outcomes.tolist(), strict=True):
            shares[self.outcome[name]] += share
        return rounded(shares)

    def on_path(self, behaviour: Floats) -> frozenset[tuple[str, tuple[float, ...]]]:
        """Probabilities at the information sets that play passes through, in the case's names."""
        game, reach = self.numeric.game, play(self.numeric, behaviour).reach
        return frozenset(
            (self.infoset[own.name], tuple(np.round(behaviour[game.options(h)], DIGITS).tolist()))
            for h, own in enumerate(game.infosets)
            if reach[self.numeric.members[h]].sum() > 0
        )

    def places(self) -> dict[Place, int]:
        """The node of each place; every decision node has a place of its own."""
        game, numeric = self.numeric.game, self.numeric
        names = [self.infoset[own.name] for own in game.infosets]
        after: list[frozenset[Any]] = [frozenset()] * game.n_nodes
        for node in range(game.n_nodes - 1, -1, -1):
            if game.kind[node] == TERMINAL:
                after[node] = frozenset([self.outcome[game.outcomes[game.outcome[game.terminal[node]]]]])
                continue
            below = [after[child] for child in game.children(node) if numeric.live[child]]
            here = [names[game.infoset[node]]] if game.kind[node] == DECISION else []
            after[node] = frozenset(here).union(*below)
        found: dict[Place, int] = {}
        for node in np.flatnonzero(game.kind == DECISION).tolist():
            steps = [step for step in game.path(node) if game.kind[game.parent[step]] != CHANCE]
            before = tuple((names[game.infoset[game.parent[step]]], int(game.action[step])) for step in steps)
            place = (names[game.infoset[node]], before, after[node])
            assert found.setdefault(place, node) == node
        return found


def rounded(shares: Mapping[str, Any]) -> Shares:
    """A distribution in a form that compares."""
    exact = {
        name: round(float(Fraction(share) if isinstance(share, str) else share), DIGITS)
        for name, share in shares.items()
    }
    return tuple(sorted((name, share) for name, share in exact.items() if share))


@cache
def source(case_id: str, file: str) -> Source:
    """A case's game from ``efg`` or from ``library``."""
    case, pair = all_cases()[case_id], pair_of(case_id)
    if file == "efg":
        game = read_efg(REFERENCE / "efg" / f"{case_id}.efg")
        numbered = {name: re.sub(r"_\d+$", "", name) for name in game.outcomes}
        return Source(case, game.at({}), {own.name: own.name for own in game.infosets}, numbered)
    game = game_of(pair.game)
    ours = {pair.outcomes.get(name, name): name for name in outcomes_of(case["tree"])}
    numeric = game.at({name: float(value) for name, value in values_of(pair).items()})
    back = {new: old for old, new in pair.infosets.items()}
    return Source(case, numeric, back, {name: ours.get(name, name) for name in game.outcomes})


def outcomes_of(tree: Mapping[str, Any]) -> set[str]:
    """Names of a reference tree's endings."""
    if "outcome" in tree:
        return {tree["outcome"]}
    return set().union(*(outcomes_of(branch["node"]) for branch in (tree.get("branches") or tree["actions"])))


def pair_of(case_id: str) -> Pair:
    return next(pair for pair in PAIRS if pair.case == case_id)


@cache
def answer(case_id: str, file: str, concept: str) -> Answer:
    """What `solve` answers for a case; solved once."""
    return solve_numeric(source(case_id, file).numeric, concept)


def tree_cases() -> list[Any]:
    """Parameters for a test: the ids of the cases that have a tree."""
    found = [case_id for case_id, case in all_cases().items() if "tree" in case]
    skip = pytest.mark.skip(reason="the reference cases are not beside this checkout")
    return found or [pytest.param("", marks=skip)]


def listed(case_id: str) -> list[Mapping[str, Any]]:
    return [entry for entry in all_cases()[case_id]["equilibria"] if entry["is_equilibrium"]]


def is_pure(entry: Mapping[str, Any]) -> bool:
    return all(Fraction(p) in (0, 1) for own in entry["strategies"].values() for p in own.values())


# --- witnesses --------------------------------------------------------------------------------------------------------


def certified(own: Source, behaviour: Floats) -> Assessment:
    """The strategy with trembles found by trying: exponent 1 everywhere but for up to three options, which have 2."""
    for tried in trembles(behaviour):
        logs = np.log(np.where(behaviour > 0, behaviour, 1.0))
        assessment = assess(own.numeric, tried, logs)
        if verify(own.numeric, assessment, "sequential").holds:
            return assessment
    raise AssertionError("no witness was found")


def trembles(behaviour: Floats) -> Iterator[list[Fraction]]:
    unused = np.flatnonzero(behaviour == 0).tolist()
    for size in range(4):
        for dear in itertools.combinations(unused, size):
            yield [Fraction(int(p == 0) + (slot in dear)) for slot, p in enumerate(behaviour.tolist())]


def listed_beliefs(case_id: str, file: str, entry: Mapping[str, Any]) -> Floats:
    """[node] the beliefs that a case lists, 1 at information sets of one node.

    The .efg file has the histories of the case; from there they reach the library's nodes by their places.
    """
    efg = source(case_id, "efg")
    game = efg.numeric.game
    by_history = {f"/{game.history(node)}": place for place, node in efg.places().items()}
    held = {
        by_history[history]: float(Fraction(belief))
        for own in entry["beliefs"].values()
        for history, belief in own.items()
    }
    here = source(case_id, file)
    size: dict[str, int] = defaultdict(int)
    for place in here.places():
        size[place[0]] += 1
    beliefs = np.full(here.numeric.game.n_nodes, np.nan)
    for place, node in here.places().items():
        beliefs[node] = held[place] if size[place[0]] > 1 else 1.0
    return beliefs
