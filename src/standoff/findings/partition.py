"""A small decision tree: the space of parameters cut into a few regions that cover it, each with its share and outcome.

Where PRIM describes one region well, a tree describes all of them, roughly. It is grown by CART (Breiman et al. 1984,
as in scikit-learn), at most `DEPTH` questions deep, with no leaf below 2 % of the draws (and 25) and no question that
takes away less than 0.5 % of the impurity: Gini's for z = ``1[y >= threshold]``, the variance where z is y itself.
*Explained* is the share of the variance of z that a tree grown on a random two thirds of the draws predicts on the
others (negative: worse than their mean): below `WEAK` the statement says that the tree describes little.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from standoff.errors import RequestError
from standoff.findings.conditions import Condition, condition, joined
from standoff.findings.given import Given, given, plain, too_rare
from standoff.findings.words import share
from standoff.game.game import Bools, Floats
from standoff.notebook import Displayed

MOST_DRAWS = 20_000
DEPTH = 3
WEAK = 0.1
LEAST_GAIN = 0.005  # a split must take away this share of the impurity of all draws


@dataclass(frozen=True)
class Leaf:
    """One region: the conditions on the way to it, its share of the draws, the mean of z and that of y in it."""

    conditions: tuple[Condition, ...]
    share: float
    density: float
    mean: float

    @property
    def where(self) -> str:
        """The conditions in words."""
        return joined(self.conditions) or "everywhere"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**vars(self), "conditions": [entry.to_dict() for entry in self.conditions], "where": self.where}


@dataclass(frozen=True)
class Partition(Displayed):
    """The leaves, highest density first; empty where `statement` says why."""

    outcome: str
    threshold: float | None
    leaves: tuple[Leaf, ...]
    explained: float | None
    base: float
    draws: int
    certified: int
    used: int
    depth: int
    seed: int
    statement: str

    def rules(self) -> tuple[str, ...]:
        """One line per leaf: where, how many draws, how it ends there."""
        if self.threshold is None:
            return tuple(
                f"{leaf.where}: mean {leaf.mean:.3g} ({share(leaf.share)} of the draws)" for leaf in self.leaves
            )
        return tuple(
            f"{leaf.where}: {share(leaf.density)} of them ({share(leaf.share)} of the draws; mean {leaf.mean:.3g})"
            for leaf in self.leaves
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            **plain(self),
            "method": "CART",
            "leaves": [leaf.to_dict() for leaf in self.leaves],
            "rules": list(self.rules()),
        }


def partition(
    parameters: Mapping[str, Floats],
    y: Floats,
    *,
    outcome: str = "the outcome",
    threshold: float | None = 0.5,
    depth: int = DEPTH,
    seed: int = 0,
    labels: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> Partition:
    """The tree for `y`, ``float64[draw]``, over the parameters, each ``float64[draw]``.

    `threshold` None describes the mean of y, else the share of draws at or above it. Raises `RequestError` where
    lengths differ or `depth` is not 1 to 3 (a deeper tree is no description).
    """
    if not 1 <= depth <= DEPTH:
        raise RequestError.of(f"a tree of depth {depth} is not offered", f"give a depth from 1 to {DEPTH}")
    rng = np.random.default_rng(seed)
    whole = given(parameters, y)
    sample = whole.some(MOST_DRAWS, rng)
    z = sample.y if threshold is None else (sample.y >= threshold).astype(float)
    obstacle = whole.obstacle or (None if threshold is None else too_rare(z, outcome, threshold))
    leaves: tuple[Leaf, ...] = ()
    explained = None
    if obstacle is None:
        leaves = _leaves(sample, z, threshold, depth, labels or {}, units or {})
        explained = _held_out(sample, z, threshold, depth, rng)
    return Partition(
        outcome=outcome,
        threshold=threshold,
        leaves=leaves,
        explained=explained,
        base=float(z.mean()) if len(z) else float("nan"),
        draws=whole.draws,
        certified=len(whole),
        used=len(sample),
        depth=depth,
        seed=seed,
        statement=obstacle or _statement(leaves, explained, outcome, threshold),
    )


def _grown(x: Floats, z: Floats, threshold: float | None, depth: int) -> Any:
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor  # slow to import

    fewest = max(25, round(0.02 * len(z)))
    # columns are permuted with this state, which only breaks ties between equally good splits
    least = LEAST_GAIN * (z.var() if threshold is None else 2 * z.mean() * (1 - z.mean()))
    settings: dict[str, Any] = {
        "max_depth": depth,
        "min_samples_leaf": fewest,
        "min_impurity_decrease": least,
        "random_state": 0,
    }
    if threshold is None:
        return DecisionTreeRegressor(**settings).fit(x, z)
    return DecisionTreeClassifier(**settings).fit(x, z.astype(int))


def _leaves(
    sample: Given, z: Floats, threshold: float | None, depth: int, labels: Mapping[str, str], units: Mapping[str, str]
) -> tuple[Leaf, ...]:
    tree = _grown(sample.x, z, threshold, depth).tree_
    parameters = len(sample.names)
    leaves: list[Leaf] = []

    def visit(node: int, low: Floats, high: Floats, here: Bools) -> None:
        if tree.children_left[node] < 0:
            limited = np.flatnonzero(np.isfinite(low) | np.isfinite(high))
            names = [sample.names[n] for n in limited]
            entries = tuple(
                condition(name, sample.x[:, n], low[n], high[n], labels.get(name), units.get(name, ""))
                for name, n in zip(names, limited, strict=True)
            )
            leaves.append(Leaf(entries, float(here.mean()), float(z[here].mean()), float(sample.y[here].mean())))
            return
        number, cut = int(tree.feature[node]), float(tree.threshold[node])
        # the tree compares in single precision
        left = sample.x[:, number].astype(np.float32) <= cut
        below, above = high.copy(), low.copy()
        below[number] = above[number] = cut
        visit(int(tree.children_left[node]), low, below, here & left)
        visit(int(tree.children_right[node]), above, high, here & ~left)

    visit(0, np.full(parameters, -np.inf), np.full(parameters, np.inf), np.ones(len(z), dtype=bool))
    return tuple(sorted(leaves, key=lambda leaf: -leaf.density))


def _held_out(sample: Given, z: Floats, threshold: float | None, depth: int, rng: np.random.Generator) -> float | None:
    order = rng.permutation(len(z))
    fitted, others = order[: 2 * len(z) // 3], order[2 * len(z) // 3 :]
    if np.ptp(z[fitted]) == 0 or np.ptp(z[others]) == 0:
        return None
    tree = _grown(sample.x[fitted], z[fitted], threshold, depth)
    x = sample.x[others]
    predicted = tree.predict(x) if threshold is None else tree.predict_proba(x)[:, 1]
    return float(1 - np.mean((z[others] - predicted) ** 2) / z[others].var())


def _statement(leaves: tuple[Leaf, ...], explained: float | None, outcome: str, threshold: float | None) -> str:
    if len(leaves) == 1:
        return f"No single question about a parameter separates the draws by {outcome}."
    best = leaves[0]
    value = (
        f"the mean of {outcome} is {best.mean:.3g}"
        if threshold is None
        else f"{outcome} has a probability of at least {threshold:g} in {share(best.density)} of the draws"
    )
    told = (
        f"Highest in the region where {best.where}: there {value} (the region holds {share(best.share)} of all draws)."
    )
    if explained is None or explained < WEAK:
        told += " On draws it was not fitted to, the tree explains little: do not rest on it."
    return told
