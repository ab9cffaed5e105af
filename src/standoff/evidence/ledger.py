"""The ledger of evidence: a YAML file beside a scenario, read with places and all mistakes at once.

The file's tree comes from `standoff.scenario.source`, with the same meaning, bounds and messages as a scenario's:
``file:line:col: what is wrong; what to do``. Values and their meaning are in `standoff.evidence.records`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from standoff.errors import LedgerError, Mark, ScenarioError
from standoff.evidence import entries, keys
from standoff.evidence.grades import CREDIBILITY, RELIABILITY, Grade, Pair
from standoff.evidence.records import (
    ACTS,
    CHANNELS,
    MODES,
    POLARITIES,
    Claim,
    Document,
    HypothesisSet,
    Ledger,
    OriginGroup,
    Ratios,
    Source,
    Statement,
)
from standoff.scenario import fields, source
from standoff.scenario.problems import Problems, fail, in_order
from standoff.scenario.source import Mapping, Node, Sequence

VERSION = 1
LARGEST_RATIO = 1e6
Entry = TypeVar("Entry")
Reader = Callable[[str, Mark, Node], Entry]


def load_ledger(path: str | Path) -> Ledger:
    """The ledger in a file. Raises `LedgerError` with every mistake of the file."""
    problems = Problems()
    read = source.read_text(Path(path), problems)
    if read is None:
        raise LedgerError(problems.errors)
    text, content = read
    return loads_ledger(text, path=str(path), digest=hashlib.sha256(content).hexdigest())


def loads_ledger(text: str, *, path: str = "<text>", digest: str = "") -> Ledger:
    """The ledger in a text; `path` is used in messages. Raises `LedgerError`."""
    problems = Problems()
    try:
        root = source.parse(text.removeprefix("\ufeff"), path, problems, what="ledger")
        if root is not None and root.get("standoff") is not None:
            fail(root.mark, "this is a scenario, not a ledger of evidence", "give the file that its `ledger:` names")
        found = _Loader(root, problems).ledger(path, digest) if root is not None else None
    except ScenarioError as error:  # too many mistakes to go on
        raise LedgerError(error.problems) from None
    if problems.errors or found is None:
        raise LedgerError(in_order(problems.errors))
    return found


class _Loader:
    """Reads one file; sections that refer to others are checked against the ids that are written there."""

    def __init__(self, root: Mapping, problems: Problems) -> None:
        self._root, self._problems = root, problems
        self._ids = {name: _written(root.get(name)) for name in ("documents", "sources", "statements", "claims")}

    def ledger(self, path: str, digest: str) -> Ledger:
        problems = self._problems
        top = fields.fields(self._root, keys.TOP, "a ledger", problems)
        self._version(top.get("ledger"))
        groups = self._section(top.get("origins"), "origin", self._origin)
        self._alone(groups)
        return Ledger(
            title=entries.text(top.get("title"), "`title`", problems),
            about=entries.text(top.get("about"), "`about`", problems),
            documents=self._section(top.get("documents"), "document", self._document),
            sources=self._section(top.get("sources"), "source", self._source),
            statements=self._section(top.get("statements"), "statement", self._statement),
            claims=self._section(top.get("claims"), "claim", self._claim),
            origins=groups,
            hypotheses=self._section(top.get("hypotheses"), "set of hypotheses", self._hypotheses),
            warnings=tuple(in_order(problems.warnings)),
            path=path,
            sha256=digest,
        )

    def _version(self, node: Node | None) -> None:
        if node is None:
            self._problems.error(self._root.mark, "the file has no `ledger`", "begin the file with `ledger: 1`")
            return
        version = fields.number(node, "the version", self._problems)
        if version is not None and version != VERSION:
            advice = f"this program reads version {VERSION}: write `ledger: {VERSION}`"
            self._problems.error(node.mark, f"the file is of version {float(version):g}", advice)

    def _section(self, node: Node | None, noun: str, read: Reader[Entry]) -> tuple[Entry, ...]:
        if node is None or (isinstance(node, source.Scalar) and node.empty):
            return ()
        table = fields.mapping(node, f"`{noun}s`", "write `id: {...}` entries", self._problems)
        if table is None:
            return ()
        listed = fields.names_of(table, f"the id of a {noun}", self._problems, reserved=False)
        return tuple(read(name, mark, content) for name, mark, content in listed)

    def _document(self, name: str, mark: Mark, node: Node) -> Document:
        what, problems = f"document `{name}`", self._problems
        given = entries.body(node, keys.DOCUMENT, what, problems)
        plain = {
            key: entries.text(given.get(key), f"`{key}` of {what}", problems)
            for key in ("title", "outlet", "aggregator", "url", "note")
        }
        return Document(
            name,
            **plain,
            sha256=entries.sha256(given.get("sha256"), f"`sha256` of {what}", problems),
            dates=entries.dates(given.get("dates"), f"`dates` of {what}", problems),
            dropped=entries.dropped(given.get("dropped"), f"`dropped` of {what}", problems),
            mark=mark,
        )

    def _source(self, name: str, mark: Mark, node: Node) -> Source:
        what, problems = f"source `{name}`", self._problems
        given = entries.body(node, keys.SOURCE, what, problems, ("name",))
        plain = {key: entries.text(given.get(key), f"`{key}` of {what}", problems) for key in ("name", "role", "note")}
        reliability = entries.grade(given.get("reliability"), f"the reliability of {what}", RELIABILITY, problems)
        return Source(name, **plain, reliability=reliability, mark=mark)

    def _statement(self, name: str, mark: Mark, node: Node) -> Statement:
        what, problems = f"statement `{name}`", self._problems
        given = entries.body(node, keys.STATEMENT, what, problems, ("document", "at", "speaker"))

        def chosen(key: str, words: tuple[str, ...], default: str) -> str:
            return fields.one_of(given.get(key), words, f"`{key}` of {what}", default, problems)

        def plain(key: str) -> str:
            return entries.text(given.get(key), f"`{key}` of {what}", problems)

        def graded(key: str, marks: dict[str, str]) -> Grade | None:
            return entries.grade(given.get(key), f"the {key} of {what}", marks, problems)

        document, own = plain("document"), plain("source")
        if document:
            entries.known(document, self._ids["documents"], given["document"], "document", problems)
        if own:
            entries.known(own, self._ids["sources"], given["source"], "source", problems)
        return Statement(
            id=name,
            document=document,
            at=entries.span(given.get("at"), f"`at` of {what}", problems),
            speaker=entries.speaker(given.get("speaker"), f"the speaker of {what}", problems),
            chain=entries.texts(given.get("chain"), f"`chain` of {what}", problems),
            cue=plain("cue"),
            mode=chosen("mode", MODES, "paraphrase"),
            channel=chosen("channel", CHANNELS, "unstated"),
            act=chosen("kind", ACTS, "statement"),
            hedges=entries.texts(given.get("hedges"), f"`hedges` of {what}", problems),
            polarity=chosen("polarity", POLARITIES, "affirm"),
            event=entries.dated(given.get("event"), f"`event` of {what}", problems),
            reported=entries.dated(given.get("reported"), f"`reported` of {what}", problems),
            accepted=entries.truth(given.get("accepted"), f"`accepted` of {what}", problems),
            retracted=entries.retraction(given.get("retracted"), f"`retracted` of {what}", problems),
            source=own,
            grade=Pair(graded("reliability", RELIABILITY), graded("credibility", CREDIBILITY)),
            note=plain("note"),
            mark=mark,
        )

    def _listed(self, node: Node | None, what: str) -> tuple[str, ...]:
        """Ids of statements, each of which is there and listed once."""
        ids = fields.texts(node, what, self._problems)
        places = node.items if isinstance(node, Sequence) else ()
        for item in places:
            if isinstance(item, source.Scalar) and not item.empty:
                entries.known(item.text.strip(), self._ids["statements"], item, "statement", self._problems)
        return ids

    def _claim(self, name: str, mark: Mark, node: Node) -> Claim:
        what, problems = f"claim `{name}`", self._problems
        given = entries.body(node, keys.CLAIM, what, problems, ("text",))
        supports = self._listed(given.get("supports"), f"`supports` of {what}")
        contradicts = self._listed(given.get("contradicts"), f"`contradicts` of {what}")
        for both in sorted(set(supports) & set(contradicts)):
            problems.error(mark, f"statement `{both}` both supports and contradicts {what}", "keep one of the two")
        stated = entries.text(given.get("text"), f"`text` of {what}", problems)
        return Claim(name, stated, supports, contradicts, entries.text(given.get("note"), "`note`", problems), mark)

    def _origin(self, name: str, mark: Mark, node: Node) -> OriginGroup:
        what, problems = f"origin `{name}`", self._problems
        given = entries.body(node, keys.ORIGIN, what, problems, ("statements",))
        about = entries.text(given.get("about"), f"`about` of {what}", problems)
        independent = entries.truth(given.get("independent"), f"`independent` of {what}", problems)
        return OriginGroup(
            name, about, self._listed(given.get("statements"), f"`statements` of {what}"), independent is True, mark
        )

    def _alone(self, groups: tuple[OriginGroup, ...]) -> None:
        """Note statements that stand in two groups: one origin or two?"""
        first: dict[str, str] = {}
        for group in groups:
            for name in group.statements:
                if name in first:
                    what = f"statement `{name}` stands in the origins `{first[name]}` and `{group.id}`"
                    self._problems.error(group.mark, what, "keep it in one, or make the two one origin")
                first.setdefault(name, group.id)

    def _hypotheses(self, name: str, mark: Mark, node: Node) -> HypothesisSet:
        what, problems = f"hypotheses `{name}`", self._problems
        given = entries.body(node, keys.HYPOTHESES, what, problems, ("statements",))
        prior = self._numbers(given.get("prior"), f"`prior` of {what}", 1.0)
        if prior and abs(sum(prior.values()) - 1) > 1e-9:
            total = f"the prior of {what} adds up to {sum(prior.values()):g}"
            problems.error(given["prior"].mark, total, "make it add up to 1")
        rows = []
        table = (
            fields.mapping(given["statements"], what, "write `statement: {...}`", problems)
            if given.get("statements")
            else None
        )
        for key, content in table.entries if table else ():
            entries.known(key.text, self._ids["statements"], key, "statement", problems)
            rows.append(self._ratios(key.text, key.mark, content, what))
        return HypothesisSet(name, tuple(rows), prior, mark)

    def _ratios(self, statement: str, mark: Mark, node: Node, what: str) -> Ratios:
        problems = self._problems
        table = fields.mapping(
            node, f"the ratios of `{statement}`", "write `{option: 2, other: 1, reason: why}`", problems
        )
        reason = entries.text(table.get("reason") if table else None, f"`reason` of `{statement}`", problems)
        if table is not None and not reason:
            problems.error(mark, f"`{statement}` under {what} gives no reason", "add `reason:`")
        kept = Mapping(tuple(e for e in table.entries if e[0].text != "reason"), table.mark) if table else None
        values = self._numbers(kept, f"the ratios of `{statement}`", LARGEST_RATIO)
        if table is not None and not any(values.values()):
            problems.error(mark, f"every ratio of `{statement}` is 0", "give one that is above 0: it was said")
        return Ratios(statement, values, reason, mark)

    def _numbers(self, node: Node | None, what: str, most: float) -> dict[str, float]:
        """Numbers from 0 to `most` by name."""
        if node is None:
            return {}
        table = fields.mapping(node, what, "write `{name: number}`", self._problems)
        found = {}
        for name, _, content in fields.names_of(table, "a hypothesis", self._problems, reserved=False) if table else ():
            value = fields.number(content, f"`{name}` of {what}", self._problems)
            if value is not None and not 0 <= value <= most:
                self._problems.error(content.mark, f"`{name}` of {what} is {float(value):g}", f"write 0 to {most:g}")
            elif value is not None:
                found[name] = float(value)
        return found


def _written(node: Node | None) -> tuple[str, ...]:
    """The ids that a section defines, well or badly."""
    return tuple(node.names()) if isinstance(node, Mapping) else ()
