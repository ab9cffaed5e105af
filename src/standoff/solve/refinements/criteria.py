"""The intuitive criterion and D1 for one unexpected message, as linear programmes in exact fractions.

Notation. Types t of the sender; information sets g at which the replier answers, each with options r. A *reply* is a
probability rho[g, r] for every g. With play after the reply as in the equilibrium, payoffs are linear in it:

    U_t(rho) = base[t] + sum over g, r of rho[g, r] sender[g][r][t],

and u*_t is what the type gets in the equilibrium. A *belief* beta is a probability of each type; option r at g is worth
``sum over t of beta_t replier[g][r][t]`` to the replier, up to a factor that all options at g share. MBR(D) is the set
of all replies that are optimal at every g against one and the same belief on the types D: the union, over the supports
(S_g) that some such belief makes optimal together, of all mixtures within them.

- *Intuitive criterion* (Cho & Kreps 1987): J holds the types with u*_t > max U_t over MBR(all types). The equilibrium
  fails if some type outside J has u*_t < min U_t over MBR(all types but J).
- *D1* (Banks & Sobel 1987; Cho & Kreps 1987): a type t is deleted if another type t' gains strictly by some reply in
  MBR(all types), and by every one by which t gains at least weakly. One round. The equilibrium fails if no reply in
  MBR(the types left) keeps every type from gaining.

Gains up to `Message.margin` (utility) count as none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from standoff.errors import LimitError
from standoff.solve.exact import minimise

PROGRAMMES = 600  # linear programmes for one message

Support = tuple[tuple[int, ...], ...]  # [g] options
Reply = tuple[tuple[Fraction, ...], ...]  # [g][r] probabilities


@dataclass(frozen=True)
class Message:
    """An unexpected choice as a signalling problem; payoffs in utility."""

    equilibrium: tuple[Fraction, ...]  # [t] u*
    base: tuple[Fraction, ...]  # [t]
    sender: tuple[tuple[tuple[Fraction, ...], ...], ...]  # [g][r][t]
    replier: tuple[tuple[tuple[Fraction, ...], ...], ...]  # [g][r][t]
    margin: Fraction  # sender's gains up to this are none
    slack: Fraction  # replier's losses up to this are none

    @property
    def types(self) -> tuple[int, ...]:
        """All types of the sender."""
        return tuple(range(len(self.base)))

    def gain(self, t: int, reply: Reply) -> Fraction:
        """U_t(reply) - u*_t."""
        parts = (
            p * row[t] for own, rows in zip(reply, self.sender, strict=True) for p, row in zip(own, rows, strict=True)
        )
        return self.base[t] - self.equilibrium[t] + sum(parts, Fraction(0))

    def extreme(self, t: int, support: Support, *, most: bool) -> tuple[Fraction, Reply]:
        """The most or least that a type gains by replies within a support, and such a reply."""
        pick = max if most else min
        reply = []
        for options, rows in zip(support, self.sender, strict=True):
            best = pick(options, key=lambda r: rows[r][t])
            reply.append(tuple(Fraction(r == best) for r in range(len(rows))))
        return self.gain(t, tuple(reply)), tuple(reply)


@dataclass(frozen=True)
class Finding:
    """What a criterion says of one message.

    `left` are the types that may be believed; there are none where no type could gain. Where the criterion fails,
    `reply` is what the replier does that gains the sender least, and `gainer` the type that gains `gain` by it;
    `forced` says that it is the only best reply. Where D1 holds although types were ruled out, `reply` deters.
    """

    survives: bool
    left: tuple[int, ...]
    reply: Reply | None = None
    gainer: int | None = None
    gain: Fraction = Fraction(0)
    forced: bool = False


@dataclass
class Programmes:
    """How many linear programmes may still be solved."""

    left: int = PROGRAMMES

    def solve(
        self, objective: Sequence[Fraction], rows: list[list[Fraction]], bounds: list[Fraction]
    ) -> tuple[Fraction, ...] | None:
        """The optimum of `standoff.solve.exact.minimise`. Raises `LimitError` when there were too many."""
        if not self.left:
            raise LimitError("too many combinations of replies to go through")
        self.left -= 1
        return minimise(objective, rows, bounds)


@dataclass
class Judge:
    """Both criteria for one message; what they share is computed once."""

    message: Message
    programmes: Programmes = field(default_factory=Programmes)
    _supports: dict[tuple[int, ...], list[Support]] = field(default_factory=dict)

    def supports(self, believed: tuple[int, ...]) -> list[Support]:
        """The largest supports that make up MBR of the types believed."""
        if believed not in self._supports:
            found = list(self._extend(believed, ()))
            self._supports[believed] = [one for one in found if not any(_within(one, other) for other in found)]
        return self._supports[believed]

    def _extend(self, believed: tuple[int, ...], chosen: Support) -> Iterator[Support]:
        if len(chosen) == len(self.message.replier):
            yield chosen
            return
        options = range(len(self.message.replier[len(chosen)]))
        alone: list[tuple[int, ...]] = [(r,) for r in options if self._believable(believed, (*chosen, (r,)))]
        passed = alone
        while passed:
            for support in passed:
                yield from self._extend(believed, (*chosen, support))
            larger = (support + one for support in passed for one in alone if one[0] > support[-1])
            passed = [support for support in larger if self._believable(believed, (*chosen, support))]

    def _believable(self, believed: tuple[int, ...], support: Support) -> bool:
        """Whether one belief on some types makes all options of the supports so far optimal."""
        message = self.message
        rows = [[Fraction(1)] * len(believed), [Fraction(-1)] * len(believed)]
        bounds = [Fraction(1), Fraction(-1)]
        for options, values in zip(support, message.replier, strict=False):
            # the first is as good as any, and the others in the support are as good as the first
            pairs = [(options[0], other) for other in range(len(values)) if other != options[0]]
            for r, other in [*pairs, *((r, options[0]) for r in options[1:])]:
                rows.append([values[other][t] - values[r][t] for t in believed])
                bounds.append(message.slack)
        return self.programmes.solve([Fraction(0)] * len(believed), rows, bounds) is not None

    def most(self, t: int, believed: tuple[int, ...]) -> Fraction:
        """The most that a type gains over MBR of the types believed."""
        return max(self.message.extreme(t, support, most=True)[0] for support in self.supports(believed))

    def intuitive(self) -> Finding:
        """The intuitive criterion."""
        message = self.message
        left = tuple(t for t in message.types if self.most(t, message.types) >= -message.margin)
        for t in left:
            extremes = (message.extreme(t, support, most=False) for support in self.supports(left))
            least, reply = min(extremes, key=lambda pair: pair[0])
            if least > message.margin:
                return Finding(False, left, reply, t, least, self._single(left))
        return Finding(True, left)

    def d1(self) -> Finding:
        """D1."""
        message = self.message
        if all(self.most(t, message.types) <= message.margin for t in message.types):
            return Finding(True, ())
        left = tuple(t for t in message.types if not any(self._deleted(t, by) for by in message.types if by != t))
        if left == message.types:
            return Finding(True, left)  # the equilibrium itself deters
        if not left:
            raise LimitError("gains are too near to zero to tell whose are larger")
        best: tuple[Fraction, Reply] | None = None
        for support in self.supports(left):
            worst, reply = self._least_worst(support)
            if best is None or worst < best[0]:
                best = worst, reply
        assert best is not None  # some reply is optimal against every belief
        gains = {t: message.gain(t, best[1]) for t in message.types}
        gainer = max(gains, key=lambda t: gains[t])
        if gains[gainer] > message.margin:
            return Finding(False, left, best[1], gainer, gains[gainer], self._single(left))
        return Finding(True, left, best[1])

    def _single(self, believed: tuple[int, ...]) -> bool:
        supports = self.supports(believed)
        return len(supports) == 1 and all(len(options) == 1 for options in supports[0])

    def _deleted(self, t: int, by: int) -> bool:
        """Whether another type gains strictly by some reply, and by every one by which t gains at least weakly."""
        message = self.message
        if self.most(by, message.types) <= message.margin:
            return False
        for support in self.supports(message.types):
            if message.extreme(t, support, most=True)[0] < -message.margin:
                continue
            if message.extreme(by, support, most=False)[0] > message.margin:
                continue
            if self._escapes(t, by, support):
                return False
        return True

    def _escapes(self, t: int, by: int, support: Support) -> bool:
        """Whether some reply within a support lets t gain at least weakly and `by` not strictly."""
        message = self.message
        at_t, at_by = self._coefficients(t, support), self._coefficients(by, support)
        rows, bounds = _simplexes(support, 0)
        rows.append([-a for a in at_t])
        bounds.append(message.base[t] - message.equilibrium[t] + message.margin)
        solution = self.programmes.solve(at_by, rows, bounds)
        if solution is None:
            return False
        value = sum((a * p for a, p in zip(at_by, solution, strict=True)), Fraction(0))
        return value + message.base[by] - message.equilibrium[by] <= message.margin

    def _least_worst(self, support: Support) -> tuple[Fraction, Reply]:
        """The reply within a support under which the largest gain of any type is least, and that gain."""
        message = self.message
        rows, bounds = _simplexes(support, 1)
        width = len(rows[0]) - 1
        # gains may be negative: the last variable is the largest gain plus `shift`
        shift = sum((abs(entry) for own in message.sender for row in own for entry in row), Fraction(1))
        shift += sum((abs(entry) for entry in (*message.base, *message.equilibrium)), Fraction(0))
        for t in message.types:
            rows.append([*self._coefficients(t, support), Fraction(-1)])
            bounds.append(message.equilibrium[t] - message.base[t] - shift)
        solution = self.programmes.solve([Fraction(0)] * width + [Fraction(1)], rows, bounds)
        if solution is None:
            raise ArithmeticError("no reply within a support; please report this game")
        return solution[-1] - shift, self._reply(support, solution)

    def _coefficients(self, t: int, support: Support) -> list[Fraction]:
        return [rows[r][t] for options, rows in zip(support, self.message.sender, strict=True) for r in options]

    def _reply(self, support: Support, solution: Sequence[Fraction]) -> Reply:
        values = iter(solution)
        reply = []
        for options, rows in zip(support, self.message.sender, strict=True):
            own = {r: next(values) for r in options}
            reply.append(tuple(own.get(r, Fraction(0)) for r in range(len(rows))))
        return tuple(reply)


def _within(one: Support, other: Support) -> bool:
    return one != other and all(set(own) <= set(larger) for own, larger in zip(one, other, strict=True))


def _simplexes(support: Support, extra: int) -> tuple[list[list[Fraction]], list[Fraction]]:
    """Rows and bounds that make the probabilities of each g sum to one, with further columns of zeros."""
    width = sum(len(options) for options in support) + extra
    rows: list[list[Fraction]] = []
    bounds: list[Fraction] = []
    start = 0
    for options in support:
        row = [Fraction(start <= column < start + len(options)) for column in range(width)]
        rows += [row, [-entry for entry in row]]
        bounds += [Fraction(1), Fraction(-1)]
        start += len(options)
    return rows, bounds
