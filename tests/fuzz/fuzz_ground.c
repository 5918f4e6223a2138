/// libFuzzer target: a downlink log of any octets, through every decoder of the ground. All of it is accounted for.

#include <stdlib.h>

#include "ground_frames.h"
#include "ground_log.h"

enum
{
    ROWS        = 512,
    FRAME_bytes = 128
};

static ground_log_block_t  block[ROWS];
static ground_log_entry_t  entry[ROWS];
static ground_log_heard_t  heard[ROWS];
static ground_log_damage_t damage[ROWS];
static ground_frame_t      frame[ROWS];
static ground_junk_t       junk[ROWS];
static ground_packet_t     packet[ROWS];
static uint8_t             joined[ROWS * FRAME_bytes];

static size_t least(const size_t a, const size_t b)
{
    return (a < b) ? a : b;
}

static void need(const bool true_always)
{
    if (!true_always) {
        abort();
    }
}

static void frames_of(const uint8_t* const data, const size_t size, const size_t entries)
{
    ground_frame_scan_t scan = {.frame = frame, .frame_capacity = ROWS, .junk = junk, .junk_capacity = ROWS};
    ground_frame_scan(data, size, entry, entries, FRAME_bytes, &scan);
    if (scan.frame_count <= ROWS && scan.junk_count <= ROWS) {
        uint64_t octets = 0U;
        for (size_t i = 0U; i < entries; i++) {
            octets += entry[i].size;
        }
        for (size_t i = 0U; i < scan.junk_count; i++) {
            octets -= junk[i].size;
        }
        need(octets == scan.frame_count * (FRAME_bytes + 4U));
    }
    const size_t         frames = least(scan.frame_count, ROWS);
    ground_packet_scan_t found  = {
         .octets = joined, .octets_capacity = sizeof(joined), .packet = packet, .packet_capacity = ROWS};
    need(ground_packet_scan(data, size, frame, frames, FRAME_bytes, &found));
    need(found.idle_bytes + found.packet_bytes + found.damaged_bytes == frames * (FRAME_bytes - 12U));
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t* const data, const size_t size)
{
    ground_log_scan_t scan = {
        .block = block,   .block_capacity = ROWS, .entry = entry,   .entry_capacity = ROWS,
        .heard = heard,   .heard_capacity = ROWS, .damage = damage, .damage_capacity = ROWS,
    };
    ground_log_scan(data, size, &scan);
    if (scan.block_count <= ROWS && scan.damage_count <= ROWS) {
        uint64_t octets = 0U;
        for (size_t i = 0U; i < scan.block_count; i++) {
            octets += (uint64_t)block[i].payload_bytes + GROUND_LOG_HEAD_bytes + GROUND_LOG_CRC_bytes;
        }
        for (size_t i = 0U; i < scan.damage_count; i++) {
            octets += damage[i].size;
        }
        need(octets == size);
    }
    frames_of(data, size, least(scan.entry_count, ROWS));
    // The same octets as one entry: frames without a log around them.
    entry[0] = (ground_log_entry_t){.offset = 0U, .size = (uint32_t)size};
    frames_of(data, size, 1U);
    return 0;
}
