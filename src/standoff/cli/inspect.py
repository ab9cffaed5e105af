"""``standoff check``, ``show``, ``export``, ``library`` and ``schema``: what a file says, before anything is solved."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import asdict

from standoff import api
from standoff.cli.checks import Findings, examine, sizes_text
from standoff.cli.evidence import coverage_text
from standoff.cli.output import check_output, emit, say, say_json, tell, width, wrap
from standoff.cli.parser import EXPORTS, LEDGER_EXPORTS, suggest
from standoff.draw.fold import find_node
from standoff.draw.text import tree_text
from standoff.draw.tikz import tree_tikz
from standoff.draw.tree import tree_svg
from standoff.errors import RequestError, UndefinedError
from standoff.evidence.export import json_ld, ledger_csv
from standoff.evidence.ledger import load_ledger
from standoff.files import write_whole
from standoff.game.efg_write import write_efg
from standoff.game.game import NumericGame
from standoff.game.model import Model
from standoff.library import catalogue
from standoff.scenario.schema import json_schema


def check(arguments: Namespace) -> int:
    """Mistakes (2) or warnings (0), and sizes. Mistakes in reading the file are exceptions and reported by `main`."""
    model = _load(arguments)
    findings = examine(model)
    if arguments.json:
        say_json(findings.to_dict(model))
    else:
        _say_findings(findings, model)
    return 2 if findings.errors else 0


def show(arguments: Namespace) -> int:
    """The tree as text; or as files, where asked."""
    for target in filter(None, (arguments.svg, arguments.tikz)):
        check_output(arguments.file, target)
    model = _load(arguments)
    for warning in model.warnings:
        tell(f"warning: {warning}")
    at, numeric = node_at(model, arguments.at), _at_base(model)
    if arguments.svg:
        write_whole(arguments.svg, tree_svg(model.game, at=at, scenario=model.scenario, numeric=numeric))
        tell(f"wrote {arguments.svg}")
    if arguments.tikz:
        write_whole(arguments.tikz, tree_tikz(model.game, at=at, scenario=model.scenario, numeric=numeric))
        tell(f"wrote {arguments.tikz}")
    if not (arguments.svg or arguments.tikz):
        say(wrap(model.game.title or "Untitled game", width()))
        say(wrap(sizes_text(model.game), width()))
        say()
        say(tree_text(model.game, fold="none", at=at, scenario=model.scenario, numeric=numeric).rstrip("\n"))
    return 0


def node_at(model: Model, history: str) -> int:
    """The node that a drawing begins at. Raises `RequestError` that says which step of the history there is not."""
    try:
        return find_node(model.game, history)
    except ValueError as error:
        raise RequestError.of(f"--at: {error}", "give options in order of play, as in resolved/no_veto") from None


def _at_base(model: Model) -> NumericGame | None:
    """The game at its base values, for the payoffs; without them where one is not a number."""
    try:
        return model.game.at({name: float(value) for name, value in model.values().items()})
    except UndefinedError as error:
        tell(f"payoffs are left out: {error}")
        return None


def export(arguments: Namespace) -> int:
    """The game at its base values, or a ledger, in another format, to standard output."""
    if arguments.to in LEDGER_EXPORTS:
        return _export_ledger(arguments)
    if arguments.to not in EXPORTS:
        every = (*EXPORTS, *LEDGER_EXPORTS)
        raise RequestError.of(
            f"no format is called `{arguments.to}`", suggest(arguments.to, every, f"use one of {', '.join(every)}")
        )
    model = _load(arguments)
    values = model.values(dict(arguments.settings))
    if arguments.to == "efg":
        emit(write_efg(model.game, values))
    else:
        numeric = model.game.at({name: float(value) for name, value in values.items()})
        emit(tree_tikz(model.game, scenario=model.scenario, numeric=numeric))
    return 0


def _export_ledger(arguments: Namespace) -> int:
    given = {"--variant": arguments.variant, "--max-nodes": arguments.max_nodes, "--set": arguments.settings}
    for option, value in given.items():
        if value:
            raise RequestError.of(f"{option} is about a game", f"leave it out: {arguments.to} is written of a ledger")
    ledger = load_ledger(arguments.file)
    emit(ledger_csv(ledger) if arguments.to == "csv" else json.dumps(json_ld(ledger), indent=2, allow_nan=False))
    return 0


def library(arguments: Namespace) -> int:
    """The catalogue, or one game's scenario file as it is."""
    if arguments.name is None:
        entries = catalogue.entries()
        if arguments.json:
            say_json({"games": [asdict(entry) for entry in entries]})
            return 0
        longest = max(len(entry.name) for entry in entries)
        for entry in entries:
            say(wrap(f"{entry.name.ljust(longest)}  {entry.title}", width(), hang=" " * (longest + 2)))
        tell("\n`standoff library NAME` prints one; `standoff solve library:NAME` solves it")
        return 0
    name = arguments.name.removeprefix(api.LIBRARY)
    text = catalogue.path(name).read_text(encoding="utf-8")
    if arguments.json:
        say_json({**asdict(catalogue.entry(name)), "text": text})
    else:
        emit(text)
    return 0


def schema(_: Namespace) -> int:
    """The JSON Schema of scenario files."""
    say(json.dumps(json_schema(), indent=2))
    return 0


def _load(arguments: Namespace) -> Model:
    return api.load(arguments.file, variant=arguments.variant, max_nodes=arguments.max_nodes)


def _say_findings(findings: Findings, model: Model) -> None:
    for problem in findings.errors:
        tell(str(problem))
    for problem in findings.warnings:
        tell(f"warning: {problem}")
    say(wrap(model.game.title or "Untitled game", width()))
    say(wrap(sizes_text(model.game), width()))
    scenario = model.scenario
    if scenario is not None:
        uncertain = sum(definition.range is not None for definition in scenario.parameters)
        say(wrap(f"{len(scenario.parameters)} parameters, {uncertain} of them with a range.", width()))
        if findings.evidence is not None:
            say(coverage_text(findings.evidence, width()))
        if scenario.variants:
            say(wrap(f"Variants: {', '.join(variant.name for variant in scenario.variants)}.", width()))
    verdict = "Not valid" if findings.errors else "Valid"
    many = len(findings.warnings)
    warned = f", {many} warning{'' if many == 1 else 's'}" if many else ""
    say(f"{verdict}{warned}.")
