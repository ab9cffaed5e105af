"""Two hundred hostile names in every labelled place of a scenario: in a brief and in the explorer they stay text.

The brief is opened without its policy, which would stop what runs: nothing must even try.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hostile_names import NAMES
from standoff import api
from standoff.errors import ScenarioError
from standoff.explore.serve import Explorer
from standoff.scenario.load import loads
from web.conftest import Visit

PLACES = 40  # names that go into one file
FILE = """
standoff: 1
title: {}
about: {}
tags: [{}]
sources: [{}]
actors: {{a: {}, b: {}, c: {}}}
parameters:
  p: {{about: {}, unit: {}, range: "uniform(0.2, 0.8)"}}
  q: {{about: {}, unit: {}, value: 0.4}}
  r: {{about: {}, unit: {}, value: 0.3}}
  s: {{about: {}, unit: {}, value: 0.1}}
moves:
  luck: {{actor: nature, label: {}, about: {}, options: {{good: p, bad: 1 - p}}, seen_by: [b]}}
  act: {{actor: a, label: {}, about: {}, options: {{x: {{label: {}, about: {}}}, y: {{label: {}, about: {}}}}}}}
  reply: {{actor: b, label: {}, about: {}, options: {{l: {{label: {}, about: {}}}, r: {{label: {}, about: {}}}}}}}
  last: {{actor: c, label: {}, about: {}, options: {{u: {{label: {}}}, v: {{label: {}}}}}}}
payoffs:
  a: {{gain: p * act.x + q * act.y * reply.l}}
  b: {{gain: reply.l * luck.good + r * reply.r}}
  c: {{gain: last.u * s}}
outcomes: {{one: {{label: {}, about: {}, when: act.x}}, two: {{label: {}, about: {}, when: act.y}}}}
classes: {{eager: {{about: {}, supports: {{act: [x]}}}}}}
variants: {{other: {{about: {}, set: {{p: 0.5}}}}, another: {{about: {}, set: {{q: 0.5}}}}}}
"""
LOADERS = "script, iframe, object, embed, base, img, link, foreignObject, animate, set"


def scenario(*names: str) -> str:
    """A file with these names, in turn, all characters written as YAML's escapes."""
    quoted = ['"' + "".join(f"\\U{ord(character):08x}" for character in name) + '"' for name in names]
    return FILE.format(*(quoted * PLACES)[:PLACES])


def is_read(name: str) -> bool:
    """Whether a file with the name can be read; what cannot is an error with its place."""
    try:
        loads(scenario(name))
    except ScenarioError:
        return False
    return True


READ = tuple(filter(is_read, NAMES))
FILES = [READ[first : first + PLACES] for first in range(0, len(READ), PLACES)]
REFUSED = tuple(name for name in NAMES if name not in READ)


def harmless(page: Page, own: int) -> None:
    """Nothing ran, and there are no more elements that could load or run something than the page's `own`."""
    assert page.title() != "run"
    assert page.locator(LOADERS).count() == own
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    handlers = (
        "[...document.querySelectorAll('*')].filter((e) => e.getAttributeNames().some((n) => /^on/.test(n))).length"
    )
    assert page.evaluate(handlers) == 0


@pytest.fixture
def window(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1000, "height": 800}, offline=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("names", FILES, ids=range(len(FILES)))
def test_names_stay_text_in_a_brief(names: tuple[str, ...], window: Page, tmp_path: Path) -> None:
    file = tmp_path / "hostile.yaml"
    file.write_text(scenario(*names), encoding="utf-8", errors="surrogatepass")
    api.brief(file, tmp_path / "brief.html", draws=128, workers=1)
    text = (tmp_path / "brief.html").read_text(encoding="utf-8")
    page = tmp_path / "open.html"
    page.write_text(
        text.replace('<meta http-equiv="Content-Security-Policy"', "<meta name=policy", 1), encoding="utf-8"
    )
    asked: list[str] = []
    window.on("request", lambda one: asked.append(one.url))
    window.goto(page.as_uri())
    harmless(window, 0)
    assert asked == [page.as_uri()]


@pytest.mark.parametrize("names", FILES, ids=range(len(FILES)))
def test_names_stay_text_in_the_explorer(
    names: tuple[str, ...], explore: Callable[..., Explorer], visit: Callable[..., Visit], tmp_path: Path
) -> None:
    file = tmp_path / "hostile.yaml"
    file.write_text(scenario(*names), encoding="utf-8", errors="surrogatepass")
    page = visit(explore(file).url).page
    expect(page.locator("#tree svg")).to_be_visible()
    harmless(page, page.locator("head link, head script").count())
    page.locator("#tab-influence").click()
    expect(page.locator("#influence svg")).to_be_visible()
    harmless(page, page.locator("head link, head script").count())


def test_names_that_are_refused_stay_text_in_the_explorer(
    explore: Callable[..., Explorer], visit: Callable[..., Visit], tmp_path: Path
) -> None:
    assert REFUSED
    file = tmp_path / "hostile.yaml"
    file.write_text(scenario(*REFUSED[:PLACES]), encoding="utf-8", errors="surrogatepass")
    page = visit(explore(file).url).page
    expect(page.locator("#problems li").first).to_be_visible()
    harmless(page, page.locator("head link, head script").count())
