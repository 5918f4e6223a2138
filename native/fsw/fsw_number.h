/// Conversions that saturate: nothing in flight may wrap, trap or depend on the compiler.

#ifndef FSW_NUMBER_H_INCLUDED
#define FSW_NUMBER_H_INCLUDED

#include <stdbool.h>
#include <stdint.h>

/// `value` held within [low, high].
static inline int64_t fsw_clamp_i64(const int64_t value, const int64_t low, const int64_t high)
{
    const int64_t at_least_low = (value < low) ? low : value;
    return (at_least_low > high) ? high : at_least_low;
}

/// `value` held within the range of int32.
static inline int32_t fsw_saturate_i32(const int64_t value)
{
    return (int32_t)fsw_clamp_i64(value, INT32_MIN, INT32_MAX);
}

/// Nearest integer to `value`, halves away from zero, held within +-9e18; `last_good` for NaN.
static inline int64_t fsw_round_i64(const double value, const int64_t last_good)
{
    const double limit   = 9.0e18; // below 2^63, so that the cast is defined
    const double rounded = (value < 0.0) ? (value - 0.5) : (value + 0.5);
    if (rounded >= limit) {
        return INT64_C(9000000000000000000);
    }
    if (rounded <= -limit) {
        return -INT64_C(9000000000000000000);
    }
    return (value == value) ? (int64_t)rounded : last_good; // only NaN differs from itself
}

/// What a counter that wraps like two's complement int32 gained between two readings.
static inline int32_t fsw_increment_i32(const int32_t now, const int32_t last)
{
    return (int32_t)((uint32_t)now - (uint32_t)last);
}

/// One more, stopping at the largest value.
static inline void fsw_count_u32(uint32_t* const counter)
{
    *counter += (*counter < UINT32_MAX) ? 1U : 0U;
}

/// Index of the lowest bit that is set. `mask` must not be zero.
static inline uint32_t fsw_lowest_bit(const uint64_t mask)
{
    return (uint32_t)__builtin_ctzll(mask);
}

#endif
