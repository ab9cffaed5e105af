from fractions import Fraction

import numpy as np
import pytest

from standoff.errors import ConceptError
from standoff.solve import backward
from standoff.solve.assessment import Assessment
from standoff.solve.backward import subgame_perfect
from standoff.solve.subgames import pieces
from standoff.solve.verify import verify
from unit.solve.build import is_chance, is_ending, numeric
from unit.solve.enumeration import key, options_played, profiles, values
from unit.solve.random_trees import FAMILIES, deterrence


def subgame_roots(game):
    """By definition: below the root, every information set that is touched lies wholly below it."""
    roots = []
    for root in range(game.game.n_nodes):
        below = {root}
        for node in range(root + 1, game.game.n_nodes):
            if int(game.game.parent[node]) in below:
                below.add(node)
        touched = [nodes for nodes in game.members if below & set(nodes.tolist())]
        if touched and game.live[root] and all(set(nodes.tolist()) <= below for nodes in touched):
            roots.append(root)
    return roots


def is_subgame_perfect(game, profile):
    """No actor gains in any subgame by any other plan for its information sets there (all plans tried)."""
    base, _ = values(game, profile)
    sets = list(profile)
    for root in subgame_roots(game):
        for actor in range(len(game.game.actors)):
            own = [h for h in sets if game.game.infosets[h].actor == actor]
            for plan in profiles(game):
                if all(plan[h] == profile[h] for h in sets if h not in own):
                    value, _ = values(game, plan)
                    if value[root][actor] > base[root][actor] + 1e-9 * game.payoff_range[actor]:
                        return False
    return True


def found_profiles(game, result):
    return {key(options_played(game, candidate.behaviour)) for candidate in result.candidates}


def entry(tied):
    """Entry deterrence, then a simultaneous game inside; with `tied` the incumbent does not care."""
    fight = (-1, -1) if not tied else (-1, 2)
    inner = {
        "a": ("Inc", "inner", {"a": (3, 1), "b": (0, 0)}),
        "b": ("Inc", "inner", {"a": (0, 0), "b": (1, 3)}),
    }
    answer = ("Inc", "answer", {"fight": fight, "share": (1, 2), "play": ("Ent", "outer", inner)})
    return numeric(("Ent", "entry", {"stay": (0, 5), "enter": answer}))


@pytest.mark.parametrize("tied", [False, True])
def test_subgame_perfect_profiles_equal_those_of_the_definition(tied):
    game = entry(tied)
    result = subgame_perfect(game)
    assert result.complete
    expected = {key(profile) for profile in profiles(game) if is_subgame_perfect(game, profile)}
    assert found_profiles(game, result) == expected
    assert len(result.candidates) == len(expected)


@pytest.mark.parametrize("family", FAMILIES)
def test_random_games_equal_the_verifier_on_every_profile(family):
    for seed in range(3):
        game = numeric(family(seed, integers=True))
        result = subgame_perfect(game)
        assert result.complete
        expected = set()
        for profile in profiles(game):
            behaviour = np.zeros(game.game.n_slots)
            for h, option in profile.items():
                behaviour[int(game.game.slot_start[h]) + option] = 1
            nothing = np.full(game.game.n_nodes, np.nan)
            if verify(game, Assessment(behaviour, nothing), "subgame").holds:
                expected.add(key(profile))
        assert found_profiles(game, result) == expected


def test_centipede_is_taken_at_once_and_ties_multiply():
    last = ("two", "n4", {"take": (2, 8), "pass": (8, 4)})
    third = ("one", "n3", {"take": (8, 2), "pass": last})
    second = ("two", "n2", {"take": (1, 4), "pass": third})
    game = numeric(("one", "n1", {"take": (2, 1), "pass": second}))
    (only,) = subgame_perfect(game).candidates
    assert set(options_played(game, only.behaviour).values()) == {0}
    indifferent = {f"c{i}": (Fraction(1, 4), ("two", f"t{i}", {"l": (0, 1), "r": (0, 1)})) for i in range(4)}
    assert len(subgame_perfect(numeric(("chance", indifferent), ("one", "two"))).candidates) == 16


def test_a_piece_that_is_too_large_gives_sequential_equilibria_and_says_so(monkeypatch):
    game = numeric(deterrence(4, True))
    everything = found_profiles(game, subgame_perfect(game))
    monkeypatch.setattr(backward, "PROFILE_LIMIT", 10)
    result = subgame_perfect(game)
    assert not result.complete
    assert result.candidates
    assert found_profiles(game, result) <= everything
    assert all(verify(game, candidate, "subgame").holds for candidate in result.candidates)


def test_limit_is_said():
    indifferent = {f"c{i}": (Fraction(1, 4), ("two", f"t{i}", {"l": (0, 1), "r": (0, 1)})) for i in range(4)}
    game = numeric(("chance", indifferent), ("one", "two"))
    result = subgame_perfect(game, limit=15)
    assert len(result.candidates) == 15
    assert not result.complete
    assert subgame_perfect(game, limit=16).complete


@pytest.mark.parametrize("family", FAMILIES)
def test_pieces_are_the_proper_subgames_and_share_out_the_information_sets(family):
    for tree in (family(0), ("one", "root", {"in": family(1), "out": (0, 0)})):
        actors = ("one", "S", "R", "C", "D")
        game = numeric(pad(tree, len(actors)), actors)
        parts = pieces(game)
        assert sorted(part.root for part in parts) == sorted({0, *subgame_roots(game)})
        assert sorted(h for part in parts for h in part.infosets) == list(range(len(game.game.infosets)))
        assert parts[-1].root == 0


def pad(tree, size):
    """The tree with payoffs for more actors (zeros added)."""
    if is_ending(tree):
        return (*tree, *(0,) * (size - len(tree)))
    if is_chance(tree):
        return ("chance", {label: (p, pad(below, size)) for label, (p, below) in tree[1].items()})
    return (tree[0], tree[1], {label: pad(below, size) for label, below in tree[2].items()})


def test_beliefs_are_bayes_where_reached_and_nan_elsewhere():
    game = entry(tied=False)
    for candidate in subgame_perfect(game).candidates:
        played = options_played(game, candidate.behaviour)
        _, reach = values(game, played)
        for nodes in game.members:
            if reach[nodes].sum() > 0:
                np.testing.assert_allclose(candidate.beliefs[nodes], reach[nodes] / reach[nodes].sum())
            else:
                assert np.isnan(candidate.beliefs[nodes]).all()


def test_imperfect_recall_is_refused():
    forgetful = ("one", "again", {"l": (1, 0), "r": (0, 1)})
    with pytest.raises(ConceptError, match="perfect recall"):
        subgame_perfect(numeric(("one", "first", {"a": forgetful, "b": forgetful}), ("one", "two")))
