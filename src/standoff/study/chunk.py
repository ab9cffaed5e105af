"""One chunk of a study: consecutive draws, each proposed an equilibrium, certified, or given a named status.

The rule is that of `standoff.solve.selection`, for many draws at once. Iterated best replies propose a pure profile
(`standoff.solve.iterate`), and the verifier for many draws judges it (`standoff.solve.verify_batch`). The logit paths
of the draws that are left are followed in coarse steps (`standoff.solve.many_paths`). A draw whose path is too long for
these takes over the equilibrium of a draw like it (`standoff.study.carry`), or is followed with care, at last by the
tracer of `solve`. Every draw ends ``certified`` or with a named status: ``uncertified`` (nothing that was proposed was
confirmed) or ``undefined`` (a payoff or probability is not a number there).

Two subsets of the draws are solved once more: for the *audit*, in smaller steps; and by the logit path even where best
replies settle, to see how often that leads elsewhere.

Other equilibria are looked for by iterating from other profiles: those most often selected. What the verifier confirms
counts for the bounds on outcomes.

A chunk is a pure function of (model, seed, sampler, number of the first draw, size, starts), computed with one thread
of linear algebra, so results do not depend on the number of workers. `answer_draws` is the same for any values.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.game.batch import Batch, batch, chosen_draws, outcomes_of
from standoff.game.game import Bools, Choices, Floats, Ints, NumericGame
from standoff.game.model import Model
from standoff.game.play import play
from standoff.solve.assessment import Assessment
from standoff.solve.iterate import circles, iterate, iterate_arrays
from standoff.solve.path_limit import path_limit
from standoff.solve.pattern import Proposed
from standoff.solve.selection import ITERATION, select
from standoff.solve.threads import one_thread
from standoff.solve.verify import verify
from standoff.solve.verify_batch import Verdicts, verify_arrays, verify_batch
from standoff.study.answers import CARRIED, CERTIFIED, ITERATED, TRACED, UNCERTIFIED, Answers, blank
from standoff.study.sample import draw

CHUNK = 16_384  # most draws of a chunk
BLOCK, LARGE = 8192, 1000  # draws that are proposed profiles together; a quarter where there are more nodes than this
AUDITED, FOLLOWED = 1000, 125  # draws of a large study that are solved once more, and whose paths are followed
SPARSEST = 32  # at most one draw in so many is solved once more, and one in eight times as many has its path followed
PILOT, STARTS = 1024, 3  # draws of the pilot, and profiles taken from it
ALONE = 300  # slots above which no draw is solved by itself: that takes minutes
COUNTED = 256  # profiles of a block that are counted
MATERIAL = 1e-6  # equilibria whose outcomes differ by less count as one


@dataclass(frozen=True)
class Repeats:
    """About one draw in so many is audited, and one has its path followed; 0 for none.

    Which ones is decided by a hash of their numbers: the draws of any regular stride through a Sobol' sequence lie on
    one side of the range of some parameter.
    """

    audit: int = 0
    branch: int = 0

    @staticmethod
    def of(draws: int) -> Repeats:
        """For a study of so many draws."""
        return Repeats(max(SPARSEST, draws // AUDITED), max(8 * SPARSEST, draws // FOLLOWED))

    def audited(self, numbers: Ints) -> Bools:
        """[draw] which are audited."""
        return _picked(numbers, self.audit)

    def followed(self, numbers: Ints) -> Bools:
        """[draw] which have their paths followed."""
        return _picked(numbers, self.branch)


def _picked(numbers: Ints, every: int) -> Bools:
    """[draw] about one in `every`, by the finishing steps of splitmix64 (Steele, Lea and Flood 2014); 0 for none."""
    if not every:
        return np.zeros(len(numbers), dtype=bool)
    mixed = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray((mixed ^ (mixed >> np.uint64(31))) % np.uint64(every) == 0)


NOT_REPEATED = Repeats()


def chunk(
    model: Model,
    seed: int,
    sampler: str,
    draws: int,
    start: int,
    *,
    size: int = CHUNK,
    starts: Choices | None = None,
) -> Answers:
    """Draws `start` to `start + size` (or to `draws`) of a study."""
    assert model.scenario is not None
    count = min(size, draws - start)
    values = draw(model.scenario, sampler, seed, start, count)
    return answer_draws(model, values, count, first=start, among=draws, repeats=Repeats.of(draws), starts=starts)


def pilot(model: Model, values: Mapping[str, float | Floats], count: int, among: int) -> Choices | None:
    """[profile, infoset] the equilibria most often selected at `count` draws `among` so many; None for no draws."""
    game = model.game
    if not count or not game.infosets:
        return None
    often: Counter[bytes] = Counter()
    with one_thread():
        results = blank(count, len(game.outcomes), len(decision_options(model)), len(game.actors))
        _iterated(model, batch(game, values, count, among), results, often)
    return _most(often, len(game.infosets))


def answer_draws(
    model: Model,
    values: Mapping[str, float | Floats],
    count: int,
    *,
    first: int = 0,
    among: int = 0,
    repeats: Repeats = NOT_REPEATED,
    starts: Choices | None = None,
) -> Answers:
    """The answers at `count` values of the parameters (``float64[draw]`` each).

    `first` is the number of the first draw in the study, by which `repeats` chooses draws, and `among` how many draws
    the study has. `starts` are the profiles ``[profile, infoset]`` from which other equilibria are looked for; without,
    they are taken from these draws.
    """
    game = model.game
    results = blank(count, len(game.outcomes), len(decision_options(model)), len(game.actors))
    with one_thread():
        given = batch(game, values, count, among)
        results.status[given.draws] = UNCERTIFIED
        often: Counter[bytes] = Counter()
        open_ = _iterated(model, given, results, often) if game.infosets else np.arange(len(given))
        _traced(model, given.take(open_), results)
        for _, part in _blocks(given):
            for profile in _most(often, len(game.infosets)) if starts is None else starts:
                _widen(part, profile, results)
        numbers = first + given.draws
        certified = results.status[given.draws] == CERTIFIED
        _audit(given.take(repeats.audited(numbers) & certified), results)
        _branch(given.take(repeats.followed(numbers) & certified), results)
    return results


def _blocks(given: Batch) -> Iterator[tuple[Ints, Batch]]:
    """Draws that are proposed profiles together, with their columns."""
    size = BLOCK // 4 if given.game.n_nodes > LARGE else BLOCK
    for begin in range(0, len(given), size):
        end = min(begin + size, len(given))
        yield np.arange(begin, end), given.between(begin, end)


def _mostly(given: Batch, wanted: Bools) -> tuple[Ints | slice, Batch]:
    """Places in a batch, and the draws there: those that are wanted, or all, where copying most would take longer."""
    if 2 * np.count_nonzero(wanted) > len(wanted):
        return slice(None), given
    at = np.flatnonzero(wanted)
    return at, given.take(at)


def _columns(table: NDArray[Any], at: Ints | slice) -> NDArray[Any]:
    """The columns at such places."""
    return table if isinstance(at, slice) else chosen_draws(table, at)


def _most(often: Counter[bytes], sets: int) -> Choices:
    """[profile, infoset] the most frequent profiles."""
    profiles = [np.frombuffer(profile, dtype=np.int16) for profile, _ in often.most_common(STARTS)]
    return np.array(profiles, dtype=np.int16).reshape(-1, sets)


def _iterated(model: Model, given: Batch, results: Answers, often: Counter[bytes]) -> Ints:
    """Record what iteration settles; the columns left open. Profiles are counted in `often`."""
    open_ = [np.empty(0, dtype=np.int64)]
    for columns, block in _blocks(given):
        found = iterate(block)
        at, part = _mostly(block, found.settled)
        behaviour = _columns(found.behaviour(given.game), at)
        verdicts = verify_batch(part, behaviour, _columns(found.exponents, at))
        verdicts = replace(verdicts, holds=verdicts.holds & found.settled[at])
        _record(model, part.draws, verdicts, behaviour, ITERATED, results)
        done = np.zeros(len(columns), dtype=bool)
        done[at] = verdicts.holds
        often.update(found.choice[:, column].tobytes() for column in np.flatnonzero(done)[:COUNTED].tolist())
        open_.append(columns[~done])
    return np.concatenate(open_)


def _traced(model: Model, given: Batch, results: Answers) -> None:
    """Record what logit paths lead to: in coarse steps; where they are too long for these, neighbours' equilibria.

    What is left then is followed with care, and at last one by one in all the ways that `solve` knows.
    """
    from standoff.solve.many_paths import WITH_CARE, path_limits  # slow to load: it is compiled
    from standoff.study.carry import Library, carried

    left = given.take(~given.pruned) if given.game.infosets else given.take(np.empty(0, dtype=np.int64))
    if len(left):
        found, ends = path_limits(left)
        followed, left = left, _recorded(model, left, found, TRACED, results)
        if len(left) and found.settled.any():
            own = dict(zip(followed.draws.tolist(), circles(followed), strict=True))
            library = Library.of(followed, ends, found.settled, [*own.values()])
            places, carried_over = carried(left, library, [own[number] for number in left.draws.tolist()])
            _recorded(model, left.take(places), carried_over, CARRIED, results)
            left = left.take(np.setdiff1d(np.arange(len(left)), places))
        if len(left):
            _recorded(model, left, path_limits(left, WITH_CARE)[0], TRACED, results)
    alone = given.game.n_slots <= ALONE
    for column in np.flatnonzero(results.status[given.draws] != CERTIFIED).tolist() if alone else ():
        _by_itself(model, given, column, results)


def _recorded(model: Model, given: Batch, found: Proposed, method: int, results: Answers) -> Batch:
    """Record what was proposed, where it holds; the draws that are left."""
    verdicts = _verdicts(given, found)
    _record(model, given.draws, verdicts, found.behaviour, method, results)
    return given.take(~verdicts.holds)


def _verdicts(given: Batch, found: Proposed) -> Verdicts:
    """The verdicts on proposals; what is not settled does not hold."""
    verdicts = verify_batch(given, found.behaviour, found.exponents, found.coefficient)
    return replace(verdicts, holds=verdicts.holds & found.settled)


def _record(model: Model, draws: Ints, verdicts: Verdicts, behaviour: Floats, method: int, results: Answers) -> None:
    """Record the profiles that hold."""
    holds = np.flatnonzero(verdicts.holds)
    if not holds.size:
        return
    at, reach = draws[holds], chosen_draws(verdicts.reach, holds)
    ends = outcomes_of(model.game, reach).T
    for table in (results.selected, results.low, results.high):
        table[at] = ends
    results.decision[at] = _decision(model, reach).T
    results.payoffs[at] = chosen_draws(verdicts.payoffs, holds).T
    results.gain[at] = verdicts.gain[holds]
    results.known[at] = 1
    results.kind[at] = _kinds(chosen_draws(behaviour, holds) > 0)
    results.status[at], results.method[at] = CERTIFIED, method


def _kinds(supports: Bools) -> Ints:
    """[draw] a 63-bit number for each column of ``supports[slot, draw]``."""
    packed = np.packbits(supports, axis=0).T
    if packed.shape[1] <= 8:
        words = np.zeros((len(packed), 8), dtype=np.uint8)
        words[:, : packed.shape[1]] = packed
        different, own = np.unique(words.view(np.uint64)[:, 0], return_inverse=True)
        keys = [key.tobytes()[: packed.shape[1]] for key in different]
        return np.array([_number(key) for key in keys], dtype=np.int64)[own]
    numbers: dict[bytes, int] = {}
    rows = [row.tobytes() for row in packed]
    for key in rows:
        if key not in numbers:
            numbers[key] = _number(key)
    return np.array([numbers[key] for key in rows], dtype=np.int64)


def _number(key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big") >> 1


def _by_itself(model: Model, given: Batch, column: int, results: Answers) -> None:
    """One draw by the rule of `solve`; fine steps have been tried."""
    numeric = given.at(column)
    gains: list[float] = []

    def accept(assessment: Assessment) -> bool:
        certificate = verify(numeric, assessment, "sequential")
        gains.append(certificate.gain)
        return certificate.holds

    found = select(numeric, accept, fine=False)
    if found.assessment is None:
        return
    behaviour = np.nan_to_num(found.assessment.behaviour)[:, None]
    consequences = play(numeric, found.assessment.behaviour)
    verdicts = Verdicts(
        np.ones(1, dtype=bool),
        np.array([gains[-1] if gains else 0.0]),
        consequences.reach[:, None],
        consequences.payoffs[:, None],
    )
    method = ITERATED if found.method == ITERATION else TRACED
    _record(model, given.draws[[column]], verdicts, behaviour, method, results)


def _widen(given: Batch, profile: Choices, results: Answers) -> None:
    """Bounds over the equilibria that iteration reaches from a profile."""
    found = iterate(given, profile)
    wanted = found.settled & (results.status[given.draws] == CERTIFIED)
    at, part = _mostly(given, wanted)
    verdicts = verify_batch(part, _columns(found.behaviour(given.game), at), _columns(found.exponents, at))
    ends = outcomes_of(given.game, verdicts.reach).T
    outside = (ends < results.low[part.draws] - MATERIAL) | (ends > results.high[part.draws] + MATERIAL)
    new = verdicts.holds & wanted[at] & outside.any(axis=1)
    draws, ends = part.draws[new], ends[new]
    results.low[draws] = np.minimum(results.low[draws], ends)
    results.high[draws] = np.maximum(results.high[draws], ends)
    results.known[draws] += np.uint8(1)


def _audit(given: Batch, results: Answers) -> None:
    """The draws once more: best replies by arrays, whatever they were answered by; paths in ordinary steps."""
    settled = np.zeros(len(given), dtype=bool)
    if given.game.infosets and len(given):
        found = iterate_arrays(given)
        settled = found.settled & (results.method[given.draws] == ITERATED)
        reach = verify_arrays(given, found.behaviour(given.game), found.exponents).reach
        _compare(results.audit, given.draws, settled, outcomes_of(given.game, reach).T, results)
    _follow(given.take(~settled), results.audit, results, coarsely=False)


def _branch(given: Batch, results: Answers) -> None:
    """The logit paths of the draws, those that were answered by them included."""
    known = results.method[given.draws] == TRACED
    results.branch[given.draws[known]] = 0.0
    _follow(given.take(~known), results.branch, results, coarsely=True)


def _compare(table: Floats, draws: Ints, known: Bools, ends: Floats, results: Answers) -> None:
    """Enter the largest difference to the selected outcomes where they are `known`."""
    table[draws[known]] = np.abs(ends[known] - results.selected[draws[known]]).max(axis=1)


def _follow(given: Batch, table: Floats, results: Answers, *, coarsely: bool) -> None:
    """Enter the largest difference to the outcomes at the ends of paths; as if to none where one ends nowhere.

    `coarsely`: steps may be coarse where that is enough.
    """
    from standoff.solve.many_paths import COARSELY, WITH_CARE, path_limits

    whole = given.take(~given.pruned) if given.game.infosets else given.take(np.empty(0, dtype=np.int64))
    if len(whole):
        verdicts = _verdicts(whole, path_limits(whole, COARSELY + WITH_CARE if coarsely else WITH_CARE)[0])
        _compare(table, whole.draws, verdicts.holds, outcomes_of(given.game, verdicts.reach).T, results)
    for column in np.flatnonzero(np.isnan(table[given.draws])).tolist():
        ends = _outcomes_at_the_end(given.at(column))
        draw = given.draws[column]
        table[draw] = float(np.max(np.abs(ends - results.selected[draw])))


def _outcomes_at_the_end(numeric: NumericGame) -> Floats:
    """[outcome] where the path of one game leads to; zeros where that is not known. Fine steps have been tried."""
    if numeric.game.n_slots > ALONE:
        return np.zeros(len(numeric.game.outcomes))
    limit = path_limit(numeric, lambda own: verify(numeric, own, "sequential").holds, fine=False)
    if limit.assessment is None:
        return np.zeros(len(numeric.game.outcomes))
    return play(numeric, limit.assessment.behaviour).outcomes


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
