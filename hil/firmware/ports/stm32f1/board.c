/// ST STM32VLDISCOVERY (STM32F100RB) on its internal oscillator: USART1 on PA9 and PA10, LED LD4 on PC8. Registers: reference
/// manual RM0041.

#include "board.h"

#include "cortexm.h"
#include "divisor.h"
#include "usart.h"

#define RCC(offset)      CORTEXM_REGISTER(0x40021000U + (offset))
#define CLOCK_CONTROL    RCC(0x00U)
#define CLOCKS           RCC(0x04U)
#define ON_APB2          RCC(0x18U)
#define RESET_FLAGS      RCC(0x24U)
#define PORT_A_HIGH      CORTEXM_REGISTER(0x40010804U)
#define PORT_C_HIGH      CORTEXM_REGISTER(0x40011004U)
#define PORT_C_SET       CORTEXM_REGISTER(0x40011010U)
#define WATCHDOG_KEY     CORTEXM_REGISTER(0x40003000U)
#define WATCHDOG_DIVISOR CORTEXM_REGISTER(0x40003004U)
#define WATCHDOG_LOAD    CORTEXM_REGISTER(0x40003008U)

#define TIMES_6        (4U << 18U) // of 8 MHz / 2
#define FROM_PLL       2U
#define IS_FROM_PLL    (2U << 2U)
#define PLL_ON         (1U << 24U)
#define PLL_READY      (1U << 25U)
#define PATIENCE       20000U
#define PARTS          ((1U << 2U) | (1U << 4U) | (1U << 14U)) // ports A and C, USART1
#define LED            8U
#define FORGET_FLAGS   (1U << 24U)
#define FLAG_PIN       (1U << 26U)
#define FLAG_POWER     (1U << 27U)
#define FLAG_WATCHDOGS (3U << 29U)
#define WATCHDOG_START 0xCCCCU
#define WATCHDOG_OPEN  0x5555U
#define WATCHDOG_FEED  0xAAAAU
#define WATCHDOG_BY_32 3U // of its own 40 kHz
#define WATCHDOG_COUNT 2500U

static uint32_t flags;

void cortexm_clock_start(void)
{
    CLOCKS = TIMES_6;
    CLOCK_CONTROL |= PLL_ON;
    for (uint32_t i = 0; (CLOCK_CONTROL & PLL_READY) == 0U && i < PATIENCE; ++i) {
    }
    CLOCKS = TIMES_6 | FROM_PLL;
    for (uint32_t i = 0; (CLOCKS & IS_FROM_PLL) == 0U && i < PATIENCE; ++i) {
    }
    ON_APB2 |= PARTS;
}

_Noreturn void cortexm_reset_chip(void)
{
    cortexm_request_reset();
}

void board_init(void)
{
    flags       = RESET_FLAGS;
    RESET_FLAGS = FORGET_FLAGS;
    PORT_A_HIGH = (PORT_A_HIGH & ~0xFF0U) | 0x4B0U; // PA9 driven by the USART, PA10 an input
    PORT_C_HIGH = (PORT_C_HIGH & ~0xFU) | 0x2U;
    usart_start(BOARD_DIVISOR);
    cortexm_start();
    WATCHDOG_KEY     = WATCHDOG_START;
    WATCHDOG_KEY     = WATCHDOG_OPEN;
    WATCHDOG_DIVISOR = WATCHDOG_BY_32;
    WATCHDOG_LOAD    = WATCHDOG_COUNT;
    WATCHDOG_KEY     = WATCHDOG_FEED;
}

void board_watchdog(void)
{
    WATCHDOG_KEY = WATCHDOG_FEED;
}

board_reset_t board_reset_cause(void)
{
    if (cortexm_note() == CORTEXM_NOTE_ASKED) {
        return BOARD_RESET_RESTART;
    }
    if ((flags & FLAG_WATCHDOGS) != 0U) {
        return BOARD_RESET_WATCHDOG;
    }
    if ((flags & FLAG_POWER) != 0U || cortexm_note() == CORTEXM_NOTE_NONE) {
        return BOARD_RESET_POWER; // a brown-out too: the chip has one flag for both
    }
    return (flags & FLAG_PIN) != 0U ? BOARD_RESET_PIN : BOARD_RESET_OTHER;
}

void board_led(const bool on)
{
    PORT_C_SET = 1U << (on ? LED : LED + 16U);
}

/// QEMU has no serial number where the chip has one, 0x1FFFF7E8: so none is told.
const uint8_t* board_id(void)
{
    static const uint8_t none[BOARD_ID_bytes];
    return none;
}

const char* board_name(void)
{
    return "STM32VLDISCOVERY";
}
