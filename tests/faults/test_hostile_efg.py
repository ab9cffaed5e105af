"""Files that are no game: each is refused with the line of the mistake and words that name it, never a traceback."""

from __future__ import annotations

import dataclasses
import os

import pytest

from standoff.errors import EfgError
from standoff.game.efg import MAX_BYTES, parse_efg, read_efg

HEAD = 'EFG 2 R "game" { "A" "B" }\n""\n'
MOVE = 'p "" 1 1 "first" { "x" "y" } 0\n'
ENDS = 't "" 1 "one" { 1, 2 }\nt "" 2 "two" { 3, 4 }\n'
GOOD = HEAD + MOVE + ENDS


@dataclasses.dataclass(frozen=True)
class Hostile:
    name: str
    text: str
    line: int
    phrase: str


CASES = [
    Hostile("empty", "", 1, "the file is empty"),
    Hostile("blank", " \n\n\t\n", 4, "the file is empty"),
    Hostile("nfg", 'NFG 1 R "game" { "A" "B" } { 2 2 }\n\n1 2 3 4 5 6 7 8\n', 1, "strategic form (.nfg)"),
    Hostile("gbt", '<?xml version="1.0"?>\n<gambit:document>\n', 1, "not an .efg file"),
    Hostile("yaml", "standoff: 1\ntitle: crisis\n", 1, "not an .efg file"),
    Hostile("version", GOOD.replace("EFG 2", "EFG 1"), 1, "only version 2"),
    Hostile("precision", GOOD.replace("EFG 2 R", "EFG 2 X"), 1, "'R' or 'D' expected"),
    Hostile("header only", "EFG 2 R", 1, "the file ends where the title"),
    Hostile("title bare", GOOD.replace('"game"', "game"), 1, "the title in quotes expected, found 'game'"),
    Hostile("players missing", 'EFG 2 R "game"\n' + MOVE + ENDS, 2, "'{' before the players' names expected"),
    Hostile("players unclosed", GOOD.replace('"B" }', '"B" '), 3, "the players' names in quotes, or '}', expected"),
    Hostile("no players", GOOD.replace('{ "A" "B" }', "{ }"), 1, "no players"),
    Hostile("many players", GOOD.replace('{ "A" "B" }', "{" + '"A" ' * 65 + "}"), 1, "more than 64"),
    Hostile("no nodes", HEAD, 3, "no nodes"),
    Hostile("truncated at a branch", HEAD + MOVE + 't "" 1 "one" { 1, 2 }\n', 5, "one branch still leads to no node"),
    Hostile("truncated in payoffs", HEAD + MOVE + 't "" 1 "one" { 1, ', 4, "the file ends where a payoff"),
    Hostile("truncated in a string", HEAD + 'p "" 1 1 "fir', 3, "string that opens here is not closed"),
    Hostile("truncated after the kind", HEAD + MOVE + "t ", 4, "the file ends where"),
    Hostile("quote missing", HEAD + 'p " 1 1 "first" { "x" "y" } 0\n' + ENDS, 3, "the player's number expected"),
    Hostile("actions unclosed", HEAD + MOVE.replace(" }", "") + ENDS, 3, "the actions in quotes, or '}', expected"),
    Hostile("brace too many", HEAD + MOVE.replace("}", "} }") + ENDS, 3, "the number of the outcome"),
    Hostile("payoffs unclosed", HEAD + MOVE + ENDS.replace("2 }", "2"), 5, "a payoff, or '}', expected, found 't'"),
    Hostile("brace in place of a node", HEAD + MOVE + "}\n" + ENDS, 4, "a node (c, p or t) expected, found '}'"),
    Hostile("unknown node", HEAD + MOVE + "q" + ENDS[1:], 4, "a node (c, p or t) expected, found 'q'"),
    Hostile("no actions", HEAD + 'p "" 1 1 "first" { } 0\n', 3, "needs at least one branch"),
    Hostile("two roots", GOOD + 't "" 1\n', 6, "another node follows"),
    Hostile("two games", GOOD + GOOD, 6, "more text follows: found 'EFG'"),
    Hostile("player 3 of 2", HEAD + MOVE.replace('"" 1 1', '"" 3 1') + ENDS, 3, "there is no player 3"),
    Hostile("player 0", HEAD + MOVE.replace('"" 1 1', '"" 0 1') + ENDS, 3, "there is no player 0"),
    Hostile("player 1.5", HEAD + MOVE.replace('"" 1 1', '"" 1.5 1') + ENDS, 3, "must be a whole number"),
    Hostile("player named", HEAD + MOVE.replace('"" 1 1', '"" A 1') + ENDS, 3, "number expected, found 'A'"),
    Hostile("payoffs too few", GOOD.replace("{ 3, 4 }", "{ 3 }"), 5, "outcome 2 has 1 payoffs for 2 players"),
    Hostile("payoffs too many", GOOD.replace("{ 3, 4 }", "{ 3, 4, 5 }"), 5, "outcome 2 has 3 payoffs for 2 players"),
    Hostile("payoffs missing", GOOD.replace(' "two" { 3, 4 }', ""), 5, "outcome 2 has no payoffs"),
    Hostile("name without payoffs", GOOD.replace(" { 3, 4 }", ""), 5, "outcome 2 has no payoffs"),
    Hostile("outcome 0 named", GOOD.replace('2 "two"', '0 "two"'), 5, "outcome 0 means no outcome"),
    Hostile("outcome twice", GOOD.replace('2 "two"', '1 "one"'), 5, "outcome 1 has other payoffs here than at line 4"),
    Hostile("outcome renamed", GOOD.replace('2 "two"', '1 "two"'), 5, "is called 'two' here and 'one' at line 4"),
    Hostile("payoff a word", GOOD.replace("3,", "three,"), 5, "a payoff, or '}', expected, found 'three'"),
    Hostile("payoff 1/0", GOOD.replace("3,", "1/0,"), 5, "divides by zero"),
    Hostile("payoff 1/2.5", GOOD.replace("3,", "1/2.5,"), 5, "found '1/2.5'"),
    Hostile("payoff nan", GOOD.replace("3,", "nan,"), 5, "found 'nan'"),
    Hostile("payoff 1e99999999999", GOOD.replace("3,", "1e99999999999,"), 5, "exponent"),
    Hostile("payoff 1e500", GOOD.replace("3,", "1e500,"), 5, "out of range"),
    Hostile("payoff of 5,000 digits", GOOD.replace("3,", "7" * 5000 + ","), 5, "too long"),
    Hostile("payoff 1--2", GOOD.replace("3,", "1--2,"), 5, "found '1--2'"),
]

CHANCE = 'c "" 1 "luck" { "x" 1/2 "y" 1/2 } 0\n'
TWICE = 'p "" 2 1 "second" { "l" "r" } 0\n'


def after_chance(second: str) -> str:
    """A chance move, then two decision nodes of which `second` is the later one, at line 7."""
    return HEAD + CHANCE + TWICE + ENDS + second + 't "" 1\nt "" 2\n'


CASES += [
    Hostile(
        "sum too small",
        HEAD + CHANCE.replace('"y" 1/2', '"y" 1/3') + ENDS,
        3,
        "sum to 0.833333333333, not to 1",
    ),
    Hostile("sum 0.9", HEAD + CHANCE.replace("1/2", ".45") + ENDS, 3, "probabilities sum to 0.9, not to 1"),
    Hostile("sum nearly 1", HEAD + CHANCE.replace("1/2", "0.4999999", 1) + ENDS, 3, "not to 1"),
    Hostile("negative", HEAD + CHANCE.replace("1/2", "3/2", 1).replace('"y" 1/2', '"y" -1/2') + ENDS, 3, "is negative"),
    Hostile("probability missing", HEAD + CHANCE.replace('"x" 1/2', '"x"') + ENDS, 3, "probability of 'x' expected"),
    Hostile("branches missing", HEAD + 'c "" 1 "luck" 0\n' + ENDS, 3, "set 1 of chance has not been declared"),
    Hostile("set undeclared", HEAD + 'p "" 1 1 0\n' + ENDS, 3, "set 1 of player 1 has not been declared"),
    Hostile("set of the other player", after_chance('p "" 1 1 0\n'), 7, "player 2 has a set 1"),
    Hostile(
        "other number of actions", after_chance('p "" 2 1 "second" { "l" } 0\n'), 7, "branches here and 2 at line 4"
    ),
    Hostile("other actions", after_chance(TWICE.replace('"r"', '"z"')), 7, "'z' here, in the place of 'r' at line 4"),
    Hostile("actions swapped", after_chance(TWICE.replace('"l" "r"', '"r" "l"')), 7, "in the place of 'l'"),
    Hostile("other label", after_chance(TWICE.replace("second", "2nd")), 7, "'2nd' here and 'second' at line 4"),
    Hostile("other label alone", after_chance('p "" 2 1 "2nd" 0\n'), 7, "'2nd' here and 'second' at line 4"),
    Hostile(
        "other probabilities",
        HEAD + CHANCE + CHANCE + ENDS + CHANCE.replace('"x" 1/2 "y" 1/2', '"x" 1/3 "y" 2/3') + 't "" 1\nt "" 2\n',
        7,
        "other probabilities here than at line 3",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_named_at_its_line(case: Hostile) -> None:
    with pytest.raises(EfgError) as caught:
        parse_efg(case.text, "game.efg")
    found = [problem for problem in caught.value.problems if case.phrase in problem.message]
    assert found, str(caught.value)
    assert found[0].mark.line == case.line, str(caught.value)
    assert found[0].mark.file == "game.efg"
    assert all(problem.remedy for problem in caught.value.problems)


def test_the_good_file_is_good() -> None:
    assert parse_efg(GOOD).n_nodes == 3
    assert parse_efg(after_chance(TWICE)).n_nodes == 7


def test_the_column_is_that_of_the_word() -> None:
    with pytest.raises(EfgError) as caught:
        parse_efg(GOOD.replace("{ 3, 4 }", "{ 3, 1/0 }"))
    mark = caught.value.problems[0].mark
    assert (mark.line, mark.col) == (5, ENDS.splitlines()[1].index("4") + 1)


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    text = HEAD + 'c "" 1 "luck" { "x" 1/2 "y" 1/3 } 0\np "" 3 1 "" { "l" } 0\nt "" 1 "" { 1 }\nt "" 2\n'
    with pytest.raises(EfgError) as caught:
        parse_efg(text)
    assert [problem.mark.line for problem in caught.value.problems] == [3, 4, 5, 6]
    assert caught.value.exit_status == 2


def test_mistakes_before_the_structure_is_lost_are_kept() -> None:
    with pytest.raises(EfgError) as caught:
        parse_efg(HEAD + 'p "" 3 1 "" { "l" "r" } 0\nt "" 1 "" { 1 }\n')
    assert [problem.mark.line for problem in caught.value.problems] == [3, 4, 5]


def test_a_thousand_mistakes_are_not_all_listed() -> None:
    text = HEAD + 'p "" 1 1 "" {' + '"x" ' * 1000 + "} 0\n" + "".join(f't "" {n} "" {{ 1 }}\n' for n in range(1, 1001))
    with pytest.raises(EfgError) as caught:
        parse_efg(text)
    assert 10 <= len(caught.value.problems) <= 100


def test_a_string_that_swallowed_lines_is_pointed_at() -> None:
    with pytest.raises(EfgError, match="string that opens at line 3 runs over several lines"):
        parse_efg(HEAD + 'p "" 1 1 "first { "x" "y" } 0\n'.replace('{ "x" "y" }', "{ x y }") + ENDS)


def test_limits_are_named() -> None:
    deep = HEAD + 'p "" 1 1 "" { "on" } 0\n' * 30 + 't "" 0\n'
    assert parse_efg(deep, max_nodes=31).n_nodes == 31
    with pytest.raises(EfgError, match="more than 30 nodes") as caught:
        parse_efg(deep, max_nodes=30)
    assert caught.value.problems[0].mark.line == 33


def test_bytes_that_are_no_text(tmp_path) -> None:
    path = tmp_path / "game.efg"
    for content, phrase, line in [
        (GOOD.encode() + b"\0\1\2", "binary", 6),
        (os.urandom(2000) + b"\0", "binary", None),
        (HEAD.encode() + b'p "caf\xe9" 1', "0xe9 is not text in UTF-8", 3),
        (GOOD.encode("utf-16"), "binary", 1),
        (b"", "empty", 1),
    ]:
        path.write_bytes(content)
        with pytest.raises(EfgError, match=phrase) as caught:
            read_efg(path)
        assert line is None or caught.value.problems[0].mark.line == line
        assert caught.value.problems[0].mark.file == str(path)


def test_a_byte_order_mark_does_no_harm(tmp_path) -> None:
    path = tmp_path / "game.efg"
    path.write_bytes(GOOD.encode("utf-8-sig"))
    assert read_efg(path).actors == ("A", "B")


def test_paths_that_are_no_file(tmp_path) -> None:
    with pytest.raises(EfgError, match="no such file"):
        read_efg(tmp_path / "absent.efg")
    with pytest.raises(EfgError, match="not a regular file"):
        read_efg(tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path) -> None:
    os.mkfifo(tmp_path / "game.efg")
    with pytest.raises(EfgError, match="not a regular file"):
        read_efg(tmp_path / "game.efg")


def test_a_file_over_the_limit_is_refused_unread(tmp_path) -> None:
    path = tmp_path / "game.efg"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES * 1000)
    with pytest.raises(EfgError, match="larger than 8 MiB"):
        read_efg(path)


@pytest.mark.parametrize("filler", ["{", '"', '"\\', "\\", "1", "-", "\n", " ", '""', "1/", "a", "}{", ","])
def test_megabytes_of_one_thing_are_refused(filler: str) -> None:
    big = filler * (MAX_BYTES // 4 // len(filler))
    for text in (big, 'EFG 2 R "game" {' + big, HEAD + big, HEAD + 'p "" 1 1 "" {' + big, GOOD + big + "t"):
        with pytest.raises(EfgError):
            parse_efg(text)


def test_payoffs_that_grow_along_a_path_are_refused() -> None:
    primes = [n for n in range(10**4, 10**4 + 6000) if all(n % d for d in range(2, 130))]
    chain = "".join(f'p "" 1 1 "" {{ "on" }} {n} "" {{ 1/{n}, 0 }}\n' for n in primes)
    with pytest.raises(EfgError, match="numerator or denominator"):
        parse_efg(HEAD + chain + 't "" 0\n')


def test_probabilities_without_a_common_denominator_are_refused() -> None:
    values = [f"1/{10**600 + n}" for n in range(1, 200)]
    rest = "0." + "9" * 500
    branches = " ".join(f'"{n}" {value}' for n, value in enumerate([rest, *values]))
    text = HEAD + f'c "" 1 "" {{ {branches} }} 0\n' + 't "" 0\n' * 200
    with pytest.raises(EfgError, match="common denominator"):
        parse_efg(text)
