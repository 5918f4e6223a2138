/// Persistence: a condition counts only after it has held for `required` consecutive ticks.
///
/// One noisy sample must not shut an engine down, and one dropped sample must not keep it running for ever; this is the
/// only filter between a sensed value and a command.

#ifndef FSW_PERSISTENCE_H_INCLUDED
#define FSW_PERSISTENCE_H_INCLUDED

#include <stdbool.h>
#include <stdint.h>

/// Feeds one tick. True from the tick on which the condition has held long enough, until it first fails. `seen` counts
/// the consecutive true ticks so far, saturates at `required`, and is zero after any false one. `required` must not be
/// zero (checked once, by fsw_init()).
static inline bool fsw_persistence_feed(uint32_t* const seen, const uint32_t required, const bool condition)
{
    if (!condition) {
        *seen = 0U;
    } else if (*seen < required) {
        (*seen)++;
    }
    return *seen >= required;
}

#endif
