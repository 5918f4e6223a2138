/// Queues of space packets, and the transfer frames that are made of them.

#ifndef TRANSMITTER_FRAME_H_INCLUDED
#define TRANSMITTER_FRAME_H_INCLUDED

#include <string.h>

#include "transmitter.h"

/// What stands in the headers of a frame.
typedef struct
{
    uint16_t spacecraft_id;
    uint16_t frame_bytes;
    uint8_t  master_count;
    uint8_t  channel;
    uint32_t number;
} transmitter_frame_t;

void transmitter_queue_clear(transmitter_queue_t* queue);

/// Where octets go that are appended, and how many of `size` stand there before the ring begins again.
static inline size_t transmitter_queue_behind(const transmitter_queue_t* const          queue,
                                              const transmitter_channel_config_t* const config, const size_t size,
                                              size_t* const straight)
{
    const size_t capacity = config->queue_bytes;
    const size_t end      = (size_t)queue->head + queue->used;
    const size_t at       = (end >= capacity) ? (end - capacity) : end;
    *straight             = (size < capacity - at) ? size : (capacity - at);
    return at;
}

static inline void transmitter_queue_append(transmitter_queue_t* const                queue,
                                            const transmitter_channel_config_t* const config,
                                            const uint8_t* const octets, const size_t size)
{
    size_t       straight = 0U;
    const size_t at       = transmitter_queue_behind(queue, config, size, &straight);
    memcpy(&queue->octets[at], octets, straight);
    if (straight != size) {
        memcpy(queue->octets, &octets[straight], size - straight);
    }
    queue->used = (uint16_t)(queue->used + size);
}

/// Writes the next frame of a queue that is not empty, marker first; what it lacks is filled with an idle packet.
void transmitter_frame_data(const transmitter_frame_t* frame, transmitter_queue_t* queue,
                            const transmitter_channel_config_t* config, uint8_t* out);

/// Writes a frame of the idle channel.
void transmitter_frame_idle(const transmitter_frame_t* frame, uint8_t* out);

/// Spoils a frame as a modulator does whose oscillator no longer holds: about one octet in sixteen, at least one.
void transmitter_frame_damage(uint8_t* octets, size_t size, uint32_t salt);

#endif
