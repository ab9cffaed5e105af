"""What the game takes for granted, in a brief: that the members agree, the force is there, and moves have an order.

One section for each block that the scenario has, in plain values: the numbers of ``standoff unity``, ``standoff
force``, ``standoff decompose`` and ``standoff graph`` at the draws and the seed of the brief. A section that could not
be computed says why, and the rest of the brief can be had all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from standoff.brief.absence import AbsencePart, absence_part
from standoff.brief.cells import Labels
from standoff.brief.means import ForcePart, force_part
from standoff.brief.members import UnityPart, unity_part
from standoff.brief.orderless import OrderlessPart, orderless_part
from standoff.draw.labels import Names
from standoff.errors import StandoffError
from standoff.findings.decomposition import decompose
from standoff.findings.pledges import force_of, unity_of
from standoff.game.model import Model
from standoff.graph.analyse import analyse
from standoff.scenario.scenario import Scenario

DECOMPOSED = 256  # draws at which every combination of switches is solved, as many as `standoff decompose` takes
ORDERLESS = 1_024  # draws at which states are asked to be stable
Part = TypeVar("Part")


@dataclass(frozen=True)
class CredibilityPage:
    """The sections that there are; `missing` has why one could not be computed, `short` their gist with anchors."""

    unity: UnityPart | None = None
    force: ForcePart | None = None
    absence: AbsencePart | None = None
    orderless: OrderlessPart | None = None
    missing: tuple[str, ...] = ()
    short: tuple[tuple[str, str], ...] = ()
    computed: tuple[tuple[str, str], ...] = ()


def brief_credibility(
    model: Model, draws: int, seed: int, tell: Callable[[str], None] | None = None
) -> CredibilityPage | None:
    """The sections of a scenario with a block `coalition`, `force` or `decomposition`; None without any of them.

    Without draws there are only the base values, and no decomposition.
    """
    scenario = model.scenario
    if scenario is None or not (scenario.coalition or scenario.force or scenario.decomposition):
        return None
    labels = Labels(Names.of(model.game, scenario), scenario)
    missing: list[str] = []

    def had(what: str, make: Callable[[], Part]) -> Part | None:
        if tell is not None:
            tell(what)
        try:
            return make()
        except StandoffError as error:
            missing.append(f"{what[0].upper()}{what[1:]} could not be computed: {error}")
            return None

    unity = force = absence = orderless = None
    if scenario.coalition:
        unity = had("unity", lambda: unity_part(unity_of(scenario, draws=draws, seed=seed), labels))
    if scenario.force:
        force = had("the force", lambda: force_part(force_of(scenario, draws=draws, seed=seed)))
    if scenario.decomposition and draws:
        few = min(draws, DECOMPOSED)
        absence = had(
            "the decomposition",
            lambda: absence_part(decompose(model, draws=few, seed=seed, tell=tell), labels, _file(scenario)),
        )
    if scenario.graph is None:
        some = min(draws, ORDERLESS)
        orderless = had("the graph", lambda: orderless_part(analyse(model, draws=some, seed=seed), labels))
    parts = [part for part in (unity, force, absence, orderless) if part is not None]
    return CredibilityPage(
        unity=unity,
        force=force,
        absence=absence,
        orderless=orderless,
        missing=tuple(missing),
        short=tuple(part.short for part in parts if part.short[0]),
        computed=tuple(row for part in parts for row in part.computed),
    )


def _file(scenario: Scenario) -> str:
    """What a reader calls the file: its name, without the folders of whoever wrote the brief."""
    return Path(scenario.path).name if scenario.path else "FILE"
