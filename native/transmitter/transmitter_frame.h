/// Queues of space packets, and the transfer frames that are made of them.

#ifndef TRANSMITTER_FRAME_H_INCLUDED
#define TRANSMITTER_FRAME_H_INCLUDED

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

/// Appends a whole packet at `uptime_us`; false, and nothing is changed, when it finds no room.
bool transmitter_queue_push(transmitter_queue_t* queue, const transmitter_channel_config_t* config, uint32_t uptime_us,
                            const uint8_t* packet, size_t size);

/// Writes the next frame of a queue that is not empty, marker first; what it lacks is filled with an idle packet.
void transmitter_frame_data(const transmitter_frame_t* frame, transmitter_queue_t* queue,
                            const transmitter_channel_config_t* config, uint8_t* out);

/// Writes a frame of the idle channel.
void transmitter_frame_idle(const transmitter_frame_t* frame, uint8_t* out);

/// Spoils a frame as a modulator does whose oscillator no longer holds: about one octet in sixteen, at least one.
void transmitter_frame_damage(uint8_t* octets, size_t size, uint32_t salt);

#endif
