"""A browser for the tests that need one, explorers of files for it to look at, and what must hold of every visit."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from standoff.explore.kept import Kept
from standoff.explore.serve import Explorer
from standoff.explore.session import Session

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage"),
    *("--disable-component-update", "--disable-sync"),
)

expect.set_options(timeout=20_000)  # ms until what does not come about fails the test


@dataclass
class Visit:
    """A page, and what a browser has said about it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def heard(self, message: ConsoleMessage) -> None:
        outdated = "status of 409" in message.text  # a question about a file that was saved meanwhile
        if message.type in ("error", "warning") and not outdated:
            self.complaints.append(message.text)

    def asked(self, request: Request) -> None:
        self.requests.append(request.url)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; without one the test is skipped, or fails where CI promises to have one."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None and os.environ.get("CI"):
        pytest.fail("no Chromium found: install it, the explorer is tested in a browser")
    if path is None:
        pytest.skip("no Chromium found")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        yield browser
        browser.close()


@pytest.fixture
def explore() -> Iterator[Callable[..., Explorer]]:
    """Starts the explorer of a file in a thread; its socket listens from the start, so nothing has to be waited for."""
    running: list[tuple[Explorer, threading.Thread]] = []

    def start(path: Path | str, kept: Kept | None = None, **options: Path) -> Explorer:
        explorer = Explorer(Session(path, **options), kept=kept)
        thread = threading.Thread(target=explorer.run)
        thread.start()
        running.append((explorer, thread))
        return explorer

    yield start
    for explorer, thread in running:
        explorer.stop()
        thread.join(30)
        assert not thread.is_alive(), "the explorer does not end"


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens a page; at the end no visit may have had a complaint of the browser or a request beyond this machine."""
    visits: list[Visit] = []

    def go(url: str, *, width: int = 1280, height: int = 900, dark: bool = False, shares: Visit | None = None) -> Visit:
        viewport = {"width": width, "height": height}
        if shares is None:
            context = browser.new_context(viewport=viewport, color_scheme="dark" if dark else "light")
        else:
            context = shares.page.context
        context.set_default_timeout(20_000)
        seen = Visit(context.new_page())
        seen.page.on("console", seen.heard)
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("request", seen.asked)
        visits.append(seen)
        seen.page.goto(url)
        return seen

    yield go
    complaints = [text for seen in visits for text in seen.complaints]
    outside = [url for seen in visits for url in seen.requests if urlsplit(url).hostname != "127.0.0.1"]
    for seen in visits:
        seen.page.context.close()
    assert complaints == []
    assert outside == []
