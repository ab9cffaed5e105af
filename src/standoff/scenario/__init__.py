"""The scenario file: its language, its loader and the checked `Scenario` that everything else is computed from."""

from standoff.scenario.load import load_scenario, loads
from standoff.scenario.scenario import Scenario

__all__ = ["Scenario", "load_scenario", "loads"]
