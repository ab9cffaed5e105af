"""Text in drawings: what things are called, made safe and cut to size; and how wide it will be, without a font.

Widths are in px for a sans-serif face and deliberately a little generous (about DejaVu Sans, one of the widest in
use), so that a label that fits its box here fits it in the reader's font as well.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from standoff.game.game import Game
from standoff.scenario.scenario import Scenario

LONGEST = 28  # characters of a label in a drawing
LABEL = 160  # characters of a label anywhere; what is longer is no label
ELLIPSIS = "…"
TIE = "\u00a0"  # a space at which `wrap` does not break

_NARROW = frozenset("iIjl.,:;'|!()[]{}/\\·`")
_WIDE = frozenset("mwMW@%—&")
# Formatting characters that reorder or hide text; a label must read in the order in which it is stored
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str) -> str:
    """The text without control characters, direction overrides, surrogates and non-characters.

    White space becomes one space. What is left may stand in XML 1.0.
    """
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category in ("Cc", "Zl", "Zp", "Zs"):
            kept.append(" ")
        elif category not in ("Cs", "Cn") and character not in _BIDI:
            kept.append(character)
    return " ".join("".join(kept).split())


def cut(text: str, longest: int = LONGEST) -> str:
    """The text, or its beginning and an ellipsis where it is longer than `longest` characters."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + ELLIPSIS


def text_width(text: str, size: float) -> float:
    """Estimated width in px of a line of text at a font size in px."""
    return size * sum(_character_width(character) for character in text)


def _character_width(character: str) -> float:
    if character in _NARROW:
        return 0.38
    if character in _WIDE:
        return 0.98
    if unicodedata.east_asian_width(character) in "WF":
        return 1.1
    if unicodedata.combining(character):
        return 0.0
    if character == " ":
        return 0.34
    return 0.72 if character.isupper() else 0.64


def wrap(text: str, width: float, size: float, most: int = 3) -> tuple[str, ...]:
    """The text in at most `most` lines of at most `width` px; what does not fit is cut with an ellipsis."""
    lines: list[str] = []
    rest = text.split(" ")
    while rest and len(lines) < most:
        line = rest.pop(0)
        while rest and text_width(f"{line} {rest[0]}", size) <= width:
            line = f"{line} {rest.pop(0)}"
        if text_width(line, size) > width:  # one long word
            fits = _fitting(line, width, size)
            if len(lines) + 1 < most:
                rest.insert(0, line[fits:])
                line = line[:fits]
        lines.append(line)
    if lines and (rest or text_width(lines[-1], size) > width):
        room = width - text_width(ELLIPSIS, size)
        lines[-1] = lines[-1][: _fitting(lines[-1], room, size)].rstrip() + ELLIPSIS
    return tuple(lines)


def _fitting(text: str, width: float, size: float) -> int:
    """How many leading characters fit; at least one."""
    used = 0.0
    for count, character in enumerate(text):
        used += size * _character_width(character)
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
    """One or two letters per actor, all different: the initial, else with a later letter, else the actor's number."""
    taken: list[str] = []
    for number, label in enumerate(labels):
        letters = [character for character in label if character.isalnum()]
        initial = letters[0].upper() if letters else ""
        candidates = [initial, *(initial + letter.lower() for letter in letters[1:]), str(number + 1)]
        taken.append(next((name for name in candidates if name and name not in taken), f"#{number + 1}"))
    return tuple(taken)
