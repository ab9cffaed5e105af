"""What the best one-shot deviations from a profile gain, on the path and off it, without asking for consistency.

Gains are in expectation over the profile as it is, as shares of the actor's payoff range. Off the path are information
sets reached with a probability below `OFF_PATH`. *Bayes* takes the beliefs of the profile (sums of logarithms), *any*
the belief that makes the gain smallest, set by set, which is more than an equilibrium may choose.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from standoff.game.game import Floats, NumericGame

OFF_PATH = 1e-6


@dataclass(frozen=True)
class Deviations:
    """The best one-shot gains of a profile, as shares of the payoff range."""

    on_path: float
    off_path_bayes: float
    off_path_any: float


def deviations(numeric: NumericGame, behaviour: Floats) -> Deviations:
    game = numeric.game
    with np.errstate(divide="ignore"):
        steps = np.log(numeric.chance) + np.append(np.log(behaviour), 0.0)[game.slot]
    log_reach = game.path_sums(steps)
    value = node_values(numeric, behaviour)
    on_path = bayes = generous = 0.0
    for number, nodes in enumerate(numeric.members):
        if not nodes.size:
            continue
        actor = game.infosets[number].actor
        span = float(numeric.payoff_range[actor]) or 1.0
        choices = range(len(game.infosets[number].options))
        options = np.stack([value[game.first_child[nodes] + choice, actor] for choice in choices])
        excess = (options - value[nodes, actor]) / span  # [option, node]
        top = float(log_reach[nodes].max())
        held = np.exp(log_reach[nodes] - top) if np.isfinite(top) else None
        by_bayes = float((excess @ (held / held.sum())).max()) if held is not None else least_gain(excess)
        if np.exp(log_reach[nodes]).sum() >= OFF_PATH:
            on_path = max(on_path, by_bayes)
        else:
            bayes, generous = max(bayes, by_bayes), max(generous, min(by_bayes, least_gain(excess)))
    return Deviations(on_path, bayes, generous)


def node_values(numeric: NumericGame, behaviour: Floats) -> Floats:
    """[node, actor] expected payoffs from each node on."""
    game = numeric.game
    value = np.zeros((game.n_nodes, len(game.actors)))
    value[game.terminals] = numeric.payoffs
    branch = numeric.chance * np.append(behaviour, 1.0)[game.slot]
    for node in range(game.n_nodes - 1, 0, -1):
        value[game.parent[node]] += branch[node] * value[node]
    return value


def least_gain(excess: Floats) -> float:
    """The smallest over beliefs of the largest over options: a linear programme in (belief, bound)."""
    options, nodes = excess.shape
    if nodes == 1:
        return float(excess.max())
    solved = linprog(
        np.append(np.zeros(nodes), 1.0),
        A_ub=np.hstack([excess, -np.ones((options, 1))]),
        b_ub=np.zeros(options),
        A_eq=np.append(np.ones(nodes), 0.0)[None, :],
        b_eq=[1.0],
        bounds=[(0, 1)] * nodes + [(None, None)],
    )
    return float(solved.fun)
