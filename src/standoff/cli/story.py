"""The path of play in words: what happens with positive probability, from the start to the endings.

A story is the sentences up to the next parting of ways, and then one story per way. Branches that continue alike are
told once, so a chance move that nobody reacts to does not double the text.
"""

from __future__ import annotations

from dataclasses import dataclass

from standoff.cli.names import Names
from standoff.cli.output import percent, wrap
from standoff.game.game import CHANCE, TERMINAL
from standoff.solve.solution import Equilibrium

NEGLIGIBLE = 1e-9
DEEPEST = 60  # sentences in a row; a longer path is cut off and says so


@dataclass(frozen=True)
class _Story:
    sentences: tuple[str, ...]
    ways: tuple[tuple[str, _Story], ...] = ()


def story(equilibrium: Equilibrium, names: Names, columns: int) -> str:
    """The path of play as wrapped lines, ways indented under the point where they part."""
    return "\n".join(_lines(_tell(equilibrium, names, 0, DEEPEST), "  ", columns))


def _lines(told: _Story, indent: str, columns: int) -> list[str]:
    lines = [wrap(" ".join(told.sentences), columns, indent)] if told.sentences else []
    for head, rest in told.ways:
        below = _Story((f"{head}:", *rest.sentences), rest.ways)
        first, *others = _lines(below, indent + "  ", columns)
        lines += [first.replace(indent + "  ", indent + "- ", 1), *others]
    return lines


def _tell(equilibrium: Equilibrium, names: Names, node: int, patience: int) -> _Story:
    game = equilibrium.numeric.game
    if game.kind[node] == TERMINAL:
        return _Story((f"The end: {game.outcomes[int(game.outcome[int(game.terminal[node])])]}.",))
    if not patience:
        return _Story(("(And so on.)",))
    branch = equilibrium.play.branch
    alike: dict[_Story, list[int]] = {}
    for child in game.children(node):
        if branch[child] > NEGLIGIBLE:
            alike.setdefault(_tell(equilibrium, names, child, patience - 1), []).append(child)
    heads = [" or ".join(_option(equilibrium, names, child) for child in same) for same in alike.values()]
    if len(alike) == 1:
        rest = next(iter(alike))
        return _Story((_sentence(equilibrium, names, node, heads[0]), *rest.sentences), rest.ways)
    return _Story((_parting(equilibrium, names, node),), tuple(zip(heads, alike, strict=True)))


def _sentence(equilibrium: Equilibrium, names: Names, node: int, what: str) -> str:
    game = equilibrium.numeric.game
    if game.kind[node] == CHANCE:
        return f"Chance decides{names.matter(node)}: {what}."
    return f"{names.actor(int(game.actor[node]))} chooses {what} ({names.move(node)})."


def _parting(equilibrium: Equilibrium, names: Names, node: int) -> str:
    game = equilibrium.numeric.game
    if game.kind[node] == CHANCE:
        return f"Chance decides{names.matter(node)}:"
    return f"{names.actor(int(game.actor[node]))} randomises ({names.move(node)}):"


def _option(equilibrium: Equilibrium, names: Names, child: int) -> str:
    label, probability = names.option(child), float(equilibrium.play.branch[child])
    return label if probability > 1 - NEGLIGIBLE else f"{label} ({percent(probability)})"
