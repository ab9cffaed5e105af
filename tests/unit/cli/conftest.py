import pytest

from standoff.cli import main

DETERRENCE = """\
standoff: 1
title: A deterrence game
actors: {challenger: Challenger, defender: Defender}
parameters:
  p_firm: {about: Probability that the defender is firm, kind: probability, base: 0.3, range: "uniform(0, 1)"}
  prize: {about: Worth of the territory, kind: positive, value: 1}
  cost: {about: Cost of war, kind: positive, value: 2}
moves:
  resolve: {actor: nature, options: {firm: p_firm, soft: rest}, seen_by: [defender]}
  demand: {actor: challenger, options: [challenge, hold]}
  reply: {actor: defender, when: demand.challenge, options: [resist, yield]}
payoffs:
  challenger:
    territory: prize * reply.yield
    war: -cost * reply.resist
  defender:
    territory: -prize * reply.yield
    war: -(0.5 if resolve.firm else cost) * reply.resist
outcomes:
  status_quo: demand.hold
  fait_accompli: reply.yield
  war: reply.resist
decision: demand
"""


@pytest.fixture
def deterrence(tmp_path):
    """A file whose answer is known: challenge exactly where p_firm < prize / (prize + cost) = 1/3."""
    path = tmp_path / "deterrence.yaml"
    path.write_text(DETERRENCE, encoding="utf-8")
    return path


@pytest.fixture
def standoff(capsys):
    """Run the command line in this process: status, standard output, standard error."""

    def run(*arguments):
        status = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run
