"""Answers of the page: those of ``standoff solve --set``, and refusals of requests that make no sense."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from standoff import api
from standoff.draw.tree import PALETTE
from standoff.explore.app import application
from standoff.explore.session import Session
from standoff.findings.words import share
from standoff.library.catalogue import path as library_path
from unit.explore.asgi import Client
from unit.explore.test_session import SCENARIO, save

CONSENT = Path(__file__).resolve().parents[3] / "examples" / "consent" / "scenario.yaml"
EFG = 'EFG 2 R "Pick" { "Anna" } ""\np "" 1 1 "" { "left" "right" } 0\nt "" 1 "L" { 1 }\nt "" 2 "R" { 2 }\n'


class Explorer:
    """The application of a file, and the numbers that a page would send along."""

    def __init__(self, path: Path) -> None:
        self.session = Session(path)
        self.client = Client(application(self.session), "127.0.0.1:1")
        self._number = 0

    def get(self, path: str) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def raw(self, path: str, **changes: Any) -> httpx.Response:
        """A request as the page sends it, with changes; None leaves a part out."""
        self._number += 1
        body = {"client": "tab", "seq": self._number, "version": self.session.version, "settings": {}, **changes}
        return self.client.post(path, json={name: value for name, value in body.items() if value is not None})

    def ask(self, path: str, **changes: Any) -> Any:
        answer = self.raw(path, **changes)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def quiche() -> Iterator[Explorer]:
    explorer = Explorer(Path(library_path("beer_quiche")))
    explorer.get("/api/model")
    yield explorer
    explorer.session.close()


@pytest.fixture
def fence(tmp_path: Path) -> Iterator[Explorer]:
    path = tmp_path / "fence.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    explorer = Explorer(path)
    explorer.get("/api/model")
    yield explorer
    explorer.session.close()


CASES = [
    (CONSENT, {}),
    (CONSENT, {"p_resolved": 0.75, "p_committed": 0.2}),
    (CONSENT, {"kyiv_price": 11.5, "price_gain": 1.25, "scale": 7}),
    (Path(library_path("beer_quiche")), {}),
    (Path(library_path("consent_deployment")), {}),  # mixed: the logit path is followed
]


@pytest.mark.parametrize(("path", "settings"), CASES, ids=range(len(CASES)))
def test_the_answer_is_the_selected_equilibrium_of_solve(path: Path, settings: dict[str, float]) -> None:
    explorer = Explorer(path)
    explorer.get("/api/model")
    told = explorer.ask("/api/answer", settings=settings)
    strategies = explorer.ask("/api/strategies", settings=settings)["strategies"]
    listed = explorer.ask("/api/equilibria", settings=settings)
    explorer.session.close()
    solution = api.solve(path, set={name: str(value) for name, value in settings.items()})  # as --set gives them
    expected = solution.selected
    assert expected is not None
    assert {row["name"]: row["value"] for row in told["outcomes"]} == expected.outcomes()
    assert all(row["text"] == share(row["value"]) for row in told["outcomes"])
    assert told["certificate"]["status"] == expected.certificate.status
    assert told["certificate"]["gain"] == f"{expected.certificate.gain:.2g}"
    assert told["method"] == expected.method or told["method"] == "logit path"
    game = solution.game
    void = sum(entry["void"] for entry in strategies)
    assert sum(len(one["on_path"]) + len(one["off_path"]) for one in strategies) + void == len(game.infosets)
    assert listed["count"] == len(solution.equilibria)
    assert listed["complete"] == solution.complete
    assert [row["selected"] for row in listed["equilibria"]] == [one.selected for one in solution.equilibria]
    assert [row["kind"] for row in listed["equilibria"]] == [one.kind for one in solution.equilibria]


def test_another_equilibrium_is_shown_once_all_are_known(quiche: Explorer) -> None:
    assert quiche.ask("/api/answer", equilibrium=1)["needs"] == "equilibria"
    count = quiche.ask("/api/equilibria")["count"]
    solution = api.solve("library:beer_quiche")
    assert count == len(solution.equilibria) > 1
    for place, expected in enumerate(solution.equilibria):
        told = quiche.ask("/api/answer", equilibrium=place)
        assert {row["name"]: row["value"] for row in told["outcomes"]} == pytest.approx(expected.outcomes(), abs=1e-12)
        assert told["kind"] == expected.kind
    assert quiche.raw("/api/answer", equilibrium=count).status_code == 422


def test_the_tree_is_one_svg_without_styles_and_scripts(quiche: Explorer) -> None:
    root = ElementTree.fromstring(quiche.ask("/api/answer")["tree"])
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert not names & {"style", "script", "a", "image", "foreignObject"}
    assert not [element for element in root.iter() if "style" in element.attrib]


def test_what_follows_from_other_parameters_is_told_with_the_answer(fence: Explorer) -> None:
    assert fence.ask("/api/answer")["values"] == {"twice": 4.0}
    assert fence.ask("/api/answer", settings={"cost": 5})["values"] == {"twice": 10.0}


def test_the_base_is_told_beside_every_answer(fence: Explorer) -> None:
    at_base = {row["name"]: row["value"] for row in fence.ask("/api/answer")["outcomes"]}
    assert at_base == {"built": 1.0, "open": 0.0}
    told = fence.ask("/api/answer", settings={"p": 0.1})  # 0.1 * 4 < 1: nothing is built
    assert {row["name"]: row["value"] for row in told["outcomes"]} == {"built": 0.0, "open": 1.0}
    assert told["base"] == at_base


def test_levers_run_over_ranges_and_are_grouped_by_what_they_enter(fence: Explorer) -> None:
    levers = {one["name"]: one for one in fence.get("/api/model")["parameters"]}
    assert (levers["p"]["low"], levers["p"]["high"], levers["p"]["base"]) == (0.1, 0.9, 0.5)
    assert levers["p"]["group"] == "chance"
    assert levers["cost"]["group"] == "shared"  # Bert's loss, and through `twice` Anna's gain
    assert levers["twice"]["derived"]
    assert levers["twice"]["formula"] == "2 * cost"
    assert levers["twice"]["group"] == "actor:a"
    for one in levers.values():
        assert one["low"] <= one["base"] <= one["high"]
        assert 0 < one["step"] <= one["high"] - one["low"]


def test_discrete_ranges_say_their_values(tmp_path: Path) -> None:
    path = tmp_path / "fence.yaml"
    path.write_text(SCENARIO.replace("cost: {kind: positive, value: 2}", "cost: discrete(3, 1, 2)"), encoding="utf-8")
    explorer = Explorer(path)
    levers = {one["name"]: one for one in explorer.get("/api/model")["parameters"]}
    explorer.session.close()
    assert levers["cost"]["values"] == [1, 2, 3]
    assert (levers["cost"]["low"], levers["cost"]["high"]) == (1, 3)
    assert levers["p"]["values"] == []


def test_all_parameters_of_the_worked_example_are_levers() -> None:
    explorer = Explorer(CONSENT)
    model = explorer.get("/api/model")
    explorer.session.close()
    scenario = api.load(CONSENT).scenario
    assert scenario is not None
    assert [one["name"] for one in model["parameters"]] == [one.name for one in scenario.parameters]
    assert {one["group"] for one in model["parameters"]} == {group["name"] for group in model["groups"]}
    assert json.dumps(model).isascii() or model["title"]


REFUSED: dict[str, tuple[int, dict[str, Any]]] = {
    "unknown parameter": (422, {"settings": {"p_resolvd": 0.5}}),
    "out of its kind": (422, {"settings": {"pS": 2}}),
    "text for a number": (422, {"settings": {"pS": "0.5"}}),
    "expression for a number": (422, {"settings": {"pS": "__import__('os')"}}),
    "truth for a number": (422, {"settings": {"pS": True}}),
    "settings in a list": (400, {"settings": [1]}),
    "too many settings": (422, {"settings": {f"x{number}": 1 for number in range(300)}}),
    "no tab": (400, {"client": None}),
    "tab with markup": (400, {"client": "<b>"}),
    "long tab": (400, {"client": "a" * 41}),
    "no number": (400, {"seq": None}),
    "negative number": (400, {"seq": -1}),
    "number too large": (400, {"seq": 2**60}),
    "number in text": (400, {"seq": "1"}),
    "no version": (409, {"version": None}),
    "older version": (409, {"version": 0}),
    "version that is none": (409, {"version": True}),
    "equilibrium in text": (422, {"equilibrium": "1"}),
    "negative equilibrium": (422, {"equilibrium": -1}),
    "equilibrium out of bounds": (422, {"equilibrium": 10**9}),
    "open that is no list": (422, {"open": "all"}),
    "open too long": (422, {"open": list(range(1000))}),
    "open with text": (422, {"open": ["../../etc/passwd"]}),
    "too deep": (400, {"x": [[[[[[[[[[1]]]]]]]]]]}),
}


@pytest.mark.parametrize(("status", "changes"), REFUSED.values(), ids=REFUSED)
def test_requests_that_make_no_sense_are_refused_with_a_reason(
    quiche: Explorer, status: int, changes: dict[str, Any]
) -> None:
    answer = quiche.raw("/api/answer", **changes)
    assert answer.status_code == status
    assert answer.json()["problems"][0]["message"]
    assert quiche.raw("/api/answer", client="another").status_code == 200


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[]", b"1", b'"x"', b"null", b'{"seq": NaN}', b'{"seq": 1e999}', b"[" * 60_000],
    ids=range(10),
)
def test_a_body_that_is_no_object_of_finite_numbers_is_refused(quiche: Explorer, content: bytes) -> None:
    answer = quiche.client.post("/api/answer", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 400


def test_an_unknown_parameter_is_refused_in_the_words_of_the_command_line(quiche: Explorer) -> None:
    told = quiche.raw("/api/answer", settings={"pSS": 0.5}).json()["problems"][0]
    with pytest.raises(api.RequestError) as caught:
        api.solve("library:beer_quiche", set={"pSS": 0.5})
    assert (told["message"], told["remedy"]) == (caught.value.problems[0].message, caught.value.problems[0].remedy)


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static/", "/static//etc/passwd",
     "/static/main.js%00", "/static/main", "/etc/passwd", "/api/", "/api/nothing", "/static/%2fetc%2fpasswd"],
)  # fmt: skip
def test_no_path_reaches_a_file(quiche: Explorer, path: str) -> None:
    answer = quiche.client.get(path)
    assert answer.status_code == 404
    assert "import" not in answer.text


def test_a_changed_file_makes_old_requests_outdated(fence: Explorer) -> None:
    old = fence.session.version
    fence.ask("/api/answer")
    save(fence.session.path, SCENARIO.replace("value: 2", "value: 0.1"))
    answer = fence.raw("/api/answer", version=old)
    assert answer.status_code == 409
    assert fence.get("/api/version") == {"version": 2, "good": 2, "problems": []}
    told = fence.ask("/api/answer", version=2)
    assert told["values"] == {"twice": 0.2}


def test_a_mistake_is_told_with_its_line_and_the_last_reading_can_be_asked_about(fence: Explorer) -> None:
    save(fence.session.path, SCENARIO.replace("act.wait}", "act.wait, nothing: act.wat}"))
    told = fence.get("/api/version")
    assert (told["version"], told["good"]) == (2, 1)
    assert told["problems"][0]["line"] == len(SCENARIO.splitlines())
    assert "wat" in told["problems"][0]["message"]
    assert fence.ask("/api/answer", version=1)["solved"]


def test_a_gambit_game_has_a_tree_an_answer_and_no_levers(tmp_path: Path) -> None:
    path = tmp_path / "pick.efg"
    path.write_text(EFG, encoding="utf-8")
    explorer = Explorer(path)
    model = explorer.get("/api/model")
    assert (model["scenario"], model["parameters"], model["groups"]) == (False, [], [])
    told = explorer.ask("/api/answer")
    assert {row["name"]: row["value"] for row in told["outcomes"]} == {"L": 0.0, "R": 1.0}
    assert explorer.raw("/api/answer", settings={"p": 1}).status_code == 422
    explorer.session.close()


def test_the_style_sheet_has_the_colours_of_the_drawings(quiche: Explorer) -> None:
    style = quiche.client.get("/static/explorer.css").text
    from standoff.brief.brief import DARK_PALETTE

    for palette in (PALETTE, DARK_PALETTE):
        assert ";".join(f"--so-actor-{number}:{colour}" for number, colour in enumerate(palette)) in style
    assert ".so-tree" in quiche.client.get("/static/tree.css").text
