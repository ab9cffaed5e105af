"""A stored study's summary, read back: what ``standoff run --json`` prints, in a file or in a study's directory.

Only what is compared is read: the mean probability of each outcome, the shares of the decision's options, how many
draws were certified, the seed. Where the directory keeps the scenario that was run (``source/scenario.yaml``, with the
variant and the settings that its manifest names), inputs are compared as well. Files may be somebody else's: every
number is checked.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from standoff.errors import Mark, Problem, RequestError
from standoff.findings.attribution import Answer, Difference, OutcomeDifference, distance
from standoff.findings.differences import input_changes, reconciled
from standoff.scenario.load import load_scenario
from standoff.scenario.scenario import Scenario
from standoff.study.sample import with_settings

LARGEST = 64 * 2**20  # bytes
USUAL = ("study.json", "summary.json", "manifest.json")  # looked at first, then any other .json of the directory


@dataclass(frozen=True)
class StoredStudy:
    """What is compared of a stored study; `scenario` is None where it was not kept."""

    path: str
    outcomes: dict[str, float]
    decision: dict[str, float]
    draws: int
    certified: int
    seed: int | None
    scenario: Scenario | None = None


def is_stored(path: str | Path) -> bool:
    """Whether a name means a stored study: a directory, or a file ending in ``.json``."""
    return Path(path).is_dir() or str(path).lower().endswith(".json")


def read_stored(path: str | Path) -> StoredStudy:
    """The summary in a file or directory. Raises `RequestError` where there is none, or a number in it is wrong."""
    place = Path(path)
    candidates = [place]
    if place.is_dir():
        others = sorted(file for file in place.glob("*.json") if file.name not in USUAL)
        candidates = [place / name for name in USUAL if (place / name).is_file()] + others
    for candidate in candidates:
        content = _parsed(candidate)
        for summary in (content, content.get("summary")):
            if isinstance(summary, dict) and isinstance(summary.get("outcomes"), dict):
                return replace(_study(candidate, summary), scenario=_kept(place) if place.is_dir() else None)
    raise _fault(place, "holds no summary of a study", "give a directory that `standoff run --out` wrote")


def _kept(folder: Path) -> Scenario | None:
    """The scenario that was run, as it was run; None where the directory does not hold it.

    Raises `ScenarioError` or `RequestError` where it cannot be read with what the manifest names.
    """
    file, manifest = folder / "source" / "scenario.yaml", folder / "manifest.json"
    if not (file.is_file() and manifest.is_file()):
        return None
    content = _parsed(manifest)
    variant, settings = content.get("variant"), content.get("settings") or {}
    if not (variant is None or isinstance(variant, str)) or not isinstance(settings, dict):
        raise _fault(manifest, "is not the manifest of a study", "give a directory that `standoff run --out` wrote")
    return with_settings(
        load_scenario(file, variant=variant), {str(name): str(value) for name, value in settings.items()}
    )


def _parsed(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST:
            raise _fault(path, "is too large for a summary", "give what `standoff run --json` printed")
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _fault(path, f"cannot be read: {error.strerror or error}", "check the name") from error
    except (ValueError, RecursionError) as error:
        raise _fault(path, "is not JSON", "give what `standoff run --json` printed") from error
    return content if isinstance(content, dict) else {}


def _study(path: Path, summary: Mapping[str, Any]) -> StoredStudy:
    means = {
        name: _probability(path, entry.get("mean") if isinstance(entry, dict) else entry, f"outcome `{name}`")
        for name, entry in summary["outcomes"].items()
    }
    shares = summary.get("decision")
    decision = {
        option: _probability(path, share, f"option `{option}`")
        for option, share in (shares.items() if isinstance(shares, dict) else ())
    }
    seed = summary.get("seed")
    draws = _count(path, summary.get("draws"), "draws")
    share = _probability(path, summary.get("certified"), "certified draws")
    return StoredStudy(str(path), means, decision, draws, round(share * draws), seed if isinstance(seed, int) else None)


def _probability(path: Path, value: object, what: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and -1e-9 <= value <= 1 + 1e-9:
        return float(value)
    raise _fault(path, f"has no probability for {what}", "give what `standoff run --json` printed")


def _count(path: Path, value: object, what: str) -> int:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0:
        return int(value)
    raise _fault(path, f"does not say how many draws ({what})", "give what `standoff run --json` printed")


def _fault(path: Path, what: str, advice: str) -> RequestError:
    return RequestError([Problem(Mark(str(path)), what, advice)])


def stored_difference(a: StoredStudy, b: StoredStudy, labels: tuple[str, str]) -> Difference:
    """Two stored answers compared, and their inputs where both are kept. Nothing is solved, so nothing says why."""
    first, second = (
        Answer(label, study.outcomes, study.decision, study.draws, study.certified)
        for label, study in zip(labels, (a, b), strict=True)
    )
    rows = [
        OutcomeDifference(name, a.outcomes.get(name, 0.0), b.outcomes.get(name, 0.0))
        for name in dict.fromkeys([*a.outcomes, *b.outcomes])
    ]
    rows.sort(key=lambda row: -abs(row.difference))
    changes = None
    if a.scenario is not None and b.scenario is not None:
        changes = input_changes(*reconciled(a.scenario, b.scenario))
    return Difference(first, second, tuple(rows), distance(a.outcomes, b.outcomes), None, changes)
