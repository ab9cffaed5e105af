"""Conditions of library games, derived, against the conditions that the models are known by.

The reference conditions are written here from the models' closed forms and compared by z3 under the assumptions of the
scenario, as formulas and not as text. Besides, on random parameters the classes whose conditions hold are exactly those
that the enumeration at numbers certifies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
import z3

from known.library_pairs import game_of, scenario_of
from standoff.errors import Mark
from standoff.scenario.expression import Expression, evaluate
from standoff.scenario.parse import parse_expression
from standoff.scenario.values import base_values
from standoff.solve.classes.enumerate import all_classes
from standoff.solve.conditions.derive import ClassConditions, ConditionsResult, conditions
from standoff.solve.conditions.symbols import Dictionary, Symbols, boolean


@dataclass(frozen=True)
class Known:
    """A library game, its classes' conditions by name (or by what is played), and where these come from."""

    game: str
    conditions: Mapping[str, str]
    number: int  # of classes that exist on more than a knife edge


C_HARD, C_SOFT, D_T = "(cDC - cSQ) / (cDC - cDDp)", "(cDC - cSQ) / (cDC - cCD)", "(dCD - dDC) / (dCD - dDDm)"
ALPHA, BETA = "(aDC - aSQ) / (aDC - aDDp)", "(bCD - bSQ) / (bCD - bDDp)"
ALPHA_SEP = "(aDC - aSQ) / ((aDC - aSQ) + (aCD - aDDm))"
BETA_SEP = "(bCD - bSQ) / ((bCD - bSQ) + (bDC - bDDm))"
R_STAR = "(E_forced - E_none) / (E_forced - E_war)"
WEAK_SAYS = "weak * theta / (weak * theta + (1 - weak) * (1 - theta)) >= (cL + cA) / (cH + cA)"
TOUGH_SAYS = "weak * (1 - theta) / (weak * (1 - theta) + (1 - weak) * theta) <= (cL + cA) / (cH + cA)"
# P1 demands the high share iff P(weak | message) is at least (cL + cA) / (cH + cA). Given what each signal says of
# the weak party, the mediator must rather see the high demand after looks_weak and rather not after looks_tough.
GAINS = "beta * ({w} * (cH - cL) - (1 - {w}) * (cA + cL)) {sign} kappa * (1 - {w})"
P_WEAK = "(weak * theta / (weak * theta + (1 - weak) * (1 - theta)))"
P_TOUGH = "(weak * (1 - theta) / (weak * (1 - theta) + (1 - weak) * theta))"
TRUTHFUL = " and ".join([WEAK_SAYS, TOUGH_SAYS, GAINS.format(w=P_WEAK, sign=">="), GAINS.format(w=P_TOUGH, sign="<=")])

KNOWN = [
    Known(
        "rudimentary_deterrence",
        {"deterrence": "pB >= (aDC - aSQ) / (aDC - aDD)", "attack": "pB <= (aDC - aSQ) / (aDC - aDD)"},
        2,
    ),
    Known(
        "unilateral_deterrence",
        {
            "certain_deterrence": f"pDef >= {C_HARD}",
            "separating": f"{C_SOFT} <= pDef <= {C_HARD}",
            "attack": f"pDef <= {C_SOFT} and pCh >= {D_T}",
            "bluff": f"pDef < {C_SOFT} and pCh < {D_T}",
            "steadfast_deterrence": "true",
        },
        6,  # steadfast deterrence also with a soft defender that mixes
    ),
    Known(
        "generalised_mutual_deterrence",
        {
            "deterrence": f"pB >= {ALPHA} and pA >= {BETA}",
            "separating": f"pB >= {ALPHA_SEP} and pA >= {BETA_SEP}",
            "bluff": f"pB < {ALPHA_SEP} and pA < {BETA_SEP}",
            "hybrid": f"pB > {ALPHA} and pA > {BETA}",
        },
        10,  # and three for each side that attacks
    ),
    Known(
        "consent_deployment",
        {
            "veto_respected": f"E_war >= E_wd and pi >= {R_STAR}",
            "semi_separating": f"E_war >= E_wd and pi < {R_STAR}",
            "consent_pool": "E_war >= E_wd",
        },
        5,  # and pooling on consent where the coalition mixes; all veto where it would withdraw
    ),
    Known(
        "beer_quiche",
        {"pool_beer": "pS >= rd / (rd + rn)", "pool_quiche": "pS >= rd / (rd + rn)"},
        5,  # both also with a mixed threat; one semi-separating
    ),
    Known("mediator", {"truthful": TRUTHFUL}, 24),
    Known("chain_store", {"reputation": "delta <= b ** 2"}, 6),
]
# A type v fights where p v - cD is at least what yielding gives: -m after tying hands, 0 otherwise.
TIED = "p * vL - cD <= -m and p * vM - cD >= -m and p * vM - cD <= 0 and p * vH - cD >= 0"
SUNK = "p * vM - cD <= 0 and p * vH - cD >= 0"
ONE_CLASS = [
    # With the meek deterred: v gains (1 - pi) v + pi (p v - cD) by a signal that it stands by, (1 - pi) v - pi m else.
    ("tying_hands", "no_bluffing", f"{TIED} and (1 - pi) * vM + pi * (p * vM - cD) >= 0 and (1 - pi) * vL <= pi * m"),
    ("tying_hands", "no_signal", f"{TIED} and (qL + qM) * vC + (1 - qL - qM) * wC_meek >= 0"),
    (
        "sinking_costs",
        "no_bluffing",
        f"{SUNK} and (1 - pi) * vH + pi * (p * vH - cD) - m >= p * vH - cD and (1 - pi) * vM <= m",
    ),
    ("sinking_costs", "no_signal", f"{SUNK} and (qL + qM) * vC + (1 - qL - qM) * wC_meek >= 0"),
]


@cache
def derived(name: str) -> ConditionsResult:
    return conditions(game_of(name), scenario_of(name))


def equivalent(found: ClassConditions, reference: str, assumptions: tuple[Expression, ...]) -> bool:
    """Whether z3 proves that no parameters under the assumptions satisfy one and not the other."""
    words, symbols = Dictionary(), Symbols(z3)
    context = symbols.context
    ours = z3.And([boolean(z3, words, c, symbols) for c in found.conditions] + [z3.BoolVal(True, ctx=context)])
    theirs = boolean(z3, words, parse_expression(reference, Mark()), symbols)
    solver = z3.SolverFor("QF_NRA", ctx=context)
    solver.set("timeout", 30_000)
    solver.add(*(boolean(z3, words, assumption, symbols) for assumption in assumptions))
    solver.add(*(fact for atom in list(words.atoms) for fact in words.facts(z3, atom, symbols)))
    solver.add(ours != theirs)
    return bool(solver.check() == z3.unsat)


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.game)
def test_derived_conditions_are_equivalent_to_the_known_ones(known: Known) -> None:
    result = derived(known.game)
    assert result.complete
    assert len(result.classes) == known.number
    by_name = {entry.name: entry for entry in result.classes}
    for name, reference in known.conditions.items():
        assert equivalent(by_name[name], reference, result.assumptions), name


@pytest.mark.parametrize(("game", "name", "reference"), ONE_CLASS)
def test_one_class_can_be_asked_for(game: str, name: str, reference: str) -> None:
    result = conditions(game_of(game), scenario_of(game), name=name)
    (found,) = result.classes
    assert found.name == name
    assert not result.complete  # of the other classes nothing is said
    assert equivalent(found, reference, result.assumptions)


def test_truthful_mediation_at_even_odds_needs_the_known_bias() -> None:
    """With weak = 1/2 and messages that move the demand: the bound on beta that the model is known by."""
    result = derived("mediator")
    truthful = next(entry for entry in result.classes if entry.name == "truthful")
    wide = "theta * cH - (1 - theta) * cA - cL"
    even = [parse_expression(text, Mark()) for text in ("weak == 1 / 2", f"{wide} > 0")]
    reference = f"{TOUGH_SAYS} and beta >= (1 - theta) * kappa / ({wide})"
    assert equivalent(truthful, reference, (*result.assumptions, *even))


def test_equivalence_can_fail() -> None:
    result = derived("rudimentary_deterrence")
    attack = next(entry for entry in result.classes if entry.name == "attack")
    assert not equivalent(attack, "pB < (aDC - aSQ) / (aDC - aDD)", result.assumptions)


def draws(name: str, count: int, seed: int) -> list[dict[str, Fraction]]:
    """Parameters around the base values (probabilities anywhere) that satisfy the assumptions."""
    scenario, rng = scenario_of(name), np.random.default_rng(seed)
    base = base_values(scenario, {})
    result: list[dict[str, Fraction]] = []
    while len(result) < count:
        width = rng.choice([0.1, 0.3, 0.6])
        point = {}
        for parameter in scenario.parameters:
            value = float(base[parameter.name]) * np.exp(width * rng.normal()) + width * rng.normal() / 2
            value = rng.uniform() if parameter.kind == "probability" else value
            point[parameter.name] = Fraction(round(1_000_000 * value), 1_000_000)
        if all(evaluate(assumption, point) for assumption in derived(name).assumptions):
            result.append(point)
    return result


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.game)
def test_on_random_parameters_the_conditions_give_what_enumeration_certifies(known: Known) -> None:
    game = game_of(known.game)
    for point in draws(known.game, 40, 5):
        said = {
            tuple(sorted(entry.supports.items()))
            for entry in derived(known.game).classes
            if all(evaluate(condition, point) for condition in entry.conditions)
        }
        found = all_classes(game.at({name: float(value) for name, value in point.items()}), with_intervals=False)
        assert found.complete
        sets = game.infosets
        certified = {
            tuple(sorted((sets[h].name, tuple(sets[h].options[o] for o in s)) for h, s in entry.supports.items()))
            for entry in found.classes
        }
        assert said == certified, point


def test_mixed_probabilities_are_those_of_the_closed_form() -> None:
    bluff = next(entry for entry in derived("unilateral_deterrence").classes if entry.name == "bluff")
    attacks = bluff.probabilities["initiate[challenger_type=soft]"]["defect"]
    resists = bluff.probabilities["respond[defender_type=soft, initiate=defect]"]["defect"]
    x = parse_expression(f"pCh * (1 - {D_T}) / ((1 - pCh) * {D_T})", Mark())
    y = parse_expression(f"({C_SOFT} - pDef) / (1 - pDef)", Mark())
    for point in draws("unilateral_deterrence", 20, 6):
        assert evaluate(attacks, point) == evaluate(x, point)
        assert evaluate(resists, point) == evaluate(y, point)


def test_a_continuum_has_bounds() -> None:
    """Steadfast deterrence with a soft defender that mixes: pDef + (1 - pDef) y >= cH, and nothing else."""
    result = derived("unilateral_deterrence")
    mixed = next(entry for entry in result.classes if "or" in entry.name and not entry.conditions)
    low, high = mixed.probabilities["respond[defender_type=soft, initiate=defect]"]["defect"]
    expected = parse_expression(f"max(0, ({C_HARD} - pDef) / (1 - pDef))", Mark())
    for point in draws("unilateral_deterrence", 20, 7):
        assert evaluate(low, point) == evaluate(expected, point)
        assert evaluate(high, point) == 1
