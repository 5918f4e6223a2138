/// TI (Luminary) LM3S6965 evaluation board, which QEMU emulates: UART0, LED on PF0. Registers: data sheet DS-LM3S6965.

#include "board.h"

#include "cortexm.h"
#include "divisor.h"
#include "pl011.h"

#define DEVICE_0         CORTEXM_REGISTER(0x400FE000U)
#define DEVICE_1         CORTEXM_REGISTER(0x400FE004U)
#define RAW_INTERRUPTS   CORTEXM_REGISTER(0x400FE050U)
#define RESET_CAUSE      CORTEXM_REGISTER(0x400FE05CU)
#define RUN_CLOCK        CORTEXM_REGISTER(0x400FE060U)
#define GATES_0          CORTEXM_REGISTER(0x400FE100U)
#define GATES_1          CORTEXM_REGISTER(0x400FE104U)
#define GATES_2          CORTEXM_REGISTER(0x400FE108U)
#define PORT_A_FUNCTION  CORTEXM_REGISTER(0x40004420U)
#define PORT_A_DIGITAL   CORTEXM_REGISTER(0x4000451CU)
#define PORT_F_DIRECTION CORTEXM_REGISTER(0x40025400U)
#define PORT_F_DIGITAL   CORTEXM_REGISTER(0x4002551CU)
#define PORT_F_LED       CORTEXM_REGISTER(0x40025004U) // the address masks all bits but the first
#define WATCHDOG_LOAD    CORTEXM_REGISTER(0x40000000U)
#define WATCHDOG_CONTROL CORTEXM_REGISTER(0x40000008U)
#define WATCHDOG_CLEAR   CORTEXM_REGISTER(0x4000000CU)

#define BYPASSED        0x00000800U // RUN_CLOCK: the PLL
#define FROM_PLL        0x01C00380U // 200 MHz / 4, divider on, PLL on, its crystal 8 MHz, main oscillator
#define PLL_LOCKED      (1U << 6U)  // RAW_INTERRUPTS
#define GATE_WATCHDOG   (1U << 3U)
#define GATE_UART_0     1U
#define GATE_PORTS      0x21U // A and F
#define UART_PINS       3U
#define LED             1U
#define LOCK_PATIENCE   100000U
#define ON_SECOND_ZERO  3U // WATCHDOG_CONTROL: interrupt at the first zero, reset at the second
#define CAUSE_PIN       1U
#define CAUSE_POWER     2U
#define CAUSE_BROWN_OUT 4U
#define CAUSE_WATCHDOG  8U

enum
{
    WATCHDOG_CYCLES = CORTEXM_CYCLES_PER_SECOND // twice: two seconds
};

static uint32_t cause;

void cortexm_clock_start(void)
{
    RUN_CLOCK = FROM_PLL | BYPASSED;
    for (uint32_t i = 0; (RAW_INTERRUPTS & PLL_LOCKED) == 0U && i < LOCK_PATIENCE; ++i) {
    }
    RUN_CLOCK = FROM_PLL;
    GATES_0 |= GATE_WATCHDOG;
    GATES_1 |= GATE_UART_0;
    GATES_2 |= GATE_PORTS;
    (void)GATES_2; // a gate opens three cycles later
}

_Noreturn void cortexm_reset_chip(void)
{
    cortexm_request_reset();
}

void board_init(void)
{
    cause       = RESET_CAUSE;
    RESET_CAUSE = 0U;
    PORT_A_FUNCTION |= UART_PINS;
    PORT_A_DIGITAL |= UART_PINS;
    PORT_F_DIRECTION |= LED;
    PORT_F_DIGITAL |= LED;
    pl011_start(BOARD_DIVISOR);
    cortexm_start();
    WATCHDOG_LOAD    = WATCHDOG_CYCLES;
    WATCHDOG_CONTROL = ON_SECOND_ZERO;
}

void board_watchdog(void)
{
    WATCHDOG_CLEAR = 0U; // any value starts it again
}

board_reset_t board_reset_cause(void)
{
    if (cortexm_note() == CORTEXM_NOTE_ASKED) {
        return BOARD_RESET_RESTART;
    }
    if ((cause & CAUSE_WATCHDOG) != 0U) {
        return BOARD_RESET_WATCHDOG;
    }
    if ((cause & CAUSE_BROWN_OUT) != 0U) {
        return BOARD_RESET_BROWN_OUT;
    }
    if ((cause & CAUSE_POWER) != 0U || cortexm_note() == CORTEXM_NOTE_NONE) {
        return BOARD_RESET_POWER;
    }
    return (cause & CAUSE_PIN) != 0U ? BOARD_RESET_PIN : BOARD_RESET_OTHER; // QEMU gives no cause
}

void board_led(const bool on)
{
    PORT_F_LED = on ? LED : 0U;
}

const uint8_t* board_id(void)
{
    static uint8_t id[BOARD_ID_bytes]; // the chip has no serial number: its type
    const uint32_t device[2] = {DEVICE_0, DEVICE_1};
    for (uint32_t i = 0; i < BOARD_ID_bytes; ++i) {
        id[i] = (uint8_t)(device[i / 4U] >> (8U * (i % 4U)));
    }
    return id;
}

const char* board_name(void)
{
    return "LM3S6965 evaluation board";
}
