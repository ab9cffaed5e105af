"""Studies started from the page: those of ``standoff run``, stopped when they are told to, gone on with afterwards."""

from __future__ import annotations

import multiprocessing
import re
import threading
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from standoff import api
from standoff.draw.charts import outcome_chart
from standoff.errors import RequestError
from standoff.explore.jobs import Job, Jobs
from standoff.explore.task import BRIEF, STUDY, Task
from standoff.explore.work import perform, plain, summary_view
from standoff.findings.outcomes import summarise
from standoff.game.model import Model, open_model
from standoff.library.catalogue import path as library_path
from standoff.study.store import StoredStudy, open_study

DRAWS = 700


@pytest.fixture(scope="module")
def model() -> Model:
    return open_model(library_path("consent_deployment"))


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    found = Jobs()
    yield found
    found.close()


def task(model: Model, **changes: Any) -> Task:
    return Task(**{"kind": STUDY, "model": model, "settings": {}, "draws": 8, "seed": 1, "folder": "", **changes})


def stored(model: Model, folder: Path, *, draws: int, seed: int, settings: dict[str, float]) -> StoredStudy:
    """What ``standoff run --out`` leaves in a folder."""
    found = api.run(model, draws=draws, seed=seed, set=settings, out=folder / "expected", workers=1)
    assert isinstance(found, StoredStudy)
    return found


def test_a_study_in_the_background_is_that_of_the_command(jobs: Jobs, tmp_path: Path) -> None:
    model = open_model(library_path("beer_quiche"))
    jobs.start(STUDY, model, 3, {"peace": 2.5}, DRAWS, 7, keep=False)
    with pytest.raises(RequestError, match="a study is under way"):
        jobs.start(BRIEF, model, 3, {}, 8, 1, keep=False)
    jobs.wait()
    view = jobs.view(STUDY)
    assert (view["state"], view["done"], view["certified"], view["of"]) == ("done", DRAWS, DRAWS, 3)
    expected = stored(model, tmp_path, draws=DRAWS, seed=7, settings={"peace": 2.5})
    job = jobs.job(STUDY)
    assert job is not None
    own, wanted = open_study(job.task.folder).rows(), expected.rows()
    for name in ("selected", "low", "high", "decision", "payoffs", "status", "kind"):
        assert np.array_equal(getattr(own, name), getattr(wanted, name), equal_nan=True), name
    told = jobs.result(STUDY, ("summary", "findings"))
    assert told["summary"] == summary_view(model, summarise(expected))
    assert told["findings"]["drivers"][0]["chart"].startswith("<svg ")
    assert not re.search(r'\sstyle="', str(told))


def test_stopping_ends_the_process_and_the_same_study_goes_on(
    model: Model, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way = threading.Event()
    hear = Job.hear

    def heard(self: Job, word: str, value: Any, now: float) -> None:
        hear(self, word, value, now)
        if word == "progress" and 0 < value[0] < value[1]:
            under_way.set()

    monkeypatch.setattr(Job, "hear", heard)
    before = set(multiprocessing.active_children())
    job = jobs.start(STUDY, model, 1, {}, 60_000, 1, keep=False)
    (process,) = set(multiprocessing.active_children()) - before
    assert under_way.wait(120)
    jobs.stop(STUDY)
    assert not process.is_alive()
    assert jobs.view(STUDY)["state"] == "stopped"
    assert 0 < jobs.view(STUDY)["done"] < 60_000
    folder = job.task.folder
    again = jobs.start(STUDY, model, 1, {}, 60_000, 1, keep=False)
    assert again.task.folder == folder
    jobs.stop(STUDY)
    other = jobs.start(STUDY, model, 1, {}, 60_000, 2, keep=False)
    assert other.task.folder != folder
    jobs.stop(BRIEF)  # another kind: this one goes on
    assert jobs.view(STUDY)["state"] == "running"
    jobs.stop(STUDY)
    assert set(multiprocessing.active_children()) == before


def test_a_study_that_was_stopped_ends_as_if_it_had_not_been(model: Model, tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def until(word: str, value: Any) -> None:
        if word == "progress" and value[0] >= 512:
            raise StoppedError

    folder = str(tmp_path / "study")
    with pytest.raises(StoppedError):
        perform(task(model, draws=1100, folder=folder), until)
    told: list[str] = []
    perform(task(model, draws=1100, folder=folder), lambda word, value: told.append(word))
    assert told.index("summary") < told.index("findings")
    expected = stored(model, tmp_path, draws=1100, seed=1, settings={})
    assert np.array_equal(open_study(folder).rows().selected, expected.rows().selected)


def test_folders_go_when_the_explorer_ends_unless_asked_for(model: Model) -> None:
    jobs = Jobs()
    kept = Path(jobs.start(STUDY, model, 1, {}, 50_000, 1, keep=True).task.folder)
    assert jobs.view(STUDY)["kept"] == str(kept)
    jobs.stop(STUDY)
    gone = Path(jobs.start(STUDY, model, 1, {}, 50_000, 2, keep=False).task.folder)
    assert jobs.view(STUDY)["kept"] is None
    jobs.close()
    assert kept.is_dir()
    assert not gone.exists()
    for path in sorted(kept.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    kept.rmdir()
    kept.parent.rmdir()


def test_a_process_that_dies_is_a_failure_that_says_what_to_do(model: Model, jobs: Jobs) -> None:
    before = set(multiprocessing.active_children())
    jobs.start(STUDY, model, 1, {}, 50_000, 1, keep=False)
    (process,) = set(multiprocessing.active_children()) - before
    process.kill()
    jobs.wait()
    view = jobs.view(STUDY)
    assert view["state"] == "failed"
    assert "start it again" in view["problems"][0]["remedy"]


@pytest.mark.parametrize(
    ("kind", "draws", "seed", "what"),
    [
        (STUDY, 0, 1, "a study of 0 draws"),
        (STUDY, 100_001, 1, "100,001 draws"),
        (BRIEF, 5000, 1, "a brief of 5,000"),
        (STUDY, 10, -1, "-1 is no seed"),
        (STUDY, 10, 2**32, "is no seed"),
    ],
)
def test_numbers_that_cannot_be(model: Model, jobs: Jobs, kind: str, draws: int, seed: int, what: str) -> None:
    with pytest.raises(RequestError, match=what):
        jobs.start(kind, model, 1, {}, draws, seed, keep=False)
    assert jobs.view(kind) == {"state": "idle"}


def test_the_rate_is_that_of_the_last_reports(model: Model) -> None:
    job = Job(task(model, draws=1000), 1)
    job.hear("stage", "solving draws", 10.0)
    assert job.view()["rate"] is None
    job.hear("progress", (100, 1000, 99), 12.0)
    view = job.view()
    assert (view["rate"], view["remaining"], view["certified"]) == (50.0, 18.0, 99)
    for step in range(1, 12):
        job.hear("progress", (100 + step, 1000, 99), 12.0 + step)
    assert job.view()["rate"] == pytest.approx(1.0)  # the quick start is forgotten
    job.hear("done", None, 30.0)
    assert job.view()["state"] == "done"


def test_a_brief_is_one_page_at_the_settings(model: Model, tmp_path: Path) -> None:
    told: list[tuple[str, Any]] = []
    settings = {"pi": 0.7}
    brief = task(model, kind=BRIEF, settings=settings, draws=64, folder=str(tmp_path))
    perform(brief, lambda word, value: told.append((word, value)))
    text = (tmp_path / "brief.html").read_text(encoding="utf-8")
    assert text.lstrip().startswith("<!DOCTYPE html>")
    assert "<script" not in text
    (row,) = re.findall(r'<span class="name">pi</span>.*?</th><td class="num" data-head="Base">([^<]*)</td>', text)
    assert float(row) == 0.7
    assert ("stage", "writing the page") in told
    assert not any(name.suffix == ".part" for name in tmp_path.iterdir())


def test_charts_are_xml_without_styles(model: Model) -> None:
    chart = outcome_chart(summarise(api.run(model, draws=64, seed=1, workers=1)))
    for given in (chart, chart.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)):
        root = ElementTree.fromstring(plain(given))
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert not any("style" in element.attrib or element.tag.endswith("style") for element in root.iter())


def test_values_are_made_fit_for_json() -> None:
    given = {"a": (1, float("nan"), "x\u202ey"), 2: [float("inf"), None, True]}
    assert plain(given) == {"a": [1, None, "xy"], "2": [None, None, True]}
