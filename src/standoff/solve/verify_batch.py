"""The verifier for many draws of one game at once: behaviour with whole-number exponents of trembles.

The conditions are those of `standoff.solve.verify` for a sequential equilibrium; coefficients of trembles are 1 unless
they are given:

- W1: behaviour is a distribution at each information set, its exponents are 0 exactly where it is positive, and
  positive elsewhere;
- W2: beliefs sit on the nodes of an information set whose paths have the least sum of exponents (exact: 64-bit whole
  numbers, whose sums are checked not to overflow);
- W3: there they are as the products of chance probabilities, positive behaviour and coefficients on the paths;
- at no information set, on or off the path, does any option gain more than the tolerance over the worst that is played,
  as a share of its actor's range of payoffs, under these beliefs and with play going on as it is.

It walks the tree node by node and looks at each information set by itself. Nothing here is shared with a solver. Draws
in which some chance branch has probability zero are for the other verifier: they are refused.

Axes: ``behaviour[slot, draw]``, ``exponents[slot, draw]``, ``gain[draw]``, ``reach[node, draw]``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from standoff.errors import ConceptError
from standoff.game.batch import Batch
from standoff.game.game import Bools, Floats, Game, Ints

PURE, MIXED = 1e-9, 1e-7  # largest gain of a pure and of a mixed equilibrium, as a share of the payoff range
SUM_TOLERANCE = 1e-12
LARGEST = 2**62  # no sum of exponents may come near what 64 bits hold


@dataclass(frozen=True, eq=False)
class Verdicts:
    """What holds at each draw; `reach` is the probability that play under the profile comes to a node.

    Of a draw that was refused for its chance branches nothing is known: NaN.
    """

    holds: Bools  # [draw]
    gain: Floats  # [draw] the largest gain at any information set
    reach: Floats  # [node, draw]
    payoffs: Floats  # [actor, draw] expected, in utility


def verify_batch(given: Batch, behaviour: Floats, exponents: Ints, coefficients: Floats | None = None) -> Verdicts:
    """Whether each profile is a sequential equilibrium, its exponents the witness.

    Raises `ConceptError` where the game lacks perfect recall or an order of play.
    """
    game = given.game
    if not (game.perfect_recall and game.ordered):
        raise ConceptError("sequential equilibrium needs perfect recall and an order of play; verify concept nash")
    if coefficients is None:
        coefficients = np.ones_like(behaviour)
    whole = np.flatnonzero(~given.pruned)
    if len(whole) < len(given):
        part = _verdicts(given.take(whole), behaviour[:, whole], exponents[:, whole], coefficients[:, whole])
        return _spread(part, whole, len(given))
    return _verdicts(given, behaviour, exponents, coefficients)


def _spread(part: Verdicts, columns: Ints, draws: int) -> Verdicts:
    """Verdicts on some of the draws; the others do not hold, and nothing is known of them."""
    holds, gain = np.zeros(draws, dtype=bool), np.full(draws, np.nan)
    reach = np.full((len(part.reach), draws), np.nan)
    payoffs = np.full((len(part.payoffs), draws), np.nan)
    holds[columns], gain[columns] = part.holds, part.gain
    reach[:, columns], payoffs[:, columns] = part.reach, part.payoffs
    return Verdicts(holds, gain, reach, payoffs)


def _verdicts(given: Batch, behaviour: Floats, exponents: Ints, coefficients: Floats) -> Verdicts:
    game = given.game
    sound = _trembles(game, behaviour, exponents)
    positive = np.isfinite(coefficients) & (coefficients > 0)
    sound &= positive.all(axis=0)
    coefficients = np.where(positive, coefficients, 1.0)
    branch = given.chance.copy()
    after = np.flatnonzero(game.slot >= 0)
    branch[after] = behaviour[game.slot[after]]
    cost, weight = _downwards(given, np.where(behaviour > 0, behaviour, coefficients), exponents)
    worth, reach = _upwards(given, branch), branch.copy()
    reach[0] = 1.0
    for level in game.levels[1:]:
        reach[level] *= reach[game.parent[level]]
    low, high = given.payoffs.min(axis=0), given.payoffs.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    gain = np.zeros(len(given))
    for number, nodes in enumerate(game.members):
        if nodes.size:
            found = _gain(game, number, nodes, cost, weight, worth, behaviour)
            np.maximum(gain, found / span[game.infosets[number].actor], out=gain)
    pure = np.all((behaviour == 0) | (behaviour == 1), axis=0)
    holds = sound & (gain <= np.where(pure, PURE, MIXED))
    return Verdicts(holds, gain, reach, worth[0])


def _trembles(game: Game, behaviour: Floats, exponents: Ints) -> Bools:
    """[draw] whether W1 holds, and exponents are small enough to be summed."""
    sound = ((exponents == 0) == (behaviour > 0)).all(axis=0)
    sound &= (exponents >= 0).all(axis=0) & (exponents <= LARGEST // max(len(game.levels), 1)).all(axis=0)
    sound &= (behaviour >= 0).all(axis=0) & (behaviour <= 1).all(axis=0)
    for number in range(len(game.infosets)):
        sound &= np.abs(behaviour[game.options(number)].sum(axis=0) - 1) <= SUM_TOLERANCE
    return np.asarray(sound)


def _downwards(given: Batch, coefficient: Floats, exponents: Ints) -> tuple[Ints, Floats]:
    """[node, draw] on the path: the sum of exponents, and of the logarithms of chances and coefficients."""
    game = given.game
    cost = np.zeros((game.n_nodes, len(given)), dtype=np.int64)
    weight = np.zeros((game.n_nodes, len(given)))
    chance, coefficient = np.log(given.chance), np.log(coefficient)
    for level in game.levels[1:]:
        parents, slots = game.parent[level], game.slot[level]
        cost[level] = cost[parents]
        weight[level] = weight[parents] + chance[level]
        after = np.flatnonzero(slots >= 0)
        cost[level.start + after] += exponents[slots[after]]
        weight[level.start + after] += coefficient[slots[after]]
    return cost, weight


def _upwards(given: Batch, branch: Floats) -> Floats:
    """[node, actor, draw] what each actor expects from a node on."""
    game = given.game
    worth = np.zeros((game.n_nodes, len(game.actors), len(given)))
    worth[game.terminals] = given.payoffs
    for node in range(game.n_nodes - 1, -1, -1):
        for child in game.children(node) if game.n_children[node] else ():
            worth[node] += branch[child] * worth[child]
    return worth


def _gain(game: Game, number: int, nodes: Ints, cost: Ints, weight: Floats, worth: Floats, behaviour: Floats) -> Floats:
    """[draw] what the best option of an information set has over the worst that is played, in utility."""
    actor, first = game.infosets[number].actor, game.first_child[nodes]
    spent = cost[nodes]
    # in logarithms: products of many small numbers lose digits long before their ratios do
    believed = np.where(spent == spent.min(axis=0), weight[nodes], -np.inf)
    belief = np.exp(believed - believed.max(axis=0))
    belief = belief / belief.sum(axis=0)
    options = len(game.infosets[number].options)
    value = np.stack([(belief * worth[first + option, actor]).sum(axis=0) for option in range(options)])
    played = np.where(behaviour[game.options(number)] > 0, value, np.inf)
    return np.asarray(value.max(axis=0) - played.min(axis=0))
