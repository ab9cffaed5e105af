"""Reading single values out of nodes: each reader notes what is wrong and then gives None or an empty value.

Plain code over the node tree instead of a validation library: a mistake needs the exact place in the file, all mistakes
are wanted at once, and a misspelt key needs the key that was meant.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from standoff.errors import Mark, ScenarioError
from standoff.scenario.expression import evaluate
from standoff.scenario.parse import Parsed, parse
from standoff.scenario.problems import Problems, remedy, short
from standoff.scenario.ranges import exactly
from standoff.scenario.source import Mapping, Node, Scalar, Sequence
from standoff.scenario.words import IDENTIFIER, RESERVED

_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NOT_FINITE = {f"{sign}.{word}" for sign in ("", "+", "-") for word in ("inf", "Inf", "INF", "nan", "NaN", "NAN")}


def describe(node: Node) -> str:
    """A node in a few words, for messages."""
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Mapping):
        return "a mapping"
    return "nothing" if node.empty else f"`{short(node.text)}`"


def mapping(node: Node, what: str, advice: str, problems: Problems) -> Mapping | None:
    """The node as a mapping."""
    if isinstance(node, Mapping):
        return node
    problems.error(node.mark, f"{what} must be a mapping, not {describe(node)}", advice)
    return None


def fields(node: Mapping, known: Iterable[str], what: str, problems: Problems) -> dict[str, Node]:
    """The values of the known keys; every other key is noted."""
    names = list(known)
    found = {}
    for key, value in node.entries:
        if key.text in names:
            found[key.text] = value
        else:
            advice = remedy(key.text, names, "keys")
            problems.error(key.mark, f"`{short(key.text)}` is not a key of {what}", advice)
    return found


def text(node: Node | None, what: str, problems: Problems) -> str:
    """The node as text; empty where there is no node."""
    if node is None:
        return ""
    if isinstance(node, Scalar) and not node.empty:
        return node.text.strip()
    problems.error(node.mark, f"{what} must be text, not {describe(node)}", "write text, in quotes if it contains `: `")
    return ""


def name(node: Node, what: str, problems: Problems, *, reserved: bool = True) -> str | None:
    """The node as a name: letters, digits and ``_``, not beginning with a digit and not a reserved word."""
    if not isinstance(node, Scalar) or node.empty:
        problems.error(node.mark, f"{what} must be a name, not {describe(node)}", "write a name such as `strike`")
        return None
    word = node.text
    if IDENTIFIER.match(word) is None or len(word) > 60:
        advice = "use up to 60 letters a-z, digits and `_`, not beginning with a digit, such as `strike_1`"
        problems.error(node.mark, f"`{short(word)}` cannot be {what}", advice)
        return None
    if reserved and (word in RESERVED or word.lower() in ("true", "false", "null")):
        advice = f"choose another name, such as `{word.lower()}_` or a longer word"
        problems.error(node.mark, f"`{word}` cannot be {what}: it is a word of the language", advice)
        return None
    return word


def sequence(node: Node | None, what: str, advice: str, problems: Problems) -> tuple[Node, ...]:
    """The items of a list; none where there is no node."""
    if node is None:
        return ()
    if isinstance(node, Sequence):
        return node.items
    problems.error(node.mark, f"{what} must be a list, not {describe(node)}", advice)
    return ()


def texts(node: Node | None, what: str, problems: Problems) -> tuple[str, ...]:
    """A list of texts, each once."""
    found: list[str] = []
    for item in sequence(node, what, "write it as `[one, two]`", problems):
        entry = text(item, f"an entry of {what}", problems)
        if entry and entry in found:
            problems.error(item.mark, f"`{short(entry)}` is listed twice", "keep one of the two")
        elif entry:
            found.append(entry)
    return tuple(found)


def one_of(node: Node | None, allowed: Iterable[str], what: str, default: str, problems: Problems) -> str:
    """One of the allowed words; the default where there is no node."""
    words = list(allowed)
    if node is None:
        return default
    if isinstance(node, Scalar) and node.text in words:
        return node.text
    given = node.text if isinstance(node, Scalar) else ""
    problems.error(node.mark, f"{what} cannot be {describe(node)}", remedy(given, words, "choose from"))
    return default


def boolean(node: Node | None, what: str, default: bool, problems: Problems) -> bool:
    """``true`` or ``false``; the default where there is no node."""
    if node is None:
        return default
    if isinstance(node, Scalar) and node.plain and node.text in _TRUTH:
        return _TRUTH[node.text]
    problems.error(node.mark, f"{what} must be true or false, not {describe(node)}", "write `true` or `false`")
    return default


def formula(node: Node, what: str, problems: Problems) -> Parsed | None:
    """The node as an expression whose names are not resolved yet."""
    if not isinstance(node, Scalar) or node.empty:
        advice = "write a number or a formula"
        problems.error(node.mark, f"{what} must be an expression, not {describe(node)}", advice)
        return None
    if node.plain and node.text in _NOT_FINITE:
        problems.error(node.mark, f"{what} is `{node.text}`", "write a finite number")
        return None
    try:
        return parse(node.text, node.at)
    except ScenarioError as error:
        problems.absorb(error)
        return None


def number(node: Node, what: str, problems: Problems) -> Fraction | None:
    """The node as a number or a constant formula such as ``1/3``, exactly."""
    if isinstance(node, Scalar) and node.plain and node.text in _TRUTH:
        problems.error(node.mark, f"{what} must be a number, not `{node.text}`", "write 1 for true and 0 for false")
        return None
    parsed = formula(node, what, problems)
    if parsed is None:
        return None
    if parsed.references:
        first = parsed.references[0]
        problems.error(
            parsed.place(first.offset), f"{what} must be a number and mentions `{first.text}`", "write a number"
        )
        return None
    value = exactly(evaluate(parsed.expression, {}))
    if value is None:
        problems.error(node.mark, f"{what} is not a finite number", "write a finite number")
    return value


def integer(node: Node, what: str, lowest: int, highest: int, problems: Problems) -> int | None:
    """The node as a whole number within bounds."""
    value = number(node, what, problems)
    if value is None:
        return None
    if value.denominator != 1 or not lowest <= value <= highest:
        what = f"{what} is {describe(node)}"
        problems.error(node.mark, what, f"write a whole number from {lowest} to {highest}")
        return None
    return int(value)


def names_of(entries: Mapping, what: str, problems: Problems, *, reserved: bool = True) -> list[tuple[str, Mark, Node]]:
    """The entries of a mapping whose keys are names (the others are noted)."""
    found = []
    for key, value in entries.entries:
        word = name(key, what, problems, reserved=reserved)
        if word is not None:
            found.append((word, key.mark, value))
    return found
