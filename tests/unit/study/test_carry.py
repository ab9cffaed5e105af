"""Equilibria carried over between draws: who counts as a neighbour, whose equilibrium is taken, and who has the last
word. And which draws of a study are solved once more."""

from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from families import FAMILIES
from standoff.game.batch import Batch
from standoff.game.game import Bools, Floats, Ints, NumericGame
from standoff.game.play import play
from standoff.scenario.load import loads
from standoff.solve.assessment import assess
from standoff.solve.iterate import circles, iterate
from standoff.solve.many_paths import Ends, path_limits
from standoff.solve.path_limit import Accept, path_limit
from standoff.solve.pattern import Pattern, Proposed, solve_patterns
from standoff.solve.verify import verify
from standoff.solve.verify_batch import verify_batch
from standoff.study import carry
from standoff.study.carry import AT_ONCE, NEAREST, Library
from standoff.study.chunk import AUDITED, FOLLOWED, NOT_REPEATED, Repeats
from standoff.study.sample import draw
from unit.solve.batches import judged, pattern_of
from unit.solve.build import build

OPEN = {"signalling": 0, "deterrence": 9, "two_sided": 7}  # games on which best replies go round in a circle
DRAWS = 24


def carried(given: Batch, library: Library) -> tuple[Ints, Proposed]:
    return carry.carried(given, library, circles(given))


def around(numeric: NumericGame, seed: int, draws: int = DRAWS, by: float = 0.05) -> Batch:
    """Draws of a game with payoffs changed by up to a twentieth of their range."""
    noise = np.random.default_rng(seed).uniform(-by, by, size=(*numeric.payoffs.shape, draws))
    payoffs = numeric.payoffs[..., None] + noise * numeric.payoff_range[None, :, None]
    chance = np.repeat(numeric.chance[:, None], draws, axis=1)
    return Batch(numeric.game, np.arange(draws), np.empty((0, draws)), chance, payoffs)


def single(given: Batch, column: int) -> NumericGame:
    payoffs = given.payoffs[..., column]
    return NumericGame(given.game, given.chance[:, column], payoffs, payoffs)


def accepting(numeric: NumericGame) -> Accept:
    return lambda own: verify(numeric, own, "sequential").holds


def holds(given: Batch, found: Proposed) -> Bools:
    verdicts = verify_batch(given, found.behaviour, found.exponents, found.coefficient)
    return np.asarray(verdicts.holds & found.settled)


@cache
def studied(name: str) -> tuple[Batch, Ends, Library]:
    given = around(FAMILIES[name](OPEN[name]).at({}), 1)
    found, ends = path_limits(given)
    return given, ends, Library.of(given, ends, holds(given, found), circles(given))


def flat(given: Batch) -> Floats:
    return given.payoffs.reshape(-1, len(given)).T


# --- a library of draws -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPEN)
def test_a_library_holds_what_was_found(name: str) -> None:
    given, ends, library = studied(name)
    assert not iterate(given).settled.all()
    assert 0.7 * DRAWS < len(library.patterns) <= DRAWS
    assert len(library.circles) == len(library.patterns) == len(library.payoffs)
    np.testing.assert_allclose(library.spread, flat(given).std(axis=0))
    few = Library.of(given, ends, np.arange(DRAWS) % 5 == 0, circles(given))
    picked = np.arange(0, DRAWS, 5)
    assert few.circles == tuple(circles(given.take(picked)))
    np.testing.assert_allclose(few.payoffs * few.spread, flat(given.take(picked)), rtol=1e-12)


def test_payoffs_that_do_not_vary_are_no_trouble() -> None:
    """The same game over and over: all are alike, and each takes the equilibrium over."""
    given = around(FAMILIES["signalling"](0).at({}), 1, 5, by=0.0)
    found, ends = path_limits(given)
    library = Library.of(given, ends, holds(given, found), circles(given))
    assert np.isfinite(library.payoffs).all()
    draws, taken = carried(given, library)
    assert draws.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(taken.behaviour, found.behaviour, atol=1e-9)


def test_an_empty_library_has_nothing_to_offer() -> None:
    given, ends, _ = studied("signalling")
    library = Library.of(given, ends, np.zeros(DRAWS, dtype=bool), circles(given))
    draws, taken = carried(given, library)
    assert (len(draws), len(taken.settled)) == (0, 0)
    draws, taken = carried(given.take(np.zeros(0, dtype=np.int64)), studied("signalling")[2])
    assert (len(draws), len(taken.settled)) == (0, 0)


# --- neighbours -------------------------------------------------------------------------------------------------------


def same_kind(one: Pattern, other: Pattern) -> bool:
    """Whether two patterns are one but for their numbers."""
    return (
        one.sides == other.sides
        and one.free == other.free
        and one.choice.tolist() == other.choice.tolist()
        and one.cheap.tolist() == other.cheap.tolist()
    )


@pytest.mark.parametrize("name", OPEN)
def test_neighbours_have_the_same_circle_and_are_the_nearest(name: str) -> None:
    """Sixteen of them, those with the same circle before the others; one of each pattern is left."""
    given, _, library = studied(name)
    others = around(single(given, 0), 2)
    known = library.payoffs * library.spread
    for column, near in enumerate(library.nearest(others, circles(others))):
        circle = circles(others.take(np.array([column])))[0]
        far = [float(np.sum(((own - flat(others)[column]) / library.spread) ** 2)) for own in known]
        order = sorted(range(len(far)), key=lambda n: (library.circles[n] != circle, far[n]))[:NEAREST]
        expected: list[int] = []
        for number in order:
            if not any(same_kind(library.patterns[number], library.patterns[own]) for own in expected):
                expected.append(number)
        assert near == expected


def test_a_far_draw_with_the_same_circle_comes_before_a_near_one_without() -> None:
    numeric = meeting()
    library = library_of(numeric, [pattern(numeric, own) for own in (HIGH, LOW)])
    assert library.nearest(Batch.of(numeric), circles(Batch.of(numeric))) == [[0, 1]]
    strange = replace(library, circles=(b"another", library.circles[1]))
    assert strange.nearest(Batch.of(numeric), circles(Batch.of(numeric))) == [[1, 0]]
    longer = replace(library, circles=(library.circles[0] + b"\x00", library.circles[1]))  # zeros at the end count
    assert longer.nearest(Batch.of(numeric), circles(Batch.of(numeric))) == [[1, 0]]


@pytest.mark.parametrize("name", OPEN)
def test_draws_with_another_circle_are_asked_if_there_are_no_others(name: str) -> None:
    given, _, library = studied(name)
    strange = replace(library, circles=(b"another",) * len(library.circles))
    assert carried(given, strange)[0].size


# --- what is taken over -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPEN)
def test_what_is_taken_over_holds(name: str) -> None:
    given, _, library = studied(name)
    others = around(single(given, 0), 3)
    draws, taken = carried(others, library)
    assert len(draws) > DRAWS // 4
    assert sorted(set(draws.tolist())) == draws.tolist()
    assert taken.settled.all()
    for place, column in enumerate(draws.tolist()):
        numeric, own = single(others, column), taken.take(np.array([place]))
        assert judged(numeric, own.behaviour[:, 0], own.exponents[:, 0], own.coefficient[:, 0]).holds


@pytest.mark.parametrize("name", OPEN)
def test_it_is_that_of_the_nearest_neighbour_that_has_one(name: str) -> None:
    """Neighbours one by one, by the single verifier; draws for which nobody has one are left out."""
    given, _, library = studied(name)
    others = around(single(given, 0), 6, by=0.2)
    draws, taken = carried(others, library)
    known: dict[int, Floats] = {}
    for column, near in enumerate(library.nearest(others, circles(others))):
        for number in near:
            found = solve_patterns(others.take(np.array([column])), [library.patterns[number]])
            own = found.behaviour[:, 0], found.exponents[:, 0], found.coefficient[:, 0]
            if found.settled[0] and judged(single(others, column), *own).holds:
                known[column] = own[0]
                break
    assert draws.tolist() == list(known)
    for place, column in enumerate(draws.tolist()):
        np.testing.assert_allclose(taken.behaviour[:, place], known[column], atol=1e-12)


@pytest.mark.parametrize("name", OPEN)
def test_a_draw_mostly_takes_over_what_its_own_path_leads_to(name: str) -> None:
    given, _, library = studied(name)
    others = around(single(given, 0), 4, 12)
    draws, taken = carried(others, library)
    same = 0
    for place, column in enumerate(draws.tolist()):
        numeric = single(others, column)
        own = path_limit(numeric, accepting(numeric))
        assert own.assessment is not None
        ends = [play(numeric, profile).outcomes for profile in (own.assessment.behaviour, taken.behaviour[:, place])]
        same += bool(np.abs(ends[0] - ends[1]).max() < 1e-6)
    assert same >= 0.75 * len(draws) > 0


@pytest.mark.parametrize("name", OPEN)
def test_a_draw_by_itself_takes_over_the_same(name: str) -> None:
    """Bit for bit, and in another order."""
    given, _, library = studied(name)
    others = around(single(given, 0), 5, 8)
    draws, taken = carried(others, library)
    assert draws.size
    for column in range(len(others)):
        alone, own = carried(others.take(np.array([column])), library)
        assert alone.size == int(column in draws)
        if alone.size:
            place = draws.tolist().index(column)
            for entry in fields(Proposed):
                np.testing.assert_array_equal(getattr(own, entry.name)[..., 0], getattr(taken, entry.name)[..., place])
    turned, again = carried(others.take(np.arange(8)[::-1]), library)
    assert turned.tolist() == (7 - draws[::-1]).tolist()
    np.testing.assert_array_equal(again.behaviour[:, ::-1], taken.behaviour)


# --- who has the last word --------------------------------------------------------------------------------------------


def meeting() -> NumericGame:
    """Two meet at one place, or at the other; the outcomes say where."""
    after = {
        i: ("b", "B", {j: (f"both {i}", (2, 1) if i == "h" else (1, 2)) if i == j else ("miss", (0, 0)) for j in "hl"})
        for i in "hl"
    }
    return build(("a", "A", after), ("a", "b")).at({})


def pattern(numeric: NumericGame, profile: list[float]) -> Pattern:
    shares = np.array(profile)
    found = assess(numeric, [Fraction(int(share == 0)) for share in profile], np.log(np.where(shares > 0, shares, 1)))
    assert verify(numeric, found, "sequential").holds
    result = pattern_of(Batch.of(numeric), found)
    assert result is not None
    return result


def library_of(numeric: NumericGame, patterns: list[Pattern]) -> Library:
    """Neighbours of the game itself, each a little farther away than the one before it."""
    given = Batch.of(numeric)
    steps = np.arange(1, len(patterns) + 1)[:, None] * 0.01
    return Library(
        tuple(circles(given)) * len(patterns), tuple(patterns), flat(given) + steps, np.ones(numeric.payoffs.size)
    )


HIGH, LOW, MIXED = [1.0, 0, 1, 0], [0, 1.0, 0, 1], [2 / 3, 1 / 3, 1 / 3, 2 / 3]


@pytest.mark.parametrize(
    "profiles", [[HIGH], [LOW], [MIXED], [HIGH, LOW], [LOW, HIGH, HIGH], [MIXED, HIGH], [HIGH, MIXED, MIXED]]
)
def test_the_nearest_is_believed(profiles: list[list[float]]) -> None:
    """Every one of these is an equilibrium of the game, whatever the neighbours farther away say."""
    numeric = meeting()
    draws, taken = carried(Batch.of(numeric), library_of(numeric, [pattern(numeric, own) for own in profiles]))
    assert draws.tolist() == [0]
    np.testing.assert_allclose(taken.behaviour[:, 0], profiles[0], atol=1e-9)


def test_order_does_not_decide_who_is_nearest() -> None:
    numeric = meeting()
    library = library_of(numeric, [pattern(numeric, own) for own in (HIGH, LOW)])
    turned = replace(library, payoffs=library.payoffs[::-1].copy())
    for own, expected in ((library, HIGH), (turned, LOW)):
        _, taken = carried(Batch.of(numeric), own)
        np.testing.assert_allclose(taken.behaviour[:, 0], expected, atol=1e-9)


def test_as_many_neighbours_are_asked_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to the sixteenth, a few at once; who was answered before is not asked again."""
    numeric = meeting()
    plain = pattern(numeric, HIGH)
    size = len(numeric.game.infosets)
    others = [replace(plain, choice=np.full(size, number + 2, dtype=np.int16)) for number in range(NEAREST + 3)]
    asked: list[int] = []

    def solve(given: Batch, patterns: list[Pattern]) -> Proposed:
        """Only the last of so many neighbours knows an equilibrium."""
        result = Proposed.nothing(given.game, len(given))
        asked.extend(int(own.choice[0]) - 2 for own in patterns)
        for column, own in enumerate(patterns):
            if int(own.choice[0]) - 2 >= first:
                profile = np.array(HIGH if int(own.choice[0]) - 2 == first else LOW)
                result.behaviour[:, column], result.exponents[:, column] = profile, profile == 0
                result.settled[column] = True
        return result

    monkeypatch.setattr("standoff.study.carry.solve_patterns", solve)
    library = library_of(numeric, others)
    for first in (0, AT_ONCE - 1, AT_ONCE, NEAREST - 1, NEAREST):
        asked.clear()
        draws, taken = carried(Batch.of(numeric), library)
        assert asked == list(range(AT_ONCE if first < AT_ONCE else NEAREST))
        assert draws.tolist() == ([0] if first < NEAREST else [])
        assert taken.behaviour.T.tolist() == ([HIGH] if first < NEAREST else [])


def dominated(numeric: NumericGame) -> NumericGame:
    """The same tree where the first mover goes low whatever comes, and the second goes where it is told to."""
    payoffs = numeric.payoffs.copy()
    payoffs[2:, 0] += 10.0
    return replace(numeric, payoffs=payoffs, terms=payoffs)


def test_what_the_verifier_refuses_is_not_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern that settles on another profile than its own, and a solver that claims what is not so."""
    numeric = meeting()
    other = dominated(numeric)
    library = library_of(numeric, [pattern(numeric, HIGH)] * 3)
    strange = replace(library, circles=tuple(circles(Batch.of(other))) * 3)
    _, taken = carried(Batch.of(other), strange)
    assert all(judged(other, *own).holds for own in zip(taken.behaviour.T, taken.exponents.T, strict=True))

    def claim(given: Batch, patterns: list[Pattern]) -> Proposed:
        result = Proposed.nothing(given.game, len(given))
        profile = np.array(HIGH)[:, None]
        result.behaviour[:], result.exponents[:] = profile, profile == 0
        result.settled[:] = settled
        return result

    monkeypatch.setattr("standoff.study.carry.solve_patterns", claim)
    for settled in (False, True):  # what is not settled means nothing
        assert carried(Batch.of(other), strange)[0].size == 0
        assert carried(Batch.of(numeric), library)[0].size == int(settled)


# --- which draws are solved once more ---------------------------------------------------------------------------------


@pytest.mark.parametrize("draws", [100, 4096, 20_000, 65_536, 100_000, 1_000_000, 2**20, 3_000_001])
def test_as_many_draws_are_repeated_as_there_should_be(draws: int) -> None:
    repeats = Repeats.of(draws)
    numbers = np.arange(draws)
    for chosen, most in ((repeats.audited(numbers), AUDITED), (repeats.followed(numbers), FOLLOWED)):
        assert 1 <= chosen.sum() <= most + 4 * most**0.5
    if draws >= 100_000:
        assert repeats.audited(numbers).sum() >= AUDITED - 4 * AUDITED**0.5
        assert repeats.followed(numbers).sum() >= FOLLOWED - 4 * FOLLOWED**0.5


def test_chunks_choose_the_draws_that_the_whole_study_does() -> None:
    repeats, numbers = Repeats.of(50_000), np.arange(50_000)
    for choose in (repeats.audited, repeats.followed):
        parts = [choose(numbers[begin : begin + 1234]) for begin in range(0, 50_000, 1234)]
        np.testing.assert_array_equal(np.concatenate(parts), choose(numbers))


def test_nothing_is_repeated_unless_it_is_asked_for() -> None:
    numbers: Ints = np.arange(100)
    assert not NOT_REPEATED.audited(numbers).any()
    assert not NOT_REPEATED.followed(numbers).any()


def test_draws_that_are_repeated_lie_on_all_sides() -> None:
    """Of a Sobol' sequence, whose second, fourth, ... points lie in one part of the range only."""
    scenario = loads(
        """
standoff: 1
title: One decision
actors: {x: Some actor}
parameters: {a: {range: "uniform(0, 1)"}, b: {range: "uniform(0, 1)"}}
moves: {go: {actor: x, options: [in, out]}}
payoffs: {x: go.in * a - b}
outcomes: {in: go.in, out: go.out}
"""
    )
    draws = 2**15
    values, numbers = draw(scenario, "sobol", 1, 0, draws), np.arange(draws)
    repeats = Repeats.of(draws)
    for chosen in (repeats.audited(numbers), repeats.followed(numbers)):
        for name in "ab":
            quarters = np.histogram(np.asarray(values[name])[chosen], bins=4, range=(0, 1))[0] / chosen.sum()
            assert np.abs(quarters - 0.25).max() < 4 * (0.25 * 0.75 / chosen.sum()) ** 0.5
