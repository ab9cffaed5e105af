"""How wide a text will be, without a font: estimates in px for a sans-serif face.

ASCII has the advance widths of DejaVu Sans, one of the widest faces in use, in thousandths of the font size; other
characters have a width by script. So a label that fits its box here fits it in the reader's face as well.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

KEPT = 4096  # texts whose width is remembered: a drawing is made anew at every move of a slider

# fmt: off
_REGULAR = (
    318, 401, 460, 838, 637, 951, 780, 275, 391, 391, 500, 838, 318, 361, 318, 337,  # space to /
    637, 637, 637, 637, 637, 637, 637, 637, 637, 637, 337, 337, 838, 838, 838, 531, 1000,  # 0 to @
    685, 687, 699, 771, 632, 576, 775, 752, 295, 295, 656, 558, 863, 749, 788, 604, 788, 695, 635, 611, 732, 685, 989,
    686, 611, 686, 391, 337, 391, 838, 500, 500,  # A to `
    613, 635, 550, 635, 616, 353, 635, 634, 278, 278, 580, 278, 975, 634, 612, 635, 635, 412, 521, 393, 634, 592, 818,
    592, 592, 525, 637, 337, 637, 838,  # a to ~
)
_BOLD = (
    349, 457, 521, 838, 696, 1002, 873, 307, 458, 458, 523, 838, 380, 416, 380, 366,
    696, 696, 696, 696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 581, 1000,
    774, 763, 734, 831, 684, 684, 821, 837, 373, 373, 775, 638, 996, 837, 851, 733, 851, 771, 721, 683, 813, 774, 1104,
    771, 725, 726, 458, 366, 458, 838, 500, 500,
    675, 716, 593, 716, 679, 436, 716, 712, 343, 343, 666, 343, 1042, 712, 688, 716, 716, 494, 596, 479, 712, 652, 924,
    646, 652, 583, 712, 366, 712, 838,
)
# fmt: on
# First and last character of a script, and a width that most of its characters keep to
_SCRIPTS = (
    (0x0370, 0x03FF, 0.80),  # Greek
    (0x0400, 0x052F, 0.88),  # Cyrillic
    (0x0590, 0x06FF, 0.72),  # Hebrew, Arabic
    (0x0900, 0x0DFF, 1.00),  # of India
    (0x0E00, 0x0FFF, 0.75),
    (0x10A0, 0x1FFF, 0.95),
    (0x2000, 0x20CF, 0.70),  # punctuation
    (0x2100, 0x2BFF, 1.10),  # arrows, signs
    (0xFB50, 0xFDEF, 0.80),
    (0xFDF0, 0xFDFF, 12.0),  # whole sentences as one character
    (0x10000, 0x11FFF, 1.10),
    (0x12000, 0x1254F, 4.00),  # cuneiform
    (0x1D400, 0x1D7FF, 0.95),
    (0x1F000, 0x1FAFF, 1.40),  # pictures
)
_OWN = {"…": 1.0, "—": 1.0, "−": 0.838, "→": 0.838, "·": 0.34, "μ": 0.7, "\u00a0": 0.318}
ABOVE = 1.02  # how much wider than the tables say a line may come out
HEAVIER = 1.12  # a bold character, where there is no table


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Estimated width in px of a line of text at a font size in px."""
    return size * _width(text, bold)


@lru_cache(maxsize=KEPT)
def _width(text: str, bold: bool) -> float:
    return ABOVE * sum(character_width(character, bold) for character in text)


@lru_cache(maxsize=KEPT)
def character_width(character: str, bold: bool = False) -> float:
    """Width as a share of the font size."""
    code = ord(character)
    if 32 <= code < 127:
        return (_BOLD if bold else _REGULAR)[code - 32] / 1000
    return _other_width(character, code) * (HEAVIER if bold else 1.0)


def _other_width(character: str, code: int) -> float:
    if character in _OWN:
        return _OWN[character]
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0.0
    for first, last, width in _SCRIPTS:
        if first <= code <= last:
            return width
    base = unicodedata.normalize("NFD", character)[0]
    if base.isascii():
        return character_width(base)
    return 1.1 if unicodedata.east_asian_width(character) in "WF" else 0.85
