"""Which option is best when probabilities are not trusted: decision rules on a table of payoffs.

Notation. ``payoffs[draw, option]`` in utility of one actor, one row per sampled case, no row preferred to another
unless a rule says so. ``regret[draw, option] = max_o payoffs[draw, o] - payoffs[draw, option]``. Rules:

- *maximin* (Wald 1950): the largest smallest payoff. The smallest over draws falls as draws are added, so beside it
  stands the same rule on a low percentile (5 % by default), which settles;
- *Hurwicz* (1951): the largest ``alpha * max + (1 - alpha) * min`` with ``alpha`` the weight of the best case (the
  coefficient of optimism; the other convention weighs the worst case);
- *Laplace*: the largest mean, all draws alike;
- *minimax regret* (Savage 1951): the smallest largest regret; and the smallest high percentile of regret (90 %);
- *domain criterion* (Starr 1962; Schneller & Sphicas 1983): the largest share of draws in which the option is best, or
  within a tolerance of it. Options that tie in a draw both count it, so that the shares may add up to more than one.

Percentiles are linear interpolations between order statistics (type 7 of Hyndman & Fan 1996).

Uncertainty. Rows are resampled with replacement, whole rows at a time, so that options are compared in the same draws
(paired bootstrap, Efron 1979; percentile intervals). It measures how much the answer hangs on which draws were taken,
not whether the ranges are right. For rules on the single worst or best case (`extreme`) the bootstrap is known to
understate it, since no resample holds a case beyond those drawn. For draws from a low-discrepancy sequence, which
spread more evenly than random ones, it overstates it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from standoff.game.game import Bools, Floats
from standoff.notebook import Displayed

TIE = 1e-9  # criteria this near, as a share of the table's range of payoffs, are equal
LEVEL = 0.95  # of intervals
CELLS = 4_000_000  # resampled payoffs held at once
TITLES = {"hurwicz": "Hurwicz", "laplace": "Laplace", "domain": "Starr's domain"}  # of rules that bear a person's name

Criterion = Callable[[Floats], Floats]  # [resample, draw, option] to [resample, option]


@dataclass(frozen=True)
class Settings:
    """What the rules leave open: percentiles and shares between 0 and 1, `tolerance` in utility."""

    low_percentile: float = 0.05
    regret_percentile: float = 0.90
    optimism: float = 0.5
    tolerance: float = 0.0

    def __post_init__(self) -> None:
        for name in ("low_percentile", "regret_percentile", "optimism"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"`{name}` is {getattr(self, name)}; it must be from 0 to 1")
        if not 0 <= self.tolerance < np.inf:
            raise ValueError(f"`tolerance` is {self.tolerance}; it must be at least 0")


@dataclass(frozen=True)
class Rule:
    """One rule's verdict. Dictionaries are keyed by option, in the order of the table.

    `values` is the criterion, in utility (`unit` ``utility``) or a share of draws (``share``); `sense` says whether the
    ``largest`` or ``smallest`` is best. `best` holds every option that is best, several where they tie. `intervals`
    are 95 % bootstrap intervals of the criterion and `chosen` the share of resamples in which the option is best (ties
    shared equally). `close` are the other options whose criterion is not told apart from the best one's: the 95 %
    interval of the difference holds 0. `extreme` marks rules that read a single worst or best case.
    """

    name: str
    says: str
    sense: str
    unit: str
    values: dict[str, float]
    best: tuple[str, ...]
    intervals: dict[str, tuple[float, float]]
    chosen: dict[str, float]
    close: tuple[str, ...]
    extreme: bool

    @property
    def title(self) -> str:
        """The name as it is written in a sentence."""
        return TITLES.get(self.name, self.name)

    def to_dict(self) -> dict[str, Any]:
        """The rule's entry in JSON."""
        return {
            **vars(self),
            "best": list(self.best),
            "close": list(self.close),
            "intervals": {option: list(ends) for option, ends in self.intervals.items()},
        }


@dataclass(frozen=True)
class Robustness(Displayed):
    """All rules on one table.

    `dominated` maps an option to those that are at least as good in every draw and better in some.
    """

    options: tuple[str, ...]
    draws: int
    rules: tuple[Rule, ...]
    dominated: dict[str, tuple[str, ...]]
    settings: Settings
    resamples: int
    seed: int

    @property
    def agreed(self) -> tuple[str, ...]:
        """Options that every rule has among its best; empty where the rules disagree."""
        return tuple(option for option in self.options if all(option in rule.best for rule in self.rules))

    @property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """Option to the names of the rules that have it among their best; options of no rule are left out."""
        found = {option: tuple(rule.name for rule in self.rules if option in rule.best) for option in self.options}
        return {option: rules for option, rules in found.items() if rules}

    def rule(self, name: str) -> Rule:
        """The rule of this name; KeyError when there is none."""
        for rule in self.rules:
            if rule.name == name:
                return rule
        raise KeyError(name)

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        return {
            "options": list(self.options),
            "draws": self.draws,
            "rules": [rule.to_dict() for rule in self.rules],
            "agreed": list(self.agreed),
            "choices": {option: list(rules) for option, rules in self.choices.items()},
            "dominated": {option: list(by) for option, by in self.dominated.items()},
            "settings": dict(vars(self.settings)),
            "resamples": self.resamples,
            "seed": self.seed,
        }


def robustness(
    options: tuple[str, ...],
    payoffs: Floats,
    *,
    settings: Settings | None = None,
    resamples: int = 1000,
    seed: int = 1,
) -> Robustness:
    """The verdict of every rule on ``payoffs[draw, option]``; `resamples` 0 leaves out the bootstrap.

    Raises ValueError for a table without draws, without options, of another width, or with an entry that is not finite:
    leave out draws that are not certified under every option first.
    """
    table = np.asarray(payoffs, dtype=float)
    if table.ndim != 2 or table.shape[1] != len(options) or 0 in table.shape:
        raise ValueError(f"a table of shape {table.shape} for {len(options)} options; it must be [draw, option]")
    if not np.all(np.isfinite(table)):
        raise ValueError("a payoff is not finite; leave out draws that are not certified under every option")
    settings = settings or Settings()
    size = float(table.max() - table.min())
    specifications = _specifications(settings, size)
    samples = _resampled(table, [criterion for *_, criterion in specifications], resamples, seed)
    rules = tuple(
        _verdict(options, table, specification, sample, size)
        for specification, sample in zip(specifications, samples, strict=True)
    )
    return Robustness(options, len(table), rules, _dominated(options, table), settings, resamples, seed)


def regret(payoffs: Floats) -> Floats:
    """[..., draw, option] what choosing the option costs against the best one in the same draw, utility."""
    return np.asarray(payoffs.max(axis=-1, keepdims=True) - payoffs)


_Specification = tuple[str, str, str, str, bool, Criterion]


def _specifications(settings: Settings, size: float) -> list[_Specification]:
    """Name, text, sense, unit, extreme, criterion of every rule."""
    low, high, alpha = settings.low_percentile, settings.regret_percentile, settings.optimism
    slack = settings.tolerance + TIE * size

    def hurwicz(table: Floats) -> Floats:
        return np.asarray(alpha * table.max(axis=-2) + (1 - alpha) * table.min(axis=-2))

    near = f"within {settings.tolerance:g} of the best" if settings.tolerance else "best"
    return [
        ("maximin", "largest payoff in the worst draw", "largest", "utility", True, lambda t: t.min(axis=-2)),
        ("low percentile", f"largest payoff at the {100 * low:g} % percentile", "largest", "utility",
         low in (0.0, 1.0), lambda t: np.quantile(t, low, axis=-2)),
        ("hurwicz", f"largest mix of best draw ({alpha:g}) and worst draw ({1 - alpha:g})", "largest", "utility", True,
         hurwicz),
        ("laplace", "largest mean over draws", "largest", "utility", False, lambda t: t.mean(axis=-2)),
        ("minimax regret", "smallest regret in the worst draw", "smallest", "utility", True,
         lambda t: regret(t).max(axis=-2)),
        ("percentile regret", f"smallest regret at the {100 * high:g} % percentile", "smallest", "utility",
         high in (0.0, 1.0), lambda t: np.quantile(regret(t), high, axis=-2)),
        ("domain", f"{near} in the largest share of draws", "largest", "share", False,
         lambda t: (regret(t) <= slack).mean(axis=-2)),
    ]  # fmt: skip


def _resampled(table: Floats, criteria: list[Criterion], resamples: int, seed: int) -> list[Floats]:
    """Per criterion [resample, option], all rules on the same resamples."""
    generator = np.random.default_rng(seed)
    parts: list[list[Floats]] = [[] for _ in criteria]
    block = max(1, CELLS // table.size)
    for start in range(0, resamples, block):
        count = min(block, resamples - start)
        resampled = table[generator.integers(0, len(table), size=(count, len(table)))]
        for part, criterion in zip(parts, criteria, strict=True):
            part.append(np.asarray(criterion(resampled)))
    return [np.concatenate(part) if part else np.empty((0, table.shape[1])) for part in parts]


def _verdict(options: tuple[str, ...], table: Floats, rule: _Specification, samples: Floats, size: float) -> Rule:
    name, says, sense, unit, extreme, criterion = rule
    sign = 1.0 if sense == "largest" else -1.0
    slack = TIE * (size if unit == "utility" else 1.0)
    values = np.asarray(criterion(table))
    best = _best(sign * values, slack)
    intervals: dict[str, tuple[float, float]] = {}
    chosen: dict[str, float] = {}
    close: tuple[str, ...] = ()
    if len(samples):
        tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
        low, high = np.quantile(samples, tails, axis=0)
        intervals = {option: (float(low[n]), float(high[n])) for n, option in enumerate(options)}
        wins = _best(sign * samples, slack)
        chosen = dict(zip(options, (wins / wins.sum(axis=1, keepdims=True)).mean(axis=0).tolist(), strict=True))
        ahead = sign * (samples[:, [int(np.argmax(best))]] - samples)
        near = np.quantile(ahead, tails[0], axis=0) <= slack
        close = tuple(option for n, option in enumerate(options) if near[n] and not best[n])
    return Rule(
        name=name,
        says=says,
        sense=sense,
        unit=unit,
        values=dict(zip(options, values.tolist(), strict=True)),
        best=tuple(option for option, is_best in zip(options, best.tolist(), strict=True) if is_best),
        intervals=intervals,
        chosen=chosen,
        close=close,
        extreme=extreme,
    )


def _best(goodness: Floats, slack: float) -> Bools:
    """[..., option] whether the option is best, or equal to the best."""
    return np.asarray(goodness >= goodness.max(axis=-1, keepdims=True) - slack)


def _dominated(options: tuple[str, ...], table: Floats) -> dict[str, tuple[str, ...]]:
    found = {}
    slack = TIE * float(table.max() - table.min())
    for n, option in enumerate(options):
        ahead = table - table[:, [n]]
        by = np.all(ahead >= -slack, axis=0) & np.any(ahead > slack, axis=0)
        if by.any():
            found[option] = tuple(other for m, other in enumerate(options) if by[m])
    return found
