"""What the head and the foot of a page say about it: its title, who publishes it, and who carries it.

*Outlet* is the publisher of the text, *aggregator* a site that carries what an outlet published. A line that says where
the text first appeared names the outlet; then the masthead, the copyright line or the invitation to follow do. A site
that names itself elsewhere (in its notice about cookies, in the page's head, above the headline) and has another name
than the outlet is the aggregator.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from standoff.evidence.printed_dates import dates_in
from standoff.evidence.vocabulary import listed

_NAME = r"(?:[A-Z][\w’'&-]{0,30}|[a-z0-9-]{1,30}\.(?:com|org|net|info|news|example|eu|co\.uk))"
_NAMES = rf"((?:[Tt]he )?{_NAME}(?: (?:of |and |& )?{_NAME}){{0,4}})"
_CARRIER = re.compile(rf"\b(?:in|on|at|by|to|of) {_NAMES}")
_PUBLISHER = (
    re.compile(
        rf"(?:©|\([cC]\)|[Cc]opyright)\W{{0,3}}(?:\d{{4}}(?:\s?[-–]\s?\d{{2,4}})?\W{{0,3}})?(?:[Bb]y )?{_NAMES}"
    ),
    re.compile(rf"\b(?:[Ff]ollow|[Ll]ike|[Jj]oin) {_NAMES} on\b"),
)
_ORIGINAL = (
    re.compile(
        rf"\b(?:[Oo]riginally|[Ff]irst) (?:published|appeared|posted)(?: by| in| on| at)? {_NAMES}"
        rf"|\b(?:[Rr]epublished|[Rr]eprinted|[Ss]yndicated|[Rr]eproduced)(?: with permission)? from {_NAMES}"
        rf"|\b[Rr]ead the (?:full|original|whole) (?:story|article|report|text) (?:at|on|in) {_NAMES}"
    ),
    re.compile(rf"^(?:Source|SOURCE|Via|VIA|From|Origin)\s?: {_NAMES}\s?$"),
)
_SITE_WORDS = listed("Google Facebook Twitter X Telegram WhatsApp Instagram YouTube We All The Our This")
_SECTIONS = listed(
    """world news politics opinion business sport sports home analysis columnists comment europe asia africa
    americas europe defence defense security live latest markets weather culture science technology
    international national review features exclusive breaking editorial key points summary headlines menu live
    update updates"""
)
_PARTICLES = listed("of the and for in & de la")
_LONGEST = 400
_PIECES = re.compile(r"\s{2,}|\s[|·•—–›»>/-]\s|\t")
_PAPERS = listed(
    """communiqué communique statement transcript declaration release memorandum résolution resolution notice"""
)
_ISSUED = re.compile(
    rf"\b(?:[Ss]ession|[Mm]eeting|[Ss]tatement|[Cc]ommuniqu[ée]|[Dd]eclaration|[Rr]elease|[Tt]ranscript|"
    rf"[Rr]emarks|[Dd]ecision)"
    rf" (?:of|by|from) {_NAMES}"
)
_DATELINE = re.compile(
    r"\s*[A-Z][A-Z.’' -]{2,40}(?:, [\w.’' ]{1,30}){0,2}\s?(?:\(([A-Z][\w .&’'-]{1,40})\)\s?)?(?:[-–—]{1,2})\s+(?=\S)"
)
_COMPANY = re.compile(
    r"(?: (?:Media|Ltd|Limited|Inc|LLC|plc|PLC|GmbH|Group|Publishing|Publications|Holdings|Corporation|Corp)\.?)+$"
)


@dataclass(frozen=True)
class Carriers:
    """Who publishes the text and who carries it, as far as the page says."""

    outlet: str = ""
    aggregator: str = ""


def choose_title(candidates: Sequence[str]) -> int:
    """Which of the lines above the text is the title; -1 where there is none."""
    for place, line in enumerate(candidates):
        pieces = _PIECES.split(line.strip())
        if len(pieces) >= 3 or (len(pieces) == 2 and _plain(pieces[0]) in _SECTIONS):
            continue  # a menu, or another story
        words = line.split()
        common = [word for word in words if word[0].islower() and len(word) >= 4 and word not in _PARTICLES]
        if len(words) >= 4 and (common or len(words) >= 6) and not _masthead_like(line):
            return place
    sizes = [len(line.split()) for line in candidates]
    return sizes.index(max(sizes)) if sizes else -1


def masthead(lines: Iterable[str]) -> str:
    """The publication that the lines above the title name; "" where none does."""
    for line in lines:
        piece = _PIECES.split(line.strip())[0].strip()
        words = [word.lower() for word in re.findall(r"[\w’'&-]+", piece)]
        if words and _masthead_like(piece) and not all(word in _SECTIONS | _PAPERS for word in words):
            return piece
    return ""


def issuer(lines: Sequence[str]) -> str:
    """The body whose paper the page is: "Communiqué", "Session of the River Commission"; "" for other pages."""
    if not any(_plain(word) in _PAPERS for line in lines for word in line.split()):
        return ""
    return _first((_ISSUED,), lines).removeprefix("the ")


def dateline(text: str) -> tuple[int, str]:
    """How long the dateline is with which a text begins ("PORT SAREM, March 4 (Meridian Wire) - "), and its agency."""
    match = _DATELINE.match(text[:160])
    return (match.end(), match.group(1) or "") if match else (0, "")


def _plain(word: str) -> str:
    return re.sub(r"[^\w]", "", word).lower()


def dated_name(line: str) -> str:
    """The outlet in a line such as "The Coastal Post   3 hours ago   Share"; "" where a line is something else."""
    if len(line) > _LONGEST:
        return ""
    pieces = [piece.strip() for piece in _PIECES.split(line.strip()) if piece.strip()]
    if 2 <= len(pieces) <= 4 and _masthead_like(pieces[0]) and not dates_in(pieces[0]) and dates_in(pieces[1]):
        return pieces[0]
    return ""


def _masthead_like(line: str) -> bool:
    """Whether every word of a line that is no particle is capitalised, as in a name."""
    words = re.findall(r"[^\W\d_][\w’'&-]*", line)
    return (
        0 < len(words) <= 10
        and all(word[0].isupper() or word in _PARTICLES for word in words)
        and line[-1:] not in ".!?:"
    )


def carriers(dropped: Sequence[tuple[str, str]], head: str = "", dated: str = "", site: str = "") -> Carriers:
    """The publisher and the carrier, from lines dropped as (text, why), the masthead, and the page's own metadata."""
    original = _first(_ORIGINAL, [text for text, _ in dropped]) or dated
    publisher = _first(_PUBLISHER, [text for text, why in dropped if why in ("copyright", "follow-us line")])
    carrier = site or _first((_CARRIER,), [text for text, why in dropped if why == "cookie notice"])
    outlet = original or head or publisher or carrier
    others = [carrier, *([head, publisher] if original else [])]
    aggregator = next((name for name in others if name and not _same(name, outlet)), "")
    return Carriers(outlet, aggregator)


def _first(patterns: Iterable[re.Pattern[str]], texts: Sequence[str]) -> str:
    for pattern in patterns:
        for text in texts:
            for match in pattern.finditer(text[:_LONGEST]):
                name = next((group for group in match.groups() if group), "").strip(" .")
                if name and name not in _SITE_WORDS:
                    return _COMPANY.sub("", name) or name
    return ""


def _same(one: str, other: str) -> bool:
    plain, longer = sorted((one.casefold().removeprefix("the "), other.casefold().removeprefix("the ")), key=len)
    return plain == longer or longer.startswith(f"{plain} ") or longer.endswith(f" {plain}")
