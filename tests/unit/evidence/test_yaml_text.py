"""Any text that a file may hold is written so that our reader, and PyYAML's, read the same text back."""

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from standoff.evidence.yaml_text import entry, inline, scalar
from standoff.scenario.problems import Problems
from standoff.scenario.source import Mapping, Scalar, Sequence, parse

TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\x00\uf8f0\uf8f1\uf8f2"), min_size=1, max_size=40
)


def read(text):
    problems = Problems()
    root = parse(text, "f", problems)
    assert problems.errors == []
    return root


@given(TEXT)
@example("null")
@example("No")
@example("1.5")
@example("a: b")
@example("a #b")
@example("f(a, b] c")
@example("“x” — y: [z]")
@example("- a")
@example("a\u2028b\x85c\ufeff")
@example(" a ")
def test_a_text_in_any_place_is_read_back(text):
    for written in (f"k: {scalar(text)}\n", f"k: {inline({'in': [text, text]})}\n"):
        value = read(written).get("k")
        if isinstance(value, Mapping):
            listed = value.get("in")
            assert isinstance(listed, Sequence)
            assert [item.text for item in listed.items] == [text, text]
        else:
            assert isinstance(value, Scalar)
            assert value.text == text
            assert not value.empty


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\x00\ufeff"), min_size=1, max_size=40)
)
def test_another_reader_agrees(text):
    assert yaml.safe_load(f"k: {scalar(text)}\n") == {"k": text}


@given(st.recursive(st.none() | st.booleans() | st.integers() | TEXT, lambda inner: st.lists(inner, max_size=3)))
def test_values_of_all_kinds(value):
    def plain(node):
        if isinstance(node, Sequence):
            return [plain(item) for item in node.items]
        return None if node.empty else node.text

    def expected(given):
        if isinstance(given, list):
            return [expected(inner) for inner in given]
        return given if given is None or isinstance(given, str) else str(given).lower()

    (line, *rest) = entry("id", {"key": value}, 2)
    assert line == "  id:"
    body = read("\n".join(["top:", line, *rest, ""])).get("top").get("id")
    assert plain(body.get("key")) == expected(value)
