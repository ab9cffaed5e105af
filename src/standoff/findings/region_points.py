"""What holds at one point of a plane of two parameters, decided at numbers and certified by the verifier.

A class is written as its supports: for every information set that is not void, by name, the options played. In games
too large to find every class, the class of the selected equilibrium is cut to the information sets that play reaches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from standoff.errors import InputError, UndefinedError
from standoff.game.game import NumericGame
from standoff.game.model import Model
from standoff.game.play import play
from standoff.solve.assessment import Assessment
from standoff.solve.classes.enumerate import all_classes, representative
from standoff.solve.classes.numeric import NumericJudge
from standoff.solve.classes.search import Search
from standoff.solve.classes.tree import numeric_form
from standoff.solve.selection import select
from standoff.solve.verify import verify

Supports: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]  # (information set, options played), in order of play

TIMEOUT = 2.0  # seconds for each nonlinear question
LIMIT = 50_000  # supports tried
REACHED = 1e-9  # probability from which an information set counts as reached


@dataclass(frozen=True)
class Point:
    """Classes at a point; `complete` where every other class is excluded. `undefined` says why there is no game."""

    classes: tuple[Supports, ...] = ()
    complete: bool = False
    undefined: str = ""


@dataclass(frozen=True)
class Selected:
    """The selected equilibrium at a point: its class and the probability of each outcome; None where none was found."""

    supports: Supports | None
    outcomes: tuple[float, ...] = ()
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Place:
    """The points of a plane: a model with everything but the parameters of the plane fixed."""

    model: Model
    fixed: Mapping[str, float | str | Fraction]

    def numeric(self, point: Mapping[str, Fraction]) -> NumericGame:
        """The game there. Raises `UndefinedError`, or `RequestError` where a formula leaves its kind."""
        values = self.model.values({**self.fixed, **point})
        return self.model.game.at({name: float(value) for name, value in values.items()})

    def enumerate(self, point: Mapping[str, Fraction], seconds: float) -> Point:
        """All classes at a point."""
        try:
            numeric = self.numeric(point)
        except (UndefinedError, InputError) as error:
            return Point(undefined=str(error))
        found = all_classes(numeric, limit=LIMIT, seconds=seconds, timeout=TIMEOUT, with_intervals=False)
        return Point(
            tuple(named(numeric, entry.supports) for entry in found.classes), found.complete and not found.undecided
        )

    def verdict(self, point: Mapping[str, Fraction], supports: Supports) -> bool | None:
        """Whether a class holds at a point: True with a certificate of the verifier, False by proof, else None."""
        try:
            numeric = self.numeric(point)
        except (UndefinedError, InputError):
            return None
        return holds(numeric, supports)

    def select(self, point: Mapping[str, Fraction], *, full: bool) -> Selected:
        """The selected equilibrium at a point: its full class, or the class cut to what play reaches."""
        try:
            numeric = self.numeric(point)
        except (UndefinedError, InputError) as error:
            return Selected(None, reason=str(error))
        chosen = select(numeric, lambda assessment: verify(numeric, assessment, "sequential").holds)
        if chosen.assessment is None:
            return Selected(None, reason=chosen.reason)
        played = play(numeric, chosen.assessment.behaviour)
        return Selected(_supports(numeric, chosen.assessment, full), tuple(played.outcomes.tolist()))


def named(numeric: NumericGame, supports: Mapping[int, tuple[int, ...]]) -> Supports:
    """Supports by names."""
    sets = numeric.game.infosets
    return tuple((sets[h].name, tuple(sets[h].options[o] for o in own)) for h, own in sorted(supports.items()))


def holds(numeric: NumericGame, supports: Supports) -> bool | None:
    """Whether a class holds in a game: True with a certificate of the verifier, False by proof, else None."""
    game, wanted = numeric.game, dict(supports)
    numbers = {
        h: tuple(own.options.index(option) for option in wanted[own.name])
        for h, own in enumerate(game.infosets)
        if own.name in wanted
    }
    alive = {h for h, nodes in enumerate(numeric.members) if nodes.size}
    if alive != numbers.keys():
        return False  # another game: some information set cannot come up, or one more can
    search = Search(numeric_form(numeric), NumericJudge(game, TIMEOUT), limit=LIMIT, seconds=60.0, wanted=numbers)
    leaves = [leaf for leaf in search.leaves() if not leaf.impossible]
    if not leaves:
        return None if search.stopped else False
    (leaf,) = leaves
    search.state.restore(leaf.supports)
    if leaf.undecided:
        return None
    return True if verify(numeric, representative(numeric, search.state, leaf), "sequential").holds else None


def _supports(numeric: NumericGame, assessment: Assessment, full: bool) -> Supports:
    game, reach = numeric.game, play(numeric, assessment.behaviour).reach
    result = []
    for h, nodes in enumerate(numeric.members):
        if nodes.size and (full or float(reach[nodes].sum()) > REACHED):
            slots = game.options(h)
            own = assessment.behaviour[slots]
            infoset = game.infosets[h]
            result.append((infoset.name, tuple(o for o, p in zip(infoset.options, own.tolist(), strict=True) if p > 0)))
    return tuple(result)
