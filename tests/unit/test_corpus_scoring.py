"""The scoring of readings on cases with known answers, and the corpus itself."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from corpus_scoring import FIELDS, Page, Place, agreement, corpus, normal, overlap, pairs, pooled, reference, score

PAGES = [*corpus(), *([own] if (own := reference()) is not None else [])]
LEAST_STATEMENTS = 140  # the corpus does not shrink unnoticed


def annotated(at: Place | None, **changed: Any) -> dict[str, Any]:
    """An annotation of what Ada Roe said, as The Lamp has it and The Post repeats it."""
    usual: dict[str, Any] = {
        "tier": "core",
        "speaker": {"canonical": "Ada Roe", "named": True},
        "content": {"span": list(at) if at else None},
        "cue": {"span": [90, 94]},
        "chain": ["The Post", "The Lamp", "Ada Roe"],
        "mode": "mixed",
        "channel": "public",
    }
    return {**usual, **changed}


def proposal(at: Place, speaker: str = "Ada Roe", **changed: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "at": {"start": at[0], "end": at[1], "exact": ""},
        "speaker": {"canonical": speaker, "named": True},
        "chain": ["The Post", "The Lamp", speaker],
        "mode": "mixed",
        "channel": "public",
    }
    return {**usual, **changed}


# --- places -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((0, 10), (0, 10), 1.0),
        ((0, 10), (5, 15), 5 / 15),
        ((0, 10), (0, 5), 0.5),
        ((0, 10), (10, 20), 0.0),  # the end is not part of a range
        ((0, 10), (30, 40), 0.0),
        ((3, 3), (3, 3), 0.0),
    ],
)
def test_overlap_over_union(a: Place, b: Place, expected: float) -> None:
    assert overlap(a, b) == overlap(b, a) == expected


def test_half_is_enough_and_less_is_not() -> None:
    assert pairs([(0, 10)], [(0, 5)]) == [(0, 0)]
    assert pairs([(0, 1001)], [(0, 500)]) == []


def test_as_many_pairs_as_possible() -> None:
    """The best single pair (1, 0) must give way: taking it first leaves proposal 0 without a partner."""
    proposed, wanted = [(0, 16), (0, 10)], [(0, 10), (0, 6)]
    assert overlap(proposed[1], wanted[0]) == 1.0
    assert overlap(proposed[0], wanted[1]) < 0.5
    assert pairs(proposed, wanted) == [(0, 0), (1, 1)]


def test_more_pairs_beat_closer_ones() -> None:
    """Two perfect pairs, (1, 0) and (2, 1), against three that overlap by just half."""
    proposed, wanted = [(0, 80), (0, 40), (20, 40)], [(0, 40), (20, 40), (20, 30)]
    assert pairs(proposed, wanted) == [(0, 0), (1, 1), (2, 2)]


def test_among_equally_many_the_closest() -> None:
    assert pairs([(0, 10), (0, 9)], [(0, 9), (0, 10)]) == [(0, 1), (1, 0)]


def by_brute_force(proposed: Sequence[Place], wanted: Sequence[Place]) -> tuple[int, float]:
    """Most pairs, and the greatest sum of overlaps with that many, by trying every assignment."""
    few, many, turned = proposed, wanted, len(proposed) > len(wanted)
    if turned:
        few, many = wanted, proposed
    best = (0, 0.0)
    for chosen in itertools.permutations(range(len(many)), len(few)):
        shares = [overlap(a, many[j]) for a, j in zip(few, chosen, strict=True)]
        taken = [own for own in shares if own >= 0.5]
        best = max(best, (len(taken), math.fsum(taken)))
    return best


@pytest.mark.parametrize("seed", range(40))
def test_pairs_equal_brute_force(seed: int) -> None:
    draw = np.random.default_rng(seed)

    def places(count: int) -> list[Place]:
        starts = draw.integers(0, 12, count).tolist()
        return [(start, start + int(length)) for start, length in zip(starts, draw.integers(4, 14, count), strict=True)]

    proposed, wanted = places(int(draw.integers(0, 6))), places(int(draw.integers(0, 6)))
    found = pairs(proposed, wanted)
    assert len({i for i, _ in found}) == len({j for _, j in found}) == len(found)
    total = math.fsum(overlap(proposed[i], wanted[j]) for i, j in found)
    count, best = by_brute_force(proposed, wanted)
    assert len(found) == count
    assert total == pytest.approx(best)


# --- fields -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("The Telegraph", "telegraph"),
        ("One European defense source", "European  defense source"),
        ("unnamed Russian officials", "Russian officials"),
        ("Velmark’s navy", "Velmark navy"),
        ("UK–French initiative", "UK-French initiative"),
        ("Chair of the Commission", "chair of Commission"),
        ("Ｔｈｅ Ｐｏｓｔ", "Post"),
    ],
)
def test_names_that_are_the_same(a: str, b: str) -> None:
    assert normal(a) == normal(b) != ""


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("source", "sources"),
        ("Moscow", "Government of Russia"),
        ("some governments", "some European governments"),
        ("diplomat", "senior diplomat"),
        ("the one", "the unnamed"),  # a name of one word is never dropped
    ],
)
def test_names_that_differ(a: str, b: str) -> None:
    assert normal(a) != normal(b)


def test_all_fields_right() -> None:
    assert agreement(proposal((0, 9)), annotated((0, 9))) == dict.fromkeys(FIELDS, True)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"speaker": {"canonical": "Roe", "named": True}}, {"speaker"}),
        ({"speaker": {"canonical": "Ada Roe", "named": False}}, {"named"}),
        ({"chain": ["The Lamp", "Ada Roe"]}, {"chain", "chain, literally"}),
        ({"chain": ["The Lamp", "The Post", "Ada Roe"]}, {"chain", "chain, literally"}),
        ({"chain": ["The Post", "The Lamp"]}, {"chain", "chain, literally"}),
        ({"chain": []}, {"chain", "chain, literally"}),
        ({"mode": "direct"}, {"mode"}),
        ({"channel": "unstated"}, {"channel"}),
        ({"channel": "public-report"}, set()),
    ],
)
def test_one_field_wrong(change: dict[str, Any], wrong: set[str]) -> None:
    told = agreement({**proposal((0, 9)), **change}, annotated((0, 9)))
    assert {field for field, holds in told.items() if not holds} == wrong


def test_the_end_of_the_chain_is_a_name_of_the_speaker() -> None:
    both = annotated(
        (0, 9), speaker={"canonical": "proponents of the plan", "named": True}, chain=["Post", "proponents"]
    )
    for name, literally in (("Proponents", True), ("proponents of the plan", False)):
        told = agreement(proposal((0, 9), name, chain=["The Post", name]), both)
        assert told == {**dict.fromkeys(FIELDS, True), "chain, literally": literally}
    told = agreement(proposal((0, 9), "opponents", chain=["The Post", "opponents"]), both)
    assert not told["speaker"]
    assert not told["chain"]


def test_a_weak_chain_may_stop_at_the_outlet() -> None:
    weak = annotated((0, 9), tier="weak", chain=["The Post"])
    for chain, right in (
        (["Post"], True),
        (["Post", "Ada Roe"], True),
        (["Post", "Bo Roe"], False),
        (["Ada Roe"], False),
    ):
        assert agreement(proposal((0, 9), chain=chain), weak)["chain"] == right
    assert not agreement(proposal((0, 9), "The Post"), weak)["speaker"]  # the outlet is a carrier there


# --- figures ----------------------------------------------------------------------------------------------------------


def test_a_page_counted_by_hand() -> None:
    """Two of three core annotations found and one of two weak ones; of five proposals two are of nothing."""
    annotation = {
        "statements": [
            annotated((0, 20)),
            annotated((30, 50)),
            annotated((60, 80)),
            annotated((100, 120), tier="weak"),
            annotated(None, tier="weak"),
        ]
    }
    reading = {
        "statements": [
            proposal((0, 20)),
            proposal((32, 50), "Bo Roe"),
            proposal((75, 95)),
            proposal((90, 94), mode="paraphrase"),
            proposal((200, 210)),
        ]
    }
    found = score(reading, annotation)
    assert (found.core, found.annotated, found.proposed) == (3, 5, 5)
    assert (found.matched_core, found.matched) == (2, 3)
    assert (found.core_recall, found.recall, found.precision) == (2 / 3, 3 / 5, 3 / 5)
    assert found.right == {"speaker": 2, "named": 3, "chain": 2, "chain, literally": 2, "mode": 2, "channel": 3}
    assert found.of("mode") == 2 / 3
    both = pooled([found, found, score({"statements": []}, annotation)])
    assert (both.core, both.annotated, both.proposed) == (9, 15, 10)
    assert (both.matched_core, both.matched, both.right["speaker"], both.recall) == (4, 6, 4, 6 / 15)


def test_nothing_is_not_everything() -> None:
    empty = score({"statements": []}, {"statements": []})
    assert all(math.isnan(own) for own in (empty.core_recall, empty.recall, empty.precision, empty.of("mode")))
    assert score({"statements": []}, {"statements": [annotated((0, 9))]}).recall == 0
    assert score({"statements": [proposal((0, 9))]}, {"statements": []}).precision == 0
    assert pooled([]).matched == 0


# --- the corpus -------------------------------------------------------------------------------------------------------


def test_the_corpus_is_there() -> None:
    assert len(corpus()) >= 11
    assert sum(len(own.annotation["statements"]) for own in corpus()) >= LEAST_STATEMENTS
    assert any(not own.annotation["statements"] for own in corpus())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_places_are_where_the_page_has_them(page: Page) -> None:
    text, document = page.text, page.annotation["document"]
    assert document["sha256"] == hashlib.sha256(page.raw).hexdigest()
    lines = [line.split() for line in text.split("\n")]
    assert all(line.split() in lines for line in document["boilerplate_lines"])
    assert document["headline"] is None or document["headline"].split() in lines
    marked = list(page.annotation["distractors"])
    for own in page.annotation["statements"]:
        quoted = {"text": own["verbatim"], "span": own["verbatim_span"]}
        marked += [own["speaker"], own["cue"], own["content"], quoted, *own.get("verbatim_more", [])]
    for own in marked:
        if own["span"] is None:
            assert not own["text"]
        else:
            start, end = own["span"]
            assert 0 <= start < end
            assert text[start:end] == own["text"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_annotations_agree_with_themselves(page: Page) -> None:
    statements = page.annotation["statements"]
    scheme = page.annotation["scheme"]
    ids = [own["id"] for own in statements]
    assert len(set(ids)) == len(ids)
    for own in statements:
        assert own["mode"] in scheme["mode"]
        assert own["channel"] in scheme["channel"]
        assert own["polarity"] in ("affirm", "negate")
        assert own["tier"] == ("core" if own["id"].startswith("S") else "weak")
        assert (own["verbatim"] is None) == (own["mode"] == "paraphrase")
        assert own["content"]["anaphor_of"] in (None, *ids)
        assert own["chain"]
        if own["tier"] == "core":
            assert own["speaker"]["span"]
            assert own["cue"]["span"]
            assert own["content"]["span"]


@pytest.mark.parametrize("page", [own for own in PAGES if own.annotation["statements"]], ids=lambda page: page.name)
def test_a_perfect_reading_gets_full_marks(page: Page) -> None:
    """The annotation itself, in the form of a reading."""
    statements = [
        {
            "at": dict(zip(("start", "end"), own["content"]["span"] or own["cue"]["span"], strict=True)),
            **{key: own[key] for key in ("speaker", "chain", "mode", "channel")},
        }
        for own in page.annotation["statements"]
    ]
    found = score({"statements": statements}, page.annotation)
    assert (found.core_recall, found.recall, found.precision) == (1, 1, 1)
    assert all(found.of(field) == 1 for field in FIELDS)
