"""One chunk of a study: consecutive draws, each proposed an equilibrium, certified, or given a named status.

A chunk is a pure function of (model, seed, sampler, number of the first draw), computed with one thread of linear
algebra, so results do not depend on the number of workers. `answer_draws` is the same for any values of the parameters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from fractions import Fraction

import numpy as np
from threadpoolctl import threadpool_limits

from standoff.errors import UndefinedError
from standoff.game.game import Floats, Game, NumericGame
from standoff.game.model import Model
from standoff.game.play import play
from standoff.solve.assessment import Assessment, assess
from standoff.solve.consistency import witness_for_supports
from standoff.solve.selection import select
from standoff.solve.verify import verify
from standoff.study.answers import CERTIFIED, ITERATED, NONE, TRACED, UNCERTIFIED, Answers, blank
from standoff.study.iterate import iterate
from standoff.study.sample import draw

CHUNK = 256
AUDIT = 40  # one draw in so many is traced even where the iteration has answered


def chunk(model: Model, seed: int, sampler: str, draws: int, start: int) -> Answers:
    """Draws `start` to `start + CHUNK` (or to `draws`) of a study."""
    assert model.scenario is not None
    count = min(CHUNK, draws - start)
    return answer_draws(model, draw(model.scenario, sampler, seed, start, count), count, first=start)


def answer_draws(
    model: Model, values: Mapping[str, float | Floats], count: int, *, first: int = 0, audit: int = AUDIT
) -> Answers:
    """The answers at `count` values of the parameters (``float64[draw]`` each).

    Every `audit`-th draw is audited (0: none); `first` is the number of the first draw in the study, by which audited draws are chosen.
    """
    rows = model.game.evaluate(values, count)
    options = decision_options(model)
    results = blank(count, len(model.game.outcomes), len(options), len(model.game.actors))
    games: dict[int, NumericGame] = {}
    for number in range(count):
        try:
            games[number] = model.game.with_numbers(rows[number])
        except UndefinedError:
            continue  # the draw keeps its status
    with threadpool_limits(1):
        proposals = _proposals(model.game, games)
        for number, numeric in games.items():
            proposed = proposals.get(number)
            certificate = verify(numeric, proposed, "sequential") if proposed is not None else None
            if proposed is not None and certificate is not None and certificate.holds:
                _record(model, numeric, results, number, proposed, ITERATED, certificate.gain)
                if audit and (first + number) % audit == 0:
                    results.audit[number] = _audit(numeric, results.selected[number])
            else:
                _trace(model, numeric, results, number)
    return results


def _proposals(game: Game, games: Mapping[int, NumericGame]) -> dict[int, Assessment]:
    """What the iteration proposes, with the witness of its beliefs; draws it leaves open are missing."""
    if not games or not game.infosets:
        return {}
    numbers = list(games)
    iterated = iterate(
        game,
        np.array([games[number].chance for number in numbers]),
        np.array([games[number].payoffs for number in numbers]),
    )
    witnesses: dict[bytes, tuple[Fraction, ...] | None] = {}  # classes recur from draw to draw
    proposals: dict[int, Assessment] = {}
    for row in np.flatnonzero(iterated.settled).tolist():
        choice, cheapest = iterated.choice[row], iterated.cheapest[row]
        key = choice.tobytes() + cheapest.tobytes()
        if key not in witnesses:
            support = np.zeros(game.n_slots, dtype=bool)
            support[game.slot_start[:-1] + choice] = True
            wanted = {
                infoset: frozenset(nodes[cheapest[nodes]].tolist())
                for infoset, nodes in enumerate(game.members)
                if len(nodes) > 1
            }
            witnesses[key] = witness_for_supports(games[numbers[row]], support, wanted)
        exponents = witnesses[key]
        if exponents is not None:
            proposals[numbers[row]] = assess(games[numbers[row]], exponents, np.zeros(game.n_slots))
    return proposals


def _trace(model: Model, numeric: NumericGame, results: Answers, number: int) -> None:
    gains: list[float] = []

    def accept(assessment: Assessment) -> bool:
        certificate = verify(numeric, assessment, "sequential")
        gains.append(certificate.gain)
        return certificate.holds

    found = select(numeric, accept)
    if found.assessment is None:
        results.status[number], results.method[number] = UNCERTIFIED, NONE
    else:
        _record(model, numeric, results, number, found.assessment, TRACED, gains[-1] if gains else 0.0)


def _audit(numeric: NumericGame, outcomes: Floats) -> float:
    """Largest difference in an outcome between the iterated answer and the one traced; NaN where tracing fails."""
    found = select(numeric, lambda assessment: verify(numeric, assessment, "sequential").holds)
    if found.assessment is None:
        return float("nan")
    return float(np.max(np.abs(play(numeric, found.assessment.behaviour).outcomes - outcomes)))


def _record(
    model: Model,
    numeric: NumericGame,
    results: Answers,
    number: int,
    assessment: Assessment,
    method: int,
    gain: float,
) -> None:
    consequences = play(numeric, assessment.behaviour)
    for table in (results.selected, results.low, results.high):
        table[number] = consequences.outcomes
    results.decision[number] = _decision(model, consequences.reach)
    results.payoffs[number] = consequences.payoffs
    results.gain[number] = gain
    results.known[number] = 1
    digest = hashlib.blake2b((assessment.behaviour > 0).tobytes(), digest_size=8).digest()
    results.kind[number] = int.from_bytes(digest, "big") >> 1
    results.status[number], results.method[number] = CERTIFIED, method


def decision_options(model: Model) -> tuple[str, ...]:
    """Names of the options of the scenario's decision move, in file order; empty where it names none."""
    scenario = model.scenario
    if scenario is None or scenario.decision is None:
        return ()
    return next(tuple(o.name for o in move.options) for move in scenario.moves if move.name == scenario.decision)


def _decision(model: Model, reach: Floats) -> Floats:
    """[option] probability of each option given that the decision move is reached."""
    game, options = model.game, decision_options(model)
    if not options or game.move is None:
        return np.empty(0)
    totals = np.zeros(len(options))
    for node in np.flatnonzero(game.move == game.moves.index(str(game.decision))).tolist():
        for child in game.children(node):
            totals[options.index(game.labels[child])] += reach[child]
    whole = totals.sum()
    return totals / whole if whole > 0 else np.full(len(options), np.nan)
