"""First answers that were kept: told again while they hold, and never longer."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from standoff.explore import answer as answer_module
from standoff.explore import kept as kept_module
from standoff.explore.app import application
from standoff.explore.entrance import Entrance
from standoff.explore.kept import KINDS, LARGEST, MOST, First, Kept, cache_folder
from standoff.explore.serve import Explorer, explore
from standoff.explore.session import Broken, Loaded, Session
from standoff.game import model as model_module
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


def test_what_a_start_is_asked_for_counts(explored, start) -> None:
    assert start(max_nodes=1000).kept.found == {}
    assert start().kept.found == explored


def test_a_variant_has_answers_of_its_own(start, file: Path) -> None:
    save(file, SCENARIO + "variants: {dear: {parameters: {cost: {value: 3}}}}\n")
    told = []
    for asked in ({}, {"variant": "dear"}):
        before = start(**asked)
        assert before.kept.found == {}
        told.append(before.first())
        before.rest()
    assert told[0]["/api/model"] != told[1]["/api/model"]
    assert start().kept.found == told[0]
    assert start(variant="dear").kept.found == told[1]


def test_another_program_has_other_answers(explored, start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    package.mkdir()
    module = package / "module.py"
    module.write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr(kept_module, "PACKAGE", package)
    again = start()
    assert again.kept.found == {}
    told = again.first()
    again.rest()
    assert start().kept.found == told
    save(module, "x = 2\n")
    assert start().kept.found == {}
    (package / ".#lock.py").symlink_to("nowhere")  # as some editors leave them
    assert start().kept.found == {}
    monkeypatch.undo()
    monkeypatch.setattr(kept_module, "WITH", ("json",))
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


def test_a_file_saved_between_two_looks_at_it_is_another_version(explored, file: Path, folder: Path) -> None:
    kept = Kept(folder, file)
    save(file, SCENARIO.replace("A fence", "A wall"))
    session = Session(file)
    First(application(session), session, kept)
    try:
        assert session.look().version == 2
    finally:
        session.close()


def test_a_file_saved_while_it_is_read_is_read_again_and_not_kept(
    start, file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(file, SCENARIO.replace("title: A fence\n", "title: A fence\nledger: sources.yaml\n"))
    file.with_name("sources.yaml").write_text(LEDGER, encoding="utf-8")
    reading = model_module.open_model

    def saved_meanwhile(*given: Any, **more: Any) -> Any:
        model = reading(*given, **more)
        save(file, SCENARIO.replace("A fence", "A wall"))
        monkeypatch.undo()
        return model

    monkeypatch.setattr(model_module, "open_model", saved_meanwhile)
    only = start()
    only.session.look()
    only.session.check_rest()
    assert not folder.exists()
    assert only.session.look().version == 2
    assert json.loads(only.ask("/api/model"))["title"] == "A wall"


def test_a_good_start_that_turns_out_broken_is_another_version(
    explored, start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(model_module, "open_model", fails)
    again = start()
    assert json.loads(again.ask("/api/version"))["problems"] == []
    again.session.look()
    told = json.loads(again.ask("/api/version"))
    assert told["version"] == 2
    assert told["good"] is None
    assert told["problems"] != []


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


def test_mistakes_of_a_variant_are_found_before_anything_is_kept(start, file: Path, folder: Path) -> None:
    save(file, SCENARIO + "variants: {odd: {parameters: {cost: {value: -3}}}}\n")
    only = start()
    only.session._rest_later = True
    only.first()
    only.session.check_rest()
    assert isinstance(only.session.current, Broken)
    assert not folder.exists()


def test_answers_of_a_later_reading_are_not_kept(start, file: Path, folder: Path) -> None:
    only = start()
    only.first()
    save(file, SCENARIO.replace("A fence", "A wall"))
    only.session.look()
    only.session.check_rest()
    assert not folder.exists()


@pytest.mark.parametrize("reply", ["stale", "fault"])
def test_what_is_no_answer_is_not_kept(start, folder: Path, reply: str, monkeypatch: pytest.MonkeyPatch) -> None:
    only = start()
    for path in ("/api/version", "/api/model", "/static/tree.css"):
        only.ask(path)
    if reply == "stale":
        only.ask("/api/answer", seq=9, settings={"cost": 3})
        assert only.ask("/api/answer", seq=8) == '{"stale":true}'
    else:
        monkeypatch.setattr(answer_module, "selected", None)
        body = {"equilibrium": 0, "open": [], "client": "tab", "seq": 1, "version": 1, "settings": {}}
        assert only.client.post("/api/answer", json=body).status_code == 500
    only.rest()
    assert not folder.exists()


def test_an_entry_has_a_largest_size(start, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_module, "LARGEST", 5000)
    only = start()
    only.first()
    only.rest()
    assert not folder.exists()


def test_a_question_that_comes_in_pieces_is_understood(explored, start) -> None:
    body = {"equilibrium": 0, "open": [], "client": "tab", "seq": 1, "version": 1, "settings": {}}
    text = json.dumps(body).encode()
    again = start()
    answer = again.client.post("/api/answer", content=(text[n : n + 10] for n in range(0, len(text), 10)))
    assert answer.text == explored["/api/answer"]
    assert not again.has_read
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_every_reply_has_its_kind(explored, start, file: Path) -> None:
    again, session = start(), Session(file)
    plain = Client(application(session), "127.0.0.1:1")
    try:
        for path in ("/api/version", "/api/model", "/static/tree.css"):
            assert again.client.get(path).headers["content-type"] == plain.get(path).headers["content-type"]
        assert again.client.request("HEAD", "/api/model").content == b""
    finally:
        session.close()


DAMAGES = (b"", b"{", b"[]", b'{"digest": "x"}', b"\xff\xfe", b"x" * (LARGEST + 1), b"[" * 100_000)


@pytest.mark.parametrize("damage", DAMAGES, ids=range(len(DAMAGES)))
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
        entry = folder / f"{MOST - number:040}.json"  # names the other way round than ages
        entry.write_bytes(b"{}")
        os.utime(entry, ns=(10**18 + number, 10**18 + number))
    save(file, SCENARIO.replace("value: 2", "value: 4"))
    again = start()
    told = again.first()
    again.rest()
    assert len(list(folder.iterdir())) == MOST
    assert not (folder / f"{MOST:040}.json").exists()
    assert start().kept.found == told


def test_only_its_owner_can_look_into_the_folder(start, folder: Path) -> None:
    folder.mkdir(mode=0o755)
    only = start()
    only.first()
    only.rest()
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_can_write_to_is_not_believed(explored, start, folder: Path) -> None:
    folder.chmod(0o777)
    assert start().kept.found == {}
    folder.chmod(0o700)
    assert start().kept.found == explored


def test_a_ledger_that_never_ends_is_not_waited_for(explored, start, file: Path, folder: Path) -> None:
    os.mkfifo(file.with_name("pipe"))
    (entry,) = folder.iterdir()
    content = json.loads(entry.read_bytes())
    for name in ("pipe", "../cache", "/dev/zero"):
        entry.write_text(json.dumps({**content, "watched": [name]}), encoding="utf-8")
        assert start().kept.found == ({} if name == "pipe" else explored)


def test_explorers_that_write_at_a_time_do_not_disturb_each_other(explored, file: Path, folder: Path) -> None:
    kept = [Kept(folder, file) for _ in range(4)]
    faults: list[BaseException] = []

    def write(one: Kept) -> None:
        try:
            for _ in range(20):
                one.keep(explored, one.watched, one.contained)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=write, args=(one,)) for one in kept]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(list(folder.iterdir())) == 1
    assert Kept(folder, file).found == explored


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
        ("linux", {"XDG_CACHE_HOME": "caches", "HOME": "/home/anna"}, "/home/anna/.cache/standoff/explorer"),
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
    found = cache_folder()
    assert found is not None
    assert found.as_posix() == folder


def test_who_has_no_home_has_no_cache(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", staticmethod(nobody))
    assert cache_folder() is None
    served: list[Explorer] = []
    monkeypatch.setattr(Explorer, "run", lambda explorer: served.append(explorer))
    entrance = Entrance()
    explore(file, entrance)
    entrance.socket.close()
    served[0].session.close()
