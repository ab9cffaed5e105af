"""One chunk of a study: consecutive draws, each given the equilibrium that `standoff.solve.choose` selects.

The steps of that rule are taken for all draws at once: iterated best replies, verified in one go
(`standoff.solve.verify_batch`); completion where these go round; the logit path, one draw at a time, for what is left.
Every draw ends ``certified`` or with a named status: ``uncertified`` (nothing that was proposed was confirmed) or
``undefined`` (a payoff or probability is not a number there).

Other equilibria are looked for by iterating from other profiles: those most often selected in a pilot, the first draws
of the study. What the verifier confirms counts for the bounds on outcomes.

A chunk is a pure function of (model, seed, sampler, number of the first draw), computed with one thread of linear
algebra, so results do not depend on the number of workers. `answer_draws` is the same for any values of the parameters.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping

import numpy as np
from threadpoolctl import threadpool_limits

from standoff.game.batch import Batch, batch
from standoff.game.game import Bools, Choices, Floats, Game, Ints
from standoff.game.model import Model
from standoff.game.play import play
from standoff.solve.assessment import Assessment
from standoff.solve.choose import choose
from standoff.solve.iterate import iterate
from standoff.solve.mixing import complete
from standoff.solve.selection import select
from standoff.solve.verify import verify
from standoff.solve.verify_batch import Verdicts, verify_batch
from standoff.study.answers import CERTIFIED, ITERATED, MIXED, TRACED, UNCERTIFIED, Answers, blank
from standoff.study.sample import draw

CHUNK = 4096
AUDIT = 64  # one draw in so many is solved by itself as well
PILOT, STARTS = 256, 3  # draws of the pilot, and profiles taken from it
MATERIAL = 1e-6  # equilibria whose outcomes differ by less count as one


def chunk(model: Model, seed: int, sampler: str, draws: int, start: int) -> Answers:
    """Draws `start` to `start + CHUNK` (or to `draws`) of a study."""
    assert model.scenario is not None
    count = min(CHUNK, draws - start)
    size = min(PILOT, draws)
    starts = pilot(model, draw(model.scenario, sampler, seed, 0, size), size)
    values = draw(model.scenario, sampler, seed, start, count)
    return answer_draws(model, values, count, first=start, starts=starts)


def pilot(model: Model, values: Mapping[str, float | Floats], count: int) -> Choices:
    """The profiles that iteration settles on most often: ``int8[profile, infoset]``, at most `STARTS`."""
    with threadpool_limits(1):
        found = iterate(batch(model.game, values, count))
    columns = np.flatnonzero(found.settled).tolist()
    often = Counter(found.choice[:, column].tobytes() for column in columns).most_common(STARTS)
    return np.array([np.frombuffer(profile, dtype=np.int8) for profile, _ in often], dtype=np.int8).reshape(
        -1, len(model.game.infosets)
    )


def answer_draws(
    model: Model,
    values: Mapping[str, float | Floats],
    count: int,
    *,
    first: int = 0,
    audit: int = AUDIT,
    starts: Choices | None = None,
) -> Answers:
    """The answers at `count` values of the parameters (``float64[draw]`` each).

    Every `audit`-th draw is audited (0: none); `first` is the number of the first draw in the study, by which audited
    draws are chosen. Iteration from the profiles `starts` (``int8[profile, infoset]``) looks for other equilibria.
    """
    game = model.game
    options = decision_options(model)
    results = blank(count, len(game.outcomes), len(options), len(game.actors))
    with threadpool_limits(1):
        given = batch(game, values, count)
        results.status[given.draws] = UNCERTIFIED
        open_ = np.arange(len(given))
        if game.infosets and len(given):
            found = iterate(given)
            done = _confirmed(model, given, found.settled, found.behaviour(game), found.exponents, ITERATED, results)
            open_ = np.flatnonzero(~done & ~given.pruned)
            completed = complete(given.take(open_), found.choice[:, open_])
            done[open_] = _confirmed(
                model,
                given.take(open_),
                completed.settled,
                completed.behaviour,
                completed.exponents,
                MIXED,
                results,
            )
            open_ = np.flatnonzero(~done)
        for column in open_.tolist():
            _trace(model, given, column, results)
        for profile in () if starts is None else starts:
            _widen(given, profile, results)
        if audit:
            for column in np.flatnonzero((first + given.draws) % audit == 0).tolist():
                _audit(given, column, results)
    return results


def _confirmed(
    model: Model,
    given: Batch,
    settled: Bools,
    behaviour: Floats,
    exponents: Ints,
    method: int,
    results: Answers,
) -> Bools:
    """[draw] which proposals the verifier confirms; these are recorded."""
    good = np.zeros(len(given), dtype=bool)
    columns = np.flatnonzero(settled)
    if columns.size:
        part = given.take(columns)
        verdicts = verify_batch(part, behaviour[:, columns], exponents[:, columns])
        good[columns] = verdicts.holds
        chosen = columns[verdicts.holds]
        _record(model, given.draws[chosen], verdicts, verdicts.holds, behaviour[:, chosen], method, results)
    return good


def _record(
    model: Model, draws: Ints, verdicts: Verdicts, holds: Bools, behaviour: Floats, method: int, results: Answers
) -> None:
    ends = outcomes_of(model.game, verdicts.reach[:, holds]).T
    for table in (results.selected, results.low, results.high):
        table[draws] = ends
    results.decision[draws] = _decision(model, verdicts.reach[:, holds]).T
    results.payoffs[draws] = verdicts.payoffs[:, holds].T
    results.gain[draws] = verdicts.gain[holds]
    results.known[draws] = 1
    results.kind[draws] = _kinds(behaviour > 0)
    results.status[draws], results.method[draws] = CERTIFIED, method


def outcomes_of(game: Game, reach: Floats) -> Floats:
    """[outcome, draw] probability of each named outcome, from ``reach[node, draw]``."""
    result = np.zeros((len(game.outcomes), reach.shape[1]))
    for terminal, node in enumerate(game.terminals.tolist()):
        result[game.outcome[terminal]] += reach[node]
    return result


def _kinds(supports: Bools) -> Ints:
    """[draw] a 63-bit number for each column of ``supports[slot, draw]``."""
    packed = np.packbits(supports, axis=0).T
    numbers: dict[bytes, int] = {}
    for row in packed:
        key = row.tobytes()
        if key not in numbers:
            numbers[key] = int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big") >> 1
    return np.array([numbers[row.tobytes()] for row in packed], dtype=np.int64)


def _trace(model: Model, given: Batch, column: int, results: Answers) -> None:
    numeric = given.at(column)
    gains: list[float] = []

    def accept(assessment: Assessment) -> bool:
        certificate = verify(numeric, assessment, "sequential")
        gains.append(certificate.gain)
        return certificate.holds

    found = select(numeric, accept)
    if found.assessment is None:
        return
    draws = given.draws[[column]]
    behaviour = np.nan_to_num(found.assessment.behaviour)[:, None]
    consequences = play(numeric, found.assessment.behaviour)
    verdicts = Verdicts(
        np.ones(1, dtype=bool),
        np.array([gains[-1] if gains else 0.0]),
        consequences.reach[:, None],
        consequences.payoffs[:, None],
    )
    _record(model, draws, verdicts, verdicts.holds, behaviour, TRACED, results)


def _widen(given: Batch, profile: Choices, results: Answers) -> None:
    """Bounds over the equilibria that iteration reaches from a profile."""
    found = iterate(given, profile)
    columns = np.flatnonzero(found.settled)
    if not columns.size:
        return
    verdicts = verify_batch(given.take(columns), found.behaviour(given.game)[:, columns], found.exponents[:, columns])
    draws = given.draws[columns]
    ends = outcomes_of(given.game, verdicts.reach).T
    new = verdicts.holds & (results.status[draws] == CERTIFIED)
    outside = (ends < results.low[draws] - MATERIAL) | (ends > results.high[draws] + MATERIAL)
    new &= outside.any(axis=1)
    results.low[draws[new]] = np.minimum(results.low[draws[new]], ends[new])
    results.high[draws[new]] = np.maximum(results.high[draws[new]], ends[new])
    results.known[draws[new]] += np.uint8(1)


def _audit(given: Batch, column: int, results: Answers) -> None:
    """The draw once more, by itself and with the verifier for single games."""
    numeric, number = given.at(column), int(given.draws[column])
    found = choose(numeric, lambda assessment: verify(numeric, assessment, "sequential").holds)
    if found.assessment is not None and results.status[number] == CERTIFIED:
        ends = play(numeric, found.assessment.behaviour).outcomes
        results.audit[number] = float(np.max(np.abs(ends - results.selected[number])))


def decision_options(model: Model) -> tuple[str, ...]:
    """Names of the options of the scenario's decision move, in file order; empty where it names none."""
    scenario = model.scenario
    if scenario is None or scenario.decision is None:
        return ()
    return next(tuple(o.name for o in move.options) for move in scenario.moves if move.name == scenario.decision)


def _decision(model: Model, reach: Floats) -> Floats:
    """[option, draw] probability of each option given that the decision move is reached; NaN where it is not."""
    game, options = model.game, decision_options(model)
    totals = np.zeros((len(options), reach.shape[1]))
    if not options or game.move is None:
        return totals
    for node in np.flatnonzero(game.move == game.moves.index(str(game.decision))).tolist():
        for child in game.children(node):
            totals[options.index(game.labels[child])] += reach[child]
    whole = totals.sum(axis=0)
    return np.where(whole > 0, totals / np.where(whole > 0, whole, 1.0), np.nan)
