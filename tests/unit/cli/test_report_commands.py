import json

import pytest

from standoff import api
from standoff.study import run as running


@pytest.fixture
def small(deterrence):
    """Uniform p_firm: the challenger demands where it is below 1/3."""
    return deterrence


def test_run_counts_what_is_known_of_the_game(standoff, small, tmp_path):
    folder = tmp_path / "a" / "b"
    status, out, err = standoff(
        "run", small, "--draws", "48", "--seed", "3", "--workers", "1", "--json", "--out", folder
    )
    result = json.loads(out)
    assert status == 0
    assert err == f"wrote {folder}\n"  # and no progress, since nobody watches
    assert json.loads((folder / "study.json").read_text()) == result
    assert (result["draws"], result["seed"], result["certified"]) == (48, 3, 1.0)
    # low-discrepancy points: the share below 1/3 is off by little more than a point
    assert abs(result["decision"]["challenge"] - 1 / 3) < 2.5 / 48
    assert abs(result["outcomes"]["status_quo"]["mean"] - 2 / 3) < 2.5 / 48
    text = " ".join(standoff("run", small, "--draws", "48", "--seed", "3", "--workers", "1")[1].split())
    assert "48 draws, seed 3: 100 % certified." in text
    assert "What is chosen at demand" in text


def test_the_same_seed_gives_the_same_study(standoff, small):
    def study(seed):
        out = standoff("run", small, "--draws", "8", "--seed", seed, "--workers", "1", "--json")[1]
        return {key: value for key, value in json.loads(out).items() if not key.startswith(("seconds", "draws_per"))}

    assert study(0) == study(0)
    assert study(0)["outcomes"] != study(1)["outcomes"]


def test_a_folder_that_cannot_be_made_is_said_before_the_work(standoff, small, monkeypatch):
    monkeypatch.setattr(running, "chunk", lambda *place: pytest.fail("a chunk was computed"))
    status, out, err = standoff("run", small, "--draws", "8", "--out", small / "inside")
    assert (status, out) == (2, "")
    assert f"cannot write {small / 'inside'}: Not a directory" in err


def test_brief_writes_one_page(standoff, small, tmp_path):
    page = tmp_path / "brief.html"
    status, out, err = standoff("brief", small, "-o", page, "--draws", "8", "--workers", "1")
    assert (status, out, err) == (0, "", f"wrote {page}\n")
    text = page.read_text(encoding="utf-8")
    assert text.lower().startswith("<!doctype html>")
    assert "A deterrence game" in text


def test_brief_says_before_the_work_that_it_cannot_write(standoff, small, tmp_path, monkeypatch):
    monkeypatch.setattr(api, "solve", None)
    for target in (tmp_path / "none" / "b.html", tmp_path):
        status, _, err = standoff("brief", small, "-o", target)
        assert status == 2
        assert f"cannot write {target}" in err
