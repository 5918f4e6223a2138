#include "role.h"

#include <string.h>

#include "ccsds.h"
#include "link.h"

/// Builds the configuration from its octets. Returns where they end.
static const uint8_t* read_config(transmitter_config_t* const config, const uint8_t* at)
{
    config->spacecraft_id = link_get_u16(&at[0]);
    config->frame_bytes   = link_get_u16(&at[2]);
    config->rate_bps      = link_get_u32(&at[4]);
    config->warm_up_us    = link_get_u32(&at[8]);
    config->reset_us      = link_get_u32(&at[12]);
    config->hold_up_us    = link_get_u32(&at[16]);
    config->damage_us     = link_get_u32(&at[20]);
    config->heartbeat_us  = link_get_u32(&at[24]);
    config->idle_us       = link_get_u32(&at[28]);
    config->on_mv         = link_get_u16(&at[32]);
    config->brown_out_mv  = link_get_u16(&at[34]);
    config->gone_mv       = link_get_u16(&at[36]);

    config->status_channel = at[38];
    config->route_count    = at[39];
    at                     = &at[40];
    for (uint32_t i = 0U; i < TRANSMITTER_ROUTES_MAX; i++) {
        config->route[i].apid    = link_get_u16(at);
        config->route[i].channel = at[2];
        at                       = &at[3];
    }
    for (uint32_t i = 0U; i < TRANSMITTER_CHANNELS; i++) {
        config->channel[i].queue_bytes = link_get_u16(at);
        config->channel[i].flush_us    = link_get_u32(&at[2]);
        at                             = &at[6];
    }
    return at;
}

/// One that does not start with its session has been on for long when a flight begins: as native/loop has it.
static void warm(role_transmitter_t* const self, const uint16_t supply_mv)
{
    uint8_t nothing[1];
    transmitter_set_supply(&self->transmitter, supply_mv);
    (void)transmitter_step(&self->transmitter, 0U, nothing, 0U);
    (void)transmitter_step(&self->transmitter, self->config.warm_up_us, nothing, 0U);
}

static role_refusal_t start(const role_memory_t* const memory, const role_start_t* const start,
                            const uint16_t reply_bytes, uint32_t* const detail)
{
    role_transmitter_t* const self = memory->state;
    if (start->config_bytes != ROLE_TRANSMITTER_CONFIG_bytes) {
        *detail = ROLE_TRANSMITTER_CONFIG_bytes;
        return ROLE_REFUSES_LENGTH;
    }
    memset(self, 0, sizeof(*self));
    (void)read_config(&self->config, memory->config);
    transmitter_status_t status =
        transmitter_init(&self->transmitter, &self->config, memory->storage, memory->storage_bytes);
    if (status == TRANSMITTER_OK && (size_t)self->config.frame_bytes + CCSDS_MARKER_bytes > reply_bytes) {
        status = TRANSMITTER_ERROR_FRAME;
    }
    if (status != TRANSMITTER_OK) {
        *detail = (uint32_t)status;
        return ROLE_REFUSES_CONTENTS;
    }
    if (start->warm) {
        warm(self, start->supply_mv);
    }
    return ROLE_OK;
}

/// What has come of a packet that has no end is offered as it is: the transmitter counts it as malformed.
static void close(const role_memory_t* const memory)
{
    role_transmitter_t* const self = memory->state;
    if (self->used != 0U) {
        (void)transmitter_accept(&self->transmitter, memory->input, self->used);
        self->used = 0U;
    }
}

static bool open(const role_memory_t* const memory, const role_grant_t* const grant)
{
    role_transmitter_t* const self = memory->state;
    close(memory);
    if (grant->reset) {
        transmitter_reset(&self->transmitter);
    }
    transmitter_set_supply(&self->transmitter, grant->supply_mv);
    return true;
}

static bool take(const role_memory_t* const memory, const uint8_t* octets, uint16_t size)
{
    role_transmitter_t* const self = memory->state;
    while (size != 0U) {
        const bool   known  = self->used >= CCSDS_PACKET_HEADER_bytes;
        const size_t wanted = known ? ccsds_packet_bytes(memory->input) : (size_t)CCSDS_PACKET_HEADER_bytes;
        if (wanted > memory->input_bytes) {
            return false;
        }
        const uint16_t missing = (uint16_t)(wanted - self->used);
        const uint16_t piece   = (size < missing) ? size : missing;
        memcpy(&memory->input[self->used], octets, piece);
        self->used = (uint16_t)(self->used + piece);
        octets     = &octets[piece];
        size       = (uint16_t)(size - piece);
        if (known && self->used == wanted) {
            close(memory);
        }
    }
    return true;
}

static uint16_t advance(const role_memory_t* const memory, const uint32_t elapsed_us, uint8_t* const reply,
                        const uint16_t reply_bytes, bool* const more)
{
    role_transmitter_t* const self  = memory->state;
    const uint16_t            whole = (uint16_t)(self->config.frame_bytes + CCSDS_MARKER_bytes);
    uint16_t                  used  = 0U;
    uint32_t                  left  = elapsed_us;
    *more                           = false;
    for (;;) {
        if (reply_bytes - used < whole) {
            *more = true;
            return used;
        }
        const size_t size = transmitter_step(&self->transmitter, left, &reply[used], whole);
        left              = 0U;
        used              = (uint16_t)(used + size);
        if (size == 0U) {
            return used;
        }
    }
}

const role_t role_transmitter = {
    .start    = start,
    .open     = open,
    .take     = take,
    .close    = close,
    .advance  = advance,
    .by_clock = true,
};
