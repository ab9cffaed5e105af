"""What a stored study is: everything its numbers depend on, in ``manifest.json``.

A study may go on where it stopped only if all of this is the same. The number of draws may grow where the sampler is a
sequence. Draws are computed in chunks of `chunk` and stored in parts of `part` draws, a multiple of it; both are
fixed when the study begins, as is the number of draws of the `pilot` that all chunks take their starts from. The
ledger's digest is for the record: draws do not depend on it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from standoff.errors import RequestError
from standoff.study.parts import Names
from standoff.study.sample import HYPERCUBE

FORMAT = 1
FILE = "manifest.json"
PART_BYTES = 3_000_000  # before compression
FEWEST_PARTS = 128  # where a study has so many chunks: what a killed run loses is then below a hundredth

ASIDE = "give another --out, or --fresh to delete the stored study and begin anew"


@dataclass(frozen=True)
class Manifest:
    """See the module's docstring. `scenario` and `ledger_digest` are SHA-256 of the files as they were read."""

    title: str
    scenario: str
    variant: str | None
    settings: dict[str, str]
    seed: int
    sampler: str
    draws: int
    chunk: int
    part: int
    pilot: int
    outcomes: tuple[str, ...]
    options: tuple[str, ...]
    actors: tuple[str, ...]
    parameters: tuple[str, ...]
    keep_parameters: bool
    versions: dict[str, str]
    decision: str | None = None
    ledger: str | None = None
    ledger_digest: str | None = None
    also: dict[str, str] = field(default_factory=dict)  # versions that the numbers do not depend on

    @property
    def names(self) -> Names:
        """What the columns of the parts are named after."""
        return Names(self.outcomes, self.options, self.actors, self.parameters if self.keep_parameters else ())

    @property
    def parts(self) -> int:
        """How many parts the study has."""
        return -(-self.draws // self.part)

    @property
    def identity(self) -> str:
        """Equal for studies that are the same but for their number of draws (and, for what is drawn, of that too)."""
        same = {name: value for name, value in asdict(self).items() if name in _FIXED}
        if self.sampler == HYPERCUBE:
            same["draws"] = self.draws
        return hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()[:32]

    def extent(self, number: int) -> tuple[int, int]:
        """First draw and number of draws of a part."""
        start = number * self.part
        return start, min(self.part, self.draws - start)

    def to_bytes(self) -> bytes:
        """The content of the file."""
        return (json.dumps({"standoff-study": FORMAT, **asdict(self)}, indent=2, allow_nan=False) + "\n").encode()


# what must be equal, and what it is called
_FIXED = {
    "scenario": "the scenario's text",
    "variant": "the variant",
    "settings": "what is --set",
    "seed": "the seed",
    "sampler": "the sampler",
    "keep_parameters": "whether parameters are kept",
    "outcomes": "the outcomes",
    "options": "the options of the decision",
    "actors": "the actors",
    "parameters": "the parameters",
    "versions": "the versions of the programs",
    "part": "the size of a part",
}


def part_size(draws: int, chunk: int, names: Names) -> int:
    """Draws per part: as many chunks as make some megabytes, but few enough that little is lost with one."""
    by_size = PART_BYTES // (chunk * names.bytes_per_draw)
    return chunk * max(1, min(by_size, draws // chunk // FEWEST_PARTS))


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a stored study. Raises `RequestError` where there is none, or none that this version reads."""
    path = folder / FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        version = found.pop("standoff-study")
        if isinstance(version, int) and version > FORMAT:
            raise RequestError.of(
                f"{path} was written by a newer version of standoff (format {version}; this one reads up to {FORMAT})",
                "use that version, or give another folder",
            )
        known = {entry.name for entry in fields(Manifest)}
        manifest = Manifest(**{name: _tuples(value) for name, value in found.items() if name in known})
        if not (0 < manifest.chunk <= manifest.part and manifest.part % manifest.chunk == 0 and manifest.draws > 0):
            raise ValueError("its sizes contradict each other")
    except FileNotFoundError as error:
        raise RequestError.of(
            f"{folder} holds no stored study (there is no {FILE})", "give a folder made by `standoff run --out`"
        ) from error
    except NotADirectoryError as error:
        raise RequestError.of(f"{folder} is not a folder", "give a folder made by `standoff run --out`") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split())[:120]
        raise RequestError.of(f"{path} cannot be read ({reason})", ASIDE) from error
    return manifest


def _tuples(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def continued(old: Manifest, new: Manifest, folder: Path) -> Manifest:
    """The manifest under which a run that asks for `new` goes on with the stored `old`.

    Raises `RequestError` that says what differs where it cannot.
    """
    new = replace(new, chunk=old.chunk, part=old.part, pilot=old.pilot)
    differing = [words for name, words in _FIXED.items() if getattr(old, name) != getattr(new, name)]
    if differing:
        details = _details(old, new)
        raise RequestError.of(
            f"{folder} holds another study: {_joined(differing)} differ{'s' * (len(differing) == 1)}{details}", ASIDE
        )
    if new.draws < old.draws:
        raise RequestError.of(
            f"{folder} holds a study of {old.draws:,} draws, more than the {new.draws:,} asked for",
            f"ask for {old.draws:,} or more, or give another --out",
        )
    if new.draws > old.draws and old.sampler == HYPERCUBE:
        raise RequestError.of(
            f"{folder} holds a Latin hypercube of {old.draws:,} draws, which cannot be extended",
            "give another --out, or use the sampler sobol or random",
        )
    return new


def _details(old: Manifest, new: Manifest) -> str:
    """Old and new values where they are short enough to help."""
    pairs = []
    for name in ("seed", "sampler", "variant", "settings", "keep_parameters"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            pairs.append(f"{name} {before}, now {after}")
    for program in sorted({*old.versions, *new.versions}):
        before, after = old.versions.get(program), new.versions.get(program)
        if before != after:
            pairs.append(f"{program} {before}, now {after}")
    return f" ({'; '.join(pairs)})" if pairs else ""


def _joined(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
