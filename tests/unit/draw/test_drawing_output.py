"""SVG, TikZ, terminal and chart output: well-formed, complete, safe against hostile names, and the same every time."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from standoff.draw.charts import outcome_chart
from standoff.draw.text import tree_text
from standoff.draw.tikz import escape as escape_tex
from standoff.draw.tikz import tree_tikz
from standoff.draw.tree import PALETTE, tree_svg
from standoff.findings.outcomes import OutcomeSummary
from standoff.game.tree import build
from standoff.scenario.scenario import Outcome
from unit.draw.crisis_case import VALUES, crisis, equilibrium

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "<script>alert(1)</script>",
    "\"' onload='alert(1)",
    "]]><!--",
    "\u202egnirts desrever\x00\x07",
    "{{ 7*7 }} {% raw %}",
    "x" * 5000,
    "$\\input{/etc/passwd}$ %^~#&_",
)


def hostile_crisis(name: str):  # type: ignore[no-untyped-def]
    plain = crisis(title=name, about=name)
    return replace(
        plain,
        actors=tuple(replace(actor, label=name) for actor in plain.actors),
        moves=tuple(
            replace(move, label=name, about=name, options=tuple(replace(o, label=name) for o in move.options))
            for move in plain.moves
        ),
        outcomes=tuple(replace(outcome, label=name) for outcome in plain.outcomes),
    )


def rows(*means: float) -> list[OutcomeSummary]:
    return [OutcomeSummary(f"end_{n}", mean, mean / 2, (1 + mean) / 2, 0.0, mean, 1.0) for n, mean in enumerate(means)]


def test_the_drawing_is_xml_with_a_title_and_a_description() -> None:
    game = build(crisis())
    root = ElementTree.fromstring(tree_svg(game, equilibrium(game), scenario=crisis()))
    assert root.get("role") == "img"
    named = {element.get("id"): element for element in root.iter() if element.get("id")}
    first, second = (root.get("aria-labelledby") or "").split()
    assert named[first].tag == f"{SVG}title"
    assert "no veto, refuse, force" in (named[second].text or "")


def test_the_path_is_thick_and_solid_and_the_rest_thin() -> None:
    game = build(crisis())
    found = equilibrium(game)
    root = ElementTree.fromstring(tree_svg(game, found))
    edges = [element for element in root.iter(f"{SVG}path") if "so-edge" in (element.get("class") or "")]
    thick = [edge for edge in edges if "so-path" in (edge.get("class") or "") and "V" not in (edge.get("d") or "")]
    thin = [float(edge.get("stroke-width") or "nan") for edge in edges if edge not in thick]
    widths = [float(edge.get("stroke-width") or "nan") for edge in thick]
    assert min(widths) > 1.5 * max(thin)
    reach = dict(enumerate(found.play.reach.tolist()))
    drawn = {int(edge.get("data-child") or 0): width for edge, width in zip(thick, widths, strict=True)}
    rarest, surest = min(drawn.keys() - {0}, key=lambda n: reach[n]), max(drawn.keys() - {0}, key=lambda n: reach[n])
    assert drawn[rarest] < drawn[surest]
    assert len(thick) == int((found.play.reach[1:] > 0).sum()) + 1  # one more in the legend


def test_ids_differ_between_drawings_of_one_page() -> None:
    game = build(crisis())
    ids = [set(re.findall(r'\bid="([^"]+)"', tree_svg(game, prefix=prefix))) for prefix in ("first", "second")]
    assert ids[0].isdisjoint(ids[1])


def test_letters_on_actor_colours_can_be_read() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert all(1.05 / (luminance(colour) + 0.05) >= 4.5 for colour in PALETTE)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_stay_text_in_svg(name: str) -> None:
    scenario = hostile_crisis(name)
    game = build(scenario)
    for fold in ("unreached", "none"):
        text = tree_svg(game, equilibrium(game), fold=fold, scenario=scenario)
        root = ElementTree.fromstring(text)
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
            *("svg", "title", "desc", "style", "path", "circle", "rect", "polygon", "g", "text", "tspan")
        }
        assert not any(key.startswith("on") for element in root.iter() for key in element.attrib)
        assert "\u202e" not in text


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_stay_text_in_tikz(name: str) -> None:
    scenario = hostile_crisis(name)
    game = build(scenario)
    text = tree_tikz(game, equilibrium(game), scenario=scenario)
    assert r"\input" not in text.replace(r"\textbackslash{}input", "").split(r"\begin{document}")[1]
    balanced = re.sub(r"\\[{}]", "", text.split(r"\documentclass", 1)[1])
    assert balanced.count("{") == balanced.count("}")


def test_tex_specials_are_escaped() -> None:
    plain = escape_tex(r"50% of $x_1$ & #2 {a}^b~c\d")
    for special in "%$&#_{}":
        assert all(plain[m.start() - 1] == "\\" for m in re.finditer(re.escape(special), re.sub(r"\w\{\}", "", plain)))
    assert escape_tex("\\") == r"\textbackslash{}"


def test_the_terminal_tree_marks_the_path_and_counts_what_is_folded() -> None:
    game = build(crisis())
    found = equilibrium(game)
    lines = tree_text(game, found).splitlines()
    assert sum("━>" in line for line in lines) == int((found.play.reach[1:] > 0).sum())
    folded = sum(int(line.split("(")[-1].split()[0]) for line in lines if "folded" in line)
    whole = sum("[" in line and "]  C" in line and "folded" not in line for line in lines)
    assert folded + whole == len(game.outcome)


def test_the_tree_of_a_game_without_an_equilibrium() -> None:
    game = build(crisis())
    assert "%" not in tree_text(game)
    assert len(tree_text(game).splitlines()) == game.n_nodes
    ElementTree.fromstring(tree_svg(game))


def test_a_branch_that_cannot_happen_says_so() -> None:
    game = build(crisis())
    text = tree_text(game, equilibrium(game, {**VALUES, "p_resolved": 0.0}))
    assert "cannot happen" in text


def test_the_chart_is_the_same_every_time_and_asks_for_nothing() -> None:
    first, second = (outcome_chart(rows(0.5, 0.2, 0.3)) for _ in range(2))
    assert first == second
    outside = first.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "http" not in outside
    assert "<style" not in outside
    assert "style=" not in outside  # a page may forbid styles within a drawing
    ElementTree.fromstring(first)


def test_the_chart_has_the_most_probable_outcome_on_top() -> None:
    text = outcome_chart(rows(0.2, 0.7, 0.1))
    root = ElementTree.fromstring(text)
    places = {
        "".join(element.itertext()): float(element.get("y") or re.findall(r"[\d.]+", element.get("transform") or "")[1])
        for element in root.iter(f"{SVG}text")
    }
    assert places["end 1"] < places["end 0"] < places["end 2"]
    assert {"70 %", "20 %", "10 %"} <= set(places)


def test_bars_are_as_long_as_the_means() -> None:
    root = ElementTree.fromstring(outcome_chart(rows(0.6, 0.3)))
    bars = [element for element in root.iter(f"{SVG}path") if "--so-bar" in (element.get("fill") or "")]
    spans = []
    for bar in bars:
        xs = [float(x) for x in re.findall(r"[ML] ([\d.]+) ", bar.get("d") or "")]
        spans.append(max(xs) - min(xs))
    assert spans[0] == pytest.approx(2 * spans[1], rel=1e-4)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_stay_text_in_charts(name: str) -> None:
    text = outcome_chart(rows(0.5, 0.5), names={"end_0": name})
    root = ElementTree.fromstring(text)
    assert not {f"{SVG}script", f"{SVG}image", f"{SVG}foreignObject"} & {element.tag for element in root.iter()}


def test_charts_of_one_page_share_no_id() -> None:
    ids = [set(re.findall(r'\bid="([^"]+)"', outcome_chart(rows(0.5), prefix=prefix))) for prefix in ("one", "two")]
    assert ids[0]
    assert ids[0].isdisjoint(ids[1])
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', outcome_chart(rows(0.5), prefix="one")))
    assert used <= ids[0]


def test_an_empty_chart_is_refused() -> None:
    with pytest.raises(ValueError, match="certified"):
        outcome_chart([])


def test_an_outcome_without_a_label_shows_its_name() -> None:
    scenario = crisis()
    assert Outcome("cold_peace", scenario.outcomes[-1].condition) == scenario.outcomes[-1]
    assert "cold peace" in tree_text(build(scenario), fold="none", scenario=scenario)
