"""Reading .efg files: the arrays, names and notes of small games worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from standoff.errors import EfgError
from standoff.game.efg import parse_efg, read_efg, write_efg
from standoff.game.efg_tokens import numbered, quote, read_number, unquote
from standoff.game.game import CHANCE, DECISION, TERMINAL
from standoff.scenario.expression import Number

HEAD = 'EFG 2 R "game" { "A" "B" }\n'

# A toll of 1 on A for challenging (outcome 1), then a flip of a coin that gives B 10 or not (outcome 4).
INNER = """EFG 2 R "a toll" { "A" "B" }
"a comment
of two lines"
p "root" 1 7 "start" { "hold" "challenge" } 0
t "" 2 "quiet" { 0, 5 }
c "coin" 3 "luck" { "heads" 0.25 "tails" 3/4 } 1 "toll" { -1 0 }
t "" 3 "fight" { 1/3, .5 }
p "" 2 2 "reply" { "yield" "resist" } 4 "gift" { 0 10 }
t "win" 0
t "" 3
"""


def exact_payoffs(game) -> list[list[Fraction]]:
    return game.exact({})[1]


def by_history(game) -> dict[str, list[Fraction]]:
    rows = exact_payoffs(game)
    return {game.history(int(node)): rows[int(game.terminal[node])] for node in game.terminals}


def test_outcomes_at_inner_nodes_are_added_to_every_ending_below() -> None:
    third, half = Fraction(1, 3), Fraction(1, 2)
    assert by_history(parse_efg(INNER)) == {
        "hold": [0, 5],
        "challenge/heads": [-1 + third, half],
        "challenge/tails/yield": [-1, 10],
        "challenge/tails/resist": [-1 + third, 10 + half],
    }


def test_the_arrays_are_breadth_first() -> None:
    game = parse_efg(INNER)
    t, c, d = TERMINAL, CHANCE, DECISION
    assert game.kind.tolist() == [d, t, c, t, d, t, t]
    assert game.actor.tolist() == [0, -1, -1, -1, 1, -1, -1]
    assert game.infoset.tolist() == [0, -1, -1, -1, 1, -1, -1]
    assert game.parent.tolist() == [-1, 0, 0, 2, 2, 4, 4]
    assert game.first_child.tolist() == [1, -1, 3, -1, 5, -1, -1]
    assert game.n_children.tolist() == [2, 0, 2, 0, 2, 0, 0]
    assert game.action.tolist() == [-1, 0, 1, 0, 1, 0, 1]
    assert game.terminal.tolist() == [-1, 0, -1, 1, -1, 2, 3]
    assert game.labels == ("", "hold", "challenge", "heads", "tails", "yield", "resist")
    assert game.exact({})[0] == [1, 1, 1, Fraction(1, 4), Fraction(3, 4), 1, 1]


def test_what_the_game_is_called_and_where_its_numbers_stand() -> None:
    game = parse_efg(INNER)
    assert (game.title, game.actors, game.actor_labels) == ("a toll", ("A", "B"), ("A", "B"))
    assert [(one.actor, one.move, one.options, one.information) for one in game.infosets] == [
        (0, "start", ("hold", "challenge"), ()),
        (1, "reply", ("yield", "resist"), ()),
    ]
    assert game.outcomes == ("quiet", "fight", "(unnamed)")
    assert [game.outcomes[number] for number in game.outcome] == ["quiet", "fight", "(unnamed)", "fight"]
    assert [(one.actor, one.name) for one in game.considerations] == [(0, "total"), (1, "total")]
    assert set(game.origins) >= {
        'chance 3 "luck".heads',
        'outcome 2 "quiet" payoff of A',
        'outcomes 1 "toll" + 3 "fight" payoff of B',
        'outcomes 1 "toll" + 4 "gift" + 3 "fight" payoff of A',
    }
    assert all(isinstance(expression, Number) for expression in game.expressions)
    assert (game.ordered, game.perfect_recall, game.moves, game.move) == (True, True, (), None)


def test_the_notes_hold_what_the_arrays_do_not() -> None:
    notes = parse_efg(INNER).efg
    assert notes.comment == "a comment\nof two lines"
    assert notes.node_label == ("root", "", "coin", "", "", "win", "")
    assert notes.infoset_number == (7, 0, 3, 0, 2, 0, 0)
    assert notes.infoset_label == ("start", "", "luck", "", "reply", "", "")
    fight = (3, "fight", (Fraction(1, 3), Fraction(1, 2)))
    assert notes.outcome == (None, (2, "quiet", (0, 5)), (1, "toll", (-1, 0)), fight, (4, "gift", (0, 10)), None, fight)


def test_numbers_at_parameters_come_out_as_floats() -> None:
    numeric = parse_efg(INNER).at({})
    assert numeric.payoffs.tolist() == [[0, 5], [-2 / 3, 0.5], [-1, 10], [-2 / 3, 10.5]]
    assert numeric.chance.tolist() == [1, 1, 1, 0.25, 0.75, 1, 1]


def test_sets_and_outcomes_may_be_written_once_and_everything_close_together() -> None:
    long = (
        HEAD
        + """c "" 1 "type" { "strong" 1/3 "weak" 2/3 } 0
p "" 1 1 "go" { "in" "out" } 0
t "" 1 "o" { 1, 2 }
t "" 2 "q" { 3, 4 }
p "" 1 1 "go" { "in" "out" } 0
t "" 2 "q" { 3, 4 }
t "" 1 "o" { 1, 2 }
"""
    )
    short = (
        'EFG 2 D"game"{"A","B",}c""1"type"{"strong",1/3,"weak",2/3}0 p""1 1"go"{"in""out"}0 t""1"o"{1 2}'
        't""2"q"{3,4,}p""1 1 0\r\nt""2\tt""1'
    )
    assert write_efg(parse_efg(short)) == write_efg(parse_efg(long))


def test_an_order_of_play_wins_over_the_order_in_the_file() -> None:
    # the file meets B's set first, but under A's other branch A2 comes before it
    text = (
        HEAD
        + """c "" 1 "" { "l" 1/2 "r" 1/2 } 0
p "" 2 1 "B" { "x" } 0
t "" 0
p "" 1 1 "A" { "y" } 0
p "" 2 1 "B" { "x" } 0
t "" 0
"""
    )
    game = parse_efg(text)
    assert [one.name for one in game.infosets] == ["A", "B"]
    assert game.infoset.tolist() == [-1, 1, 0, -1, 1, -1]
    assert [nodes.tolist() for nodes in game.members] == [[2], [1, 4]]


def test_three_sets_trade_places() -> None:
    # in the file B, C, A; A must come before B, so the first order of play is C, A, B
    text = (
        HEAD
        + """c "" 1 "" { "l" 1/2 "m" 1/4 "r" 1/4 } 0
p "" 2 1 "B" { "b" } 0
t "" 0
p "" 1 2 "C" { "c" } 0
t "" 0
p "" 1 1 "A" { "a" } 0
p "" 2 1 "B" { "b" } 0
t "" 0
"""
    )
    game = parse_efg(text)
    assert [(one.name, one.options) for one in game.infosets] == [("C", ("c",)), ("A", ("a",)), ("B", ("b",))]
    assert game.infoset.tolist() == [-1, 2, 0, 1, -1, -1, 2, -1]


def test_sets_without_order_keep_the_order_of_the_file() -> None:
    either_first = (
        HEAD
        + """c "" 1 "" { "l" 1/2 "r" 1/2 } 0
p "" 2 1 "B" { "x" } 0
p "" 1 1 "A" { "y" } 0
t "" 0
p "" 1 1 "A" { "y" } 0
p "" 2 1 "B" { "x" } 0
t "" 0
"""
    )
    game = parse_efg(either_first)
    assert not game.ordered
    assert game.perfect_recall
    assert [one.name for one in game.infosets] == ["B", "A"]


def test_absent_mindedness_and_imperfect_recall_are_seen() -> None:
    driver = 'EFG 2 R "driver" { "D" }\np "" 1 1 "exit" { "go" "exit" } 0\n'
    driver += 'p "" 1 1 "exit" { "go" "exit" } 0\nt "" 1 "motel" { 1 }\nt "" 2 "home" { 4 }\nt "" 3 "bad" { 0 }\n'
    game = parse_efg(driver)
    assert (game.ordered, game.perfect_recall) == (False, False)
    forgetful = 'EFG 2 R "f" { "D" }\np "" 1 1 "" { "l" "r" } 0\n' + 'p "" 1 2 "" { "a" } 0\nt "" 0\n' * 2
    game = parse_efg(forgetful)
    assert (game.ordered, game.perfect_recall) == (True, False)


def test_information_sets_without_a_label_or_with_a_common_one() -> None:
    sets = [(1, 1, ""), (2, 1, ""), (1, 4, "go"), (2, 9, "go"), (1, 2, "stop"), (1, 6, "wait"), (2, 6, "wait")]
    actions = 'EFG 2 R "n" { "A" "B" }\n'
    text = actions + "".join(f'p "" {player} {number} "{label}" {{ "x" }} 0\n' for player, number, label in sets)
    names = [one.name for one in parse_efg(text + 't "" 0').infosets]
    assert names == ["P1:1", "P2:1", "go:4", "go:9", "stop", "wait:P1:6", "wait:P2:6"]


@pytest.mark.parametrize(
    "sets",
    [
        [(1, 1, ""), (1, 2, "P1:1")],
        [(1, 1, "x"), (1, 2, "x"), (2, 3, "x:1"), (2, 4, "x:1:3")],
        [(1, 1, "x"), (2, 1, "x"), (1, 2, "x:1"), (1, 3, "x:P1:1"), (1, 4, "x:P1:1:4")],
        [(1, 3, "x"), (2, 3, "x"), (1, 12, "x:P1:3"), (2, 12, "x:P1:3:12"), (1, 13, "x:P1:3:P1:12")],
    ],
)
def test_names_of_information_sets_are_distinct_whatever_the_labels(sets) -> None:
    text = HEAD + "".join(f'p "" {player} {number} "{label}" {{ "x" }} 0\n' for player, number, label in sets)
    names = [one.name for one in parse_efg(text + 't "" 0').infosets]
    assert len(set(names)) == len(sets)


def test_players_and_actions_without_a_name_are_numbers() -> None:
    text = 'EFG 2 R "" { "A" "" "A" "C" }\np "" 2 1 "" { "x" "" "x" "y" } 0\n' + 't "" 0\n' * 4
    game = parse_efg(text)
    assert game.actors == ("1", "2", "3", "C")
    assert game.actor_labels == ("A", "", "A", "C")
    assert game.infosets[0].options == ("1", "2", "3", "y")
    assert game.labels == ("", "x", "", "x", "y")
    assert numbered(["2", ""]) == ("1", "2")  # "2", "2" would be no names


def test_a_single_ending_is_a_game() -> None:
    game = parse_efg(HEAD + 't "" 5 "end" { 1e2 -.5 }')
    assert (game.n_nodes, game.infosets, exact_payoffs(game)) == (1, (), [[100, Fraction(-1, 2)]])


def test_decimals_may_miss_one_by_rounding_and_fractions_may_not() -> None:
    coin = HEAD + 'c "" 1 "" { "a" THIRD "b" THIRD "c" THIRD } 0\n' + 't "" 0\n' * 3
    game = parse_efg(coin.replace("THIRD", "0.3333333333"))
    assert game.exact({})[0][1] == Fraction(3333333333, 10**10)
    assert game.at({}).chance[1] == 0.3333333333
    with pytest.raises(EfgError, match="not to 1"):
        parse_efg(coin.replace("THIRD", "3333333333/10000000000"))


def test_a_branch_of_probability_zero_stays() -> None:
    game = parse_efg(HEAD + 'c "" 1 "" { "a" 1 "b" 0 } 0\nt "" 0\nt "" 0\n')
    assert game.exact({})[0] == [1, 1, 0]
    assert game.at({}).live.tolist() == [True, True, False]


def test_a_tree_of_many_thousand_levels() -> None:
    n = 2000
    moves = "".join(f'p "" {1 + i % 2} {i} "" {{ "on" "stop" }} 0\nt "" 1 "s" {{ 1 2 }}\n' for i in range(1, n))
    game = parse_efg(HEAD + moves.replace('t "" 1 "s" { 1 2 }\n', "") + 't "" 1 "s" { 1 2 }\n' * n)
    assert game.n_nodes == 2 * n - 1
    assert int(game.depth.max()) == n - 1
    assert [one.move for one in game.infosets] == [f"P{1 + i % 2}:{i}" for i in range(1, n)]


def test_reading_from_a_path(tmp_path) -> None:
    path = tmp_path / "toll.efg"
    path.write_text(INNER.replace("a toll", "a tôll"), encoding="utf-8")
    assert read_efg(path).title == read_efg(str(path)).title == "a tôll"


@pytest.mark.parametrize(
    ("written", "content"),
    [
        (r'"a\"b"', 'a"b'),
        (r'"a\\"', "a\\"),
        (r'"a\b"', r"a\b"),
        (r'"\\\""', '\\"'),
        (r'"\\\b"', r"\\b"),
        ('""', ""),
    ],
)
def test_backslashes_in_strings(written: str, content: str) -> None:
    assert unquote(written) == content
    assert unquote(quote(content)) == content
    assert parse_efg(f'EFG 2 R {written} {{ "A" }} t "" 0').title == content


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("+3", 3),
        (".5", Fraction(1, 2)),
        ("2.", 2),
        ("-0.125", Fraction(-1, 8)),
        ("1e-3", Fraction(1, 1000)),
        ("1.5E+2", 150),
        ("4/6", Fraction(2, 3)),
        ("-1/3", Fraction(-1, 3)),
    ],
)
def test_numbers_are_exact(text: str, value: Fraction) -> None:
    assert read_number(text) == value
    assert exact_payoffs(parse_efg(f'EFG 2 R "" {{ "A" }} t "" 1 "" {{ {text} }}')) == [[value]]
