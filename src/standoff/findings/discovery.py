"""In which conditions does it end so? Scenario discovery by PRIM (Friedman & Fisher 1999; Bryant & Lempert 2010).

Notation: y the probability of the outcome at a draw, z what is looked for: ``1[y >= threshold]`` (objective ``cases``)
or y itself (objective ``mean``). Of a box (`standoff.findings.peeling`):

- *coverage*: the sum of z inside as a share of that over all draws;
- *density*: the mean of z inside; *mean*: the mean of y inside;
- *mass*: the share of draws inside; *restricted*: how many parameters it limits.

The whole trajectory is kept. The box chosen, unless the caller names another: of those that restrict at most `most`
parameters, and in which most draws end so if there are such boxes, the one with the largest coverage less the share of
the other draws that it catches too (Youden's index, which unlike accuracy does not depend on how common the outcome
is). It is pasted once more, and restrictions that could be chance are lifted one by one, the least certain first: those
whose quasi-p-value (Bryant & Lempert 2010) exceeds 0.05, that is the chance of a density as high if the restriction
only picked draws at random from the box without it (binomial for ``cases``, normal for ``mean``; it ignores that the
limit was chosen for its density, hence *quasi*).

*Reproduced*: PRIM is run again on `RESAMPLES` random halves; the share in which the box nearest in coverage (in
density) restricts the parameter too. The box that the same rule chooses on each half (the one nearest in coverage where
the caller chose), measured on the other half, gives density and coverage *held out*, on average: what a box is worth on
draws that it was not fitted to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import bdtrc, ndtr

from standoff.errors import RequestError
from standoff.findings.conditions import Condition, condition, sentence
from standoff.findings.given import Given, given, plain, too_rare
from standoff.findings.peeling import OBJECTIVES, Limits, paste, peel
from standoff.game.game import Floats
from standoff.notebook import Displayed

MOST_DRAWS = 20_000
RESAMPLES = 10
CHANCE = 0.05
MAJORITY = 0.5
RULE = (
    "of the boxes that restrict at most {most} parameters, and of a density above one half if there are such boxes, "
    "the one with the largest coverage less the share of the other draws inside (Youden's index), widened where that "
    "raises its density; restrictions with a quasi-p-value above 0.05 are lifted"
)


@dataclass(frozen=True)
class Step:
    """One box of the trajectory; `pasted` where it came from widening the last peeled box."""

    coverage: float
    density: float
    mean: float
    mass: float
    restricted: int
    pasted: bool


@dataclass(frozen=True)
class Restriction:
    """One parameter's limits in the box chosen, its quasi-p-value and how often halves of the draws reproduce it."""

    condition: Condition
    quasi_p: float
    reproduced_coverage: float
    reproduced_density: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**self.condition.to_dict(), **{key: value for key, value in vars(self).items() if key != "condition"}}


@dataclass(frozen=True)
class Discovery(Displayed):
    """Where an outcome comes about: the trajectory of boxes and the box chosen, or a `statement` why there is none.

    `base` is the mean of z over all draws used, `box` the number of the trajectory's box that was chosen, `lifted` the
    restrictions of it that could be chance. `coverage`, `density`, `mean` and `mass` are of the box after that.
    """

    outcome: str
    threshold: float | None
    objective: str
    base: float
    trajectory: tuple[Step, ...]
    box: int | None
    rule: str
    restrictions: tuple[Restriction, ...]
    lifted: tuple[str, ...]
    coverage: float
    density: float
    mean: float
    mass: float
    held_out_coverage: float | None
    held_out_density: float | None
    draws: int
    certified: int
    used: int
    seed: int
    constant: tuple[str, ...]
    statement: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            **plain(self),
            "method": "PRIM",
            "trajectory": [dict(vars(step)) for step in self.trajectory],
            "restrictions": [restriction.to_dict() for restriction in self.restrictions],
        }


# shares of reproduction [coverage/density, parameter]; coverage and density held out
Tested = tuple[Floats, tuple[float | None, float | None]]


@dataclass(frozen=True, eq=False)
class _Search:
    """How to search, and in what."""

    sample: Given
    z: Floats
    alpha: float
    least: float
    objective: str  # of peeling
    most: int

    def trajectory(self) -> tuple[tuple[Limits, ...], int]:
        """The boxes, peeled then pasted, and how many were peeled."""
        peeled = peel(self.sample.x, self.z, alpha=self.alpha, least=self.least, objective=self.objective)
        pasted = paste(self.sample.x, self.z, peeled[-1], alpha=self.alpha) if len(peeled) > 1 else ()
        return (*peeled, *pasted), len(peeled)

    def measure(self, box: Limits, pasted: bool = False) -> Step:
        inside = box.inside(self.sample.x)
        return Step(
            coverage=float(self.z[inside].sum() / self.z.sum()),
            density=float(self.z[inside].mean()) if inside.any() else 0.0,
            mean=float(self.sample.y[inside].mean()) if inside.any() else 0.0,
            mass=float(inside.mean()),
            restricted=int(box.restricted.sum()),
            pasted=pasted,
        )

    def rows(self, kept: np.ndarray[Any, np.dtype[np.int64]]) -> _Search:
        s = self.sample
        part = Given(s.names, s.x[kept], s.y[kept], s.constant, s.draws, s.undefined)
        return _Search(part, self.z[kept], self.alpha, self.least, self.objective, self.most)


def discover(
    parameters: Mapping[str, Floats],
    y: Floats,
    *,
    outcome: str = "the outcome",
    threshold: float | None = 0.5,
    box: int | None = None,
    most: int = 4,
    alpha: float = 0.05,
    least: float = 0.05,
    peeling: str = "lenient1",
    seed: int = 0,
    labels: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> Discovery:
    """The conditions in which `y`, ``float64[draw]``, is high, in terms of the parameters, each ``float64[draw]``.

    `threshold` None looks for a high mean of y instead of for draws at or above it. `box` chooses that number of the
    trajectory (all its restrictions kept) in place of the stated rule. `alpha`, `least` and `peeling` are those of
    `standoff.findings.peeling.peel`. Raises `RequestError` where lengths differ or `box` is not on the trajectory.
    """
    _check(alpha, least, peeling, most)
    rng = np.random.default_rng(seed)
    whole = given(parameters, y)
    sample = whole.some(MOST_DRAWS, rng)
    objective = "mean" if threshold is None else "cases"
    z = sample.y if threshold is None else (sample.y >= threshold).astype(float)
    obstacle = whole.obstacle or too_rare(z, outcome, threshold)
    facts: dict[str, Any] = {
        "outcome": outcome,
        "threshold": threshold,
        "objective": objective,
        "base": float(z.mean()) if len(z) else float("nan"),
        "rule": f"box {box} of the trajectory, by request" if box is not None else RULE.format(most=most),
        "draws": whole.draws,
        "certified": len(whole),
        "used": len(sample),
        "seed": seed,
        "constant": whole.constant,
    }
    if obstacle:
        return _nothing(facts, (), obstacle)
    search = _Search(sample, z, alpha, least, peeling, most)
    boxes, peeled = search.trajectory()
    steps = tuple(search.measure(one, number >= peeled) for number, one in enumerate(boxes))
    if box is not None and not 0 <= box < len(boxes):
        raise RequestError.of(f"there is no box {box} on the trajectory", f"choose one from 0 to {len(boxes) - 1}")
    chosen = _choose(steps, most) if box is None else box
    if chosen == 0:
        return _nothing(facts, steps, f"No range of the parameters makes {outcome} markedly more frequent.")
    final, lifted = (boxes[chosen], ()) if box is not None else _lift(search, _widened(search, boxes[chosen]))
    if not final.restricted.any():
        return _nothing(facts, steps, f"No restriction of a parameter can be told from chance for {outcome}.", lifted)
    tested = _resample(search, search.measure(final), rng, by_request=box is not None)
    return _described(search, facts, steps, (chosen, final, lifted), tested, (labels or {}, units or {}))


def _check(alpha: float, least: float, peeling: str, most: int) -> None:
    if not 0 < alpha < 0.5 or not 0 < least < 1 or most < 1:
        raise RequestError.of(
            f"peeling {alpha} at a time down to {least} in at most {most} parameters cannot be done",
            "give alpha between 0 and 0.5, least between 0 and 1 and most of 1 or more",
        )
    if peeling not in OBJECTIVES:
        raise RequestError.of(f"no peeling objective is called `{peeling}`", f"use one of {', '.join(OBJECTIVES)}")


def _nothing(facts: dict[str, Any], steps: tuple[Step, ...], why: str, lifted: tuple[str, ...] = ()) -> Discovery:
    """No conditions: the box chosen is the whole space."""
    return Discovery(
        **facts,
        trajectory=steps,
        box=0 if steps else None,
        restrictions=(),
        lifted=lifted,
        coverage=1.0,
        density=facts["base"],
        mean=steps[0].mean if steps else facts["base"],
        mass=1.0,
        held_out_coverage=None,
        held_out_density=None,
        statement=why,
    )


def _choose(steps: Sequence[Step], most: int) -> int:
    """The number of the box that the stated rule chooses."""
    base = steps[0].density

    def worth(number: int) -> tuple[bool, float, int]:
        step = steps[number]
        others = step.mass * (1 - step.density) / (1 - base) if base < 1 else 0.0
        return step.density > MAJORITY, step.coverage - others, -number

    return max((number for number, step in enumerate(steps) if step.restricted <= most), key=worth)


def _by_rule(search: _Search, boxes: Sequence[Limits], steps: Sequence[Step]) -> Limits:
    """The box that the stated rule ends with; the whole space where it finds none."""
    chosen = _choose(steps, search.most)
    return _lift(search, _widened(search, boxes[chosen]))[0] if chosen else boxes[0]


def _widened(search: _Search, box: Limits) -> Limits:
    """The box after pasting, if that can widen it."""
    return (box, *paste(search.sample.x, search.z, box, alpha=search.alpha))[-1]


def _lift(search: _Search, box: Limits) -> tuple[Limits, tuple[str, ...]]:
    """The box without the restrictions that could be chance, and their names."""
    lifted: list[str] = []
    while box.restricted.any():
        worst, number = max(
            (quasi_p(search.sample.x, search.z, box, int(n)), int(n)) for n in np.flatnonzero(box.restricted)
        )
        if worst <= CHANCE:
            break
        lifted.append(search.sample.names[number])
        box = box.without(number)
    return box, tuple(lifted)


def quasi_p(x: Floats, z: Floats, box: Limits, number: int) -> float:
    """The quasi-p-value of the box's restriction on one parameter; see the module's docstring."""
    wider, inside = z[box.without(number).inside(x)], z[box.inside(x)]
    if ((wider == 0) | (wider == 1)).all():
        return float(bdtrc(inside.sum() - 1, len(inside), wider.mean())) if inside.sum() > 0 else 1.0
    deviation = wider.std() / np.sqrt(len(inside))
    return float(ndtr((wider.mean() - inside.mean()) / deviation)) if deviation > 0 else 1.0


def _described(
    search: _Search,
    facts: dict[str, Any],
    steps: tuple[Step, ...],
    found: tuple[int, Limits, tuple[str, ...]],
    tested: Tested,
    words: tuple[Mapping[str, str], Mapping[str, str]],
) -> Discovery:
    chosen, final, lifted = found
    reproduced, held_out = tested
    step = search.measure(final)
    names, x = search.sample.names, search.sample.x
    labels, units = words
    restrictions = tuple(
        Restriction(
            condition(names[n], x[:, n], final.low[n], final.high[n], labels.get(names[n]), units.get(names[n], "")),
            quasi_p(x, search.z, final, int(n)),
            float(reproduced[0, n]),
            float(reproduced[1, n]),
        )
        for n in np.flatnonzero(final.restricted)
    )
    told = sentence(
        tuple(restriction.condition for restriction in restrictions),
        facts["outcome"],
        facts["threshold"],
        (step.density, step.coverage, step.mass, facts["base"]),
    )
    return Discovery(
        **facts,
        trajectory=steps,
        box=chosen,
        restrictions=restrictions,
        lifted=lifted,
        coverage=step.coverage,
        density=step.density,
        mean=step.mean,
        mass=step.mass,
        held_out_coverage=held_out[0],
        held_out_density=held_out[1],
        statement=told,
    )


def _resample(search: _Search, target: Step, rng: np.random.Generator, *, by_request: bool) -> Tested:
    """``[coverage/density, parameter]`` shares of reproduction; coverage and density held out (None if never met)."""
    n = len(search.z)
    found = np.zeros((2, len(search.sample.names)))
    outside: list[tuple[float, float]] = []
    for _ in range(RESAMPLES):
        order = rng.permutation(n)
        half, other = search.rows(np.sort(order[: n // 2])), search.rows(np.sort(order[n // 2 :]))
        if half.z.sum() == 0 or other.z.sum() == 0:
            continue
        boxes, _peeled = half.trajectory()
        steps = [half.measure(box) for box in boxes]
        near = [min(range(len(boxes)), key=lambda k: abs(steps[k].coverage - target.coverage))]
        near.append(min(range(len(boxes)), key=lambda k: abs(steps[k].density - target.density)))
        found += np.array([boxes[k].restricted for k in near])
        held = other.measure(boxes[near[0]] if by_request else _by_rule(half, boxes, steps))
        outside.append((held.coverage, held.density))
    if not outside:
        return found / RESAMPLES, (None, None)
    coverage, density = np.mean(outside, axis=0)
    return found / RESAMPLES, (float(coverage), float(density))
