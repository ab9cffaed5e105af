"""What a background process of the explorer does: a study with its findings, or a brief, told step by step.

A process of its own can be ended at any moment, which a thread cannot; it leaves a core to the page where there are
several. It tells its parent, over a pipe, pairs of a word and a value:

- ``progress``: (draws done, draws in all, certified draws);
- ``stage``: what is being done;
- ``summary``, ``findings``: parts of a study's answer, as JSON values;
- ``done``: the last word; ``failed``: the problems instead of it.
"""

from __future__ import annotations

import math
import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeAlias

from standoff.brief.brief import write_brief
from standoff.brief.evidence import brief_evidence
from standoff.brief.findings import findings_page
from standoff.draw.charts import outcome_chart
from standoff.draw.labels import Names, clean
from standoff.errors import InputError, Mark, Problem, StandoffError
from standoff.explore.task import BRIEF, PAGE, Task
from standoff.findings.collect import base_study, collect, sample_of
from standoff.findings.collected import Findings, Sought
from standoff.findings.outcomes import StudySummary, summarise
from standoff.findings.side_by_side import variant_models
from standoff.game.model import Model
from standoff.scenario.scenario import VariantSummary
from standoff.solve.solution import Solution
from standoff.solve.solve import solve
from standoff.study.run import Study, run
from standoff.study.sample import with_settings
from standoff.study.store import StoredStudy

SECONDS = 20.0  # for each finding that is solved anew
NICE = 5
NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'

Tell: TypeAlias = Callable[[str, Any], None]


def work(task: Task, pipe: Connection) -> None:
    """In the process: do the task and tell how it goes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends this process in its own way
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if os.cpu_count() == 1 and hasattr(os, "nice"):
        os.nice(NICE)  # where the page has no core of its own, this one stands back

    def tell(word: str, value: Any) -> None:
        pipe.send((word, value))

    try:
        perform(task, tell)
    except InputError as error:
        tell("failed", [problem.to_dict() for problem in error.problems])
    except StandoffError as error:
        tell("failed", [Problem(Mark(), str(error), "").to_dict()])
    else:
        tell("done", None)
    pipe.close()
    os._exit(0)  # everything is written; taking the interpreter apart would take seconds


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def workers() -> int:
    """Processes that compute; one core is left to the page where there are several."""
    return max(1, (os.cpu_count() or 1) - 1)


def perform(task: Task, tell: Tell) -> None:
    """Do the task. Raises what a study or a brief raises."""
    if task.kind == BRIEF:
        _brief(task, tell)
    else:
        _study(task, tell)


def _study(task: Task, tell: Tell) -> None:
    """A stored study: one that was stopped goes on where it was."""
    tell("stage", "solving draws")
    found = run(
        task.model,
        draws=task.draws,
        seed=task.seed,
        settings=task.held,
        out=task.folder,
        workers=workers(),
        progress=lambda *counts: tell("progress", counts),
    )
    assert isinstance(found, StoredStudy)
    model = found.model or task.model
    summary = summarise(found)
    tell("summary", summary_view(model, summary))
    findings = _findings(model, found, summary, task, tell)
    names = Names.of(model.game, model.scenario)
    tell("findings", plain(asdict(findings_page(findings, model, names))))


def _findings(model: Model, study: Study | StoredStudy, summary: StudySummary, task: Task, tell: Tell) -> Findings:
    names = Names.of(model.game, model.scenario)
    return collect(
        sample_of(study, model),
        summary,
        variants=lambda: variant_models(model, task.held),
        sought=Sought(seconds=SECONDS),
        called=lambda name: f"“{names.outcome(name)}”",
        tell=lambda what: tell("stage", what),
    )


def _brief(task: Task, tell: Tell) -> None:
    """The brief of the model as it is set, with a study of its own where something is uncertain."""
    model, held = task.model, task.held
    if model.scenario is not None:
        model = replace(model, scenario=with_settings(model.scenario, held))
    tell("stage", "solving the game")
    solution = solve(model)
    study = findings = None
    if task.draws and model.scenario is not None:
        if any(definition.range for definition in model.scenario.parameters):
            tell("stage", "solving draws")
            study = run(
                model,
                draws=task.draws,
                seed=task.seed,
                workers=workers(),
                progress=lambda *counts: tell("progress", counts),
            )
        drawn = base_study(model) if study is None else study
        findings = _findings(model, drawn, summarise(drawn), task, tell)
    evidence = brief_evidence(model, task.draws, task.seed, lambda what: tell("stage", what))
    tell("stage", "writing the page")
    write_brief(
        Path(task.folder) / PAGE,
        model,
        solution,
        study=study,
        variants=_variants(model, held),
        findings=findings,
        evidence=evidence,
    )


def _variants(model: Model, held: Mapping[str, str]) -> list[tuple[VariantSummary, Solution]]:
    """The variants of the file, each solved with the same settings; none where the model is a variant itself."""
    scenario = model.scenario
    if scenario is None or scenario.variant is not None or not scenario.variants:
        return []
    models = variant_models(model, held)
    return [(variant, solve(models[variant.name])) for variant in scenario.variants]


def summary_view(model: Model, summary: StudySummary) -> dict[str, Any]:
    """The distribution of outcomes, with bounds, as JSON values and as a chart."""
    names = Names.of(model.game, model.scenario)
    labels = {outcome.name: names.outcome(outcome.name) for outcome in summary.outcomes}
    found = plain(
        {
            "draws": summary.draws,
            "certified": summary.certified,
            "seed": summary.seed,
            "sampler": summary.sampler,
            "statuses": summary.statuses,
            "methods": summary.methods,
            "bounded": summary.bounded,
            "several": summary.several,
            "decided": summary.decided,
            "audit": vars(summary.audit),
            "branch": vars(summary.branch),
            "outcomes": [{"name": one.name, "label": labels[one.name], **one.to_dict()} for one in summary.by_mean()],
            "decision": [
                {"name": option, "label": names.option(str(model.game.decision), option), "share": value}
                for option, value in sorted(summary.decision.items(), key=lambda item: -item[1])
            ],
        }
    )
    assert isinstance(found, dict)
    chart = outcome_chart(summary, names=labels, prefix="study-outcomes") if summary.outcomes else ""
    return found | {"chart": plain(chart)}


def plain(value: Any) -> Any:
    """JSON values: NaN as None, texts cleaned, drawings with the namespace that a reader of XML needs."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, str):
        if value.startswith("<svg"):
            return value if NAMESPACE in value[: value.index(">")] else value.replace("<svg", f"<svg {NAMESPACE}", 1)
        return clean(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
