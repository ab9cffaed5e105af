"""Words of a file as LaTeX text: what LaTeX reads as commands is escaped, and what its fonts lack is spelt out.

Text compiles with pdflatex and no package: ASCII, accented Latin letters and some punctuation stay; Greek letters
become mathematics; other characters lose their marks or, failing that, become ``[U+....]``.
"""

from __future__ import annotations

import unicodedata

_ESCAPED = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\(<\)",
    ">": r"\(>\)",
    "|": r"\(|\)",
    '"': "''",
    "[": r"{[}",
    "]": r"{]}",
    "\u2013": "--",
    "\u2014": "---",
    "\u2018": "`",
    "\u2019": "'",
    "\u201c": "``",
    "\u201d": "''",
    "\u2026": r"\ldots{}",
    "\u2264": r"\(\leq\)",
    "\u2265": r"\(\geq\)",
    "\u00d7": r"\(\times\)",
    "\u00b7": r"\(\cdot\)",
    "\u2212": r"\(-\)",
    "\u00a0": "~",
}
_LATIN = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿŠšŽžČčŁłŚśŻżŹźĆćŃńŘřĚěŮůŐőŰű"
GREEK = frozenset(
    ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi")
) | frozenset(("pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"))
_CAPITALS = frozenset(("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega"))


def latex_text(text: str) -> str:
    """Text that LaTeX prints as it is."""
    return "".join(_letter(letter) for letter in " ".join(unicodedata.normalize("NFC", text).split()))


def _letter(letter: str) -> str:
    if letter in _ESCAPED:
        return _ESCAPED[letter]
    if (letter.isascii() and letter.isprintable()) or letter in _LATIN:
        return letter
    words = unicodedata.name(letter, "").split()
    if words[:1] == ["GREEK"] and len(words) > 3:
        name = words[3].replace("LAMDA", "LAMBDA").lower()
        name = name.capitalize() if words[1] == "CAPITAL" else name
        if name in GREEK | _CAPITALS:
            return rf"\(\{name}\)"
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if part.isascii() and part.isprintable())
    return "".join(_ESCAPED.get(part, part) for part in plain) or f"{{[}}U+{ord(letter):04X}{{]}}"


def plain_name(name: str) -> str:
    """A name of the file as words: ``no_duel`` is no duel."""
    return latex_text(name.replace("_", " ").strip() or name)
