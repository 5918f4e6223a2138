/// The octets that air and ground agree on: numbers, the headers of space packets and of transfer frames.
///
/// Space packets: CCSDS 133.0-B. TM transfer frames: CCSDS 132.0-B; of fixed length, each after a marker (131.0-B), with a
/// secondary header that carries the upper 24 bits of the frame number of its virtual channel, and a CRC-16 at the end.

#ifndef CCSDS_H_INCLUDED
#define CCSDS_H_INCLUDED

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum
{
    CCSDS_PACKET_HEADER_bytes   = 6,
    CCSDS_PACKET_MIN_bytes      = 7, ///< A packet has at least one octet of data.
    CCSDS_MARKER_bytes          = 4,
    CCSDS_FRAME_HEADER_bytes    = 6,
    CCSDS_FRAME_EXTENSION_bytes = 4, ///< The secondary header.
    CCSDS_FRAME_CRC_bytes       = 2,
    CCSDS_FRAME_OVERHEAD_bytes  = CCSDS_FRAME_HEADER_bytes + CCSDS_FRAME_EXTENSION_bytes + CCSDS_FRAME_CRC_bytes
};

#define CCSDS_APID_mask       0x7FFU
#define CCSDS_APID_IDLE       0x7FFU      ///< 133.0-B, 4.1.3.3.4.4.
#define CCSDS_UNSEGMENTED     0xC000U     ///< Sequence flags of a packet: 133.0-B, 4.1.3.4.2.
#define CCSDS_SEQUENCE_mask   0x3FFFU     ///< Of the packet sequence count.
#define CCSDS_MARKER          0x1ACFFC1DU ///< 131.0-B, 9.3.
#define CCSDS_SPACECRAFT_mask 0x3FFU      ///< Of a spacecraft identifier: 132.0-B, 4.1.2.3.
#define CCSDS_FRAME_STATUS    0x9800U  ///< Secondary header, packets in order, segment length id 11: 132.0-B, 4.1.2.7.
#define CCSDS_FRAME_EXTENSION_ID 0x03U ///< Version 1, four octets: 132.0-B, 4.1.3.2.
#define CCSDS_FIRST_HEADER_mask  0x7FFU
#define CCSDS_FIRST_HEADER_NONE  0x7FFU ///< No packet starts in the frame: 132.0-B, 4.1.2.7.6.
#define CCSDS_FIRST_HEADER_IDLE  0x7FEU ///< Only idle data in the frame.
#define CCSDS_CHANNEL_IDLE       7U     ///< Virtual channel of idle frames, by convention of this house.

static inline void ccsds_put_u8(uint8_t* const out, const uint8_t value)
{
    out[0] = value;
}

static inline void ccsds_put_u16(uint8_t* const out, const uint16_t value)
{
    out[0] = (uint8_t)(value >> 8U);
    out[1] = (uint8_t)(value & 0xFFU);
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && UINTPTR_MAX > 0xFFFFU

// Turned and stored whole: of single octets in a loop gcc 12 makes a hundred instructions.

static inline void ccsds_put_u32(uint8_t* const out, const uint32_t value)
{
    const uint32_t turned = __builtin_bswap32(value);
    memcpy(out, &turned, sizeof(turned));
}

static inline void ccsds_put_u64(uint8_t* const out, const uint64_t value)
{
    const uint64_t turned = __builtin_bswap64(value);
    memcpy(out, &turned, sizeof(turned));
}

#else

static inline void ccsds_put_u32(uint8_t* const out, const uint32_t value)
{
    out[0] = (uint8_t)(value >> 24U);
    out[1] = (uint8_t)(value >> 16U);
    out[2] = (uint8_t)(value >> 8U);
    out[3] = (uint8_t)value;
}

static inline void ccsds_put_u64(uint8_t* const out, const uint64_t value)
{
    ccsds_put_u32(out, (uint32_t)(value >> 32U));
    ccsds_put_u32(&out[4], (uint32_t)value);
}

#endif

static inline uint16_t ccsds_get_u16(const uint8_t* const from)
{
    return (uint16_t)(((uint32_t)from[0] << 8U) | from[1]);
}

static inline uint32_t ccsds_get_u32(const uint8_t* const from)
{
    return ((uint32_t)ccsds_get_u16(from) << 16U) | ccsds_get_u16(&from[2]);
}

static inline uint64_t ccsds_get_u64(const uint8_t* const from)
{
    return ((uint64_t)from[0] << 56U) | ((uint64_t)from[1] << 48U) | ((uint64_t)from[2] << 40U) |
           ((uint64_t)from[3] << 32U) | ((uint64_t)from[4] << 24U) | ((uint64_t)from[5] << 16U) |
           ((uint64_t)from[6] << 8U) | from[7];
}

/// Length of a whole packet, as its header says: at least CCSDS_PACKET_MIN_bytes.
static inline size_t ccsds_packet_bytes(const uint8_t* const packet)
{
    return (size_t)ccsds_get_u16(&packet[4]) + CCSDS_PACKET_HEADER_bytes + 1U;
}

static inline uint16_t ccsds_packet_apid(const uint8_t* const packet)
{
    return (uint16_t)(ccsds_get_u16(packet) & CCSDS_APID_mask);
}

#endif
