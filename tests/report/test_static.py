"""What the pages are made of: vendored files as published, a map that is small enough to ship."""

import hashlib
import json
import tomllib
from importlib import resources

import pytest

STATIC = resources.files("flightsw.report").joinpath("static")
VENDORED = tomllib.loads(STATIC.joinpath("vendor", "vendored.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "sha256"),
    [pair for package in VENDORED.values() for pair in package.get("sha256", {}).items()],
)
def test_a_vendored_file_is_the_published_one(name, sha256):
    content = STATIC.joinpath("vendor", name).read_bytes()

    assert hashlib.sha256(content).hexdigest() == sha256


def test_everything_in_the_vendor_folder_is_accounted_for():
    known = {name for package in VENDORED.values() for name in package.get("sha256", {})}

    assert {file.name for file in STATIC.joinpath("vendor").iterdir()} == known | {"vendored.toml"}


def test_the_map_is_small_and_knows_where_it_comes_from():
    octets = STATIC.joinpath("world.json").read_bytes()
    world = json.loads(octets)

    assert len(octets) <= 460_000
    assert "Natural Earth" in world["source"]


@pytest.mark.parametrize(
    ("kind", "longitude_deg", "latitude_deg"),
    [
        pytest.param("coasts", -75.46, 37.87, id="the Atlantic at Wallops Island"),
        pytest.param("coasts", -9.50, 38.78, id="Cabo da Roca, the west end of the continent"),
        pytest.param(
            "borders", 87.31, 49.11, id="where Kazakhstan, Russia, China and Mongolia meet"
        ),
    ],
)
def test_the_map_has_places_where_they_are(kind, longitude_deg, latitude_deg):
    """Within 0.1 deg: the data are generalised for 1:50 000 000."""
    world = json.loads(STATIC.joinpath("world.json").read_text(encoding="utf-8"))
    nearest = 180.0
    for line in world[kind]:
        x = y = 0
        for step_x, step_y in zip(line[::2], line[1::2], strict=True):
            x, y = x + step_x, y + step_y
            off = max(abs(x / 100 - longitude_deg), abs(y / 100 - latitude_deg))
            nearest = min(nearest, off)

    assert nearest < 0.1


def test_no_page_asks_for_anything_or_evaluates_text():
    for file in STATIC.iterdir():
        if file.name.endswith((".js", ".css")):
            text = file.read_text(encoding="utf-8")
            for word in (
                "fetch(",
                "XMLHttpRequest",
                "import(",
                "eval(",
                "@import",
                "innerHTML",
            ):
                assert word not in text, f"{file.name}: {word}"
            assert text.count("url(") == text.count("url(#"), file.name
