"""Lists of words, written as a person writes them: with spaces between."""

from __future__ import annotations


def listed(text: str) -> frozenset[str]:
    """The words of a text that are separated by white space."""
    return frozenset(text.split())
