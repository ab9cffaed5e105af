"""The catalogue of canonical games: scenario files that come with the package, by name.

Each file beside this module is one game; its name without ``.yaml`` is the name in the catalogue. Every game carries
exactly one tag that says how much of it rests on a source (`BASES`): ``source-read`` (tree or parameters read in the
source), ``tree-from-memory`` (the tree as the literature has it, not re-read), ``derived-here`` (own formalisation of
an idea from the literature), ``reconstruction`` (built to reproduce results stated in an abstract).
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from standoff.errors import RequestError
from standoff.scenario.load import load_scenario

BASES = ("source-read", "tree-from-memory", "derived-here", "reconstruction")


@dataclass(frozen=True)
class Entry:
    """What the catalogue says about one game."""

    name: str
    title: str
    about: str
    sources: tuple[str, ...]
    tags: tuple[str, ...]


def names() -> tuple[str, ...]:
    """Names of all games, in alphabetical order."""
    return tuple(sorted(file.stem for file in _folder().glob("*.yaml")))


def path(name: str) -> Path:
    """The scenario file of a game; `RequestError` when there is no game of that name."""
    known = names()
    if name not in known:
        close = get_close_matches(name, known, n=1)
        remedy = f"did you mean `{close[0]}`?" if close else "`standoff library` lists the games there are"
        raise RequestError.of(f"the library has no game `{name}`", remedy)
    return _folder() / f"{name}.yaml"


def entry(name: str) -> Entry:
    """One game's entry; `RequestError` when there is no game of that name."""
    scenario = load_scenario(path(name))
    return Entry(name, scenario.title, scenario.about, scenario.sources, scenario.tags)


def entries() -> tuple[Entry, ...]:
    """All entries, in the order of `names`."""
    return tuple(entry(name) for name in names())


def _folder() -> Path:
    # the package is installed unpacked (pip never imports from a wheel), so its resources are ordinary files
    return Path(str(files("standoff.library")))
