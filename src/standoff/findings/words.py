"""Probabilities in words, always with the number.

Two readings of the same share, chosen by the scenario's `ranges`:

- ``beliefs``: the ranges are the analyst's probabilities, so a share of draws estimates a likelihood and may carry a
  word of Intelligence Community Directive 203, *Analytic Standards* (2015), section D.6.e(2)(a), first row:

  ==================  =========
  almost no chance    1 to 5 %
  very unlikely       5 to 20 %
  unlikely            20 to 45 %
  roughly even chance 45 to 55 %
  likely              55 to 80 %
  very likely         80 to 95 %
  almost certain      95 to 99 %
  ==================  =========

- ``bounds``: the ranges only delimit what was tried. A share then counts sampled cases and carries no likelihood word.

The directive leaves the edges open and says nothing below 1 % and above 99 %. Here an edge belongs to the band nearer
to one half (20 % is *unlikely*, 80 % is *likely*), which makes the words of p and 1 - p mirror each other. Between 0
and 1 % the word stays *almost no chance*, above 99 % *almost certain*. At exactly 0 and 1 there is no word: a model
that never (or always) ends so has shown a property of its own structure, not a likelihood of the world.
"""

from __future__ import annotations

import math

# (upper edge, word); below one half the edge itself belongs to the next band, above it to this one
_BELOW = ((0.05, "almost no chance"), (0.20, "very unlikely"), (0.45, "unlikely"))
_ABOVE = ((0.55, "roughly even chance"), (0.80, "likely"), (0.95, "very likely"), (1.0, "almost certain"))
_ROUNDING = 1e-9  # a mean of draws such as 0.2 is not exact in binary


def likelihood(probability: float) -> str | None:
    """The word for a probability; None at 0 and 1, where there is none. Raises ValueError outside [0, 1]."""
    _check(probability)
    if probability <= 0.0 or probability >= 1.0:
        return None
    for edge, word in _BELOW:
        if probability < edge - _ROUNDING:
            return word
    return next(word for edge, word in _ABOVE if probability <= edge + _ROUNDING)


def share(probability: float) -> str:
    """A probability as text in per cent: ``62 %``, ``4.3 %``, ``< 0.1 %``; 0 and 100 only where it is exactly that.

    Between 10 and 90 % whole numbers, towards the ends one decimal. Raises ValueError outside [0, 1].
    """
    _check(probability)
    percent = 100.0 * min(max(probability, 0.0), 1.0)
    if percent < _ROUNDING or percent > 100.0 - _ROUNDING:
        return f"{percent:.0f} %"
    if percent < 0.1:
        return "< 0.1 %"
    if percent > 99.9:
        return "> 99.9 %"
    return f"{percent:.0f} %" if 9.95 <= percent <= 90.05 else f"{percent:.1f} %"


def phrase(probability: float, ranges: str) -> str:
    """A share of draws in the words that the scenario's `ranges` (``beliefs`` or ``bounds``) allows.

    ``likely (62 %)`` or ``in 62 % of sampled cases``. Raises ValueError for another `ranges`.
    """
    if ranges not in ("beliefs", "bounds"):
        raise ValueError(f"ranges is `{ranges}`; it must be `beliefs` or `bounds`")
    number = share(probability)
    if number in ("0 %", "100 %"):
        return f"in {'none' if number == '0 %' else 'all'} of the sampled cases ({number})"
    word = likelihood(probability) if ranges == "beliefs" else None
    return f"in {number} of sampled cases" if word is None else f"{word} ({number})"


def _check(probability: float) -> None:
    if math.isnan(probability) or not -_ROUNDING <= probability <= 1 + _ROUNDING:
        raise ValueError(f"{probability} is not a probability")
