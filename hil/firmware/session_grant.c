#include "session_grant.h"

#include "board.h"
#include "session_send.h"

#define FLAG_RESET    1U // of a GRANT
#define FLAG_CONTINUE 2U
#define FLAG_CLOCK    4U
#define FLAG_LAST     1U // of a REPLY
#define FLAG_MORE     2U

enum
{
    KIND_GRANT          = 0x04,
    KIND_DATA           = 0x05,
    GRANT_HEAD_bytes    = 7,
    DATA_HEAD_bytes     = 4,
    REPLY_HEAD_bytes    = 5,
    FRAMES_HEAD_bytes   = 8,
    REFUSES_NOT_RUNNING = 1,
    REFUSES_NUMBER      = 9,
    REFUSES_INPUT       = 10,
    ELAPSED_MAX_us      = 1000000 // what a transmitter takes at a time
};

static uint16_t least(const uint16_t a, const uint16_t b)
{
    return (a < b) ? a : b;
}

static uint32_t now_us(void)
{
    return (uint32_t)board_clock_us();
}

static bool by_clock(const session_t* const self)
{
    return self->mode == (uint8_t)SESSION_REAL_TIME && self->role->by_clock;
}

// ------------------------------------------------------------------------------------------------ out

static void send_reply(session_t* const self)
{
    const uint16_t most = (uint16_t)(self->config->content_max - LINK_BOARD_HEAD_bytes - REPLY_HEAD_bytes);
    uint16_t       sent = 0U;
    bool           last = false;
    while (!last) {
        const uint16_t piece = least((uint16_t)(self->reply_bytes - sent), most);
        uint8_t        flags = 0U;
        last                 = sent + piece == self->reply_bytes;
        if (last) {
            flags = self->reply_more ? (FLAG_LAST | FLAG_MORE) : FLAG_LAST;
        }
        session_frame_t frame;
        uint8_t*        at = session_begin(self, &frame, SESSION_REPLY);
        at                 = link_put_u16(at, (uint16_t)(self->grant.number - 1U));
        at                 = link_put_u16(at, sent);
        at                 = link_put_u8(at, flags);
        session_end(self, &frame, at, &self->config->reply[sent], piece);
        sent = (uint16_t)(sent + piece);
    }
}

static void send_frames(session_t* const self, const uint16_t size, const uint32_t begun_us)
{
    const uint16_t most = (uint16_t)(self->config->content_max - LINK_BOARD_HEAD_bytes - FRAMES_HEAD_bytes);
    for (uint16_t sent = 0U; sent < size;) {
        const uint16_t  piece = least((uint16_t)(size - sent), most);
        session_frame_t frame;
        uint8_t*        at = session_begin(self, &frame, SESSION_FRAMES);
        at                 = link_put_u32(at, self->position);
        at                 = link_put_u32(at, begun_us);
        session_end(self, &frame, at, &self->config->reply[sent], piece);
        self->position += piece;
        sent = (uint16_t)(sent + piece);
    }
}

static void send_waiting(session_t* const self)
{
    session_frame_t frame;
    uint8_t*        at = session_begin(self, &frame, SESSION_WAITING);
    at                 = link_put_u16(at, self->grant.number);
    at                 = link_put_u16(at, self->grant.open ? self->grant.have : 0U);
    session_end(self, &frame, at, NULL, 0U);
}

// ------------------------------------------------------------------------------------------------ in

/// The input is whole: the tick is flown, unless the clock flies it.
static void complete(session_t* const self, const bool no_time)
{
    const session_config_t* const config = self->config;
    self->grant.open                     = false;
    self->grant.number++;
    if (!no_time) {
        self->role->close(&config->memory);
    }
    if (by_clock(self)) {
        return;
    }
    self->reply_bytes    = self->role->advance(&config->memory, no_time ? 0U : self->tick_us, config->reply,
                                               config->reply_max, &self->reply_more);
    self->grant.answered = true;
    send_reply(self);
}

static void refuse_input(session_t* const self, const uint8_t kind)
{
    self->grant.refused = true;
    session_refuse(self, kind, REFUSES_INPUT, self->config->memory.input_bytes);
}

/// Takes what continues the input. Returns whether anything did.
static bool take(session_t* const self, const uint16_t offset, const uint8_t* const octets, const uint16_t size,
                 const uint8_t kind)
{
    session_grant_t* const grant = &self->grant;
    if (offset > grant->have || (uint32_t)offset + size <= grant->have) {
        return false;
    }
    const uint16_t known = (uint16_t)(grant->have - offset);
    const uint16_t piece = least((uint16_t)(size - known), (uint16_t)(grant->length - grant->have));
    if (!self->role->take(&self->config->memory, &octets[known], piece)) {
        refuse_input(self, kind);
        return true;
    }
    grant->have = (uint16_t)(grant->have + piece);
    return piece != 0U;
}

static void begin(session_t* const self, const uint16_t number, const uint8_t* const body)
{
    session_grant_t* const grant    = &self->grant;
    const uint8_t          flags    = body[2];
    const bool             no_time  = (flags & FLAG_CONTINUE) != 0U;
    const role_grant_t     for_role = {
        .supply_mv   = link_get_u16(&body[3]),
        .input_bytes = link_get_u16(&body[5]),
        .reset       = (flags & FLAG_RESET) != 0U,
    };
    grant->number  = number;
    grant->length  = no_time ? 0U : for_role.input_bytes;
    grant->have    = 0U;
    grant->open    = true;
    grant->refused = false;
    if (no_time) {
        return;
    }
    if (!self->role->open(&self->config->memory, &for_role)) {
        refuse_input(self, KIND_GRANT);
    }
}

/// The session goes over from lockstep to real time. A grant's input comes with it: the first tick by the clock leaves it
/// half a tick to do so.
static void go_by_clock(session_t* const self)
{
    const uint32_t now  = now_us();
    self->mode          = (uint8_t)SESSION_REAL_TIME;
    self->tick_due_us   = now + (self->tick_us / 2U);
    self->status_due_us = now + SESSION_STATUS_us;
    if (by_clock(self)) {
        self->grant.answered = false; // what it was answered with is overwritten by the first tick
    }
}

/// A number that is neither open nor next. Returns whether the board goes on from it all the same.
static bool skips_to(session_t* const self, const uint16_t number)
{
    const uint16_t ahead = (uint16_t)(number - self->grant.number);
    if (!by_clock(self) || ahead >= 0x8000U) {
        return false;
    }
    link_count(&self->grants_missed, ahead);
    self->grant.open = false;
    return true;
}

void session_grant(session_t* const self, const uint8_t* const body, const uint16_t size)
{
    session_grant_t* const grant  = &self->grant;
    const uint16_t         number = link_get_u16(body);
    if (self->role == NULL) {
        session_refuse(self, KIND_GRANT, REFUSES_NOT_RUNNING, 0U);
        return;
    }
    if ((body[2] & FLAG_CLOCK) != 0U && self->mode == (uint8_t)SESSION_LOCKSTEP) {
        go_by_clock(self);
    }
    if (number == (uint16_t)(grant->number - 1U) && (grant->answered || by_clock(self))) {
        if (grant->answered) {
            send_reply(self);
        }
        return;
    }
    if (number != grant->number && !skips_to(self, number)) {
        session_refuse(self, KIND_GRANT, REFUSES_NUMBER, grant->number);
        return;
    }
    const bool again = grant->open;
    if (!again) {
        begin(self, number, body);
    }
    if (!grant->refused) {
        (void)take(self, 0U, &body[GRANT_HEAD_bytes], (uint16_t)(size - GRANT_HEAD_bytes), KIND_GRANT);
    }
    if (grant->refused) {
        return;
    }
    if (grant->have == grant->length) {
        complete(self, (body[2] & FLAG_CONTINUE) != 0U);
    } else if (again) {
        send_waiting(self);
    }
}

void session_data(session_t* const self, const uint8_t* const body, const uint16_t size)
{
    session_grant_t* const grant  = &self->grant;
    const uint16_t         number = link_get_u16(body);
    if (self->role == NULL) {
        session_refuse(self, KIND_DATA, REFUSES_NOT_RUNNING, 0U);
        return;
    }
    if (number == (uint16_t)(grant->number - 1U)) {
        return; // its input was whole
    }
    if (number != grant->number) {
        session_refuse(self, KIND_DATA, REFUSES_NUMBER, grant->number);
        return;
    }
    if (grant->open && grant->refused) {
        return;
    }
    const uint8_t* const octets = &body[DATA_HEAD_bytes];
    if (!grant->open || !take(self, link_get_u16(&body[2]), octets, (uint16_t)(size - DATA_HEAD_bytes), KIND_DATA)) {
        send_waiting(self);
    } else if (!grant->refused && grant->have == grant->length) {
        complete(self, false);
    }
}

// ------------------------------------------------------------------------------------------------ the clock

/// Time since something was due; above this, it is not yet.
#define BEHIND_MAX_us 0x7FFFFFFFU

/// One step of a role that goes by the clock, over all the ticks that are due.
static void tick(session_t* const self, const uint32_t behind_us, const uint32_t begun_us)
{
    const session_config_t* const config  = self->config;
    const uint32_t                late    = behind_us / self->tick_us;
    uint32_t                      elapsed = (late + 1U) * self->tick_us;
    bool                          more    = true;
    link_count(&self->late_ticks, late);
    self->tick_due_us += elapsed;
    elapsed = (elapsed < ELAPSED_MAX_us) ? elapsed : (uint32_t)ELAPSED_MAX_us;
    while (more) {
        const uint16_t size = self->role->advance(&config->memory, elapsed, config->reply, config->reply_max, &more);
        send_frames(self, size, begun_us);
        elapsed = 0U;
    }
}

void session_run(session_t* const self)
{
    if (self->role == NULL || self->mode != (uint8_t)SESSION_REAL_TIME) {
        return;
    }
    const uint32_t now    = now_us();
    const uint32_t behind = now - self->tick_due_us;
    if (self->role->by_clock && behind <= BEHIND_MAX_us) {
        tick(self, behind, now);
    }
    if (now - self->status_due_us <= BEHIND_MAX_us) {
        self->status_due_us = now + SESSION_STATUS_us;
        session_tell_status(self, 0U);
    }
}

uint32_t session_wait_us(const session_t* const self)
{
    if (self->role == NULL || self->mode != (uint8_t)SESSION_REAL_TIME) {
        return UINT32_MAX;
    }
    const uint32_t now       = now_us();
    const uint32_t to_status = self->status_due_us - now;
    const uint32_t to_tick   = self->role->by_clock ? (self->tick_due_us - now) : to_status;
    const uint32_t wait      = (to_tick < to_status) ? to_tick : to_status;
    return (to_tick > BEHIND_MAX_us || to_status > BEHIND_MAX_us) ? 0U : wait;
}
