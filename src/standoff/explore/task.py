"""What a background process of the explorer is asked to do: a value that is sent to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from standoff.game.model import Model

STUDY, BRIEF = "study", "brief"
KINDS = (STUDY, BRIEF)
PAGE = "brief.html"  # the brief, in the folder of its task


@dataclass(frozen=True, eq=False)
class Task:
    """One of `KINDS`, of a model at `settings`, in a folder."""

    kind: str
    model: Model
    settings: Mapping[str, float]
    draws: int
    seed: int
    folder: str

    @property
    def held(self) -> dict[str, str]:
        """The settings as texts, as a study keeps them."""
        return {name: str(value) for name, value in self.settings.items()}
