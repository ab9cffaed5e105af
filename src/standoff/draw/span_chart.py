"""Bars with a span around their end: a quantity per row, on a scale of its own, told in words at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from standoff.draw.chart_style import BAR, FAINT, INK, MUTED, WIDTH, finish, save, settings
from standoff.draw.charts import ROW
from standoff.draw.labels import clean, number, wrap


@dataclass(frozen=True)
class Span:
    """One row: what it is, its value, the span around it (None where there is none), and what stands beside it."""

    label: str
    value: float
    low: float | None
    high: float | None
    told: str


def span_chart(rows: Sequence[Span], *, title: str, unit: str = "", prefix: str = "spans") -> str:
    """One bar per row from 0, the line over its end is the span; `unit` stands behind the numbers of the axis.

    Raises ValueError where there is nothing to draw.
    """
    if not rows:
        raise ValueError("there is nothing to draw")
    ends = [value for row in rows for value in (row.value, row.low, row.high) if value is not None]
    low, high = min(0.0, *ends), max(0.0, *ends)
    room = 0.05 * (high - low or 1.0)
    from matplotlib.figure import Figure

    with settings():
        height = ROW * len(rows) + 0.75
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((0.30, 0.5 / height, 0.42, ROW * len(rows) / height))
        axes.set_xlim(low - (room if low < 0 else 0), high + room)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.xaxis.set_major_formatter(lambda value, _: f"{number(value)}{unit}")
        axes.tick_params(axis="both", length=0, pad=5, labelcolor=MUTED)
        axes.locator_params(axis="x", nbins=6)
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_yticks([])
        axes.patch.set_visible(False)
        figure.patch.set_visible(False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.axvline(0, color=MUTED, linewidth=0.9)
        for y, row in enumerate(rows):
            axes.barh(y, row.value, height=0.5, color=BAR, linewidth=0)
            axes.plot([row.value, row.value], [y - 0.25, y + 0.25], color=INK, linewidth=1.8, solid_capstyle="butt")
            if row.low is not None and row.high is not None:
                axes.plot([row.low, row.high], [y, y], color=INK, linewidth=1.3, solid_capstyle="butt")
            lines = "\n".join(wrap(clean(row.label), 165.0, 10.0, 3))
            axes.text(-0.02, y, lines, va="center", ha="right", color=INK, transform=axes.get_yaxis_transform())
            axes.text(1.03, y, row.told, va="center", ha="left", color=INK, transform=axes.get_yaxis_transform())
        text = save(figure)
    described = "; ".join(f"{clean(row.label)} {row.told}" for row in rows)
    return finish(text, prefix, title, f"{described}.")
