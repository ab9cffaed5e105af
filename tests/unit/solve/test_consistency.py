from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from standoff.solve import consistency
from standoff.solve.assessment import assess
from standoff.solve.consistency import (
    exponents_for,
    log_coefficients_for,
    make_pattern,
    monomials,
    witness_for_supports,
)
from standoff.solve.consistency_weights import BeliefConstraint, Verdict, independent, weights_for_beliefs
from standoff.solve.exact import fraction, minimise
from unit.solve.build import numeric
from unit.solve.random_trees import FAMILIES


@pytest.mark.parametrize("seed", range(40))
def test_exact_programme_agrees_with_highs(seed):
    rng = np.random.default_rng(seed)
    for _ in range(5):
        rows = rng.integers(-3, 4, rng.integers(1, 8, 2))
        bounds, cost = rng.integers(-4, 5, len(rows)), rng.integers(0, 4, rows.shape[1])
        found = minimise(cost.tolist(), rows.tolist(), bounds.tolist())
        expected = linprog(cost, A_ub=rows, b_ub=bounds)
        assert (found is None) == (expected.status == 2)
        if found is not None:
            assert min(found) >= 0
            for row, bound in zip(rows.tolist(), bounds.tolist(), strict=True):
                assert sum(a * v for a, v in zip(row, found, strict=True)) <= bound
            assert float(sum(c * v for c, v in zip(cost.tolist(), found, strict=True))) == pytest.approx(expected.fun)


def test_floats_become_the_fractions_they_were_written_as():
    assert fraction(0.1) == Fraction(1, 10)
    assert fraction(1 / 3) == Fraction(1, 3)
    odd = 0.1 + 0.2
    assert fraction(odd) == Fraction(odd) != Fraction(3, 10)


def test_exact_programme_knows_a_knife_edge():
    # x >= 1/3 and x <= 1/3 has one point; moving either by 1e-300 leaves none
    third, tiny = Fraction(1, 3), Fraction(1, 10**300)
    assert minimise([1], [[-1], [1]], [-third, third]) == (third,)
    assert minimise([1], [[-1], [1]], [-third - tiny, third]) is None


def cheapest(masks, costs):
    totals = [sum(cost for slot, cost in enumerate(costs) if mask >> slot & 1) for mask in masks]
    return frozenset(index for index, total in enumerate(totals) if total == min(totals))


@pytest.mark.parametrize("seed", range(12))
def test_exponents_exist_exactly_for_patterns_that_some_costs_bring_about(seed):
    """Against all costs 1..4 for four slots; a sample of the others is checked with HiGHS, without reductions."""
    rng = np.random.default_rng(seed)
    sets = [sorted({int(mask) for mask in rng.integers(1, 16, 3)}) for _ in range(3)]
    realised = {tuple(cheapest(masks, costs) for masks in sets) for costs in product(range(1, 5), repeat=4)}
    choices = [
        [frozenset(i for i in range(len(masks)) if bits >> i & 1) for bits in range(1, 2 ** len(masks))]
        for masks in sets
    ]
    for supports in product(*choices):
        patterns = [
            make_pattern((m for i, m in enumerate(masks) if i in own), (m for i, m in enumerate(masks) if i not in own))
            for masks, own in zip(sets, supports, strict=True)
        ]
        solved = None if None in patterns else exponents_for(patterns)
        if solved is not None:
            costs = [solved.get(slot, Fraction(1)) for slot in range(4)]
            assert tuple(cheapest(masks, costs) for masks in sets) == supports
        else:
            assert supports not in realised
            assert rng.random() > 0.05 or not feasible_by_highs(sets, supports)


def feasible_by_highs(sets, supports):
    equal, less = [], []
    for masks, own in zip(sets, supports, strict=True):
        vectors = [np.array([mask >> slot & 1 for slot in range(4)]) for mask in masks]
        first = vectors[min(own)]
        equal += [vectors[i] - first for i in own]
        less += [first - vectors[i] for i in range(len(masks)) if i not in own]
    answer = linprog(
        np.ones(4),
        A_ub=np.array(less) if less else None,
        b_ub=-np.ones(len(less)) if less else None,
        A_eq=np.array(equal),
        b_eq=np.zeros(len(equal)),
        bounds=(1, None),
    )
    return answer.status == 0


def random_trembles(game, rng, mixed):
    """A support, exponents, behaviour and log coefficients at random."""
    support = np.zeros(game.game.n_slots, dtype=bool)
    behaviour = np.zeros(game.game.n_slots)
    for h in range(len(game.game.infosets)):
        slots = np.arange(game.game.options(h).start, game.game.options(h).stop)
        size = rng.integers(1, len(slots) + 1) if mixed else 1
        chosen = rng.choice(slots, size, replace=False)
        support[chosen] = True
        behaviour[chosen] = rng.dirichlet(np.ones(size))
    exponents = [Fraction(0) if inside else Fraction(int(rng.integers(1, 4))) for inside in support]
    logs = np.where(support, np.log(np.where(support, behaviour, 1.0)), rng.normal(size=len(support)))
    return support, exponents, behaviour, logs


@pytest.mark.parametrize("exact_cells", [0, 3_000], ids=["highs", "fractions"])
@pytest.mark.parametrize("family", FAMILIES)
def test_witness_and_coefficients_reproduce_beliefs_of_random_trembles(family, exact_cells, monkeypatch):
    monkeypatch.setattr(consistency, "_EXACT_CELLS", exact_cells)
    consistency._solve_group.cache_clear()
    rng = np.random.default_rng(7)
    for seed in range(12):
        game = numeric(family(seed))
        support, exponents, behaviour, logs = random_trembles(game, rng, mixed=seed % 2)
        wanted = assess(game, exponents, logs)
        supports = {
            h: frozenset(int(x) for x in nodes if wanted.beliefs[x] > 0) for h, nodes in enumerate(game.members)
        }
        found = witness_for_supports(game, support, supports)
        assert found is not None
        log_k = log_coefficients_for(game, found, behaviour, wanted.beliefs)
        again = assess(game, found, log_k)
        np.testing.assert_allclose(again.beliefs, wanted.beliefs, atol=1e-10)
        np.testing.assert_allclose(again.behaviour, behaviour, atol=1e-12)
    consistency._solve_group.cache_clear()


def sender(replies):
    """One actor, three options; what follows L and R is one information set for each of the others."""
    return ("one", "choose", {"out": (0, 0, 0), "L": replies("L"), "R": replies("R")})


def test_beliefs_that_share_a_tremble_must_agree():
    def replies(side):
        third = {"x": (1, 1, 1), "y": (1, 1, 1)}
        return ("two", "second", {"x": ("three", "third", third), "y": ("three", "third", third)})

    game = numeric(sender(replies), ("one", "two", "three"))
    nodes = {game.game.history(n): n for n in range(game.game.n_nodes)}
    names = {infoset.move: h for h, infoset in enumerate(game.game.infosets)}
    support = np.zeros(game.game.n_slots, dtype=bool)
    support[game.game.slot_start[:-1]] = True
    second, third = names["second"], names["third"]
    left, right = frozenset({nodes["L"]}), frozenset({nodes["R"]})
    agreeing = {second: left, third: frozenset({nodes["L/x"]})}
    disagreeing = {second: right, third: frozenset({nodes["L/x"]})}
    assert witness_for_supports(game, support, agreeing) is not None
    assert witness_for_supports(game, support, disagreeing) is None
    assert (
        witness_for_supports(game, support, {third: frozenset({nodes["L/y"]})}) is None
    )  # y after L costs more than x
    assert monomials(game, support)[nodes["L/y"]].bit_count() == 2


def test_void_sets_follow_the_convention_and_dead_nodes_do_not_exist():
    reply = ("two", "reply", {"a": (1, 0), "b": (0, 1)})
    hidden = ("two", "hidden", {"a": (1, 0), "b": (0, 1)})
    game = numeric(("chance", {"u": (1, ("one", "o", {"x": (0, 0), "y": reply})), "v": (0, hidden)}), ("one", "two"))
    names = {infoset.move: h for h, infoset in enumerate(game.game.infosets)}
    support = np.array([name in ("x", "b") for infoset in game.game.infosets for name in infoset.options])
    found = witness_for_supports(game, support, {})
    assert found is not None
    own = found[game.game.options(names["hidden"])]
    assert own == (0, 1)  # although the support given says b
    assert found[game.game.options(names["reply"])] == (1, 0)


FOUR = (0b0101, 0b1001, 0b0110, 0b1010)  # k0 or k1 times k2 or k3


def shares(constraint, weights):
    logs = dict(weights.log_coefficients)
    raw = [
        known * np.exp(sum(logs.get(slot, 0.0) for slot in range(8) if mask >> slot & 1))
        for mask, known in zip(constraint.monomials, constraint.known, strict=True)
    ]
    return np.array(raw) / sum(raw)


@pytest.mark.parametrize(
    ("floor", "verdict"), [(0.2, Verdict.FOUND), (0.26, Verdict.IMPOSSIBLE), (0.45, Verdict.IMPOSSIBLE)]
)
def test_products_bound_beliefs_about_independent_types(floor, verdict):
    """mu(au) = pq >= f and mu(bv) = (1-p)(1-q) >= f has a solution exactly for f <= 1/4 (at p = q = 1/2)."""
    rows = tuple(tuple(floor - (node == wanted) for node in range(4)) for wanted in (0, 3))
    constraint = BeliefConstraint(FOUR, (0.63, 0.07, 0.27, 0.03), rows)
    assert not independent([constraint])
    weights = weights_for_beliefs([constraint])
    assert weights.verdict is verdict
    if verdict is Verdict.FOUND:
        mu = shares(constraint, weights)
        assert min(mu[0], mu[3]) >= floor - 1e-9
        assert mu[0] * mu[3] == pytest.approx(mu[1] * mu[2])  # independence is kept


def test_a_time_out_is_undecided_not_dropped():
    rng = np.random.default_rng(3)
    masks = tuple(1 << i | 1 << (4 + j) | 1 << (8 + k) for i in range(3) for j in range(3) for k in range(3))
    target = np.zeros(27)
    target[::13] = 1 / 3  # a correlated belief: not a product, so only an exhaustive argument excludes it
    rows = tuple(tuple((0.2 - (node == wanted)) for node in range(27)) for wanted in (0, 13, 26))
    rows += tuple(tuple(rng.normal(size=27) - 0.5) for _ in range(6))
    constraint = BeliefConstraint(masks, (1.0,) * 27, rows)
    assert weights_for_beliefs([constraint], timeout=0.001).verdict is not Verdict.FOUND


def test_shared_monomials_are_decided_together():
    """Both sets have the belief (p, 1-p): p >= 0.6 at one and p <= 0.4 at the other cannot be, 0.3 and 0.7 can."""
    for low, high, verdict in ((0.6, 0.4, Verdict.IMPOSSIBLE), (0.3, 0.7, Verdict.FOUND), (0.5, 0.5, Verdict.FOUND)):
        first = BeliefConstraint((0b001, 0b010), (0.5, 0.5), ((low - 1, low),))
        second = BeliefConstraint((0b101, 0b110), (0.5, 0.5), ((1 - high, -high),))  # the same ones times a common slot
        weights = weights_for_beliefs([first, second])
        assert weights.verdict is verdict
        if verdict is Verdict.FOUND:
            assert low - 1e-12 <= shares(first, weights)[0] <= high + 1e-12
            assert shares(second, weights)[0] == pytest.approx(shares(first, weights)[0])
