"""How fast the explorer follows a slider, how soon it is there, how large its page is, and what ten browsers do to it.

``python benchmarks/explorer.py`` prints one table in Markdown. Needs playwright and Chromium; everything runs on this
machine, server and browser together, and they share its cores.

- *ready*: from the start of the command until the first frame with the tree of the answer has been painted (the first
  task after that frame, by the page's own clock). One run before it does not count (compiled code, byte code and the
  first answers are on disk then); the browser is running already, with an empty page.
- *first move*: from the start of the command until the first slider, moved as soon as the tree is there, has its answer
  painted.
- *slider*: from the input event of a slider until the frame with the redrawn tree and bars has been painted (the first
  task after that frame).
- *first load*: bytes of all bodies until the tree is there.
- *ten browsers*: ten contexts of Chromium, each with a page whose sliders move without a pause; resident memory of the
  server before, while, and after they were closed.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
# Moves one slider after the other to values spread over its range (golden section), `count` times; ms per move
MOVES = """async (count) => {
  const sliders = [...document.querySelectorAll('.lever input[type=range]')];
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  }));
  const times = [];
  for (let move = 0; move < count; move++) {
    const slider = sliders[Math.floor(move / 5) % sliders.length];
    const share = (0.5 + move * 0.6180339887) % 1;
    const from = performance.now();
    const solved = new Promise((done) => document.addEventListener('solved', done, { once: true }));
    slider.value = Number(slider.min) + share * (Number(slider.max) - Number(slider.min));
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await solved; await painted();
    times.push(performance.now() - from);
  }
  return times;
}"""
# When the first answer has been painted, in ms since 1970
PAINTED = """document.addEventListener('solved', () => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { window.painted = Date.now(); };
  channel.port2.postMessage(0);
}), { once: true });"""
# Moves the first slider; when its answer has been painted, in ms since 1970
FIRST_MOVE = f"async () => {{ await ({MOVES})(1); return Date.now(); }}"
# Slider moves without a pause, until `window.over`; counts the answers
STORM = """() => {
  window.over = false; window.answers = 0; window.faults = 0;
  document.addEventListener('solved', () => { window.answers++; });
  addEventListener('error', () => { window.faults++; });
  addEventListener('unhandledrejection', () => { window.faults++; });
  const sliders = [...document.querySelectorAll('.lever input[type=range]')];
  let move = Math.floor(Math.random() * 1000);
  const step = () => {
    const slider = sliders[Math.floor(move / 7) % sliders.length];
    slider.value = Number(slider.min) + ((move++ * 0.618) % 1) * (Number(slider.max) - Number(slider.min));
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    if (!window.over) setTimeout(step, 50);
  };
  step();
}"""


@contextmanager
def explorer(file: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The explorer of a file as a process of its own, and its address."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "standoff", "explore", str(file), "--no-open"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        url = next(found.group(0) for line in process.stdout if (found := re.search(r"http://\S+", line)))
        yield process, url
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def opened(browser: Browser, url: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(url)
    page.wait_for_selector("#tree svg", timeout=60_000)
    return page


def ready(browser: Browser, file: Path, runs: int) -> list[tuple[float, float]]:
    """Seconds until the first answer and until the first move are painted, per run."""
    times = []
    for _ in range(runs + 1):
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.add_init_script(PAINTED)
        start = time.time()
        with explorer(file) as (_, url):
            page.goto(url)
            page.wait_for_selector("#tree svg", timeout=60_000)
            painted = page.wait_for_function("window.painted", timeout=60_000).json_value()
            moved = page.evaluate(FIRST_MOVE)
            times.append((painted / 1000 - start, moved / 1000 - start))
            page.wait_for_timeout(3000)  # the explorer ends as a person would end it, with nothing left to do
            page.context.close()
    return times[1:]


def computing(process: subprocess.Popen[str]) -> float:
    """Seconds that the process has computed for, which a busy machine does not stretch as it does the clock."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(browser: Browser, url: str) -> tuple[int, int, list[str]]:
    """Bytes, answers and addresses outside of a first load."""
    page = browser.new_context().new_page()
    answers: list[Any] = []
    page.on("response", lambda one: answers.append(one))
    page.goto(url)
    page.wait_for_selector("#tree svg")
    page.wait_for_load_state("load")
    bodies = [len(one.body()) for one in answers if one.status == 200]
    outside = [one.url for one in answers if not one.url.startswith(url.partition("?")[0])]
    page.context.close()
    return sum(bodies), len(answers), outside


def resident(process: subprocess.Popen[str]) -> float:
    """Resident memory in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found.group(1)) / 1024


def storm(
    browser: Browser, process: subprocess.Popen[str], url: str, pages: int, seconds: int
) -> tuple[list[float], int, int]:
    """Resident memory before, half-way, at the end and after; answers; faults of the pages."""
    page = opened(browser, url)  # whatever is loaded for the first page is loaded by now
    page.wait_for_timeout(3000)
    page.context.close()
    memory = [resident(process)]
    all_pages = [opened(browser, url) for _ in range(pages)]
    faults = 0
    for page in all_pages:
        page.evaluate(STORM)
    for _ in range(2):
        all_pages[0].wait_for_timeout(500 * seconds)
        memory.append(resident(process))
    answers = 0
    for page in all_pages:
        page.evaluate("window.over = true")
        answers += page.evaluate("window.answers")
        faults += page.evaluate("window.faults") + (0 if page.locator("#banner").is_hidden() else 1)
    for page in all_pages:
        page.context.close()
    survivor = opened(browser, url)
    survivor.wait_for_timeout(2000)
    memory.append(resident(process))
    survivor.context.close()
    return memory, answers, faults


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--file", type=Path, default=ROOT / "examples" / "consent" / "scenario.yaml")
    parser.add_argument("--moves", type=int, default=200)
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--only", default="", help="ready, slider, load or browsers")
    given = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    rows: list[tuple[str, str]] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS])
        if given.only in ("", "ready"):
            times = ready(browser, given.file, given.runs)
            for name, column in zip(("ready", "first move"), zip(*times, strict=True), strict=True):
                told = f"median {statistics.median(column):.2f}, {min(column):.2f} to {max(column):.2f}"
                rows.append((f"{name}, s, {given.runs} starts", told))
        if given.only != "ready":
            with explorer(given.file) as (process, url):
                rows += served(browser, process, url, given)
        browser.close()
    print("| measured | value |\n|---|---|")
    for name, value in rows:
        print(f"| {name} | {value} |")


def served(
    browser: Browser, process: subprocess.Popen[str], url: str, given: argparse.Namespace
) -> Iterator[tuple[str, str]]:
    if given.only in ("", "load"):
        size, answers, outside = load(browser, url)
        yield "first load, kB", f"{size / 1000:.0f} in {answers} answers, {len(outside)} from outside"
    if given.only in ("", "slider"):
        page = opened(browser, url)
        page.evaluate(MOVES, 10)
        page.wait_for_timeout(3000)
        before = computing(process)
        times = sorted(page.evaluate(MOVES, given.moves))
        own = 1000 * (computing(process) - before) / given.moves
        page.context.close()
        at = [times[round(share * (len(times) - 1))] for share in (0.95, 1.0)]
        yield "slider, ms", f"median {statistics.median(times):.0f}, 95th percentile {at[0]:.0f}, longest {at[1]:.0f}"
        yield "of it the server's own computing, ms, mean", f"{own:.0f}"
    if given.only in ("", "browsers"):
        memory, answers, faults = storm(browser, process, url, given.pages, given.seconds)
        told = ", ".join(f"{one:.0f}" for one in memory)
        yield f"{given.pages} browsers, {given.seconds} s", f"{answers} answers, {faults} faults"
        yield "server's memory, MB: before, half-way, at the end, after", told


if __name__ == "__main__":
    main()
