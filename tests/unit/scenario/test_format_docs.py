"""Every YAML block in the description of the format is read by the loader and allowed by the JSON Schema."""

import re
from pathlib import Path

import pytest

from standoff.scenario.load import loads

PAGE = Path(__file__).parents[3] / "docs" / "format.md"
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)

# What the parts on the page lean on: sections that are filled in where a part does not have them.
SURROUNDINGS = {
    "actors": "actors: {russia: Russia, coalition: Coalition, us: United States}",
    "parameters": "parameters: {prize: 1}",
    "moves": """\
moves:
  posture: {actor: coalition, options: [force, aid]}
  strike: {actor: russia, options: [strike, tolerate]}""",
    "payoffs": "payoffs: {russia: 0, coalition: 0}",
}


def completed(block):
    """A part with what is missing around it; a complete file as it is."""
    if not block.startswith("# part"):
        return block
    rest = [text for key, text in SURROUNDINGS.items() if not re.search(f"^{key}:", block, re.MULTILINE)]
    return "\n".join(["standoff: 1", "title: A part", block, *rest, ""])


def test_there_are_blocks():
    assert len(BLOCKS) >= 10
    assert sum(block.startswith("# part") for block in BLOCKS) <= len(BLOCKS) // 2 + 1


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_a_block_is_read_in_all_its_variants(block):
    scenario = loads(completed(block))
    assert scenario.moves
    for variant in scenario.variants:
        assert loads(completed(block), variant=variant.name).variant == variant.name


@pytest.mark.parametrize("block", [block for block in BLOCKS if not block.startswith("# part")])
def test_complete_files_have_no_warnings_but_of_the_ledger(block):
    found = [warning.message for warning in loads(block).warnings if "ledger" not in warning.message]
    assert found == []
