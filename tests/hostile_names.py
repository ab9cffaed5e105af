"""Two hundred names that a scenario or a ledger may bring, made by rule: what each kind would do where it is not text.

``NAMES`` has all of them, each different; ``KINDS`` has them by kind. A test puts one in every labelled place and asks
that nothing runs, nothing is asked for from outside, and the drawing or page keeps its shape.
"""

from __future__ import annotations

from itertools import product

TAGS = ("script", "img", "svg", "iframe", "object", "style", "a", "base", "meta", "foreignObject")
HANDLERS = ("onload", "onerror", "onclick", "onfocus", "onbegin")
CALL = "document.title='run'"


def markup() -> list[str]:
    """Elements, in several spellings, and handlers on them."""
    names = [f"<{tag}>{CALL}</{tag}>" for tag in TAGS]
    names += [f"<{tag.upper()}\t{handler}={CALL}//" for tag, handler in zip(TAGS, HANDLERS * 2, strict=True)]
    names += [f'<svg><{tag} {handler}="{CALL}"/></svg>' for tag, handler in product(("animate", "set"), HANDLERS)]
    names += [f"&lt;script&gt;{CALL}"]
    return [
        *names,
        "<!-- ",
        "-->",
        "<![CDATA[",
        "]]>",
        "]]><script>",
        "<?xml version='1.0'?>",
        "<!DOCTYPE x [",
        "&nbsp;",
    ]


def breakouts() -> list[str]:
    """Quotes and brackets that end the place they stand in."""
    ends = ("\"'", "'", '"', "`", "</title>", "</style>", "</text></svg>", "</script>", "</textarea>", "</td></tr>")
    after = ("><script>" + CALL + "</script>", f" onmouseover={CALL} x=", f"}}*{{background:url(//x.example/{CALL})}}")
    return [end + what for end, what in product(ends, after)]


def templates() -> list[str]:
    """What a template engine, a format string or a shell would work out."""
    inner = ("7*7", "config", "''.__class__.__mro__", "range(10**9)|list")
    around = ("{{{{ {} }}}}", "{{% {} %}}", "${{{}}}", "#{{{}}}", "<%= {} %>")
    names = [form.format(one) for form, one in product(around, inner)]
    return [*names, "{0.__class__}", "%(x)s %s %n", "{# comment", "$(id)", "`id`", "{{ '{{' }}"]


def formulas() -> list[str]:
    """What a spreadsheet would work out."""
    calls = (
        'HYPERLINK("http://x.example","a")',
        "cmd|' /C calc'!A0",
        "SUM(1,1)",
        'IMPORTXML("http://x.example","//a")',
    )
    return [sign + call for sign, call in product("=+-@", calls)] + ["\t=1+1", "\r=1+1", "\n=1+1", ";=1+1"]


def terminal() -> list[str]:
    """Escape sequences and other controls."""
    sequences = ("[2J", "[31m", "[1;1H", "]0;run\x07", "]8;;http://x.example\x07", "P1$r\x1b\\", "c", "[?1049h")
    names = [start + rest for start, rest in product(("\x1b", "\x9b", "a\x1b"), sequences)]
    return [
        *names,
        "a\x00b",
        "a\x08\x08b",
        "a\rb",
        "a\x0bb\x0cc",
        "\x07",
        "a\x7fb",
        "a\x85b",
        "\ud800",
        "a\uffff",
        "\ufdd0",
    ]


def directions() -> list[str]:
    """Marks that reorder, hide or pile up text; and scripts that run the other way."""
    marks = (
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\u2060\ufeff\u00ad\u180e\u2028"
    )
    names = [f"up{mark}exe.txt" for mark in marks]
    names += [
        "\u05e9\u05dc\u05d5\u05dd abc \u05e2\u05d5\u05dc\u05dd",
        "\u0645\u0631\u062d\u0628\u0627 100 %",
        "\ufdfd" * 3,
    ]
    names += ["a" + "\u0301" * 60, "Z\u0335\u0321\u031b" * 40, "\U000e0041\U000e0042", "\U0001f469\u200d\U0001f680" * 9]
    return [*names, "\U0001242b" * 9, "\u3000", "\u200d" * 200]


def tex() -> list[str]:
    """What TeX would do."""
    names = [
        "$\\input{/etc/passwd}$",
        "\\write18{id}",
        "\\end{document}",
        "\\catcode`\\%=12 %",
        "^^5cinput x",
        "}\\fi\\fi{",
    ]
    return [*names, "% all gone", "#1 & 2 _ ^ ~ \\\\", "?`!`--->>''``,,", "\\csname x\\endcsname\\loop\\iftrue\\repeat"]


def lengths() -> list[str]:
    """Very long, very empty."""
    names = [
        "x" * 5000,
        "word " * 1000,
        "W" * 5000,
        "." * 5000,
        "\u4e2d" * 5000,
        "-" * 300,
        "\n" * 5000,
        " ",
        "0",
        "_" * 40,
    ]
    return [*names, "I " * 2500, "/".join("abcdefghij" * 30), "\U0001f600" * 300]


KINDS = {
    "markup": markup(),
    "breakouts": breakouts(),
    "templates": templates(),
    "formulas": formulas(),
    "terminal": terminal(),
    "directions": directions(),
    "tex": tex(),
    "lengths": lengths(),
}
NAMES = tuple(name for names in KINDS.values() for name in names)
COUNT = 200
if len(NAMES) != COUNT or len(set(NAMES)) != COUNT:
    raise AssertionError(f"{len(set(NAMES))} different names of {len(NAMES)}, not {COUNT}")
