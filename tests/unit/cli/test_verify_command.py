"""`standoff verify` against solutions written by hand, and against tampered ones: no solver of ours is involved."""

import copy
import json
import math

import pytest

from standoff import api
from standoff.errors import SolutionError
from standoff.solve.solution_file import read_solution, recheck


def infoset(actor, move, information, probabilities, beliefs, witness):
    return {
        "actor": actor,
        "move": move,
        "information": information,
        "probabilities": probabilities,
        "beliefs": beliefs,
        "witness": witness,
    }


def by_hand():
    """The one sequential equilibrium at p_firm = 0.3: challenge; the firm resist, the soft yield."""
    firm = {"resolve": "firm", "demand": "challenge"}
    soft = {"resolve": "soft", "demand": "challenge"}
    return {
        "standoff": "0.1.0",
        "schema": 1,
        "concept": "sequential",
        "precision": None,
        "variant": None,
        "parameters": {"p_firm": 0.3, "prize": 1, "cost": 2},
        "equilibria": [
            {
                "behaviour": [
                    infoset(
                        "challenger",
                        "demand",
                        {},
                        {"challenge": 1, "hold": 0},
                        {"firm": 0.3, "soft": 0.7},
                        {"challenge": [0, 1], "hold": [1, 1]},
                    ),
                    infoset(
                        "defender",
                        "reply",
                        firm,
                        {"resist": 1, "yield": 0},
                        {"firm/challenge": 1},
                        {"resist": [0, 1], "yield": ["3/2", 2.5]},
                    ),
                    infoset(
                        "defender",
                        "reply",
                        soft,
                        {"resist": 0, "yield": 1},
                        {"soft/challenge": 1},
                        {"resist": [1, {"log": -800}], "yield": [0, 1]},
                    ),
                ]
            }
        ],
    }


@pytest.fixture
def check(standoff, deterrence, tmp_path):
    def run(solution, *arguments):
        path = tmp_path / "solution.json"
        path.write_text(solution if isinstance(solution, str) else json.dumps(solution), encoding="utf-8")
        return standoff("verify", deterrence, path, *arguments)

    return run


def change(place, value):
    """The solution by hand with one thing changed; `place` is a path of keys and indices."""
    solution = copy.deepcopy(by_hand())
    part = solution
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    return solution


SETS = ("equilibria", 0, "behaviour")


def test_a_solution_by_hand_is_certified(check):
    status, out, err = check(by_hand())
    assert (status, err) == (0, "")
    assert out.startswith("1. certified: largest gain from deviating 0 of the payoff range")
    status, out, _ = check(by_hand(), "--json")
    report = json.loads(out)
    assert (status, report["certified"], report["equilibria"][0]["consistent"]) == (0, True, True)


def test_a_profile_that_is_no_equilibrium_gains_what_it_should(check):
    solution = change((*SETS, 1, "probabilities"), {"resist": 0, "yield": 1})
    solution["equilibria"][0]["behaviour"][1]["witness"] = {"resist": [1, 1], "yield": [0, 1]}
    status, out, _ = check(solution, "--json")
    assert status == 1
    # the firm defender loses 1 instead of 0.5, and its payoffs range from 0 down to -2
    assert math.isclose(json.loads(out)["equilibria"][0]["gain"], 0.25, rel_tol=1e-12)


@pytest.mark.parametrize(
    ("place", "value", "failed"),
    [
        ((*SETS, 0, "beliefs"), {"firm": 0.4, "soft": 0.6}, "W3"),
        ((*SETS, 0, "beliefs"), {"firm": 1, "soft": 0}, "W2"),
        ((*SETS, 0, "witness"), {"challenge": [1, 1], "hold": [0, 1]}, "W1"),
        ((*SETS, 0, "witness"), {"challenge": [0, 0.5], "hold": [1, 1]}, "W1"),
        ((*SETS, 0, "probabilities"), {"challenge": 1, "hold": 1}, "strategy"),
        ((*SETS, 0, "probabilities"), {"challenge": None, "hold": 0}, "strategy"),
        (("parameters", "p_firm"), 0.35, "W3"),
    ],
)
def test_what_does_not_hold_exits_with_1_and_names_the_condition(check, place, value, failed):
    status, out, _ = check(change(place, value), "--json")
    report = json.loads(out)
    assert (status, report["certified"]) == (1, False)
    assert report["equilibria"][0]["failed"] == failed


def test_setting_a_parameter_asks_about_other_numbers(check):
    status, out, _ = check(by_hand(), "--set", "prize=1.5")
    assert status == 0
    status, out, _ = check(by_hand(), "--set", "prize=0.75", "--json")  # 0.7 * 0.75 < 0.3 * 2
    assert (status, json.loads(out)["equilibria"][0]["failed"]) == (1, "gain")
    assert check(by_hand(), "--set", "prise=1")[0] == 2


def test_a_solution_that_claims_nothing_is_not_certified(check):
    status, out, _ = check(change(("equilibria",), []))
    assert status == 1
    assert "nothing to verify" in out


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        (("schema",), 2, "schema: is 2; this version reads 1"),
        (("schema",), True, "schema: is true"),
        (("concept",), "nahs", "concept: is no concept"),
        (("equilibria",), {}, "equilibria: is not a list"),
        (("parameters",), [], "parameters: is not an object"),
        (("parameters",), {"p_firm": 0.3}, "parameters: cost, prize are only in one of scenario and solution"),
        (("parameters", "p_firm"), None, "parameters: has no value for `p_firm`"),
        (("parameters", "p_firm"), 10**400, "parameters.p_firm: is too large a number"),
        ((*SETS, 0, "probabilities", "attack"), 0, "equilibria[0].behaviour[0].probabilities.attack: does not belong"),
        ((*SETS, 0, "probabilities"), {"hold": 1}, "equilibria[0].behaviour[0].probabilities: has no `challenge`"),
        ((*SETS, 0, "probabilities", "hold"), "no", "equilibria[0].behaviour[0].probabilities.hold: is not a number"),
        ((*SETS, 0, "probabilities", "hold"), False, "equilibria[0].behaviour[0].probabilities.hold: is not a number"),
        ((*SETS, 0, "beliefs", "soft/x"), 0, 'equilibria[0].behaviour[0].beliefs["soft/x"]: does not belong'),
        ((*SETS, 0, "beliefs"), {"firm": 1}, "equilibria[0].behaviour[0].beliefs: has no `soft`"),
        ((*SETS, 0, "witness"), None, "equilibria[0].behaviour[0].witness: is not an object"),
        ((*SETS, 0, "witness", "hold"), [1], "equilibria[0].behaviour[0].witness.hold: is not a pair"),
        ((*SETS, 0, "witness", "hold"), [-1, 1], "equilibria[0].behaviour[0].witness.hold[0]: is not an exponent"),
        ((*SETS, 0, "witness", "hold"), [1.5, 1], "equilibria[0].behaviour[0].witness.hold[0]: is not an exponent"),
        ((*SETS, 0, "witness", "hold"), ["1e99999999", 1], "witness.hold[0]: is not an exponent"),
        ((*SETS, 0, "witness", "hold"), ["1/0", 1], "witness.hold[0]: is not an exponent"),
        ((*SETS, 0, "witness", "hold"), ["٣", 1], "witness.hold[0]: is not an exponent"),
        ((*SETS, 0, "witness", "hold"), [1, 0], "equilibria[0].behaviour[0].witness.hold[1]: is not above 0"),
        ((*SETS, 0, "actor"), "defender", "equilibria[0].behaviour[0]: is no information set of this game"),
        ((*SETS, 0, "information"), {"a": {}}, "equilibria[0].behaviour[0].information.a: is not text"),
        ((*SETS, 2, "information", "resolve"), "firm", "behaviour[2]: is the same information set as equilibria[0]"),
        (SETS, [], "equilibria[0].behaviour: information set demand of challenger is missing"),
    ],
)
def test_what_does_not_fit_exits_with_2_and_names_the_place(check, place, value, says):
    status, out, err = check(change(place, value))
    assert (status, out) == (2, "")
    assert says in err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "solution.json:1:1: this is no JSON (Expecting value); give what `standoff solve --json` printed"),
        ("[1,\n 2", ":2:3: this is no JSON"),
        ("[]", "the file: is not an object"),
        ('{"schema": NaN}', "NaN is not a JSON number"),
        ('{"schema": 1, "schema": 1}', "an object has the same key twice"),
        ("[" * 100_000, "the file: is nested too deeply"),
        ("9" * 10_000, "the file: is not JSON that can be read"),
    ],
)
def test_what_is_not_a_solution_exits_with_2(check, text, says):
    status, out, err = check(text)
    assert (status, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_bytes_that_are_no_text_and_files_that_are_not_there(standoff, deterrence, tmp_path):
    (tmp_path / "b.json").write_bytes(b"\xff\xfe{}")
    assert "is not JSON" in standoff("verify", deterrence, tmp_path / "b.json")[2]
    assert "cannot be read: No such file" in standoff("verify", deterrence, tmp_path / "none.json")[2]
    assert "is not a regular file" in standoff("verify", deterrence, tmp_path)[2]


def test_a_file_beyond_the_size_limit_is_refused(tmp_path):
    path = tmp_path / "large.json"
    with path.open("wb") as stream:
        stream.truncate(50_000_001)
    with pytest.raises(SolutionError, match="is larger than 50 MB"):
        read_solution(path)


@pytest.mark.parametrize("name", ["beer_quiche", "seltens_horse", "tripwire"])
@pytest.mark.parametrize("concept", ["sequential", "pure", "subgame", "nash"])
def test_what_solve_writes_verify_reads(standoff, tmp_path, name, concept):
    status, out, _ = standoff("solve", f"library:{name}", "--concept", concept, "--json")
    assert status == 0
    path = tmp_path / "solution.json"
    path.write_text(out, encoding="utf-8")
    verification = recheck(api.load(f"library:{name}"), read_solution(path))
    assert verification.holds
    for entry, certificate in zip(json.loads(out)["equilibria"], verification.certificates, strict=True):
        assert math.isclose(entry["certificate"]["gain"], certificate.gain, rel_tol=1e-6, abs_tol=1e-12)


def test_a_quantal_response_can_be_verified_at_its_precision(standoff, deterrence, tmp_path):
    _, out, _ = standoff("solve", deterrence, "--concept", "logit", "--precision", "3", "--json")
    path = tmp_path / "q.json"
    path.write_text(out, encoding="utf-8")
    assert standoff("verify", deterrence, path)[0] == 0
    path.write_text(out.replace('"precision": 3.0', '"precision": 3.1'), encoding="utf-8")
    assert standoff("verify", deterrence, path)[0] == 1
