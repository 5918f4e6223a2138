/// Arm PL011, the UART of LM3S and RP2040: Arm DDI 0183, PrimeCell UART (PL011) technical reference manual.
///
/// The port says in its .cmake file where it is (PL011_BASE).

#ifndef PL011_H_INCLUDED
#define PL011_H_INCLUDED

#include <stdint.h>

/// Empties it, whatever a reset left inside, and starts it. `clock_hz` is that of the UART.
void pl011_start(uint32_t clock_hz, uint32_t baud);

#endif
