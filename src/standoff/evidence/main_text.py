"""Which lines of a web page belong to the article, where the optional package trafilatura is installed.

trafilatura (https://trafilatura.readthedocs.io) decides by the shape of many pages what the article is. Only its
decision is used, never its text: offsets stay those of `standoff.evidence.markup` whether it is installed or not.
"""

from __future__ import annotations

import importlib
import importlib.util

_MOST = 4 << 20  # bytes of a page that it is asked about: it builds a tree of the whole page


def article_of(raw: bytes) -> str | None:
    """The article's text with all white space collapsed; None where nothing can be said."""
    if len(raw) > _MOST or importlib.util.find_spec("trafilatura") is None:
        return None
    extract = importlib.import_module("trafilatura").extract
    text = extract(raw, include_comments=False, include_tables=True, favor_recall=True)
    if not text:
        return None
    return " ".join(text.split())
