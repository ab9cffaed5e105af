"""The command line. `main` is what the ``standoff`` program calls."""

from standoff.cli.main import main

__all__ = ["main"]
