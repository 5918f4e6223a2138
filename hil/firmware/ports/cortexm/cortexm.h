/// What every Cortex-M has: start, faults, a clock from its SysTick timer, sleep, reset; and the rings of its serial line.
///
/// A port supplies cortexm_clock_start() and the driver of its UART, says in its .cmake file which interrupt that has
/// (CORTEXM_UART_IRQ) and how many cycles a microsecond takes (CORTEXM_CYCLES_PER_us), and writes the rest of board.h.

#ifndef CORTEXM_H_INCLUDED
#define CORTEXM_H_INCLUDED

#include <stdbool.h>
#include <stdint.h>

/// A register of the chip.
#define CORTEXM_REGISTER(address) (*(volatile uint32_t*)(uintptr_t)(address)) // NOLINT(performance-no-int-to-ptr)

enum
{
    CORTEXM_CYCLES_PER_SECOND = CORTEXM_CYCLES_PER_us * 1000000
};

/// What the memory that no reset clears tells of the last life.
typedef enum
{
    CORTEXM_NOTE_NONE,  ///< Nothing: the power was off.
    CORTEXM_NOTE_ALIVE, ///< The board ran until it was reset.
    CORTEXM_NOTE_ASKED  ///< It asked for its reset.
} cortexm_note_t;

/// The port's: clocks and power of what it uses, before anything else runs. No variable has its value yet.
void cortexm_clock_start(void);

/// The port's: a reset of the whole chip. Where SYSRESETREQ does it, that is cortexm_request_reset().
_Noreturn void cortexm_reset_chip(void);

static inline _Noreturn void cortexm_request_reset(void)
{
    __asm volatile("dsb" ::: "memory");
    CORTEXM_REGISTER(0xE000ED0CU) = 0x05FA0004U; // AIRCR: its key, SYSRESETREQ. Once: an emulator may obey twice
    for (;;) {
    }
}

/// The port's: the interrupt of its UART.
void cortexm_uart_interrupt(void);

/// The port's UART takes from cortexm_leaving() as much as it has room for, and interrupts when it has room again and there
/// is more. Called with interrupts off.
void cortexm_uart_send(void);

/// The interrupt of the SysTick timer.
void cortexm_tick(void);

/// Starts the clock and the rings, reads the note, and lets the UART interrupt.
void cortexm_start(void);

/// Of the UART: an octet has come.
void cortexm_received(uint8_t octet);

/// Of the UART: octets were lost before this one came, as it had no room.
void cortexm_overrun(void);

/// Of the UART: the next octet to be sent; false when there is none.
bool cortexm_leaving(uint8_t* octet);

bool cortexm_anything_leaving(void);

/// board_reset() leaves CORTEXM_NOTE_ASKED to the life after it.
cortexm_note_t cortexm_note(void);

#endif
