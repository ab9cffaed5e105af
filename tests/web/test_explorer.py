"""The explorer in a browser: sliders, fields, undo, the address, equilibria, mistakes in the file, keyboard, width."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from standoff import api
from standoff.explore.kept import Kept
from standoff.explore.serve import Explorer
from standoff.explore.session import Session
from standoff.findings.words import share
from standoff.library.catalogue import path as library_path
from unit.explore.test_session import SCENARIO, save
from web.conftest import Visit

CONSENT = Path(__file__).resolve().parents[2] / "examples" / "consent" / "scenario.yaml"
LARGEST = 400_000  # bytes of a first load
Explore = Callable[..., Explorer]
Go = Callable[..., Visit]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A fence that is built where p * 2 * cost > 1: at the base, and not below p = 0.25."""
    path = tmp_path / "fence.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def ready(page: Page) -> Page:
    expect(page.locator("#tree svg")).to_be_visible()
    return page


def slider(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name, exact=True)


def value_field(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=f"{name}, value")


def shares(page: Page) -> list[str]:
    """The probabilities in the table of outcomes."""
    return page.locator("#outcomes td.num:not(.change)").all_inner_texts()


def test_a_slider_moves_the_bars_and_the_tree(explore: Explore, visit: Go, file: Path) -> None:
    page = ready(visit(explore(file).url).page)
    expect(page.locator("#sentence")).to_have_text("It ends in “built”.")
    assert shares(page) == ["100 %", "0 %"]
    before = page.locator("#tree svg").inner_html()
    slider(page, "p").fill("0.2")
    expect(page.locator("#sentence")).to_have_text("It ends in “open”.")
    assert shares(page) == ["0 %", "100 %"]
    expect(page.locator("#outcomes tr").first.locator(".change")).to_have_text("−100")
    assert page.locator("#tree svg").inner_html() != before
    expect(value_field(page, "p")).to_have_value("0.2")
    expect(page.locator("#live")).to_have_text("It ends in “open”.")  # read out once the slider rests


def test_what_was_kept_is_on_the_page_before_the_file_is_read_and_then_the_page_goes_on(
    explore: Explore, visit: Go, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = explore(file, Kept(tmp_path / "kept", file))
    page = ready(visit(first.url).page)
    expect(page.locator("#strategies table").first).to_be_visible()
    told = page.locator("#tree svg").inner_html(), page.locator("#sentence").inner_text(), shares(page)
    first.session.lanes["long"].submit(("", "after"), 0, lambda _: None).result(20)  # all that is kept is written then
    may_read = threading.Event()
    look = Session.look
    monkeypatch.setattr(Session, "look", lambda session: may_read.wait(20) and look(session))
    again = explore(file, Kept(tmp_path / "kept", file))
    page = ready(visit(again.url).page)
    assert again.session.current is None
    assert (page.locator("#tree svg").inner_html(), page.locator("#sentence").inner_text(), shares(page)) == told
    slider(page, "p").fill("0.2")
    may_read.set()
    expect(page.locator("#sentence")).to_have_text("It ends in “open”.")
    expect(page.locator("#banner")).to_be_hidden()


def test_a_field_takes_numbers_within_the_kind_and_says_why_others_cannot_be(
    explore: Explore, visit: Go, file: Path
) -> None:
    page = ready(visit(explore(file).url).page)
    field = value_field(page, "cost")
    field.fill("0.9")
    field.press("Enter")
    expect(page.locator("#sentence")).to_have_text("It ends in “open”.")  # 0.5 * 1.8 < 1
    expect(page.get_by_label("twice, value")).to_have_text("1.8")
    expect(page.locator("#changed")).to_have_text("1 changed")
    field.fill("-3")
    field.press("Enter")
    alert = page.locator(".lever[data-name=cost] [role=alert]")
    expect(alert).to_contain_text("cost cannot be -3")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#sentence")).to_have_text("It ends in “open”.")
    for no_decimal in ("abc", "0x10", "", "1e999"):
        field.fill(no_decimal)
        field.press("Enter")
        expect(alert).to_have_text("Write a finite number, such as 0.25.")
    field.fill("12")  # beyond the slider, within the kind
    field.press("Enter")
    expect(alert).to_be_hidden()
    expect(page.locator("#sentence")).to_have_text("It ends in “built”.")
    page.get_by_role("button", name="Reset cost").click()
    expect(field).to_have_value("2")
    expect(page.locator("#changed")).to_have_text("")


def test_undo_and_redo_go_through_whole_moves(explore: Explore, visit: Go, file: Path) -> None:
    page = ready(visit(explore(file).url).page)
    undo, redo = page.get_by_role("button", name="Undo"), page.get_by_role("button", name="Redo")
    expect(undo).to_be_disabled()
    slider(page, "p").focus()
    for _ in range(4):  # one run of keys is one step
        page.keyboard.press("ArrowLeft")
    moved = value_field(page, "p").input_value()
    assert float(moved) < 0.5
    value_field(page, "cost").fill("3")
    value_field(page, "cost").press("Enter")
    undo.click()
    expect(value_field(page, "cost")).to_have_value("2")
    expect(value_field(page, "p")).to_have_value(moved)
    undo.click()
    expect(value_field(page, "p")).to_have_value("0.5")
    expect(undo).to_be_disabled()
    redo.click()
    expect(value_field(page, "p")).to_have_value(moved)
    page.locator("#title").click()
    page.keyboard.press("Control+Shift+z")
    expect(value_field(page, "cost")).to_have_value("3")
    expect(redo).to_be_disabled()
    page.keyboard.press("Control+z")
    expect(value_field(page, "cost")).to_have_value("2")


def test_a_slider_of_a_discrete_range_stops_at_its_values(explore: Explore, visit: Go, file: Path) -> None:
    save(file, SCENARIO.replace("cost: {kind: positive, value: 2}", "cost: discrete(1, 2, 5)"))
    page = ready(visit(explore(file).url).page)
    expect(value_field(page, "cost")).to_have_value("1")
    slider(page, "cost").fill("3.9")
    expect(value_field(page, "cost")).to_have_value("5")
    slider(page, "cost").press("ArrowLeft")
    expect(value_field(page, "cost")).to_have_value("2")
    slider(page, "cost").press("Home")
    expect(value_field(page, "cost")).to_have_value("1")


def test_the_address_brings_settings_back_in_a_new_page(explore: Explore, visit: Go, file: Path) -> None:
    first = visit(explore(file).url)
    page = ready(first.page)
    slider(page, "p").fill("0.2")
    value_field(page, "cost").fill("2.25")
    value_field(page, "cost").press("Enter")
    page.get_by_role("tab", name="Compare").click()
    page.wait_for_url(re.compile("#s=p:0.2,cost:2.25&tab=compare"))
    second = visit(page.url, shares=first).page
    expect(second.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true")
    expect(value_field(second, "p")).to_have_value("0.2")
    expect(value_field(second, "cost")).to_have_value("2.25")
    expect(second.locator("#sentence")).to_have_text("It ends in “open”.")  # 0.2 * 4.5 < 1


@pytest.mark.parametrize(
    "fragment",
    [
        "#s=q:1,p:x,p:Infinity,twice:7&eq=zzz&tab=nowhere&x={{{",
        "#s=" + "p:0.3," * 3000,
        "#%00%ff<script>alert(1)</script>",
        "#x=" + json.dumps({"__proto__": {"settings": 1}, "constructor": 1, "tab": "<b>"}),
        "#eq=99",
    ],
    ids=range(5),
)
def test_an_address_that_makes_no_sense_does_no_harm(explore: Explore, visit: Go, file: Path, fragment: str) -> None:
    seen = visit(explore(file).url + fragment)
    page = ready(seen.page)
    expect(page.locator("#sentence")).to_have_text("It ends in “built”.")
    expect(value_field(page, "p")).to_have_value("0.5")
    seen.complaints = [text for text in seen.complaints if "422" not in text]  # what "#eq=99" is answered with


def test_any_of_all_equilibria_can_be_looked_at(explore: Explore, visit: Go) -> None:
    solution = api.solve("library:beer_quiche")
    first = visit(explore(library_path("beer_quiche")).url)
    page = ready(first.page)
    page.get_by_role("button", name="Find all equilibria").click()
    choices = page.get_by_role("radio")
    expect(choices).to_have_count(len(solution.equilibria))
    expect(choices.first).to_be_checked()
    expect(page.locator("#all-status")).to_contain_text("the search was exhaustive")
    place = next(
        place
        for place, one in enumerate(solution.equilibria)
        if one.outcomes() != pytest.approx(solution.equilibria[0].outcomes())
    )
    choices.nth(place).click()
    expect(page.locator("#play")).to_contain_text(f"Equilibrium {place + 1}")
    expected = [share(value) for value in solution.equilibria[place].outcomes().values()]
    expect(page.locator("#outcomes td.num:not(.change)")).to_have_text(expected)
    page.wait_for_url(re.compile(f"#eq={place}$"))
    second = ready(visit(page.url, shares=first).page)
    expect(second.locator("#play")).to_contain_text(f"Equilibrium {place + 1}")
    expect(second.get_by_role("radio").nth(place)).to_be_checked()
    second.get_by_role("button", name="Reset all").click()
    expect(second.locator("#play")).to_contain_text("Play")


def test_a_mistake_is_shown_with_its_line_and_goes_when_the_file_is_saved(
    explore: Explore, visit: Go, file: Path
) -> None:
    page = ready(visit(explore(file).url).page)
    line = SCENARIO.splitlines().index("  twice: 2 * cost") + 1
    save(file, SCENARIO.replace("2 * cost", "2 * <b>coast</b>"))
    problems = page.locator("#problems")
    expect(problems).to_contain_text(f"line {line}, column")
    expect(problems).to_contain_text("last version that could be read")
    expect(page.locator("#live")).to_contain_text(f"Line {line}")
    assert problems.locator("b").count() == 0
    slider(page, "p").fill("0.2")  # goes on with what could be read
    expect(page.locator("#sentence")).to_have_text("It ends in “open”.")
    save(file, SCENARIO.replace("A fence", "A <i>wall</i>").replace("act.wait}", "act.wait}\ndecision: act"), later=2)
    expect(page.locator("#title")).to_have_text("A <i>wall</i>")
    expect(problems).to_be_hidden()
    expect(value_field(page, "p")).to_have_value("0.2")  # settings stay
    expect(page.locator("#sentence")).to_have_text("It ends in “open”.")


def test_a_file_that_is_wrong_from_the_start_is_shown_when_it_is_put_right(
    explore: Explore, visit: Go, file: Path
) -> None:
    save(file, SCENARIO.replace("actors:", "actor:"))
    page = visit(explore(file).url).page
    expect(page.locator("#title")).to_have_text("The file cannot be read yet")
    expect(page.locator("#problems")).to_contain_text("line 3")
    expect(page.locator("#frame")).to_be_hidden()
    save(file, SCENARIO, later=2)
    ready(page)
    expect(page.locator("#problems")).to_be_hidden()


def test_the_main_flow_by_keyboard_alone(explore: Explore, visit: Go, file: Path) -> None:
    page = ready(visit(explore(file).url).page)

    def tab_to(wanted: Locator, most: int = 40) -> None:
        for _ in range(most):
            if wanted.evaluate("(element) => element === document.activeElement"):
                return
            page.keyboard.press("Tab")
        raise AssertionError("the keyboard does not get there")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the answer")).to_be_focused()
    tab_to(page.locator("#find"))
    page.keyboard.type("how likely")
    expect(slider(page, "cost")).to_be_hidden()
    tab_to(slider(page, "p"))
    page.keyboard.press("Home")
    expect(page.locator("#sentence")).to_have_text("It ends in “open”.")
    page.keyboard.press("End")
    expect(page.locator("#sentence")).to_have_text("It ends in “built”.")
    page.keyboard.press("PageDown")
    expect(value_field(page, "p")).to_have_value("0.85")
    page.keyboard.press("Control+z")
    expect(value_field(page, "p")).to_have_value("0.5")
    tab_to(page.get_by_role("tab", name="Answer"))
    page.keyboard.press("End")
    expect(page.get_by_role("tab", name="Download")).to_be_focused()
    expect(page.locator("#answer")).to_be_hidden()
    page.keyboard.press("Home")
    expect(page.locator("#answer")).to_be_visible()
    tab_to(page.get_by_role("button", name="Find all equilibria"))
    page.keyboard.press("Enter")
    tab_to(page.get_by_role("radio").first)


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_window_and_nothing_keeps_people_out(explore: Explore, visit: Go, width: int) -> None:
    page = ready(visit(explore(library_path("beer_quiche")).url, width=width).page)
    expect(page.locator("#strategies table").first).to_be_attached()
    if width < 900:
        page.get_by_role("button", name="Parameters").click()
    expect(slider(page, "pS")).to_be_visible()
    page.get_by_role("button", name="Find all equilibria").click()
    expect(page.get_by_role("radio").first).to_be_attached()
    for summary in page.locator("#answer summary").all():
        summary.click()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # the page has its colours from styles alone
        assert (page.evaluate("getComputedStyle(document.body).backgroundColor") == light) == (scheme == "light")
        found = Axe().run(page)
        serious = [one for one in found.response["violations"] if one["impact"] in ("serious", "critical")]
        assert [(one["id"], [node["html"][:160] for node in one["nodes"]][:4]) for one in serious] == []


def test_the_first_load_is_small(explore: Explore, visit: Go, browser: object) -> None:
    explorer = explore(CONSENT)
    context = browser.new_context()  # type: ignore[attr-defined]
    page = context.new_page()
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(explorer.url)
    ready(page)
    page.wait_for_load_state("networkidle")
    size = sum(len(answer.body()) for answer in answers if answer.status == 200)
    assert 50_000 < size < LARGEST
    assert {answer.url.split("/")[2] for answer in answers} == {f"127.0.0.1:{explorer.entrance.port}"}
    context.close()


def test_the_worked_example_answers_as_the_command_line_does(explore: Explore, visit: Go) -> None:
    page = ready(visit(explore(CONSENT).url).page)
    page.locator("#find").fill("p_committed")
    slider(page, "p_committed").fill("0.7")
    page.locator("#find").fill("price_gain")
    slider(page, "price_gain").fill("1.5")
    expect(page.locator("#changed")).to_have_text("2 changed")
    solution = api.solve(CONSENT, set={"p_committed": "0.7", "price_gain": "1.5"})
    assert solution.selected is not None
    expected = [share(value) for value in solution.selected.outcomes().values()]
    expect(page.locator("#outcomes td.num:not(.change)")).to_have_text(expected)
    page.get_by_role("button", name="Find all equilibria").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#all-status")).to_have_text("Stopped.")
    expect(page.get_by_role("button", name="Find all equilibria")).to_be_enabled()
    page.locator("#find").fill("")
    page.locator("#show").select_option(label="Changed")
    expect(page.locator(".lever:visible")).to_have_count(2)
    page.locator("#show").select_option(label="Russia can move")
    expect(page.locator(".lever:visible")).to_have_count(1)
    stub = page.locator("#tree [role=button]").first
    number = stub.get_attribute("data-node")
    stub.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#tree [data-node='{number}'][data-open]")).to_be_focused()


def test_hostile_names_stay_text(explore: Explore, visit: Go, file: Path) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}"
    text = SCENARIO.replace("A fence", f"'{hostile}'").replace("Anna", f"'{hostile}'")
    text = text.replace("about: How likely.", f"about: '{hostile}'").replace(
        "built: act.build", f"built: {{when: act.build, label: '{hostile}'}}"
    )
    save(file, text)
    page = ready(visit(explore(file).url).page)
    expect(page.locator("#title")).to_have_text(hostile)
    expect(page.locator("#outcomes th").first).to_have_text(hostile)
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1


def test_a_page_whose_explorer_has_ended_says_so(explore: Explore, visit: Go, file: Path) -> None:
    explorer = explore(file)
    seen = visit(explorer.url)
    page = ready(seen.page)
    explorer.stop()
    expect(page.locator("#banner")).to_contain_text("does not answer")
    seen.complaints.clear()  # that nothing answers is what a browser complains of here


def test_without_the_token_there_is_no_page(explore: Explore, visit: Go, file: Path) -> None:
    seen = visit(explore(file).url.partition("?")[0])
    expect(seen.page.locator("h1")).to_have_text("Not let in")
    seen.complaints.clear()  # the refusal itself
