"""A board without a board: the core's own C behind the octets of the link. For tests alone."""

from __future__ import annotations

import struct
from typing import Any

from flightsw._native import ffi, lib

QUEUES_BYTES = 1 << 16


def transmitter_config(octets: bytes) -> Any:
    """Return the configuration that 88 octets tell: docs/reference/board-link.md, section 8."""
    assert len(octets) == 88
    config: Any = ffi.new("transmitter_config_t *")
    config.spacecraft_id, config.frame_bytes = struct.unpack_from("<HH", octets, 0)
    config.rate_bps, config.warm_up_us, config.reset_us = struct.unpack_from("<III", octets, 4)
    config.hold_up_us, config.damage_us = struct.unpack_from("<II", octets, 16)
    config.heartbeat_us, config.idle_us = struct.unpack_from("<II", octets, 24)
    config.on_mv, config.brown_out_mv, config.gone_mv = struct.unpack_from("<HHH", octets, 32)
    config.status_channel, config.route_count = octets[38], octets[39]
    for i in range(8):
        apid, channel = struct.unpack_from("<HB", octets, 40 + 3 * i)
        config.route[i] = {"apid": apid, "channel": channel}
    for i in range(4):
        queue_bytes, flush_us = struct.unpack_from("<HI", octets, 64 + 6 * i)
        config.channel[i] = {"queue_bytes": queue_bytes, "flush_us": flush_us}
    return config


class TransmitterDouble:
    """native/transmitter, told and heard in octets."""

    def __init__(self) -> None:
        self.self: Any = ffi.new("transmitter_t *")
        self.storage: Any = ffi.new("uint8_t[]", QUEUES_BYTES)
        self.out: Any = ffi.new("uint8_t[]", 1 << 16)
        self.sent = bytearray()

    def start_transmitter(self, config: bytes, *, tick_us: int, supply_mv: int, warm: bool) -> None:
        self.config, self.tick_us = transmitter_config(config), tick_us
        status = lib.transmitter_init(self.self, self.config, self.storage, QUEUES_BYTES)
        assert status == lib.TRANSMITTER_OK
        lib.transmitter_set_supply(self.self, supply_mv)
        if warm:
            lib.transmitter_step(self.self, 0, self.out, 0)
            lib.transmitter_step(self.self, self.config.warm_up_us, self.out, 0)

    def step_transmitter(self, packets: bytes, *, supply_mv: int, reset: bool) -> bytes:
        if reset:
            lib.transmitter_reset(self.self)
        lib.transmitter_set_supply(self.self, supply_mv)
        lib.transmitter_accept(self.self, packets, len(packets))
        sent, elapsed_us = b"", self.tick_us
        while size := lib.transmitter_step(self.self, elapsed_us, self.out, 1 << 16):
            sent, elapsed_us = sent + ffi.buffer(self.out, size)[:], 0
        self.sent += sent
        return sent


class SequencerDouble:
    """native/fsw, told and heard in octets."""

    def __init__(self) -> None:
        self.self: Any = ffi.new("fsw_t *")
        self.config: Any = ffi.new("fsw_config_t *")
        self.input: Any = ffi.new("fsw_input_t *")
        self.output: Any = ffi.new("fsw_output_t *")

    def start_sequencer(self, config: bytes, *, tick_us: int) -> None:
        assert len(config) == ffi.sizeof("fsw_config_t")
        ffi.memmove(self.config, config, len(config))
        assert self.config.tick_us == tick_us
        assert lib.fsw_init(self.self, self.config) == lib.FSW_OK

    def step_sequencer(self, measured: bytes) -> bytes:
        analogs = (len(measured) - 32) // 4
        values = struct.unpack(f"<3i3iQ{analogs}i", measured)
        self.input.axial_counts, self.input.imu_counts = values[0:3], values[3:6]
        self.input.discretes = values[6]
        self.input.analog_counts[0:analogs] = values[7:]
        lib.fsw_step(self.self, self.input, self.output)
        head = struct.pack(
            "<Q3dH", self.output.actions, *self.output.axis_platform, self.output.packet_count
        )
        return head + bytes(ffi.buffer(self.output.packets, self.output.packet_bytes))
