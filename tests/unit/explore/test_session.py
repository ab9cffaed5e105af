"""The file as it is read, broken, put right and saved anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from standoff.errors import RequestError
from standoff.explore.session import MOST_SETTINGS, Broken, Loaded, Session

SCENARIO = """standoff: 1
title: A fence
actors: {a: Anna, b: Bert}
parameters:
  p: {about: How likely., kind: probability, range: "pert(0.1, 0.5, 0.9)"}
  cost: {kind: positive, value: 2}
  twice: 2 * cost
moves:
  luck: {actor: nature, options: {good: p, bad: 1 - p}, seen_by: []}
  act: {actor: a, options: [build, wait]}
payoffs:
  a: {gain: act.build * (luck.good * twice - 1)}
  b: {loss: -cost * act.build}
outcomes: {built: act.build, open: act.wait}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "fence.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


@pytest.fixture
def session(file: Path) -> Iterator[Session]:
    session = Session(file)
    yield session
    session.close()


def save(path: Path, text: str, later: int = 1) -> None:
    """Save with a time of change that differs, however fast the test is."""
    before = path.stat().st_mtime_ns
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + later * 10**9, before + later * 10**9))


def good(session: Session) -> Loaded:
    read = session.look()
    assert isinstance(read, Loaded)
    return read


def broken(session: Session) -> Broken:
    read = session.look()
    assert isinstance(read, Broken)
    return read


def test_a_file_is_read_once_while_it_stays_as_it_is(session: Session, file: Path) -> None:
    first = good(session)
    assert first.version == 1
    assert first.values == {"p": 0.5, "cost": 2.0, "twice": 4.0}
    assert first.text == SCENARIO
    assert session.look() is first
    save(file, SCENARIO)  # saved with the content it had
    assert session.changed()
    assert session.look() is first
    assert not session.changed()


def test_a_saved_change_is_a_new_version(session: Session, file: Path) -> None:
    good(session)
    save(file, SCENARIO.replace("value: 2", "value: 3"))
    second = good(session)
    assert second.version == 2
    assert second.values["twice"] == 6.0


def test_a_mistake_has_its_line_and_the_last_good_reading_stays(session: Session, file: Path) -> None:
    first = good(session)
    line = SCENARIO.splitlines().index("  twice: 2 * cost") + 1
    save(file, SCENARIO.replace("2 * cost", "2 * coast"))
    read = broken(session)
    assert read.version == 2
    assert [problem.mark.line for problem in read.problems] == [line]
    assert "coast" in read.problems[0].message
    assert session.last_good is first
    save(file, SCENARIO.replace("title: A fence", "title: A wall"), later=2)
    again = good(session)
    assert again.version == 3
    assert again.model.game.title == "A wall"
    assert session.last_good is again


def test_a_file_that_goes_away_and_comes_back(session: Session, file: Path) -> None:
    good(session)
    file.unlink()
    assert broken(session).version == 2
    file.write_text(SCENARIO, encoding="utf-8")
    assert good(session).version == 3


def test_the_ledger_is_watched_too(file: Path) -> None:
    ledger = file.parent / "ledger.yaml"
    ledger.write_text("ledger: 1\nclaims: {C1: {text: A claim.}}\n", encoding="utf-8")
    with_claims = SCENARIO.replace(
        'range: "pert(0.1, 0.5, 0.9)"', 'range: "pert(0.1, 0.5, 0.9)", claims: [C1], without: "uniform(0, 1)"'
    )
    save(file, with_claims.replace("title:", "ledger: ledger.yaml\ntitle:"))
    session = Session(file)
    first = session.look()
    assert isinstance(first, Loaded), first
    save(ledger, "ledger: 1\nclaims: {C2: {text: A claim.}}\n")
    problems = broken(session).problems
    assert any("C1" in problem.message for problem in problems)
    session.close()


def test_a_fault_of_ours_is_shown_and_not_met_again_until_the_file_is_saved(
    session: Session, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("nobody foresaw this")

    with monkeypatch.context() as patch:
        patch.setattr("standoff.game.model.load_scenario", fail)
        assert "fault in standoff itself, ZeroDivisionError" in broken(session).problems[0].message
    assert broken(session).version == 1
    save(file, SCENARIO + "\n")
    assert good(session).version == 2


def test_probabilities_that_fail_within_a_range_break_the_file(tmp_path: Path) -> None:
    path = tmp_path / "fence.yaml"
    path.write_text(SCENARIO.replace("good: p, bad: 1 - p", "good: 1.2 * p, bad: 1 - 1.2 * p"), encoding="utf-8")
    session = Session(path)
    assert "probabilities of `luck`" in broken(session).problems[0].message
    session.close()
    later = Session(path)  # as it is begun: the check comes after the first answer
    later.begin()
    assert isinstance(later.look(), Loaded)
    later.check_rest()
    assert later.version == 2
    assert "probabilities of `luck`" in broken(later).problems[0].message
    later.close()


def test_mistakes_that_only_a_variant_has_break_the_file(tmp_path: Path) -> None:
    path = tmp_path / "fence.yaml"
    path.write_text(SCENARIO + "variants: {other: {set: {nobody: 1}}}\n", encoding="utf-8")
    session = Session(path)
    assert "variant `other`" in broken(session).problems[0].message
    session.close()
    later = Session(path)
    later.begin()
    assert isinstance(later.look(), Loaded)
    later.check_rest()
    assert "variant `other`" in broken(later).problems[0].message
    later.close()


def test_settings_are_numbers_of_parameters_within_their_kind(session: Session) -> None:
    loaded = good(session)
    assert session.settings({"p": 1, "cost": 0.25}, loaded) == {"p": 1.0, "cost": 0.25}
    for given in (
        {"q": 0.5},
        {"p": 1.5},
        {"p": -0.1},
        {"p": float("nan")},
        {"p": float("inf")},
        {"cost": 0},
        {"p": True},
        {"p": "0.5"},
        {"p": None},
        {"p": [0.5]},
        {"__class__": 1},
        {f"x{number}": 1 for number in range(MOST_SETTINGS + 1)},
    ):
        with pytest.raises(RequestError):
            session.settings(given, loaded)


def test_what_is_to_be_done_at_the_end_is_done_once_and_the_last_first(file: Path) -> None:
    session, done = Session(file), []
    for number in (1, 2, 3):
        session.at_close(lambda n=number: done.append(n))
    session.close()
    session.close()
    assert done == [3, 2, 1]
