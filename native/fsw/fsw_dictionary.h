/// The packets of the telemetry dictionary: raw fields, and writers that give them their octets.
///
/// Printed by `python -m flightsw.dictionary.emit_c fsw` from the telemetry dictionary,
/// flightsw/dictionary/telemetry.toml: change that file, not this one.
///
/// A writer fills in primary header, secondary header and fields, big-endian, of one CCSDS space
/// packet (133.0-B). It returns the length of the whole packet; its last octets,
/// FSW_PACKET_CRC_bytes, are left to the caller, whose CRC covers all octets before them.
/// `out` must have room for the whole packet.

#ifndef FSW_DICTIONARY_H_INCLUDED
#define FSW_DICTIONARY_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

#include "ccsds.h"

// clang-format off

#define FSW_DICTIONARY_MAJOR             2U
#define FSW_DICTIONARY_MINOR             1U
#define FSW_DICTIONARY_HASH              0xD2422111U ///< CRC-32 of the layout.
#define FSW_PACKET_KINDS                 4U
#define FSW_PACKET_CRC_bytes             2U          ///< Left to the caller at the end of a packet.
#define FSW_APID_EVENT                   0x100U
#define FSW_PACKET_EVENT_bytes           56U         ///< With its CRC.
#define FSW_CHANNEL_EVENT                0U          ///< events
#define FSW_APID_STATE                   0x101U
#define FSW_PACKET_STATE_bytes           128U        ///< With its CRC.
#define FSW_CHANNEL_STATE                2U          ///< fast
#define FSW_APID_HOUSEKEEPING            0x102U
#define FSW_PACKET_HOUSEKEEPING_bytes    180U        ///< With its CRC.
#define FSW_CHANNEL_HOUSEKEEPING         3U          ///< slow
#define FSW_APID_DISCRETES               0x103U
#define FSW_PACKET_DISCRETES_bytes       40U         ///< With its CRC.
#define FSW_CHANNEL_DISCRETES            1U          ///< discretes
#define FSW_EVENT_SEQUENCE_STEP          1U
#define FSW_EVENT_MONITOR_TRIPPED        2U
#define FSW_EVENT_EMERGENCY_SHUTDOWN     3U
#define FSW_EVENT_ABORT_STEP             4U
#define FSW_EVENT_COMPUTER_STARTED       5U
#define FSW_EVENT_ACCELEROMETER_OUTVOTED 6U

/// Something happened, once: events.toml says what. The first packets of a tick, in the order of the sequence file.
typedef struct
{
    uint16_t number;            ///< Events that this computer told before, modulo 65536.
    uint8_t  kind;              ///< Which event of events.toml.
    uint8_t  entry;             ///< Index of the entry in the sequence file, from 0; 255 where there is none.
    uint8_t  trigger;           ///< What made the entry fire; 0 where there is none. 0 primary, 1 backup, 2 depletion,
                                ///< 3 avd, 4 abort, 5 monitor.
    uint8_t  role;              ///< Role of the entry in the sequence; 0 where there is none. 0 sequence, 1 avd, 2
                                ///< abort, 3 monitor.
    int32_t  argument;          ///< What events.toml says of the kind; else 0.
    int32_t  position_x;        ///< Estimated position in eci: Earth-fixed axes frozen at T-0, to 0 deg N 0 deg E. One
                                ///< count is 0.01 m.
    int32_t  position_y;        ///< As position_x, to 0 deg N 90 deg E. One count is 0.01 m.
    int32_t  position_z;        ///< As position_x, to the north pole. One count is 0.01 m.
    int32_t  velocity_x;        ///< Estimated inertial velocity in eci, along the x axis. The pad's before T-0. One
                                ///< count is 0.0001 m/s.
    int32_t  velocity_y;        ///< As velocity_x, along the y axis. One count is 0.0001 m/s.
    int32_t  velocity_z;        ///< As velocity_x, along the z axis. One count is 0.0001 m/s.
    int32_t  apparent_velocity; ///< Voted integral of specific force along the body axis since T-0. Not the inertial
                                ///< velocity. One count is 0.001 m/s.
} fsw_packet_event_t;

/// What the flight software believes and reads, state_rate_hz of the sequence file.
typedef struct
{
    int32_t  position_x;        ///< Estimated position in eci: Earth-fixed axes frozen at T-0, to 0 deg N 0 deg E. One
                                ///< count is 0.01 m.
    int32_t  position_y;        ///< As position_x, to 0 deg N 90 deg E. One count is 0.01 m.
    int32_t  position_z;        ///< As position_x, to the north pole. One count is 0.01 m.
    int32_t  velocity_x;        ///< Estimated inertial velocity in eci, along the x axis. The pad's before T-0. One
                                ///< count is 0.0001 m/s.
    int32_t  velocity_y;        ///< As velocity_x, along the y axis. One count is 0.0001 m/s.
    int32_t  velocity_z;        ///< As velocity_x, along the z axis. One count is 0.0001 m/s.
    int32_t  apparent_velocity; ///< Voted integral of specific force along the body axis since T-0. Not the inertial
                                ///< velocity. One count is 0.001 m/s.
    int32_t  axial_accel;       ///< Voted specific force along the body axis, mean of the last tick. One count is 0.001
                                ///< m/s2.
    int32_t  pitch;             ///< Commanded angle of the body axis above the launch horizon, in the plane of the
                                ///< firing azimuth. One count is 1e-06 rad.
    uint8_t  last_event;        ///< Index of the last entry with role sequence that fired; 255 before the first.
    uint64_t discretes;         ///< Contacts and dry sensors as read, one bit each.
    int32_t  analog[16];        ///< Analogue channel as read, counts; its quantum stands in the vehicle file.
} fsw_packet_state_t;

/// The computer about itself, housekeeping_rate_hz of the sequence file.
typedef struct
{
    uint8_t  dictionary_major;            ///< Version of this file, major.
    uint8_t  dictionary_minor;            ///< Version of this file, minor.
    uint32_t dictionary_hash;             ///< CRC-32 of the layout that this file declares.
    uint32_t sequence_hash;               ///< CRC-32 of the sequence file that flies.
    uint32_t tick_us;                     ///< Length of a tick. One count is 1e-06 s.
    uint64_t latched;                     ///< Entries that have fired, one bit each.
    uint32_t accelerometer_disagreements; ///< Ticks in which an accelerometer stood away from the voted value.
    uint32_t outbox_full;                 ///< Packets that found no room in a tick.
    uint16_t event_count;                 ///< Events told, modulo 65536. Event n stands in slot n modulo 16 of the
                                          ///< fields recent_.
    uint8_t  recent_kind[16];             ///< Kind of one of the last 16 events; 0: none yet.
    uint8_t  recent_entry[16];            ///< Entry of it, as in EVENT.
    uint8_t  recent_trigger[16];          ///< Trigger of it, as in EVENT.
    uint8_t  recent_role[16];             ///< Role of it, as in EVENT.
    int32_t  recent_ticks[16];            ///< When it happened: mission elapsed time in ticks of tick_us, held within
                                          ///< 32 bits.
} fsw_packet_housekeeping_t;

/// Contacts and dry sensors as read, and what was commanded.
typedef struct
{
    uint64_t discretes; ///< Contacts and dry sensors as read, one bit each.
    uint64_t commands;  ///< Commands issued since the DISCRETES before, one bit each.
    uint64_t latched;   ///< Entries that have fired, one bit each.
} fsw_packet_discretes_t;

static inline size_t fsw_pack_event(const fsw_packet_event_t* const packet, const uint16_t sequence_count,
                                    const int64_t met_us, uint8_t* const out)
{
    ccsds_put_u16(&out[0], (uint16_t)(0x0800U | FSW_APID_EVENT));
    ccsds_put_u16(&out[2], (uint16_t)(0xC000U | (sequence_count & 0x3FFFU)));
    ccsds_put_u16(&out[4], 49U);
    ccsds_put_u64(&out[6], (uint64_t)met_us);
    ccsds_put_u16(&out[14], packet->number);
    ccsds_put_u8(&out[16], packet->kind);
    ccsds_put_u8(&out[17], packet->entry);
    ccsds_put_u8(&out[18], packet->trigger);
    ccsds_put_u8(&out[19], packet->role);
    ccsds_put_u16(&out[20], 0U);
    ccsds_put_u32(&out[22], (uint32_t)packet->argument);
    ccsds_put_u32(&out[26], (uint32_t)packet->position_x);
    ccsds_put_u32(&out[30], (uint32_t)packet->position_y);
    ccsds_put_u32(&out[34], (uint32_t)packet->position_z);
    ccsds_put_u32(&out[38], (uint32_t)packet->velocity_x);
    ccsds_put_u32(&out[42], (uint32_t)packet->velocity_y);
    ccsds_put_u32(&out[46], (uint32_t)packet->velocity_z);
    ccsds_put_u32(&out[50], (uint32_t)packet->apparent_velocity);
    return FSW_PACKET_EVENT_bytes;
}

static inline size_t fsw_pack_state(const fsw_packet_state_t* const packet, const uint16_t sequence_count,
                                    const int64_t met_us, uint8_t* const out)
{
    ccsds_put_u16(&out[0], (uint16_t)(0x0800U | FSW_APID_STATE));
    ccsds_put_u16(&out[2], (uint16_t)(0xC000U | (sequence_count & 0x3FFFU)));
    ccsds_put_u16(&out[4], 121U);
    ccsds_put_u64(&out[6], (uint64_t)met_us);
    ccsds_put_u32(&out[14], (uint32_t)packet->position_x);
    ccsds_put_u32(&out[18], (uint32_t)packet->position_y);
    ccsds_put_u32(&out[22], (uint32_t)packet->position_z);
    ccsds_put_u32(&out[26], (uint32_t)packet->velocity_x);
    ccsds_put_u32(&out[30], (uint32_t)packet->velocity_y);
    ccsds_put_u32(&out[34], (uint32_t)packet->velocity_z);
    ccsds_put_u32(&out[38], (uint32_t)packet->apparent_velocity);
    ccsds_put_u32(&out[42], (uint32_t)packet->axial_accel);
    ccsds_put_u32(&out[46], (uint32_t)packet->pitch);
    ccsds_put_u8(&out[50], packet->last_event);
    ccsds_put_u8(&out[51], 0U);
    ccsds_put_u8(&out[52], 0U);
    ccsds_put_u8(&out[53], 0U);
    ccsds_put_u64(&out[54], packet->discretes);
    for (size_t i = 0; i < 16U; i++) {
        ccsds_put_u32(&out[62U + (4U * i)], (uint32_t)packet->analog[i]);
    }
    return FSW_PACKET_STATE_bytes;
}

static inline size_t fsw_pack_housekeeping(const fsw_packet_housekeeping_t* const packet, const uint16_t sequence_count,
                                           const int64_t met_us, uint8_t* const out)
{
    ccsds_put_u16(&out[0], (uint16_t)(0x0800U | FSW_APID_HOUSEKEEPING));
    ccsds_put_u16(&out[2], (uint16_t)(0xC000U | (sequence_count & 0x3FFFU)));
    ccsds_put_u16(&out[4], 173U);
    ccsds_put_u64(&out[6], (uint64_t)met_us);
    ccsds_put_u8(&out[14], packet->dictionary_major);
    ccsds_put_u8(&out[15], packet->dictionary_minor);
    ccsds_put_u16(&out[16], 0U);
    ccsds_put_u32(&out[18], packet->dictionary_hash);
    ccsds_put_u32(&out[22], packet->sequence_hash);
    ccsds_put_u32(&out[26], packet->tick_us);
    ccsds_put_u64(&out[30], packet->latched);
    ccsds_put_u32(&out[38], packet->accelerometer_disagreements);
    ccsds_put_u32(&out[42], packet->outbox_full);
    ccsds_put_u16(&out[46], packet->event_count);
    ccsds_put_u16(&out[48], 0U);
    for (size_t i = 0; i < 16U; i++) {
        ccsds_put_u8(&out[50U + (1U * i)], packet->recent_kind[i]);
    }
    for (size_t i = 0; i < 16U; i++) {
        ccsds_put_u8(&out[66U + (1U * i)], packet->recent_entry[i]);
    }
    for (size_t i = 0; i < 16U; i++) {
        ccsds_put_u8(&out[82U + (1U * i)], packet->recent_trigger[i]);
    }
    for (size_t i = 0; i < 16U; i++) {
        ccsds_put_u8(&out[98U + (1U * i)], packet->recent_role[i]);
    }
    for (size_t i = 0; i < 16U; i++) {
        ccsds_put_u32(&out[114U + (4U * i)], (uint32_t)packet->recent_ticks[i]);
    }
    return FSW_PACKET_HOUSEKEEPING_bytes;
}

static inline size_t fsw_pack_discretes(const fsw_packet_discretes_t* const packet, const uint16_t sequence_count,
                                        const int64_t met_us, uint8_t* const out)
{
    ccsds_put_u16(&out[0], (uint16_t)(0x0800U | FSW_APID_DISCRETES));
    ccsds_put_u16(&out[2], (uint16_t)(0xC000U | (sequence_count & 0x3FFFU)));
    ccsds_put_u16(&out[4], 33U);
    ccsds_put_u64(&out[6], (uint64_t)met_us);
    ccsds_put_u64(&out[14], packet->discretes);
    ccsds_put_u64(&out[22], packet->commands);
    ccsds_put_u64(&out[30], packet->latched);
    return FSW_PACKET_DISCRETES_bytes;
}

#endif
