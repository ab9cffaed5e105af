"""Statements against hypotheses, as in the analysis of competing hypotheses (Heuer 1999, chapter 8), with numbers.

Hypotheses exclude each other: the options of a chance move (types), or classes of equilibria that the scenario names.
For each statement the analyst states how likely it would be said under each hypothesis, up to a common factor. These
likelihood ratios are the only thing that moves a probability; grades never do.

*Diagnosticity* of a statement: log10 of its largest over its smallest ratio; 0 where it fits all hypotheses alike,
infinite (None in JSON) where it rules one out.

*Posterior*: by Bayes' rule, prior times the product of ratios over origins. Statements of one origin are not
independent given the hypothesis, so they count once, as one statement whose ratios are the geometric means of theirs;
all origins of unknown independence are one (`standoff.evidence.origins`), unless `independent` is asked for. Only
statements that count (accepted, not taken back) move the posterior; the others are shown.

The prior is the one that the ledger states, else the chance probabilities at the base values where these do not depend
on earlier choices. Classes have no prior of their own: without a stated one there is no posterior.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from standoff.errors import RequestError, UndefinedError
from standoff.evidence.binding import ledger_of
from standoff.evidence.origins import Origin, origin_of
from standoff.evidence.records import CLASSES, HypothesisSet, Ledger, Ratios
from standoff.game.model import Model
from standoff.notebook import Displayed
from standoff.scenario import expression as ex
from standoff.scenario.scenario import Move, Option

UNKNOWN = Origin("(origins of unknown independence)", False)


@dataclass(frozen=True)
class Row:
    """One statement: its ratios as stated, how much they tell, its origin, and whether it counts."""

    statement: str
    ratios: dict[str, float]
    diagnosticity: float
    origin: str
    counts: bool
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        return {**vars(self), "diagnosticity": self.diagnosticity if math.isfinite(self.diagnosticity) else None}


@dataclass(frozen=True)
class HypothesisTable:
    """One set of hypotheses. `prior` and `posterior` are None where they cannot be had, and `why` says so.

    `scenario` has the chance probabilities at the base values, beside which the posterior is to be read.
    """

    move: str
    hypotheses: tuple[str, ...]
    rows: tuple[Row, ...]  # most diagnostic first
    prior: dict[str, float] | None
    posterior: dict[str, float] | None
    scenario: dict[str, float] | None
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        return {**vars(self), "hypotheses": list(self.hypotheses), "rows": [row.to_dict() for row in self.rows]}


@dataclass(frozen=True)
class Hypotheses(Displayed):
    """Every set of hypotheses that the ledger has; `to_dict` is the JSON of ``standoff hypotheses``."""

    title: str
    independent: bool
    tables: tuple[HypothesisTable, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "title": self.title,
            "independent": self.independent,
            "hypotheses": [table.to_dict() for table in self.tables],
        }


def hypotheses(model: Model, *, independent: bool = False) -> Hypotheses:
    """Statements against the hypotheses of a scenario's ledger.

    Raises `RequestError` for an .efg and for a scenario without a ledger, `LedgerError`.
    """
    scenario = model.scenario
    ledger = ledger_of(scenario) if scenario is not None else None
    if scenario is None or ledger is None:
        raise RequestError.of("there is no ledger to take statements from", "write a scenario with `ledger: FILE`")
    moves = {move.name: move for move in scenario.moves}
    tables = []
    for given in ledger.hypotheses:
        if given.move == CLASSES:
            names, own = tuple(known.name for known in scenario.classes), None
        elif given.move in moves:
            names = tuple(option.name for option in moves[given.move].options)
            own = _chance(model, moves[given.move])
        else:
            continue  # a variant that drops the move
        tables.append(_table(ledger, given, names, own, independent))
    return Hypotheses(scenario.title, independent, tuple(tables))


def _chance(model: Model, move: Move) -> dict[str, float] | None:
    """The probabilities of a chance move at the base values; None where they depend on earlier choices."""
    values = model.values()
    if any(isinstance(part, ex.Choice | ex.GridValue) for o in move.options for part in _parts(o)):
        return None
    stated = {o.name: float(ex.evaluate(o.probability, values)) for o in move.options if o.probability is not None}
    if not all(math.isfinite(value) for value in stated.values()):
        raise UndefinedError(f"a probability of `{move.name}` is not a number at the base values; check its formula")
    rest = 1.0 - sum(stated.values())
    return {option.name: stated.get(option.name, rest) for option in move.options}


def _parts(option: Option) -> list[ex.Expression]:
    own = (option.probability, option.when)
    return [part for expression in own if expression is not None for part in ex.walk(expression)]


def _table(
    ledger: Ledger, given: HypothesisSet, names: tuple[str, ...], own: dict[str, float] | None, independent: bool
) -> HypothesisTable:
    rows = sorted((_row(ledger, ratios, names, independent) for ratios in given.ratios), key=lambda r: -r.diagnosticity)
    prior = {name: given.prior.get(name, 0.0) for name in names} if given.prior else own
    why, after = "", None
    if prior is None:
        why = "There is no prior to move: state one under `prior`."
    else:
        after = posterior(prior, _by_origin(ledger, given, names, independent))
        why = "" if after else "The statements rule out every hypothesis that the prior allows."
    return HypothesisTable(given.move, names, tuple(rows), prior, after, own, why)


def _row(ledger: Ledger, given: Ratios, names: tuple[str, ...], independent: bool) -> Row:
    statement = ledger.by_id[given.statement]
    values = {name: given.values[name] for name in names}
    low, high = min(values.values()), max(values.values())
    tells = math.log10(high / low) if low > 0 else math.inf
    origin = origin_of(ledger, statement, independent=independent)
    return Row(given.statement, values, tells, origin.name, statement.counts, given.reason)


def _by_origin(
    ledger: Ledger, given: HypothesisSet, names: tuple[str, ...], independent: bool
) -> list[dict[str, float]]:
    """Per origin the geometric means of its statements' ratios."""
    groups: dict[Origin, list[Ratios]] = {}
    for ratios in given.ratios:
        statement = ledger.by_id[ratios.statement]
        if statement.counts:
            origin = origin_of(ledger, statement, independent=independent)
            groups.setdefault(origin if origin.known else UNKNOWN, []).append(ratios)
    return [
        {name: math.prod(r.values[name] ** (1 / len(group)) for r in group) for name in names}
        for group in groups.values()
    ]


def posterior(prior: Mapping[str, float], likelihoods: list[dict[str, float]]) -> dict[str, float] | None:
    """Bayes' rule; None where nothing is left."""
    weights = dict(prior)
    for ratios in likelihoods:
        most = max(ratios.values())
        weights = {name: weight * ratios[name] / most for name, weight in weights.items()}
    total = math.fsum(weights.values())
    return {name: weight / total for name, weight in weights.items()} if total > 0 else None
