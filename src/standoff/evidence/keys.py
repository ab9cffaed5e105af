"""The keys of a ledger file and what each is for."""

from __future__ import annotations

TOP = {
    "ledger": "Version of the file format: 1",
    "title": "What the ledger is about, in one line",
    "about": "One paragraph that a reader needs",
    "documents": "Texts that were read, by a name of your own",
    "sources": "Those who speak, and how reliable they are (A to F)",
    "statements": "What somebody is said to have said, where, and through whom it came",
    "claims": "What is made of statements; parameters of a scenario rest on claims",
    "origins": "Statements that come from one origin",
    "hypotheses": "How likely statements are under each type or class, as the analyst states it",
}
DOCUMENT = {
    "title": "Headline",
    "outlet": "Who published it",
    "aggregator": "Who carried it on",
    "url": "Where it stood",
    "sha256": "SHA-256 of the file that was read",
    "dates": "Dates as printed: texts, or {text, relative}",
    "dropped": "Lines that are not part of the text: {line, text, why}",
    "note": "Anything else",
}
DATED = {"text": "The date as printed", "relative": "true where no calendar date is printed"}
DROPPED = {"line": "Line of the file, from 1", "text": "The line", "why": "Why it is not part of the text"}
SOURCE = {
    "name": "Canonical name, as in `speaker: {canonical: ...}`",
    "role": "Office or function",
    "reliability": "{grade: A to F, reason: ...}",
    "note": "Anything else",
}
GRADE = {"grade": "A to F for reliability, 1 to 6 for credibility", "reason": "Why"}
STATEMENT = {
    "document": "The document that reports it",
    "at": "The content reported: {start, end, exact, prefix, suffix}",
    "speaker": "{text, canonical, named, kind, role}",
    "source": "A source, where the speaker's canonical name is not that of one",
    "chain": "Through whom it came: outermost publisher first, speaker last",
    "cue": "The words that report it",
    "mode": "direct, mixed or paraphrase",
    "channel": "public, private or unstated",
    "kind": "The speech act: statement, threat, refusal, ...",
    "hedges": "Words that weaken it",
    "polarity": "affirm or negate",
    "event": "When it was said or happened, as printed",
    "reported": "When it was reported, as printed",
    "accepted": "true or false by a person; null until one has read it",
    "retracted": "{by, date, note} where it was taken back",
    "reliability": "{grade: A to F, reason: ...}, where it differs from the source's",
    "credibility": "{grade: 1 to 6, reason: ...}",
    "note": "Anything else",
}
AT = {
    "start": "First code point in the file, from 0",
    "end": "One past the last code point",
    "exact": "The content, or its beginning and an ellipsis",
    "prefix": "A few words before",
    "suffix": "A few words after",
}
SPEAKER = {
    "text": "As printed",
    "canonical": "One name for all statements of the same speaker",
    "named": "Whether a name or an institution is given",
    "kind": "person, state, outlet, narrator, unnamed-individual, ...",
    "role": "Office or function",
}
RETRACTED = {"by": "Who took it back", "date": "When", "note": "How"}
CLAIM = {
    "text": "The claim in one sentence",
    "supports": "Statements that support it",
    "contradicts": "Statements that speak against it",
    "note": "Anything else",
}
ORIGIN = {
    "about": "What the origin is",
    "statements": "Statements that come from it",
    "independent": "true where it is known to owe nothing to other origins",
}
HYPOTHESES = {
    "prior": "Probability of each hypothesis; left out for a chance move, whose own probabilities are the prior",
    "statements": "Per statement {hypothesis: relative likelihood, ..., reason: ...}",
}
