"""Charts of a study as SVG text, drawn by matplotlib without its global state.

The same numbers give the same text, byte for byte. Colours become CSS custom properties with fallbacks and texts take
the page's face, so that one chart serves screen, dark mode and print; ids carry a prefix, so that several charts can
share a page.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, Any

from standoff.draw.labels import clean, wrap
from standoff.draw.tree import escape
from standoff.findings.outcomes import OutcomeSummary, StudySummary
from standoff.findings.words import share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Stand-ins that matplotlib writes and `_finish` turns into custom properties of the page
_INK, _MUTED, _FAINT, _BAR = "#010203", "#020304", "#030405", "#040506"
_PROPERTIES = {
    _INK: "var(--so-ink,#1b1b1b)",
    _MUTED: "var(--so-muted,#595959)",
    _FAINT: "var(--so-faint,#c4c4c4)",
    _BAR: "var(--so-bar,#7fa8cc)",
}
_FACE = "system-ui,'Segoe UI','Helvetica Neue',Arial,sans-serif"
WIDTH, ROW = 7.6, 0.52  # inches; 72 svg px each


def outcome_chart(
    outcomes: Sequence[OutcomeSummary] | StudySummary, *, names: dict[str, str] | None = None, prefix: str = "outcomes"
) -> str:
    """One row per outcome, most probable first: a bar for the mean, a whisker for the bounds, and below
    it the 5th, 50th and 95th percentile of the draws.

    `names` gives labels for people. Raises ValueError where there is no outcome to draw.
    """
    rows = outcomes.by_mean() if isinstance(outcomes, StudySummary) else sorted(outcomes, key=lambda row: -row.mean)
    if not rows:
        raise ValueError("there is no outcome to draw: no draw of the study was certified")
    labels = [clean((names or {}).get(row.name, row.name.replace("_", " "))) for row in rows]
    described = "; ".join(f"{label} {share(row.mean)}" for label, row in zip(labels, rows, strict=True))
    with _settings():
        figure, axes = _canvas(len(rows))
        for position, row in enumerate(rows):
            _draw_row(axes, position, row)
        _label_rows(axes, labels)
        text = _save(figure)
    return _finish(text, prefix, "Probability of each outcome", f"Mean over the certified draws: {described}.")


@contextmanager
def _settings() -> Iterator[None]:
    """Settings of matplotlib that make the text the same everywhere; undone on leaving."""
    import matplotlib  # slow to import, and only needed to draw

    settings: Any = {
        "svg.hashsalt": "standoff",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 10.0,
        "text.parse_math": False,
    }
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # a label in a script that matplotlib's own font lacks is set by the reader's font, which has it
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def _canvas(rows: int) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, ROW * rows + 0.55))
    height = ROW * rows + 0.55
    axes = figure.add_axes((0.30, 0.5 / height, 0.58, ROW * rows / height))
    axes.set_xlim(0, 1)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"], color=_MUTED)
    axes.tick_params(axis="both", length=0, pad=5)
    axes.grid(axis="x", color=_FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
    figure.patch.set_visible(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure, axes


def _draw_row(axes: Axes, y: int, row: OutcomeSummary) -> None:
    axes.barh(y, row.mean, height=0.5, color=_BAR, linewidth=0)
    axes.plot(
        [row.mean, row.mean], [y - 0.25, y + 0.25], color=_INK, linewidth=1.8, solid_capstyle="butt", clip_on=False
    )
    if row.high - row.low > 1e-9:
        axes.plot([row.low, row.high], [y, y], color=_INK, linewidth=1.3, solid_capstyle="butt", clip_on=False)
        for end in (row.low, row.high):
            axes.plot([end, end], [y - 0.13, y + 0.13], color=_INK, linewidth=1.3, clip_on=False)
    axes.plot([row.q05, row.q95], [y + 0.37, y + 0.37], color=_MUTED, linewidth=0.9, clip_on=False)
    for value, marker, size in ((row.q05, "|", 5), (row.q50, "o", 3.6), (row.q95, "|", 5)):
        axes.plot(value, y + 0.37, marker=marker, markersize=size, color=_MUTED, linestyle="", clip_on=False)
    axes.text(1.03, y, share(row.mean), va="center", ha="left", color=_INK, weight="bold")


def _label_rows(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_yticks([])
    for y, label in enumerate(labels):
        lines = wrap(label, 165.0, 10.0, 3)
        axes.text(-0.02, y, "\n".join(lines), va="center", ha="right", color=_INK, linespacing=1.15)


def _save(figure: Figure) -> str:
    buffer = StringIO()
    unset: dict[str, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=unset, transparent=True)
    return buffer.getvalue()


def _finish(text: str, prefix: str, title: str, description: str) -> str:
    """The SVG as it can stand in a page: no prologue, no metadata, prefixed ids, the page's colours and face."""
    text = text[text.index("<svg") :].replace("xlink:href", "href")
    # its style rule would apply to the whole page
    text = re.sub(r"<metadata>.*?</metadata>\s*|<style[^>]*>[^<]*</style>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r'\sxmlns:xlink="[^"]*"', "", text)
    text = re.sub(r'\bid="([^"]*)"', rf'id="{prefix}-\1"', text)
    text = re.sub(r'href="#([^"]*)"', rf'href="#{prefix}-\1"', text)
    text = re.sub(r"url\(#([^)]*)\)", rf"url(#{prefix}-\1)", text)
    text = re.sub(r'(style="[^"]*?font-family: )[^;"]*', rf"\1{_FACE}", text)
    for stand_in, value in _PROPERTIES.items():
        text = text.replace(stand_in, value)
    named = f'<svg class="so-chart" role="img" aria-labelledby="{prefix}-title {prefix}-desc"'
    head = f'<title id="{prefix}-title">{escape(title)}</title>\n<desc id="{prefix}-desc">{escape(description)}</desc>'
    text = text.replace("<svg", named, 1)
    end = text.index(">") + 1
    return f"{text[:end]}\n{head}{text[end:]}".rstrip()
