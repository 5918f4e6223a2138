#include "transmitter_frame.h"

#include <string.h>

#include "ccsds.h"
#include "ccsds_crc.h"

#define IDLE_CHANNEL 7U    // by convention; nothing else is ever sent on it
#define IDLE_OCTET   0x55U // as many edges as there can be: receivers keep their bit clock

void transmitter_queue_clear(transmitter_queue_t* const queue)
{
    queue->head         = 0U;
    queue->used         = 0U;
    queue->rest         = 0U;
    queue->rest_is_idle = false;
    queue->packets      = 0U;
    queue->since_us     = 0U;
}

static void append_idle(transmitter_queue_t* const queue, const transmitter_channel_config_t* const config,
                        const size_t size)
{
    size_t       straight = 0U;
    const size_t at       = transmitter_queue_behind(queue, config, size, &straight);
    memset(&queue->octets[at], IDLE_OCTET, straight);
    memset(queue->octets, IDLE_OCTET, size - straight);
    queue->used = (uint16_t)(queue->used + size);
}

/// The header of the packet `index` octets behind the head; in `copy` when the ring ends in it.
static const uint8_t* header_at(const transmitter_queue_t* const          queue,
                                const transmitter_channel_config_t* const config, const size_t index,
                                uint8_t copy[CCSDS_PACKET_HEADER_bytes])
{
    const size_t capacity = config->queue_bytes;
    const size_t place    = (size_t)queue->head + index;
    const size_t at       = (place >= capacity) ? (place - capacity) : place;
    const size_t straight = capacity - at;
    if (straight >= CCSDS_PACKET_HEADER_bytes) {
        return &queue->octets[at];
    }
    memcpy(copy, &queue->octets[at], straight);
    memcpy(&copy[straight], queue->octets, CCSDS_PACKET_HEADER_bytes - straight);
    return copy;
}

/// Appends an idle packet when a frame's data field is longer than what waits. One that is longer than the gap, because a
/// packet has at least seven octets, runs on into the next frame.
static void fill(transmitter_queue_t* const queue, const transmitter_channel_config_t* const config,
                 const size_t wanted)
{
    if (queue->used >= wanted) {
        return;
    }
    const size_t gap  = wanted - queue->used;
    const size_t size = (gap < CCSDS_PACKET_MIN_bytes) ? CCSDS_PACKET_MIN_bytes : gap;
    uint8_t      header[CCSDS_PACKET_HEADER_bytes];
    ccsds_put_u16(&header[0], CCSDS_APID_IDLE);
    ccsds_put_u16(&header[2], CCSDS_UNSEGMENTED);
    ccsds_put_u16(&header[4], (uint16_t)(size - CCSDS_PACKET_HEADER_bytes - 1U));
    transmitter_queue_append(queue, config, header, sizeof(header));
    append_idle(queue, config, size - sizeof(header));
}

/// Walks over the packets in the first `size` octets, which are about to leave. Returns where the first header is.
static uint16_t walk(transmitter_queue_t* const queue, const transmitter_channel_config_t* const config,
                     const size_t size)
{
    uint16_t first = CCSDS_FIRST_HEADER_NONE;
    size_t   at    = queue->rest;
    if (at > size) {
        queue->rest = (uint16_t)(at - size);
        return first;
    }
    if (at != 0U && !queue->rest_is_idle) {
        queue->packets--;
    }
    queue->rest = 0U;
    while (at < size) {
        first = (first == CCSDS_FIRST_HEADER_NONE) ? (uint16_t)at : first;
        uint8_t              copy[CCSDS_PACKET_HEADER_bytes];
        const uint8_t* const header = header_at(queue, config, at, copy);
        const bool           idle   = ccsds_packet_apid(header) == CCSDS_APID_IDLE;
        at += ccsds_packet_bytes(header);
        if (at > size) {
            queue->rest         = (uint16_t)(at - size);
            queue->rest_is_idle = idle;
        } else if (!idle) {
            queue->packets--;
        }
    }
    return first;
}

static void take(transmitter_queue_t* const queue, const transmitter_channel_config_t* const config, uint8_t* const out,
                 const size_t size)
{
    const size_t capacity = config->queue_bytes;
    const size_t straight = (size < capacity - queue->head) ? size : (capacity - queue->head);
    memcpy(out, &queue->octets[queue->head], straight);
    if (straight != size) {
        memcpy(&out[straight], queue->octets, size - straight);
    }
    const size_t head = (size_t)queue->head + size;
    queue->head       = (uint16_t)((head >= capacity) ? (head - capacity) : head);
    queue->used       = (uint16_t)(queue->used - size);
}

/// Marker and headers. Returns the data field.
static uint8_t* begin(const transmitter_frame_t* const frame, const uint8_t channel, const uint16_t first_header,
                      uint8_t* const out)
{
    uint8_t* const head = &out[CCSDS_MARKER_bytes];
    ccsds_put_u32(out, CCSDS_MARKER);
    ccsds_put_u16(&head[0], (uint16_t)(((uint32_t)frame->spacecraft_id << 4U) | ((uint32_t)channel << 1U)));
    ccsds_put_u8(&head[2], frame->master_count);
    ccsds_put_u8(&head[3], (uint8_t)(frame->number & 0xFFU));
    ccsds_put_u16(&head[4], (uint16_t)(CCSDS_FRAME_STATUS | first_header));
    ccsds_put_u8(&head[6], CCSDS_FRAME_EXTENSION_ID);
    ccsds_put_u8(&head[7], (uint8_t)(frame->number >> 24U));
    ccsds_put_u16(&head[8], (uint16_t)((frame->number >> 8U) & 0xFFFFU));
    return &head[CCSDS_FRAME_HEADER_bytes + CCSDS_FRAME_EXTENSION_bytes];
}

static void finish(const transmitter_frame_t* const frame, uint8_t* const out)
{
    uint8_t* const head    = &out[CCSDS_MARKER_bytes];
    const size_t   covered = (size_t)frame->frame_bytes - CCSDS_FRAME_CRC_bytes;
    ccsds_put_u16(&head[covered], ccsds_crc16(head, covered));
}

void transmitter_frame_data(const transmitter_frame_t* const frame, transmitter_queue_t* const queue,
                            const transmitter_channel_config_t* const config, uint8_t* const out)
{
    const size_t size = (size_t)frame->frame_bytes - CCSDS_FRAME_OVERHEAD_bytes;
    fill(queue, config, size);
    const uint16_t first = walk(queue, config, size);
    take(queue, config, begin(frame, frame->channel, first, out), size);
    finish(frame, out);
}

void transmitter_frame_idle(const transmitter_frame_t* const frame, uint8_t* const out)
{
    const size_t size = (size_t)frame->frame_bytes - CCSDS_FRAME_OVERHEAD_bytes;
    memset(begin(frame, IDLE_CHANNEL, CCSDS_FIRST_HEADER_IDLE, out), IDLE_OCTET, size);
    finish(frame, out);
}

void transmitter_frame_damage(uint8_t* const octets, const size_t size, const uint32_t salt)
{
    uint32_t noise = salt + 1U; // a shift register that is not zero never is
    for (size_t i = 0U; i < size; i++) {
        noise ^= noise << 13U;
        noise ^= noise >> 17U;
        noise ^= noise << 5U;
        const bool hit = i == size / 2U || (noise & 0xF00U) == 0U;
        octets[i]      = hit ? (uint8_t)(octets[i] ^ (1U << (noise & 7U))) : octets[i];
    }
}
