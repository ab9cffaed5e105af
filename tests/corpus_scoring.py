"""How well a reading of a page agrees with statements annotated by hand.

A *proposal* is an entry of ``statements`` in the JSON of `standoff read`; an *annotation* one in a file of
``tests/corpus`` (conventions in its README). Both are places in the page: half-open ranges of code points. The place
of an annotation is its content, or its cue where it has no content of its own ("lawyers agree").

**Matching.** A proposal and an annotation may be paired where the overlap of their places is at least half of their
union. Pairs are one to one: as many as possible, and among those the greatest sum of overlap over union.

**Figures.** Recall (of the core annotations, and of all) and precision (all tiers) count pairs. The shares of pairs
with the right speaker, flag named, chain, mode and channel compare the two sides of each pair:

- Names are compared by `normal`: compatibility characters unified, lower case, possessive ``'s`` and all that is no
  letter or digit dropped, then the articles, then *one*, *unnamed* or *unidentified* at the beginning.
- ``speaker``: the canonical name is the annotated one, or the name with which the annotated chain ends (annotations
  use both: "proponents of the initiative", in the chain "proponents").
- ``chain``: as many entries, carriers equal one by one, and at the end a right name of the speaker. Annotations of the
  weak tier often stop at the outlet whose reading they are; there the proposal's own speaker may follow.
- ``chain, literally``: the lists are equal, entry by entry, normalised.
- ``channel``: `public-report` (an outlet's own claim) counts as `public`, the words of the ledger being three.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

CORPUS = Path(__file__).resolve().parent / "corpus"
REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference"
OVERLAP = 0.5  # least overlap over union of a pair
FIELDS = ("speaker", "named", "chain", "chain, literally", "mode", "channel")
ARTICLES = frozenset({"a", "an", "the"})
LEADING = frozenset({"one", "unnamed", "unidentified"})
APOSTROPHES = str.maketrans("’‘ʼ", "'''")

Place = tuple[int, int]
Entry = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Page:
    """A page and what a person found in it."""

    name: str
    raw: bytes
    annotation: Mapping[str, Any]

    @property
    def text(self) -> str:
        return self.raw.decode("utf-8")


@cache
def corpus() -> tuple[Page, ...]:
    """The pages of the corpus, by name."""
    return tuple(page(CORPUS / f"{path.stem}.txt", path) for path in sorted(CORPUS.glob("*.json")))


@cache
def reference() -> Page | None:
    """The reference article; none where it is not beside the checkout."""
    annotation = REFERENCE / "article_statements.json"
    return page(REFERENCE / "article.txt", annotation) if annotation.is_file() else None


def page(text: Path, annotation: Path) -> Page:
    return Page(text.name, text.read_bytes(), json.loads(annotation.read_text(encoding="utf-8")))


# --- places -----------------------------------------------------------------------------------------------------------


def overlap(a: Place, b: Place) -> float:
    """Overlap over union of two ranges; 0 where both are empty."""
    common = max(0, min(a[1], b[1]) - max(a[0], b[0]))
    union = (a[1] - a[0]) + (b[1] - b[0]) - common
    return common / union if union else 0.0


def place_of(annotated: Entry) -> Place:
    start, end = annotated["content"]["span"] or annotated["cue"]["span"]
    return start, end


def pairs(proposed: Sequence[Place], annotated: Sequence[Place]) -> list[tuple[int, int]]:
    """Numbers of the paired proposals and annotations, by place in the list of proposals."""
    if not proposed or not annotated:
        return []
    shared = np.array([[overlap(a, b) for b in annotated] for a in proposed])
    allowed = shared >= OVERLAP
    # A pair is worth 1, and its overlap decides between equally many: all overlaps together are worth less than 1.
    worth = np.where(allowed, 1.0 + shared / (min(shared.shape) + 1), 0.0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if allowed[i, j]]


# --- what is compared -------------------------------------------------------------------------------------------------


def normal(name: str) -> str:
    """A name in the form that compares."""
    plain = unicodedata.normalize("NFKC", name).translate(APOSTROPHES).lower()
    words = [word.removesuffix("'s") for word in plain.split()]
    letters = "".join(c if c.isalnum() else " " for c in " ".join(words))
    kept = [word for word in letters.split() if word not in ARTICLES]
    return " ".join(kept[1:] if len(kept) > 1 and kept[0] in LEADING else kept)


def agreement(proposal: Entry, annotated: Entry) -> dict[str, bool]:
    """Which fields of a pair are right."""
    told = annotated["speaker"]
    chain = [normal(name) for name in annotated["chain"]]
    ends_in_speaker = annotated["tier"] == "core" or chain[-1:] == [normal(told["canonical"])]
    names = {normal(told["canonical"])} | ({chain[-1]} if ends_in_speaker else set())
    speaker = normal(proposal["speaker"]["canonical"])
    given = [normal(name) for name in proposal["chain"]]
    if ends_in_speaker:
        right_chain = bool(given) and given[:-1] == chain[:-1] and given[-1] in names
    else:
        right_chain = given in (chain, [*chain, speaker])
    return {
        "speaker": speaker in names,
        "named": proposal["speaker"]["named"] == told["named"],
        "chain": right_chain,
        "chain, literally": given == chain,
        "mode": proposal["mode"] == annotated["mode"],
        "channel": folded(proposal["channel"]) == folded(annotated["channel"]),
    }


def folded(channel: str) -> str:
    return "public" if channel == "public-report" else channel


# --- figures ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Score:
    """Counts, so that pages can be pooled. `right[field]` is out of `matched`."""

    core: int
    annotated: int
    proposed: int
    matched_core: int
    matched: int
    right: Mapping[str, int]

    @property
    def core_recall(self) -> float:
        return share(self.matched_core, self.core)

    @property
    def recall(self) -> float:
        return share(self.matched, self.annotated)

    @property
    def precision(self) -> float:
        return share(self.matched, self.proposed)

    def of(self, field: str) -> float:
        """Share of pairs with this field right."""
        return share(self.right[field], self.matched)

    def __str__(self) -> str:
        shown = [
            f"core {self.matched_core}/{self.core}",
            f"all {self.matched}/{self.annotated}",
            f"precision {self.matched}/{self.proposed}",
            *(f"{field} {self.right[field]}/{self.matched}" for field in FIELDS),
        ]
        return "; ".join(shown)


def share(count: int, of: int) -> float:
    """NaN where there is nothing to count, so that no floor can be met by an empty page."""
    return count / of if of else float("nan")


def score(reading: Mapping[str, Any], annotation: Mapping[str, Any]) -> Score:
    """Compare the JSON of `standoff read` with an annotation."""
    proposals, annotated = reading["statements"], annotation["statements"]
    places = [(own["at"]["start"], own["at"]["end"]) for own in proposals]
    found = pairs(places, [place_of(own) for own in annotated])
    right = Counter[str]()
    for i, j in found:
        right.update(field for field, holds in agreement(proposals[i], annotated[j]).items() if holds)
    return Score(
        core=sum(own["tier"] == "core" for own in annotated),
        annotated=len(annotated),
        proposed=len(proposals),
        matched_core=sum(annotated[j]["tier"] == "core" for _, j in found),
        matched=len(found),
        right={field: right[field] for field in FIELDS},
    )


def pooled(scores: Iterable[Score]) -> Score:
    """The score of all pages taken as one."""
    every = list(scores)
    return Score(
        core=sum(own.core for own in every),
        annotated=sum(own.annotated for own in every),
        proposed=sum(own.proposed for own in every),
        matched_core=sum(own.matched_core for own in every),
        matched=sum(own.matched for own in every),
        right={field: sum(own.right[field] for own in every) for field in FIELDS},
    )
