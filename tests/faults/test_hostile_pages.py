"""Pages made to hurt: each is read or refused with one clear error, whatever it holds, and without taking for ever.

Long repetitions find steps that go back over what they have seen: with one of those, a case here would take minutes.
"""

import json
import random
import subprocess
import sys

import pytest

from standoff.cli import main
from standoff.errors import StandoffError
from standoff.evidence.page import MAX_TEXT
from standoff.evidence.read import read

LONG = 100_000


def repeated(piece, size=LONG):
    return piece * (size // len(piece) + 1)


TEXTS = [
    "the minister of the navy said that ",
    "said ",
    "according to ",
    "Moscow's claim that ",
    "Reuters reported, citing two officials, ",
    "was rejected by the ",
    ",",
    ".",
    "“",
    "“he said ‘",
    "'a ",
    "'a don't ",
    '"',
    "«a ",
    "قال الوزير إن القوات لن تنتشر. ",
    "\u202eThe minister said \u202c that. ",
    "A and B, ",
    "Vadim Orr, who ",
    "described X as ",
    "1",
    "Share 1 2 3 4 ",
    "3 March 2026 ",
    "AAAA ",
    "a-",
    "U.S.",
    "a\u0301\u0301",
    "ADMIRAL ORR: We are ready.\n",
    "“He said that\n\n",
    "We use cookies on The Big Site News\n",
]
MARKUP = [
    "<",
    "<!",
    "<a ",
    "</",
    "&#",
    "&amp;lt;",
    '<a b="',
    '<a b=">',
    "<a b='\">",
    '<a =">" ',
    "<!--",
    "<![CDATA[",
    "<script>alert(1)",
    "<script></",
    "<div>",
    "<title>a",
    "<article>a",
    '<p style="display: none">a</p>',
    '<meta property="a" content="b">',
    "<b>“</b>",
]


def outcome(raw, name):
    """The statements of a page; None where it was refused with something a person can act on."""
    try:
        return read(raw, name).to_dict()["statements"]
    except StandoffError as refused:
        error = refused
    assert str(error)
    return None


@pytest.mark.parametrize("piece", TEXTS, ids=lambda piece: ascii(piece)[:30])
def test_long_repetitions_of_text(piece):
    text = repeated(piece)
    for own in outcome(text.encode(), "page.txt") or []:
        assert text[own["at"]["start"] : own["at"]["end"]] == own["at"]["exact"]


@pytest.mark.parametrize("piece", MARKUP, ids=lambda piece: ascii(piece)[:30])
def test_long_repetitions_of_markup(piece):
    outcome(("<html><body>" + repeated(piece)).encode(), "page.html")


def test_a_megabyte_without_the_end_of_a_sentence():
    assert outcome(repeated("the pilots and the boats ", 1_000_000).encode(), "page.txt") == []


@pytest.mark.parametrize("seed", range(40))
def test_random_text(seed):
    rng = random.Random(seed)
    letters = [
        "Orr ",
        "said ",
        "that ",
        "“",
        "”",
        "‘",
        "’",
        '"',
        ".",
        ",",
        ":",
        ";",
        "—",
        "\n",
        "\n\n",
        "according to ",
        "the ",
    ]
    letters += [
        "Herald ",
        "was ",
        "by ",
        "described ",
        "as ",
        "and ",
        "who ",
        "claim ",
        "officials ",
        "he ",
        "x",
        "\u202e",
        "é",
        "🚢",
    ]
    text = "".join(rng.choice(letters) for _ in range(600))
    for own in outcome(text.encode(), "page.txt") or []:
        assert text[own["at"]["start"] : own["at"]["end"]] == own["at"]["exact"]
        assert own["at"]["exact"].strip()
        assert json.dumps(own)


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes(seed):
    rng = random.Random(seed)
    outcome(bytes(rng.randrange(256) for _ in range(2_000)), "page.txt")
    outcome(b"<html>" + bytes(rng.randrange(1, 256) for _ in range(2_000)), "page.html")
    outcome(bytes(rng.randrange(128, 256) for _ in range(2_000)), "page.txt")


@pytest.mark.parametrize(
    ("raw", "phrase"),
    [
        (b"", "empty"),
        (b"<html></html>", "empty"),
        (b"<html><script>x()</script><style>y</style></html>", "empty"),
        (b"a\x00" * 1000, "not text"),
        (b"a\x01b\x02" * 1000, "not text"),
        (b"%PDF-1.4", "PDF"),
        (b"a " * (MAX_TEXT // 2 + 1), "characters"),
        (b"a\n" * 100_000, "lines"),
    ],
)
def test_refusals_on_the_command_line(raw, phrase, tmp_path, capsys):
    page = tmp_path / "page.html" if raw.startswith(b"<") else tmp_path / "page.txt"
    page.write_bytes(raw)
    assert main(["read", str(page)]) == 2
    captured = capsys.readouterr()
    assert phrase in captured.err
    assert captured.err.count("\n") == 1
    assert main(["read", str(page), "--json"]) == 2
    (error,) = json.loads(capsys.readouterr().out)["errors"]
    assert error["remedy"]


def test_too_large_a_file_is_refused_before_it_is_looked_at(tmp_path, capsys):
    page = tmp_path / "page.txt"
    with page.open("wb") as stream:
        stream.truncate((64 << 20) + 1)
    assert main(["read", str(page)]) == 2
    assert "bytes" in capsys.readouterr().err


def test_too_many_statements_are_an_analysis_that_failed(tmp_path, capsys):
    page = tmp_path / "page.txt"
    page.write_text(
        "Talks go on for another day\n\n" + "Ilen Dara said the port was shut.\n\n" * 2_001, encoding="utf-8"
    )
    assert main(["read", str(page)]) == 1
    assert "cut" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["missing.txt", ".", "a\x00b"])
def test_what_is_no_file(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["read", name]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_nothing_on_a_page_is_run_or_fetched(tmp_path):
    trap = tmp_path / "trap"
    page = tmp_path / "page.html"
    page.write_text(
        f"<html><script>open('{trap}', 'w')</script><img src='file://{trap}'>"
        "<p onclick='x()'>Officials said no.</p></html>",
        encoding="utf-8",
    )
    program = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise AssertionError('a connection')\n"
        "socket.socket = refuse\n"
        "from standoff.cli import main\n"
        "sys.exit(main(['read', sys.argv[1]]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(page)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not trap.exists()
