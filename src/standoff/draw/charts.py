"""Charts of a study as SVG text, drawn by matplotlib without its global state (`standoff.draw.chart_style`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from standoff.draw.chart_style import BAR, FAINT, INK, LABEL_ROOM, LABELS, MUTED, WIDTH, finish, foot, save, settings
from standoff.draw.labels import clean, wrap
from standoff.findings.outcomes import OutcomeSummary, StudySummary
from standoff.findings.words import share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 0.52  # inches


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
    with settings():
        figure, axes = _canvas(len(rows))
        for position, row in enumerate(rows):
            _draw_row(axes, position, row)
        _label_rows(axes, labels)
        bounds = "whisker: bounds over equilibria; " if any(row.high - row.low > 1e-9 for row in rows) else ""
        foot(figure, f"Bar: mean; {bounds}dot and line below: median, 5th to 95th percentile")
        text = save(figure)
    return finish(text, prefix, "Probability of each outcome", f"Mean over the certified draws: {described}.")


def _canvas(rows: int) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    height = ROW * rows + 0.8
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((LABELS, 0.75 / height, 0.58, ROW * rows / height))
    axes.set_xlim(0, 1)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"], color=MUTED)
    axes.tick_params(axis="both", length=0, pad=5)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
    figure.patch.set_visible(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure, axes


def _draw_row(axes: Axes, y: int, row: OutcomeSummary) -> None:
    axes.barh(y, row.mean, height=0.5, color=BAR, linewidth=0)
    axes.plot(
        [row.mean, row.mean], [y - 0.25, y + 0.25], color=INK, linewidth=1.8, solid_capstyle="butt", clip_on=False
    )
    if row.high - row.low > 1e-9:
        axes.plot([row.low, row.high], [y, y], color=INK, linewidth=1.3, solid_capstyle="butt", clip_on=False)
        for end in (row.low, row.high):
            axes.plot([end, end], [y - 0.13, y + 0.13], color=INK, linewidth=1.3, clip_on=False)
    axes.plot([row.q05, row.q95], [y + 0.37, y + 0.37], color=MUTED, linewidth=0.9, clip_on=False)
    for value, marker, size in ((row.q05, "|", 5), (row.q50, "o", 3.6), (row.q95, "|", 5)):
        axes.plot(value, y + 0.37, marker=marker, markersize=size, color=MUTED, linestyle="", clip_on=False)
    axes.text(1.03, y, share(row.mean), va="center", ha="left", color=INK, weight="bold")


def _label_rows(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_yticks([])
    for y, label in enumerate(labels):
        lines = wrap(label, LABEL_ROOM, 10.0, 3)
        axes.text(-0.02, y, "\n".join(lines), va="center", ha="right", color=INK, linespacing=1.15)
