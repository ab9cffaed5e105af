"""What charts have in common: settings of matplotlib, colours, and the SVG as it can stand in a page.

The same numbers give the same text, byte for byte. Colours become CSS custom properties with fallbacks and texts take
the page's face, so that one chart serves screen, dark mode and print; ids carry a prefix, so that several charts can
share a page. There are no ``style`` attributes and no style element.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, Any

from standoff.draw.tree import escape

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Stand-ins that matplotlib writes and `finish` turns into custom properties of the page
INK, MUTED, FAINT, BAR = "#010203", "#020304", "#030405", "#040506"
_PROPERTIES = {
    INK: "var(--so-ink,#1b1b1b)",
    MUTED: "var(--so-muted,#595959)",
    FAINT: "var(--so-faint,#c4c4c4)",
    BAR: "var(--so-bar,#7fa8cc)",
}
_FACE = "system-ui,'Segoe UI','Helvetica Neue',Arial,sans-serif"
WIDTH = 7.6  # inches; 72 svg px each
LABELS = 0.30  # share of the width that the labels of rows have
LABEL_ROOM = 150.0  # px in which they wrap


@contextmanager
def settings() -> Iterator[None]:
    """Settings of matplotlib that make the text the same everywhere; undone on leaving."""
    import matplotlib  # slow to import, and only needed to draw

    chosen: Any = {
        "svg.hashsalt": "standoff",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 10.0,
        "text.parse_math": False,
    }
    with matplotlib.rc_context(chosen), warnings.catch_warnings():
        # a label in a script that matplotlib's own font lacks is set by the reader's font, which has it
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def foot(figure: Figure, text: str, left: float = 0.02) -> None:
    """A line below the chart: what its signs mean, so that a chart taken out of its page can be read."""
    figure.text(left, 0.1 / figure.get_figheight(), text, va="bottom", ha="left", color=MUTED, size=8.5)


def save(figure: Figure) -> str:
    """The figure as SVG text without dates."""
    buffer = StringIO()
    unset: dict[str, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=unset, transparent=True)
    return buffer.getvalue()


def _attributes(found: re.Match[str]) -> str:
    """Declarations of a ``style`` as presentation attributes: a page may forbid styles within a drawing."""
    pairs = [part.split(":", 1) for part in found[1].split(";") if ":" in part]
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)


def finish(text: str, prefix: str, title: str, description: str) -> str:
    """The SVG as it can stand in a page: no prologue, no metadata, prefixed ids, the page's colours and face."""
    text = text[text.index("<svg") :].replace("xlink:href", "href")
    # its style rule would apply to the whole page
    text = re.sub(r"<metadata>.*?</metadata>\s*|<style[^>]*>[^<]*</style>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r'\sxmlns:xlink="[^"]*"', "", text)
    text = re.sub(r'\bid="([^"]*)"', rf'id="{prefix}-\1"', text)
    text = re.sub(r'href="#([^"]*)"', rf'href="#{prefix}-\1"', text)
    text = re.sub(r"url\(#([^)]*)\)", rf"url(#{prefix}-\1)", text)
    text = re.sub(r'(style="[^"]*?font-family: )[^;"]*', rf"\1{_FACE}", text)
    text = re.sub(r'\sstyle="([^"]*)"', _attributes, text)
    for stand_in, value in _PROPERTIES.items():
        text = text.replace(stand_in, value)
    named = f'<svg class="so-chart" role="img" aria-labelledby="{prefix}-title {prefix}-desc"'
    head = f'<title id="{prefix}-title">{escape(title)}</title>\n<desc id="{prefix}-desc">{escape(description)}</desc>'
    text = text.replace("<svg", named, 1)
    end = text.index(">") + 1
    return f"{text[:end]}\n{head}{text[end:]}".rstrip()
