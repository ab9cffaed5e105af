"""Draws of signalling games per second: pure sequential equilibria, certified, beside Gambit's list of pure equilibria.

``python benchmarks/signalling.py`` prints one table in Markdown and the machine. Needs the tests' folder beside this
one and pygambit. The games are scenarios written here: nature draws a type, which the sender sees; the sender picks one
of two messages, the receiver sees it and picks one of two replies. All payoffs are uniform in [0, 1], independent of
each other, and so are the odds of two types; three types have odds in ratios of such numbers. *renamed* is the first
game with other names and with actors, options, parameters and terms in another order.

Both programs take turns in one process, block by block, on the same draws as far as they get. Seconds are of the
process, with one thread:

- ours: `iterate`, then `verify_batch` on all draws that settle, from payoffs and chances in arrays (`Batch`), compiling
  included; *with drawing* also draws the parameters, evaluates all expressions and selects the settled draws;
- Gambit: ``read_efg`` and ``nash.enumpure_solve`` on the text of each draw; writing that text is not counted.

Every certified profile of a draw that Gambit has seen must be in its list, at every information set.
"""

from __future__ import annotations

import argparse
import io
import platform
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from known.test_against_gambit import behaviour_of  # noqa: E402
from standoff.game.batch import batch  # noqa: E402
from standoff.game.efg import write_efg  # noqa: E402
from standoff.game.game import Floats  # noqa: E402
from standoff.game.model import Model, open_model  # noqa: E402
from standoff.solve.iterate import iterate  # noqa: E402
from standoff.solve.verify_batch import verify_batch  # noqa: E402
from standoff.study.sample import draw  # noqa: E402

SEED = 6


@dataclass(frozen=True)
class Names:
    """What things are called, in the order in which the file lists them."""

    sender: str
    receiver: str
    moves: tuple[str, str, str]  # type, message, reply
    types: tuple[str, ...]
    messages: tuple[str, str]
    replies: tuple[str, str]
    turned: bool = False  # actors, parameters and terms the other way round


VERSIONS = {
    "two types, 8 endings": Names(
        "sender", "receiver", ("kind", "message", "reply"), ("strong", "weak"), ("loud", "quiet"), ("yield", "fight")
    ),
    "renamed": Names(
        "north", "south", ("weather", "flag", "answer"), ("wet", "dry"), ("white", "red"), ("out", "in"), turned=True
    ),
    "three types, 12 endings": Names(
        "sender", "receiver", ("kind", "message", "reply"), ("a", "b", "c"), ("loud", "quiet"), ("yield", "fight")
    ),
}


def scenario(names: Names) -> str:
    """The text of a scenario file."""
    kind, message, reply = names.moves
    ends = [(t, m, r) for t in names.types for m in names.messages for r in names.replies]
    actors = [names.sender, names.receiver]
    worth = {(actor, *end): f"{actor[0]}_{'_'.join(end)}" for actor in actors for end in ends}
    odds = [f"odds_{name}" for name in names.types]
    parameters = [f"  {name}: {{range: uniform(0, 1)}}" for name in worth.values()]
    if len(odds) == 2:
        parameters.append(f"  {odds[0]}: {{range: uniform(0, 1), kind: probability}}")
        shares = [odds[0], "rest"]
    else:
        parameters += [f"  {name}: {{range: uniform(0, 1)}}" for name in odds]
        shares = [*(f"{name} / ({' + '.join(odds)})" for name in odds[:-1]), "rest"]
    payoffs = []
    for actor in actors:
        terms = [f"{worth[actor, *end]} * {kind}.{end[0]} * {message}.{end[1]} * {reply}.{end[2]}" for end in ends]
        payoffs.append(f"  {actor}: {{outcome: {' + '.join(terms[::-1] if names.turned else terms)}}}")
    order = -1 if names.turned else 1
    chance = ", ".join(f"{name}: {share}" for name, share in zip(names.types, shares, strict=True))
    lines = [
        "standoff: 1",
        "title: signalling",
        f"actors: {{{', '.join(f'{actor}: {actor}' for actor in actors[::order])}}}",
        "parameters:",
        *parameters[::order],
        "moves:",
        f"  {kind}: {{actor: nature, options: {{{chance}}}, seen_by: [{names.sender}]}}",
        f"  {message}: {{actor: {names.sender}, options: [{', '.join(names.messages)}]}}",
        f"  {reply}: {{actor: {names.receiver}, options: [{', '.join(names.replies)}]}}",
        "payoffs:",
        *payoffs[::order],
        f"decision: {message}",
        "",
    ]
    return "\n".join(lines)


def model_of(text: str) -> Model:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "signalling.yaml"
        path.write_text(text, encoding="utf-8")
        return open_model(path)


@dataclass
class Tally:
    """Draws and process seconds so far."""

    draws: int = 0
    whole: float = 0.0  # with drawing
    iterated: float = 0.0
    verified: float = 0.0
    certified: int = 0
    theirs: int = 0
    gambit: float = 0.0
    compared: int = 0
    missing: list[int] = field(default_factory=list)

    def rates(self) -> tuple[float, float, float]:
        """Ours, ours with drawing, Gambit's: draws per second."""
        return self.draws / (self.iterated + self.verified), self.draws / self.whole, self.theirs / self.gambit


def ours(model: Model, tally: Tally, start: int, count: int) -> dict[int, Floats]:
    """One block; the certified profiles ``[slot]`` of its first draws, by number."""
    assert model.scenario is not None
    begin = time.process_time()
    given = batch(model.game, draw(model.scenario, "random", SEED, start, count), count)
    before = time.process_time()
    found = iterate(given)
    middle = time.process_time()
    columns = np.flatnonzero(found.settled)
    part, behaviour = given.take(columns), np.take(found.behaviour(model.game), columns, axis=1)
    exponents = np.take(found.exponents, columns, axis=1)
    ready = time.process_time()
    verdicts = verify_batch(part, behaviour, exponents)
    end = time.process_time()
    tally.draws += count
    tally.whole += end - begin
    tally.iterated += middle - before
    tally.verified += end - ready
    tally.certified += int(verdicts.holds.sum())
    kept = np.flatnonzero(verdicts.holds)[:5000]
    return {int(part.draws[column]): behaviour[:, column] for column in kept.tolist()}


def gambits(pygambit: Any, model: Model, tally: Tally, start: int, count: int, profiles: dict[int, Floats]) -> None:
    """The first draws of the same block, and whether each certified profile is listed."""
    assert model.scenario is not None
    values = draw(model.scenario, "random", SEED, start, count)
    points = [{name: float(column[number]) for name, column in values.items()} for number in range(count)]
    texts = [write_efg(model.game, point) for point in points]
    begin = time.process_time()
    results = [pygambit.nash.enumpure_solve(pygambit.read_efg(io.StringIO(text))) for text in texts]
    tally.gambit += time.process_time() - begin
    tally.theirs += count
    for number, result in enumerate(results):
        if number in profiles:
            listed = [behaviour_of(pygambit, profile.as_behavior(), model.game) for profile in result.equilibria]
            tally.compared += 1
            if not any(np.array_equal(profiles[number], other) for other in listed):
                tally.missing.append(start + number)


def machine() -> str:
    """Processor and versions."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = f"{len(names)} x {names[0]}" if names else platform.processor()
    return f"{processor}; Python {platform.python_version()}, numpy {np.__version__}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, default=8)
    parser.add_argument("--draws", type=int, default=131072, help="ours, per block")
    parser.add_argument("--gambit", type=int, default=100, help="Gambit's, per block")
    asked = parser.parse_args()
    import pygambit

    print(
        "| game | draws | ours, per s | iterate, ns | verify, ns | with drawing, per s | certified | Gambit, per s ",
        end="",
    )
    print("| ratio | compared | not in Gambit's list |\n" + "| --- " * 11 + "|")
    with threadpool_limits(1):
        for name, names in VERSIONS.items():
            model, tally = model_of(scenario(names)), Tally()
            for block in range(asked.blocks):
                profiles = ours(model, tally, block * asked.draws, asked.draws)
                gambits(pygambit, model, tally, block * asked.draws, asked.gambit, profiles)
            mine, whole, theirs = tally.rates()
            cells = [name, f"{tally.draws:,}", f"{mine:,.0f}"]
            cells += [f"{1e9 * seconds / tally.draws:.0f}" for seconds in (tally.iterated, tally.verified)]
            cells += [
                f"{whole:,.0f}",
                f"{tally.certified / tally.draws:.1%}",
                f"{theirs:,.0f}",
                f"{mine / theirs:,.0f}",
            ]
            cells += [str(tally.compared), ", ".join(map(str, tally.missing)) or "none"]
            print("| " + " | ".join(cells) + " |", flush=True)
    print(f"\n{machine()}, pygambit {pygambit.__version__}")


if __name__ == "__main__":
    main()
