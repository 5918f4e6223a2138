#include "session_send.h"

#include <string.h>

#include "board.h"
#include "transmitter_dictionary.h"

void session_fresh(session_t* const self)
{
    board_put(0U);
    link_count(&self->link.count.sent, 1U);
}

uint8_t* session_begin(session_t* const self, session_frame_t* const frame, const uint8_t kind)
{
    uint8_t* at = link_put_u8(frame->octets, kind);
    at          = link_put_u8(at, self->link.sequence);
    at          = link_put_u16(at, self->link.taken);
    self->link.sequence++;
    self->told = self->link.taken;
    return at;
}

void session_end(session_t* const self, const session_frame_t* const frame, const uint8_t* const end,
                 const uint8_t* const body, const uint16_t body_bytes)
{
    const link_content_t content = {
        .head       = frame->octets,
        .body       = body,
        .head_bytes = (uint16_t)(end - frame->octets),
        .body_bytes = body_bytes,
    };
    link_send(&self->link, &content, board_put);
    board_watchdog();
}

void session_refuse(session_t* const self, const uint8_t kind, const uint8_t reason, const uint32_t detail)
{
    session_frame_t frame;
    uint8_t*        at = session_begin(self, &frame, SESSION_REFUSED);
    at                 = link_put_u8(at, kind);
    at                 = link_put_u8(at, reason);
    at                 = link_put_u32(at, detail);
    session_end(self, &frame, at, NULL, 0U);
}

uint8_t session_roles(const session_t* const self)
{
    const session_config_t* const config = self->config;
    uint8_t                       bits   = 0U;
    for (uint32_t i = 0U; i < ROLE_COUNT; i++) {
        bits = (uint8_t)(bits | ((config->role[i] != NULL) ? (1U << i) : 0U));
    }
    return bits;
}

static uint16_t length_of(const char* const name)
{
    uint16_t size = 0U;
    while (size < BOARD_NAME_MAX_bytes && name[size] != '\0') {
        size++;
    }
    return size;
}

void session_identify(session_t* const self, const uint32_t nonce)
{
    const session_config_t* const config = self->config;
    const char* const             name   = board_name();
    session_frame_t               frame;

    session_fresh(self);
    uint8_t* at = session_begin(self, &frame, SESSION_IDENTITY);
    at          = link_put_u32(at, nonce);
    at          = link_put_u8(at, LINK_PROTOCOL);
    at          = link_put_u8(at, session_roles(self));
    at          = link_put_u8(at, (uint8_t)session_state(self));
    at          = link_put_u8(at, (uint8_t)board_reset_cause());
    at          = link_put_u32(at, self->session);
    at          = link_put_u16(at, self->grant.number);
    at          = link_put_u16(at, board_window());
    at          = link_put_u16(at, config->content_max);
    at          = link_put_u16(at, config->config_max);
    at          = link_put_u16(at, config->memory.input_bytes);
    at          = link_put_u16(at, config->memory.storage_bytes);
    at          = link_put_u16(at, config->reply_max);
    at          = link_put_u32(at, TRANSMITTER_DICTIONARY_HASH);
    at          = link_put_u32(at, config->firmware);
    memcpy(at, board_id(), BOARD_ID_bytes);
    session_end(self, &frame, &at[BOARD_ID_bytes], (const uint8_t*)name, length_of(name));
}

void session_tell_status(session_t* const self, const uint16_t nonce)
{
    const link_counters_t* const link = &self->link.count;
    board_losses_t               lost = {0};
    board_losses(&lost);
    session_fresh(self);

    const uint32_t counters[] = {
        link->received,    link->sent,          link->frames_good,      link->frames_bad, link->frames_long,
        link->malformed,   link->sequence_gaps, link->sequence_repeats, lost.overruns,    lost.ring_dropped,
        lost.line_dropped, self->grants_missed, self->late_ticks,
    };
    session_frame_t frame;
    uint8_t*        at = session_begin(self, &frame, SESSION_STATUS);
    at                 = link_put_u16(at, nonce);
    at                 = link_put_u8(at, (uint8_t)session_state(self));
    at                 = link_put_u8(at, self->which);
    at                 = link_put_u8(at, self->mode);
    at                 = link_put_u8(at, (uint8_t)board_reset_cause());
    at                 = link_put_u32(at, self->session);
    at                 = link_put_u16(at, self->grant.number);
    at                 = link_put_u64(at, board_clock_us());
    for (size_t i = 0U; i < sizeof(counters) / sizeof(counters[0]); i++) {
        at = link_put_u32(at, counters[i]);
    }
    session_end(self, &frame, at, NULL, 0U);
}
