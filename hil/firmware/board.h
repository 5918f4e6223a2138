/// What a port supplies: the few functions that differ between one board and the next, and the constants of its
/// `port.h`. A port owns its hardware, its interrupts and the memory of its rings; it knows nothing of the link.
///
/// To port: a folder ports/<family>/ with a port.h, a board.c that fills in the functions below, a start-up that ends in
/// firmware_main(), and a <board>.cmake for each board. Everything else is compiled unchanged.
///
/// port.h defines, all integers:
///   PORT_ROLES          bit 0 transmitter, bit 1 sequencer: what is linked in
///   PORT_CONTENT_MAX    longest content that it takes and sends, [96, LINK_CONTENT_MAX_bytes]
///   PORT_CONFIG_bytes   memory for the configuration, at least ROLE_TRANSMITTER_CONFIG_bytes; sequencer: fsw_config_t; without
///                       the sequencer it is that of the input too, so at least as long
///   PORT_INPUT_bytes    longest packet that it takes, at least the dictionary's longest; sequencer: ROLE_SEQUENCER_INPUT_bytes
///   PORT_STORAGE_bytes  memory for the transmitter's queues
///   PORT_REPLY_bytes    output that it keeps until it is asked for again: at least a transfer frame and its marker;
///                       sequencer: sizeof(fsw_output_t)

#ifndef BOARD_H_INCLUDED
#define BOARD_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum
{
    BOARD_ID_bytes       = 8,
    BOARD_NAME_MAX_bytes = 40
};

/// Why the board started last.
typedef enum
{
    BOARD_RESET_POWER,
    BOARD_RESET_WATCHDOG,
    BOARD_RESET_RESTART, ///< board_reset().
    BOARD_RESET_PIN,
    BOARD_RESET_BROWN_OUT,
    BOARD_RESET_OTHER
} board_reset_t;

/// Octets that the board's own hardware and rings lost since its reset.
typedef struct
{
    uint32_t overruns;     ///< The receiver hardware had none of its places free.
    uint32_t ring_dropped; ///< The receive ring had no room.
    uint32_t line_dropped; ///< Given to board_put(), and not sent.
} board_losses_t;

/// What a start-up calls: never returns.
void firmware_main(void);

/// Clocks, serial line, receive interrupt, watchdog. Empties the receiver of what is left from before.
void board_init(void);

/// Takes octets out of the receive ring; returns how many, zero at once when there are none.
size_t board_read(uint8_t* octets, size_t capacity);

/// Sends one octet. Waits for room in the transmit ring for as long as the line needs.
void board_put(uint8_t octet);

/// Sleeps until an interrupt, at most `wait_us` (UINT32_MAX: no limit); returns early when an octet has come, also one that
/// came just before. May return for no reason.
void board_idle(uint32_t wait_us);

/// Time since the reset. Never goes back.
uint64_t board_clock_us(void);

/// Tells the watchdog that the main loop is alive. Its time-out is longer than the longest frame on the line.
void board_watchdog(void);

/// Makes the board reset itself, as its watchdog would; board_reset_cause() then says BOARD_RESET_RESTART.
void board_reset(void);

board_reset_t board_reset_cause(void);

void board_led(bool on);

void board_losses(board_losses_t* losses);

/// Octets that the receive ring holds: a power of two, [32, 32768].
uint16_t board_window(void);

/// BOARD_ID_bytes, different for each board where the chip has a serial number.
const uint8_t* board_id(void);

/// ASCII, at most BOARD_NAME_MAX_bytes.
const char* board_name(void);

#endif
