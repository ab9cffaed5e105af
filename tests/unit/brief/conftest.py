"""Lets these tests use the cases made by hand for the tests of drawings."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "draw"))
