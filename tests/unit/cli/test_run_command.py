"""``standoff run`` and ``standoff findings`` with made-up answers, and the progress line."""

from __future__ import annotations

import json

import numpy as np
import pytest

from standoff.cli.progress import duration, progress, progress_line
from standoff.study import run as running
from unit.study import made_up


@pytest.fixture
def scenario(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", made_up.CHUNK)
    monkeypatch.setattr(running, "chunk", made_up.chunk)
    path = tmp_path / "made-up.yaml"
    path.write_text(made_up.TEXT)
    return path


def run_json(standoff, *arguments):
    status, out, _ = standoff("run", *arguments, "--workers", "1", "--json")
    assert status == 0
    return json.loads(out)


def test_the_json_of_a_run_has_what_the_contract_names(standoff, scenario):
    result = run_json(standoff, scenario, "--draws", "300", "--seed", "4")
    assert {"draws", "seed", "seconds", "draws_per_second", "certified", "statuses", "classes", "audit"} <= set(result)
    assert set(result["outcomes"]["war"]) == {"mean", "low", "high", "q05", "q50", "q95"}
    assert set(result["decision"]) == {"warn", "wait"}
    assert sum(entry["share"] for entry in result["classes"]) == pytest.approx(1)
    assert result["certified"] == pytest.approx(1 - sum(n % 29 == 3 for n in range(300)) / 300)
    assert result["audit"]["draws"] == 8  # every 40th, none of which failed


def test_findings_say_what_the_run_said(standoff, scenario, tmp_path):
    folder = tmp_path / "study"
    status, text, err = standoff("run", scenario, "--draws", "300", "--workers", "1", "--out", folder)
    assert (status, err) == (0, f"wrote {folder}\n")
    status, said, err = standoff("findings", folder)
    assert (status, err) == (0, "")
    assert said.startswith(text)
    assert "300 draws, seed 1:" in text
    assert "What is chosen at send" in text
    status, out, _ = standoff("findings", folder, "--json")
    assert status == 0
    stored = json.loads((folder / "study.json").read_text())
    assert {key: json.loads(out)[key] for key in stored} == stored


@pytest.mark.parametrize("sampler", ["sobol", "random", "lhs"])
def test_settings_and_samplers_reach_the_study(standoff, scenario, sampler, tmp_path):
    """With p held at 0.3 nobody goes; with 0.7 everybody does."""
    arguments = (scenario, "--draws", "100", "--sampler", sampler, "--out", tmp_path / "s", "--fresh", "--set")
    assert run_json(standoff, *arguments, "p=0.3")["outcomes"]["quiet"]["mean"] == 1
    assert run_json(standoff, *arguments, "p=7/10")["outcomes"]["quiet"]["mean"] == 0
    assert json.loads((tmp_path / "s" / "manifest.json").read_text())["sampler"] == sampler


def test_what_cannot_be_run_is_said(standoff, scenario, tmp_path):
    def said(*arguments):
        status, out, err = standoff("run", scenario, "--draws", "100", "--workers", "1", *arguments)
        assert (status, out) == (2, "")
        return err

    assert "no sampler is called `halton`; use one of sobol, random, lhs" in said("--sampler", "halton")
    assert "there is no parameter `q`" in said("--set", "q=1")
    assert "--fresh is about a stored study; give --out DIR as well" in said("--fresh")
    assert "give --out DIR as well" in said("--keep-parameters")
    assert "write local:N" in said("--cluster", "local")
    assert "give --out DIR to write them into a folder" in said("--draws", "1000000000")
    standoff("run", scenario, "--draws", "100", "--workers", "1", "--out", tmp_path / "s")
    assert "holds another study: the seed differs" in said("--seed", "2", "--out", str(tmp_path / "s"))


def test_kept_parameters_are_in_the_parts(standoff, scenario, tmp_path):
    import pyarrow.parquet as pq

    run_json(standoff, scenario, "--draws", "100", "--keep-parameters", "--out", tmp_path / "s")
    table = pq.read_table(tmp_path / "s" / "parts")
    np.testing.assert_array_equal(table.column("parameter_cut").to_numpy(), np.full(100, 0.3))


def test_progress_is_shown_only_where_someone_watches(monkeypatch, capsys):
    with progress() as show:
        assert show is None
    times = iter([0.0, 0.05, 2.0, 2.01, 4.0])
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "101")
    with progress(lambda: next(times)) as show:
        for done in (400, 450, 500, 502, 1000):  # the second and the fourth come too soon to be shown
            show(done, 1000, done // 2)
    lines = capsys.readouterr().err.split("\r")[1:]
    assert [line.strip() for line in lines] == [
        "[#########...............] 400 of 1,000 draws, 50 % certified",
        "[############............] 500 of 1,000 draws, 50 a second, 10 s left, 50 % certified",
        "[########################] 1,000 of 1,000 draws, 150 a second, 50 % certified",
    ]
    assert all(len(line.rstrip("\n")) == 100 for line in lines)
    assert lines[-1].endswith("\n")


def test_progress_in_words():
    assert progress_line(0, 10, 0, None) == f"[{'.' * 24}] 0 of 10 draws"
    assert "0.25 a second, 40 s left" in progress_line(0, 10, 0, 0.25)
    assert [duration(s) for s in (0.2, 99, 150, 5_000, 12_000, 400_000)] == [
        "0 s",
        "99 s",
        "2 min",
        "83 min",
        "3 h 20 min",
        "111 h 7 min",
    ]
