#include "ccsds_crc_folded.h"

#include "ccsds_fold.h"

#ifdef CCSDS_FOLDS

// Powers of x modulo P = x^16 + x^12 + x^5 + 1.
#define X_576 INT64_C(0x8832)
#define X_512 INT64_C(0x13FC)
#define X_192 INT64_C(0x650B)
#define X_128 INT64_C(0xAEFC)
#define X_80  INT64_C(0xEB23)
#define X_64  INT64_C(0xB861)

#define P       INT64_C(0x11021)
#define X_64_BY INT64_C(0x111303471A041) // x^64 divided by P

/// START[k]: 84 CF with k octets after it, divided by P. 84 CF alone make the register all ones.
static const uint16_t START[CCSDS_FOLD_bytes] = {0x84CFU, 0x1E0CU, 0xFFFFU, 0xE1F0U, 0x1D0FU, 0xCC9CU,
                                                 0x84C0U, 0x110CU, 0x0E10U, 0xF1CEU, 0x313EU, 0x1872U,
                                                 0xE139U, 0xD40FU, 0x84F9U, 0x280CU};

/// From octet 16 - k on: picks the first k octets, turned, with zeros on top.
static const uint8_t FIRST[2U * CCSDS_FOLD_bytes] = {
    15U,   14U,   13U,   12U,   11U,   10U,   9U,    8U,    7U,    6U,    5U,    4U,    3U,    2U,    1U,    0U,
    0x80U, 0x80U, 0x80U, 0x80U, 0x80U, 0x80U, 0x80U, 0x80U, 0x80U, 0x80U, 0x80U, 0x80U, 0x80U, 0x80U, 0x80U, 0x80U};

/// What the division by P leaves of sixteen octets with sixteen zero bits after them.
CCSDS_FOLD_inlined uint16_t remainder_of(const __m128i sixteen)
{
    const __m128i down   = _mm_set_epi64x(X_64, X_80);
    const __m128i divide = _mm_set_epi64x(P, X_64_BY);
    const __m128i upper  = _mm_clmulepi64_si128(sixteen, down, 0x01);
    const __m128i lower  = _mm_srli_si128(_mm_slli_si128(sixteen, 8), 6);
    const __m128i bits80 = _mm_xor_si128(upper, lower);
    const __m128i bits64 = _mm_xor_si128(_mm_clmulepi64_si128(bits80, down, 0x11), bits80); // in its lower half
    const __m128i whole  = _mm_clmulepi64_si128(_mm_srli_epi64(bits64, 16), divide, 0x00);  // Barrett: the quotient ...
    const __m128i taken  = _mm_clmulepi64_si128(_mm_srli_si128(whole, 6), divide, 0x10);    // ... times P
    return (uint16_t)((uint32_t)_mm_cvtsi128_si32(_mm_xor_si128(bits64, taken)) & 0xFFFFU);
}

CCSDS_FOLD_target uint16_t ccsds_crc16_folded(const uint8_t* const data, const size_t size)
{
    const ccsds_fold_t power = {.by_64 = _mm_set_epi64x(X_576, X_512), .by_16 = _mm_set_epi64x(X_192, X_128)};
    // What does not fill sixteen comes first, after zeros, which change nothing.
    const size_t  odd   = size % CCSDS_FOLD_bytes;
    const __m128i pick  = _mm_loadu_si128((const __m128i*)&FIRST[CCSDS_FOLD_bytes - odd]);
    const __m128i front = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i*)data), pick);
    const __m128i first = _mm_xor_si128(front, _mm_cvtsi32_si128(START[odd]));
    return remainder_of(ccsds_fold(power, first, &data[odd], size - odd, true));
}

#endif
