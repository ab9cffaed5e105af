"""``standoff solve`` and ``standoff verify``."""

from __future__ import annotations

from argparse import Namespace

from standoff import api
from standoff.cli.output import check_output, say, say_json, tell, width, wrap
from standoff.cli.parser import CONCEPTS, suggest
from standoff.cli.text import certificate_text, solution_text
from standoff.errors import RequestError
from standoff.files import write_whole
from standoff.solve.solution_file import read_solution


def solve(arguments: Namespace) -> int:
    """Find equilibria at the base values; 0 when there is one that is certified."""
    if arguments.concept not in CONCEPTS:
        raise RequestError.of(
            f"no concept is called `{arguments.concept}`",
            suggest(arguments.concept, CONCEPTS, f"use one of {', '.join(CONCEPTS)}"),
        )
    if (arguments.at or arguments.whole) and not (arguments.svg or arguments.tikz):
        option = "--at" if arguments.at else "--whole"
        raise RequestError.of(f"{option} is about a drawing", "give --svg OUT or --tikz OUT as well")
    for target in filter(None, (arguments.svg, arguments.tikz)):
        check_output(arguments.file, target)
    model = api.load(arguments.file, variant=arguments.variant, max_nodes=arguments.max_nodes)
    at = 0
    if arguments.at:
        from standoff.cli.inspect import node_at

        at = node_at(model, arguments.at)
    if model.warnings and not arguments.json:
        tell(f"`standoff check {arguments.file}` has {len(model.warnings)} to warn of")
    solution = api.solve(
        model,
        concept=arguments.concept,
        set=dict(arguments.settings),
        precision=arguments.precision,
        limit=arguments.limit,
    )
    if (arguments.svg or arguments.tikz) and solution.equilibria:
        from standoff.draw.layout import layout
        from standoff.draw.tikz import render_tikz
        from standoff.draw.tree import render_svg

        fold = "none" if arguments.whole else "auto"
        drawing = layout(model.game, solution.first, fold=fold, at=at, scenario=model.scenario)
        for target, render in ((arguments.svg, render_svg), (arguments.tikz, render_tikz)):
            if target:
                write_whole(target, render(drawing))
                tell(f"wrote {target}")
    if arguments.json:
        say_json(solution.to_dict())
    else:
        say(solution_text(solution, width(), every=arguments.every))
    return 0 if solution.equilibria else 1


def verify(arguments: Namespace) -> int:
    """Recheck a solution file; 0 when every equilibrium it claims is certified."""
    claims = read_solution(arguments.solution)
    model = api.load(arguments.file, variant=arguments.variant or claims.variant, max_nodes=arguments.max_nodes)
    verification = api.verify(model, claims, set=dict(arguments.settings))
    if arguments.json:
        say_json(verification.to_dict())
        return 0 if verification.holds else 1
    for number, certificate in enumerate(verification.certificates, start=1):
        say(wrap(f"{number}. {certificate_text(certificate)}", width(), hang="   "))
    if not verification.certificates:
        say("The solution claims no equilibrium, so there is nothing to verify.")
    return 0 if verification.holds else 1
