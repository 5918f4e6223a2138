/// The main loop, and the firmware's memory: as much as the port's constants say.

#include "board.h"
#include "link.h"
#include "port.h"
#include "role.h"
#include "session.h"

#define HAS_TRANSMITTER ((PORT_ROLES & 1U) != 0U)
#define HAS_SEQUENCER   ((PORT_ROLES & 2U) != 0U)

_Static_assert(HAS_TRANSMITTER || HAS_SEQUENCER, "PORT_ROLES");
_Static_assert(PORT_CONTENT_MAX >= 96 && PORT_CONTENT_MAX <= LINK_CONTENT_MAX_bytes, "PORT_CONTENT_MAX");
_Static_assert(!HAS_TRANSMITTER || PORT_CONFIG_bytes >= ROLE_TRANSMITTER_CONFIG_bytes, "PORT_CONFIG_bytes");
_Static_assert(!HAS_SEQUENCER || PORT_CONFIG_bytes >= sizeof(fsw_config_t), "PORT_CONFIG_bytes");
_Static_assert(!HAS_SEQUENCER || PORT_INPUT_bytes >= ROLE_SEQUENCER_INPUT_bytes, "PORT_INPUT_bytes");
_Static_assert(!HAS_SEQUENCER || PORT_REPLY_bytes >= sizeof(fsw_output_t), "PORT_REPLY_bytes");

enum
{
    PIECE_bytes = 32 // taken from the ring at a time
};

// The LED is lit for the beginning of each period: a blink when idle, half of it when running.
#define PERIOD_mask    0xFFFFFU // 1.05 s
#define LIT_IDLE_us    0x10000U
#define LIT_RUNNING_us 0x80000U

static session_t session;

static union
{
#if HAS_TRANSMITTER
    role_transmitter_t transmitter;
#endif
#if HAS_SEQUENCER
    role_sequencer_t sequencer;
#endif
} role;

static uint8_t content[PORT_CONTENT_MAX + LINK_CRC_bytes];
static uint8_t storage[PORT_STORAGE_bytes];
static _Alignas(8) uint8_t config[PORT_CONFIG_bytes];
static _Alignas(8) uint8_t reply[PORT_REPLY_bytes];

#if HAS_SEQUENCER
static uint8_t input[PORT_INPUT_bytes];
#define INPUT input
#else
// A transmitter has read its configuration when it starts, and only then is there an input: they share memory.
#define INPUT config
_Static_assert(PORT_CONFIG_bytes >= PORT_INPUT_bytes, "PORT_CONFIG_bytes");
#endif

static const session_config_t plan = {
    .role =
        {
#if HAS_TRANSMITTER
            [ROLE_TRANSMITTER] = &role_transmitter,
#endif
#if HAS_SEQUENCER
            [ROLE_SEQUENCER] = &role_sequencer,
#endif
        },
    .memory =
        {
            .state         = &role,
            .config        = config,
            .input         = INPUT,
            .storage       = storage,
            .input_bytes   = PORT_INPUT_bytes,
            .storage_bytes = PORT_STORAGE_bytes,
        },
    .content     = content,
    .reply       = reply,
    .content_max = PORT_CONTENT_MAX,
    .config_max  = PORT_CONFIG_bytes,
    .reply_max   = PORT_REPLY_bytes,
    .firmware    = FIRMWARE_HASH,
};

static void show(void)
{
    const uint32_t lit_us = (session_state(&session) == SESSION_RUNNING) ? LIT_RUNNING_us : LIT_IDLE_us;
    board_led(((uint32_t)board_clock_us() & PERIOD_mask) < lit_us);
}

void firmware_main(void)
{
    board_init();
    session_init(&session, &plan);
    for (;;) {
        uint8_t      octets[PIECE_bytes];
        const size_t size = board_read(octets, sizeof(octets));
        session_receive(&session, octets, size);
        session_run(&session);
        show();
        board_watchdog();
        if (size == 0U) {
            board_idle(session_wait_us(&session));
        }
    }
}
