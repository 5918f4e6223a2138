/// Folding, for checksums on a host: octets are a polynomial over the field of two elements; sixteen of them, multiplied
/// without carries by a power of x and added to sixteen further on, change no remainder. A processor that has the
/// instruction needs half an instruction an octet. V. Gopal and others, Fast CRC Computation for Generic Polynomials Using
/// PCLMULQDQ Instruction, Intel 2009. Nothing on board needs it, and nothing but speed depends on it.

#ifndef CCSDS_FOLD_H_INCLUDED
#define CCSDS_FOLD_H_INCLUDED

#if defined(__x86_64__) && !defined(CCSDS_FOLD_NONE) // with the latter: as on any other processor
#define CCSDS_FOLDS

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CCSDS_FOLD_bytes   sizeof(__m128i)
#define CCSDS_FOLD_target  __attribute__((target("pclmul,ssse3")))
#define CCSDS_FOLD_inlined static inline __attribute__((always_inline, target("pclmul,ssse3")))

/// Powers of x modulo the polynomial that move sixteen octets on: the lower half multiplies the lower half.
typedef struct
{
    __m128i by_64; ///< By sixty-four octets.
    __m128i by_16;
} ccsds_fold_t;

/// Whether this processor can.
static inline bool ccsds_fold_can(void)
{
    if (__builtin_cpu_supports("pclmul") && __builtin_cpu_supports("ssse3")) { // int to gcc, bool to clang
        return true;
    }
    return false;
}

/// Sixteen octets as a register holds them; `turned`: with the first octet on top, for a polynomial that reads the most
/// significant bit first.
CCSDS_FOLD_inlined __m128i ccsds_fold_read(const uint8_t* const octets, const bool turned)
{
    const __m128i read = _mm_loadu_si128((const __m128i*)octets);
    return turned ? _mm_shuffle_epi8(read, _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)) : read;
}

CCSDS_FOLD_inlined __m128i ccsds_fold_onto(const __m128i sixteen, const __m128i power, const __m128i onto)
{
    const __m128i low  = _mm_clmulepi64_si128(sixteen, power, 0x00);
    const __m128i high = _mm_clmulepi64_si128(sixteen, power, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), onto);
}

/// Folds `first` and, after it, the `size` octets, a multiple of sixteen, into sixteen of the same remainder.
CCSDS_FOLD_inlined __m128i ccsds_fold(const ccsds_fold_t power, const __m128i first, const uint8_t* const octets,
                                      const size_t size, const bool turned)
{
    __m128i d = first;
    size_t  i = 0U;
    if (size >= 7U * CCSDS_FOLD_bytes) { // four lanes do not wait for one another
        __m128i a = first;
        __m128i b = ccsds_fold_read(octets, turned);
        __m128i c = ccsds_fold_read(&octets[CCSDS_FOLD_bytes], turned);
        d         = ccsds_fold_read(&octets[2U * CCSDS_FOLD_bytes], turned);
        for (i = 3U * CCSDS_FOLD_bytes; i + 4U * CCSDS_FOLD_bytes <= size; i += 4U * CCSDS_FOLD_bytes) {
            a = ccsds_fold_onto(a, power.by_64, ccsds_fold_read(&octets[i], turned));
            b = ccsds_fold_onto(b, power.by_64, ccsds_fold_read(&octets[i + CCSDS_FOLD_bytes], turned));
            c = ccsds_fold_onto(c, power.by_64, ccsds_fold_read(&octets[i + 2U * CCSDS_FOLD_bytes], turned));
            d = ccsds_fold_onto(d, power.by_64, ccsds_fold_read(&octets[i + 3U * CCSDS_FOLD_bytes], turned));
        }
        b = ccsds_fold_onto(a, power.by_16, b);
        c = ccsds_fold_onto(b, power.by_16, c);
        d = ccsds_fold_onto(c, power.by_16, d);
    }
    for (; i != size; i += CCSDS_FOLD_bytes) {
        d = ccsds_fold_onto(d, power.by_16, ccsds_fold_read(&octets[i], turned));
    }
    return d;
}

#endif

#endif
