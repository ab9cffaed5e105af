"""Likelihood words against the table of Intelligence Community Directive 203 (2015)."""

from __future__ import annotations

import itertools
import re
from fractions import Fraction

import pytest

from standoff.findings.words import likelihood, phrase, share

# (low, high, word): the directive's bands in per cent
BANDS = (
    (1, 5, "almost no chance"),
    (5, 20, "very unlikely"),
    (20, 45, "unlikely"),
    (45, 55, "roughly even chance"),
    (55, 80, "likely"),
    (80, 95, "very likely"),
    (95, 99, "almost certain"),
)
MIRROR = {
    "almost no chance": "almost certain",
    "very unlikely": "very likely",
    "unlikely": "likely",
    "roughly even chance": "roughly even chance",
}


@pytest.mark.parametrize(("low", "high", "word"), BANDS)
def test_inside_a_band_the_word_is_the_directives(low: int, high: int, word: str) -> None:
    for thousandth in range(low * 10 + 1, high * 10):
        assert likelihood(thousandth / 1000) == word


def test_an_edge_belongs_to_the_band_nearer_to_one_half() -> None:
    for (_, edge, below), (_, _, above) in itertools.pairwise(BANDS):
        assert likelihood(edge / 100) == (above if edge < 50 else below)


def test_words_of_complements_mirror_each_other() -> None:
    mirror = MIRROR | {value: key for key, value in MIRROR.items()}
    for permille in range(1, 1000):
        word = likelihood(permille / 1000)
        assert word is not None
        assert likelihood(1 - permille / 1000) == mirror[word]


def test_no_word_at_certainty() -> None:
    assert likelihood(0.0) is None
    assert likelihood(1.0) is None
    assert likelihood(0.001) == "almost no chance"
    assert likelihood(0.999) == "almost certain"


def test_a_mean_that_rounding_moved_off_an_edge_keeps_the_word_of_the_edge() -> None:
    assert likelihood(sum([0.1] * 8)) == "likely"  # 0.7999999999999999 or 0.8000000000000002
    assert likelihood(0.1 + 0.1) == likelihood(0.2 - 1e-12) == "unlikely"


def test_bounds_never_carry_a_likelihood_word() -> None:
    words = {word for _, _, word in BANDS}
    for permille in range(1001):
        text = phrase(permille / 1000, "bounds")
        assert not any(re.search(rf"\b{word}\b", text) for word in words)
        assert "sampled cases" in text


def test_the_number_is_always_there() -> None:
    assert phrase(0.62, "beliefs") == "likely (62 %)"
    assert phrase(0.62, "bounds") == "in 62 % of sampled cases"
    assert phrase(0.0, "beliefs") == phrase(0.0, "bounds") == "in none of the sampled cases (0 %)"
    for permille in range(1001):
        assert "%" in phrase(permille / 1000, "beliefs")


def test_a_share_is_rounded_to_at_most_half_a_per_cent() -> None:
    for step in range(10_001):
        text = share(step / 10_000)
        if text.startswith(("<", ">")):
            assert 0 < step < 10 or 9990 < step < 10_000
            continue
        exact, written = Fraction(step, 100), Fraction(text.removesuffix(" %"))
        assert abs(exact - written) <= Fraction(1, 2)
        assert (written in (0, 100)) == (exact in (0, 100))


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        share(value)
    with pytest.raises(ValueError, match="probability"):
        phrase(value, "beliefs")


def test_an_unknown_reading_of_ranges_is_refused() -> None:
    with pytest.raises(ValueError, match="beliefs"):
        phrase(0.5, "guesses")
