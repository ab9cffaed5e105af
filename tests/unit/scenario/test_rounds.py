"""Rounds: the unrolled moves, and which round a name means, against a simulation of play."""

import itertools

import pytest

from standoff.errors import ScenarioError
from standoff.scenario.expression import ONE, evaluate, specialise, write
from standoff.scenario.load import loads

TEXT = """\
standoff: 1
title: Rounds
actors: {a: A, b: B}
moves:
  mood: {actor: b, options: [calm, angry]}
  offer: {actor: a, options: [high, low]}
  reply: {actor: b, when: offer.low or mood.angry, options: [take, leave]}
  war: {actor: a, when: not reply.take, options: [fight, stop]}
rounds: {n: 3, moves: [offer, reply], until: reply.take or offer.high and mood.calm}
payoffs:
  a: war.fight + 2 * reply.take + 4 * reply@2.take + 8 * offer@3.low
  b: 0
"""


def holds(expression, history):
    if expression is None:
        return True
    return evaluate(specialise(expression, history), {}) != 0


def played(choices):
    """What a reading of the rules by hand plays: the history for a sequence of choices (True: first option)."""
    remaining = iter(choices)
    history = {"mood": "calm" if next(remaining) else "angry"}
    for number in (1, 2, 3):
        offer = "high" if next(remaining) else "low"
        reply = None
        history[f"offer@{number}"] = offer
        if offer == "low" or history["mood"] == "angry":
            reply = "take" if next(remaining) else "leave"
            history[f"reply@{number}"] = reply
        if reply == "take" or (offer == "high" and history["mood"] == "calm"):
            break
    if "take" not in history.values():
        history["war"] = "fight" if next(remaining) else "stop"
    return history


def walked(scenario, choices):
    """What the unrolled moves play for the same choices."""
    remaining, history = iter(choices), {}
    for move in scenario.moves:
        if holds(move.when, history):
            history[move.name] = move.options[0 if next(remaining) else 1].name
    return history


@pytest.mark.parametrize("choices", list(itertools.product([True, False], repeat=8)))
def test_the_unrolled_moves_play_the_rounds(choices):
    scenario = loads(TEXT)
    history = played(choices)
    assert walked(scenario, choices) == history
    expected = (
        (history.get("war") == "fight")
        + 2 * ("take" in history.values())
        + 4 * (history.get("reply@2") == "take")
        + 8 * (history.get("offer@3") == "low")
    )
    assert evaluate(specialise(scenario.considerations[0].expression, history), {}) == expected


def test_names_rounds_and_labels():
    scenario = loads(TEXT)
    names = ["mood", "offer@1", "reply@1", "offer@2", "reply@2", "offer@3", "reply@3", "war"]
    assert [move.name for move in scenario.moves] == names
    assert [move.round for move in scenario.moves] == [None, 1, 1, 2, 2, 3, 3, None]


def test_a_named_round_counts_nothing_before_it_is_played():
    scenario = loads(TEXT.replace("when: offer.low or mood.angry", "when: offer.low or reply@1.leave"))
    second = {move.name: move for move in scenario.moves}
    assert not holds(second["reply@1"].when, {"offer@1": "high"})
    assert holds(second["reply@2"].when, {"reply@1": "leave", "offer@2": "high"})


def test_rounds_of_one_and_without_until():
    text = TEXT.replace("n: 3", "n: 2").replace("+ 8 * offer@3.low", "")
    scenario = loads(text.replace(", until: reply.take or offer.high and mood.calm", ""))
    assert scenario.moves[3].when is None
    assert scenario.moves[1].when is None


def test_until_true_leaves_one_round():
    scenario = loads(TEXT.replace("reply.take or offer.high and mood.calm", "true"))
    assert specialise(scenario.moves[1].when or ONE, {}) == ONE
    assert not holds(scenario.moves[3].when, {})


@pytest.mark.parametrize(
    ("old", "new", "phrase"),
    [
        ("8 * offer@3.low", "8 * offer@4.low", "there are 3 rounds"),
        ("8 * offer@3.low", "8 * offer@0.low", "there are 3 rounds"),
        ("8 * offer@3.low", "8 * war@1.fight", "not among the moves of `rounds`"),
        ("when: offer.low or mood.angry", "when: reply.leave", "not decided before it"),
        ("when: offer.low or mood.angry", "when: reply@3.leave", "not decided before it"),
        ("until: reply.take", "until: war.fight", "not decided before it"),
        ("moves: [offer, reply]", "moves: [reply, offer]", "do not follow each other"),
        ("moves: [offer, reply]", "moves: [mood, reply]", "do not follow each other"),
        ("n: 3", "n: 0", "the number of rounds is `0`"),
        ("n: 3", "n: 60", "122 moves"),
        ("n: 3, ", "", "no `n`"),
        ("title: Rounds", "title: Rounds\ndecision: offer", "does not say of which round"),
        ("title: Rounds", "title: Rounds\nclasses: {c: {supports: {reply: [take]}}}", "does not say of which round"),
    ],
)
def test_mistakes(old, new, phrase):
    with pytest.raises(ScenarioError) as caught:
        loads(TEXT.replace(old, new))
    assert any(phrase in problem.message for problem in caught.value.problems)


def test_rounds_that_cannot_be_read_cause_no_further_mistakes():
    with pytest.raises(ScenarioError) as caught:
        loads(TEXT.replace("n: 3", "n: three"))
    assert len(caught.value.problems) == 1


def test_values_of_grids_name_their_round_outside():
    text = TEXT.replace("options: [high, low]", "options: {grid: [0, 1, 3]}").replace(
        "offer.low or ", "offer.value < 1 or "
    )
    text = text.replace("offer.high and", "offer.value == 1 and").replace("8 * offer@3.low", "8 * offer@3.value")
    scenario = loads(text)
    assert "offer@2.value < 1" in write(scenario.moves[4].when)
    with pytest.raises(ScenarioError, match=r"write `offer@3.value`"):
        loads(text.replace("offer@3.value", "offer.value"))
