"""The unexpected messages of an equilibrium: choices that nobody was to make, seen by somebody who must guess why.

Notation as in `standoff.solve.refinements.continuation`. The *type* of a sender is an information set h on the path:
what it knew of nature's moves. A *message* is an option of probability zero at all the h that may have led to the same
open information sets g. Slots that share an open g directly below belong to one message. A belief about the types gives
the beliefs at every g by Bayes' rule: a node y that follows type h has the weight of h times the probability of y after
h's choice. So types and whatever the replier knows may be correlated.

`messages` leaves out what cannot matter: a message that gives no type more than the equilibrium whatever is replied,
and one that a single type could have sent (the equilibrium's own reply is optimal there).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from standoff.game.game import CHANCE
from standoff.solve.classes.tree import snapped
from standoff.solve.linked import linked
from standoff.solve.refinements.continuation import Continuation
from standoff.solve.refinements.criteria import Message


@dataclass(frozen=True, eq=False)
class Unexpected:
    """A message with its slots (one per type, in the order of types) and the open information sets that answer it.

    `problem` is None where the criteria do not apply, for the `obstacle`.
    """

    slots: tuple[int, ...]
    replies: tuple[int, ...]
    problem: Message | None
    obstacle: str = ""


@dataclass(frozen=True, eq=False)
class _Choice:
    """One unexpected slot: its open sets' nodes with their probabilities after it, and what the rest is worth."""

    slot: int
    fixed: float  # expected payoff where no open set follows, times its probability
    most: float  # expected payoff if open sets do what is best for the sender
    nodes: tuple[tuple[int, float], ...]


def messages(continuation: Continuation) -> list[Unexpected]:
    """The messages that may matter, in the order of their slots."""
    numeric = continuation.numeric
    game = numeric.game
    choices = [
        _choice(continuation, slot)
        for slot in range(game.n_slots)
        if continuation.expected[game.slot_infoset[slot]] and not continuation.assessment.behaviour[slot] > 0
    ]

    def open_sets(choice: _Choice) -> set[int]:
        return {int(game.infoset[node]) for node, _ in choice.nodes}

    return [
        found
        for group in linked(filter(lambda choice: choice.nodes, choices), open_sets)
        if (found := _unexpected(continuation, group)) is not None
    ]


def _choice(continuation: Continuation, slot: int) -> _Choice:
    numeric = continuation.numeric
    game, branch = numeric.game, continuation.play.branch
    infoset = int(game.slot_infoset[slot])
    actor = game.infosets[infoset].actor
    fixed, most = 0.0, 0.0
    nodes: list[tuple[int, float]] = []
    for node, weight in _weights(continuation, infoset):
        start = int(game.first_child[node]) + slot - int(game.slot_start[infoset])
        most += weight * float(continuation.high[start, actor])
        waiting = [(start, weight)]
        while waiting:
            here, share = waiting.pop()
            if not continuation.varies[here]:
                fixed += share * float(continuation.low[here, actor])
            elif int(game.infoset[here]) in continuation.open:
                nodes.append((here, share))
            else:
                waiting += [(child, share * branch[child]) for child in game.children(here) if branch[child] > 0]
    return _Choice(slot, fixed, most, tuple(sorted(nodes)))


def _weights(continuation: Continuation, infoset: int) -> Iterator[tuple[int, float]]:
    """The nodes of an information set on the path that play reaches, with their beliefs."""
    for node in continuation.numeric.members[infoset].tolist():
        if continuation.surprises[node] == 0:
            yield node, float(continuation.assessment.beliefs[node])


def _unexpected(continuation: Continuation, group: tuple[_Choice, ...]) -> Unexpected | None:
    game = continuation.numeric.game
    slots = tuple(choice.slot for choice in group)
    senders = {game.infosets[int(game.slot_infoset[slot])].actor for slot in slots}
    equilibrium = [_value(continuation, int(game.slot_infoset[slot])) for slot in slots]
    margins = {actor: continuation.tolerance * float(continuation.numeric.payoff_range[actor]) for actor in senders}
    gains = (
        choice.most - value > margins[game.infosets[int(game.slot_infoset[choice.slot])].actor]
        for choice, value in zip(group, equilibrium, strict=True)
    )
    if not any(gains):
        return None
    replies = tuple(sorted({int(game.infoset[node]) for choice in group for node, _ in choice.nodes}))
    obstacle = _obstacle(continuation, group, replies)
    if obstacle:
        return Unexpected(slots, replies, None, obstacle)
    if len(group) == 1:
        return None
    return Unexpected(slots, replies, _problem(continuation, group, replies, equilibrium))


def _value(continuation: Continuation, infoset: int) -> float:
    """What the actor expects at an information set on the path."""
    actor = continuation.numeric.game.infosets[infoset].actor
    return sum(weight * float(continuation.low[node, actor]) for node, weight in _weights(continuation, infoset))


def _obstacle(continuation: Continuation, group: tuple[_Choice, ...], replies: tuple[int, ...]) -> str:
    """Why the criteria do not apply, in words that go on from ``after ...,``; empty if they do."""
    game = continuation.numeric.game
    if any(continuation.foreign(infoset) for infoset in replies):
        return "it may be believed that several choices were unexpected"
    sources = [int(game.slot_infoset[choice.slot]) for choice in group]
    if len(sources) == 1:
        return ""
    if len({game.infosets[infoset].actor for infoset in sources}) > 1:
        return "it is not seen whose choice was unexpected"
    if len(set(sources)) < len(sources):
        return "it is not seen which of several unexpected options was chosen"
    if len({frozenset(_course(continuation, infoset)) for infoset in sources}) > 1:
        return "those who may have chosen it differ by more than nature's moves"
    repliers = {game.infosets[infoset].actor for infoset in replies}
    if len(repliers) > 1:
        return "several actors reply"
    if repliers == {game.infosets[sources[0]].actor}:
        return "the same actor moves again before anyone replies"
    nodes = [node for choice in group for node, _ in choice.nodes]
    if any(continuation.varies[child] for node in nodes for child in game.children(node)):
        return "what follows the reply depends on beliefs in turn"
    if any({int(game.infoset[node]) for node, _ in choice.nodes} != set(replies) for choice in group):
        return "not every type can meet every reply (types are correlated)"
    return ""


def _course(continuation: Continuation, infoset: int) -> Iterator[tuple[tuple[int, int], ...]]:
    """What others than nature did before an information set: (actor, option) per choice, for each node in reach."""
    game = continuation.numeric.game
    for node, _ in _weights(continuation, infoset):
        steps = ((int(game.parent[step]), int(game.action[step])) for step in game.path(node))
        yield tuple((int(game.actor[above]), action) for above, action in steps if game.kind[above] != CHANCE)


def _problem(
    continuation: Continuation, group: tuple[_Choice, ...], replies: tuple[int, ...], equilibrium: list[float]
) -> Message:
    numeric = continuation.numeric
    game = numeric.game
    sender = game.infosets[int(game.slot_infoset[group[0].slot])].actor
    replier = game.infosets[replies[0]].actor
    shape = (
        len(game.actors),
        len(replies),
        max(len(game.infosets[infoset].options) for infoset in replies),
        len(group),
    )
    worth = np.zeros(shape)
    for t, choice in enumerate(group):
        for node, share in choice.nodes:
            children = list(game.children(node))
            worth[:, replies.index(int(game.infoset[node])), : len(children), t] += share * continuation.low[children].T

    def table(actor: int) -> tuple[tuple[tuple[float, ...], ...], ...]:
        return tuple(
            tuple(tuple(worth[actor, g, r].tolist()) for r in range(len(game.infosets[infoset].options)))
            for g, infoset in enumerate(replies)
        )

    return Message(
        tuple(snapped(value) for value in equilibrium),
        tuple(snapped(choice.fixed) for choice in group),
        tuple(tuple(tuple(snapped(u) for u in row) for row in own) for own in table(sender)),
        tuple(tuple(tuple(snapped(u) for u in row) for row in own) for own in table(replier)),
        snapped(continuation.tolerance * float(numeric.payoff_range[sender])),
        snapped(continuation.tolerance * float(numeric.payoff_range[replier])),
    )
