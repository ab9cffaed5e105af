"""YAML text as a tree of nodes that know where they stand.

The parser's *events* are read (C parser where PyYAML has it), not its objects, because the meaning here is that of
YAML 1.2 (https://yaml.org/spec/1.2.2/, core schema) and not of 1.1: ``NO`` and ``on`` are text, and numbers stay text
until something asks for a number, so that they can be exact. Anchors, aliases, tags, merge keys and several documents
are refused: nothing in a scenario needs them, and a file that repeats itself ten thousand-fold must not be expanded.

Inside ``{...}`` and ``[...]`` YAML splits text at commas, so that ``{range: pert(1, 2, 3)}`` would be a mapping of
three keys. Here a comma or square bracket inside the round brackets of unquoted text belongs to that text: before
parsing, such characters are masked by private-use characters (one for one, so that places stay right) and unmasked in
the nodes.

Places count characters; lines end with LF, CR LF or CR.
"""

from __future__ import annotations

import bisect
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from standoff.errors import Mark
from standoff.scenario.problems import Problems, short
from standoff.scenario.syntax import explain

MAX_BYTES = 1 << 20
MAX_DEPTH = 20
MAX_NODES = 20_000
FIRST = {"scenario": "`standoff: 1`, `title:` and `actors:`", "ledger": "`ledger: 1`, `documents:` and `statements:`"}

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MASKS = {",": "\uf8f0", "[": "\uf8f1", "]": "\uf8f2"}
_UNMASK = str.maketrans({mask: char for char, mask in _MASKS.items()})
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufeff\ufffe\uffff\uf8f0-\uf8f2]")
_MAX_BRACKETED = 4_000  # characters from an opening bracket to its closing one
_MAX_UNCLOSED = 100  # brackets that nothing closes, after which the text is not searched further


@dataclass(frozen=True)
class Scalar:
    """Text, a number or nothing. `raw` is what the file says between the marks; `plain` is False for quoted text."""

    text: str
    mark: Mark
    plain: bool = True
    raw: str = ""

    @property
    def empty(self) -> bool:
        """True for nothing at all, ``~`` and ``null``."""
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")

    def at(self, offset: int) -> Mark:
        """The place in the file of the character `offset` of `text`."""
        position = offset if self.raw == self.text else _raw_position(self.text, self.raw, offset)
        before = self.raw[:position].replace("\r\n", "\n").replace("\r", "\n")
        newlines = before.count("\n")
        column = len(before) - before.rfind("\n") if newlines else self.mark.col + position
        return Mark(self.mark.file, self.mark.line + newlines, column)


@dataclass(frozen=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    mark: Mark


@dataclass(frozen=True)
class Mapping:
    """Keys and values in the order written; keys are distinct."""

    entries: tuple[tuple[Scalar, Node], ...]
    mark: Mark

    def get(self, key: str) -> Node | None:
        """The value of a key, None where there is no such key."""
        return next((node for name, node in self.entries if name.text == key), None)

    def names(self) -> list[str]:
        """The keys, in order."""
        return [name.text for name, _ in self.entries]


Node: TypeAlias = Scalar | Sequence | Mapping


def _raw_position(text: str, raw: str, offset: int) -> int:
    """Where the character `offset` of a scalar's text stands in its raw form; 0 where escapes make that unclear.

    Text differs from its raw form by quotes, by the header of a block scalar and by white space around line breaks.
    """
    position = 0
    if raw[:1] in ("'", '"'):
        position = 1
    elif raw[:1] in ("|", ">"):
        position = raw.find("\n") + 1
    for char in text[:offset]:
        if char.isspace():
            continue
        while position < len(raw) and raw[position].isspace():
            position += 1
        if position >= len(raw) or raw[position] != char:
            return 0
        position += 1
    if offset < len(text) and not text[offset].isspace():
        while position < len(raw) and raw[position].isspace():
            position += 1
    return position


class Places:
    """Line and column of a character's index in a text."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._starts = [0, *(match.end() for match in re.finditer("\r\n|\r|\n", text))]

    def at(self, index: int) -> Mark:
        """The place of the character at `index`."""
        line = bisect.bisect_right(self._starts, index)
        return Mark(self._file, line, index - self._starts[line - 1] + 1)


def read_text(path: Path, problems: Problems) -> tuple[str, bytes] | None:
    """The text and the bytes of a scenario file; None after noting why it cannot be read."""
    whole = Mark(str(path))
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            problems.error(whole, "this is a folder", "name the scenario file inside it")
            return None
        if not stat.S_ISREG(status.st_mode):
            problems.error(whole, "this is not a regular file", "name a scenario file")
            return None
        if status.st_size > MAX_BYTES:
            problems.error(whole, f"the file has {status.st_size:,} bytes", f"at most {MAX_BYTES:,} are read")
            return None
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        problems.error(whole, "there is no such file", "check the path")
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problems.error(whole, f"the file cannot be read ({reason})", "check the path and its permissions")
        return None
    text = decode(content, str(path), problems)
    return None if text is None else (text, content)


def decode(content: bytes, file: str, problems: Problems) -> str | None:
    """Bytes as text; None after noting where they are not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        mark = Mark(file, before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        problems.error(mark, f"byte 0x{content[error.start]:02x} is not UTF-8 text", "save the file as UTF-8 text")
        return None


def parse(text: str, file: str, problems: Problems, *, what: str = "scenario") -> Mapping | None:
    """The tree of a file's text; None after noting why there is none. `what` (a key of `FIRST`) is for messages."""
    places = Places(text, file)
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        problems.error(Mark(file), "the text is too long", f"at most {MAX_BYTES:,} bytes are read")
        return None
    strange = _CONTROL.search(text) or re.search("[\ud800-\udfff]", text)
    if strange:
        code = f"U+{ord(strange.group()):04X}"
        char = "NUL character" if code == "U+0000" else f"character {code}"
        problems.error(places.at(strange.start()), f"a {char} is not text", f"remove it; a {what} is plain UTF-8 text")
        return None
    masked = _mask(text)
    try:
        root = _Builder(text, masked, places, problems).document()
    except yaml.MarkedYAMLError as error:
        problems.error(*explain(error, text, places.at))
        return None
    if root is None:
        return None
    if isinstance(root, Scalar) and root.empty:
        problems.error(Mark(file, 1, 1), "the file is empty", f"begin with {FIRST[what]}")
        return None
    if not isinstance(root, Mapping):
        first = FIRST[what].partition(",")[0]
        problems.error(root.mark, f"a {what} is a mapping of keys to values", f"begin with {first}")
        return None
    return root


def _mask(text: str) -> str:
    """The text with commas and square brackets masked inside round brackets of plain scalars in flow collections."""
    spans, done, depth, unclosed = [], 0, 0, 0
    try:
        for token in yaml.scan(text, Loader=_LOADER):
            start: int = token.start_mark.index
            if start < done:
                continue
            if isinstance(token, yaml.FlowSequenceStartToken | yaml.FlowMappingStartToken):
                depth += 1
            elif isinstance(token, yaml.FlowSequenceEndToken | yaml.FlowMappingEndToken):
                depth -= 1
            elif isinstance(token, yaml.ScalarToken) and depth and token.plain:
                stop: int = token.end_mark.index
                if text.count("(", start, stop) > text.count(")", start, stop):
                    end = _end_of_brackets(text, start)
                    unclosed += end is None
                    done = end or start
                    spans += [(start, end)] if end else []
            if depth > MAX_DEPTH or unclosed > _MAX_UNCLOSED:
                break
    except yaml.MarkedYAMLError:
        pass  # the text before the mistake is masked, and parsing it will report the mistake
    pieces, last = [], 0
    for start, end in spans:
        pieces += [text[last:start], _masked_brackets(text[start:end])]
        last = end
    return "".join([*pieces, text[last:]])


def _end_of_brackets(text: str, start: int) -> int | None:
    """Where plain text that begins at `start` ends if commas in round brackets belong to it; None if one stays open."""
    depth = square = 0
    for index in range(start, min(len(text), start + _MAX_BRACKETED)):
        char = text[index]
        comment = char == "#" and text[index - 1].isspace()
        if depth == 0 and (char in ",]}" or comment or text.startswith(": ", index)):
            return index
        depth += (char == "(") - (char == ")")
        square += (char == "[") - (char == "]")
        if depth < 0 or square < 0 or char in "{}" or comment:
            return None
    return None


def _masked_brackets(text: str) -> str:
    """Text with commas and square brackets masked where they stand inside round brackets."""
    depth, result = 0, []
    for char in text:
        depth += (char == "(") - (char == ")")
        result.append(_MASKS.get(char, char) if depth > 0 else char)
    return "".join(result)


class _Builder:
    """Nodes from the parser's events."""

    def __init__(self, text: str, masked: str, places: Places, problems: Problems) -> None:
        self._text = text
        self._places = places
        self._problems = problems
        self._events: Iterator[Any] = yaml.parse(masked, Loader=_LOADER)
        self._usable = True
        self._count = 0

    def document(self) -> Node | None:
        """The only document's root; None where aliases or depth make it unusable."""
        root: Node | None = None
        for event in self._events:
            index = event.start_mark.index
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    mark = self._places.at(index)
                    self._problems.error(
                        mark, "a second document begins", "keep one scenario per file; remove the `---`"
                    )
                    return None
                root = self._node(next(self._events), 0)
                if not self._usable:
                    return None
        return root if root is not None else Scalar("", Mark(self._places.at(0).file, 1, 1))

    def _node(self, event: Any, depth: int) -> Node:
        mark = self._places.at(event.start_mark.index)
        self._refuse_references(event, mark)
        self._count += 1
        if self._count > MAX_NODES:
            self._stop(mark, f"the file holds more than {MAX_NODES:,} items", "write a smaller scenario")
        if depth >= MAX_DEPTH and isinstance(event, yaml.CollectionStartEvent):
            self._stop(
                mark, f"lists and mappings are nested more than {MAX_DEPTH} deep", "no scenario needs that depth"
            )
        if not self._usable:
            return Scalar("", mark)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(mark, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(mark, depth)
        raw = self._text[event.start_mark.index : event.end_mark.index]
        value = event.value.translate(_UNMASK)
        return Scalar(value, mark, event.implicit[0], raw)

    def _stop(self, mark: Mark, message: str, remedy: str) -> None:
        if self._usable:
            self._problems.error(mark, message, remedy)
        self._usable = False

    def _refuse_references(self, event: Any, mark: Mark) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._stop(
                mark, f"`*{short(str(event.anchor))}` is a YAML alias", "write the value out; aliases are not read"
            )
        elif event.anchor is not None:
            self._problems.error(mark, f"`&{short(event.anchor)}` is a YAML anchor", "remove it; anchors are not read")
        if getattr(event, "tag", None) is not None:
            what = f"`{short(event.tag)}` is a YAML tag"
            self._problems.error(mark, what, "remove it (for the opposite of a condition write `not`)")

    def _sequence(self, mark: Mark, depth: int) -> Sequence:
        items = []
        while self._usable and not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Sequence(tuple(items), mark)

    def _mapping(self, mark: Mark, depth: int) -> Mapping:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while self._usable and not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            if not self._usable:
                break
            value = self._node(next(self._events), depth + 1)
            if not isinstance(key, Scalar):
                self._problems.error(key.mark, "a key must be a name, not a list or mapping", "write `name: value`")
            elif key.plain and key.text == "<<":
                self._problems.error(key.mark, "`<<` is a YAML merge key", "write the keys out; merging is not read")
            elif key.text in entries:
                first = entries[key.text][0].mark.line
                what = f"`{short(key.text)}` is given twice (first on line {first})"
                self._problems.error(key.mark, what, "keep one of the two")
            else:
                entries[key.text] = (key, value)
        return Mapping(tuple(entries.values()), mark)
