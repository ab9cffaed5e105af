"""Another program in an environment of its own, under build/: ema_workbench, with the versions of ema-constraints.txt.

It is never installed beside standoff, so that neither settles the versions of the other. The environment is made once
and kept.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from reporting.page import ROOT

FOLDER = ROOT / "build" / "ema"
CONSTRAINTS = ROOT / "benchmarks" / "ema-constraints.txt"
WANTED = "ema_workbench==2.5.3"


def ema_python() -> str | None:
    """The interpreter of that environment, made where it is missing; None, saying so, where it cannot be made.

    EMA_PYTHON in the environment names another one.
    """
    named = os.environ.get("EMA_PYTHON")
    if named:
        return named
    python = FOLDER / "bin" / "python"
    if not _works(python):
        shutil.rmtree(FOLDER, ignore_errors=True)
        print(f"installing {WANTED} in {FOLDER.relative_to(ROOT)}", file=sys.stderr)
        for command in (
            [sys.executable, "-m", "venv", str(FOLDER)],
            [str(python), "-m", "pip", "install", "--quiet", "-c", str(CONSTRAINTS), WANTED],
        ):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                reason = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()[-1]
                print(f"skipped: the environment of {WANTED} cannot be made: {reason}")
                return None
    return str(python)


def _works(python: Path) -> bool:
    """Whether the environment is there and holds the peer."""
    if not python.exists():
        return False
    return subprocess.run([str(python), "-c", "import ema_workbench"], capture_output=True, check=False).returncode == 0
