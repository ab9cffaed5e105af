"""Made-up scenarios with ledgers whose answers are known by construction."""

from standoff import api

LEDGER = """\
ledger: 1
documents: {{d: {{title: T, sha256: {digest}}}}}
statements:
{statements}
claims:
{claims}
origins:
{origins}
"""


def written(folder, scenario, supports, *, origins=(), extra=""):
    """The model of a scenario with a ledger in which claim -> {speaker: kind of statement} is what `supports` says."""
    statements, claims, number = [], [], 0
    groups = {name: [] for name in origins}
    for claim, speakers in supports.items():
        listed = []
        for speaker, more in speakers.items():
            number += 1
            named = "false" if speaker.startswith("unnamed") else "true"
            statements.append(
                f"  S{number}: {{document: d, at: {{start: {number}, end: {number + 1}}}, "
                f"speaker: {{canonical: {speaker}, named: {named}}}, chain: [Paper, {speaker}], accepted: true{more}}}"
            )
            listed.append(f"S{number}")
            if speaker in groups:
                groups[speaker].append(f"S{number}")
        claims.append(f"  {claim}: {{text: {claim}, supports: [{', '.join(listed)}]}}")
    made = [f"  g_{name}: {{statements: [{', '.join(ids)}], independent: true}}" for name, ids in groups.items()]
    text = LEDGER.format(
        digest="a" * 64, statements="\n".join(statements), claims="\n".join(claims), origins="\n".join(made)
    )
    (folder / "ledger.yaml").write_text(text + extra)
    (folder / "scenario.yaml").write_text(scenario)
    return api.load(folder / "scenario.yaml")


# Going is worth a + b + c + 0.4 d - 1.6, staying 0. Each of a, b, c, d is close to 1 with its claim and close to 0
# without it, and never further off than 0.1: going is best while the weights that stand add up to more than 1.6 + 0.34.
WEIGHTS = {"a": 10, "b": 10, "c": 10, "d": 4}  # tenths
BAR = 16
SPEAKERS = {"A": ("one",), "B": ("one", "two"), "C": ("two",), "D": ("three",)}  # claim -> who says so
GOING = """\
standoff: 1
title: To go or to stay
ledger: ledger.yaml
actors: {p: Player, q: Other}
parameters:
  a: {range: "uniform(0.95, 1.05)", claims: [A], without: "uniform(-0.05, 0.05)"}
  b: {range: "uniform(0.95, 1.05)", claims: [B], without: "uniform(-0.05, 0.05)"}
  c: {range: "uniform(0.95, 1.05)", claims: [C], without: "uniform(-0.05, 0.05)"}
  d: {range: "uniform(0.95, 1.05)", claims: [D], without: "uniform(-0.05, 0.05)"}
  bare: {range: "uniform(0, 1)"}
moves:
  m: {actor: p, options: [go, stay]}
  n: {actor: q, options: [left, right]}
payoffs:
  p: m.go * (a + b + c + 0.4 * d - 1.6)
  q: n.left * (1 + bare)
outcomes: {went: m.go, stayed: m.stay}
decision: m
"""

# Whether it rains is a matter of chance alone: its probability is the outcome's.
RAIN = """\
standoff: 1
title: Rain
ledger: ledger.yaml
actors: {p: Player}
parameters:
  rain: {kind: probability, range: "uniform(0.2, 0.4)", claims: [R], without: "uniform(0.6, 0.8)"}
moves:
  sky: {actor: nature, options: {wet: rain, dry: rest}, seen_by: everyone}
  n: {actor: p, options: [in, out]}
payoffs: {p: n.in}
outcomes: {wet: sky.wet, dry: sky.dry}
"""
