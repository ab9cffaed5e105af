"""Elimination in a planned order against numpy's, on random sparse shapes, for few draws and for many."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from standoff.game.game import Bools, Floats
from standoff.solve.elimination import FEW, Elimination

MANY = FEW + 17


def tree(rng: np.random.Generator, size: int) -> Bools:
    """Every unknown meets one before it."""
    shape = np.zeros((size, size), dtype=bool)
    for own in range(1, size):
        other = int(rng.integers(own))
        shape[own, other] = shape[other, own] = True
    return shape


def scattered(rng: np.random.Generator, size: int) -> Bools:
    """About a quarter of all entries, not symmetric, some of the diagonal missing."""
    return np.asarray(rng.random((size, size)) < 0.25)


def triangle(rng: np.random.Generator, size: int) -> Bools:
    """Entries on one side only."""
    return np.asarray(np.tril(rng.random((size, size)) < 0.4))


def blocks(rng: np.random.Generator, size: int) -> Bools:
    """Groups of unknowns that do not meet."""
    group = rng.integers(0, 3, size=size)
    return np.asarray(group[:, None] == group)


SHAPES: tuple[Callable[[np.random.Generator, int], Bools], ...] = (tree, scattered, triangle, blocks)


def matrices(rng: np.random.Generator, shape: Bools, draws: int) -> Floats:
    """[draw, unknown, unknown] with nothing outside the shape and large diagonals of either sign."""
    size = len(shape)
    result = np.where(shape, rng.uniform(-1, 1, size=(draws, size, size)), 0.0)
    sign = rng.choice([-1.0, 1.0], size=(draws, size))
    result[:, np.arange(size), np.arange(size)] = sign * (np.abs(result).sum(axis=2) + 0.5)
    return result


def stored(plan: Elimination, matrix: Floats) -> Floats:
    """[stored, draw] the entries of matrices; nothing may be lost."""
    values = np.ascontiguousarray(matrix[:, plan.rows, plan.columns].T)
    back = np.zeros_like(matrix)
    back[:, plan.rows, plan.columns] = values.T
    np.testing.assert_array_equal(back, matrix)
    return values


def solved(plan: Elimination, matrix: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Solutions and signs, from copies that may be used up."""
    return plan.solve(stored(plan, matrix), right.copy())


def by_numpy(matrix: Floats, right: Floats) -> tuple[Floats, Floats]:
    solutions = [np.linalg.solve(own, right[:, :, draw]) for draw, own in enumerate(matrix)]
    return np.stack(solutions, axis=-1), np.array([np.linalg.slogdet(own)[0] for own in matrix])


@pytest.mark.parametrize("draws", [1, FEW - 1, FEW, MANY])
@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize("make", SHAPES)
def test_solutions_and_signs(make: Callable[[np.random.Generator, int], Bools], sides: int, draws: int) -> None:
    rng = np.random.default_rng([draws, sides])
    seen = set()
    for size in (1, 2, 3, 5, 8, 13, 21):
        shape = make(rng, size)
        before = shape.copy()
        plan = Elimination(shape)
        np.testing.assert_array_equal(shape, before)
        matrix, right = matrices(rng, shape, draws), rng.normal(size=(size, sides, draws))
        found, sign = solved(plan, matrix, right)
        expected, signs = by_numpy(matrix, right)
        assert found.shape == (size, sides, draws)
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
        np.testing.assert_array_equal(sign, signs)
        seen.update(sign.tolist())
    assert seen == {-1.0, 1.0}


def test_every_pair_of_places_is_stored_once_and_those_of_the_shape_are() -> None:
    rng = np.random.default_rng(3)
    for size in (1, 4, 12):
        shape = scattered(rng, size)
        plan = Elimination(shape)
        pairs = list(zip(plan.rows.tolist(), plan.columns.tolist(), strict=True))
        assert len(set(pairs)) == len(pairs)
        needed = shape | shape.T | np.eye(size, dtype=bool)
        assert set(pairs) >= {(int(row), int(column)) for row, column in np.argwhere(needed)}
        assert [pairs[place] for place in plan.diagonal.tolist()] == [(own, own) for own in range(size)]


def test_a_tree_does_not_fill_in() -> None:
    """Leaves first: no entry beyond those of the tree and the diagonal, in whatever order its nodes are numbered."""
    rng = np.random.default_rng(4)
    for size in (2, 7, 30):
        order = rng.permutation(size)
        assert len(Elimination(tree(rng, size)[np.ix_(order, order)]).rows) == size + 2 * (size - 1)


@pytest.mark.parametrize("make", SHAPES)
def test_the_two_ways_agree(make: Callable[[np.random.Generator, int], Bools]) -> None:
    """Draws a few at a time, and all at once."""
    rng = np.random.default_rng(5)
    shape = make(rng, 10)
    plan = Elimination(shape)
    matrix, right = matrices(rng, shape, MANY), rng.normal(size=(10, 2, MANY))
    together, signs = solved(plan, matrix, right)
    for begin in range(0, MANY, 7):
        part, sign = solved(plan, matrix[begin : begin + 7], right[:, :, begin : begin + 7])
        np.testing.assert_allclose(part, together[:, :, begin : begin + 7], rtol=1e-10, atol=1e-12)
        np.testing.assert_array_equal(sign, signs[begin : begin + 7])


def test_pivots_that_are_small_by_chance() -> None:
    """Entries without a large diagonal: less exact where pivots are small, but what is solved is the system."""
    rng = np.random.default_rng(6)
    shape = scattered(rng, 7) | np.eye(7, dtype=bool)
    plan = Elimination(shape)
    matrix = np.where(shape, rng.normal(size=(MANY, 7, 7)), 0.0)
    right = rng.normal(size=(7, 2, MANY))
    found, sign = solved(plan, matrix, right)
    expected, signs = by_numpy(matrix, right)
    size = np.abs(expected).max(axis=(0, 1))
    assert (np.abs(found - expected).max(axis=(0, 1)) / size).max() < 1e-7
    np.testing.assert_array_equal(sign, signs)


@pytest.mark.parametrize("draws", [5, MANY])
def test_singular_matrices_are_not_finite_and_leave_the_others_alone(draws: int) -> None:
    """A row of zeros, a column of zeros, and a row that is twice another (in numbers that are halved without error)."""
    rng = np.random.default_rng(7)
    shape = blocks(rng, 6) | np.eye(6, dtype=bool)
    shape[0, 1] = shape[1, 0] = True
    plan = Elimination(shape)
    matrix, right = matrices(rng, shape, draws), rng.normal(size=(6, 2, draws))
    regular = by_numpy(matrix[3:], right[:, :, 3:])
    matrix[0, 2], matrix[1, :, 3] = 0.0, 0.0
    matrix[2] = np.eye(6)
    matrix[2, :2, :2] = [[1, 2], [2, 4]]
    found, sign = solved(plan, matrix, right)
    for draw in range(3):
        assert np.linalg.matrix_rank(matrix[draw]) < 6
        assert not np.isfinite(found[:, :, draw]).all()
        assert abs(sign[draw]) != 1
    np.testing.assert_allclose(found[:, :, 3:], regular[0], rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(sign[3:], regular[1])


@pytest.mark.parametrize(("where", "bad"), [("matrix", np.nan), ("right", np.nan), ("right", np.inf)])
@pytest.mark.parametrize("draws", [5, MANY])
def test_what_is_not_finite_stays_in_its_draw(where: str, draws: int, bad: float) -> None:
    rng = np.random.default_rng(8)
    shape = tree(rng, 5)
    plan = Elimination(shape)
    matrix, right = matrices(rng, shape, draws), rng.normal(size=(5, 1, draws))
    expected, _ = by_numpy(matrix, right)
    if where == "matrix":
        matrix[1, 3, 3] = bad
    else:
        right[3, 0, 1] = bad
    found, _ = solved(plan, matrix, right)
    assert not np.isfinite(found[:, :, 1]).all()
    others = np.arange(draws) != 1
    np.testing.assert_allclose(found[..., others], expected[..., others], rtol=1e-10, atol=1e-12)


def test_a_pivot_that_vanishes_is_not_replaced_where_there_are_many_draws() -> None:
    """The matrix that swaps two unknowns: numpy looks for another pivot, the stages say that they have none."""
    swap = np.array([[0.0, 1.0], [1.0, 0.0]])
    plan = Elimination(swap > 0)
    right = np.array([3.0, 4.0])[:, None, None]
    few, sign = solved(plan, np.repeat(swap[None], 2, axis=0), np.repeat(right, 2, axis=2))
    np.testing.assert_allclose(few[:, 0], [[4.0, 4.0], [3.0, 3.0]])
    assert sign.tolist() == [-1.0, -1.0]
    many, _ = solved(plan, np.repeat(swap[None], MANY, axis=0), np.repeat(right, MANY, axis=2))
    assert not np.isfinite(many).any()


@pytest.mark.parametrize("draws", [1, MANY])
def test_nothing_to_solve(draws: int) -> None:
    plan = Elimination(np.zeros((0, 0), dtype=bool))
    found, sign = plan.solve(np.zeros((0, draws)), np.zeros((0, 2, draws)))
    assert found.shape == (0, 2, draws)
    assert sign.tolist() == [1.0] * draws
