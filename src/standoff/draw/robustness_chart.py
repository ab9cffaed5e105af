"""The options of a decision under every decision rule, as SVG: one column per rule, one row per option.

A cell has the rule's criterion, and below it a bar from the worst option of the column (empty) to the best (full), so
that columns in different units can be read side by side. A full mark stands at the option that the rule chooses, a
hollow one at those that the draws do not tell apart from it; nothing rests on colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from standoff.draw.chart_style import BAR, FAINT, INK, LABEL_ROOM, LABELS, MUTED, WIDTH, finish, foot, save, settings
from standoff.draw.charts import ROW
from standoff.draw.labels import clean, number, wrap
from standoff.draw.widths import text_width
from standoff.findings.robustness import Robustness, Rule
from standoff.findings.words import share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEAD = 0.6  # inches above the rows
BAR_SPAN = 0.76  # of a column


def robustness_chart(found: Robustness, *, names: Mapping[str, str] | None = None, prefix: str = "robustness") -> str:
    """The chart. `names` gives labels of options. Raises ValueError where there is nothing to compare."""
    if len(found.options) < 2 or not found.rules:
        raise ValueError("there is nothing to compare: fewer than two options have certified draws")
    from matplotlib.figure import Figure

    labels = [clean((names or {}).get(option, option.replace("_", " "))) for option in found.options]
    rows, columns = len(labels), len(found.rules)
    with settings():
        height = HEAD + ROW * rows + 0.45
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((LABELS, 0.45 / height, 0.98 - LABELS, ROW * rows / height))
        axes.set_xlim(0, columns)
        axes.set_ylim(rows - 0.5, -0.5)
        axes.axis("off")
        figure.patch.set_visible(False)
        for y, label in enumerate(labels):
            lines = "\n".join(wrap(label, LABEL_ROOM, 10.0, 2))
            axes.text(-0.12, y, lines, va="center", ha="right", color=INK, linespacing=1.15)
            axes.plot([0, columns], [y + 0.5, y + 0.5], color=FAINT, linewidth=0.6, clip_on=False)
        room = (0.98 - LABELS) * WIDTH * 72 / columns
        for column, rule in enumerate(found.rules):
            head = "\n".join(wrap(clean(rule.title), room - 6, 8.5, 4))
            axes.text(column + 0.12, -0.6, head, va="bottom", ha="left", color=MUTED, size=8.5, linespacing=1.1)
            _column(axes, column, rule, found.options, room)
        foot(figure, "Full mark: what the rule chooses; hollow: not told apart from it; bar: from worst to best")
        text = save(figure)
    return finish(text, prefix, "Options under decision rules", _described(found, labels))


def _column(axes: Axes, column: int, rule: Rule, options: tuple[str, ...], room: float) -> None:
    values = [rule.values[option] for option in options]
    low, high = min(values), max(values)
    for y, option in enumerate(options):
        value = rule.values[option]
        part = (value - low) / (high - low) if high > low else 1.0
        part = part if rule.sense == "largest" or high == low else 1.0 - part
        best = option in rule.best
        left = column + 0.12
        axes.barh(y + 0.24, BAR_SPAN, left=left, height=0.12, color=FAINT, linewidth=0)
        axes.barh(y + 0.24, BAR_SPAN * part, left=left, height=0.12, color=BAR, linewidth=0)
        weight = "bold" if best else "normal"
        text = told(rule, value)
        size = min(9.0, 0.68 * room / text_width(text, 1.0, bold=best))  # a long number must not reach the next column
        axes.text(left + 0.17, y - 0.08, text, va="center", ha="left", color=INK, size=size, weight=weight)
        if best or option in rule.close:
            fill = INK if best else "none"
            axes.plot(left + 0.06, y - 0.08, marker="o", markersize=5.5, color=INK, markerfacecolor=fill, linestyle="")


def told(rule: Rule, value: float) -> str:
    """A criterion as text: a share of draws, or utility."""
    return share(value) if rule.unit == "share" else number(value)


def _described(found: Robustness, labels: list[str]) -> str:
    called = dict(zip(found.options, labels, strict=True))
    parts = []
    for rule in found.rules:
        best = ", ".join(f"{called[option]} ({told(rule, rule.values[option])})" for option in rule.best)
        close = ", ".join(called[option] for option in rule.close)
        parts.append(f"{rule.title}: {best}{f', not told apart from {close}' if close else ''}")
    return clean(f"{len(found.options)} options over {found.draws} draws. {'; '.join(parts)}.")
