/// libFuzzer target: a board's session and both of its roles. The octets are a list of deeds: frames with a right CRC-32,
/// octets as they come, time that passes, and a START with a configuration. Whatever was done, the board answers.

#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "link.h"
#include "transmitter_dictionary.h"

enum
{
    FRAME,
    RAW,
    TIME_PASSES,
    BEGIN,
    DEEDS
};

enum
{
    BEGIN_bytes  = 2, // role and mode
    PIECE_bytes  = 200,
    SAID_bytes   = 1 << 20,
    TIME_unit_us = 500
};

static uint8_t said[SAID_bytes];

static void need(const bool condition)
{
    if (!condition) {
        abort();
    }
}

static void say(const uint8_t* const content, const size_t size)
{
    uint8_t line[LINK_CONTENT_MAX_bytes + 8];
    bench_feed(line, bench_encode(content, size, line));
}

/// Configures and starts: the first octet is the role, the second the mode, what follows the configuration.
static void begin(const uint8_t* const data, const size_t size)
{
    const uint8_t* const config                          = &data[BEGIN_bytes];
    const size_t         length                          = size - BEGIN_bytes;
    uint8_t              content[LINK_CONTENT_MAX_bytes] = {0x02U};
    for (size_t at = 0U; at < length; at += PIECE_bytes) {
        const size_t piece = (length - at < PIECE_bytes) ? (length - at) : (size_t)PIECE_bytes;
        (void)link_put_u16(&content[2], (uint16_t)at);
        memcpy(&content[4], &config[at], piece);
        say(content, 4U + piece);
    }
    uint8_t wish[2 + 23] = {0x03U};
    (void)link_put_u32(&wish[2], 1U);
    wish[6] = data[0] & 1U;
    wish[7] = data[1] & 1U;
    wish[8] = (data[0] >> 1U) & 1U;
    (void)link_put_u16(&wish[9], 27000U);
    (void)link_put_u32(&wish[11], TRANSMITTER_DICTIONARY_HASH);
    (void)link_put_u32(&wish[15], 10000U);
    (void)link_put_u16(&wish[19], (uint16_t)length);
    (void)link_put_u32(&wish[21], link_crc32(0U, config, length));
    say(wish, sizeof(wish));
}

static void answers(void)
{
    const uint8_t question[] = {0x07U, 0U, 0x34U, 0x12U};
    uint8_t       contents[512];
    uint32_t      counters[4];
    (void)bench_said(said, sizeof(said));
    bench_feed((const uint8_t*)"", 1U);
    (void)bench_said(said, sizeof(said));
    say(question, sizeof(question));
    const size_t size = bench_said(said, sizeof(said));
    const size_t used = bench_decode(said, size, contents, sizeof(contents), counters);
    need(used > 6U && contents[1] == 0x86U && contents[5] == 0x34U && contents[6] == 0x12U);
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    const bench_limits_t limits = {
        .window        = 64U,
        .content_max   = LINK_CONTENT_MAX_bytes,
        .config_max    = 16384U,
        .input_bytes   = 200U,
        .storage_bytes = 4096U,
        .reply_max     = 8192U,
        .roles         = 3U,
    };
    uint64_t clock_us = 0U;
    bench_start(&limits);
    while (size >= 3U) {
        const uint8_t deed   = data[0] % DEEDS;
        size_t        length = link_get_u16(&data[1]);
        data                 = &data[3];
        size -= 3U;
        length = (length < size) ? length : size;
        if (deed == TIME_PASSES) {
            clock_us += length * TIME_unit_us;
            (void)bench_run(clock_us);
            continue;
        }
        if (deed == BEGIN && length >= BEGIN_bytes) {
            begin(data, length);
        } else if (deed == FRAME && length >= LINK_HOST_HEAD_bytes) {
            say(data, (length < LINK_CONTENT_MAX_bytes) ? length : (size_t)LINK_CONTENT_MAX_bytes);
        } else if (deed == RAW) {
            bench_feed(data, length);
        }
        (void)bench_said(said, sizeof(said));
        data = &data[length];
        size -= length;
    }
    answers();
    return 0;
}
