"""The quick map: its cells are what ``standoff solve --set`` says there, and it can be stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from standoff.cli import main
from standoff.errors import RequestError
from standoff.explore import regions
from standoff.explore.lanes import Overtaken
from standoff.explore.regions import Grid, grid, view
from standoff.game.model import Model, open_model
from standoff.library.catalogue import path as library_path

CONSENT = Path(__file__).resolve().parents[3] / "examples" / "consent" / "scenario.yaml"
PARTLY = """
standoff: 1
title: Undefined where x is above one half
actors: {a: Anna}
parameters:
  x: {base: 0.25, range: "uniform(0, 1)"}
  y: {base: 0, range: "uniform(-1, 1)"}
  half: {expression: 0.5 * y}
moves:
  pick: {actor: a, options: [left, right]}
payoffs:
  a: {worth: pick.left * sqrt(0.5 - x) + pick.right * half}
outcomes: {left: pick.left, right: pick.right}
"""


def model_of(text: str, folder: Path) -> Model:
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    return open_model(folder / "scenario.yaml")


def solved(capsys: pytest.CaptureFixture[str], file: str, values: dict[str, float]) -> dict[str, float]:
    """Outcomes of the equilibrium that the command selects."""
    arguments = [part for name, value in values.items() for part in ("--set", f"{name}={value!r}")]
    assert main(["solve", file, "--json", *arguments]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    outcomes: dict[str, float] = next(one["outcomes"] for one in told["equilibria"] if one["selected"])
    return outcomes


def cell(found: Grid, row: int, column: int) -> dict[str, float]:
    x, y = found.axes
    return {x.name: float(x.centres[column]), y.name: float(y.centres[row])}


@pytest.mark.parametrize(
    ("name", "across", "settings", "cells"),
    [
        ("consent_deployment", ("pi", ("E_forced", 0.5, 9.5)), {"E_war": -3.0}, [(0, 0), (1, 6), (4, 2), (7, 7)]),
        ("unilateral_deterrence", ("pCh", "pDef"), {}, [(0, 0), (2, 1), (5, 6), (7, 3)]),
    ],
)
def test_cells_are_what_the_command_says(
    capsys: pytest.CaptureFixture[str],
    name: str,
    across: tuple[Any, Any],
    settings: dict[str, float],
    cells: list[tuple[int, int]],
) -> None:
    file = str(library_path(name))
    model = open_model(file)
    found = grid(model, across, settings, 8)
    assert found.answers.certified.all()
    told = view(model, found)
    for row, column in cells:
        expected = solved(capsys, file, {**settings, **cell(found, row, column)})
        own = found.answers.selected[row * 8 + column]
        assert dict(zip(model.game.outcomes, own.tolist(), strict=True)) == pytest.approx(expected, abs=1e-7)
        best = max(expected, key=lambda name: expected[name])
        assert told["outcomes"][told["best"][row][column]] == best
    assert len({kind for line in told["kinds"] for kind in line}) > 1


def test_cells_of_the_worked_example_are_what_the_command_says(capsys: pytest.CaptureFixture[str]) -> None:
    model = open_model(CONSENT)
    found = grid(model, ("humiliation", "cost_force"), {"casualties": 3.0}, 6)
    for row, column in ((0, 0), (5, 4)):
        expected = solved(capsys, str(CONSENT), {"casualties": 3.0, **cell(found, row, column)})
        own = found.answers.selected[row * 6 + column]
        assert dict(zip(model.game.outcomes, own.tolist(), strict=True)) == pytest.approx(expected, abs=1e-7)


def test_where_the_reader_stands_on_the_map_does_not_move_it() -> None:
    model = open_model(library_path("consent_deployment"))
    across = ("pi", ("E_forced", 0.0, 9.0))
    first, second = (grid(model, across, {"pi": value, "E_forced": 1.0}, 6) for value in (0.1, 0.9))
    assert np.array_equal(first.answers.selected, second.answers.selected)


def test_the_table_adds_up() -> None:
    model = open_model(library_path("consent_deployment"))
    told = view(model, grid(model, ("pi", ("E_forced", 0.0, 9.0)), {}, 12))
    assert sum(row["share"] for row in told["table"]) == pytest.approx(1)
    assert sum(row["mean"] for row in told["table"]) == pytest.approx(1, abs=1e-3)
    tables = np.array(told["probability"])
    assert tables.shape == (len(told["outcomes"]), 12, 12)
    for number, row in enumerate(told["table"]):
        assert (row["low"], row["high"]) == (tables[number].min(), tables[number].max())
        assert row["share"] == np.mean(np.array(told["best"]) == number)
    json.dumps(told, allow_nan=False)


def test_cells_without_a_game_are_white_and_say_why(tmp_path: Path) -> None:
    model = model_of(PARTLY, tmp_path)
    told = view(model, grid(model, ("x", "y"), {}, 4))
    assert told["statuses"] == {"certified": 8, "undefined": 8}
    best = np.array(told["best"])
    assert (best[:, 2:] == -1).all()
    names = np.array(told["outcomes"])[best[:, :2]]
    # left is worth sqrt(0.5 - x) > 0 at x = 1/8 and 3/8, right y / 2: at most 3/8
    assert names.tolist() == [["left", "left"], ["left", "left"], ["left", "left"], ["left", "right"]]
    json.dumps(told, allow_nan=False)


def test_a_map_nobody_waits_for_is_given_up() -> None:
    model = open_model(library_path("consent_deployment"))
    looks: list[int] = []

    def cancelled() -> bool:
        looks.append(1)
        return len(looks) > 2

    with pytest.raises(Overtaken):
        grid(model, ("pi", ("E_forced", 0.0, 9.0)), {}, 32, cancelled)
    assert len(looks) == 3


def test_what_there_was_no_time_for_is_missing_and_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "SECONDS", -1.0)
    model = open_model(library_path("consent_deployment"))
    told = view(model, grid(model, ("pi", ("E_forced", 0.0, 9.0)), {}, 4))
    assert told["statuses"] == {"timeout": 16}
    assert told["best"] == [[-1] * 4] * 4
    assert told["table"] == []


@pytest.mark.parametrize(
    ("across", "cells", "what"),
    [
        (("pi", "pi"), 8, "both axes"),
        (("pi", "nothing"), 8, "no parameter `nothing`"),
        (("pi", ("E_forced", 3.0, 1.0)), 8, "would run from"),
        (("pi", ("pi", 0.0, 2.0)), 8, "cannot run"),
        (("pi", ("E_forced", 0.0, 9.0)), 3, "cells on a side"),
        (("pi", ("E_forced", 0.0, 9.0)), 65, "cells on a side"),
        (("pi", ("E_forced", 0.0, float("nan"))), 8, "not a bound"),
    ],
)
def test_maps_that_cannot_be(across: tuple[Any, Any], cells: int, what: str) -> None:
    with pytest.raises(RequestError, match=what):
        grid(open_model(library_path("consent_deployment")), across, {}, cells)
