"""From the skeleton of `moves` and from `rounds` to the moves in order of play, rounds unrolled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from standoff.errors import Mark
from standoff.scenario import fields, keys
from standoff.scenario.expression import (
    Choice,
    Expression,
    GridValue,
    Logical,
    Not,
    Number,
    Parameter,
    evaluate,
    walk,
)
from standoff.scenario.outline import MoveOutline, OptionOutline
from standoff.scenario.parse import Parsed
from standoff.scenario.problems import Problems, remedy
from standoff.scenario.resolve import Resolver, Use
from standoff.scenario.scenario import NATURE, Move, Option
from standoff.scenario.source import Mapping, Node, Scalar

MAX_MOVES = 100
MAX_ROUNDS = 100


@dataclass(frozen=True)
class Rounds:
    """The block of moves that is repeated `n` times; `until` is not resolved yet."""

    n: int
    names: tuple[str, ...]
    until: Parsed | None


def read_rounds(node: Node | None, outlines: dict[str, MoveOutline], problems: Problems) -> Rounds | None:
    """The `rounds` of the file; None where there are none or they cannot be read."""
    if node is None:
        return None
    table = fields.mapping(node, "`rounds`", "write `{n: 3, moves: [...], until: ...}`", problems)
    if table is None:
        return None
    given = fields.fields(table, keys.ROUNDS, "rounds", problems)
    for key in ("n", "moves"):
        if key not in given:
            problems.error(table.mark, f"`rounds` has no `{key}`", "write `{n: 3, moves: [...], until: ...}`")
    n = fields.integer(given["n"], "the number of rounds", 1, MAX_ROUNDS, problems) if "n" in given else None
    until = fields.formula(given["until"], "`until`", problems) if "until" in given else None
    names = _round_moves(given.get("moves"), outlines, problems)
    if n is None or not names:
        return None
    return Rounds(n, names, until)


def _round_moves(node: Node | None, outlines: dict[str, MoveOutline], problems: Problems) -> tuple[str, ...]:
    names: list[str] = []
    sound = True
    for item in fields.sequence(node, "the moves of `rounds`", "write `[first, second]`", problems):
        name = fields.text(item, "a move of `rounds`", problems)
        if name in outlines:
            names.append(name)
        else:
            sound = False
            problems.error(item.mark, f"there is no move `{name}`", remedy(name, list(outlines), "moves"))
    indices = [outlines[name].index for name in names]
    if sound and names and indices != list(range(indices[0], indices[0] + len(indices))):
        assert node is not None
        advice = "list moves that follow each other in `moves`, in that order"
        problems.error(node.mark, "the moves of `rounds` do not follow each other", advice)
    return tuple(names) if sound else ()


def build_moves(
    outlines: dict[str, MoveOutline],
    rounds: Rounds | None,
    actors: Sequence[str],
    resolver: Resolver,
    problems: Problems,
) -> tuple[Move, ...]:
    """The moves in order of play: each outside the rounds once, those inside as ``move@1``, ``move@2``, ..."""
    played = [outline for outline in outlines.values() if not outline.dropped]
    repeated = [outline for outline in played if rounds and outline.name in rounds.names]
    count = len(played) + len(repeated) * ((rounds.n if rounds else 1) - 1)
    if count > MAX_MOVES:
        mark = played[min(MAX_MOVES, len(played) - 1)].mark
        problems.error(mark, f"{count} moves (rounds unrolled)", f"at most {MAX_MOVES} are allowed")
        return ()
    builder = _Builder(actors, resolver, problems)
    moves: list[Move | None] = []
    for outline in played:
        if rounds is None or outline not in repeated:
            moves.append(builder.move(outline, None, None))
        elif outline is repeated[0]:
            moves.extend(_unrolled(repeated, rounds, builder))
    return tuple(move for move in moves if move is not None)


def _unrolled(repeated: list[MoveOutline], rounds: Rounds, builder: _Builder) -> list[Move | None]:
    moves: list[Move | None] = []
    over: Expression | None = None
    after = max(outline.index for outline in repeated) + 1
    for number in range(1, rounds.n + 1):
        going_on = None if over is None else Not(over)
        moves += [builder.move(outline, number, going_on) for outline in repeated]
        until = builder.resolve(rounds.until, Use("`until`", parameters=False, moves=True, before=(number, after)))
        if until is not None:
            over = until if over is None else Logical("or", over, until)
    return moves


class _Builder:
    """Builds moves one by one."""

    def __init__(self, actors: Sequence[str], resolver: Resolver, problems: Problems) -> None:
        self._actors = actors
        self._resolver = resolver
        self._problems = problems

    def resolve(self, parsed: Parsed | None, use: Use) -> Expression | None:
        """A resolved expression; None where there is none."""
        return self._resolver.resolve(parsed, use)

    def condition(self, parsed: Parsed | None, use: Use) -> Expression | None:
        """A resolved condition; None where there is none or it always holds."""
        expression = self.resolve(parsed, use)
        return None if isinstance(expression, Number) and expression.value != 0 else expression

    def move(self, outline: MoveOutline, number: int | None, going_on: Expression | None) -> Move | None:
        """The move in round `number`; None where it is beyond repair (which is noted)."""
        problems, given = self._problems, outline.given
        before = (number or 0, outline.index)
        actor = self._actor(given.get("actor"))
        when = self._when(given.get("when"), before)
        if going_on is not None:
            when = going_on if when is None else Logical("and", going_on, when)
            if number is not None and not self._fits(when, outline.mark):
                return None
        seen_by, seen_by_claims = self._seen_by(given.get("seen_by"), outline)
        kept = [option for option in outline.options or () if option.name not in outline.dropped_options]
        options = tuple(self._option(option, outline, before) for option in kept)
        if outline.by_nature:
            _check_chance(outline, options, problems)
        if actor is None or outline.options is None:
            return None
        return Move(
            name=outline.name if number is None else f"{outline.name}@{number}",
            actor=actor,
            options=options,
            label=fields.text(given.get("label"), "`label`", problems),
            about=fields.text(given.get("about"), "`about`", problems),
            when=when,
            seen_by=seen_by,
            round=number,
            claims=fields.texts(given.get("claims"), "`claims`", problems),
            seen_by_claims=seen_by_claims,
            mark=outline.mark,
        )

    def _fits(self, when: Expression, mark: Mark) -> bool:
        return self._resolver.count(when, Parsed(when, (), lambda _: mark))

    def _when(self, node: Node | None, before: tuple[int, int]) -> Expression | None:
        if node is None:
            return None
        parsed = fields.formula(node, "`when`", self._problems)
        return self.condition(parsed, Use("`when`", parameters=False, moves=True, before=before))

    def _actor(self, node: Node | None) -> str | None:
        if node is None:
            return None
        known = [*self._actors, NATURE]
        if isinstance(node, Scalar) and node.text in known:
            return node.text
        name = node.text if isinstance(node, Scalar) else ""
        advice = remedy(name, known, "actors")
        self._problems.error(node.mark, f"there is no actor {fields.describe(node)}", advice)
        return None

    def _seen_by(self, node: Node | None, outline: MoveOutline) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
        """Who observes the move (None: everyone), and the claims that this rests on."""
        problems = self._problems
        if node is None:
            if outline.by_nature:
                advice = "add `seen_by: everyone`, `seen_by: []` or `seen_by: [actor, ...]`"
                problems.error(outline.mark, f"chance move `{outline.name}` does not say who observes it", advice)
            return None, ()
        if isinstance(node, Mapping):
            given = fields.fields(node, keys.SEEN_BY, "`seen_by`", problems)
            if "actors" not in given:
                problems.error(node.mark, "`seen_by` names no actors", "write `{actors: [...], claims: [...]}`")
                return None, ()
            seen_by, _ = self._seen_by(given["actors"], outline)
            return seen_by, fields.texts(given.get("claims"), "`claims`", problems)
        if isinstance(node, Scalar) and node.text == "everyone":
            return None, ()
        advice = "write `[actor, ...]`, `[]` for nobody else, or `everyone`"
        names: list[str] = []
        for item in fields.sequence(node, "`seen_by`", advice, problems):
            name = fields.text(item, "an observer", problems)
            if name in self._actors:
                names.append(name)
            elif name:
                problems.error(item.mark, f"there is no actor `{name}`", remedy(name, list(self._actors), "actors"))
        return tuple(dict.fromkeys(names)), ()

    def _option(self, outline: OptionOutline, move: MoveOutline, before: tuple[int, int]) -> Option:
        problems, given = self._problems, outline.given
        probability, rest = self._probability(outline, move, before)
        return Option(
            name=outline.name,
            label=fields.text(given.get("label"), "`label`", problems) or outline.name,
            about=fields.text(given.get("about"), "`about`", problems),
            when=self._when(given.get("when"), before),
            probability=probability,
            rest=rest,
            value=outline.value,
            reversible=fields.boolean(given.get("reversible"), "`reversible`", True, problems),
            claims=fields.texts(given.get("claims"), "`claims`", problems),
            mark=outline.mark,
        )

    def _probability(
        self, outline: OptionOutline, move: MoveOutline, before: tuple[int, int]
    ) -> tuple[Expression | None, bool]:
        node = outline.given.get("probability")
        if not move.by_nature:
            if node is not None:
                advice = "only options of nature have one; an actor chooses"
                self._problems.error(node.mark, f"option `{outline.name}` has a probability", advice)
            return None, False
        if node is None:
            what = f"option `{outline.name}` of chance move `{move.name}` has no probability"
            self._problems.error(
                outline.mark, what, f"write `{outline.name}: 0.5`, or `rest` for what the others leave"
            )
            return None, False
        if isinstance(node, Scalar) and node.text == "rest":
            return None, True
        parsed = fields.formula(node, f"the probability of `{outline.name}`", self._problems)
        return self._resolver.resolve(parsed, Use("a probability", parameters=True, moves=True, before=before)), False


def _check_chance(outline: MoveOutline, options: tuple[Option, ...], problems: Problems) -> None:
    """Note what can be seen without parameters: more than one `rest`, constants out of bounds or not adding up."""
    rests = [option for option in options if option.rest]
    for option in rests[1:]:
        advice = "give the others a probability"
        problems.error(option.mark, f"a second `rest` in chance move `{outline.name}`", advice)
    total, constant = Fraction(0), not any(option.when for option in options)
    for option in options:
        value = _constant(option.probability)
        if value is None:
            constant = constant and option.rest
        elif not 0 <= value <= 1:
            what = f"the probability of `{option.name}` is {float(value):g}"
            problems.error(_place(outline, option), what, "write a number from 0 to 1")
            constant = False
        else:
            total += value
    if constant and (total > 1 if rests else total != 1) and options:
        what = f"the probabilities of chance move `{outline.name}` add up to {float(total):g}"
        problems.error(options[0].mark, what, "make them add up to 1, or write `rest` for one of them")


def _constant(probability: Expression | None) -> Fraction | None:
    """The value of a probability that mentions no parameter and no choice, where it has an exact one."""
    if probability is None or any(isinstance(part, Parameter | Choice | GridValue) for part in walk(probability)):
        return None
    value = evaluate(probability, {})
    return value if isinstance(value, Fraction) else None


def _place(outline: MoveOutline, option: Option) -> Mark:
    for known in outline.options or ():
        if known.name == option.name and "probability" in known.given:
            return known.given["probability"].mark
    return option.mark
