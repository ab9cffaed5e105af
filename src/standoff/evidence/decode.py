"""Bytes of a saved page to text, without guessing more than needed.

In this order: a byte order mark; for a web page the character set it declares; UTF-8; Windows-1252, which almost every
byte is valid in. A byte order mark is not part of the text. Nothing else is changed: line ends, quotation marks and
control characters stay as they are, so that an offset counts code points of the file as an editor shows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from standoff.errors import Mark, Problem, RequestError
from standoff.evidence.vocabulary import listed

MAX_BYTES = 64 << 20
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_KINDS = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "a rich-text document"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x7fELF", "a program"),
)
_CHARSETS = listed(
    """utf-8 utf8 us-ascii ascii windows-1250 windows-1251 windows-1252 windows-1253 windows-1254 windows-1255
    windows-1256 windows-1257 windows-1258 cp1250 cp1251 cp1252 iso-8859-1 iso-8859-2 iso-8859-3 iso-8859-4
    iso-8859-5 iso-8859-6 iso-8859-7 iso-8859-8 iso-8859-9 iso-8859-13 iso-8859-15 latin1 koi8-r koi8-u
    shift_jis euc-jp iso-2022-jp gb2312 gbk gb18030 big5 euc-kr"""
)
_LATIN = frozenset(("us-ascii", "ascii", "iso-8859-1", "latin1"))  # pages that say so are read as Windows-1252
_CHARSET = re.compile(rb"charset\s{0,20}=\s{0,20}[\"']?([A-Za-z0-9_-]{1,40})")
_HEAD = 4096  # bytes in which a declaration is looked for
_WEB = re.compile(rb"<(?:!doctype\s{1,20}html|html|head|body|article|meta|div|p)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Decoded:
    """The text of a file, the name of the encoding it was read in, and whether it is a web page."""

    text: str
    encoding: str
    web: bool


def decode(raw: bytes, name: str) -> Decoded:
    """The text of `raw`. Raises `RequestError` for what is too large, empty or no text."""
    if len(raw) > MAX_BYTES:
        raise refuse(name, f"the file has {len(raw):,} bytes", f"at most {MAX_BYTES:,} are read: save the text only")
    if not raw.strip():
        raise refuse(name, "the file is empty", "save the page again, or paste its text into a file")
    web = _is_web(raw, name)
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            text = _strict(raw[len(mark) :], encoding)
            if text is None:
                raise refuse(name, f"the file says it is {encoding.upper()} and is not", "save it again as UTF-8")
            web = web or _WEB.search(text[:_HEAD].encode("utf-8", "replace")) is not None
            return Decoded(_checked(text, name), encoding, web)
    for magic, kind in _KINDS:
        if raw.startswith(magic):
            raise refuse(name, f"the file is {kind}, not text", "save the page as a web page, or paste its text")
    declared = _CHARSET.search(raw[:_HEAD]) if web else None
    charset = declared.group(1).decode("ascii").lower() if declared else "utf-8"
    tried = ["cp1252" if charset in _LATIN else charset] if charset in _CHARSETS else []
    for encoding in (*tried, "utf-8", "cp1252"):
        text = _strict(raw, encoding)
        if text is not None:
            return Decoded(_checked(text, name), encoding, web)
    return Decoded(_checked(raw.decode("cp1252", "replace"), name), "cp1252", web)


def refuse(name: str, message: str, remedy: str) -> RequestError:
    """An error about the page as a whole."""
    return RequestError([Problem(Mark(name), message, remedy)])


def _is_web(raw: bytes, name: str) -> bool:
    if name.lower().endswith((".html", ".htm", ".xhtml")):
        return True
    head = raw[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"<") and _WEB.search(head) is not None


def _strict(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _checked(text: str, name: str) -> str:
    """The text, unless it has the look of data: NUL characters, or more than one control character in fifty."""
    sample = text[: 1 << 16]
    controls = sum(char < " " and char not in "\t\n\r\f" for char in sample)
    if "\x00" in sample or controls * 50 > len(sample):
        raise refuse(name, "the file is not text", "save the page as a web page or as plain text in UTF-8")
    return text
