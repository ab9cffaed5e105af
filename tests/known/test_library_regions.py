"""Region maps of library games against the closed forms of the models.

The reference regions are written here from the models' thresholds (derived, in exact fractions), not from the code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from standoff import api
from standoff.findings.region_axes import Named
from standoff.findings.region_map import RegionMap
from standoff.findings.regions import regions

F = Fraction
# base values cSQ = 3, cDC = 4, cCD = 1, cDDp = 2; dDC = 1, dCD = 3, dDDm = 0
C_H = F(4 - 3, 4 - 2)  # (cDC - cSQ) / (cDC - cDDp)
C_S = F(4 - 3, 4 - 1)  # (cDC - cSQ) / (cDC - cCD)
D_T = F(3 - 1, 3 - 0)  # (dCD - dDC) / (dCD - dDDm)


@dataclass(frozen=True)
class Known:
    """A game, a plane, and where each class named by the scenario holds: a predicate of (x, y)."""

    game: str
    across: tuple[Named, Named]
    resolution: int
    regions: Mapping[str, Callable[[Fraction, Fraction], bool]]


KNOWN = [
    Known(
        "unilateral_deterrence",
        ("pCh", "pDef"),
        24,
        {
            "certain_deterrence": lambda ch, de: de >= C_H,
            "separating": lambda ch, de: C_S <= de <= C_H,
            "attack": lambda ch, de: de <= C_S and ch >= D_T,
            "bluff": lambda ch, de: de < C_S and ch < D_T,
            "steadfast_deterrence": lambda ch, de: True,
        },
    ),
    # r* = (E_forced - E_none) / (E_forced - E_war); where E_wd > E_war the coalition withdraws and all veto
    Known(
        "consent_deployment",
        ("pi", ("E_war", -8, -3)),
        20,
        {
            "semi_separating": lambda pi, war: war >= -6 and pi < F(5) / (5 - war),
            "veto_respected": lambda pi, war: war >= -6 and pi >= F(5) / (5 - war),
            "consent_pool": lambda pi, war: war >= -6,
        },
    ),
    # a* = (aDC - aSQ) / (aDC - aDD)
    Known(
        "rudimentary_deterrence",
        ("pB", ("aSQ", "1/7", "2.8")),
        20,
        {
            "attack": lambda p, status: p <= (3 - status) / F(3),
            "deterrence": lambda p, status: p >= (3 - status) / F(3),
        },
    ),
]


@cache
def mapped(game: str, across: tuple[Named, Named], resolution: int, method: str) -> RegionMap:
    return regions(api.load(f"library:{game}"), across=across, resolution=resolution, method=method, seconds=300)


def named_at(found: RegionMap, row: int, column: int) -> set[str]:
    return {found.classes[k].name for k in found.sets[found.cell[row, column]]}


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.game)
def test_every_cell_has_the_classes_of_the_closed_form(known: Known) -> None:
    found = mapped(known.game, known.across, known.resolution, "conditions")
    assert found.method == "conditions"
    assert found.complete
    x, y = found.axes
    for row, high in enumerate(y.centres):
        for column, wide in enumerate(x.centres):
            expected = {name for name, inside in known.regions.items() if inside(wide, high)}
            assert named_at(found, row, column) & known.regions.keys() == expected, (wide, high)


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.game)
def test_boundaries_lie_on_the_closed_form(known: Known) -> None:
    """On one side of every point, a millionth of the axis away, the class holds, and on another it does not."""
    found = mapped(known.game, known.across, known.resolution, "conditions")
    assert found.boundaries
    spans = [float(axis.span) for axis in found.axes]
    for boundary in found.boundaries:
        assert boundary.certified
        inside = known.regions.get(found.classes[boundary.class_index].name)
        if inside is None:
            continue
        for x, y in boundary.points:
            around = {
                inside(F(x) + F(i * spans[0] / 1e6), F(y) + F(j * spans[1] / 1e6))
                for i in (-1, 0, 1)
                for j in (-1, 0, 1)
            }
            assert around == {True, False}, (boundary.class_index, x, y)


def test_thresholds_of_unilateral_deterrence() -> None:
    found = mapped("unilateral_deterrence", ("pCh", "pDef"), 24, "conditions")
    for boundary in found.boundaries:
        name = found.classes[boundary.class_index].name
        xs, ys = np.array(boundary.points).T
        if "pCh" in boundary.condition:
            assert name in ("attack", "bluff")
            assert np.abs(xs - float(D_T)).max() < 1e-6
        else:
            threshold = C_H if "1 / 2" in boundary.condition else C_S
            assert np.abs(ys - float(threshold)).max() < 1e-6
    said = {boundary.general for boundary in found.boundaries if boundary.class_index >= 0}
    assert "pDef >= (cDC - cSQ) / (cDC - cDDp)" in said
    assert "pCh < (dCD - dDC) / (dCD - dDDm)" in said


def test_a_boundary_that_turns_has_its_corner() -> None:
    found = mapped("unilateral_deterrence", ("pCh", "pDef"), 24, "conditions")
    bluff = [b for b in found.boundaries if found.classes[b.class_index].name == "bluff"]
    corner = (float(D_T), float(C_S))
    assert len(bluff) == 2
    assert all(any(np.allclose(point, corner, atol=1e-9) for point in b.points) for b in bluff)


@pytest.mark.parametrize("known", [KNOWN[0], KNOWN[2]], ids=lambda known: known.game)
def test_enumeration_finds_what_conditions_say(known: Known) -> None:
    """The two ways share neither the derivation nor the search; at the same cells they agree."""
    exact = mapped(known.game, known.across, 8, "conditions")
    numeric = mapped(known.game, known.across, 8, "enumeration")
    assert numeric.method == "enumeration"
    for row in range(8):
        for column in range(8):
            assert named_at(exact, row, column) == named_at(numeric, row, column)
    assert {b.class_index for b in exact.boundaries} == {b.class_index for b in numeric.boundaries}
    for boundary in numeric.boundaries:
        assert boundary.certified
        assert boundary.within <= 1e-6
        inside = known.regions[numeric.classes[boundary.class_index].name]
        for x, y in boundary.points:
            spans = [float(axis.span) for axis in numeric.axes]
            near = {
                inside(F(x) + F(i * spans[0] / 1e6), F(y) + F(j * spans[1] / 1e6))
                for i in (-1, 0, 1)
                for j in (-1, 0, 1)
            }
            assert near == {True, False}


def test_a_cell_on_an_edge_is_enumerated_with_the_classes_that_hold_only_there() -> None:
    """With five rows the middle one lies at pDef = 1/2 = cH, where a Hard challenger is indifferent."""
    found = mapped("unilateral_deterrence", ("pCh", "pDef"), 5, "conditions")
    edge = named_at(found, 2, 1)
    assert {"certain_deterrence", "separating"} <= edge
    assert any("hard cooperate or defect" in name for name in edge)
    assert not any("hard cooperate or defect" in name for row in (0, 1, 3, 4) for name in named_at(found, row, 1))


def test_settings_move_the_regions() -> None:
    """cDC = 5: cH = 2/3 and cS = 1/2."""
    model = api.load("library:unilateral_deterrence")
    found = regions(model, across=("pCh", "pDef"), set={"cDC": 5}, resolution=6, method="conditions")
    assert found.fixed["cDC"] == 5
    rows = {row: named_at(found, row, 0) for row in range(6)}
    holds = {name: [row for row, names in rows.items() if name in names] for name in ("bluff", "certain_deterrence")}
    assert holds == {"bluff": [0, 1, 2], "certain_deterrence": [4, 5]}


def test_selected_classes_hold_and_their_outcomes_are_probabilities() -> None:
    model = api.load("library:rudimentary_deterrence")
    found = regions(model, across=("pB", ("aSQ", 1, "2.9")), resolution=4, selected=True)
    assert found.selected is not None
    assert found.outcome is not None
    for row, column in np.ndindex(4, 4):
        assert int(found.selected[row, column]) in found.sets[found.cell[row, column]]
    assert np.allclose(found.outcome.sum(axis=2), 1)
