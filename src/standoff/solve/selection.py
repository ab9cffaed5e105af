"""The selected sequential equilibrium: what iterated best replies settle on, else the limit of the logit path.

One rule for a single game and for every draw of a study. Best replies are iterated from those to uniform play, mistakes
being the rarer the more they cost (`standoff.solve.iterate`). Where that settles and the verifier confirms it, this is
the selected equilibrium. Such a profile is a limit of logit equilibria wherever no unused option ties with the one
played: a logit reply of precision lambda makes a mistake of loss g with odds exp(-lambda g), which are the trembles
that the iteration supposes. Where it does not settle (most often because the equilibrium mixes), the limit of the
branch of logit equilibria that begins at uniform play is selected (`standoff.solve.path_limit`; McKelvey & Palfrey
1998). The two may differ: `solve` marks the equilibrium that this branch leads to as well.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from standoff.game.batch import Batch
from standoff.game.game import NumericGame
from standoff.solve.assessment import Assessment, assess
from standoff.solve.found import Accept, Found
from standoff.solve.iterate import iterate

ITERATION = "iterated best replies"


def select(numeric: NumericGame, accept: Accept, *, fine: bool = True) -> Found:
    """The equilibrium that the rule selects and `accept` (the verifier) confirms; `fine` allows fine steps on paths."""
    settled = _settled(numeric)
    if settled is not None and accept(settled):
        return Found(settled, ITERATION, 0.0, 0)
    from standoff.solve.path_limit import path_limit  # slow to load, and most games never get here

    return path_limit(numeric, accept, fine=fine)


def _settled(numeric: NumericGame) -> Assessment | None:
    """What the iteration settles on; None where it does not, and where there is nothing to decide."""
    game = numeric.game
    if not game.infosets:
        return None
    found = iterate(Batch.of(numeric))
    if not found.settled[0]:
        return None
    return assess(numeric, [Fraction(int(c)) for c in found.exponents[:, 0]], np.zeros(game.n_slots))
