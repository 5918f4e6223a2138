/// The USART of STM32F1 and STM32F4: reference manuals RM0383, chapter 19, and RM0041. One octet deep, so that
/// each one interrupts.
///
/// The port says in its .cmake file where it is (USART_BASE).

#ifndef USART_H_INCLUDED
#define USART_H_INCLUDED

#include <stdint.h>

/// `divisor` is clock / rate: in BOARD_RATES the clock of its bus stands, divided by 16 to 65535.
void usart_start(uint32_t divisor);

#endif
