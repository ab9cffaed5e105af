import io
import itertools
from fractions import Fraction

import numpy as np
import pytest

from standoff.errors import ConceptError
from standoff.solve.extreme import Budget, extreme_equilibria
from standoff.solve.nash import extreme_nash, pure_nash
from standoff.solve.normal_form import normal_form
from standoff.solve.verify import verify
from unit.solve.build import numeric
from unit.solve.enumeration import key, options_played, profiles, values
from unit.solve.random_trees import FAMILIES, deterrence, efg_text, signalling, two_sided

PLAYERS = {signalling: ("S", "R"), deterrence: ("C", "D"), two_sided: ("S", "R")}


def gambit_game(tree, actors):
    pygambit = pytest.importorskip("pygambit")
    return pygambit, pygambit.read_efg(io.StringIO(efg_text(tree, actors)))


def gambit_strategies(theirs, ours, actor):
    """Gambit's strategies of a player, by label, as sets of (information set, option) of our game."""
    nodes = {ours.game.history(node): node for node in range(ours.game.n_nodes)}
    result = {}
    for label in theirs.get_strategies(actor):
        choices = set()
        for history, option in theirs.get_behavior(actor, label).items():
            infoset = int(ours.game.infoset[nodes["/".join(history.actions)]])
            if option is not None:
                choices.add((infoset, ours.game.infosets[infoset].options.index(option)))
        result[label] = frozenset(choices)
    return result


def gambit_mixtures(equilibria, strategies, actors):
    """Each equilibrium as one frozenset of (strategy, probability) per player."""
    return {
        tuple(
            frozenset(
                (own, Fraction(str(profile[actor][label])))
                for label, own in strategies[actor].items()
                if profile[actor][label]
            )
            for actor in actors
        )
        for profile in equilibria
    }


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("integers", [False, True], ids=["generic", "ties"])
@pytest.mark.parametrize("family", FAMILIES)
def test_pure_equilibria_equal_gambits(family, integers, seed):
    actors, tree = PLAYERS[family], family(seed, integers)
    pygambit, theirs = gambit_game(tree, actors)
    ours = numeric(tree, actors)
    strategies = {actor: gambit_strategies(theirs, ours, actor) for actor in actors}
    expected = gambit_mixtures(pygambit.nash.enumpure_solve(theirs).equilibria, strategies, actors)
    result = pure_nash(ours)
    assert result.complete
    found = set()
    for candidate in result.candidates:
        played = set(options_played(ours, candidate.behaviour).items())
        matching = [[own for own in strategies[actor].values() if own <= played] for actor in actors]
        assert [len(own) for own in matching] == [1, 1]  # a behaviour contains one reduced strategy of each
        found.add(tuple(frozenset({(own[0], Fraction(1))}) for own in matching))
    assert found == expected
    assert len(found) == len(result.candidates)


EXTREME = [(signalling, seed) for seed in range(6)] + [(two_sided, seed) for seed in range(6)]
EXTREME += [(deterrence, seed) for seed in (0, 2)]  # Gambit needs seconds for each of these


@pytest.mark.parametrize("integers", [False, True], ids=["generic", "ties"])
@pytest.mark.parametrize(("family", "seed"), EXTREME)
def test_extreme_equilibria_equal_gambits(family, integers, seed):
    actors, tree = PLAYERS[family], family(seed, integers)
    pygambit, theirs = gambit_game(tree, actors)
    ours = numeric(tree, actors)
    strategies = {actor: gambit_strategies(theirs, ours, actor) for actor in actors}
    answer = pygambit.nash.enummixed_solve(theirs, rational=True)
    expected = gambit_mixtures(answer.equilibria, strategies, actors)
    result = extreme_nash(ours)
    assert result.complete
    found = {
        tuple(
            frozenset((frozenset(s), share) for s, share in zip(own, mixture, strict=True) if share)
            for own, mixture in zip(result.strategies, pair, strict=True)
        )
        for pair in result.mixtures
    }
    assert found == expected
    assert len(found) == len(result.mixtures)
    assert all(verify(ours, candidate, "nash").holds for candidate in result.candidates)


@pytest.mark.parametrize("family", FAMILIES)
def test_behaviour_of_a_mixture_has_its_outcomes(family):
    ours = numeric(family(2, True), PLAYERS[family])
    form = normal_form(ours, 0, range(len(ours.game.infosets)), {}, 10_000)
    result = extreme_nash(ours)
    wanted = set()
    for pair in result.mixtures:
        reach = [np.array([float(p) for p in own]) @ allowed for own, allowed in zip(pair, form.reach, strict=True)]
        wanted.add(tuple(np.round(form.chance * reach[0] * reach[1], 9)))
    got = set()
    for candidate in result.candidates:
        game = ours.game
        share = np.ones(game.n_nodes)
        for node in range(1, game.n_nodes):
            slot = game.slot[node]
            share[node] = share[game.parent[node]] * (candidate.behaviour[slot] if slot >= 0 else ours.chance[node])
        got.add(tuple(np.round(share[game.terminals], 9)))
    assert got == wanted


def bimatrix(first, second):
    found = extreme_equilibria(first, second, Budget(100_000))
    assert len(found) == len(set(found))
    return set(found)


def test_extreme_equilibria_of_textbook_games():
    half, third = Fraction(1, 2), Fraction(1, 3)
    battle = bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    assert battle == {((1, 0), (1, 0)), ((0, 1), (0, 1)), ((2 * third, third), (third, 2 * third))}
    assert bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]]) == {((half, half), (half, half))}
    assert bimatrix([[0]], [[0]]) == {((1,), (1,))}
    # rock, scissors, paper; more rows than columns is the same game turned round
    cycle = [[0, 1, -1], [-1, 0, 1], [1, -1, 0]]
    assert bimatrix(cycle, [[-x for x in row] for row in cycle]) == {((third,) * 3, (third,) * 3)}


def test_a_degenerate_game_has_all_its_extreme_equilibria():
    """Row 1 is best while column 1 has at least 2/3; columns tie on row 1, and column 2 is better on row 2."""
    found = bimatrix([[3, 0], [2, 2]], [[1, 1], [0, 1]])
    assert found == {((1, 0), (1, 0)), ((1, 0), (Fraction(2, 3), Fraction(1, 3))), ((0, 1), (0, 1))}


@pytest.mark.parametrize("seed", range(20))
def test_extreme_equilibria_equal_support_enumeration(seed):
    """Nondegenerate games: every equilibrium is extreme, and solves the indifference equations of equal supports."""
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(2, 5, 2)
    a, b = rng.integers(0, 1000, (rows, columns)), rng.integers(0, 1000, (rows, columns))
    expected = set()
    for size in range(1, min(rows, columns) + 1):
        for own in itertools.combinations(range(rows), size):
            for other in itertools.combinations(range(columns), size):
                x, y = indifferent(b[np.ix_(own, other)].T), indifferent(a[np.ix_(own, other)])
                if x is None or y is None or min(x) <= 0 or min(y) <= 0:
                    continue
                full_x, full_y = np.zeros(rows), np.zeros(columns)
                full_x[list(own)], full_y[list(other)] = x, y
                replies, answers = a @ full_y, full_x @ b
                if (
                    replies.max() <= replies[list(own)].max() + 1e-9
                    and answers.max() <= answers[list(other)].max() + 1e-9
                ):
                    expected.add((*np.round(full_x, 8), *np.round(full_y, 8)))
    found = {tuple(np.round([float(p) for p in (*x, *y)], 8)) for x, y in bimatrix(a.tolist(), b.tolist())}
    assert found == expected


@pytest.mark.parametrize("seed", range(25))
def test_equilibria_of_degenerate_games_are_vertices(seed):
    """Payoffs 0 and 1 tie everywhere: each strategy must be pinned down by the inequalities that hold with equality."""
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 2, (4, 5)), rng.integers(0, 2, (4, 5))
    for x, y in bimatrix(a.tolist(), b.tolist()):
        assert is_vertex(np.array([float(p) for p in y]), a)
        assert is_vertex(np.array([float(p) for p in x]), b.T)


def is_vertex(mixture, payoffs):
    """Whether the played probabilities are the only solution of: ties of the best rows, and sum one."""
    played = mixture > 0
    worth = payoffs @ mixture
    best = payoffs[np.isclose(worth, worth.max())][:, played]
    return np.linalg.matrix_rank(np.vstack([best - best[:1], np.ones((1, played.sum()))])) == played.sum()


def test_a_constant_game_has_only_pure_extreme_equilibria():
    corners = {tuple(int(i == j) for j in range(4)) for i in range(4)}
    assert bimatrix([[1] * 4] * 4, [[1] * 4] * 4) == set(itertools.product(corners, corners))


def indifferent(payoffs):
    """Probabilities that make all rows worth the same; None if there are none."""
    size = len(payoffs)
    system = np.block([[payoffs.astype(float), -np.ones((size, 1))], [np.ones((1, size)), np.zeros((1, 1))]])
    if abs(np.linalg.det(system)) < 1e-9:
        return None
    return np.linalg.solve(system, np.append(np.zeros(size), 1))[:size]


@pytest.mark.parametrize("seed", range(6))
def test_three_actors_equal_brute_force(seed):
    """Three actors with one information set each, the third sees whether the first two agree."""
    rng = np.random.default_rng(seed)

    def third(a, b):
        return ("three", f"c{a == b}", {c: tuple(int(x) for x in rng.integers(0, 4, 3)) for c in "xy"})

    tree = ("one", "a", {a: ("two", "b", {b: third(a, b) for b in "xy"}) for a in "xy"})
    game = numeric(tree, ("one", "two", "three"))
    every = {key(profile): values(game, profile)[0][0] for profile in profiles(game)}
    owner = {h: infoset.actor for h, infoset in enumerate(game.game.infosets)}

    def stable(profile):
        return all(
            other[actor] <= every[profile][actor] + 1e-12
            for actor in range(3)
            for alternative, other in every.items()
            if all(owner[h] == actor or dict(profile)[h] == option for h, option in alternative)
        )

    found = {key(options_played(game, own.behaviour)) for own in pure_nash(game).candidates}
    assert found == {profile for profile in every if stable(profile)}
    with pytest.raises(ConceptError, match="two actors"):
        extreme_nash(game)


def test_reduced_strategies_leave_out_what_own_choices_rule_out():
    later = ("one", "later", {"l": (1, 0), "r": (2, 1)})
    game = numeric(("one", "now", {"stop": (1, 1), "go": ("two", "middle", {"u": (0, 0), "d": later})}))
    form = normal_form(game, 0, range(len(game.game.infosets)), {}, 1_000)
    assert form.shape == (3, 2)  # stop; go and l; go and r
    (stop,) = [own for own in pure_nash(game).candidates if own.behaviour[0] == 1]
    assert stop.behaviour.tolist() == [1, 0, 1, 0, 1, 0]  # first options where the own choice rules the set out


def test_imperfect_recall_pure_equilibria():
    """The absent-minded driver (two exits, one information set): going on twice is worth 1, exiting at once 0."""
    again = ("driver", "exit", {"leave": (4, 0), "on": (1, 0)})
    game = numeric(("driver", "exit", {"leave": (0, 0), "on": again}), ("driver", "other"))
    assert not game.game.perfect_recall
    (only,) = pure_nash(game).candidates
    assert only.behaviour.tolist() == [0.0, 1.0]
    with pytest.raises(ConceptError, match="perfect recall"):
        extreme_nash(game)


def test_forgetting_one_actor_maximises_over_pairs_of_choices():
    """One forgets its first choice: only matching the better side is a maximum, since both choices may change."""

    def second(side):
        return ("one", "second", {"l": (int(side == "l"), 0), "r": (2 * int(side == "r"), 0)})

    game = numeric(("one", "first", {"l": second("l"), "r": second("r")}), ("one", "two"))
    assert not game.game.perfect_recall
    found = [options_played(game, own.behaviour) for own in pure_nash(game).candidates]
    assert [tuple(own.values()) for own in found] == [(1, 1)]


def test_one_mover_and_no_mover():
    alone = numeric(("one", "a", {"x": (1, 0), "y": (3, 0), "z": (3, 0)}), ("one", "two"))
    assert len(pure_nash(alone).candidates) == 2
    assert len(extreme_nash(alone).candidates) == 2
    nobody = numeric(("chance", {"a": ("1/2", (1, 0)), "b": ("1/2", (0, 1))}), ("one", "two"))
    assert len(pure_nash(nobody).candidates) == 1
    assert len(extreme_nash(nobody).candidates) == 1


def test_limits_are_said():
    game = numeric(two_sided(0), ("S", "R"))
    assert not pure_nash(game, limit=10).complete
    assert not extreme_nash(game, limit=10).complete
    assert not pure_nash(numeric(two_sided(1, True), ("S", "R")), max_results=1).complete
