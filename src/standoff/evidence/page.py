"""A saved page, or text pasted from one: what is text, what is not, and what the page says about itself.

**What offsets count.** `Page.text` is the decoded file as it is, for plain text; every offset counts its code points, a
byte order mark not included, CR LF as two. A web page has no such text, so `Page.text` is then the visible text of the
page as `standoff.evidence.markup` gives it, one line for each block with an empty line between, always the same for the
same file; ``standoff read PAGE --text OUT`` writes it, and reading OUT finds the same spans. `sha256` is always that of
the file as saved.

Lines that are no part of the text are dropped with the reason, and never silently: they carry the chain and the date.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from standoff.evidence import main_text
from standoff.evidence.boilerplate import why_dropped
from standoff.evidence.decode import decode, refuse
from standoff.evidence.markup import Markup, read_markup
from standoff.evidence.masthead import Carriers, carriers, choose_title, dated_name, dateline, issuer, masthead
from standoff.evidence.printed_dates import dates_in, distinct, is_date_line
from standoff.evidence.records import Dated, Dropped

MAX_TEXT = 2 << 20  # code points
MAX_LINES = 40_000
_MOST_NAMING = 200  # dropped lines at either end of a page that are searched for names
_LONGEST_HEADLINE = 200
_LONGEST_QUESTION = 120  # of a headline that asks
_MOST_HEAD = 12  # lines above the text
_SHORTEST_TEXT = 60  # code points of a line that may be the first of the text when it ends no sentence
_WRAPPED = 50  # a line at least this long may go on in the next
_ENDS = (".", "!", "?", "…", ".”", "!”", "?”", '."', '!"', '?"', ".’", "?’", "!’", ".'", "?'", "!'", ":", ".)", "…”")
_POINTER = "pointer to other pages"
_NUMBERED = re.compile(r"\d{1,2}[.)]\s")
_NEWLINE = re.compile(r"\r\n|\n|\r|\x0b|\x0c|\x85|\u2028|\u2029")
_META_DATES = ("article:published_time", "article:modified_time", "date", "dc.date", "datepublished", "pubdate")


@dataclass(frozen=True)
class Line:
    """A line of `Page.text`, its number from 1, and why it is dropped ("" where it is text)."""

    number: int
    start: int
    end: int
    why: str = ""


@dataclass(frozen=True)
class Page:
    """A page read. `paragraphs` are spans of `text`; headlines are kept but hold no statements."""

    name: str
    text: str
    encoding: str
    web: bool
    sha256: str
    title: str
    outlet: str
    aggregator: str
    dates: tuple[Dated, ...]
    dropped: tuple[Dropped, ...]
    paragraphs: tuple[tuple[int, int], ...]


def read_page(raw: bytes, name: str) -> Page:
    """A page from the bytes of a file. Raises `RequestError` for what is no text or too long."""
    decoded = decode(raw, name)
    markup = read_markup(decoded.text) if decoded.web else None
    text, places = _laid_out(markup, raw) if markup else (decoded.text, {})
    if not text.strip():
        raise refuse(
            name, "the page is empty: it shows no text", "save it again when it is shown in full, or paste its text"
        )
    if len(text) > MAX_TEXT:
        message = f"the text has {len(text):,} characters"
        raise refuse(name, message, f"at most {MAX_TEXT:,} are read: cut the file into parts")
    if sum(text.count(mark) for mark in "\n\r") > MAX_LINES:
        raise refuse(name, f"the text has more than {MAX_LINES:,} lines", "cut the file into parts")
    lines = _judged(text, places)
    lines = _lists(text, lines)
    if not any(not line.why for line in lines) and places:
        lines = _judged(text, {})  # the page marks everything as something else: do not believe it
    title, head, lines = _headline(text, lines, markup)
    paragraphs = _paragraphs(text, lines, title)
    begins, agency = dateline(text[slice(*paragraphs[0])]) if paragraphs else (0, "")
    if begins:
        first = paragraphs[0][0]
        lines.append(Line(text.count("\n", 0, first) + 1, first, first + begins, "dateline"))
        paragraphs[0] = (first + begins, paragraphs[0][1])
    found = _carriers(text, lines, markup, head or agency)
    return Page(
        name=name,
        text=text,
        encoding=decoded.encoding,
        web=decoded.web,
        sha256=hashlib.sha256(raw).hexdigest(),
        title=title,
        outlet=found.outlet,
        aggregator=found.aggregator,
        dates=_dates(text, lines, markup),
        dropped=tuple(
            Dropped(line.number, text[line.start : line.end].strip(), line.why)
            for line in sorted(lines, key=lambda line: line.start)
            if line.why
        ),
        paragraphs=tuple(paragraphs),
    )


def _laid_out(markup: Markup, raw: bytes) -> tuple[str, dict[int, str]]:
    """The text of a web page, and for its lines (from 1) why they are no part of the article."""
    lines: list[str] = []
    places: dict[int, str] = {}
    article = _longest_article(markup)
    chosen = main_text.article_of(raw)
    for block in markup.blocks:
        number = len(lines) + 1
        if block.place:
            places[number] = f"in {block.place}" if block.place != "hidden" else "hidden on the page"
        elif article and block.article != article and not block.heading:
            places[number] = "outside the article"
        elif chosen is not None and len(block.text) >= _SHORTEST_TEXT and block.text[:_SHORTEST_TEXT] not in chosen:
            places[number] = "not part of the article"
        lines += [block.text, ""]
    return "\n".join(lines), places


def _longest_article(markup: Markup) -> int:
    """The `<article>` with most text, where that is a substantial part of the page; else 0."""
    sizes: dict[int, int] = {}
    for block in markup.blocks:
        if not block.place:
            sizes[block.article] = sizes.get(block.article, 0) + len(block.text)
    best = max((number for number in sizes if number), key=lambda number: sizes[number], default=0)
    return best if best and sizes[best] >= max(200, sum(sizes.values()) // 4) else 0


def _judged(text: str, places: dict[int, str]) -> list[Line]:
    """All lines that are not blank, each with the reason to drop it."""
    lines, start = [], 0
    ends = [match.span() for match in _NEWLINE.finditer(text)]
    for number, (end, after) in enumerate([*ends, (len(text), len(text))], 1):
        content = text[start:end]
        if content.strip():
            why = places.get(number) or _dated(content) or why_dropped(content)
            lines.append(Line(number, start, end, why))
        start = after
    return lines


def _lists(text: str, lines: list[Line]) -> list[Line]:
    """Drop the headlines listed under a line such as "Most read"."""
    found: list[Line] = []
    for line in lines:
        content = text[line.start : line.end].strip()
        under = bool(found) and found[-1].why == _POINTER and found[-1].number + 1 == line.number
        if (
            under
            and not line.why
            and (_NUMBERED.match(content) or not content.endswith(_ENDS))
            and len(content) < _LONGEST_HEADLINE
        ):
            line = Line(line.number, line.start, line.end, _POINTER)
        found.append(line)
    return found


def _dated(content: str) -> str:
    return "date line" if is_date_line(content) or dated_name(content) else ""


def _headline(text: str, lines: list[Line], markup: Markup | None) -> tuple[str, str, list[Line]]:
    """The title, the masthead above it, and the lines, with what stands above the title dropped."""
    candidates = _above_text(text, lines)
    title = _title_of(markup) if markup else ""
    shown = [" ".join(text[line.start : line.end].split()) for line in candidates]
    chosen = (
        shown.index(title) if title in shown else choose_title([text[line.start : line.end] for line in candidates])
    )
    if chosen < 0:
        return title, "", lines
    name = issuer(shown) or masthead(text[line.start : line.end] for line in candidates[:chosen])
    menu = {line.number for line in candidates[:chosen]}
    lines = [
        Line(line.number, line.start, line.end, "head of the page") if line.number in menu else line for line in lines
    ]
    return title or shown[chosen], name, lines


def _above_text(text: str, lines: list[Line]) -> list[Line]:
    """The first lines that end no sentence, up to the first that is text."""
    found: list[Line] = []
    for line in lines:
        content = text[line.start : line.end].strip()
        if line.why:
            continue
        question = content.endswith("?") and len(content) < _LONGEST_QUESTION
        if (content.endswith(_ENDS) and not question) or len(content) > _LONGEST_HEADLINE or len(found) == _MOST_HEAD:
            break
        found.append(line)
    return found


def _title_of(markup: Markup) -> str:
    for block in markup.blocks:
        if block.heading == 1 and not block.place:
            return block.text
    return markup.meta.get("og:title") or re.split(r" [|–—-] (?=[^|–—]{1,40}$)", markup.title)[0]


def _carriers(text: str, lines: list[Line], markup: Markup | None, head: str) -> Carriers:
    dropped = [(text[line.start : line.end].strip(), line.why) for line in lines if line.why]
    short = [(text[line.start : line.end].strip(), "text") for line in lines[:20] + lines[-20:] if not line.why]
    ends = dropped if len(dropped) <= 2 * _MOST_NAMING else dropped[:_MOST_NAMING] + dropped[-_MOST_NAMING:]
    site = markup.meta.get("og:site_name", "") if markup else ""
    dated = next(
        (name for name, why in ((dated_name(shown), why) for shown, why in ends[:_MOST_NAMING]) if name and why), ""
    )
    return carriers([*ends, *(pair for pair in short if len(pair[0]) < _LONGEST_HEADLINE)], head, dated, site)


def _dates(text: str, lines: list[Line], markup: Markup | None) -> tuple[Dated, ...]:
    """Dates of the page's head, of lines that hold a date only, and of the line in which the text begins."""
    dates = [Dated.of(markup.meta[name]) for name in _META_DATES if name in markup.meta] if markup else []
    for line in lines:
        if line.why in ("date line", "dateline", "copyright"):
            shown = dates_in(text[line.start : line.end])
            dates += [dated for dated in shown if line.why != "copyright" or not dated.relative]
    return distinct(dates)


def _paragraphs(text: str, lines: list[Line], title: str) -> list[tuple[int, int]]:
    """Runs of lines that belong together; a headline stands alone and is left out."""
    found: list[tuple[int, int]] = []
    last: Line | None = None
    for line in lines:
        content = text[line.start : line.end].strip()
        if line.why or " ".join(content.split()) == title:
            last = None
            continue
        if last is not None and last.number + 1 == line.number and _goes_on(text[last.start : last.end], content):
            found[-1] = (found[-1][0], line.end)
        else:
            found.append((line.start, line.end))
        last = line
    return found


def _goes_on(previous: str, following: str) -> bool:
    """Whether a line goes on in the next one, as in text wrapped at a fixed width."""
    previous = previous.rstrip()
    if previous.endswith(_ENDS) or following[:1] in "-–•*·":
        return False
    return following[:1].islower() or len(previous) >= _WRAPPED
