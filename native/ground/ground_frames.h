/// From what stations heard to space packets: TM transfer frames (CCSDS 132.0-B), and the packets (133.0-B) in them.
///
/// Nothing of the input is trusted, and all of it is accounted for: every octet is in a good frame or in junk, every octet
/// of a good frame's data is in a packet, an idle packet, or counted as damaged.

#ifndef GROUND_FRAMES_H_INCLUDED
#define GROUND_FRAMES_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ground_log.h"

/// A frame whose CRC holds.
typedef struct
{
    uint64_t offset;  ///< Of its first octet after the marker, in the log.
    int64_t  ert_us;  ///< Left to the caller.
    uint32_t entry;   ///< Of the log, an index.
    uint32_t number;  ///< Of its virtual channel, 32 bits.
    uint32_t session; ///< Left to the caller: counts the lives of a transmitter.
    uint16_t spacecraft_id;
    uint16_t first_header;
    uint8_t  channel;
    uint8_t  master_count;
    uint16_t reserved;
    uint32_t reserved_too;
} ground_frame_t;

typedef enum
{
    GROUND_JUNK_NO_MARKER, ///< No marker in it.
    GROUND_JUNK_CRC,       ///< A marker, and a frame whose CRC does not hold.
    GROUND_JUNK_CUT,       ///< A marker, and less than a frame after it.
    GROUND_JUNK_HEADER     ///< A frame whose CRC holds, of another version or without its secondary header.
} ground_junk_reason_t;

/// Octets of one entry that are in no good frame. What a frame with a bad CRC says of itself may be wrong.
typedef struct
{
    uint64_t offset;
    uint32_t size;
    uint32_t entry;
    uint32_t reason; ///< ground_junk_reason_t.
    uint32_t claimed_number;
    uint16_t claimed_spacecraft_id;
    uint8_t  claimed_channel;
    uint8_t  reserved;
    uint32_t reserved_too;
} ground_junk_t;

/// As in ground_log_scan_t: what finds no room is counted all the same.
typedef struct
{
    ground_frame_t* frame;
    size_t          frame_capacity;
    size_t          frame_count;
    ground_junk_t*  junk;
    size_t          junk_capacity;
    size_t          junk_count;
} ground_frame_scan_t;

/// Finds the frames in the octets of entries. `frame_bytes` is their length without marker. The entries must lie within
/// `size` octets of `log`; those that do not are left out. A burst of exactly one frame may have lost its marker.
void ground_frame_scan(const uint8_t* log, size_t size, const ground_log_entry_t* entry, size_t entry_count,
                       uint16_t frame_bytes, ground_frame_scan_t* scan);

/// A packet that is no idle packet and that was heard from its first octet to its last.
typedef struct
{
    uint64_t offset; ///< In the octets that were joined.
    uint32_t size;
    uint32_t first_frame; ///< Frames in which it begins and ends, indices.
    uint32_t last_frame;
    uint16_t apid;
    uint16_t sequence_count;
    bool     good; ///< Its CRC holds.
    uint8_t  reserved[7];
} ground_packet_t;

typedef struct
{
    uint8_t*         octets; ///< The data fields of the frames, joined: needs frame_count * (frame_bytes - 12).
    size_t           octets_capacity;
    ground_packet_t* packet;
    size_t           packet_capacity;
    size_t           packet_count;
    uint64_t         idle_bytes;
    uint64_t         packet_bytes;    ///< Of the packets above, good or not.
    uint64_t         damaged_bytes;   ///< Of packets of which a part is missing, and of what makes no packet.
    uint64_t         damaged_packets; ///< Packets begun and not ended, or ended and not begun.
} ground_packet_scan_t;

/// Joins the data of frames and finds the packets in it. The frames of one channel of one spacecraft and session stand
/// together, in the order of their numbers, each once. A gap in the numbers ends the packet that it tears; the next one is
/// where the first header pointer says. Returns false, having done nothing, when `octets` is too small or a frame does not lie
/// within `size` octets of `log`.
bool ground_packet_scan(const uint8_t* log, size_t size, const ground_frame_t* frame, size_t frame_count,
                        uint16_t frame_bytes, ground_packet_scan_t* scan);

#endif
