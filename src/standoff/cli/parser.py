"""What the command line accepts. Light on purpose: nothing here loads numpy, so help and mistakes come at once.

Each command names the function that carries it out as ``module:function`` inside `standoff.cli`; `standoff.cli.main`
imports that module only when the command is called. Every mistake is a `RequestError`, so that a misspelt option reads
like any other mistake and takes the same form under ``--json``.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Sequence
from typing import NoReturn, TypeAlias

from standoff.errors import RequestError

CONCEPTS = ("sequential", "pure", "subgame", "nash", "logit")
EXPORTS = ("efg", "tikz")
LEDGER_EXPORTS = ("jsonld", "csv")
SAMPLERS = ("sobol", "random", "lhs")
NOTIONS = ("R", "GMR", "SMR", "SEQ", "SSEQ")
BLOCKS = {"unity": "coalition", "force": "force"}
MAPS = ("auto", "conditions", "enumeration", "selection")

_FILE = "a scenario (YAML), a Gambit game (.efg), or library:NAME"
_EPILOG = "Exit status: 0 done; 1 the analysis failed or nothing was certified; 2 the input is wrong."


class Parser(argparse.ArgumentParser):
    """An argument parser whose mistakes are exceptions."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing and leaving."""
        raise RequestError.of(message, f"see `{self.prog} --help`")


_Subparsers: TypeAlias = "argparse._SubParsersAction[Parser]"


def parse(argv: Sequence[str], version: str) -> argparse.Namespace:
    """The arguments, checked. Raises `RequestError`; SystemExit after --help and --version as argparse does."""
    parser = Parser(prog="standoff", description=_description(), epilog=_EPILOG, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(metavar="COMMAND", parser_class=Parser)
    for add in (_add_inspect, _add_answers, _add_map, _add_graph, _add_blocks, _add_reports, _add_evidence):
        add(commands)
    _add_explore(commands)
    if argv and not argv[0].startswith("-") and argv[0] not in commands.choices:
        raise RequestError.of(
            f"there is no command `{argv[0]}`", suggest(argv[0], commands.choices, "see `standoff --help`")
        )
    arguments, rest = parser.parse_known_args(argv)
    if rest:
        chosen = commands.choices.get(argv[0], parser)
        raise RequestError.of(f"`{rest[0]}` is not understood here", _place(rest[0], chosen))
    if not hasattr(arguments, "call"):
        parser.error("a command is missing")
    return arguments


def suggest(name: str, candidates: Iterable[str], otherwise: str) -> str:
    """A remedy for a misspelt name."""
    near = difflib.get_close_matches(name, list(candidates), n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else otherwise


def _place(word: str, parser: argparse.ArgumentParser) -> str:
    options = [text for action in parser._actions for text in action.option_strings]
    return suggest(word.partition("=")[0], options, f"see `{parser.prog} --help`")


def _description() -> str:
    return "A workbench for standoffs between states: certified equilibria from one readable file."


def _command(commands: _Subparsers, name: str, call: str, about: str) -> Parser:
    parser = commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.", allow_abbrev=False)
    parser.set_defaults(call=call, json=False)
    return parser


def _takes_file(parser: Parser, more: str = "") -> None:
    parser.add_argument("file", metavar="FILE", help=_FILE + more)
    parser.add_argument("--variant", metavar="NAME", help="a variant that the scenario names")
    parser.add_argument("--max-nodes", type=_positive, metavar="N", help="refuse a larger game (default 20,000)")


def _takes_set(parser: Parser) -> None:
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=_assignment,
        metavar="NAME=VALUE",
        dest="settings",
        help="a parameter's value instead of its base value; may be repeated",
    )


def _takes_json(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def _takes_study(parser: Parser, draws: int | None) -> None:
    text = "number of draws" if draws is None else f"number of draws (default {draws}; 0 for none)"
    kind = _positive if draws is None else _whole
    parser.add_argument("--draws", type=kind, required=draws is None, default=draws, metavar="N", help=text)
    parser.add_argument("--seed", type=_whole, default=1, metavar="S", help="seed of the draws (default 1)")
    parser.add_argument("--workers", type=_positive, metavar="K", help="processes to use (default: all cores)")


def _takes_storage(parser: Parser) -> None:
    parser.add_argument(
        "--sampler", default="sobol", metavar="NAME", help=f"one of {', '.join(SAMPLERS)} (default sobol)"
    )
    parser.add_argument("--out", metavar="DIR", help="store the study in this directory, or go on with the one there")
    parser.add_argument("--fresh", action="store_true", help="with --out: delete the study there and begin anew")
    parser.add_argument("--keep-parameters", action="store_true", help="with --out: store the parameters' values too")
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="a Dask scheduler, or local:N for N separate processes of this machine"
    )


def _add_inspect(commands: _Subparsers) -> None:
    check = _command(commands, "check", "inspect:check", "validate a file; list mistakes, warnings and sizes")
    _takes_file(check)
    _takes_json(check)
    show = _command(commands, "show", "inspect:show", "draw the game tree as text, or into a file")
    _takes_file(show)
    show.add_argument("--svg", metavar="OUT", help="write the tree to this SVG file")
    show.add_argument("--tikz", metavar="OUT", help="write the tree to this TikZ file")
    show.add_argument(
        "--at", default="", metavar="HISTORY", help="draw what follows after this, as in resolved/no_veto"
    )
    about = "write a game, or a ledger of evidence, in another format to standard output"
    export = _command(commands, "export", "inspect:export", about)
    _takes_file(export, f"; with --to {' or '.join(LEDGER_EXPORTS)} a ledger")
    _takes_set(export)
    formats = f"for a game {', '.join(EXPORTS)}; for a ledger {', '.join(LEDGER_EXPORTS)}"
    export.add_argument("--to", required=True, metavar="FORMAT", help=formats)
    library = _command(commands, "library", "inspect:library", "list the library's games, or print one")
    library.add_argument("name", nargs="?", metavar="NAME", help="a game of the library")
    _takes_json(library)
    _command(commands, "schema", "inspect:schema", "print the JSON Schema of scenario files, for editors")


def _add_answers(commands: _Subparsers) -> None:
    solve = _command(commands, "solve", "answer:solve", "find equilibria and certify them")
    _takes_file(solve)
    solve.add_argument(
        "--concept", default="sequential", metavar="C", help=f"one of {', '.join(CONCEPTS)} (default sequential)"
    )
    _takes_set(solve)
    solve.add_argument("--precision", type=float, metavar="L", help="precision of the quantal response (concept logit)")
    solve.add_argument("--limit", type=_positive, metavar="N", help="stop a search after this many profiles")
    solve.add_argument("--all", action="store_true", dest="every", help="print every equilibrium in full")
    solve.add_argument("--svg", metavar="OUT", help="write the tree with the path of play to this SVG file")
    solve.add_argument("--tikz", metavar="OUT", help="write it to this TikZ file")
    solve.add_argument(
        "--at", default="", metavar="HISTORY", help="draw what follows after this, as in resolved/no_veto"
    )
    solve.add_argument("--whole", action="store_true", help="draw the whole tree: fold nothing")
    _takes_json(solve)
    _add_conditions(commands)
    verify = _command(commands, "verify", "answer:verify", "recheck a solution with the verifier alone")
    _takes_file(verify)
    verify.add_argument("solution", metavar="SOLUTION.json", help="what `standoff solve --json` printed")
    _takes_set(verify)
    _takes_json(verify)


def _add_conditions(commands: _Subparsers) -> None:
    about = "derive for which parameters each class of equilibria exists"
    conditions = _command(commands, "conditions", "conditions:conditions", about)
    _takes_file(conditions)
    conditions.add_argument("--class", metavar="NAME", dest="name", help="only this class that the scenario names")
    conditions.add_argument("--for", metavar="PARAM", dest="solve_for", help="solve thresholds for this parameter")
    conditions.add_argument("--latex", action="store_true", help="print a proposition to paste into a paper")
    conditions.add_argument(
        "--seconds", type=_seconds, default=120.0, metavar="S", help="stop after so many seconds (default 120)"
    )
    conditions.add_argument(
        "--knife-edges", action="store_true", help="also list classes that exist only where an equation holds exactly"
    )
    _takes_json(conditions)


def _add_map(commands: _Subparsers) -> None:
    about = "map which classes of equilibria hold over two parameters"
    region = _command(commands, "map", "regions:region_map", about)
    _takes_file(region)
    for axis in ("x", "y"):
        text = f"parameter of the {axis} axis; without bounds, over its range in the scenario"
        region.add_argument(f"--{axis}", required=True, type=_axis, metavar="NAME[:LOW:HIGH]", help=text)
    _takes_set(region)
    region.add_argument(
        "--resolution",
        type=_positive,
        metavar="N",
        help="cells along each axis, up to 400 (default 40; large games 8)",
    )
    region.add_argument("--method", default="auto", metavar="M", help=f"one of {', '.join(MAPS)} (default auto)")
    region.add_argument("--selected", action="store_true", help="also find the selected equilibrium of every cell")
    region.add_argument(
        "--seconds", type=_seconds, default=60.0, metavar="S", help="stop after so many seconds (default 60)"
    )
    region.add_argument("--svg", metavar="OUT", help="write a chart to this SVG file")
    region.add_argument("--csv", metavar="OUT", help="write a table, one row per cell, to this CSV file")
    _takes_json(region)


def _add_graph(commands: _Subparsers) -> None:
    about = "look at the same standoff without an order of moves: which states are stable, for whom"
    graph = _command(commands, "graph", "graph:graph", about)
    _takes_file(graph)
    _takes_set(graph)
    about = "also how often states are stable, over so many draws (default 0: none)"
    graph.add_argument("--draws", type=_whole, default=0, metavar="N", help=about)
    graph.add_argument("--seed", type=_whole, default=1, metavar="S", help="seed of the draws (default 1)")
    about = f"only this notion of {', '.join(NOTIONS)}; may be repeated"
    graph.add_argument("--notion", action="append", default=[], metavar="N", dest="notions", help=about)
    graph.add_argument("--coalitions", action="store_true", help="also what actors can do together")
    _takes_json(graph)


def _add_blocks(commands: _Subparsers) -> None:
    abouts = {
        "unity": "how likely the members of a coalition agree, on whom that depends, and who can block",
        "force": "how large a force can be kept deployed, what holds it down, and what is left without each",
    }
    for name, about in abouts.items():
        report = _command(commands, name, f"{name}:{name}", f"say {about}")
        report.add_argument("file", metavar="FILE", help=f"a scenario with the block `{BLOCKS[name]}`")
        report.add_argument("--variant", metavar="NAME", help="a variant that the scenario names")
        _takes_set(report)
        text = "also over so many draws (default 0: none)"
        report.add_argument("--draws", type=_whole, default=0, metavar="N", help=text)
        report.add_argument("--seed", type=_whole, default=1, metavar="S", help="seed of the draws (default 1)")
        _takes_json(report)
    about = "say from which of several causes it comes that an outcome does not come about"
    parts = _command(commands, "decompose", "decompose:decompose", about)
    _takes_file(parts)
    about = "this outcome, or option of the decision, instead of what the file names; outcomes may be repeated"
    parts.add_argument("--outcome", action="append", default=[], metavar="NAME", dest="outcomes", help=about)
    _takes_set(parts)
    text = "number of draws (default 256; 0: at the base values)"
    parts.add_argument("--draws", type=_whole, default=256, metavar="N", help=text)
    parts.add_argument("--seed", type=_whole, default=1, metavar="S", help="seed of the draws (default 1)")
    _takes_json(parts)


def _add_reports(commands: _Subparsers) -> None:
    run = _command(commands, "run", "report:run", "solve for many draws of the uncertain parameters")
    _takes_file(run)
    _takes_study(run, draws=None)
    _takes_set(run)
    _takes_storage(run)
    _takes_json(run)
    findings = _command(commands, "findings", "report:findings", "say what a stored study shows")
    findings.add_argument("folder", metavar="DIR", help="the directory that `standoff run --out` wrote")
    about = "look at this outcome instead of the most probable ones; may be repeated"
    findings.add_argument("--outcome", action="append", default=[], metavar="NAME", dest="outcomes", help=about)
    about = "also Sobol' indices, from a design of N base points solved anew (a power of two, such as 512)"
    findings.add_argument("--sobol", type=_positive, metavar="N", help=about)
    _takes_json(findings)
    diff = _command(commands, "diff", "findings:diff", "compare two scenarios, variants or stored studies")
    diff.add_argument("first", metavar="A", help="a scenario, FILE@VARIANT, or the directory of a stored study")
    diff.add_argument("second", nargs="?", metavar="B", help="what to compare it with")
    diff.add_argument(
        "--variants",
        nargs=2,
        metavar=("V", "W"),
        help="compare two variants V and W of A (`base`: the file as it stands)",
    )
    diff.add_argument("--draws", type=_positive, default=64, metavar="N", help="number of draws (default 64)")
    diff.add_argument("--seed", type=_whole, default=1, metavar="S", help="seed of the draws (default 1)")
    diff.add_argument("--max-nodes", type=_positive, metavar="N", help="refuse a larger game (default 20,000)")
    _takes_json(diff)
    brief = _command(commands, "brief", "report:brief", "write the brief: one HTML file that opens anywhere")
    _takes_file(brief)
    brief.add_argument("-o", "--output", required=True, metavar="OUT.html", help="the file to write")
    _takes_study(brief, draws=512)


def _add_evidence(commands: _Subparsers) -> None:
    read = _command(commands, "read", "read:read", "propose the statements that a saved page reports")
    read.add_argument("page", metavar="PAGE", help="a saved web page (.html), or text pasted from one")
    read.add_argument("-o", "--output", metavar="LEDGER", help="add what is new to this ledger, changing nothing else")
    read.add_argument("--text", metavar="OUT", help="write the text in which spans count (for web pages)")
    _takes_json(read)
    review = _command(commands, "review", "review:review", "go through the proposals in a ledger one by one")
    review.add_argument("ledger", metavar="LEDGER", help="a ledger of evidence (YAML)")
    review.add_argument("--page", metavar="PAGE", help="the page that was read, to see more and to add statements")
    reliance = _command(
        commands, "reliance", "evidence:reliance", "say what the answer rests on, and what would flip it"
    )
    _takes_file(reliance)
    about = "set aside the claims for which this holds (default: %(default)s)"
    reliance.add_argument("--drop", default="unnamed and origins < 2", metavar="CONDITION", help=about)
    reliance.add_argument("--draws", type=_positive, default=256, metavar="N", help="number of draws (default 256)")
    reliance.add_argument("--seed", type=_whole, default=1, metavar="S", help="seed of the draws (default 1)")
    about = "do not seek the smallest sets of origins that flip the answer, which may take long"
    reliance.add_argument("--no-search", action="store_true", help=about)
    reliance.add_argument("--svg", metavar="OUT", help="write a chart of what setting the claims aside does")
    weigh = _command(commands, "hypotheses", "evidence:hypotheses", "weigh statements against types and classes")
    _takes_file(weigh)
    for parser in (reliance, weigh):
        text = "take origins of unknown independence to be independent"
        parser.add_argument("--independent", action="store_true", help=text)
        _takes_json(parser)


def _add_explore(commands: _Subparsers) -> None:
    about = "open a file in the browser: sliders, tree, maps, studies and evidence on one page"
    explore = _command(commands, "explore", "explore:explore", about)
    _takes_file(explore)
    text = "the port of this machine's own network to listen on (default: one that is free)"
    explore.add_argument("--port", type=_port, default=0, metavar="P", help=text)
    explore.add_argument("--no-open", action="store_true", help="print the address and do not start a browser")
    explore.add_argument("--page", metavar="PAGE", help="the saved page that the ledger was read from, to show it")
    text = "keep nothing of the file among the system's caches for the next start"
    explore.add_argument("--no-cache", action="store_true", help=text)


def _positive(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return number


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above zero")
    return seconds


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from zero on")
    return int(text)


def _port(text: str) -> int:
    number = _whole(text)
    if number > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: ports go up to 65535")
    return number


def _axis(text: str) -> str | tuple[str, str, str]:
    name, *bounds = (part.strip() for part in text.split(":"))
    if not name or len(bounds) not in (0, 2) or not all(bounds):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME or NAME:LOW:HIGH")
    return (name, bounds[0], bounds[1]) if bounds else name


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name.strip() and equals and value.strip()):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE")
    return name.strip(), value.strip()
