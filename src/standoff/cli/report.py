"""``standoff run`` and ``standoff brief``: many draws, and what a reader is given."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from standoff import api
from standoff.cli.output import percent, say, say_json, spare_input, table, tell, width, wrap, write_file
from standoff.errors import RequestError
from standoff.findings.outcomes import StudySummary, summarise
from standoff.game.model import Model

RESULTS = "study.json"


def run(arguments: Namespace) -> int:
    """Solve for many draws; 0 when at least one was certified."""
    model = api.load(arguments.file, variant=arguments.variant, max_nodes=arguments.max_nodes)
    folder = None if arguments.out is None else _folder(arguments.out)
    with _progress() as progress:
        study = api.run(model, draws=arguments.draws, seed=arguments.seed, workers=arguments.workers, progress=progress)
    summary = summarise(study)
    result = summary.to_dict()
    result["draws_per_second"] = summary.draws / summary.seconds if summary.seconds > 0 else None
    if folder is not None:
        write_file(folder / RESULTS, json.dumps(result, indent=2, allow_nan=False) + "\n")
        tell(f"wrote {folder / RESULTS}")
    if arguments.json:
        say_json(result)
    else:
        say(summary_text(summary, model, width()))
    return 0 if summary.certified else 1


def brief(arguments: Namespace) -> int:
    """Write the brief."""
    spare_input(arguments.file, arguments.output)
    model = api.load(arguments.file, variant=arguments.variant, max_nodes=arguments.max_nodes)
    with _progress() as progress:
        api.brief(
            model,
            arguments.output,
            draws=arguments.draws,
            seed=arguments.seed,
            workers=arguments.workers,
            progress=progress,
        )
    tell(f"wrote {arguments.output}")
    return 0


def summary_text(summary: StudySummary, model: Model, columns: int) -> str:
    """A study for people: how the endings are distributed, and how many draws that rests on."""
    heading = model.game.title or "Untitled game"
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
        note += "; the bounds are over all equilibria found there." if summary.bounded else "; others were not sought."
        blocks.append(wrap(note, columns))
    if summary.audit.draws:
        audit = summary.audit
        text = f"Audit: {audit.draws:,} draws were solved a second way; {audit.disagreements:,} ended differently"
        blocks.append(wrap(f"{text} (95 % interval {percent(audit.low)} to {percent(audit.high)}).", columns))
    if summary.decision:
        likely = sorted(summary.decision.items(), key=lambda item: -item[1])
        chosen = [(percent(share), option) for option, share in likely]
        blocks.append(f"What is chosen at {model.game.decision}\n" + table(chosen, columns, flexible=1))
    return "\n\n".join(blocks)


def _folder(name: str) -> Path:
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RequestError.of(
            f"cannot make the folder {name}: {error.strerror or error}", "give a folder that can be made and written to"
        ) from error
    return folder


@contextmanager
def _progress() -> Iterator[Callable[[int, int, int], None] | None]:
    """A counter on standard error that overwrites itself, its line ended whatever happens; None for no watcher."""
    if not sys.stderr.isatty():
        yield None
        return
    shown = False

    def show(done: int, total: int, certified: int) -> None:
        nonlocal shown
        shown = True
        print(f"\r{done:,} of {total:,} draws, {certified:,} certified", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        if shown:
            print(file=sys.stderr)
