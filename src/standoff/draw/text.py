"""A game tree for terminals: one line per branch, the equilibrium path in heavy lines and marked ``>``.

Coalition: statement
┣━> no veto 100 %: Russia: consent
┃   ┗━> refuse 100 %: [deterrence holds]  100 %  C 5 · R -1
└── consent first 0 %: (28 endings)  C 5 · R -1.2
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from standoff.draw.fold import Shown
from standoff.draw.labels import Names, clean
from standoff.draw.subject import Subject, branch_texts, make_subject, reached
from standoff.game.game import CHANCE, Game, NumericGame
from standoff.scenario.scenario import Scenario

if TYPE_CHECKING:
    from standoff.solve.solution import Equilibrium


def tree_text(
    game: Game,
    equilibrium: Equilibrium | None = None,
    *,
    fold: str = "auto",
    open_nodes: Collection[int] = frozenset(),
    at: int = 0,
    scenario: Scenario | None = None,
    numeric: NumericGame | None = None,
) -> str:
    """The tree as lines of text, ending with a line break.

    Nodes of one information set share a number in brackets, as in ``Russia: strike [3]``; a belief is ``μ 35 %``.
    Arguments and errors are those of `standoff.draw.layout.layout`.
    """
    names = Names.of(game, scenario)
    subject = make_subject(game, equilibrium, fold, names, open_nodes=open_nodes, at=at, numeric=numeric)
    lines = [_mover(subject, subject.root)] if subject.root.children else [_leaf(subject, subject.root)]
    _branches(subject, subject.root, "", lines)
    return "\n".join(lines) + "\n"


def _branches(subject: Subject, parent: Shown, indent: str, lines: list[str]) -> None:
    for child in parent.children:
        last, heavy = child is parent.children[-1], reached(subject, child.node)
        text = branch_texts(subject, child, 1e9)
        chance = f" {text.probability}" if text.probability else ""
        belief = f"  {text.belief}" if text.belief else ""
        what = _mover(subject, child) if child.children else _leaf(subject, child)
        lines.append(f"{indent}{_fork(last, heavy)} {text.full}{chance}: {what}{belief}")
        _branches(subject, child, indent + _stem(subject, parent, child), lines)


def _fork(last: bool, heavy: bool) -> str:
    if heavy:
        return "┗━>" if last else "┣━>"
    return "└──" if last else "├──"


def _stem(subject: Subject, parent: Shown, child: Shown) -> str:
    """What stands left of the lines below a child: a bar while siblings follow, heavy while the path does."""
    following = parent.children[parent.children.index(child) + 1 :]
    if not following:
        return "    "
    return "┃   " if any(reached(subject, sibling.node) for sibling in following) else "│   "


def _mover(subject: Subject, shown: Shown) -> str:
    game, node = subject.game, shown.node
    move = "" if game.move is None else subject.names.move(game.moves[int(game.move[node])])
    if game.kind[node] == CHANCE:
        return f"chance: {move}" if move else "chance"
    infoset = int(game.infoset[node])
    name = move or clean(game.infosets[infoset].move)
    number = f" [{infoset + 1}]" if infoset in subject.joined else ""
    return f"{subject.names.actors[int(game.actor[node])]}: {name}{number}"


def _leaf(subject: Subject, shown: Shown) -> str:
    text = branch_texts(subject, shown, 1e9)
    name = f"({clean(text.name_full)})" if shown.folded else f"[{clean(text.name_full)}]"
    return f"{name}  {text.payoffs}".rstrip()
