"""Random trees, and changes to them that say nothing new: payoff scales, names, orders, dominated exits, split chance.

A tree is a nested tuple as in `unit.solve.build`. Every ending of a tree made by `random_tree` has its own name, so the
distribution of outcomes tells endings apart, and every change below keeps the names of endings (or says how they map).
Payoffs come in two kinds: *generic* (a thousand levels: ties are rare) and *small* (four levels: ties are common).
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from unit.solve.build import is_chance, is_ending
from unit.solve.random_trees import FAMILIES

Tree = Any
Row = tuple[Fraction, ...]


@dataclass(frozen=True)
class Sample:
    """A tree, and its actors in the order of payoffs."""

    tree: Tree
    actors: tuple[str, ...]


def random_sample(seed: int, family: int, small: bool) -> Sample:
    """One game of the families of `unit.solve.random_trees` (0, 1, 2) or of `three_actors` (3)."""
    if family < len(FAMILIES):
        tree = FAMILIES[family](seed, small)
        return Sample(with_names(tree), ("C", "D") if family == 1 else ("S", "R"))
    return Sample(with_names(three_actors(random.Random(seed), small)), ("X", "Y", "Z"))


def three_actors(rng: random.Random, small: bool) -> Tree:
    """Nature and three actors move once each in a random order; who sees what is random, some moves are skipped."""
    order = ["nature", *"XYZ"]
    rng.shuffle(order)
    seen_by = [set(rng.sample("XYZ", rng.randint(0, 3))) for _ in order]
    counts = [2 if small else rng.choice([2, 2, 3]) for _ in order]  # three and ties: profiles by the ten thousand
    skipped = [rng.random() < 0.3 for _ in order]
    weights = [rng.randint(1, 9) for _ in range(3)]

    def below(index: int, history: tuple[tuple[int, int], ...]) -> Tree:
        if index == len(order):
            return tuple(Fraction(rng.randint(0, 3) if small else rng.randint(0, 999)) for _ in range(3))
        if skipped[index] and history and history[-1][1] == 0 and seen_by[history[-1][0]] == set("XYZ"):
            return below(index + 1, history)
        ways = {f"o{way}": below(index + 1, (*history, (index, way))) for way in range(counts[index])}
        if order[index] == "nature":
            odds = weights[: counts[index]]
            return (
                "chance",
                {way: (Fraction(w, sum(odds)), t) for w, (way, t) in zip(odds, ways.items(), strict=True)},
            )
        actor = order[index]
        known = [f"{move}.{way}" for move, way in history if actor in seen_by[move]]
        return (actor, f"{actor}:{','.join(known)}", ways)

    return below(0, ())


# --- walking --------------------------------------------------------------------------------------------------------


def rebuilt(tree: Tree, ending: Callable[[Any], Tree]) -> Tree:
    """The tree with `ending` put through every ending, in depth-first order."""
    if is_ending(tree):
        return ending(tree)
    if is_chance(tree):
        return ("chance", {label: (p, rebuilt(child, ending)) for label, (p, child) in tree[1].items()})
    return (tree[0], tree[1], {label: rebuilt(child, ending) for label, child in tree[2].items()})


def with_names(tree: Tree) -> Tree:
    """Every ending named ``e0``, ``e1``, ..."""
    counter = itertools.count()
    return rebuilt(tree, lambda row: (f"e{next(counter)}", tuple(Fraction(value) for value in row)))


def information_sets(tree: Tree) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Actor and options by information set."""
    if is_ending(tree):
        return {}
    if is_chance(tree):
        parts = [information_sets(child) for _, child in tree[1].values()]
    else:
        parts = [{tree[1]: (tree[0], tuple(tree[2]))}, *map(information_sets, tree[2].values())]
    return {name: own for part in parts for name, own in part.items()}


def payoffs_of(tree: Tree) -> list[Row]:
    """Every ending's payoffs."""
    rows: list[Row] = []
    rebuilt(tree, lambda end: rows.append(end[1]))
    return rows


# --- changes that say nothing new -----------------------------------------------------------------------------------


def affine(tree: Tree, scales: Row, shifts: Row) -> Tree:
    """Payoffs x of each actor as scale * x + shift."""

    def changed(end: tuple[str, Row]) -> tuple[str, Row]:
        return end[0], tuple(a * x + b for a, x, b in zip(scales, end[1], shifts, strict=True))

    return rebuilt(tree, changed)


@dataclass(frozen=True)
class Renaming:
    """New names: `infoset`, and `option` by (old information set, old option)."""

    infoset: Mapping[str, str]
    option: Mapping[tuple[str, str], str]
    actor: Mapping[str, str]

    def profile(self, profile: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        return frozenset((self.infoset[h], self.option[h, option]) for h, option in profile)


def relabelled(sample: Sample, rng: random.Random) -> tuple[Sample, Renaming]:
    """Other names for actors, information sets, options and chance branches; another order of all of them."""
    sets = information_sets(sample.tree)
    numbers = rng.sample(range(10, 100), len(sets))
    order = rng.sample(range(len(sample.actors)), len(sample.actors))
    naming = Renaming(
        {name: f"set {number}" for name, number in zip(sets, numbers, strict=True)},
        {
            (h, old): f"way {n}"
            for h, (_, options) in sets.items()
            for n, old in enumerate(rng.sample(options, len(options)))
        },
        {actor: f"actor {rng.randint(0, 9)}{actor}" for actor in sample.actors},
    )
    options = {h: rng.sample(own[1], len(own[1])) for h, own in sets.items()}

    def changed(tree: Tree) -> Tree:
        if is_ending(tree):
            return tree[0], tuple(tree[1][place] for place in order)
        if is_chance(tree):
            labels = rng.sample(list(tree[1]), len(tree[1]))
            return (
                "chance",
                {f"luck {n}": (tree[1][old][0], changed(tree[1][old][1])) for n, old in enumerate(labels)},
            )
        actor, name, ways = tree
        new = {naming.option[name, old]: changed(ways[old]) for old in options[name]}
        return (naming.actor[actor], naming.infoset[name], new)

    actors = tuple(naming.actor[sample.actors[place]] for place in order)
    return Sample(changed(sample.tree), actors), naming


def with_exit(sample: Sample, rng: random.Random) -> tuple[Sample, str]:
    """One information set offers one option more, ``quit``: the end, and worse for its actor than any other ending.

    What the others get from it is anything; the name of the information set is given back.
    """
    sets = information_sets(sample.tree)
    where = rng.choice(sorted(sets))
    actor = sample.actors.index(sets[where][0])
    rows = payoffs_of(sample.tree)
    floor = min(row[actor] for row in rows) - Fraction(rng.randint(1, 1000), 100)
    counter = itertools.count()

    def quitting() -> Tree:
        row = [rng.choice(rows)[other] + rng.randint(-2, 2) for other in range(len(sample.actors))]
        row[actor] = floor
        return (f"quit{next(counter)}", tuple(row))

    def changed(tree: Tree) -> Tree:
        if is_ending(tree):
            return tree
        if is_chance(tree):
            return ("chance", {label: (p, changed(child)) for label, (p, child) in tree[1].items()})
        ways = {label: changed(child) for label, child in tree[2].items()}
        return (tree[0], tree[1], ways | ({"quit": quitting()} if tree[1] == where else {}))

    return Sample(changed(sample.tree), sample.actors), where


def with_chance_in_two(tree: Tree, rng: random.Random) -> Tree:
    """Every chance move as two: first a group of its branches, then a branch of the group. Nobody sees anything new."""
    if is_ending(tree):
        return tree
    if not is_chance(tree):
        return (tree[0], tree[1], {label: with_chance_in_two(child, rng) for label, child in tree[2].items()})
    branches = [(label, Fraction(p), with_chance_in_two(child, rng)) for label, (p, child) in tree[1].items()]
    rng.shuffle(branches)
    cut = rng.randint(1, len(branches))
    groups = {}
    for name, group in (("first", branches[:cut]), ("second", branches[cut:])):
        total = sum((p for _, p, _ in group), Fraction(0))
        if total:
            groups[name] = (total, ("chance", {label: (p / total, child) for label, p, child in group}))
    return ("chance", groups)
