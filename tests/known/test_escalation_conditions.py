"""The asymmetric escalation game: derived conditions of the three classes that its file names, against closed forms.

The closed forms are derived by hand from the tree (Hard types escalate last, Soft ones do not; sigma is the probability
that a defender who responded in kind is strategically Hard):

 - *limited response*: tactically Hard defenders respond, nobody escalates. A Hard challenger does not escalate iff
   sigma = pHH / (pHH + pHS) >= (cED - cDD) / (cED - cEE+), and then a Soft one does not; a strategically Hard defender
   does not escalate at once iff pCh >= (dDE - dDC) / (dDE - dEE+); a challenge pays iff pHH + pHS <= (cDC - cSQ) /
   (cDC - cDD).
 - *no response*: all concede; escalating at once does not pay under the same bound on pCh.
 - *escalatory deterrence*: every defender would escalate; always, with an off-path belief in a Soft challenger.
"""

from __future__ import annotations

import pytest
import z3

from known.library_pairs import game_of, scenario_of
from standoff.errors import Mark
from standoff.scenario.parse import parse_expression
from standoff.solve.conditions.derive import conditions
from standoff.solve.conditions.symbols import Dictionary, Symbols, boolean

GAME = "asymmetric_escalation"
CALM = "pHH / (pHH + pHS) >= (cED - cDD) / (cED - cEEp)"
CLOSED = {
    "limited_response": f"{CALM} and pCh >= (dDE - dDC) / (dDE - dEEp) and pHH + pHS <= (cDC - cSQ) / (cDC - cDD)",
    "no_response": "pCh >= (dDE - dDC) / (dDE - dEEp)",
    "escalatory_deterrence": "cDC > cSQ",  # assumed, so: always
}


def differ(name: str, reference: str) -> str:
    """z3's answer to: do some parameters under the assumptions satisfy the derived conditions or these, not both?"""
    result = conditions(game_of(GAME), scenario_of(GAME), name=name)
    (found,) = result.classes
    words, symbols = Dictionary(), Symbols(z3)
    ours = [boolean(z3, words, condition, symbols) for condition in found.conditions]
    ours.append(z3.BoolVal(True, ctx=symbols.context))
    theirs = boolean(z3, words, parse_expression(reference, Mark()), symbols)
    solver = z3.SolverFor("QF_NRA", ctx=symbols.context)
    solver.set("timeout", 30_000)
    solver.add(*(boolean(z3, words, assumption, symbols) for assumption in result.assumptions))
    solver.add(*(fact for atom in list(words.atoms) for fact in words.facts(z3, atom, symbols)))
    solver.add(z3.And(ours) != theirs)
    return str(solver.check())


@pytest.mark.parametrize("name", CLOSED)
def test_named_classes_have_the_conditions_of_the_closed_forms(name: str) -> None:
    assert differ(name, CLOSED[name]) == "unsat"


def test_the_comparison_can_fail() -> None:
    assert differ("no_response", "pCh >= (dDE - dDC) / (dDE - dEEm)") == "sat"
