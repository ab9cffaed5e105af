"""Two hundred hostile names in every labelled place of a drawing: SVG, TikZ, text for terminals, custody drawing.

They stay text: the same elements and attributes as with plain names, no control or direction mark, TeX that compiles,
and a drawing whose texts still keep to their boxes.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hostile_names import KINDS, NAMES
from standoff.api import load, solve
from standoff.draw.custody import custody_svg
from standoff.draw.layout import layout
from standoff.draw.text import tree_text
from standoff.draw.tikz import tree_tikz
from standoff.draw.tree import render_svg
from standoff.evidence.ledger import loads_ledger
from standoff.game.game import Game
from standoff.scenario.scenario import Scenario
from standoff.solve.solution import Equilibrium
from unit.draw.geometry import collisions
from unit.evidence.a_ledger import TEXT

SVG = "{http://www.w3.org/2000/svg}"
REPORTED = 1999  # characters of a name that a ledger takes


@cache
def solved() -> tuple[Game, Scenario, Equilibrium]:
    model = load("library:consent_deployment")
    assert model.scenario is not None
    return model.game, model.scenario, solve(model).first


def named(*names: str) -> tuple[Game, Scenario, Equilibrium]:
    """The game with these names, in turn, in every place that takes a label."""
    game, plain, found = solved()
    turn = iter(names * 100)
    scenario = replace(
        plain,
        title=next(turn),
        about=next(turn),
        actors=tuple(replace(actor, label=next(turn)) for actor in plain.actors),
        moves=tuple(
            replace(
                move,
                label=next(turn),
                about=next(turn),
                options=tuple(replace(option, label=next(turn)) for option in move.options),
            )
            for move in plain.moves
        ),
        outcomes=tuple(replace(outcome, label=next(turn)) for outcome in plain.outcomes),
    )
    return replace(game, title=next(turn), actor_labels=tuple(next(turn) for _ in game.actors)), scenario, found


def shape(text: str) -> tuple[set[str], set[str]]:
    """Elements and attributes; reading it fails unless it is XML."""
    root = ElementTree.fromstring(text)
    return {element.tag for element in root.iter()}, {key for element in root.iter() for key in element.attrib}


def unseen(text: str) -> set[str]:
    """Characters that control, reorder or hide text (joiners within words excepted)."""
    hidden = ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")
    return {c for c in text if unicodedata.category(c) in hidden} - set("\n\u200c\u200d")


@pytest.mark.parametrize("kind", KINDS)
def test_drawings_keep_their_shape(kind: str) -> None:
    game, scenario, found = solved()
    usual = shape(render_svg(layout(game, found, scenario=scenario), interactive=True))
    for name in KINDS[kind]:
        game, scenario, found = named(name)
        drawing = layout(game, found, scenario=scenario)
        text = render_svg(drawing, interactive=True)
        elements, attributes = shape(text)
        assert elements <= usual[0]
        assert attributes <= usual[1]
        assert not unseen(text)
        assert drawing.width <= 1100, name
        assert drawing.height <= 900, name
        assert len(text) < 200_000
        assert collisions([label.box for label in drawing.labels()]) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_terminals_get_plain_lines(kind: str) -> None:
    game, scenario, found = solved()
    lines = len(tree_text(game, found, scenario=scenario).splitlines())
    for name in KINDS[kind]:
        game, scenario, found = named(name)
        text = tree_text(game, found, scenario=scenario)
        assert not unseen(text)
        assert text.count("\n") == len(text.splitlines()) == lines
        assert max(map(len, text.splitlines())) < 1000


@pytest.mark.parametrize("kind", KINDS)
def test_ledger_names_stay_text_in_the_custody_drawing(kind: str) -> None:
    usual = shape(custody_svg(loads_ledger(TEXT)))
    for name in KINDS[kind]:
        written = f'"{yaml(name)[:REPORTED]}"'
        text = TEXT.replace("canonical: The Minister", f"canonical: {written}").replace("[Gatherer", f"[{written}")
        drawn = custody_svg(loads_ledger(text))
        elements, attributes = shape(drawn)
        assert elements <= usual[0]
        assert attributes <= usual[1]
        assert not unseen(drawn)


def yaml(name: str) -> str:
    """The name for a double-quoted scalar, without what no ledger takes (it is refused with the line)."""
    kept = "".join(c for c in name if c.isprintable()).strip() or "empty"
    return kept.replace("\\", "/").replace('"', "'")


def test_tex_has_no_command_of_a_name() -> None:
    for name in NAMES:
        text = tree_tikz(*named(name)[:1], scenario=named(name)[1])
        body = text.split(r"\begin{document}")[1]
        assert body.count(r"\end{document}") == 1
        commands = set(re.findall(r"\\([a-zA-Z]+)", body))
        assert not commands & {"input", "write", "catcode", "csname", "fi", "loop", "special", "def"}
        balanced = re.sub(r"\\[{}]", "", body)
        assert balanced.count("{") == balanced.count("}")
        assert not unseen(text)
        for line in text.split(r"\documentclass")[0].splitlines():
            assert line.startswith("%") or not line


def test_tex_of_all_names_compiles(tmp_path: Path) -> None:
    """Twenty-five names to a document: there each stands in one place or two."""
    if shutil.which("pdflatex") is None:
        pytest.skip("there is no pdflatex here")
    size = 25
    for number in range(0, len(NAMES), size):
        game, scenario, found = named(*NAMES[number : number + size])
        (tmp_path / "tree.tex").write_text(tree_tikz(game, found, scenario=scenario), encoding="utf-8")
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "tree.tex"]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
        said = run.stdout.decode("utf-8", "replace")
        assert run.returncode == 0, said[-1500:]
        assert "(1 page" in said
