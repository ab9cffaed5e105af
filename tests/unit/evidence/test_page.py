"""Pages: what is text, what is dropped and why, and what the page says about itself."""

import hashlib

import pytest

from standoff.errors import RequestError
from standoff.evidence import main_text
from standoff.evidence.page import MAX_TEXT, read_page

BODY = (
    "The harbour at Port Ambel was closed on Monday after three patrol boats anchored across its mouth.\n\n"
    "Dock workers were sent home, and a grain ship bound for the south was turned away at the outer buoy."
)
PASTED = f"""menu_open Regions
We use cookies to improve your visit to Gull News
More information . Close

Harbour closed as patrol boats anchor

21 0
2 days ago

{BODY}

Follow us on Facebook and X
Please follow The Ambel Courier on Google News
© The Ambel Courier
"""


def shown(page):
    return [page.text[start:end] for start, end in page.paragraphs]


def test_a_pasted_page_is_its_text_without_what_surrounds_it():
    page = read_page(PASTED.encode(), "page.txt")
    assert page.text == PASTED
    assert page.title == "Harbour closed as patrol boats anchor"
    assert shown(page) == BODY.split("\n\n")
    assert page.sha256 == hashlib.sha256(PASTED.encode()).hexdigest()


def test_every_line_that_is_not_text_is_reported_with_a_reason():
    page = read_page(PASTED.encode(), "page.txt")
    lines = PASTED.splitlines()
    assert {(dropped.line, dropped.text) for dropped in page.dropped} == {
        (number, line.strip())
        for number, line in enumerate(lines, 1)
        if line.strip() and line.strip() not in BODY and line != page.title
    }
    why = {dropped.text: dropped.why for dropped in page.dropped}
    assert why["21 0"] == "share counter"
    assert why["2 days ago"] == "date line"
    assert why["© The Ambel Courier"] == "copyright"
    assert why["We use cookies to improve your visit to Gull News"] == "cookie notice"


def test_the_lines_dropped_carry_the_chain():
    page = read_page(PASTED.encode(), "page.txt")
    assert (page.outlet, page.aggregator) == ("The Ambel Courier", "Gull News")


@pytest.mark.parametrize(
    ("line", "relative"),
    [
        ("2 days ago", True),
        ("yesterday", True),
        ("3 March", True),
        ("Published 3 March 2026", False),
        ("2026-03-04", False),
    ],
)
def test_a_date_without_a_year_has_no_anchor(line, relative):
    page = read_page(f"Harbour closed as boats anchor\n\n{line}\n\n{BODY}".encode(), "page.txt")
    assert [date.relative for date in page.dates] == [relative]
    assert page.dates[0].text in line


def test_an_original_publisher_makes_the_site_a_carrier():
    foot = "Read the full story at The Ambel Courier\n© Gull News"
    text = f"Gull News | World\n\nHarbour closed as patrol boats anchor\n\n{BODY}\n\n{foot}"
    page = read_page(text.encode(), "page.txt")
    assert (page.outlet, page.aggregator) == ("The Ambel Courier", "Gull News")


def test_a_dateline_names_the_agency():
    page = read_page(
        b"Harbour closed as boats anchor\n\nPORT AMBEL, March 4 (Gull Wire) - The harbour was closed.", "p.txt"
    )
    assert page.outlet == "Gull Wire"
    assert [date.text for date in page.dates] == ["March 4"]
    assert shown(page) == ["The harbour was closed."]


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16-le"), ("cp1252", "cp1252")],
)
def test_the_same_text_in_every_encoding(encoding, named):
    text = "Harbour closed\n\nThe minister said it was “a precaution” – nothing more.\n"
    page = read_page(text.encode(encoding), "page.txt")
    assert page.text == text
    assert page.encoding == named


def test_a_web_page_is_read_in_the_character_set_it_declares():
    source = '<html><head><meta charset="windows-1251"></head><body><p>Москва сказала: нет.</p></body></html>'
    assert "Москва сказала: нет." in read_page(source.encode("cp1251"), "page.html").text


WEB = """<!doctype html><html><head><title>Harbour closed | Gull News</title>
<meta property="og:site_name" content="Gull News">
<meta property="article:published_time" content="2026-03-04T10:00:00Z">
<script>document.write("<p>The minister said he ran this.</p>")</script>
<style>p { color: red }</style></head><body>
<nav><a href="/">Home</a> <a href="/world">World</a></nav>
<h1>Harbour closed as patrol boats anchor</h1>
<p>The harbour at <b>Port Ambel</b> was closed on
   Monday &amp; will stay so, the port master said.</p>
<p hidden>An official said this is hidden.</p>
<p style="display: none">An official said this is hidden too.</p>
<!-- <p>An official said this is a comment.</p> -->
<p>Dock workers were sent home.<br>A grain ship was turned away.</p>
<aside><p>Gulls: an official said they are many.</p></aside>
<footer>Contact us</footer></body></html>"""


def test_a_web_page_gives_its_visible_text():
    page = read_page(WEB.encode(), "page.html")
    assert shown(page) == [
        "The harbour at Port Ambel was closed on Monday & will stay so, the port master said.",
        "Dock workers were sent home.",
        "A grain ship was turned away.",
    ]
    assert page.title == "Harbour closed as patrol boats anchor"
    assert page.outlet == "Gull News"
    assert [date.text for date in page.dates] == ["2026-03-04T10:00:00Z"]
    assert "ran this" not in page.text
    assert "comment" not in page.text
    why = {dropped.text: dropped.why for dropped in page.dropped}
    assert why["An official said this is hidden."] == "hidden on the page"
    assert why["Home World"] == "in navigation"
    assert why["Gulls: an official said they are many."] == "in a side column"


def test_the_text_of_a_web_page_read_as_text_has_the_same_paragraphs():
    page = read_page(WEB.encode(), "page.html")
    again = read_page(page.text.encode(), "page.txt")
    assert again.text == page.text
    assert set(page.paragraphs) <= set(again.paragraphs)


def test_another_opinion_on_what_the_article_is_changes_no_offset(monkeypatch):
    plain = read_page(WEB.encode(), "page.html")
    kept = "The harbour at Port Ambel was closed on Monday & will stay so, the port master said."
    monkeypatch.setattr(main_text, "article_of", lambda raw: f"Before. {kept} After.")
    page = read_page(
        WEB.replace(
            "Dock workers were", "Dock workers and clerks, who had waited since dawn in the rain, were"
        ).encode(),
        "p.html",
    )
    assert shown(page)[0] == kept
    assert page.paragraphs[0] == plain.paragraphs[0]
    assert [d.why for d in page.dropped if d.text.startswith("Dock workers")] == ["not part of the article"]


def test_wrapped_lines_are_one_paragraph_and_headlines_none():
    text = "Harbour closed as patrol boats anchor\n\n" + BODY.replace(" after", "\nafter").replace(" bound", "\nbound")
    assert [" ".join(part.split()) for part in shown(read_page(text.encode(), "p.txt"))] == BODY.split("\n\n")


@pytest.mark.parametrize(
    ("raw", "phrase"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"PK\x03\x04....", "ZIP"),
        (b"\x00\x01\x02\x03" * 50, "not text"),
        (b"\xff\xfea", "UTF-16"),
        (b"a" * (MAX_TEXT + 1), "characters"),
    ],
)
def test_what_is_no_page_is_refused_with_a_remedy(raw, phrase):
    with pytest.raises(RequestError) as caught:
        read_page(raw, "thing.txt")
    (problem,) = caught.value.problems
    assert phrase in problem.message
    assert problem.remedy
    assert problem.mark.file == "thing.txt"
