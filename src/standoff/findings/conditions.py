"""Limits on parameters in words: names, units, thresholds with as many digits as the range of values deserves.

A condition keeps the exact limits beside the text, in which they are rounded to about a hundredth of the parameter's
range over the draws.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from standoff.findings.given import DISCRETE
from standoff.findings.words import share
from standoff.game.game import Floats

PLAIN = ("probability", "share")  # units that a number is read in without being told


@dataclass(frozen=True)
class Condition:
    """Limits on one parameter (None: open), the range of its values over the draws, and the limits in words.

    `values` are those admitted, where the parameter has few; None otherwise.
    """

    name: str
    label: str
    unit: str
    low: float | None
    high: float | None
    smallest: float
    largest: float
    values: tuple[float, ...] | None
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**vars(self), "values": None if self.values is None else list(self.values)}


def condition(
    name: str, column: Floats, low: float, high: float, label: str | None = None, unit: str = ""
) -> Condition:
    """The condition low <= x <= high on a parameter with the values ``column[draw]``; infinite limits are open."""
    distinct = np.unique(column)
    values = tuple(distinct[(distinct >= low) & (distinct <= high)].tolist()) if len(distinct) <= DISCRETE else None
    label = label or name.replace("_", " ")
    return Condition(
        name=name,
        label=label,
        unit=unit,
        low=float(low) if math.isfinite(low) else None,
        high=float(high) if math.isfinite(high) else None,
        smallest=float(distinct[0]),
        largest=float(distinct[-1]),
        values=values,
        text=_text(label, unit, low, high, float(distinct[-1] - distinct[0]), values),
    )


def _text(label: str, unit: str, low: float, high: float, span: float, values: tuple[float, ...] | None) -> str:
    tail = f" {unit}" if unit and unit not in PLAIN else ""
    if values is not None:
        return f"{label} is {' or '.join(f'{value:g}' for value in values) or 'none of its values'}{tail}"
    bottom, top = rounded(low, span), rounded(high, span)
    if math.isinf(low):
        return f"{label} at most {top}{tail}"
    if math.isinf(high):
        return f"{label} at least {bottom}{tail}"
    return f"{label} between {bottom} and {top}{tail}"


def rounded(value: float, span: float) -> str:
    """A number to about a hundredth of `span`, the range of the values that it is one of."""
    if not math.isfinite(value) or not 1e-9 < span < 1e12:
        return f"{value:.3g}"
    digits = math.ceil(2 - math.log10(span) - 0.1)  # 0.1: the range seen of one on [0, 1] is a little below 1
    return f"{round(value, digits):,.{max(digits, 0)}f}"


def joined(conditions: Sequence[Condition]) -> str:
    """All conditions in one clause."""
    return _enumerated([condition.text for condition in conditions])


def _clause(condition: Condition) -> str:
    """The condition with its verb."""
    limits = condition.text.removeprefix(condition.label).strip()
    return condition.text if limits.startswith("is ") else f"{condition.label} is {limits}"


def _enumerated(texts: Sequence[str]) -> str:
    return f"{', '.join(texts[:-1])}, and {texts[-1]}" if len(texts) > 1 else "".join(texts)


def sentence(
    conditions: Sequence[Condition], outcome: str, threshold: float | None, measured: tuple[float, float, float, float]
) -> str:
    """The answer to "in which conditions?" from density, coverage, mass and base rate of the box."""
    density, coverage, mass, base = measured
    where = _enumerated([_clause(condition) for condition in conditions])
    if threshold is None:
        return (
            f"Where {where}, the mean of {outcome} is {density:.3g} ({base:.3g} over all draws); "
            f"{share(mass)} of the draws lie there, with {share(coverage)} of its total."
        )
    return (
        f"Where {where}, {outcome} has a probability of at least {threshold:g} in {share(density)} of the draws "
        f"({share(base)} of all draws); {share(coverage)} of all such draws lie there."
        + ("" if density > 0.5 else " Even there it is not the rule.")
    )
