"""The verifier for many draws against the one for single games, against exact fractions, and against broken claims."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from families import FAMILIES, game_of
from standoff.errors import ConceptError
from standoff.game.batch import Batch, batch
from standoff.game.game import Floats, Game, Ints, NumericGame
from standoff.game.model import open_model
from standoff.library import catalogue
from standoff.solve.iterate import iterate
from standoff.solve.verify_batch import LARGEST, MIXED, PURE, verify_batch
from standoff.solve.verify_kernel import check_of
from standoff.study.sample import draw
from unit.solve import exact_verifier
from unit.solve.batches import judged, stacked
from unit.solve.build import build

PROFILES = 50  # random profiles of each kind and game
LIBRARY = [name for name in catalogue.names() if name not in ("asymmetric_escalation", "sinking_costs", "tying_hands")]


# --- random profiles ------------------------------------------------------------------------------------------------


def random_profiles(game: Game, rng: np.random.Generator, draws: int, mixing: float) -> tuple[Floats, Ints, Floats]:
    """Behaviour, exponents and coefficients; a share `mixing` of the sets mixes over a random support."""
    behaviour = np.zeros((game.n_slots, draws))
    for number in range(len(game.infosets)):
        slots = np.arange(game.n_slots)[game.options(number)]
        for column in range(draws):
            size = int(rng.integers(1, len(slots) + 1)) if rng.random() < mixing else 1
            used = rng.choice(slots, size=size, replace=False)
            weights = rng.integers(1, 9, size=size).astype(float)
            behaviour[used, column] = weights / weights.sum()
    unused = rng.integers(1, 5, size=behaviour.shape) * rng.choice([1, 1024, 2**44], size=behaviour.shape)
    exponents = np.where(behaviour > 0, 0, unused)
    return behaviour, exponents, rng.choice([0.25, 1.0, 1.0, 3.0], size=behaviour.shape)


def assert_verdicts_agree(given: Batch, games: list[NumericGame], profile: tuple[Floats, Ints, Floats]) -> list[bool]:
    """Both verifiers on every draw; what they say."""
    behaviour, exponents, coefficients = profile
    verdicts = verify_batch(given, behaviour, exponents, coefficients)
    for column, numeric in enumerate(games):
        alone = judged(numeric, behaviour[:, column], exponents[:, column], coefficients[:, column])
        assert verdicts.holds[column] == alone.holds, (column, alone)
        assert verdicts.gain[column] == pytest.approx(alone.gain, abs=1e-11)
    return verdicts.holds.tolist()


@pytest.mark.parametrize("mixing", [0.0, 0.4])
@pytest.mark.parametrize("family", FAMILIES)
def test_random_profiles_of_random_games(family: str, mixing: float) -> None:
    games = [FAMILIES[family](seed).at({}) for seed in range(PROFILES)]
    given, rng = stacked(games), np.random.default_rng([8, len(family)])
    verdicts = assert_verdicts_agree(given, games, random_profiles(given.game, rng, len(games), mixing))
    assert not all(verdicts)


@pytest.mark.parametrize("family", FAMILIES)
def test_proposals_and_proposals_with_one_thing_changed(family: str) -> None:
    """What iteration proposes mostly holds; with other trembles, or one choice changed, it often does not."""
    games = [FAMILIES[family](seed).at({}) for seed in range(PROFILES)]
    given, rng = stacked(games), np.random.default_rng(9)
    found = iterate(given)
    behaviour, exponents = found.behaviour(given.game), np.where(found.settled, found.exponents, 1)
    exponents = np.where(behaviour > 0, 0, np.maximum(exponents, 1))
    ones = np.ones_like(behaviour)
    assert sum(assert_verdicts_agree(given, games, (behaviour, exponents, ones))) > PROFILES / 2
    _, elsewhere, coefficients = random_profiles(given.game, rng, len(games), 0.0)
    other_beliefs = np.where(behaviour > 0, 0, np.maximum(elsewhere, 1))
    said = assert_verdicts_agree(given, games, (behaviour, other_beliefs, coefficients))
    assert any(said)
    assert not all(said)
    changed, trembles = behaviour.copy(), exponents.copy()
    for column in range(len(games)):
        slots = np.arange(given.game.n_slots)[given.game.options(int(rng.integers(len(given.game.infosets))))]
        changed[slots, column] = np.roll(changed[slots, column], 1)
        trembles[slots, column] = np.where(changed[slots, column] > 0, 0, 7)
    said = assert_verdicts_agree(given, games, (changed, trembles, ones))
    assert not all(said)


@pytest.mark.parametrize("name", LIBRARY)
def test_library_games(name: str) -> None:
    model = open_model(catalogue.path(name))
    values = draw(model.scenario, "random", 3, 0, 12)
    given = batch(model.game, values, 12)
    games = [given.at(column) for column in range(len(given))]
    live = np.flatnonzero(~given.pruned).tolist()
    given, games = given.take(np.array(live)), [games[column] for column in live]
    rng = np.random.default_rng(4)
    for mixing in (0.0, 0.3):
        assert_verdicts_agree(given, games, random_profiles(given.game, rng, len(games), mixing))
    found = iterate(given)
    behaviour = found.behaviour(given.game)
    exponents = np.where(behaviour > 0, 0, np.maximum(found.exponents, 1))
    assert_verdicts_agree(given, games, (behaviour, exponents, np.ones_like(behaviour)))


# --- exact fractions ------------------------------------------------------------------------------------------------

DRAWS = 1000


def sixty_fourths(rng: np.random.Generator, levels: int) -> Game:
    """The signalling game with 8 endings; payoffs in 64ths, the odds of the types in 8ths: no float is rounded."""
    share = Fraction(int(rng.integers(1, 8)), 8)
    branches = []
    for name, odds in (("t0", share), ("t1", 1 - share)):
        ways = []
        for message in "LR":
            ends = [Fraction(int(number), 64) for number in rng.integers(0, levels, size=4)]
            answers = [("u", ("t", ends[:2])), ("d", ("t", ends[2:]))]
            ways.append((message, ("p", 1, f"R{message}", answers)))
        branches.append((name, odds, ("p", 0, f"S{name}", ways)))
    return game_of(("c", branches), ["sender", "receiver"])


def exact_verdict(game: Game, behaviour: Floats, exponents: Ints, coefficients: Floats) -> tuple[bool, Fraction]:
    """Whether the witness proves the profile a sequential equilibrium, and its largest gain, in fractions."""
    shares = [Fraction(float(share)) for share in behaviour]
    exact = exact_verifier.Exact.of(game, shares)
    orders = [Fraction(int(c)) for c in exponents]
    weights = [
        share if share > 0 else Fraction(float(weight)) for share, weight in zip(shares, coefficients, strict=True)
    ]
    beliefs = exact_verifier.implied_beliefs(exact, orders, weights)
    gains = exact_verifier.one_shot_gains(exact, beliefs)
    lawful = exact_verifier.broken(exact, beliefs, orders, weights) == ""
    return lawful and max(gains.values()) == 0, max(gains.values())


@pytest.mark.parametrize("levels", [5, 65])
def test_verdicts_equal_those_in_exact_fractions(levels: int) -> None:
    """Half of the profiles are random, half settled by iteration; where payoffs have few levels, options tie."""
    rng = np.random.default_rng([64, levels])
    games = [sixty_fourths(rng, levels) for _ in range(DRAWS // 2)]
    given = stacked([game.at({}) for game in games])
    behaviour, exponents, coefficients = random_profiles(given.game, rng, len(games), 0.2)
    dyadic = np.round(behaviour * 16) / 16  # random shares may round to 0 or 1: these sets turn pure
    for number in range(len(given.game.infosets)):
        last = given.game.options(number).stop - 1
        dyadic[last] = 1 - dyadic[given.game.options(number).start : last].sum(axis=0)
    behaviour, exponents = dyadic, np.where(dyadic > 0, 0, np.maximum(exponents, 1))
    found = iterate(given)
    even = np.arange(len(games)) % 2 == 0
    behaviour[:, even] = found.behaviour(given.game)[:, even]
    exponents[:, even] = np.where(behaviour[:, even] > 0, 0, np.maximum(found.exponents[:, even], 1))
    coefficients[:, even] = 1.0
    verdicts = verify_batch(given, behaviour, exponents, coefficients)
    said = []
    for column, game in enumerate(games):
        holds, gain = exact_verdict(game, behaviour[:, column], exponents[:, column], coefficients[:, column])
        assert verdicts.holds[column] == holds, column
        assert verdicts.gain[column] == pytest.approx(float(gain), abs=1e-14)
        said.append(holds)
    assert min(sum(said), len(said) - sum(said)) > DRAWS // 10


# --- broken claims --------------------------------------------------------------------------------------------------


def quiet(eps: float = 0.0) -> NumericGame:
    """Types a, b at 1/4, 3/4 may come in or stay out; the receiver answers with u, right against a, or d, against b.

    `eps` is what type a gets where it comes in and the answer is u.
    """
    tree = (
        "chance",
        {
            "a": ("1/4", ("s", "sa", {"in": ("r", "R", {"u": (eps, 1), "d": (1, 0)}), "out": (0, 0)})),
            "b": ("3/4", ("s", "sb", {"in": ("r", "R", {"u": (-1, 0), "d": (1, 1)}), "out": (0, 0)})),
        },
    )
    return build(tree, ("s", "r")).at({})


def claim(numeric: NumericGame, **exponents: int) -> tuple[Floats, Ints]:
    """Everybody stays out, the receiver answers u; exponents of the unused options."""
    game = numeric.game
    costs = {"sa": 1, "sb": 2, "R": 1} | exponents
    behaviour, c = [], []
    for infoset in game.infosets:
        for option in infoset.options:
            used = option in ("out", "u")
            behaviour.append(float(used))
            c.append(0 if used else costs[infoset.name])
    return np.array(behaviour)[:, None], np.array(c)[:, None]


def slot_of(numeric: NumericGame, infoset: str, option: str) -> int:
    game = numeric.game
    number = next(h for h, own in enumerate(game.infosets) if own.name == infoset)
    return int(game.slot_start[number]) + game.infosets[number].options.index(option)


def holds(numeric: NumericGame, behaviour: Floats, exponents: Ints, coefficients: Floats | None = None) -> bool:
    return bool(verify_batch(Batch.of(numeric), behaviour, exponents, coefficients).holds[0])


def test_the_claim_that_is_broken_below_holds() -> None:
    numeric = quiet()
    assert holds(numeric, *claim(numeric))
    assert judged(numeric, *(part[:, 0] for part in claim(numeric))).holds


def test_a_wrong_order_of_beliefs() -> None:
    numeric = quiet()
    assert not holds(numeric, *claim(numeric, sa=2, sb=1))
    assert not holds(numeric, *claim(numeric, sa=1, sb=1))  # b is three times as likely then
    behaviour, exponents = claim(numeric, sa=1, sb=1)
    weights = np.ones_like(behaviour)
    weights[slot_of(numeric, "sa", "in")] = 2.9
    assert not holds(numeric, behaviour, exponents, weights)
    weights[slot_of(numeric, "sa", "in")] = 3.1
    assert holds(numeric, behaviour, exponents, weights)


@pytest.mark.parametrize("wrong", [0, -1, -(2**62), 2**63 - 1, 2**62, LARGEST // 3, LARGEST // 2])
@pytest.mark.parametrize("infoset", ["sa", "sb", "R"])
def test_an_exponent_that_is_none(infoset: str, wrong: int) -> None:
    """Nought or less at an unused option, or so large that sums on a path of three might not fit."""
    numeric = quiet()
    assert len(numeric.game.levels) == 4
    behaviour, exponents = claim(numeric, **{infoset: wrong})
    assert not holds(numeric, behaviour, exponents)


def test_the_largest_exponents_that_are_summed() -> None:
    numeric = quiet()
    largest = LARGEST // len(numeric.game.levels)
    assert holds(numeric, *claim(numeric, sa=largest - 1, sb=largest, R=largest))
    assert not holds(numeric, *claim(numeric, sa=largest, sb=largest - 1))
    assert not holds(numeric, *claim(numeric, sb=largest + 1))


def test_a_tremble_at_an_option_in_use() -> None:
    numeric = quiet()
    behaviour, exponents = claim(numeric)
    for slot in np.flatnonzero(behaviour[:, 0] > 0).tolist():
        wrong = exponents.copy()
        wrong[slot] = 1
        assert not holds(numeric, behaviour, wrong)


@pytest.mark.parametrize("change", [1e-9, -1e-9, -0.5, 1.0, float("nan"), float("inf"), -1.0])
@pytest.mark.parametrize("slot", range(6))
def test_behaviour_that_is_no_distribution(slot: int, change: float) -> None:
    numeric = quiet()
    behaviour, exponents = claim(numeric)
    behaviour[slot] += change
    exponents[slot] = 0 if behaviour[slot, 0] > 0 else max(int(exponents[slot, 0]), 1)
    with np.errstate(invalid="ignore"):
        assert not holds(numeric, behaviour, exponents)


def test_behaviour_with_a_negative_share_that_sums_to_one() -> None:
    numeric = quiet()
    behaviour, exponents = claim(numeric)
    behaviour[slot_of(numeric, "R", "u")], behaviour[slot_of(numeric, "R", "d")] = 1.5, -0.5
    assert not holds(numeric, behaviour, exponents)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_a_coefficient_that_is_none(weight: float) -> None:
    numeric = quiet()
    behaviour, exponents = claim(numeric)
    weights = np.ones_like(behaviour)
    weights[slot_of(numeric, "sa", "in")] = weight
    with np.errstate(all="ignore"):
        assert not holds(numeric, behaviour, exponents, weights)


@pytest.mark.parametrize(("gain", "held"), [(0.0, True), (1e-10, True), (1e-8, False), (1e-6, False), (0.1, False)])
def test_what_a_deviation_gains(gain: float, held: bool) -> None:
    """Type a would gain by coming in, as a share of the payoff range, which is 2."""
    numeric = quiet(2 * gain)
    assert holds(numeric, *claim(numeric)) is held


@pytest.mark.parametrize(("gain", "held"), [(0.5 * MIXED, True), (0.5 * PURE, True), (2 * MIXED, False)])
def test_what_a_deviation_gains_where_somebody_mixes(gain: float, held: bool) -> None:
    """One actor, indifferent between two of three options but for the gain, mixes them."""
    numeric = build(("s", "s", {"l": (1.0 + gain, 0), "r": (1, 0), "x": (0, 0)}), ("s", "r")).at({})
    behaviour, exponents = np.array([[0.5], [0.5], [0.0]]), np.array([[0], [0], [1]])
    assert holds(numeric, behaviour, exponents) is held
    assert judged(numeric, behaviour[:, 0], exponents[:, 0]).holds is held


def test_a_share_too_small_to_matter_counts_as_played() -> None:
    numeric = build(("s", "s", {"l": (1, 0), "r": (0, 0)}), ("s", "r")).at({})
    behaviour, exponents = np.array([[1.0], [1e-13]]), np.array([[0], [0]])
    assert not holds(numeric, behaviour, exponents)
    assert not judged(numeric, behaviour[:, 0], exponents[:, 0]).holds


def test_a_deviation_off_the_path_counts_whole() -> None:
    """The first actor ends the game; the second, never reached, answers wrongly by a tenth."""
    tree = ("a", "first", {"end": (2, 0), "go": ("b", "second", {"l": (1, 0), "r": (1, Fraction(1, 10))})})
    numeric = build(tree, ("a", "b")).at({})
    behaviour, exponents = np.array([[1.0], [0.0], [1.0], [0.0]]), np.array([[0], [1], [0], [1]])
    verdicts = verify_batch(Batch.of(numeric), behaviour, exponents)
    assert verdicts.gain[0] == pytest.approx(1.0)
    assert not verdicts.holds[0]


def test_each_draw_has_a_verdict_of_its_own() -> None:
    good, gaining = quiet(), quiet(1e-3)
    given = stacked([good, gaining, good, good])
    right, wrong = claim(good), claim(good, sa=2, sb=1)
    behaviour = np.hstack([right[0]] * 4)
    exponents = np.hstack([right[1], right[1], wrong[1], right[1]])
    assert verify_batch(given, behaviour, exponents).holds.tolist() == [True, False, False, True]


def without_branch(numeric: NumericGame) -> Batch:
    """The game with the first branch of its first chance move at probability zero."""
    given, branches = Batch.of(numeric), numeric.game.children(0)
    chance = given.chance.copy()
    chance[branches.stop - 1] += chance[branches.start]
    chance[branches.start] = 0.0
    return Batch(given.game, given.draws, given.values, chance, given.payoffs)


def test_a_draw_without_a_branch_of_chance_is_refused() -> None:
    """The game is one for the other verifier: here both types are of one mind and no set is left without nodes."""
    sender = ("s", "S", {"in": (0, 0), "out": (1, 1)})
    given = without_branch(build(("chance", {"a": ("1/4", sender), "b": ("3/4", sender)}), ("s", "r")).at({}))
    assert given.pruned.tolist() == [True]
    verdicts = verify_batch(given, np.array([[0.0], [1.0]]), np.array([[1], [0]]))
    assert not verdicts.holds[0]
    assert np.isnan(verdicts.gain[0])


def test_a_draw_in_which_an_information_set_is_void_is_refused() -> None:
    numeric = quiet()
    assert not verify_batch(without_branch(numeric), *claim(numeric)).holds[0]


def test_coefficients_whose_products_are_hardly_numbers() -> None:
    """Two mistakes in a row on either side of the same odds: in subnormal numbers their ratio 1.04 becomes 2.

    The receiver needs 1.3 for u.
    """
    ways = {
        name: (
            "s",
            f"s{name}",
            {"in": ("t", f"t{name}", {"in": ("r", "R", answers), "out": (0, 0, 1)}), "out": (1, 0, 0)},
        )
        for name, answers in (
            ("a", {"u": (0, 1, 0), "d": (0, 0, 0)}),
            ("b", {"u": (0, 0, 0), "d": (0, Fraction(13, 10), 0)}),
        )
    }
    numeric = build(("chance", {name: ("1/2", way) for name, way in ways.items()}), ("s", "r", "t")).at({})
    tiny = 3.863e-162
    behaviour = np.array([float(o in ("out", "u")) for own in numeric.game.infosets for o in own.options])
    weights = np.where(behaviour > 0, 1.0, tiny)
    weights[slot_of(numeric, "tb", "in")] *= 1.45 / 1.51
    exponents = np.where(behaviour > 0, 0, 1)
    assert not judged(numeric, behaviour, exponents, weights).holds
    with np.errstate(all="ignore"):
        assert not holds(numeric, behaviour[:, None], exponents[:, None], weights[:, None])


def test_games_without_recall_or_order_are_refused() -> None:
    """An actor that forgets what it chose."""
    tree = ("a", "one", {"l": ("a", "two", {"x": (1,), "y": (0,)}), "r": ("a", "two", {"x": (0,), "y": (1,)})})
    numeric = build(tree, ("a",)).at({})
    assert not numeric.game.perfect_recall
    with pytest.raises(ConceptError, match="perfect recall"):
        verify_batch(Batch.of(numeric), np.array([[1.0], [0.0]] * 2), np.array([[0], [1]] * 2))


# --- consequences, and what the module is made of -------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_reach_and_payoffs_are_those_of_exact_play(family: str) -> None:
    games = [FAMILIES[family](seed) for seed in range(8)]
    given = stacked([game.at({}) for game in games])
    behaviour, exponents, _ = random_profiles(given.game, np.random.default_rng(2), len(games), 0.5)
    verdicts = verify_batch(given, behaviour, exponents)
    for column, game in enumerate(games):
        exact = exact_verifier.Exact.of(game, [Fraction(float(share)) for share in behaviour[:, column]])
        for node in range(game.n_nodes):
            reach, above = Fraction(1), 0
            for step in exact.history(node):
                reach, above = reach * exact.branch(above, step), step
            assert verdicts.reach[node, column] == pytest.approx(float(reach), abs=1e-14)
        expected = [float(exact.value(0, actor)) for actor in range(len(game.actors))]
        np.testing.assert_allclose(verdicts.payoffs[:, column], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("part", [verify_batch, check_of], ids=["verifier", "kernel"])
def test_nothing_is_shared_with_a_solver(part: Callable[..., object]) -> None:
    source = Path(inspect.getfile(part)).read_text(encoding="utf-8")
    imported = [
        name
        for statement in ast.walk(ast.parse(source))
        if isinstance(statement, ast.Import | ast.ImportFrom)
        for name in (
            [statement.module or "." * statement.level]
            if isinstance(statement, ast.ImportFrom)
            else [alias.name for alias in statement.names]
        )
    ]
    assert "standoff.game.game" in imported
    own = "standoff.solve.verify_kernel"
    assert [name for name in imported if ("solve" in name or name.startswith(".")) and name != own] == []
