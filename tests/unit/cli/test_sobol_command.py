"""`standoff findings --sobol`: indices against the closed form of a library game, and what is refused.

In the rudimentary deterrence game the equilibrium is unique: the challenger defects where
pB aDD + (1 - pB) aDC > aSQ, and a Hard defender (probability pB) then resists. With aDC = 3, aDD = 0, aSQ uniform on
(0, 3) and p = pB, s = aSQ / 3 uniform on (0, 1), conflict has the probability y = p where p + s < 1, else 0:

    E y = 1/6, E y^2 = 1/12, so Var y = 1/18;
    E[y | p] = p (1 - p), of variance 1/30 - 1/36 = 1/180, so p has the first-order
        index 1/10 and s the total 9/10;
    E[y | s] = (1 - s)^2 / 2, of variance 1/20 - 1/36 = 1/45, so s has the first-order
        index 4/10 and p the total 6/10.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from standoff.errors import RequestError
from standoff.findings.design import check_design, solved_indices
from standoff.findings.saltelli import design
from standoff.game.model import open_model
from standoff.library import catalogue

FIRST = {"pB": 1 / 10, "aSQ": 4 / 10, "idle": 0.0}
TOTAL = {"pB": 6 / 10, "aSQ": 9 / 10, "idle": 0.0}
BASE = "aSQ: {about: Challenger's utility of the status quo, value: 2}"
RANGED = BASE.replace("value: 2", 'range: "uniform(0, 3)", base: 2')
IDLE = '  idle: {about: Changes nothing, range: "uniform(0, 1)"}\n'


@pytest.fixture
def deterrence_game(tmp_path):
    """The library's game with a second uncertain utility, and a parameter that nothing depends on."""
    text = catalogue.path("rudimentary_deterrence").read_text(encoding="utf-8")
    assert BASE in text
    text = (
        text.replace(BASE, RANGED)
        .replace("\nassume:", f"\n{IDLE}assume:")
        .replace("aSQ * init", "0 * idle + aSQ * init")
    )
    text = text.replace("\n\n  idle", "\n  idle")
    file = tmp_path / "game.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def stored(standoff, file, folder, *arguments):
    status, _, err = standoff("run", file, "--draws", 64, "--workers", "1", "--out", folder, *arguments)
    assert status == 0, err
    return folder


def test_the_closed_form_needs_no_solver():
    """The formulas above against a double loop: the mean of y over one parameter at each value of the other."""
    middle = (np.arange(1000) + 0.5) / 1000
    y = np.where(middle[:, None] + middle < 1, middle[:, None], 0.0)  # [p, s]
    by_p, by_s = y.mean(axis=1).var() / y.var(), y.mean(axis=0).var() / y.var()
    assert (by_p, by_s) == pytest.approx((FIRST["pB"], FIRST["aSQ"]), abs=0.002)
    assert (1 - by_s, 1 - by_p) == pytest.approx((TOTAL["pB"], TOTAL["aSQ"]), abs=0.002)


def test_the_command_finds_the_indices_of_a_library_game(standoff, deterrence_game, tmp_path, monkeypatch):
    folder = stored(standoff, deterrence_game, tmp_path / "s")
    status, out, err = standoff("findings", folder, "--json", "--outcome", "DD", "--sobol", 512)
    assert (status, err) == (0, "")
    found = json.loads(out)["sobol"]["DD"]
    assert (found["base"], found["used"], found["evaluations"]) == (512, 512, 512 * 5)
    assert [index["name"] for index in found["indices"]] == ["aSQ", "pB", "idle"]
    for index in found["indices"]:
        assert abs(index["first"] - FIRST[index["name"]]) < 1.6 * index["first_error"] + 1e-3
        assert abs(index["total"] - TOTAL[index["name"]]) < 1.6 * index["total_error"] + 1e-3
        assert index["total_error"] < 0.2
    monkeypatch.setenv("COLUMNS", "80")
    status, out, _ = standoff("findings", folder, "--outcome", "DD", "--sobol", 64)
    assert status == 0
    assert "Sobol' indices of DD" in out
    assert "320 solves" in out
    assert "Parameters are independent" in out
    assert max(map(len, out.splitlines())) <= 80
    assert out.index("What drives DD") < out.index("Sobol' indices of DD") < out.index("Options of initiate")


def test_without_being_asked_for_there_are_none(standoff, deterrence_game, tmp_path):
    folder = stored(standoff, deterrence_game, tmp_path / "s")
    assert "sobol" not in json.loads(standoff("findings", folder, "--json")[1])


def test_a_parameter_held_by_the_study_is_no_part_of_the_design(standoff, deterrence_game, tmp_path):
    folder = stored(standoff, deterrence_game, tmp_path / "s", "--set", "aSQ=1.5")
    found = json.loads(standoff("findings", folder, "--json", "--outcome", "DD", "--sobol", 64)[1])["sobol"]["DD"]
    assert [index["name"] for index in found["indices"]] == ["pB", "idle"]
    assert found["indices"][0]["total"] == pytest.approx(1, abs=found["indices"][0]["total_error"] + 0.05)


def test_what_cannot_be_had_is_refused_before_anything_is_solved(standoff, deterrence_game, tmp_path):
    folder = stored(standoff, deterrence_game, tmp_path / "s")
    status, out, err = standoff("findings", folder, "--sobol", 100)
    assert (status, out) == (2, "")
    assert "a design of 100 base points is not balanced" in err
    status, _, err = standoff("findings", folder, "--sobol", 2**20)
    assert status == 2
    assert "5,242,880 solves, and 500,000 is the limit" in err
    text = deterrence_game.read_text(encoding="utf-8")
    deterrence_game.write_text(text.replace("\nassume:", "\ncorrelate:\n  - [aSQ, pB, 0.5]\nassume:"), encoding="utf-8")
    folder = stored(standoff, deterrence_game, tmp_path / "c")
    status, out, err = standoff("findings", folder, "--sobol", 64)
    assert (status, out) == (2, "")
    assert "`aSQ` and `pB` are correlated" in err
    assert "delta indices" in err
    assert "sensitivity" in json.loads(standoff("findings", folder, "--json")[1])


def test_nothing_that_varies_is_refused():
    scenario = open_model(catalogue.path("seltens_horse")).scenario
    assert scenario is not None
    with pytest.raises(RequestError, match="no parameter of the scenario varies"):
        check_design(scenario, 64)


def test_the_number_of_processes_changes_nothing(deterrence_game):
    model = open_model(deterrence_game)
    one, two = (solved_indices(model, ["DD", "SQ"], base=512, seed=3, workers=workers) for workers in (1, 2))
    assert one == two
    assert one["SQ"].evaluations == 2560  # more than one chunk


def test_a_design_changes_one_column_at_a_time():
    """In each block of d + 2 rows: A, then A with one column from B, then B."""
    values = design({name: (lambda u: u) for name in "abc"}, base=8, seed=1)
    rows = np.column_stack([values[name] for name in "abc"]).reshape(8, 5, 3)
    for block in rows:
        first, last = block[0], block[-1]
        for column in range(3):
            expected = first.copy()
            expected[column] = last[column]
            assert block[1 + column].tolist() == expected.tolist()


def test_a_study_without_its_scenario_says_so(standoff, deterrence_game, tmp_path):
    folder = stored(standoff, deterrence_game, tmp_path / "s")
    (folder / "source" / "scenario.yaml").unlink()
    found = json.loads(standoff("findings", folder, "--json", "--sobol", 64)[1])
    assert found["sobol"] == found["sensitivity"]
    assert "does not hold the scenario" in found["sobol"]["missing"]
    assert "Sobol' indices" in standoff("findings", folder, "--sobol", 64)[1]
