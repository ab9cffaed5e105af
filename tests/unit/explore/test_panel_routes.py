"""The panels' questions over HTTP: what they answer, what they refuse, and that nothing else is reached by them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from standoff.library.catalogue import path as library_path
from unit.explore.test_answers import EFG, Explorer


@pytest.fixture(scope="module")
def veto() -> Iterator[Explorer]:
    explorer = Explorer(Path(library_path("consent_deployment")))
    explorer.get("/api/model")
    yield explorer
    explorer.session.close()


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Explorer]:
    (tmp_path / "pick.efg").write_text(EFG, encoding="utf-8")
    explorer = Explorer(tmp_path / "pick.efg")
    explorer.get("/api/model")
    yield explorer
    explorer.session.close()


def problem(explorer: Explorer, path: str, **changes: Any) -> str:
    answer = explorer.raw(path, **changes)
    assert answer.status_code == 422, answer.text
    return " ".join(f"{one['message']}; {one['remedy']}" for one in answer.json()["problems"])


def test_every_panel_answers(veto: Explorer) -> None:
    told = veto.ask("/api/regions", x="pi", y=["E_war", -9, 0], cells=6)
    assert [axis["name"] for axis in told["axes"]] == ["pi", "E_war"]
    assert [axis["low"] for axis in told["axes"]] == [0, -9]
    assert "<svg" in veto.ask("/api/influence", focus="a:E", chosen="p:pi")["svg"]
    assert veto.get("/api/influence/boxes")["nodes"]["p:pi"]["range"] == "uniform(0, 1)"
    assert veto.get("/api/ledger")["ledger"] is None
    assert veto.get("/api/study/state") == {"state": "idle"}
    assert veto.get("/api/study/result") == {"summary": None, "findings": None}
    assert veto.ask("/api/compare", a={}, b={"pi": 0.5})["missing"] == []
    file = veto.ask("/api/download", what="csv", settings={"pi": 0.4})
    assert "parameter,pi,set here,,,0.4," in file["text"]


@pytest.mark.parametrize(
    ("path", "body", "what"),
    [
        ("/api/regions", {}, "a map needs two parameters"),
        ("/api/regions", {"x": "pi", "y": ["E_war", "low", 1]}, "a map needs two parameters"),
        ("/api/regions", {"x": "pi", "y": "E_war"}, "has no range"),
        ("/api/regions", {"x": "pi", "y": ["E_war", -9, 0], "cells": 10_000}, "10000 cells on a side"),
        ("/api/regions", {"x": "pi", "y": ["E_war", -9, 0], "cells": True}, "cells on a side"),
        ("/api/regions", {"x": "pi", "y": ["E_war", -9, 0], "settings": {"E_cons": "x"}}, "not a number"),
        ("/api/influence", {"focus": "p:none"}, "no such box"),
        ("/api/compare", {"a": {}}, "two settings"),
        ("/api/compare", {"a": {}, "b": {"nobody": 1}}, "no parameter `nobody`"),
        ("/api/compare", {"a": {}, "b": {"pi": 2}}, "cannot be 2"),
        ("/api/download", {"what": "../../etc/passwd"}, "no such download"),
        ("/api/download", {}, "no such download"),
        ("/api/study", {"draws": 1.5, "seed": 1}, "`draws` is not a whole number"),
        ("/api/study", {"draws": 10}, "`seed` is not a whole number"),
        ("/api/study", {"draws": 10**9, "seed": 1}, "is not made here"),
        ("/api/brief", {"draws": True, "seed": 1}, "`draws` is not a whole number"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_remedy(
    veto: Explorer, path: str, body: dict[str, Any], what: str
) -> None:
    assert what in problem(veto, path, **body)


def test_there_is_no_brief_before_it_is_made(veto: Explorer) -> None:
    assert veto.client.get("/api/brief/file").status_code == 404


def test_stopping_what_does_not_run_changes_nothing(veto: Explorer) -> None:
    assert veto.client.post("/api/study/stop", json={}).json() == {"state": "idle"}
    assert veto.client.get("/api/study/stop").status_code == 405


def test_a_game_without_formulas_says_what_it_lacks(bare: Explorer) -> None:
    assert "no parameters to map" in problem(bare, "/api/regions", x="a", y="b")
    assert "no formulas" in problem(bare, "/api/influence")
    assert "no ranges" in problem(bare, "/api/study", draws=10, seed=1)
    assert bare.get("/api/influence/boxes")["nodes"] == {}
    assert "no ledger" in bare.get("/api/ledger")["why"]
    assert bare.ask("/api/compare", a={}, b={})["outcomes"][1]["a"] == 1.0
    assert bare.ask("/api/download", what="efg")["text"].startswith("EFG 2 R")
    assert "outcome,R" in bare.ask("/api/download", what="csv")["text"]
