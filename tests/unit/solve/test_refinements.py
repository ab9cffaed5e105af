"""Refinements against a brute force that goes straight from the definitions, and where they do not apply."""

import itertools
import json
import random
from fractions import Fraction

import pytest

from standoff.cli.text import solution_text
from standoff.errors import LimitError
from standoff.game.model import from_scenario, open_model
from standoff.library import catalogue
from standoff.scenario.load import loads
from standoff.solve.refinements.continuation import Continuation
from standoff.solve.refinements.criteria import Judge, Message, Programmes
from standoff.solve.refinements.messages import messages
from standoff.solve.refinements.refine import refine
from standoff.solve.solve import solve

# --- a brute force on two-type signalling games ---

TYPES, MESSAGES = ("a", "b"), ("left", "right")
NEGLIGIBLE = Fraction(1, 10**7)


def draw(seed):
    """Payoffs [actor][type][message][reply], small for the sender so that ties occur, and P(a)."""
    rng = random.Random(seed)
    replies = ("x", "y", "z")[: rng.choice((2, 2, 3))]
    sender = {(t, m, r): rng.randint(0, 4) for t in TYPES for m in MESSAGES for r in replies}
    receiver = {(t, m, r): rng.randint(0, 50) for t in TYPES for m in MESSAGES for r in replies}
    return sender, receiver, replies, Fraction(rng.randint(1, 9), 10)


def scenario(sender, receiver, replies, p):
    def payoff(values):
        return " + ".join(f"{u} * kind.{t} * signal.{m} * reply.{r}" for (t, m, r), u in values.items())

    return f"""\
standoff: 1
title: Signalling
actors: {{s: Sender, r: Receiver}}
moves:
  kind: {{actor: nature, options: {{a: {p}, b: {1 - p}}}, seen_by: [s]}}
  signal: {{actor: s, options: [left, right]}}
  reply: {{actor: r, options: [{", ".join(replies)}]}}
payoffs:
  s: {{all: {payoff(sender)}}}
  r: {{all: {payoff(receiver)}}}
"""


def strategy(entry):
    """(move, what was seen of kind or signal) -> option -> probability, from the JSON of an equilibrium."""
    result = {}
    for own in entry["behaviour"]:
        seen = own["information"]["kind" if own["move"] == "signal" else "signal"]
        chosen = {option: Fraction(p).limit_denominator(10**6) for option, p in own["probabilities"].items()}
        result[own["move"], seen] = chosen
    return result


def best_replies(receiver, message, replies, believed):
    """Pure replies by belief: all sets of best replies to beliefs on a grid and at every indifference."""
    a, b = ({r: receiver[t, message, r] for r in replies} for t in TYPES)
    grid = {Fraction(step, 40) for step in range(41)}
    for r, other in itertools.combinations(replies, 2):
        at_a, at_b = a[r] - a[other], b[r] - b[other]
        if at_a != at_b:
            grid.add(Fraction(-at_b, at_a - at_b))
    allowed = {("a",): [Fraction(1)], ("b",): [Fraction(0)], ("a", "b"): [q for q in grid if 0 <= q <= 1]}[believed]
    sets = set()
    for q in allowed:
        value = {r: q * a[r] + (1 - q) * b[r] for r in replies}
        sets.add(tuple(r for r in replies if value[r] == max(value.values())))
    return sets


def mixtures(tied, gains):
    """Mixed replies over tied options on a grid, and where two options leave a type as well off as before."""
    if len(tied) == 1:
        return [{tied[0]: Fraction(1)}]
    if len(tied) > 2:
        size = 16
        weights = itertools.product(range(size + 1), repeat=len(tied))
        return [{r: Fraction(w, size) for r, w in zip(tied, ws, strict=True)} for ws in weights if sum(ws) == size]
    shares = {Fraction(step, 30) for step in range(31)}
    for own in gains.values():
        first, second = own[tied[0]], own[tied[1]]
        if first != second and 0 <= -second / (first - second) <= 1:
            shares.add(-second / (first - second))
    return [{tied[0]: share, tied[1]: 1 - share} for share in shares]


def by_definition(sender, receiver, replies, entry):
    """(intuitive, d1) of an equilibrium, by going through beliefs and mixed replies."""
    played = strategy(entry)
    result = [True, True]
    for message in MESSAGES:
        if any(played["signal", t][message] > 0 for t in TYPES):
            continue
        gains = {}
        for t in TYPES:
            other = next(m for m in MESSAGES if m != message)
            now = sum(p * sender[t, other, r] for r, p in played["reply", other].items())
            gains[t] = {r: sender[t, message, r] - now for r in replies}

        def optimal(believed, message=message, gains=gains):
            sets = best_replies(receiver, message, replies, believed)
            found = [mixed for tied in sets for mixed in mixtures(tied, gains)]
            return [{t: sum(p * gains[t][r] for r, p in mixed.items()) for t in TYPES} for mixed in found]

        everything = optimal(TYPES)
        left = tuple(t for t in TYPES if any(gain[t] >= -NEGLIGIBLE for gain in everything))
        if left and any(all(gain[t] > NEGLIGIBLE for gain in optimal(left)) for t in left):
            result[0] = False
        kept = tuple(t for t in TYPES if not deleted(t, everything))
        if not any(all(gain[t] <= NEGLIGIBLE for t in TYPES) for gain in optimal(kept)):
            result[1] = False
    return tuple(result)


def deleted(t, gains):
    other = "b" if t == "a" else "a"
    weakly = [gain for gain in gains if gain[t] >= -NEGLIGIBLE]
    return any(gain[other] > NEGLIGIBLE for gain in gains) and all(gain[other] > NEGLIGIBLE for gain in weakly)


GAMES = range(60)


@pytest.mark.parametrize("seed", GAMES)
def test_random_signalling_games_agree_with_the_definitions(seed):
    sender, receiver, replies, p = draw(seed)
    answer = solve(from_scenario(loads(scenario(sender, receiver, replies, p)))).to_dict()
    assert answer["equilibria"]
    for entry in answer["equilibria"]:
        told = {name: verdict["survives"] for name, verdict in entry["refinements"].items()}
        assert (told["intuitive"], told["d1"]) == by_definition(sender, receiver, replies, entry)


@pytest.mark.parametrize(("seed", "verdicts"), [(14, (False, False)), (16, (True, False)), (3, (True, True))])
def test_the_random_games_have_every_verdict_at_an_unexpected_message(seed, verdicts):
    sender, receiver, replies, p = draw(seed)
    found = set()
    for entry in solve(from_scenario(loads(scenario(sender, receiver, replies, p)))).to_dict()["equilibria"]:
        if any(own["reach"] == 0 for own in entry["behaviour"]):
            found.add(by_definition(sender, receiver, replies, entry))
    assert verdicts in found


# --- criteria by hand ---


def message(sender, replier, equilibrium=(0, 0), base=(0, 0)):
    """One information set that replies; rows are options, columns types."""

    def exact(rows):
        return (tuple(tuple(Fraction(u) for u in row) for row in rows),)

    return Message(
        tuple(map(Fraction, equilibrium)),
        tuple(map(Fraction, base)),
        exact(sender),
        exact(replier),
        Fraction(1, 10**9),
        Fraction(1, 10**9),
    )


def test_a_dominated_reply_counts_for_nothing():
    """The second type could gain only by a reply that no belief makes best."""
    hand = message(sender=[(1, -1), (-1, -1), (5, 5)], replier=[(1, 0), (0, 1), (-1, -1)])
    finding = Judge(hand).intuitive()
    assert (finding.survives, finding.left, finding.gainer, finding.gain) == (False, (0,), 0, 1)
    assert finding.forced


def test_an_equal_gain_deletes_no_type():
    hand = message(sender=[(1, 1), (-1, -1)], replier=[(1, 0), (0, 1)])
    assert Judge(hand).d1().left == (0, 1)
    assert Judge(hand).d1().survives


def test_deterrence_by_a_mixed_reply_is_found():
    """The type left makes the replier indifferent, and no pure reply deters both types while a mixture does."""
    hand = message(sender=[(-3, 1), (2, -3), (-4, -4)], replier=[(1, 1), (1, 1), (0, 0)])
    assert not any(all(u <= 0 for u in row) for row in hand.sender[0][:2])
    judge = Judge(hand)
    assert judge.d1().survives
    assert judge.intuitive().survives


def test_replies_of_two_sets_answer_one_belief():
    """Sets alike in payoffs: what is best at one is best at the other, so mixed answers count only at indifference."""
    rows = tuple(tuple(Fraction(u) for u in row) for row in ((1, 0), (0, 1)))
    gains = tuple(tuple(Fraction(u) for u in row) for row in ((1, 0), (-1, 0)))
    hand = Message((Fraction(0),) * 2, (Fraction(0),) * 2, (gains, gains), (rows, rows), Fraction(0), Fraction(0))
    assert Judge(hand).supports((0,)) == [((0,), (0,))]
    assert Judge(hand).supports((1,)) == [((1,), (1,))]
    assert set(Judge(hand).supports((0, 1))) == {((0, 1), (0, 1))}


def test_too_many_programmes_are_refused():
    hand = message(sender=[(1, 1), (-1, -1)], replier=[(1, 0), (0, 1)])
    with pytest.raises(LimitError, match="too many combinations"):
        Judge(hand, Programmes(1)).d1()


# --- where the criteria do not apply ---

TEMPLATE = """\
standoff: 1
title: A case
actors: {{s: Sender, r: Receiver, t: Third}}
moves:
  kind: {{actor: nature, options: {{a: 0.5, b: 0.5}}, seen_by: [s]}}
{moves}
payoffs:
{payoffs}
"""


def refusals(moves, payoffs):
    """Reasons of the verdicts that could not be reached, over the equilibria where the sender ends it at once."""
    text = TEMPLATE.format(moves=moves, payoffs=payoffs)
    found = solve(from_scenario(loads(text)), concept="pure")
    quiet = [
        verdict["d1"]
        for equilibrium, verdict in zip(found.equilibria, found.refinements, strict=True)
        if equilibrium.payoffs()["s"] == 0
    ]
    assert quiet
    return [verdict.reason for verdict in quiet if verdict.survives is None]


def test_two_who_reply_are_not_judged():
    moves = """\
  signal: {actor: s, options: [stay, go]}
  first: {actor: r, when: signal.go, options: [yes, no]}
  second: {actor: t, when: signal.go, options: [yes, no], seen_by: []}"""
    payoffs = """\
  s: {all: "signal.go * (3 * first.yes * second.yes - 1 - 0.2 * kind.b)"}
  r: {all: "first.yes * (2 * kind.a - 1)"}
  t: {all: "second.yes * (2 * kind.a - 1)"}"""
    reasons = refusals(moves, payoffs)
    assert reasons
    assert all(reason.startswith("not applicable: after signal.go, not expected, ") for reason in reasons)


def test_what_depends_on_beliefs_after_the_reply_is_not_judged():
    moves = """\
  signal: {actor: s, options: [stay, go]}
  first: {actor: r, when: signal.go, options: [yes, no]}
  second: {actor: t, when: first.yes, options: [yes, no]}"""
    payoffs = """\
  s: {all: "signal.go * (3 * first.yes * second.yes - 1 - 0.2 * kind.b)"}
  r: {all: "first.yes * (2 * kind.a - 1)"}
  t: {all: "second.yes * (2 * kind.a - 1)"}"""
    reasons = refusals(moves, payoffs)
    assert any("what follows the reply depends on beliefs in turn" in reason for reason in reasons)


def test_a_third_who_would_do_the_same_anyway_is_no_obstacle():
    moves = """\
  signal: {actor: s, options: [stay, go]}
  first: {actor: r, when: signal.go, options: [yes, no]}
  second: {actor: t, when: signal.go, options: [yes, no]}"""
    payoffs = """\
  s: {all: "signal.go * (3 * first.yes * second.yes - 1 - 0.2 * kind.b)"}
  r: {all: "first.yes * (2 * kind.a - 1)"}
  t: {all: "second.yes * (1 + kind.a)"}"""
    found = solve(from_scenario(loads(TEMPLATE.format(moves=moves, payoffs=payoffs))), concept="pure")
    quiet = [v for e, v in zip(found.equilibria, found.refinements, strict=True) if e.payoffs()["s"] == 0]
    # a deterred sender of kind a gains from a yes of 1/3 on, one of kind b from 2/5: d1 believes in a, who is let in
    assert [v["d1"].survives for v in quiet] == [False] * len(quiet)
    assert [v["intuitive"].survives for v in quiet] == [True] * len(quiet)


def test_of_a_continuum_on_the_path_only_the_one_shown_is_judged():
    """Staying is worth the chance that an indifferent third says up; going is worth 0.9 to kind a if it is let in."""
    moves = """\
  signal: {actor: s, options: [stay, go]}
  luck: {actor: t, when: signal.stay, options: [up, down]}
  first: {actor: r, when: signal.go, options: [yes, no]}"""
    payoffs = """\
  s: {all: "luck.up + first.yes * (0.9 * kind.a - kind.b) - first.no"}
  r: {all: "first.yes * (2 * kind.a - 1)"}
  t: {all: "0"}"""
    found = solve(from_scenario(loads(TEMPLATE.format(moves=moves, payoffs=payoffs))))
    told = [
        verdicts["intuitive"]
        for equilibrium, verdicts in zip(found.equilibria, found.refinements, strict=True)
        if equilibrium.infoset_reach(3) == 0 and 0 < equilibrium.payoffs()["s"] < 0.9  # up with some probability
    ]
    assert told
    assert {verdict.survives for verdict in told} == {None}
    assert all("others of its class were not tried" in verdict.reason for verdict in told)


# --- in print ---


@pytest.mark.parametrize("columns", [40, 80])
def test_the_text_says_who_survives_who_fails_and_why(columns):
    text = solution_text(solve(open_model(catalogue.path("beer_quiche"))), columns)
    assert max(map(len, text.splitlines())) <= columns
    block = " ".join(text[text.index("Refinements") :].split())
    assert "intuitive: 1, 2 survive 3, 4 fail: after meal.beer, not expected, only strong Sender could gain;" in block
    assert "leaves SBeerNo 90 %; WBeerNo 10 %." in block
    assert "logit: 1 survives" in block


def test_the_text_says_where_a_filter_does_not_apply():
    text = solution_text(solve(open_model(catalogue.path("seltens_horse"))), 80)
    assert "d1: none is known to survive" in text
    assert "1, 2: not applicable: after first.down, not expected, it is not seen whose" in text


def test_other_concepts_print_no_filters():
    assert "Refinements" not in solution_text(solve(open_model(catalogue.path("beer_quiche")), concept="nash"), 80)


def test_a_replier_who_is_better_informed_weighs_types_by_what_it_saw():
    """A hint is good with 3/4 for kind a and with 1/4 for kind b, and only the replier sees it."""
    moves = """\
  hint: {actor: nature, options: {good: 0.75 * kind.a + 0.25 * kind.b, bad: rest}, seen_by: [r]}
  signal: {actor: s, options: [stay, go]}
  first: {actor: r, when: signal.go, options: [yes, no]}"""
    payoffs = """\
  s: {all: "signal.go * (3 * first.yes - 1 - 2 * first.yes * kind.b)"}
  r: {all: "first.yes * (kind.a - kind.b)"}
  t: {all: "0"}"""
    found = solve(from_scenario(loads(TEMPLATE.format(moves=moves, payoffs=payoffs))), concept="pure")
    quiet = next(entry for entry in found.equilibria if entry.payoffs()["s"] == 0)
    (unexpected,) = messages(Continuation(quiet.numeric, quiet.assessment, quiet.play, 1e-9))
    own, quarter = unexpected.problem, Fraction(1, 4)
    assert own.equilibrium == own.base == (0, 0)
    assert own.replier == (((3 * quarter, -quarter), (0, 0)), ((quarter, -3 * quarter), (0, 0)))
    assert own.sender == (
        ((6 * quarter, 0), (-3 * quarter, -quarter)),
        ((2 * quarter, 0), (-quarter, -3 * quarter)),
    )
    # with a belief of 1/4 to 3/4 in kind a, a good hint is met with yes and a bad one with no
    assert set(Judge(own).supports((0, 1))) == {((0,), (0, 1)), ((0, 1), (1,))}


def test_a_large_game_is_not_tried():
    sender, receiver, replies, p = draw(0)
    found = solve(from_scenario(loads(scenario(sender, receiver, replies, p))))
    verdict = refine([entry.subject for entry in found.equilibria], nodes=5)[0]["intuitive"]
    assert verdict.survives is None
    assert "not tried" in verdict.reason


# --- what is answered ---


def test_the_json_has_every_filter_and_what_it_leaves():
    sender, receiver, replies, p = draw(1)
    answer = solve(from_scenario(loads(scenario(sender, receiver, replies, p)))).to_dict()
    json.dumps(answer, allow_nan=False)
    assert set(answer["refined"]) == {"intuitive", "d1", "logit"}
    for name, left in answer["refined"].items():
        verdicts = [entry["refinements"][name]["survives"] for entry in answer["equilibria"]]
        assert left["equilibria"] == [place for place, survives in enumerate(verdicts) if survives]
        assert left["unknown"] == [place for place, survives in enumerate(verdicts) if survives is None]
        assert set(left["outcome_range"]) <= set(answer["outcome_range"])
    assert answer["refined"]["logit"]["equilibria"] == [0]


@pytest.mark.parametrize("concept", ["nash", "subgame"])
def test_other_concepts_are_not_refined(concept):
    sender, receiver, replies, p = draw(1)
    answer = solve(from_scenario(loads(scenario(sender, receiver, replies, p))), concept=concept).to_dict()
    assert "refined" not in answer
    assert not any("refinements" in entry for entry in answer["equilibria"])


def test_without_a_selected_equilibrium_logit_says_nothing():
    sender, receiver, replies, p = draw(1)
    found = solve(from_scenario(loads(scenario(sender, receiver, replies, p))), concept="pure")
    assert found.equilibria
    assert all(verdict["logit"].survives is None for verdict in found.refinements)
