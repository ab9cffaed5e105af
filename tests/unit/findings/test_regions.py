"""Region maps: what is asked for, what is claimed, and the parts that a map is made of."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from standoff import api
from standoff.errors import Mark, RequestError
from standoff.findings.region_axes import Axis, axes_of
from standoff.findings.region_boundaries import Lattice, contour
from standoff.findings.region_conditions import in_plane, substituted, truth
from standoff.findings.region_fill import Clock, by_enumeration
from standoff.findings.region_map import SOURCES, UNKNOWN, MapClass, RegionMap
from standoff.findings.region_points import Place, Point
from standoff.findings.regions import regions
from standoff.game.model import Model, from_scenario
from standoff.scenario.expression import Number, evaluate
from standoff.scenario.load import load_scenario
from standoff.scenario.parse import parse_expression

F = Fraction
TEXT = """\
standoff: 1
title: A deterrence game
actors: {challenger: Challenger, defender: Defender}
parameters:
  p_firm: {about: Probability that the defender is firm, kind: probability, base: 0.3, range: "uniform(0.1, 0.9)"}
  q: {about: A probability without a range, kind: probability, value: 0.5}
  prize: {about: Worth of the territory, kind: positive, value: 1, unit: billions}
  cost: {about: Cost of war, kind: positive, range: "lognormal(0.7, 0.5)"}
  twice: {about: Twice the cost, kind: positive, expression: 2 * cost}
  level: {about: A normal, range: "normal(0, 1)"}
  unused: {about: Nobody asks, range: "uniform(0, 1)"}
moves:
  resolve: {actor: nature, options: {firm: p_firm, soft: rest}, seen_by: [defender]}
  demand: {actor: challenger, options: [challenge, hold]}
  reply: {actor: defender, when: demand.challenge, options: [resist, yield]}
payoffs:
  challenger:
    territory: prize * reply.yield
    war: -cost * reply.resist
  defender:
    territory: -prize * reply.yield
    war: -(0.5 if resolve.firm else twice) * reply.resist
    other: (q + level) * demand.hold
outcomes:
  status_quo: demand.hold
  fait_accompli: reply.yield
  war: reply.resist
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    path = tmp_path_factory.mktemp("regions") / "game.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return from_scenario(load_scenario(path))


@pytest.mark.parametrize(
    ("across", "settings", "said"),
    [
        (("p_firm", "p_firm"), {}, "both axes"),
        (("p_frim", "cost"), {}, "did you mean `p_firm`"),
        (("p_firm", "twice"), {}, "choose what it is made of: cost"),
        (("p_firm", "unused"), {}, "nothing in the game depends on `unused`"),
        (("p_firm", ("cost", 2, 1)), {}, "smaller number first"),
        (("p_firm", ("cost", 1, 1)), {}, "smaller number first"),
        (("p_firm", ("cost", "one", 2)), {}, "`one` is not a bound"),
        (("p_firm", ("cost", float("nan"), 2)), {}, "not a bound"),
        (("p_firm", ("cost", -1, 2)), {}, "0 or more"),
        ((("p_firm", 0, "1.5"), "cost"), {}, "from 0 to 1"),
        (("p_firm", "prize"), {}, "say where it runs: prize:LOW:HIGH"),
        (("p_firm", "cost"), {"cost": 3}, "set to a value as well"),
        (("p_firm", "cost"), {"cots": 3}, "did you mean `cost`"),
        (("p_firm",), {}, "two axes"),
    ],
)
def test_what_cannot_be_an_axis_is_said(model: Model, across: tuple, settings: dict, said: str) -> None:
    with pytest.raises(RequestError, match=said.replace("(", r"\(")):
        regions(model, across=across, set=settings, resolution=4)


@pytest.mark.parametrize(
    ("word", "value"), [("resolution", 401), ("resolution", 1), ("method", "best"), ("seconds", 0)]
)
def test_limits_are_said(model: Model, word: str, value: object) -> None:
    with pytest.raises(RequestError):
        regions(model, across=("p_firm", "cost"), **{word: value})


def test_an_efg_has_nothing_to_map(model: Model) -> None:
    with pytest.raises(RequestError, match="no parameters"):
        regions(Model(model.game), across=("p_firm", "cost"))


def test_axes_run_over_the_stated_ranges(model: Model) -> None:
    first, second = axes_of(model, ("p_firm", "cost"), {}, 10)
    assert (first.low, first.high) == (F("0.1"), F("0.9"))
    # the first and 99th percentile of a lognormal: exp(0.7 -+ 2.3263479 * 0.5)
    assert float(second.low) == pytest.approx(np.exp(0.7 - 2.3263479 * 0.5), rel=1e-3)
    assert float(second.high) == pytest.approx(np.exp(0.7 + 2.3263479 * 0.5), rel=1e-3)
    assert axes_of(model, ("q", "p_firm"), {}, 10)[0].high == 1
    assert first.centres[0] == F("0.14")
    assert first.centres[-1] == F("0.86")


def test_conditions_decide_the_map(model: Model) -> None:
    """The soft defender yields where 2 cost > prize; challenge where (1 - p) prize > p cost."""
    found = regions(model, across=(("p_firm", 0, 1), ("cost", "0.6", 3)), resolution=10)
    assert found.method == "conditions"
    assert found.complete
    x, y = found.axes
    for row, cost in enumerate(y.centres):
        for column, p in enumerate(x.centres):
            names = {found.classes[k].name for k in found.sets[found.cell[row, column]]}
            challenged = any("demand: challenge" in name for name in names)
            assert challenged == ((1 - p) > p * cost), (p, cost)


def test_json_says_what_holds_and_on_what_it_rests(model: Model) -> None:
    found = regions(model, across=("p_firm", ("cost", "0.6", 3)), resolution=6)
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert [axis["name"] for axis in told["axes"]] == ["p_firm", "cost"]
    assert len(told["grid"]) == len(told["axes"][1]["values"]) == 6
    assert all(set(cell) <= set(range(len(told["classes"]))) for row in told["grid"] for cell in row)
    assert {told["sources"][number] for row in told["source"] for number in row} <= {"conditions", "enumerated"}
    for number, entry in enumerate(told["classes"]):
        assert entry["share"] == pytest.approx(sum(number in cell for row in told["grid"] for cell in row) / 36)
    assert told["complete"]
    assert "seconds" not in told
    assert set(told["parameters"]) == {"q", "prize", "level", "unused"}


def test_the_same_request_gives_the_same_map(model: Model) -> None:
    across = ("p_firm", ("cost", "0.6", 3))
    first, second = (regions(model, across=across, resolution=5).to_dict() for _ in range(2))
    assert json.dumps(first) == json.dumps(second)


def test_what_time_cuts_off_is_missing_and_said(model: Model) -> None:
    found = regions(model, across=("p_firm", "cost"), resolution=30, method="enumeration", seconds=1e-9)
    assert not found.complete
    assert (found.source == SOURCES.index("missing")).all()
    assert (found.cell == UNKNOWN).all()
    assert any("time ran out" in note for note in found.notes)
    json.dumps(found.to_dict(), allow_nan=False)


def test_cells_without_a_game_are_undefined(tmp_path) -> None:
    path = tmp_path / "sum.yaml"
    text = TEXT.replace("{firm: p_firm, soft: rest}", "{firm: p_firm, odd: q, soft: 1 - p_firm - q}")
    path.write_text(text.replace("resolve.firm", "(resolve.firm or resolve.odd)"), encoding="utf-8")
    found = regions(from_scenario(load_scenario(path)), across=(("p_firm", 0, 1), ("q", 0, 1)), resolution=6)
    x, y = found.axes
    for row, column in np.ndindex(6, 6):
        undefined = SOURCES[found.source[row, column]] == "undefined"
        assert undefined == (x.centres[column] + y.centres[row] > 1)
    assert not found.complete


@pytest.mark.parametrize(
    "text",
    ["x < y", "x >= 1 / 3", "x * y > 1 / 6 and not x < y", "x ** 2 == y", "x / (y - 1 / 2) > 1", "min(x, y) > 1 / 4"],
)
def test_truth_is_that_of_exact_fractions(text: str) -> None:
    condition = parse_expression(text, Mark())
    points = [(F(i, 12), F(j, 12)) for i in range(13) for j in range(13)]
    points += [(F(1, 3) + F(e, 10**30), F(1, 2)) for e in (-1, 0, 1)]
    told = truth(condition, ("x", "y"), points)
    exact = [evaluate(condition, {"x": x, "y": y}) != 0 for x, y in points]
    assert told.tolist() == exact


def test_other_parameters_are_put_in(model: Model) -> None:
    assert model.scenario is not None
    plane = in_plane(model.scenario, ("p_firm", "cost"), {"prize": F(7)})
    assert plane["prize"] == Number(F(7))
    assert evaluate(plane["twice"], {"cost": F(5)}) == 10
    expression = parse_expression("prize * (q + 1) + log(prize) - p_firm", Mark())
    value = evaluate(substituted(expression, plane), {"p_firm": F(1, 2)})
    assert float(value) == pytest.approx(7 * 1.5 + np.log(7) - 0.5)


def circle_lattice(cells: int) -> tuple[Lattice, object]:
    axes = tuple(Axis(name, "", "", F(-1), F(1), F(0), cells) for name in "xy")
    one = (("h", ("a",)),)
    held = {
        (i, j): frozenset([one]) if axes[0].centre(i) ** 2 + axes[1].centre(j) ** 2 < F(1, 2) else frozenset()
        for i in range(cells)
        for j in range(cells)
    }
    return Lattice((axes[0], axes[1]), held), one


def test_a_contour_is_closed_and_lies_on_its_curve() -> None:
    lattice, one = circle_lattice(11)
    lines = contour(lattice, one, lambda spot: spot[0] ** 2 + spot[1] ** 2 < F(1, 2), F(1, 10**9), lambda: False)
    (line,) = lines
    assert line[0] == line[-1]
    radii = [float(c.middle[0] ** 2 + c.middle[1] ** 2) for c in line]
    assert np.allclose(radii, 0.5, atol=1e-7)
    assert all(c.settled and c.within <= F(1, 10**9) for c in line)


def test_a_contour_that_nobody_decides_is_not_settled() -> None:
    lattice, one = circle_lattice(11)
    for decide, hurry in ((None, lambda: False), (lambda spot: None, lambda: False), (lambda spot: True, lambda: True)):
        lines = contour(lattice, one, decide, F(1, 10**9), hurry)
        assert lines
        assert not any(crossing.settled for line in lines for crossing in line)


class Imagined(Place):
    """Points of which it is known where the one class holds; counts how many are looked at."""

    def enumerate(self, point, seconds):
        x, y = point.values()
        held = (x - F(1, 3)) ** 2 + (y - F(1, 3)) ** 2 < F(1, 16)
        return Point(((("h", ("a",)),),) if held else (), complete=True)


def test_filled_cells_agree_with_what_is_there(model: Model) -> None:
    axes = tuple(Axis(name, "", "", F(0), F(1), F(0), 40) for name in "xy")
    place = Imagined(model, {})
    filled = by_enumeration((axes[0], axes[1]), place, Clock(float("inf")))
    assert len(filled.source) == 1600
    looked = sum(how == "enumerated" for how in filled.source.values())
    assert 0 < looked < 800
    for (i, j), held in filled.held.items():
        truly = place.enumerate({"x": axes[0].centre(i), "y": axes[1].centre(j)}, 1).classes
        assert held == frozenset(truly)


def hostile(found: RegionMap, name: str) -> RegionMap:
    classes = tuple(replace(entry, name=name) for entry in found.classes)
    return replace(found, classes=classes)


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@cmd", "\t=1", "  =1", "a\n=1", 'quo"te, comma'])
def test_a_table_holds_no_formulas(model: Model, name: str) -> None:
    found = hostile(regions(model, across=("p_firm", ("cost", "0.6", 3)), resolution=3), name)
    rows = list(csv.reader(io.StringIO(found.to_csv())))
    assert rows[0][:3] == ["p_firm", "cost", "classes"]
    assert len(rows) == 10
    assert all(not cell.lstrip().startswith(("=", "+", "@")) for row in rows for cell in row)
    assert all(not row[2].lstrip().startswith("-") for row in rows)
    assert float(rows[1][0]) == pytest.approx(float(found.axes[0].centres[0]))


def test_a_large_game_is_mapped_by_its_selected_class(model: Model) -> None:
    found = regions(model, across=("p_firm", ("cost", "0.7", 3)), resolution=3, method="selection")
    assert found.method == "selection"
    assert not found.complete
    assert found.outcome is not None
    assert all(len(own) == 1 for own in found.sets)
    assert not found.boundaries
    x, y = found.axes
    for row, column in np.ndindex(3, 3):
        p, cost = x.centres[column], y.centres[row]
        war = p if (1 - p) > p * cost else 0
        assert found.outcome[row, column, found.outcomes.index("war")] == pytest.approx(float(war), abs=1e-6)


def test_api_takes_a_path_or_a_library_name() -> None:
    found = api.regions("library:rudimentary_deterrence", across=("pB", ("aSQ", 1, 2)), resolution=2)
    assert isinstance(found.classes[0], MapClass)
