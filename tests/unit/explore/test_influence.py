"""Influence diagrams: links against a list made by hand, a drawing in which nothing runs through anything."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from hostile_names import NAMES
from standoff.draw.influence import PAD, SIZE, WIDTH, Diagram, Node, PlacedDiagram, influence_svg, place
from standoff.draw.labels import text_width
from standoff.errors import RequestError
from standoff.explore.influence import around, details, diagram_of
from standoff.game.model import Model, open_model
from standoff.scenario.load import load_scenario

CONSENT = Path(__file__).resolve().parents[3] / "examples" / "consent" / "scenario.yaml"
SMALL = """
standoff: 1
title: Small
actors: {a: Anna, b: Bert}
parameters:
  p: {kind: probability, value: 0.3}
  cost: {base: 2, range: "uniform(1, 3)"}
  gain: {value: 5}
  net: {expression: gain - cost}
  double: {expression: 2 * net}
  risk: {kind: probability, expression: p / 2}
  unused: {value: 1}
moves:
  rain: {actor: nature, options: {wet: p, dry: 1 - p}, seen_by: [b]}
  storm: {actor: nature, options: {some: risk, none: rest}, seen_by: []}
  go: {actor: a, options: [go, stay]}
  reply: {actor: b, when: go.go, options: [let, stop]}
payoffs:
  a:
    trip: double * go.go - gain * reply.stop
    weather: -cost * rain.wet * go.go
  b:
    peace: go.stay
outcomes:
  trip: {label: A trip, when: go.go and reply.let}
  drowned: rain.wet and go.stay
  rest: {when: go.stay or reply.stop}
"""
LINKS = {
    ("p:gain", "p:net"),
    ("p:cost", "p:net"),
    ("p:gain", "p:double"),  # a formula of a formula: from what is at the bottom
    ("p:cost", "p:double"),
    ("p:p", "p:risk"),
    ("p:p", "n:rain"),
    ("p:p", "n:storm"),
    ("p:double", "c:a.trip"),
    ("p:gain", "c:a.trip"),
    ("p:cost", "c:a.weather"),
    ("n:rain", "c:a.weather"),
    ("c:a.trip", "a:a"),
    ("c:a.weather", "a:a"),
    ("c:b.peace", "a:b"),
    ("a:a", "o:trip"),
    ("a:b", "o:trip"),
    ("n:rain", "o:drowned"),
    ("a:a", "o:drowned"),
    ("a:a", "o:rest"),
    ("a:b", "o:rest"),
}


@pytest.fixture
def small(tmp_path: Path) -> Model:
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    return open_model(tmp_path / "small.yaml")


@pytest.fixture(scope="module")
def consent() -> Model:
    return open_model(CONSENT)


def whole(model: Model) -> Diagram:
    assert model.scenario is not None
    return diagram_of(model.scenario)


def test_the_links_are_those_that_the_text_names(small: Model) -> None:
    diagram = whole(small)
    assert set(diagram.links) == LINKS
    assert len(diagram.links) == len(LINKS)
    kinds = {node.id: node.kind for node in diagram.nodes}
    assert kinds["p:net"] == "formula"
    assert kinds["p:p"] == "parameter"
    assert kinds["n:storm"] == "chance"
    assert "p:unused" in kinds


def test_around_a_box_is_what_leads_to_it_and_where_it_leads(small: Model) -> None:
    shown = around(whole(small), "p:cost")
    expected = ["p:cost", "p:net", "p:double", "c:a.trip", "c:a.weather", "a:a", "o:trip", "o:drowned", "o:rest"]
    assert {node.id for node in shown.nodes} == set(expected)
    actor = around(whole(small), "a:b")
    assert {node.id for node in actor.nodes} == {"c:b.peace", "a:b", "o:trip", "o:rest"}
    assert actor.columns == ("Considerations", "Payoffs", "Outcomes")
    with pytest.raises(RequestError, match="no such box"):
        around(whole(small), "p:nothing")


def test_every_box_says_what_the_file_says(small: Model, consent: Model) -> None:
    nodes = details(small)["nodes"]
    assert nodes["p:cost"]["range"] == "uniform(1, 3)"
    assert nodes["p:net"]["base"] == 3.0
    assert nodes["n:storm"]["formula"] == "some: risk; none: what is left"
    assert nodes["o:drowned"]["formula"] == "rain.wet and go.stay"
    assert sorted(nodes["p:p"]["to"]) == ["n:rain", "n:storm", "p:risk"]
    real = details(consent)
    assert real["focus"] == "a:coalition"
    assert real["nodes"]["p:p_resolved"]["claims"] == ["C1"]
    assert set(real["claims"]["C1"]["supports"]) <= set(real["statements"])


def crossing(placed: PlacedDiagram) -> list[str]:
    """Links that run through a box, by where they are level inside a column."""
    found = []
    for link, points in placed.lines.items():
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            found += [
                f"{link} runs through {box.node.id}"
                for box in placed.boxes
                if x0 == box.x and x1 == box.x + WIDTH and y0 == y1 and box.y < y0 < box.y + box.height
            ]
    return found


def test_boxes_keep_apart_texts_stay_in_them_and_no_link_runs_through_one(consent: Model) -> None:
    diagram = whole(consent)
    for shown in (diagram, around(diagram, "a:coalition"), around(diagram, "p:scale")):
        placed = place(shown)
        assert not crossing(placed)
        for one, other in itertools.combinations(placed.boxes, 2):
            if one.x == other.x:
                assert one.y + one.height <= other.y or other.y + other.height <= one.y, (one.node.id, other.node.id)
            else:
                assert abs(one.x - other.x) > WIDTH
        for box in placed.boxes:
            assert all(text_width(line, SIZE) <= WIDTH - 2 * PAD for line in box.lines)
            assert box.y >= 0
            assert box.y + box.height <= placed.height
        for points in placed.lines.values():
            assert all(left <= right for (left, _), (right, _) in itertools.pairwise(points))


def test_a_link_that_passes_a_column_goes_between_its_boxes() -> None:
    nodes = (Node("a", 0, "parameter", "a"), Node("b", 1, "formula", "b"), Node("c", 2, "consideration", "c"))
    placed = place(Diagram("t", ("x", "y", "z"), nodes, (("a", "b"), ("b", "c"), ("a", "c"))))
    assert not crossing(placed)
    assert len(placed.lines["a", "c"]) == 4
    box = next(box for box in placed.boxes if box.node.id == "b")
    level = placed.lines["a", "c"][1][1]
    assert not box.y <= level <= box.y + box.height
    with pytest.raises(ValueError, match="further right"):
        place(Diagram("t", ("x", "y"), nodes[:2], (("b", "a"),)))


def test_the_chosen_box_is_pressed_and_every_box_is_a_button(small: Model) -> None:
    root = ElementTree.fromstring(influence_svg(whole(small), chosen="p:cost"))
    boxes = root.findall(".//*[@data-node]")
    assert {box.attrib["data-node"] for box in boxes} == {node.id for node in whole(small).nodes}
    assert all((box.attrib["role"], box.attrib["tabindex"]) == ("button", "0") for box in boxes)
    assert [box.attrib["data-node"] for box in boxes if box.attrib["aria-pressed"] == "true"] == ["p:cost"]


def test_hostile_labels_stay_text() -> None:
    plain = ElementTree.fromstring(influence_svg(Diagram("t", ("x",), (Node("a", 0, "outcome", "plain"),), ())))
    shape = [element.tag for element in plain.iter() if not element.tag.endswith("text")]
    for name in NAMES:
        root = ElementTree.fromstring(influence_svg(Diagram(name, (name,), (Node("a", 0, "outcome", name, name),), ())))
        assert [element.tag for element in root.iter() if not element.tag.endswith("text")] == shape


def test_a_scenario_without_ledger_has_no_claims(small: Model) -> None:
    assert details(small)["claims"] == {}
    assert load_scenario(CONSENT).ledger is not None
