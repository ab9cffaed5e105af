"""Text in drawings: what things are called, made safe, cut to size and wrapped."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from standoff.draw.widths import ABOVE, KEPT, character_width, text_width
from standoff.game.game import Game
from standoff.scenario.scenario import Scenario

LONGEST = 28  # characters of a label in a drawing
LABEL = 160  # characters of a label anywhere; what is longer is no label
ELLIPSIS = "…"
TIE = "\u00a0"  # a space at which `wrap` does not break

_JOINERS = frozenset("\u200c\u200d")  # some scripts need them within a word
STACKED = 3  # marks on one character; more of them climb over the lines above and below


def clean(text: str) -> str:
    """The text without control and formatting characters (direction overrides among them) and non-characters.

    White space becomes one space, and piles of combining marks are cut to `STACKED`. What is left reads in the order in
    which it is stored and may stand in XML 1.0 or on a terminal.
    """
    return _clean(text) if len(text) <= LABEL else _cleaned(text)


def _cleaned(text: str) -> str:
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category in ("Cc", "Zl", "Zp", "Zs"):
            kept.append(" ")
        elif category in ("Cs", "Cn") or marks > STACKED:
            continue
        elif category != "Cf" or character in _JOINERS:
            kept.append(character)
    return " ".join("".join(kept).split())


_clean = lru_cache(maxsize=KEPT)(_cleaned)


def cut(text: str, longest: int = LONGEST) -> str:
    """The text, or its beginning and an ellipsis where it is longer than `longest` characters."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + ELLIPSIS


@lru_cache(maxsize=KEPT)
def wrap(text: str, width: float, size: float, most: int = 3, *, bold: bool = False) -> tuple[str, ...]:
    """The text in at most `most` lines of at most `width` px; what does not fit is cut with an ellipsis."""
    lines: list[str] = []
    rest = text.split(" ")
    while rest and len(lines) < most:
        line = rest.pop(0)
        while rest and text_width(f"{line} {rest[0]}", size, bold=bold) <= width:
            line = f"{line} {rest.pop(0)}"
        if text_width(line, size, bold=bold) > width:  # one long word
            fits = _fitting(line, width, size, bold)
            if len(lines) + 1 < most:
                rest.insert(0, line[fits:])
                line = line[:fits]
        lines.append(line)
    if lines and (rest or text_width(lines[-1], size, bold=bold) > width):
        room = width - text_width(ELLIPSIS, size, bold=bold)
        lines[-1] = lines[-1][: _fitting(lines[-1], room, size, bold)].rstrip() + ELLIPSIS
    return tuple(lines)


def _fitting(text: str, width: float, size: float, bold: bool) -> int:
    """How many leading characters fit; at least one."""
    used = 0.0
    for count, character in enumerate(text):
        used += ABOVE * size * character_width(character, bold)
        if used > width:
            return max(count, 1)
    return len(text)


def number(value: float) -> str:
    """A payoff to three significant digits, with a true minus sign."""
    return f"{value + 0.0:.3g}".replace("-", "−")


@dataclass(frozen=True)
class Names:
    """Labels for people: full, cleaned, not yet cut. `letters` tell actors apart where there is no room for a label."""

    actors: tuple[str, ...]
    letters: tuple[str, ...]
    moves: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[tuple[str, str], str] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, game: Game, scenario: Scenario | None = None) -> Names:
        """The labels of a scenario, or (without one) the names that the game holds."""
        actors = tuple(
            cut(clean(label) or clean(name), LABEL) or f"actor {number + 1}"
            for number, (name, label) in enumerate(zip(game.actors, game.actor_labels, strict=True))
        )
        if scenario is None:
            return cls(actors, _letters(actors))
        return cls(
            actors,
            _letters(actors),
            {move.name: _label(move.label, move.name) for move in scenario.moves},
            {(move.name, o.name): _label(o.label, o.name) for move in scenario.moves for o in move.options},
            {outcome.name: _label(outcome.label, outcome.name) for outcome in scenario.outcomes},
        )

    def move(self, name: str) -> str:
        """What a move is called."""
        return self.moves.get(name) or _label("", name)

    def option(self, move: str, option: str) -> str:
        """What an option of a move is called."""
        return self.options.get((move, option)) or _label("", option)

    def outcome(self, name: str) -> str:
        """What an outcome is called."""
        return self.outcomes.get(name) or _label("", name)

    def branch(self, game: Game, node: int) -> str:
        """What the branch into a node is called; its number (from 1) where the game has no label."""
        label = game.labels[node]
        if game.move is not None:
            move = game.moves[int(game.move[game.parent[node]])]
            return self.option(move, label) or str(int(game.action[node]) + 1)
        return clean(label) or str(int(game.action[node]) + 1)


def _label(label: str, name: str) -> str:
    """The label, or the name with its underscores as spaces."""
    text = clean(label)
    return cut(text if text and text != name else clean(name.replace("_", " ")), LABEL)


def _letters(labels: Sequence[str]) -> tuple[str, ...]:
    """One or two letters per actor, all different.

    The initial; where two share it, the initials of the first and the last word, as in US or P1; else the initial with
    a later letter; else the actor's number.
    """
    words = [_words(label) for label in labels]
    initials = [parts[0][0].upper()[:1] if parts else "" for parts in words]
    taken: list[str] = []
    for number, (parts, initial) in enumerate(zip(words, initials, strict=True)):
        alone = [initial] if initials.count(initial) == 1 or len(parts) == 1 else []
        both = [initial + parts[-1][0].upper()[:1]] if len(parts) > 1 else []
        later = [initial + letter.lower() for letter in "".join(parts)[1:]]
        candidates = [*alone, *both, initial, *later, str(number + 1)]
        taken.append(next((name for name in candidates if name and name not in taken), f"#{number + 1}"))
    return tuple(taken)


def _words(label: str) -> list[str]:
    """The words of a label, letters and digits only."""
    return "".join(character if character.isalnum() else " " for character in label).split()
