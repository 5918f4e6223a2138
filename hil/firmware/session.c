#include "session.h"

#include <string.h>

#include "board.h"
#include "session_grant.h"
#include "session_send.h"
#include "transmitter_dictionary.h"

// Kinds from a host.
enum
{
    DISCOVER  = 0x01,
    CONFIGURE = 0x02,
    START     = 0x03,
    GRANT     = 0x04,
    DATA      = 0x05,
    STOP      = 0x06,
    POLL      = 0x07,
    ECHO      = 0x08,
    TIME      = 0x09,
    RESTART   = 0x0A
};

// Reasons of REFUSED that are the session's own; the others are a role's.
enum
{
    REFUSES_SESSION    = 2,
    REFUSES_ROLE       = 3,
    REFUSES_MODE       = 4,
    REFUSES_DICTIONARY = 5,
    REFUSES_LENGTH     = 6,
    REFUSES_MISSING    = 7,
    REFUSES_TICK       = 11
};

#define OFFSET_bytes 2U // of CONFIGURE
#define FLAG_WARM    1U // of START

void session_init(session_t* const self, const session_config_t* const config)
{
    memset(self, 0, sizeof(*self));
    self->config = config;
    link_init(&self->link, config->content, (uint16_t)(config->content_max + LINK_CRC_bytes));
    session_fresh(self);
}

session_state_t session_state(const session_t* const self)
{
    return (self->role == NULL) ? SESSION_IDLE : SESSION_RUNNING;
}

// ------------------------------------------------------------------------------------------------ handshake

static void configure(session_t* const self, const uint8_t* const body, const uint16_t size)
{
    const uint16_t offset = link_get_u16(body);
    const uint16_t piece  = (uint16_t)(size - OFFSET_bytes);
    if (self->role != NULL) {
        session_refuse(self, CONFIGURE, REFUSES_SESSION, self->session);
        return;
    }
    if ((uint32_t)offset + piece > self->config->config_max) {
        session_refuse(self, CONFIGURE, REFUSES_LENGTH, self->config->config_max);
        return;
    }
    if (offset == 0U || offset == self->config_have) {
        memcpy(&self->config->memory.config[offset], &body[OFFSET_bytes], piece);
        self->config_have = (uint16_t)(offset + piece);
    }
    session_frame_t frame;
    uint8_t*        at = session_begin(self, &frame, SESSION_CONFIGURED);
    at                 = link_put_u16(at, self->config_have);
    session_end(self, &frame, at, NULL, 0U);
}

/// What START asks for.
typedef struct
{
    uint32_t     session;
    uint8_t      role;
    uint8_t      mode;
    uint32_t     dictionary;
    uint32_t     config_crc;
    role_start_t start;
} wish_t;

static wish_t read_wish(const uint8_t* const body)
{
    return (wish_t){
        .session    = link_get_u32(&body[0]),
        .role       = body[4],
        .mode       = body[5],
        .dictionary = link_get_u32(&body[9]),
        .config_crc = link_get_u32(&body[19]),
        .start =
            {
                .warm         = (body[6] & FLAG_WARM) != 0U,
                .supply_mv    = link_get_u16(&body[7]),
                .tick_us      = link_get_u32(&body[13]),
                .config_bytes = link_get_u16(&body[17]),
            },
    };
}

/// Starts the role, or says why not. Zero: it has started.
static uint8_t start_role(session_t* const self, const wish_t* const wish, uint32_t* const detail)
{
    const session_config_t* const config = self->config;
    if (wish->role >= ROLE_COUNT || config->role[wish->role] == NULL) {
        *detail = session_roles(self);
        return REFUSES_ROLE;
    }
    if (wish->mode >= SESSION_MODES) {
        return REFUSES_MODE;
    }
    if (wish->dictionary != TRANSMITTER_DICTIONARY_HASH) {
        *detail = TRANSMITTER_DICTIONARY_HASH;
        return REFUSES_DICTIONARY;
    }
    if (wish->start.config_bytes > config->config_max) {
        *detail = config->config_max;
        return REFUSES_LENGTH;
    }
    if (wish->start.config_bytes != self->config_have ||
        link_crc32(0U, config->memory.config, self->config_have) != wish->config_crc) {
        *detail = self->config_have;
        return REFUSES_MISSING;
    }
    if (wish->start.tick_us < SESSION_TICK_MIN_us || wish->start.tick_us > SESSION_TICK_MAX_us) {
        return REFUSES_TICK;
    }
    const role_t* const role = config->role[wish->role];
    return (uint8_t)role->start(&config->memory, &wish->start, config->reply_max, detail);
}

static void start(session_t* const self, const uint8_t* const body)
{
    const wish_t wish = read_wish(body);
    if (wish.session == 0U) {
        link_count(&self->link.count.malformed, 1U);
        return;
    }
    if (self->role != NULL && wish.session != self->session) {
        session_refuse(self, START, REFUSES_SESSION, self->session);
        return;
    }
    if (self->role == NULL) {
        uint32_t      detail = 0U;
        const uint8_t reason = start_role(self, &wish, &detail);
        if (reason != 0U) {
            session_refuse(self, START, reason, detail);
            return;
        }
        const uint32_t now_us = (uint32_t)board_clock_us();
        self->role            = self->config->role[wish.role];
        self->session         = wish.session;
        self->which           = wish.role;
        self->mode            = wish.mode;
        self->tick_us         = wish.start.tick_us;
        self->grant           = (session_grant_t){0};
        self->position        = 0U;
        self->tick_due_us     = now_us + self->tick_us;
        self->status_due_us   = now_us + SESSION_STATUS_us;
    }
    session_frame_t frame;
    uint8_t*        at = session_begin(self, &frame, SESSION_STARTED);
    at                 = link_put_u32(at, self->session);
    session_end(self, &frame, at, NULL, 0U);
}

static void stop(session_t* const self, const uint8_t* const body)
{
    if (self->role != NULL && link_get_u32(body) != self->session) {
        session_refuse(self, STOP, REFUSES_SESSION, self->session);
        return;
    }
    self->role        = NULL;
    self->session     = 0U;
    self->config_have = 0U; // a START that comes late finds nothing
    session_tell_status(self, 0U);
}

// ------------------------------------------------------------------------------------------------ questions

static void echo(session_t* const self, const uint8_t* const body, const uint16_t size)
{
    if (size > self->config->content_max - LINK_BOARD_HEAD_bytes) {
        link_count(&self->link.count.malformed, 1U);
        return;
    }
    session_frame_t      frame;
    const uint8_t* const at = session_begin(self, &frame, SESSION_ECHOED);
    session_end(self, &frame, at, body, size);
}

static void tell_time(session_t* const self, const uint8_t* const body, const uint64_t received_us)
{
    session_frame_t frame;
    uint8_t*        at = session_begin(self, &frame, SESSION_TIMED);
    at                 = link_put_u64(at, link_get_u64(body));
    at                 = link_put_u64(at, received_us);
    at                 = link_put_u64(at, board_clock_us());
    session_end(self, &frame, at, NULL, 0U);
}

static void restart(const uint8_t* const body)
{
    if (link_get_u32(body) == SESSION_RESTART_magic) {
        board_reset();
    }
}

// ------------------------------------------------------------------------------------------------ what comes

/// How long the body of each kind is at least; 0xFF: there is no such kind.
static uint8_t least_bytes(const uint8_t kind)
{
    switch (kind) {
    case DISCOVER:
        return 5U;
    case CONFIGURE:
        return OFFSET_bytes;
    case START:
        return 23U;
    case GRANT:
        return 7U;
    case DATA:
    case STOP:
    case RESTART:
        return 4U;
    case POLL:
        return 2U;
    case ECHO:
        return 0U;
    case TIME:
        return 8U;
    default:
        return 0xFFU;
    }
}

static void obey(session_t* const self, const uint8_t kind, const uint8_t* const body, const uint16_t size)
{
    switch (kind) {
    case DISCOVER:
        session_identify(self, link_get_u32(body));
        break;
    case CONFIGURE:
        configure(self, body, size);
        break;
    case START:
        start(self, body);
        break;
    case GRANT:
        session_grant(self, body, size);
        break;
    case DATA:
        session_data(self, body, size);
        break;
    case STOP:
        stop(self, body);
        break;
    case POLL:
        session_tell_status(self, link_get_u16(body));
        break;
    case ECHO:
        echo(self, body, size);
        break;
    case TIME:
        tell_time(self, body, board_clock_us());
        break;
    default: // RESTART: least_bytes() knows no other
        restart(body);
        break;
    }
}

static void hear(session_t* const self, const uint16_t size)
{
    const uint8_t* const content = self->link.content;
    const uint8_t        kind    = content[0];
    const uint16_t       rest    = (uint16_t)(size - LINK_HOST_HEAD_bytes);
    const uint8_t        least   = least_bytes(kind);
    if (kind == DISCOVER) {
        self->link.expected = content[1]; // a host begins where it likes
    }
    link_follow(&self->link, content[1]);
    if (least == 0xFFU || rest < least) {
        link_count(&self->link.count.malformed, 1U);
        return;
    }
    obey(self, kind, &content[LINK_HOST_HEAD_bytes], rest);
}

void session_receive(session_t* const self, const uint8_t* const octets, const size_t size)
{
    for (size_t i = 0U; i < size; i++) {
        const uint16_t frame = link_take(&self->link, octets[i]);
        if (frame != 0U) {
            hear(self, frame);
        }
    }
    if ((uint16_t)(self->link.taken - self->told) >= board_window() / 2U) {
        session_frame_t      frame;
        const uint8_t* const at = session_begin(self, &frame, SESSION_CREDIT);
        session_end(self, &frame, at, NULL, 0U);
    }
}
