import json
import math

import pytest


def test_the_answer_for_people_says_what_happens_why_and_how_sure(standoff, deterrence, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    status, out, err = standoff("solve", deterrence)
    assert (status, err) == (0, "")
    assert out.startswith("A deterrence game\nConcept sequential: 1 sequential equilibrium found")
    story = " ".join(out.split())
    assert (
        "- firm (30 %): Challenger chooses challenge (demand). Defender chooses resist (reply). The end: war." in story
    )
    assert "70 %  fait_accompli" in out
    assert "30 %  war" in out
    assert "nothing yet; believes soft 70 %, firm 30 %" in out
    assert "Challenger 0.1 = 0.7 territory - 0.6 war" in out
    assert "Certified: largest gain from deviating 0 of the payoff range" in out
    assert "tolerance 1e-9" in out


def test_off_the_path_comes_after_the_path(standoff, deterrence):
    status, out, _ = standoff("solve", deterrence, "--set", "p_firm=0.4")
    assert status == 0
    assert "100 %  status_quo" in out
    on, off = out.split("Off the path", 1)
    assert "Challenger, demand" in on
    assert "Defender, reply" not in on
    assert off.count("Defender, reply") == 2


@pytest.mark.parametrize(("p_firm", "challenge"), [("0", 1), ("1/4", 1), ("0.33", 1), ("0.34", 0), ("1", 0)])
def test_the_json_holds_the_known_answer(standoff, deterrence, p_firm, challenge):
    status, out, _ = standoff("solve", deterrence, "--set", f"p_firm={p_firm}", "--json")
    answer = json.loads(out)
    assert status == 0
    selected = next(entry for entry in answer["equilibria"] if entry["selected"])
    assert math.isclose(selected["outcomes"]["status_quo"], 1 - challenge, abs_tol=1e-12)
    assert selected["certificate"]["holds"] is True


def test_every_equilibrium_is_counted_and_the_others_are_told_by_what_differs(standoff):
    status, out, _ = standoff("solve", "library:beer_quiche", "--concept", "pure")
    assert status == 0
    assert "2 sequential equilibria found, all there are in pure strategies" in out
    assert "SBeerNo 0 % instead of 90 %" in out or "SQuicheNo 0 % instead of 90 %" in out
    assert "Over all of them: SBeerNo 0 % to 90 %" in out
    status, out, _ = standoff("solve", "library:beer_quiche", "--concept", "pure", "--all")
    assert "== Equilibrium 1 of 2 ==" in out
    assert "== Equilibrium 2 of 2 ==" in out
    assert out.count("Certified:") == 2


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 140])
@pytest.mark.parametrize("concept", ["sequential", "nash"])
def test_no_line_is_wider_than_the_terminal(standoff, deterrence, monkeypatch, columns, concept):
    monkeypatch.setenv("COLUMNS", str(columns))
    _, out, _ = standoff("solve", deterrence, "--all", "--concept", concept)
    assert max(len(line) for line in out.splitlines()) <= columns
    assert not any(line.lstrip().startswith("%") for line in out.splitlines())


def test_a_quantal_response_is_not_called_an_equilibrium(standoff, deterrence):
    status, out, _ = standoff("solve", deterrence, "--concept", "logit", "--precision", "2")
    assert status == 0
    assert "1 quantal response found, at precision 2" in out
    assert "randomises" in out
    assert "equilibrium" not in out.lower()
    # one precision for all: at its last move the firm defender weighs -0.5 against -1
    resist = 1 / (1 + math.exp(2 * (-1 + 0.5)))
    _, out, _ = standoff("solve", deterrence, "--concept", "logit", "--precision", "2", "--json")
    sets = json.loads(out)["equilibria"][0]["behaviour"]
    firm = next(entry for entry in sets if entry["information"].get("resolve") == "firm")
    assert math.isclose(firm["probabilities"]["resist"], resist, rel_tol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--concept", "nahs"], "no concept is called `nahs`; did you mean `nash`?"),
        (["--set", "p_frim=0.5"], "there is no parameter `p_frim`; did you mean `p_firm`?"),
        (["--set", "p_firm=2"], "`p_firm` cannot be 2"),
        (["--set", "p_firm"], "'p_firm' is not of the form NAME=VALUE"),
        (["--concpet", "nash"], "`--concpet` is not understood here; did you mean `--concept`?"),
        (["--variant", "nobody"], "nobody"),
        (["--concept", "logit"], "precision"),
        (["--limit", "0"], "'0' is not a whole number above zero"),
    ],
)
def test_a_wrong_request_exits_with_2_and_says_what_to_do(standoff, deterrence, arguments, says):
    status, out, err = standoff("solve", deterrence, *arguments)
    assert status == 2
    assert out == ""
    assert says in err
    assert ";" in err
    status, out, err = standoff("solve", deterrence, "--json", *arguments)
    assert status == 2
    assert err == ""
    problems = json.loads(out)["errors"]
    assert set(problems[0]) == {"file", "line", "col", "message", "remedy"}
    assert any(says in f"{problem['message']}; {problem['remedy']}" for problem in problems)


def test_too_large_a_game_exits_with_1_and_names_the_limit(standoff, deterrence):
    status, out, err = standoff("solve", deterrence, "--max-nodes", "5")
    assert (status, out) == (1, "")
    assert "more than 5 nodes" in err
    assert "--max-nodes" in err
