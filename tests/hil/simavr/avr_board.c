// An AVR microcontroller on a serial line, simulated by libsimavr to the cycle.
// Copyright 2025 the flightsw authors
//
// This program is free software: you can redistribute it and/or modify it under the terms of the GNU General Public License
// as published by the Free Software Foundation, either version 3 of the License, or (at your option) any later version.
//
// This program is distributed in the hope that it will be useful, but WITHOUT ANY WARRANTY; without even the implied
// warranty of MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE. See the GNU General Public License for more details:
// <https://www.gnu.org/licenses/>.
//
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A test tool, and the only file here under this licence, because it links libsimavr. It runs as a process of its own; the
// firmware that it runs and the package that talks to it over a serial line are no part of it.

// avr_board --mcu atmega328p [--fd N] [--paced] firmware.elf
//
// The line is a pseudo-terminal, told on stdout as `PORT /dev/pts/N`, or the descriptor N that was inherited. Octets arrive
// one each octet time of the chip's own setting, whether it has room or not: the receiver holds three (data sheet: two and
// the shift register), the next is lost and DOR is set. simavr alone would hold 64 and hide the loss.
//
// Simulated time runs as fast as it can; a chip that sleeps waits for the host. --paced: at the pace of the wall clock.
// SIGUSR1 pulls the reset pin; SIGUSR2 hangs the program: it goes round in one instruction, interrupts are still served. At the end (SIGTERM, or the line closed) one line of JSON on stdout says what was seen from
// outside: octets each way, octets that came
// while the receiver was off, octets that it lost, resets, cycles, the deepest stack.

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>

DEFINE_FIFO(uint16_t, uart_fifo);

enum
{
    CLOCK_HZ      = 16000000,
    RECEIVER      = 3,
    HOST_ROOM     = 4096,
    FIRST_WIRE    = 1000, // cycles until the chip has set its UART
    SLICE_us      = 500,
    RAM_FIRST     = 0x100,
    RAM_MAX       = 8192 + 512,
    MCUSR_ATMEGA  = 0x54, // of both chips, in data space
    EXTRF         = 1,
    WDRF          = 3,
    LEFT_IN_R2    = 0x5A, // by a boot loader that hands nothing on
    QUIET         = 4,    // octet times
    IDLE_PATIENCE = 1     // ms of the wall clock that a sleeping chip waits for the host
};

typedef enum
{
    LOADER_NONE,
    LOADER_HANDS_ON, ///< The flags, in r2.
    LOADER_FORGETS
} loader_t;

static struct
{
    loader_t    loader;
    avr_t*      avr;
    avr_uart_t* uart;
    avr_irq_t*  input;
    int         fd;
    bool        paced;
    bool        closed;
    uint8_t     from_host[HOST_ROOM];
    size_t      at, have;
    uint64_t    octets_in, octets_out, unheard, lost;
    uint64_t    moved; // the cycle of the last octet, either way
    uint32_t    resets;
    uint16_t    stack_low;
} board;

static volatile sig_atomic_t stop, pin, hang;

static void on_signal(const int number)
{
    if (number == SIGUSR1) {
        pin = 1;
    } else if (number == SIGUSR2) {
        hang = 1;
    } else {
        stop = 1;
    }
}

static void from_host(void)
{
    const ssize_t got = read(board.fd, board.from_host, sizeof board.from_host);
    board.at          = 0;
    board.have        = got > 0 ? (size_t)got : 0;
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR && errno != EIO)) {
        board.closed = true;
    }
}

/// An octet has come whole.
static void deliver(avr_t* const avr, const uint8_t octet)
{
    const uint8_t waiting = uart_fifo_get_read_size(&board.uart->input);
    if (!avr_regbit_get(avr, board.uart->rxen)) {
        board.unheard++;
    } else if (waiting >= RECEIVER) {
        board.lost++;
        avr_regbit_set(avr, board.uart->dor);
    } else {
        avr_regbit_clear(avr, board.uart->dor); // reading what waited has done so; simavr would refuse the octet
        avr_raise_irq(board.input, octet);
    }
}

/// One octet time of the line.
static avr_cycle_count_t wire(avr_t* const avr, const avr_cycle_count_t when, void* const unused)
{
    (void)unused;
    if (board.at == board.have) {
        from_host();
    }
    if (board.at < board.have) {
        const uint8_t octet = board.from_host[board.at++];
        board.octets_in++;
        board.moved = avr->cycle;
        deliver(avr, octet);
    }
    return when + (board.uart->cycles_per_byte > 0 ? board.uart->cycles_per_byte : FIRST_WIRE);
}

static void to_host(avr_irq_t* const irq, const uint32_t value, void* const unused)
{
    (void)irq;
    (void)unused;
    const uint8_t octet = (uint8_t)value;
    board.octets_out++;
    board.moved = board.avr->cycle;
    while (write(board.fd, &octet, 1) < 0 && !stop) {
        if (errno != EAGAIN && errno != EINTR) {
            board.closed = true;
            return;
        }
        struct pollfd line = {.fd = board.fd, .events = POLLOUT};
        (void)poll(&line, 1, 100);
    }
}

static void sleeping(avr_t* const avr, const avr_cycle_count_t cycles)
{
    (void)cycles;
    // A line on which nothing has moved for some octets: only the host can go on.
    const bool quiet = board.at == board.have && avr->cycle - board.moved > QUIET * board.uart->cycles_per_byte;
    if (!board.paced && quiet) {
        struct pollfd line = {.fd = board.fd, .events = POLLIN};
        (void)poll(&line, 1, IDLE_PATIENCE);
    }
}

static void keep_pace(const avr_cycle_count_t start_cycle, const struct timespec* const start)
{
    const uint64_t  ns   = (board.avr->cycle - start_cycle) * (1000000000U / 1000000U) / (CLOCK_HZ / 1000000U);
    struct timespec till = {.tv_sec  = start->tv_sec + (time_t)(ns / 1000000000U),
                            .tv_nsec = start->tv_nsec + (long)(ns % 1000000000U)};
    if (till.tv_nsec >= 1000000000L) {
        till.tv_sec++;
        till.tv_nsec -= 1000000000L;
    }
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &till, NULL);
}

static int pseudo_terminal(void)
{
    const int fd = posix_openpt(O_RDWR | O_NOCTTY);
    if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0) {
        return -1;
    }
    const int      kept = open(ptsname(fd), O_RDWR | O_NOCTTY); // else reading fails whenever nobody has it open
    struct termios raw;
    if (kept < 0 || tcgetattr(kept, &raw) != 0) {
        return -1;
    }
    cfmakeraw(&raw);
    return tcsetattr(kept, TCSANOW, &raw) == 0 ? fd : -1;
}

static void watch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal}; // no SA_RESTART: a poll must end
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGUSR1, &action, NULL);
    (void)sigaction(SIGUSR2, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/// simavr keeps its UARTs in a list of everything on the chip.
static avr_uart_t* find_uart(avr_t* const avr, const char name)
{
    for (avr_io_t* io = avr->io_port; io != NULL; io = io->next) {
        if (strcmp(io->kind, "uart") == 0 && ((avr_uart_t*)io)->name == name) {
            return (avr_uart_t*)io;
        }
    }
    return NULL;
}

static bool power_on(const char* const mcu, const char* const path)
{
    elf_firmware_t firmware = {0};
    if (elf_read_firmware(path, &firmware) != 0) {
        (void)fprintf(stderr, "avr_board: cannot read %s\n", path);
        return false;
    }
    board.avr = avr_make_mcu_by_name(mcu);
    if (board.avr == NULL || avr_init(board.avr) != 0) {
        (void)fprintf(stderr, "avr_board: simavr knows no %s\n", mcu);
        return false;
    }
    firmware.frequency = CLOCK_HZ;
    avr_load_firmware(board.avr, &firmware);
    board.avr->log   = LOG_ERROR;
    board.avr->sleep = sleeping;
    board.uart       = find_uart(board.avr, '0');
    if (board.uart == NULL) {
        return false;
    }
    board.uart->flags &= ~(uint32_t)(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
    board.input = avr_io_getirq(board.avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
    avr_irq_register_notify(avr_io_getirq(board.avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), to_host, NULL);
    avr_cycle_timer_register(board.avr, FIRST_WIRE, wire, NULL);
    board.stack_low = board.avr->ramend;
    return true;
}

/// What a boot loader does before the program begins: it takes the flags, and is left by its own watchdog after a press of
/// the button.
static void boot(void)
{
    uint8_t* const mcusr = &board.avr->data[MCUSR_ATMEGA];
    if (board.loader == LOADER_NONE) {
        return;
    }
    const uint8_t flags = *mcusr == (1U << EXTRF) ? (uint8_t)(1U << WDRF) : *mcusr;
    board.avr->data[2]  = board.loader == LOADER_HANDS_ON ? flags : (uint8_t)LEFT_IN_R2;
    *mcusr              = 0;
}

/// A reset of simavr forgets the memory, which a chip keeps, and every timer. `reset` does it.
static void reset(void (*const reset_by)(avr_t*))
{
    static uint8_t kept[RAM_MAX];
    const size_t   first = (size_t)board.avr->ioend + 1U;
    const size_t   size  = board.avr->ramend + 1U - first;
    memcpy(kept, &board.avr->data[first], size);
    reset_by(board.avr);
    memcpy(&board.avr->data[first], kept, size);
    boot();
    board.resets++;
    avr_cycle_timer_cancel(board.avr, wire, NULL);
    avr_cycle_timer_register(board.avr, FIRST_WIRE, wire, NULL);
}

static void pull_reset_pin(avr_t* const avr)
{
    avr_reset(avr);
    avr->data[MCUSR_ATMEGA] |= 1U << EXTRF;
}

/// From here on the main loop never comes round again.
static void hang_program(avr_t* const avr)
{
    static const uint8_t rjmp_here[] = {0xFF, 0xCF};
    memcpy(&avr->flash[avr->flashend - 1U], rjmp_here, sizeof rjmp_here);
    avr->pc    = avr->flashend - 1U;
    avr->state = cpu_Running;
}

/// The chip, until somebody ends it.
static int run(void)
{
    struct timespec start;
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    const avr_cycle_count_t start_cycle = board.avr->cycle;
    avr_cycle_count_t       slice       = start_cycle;
    void (*const usual)(avr_t*)         = board.avr->run;
    while (!stop && !board.closed) {
        if (board.avr->run != usual) { // how simavr's watchdog bites: once, in place of the next instruction
            reset(board.avr->run);
        }
        if (pin) {
            pin = 0;
            reset(pull_reset_pin);
        }
        if (hang) {
            hang = 0;
            hang_program(board.avr);
        }
        const int state = avr_run(board.avr);
        if (state == cpu_Done || state == cpu_Crashed) {
            (void)fprintf(stderr, "avr_board: the chip crashed at 0x%x\n", (unsigned)board.avr->pc);
            return 1;
        }
        const uint16_t sp = (uint16_t)(board.avr->data[R_SPL] | (board.avr->data[R_SPH] << 8));
        if (sp >= RAM_FIRST && sp < board.stack_low) { // before the first instructions it is zero
            board.stack_low = sp;
        }
        if (board.paced && board.avr->cycle - slice >= (avr_cycle_count_t)SLICE_us * (CLOCK_HZ / 1000000)) {
            slice = board.avr->cycle;
            keep_pace(start_cycle, &start);
        }
    }
    return 0;
}

int main(const int argc, char** const argv)
{
    const char* mcu  = "atmega328p";
    const char* path = NULL;
    board.fd         = -1;
    for (int i = 1; i < argc; ++i) {
        if (strcmp(argv[i], "--mcu") == 0 && i + 1 < argc) {
            mcu = argv[++i];
        } else if (strcmp(argv[i], "--fd") == 0 && i + 1 < argc) {
            board.fd = atoi(argv[++i]);
        } else if (strcmp(argv[i], "--loader") == 0 && i + 1 < argc) {
            board.loader = strcmp(argv[++i], "hands-on") == 0 ? LOADER_HANDS_ON : LOADER_FORGETS;
        } else if (strcmp(argv[i], "--paced") == 0) {
            board.paced = true;
        } else {
            path = argv[i];
        }
    }
    if (path == NULL) {
        (void)fprintf(stderr,
                      "usage: avr_board [--mcu NAME] [--fd N] [--loader hands-on|forgets] [--paced] firmware.elf\n");
        return 2;
    }
    watch_signals();
    if (!power_on(mcu, path)) {
        return 2;
    }
    boot();
    if (board.fd < 0) {
        board.fd = pseudo_terminal();
        if (board.fd < 0) {
            perror("avr_board: no pseudo-terminal");
            return 2;
        }
        (void)printf("PORT %s\n", ptsname(board.fd));
        (void)fflush(stdout);
    }
    (void)fcntl(board.fd, F_SETFL, fcntl(board.fd, F_GETFL) | O_NONBLOCK);
    const int status = run();
    (void)printf("SEEN {\"octets_in\": %" PRIu64 ", \"octets_out\": %" PRIu64 ", \"unheard\": %" PRIu64
                 ", \"lost\": %" PRIu64 ", \"resets\": %" PRIu32 ", \"cycles\": %" PRIu64 ", \"stack_bytes\": %u}\n",
                 board.octets_in, board.octets_out, board.unheard, board.lost, board.resets, (uint64_t)board.avr->cycle,
                 (unsigned)(board.avr->ramend - board.stack_low));
    return status;
}
