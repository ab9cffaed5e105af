"""Decomposition by switches: every combination in closed form, Shapley values by going through all orders."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from standoff import api
from standoff.errors import RequestError, ScenarioError
from standoff.findings.decomposition import decompose, shapley_weights
from standoff.findings.outcomes import summarise
from standoff.game.model import from_scenario
from standoff.scenario.load import loads
from standoff.study.sample import draw

TEXT = """\
standoff: 1
title: A force that does not come
actors: {a: A, b: B}
parameters:
  cost: {range: "uniform(0, 1)", kind: nonnegative}
  zeal: {range: "uniform(0.2, 0.9)", kind: probability}
  pool: uniform(0, 12)
  calm: {range: "uniform(0, 1)", base: 0.3}
  coins: {range: "uniform(0, 3)", kind: nonnegative}
moves:
  act: {actor: a, options: [go, stay]}
  agreed: {actor: nature, when: act.go, seen_by: everyone, options: {some: unity.act.go, none_: rest}}
  block: {actor: b, when: agreed.some, options: [veto, let]}
payoffs:
  a: act.go * (force.ratio - cost)
  b: block.veto * (0.5 - calm)
outcomes: {deployed: block.let, blocked: block.veto, apart: agreed.none_}
decision: act
coalition: {move: act, members: {only: {supports: {go: zeal}}}, rule: unanimity}
force: {unit: troops, whole: false, rotation: 1, requirement: {analogy: 10}, contributors: {near: {pool: pool}}}
variants:
  open: {drop: [block.veto]}
  rich: {set: {cost: "uniform(0, 0.1)"}}
decomposition:
  outcome: deployed
  switches:
    willingness: {label: Willing, set: {cost: 0}}
    capability: {set: {force.ratio: 1}}
    unity: {set: {unity.act.go: 1}}
    veto: {set: {calm: 1}}
"""
NAMES = ("willingness", "capability", "unity", "veto")
DRAWS = 16


def edited(*edits):
    text = TEXT
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def scenario():
    return loads(TEXT)


@pytest.fixture(scope="module")
def found(scenario):
    return decompose(from_scenario(scenario), draws=DRAWS, seed=2)


def closed_form(values, on, veto_counts=True):
    """[draw] the force comes if it is worth its cost, agreed on, and not blocked."""
    cost = np.zeros(DRAWS) if "willingness" in on else values["cost"]
    ratio = np.ones(DRAWS) if "capability" in on else values["pool"] / 10
    adopted = np.ones(DRAWS) if "unity" in on else values["zeal"]
    calm = np.ones(DRAWS) if "veto" in on else values["calm"]
    return (ratio > cost) * adopted * ((calm > 0.5) if veto_counts else 1)


def by_orders(value):
    """Shapley values as the mean over all orders."""
    orders = list(itertools.permutations(NAMES))
    totals = dict.fromkeys(NAMES, 0.0)
    for order in orders:
        for place, name in enumerate(order):
            totals[name] += value[frozenset(order[: place + 1])] - value[frozenset(order[:place])]
    return {name: total / len(orders) for name, total in totals.items()}


def test_every_combination_has_its_closed_form(scenario, found):
    values = draw(scenario, "sobol", 2, 0, DRAWS)
    (target,) = found.targets
    assert found.common == found.draws == DRAWS
    assert len(target.combinations) == 16
    for combination in target.combinations:
        assert combination.probability == pytest.approx(closed_form(values, combination.on).mean(), abs=1e-9)
        assert combination.low == pytest.approx(combination.high) == pytest.approx(combination.probability)
        assert combination.certified == DRAWS


def test_shapley_values_are_means_over_orders_and_add_up_exactly(scenario, found):
    values = draw(scenario, "sobol", 2, 0, DRAWS)
    subsets = [frozenset(s) for size in range(5) for s in itertools.combinations(NAMES, size)]
    value = {on: float(closed_form(values, on).mean()) for on in subsets}
    expected = by_orders(value)
    (target,) = found.targets
    for own in target.contributions:
        everything = frozenset(NAMES)
        assert float(own.shapley) == pytest.approx(expected[own.name], abs=1e-9)
        assert own.first_in == pytest.approx(value[frozenset({own.name})] - value[frozenset()], abs=1e-9)
        assert own.last_in == pytest.approx(value[everything] - value[everything - {own.name}], abs=1e-9)
        assert own.low < float(own.shapley) < own.high
    exact = Fraction(target.full) - Fraction(target.base)
    assert sum(own.shapley for own in target.contributions) == exact
    assert sum(own.share for own in target.contributions) == pytest.approx(1)
    assert target.joint == pytest.approx(float(exact) - sum(own.first_in for own in target.contributions))


def test_the_interval_is_that_of_a_mean_over_draws(scenario, found):
    values = draw(scenario, "sobol", 2, 0, DRAWS)
    per_draw = np.array([
        by_orders({frozenset(s): float(closed_form(values, s)[n]) for size in range(5)
                   for s in itertools.combinations(NAMES, size)})["veto"]
        for n in range(DRAWS)
    ])  # fmt: skip
    (target,) = found.targets
    half = 1.959964 * per_draw.std(ddof=1) / np.sqrt(DRAWS)
    assert target.contributions[3].low == pytest.approx(per_draw.mean() - half, abs=1e-9)
    assert target.contributions[3].high == pytest.approx(per_draw.mean() + half, abs=1e-9)


@pytest.mark.parametrize("k", [1, 2, 3, 6])
def test_weights_are_shares_of_orders(k):
    for i in range(k):
        weights = shapley_weights(k, i)
        assert sum(weight for weight in weights if weight > 0) == 1
        assert sum(weights) == 0


def test_what_a_reader_repeats_with_settings_is_the_same_number(tmp_path, found):
    path = tmp_path / "force.yaml"
    path.write_text(TEXT)
    study = api.run(path, draws=DRAWS, seed=2, set={"unity.act.go": "1", "cost": "0"}, workers=1)
    again = next(own for own in found.targets[0].combinations if own.on == ("willingness", "unity"))
    means = {outcome.name: outcome.mean for outcome in summarise(study).outcomes}
    assert means["deployed"] == pytest.approx(again.probability, abs=1e-9)


def test_without_an_outcome_options_that_members_decide_on_are_explained(scenario):
    own = decompose(from_scenario(loads(edited(("  outcome: deployed\n", "")))), draws=DRAWS, seed=2)
    values = draw(scenario, "sobol", 2, 0, DRAWS)
    (target,) = own.targets
    assert target.target.name == "act.go"
    assert target.target.adoption == "unity.act.go"
    for combination in target.combinations:
        expected = closed_form(values, combination.on, veto_counts=False).mean()
        assert combination.probability == pytest.approx(expected, abs=1e-9)
    assert target.contributions[3].shapley == 0  # nobody needs to let an option be chosen


def test_outcomes_may_be_taken_together_and_named_by_the_caller(scenario, found):
    model = from_scenario(scenario)
    both = decompose(model, outcomes=("deployed", "blocked"), draws=DRAWS, seed=2)
    chosen = decompose(model, outcomes=("act.go",), draws=DRAWS, seed=2)
    for one, other in zip(both.targets[0].combinations, chosen.targets[0].combinations, strict=True):
        assert one.probability == pytest.approx(other.probability, abs=1e-9)
        assert one.probability >= found.targets[0].combinations[0].probability


def test_a_variant_can_be_a_switch(tmp_path, found):
    path = tmp_path / "force.yaml"
    path.write_text(edited(("veto: {set: {calm: 1}}", "veto: {variant: open}")))
    own = decompose(api.load(path), draws=DRAWS, seed=2)
    for one, other in zip(own.targets[0].combinations, found.targets[0].combinations, strict=True):
        assert one.probability == pytest.approx(other.probability, abs=1e-9)


def test_variants_of_several_switches_are_applied_together_on_the_same_draws(tmp_path, scenario):
    path = tmp_path / "force.yaml"
    path.write_text(edited(("{label: Willing, set: {cost: 0}}", "{variant: rich}"),
                           ("veto: {set: {calm: 1}}", "veto: {variant: open}")))  # fmt: skip
    own = decompose(api.load(path), draws=DRAWS, seed=2)
    values = draw(scenario, "sobol", 2, 0, DRAWS)
    cheap = values | {"cost": values["cost"] / 10}  # the same column of the sequence on a narrower range
    together = next(c for c in own.targets[0].combinations if c.on == ("willingness", "veto"))
    assert together.probability == pytest.approx(closed_form(cheap, ("veto",)).mean(), abs=1e-9)


def test_settings_hold_in_every_combination(scenario):
    own = decompose(from_scenario(scenario), set={"zeal": "0.5"}, draws=DRAWS, seed=2)
    values = draw(scenario, "sobol", 2, 0, DRAWS) | {"zeal": np.full(DRAWS, 0.5)}
    for combination in own.targets[0].combinations:
        assert combination.probability == pytest.approx(closed_form(values, combination.on).mean(), abs=1e-9)


def test_without_draws_the_base_values_are_looked_at(scenario):
    own = decompose(from_scenario(scenario), draws=0)
    (target,) = own.targets
    assert (own.draws, own.common) == (0, 1)
    assert target.base == pytest.approx(0)  # not calm enough
    assert target.full == pytest.approx(1)
    assert [c.low for c in target.contributions] == [None] * 4


COORDINATION = """\
standoff: 1
title: Two who must both come
actors: {a: A, b: B}
parameters: {gain: "uniform(1, 2)", push: 0}
moves:
  first: {actor: a, options: [come, stay], seen_by: []}
  second: {actor: b, options: [come, stay]}
payoffs:
  a: first.come * (gain * second.come - 0.4 * second.stay + push)
  b: second.come * (gain * first.come - 0.4 * first.stay + push)
outcomes: {both: first.come and second.come}
decomposition: {outcome: both, switches: {push: {set: {push: 1}}}}
"""


def test_bounds_are_over_the_equilibria_that_are_known():
    own = decompose(from_scenario(loads(COORDINATION)), draws=32)
    before, after = own.targets[0].combinations
    assert before.low <= before.probability <= before.high
    assert (after.low, after.probability, after.high) == pytest.approx((1, 1, 1))  # to come is dominant


@pytest.mark.parametrize(
    ("edit", "message", "remedy"),
    [
        (("veto: {set: {calm: 1}}", "veto: {set: {cost: 1}}"), "`veto` sets `cost`, as `willingness` does", "one"),
        (("veto: {set: {calm: 1}}", "veto: {set: {clam: 1}}"), "no parameter `clam`", "`calm`"),
        (("veto: {set: {calm: 1}}", "veto: {set: {calm: cost}}"), "mentions `cost`", "number"),
        (("veto: {set: {calm: 1}}", "veto: {variant: opn}"), "no variant `opn`", "`open`"),
        (("veto: {set: {calm: 1}}", "veto: {label: Veto}"), "`veto` changes nothing", "`set:`"),
        (("unity: {set: {unity.act.go: 1}}", "unity: {set: {unity.act.go: 2}}"), "cannot be 2", "probability"),
        (("outcome: deployed", "outcome: deployd"), "no outcome `deployd`", "`deployed`"),
        (("outcome: deployed", "outcome: [deployed, act.go]"), "`act.go` is an option", "one option"),
        (("outcome: deployed", "outcome: act.og"), "no outcome `act.og`", "`act.go`"),
        (("  switches:\n", "  switch:\n"), "has no `switches`", "switches"),
        (("    veto:", "    e: {set: {}}\n    f: {set: {}}\n    g: {set: {}}\n    veto:"), "7 switches", "1 to 6"),
    ],
)
def test_what_cannot_be_is_noted(edit, message, remedy):
    with pytest.raises(ScenarioError) as caught:
        loads(edited(edit))
    assert any(message in p.message and remedy in p.remedy for p in caught.value.problems), str(caught.value)


def test_what_cannot_be_asked_is_refused(scenario):
    model = from_scenario(scenario)
    with pytest.raises(RequestError, match="no outcome `come`"):
        decompose(model, outcomes=("come",))
    with pytest.raises(RequestError, match=r"`cost` is set, and switch `willingness` sets it"):
        decompose(model, set={"cost": 1})
    with pytest.raises(RequestError, match="too many"):
        decompose(model, draws=100_001)
    by_variant = loads(edited(("veto: {set: {calm: 1}}", "veto: {variant: open}")))
    with pytest.raises(RequestError, match="no file to read it from"):
        decompose(from_scenario(by_variant))
    bare = loads(TEXT[: TEXT.index("decomposition:")])
    with pytest.raises(RequestError, match="no block `decomposition`"):
        decompose(from_scenario(bare))
    nothing = edited(("  outcome: deployed\n", ""), ("decision: act\n", ""))
    with pytest.raises(RequestError, match="nothing is named"):
        decompose(from_scenario(loads(nothing)))


def test_a_switch_that_makes_a_probability_fail_is_named():
    text = edited(
        ("some: unity.act.go", "some: unity.act.go + coins / 100"),
        ("veto: {set: {calm: 1}}", "veto: {set: {coins: 3}}"),
    )
    with pytest.raises(ScenarioError, match="agreed"):
        decompose(from_scenario(loads(text.replace("uniform(0.2, 0.9)", "uniform(0.2, 0.95)"))), draws=8)
