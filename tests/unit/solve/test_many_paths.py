"""Paths of many draws against the tracer of single games, in steps that are not coarse, and both verifiers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from families import FAMILIES, game_of
from standoff.game.batch import Batch
from standoff.game.game import Bools, Game, Ints, NumericGame
from standoff.game.play import play
from standoff.solve.logit import COARSE, Steps
from standoff.solve.many_paths import COARSELY, WITH_CARE, Ends, Rung, path_limits
from standoff.solve.path_limit import Accept, nudges, path_limit
from standoff.solve.pattern import Proposed
from standoff.solve.verify import verify
from standoff.solve.verify_batch import verify_batch
from unit.solve.batches import judged, stacked
from unit.solve.build import build
from unit.solve.path_games import game_named, large, random_numbers
from unit.solve.path_games import single as one_of
from unit.solve.random_trees import FAMILIES as TREES

GAMES = 20
GAMES_AT_RANDOM_NUMBERS = ("lotteries", "no_choice", "seltens_horse", "beer_quiche", "perfect_information")
MAKERS: dict[str, Callable[[int], Game]] = {
    **FAMILIES,
    **{f"{make.__name__} of trees": (lambda seed, make=make: build(make(seed))) for make in TREES},  # type: ignore[misc]
    **{f"{make.__name__} with ties": (lambda seed, make=make: build(make(seed, True))) for make in TREES},  # type: ignore[misc]
}


@cache
def games_of(name: str) -> tuple[NumericGame, ...]:
    return tuple(MAKERS[name](seed).at({}) for seed in range(GAMES))


@cache
def found_in(name: str) -> tuple[Batch, Proposed, Ends]:
    given = stacked(games_of(name))
    return given, *path_limits(given)


def holds(given: Batch, found: Proposed) -> Bools:
    return verify_batch(given, found.behaviour, found.exponents, found.coefficient).holds


def single(numeric: NumericGame, found: Proposed, column: int) -> bool:
    return judged(numeric, found.behaviour[:, column], found.exponents[:, column], found.coefficient[:, column]).holds


def accepting(numeric: NumericGame) -> Accept:
    return lambda own: verify(numeric, own, "sequential").holds


def tell_apart(numeric: NumericGame) -> NumericGame:
    """The game with every ending an outcome of its own."""
    game = numeric.game
    endings = len(game.outcome)
    names = tuple(f"ending {number}" for number in range(endings))
    return replace(numeric, game=replace(game, outcomes=names, outcome=np.arange(endings)))


@pytest.mark.parametrize("name", MAKERS)
def test_what_is_settled_passes_both_verifiers(name: str) -> None:
    given, found, ends = found_in(name)
    settled = np.flatnonzero(found.settled)
    assert len(settled) >= 0.9 * GAMES
    assert ends.told[settled].all()
    assert holds(given, found)[settled].all()
    assert all(single(games_of(name)[column], found, column) for column in settled.tolist())


@pytest.mark.parametrize("name", MAKERS)
def test_paths_end_where_the_tracer_of_single_games_ends(name: str) -> None:
    """In the same probability of every ending; where a game has ties a path may end within a continuum."""
    _, found, _ = found_in(name)
    same = tried = 0
    for column in np.flatnonzero(found.settled).tolist():
        numeric = tell_apart(games_of(name)[column])
        limit = path_limit(numeric, accepting(numeric), coarse=False)
        if limit.assessment is None:
            continue
        tried += 1
        ways = [play(numeric, own).outcomes for own in (limit.assessment.behaviour, found.behaviour[:, column])]
        same += bool(np.abs(ways[0] - ways[1]).max() < 1e-5)
    assert tried >= 0.9 * GAMES
    assert same >= 0.95 * tried


def check_same(given: Batch, columns: Ints, found: Proposed, ends: Ends, rungs: tuple[Rung, ...]) -> None:
    """Some draws by themselves give what they give among the others, bit for bit."""
    again, others = path_limits(given.take(columns), rungs)
    for entry in fields(Proposed):
        np.testing.assert_array_equal(getattr(again, entry.name), getattr(found, entry.name)[..., columns])
    for name in ("early", "late", "told"):
        np.testing.assert_array_equal(getattr(others, name), getattr(ends, name)[..., columns])
    for pattern, column in zip(others.patterns, columns.tolist(), strict=True):
        known = ends.patterns[column]
        if pattern is None or known is None:
            assert pattern is known
        else:
            assert pattern.kind == known.kind
            np.testing.assert_array_equal(pattern.probability, known.probability)
            np.testing.assert_array_equal(pattern.coefficient, known.coefficient)


@pytest.mark.parametrize("rungs", [COARSELY, WITH_CARE], ids=["coarsely", "with care"])
@pytest.mark.parametrize("name", MAKERS)
def test_draws_do_not_know_of_the_batch_they_are_in(name: str, rungs: tuple[Rung, ...]) -> None:
    """Alone, in another order, some of them twice, and in a batch of other games."""
    given = stacked(games_of(name))
    found, ends = path_limits(given, rungs)
    for column in range(0, GAMES, 3):
        check_same(given, np.array([column]), found, ends, rungs)
    check_same(given, np.arange(GAMES)[::-1], found, ends, rungs)
    check_same(given, np.array([7, 7, 2, 19, 7]), found, ends, rungs)


# --- rungs ------------------------------------------------------------------------------------------------------------


ALL = {
    "coarse steps": Rung(COARSE),
    "ordinary steps": Rung(Steps()),
    "nearby": Rung(Steps(), nearby=True),
    "own scale": Rung(Steps(), own_scale=True),
    "coarsely nearby": Rung(COARSE, nearby=True),
}


@pytest.mark.parametrize("rung", ALL)
@pytest.mark.parametrize("name", MAKERS)
def test_every_rung_proposes_only_what_holds(name: str, rung: str) -> None:
    """Of the game itself, whatever game's path was followed."""
    given = stacked(games_of(name))
    found, _ = path_limits(given, (ALL[rung],))
    settled = np.flatnonzero(found.settled)
    assert len(settled) >= 0.8 * GAMES
    assert all(single(games_of(name)[column], found, column) for column in settled.tolist())


@pytest.mark.parametrize("name", FAMILIES)
def test_a_path_nearby_is_that_of_the_game_with_payoffs_nudged(name: str) -> None:
    given = stacked(games_of(name))
    payoffs = given.payoffs
    largest = (payoffs.max(axis=0) - payoffs.min(axis=0)).max(axis=0)
    nudged = replace(given, payoffs=payoffs + nudges(payoffs.shape[:2])[:, :, None] * largest)
    _, ends = path_limits(given, (ALL["nearby"],))
    _, known = path_limits(nudged, (ALL["ordinary steps"],))
    _, plain = path_limits(given, (ALL["ordinary steps"],))
    np.testing.assert_array_equal(ends.told, known.told)
    np.testing.assert_allclose(ends.late, known.late, rtol=1e-9)
    assert (ends.late != plain.late).any(axis=0).all()


@pytest.mark.parametrize("name", FAMILIES)
def test_on_its_own_scale_an_actor_may_count_in_any_unit(name: str) -> None:
    """As if every actor's payoffs went from 0 to 1."""
    given = stacked(games_of(name))
    payoffs = given.payoffs - given.payoffs.min(axis=0)
    units = replace(given, payoffs=payoffs / payoffs.max(axis=0))
    other = replace(given, payoffs=given.payoffs * np.array([1e-5, 1e4])[None, :, None] + 3.0)
    _, known = path_limits(units, (ALL["ordinary steps"],))
    for own in (given, other):
        _, ends = path_limits(own, (ALL["own scale"],))
        np.testing.assert_array_equal(ends.told, known.told)
        np.testing.assert_allclose(np.exp(ends.late), np.exp(known.late), atol=1e-6)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_rung_is_tried_where_nothing_was_settled_before(name: str) -> None:
    given, found, ends = found_in(name)
    both, last = path_limits(given, COARSELY + WITH_CARE)
    on = found.settled
    np.testing.assert_array_equal(both.behaviour[:, on], found.behaviour[:, on])
    np.testing.assert_array_equal(last.late[:, on], ends.late[:, on])
    left = np.flatnonzero(~on)
    again, others = path_limits(given.take(left), WITH_CARE)
    np.testing.assert_array_equal(both.settled[left], again.settled)
    np.testing.assert_array_equal(both.behaviour[:, left], again.behaviour)
    np.testing.assert_array_equal(last.late[:, left], others.late)


def test_a_path_that_ends_at_nothing_is_not_given_up_for_another() -> None:
    """The second mover's payoffs are 1e-12 of the first one's: on a common scale it never makes up its mind.

    The path is told, and what is confirmed on another scale is not its end: that is for the tracer of single games.
    """
    after = {i: ("b", "B", {j: (i == j, (j == "h") * 1e-12) for j in "hl"}) for i in "hl"}
    numeric = build(("a", "A", after), ("a", "b")).at({})
    given = Batch.of(numeric)
    for rungs in (COARSELY, WITH_CARE):
        found, ends = path_limits(given, rungs)
        assert ends.told[0]
        assert not found.settled[0]
    limit = path_limit(numeric, accepting(numeric))
    assert limit.assessment is not None
    assert limit.method.endswith("own scale")
    found, _ = path_limits(given, WITH_CARE[-1:])
    assert found.behaviour[:, 0].tolist() == [1, 0, 1, 0]


def test_a_game_with_many_endings() -> None:
    """Ten types, four messages, five replies: what is settled holds, and is where the single tracer ends."""
    given = random_numbers(large(), np.random.default_rng(10), 4)
    found, ends = path_limits(given)
    settled = np.flatnonzero(found.settled)
    assert len(settled) >= 3
    for column in settled.tolist():
        numeric = tell_apart(one_of(given, column))
        assert single(numeric, found, column)
        limit = path_limit(numeric, accepting(numeric))
        assert limit.assessment is not None
        ways = [play(numeric, own).outcomes for own in (limit.assessment.behaviour, found.behaviour[:, column])]
        np.testing.assert_allclose(ways[0], ways[1], atol=1e-5)
    check_same(given, np.array([2, 0]), found, ends, COARSELY)


@pytest.mark.parametrize("name", GAMES_AT_RANDOM_NUMBERS)
def test_other_shapes_of_games(name: str) -> None:
    """Chance in the middle, sets of one option, three actors, moves that are all seen."""
    given = random_numbers(game_named(name), np.random.default_rng(9), 12)
    found, ends = path_limits(given, COARSELY + WITH_CARE)
    assert found.settled.sum() >= 10
    same = 0
    for column in np.flatnonzero(found.settled).tolist():
        numeric = tell_apart(one_of(given, column))
        assert single(numeric, found, column)
        limit = path_limit(numeric, accepting(numeric), coarse=False)
        assert limit.assessment is not None
        ways = [play(numeric, own).outcomes for own in (limit.assessment.behaviour, found.behaviour[:, column])]
        same += bool(np.abs(ways[0] - ways[1]).max() < 1e-5)
    assert same >= found.settled.sum() - 1
    check_same(given, np.array([5, 0, 11]), found, ends, COARSELY + WITH_CARE)


# --- units and ends ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_a_common_scale_of_payoffs_changes_nothing(factor: float) -> None:
    given, found, _ = found_in("signalling")
    again, _ = path_limits(replace(given, payoffs=given.payoffs * factor + 5 * factor))
    np.testing.assert_array_equal(again.settled, found.settled)
    on = again.settled
    np.testing.assert_allclose(again.behaviour[:, on], found.behaviour[:, on], rtol=0, atol=1e-6)


def test_ends_are_points_of_play() -> None:
    """Probabilities of every set sum to one, and the pattern is that of the proposal."""
    given, found, ends = found_in("deterrence")
    start = given.game.slot_start[:-1]
    for column in np.flatnonzero(found.settled).tolist():
        for log_p in (ends.early, ends.late):
            np.testing.assert_allclose(np.add.reduceat(np.exp(log_p[:, column]), start), 1.0, rtol=1e-9)
        pattern = ends.patterns[column]
        assert pattern is not None
        assert len(pattern.sides) == (np.add.reduceat(found.behaviour[:, column] > 0, start) == 2).sum()
        np.testing.assert_allclose(np.exp(ends.late[:, column]), found.behaviour[:, column], atol=5e-3)


# --- games that are no trouble to people -----------------------------------------------------------------------------


def test_nobody_cares() -> None:
    """All payoffs equal: the path stays at uniform play, which is an equilibrium as any other profile."""
    numeric = FAMILIES["signalling"](0).at({})
    alike = replace(numeric, payoffs=np.ones_like(numeric.payoffs))
    given = stacked([alike, numeric])
    found, ends = path_limits(given)
    assert ends.told[0]
    np.testing.assert_allclose(np.exp(ends.late[:, 0]), 0.5, atol=1e-9)
    assert not found.settled[0] or single(alike, found, 0)
    assert found.settled[1]
    assert single(numeric, found, 1)


def test_paths_without_unknowns() -> None:
    """Moves that are all seen: backward induction, in each of many draws."""
    rng = np.random.default_rng(5)
    games = []
    for _ in range(70):
        numbers = [Fraction(int(number), 97) for number in rng.permutation(97)[:6]]  # no two alike
        a, b, c = (tuple(numbers[place : place + 2]) for place in (0, 2, 4))
        games.append(build(("x", "X", {"in": ("y", "Y", {"l": a, "r": b}), "out": c}), ("x", "y")).at({}))
    given = stacked(games)
    found, _ = path_limits(given)
    assert found.settled.all()
    for column in np.flatnonzero(found.settled).tolist():
        payoffs = games[column].payoffs
        ends = {str(own): payoffs[number] for number, own in enumerate(("out", "l", "r"))}
        last = "l" if ends["l"][1] > ends["r"][1] else "r"
        goes = ends[last][0] > ends["out"][0]
        expected = [goes, not goes, last == "l", last == "r"]
        assert found.behaviour[:, column].tolist() == [float(own) for own in expected]


def test_a_path_that_branches_by_symmetry_claims_nothing_false() -> None:
    """Two meet at the same place or not at all: at some precision the path of uniform play splits."""
    after = {i: ("b", "B", {j: (1, 1) if i == j else (0, 0) for j in "hl"}) for i in "hl"}
    coordination = build(("a", "A", after), ("a", "b")).at({})
    uneven = replace(coordination, payoffs=coordination.payoffs * np.array([[1.1], [1.0], [1.0], [1.0]]))
    given = stacked([coordination, uneven])
    found, _ = path_limits(given)
    assert not found.settled[0] or single(coordination, found, 0)
    assert found.settled[1]
    assert found.behaviour[:, 1].tolist() == [1, 0, 1, 0]
    nearby, _ = path_limits(given, (ALL["nearby"],))
    assert nearby.settled.all()
    assert nearby.behaviour[:, 0].tolist() in ([1, 0, 1, 0], [0, 1, 0, 1])


def test_options_that_mix_three_ways_have_no_pattern_but_a_limit() -> None:
    """Rock, paper, scissors: what the end of the path is near is found in the ways of single games."""
    beats = {("r", "s"), ("s", "p"), ("p", "r")}
    after = {
        i: (
            "b",
            "B",
            {j: (((i, j) in beats) - ((j, i) in beats), ((j, i) in beats) - ((i, j) in beats)) for j in "rps"},
        )
        for i in "rps"
    }
    given = Batch.of(build(("a", "A", after), ("a", "b")).at({}))
    found, ends = path_limits(given)
    assert ends.told.tolist() == [True]
    np.testing.assert_allclose(np.exp(ends.late), 1 / 3, atol=1e-9)
    assert ends.patterns == [None]
    assert found.settled.tolist() == [True]
    np.testing.assert_allclose(found.behaviour, 1 / 3, atol=1e-12)
    assert holds(given, found).all()


def test_matching_pennies_and_its_closed_form() -> None:
    """One side's stakes are k on one cell: the other side matches with probability 1 / (1 + k).

    Coarse steps may stop too far from a mixed end to tell that the path is heading for it.
    """
    stakes = [Fraction(1, 3), Fraction(1, 2), Fraction(2), Fraction(5)]
    games = []
    for k in stakes:
        cells = {"hh": (k, 0), "ht": (0, 1), "th": (0, 1), "tt": (1, 0)}
        games.append(
            build(("a", "A", {i: ("b", "B", {j: cells[i + j] for j in "ht"}) for i in "ht"}), ("a", "b")).at({})
        )
    found, _ = path_limits(stacked(games), COARSELY + WITH_CARE)
    assert found.settled.all()
    for column, k in enumerate(stakes):
        share = float(1 / (1 + k))
        np.testing.assert_allclose(found.behaviour[:, column], [0.5, 0.5, share, 1 - share], atol=1e-9)


def test_a_set_that_is_reached_next_to_never() -> None:
    """A type of probability 1e-11 acts on its own payoffs, and the reply to it is best against the common one."""
    rare = Fraction(1, 10**11)
    types = []
    for name, p, match in (("common", 1 - rare, "u"), ("rare", rare, "d")):
        replies = {
            m: ("p", 1, f"after {m}", [(r, ("t", [int(m == "cheap"), int(r == match)])) for r in "ud"])
            for m in ("cheap", "dear")
        }
        types.append((name, p, ("p", 0, name, list(replies.items()))))
    numeric = game_of(("c", types), ["sender", "receiver"]).at({})
    found, _ = path_limits(Batch.of(numeric))
    assert found.settled.tolist() == [True]
    assert single(numeric, found, 0)
    assert found.behaviour[:4, 0].tolist() == [1, 0, 1, 0]
    assert found.behaviour[4:6, 0].tolist() == [1, 0]


def test_no_draws() -> None:
    given, _, _ = found_in("signalling")
    for rungs in (COARSELY, WITH_CARE):
        found, ends = path_limits(given.take(np.zeros(0, dtype=np.int64)), rungs)
        assert (len(found.settled), len(ends.told), len(ends.patterns)) == (0, 0, 0)


def test_a_path_with_many_unknowns_begins_in_ordinary_steps() -> None:
    """Where it begins all log-odds change at once, so that it does not run along the precision.

    Fifty types, for each of which the first message is better by nearly everything at stake, whatever the reply.
    """
    types = {}
    for number in range(50):
        worth = {"m0": 10.0 + 0.01 * number, "m1": 0.0}
        sent = {m: ("r", f"R{m}", {"a0": (own, number % 3), "a1": (own, 1.5)}) for m, own in worth.items()}
        types[f"t{number}"] = ("1/50", ("s", f"S{number}", sent))
    game = build(("chance", types), ("s", "r"))
    numeric = game.at({})
    ordinary = path_limit(numeric, accepting(numeric), coarse=False, fine=False)
    assert ordinary.assessment is not None
    assert ordinary.method == "logit path, ordinary steps"
    found, ends = path_limits(Batch.of(numeric), (Rung(Steps()),))
    assert ends.told.all()
    assert found.settled.all()
    first = [int(game.slot_start[number]) for number, own in enumerate(game.infosets) if own.actor == 0]
    for behaviour in (ordinary.assessment.behaviour, found.behaviour[:, 0]):
        np.testing.assert_array_equal(behaviour[first], 1.0)
