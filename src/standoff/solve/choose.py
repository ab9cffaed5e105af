"""The selected sequential equilibrium: one rule for a single game and for every draw of a study.

1. Iterated best replies with proportionate trembles (`standoff.solve.iterate`): what actors end with who reason step by
   step from uniform play, costlier mistakes being rarer.
2. Where these go round in circles, beliefs off the path shift or two sides mix (`standoff.solve.mixing`).
3. Where that fails too, or some branch of chance has probability zero, the limit of the logit path
   (`standoff.solve.selection`).

Each step counts only if the verifier certifies what it proposes, and each looks at nothing but the game at its numbers:
the same numbers get the same answer, alone or in a study.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from threadpoolctl import threadpool_limits

from standoff.game.batch import Batch
from standoff.game.game import Floats, Ints, NumericGame
from standoff.solve.assessment import Assessment, assess
from standoff.solve.iterate import iterate
from standoff.solve.mixing import complete
from standoff.solve.selection import Accept, Selection, select

ITERATED, COMPLETED = "iterated best replies", "iterated best replies, beliefs shifted or mixed"


def choose(numeric: NumericGame, accept: Accept) -> Selection:
    """The equilibrium that the rule selects and `accept` (the verifier) confirms."""
    game = numeric.game
    alone = Batch.of(numeric)
    if game.infosets and not alone.pruned.any():
        with threadpool_limits(1):
            found = iterate(alone)
            if found.settled[0]:
                proposed = assessment_of(numeric, found.behaviour(game)[:, 0], found.exponents[:, 0])
                if accept(proposed):
                    return Selection(proposed, ITERATED, 0.0, 0)
            more = complete(alone, found.choice)
            if more.settled[0]:
                proposed = assessment_of(numeric, more.behaviour[:, 0], more.exponents[:, 0])
                if accept(proposed):
                    return Selection(proposed, COMPLETED, 0.0, 0)
    return select(numeric, accept)


def assessment_of(numeric: NumericGame, behaviour: Floats, exponents: Ints) -> Assessment:
    """The assessment of a behaviour strategy with whole-number exponents of trembles, all coefficients 1."""
    logs = np.log(np.where(behaviour > 0, behaviour, 1.0))
    return assess(numeric, tuple(Fraction(exponent) for exponent in exponents.tolist()), logs)
