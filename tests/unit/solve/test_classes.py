"""All classes at given numbers, against closed forms, pure enumeration, the logit path and Gambit.

Complete lists of reference cases and of Nash equilibria are compared in tests/known.
"""

from fractions import Fraction

import numpy as np
import pytest

from families import FAMILIES
from standoff.errors import ConceptError
from standoff.game.model import open_model
from standoff.library import catalogue
from standoff.solve.classes.enumerate import all_classes
from standoff.solve.pure import pure_sequential
from standoff.solve.selection import select
from standoff.solve.verify import verify
from unit.solve import aeg, random_trees
from unit.solve.build import numeric
from unit.solve.test_nash import PLAYERS, gambit_game


def library(name, **changes):
    model = open_model(catalogue.path(name))
    return model.game.at({key: float(value) for key, value in model.values(changes).items()})


def named(numeric_game, found):
    """Supports of a class by the name of the information set, as option labels."""
    sets = numeric_game.game.infosets
    return {sets[h].name: tuple(sets[h].options[o] for o in support) for h, support in found.supports.items()}


def probability(numeric_game, found, infoset, option):
    """The interval of an option's probability; (0, 0) outside the support."""
    game = numeric_game.game
    number = next(h for h, one in enumerate(game.infosets) if one.name == infoset)
    slot = int(game.slot_start[number]) + game.infosets[number].options.index(option)
    interval = found.intervals.probabilities.get(slot)
    return (0.0, 0.0) if interval is None else (interval.low, interval.high)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_pure_classes_equal_pure_enumeration_and_the_logit_limit_is_in_a_class(family, seed):
    game = FAMILIES[family](seed).at({})
    result = all_classes(game)
    assert result.complete
    assert all(verify(game, found.assessment, "sequential").holds for found in result.classes)
    pure = {tuple(found.assessment.behaviour) for found in result.classes if found.pure}
    assert pure == {tuple(candidate.assessment.behaviour) for candidate in pure_sequential(game).candidates}
    chosen = select(game, lambda assessment: verify(game, assessment, "sequential").holds).assessment
    assert chosen is not None
    assert any(holds(game, found, chosen.behaviour) for found in result.classes)


def holds(game, found, behaviour):
    """Whether a behaviour strategy has the class's supports and lies in its intervals."""
    inside = {slot for slot, p in enumerate(behaviour) if p > 1e-7}
    if inside != set(found.intervals.probabilities):
        return False
    return all(i.low - 1e-6 <= behaviour[s] <= i.high + 1e-6 for s, i in found.intervals.probabilities.items())


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("family", random_trees.FAMILIES)
def test_pure_classes_equal_pure_enumeration_where_payoffs_tie(family, seed):
    game = numeric(family(seed, True), PLAYERS[family])
    result = all_classes(game)
    assert result.complete
    pure = {tuple(found.assessment.behaviour) for found in result.classes if found.pure}
    assert pure == {tuple(candidate.assessment.behaviour) for candidate in pure_sequential(game).candidates}


def reach(game, behaviour):
    tree = game.game
    return [
        float(np.prod([behaviour[tree.slot[n]] if tree.slot[n] >= 0 else game.chance[n] for n in tree.path(int(node))]))
        for node in tree.terminals
    ]


def simultaneous(seed):
    """Three actors, two options each, all at once: the equations are bilinear and probabilities often irrational."""
    rng = np.random.default_rng([7, seed])

    def end():
        return tuple(Fraction(int(x), 1000) for x in rng.integers(0, 1000, 3))

    third = [("C", "c", {"x": end(), "y": end()}) for _ in range(4)]
    second = [("B", "b", {"x": third[2 * k], "y": third[2 * k + 1]}) for k in range(2)]
    return ("A", "a", {"x": second[0], "y": second[1]})


@pytest.mark.parametrize("seed", range(12))
def test_three_actor_games_with_irrational_equilibria_hold_those_of_gambits_polynomial_solver(seed):
    """Gambit's solver works in floats and misses some; a generic game has an odd number (Wilson 1971)."""
    pygambit, theirs = gambit_game(simultaneous(seed), "ABC")
    game = numeric(simultaneous(seed), "ABC")
    expected = [
        [float(profile[actor][theirs.get_strategies(actor)[0]]) for actor in "ABC"]
        for profile in pygambit.nash.enumpoly_solve(theirs, use_strategic=True).equilibria
    ]
    result = all_classes(game)
    assert result.complete
    found = [list(entry.assessment.behaviour[::2]) for entry in result.classes]
    assert len(found) % 2 == 1
    assert all(entry.certificate.holds for entry in result.classes)
    for one in expected:
        assert any(np.allclose(one, other, atol=1e-5) for other in found)


def test_escalation_game_has_eighteen_pure_classes():
    p_defender = {"HH": Fraction(4, 10), "HS": Fraction(1, 10), "SH": Fraction(3, 10), "SS": Fraction(2, 10)}
    game = numeric(aeg.tree(Fraction(3, 5), p_defender, *aeg.LADDER), ("Ch", "Def"))
    result = all_classes(game, with_intervals=False)
    assert result.complete
    assert sum(found.pure for found in result.classes) == 18


def test_steadfast_deterrence_is_a_continuum_described_by_intervals():
    """The soft defender resists often enough that pDef + (1 - pDef) yS >= cH, believing in dt off the path."""
    p_defender, c_hard, threshold = 0.4, 1 / 2, 2 / 3
    game = library("unilateral_deterrence", pDef=p_defender)
    soft = "respond[defender_type=soft, initiate=defect]"
    (mixed,) = [found for found in all_classes(game).classes if len(named(game, found)[soft]) == 2]
    low, high = probability(game, mixed, soft, "defect")
    assert (low, high) == pytest.approx(((c_hard - p_defender) / (1 - p_defender), 1.0))
    number = next(h for h, one in enumerate(game.game.infosets) if one.name == soft)
    hard_node = next(int(n) for n in game.members[number] if game.game.history(int(n)).startswith("hard"))
    belief = mixed.intervals.beliefs[hard_node]
    assert (belief.low, belief.high) == pytest.approx((threshold, threshold))
    assert belief.exact


def test_bluffing_has_the_probabilities_of_the_closed_form():
    p_ch, p_def, dt, c_soft = 0.25, 0.2, 2 / 3, 1 / 3
    game = library("unilateral_deterrence", pCh=p_ch, pDef=p_def)
    bluff = {
        "initiate[challenger_type=hard]": ("defect",),
        "initiate[challenger_type=soft]": ("cooperate", "defect"),
        "respond[defender_type=hard, initiate=defect]": ("defect",),
        "respond[defender_type=soft, initiate=defect]": ("cooperate", "defect"),
        "follow[challenger_type=hard, initiate=defect, respond=defect]": ("defect",),
        "follow[challenger_type=soft, initiate=defect, respond=defect]": ("cooperate",),
    }
    (found,) = [one for one in all_classes(game).classes if named(game, one) == bluff]
    x = p_ch * (1 - dt) / ((1 - p_ch) * dt)
    y = (c_soft - p_def) / (1 - p_def)
    assert probability(game, found, "initiate[challenger_type=soft]", "defect") == pytest.approx((x, x))
    assert probability(game, found, "respond[defender_type=soft, initiate=defect]", "defect") == pytest.approx((y, y))


def test_seltens_horse_has_one_sequential_outcome_and_a_continuum_of_threats():
    """Selten 1975: both first movers continue, and the third plays its first option with probability at most 1/4."""
    game = library("seltens_horse")
    result = all_classes(game)
    assert result.complete
    third = next(h for h, one in enumerate(game.game.infosets) if len(game.members[h]) == 2)
    slots = game.game.options(third)
    mixed = [found for found in result.classes if len(found.supports[third]) == 2]
    assert len(mixed) == 1
    bounds = sorted(
        (mixed[0].intervals.probabilities[s].low, mixed[0].intervals.probabilities[s].high)
        for s in range(slots.start, slots.stop)
    )
    assert bounds == [pytest.approx((0, 1 / 4)), pytest.approx((3 / 4, 1))]
    assert len({tuple(np.round(reach(game, found.assessment.behaviour), 9)) for found in result.classes}) == 1


def test_a_knife_edge_is_a_class_of_its_own():
    """At pB = (aDC - aSQ) / (aDC - aDD) the challenger may do either or mix."""
    game = library("rudimentary_deterrence", pB=Fraction(1, 3))
    result = all_classes(game)
    assert result.complete
    assert {named(game, found)["initiate"] for found in result.classes} == {
        ("cooperate",),
        ("defect",),
        ("cooperate", "defect"),
    }


@pytest.mark.parametrize("bound", [{"limit": 3}, {"seconds": 0.0}])
def test_a_bound_that_is_reached_is_said(bound):
    assert not all_classes(library("beer_quiche"), **bound).complete


def test_information_sets_of_probability_zero_are_left_alone():
    hidden = ("two", "hidden", {"a": (1, 0), "b": (0, 1)})
    game = numeric(("chance", {"u": (1, ("one", "o", {"x": (0, 0), "y": (1, 0)})), "v": (0, hidden)}), ("one", "two"))
    (found,) = all_classes(game).classes
    assert [game.game.infosets[h].name for h in found.supports] == ["o"]
    assert found.certificate.holds


def test_imperfect_recall_is_refused():
    forgetful = ("one", "again", {"l": (1, 0), "r": (0, 1)})
    with pytest.raises(ConceptError, match="perfect recall"):
        all_classes(numeric(("one", "first", {"a": forgetful, "b": forgetful}), ("one", "two")))


def test_beliefs_tied_by_shared_trembles_are_decided_together():
    """Two messages of two senders reach a receiver and then another: off the path their beliefs are products that tie.

    Brute force over pure profiles with `pure_sequential`, whose consistency is separate code, gives the same set.
    """

    def last(i, j):
        return ("R", f"r{j}", {"x": (1, 2, i + j), "y": (1, i - j, 1)})

    def second(i):
        return ("B", "b", {"stop": (3, 3, 0), "l": last(i, 0), "r": last(i, 1)})

    game = numeric(("A", "a", {"out": (4, 0, 0), "l": second(0), "r": second(1)}), "ABR")
    result = all_classes(game)
    assert result.complete
    pure = {tuple(found.assessment.behaviour) for found in result.classes if found.pure}
    assert pure == {tuple(candidate.assessment.behaviour) for candidate in pure_sequential(game).candidates}
    assert pure
