"""What deriving conditions costs, and whether they give what enumeration certifies, for the games of the library.

``python benchmarks/conditions.py [--draws 2000] [--seed 11] [GAME ...]`` prints two tables in Markdown;
docs/library-conditions.md quotes a run. Needs the tests' folder beside this one. Seconds are of this process's
processor time, each derivation from scratch with every payoff and probability a symbol.

Draws are those of tests/known/library_draws.py. *Ties* are draws within 1e-7 of a threshold, among them those put on
one on purpose; there a class that the conditions state must be certified, while more may exist (knife edges are not
listed). Elsewhere both lists must be equal. Where they are not as they must be, the search in fractions says which one
is wrong; at a tie that payoffs in floats cannot hold (a power of a parameter with many digits) that is nobody's fault
and counted as lost to rounding.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from known.library_draws import certified, drawn, exact_classes, near_threshold, probability_gap, said  # noqa: E402
from known.library_pairs import game_of, scenario_of  # noqa: E402
from standoff.solve.conditions.derive import ConditionsResult, conditions  # noqa: E402

GAMES = (
    "rudimentary_deterrence",
    "unilateral_deterrence",
    "generalised_mutual_deterrence",
    "consent_deployment",
    "tying_hands",
    "sinking_costs",
    "chain_store",
    "beer_quiche",
    "tripwire",
    "mediator",
    "mobilisation",
    "stakes",
    "ultimatum",
    "three_party_extended_deterrence",
    "brinkmanship",
    "centipede4",
    "seltens_horse",
    "asymmetric_escalation_complete",
)


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def header(*cells: str) -> None:
    print()
    row(*cells)
    row(*("---" for _ in cells))


def timed(names: list[str]) -> dict[str, ConditionsResult]:
    header("game", "parameters", "information sets", "seconds", "classes", "complete")
    results = {}
    for name in names:
        game, scenario = game_of(name), scenario_of(name)
        started = time.process_time()
        results[name] = result = conditions(game, scenario)
        seconds = time.process_time() - started
        symbols = sum(p.expression is None for p in scenario.parameters)
        row(
            name, symbols, len(game.infosets), f"{seconds:.1f}", len(result.classes), "yes" if result.complete else "no"
        )
    return results


def checked(name: str, result: ConditionsResult, count: int, seed: int) -> list[str]:
    """Prints a game's row; returns what differed."""
    game, scenario = game_of(name), scenario_of(name)
    started = time.process_time()
    draws = drawn(scenario, result, count, seed)
    tally, faults, gap = Counter[str](), [], 0.0
    met: set[object] = set()
    for point in (*draws.anywhere, *draws.on_threshold):
        ours = said(result, point)
        theirs, whole = certified(game, point)
        tie = near_threshold(result, point)
        tally["ties"] += tie
        tally["open"] += not whole.complete
        met |= ours.keys()
        agree = ours.keys() <= theirs.keys() if tie else ours.keys() == theirs.keys()
        tally["more at ties"] += tie and ours.keys() < theirs.keys()
        if not agree:
            exact = exact_classes(game, scenario, point)
            right = ours.keys() <= exact if tie else ours.keys() == exact
            verdict = "conditions" if not right else "rounding" if tie else "enumeration"
            tally[verdict] += 1
            values = ", ".join(f"{key}={value}" for key, value in point.items())
            faults += [] if verdict == "rounding" else [f"{name}: {verdict} differ from the fractions at {values}"]
        for supports in ours.keys() & theirs.keys():
            found = probability_gap(game, ours[supports], theirs[supports], point)
            tally["mixed"] += found is not None
            gap = max(gap, found or 0.0)
    total = len(draws.anywhere) + len(draws.on_threshold)
    cells = (total, tally["ties"], tally["more at ties"], tally["open"], f"{len(met)} of {len(result.classes)}")
    wrong = (tally["rounding"], tally["conditions"], tally["enumeration"])
    row(name, *cells, *wrong, tally["mixed"], f"{gap:.0e}", f"{time.process_time() - started:.0f}")
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description="conditions of the library's games: times, and agreement at draws")
    parser.add_argument("games", nargs="*", default=list(GAMES))
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=11)
    arguments = parser.parse_args()
    results = timed(arguments.games)
    header(
        *("game", "draws", "ties", "more classes at ties", "not complete", "classes met"),
        *("ties lost to rounding", "conditions wrong", "enumeration wrong"),
        *("mixed classes compared", "largest gap", "seconds"),
    )
    faults = [f for name in results for f in checked(name, results[name], arguments.draws, arguments.seed)]
    print("\n" + "\n".join(faults[:50]) if faults else "\nNo difference.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
