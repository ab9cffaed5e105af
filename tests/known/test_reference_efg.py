"""Reference games, Gambit's catalogue and our library: we read what pygambit reads, and it reads what we write."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from efg_trees import compare_with_gambit, fraction
from standoff.game.efg import parse_efg, read_efg, write_efg
from standoff.game.game import Game
from standoff.game.model import open_model
from standoff.library.catalogue import names
from standoff.library.catalogue import path as library_path
from standoff.scenario.expression import evaluate

CHECKOUT = Path(__file__).parents[2]
FILES = sorted((CHECKOUT.parent / "shared" / "reference" / "efg").glob("*.efg"))

INNER = """EFG 2 R "outcomes at inner nodes" { "A" "B" }
""
p "" 1 1 "start" { "hold" "challenge" } 0
t "" 1 "quiet" { 0, 5 }
c "" 1 "luck" { "heads" 1/4 "tails" 3/4 } 2 "toll" { -1, 0.5 }
t "" 3 "fight" { 1/3, 1e-3 }
p "" 2 1 "reply" { "yield" "resist" } 4 "gift" { 0, 10 }
t "" 0
t "" 3 "fight" { 1/3, 1e-3 }
"""


def gambit_catalogue() -> list[Path]:
    try:
        import pygambit
    except ImportError:
        return []
    return sorted((Path(pygambit.__file__).parent / "catalog_data").rglob("*.efg"))


CATALOGUE = gambit_catalogue()


def name_of(path: Path) -> str:
    return "-".join(path.parts[-2:])


@pytest.mark.skipif(not FILES, reason="the reference files are not beside the checkout")
def test_there_are_nineteen_reference_files() -> None:
    assert len(FILES) == 19


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_reference_file_has_the_nodes_that_its_lines_say(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()[2:]
    game = read_efg(path)
    assert game.n_nodes == len(lines)
    assert len(game.terminals) == sum(line.startswith("t") for line in lines)
    sets = {tuple(found.groups()) for line in lines if (found := re.match(r'p "" (\d+) (\d+) ', line))}
    assert len(game.infosets) == len(sets)
    assert game.ordered
    assert game.perfect_recall
    labels = {found.group(1) for line in lines if (found := re.match(r'p "" \d+ \d+ "([^"]*)"', line))}
    assert {one.name for one in game.infosets} == labels


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_writing_a_reference_file_gives_its_content(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert write_efg(read_efg(path)).split() == text.split()


@pytest.mark.parametrize("path", [*FILES, *CATALOGUE], ids=name_of)
def test_pygambit_reads_the_same_game_from_the_file_and_from_what_we_write(path: Path) -> None:
    pygambit = pytest.importorskip("pygambit")
    game = read_efg(path)
    original = pygambit.read_efg(path)
    compare_with_gambit(game, original)
    written = pygambit.read_efg(io.BytesIO(write_efg(game).encode()))
    compare_with_gambit(game, written)
    assert list(written.players) == list(original.players)
    assert written.get_outcomes() == original.get_outcomes()
    assert written.description == original.description


@pytest.mark.skipif(not CATALOGUE, reason="pygambit is not installed")
def test_the_absent_minded_driver_and_games_without_an_order() -> None:
    found = {name_of(path): read_efg(path) for path in CATALOGUE}
    driver, onion = found["gilboa1997-fig1.efg"], found["jakobsen2016-fig3.efg"]
    assert (driver.ordered, driver.perfect_recall) == (False, False)  # called absent-minded in its title
    assert (onion.ordered, onion.perfect_recall) == (False, True)  # "not exactly timeable", says its comment


def test_pygambit_adds_outcomes_at_inner_nodes_as_we_do() -> None:
    pygambit = pytest.importorskip("pygambit")
    H = pygambit.H
    game = parse_efg(INNER)
    theirs = pygambit.read_efg(io.BytesIO(INNER.encode()))
    compare_with_gambit(game, theirs)
    # pygambit's own sums: A challenges, B resists; by hand -1 + 1/3 and 0.5 + (3/4)(10) + 0.001
    answers = {"A": (H.path(), "challenge"), "B": (H.path("challenge", "tails"), "resist")}
    plan = {
        player: next(s for s in theirs.get_strategies(player) if theirs.get_behavior(player, s)[where] == action)
        for player, (where, action) in answers.items()
    }
    expected = theirs.get_payoffs(plan)
    chance, rows = game.exact({})
    ours = [Fraction(0), Fraction(0)]
    for node in game.terminals.tolist():
        steps = game.path(node)
        if game.labels[steps[0]] == "challenge" and game.labels[node] != "yield":
            weight = Fraction(1)
            for step in steps:
                weight *= chance[step]
            ours = [one + weight * row for one, row in zip(ours, rows[int(game.terminal[node])], strict=True)]
    assert ours == [fraction(expected["A"]), fraction(expected["B"])]
    assert ours == [Fraction(-2, 3), Fraction(1, 2) + Fraction(15, 2) + Fraction(1, 1000)]


@pytest.mark.parametrize("name", names())
def test_a_scenario_of_the_library_is_the_same_game_in_gambit(name: str) -> None:
    pygambit = pytest.importorskip("pygambit")
    model = open_model(library_path(name))
    values = model.values()
    text = write_efg(model.game, values)
    read = parse_efg(text)
    for array in ("kind", "actor", "parent", "action"):
        assert getattr(read, array).tolist() == getattr(model.game, array).tolist()
    assert read.labels == model.game.labels
    assert sorted(map(sorted, (nodes.tolist() for nodes in read.members))) == sorted(
        map(sorted, (nodes.tolist() for nodes in model.game.members))
    )
    if exact_numbers(model.game, values):
        assert read.exact({}) == model.game.exact(values)
    floats = {parameter: float(value) for parameter, value in values.items()}
    np.testing.assert_allclose(read.at({}).payoffs, model.game.at(floats).payoffs, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(read.at({}).chance, model.game.at(floats).chance, rtol=1e-12, atol=1e-12)
    compare_with_gambit(read, pygambit.read_efg(io.BytesIO(text.encode())))


def exact_numbers(game: Game, values: Mapping[str, Fraction]) -> bool:
    return all(isinstance(evaluate(expression, values), Fraction) for expression in game.expressions)
