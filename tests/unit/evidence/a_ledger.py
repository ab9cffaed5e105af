"""A small ledger that uses every key, as text; what it means is said again in plain values by the tests."""

DIGEST = "a" * 64

TEXT = f"""\
# Written by hand: comments must survive.
ledger: 1
title: A small ledger
documents:
  paper:   # the one that was read
    title: Talks, and threats
    outlet: The Paper
    aggregator: Gatherer
    sha256: {DIGEST}
    dates: [yesterday, "12 March 2025", {{text: nearly four years on, relative: true}}]
    dropped:
      - {{line: 1, text: menu, why: navigation}}
sources:
  minister: {{name: The Minister, role: minister, reliability: {{grade: B, reason: on the record before}}}}

statements:
  S1:
    document: paper
    at: {{start: 10, end: 31, exact: we would strike them, prefix: "He said "}}
    speaker: {{text: the minister, canonical: The Minister, named: true, kind: person, role: minister}}
    chain: [Gatherer, The Paper, The Minister]
    cue: said
    mode: direct
    channel: public
    kind: threat
    polarity: affirm
    credibility: {{grade: 4, reason: "a threat: of what would be done it says little"}}
    accepted: true  # read twice

  S2:
    document: paper
    at: {{start: 40, end: 70, exact: it will not happen}}
    speaker: {{text: an official, canonical: official, named: false, kind: unnamed-individual}}
    chain: [Gatherer, The Paper, official]
    mode: paraphrase
    channel: private
    hedges: [probably]
    polarity: negate
    credibility: {{grade: 2, reason: fits the rest}}
    accepted: true
  S3:
    document: paper
    at: {{start: 80, end: 90}}
    speaker: {{text: another official, canonical: another official, named: false}}
    chain: [Gatherer, The Paper, another official]
    channel: private
    accepted: null
    # a note of a person, which belongs to S3
  S4:
    document: paper
    at: {{start: 95, end: 99}}
    speaker: {{text: The Paper, canonical: The Paper, named: true, kind: outlet}}
    chain: [Gatherer, The Paper]
    channel: unstated
    accepted: true
    retracted: {{by: The Paper, date: "2025-03-14"}}

claims:
  C1: {{text: They would strike, supports: [S1], contradicts: [S2]}}
  C2: {{text: It will not happen, supports: [S2, S3, S4]}}
"""
