"""What is drawn: the shown part of a game with its columns, and the text of every branch, ending and node.

Columns are the moves in order of play (for an .efg see `efg_columns`); endings and stubs share one more column after
the last.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from standoff.draw.fold import NEGLIGIBLE, Shown, continuation_outcomes, continuation_payoffs, shown_tree
from standoff.draw.labels import LONGEST, TIE, Names, clean, cut, number, wrap
from standoff.draw.placed import ENDING, FONT, LEADING, PAD, RADIUS, SMALL, UNDER
from standoff.findings.words import share
from standoff.game.game import CHANCE, TERMINAL, Game, NumericGame

if TYPE_CHECKING:
    from standoff.game.game import Floats, Ints
    from standoff.solve.solution import Equilibrium


@dataclass(frozen=True, eq=False)
class Subject:
    """What is drawn."""

    game: Game
    names: Names
    equilibrium: Equilibrium | None
    worth: Floats | None  # [node, actor]; at endings only where there is no equilibrium
    ends: Floats | None  # [node, outcome] how the game would go on
    opened: frozenset[int]  # nodes shown because a reader opened their stub
    root: Shown
    shown: dict[int, Shown]
    column: dict[int, int]
    columns: tuple[int, ...]  # [column] index of the move, or the column of `efg_columns`
    joined: dict[int, tuple[int, ...]]  # information set -> two or more shown nodes

    @property
    def last(self) -> int:
        """The column of endings and stubs."""
        return len(self.columns)


@dataclass(frozen=True)
class Texts:
    """The texts of one branch and of its leaf, wrapped but not placed.

    `dense`: the probability stands behind the option, and payoffs behind the name of an ending, to save height.
    """

    option: tuple[str, ...]
    full: str
    probability: str
    belief: str
    name: tuple[str, ...] = ()  # of an ending or stub
    payoffs: str = ""
    name_full: str = ""
    leaf: bool = False
    dense: bool = False

    @property
    def above(self) -> float:
        """Room above the level of the branch."""
        return max(len(self.option) * (FONT + LEADING) + PAD, self._sign, self.ending_height / 2)

    @property
    def below(self) -> float:
        """Room below it."""
        under = self.belief or (self.probability and not self.dense)
        return max(SMALL + UNDER if under else 0, self._sign, self.ending_height / 2)

    @property
    def _sign(self) -> float:
        return RADIUS - 3 if self.leaf else RADIUS + 2

    @property
    def ending_height(self) -> float:
        """Height of the text right of an ending, which is centred on its level."""
        return len(self.name) * (FONT + LEADING) + (SMALL + LEADING if self.payoffs and not self.dense else 0)


def make_subject(
    game: Game,
    equilibrium: Equilibrium | None,
    fold: str,
    names: Names,
    *,
    open_nodes: Collection[int] = frozenset(),
    at: int = 0,
    numeric: NumericGame | None = None,
) -> Subject:
    """What to draw of a game; `numeric` has the payoffs where there is no equilibrium."""
    play = equilibrium.play if equilibrium else None
    root = shown_tree(game, play, fold, open_nodes=open_nodes, at=at)
    shown = {entry.node: entry for entry in root.walk()}
    inner = [node for node, entry in shown.items() if entry.children]
    keys = efg_columns(game) if game.move is None else game.move
    columns = tuple(sorted({int(keys[node]) for node in inner}))
    rank = {key: number for number, key in enumerate(columns)}
    column = {node: rank[int(keys[node])] if shown[node].children else len(columns) for node in shown}
    members: dict[int, list[int]] = {}
    for node in inner:
        if game.infoset[node] >= 0:
            members.setdefault(int(game.infoset[node]), []).append(node)
    joined = {infoset: tuple(nodes) for infoset, nodes in sorted(members.items()) if len(nodes) > 1}
    worth = ends = None
    if equilibrium is not None and play is not None:
        worth = continuation_payoffs(equilibrium.numeric, play)
        ends = continuation_outcomes(game, play)
    elif numeric is not None:
        worth = np.full((game.n_nodes, len(game.actors)), np.nan)
        worth[game.terminals] = numeric.payoffs
    opened = frozenset(node for node in open_nodes if node in shown and shown[node].children)
    return Subject(game, names, equilibrium, worth, ends, opened, root, shown, column, columns, joined)


def efg_columns(game: Game) -> Ints:
    """[node] a column right of its parent's, the same for all nodes of an information set: the leftmost such columns.

    Where information sets have no order of play there are none; then it is the depth.
    """
    if not game.ordered:
        return game.depth
    column, before = np.zeros(game.n_nodes, dtype=np.int64), np.full(game.n_nodes, -1)
    while not np.array_equal(column, before):
        before = column.copy()
        for level in game.levels[1:]:
            column[level] = np.maximum(column[level], column[game.parent[level]] + 1)
        for nodes in game.members:
            column[nodes] = column[nodes].max()
    return column


def branch_texts(subject: Subject, shown: Shown, run: float, *, dense: bool = False) -> Texts:
    """The texts of the branch into a shown node, wrapped to `run` px, and of its ending or stub."""
    game, equilibrium, node = subject.game, subject.equilibrium, shown.node
    full = subject.names.branch(game, node) if shown is not subject.root else ""
    probability = belief = ""
    if equilibrium is not None and shown is not subject.root:
        probability = share(float(equilibrium.play.branch[node]))
        mu = float(equilibrium.assessment.beliefs[node])
        if shown.children and int(game.infoset[node]) in subject.joined and not math.isnan(mu):
            belief = f"μ {share(mu)}"
    option = wrap(cut(full), run, FONT)
    if shown.children:
        return Texts(option, full, probability, belief, dense=dense)
    name = _ending_name(subject, shown)
    lines = wrap(name, ENDING, FONT, 2, bold=True)
    payoffs = _ending_payoffs(subject, shown)
    return Texts(option, full, probability, belief, lines, payoffs, name, leaf=True, dense=dense)


def _ending_name(subject: Subject, shown: Shown) -> str:
    """What stands at an ending or stub: its outcome or its number of endings, and how often play gets there."""
    game, node = subject.game, shown.node
    if shown.folded:
        name = f"{shown.endings} endings folded" if shown.endings > 1 else "1 ending folded"
    else:
        name = cut(subject.names.outcome(game.outcomes[int(game.outcome[game.terminal[node]])]), 2 * LONGEST)
    reach = float(subject.equilibrium.play.reach[node]) if subject.equilibrium else 0.0
    return f"{name}{TIE}·{TIE}{share(reach).replace(' ', TIE)}" if reach > 1e-9 else name


def _ending_payoffs(subject: Subject, shown: Shown) -> str:
    """Each actor's payoff at an ending, or what it could expect behind a stub."""
    if subject.worth is None:
        return ""
    if subject.equilibrium is not None and not subject.equilibrium.numeric.live[shown.node]:
        return "cannot happen: a chance of 0"
    letters = zip(subject.names.letters, subject.worth[shown.node].tolist(), strict=True)
    return " · ".join(f"{letter}{':' if letter[-1].isdigit() else ''} {number(value)}" for letter, value in letters)


def reached(subject: Subject, node: int) -> bool:
    """Whether play reaches the node with more than negligible probability."""
    return subject.equilibrium is not None and float(subject.equilibrium.play.reach[node]) > NEGLIGIBLE


def tell(subject: Subject, shown: Shown) -> str:
    """One line about a node for those who point at it or have it read out."""
    game, node = subject.game, shown.node
    reach = ""
    if subject.equilibrium is not None:
        reach = f"; reached with probability {share(float(subject.equilibrium.play.reach[node]))}"
    if game.kind[node] == TERMINAL:
        name = subject.names.outcome(game.outcomes[int(game.outcome[game.terminal[node]])])
        return f"Ending: {name}{reach}"
    if shown.folded:
        return f"{shown.endings} endings not shown{reach}{_leads_to(subject, node)}"
    move = "" if game.move is None else subject.names.move(game.moves[int(game.move[node])])
    if game.kind[node] == CHANCE:
        return f"Chance: {move}{reach}"
    infoset = game.infosets[int(game.infoset[node])]
    seen = ", ".join(
        f"{subject.names.move(move)}: {subject.names.option(move, option)}" for move, option in infoset.information
    )
    knows = f"; knows {seen}" if seen else ""
    return f"{subject.names.actors[infoset.actor]} decides: {move or clean(infoset.move)}{knows}{reach}"


def _leads_to(subject: Subject, node: int) -> str:
    """How play would end if it came to a node that is not shown further; its most probable ends."""
    if subject.ends is None or subject.equilibrium is None or not subject.equilibrium.numeric.live[node]:
        return ""
    chances = subject.ends[node]
    likely = [outcome for outcome in np.argsort(-chances, kind="stable")[:3].tolist() if chances[outcome] > NEGLIGIBLE]
    told = [f"{subject.names.outcome(subject.game.outcomes[k])} {share(float(chances[k]))}" for k in likely]
    return f"; from here play would lead to {', '.join(told)}" if told else ""


def describe(subject: Subject) -> str:
    """What the drawing shows, for those who cannot see it."""
    game = subject.game
    endings = len(game.outcome)
    text = f"Game tree with {endings} endings and {len(game.infosets)} information sets, play from left to right."
    if subject.root.node:
        way = ", ".join(subject.names.branch(game, node) for node in game.path(subject.root.node))
        text += f" Only what follows after {way} is drawn."
    if subject.equilibrium is None:
        return text
    play = subject.equilibrium.play
    terminals = game.terminals
    best = int(np.argmax(play.reach[terminals]))
    steps = [subject.names.branch(game, node) for node in game.path(int(terminals[best]))]
    name = subject.names.outcome(game.outcomes[int(game.outcome[best])])
    return (
        f"{text} Thick lines show what happens in equilibrium. The most probable path "
        f"({share(float(play.reach[terminals[best]]))}) is {', '.join(steps)}, ending in {name}."
    )
