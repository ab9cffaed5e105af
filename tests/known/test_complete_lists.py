"""Complete lists of the reference cases against `all_classes`: pure, mixed and continua, on and off the path.

A case with ``complete_list: true`` lists all equilibria of a game, up to what is done off the path. For its .efg file
and for our library game with its parameters:

 - the outcome distributions of our classes are those listed, none more and none less (and those that the case gives as
   found by enumeration of extreme equilibria, where it does);
 - each of our classes plays what a listed equilibrium plays wherever play passes, with the same probabilities (where
   messages cost nothing, others say the same, so there the list is contained in ours);
 - each listed profile lies in a class of ours at *every* information set, off the path too;
 - where a case or a model says which off-path behaviour a continuum allows, our intervals are that set.

Left out are the two cases with a tree whose list is not complete (reputation, tying hands) and those without a tree
(continuous types or fixed points of another kind): there is no finite list to compare.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from known.library_pairs import all_cases
from known.reference import FILES, Source, listed, rounded, source
from standoff.solve.classes.enumerate import ClassesResult, FoundClass, all_classes
from unit.solve.build import numeric

COMPLETE = [name for name, case in all_cases().items() if case.get("complete_list")]
CASES = [pytest.param(name, file, id=f"{name}-{file}") for name in COMPLETE for file in FILES]
MISSING = [pytest.param("", "", marks=pytest.mark.skip(reason="the reference cases are not beside this checkout"))]
TALK = {"kydd-biased-pub"}  # messages cost nothing: other messages lead to the outcomes listed
both_files = pytest.mark.parametrize(("case_id", "file"), CASES or MISSING)


@cache
def classes(case_id: str, file: str) -> ClassesResult:
    result = all_classes(source(case_id, file).numeric)
    assert result.complete
    return result


def inside(own: Source, found: FoundClass, behaviour: np.ndarray) -> bool:
    """Whether a strategy lies in a class's intervals at every information set."""
    intervals = found.intervals.probabilities
    return all(
        p == 0 if (interval := intervals.get(slot)) is None else interval.low - 1e-9 <= p <= interval.high + 1e-9
        for slot, p in enumerate(behaviour.tolist())
    )


@both_files
def test_outcomes_are_those_listed(case_id: str, file: str) -> None:
    own = source(case_id, file)
    ours = {own.outcomes(found.assessment.behaviour) for found in classes(case_id, file).classes}
    assert ours == {own.outcomes(own.behaviour(entry["strategies"])) for entry in listed(case_id)}
    assert ours == {rounded(entry["outcomes"]) for entry in listed(case_id)}
    enumerated = all_cases()[case_id].get("all_pbe_outcome_distributions_at_extreme_equilibria")
    assert enumerated is None or ours == {rounded(outcome) for outcome in enumerated}


@both_files
def test_play_is_that_of_a_listed_equilibrium(case_id: str, file: str) -> None:
    own = source(case_id, file)
    expected = {own.on_path(own.behaviour(entry["strategies"])) for entry in listed(case_id)}
    ours = {own.on_path(found.assessment.behaviour) for found in classes(case_id, file).classes}
    assert ours > expected if case_id in TALK else ours == expected
    for found in classes(case_id, file).classes:  # what play passes through does not vary within a class
        assert case_id in TALK or all(
            interval.high - interval.low < 1e-9 for interval in found.intervals.outcomes.values()
        )


@both_files
def test_listed_profiles_lie_in_a_class_off_the_path_too(case_id: str, file: str) -> None:
    own = source(case_id, file)
    for entry in listed(case_id):
        behaviour = own.behaviour(entry["strategies"])
        assert any(inside(own, found, behaviour) for found in classes(case_id, file).classes), entry["name"]


# Case, information set and option (by number) off the path, and the closure of what equilibria with the outcome of the
# listed one may play there. Steadfast deterrence: pDef + (1 - pDef) y >= cH with cH = 1/2 and pDef = 2/5 or 1/5.
CONTINUA = [
    ("beerquiche-09-pub", "Pool Beer", "RQuiche", "Duel", Fraction(1, 2)),
    ("beerquiche-09-pub", "Pool Quiche", "RBeer", "Duel", Fraction(1, 2)),
    ("udg-separating-pub", "Steadfast deterrence", "DefS", "D", (Fraction(1, 2) - Fraction(2, 5)) / Fraction(3, 5)),
    ("udg-bluff-pub", "Steadfast deterrence", "DefS", "D", (Fraction(1, 2) - Fraction(1, 5)) / Fraction(4, 5)),
]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(("case_id", "name", "infoset", "option", "least"), CONTINUA if COMPLETE else [])
def test_continua_allow_what_the_models_say(
    case_id: str, name: str, infoset: str, option: str, least: Fraction, file: str
) -> None:
    """Off the path any probability from `least` to 1, and no other."""
    own = source(case_id, file)
    entry = next(entry for entry in listed(case_id) if entry["name"] == name)
    outcome = own.outcomes(own.behaviour(entry["strategies"]))
    number = own.numbers[infoset]
    slot = int(own.numeric.game.slot_start[number]) + [*entry["strategies"][infoset]].index(option)
    found = [f for f in classes(case_id, file).classes if own.outcomes(f.assessment.behaviour) == outcome]
    ends = [f.intervals.probabilities[slot] for f in found]
    assert min(end.low for end in ends) == pytest.approx(float(least), abs=1e-5)  # one .efg file has rounded decimals
    assert max(end.high for end in ends) == 1
    assert any(end.high - end.low == pytest.approx(1 - float(least), abs=1e-5) for end in ends)


def test_a_bounded_search_ends_and_says_why() -> None:
    """Ten types, three actors: beliefs off the path can be settled in more ways than anyone can try."""
    rng = np.random.default_rng(1)

    def end() -> tuple[Fraction, ...]:
        return tuple(Fraction(int(x)) for x in rng.integers(0, 9, 3))

    def told(kind: int, message: str) -> tuple[object, ...]:
        guess = {own: ("B", f"b{message}{kind // 5}", {reply: end() for reply in "uv"}) for own in "xyz"}
        return ("A", f"a{message}", guess)

    kinds = {}
    for kind in range(10):
        out = (Fraction(20 if kind % 2 else 7), Fraction(0), Fraction(0))
        kinds[f"t{kind}"] = (Fraction(1, 10), ("S", f"s{kind}", {**{m: told(kind, m) for m in "LM"}, "out": out}))
    game = numeric(("chance", kinds), ("S", "A", "B"))
    result = all_classes(game, seconds=0.3)
    assert not result.complete
    assert "0.3 s" in result.reason
    limited = all_classes(game, limit=3)
    assert not limited.complete
    assert "3 supports" in limited.reason
