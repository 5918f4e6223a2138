/// A session without a board: memory instead of a line, a clock that is told. For tests alone.

#ifndef BENCH_H_INCLUDED
#define BENCH_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

/// What a port's constants would say.
typedef struct
{
    uint16_t window;
    uint16_t content_max;
    uint16_t config_max;
    uint16_t input_bytes;
    uint16_t storage_bytes;
    uint16_t reply_max;
    uint8_t  roles;
} bench_limits_t;

/// Switches the board on. Limits above those of the bench's own memory are cut.
void bench_start(const bench_limits_t* limits);

/// Octets come, and the session does what they ask for.
void bench_feed(const uint8_t* octets, size_t size);

/// The clock says so, and the session does what it asks for. Returns when it wants to be asked again, us.
uint32_t bench_run(uint64_t clock_us);

/// Takes what the board has said. Returns how much that is.
size_t bench_said(uint8_t* octets, size_t capacity);

/// How often it has reset itself.
uint32_t bench_resets(void);

/// The link alone: a content as it goes on the line. Returns its length there.
size_t bench_encode(const uint8_t* content, size_t size, uint8_t* out);

/// The contents of a line, each after its length in one octet, and the first counters. Returns how much was written.
size_t bench_decode(const uint8_t* octets, size_t size, uint8_t* contents, size_t capacity, uint32_t* counters);

#endif
