/// Arm PL011, the UART of LM3S and RP2040: Arm DDI 0183, PrimeCell UART (PL011) technical reference manual.
///
/// The port says in its .cmake file where it is (PL011_BASE).

#ifndef PL011_H_INCLUDED
#define PL011_H_INCLUDED

#include <stdint.h>

/// Empties it, whatever a reset left inside, and starts it. `divisor` is clock / (16 rate), in 64ths: in BOARD_RATES four times
/// the clock stands, divided by 64 to 4194303.
void pl011_start(uint32_t divisor);

#endif
