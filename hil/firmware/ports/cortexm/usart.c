#include "usart.h"

#include "cortexm.h"

#define USART(offset) CORTEXM_REGISTER(USART_BASE + (offset))
#define STATUS        USART(0x00U)
#define DATA          USART(0x04U)
#define DIVISOR       USART(0x08U) // clock / rate: the sixteen samples of a bit are in it
#define CONTROL       USART(0x0CU)

#define LOST     (1U << 3U) // STATUS
#define RECEIVED (1U << 5U)
#define ROOM     (1U << 7U)
#define RUNS     0x202CU // CONTROL: on, both ways, interrupt when received
#define ON_ROOM  (1U << 7U)

void usart_start(const uint32_t divisor)
{
    CONTROL = 0U;
    DIVISOR = divisor;
    (void)STATUS;
    (void)DATA; // what is left from before, and its overrun
    CONTROL = RUNS;
}

void cortexm_uart_send(void)
{
    uint8_t octet;
    if ((STATUS & ROOM) != 0U && cortexm_leaving(&octet)) {
        DATA = octet;
    }
    CONTROL = RUNS | (cortexm_anything_leaving() ? ON_ROOM : 0U);
}

void cortexm_uart_interrupt(void)
{
    const uint32_t status = STATUS;
    if ((status & (RECEIVED | LOST)) != 0U) {
        if ((status & LOST) != 0U) {
            cortexm_overrun();
        }
        cortexm_received((uint8_t)DATA); // after STATUS, this clears both
    }
    cortexm_uart_send();
}
