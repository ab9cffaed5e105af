"""The tests of the verifier, tested: each of these mistakes in its source changes an answer of the battery.

A mutation replaces one snippet that occurs exactly once in one module of the verifier; the modules are compiled afresh
in memory, on top of the mutated one. The battery is `edges` and the false claims made from the hand-made equilibria.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from faults.verdicts import BREAKS, Verdict, edges, informational, known_claims, of
from standoff.errors import StandoffError
from standoff.solve.verify import Certificate, verify

SOURCES = Path(verify.__code__.co_filename).parent
MODULES = GAME, CONSISTENCY, GAINS, VERIFY = (
    "verify_game",
    "verify_consistency",
    "verify_gains",
    "verify",
)  # each may import those before it


@dataclass(frozen=True)
class Mutation:
    name: str
    module: str
    snippet: str
    replacement: str


SHORTFALL = "one_shot = _shortfall(tree, play, value)\n"
REACH = """one_shot = _shortfall(tree, play, value)
    reach = [1.0] * game.n_nodes
    for node in tree.nodes[1:]:
        reach[node] = reach[tree.parent[node]] * play.branch[node]
    here = [sum(reach[x] for x in nodes) for nodes in tree.members]
"""

MUTATIONS = [
    Mutation("life below a dead branch", GAME, "live[parent[node]] and chance[node] > 0", "chance[node] > 0"),
    Mutation("probability zero is alive", GAME, "and chance[node] > 0", "and chance[node] >= 0"),
    Mutation("chance is forgotten", GAME, "tree.chance[node] / by_chance[tree.parent[node]]", "1.0"),
    Mutation("range from zero", GAME, "span = scaled.max(axis=0) - low", "span = scaled.max(axis=0)"),
    Mutation("range of the impossible", GAME, "there = live[game.terminals]", "there = game.terminals >= 0"),
    Mutation("first node stands for its set", GAME, "min(entries), max(entries)", "entries[0], entries[0]"),
    Mutation("subgames ignore earlier nodes", GAME, "low[node] >= entry[node] and ", ""),
    Mutation("subgames ignore later nodes", GAME, " and high[node] < entry[node] + size[node]", ""),
    Mutation("everyone remembers", GAME, "last[node] == last[nodes[0]]", "True"),
    Mutation("probabilities above one", CONSISTENCY, " and own.max() <= 1", ""),
    Mutation("probabilities below zero", CONSISTENCY, "own.min() >= 0 and own.max()", "own.max()"),
    Mutation(
        "strategies in void sets matter",
        CONSISTENCY,
        "if nodes and not (np.isfinite(own).all() and own.min() >= 0 and own.max() <= 1)",
        "if not (np.isfinite(own).all() and own.min() >= 0 and own.max() <= 1)",
    ),
    Mutation(
        "strategies need not sum to one",
        CONSISTENCY,
        'SUM_TOLERANCE:\n            return Fault("strategy"',
        '1e-3:\n            return Fault("strategy"',
    ),
    Mutation(
        "beliefs need not sum to one",
        CONSISTENCY,
        'SUM_TOLERANCE:\n            return Fault("beliefs"',
        '1e-3:\n            return Fault("beliefs"',
    ),
    Mutation("beliefs below zero", CONSISTENCY, "own.min() >= 0):", "own.min() >= -1):"),
    Mutation("beliefs where nothing is", CONSISTENCY, "& (beliefs > 0)", "& (beliefs > 9)"),
    Mutation(
        "no witness needed", CONSISTENCY, "    if witness is None:\n", "    if witness is None:\n        return None\n"
    ),
    Mutation("exponents below zero", CONSISTENCY, " or c < 0", ""),
    Mutation("exponents need not be exact", CONSISTENCY, "not isinstance(c, Rational) or", ""),
    Mutation("unused options may cost nothing", CONSISTENCY, "(c == 0) != (p > 0)", "c != 0 and p > 0"),
    Mutation("used options may cost", CONSISTENCY, "(c == 0) != (p > 0)", "c == 0 and p == 0"),
    Mutation("infinite coefficients", CONSISTENCY, "not math.isfinite(log_k)", "math.isnan(log_k)"),
    Mutation("coefficient need not be the probability", CONSISTENCY, "p > 0 and not abs", "p > 9 and not abs"),
    Mutation(
        "W2 is ignored",
        CONSISTENCY,
        "cost, weight, believed) for infoset in existing",
        "cost, weight, believed) for infoset in ()",
    ),
    Mutation(
        "W3 is ignored",
        CONSISTENCY,
        "infoset, weight, believed) for infoset in existing",
        "infoset, weight, believed) for infoset in []",
    ),
    Mutation("mixing passes as pure", VERIFY, 'concept == "pure" and not wrong', "wrong and not wrong"),
    Mutation("dearest instead of cheapest", CONSISTENCY, "least = min(", "least = max("),
    Mutation("beliefs in dear nodes", CONSISTENCY, "beliefs[node] > 0 and cost[node] != least", "False"),
    Mutation("no belief in a cheap node", CONSISTENCY, "beliefs[node] == 0 and cost[node] == least", "False"),
    Mutation("zero is never a rounded belief", CONSISTENCY, ">= _LOG_TINY", ">= -math.inf"),
    Mutation("W3 by a thousandth", CONSISTENCY, "<= RATIO_TOLERANCE + 1e-323", "<= 1e-3 + 1e-323"),
    Mutation("subnormal beliefs to nine digits", CONSISTENCY, " + 1e-323 / beliefs[node]", ""),
    Mutation(
        "costs in floats",
        CONSISTENCY,
        "int(Fraction(witness.exponents[slot]) * denominator)",
        "float(witness.exponents[slot])",
    ),
    Mutation("weights in floats", CONSISTENCY, "return numerator * _UNIT // denominator", "return value * _UNIT"),
    Mutation(
        "coefficients off the support are one", CONSISTENCY, "else float(witness.log_coefficients[slot])", "else 0.0"
    ),
    Mutation("priors are equal", CONSISTENCY, "weight[above] + _units(math.log(tree.chance[node]))", "weight[above]"),
    Mutation(
        "off the path does not count", GAINS, SHORTFALL, REACH + "    one_shot = one_shot * [r > 0 for r in here]\n"
    ),
    Mutation("gains are weighted by reach", GAINS, SHORTFALL, REACH + "    one_shot = one_shot * here\n"),
    Mutation("worst option instead of best", GAINS, "np.maximum.at(best", "np.minimum.at(best"),
    Mutation("rare options are not used", GAINS, "used = play.probability > 0", "used = play.probability > 1e-6"),
    Mutation("all nodes are believed", GAINS, "beliefs[above] * play.values", "play.values"),
    Mutation(
        "everybody is the first actor", GAINS, "play.values[after, tree.game.actor[above]]", "play.values[after, 0]"
    ),
    Mutation(
        "a gain equal to the tolerance fails",
        GAINS,
        "not one_shot[largest] <= tolerance",
        "not one_shot[largest] < tolerance",
    ),
    Mutation(
        "nothing compares with no number", GAINS, "not one_shot[largest] <= tolerance", "one_shot[largest] > tolerance"
    ),
    Mutation("continuations are ignored", GAINS, "if not excess[worst] <= 0", "if False"),
    Mutation("continuations have one step", GAINS, "tolerance * np.maximum(stages, 1)", "tolerance"),
    Mutation("own beliefs at every later set", GAINS, "if not mismatch <= tolerance / 10", "if False"),
    Mutation("worst reply", GAINS, "+= max(total[", "+= min(total["),
    Mutation("arrivals count whole", GAINS, "arriving * total[n_slots + index]", "total[n_slots + index]"),
    Mutation("own moves are given", GAINS, "(1.0 if chosen else play.branch[node])", "play.branch[node]"),
    Mutation("two choices at one crossing", GAINS, "flow[node] = 0.0", "pass"),
    Mutation("worst pure strategy", GAINS, "table.max()", "table.min()"),
    Mutation("logit in shares of the range", GAINS, "precision * tree.span[actor]", "precision"),
    Mutation(
        "logit probabilities that underflow",
        GAINS,
        "np.where(own > tolerance, log_p[options], log_reply)",
        "log_p[options]",
    ),
    Mutation("pure is as loose as mixed", VERIFY, "PURE_TOLERANCE if pure else", "MIXED_TOLERANCE if pure else"),
    Mutation("mixed is as tight as pure", VERIFY, "else MIXED_TOLERANCE", "else PURE_TOLERANCE"),
    Mutation("no gain needs a tolerance", VERIFY, "[] if gain <= tolerance", "[] if gain < tolerance"),
    Mutation("only the whole game is a subgame", VERIFY, "subgame_roots(tree) if in_subgames else [0]", "[0]"),
    Mutation("Nash in every subgame", VERIFY, "subgame_roots(tree) if in_subgames else [0]", "subgame_roots(tree)"),
    Mutation(
        "gain before consistency",
        VERIFY,
        "([fault] if fault else []) + list(found.faults)",
        "list(found.faults) + ([fault] if fault else [])",
    ),
    Mutation("recall as the game claims", VERIFY, "game.perfect_recall and all(recalls)", "game.perfect_recall"),
    Mutation("recall as it looks", VERIFY, "game.perfect_recall and all(recalls)", "all(recalls)"),
    Mutation("any order will do", VERIFY, "elif not game.ordered", "elif False"),
    Mutation("any number of strategies", VERIFY, "> STRATEGY_LIMIT:", "> 10**9:"),
]


@cache
def source(module: str) -> str:
    return (SOURCES / f"{module}.py").read_text(encoding="utf-8")


def compiled(mutation: Mutation | None) -> Callable[..., Certificate]:
    """`verify` of a verifier whose modules are compiled afresh, one of them mutated."""
    names = [f"standoff.solve.{module}" for module in MODULES]
    kept = {name: sys.modules.get(name) for name in names}
    try:
        for module, name in zip(MODULES, names, strict=True):
            text = source(module)
            if mutation is not None and mutation.module == module:
                text = text.replace(mutation.snippet, mutation.replacement)
            fresh = ModuleType(name)
            sys.modules[name] = fresh
            exec(compile(text, f"<{module}>", "exec"), fresh.__dict__)
        return fresh.__dict__["verify"]
    finally:
        for name, original in kept.items():
            sys.modules.pop(name)
            if original is not None:
                sys.modules[name] = original


@cache
def battery() -> list[Verdict]:
    false = [case for made in known_claims() for breaking in BREAKS for case in breaking(made)]
    return edges() + informational() + [of(made, "holds", "") for made in known_claims()] + false[::3]


def answer(judge: Callable[..., Certificate], case: Verdict) -> str:
    """The condition named; a mistake that stops the verifier counts as an answer too."""
    try:
        return judge(case.numeric, case.assessment, case.concept, **case.numbers).failed
    except (StandoffError, ArithmeticError, ValueError, TypeError, IndexError, KeyError, AttributeError) as stopped:
        return f"stopped: {stopped!r}"


def test_the_battery_holds_of_the_verifier_as_it_is() -> None:
    fresh = compiled(None)
    assert fresh is not verify
    wrong = [(case.name, case.failed, got) for case in battery() if (got := answer(fresh, case)) != case.failed]
    assert wrong == []


def test_mutations_are_named_once() -> None:
    assert len(MUTATIONS) >= 20
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_the_battery_finds(mutation: Mutation) -> None:
    assert source(mutation.module).count(mutation.snippet) == 1, "the snippet must occur exactly once"
    assert mutation.replacement != mutation.snippet
    mutant = compiled(mutation)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert any(answer(mutant, case) != case.failed for case in battery()), "no case changes its answer"
