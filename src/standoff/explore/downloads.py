"""What can be taken away: the answer as a table and as JSON, the game at these numbers for Gambit, the brief.

Everything is at the present settings. A spreadsheet program takes a text that begins with ``=``, ``+``, ``-`` or ``@``
for a formula and runs it, so texts in a table get an apostrophe in front where they begin like one; numbers stay
numbers. Names of files are made of a fixed set of characters.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from standoff.errors import AnalysisError, RequestError
from standoff.explore.answer import selected
from standoff.explore.exchange import Asked, posted
from standoff.explore.session import Session

if TYPE_CHECKING:
    from standoff.game.model import Model
    from standoff.solve.solution import Solution

KINDS = {"csv": "text/csv; charset=utf-8", "json": "application/json", "efg": "text/plain; charset=utf-8"}
HEADS = ("part", "name", "label", "knows", "option", "value", "unit")
LONGEST_NAME = 40
_RUNS = frozenset("=+-@\t\r\n|%")  # first characters that a spreadsheet program may take for a formula or a command


def neutral(cell: str | float) -> str | float:
    """A cell that no spreadsheet program runs: texts that begin like a formula get an apostrophe in front.

    Full-width signs and white space in front count as well: programs fold the one and skip the other.
    """
    if not isinstance(cell, str):
        return cell
    first = unicodedata.normalize("NFKC", cell.lstrip(" \u00a0\u3000\ufeff\u200b"))[:1]
    return f"'{cell}" if first in _RUNS and first else cell


def file_name(title: str, what: str, ending: str) -> str:
    """A name of small letters, digits and hyphens: ``consent-game-answer.csv``."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii").lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_NAME].strip("-")
    return f"{words or 'standoff'}-{what}.{ending}"


def table_text(solution: Solution, model: Model, settings: Mapping[str, float]) -> str:
    """The answer as comma-separated values, one row per number."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADS)
    for row in _rows(solution, model, settings):
        writer.writerow([neutral(cell) for cell in row])
    return out.getvalue()


def _rows(solution: Solution, model: Model, settings: Mapping[str, float]) -> Iterator[tuple[str | float, ...]]:
    from standoff.draw.labels import Names

    names = Names.of(model.game, model.scenario)
    base = {name: float(value) for name, value in model.values().items()}
    units = {d.name: d.unit for d in model.scenario.parameters} if model.scenario else {}
    for name, value in solution.values.items():
        said = (
            "set here" if name in settings else "as in the file" if base.get(name) == value else "follows from others"
        )
        yield "parameter", name, said, "", "", float(value), units.get(name, "")
    if not solution.equilibria:
        return
    told = solution.first.to_dict()
    for name, value in told["outcomes"].items():
        yield "outcome", name, names.outcome(name), "", "", float(value), "probability"
    for name, value in told["payoffs"].items():
        yield "payoff", name, model.scenario.label(name) if model.scenario else name, "", "", float(value), "utility"
    for entry in told["behaviour"]:
        knows = "; ".join(f"{move}: {option}" for move, option in entry["information"].items())
        for option, value in entry["probabilities"].items():
            if value is not None:
                yield "strategy", entry["actor"], entry["move"], knows, option, float(value), "probability"


def data_text(solution: Solution, settings: Mapping[str, float]) -> str:
    """The answer as JSON: that of ``standoff solve --json`` for the selected equilibrium alone, and what was set."""
    told = {**solution.to_dict(), "settings": dict(settings)}
    return json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def efg_text(model: Model, settings: Mapping[str, float]) -> str:
    """The game at the settings, in Gambit's format. Raises as `write_efg` does."""
    from standoff.game.efg_write import write_efg

    return write_efg(model.game, model.values(settings))


def download(asked: Asked) -> dict[str, Any]:
    """A file as text, with its name and kind. Raises `RequestError` for what there is not."""
    what = asked.body.get("what")
    model, settings = asked.loaded.model, asked.settings
    if what not in KINDS:
        raise RequestError.of("there is no such download", f"ask for one of {', '.join(KINDS)}")
    if what == "efg":
        text = efg_text(model, settings)
    else:
        solution = selected(model, settings)
        if not solution.equilibria:
            raise AnalysisError("no equilibrium was confirmed at these numbers, so there is no answer to download")
        text = table_text(solution, model, settings) if what == "csv" else data_text(solution, settings)
    named = "game" if what == "efg" else "answer"
    return {"name": file_name(model.game.title, named, what), "kind": KINDS[what], "text": text}


def routes(session: Session) -> list[Route]:
    """The files; the brief, which takes longer, is a job (`standoff.explore.jobs`)."""
    return [posted(session, "/api/download", download)]
