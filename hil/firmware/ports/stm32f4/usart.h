/// The USART of an STM32F4: reference manual RM0383, chapter 19. One octet deep, so that each one interrupts.
///
/// The board's .cmake file says where it is (STM32F4_USART_BASE).

#ifndef USART_H_INCLUDED
#define USART_H_INCLUDED

#include <stdint.h>

/// `clock_hz` is that of its bus.
void usart_start(uint32_t clock_hz, uint32_t baud);

#endif
