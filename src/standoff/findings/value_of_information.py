"""What is it worth to know a parameter before deciding? Expected value of information from the draws of a study.

Notation: u(i, o) the decision maker's expected payoff at draw i if it commits to option o, ``payoffs[draw, option]``;
without further knowledge it takes the option o* with the best mean.

- EVPI = E[max_o u] - max_o E[u]: the value of knowing everything (Raiffa & Schlaifer 1961), an upper bound.
- EVPPI of x = E_x[max_o E[u | x]] - max_o E[u]: the value of knowing x alone (Strong, Oakley & Brennan 2014 estimate
  it from given draws by regression, as here).

Estimator: the draws are cut into `FOLDS` folds at random. From nine of them a rule is learned, "in this class of x take
the option with the best mean there" (classes of equal size, one per value where there are few), and o*; on the tenth
the gain of the rule over o* is measured. A rule learned and measured on the same draws would look too good, by the
noise of the maximum; here the mean gain is, up to chance, what a rule learned from nine tenths of the draws really
earns, and so at most slightly below EVPPI. Standard error: deviation of the gains per draw over sqrt(n). *Noise floor*:
the same with x permuted; the 95 % quantile over permutations of the largest standardised gain over the parameters
(max-T).

All of it reads shares of draws as probabilities: where ranges are only bounds, it says what would be gained on average
over the cases tried. Valid for dependent parameters: what x tells about the others counts for x.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from standoff.errors import RequestError
from standoff.findings.given import FEWEST, Classes, classes, given, plain
from standoff.game.game import Floats
from standoff.notebook import Displayed

MOST_DRAWS = 20_000
FOLDS = 10
PERMUTATIONS = 100


@dataclass(frozen=True)
class Worth:
    """Value of knowing one parameter, in units of payoff, with standard error and noise floor.

    `share` is of EVPI; `changes` the share of draws at which the rule takes another option than without knowledge.
    """

    name: str
    value: float
    error: float
    floor: float
    distinguishable: bool
    share: float
    changes: float


@dataclass(frozen=True)
class ValueOfInformation(Displayed):
    """What knowing would be worth to one actor, most valuable parameter first; empty where `statement` says why.

    `best` is the option with the best mean payoff `best_mean`; `perfect` is EVPI with its standard error.
    """

    actor: str
    best: str | None
    best_mean: float
    perfect: float
    perfect_error: float
    worths: tuple[Worth, ...]
    options: tuple[str, ...]
    left_out: tuple[str, ...]
    draws: int
    complete: int
    used: int
    seed: int
    constant: tuple[str, ...]
    statement: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            **plain(self),
            "method": f"cross-fitted classes, {FOLDS} folds",
            "worths": [dict(vars(worth)) for worth in self.worths],
        }


def value_of_information(
    parameters: Mapping[str, Floats],
    payoffs: Floats,
    options: Sequence[str],
    *,
    actor: str = "the decision maker",
    seed: int = 0,
) -> ValueOfInformation:
    """What knowing each parameter, ``float64[draw]``, is worth before choosing among `options`.

    `payoffs` is ``float64[draw, option]``, NaN where unknown: an option that is nowhere known is left out, and so is a
    draw at which an option that remains is unknown. Raises `RequestError` where shapes do not fit.
    """
    payoffs = np.asarray(payoffs, dtype=float)
    if payoffs.ndim != 2 or payoffs.shape[1] != len(options):
        raise RequestError.of(
            f"payoffs have the shape {payoffs.shape}", f"give [draw, option] for {len(options)} options"
        )
    known = np.asarray(np.isfinite(payoffs).any(axis=0), dtype=bool)
    table = payoffs[:, known]
    complete = np.isfinite(table).all(axis=1) if table.shape[1] else np.zeros(len(payoffs), dtype=bool)
    whole = given(parameters, np.where(complete, np.arange(len(payoffs)), np.nan))  # y is the number of the draw
    rng = np.random.default_rng(seed)
    sample = whole.some(MOST_DRAWS, rng)
    u = table[sample.y.astype(np.int64)]
    names = tuple(option for option, there in zip(options, known.tolist(), strict=True) if there)
    obstacle = _obstacle(u, len(payoffs), names)
    facts: dict[str, Any] = {
        "actor": actor,
        "options": names,
        "left_out": tuple(option for option, there in zip(options, known.tolist(), strict=True) if not there),
        "draws": len(payoffs),
        "complete": len(whole),
        "used": len(sample),
        "seed": seed,
        "constant": whole.constant,
    }
    if obstacle:
        return ValueOfInformation(
            **facts, best=None, best_mean=float("nan"), perfect=0.0, perfect_error=0.0, worths=(), statement=obstacle
        )
    best = int(u.mean(axis=0).argmax())
    gain = u.max(axis=1) - u[:, best]
    perfect, error = float(gain.mean()), float(gain.std(ddof=1) / np.sqrt(len(u)))
    worths = _worths(sample.names, sample.x, u, perfect, rng) if perfect > 0 else ()
    return ValueOfInformation(
        **facts,
        best=names[best],
        best_mean=float(u[:, best].mean()),
        perfect=perfect,
        perfect_error=error,
        worths=worths,
        statement=_statement(worths, perfect, names[best], actor),
    )


def _obstacle(u: Floats, draws: int, names: tuple[str, ...]) -> str | None:
    if len(names) < 2:
        return "Fewer than two options have payoffs: there is nothing to decide."
    if len(u) < FEWEST:
        return f"Payoffs of all options are known at {len(u)} of {draws:,} draws: at least {FEWEST} are needed."
    return None


def _worths(
    names: tuple[str, ...], x: Floats, u: Floats, perfect: float, rng: np.random.Generator
) -> tuple[Worth, ...]:
    count = int(np.clip(round(len(u) ** (1 / 3)), 4, 27))
    fold = rng.permutation(len(u)) % FOLDS
    own = [classes(column, count) for column in x.T]
    plain = _without_knowledge(u, fold)
    found = [_gains(code, u, fold, plain) for code in own]
    shuffles = [rng.permutation(len(u)) for _ in range(PERMUTATIONS)]
    chance = np.array([[_gains(code[order], u, fold, plain)[0].mean() for code in own] for order in shuffles])
    mean, deviation = chance.mean(axis=0), chance.std(axis=0, ddof=1)
    scores = np.divide(chance - mean, deviation, out=np.zeros_like(chance), where=deviation > 0)
    # a gain that chance never differs from must still be above zero to count
    floor = np.maximum(mean + np.quantile(scores.max(axis=1), 0.95) * deviation, 0.0) if len(names) else mean
    worths = []
    for name, (gain, changes), level in zip(names, found, floor.tolist(), strict=True):
        value, error = float(gain.mean()), float(gain.std(ddof=1) / np.sqrt(len(gain)))
        worths.append(
            Worth(name, value, error, level, value > level, min(max(value / perfect, 0.0), 1.0), float(changes.mean()))
        )
    return tuple(sorted(worths, key=lambda worth: -worth.value))


def _without_knowledge(u: Floats, fold: Classes) -> Classes:
    """[draw] the option with the best mean over the other folds."""
    sums = np.stack([np.bincount(fold, column, FOLDS) for column in u.T], axis=1)
    return np.asarray((sums.sum(axis=0) - sums).argmax(axis=1)[fold])


def _gains(own: Classes, u: Floats, fold: Classes, plain: Classes) -> tuple[Floats, Any]:
    """[draw] what the rule of the other folds earns there beyond `plain`, and whether it takes another option."""
    size = int(own.max()) + 1
    cell = own * FOLDS + fold
    sums = np.stack([np.bincount(cell, column, size * FOLDS).reshape(size, FOLDS) for column in u.T], axis=2)
    counts = np.bincount(cell, minlength=size * FOLDS).reshape(size, FOLDS)
    learned = sums.sum(axis=1, keepdims=True) - sums
    rule = learned.argmax(axis=2)[own, fold]
    seen = (counts.sum(axis=1, keepdims=True) - counts)[own, fold] > 0
    rule = np.where(seen, rule, plain)
    rows = np.arange(len(u))
    return u[rows, rule] - u[rows, plain], rule != plain


def _statement(worths: tuple[Worth, ...], perfect: float, best: str, actor: str) -> str:
    if perfect <= 0:
        return f"{best} is the best option of {actor} at every draw: no knowledge could change the decision."
    above = [worth for worth in worths if worth.distinguishable]
    if not above:
        return (
            f"Knowing everything would be worth {perfect:.3g} to {actor}, but no single parameter is worth more than "
            "noise: check none of them alone."
        )
    told = ", ".join(f"{worth.name} ({worth.value:.3g}, {100 * worth.share:.0f} %)" for worth in above[:3])
    return (
        f"Knowing everything before choosing would be worth {perfect:.3g} to {actor} (without it: {best}). "
        f"To be checked first, by what knowing it alone is worth: {told}."
    )
