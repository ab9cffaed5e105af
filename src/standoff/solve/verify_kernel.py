"""What the verifier for many draws measures, as straight-line code for one game: a row of draws for every quantity.

The conditions are those of `standoff.solve.verify_batch`, checked information set by information set. Differences:

- beliefs are products of the factors (chance probabilities; positive behaviour and coefficients) that the paths to the
  nodes of an information set do not have in common, not sums of logarithms. Products keep 53 bits as long as they are
  not too large or small for a float: `Check.factors` says between which bounds all factors must lie for that, and the
  caller falls back on logarithms where they do not;
- exponents are read as unsigned: one comparison refuses those below zero (which are huge then) and too large ones.

There are two checks: `mixed`, and one for profiles of zeros and ones whose coefficients are all 1, where beliefs come
from chance alone. Functions are built of nodes of the module `ast`, with names of our own and those of numpy. Nothing
here is shared with a solver, its kernels included.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any, TypeAlias, TypedDict

import numpy as np
from numpy.typing import NDArray

from standoff.game.game import CHANCE, TERMINAL, Game

SMALLEST, GREATEST = 1e-250, 1e250  # products of factors lie between, and so do their sums and ratios
TYPES = {"x": np.float64, "t": np.bool_, "n": np.uint64}  # names of rows begin with one of these letters
TRUTHS = ("equal", "not_equal", "greater", "less_equal", "logical_and", "logical_or")
NAMES = (*TRUTHS, "add", "subtract", "multiply", "divide", "maximum", "minimum", "absolute", "where", "copyto")

Rows: TypeAlias = Sequence[NDArray[Any]]
Operand: TypeAlias = str | float | int  # a row by name; a number: whole ones go with exponents


class _Place(TypedDict):
    """Where a node stands in a text. There is none, but the compiler asks."""

    lineno: int
    col_offset: int


AT = _Place(lineno=1, col_offset=0)


@dataclass(frozen=True, eq=False)
class Check:
    """A compiled check of a game."""

    function: Callable[[Rows, Rows, Rows], None]  # of what is given, rows to work in, rows to fill
    mixed: bool
    scratch: tuple[str, ...]  # [row to work in] first letter of its type
    factors: tuple[float, float]
    chances: tuple[int, ...]  # nodes after chance

    def memory(self, length: int) -> list[NDArray[Any]]:
        """Rows to work in."""
        return [np.empty(length, dtype=TYPES[letter]) for letter in self.scratch]


def check_of(game: Game, *, mixed: bool, largest: int, tolerance: float) -> Check:
    """The check of a game with perfect recall and an order of play.

    Given are payoffs by ending and actor, chances of `Check.chances`, behaviour and exponents by slot and, if `mixed`,
    the factors of slots. Filled in are the reach of every node, what every actor expects, the largest gain, and whether
    behaviour and exponents are lawful: no exponent beyond `largest`, sums of behaviour within `tolerance` of 1.
    """
    script = _Script()
    measured = _Measured(game, script, mixed=mixed)
    reach = measured.reach()
    payoffs = [measured.worth(0, actor) for actor in range(len(game.actors))]
    results = [*reach, *payoffs, measured.gain(), measured.lawful(largest, tolerance)]
    given = [*measured.payoffs, *measured.chance.values(), *measured.behaviour, *measured.exponents, *measured.factors]
    function, scratch = script.compiled(given, results)
    longest = max(len(game.levels), 1)
    bounds = SMALLEST ** (1 / longest), GREATEST ** (1 / longest)
    return Check(function, mixed, scratch, bounds, tuple(measured.chance))


class _Measured:
    """The quantities of one game."""

    def __init__(self, game: Game, script: _Script, *, mixed: bool) -> None:
        self.game, self.script, self.mixed = game, script, mixed
        slots = range(game.n_slots)
        self.payoffs = [script.name("x") for _ in range(len(game.outcome) * len(game.actors))]
        self.chance = {n: script.name("x") for n in range(1, game.n_nodes) if game.kind[game.parent[n]] == CHANCE}
        self.behaviour = [script.name("x") for _ in slots]
        self.exponents = [script.name("n") for _ in slots]
        self.factors = [script.name("x") for _ in slots] if mixed else []
        self.values: dict[tuple[int, int], str] = {}
        self.played = [script.line("greater", own, 0.0) for own in self.behaviour]

    def branch(self, node: int) -> str:
        """Probability of the branch into a node."""
        slot = int(self.game.slot[node])
        return self.behaviour[slot] if slot >= 0 else self.chance[node]

    def reach(self) -> list[Operand]:
        """[node] how likely play is to get there."""
        result: list[Operand] = [1.0]
        for node in range(1, self.game.n_nodes):
            result.append(self.script.times(result[int(self.game.parent[node])], self.branch(node)))
        return result

    def worth(self, node: int, actor: int) -> str:
        """What an actor expects from a node on."""
        game = self.game
        if game.kind[node] == TERMINAL:
            return self.payoffs[int(game.terminal[node]) * len(game.actors) + actor]
        if (node, actor) not in self.values:
            parts = [self.script.times(self.branch(child), self.worth(child, actor)) for child in game.children(node)]
            self.values[node, actor] = str(self.script.over("add", parts))
        return self.values[node, actor]

    def gain(self) -> Operand:
        """The largest gain at any information set, as a share of its actor's range of payoffs."""
        game, script = self.game, self.script
        spans: dict[int, str] = {}
        gains: list[Operand] = []
        for number, nodes in enumerate(game.members):
            if len(game.infosets[number].options) == 1 or not nodes.size:
                continue  # nothing else could be done there
            actor = game.infosets[number].actor
            if actor not in spans:
                own = self.payoffs[actor :: len(game.actors)]
                span = script.line("subtract", script.over("maximum", own), script.over("minimum", own))
                spans[actor] = script.line("where", script.line("greater", span, 0.0), span, 1.0)
            gains.append(script.line("divide", self.best_less_worst(number, nodes.tolist(), actor), spans[actor]))
        return script.over("maximum", [0.0, *gains])

    def best_less_worst(self, number: int, nodes: list[int], actor: int) -> str:
        """What the best option of an information set has over the worst that is played."""
        game, script = self.game, self.script
        belief = self.belief(nodes)
        values = []
        for option in range(len(game.infosets[number].options)):
            after = [self.worth(int(game.first_child[node]) + option, actor) for node in nodes]
            values.append(script.over("add", [script.times(b, w) for b, w in zip(belief, after, strict=True)]))
        slots = range(game.n_slots)[game.options(number)]
        if self.mixed:
            used = [script.line("where", self.played[s], v, float("inf")) for s, v in zip(slots, values, strict=True)]
            worst = script.over("minimum", used)
        else:
            used = [script.line("multiply", self.behaviour[s], v) for s, v in zip(slots, values, strict=True)]
            worst = script.over("add", used)  # one of them is played, the others are nought
        return script.line("subtract", script.over("maximum", values), worst)

    def belief(self, nodes: list[int]) -> list[Operand]:
        """[member] the belief: on the least costly paths, as the products of their factors."""
        script = self.script
        if len(nodes) == 1:
            return [1.0]
        shared = Counter(step for node in nodes for step in self.steps(node))
        ways = [[step for step in self.steps(node) if shared[step] < len(nodes)] for node in nodes]
        spent = [[self.exponents[slot] for slot, _ in way if slot >= 0] for way in ways]
        cost = [script.over("add", own) if own else 0 for own in spent]
        weights = [script.product([self.factor(step) for step in way]) for way in ways]
        if any(isinstance(own, str) for own in cost):
            least = script.over("minimum", cost)
            cheapest = [script.line("equal", own, least) for own in cost]
            weights = [script.line("multiply", own, there) for own, there in zip(weights, cheapest, strict=True)]
        total = script.over("add", weights)
        return [script.line("divide", own, total) for own in weights]

    def factor(self, step: tuple[int, int]) -> Operand:
        """Of a step of `steps`."""
        slot, node = step
        if slot < 0:
            return self.chance[node]
        return self.factors[slot] if self.mixed else 1.0

    def steps(self, node: int) -> list[tuple[int, int]]:
        """What is on the path to a node: slots (with no node), and nodes after chance (with no slot)."""
        slot = self.game.slot
        return [(int(slot[step]), -1) if slot[step] >= 0 else (-1, step) for step in self.game.path(node)]

    def lawful(self, largest: int, tolerance: float) -> str:
        """W1: distributions, exponents 0 exactly where behaviour is positive and none that cannot be summed."""
        game, script = self.game, self.script
        tests = []
        for played, exponent in zip(self.played, self.exponents, strict=True):
            tests.append(script.line("equal", script.line("equal", exponent, 0), played))
            tests.append(script.line("less_equal", exponent, largest))
        if self.mixed:
            for own in self.behaviour:
                tests.append(script.line("less_equal", 0.0, own))
                tests.append(script.line("less_equal", own, 1.0))
        for number in range(len(game.infosets)):
            total = script.over("add", self.behaviour[game.options(number)])
            error = script.line("absolute", script.line("subtract", total, 1.0))
            tests.append(script.line("less_equal", error, tolerance))
        return str(script.over("logical_and", tests))


class _Script:
    """Lines ``name = function(operands)``, each written once."""

    def __init__(self) -> None:
        self.names = 0
        self.lines: dict[tuple[str, tuple[Operand, ...]], str] = {}
        self.constants: dict[str, Any] = {}  # 0-d arrays, by name

    def name(self, letter: str) -> str:
        """A new row, as it is one that is given."""
        self.names += 1
        return f"{letter}{self.names}"

    def line(self, function: str, *operands: Operand) -> str:
        """The row that holds what a function gives."""
        key = function, operands
        if key not in self.lines:
            whole = function not in TRUTHS and any(isinstance(own, str) and own[0] == "n" for own in operands)
            self.lines[key] = self.name("t" if function in TRUTHS else "n" if whole else "x")
        return self.lines[key]

    def over(self, function: str, operands: Sequence[Operand]) -> Operand:
        """A function of two over any number, from the first to the last."""
        result = operands[0]
        for operand in operands[1:]:
            result = self.line(function, result, operand)
        return result

    def times(self, one: Operand, other: Operand) -> Operand:
        """The product of two, either of which may be 1."""
        return other if one == 1.0 else one if other == 1.0 else self.line("multiply", one, other)

    def product(self, operands: Sequence[Operand]) -> Operand:
        """Of any number."""
        result: Operand = 1.0
        for operand in operands:
            result = self.times(result, operand)
        return result

    def compiled(
        self, given: list[str], results: list[Operand]
    ) -> tuple[Callable[[Rows, Rows, Rows], None], tuple[str, ...]]:
        """The function of three lists of rows, and the types of those it works in.

        A row to work in is used again once nothing reads what it holds; results are written where they belong at once.
        """
        place = {name: f"g{number}" for number, name in enumerate(given)}
        body = [self._unpacking("given", len(given), "g")]
        made = set(self.lines.values())
        for number, result in enumerate(results):
            if isinstance(result, str) and result in made and result not in place:
                place[result] = f"r{number}"
        copies = [(n, own) for n, own in enumerate(results) if not isinstance(own, str) or place.get(own) != f"r{n}"]
        last = {own: n for n, (_, operands) in enumerate(self.lines) for own in operands if isinstance(own, str)}
        idle: dict[str, list[str]] = {letter: [] for letter in TYPES}
        scratch: list[str] = []
        inner: list[ast.stmt] = []
        for number, ((function, operands), target) in enumerate(self.lines.items()):
            sources = [self._name(own, place) for own in operands]
            for own in dict.fromkeys(own for own in operands if isinstance(own, str)):
                if last[own] == number and place[own].startswith("w"):
                    idle[own[0]].append(place[own])
            if target not in place:
                if not idle[target[0]]:
                    idle[target[0]].append(f"w{len(scratch)}")
                    scratch.append(target[0])
                place[target] = idle[target[0]].pop()
            inner.append(_statement(function, sources, place[target]))
        inner += [_statement("copy", [self._name(own, place)], f"r{number}") for number, own in copies]
        body += [self._unpacking("work", len(scratch), "w"), self._unpacking("results", len(results), "r"), *inner]
        return _function(body, self.constants), tuple(scratch)

    def _name(self, operand: Operand, place: dict[str, str]) -> str:
        if isinstance(operand, str):
            return place[operand]
        value = np.uint64(operand) if isinstance(operand, int) else np.float64(operand)
        known = next((name for name, own in self.constants.items() if own.dtype == value.dtype and own == value), None)
        name = known or f"c{len(self.constants)}"
        self.constants[name] = np.array(value)
        return name

    @staticmethod
    def _unpacking(source: str, count: int, letter: str) -> ast.stmt:
        names: list[ast.expr] = [ast.Name(f"{letter}{number}", ast.Store(), **AT) for number in range(count)]
        return ast.Assign([ast.Tuple(names, ast.Store(), **AT)], _load(source), **AT)


def _statement(function: str, sources: list[str], target: str) -> ast.stmt:
    """``function(sources, out=target)``."""
    values, into = list(map(_load, sources)), _load(target)
    if function == "copy":
        return ast.Expr(ast.Call(_load("copyto"), [into, *values], [], **AT), **AT)
    if function == "where":
        chosen = ast.Call(_load("where"), values, [], **AT)
        return ast.Expr(ast.Call(_load("copyto"), [into, chosen], [], **AT), **AT)
    return ast.Expr(ast.Call(_load(function), values, [ast.keyword("out", into, **AT)], **AT), **AT)


@lru_cache(maxsize=4096)
def _load(name: str) -> ast.expr:
    return ast.Name(name, ast.Load(), **AT)


def _function(body: list[ast.stmt], constants: dict[str, Any]) -> Callable[[Rows, Rows, Rows], None]:
    parameters = [ast.arg(name, **AT) for name in ("given", "work", "results")]
    signature = ast.arguments(posonlyargs=[], args=parameters, kwonlyargs=[], kw_defaults=[], defaults=[])
    code = compile(ast.Module([ast.FunctionDef("check", signature, body, [], **AT)], []), "<check>", "exec")
    (inner,) = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    seen = {name: getattr(np, name) for name in NAMES}
    return FunctionType(inner, {"__builtins__": {}, **seen, **constants})
