"""Propositions in LaTeX: they compile with an article class, fit its column, and hostile names do no harm.

Whether the formulas say what is derived is checked by reading them back: every threshold of a condition occurs in the
proposition as its LaTeX. Compiling needs pdflatex and is skipped where there is none.
"""

import re
import shutil
import subprocess

import pytest

from known.library_pairs import derived
from standoff.errors import Mark
from standoff.game.model import open_model
from standoff.scenario.parse import parse_expression
from standoff.solve.conditions.broken import WIDTH, extent, lines
from standoff.solve.conditions.derive import conditions
from standoff.solve.conditions.latex import latex, latex_name
from standoff.solve.conditions.text import latex_text

CHEAP = (
    "rudimentary_deterrence",
    "seltens_horse",
    "beer_quiche",
    "unilateral_deterrence",
    "consent_deployment",
    "generalised_mutual_deterrence",
    "chain_store",
    "brinkmanship",
)
OVERFULL = 20.0  # points
PAPER = """\\documentclass{article}
\\usepackage{amsmath,amsthm}
\\newtheorem{proposition}{Proposition}
\\begin{document}
%s
\\end{document}
"""
HOSTILE = r"""
standoff: 1
title: "50 % of {everything} & $more #1 ~ ^ \\input{x} _ αβΓ Ωmega Ł ß Ж 核 < > | [x] \"quoted\" – €"
actors: {one_1: One, two: Two}
parameters:
  a_b: {about: x, kind: positive, value: 1}
  _x_: {about: x, kind: positive, value: 2}
  p_: {about: x, kind: probability, value: 0.5}
  lambda_1_2: {about: x, kind: positive, value: 3}
  war__cost: {about: x, kind: positive, value: 1}
moves:
  kind_of: {actor: nature, options: {good_one: p_, bad_one: 1 - p_}, seen_by: [two]}
  move_1: {actor: one_1, options: [go_on, hold_]}
  re_ply: {actor: two, when: move_1.go_on, options: [yes_, no_]}
payoffs:
  one_1: {u: a_b * re_ply.yes_ - lambda_1_2 * re_ply.no_ * kind_of.good_one}
  two: {u: re_ply.no_ * (_x_ * kind_of.good_one - war__cost * kind_of.bad_one)}
outcomes: {x: move_1.hold_, y: re_ply.yes_, z: re_ply.no_}
classes:
  go_for_it:
    about: "100 % {sure} & \\end{document} α_β 核"
    supports: {move_1: [go_on]}
"""


def compiled(text, folder):
    """What pdflatex says of a text within a document."""
    if shutil.which("pdflatex") is None:
        pytest.skip("there is no pdflatex here")
    (folder / "paper.tex").write_text(PAPER % text, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    told = done.stdout.decode("utf-8", errors="replace")
    assert done.returncode == 0, told[-2000:]
    return told


def overfull(told):
    return [width for width in map(float, re.findall(r"Overfull \\hbox \(([\d.]+)pt", told)) if width > OVERFULL]


@pytest.mark.parametrize("name", CHEAP)
def test_a_proposition_compiles_and_fits_the_column(name, tmp_path):
    result = derived(name)
    text = result.proposition()
    assert text.count("\\item ") == len(result.classes)
    assert not re.search(r"\w\[\w+=", text), "an information set is written as code"
    assert overfull(compiled(text, tmp_path)) == []
    for entry in result.classes:
        for condition in entry.conditions:
            assert any(latex(side) in text for side in (getattr(condition, "right", condition), condition))


def test_a_formula_too_wide_is_noticed(tmp_path):
    wide = latex(parse_expression(" + ".join(f"parameter_{n}" for n in range(12)) + " >= 0", Mark()))
    assert overfull(compiled(f"\\[ {wide} \\]", tmp_path))


LONG = {
    "sum": " + ".join(f"parameter_{n} * weight_{n}" for n in range(14)) + " >= 0",
    "chain": " and ".join(f"parameter_{n} < parameter_{n + 1}" for n in range(12)),
    "quotient": "p >= ("
    + " + ".join(f"cost_{n}" for n in range(20))
    + ") / ("
    + "+".join(f"a_{n}" for n in range(25))
    + ")",
    "product": "0 <= " + " * ".join(f"(cost_{n} + loss_{n} - gain_{n})" for n in range(8)),
    "or": " or ".join(f"(p <= cost_{n} / (loss_{n} + gain_{n}) and q > cost_{n})" for n in range(5)),
    "maximum": "q == max(" + ", ".join(f"cost_{n} / (loss_{n} - gain_{n})" for n in range(9)) + ")",
    "minus": "-(" + " - ".join(f"expected_cost_{n}" for n in range(9)) + ") < sqrt(2) * (a - b)",
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_long_formulas_are_broken_into_lines_that_fit(text, tmp_path):
    formula = parse_expression(text, Mark())
    assert extent(formula) > WIDTH
    rows = " \\\\\n".join(lines(formula))
    item = f"\\begin{{enumerate}}\\item x\n\\begin{{gather*}}\n{rows}\n\\end{{gather*}}\\end{{enumerate}}"
    assert overfull(compiled(item, tmp_path)) == []
    names = re.findall(r"[a-z_]+_\d+", text)
    joined = " ".join(lines(formula))
    for name in set(names):  # nothing is lost; within a chain what two comparisons share stands once
        assert joined.count(latex_name(name)) >= (1 if text == LONG["chain"] else names.count(name))


def test_hostile_names_compile(tmp_path):
    path = tmp_path / "hostile.yaml"
    path.write_text(HOSTILE, encoding="utf-8")
    model = open_model(path)
    result = conditions(model.game, model.scenario)
    assert {entry.name for entry in result.classes} >= {"go_for_it"}
    text = result.proposition()
    assert "\\input" not in text.replace("\\textbackslash{}input", "")
    assert overfull(compiled(text, tmp_path)) == []
    assert text.count("\\end{document}") == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a_b & 5 %", r"a\_b \& 5 \%"),
        ("{x} $y # ^ ~", r"\{x\} \$y \# \textasciicircum{} \textasciitilde{}"),
        ("\\input", r"\textbackslash{}input"),
        ("αΩλ", r"\(\alpha\)\(\Omega\)\(\lambda\)"),
        ("Łódź – né", "Łódź -- né"),
        ("ﬁ ș", "fi s"),
        ("核", "{[}U+6838{]}"),
        ("a\n b\x07", "a b{[}U+0007{]}"),
    ],
)
def test_text_is_escaped(text, expected):
    assert latex_text(text) == expected


def test_names_become_symbols():
    assert latex_name("lambda_1_2") == r"\lambda_{\mathrm{1\,2}}"
    assert latex_name("_x_") == r"\mathit{\_x\_}"
    assert latex_name("p_") == r"\mathit{p\_}"
