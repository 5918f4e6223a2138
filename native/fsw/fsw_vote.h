/// Votes: what redundant sensors say together, so that one that lies decides nothing.

#ifndef FSW_VOTE_H_INCLUDED
#define FSW_VOTE_H_INCLUDED

#include <stdbool.h>
#include <stdint.h>

/// The middle one of three values: no single value, however wrong, can move it out of the range of the other two.
int32_t fsw_vote_middle(const int32_t value[3]);

/// The voted one of three increments of counters that should run alike.
///
/// The middle increment alone would not do: noise of a counter does not accumulate, that of its increments would, and
/// with one counter running too fast or too slow the middle is always the larger or the smaller of the other two, tick
/// after tick. So what each counter is ahead of the votes so far is carried into its next increment, up to `limit` counts:
/// noise cancels out, and what a wrong counter has gathered is forgotten. `carry` is zero at the start.
int32_t fsw_vote_increment(int32_t carry[3], const int32_t increment[3], int32_t limit);

/// Which of the three are further than `tolerance` from `voted`, a bit each.
uint32_t fsw_vote_outvoted(const int32_t value[3], int32_t voted, uint32_t tolerance);

/// Number of bits set.
static inline uint32_t fsw_vote_count(const uint64_t bits)
{
    // Sums of neighbouring fields of 1, 2 and 4 bits, then of all bytes into the highest one.
    const uint64_t pairs   = bits - ((bits >> 1U) & UINT64_C(0x5555555555555555));
    const uint64_t nibbles = (pairs & UINT64_C(0x3333333333333333)) + ((pairs >> 2U) & UINT64_C(0x3333333333333333));
    const uint64_t bytes   = (nibbles + (nibbles >> 4U)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (uint32_t)((bytes * UINT64_C(0x0101010101010101)) >> 56U);
}

/// True if at least `votes` of the bits in `mask` are set in `discretes`.
static inline bool fsw_vote_discretes(const uint64_t discretes, const uint64_t mask, const uint32_t votes)
{
    return fsw_vote_count(discretes & mask) >= votes;
}

#endif
