#include "ccsds_crc.h"

#include <string.h>

#include "ccsds.h"
#include "ccsds_crc_folded.h"
#include "ccsds_fold.h"

// A processor of octets would make each word of eight: it takes them one by one.
#if UINTPTR_MAX <= 0xFFFFU && !defined(CCSDS_CRC_SMALL)
#define CCSDS_CRC_SMALL
#endif

#ifdef CCSDS_CRC_SMALL

uint16_t ccsds_crc16(const uint8_t* const data, const size_t size)
{
    uint16_t crc = 0xFFFFU;
    for (size_t i = 0U; i < size; i++) {
        // What leaves the register, by x^12 once more four places on; below, it is added times x^12 + x^5 + 1.
        uint8_t quotient = (uint8_t)(((uint32_t)crc >> 8U) ^ data[i]);
        quotient         = (uint8_t)(quotient ^ ((uint32_t)quotient >> 4U));
        crc = (uint16_t)(((uint32_t)crc << 8U) ^ ((uint32_t)quotient << 12U) ^ ((uint32_t)quotient << 5U) ^ quotient);
    }
    return crc;
}

#else

/// Without tables. Octets are a polynomial over the field of two elements, and their checksum is what the division by
/// P = x^16 + x^12 + x^5 + 1 leaves of it. To square P is to double its exponents, so that x^16u + x^12u + x^5u + 1 leaves
/// nothing either for u = 2, 4, 8 and so on: bits may be taken from their place if they are added 4u, 11u and 16u bits
/// further on instead. With units of 64 bits that is three additions for eight octets; smaller units end it.

#define WORD_bytes  sizeof(uint64_t)
#define BLOCK_words 16U
#define BLOCK_bytes (WORD_bytes * BLOCK_words)

/// START[k]: 84 CF with k octets after it, divided by P. 84 CF alone make the register all ones.
static const uint16_t START[WORD_bytes] = {0x84CFU, 0x1E0CU, 0xFFFFU, 0xE1F0U, 0x1D0FU, 0xCC9CU, 0x84C0U, 0x110CU};

// Four at a time and without loops: so most of it stays in registers.

static inline void read_four(uint64_t* const word, const uint8_t* const data)
{
    word[0] = ccsds_get_u64(&data[0]);
    word[1] = ccsds_get_u64(&data[8]);
    word[2] = ccsds_get_u64(&data[16]);
    word[3] = ccsds_get_u64(&data[24]);
}

/// Units of 64 bits.
static inline void move_word(uint64_t* const word)
{
    word[4] ^= word[0];
    word[11] ^= word[0];
    word[16] ^= word[0];
}

/// Two units of 32 bits: 128, 352 and 512 bits further on.
static inline void move_halves(uint64_t* const word)
{
    word[2] ^= word[0];
    word[5] ^= word[0] >> 32U;
    word[6] ^= word[0] << 32U;
    word[8] ^= word[0];
}

/// Four units of 16 bits: 64, 176 and 256 bits further on.
static inline void move_quarters(uint64_t* const word)
{
    word[1] ^= word[0];
    word[2] ^= word[0] >> 48U;
    word[3] ^= word[0] << 16U;
    word[4] ^= word[0];
}

/// Eight units of 8 bits, the first four into the other four too: 32, 88 and 128 bits further on.
static inline void move_octets(uint64_t* const word)
{
    const uint64_t all = word[0] ^ (word[0] >> 32U);
    word[1] ^= (all << 32U) ^ (all >> 24U);
    word[2] ^= (all << 40U) ^ all;
}

/// Sixteen units of u bits, moved on by as many. Units that are added to others of the sixteen go with them; over 15
/// units lead two ways, which cancel.
static uint64_t moved(const uint64_t units, const uint32_t u)
{
    uint64_t all = units ^ (units >> (4U * u));
    all ^= all >> (8U * u);
    all ^= units >> (11U * u);
    return all ^ (all << (5U * u)) ^ (all << (12U * u));
}

static inline void move_four_words(uint64_t* const word)
{
    move_word(&word[0]);
    move_word(&word[1]);
    move_word(&word[2]);
    move_word(&word[3]);
}

static inline void move_four_halves(uint64_t* const word)
{
    move_halves(&word[0]);
    move_halves(&word[1]);
    move_halves(&word[2]);
    move_halves(&word[3]);
}

/// What the division leaves of a block with sixteen zero bits after it.
static uint16_t remainder_of(uint64_t* const word)
{
    move_four_halves(&word[0]);
    move_four_halves(&word[4]);
    move_quarters(&word[8]);
    move_quarters(&word[9]);
    move_quarters(&word[10]);
    move_quarters(&word[11]);
    move_octets(&word[12]);
    move_octets(&word[13]);
    const uint64_t of_64 = word[15] ^ moved(word[14], 4U);
    const uint64_t of_32 = (of_64 ^ moved(of_64 >> 32U, 2U)) & 0xFFFFFFFFU;
    const uint64_t of_16 = (of_32 ^ moved(of_32 >> 16U, 1U)) & 0xFFFFU;
    return (uint16_t)(moved(of_16, 1U) & 0xFFFFU);
}

/// The first `count` octets, fewer than a word.
static uint64_t front_of(const uint8_t* const data, const size_t size, const size_t count)
{
    if (size >= WORD_bytes) {
        return (ccsds_get_u64(data) >> 8U) >> (8U * (WORD_bytes - 1U - count));
    }
    uint64_t front = 0U;
    for (size_t i = 0U; i < count; i++) {
        front = (front << 8U) | data[i];
    }
    return front;
}

static uint16_t by_words(const uint8_t* const data, const size_t size)
{
    // What does not fill a word, then words; zeros before them, which change nothing, fill the first block.
    const size_t odd   = size % WORD_bytes;
    const size_t words = (size / WORD_bytes) % BLOCK_words;
    size_t       at    = odd;
    size_t       next  = BLOCK_words - words;
    uint64_t     word[2U * BLOCK_words]; // the block that is moved, and the one that it is added to
    memset(word, 0, BLOCK_bytes);
    word[next - 1U] = front_of(data, size, odd) ^ START[odd];
    for (; next % 4U != 0U; next++) {
        word[next] = ccsds_get_u64(&data[at]);
        at += WORD_bytes;
    }
    for (; next != BLOCK_words; next += 4U) {
        read_four(&word[next], &data[at]);
        at += 4U * WORD_bytes;
    }
    for (; at < size; at += BLOCK_bytes) {
        read_four(&word[16], &data[at]);
        read_four(&word[20], &data[at + 32U]);
        read_four(&word[24], &data[at + 64U]);
        read_four(&word[28], &data[at + 96U]);
        move_four_words(&word[0]);
        move_four_words(&word[4]);
        move_four_words(&word[8]);
        move_four_words(&word[12]);
        memcpy(word, &word[BLOCK_words], BLOCK_bytes);
    }
    return remainder_of(word);
}

uint16_t ccsds_crc16(const uint8_t* const data, const size_t size)
{
#ifdef CCSDS_FOLDS
    if (size >= CCSDS_CRC_FOLDED_min_bytes && ccsds_fold_can()) {
        return ccsds_crc16_folded(data, size);
    }
#endif
    return by_words(data, size);
}

#endif
