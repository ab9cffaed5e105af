"""From a scenario file to a checked `Scenario`, with every mistake of the file in one go.

The text becomes a tree of nodes with places (`source`), a variant changes that tree (`variants`), names are collected,
and then each section is read, its expressions parsed and their names resolved. Nothing stops at the first mistake: each
reader notes what is wrong and goes on, and at the end `ScenarioError` carries all problems in the order of the file.

The structure is read by plain code over the node tree (`fields`) and not by a validation library, because exact places,
all mistakes at once and the key that was probably meant are the whole point here.

Loading without a variant also loads every variant, so that `check` finds the mistakes of all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, replace
from pathlib import Path

from standoff.errors import RequestError
from standoff.scenario import fields, keys, source, variants
from standoff.scenario.blocks import block_names, computed_parameters, placed
from standoff.scenario.checks import (
    check_assumptions_at_base,
    check_base_values,
    check_correlations,
    check_ledger,
    check_use,
    claims_of,
    definition_values,
)
from standoff.scenario.coalition_block import read_coalition
from standoff.scenario.decomposition_block import Known, read_decomposition
from standoff.scenario.force_block import read_force
from standoff.scenario.graph_preferences import read_graph
from standoff.scenario.moves import build_moves, read_rounds
from standoff.scenario.outline import Drop, read_outlines, without
from standoff.scenario.parameters import parameter_names, read_parameters
from standoff.scenario.problems import Problems, fail, in_order, remedy
from standoff.scenario.resolve import Names, Resolver
from standoff.scenario.scenario import Scenario
from standoff.scenario.sections import (
    read_actors,
    read_assumptions,
    read_classes,
    read_correlations,
    read_decision,
    read_judgement,
    read_outcomes,
    read_payoffs,
)
from standoff.scenario.source import Mapping, Node

VERSION = 1


def load_scenario(path: str | Path, *, variant: str | None = None, all_variants: bool = True) -> Scenario:
    """The scenario in a file, in a variant of it where one is named.

    Raises `ScenarioError` with all problems of the file, `RequestError` where it has no such variant. Where none is
    named the variants are read as well, for the mistakes that only they have, unless `all_variants` is false.
    """
    return load_combined(path, () if variant is None else (variant,), all_variants=all_variants)


def load_combined(path: str | Path, applied: Sequence[str], *, all_variants: bool = True) -> Scenario:
    """The scenario in a file with variants applied one after the other; a later one prevails. Raises as above."""
    problems = Problems()
    read = source.read_text(Path(path), problems)
    problems.raise_any()
    assert read is not None
    text, content = read
    digest = hashlib.sha256(content).hexdigest()
    return _load(text, str(path), Path(path).parent, digest, applied, all_variants)


def loads(text: str, *, path: str = "<text>", variant: str | None = None) -> Scenario:
    """The scenario in a text; `path` is used in messages and, where it is a file, to find the ledger.

    Raises as `load_scenario` does.
    """
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    folder = Path(path).parent if path != "<text>" and Path(path).is_file() else None
    return _load(text.removeprefix("\ufeff"), path, folder, digest, () if variant is None else (variant,), True)


def _load(
    text: str, path: str, folder: Path | None, digest: str, applied: Sequence[str], all_variants: bool
) -> Scenario:
    problems = Problems()
    root = source.parse(text, path, problems)
    if root is None:
        problems.raise_any()
    assert root is not None
    if root.get("standoff") is None and root.get("statements") is not None:
        fail(root.mark, "this is a ledger of evidence, not a scenario", "give the scenario whose `ledger:` names it")
    summaries = variants.read_summaries(root.get("variants"), problems)
    names = [summary.name for summary in summaries]
    for name in applied:
        if name not in names:
            problems.raise_any()
            raise RequestError.of(f"there is no variant `{name}`", remedy(name, names, "variants"))
    loader = _Loader(root, path, folder, digest)
    scenario = loader.scenario(applied, problems)
    if not applied and all_variants:
        _check_variants(loader, names, problems)
    problems.raise_any()
    assert scenario is not None
    return scenario


def _check_variants(loader: _Loader, names: list[str], problems: Problems) -> None:
    """Note the mistakes that only a variant has."""
    known = set(problems.errors)
    for name in names:
        own = Problems()
        loader.scenario((name,), own)
        for problem in own.errors:
            if problem not in known:
                problems.error(problem.mark, f"variant `{name}`: {problem.message}", problem.remedy)


class _Loader:
    """Loads one file in any of its variants."""

    def __init__(self, root: Mapping, path: str, folder: Path | None, digest: str) -> None:
        self._root = root
        self._path = path
        self._folder = folder
        self._digest = digest

    def scenario(self, applied: Sequence[str], problems: Problems) -> Scenario | None:
        """The scenario with variants applied one after the other, or None where `problems` has errors."""
        root, drops = self._root, tuple[Drop, ...]()
        for variant in applied:
            root, dropped = variants.apply(root, variant, problems)
            drops += dropped
        top = _top(root, problems)
        actors = read_actors(top.get("actors"), problems)
        outlines = without(read_outlines(top.get("moves"), problems), drops, problems)
        rounds = read_rounds(top.get("rounds"), outlines, problems)
        repeated = rounds.names if rounds else ()
        known = {name: outline.known(name in repeated) for name, outline in outlines.items()}
        actor_names = tuple(actor.name for actor in actors)
        unrolled = rounds.n if rounds else None if "rounds" in top else 0
        derived = block_names(top, known, outlines, problems)
        names = Names(actor_names, parameter_names(top.get("parameters")), known, unrolled, *astuple(derived))
        resolver = Resolver(names, problems)
        parameters = read_parameters(top.get("parameters"), resolver, problems)
        coalition = read_coalition(top.get("coalition"), resolver, problems)
        force = read_force(top.get("force"), resolver, problems)
        parameters = placed((*parameters, *computed_parameters(coalition, force)), problems)
        moves = build_moves(outlines, rounds, actor_names, resolver, problems)
        considerations = read_payoffs(top.get("payoffs"), actor_names, resolver, problems)
        outcomes = read_outcomes(top.get("outcomes"), resolver, problems)
        assumptions = read_assumptions(top.get("assume"), resolver, problems)
        correlations = read_correlations(top.get("correlate"), parameters, names, problems)
        check_correlations(correlations, problems)
        outcome_node = top.get("outcomes")
        outcome_names = outcome_node.names() if isinstance(outcome_node, Mapping) else []
        decision = read_decision(top.get("decision"), names, moves, problems)
        summaries = variants.read_summaries(top.get("variants"), Problems())
        offered = tuple(summary.name for summary in summaries)
        known_names = Known(names, parameters, tuple(outcome_names), offered, moves, decision)
        scenario = Scenario(
            title=fields.text(top.get("title"), "`title`", problems),
            about=fields.text(top.get("about"), "`about`", problems),
            actors=actors,
            parameters=parameters,
            moves=moves,
            considerations=considerations,
            outcomes=outcomes,
            decision=decision,
            correlations=correlations,
            assumptions=tuple(expression for expression, _ in assumptions),
            ranges=fields.one_of(top.get("ranges"), ("bounds", "beliefs"), "`ranges`", "bounds", problems),
            ledger=check_ledger(top.get("ledger"), self._folder, problems),
            variants=summaries,
            variant=None if not applied else "+".join(applied),
            classes=read_classes(top.get("classes"), names, moves, problems),
            sources=fields.texts(top.get("sources"), "`sources`", problems),
            tags=fields.texts(top.get("tags"), "`tags`", problems),
            judgement=read_judgement(top.get("judgement"), outcome_names, problems),
            graph=read_graph(top.get("graph"), actor_names, resolver, problems),
            coalition=coalition,
            force=force,
            decomposition=read_decomposition(top.get("decomposition"), known_names, problems),
            path=self._path,
            sha256=self._digest,
        )
        if not problems.errors:
            check_base_values(scenario, problems)
        if problems.errors:
            return None
        check_assumptions_at_base(assumptions, definition_values(parameters), problems)
        check_use(scenario, problems)
        return _with_warnings(scenario, problems)


def _top(root: Mapping, problems: Problems) -> dict[str, Node]:
    """The keys of the file; notes unknown and missing ones, and another version."""
    top = fields.fields(root, keys.TOP, "a scenario", problems)
    graph_only = "graph" in top and "moves" not in top and "payoffs" not in top
    for name in keys.REQUIRED:
        if name not in top and not (graph_only and name in ("moves", "payoffs")):
            advice = "begin the file with `standoff: 1`" if name == "standoff" else f"add `{name}:`"
            problems.error(root.mark, f"the file has no `{name}`", advice)
    if "standoff" in top:
        version = fields.number(top["standoff"], "the version", problems)
        if version is not None and version != VERSION:
            what = f"the file is of version {float(version):g}"
            problems.error(
                top["standoff"].mark, what, f"this program reads version {VERSION}: write `standoff: {VERSION}`"
            )
    return top


def _with_warnings(scenario: Scenario, problems: Problems) -> Scenario:
    claims = claims_of(scenario)
    if claims and scenario.ledger is None:
        claim, mark = claims[0]
        problems.warn(mark, f"claim `{claim}` is named and there is no ledger", "add `ledger: FILE`")
    return replace(scenario, warnings=tuple(in_order(problems.warnings)))
