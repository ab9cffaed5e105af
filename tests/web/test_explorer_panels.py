"""The explorer's panels in a browser: map, study, evidence, influence, comparison, downloads.

Every visit fails on a complaint of the browser or a request beyond this machine (`conftest.visit`).
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from hostile_names import CALL, KINDS
from standoff import api
from standoff.explore.serve import Explorer
from standoff.findings.outcomes import summarise
from standoff.findings.words import share
from standoff.library.catalogue import path as library_path
from unit.explore.test_sources import TEXT, project
from web.conftest import Visit

Explore = Callable[..., Explorer]
Go = Callable[..., Visit]
LONG = 90_000  # ms for what is computed in the background


@pytest.fixture
def open_panel(explore: Explore, visit: Go) -> Callable[..., Page]:
    """Opens a panel of the explorer of a file; `extra` is what panels keep in the address."""

    def go(tab: str, file: Path | None = None, *, page: Path | None = None, width: int = 1280, **extra: object) -> Page:
        options = {} if page is None else {"page": page}
        explorer = explore(file or library_path("consent_deployment"), **options)
        kept = f"&x={quote(json.dumps(extra))}" if extra else ""
        return visit(f"{explorer.url}#tab={tab}{kept}", width=width).page

    return go


def check_accessible(page: Page) -> None:
    found = Axe().run(page)
    serious = [one for one in found.response["violations"] if one["impact"] in ("serious", "critical")]
    assert not serious, [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in serious]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def settings(page: Page) -> dict[str, float]:
    """What the sliders say, of parameters that are changed."""
    rows = page.locator(".lever.changed").all()
    return {row.locator(".name").inner_text(): float(row.locator("input.value").input_value()) for row in rows}


def test_the_map_and_its_point(open_panel: Callable[..., Page]) -> None:
    page = open_panel("regions", map={"x": "pi", "y": "E_war", "show": ""})
    status = page.locator("#map-status")
    expect(status).to_contain_text("1,024 cells solved, all certified", timeout=LONG)
    rows = page.locator("#map-key tbody tr")
    assert rows.count() >= 2
    assert all(text[0].isupper() for text in page.locator(".map-letter").all_text_contents())
    check_accessible(page)

    point = page.locator(".map-point")
    before = float(point.get_attribute("aria-valuenow") or "nan")
    assert before == 0.2
    point.focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowUp")
    expect(point).to_have_attribute("aria-valuenow", "0.3")
    assert settings(page) == {"pi": 0.3, "E_war": pytest.approx(-4.9)}
    page.keyboard.press("Home")
    assert settings(page) == {}

    frame = page.locator(".map-border").bounding_box()
    assert frame is not None
    page.mouse.move(frame["x"] + 0.2 * frame["width"], frame["y"] + 0.5 * frame["height"])
    page.mouse.down()
    page.mouse.move(frame["x"] + 0.5 * frame["width"], frame["y"] + 0.4 * frame["height"], steps=4)
    page.mouse.move(frame["x"] + 0.75 * frame["width"], frame["y"] + 0.2 * frame["height"], steps=4)
    page.mouse.up()
    assert settings(page) == {"pi": pytest.approx(0.75, abs=0.02), "E_war": pytest.approx(-2.0, abs=0.2)}
    expect(status).to_contain_text("1,024 cells solved")  # the map is that of all other numbers: nothing to compute
    page.locator("#undo").click()
    assert settings(page) == {}

    page.locator("#map-show").select_option(label="probability of: War")
    expect(page.locator("#map-key thead")).to_contain_text("Probability of War")
    page.locator("#map-cells summary").click()
    expect(page.locator("#map-numbers tbody tr")).to_have_count(32)
    page.locator("#map-swap").click()
    expect(page.locator("#map-x")).to_have_value("E_war")
    expect(status).to_contain_text("1,024 cells solved", timeout=LONG)


def test_a_study_is_that_of_the_command_and_can_be_stopped(open_panel: Callable[..., Page]) -> None:
    page = open_panel("study", library_path("beer_quiche"), study={"draws": 600, "seed": 4})
    expect(page.locator("#study-draws")).to_have_value("600")
    page.locator("#study-start").click()
    expect(page.locator("#study-result")).to_contain_text("600 draws, seed 4", timeout=LONG)
    expected = summarise(api.run("library:beer_quiche", draws=600, seed=4, workers=1))
    shown = page.locator("#study-result table").first.locator("tbody tr").all()
    means = [row.locator("td").first.inner_text() for row in shown]
    assert means == [share(one.mean) for one in expected.by_mean()]
    expect(page.locator("#study-result h2", has_text="Beside simpler answers")).to_be_visible(timeout=LONG)
    assert page.locator("#study-result .so-chart").count() >= 2
    expect(page.locator("#study-stop")).to_be_hidden()
    check_accessible(page)

    page.locator("#study-draws").fill("100000")
    page.locator("#study-start").click()
    page.locator("#study-stop").click()
    expect(page.locator("#study-state")).to_contain_text("Stopped")
    expect(page.locator("#study-start")).to_be_enabled()


def test_evidence_beside_its_source(open_panel: Callable[..., Page], tmp_path: Path) -> None:
    source = tmp_path / "page.txt"
    source.write_bytes(TEXT.encode("utf-8"))
    project(tmp_path, hashlib.sha256(source.read_bytes()).hexdigest())
    page = open_panel("ledger", tmp_path / "scenario.yaml", page=source)
    cards = page.locator(".statement")
    expect(cards).to_have_count(3)
    cards.nth(1).locator(".pick").click()
    expect(page.locator("mark.chosen")).to_have_text(["would not"])
    first = page.locator("mark", has_text="that troops").first
    first.focus()
    page.keyboard.press("Enter")
    expect(cards.nth(0).locator(".pick")).to_have_attribute("aria-pressed", "true")
    assert "".join(page.locator("mark.chosen").all_inner_texts()) == "that troops would not come"
    assert page.locator(".source-text").evaluate("node => node.textContent") == TEXT.replace("\u202e", "\ufffd")
    expect(page.locator("#ledger-source")).to_contain_text("Not found at their place in this text: S3")
    check_accessible(page)
    page.locator("#ledger-parameter").select_option("x")
    expect(cards).to_have_count(2)
    page.locator("#ledger-show").select_option("counts")
    expect(cards).to_have_count(1)


def test_evidence_without_its_source_says_why(open_panel: Callable[..., Page], tmp_path: Path) -> None:
    project(tmp_path, "0" * 64)
    page = open_panel("ledger", tmp_path / "scenario.yaml", width=390)
    page.locator(".statement .pick").first.click()
    expect(page.locator("#ledger-source mark")).to_have_text("that troops would not come")
    expect(page.locator("#ledger-source")).to_contain_text("--page PAGE")
    check_accessible(page)


def test_influence_by_mouse_and_keyboard(open_panel: Callable[..., Page], tmp_path: Path) -> None:
    project(tmp_path, "0" * 64)
    page = open_panel("influence", tmp_path / "scenario.yaml")
    boxes = page.locator("#influence-drawing [data-node]")
    expect(boxes).to_have_count(4)  # two numbers, one consideration, one payoff; the file names no outcome
    page.locator('[data-node="p:x"]').focus()
    page.keyboard.press("Enter")
    detail = page.locator("#influence-detail")
    expect(detail).to_contain_text("uniform(0, 2)")
    expect(detail).to_contain_text("They would not come.")
    expect(detail).to_contain_text("envoy of somewhere (not named), public, through Blitz → envoy of somewhere")
    expect(page.locator('[data-node="p:x"]')).to_have_attribute("aria-pressed", "true")
    expect(page.locator('[data-node="p:x"]')).to_be_focused()
    check_accessible(page)
    detail.get_by_role("button", name="Show only what it is linked to").click()
    expect(page.locator('[data-node="p:y"]')).to_have_count(0)
    detail.get_by_role("button", name="Anna: worth").click()
    expect(detail).to_contain_text("x * pick.left + y * pick.right")


def test_two_settings_beside_each_other(open_panel: Callable[..., Page]) -> None:
    page = open_panel("compare")
    page.get_by_role("button", name="Save what is set now as A").click()
    lever = page.locator(".lever", has=page.locator(".name", has_text="pi")).first.locator("input.value")
    lever.fill("0.7")
    lever.press("Enter")
    page.get_by_role("button", name="Save what is set now as B").click()
    table = page.get_by_role("region", name="Outcomes")
    expected = [
        next(one for one in api.solve("library:consent_deployment", set=given).equilibria if one.selected).outcomes()
        for given in ({}, {"pi": 0.7})
    ]
    row = table.locator("tr", has_text="Deployment with consent")
    expect(row.locator("td").nth(0)).to_have_text(share(expected[0]["consensual_deploy"]))
    expect(row.locator("td").nth(1)).to_have_text(share(expected[1]["consensual_deploy"]))
    changed = page.get_by_role("region", name="Changed parameters").locator("tbody tr")
    expect(changed).to_have_count(1)
    expect(changed).to_contain_text("0.7")
    check_accessible(page)
    page.get_by_role("button", name="Go to A").click()
    assert settings(page) == {}
    expect(page).to_have_url(re.compile("compare.*settings"))
    page.reload()
    expect(table.locator("tr", has_text="Deployment with consent")).to_be_visible()


def test_files_to_take_away(open_panel: Callable[..., Page]) -> None:
    page = open_panel("downloads")
    check_accessible(page)
    for label, ending in (("Answer as a table", "csv"), ("Answer as JSON", "json"), ("Game for Gambit", "efg")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=label).click()
        assert waiting.value.suggested_filename.startswith("deployment-that-an-adversary-may-veto-")
        assert waiting.value.suggested_filename.endswith(f".{ending}")
        text = Path(waiting.value.path()).read_bytes().decode("utf-8")
        if ending == "csv":
            rows = list(csv.reader(text.splitlines()))
            assert ["outcome", "war"] in [row[:2] for row in rows]
        elif ending == "json":
            assert json.loads(text)["equilibria"][0]["selected"] is True
        else:
            assert text.startswith("EFG 2 R")
    page.locator("#brief-draws").fill("0")
    page.locator("#brief-start").click()
    expect(page.locator("#brief-file")).to_be_visible(timeout=LONG)
    with page.expect_download() as waiting:
        page.locator("#brief-file").click()
    assert waiting.value.suggested_filename == "deployment-that-an-adversary-may-veto-brief.html"
    assert b"<!DOCTYPE html>" in Path(waiting.value.path()).read_bytes()


def test_hostile_names_stay_text_in_every_panel(open_panel: Callable[..., Page], tmp_path: Path) -> None:
    one, other, third = (json.dumps(kind[-1]) for kind in (KINDS["breakouts"], KINDS["markup"], KINDS["templates"]))
    tag = json.dumps(f"<img src=x onerror={CALL}><script>{CALL}</script>")
    project(tmp_path, "0" * 64)
    scenario, ledger = tmp_path / "scenario.yaml", tmp_path / "ledger.yaml"
    text = scenario.read_text(encoding="utf-8").replace("a: Anna", f"a: {tag}").replace("title: Small", f"title: {one}")
    text = text.replace("base: 1,", f"base: 1, about: {tag}, unit: {third},").replace(
        "y: {value: 1}", 'y: {base: 1, range: "uniform(0, 2)"}'
    )
    text += f"outcomes: {{l: {{label: {tag}, when: pick.left}}, r: {{label: {other}, when: pick.right}}}}\n"
    scenario.write_text(text, encoding="utf-8")
    ledger.write_text(
        ledger.read_text(encoding="utf-8")
        .replace("They would not come.", tag)
        .replace('"that troops would not come"', tag),
        encoding="utf-8",
    )
    page = open_panel("ledger", scenario)
    shown = json.loads(tag)
    expect(page.locator("#ledger-claims")).to_contain_text(shown)
    expect(page.locator(".statement blockquote").first).to_have_text(f"“{shown}”")
    page.locator("#tab-influence").click()
    page.locator('[data-node="p:x"]').click()
    expect(page.locator("#influence-detail")).to_contain_text(shown)
    page.locator("#tab-regions").click()
    expect(page.locator("#map-key")).to_contain_text(shown, timeout=LONG)
    page.locator("#tab-compare").click()
    page.get_by_role("button", name="Save what is set now as A").click()
    page.get_by_role("button", name="Save what is set now as B").click()
    expect(page.locator("#compare-result")).to_contain_text(shown)
    assert page.title() != "run"
    assert page.locator("main img, main script, main iframe").count() == 0
