"""The transmitter: with power everything leaves, without it nothing; both are counted."""

from typing import Any

import pytest

from flightsw._native import ffi, lib


@pytest.fixture
def transmitter() -> Any:
    made = ffi.new("transmitter_t *")
    lib.transmitter_init(made)
    return made


def test_starts_with_power_and_nothing_counted(transmitter: Any) -> None:
    assert transmitter.powered
    assert (transmitter.packets_sent, transmitter.packets_dropped, transmitter.bytes_sent) == (
        0,
        0,
        0,
    )


def test_sends_all_that_is_offered(transmitter: Any) -> None:
    left = [lib.transmitter_send(transmitter, 176, 2), lib.transmitter_send(transmitter, 48, 1)]

    assert left == [176, 48]
    assert (transmitter.packets_sent, transmitter.packets_dropped) == (3, 0)
    assert transmitter.bytes_sent == 224


def test_sends_nothing_without_power(transmitter: Any) -> None:
    lib.transmitter_set_power(transmitter, False)

    left = lib.transmitter_send(transmitter, 176, 2)

    assert left == 0
    assert (transmitter.packets_sent, transmitter.packets_dropped) == (0, 2)
    assert transmitter.bytes_sent == 0


def test_sends_again_when_power_is_back(transmitter: Any) -> None:
    for powered in (False, True):
        lib.transmitter_set_power(transmitter, powered)
        left = lib.transmitter_send(transmitter, 48, 1)

    assert left == 48
    assert (transmitter.packets_sent, transmitter.packets_dropped) == (1, 1)


@pytest.mark.parametrize("powered", [True, False])
def test_counters_stop_at_their_ends(transmitter: Any, powered: bool) -> None:
    lib.transmitter_set_power(transmitter, powered)
    transmitter.packets_sent = transmitter.packets_dropped = 2**32 - 2

    lib.transmitter_send(transmitter, 0, 5)

    counters = (transmitter.packets_sent, transmitter.packets_dropped)
    assert counters == ((2**32 - 1, 2**32 - 2) if powered else (2**32 - 2, 2**32 - 1))
