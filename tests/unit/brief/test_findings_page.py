"""The findings in a brief: every section with the numbers of the JSON, what is missing in words, hostile names as text.

The game is that of the command's tests: the challenger demands exactly where p_firm < 1/3.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

from standoff import api
from standoff.brief.brief import brief_html
from standoff.brief.drivers import hundredths
from standoff.draw.labels import number
from standoff.findings.collect import collect, sample_of
from standoff.findings.collected import Findings, Missing, Sought
from standoff.findings.outcomes import summarise
from standoff.findings.words import share
from standoff.game.model import Model, from_scenario
from standoff.scenario.load import load_scenario
from standoff.scenario.scenario import ParameterDefinition, Range, Scenario
from unit.draw.test_drawing_output import HOSTILE

DETERRENCE = """\
standoff: 1
title: A deterrence game
actors: {challenger: Challenger, defender: Defender}
parameters:
  p_firm:
    about: Probability that the defender is firm. And why.
    kind: probability
    base: 0.3
    range: uniform(0, 1)
    lever: defender
    claims: [C1]
    without: uniform(0, 1)
  idle: {about: Changes nothing, range: "uniform(0, 1)", unit: furlongs}
  prize: {about: Worth of the territory, kind: positive, value: 1}
  cost: {about: Cost of war, kind: positive, value: 2}
moves:
  resolve: {actor: nature, options: {firm: p_firm, soft: rest}, seen_by: [defender]}
  demand: {actor: challenger, options: {challenge: {label: Makes a demand}, hold: {label: Holds back}}}
  reply: {actor: defender, when: demand.challenge, options: [resist, yield]}
payoffs:
  challenger: {territory: prize * reply.yield, war: -cost * reply.resist}
  defender:
    territory: -prize * reply.yield + 0 * idle
    war: -(0.5 if resolve.firm else cost) * reply.resist
outcomes:
  status_quo: {label: Nothing happens, when: demand.hold}
  fait_accompli: {label: The territory is taken, when: reply.yield}
  war: {label: "War", when: reply.resist}
decision: demand
"""
SECTIONS = ("drivers", "conditions", "options", "levers", "information", "baselines")


class Sections(HTMLParser):
    """Text by the id of the section that it stands in."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: dict[str, str] = {}
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.anchors: set[str] = set()
        self._here = "head"
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        given = dict(attrs)
        if tag == "section":
            self._here = given["id"] or ""
        if tag == "a":
            self.anchors.add((given["href"] or "").removeprefix("#"))

    def handle_data(self, data: str) -> None:
        self.texts[self._here] = " ".join(f"{self.texts.get(self._here, '')} {data}".split())


def scenario_of(tmp_path: Path, text: str = DETERRENCE) -> Scenario:
    path = tmp_path / "deterrence.yaml"
    path.write_text(text, encoding="utf-8")
    return load_scenario(path)


def page_of(model: Model, draws: int = 128) -> tuple[str, Findings]:
    study = api.run(model, draws=draws, seed=1, workers=1)
    found = collect(sample_of(study, model), summarise(study), sought=Sought(draws=96, varied=16, deviated=4))
    return brief_html(model, api.solve(model), study=study, findings=found), found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Findings]:
    return page_of(from_scenario(scenario_of(tmp_path_factory.mktemp("page"))))


def test_every_section_holds_the_numbers_of_the_json(made: tuple[str, Findings]) -> None:
    page, found = made
    texts = {name: text.replace("\u00a0", " ") for name, text in Sections(page).texts.items()}
    told = found.to_dict()
    assert set(SECTIONS) <= set(texts)
    top = told["sensitivity"]["status_quo"]["drivers"][0]
    assert f"{top['first']['value']:.2f}" in texts["drivers"]
    assert share(top["at_high"]) in texts["drivers"]
    box = told["discovery"]["status_quo"]
    assert box["restrictions"][0]["text"].removeprefix("p firm ") in texts["conditions"]
    assert share(box["held_out_density"]) in texts["conditions"]
    assert all(rule in texts["conditions"] for rule in told["partition"]["status_quo"]["rules"])
    for entry in told["options"]["options"].values():
        assert number(entry["payoff"]["mean"]) in texts["options"]
        assert number(entry["gain"]) in texts["options"]
    for rule in told["rules"]["rules"]:
        assert rule["name"] in texts["options"].lower()
    flip = next(one for one in told["levers"]["levers"] if one["target"] == "option")["up"]
    assert f"at {number(flip['at'])}" in texts["levers"]
    assert number(told["information"]["perfect"]) in texts["information"]
    assert number(told["information"]["claims"][0]["at_least"]["value"]) in texts["information"]
    assert "C1" in texts["information"]
    for distance in told["baselines"]["distances"].values():
        assert share(distance) in texts["baselines"]


def test_labels_and_abouts_stand_in_for_names(made: tuple[str, Findings]) -> None:
    texts = Sections(made[0]).texts
    assert "All 7 decision rules agree on “Holds back”" in texts["options"]
    assert "Probability that the defender is firm" in texts["drivers"]
    assert "And why" not in texts["drivers"]
    assert "‘p firm’ (Defender) from 0.3 to 0.333" in texts["levers"]


def test_the_gist_stands_before_the_sections_and_leads_to_them(made: tuple[str, Findings]) -> None:
    page, _ = made
    assert page.index('class="short"') < page.index('<section id="outcomes">')
    read = Sections(page)
    ids = set(re.findall(r'id="([^"]+)"', page))
    assert set(SECTIONS) | {"assumption-1"} <= read.anchors <= ids
    order = [page.index(f'<section id="{name}">') for name in ("tree", "outcomes", *SECTIONS, "assumptions")]
    assert order == sorted(order)


def test_the_gist_says_what_the_numbers_are_that_it_names(made: tuple[str, Findings]) -> None:
    page, _ = made
    short = page[page.index('class="short"') : page.index("<nav")]
    sentences, _, told = short.partition("The numbers named here:")
    named = set(re.findall("‘([^’]+)’", sentences))
    assert named
    assert set(re.findall(r'<dt><a href="#assumption-\d+">([^<]+)</a>', told)) == named
    assert "Probability that the defender is firm" in told


@pytest.mark.parametrize(
    ("value", "text"), [(0.125, "0.12"), (-0.004, "0.00"), (-0.016, "−0.02"), (0.0, "0.00"), (1.0, "1.00")]
)
def test_an_index_has_a_minus_sign_only_with_a_number(value: float, text: str) -> None:
    assert hundredths(value) == text


def test_bounds_get_no_likelihood_word_and_beliefs_may(tmp_path: Path, made: tuple[str, Findings]) -> None:
    words = re.compile(r"\b(un)?likely\b|almost (certain|no chance)|even chance")
    assert not words.search(" ".join(Sections(made[0]).texts.values()))
    assert "sampled cases" in Sections(made[0]).texts["information"]
    page, _ = page_of(from_scenario(scenario_of(tmp_path, DETERRENCE + "ranges: beliefs\n")))
    assert "in expectation" in Sections(page).texts["information"]


@pytest.mark.parametrize(
    ("draws", "changes", "section", "said"),
    [
        (8, [], "drivers", "fewer than 50"),
        (8, [], "information", "at least 50 are needed"),
        (60, [("decision: demand\n", "")], "options", "the scenario names no decision. To have it: add `decision:`"),
        (60, [("    lever: defender\n", "")], "levers", "add `lever: ACTOR`"),
    ],
)
def test_what_is_missing_is_said(
    tmp_path: Path, draws: int, changes: list[tuple[str, str]], section: str, said: str
) -> None:
    text = DETERRENCE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    page, _ = page_of(from_scenario(scenario_of(tmp_path, text)), draws)
    assert said.lower() in Sections(page).texts[section].lower()


def test_a_scenario_without_ranges_has_a_brief_at_its_base_values(tmp_path: Path) -> None:
    text = DETERRENCE.replace("    base: 0.3\n    range: uniform(0, 1)\n", "    value: 0.3\n    between: [0, 1]\n")
    text = text.replace('range: "uniform(0, 1)"', "value: 1")
    scenario_of(tmp_path, text)
    target = tmp_path / "brief.html"
    api.brief(tmp_path / "deterrence.yaml", target, draws=64)
    texts = Sections(target.read_text(encoding="utf-8")).texts
    assert "give `range:`" in texts["drivers"]
    assert "Makes a demand" in texts["options"]
    assert "0.333" in texts["levers"]


def test_a_study_in_which_nothing_is_certified_has_a_brief(tmp_path: Path) -> None:
    text = DETERRENCE.replace("war: -cost * reply.resist}", "war: -cost * reply.resist * log(0.3000001 - p_firm)}")
    model = from_scenario(
        scenario_of(
            tmp_path, text.replace("uniform(0, 1)\n", "uniform(0.4, 0.9)\n", 1).replace("base: 0.3", "base: 0.4")
        )
    )
    study = api.run(model, draws=8, workers=1)
    assert not study.certified.any()
    found = collect(sample_of(study, model), summarise(study))
    good = from_scenario(scenario_of(tmp_path))
    page = brief_html(model, replace(api.solve(good), equilibria=()), study=study, findings=found)
    texts = Sections(page).texts
    assert "see with `standoff solve` why nothing is certified" in texts["drivers"]
    assert "Nothing is certified under" in texts["options"]


def test_without_draws_there_are_no_findings(tmp_path: Path) -> None:
    scenario_of(tmp_path)
    target = tmp_path / "brief.html"
    api.brief(tmp_path / "deterrence.yaml", target, draws=0)
    assert not set(SECTIONS) & set(Sections(target.read_text(encoding="utf-8")).texts)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_stay_text(tmp_path: Path, made: tuple[str, Findings], name: str) -> None:
    """Everywhere: actors, options, outcomes, and a parameter whose very name, unit, text and claim are hostile."""
    plain = scenario_of(tmp_path)
    odd = ParameterDefinition(
        name,
        name,
        unit=name,
        base=Fraction(1, 2),
        range=Range("uniform", (0.0, 1.0)),
        claims=(name,),
        lever=("defender",),
    )
    hostile = replace(
        plain,
        title=name,
        actors=tuple(replace(actor, label=name) for actor in plain.actors),
        parameters=(*(replace(one, about=name, unit=name, claims=(name,)) for one in plain.parameters), odd),
        moves=tuple(
            replace(move, label=name, options=tuple(replace(option, label=name) for option in move.options))
            for move in plain.moves
        ),
        outcomes=tuple(replace(outcome, label=name) for outcome in plain.outcomes),
    )
    page, _ = page_of(from_scenario(hostile), 64)
    read, usual = Sections(page), Sections(made[0])
    assert read.tags <= usual.tags
    assert read.attributes <= usual.attributes
    assert "<script" not in page
    assert not set(page) & set("\u202e\u0000\u0007")
    if "{{" in name:
        assert html.escape("{{ 7*7 }}") in page
        assert " 49 " not in " ".join(read.texts.values())


def test_a_missing_finding_reads_as_a_sentence() -> None:
    assert str(Missing("it is not there", "look elsewhere")) == "It is not there. To have it: look elsewhere."
