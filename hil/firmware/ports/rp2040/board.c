/// Raspberry Pi Pico (RP2040): UART0 on GP0 and GP1, LED on GP25. Registers: RP2040 data sheet.

#include "board.h"

#include "cortexm.h"
#include "divisor.h"
#include "pl011.h"

#define SET   0x2000U // a register's twins: what is written is set ...
#define CLEAR 0x3000U // ... or cleared

#define CHIP_ID         CORTEXM_REGISTER(0x40000000U)
#define REF_CLOCK       CORTEXM_REGISTER(0x40008030U)
#define REF_CLOCK_IS    CORTEXM_REGISTER(0x40008038U)
#define SYS_CLOCK       CORTEXM_REGISTER(0x4000803CU)
#define SYS_CLOCK_IS    CORTEXM_REGISTER(0x40008044U)
#define PERI_CLOCK      CORTEXM_REGISTER(0x40008048U)
#define LET_GO          CORTEXM_REGISTER(0x4000C000U + CLEAR)
#define HOLD            CORTEXM_REGISTER(0x4000C000U + SET)
#define IS_FREE         CORTEXM_REGISTER(0x4000C008U)
#define WATCHDOG_RESETS CORTEXM_REGISTER(0x40010008U)
#define PIN_FUNCTION(n) CORTEXM_REGISTER(0x40014004U + 8U * (n))
#define CRYSTAL         CORTEXM_REGISTER(0x40024000U)
#define CRYSTAL_STATUS  CORTEXM_REGISTER(0x40024004U)
#define CRYSTAL_DELAY   CORTEXM_REGISTER(0x4002400CU)
#define PLL_STATUS      CORTEXM_REGISTER(0x40028000U)
#define PLL_ON          CORTEXM_REGISTER(0x40028004U + CLEAR)
#define PLL_TIMES       CORTEXM_REGISTER(0x40028008U)
#define PLL_BY          CORTEXM_REGISTER(0x4002800CU)
#define WATCHDOG        CORTEXM_REGISTER(0x40058000U)
#define WATCHDOG_LOAD   CORTEXM_REGISTER(0x40058004U)
#define WATCHDOG_REASON CORTEXM_REGISTER(0x40058008U)
#define WATCHDOG_TICK   CORTEXM_REGISTER(0x4005802CU)
#define CHIP_RESET      CORTEXM_REGISTER(0x40064008U)
#define OUTPUT_SET      CORTEXM_REGISTER(0xD0000014U)
#define OUTPUT_CLEAR    CORTEXM_REGISTER(0xD0000018U)
#define OUTPUT_ENABLE   CORTEXM_REGISTER(0xD0000024U)

#define CRYSTAL_ON     0x00FABAA0U // 1 to 15 MHz
#define CRYSTAL_1_MS   47U         // times 256 periods of 12 MHz
#define STABLE         (1U << 31U)
#define LOCKED         (1U << 31U)
#define FROM_CRYSTAL   2U
#define FROM_PLL       1U
#define PERI_ON        (1U << 11U)
#define PLL_125        125U                        // 12 MHz * 125 ...
#define PLL_BY_6_BY_2  ((6U << 16U) | (2U << 12U)) // ... / 6 / 2
#define PLL_AND_VCO    0x21U
#define PLL_DIVIDERS   0x08U
#define PARTS          ((1U << 5U) | (1U << 8U) | (1U << 22U)) // pins, pads, UART0
#define PART_PLL       (1U << 12U)
#define ALL_BUT_CLOCKS 0x0001FFFCU
#define FUNCTION_UART  2U
#define FUNCTION_SOFT  5U
#define LED            25U
#define WATCHDOG_ON    (1U << 30U)
#define WATCHDOG_BITE  (1U << 31U)
#define WATCHDOG_BY_12 ((1U << 9U) | 12U) // of the crystal: a microsecond
#define WATCHDOG_2_S   4000000U           // it counts twice each: erratum RP2040-E1
#define REASON_TIME    1U
#define HAD_POWER_ON   (1U << 8U)
#define HAD_PIN        (1U << 16U)

static uint32_t reason;
static uint32_t chip_reset;

/// From the ring oscillator of the boot ROM to the crystal, and by the PLL to 125 MHz.
void cortexm_clock_start(void)
{
    CRYSTAL_DELAY = CRYSTAL_1_MS;
    CRYSTAL       = CRYSTAL_ON;
    while ((CRYSTAL_STATUS & STABLE) == 0U) {
    }
    REF_CLOCK = FROM_CRYSTAL;
    while ((REF_CLOCK_IS & (1U << FROM_CRYSTAL)) == 0U) {
    }
    SYS_CLOCK = 0U; // off the PLL, if it was on it
    while ((SYS_CLOCK_IS & 1U) == 0U) {
    }
    HOLD   = PART_PLL;
    LET_GO = PART_PLL | PARTS;
    while ((IS_FREE & (PART_PLL | PARTS)) != (PART_PLL | PARTS)) {
    }
    PLL_STATUS = 1U; // the crystal undivided
    PLL_TIMES  = PLL_125;
    PLL_ON     = PLL_AND_VCO;
    while ((PLL_STATUS & LOCKED) == 0U) {
    }
    PLL_BY    = PLL_BY_6_BY_2;
    PLL_ON    = PLL_DIVIDERS;
    SYS_CLOCK = FROM_PLL;
    while ((SYS_CLOCK_IS & (1U << FROM_PLL)) == 0U) {
    }
    PERI_CLOCK = PERI_ON;
}

/// SYSRESETREQ resets a core alone.
_Noreturn void cortexm_reset_chip(void)
{
    WATCHDOG_RESETS = ALL_BUT_CLOCKS;
    for (;;) {
        WATCHDOG = WATCHDOG_BITE;
    }
}

void board_init(void)
{
    reason            = WATCHDOG_REASON;
    chip_reset        = CHIP_RESET;
    PIN_FUNCTION(0U)  = FUNCTION_UART;
    PIN_FUNCTION(1U)  = FUNCTION_UART;
    PIN_FUNCTION(LED) = FUNCTION_SOFT;
    OUTPUT_ENABLE     = 1U << LED;
    pl011_start(BOARD_DIVISOR);
    cortexm_start();
    WATCHDOG_RESETS = ALL_BUT_CLOCKS;
    WATCHDOG_TICK   = WATCHDOG_BY_12;
    WATCHDOG_LOAD   = WATCHDOG_2_S;
    WATCHDOG        = WATCHDOG_ON;
}

void board_watchdog(void)
{
    WATCHDOG_LOAD = WATCHDOG_2_S;
}

board_reset_t board_reset_cause(void)
{
    if (cortexm_note() == CORTEXM_NOTE_ASKED) {
        return BOARD_RESET_RESTART;
    }
    if ((reason & REASON_TIME) != 0U) {
        return BOARD_RESET_WATCHDOG;
    }
    if ((chip_reset & HAD_POWER_ON) != 0U || cortexm_note() == CORTEXM_NOTE_NONE) {
        return BOARD_RESET_POWER; // a brown-out too: the chip has one flag for both
    }
    return (chip_reset & HAD_PIN) != 0U ? BOARD_RESET_PIN : BOARD_RESET_OTHER;
}

void board_led(const bool on)
{
    if (on) {
        OUTPUT_SET = 1U << LED;
    } else {
        OUTPUT_CLEAR = 1U << LED;
    }
}

/// The chip has no serial number, its flash has: that is not read. So its type.
const uint8_t* board_id(void)
{
    static uint8_t id[BOARD_ID_bytes];
    const uint32_t chip = CHIP_ID;
    for (uint32_t i = 0; i < 4U; ++i) {
        id[i] = (uint8_t)(chip >> (8U * i));
    }
    return id;
}

const char* board_name(void)
{
    return "Raspberry Pi Pico";
}
