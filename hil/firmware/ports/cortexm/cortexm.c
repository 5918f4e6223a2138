#include "cortexm.h"

#include "board.h"
#include "port.h"
#include "ring.h"

enum
{
    TICK_us     = 1000, // also the longest sleep: what waits for a time wakes up this often
    TICK_CYCLES = TICK_us * CORTEXM_CYCLES_PER_us
};

#define SYSTICK_CONTROL CORTEXM_REGISTER(0xE000E010U)
#define SYSTICK_RELOAD  CORTEXM_REGISTER(0xE000E014U)
#define SYSTICK_COUNT   CORTEXM_REGISTER(0xE000E018U)
#define NVIC_ENABLE     CORTEXM_REGISTER(0xE000E100U + 4U * (CORTEXM_UART_IRQ / 32U))
#define NVIC_FORGET     CORTEXM_REGISTER(0xE000E280U + 4U * (CORTEXM_UART_IRQ / 32U))
#define SCB_STATE       CORTEXM_REGISTER(0xE000ED04U)

#define SYSTICK_RUNS 7U // on the processor's clock, with an interrupt at zero
#define TICK_IS_DUE  0x04000000U
#define NOTE_ALIVE   0x414C4956U
#define NOTE_ASKED   0x4F4F4231U
#define UART_BIT     (1U << (CORTEXM_UART_IRQ % 32U))

static uint8_t           received_octets[PORT_RECEIVE_bytes];
static uint8_t           leaving_octets[PORT_SEND_bytes];
static ring_t            received;
static ring_t            leaving;
static volatile uint32_t overruns;
static volatile uint32_t ring_dropped;
static volatile uint32_t ticks_low; // of a count of 64 bits
static volatile uint32_t ticks_high;
static cortexm_note_t    last_life;

__attribute__((section(".kept"))) static volatile uint32_t note;

static uint32_t interrupts_off(void)
{
    uint32_t mask;
    __asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(mask)::"memory");
    return mask;
}

static void interrupts_as(const uint32_t mask)
{
    __asm volatile("msr primask, %0" ::"r"(mask) : "memory");
}

void cortexm_tick(void)
{
    ticks_low = ticks_low + 1U;
    if (ticks_low == 0U) {
        ticks_high = ticks_high + 1U;
    }
}

void cortexm_start(void)
{
    ring_init(&received, received_octets, PORT_RECEIVE_bytes);
    ring_init(&leaving, leaving_octets, PORT_SEND_bytes);
    last_life       = note == NOTE_ALIVE ? CORTEXM_NOTE_ALIVE : CORTEXM_NOTE_NONE;
    last_life       = note == NOTE_ASKED ? CORTEXM_NOTE_ASKED : last_life;
    note            = NOTE_ALIVE;
    SYSTICK_RELOAD  = TICK_CYCLES - 1U;
    SYSTICK_COUNT   = 0;
    SYSTICK_CONTROL = SYSTICK_RUNS;
    NVIC_FORGET     = UART_BIT;
    NVIC_ENABLE     = UART_BIT;
    interrupts_as(0U);
}

cortexm_note_t cortexm_note(void)
{
    return last_life;
}

// ------------------------------------------------------------------------------------------------ for the UART

void cortexm_received(const uint8_t octet)
{
    if (!ring_put(&received, octet)) {
        ring_dropped = ring_dropped + 1U;
    }
}

void cortexm_overrun(void)
{
    overruns = overruns + 1U;
}

bool cortexm_leaving(uint8_t* const octet)
{
    return ring_take(&leaving, octet);
}

bool cortexm_anything_leaving(void)
{
    return ring_used(&leaving) != 0U;
}

// ------------------------------------------------------------------------------------------------ of board.h

size_t board_read(uint8_t* const octets, const size_t capacity)
{
    size_t got = 0;
    while (got < capacity && ring_take(&received, &octets[got])) {
        got++;
    }
    return got;
}

void board_put(const uint8_t octet)
{
    while (!ring_put(&leaving, octet)) {
        // The UART takes from the ring: 87 us an octet at 115,200 baud.
    }
    const uint32_t mask = interrupts_off();
    cortexm_uart_send();
    interrupts_as(mask);
}

void board_idle(const uint32_t wait_us)
{
    if (wait_us < TICK_us) { // a sleep could last longer
        return;
    }
    const uint32_t mask = interrupts_off();
    if (ring_used(&received) == 0U) {
        __asm volatile("wfi" ::: "memory"); // ends with an interrupt that waits, held off or not
    }
    interrupts_as(mask);
}

uint64_t board_clock_us(void)
{
    const uint32_t mask = interrupts_off();
    uint32_t       left = SYSTICK_COUNT;
    uint64_t       ms   = ((uint64_t)ticks_high << 32U) | ticks_low;
    if ((SCB_STATE & TICK_IS_DUE) != 0U) { // it went round, and its interrupt waits
        left = SYSTICK_COUNT;
        ms++;
    }
    interrupts_as(mask);
    return ms * TICK_us + (TICK_CYCLES - 1U - left) / CORTEXM_CYCLES_PER_us;
}

void board_reset(void)
{
    note = NOTE_ASKED;
    cortexm_reset_chip();
}

void board_losses(board_losses_t* const losses)
{
    losses->overruns     = overruns;
    losses->ring_dropped = ring_dropped;
    losses->line_dropped = 0U; // board_put() waits
}

uint16_t board_window(void)
{
    return PORT_RECEIVE_bytes;
}
