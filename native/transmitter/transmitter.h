/// The telemetry transmitter: accepts space packets, sends them while it has power.
///
/// It knows its power, its input and its clock, and nothing of the mission. Freestanding C11.

#ifndef TRANSMITTER_H_INCLUDED
#define TRANSMITTER_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct
{
    bool     powered;
    uint32_t packets_sent;
    uint32_t packets_dropped; ///< Offered while there was no power.
    uint64_t bytes_sent;
} transmitter_t;

/// Starts a powered transmitter with all counters at zero.
void transmitter_init(transmitter_t* self);

/// Switches the supply. Without power nothing is sent and what is offered is counted as dropped.
void transmitter_set_power(transmitter_t* self, bool powered);

/// Offers `size` bytes of whole packets (`packet_count` of them). Returns the bytes that leave the antenna: all or none.
size_t transmitter_send(transmitter_t* self, size_t size, uint32_t packet_count);

#endif
