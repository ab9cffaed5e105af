"""Drawings as a browser sets them: texts keep to the boxes that were reckoned without a font, and nothing runs.

What is measured is each text's own advance width in the page, against the width that the layout set aside for it.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from hostile_names import KINDS, NAMES
from standoff.api import load, solve
from standoff.draw.layout import layout
from standoff.draw.placed import Layout
from standoff.draw.tree import render_svg, tree_css
from standoff.draw.widths import text_width
from unit.draw.test_hostile_drawings import named
from web.test_brief_page import browse, chromium  # noqa: F401  (a fixture)

REAL = Path(__file__).resolve().parents[2] / "examples" / "consent" / "scenario.yaml"
FACES = ("system-ui, sans-serif", "Arial, Helvetica, sans-serif")
PROBE = """addEventListener('load', () => {
  const found = [...document.querySelectorAll('.so-tree tspan')].map(t => [t.textContent, t.getComputedTextLength()]);
  const boxes = [...document.querySelectorAll('svg')].map(s => [...s.querySelectorAll('text')]
    .map(t => t.getBBox()).filter(b => b.x + b.width > s.viewBox.baseVal.width + 1 || b.x < -1).length);
  const signs = [...document.querySelectorAll('.so-mark')].map(t => t.getComputedTextLength());
  const out = document.createElement('pre');
  out.id = 'out'; out.textContent = JSON.stringify({found, boxes, signs, title: document.title});
  document.body.append(out); })"""


def measured(chromium: str, folder: Path, drawings: list[Layout], face: str) -> dict[str, Any]:  # noqa: F811
    body = "".join(render_svg(drawing, prefix=f"d{n}", style=False) for n, drawing in enumerate(drawings))
    page = folder / "page.html"
    page.write_text(
        f"<!DOCTYPE html><meta charset='utf-8'><title>plain</title><style>{tree_css()}"
        f".so-tree{{font-family:{face}}}</style><script>{PROBE}</script>{body}",
        encoding="utf-8",
    )
    dom = browse(chromium, page, folder / "profile", "--virtual-time-budget=5000", "--dump-dom")
    found = re.search(r'<pre id="out">(.*?)</pre>', dom, re.DOTALL)
    assert found is not None
    return json.loads(html.unescape(found[1]))  # type: ignore[no-any-return]


def lines_of(drawing: Layout) -> list[tuple[str, float]]:
    """Every line of a drawing with the width that is set aside for it, in the order of the SVG."""
    labels = [label for edge in drawing.edges for label in edge.labels]
    labels += [label for node in drawing.nodes for label in node.labels]
    labels += [*drawing.heads, *(item.label for item in drawing.legend)]
    return [
        (line, text_width(line, label.size, bold=label.role in ("ending", "head")))
        for label in labels
        for line in label.lines
    ]


@pytest.mark.parametrize("face", FACES)
def test_estimates_are_never_less_than_the_browser_needs(chromium: str, tmp_path: Path, face: str) -> None:  # noqa: F811
    drawings = []
    for source in (REAL, "library:asymmetric_escalation", "library:mobilisation"):
        model = load(source)
        drawings.append(layout(model.game, solve(model).first, scenario=model.scenario))
    found = measured(chromium, tmp_path, drawings, face)
    expected = [line for drawing in drawings for line in lines_of(drawing)]
    assert [text for text, _ in found["found"]] == [text.replace("\u00a0", " ") for text, _ in expected]
    for (text, needed), (_, room) in zip(found["found"], expected, strict=True):
        assert needed <= room + 0.5, text
    assert sum(needed for _, needed in found["found"]) > 0.7 * sum(room for _, room in expected)
    assert found["boxes"] == [0] * len(drawings)
    assert max(found["signs"]) <= 18


def test_hostile_names_run_nothing_and_stay_within_the_frame(chromium: str, tmp_path: Path) -> None:  # noqa: F811
    drawings = []
    for names in [*KINDS.values(), *([name] for name in NAMES[::20])]:
        game, scenario, found = named(*names)
        drawings.append(layout(game, found, scenario=scenario))
    seen = measured(chromium, tmp_path, drawings, FACES[0])
    assert seen["title"] == "plain"
    assert seen["boxes"] == [0] * len(drawings)
