"""The chain of custody of a ledger's statements as SVG: from the reader through every carrier to who spoke.

Statements that came through the same carriers share their way. A carrier is a box, a speaker stands at the end of its
way with its statements below: a solid line for somebody who is named, a dashed one for somebody who is not and for what
a carrier says itself. The text under a speaker says which claims its statements support, and through which channel.

Colours are custom properties of the page, with fallbacks, as in the other drawings.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from standoff.draw.labels import clean, wrap
from standoff.draw.tree import escape
from standoff.evidence.records import NARRATOR, Ledger, Statement

SIZE, SMALL = 13.0, 11.0
BOX, GAP = 132.0, 46.0  # px of a carrier's box, and between columns
LEAF, ROW = 300.0, 46.0  # px of a speaker's text; of a row
MARGIN = 14.0
MOST = 40  # speakers drawn; the table has all

_STYLE = """
.so-custody{font-family:system-ui,"Segoe UI","Helvetica Neue",Arial,sans-serif}
.so-custody text{fill:var(--so-ink,#1b1b1b)}
.so-custody .so-quiet{fill:var(--so-muted,#595959)}
.so-custody .so-way{fill:none;stroke:var(--so-muted,#595959);stroke-width:1.2}
.so-custody .so-unnamed{stroke-dasharray:4 3}
.so-custody .so-carrier{fill:none;stroke:var(--so-ink,#1b1b1b);stroke-width:1.2}
"""


@dataclass
class _Carrier:
    """A carrier on the way, with what lies behind it; speakers are leaves, by canonical name."""

    name: str
    behind: dict[str, _Carrier] = field(default_factory=dict)
    speakers: dict[str, list[Statement]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return max(1, len(self.speakers) + sum(carrier.rows for carrier in self.behind.values()))


def custody_css() -> str:
    """The style sheet of the drawing; every rule is about ``.so-custody``."""
    return _STYLE


def custody_svg(
    ledger: Ledger, *, only: Collection[str] | None = None, prefix: str = "custody", style: bool = True
) -> str:
    """The drawing. `only` are ids of the statements to draw; all that count if it is left out.

    Without `style` the page brings `custody_css`.

    Raises ValueError where there is none.
    """
    chosen = [s for s in ledger.statements if s.counts and (only is None or s.id in only)]
    if not chosen:
        raise ValueError("there is no accepted statement to draw")
    root, hidden = _tree(chosen)
    depth = _depth(root)
    width = MARGIN + depth * (BOX + GAP) + LEAF
    height = root.rows * ROW + 2 * MARGIN + (SMALL + 8 if hidden else 0)
    drawn: list[str] = []
    _draw(ledger, root, -1, MARGIN, drawn)
    if hidden:
        drawn.append(_text(MARGIN, height - MARGIN, f"and {hidden} more speakers", SMALL, "so-quiet"))
    speakers = len({statement.speaker.canonical for statement in chosen})
    described = f"{len(chosen)} statements of {speakers} speakers. " + " ".join(_told(ledger, root, ()))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="so-custody" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}" role="img" aria-labelledby="{prefix}-title {prefix}-desc">',
            f'<title id="{prefix}-title">Through whom the statements came</title>',
            f'<desc id="{prefix}-desc">{escape(described)}</desc>',
            *([f"<style>{_STYLE}</style>"] if style else []),
            *drawn,
            "</svg>",
        ]
    )


def _tree(statements: list[Statement]) -> tuple[_Carrier, int]:
    """Ways that share their beginning, merged; and the number of speakers that are left out."""
    root, places = _Carrier(""), dict.fromkeys(_way(statement) for statement in statements)
    kept = set(list(places)[:MOST])
    for statement in statements:
        way = _way(statement)
        if way not in kept:
            continue
        carrier = root
        for name in way[:-1]:
            carrier = carrier.behind.setdefault(name, _Carrier(name))
        carrier.speakers.setdefault(way[-1], []).append(statement)
    return root, len(places) - len(kept)


def _way(statement: Statement) -> tuple[str, ...]:
    """Carriers and speaker; a carrier that speaks for itself is its own leaf."""
    chain = statement.chain or (statement.document,)
    last = statement.speaker.canonical
    carriers = chain if statement.speaker.carrier else chain[:-1] or (statement.document,)
    return (*carriers, last)


def _depth(carrier: _Carrier) -> int:
    return max((1 + _depth(inner) for inner in carrier.behind.values()), default=0)


def _draw(ledger: Ledger, carrier: _Carrier, column: int, top: float, drawn: list[str]) -> float:
    """Draw a carrier and what lies behind it below `top`; the height of its own middle."""
    middle = top + carrier.rows * ROW / 2
    left = MARGIN + column * (BOX + GAP)
    start = left + BOX
    place = top
    for inner in carrier.behind.values():
        at = _draw(ledger, inner, column + 1, place, drawn)
        if column >= 0:
            drawn.append(_line(start, middle, start + GAP, at, "so-way"))
        place += inner.rows * ROW
    for name, statements in carrier.speakers.items():
        at = place + ROW / 2
        kind = "so-way" if any(statement.named for statement in statements) else "so-way so-unnamed"
        drawn.append(_line(start, middle, start + GAP, at, kind))
        drawn += _leaf(ledger, name, carrier, statements, start + GAP + 6, at)
        place += ROW
    if column >= 0:
        lines = wrap(clean(carrier.name), BOX - 12, SIZE, 2)
        tall = 16.0 * len(lines) + 12
        drawn.append(
            f'<rect class="so-carrier" x="{left:.1f}" y="{middle - tall / 2:.1f}" width="{BOX:g}" '
            f'height="{tall:g}" rx="4"/>'
        )
        begin = middle - 8 * (len(lines) - 1) + SIZE * 0.35
        drawn += [_text(left + 6, begin + 16 * n, line, SIZE) for n, line in enumerate(lines)]
    return middle


def _leaf(ledger: Ledger, name: str, carrier: _Carrier, statements: list[Statement], x: float, y: float) -> list[str]:
    own = name
    if name == carrier.name:
        own = "in its own voice" if statements[0].speaker.kind == NARRATOR else "no source named"
    (label,) = wrap(clean(own), LEAF - 12, SIZE, 1)
    (note,) = wrap(_note(ledger, statements), LEAF - 12, SMALL, 1)
    named = any(statement.named for statement in statements)
    tip = f"<title>{escape(own)}: {escape(_note(ledger, statements))}</title>"
    weight = ' font-weight="700"' if named else ""
    return [
        f'<text x="{x:.1f}" y="{y - 2:.1f}" font-size="{SIZE:g}"{weight}>{tip}{escape(label)}</text>',
        _text(x, y + SMALL + 2, note, SMALL, "so-quiet"),
    ]


def _note(ledger: Ledger, statements: list[Statement]) -> str:
    """Statements, their channels, and the claims that they support."""
    ids = ", ".join(statement.id for statement in statements)
    channels = " and ".join(dict.fromkeys(statement.channel for statement in statements))
    claims = [c.id for c in ledger.claims if any(s.id in c.supports for s in statements)]
    return f"{ids}, {channels}{' → ' + ', '.join(claims) if claims else ', no claim'}"


def _told(ledger: Ledger, carrier: _Carrier, way: tuple[str, ...]) -> list[str]:
    """The drawing in words, speaker by speaker."""
    through = (*way, carrier.name) if carrier.name else way
    told = [
        f"{name} ({'named' if statements[0].named else 'not named'}) through {', '.join(through)}: "
        f"{_note(ledger, statements)}."
        for name, statements in carrier.speakers.items()
    ]
    for inner in carrier.behind.values():
        told += _told(ledger, inner, through)
    return told


def _line(x0: float, y0: float, x1: float, y1: float, kind: str) -> str:
    middle = (x0 + x1) / 2
    curve = f"M{x0:.1f} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
    return f'<path class="{kind}" d="{curve}"/>'


def _text(x: float, y: float, text: str, size: float, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" font-size="{size:g}">{escape(text)}</text>'
