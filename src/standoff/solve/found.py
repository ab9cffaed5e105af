"""What a search for one equilibrium comes back with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from standoff.solve.assessment import Assessment

Accept: TypeAlias = Callable[[Assessment], bool]  # the verifier


@dataclass(frozen=True, eq=False)
class Found:
    """An equilibrium, or None with the reason; how it was found, on a path at which precision, after how many steps."""

    assessment: Assessment | None
    method: str
    precision: float
    steps: int
    reason: str = ""
