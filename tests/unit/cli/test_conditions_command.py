import json
import os
import re
import signal
import sys
from fractions import Fraction
from pathlib import Path

import pytest

import standoff as package
from standoff.cli import main
from standoff.errors import Mark
from standoff.scenario.expression import evaluate
from standoff.scenario.parse import parse_expression
from standoff.solve.conditions.bounded import BoundedProver

README = Path(__file__).resolve().parents[3] / "README.md"


@pytest.fixture(scope="module")
def beer_quiche():
    return package.conditions("library:beer_quiche")


def test_the_answer_for_people_has_the_known_threshold(standoff, deterrence):
    """The challenger demands where prize (1 - p) >= cost p; a soft defender yields as long as prize < cost."""
    status, out, err = standoff("conditions", deterrence)
    assert (status, err) == (0, "")
    assert out.startswith("A deterrence game\n")
    assert "prize > 0" in out
    assert "0 < p_firm < 1" in out
    assert "There are no gaps: everywhere at least one of these classes exists (proven)." in out


def test_the_json_holds_at_points_what_the_closed_form_says(standoff, deterrence):
    status, out, _ = standoff("conditions", deterrence, "--json")
    answer = json.loads(out)
    assert status == 0
    assert answer["complete"] is True
    assert answer["gaps"] == {"exist": False, "example": None}
    assert len(answer["coexistence"]) == len(answer["classes"]) * (len(answer["classes"]) - 1) // 2
    assert sorted(name for path in answer["paths"] for name in path["classes"]) == sorted(
        entry["name"] for entry in answer["classes"]
    )
    for p, prize, cost in ((1, 1, 4), (2, 1, 4), (1, 4, 5), (3, 3, 4), (2, 5, 6)):
        point = {"p_firm": Fraction(p, 4), "prize": Fraction(prize), "cost": Fraction(cost)}
        challenges = point["prize"] * (1 - point["p_firm"]) > point["cost"] * point["p_firm"]
        there = [
            entry["supports"]["demand"]
            for entry in answer["classes"]
            if all(evaluate(parse_expression(text, Mark()), point) for text in entry["conditions"])
        ]
        assert (["challenge"] in there) == challenges


def test_the_function_gives_the_same_as_the_command(standoff, deterrence):
    _, out, _ = standoff("conditions", deterrence, "--json")
    result = package.conditions(deterrence)
    assert result.to_dict() == json.loads(out)
    assert "<table>" in result._repr_html_()


def test_thresholds_for_a_parameter(standoff):
    _, out, _ = standoff("conditions", "library:rudimentary_deterrence", "--for", "aSQ")
    assert re.search(r"^ +aSQ <= ", out, re.MULTILINE)
    assert re.search(r"^ +aSQ >= ", out, re.MULTILINE)
    _, out, _ = standoff("conditions", "library:rudimentary_deterrence", "--for", "bSQ")
    assert "No condition mentions bSQ." in out


def test_one_class(standoff):
    status, out, _ = standoff("conditions", "library:rudimentary_deterrence", "--class", "attack")
    assert status == 0
    assert "Class `attack`; of the others nothing is said." in out
    assert "deterrence\n  The threat" not in out


def test_a_class_that_exists_nowhere_is_an_answer(standoff, deterrence):
    text = deterrence.read_text(encoding="utf-8")
    deterrence.write_text(
        text
        + "assume: [p_firm > 0.5, cost > prize > 0.5]\nclasses:\n  rash: {about: x, supports: {demand: [challenge]}}\n"
    )
    status, out, _ = standoff("conditions", deterrence, "--class", "rash")
    assert status == 0
    assert "Class `rash`: exists nowhere, knife edges apart." in out


def test_knife_edges_are_listed_on_request(standoff):
    _, out, _ = standoff("conditions", "library:rudimentary_deterrence", "--knife-edges")
    assert "Knife edge. " in out
    assert "initiate: cooperate with any probability from 0 to 1" in out


def test_latex_is_printed_alone(standoff):
    status, out, err = standoff("conditions", "library:rudimentary_deterrence", "--latex")
    assert (status, err) == (0, "")
    assert out.startswith("% In the preamble")
    assert out.endswith("\\end{proposition}\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--class", "atack"], "no class is called `atack`; did you mean `attack`?"),
        (["--for", "asq"], "there is no parameter `asq`; did you mean `aSQ`?"),
        (["--seconds", "0"], "'0' is not a number of seconds above zero"),
        (["--seconds", "soon"], "'soon' is not a number of seconds above zero"),
        (["--seconds", "nan"], "'nan' is not a number of seconds above zero"),
        (["--latx"], "did you mean `--latex`?"),
        (["--set", "pB=1"], "`--set` is not understood here"),
        (["--variant", "x"], "variant"),
    ],
)
def test_a_wrong_request_exits_with_2_and_says_what_to_do(standoff, arguments, says):
    status, out, err = standoff("conditions", "library:rudimentary_deterrence", *arguments)
    assert (status, out) == (2, "")
    assert says in err


def test_json_and_latex_exclude_each_other(standoff):
    status, out, _ = standoff("conditions", "library:rudimentary_deterrence", "--latex", "--json")
    assert status == 2
    assert "exclude each other" in json.loads(out)["errors"][0]["message"]


def test_an_efg_has_no_parameters(standoff, tmp_path):
    _, text, _ = standoff("export", "library:rudimentary_deterrence", "--to", "efg")
    path = tmp_path / "game.efg"
    path.write_text(text, encoding="utf-8")
    status, out, err = standoff("conditions", path)
    assert (status, out) == (2, "")
    assert "an .efg file has numbers and no parameters" in err
    assert "standoff solve" in err


def test_an_empty_file(standoff, tmp_path):
    path = tmp_path / "empty.yaml"
    path.write_text("", encoding="utf-8")
    assert standoff("conditions", path)[0] == 2


def test_without_time_nothing_is_derived_and_that_is_said(standoff, deterrence):
    status, out, _ = standoff("conditions", deterrence, "--seconds", "1e-9")
    assert status == 1
    assert "No class of sequential equilibria was derived in the time given." in out
    assert "Not complete: the search for classes was cut short" in out
    status, out, _ = standoff("conditions", deterrence, "--seconds", "1e-9", "--json")
    answer = json.loads(out)
    assert status == 1
    assert (answer["complete"], answer["classes"]) == (False, [])
    assert answer["missing"]


@pytest.mark.parametrize("columns", [40, 60, 92, 140])
def test_no_line_is_wider_than_the_terminal(standoff, monkeypatch, beer_quiche, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr("standoff.api.conditions", lambda *_, **__: beer_quiche)
    _, out, _ = standoff("conditions", "library:beer_quiche")
    assert max(len(line) for line in out.splitlines()) <= columns


def test_an_interrupt_ends_the_derivation(deterrence, capsys, monkeypatch):
    ask = BoundedProver._ask

    def interrupted(prover, constraints):
        os.kill(os.getpid(), signal.SIGINT)
        return ask(prover, constraints)

    monkeypatch.setattr(BoundedProver, "_ask", interrupted)
    assert main(["conditions", str(deterrence)]) == 130
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "interrupted\n")


def test_progress_is_shown_to_a_terminal_only_and_cleared(deterrence, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("standoff.cli.conditions.EVERY", 0.0)
    assert main(["conditions", str(deterrence)]) == 0
    shown = capsys.readouterr().err
    assert "looking for classes; 1 class so far" in shown
    assert re.search(r"\r +\r$", shown)


def test_the_proposition_of_the_readme_is_what_is_printed(capsys):
    (block,) = re.findall(r"^```latex\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert "`standoff conditions library:unilateral_deterrence --latex`" in README.read_text(encoding="utf-8")
    assert main(["conditions", "library:unilateral_deterrence", "--latex"]) == 0
    assert capsys.readouterr().out == block
