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
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.errors import ConceptError
from standoff.game.batch import Batch
from standoff.game.game import Bools, Floats, Game, Ints
from standoff.solve.verify_kernel import Check, check_of

PURE, MIXED = 1e-9, 1e-7  # largest gain of a pure and of a mixed equilibrium, as a share of the payoff range
SUM_TOLERANCE = 1e-12
LARGEST = 2**62  # no sum of exponents may come near what 64 bits hold
NODES, DRAWS = 1000, 12  # largest game that a check is compiled for, and draws per node that pay for it
NUMBERS, LEAST, MOST = 2**22, 512, 8192  # that a block of draws may have in its rows; draws of a block


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
    mixed = coefficients is not None or not _plain(behaviour)
    if not _pays(game, max(len(given), given.among)):
        return verify_arrays(given, behaviour, exponents, coefficients)
    return _by_check(_check(game, mixed), given, behaviour, exponents, coefficients)


def verify_arrays(given: Batch, behaviour: Floats, exponents: Ints, coefficients: Floats | None = None) -> Verdicts:
    """The same by arrays of all nodes of a level at once, and by logarithms."""
    if coefficients is None:
        coefficients = np.ones_like(behaviour)
    whole = np.flatnonzero(~given.pruned)
    if len(whole) < len(given):
        part = _verdicts(given.take(whole), behaviour[:, whole], exponents[:, whole], coefficients[:, whole])
        return _spread(part, whole, len(given))
    return _verdicts(given, behaviour, exponents, coefficients)


# --- by a compiled check ----------------------------------------------------------------------------------------------


def _plain(behaviour: Floats) -> bool:
    """Whether all profiles are zeros and ones."""
    return all(bool(np.all((row == 0) | (row == 1))) for row in behaviour)


def _pays(game: Game, draws: int) -> bool:
    """Whether many draws of a small game are asked for, so that compiling a check pays."""
    return game.n_nodes <= NODES and bool(game.infosets) and draws >= DRAWS * game.n_nodes


@lru_cache(maxsize=32)
def _check(game: Game, mixed: bool) -> Check:
    return check_of(game, mixed=mixed, largest=LARGEST // max(len(game.levels), 1), tolerance=SUM_TOLERANCE)


def _by_check(check: Check, given: Batch, behaviour: Floats, exponents: Ints, coefficients: Floats | None) -> Verdicts:
    """Block by block; a block with factors that products cannot hold is left to the arrays."""
    game, draws = given.game, len(given)
    result = Verdicts(
        np.empty(draws, dtype=bool),
        np.empty(draws),
        np.empty((game.n_nodes, draws)),
        np.empty((len(game.actors), draws)),
    )
    exponents = np.asarray(exponents, dtype=np.int64)
    rows = game.n_nodes + len(game.outcome) * len(game.actors) + 3 * game.n_slots + len(check.scratch)
    size = max(1, min(draws, max(LEAST, min(MOST, NUMBERS // rows))))
    scratch = check.memory(size)
    for begin in range(0, draws, size):
        part = slice(begin, min(begin + size, draws))
        weights = None if coefficients is None else coefficients[:, part]
        if not _checked(check, scratch, given, part, behaviour[:, part], exponents[:, part], weights, result):
            places = np.arange(part.start, part.stop)
            found = verify_arrays(given.take(places), behaviour[:, part], exponents[:, part], weights)
            result.holds[part], result.gain[part] = found.holds, found.gain
            result.reach[:, part], result.payoffs[:, part] = found.reach, found.payoffs
    return result


def _checked(
    check: Check,
    scratch: list[NDArray[Any]],
    given: Batch,
    part: slice,
    behaviour: Floats,
    exponents: Ints,
    coefficients: Floats | None,
    result: Verdicts,
) -> bool:
    """Fill in the verdicts on some draws; False, and nothing is filled in, where products of factors will not do."""
    length = part.stop - part.start
    sound, factors, greatest = np.ones(length, dtype=bool), [], 1.0
    if check.mixed:
        own = np.ones_like(behaviour) if coefficients is None else coefficients
        positive = np.isfinite(own) & (own > 0)
        sound = np.asarray(positive.all(axis=0))
        factors = list(np.where(behaviour > 0, behaviour, np.where(positive, own, 1.0)))
        greatest = max(float(factor.max()) for factor in factors)
    chances = [given.chance[node, part] for node in check.chances]
    smallest = min((float(factor.min()) for factor in (*chances, *factors)), default=1.0)
    if not (smallest >= check.factors[0] and greatest <= check.factors[1]):
        return False
    payoffs = [row[part] for table in given.payoffs for row in table]
    lawful = np.empty(length, dtype=bool)
    with np.errstate(all="ignore"):  # behaviour that is no number
        check.function(
            [*payoffs, *chances, *behaviour, *exponents.view(np.uint64), *factors],
            [row[:length] for row in scratch],
            [*result.reach[:, part], *result.payoffs[:, part], result.gain[part], lawful],
        )
        pure = np.all((behaviour == 0) | (behaviour == 1), axis=0) if check.mixed else np.ones(length, dtype=bool)
        result.holds[part] = lawful & sound & (result.gain[part] <= np.where(pure, PURE, MIXED))
    return True


# --- by arrays --------------------------------------------------------------------------------------------------------


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
