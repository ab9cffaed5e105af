"""The section without an order of moves: where the tree and the graph of the same game agree, and where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from standoff.brief.cells import Cell, Labels, Table, listed, table
from standoff.findings.words import share
from standoff.graph.comparison import Comparison, End
from standoff.graph.result import GraphResult
from standoff.graph.stability import NOTIONS

SHOWN = 12  # states in the table
STRONGEST = "SSEQ"  # the strongest of the notions in which answers are foreseen
IN_WORDS = {
    "R": "nobody can improve on it by a move of its own",
    "GMR": "whoever improves on it can be answered so that it gains nothing",
    "SMR": "whoever improves on it can be answered, and cannot escape the answer",
    "SEQ": "whoever improves on it can be answered by moves that gain those who answer",
    "SSEQ": "whoever improves on it can be answered by moves that gain those who answer, and cannot escape the answer",
}


@dataclass(frozen=True)
class OrderlessPart:
    """The section: what tree and graph say, the states beside each other, and what the graph leaves out."""

    states: int
    draws: int
    agree: tuple[str, ...]
    differ: tuple[str, ...]
    table: Table | None
    notions: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...]
    short: tuple[str, str]
    computed: tuple[tuple[str, str], ...]


def orderless_part(found: GraphResult, labels: Labels) -> OrderlessPart:
    """The graph beside the tree as the page says it."""
    beside = found.comparison
    assert beside is not None  # a model whose file has no block `graph` is compared
    said = _Said(found, beside, labels)
    agree = said.agree()
    shares = found.shares
    draws = shares.defined if shares is not None else 0
    how = f"{found.model.n_states:,} states"
    how += f", {draws:,} draws, seed {found.seed}" if draws else ", at the base values"
    return OrderlessPart(
        states=found.model.n_states,
        draws=draws,
        agree=tuple(agree),
        differ=tuple(said.differ()),
        table=said.table(),
        notions=tuple((notion, IN_WORDS[notion]) for notion in NOTIONS if notion in found.notions),
        left_out=found.model.left_out,
        short=(said.gist(), "order"),
        computed=(("Without an order of moves", how),),
    )


@dataclass(frozen=True, eq=False)
class _Said:
    found: GraphResult
    beside: Comparison
    labels: Labels

    def state(self, number: int) -> str:
        """A state in the words of the file."""
        state = self.found.model.states[number]
        if not state.choices:
            return state.name.replace("/", " / ")
        return " → ".join(self.labels.names.option(move, option) for move, option in state.choices)

    def ending(self, number: int) -> str:
        """The ending that a state belongs to."""
        label = self.found.model.states[number].label
        return self.labels.outcome(label) if label in self.labels.names.outcomes else label

    def gist(self) -> str:
        """Whether the tree's answer stands without the order, in one sentence."""
        if not self.beside.ends:
            return ""
        held = sum(end.share for end in self.beside.ends if STRONGEST in end.notions)
        best = self.beside.ends[0]
        what = f"“{self.ending(best.state)}”"
        if held > 1 - 1e-9:
            return f"Without an order of moves too, what play ends in ({what}) is stable: {IN_WORDS[STRONGEST]}."
        if held > 0:
            return f"Without an order of moves, {share(min(held, 1.0))} of what play ends in is stable ({STRONGEST})."
        return f"Without an order of moves, what play ends in ({what}) is not stable in the sense of {STRONGEST}."

    def agree(self) -> list[str]:
        """What the graph says of the states in which the tree's selected equilibrium ends."""
        if not self.beside.ends:
            return [
                "The tree has no certified selected equilibrium at the base values, so there is nothing to compare."
            ]
        return [self._end(end) for end in self.beside.ends[:SHOWN]]

    def _end(self, end: End) -> str:
        told = f"Played in order, play ends with {share(min(end.share, 1.0))} in: {self.state(end.state)}"
        told += f" ({self.ending(end.state)})."
        strongest = _strongest(end.notions)
        if "R" in end.notions:
            return f"{told} Without an order it is stable in every sense: {IN_WORDS['R']}."
        told += (
            f" Without an order it is stable in the sense that {_and([IN_WORDS[one] for one in strongest])}"
            f" ({', '.join(strongest)})"
            if strongest
            else " Without an order it is stable in no sense"
        )
        gains = [f"{self._actor(actor)} ({self.state(state)})" for actor, state in end.gains]
        return (
            f"{told}. By one move alone it could be left for something better by {listed(gains)}."
            if gains
            else f"{told}."
        )

    def differ(self) -> list[str]:
        """Which states only the graph holds stable, per notion."""
        every = "none of the equilibria of the tree that were found"
        if self.beside.complete:
            every = "no equilibrium of the tree"
        told = []
        for notion, states in self.beside.graph_only.items():
            if states:
                many = "one stable state" if len(states) == 1 else f"{len(states)} stable states"
                told.append(f"{notion}: the graph has {many} in which {every} ends.")
        if not told:
            told.append("Every state that the graph holds stable is one in which an equilibrium of the tree ends.")
        return told

    def table(self) -> Table | None:
        """The states in which the tree ends and the most stable others, with how often each is stable over draws."""
        found, shares = self.found, self.found.shares
        ends = {end.state: end.share for end in self.beside.ends}
        score = np.sum([found.equilibrium(notion) for notion in found.notions], axis=0)
        rank = [int(n) for n in np.lexsort((np.arange(len(score)), -score)) if score[n] > 0 and int(n) not in ends]
        numbers = [*ends, *rank][:SHOWN]
        rows: list[tuple[Cell | str, ...]] = []
        for number in numbers:
            notions = [notion for notion in found.notions if found.equilibrium(notion)[number]]
            cells = [share(min(ends[number], 1.0)) if number in ends else "–", ", ".join(_strongest(notions)) or "none"]
            if shares is not None and shares.defined:
                cells += [share(float(shares.equilibrium[notion][number])) for notion in found.notions]
            rows.append((Cell(self.state(number), self.ending(number)), *cells))
        heads = ["State", "Tree ends there", "Stable in the graph"]
        heads += [f"{notion}, share of draws" for notion in found.notions] if shares and shares.defined else []
        return table("States of the graph beside the tree", heads, rows, (1, *range(3, len(heads)))) if rows else None

    def _actor(self, actor: int) -> str:
        return self.labels.names.actors[actor]


def _strongest(notions: Sequence[str]) -> list[str]:
    """The notions that no other one of them implies."""
    implied = {"R": {"GMR", "SMR", "SEQ", "SSEQ"}, "SSEQ": {"GMR", "SMR", "SEQ"}, "SMR": {"GMR"}, "SEQ": {"GMR"}}
    under = {weaker for notion in notions for weaker in implied.get(notion, ())}
    return [notion for notion in notions if notion not in under]


def _and(parts: Sequence[str]) -> str:
    return "; and ".join(parts)
