/// Boards with an ATmega328P or ATmega2560 at 16 MHz (Arduino Uno, Nano, Mega): USART0, which their USB port leads to.
/// Registers: the data sheets of both, 8271 and 2549.

#include "board.h"

#include <avr/boot.h>
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <string.h>
#include <util/atomic.h>

#include "divisor.h"
#include "port.h"
#include "ring.h"

enum
{
    COUNT_us   = 4,              // of timer 0, at a 64th of 16 MHz
    ROUND_us   = 256 * COUNT_us, // also the longest sleep
    NOTE_ALIVE = 0x4C49,
    ALL_FLAGS  = 0x0F, // of MCUSR
    BY_LOADER  = 0x80, // not seen in MCUSR, but told by a boot loader, or not told
    NOTE_ASKED = 0x4F42
};

#ifdef __AVR_ATmega2560__
#define LED PB7
#else
#define LED              PB5
#define USART0_RX_vect   USART_RX_vect
#define USART0_UDRE_vect USART_UDRE_vect
#endif

static uint8_t           received_octets[PORT_RECEIVE_bytes];
static uint8_t           leaving_octets[PORT_SEND_bytes];
static ring_t            received;
static ring_t            leaving;
static volatile uint16_t overruns;
static volatile uint16_t ring_dropped;
static volatile uint32_t rounds;

// Neither is cleared by the start-up: the first outlives a reset, the second is set before it.
__attribute__((section(".noinit"))) static volatile uint16_t note;
__attribute__((section(".noinit"))) static uint8_t           flags; // of MCUSR, and BY_LOADER

/// Before anything else: a watchdog that has bitten stays on, at 16 ms. A boot loader that has taken the flags hands them on
/// in r2 (Optiboot, since 6.0), or leaves there whatever it left.
__attribute__((naked, used, section(".init3"))) void take_flags(void);

void take_flags(void)
{
    uint8_t handed_on;
    __asm volatile("mov %0, r2" : "=r"(handed_on));
    flags = MCUSR;
    if (flags == 0U) {
        flags = (handed_on & (uint8_t)~ALL_FLAGS) == 0U ? (uint8_t)(handed_on | BY_LOADER) : (uint8_t)BY_LOADER;
    }
    MCUSR = 0U;
    wdt_disable();
}

int main(void)
{
    firmware_main();
    return 0;
}

// ------------------------------------------------------------------------------------------------ the serial line

ISR(USART0_RX_vect)
{
    const uint8_t status = UCSR0A; // before the octet, which it goes with
    const uint8_t octet  = UDR0;
    if ((status & _BV(DOR0)) != 0U && overruns != UINT16_MAX) {
        overruns++;
    }
    if (!ring_put(&received, octet) && ring_dropped != UINT16_MAX) {
        ring_dropped++;
    }
}

ISR(USART0_UDRE_vect)
{
    uint8_t octet;
    if (ring_take(&leaving, &octet)) {
        UDR0 = octet;
    } else {
        UCSR0B &= (uint8_t)~_BV(UDRIE0);
    }
}

size_t board_read(uint8_t* const octets, const size_t capacity)
{
    size_t got = 0;
    while (got < capacity) {
        bool came = false;
        ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
        {
            came = ring_take(&received, &octets[got]);
        }
        if (!came) {
            break;
        }
        got++;
    }
    return got;
}

void board_put(const uint8_t octet)
{
    bool placed = false;
    while (!placed) {
        ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
        {
            placed = ring_put(&leaving, octet);
            UCSR0B |= _BV(UDRIE0);
        }
    }
}

// ------------------------------------------------------------------------------------------------ time

ISR(TIMER0_OVF_vect)
{
    rounds++;
}

uint64_t board_clock_us(void)
{
    uint32_t whole = 0;
    uint8_t  part  = 0;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        whole = rounds;
        part  = TCNT0;
        if ((TIFR0 & _BV(TOV0)) != 0U) { // it went round, and its interrupt waits
            part = TCNT0;
            whole++;
        }
    }
    return (uint64_t)whole * ROUND_us + (uint32_t)part * COUNT_us;
}

void board_idle(const uint32_t wait_us)
{
    if (wait_us < ROUND_us) { // a sleep could last longer
        return;
    }
    cli();
    if (ring_used(&received) == 0U) {
        sleep_enable();
        sei(); // takes effect after the next instruction: no wake-up is lost
        sleep_cpu();
        sleep_disable();
    }
    sei();
}

// ------------------------------------------------------------------------------------------------ the board

void board_init(void)
{
    ring_init(&received, received_octets, sizeof(received_octets));
    ring_init(&leaving, leaving_octets, sizeof(leaving_octets));
    DDRB |= _BV(LED);
    TCCR0B = _BV(CS01) | _BV(CS00);
    TIMSK0 = _BV(TOIE0);
    UCSR0A = _BV(U2X0);
    UBRR0  = BOARD_DIVISOR - 1;
    UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
    UCSR0B = _BV(RXCIE0) | _BV(RXEN0) | _BV(TXEN0);
    set_sleep_mode(SLEEP_MODE_IDLE);
    wdt_enable(WDTO_2S);
    sei();
}

void board_watchdog(void)
{
    wdt_reset();
}

void board_reset(void)
{
    note = NOTE_ASKED;
    wdt_disable(); // simavr keeps a time-out that runs
    wdt_enable(WDTO_15MS);
    for (;;) {
    }
}

/// A boot loader leaves by its own watchdog after a press of the button: that one says nothing of ours.
static board_reset_t cause_of_reset(void)
{
    const bool by_loader = (flags & BY_LOADER) != 0U;
    if (note == NOTE_ASKED && (flags & (_BV(PORF) | _BV(BORF))) == 0U && (by_loader || (flags & _BV(WDRF)) != 0U)) {
        return BOARD_RESET_RESTART;
    }
    if ((flags & _BV(WDRF)) != 0U) {
        return by_loader ? BOARD_RESET_OTHER : BOARD_RESET_WATCHDOG;
    }
    if ((flags & _BV(PORF)) != 0U) {
        return BOARD_RESET_POWER;
    }
    if ((flags & _BV(BORF)) != 0U) {
        return BOARD_RESET_BROWN_OUT;
    }
    return (flags & _BV(EXTRF)) != 0U ? BOARD_RESET_PIN : BOARD_RESET_OTHER;
}

board_reset_t board_reset_cause(void)
{
    static bool          known;
    static board_reset_t cause;
    if (!known) {
        known = true;
        cause = cause_of_reset();
        note  = NOTE_ALIVE;
    }
    return cause;
}

void board_led(const bool on)
{
    if (on) {
        PORTB |= _BV(LED);
    } else {
        PORTB &= (uint8_t)~_BV(LED);
    }
}

void board_losses(board_losses_t* const losses)
{
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        losses->overruns     = overruns;
        losses->ring_dropped = ring_dropped;
    }
    losses->line_dropped = 0U; // board_put() waits
}

uint16_t board_window(void)
{
    return PORT_RECEIVE_bytes;
}

/// The chip's signature, its oscillator's calibration, and, where there is one, the serial number behind them.
const uint8_t* board_id(void)
{
    static const uint8_t places[BOARD_ID_bytes] = {0x00, 0x02, 0x04, 0x01, 0x0E, 0x0F, 0x10, 0x11};
    static uint8_t       id[BOARD_ID_bytes];
    for (uint8_t i = 0; i < BOARD_ID_bytes; ++i) {
        id[i] = boot_signature_byte_get(places[i]);
    }
    return id;
}

const char* board_name(void)
{
    return BOARD_NAME;
}
