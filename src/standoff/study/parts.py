"""One part of a stored study: consecutive draws as one Parquet file, small and checkable.

Columns, with OUTCOME, OPTION, ACTOR and PARAMETER standing for names of the scenario:

======================================  ========  ==============================================================
``selected_OUTCOME``                    float32   probability in the selected equilibrium
``below_OUTCOME``, ``above_OUTCOME``    float32   selected - low and high - selected: 0 where one equilibrium is known
``decision_OPTION``, ``payoff_ACTOR``   float32   as in `standoff.study.answers`
``gain``                                float32   8 significant bits, rounded up in size (an upper bound stays one)
``audit``, ``branch``                   float32   NaN where the draw was not solved once more
``status``, ``method``, ``known``       uint8     codes as in `standoff.study.answers`
``kind``                                int64
``parameter_PARAMETER``                 float64   only where parameters are kept
======================================  ========  ==============================================================

A float32 differs from the number computed by at most 3e-8 for a probability, 6e-8 of its size for a payoff. Every
reader of a stored study sees these rounded values. The bytes of a part are a function of its values and of the release
of Apache Arrow that wrote it. Its metadata carries a digest of all columns, compared whenever the part is read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.errors import AnalysisError, RequestError
from standoff.game.game import Floats
from standoff.study.answers import CERTIFIED, Answers

KEY = b"standoff"
LEVEL = 3  # of zstd; higher ones gain under 2 % here


class DamagedPartError(AnalysisError):
    """A part that is not what was written."""


@dataclass(frozen=True)
class Names:
    """What the columns are named after, in order; `parameters` is empty unless they are kept."""

    outcomes: tuple[str, ...]
    options: tuple[str, ...]
    actors: tuple[str, ...]
    parameters: tuple[str, ...] = ()

    @property
    def bytes_per_draw(self) -> int:
        """About what a draw takes before compression; bounds that say nothing new take nothing."""
        return 4 * (len(self.outcomes) + len(self.options) + len(self.actors)) + 8 * len(self.parameters) + 4


@dataclass(frozen=True, eq=False)
class Part:
    """Draws `start` onwards as stored, with the parameters' values where these are kept."""

    start: int
    answers: Answers
    parameters: dict[str, Floats]


def encode(part: Part, names: Names, study: str) -> bytes:
    """The Parquet file of a part; `study` identifies the study it belongs to."""
    import pyarrow as pa  # half a second that only stored studies need
    import pyarrow.parquet as pq

    columns = _columns(part, names)
    facts = {
        "study": study,
        "start": part.start,
        "draws": len(part.answers),
        "certified": int(part.answers.certified.sum()),
        "digest": _digest(columns),
    }
    table = pa.table(columns).replace_schema_metadata({KEY: json.dumps(facts, sort_keys=True).encode()})
    floats = [name for name, values in columns.items() if values.dtype.kind == "f"]
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        row_group_size=max(1, len(part.answers)),
        compression="zstd",
        compression_level=LEVEL,
        use_dictionary=[name for name in columns if name not in floats],
        column_encoding=dict.fromkeys(floats, "BYTE_STREAM_SPLIT"),
        write_statistics=False,
        write_page_checksum=True,
        store_schema=True,
    )
    return bytes(sink.getvalue())


def decode(path: Path, names: Names, study: str) -> Part:
    """Read a part and check it. Raises `DamagedPartError` where it is not what was written."""
    table = _read(path, None)
    try:
        facts: dict[str, Any] = json.loads((table.schema.metadata or {})[KEY])
        columns = {name: table.column(name).to_numpy() for name in table.column_names}
        if list(columns) != _columns_of(names) or facts["study"] != study:
            raise DamagedPartError(f"{path} belongs to another study")
        if facts["digest"] != _digest(columns) or facts["draws"] != table.num_rows:
            raise DamagedPartError(f"{path} does not hold the numbers that were written (its checksum differs)")
        return Part(int(facts["start"]), _answers(columns, names), _kept(columns, names))
    except (KeyError, ValueError, TypeError) as error:
        raise _unreadable(path, error) from error


def decode_selected(path: Path, names: Names) -> Floats:
    """``float64[draw, outcome]``: `selected` of a part's certified draws. Raises `DamagedPartError` as `decode` does.

    Checked by the checksums of the pages that are read.
    """
    wanted = [f"selected_{outcome}" for outcome in names.outcomes]
    table = _read(path, ["status", *wanted])
    try:
        certified = table.column("status").to_numpy() == CERTIFIED
        columns = [table.column(name).to_numpy()[certified] for name in wanted]
        return np.array(columns, dtype=np.float64).reshape(len(wanted), int(certified.sum())).T
    except (KeyError, ValueError) as error:
        raise _unreadable(path, error) from error


def _read(path: Path, columns: list[str] | None) -> Any:
    """An Arrow table of some columns, or of all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise DamagedPartError(f"{path} is missing") from error
    except OSError as error:  # not the part's fault: nothing is set aside for it
        raise RequestError.of(
            f"cannot read {path}: {error.strerror or error}", "give a folder that can be read"
        ) from error
    try:
        return pq.read_table(pa.BufferReader(content), columns=columns, page_checksum_verification=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> DamagedPartError:
    return DamagedPartError(f"{path} cannot be read ({' '.join(str(error).split())[:120]})")


def _columns_of(names: Names) -> list[str]:
    return [
        *(f"{kind}_{outcome}" for kind in ("selected", "below", "above") for outcome in names.outcomes),
        *(f"decision_{option}" for option in names.options),
        *(f"payoff_{actor}" for actor in names.actors),
        *("gain", "audit", "branch", "status", "method", "known", "kind"),
        *(f"parameter_{parameter}" for parameter in names.parameters),
    ]


def _columns(part: Part, names: Names) -> dict[str, NDArray[Any]]:
    """The columns as they are stored, in order."""
    answers = part.answers
    with np.errstate(over="ignore"):  # a payoff beyond 3e38 is stored as infinite
        tables = [
            answers.selected.astype(np.float32),
            np.maximum(answers.selected - answers.low, 0.0).astype(np.float32),
            np.maximum(answers.high - answers.selected, 0.0).astype(np.float32),
            answers.decision.astype(np.float32),
            answers.payoffs.astype(np.float32),
        ]
    columns = [np.ascontiguousarray(column) for table in tables for column in table.T]
    columns += [_eight_bits(answers.gain), answers.audit.astype(np.float32), answers.branch.astype(np.float32)]
    columns += [answers.status, answers.method, answers.known, answers.kind]
    columns += [np.ascontiguousarray(part.parameters[name], dtype=np.float64) for name in names.parameters]
    return dict(zip(_columns_of(names), columns, strict=True))


def _eight_bits(gain: Floats) -> NDArray[np.float32]:
    """The next float32 away from zero whose lower 16 bits are zero; NaN and infinities stay."""
    with np.errstate(over="ignore"):
        near = gain.astype(np.float32)
    short = np.abs(near) < np.abs(gain)
    near[short] = np.nextafter(near[short], np.copysign(np.float32(np.inf), near[short]))
    bits = near.view(np.uint32)
    return np.where(np.isfinite(near), ((bits + np.uint32(0xFFFF)) & np.uint32(0xFFFF0000)).view(np.float32), near)


def _digest(columns: Mapping[str, NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for name, values in columns.items():
        digest.update(f"{name}:{values.dtype.str}\n".encode())
        digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()


def _answers(columns: Mapping[str, NDArray[Any]], names: Names) -> Answers:
    def table(kind: str, of: tuple[str, ...]) -> Floats:
        rows = [columns[f"{kind}_{name}"] for name in of]
        return np.array(rows, dtype=np.float64).reshape(len(of), len(columns["status"])).T

    selected = table("selected", names.outcomes)
    return Answers(
        selected=selected,
        low=np.maximum(selected - table("below", names.outcomes), 0.0),
        high=np.minimum(selected + table("above", names.outcomes), np.maximum(selected, 1.0)),
        decision=table("decision", names.options),
        payoffs=table("payoff", names.actors),
        status=columns["status"],
        method=columns["method"],
        known=columns["known"],
        kind=columns["kind"],
        gain=columns["gain"].astype(np.float64),
        audit=columns["audit"].astype(np.float64),
        branch=columns["branch"].astype(np.float64),
    )


def _kept(columns: Mapping[str, NDArray[Any]], names: Names) -> dict[str, Floats]:
    return {name: columns[f"parameter_{name}"] for name in names.parameters}
