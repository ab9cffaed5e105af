"""Uniform play by hand, best replies against every pure strategy, and the stated judgement."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from standoff.errors import RequestError
from standoff.findings.baselines import baselines, best_replies, uniform_play
from standoff.game.model import Model
from standoff.game.play import play
from standoff.study.sample import draw
from unit.findings.standoffs import DETERRENCE, model

TWICE = """\
standoff: 1
title: An actor that moves twice and sees little
actors: {a: A, b: B}
parameters: {x: {range: "normal(0, 1)"}, y: {range: "normal(0, 1)"}, z: {range: "normal(0, 1)"}, p: 0.3}
moves:
  type: {actor: nature, options: {high: p, low: rest}, seen_by: [b]}
  first: {actor: a, options: [in, out, wait]}
  answer: {actor: b, options: [l, r], seen_by: [], when: first.in or first.wait}
  last: {actor: a, options: [up, down], when: first.in or first.wait}
payoffs:
  a: first.out * x + last.up * (y * answer.l + z * type.high - x * answer.r) + last.down * (y - z) * answer.r
     + first.wait * (0.3 * x + y * last.up * answer.l * type.low)
  b: answer.l * (x * type.high - y * last.up) + answer.r * z * first.wait
outcomes: {out: first.out, up: last.up, down: last.down}
"""


def numeric_games(text, count):
    subject = model(text)
    rows = subject.game.evaluate(draw(subject.scenario, "random", 4, 0, count), count)
    return [subject.game.with_numbers(row) for row in rows]


def test_uniform_play_by_hand():
    subject = model(DETERRENCE)
    found = baselines(subject, draw(subject.scenario, "sobol", 1, 0, 8))
    uniform = found.baselines[0]
    assert uniform.name == "uniform"
    assert uniform.means == pytest.approx({"status_quo": 0.5, "fait_accompli": 0.25, "war": 0.25})
    assert (found.draws, found.undefined) == (8, 0)


def test_one_level_by_hand():
    """Against a coin the challenger expects (1 - 2) / 2 and holds; a firm defender would resist, a soft one yield."""
    subject = model(DETERRENCE)
    found = baselines(subject, draw(subject.scenario, "sobol", 1, 0, 8))
    assert found.baselines[1].means == pytest.approx({"status_quo": 1, "fait_accompli": 0, "war": 0})
    generous = model(DETERRENCE.replace("cost: {kind: positive, value: 2}", "cost: {kind: positive, value: 0.6}"))
    values = draw(generous.scenario, "sobol", 1, 0, 8)
    means = baselines(generous, values).baselines[1].means
    assert means["war"] == pytest.approx(1, abs=1e-6)  # the soft one too resists at 0.6 rather than lose 1


@pytest.mark.parametrize("numeric", numeric_games(TWICE, 12), ids=range(12))
def test_a_best_reply_is_as_good_as_any_pure_strategy(numeric):
    game = numeric.game
    replies = best_replies(numeric)
    for actor in range(len(game.actors)):
        own = [h for h, infoset in enumerate(game.infosets) if infoset.actor == actor]
        mine = np.isin(game.slot_infoset, own)
        best = -np.inf
        for choice in itertools.product(*(range(len(game.infosets[h].options)) for h in own)):
            behaviour = uniform_play(game)
            behaviour[mine] = 0.0
            behaviour[[int(game.slot_start[h]) + option for h, option in zip(own, choice, strict=True)]] = 1.0
            best = max(best, float(play(numeric, behaviour).payoffs[actor]))
        against = np.where(mine, replies, uniform_play(game))
        assert play(numeric, against).payoffs[actor] == pytest.approx(best, abs=1e-12)


def test_equally_good_options_share():
    subject = model(DETERRENCE.replace("territory: prize * reply.yield, war: -cost * reply.resist", "none: 0"))
    means = baselines(subject, draw(subject.scenario, "sobol", 1, 0, 4)).baselines[1].means
    assert means["status_quo"] == pytest.approx(0.5)


def test_the_judgement_stands_as_stated_and_may_leave_something_open():
    subject = model(DETERRENCE)
    found = baselines(subject, draw(subject.scenario, "sobol", 1, 0, 4))
    judged = found.baselines[2]
    assert judged.means == pytest.approx({"status_quo": 0.5, "fait_accompli": 0.0, "war": 0.2})
    assert judged.unstated == pytest.approx(0.3)
    apart = found.distances({"status_quo": 0.4, "fait_accompli": 0.5, "war": 0.1})
    assert apart["judgement"] == pytest.approx(0.2)  # 0.3 of the 0.5 may be what was left open
    assert apart["uniform"] == pytest.approx(0.25)
    assert apart["one level"] == pytest.approx(0.6)


def test_without_a_judgement_there_are_two():
    subject = model(DETERRENCE.replace("judgement: {status_quo: 0.5, war: 0.2}\n", ""))
    found = baselines(subject, draw(subject.scenario, "sobol", 1, 0, 2))
    assert [entry.name for entry in found.baselines] == ["uniform", "one level"]


def test_undefined_draws_are_counted():
    subject = model(DETERRENCE.replace("-cost * reply.resist}", "-cost * reply.resist + 0.001 * log(p_firm - 0.5)}"))
    values = draw(subject.scenario, "sobol", 1, 0, 16)
    assert baselines(subject, values).undefined == np.sum(values["p_firm"] <= 0.5)


def test_an_efg_has_no_draws():
    with pytest.raises(RequestError, match="efg"):
        baselines(Model(model(DETERRENCE).game), {})
