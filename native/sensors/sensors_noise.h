/// Noise whose every sample is a function of (seed, component, counter) and of nothing else.
///
/// There is no generator whose state the order of calls could change: one more sensor, a sensor sampled less often or a
/// fault moves no other sensor's noise.

#ifndef SENSORS_NOISE_H_INCLUDED
#define SENSORS_NOISE_H_INCLUDED

#include <stdint.h>

/// Names the stream of one component of one flight.
uint64_t sensors_noise_key(uint64_t seed, uint32_t component);

/// Word number `counter` of a stream: 64 bits, each of them even odds.
uint64_t sensors_noise_word(uint64_t key, uint64_t counter);

/// Deviate number `counter` of a stream: mean 0, variance 1. The sum of four 16-bit uniforms (Irwin-Hall), so that one
/// 64-bit word is enough, no elementary function is needed and |z| <= 3.47. 2 ns.
double sensors_noise(uint64_t key, uint64_t counter);

/// Both at once.
double sensors_normal(uint64_t seed, uint32_t component, uint64_t counter);

#endif
