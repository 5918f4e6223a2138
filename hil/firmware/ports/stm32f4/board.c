/// Boards with an STM32F401, F405, F411 or F446, on their internal oscillator: a Nucleo-64 speaks through the USB port of its
/// ST-LINK (USART2, PA2 and PA3), a board without one by USART1 (PA9 and PA10). Registers: reference manual RM0383.

#include "board.h"

#include "cortexm.h"
#include "divisor.h"
#include "usart.h"

#define RCC(offset)       CORTEXM_REGISTER(0x40023800U + (offset))
#define CLOCK_CONTROL     RCC(0x00U)
#define PLL               RCC(0x04U)
#define CLOCKS            RCC(0x08U)
#define ON_AHB1           RCC(0x30U)
#define ON_APB1           RCC(0x40U)
#define ON_APB2           RCC(0x44U)
#define RESET_FLAGS       RCC(0x74U)
#define FLASH_WAIT        CORTEXM_REGISTER(0x40023C00U)
#define PORT_A_MODE       CORTEXM_REGISTER(0x40020000U)
#define PORT_A_SET        CORTEXM_REGISTER(0x40020018U)
#define PORT_A_FUNCTION_0 CORTEXM_REGISTER(0x40020020U)
#define PORT_A_FUNCTION_1 CORTEXM_REGISTER(0x40020024U)
#define WATCHDOG_KEY      CORTEXM_REGISTER(0x40003000U)
#define WATCHDOG_DIVISOR  CORTEXM_REGISTER(0x40003004U)
#define WATCHDOG_LOAD     CORTEXM_REGISTER(0x40003008U)

#define PLL_ON         (1U << 24U) // CLOCK_CONTROL
#define PLL_READY      (1U << 25U)
#define PLL_KEPT       (2U << 28U) // PLL: its reset value; the divisor PLLR of an F446, reserved in the others
#define FROM_PLL       2U          // CLOCKS
#define IS_FROM_PLL    (2U << 2U)
#define CACHES         0x700U // FLASH_WAIT: prefetch, both caches
#define PORT_A         1U
#define USART_1        (1U << 4U)  // ON_APB2
#define USART_2        (1U << 17U) // ON_APB1
#define FUNCTION_USART 7U
#define LED            5U     // PA5, LD2 of a Nucleo-64
#define PATIENCE       20000U // at least 4 ms; a PLL locks in 0.3
#define FORGET_FLAGS   (1U << 24U)
#define FLAG_BROWN_OUT (1U << 25U)
#define FLAG_PIN       (1U << 26U)
#define FLAG_POWER     (1U << 27U)
#define FLAG_WATCHDOGS (3U << 29U)
#define WATCHDOG_START 0xCCCCU
#define WATCHDOG_OPEN  0x5555U
#define WATCHDOG_FEED  0xAAAAU
#define WATCHDOG_BY_32 3U // of its own 32 kHz: a millisecond
#define WATCHDOG_ms    2000U

// 16 MHz / 16 * 336 / P; both buses stay in their limits, APB1 at 42 MHz, APB2 at 84. The USARTs divide these: BOARD_RATES.
#define PLL_TIMES_21 ((336U << 6U) | 16U)
#if CORTEXM_CYCLES_PER_us == 84
#define PLL_BY   (1U << 16U) // P = 4
#define WAIT     2U          // of the flash, 2.7 to 3.6 V
#define BUSES_BY (4U << 10U) // APB1 half, APB2 whole
#elif CORTEXM_CYCLES_PER_us == 168
#define PLL_BY   0U // P = 2
#define WAIT     5U
#define BUSES_BY ((5U << 10U) | (4U << 13U)) // a quarter, half
#else
#error "CORTEXM_CYCLES_PER_us is 84 (any of the family) or 168 (F405, F446)"
#endif

#if BOARD_RATE_HZ != (STM32F4_USART == 2 ? 42000000 : 84000000)
#error "BOARD_RATES begins with the clock of the USART's bus"
#endif

static uint32_t flags;

/// Each wait is bounded: an emulator may lack what we wait for.
void cortexm_clock_start(void)
{
    FLASH_WAIT = CACHES | WAIT;
    PLL        = PLL_KEPT | (7U << 24U) | PLL_BY | PLL_TIMES_21;
    CLOCK_CONTROL |= PLL_ON;
    for (uint32_t i = 0; (CLOCK_CONTROL & PLL_READY) == 0U && i < PATIENCE; ++i) {
    }
    CLOCKS = BUSES_BY | FROM_PLL;
    for (uint32_t i = 0; (CLOCKS & IS_FROM_PLL) == 0U && i < PATIENCE; ++i) {
    }
    ON_AHB1 |= PORT_A;
    ON_APB1 |= USART_2;
    ON_APB2 |= USART_1;
    (void)ON_APB2; // a clock starts two cycles later
}

_Noreturn void cortexm_reset_chip(void)
{
    cortexm_request_reset();
}

static void pins(void)
{
    PORT_A_MODE = (PORT_A_MODE & ~(3U << (2U * LED))) | (1U << (2U * LED));
#if STM32F4_USART == 2
    PORT_A_MODE       = (PORT_A_MODE & ~(0xFU << 4U)) | (0xAU << 4U);
    PORT_A_FUNCTION_0 = (PORT_A_FUNCTION_0 & ~(0xFFU << 8U)) | (FUNCTION_USART << 8U) | (FUNCTION_USART << 12U);
#else
    PORT_A_MODE       = (PORT_A_MODE & ~(0xFU << 18U)) | (0xAU << 18U);
    PORT_A_FUNCTION_1 = (PORT_A_FUNCTION_1 & ~(0xFFU << 4U)) | (FUNCTION_USART << 4U) | (FUNCTION_USART << 8U);
#endif
}

void board_init(void)
{
    flags       = RESET_FLAGS;
    RESET_FLAGS = FORGET_FLAGS;
    pins();
    usart_start(BOARD_DIVISOR);
    cortexm_start();
    WATCHDOG_KEY     = WATCHDOG_START;
    WATCHDOG_KEY     = WATCHDOG_OPEN;
    WATCHDOG_DIVISOR = WATCHDOG_BY_32;
    WATCHDOG_LOAD    = WATCHDOG_ms;
    WATCHDOG_KEY     = WATCHDOG_FEED;
}

void board_watchdog(void)
{
    WATCHDOG_KEY = WATCHDOG_FEED;
}

/// The pin's flag stands after every reset, as every reset pulls it.
board_reset_t board_reset_cause(void)
{
    if (cortexm_note() == CORTEXM_NOTE_ASKED) {
        return BOARD_RESET_RESTART;
    }
    if ((flags & FLAG_WATCHDOGS) != 0U) {
        return BOARD_RESET_WATCHDOG;
    }
    if ((flags & FLAG_POWER) != 0U || cortexm_note() == CORTEXM_NOTE_NONE) {
        return BOARD_RESET_POWER;
    }
    if ((flags & FLAG_BROWN_OUT) != 0U) {
        return BOARD_RESET_BROWN_OUT;
    }
    return (flags & FLAG_PIN) != 0U ? BOARD_RESET_PIN : BOARD_RESET_OTHER;
}

void board_led(const bool on)
{
    PORT_A_SET = 1U << (on ? LED : LED + 16U);
}

/// Of the 96 bits of the chip's serial number the wafer's coordinates and the lot's last octets.
const uint8_t* board_id(void)
{
#ifdef STM32F4_NO_SERIAL
    static const uint8_t none[BOARD_ID_bytes];
    return none;
#else
    return (const uint8_t*)0x1FFF7A10U;
#endif
}

const char* board_name(void)
{
    return BOARD_NAME;
}
