"""YAML as nodes with places."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from standoff.errors import Mark
from standoff.scenario import source
from standoff.scenario.problems import Problems
from standoff.scenario.source import Mapping, Scalar, Sequence, parse


def tree(text):
    problems = Problems()
    root = parse(text, "f", problems)
    assert problems.errors == []
    return root


def plain(node):
    """The tree without places."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.entries}


def test_everything_is_text():
    text = "a: NO\nb: on\nc: 1e3\nd: 0.10\ne: 'x'\nf: ~\ng:\nh: 2020-01-01\ni: 12:30:00\n"
    assert plain(tree(text)) == {
        "a": "NO",
        "b": "on",
        "c": "1e3",
        "d": "0.10",
        "e": "x",
        "f": "~",
        "g": "",
        "h": "2020-01-01",
        "i": "12:30:00",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: {about: x, range: lognormal(2.3, 0.4)}", {"about": "x", "range": "lognormal(2.3, 0.4)"}),
        ("a: {range: lognormal(2.3, 0.4), about: x}", {"range": "lognormal(2.3, 0.4)", "about": "x"}),
        ("a: [min(a, b) > 0, c]", ["min(a, b) > 0", "c"]),
        ("a: [c, f(a, b) + g(c, d), e]", ["c", "f(a, b) + g(c, d)", "e"]),
        ("a: [(min(a, max(b, c)), d), e]", ["(min(a, max(b, c)), d)", "e"]),
        ("a: {r: discrete(1, 2, p=[0.3, 0.7]), u: m}", {"r": "discrete(1, 2, p=[0.3, 0.7])", "u": "m"}),
        ("a: {r: discrete(1, 2, p=[0.3, 0.7])}", {"r": "discrete(1, 2, p=[0.3, 0.7])"}),
        ("a: [x + f(a,\n     b), c]", ["x + f(a, b)", "c"]),
        ("a: {f(a, b): c}", {"f(a, b)": "c"}),
        ("a: ['f(a', b, \"c)\"]", ["f(a", "b", "c)"]),
        ("a: [about (this, that) and, more]", ["about (this, that) and", "more"]),
        ("a: [b) c, d]", ["b) c", "d"]),
        ("a: [[f(a, b)], {c: g(d, e)}]", [["f(a, b)"], {"c": "g(d, e)"}]),
        ("a: {b: [f(x, y), z], c: 1}", {"b": ["f(x, y)", "z"], "c": "1"}),
        ("a: [f(a, b), {c: d}]", ["f(a, b)", {"c": "d"}]),
        ("a: f(a, b)", "f(a, b)"),
    ],
)
def test_commas_in_round_brackets_belong_to_the_text(text, expected):
    assert plain(tree(text)) == {"a": expected}


@pytest.mark.parametrize("text", ["a: [f(a, b, c]", "a: [f(a, b # c)\n]", "a: {b: f(c, d: 1}"])
def test_brackets_that_nothing_closes_are_left_as_yaml_has_them(text):
    expected = yaml.load(text, Loader=yaml.BaseLoader)
    assert plain(tree(text)) == expected


words = st.text(alphabet="ab c(),[]{}:#'\"-\n", max_size=40)


@settings(deadline=None)
@given(words)
def test_text_without_round_brackets_means_what_yaml_means(words_):
    text = words_.replace("(", "").replace(")", "")
    problems = Problems()
    root = parse(f"key: [{text}]\n", "f", problems)
    try:
        expected = yaml.load(f"key: [{text}]\n", Loader=yaml.BaseLoader)
    except (yaml.YAMLError, TypeError):
        return
    if root is not None and not problems.errors:
        assert plain(root) == expected


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_tree_or_problems(text):
    problems = Problems()
    root = parse(text, "f", problems)
    assert isinstance(root, Mapping) or problems.errors


@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_places_count_characters_whatever_ends_a_line(monkeypatch, loader, end):
    monkeypatch.setattr(source, "_LOADER", loader)
    text = end.join(["ü𝄞: 1", "b:", "  - {x: f(1, 2), y: z}", ""])
    root = tree(text)
    assert root.entries[0][1].mark == Mark("f", 1, 5)
    inner = root.get("b").items[0]
    assert [(key.text, key.mark.line, key.mark.col) for key, _ in inner.entries] == [("x", 3, 6), ("y", 3, 18)]


@pytest.mark.parametrize(
    ("text", "word", "line", "col"),
    [
        ("a: one two", "two", 1, 8),
        ("a: 'one two'", "two", 1, 9),
        ('a: "one two"', "two", 1, 9),
        ("a: one\n   two\n   three", "three", 3, 4),
        ("a: >-\n  one\n  two three\n", "three", 3, 7),
        ("a: |\n  one\n   two\n", "two", 3, 4),
        ('a: "one\n  two"', "two", 2, 3),
    ],
)
def test_the_place_of_a_word_inside_a_scalar(text, word, line, col):
    scalar = tree(text).get("a")
    assert scalar.at(scalar.text.index(word)) == Mark("f", line, col)


def test_escapes_fall_back_to_the_beginning():
    scalar = tree('a: "\\x41 bc"').get("a")
    assert scalar.text == "A bc"
    assert scalar.at(2) == Mark("f", 1, 4)
