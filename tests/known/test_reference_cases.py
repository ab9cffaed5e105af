"""Every reference case that has a tree, solved and verified through its .efg file and the library's file alike.

Strategies, beliefs and outcome distributions are those of the cases, which were checked in exact fractions by another
program. What the lists leave out, or hold in a weaker sense than this package, stands in the tables below with the
reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from known.library_pairs import PAIRS, all_cases
from known.reference import (
    FILES,
    Source,
    answer,
    certified,
    is_pure,
    listed,
    listed_beliefs,
    rounded,
    source,
    tree_cases,
)
from standoff.game.game import Floats
from standoff.solve.assessment import Assessment, assess
from standoff.solve.consistency import log_coefficients_for, witness_for_supports
from standoff.solve.verify import verify

cases = pytest.mark.parametrize("case_id", tree_cases())
files = pytest.mark.parametrize("file", FILES)

STEADFAST = (
    ("DefH", "DefS", "Ch2H", "Ch2S"),
    "both types of Defender must think the same of a Challenger who attacks; and a Challenger who attacks and is "
    "resisted by both types has learnt nothing, so its belief stays at the prior",
)
# Equilibria whose listed beliefs are weak perfect Bayesian only: no trembles give what they hold at the information
# sets named, and why. The rest of their beliefs is consistent, and their strategies are sequential with other beliefs.
WEAK_BELIEFS = {
    ("udg-separating-pub", "Steadfast deterrence"): STEADFAST,
    ("udg-bluff-pub", "Steadfast deterrence"): STEADFAST,
    ("kydd-biased-pub", "babbling"): (
        ("P1@sayTough",),
        "the mediator sees a signal, not the type: after a message not sent, both types behind a signal stay possible",
    ),
    ("kw2-mix-pub", "K-W"): (
        ("E1@out",),
        "an entrant who stays out knows nothing of the monopolist: the belief after it is the prior, not `weak`",
    ),
    ("fearon97-tie-pub", "no-bluff"): (
        ("Def2_M@none", "Def2_Hh@none"),
        "both types of Challenger challenge one who sends nothing: its own deviation leaves the Defender at the prior",
    ),
}

# Pure equilibria that a complete list leaves out because they are a listed one with words exchanged: the messages of
# a cheap-talk game mean what the receiver makes of them, so exchanging both messages everywhere changes nothing.
EXCHANGED = {"kydd-biased-pub": {"sayWeak": "sayTough", "sayTough": "sayWeak", "P1@sayWeak": "P1@sayTough"}}

# Selected equilibria that are not listed, each with the listed one of the same outcome and the reason why it is one.
UNLISTED = {
    "kydd-biased-pub": (
        "babbling",
        "the mediator sends both messages with the same odds after either signal, so that they say nothing: beliefs "
        "stay at the prior, at which the high demand is best, as in the listed babbling that sends one message only",
    )
}


@cases
def test_the_case_has_a_file_of_each_kind_with_the_same_decision_nodes(case_id: str) -> None:
    assert case_id in {pair.case for pair in PAIRS}
    efg, library = (source(case_id, file) for file in FILES)
    assert set(efg.places()) == set(library.places())
    assert set(efg.infoset.values()) == set(library.infoset.values())


# --- (i) the verifier accepts what is listed -------------------------------------------------------------------------


@files
@cases
def test_listed_strategies_are_certified(case_id: str, file: str) -> None:
    own = source(case_id, file)
    for entry in listed(case_id):
        behaviour = own.behaviour(entry["strategies"])
        assert own.outcomes(behaviour) == rounded(entry["outcomes"]), entry["name"]
        found = certified(own, behaviour)
        np.testing.assert_allclose(found.behaviour, behaviour, atol=1e-12)
        if is_pure(entry):
            assert verify(own.numeric, found, "pure").holds


@files
@cases
def test_listed_beliefs_are_consistent_unless_they_are_weak(case_id: str, file: str) -> None:
    own = source(case_id, file)
    for entry in listed(case_id):
        beliefs = listed_beliefs(case_id, file, entry)
        behaviour = own.behaviour(entry["strategies"])
        with_listed = believed(case_id, file, behaviour, beliefs)
        if (case_id, entry["name"]) not in WEAK_BELIEFS:
            assert with_listed is not None, entry["name"]
            certificate = verify(own.numeric, with_listed, "sequential")
            assert certificate.holds, f"{entry['name']}: {certificate.reason}"
            continue
        assert with_listed is None, entry["name"]
        culprits = {own.numbers[name] for name in WEAK_BELIEFS[case_id, entry["name"]][0]}
        others = set(range(len(own.numeric.members))) - culprits
        assert trembles_for(own, behaviour, beliefs, culprits) is None
        assert trembles_for(own, behaviour, beliefs, others) is not None
        other = certified(own, behaviour)
        refused = verify(own.numeric, Assessment(behaviour, beliefs, other.witness), "sequential")
        assert refused.failed in ("W2", "W3")
        assert not refused.consistent


def believed(case_id: str, file: str, behaviour: Floats, beliefs: Floats) -> Assessment | None:
    """The strategy with the listed beliefs and trembles for their supports; None where no trembles give these."""
    own = source(case_id, file)
    exponents = trembles_for(own, behaviour, beliefs, set(range(len(own.numeric.members))))
    if exponents is None:
        return None
    implied = assess(own.numeric, exponents, log_coefficients_for(own.numeric, exponents, behaviour, beliefs))
    np.testing.assert_allclose(implied.beliefs, beliefs, atol=2e-6)  # thirds are decimals in one file
    return implied


def trembles_for(own: Source, behaviour: Floats, beliefs: Floats, infosets: set[int]) -> tuple[Fraction, ...] | None:
    """Exponents of trembles for the supports of the beliefs at these information sets, if there are any."""
    members = own.numeric.members
    supports = {h: frozenset(node for node in members[h].tolist() if beliefs[node] > 0) for h in infosets}
    return witness_for_supports(own.numeric, behaviour > 0, supports)


# --- (ii) the enumeration finds what a complete list has, and nothing else -------------------------------------------


def exchanged(strategies: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """A strategy with information sets and options exchanged, their order as it was."""
    both = {**words, **{new: old for old, new in words.items()}}
    moved = {both.get(name, name): {both.get(o, o): p for o, p in own.items()} for name, own in strategies.items()}
    return {name: {option: moved[name][option] for option in own} for name, own in strategies.items()}


@files
@cases
def test_pure_equilibria_are_those_listed(case_id: str, file: str) -> None:
    own, found = source(case_id, file), answer(case_id, file, "pure")
    assert found.complete
    strategies = [entry["strategies"] for entry in listed(case_id) if is_pure(entry)]
    if case_id in EXCHANGED:
        strategies += [exchanged(strategy, EXCHANGED[case_id]) for strategy in strategies]
    played = [own.behaviour(strategy) for strategy in strategies]
    ours = [equilibrium.assessment.behaviour for equilibrium in found.equilibria]
    for behaviour in played:
        assert any(np.array_equal(behaviour, other) for other in ours)
    if all_cases()[case_id]["complete_list"]:
        assert {(own.outcomes(b), own.on_path(b)) for b in ours} == {(own.outcomes(b), own.on_path(b)) for b in played}


# --- (iii) the selected equilibrium is listed, or is one that the list does not exclude ------------------------------


@files
@cases
def test_the_selected_equilibrium_is_listed_or_explained(case_id: str, file: str) -> None:
    own, found = source(case_id, file), answer(case_id, file, "sequential")
    chosen = next(equilibrium for equilibrium in found.equilibria if equilibrium.selected)
    assert chosen.certificate.holds
    behaviour = chosen.assessment.behaviour
    same_play = {
        entry["name"]
        for entry in listed(case_id)
        if own.outcomes(behaviour) == rounded(entry["outcomes"])
        and own.on_path(behaviour) == own.on_path(own.behaviour(entry["strategies"]))
    }
    if case_id not in UNLISTED:
        assert same_play
        return
    name, _ = UNLISTED[case_id]
    assert not same_play
    entry = next(entry for entry in listed(case_id) if entry["name"] == name)
    assert own.outcomes(behaviour) == rounded(entry["outcomes"])


@files
def test_the_unlisted_babbling_says_nothing(file: str) -> None:
    """By hand: equal odds of a message after either signal, and a prior at which the high demand is best."""
    if not all_cases():
        pytest.skip("the reference cases are not beside this checkout")
    own, found = source("kydd-biased-pub", file), answer("kydd-biased-pub", file, "sequential")
    chosen = next(equilibrium for equilibrium in found.equilibria if equilibrium.selected).assessment
    game, odds = own.numeric.game, {}
    for name, h in own.numbers.items():
        odds[name] = chosen.behaviour[game.options(h)]
    np.testing.assert_allclose(odds["M@sW"], odds["M@sT"], atol=1e-6)
    assert 0 < odds["M@sW"][0] < 1
    stated = {name: Fraction(value) for name, value in own.case["parameters"].items()}
    # the high demand pays where P(weak) >= (cL + cA) / (cH + cA), and P(weak) stays at p
    assert stated["p"] > (stated["cL"] + stated["cA"]) / (stated["cH"] + stated["cA"])
    for name in ("P1@sayWeak", "P1@sayTough"):
        np.testing.assert_allclose(odds[name], [1, 0], atol=1e-9)


# --- (iv) the two files are one game ---------------------------------------------------------------------------------


@cases
def test_both_files_give_the_same_answers(case_id: str) -> None:
    selected, pure = [], []
    for file in FILES:
        own = source(case_id, file)
        chosen = next(found for found in answer(case_id, file, "sequential").equilibria if found.selected)
        selected.append(dict(own.outcomes(chosen.assessment.behaviour)))
        behaviours = [found.assessment.behaviour for found in answer(case_id, file, "pure").equilibria]
        pure.append({(own.outcomes(b), own.on_path(b)) for b in behaviours})
    assert selected[0] == pytest.approx(selected[1], abs=2e-5)
    assert pure[0] == pure[1]
