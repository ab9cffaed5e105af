"""A second trace of the logit path, for tests: written from the definition, in small steps, many games at once.

McKelvey and Palfrey (1998): at precision lambda an information set plays a with probability proportional to
exp(lambda u(a)), u(a) being the expected payoff of its actor under Bayes' rule; the path starts at lambda = 0, where
play is uniform, and leads to a sequential equilibrium. Nothing here comes from `standoff.solve`.

Unknowns. x(a) = log p(a) / p(first option), one per option but the first of every information set (column), taken as
y = arsinh x so that small and large log-odds move alike; and s = arsinh lambda. The equations are

    y(a) - arsinh(lambda (u(a) - u(first))) = 0

Payoffs are in units of the largest payoff range of any actor. u comes from a recursion over the tree: log reach
probabilities downwards, beliefs as their softmax within an information set, values upwards, each with its gradient.
The path is followed in arclength of (y, s): predict along the tangent, correct at right angles to it, halve the step
unless the corrector's way is short, the tangent turns little, and no probability and no belief moves far. The tangent
is oriented by the sign of the determinant of the bordered Jacobian, which is constant along a branch; where a step
lands on a branch that runs the other way the tangent flips, and the step is refused.

Axes: ``[game]``, ``[node]``, ``[slot]``, ``[column]``, ``[actor]`` as in `standoff.game.game`; all games of a batch
have one tree, whose chance probabilities are positive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from standoff.game.game import Floats, Ints, NumericGame

GONE, STAYS = 1e-6, 0.01  # a probability at the end of the trace that is below, above


@dataclass(frozen=True)
class Stride:
    """Sizes in arclength, and how much may happen in one step."""

    first: float = 1e-3
    largest: float = 0.03
    smallest: float = 1e-7
    correction: float = 0.1  # way of the corrector as a share of the step
    cosine: float = 0.995
    change: float = 0.05  # of any probability or belief
    most: int = 60_000  # steps, refused ones included


@dataclass(frozen=True, eq=False)
class Batch:
    """Games of one tree."""

    games: tuple[NumericGame, ...]

    @cached_property
    def tree(self):
        return self.games[0].game

    @cached_property
    def columns(self) -> Ints:
        """[column] slot."""
        return np.setdiff1d(np.arange(self.tree.n_slots), self.tree.slot_start[:-1])

    @cached_property
    def reference(self) -> Ints:
        """[column] first slot of its information set."""
        return self.tree.slot_start[:-1][self.tree.slot_infoset[self.columns]]

    @cached_property
    def log_chance(self) -> Floats:
        return np.log(np.stack([game.chance for game in self.games]))

    @cached_property
    def payoffs(self) -> Floats:
        """[game, node, actor], 0 at inner nodes."""
        unit = np.array([game.payoff_range.max() for game in self.games])
        result = np.zeros((len(self.games), self.tree.n_nodes, len(self.tree.actors)))
        result[:, self.tree.terminals] = np.stack([game.payoffs for game in self.games]) / unit[:, None, None]
        return result

    @cached_property
    def deciding(self) -> Ints:
        """Decision nodes, sorted by information set."""
        nodes = np.flatnonzero(self.tree.infoset >= 0)
        return nodes[np.argsort(self.tree.infoset[nodes], kind="stable")]

    @cached_property
    def chosen(self) -> Ints:
        """Nodes that an option leads to, sorted by slot."""
        nodes = np.flatnonzero(self.tree.slot >= 0)
        return nodes[np.argsort(self.tree.slot[nodes], kind="stable")]


@dataclass(frozen=True, eq=False)
class Response:
    """What follows from log-odds: probabilities, beliefs and payoffs of options (with gradients in x)."""

    p: Floats  # [game, slot]
    beliefs: Floats  # [game, deciding node]
    gain: Floats  # [game, column] u(a) - u(first)
    slope: Floats  # [game, column, column]


def respond(batch: Batch, who: Ints, x: Floats) -> Response:
    """Beliefs and payoffs at log-odds x[game, column] of the games `who`."""
    tree, n = batch.tree, len(batch.columns)
    odds = np.zeros((len(x), tree.n_slots))
    odds[:, batch.columns] = x
    starts, of = tree.slot_start[:-1], tree.slot_infoset
    top = np.maximum.reduceat(odds, starts, axis=1)[:, of]
    log_p = odds - top - np.log(np.add.reduceat(np.exp(odds - top), starts, axis=1))[:, of]
    p = np.exp(log_p)
    same = of[:, None] == of[batch.columns][None, :]
    d_log_p = (np.arange(tree.n_slots)[:, None] == batch.columns[None, :]) - same * p[:, None, batch.columns]

    log_reach, d_reach = _downwards(batch, who, log_p, d_log_p)
    values, d_values = _upwards(batch, who, p, d_log_p)

    nodes, sets = batch.deciding, tree.infoset[batch.deciding]
    edges = np.searchsorted(sets, np.arange(len(tree.infosets)))
    logs, d_logs = log_reach[:, nodes], d_reach[:, nodes]
    share = np.exp(logs - np.maximum.reduceat(logs, edges, axis=1)[:, sets])
    share /= np.add.reduceat(share, edges, axis=1)[:, sets]
    mean = np.add.reduceat(share[..., None] * d_logs, edges, axis=1)[:, sets]
    d_share = share[..., None] * (d_logs - mean)

    place = np.zeros(tree.n_nodes, dtype=np.int64)
    place[nodes] = np.arange(len(nodes))
    ends = batch.chosen
    above, owner = place[tree.parent[ends]], tree.actor[tree.parent[ends]]
    first = np.searchsorted(tree.slot[ends], np.arange(tree.n_slots))
    worth, d_worth = values[:, ends, owner], d_values[:, ends, owner]
    u = np.add.reduceat(share[:, above] * worth, first, axis=1)
    d_u = np.add.reduceat(d_share[:, above] * worth[..., None] + share[:, above, None] * d_worth, first, axis=1)
    gain, slope = u[:, batch.columns] - u[:, batch.reference], d_u[:, batch.columns] - d_u[:, batch.reference]
    assert slope.shape[1:] == (n, n)
    return Response(p, share, gain, slope)


def _downwards(batch: Batch, who: Ints, log_p: Floats, d_log_p: Floats) -> tuple[Floats, Floats]:
    """Log reach probability of every node, and its gradient."""
    tree = batch.tree
    log_reach = batch.log_chance[who].copy()
    d_reach = np.zeros((len(who), tree.n_nodes, d_log_p.shape[2]))
    log_reach[:, batch.chosen] = log_p[:, tree.slot[batch.chosen]]
    d_reach[:, batch.chosen] = d_log_p[:, tree.slot[batch.chosen]]
    for level in tree.levels[1:]:
        log_reach[:, level] += log_reach[:, tree.parent[level]]
        d_reach[:, level] += d_reach[:, tree.parent[level]]
    return log_reach, d_reach


def _upwards(batch: Batch, who: Ints, p: Floats, d_log_p: Floats) -> tuple[Floats, Floats]:
    """Every actor's expected payoff from each node on, and its gradient."""
    tree = batch.tree
    branch = np.exp(batch.log_chance[who])
    branch[:, batch.chosen] = p[:, tree.slot[batch.chosen]]
    d_log = np.zeros((len(who), tree.n_nodes, d_log_p.shape[2]))
    d_log[:, batch.chosen] = d_log_p[:, tree.slot[batch.chosen]]
    values = batch.payoffs[who].copy()
    d_values = np.zeros((*values.shape, d_log_p.shape[2]))
    for level in reversed(tree.levels[1:]):
        parents = tree.parent[level]
        first = np.flatnonzero(np.diff(parents, prepend=-1))
        share = branch[:, level, None]
        values[:, parents[first]] = np.add.reduceat(share * values[:, level], first, axis=1)
        change = d_values[:, level] + values[:, level, :, None] * d_log[:, level, None, :]
        d_values[:, parents[first]] = np.add.reduceat(share[..., None] * change, first, axis=1)
    return values, d_values


def equations(batch: Batch, who: Ints, point: Floats) -> tuple[Floats, Floats, Response]:
    """Residual [game, column] and Jacobian [game, column, column + 1] at (y, s) = `point`."""
    x, precision = np.sinh(point[:, :-1]), np.sinh(point[:, -1:])
    here = respond(batch, who, x)
    wanted = precision * here.gain
    pull = 1 / np.sqrt(1 + wanted**2)
    jacobian = np.empty((*wanted.shape, wanted.shape[1] + 1))
    jacobian[..., :-1] = -(pull * precision)[..., None] * here.slope * np.sqrt(1 + x**2)[:, None, :]
    jacobian[..., :-1] += np.eye(wanted.shape[1])
    jacobian[..., -1] = -pull * here.gain * np.sqrt(1 + precision**2)
    return point[:, :-1] - np.arcsinh(wanted), jacobian, here


def _tangent(jacobian: Floats, near: Floats) -> Floats:
    """Unit tangent oriented so that the determinant of (Jacobian over tangent) is positive."""
    bordered = np.concatenate([jacobian, near[:, None, :]], axis=1)
    ahead = np.zeros_like(near)
    ahead[:, -1] = 1.0
    tangent = np.linalg.solve(bordered, ahead[..., None])[..., 0]  # its product with `near` is 1
    sign = np.linalg.slogdet(bordered)[0]
    return sign[:, None] * tangent / np.linalg.norm(tangent, axis=1, keepdims=True)


@dataclass(frozen=True, eq=False)
class End:
    """Where a trace stopped: the first crossing of the precision wanted; no probabilities where the path was lost."""

    p: Floats | None  # [slot]
    precision: float
    steps: int

    def supports(self) -> tuple[bool | None, ...]:
        """[slot] whether the option survives; None where that cannot be told."""
        assert self.p is not None
        return tuple(True if p > STAYS else False if p < GONE else None for p in self.p.tolist())


def trace(games: Sequence[NumericGame], precision: float | Floats = 1e5, stride: Stride | None = None) -> list[End]:
    """Follow the path of every game to its first crossing of a precision (per unit of the largest payoff range)."""
    batch, stride = Batch(tuple(games)), stride or Stride()
    goal = np.arcsinh(np.broadcast_to(precision, len(games)))
    ends = [End(None, float("nan"), stride.most)] * len(games)
    before, last, counts = _start(batch, stride), [], []
    for count in range(1, stride.most + 1):
        state = _advance(batch, before, stride)
        arrived = state.point[:, -1] >= goal[state.who]
        if np.any(arrived):
            last.append(before.of(arrived))
            counts += [count] * int(arrived.sum())
        before = state.of(~(arrived | (state.step < stride.smallest)))
        if not len(before.who):
            break
    if last:
        landed = _land(batch, _together(last), goal)
        for row, (game, count) in enumerate(zip(landed.who.tolist(), counts, strict=True)):
            ends[game] = End(landed.here.p[row], float(np.sinh(landed.point[row, -1])), count)
    return ends


@dataclass(frozen=True, eq=False)
class _State:
    """Games still under way."""

    who: Ints
    point: Floats
    tangent: Floats
    step: Floats
    here: Response

    def of(self, rows: np.ndarray) -> _State:
        here = Response(*(part[rows] for part in vars(self.here).values()))
        return _State(self.who[rows], self.point[rows], self.tangent[rows], self.step[rows], here)


def _together(states: Sequence[_State]) -> _State:
    """The games of several states; where each crosses the precision is then looked for in all of them at once."""
    who, point, tangent, step = (
        np.concatenate([getattr(state, name) for state in states]) for name in ("who", "point", "tangent", "step")
    )
    parts = zip(*(vars(state.here).values() for state in states), strict=True)
    return _State(who, point, tangent, step, Response(*(np.concatenate(part) for part in parts)))


def _start(batch: Batch, stride: Stride) -> _State:
    """Uniform play at precision 0, heading for higher precision."""
    who = np.arange(len(batch.games))
    point = np.zeros((len(who), len(batch.columns) + 1))
    up = np.zeros_like(point)
    up[:, -1] = 1.0
    _, jacobian, here = equations(batch, who, point)
    return _State(who, point, _tangent(jacobian, up), np.full(len(who), stride.first), here)


def _correct(batch: Batch, state: _State, step: Floats) -> tuple[Floats, Floats, Floats]:
    """The point on the path at right angles to a step along the tangent; how far off, and the last correction."""
    predicted = state.point + step[:, None] * state.tangent
    current = predicted
    for _ in range(4):
        residual, jacobian, _ = equations(batch, state.who, _bounded(current))
        off = np.einsum("gi,gi->g", state.tangent, current - predicted)
        bordered = np.concatenate([jacobian, state.tangent[:, None, :]], axis=1)
        last = np.linalg.solve(bordered, -np.append(residual, off[:, None], axis=1)[..., None])[..., 0]
        current = current + last
    return current, np.linalg.norm(current - predicted, axis=1), np.linalg.norm(last, axis=1)


def _advance(batch: Batch, state: _State, stride: Stride) -> _State:
    """One step of every game, or half the step where it is refused."""
    with np.errstate(all="ignore"):
        current, way, last = _correct(batch, state, state.step)
        _, jacobian, here = equations(batch, state.who, _bounded(current))
        tangent = _tangent(jacobian, state.tangent)
        change = np.maximum(
            np.abs(here.p - state.here.p).max(axis=1), np.abs(here.beliefs - state.here.beliefs).max(axis=1)
        )
        cosine = np.einsum("gi,gi->g", tangent, state.tangent)
        good = (last < 1e-9) & (way <= stride.correction * state.step)
        good &= (cosine >= stride.cosine) & (change <= stride.change)
    pick = lambda new, old: np.where(good.reshape(-1, *[1] * (new.ndim - 1)), new, old)  # noqa: E731
    step = np.where(good, np.minimum(state.step * 1.3, stride.largest), state.step / 2)
    merged = Response(
        *(pick(new, old) for new, old in zip(vars(here).values(), vars(state.here).values(), strict=True))
    )
    return _State(state.who, pick(current, state.point), pick(tangent, state.tangent), step, merged)


def _land(batch: Batch, before: _State, goal: Floats) -> _State:
    """Where the last step crosses the precision, by halving the step between too short and too long."""
    low, high = np.zeros_like(before.step), before.step
    for _ in range(50):
        middle = (low + high) / 2
        beyond = _correct(batch, before, middle)[0][:, -1] >= goal[before.who]
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    point = _correct(batch, before, high)[0]
    return _State(before.who, point, before.tangent, high, equations(batch, before.who, point)[2])


def _bounded(point: Floats) -> Floats:
    """Coordinates that sinh can take; a step that leaves them is refused for its way."""
    return np.clip(np.nan_to_num(point), -40.0, 40.0)


def batches(games: Sequence[NumericGame], size: int = 250) -> Iterator[Sequence[NumericGame]]:
    """The games in batches that fit the cache."""
    for start in range(0, len(games), size):
        yield games[start : start + size]
