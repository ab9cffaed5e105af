"""Export then import is the identity for solutions, and what `solve` writes `verify` reads, and nothing tampered with.

Nodes keep their numbers when a game is written as .efg and read again; information sets are found again by their nodes.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from efg_trees import Tree, text_of, trees
from properties.answers import selected
from properties.scenario_texts import model_of, scenario_text
from standoff import api
from standoff.cli import main
from standoff.game.efg import parse_efg, write_efg
from standoff.game.game import Game, NumericGame
from standoff.library.catalogue import names
from standoff.solve.pure import pure_sequential
from standoff.solve.solution import Equilibrium
from standoff.solve.solve import solve_numeric

LIMIT, MOST = 20_000, 500  # options tried; profiles of a game: one of thousands takes longer than all others
quick = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def by_nodes(equilibrium: Equilibrium) -> tuple[tuple[float, ...], ...]:
    """Probability of every branch after a live decision node, by node: no names, no numbers of information sets."""
    numeric = equilibrium.numeric
    game = numeric.game
    rows = []
    for node in np.flatnonzero(game.infoset >= 0).tolist():
        if numeric.live[node]:
            rows.append(tuple(equilibrium.assessment.behaviour[game.options(int(game.infoset[node]))].tolist()))
    return tuple(rows)


def same_pure_set(one: NumericGame, other: NumericGame) -> None:
    """The same profiles are certified, in both games with the same endings and payoffs."""
    assume(pure_sequential(one, limit=LIMIT, max_results=MOST).complete)
    answers = [solve_numeric(game, "pure", limit=LIMIT) for game in (one, other)]
    assert answers[0].complete
    assert answers[1].complete
    first, second = ({by_nodes(found): found for found in answer.equilibria} for answer in answers)
    assert set(first) == set(second)
    for profile, equilibrium in first.items():
        same_play(equilibrium, second[profile])


def same_play(one: Equilibrium, other: Equilibrium) -> None:
    ends, theirs = (equilibrium.play.reach[equilibrium.numeric.game.terminals] for equilibrium in (one, other))
    np.testing.assert_allclose(theirs, ends, atol=1e-7)
    np.testing.assert_allclose(other.play.payoffs, one.play.payoffs, rtol=1e-6, atol=1e-6)


@quick
@given(st.integers(0, 10**6))
def test_a_scenario_written_as_efg_has_the_same_solutions(tmp_path: Path, seed: int) -> None:
    model = model_of(tmp_path, scenario_text(seed))
    values = model.values()
    ours = model.game.at({name: float(value) for name, value in values.items()})
    theirs = parse_efg(write_efg(model.game, values)).at({})
    for array in ("kind", "parent", "action"):
        np.testing.assert_array_equal(getattr(theirs.game, array), getattr(ours.game, array))
    same_pure_set(ours, theirs)
    if seed % 3 == 0:
        same_play(selected(ours), selected(theirs))


def solvable(game: Game) -> bool:
    """Perfect recall, an order of play, and somebody who may have to decide."""
    return game.ordered and game.perfect_recall and any(nodes.size for nodes in game.at({}).members)


NO_DECISIONS = """EFG 2 R "nobody decides" { "A" }
""
c "" 1 "" { "left" 1/2 "right" 1/2 } 0
t "" 1 "end" { 1 }
t "" 2 "other end" { 2 }
"""
UNREACHED = """EFG 2 R "nobody is asked" { "A" }
""
c "" 1 "" { "left" 1 "right" 0 } 0
t "" 1 "end" { 1 }
p "" 1 1 "asked" { "a" "b" } 0
t "" 2 "never" { 2 }
t "" 3 "never" { 3 }
"""


@pytest.mark.parametrize("text", [NO_DECISIONS, UNREACHED], ids=["no decisions", "none reached"])
def test_a_game_with_nothing_to_decide_has_one_certified_solution(text: str) -> None:
    answer = solve_numeric(parse_efg(text).at({}), "sequential")
    assert [(found.selected, found.certificate.holds) for found in answer.equilibria] == [(True, True)]


@quick
@given(trees())
def test_an_efg_written_again_has_the_same_solutions(tree: Tree) -> None:
    game = parse_efg(text_of(tree))
    assume(solvable(game))
    again = parse_efg(write_efg(game))
    same_pure_set(game.at({}), again.at({}))
    same_play(selected(game.at({})), selected(again.at({})))


# --- solve --json, then verify ---------------------------------------------------------------------------------------


@cache
def solved(name: str) -> str:
    """What ``solve --json`` prints for a library game; one call serves all tests."""
    return json.dumps(api.solve(f"library:{name}").to_dict())


@pytest.fixture
def verify_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(name: str, solution: Any) -> tuple[int, dict[str, Any]]:
        path = tmp_path / "solution.json"
        path.write_text(solution if isinstance(solution, str) else json.dumps(solution), encoding="utf-8")
        status = main(["verify", f"library:{name}", str(path), "--json"])
        captured = capsys.readouterr()
        return status, json.loads(captured.out) if captured.out else {"errors": captured.err}

    return run


@pytest.mark.parametrize("name", names())
def test_every_library_game_is_solved_and_its_solution_verified(name: str, verify_command: Any) -> None:
    solution = json.loads(solved(name))
    assert sum(entry["selected"] for entry in solution["equilibria"]) == 1
    assert solution["rejected"] == []
    status, report = verify_command(name, solved(name))
    assert (status, report["certified"]) == (0, True)
    assert len(report["equilibria"]) == len(solution["equilibria"])


def tampered(solution: Any, rng: random.Random) -> Iterator[tuple[str, Any, set[str]]]:
    """False copies of a solution: what was changed, the copy, and the conditions that may be the first to fail."""
    entries = solution["equilibria"][0]["behaviour"]
    sets = [number for number, entry in enumerate(entries) if not entry["void"] and len(entry["probabilities"]) > 1]

    def change(number: int) -> tuple[Any, dict[str, Any]]:
        changed = copy.deepcopy(solution)
        return changed, changed["equilibria"][0]["behaviour"][number]

    for number in rng.sample(sets, min(2, len(sets))):
        changed, entry = change(number)
        used = max(entry["probabilities"], key=entry["probabilities"].get)
        other = next(option for option in entry["probabilities"] if option != used)
        entry["probabilities"][used] -= 0.01
        yield f"probability of {used} alone", copy.deepcopy(changed), {"strategy"}
        entry["probabilities"][other] += 0.01
        yield f"probability from {used} to {other}", changed, {"W1"}
        changed, entry = change(number)
        entry["witness"][used][0] = 1
        yield f"exponent of {used}", changed, {"W1"}
        changed, entry = change(number)
        entry["witness"][used][1] *= 1.01
        yield f"coefficient of {used}", changed, {"W1"}
        if entry["probabilities"][other] == 0:
            changed, entry = change(number)
            entry["witness"][other][0] = 0
            yield f"exponent of the unused {other}", changed, {"W1"}
        history, *others = rng.sample(sorted(entry["beliefs"]), len(entry["beliefs"]))
        changed, entry = change(number)
        moved = 0.01 if entry["beliefs"][history] < 0.5 else -0.01
        entry["beliefs"][history] += moved
        yield f"belief in {history} alone", copy.deepcopy(changed), {"beliefs"}
        if others:
            against = max(others, key=entry["beliefs"].get)
            entry["beliefs"][against] -= moved
            may_fail = {"W2", "W3", "beliefs"} if entry["beliefs"][against] < 0 else {"W2", "W3"}
            yield f"belief from {against} to {history}", changed, may_fail


@pytest.mark.parametrize("name", names())
def test_a_solution_that_was_tampered_with_is_refused(name: str, verify_command: Any) -> None:
    solution = json.loads(solved(name))
    solution["equilibria"] = solution["equilibria"][:1]
    kinds = set()
    for what, changed, may_fail in tampered(solution, random.Random(name)):
        status, report = verify_command(name, changed)
        assert (status, report["certified"]) == (1, False), what
        (verdict,) = report["equilibria"]
        assert verdict["failed"] in may_fail, (what, verdict)
        assert verdict["reason"]
        kinds |= may_fail
    assert {"strategy", "W1", "beliefs"} <= kinds
