/// Frames of the board link (docs/reference/board-link.md, sections 2 and 3): COBS, CRC-32, sequence. Its twin is
/// hil/link.py.
///
/// Freestanding C11. A receiver takes octets one by one and keeps one frame, in memory of the caller; a sender writes
/// octets one by one and keeps none. Nothing that a line carries can do more than be counted.

#ifndef LINK_H_INCLUDED
#define LINK_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum
{
    LINK_PROTOCOL          = 1,
    LINK_CRC_bytes         = 4,
    LINK_CONTENT_MAX_bytes = 249, ///< With its CRC below 254: COBS then always costs one octet.
    LINK_HOST_HEAD_bytes   = 2,   ///< kind, sequence.
    LINK_BOARD_HEAD_bytes  = 4    ///< kind, sequence, taken.
};

/// What the frames of one direction were. Counters stop at their largest value.
typedef struct
{
    uint32_t received; ///< Octets.
    uint32_t sent;     ///< Octets.
    uint32_t frames_good;
    uint32_t frames_bad;  ///< COBS or CRC.
    uint32_t frames_long; ///< More than there is room for.
    uint32_t malformed;   ///< Unknown, or shorter than its kind; counted by the session.
    uint32_t sequence_gaps;
    uint32_t sequence_repeats;
} link_counters_t;

typedef struct
{
    uint8_t*        content;  ///< Of the frame that comes.
    uint16_t        capacity; ///< Content and CRC, at most LINK_CONTENT_MAX_bytes + LINK_CRC_bytes.
    uint16_t        used;
    uint8_t         code; ///< Of the COBS group that comes; 0: none yet in this frame.
    uint8_t         left; ///< Octets of it that are still to come.
    bool            skip; ///< The frame is lost: up to the next 00.
    uint8_t         expected;
    uint8_t         sequence; ///< Of the next frame to be sent.
    uint16_t        taken;    ///< Octets, modulo 65536.
    link_counters_t count;
} link_t;

/// Where a sender's octets go.
typedef void (*link_put_t)(uint8_t octet);

/// Content that is sent: a head and, when `body_bytes` is not zero, what follows it.
typedef struct
{
    const uint8_t* head;
    const uint8_t* body;
    uint16_t       head_bytes;
    uint16_t       body_bytes;
} link_content_t;

/// CRC-32 of zlib, continued from `crc`; 0 begins.
uint32_t link_crc32(uint32_t crc, const uint8_t* octets, size_t size);

/// Starts a receiver and sender. `content` must outlive it.
void link_init(link_t* self, uint8_t* content, uint16_t capacity);

/// Takes one octet. Returns the length of the content, at least LINK_HOST_HEAD_bytes, when a frame has come whole; it stands
/// until the next call. Zero: not yet.
uint16_t link_take(link_t* self, uint8_t octet);

/// Counts gaps and repeats. A frame that is less than half the circle ahead leaves a gap of those before it; another one is
/// a repeat, or late, and changes nothing.
void link_follow(link_t* self, uint8_t sequence);

/// Sends a frame. Head and body together have at most LINK_CONTENT_MAX_bytes.
void link_send(link_t* self, const link_content_t* content, link_put_t put);

void link_count(uint32_t* counter, uint32_t more);

// ------------------------------------------------------------------------------------------------ little-endian

// Functions, and not inline: small chips have little room for code.

uint16_t link_get_u16(const uint8_t* from);
uint32_t link_get_u32(const uint8_t* from);
uint64_t link_get_u64(const uint8_t* from);

/// These return where the next octet goes.
uint8_t* link_put_u8(uint8_t* out, uint8_t value);
uint8_t* link_put_u16(uint8_t* out, uint16_t value);
uint8_t* link_put_u32(uint8_t* out, uint32_t value);
uint8_t* link_put_u64(uint8_t* out, uint64_t value);

#endif
