"""Results in notebooks: the drawings and charts of the brief, each with its numbers in a table.

`html` takes any result of `standoff.api`. Everything is within one ``div`` on white, since drawings are ink on paper
outside a page that sets their colours. Ids start with a digest of what is shown, so that outputs of one notebook do not
share them. Texts are escaped; nothing is loaded from anywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from standoff.draw.charts import outcome_chart
from standoff.draw.findings_charts import box_chart, information_chart, partition_chart, sensitivity_chart
from standoff.draw.labels import Names, clean, number
from standoff.draw.loss_chart import loss_chart
from standoff.draw.notebook_tables import TABLES, outcomes_of
from standoff.draw.regions import region_chart
from standoff.draw.robustness_chart import robustness_chart
from standoff.draw.tables import (
    ChartTable,
    box_table,
    information_table,
    loss_table,
    outcome_table,
    partition_table,
    region_table,
    robustness_table,
    sensitivity_table,
)
from standoff.draw.tree import escape, tree_svg
from standoff.findings.collected import Findings, Missing
from standoff.findings.outcomes import summarise
from standoff.findings.words import share

if TYPE_CHECKING:
    from standoff.findings.options import Comparison
    from standoff.findings.region_map import RegionMap
    from standoff.findings.reliance import Reliance
    from standoff.game.model import Model
    from standoff.solve.solution import Equilibrium, Solution

MOST_ENDINGS = 60  # of a game that is shown whole, without an equilibrium to fold it by
_PREFIX = "so-figure"
_FRAME = '<div style="background:#fff;color:#1b1b1b;padding:.6em;overflow-x:auto">'

Parts = Iterator[str]


def html(result: Any) -> str:
    """A result as HTML. Raises TypeError for what is no result."""
    name = type(result).__name__
    if name in _VIEWS:
        parts = list(_VIEWS[name](result))
    elif name in TABLES:
        parts = [part.to_html() if isinstance(part, ChartTable) else _said(part) for part in TABLES[name](result)]
    else:
        raise TypeError(f"{name} is no result that notebooks show")
    text = "\n".join(parts)
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{_FRAME}{text.replace(_PREFIX, f'so-{digest}')}</div>"


def _said(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _head(text: str) -> str:
    return f"<h4>{escape(text)}</h4>"


def _figure(number: int, draw: Callable[[str], str], table: ChartTable) -> str:
    """A chart, and its numbers to open below it."""
    more = f"<details><summary>Numbers</summary>{table.to_html()}</details>"
    return f"<figure>{draw(f'{_PREFIX}-{number}')}{more}</figure>"


def _solution(found: Solution) -> Parts:
    title = clean(found.game.title) or "Untitled game"
    count = len(found.equilibria)
    all_there_are = ", all there are" if found.complete else ""
    yield _said(f"{title}: {count} {found.concept} equilibri{'um' if count == 1 else 'a'} found{all_there_are}.")
    if not found.equilibria:
        for entry in found.rejected:
            yield _said(f"Not certified ({entry.method}): {entry.reason}")
        return
    first = found.first
    yield tree_svg(found.game, first, scenario=found.scenario, prefix=f"{_PREFIX}-tree")
    names = Names.of(found.game, found.scenario)
    yield outcomes_of(first.outcomes(), found.outcome_range(), names).to_html()
    yield _worth(first, names).to_html()
    yield _said(_certified(first))


def _equilibrium(one: Equilibrium) -> Parts:
    yield tree_svg(one.numeric.game, one, prefix=f"{_PREFIX}-tree")
    names = Names.of(one.numeric.game)
    yield outcomes_of(one.outcomes(), {}, names).to_html()
    yield _worth(one, names).to_html()
    yield _said(_certified(one))


def _worth(one: Equilibrium, names: Names) -> ChartTable:
    rows = zip(names.actors, one.payoffs().values(), strict=True)
    caption = "What it is worth, in expectation"
    return ChartTable(caption, ("Actor", "Payoff"), tuple((actor, number(value)) for actor, value in rows))


def _certified(one: Equilibrium) -> str:
    said = one.certificate
    return f"{said.status.capitalize()}: largest gain from deviating {said.gain:.2g} of the payoff range."


def _model(model: Model) -> Parts:
    game = model.game
    endings = len(game.outcome)
    yield _said(f"{clean(game.title) or 'Untitled game'}: {endings} endings, {len(game.infosets)} information sets.")
    if endings <= MOST_ENDINGS:
        numeric = game.at({name: float(value) for name, value in model.values().items()})
        yield tree_svg(game, scenario=model.scenario, numeric=numeric, prefix=f"{_PREFIX}-tree")
    else:
        yield _said("Solve it to see its tree: what is not reached is folded then.")


def _study(study: Any) -> Parts:
    summary = summarise(study)
    yield _said(f"{summary.draws:,} draws (seed {summary.seed}), {share(summary.certified_share)} certified.")
    if summary.outcomes:
        yield _figure(0, lambda prefix: outcome_chart(summary, prefix=prefix), outcome_table(summary))


def _regions(found: RegionMap) -> Parts:
    if not found.sets:
        yield _said("Nothing is known at any cell of the map.")
        return
    yield _figure(0, lambda prefix: region_chart(found, prefix=prefix), region_table(found))
    for note in found.notes:
        yield _said(note)


def _findings(found: Findings) -> Parts:
    summary = found.summary
    yield _said(f"{summary.draws:,} draws (seed {summary.seed}), {share(summary.certified_share)} certified.")
    if summary.outcomes:
        yield _figure(0, lambda prefix: outcome_chart(summary, prefix=prefix), outcome_table(summary))
    if isinstance(found.outcomes, Missing):
        yield _said(str(found.outcomes))
    else:
        for place, one in enumerate(found.outcomes, start=1):
            yield from _outcome(one, 10 * place)
    for part in (found.options, found.rules):
        if isinstance(part, Missing):
            yield _said(str(part))
    if not isinstance(found.rules, Missing) and len(found.rules.options) > 1:
        rules, labels = found.rules, {} if isinstance(found.options, Missing) else found.options.labels
        yield _head("Options under decision rules")
        yield _figure(
            1,
            lambda prefix: robustness_chart(rules, names=labels, prefix=prefix),
            robustness_table(rules, names=labels),
        )
    if isinstance(found.information, Missing) or not found.information.worths:
        yield _said(
            found.information.statement if not isinstance(found.information, Missing) else str(found.information)
        )
    else:
        worth = found.information
        yield _head("What it is worth to know")
        yield _figure(2, lambda prefix: information_chart(worth, prefix=prefix), information_table(worth))
    for other in (found.levers, found.baselines, found.variants):
        if isinstance(other, Missing):
            yield _said(str(other))
        else:
            for table in TABLES[type(other).__name__](other):
                yield table.to_html() if isinstance(table, ChartTable) else _said(table)


def _outcome(one: Any, first: int) -> Parts:
    """What drives an outcome and where it comes about."""
    yield _head(clean(one.outcome.replace("_", " ")))
    drivers, box, tree = one.sensitivity, one.discovery, one.partition
    yield _said(drivers.statement)
    if drivers.drivers:
        yield _figure(first, lambda prefix: sensitivity_chart(drivers, prefix=prefix), sensitivity_table(drivers))
    yield _said(box.statement)
    if box.restrictions:
        yield _figure(first + 1, lambda prefix: box_chart(box, prefix=prefix), box_table(box))
    if len(tree.leaves) > 1:
        yield _figure(first + 2, lambda prefix: partition_chart(tree, prefix=prefix), partition_table(tree))


def _comparison(found: Comparison) -> Parts:
    for part in TABLES["Comparison"](found):
        yield part.to_html() if isinstance(part, ChartTable) else _said(part)
    if len(found.compared) > 1 and found.common.any():
        rules = found.robustness()
        yield _figure(
            0,
            lambda prefix: robustness_chart(rules, names=found.labels, prefix=prefix),
            robustness_table(rules, names=found.labels),
        )


def _robustness(rules: Any) -> Parts:
    yield _figure(0, lambda prefix: robustness_chart(rules, prefix=prefix), robustness_table(rules))


def _reliance(found: Reliance) -> Parts:
    yield _said(f"{clean(found.title)}: set aside are the claims with {clean(found.condition)}.")
    yield _figure(0, lambda prefix: loss_chart(found.dropped, prefix=prefix), loss_table(found.dropped))
    for part in TABLES["Reliance"](found):
        yield part.to_html() if isinstance(part, ChartTable) else _said(part)


def _alone(draw: Callable[..., str], table: Callable[..., ChartTable], empty: str) -> Callable[[Any], Parts]:
    """The view of one finding: its statement, and its chart where there is something to draw."""

    def view(found: Any) -> Parts:
        yield _said(found.statement)
        if getattr(found, empty):
            yield _figure(0, lambda prefix: draw(found, prefix=prefix), table(found))

    return view


_VIEWS: Mapping[str, Callable[[Any], Parts]] = {
    "Solution": _solution,
    "Equilibrium": _equilibrium,
    "Model": _model,
    "Study": _study,
    "StoredStudy": _study,
    "RegionMap": _regions,
    "Findings": _findings,
    "Comparison": _comparison,
    "Robustness": _robustness,
    "Reliance": _reliance,
    "Sensitivity": _alone(sensitivity_chart, sensitivity_table, "drivers"),
    "Discovery": _alone(box_chart, box_table, "restrictions"),
    "Partition": _alone(partition_chart, partition_table, "leaves"),
    "ValueOfInformation": _alone(information_chart, information_table, "worths"),
}
