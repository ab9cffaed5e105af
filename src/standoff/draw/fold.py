"""Which part of a tree a drawing shows.

``unreached``: everything that play reaches, and every option next to it, so that a reader sees what was not done; what
lies behind such an option is one *stub* with the number of its endings. ``none``: the whole tree. ``auto``: the whole
tree where it has at most `WHOLE` endings, else as ``unreached``.

A stub can be *opened*: below it stands what would be played from there on, and every option next to that. A drawing can
also begin at any node in place of the root, as if play had come there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from standoff.game.game import TERMINAL, Bools, Floats, Game, Ints, NumericGame
from standoff.game.play import Play

FOLDS = ("auto", "unreached", "none")
NEGLIGIBLE = 1e-3  # logit profiles reach everything a little; below this a branch is drawn as not reached
WHOLE = 20  # endings up to which a tree is drawn whole


@dataclass(frozen=True, slots=True)
class Shown:
    """A node of the drawing: a node of the game, or (`folded`) a stub for all `endings` behind it."""

    node: int
    children: tuple[Shown, ...]
    endings: int
    folded: bool = False

    def walk(self) -> Iterator[Shown]:
        """The node and all below it, parents first."""
        pending = [self]
        while pending:
            shown = pending.pop()
            yield shown
            pending.extend(reversed(shown.children))


def shown_tree(
    game: Game, play: Play | None, fold: str, *, open_nodes: Collection[int] = frozenset(), at: int = 0
) -> Shown:
    """The part of the game below `at` to draw. Without a `play` nothing is folded.

    Raises ValueError for another `fold`, and where there is no node `at`. Numbers in `open_nodes` that are no node, or
    of which the drawing shows nothing, are passed over.
    """
    if fold not in FOLDS:
        raise ValueError(f"fold is `{fold}`; it must be one of {', '.join(FOLDS)}")
    if not 0 <= at < game.n_nodes:
        raise ValueError(f"there is no node {at}; nodes are numbered from 0 to {game.n_nodes - 1}")
    endings = count_endings(game)
    whole = play is None or fold == "none" or (fold == "auto" and endings[at] <= WHOLE)
    keep = np.ones(game.n_nodes, dtype=bool) if whole or play is None else _kept(game, play, {at, *open_nodes})
    counts, kept = endings.tolist(), keep.tolist()
    first, many = game.first_child.tolist(), game.n_children.tolist()

    below: list[int] = []  # parents first
    pending = [at]
    while pending:
        node = pending.pop()
        below.append(node)
        if many[node] and kept[node]:
            pending.extend(range(first[node], first[node] + many[node]))
    built: dict[int, Shown] = {}
    for node in reversed(below):
        folded = bool(many[node]) and not kept[node]
        inner = range(first[node], first[node] + many[node]) if many[node] and not folded else ()
        built[node] = Shown(node, tuple(built[child] for child in inner), counts[node], folded)
    return built[at]


def _kept(game: Game, play: Play, starts: set[int]) -> Bools:
    """[node] whether play comes there that begins at the root or at one of the `starts`."""
    begins = np.array([node for node in starts if 0 <= node < game.n_nodes], dtype=np.int64)
    reach = play.branch.copy()
    reach[0] = 1.0
    reach[begins] = 1.0
    for level in game.levels[1:]:
        reach[level] *= reach[game.parent[level]]
        here = begins[(begins >= level.start) & (begins < level.stop)]
        reach[here] = 1.0
    return np.asarray(reach > NEGLIGIBLE)


def count_endings(game: Game) -> Ints:
    """[node] the number of endings at or below it."""
    return np.asarray(_gathered(game, np.where(game.kind == TERMINAL, 1.0, 0.0)[:, None], None)[:, 0].astype(np.int64))


def continuation_payoffs(numeric: NumericGame, play: Play) -> Floats:
    """``float64[node, actor]``: expected payoff if play stood at the node and went on as the profile says."""
    values = np.zeros((numeric.game.n_nodes, len(numeric.game.actors)))
    values[numeric.game.terminals] = numeric.payoffs
    return _gathered(numeric.game, values, play.branch)


def continuation_outcomes(game: Game, play: Play) -> Floats:
    """``float64[node, outcome]``: how the game would end if play stood at the node and went on as the profile says."""
    values = np.zeros((game.n_nodes, len(game.outcomes)))
    values[game.terminals, game.outcome] = 1.0
    return _gathered(game, values, play.branch)


def _gathered(game: Game, values: Floats, weight: Floats | None) -> Floats:
    """[node, ...] each node's value and those of what lies below it, weighted by the branches between; in place."""
    for level in reversed(game.levels[1:]):
        inner = values[level] if weight is None else weight[level, None] * values[level]
        np.add.at(values, game.parent[level], inner)
    return values


def find_node(game: Game, history: str) -> int:
    """The node along a history such as ``resolved/no_veto`` (options in order of play; "" is the root).

    Raises ValueError that says which step does not exist and what does.
    """
    node = 0
    for step in filter(None, history.split("/")):
        below = game.children(node) if game.n_children[node] else ()
        children = {game.history(child).rsplit("/", 1)[-1]: child for child in below}
        if step not in children:
            there = game.history(node) or "the beginning"
            options = ", ".join(children) or "nothing: the game is over"
            raise ValueError(f"`{step}` cannot follow {there}; what can is {options}")
        node = children[step]
    return node
