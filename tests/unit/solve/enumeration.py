"""Brute force over pure profiles, for tests: plain recursion on the tree, beliefs set by set.

Shares nothing with the solvers: a profile is a dict from information set to option number.
"""

from __future__ import annotations

import itertools

import numpy as np
from scipy.optimize import linprog

from standoff.game.game import CHANCE, TERMINAL


def profiles(numeric, fixed=None):
    """All pure profiles over information sets that are not void; `fixed` by name: option label."""
    game, fixed = numeric.game, fixed or {}
    ranges = {}
    for h, nodes in enumerate(numeric.members):
        if nodes.size:
            options = game.infosets[h].options
            name = game.infosets[h].move
            ranges[h] = [options.index(fixed[name])] if name in fixed else range(len(options))
    for choice in itertools.product(*ranges.values()):
        yield dict(zip(ranges, choice, strict=True))


def values(numeric, profile):
    """[node][actor] expected payoffs and [node] reach under a pure profile."""
    game = numeric.game
    reach = np.zeros(game.n_nodes)
    reach[0] = 1
    for node in range(game.n_nodes):
        for action, child in enumerate(game.children(node)):
            if game.kind[node] == CHANCE:
                reach[child] = reach[node] * numeric.chance[child]
            elif numeric.live[node]:
                reach[child] = reach[node] * (profile[int(game.infoset[node])] == action)
    value = np.zeros((game.n_nodes, len(game.actors)))
    for node in range(game.n_nodes - 1, -1, -1):
        children = list(game.children(node))
        if game.kind[node] == TERMINAL:
            value[node] = numeric.payoffs[game.terminal[node]]
        elif game.kind[node] == CHANCE:
            value[node] = sum(numeric.chance[child] * value[child] for child in children)
        elif numeric.live[node]:
            value[node] = value[children[profile[int(game.infoset[node])]]]
    return value, reach


def weakly_rational(numeric, profile):
    """Whether Bayes' beliefs on the path, and some belief at each set off it, make every option optimal."""
    game = numeric.game
    value, reach = values(numeric, profile)
    for h, nodes in enumerate(numeric.members):
        if not nodes.size:
            continue
        actor = game.infosets[h].actor
        played = profile[h]
        gains = np.array([[value[c][actor] for c in game.children(x)] for x in nodes])
        gains = (gains - gains[:, [played]]) / (numeric.payoff_range[actor] or 1.0)
        if reach[nodes].sum() > 0:
            belief = reach[nodes] / reach[nodes].sum()
            if (belief @ gains).max() > 1e-9:
                return False
        elif not (gains.max(axis=1) <= 1e-9).any():
            if gains.shape[1] == 2 or gains.min(axis=0).max() > 1e-9:
                return False
            answer = linprog(
                np.zeros(len(nodes)),
                A_ub=gains.T,
                b_ub=np.full(gains.shape[1], 1e-9),
                A_eq=np.ones((1, len(nodes))),
                b_eq=[1],
            )
            if answer.status != 0:
                return False
    return True


def weak_profiles(numeric, fixed=None):
    return [profile for profile in profiles(numeric, fixed) if weakly_rational(numeric, profile)]


def options_played(numeric, behaviour):
    """The pure profile of a behaviour strategy."""
    game = numeric.game
    return {h: int(np.argmax(behaviour[game.options(h)])) for h, nodes in enumerate(numeric.members) if nodes.size}


def key(profile):
    return tuple(sorted(profile.items()))
