"""How the cost of complete lists grows with the game, and what is said where a bound ends the search.

``python benchmarks/growth.py`` prints one table in Markdown per family of games; docs/growth.md quotes a run.
``python benchmarks/growth.py --nash`` runs all games of tests/known/test_nash_outcomes_we_lack.py.

A family is a scenario that grows by one number. Every ending has a parameter of its own per actor; each actor's are in
a random strict order, assumed for symbols and given whole numbers that follow it otherwise. Two measurements in process
time, start-up excluded: *numbers* is `all_classes` without intervals, *symbols* is `conditions` with all payoffs and
type probabilities as symbols. A family goes on until both have been stopped by the time given (``--numbers``,
``--symbols``, seconds).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from standoff.game.model import open_model  # noqa: E402
from standoff.solve.classes.enumerate import all_classes  # noqa: E402
from standoff.solve.conditions.derive import conditions  # noqa: E402

SEED = 4


@dataclass(frozen=True)
class Move:
    """A move of a scenario: who, what, when, and for nature's moves who sees it."""

    name: str
    actor: str
    options: tuple[str, ...]
    when: str = ""
    seen_by: str = ""


def signalling(types: int, messages: int, replies: int) -> list[Move]:
    """A sender of some types, messages, replies."""
    return [
        Move("kind", "nature", named("t", types), seen_by="[first]"),
        Move("message", "first", named("m", messages)),
        Move("reply", "second", named("r", replies)),
    ]


def two_sided(types: int) -> list[Move]:
    """Private types on both sides; the first moves, the second sees it and replies."""
    return [
        Move("kind", "nature", named("t", types), seen_by="[first]"),
        Move("other", "nature", named("u", types), seen_by="[second]"),
        Move("message", "first", named("m", 2)),
        Move("reply", "second", named("r", 2)),
    ]


def ladder(stages: int) -> list[Move]:
    """Private types on both sides, who in turn quit (which ends the game) or go on."""
    moves = [
        Move("kind", "nature", named("t", 2), seen_by="[first]"),
        Move("other", "nature", named("u", 2), seen_by="[second]"),
    ]
    for stage in range(stages):
        when = f"step{stage - 1}.on" if stage else ""
        moves.append(Move(f"step{stage}", ("first", "second")[stage % 2], ("quit", "on"), when))
    return moves


def named(letter: str, count: int) -> tuple[str, ...]:
    return tuple(f"{letter}{number}" for number in range(count))


FAMILIES: dict[str, tuple[Callable[[int], list[Move]], Iterator[int] | range]] = {
    "types of the sender (2 messages, 2 replies)": (lambda n: signalling(n, 2, 2), range(2, 13)),
    "messages (2 types, 2 replies)": (lambda n: signalling(2, n, 2), range(2, 9)),
    "replies (2 types, 2 messages)": (lambda n: signalling(2, 2, n), range(2, 9)),
    "types on each side (2 messages, 2 replies)": (two_sided, range(1, 7)),
    "stages of a ladder (2 types on each side)": (ladder, range(1, 9)),
}


def endings(moves: list[Move]) -> list[dict[str, str]]:
    """What was chosen, by move, on the way to each ending."""
    found: list[dict[str, str]] = [{}]
    for move in moves:
        needed = move.when.partition(".")
        longer = []
        for past in found:
            if move.when and past.get(needed[0]) != needed[2]:
                longer.append(past)
            else:
                longer += [{**past, move.name: option} for option in move.options]
        found = longer
    return found


PARAMETERS = 200  # that a scenario may have


def scenario(moves: list[Move]) -> str:
    """The scenario file of some moves; payoffs are plain numbers where there are too many for parameters."""
    generator = np.random.default_rng(SEED)
    ends = endings(moves)
    parameters, assume, chance = [], [], []
    for actor in ("first", "second"):
        ranks = generator.permutation(len(ends)).tolist()
        names = [f"{actor[0]}{number}" for number in range(len(ends))]
        parameters += [f"  {name}: {{value: {rank + 1}}}" for name, rank in zip(names, ranks, strict=True)]
        ordered = [name for _, name in sorted(zip(ranks, names, strict=True))]
        assume += [" < ".join(ordered[k : k + 9]) for k in range(0, len(ordered) - 1, 8)]
    for move in moves:
        if move.actor == "nature":
            odds = [f"{move.name}_{option}" for option in move.options[1:]]
            parameters += [f"  {name}: {{kind: probability, value: 1 / {len(move.options)}}}" for name in odds]
            assume += [f"{name} > 0" for name in odds]
            assume += [" + ".join(odds) + " < 1"] if odds else []
            shares = ["rest" if odds else "1", *odds]
            options = ", ".join(f"{o}: {p}" for o, p in zip(move.options, shares, strict=True))
            chance.append(f"  {move.name}: {{actor: nature, options: {{{options}}}, seen_by: {move.seen_by}}}")
        else:
            when = f", when: {move.when}" if move.when else ""
            chance.append(f"  {move.name}: {{actor: {move.actor}, options: [{', '.join(move.options)}]{when}}}")
    terms = [" * ".join(f"{move}.{option}" for move, option in end.items()) for end in ends]
    if len(parameters) > PARAMETERS:
        worth = dict(line.strip(" }").split(": {value: ") for line in parameters if ": {value: " in line)
        parameters = [line for line in parameters if ": {value: " not in line]
        assume = [line for line in assume if "_" in line]
    else:
        worth = {f"{actor}{k}": f"{actor}{k}" for actor in "fs" for k in range(len(ends))}
    payoffs = []
    for actor in ("first", "second"):
        total = " + ".join(f"{worth[f'{actor[0]}{k}']} * {term}" for k, term in enumerate(terms))
        payoffs.append(f"  {actor}: {{outcome: {total}}}")
    parts = ["standoff: 1", "title: growth", "actors: {first: First, second: Second}", "parameters:", *parameters]
    parts += ["assume:", *(f"  - {one}" for one in assume), "moves:", *chance, "payoffs:", *payoffs]
    return "\n".join([*parts, f"decision: {moves[-1].name}", ""])


@dataclass(frozen=True)
class Cost:
    """What one run took (process and wall seconds) and gave."""

    seconds: float
    wall: float
    complete: bool
    classes: int
    undecided: int


def measured(run: Callable[[], tuple[bool, int, int]]) -> Cost:
    start, wall = time.process_time(), time.monotonic()
    complete, classes, undecided = run()
    return Cost(time.process_time() - start, time.monotonic() - wall, complete, classes, undecided)


def costs(text: str, numbers: float, symbols: float) -> tuple[int, int, Cost | None, Cost | None]:
    """Information sets, endings, and the two costs; none where the time given is zero."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "growth.yaml"
        path.write_text(text, encoding="utf-8")
        model = open_model(path)
    game = model.game

    def at_numbers() -> tuple[bool, int, int]:
        numeric = game.at({key: float(value) for key, value in model.values({}).items()})
        found = all_classes(numeric, seconds=numbers, with_intervals=False)
        return found.complete, len(found.classes), found.undecided

    def with_symbols() -> tuple[bool, int, int]:
        result = conditions(game, model.scenario, seconds=symbols)
        return result.complete, len(result.classes), len(result.undecided)

    return (
        len(game.infosets),
        len(game.terminals),
        measured(at_numbers) if numbers else None,
        measured(with_symbols) if symbols else None,
    )


def told(cost: Cost | None) -> tuple[str, str, str]:
    if cost is None:
        return "", "", ""
    undecided = f", {cost.undecided} undecided" if cost.undecided else ""
    waited = f" ({cost.wall:.1f} by the clock)" if not cost.complete else ""
    return f"{cost.seconds:.2f}{waited}", f"{cost.classes}", ("complete" if cost.complete else "partial") + undecided


def table(name: str, numbers: float, symbols: float) -> None:
    """Prints a family's table."""
    build, sizes = FAMILIES[name]
    print(f"\n{name}\n")
    print("| size | information sets | endings | numbers, s | classes | list | symbols, s | classes | list |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for size in sizes:
        sets, ends, first, second = costs(scenario(build(size)), numbers, symbols)
        print("| " + " | ".join([str(size), str(sets), str(ends), *told(first), *told(second)]) + " |", flush=True)
        numbers = numbers if first is not None and first.complete else 0
        symbols = symbols if second is not None and second.complete else 0
        if not numbers and not symbols:
            break


def nash() -> None:
    """Prints what the comparison with Gambit's extreme equilibria shows, family by family."""
    from known.test_nash_outcomes_we_lack import GAMES, examined

    print("| family | games | Nash outcomes | our outcomes | proven not sequential | problems | seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, (_, count) in GAMES.items():
        start, seen, problems = time.process_time(), Counter[str](), []
        for seed in range(count):
            report = examined(name, seed)
            seen.update(nash=report.nash, ours=report.sequential, lacking=report.lacking)
            problems += [f"{name} {seed}: {problem}" for problem in report.problems]
        cells = [name, count, seen["nash"], seen["ours"], seen["lacking"], len(problems)]
        print("| " + " | ".join(map(str, [*cells, f"{time.process_time() - start:.1f}"])) + " |", flush=True)
        print(*problems, sep="\n", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--numbers", type=float, default=30.0)
    parser.add_argument("--symbols", type=float, default=60.0)
    parser.add_argument("--family", choices=[*FAMILIES], action="append")
    parser.add_argument("--nash", action="store_true")
    asked = parser.parse_args()
    with threadpool_limits(1):
        if asked.nash:
            nash()
            return
        for name in asked.family or FAMILIES:
            table(name, asked.numbers, asked.symbols)


if __name__ == "__main__":
    main()
