"""The visible text of a saved web page, one line for each block, each with the part of the page it stands in.

The page is cut at ``<`` and ``>`` in one pass that never goes back, so that the time is proportional to the length
whatever the page holds (the parser of Python's standard library needs quadratic time on some broken pages). Nothing is
run, fetched or followed. Scripts, styles and the like are left out; text in navigation, side columns, forms, dialogues
and hidden elements stays in, marked with its place, so that it can be reported as dropped. White space inside a block
is collapsed as a browser does.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from standoff.evidence.vocabulary import listed

_LEFT_OUT = listed("script style noscript template svg math iframe object canvas video audio select")
_RAW = frozenset(("script", "style", "textarea", "title"))  # what is inside is no markup
_VOID = listed("area base br col embed hr img input link meta param source track wbr")
_BLOCKS = listed(
    """address article aside blockquote body br button caption center dd details dialog div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html label legend li main menu nav ol option p pre
    section summary table tbody td tfoot th thead tr ul"""
)
_PLACES = {
    "nav": "navigation",
    "menu": "navigation",
    "footer": "the foot of the page",
    "aside": "a side column",
    "form": "a form",
    "button": "a button",
    "dialog": "a dialogue",
    "figcaption": "a caption",
}
_HIDING = re.compile(r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"([a-zA-Z][\w:.-]{0,60})(?:\s{0,20}=\s{0,20}(?:\"([^\"]{0,4000})\"|'([^']{0,4000})'|([^\s\"'>]{1,4000})))?"
)
_TAG = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_LONGEST_TAG = 20_000  # characters up to its end; after that the bracket is text
_MOST_VALUES = 100  # quoted values of a tag that are stepped over
_DEEPEST = 2_000  # open elements that are kept track of


@dataclass(frozen=True)
class Block:
    """A line of the page, where it stands ("" in the body of the page), and whether it lies in an article."""

    text: str
    place: str = ""
    article: int = 0
    heading: int = 0


@dataclass(frozen=True)
class Markup:
    """The lines of a page, its ``<title>``, and the metadata of its head by name."""

    blocks: tuple[Block, ...]
    title: str
    meta: dict[str, str]


def read_markup(source: str) -> Markup:
    """The visible text of a page."""
    reader = _Reader()
    for kind, value, attributes in _pieces(source):
        if kind == "text":
            reader.text(value)
        elif kind == "open":
            reader.open(value, attributes)
        elif kind == "title":
            reader.title = reader.title or " ".join(html.unescape(value).split())[:400]
        else:
            reader.close(value)
    reader.end_block()
    return Markup(tuple(reader.blocks), reader.title, reader.meta)


def _pieces(source: str) -> Iterator[tuple[str, str, str]]:
    """Texts and tags in order: ("text", text, ""), ("open", name, attributes), ("close", name, "")."""
    at, size, lower = 0, len(source), source.lower()
    if len(lower) != size:  # a letter whose lower case is longer: positions would shift
        lower = source
    no_more: set[str] = set()
    while at < size:
        bracket = source.find("<", at)
        if bracket < 0:
            yield "text", source[at:], ""
            return
        if bracket > at:
            yield "text", source[at:bracket], ""
        end = _comment_end(source, bracket, no_more)
        if end:
            at = end
            continue
        tag = _TAG.match(source, bracket + 1)
        close = _tag_end(source, bracket) if tag else -1
        if tag is None or close < 0:
            yield "text", "<", ""
            at = bracket + 1
            continue
        name = tag.group(1).lower()
        at = close + 1
        if source[bracket + 1] == "/":
            yield "close", name, ""
            continue
        yield "open", name, source[tag.end() : close]
        if name in _RAW and f"</{name}" not in no_more:
            stop = lower.find(f"</{name}", at)
            if stop < 0:
                no_more.add(f"</{name}")
                continue
            if name == "title":
                yield "title", source[at:stop], ""
            at = stop


def _comment_end(source: str, bracket: int, no_more: set[str]) -> int:
    """Where a comment, declaration or instruction that begins at `bracket` ends; 0 where none begins."""
    for opening, closing in (("<!--", "-->"), ("<!", ">"), ("<?", ">")):
        if source.startswith(opening, bracket):
            if closing in no_more:
                return bracket + len(opening)
            end = source.find(closing, bracket + len(opening))
            if end < 0:
                no_more.add(closing)
                return bracket + len(opening)
            return end + len(closing)
    return 0


def _tag_end(source: str, bracket: int) -> int:
    """The position of the ``>`` that ends a tag, outside quoted values; -1 where there is none near."""
    limit = min(len(source), bracket + _LONGEST_TAG)
    at, seen = bracket + 1, source.find(">", bracket, limit)
    if seen < 0:
        return -1
    first = seen
    for _ in range(_MOST_VALUES):
        quotes = [place for place in (source.find('"', at, seen), source.find("'", at, seen)) if place >= 0]
        if not quotes:
            return seen
        quote = min(quotes)
        if "=" not in source[max(bracket, quote - 3) : quote]:
            at = quote + 1
            continue
        closing = source.find(source[quote], quote + 1, limit)
        if closing < 0:
            return first
        at = closing + 1
        if closing > seen:
            seen = source.find(">", at, limit)
            if seen < 0:
                return first
    return seen  # as far as was looked: what follows is read anew from there


class _Reader:
    """What is open, and the lines so far."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.title = ""
        self.meta: dict[str, str] = {}
        self._words: list[str] = []
        self._open: list[tuple[str, str]] = []  # elements that say where the text stands: (name, place)
        self._depths: dict[str, int] = {}
        self._articles = 0
        self._article: list[int] = []
        self._heading = 0

    def text(self, value: str) -> None:
        if not (self._open and self._open[-1][1] == "left out"):
            self._words.append(value)

    def open(self, name: str, attributes: str) -> None:
        if name == "meta":
            self._note(attributes)
        if name in _BLOCKS:
            self.end_block()
        if name in _VOID or attributes.rstrip().endswith("/"):
            return
        if len(name) == 2 and name[0] == "h" and name[1] in "123456":
            self._heading = int(name[1])
        if name == "article":
            self._articles += 1
            self._article.append(self._articles)
        place = self._place(name, attributes)
        inherited = self._open[-1][1] if self._open else ""
        if len(self._open) < _DEEPEST:
            self._open.append((name, inherited if inherited in ("left out", "hidden") else place or inherited))
            self._depths[name] = self._depths.get(name, 0) + 1

    def close(self, name: str) -> None:
        if name in _BLOCKS:
            self.end_block()
        if len(name) == 2 and name[0] == "h" and name[1] in "123456":
            self._heading = 0
        if name == "article" and self._article:
            self._article.pop()
        if not self._depths.get(name):
            return
        while self._open:
            other, _ = self._open.pop()
            self._depths[other] -= 1
            if other == name:
                return

    def end_block(self) -> None:
        text = " ".join(html.unescape("".join(self._words)).split())
        self._words.clear()
        if text:
            place = self._open[-1][1] if self._open else ""
            self.blocks.append(Block(text, place, self._article[-1] if self._article else 0, self._heading))

    def _place(self, name: str, attributes: str) -> str:
        if name in _LEFT_OUT:
            return "left out"
        if not attributes or len(attributes) < 6:
            return _PLACES.get(name, "")
        found = _attributes(attributes)
        if "hidden" in found or _HIDING.search(found.get("style", "")) or found.get("aria-hidden") == "true":
            return "hidden"
        if found.get("role") in ("navigation", "complementary", "dialog", "search", "contentinfo"):
            return "navigation"
        return _PLACES.get(name, "")

    def _note(self, attributes: str) -> None:
        found = _attributes(attributes)
        name = found.get("property") or found.get("name") or ""
        content = " ".join(html.unescape(found.get("content", "")).split())
        if name and content and len(self.meta) < 200:
            self.meta.setdefault(name.lower()[:80], content[:400])


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text[:_LONGEST_TAG]):
        found.setdefault(match.group(1).lower(), match.group(2) or match.group(3) or match.group(4) or "")
    return found
