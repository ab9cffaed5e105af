"""How often the limit of the logit path is certified, agrees with a second trace, and what Gambit's limit is worth.

``python benchmarks/accuracy.py`` prints three tables in Markdown; docs/accuracy.md quotes a run with
``--games 1000 --gambit 200 --draws 7``. Needs the tests' folder beside this one, and pygambit for the third table.

1. certified: `path_limit` with the verifier, per family of random games (tests/families.py);
2. agreement: the support at every information set against tests/known/fine_trace.py, which follows the path in small
   steps to a precision of 1e5 per payoff range and shares nothing with the solver;
3. Gambit: what ``logit_solve`` reports as success, by the gain (share of the payoff range) of the best one-shot
   deviation, in expectation over the profile as it is, at the information sets it reaches with less than 1e-6. *Bayes*
   takes the beliefs of the fully mixed profile (sums of logarithms), *any* the belief that makes the gain smallest, set
   by set, which is more than an equilibrium may choose.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from reporting.deviations import Deviations, deviations  # noqa: E402

from families import FAMILIES  # noqa: E402
from known.fine_trace import batches, trace  # noqa: E402
from known.test_against_gambit import behaviour_of  # noqa: E402
from standoff.game.efg import write_efg  # noqa: E402
from standoff.game.game import Floats, NumericGame  # noqa: E402
from standoff.game.model import open_model  # noqa: E402
from standoff.game.play import play  # noqa: E402
from standoff.solve.path_limit import Found, path_limit  # noqa: E402
from standoff.solve.verify import verify  # noqa: E402
from standoff.study.sample import draw  # noqa: E402

LEVELS = (1e-6, 1e-4, 1e-2)


def chosen(numeric: NumericGame) -> Found:
    return path_limit(numeric, lambda assessment: verify(numeric, assessment, "sequential").holds)


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def header(*cells: str) -> None:
    print()
    row(*cells)
    row(*("---" for _ in cells))


def certified(games: int) -> dict[str, list[Found]]:
    """Table 1; returns what was selected."""
    header("family", "games", "certified", "on the first path", "CPU ms per game")
    result = {}
    for family, make in FAMILIES.items():
        numerics = [make(seed).at({}) for seed in range(games)]
        start = time.process_time()
        found = [chosen(numeric) for numeric in numerics]
        cost = 1000 * (time.process_time() - start) / games
        solved = sum(own.assessment is not None for own in found)
        row(family, games, solved, sum(own.method == "logit path" for own in found), f"{cost:.0f}")
        result[family] = found
    return result


def agreement(found: dict[str, list[Found]]) -> None:
    """Table 2."""
    header("family", "games", "lost by the trace", "same class", "undecided by it, same outcomes", "differ: seeds")
    for family, selections in found.items():
        numerics = [FAMILIES[family](seed).at({}) for seed in range(len(selections))]
        ends = [end for batch in batches(numerics) for end in trace(batch)]
        lost = same = alike = 0
        differ = []
        for seed, (numeric, own, end) in enumerate(zip(numerics, selections, ends, strict=True)):
            if end.p is None:
                lost += 1
                continue
            if own.assessment is None:
                differ.append(seed)
                continue
            behaviour, seen = own.assessment.behaviour, end.supports()
            if None not in seen:
                equal = seen == tuple((behaviour > 0).tolist())
                same += equal
            else:
                apart = np.abs(play(numeric, behaviour).outcomes - play(numeric, end.p).outcomes)
                equal = bool(apart.max() < 0.01)
                alike += equal
            if not equal:
                differ.append(seed)
        row(family, len(selections), lost, same, alike, ", ".join(map(str, differ)) or "none")


def gambit_limit(text: str, numeric: NumericGame, answer: Any = None) -> tuple[bool, Floats | None]:
    """Whether ``logit_solve`` reports success, and its profile; also sent through `answer`, a pipe, if there is one."""
    import pygambit

    result = pygambit.nash.logit_solve(pygambit.read_efg(io.StringIO(text)))
    done = bool(result.success)
    found = done, behaviour_of(pygambit, result.equilibrium, numeric.game) if done else None
    if answer is not None:
        answer.send(found)
    return found


def bounded_limit(text: str, numeric: NumericGame, seconds: float) -> tuple[bool, Floats | None] | None:
    """The same in a process of its own; None where it takes longer."""
    receive, send = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=gambit_limit, args=(text, numeric, send))
    process.start()
    found = receive.recv() if receive.poll(seconds) else None
    process.terminate()
    process.join()
    return found


def gambit(name: str, numerics: Sequence[tuple[str, NumericGame]], seconds: float | None) -> None:
    """One row of table 3."""
    success = late = failed = 0
    found: list[Deviations] = []
    ours: list[bool] = []
    for text, numeric in numerics:
        limit = gambit_limit(text, numeric) if seconds is None else bounded_limit(text, numeric, seconds)
        late += limit is None
        failed += limit is not None and not limit[0]
        if limit is None or limit[1] is None:
            ours.append(chosen(numeric).assessment is not None)
            continue
        success += 1
        found.append(deviations(numeric, limit[1]))
        ours.append(chosen(numeric).assessment is not None)
    bayes = [sum(own.off_path_bayes > level for own in found) for level in LEVELS]
    best = [sum(own.off_path_any > level for own in found) for level in LEVELS]
    on_path = max((own.on_path for own in found), default=0.0)
    worst = max((own.off_path_any for own in found), default=0.0)
    row(name, len(numerics), success, failed, late, *bayes, *best, f"{worst:.1g}", f"{on_path:.1g}", sum(ours))


def crisis(draws: int) -> list[tuple[str, NumericGame]]:
    """The worked example at its base values and at draws of its parameters."""
    model = open_model(ROOT / "examples" / "consent" / "scenario.yaml")
    assert model.scenario is not None
    drawn = draw(model.scenario, "sobol", 1, 0, draws) if draws else {}
    points = [{name: float(value) for name, value in model.values().items()}]
    points += [{name: float(values[number]) for name, values in drawn.items()} for number in range(draws)]
    return [(write_efg(model.game, point), model.game.at(point)) for point in points]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--games", type=int, default=100, help="per family, tables 1 and 2")
    parser.add_argument("--gambit", type=int, default=100, help="games per family, table 3")
    parser.add_argument("--draws", type=int, default=2, help="draws of the worked example besides its base, table 3")
    parser.add_argument("--seconds", type=float, default=60.0, help="bound on Gambit for each draw of the example")
    asked = parser.parse_args()
    with threadpool_limits(1):
        if asked.games:
            agreement(certified(asked.games))
        if not asked.gambit:
            return
        off = [f"Bayes > {level:.0e}" for level in LEVELS] + [f"any > {level:.0e}" for level in LEVELS]
        last = ("largest (any)", "largest on the path", "ours certified")
        header("games", "number", "Gambit: success", "failure", "too long", *off, *last)
        for family, make in FAMILIES.items():
            games = [make(seed) for seed in range(asked.gambit)]
            gambit(family, [(write_efg(game), game.at({})) for game in games], None)
        gambit("worked example", crisis(asked.draws), asked.seconds)


if __name__ == "__main__":
    main()
