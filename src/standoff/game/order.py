"""Order of play and perfect recall, from the bare arrays of a tree.

Notation. Nodes are numbered so that a parent comes before its children (breadth first and prefix order both do);
``parent[node]`` is -1 at the root; ``infoset[node]`` is -1 at chance and terminal nodes; ``action[node]`` says which
branch of its parent leads to the node. Information sets may carry any numbers 0, 1, 2, ...

Information set h *precedes* h' when some node of h' lies below some node of h. An *order of play* is a linear order of
the information sets that extends this relation; there is none when the relation has a cycle, such as that of a player
who is *absent-minded*, where one path meets an information set twice (Piccione and Rubinstein, Games and Economic
Behavior 20, 1997). A player has *perfect recall* when, at all nodes of each of its information sets, the sequence of
its own earlier information sets and choices is the same (Kuhn 1953; in this form Selten, International Journal of Game
Theory 4, 1975).
"""

from __future__ import annotations

import heapq

import numpy as np

from standoff.game.game import Ints


def order_of_play(parent: Ints, infoset: Ints) -> Ints | None:
    """The information sets in an order of play, ``[position]``; None when their precedence is cyclic.

    Of the sets that may come next, the one with the smallest number does. With ``order`` the result,
    ``np.argsort(order)[h]`` is the position of set h.
    """
    after = _direct_successors(parent, infoset)
    waiting = [0] * len(after)
    for successors in after:
        for successor in successors:
            waiting[successor] += 1
    ready = [number for number, count in enumerate(waiting) if count == 0]
    order: list[int] = []
    while ready:
        current = heapq.heappop(ready)
        order.append(current)
        for successor in after[current]:
            waiting[successor] -= 1
            if waiting[successor] == 0:
                heapq.heappush(ready, successor)
    return np.array(order, dtype=np.int64) if len(order) == len(after) else None


def _direct_successors(parent: Ints, infoset: Ints) -> list[set[int]]:
    """Per information set, the sets that are next on some path.

    These pairs have the same transitive closure as the full relation, hence the same cycles and the same orders.
    """
    own = infoset.tolist()
    above = [-1] * len(own)  # [node] information set of the nearest decision node strictly above
    after: list[set[int]] = [set() for _ in range(max(own, default=-1) + 1)]
    for node, up in enumerate(parent.tolist()):
        if up >= 0:
            above[node] = own[up] if own[up] >= 0 else above[up]
        if own[node] >= 0 and above[node] >= 0:
            after[above[node]].add(own[node])
    return after


def has_perfect_recall(parent: Ints, action: Ints, actor: Ints, infoset: Ints) -> bool:
    """Whether every player remembers what it knew and did.

    ``actor[node]`` is -1 at chance and terminal nodes. Sequences of own moves are numbered as they first occur, so that
    equal numbers mean equal sequences; 0 is the empty one.
    """
    players, own = actor.tolist(), infoset.tolist()
    numbers: dict[tuple[int, int, int], int] = {}
    sequence = np.zeros((len(own), max(players, default=-1) + 1), dtype=np.int64)  # [node, actor]
    at_set: dict[int, int] = {}
    for node, (up, choice) in enumerate(zip(parent.tolist(), action.tolist(), strict=True)):
        if up >= 0:
            sequence[node] = sequence[up]
            if own[up] >= 0:
                step = (int(sequence[up, players[up]]), own[up], choice)
                sequence[node, players[up]] = numbers.setdefault(step, len(numbers) + 1)
        if own[node] >= 0:
            here = int(sequence[node, players[node]])
            if at_set.setdefault(own[node], here) != here:
                return False
    return True
