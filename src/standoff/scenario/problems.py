"""Collecting every mistake of a file, so that a person sees all at once, with the name that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import NoReturn

from standoff.errors import Mark, Problem, ScenarioError

MAX_REPORTED = 100
MAX_COLLECTED = 300  # after so many the file is given up: each costs a search for the name that was meant
MAX_LISTED = 12


class Problems:
    """Errors and warnings in the order found; `sorted_errors` puts them in the order of the file, each once."""

    def __init__(self) -> None:
        self.errors: list[Problem] = []
        self.warnings: list[Problem] = []

    def error(self, mark: Mark, message: str, remedy: str) -> None:
        """Note a mistake; of too many, raise `ScenarioError` at once."""
        self.errors.append(Problem(mark, message, remedy))
        if len(self.errors) >= MAX_COLLECTED:
            self.raise_any()

    def absorb(self, error: ScenarioError) -> None:
        """Note the mistakes that an exception carries."""
        for problem in error.problems:
            self.error(problem.mark, problem.message, problem.remedy)

    def warn(self, mark: Mark, message: str, remedy: str) -> None:
        """Note something that is allowed and probably not meant."""
        self.warnings.append(Problem(mark, message, remedy))

    def raise_any(self) -> None:
        """Raise `ScenarioError` with all errors, if there are any."""
        if self.errors:
            raise ScenarioError(in_order(self.errors))


def fail(mark: Mark, message: str, remedy: str) -> NoReturn:
    """Raise `ScenarioError` with this one problem."""
    raise ScenarioError([Problem(mark, message, remedy)])


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Problems by place, each once; of more than `MAX_REPORTED` the first ones and the number of the rest."""
    ordered = sorted(dict.fromkeys(problems), key=lambda problem: (problem.mark.line, problem.mark.col))
    if len(ordered) <= MAX_REPORTED:
        return ordered
    rest = len(ordered) - MAX_REPORTED
    more = f"{rest} or more further problems from here on"
    last = Problem(ordered[MAX_REPORTED].mark, more, "mend those above first")
    return [*ordered[:MAX_REPORTED], last]


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` is probably a misspelling of."""
    names = list(known)
    for candidate in names:
        if candidate.casefold() == name.casefold():
            return candidate
    found = difflib.get_close_matches(name[:100], names, n=1, cutoff=0.6)
    return found[0] if found else None


def remedy(name: str, known: Sequence[str], what: str) -> str:
    """``did you mean `x`?`` or, where nothing is close, the names there are (`what`: such as "actors")."""
    candidate = closest(name, known)
    if candidate is not None:
        return f"did you mean `{candidate}`?"
    if not known:
        return f"there are no {what} here"
    listed = ", ".join(known[:MAX_LISTED]) + (", ..." if len(known) > MAX_LISTED else "")
    return f"{what}: {listed}"


def short(text: str, width: int = 40) -> str:
    """Text for a message: one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 3]}..."
