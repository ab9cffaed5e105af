"""Straight-line code on rows of numbers, recorded line by line and then compiled.

A *row* is a one-dimensional array, one entry per draw: float64 or bool. A line applies one function of numpy to rows
and constants and puts what comes out into a row. What no result depends on is left out, and rows that are never needed
at the same time share memory, so that a block of draws stays in the caches.

The function is built of nodes of the module `ast`; its names are a letter and a number each, and the names around it
are functions and constants of numpy. No text takes part, least of all that of a scenario.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any, NamedTuple, TypeAlias, TypedDict

import numpy as np
from numpy.typing import NDArray

FLOAT, BOOL = "f", "b"
FUNCTIONS = ("add", "subtract", "multiply", "divide", "maximum", "minimum", "rint", "absolute", "negative")
TESTS = ("greater", "less", "greater_equal", "less_equal", "logical_and", "logical_or", "logical_not")

Array: TypeAlias = NDArray[Any]
Rows: TypeAlias = Sequence[Array]


class _Place(TypedDict):
    """Where a node stands in a text. There is none, but the compiler asks."""

    lineno: int
    col_offset: int


AT = _Place(lineno=1, col_offset=0)


class Row(NamedTuple):
    """A row, by number, and what it holds."""

    number: int
    kind: str


Operand: TypeAlias = Row | float


class Line(NamedTuple):
    """``target = function(*operands)``; with `guard` only if that row holds anywhere."""

    function: str
    operands: tuple[Operand, ...]
    target: Row
    guard: Row | None

    @property
    def rows(self) -> list[Row]:
        """The rows it reads."""
        return [operand for operand in (*self.operands, self.guard) if isinstance(operand, Row)]


@dataclass
class Lines:
    """What was recorded; the same function of the same operands is recorded once.

    A line that reads rows of the recording `before` alone belongs there: it is computed once for many runs of this one.
    When that is `closed`, it is only asked whether it has the line already.
    """

    before: Lines | None = None
    closed: bool = False
    rows: int = 0
    lines: list[Line] = field(default_factory=list)
    known: dict[tuple[str, tuple[Operand, ...]], Row] = field(default_factory=dict)
    here: dict[Row, Row] = field(default_factory=dict)  # rows of the recording before, as they are called here
    there: dict[Row, Row] = field(default_factory=dict)  # the other way round

    def row(self, kind: str = FLOAT) -> Row:
        """A new row; as it is, one that is handed to the function."""
        self.rows += 1
        return Row(self.rows - 1, kind)

    def take(self, operand: Operand) -> Operand:
        """A row of the recording before."""
        if not isinstance(operand, Row):
            return operand
        if operand not in self.here:
            self.here[operand] = self.row(operand.kind)
            self.there[self.here[operand]] = operand
        return self.here[operand]

    def do(self, function: str, *operands: Operand) -> Row:
        """A line whose result is new, or the row that already holds it."""
        key = function, operands
        if key not in self.known:
            self.known[key] = self._earlier(function, operands) or self.fresh(function, *operands)
        return self.known[key]

    def _earlier(self, function: str, operands: tuple[Operand, ...]) -> Row | None:
        if self.before is None or not all(own in self.there for own in operands if isinstance(own, Row)):
            return None
        sources = tuple(self.there[own] if isinstance(own, Row) else own for own in operands)
        if self.before.closed and (function, sources) not in self.before.known:
            return None
        row = self.take(self.before.do(function, *sources))
        assert isinstance(row, Row)
        return row

    def fresh(self, function: str, *operands: Operand) -> Row:
        """A line whose result is a row of its own, which may be overwritten."""
        target = self.row(BOOL if function in TESTS else FLOAT)
        self.lines.append(Line(function, operands, target, None))
        return target

    def overwrite(self, target: Row, function: str, *operands: Operand, guard: Row | None = None) -> None:
        """A line that changes a row."""
        self.lines.append(Line(function, operands, target, guard))

    def put(self, target: Row, value: Operand, where: Row, guard: Row) -> None:
        """Change a row to a value where another holds, if `guard` holds anywhere."""
        self.lines.append(Line("copyto", (value, where), target, guard))

    def either(self, condition: Row, yes: Operand, no: Operand) -> Operand:
        """One where `condition` holds, the other elsewhere."""
        return yes if yes == no else self.do("where", condition, yes, no)

    def product(self, one: Operand, other: Operand) -> Operand:
        """Of two, either of which may be a number."""
        if not isinstance(one, Row) and not isinstance(other, Row):
            return one * other
        if 1.0 in (one, other):
            return other if one == 1.0 else one
        return self.do("multiply", one, other)

    def all_of(self, function: str, operands: Sequence[Operand]) -> Operand:
        """A function of two applied to the first two, to this and the third, and so on."""
        result = operands[0]
        for operand in operands[1:]:
            result = self.do(function, result, operand)
        return result

    def any_of(self, rows: Sequence[Row]) -> Row:
        """Where any of some rows holds."""
        result = rows[0]
        for row in rows[1:]:
            result = self.do("logical_or", result, row)
        return result

    def weighted(self, weights: Sequence[Operand], operands: Sequence[Operand]) -> Operand:
        """The sum of products, in order."""
        return self.all_of("add", [self.product(own, weight) for weight, own in zip(weights, operands, strict=True)])

    def read(self, results: Iterable[Operand]) -> set[Row]:
        """The rows that some results depend on, those in between included."""
        wanted = {result for result in results if isinstance(result, Row)}
        return wanted.union(*(line.rows for line in _needed(self.lines, wanted)))


@dataclass(frozen=True, eq=False)
class Code:
    """A compiled function of rows; `results` are written, one row each."""

    function: Callable[[Rows, Rows, Rows, Rows], None]
    floats: int  # rows of memory needed for the time it runs
    bools: int

    def __call__(self, rows: Rows, memory: Memory, results: Rows) -> None:
        """Run it on rows of one length, which is that of the memory's rows."""
        self.function(rows, memory.floats[: self.floats], memory.bools[: self.bools], results)


@dataclass(frozen=True, eq=False)
class Memory:
    """Rows to work in."""

    floats: Rows
    bools: Rows

    @staticmethod
    def of(codes: Iterable[Code], length: int) -> Memory:
        """Enough for each of some functions."""
        codes = tuple(codes)
        floats, bools = max(code.floats for code in codes), max(code.bools for code in codes)
        return Memory(list(np.empty((floats, length))), list(np.empty((bools, length), dtype=bool)))

    def first(self, length: int) -> Memory:
        """The same memory for shorter rows."""
        return Memory([row[:length] for row in self.floats], [row[:length] for row in self.bools])


def compiled(recorded: Lines, rows: Sequence[Row], results: Sequence[Operand]) -> Code:
    """The function from `rows` to `results`; a result that no line makes is copied."""
    written = Lines(rows=recorded.rows, lines=list(recorded.lines))
    targets = []
    for result in results:  # rows of their own, for two results may be one row
        targets.append(written.row(result.kind if isinstance(result, Row) else FLOAT))
        written.lines.append(Line("copyto", (result,), targets[-1], None))
    lines = _direct(_needed(written.lines, targets), targets, rows)
    names, counts = _names(lines, rows, targets)
    constants = {operand for line in lines for operand in line.operands if not isinstance(operand, Row)}
    numbered = {constant: f"c{number}" for number, constant in enumerate(sorted(constants))}
    writer = _Writer(names, numbered)
    body: list[ast.stmt] = [
        _unpacked([names[row] for row in rows], "rows"),
        _unpacked([f"f{number}" for number in range(counts[FLOAT])], "floats"),
        _unpacked([f"b{number}" for number in range(counts[BOOL])], "bools"),
        _unpacked([names[row] for row in targets], "results"),
        *writer.statements(lines),
    ]
    around: dict[str, Any] = {name: np.array(constant) for constant, name in numbered.items()}
    return Code(_function(body, around), counts[FLOAT], counts[BOOL])


def _needed(lines: list[Line], targets: Iterable[Row]) -> list[Line]:
    """The lines that the targets depend on."""
    wanted, kept = set(targets), []
    for line in reversed(lines):
        if line.target in wanted:
            wanted.update(line.rows)
            kept.append(line)
    return kept[::-1]


def _direct(lines: list[Line], targets: Sequence[Row], given: Sequence[Row]) -> list[Line]:
    """The same with rows that are only copied to a result at the end written there at once."""
    final = set(targets)
    copies = [line.operands[0] for line in lines if line.function == "copyto" and line.target in final]
    copied = Counter(own for own in copies if isinstance(own, Row))
    bound = {line.target for line in lines if line.function == "where"}.union(given)
    place = {
        line.operands[0]: line.target
        for line in lines
        if line.function == "copyto" and line.target in final and isinstance(line.operands[0], Row)
        if copied[line.operands[0]] == 1 and line.operands[0] not in bound
    }
    result = []
    for line in lines:
        if line.function == "copyto" and line.operands[0] in place and line.target in final:
            continue
        operands = tuple(place.get(own, own) if isinstance(own, Row) else own for own in line.operands)
        guard = place.get(line.guard, line.guard) if line.guard is not None else None
        result.append(Line(line.function, operands, place.get(line.target, line.target), guard))
    return result


def _names(lines: list[Line], rows: Sequence[Row], targets: Sequence[Row]) -> tuple[dict[Row, str], dict[str, int]]:
    """A name for every row, those of rows not needed any more used again; and how many of each kind there are."""
    names = {row: f"i{number}" for number, row in enumerate(rows)}
    names |= {row: f"o{number}" for number, row in enumerate(targets)}
    lasts = {row: number for number, line in enumerate(lines) for row in (*line.rows, line.target)}
    free: dict[str, list[str]] = {FLOAT: [], BOOL: []}
    counts = {FLOAT: 0, BOOL: 0}
    lent: dict[Row, str] = {}
    for number, line in enumerate(lines):
        for row in dict.fromkeys(line.rows):  # given back first: a line may write over what it reads
            if lasts[row] == number and row in lent:
                free[row.kind].append(lent.pop(row))
        if line.target not in names:
            kind = line.target.kind
            if not free[kind]:
                free[kind].append(f"{kind}{counts[kind]}")
                counts[kind] += 1
            names[line.target] = lent[line.target] = free[kind].pop()
    return names, counts


@dataclass(frozen=True)
class _Writer:
    """Lines as statements."""

    names: dict[Row, str]
    constants: dict[float, str]

    def statements(self, lines: list[Line]) -> list[ast.stmt]:
        result: list[ast.stmt] = []
        guard = None
        for line in lines:
            statement = self._statement(line)
            if line.guard is None:
                result.append(statement)
            elif line.guard == guard:  # goes on where the line before it was
                block = result[-1]
                assert isinstance(block, ast.If)
                block.body.append(statement)
            else:
                result.append(ast.If(_call("count_nonzero", self._name(line.guard)), [statement], [], **AT))
            guard = line.guard
        return result

    def _statement(self, line: Line) -> ast.stmt:
        operands = [self._name(operand) for operand in line.operands]
        target = self._name(line.target)
        if line.function == "where":  # has no `out`; the memory of the name is numpy's own then
            return ast.Assign([ast.Name(self.names[line.target], ast.Store(), **AT)], _call("where", *operands), **AT)
        if line.function != "copyto":
            return ast.Expr(_call(line.function, *operands, out=target), **AT)
        if len(operands) == 1:
            return ast.Expr(_call("copyto", target, operands[0]), **AT)
        return ast.Expr(_call("copyto", target, operands[0], where=operands[1]), **AT)

    def _name(self, operand: Operand) -> ast.expr:
        return _load(self.names[operand] if isinstance(operand, Row) else self.constants[operand])


def _call(function: str, *arguments: ast.expr, **named: ast.expr) -> ast.Call:
    keywords = [ast.keyword(name, value, **AT) for name, value in named.items()]
    return ast.Call(_load(function), list(arguments), keywords, **AT)


def _unpacked(names: list[str], source: str) -> ast.stmt:
    """``(name, name, ...) = source``."""
    targets: list[ast.expr] = [ast.Name(name, ast.Store(), **AT) for name in names]
    return ast.Assign([ast.Tuple(targets, ast.Store(), **AT)], _load(source), **AT)


@lru_cache(maxsize=4096)
def _load(name: str) -> ast.expr:
    return ast.Name(name, ast.Load(), **AT)


def _function(body: list[ast.stmt], around: dict[str, Any]) -> Callable[[Rows, Rows, Rows, Rows], None]:
    """The function of four lists of rows; it sees the functions of numpy that lines may use, and `around`."""
    parameters = [ast.arg(name, **AT) for name in ("rows", "floats", "bools", "results")]
    taken = ast.arguments(posonlyargs=[], args=parameters, kwonlyargs=[], kw_defaults=[], defaults=[])
    code = compile(ast.Module([ast.FunctionDef("kernel", taken, body, [], **AT)], []), "<kernel>", "exec")
    inner = next(constant for constant in code.co_consts if isinstance(constant, CodeType))
    names = (*FUNCTIONS, *TESTS, "where", "copyto", "count_nonzero")
    return FunctionType(inner, {"__builtins__": {}, **{name: getattr(np, name) for name in names}, **around})
