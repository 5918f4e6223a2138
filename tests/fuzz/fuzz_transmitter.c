/// libFuzzer target: a transmitter that is offered anything, with any supply. What it takes is sent, lost, waiting or dropped,
/// and the rate is kept.

#include <stdlib.h>

#include "transmitter.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t* const data, const size_t size)
{
    static uint8_t                    storage[4096];
    static uint8_t                    out[8192];
    static const transmitter_config_t config = {
        .spacecraft_id = 1U,
        .frame_bytes   = 128U,
        .rate_bps      = 200000U,
        .warm_up_us    = 10000U,
        .reset_us      = 10000U,
        .hold_up_us    = 10000U,
        .damage_us     = 10000U,
        .heartbeat_us  = 50000U,
        .idle_us       = 40000U,
        .on_mv         = 24000U,
        .brown_out_mv  = 20000U,
        .gone_mv       = 12000U,
        .route_count   = 4U,
        .route         = {{0x100U, 0U}, {0x101U, 1U}, {0x102U, 2U}, {0x103U, 3U}},
        .channel       = {{1024U, 0U}, {1024U, 10000U}, {1024U, 50000U}, {1024U, 200000U}},
    };
    transmitter_t transmitter;
    if (transmitter_init(&transmitter, &config, storage, sizeof(storage)) != TRANSMITTER_OK) {
        abort();
    }
    uint64_t bits    = 0U;
    uint64_t time_us = 0U;
    for (size_t at = 0U; at + 2U <= size;) {
        const uint8_t order = data[at++];
        const size_t  count = data[at++];
        const size_t  left  = (count < size - at) ? count : (size - at);
        transmitter_set_supply(&transmitter, (uint16_t)((order & 0x1FU) * 1000U));
        if ((order & 0xE0U) == 0xE0U) {
            transmitter_reset(&transmitter);
        }
        (void)transmitter_accept(&transmitter, &data[at], left);
        at += left;
        bits += 8U * transmitter_step(&transmitter, 10000U, out, sizeof(out));
        time_us += 10000U;
        if (bits * 1000000U > time_us * config.rate_bps + (uint64_t)2000000U * 8U * 132U) {
            abort();
        }
        for (uint32_t i = 0U; i < TRANSMITTER_CHANNELS; i++) {
            if (transmitter.queue[i].used > config.channel[i].queue_bytes) {
                abort();
            }
        }
    }
    return 0;
}
