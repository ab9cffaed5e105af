"""Summaries of a study against sums by hand, and courses of play against exact fractions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
import pytest

from standoff.findings.courses import courses
from standoff.findings.outcomes import outcome_summaries, summarise
from standoff.findings.quantiles import UpperCounts, quantiles
from standoff.game.game import Floats
from standoff.game.tree import build
from standoff.study.answers import METHODS, STATUSES, Answers, blank
from unit.draw.crisis_case import VALUES, crisis, equilibrium


@dataclass
class Study:
    """A study of four draws, one of which does not count."""

    draws: int = 4
    seed: int = 7
    sampler: str = "sobol"
    outcomes: tuple[str, ...] = ("war", "peace")
    options: tuple[str, ...] = ("go", "stay")
    status: tuple[str, ...] = ("certified", "certified", "near_tie", "certified")
    method: tuple[str, ...] = ("iterated", "traced", "traced", "iterated")
    seconds: float = 1.5
    versions: dict[str, str] = field(default_factory=lambda: {"numpy": "2"})
    selected: Floats = field(default_factory=lambda: np.array([[0.1, 0.9], [0.4, 0.6], [np.nan, np.nan], [0.7, 0.3]]))
    low: Floats = field(default_factory=lambda: np.array([[0.1, 0.9], [0.0, 0.6], [np.nan, np.nan], [0.7, 0.3]]))
    high: Floats = field(default_factory=lambda: np.array([[0.1, 0.9], [0.4, 1.0], [np.nan, np.nan], [0.71, 0.3]]))
    audit: Floats = field(default_factory=lambda: np.array([0.0, np.nan, np.nan, 0.3]))
    branch: Floats = field(default_factory=lambda: np.full(4, np.nan))
    decision: Floats = field(default_factory=lambda: np.array([[1.0, 0.0], [np.nan, np.nan], [0.0, 1.0], [0.25, 0.75]]))
    kind: tuple[int, ...] = (5, 7, 0, 5)
    cut: int = 3  # draws per part

    def parts(self) -> Iterator[Answers]:
        """The answers, cut anyhow."""
        answers = replace(
            blank(self.draws, len(self.outcomes), len(self.options), 0),
            selected=self.selected,
            low=self.low,
            high=self.high,
            decision=self.decision,
            audit=self.audit,
            branch=self.branch,
            status=np.array([STATUSES.index(status) for status in self.status], dtype=np.uint8),
            method=np.array([METHODS.index(method) for method in self.method], dtype=np.uint8),
            kind=np.array(self.kind),
        )
        for start in range(0, self.draws, self.cut):
            yield answers.rows(slice(start, start + self.cut))

    def selections(self) -> Iterator[Floats]:
        return (part.selected[part.certified] for part in self.parts())


def test_only_certified_draws_count() -> None:
    summary = summarise(Study())
    war, peace = summary.outcomes
    assert (summary.draws, summary.certified) == (4, 3)
    assert summary.certified_share == 0.75
    assert war.mean == pytest.approx(0.4)
    assert (war.low, war.high) == (pytest.approx(0.8 / 3), pytest.approx(1.21 / 3))
    assert (peace.low, peace.high) == (pytest.approx(0.6), pytest.approx(2.2 / 3))
    assert summary.statuses == {"certified": 3, "near_tie": 1}
    assert summary.methods == {"iterated": 2, "traced": 2}


def test_a_small_difference_between_equilibria_is_not_counted_as_several() -> None:
    assert summarise(Study()).several == pytest.approx(1 / 3)  # 0.4 counts, 0.01 does not


def test_the_audit_counts_draws_solved_twice() -> None:
    audit = summarise(Study()).audit
    assert (audit.draws, audit.disagreements) == (2, 1)
    # the roots of (share - p)^2 = z^2 p (1 - p) / n
    for bound in (audit.low, audit.high):
        assert (0.5 - bound) ** 2 == pytest.approx(1.959964**2 * bound * (1 - bound) / 2)
    assert audit.low < 0.5 < audit.high
    assert summarise(Study()).branch.draws == 0
    assert summarise(Study(branch=np.array([0.021, 0.019, np.nan, np.nan]))).branch.disagreements == 1
    assert summarise(Study(audit=np.full(4, np.nan))).audit.to_dict()["share"] is None


def test_one_equilibrium_per_draw_has_no_bounds() -> None:
    study = Study()
    assert summarise(study).bounded
    alone = summarise(Study(low=study.selected, high=study.selected))
    assert not alone.bounded
    assert alone.to_dict()["several_equilibria"] is None


def test_shares_of_the_decision_leave_out_draws_that_never_reach_it() -> None:
    summary = summarise(Study())
    assert summary.decided == 2
    assert summary.decision == {"go": pytest.approx(0.625), "stay": pytest.approx(0.375)}


def test_a_study_without_a_certified_draw_has_no_outcomes() -> None:
    summary = summarise(Study(status=("timeout",) * 4))
    assert summary.outcomes == ()
    assert summary.decision == {}
    assert summary.certified == 0
    assert summary.to_dict()["certified"] == 0.0


def test_a_study_without_a_decision_move() -> None:
    summary = summarise(Study(options=(), decision=np.empty((4, 0))))
    assert (summary.decision, summary.decided) == ({}, 0)


def test_classes_are_shares_of_the_certified_draws() -> None:
    summary = summarise(Study())
    assert [(entry.name, entry.share) for entry in summary.classes] == [
        ("0000000000000005", pytest.approx(2 / 3)),
        ("0000000000000007", pytest.approx(1 / 3)),
    ]
    assert summary.class_count == 2
    assert summary.to_dict()["classes"][0] == {"class": "0000000000000005", "share": pytest.approx(2 / 3)}


def test_a_summary_does_not_depend_on_the_parts() -> None:
    """To the last bit, with numbers whose sums do depend on the order in floating point."""
    rng = np.random.default_rng(1)
    war = rng.random(1000) ** 20
    table = np.column_stack([war, 1 - war])

    def study(cut: int) -> Study:
        status, method = ("certified",) * 1000, ("iterated",) * 1000
        tables = {"selected": table, "low": table / 3, "high": table, "decision": table[:, ::-1]}
        some = {
            "audit": np.full(1000, np.nan),
            "branch": np.full(1000, np.nan),
            "kind": tuple(rng.integers(0, 9, 1000)),
        }
        return Study(draws=1000, status=status, method=method, cut=cut, **tables, **some)

    whole = summarise(study(1000)).to_dict()
    for cut in (1, 7, 333):
        assert {**summarise(study(cut)).to_dict(), "classes": 0} == {**whole, "classes": 0}
    assert whole["outcomes"]["war"]["mean"] == pytest.approx(math.fsum(war) / 1000, abs=1e-12)


@pytest.mark.parametrize("count", [1, 2, 3, 100, 4096])
def test_percentiles_are_those_of_all_numbers_at_once(count: int) -> None:
    rng = np.random.default_rng(count)
    table = np.column_stack([rng.random(count), rng.integers(0, 2, count), rng.random(count) * 1e-12, np.zeros(count)])
    table = table.astype(np.float32)
    at = (0.0, 0.05, 0.5, 0.95, 1.0)
    cuts = [table[start : start + 17] for start in range(0, count, 17)]
    upper = UpperCounts(4)
    for cut in cuts:
        upper.add(cut)
    found = quantiles(upper, cuts, count, at)
    np.testing.assert_allclose(found, np.quantile(table.astype(float), at, axis=0).T, rtol=1e-12)


def test_percentiles_of_an_even_grid() -> None:
    grid = np.random.default_rng(0).permutation(np.linspace(0, 1, 101))[:, None]
    (row,) = outcome_summaries(("war",), grid, grid, grid)
    assert row.mean == pytest.approx(0.5)
    assert (row.q05, row.q50, row.q95) == (pytest.approx(0.05), pytest.approx(0.5), pytest.approx(0.95))


def test_the_json_entry_has_the_six_numbers_of_the_contract() -> None:
    entry = summarise(Study()).to_dict()["outcomes"]["war"]
    assert set(entry) == {"mean", "low", "high", "q05", "q50", "q95"}


def test_courses_of_play_sum_over_chance() -> None:
    game = build(crisis())
    found = courses(game, equilibrium(game).play)
    struck = Fraction(2, 5) * Fraction(3, 4)  # resolved and striking
    assert [course.probability for course in found] == [pytest.approx(float(1 - struck)), pytest.approx(float(struck))]
    assert [step.option for step in found[1].steps] == ["no_veto", "refuse", "force", "strike", "withdraw"]
    assert found[0].outcomes == {"deterrence_holds": pytest.approx(1.0)}
    assert found[1].outcomes == {"withdrawal": pytest.approx(1.0)}
    assert math.isclose(sum(course.probability for course in found), 1.0)


def test_outcomes_of_a_course_are_shares_within_it() -> None:
    def choose(infoset):  # type: ignore[no-untyped-def]
        """Retaliate always; the United States fights where it is committed."""
        knows = dict(infoset.information)
        wanted = {
            "statement": "no_veto",
            "consent": "refuse",
            "posture": "force",
            "strike": "strike",
            "reaction": "retaliate",
            "backing": "back" if knows.get("commitment") == "committed" else "stay_out",
        }
        chosen = wanted.get(infoset.move, infoset.options[0])
        return {option: float(option == chosen) for option in infoset.options}

    game = build(crisis())
    found = courses(game, equilibrium(game, VALUES, choose).play)
    assert [course.probability for course in found] == [pytest.approx(0.65), pytest.approx(0.35)]
    assert found[0].outcomes == {"european_war": pytest.approx(1.0)}
