"""PRIM against another implementation, on the same draws: the trajectories, and what they cost.

``EMA_PYTHON=/path/to/python python benchmarks/discovery.py`` prints two tables in Markdown. The interpreter named by
EMA_PYTHON needs ema_workbench (2.5.3 was used for the fixture in tests/unit/findings); without it, only our own numbers
are printed. benchmarks/overhead.py makes such an environment and writes the first table into docs/performance.md.
``--write FILE`` stores the other program's peeling trajectories as a fixture.

Only the peeling phases are compared: the two paste differently.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from standoff.findings.peeling import peel  # noqa: E402
from unit.findings.hidden_boxes import CASES, cases  # noqa: E402

Run = tuple[Any, Any, dict[str, Any], dict[str, Any] | None]
HEADS = ("case", "draws", "parameters", "steps", "steps, other", "equal steps", "CPU s", "CPU s, other", "ratio")
OTHER = """
import json, logging, sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np, pandas as pd
from ema_workbench.analysis import prim
from ema_workbench.analysis.scenario_discovery_util import RuleInductionType
table = np.load(sys.argv[1])
x = pd.DataFrame({f"x{i}": column for i, column in enumerate(table["x"].T)})
binary = sys.argv[2] == "binary"
z = table["z"].astype(int) if binary else table["z"]
mode = RuleInductionType.BINARY if binary else RuleInductionType.REGRESSION
search = prim.Prim(x, z, threshold=0.01, peel_alpha=0.05, paste_alpha=0.05, mass_min=0.05, mode=mode)
begun = time.process_time()
box = search.find_box()
seconds = time.process_time() - begun
trajectory = box.peeling_trajectory
print(json.dumps({"seconds": seconds, "mass": trajectory["mass"].tolist(), "mean": trajectory["mean"].tolist(),
                  "restricted": trajectory["res_dim"].tolist()}))
"""


def ours(x: Any, z: Any) -> dict[str, Any]:
    begun = time.process_time()
    boxes = peel(x, z, alpha=0.05, least=0.05)
    seconds = time.process_time() - begun
    inside = [box.inside(x) for box in boxes]
    return {
        "seconds": seconds,
        "mass": [float(one.mean()) for one in inside],
        "mean": [float(z[one].mean()) for one in inside],
        "restricted": [int(box.restricted.sum()) for box in boxes],
    }


def theirs(python: str, x: Any, z: Any) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        np.savez(f"{folder}/draws.npz", x=x, z=z)
        kind = "binary" if np.isin(z, (0, 1)).all() else "mean"
        done = subprocess.run(
            [python, "-c", OTHER, f"{folder}/draws.npz", kind], capture_output=True, text=True, check=True
        )
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    # pasting makes the box larger: the peeling phase is what comes before
    grows = [n for n in range(1, len(answer["mass"])) if answer["mass"][n] >= answer["mass"][n - 1]]
    for key in ("mass", "mean", "restricted"):
        answer[key] = answer[key][: grows[0]] if grows else answer[key]
    return answer


def line(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def compared(python: str | None) -> dict[str, Run]:
    """Per case the draws, our run and the other program's (None without an interpreter), one after the other."""
    return {name: (x, z, ours(x, z), theirs(python, x, z) if python else None) for name, x, z in cases()}


def rows(runs: Mapping[str, Run]) -> Iterator[tuple[object, ...]]:
    """The lines of the first table."""
    for name, (x, z, own, other) in runs.items():
        shape = (name, f"{len(z):,}", x.shape[1], len(own["mass"]))
        if other is None:
            yield (*shape, "", "", f"{own['seconds']:.3f}", "", "")
            continue
        pairs = zip(own["mass"], own["mean"], other["mass"], other["mean"], strict=False)
        equal = sum(abs(a - c) < 1e-9 and abs(b - d) < 1e-9 for a, b, c, d in pairs)
        ratio = other["seconds"] / own["seconds"]
        times = (f"{own['seconds']:.3f}", f"{other['seconds']:.2f}", f"{ratio:.0f}")
        yield (*shape, len(other["mass"]), equal, *times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", type=Path)
    write = parser.parse_args().write
    python = os.environ.get("EMA_PYTHON")
    runs = compared(python)
    line(*HEADS)
    line(*["---"] * len(HEADS))
    for cells in rows(runs):
        line(*cells)
    print()
    name, (_x, z, own, other) = next(iter(runs.items()))
    print(f"{name}: coverage / density at some steps\n")
    line("step", "coverage", "density", "coverage, other", "density, other")
    line(*["---"] * 5)
    for step in range(0, len(own["mass"]), 8):
        line(step, *[f"{v:.4f}" for r in (own, other) if r and step < len(r["mass"]) for v in measured(r, step, z)])
    if write and python:
        with write.open("w", newline="", encoding="utf-8") as file:
            fixture = csv.writer(file, lineterminator="\n")
            fixture.writerow(["case", "step", "mass", "mean", "restricted"])
            for case in CASES:
                other = runs[case][3]
                assert other is not None
                for n in range(len(other["mass"])):
                    fixture.writerow([case, n, repr(other["mass"][n]), repr(other["mean"][n]), other["restricted"][n]])


def measured(run: dict[str, Any], step: int, z: Any) -> tuple[float, float]:
    return run["mass"][step] * run["mean"][step] / z.mean(), run["mean"][step]


if __name__ == "__main__":
    main()
