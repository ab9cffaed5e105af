"""Reading back what ``standoff solve --json`` wrote, for ``standoff verify``: the claims, without the solver.

Taken from the file: the concept, the precision, the parameters, and per equilibrium the probabilities, beliefs and
witness of every information set. Everything else in it (outcomes, payoffs, certificates) is what the reader of the file
wants checked, so it is not looked at. Information sets are matched by actor, move and information, nodes by their
histories. A file is hostile until read: sizes and nesting are bounded, and every mismatch is a `SolutionError` that
names the place in the JSON, as ``equilibria[0].behaviour[3].probabilities.strike``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from standoff.errors import Mark, Problem, SolutionError
from standoff.game.game import Game, NumericGame
from standoff.game.model import Model
from standoff.notebook import Displayed
from standoff.solve.assessment import Assessment, Witness
from standoff.solve.verify import CONCEPTS, Certificate, verify

MAX_BYTES = 50_000_000
SCHEMA = 1
CONSISTENT = ("sequential", "pure")  # concepts whose assessments carry beliefs and a witness

_DIGITS = 400
_FRACTION = re.compile(rf"\d{{1,{_DIGITS}}}(/[1-9]\d{{0,{_DIGITS - 1}}})?", re.ASCII)
_FORMAT = "give a file that `standoff solve --json` wrote, unchanged in its form"


@dataclass(frozen=True)
class SolutionFile:
    """The claims of a solution file. `equilibria` are places in the JSON, resolved against a game by `assessments`."""

    path: str
    concept: str
    precision: float | None
    variant: str | None
    parameters: Mapping[str, float]
    equilibria: tuple[_Place, ...]


@dataclass(frozen=True)
class Verification(Displayed):
    """What the verifier says of every equilibrium that a solution file claims."""

    path: str
    concept: str
    certificates: tuple[Certificate, ...]

    @property
    def holds(self) -> bool:
        """Every claim was certified, and there was at least one."""
        return bool(self.certificates) and all(certificate.holds for certificate in self.certificates)

    def to_dict(self) -> dict[str, Any]:
        """The object that ``standoff verify --json`` prints."""
        return {
            "solution": self.path,
            "concept": self.concept,
            "certified": self.holds,
            "equilibria": [certificate.to_dict() for certificate in self.certificates],
        }


@dataclass(frozen=True)
class _Place:
    """A value in the JSON, and the way to it."""

    file: str
    where: str
    value: Any

    def wrong(self, message: str, remedy: str = _FORMAT) -> NoReturn:
        raise SolutionError([Problem(Mark(self.file), f"{self.where or 'the file'}: {message}", remedy)])

    def members(self) -> dict[str, _Place]:
        if not isinstance(self.value, dict):
            self.wrong("is not an object")
        return {key: _Place(self.file, self._below(key), value) for key, value in self.value.items()}

    def member(self, key: str) -> _Place:
        members = self.members()
        if key not in members:
            self.wrong(f"has no `{key}`")
        return members[key]

    def elements(self) -> Iterator[_Place]:
        if not isinstance(self.value, list):
            self.wrong("is not a list")
        for index, value in enumerate(self.value):
            yield _Place(self.file, f"{self.where}[{index}]", value)

    def text(self) -> str:
        if not isinstance(self.value, str):
            self.wrong("is not text")
        return str(self.value)

    def number(self) -> float:
        """A finite number; null is NaN."""
        if self.value is None:
            return math.nan
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.wrong("is not a number")
        try:
            return float(self.value)
        except OverflowError:
            self.wrong("is too large a number")

    def _below(self, key: str) -> str:
        if not key.isidentifier():
            return f"{self.where}[{json.dumps(key)}]"
        return f"{self.where}.{key}" if self.where else key


def read_solution(path: str | Path) -> SolutionFile:
    """Read a solution file. Raises `SolutionError` where it is missing, too large, not JSON, or not of the format."""
    top = _Place(str(path), "", _parse(path))
    schema = top.member("schema")
    if schema.value != SCHEMA or isinstance(schema.value, bool):
        schema.wrong(f"is {json.dumps(schema.value)[:40]}; this version reads {SCHEMA}")
    concept = top.member("concept")
    if concept.text() not in CONCEPTS:
        concept.wrong("is no concept", f"it must be one of {', '.join(CONCEPTS)}")
    precision, variant = top.member("precision"), top.member("variant")
    parameters = {name: place.number() for name, place in top.member("parameters").members().items()}
    for name, value in parameters.items():
        if math.isnan(value):
            top.member("parameters").wrong(f"has no value for `{name}`")
    return SolutionFile(
        path=str(path),
        concept=concept.text(),
        precision=None if precision.value is None else precision.number(),
        variant=None if variant.value is None else variant.text(),
        parameters=parameters,
        equilibria=tuple(top.member("equilibria").elements()),
    )


def values_for(solution: SolutionFile, model: Model, overrides: Mapping[str, str] | None = None) -> dict[str, float]:
    """The parameters to verify at: the file's, changed by `overrides` (then derived parameters follow their formulas).

    Raises `SolutionError` where the file's parameters are not the scenario's, `RequestError` for a wrong override.
    """
    known = model.values()
    if set(known) != set(solution.parameters):
        different = sorted(set(known) ^ set(solution.parameters))
        _Place(solution.path, "parameters", None).wrong(
            f"{', '.join(different[:5])} {'is' if len(different) == 1 else 'are'} only in one of scenario and solution",
            "verify against the scenario that was solved",
        )
    given: dict[str, float | str] = dict(solution.parameters)
    if overrides and model.scenario is not None:
        given = {name: given[name] for name in given if model.scenario.parameter(name).expression is None}
    return {name: float(value) for name, value in model.values({**given, **(overrides or {})}).items()}


def assessments(solution: SolutionFile, numeric: NumericGame) -> tuple[Assessment, ...]:
    """The assessments that a solution file claims. Raises `SolutionError` where one does not fit the game."""
    consistent = solution.concept in CONSISTENT
    return tuple(_assessment(place, numeric, consistent) for place in solution.equilibria)


def recheck(model: Model, solution: SolutionFile, overrides: Mapping[str, str] | None = None) -> Verification:
    """Verify every claim of a solution file at its parameters (see `values_for`)."""
    numeric = model.game.at(values_for(solution, model, overrides))
    certificates = tuple(
        verify(numeric, assessment, solution.concept, precision=solution.precision)
        for assessment in assessments(solution, numeric)
    )
    return Verification(solution.path, solution.concept, certificates)


def _parse(path: str | Path) -> Any:
    whole = _Place(str(path), "", None)
    if Path(path).exists() and not Path(path).is_file():
        whole.wrong("is not a regular file", "give what `standoff solve --json` printed, as a file")
    try:
        with Path(path).open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        whole.wrong(
            f"cannot be read: {error.strerror or error}", "give what `standoff solve --json` printed, as a file"
        )
    if len(content) > MAX_BYTES:
        whole.wrong(f"is larger than {MAX_BYTES // 1_000_000} MB", "verify fewer equilibria at a time")
    try:
        return json.loads(content.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_unique)
    except RecursionError:
        whole.wrong("is nested too deeply")
    except json.JSONDecodeError as error:
        mark = Mark(str(path), error.lineno, error.colno)
        remedy = "give what `standoff solve --json` printed"
        raise SolutionError([Problem(mark, f"this is no JSON ({error.msg})", remedy)]) from error
    except ValueError as error:  # letters that are no UTF-8 too
        whole.wrong(f"is not JSON that can be read: {error}")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number; a missing number is null")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("an object has the same key twice")
    return result


def _assessment(place: _Place, numeric: NumericGame, consistent: bool) -> Assessment:
    game = numeric.game
    behaviour = np.full(game.n_slots, np.nan)
    beliefs = np.full(game.n_nodes, np.nan)
    exponents, log_coefficients = [Fraction(0)] * game.n_slots, [0.0] * game.n_slots
    found = _matched(place.member("behaviour"), game)
    for number, infoset in enumerate(game.infosets):
        nodes = numeric.members[number].tolist()
        entry = found.get(number)
        if entry is None and nodes:
            place.member("behaviour").wrong(
                f"information set {infoset.name} of {game.actors[infoset.actor]} is missing"
            )
        if entry is None or not nodes:
            continue
        first = int(game.slot_start[number])
        for slot, probability in enumerate(_by_name(entry.member("probabilities"), infoset.options), start=first):
            behaviour[slot] = probability.number()
        if not consistent:
            continue
        histories = [game.history(node) for node in nodes]
        for node, belief in zip(nodes, _by_name(entry.member("beliefs"), histories), strict=True):
            beliefs[node] = belief.number()
        for slot, tremble in enumerate(_by_name(entry.member("witness"), infoset.options), start=first):
            exponents[slot], log_coefficients[slot] = _tremble(tremble)
    witness = Witness(tuple(exponents), tuple(log_coefficients)) if consistent else None
    return Assessment(behaviour, beliefs, witness)


def _matched(behaviour: _Place, game: Game) -> dict[int, _Place]:
    """The entry of each information set, by actor, move and information."""
    numbers = {
        (game.actors[infoset.actor], infoset.move, frozenset(infoset.information)): number
        for number, infoset in enumerate(game.infosets)
    }
    found: dict[int, _Place] = {}
    for entry in behaviour.elements():
        information = {move: option.text() for move, option in entry.member("information").members().items()}
        key = (entry.member("actor").text(), entry.member("move").text(), frozenset(information.items()))
        if key not in numbers:
            entry.wrong("is no information set of this game", "verify against the scenario that was solved")
        if numbers[key] in found:
            entry.wrong(f"is the same information set as {found[numbers[key]].where}")
        found[numbers[key]] = entry
    return found


def _by_name(place: _Place, names: tuple[str, ...] | list[str]) -> list[_Place]:
    """The members of an object in the order of `names`, which must be its keys."""
    members = place.members()
    unknown, missing = [key for key in members if key not in names], [name for name in names if name not in members]
    if unknown:
        members[unknown[0]].wrong("does not belong here in this game", "verify against the scenario that was solved")
    if missing:
        place.wrong(f"has no `{missing[0]}`")
    return [members[name] for name in names]


def _tremble(place: _Place) -> tuple[Fraction, float]:
    """Exponent and logarithm of the coefficient, from ``[c, k]`` or ``[c, {"log": ...}]``."""
    parts = list(place.elements())
    if len(parts) != 2:
        place.wrong("is not a pair of exponent and coefficient")
    exponent, coefficient = parts
    known = isinstance(exponent.value, int | str) and not isinstance(exponent.value, bool)
    text = str(exponent.value) if known else ""
    if not _FRACTION.fullmatch(text):
        exponent.wrong("is not an exponent", 'it must be a whole number from 0 on, or a fraction such as "3/2"')
    if isinstance(coefficient.value, dict):
        return Fraction(text), coefficient.member("log").number()
    size = coefficient.number()
    if not size > 0:
        coefficient.wrong("is not above 0", "a coefficient is positive; give a very small one by its logarithm")
    return Fraction(text), math.log(size)
