"""Random games of three families, and the same games for pygambit. Numbers are exact."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from unit.solve.build import is_chance, is_ending


def payoff(rng, integers):
    numbers = rng.integers(0, 4, 2) if integers else rng.integers(0, 1000, 2)
    return tuple(Fraction(int(number), 1 if integers else 1000) for number in numbers)


def signalling(seed, integers=False):
    """Two types, two messages, two replies: 8 endings."""
    rng = np.random.default_rng([1, seed])
    share = int(rng.integers(2, 9))
    types = {}
    for name, probability in (("A", f"{share}/10"), ("B", f"{10 - share}/10")):
        replies = {m: ("R", f"r{m}", {reply: payoff(rng, integers) for reply in "xy"}) for m in "LR"}
        types[name] = (probability, ("S", f"s{name}", replies))
    return ("chance", types)


def deterrence(seed, integers=False):
    """Challenger of two types, a defender that does not see which, the challenger's last word; and a defender's choice
    between two replies: 12 endings."""
    rng = np.random.default_rng([2, seed])
    types = {}
    for own, probability in (("A", "2/5"), ("B", "3/5")):
        stand = {word: payoff(rng, integers) for word in ("stand", "back")}
        firm = {word: payoff(rng, integers) for word in ("stand", "back")}
        reply = {
            "concede": payoff(rng, integers),
            "resist": ("C", f"w{own}", stand),
            "arm": ("C", f"v{own}", firm),
        }
        types[own] = (probability, ("C", f"c{own}", {"stay": payoff(rng, integers), "press": ("D", "d", reply)}))
    return ("chance", types)


def two_sided(seed, integers=False):
    """Private information on both sides, one message: 16 endings."""
    rng = np.random.default_rng([3, seed])
    types = {}
    for own, p in (("A", 2), ("B", 2)):
        for other, q in (("u", 1), ("v", 3)):
            replies = {m: ("R", f"r{other}{m}", {reply: payoff(rng, integers) for reply in "xy"}) for m in "LR"}
            types[own + other] = (f"{p * q}/16", ("S", f"s{own}", replies))
    return ("chance", types)


FAMILIES = (signalling, deterrence, two_sided)


def efg_text(tree, actors):
    """The tree as the text of an .efg file."""
    numbers: dict[str, tuple[int, int]] = {}
    counts = dict.fromkeys(actors, 0)
    lines = ['EFG 2 R "test" { ' + " ".join(f'"{actor}"' for actor in actors) + " }", '""']
    outcome = chance = 0

    def emit(node):
        nonlocal outcome, chance
        if is_ending(node):
            outcome += 1
            row = node[1] if isinstance(node[0], str) else node
            lines.append(f't "" {outcome} "o{outcome}" {{ {", ".join(str(number) for number in row)} }}')
        elif is_chance(node):
            chance += 1
            branches = " ".join(f'"{label}" {p}' for label, (p, _) in node[1].items())
            lines.append(f'c "" {chance} "" {{ {branches} }} 0')
            for _, below in node[1].values():
                emit(below)
        else:
            actor, name, options = node
            if name not in numbers:
                counts[actor] += 1
                numbers[name] = (list(actors).index(actor) + 1, counts[actor])
            player, number = numbers[name]
            labels = " ".join(f'"{option}"' for option in options)
            lines.append(f'p "" {player} {number} "{name}" {{ {labels} }} 0')
            for below in options.values():
                emit(below)

    emit(tree)
    return "\n".join(lines) + "\n"
