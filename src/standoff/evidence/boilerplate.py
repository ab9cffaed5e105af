"""Lines of a page that are no part of its text, and why each is dropped.

A line is judged by itself and by short words: notices about cookies, counters, invitations to follow or subscribe,
menus, copyright lines, bylines. They are reported, not lost, because they often name the site that carries a text and
the publisher it took it from (`standoff.evidence.masthead`).
"""

from __future__ import annotations

import re

from standoff.evidence.vocabulary import listed

_LONGEST = 400  # a longer line is text whatever it says
_LONGEST_MENU = 60
_SHORT = frozenset(("menu", "byline"))
_LABELS = frozenset(("menu", "byline", "share counter", "pointer to other pages", "advertisement"))  # end no sentence

_REASONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (why, re.compile(pattern, re.IGNORECASE))
    for why, pattern in (
        (
            "cookie notice",
            r"\b(?:use[sd]?|accept|reject|manage|about|our|set|store|essential|optional|all|these|"
            r"this) (?:of )?(?:\w+ )?"
            r"cookies?\b|^cookies?\b|\bcookies? (?:to|and|policy|settings|notice|preferences|are)\b"
            r"|^(?:i )?(?:accept|agree|reject|decline)(?: all)?[.!]?$|\byour privacy\b|\bprivacy (?:policy|"
            r"settings|notice)\b"
            r"|\bconsent to (?:the )?(?:use|processing)\b",
        ),
        ("copyright", r"^\W{0,3}(?:©|\(c\) ?\d|copyright\b)|\ball rights reserved\b"),
        (
            "follow-us line",
            r"^\W{0,6}(?:please )?(?:follow|like|find|join|visit|contact) (?:us|\w+(?: \w+){0,4} on (?:google|"
            r"facebook|x|twitter|"
            r"telegram|whatsapp|instagram|youtube|linkedin|bluesky|mastodon|social))\b|^follow us\b"
            r"|\b(?:follow|join) us on\b|\bon google news\b|\b(?:our|the) (?:telegram|whatsapp|youtube) channel\b",
        ),
        (
            "subscription line",
            r"\b(?:subscribe|sign up|register|log ?in|sign in)\b.{0,60}\b(?:newsletter|free|now|today|continue|"
            r"email|inbox|"
            r"account|here|access|unlimited)\b|^(?:subscribe|sign up|sign in|log ?in|register|donate|newsletters?|"
            r"already a subscriber\??|support us|get our (?:daily |weekly |free )?\w+)\b.{0,60}$",
        ),
        (
            "share counter",
            r"^\W{0,4}(?:share|tweet|comments?|likes?)\b.{0,30}$"
            r"|^\W{0,4}\d[\d.,]{0,8}[km]? (?:shares?|comments?|views?|likes?)\b.{0,30}$",
        ),
        (
            "advertisement",
            r"^\W{0,3}(?:advertisements?|sponsored(?: content)?|promoted|paid content|story continues below)\b.{0,40}$",
        ),
        (
            "pointer to other pages",
            r"^\W{0,3}(?:read (?:more|also|next)|see also|also read|related|more from|more on this|most read|"
            r"most popular|"
            r"trending|you (?:may|might) (?:also )?like|recommended|don[’']t miss|watch|listen|up next|"
            r"latest news)\b.{0,120}$",
        ),
        (
            "menu",
            r"^(?:menu\w*|[a-z]+_[a-z_]+|skip to (?:main )?content|home|search|sections?|close|open|back to top|"
            r"next|previous|"
            r"more information|learn more|show more|load more|topics?:|tags?:|edition:?|"
            r"toggle \w+)\b(?:[\W_]{1,6}\w{1,20}){0,6}"
            r"[\W_]{0,4}$",
        ),
        (
            "reading time",
            r"^\W{0,3}\d{1,3}[ -]min(?:ute)?s?(?: read)?\W{0,3}$|^(?:reading time|estimated read)\b.{0,30}$",
        ),
        (
            "picture credit",
            r"^\W{0,3}(?:photo(?:graph)?|image|picture|illustration|file photo|credit)s?\s?(?:credit|by|:)|"
            r"\((?:photo|image) by\b"
            r"|^getty images$",
        ),
        (
            "note of the publisher",
            r"\b(?:views|opinions) expressed (?:are|here|in this)\b"
            r"|^\W{0,3}(?:this (?:article|story|page|post) (?:was|is|has been|updates?|will)|"
            r"that is all (?:from us )?for (?:now|today)|"
            r"(?:good morning|hello|welcome)\b.{0,40}\b(?:live|coverage|blog)|thank you for reading|"
            r"end of (?:transcript|text)|"
            r"\((?:reporting|editing|writing|additional reporting) by|(?:press|media) (?:contact|enquiries|office)\W|"
            r"read the (?:full|original|whole) (?:story|article|report|text))\b|^\[[^\[\]]{0,160}\]$",
        ),
        ("byline", r"^\W{0,3}by (?:our |the )?(?:[\w’'.-]{1,30} ){0,4}[\w’'.-]{1,30}(?:, [\w ]{1,60})?$"),
    )
)
_WORD = re.compile(r"[^\W_]+")
_COUNTED = listed(
    """share shares like likes comment comments view views read reads repost reposts retweet retweets tweet reply
    replies email mail e print save copy link facebook twitter x whatsapp telegram reddit linkedin pinterest
    pocket flipboard k m bluesky mastodon threads"""
)
_MOST_COUNTERS = 20
_FEWEST = 4  # words of a line that is a sentence when it ends like one
# Words of which every line that is no part of the text has at least one (or it begins with a sign or digit)
_SIGNS = _COUNTED | listed(
    """cookie cookies privacy accept agree reject decline consent copyright rights follow find join visit contact
    us google channel subscribe sign log login register newsletter newsletters donate already support get tweet
    comments shares advertisement advertisements sponsored promoted paid story see also related more most
    trending you recommended don watch listen up latest menu skip home search section sections close open back
    next previous learn show load topic topics tag tags edition toggle reading estimated photo photograph photos
    image images picture pictures illustration file credit getty expressed this that good hello welcome thank
    end reporting editing writing additional press media by"""
)


def why_dropped(line: str) -> str:
    """Why a line is no part of the text; "" where it is."""
    if len(line) > 2 * _LONGEST:
        return ""
    text = " ".join(line.split())
    words = _WORD.findall(text.lower())
    if not words:
        return "no words" if text else ""
    if len(text) > _LONGEST:
        return ""
    if text[0].isalpha() and "_" not in text and _SIGNS.isdisjoint(words):
        return ""
    sentence = text[-1] in ".!?" and len(words) >= _FEWEST
    for why, pattern in _REASONS:
        if (why in _SHORT and len(text) > _LONGEST_MENU) or (sentence and why in _LABELS):
            continue
        if pattern.search(text):
            return why
    if len(words) <= _MOST_COUNTERS and all(word in _COUNTED or word[0].isdigit() for word in words):
        return "share counter"
    return ""
