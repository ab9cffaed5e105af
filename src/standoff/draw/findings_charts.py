"""Charts of what drives an outcome, where it comes about and what is worth knowing.

They speak the language of `standoff.draw.charts`: bars for estimates, whiskers for 95 % intervals, and the page's
colours and face. A short muted mark across a bar is the noise floor; what does not pass it is drawn pale. A chart
raises ValueError where the finding has nothing to draw; its text is the finding's own statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from standoff.draw.chart_style import BAR, FAINT, INK, LABEL_ROOM, LABELS, MUTED, WIDTH, finish, foot, save, settings
from standoff.draw.charts import ROW
from standoff.draw.labels import clean, cut, wrap
from standoff.findings.conditions import Condition, rounded
from standoff.findings.discovery import Discovery, Step
from standoff.findings.partition import Partition
from standoff.findings.sensitivity import Driver, Sensitivity
from standoff.findings.value_of_information import ValueOfInformation
from standoff.findings.words import share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[str, str]
MOST, MOST_NOISE = 12, 3  # bars in a chart, and those of them that are noise
_KINDS = {"first": "First-order index", "delta": "Delta index", "pawn": "PAWN index"}


@dataclass(frozen=True)
class _Bar:
    """One row of a bar chart; `low` to `high` is its interval, `floor` its noise floor, `note` stands at the right."""

    label: str
    value: float
    low: float
    high: float
    floor: float | None
    strong: bool
    text: str
    note: str = ""


def _shown(bars: Sequence[_Bar]) -> tuple[list[_Bar], str]:
    """The bars to draw, and a line about the others."""
    strong = [bar for bar in bars if bar.strong][:MOST]
    noise = [bar for bar in bars if not bar.strong][: min(MOST_NOISE, MOST - len(strong))]
    more = len(bars) - len(strong) - len(noise)
    kept = [bar for bar in bars if any(bar is one for one in (*strong, *noise))]
    hidden = [bar for bar in bars if not any(bar is one for one in kept)]
    if not more:
        return kept, ""
    what = "below the noise floor" if not any(bar.strong for bar in hidden) else "weaker"
    return kept, f"and {more} more, {what}"


def _label(name: str, names: Names | None) -> str:
    return clean((names or {}).get(name, name.replace("_", " ")))


# Sensitivity


def sensitivity_chart(result: Sensitivity, *, names: Names | None = None, prefix: str = "sensitivity") -> str:
    """Bars of the index that the result is ordered by, with intervals and noise floors.

    At the right: the mean outcome in the lowest and in the highest fifth of the parameter.
    """
    if not result.drivers:
        raise ValueError(result.statement)
    bars = []
    for driver in result.drivers:
        index = getattr(driver, result.measure)
        bars.append(
            _Bar(
                label=_label(driver.name, names),
                value=max(index.value, 0.0),
                low=index.low,
                high=index.high,
                floor=max(index.floor, 0.0),
                strong=index.distinguishable,
                text=f"{max(index.value, 0.0):.2f}",
                note=_levels(driver),
            )
        )
    kept, more = _shown(bars)
    described = "; ".join(f"{bar.label} {bar.text}{'' if bar.strong else ' (noise)'}" for bar in kept)
    described += f"; {more}" if more else ""
    kind = _KINDS[result.measure]
    return _bar_chart(
        kept,
        prefix,
        f"What drives {clean(result.outcome)}",
        f"{kind} of each parameter with 95 % interval and noise floor: {described}.",
        (kind, "lowest → highest fifth"),
        signs="Whisker: 95 % interval; dashed: what chance reaches",
        more=more,
    )


def _levels(driver: Driver) -> str:
    ends = (driver.at_low, driver.at_high)
    if all(0 <= end <= 1 for end in ends):
        return " → ".join(share(end) for end in ends)
    return " → ".join(f"{end:.3g}" for end in ends)


# Value of information


def information_chart(result: ValueOfInformation, *, names: Names | None = None, prefix: str = "information") -> str:
    """Bars of what knowing each parameter is worth; at the right as a share of knowing everything."""
    if not result.worths:
        raise ValueError(result.statement)
    bars = [
        _Bar(
            label=_label(worth.name, names),
            value=max(worth.value, 0.0),
            low=max(worth.value - 1.96 * worth.error, 0.0),
            high=max(worth.value + 1.96 * worth.error, 0.0),
            floor=worth.floor,
            strong=worth.distinguishable,
            text=f"{max(worth.value, 0.0):.3g}",
            note=share(worth.share),
        )
        for worth in result.worths
    ]
    kept, more = _shown(bars)
    described = "; ".join(f"{bar.label} {bar.text}{'' if bar.strong else ' (noise)'}" for bar in kept)
    described += f"; {more}" if more else ""
    return _bar_chart(
        kept,
        prefix,
        f"What knowing a parameter is worth to {clean(result.actor)}",
        f"Expected gain in payoff from knowing each parameter; from everything {result.perfect:.3g}: {described}.",
        ("Gain in expected payoff", "of perfect knowledge"),
        signs="Whisker: 95 % interval; dashed: what chance reaches",
        more=more,
    )


# Regions


def box_chart(result: Discovery, *, names: Names | None = None, prefix: str = "box") -> str:
    """The box's range of each restricted parameter within the parameter's own, and below it the whole trajectory."""
    if not result.restrictions:
        raise ValueError(result.statement)
    rows = len(result.restrictions)
    with settings():
        from matplotlib.figure import Figure

        height = ROW * rows + 3.9
        figure = Figure(figsize=(WIDTH, height))
        _ranges(_axes(figure, (LABELS, 3.75 / height, 0.58, ROW * rows / height)), result, names)
        _trajectory(_axes(figure, (LABELS, 0.62 / height, 0.58, 2.75 / height)), result)
        text = save(figure)
    return finish(text, prefix, f"Where {clean(result.outcome)} comes about", clean(result.statement))


def _ranges(axes: Axes, result: Discovery, names: Names | None) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(len(result.restrictions) - 0.5, -0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    for y, restriction in enumerate(result.restrictions):
        one = restriction.condition
        span = one.largest - one.smallest
        start = 0.0 if one.low is None else (one.low - one.smallest) / span
        end = 1.0 if one.high is None else (one.high - one.smallest) / span
        axes.barh(y, 1.0, height=0.16, color=FAINT, linewidth=0)
        axes.barh(y, end - start, left=start, height=0.34, color=BAR, linewidth=0)
        for place, limit in ((start, one.low), (end, one.high)):
            if limit is not None:
                axes.plot([place, place], [y - 0.2, y + 0.2], color=INK, linewidth=1.8, solid_capstyle="butt")
        _row_label(axes, y, _label(one.name, names))
        tail = f" {one.unit}" if one.unit else ""
        said = one.text.removeprefix(one.label).strip().removesuffix(tail)
        smallest, largest = (rounded(value, span) for value in (one.smallest, one.largest))
        axes.text(0.0, y - 0.3, smallest, va="bottom", ha="left", color=MUTED, size=8)
        axes.text(1.0, y - 0.3, clean(f"{largest}{tail}"), va="bottom", ha="right", color=MUTED, size=8)
        middle = min(max((start + end) / 2, 0.3), 0.5)  # the limits of the range stand at both ends
        axes.text(middle, y - 0.3, clean(said), va="bottom", ha="center", color=INK, weight="bold", size=9)


def _trajectory(axes: Axes, result: Discovery) -> None:
    steps = result.trajectory
    top = max(step.density for step in steps)
    top = 1.0 if top <= 1 else top * 1.05
    axes.set_xlim(0, 1)
    axes.set_ylim(0, top)
    quarters = [0, 0.25, 0.5, 0.75, 1]
    labels = ["0", "25 %", "50 %", "75 %", "100 %"]
    axes.set_xticks(quarters, labels, color=MUTED)
    if top == 1.0:
        axes.set_yticks(quarters, labels, color=MUTED)
    axes.grid(color=FAINT, linewidth=0.6)
    axes.plot([step.coverage for step in steps], [step.density for step in steps], color=MUTED, linewidth=0.8)
    axes.scatter(
        [s.coverage for s in steps],
        [s.density for s in steps],
        s=[14 for _ in steps],
        color=BAR,
        zorder=3,
        clip_on=False,
    )
    axes.plot(result.coverage, result.density, marker="o", markersize=8, markerfacecolor="none", color=INK, zorder=4)
    left = result.coverage > 0.5  # the label must not leave the drawing
    axes.annotate(
        f"chosen: {len(result.restrictions)} restricted",
        (result.coverage, result.density),
        xytext=(0, -32 if result.density > 0.25 * top else 34) if left else (9, 6),
        ha="right" if left else "left",
        textcoords="offset points",
        color=INK,
        weight="bold",
        size=9,
    )
    for number in _marked(steps, (result.coverage, result.density)):
        place = (steps[number].coverage, steps[number].density)
        axes.annotate(
            str(steps[number].restricted), place, xytext=(-4, -11), textcoords="offset points", color=MUTED, size=8
        )
    axes.set_xlabel(
        "Coverage: share of all such draws inside" if result.threshold is not None else "Coverage", color=MUTED, size=9
    )
    axes.set_ylabel(
        "Density: share of such draws" if result.threshold is not None else "Mean inside", color=MUTED, size=9
    )


def _marked(steps: Sequence[Step], end: tuple[float, float]) -> list[int]:
    """The first box with each number of restrictions, as far as they do not crowd each other or the box at `end`."""
    marked: list[int] = []
    for number in range(1, len(steps)):
        if steps[number].restricted > max(step.restricted for step in steps[:number]):
            clear = abs(steps[number].coverage - end[0]) + abs(steps[number].density - end[1]) > 0.08
            apart = clear and all(
                abs(steps[number].coverage - steps[other].coverage) + abs(steps[number].density - steps[other].density)
                > 0.08
                for other in marked
            )
            if apart:
                marked.append(number)
    return marked


# Tree


def _short(entry: Condition) -> str:
    """A condition on one line: the label is cut, the limits are not."""
    limits = entry.text.removeprefix(entry.label)
    return clean(cut(entry.label, max(44 - len(limits), 10)) + limits)


def partition_chart(result: Partition, *, prefix: str = "tree") -> str:
    """One row per leaf of the tree: its rule, a bar for how often it ends so, its share of the draws."""
    if not result.leaves:
        raise ValueError(result.statement)
    counted = result.threshold is not None
    bars = []
    for leaf in result.leaves:
        value = leaf.density if counted else leaf.mean
        text = share(value) if counted else f"{value:.3g}"
        label = "\n".join(_short(entry) for entry in leaf.conditions) or "everywhere"
        bars.append(_Bar(label, value, value, value, None, True, text, share(leaf.share)))
    return _bar_chart(
        bars,
        prefix,
        f"Regions by {clean(result.outcome)}",
        clean("; ".join(result.rules())) + ".",
        ("Share of such draws" if counted else "Mean", "of all draws"),
        labels=0.50,
        percent=counted,
    )


# Bars


def _axes(figure: Figure, place: tuple[float, float, float, float]) -> Axes:
    axes = figure.add_axes(place)
    axes.tick_params(axis="both", length=0, pad=5)
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
    figure.patch.set_visible(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def _row_label(axes: Axes, y: float, label: str) -> None:
    lines = wrap(label, LABEL_ROOM, 10.0, 3)
    axes.text(-0.02, y, "\n".join(lines), va="center", ha="right", color=INK, linespacing=1.15)


def _bar_chart(
    bars: Sequence[_Bar],
    prefix: str,
    title: str,
    description: str,
    heads: tuple[str, str],
    *,
    signs: str = "",
    more: str = "",
    labels: float = LABELS,
    percent: bool = False,
) -> str:
    """The chart of the rows; `heads` stand above bars and notes, `labels` is the share of the width for labels."""
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    with settings():
        from matplotlib.figure import Figure

        height = ROW * len(bars) + 1.05
        figure = Figure(figsize=(WIDTH, height))
        axes = _axes(figure, (labels, 0.7 / height, 0.72 - labels, ROW * len(bars) / height))
        right = max(max(bar.value, bar.high, bar.floor or 0.0) for bar in bars)
        axes.set_xlim(min([0.0, *(bar.value for bar in bars)]), (right if right > 0 else 1.0) * 1.02)
        axes.set_ylim(len(bars) - 0.5, -0.5)
        axes.set_yticks([])
        axes.xaxis.set_major_locator(MaxNLocator(4))
        if percent:
            axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
        axes.tick_params(axis="x", labelcolor=MUTED)
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
        note = (0.99 - labels) / (0.72 - labels)  # where notes end, as a share of the width of the bars
        for y, bar in enumerate(bars):
            _draw_bar(axes, y, bar, note, labels)
        axes.text(0.0, 1.0, heads[0], transform=axes.transAxes, va="bottom", ha="left", color=MUTED, size=9)
        axes.text(note, 1.0, heads[1], transform=axes.transAxes, va="bottom", ha="right", color=MUTED, size=9)
        foot(figure, "; ".join(part for part in (signs, more) if part))
        text = save(figure)
    return finish(text, prefix, title, description)


def _draw_bar(axes: Axes, y: int, bar: _Bar, note: float, labels: float) -> None:
    axes.barh(y, bar.value, height=0.5, color=BAR if bar.strong else FAINT, linewidth=0)
    if bar.high - bar.low > 1e-12:
        axes.plot([bar.low, bar.high], [y, y], color=INK, linewidth=1.3, solid_capstyle="butt", clip_on=False)
        for end in (bar.low, bar.high):
            axes.plot([end, end], [y - 0.11, y + 0.11], color=INK, linewidth=1.3, clip_on=False)
    if bar.floor is not None:
        dashes = (0, (2, 1.5))
        axes.plot([bar.floor] * 2, [y - 0.32, y + 0.32], color=MUTED, linewidth=1.1, linestyle=dashes, clip_on=False)
    ink, across = (INK if bar.strong else MUTED), axes.get_yaxis_transform()
    width = (labels - 0.03) * 72 * WIDTH
    lines = [line for part in bar.label.split("\n") for line in wrap(part, width, 10.0, 1 if "\n" in bar.label else 3)]
    gap = 0.012 / (0.72 - labels)
    axes.text(-gap, y, "\n".join(lines), transform=across, va="center", ha="right", color=ink, linespacing=1.15)
    value, weight = (bar.text, "bold") if bar.strong else (f"{bar.text} noise", "normal")
    axes.text(1 + 2 * gap, y, value, transform=across, va="center", ha="left", color=ink, weight=weight)
    axes.text(note, y, bar.note, transform=across, va="center", ha="right", color=MUTED)
