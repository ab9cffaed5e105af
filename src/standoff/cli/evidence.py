"""``standoff reliance`` and ``standoff hypotheses``: what the answer rests on, and what statements say of types."""

from __future__ import annotations

from argparse import Namespace

from standoff import api
from standoff.cli.output import check_output, number, percent, say, say_json, table, tell, width, wrap
from standoff.cli.report import doing
from standoff.draw.labels import Names
from standoff.draw.loss_chart import loss_chart
from standoff.evidence.binding import Coverage
from standoff.files import write_whole
from standoff.findings.hypotheses import Hypotheses, HypothesisTable
from standoff.findings.reliance import Answer, Loss, Reliance
from standoff.findings.reliance_words import changes, dropped_sentence, flip_text, interval, points, smallest_sentences

SHOWN = 1e-3


def reliance(arguments: Namespace) -> int:
    """How the answer changes without claims and origins."""
    if arguments.svg:
        check_output(arguments.file, arguments.svg)
    model = api.load(arguments.file, variant=arguments.variant, max_nodes=arguments.max_nodes)
    found = api.reliance(
        model,
        drop=arguments.drop,
        draws=arguments.draws,
        seed=arguments.seed,
        independent=arguments.independent,
        search=not arguments.no_search,
        tell=doing(),
    )
    names = Names.of(model.game, model.scenario)
    if arguments.svg:
        labels = {name: names.outcome(name) for name in model.game.outcomes}
        write_whole(arguments.svg, loss_chart(found.dropped, names=labels))
        tell(f"wrote {arguments.svg}")
    if arguments.json:
        say_json(found.to_dict())
    else:
        say(reliance_text(found, width()))
    return 0


def reliance_text(found: Reliance, columns: int) -> str:
    """The whole report; outcomes and options go by their names in the file."""
    counted = "counted as independent" if found.independent else "count as one together"
    head = f"{found.draws:,} draws, seed {found.seed}, the same for all. Origins of unknown independence {counted}."
    blocks = [wrap(found.title, columns) + "\n" + wrap(head, columns), coverage_text(found.coverage, columns)]
    blocks.append(_dropped(found, columns))
    blocks.append(_left_out(found, columns))
    told = smallest_sentences(found, str, str)
    if told:
        lines = [wrap(told[0], columns), *(wrap(text, columns, "  ", "    ") for text in told[1:])]
        blocks.append("What it takes to flip the answer\n" + "\n".join(lines))
    note = "The answer: the most likely ending, and the option with the largest mean payoff as a commitment. Too close "
    note += "to tell: before or after, the lead is below 1.96 of its standard errors over draws."
    return "\n\n".join([*blocks, wrap(note, columns)])


def coverage_text(found: Coverage, columns: int) -> str:
    """What parameters rest on, those without evidence first."""
    rows = (
        ("no evidence", found.without),
        ("claims that no accepted statement supports", found.unsupported),
        ("one origin", found.one_origin),
        ("sources that are not named, and nobody else", found.unnamed),
    )
    every = len(found.without) + len(found.unsupported) + len(found.supported)
    lines = [
        wrap(f"{len(names)} of {every} on {what}: {', '.join(names)}.", columns, "  ", "    ")
        for what, names in rows
        if names
    ]
    if not lines:
        lines = ["  Every one on several origins and somebody who is named."]
    return "What the parameters rest on\n" + "\n".join(lines)


def _dropped(found: Reliance, columns: int) -> str:
    loss = found.dropped
    lines = [wrap(dropped_sentence(found, str, str), columns)]
    if loss.claims:
        lines.append(wrap(f"On their wider range: {', '.join(loss.parameters) or 'none'}.", columns, "  ", "    "))
    if loss.structure:
        kept = f"Kept, though it rests on them: {', '.join(loss.structure)} (a variant can drop it)."
        lines.append(wrap(kept, columns, "  ", "    "))
    if loss.parameters:
        rows = [("before", "after", "change", "95 % interval", "ending")]
        rows += [
            (percent(entry.a), percent(entry.b), points(entry.difference), interval(entry), entry.name)
            for entry in sorted(loss.outcomes, key=lambda entry: -entry.a)
            if max(entry.a, entry.b) >= SHOWN
        ]
        lines.append(table(rows, columns, flexible=4))
        moved = (
            f"Over {loss.common:,} draws certified before and after: {percent(loss.moved)} move by more than 2 points"
        )
        moved += f", {percent(loss.reclassified)} come to another class of equilibria."
        lines.append(wrap(moved, columns))
        lines.append(_options(found, loss, columns))
    return f"Without claims for which `{found.condition}` holds\n" + "\n".join(line for line in lines if line)


def _options(found: Reliance, loss: Loss, columns: int) -> str:
    before, after = found.base.best, loss.answer.best
    if before is None or after is None:
        return ""
    rows = [("before", "after", "chosen", "then", "option (payoff as a commitment, how often it is chosen)")]
    for option, mean in before.means.items():
        chosen, then = (_often(side, option) for side in (found.base, loss.answer))
        rows.append((number(mean), number(after.means[option]), chosen, then, option))
    return table(rows, columns, flexible=4)


def _often(answer: Answer, option: str) -> str:
    return percent(answer.decision[option]) if option in answer.decision else "-"


def _left_out(found: Reliance, columns: int) -> str:
    if not found.left_out:
        return "No parameter rests on a statement."
    rows = [("apart", "moved", "flips", "without (what falls)")]
    for loss in found.left_out:
        what = (
            f"{', '.join(loss.claims)}: {', '.join(loss.parameters) or 'no parameter'}" if loss.claims else "no claim"
        )
        rows.append((percent(loss.distance), percent(loss.moved), flip_text(loss), f"{loss.origins[0]} ({what})"))
    said = [
        wrap(f"Without {loss.origins[0]} {changes(found.base, loss, str, str)}.", columns, "  ", "    ")
        for loss in found.left_out
        if loss.flips
    ]
    return "\n".join(["Origin by origin", table(rows, columns, flexible=3), *said])


def hypotheses(arguments: Namespace) -> int:
    """What statements say of types and classes, by the analyst's likelihood ratios."""
    found = api.hypotheses(
        api.load(arguments.file, variant=arguments.variant, max_nodes=arguments.max_nodes),
        independent=arguments.independent,
    )
    if arguments.json:
        say_json(found.to_dict())
    else:
        say(hypotheses_text(found, width()))
    return 0


def hypotheses_text(found: Hypotheses, columns: int) -> str:
    """One block per set of hypotheses."""
    blocks = [wrap(found.title, columns), *(_hypothesis_block(entry, columns) for entry in found.tables)]
    if not found.tables:
        blocks.append("The ledger states no likelihoods: add `hypotheses:` with a chance move and statements.")
    note = (
        "Ratios are the analyst's own, up to a common factor per statement; grades play no part. Diagnosticity: tenths "
    )
    note += (
        "of a power of ten between the hypothesis a statement fits best and the one it fits worst; 0 tells nothing. "
    )
    note += "Statements of one origin count once, as the geometric mean of their ratios. Where the scenario's own "
    note += "probability already takes a statement into account, the posterior counts it twice: state a `prior`."
    return "\n\n".join([*blocks, wrap(note, columns)])


def _hypothesis_block(found: HypothesisTable, columns: int) -> str:
    rows = [(*found.hypotheses, "diagnosticity", "statement")]
    for row in found.rows:
        told = f"{row.statement} ({row.origin}{'' if row.counts else '; not accepted, not counted'}): {row.reason}"
        rows.append((*(number(row.ratios[name]) for name in found.hypotheses), f"{10 * row.diagnosticity:.1f}", told))
    lines = [found.move, table(rows, columns, flexible=len(rows[0]) - 1)]
    ends = [("prior", *(percent(found.prior[name]) for name in found.hypotheses))] if found.prior else []
    ends += [("posterior", *(percent(found.posterior[name]) for name in found.hypotheses))] if found.posterior else []
    if found.scenario:
        ends.append(("scenario", *(percent(found.scenario[name]) for name in found.hypotheses)))
    if ends:
        lines.append(table([("", *found.hypotheses), *ends], columns))
    if found.why:
        lines.append(wrap(found.why, columns))
    return "\n".join(lines)
