"""YAML syntax errors in words that say what to write instead."""

from __future__ import annotations

from collections.abc import Callable

import yaml

from standoff.errors import Mark

_REMEDIES = {
    "mapping values are not allowed": (
        "a `:` stands where no key can be",
        "check that this line and the one above are indented alike, or put text that contains `: ` in quotes",
    ),
    "block sequence entries are not allowed": (
        "`- ` begins a list item where none can be",
        "write a negative number without the space (`-5`), or put the list on lines of its own",
    ),
    "did not find expected key": (
        "a key was expected here",
        "check the indentation, and put text in quotes as a whole (a quote inside it is doubled)",
    ),
    "did not find expected '-' indicator": ("a list item (`- `) was expected here", "check the indentation"),
    "did not find expected node content": ("a value was expected here", "remove the stray character"),
    "found unknown escape character": (
        "this escape is not known inside double quotes",
        "use single quotes, or write the backslash twice",
    ),
    "could not find expected ':'": ("a key without a `:`", "write `key: value`, or indent the text that continues"),
    "did not find expected <document start>": (
        "text follows the end of the document",
        "keep one scenario per file",
    ),
    "found incompatible YAML document": ("this %YAML version is not known", "remove the line that begins with `%`"),
    "did not find expected alphabetic": (
        "`*` or `&` stands where a value begins, which YAML reserves",
        "begin with a name or number, or put the expression in quotes",
    ),
}


def explain(error: yaml.MarkedYAMLError, text: str, place: Callable[[int], Mark]) -> tuple[Mark, str, str]:
    """Place, message and remedy of a YAML error in `text`; `place` gives the mark of a character's index."""
    problem = str(error.problem or "the text is not YAML")
    index = _index(error.problem_mark, len(text))
    context = _index(error.context_mark, len(text))
    mark = place(min(index, len(text)))
    if "cannot start any token" in problem:
        return _bad_start(text[index : index + 1], mark)
    if "end of stream" in problem:
        return place(context), "a quotation mark is opened and never closed", "close it"
    if problem.startswith("did not find expected ',' or"):
        return _unclosed(text, context, index, place)
    if problem.startswith("could not find expected ':'"):
        mark = place(context)
    if "did not find expected key" in problem and (opened := _quote_over_lines(text, index)) is not None:
        what = f"a quotation mark opened here ends on line {mark.line}, where text follows it"
        return place(opened), what, "close it where the quoted text ends"
    for phrase, (message, remedy) in _REMEDIES.items():
        if phrase in problem:
            return mark, message, remedy
    return mark, f"not YAML: {problem}", "check brackets, quotes and indentation here and on the line above"


def _quote_over_lines(text: str, index: int) -> int | None:
    """Where the quoted text begins that ends just before `index`, if that is on an earlier line."""
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            start, end = _index(token.start_mark, 0), _index(token.end_mark, 0)
            if end > index:
                break
            quoted = isinstance(token, yaml.ScalarToken) and not token.plain and "\n" in text[start:end]
            if quoted and not text[end:index].strip():
                return start
    except yaml.MarkedYAMLError:
        pass  # the mistake at `index` is what is being explained
    return None


def _index(mark: object, default: int) -> int:
    index = getattr(mark, "index", default)
    return index if isinstance(index, int) else default


def _bad_start(char: str, mark: Mark) -> tuple[Mark, str, str]:
    if char == "\t":
        return mark, "a tab is used for indentation", "indent with spaces"
    return mark, f"a value cannot begin with `{char}`", "put the text in quotes"


def _unclosed(text: str, opened: int, index: int, place: Callable[[int], Mark]) -> tuple[Mark, str, str]:
    opening = text[opened : opened + 1]
    closing = "]" if opening == "[" else "}"
    depth = 0
    for char in text[opened:]:
        depth += (char == opening) - (char == closing)
        if depth == 0:
            remedy = "put a comma between entries, and text that contains `: ` or a quotation mark in quotes"
            return place(index), f"`,` or `{closing}` was expected here", remedy
    return place(opened), f"`{opening}` is opened and never closed", f"add `{closing}`"
