"""A brief as a browser has it: self-contained, without scripts, safe against hostile names, and not too wide."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from standoff import api
from standoff.brief.brief import brief_html, write_brief
from standoff.game.model import Model
from standoff.game.tree import build
from standoff.scenario.scenario import Scenario, VariantSummary
from unit.brief.test_brief import study_of
from unit.brief.test_findings_page import DETERRENCE
from unit.draw.crisis_case import crisis, equilibrium, solution
from unit.draw.test_drawing_output import HOSTILE, hostile_crisis

LOADS = {"src", "srcset", "href", "action", "data", "poster", "formaction", "background", "xlink:href", "ping", "cite"}
FORBIDDEN = {"script", "iframe", "object", "embed", "link", "base", "form", "img", "video", "audio", "foreignobject"}


class Page(HTMLParser):
    """Tags, attributes and ids of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def page_of(scenario: Scenario) -> str:
    game = build(scenario)
    model, found = Model(game, scenario), solution(scenario, equilibrium(game))
    return brief_html(model, found, study=study_of(model), variants=[(VariantSummary("other", scenario.about), found)])


@pytest.fixture(scope="module")
def plain() -> str:
    """The page of the real case."""
    return page_of(crisis())


@pytest.fixture(scope="module")
def page_of_findings(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The brief of a small scenario, with a study and all its findings."""
    folder = tmp_path_factory.mktemp("findings")
    (folder / "deterrence.yaml").write_text(DETERRENCE, encoding="utf-8")
    api.brief(folder / "deterrence.yaml", folder / "brief.html", draws=128, workers=1)
    return (folder / "brief.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chromium() -> str:
    """The browser's path; without one the test is skipped, or fails where CI promises to have one."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None and os.environ.get("CI"):
        pytest.fail("no Chromium found: install it, briefs are tested in a browser")
    if path is None:
        pytest.skip("no Chromium found")
    return path


def browse(chromium: str, page: Path, profile: Path, *flags: str) -> str:
    command = [
        *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-component-update"),
        *("--disable-background-networking", "--disable-sync", "--disable-dev-shm-usage", f"--user-data-dir={profile}"),
        *("--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars", *flags, page.as_uri()),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def test_the_page_asks_for_nothing_from_outside(plain: str) -> None:
    page = Page(plain)
    assert not page.tags & FORBIDDEN
    for tag, name, value in page.attributes:
        assert not name.startswith("on"), (tag, name)
        if name in LOADS:
            assert value.startswith(("#", "data:")), (tag, name, value)
    assert not re.search(r"https?://|@import|@font-face", plain)
    assert not [url for url in re.findall(r"url\(([^)]*)\)", plain) if not url.startswith("#")]


def test_the_policy_allows_styles_only(plain: str) -> None:
    page = Page(plain)
    (policy,) = (value for tag, name, value in page.attributes if tag == "meta" and value.startswith("default-src"))
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy


def test_every_anchor_leads_somewhere_and_no_id_comes_twice(plain: str) -> None:
    page = Page(plain)
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    anchors = {value[1:] for tag, name, value in page.attributes if tag == "a" and name == "href"}
    assert len(anchors) == 9
    assert anchors <= set(ids)
    labelled = {one for _, name, value in page.attributes if name == "aria-labelledby" for one in value.split()}
    assert labelled <= set(ids)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_nothing_keeps_a_reader_out(
    browser: Browser, page_of_findings: str, tmp_path: Path, scheme: str, width: int
) -> None:
    """No serious or critical violation on a screen and on a telephone, everything unfolded; a region has one name."""
    page = tmp_path / "open.html"
    page.write_text(page_of_findings.replace("<details", "<details open"), encoding="utf-8")
    # axe runs in the page, so the page's policy is set aside here and only here
    context = browser.new_context(
        bypass_csp=True, color_scheme="dark" if scheme == "dark" else "light", viewport={"width": width, "height": 900}
    )
    opened = context.new_page()
    opened.goto(page.as_uri())
    violations = Axe().run(opened, options={"resultTypes": ["violations"]}).response["violations"]
    assert not [
        (one["id"], [node["html"][:200] for node in one["nodes"]])
        for one in violations
        if one["impact"] in ("serious", "critical") or one["id"] == "landmark-unique"
    ]
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


@pytest.mark.parametrize("text", ["ink", "muted", "link"])
@pytest.mark.parametrize("ground", ["paper", "panel"])
def test_text_stands_out_from_its_ground(text: str, ground: str) -> None:
    """At least 4.5 to 1 (WCAG 2, 1.4.3) light and dark: in a frame that scrolls axe itself cannot tell."""
    style = page_of(crisis())
    light, _, dark = style.partition("prefers-color-scheme:dark")
    for sheet in (light, dark):
        colours = [re.search(rf"--so-{name}:(#\w+)", sheet) for name in (text, ground)]
        first, second = (luminance(found[1]) for found in colours if found)
        assert (max(first, second) + 0.05) / (min(first, second) + 0.05) >= 4.5


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2 of ``#rgb`` or ``#rrggbb``."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("width", [390, 1000])
def test_findings_stay_within_the_page_and_their_charts_within_their_frames(
    chromium: str, page_of_findings: str, tmp_path: Path, width: int
) -> None:
    """No text of a chart leaves its drawing or lies on another one, and the page is no wider than the window."""
    inner = page_of_findings.replace("<meta http-equiv", "<meta name", 1).replace("<details", "<details open")
    probe = """<script>addEventListener('load', () => {
      const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
      let out = 0, over = 0, count = 0;
      for (const svg of document.querySelectorAll('.so-chart')) {
        const frame = svg.getBoundingClientRect();
        const boxes = [...svg.querySelectorAll('text')].map(t => t.getBoundingClientRect()).filter(b => b.width > 0);
        count += boxes.length;
        out += boxes.filter(b => b.left < frame.left - 1 || b.right > frame.right + 1
          || b.top < frame.top - 1 || b.bottom > frame.bottom + 1).length;
        boxes.forEach((a, n) => boxes.slice(n + 1).forEach(b => { if (a.left + 1 < b.right && b.left + 1 < a.right
          && a.top + 5 < b.bottom && b.top + 5 < a.bottom) over++; }));
      }
      document.title = `wide=${wide} out=${out} over=${over} of=${count}`; })</script>"""
    framed, page = tmp_path / "framed.html", tmp_path / "probe.html"
    framed.write_text(inner.replace("</head>", probe + "</head>"), encoding="utf-8")
    page.write_text(
        f'<iframe src="{framed.name}" style="width:{width}px;height:900px;border:0" onload="setTimeout(() => '
        'document.title = this.contentDocument.title, 0)"></iframe>',
        encoding="utf-8",
    )
    flags = ("--allow-file-access-from-files", "--virtual-time-budget=5000", "--window-size=1400,1000", "--dump-dom")
    title = re.search(
        r"wide=(-?\d+) out=(\d+) over=(\d+) of=(\d+)", browse(chromium, page, tmp_path / "profile", *flags)
    )
    assert title is not None
    wide, out, over, texts = map(int, title.groups())
    assert texts > 30
    assert (wide, out, over) == (0, 0, 0)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_stay_text(name: str, plain: str) -> None:
    text = page_of(hostile_crisis(name))
    page, usual = Page(text), Page(plain)
    assert page.tags <= usual.tags
    assert {attribute for _, attribute, _ in page.attributes} <= {attribute for _, attribute, _ in usual.attributes}
    assert not set(text) & set("\u202e\u0000\u0007")
    assert "<script" not in text
    if "{{" in name:
        assert "{{ 7*7 }}" in "".join(page.text)
        assert " 49 " not in "".join(page.text)


def test_a_browser_shows_the_page_without_running_anything(chromium: str, tmp_path: Path) -> None:
    scenario = crisis(about="<img src=x onerror=document.title='run'><script>document.title='run'</script>")
    game = build(scenario)
    page = write_brief(tmp_path / "brief.html", Model(game, scenario), solution(scenario, equilibrium(game)))
    shot = tmp_path / "shot.png"
    browse(chromium, page, tmp_path / "one", f"--screenshot={shot}", "--window-size=1280,1600")
    assert shot.read_bytes().startswith(b"\x89PNG")
    assert shot.stat().st_size > 20_000
    dom = browse(chromium, page, tmp_path / "two", "--dump-dom")
    assert "<title>European troops, with or without consent</title>" in dom
    assert "&lt;script&gt;" in dom


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_sticks_out_of_the_page_and_every_text_fits_its_box(
    chromium: str, plain: str, tmp_path: Path, width: int
) -> None:
    # the page itself allows no script: a frame around it measures, and is no part of what is delivered
    inner = plain.replace("<meta http-equiv", "<meta name", 1)
    probe = """<script>addEventListener('load', () => {
      const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
      const texts = [...document.querySelectorAll('.so-tree text:not(.so-mark)')].map(t => t.getBBox());
      const svg = document.querySelector('.so-tree').viewBox.baseVal;
      const out = texts.filter(b => b.x < 0 || b.x + b.width > svg.width || b.y + b.height > svg.height).length;
      let over = 0;
      texts.forEach((a, n) => texts.slice(n + 1).forEach(b => { if (a.x + 1 < b.x + b.width && b.x + 1 < a.x + a.width
        && a.y + 4 < b.y + b.height && b.y + 4 < a.y + a.height) over++; }));
      document.title = `wide=${wide} out=${out} over=${over} of=${texts.length}`; })</script>"""
    page = tmp_path / "probe.html"
    # a headless window is never narrower than 500 px, a frame can be
    framed = tmp_path / "framed.html"
    framed.write_text(inner.replace("</head>", probe + "</head>"), encoding="utf-8")
    page.write_text(
        f'<iframe src="{framed.name}" style="width:{width}px;height:900px;border:0" onload="setTimeout(() => '
        'document.title = this.contentDocument.title, 0)"></iframe>',
        encoding="utf-8",
    )
    flags = ("--allow-file-access-from-files", "--virtual-time-budget=5000", "--window-size=1400,1000", "--dump-dom")
    dom = browse(chromium, page, tmp_path / "profile", *flags)
    title = re.search(r"wide=(-?\d+) out=(\d+) over=(\d+) of=(\d+)", dom)
    assert title is not None, dom[:500]
    wide, out, over, texts = map(int, title.groups())
    assert texts > 100
    assert (wide, out, over) == (0, 0, 0)
