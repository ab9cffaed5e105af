"""What a study costs beside the game itself: ours against ema_workbench, on a trivial model; and PRIM on the same data.

``python benchmarks/overhead.py [--experiments 20000] [--blocks 3] [--write]`` prints two tables in Markdown; with
``--write`` they replace the marked parts of docs/performance.md.

The trivial model has three uniform parameters. Ours is a scenario with one move and two endings, of which the better is
chosen, through `run` with one worker; theirs a function that adds its arguments, through `perform_experiments` with its
sequential evaluator, without progress bar. Blocks alternate; CPU seconds are of the calls alone, start-up and imports
excluded. Ours includes drawing the parameters, finding and certifying an equilibrium at every draw, looking for others,
and solving about one draw in 32 a second way (the audit); the second line leaves the audit out.

ema_workbench is installed in an environment of its own under build/ (`reporting/peer.py`). Where that cannot be made,
the script says ``skipped`` and ends with status 0.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from threadpoolctl import threadpool_limits

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from discovery import HEADS, compared, rows  # noqa: E402
from reporting.page import machine, put, short, table  # noqa: E402
from reporting.peer import WANTED, ema_python  # noqa: E402

from standoff.game.model import Model, open_model  # noqa: E402
from standoff.study.chunk import CHUNK, answer_draws  # noqa: E402
from standoff.study.run import run  # noqa: E402
from standoff.study.sample import draw  # noqa: E402

SCENARIO = """\
standoff: 1
title: Two endings
actors: {one: One}
parameters:
  a: {range: "uniform(0, 1)"}
  b: {range: "uniform(0, 1)"}
  c: {range: "uniform(0, 1)"}
moves:
  choice: {actor: one, options: [go, stay]}
payoffs:
  one: {outcome: choice.go * (a + b + c - 1.5)}
outcomes:
  gone: choice.go
  stayed: choice.stay
decision: choice
"""
PEER = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
from ema_workbench import Model, RealParameter, ScalarOutcome, SequentialEvaluator, perform_experiments

def added(a=0.0, b=0.0, c=0.0):
    return {"y": a + b + c}

model = Model("trivial", function=added)
model.uncertainties = [RealParameter(name, 0, 1) for name in "abc"]
model.outcomes = [ScalarOutcome("y")]
count = int(sys.argv[1])
begun = time.process_time()
with SequentialEvaluator(model) as evaluator:
    table, outcomes = perform_experiments(model, count, evaluator=evaluator, log_progress=True)
print(json.dumps({"seconds": time.process_time() - begun, "experiments": len(outcomes["y"])}))
"""


def trivial() -> Model:
    """The scenario, read from a file as any other."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "two-endings.yaml"
        path.write_text(SCENARIO, encoding="utf-8")
        return open_model(path)


def ours(model: Model, experiments: int) -> float:
    """CPU seconds."""
    start = time.process_time()
    study = run(model, draws=experiments, seed=1, workers=1)
    seconds = time.process_time() - start
    if not study.certified.all():
        raise SystemExit("a draw of the trivial model is not certified")
    return seconds


def without_audit(model: Model, experiments: int) -> float:
    """CPU seconds of the same draws, drawn and answered chunk by chunk as `run` does, but not audited."""
    assert model.scenario is not None
    start = time.process_time()
    for first in range(0, experiments, CHUNK):
        count = min(CHUNK, experiments - first)
        answer_draws(model, draw(model.scenario, "sobol", 1, first, count), count, first=first)
    return time.process_time() - start


def theirs(python: str, experiments: int) -> float:
    """CPU seconds."""
    done = subprocess.run([python, "-c", PEER, str(experiments)], capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout.strip().splitlines()[-1])
    if answer["experiments"] != experiments:
        raise SystemExit(f"the other program made {answer['experiments']} of {experiments} experiments")
    return float(answer["seconds"])


def overhead(python: str, experiments: int, blocks: int) -> str:
    """The first table."""
    model = trivial()
    names = ("standoff, `run`", "the same without the audit", f"{WANTED}, `perform_experiments`")
    spent: list[list[float]] = [[], [], []]
    for _ in range(blocks):
        for own, seconds in zip(
            spent,
            (ours(model, experiments), without_audit(model, experiments), theirs(python, experiments)),
            strict=True,
        ):
            own.append(1e6 * seconds / experiments)
    middle = [median(own) for own in spent]
    lines = [
        (
            name,
            f"{blocks} × {experiments:,}",
            short(one),
            f"{short(min(own))} to {short(max(own))}",
            short(middle[2] / one),
        )
        for name, one, own in zip(names, middle, spent, strict=True)
    ]
    heads = (
        "",
        "experiments",
        "CPU µs per experiment (median)",
        "over blocks",
        "experiments per CPU-second, theirs = 1",
    )
    return table(heads, lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", type=int, default=20_000, help="in each block")
    parser.add_argument("--blocks", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="replace the tables in docs/performance.md")
    asked = parser.parse_args()
    python = ema_python()
    if python is None:
        return
    with threadpool_limits(1):
        parts = {
            "overhead-machine": f"{machine()}; {WANTED} in an environment of its own.",
            "overhead": overhead(python, asked.experiments, asked.blocks),
            "prim": table(HEADS, rows(compared(python))),
        }
    for name, text in parts.items():
        print(f"\n{text}", flush=True)
        if asked.write:
            put(name, text)


if __name__ == "__main__":
    main()
