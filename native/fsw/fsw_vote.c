#include "fsw_vote.h"

#include "fsw_number.h"

int32_t fsw_vote_middle(const int32_t value[3])
{
    const int32_t low  = (value[0] < value[1]) ? value[0] : value[1];
    const int32_t high = (value[0] < value[1]) ? value[1] : value[0];
    if (value[2] < low) {
        return low;
    }
    return (value[2] > high) ? high : value[2];
}

int32_t fsw_vote_increment(int32_t carry[3], const int32_t increment[3], const int32_t limit)
{
    int32_t candidate[3];
    for (uint32_t i = 0; i < 3U; i++) {
        candidate[i] = fsw_saturate_i32((int64_t)increment[i] + carry[i]);
    }
    const int32_t voted = fsw_vote_middle(candidate);
    for (uint32_t i = 0; i < 3U; i++) {
        carry[i] = (int32_t)fsw_clamp_i64((int64_t)candidate[i] - voted, -(int64_t)limit, limit);
    }
    return voted;
}

uint32_t fsw_vote_outvoted(const int32_t value[3], const int32_t voted, const uint32_t tolerance)
{
    uint32_t outvoted = 0U;
    for (uint32_t i = 0; i < 3U; i++) {
        const int64_t away = (int64_t)value[i] - voted;
        const bool    far  = ((away < 0) ? -away : away) > (int64_t)tolerance;
        outvoted |= far ? (1U << i) : 0U;
    }
    return outvoted;
}
