"""Conditions and classes in words: thresholds in our own expression language, and names of classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import reduce

from standoff.game.game import Game
from standoff.scenario.expression import Binary, Compare, Expression, Logical, Negate, Number, Parameter
from standoff.scenario.scenario import NamedClass
from standoff.solve.classes.polynomial import ONE, Constraint, Polynomial
from standoff.solve.conditions.eliminate import factors
from standoff.solve.conditions.prover import Prover
from standoff.solve.conditions.symbols import Dictionary

_FLIPPED = {">=": "<=", ">": "<", "=": "=="}
_STRAIGHT = {">=": ">=", ">": ">", "=": "=="}


class Writer:
    """Writes polynomial conditions; `known` conditions and the prover's assumptions decide signs."""

    def __init__(self, words: Dictionary, prover: Prover, preferred: Sequence[str]) -> None:
        self.words, self.prover, self.preferred = words, prover, preferred

    def condition(self, constraint: Constraint, known: Iterable[Constraint]) -> Expression:
        """The condition solved for the first preferred parameter for which that can be done, else as a comparison."""
        others = [c for c in known if c != constraint]
        for name in self.preferred:
            parts = constraint.polynomial.coefficients(name)
            if len(parts) != 2:
                continue
            signs = self.prover.signs(parts[1], others)
            if signs == {1} or signs == {-1}:
                bound = self.quotient(-parts[0], parts[1], others)
                symbols = _STRAIGHT if signs == {1} else _FLIPPED
                return Compare(symbols[constraint.relation], Parameter(name), bound)
        if len(factors(constraint.polynomial)[1]) > 1:
            product = self.quotient(constraint.polynomial, ONE, others)
            return Compare(_STRAIGHT[constraint.relation], product, Number(Fraction(0)))
        positive = Polynomial(tuple(t for t in constraint.polynomial.terms if t[1] > 0))
        negative = Polynomial(tuple((m, -c) for m, c in constraint.polynomial.terms if c < 0))
        left, right = self.words.expression(positive), self.words.expression(negative)
        return Compare(_STRAIGHT[constraint.relation], left, right)

    def quotient(self, top: Polynomial, bottom: Polynomial, known: Iterable[Constraint] = ()) -> Expression:
        """``top / bottom`` with common factors cancelled and, as far as signs are known, positive factors."""
        if not top.terms:
            return Number(Fraction(0))
        scale, powers = self._positive(*_ratio(top, bottom), known)
        upper: list[Expression] = []
        lower: list[Expression] = []
        for factor, power in powers.items():
            base = self.words.expression(factor)
            size = abs(power)
            part = base if size == 1 else Binary("**", base, Number(Fraction(size)))
            (upper if power > 0 else lower).append(part)
        if abs(scale.numerator) != 1 or not upper:
            upper.insert(0, Number(Fraction(abs(scale.numerator))))
        if scale.denominator != 1:
            lower.insert(0, Number(Fraction(scale.denominator)))
        result = reduce(lambda a, b: Binary("*", a, b), upper)
        if lower:
            result = Binary("/", result, reduce(lambda a, b: Binary("*", a, b), lower))
        return Negate(result) if scale < 0 else result

    def _positive(
        self, scale: Fraction, powers: Mapping[Polynomial, int], known: Iterable[Constraint]
    ) -> tuple[Fraction, dict[Polynomial, int]]:
        """The same product with factors positive where their sign is known, and no minus in front where it is not."""
        result: dict[Polynomial, int] = {}
        for factor, power in powers.items():
            if power and self.prover.signs(factor, known) == {-1}:
                scale = -scale if power % 2 else scale
                result[-factor] = power
            elif power:
                result[factor] = power
        open_to_change = [f for f, power in result.items() if power % 2 and len(self.prover.signs(f, known)) > 1]
        if scale < 0 and open_to_change:
            return -scale, {-f if f == open_to_change[0] else f: power for f, power in result.items()}
        return scale, result


def _ratio(top: Polynomial, bottom: Polynomial) -> tuple[Fraction, dict[Polynomial, int]]:
    first, upper = factors(top)
    second, lower = factors(bottom)
    powers: dict[Polynomial, int] = {}
    for factor, power in upper:
        powers[factor] = powers.get(factor, 0) + power
    for factor, power in lower:
        powers[factor] = powers.get(factor, 0) - power
    return first / second, powers


def joined(cases: Sequence[Sequence[Expression]]) -> list[Expression]:
    """Conditions that all hold together: those of the only case, or one disjunction of cases."""
    if len(cases) == 1:
        return list(cases[0])
    if not all(cases):
        return []
    parts = (reduce(lambda a, b: Logical("and", a, b), case) for case in cases)
    return [reduce(lambda a, b: Logical("or", a, b), parts)]


def described(game: Game, supports: Mapping[int, Sequence[int]]) -> str:
    """What every type does, move by move."""
    moves: dict[str, list[tuple[tuple[tuple[str, str], ...], str]]] = {}
    for infoset, support in supports.items():
        own = game.infosets[infoset]
        played = " or ".join(own.options[option] for option in support)
        moves.setdefault(own.move, []).append((own.information, played))
    sentences = []
    for move, rows in moves.items():
        if len({played for _, played in rows}) == 1:
            sentences.append(f"{move}: {rows[0][1]}")
            continue
        shared = reduce(lambda a, b: a & b, (set(information) for information, _ in rows))
        parts = (f"{_told(information, shared)} {played}" for information, played in rows)
        sentences.append(f"{move}: {', '.join(parts)}")
    return "; ".join(sentences)


def _told(information: tuple[tuple[str, str], ...], shared: set[tuple[str, str]]) -> str:
    return "/".join(option for move, option in information if (move, option) not in shared) or "otherwise"


def name_of(game: Game, supports: Mapping[int, Sequence[int]], named: Sequence[NamedClass]) -> str | None:
    """The scenario's name of a class: the first whose supports are all as said."""
    own = {key_of(game.infosets[h].name): {game.infosets[h].options[o] for o in s} for h, s in supports.items()}
    for candidate in named:
        wanted = {key_of(name): set(options) for name, options in candidate.supports.items()}
        if all(own.get(name) == options for name, options in wanted.items()):
            return candidate.name
    return None


def key_of(name: str) -> str:
    """An information set's name without regard to blanks and to the order of what it has seen."""
    move, _, seen = name.replace(" ", "").partition("[")
    return move + "[" + ",".join(sorted(part for part in seen.rstrip("]").split(",") if part))
