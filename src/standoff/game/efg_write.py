"""A `Game` as the text of an .efg file, in the form that Gambit itself writes.

A game that was read from an .efg is written from its `EfgNotes`, exactly. Any other game is written at given values of
its parameters: an exact fraction where its expressions allow one, else the shortest decimal that is the same float; an
information set is labelled by its `InformationSet.name`, a player by its short name, and endings that have one name but
different payoffs become outcomes ``name_1``, ``name_2``, ... because a Gambit outcome is one vector of payoffs.

Gambit 17 wants labels without control characters and without stray blanks, and probabilities that sum to exactly one:
labels are tidied and a rounding error in the sum goes to the largest probability.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from standoff.errors import RequestError, UndefinedError
from standoff.game.efg_tokens import quote
from standoff.game.game import CHANCE, DECISION, EfgNotes, Game
from standoff.scenario.expression import Number, evaluate

MAX_TERM = 10**40  # a fraction with a larger numerator or denominator is written as a decimal
SUM_TOLERANCE = 1e-9
ROUNDING = 1e-12  # a probability this far below zero is zero

Numeral: TypeAlias = Fraction | float


def write_efg(game: Game, values: Mapping[str, Fraction | float] | None = None) -> str:
    """The file's text; `values` maps the parameters of a scenario's game to numbers.

    Raises `RequestError` where a parameter has no value, `UndefinedError` where a payoff is not finite or the
    probabilities of a chance move do not sum to one.
    """
    notes = game.efg
    lines = _lines_of_file(game, notes) if notes is not None else _lines_of_scenario(game, values or {})
    players = game.actor_labels if notes is not None else game.actors
    names = " ".join(quote(player) for player in players)
    comment = notes.comment if notes is not None else ""
    return "\n".join([f"EFG 2 R {quote(game.title)} {{ {names} }}", quote(comment), "", *lines, ""])


def _prefix_order(game: Game) -> Iterator[int]:
    todo = [0]
    while todo:
        node = todo.pop()
        yield node
        todo.extend(reversed(game.children(node)))


def _listing(items: Sequence[str]) -> str:
    return f"{{ {' '.join(items)} }}"


def _outcome_text(number: int, name: str, payoffs: Sequence[str]) -> str:
    return f"{number} {quote(name)} {{ {', '.join(payoffs)} }}"


def _lines_of_file(game: Game, notes: EfgNotes) -> Iterator[str]:
    """One line per node of a game that was read from an .efg."""
    for node in _prefix_order(game):
        attached = notes.outcome[node]
        outcome = "0" if attached is None else _outcome_text(attached[0], attached[1], [str(x) for x in attached[2]])
        label, number = quote(notes.node_label[node]), notes.infoset_number[node]
        below = game.children(node)
        branches = [quote(game.labels[child]) for child in below]
        infoset = f"{number} {quote(notes.infoset_label[node])}"
        if game.kind[node] == DECISION:
            yield f"p {label} {game.actor[node] + 1} {infoset} {_listing(branches)} {outcome}"
        elif game.kind[node] == CHANCE:
            numbers = [_literal(game, child) for child in below]
            pairs = [f"{branch} {number}" for branch, number in zip(branches, numbers, strict=True)]
            yield f"c {label} {infoset} {_listing(pairs)} {outcome}"
        else:
            yield f"t {label} {outcome}"


def _literal(game: Game, child: int) -> Fraction:
    """The probability of a branch in a game whose numbers are constants."""
    expression = game.expressions[int(game.chance_expression[child])]
    if not isinstance(expression, Number):
        raise TypeError("a game read from an .efg has numbers for probabilities")
    return expression.value


def _lines_of_scenario(game: Game, values: Mapping[str, Fraction | float]) -> Iterator[str]:
    """One line per node of a game that was built from a scenario."""
    row = _numbers(game, values)
    number_of, label_of = _numbers_of_sets(game)
    outcomes = _outcomes(game, row)
    chance_labels = _chance_labels(game)
    for node in _prefix_order(game):
        below = game.children(node)
        branches = [quote(tidy(game.labels[child])) for child in below]
        if game.kind[node] == DECISION:
            infoset = int(game.infoset[node])
            head = f'p "" {game.actor[node] + 1} {number_of[infoset]} {quote(label_of[infoset])}'
            yield f"{head} {_listing(branches)} 0"
        elif game.kind[node] == CHANCE:
            numbers = _probabilities(game, row, node)
            pairs = [f"{branch} {number}" for branch, number in zip(branches, numbers, strict=True)]
            number, label = chance_labels[node]
            yield f'c "" {number} {quote(label)} {_listing(pairs)} 0'
        else:
            yield f't "" {outcomes[int(game.terminal[node])]}'


def _numbers(game: Game, values: Mapping[str, Fraction | float]) -> list[Numeral]:
    """The value of each expression."""
    row: list[Numeral] = []
    for expression, origin in zip(game.expressions, game.origins, strict=True):
        try:
            value = evaluate(expression, values)
        except KeyError as missing:
            raise RequestError.of(f"{origin} needs a value of {missing}", "give a value for every parameter") from None
        if not (isinstance(value, Fraction) or math.isfinite(value)):
            raise UndefinedError(f"not a finite number at these parameters: {origin}")
        row.append(value if isinstance(value, Fraction) else float(value))
    return row


def _numbers_of_sets(game: Game) -> tuple[list[int], list[str]]:
    """Each information set's number among its actor's, and its label."""
    count: Counter[int] = Counter()
    numbers = []
    for infoset in game.infosets:
        count[infoset.actor] += 1
        numbers.append(count[infoset.actor])
    return numbers, [tidy(infoset.name) for infoset in game.infosets]


def _chance_labels(game: Game) -> dict[int, tuple[int, str]]:
    """Number and label per chance node: its move, with the number where the move has several nodes."""
    nodes = [node for node in _prefix_order(game) if game.kind[node] == CHANCE]
    names = [game.moves[int(game.move[node])] if game.move is not None else "" for node in nodes]
    several = {name for name, count in Counter(names).items() if count > 1 and name}
    labels = [f"{name}:{number}" if name in several else name for number, name in enumerate(names, 1)]
    return {node: (number, tidy(label)) for number, (node, label) in enumerate(zip(nodes, labels, strict=True), 1)}


def _probabilities(game: Game, row: Sequence[Numeral], node: int) -> list[str]:
    """The probabilities below a chance node as text whose exact sum is one."""
    below = game.children(node)
    numbers = [row[int(game.chance_expression[child])] for child in below]
    exact = [_as_written(number) for number in numbers]
    gap = 1 - sum(exact, Fraction(0))
    if abs(gap) > SUM_TOLERANCE or min(exact) < -ROUNDING:
        move = game.origins[int(game.chance_expression[below[0]])].rsplit(".", 1)[0]
        shown = ", ".join(f"{float(value):.6g}" for value in exact)
        raise UndefinedError(f"probabilities of {move} are {shown} at these parameters, not a distribution")
    texts = [_text(number) if value >= 0 else "0" for number, value in zip(numbers, exact, strict=True)]
    largest = max(range(len(exact)), key=exact.__getitem__)
    rest = sum((value for place, value in enumerate(exact) if place != largest and value > 0), Fraction(0))
    if rest + exact[largest] != 1:
        texts[largest] = str(1 - rest)
    return texts


def _outcomes(game: Game, row: Sequence[Numeral]) -> list[str]:
    """Per terminal its outcome as text: endings with one name and equal payoffs share a number."""
    owners = [consideration.actor for consideration in game.considerations]
    keys: dict[tuple[str, tuple[str, ...]], int] = {}
    at: list[tuple[str, tuple[str, ...]]] = []
    for terminal, indices in enumerate(game.payoff_expression.tolist()):
        terms: list[list[Numeral]] = [[] for _ in game.actors]
        for owner, index in zip(owners, indices, strict=True):
            terms[owner].append(row[index])
        payoffs = tuple(_text(_total(own)) for own in terms)
        key = (tidy(game.outcomes[int(game.outcome[terminal])]), payoffs)
        keys.setdefault(key, len(keys) + 1)
        at.append(key)
    names = _distinct([name for name, _ in keys])
    texts = {key: _outcome_text(number, names[number - 1], key[1]) for key, number in keys.items()}
    return [texts[key] for key in at]


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, with ``_1``, ``_2``, ... appended where one repeats, avoiding names that are there already."""
    counts, taken, last = Counter(names), set(names), Counter[str]()
    result = []
    for name in names:
        unique = name
        while counts[name] > 1 and unique in taken:
            last[name] += 1
            unique = f"{name}_{last[name]}"
        taken.add(unique)
        result.append(unique)
    return result


def _total(terms: Sequence[Numeral]) -> Numeral:
    exact = [term for term in terms if isinstance(term, Fraction)]
    if len(exact) == len(terms):
        return sum(exact, Fraction(0))
    return math.fsum(float(term) for term in terms)


def _short(value: Fraction) -> bool:
    return abs(value.numerator) < MAX_TERM and value.denominator < MAX_TERM


def _as_written(value: Numeral) -> Fraction:
    """The number that the text of `_text` stands for."""
    if isinstance(value, Fraction) and _short(value):
        return value
    return Fraction(repr(float(value)))


def _text(value: Numeral) -> str:
    return str(value) if isinstance(value, Fraction) and _short(value) else repr(float(value))


def tidy(label: str) -> str:
    """A label that Gambit accepts: printable, single blanks inside and none at the ends."""
    printable = "".join(letter if letter.isprintable() else " " for letter in label)
    return " ".join(printable.split())
