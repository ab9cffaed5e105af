"""How results show themselves in notebooks.

A result that is `Displayed` has ``_repr_html_``, which notebooks call. What it shows is drawn by `standoff.draw`, which
stands above the results: it is looked up by name when a notebook asks, and at no other time.
"""

from __future__ import annotations

from importlib import import_module

RENDERER = "standoff.draw.notebook"


class Displayed:
    """A result with a view for notebooks."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        """The result as HTML: a drawing or chart where there is one, and its numbers in tables."""
        return str(import_module(RENDERER).html(self))
