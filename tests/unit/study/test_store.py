"""Stored studies against the same study in memory, and against themselves after every kind of interruption."""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import fields, replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from standoff.errors import AnalysisError, RequestError
from standoff.findings.outcomes import summarise
from standoff.game.model import from_scenario
from standoff.scenario.load import load_scenario
from standoff.study.manifest import part_size
from standoff.study.parts import Names, Part, decode, encode
from standoff.study.run import MOST_DRAWS, run
from standoff.study.store import open_study, part_path
from unit.study import made_up

NAMES = Names(("war", "win", "calm", "quiet"), ("warn", "wait"), ("a", "b"))
DRAWS = 5 * made_up.CHUNK + 20


def parts_of(folder):
    """Digest of every part by its name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((folder / "parts").iterdir())}


def answers(count, start=0):
    return made_up.chunk(made_up.model(), 1, "sobol", start + count, start, size=count)


def test_a_part_comes_back_as_it_was_up_to_float32(tmp_path):
    before = answers(1000)
    path = tmp_path / "part"
    path.write_bytes(encode(Part(4000, before, {}), NAMES, "this"))
    part = decode(path, NAMES, "this")
    assert part.start == 4000
    for entry in fields(before):
        one, other = getattr(before, entry.name), getattr(part.answers, entry.name)
        assert one.dtype == other.dtype
        tolerance = {"payoffs": 1e-7, "gain": 2**-7}.get(entry.name, 0)
        np.testing.assert_allclose(other, one, rtol=tolerance, atol=7e-8 if one.dtype.kind == "f" else 0)
    bounded = before.low < before.high
    assert bounded.any()
    same = part.answers.low == part.answers.high
    np.testing.assert_array_equal(same[before.certified], ~bounded[before.certified])
    gain = np.nan_to_num(before.gain)
    assert (np.nan_to_num(part.answers.gain) >= gain).all()  # an upper bound stays one
    np.testing.assert_array_equal(part.answers.gain[gain == 0], before.gain[gain == 0])


def test_a_draw_takes_less_than_25_bytes():
    """Of a game with four outcomes, two options and two actors, with continuous probabilities and payoffs."""
    count = 40_000
    assert len(encode(Part(0, answers(count), {}), NAMES, "this")) / count < 25


def test_other_programs_can_read_a_part(made_up_study, tmp_path):
    run(made_up_study, draws=100, seed=1, out=tmp_path, workers=1)
    table = pq.read_table(tmp_path / "parts")
    assert table.num_rows == 100
    expected = run(made_up_study, draws=100, seed=1, workers=1)
    shown = table.column("selected_calm").to_numpy()
    np.testing.assert_allclose(shown, expected.selected[:, 2], atol=1e-7)
    np.testing.assert_array_equal(table.column("status").to_numpy(), expected.answers.status)


@pytest.mark.parametrize(("sampler", "keep"), [("sobol", False), ("random", True), ("lhs", False), ("lhs", True)])
def test_a_stored_study_is_the_one_in_memory(made_up_study, tmp_path, sampler, keep):
    memory = run(made_up_study, draws=DRAWS, seed=2, sampler=sampler, workers=1)
    stored = run(made_up_study, draws=DRAWS, seed=2, sampler=sampler, workers=1, out=tmp_path, keep_parameters=keep)
    again = open_study(tmp_path, made_up_study)
    for study in (stored, again):
        rows = study.rows()
        np.testing.assert_allclose(rows.selected, memory.selected, atol=1e-7)
        np.testing.assert_allclose(rows.high, memory.high, atol=2e-7)
        np.testing.assert_array_equal(rows.kind, memory.answers.kind)
        for name, values in study.parameters().items():
            np.testing.assert_array_equal(values, memory.parameters[name])
    one, other = summarise(memory), summarise(again)
    assert other.statuses == one.statuses
    assert other.classes == one.classes
    assert (other.audit, other.decided, other.several) == (one.audit, one.decided, one.several)
    for mine, theirs in zip(other.outcomes, one.outcomes, strict=True):
        np.testing.assert_allclose(list(mine.to_dict().values()), list(theirs.to_dict().values()), atol=2e-7)
    assert other.certified == sum((n % 29) != 3 for n in range(DRAWS))


def test_some_draws_can_be_had_without_the_others(made_up_study, tmp_path):
    study = run(made_up_study, draws=DRAWS, out=tmp_path, workers=1)
    whole, drawn = study.rows(), study.parameters()
    for start, count in ((0, 1), (60, 10), (64, 64), (100, 200), (DRAWS - 1, 1)):
        np.testing.assert_array_equal(study.rows(start, count).selected, whole.selected[start : start + count])
        np.testing.assert_array_equal(study.parameters(start, count)["cost"], drawn["cost"][start : start + count])
    for start, count in ((-1, 5), (0, 0), (DRAWS, 1), (5, DRAWS)):
        with pytest.raises(RequestError, match="has the draws 0 to"):
            study.rows(start, count)


class Killed(BaseException):
    """Stands for any end of a run."""


@pytest.mark.parametrize("after", [1, 3, 6])
def test_an_interrupted_study_goes_on_to_the_same_bytes(made_up_study, tmp_path, after):
    run(made_up_study, draws=DRAWS, seed=4, out=tmp_path / "whole", workers=1)
    calls = itertools.count(1)

    def interrupt(done, total, certified):
        if next(calls) == after:
            raise Killed

    with pytest.raises(Killed):
        run(made_up_study, draws=DRAWS, seed=4, out=tmp_path / "cut", workers=1, progress=interrupt)
    finished = parts_of(tmp_path / "cut")
    assert len(finished) == after - 1
    with pytest.raises(RequestError, match=rf"not finished: {7 - after} of 6 parts are missing"):
        open_study(tmp_path / "cut")
    seen = []
    run(made_up_study, draws=DRAWS, seed=4, out=tmp_path / "cut", workers=1, progress=lambda *at: seen.append(at))
    assert parts_of(tmp_path / "cut") == parts_of(tmp_path / "whole")
    assert [done for done, _, _ in seen] == [*range(64, DRAWS, 64), DRAWS]
    assert seen[-1][2] == summarise(open_study(tmp_path / "whole")).certified
    one, other = (summarise(replace(open_study(tmp_path / name), seconds=0)).to_dict() for name in ("cut", "whole"))
    assert one == other  # to the last bit


def test_a_finished_study_is_not_computed_again(made_up_study, tmp_path, monkeypatch):
    run(made_up_study, draws=DRAWS, out=tmp_path, workers=1)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "parts").iterdir()}
    monkeypatch.setattr("standoff.study.run.chunk", lambda *place: pytest.fail("a chunk was computed"))
    run(made_up_study, draws=DRAWS, out=tmp_path, workers=1)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "parts").iterdir()} == before


@pytest.mark.parametrize("sampler", ["sobol", "random"])
def test_more_draws_go_on_from_what_is_there(made_up_study, tmp_path, sampler):
    run(made_up_study, draws=DRAWS, seed=1, sampler=sampler, out=tmp_path / "a", workers=1)
    few = parts_of(tmp_path / "a")
    run(made_up_study, draws=2 * DRAWS, seed=1, sampler=sampler, out=tmp_path / "a", workers=1)
    run(made_up_study, draws=2 * DRAWS, seed=1, sampler=sampler, out=tmp_path / "b", workers=1)
    many = parts_of(tmp_path / "a")
    assert many == parts_of(tmp_path / "b")
    assert [name for name, digest in few.items() if many[name] != digest] == ["part-000005.parquet"]  # was not full
    with pytest.raises(RequestError, match=f"a study of {2 * DRAWS} draws, more than the {DRAWS} asked for"):
        run(made_up_study, draws=DRAWS, seed=1, sampler=sampler, out=tmp_path / "a", workers=1)


def test_a_latin_hypercube_cannot_be_extended(made_up_study, tmp_path):
    run(made_up_study, draws=DRAWS, sampler="lhs", out=tmp_path, workers=1)
    with pytest.raises(RequestError, match="Latin hypercube of 340 draws, which cannot be extended"):
        run(made_up_study, draws=DRAWS + 1, sampler="lhs", out=tmp_path, workers=1)


@pytest.mark.parametrize("workers", [2, 3])
def test_processes_give_the_same_bytes(made_up_study, tmp_path, workers):
    for number in (1, workers):
        run(made_up_study, draws=DRAWS, seed=4, out=tmp_path / str(number), workers=number)
    assert parts_of(tmp_path / str(workers)) == parts_of(tmp_path / "1")


def test_the_scenario_is_kept_with_the_study(made_up_study, tmp_path):
    source = tmp_path / "here" / "made-up.yaml"
    source.parent.mkdir()
    source.write_text(made_up.TEXT.replace("actors:", "ledger: notes/ledger.yaml\nactors:"))
    (source.parent / "notes").mkdir()
    (source.parent / "notes" / "ledger.yaml").write_text("claims: []\n")
    model = from_scenario(load_scenario(source))
    folder = tmp_path / "study"
    run(model, draws=100, settings={"cost": "1/4"}, out=folder, workers=1)
    drawn = run(model, draws=100, settings={"cost": "1/4"}, workers=1).parameters
    source.unlink()
    study = open_study(folder)
    for name, values in study.parameters().items():
        np.testing.assert_array_equal(values, drawn[name])
    assert (drawn["cost"] == 0.25).all()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["ledger_digest"] == hashlib.sha256(b"claims: []\n").hexdigest()
    assert (folder / "source" / "notes" / "ledger.yaml").read_text() == "claims: []\n"
    (folder / "source" / "scenario.yaml").write_text(made_up.TEXT)
    with pytest.raises(RequestError, match="is not the scenario that was run"):
        study.parameters()


def test_parameters_of_a_scenario_given_as_text_need_the_model(made_up_study, tmp_path):
    run(made_up_study, draws=100, out=tmp_path, workers=1)
    with pytest.raises(RequestError, match="give the model"):
        open_study(tmp_path).parameters()


def test_settings_leave_the_other_parameters_their_draws(made_up_study):
    free = run(made_up_study, draws=100, workers=1).parameters
    held = run(made_up_study, draws=100, workers=1, settings={"p": 0.25, "cut": "1/2"}).parameters
    np.testing.assert_array_equal(held["cost"], free["cost"])
    assert set(held["p"]) == {0.25}
    assert set(held["cut"]) == {0.5}
    with pytest.raises(RequestError, match="there is no parameter `pp`"):
        run(made_up_study, draws=100, workers=1, settings={"pp": 1})
    with pytest.raises(RequestError, match="`p` cannot be 2"):
        run(made_up_study, draws=100, workers=1, settings={"p": 2})


def test_the_size_of_parts():
    """Some megabytes for a long study, at least 128 parts where there are that many chunks."""
    size = part_size(10_000_000, 4096, NAMES)
    assert size % 4096 == 0
    assert 0.5e6 < size * 25 < 4e6
    assert part_size(100_000, 4096, NAMES) == 4096
    assert 10_000_000 // part_size(10_000_000, 4096, NAMES) >= 128
    assert part_size(10**9, 4096, NAMES) * 25 < 4e6


def test_many_draws_need_a_folder(made_up_study):
    with pytest.raises(RequestError, match="give --out DIR"):
        run(made_up_study, draws=MOST_DRAWS + 1)
    with pytest.raises(RequestError, match="too many"):
        run(made_up_study, draws=10**9 + 1, out="/nowhere")


def test_a_labelled_dataset(made_up_study, tmp_path):
    pytest.importorskip("xarray")
    memory = run(made_up_study, draws=200, seed=2, workers=1).to_xarray()
    stored = run(made_up_study, draws=200, seed=2, workers=1, out=tmp_path).to_xarray(100, 50)
    assert stored.attrs["seed"] == 2
    assert list(stored.draw.values) == list(range(100, 150))
    some = memory.sel(draw=slice(100, 149))
    np.testing.assert_allclose(stored.selected.sel(outcome="calm"), some.selected.sel(outcome="calm"), atol=1e-7)
    np.testing.assert_allclose(stored.payoffs.sel(actor="b"), some.payoffs.sel(actor="b"), rtol=1e-6)
    np.testing.assert_array_equal(stored.parameters.sel(parameter="p"), some.parameters.sel(parameter="p"))
    assert set(np.unique(stored.status)) == {"certified", "near_tie"}


def test_a_damaged_part_of_a_finished_study_is_named(made_up_study, tmp_path):
    study = run(made_up_study, draws=DRAWS, out=tmp_path, workers=1)
    part_path(tmp_path, 2).write_bytes(b"PAR1 and nothing else PAR1")
    with pytest.raises(AnalysisError, match=r"part-000002\.parquet cannot be read .* to repair it"):
        summarise(study)
