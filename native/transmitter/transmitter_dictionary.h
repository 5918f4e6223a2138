/// The packets of the telemetry dictionary: raw fields, and writers that give them their octets.
///
/// Printed by `python -m flightsw.dictionary.emit_c transmitter` from the telemetry dictionary,
/// flightsw/dictionary/telemetry.toml: change that file, not this one.
///
/// A writer fills in primary header, secondary header and fields, big-endian, of one CCSDS space
/// packet (133.0-B). It returns the length of the whole packet; its last octets,
/// TRANSMITTER_PACKET_CRC_bytes, are left to the caller, whose CRC covers all octets before them.
/// `out` must have room for the whole packet.

#ifndef TRANSMITTER_DICTIONARY_H_INCLUDED
#define TRANSMITTER_DICTIONARY_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

#include "ccsds.h"

// clang-format off

#define TRANSMITTER_DICTIONARY_MAJOR         2U
#define TRANSMITTER_DICTIONARY_MINOR         1U
#define TRANSMITTER_DICTIONARY_HASH          0xD2422111U ///< CRC-32 of the layout.
#define TRANSMITTER_PACKET_KINDS             1U
#define TRANSMITTER_PACKET_CRC_bytes         2U          ///< Left to the caller at the end of a packet.
#define TRANSMITTER_APID_TRANSMITTER         0x140U
#define TRANSMITTER_PACKET_TRANSMITTER_bytes 76U         ///< With its CRC.
#define TRANSMITTER_CHANNEL_TRANSMITTER      3U          ///< slow

/// A transmitter about itself. Counters stop at their largest value.
typedef struct
{
    uint8_t  state;              ///< What it does. 0 off, 1 warm-up, 2 on, 3 brown-out, 4 reset, 5 dying.
    uint8_t  last_reset;         ///< Why it started again. 0 none, 1 supply, 2 watchdog.
    uint16_t supply_mv;          ///< Its supply. One count is 0.001 V.
    uint32_t frames_sent[5];     ///< Frames sent on channels 0 to 3, and idle frames.
    uint32_t packets_accepted;   ///< Packets taken from its input.
    uint32_t packets_malformed;  ///< Inputs that were no packet, or of an APID that has no route.
    uint32_t packets_dropped[4]; ///< Packets of a channel that found no room, or came when it took none.
    uint16_t queued_bytes[4];    ///< Octets that wait in a channel. One count is 1 byte.
    uint16_t resets;             ///< Times that it started again.
    uint16_t brown_outs;         ///< Times that its supply was too low to send.
} transmitter_packet_transmitter_t;

static inline size_t transmitter_pack_transmitter(const transmitter_packet_transmitter_t* const packet, const uint16_t sequence_count,
                                                  const int64_t uptime_us, uint8_t* const out)
{
    ccsds_put_u16(&out[0], (uint16_t)(0x0800U | TRANSMITTER_APID_TRANSMITTER));
    ccsds_put_u16(&out[2], (uint16_t)(0xC000U | (sequence_count & 0x3FFFU)));
    ccsds_put_u16(&out[4], 69U);
    ccsds_put_u64(&out[6], (uint64_t)uptime_us);
    ccsds_put_u8(&out[14], packet->state);
    ccsds_put_u8(&out[15], packet->last_reset);
    ccsds_put_u16(&out[16], packet->supply_mv);
    for (size_t i = 0; i < 5U; i++) {
        ccsds_put_u32(&out[18U + (4U * i)], packet->frames_sent[i]);
    }
    ccsds_put_u32(&out[38], packet->packets_accepted);
    ccsds_put_u32(&out[42], packet->packets_malformed);
    for (size_t i = 0; i < 4U; i++) {
        ccsds_put_u32(&out[46U + (4U * i)], packet->packets_dropped[i]);
    }
    for (size_t i = 0; i < 4U; i++) {
        ccsds_put_u16(&out[62U + (2U * i)], packet->queued_bytes[i]);
    }
    ccsds_put_u16(&out[70], packet->resets);
    ccsds_put_u16(&out[72], packet->brown_outs);
    return TRANSMITTER_PACKET_TRANSMITTER_bytes;
}

#endif
