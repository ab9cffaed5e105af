"""Groups of things that share something, against the components of a graph found by reaching out from each thing."""

from __future__ import annotations

import random

import pytest

from standoff.solve.linked import linked


def reached(things: list[int], first: int) -> set[int]:
    """Places of everything that hangs together with one thing."""
    found, edge = {first}, [first]
    while edge:
        here = edge.pop()
        for place, thing in enumerate(things):
            if place not in found and thing & things[here]:
                found.add(place)
                edge.append(place)
    return found


@pytest.mark.parametrize("seed", range(40))
def test_groups_are_what_can_be_reached(seed: int) -> None:
    generator = random.Random(seed)
    things = [
        sum(1 << bit for bit in generator.sample(range(14), generator.randint(0, 3)))
        for _ in range(generator.randint(0, 12))
    ]
    groups = linked(enumerate(things), lambda pair: pair[1])
    assert sorted(place for group in groups for place, _ in group) == list(range(len(things)))
    for group in groups:
        places = {place for place, _ in group}
        assert all(reached(things, place) == places for place in places)
    sets = linked(enumerate(things), lambda pair: {bit for bit in range(14) if pair[1] >> bit & 1})
    assert sets == groups


def test_things_stay_in_order_where_groups_are_not_joined() -> None:
    assert linked([0b1, 0b10, 0b1, 0b100, 0b10], int) == [(0b1, 0b1), (0b100,), (0b10, 0b10)]
    assert linked([0b1, 0b10, 0b11], int) == [(0b10, 0b1, 0b11)]
