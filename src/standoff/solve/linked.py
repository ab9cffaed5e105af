"""Things in groups that share nothing with each other, so that each group can be decided alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


def linked(things: Iterable[T], shares: Callable[[T], Any]) -> list[tuple[T, ...]]:
    """The things in groups; within one each thing shares something with another, directly or through others.

    `shares` says what a thing may share: a set, or the bits of a number. Things stay in the order given where groups
    are not joined, and a group that a thing joins comes before it.
    """
    groups: list[tuple[Any, tuple[T, ...]]] = []
    for thing in things:
        shared = shares(thing)
        members: tuple[T, ...] = (thing,)
        apart = []
        for theirs, others in groups:
            if theirs & shared:
                shared, members = shared | theirs, others + members
            else:
                apart.append((theirs, others))
        groups = [*apart, (shared, members)]
    return [members for _, members in groups]
