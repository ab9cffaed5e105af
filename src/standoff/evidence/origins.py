"""Where statements come from in the end, and how many origins known to be independent stand behind a claim.

A carrier adds no evidence: what an aggregator copied from a newspaper is the newspaper's, and what a newspaper heard
from a source is the source's. The origin of a statement is

1. the group that the ledger's `origins` puts it in, known to be independent where the group says so;
2. else, where its speaker is named (and no outlet): that speaker, independent of other named speakers;
3. else the voice of a narrator, or what came unnamed through the carrier nearest to the speaker (what an outlet says
   without naming its source included), of unknown independence.

*Counting.* All origins of unknown independence together count as one: nobody has said that they are more. With
`independent` (the switch ``--independent``) nothing is merged, and unnamed speakers that the ledger calls by different
names are origins of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from standoff.evidence.records import NARRATOR, Ledger, Statement


@dataclass(frozen=True, order=True)
class Origin:
    """One origin; `known` where it is known to be independent of every other."""

    name: str
    known: bool


def origin_of(ledger: Ledger, statement: Statement, *, independent: bool = False) -> Origin:
    """The origin of a statement."""
    for group in ledger.origins:
        if statement.id in group.statements:
            return Origin(group.id, group.independent or independent)
    if statement.named:
        return Origin(statement.speaker.canonical, True)
    if statement.speaker.kind == NARRATOR:
        return Origin(f"{statement.carrier} in its own voice", independent)
    if independent and not statement.speaker.carrier:
        return Origin(f"{statement.speaker.canonical} (unnamed) through {statement.carrier}", True)
    return Origin(f"unnamed through {statement.carrier}", independent)


def origins(ledger: Ledger, statements: Iterable[Statement], *, independent: bool = False) -> tuple[Origin, ...]:
    """The origins of statements, each once, in the order met."""
    found = (origin_of(ledger, statement, independent=independent) for statement in statements)
    return tuple(dict.fromkeys(found))


def count_independent(found: Iterable[Origin]) -> int:
    """How many origins count: each that is known to be independent, and one for all others together."""
    distinct = set(found)
    return sum(origin.known for origin in distinct) + any(not origin.known for origin in distinct)
