/// A ring between an interrupt and the main loop: one of them puts, the other takes, neither waits or locks.
///
/// Its capacity is a power of two and all of it is used: the places count on and wrap. Each side writes one place only,
/// after the octet, and a place is read and written in one access, so that interrupts need not be off.

#ifndef RING_H_INCLUDED
#define RING_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The widest that the processor writes in one access.
#ifdef __AVR__
typedef uint8_t ring_place_t;
#define RING_MAX_bytes 128U
#else
typedef uint16_t ring_place_t;
#define RING_MAX_bytes 32768U
#endif

typedef struct
{
    uint8_t*              octets;
    ring_place_t          mask; ///< Capacity less one.
    volatile ring_place_t put;
    volatile ring_place_t taken;
} ring_t;

/// `capacity`: a power of two, at most RING_MAX_bytes.
static inline void ring_init(ring_t* const self, uint8_t* const octets, const uint16_t capacity)
{
    self->octets = octets;
    self->mask   = (ring_place_t)(capacity - 1U);
    self->put    = 0U;
    self->taken  = 0U;
}

/// Keeps the octet before the place that tells of it.
static inline void ring_barrier(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline uint16_t ring_used(const ring_t* const self)
{
    return (ring_place_t)(self->put - self->taken);
}

static inline bool ring_put(ring_t* const self, const uint8_t octet)
{
    const ring_place_t put = self->put;
    if ((ring_place_t)(put - self->taken) > self->mask) {
        return false;
    }
    self->octets[put & self->mask] = octet;
    ring_barrier();
    self->put = (ring_place_t)(put + 1U);
    return true;
}

static inline bool ring_take(ring_t* const self, uint8_t* const octet)
{
    const ring_place_t taken = self->taken;
    if (self->put == taken) {
        return false;
    }
    ring_barrier();
    *octet = self->octets[taken & self->mask];
    ring_barrier();
    self->taken = (ring_place_t)(taken + 1U);
    return true;
}

#endif
