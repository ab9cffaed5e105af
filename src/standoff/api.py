"""The Python interface: one function per command, light to import.

What a function needs is imported when it is called, so that ``import standoff`` and ``standoff --version`` do not wait
for numerical libraries. `solve`, `brief` and `graph` are also names of subpackages: those are imported here first,
because the import system would otherwise bind the subpackage over the function later on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

import standoff.brief
import standoff.graph
import standoff.solve  # noqa: F401
from standoff.errors import RequestError

if TYPE_CHECKING:
    from fractions import Fraction

    from standoff.findings.attribution import Difference
    from standoff.findings.baselines import Baselines
    from standoff.findings.collected import Findings
    from standoff.findings.decomposition import Decomposition
    from standoff.findings.hypotheses import Hypotheses
    from standoff.findings.levers import LeverTable
    from standoff.findings.options import Comparison
    from standoff.findings.pledges import ForceAnswer, UnityAnswer
    from standoff.findings.region_axes import Named
    from standoff.findings.region_map import RegionMap
    from standoff.findings.reliance import Reliance
    from standoff.findings.side_by_side import SideBySide
    from standoff.game.model import Model
    from standoff.graph.result import GraphResult
    from standoff.scenario.scenario import Scenario, VariantSummary
    from standoff.solve.conditions.result import ConditionsResult
    from standoff.solve.solution import Solution
    from standoff.solve.solution_file import SolutionFile, Verification
    from standoff.study.run import Study
    from standoff.study.store import StoredStudy

LIBRARY = "library:"
Side = tuple["str | Path | Model", "str | None"]  # a file, or a model, and a variant of the file


def load(source: str | Path | Model, *, variant: str | None = None, max_nodes: int | None = None) -> Model:
    """The game of a scenario file, an .efg file, or ``library:NAME``; a model is given back as it is.

    Raises `InputError` with every mistake of the file; `LimitError` beyond `max_nodes` nodes (20,000 unless given).
    Chance probabilities are checked over the whole of the ranges, claims against the scenario's ledger.
    """
    from standoff.errors import ScenarioError
    from standoff.evidence.binding import binding_problems, ledger_of
    from standoff.game.model import Model, open_model
    from standoff.game.tree import MAX_NODES
    from standoff.study.chance import chance_problems

    if isinstance(source, Model):
        return source
    path = source
    if str(source).startswith(LIBRARY):
        from standoff.library.catalogue import path as library_path

        path = library_path(str(source).removeprefix(LIBRARY))
    model = open_model(path, variant=variant, max_nodes=MAX_NODES if max_nodes is None else max_nodes)
    problems = chance_problems(model)
    if model.scenario is not None and (ledger := ledger_of(model.scenario)) is not None:
        problems += binding_problems(model.scenario, ledger)
    if problems:
        raise ScenarioError(problems)
    return model


def solve(
    source: str | Path | Model,
    *,
    concept: str = "sequential",
    set: Mapping[str, float | str | Fraction] | None = None,
    precision: float | None = None,
    limit: int | None = None,
) -> Solution:
    """Equilibria at the base values changed by `set`, each with its certificate (see `standoff.solve.solve`)."""
    from standoff.solve.solve import solve as solve_model

    return solve_model(load(source), concept=concept, set=set, precision=precision, limit=limit)


def conditions(
    source: str | Path | Model,
    *,
    name: str | None = None,
    solve_for: str | None = None,
    seconds: float = 120.0,
    knife_edges: bool = False,
    progress: Callable[[str, int], None] | None = None,
) -> ConditionsResult:
    """For which parameters each class of equilibria exists, or the one that the scenario calls `name`.

    Thresholds are solved for `solve_for` where that can be done. After `seconds` what is known by then is given, and
    the result is not `complete`. `progress` is told what is being done and the number of classes so far. Raises
    `RequestError` for an .efg, which has no parameters, and for unknown names.
    """
    from standoff.solve.conditions.derive import conditions as derive

    model = load(source)
    if model.scenario is None:
        raise RequestError.of(
            "an .efg file has numbers and no parameters, so there is nothing to derive conditions on",
            "use `standoff solve` for its equilibria, or write the game as a scenario",
        )
    return derive(
        model.game,
        model.scenario,
        name=name,
        solve_for=() if solve_for is None else (solve_for,),
        seconds=seconds,
        knife_edges=knife_edges,
        progress=progress,
    )


def verify(
    source: str | Path | Model, solution: str | Path | SolutionFile, *, set: Mapping[str, str] | None = None
) -> Verification:
    """Recheck a file that ``standoff solve --json`` wrote, with the verifier alone.

    Where `source` is a file, the solution's variant is loaded. Raises `SolutionError` where the two do not fit.
    """
    from standoff.solve.solution_file import SolutionFile, read_solution, recheck

    claims = solution if isinstance(solution, SolutionFile) else read_solution(solution)
    return recheck(load(source, variant=claims.variant), claims, set)


def regions(
    source: str | Path | Model,
    *,
    across: tuple[Named, Named],
    set: Mapping[str, float | str | Fraction] | None = None,
    resolution: int | None = None,
    method: str = "auto",
    selected: bool = False,
    known: ConditionsResult | None = None,
    seconds: float = 60.0,
    progress: Callable[[int, int], None] | None = None,
) -> RegionMap:
    """Which classes of equilibria hold over two parameters (see `standoff.findings.regions`).

    `across` names them, each as a name or as (name, low, high); the others stand at their base values changed by `set`.
    After `seconds` what is known by then is given, and the map is not `complete`. `progress` is told the cells looked
    at and the cells in all.
    """
    from standoff.findings.regions import regions as map_regions

    return map_regions(
        load(source),
        across=across,
        set=set,
        resolution=resolution,
        method=method,
        selected=selected,
        known=known,
        seconds=seconds,
        progress=progress,
    )


@overload
def run(
    source: str | Path | Model,
    *,
    draws: int,
    seed: int = ...,
    sampler: str = ...,
    set: Mapping[str, float | str | Fraction] | None = ...,
    out: None = ...,
    workers: int | None = ...,
    cluster: str | None = ...,
    progress: Callable[[int, int, int], None] | None = ...,
) -> Study: ...
@overload
def run(
    source: str | Path | Model,
    *,
    draws: int,
    seed: int = ...,
    sampler: str = ...,
    set: Mapping[str, float | str | Fraction] | None = ...,
    out: str | Path | None,
    workers: int | None = ...,
    cluster: str | None = ...,
    keep_parameters: bool = ...,
    fresh: bool = ...,
    progress: Callable[[int, int, int], None] | None = ...,
    tell: Callable[[str], None] | None = ...,
) -> Study | StoredStudy: ...
def run(
    source: str | Path | Model,
    *,
    draws: int,
    seed: int = 1,
    sampler: str = "sobol",
    set: Mapping[str, float | str | Fraction] | None = None,
    out: str | Path | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    keep_parameters: bool = False,
    fresh: bool = False,
    progress: Callable[[int, int, int], None] | None = None,
    tell: Callable[[str], None] | None = None,
) -> Study | StoredStudy:
    """Solve for many draws of the uncertain parameters; `progress` is told (draws done, draws in all, certified).

    With `out` the study is stored in that folder, and goes on where an earlier call stopped; see `standoff.study.run`.
    """
    from standoff.study.run import run as run_study

    return run_study(
        load(source),
        draws=draws,
        seed=seed,
        sampler=sampler,
        settings=set,
        out=out,
        workers=workers,
        cluster=cluster,
        keep_parameters=keep_parameters,
        fresh=fresh,
        progress=progress,
        tell=tell,
    )


def open_study(folder: str | Path) -> StoredStudy:
    """The finished study that `run` stored in a folder. Raises `RequestError` where there is none."""
    from standoff.study.store import open_study as open_stored

    return open_stored(folder)


def findings(
    study: str | Path | StoredStudy,
    *,
    outcomes: Sequence[str] = (),
    sobol: int | None = None,
    tell: Callable[[str], None] | None = None,
) -> Findings:
    """All findings of a stored study: its summary, and what `standoff.findings.collect` adds.

    `outcomes` asks for drivers and conditions of these instead of the most probable ones, `sobol` for Sobol' indices
    too, from a design of so many base points (a power of two); `tell` is told what is being done. Options, baselines
    and variants are solved anew at the first draws, levers at the base values. Raises `RequestError` where there is no
    finished study, no such outcome, or no such design (parameters that are correlated).
    """
    from standoff.findings.of_study import findings_of
    from standoff.study.store import StoredStudy

    stored = study if isinstance(study, StoredStudy) else open_study(study)
    return findings_of(stored, outcomes=outcomes, sobol=sobol, tell=tell)


def brief(
    source: str | Path | Model,
    path: str | Path,
    *,
    draws: int = 512,
    seed: int = 1,
    workers: int | None = None,
    progress: Callable[[int, int, int], None] | None = None,
    tell: Callable[[str], None] | None = None,
) -> None:
    """Write the brief of a game as one HTML file: its solution, a study of `draws` draws with its findings, variants.

    With no draws, and for an .efg, it has no findings. `tell` is told what is being done. Raises `RequestError`.
    """
    from standoff.brief.brief import write_brief
    from standoff.brief.credibility import brief_credibility
    from standoff.brief.evidence import brief_evidence
    from standoff.brief.findings import brief_findings
    from standoff.files import check_target

    target = Path(path)
    check_target(target)
    model = load(source)
    solution = solve(model)
    study = found = None
    if draws and model.scenario is not None:
        if any(definition.range for definition in model.scenario.parameters):
            study = run(model, draws=draws, seed=seed, workers=workers, progress=progress)
        found = brief_findings(model, study, tell)
    evidence, taken = brief_evidence(model, draws, seed, tell), brief_credibility(model, draws, seed, tell)
    others = _variants(model)
    write_brief(
        target, model, solution, study=study, variants=others, findings=found, evidence=evidence, credibility=taken
    )


def compare_options(source: str | Path | Model, *, draws: int = 256, seed: int = 1, deviate: int = 16) -> Comparison:
    """Every option of the decision as a commitment at the same draws; `.robustness()` gives the decision rules on it.

    One-off deviations are computed at the first `deviate` draws. Raises `RequestError` without a decision.
    """
    from standoff.findings.options import compare_options as compare
    from standoff.findings.options import decision_move
    from standoff.findings.shared_draws import first_draws

    model = load(source)
    decision_move(model.scenario)
    return compare(model, first_draws(model.scenario, draws, seed), deviate=deviate)


def levers(
    source: str | Path | Model,
    *,
    names: Sequence[str] | None = None,
    set: Mapping[str, float | str | Fraction] | None = None,
    targets: Sequence[str] | None = None,
    points: int = 12,
) -> LeverTable:
    """The smallest change of each lever that flips the most probable outcome or the best option at the base values."""
    from standoff.findings.levers import levers as flip

    return flip(load(source), names=names, set=set, targets=targets, points=points)


def baselines(source: str | Path | Model, *, draws: int = 256, seed: int = 1) -> Baselines:
    """What simpler answers say: uniform play, best replies to it, the analyst's stated judgement."""
    from standoff.findings.baselines import baselines as simpler
    from standoff.findings.shared_draws import first_draws

    model = load(source)
    return simpler(model, first_draws(model.scenario, draws, seed))


def variants(source: str | Path | Model, *, draws: int = 256, seed: int = 1) -> SideBySide:
    """The scenario and each of its variants, solved at the same draws."""
    from standoff.findings.side_by_side import side_by_side, variant_models

    return side_by_side(variant_models(load(source), {}), draws=draws, seed=seed)


def diff(a: Side, b: Side, *, draws: int = 64, seed: int = 1, max_nodes: int | None = None) -> Difference:
    """Two scenarios or variants compared, inputs and answers, or two stored studies, answers only.

    Each side is (file or model, variant or None). Raises `RequestError` where a stored study is compared with a file.
    """
    from standoff.findings.attribution import difference
    from standoff.findings.stored import is_stored, read_stored, stored_difference
    from standoff.game.model import Model

    labels = (_label(*a), _label(*b))
    stored = [not isinstance(source, Model) and is_stored(source) for source, _ in (a, b)]
    if all(stored):
        first, second = (read_stored(source) for source, _ in (a, b) if not isinstance(source, Model))
        return stored_difference(first, second, labels)
    if any(stored):
        raise RequestError.of(
            "a stored study and a scenario cannot be compared", "run the scenario first: `standoff run FILE --out DIR`"
        )
    one, two = (load(source, variant=variant, max_nodes=max_nodes) for source, variant in (a, b))
    return difference(one, two, labels=labels, draws=draws, seed=seed)


def reliance(
    source: str | Path | Model,
    *,
    drop: str = "unnamed and origins < 2",
    draws: int = 256,
    seed: int = 1,
    independent: bool = False,
    search: bool = True,
    tell: Callable[[str], None] | None = None,
) -> Reliance:
    """What the answer rests on: without the claims for which `drop` holds, without each origin, and what flips it.

    Without `search` the smallest sets of origins that flip it are not sought: with many origins that takes long. See
    `standoff.findings.reliance`. Raises `RequestError` without a ledger, or where `drop` makes no sense.
    """
    from standoff.findings.reliance import reliance as rests_on

    return rests_on(load(source), drop=drop, draws=draws, seed=seed, independent=independent, search=search, tell=tell)


def graph(
    source: str | Path | Model | Scenario,
    *,
    variant: str | None = None,
    set: Mapping[str, float | str | Fraction] | None = None,
    draws: int = 0,
    seed: int = 1,
    notions: Sequence[str] | None = None,
    coalitions: bool = False,
    max_nodes: int | None = None,
) -> GraphResult:
    """Stability without an order of moves: of the file's block ``graph:``, else of its endings.

    At the base values changed by `set`; with `draws`, also how often states are stable. `notions` are some of R, GMR,
    SMR, SEQ and SSEQ. See `standoff.graph.analyse`. Raises `RequestError` for an .efg.
    """
    from standoff.game.model import Model
    from standoff.graph.analyse import analyse
    from standoff.graph.stability import NOTIONS
    from standoff.scenario.load import load_scenario
    from standoff.scenario.scenario import Scenario

    opened: Model | Scenario
    if isinstance(source, Scenario):
        opened = source
    elif isinstance(source, Model) or str(source).startswith(LIBRARY) or str(source).lower().endswith(".efg"):
        opened = load(source, variant=variant, max_nodes=max_nodes)
    else:
        opened = load_scenario(source, variant=variant)
        if opened.graph is None:
            opened = load(source, variant=variant, max_nodes=max_nodes)
    names = NOTIONS if notions is None else notions
    return analyse(opened, set=set, draws=draws, seed=seed, notions=names, coalitions=coalitions)


def unity(
    source: str | Path | Model,
    *,
    variant: str | None = None,
    set: Mapping[str, float | str | Fraction] | None = None,
    draws: int = 0,
    seed: int = 1,
) -> UnityAnswer:
    """The report of the block `coalition`, with `draws` over draws too (see `standoff.findings.pledges`)."""
    from standoff.findings.pledges import unity_of

    return unity_of(_scenario(source, variant), set=set, draws=draws, seed=seed)


def force(
    source: str | Path | Model,
    *,
    variant: str | None = None,
    set: Mapping[str, float | str | Fraction] | None = None,
    draws: int = 0,
    seed: int = 1,
) -> ForceAnswer:
    """The report of the block `force`, with `draws` over draws too (see `standoff.findings.pledges`)."""
    from standoff.findings.pledges import force_of

    return force_of(_scenario(source, variant), set=set, draws=draws, seed=seed)


def decompose(
    source: str | Path | Model,
    *,
    variant: str | None = None,
    outcomes: Sequence[str] = (),
    set: Mapping[str, float | str | Fraction] | None = None,
    draws: int = 256,
    seed: int = 1,
    max_nodes: int | None = None,
    tell: Callable[[str], None] | None = None,
) -> Decomposition:
    """Why an outcome (of the file, or `outcomes`) does not come about, by switches; see its module in findings."""
    from standoff.findings.decomposition import decompose as take_apart

    model = load(source, variant=variant, max_nodes=max_nodes)
    return take_apart(model, outcomes=outcomes, set=set, draws=draws, seed=seed, tell=tell)


def _scenario(source: str | Path | Model, variant: str | None) -> Scenario | None:
    """A scenario, of a file without its game, which may be large; None for an .efg."""
    from standoff.scenario.load import load_scenario

    if isinstance(source, str | Path) and not str(source).lower().startswith(LIBRARY) and Path(source).suffix != ".efg":
        return load_scenario(source, variant=variant)
    return load(source, variant=variant).scenario


def hypotheses(source: str | Path | Model, *, independent: bool = False) -> Hypotheses:
    """Statements of the ledger against types and classes, by the analyst's likelihood ratios."""
    from standoff.findings.hypotheses import hypotheses as weigh

    return weigh(load(source), independent=independent)


def _label(source: str | Path | Model, variant: str | None) -> str:
    from standoff.game.model import Model

    if isinstance(source, Model):
        named = source.scenario.variant if source.scenario else None
        return source.game.title + (f" ({named})" if named else "")
    return f"{source}@{variant}" if variant else str(source)


def _variants(model: Model) -> list[tuple[VariantSummary, Solution]]:
    """The scenario's variants, each solved; none where the model is a variant itself."""
    scenario = model.scenario
    if scenario is None or scenario.variant is not None or not scenario.path:
        return []
    return [(variant, solve(load(scenario.path, variant=variant.name))) for variant in scenario.variants]
