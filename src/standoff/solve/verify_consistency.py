"""Is an assessment well formed and consistent? The verifier's conditions on strategy, beliefs and witness.

Notation: behaviour sigma ``[slot]``, beliefs mu ``[node]``, witness (c, k) ``[slot]``, that is trembles k * eps**c. An
assessment is consistent (Kreps and Wilson 1982) if, at every information set that is not void,

- *W1*: c >= 0 exact, c = 0 exactly where sigma > 0, and there k = sigma (relative 1e-9); log k finite everywhere;
- *W2*: with C(x) the sum of c along the path to x, mu > 0 exactly on the nodes of least C of each information set. A
  belief of 0 at such a node is also accepted where the witness implies less than the least normal double;
- *W3*: there, mu(x) / mu(y) is the ratio of the products of chance probabilities and of k (sigma on the support) along
  the paths, relative 1e-9 (more only for subnormal beliefs, which have fewer digits).

C and log weights are summed in integers: a huge exponent or coefficient cannot swallow a small one. A belief that is
wrong by a share d moves a gain by at most 2 d, so the bound of W3 is of the order of the tolerance on gains.
Part of the verifier (`standoff.solve.verify`), so nothing here is shared with a solver.
"""

from __future__ import annotations

import math
import sys
from fractions import Fraction
from numbers import Rational

import numpy as np

from standoff.game.game import Floats
from standoff.solve.assessment import Witness
from standoff.solve.verify_game import Fault, LiveGame

SUM_TOLERANCE, RATIO_TOLERANCE = 1e-9, 1e-9

_LOG_TINY = math.log(sys.float_info.min)
_UNIT = 2**60  # log weights are integers in units of 1 / _UNIT
_FAR = 2000 * _UNIT  # no ratio of two doubles comes near exp(2000)


def wrong_strategy(tree: LiveGame, behaviour: Floats) -> Fault | None:
    """Whether some set's probabilities are no distribution (void sets apart)."""
    game = tree.game
    if behaviour.shape != (game.n_slots,):
        return Fault("strategy", f"the strategy has shape {behaviour.shape}, the game has {game.n_slots} options")
    for infoset, nodes in enumerate(tree.members):
        own = behaviour[game.options(infoset)]
        if nodes and not (np.isfinite(own).all() and own.min() >= 0 and own.max() <= 1):
            reason = f"a probability at {game.infosets[infoset].name} is outside [0, 1]: {own.tolist()}"
            return Fault("strategy", reason)
        if nodes and not abs(own.sum() - 1) <= SUM_TOLERANCE:
            return Fault("strategy", f"probabilities at {game.infosets[infoset].name} sum to {own.sum():.12g}")
    return None


def wrong_beliefs(tree: LiveGame, beliefs: Floats) -> Fault | None:
    """Whether some set's beliefs are no distribution over its nodes that exist."""
    game = tree.game
    if beliefs.shape != (game.n_nodes,):
        return Fault("beliefs", f"the beliefs have shape {beliefs.shape}, the game has {game.n_nodes} nodes")
    for infoset, nodes in enumerate(tree.members):
        own, name = beliefs[nodes], game.infosets[infoset].name
        if nodes and not (np.isfinite(own).all() and own.min() >= 0):
            return Fault("beliefs", f"a belief at {name} is negative or not a number: {own.tolist()}")
        if nodes and not abs(own.sum() - 1) <= SUM_TOLERANCE:
            return Fault("beliefs", f"beliefs at {name} sum to {own.sum():.12g}")
    absent = np.flatnonzero(~tree.live & (game.infoset >= 0) & (beliefs > 0))
    for node in absent.tolist():
        if tree.members[game.infoset[node]]:
            return Fault("beliefs", f"{game.history(node)} has probability 0 by chance but belief {beliefs[node]:.3g}")
    return None


def normalised(tree: LiveGame, beliefs: Floats) -> Floats:
    """Beliefs that sum to one exactly, 0 at every node that has none."""
    result = np.zeros(tree.game.n_nodes)
    for nodes in tree.members:
        if nodes:
            result[nodes] = beliefs[nodes] / beliefs[nodes].sum()
    return result


def inconsistency(tree: LiveGame, behaviour: Floats, beliefs: Floats, witness: Witness | None) -> Fault | None:
    """What is wrong with the witness, or with the beliefs by it: the first of W1, W2, W3 that fails, if any does."""
    fault = _broken_trembles(tree, behaviour, witness)
    if fault or witness is None:
        return fault
    cost, weight = _path_totals(tree, behaviour, witness)
    believed = beliefs.tolist()
    existing = [infoset for infoset, nodes in enumerate(tree.members) if nodes]
    faults = [_wrong_support(tree, infoset, cost, weight, believed) for infoset in existing]
    faults += [_wrong_ratio(tree, infoset, weight, believed) for infoset in existing]
    return next((fault for fault in faults if fault), None)


def _broken_trembles(tree: LiveGame, behaviour: Floats, witness: Witness | None) -> Fault | None:
    """W1."""
    game = tree.game
    if witness is None:
        return Fault("W1", "W1: there is no witness, so nothing shows that the beliefs are consistent")
    if not len(witness.exponents) == len(witness.log_coefficients) == game.n_slots:
        return Fault("W1", f"W1: the witness does not have one entry for each of the game's {game.n_slots} options")
    for slot in np.flatnonzero(tree.counts).tolist():
        c, log_k, p = witness.exponents[slot], float(witness.log_coefficients[slot]), float(behaviour[slot])
        infoset = game.infosets[int(game.slot_infoset[slot])]
        option = infoset.options[slot - int(game.slot_start[game.slot_infoset[slot]])]
        place = f"of {option} at {infoset.name}"
        if not isinstance(c, Rational) or c < 0:
            return Fault("W1", f"W1: the exponent {place} is {c}, not an exact fraction of at least 0")
        if (c == 0) != (p > 0):
            return Fault("W1", f"W1: the exponent {place} is {c}, but its probability is {p:.6g}")
        if not math.isfinite(log_k):
            return Fault("W1", f"W1: the logarithm of the coefficient {place} is {log_k}")
        if p > 0 and not abs(log_k - math.log(p)) <= RATIO_TOLERANCE:
            return Fault("W1", f"W1: the coefficient {place} is exp({log_k:.12g}), its probability {p:.12g}")
    return None


def _path_totals(tree: LiveGame, behaviour: Floats, witness: Witness) -> tuple[list[int], list[int]]:
    """Per node the sum of exponents (over a common denominator) and of log weights (in 1 / _UNIT) on its path."""
    game = tree.game
    slots = np.flatnonzero(tree.counts).tolist()
    denominator = math.lcm(*(int(witness.exponents[slot].denominator) for slot in slots))
    step_cost, step_weight = [0] * game.n_slots, [0] * game.n_slots
    for slot in slots:
        p = float(behaviour[slot])
        step_cost[slot] = int(Fraction(witness.exponents[slot]) * denominator)
        step_weight[slot] = _units(math.log(p) if p > 0 else float(witness.log_coefficients[slot]))
    cost, weight = [0] * game.n_nodes, [0] * game.n_nodes
    for node in tree.nodes[1:]:
        above, slot = tree.parent[node], tree.slot[node]
        if slot >= 0:
            cost[node], weight[node] = cost[above] + step_cost[slot], weight[above] + step_weight[slot]
        else:
            cost[node], weight[node] = cost[above], weight[above] + _units(math.log(tree.chance[node]))
    return cost, weight


def _units(value: float) -> int:
    numerator, denominator = value.as_integer_ratio()
    return numerator * _UNIT // denominator


def _log_ratio(weight: int, other: int) -> float:
    """The difference of two log weights; far outside the range of doubles, just that."""
    return max(-_FAR, min(_FAR, weight - other)) / _UNIT


def _wrong_support(
    tree: LiveGame, infoset: int, cost: list[int], weight: list[int], beliefs: list[float]
) -> Fault | None:
    """W2."""
    nodes = tree.members[infoset]
    least = min(cost[node] for node in nodes)
    heaviest = max(weight[node] for node in nodes if cost[node] == least)
    name = tree.game.infosets[infoset].name
    for node in nodes:
        if beliefs[node] > 0 and cost[node] != least:
            what = f"has belief {beliefs[node]:.6g}, but trembles reach {name} more cheaply elsewhere"
            return Fault("W2", f"W2: {tree.game.history(node) or 'the root'} {what}")
        if beliefs[node] == 0 and cost[node] == least and _log_ratio(weight[node], heaviest) >= _LOG_TINY:
            what = f"has belief 0, but no node of {name} is cheaper to reach by trembles"
            return Fault("W2", f"W2: {tree.game.history(node) or 'the root'} {what}")
    return None


def _wrong_ratio(tree: LiveGame, infoset: int, weight: list[int], beliefs: list[float]) -> Fault | None:
    """W3: every believed node against the one believed most."""
    nodes = tree.members[infoset]
    most = max(nodes, key=beliefs.__getitem__)
    for node in nodes:
        if beliefs[node] > 0:
            implied = _log_ratio(weight[node], weight[most])
            excess = abs(math.log(beliefs[node]) - math.log(beliefs[most]) - implied)
            # a subnormal belief is a multiple of 5e-324
            if not excess <= RATIO_TOLERANCE + 1e-323 / beliefs[node]:
                place = f"{tree.game.history(node) or 'the root'} at {tree.game.infosets[infoset].name}"
                what = f"is off by a factor exp({excess:.3g}) from what Bayes' rule and the trembles imply"
                return Fault("W3", f"W3: the belief {beliefs[node]:.6g} in {place} {what}")
    return None
