"""Small scenarios whose answers are known by hand, for tests of findings."""

from __future__ import annotations

from standoff.game.model import Model, from_scenario
from standoff.scenario.load import loads

# Challenge pays (1 - p) prize - p cost while the firm defender resists and the soft one yields: best for p < 1/3.
DETERRENCE = """\
standoff: 1
title: A deterrence game
actors: {challenger: Challenger, defender: Defender}
parameters:
  p_firm: {kind: probability, base: 0.3, range: "uniform(0, 1)", lever: defender}
  prize: {kind: positive, value: 1, unit: utility, lever: [challenger], between: [0.2, 3]}
  cost: {kind: positive, value: 2}
moves:
  resolve: {actor: nature, options: {firm: p_firm, soft: rest}, seen_by: [defender]}
  demand: {actor: challenger, options: [challenge, hold]}
  reply: {actor: defender, when: demand.challenge, options: [resist, yield]}
payoffs:
  challenger: {territory: prize * reply.yield, war: -cost * reply.resist}
  defender: {territory: -prize * reply.yield, war: -(0.5 if resolve.firm else cost) * reply.resist}
outcomes: {status_quo: demand.hold, fait_accompli: reply.yield, war: reply.resist}
decision: demand
judgement: {status_quo: 0.5, war: 0.2}
"""

# Up is dominant, so (up, left) is the one equilibrium; bound to down, the row player gets right and is better off.
SIMULTANEOUS = """\
standoff: 1
title: Commitment to a dominated option
actors: {row: Row, column: Column}
parameters: {bonus: {range: "uniform(0, 0.5)"}}
moves:
  line: {actor: row, options: [up, down], seen_by: []}
  side: {actor: column, options: [left, right]}
payoffs:
  row: bonus + line.up * (2 * side.left + 4 * side.right) + line.down * (side.left + 3 * side.right)
  column: line.up * side.left + 2 * line.down * side.right
outcomes: {both: line.up and side.left, other: true}
decision: line
"""


def model(text: str, variant: str | None = None) -> Model:
    """The model of a scenario text."""
    return from_scenario(loads(text, variant=variant))
