"""A quick map of two parameters around the settings of a page: every cell a draw, all solved together.

The rule of selection is that of every other answer (`docs/decisions/0008`): the centre of each cell is one row of
values for `standoff.study.chunk.answer_draws`, which answers rows as a study does. Every cell is solved and certified
by itself, none is filled in from its neighbours; what is not certified has the status that says why, ``timeout`` where
there was no time to ask. Unlike `standoff map` this finds no boundaries and no classes that hold beside the selected
one.

Axes: tables are ``[row, column]``, the row a cell of the second axis (y), lowest first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from standoff.errors import RequestError
from standoff.explore.exchange import Asked, posted
from standoff.explore.lanes import Overtaken
from standoff.explore.session import Session

if TYPE_CHECKING:  # what computes is imported where it does, so that the page need not wait for it
    from standoff.findings.region_axes import Axis, Named
    from standoff.game.game import Floats, Ints
    from standoff.game.model import Model
    from standoff.study.answers import Answers

FEWEST, MOST = 4, 64  # cells along an axis
BLOCK, LARGE = 256, 1000  # cells solved between two looks at the time; an eighth in games with more nodes
SECONDS = 20.0
DIGITS = 4  # of a probability


@dataclass(frozen=True, eq=False)
class Grid:
    """The answers at the centres of all cells, row by row."""

    axes: tuple[Axis, Axis]
    answers: Answers

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.axes[1].cells, self.axes[0].cells


def grid(
    model: Model,
    across: tuple[Named, Named],
    settings: Mapping[str, float],
    cells: int,
    cancelled: Callable[[], bool] = lambda: False,
) -> Grid:
    """The map of two parameters, all others at `settings` or their base values.

    What is set of the two parameters themselves is where the reader stands on the map, and moves nothing else.
    Raises `RequestError` for axes or a number of cells that cannot be, `Overtaken` when `cancelled` turns true.
    """
    import numpy as np

    from standoff.findings.region_axes import axes_of
    from standoff.study.answers import TIMEOUT, blank
    from standoff.study.chunk import answer_draws, decision_options

    if isinstance(cells, bool) or not isinstance(cells, int) or not FEWEST <= cells <= MOST:
        raise RequestError.of(f"a map cannot have {cells!r} cells on a side", f"choose from {FEWEST} to {MOST}")
    own = [named if isinstance(named, str) else named[0] for named in across]
    held = {name: value for name, value in settings.items() if name not in own}
    axes = axes_of(model, across, held, cells)
    values = _values(model, axes, held)
    game = model.game
    results = blank(cells * cells, len(game.outcomes), len(decision_options(model)), len(game.actors))
    none = np.empty((0, len(game.infosets)), dtype=np.int16)  # other equilibria are not looked for
    block, deadline = BLOCK // 8 if game.n_nodes > LARGE else BLOCK, time.monotonic() + SECONDS
    for start in range(0, cells * cells, block):
        if cancelled():
            raise Overtaken()
        if time.monotonic() > deadline:
            results.status[start:] = TIMEOUT
            break
        rows = slice(start, min(start + block, cells * cells))
        part = {name: column[rows] for name, column in values.items()}
        _enter(results, rows, answer_draws(model, part, rows.stop - rows.start, starts=none))
    return Grid(axes, results)


def _values(model: Model, axes: tuple[Axis, Axis], held: Mapping[str, float]) -> dict[str, Floats]:
    """``float64[cell]`` of every parameter, derived ones included: the same numbers that `model.values` has there."""
    import numpy as np

    from standoff.scenario.values import complete

    scenario = model.scenario
    assert scenario is not None
    x, y = ([float(centre) for centre in axis.centres] for axis in axes)
    base = {name: float(value) for name, value in model.values(held).items()}
    given = {
        definition.name: np.full(len(x) * len(y), base[definition.name])
        for definition in scenario.parameters
        if definition.expression is None or definition.name in held
    }
    given[axes[0].name] = np.tile(np.array(x), len(y))
    given[axes[1].name] = np.repeat(np.array(y), len(x))
    return complete(scenario, given)


def _enter(results: Answers, rows: slice, part: Answers) -> None:
    for name in ("selected", "decision", "payoffs", "status", "method", "kind", "gain"):
        getattr(results, name)[rows] = getattr(part, name)


def view(model: Model, found: Grid) -> dict[str, Any]:
    """The map as JSON values: per cell its most probable outcome, the probabilities, its class and its status.

    `outcomes` lists those with a probability of at least 1 in 1,000 somewhere, in the order of the file; `best` and
    `probability` refer to them. `kinds` numbers classes from 0 by the share of cells, -1 where nothing is certified.
    """
    import numpy as np

    from standoff.study.answers import CARRIED, STATUSES

    answers = found.answers
    certified = answers.certified
    selected = np.where(certified[:, None], answers.selected, 0.0)
    shown = [index for index in range(len(model.game.outcomes)) if selected[:, index].max(initial=0.0) >= 1e-3]
    probability = np.asarray(np.round(selected[:, shown], DIGITS) + 0.0, dtype=np.float64)
    best = np.where(certified, np.argmax(selected[:, shown], axis=1) if shown else -1, -1)
    status, count = np.unique(answers.status, return_counts=True)
    return {
        "axes": [axis.to_dict() | {"cells": axis.cells} for axis in found.axes],
        "outcomes": [model.game.outcomes[index] for index in shown],
        "best": best.reshape(found.shape).tolist(),
        "probability": probability.T.reshape(len(shown), *found.shape).tolist(),
        "kinds": _numbered(answers).reshape(found.shape).tolist(),
        "statuses": {STATUSES[code]: n for code, n in zip(status.tolist(), count.tolist(), strict=True)},
        "carried": int(np.sum(answers.method == CARRIED)),
        "table": _table(model, best, probability, shown),
    }


def _numbered(answers: Answers) -> Ints:
    """[cell] classes numbered by their size, the largest first."""
    import numpy as np

    kinds, own, count = np.unique(
        np.where(answers.certified, answers.kind, -1), return_inverse=True, return_counts=True
    )
    order = sorted(range(len(kinds)), key=lambda number: (kinds[number] == -1, -count[number], kinds[number]))
    rank = np.empty(len(kinds), dtype=np.int64)
    for place, number in enumerate(order):
        rank[number] = -1 if kinds[number] == -1 else place
    return np.asarray(rank[own])


def _table(model: Model, best: Ints, probability: Floats, shown: list[int]) -> list[dict[str, Any]]:
    """Per outcome: the share of cells where it is most probable, and its mean and bounds over certified ones."""
    sure = best >= 0
    rows = []
    for place, index in enumerate(shown):
        column = probability[sure, place]
        rows.append(
            {
                "name": model.game.outcomes[index],
                "share": float((best == place).mean()),
                "mean": float(column.mean()) if column.size else None,
                "low": float(column.min()) if column.size else None,
                "high": float(column.max()) if column.size else None,
            }
        )
    return rows


def _axis(given: Any) -> Named:
    """A parameter, or a parameter and where it runs. Raises `RequestError` for anything else."""
    if isinstance(given, str):
        return given
    if isinstance(given, list) and len(given) == 3 and isinstance(given[0], str):
        name, low, high = given
        if not any(isinstance(end, bool) or not isinstance(end, int | float) for end in (low, high)):
            return name, float(low), float(high)
    raise RequestError.of("a map needs two parameters", "choose one for each axis")


def routes(session: Session) -> list[Route]:
    """The map, computed among the long work; a newer one overtakes it."""

    def answer(asked: Asked) -> dict[str, Any]:
        body, model = asked.body, asked.loaded.model
        across = _axis(body.get("x")), _axis(body.get("y"))
        found = grid(model, across, asked.settings, body.get("cells", 24), asked.cancelled)
        return view(model, found)

    return [posted(session, "/api/regions", answer, lane="long")]
