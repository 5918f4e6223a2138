"""A Raspberry Pi Pico under rp2040js: from its UF2 file, through its boot stage, to telemetry."""

from __future__ import annotations

from hil.boards.firmware import firmware_hash
from hil.kinds import ResetCause, Restart, State
from tests.hil.chips import PicoBoard, require
from tests.hil.conftest import Host, packet, transmitter_config
from tests.hil.double import TransmitterDouble


def test_boots_and_sends_what_the_transmitter_of_the_loop_sends() -> None:
    require("pico", rp2040js=True)
    config = transmitter_config()
    double = TransmitterDouble()
    double.start_transmitter(config, tick_us=10_000, supply_mv=27_000, warm=True)

    with PicoBoard() as board, Host(board.port) as host:
        identity = host.discover()
        host.start(config)
        for number in range(300):
            packets = packet(number % 4, 40 + number % 90, number) if number % 3 else b""
            sent = double.step_transmitter(packets, supply_mv=27_000, reset=False)
            assert host.tick(number, packets) == sent
        host.send(Restart())
        while (again := host.discover()).session != 0:
            pass

    assert (identity.name, identity.firmware) == ("Raspberry Pi Pico", firmware_hash())
    assert (identity.state, identity.reset_cause) == (State.IDLE, ResetCause.POWER)
    assert again.reset_cause == ResetCause.RESTART
    assert len(double.sent) > 5_000
