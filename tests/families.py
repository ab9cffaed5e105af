"""Random games of three families with seeded payoffs, as used across the tests and benchmarks.

signalling (8 endings): nature draws a type, the sender sees it and sends one of two messages, the receiver replies.
deterrence (12 endings): the challenger's type is private; it can hold or challenge; the defender yields or resists; the
    challenger has the last word (press or back down); the defender's type is private too.
two_sided (16 endings): both sides have two private types; the first chooses, the second sees it and chooses.

A game is built from nested tuples: ``("t", payoffs, outcome)``, ``("c", [(label, probability, child), ...])`` and
``("p", actor, information set, [(label, child), ...])``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from standoff.game.game import CHANCE, DECISION, TERMINAL, Consideration, Game, InformationSet
from standoff.scenario.expression import Number

Spec = tuple[Any, ...]


def game_of(spec: Spec, actors: Sequence[str], title: str = "test game") -> Game:
    """The arrays of a nested specification; information sets in order of first appearance, breadth first."""
    kind, actor, infoset, parent, first, count, action, terminal, labels, chance = ([] for _ in range(10))
    outcome, payoffs, names, numbers = [], [], {}, {}
    sets: list[InformationSet] = []
    expressions: dict[Number, int] = {}

    def constant(value: Any) -> int:
        return expressions.setdefault(Number(Fraction(value)), len(expressions))

    queue: deque[tuple[Spec, int, int, str, int]] = deque([(spec, -1, -1, "", -1)])
    queued = 1
    while queue:
        (tag, *rest), above, branch, label, probability = queue.popleft()
        parent.append(above), action.append(branch), labels.append(label), chance.append(probability)
        number = len(kind)
        children: list[tuple[Spec, int, int, str, int]] = []
        actor.append(-1), infoset.append(-1), terminal.append(-1)
        if tag == "t":
            kind.append(TERMINAL)
            terminal[-1] = len(outcome)
            name = rest[1] if len(rest) > 1 else f"z{len(outcome)}"
            outcome.append(names.setdefault(name, len(names)))
            payoffs.append([constant(value) for value in rest[0]])
        elif tag == "c":
            kind.append(CHANCE)
            children = [(c, number, k, text, constant(p)) for k, (text, p, c) in enumerate(rest[0])]
        else:
            kind.append(DECISION)
            who, name, options = rest
            actor[-1] = who
            infoset[-1] = numbers.setdefault(name, len(numbers))
            if infoset[-1] == len(sets):
                sets.append(InformationSet(who, name, tuple(text for text, _ in options)))
            children = [(c, number, k, text, -1) for k, (text, c) in enumerate(options)]
        first.append(queued if children else -1), count.append(len(children))
        queued += len(children)
        queue.extend(children)
    array = lambda values: np.array(values, dtype=np.int64)  # noqa: E731
    return Game(
        title=title,
        actors=tuple(actors),
        actor_labels=tuple(actors),
        kind=array(kind),
        actor=array(actor),
        infoset=array(infoset),
        parent=array(parent),
        first_child=array(first),
        n_children=array(count),
        action=array(action),
        terminal=array(terminal),
        labels=tuple(labels),
        infosets=tuple(sets),
        expressions=tuple(expressions),
        origins=tuple(f"constant {n}" for n in range(len(expressions))),
        chance_expression=array(chance),
        considerations=tuple(Consideration(n, "total") for n in range(len(actors))),
        payoff_expression=array(payoffs),
        outcomes=tuple(names),
        outcome=array(outcome),
    )


def _payoff(rng: np.random.Generator, actors: int) -> list[Fraction]:
    return [Fraction(int(value), 1000) for value in rng.integers(-1000, 1001, size=actors)]


def signalling(seed: int, types: int = 2) -> Game:
    """Sender of two types, two messages, two replies; 8 endings."""
    rng = np.random.default_rng([1, seed])
    cut = Fraction(int(rng.integers(100, 900)), 1000)
    prior = [cut, 1 - cut]
    branches = []
    for t in range(types):
        replies = [(m, ("p", 1, f"R{m}", [(r, ("t", _payoff(rng, 2))) for r in ("u", "d")])) for m in ("L", "R")]
        branches.append((f"t{t}", prior[t], ("p", 0, f"S{t}", replies)))
    return game_of(("c", branches), ["sender", "receiver"])


def deterrence(seed: int) -> Game:
    """Hold or go; yield or resist; press or back down. Both sides have types of their own."""
    rng = np.random.default_rng([2, seed])
    p, q = (Fraction(int(value), 1000) for value in rng.integers(100, 900, size=2))
    branches = []
    for c in range(2):
        for d in range(2):
            if (c, d) == (1, 1):
                continue
            last = ("p", 0, f"last{c}", [(a, ("t", _payoff(rng, 2))) for a in ("press", "back")])
            reply = ("p", 1, f"D{d}", [("yield", ("t", _payoff(rng, 2))), ("resist", last)])
            branches.append((f"{c}{d}", 0, ("p", 0, f"C{c}", [("hold", ("t", _payoff(rng, 2))), ("go", reply)])))
    weights = [p * q, p * (1 - q), 1 - p]
    return game_of(
        ("c", [(a, w, t) for (a, _, t), w in zip(branches, weights, strict=True)]), ["challenger", "defender"]
    )


def two_sided(seed: int) -> Game:
    """Two types on each side; the second mover sees the first's choice, not its type; 16 endings."""
    rng = np.random.default_rng([3, seed])
    p, q = (Fraction(int(value), 1000) for value in rng.integers(100, 900, size=2))
    branches = []
    for a, pa in ((0, p), (1, 1 - p)):
        for b, pb in ((0, q), (1, 1 - q)):
            options = []
            for m in ("x", "y"):
                replies = [(r, ("t", _payoff(rng, 2))) for r in ("u", "d")]
                options.append((m, ("p", 1, f"B{b}{m}", replies)))
            branches.append((f"{a}{b}", pa * pb, ("p", 0, f"A{a}", options)))
    return game_of(("c", branches), ["first", "second"])


FAMILIES = {"signalling": signalling, "deterrence": deterrence, "two_sided": two_sided}
