"""One chunk of a study: consecutive draws, each proposed an equilibrium, certified, or given a named status.

Iterated best replies propose a pure profile for all draws at once (`standoff.solve.iterate`), and the verifier for many
draws judges them (`standoff.solve.verify_batch`). Draws that are left mostly mix: the equilibrium of one, found on its
logit path, is carried over to its neighbours (`standoff.solve.transplant`), first those of a pilot, then those of the
chunk in the order of its draws; what is left follows its own path, the rule of `solve`. Every draw ends ``certified``
or with a named status: ``uncertified`` (nothing that was proposed was confirmed) or ``undefined`` (a payoff or
probability is not a number there). A regular subset of the draws that did not follow their path does so as well: the
audit.

Other equilibria are looked for by iterating from other profiles: those most often selected. What the verifier confirms
counts for the bounds on outcomes.

A chunk is a pure function of (model, seed, sampler, number of the first draw, size, guides), computed with one thread
of linear algebra, so results do not depend on the number of workers. `answer_draws` is the same for any values.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from standoff.game.batch import Batch, batch
from standoff.game.game import Bools, Choices, Floats, Game, Ints
from standoff.game.model import Model
from standoff.game.play import play
from standoff.solve.assessment import Assessment
from standoff.solve.iterate import iterate
from standoff.solve.selection import select
from standoff.solve.transplant import Pattern, pattern_of, transplant
from standoff.solve.verify import verify
from standoff.solve.verify_batch import Verdicts, verify_batch
from standoff.study.answers import CERTIFIED, ITERATED, MIXED, TRACED, UNCERTIFIED, Answers, blank
from standoff.study.sample import draw

CHUNK = 8192  # draws whose open ones are treated together
BLOCK = 2048  # draws whose arrays fit the caches
AUDIT = 40  # one draw in so many is solved by `solve` as well
PILOT, STARTS = 4096, 3  # draws of the pilot, and profiles taken from it
COUNTED = 256  # profiles of a block that are counted
MATERIAL = 1e-6  # equilibria whose outcomes differ by less count as one


@dataclass(frozen=True, eq=False)
class Guides:
    """What a pilot knows of a game: profiles that are often selected, and patterns of equilibria that mix."""

    starts: Choices  # [profile, infoset]
    patterns: tuple[Pattern, ...] = ()


def chunk(
    model: Model,
    seed: int,
    sampler: str,
    draws: int,
    start: int,
    *,
    size: int = CHUNK,
    guides: Guides | None = None,
) -> Answers:
    """Draws `start` to `start + size` (or to `draws`) of a study."""
    assert model.scenario is not None
    count = min(size, draws - start)
    return answer_draws(model, draw(model.scenario, sampler, seed, start, count), count, first=start, guides=guides)


def pilot(model: Model, values: Mapping[str, float | Floats], count: int) -> Guides:
    """Guides from `count` draws: at most `STARTS` profiles and a pattern for every way to mix that is met."""
    game = model.game
    if not count or not game.infosets:
        return Guides(np.empty((0, len(game.infosets)), dtype=np.int16))
    often: Counter[bytes] = Counter()
    with threadpool_limits(1):
        given = batch(game, values, count)
        results = blank(count, len(game.outcomes), len(decision_options(model)), len(game.actors))
        open_ = _iterated(model, given, results, often)
        patterns = _mixed(model, given.take(open_), (), results)
    return Guides(_most(often, len(game.infosets)), patterns)


def answer_draws(
    model: Model,
    values: Mapping[str, float | Floats],
    count: int,
    *,
    first: int = 0,
    audit: int = AUDIT,
    guides: Guides | None = None,
) -> Answers:
    """The answers at `count` values of the parameters (``float64[draw]`` each).

    Every `audit`-th draw is audited (0: none); `first` is the number of the first draw in the study, by which audited
    draws are chosen. Without `guides`, starts for other equilibria are taken from these draws themselves.
    """
    game = model.game
    results = blank(count, len(game.outcomes), len(decision_options(model)), len(game.actors))
    with threadpool_limits(1):
        given = batch(game, values, count)
        results.status[given.draws] = UNCERTIFIED
        often: Counter[bytes] = Counter()
        open_ = _iterated(model, given, results, often) if game.infosets else np.arange(len(given))
        _mixed(model, given.take(open_), guides.patterns if guides else (), results)
        starts = guides.starts if guides and len(guides.starts) else _most(often, len(game.infosets))
        for begin in range(0, len(given), BLOCK):
            block = given.take(np.arange(begin, min(begin + BLOCK, len(given))))
            for profile in starts:
                _widen(block, profile, results)
        if audit:
            for column in np.flatnonzero((first + given.draws) % audit == 0).tolist():
                _audit(given, column, results)
    return results


def _most(often: Counter[bytes], sets: int) -> Choices:
    """[profile, infoset] the most frequent profiles."""
    profiles = [np.frombuffer(profile, dtype=np.int16) for profile, _ in often.most_common(STARTS)]
    return np.array(profiles, dtype=np.int16).reshape(-1, sets)


def _iterated(model: Model, given: Batch, results: Answers, often: Counter[bytes]) -> Ints:
    """Record what iteration settles; the columns left open. Profiles are counted in `often`."""
    open_ = [np.empty(0, dtype=np.int64)]
    for begin in range(0, len(given), BLOCK):
        columns = np.arange(begin, min(begin + BLOCK, len(given)))
        block = given.take(columns)
        found = iterate(block)
        done = _confirmed(model, block, found.settled, found.behaviour(given.game), found.exponents, ITERATED, results)
        often.update(found.choice[:, column].tobytes() for column in np.flatnonzero(done)[:COUNTED].tolist())
        open_.append(columns[~done])
    return np.concatenate(open_)


def _mixed(model: Model, given: Batch, known: tuple[Pattern, ...], results: Answers) -> tuple[Pattern, ...]:
    """Try patterns on the draws that are open, follow the path of the first that is left, and so on; all patterns."""
    patterns = list(known)
    open_ = np.arange(len(given))
    for pattern in known:
        open_ = _tried(model, given, open_, pattern, results)
    while open_.size:
        found = _trace(model, given, int(open_[0]), results)
        new = None if found is None or given.pruned[open_[0]] else pattern_of(given.take(open_[:1]), found)
        open_ = open_[1:]
        if new is not None:
            patterns.append(new)
            open_ = _tried(model, given, open_, new, results)
    return tuple(patterns)


def _tried(model: Model, given: Batch, open_: Ints, pattern: Pattern, results: Answers) -> Ints:
    """The columns still open after a pattern was tried on them."""
    fit = open_[~given.pruned[open_]]
    if not fit.size:
        return open_
    part = given.take(fit)
    moved = transplant(part, pattern)
    done = _confirmed(model, part, moved.settled, moved.behaviour, moved.exponents, MIXED, results, moved.coefficient)
    return np.setdiff1d(open_, fit[done])


def _confirmed(
    model: Model,
    given: Batch,
    settled: Bools,
    behaviour: Floats,
    exponents: Ints,
    method: int,
    results: Answers,
    coefficients: Floats | None = None,
) -> Bools:
    """[draw] which proposals the verifier confirms; these are recorded."""
    good = np.zeros(len(given), dtype=bool)
    columns = np.flatnonzero(settled)
    if columns.size:
        part = given.take(columns)
        weights = None if coefficients is None else coefficients[:, columns]
        verdicts = verify_batch(part, behaviour[:, columns], exponents[:, columns], weights)
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


def _trace(model: Model, given: Batch, column: int, results: Answers) -> Assessment | None:
    """Follow the path of one draw; the equilibrium, recorded, or None."""
    numeric = given.at(column)
    gains: list[float] = []

    def accept(assessment: Assessment) -> bool:
        certificate = verify(numeric, assessment, "sequential")
        gains.append(certificate.gain)
        return certificate.holds

    found = select(numeric, accept)
    if found.assessment is None:
        return None
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
    return found.assessment


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
    """The draw once more, by the rule of `solve`: the limit of its own logit path."""
    number = int(given.draws[column])
    if results.status[number] != CERTIFIED or results.method[number] == TRACED:
        return
    numeric = given.at(column)
    found = select(numeric, lambda assessment: verify(numeric, assessment, "sequential").holds)
    if found.assessment is not None:
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
