#include "pl011.h"

#include "cortexm.h"

#define PL011(offset)  CORTEXM_REGISTER(PL011_BASE + (offset))
#define DATA           PL011(0x00U) // an octet, and above it what went wrong with it
#define FLAG           PL011(0x18U)
#define DIVISOR        PL011(0x24U)
#define FRACTION       PL011(0x28U)
#define LINE_CONTROL   PL011(0x2CU)
#define CONTROL        PL011(0x30U)
#define FIFO_LEVELS    PL011(0x34U)
#define INTERRUPT_MASK PL011(0x38U)
#define CLEAR          PL011(0x44U)

#define RECEIVE_EMPTY   (1U << 4U) // FLAG
#define TRANSMIT_FULL   (1U << 5U)
#define LOST_BEFORE     (1U << 11U) // DATA: octets before this one found the FIFO full
#define EIGHT_BITS      0x60U       // LINE_CONTROL
#define FIFOS           0x10U
#define BOTH_WAYS       0x301U // CONTROL
#define ON_RECEIVED     0x50U  // interrupts: so many octets, or octets that have waited for 32 bits
#define ON_ROOM         0x20U
#define EVERY_INTERRUPT 0x7FFU

void pl011_start(const uint32_t divisor)
{
    CONTROL      = 0U;
    DIVISOR      = divisor / 64U;
    FRACTION     = divisor % 64U;
    LINE_CONTROL = EIGHT_BITS; // without FIFOs and with them again: that empties them
    LINE_CONTROL = EIGHT_BITS | FIFOS;
    CLEAR = EVERY_INTERRUPT; // first: QEMU receives though it is off, and what comes while we read raises it again
    while ((FLAG & RECEIVE_EMPTY) == 0U) {
        (void)DATA; // an octet that stays here would keep the level from being reached again
    }
    FIFO_LEVELS    = 0U;
    INTERRUPT_MASK = ON_RECEIVED;
    CONTROL        = BOTH_WAYS;
}

void cortexm_uart_send(void)
{
    uint8_t octet;
    while ((FLAG & TRANSMIT_FULL) == 0U && cortexm_leaving(&octet)) {
        DATA = octet;
    }
    INTERRUPT_MASK = ON_RECEIVED | (cortexm_anything_leaving() ? ON_ROOM : 0U);
}

void cortexm_uart_interrupt(void)
{
    CLEAR = ON_RECEIVED | ON_ROOM; // first: what comes while we read raises it again
    while ((FLAG & RECEIVE_EMPTY) == 0U) {
        const uint32_t data = DATA;
        if ((data & LOST_BEFORE) != 0U) {
            cortexm_overrun();
        }
        cortexm_received((uint8_t)data);
    }
    cortexm_uart_send();
}
