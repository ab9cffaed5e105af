"""Changes to a ledger file that leave everything else in it as a person wrote it: comments, order, spacing, quotes.

A ledger is edited as text, at the places where the reader found things, and not written anew from values. Before the
file is replaced (at once: a reader sees the old text or the whole new one), the new text is read back: its tree must be
the old tree with the change and nothing else, and it must have no mistakes. Where that fails nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from standoff.errors import InputError, LedgerError, Mark, Problem, RequestError
from standoff.evidence import keys
from standoff.evidence.ledger import loads_ledger
from standoff.evidence.proposals import Reading, document_of, statements_of
from standoff.evidence.records import Ledger
from standoff.evidence.yaml_text import Value, entry, inline
from standoff.files import write_whole
from standoff.scenario import source
from standoff.scenario.problems import Problems, remedy
from standoff.scenario.source import Mapping, Node, Scalar, Sequence

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain] | None"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_BOM = "\ufeff"
_NEW = "ledger: 1\n\ndocuments:\n\nstatements:\n"
_ONE_PER_LINE = "write it with one entry a line, not in {...}"


def propose(path: str | Path, reading: Reading) -> int:
    """Add what was read from a page as statements that nobody has accepted yet; how many were new.

    A statement is known by the SHA-256 of its document and its span. What is in the file is not touched; a file that is
    not there is begun. `reading` is the object that ``standoff read --json`` prints. Raises `LedgerError` where the
    file has mistakes, `RequestError` where the reading has no document.
    """
    target = Path(path)
    old = _File.read(target) if target.exists() else _File(target, _NEW, b"", False)
    ledger = loads_ledger(old.text, path=str(target))
    document, given = document_of(ledger, reading)
    new = statements_of(ledger, document, reading)
    if not new and target.exists():
        return 0
    text = old.text
    if given is not None:
        text = _with_entry(text, old.name, "documents", document, given)
    for name, body in new.items():
        text = _with_entry(text, old.name, "statements", name, body)
    old.replace(
        text,
        _checked(old, text, added={"documents": {document} if given is not None else set(), "statements": set(new)}),
    )
    return len(new)


def set_statement(path: str | Path, name: str, changes: MappingOf[str, Value]) -> None:
    """Set keys of one statement, such as ``{"accepted": True, "note": "read by two people"}``.

    Raises `RequestError` for a statement or key that is not there, `LedgerError` where the ledger would have mistakes;
    then the file stays as it is.
    """
    old = _File.read(Path(path))
    ledger = loads_ledger(old.text, path=old.name)
    if name not in ledger.by_id:
        raise RequestError.of(f"there is no statement `{name}`", remedy(name, list(ledger.by_id), "statements"))
    for key in changes:
        if key not in keys.STATEMENT:
            raise RequestError.of(f"`{key}` is not a key of a statement", remedy(key, list(keys.STATEMENT), "keys"))
    text = old.text
    for key, value in changes.items():
        text = _with_key(text, old.name, name, key, value)
    old.replace(text, _checked(old, text, changed=(name, frozenset(changes))))


@dataclass(frozen=True)
class _File:
    """A file's text, and its bytes as they were when it was read."""

    path: Path
    text: str
    content: bytes
    marked: bool  # it begins with a byte order mark

    @property
    def name(self) -> str:
        return str(self.path)

    @classmethod
    def read(cls, path: Path) -> _File:
        problems = Problems()
        read = source.read_text(path, problems)
        if read is None:
            raise LedgerError(problems.errors)
        return cls(path, read[0], read[1], read[1].startswith(_BOM.encode()))

    def replace(self, text: str, ledger: Ledger) -> None:
        """Write the new text in place of the old, unless somebody else has changed the file since it was read."""
        assert ledger.path == self.name
        path = self.path.resolve()
        now = path.read_bytes() if path.exists() else b""
        if now != self.content:
            raise RequestError.of(f"{self.name} was changed while it was being edited", "give the command again")
        write_whole(path, (_BOM if self.marked else "") + text)


def _checked(
    old: _File,
    text: str,
    *,
    added: MappingOf[str, set[str]] | None = None,
    changed: tuple[str, frozenset[str]] | None = None,
) -> Ledger:
    """The ledger of the new text, after making sure that nothing but the change is different."""
    try:
        ledger = loads_ledger(text, path=old.name)
    except InputError as error:
        raise LedgerError(
            [Problem(p.mark, f"with the change: {p.message}", p.remedy) for p in error.problems]
        ) from None
    before, after = _plain(_tree(old.text, old.name)), _plain(_tree(text, old.name))
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    for section, names in (added or {}).items():
        for name in names:
            _inner(after, section).pop(name, None)
        if not _inner(before, section):
            before[section] = after.get(section)
    if changed is not None:
        for tree in (before, after):
            own = _inner(_inner(tree, "statements"), changed[0])
            for key in changed[1]:
                own.pop(key, None)
    if before != after:
        what = "the file is written in a way that cannot be edited without touching other parts of it"
        raise LedgerError([Problem(Mark(old.name), what, _ONE_PER_LINE)])
    return ledger


def _tree(text: str, file: str) -> Mapping:
    root = source.parse(text, file, Problems(), what="ledger")
    assert root is not None  # it was read before
    return root


def _plain(node: Node) -> Plain:
    if isinstance(node, Mapping):
        return {key.text: _plain(value) for key, value in node.entries}
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return None if node.empty else node.text


def _inner(tree: Plain, name: str) -> dict[str, Plain]:
    """A mapping inside a tree; an empty one that belongs to nothing where there is none."""
    found = tree.get(name) if isinstance(tree, dict) else None
    return found if isinstance(found, dict) else {}


def _with_entry(text: str, file: str, section: str, name: str, body: MappingOf[str, Value]) -> str:
    """The text with a further entry at the end of a section, which is made where it is not there."""
    root, lines = _tree(text, file), _lines(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    keys_at = [(key.text, key.mark.line - 1) for key, _ in root.entries]
    node = root.get(section)
    if node is None:
        made = [f"{section}:", *entry(name, body, 2)]
        return _closed(text, newline) + newline + newline.join(made) + newline
    first = dict(keys_at)[section]
    last = min([line for _, line in keys_at if line > first], default=len(lines))
    indent = 2
    if isinstance(node, Mapping) and node.entries:
        indent = node.entries[0][0].mark.col - 1
        if node.entries[0][0].mark.line - 1 == first:
            raise LedgerError([Problem(node.mark, f"`{section}` stands in one line with its entries", _ONE_PER_LINE)])
    else:  # `statements:`, `statements: {}`, `statements: null`
        lines[first] = f"{section}:{_comment(lines[first])}{newline}"
    place = first + 1
    for number in range(first + 1, last):
        if lines[number][:1] in (" ", "\t") and lines[number].strip():
            place = number + 1
    if place and not lines[place - 1].endswith(("\n", "\r")):
        lines[place - 1] += newline
    gap = [newline] if place - 1 > first and _spaced(node, lines) else []
    lines[place:place] = [*gap, *(f"{line}{newline}" for line in entry(name, body, indent))]
    return "".join(lines)


def _lines(text: str) -> list[str]:
    """The lines with their ends, which are those that marks count: LF, CR LF or CR."""
    return _LINE.findall(text)


def _closed(text: str, newline: str) -> str:
    return text if text.endswith(("\n", "\r")) or not text else text + newline


def _comment(line: str) -> str:
    """A comment at the end of a line, with the space before it."""
    before, sign, after = line.rstrip("\r\n").partition(" #")
    return f"{sign}{after}" if sign and "{" not in after and before else ""


def _spaced(node: Node, lines: list[str]) -> bool:
    """Whether entries of a section are set apart by empty lines: then a new one is as well."""
    if not isinstance(node, Mapping) or len(node.entries) < 2:
        return False
    return not lines[node.entries[1][0].mark.line - 2].strip()


def _with_key(text: str, file: str, statement: str, key: str, value: Value) -> str:
    """The text with one key of a statement set, in its place or after the statement's last key."""
    statements = _tree(text, file).get("statements")
    assert isinstance(statements, Mapping)
    body = statements.get(statement)
    assert isinstance(body, Mapping)
    starts = _starts(text)
    flow = text[_index(starts, body.mark)] == "{"
    old = body.get(key)
    if isinstance(old, Scalar) and (old.raw or not flow) and old.raw[:1] not in ("|", ">"):
        return _scalar_replaced(text, starts, body, key, old, inline(value))
    if old is None and flow:
        place = _index(starts, body.mark) + 1
        return f"{text[:place]}{key}: {inline(value)}, {text[place:]}"
    if flow:
        raise LedgerError([Problem(body.mark, f"statement `{statement}` stands in one line", _ONE_PER_LINE)])
    return _lines_replaced(text, body, key, f"{key}: {inline(value)}")


def _starts(text: str) -> list[int]:
    """Index at which each line begins."""
    found = [0]
    for line in _lines(text):
        found.append(found[-1] + len(line))
    return found


def _index(starts: list[int], mark: Mark) -> int:
    return starts[mark.line - 1] + mark.col - 1


def _scalar_replaced(text: str, starts: list[int], body: Mapping, key: str, old: Scalar, new: str) -> str:
    if old.raw:
        place = _index(starts, old.mark)
        return text[:place] + new + text[place + len(old.raw) :]
    name = next(name for name, _ in body.entries if name.text == key)
    place = text.index(":", _index(starts, name.mark) + len(name.raw)) + 1
    return f"{text[:place]} {new}{text[place:]}"


def _lines_replaced(text: str, body: Mapping, key: str, new: str) -> str:
    """The lines of a key of a statement in block style replaced, or a line added; comments below it stay."""
    lines = _lines(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    marks = [name.mark for name, _ in body.entries]
    column = marks[0].col - 1
    line = f"{' ' * column}{new}{newline}"
    at = next((name.mark.line - 1 for name, _ in body.entries if name.text == key), None)
    begin = marks[-1].line - 1 if at is None else at
    end = begin + 1
    while end < len(lines) and _deeper(lines[end], column):
        end += 1
    while end > begin + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    if at is not None:
        lines[begin:end] = [line]
    else:
        if not lines[end - 1].endswith(("\n", "\r")):
            lines[end - 1] += newline
        lines[end:end] = [line]
    return "".join(lines)


def _deeper(line: str, column: int) -> bool:
    """Whether a line belongs to what began above it at `column`: empty, or further in, or an item of a list there."""
    stripped = line.lstrip(" ")
    depth = len(line) - len(stripped)
    return not stripped.strip() or depth > column or (depth == column and stripped.startswith("- "))
