"""A standoff of about two hundred endings made by hand, and profiles on it, so that drawings need no solver."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np

from standoff.errors import Mark
from standoff.game.game import Game, InformationSet, NumericGame
from standoff.game.tree import build
from standoff.scenario.expression import Expression, evaluate
from standoff.scenario.parse import parse_expression
from standoff.scenario.scenario import (
    NATURE,
    Actor,
    Consideration,
    Move,
    Option,
    Outcome,
    ParameterDefinition,
    Range,
    Scenario,
    VariantSummary,
)
from standoff.solve.assessment import Assessment, assess
from standoff.solve.solution import Equilibrium, Solution
from standoff.solve.verify import Certificate

VALUES = {"p_resolved": 0.4, "p_committed": 0.35, "war": 10.0, "security": 5.0, "audience": 1.5}


def expression(text: str) -> Expression:
    return parse_expression(text, Mark("case", 1, 1))


def move(name: str, actor: str, options: str, *, when: str = "", seen_by: tuple[str, ...] | None = None) -> Move:
    return Move(
        name,
        actor,
        tuple(Option(option, option) for option in options.split()),
        when=expression(when) if when else None,
        seen_by=seen_by,
    )


def chance(name: str, option: str, other: str, probability: str, seen_by: tuple[str, ...]) -> Move:
    options = (
        Option(option, option, probability=expression(probability)),
        Option(other, other, rest=True),
    )
    return Move(name, NATURE, options, seen_by=seen_by, label=f"Nature draws {name}")


def parameter(name: str, about: str, **fields: object) -> ParameterDefinition:
    return replace(ParameterDefinition(name, about, base=Fraction(str(VALUES[name]))), **fields)  # type: ignore[arg-type]


def crisis(**changes: object) -> Scenario:
    """Two types of Russia, two of the United States, eight moves: 220 endings or so."""
    fire = "strike.strike"
    scenario = Scenario(
        title="European troops, with or without consent",
        about="A standoff made by hand for the tests of drawings and briefs.",
        actors=(
            Actor("coalition", "Coalition of the willing"),
            Actor("russia", "Russia"),
            Actor("us", "United States"),
            Actor("ukraine", "Ukraine"),
        ),
        parameters=(
            parameter(
                "p_resolved",
                "Probability that Moscow would strike",
                kind="probability",
                range=Range("pert", (0.2, 0.4, 0.8), text="pert(0.2, 0.4, 0.8)"),
                claims=("C1",),
            ),
            parameter("p_committed", "Probability that Washington would fight", kind="probability"),
            parameter("war", "Cost of war", unit="utility"),
            parameter("security", "Worth of a force", unit="utility"),
            parameter("audience", "Cost of backing down"),
        ),
        moves=(
            chance("resolve", "resolved", "bluffing", "p_resolved", ("russia",)),
            chance("commitment", "committed", "detached", "p_committed", ("us",)),
            move("statement", "coalition", "no_veto consent_first"),
            move("consent", "russia", "grant refuse"),
            move("posture", "coalition", "force monitors aid guarantee"),
            move("strike", "russia", "strike tolerate", when="posture.force or posture.monitors"),
            move("resume", "russia", "resume hold", when="posture.aid or posture.guarantee"),
            move("reaction", "coalition", "retaliate withdraw", when=fire),
            move("backing", "us", "back stay_out", when="reaction.retaliate"),
            move("appeal", "ukraine", "appeal accept", when="resume.resume"),
        ),
        considerations=(
            Consideration("coalition", "security", expression("security * (posture.force + posture.monitors / 4)")),
            Consideration("coalition", "audience", expression("-audience * statement.no_veto * posture.aid")),
            Consideration("coalition", "war", expression("-war * reaction.retaliate * (2 - backing.back)")),
            Consideration("russia", "presence", expression("-security * posture.force * strike.tolerate")),
            Consideration("russia", "war", expression("-war * (reaction.retaliate + backing.back)")),
            Consideration("us", "war", expression("-war * backing.back")),
            Consideration("ukraine", "security", expression("security * posture.force - appeal.appeal")),
        ),
        outcomes=(
            Outcome("direct_war", expression("backing.back"), "War with the United States in it"),
            Outcome("european_war", expression("backing.stay_out"), "War, Europeans alone"),
            Outcome("withdrawal", expression("reaction.withdraw"), "The force leaves under fire"),
            Outcome("deterrence_holds", expression("strike.tolerate"), "Force stays, tolerated"),
            Outcome("resumed_war", expression("resume.resume"), "War resumes"),
            Outcome("cold_peace", expression("resume.hold")),
        ),
        decision="posture",
        variants=(VariantSummary("us_out", "Washington stays out for certain."),),
    )
    return replace(scenario, **changes)  # type: ignore[arg-type]


Chooser = Callable[[InformationSet], Mapping[str, float]]


def timid(infoset: InformationSet) -> Mapping[str, float]:
    """Force goes in without consent; a resolved Russia strikes with probability 3/4, a bluffing one never."""
    knows = dict(infoset.information)
    if infoset.move == "strike":
        strikes = 0.75 if knows["resolve"] == "resolved" else 0.0
        return {"strike": strikes, "tolerate": 1 - strikes}
    wanted = {"statement": "no_veto", "consent": "refuse", "posture": "force", "reaction": "withdraw"}
    chosen = wanted.get(infoset.move, infoset.options[-1])
    return {option: float(option == chosen) for option in infoset.options}


def profile(game: Game, values: Mapping[str, float], choose: Chooser) -> tuple[NumericGame, Assessment]:
    """The assessment in which every option that `choose` leaves out is one tremble."""
    numeric = game.at(values)
    chosen = [choose(infoset)[option] for infoset in game.infosets for option in infoset.options]
    exponents = [Fraction(int(probability == 0)) for probability in chosen]
    logs = np.array([math.log(probability) if probability else 0.0 for probability in chosen])
    return numeric, assess(numeric, exponents, logs)


def equilibrium(
    game: Game, values: Mapping[str, float] = VALUES, choose: Chooser = timid, *, selected: bool = True
) -> Equilibrium:
    """The profile with a certificate written by hand: drawings do not ask whether it is deserved."""
    numeric, assessment = profile(game, values, choose)
    certificate = Certificate("sequential", True, "certified", 1e-12, "", 1e-12, True, "", "", 1e-7)
    return Equilibrium(numeric, assessment, certificate, "by hand", selected)


def solution(scenario: Scenario, *equilibria: Equilibrium, values: Mapping[str, float] = VALUES) -> Solution:
    game = equilibria[0].numeric.game if equilibria else build(scenario)
    return Solution(game, "sequential", "by hand", False, equilibria, scenario=scenario, values=values)


def exact(text: str) -> Fraction:
    return Fraction(evaluate(expression(text), {}))
