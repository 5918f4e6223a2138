/// libFuzzer target: frames whose checksums hold, around data of any kind: the packet decoder sees what the frame decoder
/// lets through.

#include <stdlib.h>
#include <string.h>

#include "ccsds.h"
#include "ccsds_crc.h"
#include "ground_frames.h"

enum
{
    FRAMES      = 16,
    FRAME_bytes = 64,
    DATA_bytes  = FRAME_bytes - 12
};

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t* const data, const size_t size)
{
    static uint8_t      log[FRAMES * FRAME_bytes];
    static uint8_t      joined[FRAMES * DATA_bytes];
    ground_frame_t      frame[FRAMES];
    ground_packet_t     packet[4];
    const size_t        piece = DATA_bytes + 3U; // first header pointer and a gap, then the data
    size_t              count = 0U;
    uint32_t            number = 0U;
    for (; count < FRAMES && (count + 1U) * piece <= size; count++) {
        const uint8_t* const from = &data[count * piece];
        number += 1U + (from[2] & 1U);
        frame[count] = (ground_frame_t){
            .offset       = count * FRAME_bytes,
            .number       = number,
            .first_header = (uint16_t)(ccsds_get_u16(from) & CCSDS_FIRST_HEADER_mask),
        };
        memcpy(&log[count * FRAME_bytes + 10U], &from[3], DATA_bytes);
    }
    ground_packet_scan_t scan = {
        .octets = joined, .octets_capacity = sizeof(joined), .packet = packet, .packet_capacity = 4U};
    if (!ground_packet_scan(log, sizeof(log), frame, count, FRAME_bytes, &scan) ||
        scan.idle_bytes + scan.packet_bytes + scan.damaged_bytes != count * DATA_bytes) {
        abort();
    }
    return 0;
}
