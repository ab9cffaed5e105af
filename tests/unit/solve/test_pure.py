import json
import re
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from standoff.errors import ConceptError
from standoff.game.efg import read_efg
from standoff.game.play import play
from standoff.solve.assessment import assess
from standoff.solve.pure import pure_sequential
from standoff.solve.verify import verify
from unit.solve import aeg
from unit.solve.build import numeric
from unit.solve.enumeration import key, options_played, profiles, values, weak_profiles, weakly_rational
from unit.solve.random_trees import FAMILIES, signalling, two_sided

REFERENCE = Path(__file__).resolve().parents[4] / "shared" / "reference"


def found_profiles(game, result):
    return {key(options_played(game, candidate.assessment.behaviour)) for candidate in result.candidates}


def by_name(game, profile):
    """Options by name of the information set."""
    return {game.game.infosets[h].move: game.game.infosets[h].options[option] for h, option in profile.items()}


def set_number(game, name):
    return next(h for h, infoset in enumerate(game.game.infosets) if infoset.move == name)


@pytest.mark.parametrize("integers", [False, True], ids=["generic", "ties"])
@pytest.mark.parametrize("seed", range(25))
def test_signalling_games_equal_weak_enumeration(seed, integers):
    """With one uninformed set per message off-path beliefs are free, so weak and sequential are the same."""
    game = numeric(signalling(seed, integers))
    result = pure_sequential(game)
    assert result.complete
    assert result.undecided == 0
    assert found_profiles(game, result) == {key(profile) for profile in weak_profiles(game)}
    assert len(result.candidates) == len(found_profiles(game, result))


def two_sided_belief_interval(game, profile):
    """The interval of P(A | message not sent) that justifies both types of the receiver; None where a message of each
    kind is sent and beliefs are Bayes'. Independent types: the receiver's types share the belief."""
    value, reach = values(game, profile)
    low, high, free = 0.0, 1.0, False
    for h, nodes in enumerate(game.members):
        if reach[nodes].sum() > 0 or len(nodes) < 2:
            continue
        free = True
        actor = game.game.infosets[h].actor
        children = [list(game.game.children(node)) for node in nodes]
        gain = [
            (value[own[1 - profile[h]]][actor] - value[own[profile[h]]][actor]) / game.payoff_range[actor]
            for own in children
        ]
        # p * gain[0] + (1 - p) * gain[1] <= 0, the node of type A first
        slope, level = gain[0] - gain[1], 1e-9 - gain[1]
        if slope > 0:
            high = min(high, level / slope)
        elif slope < 0:
            low = max(low, level / slope)
        elif level < 0:
            high = -1.0
    return (low, high) if free else None


@pytest.mark.parametrize("integers", [False, True], ids=["generic", "ties"])
def test_two_sided_games_equal_enumeration_with_common_beliefs(integers):
    weak_only = 0
    for seed in range(25):
        game = numeric(two_sided(seed, integers))
        expected = {}
        for profile in weak_profiles(game):
            interval = two_sided_belief_interval(game, profile)
            if interval is None or interval[0] <= interval[1] + 1e-12:
                expected[key(profile)] = interval
            else:
                weak_only += 1
        result = pure_sequential(game)
        assert found_profiles(game, result) == set(expected)
        for candidate in result.candidates:
            interval = expected[key(options_played(game, candidate.assessment.behaviour))]
            check_ranges(game, candidate, interval)
    assert weak_only >= 2  # otherwise the games above prove nothing about consistency


def check_ranges(game, candidate, interval):
    reach = play(game, candidate.assessment.behaviour).reach
    for h, ranges in candidate.belief_ranges.items():
        nodes = game.members[h]
        assert h in candidate.exact_ranges
        if reach[nodes].sum() > 0:
            expected = [(share, share) for share in reach[nodes] / reach[nodes].sum()]
        else:
            expected = [interval, (1 - interval[1], 1 - interval[0])]
        np.testing.assert_allclose(ranges, expected, atol=1e-7)


def random_witness_verifies(game, profile, rng):
    exponents, logs = [], np.zeros(game.game.n_slots)
    for h, infoset in enumerate(game.game.infosets):
        for option in range(len(infoset.options)):
            exponents.append(Fraction(0) if profile.get(h, 0) == option else Fraction(int(rng.integers(1, 5))))
    free = np.array([c > 0 for c in exponents])
    logs[free] = rng.normal(scale=2.0, size=free.sum())
    return verify(game, assess(game, exponents, logs), "pure").holds


@pytest.mark.parametrize("family", FAMILIES)
def test_candidates_verify_and_nothing_that_random_trembles_support_is_missed(family):
    rng = np.random.default_rng(11)
    for seed in range(100, 108):
        for integers in (False, True):
            game = numeric(family(seed, integers))
            result = pure_sequential(game)
            for candidate in result.candidates:
                certificate = verify(game, candidate.assessment, "pure")
                assert certificate.holds, certificate.reason
                for h, ranges in candidate.belief_ranges.items():
                    for node, (low, high) in zip(game.members[h], ranges, strict=True):
                        assert low - 1e-9 <= candidate.assessment.beliefs[node] <= high + 1e-9
            missing = [p for p in weak_profiles(game) if key(p) not in found_profiles(game, result)]
            for profile in missing[:3]:
                assert not any(random_witness_verifies(game, profile, rng) for _ in range(10))


def gate(threshold_two, threshold_three):
    """One stays out or goes L or R, unseen; two and three then each take x or y, not seeing each other.

    Two takes x where P(L) >= its threshold, three where P(L) <= its own; one stays out only if both take x.
    """

    def after(side):
        two = {"x": 0, "y": threshold_two - (side == "L")}
        three = {"x": 0, "y": (side == "L") - threshold_three}

        def end(a, b):
            return (-1 if a == b == "x" else 1, two[a], three[b])

        third = {a: ("three", "third", {b: end(a, b) for b in "xy"}) for a in "xy"}
        return ("two", "second", third)

    return numeric(
        ("one", "first", {"out": (0, 0, 0), "L": after("L"), "R": after("R")}), actors=("one", "two", "three")
    )


def test_two_off_path_sets_that_share_a_tremble_hold_one_belief():
    game = gate(Fraction(6, 10), Fraction(4, 10))
    staying_out = {"first": "out", "second": "x", "third": "x"}
    weak = [by_name(game, profile) for profile in weak_profiles(game)]
    assert staying_out in weak  # believe L at one set and R at the other
    found = [by_name(game, dict(own)) for own in found_profiles(game, pure_sequential(game))]
    assert staying_out not in found


def test_range_of_a_shared_belief_is_the_intersection():
    game = gate(Fraction(3, 10), Fraction(7, 10))
    result = pure_sequential(game)
    (candidate,) = [
        own
        for own in result.candidates
        if by_name(game, options_played(game, own.assessment.behaviour))
        == {"first": "out", "second": "x", "third": "x"}
    ]
    np.testing.assert_allclose(candidate.belief_ranges[set_number(game, "second")], [(0.3, 0.7)] * 2, atol=1e-8)
    third = candidate.belief_ranges[set_number(game, "third")]
    histories = [game.game.history(node) for node in game.members[set_number(game, "third")]]
    expected = {"L/x": (0.3, 0.7), "R/x": (0.3, 0.7), "L/y": (0, 0), "R/y": (0, 0)}
    np.testing.assert_allclose(third, [expected[history] for history in histories], atol=1e-8)
    assert verify(game, candidate.assessment, "pure").holds


def test_nobody_signals_what_it_does_not_know():
    """Two does not know the type, so its deviation leaves the belief of three at the prior; a weak one could be any."""
    types = {}
    for name, probability in (("h", Fraction(3, 10)), ("l", Fraction(7, 10))):
        answer = {"fight": (0, -2, 1 if name == "h" else -1), "yield": (0, 2, 0)}
        types[name] = (probability, ("two", "move", {"stay": (0, 0, 5), "go": ("three", "answer", answer)}))
    game = numeric(("chance", types), actors=("one", "two", "three"))
    weak = [by_name(game, profile) for profile in weak_profiles(game)]
    assert {"move": "stay", "answer": "fight"} in weak
    result = pure_sequential(game)
    assert [by_name(game, dict(own)) for own in found_profiles(game, result)] == [{"move": "go", "answer": "yield"}]


def test_belief_after_a_deviation_of_one_who_knows_nothing_is_the_prior():
    """As above, but three fights whatever it believes: the off-path belief is still exactly the prior."""
    types = {}
    for name, probability in (("h", Fraction(3, 10)), ("l", Fraction(7, 10))):
        answer = {"fight": (0, -2, 1), "yield": (0, 2, 0)}
        types[name] = (probability, ("two", "move", {"stay": (0, 0, 5), "go": ("three", "answer", answer)}))
    game = numeric(("chance", types), actors=("one", "two", "three"))
    (candidate,) = pure_sequential(game).candidates
    np.testing.assert_allclose(candidate.belief_ranges[set_number(game, "answer")], [(0.3, 0.3), (0.7, 0.7)])


@pytest.mark.parametrize(("floor", "exists"), [(Fraction(1, 5), True), (Fraction(26, 100), False)])
def test_beliefs_about_two_independent_deviators_are_products(floor, exists):
    """Four types pairs, both deviations off the path: mu(au), mu(bv) >= f together only for f <= 1/4."""
    prior = {"a": Fraction(9, 10), "b": Fraction(1, 10), "u": Fraction(1, 5), "v": Fraction(4, 5)}
    types = {}
    for first in "ab":
        for second in "uv":
            stay = (0, 0, 0)
            pair = first + second
            reply = {"x": (-1, -1, 0), "y": (1, 1, floor - (pair == "au")), "z": (1, 1, floor - (pair == "bv"))}
            last = ("three", "reply", reply)
            # the second mover does not see the first, and three is asked only if both went in
            both = ("two", f"two_{second}", {"out": stay, "in": last})
            alone = ("two", f"two_{second}", {"out": stay, "in": (-1, -1, 0)})
            types[pair] = (prior[first] * prior[second], ("one", f"one_{first}", {"out": alone, "in": both}))
    game = numeric(("chance", types), actors=("one", "two", "three"))
    quiet = {"one_a": "out", "one_b": "out", "two_u": "out", "two_v": "out", "reply": "x"}
    assert quiet in [by_name(game, profile) for profile in weak_profiles(game)]
    result = pure_sequential(game)
    assert (quiet in [by_name(game, dict(own)) for own in found_profiles(game, result)]) == exists
    assert result.undecided == 0
    assert all(verify(game, candidate.assessment, "pure").holds for candidate in result.candidates)


def test_all_tied_options_count():
    """The receiver's payoff ignores the message and its own reply: everything it does is optimal."""
    types = {
        name: (
            Fraction(1, 2),
            ("S", f"s{name}", {m: ("R", f"r{m}", {reply: (int(m == "L"), 7) for reply in "xy"}) for m in "LR"}),
        )
        for name in "AB"
    }
    result = pure_sequential(numeric(("chance", types)))
    assert len(result.candidates) == 4  # both types send L; 2 x 2 replies
    for candidate in result.candidates:
        assert list(candidate.belief_ranges.values()) == [((0.5, 0.5), (0.5, 0.5)), ((0.0, 1.0), (0.0, 1.0))]


def test_limits_stop_the_search_and_say_so():
    game = numeric(two_sided(3, True))
    everything = pure_sequential(game)
    assert everything.complete
    assert len(everything.candidates) > 1
    assert not pure_sequential(game, limit=3).complete
    one = pure_sequential(game, max_results=1)
    assert not one.complete
    assert len(one.candidates) == 1


def test_subgames_multiply_without_multiplying_the_search():
    """Ten separate ties below a choice that does not depend on them: 2**10 profiles from a few dozen steps."""
    tie = {f"c{i}": (Fraction(1, 10), ("two", f"t{i}", {"l": (1, 1), "r": (1, 1)})) for i in range(10)}
    game = numeric(("one", "first", {"in": ("chance", tie), "out": (0, 0)}))
    result = pure_sequential(game, limit=100)
    assert result.complete
    assert len(result.candidates) == 2**10


def test_information_sets_of_probability_zero_are_left_alone():
    hidden = ("two", "hidden", {"a": (1, 0), "b": (0, 1)})
    game = numeric(("chance", {"u": (1, ("one", "o", {"x": (0, 0), "y": (1, 0)})), "v": (0, hidden)}), ("one", "two"))
    (candidate,) = pure_sequential(game).candidates
    hidden_slots = game.game.options(set_number(game, "hidden"))
    assert candidate.assessment.behaviour[hidden_slots].tolist() == [1.0, 0.0]
    assert candidate.assessment.witness.exponents[hidden_slots] == (0, 1)
    assert verify(game, candidate.assessment, "pure").holds


def test_imperfect_recall_is_refused():
    forgetful = ("one", "again", {"l": (1, 0), "r": (0, 1)})
    with pytest.raises(ConceptError, match="perfect recall"):
        pure_sequential(numeric(("one", "first", {"a": forgetful, "b": forgetful}), ("one", "two")))


# The last moves of the escalation game have one optimal option each whatever the belief.
AEG_LAST = {f"C3b{c}": "E" if c == "H" else "D" for c in "HS"} | {
    f"D4{tactical}{strategic}": "E" if strategic == "H" else "D" for tactical in "HS" for strategic in "HS"
}


def test_escalation_game_has_77_weak_and_18_sequential_profiles():
    """Weak beliefs may differ between the challenger's own types and be chosen set by set; sequential ones may not.

    The counts are those reported for one point of this game, whose parameters are not known; the point below was found
    by a search for them. The weak count is brute force, so what the solver adds is the 18.
    """
    p_defender = {"HH": Fraction(4, 10), "HS": Fraction(1, 10), "SH": Fraction(3, 10), "SS": Fraction(2, 10)}
    game = numeric(aeg.tree(Fraction(3, 5), p_defender, *aeg.LADDER), ("Ch", "Def"))
    weak = {key(profile) for profile in profiles(game, AEG_LAST) if weakly_rational(game, profile)}
    result = pure_sequential(game)
    found = found_profiles(game, result)
    assert result.complete
    assert result.undecided == 0
    assert (len(weak), len(found)) == (77, 18)
    assert found < weak
    assert all(verify(game, candidate.assessment, "pure").holds for candidate in result.candidates)


def test_escalation_game_has_the_equilibria_of_the_closed_conditions():
    """Conditions derived for three kinds of equilibrium (see `aeg`); both outcomes of each must occur in the sample."""
    c, d = aeg.CHALLENGER, aeg.DEFENDER
    rng = np.random.default_rng(4)
    seen = defaultdict(set)
    for _ in range(5):
        p = Fraction(int(rng.integers(1, 20)), 20)
        weights = [int(w) for w in rng.integers(1, 12, 4)]
        hh, hs, sh, ss = (Fraction(w, sum(weights)) for w in weights)
        game = numeric(aeg.tree(p, {"HH": hh, "HS": hs, "SH": sh, "SS": ss}), ("Ch", "Def"))
        found = [by_name(game, dict(own)) for own in found_profiles(game, pure_sequential(game))]
        attack = p >= Fraction(d["DE"] - d["DC"], d["DE"] - aeg.DEF_EE["H"])
        no_escalation = hh / (hh + hs) >= Fraction(c["ED"] - c["DD"], c["ED"] - aeg.CH_EE["H"])
        worth_it = hh + hs <= Fraction(c["DC"] - c["SQ"], c["DC"] - c["DD"])
        expected = {
            "limited response": attack and no_escalation and worth_it,
            "no response": attack,
            "escalatory deterrence": True,
        }
        holds = {
            "limited response": any(
                own["C1H"] == own["C1S"] == "D"
                and own["D2HH"] == own["D2HS"] == "D"
                and own["D2SH"] == own["D2SS"] == "C"
                and own["C3aH"] == own["C3aS"] == "D"
                for own in found
            ),
            "no response": any(
                own["C1H"] == own["C1S"] == "D" and all(own[f"D2{t}"] == "C" for t in ("HH", "HS", "SH", "SS"))
                for own in found
            ),
            "escalatory deterrence": any(
                own["C1H"] == own["C1S"] == "C" and all(own[f"D2{t}"] == "E" for t in ("HH", "HS", "SH", "SS"))
                for own in found
            ),
        }
        assert holds == expected
        for name, value in holds.items():
            seen[name].add(value)
    assert seen["no response"] == {True, False}


def reference_cases():
    file = REFERENCE / "cases.json"
    if not file.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason="no reference cases beside this checkout"))]
    cases = [case for case in json.loads(file.read_text())["cases"] if "tree" in case]
    return [pytest.param(case, id=case["id"]) for case in cases]


def is_pure(equilibrium):
    return all(set(own.values()) <= {"0", "1"} for own in equilibrium["strategies"].values())


def outcome_distribution(game, behaviour):
    """By outcome name without the number that the reference .efg files append."""
    shares = defaultdict(float)
    for name, share in zip(game.game.outcomes, play(game, behaviour).outcomes, strict=True):
        if share > 0:
            shares[re.sub(r"_\d+$", "", name)] += float(share)
    return tuple(sorted((name, round(share, 9)) for name, share in shares.items()))


@pytest.mark.parametrize("case", reference_cases())
def test_reference_cases(case):
    game = read_efg(REFERENCE / "efg" / f"{case['id']}.efg").at({})
    result = pure_sequential(game)
    assert result.complete
    assert result.undecided == 0
    found = [candidate.assessment.behaviour for candidate in result.candidates]
    listed = [own for own in case["equilibria"] if own["is_equilibrium"] and is_pure(own)]
    for equilibrium in listed:
        expected = {
            (name, option): float(p) for name, own in equilibrium["strategies"].items() for option, p in own.items()
        }
        assert any(
            all(
                behaviour[int(game.game.slot_start[set_number(game, name)]) + position] == p
                for (name, option), p in expected.items()
                for position in [game.game.infosets[set_number(game, name)].options.index(option)]
            )
            for behaviour in found
        ), equilibrium["name"]
    if case["complete_list"]:
        expected_outcomes = {
            tuple(sorted((name, round(float(Fraction(p)), 9)) for name, p in own["outcomes"].items() if Fraction(p)))
            for own in listed
        }
        assert {outcome_distribution(game, behaviour) for behaviour in found} == expected_outcomes
