"""The verifier: whether an assessment is what it claims to be. It knows no solver and shares no function with one.

A certificate says of one assessment and one concept whether it holds, what was measured, and which condition failed.
Conditions are checked in this order and the first that fails is named:

- ``sequential`` and ``pure`` (Kreps and Wilson 1982): *strategy*, *beliefs*, *W1*, *W2*, *W3* (see
  `standoff.solve.verify_consistency`), then *gain* and *continuation* at every information set, on and off the path
  (`standoff.solve.verify_gains`);
- ``nash``: *strategy*, *ex-ante gain* of each actor's best reply; ``subgame``: *subgame gain*, the same in every
  subgame; both need neither beliefs nor a witness;
- ``logit``: *residual*, the largest distance of the strategy at any information set from the logit reply to it at the
  precision, in raw payoffs. It is never called an equilibrium of the game.

All but ``nash`` need perfect recall and an order of play (*concept*). Gains are shares of the actor's payoff range.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from standoff.game.game import NumericGame
from standoff.solve.assessment import Assessment
from standoff.solve.verify_consistency import inconsistency, normalised, wrong_beliefs, wrong_strategy
from standoff.solve.verify_gains import best_values, choice_counts, gains, logit_residuals
from standoff.solve.verify_game import Fault, LiveGame, Play, has_recall, live_game, play_out, subgame_roots

CONCEPTS = ("sequential", "pure", "subgame", "nash", "logit")
PURE_TOLERANCE, MIXED_TOLERANCE = 1e-9, 1e-7
STRATEGY_LIMIT = 100_000


@dataclass(frozen=True)
class Certificate:
    """What the verifier measured. Numbers that were not reached are NaN (None in `to_dict`).

    `gain` is the largest gain from one deviation as a share of that actor's payoff range (for ``logit``: the residual);
    `continuation_gain` the largest from a full continuation best response, same unit. `failed` is "" or one of
    ``strategy beliefs W1 W2 W3 gain continuation subgame gain ex-ante gain residual concept``, and `reason` says it in
    a sentence. `consistent` is None for concepts that claim no consistency.
    """

    concept: str
    holds: bool
    status: str  # certified | uncertified
    gain: float
    where: str  # information set of the largest gain; "" if there is none
    continuation_gain: float
    consistent: bool | None
    reason: str
    failed: str
    tolerance: float

    def to_dict(self) -> dict[str, object]:
        """The JSON form: every field, NaN and infinities as None."""
        return {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in asdict(self).items()
        }


def verify(
    numeric: NumericGame,
    assessment: Assessment,
    concept: str,
    *,
    tolerance: float | None = None,
    precision: float | None = None,
) -> Certificate:
    """Check an assessment against a concept: sequential, pure, subgame, nash or logit.

    `tolerance` defaults to 1e-9 where every probability is 0 or 1 and to 1e-7 elsewhere (and for logit); `precision` is
    the lambda of ``logit``. Raises `UndefinedError` when the game itself has a number that is not finite. An assessment
    of the wrong shape is one that does not hold.
    """
    tree = live_game(numeric)
    behaviour = np.asarray(assessment.behaviour, dtype=float)
    wrong = _refusal(tree, concept, precision) or wrong_strategy(tree, behaviour)
    if concept == "pure" and not wrong and not np.isin(behaviour[tree.counts], (0.0, 1.0)).all():
        wrong = Fault("strategy", "a pure profile plays every option with probability 0 or 1, and this one mixes")
    if tolerance is None:
        pure = not wrong and concept != "logit" and bool(np.isin(behaviour[tree.counts], (0.0, 1.0)).all())
        tolerance = PURE_TOLERANCE if pure else MIXED_TOLERANCE
    claims_consistency = concept in ("sequential", "pure")
    if wrong:
        return _certificate(concept, tolerance, [wrong], consistent=False if claims_consistency else None)
    play = play_out(tree, behaviour)
    if claims_consistency:
        return _sequential(tree, play, assessment, concept, tolerance)
    if concept == "logit":
        return _logit(tree, play, tolerance, math.nan if precision is None else precision)
    return _ex_ante(tree, play, concept, tolerance)


def _certificate(
    concept: str,
    tolerance: float,
    faults: Sequence[Fault],
    consistent: bool | None = None,
    gain: float = math.nan,
    where: str = "",
    continuation_gain: float = math.nan,
) -> Certificate:
    first = faults[0] if faults else Fault("", "")
    holds = not faults
    status = "certified" if holds else "uncertified"
    return Certificate(
        concept, holds, status, gain, where, continuation_gain, consistent, first.reason, first.failed, tolerance
    )


def _refusal(tree: LiveGame, concept: str, precision: float | None) -> Fault | None:
    """Why the concept does not apply to this game, if it does not."""
    game = tree.game
    if concept not in CONCEPTS:
        return Fault("concept", f"{concept!r} is not a concept; choose one of {', '.join(CONCEPTS)}")
    if concept == "logit" and not (precision is not None and math.isfinite(precision) and precision >= 0):
        return Fault("concept", f"logit needs a finite precision of at least 0, not {precision}")
    recalls = [has_recall(tree, actor) for actor in range(len(game.actors))]
    if concept == "nash":
        for actor, name in enumerate(game.actors):
            if not recalls[actor] and math.prod(choice_counts(tree, actor)) > STRATEGY_LIMIT:
                return Fault("concept", f"{name} lacks perfect recall and has more than {STRATEGY_LIMIT} strategies")
    elif not (game.perfect_recall and all(recalls)):
        return Fault("concept", f"the game lacks perfect recall, so {concept} does not apply; only nash does")
    elif not game.ordered:
        return Fault("concept", f"information sets have no order of play, so {concept} does not apply; only nash does")
    return None


def _sequential(tree: LiveGame, play: Play, assessment: Assessment, concept: str, tolerance: float) -> Certificate:
    beliefs = np.asarray(assessment.beliefs, dtype=float)
    wrong = wrong_beliefs(tree, beliefs)
    if wrong:
        return _certificate(concept, tolerance, [wrong], consistent=False)
    fault = inconsistency(tree, np.asarray(assessment.behaviour, dtype=float), beliefs, assessment.witness)
    found = gains(tree, play, normalised(tree, beliefs), tolerance)
    faults = ([fault] if fault else []) + list(found.faults)
    return _certificate(concept, tolerance, faults, not fault, found.one_shot, found.where, found.continuation)


def _ex_ante(tree: LiveGame, play: Play, concept: str, tolerance: float) -> Certificate:
    """The largest gain of any actor from its best reply, in the whole game or in any subgame."""
    game, in_subgames = tree.game, concept == "subgame"
    roots = subgame_roots(tree) if in_subgames else [0]
    worst, who, at = -math.inf, 0, 0
    for actor in range(len(game.actors)):
        for root, value in zip(roots, best_values(tree, play, actor, roots), strict=True):
            gain = value - float(play.values[root, actor])
            if not gain <= worst:
                worst, who, at = gain, actor, root
    gain, infoset = max(0.0, worst), int(game.infoset[at])
    where = game.infosets[infoset].name if in_subgames and infoset >= 0 and gain > 0 else ""
    failed = "subgame gain" if in_subgames else "ex-ante gain"
    scene = f"in the subgame at {game.history(at) or 'the root'}" if in_subgames else "by another strategy"
    reason = f"{game.actors[who]} gains {gain:.3g} of its payoff range {scene}, more than {tolerance:.3g}"
    faults = [] if gain <= tolerance else [Fault(failed, reason)]
    return _certificate(concept, tolerance, faults, gain=gain, where=where)


def _logit(tree: LiveGame, play: Play, tolerance: float, precision: float) -> Certificate:
    residual = logit_residuals(tree, play, precision, tolerance)
    if not residual.size:
        return _certificate("logit", tolerance, [], gain=0.0)
    largest = int(np.argmax(residual))
    size, name = float(residual[largest]), tree.game.infosets[largest].name
    what = f"differ by {size:.3g} from the logit reply at precision {precision:g}, more than {tolerance:.3g}"
    faults = [] if size <= tolerance else [Fault("residual", f"the probabilities at {name} {what}")]
    return _certificate("logit", tolerance, faults, gain=size, where=name if size > 0 else "")
