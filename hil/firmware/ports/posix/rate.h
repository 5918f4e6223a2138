/// The rate of a pseudo-terminal, which carries octets at any, and what a UART would hear of another rate than its own.

#ifndef RATE_H_INCLUDED
#define RATE_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Sets the rate of a terminal, where there is a name or a number for it.
void rate_set(int fd, uint32_t baud);

/// The rate that whoever has it open has set, bit/s; 0: none.
uint32_t rate_of(int fd);

/// What a receiver at `heard_baud` makes of octets that are sent one after the other at `sent_baud`: 8 data bits, one stop
/// bit. It samples in the middle of where it thinks the bits are, and drops an octet whose stop bit is low. Returns how many.
size_t rate_heard(const uint8_t* sent, size_t size, uint32_t sent_baud, uint32_t heard_baud, uint8_t* heard,
                  size_t capacity);

#endif
