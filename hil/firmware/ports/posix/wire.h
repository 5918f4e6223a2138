/// The time of a virtual board, and its line in that time.
///
/// Without pace the clock is the monotonic one, and the line is like USB: it holds octets back while the ring is full. With
/// pace every octet takes its time on the line, and work its time on the processor, whether there is room or not: what
/// a board with credits never loses, one without does.
///
/// In lockstep this time is simulated: it moves on when the board works or waits for the line, and stands still while it
/// waits for its host, so that a slow line costs no waiting. Octets that were there already when the board looked came as
/// early as the line let them, but not before it last looked. In real time the clock is the monotonic one, and octets
/// wait for their time.

#ifndef WIRE_H_INCLUDED
#define WIRE_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "line.h"
#include "ring.h"

enum
{
    WIRE_FRAME_bytes   = 256,   ///< Longest frame that leaves, or what a transmit ring holds.
    WIRE_WAITING_bytes = 65536, ///< Octets of the host that are not on the line yet.
    WIRE_LEAVING       = 64     ///< Frames that are on the line, in real time.
};

typedef struct
{
    uint8_t  octets[WIRE_FRAME_bytes];
    size_t   size;
    uint64_t due_ns; ///< When its last octet has left.
} wire_frame_t;

typedef struct
{
    line_t*      line;
    uint64_t     byte_ns; ///< Of one octet on the line; 0: no pace.
    uint64_t     work_ns; ///< Of one octet in the firmware.
    bool         real;
    uint64_t     zero_ns; ///< Of the monotonic clock, when the board's clock was zero.
    uint64_t     now_ns;  ///< Simulated.
    uint64_t     looked_ns;
    ring_t       received;
    uint32_t     ring_dropped;
    uint32_t     line_dropped;
    uint8_t      memory[RING_MAX_bytes];
    uint8_t      waiting[WIRE_WAITING_bytes];
    size_t       waiting_at;
    size_t       waiting_end;
    uint64_t     arrived_ns; ///< The last octet that came.
    uint64_t     free_ns;    ///< When the line towards the host is free.
    wire_frame_t frame;      ///< That is being written.
    wire_frame_t leaving[WIRE_LEAVING];
    size_t       leaving_at;
    size_t       leaving_count;
} wire_t;

/// What a reset makes of it; `line`, `byte_ns` and `work_ns` are given.
void wire_init(wire_t* self, line_t* line, uint32_t baud, uint32_t work_ns, uint16_t window);

uint64_t wire_clock_ns(const wire_t* self);

/// Takes octets out of the receive ring. Returns false when the line has ended.
bool wire_read(wire_t* self, uint8_t* octets, size_t capacity, size_t* used);

void wire_put(wire_t* self, uint8_t octet);

/// Before a sleep of at most `wait_us` (UINT32_MAX: for ever, which is what lockstep asks for). Returns how long it may be,
/// ns, UINT64_MAX for ever; zero when there is something to do.
uint64_t wire_before_sleep(wire_t* self, uint32_t wait_us);

#endif
