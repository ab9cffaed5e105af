"""Outcomes before and after claims are set aside, as SVG: a hollow mark before, a full one after, an arrow between."""

from __future__ import annotations

from collections.abc import Mapping

from standoff.draw.chart_style import BAR, FAINT, INK, LABEL_ROOM, LABELS, MUTED, WIDTH, finish, foot, save, settings
from standoff.draw.charts import ROW
from standoff.draw.labels import clean, wrap
from standoff.findings.reliance import Loss
from standoff.findings.words import share

SHOWN = 1e-3  # an outcome that is rarer before and after is left out


def loss_chart(loss: Loss, *, names: Mapping[str, str] | None = None, prefix: str = "loss") -> str:
    """One row per outcome, most probable first; the line around the full mark is the 95 % interval of the change.

    Raises ValueError where there is nothing to draw.
    """
    rows = sorted((row for row in loss.outcomes if max(row.a, row.b) >= SHOWN), key=lambda row: -row.a)
    if not rows:
        raise ValueError("there is no outcome to draw")
    labels = [clean((names or {}).get(row.name, row.name.replace("_", " "))) for row in rows]
    from matplotlib.figure import Figure

    with settings():
        height = ROW * len(rows) + 0.95
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((LABELS, 0.75 / height, 0.50, ROW * len(rows) / height))
        axes.set_xlim(0, min(1.0, 1.1 * max(max(row.a, row.b, row.a + (row.high or 0)) for row in rows)))
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
        axes.tick_params(axis="both", length=0, pad=5, labelcolor=MUTED)
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_yticks([])
        axes.patch.set_visible(False)
        figure.patch.set_visible(False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        for y, (row, label) in enumerate(zip(rows, labels, strict=True)):
            if row.low is not None and row.high is not None:
                ends = [max(row.a + row.low, 0), min(row.a + row.high, 1)]
                axes.plot(ends, [y, y], color=BAR, linewidth=5, solid_capstyle="butt", clip_on=True)
            axes.plot([row.a, row.b], [y, y], color=INK, linewidth=1.3)
            axes.plot(row.a, y, marker="o", markersize=7, markerfacecolor="none", color=INK, clip_on=False)
            axes.plot(row.b, y, marker="o", markersize=6, color=INK, clip_on=False)
            lines = "\n".join(wrap(label, LABEL_ROOM, 10.0, 3))
            axes.text(-0.02, y, lines, va="center", ha="right", color=INK, transform=axes.get_yaxis_transform())
            told = f"{share(row.a)} → {share(row.b)}"
            axes.text(1.03, y, told, va="center", ha="left", color=INK, transform=axes.get_yaxis_transform())
        foot(figure, "Hollow: before; full: after; pale: 95 % interval of the change")
        text = save(figure)
    described = "; ".join(f"{label} {share(row.a)} to {share(row.b)}" for label, row in zip(labels, rows, strict=True))
    title = "How each ending changes when the claims are set aside"
    return finish(text, prefix, title, f"Mean over draws before and after: {described}.")
