"""Games from nested tuples, for tests.

A tree is one of

- ``(1, 2)`` or ``("peace", (1, 2))``: an ending, its payoffs in the order of the actors (and its outcome's name);
- ``("chance", {"hard": (p, tree), "soft": (1 - p, tree)})``: a chance move;
- ``("Def", "Def_hard", {"yield": tree, "resist": tree})``: an actor, its information set, its options.

Numbers are ints, floats, fractions or text such as ``"1/3"`` (payoffs as text only with an outcome's name), and kept
exactly. Information sets are numbered in an
order of play where there is one; `Game.ordered` and `Game.perfect_recall` are worked out from the tree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy as np

from standoff.game.game import CHANCE, DECISION, TERMINAL, Consideration, Game, InformationSet, NumericGame
from standoff.scenario.expression import Number

Tree = Any


def is_ending(tree: Tree) -> bool:
    return not isinstance(tree[0], str) or (len(tree) == 2 and isinstance(tree[1], tuple))


def is_chance(tree: Tree) -> bool:
    return not is_ending(tree) and tree[0] == "chance"


def breadth_first(tree: Tree) -> list[dict[str, Any]]:
    """Records of nodes: tree, parent, branch number, label, probability."""
    records = [{"tree": tree, "parent": -1, "action": -1, "label": "", "p": None}]
    for index, record in enumerate(records):
        here = record["tree"]
        if is_ending(here):
            continue
        record["first"] = len(records)
        branches = here[1] if is_chance(here) else here[2]
        for action, (label, branch) in enumerate(branches.items()):
            p, below = branch if is_chance(here) else (None, branch)
            records.append({"tree": below, "parent": index, "action": action, "label": label, "p": p})
    return records


def set_order(records: Sequence[dict[str, Any]]) -> tuple[list[str], bool]:
    """Names of information sets, each after those that precede it on some path; False where that is impossible."""
    before: dict[str, dict[str, None]] = {}
    above: list[str | None] = []
    for record in records:
        tree, parent = record["tree"], record["parent"]
        nearest = above[parent] if parent >= 0 else None
        if not is_ending(tree) and not is_chance(tree):
            known = before.setdefault(tree[1], {})
            if nearest is not None:
                known[nearest] = None
            nearest = tree[1]
        above.append(nearest)
    try:
        return list(TopologicalSorter({name: list(known) for name, known in before.items()}).static_order()), True
    except CycleError:
        return list(before), False


def recalls(records: Sequence[dict[str, Any]]) -> bool:
    """Whether everyone remembers all it saw and did: one own history per information set (histories are interned)."""
    interned: dict[tuple[Any, ...], int] = {}
    own: list[dict[str, int]] = []  # [node] per actor the number of its history of (information set, option)
    known: dict[str, int] = {}
    for record in records:
        parent = records[record["parent"]]["tree"] if record["parent"] >= 0 else None
        mine = own[record["parent"]] if parent is not None else {}
        if parent is not None and not is_chance(parent):
            step = (mine.get(parent[0], -1), parent[1], record["action"])
            mine = {**mine, parent[0]: interned.setdefault(step, len(interned))}
        own.append(mine)
        tree = record["tree"]
        if not is_ending(tree) and not is_chance(tree):
            history = mine.get(tree[0], -1)
            if known.setdefault(tree[1], history) != history:
                return False
    return True


def build(tree: Tree, actors: Sequence[str] = (), title: str = "test") -> Game:
    """The game of a tree; `actors` in the order of payoffs, left out: in order of first move."""
    records = breadth_first(tree)
    deciding = [r["tree"] for r in records if not is_ending(r["tree"]) and not is_chance(r["tree"])]
    names = list(actors) or list(dict.fromkeys(own[0] for own in deciding))
    order, ordered = set_order(records)
    options = {own[1]: tuple(own[2]) for own in deciding}
    owner = {own[1]: names.index(own[0]) for own in deciding}
    assert all(options[own[1]] == tuple(own[2]) and owner[own[1]] == names.index(own[0]) for own in deciding)
    numbers: dict[Fraction, int] = {}
    endings = [index for index, record in enumerate(records) if is_ending(record["tree"])]
    terminal = {index: number for number, index in enumerate(endings)}
    place = {name: number for number, name in enumerate(order)}

    def expression(number: Any) -> int:
        return numbers.setdefault(Fraction(number), len(numbers))

    payoffs, outcome, outcomes = [], [], {"(unnamed)": 0}
    for index in endings:
        end = records[index]["tree"]
        name, row = end if isinstance(end[0], str) else ("(unnamed)", end)
        outcome.append(outcomes.setdefault(name, len(outcomes)))
        payoffs.append([expression(number) for number in row])
    chance = [-1 if record["p"] is None else expression(record["p"]) for record in records]
    kind = [TERMINAL if is_ending(r["tree"]) else CHANCE if is_chance(r["tree"]) else DECISION for r in records]
    decides = [own == DECISION for own in kind]
    ints = lambda values: np.array(list(values), dtype=np.int64)  # noqa: E731
    return Game(
        title=title,
        actors=tuple(names),
        actor_labels=tuple(names),
        kind=ints(kind),
        actor=ints(names.index(r["tree"][0]) if d else -1 for r, d in zip(records, decides, strict=True)),
        infoset=ints(place[r["tree"][1]] if d else -1 for r, d in zip(records, decides, strict=True)),
        parent=ints(record["parent"] for record in records),
        first_child=ints(record.get("first", -1) for record in records),
        n_children=ints(0 if is_ending(r["tree"]) else len(r["tree"][-1]) for r in records),
        action=ints(record["action"] for record in records),
        terminal=ints(terminal.get(i, -1) for i in range(len(records))),
        labels=tuple(record["label"] for record in records),
        infosets=tuple(InformationSet(owner[name], name, options[name]) for name in order),
        expressions=tuple(Number(number) for number in numbers),
        origins=tuple(f"number.{number}" for number in numbers),
        chance_expression=ints(chance),
        considerations=tuple(Consideration(index, "payoff") for index in range(len(names))),
        payoff_expression=np.array(payoffs, dtype=np.int64).reshape(len(endings), len(names)),
        outcomes=tuple(outcomes),
        outcome=ints(outcome),
        ordered=ordered,
        perfect_recall=recalls(records),
    )


def numeric(tree: Tree, actors: Sequence[str] = ()) -> NumericGame:
    return build(tree, actors).at({})


def behaviour(game: Game, choices: Mapping[str, Any]) -> list[Fraction]:
    """[slot] exact probabilities; per information set an option (chosen for sure) or probabilities by option."""
    result: list[Fraction] = []
    for infoset in game.infosets:
        own = choices[infoset.name]
        shares = {own: 1} if isinstance(own, str) else own
        assert set(shares) <= set(infoset.options), infoset.name
        result += [Fraction(shares.get(option, 0)) for option in infoset.options]
    return result


def beliefs(game: Game, held: Mapping[str, Mapping[str, Any]]) -> list[Fraction | None]:
    """[node] exact beliefs by history; nodes of singletons are believed, nodes not named are not."""
    result: list[Fraction | None] = [None] * game.n_nodes
    for infoset, nodes in zip(game.infosets, game.members, strict=True):
        own = held.get(infoset.name, {})
        assert set(own) <= {game.history(node) for node in nodes}, infoset.name
        for node in nodes.tolist():
            result[node] = Fraction(own.get(game.history(node), 1 if len(nodes) == 1 else 0))
    return result


def floats(values: Sequence[Fraction | None]) -> np.ndarray:
    return np.array([np.nan if value is None else float(value) for value in values])
