"""What an answer should be compared with before anyone is impressed by it.

Three baselines, none of which is an equilibrium:

- *uniform*: everybody picks every option with equal probability, as if nothing were known about anyone's aims;
- *one level*: everybody makes the best reply to uniform play (level one of level-k reasoning: Nagel 1995; Stahl &
  Wilson 1995). The reply is to the whole game: an actor's later choices are its best ones too, beliefs are Bayes' under
  uniform play (which reaches every information set), and options within `TIE` of the best share equally;
- *judgement*: the probabilities that the analyst states in the file, the same at every draw. What they leave over is
  reported as `unstated`.

Axes: ``[draw, node]``, ``[draw, outcome]``. Uniform play and replies are computed at each draw, with the draw's chance
probabilities and payoffs; draws at which the game is undefined are left out and counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from standoff.errors import RequestError, UndefinedError
from standoff.findings.outcomes import OutcomeSummary, outcome_summaries
from standoff.game.game import TERMINAL, Floats, Game, NumericGame
from standoff.game.model import Model
from standoff.game.play import play
from standoff.notebook import Displayed

TIE = 1e-9  # options this near the best, as a share of the actor's payoff range, are equally good


@dataclass(frozen=True)
class Baseline:
    """One baseline: the distribution of outcomes over `draws` draws, and what it does not say (`unstated`)."""

    name: str
    says: str
    outcomes: tuple[OutcomeSummary, ...]
    draws: int
    unstated: float = 0.0

    @property
    def means(self) -> dict[str, float]:
        """Outcome to mean probability."""
        return {outcome.name: outcome.mean for outcome in self.outcomes}

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        return {
            "name": self.name,
            "says": self.says,
            "draws": self.draws,
            "outcomes": {outcome.name: outcome.to_dict() for outcome in self.outcomes},
            "unstated": self.unstated,
        }


@dataclass(frozen=True)
class Baselines(Displayed):
    """Every baseline there is for a scenario. `undefined` draws have no numbers to play with."""

    baselines: tuple[Baseline, ...]
    draws: int
    undefined: int

    def distances(self, means: Mapping[str, float]) -> dict[str, float]:
        """How far each baseline's mean distribution is from `means`: total variation, 0 to 1.

        What a judgement leaves unstated counts as far as possible in its favour.
        """
        return {entry.name: _distance(entry, means) for entry in self.baselines}

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output."""
        return {
            "draws": self.draws,
            "undefined": self.undefined,
            "baselines": [entry.to_dict() for entry in self.baselines],
        }


def _distance(entry: Baseline, means: Mapping[str, float]) -> float:
    names = {*means, *entry.means}
    missing = sum(max(means.get(name, 0.0) - entry.means.get(name, 0.0), 0.0) for name in names)
    return max(missing - entry.unstated, 0.0)


def baselines(model: Model, values: Mapping[str, Floats]) -> Baselines:
    """The baselines of a scenario at the draws `values` (``float64[draw]`` per parameter).

    Raises `RequestError` for an .efg, which has neither draws nor a judgement.
    """
    scenario, game = model.scenario, model.game
    if scenario is None:
        raise RequestError.of("an .efg file has no draws to compare on", "write a scenario")
    count = len(next(iter(values.values()))) if values else 1
    uniform, replies = [], []
    for row in game.evaluate(values, count):
        try:
            numeric = game.with_numbers(row)
        except UndefinedError:
            continue  # counted by what is missing
        uniform.append(play(numeric, uniform_play(game)).outcomes)
        replies.append(play(numeric, best_replies(numeric)).outcomes)
    found = [
        _baseline("uniform", "everyone picks every option with equal probability", game.outcomes, uniform),
        _baseline("one level", "everyone plays a best reply to uniform play", game.outcomes, replies),
    ]
    if scenario.judgement:
        stated = np.array([[scenario.judgement.get(name, 0.0) for name in game.outcomes]])
        judged = _baseline("judgement", "the analyst's own probabilities, as stated in the file", game.outcomes, stated)
        rest = max(0.0, 1.0 - sum(scenario.judgement.values()))
        found.append(Baseline(judged.name, judged.says, judged.outcomes, count, rest))
    return Baselines(tuple(found), count, count - len(uniform))


def _baseline(name: str, says: str, outcomes: tuple[str, ...], rows: list[Floats] | Floats) -> Baseline:
    table = np.array(rows).reshape(-1, len(outcomes))
    return Baseline(name, says, outcome_summaries(outcomes, table, table, table), len(table))


def uniform_play(game: Game) -> Floats:
    """[slot] every option with equal probability."""
    return 1.0 / np.diff(game.slot_start)[game.slot_infoset]


def best_replies(numeric: NumericGame) -> Floats:
    """[slot] everyone's best reply to uniform play of the others; void information sets stay uniform.

    Nodes are taken by move, the last first: what follows a move has been valued before. Under uniform play an actor's
    own past is equally likely at all nodes of its information set (perfect recall), so reach gives its beliefs.
    """
    game = numeric.game
    assert game.move is not None
    behaviour = uniform_play(game)
    reach = play(numeric, behaviour).reach
    for actor in range(len(game.actors)):
        values = np.zeros(game.n_nodes)
        values[game.terminals] = numeric.payoffs[:, actor]
        slack = TIE * float(numeric.payoff_range[actor])
        for move in range(len(game.moves) - 1, -1, -1):
            nodes = np.flatnonzero((game.move == move) & (game.kind != TERMINAL))
            for infoset in np.unique(game.infoset[nodes][game.actor[nodes] == actor]).tolist():
                behaviour[game.options(infoset)] = _reply(numeric, infoset, reach, values, slack)
            for node in nodes.tolist():
                values[node] = _value(numeric, node, actor, behaviour, values)
    return behaviour


def _reply(numeric: NumericGame, infoset: int, reach: Floats, values: Floats, slack: float) -> Floats:
    """Probabilities of the options of one information set: equal on the best, 0 elsewhere."""
    game = numeric.game
    nodes, count = game.members[infoset], len(game.infosets[infoset].options)
    worth = reach[nodes] @ values[game.first_child[nodes][:, None] + np.arange(count)]
    total = float(reach[nodes].sum())
    best = worth >= worth.max() - slack * total
    return np.asarray(best / best.sum())


def _value(numeric: NumericGame, node: int, actor: int, behaviour: Floats, values: Floats) -> float:
    """Expected payoff at a node: own choices as decided, those of the others uniform, chance as it is."""
    game = numeric.game
    children = slice(int(game.first_child[node]), int(game.first_child[node] + game.n_children[node]))
    if game.infoset[node] < 0:
        return float(numeric.chance[children] @ values[children])
    if game.actor[node] == actor:
        return float(behaviour[game.options(int(game.infoset[node]))] @ values[children])
    return float(values[children].mean())
