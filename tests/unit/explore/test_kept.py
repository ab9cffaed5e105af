"""First answers that were kept: told again while they hold, and never longer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from standoff.explore import kept as kept_module
from standoff.explore.app import application
from standoff.explore.kept import KINDS, LARGEST, MOST, First, Kept, cache_folder
from standoff.explore.serve import Explorer
from standoff.explore.session import Loaded, Session
from unit.explore.asgi import Client
from unit.explore.test_session import SCENARIO, save

LEDGER = "ledger: 1\n"


class Start:
    """One start of the explorer of a file, up to where it would serve."""

    def __init__(self, file: Path, folder: Path, **asked: Any) -> None:
        self.session = Session(file, **asked)
        self.kept = Kept(folder, file, **asked)
        app: ASGIApp = First(application(self.session), self.session, self.kept)
        self.client = Client(app, "127.0.0.1:1")

    def first(self) -> dict[str, str]:
        """What the page asks for first, and gets."""
        return {path: self.ask(path) for path in KINDS}

    def ask(self, path: str, **changes: Any) -> str:
        body = {"equilibrium": 0, "open": [], "client": "tab", "seq": 1, "version": 1, "settings": {}, **changes}
        answer = self.client.post(path, json=body) if path == "/api/answer" else self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def rest(self) -> None:
        """What the explorer does once the first answer is there."""
        self.session._rest_later = True
        self.session.check_rest()

    @property
    def has_read(self) -> bool:
        return self.session.current is not None

    def close(self) -> None:
        self.session.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "fence.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def start(file: Path, folder: Path):
    """Starts of the file; they end with the test."""
    starts: list[Start] = []

    def one(path: Path = file, **asked: Any) -> Start:
        starts.append(Start(path, folder, **asked))
        return starts[-1]

    yield one
    for each in starts:
        each.close()


@pytest.fixture
def explored(start) -> dict[str, str]:
    """What the first start was told; kept."""
    before = start()
    assert before.kept.found == {}
    told = before.first()
    before.rest()
    return told


def test_the_second_start_is_told_the_same_before_it_has_read_the_file(explored, start) -> None:
    again = start()
    assert again.first() == explored
    assert not again.has_read
    again.session.look()
    again.session.lanes["quick"].submit(("", "x"), 0, lambda _: None).result()
    assert again.first() == explored
    assert again.has_read
    assert again.session.version == json.loads(explored["/api/version"])["good"] == 1


def test_what_is_told_is_what_an_explorer_without_it_tells(explored, file: Path) -> None:
    session = Session(file)
    client = Client(application(session), "127.0.0.1:1")
    try:
        for path in ("/api/version", "/api/model", "/static/tree.css"):
            assert client.get(path).text == explored[path]
        body = {"client": "other", "seq": 7, "version": 1, "settings": {}}
        assert client.post("/api/answer", json=body).text == explored["/api/answer"]
    finally:
        session.close()


@pytest.mark.parametrize(
    "changes",
    [{"settings": {"cost": 3}}, {"equilibrium": 1}, {"open": [1]}, {"version": 2}, {"more": 1}, {"settings": []}],
    ids=range(6),
)
def test_another_question_is_left_to_the_game(explored, start, changes: dict[str, Any]) -> None:
    again = start()
    body = {"equilibrium": 0, "open": [], "client": "tab", "seq": 1, "version": 1, "settings": {}, **changes}
    answer = again.client.post("/api/answer", json=body)
    assert answer.text != explored["/api/answer"] or changes in ({"open": [1]}, {"more": 1})
    assert again.has_read


def test_nothing_is_kept_of_another_question(start, folder: Path) -> None:
    only = start()
    for path in ("/api/version", "/api/model", "/static/tree.css"):
        only.ask(path)
    only.ask("/api/answer", settings={"cost": 3})
    only.rest()
    assert not folder.exists()


def test_what_is_no_question_is_left_to_the_game(explored, start) -> None:
    again = start()
    assert again.client.post("/api/answer", content=b"[" * 50_000).status_code == 400
    assert again.client.post("/api/model", json={}).status_code == 405


def test_a_changed_file_has_nothing_kept(explored, start, file: Path) -> None:
    save(file, SCENARIO.replace("value: 2", "value: 3"))
    again = start()
    assert again.kept.found == {}
    told = again.first()
    again.rest()
    assert told["/api/model"] != explored["/api/model"]
    assert start().kept.found == told


def test_a_file_saved_unchanged_keeps_what_it_has(explored, start, file: Path) -> None:
    save(file, SCENARIO)
    assert start().kept.found == explored


def test_what_a_start_is_asked_for_counts(explored, start, monkeypatch: pytest.MonkeyPatch) -> None:
    assert start(max_nodes=1000).kept.found == {}
    monkeypatch.setattr(kept_module, "_own_files", lambda: ["another version of the program"])
    assert start().kept.found == {}


def test_a_file_changed_between_the_page_and_its_reading_is_another_version(explored, start, file: Path) -> None:
    again = start()
    assert json.loads(again.ask("/api/version"))["version"] == 1
    save(file, SCENARIO.replace("A fence", "A wall"))
    again.session.look()
    assert again.session.version == 2
    body = {"equilibrium": 0, "open": [], "client": "tab", "seq": 1, "version": 1, "settings": {}}
    assert again.client.post("/api/answer", json=body).status_code == 409
    assert json.loads(again.ask("/api/model"))["title"] == "A wall"


def test_the_ledger_counts(start, file: Path) -> None:
    save(file, SCENARIO.replace("title: A fence\n", "title: A fence\nledger: sources.yaml\n"))
    ledger = file.with_name("sources.yaml")
    ledger.write_text(LEDGER, encoding="utf-8")
    before = start()
    assert isinstance(before.session.look(), Loaded)
    told = before.first()
    before.rest()
    assert start().kept.found == told
    ledger.write_text(LEDGER + "\n# later\n", encoding="utf-8")
    assert start().kept.found == {}
    ledger.unlink()
    assert start().kept.found == {}


def test_a_file_with_mistakes_has_nothing_kept(start, file: Path, folder: Path) -> None:
    save(file, SCENARIO + "unknown: 1\n")
    broken = start()
    broken.ask("/api/version")
    broken.rest()
    assert not folder.exists()


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"digest": "x"}', b"\xff\xfe", b"x" * (LARGEST + 1)], ids=range(6)
)
def test_a_damaged_entry_counts_as_nothing(explored, start, folder: Path, damage: bytes) -> None:
    (entry,) = folder.iterdir()
    entry.write_bytes(damage)
    again = start()
    assert again.kept.found == {}
    assert again.first() == explored
    again.rest()
    assert start().kept.found == explored


def test_the_answers_of_an_entry_are_those_of_its_digest(explored, start, folder: Path) -> None:
    (entry,) = folder.iterdir()
    content = json.loads(entry.read_bytes())
    changed = {**content["replies"], "/api/answer": content["replies"]["/api/answer"].replace("Bert", "Bart")}
    for part, value in {"digest": "0" * 64, "replies": changed, "watched": ["other.yaml"]}.items():
        entry.write_text(json.dumps({**content, part: value}), encoding="utf-8")
        assert start().kept.found == {}


def test_where_nothing_can_be_kept_it_is_said_and_the_answers_are_there(
    start, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.write_text("a file where the folder should be", encoding="utf-8")
    only = start()
    assert "tree" in json.loads(only.first()["/api/answer"])
    only.rest()
    assert "nothing is kept for the next start" in capsys.readouterr().err


def test_the_oldest_entries_go(explored, start, file: Path, folder: Path) -> None:
    for number in range(MOST + 3):
        (folder / f"{number:040}.json").write_bytes(b"{}")
    save(file, SCENARIO.replace("value: 2", "value: 4"))
    again = start()
    told = again.first()
    again.rest()
    assert len(list(folder.iterdir())) == MOST
    assert start().kept.found == told


def test_only_its_owner_can_look_into_the_folder(explored, folder: Path) -> None:
    assert folder.stat().st_mode & 0o077 == 0


def test_the_guard_stands_in_front_of_it(explored, file: Path, folder: Path) -> None:
    session = Session(file)
    explorer = Explorer(session, kept=Kept(folder, file))
    try:
        client = Client(explorer._server.config.app, f"127.0.0.1:{explorer.entrance.port}")
        for path in ("/api/version", "/api/model", "/static/tree.css"):
            assert client.get(path).status_code == 403
        client.request("GET", f"/?token={explorer.entrance.keys.token}")
        answer = client.get("/api/model")
        assert answer.text == explored["/api/model"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert session.current is None
    finally:
        explorer.entrance.socket.close()
        session.close()


@pytest.mark.parametrize(
    ("platform", "known", "folder"),
    [
        ("linux", {"XDG_CACHE_HOME": "/caches"}, "/caches/standoff/explorer"),
        ("linux", {"HOME": "/home/anna"}, "/home/anna/.cache/standoff/explorer"),
        ("darwin", {"HOME": "/Users/anna"}, "/Users/anna/Library/Caches/standoff/explorer"),
        ("win32", {"LOCALAPPDATA": "/data"}, "/data/standoff/explorer"),
    ],
)
def test_caches_lie_where_the_system_has_them(
    platform: str, known: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_module.sys, "platform", platform)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for name, value in known.items():
        monkeypatch.setenv(name, value)
    assert cache_folder().as_posix() == folder
