"""What an actor can gain by deviating: the verifier's measurements.

Gains are shares of the actor's payoff range (see `standoff.solve.verify_game`), weighted by nothing.

- *one-shot gain* at an information set: the value of the best option minus that of the worst option in the support,
  given the beliefs there and play going on as it is. Never less than the gain in expectation, which a bad option of
  probability 1e-12 would hide.
- *continuation gain*: the same actor free at all its later information sets too, its beliefs there being those at the
  present one propagated by Bayes' rule. Where beliefs agree, one-shot gains bound this by their sum (the one-shot
  deviation principle), so it may reach the tolerance times the actor's information sets in a row from here on.
- *best replies* by the sequence form (von Stengel 1996): dynamic programming over the actor's own information sets,
  which perfect recall makes a forest. Without perfect recall, all pure strategies, which are deviations enough for an
  equilibrium in mixed strategies (an absent-minded actor may do better with a behaviour strategy: not examined).
- *logit residual*: total variation distance between a strategy and the logit reply (McKelvey and Palfrey 1998).

Part of the verifier (`standoff.solve.verify`), so nothing here is shared with a solver.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from standoff.game.game import TERMINAL, Floats
from standoff.solve.verify_game import Fault, LiveGame, Play, has_recall, last_choices, last_moves, own_sets


@dataclass(frozen=True)
class Gains:
    """Measurements over all information sets, and the faults that follow from them."""

    one_shot: float
    where: str
    continuation: float
    faults: tuple[Fault, ...]


def gains(tree: LiveGame, play: Play, beliefs: Floats, tolerance: float) -> Gains:
    """The largest one-shot and continuation gains at any information set that is not void."""
    game = tree.game
    if not any(tree.members):
        return Gains(0.0, "", 0.0, ())
    value = _option_values(tree, play, beliefs)
    one_shot = _shortfall(tree, play, value)
    now = np.bincount(game.slot_infoset, weights=play.probability * value, minlength=len(game.infosets))
    free, stages = _continuation_values(tree, play, beliefs, tolerance)
    further = np.where(stages > 0, free - now, 0.0)
    largest, excess = int(np.argmax(one_shot)), further - tolerance * np.maximum(stages, 1)
    faults = []
    if not one_shot[largest] <= tolerance:
        what = f"{one_shot[largest]:.3g} of the payoff range, more than {tolerance:.3g}"
        faults.append(Fault("gain", f"a deviation at {game.infosets[largest].name} gains {what}"))
    worst = int(np.argmax(excess))
    if not excess[worst] <= 0:
        what = f"gains {further[worst]:.3g} of the payoff range over {stages[worst]:.0f} information sets in a row"
        faults.append(Fault("continuation", f"another course from {game.infosets[worst].name} on {what}"))
    where = game.infosets[largest].name if one_shot[largest] > 0 else ""
    return Gains(float(one_shot[largest]), where, max(0.0, float(further.max())), tuple(faults))


def _option_values(tree: LiveGame, play: Play, beliefs: Floats) -> Floats:
    """[slot] expected utility of an option to the actor whose set it is, given its beliefs, play continuing as is."""
    slot = tree.game.slot
    after = np.flatnonzero(tree.live & (slot >= 0))
    above = tree.game.parent[after]
    weights = beliefs[above] * play.values[after, tree.game.actor[above]]
    return np.asarray(np.bincount(slot[after], weights=weights, minlength=tree.game.n_slots), dtype=np.float64)


def _shortfall(tree: LiveGame, play: Play, value: Floats) -> Floats:
    """[infoset] the best option's value minus the worst in the support; 0 in void sets."""
    best = np.full(len(tree.members), -np.inf)
    worst = np.full(len(tree.members), np.inf)
    used = play.probability > 0
    np.maximum.at(best, tree.game.slot_infoset, value)
    np.minimum.at(worst, tree.game.slot_infoset[used], value[used])
    void = np.array([not nodes for nodes in tree.members])
    return np.where(void, 0.0, best - np.where(void, 0.0, worst))


def _continuation_values(tree: LiveGame, play: Play, beliefs: Floats, tolerance: float) -> tuple[Floats, Floats]:
    """[infoset] what an actor can get from there on, free at all its sets; and its sets in a row (0 where void).

    One pass starts afresh at every set, with its own beliefs. Only where these differ from the propagated ones by more
    than a tenth of the tolerance do further passes start at one depth at a time (sets of equal depth are disjoint).
    """
    values, stages = np.zeros(len(tree.members)), np.zeros(len(tree.members))
    for actor in range(len(tree.game.actors)):
        own = own_sets(tree, actor)
        last = last_choices(tree, actor)
        before = {h: int(tree.game.slot_infoset[slot]) if (slot := last[tree.members[h][0]]) >= 0 else -1 for h in own}
        depth: dict[int, int] = {}
        for h in own:
            depth[h] = depth[before[h]] + 1 if before[h] >= 0 else 0
        for h in reversed(own):
            stages[h] = max(stages[h], 1)
            if before[h] >= 0:
                stages[before[h]] = max(stages[before[h]], stages[h] + 1)
        starts = [(tree.members[h], beliefs[tree.members[h]].tolist()) for h in own]
        value, mismatch = _best_replies(tree, play, actor, starts)
        values[own] = value
        if not mismatch <= tolerance / 10:
            for level in range(max(depth.values(), default=0)):
                chosen = [index for index, h in enumerate(own) if depth[h] == level]
                value, _ = _best_replies(tree, play, actor, [starts[index] for index in chosen])
                values[[own[index] for index in chosen]] = value
    return values, stages


def _best_replies(
    tree: LiveGame, play: Play, actor: int, starts: Sequence[tuple[list[int], list[float]]]
) -> tuple[list[float], float]:
    """What the actor's best reply gets from each start (nodes and their weights), needing perfect recall.

    Play flows on from a start with its own weights, by the others' and chance's probabilities; what comes in at its
    nodes counts for the start above. Also returned: the largest difference, summed over the nodes that follow one
    option, between what comes in at a start and the start's weights times the total.
    """
    n_slots, sink = tree.game.n_slots, tree.game.n_slots + len(starts)
    fresh = {node: (w, n_slots + g) for g, (own, ws) in enumerate(starts) for node, w in zip(own, ws, strict=True)}
    inflow, outflow = [1.0] * tree.game.n_nodes, [1.0] * tree.game.n_nodes
    entry, credit = [sink] * tree.game.n_nodes, [sink] * tree.game.n_nodes  # which option or start a value belongs to
    for node in tree.nodes:
        if node:
            above = tree.parent[node]
            chosen = tree.owner[above] == actor
            inflow[node] = outflow[above] * (1.0 if chosen else play.branch[node])
            entry[node] = tree.slot[node] if chosen else credit[above]
        outflow[node], credit[node] = fresh.get(node, (inflow[node], entry[node]))
    total = [0.0] * (sink + 1)
    utility = tree.utility[:, actor].tolist()
    for node in tree.game.terminals[tree.live[tree.game.terminals]].tolist():
        total[credit[node]] += outflow[node] * utility[node]
    mismatch = [0.0] * (sink + 1)
    sets = [(tree.members[h][0], 1, h) for h in own_sets(tree, actor)]
    blocks = sets + [(own[0], 0, g) for g, (own, _) in enumerate(starts)]
    for first, is_set, index in sorted(blocks, reverse=True):  # last in play first; a set before a start at its node
        if is_set:
            total[credit[first]] += max(total[tree.game.options(index)])
            continue
        own, weights = starts[index]
        arriving = sum(inflow[node] for node in own)
        total[entry[first]] += arriving * total[n_slots + index]
        if entry[first] != sink:
            gaps = (abs(inflow[node] - arriving * w) for node, w in zip(own, weights, strict=True))
            mismatch[entry[first]] += sum(gaps)
    return total[n_slots:sink], max(mismatch)


def best_values(tree: LiveGame, play: Play, actor: int, roots: Sequence[int]) -> list[float]:
    """[root] the most the actor can get in the subgame at each root; without perfect recall only at the game's."""
    if has_recall(tree, actor):
        return _best_replies(tree, play, actor, [([root], [1.0]) for root in roots])[0]
    return [_best_pure_strategy(tree, play, actor) for _ in roots]


def choice_counts(tree: LiveGame, actor: int) -> tuple[int, ...]:
    """How many options the actor has at each of its sets where it has a choice."""
    counts = (len(tree.game.infosets[h].options) for h in own_sets(tree, actor))
    return tuple(count for count in counts if count > 1)


def _best_pure_strategy(tree: LiveGame, play: Play, actor: int) -> float:
    """The best payoff of any pure strategy, by enumeration: a table with one axis per information set."""
    choices = [h for h in own_sets(tree, actor) if len(tree.game.infosets[h].options) > 1]
    axis = {h: position for position, h in enumerate(choices)}
    table = np.zeros(choice_counts(tree, actor))
    flow = [1.0] * tree.game.n_nodes
    needs: list[tuple[int | slice, ...]] = [(slice(None),) * len(choices)] * tree.game.n_nodes
    infoset, action = tree.game.infoset.tolist(), tree.game.action.tolist()
    for node in tree.nodes[1:]:
        above = tree.parent[node]
        flow[node], needs[node] = flow[above], needs[above]
        if tree.owner[above] != actor:
            flow[node] *= play.branch[node]
        elif infoset[above] in axis:
            position = axis[infoset[above]]
            if needs[above][position] not in (slice(None), action[node]):
                flow[node] = 0.0  # two choices at one set: no pure strategy goes there
            needs[node] = (*needs[above][:position], action[node], *needs[above][position + 1 :])
        if tree.game.kind[node] == TERMINAL:
            table[needs[node]] += flow[node] * tree.utility[node, actor]
    return float(table.max())


def logit_residuals(tree: LiveGame, play: Play, precision: float, tolerance: float) -> Floats:
    """[infoset] total variation distance from the logit reply; 0 in void sets. Needs an order of play.

    Where a probability is below the tolerance (it may have underflowed), Bayes' rule at later sets uses the logit
    reply's own, so that beliefs far off the path are those of a fixed point.
    """
    game = tree.game
    residual, log_reach = np.zeros(len(tree.members)), np.full(game.n_nodes, math.nan)
    with np.errstate(divide="ignore"):
        log_p = np.log(play.probability)
    entered, since = last_moves(tree)
    for infoset, nodes in enumerate(tree.members):
        if not nodes:
            continue
        actor, options = tree.owner[nodes[0]], game.options(infoset)
        for node in nodes:
            move = entered[node]
            log_reach[node] = since[node] + (log_reach[tree.parent[move]] + log_p[tree.slot[move]] if move else 0.0)
        belief = np.exp(log_reach[nodes] - log_reach[nodes].max())
        below = game.first_child[nodes][:, None] + np.arange(options.stop - options.start)
        value = (belief / belief.sum()) @ play.values[below, actor]
        log_reply = precision * tree.span[actor] * (value - value.max())
        log_reply -= math.log(np.exp(log_reply).sum())
        own = play.probability[options]
        residual[infoset] = np.abs(np.exp(log_reply) - own).sum() / 2
        log_p[options] = np.where(own > tolerance, log_p[options], log_reply)
    return residual
