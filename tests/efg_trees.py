"""Random extensive forms written as .efg text without our writer, and a comparison of our reading with pygambit's."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

from hypothesis import strategies as st

from standoff.game.game import CHANCE, DECISION, TERMINAL, Game

LABELS = st.one_of(
    st.sampled_from(["", "a", "b", "SQ", "x/y", "two words", "Pö"]),
    st.text(st.sampled_from('ab"\\ \n{},1é'), max_size=6),
)
NUMBERS = st.one_of(
    st.integers(-9, 9).map(Fraction),
    st.fractions(-9, 9, max_denominator=99),
    st.decimals(-99, 99, places=3).map(Fraction),
)


@dataclasses.dataclass
class Node:
    kind: int
    label: str
    player: int = 0
    number: int = 0
    branches: tuple[str, ...] = ()
    probabilities: tuple[Fraction, ...] = ()
    outcome: int = 0
    children: list[Node] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Tree:
    title: str
    players: list[str]
    comment: str
    root: Node
    set_labels: dict[tuple[int, int], str]
    outcomes: dict[int, tuple[str, tuple[Fraction, ...]]]


def in_quotes(text: str) -> str:
    """Every backslash doubled, every quote escaped: the plainest way to write a string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@st.composite
def trees(draw, labels=LABELS, node_labels=LABELS) -> Tree:
    """A random tree; it may lack an order of play, perfect recall and outcomes, and have them at inner nodes."""
    n_players = draw(st.integers(1, 3))
    outcomes = {
        number: (draw(labels), tuple(draw(NUMBERS) for _ in range(n_players)))
        for number in draw(st.lists(st.integers(1, 99), max_size=4, unique=True))
    }
    sets: dict[tuple[int, int], Node] = {}  # a node that shows the set's branches
    set_labels: dict[tuple[int, int], str] = {}
    budget = draw(st.integers(0, 12))

    def grow() -> Node:
        nonlocal budget
        outcome = draw(st.sampled_from([0, *outcomes]))
        if budget <= 0 or draw(st.integers(0, 4)) == 0:
            return Node(TERMINAL, draw(node_labels), outcome=outcome)
        player = draw(st.integers(0, n_players))
        key = (player, draw(st.integers(1, 4)))
        if key not in sets:
            branches = tuple(draw(st.lists(labels, min_size=1, max_size=3)))
            weights = [draw(st.integers(0, 5)) for _ in branches]
            weights[0] += 1
            chances = tuple(Fraction(weight, sum(weights)) for weight in weights) if player == 0 else ()
            sets[key] = Node(DECISION if player else CHANCE, "", *key, branches, chances)
            set_labels[key] = draw(labels)
        node = dataclasses.replace(sets[key], label=draw(node_labels), outcome=outcome, children=[])
        budget -= len(node.branches)
        node.children = [grow() for _ in node.branches]
        return node

    root = grow()
    players = [draw(labels) for _ in range(n_players)]
    return Tree(draw(labels), players, draw(labels), root, set_labels, outcomes)


def text_of(tree: Tree) -> str:
    """The tree as an .efg file; sets and outcomes are described where they first occur only."""
    seen: set[tuple[str, int, int]] = set()
    lines = [f"EFG 2 R {in_quotes(tree.title)} {{{' '.join(map(in_quotes, tree.players))}}}", in_quotes(tree.comment)]

    def first(*key) -> bool:
        new = key not in seen
        seen.add(key)
        return new

    def write(node: Node) -> None:
        words = [{CHANCE: "c", DECISION: "p", TERMINAL: "t"}[node.kind], in_quotes(node.label)]
        if node.kind != TERMINAL:
            words += [str(node.player)] * (node.kind == DECISION) + [str(node.number)]
            if first("set", node.player, node.number):
                chances = [f" {value}" for value in node.probabilities] or [""] * len(node.branches)
                pairs = [in_quotes(branch) + chance for branch, chance in zip(node.branches, chances, strict=True)]
                words += [in_quotes(tree.set_labels[node.player, node.number]), "{", *pairs, "}"]
        words.append(str(node.outcome))
        if node.outcome and first("outcome", node.outcome, 0):
            name, payoffs = tree.outcomes[node.outcome]
            words += [in_quotes(name), "{", *map(str, payoffs), "}"]
        lines.append(" ".join(words))
        for child in node.children:
            write(child)

    write(tree.root)
    return "\n".join(lines)


def fraction(number) -> Fraction:
    return Fraction(str(number))


def compare_with_gambit(game: Game, other) -> None:
    """Walks both trees in step: kinds, players, information sets, chance, and payoffs summed along the path."""
    from pygambit import H

    players = list(other.players)
    chance, payoffs = game.exact({})
    member_at: dict[int, set[tuple[str, ...]]] = {}
    theirs_at: dict[int, set[tuple[str, ...]]] = {}
    terminals = 0
    todo: list[tuple[int, tuple[str, ...], tuple[Fraction, ...]]] = [(0, (), (Fraction(0),) * len(players))]
    while todo:
        node, steps, above = todo.pop()
        here = H.path(*steps)
        actions = other.get_actions(here)
        outcome = other.get_outcome(here)
        if outcome is not None:
            gained = other.get_outcome_payoffs(outcome)
            above = tuple(one + fraction(gained[player]) for one, player in zip(above, players, strict=True))
        assert len(actions) == len(game.children(node))
        if not actions:
            assert game.kind[node] == TERMINAL
            assert tuple(payoffs[int(game.terminal[node])]) == above
            terminals += 1
        elif other.get_player(here) == "Chance":
            assert game.kind[node] == CHANCE
            theirs = [fraction(value) for value in other.get_action_probs(here).values()]
            assert [chance[child] for child in game.children(node)] == theirs
        else:
            assert game.kind[node] == DECISION
            assert players[int(game.actor[node])] == other.get_player(here)
            number = int(game.infoset[node])
            member_at.setdefault(number, set()).add(steps)
            theirs_at.setdefault(number, {tuple(one.actions) for one in other.get_members(here)})
        labels = [game.labels[child] for child in game.children(node)]
        for child, action in zip(game.children(node), actions, strict=True):
            if labels.count(game.labels[child]) == 1 and game.labels[child]:
                assert game.labels[child] == action  # Gambit renames branches that share a label or have none
            todo.append((child, (*steps, action), above))
    assert terminals == len(game.terminals)
    assert member_at == theirs_at
    assert len(game.infosets) == sum(len(other.get_infosets(player)) for player in players)
    # per player: Gambit's `is_perfect_recall` also minds a chance event that comes twice on a path
    assert game.perfect_recall == all(other.has_perfect_recall(player) for player in players)
    assert game.title == other.title
