/// What a session says: frames with their heads, and the two that tell of the board itself.

#ifndef SESSION_SEND_H_INCLUDED
#define SESSION_SEND_H_INCLUDED

#include "session.h"

// Kinds from a board.
enum
{
    SESSION_IDENTITY   = 0x81,
    SESSION_CONFIGURED = 0x82,
    SESSION_STARTED    = 0x83,
    SESSION_REPLY      = 0x84,
    SESSION_WAITING    = 0x85,
    SESSION_STATUS     = 0x86,
    SESSION_ECHOED     = 0x87,
    SESSION_TIMED      = 0x88,
    SESSION_CREDIT     = 0x89,
    SESSION_REFUSED    = 0x8A,
    SESSION_FRAMES     = 0x8B
};

enum
{
    SESSION_HEAD_MAX_bytes = 76 ///< STATUS.
};

/// A frame's head as it is written.
typedef struct
{
    uint8_t octets[SESSION_HEAD_MAX_bytes];
} session_frame_t;

/// Ends whatever may stand before on the line: half a frame of before a reset, noise.
void session_fresh(session_t* self);

/// Begins a frame. Returns where its body begins.
uint8_t* session_begin(session_t* self, session_frame_t* frame, uint8_t kind);

/// Sends it: what was written up to `end`, and `body`, which may be NULL when `body_bytes` is zero.
void session_end(session_t* self, const session_frame_t* frame, const uint8_t* end, const uint8_t* body,
                 uint16_t body_bytes);

/// Bits of the roles that it has.
uint8_t session_roles(const session_t* self);

void session_refuse(session_t* self, uint8_t kind, uint8_t reason, uint32_t detail);

// The answers to what a host asks that does not know how the line is: each on a fresh line.
void session_identify(session_t* self, uint32_t nonce);
void session_tell_status(session_t* self, uint16_t nonce);

#endif
