"""Every exception that standoff raises on purpose.

StandoffError                      what a caller may catch
├── InputError                     the person's input is wrong: exit status 2
│   ├── ScenarioError              a scenario file (one Problem per mistake, all at once)
│   ├── LedgerError                a ledger of evidence (as for scenarios)
│   ├── EfgError                   an .efg file
│   ├── SolutionError              a solution file given to ``standoff verify``
│   └── RequestError               a command, option or argument that names something that is not there
└── AnalysisError                  the input is fine, the analysis failed: exit status 1
    ├── LimitError                 a bound on size or time was reached before an answer
    ├── UndefinedError             a payoff or probability is NaN or infinite at these numbers
    └── ConceptError               the solution concept does not apply to this game

An `InputError` carries its `problems`; each says where, what is wrong and what to do. Its text is one line per problem,
``file:line:col: what is wrong; what to do``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Mark:
    """A place in a file: line and column count from 1; 0 means the file as a whole."""

    file: str = ""
    line: int = 0
    col: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.col}"


@dataclass(frozen=True)
class Problem:
    """One mistake (or one warning): where, what is wrong, what to do about it."""

    mark: Mark
    message: str
    remedy: str

    def __str__(self) -> str:
        place = str(self.mark)
        head = f"{place}: " if place else ""
        return f"{head}{self.message}; {self.remedy}" if self.remedy else f"{head}{self.message}"

    def to_dict(self) -> dict[str, object]:
        """The JSON form used by every command."""
        return {
            "file": self.mark.file,
            "line": self.mark.line,
            "col": self.mark.col,
            "message": self.message,
            "remedy": self.remedy,
        }


class StandoffError(Exception):
    """Root of the tree; never raised itself."""

    exit_status = 1


class InputError(StandoffError):
    """The input cannot be used as it is."""

    exit_status = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        """From one process to another."""
        return type(self), (self.problems,)


class ScenarioError(InputError):
    """A scenario file has mistakes."""


class LedgerError(InputError):
    """A ledger of evidence has mistakes."""


class EfgError(InputError):
    """An .efg file has mistakes."""


class SolutionError(InputError):
    """A solution file does not fit its game or is not in the format of ``standoff solve --json``."""


class RequestError(InputError):
    """The request names something that is not there, or a value that cannot be."""

    @classmethod
    def of(cls, message: str, remedy: str) -> RequestError:
        """A request error that belongs to no file."""
        return cls([Problem(Mark(), message, remedy)])


class AnalysisError(StandoffError):
    """The analysis could not be done."""


class LimitError(AnalysisError):
    """A bound on size or time was reached."""


class UndefinedError(AnalysisError):
    """An expression is NaN or infinite at the numbers given."""


class ConceptError(AnalysisError):
    """The solution concept does not apply to this game."""
