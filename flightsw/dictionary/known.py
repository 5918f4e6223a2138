"""The dictionaries that this package knows: its own, and those that recordings may be made with."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from flightsw.dictionary.model import DictionaryError
from flightsw.dictionary.read import parse_dictionary

if TYPE_CHECKING:
    from flightsw.dictionary.model import Dictionary

CURRENT: Final = "telemetry.toml"
EVENTS: Final = "events.toml"
RELEASES: Final = {  # each that recordings were made with: kept as it was, and where its events are
    "releases/1.0.toml": "",
    "releases/2.0.toml": "releases/2.0-events.toml",
    "releases/2.1.toml": "releases/2.1-events.toml",
}


@cache
def load_dictionary(major: int | None = None) -> Dictionary:
    """Return the dictionary of this package, or the last one of an earlier major version.

    Parameters
    ----------
    major : int, optional
        Which; that of the flight software unless given.

    Raises
    ------
    DictionaryError
        If there is none of that version, or a file contradicts itself.
    """
    current = _read(CURRENT, EVENTS)
    if major is None or major == current.major:
        return current
    known = [*_releases(), current]
    of_it = [each for each in known if each.major == major]
    if not of_it:
        majors = ", ".join(str(each) for each in sorted({each.major for each in known}))
        msg = f"version {major} of the telemetry dictionary is not known here; {majors} are"
        raise DictionaryError(msg)
    return max(of_it, key=lambda each: each.minor)


def known_dictionary(layout_hash: int) -> Dictionary | None:
    """Return the dictionary of this package or of a release that has a layout; None if none has."""
    current = load_dictionary()
    if layout_hash == current.hash:
        return current
    return next((each for each in _releases() if each.hash == layout_hash), None)


@cache
def _releases() -> tuple[Dictionary, ...]:
    return tuple(_read(name, events) for name, events in RELEASES.items())


def _read(name: str, events: str) -> Dictionary:
    return parse_dictionary(
        _text(name), _text(events) if events else "", name=name, events_name=events or EVENTS
    )


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
