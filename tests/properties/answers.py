"""Solutions in a form that two games can share: profiles by name, outcomes by name, payoffs by actor."""

from __future__ import annotations

from functools import cache

from properties.shapes import Sample
from standoff.game.game import NumericGame
from standoff.solve.selection import select
from standoff.solve.solution import Equilibrium
from standoff.solve.solve import solve_numeric
from standoff.solve.verify import verify
from unit.solve.build import numeric

Profile = frozenset[tuple[str, str]]  # (information set, option)


@cache
def game_of(seed: int, family: int, small: bool) -> NumericGame:
    """The numbers of `random_sample`."""
    from properties.shapes import random_sample

    return numbers(random_sample(seed, family, small))


def numbers(sample: Sample) -> NumericGame:
    return numeric(sample.tree, sample.actors)


def pure_set(game: NumericGame) -> dict[Profile, Equilibrium]:
    """All pure sequential equilibria by profile; the enumeration must be complete."""
    answer = solve_numeric(game, "pure")
    assert answer.complete
    assert answer.rejected == ()
    found = {profile_of(equilibrium): equilibrium for equilibrium in answer.equilibria}
    assert len(found) == len(answer.equilibria)
    return found


def profile_of(equilibrium: Equilibrium) -> Profile:
    """The options played at information sets that are not void."""
    numeric_game, behaviour = equilibrium.numeric, equilibrium.assessment.behaviour
    game = numeric_game.game
    return frozenset(
        (infoset.name, option)
        for h, infoset in enumerate(game.infosets)
        if numeric_game.members[h].size
        for slot, option in enumerate(infoset.options, start=int(game.slot_start[h]))
        if behaviour[slot] == 1
    )


def selected(game: NumericGame) -> Equilibrium:
    """The selected equilibrium, which must have passed the verifier."""
    found = select(game, lambda tried: verify(game, tried, "sequential").holds)
    assert found.assessment is not None, found.reason
    certificate = verify(game, found.assessment, "sequential")
    assert certificate.holds, certificate.reason
    return Equilibrium(game, found.assessment, certificate, found.method, selected=True)


def behaviour_by_name(equilibrium: Equilibrium) -> dict[tuple[str, str], float]:
    """Probability by (information set, option)."""
    game = equilibrium.numeric.game
    return {
        (infoset.name, option): float(equilibrium.assessment.behaviour[slot])
        for h, infoset in enumerate(game.infosets)
        for slot, option in enumerate(infoset.options, start=int(game.slot_start[h]))
    }
