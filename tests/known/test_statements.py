"""Readings of pages against statements that people annotated: the reference article, and the corpus.

The corpus was written and annotated before any reading of it was seen; see ``tests/corpus/README.md``. How readings are
scored is told in ``corpus_scoring``. Run with ``-s`` to see the figures.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from corpus_scoring import Page, Score, corpus, pooled, reference, score

# The reference article.
CORE_FOUND = 18  # of 20
PRECISION = 0.75
SPEAKER = 0.90
NAMED = 0.90
CHAIN = 0.85

# The corpus, all pages as one: what the reading reaches, rounded down.
CORPUS_CORE_RECALL = 0.93
CORPUS_RECALL = 0.85
CORPUS_PRECISION = 0.94
CORPUS_FIELDS = {"speaker": 0.84, "named": 0.96, "chain": 0.83, "mode": 0.98, "channel": 0.86}
MOST_FROM_NOTHING = 2  # proposals from the page on which nobody says anything, where six traps are laid


@cache
def reading_of(page: Page) -> dict[str, Any]:
    """The JSON of `standoff read` for a page."""
    from standoff.evidence.read import read

    result: dict[str, Any] = read(page.raw, page.name).to_dict()
    return result


def scored(page: Page) -> Score:
    found = score(reading_of(page), page.annotation)
    print(f"\n{page.name}: {found}")
    return found


def test_the_reference_article() -> None:
    page = reference()
    if page is None:
        pytest.skip("the reference article is not beside this checkout")
    found = scored(page)
    assert found.core == 20
    assert found.matched_core >= CORE_FOUND
    assert found.precision >= PRECISION
    assert found.of("speaker") >= SPEAKER
    assert found.of("named") >= NAMED
    assert found.of("chain") >= CHAIN


def test_the_corpus() -> None:
    found = pooled([scored(page) for page in corpus()])
    print(f"\ncorpus: {found}")
    assert found.core_recall >= CORPUS_CORE_RECALL
    assert found.recall >= CORPUS_RECALL
    assert found.precision >= CORPUS_PRECISION
    for field, floor in CORPUS_FIELDS.items():
        assert found.of(field) >= floor, field


def test_little_is_made_of_a_page_on_which_nobody_speaks() -> None:
    (page,) = (own for own in corpus() if not own.annotation["statements"])
    assert len(reading_of(page)["statements"]) <= MOST_FROM_NOTHING


@pytest.mark.parametrize("page", [*corpus(), reference()], ids=lambda page: page.name if page else "article.txt")
def test_proposals_quote_the_page(page: Page | None) -> None:
    if page is None:
        pytest.skip("the reference article is not beside this checkout")
    for own in reading_of(page)["statements"]:
        at = own["at"]
        assert page.text[at["start"] : at["end"]] == at["exact"]
        assert at["exact"]
        assert own["accepted"] is None
