"""Where in a TOML text each key and value stands.

tomllib says what a file means but not where it says it. This scanner walks a text that tomllib has
already accepted and notes the place of every key and value; of a text that tomllib refuses it
promises nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

Path = tuple[str | int, ...]

_BLANK: Final = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE: Final = re.compile(r"[^,\]}#\n]*")
_BASIC: Final = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_LITERAL: Final = re.compile(r"'([^'\n]*)'")
_LONG_BASIC: Final = re.compile(r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}', re.DOTALL)
_LONG_LITERAL: Final = re.compile(r"'''(?:[^']|'{1,2}(?!'))*'{3,5}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """A place: line and column from 1, and how many columns of that line it takes."""

    line: int
    column: int
    width: int


@dataclass(slots=True)
class Places:
    """Offsets of keys and values of one text, by path."""

    text: str
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    _line_starts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", self.text))]

    def value(self, path: Path) -> Span:
        """Return the place of a value, of its table's header, or of the nearest table around it."""
        return self._nearest(path, self.values)

    def key(self, path: Path) -> Span:
        """Return the place of a key, or of the nearest table around it."""
        return self._nearest(path, self.keys)

    def line_text(self, line: int) -> str:
        """Return one line of the text, counted from 1, without its end."""
        start = self._line_starts[line - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)]

    def _nearest(self, path: Path, table: dict[Path, tuple[int, int]]) -> Span:
        while path:
            found = table.get(path) or self.values.get(path) or self.keys.get(path)
            if found is not None:
                return self._span(*found)
            path = path[:-1]
        return Span(1, 1, 1)

    def _span(self, start: int, end: int) -> Span:
        line = bisect_right(self._line_starts, start)
        column = start - self._line_starts[line - 1] + 1
        line_end = self.text.find("\n", start)
        end = min(end, line_end if line_end >= 0 else len(self.text))
        return Span(line, column, max(1, end - start))


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.places = Places(text)
        self._arrays: dict[Path, int] = {}

    def scan(self) -> Places:
        table: Path = ()
        at = self._blank(0)
        while at < len(self.text):
            if self.text[at] == "[":
                at, table = self._header(at)
            else:
                at = self._pair(at, table)
            at = self._blank(at)
        return self.places

    def _blank(self, at: int) -> int:
        match = _BLANK.match(self.text, at)
        return match.end() if match else at

    def _space(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def _header(self, at: int) -> tuple[int, Path]:
        many = self.text.startswith("[[", at)
        start = self._space(at + (2 if many else 1))
        names, end = self._key(start)
        path: Path = ()
        for name in names[:-1]:
            path = self._into(path, name)
        if many:
            whole = (*path, names[-1])
            index = self._arrays.get(whole, -1) + 1
            self._arrays[whole] = index
            self.places.keys.setdefault(whole, (start, end))
            path = (*whole, index)
        else:
            path = self._into(path, names[-1])
        self.places.keys.setdefault(path, (start, end))
        return self._space(end) + (2 if many else 1), path

    def _into(self, path: Path, name: str) -> Path:
        path = (*path, name)
        index = self._arrays.get(path)
        return path if index is None else (*path, index)

    def _pair(self, at: int, table: Path) -> int:
        names, end = self._key(at)
        path = table
        for name in names:
            path = (*path, name)
            self.places.keys.setdefault(path, (at, end))
        return self._value(self._space(self._space(end) + 1), path)

    def _key(self, at: int) -> tuple[list[str], int]:
        names: list[str] = []
        while True:
            match = (
                _BARE_KEY.match(self.text, at)
                or _BASIC.match(self.text, at)
                or _LITERAL.match(self.text, at)
            )
            if match is None:
                msg = f"no key at offset {at}"
                raise ValueError(msg)
            names.append(_plain(match))
            end = match.end()
            dot = self._space(end)
            if not self.text.startswith(".", dot):
                return names, end
            at = self._space(dot + 1)

    def _value(self, at: int, path: Path) -> int:
        opening = self.text[at : at + 1]
        if opening == "[":
            end = self._array(at, path)
        elif opening == "{":
            end = self._inline(at, path)
        else:
            end = self._scalar(at)
        self.places.values[path] = (at, end)
        return end

    def _scalar(self, at: int) -> int:
        for pattern in (_LONG_BASIC, _LONG_LITERAL, _BASIC, _LITERAL):
            match = pattern.match(self.text, at)
            if match:
                return match.end()
        match = _BARE_VALUE.match(self.text, at)
        return at + len(match.group().rstrip()) if match else at

    def _array(self, at: int, path: Path) -> int:
        at, index = self._blank(at + 1), 0
        while at < len(self.text) and self.text[at] != "]":
            if self.text[at] == ",":
                at = self._blank(at + 1)
                continue
            at = self._blank(self._value(at, (*path, index)))
            index += 1
        return at + 1

    def _inline(self, at: int, path: Path) -> int:
        at = self._blank(at + 1)
        while at < len(self.text) and self.text[at] != "}":
            if self.text[at] == ",":
                at = self._blank(at + 1)
                continue
            at = self._blank(self._pair(at, path))
        return at + 1


def _plain(match: re.Match[str]) -> str:
    text = match.group()
    if text[0] == "'":
        return text[1:-1]
    if text[0] != '"' or "\\" not in text:
        return text.strip('"')
    import tomllib

    return str(tomllib.loads(f"k = {text}")["k"])


def locate(text: str) -> Places:
    """Return the places of everything in a TOML text that tomllib has accepted."""
    return _Scanner(text).scan()
