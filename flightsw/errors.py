"""The exceptions flightsw raises on purpose, and the problem of a file as a reader sees it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_EXCERPT_COLUMNS: Final = 74  # of an 80-column terminal, beside the line number
_ELLIPSIS: Final = "..."


class FlightswError(Exception):
    """Base of every error that flightsw raises on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, and where.

    `line` and `column` count from 1; `line` is 0 where there is no place in a file to show (a
    command-line flag, a file that cannot be read) and `path` then says what it is.
    """

    path: str
    message: str
    line: int = 0
    column: int = 0
    width: int = 1
    text_of_line: str = ""

    def __str__(self) -> str:
        """Return the problem as a compiler would print it."""
        if self.line == 0:
            return f"error: {self.message}\n  --> {self.path}"
        place = f"error: {self.message}\n  --> {self.path}:{self.line}:{self.column}"
        if not self.text_of_line.strip():
            return place
        text, column, width = _window(self.text_of_line, self.column, self.width)
        gutter = max(3, len(str(self.line)))
        bar = " " * gutter + "|"
        marks = " " * (column - 1) + "^" * width
        return f"{place}\n{bar}\n{self.line:>{gutter}}| {text}\n{bar} {marks}"


def _window(text: str, column: int, width: int) -> tuple[str, int, int]:
    """Cut a long line to the part around what is marked; return it with new column and width."""
    text = "".join(char if char.isprintable() else " " for char in text)
    width = max(1, min(width, len(text) - column + 1))
    if len(text) <= _EXCERPT_COLUMNS:
        return text, column, width
    room = _EXCERPT_COLUMNS - 2 * len(_ELLIPSIS)
    start = max(0, min(column - 1 - room // 3, len(text) - room))
    cut = text[start : start + room]
    before = _ELLIPSIS if start else ""
    after = _ELLIPSIS if start + room < len(text) else ""
    column = column - start + len(before)
    return f"{before}{cut}{after}", column, max(1, min(width, len(before) + len(cut) - column + 1))


class ScenarioError(FlightswError):
    """Files, names or flags that cannot be flown: every problem found, in one exception."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Final = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
