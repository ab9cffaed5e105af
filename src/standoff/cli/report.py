"""``standoff run``, ``standoff findings`` and ``standoff brief``: many draws, and what a reader is given."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable
from os import cpu_count
from pathlib import Path
from typing import Any

from standoff import api
from standoff.cli.output import check_output, percent, say, say_json, table, tell, width, wrap
from standoff.cli.progress import progress
from standoff.errors import RequestError
from standoff.files import write_whole
from standoff.findings.outcomes import Audit, StudySummary, summarise
from standoff.study.workers import summoned

RESULTS = "study.json"
ENOUGH = 2048  # draws per process from which it pays to start it before the game is read


def run(arguments: Namespace) -> int:
    """Solve for many draws; 0 when at least one was certified."""
    count = min(arguments.workers or cpu_count() or 1, arguments.draws // ENOUGH)
    with summoned(count if count > 1 and arguments.cluster is None else 0):
        return _run(arguments)


def _run(arguments: Namespace) -> int:
    model = api.load(arguments.file, variant=arguments.variant, max_nodes=arguments.max_nodes)
    if arguments.out is None and (arguments.fresh or arguments.keep_parameters):
        option = "--fresh" if arguments.fresh else "--keep-parameters"
        raise RequestError.of(f"{option} is about a stored study", "give --out DIR as well")
    try:
        with progress() as show:
            study = api.run(
                model,
                draws=arguments.draws,
                seed=arguments.seed,
                sampler=arguments.sampler,
                set=dict(arguments.settings),
                out=arguments.out,
                workers=arguments.workers,
                cluster=arguments.cluster,
                keep_parameters=arguments.keep_parameters,
                fresh=arguments.fresh,
                progress=show,
                tell=tell,
            )
    except KeyboardInterrupt:
        if arguments.out is not None:
            tell(f"what was finished is kept in {arguments.out}: give the same command again to go on")
        raise
    summary = summarise(study)
    result = study_json(summary)
    if arguments.out is not None:
        results = Path(arguments.out) / RESULTS
        write_whole(results, json.dumps(result, indent=2, allow_nan=False) + "\n")
        tell(f"wrote {arguments.out}")
    if arguments.json:
        say_json(result)
    else:
        say(summary_text(summary, model.game.title, model.game.decision, width()))
    return 0 if summary.certified else 1


def findings(arguments: Namespace) -> int:
    """What a stored study says; 0 when at least one draw was certified."""
    from standoff.cli.sections import findings_text  # slow to load

    study = api.open_study(arguments.folder)
    found = api.findings(study, outcomes=arguments.outcomes, sobol=arguments.sobol, tell=doing())
    summary = found.summary
    columns = width()
    result = {**study_json(summary), **found.sections()}
    if arguments.json:
        say_json(result)
    else:
        text = summary_text(summary, study.manifest.title, study.manifest.decision, columns)
        say(f"{text}\n\n{findings_text(found, columns)}")
    return 0 if summary.certified else 1


def doing() -> Callable[[str], None] | None:
    """Says what is being done, where somebody watches."""
    return (lambda what: tell(f"{what} ...")) if sys.stderr.isatty() else None


def study_json(summary: StudySummary) -> dict[str, Any]:
    """The object that ``run --json`` prints."""
    rate = summary.draws / summary.seconds if summary.seconds > 0 else None
    return {**summary.to_dict(), "draws_per_second": rate}


def brief(arguments: Namespace) -> int:
    """Write the brief."""
    check_output(arguments.file, arguments.output)
    model = api.load(arguments.file, variant=arguments.variant, max_nodes=arguments.max_nodes)
    with progress() as show:
        api.brief(
            model,
            arguments.output,
            draws=arguments.draws,
            seed=arguments.seed,
            workers=arguments.workers,
            progress=show,
            tell=doing(),
        )
    tell(f"wrote {arguments.output}")
    return 0


def summary_text(summary: StudySummary, title: str, decision: str | None, columns: int) -> str:
    """A study for people: how the endings are distributed, and how many draws that rests on."""
    heading = title or "Untitled game"
    counted = f"{summary.draws:,} draws, seed {summary.seed}: {percent(summary.certified_share)} certified"
    others = [f"{count:,} {status}" for status, count in summary.statuses.items() if status != "certified"]
    blocks = [wrap(heading, columns) + "\n" + wrap(f"{counted}{''.join(f', {text}' for text in others)}.", columns)]
    if summary.outcomes:
        rows = [("mean", *(("bounds",) if summary.bounded else ()), "5 to 95 % of draws", "ending")]
        rows += [
            (
                percent(outcome.mean),
                *((f"{percent(outcome.low)} to {percent(outcome.high)}",) if summary.bounded else ()),
                f"{percent(outcome.q05)} to {percent(outcome.q95)}",
                outcome.name,
            )
            for outcome in summary.by_mean()
        ]
        blocks.append("How it ends\n" + table(rows, columns, flexible=len(rows[0]) - 1))
        note = "The mean is over the selected equilibrium of each draw"
        note += (
            "; the bounds are over all equilibria found there." if summary.bounded else "; none was found beside it."
        )
        blocks.append(wrap(note, columns))
    if summary.audit.draws:
        text = f"Audit: solved once more, in smaller steps, {_repeated(summary.audit)}."
        if summary.branch.draws:
            text += f" Along the logit path, which `solve` marks too, {_repeated(summary.branch)}."
        blocks.append(wrap(text, columns))
    if summary.decision:
        likely = sorted(summary.decision.items(), key=lambda item: -round(item[1], 12))
        chosen = [(percent(share), option) for option, share in likely]
        blocks.append(f"What is chosen at {decision}\n" + table(chosen, columns, flexible=1))
    return "\n\n".join(blocks)


def _repeated(audit: Audit) -> str:
    """How many of the draws that were solved a second way ended differently."""
    interval = f"95 % interval {percent(audit.low)} to {percent(audit.high)}"
    return f"{audit.disagreements:,} of {audit.draws:,} draws ended differently ({interval})"
