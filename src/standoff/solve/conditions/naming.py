"""Names of classes: the scenario's, or what every type does, move by move.

A description reads ``initiate: both types defect; respond: hard defect, soft cooperate``. A *type* is what a chance
move tells one actor only; everything else that an actor has seen is the *context* of its choice. Types and contexts in
which the same is done stand together, so a description is unique among the classes of one game.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from standoff.game.game import CHANCE, Game
from standoff.scenario.scenario import NamedClass

Supports = Mapping[int, Sequence[int]]
_CONTEXT, _TYPES = " after ", {2: "both types"}


@dataclass(frozen=True)
class Told:
    """How an information set is told apart from the others of its move: its actor's type, and what has happened."""

    kind: str
    context: str


@dataclass(frozen=True)
class Place:
    """An information set in words: ``soft at respond``, ``respond after veto``."""

    move: str
    kind: str
    context: str

    def __str__(self) -> str:
        start = f"{self.kind} at {self.move}" if self.kind else self.move
        return f"{start}{_CONTEXT}{self.context}" if self.context else start


@lru_cache(maxsize=64)
def _private(game: Game) -> frozenset[str]:
    """The chance moves that one actor alone sees."""
    if game.move is None:
        return frozenset()
    chance = {game.moves[int(game.move[node])] for node in np.flatnonzero(game.kind == CHANCE)}
    seen = {m: {own.actor for own in game.infosets if any(m == move for move, _ in own.information)} for m in chance}
    return frozenset(move for move, actors in seen.items() if len(actors) == 1)


@lru_cache(maxsize=64)
def told(game: Game) -> tuple[Told, ...]:
    """[infoset] how it is told apart within its move."""
    private, result = _private(game), {}
    for move in dict.fromkeys(own.move for own in game.infosets):
        sets = [h for h, own in enumerate(game.infosets) if own.move == move]
        shared = frozenset.intersection(*(frozenset(game.infosets[h].information) for h in sets))
        pairs = {h: [pair for pair in game.infosets[h].information if pair not in shared] for h in sets}
        short = {h: tuple(option for _, option in own) for h, own in pairs.items()}
        clear = len(set(short.values())) == len(sets)
        for h in sets:
            words = [(m in private, option if clear else f"{m}={option}") for m, option in pairs[h]]
            kind, context = ("/".join(word for is_kind, word in words if is_kind == own) for own in (True, False))
            result[h] = Told(kind, context)
    return tuple(result[h] for h in range(len(game.infosets)))


def place(game: Game, infoset: int) -> Place:
    """An information set in words."""
    own = told(game)[infoset]
    return Place(game.infosets[infoset].move, own.kind, own.context)


def described(game: Game, supports: Supports) -> str:
    """What every type does, move by move, at the information sets of `supports`."""
    moves: dict[str, list[int]] = {}
    for infoset in supports:
        moves.setdefault(game.infosets[infoset].move, []).append(infoset)
    return "; ".join(f"{move}: {_sentence(game, move, sets, supports)}" for move, sets in moves.items())


def _sentence(game: Game, move: str, sets: Sequence[int], supports: Supports) -> str:
    names = told(game)
    by_context: dict[str, dict[str, str]] = {}
    for h in sets:
        played = " or ".join(game.infosets[h].options[option] for option in supports[h])
        by_context.setdefault(names[h].context, {})[names[h].kind] = played
    every = {context: set[str]() for context in by_context}
    for h, own in enumerate(game.infosets):
        if own.move == move and names[h].context in every:
            every[names[h].context].add(names[h].kind)
    alike: dict[str, list[str]] = {}
    for context, does in by_context.items():
        alike.setdefault(_by_type(does, every[context]), []).append(context)
    if len(alike) == 1:
        text, contexts = next(iter(alike.items()))
        others = any(own.move == move and names[h].context not in contexts for h, own in enumerate(game.infosets))
        if not others:
            return text
    simple = not any(names[h].kind for h in sets)
    return ", ".join(_with_context(text, contexts, simple=simple) for text, contexts in alike.items())


def _by_type(does: Mapping[str, str], every: set[str]) -> str:
    """What types do in one context; `every` has all types that can be there."""
    alike: dict[str, list[str]] = {}
    for kind, played in does.items():
        alike.setdefault(played, []).append(kind)
    if len(alike) == 1 and len(every) > 1 and does.keys() == every:
        return f"{_TYPES.get(len(every), 'all types')} {next(iter(alike))}"
    return ", ".join(f"{' and '.join(kinds)} {played}".strip() for played, kinds in alike.items())


def _with_context(text: str, contexts: Sequence[str], *, simple: bool) -> str:
    listed = " or ".join(context for context in contexts if context)
    if not listed:
        return f"{text} otherwise" if simple else f"otherwise {text}"
    listed += " or nothing" if "" in contexts else ""
    return f"{text}{_CONTEXT}{listed}" if simple else f"after {listed} {text}"


def reached(game: Game, supports: Supports) -> tuple[int, ...]:
    """The information sets that play reaches, in order."""
    sets, pending = set[int](), [0]
    while pending:
        node = pending.pop()
        infoset = int(game.infoset[node])
        children = game.children(node)
        if infoset >= 0:
            sets.add(infoset)
            children_played = [children[option] for option in supports.get(infoset, ())]
            pending.extend(children_played)
        else:
            pending.extend(children)
    return tuple(sorted(sets & supports.keys()))


def name_of(game: Game, supports: Supports, named: Sequence[NamedClass]) -> NamedClass | None:
    """The scenario's entry for a class: the first whose supports are all as said."""
    own = {key_of(game.infosets[h].name): {game.infosets[h].options[o] for o in s} for h, s in supports.items()}
    for candidate in named:
        wanted = {key_of(name): set(options) for name, options in candidate.supports.items()}
        if all(own.get(name) == options for name, options in wanted.items()):
            return candidate
    return None


def key_of(name: str) -> str:
    """An information set's name without regard to blanks and to the order of what it has seen."""
    move, _, seen = name.replace(" ", "").partition("[")
    return move + "[" + ",".join(sorted(part for part in seen.rstrip("]").split(",") if part))
