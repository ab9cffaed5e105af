"""Which part of a tree a drawing shows.

``unreached``: everything that play reaches, and every option next to it, so that a reader sees what was not done; what
lies behind such an option is one *stub* with the number of its endings. ``none``: the whole tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from standoff.game.game import TERMINAL, Floats, Game, NumericGame
from standoff.game.play import Play

FOLDS = ("unreached", "none")
NEGLIGIBLE = 1e-3  # logit profiles reach everything a little; below this a branch is drawn as not reached


@dataclass(frozen=True)
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


def shown_tree(game: Game, play: Play | None, fold: str) -> Shown:
    """The part of the game to draw. Without a `play` nothing is folded. Raises ValueError for another `fold`."""
    if fold not in FOLDS:
        raise ValueError(f"fold is `{fold}`; it must be one of {', '.join(FOLDS)}")
    keep = np.ones(game.n_nodes, dtype=bool)
    if play is not None and fold == "unreached":
        keep = play.reach > NEGLIGIBLE
        keep[0] = True
    endings = np.where(game.kind == TERMINAL, 1, 0)
    built: list[Shown | None] = [None] * game.n_nodes
    for node in range(game.n_nodes - 1, -1, -1):  # children have larger numbers than their parent
        children = tuple(built[child] for child in game.children(node)) if game.n_children[node] else ()
        endings[node] += sum(child.endings for child in children if child)
        folded = bool(children) and not keep[node]
        parts = () if folded else tuple(child for child in children if child)
        built[node] = Shown(node, parts, int(endings[node]), folded)
    root = built[0]
    assert root is not None
    return root


def continuation_payoffs(numeric: NumericGame, play: Play) -> Floats:
    """``float64[node, actor]``: expected payoff if play stood at the node and went on as the profile says."""
    game = numeric.game
    values = np.zeros((game.n_nodes, len(game.actors)))
    values[game.terminals] = numeric.payoffs
    for node in range(game.n_nodes - 1, 0, -1):
        values[game.parent[node]] += play.branch[node] * values[node]
    return values
