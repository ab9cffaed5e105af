"""The real case in examples/consent: what its file promises a reader, checked against hand calculation.

Payoffs below are worked out by hand from the modes of the ranges as written in the file (the base values); nothing here
repeats an answer of the program. Draws are plain independent ones, made here and not by the study's sampler.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from pathlib import Path

import numpy as np
import pytest

from standoff.game.game import CHANCE, Floats, Game
from standoff.game.tree import build, build_with_warnings
from standoff.scenario.expression import evaluate
from standoff.scenario.load import load_scenario
from standoff.scenario.scenario import UNNAMED, ParameterDefinition, Range, Scenario
from standoff.scenario.values import base_values

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "consent"
FILE = FOLDER / "scenario.yaml"
VARIANTS = (
    "moscow_means_it",
    "moscow_bluffs",
    "washington_commits",
    "washington_leaves",
    "no_strike",
    "no_price",
    "silent",
)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(FILE)


@pytest.fixture(scope="module")
def game(scenario: Scenario) -> Game:
    return build(scenario)


def _bounds(span: Range) -> tuple[float, float]:
    assert span.family in ("pert", "uniform", "triangular"), "every range of this file has two ends"
    return span.arguments[0], span.arguments[-1]


def _draw(span: Range, draws: int, rng: np.random.Generator) -> Floats:
    low, high = _bounds(span)
    if span.family == "uniform":
        return rng.uniform(low, high, draws)
    mode = span.arguments[1]
    return low + (high - low) * rng.beta(
        1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low), draws
    )


def _sample(scenario: Scenario, draws: int, seed: int) -> dict[str, Floats]:
    rng = np.random.default_rng(seed)
    return {
        definition.name: _draw(definition.range, draws, rng)
        if definition.range is not None
        else np.full(draws, float(definition.base or 0))
        for definition in scenario.parameters
    }


def _corners(scenario: Scenario, draws: int, seed: int) -> dict[str, Floats]:
    """All ranges low, all high, and random corners; every other draw uses the range `without` the claims."""
    rng = np.random.default_rng(seed)
    values = {}
    for definition in scenario.parameters:
        high = rng.random(draws) < 0.5
        high[:2], high[2:4] = False, True
        column = np.full(draws, float(definition.base or 0))
        for first, span in enumerate((definition.range, definition.without or definition.range)):
            if span is not None:
                low_end, high_end = _bounds(span)
                column[first::2] = np.where(high, high_end, low_end)[first::2]
        values[definition.name] = column
    return values


def _written(scenario: Scenario) -> list[ParameterDefinition]:
    """The parameters that stand in the file, without what blocks work out."""
    return [definition for definition in scenario.parameters if "." not in definition.name]


def _chance_sums(game: Game, table: Floats) -> Floats:
    """[draw, chance node] what the probabilities of the branches add up to."""
    nodes = np.flatnonzero(game.kind == CHANCE)
    return np.stack(
        [table[:, game.chance_expression[list(game.children(int(node)))]].sum(axis=1) for node in nodes], axis=1
    )


def _unexpected(scenario: Scenario) -> list[str]:
    """Warnings, except that claims have no ledger to point into for as long as the file names none."""
    texts = [str(problem) for problem in scenario.warnings]
    return [text for text in texts if scenario.ledger is not None or "there is no ledger" not in text]


def test_loads_without_warnings(scenario: Scenario) -> None:
    assert _unexpected(scenario) == []
    _, warnings = build_with_warnings(scenario)
    assert warnings == ()


def test_size_is_as_the_readme_says(game: Game) -> None:
    endings, sets = len(game.terminals), len(game.infosets)
    assert 150 <= endings <= 260
    assert game.n_nodes < 1000
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert f"{endings} endings, {game.n_nodes} nodes and {sets} information sets" in readme


def test_every_ending_is_named_and_every_name_is_used(scenario: Scenario, game: Game) -> None:
    assert UNNAMED not in game.outcomes
    assert game.outcomes == tuple(outcome.name for outcome in scenario.outcomes)
    assert set(game.outcome.tolist()) == set(range(len(game.outcomes)))


def test_every_parameter_says_what_why_and_on_what_evidence(scenario: Scenario) -> None:
    written = _written(scenario)
    assert 25 <= len(written) <= 61
    for definition in written:
        about = " ".join(definition.about.split())
        what, *parts = re.split(r" (?=Range: |Evidence: |Would change: )", about)
        labels = [part.split(":")[0] for part in parts]
        assert what, definition.name
        assert labels == ["Range", "Evidence", "Would change"], definition.name
        if definition.claims:
            assert all(claim in parts[1] for claim in definition.claims), definition.name
        else:
            assert "no evidence" in parts[1], definition.name


def test_without_its_claims_a_range_is_wider(scenario: Scenario) -> None:
    for definition in _written(scenario):
        assert bool(definition.claims) == (definition.without is not None), definition.name
        if definition.range is not None and definition.without is not None:
            low, high = _bounds(definition.range)
            wide_low, wide_high = _bounds(definition.without)
            assert wide_low <= low, definition.name
            assert high <= wide_high, definition.name
            assert wide_high - wide_low > high - low, definition.name


def test_every_claim_is_listed_in_the_readme(scenario: Scenario) -> None:
    used = {claim for definition in scenario.parameters for claim in definition.claims}
    used |= {claim for move in scenario.moves for claim in move.claims}
    used |= {claim for move in scenario.moves for option in move.options for claim in option.claims}
    for block in (scenario.coalition, scenario.force):
        assert block is not None
        used |= {claim for claim, _ in block.claims()}
    rows = re.findall(r"^\| (C\d+) \|", (FOLDER / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(used) == sorted(rows)
    assert len(set(rows)) == len(rows)


def test_only_russia_knows_its_resolve_and_only_washington_its_commitment(scenario: Scenario, game: Game) -> None:
    told = {move.name: move.seen_by for move in scenario.moves if move.seen_by is not None}
    assert told == {"resolve": ("russia",), "commitment": ("us",)}
    for infoset in game.infosets:
        seen = {move for move, _ in infoset.information}
        assert ("resolve" in seen) == (game.actors[infoset.actor] == "russia"), infoset.name
        assert ("commitment" in seen) == (game.actors[infoset.actor] == "us"), infoset.name


def test_chance_sums_to_one_at_base_and_in_the_ranges(scenario: Scenario, game: Game) -> None:
    base = game.evaluate({name: float(value) for name, value in base_values(scenario).items()})
    drawn = game.evaluate(_sample(scenario, 500, seed=1), draws=500)
    for table in (base, drawn):
        used = table[:, game.chance_expression[game.chance_expression >= 0]]
        assert used.min() > 0
        assert used.max() < 1
        np.testing.assert_allclose(_chance_sums(game, table), 1, atol=1e-12)


def test_payoffs_are_finite_and_of_one_magnitude_at_base_and_corners(scenario: Scenario, game: Game) -> None:
    base = game.at({name: float(value) for name, value in base_values(scenario).items()})
    assert np.isfinite(base.payoffs).all()
    assert (base.payoff_range > 5).all()
    assert (base.payoff_range < 50).all()
    corners = game.evaluate(_corners(scenario, 400, seed=2), draws=400)
    assert np.isfinite(corners).all()


def test_assumptions_hold_wherever_the_ranges_reach(scenario: Scenario) -> None:
    assert scenario.assumptions
    values = _corners(scenario, 400, seed=3)
    for assumption in scenario.assumptions:
        assert np.all(evaluate(assumption, values))


@dataclass(frozen=True)
class Ending:
    """An ending and the payoffs worked out by hand at the base values.

    16.15 thousand of the 20 asked for can be kept deployed (see test_consent_blocks.py), 0.8075 of it. What a force is
    worth is 0.5 + 0.5 * 0.8075 = 0.90375 of one that is complete, what it costs (3) and costs Moscow (3) is 2.4225.
    """

    history: str
    outcome: str
    payoffs: dict[str, str]  # actor -> sum, in the order of its considerations
    divided: str = "0"  # what the coalition loses in addition if its members do not agree


# Willing: the two leads 0.85 each, two of the others 0.75, two 0.3, three 0.08; the leads and two others must be
LEADS = Fraction("0.85") ** 2
OTHERS = [Fraction(p) for p in ("0.75", "0.75", "0.3", "0.3", "0.08", "0.08", "0.08")]
NOBODY = prod(1 - p for p in OTHERS)
AGREED = LEADS * (1 - NOBODY - sum(NOBODY * p / (1 - p) for p in OTHERS))

ENDINGS = (
    Ending(
        "resolved/no_veto/refuse/force/strike/retaliate/committed/back",
        "direct_war",
        # coalition: force 2.4225, casualties 2, war beside the US 9, cohesion
        # russia: ceasefire lost 3, strike 3.5, war 2.4225, the US in it 4
        {"coalition": "-13.4225", "russia": "-12.9225", "us": "-6", "ukraine": "-5"},
        divided="5",
    ),
    Ending(
        "bluffing/consent_first/grant_for_concession/reject/force/strike/retaliate/detached/stay_out",
        "european_war",
        # coalition: force 2.4225, casualties 2, war 9 + 5 alone, said "consent first" 2, precedent 1.5, cohesion
        # russia: ceasefire lost 3, strike 3.5, war 2.4225, turned down 1; us: detached 2.5; ukraine: war 5, blame 1
        {"coalition": "-21.9225", "russia": "-9.9225", "us": "-2.5", "ukraine": "-6"},
        divided="5",
    ),
    Ending(
        "bluffing/consent_first/grant/force/resume/withdraw",
        "withdrawal_under_fire",
        # coalition: force 2.4225, war on Ukraine 6, casualties 2, humiliation 10, precedent 1.5
        # russia: ceasefire lost 3, gain 5, broken word 1.5, climbed down 1; ukraine: war 10, left alone 4
        {"coalition": "-21.9225", "russia": "-0.5", "us": "0", "ukraine": "-14"},
    ),
    Ending(
        "resolved/no_veto/refuse/force/tolerate",
        "deterrence_holds",
        # coalition: 9.0375 - 2.4225 - cohesion; russia: harm 10, refusal ignored 2
        {"coalition": "6.615", "russia": "-12", "us": "0", "ukraine": "9.0375"},
        divided="5",
    ),
    Ending(
        "resolved/no_veto/grant_for_concession/accept/force/hold",
        "bought_deployment",
        # coalition: 9.0375 * 0.8 - 2.4225, word half kept 2 * 0.4, its share of the price 1.5
        # russia: 10 * 0.4 against the concession 4; ukraine: 7.23 against its price 5
        {"coalition": "2.5075", "russia": "0", "us": "0", "ukraine": "2.23"},
    ),
    Ending(
        "bluffing/no_veto/refuse/monitors/hold",
        "monitors_only",
        # coalition: 10 * 0.25 - 0.8; russia: (1.5 + 2) * 0.15
        {"coalition": "1.7", "russia": "-0.525", "us": "0", "ukraine": "2.5"},
    ),
    Ending(
        "bluffing/no_veto/refuse/aid/resume",
        "resumed_war",
        # coalition: aid 2, war on Ukraine 6 * 0.7, word broken 2; ukraine: 10 * 0.7
        # russia: refusal heeded 2, aid 2.5, ceasefire lost 3, gain 5 less 4 for the arms
        {"coalition": "-8.2", "russia": "-2.5", "us": "0", "ukraine": "-7"},
    ),
)


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.outcome)
def test_payoffs_computed_by_hand(scenario: Scenario, game: Game, ending: Ending) -> None:
    _, payoffs = game.exact(base_values(scenario))
    histories = {game.history(int(node)): row for row, node in enumerate(game.terminals)}
    row = histories[ending.history]
    assert game.outcomes[int(game.outcome[row])] == ending.outcome
    expected = {actor: Fraction(total) for actor, total in ending.payoffs.items()}
    expected["coalition"] -= Fraction(ending.divided) * (1 - AGREED)
    found = dict(zip(game.actors, payoffs[row], strict=True))
    for actor, total in expected.items():  # what blocks work out is rounded
        assert float(found[actor]) == pytest.approx(float(total), abs=1e-12), actor


def test_types_mean_what_the_readme_says_at_base(scenario: Scenario, game: Game) -> None:
    """A resolved Moscow strikes a force that would leave, a bluffing one does not; Washington's kinds part likewise."""
    _, table = game.exact(base_values(scenario))
    rows = {game.history(int(node)): row for row, node in enumerate(game.terminals)}

    def worth(actor: str, history: str) -> Fraction:
        return table[rows[history]][game.actors.index(actor)]

    resolved, bluffing = ("resolved/no_veto/refuse/force", "bluffing/no_veto/refuse/force")
    assert worth("russia", f"{resolved}/strike/withdraw") > worth("russia", f"{resolved}/tolerate")
    assert worth("russia", f"{bluffing}/strike/withdraw") < worth("russia", f"{bluffing}/tolerate")
    fight = f"{resolved}/strike/retaliate"
    assert worth("us", f"{fight}/committed/back") > worth("us", f"{fight}/committed/stay_out")
    assert worth("us", f"{fight}/detached/back") < worth("us", f"{fight}/detached/stay_out")


@pytest.mark.parametrize("variant", VARIANTS)
def test_variants_load_and_name_every_ending(scenario: Scenario, variant: str) -> None:
    summary = {offered.name: offered.about for offered in scenario.variants}
    assert "Would change" in summary[variant]
    changed = load_scenario(FILE, variant=variant)
    assert _unexpected(changed) == []
    game = build(changed)
    assert UNNAMED not in game.outcomes
    assert np.isfinite(game.evaluate({name: float(value) for name, value in base_values(changed).items()})).all()


def test_variants_change_what_they_say(scenario: Scenario) -> None:
    base = base_values(scenario)
    for variant, name, value in (
        ("moscow_means_it", "p_resolved", "0.85"),
        ("moscow_bluffs", "p_resolved", "0.15"),
        ("washington_commits", "p_committed", "0.85"),
        ("washington_leaves", "p_committed", "0.1"),
    ):
        assert base_values(load_scenario(FILE, variant=variant)) == {**base, name: Fraction(value)}
    assert "price" not in build(load_scenario(FILE, variant="no_price")).moves
    bold = build(load_scenario(FILE, variant="no_strike"))
    assert not any("strike" in bold.history(int(node)).split("/") for node in bold.terminals)
    silent = build(load_scenario(FILE, variant="silent"))
    assert "statement" not in silent.moves
    assert 2 * len(silent.terminals) == len(build(scenario).terminals)


def test_every_parameter_has_a_unit(scenario: Scenario) -> None:
    assert all(definition.unit for definition in _written(scenario))
