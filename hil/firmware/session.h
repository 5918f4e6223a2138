/// A board's side of the board link (docs/reference/board-link.md, sections 4 to 8): it answers, and advances its role by
/// one tick a grant, or by its own clock.
///
/// Life: fill a `session_config_t`; session_init() once; session_receive() with what came; session_run() now and then, at
/// least when session_wait_us() has gone by. It speaks through board.h and waits for nothing else. Whatever comes is
/// answered or counted; nothing is advanced, accepted or commanded twice.

#ifndef SESSION_H_INCLUDED
#define SESSION_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link.h"
#include "role.h"

enum
{
    SESSION_TICK_MIN_us   = 1000,
    SESSION_TICK_MAX_us   = 1000000,
    SESSION_STATUS_us     = 500000, ///< Period of STATUS in real time.
    SESSION_RESTART_magic = 0x4F4F4231
};

typedef enum
{
    SESSION_IDLE,
    SESSION_RUNNING
} session_state_t;

typedef enum
{
    SESSION_LOCKSTEP,
    SESSION_REAL_TIME,
    SESSION_MODES
} session_mode_t;

/// Memory and limits, all of the caller.
typedef struct
{
    const role_t* role[ROLE_COUNT]; ///< NULL: left out.
    role_memory_t memory;
    uint8_t*      content; ///< `content_max` + LINK_CRC_bytes.
    uint8_t*      reply;   ///< Aligned for any object.
    uint16_t      content_max;
    uint16_t      config_max;
    uint16_t      reply_max;
    uint32_t      firmware; ///< Hash of the sources.
} session_config_t;

/// The grant that is open, or was the last.
typedef struct
{
    uint16_t number; ///< The next that is expected, or the one that is open.
    uint16_t length;
    uint16_t have;
    bool     open;
    bool     answered; ///< `reply` holds the answer to the number before.
    bool     refused;  ///< What came cannot be taken; nothing more of it is.
} session_grant_t;

typedef struct
{
    const session_config_t* config;
    const role_t*           role; ///< NULL: idle.
    link_t                  link;
    uint32_t                session;
    uint32_t                tick_us;
    uint8_t                 which;
    uint8_t                 mode;
    uint16_t                config_have;
    uint16_t                told; ///< `taken` as the host knows it.
    session_grant_t         grant;
    uint16_t                reply_bytes;
    bool                    reply_more;
    uint32_t                grants_missed;
    uint32_t                late_ticks;
    uint32_t                position;    ///< Octets of telemetry that have been sent in real time.
    uint32_t                tick_due_us; ///< Due times are compared modulo 2^32.
    uint32_t                status_due_us;
} session_t;

void session_init(session_t* self, const session_config_t* config);

/// Takes octets that came, in pieces of any length.
void session_receive(session_t* self, const uint8_t* octets, size_t size);

/// Does what the clock asks for.
void session_run(session_t* self);

/// Time until the clock asks for something, us; UINT32_MAX: never.
uint32_t session_wait_us(const session_t* self);

session_state_t session_state(const session_t* self);

#endif
