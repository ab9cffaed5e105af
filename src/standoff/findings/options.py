"""The options of the decision compared: each as a commitment, and beside it as a one-off deviation.

*Commitment.* For every option a game of its own is made in which the actor takes it wherever the decision comes up
and the option is there; everybody knows this from the start, also those who would not have seen the choice.
Everything else is played as an equilibrium of that game (selected and certified as in a study), before the decision
as well as after it. Where the option's own `when` rules it out, the actor is free among the options that are left:
`taken` says how often the option really is what happens. The same draws of the parameters serve all options (common
random numbers), so differences between options are not differences between draws.

*One-off deviation.* In the equilibrium of the game as it stands, the actor alone takes the option at the decision's
information sets that play reaches, and everyone, itself included, goes on with the strategies they have. By the
definition of an equilibrium this gains nothing; what it loses says how firmly the decision is held. It needs the
equilibrium's strategies and therefore follows the logit path at each draw, as `standoff solve` does, which is slow:
it is computed on the first draws only, and says on how many.

`free` is what the actor gets in the game as it stands, at the same draws: what a commitment is worth is the difference
(`gain` in JSON), and it may well be positive.

Axes: ``[draw]``, ``[option]`` in file order, ``[outcome]`` as in the game as it stands. Payoffs in the utility of the
decision's actor. What is not certified is NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from standoff.errors import AnalysisError, RequestError, UndefinedError
from standoff.findings.robustness import Robustness, Settings, robustness
from standoff.game.game import Bools, Floats, NumericGame
from standoff.game.model import Model, from_scenario
from standoff.game.play import play
from standoff.notebook import Displayed
from standoff.scenario.expression import Expression, Logical, Not
from standoff.scenario.scenario import Move, Option, Scenario
from standoff.solve.selection import select
from standoff.solve.verify import verify
from standoff.study.answers import Answers, joined
from standoff.study.chunk import CHUNK, answer_draws

Values = Mapping[str, Floats]  # parameter -> float64[draw]


@dataclass(frozen=True, eq=False)
class Deviations:
    """One-off deviations at the first draws of a comparison.

    `payoffs[draw, option]` is the actor's expected payoff when it alone deviates, NaN where the equilibrium is not
    certified, does not reach the decision, or the option is ruled out at an information set that is reached;
    `equilibrium[draw]` is its payoff without deviating and `reach[draw]` the probability that the decision comes up.
    """

    options: tuple[str, ...]
    payoffs: Floats  # [draw, option]
    equilibrium: Floats  # [draw]
    reach: Floats  # [draw]

    @property
    def draws(self) -> int:
        """Draws that were looked at."""
        return len(self.equilibrium)

    @property
    def losses(self) -> Floats:
        """[draw, option] what deviating costs the actor, expected utility given that the decision is reached."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((self.equilibrium[:, None] - self.payoffs) / self.reach[:, None])

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output: per option over how many draws, and the mean loss (null over none)."""
        known = np.isfinite(self.losses)
        return {
            "draws": self.draws,
            "certified": int(np.isfinite(self.equilibrium).sum()),
            "options": {
                option: {"draws": int(known[:, n].sum()), "loss": _mean(self.losses[known[:, n], n])}
                for n, option in enumerate(self.options)
            },
        }


@dataclass(frozen=True, eq=False)
class Comparison(Displayed):
    """Every option of the decision as a commitment, at the same draws. `impossible` options are never available."""

    move: str
    actor: str
    options: tuple[str, ...]
    labels: dict[str, str]
    impossible: tuple[str, ...]
    outcome_names: tuple[str, ...]
    payoffs: Floats  # [draw, option]
    outcomes: Floats  # [draw, option, outcome]
    taken: Floats  # [draw, option] probability that the option is what is done, given that the decision comes up
    certified: Bools  # [draw, option]
    free: Floats  # [draw] the actor's payoff in the game as it stands, bound to nothing
    deviations: Deviations | None = None

    @property
    def draws(self) -> int:
        """Draws that were looked at."""
        return len(self.payoffs)

    @cached_property
    def compared(self) -> tuple[str, ...]:
        """The options with at least one certified draw: those that rules can be asked about."""
        return tuple(option for n, option in enumerate(self.options) if self.certified[:, n].any())

    @property
    def uncertified(self) -> tuple[str, ...]:
        """Possible options of which no draw is certified."""
        return tuple(o for o in self.options if o not in self.compared and o not in self.impossible)

    @cached_property
    def common(self) -> Bools:
        """[draw] certified under every option that is compared."""
        if not self.compared:
            return np.zeros(self.draws, dtype=bool)
        return np.asarray(self.certified[:, self._columns].all(axis=1))

    @property
    def _columns(self) -> list[int]:
        return [self.options.index(option) for option in self.compared]

    @property
    def table(self) -> Floats:
        """Payoffs ``[draw, option]`` of the options compared, over the draws certified under all of them."""
        return np.asarray(self.payoffs[self.common][:, self._columns])

    def robustness(self, *, settings: Settings | None = None, resamples: int = 1000, seed: int = 1) -> Robustness:
        """The decision rules on `table`.

        Raises `AnalysisError` where no draw is certified under all options compared.
        """
        if not self.common.any():
            raise AnalysisError(
                f"no draw is certified under every option of `{self.move}`, so that they cannot be compared; "
                "take more draws, or look at the options one by one"
            )
        return robustness(self.compared, self.table, settings=settings, resamples=resamples, seed=seed)

    def to_dict(self) -> dict[str, Any]:
        """The entry of JSON output; the rules are left to `robustness`."""
        return {
            "move": self.move,
            "actor": self.actor,
            "draws": self.draws,
            "common": int(self.common.sum()),
            "impossible": list(self.impossible),
            "uncertified": list(self.uncertified),
            "free": {"certified": int(np.isfinite(self.free).sum()), "mean": _mean(self.free[np.isfinite(self.free)])},
            "options": {option: self._entry(n) for n, option in enumerate(self.options)},
            "deviations": None if self.deviations is None else self.deviations.to_dict(),
        }

    def _entry(self, n: int) -> dict[str, Any]:
        kept = self.certified[:, n]
        payoffs, taken = self.payoffs[kept, n], self.taken[kept, n]
        gains = (self.payoffs[:, n] - self.free)[kept & np.isfinite(self.free)]
        low, middle, high = np.quantile(payoffs, [0.05, 0.5, 0.95]).tolist() if kept.any() else (None, None, None)
        shares = self.outcomes[kept, n].mean(axis=0).tolist() if kept.any() else [None] * len(self.outcome_names)
        return {
            "label": self.labels[self.options[n]],
            "certified": int(kept.sum()),
            "payoff": {"mean": _mean(payoffs), "q05": low, "q50": middle, "q95": high},
            "gain": _mean(gains),
            "taken": _mean(taken[np.isfinite(taken)]),
            "outcomes": dict(zip(self.outcome_names, shares, strict=True)),
        }


def decision_move(scenario: Scenario | None) -> Move:
    """The move that the scenario names as the decision. Raises `RequestError` where there is none."""
    if scenario is None:
        raise RequestError.of("an .efg file names no decision", "write a scenario with `decision: MOVE`")
    for move in scenario.moves:
        if move.name == scenario.decision:
            return move
    names = ", ".join(f"`{move.name}`" for move in scenario.moves if move.actor != "nature")
    raise RequestError.of("the scenario names no decision", f"add `decision:` with one of {names}")


def committed(scenario: Scenario, option: str) -> Scenario:
    """The scenario in which the decision's actor is bound to `option` wherever that is available.

    Other options stay where the option's own `when` does not hold. Raises `RequestError` without a decision or where it
    has no such option.
    """
    move = decision_move(scenario)
    chosen = next((candidate for candidate in move.options if candidate.name == option), None)
    if chosen is None:
        names = ", ".join(f"`{candidate.name}`" for candidate in move.options)
        raise RequestError.of(f"`{move.name}` has no option `{option}`", f"its options are {names}")
    kept: tuple[Option, ...] = (chosen,)
    if chosen.when is not None:
        kept = tuple(o if o is chosen else replace(o, when=_only_without(chosen.when, o.when)) for o in move.options)
    moves = tuple(replace(m, options=kept) if m is move else m for m in scenario.moves)
    return replace(scenario, moves=moves)


def _only_without(ruled_in: Expression, own: Expression | None) -> Expression:
    absent = Not(ruled_in)
    return absent if own is None else Logical("and", own, absent)


def possible_options(model: Model) -> tuple[str, ...]:
    """The decision's options that are available somewhere in the tree, in file order."""
    move, game = decision_move(model.scenario), model.game
    assert game.move is not None
    nodes = np.flatnonzero(game.move == game.moves.index(move.name))
    there = {game.labels[child] for node in nodes.tolist() for child in game.children(node)}
    return tuple(option.name for option in move.options if option.name in there)


def commitments(model: Model) -> dict[str, Model]:
    """The game of each possible option as a commitment."""
    assert model.scenario is not None
    size = max(model.game.n_nodes, 1)
    return {o: from_scenario(committed(model.scenario, o), max_nodes=size) for o in possible_options(model)}


def compare_options(model: Model, values: Values, *, deviate: int = 16) -> Comparison:
    """Every option as a commitment at the draws `values`, and one-off deviations at the first `deviate` of them.

    Raises `RequestError` for an .efg or a scenario without a decision.
    """
    move = decision_move(model.scenario)
    draws = count_of(values)
    names = tuple(option.name for option in move.options)
    actor = model.game.actors.index(move.actor)
    shape = (draws, len(names))
    payoffs, taken = np.full(shape, np.nan), np.full(shape, np.nan)
    outcomes = np.full((*shape, len(model.game.outcomes)), np.nan)
    certified = np.zeros(shape, dtype=bool)
    games = commitments(model)
    for option, game in games.items():
        n, answers = names.index(option), answers_at(game, values)
        sure = answers.certified
        certified[:, n] = sure
        payoffs[sure, n] = answers.payoffs[sure, actor]
        outcomes[sure, n] = aligned(answers.selected[sure], game.game.outcomes, model.game.outcomes)
        taken[sure, n] = answers.decision[sure, _place(game, option)]
    standing = answers_at(model, values)
    first = {name: column[:deviate] for name, column in values.items()}
    return Comparison(
        move=move.name,
        actor=move.actor,
        options=names,
        labels={option.name: option.label or option.name for option in move.options},
        impossible=tuple(name for name in names if name not in games),
        outcome_names=model.game.outcomes,
        payoffs=payoffs,
        outcomes=outcomes,
        taken=taken,
        certified=certified,
        free=np.where(standing.certified, standing.payoffs[:, actor], np.nan),
        deviations=one_off_deviations(model, first) if deviate else None,
    )


def _place(game: Model, option: str) -> int:
    return [candidate.name for candidate in decision_move(game.scenario).options].index(option)


def count_of(values: Values) -> int:
    """The number of draws in a table of parameters; 1 where a scenario has none."""
    return len(next(iter(values.values()))) if values else 1


def answers_at(model: Model, values: Values) -> Answers:
    """The answers at any number of draws, chunk by chunk, without audit."""
    draws = count_of(values)
    parts = []
    for start in range(0, draws, CHUNK):
        part = {name: column[start : start + CHUNK] for name, column in values.items()}
        parts.append(answer_draws(model, part, min(CHUNK, draws - start)))
    return joined(parts)


def aligned(table: Floats, names: tuple[str, ...], wanted: tuple[str, ...]) -> Floats:
    """``[draw, wanted]`` from ``[draw, name]``: outcomes that a game does not have are 0.

    Raises ValueError for an outcome that is not wanted.
    """
    extra = set(names) - set(wanted)
    if np.any(table[:, [n for n, name in enumerate(names) if name in extra]] > 0):
        raise ValueError(f"outcomes {sorted(extra)} are not among {wanted}")
    result = np.zeros((len(table), len(wanted)))
    for n, name in enumerate(names):
        if name not in extra:
            result[:, wanted.index(name)] = table[:, n]
    return result


def one_off_deviations(model: Model, values: Values) -> Deviations:
    """The actor's payoff from each option at the information sets of the decision that the equilibrium reaches."""
    move = decision_move(model.scenario)
    options = tuple(option.name for option in move.options)
    rows = model.game.evaluate(values, count_of(values))
    payoffs = np.full((len(rows), len(options)), np.nan)
    equilibrium, reached = np.full(len(rows), np.nan), np.zeros(len(rows))
    for draw, row in enumerate(rows):
        try:
            numeric = model.game.with_numbers(row)
        except UndefinedError:
            continue  # its row stays NaN, as that of a draw that is not certified
        found = select(numeric, lambda candidate, at=numeric: verify(at, candidate, "sequential").holds)  # type: ignore[misc]
        if found.assessment is not None:
            own = _deviate(numeric, found.assessment.behaviour, move, options)
            payoffs[draw], equilibrium[draw], reached[draw] = own
    return Deviations(options, payoffs, equilibrium, reached)


def _deviate(
    numeric: NumericGame, behaviour: Floats, move: Move, options: tuple[str, ...]
) -> tuple[Floats, float, float]:
    """Payoffs ``[option]`` of deviating, the payoff without, and how often the decision is reached."""
    game = numeric.game
    actor = game.actors.index(move.actor)
    standing = play(numeric, behaviour)
    own = [h for h, infoset in enumerate(game.infosets) if infoset.move == move.name]
    reached = [h for h in own if standing.reach[game.members[h]].sum() > 1e-12]
    payoffs = np.full(len(options), np.nan)
    for n, option in enumerate(options):
        if not reached or any(option not in game.infosets[h].options for h in reached):
            continue
        changed = behaviour.copy()
        for h in reached:
            changed[game.options(h)] = 0.0
            changed[int(game.slot_start[h]) + game.infosets[h].options.index(option)] = 1.0
        payoffs[n] = play(numeric, changed).payoffs[actor]
    reach = sum(float(standing.reach[game.members[h]].sum()) for h in reached)
    return payoffs, float(standing.payoffs[actor]), reach


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) else None


def leading(payoffs: Mapping[str, float], tolerance: float) -> tuple[str, ...]:
    """The options whose payoff is within `tolerance` of the largest."""
    most = max(payoffs.values())
    return tuple(option for option, payoff in payoffs.items() if payoff >= most - tolerance)
