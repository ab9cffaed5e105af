"""``standoff read``: a saved page to proposed statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from standoff.evidence.page import Page, read_page
from standoff.evidence.statements import Statement, extract


@dataclass(frozen=True)
class Reading:
    """A page and the statements found on it."""

    page: Page
    statements: tuple[Statement, ...]

    def proposals(self) -> dict[str, Any]:
        """What a ledger takes of it: the JSON of the command, with words around each span and the speech act."""
        given = self.to_dict()
        for entry, statement in zip(given["statements"], self.statements, strict=True):
            entry["at"] |= {"prefix": statement.at.prefix, "suffix": statement.at.suffix}
            entry["kind"] = statement.act
        return given

    def to_dict(self) -> dict[str, Any]:
        """The JSON of ``standoff read --json``."""
        page = self.page
        return {
            "document": {
                "title": page.title,
                "outlet": page.outlet,
                "aggregator": page.aggregator,
                "dates": [{"text": date.text, "relative": date.relative} for date in page.dates],
                "sha256": page.sha256,
            },
            "dropped": [{"line": line.line, "text": line.text, "why": line.why} for line in page.dropped],
            "statements": [statement.to_dict() for statement in self.statements],
        }


def read(raw: bytes, name: str) -> Reading:
    """Read a page from the bytes of the file `name`.

    Raises `RequestError` for what is no text, empty or too long, and `LimitError` for more statements than are kept.
    """
    page = read_page(raw, name)
    return Reading(page, extract(page))
