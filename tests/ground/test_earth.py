"""The ground's own geometry against its twin in the core, and against closed forms."""

import numpy as np
import pytest

from flightsw._native import ffi, lib
from flightsw.ground.earth import (
    ecef_from_eci,
    ecef_from_geodetic,
    eci_from_ecef,
    geodetic_from_ecef,
    great_circle_m,
)

PLACES = [
    pytest.param(0.0, 0.0, 0.0, id="gulf of Guinea"),
    pytest.param(45.920278, 63.342222, 90.0, id="a pad"),
    pytest.param(-51.66, -170.0, 245_000.0, id="south-west, in orbit"),
    pytest.param(89.999, 12.0, 1000.0, id="beside the pole"),
    pytest.param(51.1, 85.0, 2_000_000.0, id="far up"),
]


@pytest.mark.parametrize(("latitude_deg", "longitude_deg", "height_m"), PLACES)
def test_a_place_agrees_with_the_core_and_comes_back(latitude_deg, longitude_deg, height_m):
    latitude, longitude = np.radians(latitude_deg), np.radians(longitude_deg)

    ecef = ecef_from_geodetic(latitude_rad=latitude, longitude_rad=longitude, height_m=height_m)
    back = geodetic_from_ecef(ecef)

    core = lib.plant_ecef_from_geodetic(
        ffi.new("plant_geodetic_t *", [latitude, longitude, height_m])[0]
    )
    core_back = lib.plant_geodetic_from_ecef(ffi.new("plant_vec3_t *", ecef.tolist())[0])
    assert ecef == pytest.approx([core.x, core.y, core.z], abs=1e-6)
    assert float(back.latitude_rad) == pytest.approx(core_back.latitude_rad, abs=1e-12)
    assert (float(back.latitude_rad), float(back.longitude_rad), float(back.height_m)) == (
        pytest.approx((latitude, longitude, height_m), abs=1e-6)
    )


def test_the_earth_turns_once_in_a_sidereal_day():
    day_s = 86_164.0905  # mean sidereal day is 86 164.0905 s; 2 pi over the rate is 9 ms more
    position = np.array([6.6e6, 1.0e6, 3.0e6])

    turned = ecef_from_eci(position, day_s)

    assert turned == pytest.approx(position, abs=10.0)
    assert eci_from_ecef(turned, day_s) == pytest.approx(position, abs=1e-6)


def test_a_quarter_of_the_equator_is_a_quarter_of_a_circle():
    distance = great_circle_m(
        latitude_rad=0.0, longitude_rad=0.2, to_latitude_rad=0.0, to_longitude_rad=0.2 + np.pi / 2
    )

    assert distance == pytest.approx(6_371_008.8 * np.pi / 2)
