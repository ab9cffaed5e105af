"""Charts of findings: well-formed, labelled with what the finding says, safe against hostile names."""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from standoff.draw.findings_charts import (
    MOST,
    box_chart,
    information_chart,
    partition_chart,
    sensitivity_chart,
)
from standoff.findings.discovery import discover
from standoff.findings.partition import partition
from standoff.findings.sensitivity import sensitivity
from standoff.findings.value_of_information import value_of_information

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"' onload='x ]]><!-- \u202egnirts\x00 $\\input{x}$ " + "x" * 500
CHARTS = ("sensitivity", "box", "tree", "information")


@cache
def findings(outcome: str = "direct war", name: str = "war_cost") -> dict[str, Any]:
    rng = np.random.default_rng(1)
    x = rng.random((600, 16))
    values = {name: 40 * x[:, 0], "brigades": np.floor(4 * x[:, 1]), **{f"other_{i}": x[:, i] for i in range(2, 16)}}
    y = np.where((x[:, 0] > 0.5) & (x[:, 1] > 0.5), 0.8, 0.1) + 0.1 * x[:, 2]
    payoffs = np.column_stack([np.full(600, 0.4), y])
    said: dict[str, Any] = {"outcome": outcome, "labels": {name: name.replace("_", " ")}, "units": {name: "bn EUR"}}
    return {
        "sensitivity": sensitivity(values, y, outcome=outcome),
        "box": discover(values, y, **said),
        "tree": partition(values, y, **said),
        "information": value_of_information(values, payoffs, ["stay", "go"], actor=outcome),
    }


def chart(kind: str, found: Any, **more: Any) -> str:
    draw: dict[str, Any] = {
        "sensitivity": sensitivity_chart,
        "box": box_chart,
        "tree": partition_chart,
        "information": information_chart,
    }
    return str(draw[kind](found, **more))


def texts(svg: str) -> str:
    root = ElementTree.fromstring(svg)
    return " ".join("".join(element.itertext()) for element in root.iter(f"{SVG}text"))


@pytest.mark.parametrize("kind", CHARTS)
def test_a_chart_is_xml_with_a_title_a_description_and_prefixed_ids(kind: str) -> None:
    root = ElementTree.fromstring(chart(kind, findings()[kind], prefix="here"))
    named = {element.get("id"): element for element in root.iter() if element.get("id")}
    assert root.get("role") == "img"
    first, second = (root.get("aria-labelledby") or "").split()
    assert "direct war" in (named[first].text or "")
    assert "war cost" in (named[second].text or "")
    assert all(str(name).startswith("here-") for name in named)


@pytest.mark.parametrize("kind", CHARTS)
def test_colours_are_the_pages(kind: str) -> None:
    svg = chart(kind, findings()[kind])
    assert "var(--so-bar" in svg
    assert not re.search(r"#0[1-4]0[2-5]0[3-6]\b", svg)


@pytest.mark.parametrize("kind", CHARTS)
def test_the_same_finding_gives_the_same_text(kind: str) -> None:
    assert chart(kind, findings()[kind]) == chart(kind, findings()[kind])


@pytest.mark.parametrize("kind", CHARTS)
def test_hostile_names_stay_text(kind: str) -> None:
    svg = chart(kind, findings(HOSTILE, HOSTILE)[kind])
    root = ElementTree.fromstring(svg)
    assert not list(root.iter(f"{SVG}script"))
    assert all("onload" not in element.attrib for element in root.iter())
    assert "\u202e" not in svg


def test_the_sensitivity_chart_shows_the_strong_and_counts_the_rest() -> None:
    found = findings()["sensitivity"]
    shown = texts(sensitivity_chart(found, names={"war_cost": "Cost of war"}))
    strong = [driver for driver in found.drivers if driver.first.distinguishable]
    assert {"war_cost", "brigades"} <= {driver.name for driver in strong}
    assert "Cost of war" in shown
    for driver in strong:
        assert f"{driver.first.value:.2f}" in shown
    assert f"and {16 - len(strong) - 3} more, below the noise floor" in shown
    assert shown.count("noise") == 4  # three bars and the line about the others


def test_more_drivers_than_bars_are_counted() -> None:
    x = np.random.default_rng(2).random((3000, 15))
    found = sensitivity({f"x{i}": x[:, i] for i in range(15)}, x.sum(axis=1))
    assert f"and {15 - MOST} more, weaker" in texts(sensitivity_chart(found))


def test_the_box_is_drawn_in_the_parameters_own_ranges() -> None:
    found = findings()["box"]
    shown = texts(box_chart(found))
    assert "is 2 or 3" in shown
    assert "at least" in shown
    assert "bn EUR" in shown
    assert f"chosen: {len(found.restrictions)} restricted" in shown


def test_a_finding_without_numbers_has_no_chart() -> None:
    x, y = {"x": np.linspace(0, 1, 100)}, np.full(100, np.nan)
    empty = {
        "sensitivity": sensitivity(x, y),
        "box": discover(x, y),
        "tree": partition(x, y),
        "information": value_of_information(x, np.full((100, 2), np.nan), ["a", "b"]),
    }
    for kind, found in empty.items():
        with pytest.raises(ValueError, match=re.escape(found.statement)):
            chart(kind, found)


def test_one_parameter_and_negative_values_can_be_drawn() -> None:
    x = np.linspace(0, 1, 200)
    ElementTree.fromstring(sensitivity_chart(sensitivity({"x": x}, -x, outcome="payoff")))
    ElementTree.fromstring(partition_chart(partition({"x": x}, x - 2, threshold=None)))
    ElementTree.fromstring(box_chart(discover({"x": x}, x, threshold=None)))
