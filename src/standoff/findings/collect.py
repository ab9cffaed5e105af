"""Finding everything in one study: what `standoff findings` and the brief say beyond the distribution of outcomes.

Two kinds. *Given*: drivers and conditions are read off the draws that the study has, at most the first `READ` of them.
*Solved anew*: options, baselines and variants are solved at the first `RESOLVED` draws of the study, the lever table at
the base values. Each of these is tried at `PILOT` draws first and done at fewer than asked where it would take longer
than `seconds`; how many it were stands in every result. (So does the number of levers that time did not suffice for.)

*Asked for*: Sobol' indices, from a design of their own (`standoff.findings.design`).

A finding that cannot be had is a `Missing`: why, and what to do about it. It never keeps the others from being had.

Outcomes are looked at one by one: those asked for, else every outcome with a mean of at least `OFTEN`, the `MOST` most
probable ones. Conditions are sought for draws at which the outcome's probability is at least one half; where there are
too few of these (or of the others), for a high mean.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from standoff.errors import InputError, RequestError, StandoffError
from standoff.findings.baselines import Baselines, baselines
from standoff.findings.collected import ClaimWorth, Findings, Missing, OutcomeFindings, Sought
from standoff.findings.design import check_design, solved_indices
from standoff.findings.discovery import discover
from standoff.findings.given import FEWEST
from standoff.findings.levers import LeverTable, levers
from standoff.findings.options import Comparison, Values, answers_at, compare_options, count_of, decision_move
from standoff.findings.outcomes import StudySummary
from standoff.findings.partition import partition
from standoff.findings.region_axes import used_parameters
from standoff.findings.sensitivity import sensitivity
from standoff.findings.side_by_side import SideBySide, side_by_side
from standoff.findings.value_of_information import ValueOfInformation, value_of_information
from standoff.game.game import Floats
from standoff.game.model import Model
from standoff.scenario.problems import remedy
from standoff.scenario.scenario import Scenario
from standoff.study.answers import Answers
from standoff.study.chunk import decision_options
from standoff.study.run import Study
from standoff.study.sample import uncertain
from standoff.study.store import StoredStudy

READ = 20_000
PILOT = 16
OFTEN, MOST = 0.05, 3
THRESHOLD = 0.5

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Sample:
    """What findings are read from: the first draws of a study of `draws`, with all parameters' values there."""

    model: Model
    values: Values  # parameter -> float64[draw]
    answers: Answers
    draws: int
    seed: int

    @property
    def scenario(self) -> Scenario:
        """The scenario; a study has one."""
        assert self.model.scenario is not None
        return self.model.scenario

    @property
    def ranged(self) -> dict[str, Floats]:
        """The uncertain parameters alone."""
        return {one.name: self.values[one.name] for one in uncertain(self.scenario)}

    @property
    def computed(self) -> dict[str, Floats]:
        """What blocks of the file work out, as far as the game depends on it and it is not the same at every draw."""
        used = used_parameters(self.model)
        names = [one.name for one in self.scenario.parameters if "." in one.name and one.name in used]
        known = {name: self.values[name][np.isfinite(self.values[name])] for name in names}
        return {name: self.values[name] for name in names if len(known[name]) and np.ptp(known[name]) > 0}

    def first(self, count: int) -> dict[str, Floats]:
        """The values of all parameters at the first draws."""
        return {name: column[:count] for name, column in self.values.items()}

    def column(self, outcome: str) -> Floats:
        """[draw] the probability of an outcome, NaN where a draw is not certified."""
        selected = self.answers.selected[:, self.model.game.outcomes.index(outcome)]
        return np.where(self.answers.certified, selected, np.nan)


def collect(
    sample: Sample,
    summary: StudySummary,
    *,
    outcomes: Sequence[str] = (),
    variants: Callable[[], Mapping[str, Model]] | None = None,
    sought: Sought | None = None,
    sobol: int | None = None,
    called: Callable[[str], str] = str,
    tell: Callable[[str], None] | None = None,
) -> Findings:
    """All findings of a study.

    `outcomes` asks for these; `variants` opens the scenario as it stands and its variants, by label, the first being
    what the others are compared with; `sobol` asks for Sobol' indices from a design of so many base points; `called`
    says what an outcome is called in statements; `tell` is told what is being done. Raises `RequestError` for an
    outcome that the game does not have, and as `check_design` does.
    """
    sought = sought or Sought()
    say = tell or _nobody
    means = {outcome.name: outcome.mean for outcome in summary.outcomes}
    wanted = _wanted(sample.model.game.outcomes, means, outcomes)
    if sobol is not None:
        check_design(sample.scenario, sobol)
    say("what drives the outcomes")
    found = _of_outcomes(sample, wanted, means, called)
    say("options as commitments")
    options = _attempt(lambda: _options(sample, sought))
    rules = options if isinstance(options, Missing) else _attempt(options.robustness)
    information = options if isinstance(options, Missing) else _information(sample, options)
    say("levers")
    moved = _attempt(lambda: _levers(sample.model, sought))
    say("baselines")
    simpler = _attempt(lambda: _baselines(sample, sought))
    say("variants")
    beside = _attempt(lambda: _variants(variants, sample, sought))
    indices = None
    if sobol is not None:
        say("Sobol' indices")
        indices = solved_indices(sample.model, wanted, base=sobol, seed=sample.seed, called=called)
    return Findings(
        summary=summary,
        read=len(sample.answers),
        outcomes=found,
        options=options,
        rules=rules,
        information=information,
        claims=() if isinstance(information, Missing) else claim_worths(sample.scenario, information),
        levers=moved if isinstance(moved, Missing) else moved[0],
        levers_left_out=() if isinstance(moved, Missing) else moved[1],
        baselines=simpler,
        variants=beside,
        sought=sought,
        sobol=indices,
    )


def sample_of(study: Study | StoredStudy, model: Model) -> Sample:
    """The first draws of a study of `model`, at most `READ`. Raises as `StoredStudy.parameters` does."""
    count = min(READ, study.draws)
    if isinstance(study, StoredStudy):
        values, answers = study.parameters(0, count), study.rows(0, count)
    else:
        values = {name: column[:count] for name, column in study.parameters.items()}
        answers = study.answers.rows(slice(0, count))
    return Sample(model, values, answers, study.draws, study.seed)


def base_study(model: Model) -> Study:
    """A study of one draw, the base values, for a scenario in which nothing is uncertain."""
    values = {name: np.array([float(value)]) for name, value in model.values().items()}
    began = time.perf_counter()
    answers = answers_at(model, values)
    return Study(
        draws=1,
        seed=0,
        sampler="base values",
        outcomes=model.game.outcomes,
        options=decision_options(model),
        answers=answers,
        values=lambda: values,
        seconds=time.perf_counter() - began,
        actors=model.game.actors,
    )


def _nobody(_: str) -> None:
    return None


def _attempt(work: Callable[[], T | Missing]) -> T | Missing:
    """What `work` gives, or why it fails."""
    try:
        return work()
    except InputError as error:
        return Missing(error.problems[0].message, error.problems[0].remedy)
    except StandoffError as error:
        why, _, what = str(error).partition("; ")
        return Missing(why, what)


def affordable(work: Callable[[int], object], wanted: int, seconds: float) -> int:
    """How many draws `work` can do in about `seconds`, judged from `PILOT` of them: at most `wanted`."""
    if wanted <= PILOT:
        return wanted
    began = time.perf_counter()
    work(PILOT)
    took = time.perf_counter() - began
    return wanted if took * wanted <= seconds * PILOT else max(PILOT, int(PILOT * seconds / took))


def check_outcomes(known: Sequence[str], asked: Sequence[str]) -> None:
    """Raises `RequestError` for an outcome that is not known."""
    for name in asked:
        if name not in known:
            raise RequestError.of(f"there is no outcome `{name}`", remedy(name, list(known), "outcomes"))


def _wanted(known: Sequence[str], means: Mapping[str, float], asked: Sequence[str]) -> tuple[str, ...]:
    check_outcomes(known, asked)
    if asked:
        return tuple(dict.fromkeys(asked))
    ranked = sorted(means, key=lambda name: -means[name])
    return tuple(name for name in ranked if means[name] >= OFTEN)[:MOST]


def _of_outcomes(
    sample: Sample, wanted: Sequence[str], means: Mapping[str, float], called: Callable[[str], str]
) -> tuple[OutcomeFindings, ...] | Missing:
    ranged = sample.ranged
    if not ranged:
        return Missing(
            "no parameter of the scenario has a range, so nothing can drive the outcomes",
            "give `range:` to those that are uncertain",
        )
    certified = int(sample.answers.certified.sum())
    if certified < FEWEST:
        return Missing(
            f"{certified:,} of {len(sample.answers):,} draws are certified, and fewer than {FEWEST} tell nothing",
            "take more draws" if certified else "see with `standoff solve` why nothing is certified",
        )
    units = {one.name: one.unit for one in uncertain(sample.scenario)}
    return tuple(_of_outcome(sample, ranged, units, name, means.get(name, 0.0), called(name)) for name in wanted)


def _of_outcome(
    sample: Sample, ranged: Mapping[str, Floats], units: Mapping[str, str], name: str, mean: float, called: str
) -> OutcomeFindings:
    y = sample.column(name)
    dependent = bool(sample.scenario.correlations)
    box = discover(ranged, y, outcome=called, threshold=THRESHOLD, units=units)
    tree = partition(ranged, y, outcome=called, threshold=THRESHOLD)
    if not box.trajectory and not tree.leaves:  # hardly any draws that end so, or hardly any others
        by_mean = discover(ranged, y, outcome=called, threshold=None, units=units)
        if by_mean.trajectory:
            box, tree = by_mean, partition(ranged, y, outcome=called, threshold=None)
    drivers = sensitivity(ranged, y, outcome=called, dependent=dependent)
    computed = sample.computed
    if computed:
        derived = sensitivity(computed, y, outcome=called, dependent=True).drivers
        drivers = replace(drivers, derived=derived)
    return OutcomeFindings(name, mean, drivers, box, tree)


def _options(sample: Sample, sought: Sought) -> Comparison:
    decision_move(sample.model.scenario)
    wanted = min(sought.draws, count_of(sample.values))
    draws = affordable(
        lambda count: compare_options(sample.model, sample.first(count), deviate=0), wanted, sought.seconds
    )
    return compare_options(sample.model, sample.first(draws), deviate=min(sought.deviated, draws))


def _information(sample: Sample, options: Comparison) -> ValueOfInformation | Missing:
    ranged = {name: column[: options.draws] for name, column in sample.ranged.items()}
    if not ranged:
        return Missing("no parameter has a range, so there is nothing to find out", "give `range:` to uncertain ones")
    possible = [n for n, option in enumerate(options.options) if option not in options.impossible]
    names = [options.options[n] for n in possible]
    return value_of_information(ranged, options.payoffs[:, possible], names, actor=options.actor)


def claim_worths(scenario: Scenario, information: ValueOfInformation) -> tuple[ClaimWorth, ...]:
    """Per claim the strongest of the parameters that rest on it, most valuable first."""
    worth = {one.name: one for one in information.worths}
    resting: dict[str, list[str]] = {}
    for definition in scenario.parameters:
        for claim in definition.claims:
            if definition.name in worth:
                resting.setdefault(claim, []).append(definition.name)
    found = [
        ClaimWorth(claim, tuple(names), max((worth[name] for name in names), key=lambda one: one.value))
        for claim, names in resting.items()
    ]
    return tuple(sorted(found, key=lambda one: -one.strongest.value))


def _levers(model: Model, sought: Sought) -> tuple[LeverTable, tuple[str, ...]]:
    """The table, and the names of the levers that time does not suffice for."""
    assert model.scenario is not None
    names = [definition.name for definition in model.scenario.parameters if definition.lever]
    if len(names) < 2:
        return levers(model), ()
    began = time.perf_counter()
    levers(model, names=names[:1])
    took = time.perf_counter() - began
    kept = len(names) if took * len(names) <= sought.seconds else max(1, int(sought.seconds / took))
    return levers(model, names=names[:kept]), tuple(names[kept:])


def _baselines(sample: Sample, sought: Sought) -> Baselines:
    wanted = min(sought.draws, count_of(sample.values))
    draws = affordable(lambda count: baselines(sample.model, sample.first(count)), wanted, sought.seconds)
    return baselines(sample.model, sample.first(draws))


def _variants(
    variants: Callable[[], Mapping[str, Model]] | None, sample: Sample, sought: Sought
) -> SideBySide | Missing:
    if sample.scenario.variant is not None:
        return Missing(
            f"the study is of the variant {sample.scenario.variant} alone",
            "make a study of the file as it stands to compare all variants",
        )
    models = variants() if variants is not None else {}
    if len(models) < 2:
        return Missing("the scenario has no variants", "add rival readings under `variants:`")
    wanted = min(sought.varied, count_of(sample.values))
    draws = affordable(lambda count: side_by_side(models, draws=count, seed=sample.seed), wanted, sought.seconds)
    return side_by_side(models, draws=draws, seed=sample.seed)
