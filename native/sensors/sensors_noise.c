#include "sensors_noise.h"

// SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014; increment (odd part of
// 2^64 over the golden ratio) and mixer "variant 13" of D. Stafford, as in S. Vigna's splitmix64.c.
#define INCREMENT UINT64_C(0x9E3779B97F4A7C15)
#define MIX_1     UINT64_C(0xBF58476D1CE4E5B9)
#define MIX_2     UINT64_C(0x94D049BB133111EB)

#define MIDDLE    131070.0                       // mean of the sum of four whole numbers of [0, 65535]
#define DEVIATION (1.7320508075688772 / 65536.0) // sqrt(3): the sum of four uniforms has the variance 4/12

static uint64_t mixed(const uint64_t x)
{
    const uint64_t a = (x ^ (x >> 30U)) * MIX_1;
    const uint64_t b = (a ^ (a >> 27U)) * MIX_2;
    return b ^ (b >> 31U);
}

uint64_t sensors_noise_key(const uint64_t seed, const uint32_t component)
{
    return mixed(mixed(seed + INCREMENT) + ((uint64_t)component + 1U) * INCREMENT);
}

uint64_t sensors_noise_word(const uint64_t key, const uint64_t counter)
{
    return mixed(key + (counter + 1U) * INCREMENT);
}

double sensors_noise(const uint64_t key, const uint64_t counter)
{
    const uint64_t word = sensors_noise_word(key, counter);
    const uint64_t sum  = (word & 0xFFFFU) + ((word >> 16U) & 0xFFFFU) + ((word >> 32U) & 0xFFFFU) + (word >> 48U);
    return ((double)sum - MIDDLE) * DEVIATION;
}

double sensors_normal(const uint64_t seed, const uint32_t component, const uint64_t counter)
{
    return sensors_noise(sensors_noise_key(seed, component), counter);
}
