"""The units that end a key, and what else a reader might have written instead."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

# unit of the file -> (what it measures, its name, {other unit: how many of the file's unit it is})
_UNITS: Final[dict[str, tuple[str, str, dict[str, float]]]] = {
    "kg": ("mass", "kilograms", {"t": 1000.0, "g": 0.001, "lb": 0.453_592_37, "lbs": 0.453_592_37}),
    "m": ("length", "metres", {"km": 1000.0, "mm": 0.001, "cm": 0.01, "ft": 0.3048, "nmi": 1852.0}),
    "km": ("length", "kilometres", {"m": 0.001, "nmi": 1.852, "mi": 1.609_344}),
    "s": ("time", "seconds", {"ms": 0.001, "us": 1.0e-6, "min": 60.0, "h": 3600.0, "sec": 1.0}),
    "mps": (
        "speed",
        "metres per second",
        {
            "kmps": 1000.0,
            "kmph": 1.0 / 3.6,
            "kph": 1.0 / 3.6,
            "fps": 0.3048,
            "mmps": 0.001,
            "ms": 1.0,
        },
    ),
    "mps2": ("acceleration", "metres per second squared", {"g": 9.806_65, "mg": 0.009_806_65}),
    "deg": (
        "angle",
        "degrees",
        {"rad": math.degrees(1.0), "mrad": math.degrees(0.001), "arcmin": 1 / 60},
    ),
    "n": (
        "force",
        "newtons",
        {"kn": 1000.0, "mn": 1.0e6, "lbf": 4.448_221_615_260_5, "kgf": 9.806_65, "tf": 9806.65},
    ),
    "pa": (
        "pressure",
        "pascals",
        {
            "kpa": 1.0e3,
            "hpa": 100.0,
            "mpa": 1.0e6,
            "bar": 1.0e5,
            "mbar": 100.0,
            "atm": 101_325.0,
            "psi": 6894.757_293_168_36,
        },
    ),
    "kgps": (
        "mass flow",
        "kilograms per second",
        {"tps": 1000.0, "lbps": 0.453_592_37, "gps": 0.001},
    ),
    "m2": ("area", "square metres", {"cm2": 1.0e-4, "mm2": 1.0e-6, "ft2": 0.092_903_04}),
    "kgpm2": ("mass per area", "kilograms per square metre", {"lbpft2": 4.882_427_636_383}),
    "hz": ("rate", "hertz", {"khz": 1000.0, "rpm": 1.0 / 60.0}),
}


def unit_of(key: str) -> str:
    """Return the unit that ends a key, or an empty string.

    Examples
    --------
    >>> unit_of("dry_mass_kg"), unit_of("votes")
    ('kg', '')
    """
    _, _, end = key.rpartition("_")
    return end if end in _UNITS else ""


def unit_sign(key: str) -> str:
    """Return the unit that ends a key as it is written behind a number.

    Examples
    --------
    >>> unit_sign("separation_speed_mps"), unit_sign("cd")
    ('m/s', '')
    """
    signs = {"mps": "m/s", "mps2": "m/s²", "kgps": "kg/s", "m2": "m²", "kgpm2": "kg/m²"}
    signs |= {"n": "N", "pa": "Pa", "hz": "Hz"}
    unit = unit_of(key)
    return signs.get(unit, unit)


def other_unit(key: str, value: object, known: Iterable[str]) -> str | None:
    """Return what to write for a key that has another unit than the file's, or none.

    Parameters
    ----------
    key, value
        What stands in the file.
    known : iterable of str
        The keys that are understood there.

    Returns
    -------
    str or None
        The end of a message; None if this is not about a unit.

    Examples
    --------
    >>> other_unit("mass_t", 7.285, ["name", "mass_kg"])
    'mass is in kilograms here: write `mass_kg = 7285.0`'
    """
    for candidate in known:
        unit = unit_of(candidate)
        if not unit:
            continue
        stem = candidate.removesuffix(f"_{unit}")
        what, name, others = _UNITS[unit]
        written = key.lower()
        plain = "_" not in stem or what in stem or unit == "s"
        subject = stem.replace("_", " ") if plain else what
        if written in (stem, candidate.replace("_", "")):
            return f"a number carries its unit in its key: write `{candidate}` ({name})"
        other = written.removeprefix(f"{stem}_")
        if other == written or other not in others:
            continue
        advice = f"{subject} is in {name} here: write `{candidate}"
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                converted = float(f"{float(value) * others[other]:.12g}")
            except OverflowError:
                return f"{advice}`"
            return f"{advice} = {converted!r}`"
        return f"{advice}`"
    return None
