/// The virtual board: the firmware as a process. Its line is a pseudo-terminal; kill is power-off, stop is a stall, and
/// signals do what happens to boards: USR1 presses the reset button, USR2 is a brown-out, ALRM the watchdog.

#include "board.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "line.h"
#include "options.h"
#include "wire.h"

#ifdef __linux__
#include <sys/prctl.h>
#endif

#define SECOND_ns UINT64_C(1000000000)

/// What a chip has in hardware, and what outlives its reset.
static struct
{
    options_t             options;
    line_t                line;
    sigjmp_buf            start;
    board_reset_t         cause;
    volatile sig_atomic_t reset; // a signal asks for one: cause and one
    volatile sig_atomic_t ended;
    int                   wake[2]; // a pipe: a signal ends a sleep that has not begun yet
    wire_t                wire;
} board;

// ------------------------------------------------------------------------------------------------ life

static void on_signal(const int number)
{
    const int old = errno;
    if (number == SIGUSR1) {
        board.reset = (sig_atomic_t)BOARD_RESET_PIN + 1;
    } else if (number == SIGUSR2) {
        board.reset = (sig_atomic_t)BOARD_RESET_BROWN_OUT + 1;
    } else if (number == SIGALRM) {
        board.reset = (sig_atomic_t)BOARD_RESET_WATCHDOG + 1;
    } else {
        board.ended = 1;
    }
    (void)!write(board.wake[1], "", 1U);
    errno = old;
}

/// State is gone, and so is what came in the meantime.
static void reset(const board_reset_t cause)
{
    line_drain(&board.line);
    board.cause = cause;
    siglongjmp(board.start, 1);
}

static void end(const int status)
{
    line_close(&board.line);
    exit(status);
}

/// Does what a signal has asked for.
static void heed_signals(void)
{
    if (board.ended != 0) {
        end(EXIT_SUCCESS);
    }
    if (board.reset != 0) {
        const board_reset_t cause = (board_reset_t)(board.reset - 1);
        board.reset               = 0;
        reset(cause);
    }
}

void board_init(void)
{
    const options_t* const options = &board.options;
    wire_init(&board.wire, &board.line, options->baud, options->work_ns, options->window);
}

void board_reset(void)
{
    reset(BOARD_RESET_RESTART);
}

board_reset_t board_reset_cause(void)
{
    return board.cause;
}

void board_watchdog(void)
{
    heed_signals();
}

// ------------------------------------------------------------------------------------------------ line

size_t board_read(uint8_t* const octets, const size_t capacity)
{
    size_t used = 0U;
    if (!wire_read(&board.wire, octets, capacity, &used)) {
        end(EXIT_SUCCESS); // the other end of an inherited descriptor is closed
    }
    return used;
}

void board_put(const uint8_t octet)
{
    wire_put(&board.wire, octet);
}

void board_idle(const uint32_t wait_us)
{
    const uint64_t wait_ns = wire_before_sleep(&board.wire, wait_us);
    if (wait_ns != 0U) {
        const bool      for_ever = wait_ns == UINT64_MAX;
        struct timespec left     = {.tv_sec = (time_t)(wait_ns / SECOND_ns), .tv_nsec = (long)(wait_ns % SECOND_ns)};
        fd_set          ready;
        FD_ZERO(&ready);
        FD_SET(board.line.fd, &ready);
        FD_SET(board.wake[0], &ready);
        const int most = (board.line.fd > board.wake[0]) ? board.line.fd : board.wake[0];
        if (pselect(most + 1, &ready, NULL, NULL, for_ever ? NULL : &left, NULL) > 0 &&
            FD_ISSET(board.wake[0], &ready)) {
            uint8_t rest[16];
            (void)!read(board.wake[0], rest, sizeof(rest));
        }
    }
    heed_signals();
}

// ------------------------------------------------------------------------------------------------ the rest

uint64_t board_clock_us(void)
{
    return wire_clock_ns(&board.wire) / 1000U;
}

void board_led(const bool on)
{
    (void)on; // it has none: `flightsw board test` says how it is
}

void board_losses(board_losses_t* const losses)
{
    *losses = (board_losses_t){.ring_dropped = board.wire.ring_dropped, .line_dropped = board.wire.line_dropped};
}

uint16_t board_window(void)
{
    return board.options.window;
}

const uint8_t* board_id(void)
{
    return board.options.id;
}

const char* board_name(void)
{
    return board.options.name;
}

// ------------------------------------------------------------------------------------------------ start

static void take_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    (void)sigemptyset(&action.sa_mask);
    const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM};
    for (size_t i = 0U; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        (void)sigaction(numbers[i], &action, NULL);
    }
    action.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &action, NULL);
}

static void follow_parent(void)
{
#ifdef __linux__
    const pid_t parent = getppid();
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent || parent == 1) {
        exit(EXIT_SUCCESS);
    }
#endif
}

static void fail(const char* const what)
{
    (void)fprintf(stderr, "virtual board: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

int main(int argc, char** argv)
{
    options_read(&board.options, argc, argv);
    if (board.options.with_parent) {
        follow_parent();
    }
    if (pipe(board.wake) != 0 || fcntl(board.wake[0], F_SETFL, O_NONBLOCK) != 0 ||
        fcntl(board.wake[1], F_SETFL, O_NONBLOCK) != 0) {
        fail("pipe");
    }
    take_signals();
    if (board.options.fd >= 0) {
        if (!line_adopt(&board.line, board.options.fd)) {
            fail("--fd");
        }
    } else {
        if (!line_open(&board.line, board.options.link, board.options.baud)) {
            fail((board.options.link != NULL) ? board.options.link : "pseudo-terminal");
        }
        (void)printf("PORT %s\n", board.line.path);
        (void)fflush(stdout);
    }
    board.cause = BOARD_RESET_POWER;
    (void)sigsetjmp(board.start, 1);
    firmware_main();
}
