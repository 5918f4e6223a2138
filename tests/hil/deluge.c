/// 10^8 octets that are no conversation, into a board that runs: noise, many zeros, frames with bits turned, and frames
/// that are whole but mean nothing. After each part the board must answer: a question after a 00 at once, one without at
/// the latest when it is asked again. Prints `octets answered-questions good-frames`.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "link.h"
#include "transmitter_dictionary.h"

enum
{
    PARTS        = 100,
    PART_octets  = 1000000,
    CHUNK_octets = 4096,
    KINDS        = 4
};

static uint64_t state = 88172645463325252U; // G. Marsaglia, Xorshift RNGs, 2003

static uint64_t chance(void)
{
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    return state;
}

static void need(const bool condition, const char* const what)
{
    if (!condition) {
        (void)fprintf(stderr, "deluge: %s\n", what);
        exit(EXIT_FAILURE);
    }
}

static size_t noise(uint8_t* const out)
{
    for (size_t i = 0U; i < CHUNK_octets; i += 8U) {
        const uint64_t octets = chance();
        memcpy(&out[i], &octets, 8U);
    }
    return CHUNK_octets;
}

static size_t few_values(uint8_t* const out)
{
    static const uint8_t value[16] = {0U, 0U, 0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 0x84U, 0xFEU, 0xFFU, 0xFFU, 0U};
    for (size_t i = 0U; i < CHUNK_octets;) {
        uint64_t octets = chance();
        for (size_t k = 0U; k < 16U; k++, octets >>= 4U) {
            out[i++] = value[octets & 15U];
        }
    }
    return CHUNK_octets;
}

/// Whole frames: kinds that there are and that there are not, numbers near those that are expected. But no RESTART.
static size_t frames(uint8_t* const out, const bool spoil)
{
    size_t used = 0U;
    while (used + LINK_CONTENT_MAX_bytes + 8U < CHUNK_octets) {
        uint8_t        content[LINK_CONTENT_MAX_bytes];
        const uint64_t dice = chance();
        const size_t   size =
            2U + ((dice & 15U) == 0U ? ((dice >> 8U) % (LINK_CONTENT_MAX_bytes - 2U)) : (dice >> 8U) % 24U);
        for (size_t i = 0U; i < size; i += 8U) {
            const uint64_t octets = ((dice >> 32U) & 3U) == 0U ? chance() : (chance() & 0x0101010101010101U);
            memcpy(&content[i], &octets, (size - i < 8U) ? (size - i) : 8U);
        }
        content[0]          = (uint8_t)((dice >> 40U) % 10U);
        const size_t length = bench_encode(content, size, &out[used]);
        if (spoil) {
            out[used + ((dice >> 20U) % length)] ^= (uint8_t)(1U << ((dice >> 44U) & 7U));
        }
        used += length;
    }
    return used;
}

static bool is_running; // as it said last

/// Asks. Returns whether the board answers with who it is.
static bool asks(const bool with_zero, const uint8_t nonce)
{
    static uint8_t said[1 << 20];
    const uint8_t  question[] = {0x01U, nonce, nonce, 0x5AU, 0xA5U, 0x5AU, 1U};
    uint8_t        line[sizeof(question) + 8U];
    (void)bench_said(said, sizeof(said));
    if (with_zero) {
        bench_feed((const uint8_t*)"", 1U);
    }
    bench_feed(line, bench_encode(question, sizeof(question), line));
    const size_t  size      = bench_said(said, sizeof(said));
    const uint8_t answer[3] = {0x5AU, 0xA5U, 0x5AU};
    uint8_t       contents[1024];
    uint32_t      counters[4];
    const size_t  used = bench_decode(said, size, contents, sizeof(contents), counters);
    is_running         = contents[11] == 1U;
    return used > 12U && contents[1] == 0x81U && memcmp(&contents[6], answer, sizeof(answer)) == 0;
}

static void say(const uint8_t* const content, const size_t size)
{
    uint8_t line[LINK_CONTENT_MAX_bytes + 8U];
    bench_feed(line, bench_encode(content, size, line));
}

/// Starts a warm transmitter of 128 octets a frame, with one APID.
static void start(void)
{
    uint8_t        told[4 + 88] = {0x02U};
    uint8_t* const config       = &told[4];
    (void)link_put_u16(&config[0], 65U);
    (void)link_put_u16(&config[2], 128U);
    (void)link_put_u32(&config[4], 1000000U); // bit/s
    (void)link_put_u16(&config[32], 24000U);  // mV
    (void)link_put_u16(&config[34], 20000U);
    (void)link_put_u16(&config[36], 12000U);
    config[39] = 1U;
    (void)link_put_u16(&config[40], 0x100U);
    for (size_t i = 0U; i < 4U; i++) {
        (void)link_put_u16(&config[64U + (6U * i)], 512U);
    }
    say(told, sizeof(told));

    uint8_t wish[2 + 23] = {0x03U};
    (void)link_put_u32(&wish[2], 0xC0FFEEU);
    wish[8] = 1U; // warm
    (void)link_put_u16(&wish[9], 27000U);
    (void)link_put_u32(&wish[11], TRANSMITTER_DICTIONARY_HASH);
    (void)link_put_u32(&wish[15], 10000U); // us
    (void)link_put_u16(&wish[19], 88U);
    (void)link_put_u32(&wish[21], link_crc32(0U, config, 88U));
    say(wish, sizeof(wish));
}

int main(void)
{
    const bench_limits_t limits = {.window        = 64U,
                                   .content_max   = 249U,
                                   .config_max    = 16384U,
                                   .input_bytes   = 200U,
                                   .storage_bytes = 4096U,
                                   .reply_max     = 512U,
                                   .roles         = 3U};
    static uint8_t       said[1 << 20];
    static uint8_t       chunk[CHUNK_octets];
    uint64_t             octets   = 0U;
    uint32_t             answered = 0U;
    bench_start(&limits);
    start();
    for (uint32_t part = 0U; part < PARTS; part++) {
        for (size_t sent = 0U; sent < PART_octets;) {
            size_t size = 0U;
            switch (part % KINDS) {
            case 0U:
                size = noise(chunk);
                break;
            case 1U:
                size = few_values(chunk);
                break;
            default:
                size = frames(chunk, part % KINDS == 2U);
                break;
            }
            bench_feed(chunk, size);
            (void)bench_said(said, sizeof(said));
            sent += size;
            octets += size;
        }
        const bool first  = asks(part % 2U == 0U, (uint8_t)part);
        const bool second = asks(false, (uint8_t)part);
        need(first || part % 2U != 0U, "a question after a 00 has no answer");
        need(second, "a question asked again has no answer");
        answered += (first ? 1U : 0U) + (second ? 1U : 0U);
    }
    need(bench_resets() == 0U, "noise has reset the board");
    need(asks(false, 1U) && is_running, "noise has ended the session");
    (void)printf("%" PRIu64 " %" PRIu32 "\n", octets, answered);
    return EXIT_SUCCESS;
}
