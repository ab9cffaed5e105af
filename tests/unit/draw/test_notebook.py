"""Results in notebooks: every result has a view, each chart its numbers in a table, hostile names stay text."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from hostile_names import NAMES
from standoff import api
from standoff.draw.notebook import _VIEWS, html
from standoff.draw.notebook_tables import TABLES
from standoff.draw.robustness_chart import robustness_chart
from standoff.draw.tables import custody_table, robustness_table
from standoff.evidence.ledger import loads_ledger
from standoff.findings.collected import Missing
from standoff.findings.decomposition import Combination, Contribution, Decomposed, Decomposition, Target
from standoff.findings.outcomes import OutcomeSummary
from standoff.findings.robustness import Robustness, robustness
from standoff.findings.side_by_side import SideBySide, Variant
from standoff.findings.words import share
from unit.brief.test_findings_page import DETERRENCE
from unit.evidence.a_ledger import TEXT

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
REAL = EXAMPLES / "consent" / "scenario.yaml"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    (folder / "deterrence.yaml").write_text(DETERRENCE, encoding="utf-8")
    api.run(folder / "deterrence.yaml", draws=64, workers=1, out=folder / "out")
    return folder


@cache
def rules() -> Robustness:
    table = np.random.default_rng(7).normal(size=(60, 3)) + np.array([0.0, 0.4, 0.3])
    return robustness(("hold", "send_a_force", "talk"), table, resamples=100)


def decomposed() -> Decomposition:
    """Two switches that bring an outcome from 20 to 80 % together and 30 % each alone."""
    worlds = tuple(
        Combination(on, p, p, p, 1) for on, p in (((), 0.2), (("a",), 0.3), (("b",), 0.3), (("a", "b"), 0.8))
    )
    own = tuple(Contribution(name, f"Switch {name}", Fraction(3, 10), 0.1, 0.5, 0.5, None, None) for name in "ab")
    return Decomposition("By hand", None, (), 0, 0, 1, (Decomposed(Target("peace", ("peace",)), worlds, own),))


def side_by_side() -> SideBySide:
    row = OutcomeSummary("peace", 0.5, 0.4, 0.6, 0.0, 0.5, 1.0)
    return SideBySide((Variant("as written", (row,), 8, 8, None), Variant("other", (), 8, 0, None)), 1)


def results(study: Path) -> dict[str, Any]:
    game = "library:rudimentary_deterrence"
    own = study / "deterrence.yaml"
    findings = api.findings(study / "out")
    first = findings.outcomes[0]  # type: ignore[index]
    compared = findings.options
    found = api.solve(game)
    every = [
        *(api.load(game), found, found.first, api.run(own, draws=32, workers=1)),
        *(api.open_study(study / "out"), findings, first.sensitivity, first.discovery, first.partition),
        *(findings.information, compared, findings.rules, findings.levers, findings.baselines, findings.variants),
        *(
            api.diff((game, None), (game, None), draws=8),
            api.reliance(REAL, draws=4, search=False),
            api.hypotheses(REAL),
        ),
        api.regions(game, across=("pB", ("aSQ", 0.2, 2.8)), resolution=6),
        *(decomposed(), side_by_side()),
    ]
    return {type(one).__name__: one for one in every if not isinstance(one, Missing)}


def check(text: str) -> ElementTree.Element:
    """The view is one element, well formed, without scripts, and each id is there once."""
    root = ElementTree.fromstring(text)
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert not tags & {"script", "img", "iframe", "object", "a", "foreignObject", "image"}
    assert not any(key.startswith("on") for element in root.iter() for key in element.attrib)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for figure in root.iter("figure"):
        assert figure.find(f"{SVG}svg") is not None
        assert figure.find("details/table/caption") is not None
    return root


def test_every_result_shows_itself(study: Path) -> None:
    shown = results(study)
    views = {name: result._repr_html_() for name, result in shown.items()}
    assert {*_VIEWS, *TABLES} - views.keys() == {"UnityAnswer", "ForceAnswer", "Verification"}, "shown below"
    for name, text in views.items():
        root = check(text)
        assert root.tag == "div", name
        assert list(root), name
    charts = {name: text.count("<figure") for name, text in views.items()}
    assert [charts[name] for name in ("Study", "StoredStudy", "RegionMap", "Reliance", "Sensitivity")] == [1] * 5
    assert charts["Findings"] >= 3
    assert "so-tree" in views["Solution"]
    assert "so-tree" in views["Model"]


def test_the_blocks_show_themselves(tmp_path: Path) -> None:
    from unit.cli.test_block_commands import DOCS, HEAD

    pages = [(DOCS / f"{name}.md").read_text(encoding="utf-8") for name in ("coalition", "force")]
    blocks = [re.findall(r"^```yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)[0] for page in pages]
    (tmp_path / "blocks.yaml").write_text(HEAD + "".join(blocks), encoding="utf-8")
    unity, force = api.unity(tmp_path / "blocks.yaml"), api.force(tmp_path / "blocks.yaml")
    members = [cell.text for cell in check(unity._repr_html_()).iter("th") if cell.get("scope") == "row"]
    assert len(members) == 4 * len(unity.report["options"])
    words = "".join(check(force._repr_html_()).itertext())
    assert f"{force.report.deployed:.3g}" in words


def test_a_checked_solution_shows_its_certificates(tmp_path: Path) -> None:
    import json

    target = tmp_path / "solution.json"
    target.write_text(json.dumps(api.solve("library:stakes").to_dict()), encoding="utf-8")
    found = api.verify("library:stakes", target)
    rows = list(check(found._repr_html_()).iter("tr"))
    assert len(rows) == 1 + len(found.certificates)


def test_numbers_of_a_chart_stand_in_its_table(study: Path) -> None:
    found = api.run(study / "deterrence.yaml", draws=32, workers=1)
    root = check(found._repr_html_())
    drawn = {"".join(node.itertext()) for node in root.iter(f"{SVG}text")}
    cells = {"".join(cell.itertext()) for cell in root.iter("td")}
    for value in found.selected.mean(axis=0).tolist():
        assert share(value) in drawn
        assert share(value) in cells


def test_outputs_of_one_notebook_share_no_ids() -> None:
    ids = [
        {element.get("id") for element in check(api.solve(f"library:{game}")._repr_html_()).iter() if element.get("id")}
        for game in ("stakes", "tripwire")
    ]
    assert all(ids)
    assert ids[0].isdisjoint(ids[1])


def test_the_chart_of_rules_marks_what_each_rule_chooses() -> None:
    found = rules()
    root = ElementTree.fromstring(robustness_chart(found))
    assert "send a force" in "".join(root.itertext())
    table = robustness_table(found)
    for row, rule in zip(table.rows, found.rules, strict=True):
        marked = {option for option, cell in zip(found.options, row[1:], strict=True) if cell.endswith("(best)")}
        assert marked == set(rule.best)
        close = {o for o, cell in zip(found.options, row[1:], strict=True) if cell.endswith("(not told apart)")}
        assert close == set(rule.close) - set(rule.best)
    described = next(root.iter(f"{SVG}desc")).text or ""
    assert all(rule.name in described.lower() for rule in found.rules)
    marks = list(root.iter(f"{SVG}use"))
    full = [use for use in marks if use.get("fill", "").startswith("var(--so-ink")]
    assert len(full) == sum(len(rule.best) for rule in found.rules)
    assert len(marks) == sum(len({*rule.best, *rule.close}) for rule in found.rules)


def test_one_option_is_nothing_to_compare() -> None:
    with pytest.raises(ValueError, match="nothing to compare"):
        robustness_chart(robustness(("alone",), np.zeros((4, 1)), resamples=0))


def test_hostile_names_stay_text_in_views() -> None:
    found = api.solve("library:stakes")
    assert found.scenario is not None
    for name in NAMES[::5]:
        scenario = replace(
            found.scenario,
            title=name,
            moves=tuple(
                replace(move, label=name, options=tuple(replace(o, label=name) for o in move.options))
                for move in found.scenario.moves
            ),
            outcomes=tuple(replace(outcome, label=name) for outcome in found.scenario.outcomes),
        )
        game = replace(found.game, title=name, actor_labels=tuple(name for _ in found.game.actors))
        check(replace(found, scenario=scenario, game=game)._repr_html_())


def test_hostile_options_stay_text_in_the_chart_of_rules() -> None:
    found = rules()
    for name in NAMES[::40]:
        names = dict.fromkeys(found.options, name)
        root = ElementTree.fromstring(robustness_chart(found, names=names))
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
            *("svg", "title", "desc", "g", "path", "text", "tspan", "defs", "use", "clipPath", "rect")
        }
        ElementTree.fromstring(robustness_table(found, names=names).to_html())


def test_the_custody_table_has_every_statement_that_counts() -> None:
    ledger = loads_ledger(TEXT)
    assert [row[0] for row in custody_table(ledger).rows] == [s.id for s in ledger.statements if s.counts]


def test_what_is_no_result_is_refused() -> None:
    with pytest.raises(TypeError, match="int"):
        html(3)
