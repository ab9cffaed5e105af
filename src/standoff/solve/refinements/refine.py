"""Refinements as filters: whether an equilibrium survives, and why.

The criteria are those of `standoff.solve.refinements.criteria`, applied to every message of
`standoff.solve.refinements.messages`; an equilibrium survives if it survives at each. Both look at the equilibrium's
path and at all replies that could support it, so equilibria that differ only in the reply to a message share a verdict.
A verdict that cannot be reached soundly is None, with the reason. See docs/refinements.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from standoff.errors import LimitError
from standoff.game.game import NumericGame
from standoff.game.play import Play
from standoff.solve.assessment import Assessment
from standoff.solve.refinements import words
from standoff.solve.refinements.continuation import Continuation
from standoff.solve.refinements.criteria import PROGRAMMES, Finding, Judge, Programmes
from standoff.solve.refinements.messages import Unexpected, messages

CRITERIA = ("intuitive", "d1")
NODES = 50_000  # nodes times equilibria up to which the criteria are tried
ALL_PROGRAMMES = 1_200  # linear programmes for all messages together
TOLD = 2  # messages that a reason tells of


@dataclass(frozen=True)
class Refinement:
    """A filter's verdict on one equilibrium; `survives` is None where it cannot be told."""

    name: str  # intuitive | d1 | logit
    survives: bool | None
    reason: str

    def to_dict(self) -> dict[str, bool | str | None]:
        """The entry of ``solve --json``."""
        return {"survives": self.survives, "reason": self.reason}


@dataclass(frozen=True, eq=False)
class Subject:
    """An equilibrium to judge; `free` holds the slots whose probability varies over its class."""

    numeric: NumericGame
    assessment: Assessment
    play: Play
    tolerance: float
    free: frozenset[int] = frozenset()


@dataclass
class _Known:
    """Findings so far, by problem: equilibria with the same path have the same."""

    findings: dict[object, dict[str, Finding | str]] = field(default_factory=dict)
    left: int = ALL_PROGRAMMES  # linear programmes for the messages to come

    def of(self, message: Unexpected) -> dict[str, Finding | str]:
        """Per criterion the finding, or why there is none."""
        assert message.problem is not None
        if message.problem not in self.findings:
            allowed = Programmes(min(PROGRAMMES, self.left))
            self.left -= allowed.left
            judge = Judge(message.problem, allowed)
            self.findings[message.problem] = {name: self._try(judge, name) for name in CRITERIA}
            self.left += allowed.left
        return self.findings[message.problem]

    def _try(self, judge: Judge, name: str) -> Finding | str:
        try:
            return judge.intuitive() if name == "intuitive" else judge.d1()
        except LimitError as error:
            return f"not tried: {error}"


def refine(subjects: Sequence[Subject], *, nodes: int = NODES) -> list[dict[str, Refinement]]:
    """Per equilibrium the verdicts of both criteria, by name; none are tried beyond `nodes` nodes over all of them."""
    known = _Known()
    size = sum(subject.numeric.game.n_nodes for subject in subjects)
    if size > nodes:
        reason = f"not tried: {size:,} nodes over all equilibria, more than {nodes:,}"
        return [{name: Refinement(name, None, reason) for name in CRITERIA} for _ in subjects]
    return [{entry.name: entry for entry in _verdicts(subject, known)} for subject in subjects]


def _verdicts(subject: Subject, known: _Known) -> Iterator[Refinement]:
    continuation = Continuation(subject.numeric, subject.assessment, subject.play, subject.tolerance)
    found = messages(continuation)
    game = subject.numeric.game
    loose = any(game.slot_infoset[slot] not in continuation.open for slot in subject.free)
    for name in CRITERIA:
        verdict = _joined(name, (_judged(continuation, message, name, known) for message in found))
        if verdict.survives is False and loose:
            reason = f"the equilibrium shown fails ({verdict.reason}); others of its class were not tried"
            verdict = Refinement(name, None, reason)
        yield verdict


def _judged(continuation: Continuation, message: Unexpected, name: str, known: _Known) -> tuple[bool | None, str]:
    game = continuation.numeric.game
    if message.problem is None:
        return None, words.obstacle(game, message)
    finding = known.of(message)[name]
    if isinstance(finding, str):
        return None, finding
    sentence = words.intuitive if name == "intuitive" else words.d1
    return finding.survives, sentence(game, message, finding)


def _joined(name: str, verdicts: Iterable[tuple[bool | None, str]]) -> Refinement:
    """Failing at one message is failing; not knowing about one is not knowing."""
    all_verdicts = list(verdicts)
    for verdict in (False, None, True):
        told = list(dict.fromkeys(reason for survives, reason in all_verdicts if survives is verdict))
        if told:
            more = len(told) - TOLD
            tail = f"; and {more} more of the kind" if more > 0 else ""
            return Refinement(name, verdict, "; ".join(told[:TOLD]) + tail)
    return Refinement(name, True, "no unexpected option could pay and leave the type of whoever chose it in doubt")
