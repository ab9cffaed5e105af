"""The verifier against equilibria worked out by hand, published ones, and an exact checker written differently."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from standoff.errors import UndefinedError
from standoff.game.game import NumericGame
from standoff.solve.assessment import Assessment, Witness
from standoff.solve.verify import CONCEPTS, Certificate, verify
from unit.solve import claims
from unit.solve.build import build, floats, numeric
from unit.solve.claims import Claim, claim, known_claims

needs_reference = pytest.mark.skipif(not claims.REFERENCE.exists(), reason="the reference cases are not here")


def check(made: Claim, concept: str = "sequential", **more: float) -> Certificate:
    return verify(made.numeric, made.assessment(), concept, **more)


# --- equilibria that are known ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", known_claims(), ids=lambda made: made.name)
@pytest.mark.parametrize("concept", ["sequential", "pure", "subgame", "nash"])
def test_known_equilibria_are_certified(made: Claim, concept: str) -> None:
    certificate = check(made, concept)
    if concept == "pure" and np.any((made.assessment().behaviour > 0) & (made.assessment().behaviour < 1)):
        assert (certificate.holds, certificate.failed) == (
            False,
            "strategy",
        )  # an equilibrium, but not in pure strategies
        return
    assert certificate.holds, certificate.reason
    assert (certificate.status, certificate.failed, certificate.reason) == ("certified", "", "")
    assert certificate.gain <= 1e-15
    assert certificate.consistent is (True if concept in ("sequential", "pure") else None)


@needs_reference
def test_reference_equilibria_are_certified() -> None:
    found = [check(made) for made, _ in claims.reference_claims()]
    cases = json.loads((claims.REFERENCE / "cases.json").read_text())["cases"]
    assert len(found) == sum(len(case["equilibria"]) for case in cases if "tree" in case) >= 26
    assert [certificate.reason for certificate in found if not certificate.holds] == []


@needs_reference
def test_reference_beliefs_hold_on_the_path() -> None:
    """Where the cases list a belief on the path, the witness found by search implies the same."""
    for made, listed in claims.reference_claims():
        now = made.exact()
        for h in now.sets():
            nodes = now.members(h)
            reach = [math.prod(now.branch(int(made.game.parent[s]), s) for s in now.history(x)) for x in nodes]
            if sum(reach) and all(x in listed for x in nodes):
                assert [listed[x] for x in nodes] == [made.beliefs[x] for x in nodes]


def test_tolerance_depends_on_whether_the_strategy_mixes() -> None:
    assert check(known_claims()[0]).tolerance == 1e-9
    assert check(next(made for made in known_claims() if made.name == "partial bluff")).tolerance == 1e-7
    assert check(known_claims()[0], tolerance=0.25).tolerance == 0.25


def test_tie_that_fools_iteration_is_refused() -> None:
    """B is indifferent between R and L if u follows; believing that B might have sent L needs B to send it."""
    game = claims.tie_game()
    choices = {"sA": "L", "sB": "R", "L": "u"}
    fooled = claim("fooled", game, choices)
    fooled = fooled.changed(beliefs={fooled.node("A/L"): Fraction(1, 2), fooled.node("B/L"): Fraction(1, 2)})
    assert check(fooled).failed == "W2"
    assert check(fooled.changed(exponents={fooled.slot("sB", "L"): Fraction(0)})).failed == "W1"
    honest = check(claim("honest", game, choices))
    assert (honest.failed, honest.consistent, honest.where) == ("gain", True, "L")
    assert honest.gain == pytest.approx(1 / 3, abs=1e-15)
    nash = check(fooled, "nash")
    assert nash.failed == "ex-ante gain"
    assert nash.gain == pytest.approx(1 / 6, abs=1e-15)


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [Fraction(10**6), Fraction(1, 10**6), Fraction(2) ** 900, Fraction(1, 2**900)])
@pytest.mark.parametrize("shift", [0, 1000])
def test_gain_is_a_share_of_the_range(scale: Fraction, shift: int) -> None:
    def game(reply: int) -> NumericGame:
        ends = {"a": ((3 + shift) * scale,), "b": ((1 + shift) * scale,), "c": ((shift + reply) * scale,)}
        return numeric(("A", "h", ends))

    for reply, gain in ((2, 0.0), (5, 0.5)):
        now = game(reply)
        certificate = verify(now, sure(now, [1, 0, 0]), "sequential")
        assert certificate.gain == pytest.approx(gain, abs=1e-12)
        assert certificate.holds == (gain == 0)


def sure(now: NumericGame, exponent_zero: list[int], believed: dict[int, float] | None = None) -> Assessment:
    """A pure assessment: 1 where chosen; believed 1 at singletons."""
    game = now.game
    held = np.full(game.n_nodes, np.nan)
    for nodes in game.members:
        held[nodes] = 1.0 if len(nodes) == 1 else 0.0
    for node, belief in (believed or {}).items():
        held[node] = belief
    exponents = tuple(Fraction(1 - chosen) for chosen in exponent_zero)
    return Assessment(np.array(exponent_zero, dtype=float), held, Witness(exponents, (0.0,) * game.n_slots))


def test_payoffs_at_the_end_of_the_floats_do_not_hide_a_gain() -> None:
    base = numeric(("A", "h", {"a": (0,), "b": (1,)}))
    for low, high in ((-1.7e308, 1.7e308), (0.0, 5e-324)):
        wide = replace(base, payoffs=np.array([[low], [high]]))
        certificate = verify(wide, sure(wide, [1, 0]), "sequential")
        assert (certificate.gain, certificate.failed) == (1.0, "gain")


def test_numbers_that_are_not_finite_are_an_error() -> None:
    base = numeric(("A", "h", {"a": (0,), "b": (1,)}))
    with pytest.raises(UndefinedError):
        verify(replace(base, payoffs=np.array([[np.nan], [1.0]])), sure(base, [1, 0]), "nash")


def test_an_actor_without_anything_at_stake_never_gains() -> None:
    now = numeric(("A", "h", {"a": (1, 5), "b": ("B", "g", {"c": (1, 7), "d": (1, 9)})}), ("A", "B"))
    assert verify(now, sure(now, [0, 1, 0, 1]), "sequential").holds
    assert verify(now, sure(now, [0, 1, 1, 0]), "sequential").where == "g"


def test_one_bad_option_is_not_hidden_by_a_tiny_probability() -> None:
    now = numeric(("A", "h", {"good": (1,), "bad": (0,)}))
    p = 1e-12
    held = sure(now, [1, 0]).beliefs
    played = Assessment(np.array([1 - p, p]), held, Witness((Fraction(0),) * 2, (math.log1p(-p), math.log(p))))
    certificate = verify(now, played, "sequential")
    assert (certificate.gain, certificate.failed) == (1.0, "gain")


@pytest.mark.parametrize(
    ("odds", "belief", "failed"),
    [
        (1e-300, 1e-300, ""),
        (1e-300, 1.001e-300, "W3"),
        (1e-310, 1e-310, ""),
        (1e-310, 2e-310, "W3"),
        (5e-324, 5e-324, ""),
        (1e-310, 0.0, ""),
        (1e-300, 0.0, "W2"),
    ],
)
def test_tiny_beliefs(odds: float, belief: float, failed: str) -> None:
    """Two equal states, a slip in the second `odds` times as likely: a double holds what it can."""
    below = ("B", "g", {"c": (0, 1), "d": (0, 1)})
    tree = ("chance", {w: ("1/2", ("A", f"h{w}", {"stay": (0, 0), "slip": below})) for w in "xy"})
    now = numeric(tree, ("A", "B"))
    nodes = now.game.members[[own.name for own in now.game.infosets].index("g")]
    base = sure(now, [1, 0, 1, 0, 1, 0], {int(nodes[0]): 1.0, int(nodes[1]): belief})
    assert base.witness is not None
    slot = [own.name for own in now.game.infosets].index("hy") * 2 + 1
    logs = [0.0] * 6
    logs[slot] = math.log(odds)
    certificate = verify(now, replace(base, witness=Witness(base.witness.exponents, tuple(logs))), "sequential")
    assert certificate.failed == failed, certificate.reason


@pytest.mark.parametrize("size", [1e16, 1e300, -1e300])
def test_huge_coefficients_cannot_swallow_the_prior(size: float) -> None:
    """A tremble shared by both types cancels, however large: the belief must stay the prior."""
    tree = ("A", "h", {"stay": (0, 0), "go": ("chance", {"x": ("1/4", reply()), "y": ("3/4", reply())})})
    now = numeric(tree, ("A", "B"))
    nodes = [int(node) for node in now.game.members[1]]
    for belief, failed in ((0.25, ""), (0.5, "W3")):
        base = sure(now, [1, 0, 1, 0], {nodes[0]: belief, nodes[1]: 1 - belief})
        witness = Witness((Fraction(0), Fraction(1), Fraction(0), Fraction(1)), (0.0, size, 0.0, 0.0))
        assert verify(now, replace(base, witness=witness), "sequential").failed == failed


def test_exponents_are_compared_exactly() -> None:
    """Costs that agree in 15 digits are different, and equal sums of unequal fractions are equal."""
    tree = ("chance", {w: ("1/2", ("A", f"h{w}", {"stay": (0, 0), "go": reply()})) for w in "xy"})
    now = numeric(tree, ("A", "B"))
    nodes = [int(node) for node in now.game.members[2]]
    for second, belief, failed in (
        (Fraction(1, 3), 0.5, ""),
        (Fraction(1, 3) + Fraction(1, 10**30), 0.5, "W2"),
        (Fraction(1, 3) + Fraction(1, 10**30), 1.0, ""),
    ):
        base = sure(now, [1, 0, 1, 0, 1, 0], {nodes[0]: belief, nodes[1]: 1 - belief})
        exponents = (Fraction(0), Fraction(1, 3), Fraction(0), second, Fraction(0), Fraction(1))
        certificate = verify(now, replace(base, witness=Witness(exponents, (0.0,) * 6)), "sequential")
        assert certificate.failed == failed, certificate.reason


def reply() -> tuple[str, str, dict[str, tuple[int, int]]]:
    return ("B", "g", {"c": (0, 1), "d": (0, 1)})


# --- what does not exist at these numbers ----------------------------------------------------------------------------


def pruned(p: str) -> NumericGame:
    """A state of probability p, where B would want to play d; a set of its own (only) for A in it."""
    low = ("A", "only", {"u": ("B", "g", {"c": (0, 0), "d": (0, 5)}), "v": (9, 9)})
    high = ("B", "g", {"c": (1, 1), "d": (0, 0)})
    return numeric(("chance", {"low": (p, low), "high": (1 - Fraction(p), high)}), ("A", "B"))


def test_void_sets_and_dead_nodes_are_ignored() -> None:
    now = pruned("0")
    names = [own.name for own in now.game.infosets]
    only, g = now.game.options(names.index("only")), now.game.options(names.index("g"))
    alive = next(node for node in now.game.members[names.index("g")].tolist() if now.game.history(node) == "high")
    played, held = np.full(4, np.nan), np.full(now.game.n_nodes, np.nan)
    played[g] = [1.0, 0.0]
    held[alive] = 1.0
    exponents = [Fraction(-1)] * 4
    exponents[g] = [Fraction(0), Fraction(1)]
    logs = np.full(4, np.nan)
    logs[g] = 0.0
    judged = Assessment(played, held, Witness(tuple(exponents), tuple(logs.tolist())))
    for concept in ("sequential", "pure", "nash", "subgame"):
        certificate = verify(now, judged, concept)
        assert certificate.holds, certificate.reason
        assert certificate.tolerance == 1e-9
    assert only.stop - only.start == 2
    dead = next(node for node in now.game.members[names.index("g")].tolist() if node != alive)
    believed = held.copy()
    believed[dead] = 0.5
    assert verify(now, replace(judged, beliefs=believed), "sequential").failed == "beliefs"
    # the best ending there, 9, is out of reach: the range is 1, and the other option loses all of it
    wrong = played.copy()
    wrong[g] = [0.0, 1.0]
    swapped = Witness((*exponents[: g.start], Fraction(1), Fraction(0), *exponents[g.stop :]), tuple(logs.tolist()))
    assert verify(now, Assessment(wrong, held, swapped), "sequential").gain == 1.0


def test_the_same_strategy_where_the_state_can_occur() -> None:
    game = pruned("1/2").game
    made = claim("c", game, {"only": "u", "g": "c"})
    assert check(made).failed == "gain"
    assert check(claim("v", game, {"only": "v", "g": "c"})).holds


def test_single_options_and_games_without_any_choice() -> None:
    one = build(("A", "h", {"go": ("B", "g", {"on": ("chance", {"x": (1, (1, 2)), "y": (0, (3, 4))})})}), ("A", "B"))
    made = claim("only way", one, {"h": "go", "g": "on"})
    for concept in ("sequential", "pure", "nash", "subgame"):
        assert check(made, concept).holds
    assert check(made, "logit", precision=3.0).holds
    fate = build(("chance", {"x": ("1/2", (1,)), "y": ("1/2", (0,))}), ("A",))
    for concept in CONCEPTS:
        assert check(claim("fate", fate, {}), concept, precision=1.0).holds
    ending = build((1, 2), ("A", "B"))
    assert all(check(claim("over", ending, {}), concept, precision=1.0).holds for concept in CONCEPTS)


# --- deviations ------------------------------------------------------------------------------------------------------


def plan() -> NumericGame:
    """One actor: going pays only if it goes again."""
    return numeric(("A", "first", {"stay": (1,), "go": ("A", "second", {"back": (0,), "on": (2,)})}))


def test_one_actor_alone() -> None:
    made = claim("go on", plan().game, {"first": "go", "second": "on"})
    assert all(check(made, concept).holds for concept in ("sequential", "pure", "subgame", "nash"))
    timid = check(claim("timid", plan().game, {"first": "stay", "second": "back"}))
    # no single change at the first set gains anything; at the second one does, and a plan for both gains a half
    assert (timid.where, timid.gain, timid.failed) == ("second", 1.0, "gain")
    assert timid.continuation_gain == 1.0
    assert check(claim("timid", plan().game, {"first": "stay", "second": "back"}), "nash").gain == 0.5
    assert check(claim("timid", plan().game, {"first": "stay", "second": "back"}), "subgame").gain == 1.0


def tilted(shift: float) -> tuple[NumericGame, Assessment]:
    """B moves twice in the same two states; its second belief is off by `shift`, so that bet looks no better."""

    half = Fraction(1, 2)

    def again(good: int) -> tuple[object, ...]:
        return ("B", "again", {"pass": (half,), "bet": (good,)})

    states = {"x": ("1/2", 0), "y": ("1/2", 1)}
    tree = ("chance", {w: (p, ("B", "once", {"out": (half,), "in": again(good)})) for w, (p, good) in states.items()})
    now = numeric(tree)
    once, twice = ([int(node) for node in nodes] for nodes in now.game.members)
    # the state y is a little less likely than half where B moves first, and as likely as not the second time
    held = {once[0]: 0.5 - shift, once[1]: 0.5 + shift, twice[0]: 0.5, twice[1]: 0.5}
    return now, sure(now, [1, 0, 1, 0], held)


def test_a_continuation_shows_beliefs_that_do_not_fit_together() -> None:
    now, judged = tilted(2e-10)  # within what W3 allows for rounding
    certificate = verify(now, judged, "sequential", tolerance=1e-11)
    assert (certificate.failed, certificate.consistent) == ("continuation", True)
    assert certificate.gain == 0.0
    assert certificate.continuation_gain == pytest.approx(2e-10, rel=1e-5)
    assert verify(now, judged, "sequential", tolerance=1e-9).holds
    assert verify(*tilted(0.0), "sequential", tolerance=0.0).holds


def test_continuation_may_add_up_over_information_sets_in_a_row() -> None:
    """Ten steps that gain 0.9 tolerances each: every single one is within, and so is their sum."""
    steps, tolerance = 10, 1e-3
    tree: object = (Fraction(steps) * Fraction(9, 10**4),)
    for step in reversed(range(steps)):
        tree = ("A", f"h{step}", {"stop": (Fraction(step) * Fraction(9, 10**4),), "go": tree})
    now = numeric(("chance", {"game": ("1/2", tree), "top": ("1/4", (1,)), "bottom": ("1/4", (0,))}))
    certificate = verify(now, sure(now, [1, 0] * steps), "sequential", tolerance=tolerance)
    assert certificate.holds
    assert certificate.gain == pytest.approx(9e-4)
    assert certificate.continuation_gain == pytest.approx(9e-3)


# --- nash, subgame, logit --------------------------------------------------------------------------------------------


def test_the_threat_that_is_not_credible() -> None:
    """Entry deterrence: Nash, but not in the subgame after entry."""
    game = build(("E", "e", {"out": (0, 2), "in": ("I", "i", {"fight": (-1, -1), "yield": (1, 1)})}), ("E", "I"))
    threat = claim("threat", game, {"e": "out", "i": "fight"})
    assert check(threat, "nash").holds
    subgame = check(threat, "subgame")
    assert (subgame.failed, subgame.where) == ("subgame gain", "i")
    assert subgame.gain == pytest.approx(2 / 3, abs=1e-15)
    assert check(threat).failed == "gain"
    assert check(claim("entry", game, {"e": "in", "i": "yield"}), "subgame").holds


def test_imperfect_recall_is_judged_over_pure_strategies() -> None:
    """A team of one actor that forgets: coordinating needs the same move twice, and mixing loses half."""
    second = {way: ("A", "again", {"l": (int(way == "l"),), "r": (int(way == "r"),)}) for way in "lr"}
    game = build(("A", "once", second))
    assert not game.perfect_recall
    assert check(claim("same", game, {"once": "l", "again": "l"}), "nash").holds
    mixed = claim("mixed", game, {"once": {"l": "1/2", "r": "1/2"}, "again": {"l": "1/2", "r": "1/2"}})
    certificate = check(mixed, "nash")
    assert (certificate.failed, certificate.gain) == ("ex-ante gain", 0.5)
    for concept in ("sequential", "pure", "subgame", "logit"):
        refused = check(mixed, concept, precision=1.0)
        assert (refused.failed, refused.holds) == ("concept", False)
        assert "recall" in refused.reason


def test_the_absent_minded_driver_cannot_do_both_at_one_crossing() -> None:
    game = build(("A", "crossing", {"exit": (0,), "on": ("A", "crossing", {"exit": (4,), "on": (1,)})}))
    assert check(claim("on", game, {"crossing": "on"}), "nash").holds
    assert check(claim("exit", game, {"crossing": "exit"}), "nash").gain == 0.25


def test_too_many_strategies_of_an_actor_that_forgets() -> None:
    tree: object = (0,)
    for step in range(17):
        tree = ("A", f"s{step}", {"l": tree, "r": (step,)})
    forgets = ("chance", {way: ("1/2", ("A", "h", {"l": tree, "r": (1,)})) for way in "xy"})
    game = build(forgets)
    made = claim("many", game, {own.name: "l" for own in game.infosets})
    assert game.perfect_recall  # every state is the same to A, so this is only large
    assert check(made, "nash").failed == "ex-ante gain"
    forgetful = build(("A", "g", {"x": ("A", "h", {"l": tree, "r": (1,)}), "y": ("A", "h", {"l": (2,), "r": (3,)})}))
    certificate = check(claim("many", forgetful, {own.name: own.options[0] for own in forgetful.infosets}), "nash")
    assert (certificate.failed, certificate.holds) == ("concept", False)


def test_no_order_of_play_leaves_nash() -> None:
    one = ("A", "a", {"l": ("B", "b", {"l": (1, 1), "r": (0, 0)}), "r": (0, 0)})
    other = ("B", "b", {"l": ("A", "a", {"l": (1, 1), "r": (0, 0)}), "r": (0, 0)})
    game = build(("chance", {"x": ("1/2", one), "y": ("1/2", other)}), ("A", "B"))
    assert game.perfect_recall
    assert not game.ordered
    made = claim("both l", game, {"a": "l", "b": "l"})
    assert check(made, "nash").holds
    refused = check(made, "sequential")
    assert (refused.failed, refused.consistent) == ("concept", False)


@pytest.mark.parametrize("precision", [None, -1.0, math.nan, math.inf])
def test_logit_needs_a_precision(precision: float | None) -> None:
    assert verify(plan(), sure(plan(), [0, 1, 0, 1]), "logit", precision=precision).failed == "concept"


def test_unknown_concepts_are_refused() -> None:
    assert check(known_claims()[0], "trembling").failed == "concept"


@pytest.mark.parametrize("precision", [0.0, 1.0, 30.0, 2000.0, 1e7])
def test_logit_of_one_actor_in_closed_form(precision: float) -> None:
    """Backwards through `plan`: log-odds are the precision times the difference in raw payoffs."""

    def logistic(x: float) -> float:
        return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))

    on = logistic(2 * precision)
    go = logistic(precision * (2 * on - 1))
    played = Assessment(np.array([1 - go, go, 1 - on, on]), np.full(plan().game.n_nodes, np.nan))
    certificate = verify(plan(), played, "logit", precision=precision)
    assert certificate.holds, certificate.reason
    assert certificate.consistent is None
    wrong = Assessment(np.array([go, 1 - go, 1 - on, on]), played.beliefs)
    assert verify(plan(), wrong, "logit", precision=precision).holds == (precision == 0)


def test_logit_beliefs_survive_underflow() -> None:
    """Both types almost never go, x less so by exp(-precision): B then believes y, whatever doubles say of either."""
    below = {"x": {"c": (0, 0), "d": (0, 1)}, "y": {"c": (0, 1), "d": (0, 0)}}
    stay = {"x": 3, "y": 2}
    tree = {w: ("1/2", ("A", f"h{w}", {"stay": (stay[w], 0), "go": ("B", "g", below[w])})) for w in "xy"}
    now = numeric(("chance", tree), ("A", "B"))
    names = [own.name for own in now.game.infosets]
    for c, holds in ((1.0, True), (0.5, False), (0.0, False)):
        played = np.empty(6)
        played[now.game.options(names.index("hx"))] = played[now.game.options(names.index("hy"))] = [1.0, 0.0]
        played[now.game.options(names.index("g"))] = [c, 1 - c]
        certificate = verify(now, Assessment(played, np.full(now.game.n_nodes, np.nan)), "logit", precision=5000.0)
        assert certificate.holds == holds
        assert certificate.failed == ("" if holds else "residual")


# --- large, and as JSON ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("alone", "moves"), [(True, 10_000), (False, 3_000)])
def test_ten_thousand_moves_deep(alone: bool, moves: int) -> None:
    """Take or pass, a long way: taking at once is the equilibrium when what is left shrinks."""
    tree: object = (0, 0)
    for step in reversed(range(moves)):
        value = Fraction(moves - step, moves)
        tree = ("A" if alone or step % 2 == 0 else "B", f"h{step}", {"take": (value, value), "pass": tree})
    now = numeric(tree, ("A", "B"))
    judged = sure(now, [1, 0] * moves)
    for concept in ("sequential", "subgame", "nash"):
        assert verify(now, judged, concept).holds
    late = sure(now, [0, 1] + [1, 0] * (moves - 1))
    certificate = verify(now, late, "sequential")
    assert certificate.where == "h0"
    assert certificate.gain == pytest.approx(1 / moves)
    even = Assessment(np.full(2 * moves, 0.5), judged.beliefs)
    assert verify(now, even, "logit", precision=0.0).holds


def test_the_json_form_has_every_field_and_no_nan() -> None:
    certificate = check(known_claims()[0], "nash")
    assert math.isnan(certificate.continuation_gain)
    as_dict = certificate.to_dict()
    assert list(as_dict) == list(Certificate.__dataclass_fields__)
    assert as_dict["continuation_gain"] is None
    assert json.loads(json.dumps(as_dict, allow_nan=False))["holds"] is True


@pytest.mark.parametrize("made", known_claims(), ids=lambda made: made.name)
def test_shapes_that_do_not_fit_are_refused(made: Claim) -> None:
    judged = made.assessment()
    assert judged.witness is not None
    short = Witness(judged.witness.exponents[1:], judged.witness.log_coefficients[1:])
    for wrong, failed in (
        (replace(judged, behaviour=judged.behaviour[1:]), "strategy"),
        (replace(judged, beliefs=judged.beliefs[1:]), "beliefs"),
        (replace(judged, witness=short), "W1"),
        (replace(judged, witness=None), "W1"),
    ):
        certificate = verify(made.numeric, wrong, "sequential")
        assert (certificate.failed, certificate.consistent) == (failed, False)
    assert floats(made.beliefs).shape == judged.beliefs.shape
