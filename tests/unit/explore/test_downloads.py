"""What is taken away: tables that no spreadsheet runs, the command's own JSON, a game that reads back the same."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from hostile_names import KINDS, NAMES
from standoff import api
from standoff.explore.answer import selected
from standoff.explore.downloads import HEADS, data_text, efg_text, file_name, neutral, table_text
from standoff.game.model import Model, open_model
from standoff.library.catalogue import path as library_path

SETTINGS = {"pi": 0.35, "E_war": -4.25}
FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x.example","y")',
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\u00a0=1",
    "\ufeff=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "|cmd",
    "%0A",
]
HARMLESS = ["", "plain", "a=b", "1-2", "p_resolved", "'quoted'", '"quoted"', "–", "war, or not", "é"]


@pytest.fixture(scope="module")
def model() -> Model:
    return open_model(library_path("consent_deployment"))


@pytest.mark.parametrize("text", FORMULAS)
def test_what_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert neutral(text) == "'" + text


def test_no_hostile_name_begins_a_cell_that_runs() -> None:
    for name in NAMES:
        cell = neutral(name)
        assert isinstance(cell, str)
        assert cell.lstrip()[:1] not in ("=", "+", "-", "@"), repr(name)
    assert neutral(KINDS["formulas"][0]) == "'" + KINDS["formulas"][0]


@pytest.mark.parametrize("text", HARMLESS)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert neutral(text) == text


def test_numbers_stay_numbers() -> None:
    assert [neutral(value) for value in (-3.5, 0, 1e-9)] == [-3.5, 0, 1e-9]


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline="")))


def test_the_table_has_every_number_of_the_answer(model: Model) -> None:
    rows = rows_of(table_text(selected(model, SETTINGS), model, SETTINGS))
    assert tuple(rows[0]) == HEADS
    expected = api.solve(model, set=SETTINGS)
    first = next(one for one in expected.equilibria if one.selected).to_dict()
    of = {part: [row for row in rows if row["part"] == part] for part in ("parameter", "outcome", "payoff", "strategy")}
    assert {row["name"]: float(row["value"]) for row in of["parameter"]} == {
        name: float(value) for name, value in model.values(SETTINGS).items()
    }
    assert {row["name"] for row in of["parameter"] if row["label"] == "set here"} == set(SETTINGS)
    assert {row["name"]: float(row["value"]) for row in of["outcome"]} == pytest.approx(first["outcomes"])
    assert {row["name"]: float(row["value"]) for row in of["payoff"]} == pytest.approx(first["payoffs"])
    told = [
        (entry["actor"], entry["move"], option, value)
        for entry in first["behaviour"]
        for option, value in entry["probabilities"].items()
    ]
    assert [(row["name"], row["label"], row["option"]) for row in of["strategy"]] == [entry[:3] for entry in told]
    assert [float(row["value"]) for row in of["strategy"]] == pytest.approx([entry[3] for entry in told])


def test_no_cell_of_a_hostile_scenario_runs(tmp_path: Path) -> None:
    text = """
standoff: 1
title: "=1+1"
actors: {a: "=HYPERLINK(1)"}
parameters:
  x: {value: -2, unit: "@sum(1)"}
moves:
  pick: {actor: a, label: "+1", options: {left: {label: "-1"}, right: {label: "=2"}}}
payoffs:
  a: {worth: x * pick.left}
outcomes: {o: {label: "=3", when: pick.left}, rest: {label: "+4", when: pick.right}}
"""
    (tmp_path / "hostile.yaml").write_text(text, encoding="utf-8")
    hostile = open_model(tmp_path / "hostile.yaml")
    for row in rows_of(table_text(selected(hostile, {}), hostile, {})):
        for head, cell in row.items():
            assert head == "value" or cell[:1] not in ("=", "+", "-", "@"), row
        assert float(row["value"]) == float(row["value"])


def test_the_json_is_that_of_the_command_for_the_selected_equilibrium(model: Model) -> None:
    told: dict[str, Any] = json.loads(data_text(selected(model, SETTINGS), SETTINGS))
    expected = api.solve(model, set=SETTINGS).to_dict()
    (own,) = told["equilibria"]
    same = next(one for one in expected["equilibria"] if one["selected"])
    assert own["outcomes"] == pytest.approx(same["outcomes"])
    assert own["certificate"]["consistent"] is True
    assert told["settings"] == SETTINGS
    assert told["title"] == expected["title"]


def test_the_game_reads_back_with_the_numbers_that_were_set(model: Model, tmp_path: Path) -> None:
    (tmp_path / "game.efg").write_text(efg_text(model, SETTINGS), encoding="utf-8")
    read = api.solve(tmp_path / "game.efg")
    own = api.solve(model, set=SETTINGS)
    assert next(one for one in read.equilibria if one.selected).to_dict()["payoffs"] == pytest.approx(
        next(one for one in own.equilibria if one.selected).to_dict()["payoffs"]
    )


def test_names_of_files_are_plain_whatever_the_title() -> None:
    assert (
        file_name("European troops, with or without", "answer", "csv") == "european-troops-with-or-without-answer.csv"
    )
    assert file_name("Ünïted é", "brief", "html") == "united-e-brief.html"
    for title in [*NAMES, "", "../../etc/passwd", "a" * 300, "СССР", 'x"; filename="y']:
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,50}-game\.efg", file_name(title, "game", "efg")), title
