#include "rate.h"

#ifdef __linux__
#include <asm/termbits.h> // any rate has a number here; termios.h knows names of some
#include <sys/ioctl.h>
#else
#include <termios.h>
#endif

enum
{
    BITS_of_octet = 10, // with start and stop
    DATA_bits     = 8
};

#ifdef __linux__

void rate_set(const int fd, const uint32_t baud)
{
    struct termios2 settings;
    if (ioctl(fd, TCGETS2, &settings) == 0) {
        settings.c_cflag  = (settings.c_cflag & ~(tcflag_t)(CBAUD | CIBAUD)) | BOTHER | ((tcflag_t)BOTHER << IBSHIFT);
        settings.c_ispeed = baud;
        settings.c_ospeed = baud;
        (void)ioctl(fd, TCSETS2, &settings);
    }
}

uint32_t rate_of(const int fd)
{
    struct termios2 settings;
    return (ioctl(fd, TCGETS2, &settings) == 0) ? (uint32_t)settings.c_ospeed : 0U;
}

#else

void rate_set(const int fd, const uint32_t baud)
{
    struct termios settings;
    if (tcgetattr(fd, &settings) == 0 && cfsetspeed(&settings, (speed_t)baud) == 0) {
        (void)tcsetattr(fd, TCSANOW, &settings);
    }
}

uint32_t rate_of(const int fd)
{
    struct termios settings;
    return (tcgetattr(fd, &settings) == 0) ? (uint32_t)cfgetospeed(&settings) : 0U;
}

#endif

/// The line in its bit `at`, counted from the first octet's start bit. Idle, it is high.
static bool level(const uint8_t* const sent, const size_t size, const uint64_t at)
{
    const uint64_t octet = at / BITS_of_octet;
    const uint64_t bit   = at % BITS_of_octet;
    if (octet >= size || bit > DATA_bits) {
        return true;
    }
    return bit != 0U && (((uint32_t)sent[octet] >> (bit - 1U)) & 1U) != 0U;
}

// A bit of the sender is `heard_baud` long, one of the receiver `sent_baud`: so both are whole numbers.
size_t rate_heard(const uint8_t* const sent, const size_t size, const uint32_t sent_baud, const uint32_t heard_baud,
                  uint8_t* const heard, const size_t capacity)
{
    const uint64_t bits  = (uint64_t)size * BITS_of_octet;
    size_t         count = 0U;
    uint64_t       at    = 0U;
    while (at < bits && count < capacity) {
        const bool before = at == 0U || level(sent, size, at - 1U);
        if (!before || level(sent, size, at)) { // no falling edge
            at++;
            continue;
        }
        const uint64_t middle = (at * heard_baud) + (sent_baud / 2U); // of the start bit
        uint32_t       octet  = 0U;
        for (uint32_t bit = 0U; bit < DATA_bits; bit++) {
            const uint64_t when = middle + ((uint64_t)(bit + 1U) * sent_baud);
            octet |= level(sent, size, when / heard_baud) ? (1U << bit) : 0U;
        }
        const uint64_t stop = (middle + ((uint64_t)(DATA_bits + 1U) * sent_baud)) / heard_baud;
        if (level(sent, size, stop)) {
            heard[count] = (uint8_t)octet;
            count++;
        }
        at = stop + 1U;
    }
    return count;
}
