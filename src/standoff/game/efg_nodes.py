"""The content of an .efg file as written: its prologue, its nodes in prefix order, its information sets and outcomes.

Format, after the Gambit manual (gambitproject.readthedocs.io, "The extensive game (.efg) file format")::

    file      := EFG 2 (R | D) "title" { "player" ... } ["comment"] node ...
    chance    := c "label" set ["set label"] [{ "branch" probability ... }] outcome
    decision  := p "label" player set ["set label"] [{ "action" ... }] outcome
    terminal  := t "label" outcome
    outcome   := number [["name"] { payoff ... }]

Nodes come in prefix order: a node, then the subtree of each of its branches. Players count from 1; each player numbers
its information sets, and chance its own. A set's label and branches, and an outcome's name and payoffs, are written at
least where they first occur; where they are written again they must agree. Outcome 0 is none. Commas are optional.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NoReturn

from standoff.errors import EfgError
from standoff.game.efg_tokens import Token, Tokens, unquote
from standoff.game.game import CHANCE, DECISION, TERMINAL

MAX_PLAYERS = 64
MAX_PAYOFFS = 400_000  # all payoffs of a file
MAX_PROBABILITY_BITS = 8_192  # of the common denominator of one move's probabilities
SUM_TOLERANCE = Fraction(1, 10**9)  # for probabilities written as decimals

_KIND = {"c": CHANCE, "p": DECISION, "t": TERMINAL}
_NODE_FORMAT = {
    CHANCE: 'a chance node reads c "label" 1 "set label" { "branch" 1/2 "branch" 1/2 } 0',
    DECISION: 'a decision node reads p "label" 1 1 "set label" { "action" "action" } 0',
    TERMINAL: 't "label" 1 "outcome name" { 1, 2 } is how a terminal node reads',
}
_HEADER_FORMAT = 'the file must start with EFG 2 R "title" { "player 1" "player 2" }'


@dataclass(frozen=True)
class EfgSet:
    """An information set; `player` 0 is chance, and then `probabilities` has one entry per branch."""

    player: int
    number: int
    label: str
    branches: tuple[str, ...]
    probabilities: tuple[Fraction, ...] = ()


@dataclass(frozen=True)
class EfgOutcome:
    """An outcome; `payoffs` has one entry per player."""

    number: int
    name: str
    payoffs: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class EfgNode:
    """A node; `parent` is its position in the file (-1: none), `branch` which branch of the parent leads to it."""

    kind: int
    label: str
    parent: int
    branch: int
    infoset: EfgSet | None
    outcome: EfgOutcome | None


@dataclass(frozen=True)
class EfgFile:
    """A whole file, nodes in prefix order."""

    title: str
    players: tuple[str, ...]
    comment: str
    nodes: tuple[EfgNode, ...]


def read_nodes(text: str, path: str, max_nodes: int) -> EfgFile:
    """Reads a file's content; raises `EfgError` with every mistake found."""
    tokens = Tokens(text, path)
    title, players = _read_header(tokens)
    comment = unquote(tokens.take().text) if tokens.next.kind == "string" else ""
    tokens.trust_strings()
    nodes = _Body(tokens, len(players), max_nodes).read()
    if tokens.problems:
        raise EfgError(tokens.problems)
    return EfgFile(title, players, comment, nodes)


def _read_header(tokens: Tokens) -> tuple[str, tuple[str, ...]]:
    first = tokens.next
    if first.kind == "end":
        tokens.fail(first, "the file is empty", "export the game again; " + _HEADER_FORMAT)
    if first.text == "NFG":
        tokens.fail(first, "this is a strategic form (.nfg), not an extensive form", "save the game tree as .efg")
    if first.text != "EFG":
        tokens.fail(first, f"not an .efg file: 'EFG' expected at the start, {first.shown}", _HEADER_FORMAT)
    tokens.take()
    if tokens.next.text != "2":
        tokens.fail(tokens.next, f"only version 2 of the format can be read, {tokens.next.shown}", _HEADER_FORMAT)
    tokens.take()
    if tokens.next.text not in ("R", "D"):
        tokens.fail(tokens.next, f"'R' or 'D' expected after EFG 2, {tokens.next.shown}", _HEADER_FORMAT)
    tokens.take()
    title = tokens.string("the title in quotes", _HEADER_FORMAT)
    tokens.trust_strings()
    at = tokens.next
    players = tokens.strings("the players' names", _HEADER_FORMAT, MAX_PLAYERS)
    if not players:
        tokens.fail(at, "the game has no players", _HEADER_FORMAT)
    return title, tuple(players)


@dataclass
class _Body:
    """Reads the nodes; keeps what was declared so far, with the token that declared it."""

    tokens: Tokens
    n_players: int
    max_nodes: int
    sets: dict[tuple[int, int], tuple[EfgSet, Token]] = field(default_factory=dict)
    outcomes: dict[int, tuple[EfgOutcome, Token]] = field(default_factory=dict)
    missing: set[int] = field(default_factory=set)  # outcomes used before they are declared
    nodes: list[EfgNode] = field(default_factory=list)
    n_payoffs: int = 0  # read so far
    last: Token | None = None  # where the last node starts

    def read(self) -> tuple[EfgNode, ...]:
        """All nodes; the tree is complete where no branch is left open."""
        open_branches: list[tuple[int, int]] = [(-1, -1)]  # (parent, branch), the next one last
        while open_branches:
            if self.tokens.next.kind == "end":
                self._truncated(len(open_branches))
            parent, branch = open_branches.pop()
            if len(self.nodes) + len(open_branches) >= self.max_nodes:
                self._too_many_nodes(self.tokens.next)
            node = self._read_node(parent, branch)
            self.nodes.append(node)
            if node.infoset is not None:
                here = len(self.nodes) - 1
                open_branches.extend((here, below) for below in reversed(range(len(node.infoset.branches))))
        self._check_end()
        return tuple(self.nodes)

    def _truncated(self, n_open: int) -> None:
        if self.last is None:
            self.tokens.fail(self.tokens.next, "the file has no nodes", _NODE_FORMAT[TERMINAL])
        count = "one branch still leads" if n_open == 1 else f"{n_open} branches still lead"
        where = self.tokens.mark(self.last.start).line
        self.tokens.fail(
            self.tokens.next,
            f"the file ends but the tree is not complete: {count} to no node (the last node is at line {where})",
            "the file seems cut off: write the missing nodes, or export the game again",
        )

    def _too_many_nodes(self, at: Token) -> NoReturn:
        self.tokens.fail(at, f"the game has more than {self.max_nodes} nodes", "allow more with a higher limit")

    def _check_end(self) -> None:
        token = self.tokens.next
        if token.kind == "end":
            return
        if token.text in _KIND:
            message = "the tree is complete, but another node follows: a game has one root"
            remedy = "remove what follows, or check the number of branches of the nodes above"
        else:
            message, remedy = f"the tree is complete, but more text follows: {token.shown}", "remove it"
        self.tokens.fail(token, message, remedy)

    def _read_node(self, parent: int, branch: int) -> EfgNode:
        tokens = self.tokens
        kind = _KIND.get(tokens.next.text)
        if kind is None:
            remedy = "start a node with c (chance), p (decision) or t (terminal), and check the braces above"
            tokens.refuse("a node (c, p or t)", remedy)
        self.last = tokens.take()
        label = tokens.string("the node's label in quotes", _NODE_FORMAT[kind])
        infoset = None if kind == TERMINAL else self._read_set(kind)
        return EfgNode(kind, label, parent, branch, infoset, self._read_outcome(kind))

    def _read_set(self, kind: int) -> EfgSet:
        """The information set of the node at hand; checked against its first declaration, if this is not the first."""
        tokens = self.tokens
        player = self._read_player() if kind == DECISION else 0
        at = tokens.next
        number = tokens.integer("the number of the information set", _NODE_FORMAT[kind])
        label = unquote(tokens.take().text) if tokens.next.kind == "string" else None
        at_branches = tokens.next
        known = self.sets.get((player, number))
        if at_branches.kind in ("unclosed", "end"):
            tokens.refuse("the branches or the outcome", _NODE_FORMAT[kind])
        if at_branches.kind != "open":
            if known is None:
                self._undeclared_set(at, player, number)
            if label is not None and label != known[0].label:
                self._disagrees(at, known, f"is labelled {label!r} here and {known[0].label!r}")
            return known[0]
        if kind == CHANCE:
            branches, probabilities = self._read_chance_branches()
        else:
            branches = tuple(tokens.strings("the actions", _NODE_FORMAT[DECISION], self.max_nodes))
            probabilities = ()
        if not branches:
            tokens.note(at_branches, "a node that is not terminal needs at least one branch", _NODE_FORMAT[kind])
        declared = EfgSet(player, number, label or "", branches, probabilities)
        if known is None:
            self.sets[player, number] = declared, at
            return declared
        return self._agree(at, known, declared, label)

    def _read_player(self) -> int:
        at = self.tokens.next
        player = self.tokens.integer("the player's number", _NODE_FORMAT[DECISION])
        if not 1 <= player <= self.n_players:
            self.tokens.note(
                at, f"there is no player {player}", f"players are numbered 1 to {self.n_players}, in the header's order"
            )
        return player

    def _undeclared_set(self, at: Token, player: int, number: int) -> NoReturn:
        owner = f"of player {player}" if player else "of chance"
        others = [other for other, known in self.sets if known == number and other and other != player]
        hint = f" (player {others[0]} has a set {number}; each player has its own numbers)" if others else ""
        self.tokens.fail(
            at,
            f"information set {number} {owner} has not been declared{hint}",
            "write its label and branches where it first occurs",
        )

    def _agree(self, at: Token, known: tuple[EfgSet, Token], here: EfgSet, label: str | None) -> EfgSet:
        """What the node at hand says of its set, after noting how it differs from the first declaration."""
        first = known[0]
        if len(here.branches) != len(first.branches):
            self._disagrees(at, known, f"has {len(here.branches)} branches here and {len(first.branches)}")
        elif here.branches != first.branches:
            pairs = zip(here.branches, first.branches, strict=True)
            one, other = next((one, other) for one, other in pairs if one != other)
            self._disagrees(at, known, f"has a branch {one!r} here, in the place of {other!r}")
        elif label is not None and label != first.label:
            self._disagrees(at, known, f"is labelled {label!r} here and {first.label!r}")
        elif here.probabilities != first.probabilities:
            self._disagrees(at, known, "has other probabilities here than")
        else:
            return first
        return here

    def _disagrees(self, at: Token, known: tuple[EfgSet, Token], how: str) -> None:
        first = known[0]
        owner = f"of player {first.player}" if first.player else "of chance"
        self.tokens.note(
            at,
            f"information set {first.number} {owner} {how} at line {self.tokens.mark(known[1].start).line}",
            "make them equal, or give this set a number of its own",
        )

    def _read_chance_branches(self) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:
        tokens, remedy = self.tokens, _NODE_FORMAT[CHANCE]
        at = tokens.take()
        branches: list[str] = []
        values: list[Fraction] = []
        decimal = False
        while tokens.next.kind != "close":
            if len(branches) == self.max_nodes:
                self._too_many_nodes(tokens.next)
            branches.append(tokens.string("a branch in quotes, or '}',", remedy))
            tokens.skip_comma()
            token = tokens.next
            values.append(tokens.number(f"the probability of {branches[-1]!r}", remedy))
            if values[-1] < 0:
                tokens.note(token, f"the probability of {branches[-1]!r} is negative", "write a number from 0 to 1")
            decimal = decimal or any(sign in token.text for sign in ".eE")
            tokens.skip_comma()
        tokens.take()
        if values and min(values) >= 0:
            self._check_sum(at, values, decimal)
        return tuple(branches), tuple(values)

    def _check_sum(self, at: Token, values: list[Fraction], decimal: bool) -> None:
        rough = math.fsum(map(float, values))
        exact = Fraction(0)
        if abs(rough - 1) < 1e-6:
            for value in values:
                exact += value
                if exact.denominator.bit_length() > MAX_PROBABILITY_BITS:
                    message = "the probabilities have no common denominator of reasonable size"
                    self.tokens.note(at, message, "write them with fewer digits")
                    return
            if exact == 1 or (decimal and abs(exact - 1) < SUM_TOLERANCE):
                return
        shown = f"{exact.numerator}/{exact.denominator}" if 0 < exact.denominator < 10**6 and exact else f"{rough:.12g}"
        self.tokens.note(
            at, f"the probabilities sum to {shown}, not to 1", "correct them: they must sum to exactly one"
        )

    def _read_outcome(self, kind: int) -> EfgOutcome | None:
        tokens = self.tokens
        at = tokens.next
        number = tokens.integer("the number of the outcome (0 for none)", _NODE_FORMAT[kind])
        name = unquote(tokens.take().text) if tokens.next.kind == "string" else None
        payoffs = self._read_payoffs(number) if tokens.next.kind == "open" else None
        if number == 0:
            if name is not None or payoffs is not None:
                tokens.note(at, "outcome 0 means no outcome, but here it has a name or payoffs", "give it a number")
            return None
        known = self.outcomes.get(number)
        if payoffs is None:
            if known is None:
                self._undeclared_outcome(at, number)
                return None
            payoffs = known[0].payoffs
        here = EfgOutcome(number, name or "", payoffs)
        if known is None:
            self.outcomes[number] = here, at
            return here
        first = known[0]
        if name is not None and name != first.name:
            self._outcome_disagrees(at, known, f"is called {name!r} here and {first.name!r}")
        elif payoffs != first.payoffs:
            self._outcome_disagrees(at, known, "has other payoffs here than")
        return first

    def _undeclared_outcome(self, at: Token, number: int) -> None:
        if number not in self.missing:
            remedy = 'write its name and payoffs here, as in 1 "peace" { 1, 2 }, and only the number later'
            self.tokens.note(at, f"outcome {number} has no payoffs, and this is its first use", remedy)
        self.missing.add(number)

    def _outcome_disagrees(self, at: Token, known: tuple[EfgOutcome, Token], how: str) -> None:
        line = self.tokens.mark(known[1].start).line
        remedy = "make them equal, or give this outcome a number of its own"
        self.tokens.note(at, f"outcome {known[0].number} {how} at line {line}", remedy)

    def _read_payoffs(self, number: int) -> tuple[Fraction, ...]:
        """One payoff per player; a wrong number of them is noted, and made up or cut."""
        tokens = self.tokens
        at = tokens.take()
        payoffs: list[Fraction] = []
        while tokens.next.kind != "close":
            self.n_payoffs += 1
            if self.n_payoffs > MAX_PAYOFFS:
                tokens.fail(tokens.next, f"the file has more than {MAX_PAYOFFS} payoffs", "that many cannot be read")
            payoffs.append(tokens.number("a payoff, or '}',", "write one payoff per player, as in { 1, 2 }"))
            tokens.skip_comma()
        tokens.take()
        if len(payoffs) != self.n_players:
            message = f"outcome {number} has {len(payoffs)} payoffs for {self.n_players} players"
            tokens.note(at, message, "write one payoff per player, in the header's order")
            payoffs = (payoffs + [Fraction(0)] * self.n_players)[: self.n_players]
        return tuple(payoffs)
