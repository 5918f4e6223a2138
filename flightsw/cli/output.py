"""How text reaches a terminal or a pipe: the same characters, with colour on a terminal only."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Style = Literal["plain", "good", "off", "alarm", "dim"]

# Blue, amber and orange: never red against green. Colours of the 256-colour palette, each with a
# contrast above 3 on black and on white: nothing says which of the two a terminal has.
COLOURS: Final[dict[str, dict[str, Any]]] = {
    "plain": {},
    "good": {"fg": 32},
    "off": {"fg": 136},
    "alarm": {"fg": 166, "bold": True},
    "dim": {"dim": True},
}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line and how it looks; the look only repeats what the text says."""

    text: str
    style: Style = "plain"


class Line(tuple[Span, ...]):
    """A line of output."""

    __slots__ = ()

    @classmethod
    def of(cls, *spans: Span | str) -> Line:
        """Return a line of spans; text alone is plain."""
        return cls(span if isinstance(span, Span) else Span(span) for span in spans)

    @property
    def text(self) -> str:
        """The line without colour, as a pipe gets it."""
        return "".join(span.text for span in self).rstrip()


def wants_colour(*, no_color: bool) -> bool:
    """Return whether stdout is a terminal that is to have colour."""
    if no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()


def wants_live_line() -> bool:
    """Return whether stdout is a terminal on which a line can be written again."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def show(lines: Iterable[Line], *, no_color: bool) -> None:
    """Print lines on stdout."""
    if not wants_colour(no_color=no_color):
        _print("\n".join(line.text for line in lines))
        return
    _print(
        "\n".join(
            "".join(click.style(span.text, **COLOURS[span.style]) for span in line)
            for line in lines
        )
    )


def show_json(value: Mapping[str, Any]) -> None:
    """Print one object on stdout."""
    _print(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))


def tell(text: str) -> None:
    """Print words on stderr."""
    click.echo(text, err=True)


def _print(text: str) -> None:
    """Write to stdout; a reader that went away, or one without our marks, changes no exit code."""
    encoding = sys.stdout.encoding or "utf-8"
    data = text.encode(encoding, errors="replace").decode(encoding)
    try:
        sys.stdout.write(data + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
