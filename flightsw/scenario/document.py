"""One file as it was read: its text, what it says, and where it says it."""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath
from stat import S_ISDIR, S_ISREG
from typing import Any, Final, Protocol

from flightsw.errors import Problem
from flightsw.scenario.locate import Path, Places, locate

FILE_BYTES_MAX: Final = 1_000_000
_LINE_CHARACTERS_MAX: Final = 4096
_DEPTH_MAX: Final = 16
_KEY_PARTS: Final = re.compile(
    rf"(?:(?:[A-Za-z0-9_-]+|\"[^\"\n]*\"|'[^'\n]*')[ \t]*\.[ \t]*){{{_DEPTH_MAX}}}"
)
_PLACE: Final = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")

KINDS: Final = ("mission", "scenario", "fault", "vehicle", "sequence", "station")
VERSION: Final = 1


class Readable(Protocol):
    """A file on disk or in the wheel."""

    def read_bytes(self) -> bytes:
        """Return what is in it."""
        ...


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that a scenario was made of, whole, so that it can be flown again."""

    kind: str
    id: str
    path: str
    text: str
    sha256: str


class Document:
    """A file that tomllib could read; nothing is said yet of whether its content makes sense."""

    def __init__(self, path: str, text: str, data: dict[str, Any], *, kind: str = "") -> None:
        self.path: Final = path
        self.text: Final = text
        self.data: Final = data
        self.kind: Final = kind or _kind_of(data)

    @cached_property
    def places(self) -> Places:
        """Where each key and value stands."""
        return locate(self.text)

    @property
    def id(self) -> str:
        """The file's id, or what there is of one."""
        value = self.data.get("id")
        return value if isinstance(value, str) else FilePath(self.path).stem

    @property
    def root(self) -> Cursor:
        """The top of the file."""
        return Cursor(self, (), self.data)

    @cached_property
    def source(self) -> SourceFile:
        """The file for the record of a run."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()
        return SourceFile(self.kind, self.id, self.path, self.text, digest)

    def at(self, path: Path) -> Cursor:
        """Return what stands at a path; an empty cursor where nothing does."""
        cursor = self.root
        for step in path:
            cursor = cursor.get(step) if isinstance(step, str) else cursor.item(step)
        return cursor

    def problem(self, path: Path, message: str, *, key: bool = False) -> Problem:
        """Return a problem at a value, or at its key."""
        span = self.places.key(path) if key else self.places.value(path)
        return Problem(
            path=self.path,
            message=message,
            line=span.line,
            column=span.column,
            width=span.width,
            text_of_line=self.places.line_text(span.line),
        )


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a document and what stands there, whatever it is: looking never fails."""

    document: Document
    path: Path
    value: Any

    def get(self, key: str) -> Cursor:
        """Return what stands under a key; an empty cursor where nothing does."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Cursor(self.document, (*self.path, key), value)

    def item(self, index: int) -> Cursor:
        """Return an element of an array; an empty cursor where there is none."""
        inside = isinstance(self.value, list) and 0 <= index < len(self.value)
        return Cursor(self.document, (*self.path, index), self.value[index] if inside else None)

    def items(self) -> Iterator[Cursor]:
        """Yield the elements of an array; nothing if it is none."""
        if isinstance(self.value, list):
            for index, value in enumerate(self.value):
                yield Cursor(self.document, (*self.path, index), value)

    def tables(self) -> Iterator[Cursor]:
        """Yield the elements of an array that are tables."""
        return (item for item in self.items() if isinstance(item.value, dict))

    def fields(self) -> Iterator[Cursor]:
        """Yield the values of a table, each with its key as the end of its path."""
        if isinstance(self.value, dict):
            for key, value in self.value.items():
                yield Cursor(self.document, (*self.path, key), value)

    def __bool__(self) -> bool:
        """Say whether anything stands here."""
        return self.value is not None

    @property
    def text(self) -> str | None:
        """The string that stands here, or None."""
        return self.value if isinstance(self.value, str) else None

    @property
    def number(self) -> float | None:
        """The finite number that stands here, or None."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            return None
        try:
            number = float(self.value)
        except OverflowError:
            return None
        return number if math.isfinite(number) else None

    def texts(self) -> Iterator[tuple[str, Cursor]]:
        """Yield the strings of an array, each with its place."""
        return ((item.value, item) for item in self.items() if isinstance(item.value, str))

    def problem(self, message: str, *, key: bool = False) -> Problem:
        """Return a problem here."""
        return self.document.problem(self.path, message, key=key)


def read_document(file: Readable | FilePath, shown: str, *, kind: str = "") -> Document | Problem:
    """Read and parse one file, or say why that is not possible.

    Parameters
    ----------
    file : Path or a file of the wheel
        What to open.
    shown : str
        How messages name it.
    kind : str
        What it should be, empty for "whatever it says".
    """
    try:
        text = _text_of(file)
    except _UnreadableError as error:
        return Problem(path=shown, message=str(error))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Problem(path=shown, message=f"cannot read the file: {reason}")
    except ValueError as error:
        return Problem(path=shown, message=f"cannot read the file: {error}")
    return parse_document(text, shown, kind=kind)


def parse_document(text: str, shown: str, *, kind: str = "") -> Document | Problem:
    """Parse the text of one file, or say where it is not TOML."""
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if len(line) > _LINE_CHARACTERS_MAX:
            message = f"a line has at most {_LINE_CHARACTERS_MAX} characters, not {len(line)}"
            return Problem(
                path=shown, message=message, line=number, column=_LINE_CHARACTERS_MAX + 1
            )
        deep = _KEY_PARTS.search(line)
        if deep:
            message = f"nested too deeply: at most {_DEPTH_MAX} levels"
            return _in_line(shown, message, number, deep.start() + 1, line)
    try:
        document = Document(shown, text, tomllib.loads(text), kind=kind)
    except RecursionError:
        return Problem(path=shown, message=f"nested too deeply: at most {_DEPTH_MAX} levels")
    except ValueError as error:
        return _toml_problem(str(error), shown, lines)
    deep_path = _too_deep(document.data)
    if deep_path is not None:
        return document.problem(deep_path, f"nested too deeply: at most {_DEPTH_MAX} levels")
    return document


def _kind_of(data: dict[str, Any]) -> str:
    said = data.get("format")
    kind = said.partition("/")[0].removeprefix("flightsw-") if isinstance(said, str) else ""
    return kind if kind in KINDS else ""


class _UnreadableError(Exception):
    pass


def _text_of(file: Readable | FilePath) -> str:
    if isinstance(file, FilePath):
        mode = file.stat().st_mode
        if S_ISDIR(mode):
            msg = "this is a folder, not a file"
            raise _UnreadableError(msg)
        if not S_ISREG(mode):
            msg = "this is not a regular file"
            raise _UnreadableError(msg)
        size = file.stat().st_size
        if size > FILE_BYTES_MAX:
            msg = f"the file has {size} bytes; at most {FILE_BYTES_MAX} are read"
            raise _UnreadableError(msg)
        with file.open("rb") as stream:
            raw = stream.read(FILE_BYTES_MAX + 1)
    else:
        raw = file.read_bytes()
    if len(raw) > FILE_BYTES_MAX:
        msg = f"the file is longer than the {FILE_BYTES_MAX} bytes that are read"
        raise _UnreadableError(msg)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        msg = f"the file is not UTF-8: byte 0x{raw[error.start]:02x} in line {line}"
        raise _UnreadableError(msg) from None
    return text.replace("\r\n", "\n")


def _in_line(shown: str, message: str, line: int, column: int, text: str) -> Problem:
    return Problem(path=shown, message=message, line=line, column=column, text_of_line=text)


def _toml_problem(message: str, shown: str, lines: list[str]) -> Problem:
    match = _PLACE.search(message)
    said = _PLACE.sub("", message)
    said = said[:1].lower() + said[1:]
    if match is None:
        return Problem(path=shown, message=f"not valid TOML: {said}")
    if match.group(1):
        line, column = int(match.group(1)), int(match.group(2))
    else:
        line = max(1, len(lines) - (1 if lines[-1] == "" else 0))
        column = len(lines[line - 1]) + 1
    return _in_line(shown, f"not valid TOML: {said}", line, column, lines[line - 1])


def _too_deep(data: dict[str, Any]) -> Path | None:
    stack: list[tuple[Path, Any]] = [((), data)]
    while stack:
        path, value = stack.pop()
        if len(path) > _DEPTH_MAX:
            return path
        if isinstance(value, dict):
            stack += [((*path, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            stack += [((*path, index), inner) for index, inner in enumerate(value)]
    return None
