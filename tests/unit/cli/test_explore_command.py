"""``standoff explore`` as a program: what it prints, how it ends, and what it refuses."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from standoff.cli import explore as command
from standoff.cli import main
from standoff.explore.kept import First
from standoff.explore.serve import Explorer

CONSENT = Path(__file__).resolve().parents[3] / "examples" / "consent" / "scenario.yaml"
WAIT = 60  # seconds until a program that hangs fails the test


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for caches, a new one for every test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    return tmp_path / "caches"


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program, and the address that it printed."""
    call = [sys.executable, "-m", "standoff", "explore", *arguments]
    process = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process, next(found.group(0) for line in process.stdout if (found := re.search(r"http://\S+", line)))
    finally:
        process.kill()
        process.wait(WAIT)
        process.stdout.close()
        assert process.stderr is not None
        process.stderr.close()


def test_it_listens_on_the_loopback_address_and_ends_when_it_is_interrupted(deterrence) -> None:
    with started(str(deterrence), "--no-open") as (process, url):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}", url)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(url.partition("?")[0], timeout=WAIT)
        assert refused.value.code == 403
        refused.value.close()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=WAIT)
        assert process.returncode == 0
        assert told.strip() == "the explorer has ended"


def test_it_ends_without_a_word_too_many_while_it_computes() -> None:
    with started(str(CONSENT), "--no-open") as (process, url):
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        root = url.partition("?")[0]
        browser.open(url, timeout=WAIT).close()
        with browser.open(f"{root}api/version", timeout=WAIT) as answer:
            version = json.load(answer)["good"]
        told: list[str] = []

        def ask(path: str) -> None:
            body = json.dumps({"client": "tab", "seq": 1, "version": version, "settings": {}}).encode()
            request = urllib.request.Request(f"{root}{path}", body, {"Content-Type": "application/json"})
            with browser.open(request, timeout=WAIT) as answer:
                told.append(answer.read().decode())

        thread = threading.Thread(target=ask, args=("api/equilibria",))
        thread.start()
        ask("api/answer")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=WAIT)
        thread.join(WAIT)
        assert process.returncode == 0
        assert said.strip() == "the explorer has ended"
        assert "stale" in told[-1] or "equilibria" in told[-1] or "equilibria" in told[0]


@pytest.mark.parametrize("keeps", [True, False])
def test_first_answers_are_kept_unless_that_is_not_wanted(
    keeps: bool, deterrence, caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[Explorer] = []
    monkeypatch.setattr(Explorer, "run", lambda explorer: served.append(explorer))
    assert main(["explore", str(deterrence), "--no-open", *([] if keeps else ["--no-cache"])]) == 0
    (explorer,) = served
    explorer.session.close()
    behind = explorer._server.config.app._app
    assert isinstance(behind, First) is keeps
    if keeps:
        assert behind._kept._entry.parent == caches / "standoff" / "explorer"


def test_mistakes_are_told_in_the_terminal_too(deterrence) -> None:
    with started(str(deterrence), "--no-open", "--variant", "nope") as (process, url):
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        browser.open(url, timeout=WAIT).close()
        with browser.open(f"{url.partition('?')[0]}api/version", timeout=WAIT) as answer:
            assert "no variant `nope`" in json.load(answer)["problems"][0]["message"]
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=WAIT)
        assert said.splitlines()[0].startswith("there is no variant `nope`")


def test_a_port_that_is_taken_is_said_to_be(deterrence, capsys) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["explore", str(deterrence), "--no-open", "--port", str(port)]) == 2
    assert f"port {port} is taken by another program; give --port another number" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["missing.yaml"], "there is no file missing.yaml"),
        (["library:beer_quich"], "did you mean `beer_quiche`?"),
        (["library:beer_quiche", "--port", "65536"], "is not a port"),
        (["library:beer_quiche", "--port", "-1"], "is not a whole number"),
        (["library:beer_quiche", "--page", "missing.html"], "there is no file missing.html"),
        ([], "FILE"),
    ],
    ids=range(6),
)
def test_what_cannot_be_is_refused(arguments: list[str], told: str, capsys) -> None:
    assert main(["explore", *arguments]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("screen", [True, False])
def test_a_browser_is_started_where_there_is_a_screen_and_with_a_token_for_once(
    screen: bool, monkeypatch, capsys
) -> None:
    opened: list[str] = []
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    if screen:
        monkeypatch.setitem(os.environ, "DISPLAY", ":0")
    monkeypatch.setattr(command.sys, "platform", "linux")
    monkeypatch.setattr(command.webbrowser, "open", lambda url: opened.append(url) or True)
    thread = command._open("http://127.0.0.1:1/?token=once")
    if thread is not None:
        thread.join(WAIT)
    assert opened == (["http://127.0.0.1:1/?token=once"] if screen else [])
    assert ("open the address yourself" in capsys.readouterr().err) is not screen
