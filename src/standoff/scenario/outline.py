"""The skeleton of `moves`: names, actors and options, read before the expressions that refer to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

from standoff.errors import Mark
from standoff.scenario import fields, keys
from standoff.scenario.problems import Problems, remedy
from standoff.scenario.resolve import KnownMove
from standoff.scenario.scenario import NATURE
from standoff.scenario.source import Mapping, Node, Scalar, Sequence

MAX_OPTIONS = 64


@dataclass(frozen=True)
class OptionOutline:
    """An option's name and what the file says about it; `value` on a grid only."""

    name: str
    mark: Mark
    given: dict[str, Node] = field(default_factory=dict)
    value: Fraction | None = None


@dataclass(frozen=True)
class MoveOutline:
    """A move's name, its place in the file's order, and what the file says about it."""

    name: str
    index: int
    mark: Mark
    given: dict[str, Node]
    options: tuple[OptionOutline, ...] | None  # None where they could not be read
    grid: bool = False
    dropped: bool = False
    dropped_options: frozenset[str] = frozenset()

    @property
    def by_nature(self) -> bool:
        """Whether this is a chance move."""
        actor = self.given.get("actor")
        return isinstance(actor, Scalar) and actor.text == NATURE

    def known(self, in_rounds: bool) -> KnownMove:
        """What the resolver has to know."""
        names = None if self.options is None else tuple(option.name for option in self.options)
        return KnownMove(self.name, self.index, names, self.grid, in_rounds, self.dropped, self.dropped_options)


def read_outlines(node: Node | None, problems: Problems) -> dict[str, MoveOutline]:
    """The moves by name, in the order of the file."""
    if node is None:
        return {}
    table = fields.mapping(node, "`moves`", "write `name: {actor: ..., options: [...]}` in order of play", problems)
    if table is None:
        return {}
    if not table.entries:
        problems.error(table.mark, "`moves` is empty", "give at least one move")
    found = {}
    for index, (name, mark, content) in enumerate(fields.names_of(table, "a move's name", problems)):
        advice = "write `{actor: ..., options: [...]}`"
        given_table = fields.mapping(content, f"move `{name}`", advice, problems)
        if given_table is None:
            found[name] = MoveOutline(name, index, mark, {}, None)
            continue
        given = fields.fields(given_table, keys.MOVE, "a move", problems)
        for key in ("actor", "options"):
            if key not in given:
                problems.error(mark, f"move `{name}` has no `{key}`", f"add `{key}:`")
        outline = MoveOutline(name, index, mark, given, None)
        found[name] = _with_options(outline, problems)
    return found


def _with_options(move: MoveOutline, problems: Problems) -> MoveOutline:
    node = move.given.get("options")
    if node is None:
        return move
    if (
        isinstance(node, Mapping)
        and node.names() == ["grid"]
        and (not move.by_nature or isinstance(node.get("grid"), Sequence))
    ):
        return replace(move, options=_grid(node, move, problems), grid=True)
    if isinstance(node, Scalar):
        advice = "write `[one, two]`, `{one: ..., two: ...}` or `{grid: [low, high, count]}`"
        problems.error(node.mark, f"`options` must be a list or mapping, not {fields.describe(node)}", advice)
        return move
    pairs = _listed(node, problems) if isinstance(node, Sequence) else list(node.entries)
    options: dict[str, OptionOutline] = {}
    for key, content in pairs:
        name = fields.name(key, "an option's name", problems)
        if name in options:
            problems.error(key.mark, f"option `{name}` is given twice", "keep one of the two")
        elif name is not None:
            options[name] = OptionOutline(name, key.mark, _option_keys(name, content, move, problems))
    if not pairs:
        problems.error(node.mark, f"move `{move.name}` has no options", "name at least one")
    if len(pairs) > MAX_OPTIONS:
        what = f"move `{move.name}` has {len(pairs)} options"
        problems.error(node.mark, what, f"at most {MAX_OPTIONS} are allowed")
    if len(options) < len(pairs) or not pairs:
        return replace(move, options=None)  # a misnamed option would make every mention of it a second mistake
    return replace(move, options=tuple(options.values()))


def _listed(node: Sequence, problems: Problems) -> list[tuple[Scalar, Node | None]]:
    """The options of a list: names, or mappings of one name to its keys."""
    pairs: list[tuple[Scalar, Node | None]] = []
    for item in node.items:
        if isinstance(item, Scalar):
            pairs.append((item, None))
        elif isinstance(item, Mapping) and len(item.entries) == 1:
            pairs.append(item.entries[0])
        else:
            advice = "write a name, or `name: {label: ...}`"
            problems.error(item.mark, f"an option must be a name, not {fields.describe(item)}", advice)
    return pairs


def _option_keys(name: str, content: Node | None, move: MoveOutline, problems: Problems) -> dict[str, Node]:
    if content is None or (isinstance(content, Scalar) and content.empty):
        return {}
    if isinstance(content, Scalar) and move.by_nature:
        return {"probability": content}
    if isinstance(content, Scalar):
        what = f"option `{name}` of an actor's move has the value {fields.describe(content)}"
        problems.error(content.mark, what, "write `{label: ...}`; only options of nature have a probability")
        return {}
    table = fields.mapping(content, f"option `{name}`", "write `{label: ...}`", problems)
    return {} if table is None else fields.fields(table, keys.OPTION, "an option", problems)


def _grid(node: Mapping, move: MoveOutline, problems: Problems) -> tuple[OptionOutline, ...] | None:
    advice = "write `{grid: [low, high, count]}`"
    content = node.get("grid")
    assert content is not None
    items = fields.sequence(content, "`grid`", advice, problems)
    if len(items) != 3:
        if isinstance(content, Sequence):
            problems.error(content.mark, f"`grid` has {len(items)} entries", advice)
        return None
    if move.by_nature:
        problems.error(node.mark, "options of nature cannot be a grid", "list them with their probabilities")
        return None
    low = fields.number(items[0], "the low end of a grid", problems)
    high = fields.number(items[1], "the high end of a grid", problems)
    count = fields.integer(items[2], "the count of a grid", 2, MAX_OPTIONS, problems)
    if low is None or high is None or count is None:
        return None
    if low >= high:
        problems.error(content.mark, "the low end of a grid must be below its high end", advice)
        return None
    values = [low + (high - low) * step / (count - 1) for step in range(count)]
    names = _grid_names(values)
    return tuple(OptionOutline(name, content.mark, {}, value) for name, value in zip(names, values, strict=True))


def _grid_names(values: list[Fraction]) -> list[str]:
    """The numbers as text, with as many decimals as tell them apart (six where they do not end before)."""
    for places in range(6, 300):
        names = [_decimal(value, places) for value in values]
        if len(set(names)) == len(names):
            return names
    raise AssertionError("grid values are distinct")


def _decimal(value: Fraction, places: int) -> str:
    scaled = round(abs(value) * 10**places)
    digits = str(scaled).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 and scaled else text


@dataclass(frozen=True)
class Drop:
    """A move or an option that a variant leaves out."""

    text: str
    mark: Mark


def without(outlines: dict[str, MoveOutline], drops: tuple[Drop, ...], problems: Problems) -> dict[str, MoveOutline]:
    """The outlines with what a variant drops marked as dropped."""
    result = dict(outlines)
    for drop in drops:
        name, _, option = drop.text.partition(".")
        move = result.get(name)
        if move is None:
            problems.error(drop.mark, f"there is no move `{name}` to drop", remedy(name, list(outlines), "moves"))
            continue
        names = [known.name for known in move.options or ()]
        if not option:
            result[name] = replace(move, dropped=True)
        elif option in names:
            gone = move.dropped_options | {option}
            result[name] = replace(move, dropped_options=gone)
            if len(gone) == len(names):
                problems.error(drop.mark, f"move `{name}` has no option left", f"drop the move: `{name}`")
        elif move.options is not None:
            what = f"move `{name}` has no option `{option}` to drop"
            problems.error(drop.mark, what, remedy(option, names, "its options"))
    return result
