#include "bench.h"

#include <string.h>

#include "board.h"
#include "session.h"

enum
{
    MEMORY_bytes = 16384,
    SAID_bytes   = 1 << 20
};

static session_t session;
static union
{
    role_transmitter_t transmitter;
    role_sequencer_t   sequencer;
} role;
static session_config_t plan;
static uint8_t          content[LINK_CONTENT_MAX_bytes + LINK_CRC_bytes];
static uint8_t          input[MEMORY_bytes];
static uint8_t          storage[MEMORY_bytes];
static _Alignas(8) uint8_t config[MEMORY_bytes];
static _Alignas(8) uint8_t reply[MEMORY_bytes];
static uint8_t  said[SAID_bytes];
static size_t   said_bytes;
static uint64_t clock_us;
static uint16_t window;
static uint32_t resets;
static uint32_t line_dropped;

static uint16_t least(const uint16_t a, const uint16_t b)
{
    return (a < b) ? a : b;
}

void bench_start(const bench_limits_t* const limits)
{
    plan = (session_config_t){
        .role =
            {
                [ROLE_TRANSMITTER] = ((limits->roles & 1U) != 0U) ? &role_transmitter : NULL,
                [ROLE_SEQUENCER]   = ((limits->roles & 2U) != 0U) ? &role_sequencer : NULL,
            },
        .memory =
            {
                .state         = &role,
                .config        = config,
                .input         = input,
                .storage       = storage,
                .input_bytes   = least(limits->input_bytes, MEMORY_bytes),
                .storage_bytes = least(limits->storage_bytes, MEMORY_bytes),
            },
        .content     = content,
        .reply       = reply,
        .content_max = least(limits->content_max, LINK_CONTENT_MAX_bytes),
        .config_max  = least(limits->config_max, MEMORY_bytes),
        .reply_max   = least(limits->reply_max, MEMORY_bytes),
        .firmware    = 0xF1A3U,
    };
    window       = limits->window;
    said_bytes   = 0U;
    clock_us     = 0U;
    resets       = 0U;
    line_dropped = 0U;
    session_init(&session, &plan);
}

void bench_feed(const uint8_t* const octets, const size_t size)
{
    session_receive(&session, octets, size);
}

uint32_t bench_run(const uint64_t now_us)
{
    clock_us = now_us;
    session_run(&session);
    return session_wait_us(&session);
}

size_t bench_said(uint8_t* const octets, const size_t capacity)
{
    const size_t size = (said_bytes < capacity) ? said_bytes : capacity;
    memcpy(octets, said, size);
    said_bytes = 0U;
    return size;
}

uint32_t bench_resets(void)
{
    return resets;
}

// ------------------------------------------------------------------------------------------------ the link alone

static uint8_t* encoded;

static void put_encoded(const uint8_t octet)
{
    *encoded = octet;
    encoded++;
}

size_t bench_encode(const uint8_t* const octets, const size_t size, uint8_t* const out)
{
    // Head and body apart at every place: the encoder must not care.
    const uint16_t       head  = (uint16_t)(size / 2U);
    link_t               link  = {0};
    const link_content_t whole = {octets, &octets[head], head, (uint16_t)(size - head)};
    encoded                    = out;
    link_send(&link, &whole, put_encoded);
    return (size_t)(encoded - out);
}

size_t bench_decode(const uint8_t* const octets, const size_t size, uint8_t* const contents, const size_t capacity,
                    uint32_t* const counters)
{
    link_t link;
    size_t used = 0U;
    link_init(&link, content, sizeof(content));
    for (size_t i = 0U; i < size; i++) {
        const uint16_t found = link_take(&link, octets[i]);
        if (found != 0U && used + found + 1U <= capacity) {
            link_follow(&link, content[1]);
            contents[used] = (uint8_t)found;
            memcpy(&contents[used + 1U], content, found);
            used += found + 1U;
        }
    }
    const link_counters_t* const count = &link.count;
    counters[0]                        = count->received;
    counters[1]                        = count->frames_good;
    counters[2]                        = count->frames_bad;
    counters[3]                        = count->frames_long;
    return used;
}

// ------------------------------------------------------------------------------------------------ board.h

void board_put(const uint8_t octet)
{
    if (said_bytes < sizeof(said)) {
        said[said_bytes] = octet;
        said_bytes++;
    } else {
        line_dropped++;
    }
}

uint64_t board_clock_us(void)
{
    return clock_us;
}

void board_watchdog(void)
{
}

void board_reset(void)
{
    resets++;
}

board_reset_t board_reset_cause(void)
{
    return BOARD_RESET_OTHER;
}

void board_losses(board_losses_t* const losses)
{
    *losses = (board_losses_t){.line_dropped = line_dropped};
}

uint16_t board_window(void)
{
    return window;
}

const uint8_t* board_id(void)
{
    return (const uint8_t*)"\1\2\3\4\5\6\7\10";
}

const char* board_name(void)
{
    return "bench";
}
