"""A study as a labelled `xarray.Dataset`, with coordinates draw, outcome, option, actor and parameter.

Status and method are text; everything else is as in `standoff.study.answers`. Needs the extra ``xarray``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from standoff.errors import RequestError
from standoff.game.game import Floats
from standoff.study.answers import METHODS, STATUSES, Answers
from standoff.study.parts import Names

if TYPE_CHECKING:
    from xarray import Dataset


def dataset(
    answers: Answers, names: Names, parameters: Mapping[str, Floats], attributes: Mapping[str, Any], first: int = 0
) -> Dataset:
    """The dataset of consecutive draws, the first of which is number `first`; `names` names outcomes and so on.

    Raises `RequestError` where xarray is not installed.
    """
    try:
        import xarray
    except ImportError as error:
        raise RequestError.of(
            "a labelled dataset needs xarray, which is not installed",
            "install the extra: pip install 'standoff[xarray]'",
        ) from error
    draws = len(answers)
    by_outcome, draw = ("draw", "outcome"), ("draw",)
    values = np.array([np.broadcast_to(column, draws) for column in parameters.values()]).reshape(-1, draws).T
    return xarray.Dataset(
        {
            "selected": (by_outcome, answers.selected),
            "low": (by_outcome, answers.low),
            "high": (by_outcome, answers.high),
            "decision": (("draw", "option"), answers.decision),
            "payoffs": (("draw", "actor"), answers.payoffs),
            "parameters": (("draw", "parameter"), values),
            "status": (draw, np.array(STATUSES)[answers.status]),
            "method": (draw, np.array(METHODS)[answers.method]),
            **{name: (draw, getattr(answers, name)) for name in ("known", "kind", "gain", "audit", "branch")},
        },
        coords={
            "draw": np.arange(first, first + draws),
            "outcome": list(names.outcomes),
            "option": list(names.options),
            "actor": list(names.actors),
            "parameter": list(parameters),
        },
        attrs=dict(attributes),
    )
